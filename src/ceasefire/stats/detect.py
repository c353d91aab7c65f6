"""Coverage by occupancy: how likely something happened, given what was seen and what could have been seen.

Why: a silent place is one of three things, and a naive map draws them alike: nothing happened, it was missed, or
nobody looked. The occupancy model tells them apart with three kinds of numbers: psi, the share of cells in which
something happened; p, the chance that one look shows it; f, the chance that one look shows it although it did not
happen. Silence then lowers the probability by as much as the looks deserve, and not at all where there were none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_triangular
from scipy.special import expit, logsumexp

from ceasefire.stats.detect_cells import (
    check_table,
    compress,
    covariate_table,
    known_cells,
    part,
    region_numbers,
    whole_numbers,
)
from ceasefire.stats.detect_mode import LOG_WEIGHTS, NODES, Mode, Visits, find_mode, pattern_terms
from ceasefire.stats.estimate import Estimate

Array = NDArray[np.float64]
_BLOCK = 2_000_000
_RULED_OUT = 3.32
"""Half the 99 % point of chi-square with one degree of freedom."""


class Occupancy:
    """P(something happened) per cell from detections out of looks, where sensors miss and also err.

    A cell is one place on one day (or any unit) for one class of act; fit each class of act by itself. Given that
    something happened, each look of sensor s shows it with probability p_s, more often where the act was loud and
    less where it was quiet; given that nothing happened, with probability f_s. Psi varies by region around a common
    mean, each region drawn to the mean by as much as its own data are thin (empirical Bayes), and with covariates.

    Parameters
    ----------
    spreads
        Candidate standard deviations of the loudness of acts (logits of p); 0 alone makes all acts alike.
    region_spreads
        Candidate standard deviations of regions (logits of psi). Both are averaged over by their posterior weight;
        that of regions has a half-normal prior of scale 1.
    loudness
        Scale of the half-normal prior of the loudness spread. Few cells have several looks at one act, so data say
        little about it and the prior matters: the default lets the odds of p differ by a factor of 1.6 as a rule.
    draws
        Posterior draws behind every interval, shared out evenly over the loudness spreads that data allow.
    level
        Two-sided level of the intervals.
    seed
        Seed of the draws.

    Attributes
    ----------
    psi_
        `Estimate` of the share of cells in which something happened, per region, shape (regions,).
    p_, f_
        `Estimate` per sensor, shape (sensors,): chance that one look shows an average act; false alarms per look.
    spread_, region_spread_
        `Estimate` of the two standard deviations; the second is 0 where there is one region.
    effect_
        `Estimate` of the change of logit psi per standard deviation of each covariate.
    probability_
        `Estimate` of P(something happened) of each cell given, shape (n,).

    Priors: psi uniform between 0 and 1; logit p normal (0, 1.5); logit f normal (-3.5, 1.5), then sharpened by the
    placebo windows; covariate effects normal (0, 1.5).

    Source: D. I. MacKenzie and others, Ecology 83 (2002) 2248-2255 (occupancy); J. A. Royle and W. A. Link, Ecology
    87 (2006) 835-841 (false positives); D. A. W. Miller and others, Ecology 92 (2011) 1422-1428 (confirmed cells);
    H. Rue, S. Martino and N. Chopin, JRSS B 71 (2009) 319-392 (nested Laplace approximation).

    >>> rng = np.random.default_rng(1)
    >>> looks = rng.poisson([1.0, 2.0], (2000, 2))
    >>> happened = rng.random(2000) < 0.1
    >>> seen = rng.binomial(looks, np.where(happened[:, None], [0.6, 0.4], [0.02, 0.01]))
    >>> model = Occupancy().fit(seen, looks, placebo=([20, 10], [1000, 1000]))
    >>> [bool(low < 0.1 < high) for low, high in zip(model.psi_.low, model.psi_.high)]
    [True]
    >>> unseen = model.predict([[0, 0], [0, 0]], [[0, 0], [3, 6]])
    >>> bool(unseen.value[0] > 0.05 > 0.02 > unseen.value[1])
    True
    """

    psi_: Estimate
    p_: Estimate
    f_: Estimate
    spread_: Estimate
    region_spread_: Estimate
    effect_: Estimate
    probability_: Estimate

    def __init__(
        self,
        *,
        spreads: Sequence[float] = (0.0, 0.3, 0.6, 1.0, 1.5),
        region_spreads: Sequence[float] = (0.1, 0.2, 0.4, 0.7, 1.1, 1.6),
        loudness: float = 0.5,
        draws: int = 1000,
        level: float = 0.95,
        seed: int = 0,
    ) -> None:
        self.spreads, self.region_spreads = tuple(spreads), tuple(region_spreads)
        self.loudness = loudness
        self.draws, self.level, self.seed = draws, level, seed

    def fit(
        self,
        detections: ArrayLike,
        looks: ArrayLike,
        *,
        placebo: tuple[ArrayLike, ArrayLike] | None = None,
        confirmed: ArrayLike | None = None,
        region: ArrayLike | None = None,
        covariates: ArrayLike | None = None,
    ) -> Occupancy:
        """Learn psi, p and f, and the probability of every cell.

        Parameters
        ----------
        detections
            Looks that showed something, shape (n, sensors), whole numbers.
        looks
            Looks taken, shape (n, sensors), whole numbers; 0 where nobody looked.
        placebo
            Detections and looks of each sensor where and when nothing can have happened, each of shape (sensors,).
        confirmed
            1 where something is confirmed by other means, 0 where it is ruled out, -1 or NaN elsewhere, shape (n,).
            Confirmation must not depend on what these sensors saw.
        region
            Region of each cell, whole numbers from 0, shape (n,).
        covariates
            Numbers that may go with psi, shape (n, covariates); they are standardised here.

        Raises
        ------
        ValueError
            More detections than looks, a value that is NaN, negative or no whole number, unequal shapes, or neither
            placebo windows nor confirmed cells: without one of them false alarms cannot be told from events.
        """
        self._check_parameters()
        seen, looked = whole_numbers("detections", detections), whole_numbers("looks", looks)
        check_table(seen, looked)
        n, sensors = looked.shape
        if placebo is None and (
            confirmed is None or not np.any(np.nan_to_num(np.asarray(confirmed, float), nan=-1) >= 0)
        ):
            raise ValueError(
                "occupancy needs placebo windows (detections and looks where nothing happened) or confirmed cells: "
                "without them false alarms and events cannot be told apart"
            )
        false, quiet = (
            (np.zeros(sensors), np.zeros(sensors))
            if placebo is None
            else (whole_numbers("placebo detections", placebo[0]), whole_numbers("placebo looks", placebo[1]))
        )
        if false.shape != (sensors,) or quiet.shape != (sensors,) or np.any(false > quiet):
            raise ValueError(f"placebo needs {sensors} detections, no more than the {sensors} looks they are out of")
        of = region_numbers(region, n)
        self._regions = int(of.max()) + 1 if region is not None else 1
        x = self._standardise(covariates, n)
        known = known_cells(confirmed, n)
        cells, back = compress(seen, looked, of, known, x, self._regions, (false, quiet))
        self._sensors, self._covariates = sensors, x.shape[1]
        self._learn(cells)
        self._cells, self._back = cells, back
        self.probability_ = _spread_back(self._probability(cells), back)
        return self

    def predict(
        self,
        detections: ArrayLike,
        looks: ArrayLike,
        *,
        region: ArrayLike | None = None,
        covariates: ArrayLike | None = None,
    ) -> Estimate:
        """Give P(something happened) of further cells, shape (n,), with its interval.

        Parameters
        ----------
        detections, looks, covariates
            As in `fit`.
        region
            Region of each cell; -1 for a region that was not fitted, which is as wide as regions differ.

        Raises
        ------
        ValueError
            As in `fit`, or a region that is neither -1 nor one of those fitted.
        """
        cells, back = self._further(detections, looks, region, covariates)
        return _spread_back(self._probability(cells), back)

    def detection_probability(self, looks: ArrayLike) -> Estimate:
        """Give the coverage of cells: P(at least one look shows it | something happened), shape (n,).

        It is 0 where nobody looked.
        """
        looked = whole_numbers("looks", looks)
        if looked.ndim != 2 or looked.shape[1] != self._sensors:
            raise ValueError(f"looks must have shape (n, {self._sensors}), not {looked.shape}")
        rows, back = np.unique(looked, axis=0, return_inverse=True)
        chance = np.empty((len(self._theta), len(rows)))
        for k in range(len(self._theta)):
            loud = self._theta[k, : self._sensors][None, :] + self._spread[k] * NODES[:, None]
            chance[k] = -np.expm1(logsumexp(rows @ -np.logaddexp(0.0, loud).T + LOG_WEIGHTS, axis=1))
        return _spread_back(self._summary(np.clip(chance, 0.0, 1.0)), back.ravel())

    def share(self, where: ArrayLike | None = None, *, level: float | None = None) -> Estimate:
        """Give the share of fitted cells in which something happened, with an interval for the *true* share.

        Parameters
        ----------
        where
            Mask of shape (n,), for instance the silent cells that nobody watched; all by default.
        level
            Two-sided level; that of the model by default. The interval holds the uncertainty of the parameters and
            that of the cells themselves.

        Raises
        ------
        ValueError
            The mask is of another shape or marks no cell.
        """
        number, size = self._number(where)
        tail = (1.0 - (self.level if level is None else level)) / 2.0
        low, high = self._reach(number, tail, 1.0 - tail, method="inverted_cdf")
        return Estimate(np.asarray(self._share @ number / size), np.asarray(low / size), np.asarray(high / size))

    def upper_limit(self, where: ArrayLike | None = None, *, level: float = 0.95) -> float:
        """Give the one-sided upper limit of the number of cells in which something happened.

        Why: "none observed" is published with the number that could still have happened unseen.

        Parameters
        ----------
        where
            Mask of shape (n,); all cells by default.
        level
            One-sided level.
        """
        if not 0.0 < level < 1.0:
            raise ValueError(f"level must lie between 0 and 1, not {level}")
        number, _ = self._number(where)
        return float(self._reach(number, level, level, method="inverted_cdf")[1])

    def _check_parameters(self) -> None:
        if not self.spreads or min(self.spreads) < 0 or not np.all(np.isfinite(self.spreads)):
            raise ValueError("spreads must be finite numbers, none negative")
        if not self.region_spreads or min(self.region_spreads) <= 0 or not np.all(np.isfinite(self.region_spreads)):
            raise ValueError("region_spreads must be finite positive numbers")
        if not 0.0 < self.loudness < np.inf:
            raise ValueError(f"loudness must be positive and finite, not {self.loudness}")
        if self.draws < 50:
            raise ValueError(f"an interval needs at least 50 draws, not {self.draws}")
        if not 0.0 < self.level < 1.0:
            raise ValueError(f"level must lie between 0 and 1, not {self.level}")

    def _learn(self, cells: Visits) -> None:
        places = self.region_spreads if self._regions > 1 else (1.0,)
        grid, modes = [], []
        last: Mode | None = None
        for across in places:
            for spread in self.spreads:
                last = find_mode(cells, spread=spread, region_spread=across, start=None if last is None else last.theta)
                grid.append((spread, across))
                modes.append(last)
        points = np.asarray(grid)
        weight = np.array([m.evidence for m in modes]) - 0.5 * (points[:, 0] / self.loudness) ** 2
        weight += np.log(_widths(self.spreads))[np.tile(np.arange(len(self.spreads)), len(places))]
        if self._regions > 1:
            weight -= 0.5 * points[:, 1] ** 2
            weight += np.log(_widths(places))[np.repeat(np.arange(len(places)), len(self.spreads))]
        allowed = _allowed(points[:, 0], weight + 0.5 * (points[:, 0] / self.loudness) ** 2, self.spreads)
        rng = np.random.default_rng(self.seed)
        each = self.draws // len(allowed)
        which = np.concatenate(
            [rng.choice(at := np.flatnonzero(points[:, 0] == s), each, p=_shares(weight[at])) for s in allowed]
        )
        self._stratum = np.repeat(np.arange(len(allowed)), each)
        self._share = np.repeat(_shares(np.array([logsumexp(weight[points[:, 0] == s]) for s in allowed])) / each, each)
        noise = rng.standard_normal((which.size, modes[0].theta.size))
        theta = np.empty_like(noise)
        for k in np.unique(which):
            at = which == k
            theta[at] = modes[k].theta + solve_triangular(modes[k].root, noise[at].T, lower=True, trans=1).T
        self._theta, self._spread, self._across = theta, points[which, 0], points[which, 1]
        s, c = self._sensors, self._covariates
        loud = theta[:, None, :s] + self._spread[:, None, None] * NODES[None, :, None]
        self.p_ = self._summary(np.einsum("q,kqs->ks", np.exp(LOG_WEIGHTS), expit(loud)))
        self.f_ = self._summary(expit(theta[:, s : 2 * s]))
        line = theta[:, 2 * s, None]
        self.psi_ = self._summary(expit(line + theta[:, 2 * s + 1 + c :] if self._regions > 1 else line))
        self.effect_ = self._summary(theta[:, 2 * s + 1 : 2 * s + 1 + c])
        self.spread_ = self._summary(self._spread[:, None])
        self.region_spread_ = self._summary(self._across[:, None] * (self._regions > 1))

    def _chances(self, cells: Visits) -> Array:
        """P(something happened) under each draw, shape (draws, cells)."""
        s, c = self._sensors, self._covariates
        rng = np.random.default_rng([self.seed, 1])
        out = np.empty((len(self._theta), cells.number.size))
        for k, theta in enumerate(self._theta):
            act, none, _ = pattern_terms(cells.detections, cells.looks, theta[:s], theta[s : 2 * s], self._spread[k])
            line = theta[2 * s] + cells.covariates @ theta[2 * s + 1 : 2 * s + 1 + c]
            if self._regions > 1:
                deviation = np.append(theta[2 * s + 1 + c :], self._across[k] * rng.standard_normal())
                line = line + deviation[cells.region]
            out[k] = expit(line + (act - none)[cells.pattern])
        return np.where(cells.known < 0, out, cells.known)

    def _probability(self, cells: Visits) -> Estimate:
        block = max(_BLOCK // self.draws, 1)
        parts = [self._summary(self._chances(part(cells, i, i + block))) for i in range(0, cells.number.size, block)]
        if not parts:
            return Estimate(np.empty(0), np.empty(0), np.empty(0))
        return Estimate(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _number(self, where: ArrayLike | None) -> tuple[Array, int]:
        mask = np.ones(self._back.size, bool) if where is None else np.asarray(where)
        if mask.shape != self._back.shape or mask.dtype != bool:
            raise ValueError(f"where must be a mask of shape {self._back.shape}")
        if not mask.any():
            raise ValueError("where marks no cell: a share of nothing is not a number")
        number = np.bincount(self._back[mask], minlength=self._cells.number.size)
        rng = np.random.default_rng([self.seed, 2])
        total = np.zeros(len(self._theta))
        block = max(_BLOCK // self.draws, 1)
        for i in range(0, number.size, block):
            if number[i : i + block].any():
                chance = self._chances(part(self._cells, i, i + block))
                total += rng.binomial(number[i : i + block], np.clip(chance, 0.0, 1.0)).sum(axis=1)
        return total, int(mask.sum())

    def _summary(self, values: Array) -> Estimate:
        tail = (1.0 - self.level) / 2.0
        low, high = self._reach(values, tail, 1.0 - tail)
        mean = np.tensordot(self._share, values, axes=1)
        return Estimate(np.clip(mean, values.min(axis=0), values.max(axis=0)), low, high)

    def _reach(self, values: Array, low: float, high: float, *, method: Any = "linear") -> tuple[Array, Array]:
        """Give the least lower and the greatest upper quantile over the loudness spreads that data allow."""
        ends = [
            np.quantile(values[self._stratum == k], [low, high], axis=0, method=method)
            for k in range(int(self._stratum[-1]) + 1)
        ]
        return np.min([e[0] for e in ends], axis=0), np.max([e[1] for e in ends], axis=0)

    def _standardise(self, covariates: ArrayLike | None, n: int) -> Array:
        if covariates is None:
            self._centre, self._scale = np.zeros(0), np.ones(0)
            return np.zeros((n, 0))
        x = covariate_table(covariates, n)
        self._centre, self._scale = x.mean(axis=0), x.std(axis=0)
        if np.any(self._scale <= 1e-12):
            raise ValueError(f"covariate {int(np.flatnonzero(self._scale <= 1e-12)[0])} is constant")
        return np.asarray((x - self._centre) / self._scale)

    def _further(
        self, detections: ArrayLike, looks: ArrayLike, region: ArrayLike | None, covariates: ArrayLike | None
    ) -> tuple[Visits, NDArray[np.int64]]:
        seen, looked = whole_numbers("detections", detections), whole_numbers("looks", looks)
        check_table(seen, looked)
        if looked.shape[1] != self._sensors:
            raise ValueError(f"{looked.shape[1]} sensors given, {self._sensors} fitted")
        n = len(looked)
        of = np.full(n, -1) if region is None and self._regions > 1 else region_numbers(region, n, lowest=-1)
        if of.size and of.max() >= self._regions:
            raise ValueError(f"region {of.max()} was not fitted; use -1 for a new one")
        of = np.where(of < 0, self._regions, of)
        if (covariates is None) != (self._covariates == 0):
            raise ValueError(f"{self._covariates} covariates were fitted")
        x = np.zeros((n, 0)) if covariates is None else (covariate_table(covariates, n) - self._centre) / self._scale
        none = (np.zeros(self._sensors), np.zeros(self._sensors))
        return compress(seen, looked, of, np.full(n, -1), x, self._regions + 1, none)


def _spread_back(estimate: Estimate, back: NDArray[np.int64]) -> Estimate:
    return Estimate(*(column[back] for column in estimate))


def _shares(log_weight: Array) -> Array:
    return np.asarray(np.exp(log_weight - logsumexp(log_weight)))


def _allowed(spread: Array, evidence: Array, spreads: Sequence[float]) -> list[float]:
    """Give the loudness spreads that a likelihood ratio test at 1 % does not rule out."""
    each = np.array([logsumexp(evidence[spread == s]) for s in spreads])
    return [s for s, e in zip(spreads, each.tolist(), strict=True) if e >= each.max() - _RULED_OUT]


def _widths(points: Sequence[float]) -> Array:
    """Trapezoid widths of a grid, so that an uneven grid is no prior."""
    at = np.asarray(points, dtype=np.float64)
    return (
        np.ones(1)
        if at.size == 1
        else np.asarray(np.abs(np.gradient(at)) * np.where(np.arange(at.size) == 0, 0.5, 1.0))
    )
