"""One transmission heard by several stations, or sent again by a repeater: the first is kept, the rest are counted.

A position report holds the second it was made in and the slot it was sent in, so an equal payload within seconds is the
same transmission. What was kept last is remembered from block to block, for the length of the window only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.fixes import Fixes
from ceasefire.sources.ais_bits import mixed

Array = NDArray[Any]

WINDOW_MS = 20_000
"""Equal messages this close are one. The shortest interval at which a ship may send an equal payload is 30 s (class B
at anchor without a clock); stations' clocks differ by seconds."""
REMEMBERED = 2_000_000
"""Messages remembered at most: 32 MB."""


@dataclass
class Repeats:
    """What was kept lately."""

    digest: Array = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    times: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def first(self, digest: Array, times: Array, window_ms: int = WINDOW_MS) -> Array:
        """Tell which messages are heard for the first time; bool of shape (n,).

        Parameters
        ----------
        digest
            64 bits that tell payloads apart, uint64 of shape (n,).
        times
            Reception, ms, shape (n,).
        window_ms
            Equal messages within this time are one.

        Examples
        --------
        >>> seen = Repeats()
        >>> seen.first(np.array([7, 8, 7, 7], dtype=np.uint64), np.array([0, 0, 900, 60_000])).tolist()
        [True, True, False, True]
        >>> seen.first(np.array([7], dtype=np.uint64), np.array([61_000])).tolist()
        [False]
        """
        n, old = len(digest), len(self.digest)
        if not n:
            return np.ones(0, dtype=bool)
        keys, when = np.concatenate((self.digest, digest)), np.concatenate((self.times, times))
        order = np.lexsort((when, keys))
        keys, when, kept = keys[order], when[order], order < old
        same = keys[1:] == keys[:-1]
        close = same & (when[1:] - when[:-1] <= window_ms)
        fresh = np.ones(n + old, dtype=bool)
        if close.any():
            fresh[order] = _anchors(when, close, kept, window_ms)
        new = fresh[old:]
        self._remember(digest[new], times[new], window_ms)
        return new

    def _remember(self, digest: Array, times: Array, window_ms: int) -> None:
        keys, when = np.concatenate((self.digest, digest)), np.concatenate((self.times, times))
        if len(times):
            near = np.abs(when - times.max()) <= 3 * window_ms
            self.digest, self.times = keys[near][-REMEMBERED:], when[near][-REMEMBERED:]


def _anchors(when: Array, close: Array, kept: Array, window_ms: int) -> Array:
    """Walk along runs of equal messages: one is new where the last kept one, or the next remembered one, is too far."""
    fresh = np.ones(len(when), dtype=bool)
    linked = np.flatnonzero(close)
    first = linked[np.diff(linked, prepend=-2) > 1]
    last = linked[np.diff(linked, append=linked[-1] + 2) > 1] + 1
    for a, b in zip(first.tolist(), last.tolist(), strict=True):
        if b == a + 1:
            fresh[a], fresh[b] = kept[a] or not kept[b], kept[b] or False
            continue
        before = [when[k] for k in range(a, b + 1) if kept[k]]
        anchor = None
        for k in range(a, b + 1):
            if kept[k]:
                anchor = when[k]
            elif (anchor is not None and when[k] - anchor <= window_ms) or any(
                0 <= t - when[k] <= window_ms for t in before
            ):
                fresh[k] = False
            else:
                anchor = when[k]
    return fresh


def across_files(fixes: Fixes) -> Array:
    """Tell which fixes are the first of their transmission, where files overlap in time; bool of shape (fixes,).

    The payload is gone by then: equal are ship, place, speed, course, heading and the ship's own second, within the
    window; where there is no second, also the time to the second.

    Parameters
    ----------
    fixes
        Fixes of several files.
    """
    second = fixes.late_s.copy()
    told = ~np.isnan(second)
    times = fixes.times.view("int64")
    own = np.full(len(fixes), 60, dtype=np.int64)
    own[told] = np.round(times[told] / 1000 - second[told]).astype(np.int64) % 60
    digest = mixed(fixes.mmsi.astype(np.uint64) ^ (own.astype(np.uint64) << np.uint64(32)))
    for name in ("lon", "lat", "speed_kn", "course_deg", "heading_deg"):
        column = getattr(fixes, name).astype(
            np.float32 if name in ("speed_kn", "course_deg", "heading_deg") else np.float64
        )
        digest = mixed(digest ^ np.nan_to_num(column, nan=-1.0).astype(np.float64).view(np.uint64))
    order = np.lexsort((times, digest))
    d, t, f = digest[order], times[order], fixes.source[order]
    again = np.zeros(len(fixes), dtype=bool)
    within = np.where(told[order][1:], WINDOW_MS, 1000)
    again[1:] = (d[1:] == d[:-1]) & (t[1:] - t[:-1] <= within) & (f[1:] != f[:-1])
    first = np.ones(len(fixes), dtype=bool)
    first[order] = ~again
    return first
