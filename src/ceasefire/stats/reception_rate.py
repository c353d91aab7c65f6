"""Reception by cell and hour from what was heard against what was due, shrunk where few ships sailed.

Why shrink: one ship in a cell tells little, and the cells and hours about it tell a lot. The rate is a product: what a
station hears of a cell in the long run, whether the station lived in that hour, and how the neighbourhood fared in that
hour against both. Each factor is a ratio of counts with a gamma prior of mean one (gamma-Poisson), so that nothing
heard of much due pulls it to zero, and nothing due leaves it as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix
from scipy.special import betaln

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

SHIP_CAP = 10.0
"""One ship in one cell and hour is worth at most so many independent looks: its mast and its radio are its own."""

PRIOR_LOOKS = 0.5
"""Looks that the long-run rate is worth in a cell and hour where no ship sailed."""

PRIOR_COUNT = 1.0
"""Strength of the gamma priors, in messages that were due."""

MOST = 0.995
"""No reception is taken for better."""


@dataclass(frozen=True, eq=False)
class Rates:
    """Reception in cells, in hours and, as far as stations live or fail, in ticks: parts of an hour."""

    heard: Array
    """What each station hears of a cell while it lives, shape (cells, stations)."""
    alive: Array
    """Whether it lived, 0 to 1, shape (stations, ticks)."""
    per_hour: int
    """Ticks in an hour."""
    least: float
    """No reception is taken for worse."""
    looks: Array
    """Independent looks that rest on the hour itself, shape (cells, hours)."""
    near: tuple[Array, Array]
    """Looks heard, and looks that stations and their life let expect, in the neighbourhood; shape (cells, hours)."""
    far: tuple[Array, Array]
    """The same in wider blocks, shape (blocks, hours)."""
    block: Numbers
    """Block of each cell."""

    def base(self, cell: Numbers, tick: Numbers) -> Array:
        """Give what stations and their life alone let expect, shape (n,)."""
        out = np.zeros(len(cell))
        for station in range(self.heard.shape[1]):
            out += self.heard[cell, station] * self.alive[station, tick]
        return np.clip(out, self.least, MOST)

    def chance(self, cell: Numbers, tick: Numbers, less: tuple[Array, ...] | None = None) -> Array:
        """Give P(one transmission is received), shape (n,).

        Parameters
        ----------
        cell, tick
            Numbers, shape (n,).
        less
            To leave out: heard and expected near, heard and expected far, each of shape (n,).
        """
        hour, block = tick // self.per_hour, self.block[cell]
        parts = [
            self.near[0][cell, hour], self.near[1][cell, hour], self.far[0][block, hour], self.far[1][block, hour]
        ]  # fmt: skip
        if less is not None:
            parts = [np.maximum(whole - part, 0.0) for whole, part in zip(parts, less, strict=True)]
        wide = np.minimum((parts[2] + PRIOR_COUNT) / (parts[3] + PRIOR_COUNT), 2.0)
        local = (parts[0] + PRIOR_COUNT * wide) / (parts[1] + PRIOR_COUNT)
        return np.clip(self.base(cell, tick) * local, 1e-4, MOST)


def looks_of(due: ArrayLike, cap: float = SHIP_CAP) -> Array:
    """Give the independent looks that transmissions of one ship in one cell and hour are worth.

    >>> looks_of([1.0, 10.0, 1000.0]).round(2).tolist()
    [0.91, 5.0, 9.9]
    """
    n = np.asarray(due, dtype=np.float64)
    return n / (1.0 + n / cap)


def rates(
    cell: ArrayLike,
    tick: ArrayLike,
    looks: ArrayLike,
    heard: ArrayLike,
    *,
    by_station: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
    near: csr_matrix,
    far: csr_matrix,
    block: ArrayLike,
    hours: int,
    per_hour: int = 1,
    rounds: int = 3,
) -> Rates:
    """Estimate reception.

    Parameters
    ----------
    cell, tick, looks, heard
        Rows, one for each ship in a cell and tick: looks that were due and the part of them that was heard.
    by_station
        Station (0 to stations - 1), cell, tick and looks heard by that station, each of shape (heard rows,).
    near
        Weights of cells for cells, shape (cells, cells), 1 on the diagonal.
    far
        Weights of blocks for blocks, shape (blocks, blocks), 1 on the diagonal.
    block
        Block of each cell, shape (cells,).
    hours
        Number of hours.
    per_hour
        Ticks in an hour.
    rounds
        Rounds between the long-run map and the life of the stations.

    >>> one = csr_matrix(np.eye(1))
    >>> got = rates([0, 0], [0, 1], [90.0, 90.0], [81.0, 0.0], by_station=([0], [0], [0], [81.0]),
    ...     near=one, far=one, block=[0], hours=2)
    >>> got.chance(np.array([0, 0]), np.array([0, 1])).round(2).tolist()  # an outage, and no reason to doubt the first
    [0.9, 0.0]
    """
    c, k = np.asarray(cell, dtype=np.int64), np.asarray(tick, dtype=np.int64)
    n, got = np.asarray(looks, dtype=np.float64), np.asarray(heard, dtype=np.float64)
    s, sc, st, sn = (np.asarray(v) for v in by_station)
    cells, stations, ticks = near.shape[0], int(s.max(initial=0)) + 1, hours * per_hour
    due = csr_matrix((n, (c, k)), shape=(cells, ticks))
    total = np.asarray(due.sum(axis=0), dtype=np.float64).ravel()
    around = _dense(near @ csr_matrix((sn, (sc, s)), shape=(cells, stations)))
    heard_at = _dense(csr_matrix((sn, (s, st)), shape=(stations, ticks)))
    alive = np.ones((stations, ticks))
    for _ in range(rounds):
        # the map: what each station hears of a cell while it lives
        watched = np.asarray(near @ (due @ alive.T))
        usual = (heard_at.sum(axis=1) + 0.5) / (alive @ total + 1.0)
        heard_map = (around + PRIOR_COUNT * usual) / (watched + PRIOR_COUNT)
        # the life: what each station heard in the hour, and then in the tick, against what its map says
        expected = np.asarray((due.T @ heard_map).T)
        by_hour = [v.reshape(stations, hours, per_hour).sum(axis=2) for v in (heard_at, expected)]
        lived = np.repeat((by_hour[0] + PRIOR_COUNT) / (by_hour[1] + PRIOR_COUNT), per_hour, axis=1)
        alive = np.minimum((heard_at + PRIOR_COUNT * lived) / (expected + PRIOR_COUNT), 1.5)
        peak = np.maximum(np.quantile(alive, 0.75, axis=1, keepdims=True), 1e-3)
        alive = np.minimum(alive / peak, 1.0)
    least = (got.sum() + 0.5) / (n.sum() + 1.0) * 1e-3
    blocks, hour = np.asarray(block, dtype=np.int64), k // per_hour
    none = np.zeros((0, 0))
    first = Rates(heard_map, alive, per_hour, least, none, (none, none), (none, none), blocks)
    sums = [csr_matrix((v, (c, hour)), shape=(cells, hours)) for v in (n, got, n * first.base(c, k))]
    pool = csr_matrix((np.ones(cells), (blocks, np.arange(cells))), shape=(far.shape[0], cells))
    looks_near, got_near, due_near = (_dense(near @ v) for v in sums)
    got_far, due_far = (_dense(far @ (pool @ v)) for v in sums[1:])
    return Rates(heard_map, alive, per_hour, least, looks_near, (got_near, due_near), (got_far, due_far), blocks)


def none_heard(chance: ArrayLike, looks: ArrayLike, transmissions: ArrayLike) -> Array:
    """Give P(not one of several transmissions is received) where the reception itself is uncertain.

    Why: with a known reception of 0.7, sixty transmissions are never all missed. With a reception that rests on two
    looks they may well be: the receiver may have been down. Beta-binomial: the reception has a beta distribution of
    mean `chance`, worth `PRIOR_LOOKS + looks` looks.

    >>> none_heard(0.7, [0.0, 5.0, 100.0], 60.0).round(4).tolist()
    [0.0681, 0.0, 0.0]
    """
    p = np.clip(np.asarray(chance, dtype=np.float64), 1e-6, 1 - 1e-6)
    strength = PRIOR_LOOKS + np.asarray(looks, dtype=np.float64)
    n = np.asarray(transmissions, dtype=np.float64)
    return np.asarray(np.exp(betaln(p * strength, (1 - p) * strength + n) - betaln(p * strength, (1 - p) * strength)))


def none_of_all(
    of: ArrayLike, hour: ArrayLike, chance: ArrayLike, looks: ArrayLike, transmissions: ArrayLike, n: int
) -> Array:
    """Give P(not one of all transmissions is received) for each of n silences, from their steps.

    Steps in one hour share one uncertain reception, so their transmissions are added up before `none_heard`; hours are
    independent of each other.

    Parameters
    ----------
    of
        Silence of each step, 0 to n - 1, shape (steps,).
    hour, chance, looks, transmissions
        Hour, reception (NaN: nobody can tell, and nothing follows from it), looks, and transmissions of each step.

    >>> none_of_all([0, 0, 1], [5, 5, 5], [0.5, 0.5, np.nan], [1, 1, 0], [2, 2, 2], 2).round(3).tolist()
    [0.229, 1.0]
    """
    of, hour = np.asarray(of, dtype=np.int64), np.asarray(hour, dtype=np.int64)
    p, sent = np.asarray(chance, dtype=np.float64), np.asarray(transmissions, dtype=np.float64)
    known = np.isfinite(p) & (sent > 0)
    of, hour, p, sent, see = of[known], hour[known], p[known], sent[known], np.asarray(looks)[known]
    keys, group = np.unique(of * 10_000_000 + hour, return_inverse=True)
    total = np.maximum(np.bincount(group, sent), 1e-9)
    none = none_heard(np.bincount(group, p * sent) / total, np.bincount(group, see * sent) / total, total)
    logs = np.bincount(keys // 10_000_000, np.log(np.maximum(none, 1e-300)), minlength=n)
    return np.asarray(np.exp(logs[:n]))


def _dense(matrix: Any) -> Array:
    return np.asarray(matrix.todense() if hasattr(matrix, "todense") else matrix, dtype=np.float64)
