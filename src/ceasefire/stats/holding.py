"""Is it holding? The probability, for every day, that a ceasefire keeps violence below what would have been.

Two states, holding and broken. Broken days are like the days before, holding days have a fraction of them; how small a
fraction, how long each state lasts, and how far the whole forecast is off are not known, so every combination on a
grid is tried and weighed by how well it explains the counts. A day nobody looked at tells nothing: the probability
then drifts towards what the states' lengths make likely, it does not stay where it was.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, roots_hermitenorm

Array = NDArray[np.float64]

FRACTIONS: tuple[float, ...] = (0.02, 0.05, 0.1, 0.18, 0.28, 0.4, 0.55, 0.7)
"""Fractions of foretold violence that a holding day may have; above the last it is not called holding."""
HOLDS_DAYS: tuple[float, ...] = (3.0, 8.0, 20.0, 60.0)
"""Mean lengths of spells that hold."""
BROKEN_DAYS: tuple[float, ...] = (2.0, 6.0, 16.0, 45.0)
"""Mean lengths of spells that do not."""

NAMES = (
    "fraction of foretold violence while it holds",
    "days a holding spell lasts",
    "days a broken spell lasts",
    "factor on the forecast",
)
"""Names of the fitted numbers."""


class Estimate(NamedTuple):
    """A parameter's posterior mean, on its log scale, with an interval from the grid."""

    name: str
    value: float
    low: float
    high: float


class Holding:
    """A two-state hidden Markov model of daily counts against their forecast, averaged over all its parameters.

    Parameters
    ----------
    level
        Two-sided level of the parameters' intervals.

    Attributes
    ----------
    probability_
        P(holding) of each day given all days, shape (days,).
    so_far_
        P(holding) of each day given that day and those before: what could be said that evening, shape (days,).
    parameters_
        Fraction of foretold violence on holding days, mean lengths of both kinds of spell in days, and the factor by
        which the forecast is off, each with an interval.
    never_, always_
        P(it held on no day), P(it held on every day).

    Source: hidden Markov models, L. Rabiner, Proceedings of the IEEE 77 (1989) 257-286; for ceasefires, J. P. Williams
    et al., "Bayesian hidden Markov model for ceasefires", arXiv 2110.05475.

    >>> counts = [1, 0, 2, 1, 0, 1, 0, 9, 12, 8, 11]
    >>> h = Holding().fit(counts, np.full(11, 10.0), size=20.0)
    >>> h.probability_[[0, 5, 8]].round(2)
    array([1., 1., 0.])
    """

    def __init__(self, *, level: float = 0.95) -> None:
        self.level = level

    def fit(self, count: ArrayLike, foretold: ArrayLike, *, size: ArrayLike, level_sd: float = 0.0) -> Self:
        """Weigh every combination of parameters, and read out each day.

        Parameters
        ----------
        count
            What was counted on each day in force, shape (days,), not negative; not read where nothing was foretold.
        foretold
            Mean that would have been counted without a ceasefire, at the day's exposure, shape (days,); 0 where nobody
            looked.
        size
            Negative-binomial size of a day's count about its mean, a number or shape (days,).
        level_sd
            Standard deviation of the log of a factor by which the whole forecast may be off.

        Raises
        ------
        ValueError
            Shapes differ; a number is NaN, infinite or negative; a size is not above 0; an event on a day without
            forecast; level not between 0 and 1.
        """
        y, mean = np.asarray(count, dtype=np.float64), np.asarray(foretold, dtype=np.float64)
        if y.ndim != 1 or y.shape != mean.shape or not len(y):
            raise ValueError(f"counts {y.shape} and forecasts {mean.shape} must be flat, equally long and not empty")
        if not np.all(np.isfinite(mean)) or np.any(mean < 0) or not (np.isfinite(level_sd) and level_sd >= 0):
            raise ValueError("forecasts and level_sd must be finite and not negative")
        known = mean > 0
        if np.any(known & ~(np.isfinite(y) & (y >= 0))) or np.any(y[~known] > 0):
            raise ValueError("counts must be finite and not negative, and 0 or NaN on a day without forecast")
        k = np.broadcast_to(np.asarray(size, dtype=np.float64), y.shape)
        if not np.all(k > 0) or not 0.0 < self.level < 1.0:
            raise ValueError("a size must be above 0, and level between 0 and 1")
        nodes, shares = roots_hermitenorm(5) if level_sd > 0 else (np.zeros(1), np.ones(1))
        off = np.exp(level_sd * nodes)
        grid = np.array(np.meshgrid(FRACTIONS, HOLDS_DAYS, BROKEN_DAYS, off, indexing="ij")).reshape(4, -1)
        prior = np.broadcast_to(shares / shares.sum(), (len(FRACTIONS), len(HOLDS_DAYS), len(BROKEN_DAYS), len(off)))
        heights = self._heights(np.where(known, y, 0.0), mean, k, known, grid)
        forward, backward, evidence = _sweep(heights, 1 / grid[1], 1 / grid[2])
        weight = prior.ravel() * np.exp(evidence - evidence.max())
        weight = weight / weight.sum()
        both = forward * backward
        self.probability_ = np.clip((both[:, 0] / both.sum(axis=1)) @ weight, 0.0, 1.0)
        self.so_far_ = self._so_far(forward, heights, prior.ravel(), grid)
        stay = _one_state(heights, 1 / grid[1], 1 / grid[2])
        self.always_, self.never_ = (float(weight @ np.exp(one - evidence)) for one in stay)
        self.parameters_ = tuple(_estimate(n, grid[i], weight, self.level) for i, n in enumerate(NAMES))
        return self

    @staticmethod
    def _heights(y: Array, mean: Array, k: Array, known: NDArray[np.bool_], grid: Array) -> Array:
        """Give the log likelihood of each day in each state, shape (days, 2, combinations)."""
        out = np.zeros((len(y), 2, grid.shape[1]))
        for state, factor in enumerate((grid[0] * grid[3], grid[3])):
            values, code = np.unique(factor, return_inverse=True)
            m = np.where(known, mean, 1.0)[:, None] * values[None, :]
            size = k[:, None]
            log = gammaln(y + k)[:, None] - gammaln(k)[:, None] - gammaln(y + 1.0)[:, None]
            log = log + y[:, None] * np.log(m / (m + size)) - size * np.log1p(m / size)
            out[:, state] = np.where(known[:, None], log, 0.0)[:, code]
        return out

    @staticmethod
    def _so_far(forward: Array, heights: Array, prior: Array, grid: Array) -> Array:
        """Give P(holding) of each day with parameters weighed by the days up to it alone."""
        evidence = np.cumsum(_steps(heights, 1 / grid[1], 1 / grid[2]), axis=0)
        weight = prior * np.exp(evidence - evidence.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        return np.asarray(np.clip(np.sum(forward[:, 0] / forward.sum(axis=1) * weight, axis=1), 0.0, 1.0))


def _sweep(heights: Array, leave: Array, mend: Array) -> tuple[Array, Array, Array]:
    """Give forward and backward probabilities, each day's summing to 1 over states, and the log evidence."""
    days, _, m = heights.shape
    forward, backward, evidence = np.empty_like(heights), np.ones_like(heights), np.zeros(m)
    now = np.full((2, m), 0.5)
    for t in range(days):
        if t:
            now = _move(forward[t - 1], leave, mend)
        top = heights[t].max(axis=0)
        now = now * np.exp(heights[t] - top)
        total = now.sum(axis=0)
        forward[t] = now / total
        evidence += np.log(total) + top
    for t in range(days - 2, -1, -1):
        seen = backward[t + 1] * np.exp(heights[t + 1] - heights[t + 1].max(axis=0))
        one = (1 - leave) * seen[0] + leave * seen[1]
        two = mend * seen[0] + (1 - mend) * seen[1]
        backward[t] = np.stack([one, two]) / (one + two)
    return forward, backward, evidence


def _steps(heights: Array, leave: Array, mend: Array) -> Array:
    """Give the log evidence that each day adds, shape (days, combinations)."""
    out = np.empty((heights.shape[0], heights.shape[2]))
    now = np.full((2, heights.shape[2]), 0.5)
    for t in range(len(out)):
        top = heights[t].max(axis=0)
        joint = now * np.exp(heights[t] - top)
        total = joint.sum(axis=0)
        out[t] = np.log(total) + top
        now = _move(joint / total, leave, mend)
    return out


def _move(state: Array, leave: Array, mend: Array) -> Array:
    hold = state[0] * (1 - leave) + state[1] * mend
    return np.stack([hold, 1.0 - hold])


def _one_state(heights: Array, leave: Array, mend: Array) -> tuple[Array, Array]:
    """Give the log evidence of staying in one state on all days, holding and broken; each of shape (combinations,)."""
    steps = len(heights) - 1
    hold, broken = np.log(0.5) + heights.sum(axis=0)
    return hold + steps * np.log1p(-leave), broken + steps * np.log1p(-mend)


def _estimate(name: str, values: Array, weight: Array, level: float) -> Estimate:
    found, code = np.unique(values, return_inverse=True)
    share = np.cumsum(np.bincount(code, weight))
    low, high = (found[min(int(np.searchsorted(share, q)), len(found) - 1)] for q in ((1 - level) / 2, (1 + level) / 2))
    return Estimate(name, float(np.exp(weight @ np.log(values))), float(low), float(high))
