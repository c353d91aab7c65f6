"""The Black Sea statements judged: silences, lines tried, and conditions that flip a verdict on their day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ceasefire.agreements.library import load
from ceasefire.assessment.in_force import in_force
from ceasefire.assessment.periods import judge_periods
from ceasefire.assessment.verdict import judge
from ceasefire.fusion.coverage import coverage
from ceasefire.model.agreement import Agreement, Status
from ceasefire.model.intake import Window
from ceasefire.model.moment import Moment
from ceasefire.model.records import Incident, Look
from ceasefire.model.table import Table
from ceasefire.reporting.conditions_lines import lines_tried

BLACK_SEA = load("black-sea-2025")
HELD = [r.id for r in BLACK_SEA.held]
AT_SEA: dict[str, Any] = {"lon": 31.2, "lat": 45.9, "region": "XZ-BLS", "control": "", "place": ""}


def verdicts(one: Incident, provision: str, agreement: Agreement = BLACK_SEA) -> dict[str, tuple[str, str]]:
    found = judge(Table.of(Incident, [one]), agreement).where(provision=provision)
    return {f.reading: (f.verdict, f.rule) for f in found if f.reading not in agreement.tried}


def met_from(day: str, *, all_but: str = "") -> Agreement:
    """The agreement as if sanctions had been lifted on a day."""
    status = Status(as_of=Moment.of(f"{day}T00:00 Europe/Moscow"), met=True, sources=("limits",))
    conditions = tuple(
        c if c.id == all_but else c.model_copy(update={"status": (*c.status, status)}) for c in BLACK_SEA.conditions
    )
    return BLACK_SEA.model_copy(update={"conditions": conditions})


def test_a_merchant_ship_struck_at_sea(incident) -> None:
    ship = incident("a", act="attack.naval.drone", object_class="transport.vessel", **AT_SEA)
    breach = ("violation", "all_conditions_met")
    expected = {
        "us-ukraine": breach,
        "us-russia": breach,
        "kremlin": ("not_in_force", "not_in_force"),
        "ukraine": breach,
    }
    assert verdicts(ship, "navigation") == verdicts(ship, "force") == expected


def test_a_warship_struck_at_sea_is_force_and_not_navigation(incident) -> None:
    ship = incident("a", act="attack.naval", object_class="military", **AT_SEA)
    assert verdicts(ship, "force")["us-ukraine"] == ("violation", "all_conditions_met")
    assert verdicts(ship, "force")["ukraine"] == ("not_covered", "object_not_listed")
    assert verdicts(ship, "navigation")["us-ukraine"] == ("not_covered", "object_not_listed")


def test_jamming_on_the_way_of_a_merchant_ship_is_navigation_and_not_force(incident) -> None:
    ship = incident("a", act="interference", object_class="transport.vessel", **AT_SEA)
    assert verdicts(ship, "navigation")["us-ukraine"][0] == "violation"
    assert verdicts(ship, "force")["us-ukraine"] == ("not_covered", "act_not_prohibited")


ODESA = {"lon": 30.72, "lat": 46.49, "region": "UA-51", "control": "ukraine", "place": "Odesa"}
AZOV = {"lon": 36.6, "lat": 46.2, "region": "XZ-AZS", "control": ""}
IZMAIL = {"lon": 28.84, "lat": 45.34, "radius_km": 3.0, "region": "UA-51", "control": "ukraine"}
PORT, SHIP = {"object_class": "transport.port"}, {"object_class": "transport.vessel"}
NOTHING: dict[str, Any] = {"object_class": ""}
SILENT: list[tuple[str, dict[str, Any], str, str]] = [
    ("ports-from-land", {"act": "attack.air.missile", **PORT, **ODESA}, "insufficient", "violation"),
    ("mines", {"act": "attack.naval.mine", **SHIP, **AT_SEA}, "insufficient", "insufficient"),
    ("drones", {"act": "interception", **NOTHING, **AT_SEA}, "insufficient", "insufficient"),
    ("missiles-from-ships", {"act": "launch", **NOTHING, **AT_SEA}, "insufficient", "insufficient"),
    ("azov", {"act": "attack.naval", **SHIP, **AZOV}, "not_covered", "not_covered"),
    # under Ukraine's own reading the port is meant, but its disc lies across the border with Romania
    ("danube", {"act": "attack.air.drone", **PORT, **IZMAIL}, "not_covered", "insufficient"),
]


@pytest.mark.parametrize(("silence", "fields", "verdict", "of_ukraine"), SILENT, ids=[s[0] for s in SILENT])
def test_a_silence_gives_its_verdict_and_its_name(incident, silence, fields, verdict, of_ukraine) -> None:
    found = verdicts(incident("a", **fields), "force")
    for reading in ("us-ukraine", "us-russia"):
        assert found[reading] == (verdict, f"silent:{silence}")
    assert found["kremlin"] == ("not_in_force", "not_in_force")
    assert found["ukraine"][0] == of_ukraine
    (one,) = [s for s in BLACK_SEA.provision("force").silent if s.id == silence]
    said = judge(Table.of(Incident, [incident("a", **fields)]), BLACK_SEA).where(
        provision="force", reading="us-russia"
    )[0]
    assert one.question in said.reason
    assert said.would_change.endswith(".")


def test_a_silence_speaks_only_where_it_fits(incident) -> None:
    house = incident("a", act="attack.air.missile", object_class="civilian.housing", **ODESA)
    assert verdicts(house, "force")["us-ukraine"] == ("not_covered", "object_not_listed")
    unsure = incident("b", act="attack.air.missile", object_class="transport.port",
                      object_probabilities=(("transport.port", 0.4), ("civilian.housing", 0.5)), **ODESA)  # fmt: skip
    assert not verdicts(unsure, "force")["us-ukraine"][1].startswith("silent:")


def test_before_the_start_the_clock_decides_and_not_the_silence(incident) -> None:
    early = incident("a", act="attack.naval.mine", object_class="transport.vessel",
                     start=datetime(2025, 3, 20, tzinfo=UTC), **AT_SEA)  # fmt: skip
    assert {v for v, _ in verdicts(early, "force").values()} == {"not_in_force"}


@pytest.mark.parametrize(
    ("lon", "lat", "radius_km", "breach"),
    [
        (30.45, 45.85, 5.0, {"tarkhankut", "narrows", "kerch", "corridor"}),
        (31.6, 44.6, 5.0, {"tarkhankut", "narrows", "kerch"}),
        (33.1, 44.3, 5.0, {"narrows", "kerch"}),
        (35.5, 44.4, 5.0, {"kerch"}),
        (37.7, 44.5, 5.0, set()),
    ],
)
def test_a_warships_place_under_each_line(incident, lon, lat, radius_km, breach) -> None:
    ship = incident("a", act="movement.naval", object_class="military", lon=lon, lat=lat, radius_km=radius_km,
                    region="XZ-BLS", control="")  # fmt: skip
    found = judge(Table.of(Incident, [ship]), BLACK_SEA).where(provision="eastern-part")
    tried = {f.reading.removeprefix("tried-"): f.verdict for f in found if f.reading in BLACK_SEA.tried}
    assert {name for name, verdict in tried.items() if verdict == "violation"} == breach
    assert {v for name, v in tried.items() if name not in breach} <= {"not_covered"}
    (own,) = [f for f in found if f.reading == "ukraine"]
    assert (own.verdict, own.rule) == ("insufficient", "zone_undefined")
    (line,) = lines_tried(Table.of(Incident, [ship]), found, BLACK_SEA)
    assert {r.removeprefix("tried-") for r, v in line.verdicts if v == "breach"} == breach
    assert line.hangs_on_the_line == (0 < len(breach) < 4)


def test_a_place_known_only_by_the_sea_is_undecided_under_every_line(incident) -> None:
    ship = incident("a", act="movement.naval", object_class="military", lon=34.0, lat=43.3, radius_km=600.0,
                    region="XZ-BLS", control="")  # fmt: skip
    found = judge(Table.of(Incident, [ship]), BLACK_SEA).where(provision="eastern-part")
    assert {f.rule for f in found if f.reading in BLACK_SEA.tried} == {"zone_straddled"}
    (line,) = lines_tried(Table.of(Incident, [ship]), found, BLACK_SEA)
    assert {v for _, v in line.verdicts} == {"cannot tell"}


def test_nothing_is_counted_under_a_line_that_is_only_tried(incident) -> None:
    ship = incident("a", act="movement.naval", object_class="military", **AT_SEA)
    rows = Table.of(Incident, [ship])
    begin, end = datetime(2025, 4, 1, tzinfo=UTC), datetime(2025, 4, 4, tzinfo=UTC)
    looks = [
        Look(id=f"l-{act}", source="s", channel="news", region="XZ-BLS", start=begin, end=end, acts=(act,))
        for act in ("attack", "movement")
    ]
    seen = coverage(Table.of(Look, looks), window=Window(begin, end), clock="UTC", regions=["XZ-BLS"],
                    acts=("attack", "movement"))  # fmt: skip
    found = judge_periods(rows, judge(rows, BLACK_SEA), seen, BLACK_SEA, clock="UTC")
    assert set(found.column("reading")) == set(HELD)


def test_the_corridor_provision_flips_in_moscow_on_the_day_the_last_condition_is_met(incident) -> None:
    lifted = met_from("2025-04-10")
    for day, verdict in ((9, "not_in_force"), (10, "violation")):
        start = datetime(2025, 4, day, 3, tzinfo=UTC)
        ship = incident("a", act="attack.naval", object_class="transport.vessel", start=start, **AT_SEA)
        found = verdicts(ship, "navigation", lifted)
        assert found["kremlin"][0] == verdict
        assert found["us-ukraine"][0] == found["us-russia"][0] == found["ukraine"][0] == "violation"
        assert verdicts(ship, "navigation")["kremlin"][0] == "not_in_force"


@pytest.mark.parametrize("part", [c.id for c in BLACK_SEA.conditions])
def test_four_of_five_conditions_are_not_enough(part) -> None:
    start = datetime(2025, 4, 20, tzinfo=UTC)
    answer = in_force(met_from("2025-04-10", all_but=part), "navigation", "kremlin", start, start + timedelta(hours=1))
    assert (answer.state, answer.code) == ("not_in_force", f"precedent_unmet:{part}")


def test_a_condition_of_which_nobody_knows_leaves_moscows_reading_open() -> None:
    unknown = tuple(c.model_copy(update={"status": ()}) for c in BLACK_SEA.conditions)
    start = datetime(2025, 4, 20, tzinfo=UTC)
    agreement = BLACK_SEA.model_copy(update={"conditions": unknown})
    answer = in_force(agreement, "navigation", "kremlin", start, start + timedelta(hours=1))
    assert answer.state == "uncertain"
