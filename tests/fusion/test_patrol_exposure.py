"""A patrol's looks at protected objects raise the exposure of their region; a jammed patrol's do not (0042)."""

from datetime import UTC, datetime

import numpy as np

from ceasefire.detectors.interference import interferences
from ceasefire.detectors.patrol_looks import Watched, looks
from ceasefire.fusion.coverage import survey
from ceasefire.fusion.registered import Register
from ceasefire.geo.dwell import Cells, dwell
from ceasefire.geo.flight import Flight
from ceasefire.geo.footprint import footprints
from ceasefire.model.intake import Window

N = 600
OBJECTS = [Watched(f"reg:{k}", 36.01 + 0.02 * k, 50.0, 60.0, "UA-63") for k in range(5)]
WINDOW = Window(datetime(2025, 3, 31, 21, tzinfo=UTC), datetime(2025, 4, 2, 21, tzinfo=UTC))


def flight(jammed):
    lon = 36 + 0.0002 * np.arange(N)
    return Flight.of(
        times=np.datetime64("2025-04-01T09:00:00", "ms") + 1000 * np.arange(N),
        lon=np.where((np.arange(N) > 5) & jammed, np.nan, lon),
        lat=np.full(N, 50.0),
        height_m=np.full(N, 270.0),
        ground_m=np.full(N, 120.0),
        azimuth_deg=np.full(N, 90.0),
        elevation_deg=np.full(N, -60.0),
        hfov_deg=np.full(N, 70.0),
        vfov_deg=np.full(N, 43.0),
        satellites=np.where((np.arange(N) > 5) & jammed, 2.0, 14.0),
    )


def exposure(jammed, places=OBJECTS):
    one = flight(jammed)
    seen = footprints(one)
    got = looks(one, dwell(one, seen, Cells.of(seen, size_m=20.0)), places, source="p", hindered=interferences(one))
    lon, lat = np.array([p.lon for p in OBJECTS]), np.array([p.lat for p in OBJECTS])
    register = Register(lon, lat, np.full(5, 0.05), np.full(5, "UA-63"))
    found = survey(got, window=WINDOW, clock="Europe/Kyiv", regions=["UA-63", "UA-05"], register=register).coverage
    return {(row.region, row.start.day): row for row in found}, got


def test_looks_at_all_objects_of_a_region_raise_its_exposure_on_that_day_only():
    found, got = exposure(jammed=False)
    assert not any(look.lost for look in got)
    row = found["UA-63", 31]
    assert row.exposure > 0.35
    assert row.exposure_low < row.exposure
    assert row.looks == 5
    assert found["UA-63", 1].exposure == 0
    assert found["UA-05", 31].exposure == 0


def test_looks_at_one_object_raise_it_less():
    one, _ = exposure(jammed=False, places=OBJECTS[:1])
    every, _ = exposure(jammed=False)
    assert 0 < one["UA-63", 31].exposure < 0.4 * every["UA-63", 31].exposure


def test_a_jammed_patrol_raises_nothing_and_says_why():
    found, got = exposure(jammed=True)
    assert {look.lost for look in got} == {"jamming"}
    row = found["UA-63", 31]
    assert row.exposure == 0
    assert (row.looks, row.looks_lost) == (0, 5)
    assert row.lost == ("drone: jamming",)
