"""Traffic of a corridor: counted by day, divided by what would have been heard, compared as rates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely

from ceasefire.geo.fixes import Fixes
from ceasefire.model.sea import SeaDay
from ceasefire.sea.looks import looks
from ceasefire.sea.traffic import Water, corridors, sea_days

START = datetime(2025, 4, 1, tzinfo=UTC)
DAYS = [(START + timedelta(days=k), START + timedelta(days=k + 1)) for k in range(4)]
LANE = Water("lane", "The lane", shapely.box(30.4, 44.0, 30.6, 46.0))


class Ears:
    """A stated share heard on each day."""

    def __init__(self, shares: list[float]) -> None:
        self.shares = shares

    def share(self, polygon: object, start: np.datetime64, end: np.datetime64) -> float:
        return self.shares[int((start - np.datetime64("2025-04-01")) / np.timedelta64(1, "D"))]


def fleet(ships_a_day: list[int]) -> Fixes:
    """Ships that cross the lane eastwards once, one an hour."""
    parts = []
    number = 272_000_000
    for day, ships in enumerate(ships_a_day):
        for k in range(ships):
            number += 1
            times = np.datetime64("2025-04-01", "ms") + np.arange(7) * np.timedelta64(10, "m")
            times = times + np.timedelta64(24 * day + k, "h")
            lon = np.linspace(30.2, 30.8, 7)
            parts.append(Fixes.of(mmsi=np.full(7, number), times=times, lon=lon, lat=np.full(7, 45.0)))
    return Fixes.join(parts)


def test_a_broken_receiver_is_no_blockade() -> None:
    fixes = fleet([10, 10, 5, 5])
    half = corridors(fixes, Ears([1.0, 1.0, 0.5, 0.5]), [LANE], days=DAYS[2:], before=DAYS[:2], clock="UTC")[0]  # type: ignore[arg-type]
    assert [d.ships for d in half.days] == [5, 5]
    assert [d.crossings for d in half.before] == [10, 10]
    assert half.ratio == pytest.approx(1.0)
    whole = corridors(fixes, Ears([1.0] * 4), [LANE], days=DAYS[2:], before=DAYS[:2], clock="UTC")[0]  # type: ignore[arg-type]
    assert whole.ratio == pytest.approx(0.5)


def test_days_that_nobody_heard_do_not_count_and_without_earlier_days_nothing_is_compared() -> None:
    fixes = fleet([10, 0, 8, 8])
    one = corridors(fixes, Ears([1.0, 0.1, 1.0, 1.0]), [LANE], days=DAYS[2:], before=DAYS[:2], clock="UTC")[0]  # type: ignore[arg-type]
    assert one.rate_before == 10.0
    none = corridors(fixes, Ears([1.0] * 4), [LANE], days=DAYS, before=[], clock="UTC")[0]  # type: ignore[arg-type]
    assert none.rate == pytest.approx(6.5)
    assert np.isnan(none.ratio)


def test_a_sea_without_a_message_has_a_lost_look_and_one_that_was_heard_its_share() -> None:
    days = sea_days(fleet([3, 0, 1, 2]), Ears([0.9, 0.9, 0.4, 0.9]), ["XZ-BLS"], days=DAYS, clock="UTC")  # type: ignore[arg-type]
    assert [d.ships for d in days] == [3, 0, 1, 2]
    assert days[1].silent_hours == 24.0
    made = looks(days, DAYS, source="ais")
    assert made.column("quality").round(2).tolist() == [0.9, 0.0, 0.4, 0.9]
    assert made.column("lost").tolist() == ["", "no reception", "", ""]
    assert len(set(made.column("id").tolist())) == 4
    unknown = SeaDay(region="XZ-AZS", day=START.date(), ships=0, fixes=0, heard=float("nan"), silent_hours=24.0)
    assert looks([unknown], DAYS[:1], source="ais")[0].lost == "no reception"


def test_ships_that_stay_all_day_are_heard_although_half_of_the_hours_are_lost() -> None:
    stayed = []
    for number in range(6):
        times = np.datetime64("2025-04-01", "ms") + np.arange(0, 96, 2) * np.timedelta64(1, "h")
        place = {"lon": np.full(48, 30.5), "lat": np.full(48, 45.0)}
        stayed.append(Fixes.of(mmsi=np.full(48, 272_000_001 + number), times=times, **place))
    got = corridors(
        Fixes.join(stayed),
        Ears([0.9, 0.9, 0.5, 0.5]),
        [LANE],
        days=DAYS[2:],
        before=DAYS[:2],
        clock="UTC",  # type: ignore[arg-type]
    )[0]
    assert got.rate == pytest.approx(6.0, rel=0.001)
    assert got.ratio == pytest.approx(1.0, rel=0.001)
