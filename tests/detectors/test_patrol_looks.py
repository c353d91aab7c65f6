"""A patrol as looks: share, quality, darkness, lost places with their reason; interference told from the record."""

import numpy as np
import pytest

from ceasefire.detectors.interference import JAMMING, SPOOFING, UNKNOWN, interferences
from ceasefire.detectors.patrol_looks import Watched, looks
from ceasefire.geo.dwell import Cells, dwell
from ceasefire.geo.flight import Flight
from ceasefire.geo.footprint import footprints

N = 300
START = np.datetime64("2025-04-01T09:00:00", "ms")


def patrol(n=N, **given):
    base = {
        "lon": 36 + 0.0002 * np.arange(n),
        "lat": np.full(n, 50.0),
        "height_m": np.full(n, 270.0),
        "ground_m": np.full(n, 120.0),
        "azimuth_deg": np.full(n, 90.0),
        "elevation_deg": np.full(n, -60.0),
        "hfov_deg": np.full(n, 70.0),
        "vfov_deg": np.full(n, 43.0),
        "satellites": np.full(n, 14.0),
    }
    return Flight.of(times=START + 1000 * np.arange(n), **{**base, **given})


def over(flight):
    seen = footprints(flight)
    return dwell(flight, seen, Cells.of(seen, size_m=10.0))


ON_TRACK = Watched("reg:1", 36.03, 50.0, 60.0, "UA-63")
OFF_TRACK = Watched("reg:2", 36.03, 50.05, 60.0, "UA-63")


def test_a_place_on_the_track_is_seen_and_one_beside_it_is_lost_with_a_reason():
    flight = patrol()
    got = looks(flight, over(flight), [ON_TRACK, OFF_TRACK], source="patrol")
    here, there = got.keep(got.column("lost") == ""), got.keep(got.column("lost") != "")
    assert [look.acts for look in here] == [("attack",), ("fire",), ("movement", "presence")]
    assert all(0.5 < look.quality <= 1 for look in here)
    assert [look.lost for look in there] == ["not flown over"]
    assert there[0].quality == 0
    assert {look.channel for look in got} == {"drone"}


def test_higher_flight_sees_less():
    low, high = patrol(), patrol(height_m=np.full(N, 3_120.0))
    quality = [looks(f, over(f), [ON_TRACK], source="p").column("quality")[0] for f in (low, high)]
    assert quality[1] < 0.7 * quality[0]


def test_darkness_is_a_lost_look_unless_the_camera_sees_heat():
    flight = patrol()
    dark = looks(flight, over(flight), [ON_TRACK], source="p", sun_deg=-20.0)
    assert [look.lost for look in dark] == ["darkness"]
    warm = looks(flight, over(flight), [ON_TRACK], source="p", sun_deg=-20.0, sees_in_the_dark=True)
    assert all(not look.lost for look in warm)


def test_a_patrol_that_lost_its_position_raises_no_confidence():
    lon = 36 + 0.0002 * np.arange(N)
    lon[50:250] = np.nan
    satellites = np.where(np.isnan(lon), 1.0, 14.0)
    flight = patrol(lon=lon, satellites=satellites)
    hindered = interferences(flight)
    got = looks(flight, over(flight), [ON_TRACK], source="p", hindered=hindered)
    assert [(look.quality, look.lost) for look in got] == [(0.0, "jamming")]
    blind = looks(patrol(lon=np.full(N, np.nan)), None, [ON_TRACK], source="p", reason="denied")
    assert [look.lost for look in blind] == ["denied"]


def test_half_a_place_gives_half_the_quality():
    flight = patrol()
    whole = looks(flight, over(flight), [ON_TRACK], source="p").column("quality")[0]
    edge = over(flight).seen.any(axis=1)
    cells = over(flight).cells
    north = cells.south + (np.flatnonzero(edge)[-1] + 1) * cells.step_lat
    half = looks(flight, over(flight), [Watched("x", 36.03, north, 60.0)], source="p").column("quality")[0]
    assert half == pytest.approx(0.5 * whole, rel=0.25)


def test_lost_position_that_nothing_explains_is_of_unknown_cause():
    lon = 36 + 0.0002 * np.arange(N)
    lon[100:] = np.nan
    (found,) = interferences(patrol(lon=lon))
    assert found.assessed == UNKNOWN
    assert not found.regained
    assert "not regained" in found.sentence()


def test_before_the_first_fix_nobody_interferes():
    lon = 36 + 0.0002 * np.arange(N)
    lon[:100] = np.nan
    assert interferences(patrol(lon=lon)) == []
    assert interferences(patrol(lon=np.full(N, np.nan))) == []


def test_the_receivers_own_indication_is_evidence():
    lon = 36 + 0.0002 * np.arange(N)
    lon[100:160] = np.nan
    told = np.where(np.isnan(lon), 0.9, 0.05)
    (found,) = interferences(patrol(lon=lon, satellites=np.full(N, np.nan), jamming=told))
    assert found.assessed == JAMMING
    assert found.seconds == pytest.approx(61.0)
    assert "90 %" in found.sentence()


def test_positions_that_leap_are_false_positions():
    lon = 36 + 0.0002 * np.arange(N)
    lon[100:140] = 37.5
    (found,) = interferences(patrol(lon=lon))
    assert found.assessed == SPOOFING
    assert found.start == START + 99_000
    assert found.end == START + 140_000
