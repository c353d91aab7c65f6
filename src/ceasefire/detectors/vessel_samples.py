"""Where ships were at common instants: fixes of all ships brought to one clock, so that behaviour can be compared.

Why: two ships report at different seconds and at different rates; who was beside whom, and who stayed, is asked of
places at the same instant. Between fixes far apart nothing is assumed: such instants are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo import distance
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.geo.tracks import KNOT_KM_S

Array = NDArray[Any]
Disc = tuple[str, float, float, float]
"""A port or anchorage: id, longitude, latitude, radius in km."""

STEP_S = 300
"""Seconds between two common instants."""
REACH_S = 1260.0
"""Longest time between two fixes between which a ship's place is taken to lie on a straight line: 21 minutes, so that
feeds thinned to one fix in ten minutes may lose one."""

SERVICE_TYPES = frozenset({31, 32, 33, 34, 50, 51, 52, 53, 54, 55, 58})
"""Types of ITU-R M.1371 that meet ships as their work: towing, dredging, diving, pilots, rescue, tugs, tenders, law."""
FISHING_TYPE = 30


@dataclass(frozen=True, eq=False)
class Samples:
    """Places of ships at common instants, by ship and time; arrays of shape (samples,)."""

    ship: Array
    """Number of the ship in `mmsi`."""
    slot: Array
    """Number of the instant: UTC seconds since 1970 over the step."""
    lon: Array
    """Degrees east."""
    lat: Array
    """Degrees north."""
    speed_kn: Array
    """Speed: as reported about the instant; where not told, from the places."""
    made_kn: Array
    """Speed made good from the sample before, NaN where there is none within 30 minutes."""
    course_deg: Array
    """Course reported about the instant, NaN where not told."""
    status: Array
    """Status reported last."""
    row: Array
    """Row of the nearest fix."""
    away_s: Array
    """Seconds to the nearest fix."""
    mmsi: Array
    """MMSI of each ship, shape (ships,)."""
    step_s: float
    """Seconds between two instants."""

    def __len__(self) -> int:
        return len(self.ship)

    def times(self, which: Any) -> Array:
        """Give the instants of some samples, datetime64[ms]."""
        return np.asarray((self.slot[which] * int(self.step_s * 1000)).astype("M8[ms]"))

    def hours(self, rows: Array) -> float:
        """Give the time from the first of some rows to the last, hours."""
        return float((self.slot[rows[-1]] - self.slot[rows[0]]) * self.step_s / 3600.0)

    def first(self) -> Array:
        """Give where each ship's samples begin, shape (ships + 1,)."""
        return np.searchsorted(self.ship, np.arange(len(self.mmsi) + 1))


def sample(fixes: Fixes, *, step_s: float = STEP_S, reach_s: float = REACH_S) -> Samples:
    """Bring fixes to common instants: between two fixes within reach, or beside one within half a step.

    Parameters
    ----------
    fixes
        Cleaned fixes; those without a place are left out.
    step_s, reach_s
        As above.

    >>> minutes = np.array(["2025-04-01T00:01", "2025-04-01T00:11", "2025-04-01T03:00"], dtype="M8[ms]")
    >>> s = sample(Fixes.of(mmsi=[9] * 3, times=minutes, lon=[30.0, 30.1, 31.0], lat=[44.0] * 3, speed_kn=[26.0] * 3))
    >>> s.lon.round(3).tolist(), s.away_s.tolist()
    ([30.04, 30.09, 31.0], [240.0, 60.0, 0.0])
    """
    known = np.flatnonzero(np.isfinite(fixes.lon) & np.isfinite(fixes.lat))
    mmsi, first = np.unique(fixes.mmsi[known], return_index=True)
    if not len(known):
        empty = np.empty(0)
        none = np.empty(0, dtype=np.int64)
        return Samples(none, none, empty, empty, empty, empty, empty, none, none, empty, mmsi, step_s)
    t = fixes.times[known].astype(np.int64) / 1000.0
    ends = np.append(first[1:], len(known)) - 1
    low, high = np.ceil(t[first] / step_s).astype(np.int64), np.floor(t[ends] / step_s).astype(np.int64)
    count = np.maximum(high - low + 1, 0)
    ship = np.repeat(np.arange(len(mmsi)), count)
    slot = np.arange(len(ship)) - np.repeat(np.cumsum(count) - count, count) + low[ship]
    origin, span = t.min(), t.max() - t.min() + 2 * step_s
    own = np.repeat(np.arange(len(mmsi)), np.diff(np.append(first, len(known))))
    asked = slot * step_s
    a = np.searchsorted(own * span + (t - origin), ship * span + (asked - origin), side="right") - 1
    a = np.clip(a, first[ship], np.maximum(ends[ship] - 1, first[ship]))
    b = np.minimum(a + 1, ends[ship])
    gap, since = np.maximum(t[b] - t[a], 1e-3), asked - t[a]
    near = np.where(since <= gap / 2, a, b)
    away = np.abs(asked - t[near])
    between = (gap <= reach_s) & (since >= 0) & (since <= gap)
    keep = between | (away <= step_s / 2)
    ship, slot, a, b, gap, since, near, away, between, asked = (
        v[keep] for v in (ship, slot, a, b, gap, since, near, away, between, asked)
    )
    x, y, speed, course = (getattr(fixes, n)[known] for n in ("lon", "lat", "speed_kn", "course_deg"))
    share = np.clip(since / gap, 0.0, 1.0)
    step_lon = distance.wrap(x[b] - x[a])
    ahead = (asked - t[near]) * np.nan_to_num(speed[near]) * KNOT_KM_S / distance.KM_PER_DEGREE
    turn = np.radians(np.nan_to_num(course[near]))
    lon = np.where(between, x[a] + share * step_lon, x[near] + ahead * np.sin(turn) / np.cos(np.radians(y[near])))
    lat = np.where(between, y[a] + share * (y[b] - y[a]), y[near] + ahead * np.cos(turn))
    told = np.where(between, (1 - share) * speed[a] + share * speed[b], speed[near])
    direct = distance.km(x[a], y[a], x[b], y[b]) / gap / KNOT_KM_S
    told = np.where(np.isfinite(told), told, np.where(between, direct, np.nan))
    made = np.full(len(slot), np.nan)
    if len(slot) > 1:
        apart = np.diff(slot) * step_s
        moved = distance.km(lon[:-1], lat[:-1], lon[1:], lat[1:]) / np.maximum(apart, 1.0) / KNOT_KM_S
        made[1:] = np.where((np.diff(ship) == 0) & (apart <= 1800.0), moved, np.nan)
    return Samples(
        ship, slot, distance.wrap(lon), lat, told.astype(float), made, course[near].astype(float),
        fixes.status[known][near].astype(np.int64), known[near], away, mmsi, step_s,
    )  # fmt: skip


class Runs(NamedTuple):
    """Stretches of one ship's samples: rows of the first and the last, both included; shape (runs,)."""

    first: Array
    last: Array


def runs(samples: Samples, marked: Array, *, join_s: float) -> Runs:
    """Give the stretches in which all of a ship's samples are marked and none is further than `join_s` from the next.

    >>> minutes = np.arange(0, 60, 5).astype("M8[m]").astype("M8[ms]")
    >>> s = sample(Fixes.of(mmsi=[9] * 12, times=minutes, lon=[30.0] * 12, lat=[44.0] * 12))
    >>> runs(s, np.arange(12) % 5 < 3, join_s=600)
    Runs(first=array([ 0,  5, 10]), last=array([ 2,  7, 11]))
    """
    if not len(samples):
        return Runs(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    breaks = (np.diff(samples.ship) != 0) | (np.diff(samples.slot) * samples.step_s > join_s)
    begins = np.append(True, breaks)
    before = np.append(False, marked[:-1])
    after = np.append(marked[1:], False)
    return Runs(
        np.flatnonzero(marked & (begins | ~before)), np.flatnonzero(marked & (np.append(breaks, True) | ~after))
    )


def edge_km(lon: Array, lat: Array, discs: Sequence[Disc]) -> tuple[Array, Array]:
    """Give the distance to the edge of the nearest disc (negative inside), and its number, -1 where there is none.

    >>> edge, which = edge_km(np.array([30.0, 30.0]), np.array([44.0, 45.0]), [("a", 30.0, 44.0, 5.0)])
    >>> edge.round(1).tolist(), which.tolist()
    ([-5.0, 106.2], [0, 0])
    """
    best, which = np.full(len(lon), np.inf), np.full(len(lon), -1)
    for k, (_, x, y, radius) in enumerate(discs):
        close = np.flatnonzero(np.abs(lat - y) * distance.KM_PER_DEGREE - radius < best)
        d = distance.km(lon[close], lat[close], x, y) - radius
        nearer = d < best[close]
        best[close[nearer]], which[close[nearer]] = d[nearer], k
    return best, which


def types_of(mmsi: Array, statics: Statics | None) -> Array:
    """Give the type each ship told last, -1 where it told none; shape (ships,).

    >>> types_of(np.array([1, 2]), None).tolist()
    [-1, -1]
    """
    out = np.full(len(mmsi), -1)
    if statics is not None and len(statics):
        order = np.lexsort((statics.times, statics.mmsi))
        order = order[statics.ship_type[order] >= 0]
        last = np.searchsorted(statics.mmsi[order], mmsi, side="right") - 1
        found = last >= 0
        found[found] = statics.mmsi[order][last[found]] == mmsi[found]
        out[found] = statics.ship_type[order][last[found]]
    return out


def kind_of(ship_type: int) -> str:
    """Name a type in words.

    >>> [kind_of(t) for t in (30, 52, 70, 89, 0)]
    ['fishing', 'service', 'cargo', 'tanker', 'ship']
    """
    if ship_type in SERVICE_TYPES:
        return "service"
    return {3: "fishing" if ship_type == FISHING_TYPE else "other", 6: "passenger", 7: "cargo", 8: "tanker"}.get(
        int(ship_type) // 10, "ship"
    )
