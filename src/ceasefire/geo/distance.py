"""Great-circle distances and positions on a round Earth.

Why a sphere: an ellipsoid would change a distance by 0.5 % at most, and no disc of ours is known that well.
Longitudes and latitudes are degrees east and north (WGS 84), distances are kilometres; everything broadcasts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG 2R1 + R2 over 3), km."""

KM_PER_DEGREE = EARTH_RADIUS_KM * np.pi / 180.0
"""Length of one degree of latitude on the sphere, km."""

Floats = npt.NDArray[np.float64]


def km(lon1: Any, lat1: Any, lon2: Any, lat2: Any) -> Floats:
    """Give the great-circle distance in km between places; NaN where a coordinate is NaN.

    Parameters
    ----------
    lon1, lat1, lon2, lat2
        Degrees, arrays that broadcast or scalars.

    Notes
    -----
    Haversine formula (Sinnott, Virtues of the Haversine, Sky and Telescope 68, 1984), which keeps its
    precision at short distances.

    >>> round(float(km(30.52, 50.45, 37.62, 55.75)))  # Kyiv to Moscow
    756
    >>> km(0.0, 0.0, [0.0, 180.0], 0.0).round(1).tolist()
    [0.0, 20015.1]
    """
    a1, b1, a2, b2 = (np.radians(np.asarray(v, dtype=np.float64)) for v in (lon1, lat1, lon2, lat2))
    h = np.sin((b2 - b1) / 2) ** 2 + np.cos(b1) * np.cos(b2) * np.sin((a2 - a1) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0))))


def destination(lon: Any, lat: Any, bearing_degrees: Any, distance_km: Any) -> tuple[Floats, Floats]:
    """Give the longitude and latitude reached from a place on a bearing after a distance.

    Parameters
    ----------
    lon, lat
        Degrees of the start.
    bearing_degrees
        Initial bearing, clockwise from north.
    distance_km
        Distance travelled along the great circle, km.

    >>> lon, lat = destination(30.0, 50.0, 90.0, 100.0)
    >>> float(lon.round(3)), float(lat.round(3)), float(km(30.0, 50.0, lon, lat).round(6))
    (31.399, 49.992, 100.0)
    """
    a, b, bearing = (np.radians(np.asarray(v, dtype=np.float64)) for v in (lon, lat, bearing_degrees))
    angle = np.asarray(distance_km, dtype=np.float64) / EARTH_RADIUS_KM
    sine = np.sin(b) * np.cos(angle) + np.cos(b) * np.sin(angle) * np.cos(bearing)
    b2 = np.arcsin(np.clip(sine, -1.0, 1.0))
    a2 = a + np.arctan2(np.sin(bearing) * np.sin(angle) * np.cos(b), np.cos(angle) - np.sin(b) * sine)
    return wrap(np.degrees(a2)), np.asarray(np.degrees(b2))


def wrap(lon: Any) -> Floats:
    """Bring longitudes into -180 (included) to 180 (excluded) degrees.

    >>> wrap([190.0, -180.0, 180.0, 30.0]).tolist()
    [-170.0, -180.0, -180.0, 30.0]
    """
    return np.asarray((np.asarray(lon, dtype=np.float64) + 180.0) % 360.0 - 180.0)


def unit_vectors(lon: Any, lat: Any) -> Floats:
    """Give places as points on the unit sphere, shape (n, 3), for trees: chords order like arcs.

    >>> unit_vectors([0.0, 90.0], [0.0, 0.0]).round(6).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    a, b = (np.radians(np.asarray(v, dtype=np.float64)) for v in (lon, lat))
    return np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)], axis=-1)


def chord(distance_km: Any) -> Floats:
    """Give the straight chord, on the unit sphere, that spans a great-circle distance in km.

    >>> float(chord(EARTH_RADIUS_KM * np.pi).round(6))
    2.0
    """
    angle = np.clip(np.asarray(distance_km, dtype=np.float64) / EARTH_RADIUS_KM, 0.0, np.pi)
    return np.asarray(2 * np.sin(angle / 2))


def equal_area(lon: Any, lat: Any, *, centre: tuple[float, float]) -> tuple[Floats, Floats]:
    """Project places to km east and north of a centre, keeping areas true.

    Parameters
    ----------
    lon, lat
        Degrees.
    centre
        Longitude and latitude of the origin, degrees.

    Notes
    -----
    Lambert azimuthal equal-area projection on the sphere (Snyder, Map Projections, USGS Professional
    Paper 1395, 1987, equations 24-2 to 24-4). The antipode of the centre has no image and gives infinity.

    >>> x, y = equal_area([30.0, 31.0], [50.0, 50.0], centre=(30.0, 50.0))
    >>> x.round(2).tolist(), y.round(2).tolist()
    ([0.0, 71.47], [0.0, 0.48])
    """
    a, b = (np.radians(np.asarray(v, dtype=np.float64)) for v in (lon, lat))
    a0, b0 = np.radians(centre[0]), np.radians(centre[1])
    cosine = np.sin(b0) * np.sin(b) + np.cos(b0) * np.cos(b) * np.cos(a - a0)
    with np.errstate(divide="ignore"):
        k = EARTH_RADIUS_KM * np.sqrt(2.0 / np.maximum(1.0 + cosine, 0.0))
    x = k * np.cos(b) * np.sin(a - a0)
    y = k * (np.cos(b0) * np.sin(b) - np.sin(b0) * np.cos(b) * np.cos(a - a0))
    return np.asarray(x), np.asarray(y)
