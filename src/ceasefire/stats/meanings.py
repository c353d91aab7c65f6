"""What each report may mean: every latent incident (place, slot, kind) that could have been reported that way.

Why: two reports are of one event when one incident can have been meant by both. A geocoder that names the next town,
an editor who writes a day later and a label that says shelling for a drone each leave the true incident within reach;
listing what is within reach turns linkage from a question about pairs into one about shared meanings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ceasefire.stats.crossed import Crossed, ranges
from ceasefire.stats.reach import Reach

_Array = np.ndarray[Any, Any]


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
    least: float = 0.0,
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
    least
        If above 0, meanings that nobody else is near enough to share are left out: those with less than this share of
        their report's weight, were everybody else to mean what they say.
    """
    n = len(place)
    crossed = Crossed(
        place,
        slot,
        kind,
        places=places,
        kinds_of=kinds_of,
        lags=lags,
        weight=weight,
        smallest=smallest,
        furthest_km=furthest_km,
        points_km=points_km,
        earliest=earliest,
    )
    company = np.zeros(crossed.entries if least > 0 else 0, dtype=np.float32)
    if least > 0:
        for block in crossed.blocks:
            key, per = crossed.of(block)
            np.add.at(company, crossed.entry(key.ravel()), per.ravel())
    parts = []
    for block in crossed.blocks:
        key, per = crossed.of(block)
        if least > 0:
            score = company.take(crossed.entry(key))
            score -= per
            score += np.float32(n / 2 / crossed.space)
            score *= per
            keep = score >= np.float32(least) * np.maximum(score.sum(axis=1), 1e-30)[:, None]
        else:
            keep = per > 0
        keep[:, 0] = True
        found = np.flatnonzero(keep)
        report, column = np.divmod(found.astype(np.int32), np.int32(keep.shape[1]))
        entry = block.begin.take(report) + column
        parts.append((key.ravel().take(found), entry, np.bincount(report, minlength=len(keep))))
    key, entry, size = (np.concatenate([p[q] for p in parts]) for q in range(3))
    sizes, starts = np.empty((2, n), dtype=np.int64)
    sizes[crossed.order], starts[crossed.order] = size, np.cumsum(size) - size
    back = ranges(starts, sizes)
    key, entry, first = key.take(back), entry.take(back), np.r_[0, np.cumsum(sizes)]
    code, spread = crossed.code.take(entry), crossed.spread.take(entry)
    if least > 0:
        company[:] = 0
        np.add.at(company, crossed.entry(key), np.float32(1))
        alone = np.flatnonzero((company.take(crossed.entry(key)) == 1) & (code != 0))
        keep, spread = _one_alone(alone, weight.ravel().take(code.take(alone)), spread, first)
        first = np.r_[0, np.cumsum(keep)].take(first)
        key, code, spread = key[keep], code[keep], spread[keep]
    names, cell = _number(key, crossed.space)
    slots = names // crossed.kinds % crossed.slots
    return Meanings(
        first=first,
        cell=cell,
        code=code,
        spread=spread,
        place=names // (crossed.slots * crossed.kinds),
        slot=slots - slots.min() if len(slots) else slots,
        kind=names % crossed.kinds,
    )


def _one_alone(alone: _Array, weight: _Array, spread: _Array, first: _Array) -> tuple[_Array, _Array]:
    """Let the likeliest of the meanings that a report shares with nobody stand for all of them, with their weight."""
    keep = np.ones(len(spread), dtype=bool)
    if not len(alone):
        return keep, spread
    owner = np.searchsorted(first, alone, side="right")
    begin = np.flatnonzero(np.diff(owner, prepend=-1))
    per = weight.astype(np.float32) / spread[alone]
    total, best = np.add.reduceat(per, begin), np.maximum.reduceat(per, begin)
    size = np.diff(np.r_[begin, len(alone)])
    at = np.flatnonzero(per == np.repeat(best, size))
    at = at[np.diff(owner[at], prepend=-1) != 0]
    spread = spread.copy()
    keep[alone] = False
    keep[alone[at]] = True
    spread[alone[at]] *= best / total
    return keep, spread


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
