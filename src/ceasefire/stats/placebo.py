"""Placebo dates: the same method at dates on which nothing began, and how often it was surprised.

Why: an interval is right only if the model is. Where violence does something that the model does not know, the method
finds effects where there are none, and does so on quiet dates too. So it is run on some of them; where their counts lie
further out than the forecasts said, the interval reported is widened by as much. It is never narrowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.stats.foretold import Foretold, Ratio

Array = NDArray[np.float64]

PRIOR_DATES = 10.0
"""Placebo dates' worth of belief that the forecast is right."""


class Null:
    """What the method gave where nothing happened.

    Parameters
    ----------
    start
        Numbers of the placebo days, shape (m,).
    told
        The forecast made for each.
    counted
        What was counted, shape (m,).
    level
        Two-sided level of their intervals.

    >>> told = [Foretold(np.array([100.0]), np.array([1e6]), np.array([1.0]))] * 4
    >>> null = Null(np.arange(4), told, np.array([60.0, 150.0, 55.0, 140.0]))
    >>> round(null.widen, 1), null.share_surprised(), Null(np.arange(0), [], np.empty(0)).widen
    (2.5, 1.0, 1.0)
    """

    def __init__(
        self, start: NDArray[np.int64], told: Sequence[Foretold], counted: Array, *, level: float = 0.95
    ) -> None:
        self.start, self.told, self.counted, self.level = start, tuple(told), counted, level
        self.z = np.array([f.deviate(n) for f, n in zip(told, counted.tolist(), strict=True)])
        """Standard normal deviate of each count in its forecast, shape (m,)."""
        self.widen = widening(self.z)
        """Factor, 1 or more, by which the interval of the real date is widened."""

    @cached_property
    def ratios(self) -> tuple[Ratio, ...]:
        """Ratio found at each, with the interval of its forecast."""
        return tuple(f.ratio(n, level=self.level) for f, n in zip(self.told, self.counted.tolist(), strict=True))

    def share_surprised(self) -> float:
        """Give the share of placebo dates whose interval does not hold 1; NaN for none."""
        return float(np.mean([r.low > 1.0 or r.high < 1.0 for r in self.ratios])) if self.ratios else float("nan")

    def rank(self, z: float) -> float:
        """Give the share of dates, the real one counted with them, on which the count lay as low as `z` or lower."""
        return float((1 + np.sum(self.z <= z)) / (1 + len(self.z)))


def widening(z: Array) -> float:
    """Give the factor by which deviates of a forecast are too large; 1 where they are not.

    The mean square of m deviates, shrunk towards 1 with the weight of `PRIOR_DATES` dates.

    Parameters
    ----------
    z
        Standard normal deviates if the forecasts are right, shape (m,).

    Source: the empirical null, B. Efron, Journal of the American Statistical Association 99 (2004) 96-104, with its
    centre kept at 0: a method that is off on every placebo date is surprised, not shifted.

    >>> widening(np.array([0.3, -1.0, 0.8])), round(widening(np.array([3.0, -3.0, 2.0, 4.0])), 2)
    (1.0, 1.85)
    """
    if not np.all(np.isfinite(z)):
        raise ValueError("a placebo deviate is not finite")
    return float(max(1.0, np.sqrt((PRIOR_DATES + np.sum(z**2)) / (PRIOR_DATES + len(z)))))


def placebo_starts(days: int, length: int, *, exclude: int, least: int, number: int) -> NDArray[np.int64]:
    """Choose dates evenly over the history, none of whose windows reaches past its end.

    Parameters
    ----------
    days
        Length of the history, up to the excluded window before the real start.
    length
        Days in force.
    exclude
        Days left out before each start.
    least
        Days of history that each needs before its own excluded window.
    number
        Dates wanted; fewer where the windows would overlap by more than half.

    >>> placebo_starts(365, 30, exclude=14, least=56, number=10)
    array([ 70,  99, 128, 158, 187, 217, 246, 276, 305, 335])
    >>> placebo_starts(60, 30, exclude=14, least=56, number=10)
    array([], dtype=int64)
    """
    first, last = least + exclude, days - length
    if number < 1 or last < first:
        return np.empty(0, dtype=np.int64)
    most = max(1, int((last - first) / max(length / 2.0, 1.0)) + 1)
    return np.unique(np.floor(np.linspace(first, last, min(number, most))).astype(np.int64))


def discoveries(p: ArrayLike, rate: float) -> NDArray[np.bool_]:
    """Tell which of several tests are found, so that on average no more than a share `rate` of them are false.

    Why: of 24 regions judged at 5 % each, one is found where nothing happened.

    Parameters
    ----------
    p
        P-values, shape (n,), between 0 and 1.
    rate
        False discovery rate, between 0 and 1.

    Raises
    ------
    ValueError
        A p-value is NaN or outside 0 to 1, or the rate is.

    Source: Y. Benjamini and Y. Hochberg, Journal of the Royal Statistical Society B 57 (1995) 289-300; it holds for
    tests that depend on each other positively, as regions under the same raids do (Annals of Statistics 29, 1165).

    >>> discoveries([0.001, 0.30, 0.021, 0.20], 0.05)
    array([ True, False,  True, False])
    """
    values = np.asarray(p, dtype=np.float64)
    if not 0.0 < rate < 1.0 or values.ndim != 1 or not np.all((values >= 0) & (values <= 1)):
        raise ValueError("p-values must be flat and lie between 0 and 1, and so must the rate")
    rising = np.sort(values)
    low = np.flatnonzero(rising <= rate * np.arange(1, len(values) + 1) / max(len(values), 1))
    return np.asarray(values <= rising[low[-1]]) if len(low) else np.zeros(len(values), dtype=bool)
