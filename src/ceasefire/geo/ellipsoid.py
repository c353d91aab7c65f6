"""The Earth as an ellipsoid (WGS 84): geodetic to Earth-centred coordinates and back, and local east, north, up.

Why not a sphere: a corner that a camera states to centimetres is compared with ours, and a sphere is off by
one part in three hundred.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

A_M = 6_378_137.0
"""Equatorial radius, metres."""
FLATTENING = 1.0 / 298.257223563
"""Flattening."""
B_M = A_M * (1.0 - FLATTENING)
"""Polar radius, metres."""
_E2 = FLATTENING * (2.0 - FLATTENING)
_ROUNDS = 1
"""Rounds of Bowring's iteration: one is right to a micrometre at the heights of aircraft."""


def earth_centred(lon: ArrayLike, lat: ArrayLike, height_m: ArrayLike) -> Array:
    """Give Earth-centred coordinates, metres, shape (..., 3).

    Parameters
    ----------
    lon, lat
        Degrees.
    height_m
        Metres above the ellipsoid.

    >>> earth_centred(0.0, 0.0, 100.0).round(3).tolist()
    [6378237.0, 0.0, 0.0]
    """
    x, y = np.radians(np.asarray(lon, dtype=np.float64)), np.radians(np.asarray(lat, dtype=np.float64))
    h = np.asarray(height_m, dtype=np.float64)
    n = A_M / np.sqrt(1.0 - _E2 * np.sin(y) ** 2)
    parts = ((n + h) * np.cos(y) * np.cos(x), (n + h) * np.cos(y) * np.sin(x), (n * (1.0 - _E2) + h) * np.sin(y))
    return np.stack(np.broadcast_arrays(*parts), axis=-1)


def geodetic(xyz: ArrayLike) -> tuple[Array, Array, Array]:
    """Give longitude and latitude, degrees, and height above the ellipsoid, metres (Bowring's iteration, 1976).

    >>> lon, lat, height = geodetic(earth_centred([36.0, -70.0], [50.0, -33.0], [250.0, 12_000.0]))
    >>> lon.round(9).tolist(), lat.round(9).tolist(), height.round(6).tolist()
    ([36.0, -70.0], [50.0, -33.0], [250.0, 12000.0])
    """
    p = np.asarray(xyz, dtype=np.float64)
    x, y, z = p[..., 0], p[..., 1], p[..., 2]
    across = np.hypot(x, y)
    sine, cosine = _unit(z * A_M, across * B_M)
    for _ in range(_ROUNDS):
        sin_lat, cos_lat = _unit(z + _E2 / (1.0 - _E2) * B_M * sine**3, across - _E2 * A_M * cosine**3)
        sine, cosine = _unit((1.0 - FLATTENING) * sin_lat, cos_lat)
    height = across * cos_lat + z * sin_lat - A_M * np.sqrt(1.0 - _E2 * sin_lat**2)
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(sin_lat, cos_lat)), height


def _unit(up: Array, along: Array) -> tuple[Array, Array]:
    size = np.hypot(up, along)
    return up / size, along / size


def axes(lon: ArrayLike, lat: ArrayLike) -> Array:
    """Give the unit vectors of east, north and up at places, shape (..., 3, 3): the rows are the three vectors.

    >>> axes(0.0, 0.0).round(6).tolist()
    [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    x, y = np.broadcast_arrays(np.radians(np.asarray(lon, dtype=float)), np.radians(np.asarray(lat, dtype=float)))
    zero = np.zeros_like(x)
    east = np.stack([-np.sin(x), np.cos(x), zero], axis=-1)
    north = np.stack([-np.sin(y) * np.cos(x), -np.sin(y) * np.sin(x), np.cos(y)], axis=-1)
    up = np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=-1)
    return np.stack([east, north, up], axis=-2) + 0.0  # no negative zeros


def metres_per_degree(lat: ArrayLike, height_m: ArrayLike = 0.0) -> tuple[Any, Any]:
    """Give the metres of one degree of longitude and of latitude at a latitude and height.

    >>> lon_m, lat_m = metres_per_degree(50.0)
    >>> f"{lon_m:.1f} {lat_m:.1f}"
    '71695.8 111229.1'
    """
    y, h = np.radians(np.asarray(lat, dtype=np.float64)), np.asarray(height_m, dtype=np.float64)
    w = 1.0 - _E2 * np.sin(y) ** 2
    n, m = A_M / np.sqrt(w), A_M * (1.0 - _E2) / w**1.5
    return np.radians((n + h) * np.cos(y)), np.radians(m + h)
