"""The acceptance facts of the 2025 arrangements that need a verdict, each test named after its fact.

Those that the agreement alone decides (clocks, conditions) stand in `tests/agreements/test_facts_b8.py`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ceasefire.agreements.library import load
from ceasefire.assessment.obligations import judge_obligations
from ceasefire.assessment.periods import judge_periods
from ceasefire.assessment.spoken import judge_claims
from ceasefire.assessment.verdict import judge
from ceasefire.fusion.coverage import coverage
from ceasefire.fusion.fuse import fuse
from ceasefire.model.intake import Window
from ceasefire.model.records import Claim, Incident, Look, Observation
from ceasefire.model.table import Table

ENERGY = load("energy-2025")
PARTIES = ["russia", "ukraine"]


def by_reading(rows, agreement=ENERGY, provision: str = "energy") -> dict[str, str]:
    return {f.reading: f.verdict for f in judge(Table.of(Incident, rows), agreement).where(provision=provision)}


def fused(rows) -> Table[Incident]:
    return fuse(Table.of(Observation, rows), parties=PARTIES, protected=["energy"]).incidents


def test_fact_01_the_same_strike_on_20_march_is_in_force_for_moscow_and_not_for_kyiv(incident) -> None:
    found = by_reading([incident("a", start=datetime(2025, 3, 20, 1, tzinfo=UTC))])
    assert (found["kremlin"], found["ukraine"]) == ("violation", "not_in_force")


def test_fact_02_a_strike_on_20_april_is_after_the_russian_and_before_the_ukrainian_end(incident) -> None:
    found = by_reading([incident("a", start=datetime(2025, 4, 20, 1, tzinfo=UTC))])
    assert (found["kremlin"], found["ukraine"]) == ("not_in_force", "violation")


def test_fact_03_a_gas_production_hit_is_covered_for_kyiv_and_not_for_moscow(incident) -> None:
    found = by_reading([incident("a", object_class="energy.gas.production")])
    assert (found["kremlin"], found["ukraine"]) == ("not_covered", "violation")


@pytest.mark.parametrize("kind", ["transport.rail", "transport.port"])
def test_fact_04_a_rail_or_port_hit_is_covered_only_under_the_white_house_wording(incident, kind) -> None:
    found = by_reading([incident("a", object_class=kind)])
    assert found.pop("white-house") == "violation"
    assert set(found.values()) == {"not_covered"}


def test_fact_05_kavkazskaya_debris_or_deliberate_is_not_decided_by_one_side_saying_both(observation) -> None:
    """One ministry said a deliberate strike, the regional headquarters of the same side said falling debris."""
    at = {
        "lon": 40.667, "lat": 45.444, "place": "Kavkazskaya", "region": "RU-KDA", "control": "russia",
        "start": datetime(2025, 3, 18, 23, tzinfo=UTC), "object_class": "energy.oil.storage",
    }  # fmt: skip
    found = fused(
        [
            observation("fire", act="fire", **at),
            observation("hq", channel="official", alternatives=("debris",), **at),
            observation("mod", channel="party", procedure="claim", claimant="russia", accused="ukraine", **at),
        ]
    )
    assert len(found) == 1
    assert found[0].p_occurred > 0.8
    assert found[0].attribution == "undetermined"
    assert by_reading(list(found))["kremlin"] == "insufficient"


def test_fact_06_a_drone_in_flight_when_the_order_came_is_undecided_where_the_text_is_silent(incident) -> None:
    in_the_gap = incident("a", start=datetime(2025, 3, 18, 15, tzinfo=UTC))
    found = judge(Table.of(Incident, [in_the_gap]), ENERGY).where(reading="kremlin")[0]
    assert (found.verdict, found.rule) == ("insufficient", "in_force_uncertain")
    assert "no hour of effect was published" in found.reason


def test_fact_07_sudzha_very_likely_happened_and_nobody_is_shown_to_have_done_it(observation) -> None:
    at = {
        "lon": 35.27, "lat": 51.19, "place": "Sudzha", "region": "RU-KRS", "control": "contested", "radius_km": 8.0,
        "start": datetime(2025, 3, 28, 7, tzinfo=UTC), "object_class": "energy.gas.pipeline",
        "alternatives": ("own_fire",),
    }  # fmt: skip
    claims = {"channel": "party", "procedure": "claim"}
    found = fused(
        [
            observation("video", **at),
            observation("second", channel="news", **at),
            observation("mod", claimant="russia", accused="ukraine", **claims, **at),
            observation("gs", claimant="ukraine", accused="russia", **claims, **at),
        ]
    )
    assert len(found) == 1
    assert found[0].p_occurred > 0.8
    assert found[0].attribution == "undetermined"
    assert set(found[0].accused_by) == {("russia", "ukraine"), ("ukraine", "russia")}
    assert abs(dict(found[0].p_party)["russia"] - dict(found[0].p_party)["ukraine"]) < 0.05


def test_fact_08_twenty_three_were_promised_and_twenty_two_delivered(claim) -> None:
    agreement = load("humanitarian-2025")
    said = datetime(2025, 3, 19, 15, tzinfo=UTC)
    rows = [
        claim("22", stance="delivers", provision="extra-23", low=22, high=22, unit="persons", said=said, origin="a"),
        claim("again", stance="delivers", provision="extra-23", low=22, high=22, unit="persons", said=said, origin="a"),
    ]
    found = judge_obligations(Table.of(Claim, rows), agreement, cutoff=datetime(2025, 4, 18, tzinfo=UTC))
    extra = found.where(provision="extra-23")
    assert len(extra) >= 1
    for f in extra:
        assert (f.promised, f.count, f.verdict) == (23, 22, "partly_fulfilled")


def test_fact_09_navigation_waits_for_a_condition_in_moscow_and_binds_in_kyiv_and_washington(incident) -> None:
    black_sea = load("black-sea-2025")
    navigation = next(p for p in black_sea.provisions if p.kind == "prohibition" and "kremlin" in p.readings)
    at_sea = incident(
        "a", act="attack.naval", object_class="transport.vessel", lon=31.2, lat=45.9, region="", control="",
        start=datetime(2025, 4, 2, 1, tzinfo=UTC),
    )  # fmt: skip
    found = by_reading([at_sea], black_sea, navigation.id)
    assert found["kremlin"] == "not_in_force"
    assert found["us-ukraine"] != "not_in_force"


def test_fact_10_a_warship_west_of_an_undefined_eastern_part_cannot_be_verified(incident) -> None:
    black_sea = load("black-sea-2025")
    undefined = {z.id for z in black_sea.zones if z.undefined}
    assert undefined
    provision = next(
        p for p in black_sea.provisions
        if p.kind == "prohibition" and any(t.zone in undefined for t in p.readings.values())
    )  # fmt: skip
    ship = incident("a", act="movement.naval", object_class="military", lon=31.5, lat=45.0, region="", control="")
    found = judge(Table.of(Incident, [ship]), black_sea).where(provision=provision.id)
    bound = [f for f in found if provision.readings[f.reading].zone in undefined]
    assert {f.rule for f in bound} == {"zone_undefined"}
    assert {f.verdict for f in bound} == {"insufficient"}


def test_fact_11_five_totals_of_one_side_stay_five_claims(claim) -> None:
    begin, end = datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC)
    inf = float("inf")
    totals = {
        "23": (23, 23),
        "over 60": (60, inf),
        "over 80": (80, inf),
        "over 120": (120, inf),
        "hundreds": (200, inf),
    }
    rows = [
        claim(str(k), words=w, low=lo, high=hi, unit="violations", act="attack", object_class="energy",
              accused="ukraine", start=begin, end=end, origin=w)
        for k, (w, (lo, hi)) in enumerate(totals.items())
    ]  # fmt: skip
    looks = [
        Look(id=f"l-{d}", source="s", channel="news", region="UA-53", start=begin + timedelta(days=d),
             end=begin + timedelta(days=d + 1), acts=("attack",))
        for d in range(31)
    ]  # fmt: skip
    seen = coverage(Table.of(Look, looks), window=Window(begin, end), clock="UTC", regions=["UA-53"])
    found = judge_claims(Table.of(Claim, rows), Table.empty(Incident), seen, ENERGY)
    assert [f.promised for f in found] == [23, 60, 80, 120, 200]
    assert len({f.subject for f in found}) == 5
    assert {f.count for f in found} == {0}


def test_fact_12_easter_a_day_almost_without_alerts_is_no_day_without_fire_on_the_ground(observation) -> None:
    """Alerts are no looks at shelling; anomalies seen on the front keep the day from being called quiet."""
    easter = load("easter-2025")
    day = datetime(2025, 4, 20, tzinfo=UTC)
    quiet = observation("q", act="", channel="alert", procedure="alert", region="UA-14",
                        start=day, end=day + timedelta(hours=21), radius_km=150.0)  # fmt: skip
    shelling = observation("s", act="attack.shelling", lon=37.6, lat=48.6, region="UA-14", start=day, object_class="")
    alone = fused([shelling])[0]
    assert fused([shelling, quiet])[0].p_occurred == alone.p_occurred
    looks = [
        Look(id="l-1", source="alerts", channel="alert", region="UA-14", start=day, end=day + timedelta(hours=21),
             acts=("attack.air",))
    ]  # fmt: skip
    seen = coverage(Table.of(Look, looks), window=Window(day, day + timedelta(days=1)), clock="UTC", regions=["UA-14"])
    rows = Table.of(Incident, [])
    found = judge_periods(rows, judge(rows, easter), seen, easter, clock="UTC")
    daily = [f for f in found if f.subject == "UA-14 2025-04-20"]
    assert daily
    assert {f.verdict for f in daily} == {"not_observed"}


def test_fact_13_a_statement_of_no_strikes_is_contradicted_by_records_of_the_same_days(incident, claim) -> None:
    begin, end = datetime(2025, 3, 25, tzinfo=UTC), datetime(2025, 3, 28, tzinfo=UTC)
    denial = claim("d", claimant="ukraine", speaker="Ministry of Foreign Affairs", stance="denies", act="attack",
                   object_class="energy", start=begin, end=end)  # fmt: skip
    seen = coverage(Table.empty(Look), window=Window(begin, end), clock="UTC", regions=["UA-65"])
    recorded = incident("a", start=datetime(2025, 3, 26, tzinfo=UTC), channels=("monitor",), region="UA-65")
    other_party = incident("b", start=datetime(2025, 3, 26, tzinfo=UTC), channels=("party",), region="UA-65")
    (found,) = judge_claims(Table.of(Claim, [denial]), Table.of(Incident, [recorded]), seen, ENERGY)
    assert (found.verdict, found.evidence) == ("contradicted", (recorded.id,))
    (found,) = judge_claims(Table.of(Claim, [denial]), Table.of(Incident, [other_party]), seen, ENERGY)
    assert found.verdict == "not_observable"


def test_fact_14_ten_twenty_in_moscow_is_nine_twenty_in_kyiv_until_30_march() -> None:
    from zoneinfo import ZoneInfo

    before = datetime(2025, 3, 28, 10, 20, tzinfo=ZoneInfo("Europe/Moscow"))
    after = datetime(2025, 3, 31, 10, 20, tzinfo=ZoneInfo("Europe/Moscow"))
    assert before.astimezone(ZoneInfo("Europe/Kyiv")).hour == 9
    assert after.astimezone(ZoneInfo("Europe/Kyiv")).hour == 10
    assert before.astimezone(UTC).hour == after.astimezone(UTC).hour == 7
