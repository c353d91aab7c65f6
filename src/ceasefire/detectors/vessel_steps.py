"""Steps of ships: where a ship's next position cannot be reached from its last, and which positions hang together.

Why: false positions, two ships with one MMSI, and a broken antenna all show as leaps. What tells them apart is what
the pieces between the leaps do: a ship that leaps away and once back, or two tracks that both go on all the time.

A step is a leap where the ship would have to be faster than it ever is, or where, within `SHORT_H`, it lands elsewhere
than its own speed and course say. Neither needs a limit that holds for every ship.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.distance import KM_PER_DEGREE, wrap
from ceasefire.geo.fixes import Fixes

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

KNOT_KM_H = 1.852
"""One knot in km/h."""
SLOWEST_KN, FASTEST_KN = 15.0, 60.0
"""Speed that any ship is allowed between two positions, and that none is believed to exceed."""
SLACK_KM = 0.5
"""Error that two positions may have together, and the length of a ship whose antenna changes."""
SHORT_H = 1.0 / 3.0
"""Up to here a ship's own speed and course tell where it will be."""
TURNING = 0.6
"""Share of the way that turning and changing speed may account for, within `SHORT_H`."""
CLOCK_H = 2.0 / 60.0
"""Error of the time that two receivers' clocks may have together."""
ERROR_S = 60.0
"""A place that is held shorter than this, between two pieces of one track, is an error of single messages..."""
RARELY = 2
"""... unless the ship is there more often than this."""


class Steps(NamedTuple):
    """From one position of a ship to its next; arrays of shape (steps,)."""

    before: Ints
    """Row of the position before, in the fixes."""
    after: Ints
    """Row of the position after."""
    hours: Array
    """Time between them."""
    east_km: Array
    """Movement to the east."""
    north_km: Array
    """Movement to the north."""
    off_east_km: Array
    """Movement to the east beyond what the ship's own speed and course say; NaN where they are not told."""
    off_north_km: Array
    """Likewise to the north."""
    leap: Bools
    """Cannot be reached."""


class Pieces(NamedTuple):
    """Positions of a ship between leaps, in order; arrays of shape (pieces,)."""

    mmsi: Ints
    """Whose."""
    first: Ints
    """Index of the first position, in `rows`."""
    stop: Ints
    """Index behind the last."""
    strand: Ints
    """Number of the track it belongs to, of that ship, from 0: a piece that can be reached from the end of an earlier
    one belongs to the same track."""
    leap_in: Bools
    """Begins with a leap; the first piece of a ship does not."""
    leap_out: Bools
    """Ends with a leap."""
    rows: Ints
    """Rows of the fixes that have a place and are no single error, shape (used,)."""


def fastest_kn(fixes: Fixes) -> Array:
    """Give what each fix's ship may do, knots: 1.3 times its own high speed plus 5, shape (fixes,).

    >>> f = Fixes.of(mmsi=[9, 9], times=np.array([0, 60_000], "M8[ms]"), lon=[30.0, 30.0], lat=[44.0, 44.0],
    ...     speed_kn=[10.0, 20.0])
    >>> fastest_kn(f).round(1).tolist()
    [31.0, 31.0]
    """
    _, start = fixes.ships()
    speed = np.where(fixes.speed_kn < 102.2, fixes.speed_kn, np.nan).astype(np.float64)
    ship = np.repeat(np.arange(len(start) - 1), np.diff(start))
    order = np.lexsort((speed, ship))  # NaN last within a ship
    known = np.bincount(ship, np.isfinite(speed), minlength=len(start) - 1)
    at = start[:-1] + np.floor(np.maximum(known - 1, 0) * 0.9 + 0.5).astype(np.int64)
    high = speed[order][at] if len(order) else np.empty(0)
    each = np.clip(1.3 * np.where(known > 0, high, 20.0) + 5.0, SLOWEST_KN, FASTEST_KN)
    return np.asarray(each[ship])


def steps(fixes: Fixes) -> Steps:
    """Give every step from one position of a ship to its next, and which of them are leaps.

    Parameters
    ----------
    fixes
        As received: not cleaned of impossible speeds, which are what is looked for.

    >>> f = Fixes.of(mmsi=[9] * 3, times=np.array([0, 6, 12], "M8[m]").astype("M8[ms]"), lon=[30.0, 30.02, 31.0],
    ...     lat=[44.0] * 3, speed_kn=[9.0] * 3, course_deg=[90.0] * 3)
    >>> steps(f).leap.tolist()
    [False, True]
    """
    rows = placed(fixes)
    same = fixes.mmsi[rows[1:]] == fixes.mmsi[rows[:-1]]
    a, b = rows[:-1][same], rows[1:][same]
    return step_between(fixes, a, b)


def step_between(fixes: Fixes, before: Ints, after: Ints) -> Steps:
    """Give the steps between given rows, each pair of one ship.

    >>> f = Fixes.of(mmsi=[9] * 3, times=np.array([0, 6, 12], "M8[m]").astype("M8[ms]"), lon=[30.0, 31.0, 30.1],
    ...     lat=[44.0] * 3)
    >>> step_between(f, np.array([0]), np.array([2])).leap.tolist()
    [False]
    """
    a, b = before, after
    hours = (fixes.times[b] - fixes.times[a]).astype(np.int64) / 3_600_000.0
    east, north = _moved(fixes.lon[a], fixes.lat[a], fixes.lon[b], fixes.lat[b])
    speed, course = _told(fixes)
    ve, vn = (KNOT_KM_H * speed * f(np.radians(course)) for f in (np.sin, np.cos))
    off_e, off_n = east - 0.5 * (ve[a] + ve[b]) * hours, north - 0.5 * (vn[a] + vn[b]) * hours
    own = KNOT_KM_H * np.fmax(speed[a], speed[b])
    with np.errstate(invalid="ignore"):
        elsewhere = np.hypot(off_e, off_n) > SLACK_KM + own * (TURNING * hours + CLOCK_H)
        too_far = np.hypot(east, north) > SLACK_KM + KNOT_KM_H * fastest_kn(fixes)[b] * (hours + CLOCK_H)
    return Steps(a, b, hours, east, north, off_e, off_n, too_far | (elsewhere & (hours <= SHORT_H)))


def pieces(fixes: Fixes, taken: Steps | None = None) -> Pieces:
    """Cut every ship's positions at its leaps, and tell which pieces are one track; single errors are left out.

    Parameters
    ----------
    fixes
        As received.
    taken
        Its steps, where they are at hand.

    >>> f = Fixes.of(mmsi=[9] * 4, times=np.array([0, 6, 12, 18], "M8[m]").astype("M8[ms]"),
    ...     lon=[30.0, 31.0, 31.0, 30.05], lat=[44.0] * 4)
    >>> p = pieces(f)
    >>> p.strand.tolist(), p.leap_in.tolist(), (p.stop - p.first).tolist()
    ([0, 1, 0], [False, True, True], [1, 2, 1])
    """
    taken = steps(fixes) if taken is None else taken
    rows = placed(fixes)
    leap = np.zeros(len(fixes), dtype=bool)
    leap[taken.after[taken.leap]] = True
    at = leap[rows]
    mmsi = fixes.mmsi[rows].astype(np.int64)
    new = np.diff(mmsi, prepend=-1) != 0
    first = np.flatnonzero(new | at)
    stop = np.append(first[1:], len(rows)) if len(first) else first
    ship = np.cumsum(new[first]) - 1
    strand = _all_strands(fixes, rows, first, stop, ship)
    held = (fixes.times[rows[stop - 1]] - fixes.times[rows[first]]).astype(np.int64) / 1000.0
    error = np.zeros(len(first), dtype=bool)
    if len(first) > 2:
        around = (ship[2:] == ship[:-2]) & (strand[2:] == strand[:-2]) & (strand[1:-1] != strand[2:])
        key = ship * (int(strand.max()) + 1) + strand
        often = np.bincount(key)[key]  # a second ship's track is taken up again and again
        error[1:-1] = around & (held[1:-1] < ERROR_S) & (often[1:-1] <= RARELY)
    kept = np.flatnonzero(~error)
    rows = rows[np.repeat(~error, stop - first)]
    size = (stop - first)[kept]
    head = np.ones(len(kept), dtype=bool)
    head[1:] = (ship[kept][1:] != ship[kept][:-1]) | (strand[kept][1:] != strand[kept][:-1])
    new_ship = np.diff(ship[kept], prepend=-1) != 0
    first = (np.cumsum(size) - size)[head]
    stop = np.append(first[1:], len(rows)) if len(first) else first
    leap_in = ~new_ship[head]
    leap_out = np.append(leap_in[1:], False) if len(first) else leap_in
    return Pieces(fixes.mmsi[rows[first]].astype(np.int64), first, stop, strand[kept][head], leap_in, leap_out, rows)


def placed(fixes: Fixes) -> Ints:
    """Give the rows that have a place."""
    return np.flatnonzero(np.isfinite(fixes.lon) & np.isfinite(fixes.lat))


def _all_strands(fixes: Fixes, rows: Ints, first: Ints, stop: Ints, ship: Ints) -> Ints:
    """Give the track of every piece, ship by ship."""
    strand = np.zeros(len(first), dtype=np.int64)
    fast = fastest_kn(fixes)
    begins = np.flatnonzero(np.diff(ship, prepend=-1))
    for a, b in zip(begins, np.append(begins, len(first))[1:], strict=True):
        if b - a > 1:
            strand[a:b] = _strands(fixes, rows[first[a:b]], rows[stop[a:b] - 1], float(fast[rows[first[a]]]))
    return strand


def _strands(fixes: Fixes, start: Ints, end: Ints, fast_kn: float) -> Ints:
    """Give the track of each piece: the one whose end it continues best, else a new one."""
    out = np.zeros(len(start), dtype=np.int64)
    hours = fixes.times.astype(np.int64)[np.concatenate([start, end])] / 3_600_000.0
    begins, ends = hours[: len(start)], hours[len(start) :]
    last = [int(end[0])]
    when = [float(ends[0])]
    for k in range(1, len(start)):
        tails = np.asarray(last)
        gap = np.maximum(begins[k] - np.asarray(when), 0.0)
        east, north = _moved(fixes.lon[tails], fixes.lat[tails], fixes.lon[start[k]], fixes.lat[start[k]])
        away = np.hypot(east, north)
        need = away / (SLACK_KM + KNOT_KM_H * fast_kn * (gap + CLOCK_H))
        if k:  # a leap has just been found between these two: not the same track
            need[out[k - 1]] = np.inf
        best = int(np.argmin(need))
        if need[best] > 1.0:
            best = len(last)
            last.append(0)
            when.append(0.0)
        out[k], last[best], when[best] = best, int(end[k]), float(ends[k])
    return out


def _told(fixes: Fixes) -> tuple[Array, Array]:
    """Give speed and course, NaN where not available; below a knot the course says nothing and needs none."""
    speed = np.where(fixes.speed_kn < 102.2, fixes.speed_kn, np.nan).astype(np.float64)
    course = np.where(fixes.course_deg < 360.0, fixes.course_deg, np.nan).astype(np.float64)
    with np.errstate(invalid="ignore"):
        return speed, np.where((speed < 1.0) & np.isnan(course), 0.0, course)


def _moved(lon1: Array, lat1: Array, lon2: Array, lat2: Array) -> tuple[Array, Array]:
    """Give the way between places, km east and north."""
    mid = np.radians(np.clip(0.5 * (lat1 + lat2), -89.0, 89.0))
    return wrap(lon2 - lon1) * np.cos(mid) * KM_PER_DEGREE, (lat2 - lat1) * KM_PER_DEGREE
