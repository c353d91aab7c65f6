"""Cleaning of fixes: what goes out, what is kept apart, what is told."""

from __future__ import annotations

import numpy as np
import pytest

from ceasefire.detectors.vessel_clean import clean, is_station
from ceasefire.geo.fixes import Fixes
from ceasefire.testing.fleet import Fleet, Trouble, simulate

MINUTES = (np.arange(60) * 60_000).astype("M8[ms]")


def straight(mmsi: int, lon: float, *, minutes: int = 60) -> Fixes:
    n = minutes
    return Fixes.of(
        mmsi=[mmsi] * n, times=MINUTES[:n], lon=lon + np.arange(n) * 0.004, lat=[44.0] * n, speed_kn=[10.3] * n,
        course_deg=[90.0] * n,
    )  # fmt: skip


def test_what_cannot_be_is_counted_with_its_reason() -> None:
    bad = Fixes.of(
        mmsi=[0, 272_000_001, 272_000_001, 272_000_001, 272_000_001],
        times=np.array([600_000, 1_230_000, 1_290_000, 1_893_456_000_000, 1_350_000], "M8[ms]"),
        lon=[31.0, 190.0, 0.0, 31.0, np.nan], lat=[44.0, 44.0, 0.0, 44.0, np.nan],
    )  # fmt: skip
    good = straight(272_000_001, 31.0)
    got = clean(Fixes.join([good, bad, good.keep([5])]), until="1970-01-02", files=["log"], land=False)
    assert {k: n for k, n in got.counts.items() if n} == {"mmsi": 1, "range": 1, "null": 1, "future": 1, "copy": 1}
    assert len(got.fixes) == 60
    assert len(got.unplaced) == 1
    assert len(got.quarantine) == 5
    assert set(got.quarantine.column("granule")) == {"log"}


def test_two_ships_under_one_number_are_kept_apart() -> None:
    got = clean(Fixes.join([straight(272_000_001, 31.0), straight(272_000_001, 35.0)]), land=False)
    assert got.counts["speed"] == 0
    assert got.two_ships == (272_000_001,)
    for track in (0, 1):
        assert np.ptp(got.fixes.lon[got.track == track]) < 0.3


def test_nothing_at_all() -> None:
    got = clean(Fixes.join([]))
    assert len(got.fixes) == len(got.quarantine) == 0


def test_numbers_of_stations() -> None:
    assert is_station([111_272_001, 800_000_000, 827_200_001, 982_720_001]).tolist() == [True, False, True, True]


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return simulate(seed=21, ships=60, hours=24, every_s=60, trouble=Trouble(skewed=2, circles=1, inland=1))


def test_a_simulated_fleet_is_cleaned_and_not_thinned(fleet: Fleet) -> None:
    got = clean(fleet.fixes, land=False)
    kept = np.zeros(len(fleet.fixes), dtype=bool)
    kept[got.rows] = True
    placed = np.isfinite(fleet.fixes.lon)
    assert kept[placed & (fleet.flaw == 0)].mean() > 0.999
    assert kept[placed & (fleet.flaw == 1)].mean() < 0.6
    assert kept[placed & (fleet.flaw == 2)].mean() < 0.05
    for station, seconds in got.clocks.items():
        assert abs(fleet.skew_s.get(station, 0.0) - seconds) < 5.0
    assert set(got.clocks) <= set(fleet.skew_s)
