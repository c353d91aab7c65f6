"""How often reports meant the same incident: from samples of meanings to pairs with a probability.

Why atoms: most reports of one incident mean the same in every sample; they are one atom, and only pairs of atoms
need counting, so that a thousand copies of one headline are not half a million pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Together:
    """Atoms of reports that were never parted, and pairs of atoms with the share of samples in which they met."""

    atom: _Array
    size: _Array
    i: _Array
    j: _Array
    probability: _Array


def together(samples: list[_Array], *, single: _Array | None = None) -> Together:
    """Count who meant the same incident how often.

    Parameters
    ----------
    samples
        Incident meant by each report in each sample, arrays of shape (n,) of whole numbers from 0.
    single
        Positions of reports that must be atoms of their own.

    Examples
    --------
    >>> t = together([np.array([0, 0, 0]), np.array([0, 0, 7])])
    >>> t.atom.tolist(), t.i.tolist(), t.j.tolist(), t.probability.tolist()
    ([0, 0, 1], [0], [1], [0.5])
    """
    digest = _digest(samples)
    if single is not None:
        digest[single] ^= _digest([digest[single], np.asarray(single) + 1])
    # numbered by their first report, so that atoms near in time and place are near in memory
    member, atom = _distinct(digest)
    size = np.bincount(atom)
    n = len(size)
    keys, counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
    waiting: list[_Array] = []
    for k, sample in enumerate(samples):
        waiting.append(_pairs(sample[member], n))
        if k == len(samples) - 1 or sum(map(len, waiting)) > 20_000_000:
            found, times = np.unique(np.concatenate(waiting), return_counts=True)
            waiting = []
            keys, inverse = np.unique(np.r_[keys, found], return_inverse=True)
            counts = np.bincount(inverse, np.r_[counts, times]).astype(np.int64)
    return Together(atom, size, keys // n, keys % n, counts / len(samples))


def _digest(samples: list[_Array]) -> _Array:
    """Give reports with the same cell in every sample the same 64-bit number, others (but one in 10^7 runs) not."""
    digest = np.zeros(len(samples[0]), dtype=np.uint64)
    for sample in samples:
        digest ^= sample.astype(np.uint64)
        digest *= np.uint64(0x9E3779B97F4A7C15)
        digest ^= digest >> np.uint64(29)
    return digest


def _distinct(digest: _Array) -> tuple[_Array, _Array]:
    """Give the first position of each distinct number, rising, and which of them each one is."""
    order = np.argsort(digest)
    new = np.diff(digest[order], prepend=~digest[order[:1]]) != 0
    begin = np.flatnonzero(new)
    first = np.minimum.reduceat(order, begin)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    atom = np.empty(len(order), dtype=np.int64)
    atom[order] = rank[np.cumsum(new) - 1]
    return np.sort(first), atom


def _pairs(cell: _Array, n: int) -> _Array:
    """All pairs of atoms in the same cell, as keys i * n + j with i < j."""
    # one number holds both, because sorting numbers is much faster than sorting positions
    key = np.sort(cell.astype(np.int64) * n + np.arange(n))
    cell, member = np.divmod(key, n)
    out, at = [np.zeros(0, np.int64)], np.arange(n)
    for step in range(1, n):
        at = at[at < n - step]
        at = at[cell[at] == cell[at + step]]
        if not len(at):
            break
        out.append(member[at] * n + member[at + step])
    return np.concatenate(out)
