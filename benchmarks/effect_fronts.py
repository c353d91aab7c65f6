"""Invented fronts with a surge before the ceasefire and cloud by season: the series that the effect is proved on.

Everything about a front is drawn: length, rate, trend, season, cloud, how its level wanders, bursts, the surge. The
ranges are wide and none is a default of the method. The effect multiplies the true rate from the first day in force on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
YEAR = 365.25


@dataclass(frozen=True)
class Front:
    """One front; arrays of shape (days,)."""

    count: Array
    """Violations seen, without any effect of a ceasefire."""
    exposure: Array
    """Chance that one is seen; 0 on days without a look."""
    rate: Array
    """True mean of violations a day, before any effect."""
    size: float
    """Negative-binomial size of one day's number."""
    start: int
    """First day in force."""
    seed: int
    """Seed."""

    def with_effect(self, ratio: float) -> Array:
        """Draw the counts again from the start on, with every true rate multiplied by `ratio`."""
        rng = np.random.default_rng([self.seed, round(ratio * 1000)])
        count = self.count.copy()
        after = slice(self.start, None)
        count[after] = seen(rng, self.rate[after] * ratio, self.size, self.exposure[after])
        return count


def front(seed: int, *, surge_days: tuple[int, int] = (5, 14), fall: float = 1.0) -> Front:
    """Draw a front.

    Parameters
    ----------
    seed
        Seed of its random numbers.
    surge_days
        Shortest and longest surge before the start; the method leaves out 14 days.
    fall
        Instead of a surge, if below 1: factor on the rate for good, from 12 days before the start on, for a reason
        that has nothing to do with the ceasefire.
    """
    rng = np.random.default_rng([seed, 7])
    before, during = int(rng.integers(150, 731)), int(rng.integers(10, 61))
    n = before + during
    day = np.arange(n) + rng.integers(0, 365)
    level = _wander(rng, n, sd=rng.uniform(0.1, 0.6), days=_log_uniform(rng, 2.0, 40.0))
    wave = rng.uniform(0.0, 0.4) * np.cos(2 * np.pi * (day / YEAR - rng.random()))
    trend = rng.normal(0.0, 0.3) * (np.arange(n) - before) / YEAR
    rate = _log_uniform(rng, 0.7, 25.0) * np.exp(level + wave + trend)
    surge = int(rng.integers(surge_days[0], surge_days[1] + 1))
    if fall < 1.0:
        rate[before - 12 :] *= fall
    else:
        rate[before - surge : before] *= rng.uniform(1.3, 3.0)
    clear = 1 / (1 + np.exp(-(0.2 + rng.uniform(0.5, 1.5) * np.cos(2 * np.pi * (day / YEAR - 0.55)))))
    exposure = np.clip(rng.beta(6 * clear, 6 * (1 - clear)), 0.02, 0.98)
    exposure[rng.random(n) < 0.1] = 0.0
    size = _log_uniform(rng, 0.7, 20.0)
    return Front(seen(rng, rate, size, exposure), exposure, rate, size, before, seed)


def seen(rng: np.random.Generator, rate: Array, size: float, exposure: Array) -> Array:
    """Draw what happens in bursts, and what of it is seen."""
    return np.asarray(rng.poisson(rng.gamma(size, rate / size) * exposure), dtype=np.float64)


def _wander(rng: np.random.Generator, n: int, *, sd: float, days: float) -> Array:
    keep = np.exp(-1.0 / days)
    out = rng.normal(0.0, sd, n)
    for t in range(1, n):
        out[t] = keep * out[t - 1] + np.sqrt(1 - keep**2) * out[t]
    return out


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
