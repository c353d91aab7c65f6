"""The acceptance facts of the 2025 arrangements as far as the encoded texts alone decide them.

Those that need a verdict on evidence stand in `tests/assessment/test_facts_b8.py`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ceasefire.agreements import load
from ceasefire.agreements.library import path
from ceasefire.agreements.lint import lint
from ceasefire.assessment.in_force import in_force, windows
from ceasefire.geo.zones import membership

ENERGY, BLACK_SEA = load("energy-2025"), load("black-sea-2025")


def utc(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2025, month, day, hour, minute, tzinfo=UTC)


def state(reading: str, start: datetime, hours: float = 1.0) -> str:
    return in_force(ENERGY, "energy", reading, start, start + timedelta(hours=hours)).state


def test_fact_01_a_strike_on_20_march_is_in_force_for_the_kremlin_and_not_for_ukraine() -> None:
    strike = utc(3, 20, 1)
    assert state("kremlin", strike) == "in_force"
    assert state("white-house", strike) == "in_force"
    assert state("ukraine", strike) == "not_in_force"
    assert state("us-riyadh", strike) == "uncertain"


def test_fact_02_a_strike_on_20_april_is_after_the_russian_end_and_before_the_ukrainian() -> None:
    strike = utc(4, 20, 1)
    answer = in_force(ENERGY, "energy", "kremlin", strike, strike)
    assert (answer.state, answer.code) == ("not_in_force", "after_end")
    assert state("ukraine", strike) == "in_force"


def test_fact_02_the_last_russian_day_is_17_april_or_16_april_depending_on_the_count() -> None:
    assert state("kremlin", utc(4, 16, 20)) == "in_force"
    assert state("kremlin", utc(4, 17, 12)) == "uncertain"
    assert state("kremlin", utc(4, 17, 17)) == "not_in_force"


@pytest.mark.parametrize(
    "kind", ["energy.gas.production", "energy.oil.production", "energy.coal", "energy.machine_building"]
)
def test_fact_03_production_is_on_the_ukrainian_list_and_not_on_the_russian(kind: str) -> None:
    terms = ENERGY.provision("energy").readings
    assert terms["ukraine"].coverage(kind) == "covered"
    assert terms["kremlin"].coverage(kind) == "not_covered"


def test_fact_03_a_gas_facility_of_unknown_kind_may_or_may_not_be_on_the_russian_list() -> None:
    terms = ENERGY.provision("energy").readings
    assert terms["kremlin"].coverage("energy.gas") == "unclear"
    assert terms["ukraine"].coverage("energy.gas") == "covered"


@pytest.mark.parametrize("kind", ["transport.rail", "transport.port"])
def test_fact_04_rail_and_ports_stand_only_in_the_white_house_wording_of_18_march(kind: str) -> None:
    terms = ENERGY.provision("energy").readings
    assert {r for r, t in terms.items() if t.coverage(kind) != "not_covered"} == {"white-house"}


def test_fact_05_no_text_says_whether_debris_is_a_breach() -> None:
    assert ENERGY.provision("energy").intent == "unstated"
    assert any("does not define a breach" in p.wrong for p in lint(path("energy-2025")))


def test_fact_06_a_drone_in_flight_when_the_order_came_is_uncertain() -> None:
    landed = utc(3, 18, 17), utc(3, 18, 18)
    assert ENERGY.provision("energy").in_flight == "unstated"
    assert in_force(ENERGY, "energy", "kremlin", *landed).state == "in_force"
    answer = in_force(ENERGY, "energy", "kremlin", *landed, launched=utc(3, 18, 12))
    assert (answer.state, answer.code) == ("uncertain", "in_flight")
    assert "launch or impact" in answer.reason


def test_fact_08_twenty_three_wounded_were_promised_by_one_side_only() -> None:
    promised = load("humanitarian-2025").provision("extra-23")
    assert (promised.quantity, promised.by, promised.to, promised.mutual) == (23, "russia", "ukraine", False)
    assert promised.due is not None
    assert promised.due.latest <= datetime(2025, 3, 20, tzinfo=UTC)


def test_fact_09_navigation_waits_for_sanctions_relief_in_moscow_and_is_in_force_elsewhere() -> None:
    week = utc(3, 27), utc(4, 3)
    answers = {r.id: in_force(BLACK_SEA, "navigation", r, *week) for r in BLACK_SEA.held}
    assert {r: a.state for r, a in answers.items()} == {
        "us-ukraine": "in_force",
        "us-russia": "in_force",
        "kremlin": "not_in_force",
        "ukraine": "in_force",
    }
    assert answers["kremlin"].code == "precedent_unmet:banks"
    assert "kremlin-version" in answers["kremlin"].sources


def test_fact_10_no_line_was_published_for_the_eastern_part_of_the_black_sea() -> None:
    clause = BLACK_SEA.provision("eastern-part")
    assert set(clause.readings) - BLACK_SEA.tried == {"ukraine"}
    zone = BLACK_SEA.zone(str(clause.readings["ukraine"].zone))
    assert membership(zone, [31.0], [44.5], [1.0]).tolist() == ["undefined"]
    assert in_force(BLACK_SEA, clause, "ukraine", utc(3, 27), utc(3, 28)).state == "in_force"
    assert in_force(BLACK_SEA, clause, "us-russia", utc(3, 27), utc(3, 28)).code == "not_in_reading"


def test_fact_12_the_easter_truce_lasts_thirty_hours() -> None:
    (window,) = windows(load("easter-2025"), "all-hostilities", "kremlin")
    assert (window.start, window.end) == (utc(4, 19, 15), utc(4, 20, 21))


def test_fact_14_kyiv_and_moscow_are_one_hour_apart_until_30_march_2025() -> None:
    begin = ENERGY.provision("energy").readings["ukraine"].in_force_from
    assert begin is not None
    assert begin.earliest == utc(3, 24, 22)
    end = ENERGY.provision("energy").readings["kremlin"].until
    assert end is not None
    assert end.earliest == utc(4, 16, 21)
    assert load("victory-day-2025").provision("all-hostilities").readings["kremlin"].until is not None
    hour = utc(3, 24, 21), utc(3, 24, 22)
    assert in_force(ENERGY, "energy", "ukraine", *hour).code == "before_start"


def test_facts_energy_truce_2026_has_three_starts_three_ends_and_three_scopes() -> None:
    terms = load("energy-truce-2026").provision("no-strikes").readings
    assert len({str(t.in_force_from) for t in terms.values()}) >= 3
    assert len({str(t.until) for t in terms.values()}) >= 3
    assert len({(t.objects, t.zone) for t in terms.values()}) == 3
