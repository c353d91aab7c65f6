"""Which spread, memory and burstiness a series may have: several candidates, each with its weight.

Why several: two hundred days cannot tell a level that wanders slowly from one that wanders far. Taking the likeliest
shape as true gives intervals that are too short; here seven shapes around it are weighed by how well they explain
the series, and every forecast is the mixture of theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ceasefire.stats.latent import Daily, Path, Shape, likeliest

Array = NDArray[np.float64]

BOUNDS = np.log([[0.02, 3.0], [0.5, 200.0], [0.05, 1e4]])
"""Of log sd, log correlation days, log size."""
SD_RATE = 3.0
"""The prior of the level's sd is exponential: P(sd > 1) = 5 %."""
PRIOR_MEAN = np.log([1.0, 10.0, 3.0])
"""Prior means of the logs of correlation days (10) and size (3); the first entry is not used."""
PRIOR_SD = np.array([1.0, 1.2, 1.5])
"""Their prior standard deviations: 95 % within 1 and 100 days, and within a size of 0.16 and 57."""

CLIMBS = 8
"""Steps at most towards the likeliest shape; two are usual."""
FARTHEST = 0.8
"""Largest step, on the log scale: curvature is only known nearby."""
NEAR = 1.0
"""Standard deviations from the top that are near enough: one more step, and the weights correct the rest."""
LEAST_CURVATURE = 0.3
"""Least curvature taken for true: a flat direction is explored as far as its prior reaches."""

_STEP = 0.3
_POINTS = 2.0 * np.vstack([np.zeros((1, 3)), np.eye(3), -np.eye(3)])
_SHARES = np.array([0.25] + [0.125] * 6)
"""A rule that integrates every polynomial of degree 3 over a normal distribution in three dimensions."""


class Shapes(NamedTuple):
    """Candidates with weights."""

    shapes: tuple[Shape, ...]
    weights: Array
    """Sum to 1, shape (m,)."""

    def interval(self, k: int, z: float) -> tuple[float, float, float]:
        """Give value, low and high of one of the three numbers, z standard deviations away on the log scale."""
        logs = np.log(np.array([s[k] for s in self.shapes]))
        mean = float(self.weights @ logs)
        sd = float(np.sqrt(self.weights @ (logs - mean) ** 2))
        return float(np.exp(mean)), float(np.exp(mean - z * sd)), float(np.exp(mean + z * sd))

    def fewer(self, number: int) -> Shapes:
        """Give the heaviest few, for work that is repeated often."""
        best = np.sort(np.argsort(-self.weights, kind="stable")[:number])
        weights = self.weights[best] / self.weights[best].sum()
        return Shapes(tuple(self.shapes[i] for i in best), weights)


def explore(series: Daily) -> tuple[Shapes, list[Path]]:
    """Find the likeliest shape, and weigh those around it.

    Parameters
    ----------
    series
        A daily series.

    Returns
    -------
    Seven shapes with weights, and the likeliest path under each.

    Source: Rue, Martino and Chopin 2009 (see `latent`), section 6.5: a few points around the mode, weighed.

    >>> n = 150
    >>> y = np.random.default_rng(0).poisson(6.0, n).astype(float)
    >>> s = Daily(y, np.zeros(n), np.ones(n), np.ones((n, 1)), np.array([1.8]), np.array([0.1]))
    >>> shapes, paths = explore(s)
    >>> len(paths), bool(shapes.shapes[0].sd < 0.2), bool(shapes.shapes[0].size > 10)
    (7, True, True)
    """
    begin: list[tuple[Array, Array] | None] = [None]

    def path(logs: Array, *, spread: bool = False) -> tuple[float, Path]:
        inside = np.clip(logs, BOUNDS[:, 0], BOUNDS[:, 1])
        found = likeliest(series, Shape(*np.exp(inside).tolist()), begin[0], spread=spread)
        return found.log_likelihood + _log_prior(inside), found

    middle = start_from(series)
    here, found = path(middle)
    for climb in range(CLIMBS):
        begin[0] = (found.level, found.terms)
        slope, axes = _curvature(lambda logs: path(logs)[0], middle, here)
        away = axes.T @ slope
        step = axes @ away
        if np.sum(away**2) < NEAR**2 or climb == CLIMBS - 1:
            middle = np.clip(middle + min(1.0, NEAR / np.sqrt(np.sum(away**2) + 1e-12)) * step, *BOUNDS.T)
            break
        step *= min(1.0, FARTHEST / np.abs(step).max())
        there, tried = path(middle + step)
        while there < here and np.abs(step).max() > 0.05:  # overshot: go back halfway
            step /= 2.0
            there, tried = path(middle + step)
        if there <= here:
            break
        middle = np.clip(middle + step, BOUNDS[:, 0], BOUNDS[:, 1])
        here, found = there, tried
    logs = np.clip(middle + _POINTS @ axes.T, BOUNDS[:, 0], BOUNDS[:, 1])
    every = [path(point, spread=True) for point in logs]
    deviates = np.linalg.solve(axes, (logs - middle).T).T
    tall = np.array([value for value, _ in every]) + 0.5 * np.sum(deviates**2, axis=1) + np.log(_SHARES)
    weights = np.exp(tall - tall.max())
    shapes = tuple(Shape(*np.exp(point).tolist()) for point in logs)
    return Shapes(shapes, weights / weights.sum()), [p for _, p in every]


def start_from(series: Daily) -> Array:
    """Give logs of a shape to begin from: what the series varies by, from one day to the next and within a day.

    Parameters
    ----------
    series
        A daily series.
    """
    exposure = series.seen * np.exp(series.log_exposure)
    mean = exposure * (series.seen @ series.counts) / exposure.sum()
    away = series.seen * series.counts - mean
    lags = np.array([(away[h:] @ away[:-h]) / max(mean[h:] @ mean[:-h], 1e-12) for h in range(1, min(31, len(mean)))])
    spread = float(np.clip(lags[:3].mean() if len(lags) else 0.0, 0.02, 1.0))
    days = float(np.clip(np.sum(lags / spread), 1.5, 60.0))
    extra = float((away @ away - mean.sum()) / (mean @ mean))
    bursts = float(np.clip((extra - spread) / (1.0 + spread), 0.02, 5.0))
    return np.log([np.sqrt(spread), days, 1.0 / bursts])


def _curvature(height: Callable[[Array], float], middle: Array, here: float) -> tuple[Array, Array]:
    """Give the slope, and the axes of the normal distribution with the same curvature, from nine more points."""
    eye = _STEP * np.eye(3)
    up, low = (np.array([height(middle + sign * eye[k]) for k in range(3)]) for sign in (1, -1))
    bend = np.diag((up + low - 2 * here) / _STEP**2)
    for i, j in ((1, 0), (2, 0), (2, 1)):
        both = height(middle + eye[i] + eye[j])
        bend[i, j] = bend[j, i] = (both - up[i] - up[j] + here) / _STEP**2
    value, vector = np.linalg.eigh(-bend)
    return (up - low) / (2 * _STEP), np.asarray(vector / np.sqrt(np.maximum(value, LEAST_CURVATURE)))


def _log_prior(logs: Array) -> float:
    sd = float(np.exp(logs[0]))
    away = (logs[1:] - PRIOR_MEAN[1:]) / PRIOR_SD[1:]
    return float(-SD_RATE * sd + logs[0] - 0.5 * np.sum(away**2))
