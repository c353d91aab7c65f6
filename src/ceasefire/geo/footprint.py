"""Footprints: the ground that a camera's images show, with a horizon guard, and how well it shows it.

Why: a patrol is worth as much for what it did not see as for what it saw, and only if it is known where the camera
looked. What is cut off is only what cannot be used: above the guard angle and beyond the range, ground is seen so flat
that a pixel covers whole fields.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.geo import ground
from ceasefire.geo.camera import CENTRE, CORNERS, rays
from ceasefire.geo.flight import Flight
from ceasefire.geo.ground import Terrain
from ceasefire.stats.unscented import ellipse, spread

Array = NDArray[np.float64]

GUARD_DEG = 3.0
"""Ground seen flatter than this is left out, degrees below the horizon."""
MAX_RANGE_M = 10_000.0
"""Ground farther from the camera than this is left out, metres."""
PIXELS = (1920, 1080)
"""Columns and rows of an image where the file does not say: the commonest size of video."""
REASONS = ("no position", "no height", "no angles", "above the horizon")
"""Why a sample has no footprint."""


@dataclass(frozen=True, eq=False)
class Footprints:
    """What each sample's image shows of the ground; arrays over samples, NaN where `lost` says why."""

    outline: Array
    """Longitude and latitude of the convex outline that is used, shape (samples, 8, 2); vertices may repeat."""
    corners: Array
    """Of the image's corners, upper left first and clockwise, shape (samples, 4, 2); NaN above the horizon."""
    centre: Array
    """Of the image's centre, shape (samples, 2); NaN above the horizon."""
    slant_m: Array
    """From the camera to the centre on the ground, metres."""
    depression_deg: Array
    """Angle below the horizon at which the centre is seen; 90 is straight down."""
    gsd_m: Array
    """Ground sample distance at the centre, metres: the longer side of a pixel on the ground."""
    cut: NDArray[np.bool_]
    """True where the guard or the range cut something off."""
    lost: NDArray[np.object_]
    """One of `REASONS`, or empty."""

    def __len__(self) -> int:
        return len(self.slant_m)

    def keep(self, which: Any) -> Footprints:
        """Give some of the samples, by a mask or by numbers."""
        return Footprints(**{f.name: getattr(self, f.name)[which] for f in fields(self)})


def above_ground(flight: Flight, terrain: Terrain | None = None) -> tuple[Array, Array]:
    """Give the height above ground and the ground's height in the flight's datum, metres, each (samples,).

    The ground's height is the file's own; else the terrain's below the camera; else 0 where heights count from the
    place of take-off, which takes the ground for flat.
    """
    level = flight.ground_m
    if terrain is not None:
        level = np.where(np.isfinite(level), level, terrain.height(flight.lon, flight.lat))
    if flight.datum == "takeoff":
        level = np.where(np.isfinite(level), level, 0.0)
    return flight.height_m - level, level


def footprints(
    flight: Flight,
    *,
    terrain: Terrain | None = None,
    guard_deg: float = GUARD_DEG,
    max_range_m: float = MAX_RANGE_M,
    pixels: tuple[int, int] = PIXELS,
) -> Footprints:
    """Give the footprint of every sample of a flight.

    Parameters
    ----------
    flight
        Samples; those without position, height or angles have no footprint, and `lost` says so.
    terrain
        An elevation grid in the flight's datum; without one the ground lies everywhere as high as below the camera,
        on the curved Earth.
    guard_deg
        Smallest angle below the horizon that is used, above 0.
    max_range_m
        Largest distance that is used.
    pixels
        Columns and rows of the images.

    Notes
    -----
    Rays steeper than a limit form a convex cone, so what remains of an image is convex and each of its edges keeps one
    piece, found in closed form. Between the pieces the outline runs straight: a little inside the true arc.

    >>> flight = Flight.of(times=["2025-04-01T09:00:00"], lon=[36.0], lat=[50.0], height_m=[220.0], ground_m=[120.0],
    ...                    azimuth_deg=[0.0], elevation_deg=[-90.0], hfov_deg=[90.0], vfov_deg=[90.0])
    >>> seen = footprints(flight, pixels=(2000, 2000))
    >>> round(float(seen.slant_m[0]), 3), round(float(seen.gsd_m[0]), 3), bool(seen.cut[0])
    (100.0, 0.1, False)
    """
    if not 0 < guard_deg < 90:
        raise ValueError(f"the guard angle lies between 0 and 90 degrees, not {guard_deg}")
    high, level = above_ground(flight, terrain)
    view = {
        "azimuth_deg": flight.azimuth_deg,
        "elevation_deg": flight.elevation_deg,
        "roll_deg": np.nan_to_num(flight.roll_deg),
        "hfov_deg": flight.hfov_deg,
        "vfov_deg": flight.vfov_deg,
    }
    with np.errstate(invalid="ignore", divide="ignore"):
        limit = np.maximum(np.sin(np.radians(guard_deg)), np.clip(high / max_range_m, 0.0, 1.0))
    corner_rays, centre_ray = rays(CORNERS, **view), rays(CENTRE, **view)
    used, some, cut = _steeper(corner_rays, limit)
    every = np.concatenate([used, corner_rays, centre_ray], axis=1)
    far = _distance(every, flight, level, terrain, max_range_m)
    at = ground.place(every, far, flight.lon, flight.lat, flight.height_m)
    lost = _lost(flight, high, some & np.isfinite(at[:, :8]).all(axis=(1, 2)))
    gone = lost != ""
    at[gone, :8] = np.nan
    slant, depression = far[:, 12], -np.degrees(np.arcsin(centre_ray[:, 0, 2]))
    return Footprints(
        outline=at[:, :8],
        corners=at[:, 8:12],
        centre=at[:, 12],
        slant_m=slant,
        depression_deg=depression,
        gsd_m=pixel_m(slant, depression, flight.hfov_deg, flight.vfov_deg, pixels=pixels),
        cut=cut & ~gone,
        lost=lost,
    )


def pixel_m(
    slant_m: ArrayLike, depression_deg: ArrayLike, hfov_deg: ArrayLike, vfov_deg: ArrayLike, *, pixels: tuple[int, int]
) -> Array:
    """Give the longer side of a pixel on level ground, metres.

    >>> round(float(pixel_m(1000.0, 30.0, 60.0, 34.0, pixels=(1920, 1080))), 2)  # 0.6 m across
    1.13
    """
    wide = 2 * np.tan(np.radians(np.asarray(hfov_deg, dtype=np.float64)) / 2) / pixels[0]
    tall = 2 * np.tan(np.radians(np.asarray(vfov_deg, dtype=np.float64)) / 2) / pixels[1]
    slant, steep = np.asarray(slant_m, dtype=np.float64), np.sin(np.radians(depression_deg))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(steep > 0, slant * np.maximum(wide, tall / steep), np.nan)


def uncertainty(flight: Flight, place: ArrayLike = (0.0, 0.0)) -> tuple[Array, Array, Array]:
    """Give the ellipse of one standard error of a place in each image, on the ground.

    Why not one number: at a flat angle the error along the line of sight is many times that across.

    Parameters
    ----------
    flight
        Its `position_sigma_m`, `height_sigma_m` and `angle_sigma_deg` (azimuth, elevation and roll alike) are used.
    place
        In halves of the image from its centre, right and up; shape (2,) for all or (samples, 2).

    Returns
    -------
    Semi-major and semi-minor axis, metres, and azimuth of the major axis, degrees; each (samples,). NaN where an error
    is not known, or where a part of the spread lies above the horizon: there the place is not known at all.

    Notes
    -----
    Unscented transform of fifth degree over height, azimuth, elevation and roll on level ground; errors of the position
    add to it exactly.
    """
    high, _ = above_ground(flight)
    where = np.broadcast_to(np.asarray(place, dtype=np.float64), (len(flight), 2))
    angles = (flight.azimuth_deg, flight.elevation_deg, np.nan_to_num(flight.roll_deg))
    sigma = np.stack([flight.height_sigma_m, *(flight.angle_sigma_deg,) * 3])

    def reach(error: Array) -> Array:
        points, _, samples = error.shape
        azimuth, elevation, roll = ((angles[k][None] + error[:, k + 1]).ravel() for k in range(3))
        hfov, vfov = (np.tile(v, points) for v in (flight.hfov_deg, flight.vfov_deg))
        view = {
            "azimuth_deg": azimuth,
            "elevation_deg": elevation,
            "roll_deg": roll,
            "hfov_deg": hfov,
            "vfov_deg": vfov,
        }
        at = rays(np.tile(where, (points, 1))[:, None], **view)[:, 0]
        far = ground.on_plane(at, (high[None] + error[:, 0]).ravel())
        out: Array = (at[:, :2] * far[:, None]).reshape(points, samples, 2).transpose(0, 2, 1)
        return out

    _, covariance = spread(reach, sigma)
    for k in range(2):
        covariance[k, k] += flight.position_sigma_m**2
    return ellipse(covariance)


def _steeper(corner: Array, limit: Array) -> tuple[Array, NDArray[np.bool_], NDArray[np.bool_]]:
    """Cut images to the rays that go down at least as steeply as a limit (a sine).

    Gives rays, shape (samples, 8, 3), two for each edge; which samples keep anything; which lost something.
    """
    a, b = corner, np.roll(corner, -1, axis=1) - corner
    s = limit[:, None]
    # points a + t b of an edge with -(a + t b)_z = s |a + t b|: a quadratic in t
    two = b[..., 2] ** 2 - s**2 * (b * b).sum(-1)
    one = a[..., 2] * b[..., 2] - s**2 * (a * b).sum(-1)
    zero = a[..., 2] ** 2 - s**2 * (a * a).sum(-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.sqrt(one * one - two * zero)
        times = np.stack([(-one - root) / two, (-one + root) / two], axis=-1)
        down = a[..., None, :] + np.clip(np.nan_to_num(times), 0, 1)[..., None] * b[..., None, :]
        valid = (times > 0) & (times < 1) & (down[..., 2] < 0)
        ends_in = np.stack([-a[..., 2] >= s * np.linalg.norm(a, axis=-1), _end_in(a + b, s)], axis=-1)
    low, high = np.where(valid, times, np.inf).min(-1), np.where(valid, times, -np.inf).max(-1)
    first = np.where(ends_in[..., 0], 0.0, low)
    last = np.where(ends_in[..., 1], 1.0, np.where(np.isfinite(high), high, np.inf))
    kept = np.isfinite(first) & np.isfinite(last) & (first <= last)
    ends = np.stack([first, last], axis=-1)
    points = a[:, :, None] + np.where(kept[..., None], ends, 0.0)[..., None] * b[:, :, None]
    points = points / np.linalg.norm(points, axis=-1, keepdims=True)
    filled = _arcs(points, kept, limit)
    around = ~kept.any(axis=1) & _holds_nadir(corner)
    chosen = np.where(kept[..., None, None] & ~around[:, None, None, None], points, filled)
    some: NDArray[np.bool_] = np.asarray(kept.any(axis=1)) | around
    cut: NDArray[np.bool_] = some & ~np.asarray(ends_in.all(axis=(1, 2)))
    return chosen.reshape(len(corner), 8, 3), some, cut


def _arcs(points: Array, kept: NDArray[np.bool_], limit: Array) -> Array:
    """Give rays along the limiting cone in place of edges that are gone, shape (samples, 4, 2, 3).

    Going round clockwise, from where the last kept edge ends to where the next begins; all round where none is kept.
    """
    edge, rows = np.arange(4), np.arange(len(kept))[:, None]
    before, after = _nearest(kept, 1), _nearest(kept, -1)
    gap = np.where(before == after, 3, (after - before - 1) % 4)
    azimuth = np.arctan2(points[..., 0], points[..., 1])
    start, stop = azimuth[rows, before, 1], azimuth[rows, after, 0]
    whole: NDArray[np.bool_] = ~np.asarray(kept.any(axis=1))[:, None]
    turn = np.where(whole, 2 * np.pi, (stop - start + 1e-9) % (2 * np.pi))
    since = np.where(whole, edge, (edge - before) % 4 - 1)
    share = (2 * since[..., None] + np.array([1, 2])) / np.where(whole, 8, 2 * gap + 1)[..., None]
    at = np.where(whole, 0.0, start)[..., None] + share * turn[..., None]
    down = np.broadcast_to(limit[:, None, None], at.shape)
    flat = np.sqrt(1 - np.minimum(down, 1.0) ** 2)
    return np.stack([flat * np.sin(at), flat * np.cos(at), -down], axis=-1)


def _holds_nadir(corner: Array) -> NDArray[np.bool_]:
    """Tell which images show the point straight below the camera."""
    side = np.cross(corner, np.roll(corner, -1, axis=1))[..., 2]
    same = (side >= 0).all(axis=1) | (side <= 0).all(axis=1)
    return np.asarray(same & (corner[..., 2].sum(axis=1) < 0))


def _nearest(kept: NDArray[np.bool_], step: int) -> NDArray[np.int64]:
    """Give for each edge itself or the nearest kept edge before (1) or after (-1) it, going round; (samples, 4)."""
    out = np.tile(np.arange(4), (len(kept), 1))
    for _ in range(3):
        out = np.where(np.take_along_axis(kept, out, axis=1), out, np.roll(out, step, axis=1))
    return out


def _end_in(end: Array, s: Array) -> NDArray[np.bool_]:
    return np.asarray(-end[..., 2] >= s * np.linalg.norm(end, axis=-1))


def _distance(every: Array, flight: Flight, level: Array, terrain: Terrain | None, max_range_m: float) -> Array:
    if terrain is None:
        return ground.on_level(every, flight.lon, flight.lat, flight.height_m, level)
    return terrain.hit(every, flight.lon, flight.lat, flight.height_m, max_range_m=1.5 * max_range_m)


def _lost(flight: Flight, high: Array, whole: NDArray[np.bool_]) -> NDArray[np.object_]:
    angles = (flight.azimuth_deg, flight.elevation_deg, flight.hfov_deg, flight.vfov_deg)
    tests = (
        ~(np.isfinite(flight.lon) & np.isfinite(flight.lat)) | ~flight.fix,
        ~(high > 0),
        ~np.isfinite(np.stack(angles)).all(axis=0),
        ~whole,
    )
    return np.select(tests, REASONS, default="").astype(object)
