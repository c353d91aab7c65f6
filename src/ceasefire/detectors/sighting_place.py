"""Where on the ground a mark in a frame lies, and how well that is known.

Why the frame's own moment: at 15 metres a second the sample before is 15 metres away, and a gimbal that turns by ten
degrees a second moves the middle of the image as far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.detectors.interference import relied_on
from ceasefire.geo import ground
from ceasefire.geo.camera import rays
from ceasefire.geo.ellipsoid import metres_per_degree
from ceasefire.geo.flight import Flight
from ceasefire.geo.footprint import GUARD_DEG, MAX_RANGE_M, above_ground, pixel_m, uncertainty
from ceasefire.geo.ground import Terrain
from ceasefire.model.sighting import Sighting
from ceasefire.stats.unscented import ellipse

Array = NDArray[np.float64]

GAP_S = 5.0
"""Between samples farther apart nothing is interpolated."""
POSITION_M, HEIGHT_M, ANGLE_DEG = 5.0, 10.0, 2.0
"""Standard errors where the file states none: of a receiver without correction, of a barometer over a flight, and of a
gimbal against north. Stated."""
LENS = 0.01
"""Standard error of a place in the image by what the pinhole leaves out, in halves of the image. Stated."""
BOX = 0.25
"""Standard error of the thing's place in its box, in sides of the box: evenly spread would be 0.29."""

NO_POSITION = "the platform's position is not known at that time, so what the frame shows lies nobody knows where"
NO_SAMPLE = f"the flight has no sample within {GAP_S:g} s of the frame: check its clock"


@dataclass(frozen=True, eq=False)
class Placed:
    """Places of marks; arrays of shape (marks,), NaN where `lost` says why."""

    lon: Array
    lat: Array
    major_m: Array
    """Semi-major axis of one standard error, metres; NaN where the mark gave a place on the ground."""
    minor_m: Array
    azimuth_deg: Array
    """Azimuth of the major axis, degrees."""
    gsd_m: Array
    """Ground sample distance at the mark, metres."""
    lost: list[str]
    """Why a mark has no place; empty where it has one."""


def disc_90(major_m: ArrayLike, minor_m: ArrayLike) -> float:
    """Give the radius that holds 90 % of a normal spread with two standard errors, by halving.

    >>> round(disc_90(10.0, 10.0), 2), round(disc_90(10.0, 0.0), 2)
    (21.46, 16.45)
    """
    a, b = float(np.asarray(major_m)), float(np.asarray(minor_m))
    turn = (np.arange(2_000) + 0.5) * (0.5 * np.pi / 2_000)
    spread = (a * np.cos(turn)) ** 2 + (b * np.sin(turn)) ** 2
    low, high = 0.0, 3.0 * max(a, 1e-9)
    for _ in range(40):
        middle = 0.5 * (low + high)
        inside = 1.0 - np.exp(-0.5 * middle**2 / np.maximum(spread, 1e-300)).mean()
        low, high = (middle, high) if inside < 0.9 else (low, middle)
    return high


def place_on_ground(
    marks: Sequence[Sighting], flight: Flight, *, terrain: Terrain | None = None, time_sigma_s: float = 0.5
) -> Placed:
    """Give the places of marks, in the order of the marks.

    Parameters
    ----------
    marks
        In the order of time.
    flight
        The flight that the frames are of.
    terrain
        As for `footprints`.
    time_sigma_s
        Standard error of a frame's time against the platform's clock, seconds.
    """
    n = len(marks)
    empty = [np.full(n, np.nan) for _ in range(6)]
    out = Placed(empty[0], empty[1], empty[2], empty[3], empty[4], empty[5], [""] * n)
    pixel = []
    for k, mark in enumerate(marks):
        if np.isfinite(mark.lon) and np.isfinite(mark.lat):
            out.lon[k], out.lat[k] = mark.lon, mark.lat
        else:
            pixel.append(k)
    if not len(flight):
        for k in pixel:
            out.lost[k] = NO_SAMPLE
        return out
    if not pixel:
        return out
    chosen = [marks[k] for k in pixel]
    when = np.array([np.datetime64(m.time.replace(tzinfo=None), "us") for m in chosen])
    at, rate, speed, lost = _at_times(flight, when)
    where = np.array([_place(m) for m in chosen])
    box = np.array([_half_sigma(m) for m in chosen])
    view = {
        "azimuth_deg": at.azimuth_deg,
        "elevation_deg": at.elevation_deg,
        "roll_deg": np.nan_to_num(at.roll_deg),
        "hfov_deg": at.hfov_deg,
        "vfov_deg": at.vfov_deg,
    }
    high, level = above_ground(at, terrain)
    d = rays(where[:, None], **view)
    if terrain is None:
        far = ground.on_level(d, at.lon, at.lat, at.height_m, level)
    else:
        far = terrain.hit(d, at.lon, at.lat, at.height_m, max_range_m=MAX_RANGE_M)
    on = ground.place(d, far, at.lon, at.lat, at.height_m)[:, 0]
    steep = -np.degrees(np.arcsin(np.clip(d[:, 0, 2], -1, 1)))
    turned = np.hypot(at.angle_sigma_deg, rate * time_sigma_s)
    major, minor, azimuth = uncertainty(replace(at, angle_sigma_deg=turned), where)
    covariance = _matrix(major, minor, azimuth)
    covariance += time_sigma_s**2 * np.einsum("is,js->ijs", speed, speed)
    for axis in range(2):
        step = np.zeros(2)
        step[axis] = 1e-4
        moved = [_across(where + sign * step, view, high) for sign in (1.0, -1.0)]
        slope = (moved[0] - moved[1]) / 2e-4 * box[:, axis, None]
        covariance += np.einsum("si,sj->ijs", slope, slope)
    major, minor, azimuth = ellipse(covariance)
    sizes = np.array([[m.width, m.height] for m in chosen], dtype=np.float64)
    for j, k in enumerate(pixel):
        out.lost[k] = lost[j] or _why(high[j], d[j], far[j, 0], steep[j], major[j])
        if out.lost[k]:
            continue
        out.lon[k], out.lat[k] = on[j]
        out.major_m[k], out.minor_m[k], out.azimuth_deg[k] = major[j], minor[j], azimuth[j]
        size = (int(sizes[j, 0]), int(sizes[j, 1]))
        out.gsd_m[k] = float(pixel_m(far[j, 0], steep[j], at.hfov_deg[j], at.vfov_deg[j], pixels=size))
    return out


def _at_times(flight: Flight, when: NDArray[np.datetime64]) -> tuple[Flight, Array, Array, list[str]]:
    """Give the flight at moments, the turn of its camera (degrees a second), its speed (2, n) and what is missing."""
    t = flight.times.astype("datetime64[us]").astype(np.int64) / 1e6
    w = when.astype(np.int64) / 1e6
    last = len(t) - 1
    after = np.clip(np.searchsorted(t, w, side="left"), 0, last)
    before = np.clip(np.where(t[after] <= w, after, after - 1), 0, last)
    apart = t[after] - t[before]
    share = np.where(apart > 0, (w - t[before]) / np.where(apart > 0, apart, 1.0), 0.0)
    known = relied_on(flight)
    good = known[before] & known[after]
    near = (np.abs(w - t[before]) <= GAP_S) & (np.abs(t[after] - w) <= GAP_S)

    def between(values: Array) -> Array:
        return np.asarray(values[before] + share * (values[after] - values[before]))

    def turning(values: Array) -> Array:
        return np.asarray(values[before] + share * ((values[after] - values[before] + 180.0) % 360.0 - 180.0))

    def stated(values: Array, otherwise: float) -> Array:
        found = np.maximum(values[before], values[after])
        return np.where(np.isfinite(found), found, otherwise)

    on = np.where(before < last, before + 1, before)
    back = np.maximum(np.where(before < last, before, before - 1), 0)
    lasts = np.where(t[on] > t[back], t[on] - t[back], np.inf)
    turn = np.zeros(len(w))
    for angle in (flight.azimuth_deg, flight.elevation_deg):
        step = np.abs((angle[on] - angle[back] + 180.0) % 360.0 - 180.0)
        turn = np.fmax(turn, np.nan_to_num(step / lasts))
    lon_m, lat_m = metres_per_degree(np.nan_to_num(flight.lat[before]))
    speed = np.stack(
        [
            np.nan_to_num((flight.lon[on] - flight.lon[back]) * lon_m / lasts),
            np.nan_to_num((flight.lat[on] - flight.lat[back]) * lat_m / lasts),
        ]
    )
    at = replace(
        flight.keep(before),
        times=when.astype("datetime64[ms]"),
        lon=between(flight.lon),
        lat=between(flight.lat),
        height_m=between(flight.height_m),
        ground_m=between(flight.ground_m),
        azimuth_deg=turning(flight.azimuth_deg),
        elevation_deg=between(flight.elevation_deg),
        roll_deg=turning(np.nan_to_num(flight.roll_deg)),
        hfov_deg=between(flight.hfov_deg),
        vfov_deg=between(flight.vfov_deg),
        position_sigma_m=stated(flight.position_sigma_m, POSITION_M),
        height_sigma_m=stated(flight.height_sigma_m, HEIGHT_M),
        angle_sigma_deg=stated(flight.angle_sigma_deg, ANGLE_DEG),
        fix=good,
    )
    lost = np.where(near, np.where(good, "", NO_POSITION), NO_SAMPLE).tolist()
    return at, turn, speed, lost


def _why(high: float, ray: Array, far: float, steep: float, major: float) -> str:
    if not high > 0:
        return "the height above ground is not known"
    if not np.isfinite(ray).all():
        return "the camera's angles or field of view are not known"
    if not np.isfinite(far) or steep < GUARD_DEG or far > MAX_RANGE_M:
        return f"the mark lies above the horizon, or flatter than {GUARD_DEG:g} degrees, or beyond {MAX_RANGE_M:,.0f} m"
    return "" if np.isfinite(major) else "the mark lies so near the horizon that its place has no bounds"


def _place(mark: Sighting) -> tuple[float, float]:
    """Give the middle of the box in halves of the image from its centre, right and up."""
    x, y = 0.5 * (mark.left + mark.right), 0.5 * (mark.top + mark.bottom)
    return (
        2.0 * min(max(x, 0.0), mark.width) / mark.width - 1.0,
        1.0 - 2.0 * min(max(y, 0.0), mark.height) / mark.height,
    )


def _half_sigma(mark: Sighting) -> tuple[float, float]:
    """Give the standard errors of the thing's place in the image, in halves of it: lens, box, a pixel."""
    wide = BOX * (mark.right - mark.left) * 2.0 / mark.width
    tall = BOX * (mark.bottom - mark.top) * 2.0 / mark.height
    return float(np.hypot(np.hypot(LENS, wide), 2.0 / mark.width)), float(
        np.hypot(np.hypot(LENS, tall), 2.0 / mark.height)
    )


def _across(where: Array, view: dict[str, Array], high: Array) -> Array:
    """Give metres east and north of the camera on level ground, shape (marks, 2)."""
    d = rays(where[:, None], **view)[:, 0]
    return np.asarray(d[:, :2] * ground.on_plane(d, high)[:, None])


def _matrix(major: Array, minor: Array, azimuth: Array) -> Array:
    """Give covariances of (east, north), shape (2, 2, marks), of ellipses."""
    turn = np.radians(azimuth)
    along = np.stack([np.sin(turn), np.cos(turn)]) * major
    beside = np.stack([np.cos(turn), -np.sin(turn)]) * minor
    return np.asarray(np.einsum("is,js->ijs", along, along) + np.einsum("is,js->ijs", beside, beside))
