"""A way over cells that gains most in a given length: insertion by gain per metre, then shorter ways, then more cells.

Why insertion and not the nearest next cell: a cell that lies between two chosen ones costs almost nothing, and the way
to a far zone pays only for all of its cells together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST = 1e-4
"""A pass that adds less is not flown."""
ANEW = 32
"""Insertions after which the cheapest place of every cell is looked up anew."""
ROUNDS = 3
"""Rounds of shortening and filling."""
ENOUGH = 0.98
"""A way that gains this share of what none can exceed is not looked for further."""
MAX_SEEDS = 8
"""Zones in which the choice is begun at most."""
MAX_SHORTENED = 400
"""Ways with more visits are not shortened by exchanging legs: it takes the square of their number."""


def best_tour(
    at: Array, chance: Array, *, reach_m: float, cell_m: float, home: Array | None, groups: Ints
) -> tuple[Ints, float]:
    """Give the cells to visit, in order, and the length of the way, metres.

    Parameters
    ----------
    at
        Centres of the cells, metres, shape (cells, 2).
    chance
        Of seeing a thing in a cell after 0, 1, ... passes, shape (cells, passes + 1), not falling.
    reach_m
        Longest way.
    cell_m
        Side of a cell: a pass takes at least that.
    home
        Where the way begins and ends, shape (2,), or None.
    groups
        Zone of each cell: the choice is begun anywhere and where most can be gained near by, in all and in each zone;
        the best is taken.

    >>> at = np.array([[0.0, 0.0], [100.0, 0.0], [900.0, 0.0]])
    >>> chance = np.array([[0.0, 0.5], [0.0, 0.5], [0.0, 0.6]])
    >>> tour, length = best_tour(at, chance, reach_m=300.0, cell_m=100.0, home=None, groups=np.zeros(3, int))
    >>> sorted(tour.tolist()), length
    ([0, 1], 200.0)
    """
    first = chance[:, 1] - chance[:, 0]
    seeds: list[int | None] = [None, _richest(np.arange(len(at)), at, first, reach_m)]
    if len(names := np.unique(groups)) > 1:
        seeds += [_richest(np.flatnonzero(groups == g), at, first, reach_m) for g in names[:MAX_SEEDS].tolist()]
    best: tuple[float, Ints, float] = (-1.0, np.zeros(0, dtype=np.int64), 0.0)
    for seed in dict.fromkeys(seeds):
        tour = [] if seed is None else [seed]
        if tour and _length(tour, at, cell_m, home) > reach_m:
            continue
        for _ in range(ROUNDS):
            had = len(tour)
            tour = _fill(tour, at, chance, reach_m, cell_m, home)
            tour = _shorten(tour, at, cell_m, home)
            if len(tour) == had:
                break
        passes = np.bincount(np.array(tour, dtype=np.int64), minlength=len(at))
        gain = float((chance[np.arange(len(at)), passes] - chance[:, 0]).sum())
        if gain > best[0] + 1e-12:
            best = (gain, np.array(tour, dtype=np.int64), _length(tour, at, cell_m, home))
        if gain >= ENOUGH * most_gain(chance, reach_m=reach_m, cell_m=cell_m):
            break
    return best[1], best[2]


def most_gain(chance: Array, *, reach_m: float, cell_m: float) -> float:
    """Give what no way can exceed: every pass takes a cell's length, so take the passes that add most.

    >>> most_gain(np.array([[0.0, 0.5, 0.6], [0.2, 0.5, 0.7]]), reach_m=250.0, cell_m=100.0)
    0.8
    """
    return float(np.sort(np.diff(chance, axis=1).ravel())[::-1][: int(reach_m // cell_m)].sum())


def _richest(cells: Ints, at: Array, first: Array, reach_m: float) -> int:
    """Give the cell around which most can be gained, of 50 of the given ones."""
    some = cells[np.unique(np.linspace(0, len(cells) - 1, 50).astype(np.int64))]
    near = cKDTree(at).query_ball_point(at[some], 0.5 * reach_m)
    return int(some[int(np.argmax([first[n].sum() for n in near]))])


def _legs(a: Array, b: Array, cell_m: float) -> Array:
    """Give the metres between places, at least one cell."""
    return np.asarray(np.maximum(np.hypot(a[..., 0] - b[..., 0], a[..., 1] - b[..., 1]), cell_m))


def _length(tour: list[int], at: Array, cell_m: float, home: Array | None) -> float:
    """Give the length of a way: legs, the way from and to home, or the last cell itself without one."""
    if not tour:
        return 0.0
    path = at[tour]
    inner = float(_legs(path[:-1], path[1:], cell_m).sum())
    if home is None:
        return inner + cell_m
    return inner + float(_legs(home, path[0], cell_m) + _legs(path[-1], home, cell_m))


def _fill(tour: list[int], at: Array, chance: Array, reach_m: float, cell_m: float, home: Array | None) -> list[int]:
    """Insert cells by gain per metre while the way is short enough."""
    tour, cells = list(tour), len(at)
    passes = np.bincount(np.array(tour, dtype=np.int64), minlength=cells)
    length = _length(tour, at, cell_m, home)
    step = np.append(np.diff(chance, axis=1), np.zeros((cells, 1)), axis=1)
    cost, where = _insertions(tour, at, cell_m, home)
    while True:
        gain = step[np.arange(cells), np.minimum(passes, step.shape[1] - 1)]
        able = (gain > LEAST) & (length + cost <= reach_m + 1e-6)
        if not able.any():
            return tour
        pick = int(np.argmax(np.where(able, gain / np.maximum(cost, 1e-3 * cell_m), -1.0)))
        place = int(where[pick])
        length += float(cost[pick])
        tour.insert(place, pick)
        passes[pick] += 1
        if len(tour) % ANEW == 0 or len(tour) < ANEW:
            cost, where = _insertions(tour, at, cell_m, home)
        else:
            cost, where = _inserted(tour, at, cell_m, home, cost, where, place)


def _insertions(tour: list[int], at: Array, cell_m: float, home: Array | None) -> tuple[Array, Ints]:
    """Give for every cell the least further metres and the place in the order where it costs them."""
    cost, where = np.full(len(at), np.inf), np.zeros(len(at), dtype=np.int64)
    for place in range(len(tour) + 1):
        extra = _extra(tour, place, at, cell_m, home)
        where = np.where(extra < cost, place, where)
        cost = np.minimum(extra, cost)
    return cost, where


def _inserted(
    tour: list[int], at: Array, cell_m: float, home: Array | None, cost: Array, where: Ints, place: int
) -> tuple[Array, Ints]:
    """Bring the costs up to date after one insertion: one leg is gone, two are new.

    A cell that would have gone into the leg that is gone is given its place in a new one; whether another leg is
    cheaper by now is looked up every `ANEW` insertions only.
    """
    stale = np.flatnonzero(where == place)
    where = np.where(where > place, where + 1, where)
    cost = cost.copy()
    cost[stale] = np.inf
    ends = {0, len(tour)} if home is None else set()
    for new in sorted({place, place + 1} | ends):
        extra = _extra(tour, new, at, cell_m, home)
        where = np.where(extra < cost, new, where)
        cost = np.minimum(extra, cost)
    return cost, where


def _extra(
    tour: list[int], place: int, at: Array, cell_m: float, home: Array | None, cells: Ints | None = None
) -> Array:
    """Give the further metres of inserting each cell at one place in the order."""
    new = at if cells is None else at[cells]
    before = at[tour[place - 1]] if place else home
    after = at[tour[place]] if place < len(tour) else home
    if not tour:
        return np.full(len(new), cell_m) if home is None else 2.0 * _legs(new, np.asarray(home), cell_m)
    total = np.zeros(len(new))
    if before is not None:
        total = total + _legs(new, before, cell_m)
    if after is not None:
        total = total + _legs(new, after, cell_m)
    if before is not None and after is not None:
        total = total - float(_legs(before, after, cell_m))
    return total


def _shorten(tour: list[int], at: Array, cell_m: float, home: Array | None) -> list[int]:
    """Turn pieces of the way round while that shortens it (2-opt)."""
    if not 3 <= len(tour) <= MAX_SHORTENED:
        return tour
    order = np.array(tour, dtype=np.int64)
    for _ in range(2 * len(order)):
        path = at[order]
        n = len(path)
        between = _legs(path[:, None], path[None], cell_m)
        out = np.zeros(n) if home is None else _legs(path, home, cell_m)
        before = np.vstack([out[None], between[:-1]])  # [i, k]: from what stands before i to k
        after = np.hstack([between[:, 1:], out[:, None]])  # [k, j]: from k to what stands behind j
        i, j = np.triu_indices(n, 1)
        now = before[i, i] + after[j, j]
        then = before[i, j] + after[i, j]
        saved = now - then
        best = int(np.argmax(saved))
        if saved[best] <= 1e-6:
            break
        a, b = int(i[best]), int(j[best])
        order[a : b + 1] = order[a : b + 1][::-1]
    return [int(k) for k in order]
