"""Gibbs sampling of what each report means, with rates and comparison levels learnt on the way.

Why sampling and not one best answer: two reports of neighbouring towns may both mean the one or both the other; only
the share of the time in which they mean the same says how surely they are of one event.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ceasefire.stats.compound import CAP, compound, rate_bin
from ceasefire.stats.meanings import Meanings

_Array = np.ndarray[Any, Any]
_BATCHES, _BATCHES_OF_MANY = 96, 16
_MANY = 60_000
"""More reports than this are moved in fewer, larger batches."""
_WIDTHS, _WIDTHS_OF_MANY = np.array([1, 16, 64, 128]), np.array([1, 3, 5, 8, 12, 16, 32, 64, 128])
"""Reports with about as many meanings are moved at once, as columns of one table."""
_STRETCH = 125_000
"""Reports from about this many neighbouring ones are moved before the next, so that their counts stay in the cache."""
_NARROW = 16


class Chain:
    """State of the sampler: which incident each report means, and what has been learnt so far.

    Parameters
    ----------
    reachable
        What each report may mean.
    places, kinds
        Numbers of distinct places and kinds.
    shares
        Probability of each comparison level, one array per axis: place, lag, kind.
    prior
        Pseudo-counts of those levels (Dirichlet), as `shares`.
    seed
        Seed of the generator: equal input and seed give equal chains.

    Notes
    -----
    Reports are moved in batches: those of one batch do not see each other's move of the same sweep. The
    effect is in proportion to the share of reports in a batch: shares of exact reports come out 0.01 too high with 24
    batches, which are used for linking many reports, where the shares are given.
    """

    def __init__(
        self,
        reachable: Meanings,
        *,
        places: int,
        kinds: int,
        shares: tuple[_Array, ...],
        prior: tuple[_Array, ...],
        seed: int,
    ) -> None:
        self.reachable, self.prior, self.shares = reachable, prior, shares
        self._random = np.random.default_rng(seed)
        n = len(reachable.first) - 1
        self.n = n
        self._sizes = (places, int(reachable.slot.max()) + 1, kinds)
        self._parts = self._split(n)
        self._count = np.bincount(self.cells(), minlength=len(reachable.place)).astype(np.int32)
        self.mean_extra, self.dispersion = 1.0, np.inf
        self.extra_drawn = 1.0
        self.incidents = n / 2.0
        self._log_rates = tuple(np.full(k, -np.log(k)) for k in self._sizes)
        self._weigh()
        self._rate()

    def _split(self, n: int) -> list[_Part]:
        """Cut the reports into stretches, each into random batches, each into reports of about as many meanings."""
        m = self.reachable
        batches = _BATCHES if n <= _MANY else _BATCHES_OF_MANY
        batch = self._random.integers(0, batches, n)
        size = np.diff(m.first)
        exact = np.flatnonzero(m.code == 0)
        widths = _WIDTHS if n <= _MANY else _WIDTHS_OF_MANY
        stretch = np.arange(n) * max(1, round(n / _STRETCH)) // n
        group = (stretch * batches + batch) * (len(widths) + 1) + np.searchsorted(widths, size)
        order = np.argsort(group, kind="stable")
        self._settled = exact[np.flatnonzero(size == 1)], np.flatnonzero(size == 1)
        edges = np.flatnonzero(np.diff(group[order], prepend=-1, append=-1))
        return [
            _Part.of(m, order[low:high], size, exact) for low, high in pairwise(edges.tolist()) if size[order[low]] > 1
        ]

    def _weigh(self) -> None:
        place, lag, kind = self.shares
        kernel = (place[:, None, None] * lag[:, None] * kind).ravel().astype(np.float32)
        for part in self._parts:
            np.multiply(kernel.take(part.code), part.share, out=part.weight)

    def _rate(self) -> None:
        m = self.reachable
        # rounded, so that tables are made anew only when something has changed
        self._table = compound(round(self.mean_extra, 2) or 0.01, float(np.rint(self.dispersion * 10) / 10) or 0.1)
        place, slot, kind = self._log_rates
        log_rate = (place + np.log(self.incidents)).astype(np.float32)[m.place]
        log_rate += slot.astype(np.float32)[m.slot]
        log_rate += kind.astype(np.float32)[m.kind]
        self._base = rate_bin(log_rate) * np.int32(CAP + 1)
        self._state = self._base + np.minimum(self._count, np.int32(CAP))
        self._join = self._table.join.ravel()
        self._value = self._join.take(self._state)

    def sweep(self) -> None:
        """Move every report once."""
        for part in self._parts:
            own = part.meant
            # a report does not count itself among the others that mean the same
            without = self._join.take(self._state.take(own) - 1)
            at = _choose(part, self._random.random(len(own), dtype=np.float32), self._value, without)
            moved = np.flatnonzero(at != part.at)
            left, part.at = own[moved], at
            part.meant = part.cell.ravel().take(at * len(at) + part.column)
            self._tally(left, part.meant[moved])

    def cells(self) -> _Array:
        """Give the incident that each report means at present, shape (n,)."""
        out = np.empty(self.n, dtype=np.int32)
        entries, reports = self._settled
        out[reports] = self.reachable.cell[entries]
        for part in self._parts:
            out[part.reports] = part.meant
        return out

    def _tally(self, left: _Array, joined: _Array) -> None:
        np.add.at(self._count, left, np.int32(-1))
        np.add.at(self._count, joined, np.int32(1))
        cells = np.concatenate([left, joined])
        state = self._base[cells] + np.minimum(self._count[cells], np.int32(CAP))
        self._state[cells] = state
        self._value[cells] = self._join.take(state)

    def learn(self, *, levels: bool) -> None:
        """Draw the levels' shares given the present meanings (if `levels`), and estimate the rates of incidents."""
        if levels:
            shape = tuple(len(p) for p in self.prior)
            code = np.concatenate([np.zeros(0, np.int16), *(part.code[part.at, part.column] for part in self._parts)])
            seen = np.bincount(code, minlength=int(np.prod(shape)))
            seen[0] += len(self._settled[1])
            seen = seen.reshape(shape)
            counts = (seen.sum((1, 2)), seen.sum((0, 2)), seen.sum((0, 1)))
            self.shares = tuple(_draw(c, p, self._random) for c, p in zip(counts, self.prior, strict=True))
            self._weigh()
        m = self.reachable
        held = np.flatnonzero(self._count)
        row, count = self._base[held] // (CAP + 1), self._count[held]
        behind = np.maximum(self._table.incidents[row, np.minimum(count, CAP)], count / CAP)
        self.incidents = float(behind.sum())
        self.mean_extra = max(self.n / self.incidents - 1.0, 1e-3)
        # what another sample of as many incidents might have given: Poisson, or wider where a few are famous
        wider = 1.0 + self.mean_extra / self.dispersion
        surplus = max(self.n - self.incidents, 0.5) / wider
        self.extra_drawn = float(self._random.gamma(surplus)) * wider / self.incidents
        quiet = behind < 1.0 + 0.1 * (count - 1)
        self.dispersion = _dispersion(count[quiet] - 1.0) if quiet.sum() >= 100 else np.inf
        axes = (m.place, m.slot, m.kind)
        self._log_rates = tuple(
            _shrunk(np.bincount(a[held], behind, k)) for a, k in zip(axes, self._sizes, strict=True)
        )
        self._rate()


@dataclass
class _Part:
    """Reports that are moved at once, one per column, and their meanings, one per row.

    `share` divides a level's probability among its places; `weight` is the probability without the rates; `at` is the
    row that each report means at present, `meant` the cell. Columns with fewer meanings are filled with the exact one
    at weight 0.
    """

    reports: _Array
    cell: _Array
    code: _Array
    share: _Array
    weight: _Array
    at: _Array
    meant: _Array
    column: _Array

    @classmethod
    def of(cls, m: Meanings, reports: _Array, size: _Array, exact: _Array) -> _Part:
        row = np.arange(int(size[reports].max()))[:, None]
        real = row < size[reports]
        entry = np.where(real, m.first[reports] + row, exact[reports])
        code = m.code.take(entry)
        # every report has its exact meaning: the place, slot and kind that it names; it begins there
        at, column = (code == 0).argmax(axis=0), np.arange(len(reports))
        cell = m.cell.take(entry).astype(np.intp)
        share = np.where(real, 1.0 / m.spread.take(entry), 0.0).astype(np.float32)
        return cls(reports, cell, code, share, np.empty_like(share), at, cell[at, column], column)


def _choose(part: _Part, uniform: _Array, value: _Array, without: _Array) -> _Array:
    """Draw one meaning per report in proportion to its weight: its row."""
    running = value.take(part.cell)
    running.ravel()[part.at * len(without) + part.column] = without
    running *= part.weight
    if len(running) <= _NARROW:
        for k in range(1, len(running)):
            running[k] += running[k - 1]
    else:
        np.cumsum(running, axis=0, out=running)
    below = running[:-1] <= uniform * running[-1]
    return np.asarray(np.add.reduce(below, axis=0, dtype=np.intp))


def _draw(counts: _Array, prior: _Array, random: np.random.Generator) -> _Array:
    """Draw shares from a Dirichlet; a level without prior stays closed."""
    open_ = prior > 0
    out = np.zeros(len(prior))
    out[open_] = random.dirichlet(counts[open_] + prior[open_]) if open_.sum() > 1 else 1.0
    return out


def _dispersion(extra: _Array) -> float:
    """Size of the negative binomial by moments; infinite where the counts are no wider than Poisson."""
    mean, var = float(extra.mean()), float(extra.var())
    size = mean * mean / (var - mean) if var > mean > 0 else np.inf
    return size if size < 50 else np.inf


def _shrunk(counts: _Array) -> _Array:
    """Log share of each row, shrunk to the mean by a gamma prior fitted by moments (empirical Bayes)."""
    mean = float(counts.mean())
    shape = min(mean * mean / max(float(counts.var()) - mean, 1e-9), 1e6)
    share = (counts + shape) / (mean + shape)
    return np.asarray(np.log(share / share.sum()))
