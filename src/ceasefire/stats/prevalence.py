"""Prevalence: probabilities moved to a place where another share of reports is true, and that share estimated.

Why: a map fitted where two thirds of what is reported occurred is too sure where only a third does. If reports are as
telling there as here, the odds differ by one factor, and that factor can be had without knowing a single outcome.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

LEAST = 30
"""Probabilities that an estimate needs."""


class Prevalence(NamedTuple):
    """A share of true incidents with its interval."""

    value: float
    low: float
    high: float


def prior_shift(p: ArrayLike, *, old: float, new: float) -> Any:
    """Move probabilities to a place where another share of reports is true, reports being as telling as before.

    Parameters
    ----------
    p
        Probabilities, a number or shape (...,).
    old, new
        Share that occurred where they were fitted, and where they are used; between 0 and 1, neither included.

    Raises
    ------
    ValueError
        A share is not between 0 and 1.

    Source: M. Saerens, P. Latinne and C. Decaestecker, Neural Computation 14 (2002) 21-41.

    >>> round(float(prior_shift(0.8, old=0.5, new=0.2)), 2)
    0.5
    """
    if not (0.0 < old < 1.0 and 0.0 < new < 1.0):
        raise ValueError(f"shares must lie between 0 and 1, not {old} and {new}")
    values = np.asarray(p, dtype=np.float64)
    yes, no = values * (new / old), (1 - values) * ((1 - new) / (1 - old))
    return yes / (yes + no)


def prevalence(p: ArrayLike, *, old: float, resamples: int = 200, level: float = 0.95, seed: int = 0) -> Prevalence:
    """Estimate which share of unlabelled incidents occurred, from calibrated probabilities of another place.

    Parameters
    ----------
    p
        Calibrated probabilities where nothing is known yet, shape (n,).
    old
        Share that occurred where they were calibrated.
    resamples, level, seed
        Of the bootstrap interval.

    Raises
    ------
    ValueError
        Fewer than `LEAST` probabilities, or one that is none; all equal: they then say nothing of the share.

    Source: as for `prior_shift`; expectation maximisation.

    >>> rng = np.random.default_rng(1)
    >>> true = rng.random(5000) < 0.2
    >>> x = rng.normal(true * 2.0, 1.0)
    >>> found = prevalence(1 / (1 + np.exp(-(2 * x - 2))), old=0.5)     # calibrated where half occurred
    >>> found.low < 0.2 < found.high, round(found.value, 1)
    (True, 0.2)
    """
    values = np.asarray(p, dtype=np.float64)
    if values.ndim != 1 or len(values) < LEAST or not np.all((values >= 0) & (values <= 1)):
        raise ValueError(f"{LEAST} probabilities or more are needed, each between 0 and 1")
    if np.ptp(values) < 1e-9:
        raise ValueError("all probabilities are equal: they say nothing of the share")
    rng = np.random.default_rng(seed)

    def share(v: Array) -> float:
        new = old
        for _ in range(200):
            now = float(np.mean(prior_shift(v, old=old, new=min(max(new, 1e-4), 1 - 1e-4))))
            if abs(now - new) < 1e-6:
                break
            new = now
        return now

    drawn = [share(values[rng.integers(0, len(values), len(values))]) for _ in range(resamples)]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Prevalence(share(values), float(low), float(high))
