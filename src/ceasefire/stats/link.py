"""Which reports are of one event: Fellegi-Sunter linkage of reports to latent incidents, fitted without labels.

Fellegi and Sunter (1969) weigh a comparison by m, the probability of that level of agreement among true matches, over
u, its probability by coincidence. Comparing reports in pairs loses what a group knows together, so here each report
is compared with the latent incident that it may mean (place, time slot, kind): m are the shares of reports that name
the place itself or a neighbour, the day itself or a later one, the kind itself or another; u is the local rate of
incidents, so that a coincidence is likelier where and when much happens. Both are learnt by a stochastic EM.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ceasefire.stats.drawn import Reaches, Reports, sample
from ceasefire.stats.merge import average_linkage
from ceasefire.stats.reach import kinds, neighbours
from ceasefire.stats.together import together

_Array = np.ndarray[Any, Any]
_SMALLEST, _LEAST = 1e-3, 0.01
_WHOLE = 60_000
"""Up to this many reports the shares are learnt from all of them, and more samples are drawn."""


@dataclass(frozen=True)
class Estimate:
    """A fitted number with its 95 % interval."""

    value: float
    low: float
    high: float


class Linker:
    """Link reports of one event, learning from the reports alone how places, days and kinds go wrong.

    Parameters
    ----------
    lags
        Greatest number of slots by which a report may follow what it reports.
    ranks
        Bands of neighbour rank by which a place may be wrong; see `neighbours`.
    within_km
        A place is never wrong by more than this.
    sample
        Of more than 60,000 reports, learn the shares from this many (windows of time and place); all are linked.
    closed
        A kind of error that fewer than this share of reports make is taken to be absent: at that rate it would
        join more coincidences than it explains.
    heights
        Bounds of the mean probability at which merging stops; between them it stops where as many groups are left
        as there are incidents expected.
    seed
        Seed of the sampler.

    Attributes
    ----------
    labels_
        Group of each report, shape (n,), numbered in order of their first report.
    shares_
        Share of reports at each level of each comparison (the m-probabilities), `Estimate` by name.
    reports_per_incident_, incidents_
        `Estimate` of the mean number of reports of an incident, and of the number of incidents.
    height_
        Mean pair probability at which merging stopped.
    """

    labels_: _Array
    shares_: dict[str, Estimate]
    reports_per_incident_: Estimate
    incidents_: Estimate
    height_: float

    def __init__(
        self,
        *,
        lags: int = 2,
        ranks: tuple[int, ...] = (2, 5, 8),
        within_km: float = 25.0,
        sample: int = 10_000,
        closed: float = 0.005,
        heights: tuple[float, float] = (0.3, 0.6),
        seed: int = 0,
    ) -> None:
        self.lags, self.ranks, self.within_km = lags, ranks, within_km
        self.sample, self.closed, self.heights, self.seed = sample, closed, heights, seed

    def fit(
        self,
        points_km: _Array,
        slot: _Array,
        kind: _Array,
        *,
        allowed: _Array | None = None,
        furthest_km: _Array | None = None,
        earliest: _Array | None = None,
        apart: tuple[_Array, _Array] | None = None,
    ) -> Linker:
        """Learn and link.

        Parameters
        ----------
        points_km
            Place of each report, shape (n, 2) or (n, 3), km; places are the distinct rows.
        slot
            Time slot (such as the day) of each report, whole numbers, shape (n,).
        kind
            Kind of act of each report, whole numbers from 0, shape (n,).
        allowed
            Which kinds may be taken for which, shape (kinds, kinds); all by default.
        furthest_km
            A report means no place further off than this, shape (n,); no bound by default.
        earliest
            A report means no slot before this one, shape (n,).
        apart
            Pairs of reports (two arrays of positions) that are known to be of different events.

        Raises
        ------
        ValueError
            For shapes that differ, and for places that are not finite numbers.
        """
        points_km, slot, kind = (np.asarray(x) for x in (points_km, slot, kind))
        _check(points_km, slot, kind)
        n = len(slot)
        if n == 0:
            return self._nothing()
        where, place = _distinct(points_km)
        # in order of place and time, so that what is near in space is near in memory
        order = np.lexsort((kind, slot, place))
        k = int(kind.max()) + 1 if allowed is None else len(allowed)
        reports = Reports(
            place[order],
            (slot - slot.min())[order],
            kind[order],
            where,
            None if furthest_km is None else np.asarray(furthest_km)[order],
            None if earliest is None else (np.asarray(earliest) - slot.min())[order],
        )
        reach = Reaches(
            neighbours(where, ranks=self.ranks, within_km=self.within_km),
            kinds(np.ones((k, k), bool) if allowed is None else np.asarray(allowed)),
            self.lags,
        )
        few = n <= _WHOLE
        shares = self._learn(reach, reports if few else reports.windows(self.sample, self.lags), few=few)
        drawn = sample(
            reach,
            reports,
            shares,
            sweeps=100 if few else 14,
            keep=80 if few else 10,
            every=1 if few else 4,
            smallest=_SMALLEST,
            least=_LEAST,
            seed=self.seed + 2,
        )
        self.incidents_ = _estimate(drawn.incidents)
        back = np.empty(n, dtype=np.int64)
        back[order] = np.arange(n)
        self.labels_ = self._merge(drawn.cells, None if apart is None else (back[apart[0]], back[apart[1]]))[back]
        self.labels_ = _in_order(self.labels_)
        return self

    def _learn(self, reach: Reaches, reports: Reports, *, few: bool) -> tuple[_Array, ...]:
        """Learn the shares: first with every kind of error open, then with those that occur."""
        prior = reach.first()
        sweeps, every = (40, 1) if few else (20, 2)
        explored = sample(reach, reports, prior, prior=prior, sweeps=sweeps, keep=10, every=every, seed=self.seed)
        means = [axis.mean(0) for axis in explored.shares]
        opened = tuple(np.where(m < self.closed, 0.0, p) for m, p in zip(means, prior, strict=True))
        shares = tuple(_normal(np.where(p > 0, m, 0.0)) for m, p in zip(means, opened, strict=True))
        drawn = sample(
            reach,
            reports,
            shares,
            prior=opened,
            sweeps=80 if few else 40,
            keep=60 if few else 30,
            every=every,
            seed=self.seed + 1,
        )
        self.shares_ = {
            name: _estimate(axis[:, q], 1.0)
            for axis, names in zip(drawn.shares, reach.names, strict=True)
            for q, name in enumerate(names)
        }
        self.reports_per_incident_ = _estimate(1.0 + drawn.mean_extra)
        return tuple(axis.mean(0) for axis in drawn.shares)

    def _merge(self, cells: list[_Array], apart: tuple[_Array, _Array] | None) -> _Array:
        """Turn samples into groups, as many as there are incidents expected."""
        single = None if apart is None else np.unique(np.concatenate(apart))
        met = together(cells, single=single)
        tree = average_linkage(
            met.i,
            met.j,
            met.probability,
            len(met.size),
            size=met.size,
            lowest=self.heights[0],
            apart=None if apart is None else (met.atom[apart[0]], met.atom[apart[1]]),
        )
        low, high = self.heights
        self.height_ = tree.cut_at(self.incidents_.value, lowest=low, highest=high)
        return np.asarray(tree.cut(self.height_)[met.atom])

    def _nothing(self) -> Linker:
        unknown = Estimate(np.nan, 0.0, np.inf)
        self.labels_, self.shares_, self.height_ = np.zeros(0, np.int64), {}, self.heights[1]
        self.reports_per_incident_, self.incidents_ = unknown, Estimate(0.0, 0.0, 0.0)
        return self


def _estimate(draws: _Array, most: float = np.inf) -> Estimate:
    """Mean and 95 % interval of draws that follow one another.

    A short stretch of a chain that moves slowly shows less than the whole spread: as a first-order autoregression of
    coefficient phi its variance is that of the steps over 1 - phi^2, and the mean of T draws has the variance of
    T (1 - phi) / (1 + phi) independent ones. The estimate of phi is corrected for its known bias, (1 + 3 phi) / T.
    """
    mean, n = float(draws.mean()), len(draws)
    off = draws - mean
    total = float((off * off).sum())
    if total <= 1e-18 * max(1.0, mean * mean):
        return Estimate(mean, mean, mean)
    phi = float((off[1:] * off[:-1]).sum()) / total
    phi = min(max(phi + (1 + 3 * phi) / n, 0.0), 0.98)
    steps = off[1:] - phi * off[:-1]
    spread = max(float((steps * steps).mean()) / (1 - phi * phi), total / n)
    half = 1.96 * np.sqrt(spread * (1 + (1 + phi) / (1 - phi) / n))
    return Estimate(mean, max(mean - half, 0.0), min(mean + half, most))


def _normal(x: _Array) -> _Array:
    return np.asarray(x / x.sum())


def _distinct(points: _Array) -> tuple[_Array, _Array]:
    """Distinct rows, and which one each row is; axis by axis, since comparing whole rows is slow."""
    code = np.zeros(len(points), dtype=np.int64)
    for axis in points.T:
        values = _sorted_values(axis)
        code = code * len(values) + np.searchsorted(values, axis)
        distinct = _sorted_values(code)
        code = np.searchsorted(distinct, code)
    first = np.empty(int(code.max()) + 1, dtype=np.int64)
    first[code[::-1]] = np.arange(len(code))[::-1]
    return points[first], code


def _sorted_values(values: _Array) -> _Array:
    """Give the distinct values in order."""
    inorder = np.sort(values)
    return np.asarray(inorder[np.r_[True, inorder[1:] != inorder[:-1]]])


def _in_order(group: _Array) -> _Array:
    """Number groups in order of their first member."""
    first = np.full(int(group.max()) + 1, len(group), dtype=np.int64)
    first[group[::-1]] = np.arange(len(group))[::-1]
    begins = np.zeros(len(group) + 1, dtype=np.int64)
    begins[first[first < len(group)]] = 1
    rank = np.cumsum(begins) - 1
    return np.asarray(rank[first[group]])


def _check(points_km: _Array, slot: _Array, kind: _Array) -> None:
    if points_km.ndim != 2 or not len(points_km) == len(slot) == len(kind):
        raise ValueError("points_km must have the shape (n, 2) or (n, 3), slot and kind the shape (n,)")
    if not np.isfinite(points_km).all():
        raise ValueError("every report to be linked needs a place: points_km holds values that are not finite")
    for name, codes in (("slot", slot), ("kind", kind)):
        if len(codes) and not np.issubdtype(codes.dtype, np.integer):
            raise ValueError(f"{name} must be whole numbers, not {codes.dtype}")
    if len(kind) and kind.min() < 0:
        raise ValueError("kind must not be negative")
