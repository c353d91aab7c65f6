"""Distances and projections hold everywhere on the globe."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ceasefire.geo import distance

LON, LAT = st.floats(-180, 180), st.floats(-89.9, 89.9)


@given(LON, LAT, LON, LAT)
def test_distance_is_symmetric_and_bounded(a: float, b: float, c: float, d: float) -> None:
    away = float(distance.km(a, b, c, d))
    assert 0 <= away <= np.pi * distance.EARTH_RADIUS_KM + 1e-6
    assert abs(away - float(distance.km(c, d, a, b))) < 1e-6


@given(LON, LAT, st.floats(0, 360), st.floats(0, 5000))
def test_the_destination_is_as_far_as_travelled(lon: float, lat: float, bearing: float, km: float) -> None:
    x, y = distance.destination(lon, lat, bearing, km)
    assert -180 <= x < 180
    assert abs(float(distance.km(lon, lat, x, y)) - km) < 1e-4


@given(LON, LAT, LON, LAT)
def test_chords_order_like_arcs(a: float, b: float, c: float, d: float) -> None:
    one, other = distance.unit_vectors(a, b), distance.unit_vectors(c, d)
    straight = float(np.linalg.norm(one - other))
    assert abs(straight - float(distance.chord(distance.km(a, b, c, d)))) < 1e-7


def test_the_projection_keeps_areas_true() -> None:
    lon, lat = np.array([34.0, 35.0, 35.0, 34.0]), np.array([50.0, 50.0, 51.0, 51.0])
    x, y = distance.equal_area(lon, lat, centre=(31.0, 48.0))
    area = 0.5 * abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
    sphere = distance.EARTH_RADIUS_KM**2 * np.radians(1) * (np.sin(np.radians(51)) - np.sin(np.radians(50)))
    assert abs(area / sphere - 1) < 2e-3  # parallels are no straight lines in it


def test_unknown_places_have_no_distance() -> None:
    assert np.isnan(distance.km(np.nan, 1.0, 2.0, 3.0))
