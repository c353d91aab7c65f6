"""P(two reports are of one event) from how they compare: Fellegi-Sunter by EM, with coincidences counted, not assumed.

Why shifts: move all reports by some days and compare them with the unmoved ones, and every pair that still looks alike
is a coincidence, with the true clustering of place and hour in it. That measures u; EM then only has to learn m, and no
label is needed. Where and when much happens, shifted pairs are many, and the odds of a real pair fall accordingly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_Array = np.ndarray[Any, Any]
_WORTH = 5.0
"""Pairs that the assumption of independent comparisons is worth against a pattern's own count."""


@dataclass(frozen=True)
class Level:
    """One comparison level: m, its share among true pairs, with 95 % interval; u, its share among coincidences."""

    m: float
    low: float
    high: float
    u: float


class PairModel:
    """Fellegi-Sunter weights of comparison patterns, u from shifted data, m by EM.

    Parameters
    ----------
    sizes
        Number of levels of each comparison.
    steps
        Steps of EM.
    draws
        Bootstrap draws for the intervals (Poisson resampling of pairs); 0 for none, and intervals that are not known.
    seed
        Seed of the bootstrap.

    Attributes
    ----------
    matched_
        `(value, low, high)`: expected number of true pairs.
    levels_
        For each comparison, its `Level`s.

    Examples
    --------
    >>> near = np.array([0] * 90 + [1] * 110)          # 200 pairs: 90 at level 0
    >>> chance = np.array([0] * 10 + [1] * 100)        # one shifted copy has 10 at level 0
    >>> model = PairModel((2,)).fit([near], [chance], shifts=1)
    >>> model.probability([np.array([0, 1])]).round(1).tolist()
    [0.9, 0.1]
    """

    matched_: tuple[float, float, float]
    levels_: tuple[tuple[Level, ...], ...]

    def __init__(self, sizes: Sequence[int], *, steps: int = 60, draws: int = 50, seed: int = 0) -> None:
        self.sizes, self.steps, self.draws, self.seed = tuple(sizes), steps, draws, seed

    def fit(self, levels: Sequence[_Array], chance: Sequence[_Array], *, shifts: float) -> PairModel:
        """Learn m from pairs of the data, given u from pairs between the data and shifted copies.

        Parameters
        ----------
        levels
            Level of each comparison, arrays of shape (pairs,).
        chance
            The same for pairs of a report and a shifted one, all shifts together, each pair once per shift.
        shifts
            How many times over the coincidences were counted, above 0: 2 for one shift in which two reports meet both
            ways, a little less where the shift loses the last days.

        Raises
        ------
        ValueError
            Without pairs, or without shifts.
        """
        if not shifts > 0:
            raise ValueError("coincidences are counted in shifted data: give at least one shift")
        seen = self._count(levels)
        if seen.sum() == 0:
            raise ValueError("there is no pair of reports to learn from")
        # half a pair for what was never seen by coincidence: a zero would be certainty from nothing
        by_chance = (self._count(chance) + 0.5 / len(seen)) / shifts
        self._chance, self._true = by_chance, self._learn(seen, by_chance)
        random = np.random.default_rng(self.seed)
        drawn = [
            self._learn(random.poisson(seen), (random.poisson(by_chance * shifts) + 0.5 / len(seen)) / shifts)
            for _ in range(self.draws)
        ]
        unknown = np.full((2, 1), np.nan)
        totals = np.array([d.sum() for d in drawn])
        low, high = np.quantile(totals, [0.025, 0.975]) if drawn else unknown[:, 0]
        self.matched_ = (float(self._true.sum()), float(low), float(high))
        out = []
        for axis in range(len(self.sizes)):
            m, u = self._margin(self._true, axis), self._margin(by_chance, axis)
            each = np.array([self._margin(d, axis) for d in drawn])
            low, high = np.quantile(each, [0.025, 0.975], axis=0) if drawn else np.repeat(unknown, len(m), axis=1)
            out.append(tuple(Level(*map(float, row)) for row in zip(m, low, high, u, strict=True)))
        self.levels_ = tuple(out)
        return self

    def probability(self, levels: Sequence[_Array], busy: _Array | None = None) -> _Array:
        """Give P(true pair) of each pair.

        Parameters
        ----------
        levels
            As in `fit`.
        busy
            How many times as many coincidences as on average each pair has to reckon with, shape (pairs,).
        """
        pattern = self._pattern(levels)
        chance = self._chance[pattern] * (1.0 if busy is None else busy)
        return np.asarray(self._true[pattern] / (self._true[pattern] + chance))

    def _learn(self, seen: _Array, by_chance: _Array) -> _Array:
        """Expected true pairs of each pattern: EM with independent comparisons and known coincidences."""
        shape = self.sizes
        true = np.maximum(seen - by_chance, 0.05 * seen + 1e-9)
        for _ in range(self.steps):
            total = true.sum()
            fitted = np.full(shape, total)
            for axis in range(len(shape)):
                m = self._margin(true, axis)
                fitted = fitted * m.reshape([-1 if k == axis else 1 for k in range(len(shape))])
            expected = fitted.ravel()
            true = seen * expected / np.maximum(expected + by_chance, 1e-300) + 1e-12
        # comparisons are not quite independent: a common pattern's surplus over chance speaks for itself
        return np.asarray(expected * (np.maximum(seen - by_chance, 0.0) + _WORTH) / (expected + _WORTH))

    def _margin(self, counts: _Array, axis: int) -> _Array:
        others = tuple(k for k in range(len(self.sizes)) if k != axis)
        margin = counts.reshape(self.sizes).sum(axis=others)
        return np.asarray(margin / max(float(margin.sum()), 1e-300))

    def _pattern(self, levels: Sequence[_Array]) -> _Array:
        return np.ravel_multi_index(tuple(np.asarray(x, dtype=np.int64) for x in levels), self.sizes)

    def _count(self, levels: Sequence[_Array]) -> _Array:
        return np.bincount(self._pattern(levels), minlength=int(np.prod(self.sizes))).astype(np.float64)
