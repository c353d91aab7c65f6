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

from ceasefire.stats.chain import Chain
from ceasefire.stats.meanings import Reach, kinds, meanings, neighbours
from ceasefire.stats.merge import average_linkage
from ceasefire.stats.together import together

_Array = np.ndarray[Any, Any]
_FIRST_SAME = 0.8
_WHOLE = 60_000
"""Up to this many reports the shares are learnt from all of them."""


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
        sample: int = 20_000,
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
        where, place = np.unique(points_km, axis=0, return_inverse=True)
        place, slot = place.ravel(), slot - slot.min()
        k = int(kind.max()) + 1 if allowed is None else len(allowed)
        reports = _Reports(
            place, slot, kind, furthest_km, None if earliest is None else np.maximum(earliest - slot.min(), 0), where
        )
        problem = _Problem(
            neighbours(where, ranks=self.ranks, within_km=self.within_km),
            kinds(np.ones((k, k), bool) if allowed is None else np.asarray(allowed)),
            self.lags,
        )
        part = (
            reports
            if n <= max(self.sample, _WHOLE)
            else reports.keep(_windows(reports, self.sample, self.lags), self.lags)
        )
        prior = problem.first()
        explored = _run(problem, part, prior, prior, sweeps=40, keep=10, seed=self.seed)
        means = [s.mean(0) for s in explored.shares]
        open_ = [np.where(m < self.closed, 0.0, p) for m, p in zip(means, prior, strict=True)]
        shares = tuple(_normal(np.where(p > 0, m, 0.0)) for m, p in zip(means, open_, strict=True))
        drawn = _run(problem, part, shares, tuple(open_), sweeps=80, keep=60, seed=self.seed + 1)
        self.shares_ = {
            name: _estimate(axis[:, q])
            for axis, names in zip(drawn.shares, problem.names, strict=True)
            for q, name in enumerate(names)
        }
        self.reports_per_incident_ = _estimate(1.0 + drawn.mean_extra)
        if part is not reports:
            shares = tuple(s.mean(0) for s in drawn.shares)
            drawn = _run(problem, reports, shares, None, sweeps=32, keep=24, seed=self.seed + 2, smallest=1e-3, every=4)
        self.incidents_ = _estimate(drawn.incidents)
        met = together(drawn.samples)
        split = None if apart is None else (met.atom[apart[0]], met.atom[apart[1]])
        tree = average_linkage(
            met.i, met.j, met.probability, len(met.size), size=met.size, lowest=self.heights[0], apart=split
        )
        low, high = self.heights
        self.height_ = tree.cut_at(self.incidents_.value, lowest=low, highest=high)
        group = tree.cut(self.height_)[met.atom]
        _, first, inverse = np.unique(group, return_index=True, return_inverse=True)
        rank = np.empty(len(first), dtype=np.int64)
        rank[np.argsort(first)] = np.arange(len(first))
        self.labels_ = rank[inverse]
        return self

    def _nothing(self) -> Linker:
        unknown = Estimate(np.nan, 0.0, np.inf)
        self.labels_, self.shares_, self.height_ = np.zeros(0, np.int64), {}, self.heights[1]
        self.reports_per_incident_, self.incidents_ = unknown, Estimate(0.0, 0.0, 0.0)
        return self


@dataclass(frozen=True)
class _Reports:
    place: _Array
    slot: _Array
    kind: _Array
    furthest_km: _Array | None
    earliest: _Array | None
    where: _Array

    def keep(self, windows: list[_Array], gap: int) -> _Reports:
        """Put windows of reports behind one another in time, too far apart to be linked."""
        slot, at = [], 0
        for rows in windows:
            moved = self.slot[rows] - self.slot[rows].min() + at
            slot.append(moved)
            at = int(moved.max()) + gap + 2
        rows = np.concatenate(windows)
        shift = np.concatenate(slot) - self.slot[rows]
        return _Reports(
            self.place[rows],
            self.slot[rows] + shift,
            self.kind[rows],
            None if self.furthest_km is None else self.furthest_km[rows],
            None if self.earliest is None else self.earliest[rows] + shift,
            self.where,
        )


@dataclass(frozen=True)
class _Problem:
    places: Reach
    kinds_of: Reach
    lags: int

    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        lags = ("same slot", *(f"{k} slot{'s' if k > 1 else ''} later" for k in range(1, self.lags + 1)))
        return self.places.levels, lags, self.kinds_of.levels

    def first(self) -> tuple[_Array, ...]:
        """Shares to begin with, and one report's worth of prior for them."""
        names = self.names
        out = []
        for levels in names:
            rest = np.full(len(levels) - 1, (1 - _FIRST_SAME) / max(len(levels) - 1, 1))
            out.append(_normal(np.r_[_FIRST_SAME, rest]))
        return tuple(out)


@dataclass(frozen=True)
class _Drawn:
    samples: list[_Array]
    shares: tuple[_Array, ...]
    mean_extra: _Array
    incidents: _Array


def _run(
    problem: _Problem,
    reports: _Reports,
    shares: tuple[_Array, ...],
    prior: tuple[_Array, ...] | None,
    *,
    sweeps: int,
    keep: int,
    seed: int,
    smallest: float = 1e-9,
    every: int = 1,
) -> _Drawn:
    weight = shares[0][:, None, None] * shares[1][:, None] * shares[2]
    reachable = meanings(
        reports.place,
        reports.slot,
        reports.kind,
        places=problem.places,
        kinds_of=problem.kinds_of,
        lags=problem.lags,
        weight=weight,
        smallest=smallest,
        furthest_km=reports.furthest_km,
        points_km=reports.where,
        earliest=reports.earliest,
    )
    chain = Chain(
        reachable,
        places=len(problem.places),
        kinds=len(problem.kinds_of),
        shares=shares,
        prior=shares if prior is None else prior,
        seed=seed,
    )
    samples, drawn, extra, incidents = [], [], [], []
    for k in range(sweeps):
        chain.sweep()
        if k % every == 0 or k == sweeps - 1:
            chain.learn(levels=prior is not None)
        if k >= sweeps - keep:
            samples.append(chain.at.copy())
            drawn.append(chain.shares)
            extra.append(chain.mean_extra)
            incidents.append(chain.incidents)
    axes = tuple(np.array([d[q] for d in drawn]) for q in range(3))
    return _Drawn(samples, axes, np.array(extra), np.array(incidents))


def _windows(reports: _Reports, size: int, gap: int) -> list[_Array]:
    """Choose four windows of time, and within each a strip of places, that hold about `size` reports together."""
    order = np.argsort(reports.slot, kind="stable")
    each, n = size // 4, len(order)
    out = []
    for w in range(4):
        middle = (2 * w + 1) * n // 8
        rows = order[max(middle - each // 2, 0) : middle + each // 2]
        low, high = reports.slot[rows].min(), reports.slot[rows].max()
        if high - low < 14:
            low, high = (low + high) // 2 - 7, (low + high) // 2 + 7
        rows = np.flatnonzero((reports.slot >= low) & (reports.slot <= high))
        if len(rows) > 2 * each:
            east = reports.where[reports.place[rows], 0]
            edges = np.quantile(east, np.clip([0.5 - each / len(rows) / 2, 0.5 + each / len(rows) / 2], 0, 1))
            rows = rows[(east >= edges[0]) & (east <= edges[1])]
        out.append(rows)
    return out


def _estimate(draws: _Array) -> Estimate:
    low, high = np.quantile(draws, [0.025, 0.975])
    return Estimate(float(draws.mean()), float(low), float(high))


def _normal(x: _Array) -> _Array:
    return np.asarray(x / x.sum())


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
