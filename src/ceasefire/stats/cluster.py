"""Space-time clusters: points with enough company within a distance and a time, joined where they touch (DBSCAN).

Company is meant literally: a neighbour is no further than `reach_km` on the ground AND no further than `reach_hours`
in time, a cylinder, not the ball that comes of scaling time to kilometres.

How it stays fast without a compiled kernel: points are sorted by square column (side reach / sqrt 2) and time. In one
column all points are near enough, so only time counts: neighbours there are a difference of two binary searches, and
core points there are joined by links of consecutive ones. Pairs are looked at one by one only between columns, and only
where the answer is still open.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

TICK_HOURS = 1.0 / 3600.0
"""Times are held to the second."""
CHUNK = 1_000_000
"""Points looked at together: bounds the memory of the pairs."""
PAIRS = 4_000_000
"""Pairs looked at together."""


class _Sorted(NamedTuple):
    """Points in the order of columns and time."""

    order: NDArray[np.int32]
    key: Ints
    x: Floats
    y: Floats
    column: NDArray[np.int32]
    columns: Ints
    span: int
    width: int
    reach: float
    ticks: int


def space_time_clusters(
    x_km: ArrayLike, y_km: ArrayLike, t_hours: ArrayLike, *, reach_km: float, reach_hours: float, least: int = 5
) -> Ints:
    """Give the cluster of each point: the smallest index of its members, -1 where a point has too little company.

    Parameters
    ----------
    x_km, y_km
        Positions in a plane, km, shape (n,).
    t_hours
        Times, hours, shape (n,); held to the second.
    reach_km, reach_hours
        Two points are neighbours when they are within both.
    least
        Neighbours, itself included, that make a core point.

    Returns
    -------
    Labels of shape (n,). They depend on the points alone, not on their order in memory beyond the names. A border
    point near two clusters goes to the one whose smallest core index is smaller.

    Raises
    ------
    ValueError
        A value that is not finite, lengths that differ, a reach that is not above 0, `least` below 1, or an extent so
        large against the reach that columns cannot be numbered.

    Source: M. Ester, H.-P. Kriegel, J. Sander and X. Xu, "A density-based algorithm for discovering clusters", KDD 1996;
    D. Birant and A. Kut, "ST-DBSCAN", Data and Knowledge Engineering 60 (2007) 208-221; columns after T. Gunawan, "A
    faster algorithm for DBSCAN", TU Eindhoven 2013.

    >>> x = [0, 1, 1, 0, 50, 0]; t = [0, 1, 2, 3, 1, 99]
    >>> space_time_clusters(x, [0] * 6, t, reach_km=1.5, reach_hours=12, least=3).tolist()
    [0, 0, 0, 0, -1, -1]
    """
    s = _sort(x_km, y_km, t_hours, reach_km, reach_hours, least)
    n = len(s.key)
    labels = np.full(n, -1, dtype=np.int64)
    if not n:
        return labels
    core = _core(s, least)
    group = _join(s, core)
    index = np.full(n, n, dtype=np.int64)
    np.minimum.at(index, group[core], s.order[core])
    smallest_core = np.where(core, index[np.maximum(group, 0)], n)
    smallest_core = _adopt(s, core, smallest_core)
    member = smallest_core < n
    first = np.full(n, n, dtype=np.int64)
    np.minimum.at(first, smallest_core[member], s.order[member])
    labels[s.order[member]] = first[smallest_core[member]]
    return labels


def _sort(
    x_km: ArrayLike, y_km: ArrayLike, t_hours: ArrayLike, reach_km: float, reach_hours: float, least: int
) -> _Sorted:
    x, y, t = (np.asarray(v, dtype=np.float64) for v in (x_km, y_km, t_hours))
    if x.ndim != 1 or x.shape != y.shape or x.shape != t.shape:
        raise ValueError("positions and times must be arrays of one length")
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(y)) and np.all(np.isfinite(t))):
        raise ValueError("positions and times must be finite")
    if not (0 < reach_km < np.inf and 0 < reach_hours < np.inf and least >= 1):
        raise ValueError("reach_km and reach_hours must be above 0 and finite, least at least 1")
    empty = np.zeros(0, np.int32)
    if not len(x):
        return _Sorted(empty, np.zeros(0, np.int64), x, y, empty, np.zeros(0, np.int64), 1, 1, reach_km, 1)
    side = reach_km / np.sqrt(2.0) * (1.0 - 1e-12)
    ticks = round(reach_hours / TICK_HOURS)
    tick = np.rint((t - t.min()) / TICK_HOURS).astype(np.int64)
    span = int(tick.max()) + 2 * ticks + 3
    across = (x.max() - x.min()) / side
    down = (y.max() - y.min()) / side
    if (across + 8) * (down + 8) > 4e18 or len(x) * float(span) > 4e18:
        raise ValueError("the points lie too far apart for this reach: give smaller areas or times")
    width = int(across) + 8
    square = (np.floor((y - y.min()) / side).astype(np.int64) + 3) * width
    square += np.floor((x - x.min()) / side).astype(np.int64) + 3
    columns, column = np.unique(square, return_inverse=True)
    key = column.astype(np.int64) * span + tick + ticks + 1
    order = np.argsort(key, kind="stable").astype(np.int32)
    return _Sorted(
        order, key[order], x[order], y[order], column[order].astype(np.int32), columns, span, width, reach_km, ticks
    )


def _core(s: _Sorted, least: int) -> NDArray[np.bool_]:
    """Tell which points have enough company."""
    n = len(s.key)
    count = np.empty(n, dtype=np.int32)
    for part in _parts(n):
        at = np.arange(*part)
        count[at] = np.searchsorted(s.key, s.key[at] + s.ticks, "right") - np.searchsorted(s.key, s.key[at] - s.ticks)
    for offset in _offsets():
        beside = _beside(s, offset)
        open_ = np.flatnonzero((count < least) & (beside[s.column] >= 0))
        for a, b in _near(s, open_, beside, s.key):
            count += np.bincount(a, minlength=n).astype(np.int32) if len(a) > n // 50 else 0
            if len(a) <= n // 50:
                np.add.at(count, a, 1)
            del b
    return np.asarray(count >= least)


def _join(s: _Sorted, core: NDArray[np.bool_]) -> Ints:
    """Give a group to every core point, -1 to others: consecutive links in columns, then links between columns."""
    at = np.flatnonzero(core)
    group = np.full(len(core), -1, dtype=np.int64)
    if not len(at):
        return group
    key = s.key[at]
    run = np.concatenate([[0], np.cumsum(np.diff(key) > s.ticks)])
    inner = _Sorted(s.order[at], key, s.x[at], s.y[at], s.column[at], s.columns, s.span, s.width, s.reach, s.ticks)
    runs = int(run[-1]) + 1
    label = np.arange(runs)
    for first in (True, False):
        for offset in _offsets():
            if offset < (0, 0):
                continue
            beside = _beside(s, offset)
            ask = np.flatnonzero(beside[inner.column] >= 0)
            links: list[NDArray[np.int64]] = []
            pairs = _nearest(inner, ask, beside, key) if first else _near(inner, ask, beside, key, label[run])
            for a, b in pairs:
                joined = np.unique(label[run[a]] * runs + label[run[b]])
                links.append(joined[joined // runs != joined % runs])
            found = np.unique(np.concatenate([np.zeros(0, np.int64), *links]))
            if len(found):
                graph = coo_matrix((np.ones(len(found), np.int8), (found // runs, found % runs)), shape=(runs, runs))
                label = connected_components(graph, directed=False)[1].astype(np.int64)[label]
    group[at] = label[run]
    return group


def _adopt(s: _Sorted, core: NDArray[np.bool_], smallest_core: Ints) -> Ints:
    """Give border points the smallest cluster they touch."""
    n = len(core)
    given = smallest_core.copy()
    at = np.flatnonzero(core)
    if not len(at) or len(at) == n:
        return given
    inner = _Sorted(s.order[at], s.key[at], s.x[at], s.y[at], s.column[at], s.columns, s.span, s.width, s.reach, s.ticks)
    for offset in (*_offsets(), (0, 0)):
        beside = _beside(s, offset)
        ask = np.flatnonzero(~core & (beside[s.column] >= 0))
        for a, b in _near(s, ask, beside, inner.key, among=inner):
            np.minimum.at(given, a, smallest_core[at[b]])
    return given


def _offsets() -> list[tuple[int, int]]:
    """The 20 columns, besides its own, that points of a column may have neighbours in."""
    every = [(r, c) for r in range(-2, 3) for c in range(-2, 3)]
    return [o for o in every if o != (0, 0) and abs(o[0]) + abs(o[1]) < 4]


def _beside(s: _Sorted, offset: tuple[int, int]) -> NDArray[np.int32]:
    """Give the number of the column that lies at an offset from each column, -1 where it holds no point."""
    wanted = s.columns + offset[0] * s.width + offset[1]
    at = np.minimum(np.searchsorted(s.columns, wanted), len(s.columns) - 1)
    return np.where(s.columns[at] == wanted, at, -1).astype(np.int32)


def _ranges(s: _Sorted, ask: Ints, beside: NDArray[np.int32], key: Ints) -> tuple[Ints, Ints]:
    moved = s.key[ask] + (beside[s.column[ask]].astype(np.int64) - s.column[ask]) * s.span
    return np.searchsorted(key, moved - s.ticks), np.searchsorted(key, moved + s.ticks, "right")


def _near(
    s: _Sorted,
    ask: Ints,
    beside: NDArray[np.int32],
    key: Ints,
    label: Ints | None = None,
    among: _Sorted | None = None,
) -> Iterator[tuple[Ints, Ints]]:
    """Give neighbours in the column beside, in pieces; with labels, only pairs whose labels differ."""
    other = among or s
    for begin, end in _parts(len(ask)):
        some = ask[begin:end]
        low, high = _ranges(s, some, beside, key)
        use = high > low
        if label is not None and use.any():
            # consecutive candidates of one label and the same label as the asker need no look
            change = np.concatenate([[0], np.cumsum(label[1:] != label[:-1])])
            last = np.maximum(high - 1, 0)
            low_in = np.minimum(low, len(key) - 1)
            use &= (change[low_in] != change[last]) | (label[low_in] != label[some])
        some, low, high = some[use], low[use], high[use]
        size = high - low
        ends = np.cumsum(size)
        cuts = np.searchsorted(ends, np.arange(PAIRS, (ends[-1] if len(ends) else 0) + PAIRS, PAIRS), "left") + 1
        start = 0
        for stop in np.unique(np.minimum(cuts, len(some))).tolist():
            k = size[start:stop]
            a = np.repeat(some[start:stop], k)
            b = np.arange(k.sum()) - np.repeat(np.cumsum(k) - k, k) + np.repeat(low[start:stop], k)
            near = (s.x[a] - other.x[b]) ** 2 + (s.y[a] - other.y[b]) ** 2 <= s.reach**2
            yield a[near], b[near]
            start = stop


def _nearest(s: _Sorted, ask: Ints, beside: NDArray[np.int32], key: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Give, of each point, the first and the last candidate in the column beside where they are neighbours."""
    for begin, end in _parts(len(ask)):
        some = ask[begin:end]
        low, high = _ranges(s, some, beside, key)
        use = high > low
        a = some[use]
        for b in (low[use], high[use] - 1):
            near = (s.x[a] - s.x[b]) ** 2 + (s.y[a] - s.y[b]) ** 2 <= s.reach**2
            yield a[near], b[near]


def _parts(n: int) -> Iterator[tuple[int, int]]:
    for begin in range(0, n, CHUNK):
        yield begin, min(begin + CHUNK, n)
