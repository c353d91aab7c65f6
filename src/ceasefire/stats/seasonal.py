"""Counts through the year: smooth seasons on a circle, and each series split into a flat and a seasonal part.

Why two parts: a steel mill is as hot in January as in July; a field burns in March and in August. One seasonal
curve for both calls the mill's winter an excess. Each series is therefore a sum of a constant rate of its own and
a multiple of the season of its surroundings, and each detection is shared out between the two.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Singles = NDArray[np.float32]

YEAR_DAYS = 365
"""Length of the circle; 31 December of a leap year shares the place of the 30th."""


class Split(NamedTuple):
    """A flat rate and a multiple of the season for each series."""

    flat: Array
    """Expected count per unit of exposure that does not change with the season, shape (n,)."""
    multiple: Array
    """Factor on the season, shape (n,); 1 where a series has nothing to tell."""


def day_of_year(days: ArrayLike) -> NDArray[np.int64]:
    """Give the place of each day on the circle of a year, 0 to 364.

    >>> day_of_year(np.array(["2019-01-01", "2019-12-31", "2020-12-31"], dtype="datetime64[D]")).tolist()
    [0, 364, 364]
    """
    d = np.asarray(days, dtype="datetime64[D]")
    if np.any(np.isnat(d)):
        raise ValueError("a day is missing (NaT)")
    place = (d - d.astype("datetime64[Y]")).astype(np.int64)
    return np.asarray(np.minimum(place, YEAR_DAYS - 1))


def smooth_year(values: ArrayLike, *, sd_days: float) -> Singles:
    """Smooth values along the circle of a year by a Gaussian, so that December runs into January.

    Parameters
    ----------
    values
        Shape (..., 365).
    sd_days
        Standard deviation, days.

    >>> v = np.zeros((1, 365)); v[0, 0] = 1.0
    >>> s = smooth_year(v, sd_days=7.0)
    >>> bool(s[0, 364] == s[0, 1]), round(float(s.sum()), 3)
    (True, 1.0)
    """
    v = np.asarray(values, dtype=np.float32)
    if v.shape[-1] != YEAR_DAYS:
        raise ValueError(f"the last axis must have {YEAR_DAYS} days, not {v.shape[-1]}")
    if not sd_days > 0:
        raise ValueError(f"sd_days must be above 0, not {sd_days}")
    apart = np.abs(np.subtract.outer(np.arange(YEAR_DAYS), np.arange(YEAR_DAYS)))
    apart = np.minimum(apart, YEAR_DAYS - apart)
    kernel = np.where(apart <= 3 * sd_days, np.exp(-0.5 * (apart / sd_days) ** 2), 0.0)
    return np.asarray(v @ (kernel / kernel.sum(axis=0)).astype(np.float32))


def split(
    count: ArrayLike,
    series: ArrayLike,
    season: ArrayLike,
    *,
    days: ArrayLike,
    season_total: ArrayLike,
    start: ArrayLike | None = None,
    flat_prior: tuple[float, float] = (0.01, 20.0),
    multiple_prior: float = 3.0,
    rounds: int = 15,
) -> Split:
    """Split each series into a flat rate and a multiple of a known season, from its days with detections only.

    Parameters
    ----------
    count
        Counts above 0, shape (m,): one for each series and day with any.
    series
        Which series each count belongs to, 0 to n - 1, shape (m,).
    season
        What the season expects on that day of that series per unit of exposure, shape (m,), above 0.
    days
        Exposure of each series over all its days, shape (n,): days looked at.
    season_total
        What the season expects over all of them, shape (n,).
    start
        Flat rates to begin from, shape (n,); a tenth of all detections when not given.
    flat_prior
        Detections and days of a gamma belief in the flat rate; small and long: most places have no flat source.
    multiple_prior
        Detections' worth of belief that the multiple is 1.
    rounds
        Rounds of expectation and maximisation.

    Raises
    ------
    ValueError
        A count or season that is not above 0, or an exposure that is negative or not finite.

    Source: a mixture of two Poisson intensities by EM, A. Dempster, N. Laird and D. Rubin, JRSS B 39 (1977) 1-38.

    >>> season = np.where(np.arange(365) < 30, 0.2, 0.001)
    >>> mill, field = np.arange(0, 365, 5), np.arange(0, 30, 5)
    >>> s = split(np.ones(79), np.repeat([0, 1], [73, 6]), season[np.concatenate([mill, field])],
    ...           days=[365, 365], season_total=[season.sum()] * 2)
    >>> s.flat.round(3), s.multiple.round(2)
    (array([0.183, 0.   ]), array([0.6 , 0.96]))
    """
    n, i, m = np.asarray(count, dtype=np.float64), np.asarray(series, dtype=np.int64), np.asarray(season, np.float64)
    e, total = np.asarray(days, dtype=np.float64), np.asarray(season_total, dtype=np.float64)
    if np.any(~(n > 0)) or np.any(~(m > 0)) or not np.all(np.isfinite(n)) or not np.all(np.isfinite(m)):
        raise ValueError("give only days with detections, with a season above 0 on each")
    if np.any(~np.isfinite(e)) or np.any(e < 0) or np.any(~np.isfinite(total)) or np.any(total < 0):
        raise ValueError("exposures and season totals must be finite and 0 or more")
    belief, belief_days = flat_prior
    every = np.bincount(i, n, len(e))
    flat = np.maximum(0.1 * every / np.maximum(e, 1.0) if start is None else np.asarray(start, dtype=np.float64), 1e-9)
    multiple = np.ones(len(e))
    for _ in range(rounds):
        steady = flat[i]
        of_flat = np.bincount(i, n * steady / (steady + multiple[i] * m), len(e))
        flat = (of_flat + belief) / (e + belief_days)
        multiple = (every - of_flat + multiple_prior) / (total + multiple_prior)
    return Split(flat, multiple)
