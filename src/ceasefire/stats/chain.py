"""Gibbs sampling of what each report means, with rates and comparison levels learnt on the way.

Why sampling and not one best answer: two reports of neighbouring towns may both mean the one or both the other; only
the share of the time in which they mean the same says how surely they are of one event.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ceasefire.stats.compound import CAP, compound, rate_bin
from ceasefire.stats.meanings import Meanings, ranges

_Array = np.ndarray[Any, Any]
_BATCHES, _BATCHES_OF_MANY = 96, 24
_MANY = 60_000
"""More reports than this are moved in fewer, larger batches."""


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
        m = self.reachable
        batches = _BATCHES if n <= _MANY else _BATCHES_OF_MANY
        batch = self._random.integers(0, batches, n)
        size = np.diff(m.first)
        out = []
        for b in range(batches):
            reports = np.flatnonzero(batch == b)
            if len(reports):
                entries = ranges(m.first[reports], size[reports])
                first = np.r_[0, np.cumsum(size[reports])]
                # every report has its exact meaning: the place, slot and kind that it names; it begins there
                exact = np.flatnonzero(m.code[entries] == 0)
                out.append(_Part(reports, first, m.cell[entries], m.code[entries], m.spread[entries], exact))
        return out

    def _weigh(self) -> None:
        place, lag, kind = self.shares
        kernel = (place[:, None, None] * lag[:, None] * kind).ravel().astype(np.float32)
        for part in self._parts:
            part.weight = kernel.take(part.code)
            part.weight /= part.spread

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

    def sweep(self) -> None:
        """Move every report once."""
        join = self._table.join.ravel()
        for part in self._parts:
            entry = _choose(part, self._random.random(len(part.reports)), self._state, join)
            moved = np.flatnonzero(entry != part.at)
            self._tally(part.cell[part.at[moved]], np.int32(-1))
            self._tally(part.cell[entry[moved]], np.int32(1))
            part.at = entry

    def cells(self) -> _Array:
        """Give the incident that each report means at present, shape (n,)."""
        out = np.empty(self.n, dtype=np.int32)
        for part in self._parts:
            out[part.reports] = part.cell[part.at]
        return out

    def _tally(self, cells: _Array, by: np.int32) -> None:
        np.add.at(self._count, cells, by)
        self._state[cells] = self._base[cells] + np.minimum(self._count[cells], np.int32(CAP))

    def learn(self, *, levels: bool) -> None:
        """Draw the levels' shares given the present meanings (if `levels`), and estimate the rates of incidents."""
        if levels:
            shape = tuple(len(p) for p in self.prior)
            code = np.concatenate([part.code[part.at] for part in self._parts])
            seen = np.bincount(code, minlength=int(np.prod(shape))).reshape(shape)
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
    """Reports that are moved at once, and their entries: cells, codes of levels, weights without the rates.

    `at` is the entry that each report means at present.
    """

    reports: _Array
    first: _Array
    cell: _Array
    code: _Array
    spread: _Array
    at: _Array
    weight: _Array = field(default_factory=lambda: np.zeros(0, np.float32))


def _choose(part: _Part, uniform: _Array, state: _Array, join: _Array) -> _Array:
    """Draw one entry per report in proportion to its weight."""
    weight = join.take(state.take(part.cell))
    # a report does not count itself among the others that mean the same
    weight[part.at] = join.take(state.take(part.cell.take(part.at)) - 1)
    weight *= part.weight
    running = np.cumsum(weight, dtype=np.float64)
    low = np.r_[0.0, running][part.first[:-1]]
    high = running[part.first[1:] - 1]
    chosen = np.searchsorted(running, low + uniform * (high - low), side="right")
    return np.asarray(np.clip(chosen, part.first[:-1], part.first[1:] - 1))


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
