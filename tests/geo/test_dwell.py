"""Dwell on cells: against a Shapely loop, over gaps, over two passes, and what must not blow up."""

import numpy as np
import pytest
import shapely

from ceasefire.geo.dwell import Cells, dwell
from ceasefire.geo.flight import Flight
from ceasefire.geo.footprint import footprints

START = np.datetime64("2025-04-01T09:00:00", "ms")


def line(n=400, *, step=2e-5, seconds=0.5, **given):
    base = {
        "lon": 36 + step * np.arange(n),
        "lat": np.full(n, 50.0),
        "height_m": np.full(n, 270.0),
        "ground_m": np.full(n, 120.0),
        "azimuth_deg": np.full(n, 20.0),
        "elevation_deg": np.full(n, -60.0),
        "hfov_deg": np.full(n, 60.0),
        "vfov_deg": np.full(n, 40.0),
    }
    times = given.pop("times", START + (1000 * seconds * np.arange(n)).astype(np.int64))
    return Flight.of(times=times, **{**base, **given})


def test_cells_agree_with_a_shapely_loop():
    f = line()
    seen = footprints(f)
    got = dwell(f, seen, Cells.of(seen, size_m=10.0))
    rows, columns = got.cells.shape
    lon, lat = got.cells.centre(*np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"))
    seconds = np.zeros(got.cells.shape)
    for k, outline in enumerate(shapely.polygons(seen.outline)):
        seconds += np.where(shapely.contains_xy(outline, lon, lat), 0.5 if k < len(f) - 1 else 0.0, 0.0)
    differ = (seconds > 0) != got.seen
    assert got.kept < got.frames == len(f)
    assert differ.mean() < 0.02  # along the edge, where thinning moves it by up to half a cell
    assert got.seconds.sum() == pytest.approx(seconds.sum(), rel=0.01)
    assert got.area_km2 == pytest.approx((seconds > 0).sum() * 1e-4, rel=0.02)


def test_ground_sample_distance_is_finest_where_the_camera_is_nearest():
    f = line(1, elevation_deg=np.array([-40.0]), azimuth_deg=np.array([0.0]))
    got = dwell(f, footprints(f), Cells.of(footprints(f), size_m=5.0))
    south_to_north = np.nanmin(got.gsd_m, axis=1)
    south_to_north = south_to_north[np.isfinite(south_to_north)]
    assert np.all(np.diff(south_to_north) > 0)
    assert np.nanmax(got.depression_deg) < 61.0


def test_a_gap_in_the_record_is_no_look():
    times = START + np.array([0, 1000, 2000, 600_000, 601_000])
    f = line(5, times=times, step=0.0)
    got = dwell(f, footprints(f))
    assert got.seconds.max() == pytest.approx(1 + 1 + 5 + 1)
    assert got.looks.max() == 2


def test_two_passes_over_the_same_ground_are_two_looks():
    there = line(200)
    back = line(200, times=START + 3_600_000 + 500 * np.arange(200))
    both = line(
        400,
        times=np.concatenate([there.times, back.times]),
        lon=np.concatenate([there.lon, back.lon]),
    )
    got = dwell(both, footprints(both))
    assert got.looks[got.seen].min() == 2
    assert got.looks.max() == 2


def test_frames_without_a_position_show_nothing():
    lon = 36 + 2e-5 * np.arange(400)
    lon[100:300] = np.nan
    f = line(lon=lon)
    got = dwell(f, footprints(f))
    assert got.frames == 200
    assert got.area_km2 < dwell(line(), footprints(line())).area_km2


def test_a_flight_without_footprints_has_no_cells():
    f = line(5, elevation_deg=np.full(5, 80.0))
    with pytest.raises(ValueError, match="no sample has a footprint"):
        dwell(f, footprints(f))


def test_one_position_on_another_continent_is_refused_with_a_reason():
    lon = 36 + 2e-5 * np.arange(400)
    lat = np.full(400, 50.0)
    lon[7], lat[7] = -70.0, -20.0
    f = line(lon=lon, lat=lat)
    with pytest.raises(ValueError, match="far from the others"):
        dwell(f, footprints(f), Cells.of(footprints(f), size_m=25.0))


def test_a_photo_lasts_by_itself_even_the_last_and_the_only_one():
    photo = line(1, lasts_s=np.array([10.0]))
    got = dwell(photo, footprints(photo))
    assert got.seconds.max() == 10.0
    assert np.array_equal(got.seconds > 0, got.seen)
    far_apart = line(3, step=0.01, seconds=60.0, lasts_s=np.full(3, 10.0))
    assert sorted(set(dwell(far_apart, footprints(far_apart)).seconds.ravel().tolist())) == [0.0, 10.0]
