"""Thermal excess: how unusual the heat in a cell on a day is, and what that is worth as evidence.

Three steps. `ThermalBackground` expects a count. A negative binomial, whose burstiness is fitted by how much was
expected, turns count and expectation into two tail probabilities. `TailCalibration` replaces these by the share of
quiet cell-days that were as far out in years the background had not seen. So "1 %" means that one in a hundred
quiet cell-days of that kind looks like this, in busy places as in empty ones. The likelihood ratio follows.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.detectors.thermal_background import ThermalBackground, checked
from ceasefire.detectors.thermal_cells import Cells
from ceasefire.stats.negative_binomial import Tails, fit_size, tails
from ceasefire.stats.tail_calibration import TailCalibration, likelihood_ratio

Array = NDArray[np.float64]
Singles = NDArray[np.float32]

STRATA = np.exp(np.arange(-9.0, 2.0))
"""Bounds of expected counts between which burstiness and calibration are held apart: factors of e."""
ENOUGH = 30
"""Held-out cell-days with detections that a stratum needs for a size of its own."""
STEP = 0.01
"""Relative step of expected counts at which tails of zeros are worked out."""
BLOCK_DAYS = 14
"""A single year is held out in blocks of so many days."""


class Scores(NamedTuple):
    """What each cell-day shows; arrays of shape (cells, days)."""

    expected: Singles
    """Detections expected of a quiet cell-day; 0 where nobody could see."""
    tail: Tails
    """Calibrated tails: shares of quiet cell-days beyond, and at or beyond, this count; NaN where nobody could see."""
    likelihood_ratio: Array
    """How much likelier this count is if something happened there than if nothing did; 1 where nobody could see."""

    def alarms(self, level: float) -> NDArray[np.bool_]:
        """Tell which cell-days alarm: at most `level` of quiet cell-days show as much heat. A zero never does.

        Why conservative: a count is discrete, so the share of quiet cell-days that alarm is at most the level, and
        well below it where most days have no detection at all.
        """
        if not 0.0 < level < 1.0:
            raise ValueError(f"a level lies between 0 and 1, not {level}")
        return np.asarray(self.tail.at_least <= level)


class ThermalExcess:
    """Score heat by cell and day against quiet years.

    Parameters
    ----------
    background
        What is expected; a `ThermalBackground` with its parameters.
    sensitivity
        Share of events that leave heat that is seen: a quiet cell-day speaks against an event at most that much.

    Attributes
    ----------
    background_
        Fitted on all days.
    ratio_, size_
        Held-out counts per expected count, and negative-binomial size, at each of `level_` (log expected counts).
    calibration_
        Fitted on held-out folds only.
    without_
        The same without each fold in turn, three folds or more: how much one year changes it.
    held_out_
        Expected counts of the days fitted, each from a fit without that day's fold, shape (cells, days).

    >>> rng = np.random.default_rng(3)
    >>> cells = Cells(*(v.ravel() for v in np.meshgrid(np.arange(20), np.arange(20))))
    >>> days = np.arange("2018-01-01", "2020-01-01", dtype="datetime64[D]")
    >>> count = rng.negative_binomial(0.05, 0.5, (400, len(days)))
    >>> t = ThermalExcess().fit(cells, count, days)
    >>> today = rng.negative_binomial(0.05, 0.5, (400, 1)); today[7] = 9
    >>> s = t.score(today, days[-1:] + 1)
    >>> bool(s.alarms(0.01)[7, 0]), round(float(s.expected[7, 0]), 1), bool(s.likelihood_ratio[7, 0] > 50)
    (True, 0.1, True)
    """

    def __init__(self, *, background: ThermalBackground | None = None, sensitivity: float = 0.2) -> None:
        self.background = background
        self.sensitivity = sensitivity

    def fit(
        self,
        cells: Cells,
        count: ArrayLike,
        days: ArrayLike,
        *,
        exposure: ArrayLike | None = None,
        folds: ArrayLike | None = None,
    ) -> Self:
        """Learn from quiet years what to expect, how bursty it is and how far out quiet days get.

        Parameters
        ----------
        cells, count, days, exposure
            As in `ThermalBackground.fit`.
        folds
            Which fold each day belongs to, shape (days,); by default its calendar year, and within a single year
            blocks of 14 days dealt out to four folds.

        Raises
        ------
        ValueError
            As in `ThermalBackground.fit`; fewer than two folds; hardly a detection.
        """
        n, d, e = checked(cells, count, days, exposure)
        fold = _folds(d) if folds is None else np.asarray(folds)
        names = np.unique(fold)
        if len(names) < 2:
            raise ValueError(f"{len(d)} days make one fold only: nothing can be held out, so nothing calibrated")
        plan = self.background or ThermalBackground()
        self.held_out_ = np.empty(n.shape, dtype=np.float32)
        held: list[_Held] = []
        for name in names:
            out = fold == name
            part = _like(plan).fit(cells, n[:, ~out], d[~out], exposure=None if e is None else e[:, ~out])
            mean = part.expect(n[:, out], d[out], exposure=None if e is None else e[:, out])
            self.held_out_[:, out] = mean
            held.append(_condense(n[:, out].ravel(), mean.ravel()))
        self.background_ = _like(plan).fit(cells, n, d, exposure=e)
        self._fit_scatter(_Held.join(held))
        judged = [self._judged(part) for part in held]
        self.calibration_ = _calibrated(judged)
        several = len(judged) > 2
        self.without_ = [_calibrated(judged[:i] + judged[i + 1 :]) for i in range(len(judged))] if several else []
        return self

    def _judged(self, held: _Held) -> tuple[Array, ...]:
        counts = np.concatenate([held.hot, np.zeros(len(held.zero_mean))])
        means = np.concatenate([held.mean, held.zero_mean])
        weight = np.concatenate([np.ones(len(held.hot)), held.zero_times])
        return (*self.nominal(counts, means), _stratum(means).astype(np.float64), weight)

    def nominal(self, count: ArrayLike, mean: ArrayLike) -> Tails:
        """Give the negative-binomial tails before calibration."""
        m = np.asarray(mean, dtype=np.float64)
        with np.errstate(divide="ignore"):
            level = np.log(m)
        ratio = np.exp(np.interp(level, self.level_, np.log(self.ratio_)))
        size = np.exp(_line(level, self.level_, np.log(self.size_)))
        return tails(count, m * ratio, size)

    def score(self, count: ArrayLike, days: ArrayLike, *, exposure: ArrayLike | None = None) -> Scores:
        """Score every cell-day.

        Parameters
        ----------
        count, days, exposure
            As in `fit`; one day or many.

        Raises
        ------
        ValueError
            As in `ThermalBackground.expect`.
        """
        n, d, e = checked(self.background_.cells_, count, days, exposure)
        mean = self.background_.expect(n, d, exposure=e)
        quiet, place = _steps(mean)
        table = self._tails(np.zeros(len(quiet)), quiet)
        some = (n > 0) & (mean > 0)
        hot = self._tails(n[some], mean[some])
        above, at_least, ratio = (np.append(v, np.nan)[place] for v in (*table, self._ratio(table)))
        above[some], at_least[some] = hot
        ratio[some] = self._ratio(hot)
        ratio[place < 0] = 1.0
        return Scores(mean, Tails(above, at_least), ratio)

    def weigh(
        self, count: ArrayLike, mean: ArrayLike, *, calibration: TailCalibration | None = None
    ) -> tuple[Tails, Array]:
        """Give calibrated tails and likelihood ratios of counts with known expectations.

        Parameters
        ----------
        count, mean
            Detections and expected ones, same shape.
        calibration
            Another one than `calibration_`, e.g. one of `without_`.
        """
        tail = self._tails(count, mean, calibration)
        return tail, self._ratio(tail)

    def any_heat(self, scores: Scores) -> Array:
        """Give the calibrated probability that a quiet cell-day has any detection at all, shape (cells, days).

        Why: divided by it, a tail is one among cell-days with heat; most days have none, and a share of all of them
        says little about the days one looks at.
        """
        quiet, place = _steps(scores.expected)
        return np.asarray(np.append(self._tails(np.zeros(len(quiet)), quiet).above, np.nan)[place])

    def _tails(self, count: ArrayLike, mean: ArrayLike, calibration: TailCalibration | None = None) -> Tails:
        nominal, stratum = self.nominal(count, mean), _stratum(mean)
        apply = (calibration or self.calibration_).apply
        zero = np.asarray(count) == 0
        return Tails(apply(nominal.above, stratum), np.where(zero, 1.0, apply(nominal.at_least, stratum)))

    def _ratio(self, tail: Tails) -> Array:
        return likelihood_ratio(tail, sensitivity=self.sensitivity)

    def _fit_scatter(self, held: _Held) -> None:
        n, m, zero_mean, zero_times = held
        if len(n) < ENOUGH:
            raise ValueError(f"{len(n)} cell-days with detections: too few to tell how bursty they are ({ENOUGH})")
        own, quiet = _stratum(m), _stratum(zero_mean)
        level, ratio, size = [], [], []
        gathered = np.zeros(0, dtype=np.int64)
        for s in range(len(STRATA) + 1):
            gathered = np.append(gathered, s)
            a, b = np.isin(own, gathered), np.isin(quiet, gathered)
            if a.sum() < ENOUGH and s < len(STRATA):
                continue
            if a.sum() < 2:
                break
            total = m[a].sum() + zero_mean[b] @ zero_times[b]
            days = a.sum() + zero_times[b].sum()
            f = n[a].sum() / total
            level.append(np.log(total / days))
            ratio.append(f)
            size.append(fit_size(n[a], m[a] * f, zeros=zero_mean[b] * f, times=zero_times[b]))
            gathered = np.zeros(0, dtype=np.int64)
        self.level_, self.ratio_, self.size_ = np.array(level), np.array(ratio), np.array(size)


def _like(plan: ThermalBackground) -> ThermalBackground:
    return ThermalBackground(sd_days=plan.sd_days, sd_cells=plan.sd_cells, surroundings=plan.surroundings)


def _calibrated(judged: list[tuple[Array, ...]]) -> TailCalibration:
    above, at_least, stratum, weight = (np.concatenate(columns) for columns in zip(*judged, strict=True))
    # one row of no weight in the last stratum, so that every stratum has a map
    nominal = Tails(np.append(above, 0.5), np.append(at_least, 0.5))
    return TailCalibration().fit(nominal, np.append(stratum, len(STRATA)), weight=np.append(weight, 0.0))


def _folds(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    year = days.astype("datetime64[Y]").astype(np.int64)
    return year if len(np.unique(year)) > 1 else np.asarray(days.astype(np.int64) // BLOCK_DAYS % 4)


def _stratum(mean: ArrayLike) -> NDArray[np.int64]:
    return np.asarray(np.digitize(np.asarray(mean), STRATA), dtype=np.int64)


def _line(x: Array, at: Array, value: Array) -> Array:
    """Interpolate, and go on beyond the ends in proportion: a size shrinks with its mean."""
    return np.asarray(np.interp(x, at, value) + np.minimum(np.nan_to_num(x, neginf=at[0]) - at[0], 0.0))


def _steps(mean: NDArray[np.floating]) -> tuple[Array, NDArray[np.int64]]:
    """Give expectations in steps of `STEP`, and the step of each; -1 where nothing is expected.

    Why: most cell-days have no detection, and a zero's tails depend on its expectation alone, so they are worked out
    once for a step and not millions of times.
    """
    with np.errstate(divide="ignore"):
        level = np.log(mean)
    known = mean > 0
    if not known.any():
        return np.zeros(0), np.full(mean.shape, -1, dtype=np.int64)
    lowest = np.floor(level[known].min() / STEP)
    place = np.where(known, level / np.float32(STEP) - np.float32(lowest), -1.0).astype(np.int64)
    return np.exp((lowest + np.arange(place.max() + 1) + 0.5) * STEP), place


class _Held(NamedTuple):
    """Held-out cell-days: those with detections one by one, the millions without as weights on steps of expectation."""

    hot: Array
    mean: Array
    zero_mean: Array
    zero_times: Array

    @classmethod
    def join(cls, parts: list[_Held]) -> _Held:
        """Put several behind one another."""
        return cls(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _condense(count: Singles, mean: Singles) -> _Held:
    some = (count > 0) & (mean > 0)
    middle, place = _steps(mean[count == 0])
    times = np.bincount(place[place >= 0], minlength=len(middle)).astype(np.float64)
    use = times > 0
    return _Held(count[some].astype(np.float64), mean[some].astype(np.float64), middle[use], times[use])
