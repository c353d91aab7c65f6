"""Daily counts over a level that wanders: the likeliest path of the level, and how likely the whole series is.

The model: a count is negative binomial, its mean is exposure x exp(terms + level), the level is an AR(1) process (what
one day was, the next one nearly is), and the terms are an intercept, a trend and a year's wave, each held near zero
by a normal prior. Why the level: violence comes in spells. A model without it takes a long lull for an effect.

The likeliest path is found by Newton's method; the level's precision is tridiagonal, so that a step costs only as
many operations as there are days. Around it the posterior is taken as normal (Laplace's approximation).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri, dpotrs, dpttrf, dpttrs
from scipy.special import gammaln

Array = NDArray[np.float64]

STEPS = 60
"""Newton steps at most; five are usual."""
SETTLED = 1e-3
"""Gain of log posterior below which the path is taken as found."""


class Shape(NamedTuple):
    """The three numbers that say how a series varies."""

    sd: float
    """Standard deviation of the level, on the scale of log rates."""
    days: float
    """Correlation time of the level: after so many days a deviation has shrunk to 37 %."""
    size: float
    """Negative-binomial size; small means bursts within a day."""

    @property
    def persistence(self) -> float:
        """Give the AR(1) coefficient from one day to the next."""
        return float(np.exp(-1.0 / self.days))


class Daily(NamedTuple):
    """A series ready to be fitted; days nobody looked at have `seen` 0 and any count."""

    counts: Array
    """Shape (n,)."""
    log_exposure: Array
    """Natural log, shape (n,); 0 where unseen."""
    seen: Array
    """1 or 0, shape (n,)."""
    terms: Array
    """Columns of the linear part, shape (n, p)."""
    centre: Array
    """Prior means of its coefficients, shape (p,)."""
    precision: Array
    """Prior precisions (1 / variance) of them, shape (p,)."""


class Path(NamedTuple):
    """The likeliest path under one shape."""

    log_likelihood: float
    """Laplace's approximation of the log marginal likelihood, constants in the shape kept."""
    level: Array
    """Shape (n,)."""
    terms: Array
    """Coefficients, shape (p,)."""
    covariance: Array
    """Of the coefficients and the last day's level, shape (p + 1, p + 1)."""


def likeliest(series: Daily, shape: Shape, start: tuple[Array, Array] | None = None, *, spread: bool = True) -> Path:
    """Find the likeliest level and coefficients under one shape, and the marginal likelihood of the series.

    Parameters
    ----------
    series
        What was counted.
    shape
        How it varies.
    start
        Level (n,) and coefficients (p,) to begin from, e.g. of a neighbouring shape.
    spread
        Whether the covariance is wanted; without it, it is NaN.

    Raises
    ------
    ValueError
        Newton's method does not settle: the numbers are too extreme for the model.

    Source: H. Rue, S. Martino and N. Chopin, "Approximate Bayesian inference for latent Gaussian models by using
    integrated nested Laplace approximations", Journal of the Royal Statistical Society B 71 (2009) 319-392.

    >>> n = 200
    >>> rng = np.random.default_rng(1)
    >>> one, zero = np.ones(n), np.zeros(n)
    >>> s = Daily(rng.poisson(4.0, n).astype(float), zero, one, one[:, None], np.zeros(1), np.full(1, 0.01))
    >>> p = likeliest(s, Shape(0.1, 5.0, 50.0))
    >>> np.exp(p.terms).round(1), p.covariance.shape
    (array([4.]), (2, 2))
    """
    y, seen, x = series.counts, series.seen, series.terms
    n = len(y)
    phi, k = shape.persistence, shape.size
    scale, diagonal, off = _precision(n, shape)
    right, pivots = np.empty((n, x.shape[1] + 1), order="F"), np.arange(x.shape[1])
    y_and_k = y + k
    seen_y, seen_y_and_k = seen * y, seen * y_and_k
    level, terms = (np.zeros(n), series.centre.copy()) if start is None else (start[0].copy(), start[1].copy())

    def at(level: Array, terms: Array) -> tuple[float, Array, Array, Array, Array]:
        log_mean = np.minimum(series.log_exposure + x @ terms + level, 40.0)
        mean = np.exp(log_mean)
        pull = diagonal * level
        pull[1:] += off * level[:-1]
        pull[:-1] += off * level[1:]
        away = series.precision * (terms - series.centre)
        height = np.dot(seen, y * log_mean - y_and_k * np.log(k + mean))
        height -= 0.5 * (level @ pull + away @ (terms - series.centre))
        return float(height), mean, pull, away, seen_y_and_k / (k + mean)

    height, mean, pull, away, ratio = at(level, terms)
    for _ in range(STEPS):
        slope, weight = seen_y - ratio * mean, ratio * mean * k / (k + mean)
        d, e, _ = dpttrf(diagonal + weight, off, overwrite_d=1) if n > 1 else (diagonal + weight, off, 0)
        right[:, 0] = slope - pull
        np.multiply(weight[:, None], x, out=right[:, 1:])
        across = right[:, 1:]
        solved = dpttrs(d, e, right)[0] if n > 1 else right / d[:, None]
        schur = x.T @ across - across.T @ solved[:, 1:]
        schur[pivots, pivots] += series.precision
        uphill = x.T @ slope - away - across.T @ solved[:, 0]
        root, _ = dpotrf(schur, lower=1)
        step_terms, _ = dpotrs(root, uphill, lower=1)
        step_level = solved[:, 0] - solved[:, 1:] @ step_terms
        gain = float(step_level @ (slope - pull) + step_terms @ (x.T @ slope - away))
        if gain < SETTLED:
            break
        share = 1.0
        while share > 1e-4:
            tried = at(level + share * step_level, terms + share * step_terms)
            if tried[0] >= height:
                break
            share /= 2.0
        level, terms = level + share * step_level, terms + share * step_terms
        height, mean, pull, away, ratio = tried
    else:
        raise ValueError("the level of the series cannot be found: are counts or exposures of very unequal size?")
    wide = x.shape[1] + 1
    covariance = _covariance(d, e, solved[:, 1:], root) if spread else np.full((wide, wide), np.nan)
    known = seen > 0
    value = height + np.sum(gammaln(y[known] + k)) + known.sum() * (k * np.log(k) - gammaln(k))
    value += 0.5 * (n * np.log(scale) + np.log1p(-(phi**2)) - np.log(d).sum())
    value += 0.5 * np.log(series.precision).sum() - np.log(np.diag(root)).sum()
    return Path(float(value), level, terms, covariance)


def _precision(n: int, shape: Shape) -> tuple[float, Array, Array]:
    """Give scale, diagonal and off-diagonal of the level's precision matrix."""
    phi = shape.persistence
    scale = 1.0 / (shape.sd**2 * (1.0 - phi**2))
    diagonal = np.full(n, scale * (1.0 + phi**2))
    diagonal[0] = diagonal[-1] = scale if n > 1 else 1.0 / shape.sd**2
    return scale, diagonal, np.full(max(n - 1, 0), -scale * phi)


def _covariance(d: Array, e: Array, solved: Array, root: Array) -> Array:
    """Give the posterior covariance of the coefficients and the last day's level."""
    n, p = solved.shape
    unit = np.zeros(n)
    unit[-1] = 1.0
    last = dpttrs(d, e, unit)[0].ravel() if n > 1 else unit / d
    lower = dpotri(root, lower=1)[0]  # zero above the diagonal, as the root is
    inverse = lower + lower.T
    inverse[np.arange(p), np.arange(p)] /= 2.0
    out = np.empty((p + 1, p + 1))
    out[:p, :p] = inverse
    out[:p, p] = out[p, :p] = -inverse @ solved[-1]
    out[p, p] = last[-1] + solved[-1] @ inverse @ solved[-1]
    return out
