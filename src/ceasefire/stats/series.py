"""A daily series of counts, foretold: trend, season, a level that wanders, and the chance to see on each day.

Why a level: violence comes in spells, and a forecast that does not know of them is too sure. Why exposure: in a cloudy
month fewer violations are seen, not fewer done. The forecast is a distribution, wide where little is known.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from ceasefire.stats.foretold import Foretold, foretell, log_means
from ceasefire.stats.latent import Daily, Shape, likeliest
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
        if np.ptp(self.count_[seen]) == 0:
            raise ValueError(
                f"the count was {self.count_[seen][0]:g} on each of {int(seen.sum())} days before the excluded window: "
                "a source that never changes cannot show an effect"
            )
        rate = self.count_[seen].sum() / self.exposure_[seen].sum()
        self.centre_ = np.zeros(_terms(np.zeros(1), 0.0, self.weekly).shape[1])
        self.centre_[0] = np.log(rate)
        self.shapes_, self.paths_ = explore(self._daily(len(seen)))
        return self

    def upto(self, days: int) -> Series:
        """Give the same series cut off after so many days, terms and level found again; the likeliest shape is kept.

        Parameters
        ----------
        days
            Days kept, `LEAST_DAYS` or more.
        """
        cut = Series(weekly=self.weekly)
        cut.count_, cut.exposure_, cut.centre_ = self.count_[:days], self.exposure_[:days], self.centre_
        cut.shapes_ = self.shapes_.fewer(1)
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
            terms=np.asfortranarray(np.column_stack([daily.terms, after])),
            centre=np.r_[daily.centre, 0.0],
            precision=np.r_[daily.precision, 1.0 / PRIOR_SD["step"] ** 2],
        )
        few = self.shapes_.fewer(2)
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
    return np.array(columns).T  # column by column in memory, as the solver reads it
