"""Samples of what reports mean: reports and their reaches put together, run, and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ceasefire.stats.chain import Chain
from ceasefire.stats.meanings import meanings
from ceasefire.stats.reach import Reach

_Array = np.ndarray[Any, Any]
_FIRST_SAME = 0.8


@dataclass(frozen=True)
class Reports:
    """What is known of n reports: codes of place, slot and kind, the places' points, and bounds of each report."""

    place: _Array
    slot: _Array
    kind: _Array
    points_km: _Array
    furthest_km: _Array | None = None
    earliest: _Array | None = None

    def windows(self, size: int, lags: int) -> Reports:
        """Keep about `size` reports: four windows of time, in each a strip of places, put behind one another.

        Whole stretches of days and places, because reports of one incident must stay together.
        """
        order = np.argsort(self.slot, kind="stable")
        each, n = size // 4, len(order)
        rows, slots, at = [], [], 0
        for w in range(4):
            middle = (2 * w + 1) * n // 8
            near = self.slot[order[max(middle - each // 2, 0) : middle + each // 2]]
            low, high = int(near.min()), int(near.max())
            if high - low < 14:
                low, high = (low + high) // 2 - 7, (low + high) // 2 + 7
            inside = np.flatnonzero((self.slot >= low) & (self.slot <= high))
            if len(inside) > 2 * each:
                east = self.points_km[self.place[inside], 0]
                half = each / len(inside) / 2
                edges = np.quantile(east, [0.5 - half, 0.5 + half])
                inside = inside[(east >= edges[0]) & (east <= edges[1])]
            rows.append(inside)
            slots.append(self.slot[inside] - low + at)
            at += high - low + lags + 2
        kept, slot = np.concatenate(rows), np.concatenate(slots)
        return Reports(
            self.place[kept],
            slot,
            self.kind[kept],
            self.points_km,
            None if self.furthest_km is None else self.furthest_km[kept],
            None if self.earliest is None else self.earliest[kept] + slot - self.slot[kept],
        )


@dataclass(frozen=True)
class Reaches:
    """What may be taken for what, on every axis."""

    places: Reach
    kinds: Reach
    lags: int

    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        """Names of the comparison levels of each axis."""
        lags = ("same slot", *(f"{k} slot{'s' if k > 1 else ''} later" for k in range(1, self.lags + 1)))
        return self.places.levels, lags, self.kinds.levels

    def first(self) -> tuple[_Array, ...]:
        """Shares to begin with; as pseudo-counts they are a prior worth one report."""
        out = []
        for levels in self.names:
            rest = len(levels) - 1
            out.append(np.r_[_FIRST_SAME, np.full(rest, (1 - _FIRST_SAME) / rest)] if rest else np.ones(1))
        return tuple(out)


@dataclass(frozen=True)
class Drawn:
    """What was kept: the cells meant in each sample, the shares by axis (samples, levels), and two counts."""

    cells: list[_Array]
    shares: tuple[_Array, ...]
    mean_extra: _Array
    incidents: _Array


def sample(
    reach: Reaches,
    reports: Reports,
    shares: tuple[_Array, ...],
    *,
    sweeps: int,
    keep: int,
    seed: int,
    prior: tuple[_Array, ...] | None = None,
    smallest: float = 1e-9,
    least: float = 0.0,
    every: int = 1,
) -> Drawn:
    """Sample what each report means.

    Parameters
    ----------
    reach, reports
        The problem.
    shares
        Share of reports at each level of place, lag and kind, to begin with.
    sweeps, keep
        How often every report is moved, and how many of the last states are kept.
    seed
        Seed of the sampler.
    prior
        Pseudo-counts of the shares, which are then drawn anew in every sweep; without it they stay as they are.
    smallest, least
        Which meanings are left out from the beginning: see `meanings`.
    every
        Sweeps between two estimates of the rates.
    """
    weight = shares[0][:, None, None] * shares[1][:, None] * shares[2]
    reachable = meanings(
        reports.place,
        reports.slot,
        reports.kind,
        places=reach.places,
        kinds_of=reach.kinds,
        lags=reach.lags,
        weight=weight,
        smallest=smallest,
        furthest_km=reports.furthest_km,
        points_km=reports.points_km,
        earliest=reports.earliest,
        least=least,
    )
    chain = Chain(
        reachable,
        places=len(reach.places),
        kinds=len(reach.kinds),
        shares=shares,
        prior=prior or shares,
        seed=seed,
    )
    cells_meant, drawn, extra, incidents = [], [], [], []
    for k in range(sweeps):
        chain.sweep()
        if k % every == 0 or k == sweeps - 1:
            chain.learn(levels=prior is not None)
        if k >= sweeps - keep:
            cells_meant.append(chain.cells())
            drawn.append(chain.shares)
            extra.append(chain.extra_drawn)
            incidents.append(chain.incidents)
    axes = tuple(np.array([d[q] for d in drawn]) for q in range(3))
    return Drawn(cells_meant, axes, np.array(extra), np.array(incidents))
