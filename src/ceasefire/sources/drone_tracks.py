"""Whether two records are of one flight, and how far their clocks lie apart: by laying one track over the other.

Why by position: a remote control's log, the camera's subtitles and its photos each have a clock of their own, and the
zone of two of them is often not known. The aircraft was at one place at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.ellipsoid import metres_per_degree
from ceasefire.geo.flight import Flight

Array = NDArray[np.float64]

SAME_M = 30.0
"""Tracks of one flight lie no farther apart than this, in the middle."""
OWN_M = 5.0
"""Tracks whose clocks lie a time zone apart are of one flight only where they are as near as one receiver's own two
records: a second flight along the same programmed route lies farther."""
WINDOW_S = 120.0
"""Clocks that are both set are not farther apart than this."""
MOVED_M = 30.0
"""A record that covers less ground than this cannot tell its clock."""
SHARP_S = 5.0
"""An offset that is less certain than this is not used."""
ENDS_S = 10.0
"""Records of which only the ends overlap are not moved by more than this."""
GAP_S = 30.0
"""Positions farther apart in time are not interpolated between."""
QUARTER_S, QUARTERS = 900.0, 56
"""Zones differ by quarters of an hour, up to 14 hours."""
_POINTS = 200


@dataclass(frozen=True)
class Match:
    """How two records lie to each other."""

    lag_s: float
    """Seconds to add to the second record's times."""
    either_s: float
    """How well that is known, seconds, half width; infinite where the tracks cannot tell."""
    apart_m: float
    """Median distance of the tracks then."""


def match(a: Flight, b: Flight, *, zones: bool = False) -> Match | None:
    """Lay the track of a second record over the first; None where they are not of one flight.

    Parameters
    ----------
    a, b
        Two records.
    zones
        Whether one of the clocks may be off by the difference of time zones.

    >>> n = 100
    >>> t = np.datetime64("2025-04-01T09:00", "ms") + 1000 * np.arange(n)
    >>> lon = 36 + 1e-5 * np.arange(n) ** 1.3
    >>> a = Flight.of(times=t, lon=lon, lat=np.full(n, 50.0))
    >>> b = Flight.of(times=t + 7300, lon=lon, lat=np.full(n, 50.0))
    >>> got = match(a, b)
    >>> round(got.lag_s, 1), got.apart_m < 0.1
    (-7.3, True)
    """
    first, second = _track(a), _track(b)
    if len(first) < 1 or len(second) < 1:
        return None
    swap = first[-1, 0] - first[0, 0] < second[-1, 0] - second[0, 0]
    long, short = (second, first) if swap else (first, second)
    short = short[np.unique(np.linspace(0, len(short) - 1, min(_POINTS, len(short))).astype(np.int64))]
    scale = np.array([float(v) for v in metres_per_degree(float(short[:, 2].mean()))])
    low, high = long[:, 1:].min(axis=0) - SAME_M / scale, long[:, 1:].max(axis=0) + SAME_M / scale
    if not ((short[:, 1:] >= low) & (short[:, 1:] <= high)).all(axis=1).any():
        return None
    reach = np.ptp(short[:, 1:] * scale, axis=0)
    here = _apart(long, short, 0.0, scale, least=min(2, len(short)))
    if len(short) < 5 or float(np.hypot(*reach)) < MOVED_M:
        return Match(0.0, np.inf, here) if here <= SAME_M else None
    lags = np.arange(-WINDOW_S, WINDOW_S + 1)
    if zones:
        begin = short[:, 0].min() - long[:, 0].max(), short[:, 0].max() - long[:, 0].min()
        whole = QUARTER_S * np.arange(-QUARTERS, QUARTERS + 1)
        whole = whole[(whole + begin[1] > -WINDOW_S) & (whole + begin[0] < WINDOW_S)]
        lags = np.unique((whole[:, None] + lags).ravel())
    lag, apart, either = _best(long, short, lags, scale, least=max(3, len(short) // 2))
    if apart > SAME_M:  # perhaps only their ends overlap
        ends = lags[np.abs(lags) <= ENDS_S]
        lag, apart, either = _best(long, short, ends, scale, least=max(5, int(0.8 * _inside(long, short, 0.0).sum())))
    if abs(lag) > WINDOW_S and apart > OWN_M:
        return Match(0.0, np.inf, here) if here <= SAME_M else None
    if apart > SAME_M or here <= apart + 1.0 or either > SHARP_S:
        return Match(0.0, either, here) if here <= SAME_M else None
    return Match(-lag if swap else lag, either, apart)


def _best(long: Array, short: Array, lags: Array, scale: Array, *, least: int) -> tuple[float, float, float]:
    """Give the lag with the nearest tracks, their distance, and the half width of the lags that are as good."""
    cost = np.array([_apart(long, short, lag, scale, least=least) for lag in lags])
    best = float(lags[int(np.argmin(cost))])
    fine = best + np.arange(-20, 21) / 10.0
    sharp = np.array([_apart(long, short, lag, scale, least=least) for lag in fine])
    lag, apart = float(fine[int(np.argmin(sharp))]), float(sharp.min())
    if not np.isfinite(apart):
        return 0.0, np.inf, np.inf
    near = np.concatenate([lags[cost <= apart + 1.0], fine[sharp <= apart + 1.0]])
    return lag, apart, max(0.1, float(np.abs(near - lag).max()))


def _track(flight: Flight) -> Array:
    """Give seconds, longitude and latitude of the known positions, one for each time; shape (n, 3)."""
    at = np.flatnonzero(flight.fix)
    seconds = flight.times[at].astype("datetime64[ms]").astype(np.int64) / 1000.0
    _, first = np.unique(seconds, return_index=True)
    return np.stack([seconds[first], flight.lon[at][first], flight.lat[at][first]], axis=1)


def _inside(long: Array, short: Array, lag_s: float) -> NDArray[np.bool_]:
    """Tell which points of the short track fall into the long one after a lag."""
    when = short[:, 0] + lag_s
    if len(long) == 1:
        return np.asarray(np.abs(when - long[0, 0]) <= 1.0)
    after = np.clip(np.searchsorted(long[:, 0], when), 1, len(long) - 1)
    dense = long[after, 0] - long[after - 1, 0] <= GAP_S
    return np.asarray((when >= long[0, 0]) & (when <= long[-1, 0]) & dense)


def _apart(long: Array, short: Array, lag_s: float, scale: Array, *, least: int) -> float:
    """Give the median distance, metres, of the short track from the long one after a lag; infinite without overlap."""
    inside = _inside(long, short, lag_s)
    if inside.sum() < least:
        return float("inf")
    x, y = (np.interp(short[inside, 0] + lag_s, long[:, 0], long[:, k]) for k in (1, 2))
    away = np.hypot((x - short[inside, 1]) * scale[0], (y - short[inside, 2]) * scale[1])
    return float(np.median(away))
