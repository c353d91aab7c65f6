"""What may be taken for what: the places and the kinds that a report may stand for.

Why ranks and not distances: a geocoder errs to the next name on its list, which is 2 km off in a town and 20 km off in
the steppe. How likely each rank of neighbour is, the reports tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Reach:
    """For each thing seen, the things it may stand for, and how far off each would be.

    `meant[first[i]:first[i + 1]]` are the codes that code i may stand for, `level` the comparison level of each
    (0: the same), `spread` the number of codes over which the meant one spreads that level.
    """

    first: _Array
    meant: _Array
    level: _Array
    spread: _Array
    levels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.first) - 1


def neighbours(points_km: _Array, *, ranks: tuple[int, ...] = (2, 5, 8), within_km: float = 25.0) -> Reach:
    """Let each place stand for those places that have it among their nearest seen neighbours.

    Parameters
    ----------
    points_km
        Coordinates of the distinct places seen, shape (places, 2 or 3), km.
    ranks
        Upper edges of the bands of neighbour rank: (2, 5, 8) compares rank 1-2, 3-5 and 6-8.
    within_km
        Neighbours further off are left out.

    Examples
    --------
    >>> r = neighbours(np.array([[0.0, 0], [3, 0], [100, 0]]), ranks=(2,))
    >>> r.meant[r.first[0]:r.first[1]].tolist(), r.level[r.first[0]:r.first[1]].tolist()
    ([0, 1], [0, 1])
    """
    n = len(points_km)
    k = min(ranks[-1], max(n - 1, 0))
    meant = [np.arange(n)]
    seen, level, spread = [np.arange(n)], [np.zeros(n, np.int64)], [np.ones(n)]
    if k:
        km, near = cKDTree(points_km).query(points_km, k + 1, distance_upper_bound=within_km)
        rank = np.broadcast_to(np.arange(k + 1), near.shape)
        # with places at one point the query may not name the place itself first
        ok = (near != np.arange(n)[:, None]) & np.isfinite(km) & (rank > 0)
        band = np.searchsorted(ranks, rank[ok]) + 1
        source = np.broadcast_to(np.arange(n)[:, None], near.shape)[ok]
        size = np.bincount(source * (len(ranks) + 1) + band, minlength=n * (len(ranks) + 1))
        meant, seen = [*meant, source], [*seen, near[ok]]
        level, spread = [*level, band], [*spread, size[source * (len(ranks) + 1) + band].astype(float)]
    low = (0, *ranks[:-1])
    names = ("same place", *(f"neighbour {a + 1}-{b}" for a, b in zip(low, ranks, strict=True)))
    return _reach(np.concatenate(seen), np.concatenate(meant), np.concatenate(level), np.concatenate(spread), n, names)


def kinds(allowed: _Array) -> Reach:
    """Let each kind stand for the kinds that it may be taken for.

    Parameters
    ----------
    allowed
        Whether a report of kind i may be of an incident of kind j, shape (kinds, kinds); the diagonal counts as true.

    Examples
    --------
    >>> kinds(np.ones((3, 3), bool)).spread.tolist()
    [1.0, 2.0, 2.0, 2.0, 1.0, 2.0, 2.0, 2.0, 1.0]
    """
    allowed = np.asarray(allowed, dtype=bool) | np.eye(len(allowed), dtype=bool)
    seen, meant = np.nonzero(allowed)
    level = (seen != meant).astype(np.int64)
    spread = np.where(level == 0, 1.0, np.maximum(allowed.sum(0) - 1, 1)[meant])
    return _reach(seen, meant, level, spread, len(allowed), ("same kind", "other kind"))


def _reach(seen: _Array, meant: _Array, level: _Array, spread: _Array, n: int, names: tuple[str, ...]) -> Reach:
    order = np.lexsort((meant, seen))
    first = np.r_[0, np.cumsum(np.bincount(seen, minlength=n))]
    return Reach(first, meant[order], level[order], spread[order], names)
