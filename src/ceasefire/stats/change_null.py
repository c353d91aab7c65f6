"""What "nothing happened" looks like here: the null of a change score, learned from places around.

Speckle is not the null of a real scene. Between two years fields change, trees grow, cars are parked elsewhere: every
pixel moves more than its dates before could tell, and a few move much more. So the score of a pixel is compared with
the scores of other places of the same scene between the same dates.

* `standardise`: middle 0 and spread 1 in each stratum, by medians, which changed pixels hardly move.
* `TailNull`: P(score >= g) = (1 + g / (c v))^(-v / 2), an exponential of scale 2 c as v grows, heavier else. Two
  numbers are fitted to quantiles from 50 % to 0.25 %.
* `crossed`: pixels are judged by a null fitted elsewhere. The scene is cut into blocks in four folds, as the squares of
  a floor; each fold is judged by the three others. So "1 %" is not 1 % by construction, and a false-alarm rate that is
  measured on the scene is a measurement.

What it costs: change that covers much of a scene is taken for the scene's own restlessness. Pixels that may have
changed, the footprints under watch, should be left out of what is learned from.

Source: B. Efron, "Large-scale simultaneous hypothesis testing: the choice of a null hypothesis", Journal of the
American Statistical Association 99 (2004) 96-104.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.stats.sorted_quantiles import quantiles

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

LEVELS = np.array([0.5, 0.35, 0.25, 0.15, 0.1, 0.07, 0.05, 0.035, 0.025, 0.015, 0.01, 0.006, 0.004, 0.0025])
"""Tail probabilities whose quantiles a null is fitted to, as far as there are enough pixels."""
BEYOND = 15
"""Pixels that must lie beyond a quantile for it to count."""
TAILS = np.array([8, 10, 12, 15, 18, 22, 27, 33, 40, 50, 65, 90, 130, 200, 400, 1e4])
"""Tail exponents tried; the least of them is as heavy as a null may be."""
ENOUGH = 300
"""Pixels elsewhere that a null needs."""
BLOCK = 25
"""Edge of a block of the folds, pixels."""
QUARTILE = 0.6744897501960817
"""Median of |z| of a normal deviate."""


class TailNull(NamedTuple):
    """Distribution of a score under no change."""

    scale: float
    """c: 1 under pure speckle."""
    tail: float
    """v: infinite under pure speckle, smaller for heavier tails."""

    def p(self, score: ArrayLike) -> Array:
        """Give P(a quiet place scores as much).

        >>> TailNull(1.0, 1e9).p([2 * np.log(20), 2 * np.log(100)]).round(4).tolist()
        [0.05, 0.01]
        """
        g = np.maximum(np.asarray(score, dtype=np.float64), 0.0)
        return np.asarray(np.exp(-self.tail / 2.0 * np.log1p(g / (self.scale * self.tail))))

    def log_density(self, score: ArrayLike) -> Array:
        """Give the logarithm of the density at a score.

        >>> float(np.exp(TailNull(1.0, 1e9).log_density(0.0)))
        0.5
        """
        g = np.maximum(np.asarray(score, dtype=np.float64), 0.0)
        slope = np.log1p(g / (self.scale * self.tail))
        return np.asarray(-np.log(2.0 * self.scale) - (self.tail / 2.0 + 1.0) * slope)


def fit_tail(score: ArrayLike, *, apart: float = 1.0) -> TailNull:
    """Fit a null to scores of places where nothing is known to have happened.

    Parameters
    ----------
    score
        Scores, -2 ln p by theory, any shape; NaN is left out.
    apart
        How many of the scores are worth one independent one, e.g. the pixels of a window that is moved by one.

    Raises
    ------
    ValueError
        Fewer than `ENOUGH` scores.

    >>> rng = np.random.default_rng(1)
    >>> null = fit_tail(rng.exponential(2.0, 50_000) * 1.5)
    >>> round(null.scale, 1), null.tail >= 200
    (1.5, True)
    """
    g = np.asarray(score, dtype=np.float64)
    g = g[np.isfinite(g)]
    if len(g) < ENOUGH:
        raise ValueError(f"{len(g)} places to compare with: too few for a null of their own ({ENOUGH})")
    level = LEVELS[(LEVELS * len(g) / apart >= BEYOND) | (LEVELS >= 0.05)]
    found = np.log(np.maximum(quantiles(g, 1.0 - level), 1e-9))
    # inverse variance of a logarithm of a quantile of an exponential
    weight = (np.log(level) ** 2) * level / (1.0 - level)
    shape = np.log(TAILS[:, None] * np.expm1(-2.0 / TAILS[:, None] * np.log(level)))
    scale = ((found - shape) * weight).sum(axis=1) / weight.sum()
    misfit = ((found - shape - scale[:, None]) ** 2 * weight).sum(axis=1)
    # a null known from few places is uncertain, and an uncertain one has a heavier tail: one step heavier than the best
    best = max(int(np.argmin(misfit)) - 1, 0)
    return TailNull(float(np.exp(scale[best])), float(TAILS[best]))


def standardise(
    z: ArrayLike, *, stratum: NDArray[np.integer[Any]], quiet: ArrayLike
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give deviates middle 0 and spread 1 in each stratum, and the spread that they had.

    Parameters
    ----------
    z
        Deviates, any shape, NaN where missing.
    stratum
        Stratum of each, same shape.
    quiet
        Places to learn from, boolean, same shape.

    Returns
    -------
    Standardised deviates, and the spread of each one's stratum, in single precision where the deviates are: 1 where
    dates before told all, above 1 where the scene moved more. A stratum with nothing to learn from takes what the whole
    scene has.

    >>> rng = np.random.default_rng(1)
    >>> z, spread = standardise(rng.normal(0.5, 2.0, 9999), stratum=np.zeros(9999, int), quiet=np.ones(9999, bool))
    >>> round(float(z.std()), 1), round(float(spread[0]), 1)
    (1.0, 2.0)
    """
    value = np.asarray(z)
    if value.dtype != np.float32:
        value = value.astype(np.float64)
    known = np.isfinite(value)
    learn = np.asarray(quiet, dtype=bool) & known
    if not learn.any():
        return np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    some, of = value[learn], stratum[learn]
    order = np.argsort(of, kind="stable")
    number = int(stratum.max()) + 1
    ends = np.searchsorted(of[order], np.arange(number + 1))
    some = some[order]
    table = np.tile(np.array(_middle_and_spread(some), dtype=value.dtype), (number, 1))
    for s in range(number):
        if ends[s + 1] - ends[s] >= ENOUGH:
            table[s] = _middle_and_spread(some[ends[s] : ends[s + 1]])
    middle, width = table[:, 0][stratum], table[:, 1][stratum]
    return (value - middle) / width, np.where(known, width, np.nan)


def folds(shape: tuple[int, int], *, block: int = BLOCK) -> Ints:
    """Number the folds 0 to 3 of pixels, in blocks as on a chequered floor of four colours.

    >>> folds((4, 4), block=1).tolist()
    [[0, 1, 0, 1], [2, 3, 2, 3], [0, 1, 0, 1], [2, 3, 2, 3]]
    """
    row, column = (np.arange(n) // block % 2 for n in shape)
    return np.asarray(2 * row[:, None] + column)


def crossed(
    score: ArrayLike, *, fold: Ints, quiet: ArrayLike, fit: Callable[[Array], TailNull] = fit_tail
) -> tuple[Array, tuple[TailNull | None, ...]]:
    """Give p-values, each fold judged by the null of the others.

    Parameters
    ----------
    score
        Scores, any shape, NaN where missing.
    fold
        Fold of each, same shape, from 0.
    quiet
        Places to learn from, boolean, same shape.
    fit
        How a null is fitted.

    Returns
    -------
    p, same shape; NaN where the other folds have fewer than `ENOUGH` places. And the null of each fold, None there.

    >>> rng = np.random.default_rng(1)
    >>> g = rng.exponential(2.0, (100, 100))
    >>> p, _ = crossed(g, fold=folds((100, 100)), quiet=np.ones((100, 100), bool))
    >>> round(float((p < 0.01).mean()), 3)
    0.01
    """
    g = np.asarray(score, dtype=np.float64)
    learn = np.asarray(quiet, dtype=bool) & np.isfinite(g)
    p = np.full(g.shape, np.nan)
    nulls: list[TailNull | None] = []
    for f in range(int(fold.max()) + 1):
        at, others = fold == f, learn & (fold != f)
        null = fit(g[others]) if others.sum() >= ENOUGH else None
        if null is not None:
            p[at] = null.p(g[at])
        nulls.append(null)
    return np.where(np.isfinite(g), p, np.nan), tuple(nulls)


def _middle_and_spread(value: NDArray[Any]) -> tuple[float, float]:
    middle = float(quantiles(value, 0.5))
    width = float(quantiles(np.abs(value - middle), 0.5)) / QUARTILE
    return middle, width if width > 0 else 1.0
