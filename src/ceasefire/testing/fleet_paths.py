"""How simulated ships move: legs of voyages, stays, fishing and drifting, as knots between which motion is straight.

Why knots: a ship's true place at any instant is then one interpolation, for all ships and instants at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo import distance
from ceasefire.testing.fleet_lanes import lane

Array = NDArray[Any]

UNDER_WAY, ANCHORED, MOORED, FISHING = 0, 1, 5, 7
"""Navigational status of ITU-R M.1371."""
KNOT_KM_S = 1.852 / 3600.0
"""One knot in km/s."""
_STEP_S = 120.0


@dataclass
class Path:
    """One ship's motion so far: knots, and what the ship says it does from each on."""

    t: list[Array] = field(default_factory=list)
    """Seconds from the start."""
    lon: list[Array] = field(default_factory=list)
    """Degrees east; NaN where the ship is not on this sea."""
    lat: list[Array] = field(default_factory=list)
    """Degrees north."""
    status: list[Array] = field(default_factory=list)
    """Status that it reports."""
    now: float = 0.0
    """End of the motion so far, seconds."""
    here: tuple[float, float] = (np.nan, np.nan)
    """Where it ends."""
    calls: list[tuple[str, float, float]] = field(default_factory=list)
    """Ports called at, with first and last second."""

    def add(self, t: Array, lon: Array, lat: Array, status: int) -> None:
        """Add knots; the first must not be before the end so far."""
        self.t.append(t)
        self.lon.append(lon)
        self.lat.append(lat)
        self.status.append(np.full(len(t), status, dtype=np.int8))
        self.now, self.here = float(t[-1]), (float(lon[-1]), float(lat[-1]))


def sail(
    path: Path, to: tuple[float, float], *, speed_kn: float, rng: np.random.Generator, aside_km: float = 1.5
) -> None:
    """Sail to a place by the lanes, a little aside of them, at a speed that varies slowly.

    Parameters
    ----------
    path
        Lengthened in place.
    to
        Longitude and latitude.
    speed_kn
        Mean speed.
    aside_km
        Standard deviation of the distance to the lane; it shrinks towards both ends.
    """
    x, y = _rounded(lane(*path.here, *to))
    length = np.append(0.0, np.cumsum(distance.km(x[:-1], y[:-1], x[1:], y[1:])))
    n = max(int(length[-1] / (speed_kn * KNOT_KM_S * _STEP_S)), 2)
    along = np.linspace(0.0, length[-1], n + 1)
    lon, lat = np.interp(along, length, x), np.interp(along, length, y)
    course = np.arctan2(np.gradient(lon) * np.cos(np.radians(lat)), np.gradient(lat))
    taper = np.clip(np.minimum(along, along[-1] - along) / 25.0, 0.0, 1.0)
    off = taper * np.clip(rng.normal(0.0, aside_km) + 0.3 * aside_km * _slow(rng, n + 1, 40), -3.5, 3.5)
    lon = lon + off * np.cos(course) / distance.KM_PER_DEGREE / np.cos(np.radians(lat))
    lat = lat - off * np.sin(course) / distance.KM_PER_DEGREE
    lon[0], lat[0], lon[-1], lat[-1] = *path.here, *to
    speed = speed_kn * np.clip(1.0 + 0.04 * _slow(rng, n, 30), 0.6, 1.3)
    speed *= np.clip(np.minimum(along[:-1], along[-1] - along[1:]) / 6.0, 0.0, 1.0) * 0.55 + 0.45
    step = distance.km(lon[:-1], lat[:-1], lon[1:], lat[1:]) / (speed * KNOT_KM_S)
    path.add(path.now + np.append(0.0, np.cumsum(step)), lon, lat, UNDER_WAY)


def stay(path: Path, seconds: float, *, rng: np.random.Generator, status: int = MOORED, swing_km: float = 0.0) -> None:
    """Stay moored, or at anchor swinging about it."""
    n = max(int(seconds / 300.0), 1)
    turn = rng.uniform(0.0, 2 * np.pi) + 0.7 * _slow(rng, n + 1, 20)
    lon, lat = path.here
    east, north = swing_km * (np.sin(turn) - np.sin(turn[0])), swing_km * (np.cos(turn) - np.cos(turn[0]))
    x, y = _moved(lon, lat, east, north)
    path.add(path.now + np.linspace(0.0, seconds, n + 1), x, y, status)


def drift(
    path: Path, seconds: float, *, rng: np.random.Generator, speed_kn: float, reach_km: float, status: int = 0
) -> None:
    """Drift or walk at random about a place: fishing, loitering, waiting.

    Parameters
    ----------
    speed_kn
        Typical speed.
    reach_km
        How far it goes from where it began; near it, it turns back.
    """
    n = max(int(seconds / _STEP_S), 2)
    turn = np.cumsum(rng.normal(0.0, 0.45, n)) + rng.uniform(0.0, 2 * np.pi)
    pace = speed_kn * np.clip(1.0 + 0.3 * _slow(rng, n, 15), 0.2, 1.8) * KNOT_KM_S * seconds / n
    steps = np.stack([np.sin(turn) * pace, np.cos(turn) * pace])
    at = np.zeros((2, n + 1))
    for k in range(n):
        go = at[:, k] + steps[:, k]
        if go @ go > reach_km**2:
            go = at[:, k] - np.hypot(*steps[:, k]) * at[:, k] / np.hypot(*at[:, k])
        at[:, k + 1] = go
    x, y = _moved(*path.here, at[0], at[1])
    path.add(path.now + np.linspace(0.0, seconds, n + 1), x, y, status)


def leave(path: Path, seconds: float) -> None:
    """Be away from this sea for a while, and come back where it left."""
    here = path.here
    away = np.array([1.0, max(seconds - 1.0, 2.0)])
    path.add(path.now + away, np.full(2, np.nan), np.full(2, np.nan), UNDER_WAY)
    path.add(np.array([path.now + 1.0]), np.array([here[0]]), np.array([here[1]]), UNDER_WAY)


@dataclass(frozen=True)
class Motion:
    """True motion of all hulls, in columns: shape (knots,), hull by hull."""

    t: Array
    """Seconds from the start."""
    lon: Array
    """Degrees east."""
    lat: Array
    """Degrees north."""
    status: Array
    """Reported from this knot on."""
    hull: Array
    """Number of the hull."""
    seconds: float
    """Length of the simulation."""

    def at(self, hull: Any, t: Any) -> tuple[Array, Array]:
        """Give the true places of hulls at seconds from the start, NaN where not on this sea; shapes (n,)."""
        span = self.seconds + 10.0
        t = np.asarray(t, dtype=float)
        known = self.hull * span + self.t
        ask = np.asarray(hull) * span + np.clip(t, 0.0, self.seconds)
        outside = (t < 0) | (t > self.seconds) | (np.asarray(hull) < 0)
        x, y = np.interp(ask, known, self.lon), np.interp(ask, known, self.lat)
        return np.where(outside, np.nan, x), np.where(outside, np.nan, y)


def motion(paths: list[Path], seconds: float) -> Motion:
    """Put the paths of all hulls together, cut at the begin (second 0) and the end of the simulation."""
    parts: list[tuple[Array, ...]] = []
    for number, path in enumerate(paths):
        t, lon, lat = (np.concatenate(v) for v in (path.t, path.lon, path.lat))
        status = np.concatenate(path.status)
        order = np.flatnonzero(np.append(np.diff(t) > 1e-6, True))
        t, lon, lat, status = t[order], lon[order], lat[order], status[order]
        inside = (t > 0.0) & (t < seconds)
        ends = np.array([0.0, seconds])
        columns = [
            np.concatenate([e[:1], v[inside], e[1:]])
            for v, e in ((t, ends), (lon, np.interp(ends, t, lon)), (lat, np.interp(ends, t, lat)))
        ]
        codes = status[np.maximum(np.searchsorted(t, columns[0], side="right") - 1, 0)]
        parts.append((*columns, codes, np.full(len(codes), number)))
    t, lon, lat, status, hull = (np.concatenate(c) for c in zip(*parts, strict=True))
    return Motion(t, lon, lat, status, hull, seconds)


def _moved(lon: float, lat: float, east_km: Array, north_km: Array) -> tuple[Array, Array]:
    degree = distance.KM_PER_DEGREE
    return lon + east_km / degree / np.cos(np.radians(lat)), lat + north_km / degree


def _slow(rng: np.random.Generator, n: int, steps: int) -> Array:
    """Draw a slowly varying standard normal series: values every so many steps, joined by lines."""
    m = n // steps + 2
    return np.asarray(
        np.interp(np.arange(n) / steps + rng.uniform(0.0, 0.99), np.arange(m + 1), rng.normal(size=m + 1))
    )


def _rounded(corners: Array) -> tuple[Array, Array]:
    """Cut the corners of a way, as ships do."""
    for _ in range(2):
        if len(corners) > 2:
            length = np.maximum(distance.km(corners[:-1, 0], corners[:-1, 1], corners[1:, 0], corners[1:, 1]), 1e-6)
            cut = np.minimum(3.0 / length, 0.25)[:, None]
            first = corners[:-1] + (corners[1:] - corners[:-1]) * cut
            second = corners[1:] - (corners[1:] - corners[:-1]) * cut
            middle = np.stack([first, second], axis=1).reshape(-1, 2)[1:-1]
            corners = np.vstack([corners[:1], middle, corners[-1:]])
    return corners[:, 0], corners[:, 1]
