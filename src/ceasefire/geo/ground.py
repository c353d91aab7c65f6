"""Where a ray meets the ground: the curved Earth at one height, a plane, or an elevation grid.

Rays start at a camera and are given in its local east, north, up. Each function gives the distance along the ray,
metres, and NaN where the ray does not come down: near and above the horizon there is no footprint, only a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.geo import ellipsoid

Array = NDArray[np.float64]

_STEPS, _HALVINGS = 96, 24
_APART = ellipsoid.FLATTENING**2 / 8.0
"""How far an ellipsoid with axes longer by one metre lies from one metre above the first, at most, metres."""


def on_plane(rays: ArrayLike, above_m: ArrayLike, *, slope_deg: float = 0.0, downhill_deg: float = 0.0) -> Array:
    """Give the distance to a plane below the camera.

    Parameters
    ----------
    rays
        Unit vectors, shape (..., 3).
    above_m
        Height of the camera above the plane, straight down, metres; broadcasts against the rays.
    slope_deg, downhill_deg
        Steepness of the plane and the azimuth in which it falls.

    >>> down, across = [0.0, 0.0, -1.0], [0.8, 0.0, -0.6]
    >>> on_plane([down, across, [1.0, 0.0, 0.0]], 60.0).tolist()
    [60.0, 100.0, nan]
    """
    d = np.asarray(rays, dtype=np.float64)
    s, w = np.radians(slope_deg), np.radians(downhill_deg)
    normal = np.array([np.sin(s) * np.sin(w), np.sin(s) * np.cos(w), np.cos(s)])
    toward = -(d @ normal)
    high = np.asarray(above_m, dtype=np.float64) * normal[2]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((toward > 0) & (high > 0), high / toward, np.nan)


def on_level(rays: ArrayLike, lon: ArrayLike, lat: ArrayLike, height_m: ArrayLike, ground_m: ArrayLike) -> Array:
    """Give the distance to the curved surface that lies everywhere `ground_m` above the ellipsoid.

    Parameters
    ----------
    rays
        Unit vectors in local east, north, up of each camera, shape (samples, rays, 3).
    lon, lat, height_m, ground_m
        Cameras and the height of the ground, shape (samples,).

    Notes
    -----
    The quadratic of a ray and an ellipsoid whose axes are longer by the height of the ground, in the form that does
    not cancel; to first order in the flattening's square such an ellipsoid is made parallel to the first.

    >>> hit = on_level([[[0.0, 0.0, -1.0], [1.0, 0.0, 0.0]]], [36.0], [50.0], [500.0], [120.0])
    >>> round(float(hit[0, 0]), 4), float(hit[0, 1])
    (380.0, nan)
    """
    d = np.asarray(rays, dtype=np.float64)
    x, y, h, g = (np.asarray(v, dtype=np.float64) for v in (lon, lat, height_m, ground_m))
    start = ellipsoid.earth_centred(x, y, h)[:, None]
    along = d @ ellipsoid.axes(x, y)
    level = (g * (1.0 + _APART * np.sin(2.0 * np.radians(y)) ** 2))[:, None, None]
    size = np.array([ellipsoid.A_M, ellipsoid.A_M, ellipsoid.B_M]) + level
    p, q = start / size, along / size
    two, one, zero = (q * q).sum(-1), (p * q).sum(-1), (p * p).sum(-1) - 1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        root = one * one - two * zero
        return np.where((root >= 0) & (one < 0) & (zero > 0), zero / (-one + np.sqrt(root)), np.nan)


def place(rays: ArrayLike, distance_m: ArrayLike, lon: ArrayLike, lat: ArrayLike, height_m: ArrayLike) -> Array:
    """Give longitude and latitude, degrees, of points along rays; shape (samples, rays, 2).

    Parameters
    ----------
    rays, distance_m
        Shapes (samples, rays, 3) and (samples, rays).
    lon, lat, height_m
        Cameras, shape (samples,).

    >>> place([[[0.0, 0.0, -1.0]]], [[380.0]], [36.0], [50.0], [500.0]).round(9).tolist()
    [[[36.0, 50.0]]]
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    along = np.asarray(rays, dtype=np.float64) @ ellipsoid.axes(x, y)
    far = np.asarray(distance_m, dtype=np.float64)
    at = ellipsoid.earth_centred(x, y, height_m)[:, None] + far[..., None] * along
    east, north, _ = ellipsoid.geodetic(at)
    return np.stack([east, north], axis=-1)


@dataclass(frozen=True, eq=False)
class Terrain:
    """An elevation grid in longitude and latitude.

    >>> flat = Terrain(np.full((3, 3), 120.0), west=35.9, south=49.9, step_lon=0.1, step_lat=0.1)
    >>> flat.height([36.0, 99.0], [50.0, 50.0]).tolist()
    [120.0, nan]
    >>> hit = flat.hit(np.array([[[0.0, 0.0, -1.0]]]), [36.0], [50.0], [500.0], max_range_m=5_000.0)
    >>> round(float(hit[0, 0]), 3)
    380.0
    """

    heights_m: Array
    """Heights at the grid's points, metres, in the datum of the flight; row 0 is the southernmost; shape (rows,
    columns). NaN where unknown."""
    west: float
    """Longitude of column 0, degrees."""
    south: float
    """Latitude of row 0, degrees."""
    step_lon: float
    """Degrees between columns."""
    step_lat: float
    """Degrees between rows."""

    def __post_init__(self) -> None:
        if self.heights_m.ndim != 2 or min(self.heights_m.shape) < 2:
            raise ValueError(f"an elevation grid needs two rows and two columns at least, not {self.heights_m.shape}")
        if not (self.step_lon > 0 and self.step_lat > 0):
            raise ValueError("the steps of an elevation grid must be above 0")

    def height(self, lon: ArrayLike, lat: ArrayLike) -> Array:
        """Give heights between the grid's points, bilinear; NaN outside."""
        x = (np.asarray(lon, dtype=np.float64) - self.west) / self.step_lon
        y = (np.asarray(lat, dtype=np.float64) - self.south) / self.step_lat
        rows, columns = self.heights_m.shape
        with np.errstate(invalid="ignore"):
            inside = (x >= 0) & (x <= columns - 1) & (y >= 0) & (y <= rows - 1)
        j = np.clip(np.nan_to_num(x), 0, columns - 2).astype(np.int64)
        i = np.clip(np.nan_to_num(y), 0, rows - 2).astype(np.int64)
        u, v = x - j, y - i
        z = self.heights_m
        lower = z[i, j] * (1 - u) + z[i, j + 1] * u
        upper = z[i + 1, j] * (1 - u) + z[i + 1, j + 1] * u
        return np.where(inside, lower * (1 - v) + upper * v, np.nan)

    def hit(self, rays: Any, lon: ArrayLike, lat: ArrayLike, height_m: ArrayLike, *, max_range_m: float) -> Array:
        """Give the distance to the first crossing of the terrain, found by steps and then by halving.

        Parameters
        ----------
        rays
            Unit vectors in local east, north, up, shape (samples, rays, 3).
        lon, lat, height_m
            Cameras, shape (samples,), heights in the grid's datum.
        max_range_m
            A ray is followed no further. A ridge narrower than one of 96 steps of it can be missed.

        Returns
        -------
        Shape (samples, rays); NaN where nothing is met within the range and the grid.
        """
        d = np.asarray(rays, dtype=np.float64)
        x, y, h = (np.asarray(v, dtype=np.float64)[:, None] for v in (lon, lat, height_m))
        before = np.zeros(d.shape[:2])
        after, found = np.full(d.shape[:2], np.nan), np.zeros(d.shape[:2], dtype=bool)
        was_above = self._above(d, before, x, y, h) > 0
        for step in np.linspace(0.0, 1.0, _STEPS + 1)[1:] ** 2 * max_range_m:
            now = self._above(d, np.full(d.shape[:2], step), x, y, h)
            crossed = ~found & was_above & (now <= 0)
            after[crossed], found = step, found | crossed
            before = np.where(found, before, step)
            was_above = np.where(np.isfinite(now), now > 0, was_above & ~found)
        for _ in range(_HALVINGS):
            middle = 0.5 * (before + after)
            above = self._above(d, middle, x, y, h) > 0
            before, after = np.where(found & above, middle, before), np.where(found & ~above, middle, after)
        return np.where(found, 0.5 * (before + after), np.nan)

    def _above(self, d: Array, far: Array, x: Array, y: Array, h: Array) -> Array:
        east, north, up = (d[..., k] * far for k in range(3))
        lat = y + north / ellipsoid.metres_per_degree(y)[1]
        lon = x + east / ellipsoid.metres_per_degree(lat)[0]
        risen = (east**2 + north**2) / (2.0 * ellipsoid.A_M)
        return np.asarray(h + up + risen - self.height(lon, lat))
