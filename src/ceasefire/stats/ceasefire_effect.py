"""The effect of a ceasefire on a daily series: what was counted in it against what the days before foretold.

Why a forecast and not a before-and-after mean: the days before a ceasefire are not ordinary. Violence often rises while
terms are negotiated, so those days are left out; violence comes in spells, so the level may wander; and in a cloudy
month fewer violations are seen, so that counts are taken per chance to see them. What is left is the forecast of a
count with honest width. The ratio of what was counted to it is the effect; its interval holds every ratio under which
the count would not have been a surprise. Placebo dates say how often the method is surprised when nothing happened.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.stats.placebo import Null, placebo_starts
from ceasefire.stats.series import LEAST_DAYS, Series, Step, checked

Array = NDArray[np.float64]


class CeasefireEffect:
    """The ratio of what was counted in a ceasefire to what would have been, from one daily series.

    Parameters
    ----------
    exclude_days
        Days before the start that are left out: the time of negotiation, with its surge.
    placebos
        Placebo dates to run the method at; 0 for none.
    weekly
        Whether days of the week may differ.
    level
        Two-sided level of intervals.

    Attributes
    ----------
    ratio_, low_, high_
        Ratio of rates, in force to foretold, with its interval: 1 is no effect, 0.3 is 70 % fewer. The interval is
        the forecast's, widened where the placebo dates were surprised too often; and its upper end is that of a
        forecast that goes on from the excluded days where these were already quieter: a fall that came before the
        start is not the ceasefire's.
    p_fewer_, z_
        P(as few or fewer would have been counted without an effect), widened in the same way; and the count's place
        in its forecast as a normal deviate, not widened.
    step_
        Level of the excluded days against what was foretold for them, with its standard deviation, on the log scale.
    foretold_, lowered_
        The forecast, and the one that goes on from the excluded days.
    expected_
        Foretold count of the days in force that were looked at: median, low, high.
    counted_, exposure_
        What was counted, and the exposure it was counted in.
    null_
        The placebo dates, what they gave and the factor by which they widen the interval.
    parameters_
        Fitted numbers of the series, each with an interval.
    daily_
        Foretold mean of each day in force and how far it may be off, for a daily readout (`stats.holding`).

    Source: the design is an interrupted time series (J. Lopez Bernal, S. Cummins and A. Gasparrini, International
    Journal of Epidemiology 46 (2017) 348-355); violence rises before ceasefires in J. P. Williams et al., "Bayesian
    hidden Markov model for ceasefires", arXiv 2110.05475; forecasts as counterfactuals in K. Brodersen et al., Annals
    of Applied Statistics 9 (2015) 247-274; placebo dates in A. Abadie, A. Diamond and J. Hainmueller, JASA 105 (2010).

    >>> rng = np.random.default_rng(3)
    >>> seen = rng.uniform(0.2, 1.0, 300)                   # a cloudy sensor
    >>> rate = np.where(np.arange(300) < 270, 8.0, 2.4)     # 70 % fewer from day 270 on
    >>> e = CeasefireEffect().fit(rng.poisson(rate * seen), seen, start=270)
    >>> round(e.ratio_, 1), e.low_ < 0.3 < e.high_ < 1.0, e.p_fewer_ < 0.001
    (0.3, True, True)
    """

    def __init__(
        self, *, exclude_days: int = 14, placebos: int = 10, weekly: bool = False, level: float = 0.95
    ) -> None:
        self.exclude_days, self.placebos, self.weekly, self.level = exclude_days, placebos, weekly, level

    def fit(self, count: ArrayLike, exposure: ArrayLike, *, start: int, end: int | None = None) -> Self:
        """Fit the days before, foretell the days in force, and compare.

        Parameters
        ----------
        count
            Events (or an amount, such as alert minutes) per day, shape (days,), not negative; a day with exposure 0 may
            hold anything that is no event.
        exposure
            Chance to see, or area and time watched, per day, shape (days,); 0 where nobody looked.
        start
            Number of the first day in force.
        end
            Number of the first day after; the end of the series where not given.

        Raises
        ------
        ValueError
            Numbers are NaN, infinite or negative; an event on a day nobody looked; fewer than `LEAST_DAYS` days with
            exposure before the excluded window; no event in them; no day in force with exposure; `start` or `end`
            outside the series.
        """
        self._check()
        y, e = checked(count, exposure)
        stop = len(y) if end is None else end
        if not 0 < start < stop <= len(y):
            raise ValueError(f"the ceasefire must lie inside the series of {len(y)} days, not from {start} to {stop}")
        last = start - self.exclude_days
        history = Series(weekly=self.weekly).fit(y[: max(last, 0)], e[: max(last, 0)])
        self.series_, self.parameters_ = history, history.parameters(self.level)
        after = np.arange(start, stop)
        if not np.any(e[after] > 0):
            raise ValueError("nobody looked on any day in force: nothing can be said of an effect")
        self.counted_, self.exposure_ = float(y[after].sum()), float(e[after].sum())
        self.foretold_ = history.foretell(after, e[after])
        self.daily_ = history.daily(after, e[after])
        self.null_ = self._null(history, y, e, len(after))
        found = self.foretold_.ratio(self.counted_, level=self.level, widen=self.null_.widen)
        self.step_ = history.step(y[last:start], e[last:start]) if self.exclude_days else Step(0.0, 0.0)
        self.lowered_ = self.foretold_.lowered(*self.step_)
        after_fall = self.lowered_.upper(self.counted_, level=self.level, widen=self.null_.widen)
        self.ratio_, self.low_, self.high_ = found.value, found.low, max(found.high, after_fall)
        self.p_fewer_ = max(found.p_fewer, self.lowered_.p_fewer(self.counted_, widen=self.null_.widen))
        self.z_ = found.z
        self.expected_ = self.foretold_.quantiles([0.5, (1 - self.level) / 2, (1 + self.level) / 2])
        return self

    def _check(self) -> None:
        if self.exclude_days < 0 or self.placebos < 0 or not 0.0 < self.level < 1.0:
            raise ValueError("exclude_days and placebos must not be negative, and level must lie between 0 and 1")

    def _null(self, history: Series, y: Array, e: Array, length: int) -> Null:
        """Run the forecast at dates on which nothing began, each from the days before it alone."""
        starts = placebo_starts(
            len(history.count_), length, exclude=self.exclude_days, least=2 * LEAST_DAYS, number=self.placebos
        )
        tried, told, counted = [], [], []
        for at in starts.tolist():
            days = np.arange(at, at + length)
            before = at - self.exclude_days
            if not np.any(e[days] > 0) or not np.any(y[:before] > 0) or np.sum(e[:before] > 0) < LEAST_DAYS:
                continue
            told.append(history.upto(before).foretell(days, e[days]))
            tried.append(at)
            counted.append(float(y[days].sum()))
        return Null(np.array(tried, dtype=np.int64), told, np.array(counted), level=self.level)
