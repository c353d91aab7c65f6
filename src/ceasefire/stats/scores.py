"""Scores: how good stated probabilities were, once it is known what happened.

Why several: the Brier score is one fair number, its decomposition tells whether a poor one comes from wrong
probabilities (reliability) or from timid ones (resolution), the log score punishes false certainty, and the
reliability table shows where. A table without bands invites reading noise, so every row has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtri

Array = NDArray[np.float64]

TENTHS: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Edges of ten equal bins."""

ICD_203: tuple[float, ...] = (0.0, 0.05, 0.20, 0.45, 0.55, 0.80, 0.95, 1.0)
"""Edges of the likelihood bands of US Intelligence Community Directive 203 (2015)."""


class Murphy(NamedTuple):
    """Parts of a Brier score: `brier = reliability - resolution + uncertainty + within`."""

    brier: float
    """Mean squared error; 0 is perfect."""
    reliability: float
    """Weighted squared distance between stated and observed shares; 0 is perfect."""
    resolution: float
    """How far the observed shares of the bins lie from the base rate; large is good."""
    uncertainty: float
    """Base rate times its complement: what the world itself makes hard."""
    within: float
    """What is left because probabilities differ inside a bin; 0 where each bin holds one value."""


@dataclass(frozen=True)
class Reliability:
    """Stated probability against observed share, per bin; all arrays of shape (bins,)."""

    low: Array
    """Lower edge of the bin."""
    high: Array
    """Upper edge of the bin."""
    number: NDArray[np.int64]
    """Probabilities that fell into the bin."""
    stated: Array
    """Mean stated probability; NaN for an empty bin."""
    observed: Array
    """Share of them that came true; NaN for an empty bin."""
    band_low: Array
    """Lower bound of the band on the observed share; 0 for an empty bin."""
    band_high: Array
    """Upper bound of the band on the observed share; 1 for an empty bin."""


def brier(probability: ArrayLike, outcome: ArrayLike) -> float:
    """Give the mean squared distance between stated probability and outcome; 0 is perfect, NaN for none.

    Parameters
    ----------
    probability
        Stated probabilities, shape (n,), between 0 and 1.
    outcome
        What happened, shape (n,): 0 or 1 (or booleans).

    Raises
    ------
    ValueError
        A probability is NaN or outside 0 to 1, an outcome is neither 0 nor 1, or the shapes differ.

    Source: G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather
    Review 78 (1950) 1-3.

    >>> round(brier([0.9, 0.2, 0.6], [1, 0, 0]), 4)
    0.1367
    """
    p, y = _pairs(probability, outcome)
    return float(np.mean((p - y) ** 2)) if p.size else float("nan")


def murphy(probability: ArrayLike, outcome: ArrayLike, *, edges: ArrayLike = TENTHS) -> Murphy:
    """Split the Brier score into reliability, resolution, uncertainty and what binning leaves over.

    Parameters
    ----------
    probability, outcome
        As in `brier`.
    edges
        Rising bin edges from 0 to 1, shape (bins + 1,); a value on an inner edge belongs to the bin above.

    Source: A. H. Murphy, Journal of Applied Meteorology 12 (1973) 595-600; the term for spread inside a bin
    is D. B. Stephenson, C. A. S. Coelho and I. T. Jolliffe, Weather and Forecasting 23 (2008) 752-757.

    >>> m = murphy([0.1, 0.1, 0.8, 0.8], [0, 0, 1, 0])
    >>> [round(v, 4) for v in m]
    [0.175, 0.05, 0.0625, 0.1875, 0.0]
    """
    p, y = _pairs(probability, outcome)
    if not p.size:
        return Murphy(*[float("nan")] * 5)
    table = reliability(p, y, edges=edges)
    full = table.number > 0
    share = table.number[full] / p.size
    base = float(y.mean())
    rel = float(np.sum(share * (table.stated[full] - table.observed[full]) ** 2))
    res = float(np.sum(share * (table.observed[full] - base) ** 2))
    unc = base * (1.0 - base)
    score = brier(p, y)
    return Murphy(score, rel, res, unc, score - (rel - res + unc))


def log_score(probability: ArrayLike, outcome: ArrayLike, *, floor: float = 1e-6) -> float:
    """Give the mean surprise, -ln of the probability given to what happened; 0 is perfect, NaN for none.

    Parameters
    ----------
    probability, outcome
        As in `brier`.
    floor
        Probabilities are kept this far from 0 and 1, so that one false certainty costs much but not
        everything.

    Source: I. J. Good, "Rational decisions", Journal of the Royal Statistical Society B 14 (1952) 107-114.

    >>> round(log_score([0.9, 0.2], [1, 0]), 4)
    0.1643
    """
    if not 0.0 < floor < 0.5:
        raise ValueError(f"floor must lie between 0 and 0.5, not {floor}")
    p, y = _pairs(probability, outcome)
    p = np.clip(p, floor, 1.0 - floor)
    return float(-np.mean(np.where(y > 0, np.log(p), np.log1p(-p)))) if p.size else float("nan")


def reliability(
    probability: ArrayLike,
    outcome: ArrayLike,
    *,
    edges: ArrayLike = TENTHS,
    level: float = 0.95,
    band: str = "wilson",
) -> Reliability:
    """Set stated probabilities against observed shares, bin by bin, each with its band.

    Parameters
    ----------
    probability, outcome
        As in `brier`.
    edges
        Rising bin edges from 0 to 1, e.g. `TENTHS` or `ICD_203`; a value on an inner edge belongs to the
        bin above.
    level
        Two-sided level of the bands.
    band
        `wilson` or `jeffreys`.

    Raises
    ------
    ValueError
        As in `brier`; edges that do not rise from 0 to 1; an unknown band.

    Source: L. D. Brown, T. T. Cai and A. DasGupta, "Interval estimation for a binomial proportion",
    Statistical Science 16 (2001) 101-133, who recommend both bands for small numbers.

    >>> r = reliability([0.97, 0.99, 0.6, 0.6], [1, 1, 1, 0], edges=ICD_203)
    >>> r.number, r.observed[-1]
    (array([0, 0, 0, 0, 2, 0, 2]), np.float64(1.0))
    >>> r.band_low[-1].round(3)
    np.float64(0.342)
    """
    bands = {"wilson": wilson, "jeffreys": jeffreys}
    if band not in bands:
        raise ValueError(f"band must be 'wilson' or 'jeffreys', not {band!r}")
    e = np.asarray(edges, dtype=np.float64)
    if e.ndim != 1 or e.size < 2 or e[0] != 0.0 or e[-1] != 1.0 or np.any(np.diff(e) <= 0):
        raise ValueError("edges must rise from 0 to 1")
    p, y = _pairs(probability, outcome)
    bins = e.size - 1
    where = np.clip(np.searchsorted(e, p, side="right") - 1, 0, bins - 1)
    number = np.bincount(where, minlength=bins)
    true = np.bincount(where, y, bins)
    with np.errstate(invalid="ignore", divide="ignore"):
        stated, observed = np.bincount(where, p, bins) / number, true / number
    low, high = bands[band](true, number, level=level)
    return Reliability(e[:-1], e[1:], number, stated, observed, low, high)


def calibration_error(probability: ArrayLike, outcome: ArrayLike, *, edges: ArrayLike = TENTHS) -> float:
    """Give the expected calibration error: the mean distance between stated and observed share; NaN for none.

    Parameters
    ----------
    probability, outcome, edges
        As in `reliability`.

    Source: M. P. Naeini, G. F. Cooper and M. Hauskrecht, AAAI 2015. It depends on the bins, so name them
    with it.

    >>> round(calibration_error([0.1, 0.1, 0.8, 0.8], [0, 0, 1, 0]), 3)
    0.2
    """
    table = reliability(probability, outcome, edges=edges)
    full = table.number > 0
    if not full.any():
        return float("nan")
    gap = np.abs(table.stated[full] - table.observed[full])
    return float(np.sum(gap * table.number[full]) / table.number.sum())


def wilson(true: ArrayLike, number: ArrayLike, *, level: float = 0.95) -> tuple[Array, Array]:
    """Give Wilson's score interval of a share; 0 to 1 where there is no trial.

    Parameters
    ----------
    true
        Successes, shape (...,), 0 to `number`.
    number
        Trials, same shape.
    level
        Two-sided level.

    Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927) 209-212.

    >>> low, high = wilson([8, 0], [10, 0])
    >>> low.round(3), high.round(3)
    (array([0.49, 0.  ]), array([0.943, 1.   ]))
    """
    k, n = _shares(true, number, level)
    z = float(ndtri((1.0 + level) / 2.0))
    m = np.maximum(n, 1.0)
    centre = (k + z * z / 2.0) / (m + z * z)
    half = z / (m + z * z) * np.sqrt(k * (m - k) / m + z * z / 4.0)
    none = n == 0
    low = np.where(none | (k == 0), 0.0, np.clip(centre - half, 0.0, 1.0))
    high = np.where(none | (k == n), 1.0, np.clip(centre + half, 0.0, 1.0))
    return low, high


def jeffreys(true: ArrayLike, number: ArrayLike, *, level: float = 0.95) -> tuple[Array, Array]:
    """Give Jeffreys' interval of a share: the equal-tailed interval under the prior Beta(1/2, 1/2).

    Parameters
    ----------
    true, number, level
        As in `wilson`. At 0 successes the lower bound is 0, at all successes the upper bound is 1.

    Source: Brown, Cai and DasGupta 2001 (see `reliability`).

    >>> low, high = jeffreys([8, 0], [10, 0])
    >>> low.round(3), high.round(3)
    (array([0.497, 0.   ]), array([0.956, 1.   ]))
    """
    k, n = _shares(true, number, level)
    tail = (1.0 - level) / 2.0
    low = np.where(k == 0, 0.0, betaincinv(k + 0.5, n - k + 0.5, tail))
    high = np.where(k == n, 1.0, betaincinv(k + 0.5, n - k + 0.5, 1.0 - tail))
    return low, high


def _shares(true: ArrayLike, number: ArrayLike, level: float) -> tuple[Array, Array]:
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    k, n = np.asarray(true, dtype=np.float64), np.asarray(number, dtype=np.float64)
    if not np.all((k >= 0) & (k <= n)):  # also false for NaN
        raise ValueError("successes must lie between 0 and the number of trials")
    return k, n


def _pairs(probability: ArrayLike, outcome: ArrayLike) -> tuple[Array, Array]:
    p, y = np.asarray(probability, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    if p.ndim != 1 or y.shape != p.shape:
        raise ValueError(f"probabilities {p.shape} and outcomes {y.shape} must be flat and equally long")
    if np.any(np.isnan(p)):
        raise ValueError(f"probability is NaN at position {int(np.flatnonzero(np.isnan(p))[0])}")
    if np.any((p < 0) | (p > 1)):
        raise ValueError(f"a probability lies between 0 and 1, not {p[(p < 0) | (p > 1)][0]}")
    if np.any((y != 0) & (y != 1)):
        raise ValueError("an outcome is 0 or 1")
    return p, y
