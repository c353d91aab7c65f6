"""Totals and denials against what independent sources show, and only where they looked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import numpy as np
import pytest

from ceasefire.agreements.library import load
from ceasefire.assessment.spoken import _Said, _Spans, judge_claims
from ceasefire.fusion.coverage import coverage
from ceasefire.model.intake import Window
from ceasefire.model.records import Claim, Incident, Look
from ceasefire.model.table import Table

ENERGY = load("energy-2025")
BEGIN, END = datetime(2025, 4, 1, tzinfo=UTC), datetime(2025, 4, 11, tzinfo=UTC)


def seen(*regions: str, watched: str):
    looks = [
        Look(id=f"l-{d}-{k}", source="s", channel="monitor", region=watched, start=BEGIN + timedelta(days=d),
             end=BEGIN + timedelta(days=d + 1), acts=("attack",))
        for d in range(10) for k in range(6)
    ]  # fmt: skip
    return coverage(Table.of(Look, looks), window=Window(BEGIN, END), clock="UTC", regions=regions)


def judged(claim, incidents, cells):
    (found,) = judge_claims(Table.of(Claim, [claim]), Table.of(Incident, incidents), cells, ENERGY)
    return found


@pytest.fixture
def total(claim):
    fields = {"act": "attack", "object_class": "energy", "start": BEGIN, "end": END, "low": 80, "words": "over 80"}
    return claim("t", accused="ukraine", **fields)


def test_a_total_far_above_what_could_have_been_missed_is_contradicted(total) -> None:
    found = judged(total, [], seen("UA-53", watched="UA-53"))
    assert found.verdict == "contradicted"
    assert found.upper_limit < 80


def test_a_total_about_a_country_where_nobody_looked_is_not_contradicted_by_looks_elsewhere(total) -> None:
    found = judged(total, [], seen("UA-53", "RU-KRS", watched="UA-53"))
    assert (found.verdict, found.exposure) == ("not_observable", 0.0)


def test_a_total_that_independent_sources_reach_is_supported(total, claim, incident) -> None:
    small = claim("s", act="attack", object_class="energy", start=BEGIN, end=END, low=1, high=1, accused="ukraine")
    found = judged(small, [incident("a")], seen("UA-53", watched="UA-53"))
    assert (found.verdict, found.count) == ("supported", 1)


def test_a_claim_never_bears_out_a_claim(claim, incident) -> None:
    small = claim("s", act="attack", object_class="energy", start=BEGIN, end=END, low=1, high=1, accused="ukraine")
    only_said = incident("a", channels=("party",))
    assert judged(small, [only_said], seen("UA-53", watched="UA-53")).count == 0


def test_a_denial_of_ones_own_hand_stands_until_it_is_shown(claim, incident) -> None:
    denial = claim("d", stance="denies", accused="russia", act="attack", object_class="energy", start=BEGIN, end=END)
    cells = seen("UA-53", watched="UA-53")
    assert judged(denial, [incident("a")], cells).verdict == "insufficient"
    shown = incident("b", attribution="russia", basis="trajectory")
    assert judged(denial, [shown], cells).verdict == "contradicted"


def test_a_count_of_none_is_a_denial(claim, incident) -> None:
    none = claim("n", act="attack", object_class="energy", start=BEGIN, end=END, low=0, high=0, words="none")
    cells = seen("UA-53", watched="UA-53")
    assert judged(none, [incident("a")], cells).verdict == "contradicted"
    assert judged(none, [], cells).verdict == "insufficient"


def test_spans_are_found_as_by_looking_at_every_one() -> None:
    rng = np.random.default_rng(1)
    region = rng.choice(["", "UA-53", "UA-63", "RU-KRS"], 300)
    start = rng.integers(0, 1000, 300)
    end = start + rng.integers(1, 90, 300)
    spans = _Spans(region, start, end)
    for where, begin in [*product(["", "UA-53", "RU-KRS", "XX-1"], range(-50, 1100, 37))]:
        claim = _Said(0, "asserts", "russia", "", "", where, "", 1.0, 1.0, begin, begin + 24)
        meets = (start < claim.end) & (end > claim.begin) & ((region == where) | (where == ""))
        assert spans.during(claim).tolist() == np.flatnonzero(meets).tolist()
