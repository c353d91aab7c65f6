"""When a change happened: the probability of each gap between acquisitions, and an interval that holds it.

Every gap is weighed by how much likelier the series are if the step came there, over all sizes of step (a Bayes
factor). A rule such as "two dates in a row beyond 2.6 standard errors" waits for single dates to stand out, a scan adds
up all dates after the gap. Pixels of one footprint share part of their step (a mean with prior variance `TOGETHER`) and
have part of their own (`APART`), since a ruin is brighter here and darker there.

All gaps are equally likely before the data. The interval is the shortest run of gaps that holds the stated probability.

Source: A. F. M. Smith, "A Bayesian approach to inference about a change-point in a sequence of random variables",
Biometrika 62 (1975) 407-416.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DB = np.log(10.0) / 10.0
"""One decibel in natural logarithms."""
TOGETHER, APART = (1.5 * DB) ** 2, (1.0 * DB) ** 2
"""Prior variances of the step: what pixels share, and what each has of its own."""


class Series(NamedTuple):
    """Pixels of one footprint in one orbit and polarisation, on the dates after."""

    times: NDArray[np.datetime64]
    """Shape (dates,), not falling."""
    values: Array
    """Logarithm less the pixel's mean before, shape (dates, pixels); NaN where missing."""
    variance: Array
    """Variance of one date of each pixel, shape (pixels,)."""
    error: Array
    """Variance of the mean before of each pixel, shape (pixels,)."""


class ChangeDate(NamedTuple):
    """When; instants are acquisitions, so that a change lies between two of them."""

    after: np.datetime64
    """Last acquisition before the likeliest gap."""
    by: np.datetime64
    """First acquisition behind it."""
    earliest: np.datetime64
    """Last acquisition before the interval."""
    latest: np.datetime64
    """First acquisition behind the interval."""
    probability: Array
    """Probability of each gap, shape (gaps,)."""
    times: NDArray[np.datetime64]
    """First acquisition behind each gap, shape (gaps,)."""


def scan(
    series: Sequence[Series], *, start: np.datetime64, coverage: float = 0.95, inflation: float = 1.0
) -> ChangeDate:
    """Find the gap between acquisitions in which a step came.

    Parameters
    ----------
    series
        One for each orbit and polarisation.
    start
        Last acquisition before the first date of any series: a step may have come right behind it.
    coverage
        Probability that the interval shall hold.
    inflation
        Factor on the variance of a footprint's mean, since neighbouring pixels share speckle; 1 for independent ones.

    Raises
    ------
    ValueError
        No series with a date, or a coverage outside 0 to 1.

    >>> rng = np.random.default_rng(1)
    >>> days = np.datetime64("2025-03-01") + 12 * np.arange(10)
    >>> x = rng.normal(0.0, 0.3, (10, 4))
    >>> x[6:] -= 0.4
    >>> found = scan([Series(days, x, np.full(4, 0.09), np.full(4, 0.003))], start=np.datetime64("2025-02-17"))
    >>> str(found.after), str(found.by), str(found.earliest), str(found.latest)
    ('2025-04-30', '2025-05-12', '2025-04-30', '2025-05-12')
    """
    if not 0.0 < coverage < 1.0:
        raise ValueError(f"a coverage lies between 0 and 1, not {coverage}")
    times = np.unique(np.concatenate([s.times for s in series])) if series else np.zeros(0, "datetime64[s]")
    if not len(times):
        raise ValueError("no date after, so nothing can have changed on one")
    weight = np.zeros(len(times))
    for s in series:
        weight += log_bayes(s, times, inflation=inflation)
    probability = np.exp(weight - weight.max())
    probability /= probability.sum()
    first, last = _shortest(probability, coverage)
    best = int(np.argmax(probability))
    gap = np.concatenate([[start], times])
    return ChangeDate(gap[best], times[best], gap[first], times[last], probability, times)


def log_bayes(s: Series, times: NDArray[np.datetime64], *, inflation: float = 1.0) -> Array:
    """Give ln P(series | step before each time) - ln P(series | no step), shape (times,).

    >>> day = np.datetime64("2025-03-01") + np.arange(3)
    >>> log_bayes(Series(day, np.zeros((3, 1)), np.ones(1), np.zeros(1)), day).round(2).tolist()
    [-0.21, -0.15, -0.08]
    """
    known = np.isfinite(s.values)
    use = known.any(axis=0) & (s.variance > 0)
    pixels = int(use.sum())
    if not pixels:
        return np.zeros(len(times))
    y, seen = s.values[:, use], known[:, use]
    noise, error = float(s.variance[use].mean()), float(s.error[use].mean())
    n = seen.sum(axis=1)
    mean = np.where(n > 0, np.where(seen, y, 0.0).sum(axis=1) / np.maximum(n, 1), np.nan)
    later = s.times[:, None] >= times[None, :]
    share = inflation / pixels
    total = _step(mean[:, None], later, noise * share, error * share, TOGETHER + APART / pixels)[:, 0]
    if pixels > 1:
        apart = _step(np.where(seen, y - mean[:, None], np.nan), later, noise, error, APART)
        total = total + apart.sum(axis=1) * (pixels - 1) / pixels
    return np.asarray(total)


def _step(y: Array, later: NDArray[np.bool_], noise: float, error: float, prior: float) -> Array:
    """Give log Bayes factors of a normal step, shape (times, columns); all dates share the error of the mean before."""
    seen = np.isfinite(y)
    x = np.where(seen, y, 0.0)
    shared = error / (noise + seen.sum(axis=0) * error)
    count = later.T.astype(np.float64) @ seen
    score = (later.T.astype(np.float64) @ x - shared * count * x.sum(axis=0)) / noise
    information = (count - shared * count**2) / noise
    grown = 1.0 + information * prior
    return np.asarray(0.5 * score**2 * prior / grown - 0.5 * np.log(grown))


def _shortest(probability: Array, coverage: float) -> tuple[int, int]:
    """Give the first and last of the shortest run that holds so much; of equally long ones the likeliest."""
    total = np.concatenate([[0.0], np.cumsum(probability)])
    n = len(probability)
    for length in range(1, n + 1):
        held = total[length:] - total[: n + 1 - length]
        best = int(np.argmax(held))
        if held[best] >= min(coverage, total[-1]) - 1e-12:
            return best, best + length - 1
    return 0, n - 1
