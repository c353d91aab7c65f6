"""The ratio of two rates of daily counts that scatter more than chance, with an interval.

Why: ships come in convoys and by the weather; by Poisson's law alone every second week would differ "significantly"
from the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t

_Array = NDArray[np.float64]
LEAST = 1e-9


@dataclass(frozen=True)
class RateRatio:
    """A ratio of rates; NaN where it cannot be told."""

    rate: float
    """Events per unit of exposure."""
    before: float
    """Likewise in the earlier period."""
    ratio: float
    low: float
    high: float
    scatter: float
    """Variance of the counts over that of Poisson's law, at least 1."""


def rate_ratio(
    counts: ArrayLike, exposure: ArrayLike, before: ArrayLike, exposure_before: ArrayLike, *, level: float = 0.95
) -> RateRatio:
    """Compare the rates of two series of counts.

    Parameters
    ----------
    counts, before
        Events of each day, shapes (n,) and (m,).
    exposure, exposure_before
        Exposure of each day, same shapes; days without any are left out.
    level
        Of the interval.

    Raises
    ------
    ValueError
        Counts or exposures that are negative or NaN, or of different lengths.

    Notes
    -----
    Quasi-Poisson with one scatter for both periods (Pearson's statistic over its degrees of freedom, no less than 1),
    Wald's interval on the logarithm with Student's t; where a sum is zero, the exact limit of its share of all events.
    Source: P. McCullagh and J. A. Nelder, Generalized Linear Models, 2nd ed. 1989, section 6.2.3.

    >>> got = rate_ratio([4, 6, 5, 5], [1, 1, 1, 1], [10, 9, 11, 10], [1, 1, 1, 1])
    >>> got.ratio, got.scatter, 0.2 < got.low < 0.5 < got.high < 1.0
    (0.5, 1.0, True)
    """
    y1, e1 = _days(counts, exposure)
    y0, e0 = _days(before, exposure_before)
    rate, rate_before = _rate(y1, e1), _rate(y0, e0)
    degrees = len(y1) + len(y0) - 2
    if not len(y1) or not len(y0) or degrees < 1 or y1.sum() + y0.sum() == 0:
        return RateRatio(rate, rate_before, nan, nan, nan, nan)
    expected = np.concatenate([rate * e1, rate_before * e0])
    seen = np.concatenate([y1, y0])
    pearson = float((np.square(seen - expected) / np.maximum(expected, LEAST))[expected > LEAST].sum())
    scatter = max(1.0, pearson / degrees)
    n1, n0 = float(y1.sum()), float(y0.sum())
    if 0 in (n1, n0):
        share = 1.0 - (0.5 - level / 2) ** (scatter / (n1 + n0))  # most that the zero's share of all events can be
        most = share / max(1.0 - share, LEAST)
        low, high = (0.0, most * e0.sum() / e1.sum()) if n1 == 0 else (e0.sum() / e1.sum() / most, inf)
        return RateRatio(rate, rate_before, 0.0 if n1 == 0 else inf, float(low), float(high), scatter)
    ratio = rate / rate_before
    reach = float(t.ppf(0.5 + level / 2, degrees)) * sqrt(scatter * (1 / n1 + 1 / n0))
    return RateRatio(rate, rate_before, ratio, exp(log(ratio) - reach), exp(log(ratio) + reach), scatter)


def _days(counts: ArrayLike, exposure: ArrayLike) -> tuple[_Array, _Array]:
    y, e = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    if y.shape != e.shape or y.ndim != 1:
        raise ValueError(f"counts have the shape {y.shape} and exposures {e.shape}")
    if not (np.all(y >= 0) and np.all(e >= 0)):
        raise ValueError("counts and exposures are neither negative nor NaN")
    return y[e > 0], e[e > 0]


def _rate(y: _Array, e: _Array) -> float:
    return float(y.sum() / e.sum()) if len(y) else nan
