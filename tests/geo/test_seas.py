"""Seas as regions, and distances to the coast."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from ceasefire.geo import regions, seas

PLACES = {
    "XZ-BLS": [(31.5, 43.0), (30.9, 46.3), (41.3, 42.2), (28.3, 43.0), (36.55, 45.0), (29.15, 41.35)],
    "XZ-AZS": [(36.6, 46.2), (37.4, 46.9), (36.2, 45.7), (35.3, 46.0)],
    "XZ-MRM": [(28.5, 40.75)],
    "XZ-RED": [(38.0, 20.0), (42.0, 14.5)],
    "XZ-ADN": [(47.0, 12.5), (43.7, 12.0)],
}  # fmt: skip


@pytest.mark.parametrize("code", PLACES)
def test_places_on_the_water_lie_in_their_sea(code: str) -> None:
    lon, lat = np.array(PLACES[code]).T
    assert regions.locate(lon, lat, reach_km=0.0).tolist() == [code] * len(lon)
    assert regions.shape(code).is_valid
    assert shapely.contains_xy(regions.shape(code), lon, lat).all()
    assert regions.country([code]).tolist() == ["XZ"]


def test_ports_stay_on_land_and_limits_of_two_seas_do_not_overlap() -> None:
    assert regions.locate([30.75, 37.79, 36.48], [46.49, 44.72, 45.36]).tolist() == ["UA-51", "RU-KDA", "UA-43"]
    shapes = [seas.shape(code) for code in seas.codes()]
    overlap = [a.intersection(b).area for k, a in enumerate(shapes) for b in shapes[:k]]
    assert max(overlap) < 1e-9
    assert regions.match("XZ") == sorted(seas.codes())
    assert set(seas.codes()) <= set(regions.names("ru"))


def test_distance_to_the_coast_is_signed_and_agrees_with_geometry() -> None:
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(29.0, 34.0, 60), rng.uniform(44.6, 47.0, 60)
    found = seas.coast_km(lon, lat)
    land = regions.on_region(lon, lat)
    clear = np.abs(found) > 1.5
    assert ((found > 0) == land)[clear].all()
    near = regions.boundaries().shape[shapely.intersects(regions.boundaries().shape, shapely.box(26, 42, 37, 50))]
    coast = shapely.boundary(shapely.union_all(near))
    at = shapely.points(lon, lat)
    ends = shapely.get_coordinates(shapely.shortest_line(at, coast)).reshape(-1, 2, 2)
    from ceasefire.geo import distance

    km = distance.km(ends[:, 0, 0], ends[:, 0, 1], ends[:, 1, 0], ends[:, 1, 1])
    inner = km < 50.0  # the nearest by degrees is not the nearest by km far from the coast
    assert np.all(np.abs(found)[inner] <= km[inner] + 1.5)
    assert np.all(np.abs(found)[inner] >= 0.65 * km[inner] - 1.5)


def test_distance_is_cut_far_from_any_coast_and_missing_for_missing() -> None:
    far = seas.coast_km([-30.0, np.nan, 31.0], [35.0, 44.0, np.inf])
    assert far[0] == -seas.FARTHEST_KM
    assert np.isnan(far[1:]).all()
    assert seas.on_land([26.1, np.nan], [48.9, 44.0]).tolist() == [True, False]
