"""Average linkage with negative evidence counted: a group grows while its pairs are of one event on average.

Why: joining every pair above a threshold chains neighbours into one event, and a greedy pass depends on its order.
Here the evidence between two groups is the mean over all their pairs, those with no evidence at all counting as
zero, and pairs that are known to be apart never meet in a group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Merges:
    """Merges in order of falling mean probability: `keep[k]` took in `drop[k]` at `height[k]`."""

    n: int
    keep: _Array
    drop: _Array
    height: _Array

    def cut(self, height: float) -> _Array:
        """Give the group of each of the n members when merging stops below a mean probability, shape (n,).

        >>> average_linkage(np.array([0, 1]), np.array([1, 2]), np.array([0.9, 0.8]), 4).cut(0.5).tolist()
        [0, 0, 2, 3]
        """
        used = self.height >= height
        parent = np.arange(self.n)
        parent[self.drop[used]] = self.keep[used]
        while True:
            further = parent[parent]
            if np.array_equal(further, parent):
                return parent
            parent = further

    def cut_at(self, groups: float, *, lowest: float, highest: float) -> float:
        """Give the height that leaves a number of groups, kept between two bounds.

        >>> average_linkage(np.array([0, 1]), np.array([1, 2]), np.array([0.9, 0.8]), 4).cut_at(3, lowest=0, highest=1)
        0.9
        """
        falling = np.sort(self.height)[::-1]
        wanted = round(self.n - groups)
        at = highest if wanted <= 0 else (float(falling[wanted - 1]) if wanted <= len(falling) else lowest)
        return float(np.clip(at, lowest, highest))


def average_linkage(
    i: _Array,
    j: _Array,
    probability: _Array,
    n: int,
    *,
    size: _Array | None = None,
    lowest: float = 0.2,
    apart: tuple[_Array, _Array] | None = None,
) -> Merges:
    """Merge n members by the mean probability between groups, highest first, down to `lowest`.

    Parameters
    ----------
    i, j, probability
        Pairs and their probability of being of one event, shape (pairs,), each pair once, i != j; others are 0.
    n
        Number of members.
    size
        What each member counts for, shape (n,); 1 by default.
    lowest
        Means below this are not merged, above 0.
    apart
        Pairs that must never be in one group.

    Returns
    -------
    The merges, by falling height; the same for any order of the pairs.

    Notes
    -----
    Groups that are each other's nearest are merged at once (reciprocal nearest neighbours), which for average linkage
    gives the same tree as one merge at a time (Bruynooghe 1978; Murtagh 1983). Rounds are few, each is a sort.
    """
    size = np.ones(n) if size is None else np.array(size, dtype=np.float64)
    a, b = np.minimum(i, j).astype(np.int64), np.maximum(i, j).astype(np.int64)
    total, barred = np.asarray(probability, dtype=np.float64) * size[a] * size[b], np.zeros(len(a), dtype=bool)
    if apart is not None:
        a = np.r_[a, np.minimum(*apart)]
        b = np.r_[b, np.maximum(*apart)]
        total = np.r_[total, np.zeros(len(apart[0]))]
        barred = np.r_[barred, np.ones(len(apart[0]), dtype=bool)]
    a, b, total, barred = _gather(a, b, total, barred, n)
    keep, drop, height = [], [], []
    while len(a):
        mean = np.where(barred, -1.0, total / (size[a] * size[b]))
        best = np.full(n, -1.0)
        np.maximum.at(best, a, mean)
        np.maximum.at(best, b, mean)
        # a group whose best is below the lowest can never rise above it: means of means stay below
        live = (best[a] >= lowest) & (best[b] >= lowest)
        a, b, total, barred, mean = a[live], b[live], total[live], barred[live], mean[live]
        if not len(a):
            break
        mutual = _mutual(a, b, mean, best, n)
        x, y, at = a[mutual], b[mutual], mean[mutual]
        keep.append(x)
        drop.append(y)
        height.append(at)
        size[x] += size[y]
        now = np.arange(n)
        now[y] = x
        a, b = now[a], now[b]
        a, b, total, barred = _gather(np.minimum(a, b), np.maximum(a, b), total, barred, n)
    if not keep:
        return Merges(n, np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return Merges(n, np.concatenate(keep), np.concatenate(drop), np.concatenate(height))


def _mutual(a: _Array, b: _Array, mean: _Array, best: _Array, n: int) -> _Array:
    """Pairs that are best for both ends; ties by a fixed shuffle of the pairs, so that cliques take few rounds."""
    top = np.flatnonzero((mean == best[a]) & (mean == best[b]))
    mixed = (a[top] * 0x9E3779B1 + b[top] * 0x85EBCA77) & 0x7FFFFFFF
    rank = np.empty(len(top), dtype=np.int64)
    rank[np.lexsort((b[top], a[top], mixed))] = np.arange(len(top))
    first = np.full(n, len(top), dtype=np.int64)
    np.minimum.at(first, a[top], rank)
    np.minimum.at(first, b[top], rank)
    return np.asarray(top[(first[a[top]] == rank) & (first[b[top]] == rank)])


def _gather(a: _Array, b: _Array, total: _Array, barred: _Array, n: int) -> tuple[_Array, _Array, _Array, _Array]:
    """Add up the pairs between the same two groups and leave out those within one."""
    between = a != b
    key = a[between] * n + b[between]
    order = np.argsort(key, kind="stable")
    key = key[order]
    if not len(key):
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, np.zeros(0), np.zeros(0, dtype=bool)
    first = np.flatnonzero(np.diff(key, prepend=-1))
    return (
        key[first] // n,
        key[first] % n,
        np.add.reduceat(total[between][order], first),
        np.logical_or.reduceat(barred[between][order], first),
    )
