"""Places that are hot again and again: furnaces, flares, smouldering heaps. Known from recurrence alone.

Why: a steel mill seen from orbit burns on a hundred days a year, in winter as in summer; a field on two. A place
with detections on many different days of a year, in many different months, is a static source, whatever stands there.

Why not simply masked: a refinery is a static source, and a protected object. Leaving its heat out would make an
attack on it invisible. So protected places are never masked: they keep their own baseline (`ThermalBackground.flat_`
learns it), and only heat beyond it counts.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from ceasefire.geo.distance import EARTH_RADIUS_KM

Array = NDArray[np.float64]

BIN_KM = 0.25
"""Detections are gathered in squares of this size before their neighbours are sought."""


class StaticSources:
    """A mask of places where heat recurs.

    Parameters
    ----------
    reach_km
        How far apart detections of one source may lie: a pixel's error and the size of a works.
    days
        Different days with a detection that a source needs, within some year.
    months
        Different calendar months that they must fall into.

    Attributes
    ----------
    lon_, lat_
        Middles of the squares that are static sources, degrees, shape (m,).
    days_
        Days with heat within reach in the best year, shape (m,).

    >>> rng = np.random.default_rng(0)
    >>> day = np.arange("2019-01-01", "2019-12-31", 9, dtype="datetime64[D]")
    >>> mill = StaticSources().fit(34.0 + rng.normal(0, 0.002, len(day)), np.full(len(day), 48.0), day)
    >>> mill.covers([34.0, 34.1], [48.0, 48.0]).tolist()
    [True, False]
    """

    def __init__(self, *, reach_km: float = 0.75, days: int = 20, months: int = 5) -> None:
        self.reach_km = reach_km
        self.days = days
        self.months = months

    def fit(self, lon: ArrayLike, lat: ArrayLike, day: ArrayLike) -> Self:
        """Find the places where heat recurs.

        Parameters
        ----------
        lon, lat
            Detections, degrees, shape (n,).
        day
            Their UTC days, shape (n,).

        Raises
        ------
        ValueError
            Nothing given, a coordinate that is not finite, a missing day, or parameters below their least.
        """
        x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        d = np.asarray(day, dtype="datetime64[D]")
        if not len(x) or x.shape != y.shape or x.shape != d.shape:
            raise ValueError("give at least one detection, and as many latitudes and days as longitudes")
        if not (np.all(np.isfinite(x)) and np.all(np.isfinite(y))) or np.any(np.isnat(d)):
            raise ValueError("a detection has no finite coordinate or no day")
        if not (self.reach_km > 0 and self.days >= 2 and self.months >= 1):
            raise ValueError("reach_km must be above 0, days at least 2 and months at least 1")
        step = BIN_KM / (EARTH_RADIUS_KM * np.pi / 180.0)
        row = np.floor(y / step).astype(np.int64)
        column = np.floor(x * np.cos(np.radians(np.round(y))) / step).astype(np.int64)
        _, first, square = np.unique(row * 10_000_000 + column, return_index=True, return_inverse=True)
        n = len(first)
        middle = np.stack([np.bincount(square, v, n) for v in (x, y)]) / np.bincount(square, minlength=n)
        number = d.astype(np.int64)
        visits = np.unique(square * 100_000 + (number - number.min()))
        square_of, when = visits // 100_000, visits % 100_000 + number.min()
        busy = np.bincount(square_of, minlength=n)
        near = cKDTree(_xyz(*middle)).query_pairs(self.reach_km, output_type="ndarray")
        pairs = np.concatenate([near, near[:, ::-1], np.stack([np.arange(n)] * 2, axis=1)])
        around = np.bincount(pairs[:, 0], busy[pairs[:, 1]], n)
        pairs = pairs[around[pairs[:, 0]] >= self.days]
        start = np.concatenate([[0], np.cumsum(busy)])
        length = busy[pairs[:, 1]]
        owner = np.repeat(pairs[:, 0], length)
        within = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        seen = np.unique(owner * 100_000 + when[np.repeat(start[pairs[:, 1]], length) + within] - number.min())
        owner, moment = seen // 100_000, (seen % 100_000 + number.min()).astype("datetime64[D]")
        year = moment.astype("datetime64[Y]").astype(np.int64)
        month = moment.astype("datetime64[M]").astype(np.int64) % 12
        each, which, times = np.unique(owner * 1000 + year, return_inverse=True, return_counts=True)
        kinds = np.bincount(np.unique(which * 12 + month) // 12, minlength=len(each))
        static = (times >= self.days) & (kinds >= self.months)
        most = np.zeros(n, dtype=np.int64)
        np.maximum.at(most, each[static] // 1000, times[static])
        found = np.flatnonzero(most)
        self.lon_, self.lat_, self.days_ = middle[0, found], middle[1, found], most[found]
        return self

    def covers(
        self,
        lon: ArrayLike,
        lat: ArrayLike,
        *,
        protected_lon: ArrayLike = (),
        protected_lat: ArrayLike = (),
        protected_km: float = 1.5,
    ) -> NDArray[np.bool_]:
        """Tell which detections lie at a static source and may be left out; at protected objects none may.

        Parameters
        ----------
        lon, lat
            Detections, degrees, shape (n,).
        protected_lon, protected_lat
            Objects that an agreement protects, degrees, shape (k,): heat within `protected_km` of one stays in and is
            judged against that place's own baseline.
        protected_km
            How far heat of an object may lie from its coordinates.

        >>> day = np.arange("2019-01-01", "2019-12-31", 9, dtype="datetime64[D]")
        >>> mill = StaticSources().fit(np.full(41, 34.0), np.full(41, 48.0), day)
        >>> mill.covers([34.0], [48.0], protected_lon=[34.01], protected_lat=[48.0]).tolist()
        [False]
        """
        given = [np.asarray(v, dtype=np.float64) for v in (lon, lat, protected_lon, protected_lat)]
        if not all(np.all(np.isfinite(v)) for v in given):
            raise ValueError("coordinates must be finite")
        here, spared = _xyz(*given[:2]), _xyz(*given[2:])
        hidden = _within(here, _xyz(self.lon_, self.lat_), self.reach_km)
        return np.asarray(hidden & ~_within(here, spared, protected_km))


def _within(here: Array, places: Array, reach_km: float) -> NDArray[np.bool_]:
    if not len(places) or not len(here):
        return np.zeros(len(here), dtype=bool)
    away, _ = cKDTree(places).query(here, distance_upper_bound=reach_km)
    return np.asarray(np.isfinite(away))


def _xyz(lon: Array, lat: Array) -> Array:
    """Chords of the sphere, km: at these distances they equal great circles to a millimetre."""
    a, b = np.radians(lon), np.radians(lat)
    return EARTH_RADIUS_KM * np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)], axis=-1)
