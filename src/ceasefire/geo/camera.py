"""The camera as a pinhole: which way the light of a place in the image came from.

Why from attitude and not from the position alone: the common shortcut draws the image straight below the aircraft. A
camera that is tilted by thirty degrees sees ground that this square does not hold at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

CORNERS = np.array([[-1.0, 1.0], [1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])
"""Upper left, upper right, lower right, lower left, in halves of the image from its centre: right, up; shape (4, 2)."""
CENTRE = np.zeros((1, 2))
"""Centre of the image, shape (1, 2)."""


def edges(per_side: int) -> Array:
    """Give places around the edge of the image, from the upper left on clockwise, shape (4 per_side, 2).

    Why: over slopes and near the horizon the edges of a footprint are no straight lines.

    >>> edges(2).tolist()[:3]
    [[-1.0, 1.0], [0.0, 1.0], [1.0, 1.0]]
    """
    if per_side < 1:
        raise ValueError(f"a side needs at least one place, not {per_side}")
    share = np.arange(per_side)[:, None] / per_side
    ends = np.roll(CORNERS, -1, axis=0)
    return np.concatenate([a + share * (b - a) for a, b in zip(CORNERS, ends, strict=True)])


def rays(
    places: ArrayLike,
    *,
    azimuth_deg: ArrayLike,
    elevation_deg: ArrayLike,
    roll_deg: ArrayLike = 0.0,
    hfov_deg: ArrayLike,
    vfov_deg: ArrayLike,
) -> Array:
    """Give unit vectors from the camera to places in its images, in local east, north, up.

    Parameters
    ----------
    places
        In halves of the image from its centre, right and up, shape (places, 2), or (samples, places, 2).
    azimuth_deg, elevation_deg, roll_deg
        Attitude of the optical axis as in `geo.flight.Flight`; shape (samples,) or scalars.
    hfov_deg, vfov_deg
        Fields of view, above 0 and below 180.

    Returns
    -------
    Shape (samples, places, 3); NaN where an angle is NaN or a field of view is no angle of a pinhole.

    >>> rays(CENTRE, azimuth_deg=90.0, elevation_deg=-30.0, hfov_deg=60.0, vfov_deg=40.0).round(4).tolist()
    [[[0.866, 0.0, -0.5]]]
    >>> right = rays([[1.0, 0.0]], azimuth_deg=0.0, elevation_deg=-90.0, hfov_deg=90.0, vfov_deg=40.0)
    >>> right.round(4).tolist()  # straight down, top of the image to the north: right is east
    [[[0.7071, 0.0, -0.7071]]]
    """
    given = (azimuth_deg, elevation_deg, roll_deg, hfov_deg, vfov_deg)
    a, e, r, h, v = np.broadcast_arrays(*(np.atleast_1d(np.radians(np.asarray(g, dtype=np.float64))) for g in given))
    zero = np.zeros_like(a)
    ahead = np.stack([np.cos(e) * np.sin(a), np.cos(e) * np.cos(a), np.sin(e)], axis=-1)
    level = np.stack([np.cos(a), -np.sin(a), zero], axis=-1)
    over = np.cross(level, ahead)
    right = level * np.cos(r)[:, None] - over * np.sin(r)[:, None]
    up = over * np.cos(r)[:, None] + level * np.sin(r)[:, None]
    wide = np.where((h > 0) & (h < np.pi), np.tan(h / 2), np.nan)
    high = np.where((v > 0) & (v < np.pi), np.tan(v / 2), np.nan)
    at = np.asarray(places, dtype=np.float64)
    over_right, over_up = wide[:, None] * at[..., 0], high[:, None] * at[..., 1]
    size = np.sqrt(1.0 + over_right**2 + over_up**2)  # the three vectors are at right angles
    parts = [(ahead[:, None, k] + over_right * right[:, None, k] + over_up * up[:, None, k]) / size for k in range(3)]
    return np.stack(parts, axis=-1)


def attitude_of(axis: Any, over: Any) -> tuple[Array, Array, Array]:
    """Give azimuth, elevation and roll, degrees, of a camera whose axis and upper edge point along two vectors.

    Readers use it: they chain the turns of aircraft and gimbal in whatever order the maker writes, and ask here.

    Parameters
    ----------
    axis, over
        Unit vectors of the optical axis and of the image's upward direction, in east, north, up; shape (..., 3).

    >>> from math import cos, radians, sin
    >>> azimuth, elevation, roll = attitude_of([0.0, cos(radians(30)), -0.5], [0.0, 0.5, cos(radians(30))])
    >>> float(azimuth), round(float(elevation), 6), round(float(roll), 6)
    (0.0, -30.0, 0.0)
    """
    f, u = np.asarray(axis, dtype=np.float64), np.asarray(over, dtype=np.float64)
    elevation = np.arctan2(f[..., 2], np.hypot(f[..., 0], f[..., 1]))
    steep = np.hypot(f[..., 0], f[..., 1]) < 1e-9
    east = np.where(steep, -np.sign(f[..., 2]) * u[..., 0], f[..., 0])
    north = np.where(steep, -np.sign(f[..., 2]) * u[..., 1], f[..., 1])
    azimuth = np.arctan2(east, north)
    level = np.stack([np.cos(azimuth), -np.sin(azimuth), np.zeros_like(azimuth)], axis=-1)
    upright = np.cross(level, f)
    roll = np.arctan2((u * level).sum(-1), (u * upright).sum(-1))
    return np.degrees(azimuth) % 360.0, np.degrees(elevation), np.degrees(roll)
