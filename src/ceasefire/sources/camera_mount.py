"""Where a camera points that sits on an aircraft, or on a gimbal that sits on an aircraft.

The frames are those of aircraft: ahead, right, down for the vehicle and the camera; north, east, down for the ground. A
turn is a quaternion w, x, y, z that takes a vector of the first to the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.sources.log_clock import off_clock

Array = NDArray[np.float64]

LEVEL, NORTH, BODY = 0, 1, 2
"""Frames of a gimbal's turn: level and turned with the vehicle's heading; level and to the north; the vehicle's own."""
APART_S = 2.0
"""Attitudes further apart are not interpolated between."""


@dataclass(frozen=True)
class Camera:
    """How the camera is mounted, in the case's word."""

    azimuth_deg: float = 0.0
    """Clockwise from the nose, or from the gimbal's zero."""
    elevation_deg: float = float("nan")
    """Above the plane of the aircraft, or above the gimbal's zero; -90 looks through the floor."""
    hfov_deg: float = float("nan")
    vfov_deg: float = float("nan")
    fixed: str = "gimbal"
    """`body`: it turns with the aircraft. `gimbal`: it is kept level, and turns with the heading."""
    takes: str = "video"
    """`video`: it looks all the time. `pictures`: only when the shutter is released."""
    sigma_deg: float = float("nan")
    """Standard error of the axis."""


def camera_of(options: Mapping[str, Any]) -> Camera | None:
    """Read the option `camera`; None where there is none.

    Raises
    ------
    ValueError
        A key that is none of its, or a word where a number or one of two words is meant.

    >>> camera_of({"camera": {"elevation_deg": -90, "hfov_deg": 60, "vfov_deg": 40, "fixed": "body"}}).fixed
    'body'
    """
    given = options.get("camera")
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise ValueError("camera must be a mapping: azimuth_deg, elevation_deg, hfov_deg, vfov_deg, fixed, takes")
    words = {"fixed": ("body", "gimbal"), "takes": ("video", "pictures")}
    known: dict[str, Any] = {}
    for name, value in given.items():
        if name not in Camera.__dataclass_fields__:
            raise ValueError(f"camera has no {name!r}: it has {', '.join(Camera.__dataclass_fields__)}")
        if name in words:
            if value not in words[name]:
                raise ValueError(f"camera.{name} is {value!r}: {' or '.join(words[name])} is meant")
            known[name] = value
        else:
            known[name] = float(value)
    return Camera(**known)


def turned(roll: Any, pitch: Any, yaw: Any) -> Array:
    """Give quaternions of roll, pitch and yaw in radians, in the order of aircraft: yaw first.

    >>> turned([0.0], [0.0], [np.pi]).round(6).tolist()
    [[0.0, 0.0, 0.0, 1.0]]
    """
    r, p, y = (0.5 * np.asarray(v, dtype=np.float64) for v in (roll, pitch, yaw))
    cr, sr, cp, sp, cy, sy = np.cos(r), np.sin(r), np.cos(p), np.sin(p), np.cos(y), np.sin(y)
    return np.stack(
        [
            cr * cp * cy + sr * sp * sy,
            sr * cp * cy - cr * sp * sy,
            cr * sp * cy + sr * cp * sy,
            cr * cp * sy - sr * sp * cy,
        ],
        axis=-1,
    )


def heading(q: Array) -> Array:
    """Give the direction of the nose over ground, radians clockwise from north."""
    w, x, y, z = (q[..., k] for k in range(4))
    return np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))


def then(a: Array, b: Array) -> Array:
    """Multiply quaternions: first b, then a."""
    aw, ax, ay, az = (a[..., k] for k in range(4))
    bw, bx, by, bz = (b[..., k] for k in range(4))
    return np.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ],
        axis=-1,
    )


def rotated(q: Array, v: Array) -> Array:
    """Turn a vector."""
    axis = q[..., 1:]
    across = 2 * np.cross(axis, np.broadcast_to(v, axis.shape))
    return v + q[..., :1] * across + np.cross(axis, across)


def between(times: Array, values: Array, when: Array, *, turns: bool = False) -> Array:
    """Give values between two that are not far apart, NaN elsewhere; shape (len(when), values.shape[1])."""
    keep = np.isfinite(times) & np.isfinite(values).all(axis=1) & ~off_clock(times)
    if turns:
        size = np.linalg.norm(values, axis=1)
        keep &= (size > 0.5) & (size < 2.0)
    t, v = times[keep], values[keep].astype(np.float64)
    out = np.full((len(when), values.shape[1]), np.nan)
    if not len(t) or not len(when):
        return out
    order = np.argsort(t, kind="stable")
    t, v = t[order], v[order]
    if turns and len(v) > 1:
        flips = np.where((v[1:] * v[:-1]).sum(axis=1) < 0, -1.0, 1.0)
        v = v * np.concatenate([[1.0], np.cumprod(flips)])[:, None]
    right = np.clip(np.searchsorted(t, when), 0, len(t) - 1)
    left = np.maximum(right - 1, 0)
    gap = t[right] - t[left]
    share = np.where(gap > 0, np.clip((when - t[left]) / np.where(gap > 0, gap, 1.0), 0.0, 1.0), 0.0)
    mixed = v[left] + share[:, None] * (v[right] - v[left])
    nearest = np.where((np.abs(t[left] - when) <= np.abs(t[right] - when)), left, right)
    inside = (gap <= APART_S) & (when >= t[left]) & (when <= t[right])
    near = np.abs(t[nearest] - when) <= APART_S / 4
    out[near] = v[nearest[near]]
    out[inside] = mixed[inside]
    if turns:
        with np.errstate(invalid="ignore", divide="ignore"):
            out = out / np.linalg.norm(out, axis=1, keepdims=True)
    return out
