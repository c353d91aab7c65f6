"""Looks to exposure: a lost look adds none, several add up, and a place without looks stays at zero."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from ceasefire.fusion.coverage import coverage
from ceasefire.fusion.priors import STATED_DETECTION
from ceasefire.fusion.registered import targets
from ceasefire.geo.overlap import disc_share
from ceasefire.model.intake import Window
from ceasefire.model.records import Incident, Look, ProtectedObject
from ceasefire.model.table import Table

DAY = datetime(2025, 4, 1, 21, tzinfo=UTC)
WINDOW = Window(DAY, DAY + timedelta(days=2))


def look(name: str, **fields):
    given = {
        "source": "s", "channel": "news", "region": "UA-53", "start": DAY, "end": DAY + timedelta(days=1),
        "acts": ("attack",), "quality": 1.0,
    }  # fmt: skip
    return Look(id=f"l-{name}", **{**given, **fields})


def cells(rows, regions=("UA-53", "UA-59")):
    table = coverage(Table.of(Look, rows), window=WINDOW, clock="Europe/Kyiv", regions=regions)
    return {(c.region, c.start): c for c in table}


def test_every_region_and_day_has_a_row_also_where_nobody_looked() -> None:
    found = cells([])
    assert len(found) == 4
    assert {c.exposure for c in found.values()} == {0.0}


def test_one_look_gives_the_stated_chance_and_two_give_more() -> None:
    p = STATED_DETECTION["news"]["attack"]
    assert cells([look("a")])["UA-53", DAY].exposure == pytest.approx(p)
    assert cells([look("a"), look("b")])["UA-53", DAY].exposure == pytest.approx(1 - (1 - p) ** 2)


def test_a_lost_look_adds_nothing_and_is_counted_with_its_reason() -> None:
    cell = cells([look("a", quality=0.0, lost="cloud", channel="satellite.thermal")])["UA-53", DAY]
    assert (cell.looks, cell.looks_lost, cell.exposure) == (0, 1, 0.0)
    assert cell.lost == ("satellite.thermal: cloud",)


def test_a_look_counts_only_on_its_day_and_in_its_region() -> None:
    found = cells([look("a")])
    assert found["UA-53", DAY + timedelta(days=1)].exposure == 0.0
    assert found["UA-59", DAY].exposure == 0.0


def test_a_look_of_two_days_counts_on_both() -> None:
    found = cells([look("a", end=DAY + timedelta(days=2))])
    assert found["UA-53", DAY].looks == found["UA-53", DAY + timedelta(days=1)].looks == 1


def test_a_week_that_only_touches_a_day_does_not_count_on_it() -> None:
    found = cells([look("a", start=DAY + timedelta(hours=22), end=DAY + timedelta(days=7))])
    assert found["UA-53", DAY].looks == 0
    assert found["UA-53", DAY + timedelta(days=1)].looks == 1


def test_an_alert_is_no_look_at_strikes() -> None:
    assert cells([look("a", channel="alert", acts=("attack.air",))])["UA-53", DAY].exposure == 0.0


def test_a_look_for_other_acts_does_not_count() -> None:
    assert cells([look("a", acts=("movement",))])["UA-53", DAY].looks == 0


def test_a_disc_adds_the_share_of_the_region_it_covers() -> None:
    p = STATED_DETECTION["news"]["attack"]
    disc = {"lon": 34.55, "lat": 49.59, "radius_km": 30.0}
    share = disc_share("UA-53", 34.55, 49.59, 30.0)[0]
    assert 0.05 < share < 0.2
    for region in ("", "UA-53"):
        found = cells([look("a", region=region, **disc)])
        assert found["UA-53", DAY].exposure == pytest.approx(p * share)
        assert found["UA-59", DAY].exposure == 0.0
    whole = cells([look("a", region="", lon=34.0, lat=50.0, radius_km=600.0)])
    assert whole["UA-53", DAY].exposure == pytest.approx(p)
    assert whole["UA-59", DAY].exposure == pytest.approx(p)


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"quality": math.nan}, "quality"), ({"quality": 2.0}, "quality"), ({"lost": "cloud"}, "contradicts itself")],
)
def test_looks_that_cannot_be_are_named(fields, words) -> None:
    with pytest.raises(ValueError, match=words):
        cells([look("a", **fields)])


def test_silence_is_worth_what_was_looked_at() -> None:
    found = coverage(
        Table.of(Look, [look("a")]), window=WINDOW, clock="Europe/Kyiv", regions=["UA-53", "UA-59"],
        incidents=Table.empty(Incident),
    )  # fmt: skip
    chance = {(c.region, c.start): c for c in found}
    watched, unwatched = chance["UA-53", DAY], chance["UA-59", DAY]
    assert watched.unseen < unwatched.unseen
    assert unwatched.unseen_low < 0.1 < 0.9 < unwatched.unseen_high


def register(n: int = 10, known_km: float = 1.0) -> Table[ProtectedObject]:
    rows = [
        ProtectedObject(
            id=f"x:{k}", name="", object_class="energy.electricity.grid", lon=34.0 + 0.1 * k, lat=49.6,
            radius_km=known_km, region="UA-53",
        )
        for k in range(n)
    ]  # fmt: skip
    return Table.of(ProtectedObject, rows)


def exposed(rows, objects, **given):
    table = coverage(
        Table.of(Look, rows), window=WINDOW, clock="Europe/Kyiv", regions=("UA-53",),
        register=targets(objects, ("energy",), anything=False), **given,
    )  # fmt: skip
    return next(c for c in table if c.start == DAY)


def test_looks_at_protected_objects_count_for_their_share_of_them() -> None:
    p = STATED_DETECTION["satellite.thermal"]["attack"]
    of = {"channel": "satellite.thermal", "region": "", "radius_km": 2.0, "lat": 49.6}
    one = exposed([look("a", lon=34.0, **of)], register())
    assert one.exposure == pytest.approx(p * 0.8 * 0.1, rel=0.02)
    assert one.exposure_low < 0.01 * one.exposure  # by area it is next to nothing
    every = exposed([look(f"a{k}", lon=34.0 + 0.1 * k, **of) for k in range(10)], register())
    assert 0.6 * p < every.exposure < 0.8 * p
    assert exposed([look("a", lon=34.55, **of)], register()).looks == 0
    # places known to 4 km only: the disc of 2 km holds a quarter of each
    assert exposed([look("a", lon=34.0, **of)], register(known_km=4.0)).exposure == pytest.approx(p * 0.02, rel=0.05)


def test_few_objects_or_prohibitions_of_more_leave_area_alone() -> None:
    disc = {"region": "", "lon": 34.55, "lat": 49.59, "radius_km": 30.0}
    by_area = cells([look("a", **disc)])["UA-53", DAY].exposure
    assert exposed([look("a", **disc)], register(4)).exposure == pytest.approx(by_area)
    assert targets(register(), ("energy",), anything=True) is None
    assert targets(register(), ("health",), anything=False) is None
    assert exposed([look("a")], register()).exposure == pytest.approx(STATED_DETECTION["news"]["attack"])


def test_a_look_of_unknown_cloud_has_a_cautious_end() -> None:
    cell = cells([look("a", channel="satellite.thermal", quality=0.6, quality_low=0.2)])["UA-53", DAY]
    sure = cells([look("a", channel="satellite.thermal", quality=0.6)])["UA-53", DAY]
    assert cell.exposure == sure.exposure
    assert cell.exposure_low == pytest.approx(sure.exposure_low / 3.0, rel=0.01)
    with pytest.raises(ValueError, match="least quality"):
        cells([look("a", quality=0.2, quality_low=0.6)])
