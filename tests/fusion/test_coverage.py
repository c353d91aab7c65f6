"""Looks to exposure: a lost look adds none, several add up, and a place without looks stays at zero."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from ceasefire.fusion.coverage import coverage
from ceasefire.fusion.priors import STATED_DETECTION
from ceasefire.geo.overlap import disc_share
from ceasefire.model.intake import Window
from ceasefire.model.records import Incident, Look
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
