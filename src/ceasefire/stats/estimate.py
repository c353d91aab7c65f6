"""An estimate is a number with its interval, taken from posterior draws."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Estimate(NamedTuple):
    """Numbers with their interval, arrays of equal shape."""

    value: Array
    """Posterior mean."""
    low: Array
    """Lower bound."""
    high: Array
    """Upper bound."""


def from_draws(draws: Array, level: float = 0.95) -> Estimate:
    """Give the mean and the central interval of posterior draws.

    Parameters
    ----------
    draws
        Shape (draws, ...).
    level
        Two-sided level, between 0 and 1.

    >>> [round(float(v), 6) for v in from_draws(np.linspace(0.0, 1.0, 101), 0.9)]
    [0.5, 0.05, 0.95]
    """
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(draws, [tail, 1.0 - tail], axis=0)
    return Estimate(np.asarray(draws.mean(axis=0)), np.asarray(low), np.asarray(high))
