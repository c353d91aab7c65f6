"""Who hears a simulated fleet: when transponders transmit, and which receivers on land or in orbit take it in.

Reporting intervals are those of ITU-R M.1371-5, table 1 (class A) and table 2 (class B "CS"). A station hears most of
what is within its range and little beyond; at night the range grows on some nights (ducting); receivers fail for hours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo import distance
from ceasefire.testing.fleet_paths import ANCHORED, KNOT_KM_S, MOORED, Motion

Array = NDArray[Any]
DAY = 86_400.0

STATIONS: tuple[tuple[float, float, float], ...] = (
    (30.73, 46.47, 62.0), (31.55, 46.60, 45.0), (29.65, 45.15, 55.0), (28.65, 44.17, 75.0), (28.58, 43.80, 50.0),
    (28.46, 43.37, 85.0), (27.90, 43.20, 60.0), (27.90, 42.70, 55.0), (27.48, 42.50, 50.0), (28.05, 41.88, 60.0),
    (29.10, 41.23, 80.0), (31.40, 41.30, 60.0), (35.15, 42.02, 70.0), (36.35, 41.30, 55.0), (38.40, 40.95, 45.0),
    (41.65, 41.65, 60.0), (41.66, 42.15, 50.0), (37.80, 44.75, 65.0), (39.05, 44.10, 50.0), (36.45, 45.10, 45.0),
)  # fmt: skip
"""Invented receivers at real headlands and ports: longitude, latitude, range in km."""


@dataclass(frozen=True)
class Receivers:
    """Stations, their ranges by night and their failures, and satellites that pass; all fixed by a seed."""

    lon: Array
    """Stations, degrees east, shape (stations,)."""
    lat: Array
    """Degrees north."""
    range_km: Array
    """Distance at which half of the messages is heard, by day."""
    best: float
    """Share heard close by."""
    nights: Array
    """Factor on each station's range by night, shape (stations, nights)."""
    down: tuple[Array, ...]
    """Instants (s) at which each station fails and comes back in turn, ordered; even places begin a failure."""
    passes: Array
    """First and last second of each satellite's pass, shape (passes, 2)."""
    orbit: float = 0.0
    """Share of messages that a satellite in sight takes in."""
    everywhere: float = 0.0
    """Share of all messages heard wherever they are sent: a perfect network."""
    starts_at: float = field(default=0.0)
    """Second of the UTC day at which the simulation starts."""

    def chances(self, lon: Array, lat: Array, t: Array) -> Array:
        """Give P(one class A message is received) by each station and, last, from orbit, shape (n, stations + 1).

        Parameters
        ----------
        lon, lat
            Degrees, shape (n,).
        t
            Seconds from the start, shape (n,).
        """
        out = np.zeros((len(t), len(self.lon) + 1), dtype=np.float32)
        hour = ((t + self.starts_at) / 3600.0 + 2.0) % 24.0
        dark = np.clip(1.3 - np.abs((hour + 11.0) % 24.0 - 12.0) / 5.5, 0.0, 1.0)
        for k in range(len(self.lon)):
            night = self.nights[k, np.clip((t / DAY + 0.5).astype(int), 0, self.nights.shape[1] - 1)]
            reach = self.range_km[k] * (1.0 + dark * (night - 1.0))
            d = distance.km(self.lon[k], self.lat[k], lon, lat)
            heard = self.best / (1.0 + np.exp(np.minimum((d - reach) / (0.07 * reach), 40.0)))
            up = np.searchsorted(self.down[k], t, side="right") % 2 == 0
            out[:, k] = np.where(up, heard, 0.0)
        if len(self.passes):
            n = np.searchsorted(self.passes[:, 0], t, side="right") - 1
            out[:, -1] = np.where((n >= 0) & (t <= self.passes[np.maximum(n, 0), 1]), self.orbit, 0.0)
        out[:, -1] = np.maximum(out[:, -1], self.everywhere)
        return np.nan_to_num(out)

    def chance(self, lon: Array, lat: Array, t: Array) -> Array:
        """Give P(one class A message is received by anyone), shape (n,)."""
        p = np.zeros(len(t))
        for a in range(0, len(t), 200_000):
            b = slice(a, a + 200_000)
            p[b] = 1.0 - np.prod(1.0 - self.chances(lon[b], lat[b], t[b]), axis=1)
        return p


def receivers(
    kind: str, *, seconds: float, outage: float, rng: np.random.Generator, starts_at: float = 0.0
) -> Receivers:
    """Draw receivers.

    Parameters
    ----------
    kind
        `patchy`: stations along the coasts and a few satellite passes; `satellite`: passes only; `coast`: stations
        only; `full`: nearly all is heard everywhere.
    outage
        Share of the time in which a station is down, in failures of four hours on average.

    Raises
    ------
    ValueError
        An unknown kind.
    """
    if kind not in {"patchy", "satellite", "coast", "full"}:
        raise ValueError(f"reception is patchy, coast, satellite or full, not {kind!r}")
    on = np.array(STATIONS if kind in {"patchy", "coast"} else np.empty((0, 3)))
    nights = np.maximum(rng.lognormal(0.12, 0.22, (len(on), int(seconds / DAY) + 2)), 1.0)
    down = tuple(_failures(rng, seconds, outage) for _ in on)
    every = {"patchy": 5400.0, "satellite": 2400.0}.get(kind, 0.0)
    passes = np.empty((0, 2))
    if every:
        first = np.cumsum(rng.uniform(0.5, 1.5, int(seconds / every) + 4) * every) - every
        passes = np.stack([first, first + rng.uniform(300.0, 780.0, len(first))], axis=1)
        passes[:-1, 1] = np.minimum(passes[:-1, 1], first[1:] - 1.0)
        if outage:
            passes = passes[rng.random(len(passes)) > outage]
    return Receivers(
        on[:, 0], on[:, 1], on[:, 2], 0.93, nights, down, passes, 0.12, 0.98 if kind == "full" else 0.0, starts_at
    )


def _failures(rng: np.random.Generator, seconds: float, share: float) -> Array:
    if share <= 0.0:
        return np.empty(0)
    mean_down = 4 * 3600.0
    mean_up = mean_down * (1.0 - share) / share
    n = int(seconds / (mean_down + mean_up) * 3) + 8
    spans = np.stack([rng.exponential(mean_up, n), rng.exponential(mean_down, n)], axis=1).ravel()
    if rng.random() < share:
        spans[0] = 0.0
    at = np.cumsum(spans)
    return at[at < seconds]


def interval_s(speed_kn: Array, status: Array, class_b: Array, turning: Array) -> Array:
    """Give the seconds between two position reports, shape (n,).

    Parameters
    ----------
    speed_kn
        Speed over ground.
    status
        Navigational status of ITU-R M.1371.
    class_b
        Class B rather than class A.
    turning
        Whether the course changes.

    >>> interval_s(np.array([0.1, 12.0, 12.0, 16.0, 25.0, 6.0]), np.array([5, 0, 0, 0, 0, 0]),
    ...     np.array([False] * 5 + [True]), np.array([False, False, True, False, False, False])).round(1).tolist()
    [180.0, 10.0, 3.3, 6.0, 2.0, 30.0]
    """
    a = np.select(
        [np.isin(status, [ANCHORED, MOORED]) & (speed_kn < 3.0), speed_kn > 23.0, speed_kn > 14.0],
        [180.0, 2.0, np.where(turning, 2.0, 6.0)],
        np.where(turning, 10.0 / 3.0, 10.0),
    )
    return np.where(class_b, np.where(speed_kn < 2.0, 180.0, 30.0), a)


@dataclass(frozen=True)
class Heard:
    """Transmissions that somebody received, in columns, hull by hull and in time."""

    hull: Array
    """Number of the hull."""
    t: Array
    """Seconds from the start."""
    segment: Array
    """Knot after which it was sent."""
    station: Array
    """Number of the station from 1; the number after the last is the satellite."""
    second: Array
    """Another station that may have heard it too, 0 where none."""


def transmissions(
    moves: Motion, who: Receivers, *, class_b: Array, rng: np.random.Generator, every_s: float = 0.0
) -> Heard:
    """Draw the transmissions of all hulls that are received.

    Parameters
    ----------
    moves
        True motion.
    class_b
        Whether each hull carries class B, shape (hulls,).
    every_s
        Thin to one received message per ship and so many seconds, as providers do; 0 keeps all.
    """
    inner = np.flatnonzero((np.diff(moves.hull) == 0) & (np.diff(moves.t) > 0))
    inner = inner[np.isfinite(moves.lon[inner]) & np.isfinite(moves.lon[inner + 1])]
    length = moves.t[inner + 1] - moves.t[inner]
    speed, course = velocity(moves, inner)
    hull, status = moves.hull[inner], moves.status[inner]
    turn = np.abs((np.diff(course, prepend=course[:1]) + 180.0) % 360.0 - 180.0)
    turning = (turn > 8.0) & (np.diff(hull, prepend=-1) == 0) & (speed > 3.0) & (status != 7)
    rate = 1.0 / np.maximum(interval_s(speed, status, class_b[hull], turning), every_s * 0.25)
    phase = np.append(rng.random(), length * rate).cumsum()
    count = np.diff(np.floor(phase)).astype(np.int64)
    p = who.chances(
        (moves.lon[inner] + moves.lon[inner + 1]) / 2,
        (moves.lat[inner] + moves.lat[inner + 1]) / 2,
        moves.t[inner] + length / 2,
    ) * np.where(class_b[hull], 0.6, 1.0)[:, None].astype(np.float32)
    if p.shape[1] < 2:
        p = np.column_stack([p, np.zeros(len(p), dtype=np.float32)])
    anyone = 1.0 - np.prod(1.0 - p, axis=1)
    count[anyone < 1e-3] = 0
    which = np.repeat(np.arange(len(inner)), count)
    first = np.repeat(np.cumsum(count) - count, count)
    share = (np.arange(len(which)) - first + 0.5 + rng.uniform(-0.2, 0.2, len(which))) / count[which]
    got = rng.random(len(which)) < anyone[which]
    which, share = which[got], share[got]
    order = np.argsort(p, axis=1)
    best, next_best = (np.take_along_axis(p, order[:, -k : (-k + 1) or None], axis=1)[:, 0] for k in (1, 2))
    use_next = rng.random(len(which)) * (best + next_best)[which] > best[which]
    station = np.where(use_next, order[which, -2], order[which, -1]) + 1
    also = np.where(use_next, order[which, -1], order[which, -2]) + 1
    also[rng.random(len(which)) > np.where(use_next, best[which], next_best[which])] = 0
    t = moves.t[inner][which] + share * length[which]
    keep = np.ones(len(t), dtype=bool)
    if every_s:
        slot = np.floor(t / every_s)
        keep = (np.diff(slot, prepend=-1) != 0) | (np.diff(hull[which], prepend=-1) != 0)
    return Heard(hull[which][keep], t[keep], inner[which][keep], station[keep], also[keep])


def velocity(moves: Motion, knots: Array) -> tuple[Array, Array]:
    """Give the true speed (knots) and course (degrees) after knots, shape (n,)."""
    x, y, x2, y2 = moves.lon[knots], moves.lat[knots], moves.lon[knots + 1], moves.lat[knots + 1]
    speed = distance.km(x, y, x2, y2) / np.maximum(moves.t[knots + 1] - moves.t[knots], 1e-3) / KNOT_KM_S
    course = np.degrees(np.arctan2((x2 - x) * np.cos(np.radians((y + y2) / 2)), y2 - y)) % 360.0
    return speed, course
