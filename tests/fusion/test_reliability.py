"""Reliability of a case's own sources: who could have known, a source that is contradicted, and too little to learn."""

from __future__ import annotations

import numpy as np
import pytest

from ceasefire.case import Case
from ceasefire.fusion.fuse import Fused, fuse
from ceasefire.fusion.priors import Priors
from ceasefire.fusion.reliability import LEAST, MOST, reliability
from ceasefire.fusion.reweigh import reweighed
from ceasefire.fusion.voices import could_know, statements, voices_of
from ceasefire.store import Observed
from ceasefire.testing.score import looked
from ceasefire.testing.simulate import simulate

Made = tuple[Case, Observed, Fused]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    world = simulate(tmp_path_factory.mktemp("world"), seed=40_003, days=45, incidents=400)
    case = Case.read(world.folder / "case.yml")
    observed = case.observe()
    return case, observed, fuse(observed.observations, parties=case.parties, protected=case.protected)


def test_an_outlet_that_invents_loses_weight_and_others_keep_theirs(made: Made) -> None:
    _, observed, fused = made
    found = reliability(fused.incidents, observed.observations, observed.looks)
    voices = {v.name: v for v in found.voices}
    mill, herald = voices["reports/news/E"], voices["reports/news/B"]
    assert mill.judged
    assert herald.judged
    assert mill.factor[0] < 0.5 < herald.factor[0] <= MOST
    assert mill.right[0] < herald.right[0]
    for v in found.voices:
        if v.judged:
            assert v.factor[1] <= v.factor[0] <= v.factor[2]
            assert min(v.reports, v.silences) >= LEAST
        else:
            assert v.why
            assert v.factor == (1.0, 1.0, 1.0)
    assert {name for name, _ in found.blocs} == {"north", "south"}
    assert "not judged: no look says" in str(found)


def test_silence_counts_only_where_a_look_was_not_lost(made: Made) -> None:
    _, observed, fused = made
    news = could_know(fused.incidents, observed.looks, "news")
    looks = observed.looks.where(channel="news")
    columns = (fused.incidents.column(c) for c in ("region", "start", "end"))
    assert np.array_equal(news, looked(looks, *columns))
    assert not could_know(fused.incidents, observed.looks, "official").any()


def test_copies_are_no_statements_of_their_own(made: Made) -> None:
    _, observed, fused = made
    said = statements(fused.incidents, observed.observations, Priors())
    assert len(set(zip(said.voice.tolist(), said.item.tolist(), strict=True))) == len(said.voice)
    assert not said.copied[said.voice, said.item].any()


def test_factors_change_rows_that_say_so_and_nothing_else(made: Made) -> None:
    _, observed, fused = made
    read = reweighed(fused, observed.observations, {"reports/news/E": (0.5, 0.4, 0.6)})
    names, voice = voices_of(observed.observations)
    of = dict(zip(observed.observations.column("id").tolist(), names[voice].tolist(), strict=True))
    for old, new in zip(fused.weights, read.weights, strict=True):
        touched = old.about == "occurred" and of.get(old.observation) == "reports/news/E" and old.weight > 0
        assert new.weight == pytest.approx(old.weight * (0.5 if touched else 1.0))
        assert ("reliability 0.50 (0.40 to 0.60)" in new.why) == touched
    assert np.all(read.incidents.column("p_occurred") <= fused.incidents.column("p_occurred") + 1e-12)
    assert read.incidents.column("p_object").tolist() == fused.incidents.column("p_object").tolist()
    assert reweighed(fused, observed.observations, {}) is fused


def test_too_little_is_said_to_be_too_little(made: Made) -> None:
    _, observed, fused = made
    few = reliability(fused.incidents.keep(np.arange(10)), observed.observations, observed.looks)
    assert "too little" in few.note
    assert few.factors() == {}
    none = reliability(fused.incidents, observed.observations, observed.looks.keep(np.zeros(len(observed.looks), bool)))
    assert "no voice could be judged" in none.note
