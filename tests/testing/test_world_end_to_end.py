"""A simulated case through every stage, scored: what must hold whatever the statistics are."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from ceasefire.case import Case
from ceasefire.model.records import Finding
from ceasefire.model.table import Table
from ceasefire.store import Observed
from ceasefire.testing.score import score
from ceasefire.testing.scored import Score
from ceasefire.testing.simulate import World, simulate


class Scored(NamedTuple):
    world: World
    observed: Observed
    findings: Table[Finding]
    score: Score


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    world = simulate(tmp_path_factory.mktemp("world"), seed=11)
    case = Case.read(world.folder / "case.yml")
    observed = case.observe()
    fused = case.fuse(observed)
    findings = case.assess(observed, fused)
    tables = {
        "incidents": fused.incidents,
        "findings": findings,
        "looks": observed.looks,
        "observations": observed.observations,
    }
    for name, table in tables.items():
        table.write(world.folder / "out" / f"{name}.parquet")
    return Scored(world, observed, findings, score(world.folder, world.truth))


def test_every_row_is_used(scored: Scored) -> None:
    world, counts = scored.world, scored.observed.counts
    assert counts["reports"].used == world.reports + world.totals
    assert counts["sensors"].used == world.sensors
    assert counts["looks"].used == world.looks
    assert all(c.quarantined == c.duplicates == 0 for c in counts.values())


def test_most_of_what_happened_is_found_and_nothing_is_counted_twice(scored: Scored) -> None:
    world, s = scored.world, scored.score
    assert s.truths == world.incidents
    assert sum(c.true for c in s.cells) == s.truths
    assert sum(c.found for c in s.cells) == s.matched
    assert s.matched > 0.8 * s.truths
    assert s.grouping is not None
    assert s.incidents == s.matched + s.grouping.split + s.grouping.invented
    assert s.grouping.precision > 0.9


def test_party_and_verdicts_do_better_than_guessing(scored: Scored) -> None:
    s = scored.score
    assert s.party.brier < s.party.brier_of_base_rate
    assert s.object.resolution > 0
    assert s.attributed_right >= 0.9 * s.attributed
    for v in s.verdicts:
        assert v.right > 0.8 * v.decided


def test_upper_limits_hold_and_the_unseen_is_not_called_quiet(scored: Scored) -> None:
    s, findings = scored.score, scored.findings
    for x in s.limits:
        assert x.held >= 0.95 * x.number
    daily = findings.keep((findings.column("kind") == "period") & (findings.column("exposure") == 0))
    assert len(daily) > 0
    assert "none_observed" not in set(daily.column("verdict").tolist())
    assert np.isnan(daily.column("upper_limit")[daily.column("verdict") == "not_observed"]).all()


def test_the_run_does_not_read_the_truth(tmp_path: Path) -> None:
    world = simulate(tmp_path, seed=12, days=7, incidents=20)
    for path in world.truth.iterdir():
        path.unlink()
    assert len(Case.read(world.folder / "case.yml").observe().observations) == world.observations
