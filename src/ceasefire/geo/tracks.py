"""Tracks: the way of each ship between its fixes, with an error that grows with the time from them.

Why: radar sees a ship at an instant at which nobody heard it, and a corridor's line is crossed between two fixes. What
is said of such an instant must carry how far off it may be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo import distance
from ceasefire.geo.fixes import Fixes

Array = NDArray[Any]

KNOT_KM_S = 1.852 / 3600.0
"""One knot in km/s."""

SPLIT_H = 6.0
"""A silence from here on begins a new segment, hours."""

CURVED_S = 1800.0
"""Up to here the way between two fixes follows their speeds and courses; beyond, it is straight, s."""

FIX_KM = 0.03
"""Error (90 %) of a fix itself: position, antenna and clock, km."""

DRIFT = 0.25
"""Error (90 %) that a ship under way gathers, as a share of the way it can sail to the nearer fix."""

LEAST_KN = 1.0
"""Speed at which a ship at rest may drift, knots."""


class Places(NamedTuple):
    """Where ships were at some instants; arrays of shape (n,)."""

    lon: Array
    """Degrees east; NaN where the track does not tell."""
    lat: Array
    """Degrees north."""
    error_km: Array
    """Radius that holds the ship with about 90 % probability, km."""
    away_s: Array
    """Seconds to the nearest fix in time."""


@dataclass(frozen=True, eq=False)
class Tracks:
    """Fixes with a place, ordered by ship, track and time, cut into segments.

    >>> f = Fixes.of(mmsi=[9] * 4, times=np.array([0, 10, 20, 900], "M8[m]").astype("M8[ms]"),
    ...     lon=[30.0, 30.05, 30.1, 31.0], lat=[44.0] * 4, speed_kn=[12.9] * 4, course_deg=[90.0] * 4)
    >>> tracks = Tracks.of(f)
    >>> tracks.first.tolist(), tracks.sailed_km().round(2).tolist()
    ([0, 3], [8.0, 0.0])
    >>> at = tracks.at([9, 9], np.array([5, 450], "M8[m]"))
    >>> at.lon.round(3).tolist(), at.error_km.round(2).tolist()
    ([30.025, 30.54], [0.53, 42.83])
    """

    fixes: Fixes
    """Those with a place."""
    track: Array
    """Number of the track under its MMSI, shape (fixes,): 0 unless two ships share one."""
    first: Array
    """First row of each segment, shape (segments,)."""

    @classmethod
    def of(cls, fixes: Fixes, *, track: Any = None, split_h: float = SPLIT_H, split_km: float = np.inf) -> Self:
        """Cut fixes into segments.

        Parameters
        ----------
        fixes
            Fixes, best cleaned.
        track
            Number of the track of each fix under its MMSI, shape (fixes,), as `vessel_clean` gives it.
        split_h, split_km
            A silence this long, or a step this wide, begins a new segment.
        """
        track = np.zeros(len(fixes), dtype=np.int16) if track is None else np.asarray(track)
        placed = np.isfinite(fixes.lon) & np.isfinite(fixes.lat)
        if not placed.all():
            fixes, track = fixes.keep(placed), track[placed]
        if track.any():
            order = np.lexsort((fixes.times, track, fixes.mmsi))
            fixes, track = fixes.keep(order), track[order]
        new = np.ones(len(fixes), dtype=bool)
        new[1:] = (np.diff(fixes.mmsi) != 0) | (np.diff(track) != 0)
        new[1:] |= np.diff(fixes.times.view("int64")) > split_h * 3.6e6
        if np.isfinite(split_km):
            new[1:] |= distance.km(fixes.lon[1:], fixes.lat[1:], fixes.lon[:-1], fixes.lat[:-1]) > split_km
        return cls(fixes, track, np.flatnonzero(new))

    def last(self) -> Array:
        """Give the last row of each segment, shape (segments,)."""
        return np.append(self.first[1:], len(self.fixes))[: len(self.first)] - 1

    def sailed_km(self) -> Array:
        """Give the way sailed in each segment, from fix to fix, km, shape (segments,)."""
        if not len(self.fixes):
            return np.empty(0)
        f = self.fixes
        step = np.append(0.0, distance.km(f.lon[1:], f.lat[1:], f.lon[:-1], f.lat[:-1]))
        step[self.first] = 0.0
        return np.add.reduceat(step, self.first)

    def at(self, mmsi: Any, times: Any, *, track: Any = 0, beyond_h: float = 1.0) -> Places:
        """Tell where ships were.

        Between two fixes up to `CURVED_S` apart the way is the cubic that has their speeds and courses; else it is
        straight, at an even speed. Before the first fix and behind the last the ship goes on as it was.

        Parameters
        ----------
        mmsi
            Shape (n,) or scalar.
        times
            datetime64, UTC, shape (n,) or scalar.
        track
            Number of the track under the MMSI.
        beyond_h
            How far before its first fix and behind its last a ship is told of, hours.
        """
        mmsi, times, track = np.broadcast_arrays(
            np.atleast_1d(mmsi), np.asarray(times, dtype="datetime64[ms]"), np.asarray(track)
        )
        none = np.full(len(mmsi), np.nan)
        if not len(self.fixes) or not len(mmsi):
            return Places(none, none.copy(), none.copy(), none.copy())
        name = self.fixes.mmsi.astype(np.int64) * 1024 + self.track
        ships, begin = np.unique(name, return_index=True)
        wanted = np.asarray(mmsi, dtype=np.int64) * 1024 + track
        ship = np.minimum(np.searchsorted(ships, wanted), len(ships) - 1)
        known = ships[ship] == wanted
        t = self.fixes.times.view("int64")
        since, span = min(int(t.min()), int(times.min().astype("int64"))), 1 << 42
        key = np.repeat(np.arange(len(ships)), np.diff(np.append(begin, len(t)))) * span + (t - since)
        asked = ship * span + (times.astype("int64") - since)
        after = np.searchsorted(key, asked, side="left")
        end = np.append(begin, len(t))[ship + 1]
        before, after = np.maximum(after - 1, begin[ship]), np.minimum(after, end - 1)
        return self._between(before, after, times.astype("int64"), known, beyond_h * 3600.0)

    def _between(self, a: Array, b: Array, asked: Array, known: Array, beyond_s: float) -> Places:
        f = self.fixes
        t = f.times.view("int64")
        from_a, from_b = (asked - t[a]) / 1000.0, (asked - t[b]) / 1000.0
        wait = np.maximum((t[b] - t[a]) / 1000.0, 1e-3)
        outside = (from_a < 0) | (from_b > 0)
        nearer = np.where(np.abs(from_a) <= np.abs(from_b), a, b)
        away = np.minimum(np.abs(from_a), np.abs(from_b))
        share = np.clip(from_a / wait, 0.0, 1.0)
        east, north = distance.wrap(f.lon[b] - f.lon[a]), f.lat[b] - f.lat[a]
        ve, vn = self._velocity(a)
        we, wn = self._velocity(b)
        curved = (wait <= CURVED_S) & np.isfinite(ve + we)
        out = []
        s = share
        for way, at_a, at_b in ((east, ve, we), (north, vn, wn)):
            # cubic of Hermite: at both ends the place and the velocity
            v, w = np.where(curved, at_a * wait, way), np.where(curved, at_b * wait, way)
            out.append(way * (3 - 2 * s) * s * s + v * s * (1 - s) ** 2 - w * s * s * (1 - s))
        ne, nn = (np.nan_to_num(v) for v in self._velocity(nearer))
        on = np.where(np.abs(from_a) <= np.abs(from_b), from_a, from_b)
        lon = np.where(outside, f.lon[nearer] + ne * on, f.lon[a] + out[0])
        lat = np.where(outside, f.lat[nearer] + nn * on, f.lat[a] + out[1])
        sailed = distance.km(f.lon[a], f.lat[a], f.lon[b], f.lat[b]) / wait / KNOT_KM_S
        own = np.fmax(np.nan_to_num(f.speed_kn[a].astype(float)), np.nan_to_num(f.speed_kn[b].astype(float)))
        fast = np.fmax(np.fmax(np.where(outside, 0.0, sailed), own), LEAST_KN)
        error = FIX_KM + DRIFT * np.where(outside, 2.0, 1.0) * fast * KNOT_KM_S * away
        told = known & (~outside | (away <= beyond_s))
        lon = distance.wrap(lon)
        return Places(*(np.where(told, v, np.nan) for v in (lon, lat, error, away)))

    def _velocity(self, rows: Array) -> tuple[Array, Array]:
        """Give the velocity to the east and north, degrees per second; NaN where not told."""
        f = self.fixes
        speed = f.speed_kn[rows].astype(np.float64) * KNOT_KM_S / distance.KM_PER_DEGREE
        course = np.radians(f.course_deg[rows].astype(np.float64))
        still = speed == 0
        squeeze = np.maximum(np.cos(np.radians(f.lat[rows])), 0.01)
        east, north = speed * np.sin(course) / squeeze, speed * np.cos(course)
        return np.where(still, 0.0, east), np.where(still, 0.0, north)

    def resample(self, every_s: float, *, longest_s: float = CURVED_S) -> tuple[Array, Array, Places]:
        """Give the places at even instants, from the first fix of each ship to its last.

        Parameters
        ----------
        every_s
            Step, s; instants are whole multiples of it since 1970.
        longest_s
            Instants farther than this from a fix are left out.

        Returns
        -------
        mmsi, times, places
        """
        f = self.fixes
        if not len(f):
            return f.mmsi, f.times, self.at([], np.empty(0, "M8[ms]"))
        last, step = self.last(), round(every_s * 1000)
        t = f.times.view("int64")
        low, high = -(-t[self.first] // step), t[last] // step
        many = np.maximum(high - low + 1, 0)
        of = np.repeat(np.arange(len(many)), many)
        ticks = (low[of] + np.arange(len(of)) - np.repeat(np.cumsum(many) - many, many)) * step
        mmsi, track = f.mmsi[self.first][of], self.track[self.first][of]
        times = ticks.astype("datetime64[ms]")
        places = self.at(mmsi, times, track=track)
        near = places.away_s <= longest_s
        return mmsi[near], times[near], Places(*(v[near] for v in places))
