"""The corridor provision on a simulated fleet: what truly happened to ships, judged under each reading.

The fleet's truth stands in for incidents that independent reports established: nothing but the agreement decides.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from ceasefire.agreements.library import load
from ceasefire.assessment.verdict import judge
from ceasefire.model.agreement import Agreement, Status
from ceasefire.model.moment import Moment
from ceasefire.model.records import Incident
from ceasefire.model.table import Table

BLACK_SEA = load("black-sea-2025")
LIFTED = datetime(2025, 4, 9, 21, tzinfo=UTC)
"""Midnight of 10 April in Moscow, on which all conditions are met in the second world."""
ACTS = {"distress": "attack.naval", "jamming": "interference"}


@pytest.fixture(scope="module")
def incidents() -> Table[Incident]:
    fleet = pytest.importorskip("ceasefire.testing.fleet")
    sailed = fleet.simulate(seed=3, ships=12, hours=60, every_s=1800, start=np.datetime64("2025-04-08T12:00", "ms"))
    rows = []
    for e in sailed.events:
        act = ACTS.get(e.kind.split(".")[0])
        if act is None:
            continue
        rows.append(
            Incident(
                id=e.id.replace("e-", "i-"), start=e.start, end=max(e.start, e.end), lon=e.lon, lat=e.lat,
                radius_km=min(e.radius_km, 5.0), place="", region="XZ-BLS", control="", act=act,
                object_class="transport.vessel", object_probabilities=(("transport.vessel", 0.97),), p_occurred=0.97,
                p_object=0.97, p_party=(("russia", 0.4), ("ukraine", 0.4), ("other", 0.2)),
                attribution="undetermined", basis="", alternatives=(), accused_by=(), denied_by=(), origins=2,
                channels=("news", "ais"), observations=(f"o-{e.id}",),
            )
        )  # fmt: skip
    assert len(rows) >= 3
    return Table.of(Incident, rows)


def met_on_10_april() -> Agreement:
    status = Status(as_of=Moment.of("2025-04-10T00:00 Europe/Moscow"), met=True, sources=("limits",))
    lifted = tuple(c.model_copy(update={"status": (*c.status, status)}) for c in BLACK_SEA.conditions)
    return BLACK_SEA.model_copy(update={"conditions": lifted})


def at_sea(incidents: Table[Incident], agreement: Agreement, reading: str) -> dict[str, str]:
    """Verdicts on navigation of the incidents that lie clear of the coast, by incident."""
    found = judge(incidents, agreement).where(provision="navigation", reading=reading)
    return {f.subject: f.verdict for f in found if f.rule not in ("zone_straddled", "outside_zone")}


@pytest.mark.parametrize("reading", ["us-ukraine", "us-russia", "ukraine"])
def test_in_force_from_the_first_day_where_no_condition_was_made(incidents, reading) -> None:
    for agreement in (BLACK_SEA, met_on_10_april()):
        found = at_sea(incidents, agreement, reading)
        assert found
        assert set(found.values()) == {"violation"}


def test_never_in_force_in_moscow_while_conditions_are_unmet(incidents) -> None:
    found = judge(incidents, BLACK_SEA).where(provision="navigation", reading="kremlin")
    assert set(found.column("verdict")) == {"not_in_force"}
    assert all("banks" in f.reason or "Rosselkhozbank" in f.reason for f in found)


def test_in_moscow_the_verdict_flips_on_the_day_on_which_the_conditions_are_met(incidents) -> None:
    begin = {i.id: i.start for i in incidents}
    end = {i.id: i.end for i in incidents}
    found = at_sea(incidents, met_on_10_april(), "kremlin")
    before = {v for i, v in found.items() if end[i] < LIFTED}
    after = {v for i, v in found.items() if begin[i] >= LIFTED}
    across = {v for i, v in found.items() if begin[i] < LIFTED <= end[i]}
    assert (before, after) == ({"not_in_force"}, {"violation"})
    assert across <= {"insufficient"}
