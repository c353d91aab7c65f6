"""The effect of a ceasefire on a daily series: what was counted in it against what the days before foretold.

Why a forecast and not a before-and-after mean: the days before a ceasefire are not ordinary. Violence often rises while
terms are negotiated, so those days are left out; violence comes in spells, so the level may wander; and in a cloudy
month fewer violations are seen, so that counts are taken per chance to see them. What is left is the forecast of a
count with honest width. The ratio of what was counted to it is the effect; its interval holds every ratio under which
the count would not have been a surprise. Placebo dates say how often the method is surprised when nothing happened.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from ceasefire.stats.foretold import Foretold, foretell, log_means
from ceasefire.stats.latent import Daily, Shape, likeliest
from ceasefire.stats.placebo import Null, placebo_starts
from ceasefire.stats.shapes import explore

Array = NDArray[np.float64]

YEAR_DAYS = 365.25
LEAST_DAYS = 28
"""Days with exposure before the excluded window that a forecast needs."""
PRIOR_SD = {"level": 3.0, "trend": 0.3, "wave": 0.4, "half-year wave": 0.2, "weekday": 0.2, "step": 0.4}
"""Prior standard deviations of the terms, on the scale of log rates: intercept about the mean rate, trend per year,
step of the level in the excluded days."""


class Parameter(NamedTuple):
    """One fitted number with its interval."""

    name: str
    value: float
    low: float
    high: float


class Days(NamedTuple):
    """Forecasts of single days."""

    mean: Array
    """Foretold mean of each day at its exposure, shape (m,); 0 without exposure."""
    size: Array
    """Negative-binomial size of a day about it: bursts, and what of the level's wandering differs from day to day."""
    level_sd: float
    """Standard deviation of the log of what all days share: the whole forecast may be off by so much."""


class Step(NamedTuple):
    """How far the level of the excluded days lies from what was foretold, on the log scale."""

    value: float
    sd: float


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
        after_fall = self.lowered_.ratio(self.counted_, level=self.level, widen=self.null_.widen)
        self.ratio_, self.low_, self.high_ = found.value, found.low, max(found.high, after_fall.high)
        self.p_fewer_, self.z_ = max(found.p_fewer, after_fall.p_fewer), found.z
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
        tried, found = [], []
        for at in starts.tolist():
            days = np.arange(at, at + length)
            before = at - self.exclude_days
            if not np.any(e[days] > 0) or not np.any(y[:before] > 0) or np.sum(e[:before] > 0) < LEAST_DAYS:
                continue
            told = history.upto(before).foretell(days, e[days])
            tried.append(at)
            found.append(told.ratio(float(y[days].sum()), level=self.level))
        return Null.of(np.array(tried, dtype=np.int64), found)


class Series:
    """A daily series of counts with exposure, trend, season and a level that wanders; foretells later days.

    Parameters
    ----------
    weekly
        Whether days of the week may differ.

    Attributes
    ----------
    shapes_
        Shapes (spread and correlation time of the level, burstiness) with weights: nobody knows the true one.
    paths_
        The likeliest path under each.

    >>> s = Series().fit(np.random.default_rng(0).poisson(5.0, 120), np.ones(120))
    >>> told = s.foretell([120, 121], [1.0, 1.0])
    >>> told.quantiles([0.025, 0.5, 0.975]).round(-1)
    array([ 0., 10., 20.])
    """

    def __init__(self, *, weekly: bool = False) -> None:
        self.weekly = weekly

    def fit(self, count: ArrayLike, exposure: ArrayLike) -> Self:
        """Fit every day given.

        Parameters
        ----------
        count, exposure
            As in `CeasefireEffect.fit`, shape (days,).

        Raises
        ------
        ValueError
            As there.
        """
        self.count_, self.exposure_ = checked(count, exposure)
        seen = self.exposure_ > 0
        if seen.sum() < LEAST_DAYS:
            raise ValueError(
                f"{int(seen.sum())} days with exposure before the excluded window, and {LEAST_DAYS} are needed: "
                "what would have been cannot be foretold"
            )
        if not np.any(self.count_[seen] > 0):
            raise ValueError("nothing was ever counted before the excluded window: a fall from nothing cannot be seen")
        rate = self.count_[seen].sum() / self.exposure_[seen].sum()
        self.centre_ = np.zeros(_terms(np.zeros(1), 0.0, self.weekly).shape[1])
        self.centre_[0] = np.log(rate)
        self.shapes_, self.paths_ = explore(self._daily(len(seen)))
        return self

    def upto(self, days: int) -> Series:
        """Give the same series cut off after so many days, its terms and level found again; shapes are kept.

        Parameters
        ----------
        days
            Days kept, `LEAST_DAYS` or more.
        """
        cut = Series(weekly=self.weekly)
        cut.count_, cut.exposure_, cut.centre_ = self.count_[:days], self.exposure_[:days], self.centre_
        cut.shapes_ = self.shapes_.fewer()
        daily = cut._daily(days)
        begin = (self.paths_[0].level[:days], self.paths_[0].terms)
        cut.paths_ = [likeliest(daily, shape, begin) for shape in cut.shapes_.shapes]
        return cut

    def step(self, count: ArrayLike, exposure: ArrayLike) -> Step:
        """Give the step in level of the days that follow, all of them together, against what was foretold.

        Parameters
        ----------
        count, exposure
            Of the days after the last one fitted, shape (m,), m at least 1.
        """
        y, e = np.r_[self.count_, count], np.r_[self.exposure_, exposure]
        n = len(self.count_)
        whole = Series(weekly=self.weekly)
        whole.count_, whole.exposure_, whole.centre_ = y, e, self.centre_
        daily = whole._daily(len(y))
        after = (np.arange(len(y)) >= n).astype(np.float64)
        daily = daily._replace(
            terms=np.column_stack([daily.terms, after]),
            centre=np.r_[daily.centre, 0.0],
            precision=np.r_[daily.precision, 1.0 / PRIOR_SD["step"] ** 2],
        )
        few = self.shapes_.fewer()
        begin = (np.r_[self.paths_[0].level, np.zeros(len(y) - n)], np.r_[self.paths_[0].terms, 0.0])
        paths = [likeliest(daily, shape, begin) for shape in few.shapes]
        mean = np.array([p.terms[-1] for p in paths])
        variance = np.array([p.covariance[-2, -2] for p in paths])
        middle = float(few.weights @ mean)
        return Step(middle, float(np.sqrt(few.weights @ (variance + (mean - middle) ** 2))))

    def foretell(self, days: ArrayLike, exposure: ArrayLike) -> Foretold:
        """Foretell the sum of counts over later days.

        Parameters
        ----------
        days
            Numbers of days, the first day fitted being 0, shape (m,), all after the last one fitted.
        exposure
            Of those days, shape (m,).
        """
        at, e = np.asarray(days, dtype=np.int64), np.asarray(exposure, dtype=np.float64)
        n = len(self.count_)
        if at.min() < n:
            raise ValueError("only days after the last one fitted can be foretold")
        terms = _terms(at.astype(np.float64), n - 1.0, self.weekly)
        return foretell(self.paths_, self.shapes_, terms, at - (n - 1), e)

    def daily(self, days: ArrayLike, exposure: ArrayLike) -> Days:
        """Foretell each of some later days by itself.

        Parameters
        ----------
        days, exposure
            As in `foretell`.
        """
        at, e = np.asarray(days, dtype=np.int64), np.asarray(exposure, dtype=np.float64)
        n = len(self.count_)
        ahead = at - (n - 1)
        terms = _terms(at.astype(np.float64), n - 1.0, self.weekly)
        mean, bursts, shared = np.zeros(len(at)), np.zeros(len(at)), 0.0
        for path, shape, weight in zip(self.paths_, self.shapes_.shapes, self.shapes_.weights, strict=True):
            log_mean, spread = log_means(path, shape, terms, ahead)
            common = max(float(spread.mean()), 0.0)
            mean += weight * np.exp(log_mean + np.diag(spread) / 2)
            bursts += weight * ((1 + 1 / shape.size) * np.exp(np.maximum(np.diag(spread) - common, 0.0)) - 1)
            shared += weight * common
        return Days(e * mean, 1.0 / bursts, float(np.sqrt(shared)))

    def parameters(self, level: float = 0.95) -> tuple[Parameter, ...]:
        """Give the fitted numbers with their intervals.

        Parameters
        ----------
        level
            Two-sided level.
        """
        z = float(ndtri((1 + level) / 2))
        out = [Parameter(name, *self.shapes_.interval(k, z)) for k, name in enumerate(Shape._fields)]
        names = ("rate at the end", "trend per year")
        for k, name in enumerate(names):
            mean, sd = self._mixed(k)
            found = (mean, mean - z * sd, mean + z * sd)
            out.append(Parameter(name, *(float(np.exp(v)) for v in found)))
        return tuple(out)

    def _mixed(self, k: int) -> tuple[float, float]:
        weight = self.shapes_.weights
        mean = np.array([p.terms[k] for p in self.paths_])
        variance = np.array([p.covariance[k, k] for p in self.paths_])
        middle = float(weight @ mean)
        return middle, float(np.sqrt(weight @ (variance + (mean - middle) ** 2)))

    def _daily(self, n: int) -> Daily:
        y, e = self.count_[:n], self.exposure_[:n]
        seen = e > 0
        names = ["level", "trend", "wave", "wave", "half-year wave", "half-year wave", *["weekday"] * 6 * self.weekly]
        spread = np.array([PRIOR_SD[name] for name in names])
        return Daily(
            counts=np.where(seen, y, 0.0),
            log_exposure=np.log(np.where(seen, e, 1.0)),
            seen=seen.astype(np.float64),
            terms=_terms(np.arange(n, dtype=np.float64), n - 1.0, self.weekly),
            centre=self.centre_,
            precision=1.0 / spread**2,
        )


def checked(count: ArrayLike, exposure: ArrayLike) -> tuple[Array, Array]:
    """Give counts and exposures as numbers, or say what is wrong with them and on which day.

    Parameters
    ----------
    count, exposure
        As in `CeasefireEffect.fit`.

    Raises
    ------
    ValueError
        As there.

    >>> checked([1, 0], [0.0, 0.5])
    Traceback (most recent call last):
    ...
    ValueError: something was counted on day 0, when nobody looked: give the day an exposure, or take the event out
    """
    y, e = np.array(count, dtype=np.float64), np.array(exposure, dtype=np.float64)
    if y.ndim != 1 or e.shape != y.shape or not len(y):
        raise ValueError(f"counts {y.shape} and exposures {e.shape} must be flat, equally long and not empty")
    if not np.all(np.isfinite(e)) or np.any(e < 0):
        day = int(np.flatnonzero(~np.isfinite(e) | (e < 0))[0])
        raise ValueError(f"the exposure of day {day} is {e[day]}: give 0 where nobody looked")
    seen = e > 0
    if not seen.any():
        raise ValueError("the exposure is 0 on every day: nobody looked, so nothing is known")
    bad = seen & (~np.isfinite(y) | (y < 0))
    if bad.any():
        day = int(np.flatnonzero(bad)[0])
        raise ValueError(f"the count of day {day} is {y[day]}: give exposure 0 where the count is not known")
    if np.any(y[~seen] > 0):
        day = int(np.flatnonzero(~seen & (y > 0))[0])
        raise ValueError(
            f"something was counted on day {day}, when nobody looked: give the day an exposure, or take the event out"
        )
    return np.where(seen, y, 0.0), e


def _terms(day: Array, last: float, weekly: bool) -> Array:
    """Give intercept (at the last day fitted), trend per year, waves of a year and half a year, days of the week."""
    turn = 2 * np.pi * day / YEAR_DAYS
    columns = [np.ones_like(day), (day - last) / YEAR_DAYS]
    columns += [np.cos(turn), np.sin(turn), np.cos(2 * turn), np.sin(2 * turn)]
    if weekly:
        columns += [(day % 7 == k) - (day % 7 == 6) * 1.0 for k in range(6)]
    return np.column_stack(columns)
