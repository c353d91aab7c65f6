"""The forecast of a count as a distribution, and the ratios of rates that what was counted leaves open.

Why inverted: with few events or none, a normal interval about an estimate is wrong (the estimate may be minus
infinity). Here a ratio is kept when the count would not be a surprise under it, as in an exact interval; so no event
at all in a ceasefire still gives an upper limit, and a single day still gives an answer, a wide one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import betainc, ndtr, ndtri, roots_hermitenorm

from ceasefire.stats.latent import Path, Shape
from ceasefire.stats.shapes import Shapes

Array = NDArray[np.float64]

_NODES, _SHARES = roots_hermitenorm(9)
_SHARES = _SHARES / _SHARES.sum()
_STEPS, _STEP_SHARES = roots_hermitenorm(5)
_STEP_SHARES = _STEP_SHARES / _STEP_SHARES.sum()
WIDEST = 30.0
"""Natural log of the largest ratio looked for; beyond it the answer is infinity, or 0."""


class Ratio(NamedTuple):
    """A ratio of rates with its interval."""

    value: float
    """The ratio under which the count lies in the middle of its forecast; 0 for a count of 0."""
    low: float
    high: float
    p_fewer: float
    """P(as few or fewer) without an effect."""
    z: float
    """The count's place in its forecast as a standard normal deviate; negative is fewer."""


class Foretold(NamedTuple):
    """A count's forecast: a mixture of negative binomials over the unknown mean; arrays of shape (m,)."""

    mean: Array
    size: Array
    weight: Array

    def at_most(self, count: float, ratio: float = 1.0) -> float:
        """Give P(N <= count) when every rate is `ratio` times the foretold one."""
        if count < 0:
            return 0.0
        mean = self.mean * ratio
        return float(self.weight @ betainc(self.size, count + 1.0, self.size / (self.size + mean)))

    def at_least(self, count: float, ratio: float = 1.0) -> float:
        """Give P(N >= count); 1 for a count of 0."""
        if count <= 0:
            return 1.0
        mean = self.mean * ratio
        return float(self.weight @ betainc(count, self.size, mean / (self.size + mean)))

    def expected(self) -> float:
        """Give the mean of the forecast."""
        return float(self.weight @ self.mean)

    def quantiles(self, shares: ArrayLike) -> Array:
        """Give the counts, or amounts between them, that have so much probability up to them.

        Parameters
        ----------
        shares
            Between 0 and 1, shape (k,).
        """
        top, out = float(np.log1p(self.mean.max())) + 2.0, []
        for share in np.asarray(shares, dtype=np.float64).tolist():
            high = top
            while self.at_most(float(np.expm1(high))) < share and high < WIDEST * 10:
                high += 3.0
            if self.at_most(0.0) >= share:
                out.append(0.0)
            else:
                out.append(float(np.expm1(brentq(lambda x, q: self.at_most(np.expm1(x)) - q, 0, high, (share,), 1e-4))))
        return np.array(out)

    def lowered(self, step: float, sd: float) -> Foretold:
        """Give the forecast if the level had already fallen before the start: every mean times min(1, exp(step)).

        Parameters
        ----------
        step
            Log of the level just before the start over the level foretold; a rise is taken for passing.
        sd
            Its standard deviation.

        >>> f = Foretold(np.array([10.0]), np.array([5.0]), np.array([1.0]))
        >>> round(f.lowered(2.0, 0.1).expected(), 2), round(f.lowered(-0.7, 0.01).expected(), 2)
        (10.0, 4.97)
        """
        factor = np.minimum(1.0, np.exp(step + sd * _STEPS))
        return Foretold(
            (self.mean[:, None] * factor).ravel(),
            np.repeat(self.size, len(factor)),
            (self.weight[:, None] * _STEP_SHARES).ravel(),
        )

    def ratio(self, count: float, *, level: float = 0.95, widen: float = 1.0) -> Ratio:
        """Give the ratios of rates that a count leaves open.

        Parameters
        ----------
        count
            What was counted.
        level
            Two-sided level.
        widen
            Factor on the normal deviates: 1 takes the forecast at its word.

        Source: an interval by inverting tests, F. Garwood, Biometrika 28 (1936) 437-442, with a mixed distribution.

        >>> f = Foretold(np.array([10.0]), np.array([1e6]), np.array([1.0]))   # Poisson, mean 10
        >>> [round(v, 3) for v in f.ratio(0.0)[:3]], [round(v, 2) for v in f.ratio(10.0)[:3]]
        ([0.0, 0.0, 0.369], [1.02, 0.48, 1.84])
        """
        tail, high = _tail(level, widen), self.upper(count, level=level, widen=widen)
        low = 0.0 if count <= 0 else _solve(lambda r: tail - self.at_least(count, r))
        value = _solve(lambda r: (self.at_most(count, r) - self.at_least(count, r)) / 2.0)
        return Ratio(value, low, high, self.p_fewer(count, widen=widen), self.deviate(count))

    def deviate(self, count: float) -> float:
        """Give the count's place in its forecast as a standard normal deviate; negative is fewer."""
        middle = (self.at_most(count) + 1.0 - self.at_least(count)) / 2.0
        return float(ndtri(np.clip(middle, 1e-12, 1 - 1e-12)))

    def upper(self, count: float, *, level: float = 0.95, widen: float = 1.0) -> float:
        """Give the upper end of the interval alone; parameters as in `ratio`."""
        tail = _tail(level, widen)
        return _solve(lambda r: self.at_most(count, r) - tail)

    def p_fewer(self, count: float, *, widen: float = 1.0) -> float:
        """Give P(as few or fewer) without an effect, its normal deviate divided by `widen`."""
        return float(ndtr(ndtri(np.clip(self.at_most(count), 1e-300, 1.0)) / widen))


def foretell(paths: list[Path], shapes: Shapes, terms: Array, ahead: NDArray[np.int64], exposure: Array) -> Foretold:
    """Foretell the sum of the counts of some later days.

    Parameters
    ----------
    paths, shapes
        What was fitted: paths with their shapes and weights.
    terms
        Linear terms of the days, shape (m, p).
    ahead
        Days since the last one fitted, shape (m,), 1 or more.
    exposure
        Shape (m,).

    Notes
    -----
    Under one shape the log means of the days are jointly normal; the sum of their exponentials is taken as log-normal
    with the right mean and variance (L. F. Fenton, IRE Transactions on Communications Systems 8 (1960) 57-67), and
    its quantiles by Gauss-Hermite nodes. Given the mean, the sum is negative binomial with the sum's own variance.
    """
    seen = exposure > 0
    terms, ahead, exposure = terms[seen], ahead[seen], exposure[seen]
    means, sizes, weights = [], [], []
    for path, shape, weight in zip(paths, shapes.shapes, shapes.weights, strict=True):
        log_mean, spread = log_means(path, shape, terms, ahead)
        each = exposure * np.exp(log_mean + np.diag(spread) / 2.0)
        total = float(each.sum())
        variance = float(each @ np.expm1(np.minimum(spread, 50.0)) @ each)
        s2 = np.log1p(variance / total**2)
        means.append(total * np.exp(np.sqrt(s2) * _NODES - s2 / 2.0))
        sizes.append(np.full(len(_NODES), shape.size * total**2 / float(each @ each)))
        weights.append(weight * _SHARES)
    return Foretold(np.concatenate(means), np.concatenate(sizes), np.concatenate(weights))


def bands(mean: Array, size: Array, level_sd: float, *, level: float = 0.95) -> tuple[Array, Array]:
    """Give low and high of the forecast of each single day, for a picture.

    Parameters
    ----------
    mean
        Foretold mean of each day, shape (m,); 0 gives 0 to 0.
    size
        Negative-binomial size of a day about its mean, shape (m,).
    level_sd
        Standard deviation of the log of what all days share.
    level
        Two-sided level of each day.

    >>> low, high = bands(np.array([10.0, 0.0]), np.array([1e6, 1e6]), 0.0)
    >>> low.round(), high.round()
    (array([4., 0.]), array([16.,  0.]))
    """
    seen = mean > 0
    each = np.where(seen, mean, 1.0)[:, None] * np.exp(level_sd * _NODES - level_sd**2 / 2.0)

    def quantile(share: float) -> Array:
        low, high = np.zeros(len(mean)), np.log1p(each.max(axis=1)) + 8.0
        for _ in range(40):  # halve: 1e-11 of the range is left
            middle = (low + high) / 2.0
            count = np.expm1(middle)[:, None]
            below = betainc(size[:, None], count + 1.0, size[:, None] / (size[:, None] + each)) @ _SHARES < share
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.where(seen, np.expm1(high), 0.0)

    return quantile((1 - level) / 2), quantile((1 + level) / 2)


def log_means(path: Path, shape: Shape, terms: Array, ahead: NDArray[np.int64]) -> tuple[Array, Array]:
    """Give mean and covariance of the log rates of later days under one shape, shapes (m,) and (m, m).

    Parameters
    ----------
    path, shape
        One path that was fitted, and its shape.
    terms, ahead
        As in `foretell`.
    """
    far = ahead.astype(np.float64)
    decay = shape.persistence**far
    full = np.column_stack([terms, decay])
    own = np.exp(-np.abs(far[:, None] - far[None, :]) / shape.days) - decay[:, None] * decay[None, :]
    spread = full @ path.covariance @ full.T + shape.sd**2 * own
    return np.minimum(terms @ path.terms + decay * path.level[-1], 40.0), spread


def _tail(level: float, widen: float) -> float:
    if not widen >= 1.0:
        raise ValueError(f"an interval is never narrowed: widen must be 1 or more, not {widen}")
    return float(ndtr(-ndtri((1 + level) / 2) * widen))


def _solve(down: Callable[[float], float]) -> float:
    """Give the ratio at which a falling function crosses 0; 0 or infinity where it never does."""

    def f(x: float) -> float:
        return down(float(np.exp(x)))

    low, high = -2.0, 2.0
    while f(low) < 0:
        low -= 3.0
        if low < -WIDEST:
            return 0.0
    while f(high) > 0:
        high += 3.0
        if high > WIDEST:
            return float("inf")
    return float(np.exp(brentq(f, low, high, xtol=1e-4)))
