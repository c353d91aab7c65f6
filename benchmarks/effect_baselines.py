"""What is usually done: mean after against mean before, a plain interrupted regression, and a local-level forecast.

Each gives a ratio of rates with a 95 % interval. None knows of exposure or leaves days out; that is the point.
"""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.stats import t as student

Array = np.ndarray[Any, Any]


def before_and_after(count: Array, start: int) -> tuple[float, float, float]:
    """Compare the mean of the days in force with that of as many days before, by Welch's t on the log of the ratio."""
    after = count[start:]
    before = count[max(0, start - len(after)) : start]
    m1, m0 = max(after.mean(), 0.5 / len(after)), max(before.mean(), 0.5 / len(before))
    v1, v0 = after.var(ddof=1) / len(after) / m1**2, before.var(ddof=1) / len(before) / m0**2
    df = (v1 + v0) ** 2 / (v1**2 / (len(after) - 1) + v0**2 / (len(before) - 1) + 1e-12)
    half = student.ppf(0.975, max(df, 1.0)) * np.sqrt(v1 + v0)
    return m1 / m0, float(m1 / m0 * np.exp(-half)), float(m1 / m0 * np.exp(half))


def plain_series(count: Array, start: int) -> tuple[float, float, float]:
    """Fit a quasi-Poisson regression with intercept, trend, a year's wave and a step at the start."""
    n = len(count)
    day = np.arange(n)
    turn = 2 * np.pi * day / 365.25
    x = np.column_stack([np.ones(n), (day - start) / 365.25, np.cos(turn), np.sin(turn), day >= start]).astype(float)
    b = np.array([np.log(count.mean() + 0.1), 0, 0, 0, 0], dtype=float)
    for _ in range(50):
        mean = np.exp(np.clip(x @ b, -20, 20))
        step = np.linalg.solve(x.T @ (mean[:, None] * x) + 1e-6 * np.eye(5), x.T @ (count - mean))
        b = b + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    mean = np.exp(np.clip(x @ b, -20, 20))
    spread = np.sum((count - mean) ** 2 / mean) / (n - 5)
    half = 1.96 * np.sqrt(spread * np.linalg.inv(x.T @ (mean[:, None] * x) + 1e-6 * np.eye(5))[4, 4])
    return float(np.exp(b[4])), float(np.exp(b[4] - half)), float(np.exp(b[4] + half))


def local_level(count: Array, start: int) -> tuple[float, float]:
    """Forecast the mean after the start from a Gaussian local level; gives the forecast's mean and standard deviation.

    The level's variance has CausalImpact's default prior (inverse gamma: 0.01 of the series' sd, worth 32 days); both
    variances are set to their likeliest values. No covariates.
    """
    before, m = count[:start], len(count) - start
    sd = float(before.std()) or 1.0
    y = ((before - before.mean()) / sd).tolist()

    def run(logs: Array) -> tuple[float, float, float]:
        noise, drift = float(np.exp(2 * logs[0])), float(np.exp(2 * logs[1]))
        level, variance, surprise = y[0], 1.0, 0.0
        for v in y:
            variance += drift
            total = variance + noise
            surprise += log(total) + (v - level) ** 2 / total
            level, variance = level + variance / total * (v - level), variance * noise / total
        return surprise / 2, level, variance

    def height(logs: Array) -> float:
        return run(logs)[0] + 34.0 * float(logs[1]) + 16.0 * 0.01**2 * float(np.exp(-2 * logs[1]))

    best = minimize(height, np.log([0.9, 0.01]), method="Nelder-Mead", options={"maxiter": 40}).x
    _, level, variance = run(best)
    noise, drift = np.exp(2 * best)
    of_mean = variance + drift * (m + 1) * (2 * m + 1) / (6 * m) + noise / m
    return level * sd + float(before.mean()), float(np.sqrt(of_mean)) * sd


def against(mean: float, foretold: float, sd: float) -> tuple[float, float, float]:
    """Give the ratio of a mean to a forecast, with the interval that the forecast's sd gives."""
    low, high = foretold + 1.96 * sd, foretold - 1.96 * sd
    return mean / max(foretold, 1e-9), mean / max(low, 1e-9), mean / max(high, 1e-9)
