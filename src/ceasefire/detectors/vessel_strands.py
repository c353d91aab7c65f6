"""Strands: fixes under one number that no single ship can have sent, pulled apart into ships and strays.

Why: a second ship under one number is as real as the first. A fix that nobody can have reached, alone, is an error.
What tells them apart is whether it goes on.
"""

from __future__ import annotations

from math import cos, hypot, radians
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.vessel_steps import fastest_kn
from ceasefire.geo.distance import KM_PER_DEGREE, wrap
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.tracks import KNOT_KM_S

Array = NDArray[Any]

SLACK_KM = 0.4
"""Error that two positions may have together, km."""

SLACK_S = 2.0
"""Error that two times may have together, s."""

GOES_ON = 5
"""Fixes from which a strand is a ship of its own; fewer are strays."""

TURNS, AT_ONCE_H = 6, 0.75
"""Changes between two strands, and hours in which both go on, from which they are sent at once."""

OPEN = 12
"""Strands of one number that are followed at a time; the one quiet longest is closed."""


def strands(fixes: Fixes) -> tuple[Array, tuple[int, ...]]:
    """Give the number of the strand of each fix under its MMSI, and the MMSI that two strands use at once.

    Parameters
    ----------
    fixes
        With a place each, in order.

    Returns
    -------
    strand
        int16, shape (fixes,); 0 is the one with most fixes; -1 a stray that no ship can have sent from there.
    at once
        MMSI of which two strands take turns for `AT_ONCE_H` or more.

    >>> t = (np.arange(12) * 20).astype("M8[m]").astype("M8[ms]")
    >>> lon = np.where(np.arange(12) % 2, 45.0, 30.0)  # one here, one there, in turn
    >>> lon[4] = 60.0
    >>> got = strands(Fixes.of(mmsi=[272000001] * 12, times=t, lon=lon, lat=[44.0] * 12))
    >>> got[0].tolist(), got[1]
    ([1, 0, 1, 0, -1, 0, 1, 0, 1, 0, 1, 0], (272000001,))
    """
    n = len(fixes)
    strand = np.zeros(n, dtype=np.int16)
    if n < 2:
        return strand, ()
    same = fixes.mmsi[1:] == fixes.mmsi[:-1]
    fastest = fastest_kn(fixes) * KNOT_KM_S
    torn = same & ~_reachable(fixes, fastest)
    if not torn.any():
        return strand, ()
    first = np.append(0, np.flatnonzero(torn | ~same) + 1)
    last = np.append(first[1:], n) - 1
    ship = np.append(0, np.cumsum(~same))[first]
    shared = np.flatnonzero(np.bincount(ship) > 1)
    runs = np.flatnonzero(np.isin(ship, shared))
    of = _follow(fixes, first[runs], last[runs], ship[runs], fastest)
    at_once: list[int] = []
    begin = np.flatnonzero(np.diff(ship[runs], prepend=-1))
    for a, b in zip(begin, np.append(begin[1:], len(runs)), strict=True):
        mine, number = runs[a:b], of[a:b]
        many = np.bincount(number, last[mine] - first[mine] + 1)
        rank = np.empty(len(many), dtype=np.int64)
        rank[np.argsort(-many, kind="stable")] = np.arange(len(many))
        keeps = many >= min(GOES_ON, many.max())
        named = np.where(keeps, np.minimum(rank, 32_000), -1)[number]
        for k, run in zip(named.tolist(), mine.tolist(), strict=True):
            strand[first[run] : last[run] + 1] = k
        if _at_once(fixes, first[mine], last[mine], named):
            at_once.append(int(fixes.mmsi[first[mine[0]]]))
    return strand, tuple(at_once)


def _at_once(fixes: Fixes, first: Array, last: Array, named: Array) -> bool:
    """Tell whether the two longest strands take turns, again and again for some time."""
    two = named[(named == 0) | (named == 1)]
    if np.count_nonzero(np.diff(two)) < TURNS:
        return False
    begin = max(fixes.times[first[named == k].min()] for k in (0, 1))
    end = min(fixes.times[last[named == k].max()] for k in (0, 1))
    return bool(end - begin >= np.timedelta64(round(AT_ONCE_H * 60), "m"))


def _reachable(fixes: Fixes, fastest: Array) -> Array:
    """Tell whether each fix can be reached from the one before, shape (fixes - 1,)."""
    north = np.diff(fixes.lat)
    east = wrap(np.diff(fixes.lon)) * np.cos(np.radians(fixes.lat[1:]))
    away = np.hypot(east, north) * KM_PER_DEGREE
    wait = np.diff(fixes.times.view("int64")) / 1000.0
    return np.asarray(away <= SLACK_KM + fastest[1:] * (np.abs(wait) + SLACK_S))


def _follow(fixes: Fixes, first: Array, last: Array, ship: Array, fastest: Array) -> Array:
    """Give each run the number of the strand it goes on with: the reachable one that asks for the least speed."""
    begin = [v.tolist() for v in (fixes.times.view("int64")[first] / 1000.0, fixes.lon[first], fixes.lat[first])]
    end = [v.tolist() for v in (fixes.times.view("int64")[last] / 1000.0, fixes.lon[last], fixes.lat[last])]
    ships, speed = ship.tolist(), fastest[first].tolist()
    out = np.zeros(len(first), dtype=np.int64)
    open_: dict[int, tuple[float, float, float]] = {}
    made, now = 0, -1
    for k in range(len(ships)):
        if ships[k] != now:
            open_, made, now = {}, 0, ships[k]
        t, lon, lat = begin[0][k], begin[1][k], begin[2][k]
        best, chosen = 1.0, -1
        for number, (t0, lon0, lat0) in open_.items():
            east = ((lon - lon0 + 180.0) % 360.0 - 180.0) * cos(radians(lat))
            needs = hypot(east, lat - lat0) * KM_PER_DEGREE / (SLACK_KM + speed[k] * (abs(t - t0) + SLACK_S))
            if needs < best:
                best, chosen = needs, number
        if chosen < 0:
            chosen, made = made, made + 1
            if len(open_) >= OPEN:
                del open_[min(open_, key=lambda number: open_[number][0])]
        open_[chosen] = (end[0][k], end[1][k], end[2][k])
        out[k] = chosen
    return out
