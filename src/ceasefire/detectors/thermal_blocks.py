"""Alarms at the level they are said to be at: each cell-day is judged by the smallest block that can alarm at all.

Why: on 99 of 100 quiet cell-days nothing is detected in a cell of 10 km, so no rule that stays silent on a zero can
alarm on 5 % of them: a test at "5 %" on single cells is in truth one at less than 1 %, and a reader who counts alarms
is misled. A block of several cells on one day does show heat often enough. So each cell-day takes the smallest block
around it, 1 to 32 cells on a side, whose chance of any heat on a quiet day exceeds the level by some room. Where
fields burn that is one cell; in January it is 100 km, which is the truth about what one day there can tell.

The size of a block follows from what is expected alone, never from what was counted, and thresholds are shares of
held-out quiet cell-days, so that the share of quiet cell-days in an alarming block is the level itself.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from ceasefire.detectors.thermal_cells import Cells
from ceasefire.stats.negative_binomial import fit_size, tails

Array = NDArray[np.float64]
Singles = NDArray[np.float32]
Bools = NDArray[np.bool_]

SIDES = (1, 2, 4, 8, 16, 32)
"""Cells on a side of a block, from small to large."""
ROOM = 1.5
"""How many times the level a block's chance of any heat must be."""
HOT = 300
"""Held-out block-days with heat that a stratum of expectation holds at least; at most `MOST` strata for each size."""
MOST = 8
STEP = 0.5
"""Width of the bins of log expectation in which the chance of any heat is counted."""


class BlockAlarms(NamedTuple):
    """What alarms, and how large the block is that was judged; arrays of shape (cells, days)."""

    alarm: Bools
    """Whether the cell lies in a block with more heat than all but `level` of quiet cell-days; never without heat."""
    side: NDArray[np.uint8]
    """Cells on a side of the block that the cell-day was judged by; 0 where nobody could see."""


class _Stratum(NamedTuple):
    """Blocks of one size that expect about as much."""

    ratio: float
    size: float
    places: Array
    """Sorted logs of the hottest cell's expectation against the block's mean one."""
    threshold: float


class ThermalBlocks:
    """Alarms whose share among quiet cell-days is the nominal level, without drawing lots.

    Parameters
    ----------
    level
        Share of quiet cell-days that may lie in an alarming block.
    room
        How many times the level a block's chance of any heat must be.

    >>> rng = np.random.default_rng(0)
    >>> cells = Cells(*(v.ravel() for v in np.meshgrid(np.arange(32), np.arange(32))))
    >>> expected = rng.uniform(0.002, 0.006, (1024, 400))
    >>> quiet = rng.negative_binomial(0.01, 0.01 / (0.01 + expected), (2, 1024, 400))
    >>> blocks = ThermalBlocks(level=0.05).fit(cells, quiet[0], expected)
    >>> found = blocks.alarms(quiet[1], expected)
    >>> np.unique(found.side).tolist(), round(float(found.alarm.mean()), 2), bool((quiet[1] > 0).mean() < 0.004)
    ([8], 0.05, True)
    """

    def __init__(self, *, level: float = 0.05, room: float = ROOM) -> None:
        if not 0.0 < level < 1.0:
            raise ValueError(f"a level lies between 0 and 1, not {level}")
        if not room >= 1.0:
            raise ValueError(f"room must be 1 or more, not {room}: a block without heat never alarms")
        self.level = level
        self.room = room

    def fit(self, cells: Cells, count: ArrayLike, expected: ArrayLike) -> Self:
        """Learn from held-out quiet days how often blocks of each size show heat, and how much is too much.

        Parameters
        ----------
        cells
            The population.
        count
            Detections, shape (cells, days).
        expected
            What was expected by a fit that did not see the day, shape (cells, days): `ThermalExcess.held_out_`. 0
            where nobody could see.

        Raises
        ------
        ValueError
            Shapes that do not fit; too little heat on quiet days to set any threshold.
        """
        n, m = _checked(cells, count, expected)
        self.cells_ = cells
        self.chance_: list[tuple[Array, Array]] = []
        self.edges_: list[Array] = []
        self.strata_: list[list[_Stratum]] = []
        left = m > 0
        for i, side in enumerate(SIDES):
            block = _blocks(cells, side)
            total, mean = _sum(block, n), _sum(block, m)
            self.chance_.append(_chance_of_heat(total, mean))
            chosen = left if i == len(SIDES) - 1 else left & self._able(i, mean)[block]
            left = left & ~chosen
            weight = _sum(block, chosen)
            self._fit_side(block, n, m, (total, mean, weight))
        if not any(self.strata_):
            raise ValueError(f"fewer than {HOT} block-days with heat on quiet days: too few to set a threshold by")
        return self

    def alarms(self, count: ArrayLike, expected: ArrayLike) -> BlockAlarms:
        """Tell which cell-days lie in an alarming block.

        Parameters
        ----------
        count, expected
            As in `fit`; `Scores.expected` is what is expected.
        """
        n, m = _checked(self.cells_, count, expected)
        alarm, side_of = np.zeros(n.shape, dtype=bool), np.zeros(n.shape, dtype=np.uint8)
        left = m > 0
        for i, side in enumerate(SIDES):
            block = _blocks(self.cells_, side)
            total, mean = _sum(block, n), _sum(block, m)
            chosen = left if i == len(SIDES) - 1 else left & self._able(i, mean)[block]
            left = left & ~chosen
            side_of[chosen] = side
            beyond = np.zeros(total.size, dtype=bool)
            if self.strata_[i]:
                key, place = _hottest(block, n, m, mean)
                stratum = np.digitize(mean.ravel()[key], self.edges_[i])
                for s, of in enumerate(self.strata_[i]):
                    at = stratum == s
                    p = _tail(of, total.ravel()[key[at]], mean.ravel()[key[at]], place[at])
                    beyond[key[at]] = p <= of.threshold
            alarm |= chosen & beyond.reshape(total.shape)[block]
        return BlockAlarms(alarm, side_of)

    def _able(self, i: int, mean: Singles) -> Bools:
        level, share = self.chance_[i]
        with np.errstate(divide="ignore"):
            return np.asarray(np.interp(np.log(mean), level, share) >= self.room * self.level)

    def _fit_side(self, block: NDArray[np.int64], n: Singles, m: Singles, sums: tuple[Singles, ...]) -> None:
        total, mean, weight = (v.ravel() for v in sums)
        key, place = _hottest(block, n, m, sums[1])
        key, place = key[weight[key] > 0], place[weight[key] > 0]
        self.strata_.append([])
        parts = min(MOST, len(key) // HOT)
        if not parts:
            self.edges_.append(np.zeros(0))
            return
        cuts = np.unique(np.quantile(mean[key], np.arange(1, parts) / parts, method="lower"))
        self.edges_.append(cuts[cuts > mean[key].min()])
        used = weight > 0
        stratum = np.where(used, np.digitize(mean, self.edges_[-1]), -1)
        for s in range(len(self.edges_[-1]) + 1):
            hot, quiet = stratum[key] == s, (stratum == s) & (total == 0)
            at, times = key[hot], weight[key[hot]]
            step, which = np.unique(np.round(np.log(mean[quiet]) * 50.0), return_inverse=True)
            zeros, zero_times = np.exp(step / 50.0), np.bincount(which, minlength=len(step))
            ratio = float(total[at].sum() / (mean[at].sum() + zeros @ zero_times))
            size = fit_size(total[at], mean[at] * ratio, zeros=zeros * ratio, times=zero_times)
            of = _Stratum(ratio, size, np.sort(place[hot]), 0.0)
            p = _tail(of, total[at], mean[at], place[hot])
            value, which = np.unique(p, return_inverse=True)
            share = np.cumsum(np.bincount(which, times)) / weight[stratum == s].sum(dtype=np.float64)
            below = int(np.searchsorted(share, self.level, side="right"))
            self.strata_[-1].append(of._replace(threshold=float(value[below - 1]) if below else -1.0))


def _checked(cells: Cells, count: ArrayLike, expected: ArrayLike) -> tuple[Singles, Singles]:
    n, m = np.asarray(count, dtype=np.float32), np.asarray(expected, dtype=np.float32)
    if n.ndim != 2 or n.shape != m.shape or len(n) != len(cells) or not n.size:
        raise ValueError(f"counts have shape {n.shape}, expectations {m.shape}; both must be ({len(cells)}, days)")
    if not (np.all(np.isfinite(n)) and np.all(np.isfinite(m))) or np.any(n < 0) or np.any(m < 0):
        raise ValueError("counts and expectations must be finite and 0 or more; an expectation of 0 is an unseen day")
    return np.where(m > 0, n, np.float32(0.0)), m


def _blocks(cells: Cells, side: int) -> NDArray[np.int64]:
    _, block = np.unique((cells.column // side) * 1_000_003 + cells.row // side, return_inverse=True)
    return np.asarray(block, dtype=np.int64)


def _sum(block: NDArray[np.int64], values: NDArray[np.floating] | Bools) -> Singles:
    shape = (int(block.max()) + 1, len(block))
    return np.asarray(
        csr_array((np.ones(len(block), np.float32), (block, np.arange(len(block)))), shape=shape)
        @ values.astype(np.float32)
    )


def _chance_of_heat(total: Singles, mean: Singles) -> tuple[Array, Array]:
    """Give the share of block-days with any heat by log expectation, never falling."""
    seen = mean > 0
    bin_of = np.floor(np.log(mean[seen]) / STEP).astype(np.int64)
    lowest = int(bin_of.min()) if len(bin_of) else 0
    days = np.bincount(bin_of - lowest, minlength=1)
    hot = np.bincount(bin_of - lowest, total[seen] > 0, len(days))
    middle = (lowest + np.arange(len(days), dtype=np.float64) + 0.5) * STEP
    return middle, np.asarray(np.maximum.accumulate(hot / (days + 1.0)), dtype=np.float64)


def _hottest(block: NDArray[np.int64], n: Singles, m: Singles, mean: Singles) -> tuple[NDArray[np.int64], Array]:
    """Give each block-day with heat, and how its hottest cell compares with the block's mean one (log expectation).

    Why: of blocks with equal counts the one whose heat lies where least is expected is the stranger. It breaks ties
    between equal counts, without drawing lots. Of equally hot cells the least expected counts.
    """
    cell, day = np.nonzero(n)
    key = block[cell] * n.shape[1] + day
    order = np.lexsort((m[cell, day], -n[cell, day], key))
    hot, first = np.unique(key[order], return_index=True)
    own = m[cell[order][first], day[order][first]]
    cells_in = np.bincount(block)[hot // n.shape[1]]
    return hot, np.log((own / mean.ravel()[hot] * cells_in).astype(np.float64))


def _tail(of: _Stratum, total: Singles, mean: Singles, place: Array) -> Array:
    t = tails(total, mean.astype(np.float64) * of.ratio, of.size)
    middle = np.searchsorted(of.places, place, "left") + np.searchsorted(of.places, place, "right")
    return np.asarray(t.above + middle / (2.0 * len(of.places)) * (t.at_least - t.above))
