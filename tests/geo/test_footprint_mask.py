"""Labels of footprints: true on the ground in any projection, nearest wins, nothing lost by being small."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.geo import distance
from ceasefire.geo.footprint_mask import label_discs, label_polygons
from ceasefire.geo.grid import Grid
from ceasefire.geo.projection import box_to_grid, box_to_lonlat, to_grid, to_lonlat, utm

DEGREES = Grid("EPSG:4326", 30.0, 50.1, 0.0005, 0.0003, (300, 200))


def around(crs: str, pixel: float, size: int) -> Grid:
    x, y = to_grid(crs, 30.5, 50.4)
    return Grid(crs, float(x) - size * pixel / 2, float(y) + size * pixel / 2, pixel, pixel, (size, size))


@pytest.mark.parametrize(("crs", "pixel"), [("EPSG:32636", 10.0), ("EPSG:3857", 12.0), ("EPSG:3035", 15.0)])
def test_discs_are_round_on_the_ground_in_every_projection(crs: str, pixel: float) -> None:
    pytest.importorskip("rasterio")
    grid = around(crs, pixel, 200)
    labels = label_discs(grid, [30.5], [50.4], 600.0)
    rows, columns = np.meshgrid(np.arange(200), np.arange(200), indexing="ij")
    lon, lat = to_lonlat(crs, *grid.centre(rows, columns))
    away = distance.km(30.5, 50.4, lon, lat) * 1000
    # the sphere of the distances and the ellipsoid of the projection differ by up to 0.5 %
    assert (labels[away < 590] == 1).all()
    assert (labels[away > 610] == 0).all()


def test_degrees_need_no_library_and_agree_with_great_circles() -> None:
    labels = label_discs(DEGREES, [30.05], [50.05], 1500.0)
    rows, columns = np.meshgrid(np.arange(300), np.arange(200), indexing="ij")
    away = distance.km(30.05, 50.05, *DEGREES.centre(rows, columns)) * 1000
    assert ((labels == 1) == (away <= 1500.0)).mean() > 0.9995


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(29.9, 30.2), st.floats(49.9, 50.2), st.floats(0, 3000)),
        min_size=1,
        max_size=8,
    )
)
def test_nearest_wins_and_every_object_inside_has_a_pixel(discs: list[tuple[float, float, float]]) -> None:
    lon, lat, radius = (np.array(v) for v in zip(*discs, strict=True))
    labels = label_discs(DEGREES, lon, lat, radius)
    rows, columns = np.meshgrid(np.arange(300), np.arange(200), indexing="ij")
    x, y = DEGREES.centre(rows, columns)
    away = distance.km(lon[:, None, None], lat[:, None, None], x, y) * 1000
    for k in range(len(discs)):
        mine = labels == k + 1
        assert (away[k][mine] <= np.maximum(radius[k] * 1.001 + 0.5, 30.0)).all()
        assert (
            away[k][mine] <= np.where(away <= radius[:, None, None] * 0.999, away, np.inf).min(axis=0)[mine] + 1
        ).all()
        inside = (30.0 <= lon[k] < 30.1) & (50.01 < lat[k] <= 50.1)
        alone = np.all(np.delete(distance.km(lon[k], lat[k], lon, lat), k) > 0.1)
        if inside and alone and radius[k] < 1:
            assert mine.sum() == 1


def test_two_objects_in_one_pixel_leave_it_to_the_nearer() -> None:
    grid = Grid("EPSG:4326", 30.0, 50.0, 0.01, 0.01, (1, 2))
    assert label_discs(grid, [30.001, 30.006], [49.995, 49.995], 1.0).tolist() == [[2, 0]]
    assert label_discs(grid, [30.0042, 30.0062], [49.995, 49.995], 1.0).tolist() == [[1, 0]]


def test_outside_and_unknown_places_get_nothing() -> None:
    labels = label_discs(DEGREES, [31.0, np.nan, 29.9999], [50.05, 50.05, 50.05], 10.0)
    assert not labels.any()
    half = label_discs(DEGREES, [29.9999], [50.05], 500.0)
    assert half.any()
    assert not half[:, 20:].any()


def test_polygons() -> None:
    pytest.importorskip("rasterio")
    grid = around("EPSG:32636", 10.0, 300)
    outer = shapely.box(30.49, 50.39, 30.51, 50.41)
    ring = outer.difference(shapely.box(30.498, 50.398, 30.502, 50.402))
    labels = label_polygons(
        grid, [ring, shapely.Point(30.5, 50.4).buffer(1e-6), shapely.Polygon(), shapely.box(0, 0, 1, 1)]
    )
    rows, columns = np.meshgrid(np.arange(300), np.arange(300), indexing="ij")
    inside = shapely.contains_xy(ring, *to_lonlat(grid.crs, *grid.centre(rows, columns)))
    assert ((labels == 1) == inside).mean() > 0.999
    assert (labels == 2).sum() == 1
    assert set(np.unique(labels)) == {0, 1, 2}
    with pytest.raises(ValueError, match="polygon 1 is not valid"):
        label_polygons(grid, [shapely.Polygon([(30, 50), (31, 51), (31, 50), (30, 51)])])


def test_boxes_and_zones() -> None:
    pytest.importorskip("rasterio")
    assert utm(36.2, 50.0) == "EPSG:32637"
    box = box_to_grid("EPSG:32636", (30.0, 50.0, 31.0, 51.0))
    west, south, east, north = box_to_lonlat("EPSG:32636", box)
    assert west <= 30.0
    assert south <= 50.0
    assert east >= 31.0
    assert north >= 51.0
    with pytest.raises(ValueError, match="not a known projection"):
        to_grid("EPSG:1", 30.0, 50.0)
