"""From the fields of ST 0601 to where the camera was and where it pointed.

The standard gives the aircraft's heading, pitch and roll, and the camera's azimuth, elevation and roll against the
aircraft. The two are chained as turns; adding the angles is right only for an aircraft that flies level.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.geo import ellipsoid
from ceasefire.geo.camera import attitude_of
from ceasefire.sources.flight_read import zero_is_unknown

Array = NDArray[np.float64]


def chained(
    heading: ArrayLike, pitch: ArrayLike, roll: ArrayLike, azimuth: ArrayLike, elevation: ArrayLike, turn: ArrayLike
) -> tuple[Array, Array, Array]:
    """Give azimuth, elevation and roll over ground of a camera on an aircraft; all angles in degrees.

    Parameters
    ----------
    heading, pitch, roll
        Of the aircraft: from true north, nose up, right wing down.
    azimuth, elevation, turn
        Of the camera against the aircraft: from the nose to the right, up from the plane of nose and wings, and about
        its own axis, clockwise seen from behind (MISB ST 0601, items 18 to 20).

    >>> [round(float(v), 6) for v in chained(90.0, 0.0, 0.0, 45.0, -30.0, 0.0)]
    [135.0, -30.0, 0.0]
    >>> [round(float(v), 6) for v in chained(0.0, 10.0, 0.0, 180.0, -30.0, 0.0)]  # looks back: nose up looks down
    [180.0, -40.0, 0.0]
    >>> [round(float(v), 6) for v in chained(0.0, 4.0, 20.0, 0.0, 0.0, 5.0)]
    [0.0, 4.0, 25.0]
    """
    given = np.broadcast_arrays(*(np.radians(np.asarray(v, float)) for v in (elevation, azimuth, turn)))
    e, a, t = given
    zero = np.zeros_like(a)
    ahead = np.stack([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), -np.sin(e)], axis=-1)
    right = np.stack([-np.sin(a), np.cos(a), zero], axis=-1)
    top = -np.cross(ahead, right) * np.cos(t)[..., None] + right * np.sin(t)[..., None]
    h, p, r = (np.radians(np.asarray(v, float)) for v in (heading, pitch, roll))
    return attitude_of(_to_ground(ahead, h, p, r), _to_ground(top, h, p, r))


def _to_ground(v: Array, heading: Array, pitch: Array, roll: Array) -> Array:
    """Turn vectors from the aircraft's nose, right, down to east, north, up."""
    x, y, z = v[..., 0], v[..., 1], v[..., 2]
    y, z = y * np.cos(roll) - z * np.sin(roll), y * np.sin(roll) + z * np.cos(roll)
    x, z = x * np.cos(pitch) + z * np.sin(pitch), -x * np.sin(pitch) + z * np.cos(pitch)
    x, y = x * np.cos(heading) - y * np.sin(heading), x * np.sin(heading) + y * np.cos(heading)
    return np.stack([y, x, -z], axis=-1)


def toward(
    lon: Array, lat: Array, height_m: Array, to_lon: Array, to_lat: Array, to_height_m: Array
) -> tuple[Array, Array, Array]:
    """Give azimuth, elevation (degrees) and distance (metres) from places to others.

    >>> one = np.ones(1)
    >>> azimuth, elevation, far = toward(36 * one, 50 * one, 1100 * one, 36 * one, 50 * one, 100 * one)
    >>> round(float(elevation[0]), 6), round(float(far[0]), 6)
    (-90.0, 1000.0)
    """
    apart = ellipsoid.earth_centred(to_lon, to_lat, to_height_m) - ellipsoid.earth_centred(lon, lat, height_m)
    east, north, up = np.moveaxis(np.einsum("...ij,...j->...i", ellipsoid.axes(lon, lat), apart), -1, 0)
    flat = np.hypot(east, north)
    return np.degrees(np.arctan2(east, north)) % 360.0, np.degrees(np.arctan2(up, flat)), np.hypot(flat, up)


def corners(value: Mapping[int, Array]) -> Array:
    """Give the image's corners as packets state them, shape (packets, 4, 2); NaN where they state none.

    Full ones (items 82 to 89) come before offsets from the frame's centre (26 to 33), as the standard says.
    """
    full = np.stack([np.stack([value[83 + 2 * k], value[82 + 2 * k]], axis=-1) for k in range(4)], axis=1)
    centre = np.stack([value[24], value[23]], axis=-1)[:, None]
    offset = np.stack([np.stack([value[27 + 2 * k], value[26 + 2 * k]], axis=-1) for k in range(4)], axis=1)
    out = np.where(np.isfinite(full).all(axis=-1, keepdims=True), full, centre + offset)
    lon, lat = zero_is_unknown(out[..., 0], out[..., 1])
    return np.stack([lon, lat], axis=-1)


def heights(
    value: Mapping[int, Array], lon: Array, lat: Array, elevation: Array, doubts: list[str]
) -> tuple[Array, Array, str]:
    """Choose heights of camera and ground in one datum: metres, metres, and the datum's name.

    Heights above the sea and above the ellipsoid differ by up to a hundred metres, so two are subtracted only where
    they count from the same surface. Without the ground's height at the frame's centre it follows from the height above
    ground (item 113) or, last, from the slant range and the angle of the axis.
    """
    sea, ground_sea = value[15], value[25]
    ellipsoidal = np.where(np.isfinite(value[104]), value[104], value[75])
    pairs = {
        "msl": (sea, ground_sea),
        "ellipsoid": (ellipsoidal, value[78]),
    }
    known = {k: int((np.isfinite(a) & np.isfinite(b)).sum()) for k, (a, b) in pairs.items()}
    alone = {k: int(np.isfinite(a).sum()) for k, (a, _) in pairs.items()}
    datum = max(pairs, key=lambda k: (known[k], alone[k]))
    height, level = pairs[datum]
    if not known[datum] and alone[datum] and np.isfinite(np.concatenate([ground_sea, value[78]])).any():
        doubts.append("camera and ground have heights above two different surfaces: these are not subtracted")
    by_agl = height - value[113]
    down = np.radians(-elevation)
    drop = value[21] * np.sin(down) - (value[21] * np.cos(down)) ** 2 / (2.0 * ellipsoid.A_M)
    by_range = np.where((value[21] > 0) & (elevation < 0), height - drop, np.nan)
    for other, words in ((by_agl, "height above ground"), (by_range, "slant range and angle of the axis")):
        filled = ~np.isfinite(level) & np.isfinite(other) & np.isfinite(lon) & np.isfinite(lat)
        if filled.any():
            level = np.where(filled, other, level)
            doubts.append(f"in {int(filled.sum()):,} packets the ground's height follows from the {words}")
    return height, level, datum if alone[datum] else "unknown"
