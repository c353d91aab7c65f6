"""Space-time clusters: points with enough company within a distance and a time, joined where they touch (DBSCAN).

Company is meant literally: a neighbour is no further than `reach_km` on the ground AND no further than `reach_hours`
in time, a cylinder, not the ball that comes of scaling time to kilometres.

How it stays fast without a compiled kernel: points are sorted by square column (side reach / sqrt 2) and time. In one
column all points are near enough, so only time counts: neighbours there are a difference of two binary searches, and
core points there are joined by links of consecutive ones. Between columns pairs are looked at one by one, but only
where the answer is still open: a table of hashed counts, which collisions can only raise, first sets aside the points
that have no company at all, and columns already in one cluster are not compared again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Numbers = NDArray[np.signedinteger]
"""Positions in an order, of 32 or 64 bits."""

TICK_HOURS = 1.0 / 3600.0
"""Times are held to the second."""
CHUNK = 1_000_000
"""Points looked at together: bounds the memory of the searches."""
PAIRS = 4_000_000
"""Pairs looked at together."""
BUCKETS = 1 << 23
"""Most buckets of the table of hashed counts."""
PRIMES = (73_856_093, 19_349_663, 83_492_791)
"""Of the hash: M. Teschner and others, "Optimized spatial hashing", VMV 2003."""


class _Sorted(NamedTuple):
    """Points in the order of columns and time."""

    order: NDArray[np.int32]
    key: Ints
    x: Floats
    y: Floats
    span: int
    width: int
    reach: float
    ticks: int

    def only(self, at: Ints) -> _Sorted:
        """Give some of the points, in the same order."""
        return self._replace(order=self.order[at], key=self.key[at], x=self.x[at], y=self.y[at])


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

    Source: M. Ester, H.-P. Kriegel, J. Sander and X. Xu, "A density-based algorithm for discovering clusters",
    KDD 1996; D. Birant and A. Kut, "ST-DBSCAN", Data and Knowledge Engineering 60 (2007) 208-221; columns after
    T. Gunawan, "A faster algorithm for DBSCAN", TU Eindhoven 2013.

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
    if not len(x):
        return _Sorted(np.zeros(0, np.int32), np.zeros(0, np.int64), x, y, 1, 1, reach_km, 1)
    side = reach_km / np.sqrt(2.0) * (1.0 - 1e-12)
    ticks = round(reach_hours / TICK_HOURS)
    x, y = x - x.min(), y - y.min()
    key = np.rint((t - t.min()) / TICK_HOURS).astype(np.int64) + ticks + 1
    span = int(key.max()) + ticks + 2
    width, height = int(x.max() / side) + 8, int(y.max() / side) + 8
    if float(width) * height * span > 4e18:
        raise ValueError("the points lie too far apart for this reach: give smaller areas or times")
    key += ((np.floor(y / side).astype(np.int64) + 3) * width + np.floor(x / side).astype(np.int64) + 3) * span
    order = np.argsort(key, kind="stable").astype(np.int32)
    return _Sorted(order, key[order], x[order], y[order], span, width, reach_km, ticks)


def _core(s: _Sorted, least: int) -> NDArray[np.bool_]:
    """Tell which points have enough company."""
    n = len(s.key)
    count = np.zeros(n, dtype=np.int32)
    hopeful = _company(s, np.arange(n), s, least)
    for begin, end in _parts(len(hopeful)):
        at = hopeful[begin:end]
        own = _ranges(s, at, 0, s.key)
        count[own.ask] = own.high - own.low
    for offset in _offsets(s):
        open_ = hopeful[count[hopeful] < least]
        for a, b in _pairs(_ranges(s, open_, offset, s.key)):
            near = a[_within(s, a, s, b)]
            if len(near):
                first = int(near[0])
                more = np.bincount(near - first)
                count[first : first + len(more)] += more.astype(np.int32)
    return np.asarray(count >= least)


def _join(s: _Sorted, core: NDArray[np.bool_]) -> Ints:
    """Give a group to every core point, -1 to others: consecutive links in columns, then links between columns."""
    group = np.full(len(core), -1, dtype=np.int64)
    at = np.flatnonzero(core)
    if not len(at):
        return group
    inner = s.only(at)
    run = np.concatenate([[0], np.cumsum(np.diff(inner.key) > s.ticks)])
    label = np.arange(int(run[-1]) + 1)
    ranges = [_ranges(inner, np.arange(len(at)), o, inner.key) for o in _offsets(s) if o > 0]
    for some in ranges:
        a = some.ask
        label = _merge(label, run, ((a, b) for b in (some.low, some.high - 1)), inner)
    for some in ranges:
        own = label[run]
        change = np.concatenate([[0], np.cumsum(own[1:] != own[:-1])])
        differ = (change[some.low] != change[some.high - 1]) | (own[some.low] != own[some.ask])
        label = _merge(label, run, _pairs(some.only(differ)), inner)
    group[at] = label[run]
    return group


def _merge(label: Ints, run: Ints, pairs: Iterable[tuple[Numbers, Numbers]], s: _Sorted) -> Ints:
    """Give the labels of runs after joining those of pairs of points within reach."""
    runs = len(label)
    links = [np.zeros(0, np.int64)]
    for a, b in pairs:
        one, two = label[run[a]], label[run[b]]
        apart = np.flatnonzero(one != two)
        apart = apart[_within(s, a[apart], s, b[apart])]
        links.append(one[apart] * runs + two[apart])
    found = np.unique(np.concatenate(links))
    if not len(found):
        return label
    graph = coo_matrix((np.ones(len(found), np.int8), (found // runs, found % runs)), shape=(runs, runs))
    return np.asarray(connected_components(graph, directed=False)[1].astype(np.int64)[label])


def _adopt(s: _Sorted, core: NDArray[np.bool_], smallest_core: Ints) -> Ints:
    """Give border points the smallest cluster they touch."""
    given = smallest_core.copy()
    at = np.flatnonzero(core)
    if not len(at) or len(at) == len(core):
        return given
    inner = s.only(at)
    ask = _company(s, np.flatnonzero(~core), inner, 1)
    for offset in (0, *_offsets(s)):
        for a, b in _pairs(_ranges(s, ask, offset, inner.key)):
            near = _within(s, a, inner, b)
            np.minimum.at(given, a[near], smallest_core[at[b[near]]])
    return given


def _offsets(s: _Sorted) -> list[int]:
    """The 20 columns, besides its own, that points of a column may have neighbours in, nearest first, as key steps."""
    every = [(r, c) for r in range(-2, 3) for c in range(-2, 3)]
    near = sorted((o for o in every if 0 < abs(o[0]) + abs(o[1]) < 4), key=lambda o: o[0] ** 2 + o[1] ** 2)
    return [(r * s.width + c) * s.span for r, c in near]


def _company(s: _Sorted, ask: Ints, among: _Sorted, least: int) -> Ints:
    """Give those of the asked that may have so many neighbours: never wrong about those it leaves out.

    Boxes are two reaches wide and long, so what is within reach of a point lies in the eight boxes about the nearest
    corner. Boxes are hashed; two in one bucket only make the count higher.
    """
    buckets = 1 << min(BUCKETS.bit_length() - 1, max(10, (8 * len(among.key)).bit_length()))
    counts = np.zeros(buckets, dtype=np.int32)
    for begin, end in _parts(len(among.key)):
        a, b, c = _hashes(among, slice(begin, end), 0.0)
        counts += np.bincount((a ^ b ^ c) & (buckets - 1), minlength=buckets).astype(np.int32)
    # a table of bytes stays in the cache; a count cut at `least` is still enough
    table = np.minimum(counts, least).astype(np.uint8 if least <= 255 else np.int32)
    del counts
    enough = np.zeros(len(ask), dtype=bool)
    for begin, end in _parts(len(ask)):
        corner = _hashes(s, ask[begin:end], 0.5)
        total = np.zeros(end - begin, dtype=np.int32)
        sides = [(h, h + prime) for h, prime in zip(corner, PRIMES, strict=True)]
        for a in sides[0]:
            for b in sides[1]:
                both = a ^ b
                for c in sides[2]:
                    total += table[(both ^ c) & (buckets - 1)]
        enough[begin:end] = total >= least
    return ask[enough]


def _hashes(s: _Sorted, at: slice | Ints, shift: float) -> list[Ints]:
    """Give each coordinate's box times its prime, so that the next box is one prime further."""
    wide = 2.0 * s.reach * (1.0 + 1e-9)
    time = (s.key[at] % s.span) / (2.0 * s.ticks * (1.0 + 1e-9) + 1e-9)
    boxes = (s.x[at] / wide, s.y[at] / wide, time)
    return [np.floor(v - shift).astype(np.int64) * prime for v, prime in zip(boxes, PRIMES, strict=True)]


class _Ranges(NamedTuple):
    """Points that have candidates in another column, and from where to where these stand in its order."""

    ask: NDArray[np.int32]
    low: NDArray[np.int32]
    high: NDArray[np.int32]

    def only(self, mask: NDArray[np.bool_]) -> _Ranges:
        """Give some of them."""
        return _Ranges(self.ask[mask], self.low[mask], self.high[mask])


def _ranges(s: _Sorted, ask: Ints, offset: int, key: Ints) -> _Ranges:
    given = [np.zeros((3, 0), np.int32)]
    for begin, end in _parts(len(ask)):
        some = ask[begin:end]
        first = s.key[some] + (offset - s.ticks)
        low = np.searchsorted(key, first)
        hit = np.flatnonzero(low < len(key))
        hit = hit[key[low[hit]] - first[hit] <= 2 * s.ticks]
        high = np.searchsorted(key, first[hit] + 2 * s.ticks, "right")
        given.append(np.stack([some[hit], low[hit], high]).astype(np.int32))
    return _Ranges(*np.concatenate(given, axis=1))


def _pairs(ranges: _Ranges) -> Iterator[tuple[Numbers, Numbers]]:
    """Write ranges out as pairs, in pieces."""
    size = (ranges.high - ranges.low).astype(np.int64)
    ends = np.cumsum(size)
    most = int(ends[-1]) if len(ends) else 0
    cuts = np.unique(np.searchsorted(ends, np.arange(PAIRS, most + PAIRS, PAIRS)) + 1)
    start = 0
    for stop in np.minimum(cuts, len(size)).tolist():
        k = size[start:stop]
        a = np.repeat(ranges.ask[start:stop], k)
        b = np.arange(len(a)) + np.repeat(ranges.low[start:stop] - np.cumsum(k) + k, k)
        yield a, b
        start = stop


def _within(s: _Sorted, a: Numbers, other: _Sorted, b: Numbers) -> NDArray[np.bool_]:
    return np.asarray((s.x[a] - other.x[b]) ** 2 + (s.y[a] - other.y[b]) ** 2 <= s.reach**2)


def _parts(n: int) -> Iterator[tuple[int, int]]:
    for begin in range(0, n, CHUNK):
        yield begin, min(begin + CHUNK, n)
