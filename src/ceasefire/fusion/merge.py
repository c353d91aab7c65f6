"""Groups from the closest pairs first, each pair joined only while its group could still be one event.

Taken one after the other, a million pairs are slow. A pair is settled at once with others where none before it
touches either of its groups: its turn comes before anything can change for it. What is left over when few such pairs
remain is taken one after the other. Both ways give the same groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

_Array = np.ndarray[Any, Any]
_FEW, _SHARE = 300, 0.05
"""Pairs are taken one by one when a round settles fewer than this number and this share of those left."""


@dataclass(frozen=True)
class Discs:
    """What can be one event, in columns of shape (n,)."""

    start: _Array
    end: _Array
    """Hours."""
    xyz: _Array
    """Centres, km, shape (n, 3)."""
    precision: _Array
    """How much a centre counts for the middle."""
    reach: _Array
    """Square of the distance that the middle may lie from the centre, square km."""
    kinds: tuple[tuple[_Array, _Array], ...]
    """Pairs of codes, shape (n,), and which codes go together, shape (k, k)."""


def merge(discs: Discs, i: _Array, j: _Array, cost: _Array, *, slack_hours: float) -> _Array:
    """Join pairs, the closest first, each only while one instant, place and kind exist that all members could mean.

    Parameters
    ----------
    discs
        n members.
    i, j, cost
        Pairs of members and how far apart they are, shape (pairs,).
    slack_hours
        The latest start may lie so much after the earliest end.

    Returns
    -------
    The first member of each member's group, shape (n,).

    >>> kinds = ((np.zeros(3, int), np.ones((1, 1), bool)),)
    >>> at = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]])
    >>> discs = Discs(np.zeros(3), np.ones(3), at, np.ones(3), np.full(3, 0.5), kinds)
    >>> merge(discs, np.array([0, 1]), np.array([1, 2]), np.array([0.2, 0.1]), slack_hours=0.0).tolist()
    [0, 1, 1]
    """
    order = np.lexsort((j, i, cost))
    i, j = i[order], j[order]
    groups = _Groups(discs, np.union1d(i, j), slack_hours)
    while len(i):
        a, b = groups.root[i], groups.root[j]
        left = np.flatnonzero((a != b) & groups.agree(a, b))
        i, j, a, b = i[left], j[left], a[left], b[left]
        turn = _whose_turn(a, b, len(groups.root))
        done = len(turn)
        if done < _FEW + _SHARE * len(i):
            _one_by_one(groups, i, j)
            break
        fits = turn[groups.one_place(a[turn], b[turn])]
        groups.join(a[fits], b[fits])
        rest = np.ones(len(i), dtype=bool)
        rest[turn] = False
        i, j = i[rest], j[rest]
    return groups.root


def _whose_turn(a: _Array, b: _Array, n: int) -> _Array:
    """Give the pairs, in order of their cost, that no earlier pair shares a group with."""
    at = np.arange(len(a))
    first = np.full((2, n), len(a))
    first[0, a[::-1]] = at[::-1]  # the last value given stays
    first[1, b[::-1]] = at[::-1]
    earliest = first.min(axis=0)
    return np.flatnonzero((earliest[a] == at) & (earliest[b] == at))


class _Groups:
    """Groups by their first member: what all members allow together."""

    def __init__(self, discs: Discs, inside: _Array, slack_hours: float) -> None:
        self.discs, self.inside, self.slack = discs, inside, slack_hours
        self.root = np.arange(len(discs.start))
        self.start, self.end = discs.start.copy(), discs.end.copy()
        self.held = [_bits(np.eye(len(match), dtype=bool))[codes] for codes, match in discs.kinds]
        self.allowed = [_bits(match)[codes] for codes, match in discs.kinds]

    def agree(self, a: _Array, b: _Array) -> _Array:
        """Tell whether pairs of groups have an instant and kinds in common: once not, never again."""
        out = np.maximum(self.start[a], self.start[b]) - np.minimum(self.end[a], self.end[b]) <= self.slack
        for held, allowed in zip(self.held, self.allowed, strict=True):
            out &= ~((held[a] & ~allowed[b]) | (held[b] & ~allowed[a])).any(axis=1)
        return np.asarray(out)

    def one_place(self, a: _Array, b: _Array) -> _Array:
        """Tell whether the middle of two groups' discs, the precise ones counting more, lies in reach of each.

        No group is in two of the pairs.
        """
        pair = np.full(len(self.root), -1)
        pair[a] = pair[b] = np.arange(len(a))
        of = pair[self.root[self.inside]]
        members, of = self.inside[of >= 0], of[of >= 0]
        precision, xyz = self.discs.precision[members], self.discs.xyz[members]
        total = np.bincount(of, precision, len(a))
        middle = np.stack([np.bincount(of, precision * xyz[:, d], len(a)) / total for d in range(3)], axis=1)
        far = ((xyz - middle[of]) ** 2).sum(axis=1) > self.discs.reach[members]
        return np.asarray(np.bincount(of, far, len(a)) == 0)

    def join(self, a: _Array, b: _Array) -> None:
        """Make one group of each pair; no group is in two of them."""
        keep, drop = np.minimum(a, b), np.maximum(a, b)
        to = np.arange(len(self.root))
        to[drop] = keep
        self.root[self.inside] = to[self.root[self.inside]]
        self.start[keep], self.end[keep] = (
            np.maximum(self.start[a], self.start[b]),
            np.minimum(self.end[a], self.end[b]),
        )
        for held, allowed in zip(self.held, self.allowed, strict=True):
            held[keep], allowed[keep] = held[a] | held[b], allowed[a] & allowed[b]


def _bits(rows: _Array) -> _Array:
    """Pack booleans of shape (k, bits) to shape (k, bytes)."""
    return np.packbits(rows, axis=1)


def _one_by_one(groups: _Groups, i: _Array, j: _Array) -> None:
    """Join pairs in order; plain lists and whole numbers as bit masks, because groups are small and many."""
    inside = np.flatnonzero(np.isin(groups.root, groups.root[np.union1d(i, j)]))
    at = {member: k for k, member in enumerate(inside.tolist())}
    parent = [at[r] for r in groups.root[inside].tolist()]
    d = groups.discs
    start, end = groups.start[inside].tolist(), groups.end[inside].tolist()
    held, allowed = (
        [[int.from_bytes(row) for row in m[inside]] for m in part] for part in (groups.held, groups.allowed)
    )
    discs = list(zip(*d.xyz[inside].T.tolist(), d.precision[inside].tolist(), d.reach[inside].tolist(), strict=True))
    members: list[list[int]] = [[] for _ in inside]
    for k, r in enumerate(parent):
        members[r].append(k)

    def root(x: int) -> int:
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    kinds = list(zip(held, allowed, strict=True))
    for p, q in zip(i.tolist(), j.tolist(), strict=True):
        a, b = root(at[p]), root(at[q])
        if a == b:
            continue
        latest, earliest = max(start[a], start[b]), min(end[a], end[b])
        if latest - earliest > groups.slack:
            continue
        if any(of[a] & ~may[b] or of[b] & ~may[a] for of, may in kinds):
            continue
        both = members[a] + members[b]
        if not _one_place([discs[m] for m in both]):
            continue
        keep, drop = min(a, b), max(a, b)
        parent[drop], members[keep], members[drop] = keep, both, []
        start[keep], end[keep] = latest, earliest
        for of, may in kinds:
            of[keep], may[keep] = of[a] | of[b], may[a] & may[b]
    groups.root[inside] = inside[[root(k) for k in range(len(inside))]]


def _one_place(discs: list[tuple[float, float, float, float, float]]) -> bool:
    """Tell of a few discs what `_Groups.one_place` tells: a disc is its centre, its precision and its reach."""
    x = y = z = total = 0.0
    for px, py, pz, precision, _ in discs:
        x, y, z, total = x + precision * px, y + precision * py, z + precision * pz, total + precision
    x, y, z = x / total, y / total, z / total
    return all((px - x) ** 2 + (py - y) ** 2 + (pz - z) ** 2 <= reach for px, py, pz, _, reach in discs)
