"""Places, days and kinds within reach, crossed: every meaning of many reports, a block of reports at a time.

Why blocks: a million reports have tens of millions of meanings, of which a few per report are kept. Written out a few
thousand reports at a time they stay in the processor's cache, and memory holds only those that are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ceasefire.stats.reach import Reach

_Array = np.ndarray[Any, Any]
_CHUNK, _STEP = 4_096, 8
_ENTRIES = 1 << 27


@dataclass(frozen=True)
class Block:
    """Some reports with about as many meanings: their table of meanings, the row of each, where its meanings begin."""

    table: dict[str, _Array]
    row: _Array
    begin: _Array
    reports: _Array


class Crossed:
    """What reports may mean, written out block by block; parameters as in `meanings`.

    Attributes
    ----------
    blocks, order
        Blocks of reports, and the reports in the order of the blocks.
    code, spread
        Combination of levels of each meaning of each place and kind, and what its probability is divided by; a
        report's begin at `Block.begin`.
    slots, kinds, space
        How keys number the incidents meant: (place * slots + slot + lags) * kinds + kind, below `space`.
    """

    def __init__(
        self,
        place: _Array,
        slot: _Array,
        kind: _Array,
        *,
        places: Reach,
        kinds_of: Reach,
        lags: int,
        weight: _Array,
        smallest: float,
        furthest_km: _Array | None,
        points_km: _Array | None,
        earliest: _Array | None,
    ) -> None:
        self.slots, self.kinds = int(slot.max()) + lags + 1, len(kinds_of)
        self.space = len(places) * self.slots * self.kinds
        self.entries = min(self.space, _ENTRIES)
        whole = np.int32 if self.space < 1 << 31 else np.int64
        # reports of one place and kind may mean the same but for the day: cross their reaches once
        distinct, row = np.unique(place.astype(np.int64) * self.kinds + kind, return_inverse=True)
        seen, named = distinct // self.kinds, distinct % self.kinds
        at, lag, of_kind, owner = _within_reach(
            seen, named, places=places, kinds_of=kinds_of, weight=weight, smallest=smallest
        )
        code = (places.level[at] * (lags + 1) + lag) * len(kinds_of.levels) + kinds_of.level[of_kind]
        # the exact meaning comes first
        rank = np.lexsort((code != 0, owner))
        at, lag, of_kind = at[rank], lag[rank], of_kind[rank]
        self.code = code[rank].astype(np.int16)
        self.spread = (places.spread[at] * kinds_of.spread[of_kind]).astype(np.float32)
        away = (places.meant[at] * self.slots - lag) * self.kinds + kinds_of.meant[of_kind]
        per = (weight.ravel()[self.code] / self.spread).astype(np.float32)
        columns = {"away": away.astype(whole), "per": per}
        self._offset = ((slot + lags) * self.kinds).astype(whole)
        self._most: dict[str, _Array] = {}
        if earliest is not None:
            columns["lag"], self._most["lag"] = lag, slot - earliest
        if furthest_km is not None and points_km is not None:
            km = np.linalg.norm(points_km[places.meant[at]] - points_km[seen][owner], axis=1)
            columns["km"], self._most["km"] = km, furthest_km
        self._split(columns, np.bincount(owner, minlength=len(distinct)), row)

    def _split(self, columns: dict[str, _Array], width: _Array, row: _Array) -> None:
        """Put reports of about as many meanings together, so that little of each table is filling."""
        begin = np.cumsum(width) - width
        wide = (width + _STEP - 1) // _STEP
        self.order = np.argsort(wide[row], kind="stable")
        self.blocks = []
        for group in np.split(self.order, np.flatnonzero(np.diff(wide[row[self.order]])) + 1):
            some = np.flatnonzero(wide == wide[row[group[0]]])
            at = np.searchsorted(some, row[group])
            entry = ranges(begin[some], width[some])
            line = np.repeat(np.arange(len(some)), width[some])
            table = {}
            for name, values in columns.items():
                table[name] = np.zeros((len(some), int(width[some].max())), dtype=values.dtype)
                table[name][line, entry - begin[some][line]] = values[entry]
            for part in np.array_split(np.arange(len(group)), -(-len(group) // _CHUNK)):
                self.blocks.append(Block(table, at[part], begin[row[group[part]]], group[part]))

    def of(self, block: Block) -> tuple[_Array, _Array]:
        """Give key and probability of each meaning of a block's reports, shape (reports, meanings); filling has 0."""
        key = block.table["away"].take(block.row, axis=0)
        key += self._offset[block.reports, None]
        per = block.table["per"].take(block.row, axis=0)
        for name, most in self._most.items():
            barred = block.table[name].take(block.row, axis=0) > most[block.reports, None]
            barred[:, 0] = False
            per[barred] = 0.0
        return key, per

    def entry(self, key: _Array) -> _Array:
        """Give the place of each key in a table of at most 2^27; of a larger space, some keys share a place."""
        return key if self.space <= self.entries else key % self.entries


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


def ranges(first: _Array, sizes: _Array) -> _Array:
    """Write out first, first + 1, ... for each size: ([5, 9], [2, 1]) to [5, 6, 9]."""
    ends = np.cumsum(sizes)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - sizes - first, sizes))
