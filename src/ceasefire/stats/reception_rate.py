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
    """Reception in cells and hours."""

    chance: Array
    """P(one transmission is received), shape (cells, hours)."""
    looks: Array
    """Independent looks that it rests on in that hour, shape (cells, hours)."""
    base: Array
    """What stations and their life alone would give, shape (cells, hours)."""
    known: Array
    """Looks of all hours in the neighbourhood, shape (cells,); 0 where no ship ever sailed."""
    near: tuple[Array, Array]
    """Looks heard and looks that `base` expects in the neighbourhood, shape (cells, hours)."""
    far: tuple[Array, Array]
    """The same in wider blocks, shape (blocks, hours)."""

    def again(self, cell: Array, hour: Array, block: Array, less: tuple[Array, ...]) -> Array:
        """Give the reception in some cells and hours as it is without part of what was heard and expected.

        Parameters
        ----------
        cell, hour, block
            Numbers, shape (n,).
        less
            To leave out: heard and expected near, heard and expected far, each of shape (n,).
        """
        near, near_due, far, far_due = (
            np.maximum(whole[at, hour] - part, 0.0)
            for (whole, at), part in zip(
                [(self.near[0], cell), (self.near[1], cell), (self.far[0], block), (self.far[1], block)],
                less,
                strict=True,
            )
        )
        return _together(self.base[cell, hour], (near, near_due), (far, far_due))


def looks_of(due: ArrayLike, cap: float = SHIP_CAP) -> Array:
    """Give the independent looks that transmissions of one ship in one cell and hour are worth.

    >>> looks_of([1.0, 10.0, 1000.0]).round(2).tolist()
    [0.91, 5.0, 9.9]
    """
    n = np.asarray(due, dtype=np.float64)
    return n / (1.0 + n / cap)


def rates(
    cell: ArrayLike,
    hour: ArrayLike,
    looks: ArrayLike,
    heard: ArrayLike,
    *,
    by_station: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
    near: csr_matrix,
    far: csr_matrix,
    block: ArrayLike,
    hours: int,
    rounds: int = 3,
) -> Rates:
    """Estimate reception.

    Parameters
    ----------
    cell, hour, looks, heard
        Rows, one for each ship in a cell and hour: looks that were due and the part of them that was heard.
    by_station
        Station (0 to stations - 1), cell, hour and looks heard by that station, each of shape (heard rows,).
    near
        Weights of cells for cells, shape (cells, cells), 1 on the diagonal.
    far
        Weights of blocks for blocks, shape (blocks, blocks), 1 on the diagonal.
    block
        Block of each cell, shape (cells,).
    hours
        Number of hours.
    rounds
        Rounds between the long-run map and the life of the stations.

    >>> one = csr_matrix(np.eye(1))
    >>> got = rates([0, 0], [0, 1], [90.0, 90.0], [81.0, 0.0], by_station=([0], [0], [0], [81.0]),
    ...     near=one, far=one, block=[0], hours=2)
    >>> got.chance.round(2).tolist()  # the second hour is an outage and no reason to doubt the first
    [[0.9, 0.0]]
    """
    c, h = np.asarray(cell, dtype=np.int64), np.asarray(hour, dtype=np.int64)
    n, k = np.asarray(looks, dtype=np.float64), np.asarray(heard, dtype=np.float64)
    s, sc, sh, sk = (np.asarray(v) for v in by_station)
    cells, stations = near.shape[0], int(s.max(initial=0)) + 1
    blocks = np.asarray(block, dtype=np.int64)
    due = csr_matrix((n, (c, h)), shape=(cells, hours))
    got = csr_matrix((k, (c, h)), shape=(cells, hours))
    overall = (k.sum() + 0.5) / (n.sum() + 1.0)
    heard_in = csr_matrix((sk, (sc, s)), shape=(cells, stations))
    heard_at = _dense(csr_matrix((sk, (s, sh)), shape=(stations, hours)))
    alive = np.ones((stations, hours))
    spread_heard = _dense(near @ heard_in)
    total = np.asarray(due.sum(axis=0), dtype=np.float64).ravel()
    for _ in range(rounds):
        # the map: what each station hears of a cell while it lives
        watched = np.asarray(near @ (due @ alive.T))
        usual = (heard_at.sum(axis=1) + 0.5) / (alive @ total + 1.0)
        heard_map = (spread_heard + PRIOR_COUNT * usual) / (watched + PRIOR_COUNT)
        # the life: what each station heard in the hour against what its map says
        expected = (due.T @ heard_map).T
        alive = np.minimum((heard_at + PRIOR_COUNT) / (np.asarray(expected) + PRIOR_COUNT), 1.5)
        peak = np.maximum(np.quantile(alive, 0.75, axis=1, keepdims=True), 1e-3)
        alive = np.minimum(alive / peak, 1.0)
    base = np.clip(heard_map @ alive, overall * 1e-3, MOST)
    due_base = due.multiply(base).tocsr()
    pool = csr_matrix((np.ones(cells), (blocks, np.arange(cells))), shape=(far.shape[0], cells))
    around = _dense(near @ got), _dense(near @ due_base)
    wide = _dense(far @ (pool @ got)), _dense(far @ (pool @ due_base))
    strength = _dense(near @ due)
    chance = _together(base, around, (wide[0][blocks], wide[1][blocks]))
    return Rates(chance, strength, base, strength.sum(axis=1), around, wide)


def _together(base: Array, near: tuple[Array, Array], far: tuple[Array, Array]) -> Array:
    wide = np.minimum((far[0] + PRIOR_COUNT) / (far[1] + PRIOR_COUNT), 2.0)
    local = (near[0] + PRIOR_COUNT * wide) / (near[1] + PRIOR_COUNT)
    return np.clip(base * local, 1e-4, MOST)


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


def _dense(matrix: Any) -> Array:
    return np.asarray(matrix.todense() if hasattr(matrix, "todense") else matrix, dtype=np.float64)
