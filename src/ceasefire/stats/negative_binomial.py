"""Over-dispersed counts: the two tails of a negative binomial, its mid-p and randomised p, and its size fitted.

Why not Poisson: fires come in bursts. Where one detection a day is expected, most days have none and some have
twenty; a Poisson bound calls every such day an alarm. The negative binomial adds one number, the size k: its
variance is mean + mean^2 / k, so a small k means bursts.

Why two tails: a count is discrete. P(N > n) and P(N >= n) differ, for a zero as much as it can be, and each
honest p-value lies between them: the upper one is safe, the middle is fair on average, and a point drawn
evenly between the two is exactly uniform when the model is true, which is what a calibration test needs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import betainc, gammaln

Array = NDArray[np.float64]

LARGEST_SIZE = 1e6
"""A size beyond this is Poisson in all but name."""


class Tails(NamedTuple):
    """Upper tail of a discrete count on both sides of what was counted; NaN where nothing was expected to be seen."""

    above: Array
    """P(N > n)."""
    at_least: Array
    """P(N >= n); 1 for a zero."""

    def mid_p(self) -> Array:
        """Give the middle of the two tails: its mean is 1/2 under the model, and it never alarms on a zero."""
        return (self.above + self.at_least) / 2.0

    def randomised(self, uniform: ArrayLike) -> Array:
        """Give a p-value drawn between the tails, exactly uniform under the model; for tests, not for alarms.

        Parameters
        ----------
        uniform
            Draws from 0 to 1, shape of the tails: the caller seeds them, so a result can be repeated.
        """
        return np.asarray(self.above + np.asarray(uniform) * (self.at_least - self.above))


def tails(count: ArrayLike, mean: ArrayLike, size: ArrayLike) -> Tails:
    """Give P(N > n) and P(N >= n) of a negative binomial with a mean and a size.

    Parameters
    ----------
    count
        Whole numbers, not negative, shape (...,).
    mean
        Expected count, shape broadcasting; 0 or NaN (not looked at) gives NaN for both tails.
    size
        Dispersion k above 0, shape broadcasting; variance = mean + mean^2 / k.

    Raises
    ------
    ValueError
        A count is negative, not whole or not finite; a size is not above 0; a mean is negative or infinite.

    Source: the tail is a regularised incomplete beta function, NIST DLMF 8.17.24, https://dlmf.nist.gov/8.17

    >>> t = tails([0, 1, 5], 0.5, 0.2)
    >>> t.above.round(3), t.at_least.round(3), t.mid_p().round(3)
    (array([0.222, 0.11 , 0.015]), array([1.   , 0.222, 0.024]), array([0.611, 0.166, 0.019]))
    """
    n, m, k = (np.asarray(v, dtype=np.float64) for v in (count, mean, size))
    if not np.all(np.isfinite(n)) or np.any(n < 0) or np.any(n != np.floor(n)):
        raise ValueError("counts must be whole numbers, 0 or more; a day nobody looked is a mean of NaN, not a count")
    if np.any(m < 0) or np.any(np.isinf(m)):
        raise ValueError("a mean must be finite and 0 or more, or NaN where nothing was looked at")
    if not np.all(k > 0):
        raise ValueError("a size must be above 0")
    n, m, k = np.broadcast_arrays(n, m, k)
    known = m > 0
    above, at_least = np.full(n.shape, np.nan), np.full(n.shape, np.nan)
    above[known] = -np.expm1(-k[known] * np.log1p(m[known] / k[known]))
    at_least[known] = 1.0
    some = known & (n > 0)
    share = m[some] / (k[some] + m[some])
    above[some] = betainc(n[some] + 1.0, k[some], share)
    at_least[some] = betainc(n[some], k[some], share)
    return Tails(above, at_least)


def fit_size(
    count: ArrayLike, mean: ArrayLike, *, zeros: ArrayLike | None = None, times: ArrayLike | None = None
) -> float:
    """Give the size k that makes counts with known means likeliest.

    Parameters
    ----------
    count
        Whole numbers above or equal to 0, shape (n,).
    mean
        Their expected values, shape (n,), above 0.
    zeros
        Means of further cell-days whose count is 0, shape (m,), so that millions of them need no counts.
    times
        How often each of `zeros` occurred, shape (m,); once when not given.

    Raises
    ------
    ValueError
        Fewer than two cell-days with a count above 0: how they scatter cannot be told from so few.

    Source: maximum likelihood, J. F. Lawless, "Negative binomial and mixed Poisson regression", Canadian Journal
    of Statistics 15 (1987) 209-225.

    >>> rng = np.random.default_rng(1)
    >>> n = rng.negative_binomial(0.3, 0.3 / (0.3 + 0.8), 20_000)
    >>> round(fit_size(n, np.full(20_000, 0.8)), 2)
    0.3
    """
    n, m = np.broadcast_arrays(np.asarray(count, dtype=np.float64), np.asarray(mean, dtype=np.float64))
    if np.any(~np.isfinite(n)) or np.any(~np.isfinite(m)) or np.any(m <= 0):
        raise ValueError("counts and means must be finite, and means above 0")
    some = n > 0
    if some.sum() < 2:
        raise ValueError("fewer than two cell-days with a detection: their scatter cannot be told")
    further = np.zeros(0) if zeros is None else np.asarray(zeros, dtype=np.float64)
    middle = np.concatenate([m[~some], further])
    weight = np.ones(len(middle))
    if times is not None:
        weight[len(middle) - len(further) :] = times
    hot, expected = n[some], m[some]

    def minus_log_likelihood(log_size: float) -> float:
        k = np.exp(log_size)
        quiet = k * np.log1p(middle / k) @ weight + (k * np.log1p(expected / k)).sum()
        return float(
            quiet - (gammaln(hot + k) - gammaln(k) - gammaln(hot + 1.0) + hot * np.log(expected / (k + expected))).sum()
        )

    best = minimize_scalar(minus_log_likelihood, bounds=(np.log(1e-7), np.log(LARGEST_SIZE)), method="bounded")
    return float(np.exp(best.x))
