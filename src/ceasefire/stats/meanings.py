"""What each report may mean: every latent incident (place, slot, kind) that could have been reported that way.

Why: two reports are of one event when one incident can have been meant by both. A geocoder that names the next town,
an editor who writes a day later and a label that says shelling for a drone each leave the true incident within reach;
listing what is within reach turns linkage from a question about pairs into one about shared meanings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

_Array = np.ndarray[Any, Any]
_CHUNK = 100_000


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


@dataclass(frozen=True)
class Meanings:
    """Meanings of n reports, one after the other: report r has the entries first[r] to first[r + 1].

    `cell` numbers the incidents meant (see `place`, `slot`, `kind` of each cell; slots count from the first one meant),
    `code` the combination of comparison levels, `spread` what the probability of that combination is divided by.
    """

    first: _Array
    cell: _Array
    code: _Array
    spread: _Array
    place: _Array
    slot: _Array
    kind: _Array


def meanings(
    place: _Array,
    slot: _Array,
    kind: _Array,
    *,
    places: Reach,
    kinds_of: Reach,
    lags: int,
    weight: _Array,
    smallest: float,
    furthest_km: _Array | None = None,
    points_km: _Array | None = None,
    earliest: _Array | None = None,
) -> Meanings:
    """List what each report may mean.

    Parameters
    ----------
    place, slot, kind
        Codes of each report, shape (n,).
    places, kinds_of
        What each code may stand for.
    lags
        Greatest number of slots by which a report may follow its incident.
    weight
        Probability of each combination of levels, shape (place levels, lags + 1, kind levels).
    smallest
        Meanings less probable than this are left out; the exact one (the same place, slot and kind) always stays.
    furthest_km, points_km
        Radius of each report's disc, shape (n,), and places' coordinates: no meaning outside the disc.
    earliest
        Earliest slot that each report may mean, shape (n,); slots before it are left out.
    """
    n = len(place)
    n_slots, n_kinds = int(slot.max()) + lags + 1, len(kinds_of)
    # reports of one place and kind may mean the same but for the day: cross their reaches once
    distinct, row = np.unique(place.astype(np.int64) * n_kinds + kind, return_inverse=True)
    at, lag, of_kind, owner = _within_reach(
        distinct // n_kinds, distinct % n_kinds, places=places, kinds_of=kinds_of, weight=weight, smallest=smallest
    )
    entries = np.bincount(owner, minlength=len(distinct))
    begin = np.cumsum(entries) - entries
    away = ((places.meant[at] * n_slots - lag) * n_kinds + kinds_of.meant[of_kind]).astype(np.int64)
    code = ((places.level[at] * (lags + 1) + lag) * len(kinds_of.levels) + kinds_of.level[of_kind]).astype(np.int16)
    spread = (places.spread[at] * kinds_of.spread[of_kind]).astype(np.float32)
    parts = []
    for some in np.array_split(np.arange(n), max(1, -(-n // _CHUNK))):
        size = entries[row[some]]
        entry = ranges(begin[row[some]], size)
        key = away.take(entry)
        key += np.repeat((slot[some] + lags) * n_kinds, size)
        if furthest_km is not None or earliest is not None:
            report = np.repeat(some, size)
            keep = np.ones(len(entry), dtype=bool)
            if furthest_km is not None and points_km is not None:
                meant = places.meant[at[entry]]
                keep &= np.linalg.norm(points_km[meant] - points_km[place[report]], axis=1) <= furthest_km[report]
            if earliest is not None:
                keep &= slot[report] - lag[entry] >= earliest[report]
            keep |= code[entry] == 0
            entry, key = entry[keep], key[keep]
            size = np.bincount(report[keep] - some[0], minlength=len(some))
        parts.append((key, code.take(entry), spread.take(entry), size))
    key, code, spread, size = (np.concatenate([p[q] for p in parts]) for q in range(4))
    del parts
    names, cell = _number(key, len(places) * n_slots * n_kinds)
    slots = names // n_kinds % n_slots
    return Meanings(
        first=np.r_[0, np.cumsum(size)],
        cell=cell,
        code=code,
        spread=spread,
        place=names // (n_slots * n_kinds),
        slot=slots - slots.min() if len(slots) else slots,
        kind=names % n_kinds,
    )


def _within_reach(
    place: _Array, kind: _Array, *, places: Reach, kinds_of: Reach, weight: _Array, smallest: float
) -> tuple[_Array, _Array, _Array, _Array]:
    """Cross each report's places (positions in `places`), lags and kinds (positions in `kinds_of`)."""
    sizes = np.diff(places.first)[place]
    report = np.repeat(np.arange(len(place)), sizes)
    at = ranges(places.first[place], sizes)
    keep = (weight.max(axis=(1, 2))[places.level[at]] >= smallest * places.spread[at]) | (places.level[at] == 0)
    report, at = report[keep], at[keep]
    lags = np.flatnonzero(weight.max(axis=(0, 2)) > 0)
    lags = lags if 0 in lags else np.r_[0, lags]
    sizes = np.diff(kinds_of.first)[kind[report]] * len(lags)
    row = np.repeat(np.arange(len(report)), sizes)
    inner = ranges(np.zeros(len(sizes), np.int64), sizes)
    lag = lags[inner % len(lags)]
    of_kind = kinds_of.first[kind[report]][row] + inner // len(lags)
    a, b = places.level[at][row], kinds_of.level[of_kind]
    keep = weight[a, lag, b] >= smallest * places.spread[at][row] * kinds_of.spread[of_kind]
    keep |= (a == 0) & (lag == 0) & (b == 0)
    row, lag, of_kind = row[keep], lag[keep], of_kind[keep]
    return at[row], lag, of_kind, report[row]


def likely(reachable: Meanings, weight: _Array, *, rate: float, least: float) -> Meanings:
    """Leave out the meanings that nothing speaks for: nobody else is near enough to mean the same.

    Parameters
    ----------
    reachable
        What each report may mean.
    weight
        Probability of each code, shape (codes,).
    rate
        Expected incidents per cell.
    least
        Meanings with less than this share of their report's weight, if all others meant what they say, are left out.
    """
    per = weight.astype(np.float32).take(reachable.code)
    per /= reachable.spread
    company = np.bincount(reachable.cell, per, len(reachable.place)).astype(np.float32)
    score = company.take(reachable.cell)
    score -= per
    score += np.float32(rate)
    score *= per
    size = np.diff(reachable.first)
    total = np.add.reduceat(score, reachable.first[:-1])
    keep = score >= np.repeat((least * total).astype(np.float32), size)
    keep |= reachable.code == 0
    keep, spread = _one_alone(reachable, keep, per)
    names, cell = _number(reachable.cell[keep], len(reachable.place))
    kept = np.r_[0, np.cumsum(keep)][reachable.first]
    return Meanings(
        first=kept,
        cell=cell,
        code=reachable.code[keep],
        spread=spread[keep],
        place=reachable.place[names],
        slot=reachable.slot[names],
        kind=reachable.kind[names],
    )


def _one_alone(reachable: Meanings, keep: _Array, per: _Array) -> tuple[_Array, _Array]:
    """Let the likeliest of the meanings that a report shares with nobody stand for all of them, with their weight."""
    shared = np.bincount(reachable.cell[keep], minlength=len(reachable.place)) > 1
    alone = np.flatnonzero(keep & ~shared.take(reachable.cell) & (reachable.code != 0))
    if not len(alone):
        return keep, reachable.spread
    owner = np.searchsorted(reachable.first, alone, side="right")
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    weight = per[alone]
    total, best = np.add.reduceat(weight, first), np.maximum.reduceat(weight, first)
    size = np.diff(np.r_[first, len(alone)])
    at = np.flatnonzero(weight == np.repeat(best, size))
    at = at[np.diff(owner[at], prepend=-1) != 0]
    keep, spread = keep.copy(), reachable.spread.copy()
    keep[alone] = False
    keep[alone[at]] = True
    spread[alone[at]] *= best / total
    return keep, spread


def ranges(first: _Array, sizes: _Array) -> _Array:
    """Write out first, first + 1, ... for each size: ([5, 9], [2, 1]) to [5, 6, 9]."""
    ends = np.cumsum(sizes)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - sizes - first, sizes))


def _number(key: _Array, size: int) -> tuple[_Array, _Array]:
    """Number distinct keys in their order; by a table where that is smaller than sorting."""
    if size > 16 * len(key) + 1_000_000:
        names, cell = np.unique(key, return_inverse=True)
        return names, cell.astype(np.int32)
    table = np.zeros(size, dtype=np.int32)
    table[key] = 1
    names = np.flatnonzero(table)
    table[names] = np.arange(len(names), dtype=np.int32)
    return names, table[key]
