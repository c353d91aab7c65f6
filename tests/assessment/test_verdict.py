"""Each rule of the verdict, alone, and the order in which the rules are tried."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ceasefire.agreements.library import load
from ceasefire.assessment.rules import RULES
from ceasefire.assessment.verdict import judge
from ceasefire.model.records import Finding, Incident
from ceasefire.model.table import Table

ENERGY = load("energy-2025")


def verdicts(*rows: Incident, agreement=ENERGY, provision: str = "energy") -> dict[str, Finding]:
    found = judge(Table.of(Incident, rows), agreement).where(provision=provision)
    assert len(found) == len(rows) * len(agreement.provision(provision).readings)
    return {f.reading: f for f in found}


def test_an_established_strike_on_a_substation_in_april_is_a_breach_under_every_reading(incident) -> None:
    found = verdicts(incident("a"))
    assert {f.verdict for f in found.values()} == {"violation"}
    assert {f.rule for f in found.values()} == {"all_conditions_met"}


def test_the_two_probabilities_stand_apart_in_the_finding(incident) -> None:
    found = verdicts(incident("a", p_occurred=0.9, object_probabilities=(("energy.electricity.grid", 0.85),)))[
        "kremlin"
    ]
    assert (found.probability, found.p_covered) == (0.9, 0.85)


@pytest.mark.parametrize(
    ("fields", "rule", "verdict"),
    [
        ({"act": "movement"}, "act_not_prohibited", "not_covered"),
        ({"lon": 21.0, "lat": 52.2}, "outside_zone", "not_covered"),
        ({"object_class": "civilian.housing"}, "object_not_listed", "not_covered"),
        ({"object_class": ""}, "object_not_listed", "not_covered"),
        ({"p_occurred": 0.03}, "did_not_happen", "not_violation"),
        ({"act": "interception"}, "nothing_hit", "insufficient"),
        ({"act": "fire"}, "cause_unknown", "insufficient"),
        ({"object_class": "energy"}, "object_unclear", "insufficient"),
        ({"object_probabilities": (("energy.gas.pipeline", 0.5),)}, "object_uncertain", "insufficient"),
        ({"p_occurred": 0.6}, "not_established", "insufficient"),
        ({"alternatives": ("debris",)}, "alternative_open", "insufficient"),
        ({"alternatives": ("accident",)}, "alternative_open", "insufficient"),
    ],
)
def test_each_rule_decides_alone_under_the_kremlin_reading(incident, fields, rule, verdict) -> None:
    found = verdicts(incident("a", **fields))["kremlin"]
    assert (found.rule, found.verdict) == (rule, verdict)
    assert found.reason
    assert found.would_change


def test_own_fire_left_open_concerns_who_and_not_whether(incident) -> None:
    assert verdicts(incident("a", alternatives=("own_fire",)))["kremlin"].verdict == "violation"


def test_what_the_text_settles_comes_before_what_needs_evidence(incident) -> None:
    early = incident("a", start=datetime(2025, 3, 1, tzinfo=UTC), p_occurred=0.3, alternatives=("debris",))
    assert {f.verdict for f in verdicts(early).values()} == {"not_in_force"}


def test_every_rule_has_a_sentence_and_every_verdict_is_known() -> None:
    known = {"violation", "not_violation", "not_covered", "not_in_force", "insufficient"}
    for rule in RULES:
        assert rule.verdict in known
        assert rule.reason.endswith(".")
        assert rule.would_change.endswith(".")


def test_no_incident_no_finding() -> None:
    assert len(judge(Table.empty(Incident), ENERGY)) == 0


def test_findings_have_stable_and_different_ids(incident) -> None:
    rows = Table.of(Incident, [incident("a"), incident("b")])
    one, two = judge(rows, ENERGY), judge(rows, ENERGY)
    ids = one.column("id").tolist()
    assert ids == two.column("id").tolist()
    assert len(set(ids)) == len(ids)


def test_the_boundary_view_decides_whose_zone_a_disputed_region_lies_in(incident) -> None:
    zone = ENERGY.zone("both-countries").model_copy(update={"regions": ("UA",)})
    ukraine = ENERGY.model_copy(update={"zones": (zone,)})
    rows = Table.of(Incident, [incident("a", lon=34.1, lat=45.0)])  # inland Crimea
    rules = [
        set(judge(rows, ukraine, view=view).where(reading="kremlin").column("rule"))
        for view in ("iso-3166-2", "natural-earth")
    ]
    assert rules == [{"all_conditions_met"}, {"outside_zone"}]
