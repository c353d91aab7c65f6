"""Posterior draws of reliabilities by Gibbs sampling: what is not known becomes the width of an interval.

Expected counts alone would give intervals as if the truth had been seen. Drawing the truth, the lines of blocs and who
repeated them, then the parameters given those, in turn, lets every uncertainty reach every interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from ceasefire.stats.agree_checked import Checked
from ceasefire.stats.agree_votes import Counts, Index, Voices, Votes, expect, gather, weights

Array = NDArray[np.float64]
_SETTLE = 20


@dataclass(frozen=True)
class Draws:
    """Parameters drawn from their posterior, the draw first."""

    prevalence: Array
    own: Array
    line: Array
    conformity: Array

    def said(self, bloc: Index) -> Array:
        """Give P(outcome | class) of each source, whether it repeats its bloc or speaks for itself."""
        out = self.own.copy()
        member = bloc >= 0
        if member.any():
            follow = self.conformity[:, member, None, None]
            out[:, member] = follow * self.line[:, bloc[member]] + (1.0 - follow) * self.own[:, member]
        return out


def sample(votes: Votes, voices: Voices, *, pseudo: Array, checked: Checked, draws: int, seed: int) -> Draws:
    """Draw parameters from their posterior.

    Parameters
    ----------
    votes, voices
        The statements and where the climb ended; the draws begin there and settle for 20 rounds.
    pseudo
        Prior counts, shape (classes, outcomes); a zero is taken as one half here.
    checked
        What the data can judge; the rest is drawn from the prior.
    draws, seed
        How many, and the seed.
    """
    rng = np.random.default_rng(seed)
    prior = np.where(pseudo > 0, pseudo, 0.5)
    kept: list[Voices] = []
    for turn in range(_SETTLE + draws):
        joint, lines, own, follow = expect(votes, voices)
        weight, _ = weights(joint)
        voices = _parameters(rng, _latent(rng, votes, weight, (lines, own, follow)), prior, checked)
        if turn >= _SETTLE:
            kept.append(voices)
    return Draws(*(np.stack([getattr(v, name) for v in kept]) for name in Draws.__dataclass_fields__))


def _latent(rng: np.random.Generator, votes: Votes, weight: Array, blocs: tuple[Array, Array, Array]) -> Counts:
    lines, own, follow = blocs
    k, outcomes = votes.classes, votes.outcomes
    truth = _choose(rng, weight)
    one = np.eye(k)[truth]
    # The last class is what is left of the total: one product less.
    columns = [votes.lone_t @ (truth == z).astype(np.float64) for z in range(k - 1)]
    columns.append(votes.lone_total - sum(columns))
    said = np.stack(columns, axis=1).reshape(votes.sources, outcomes, k).transpose(0, 2, 1)
    if not votes.item.size:
        nothing = np.zeros(votes.sources)
        return Counts(one.sum(axis=0), said, np.zeros((votes.blocs, k, outcomes)), nothing, nothing)
    at = truth[votes.item]
    times = np.arange(votes.item.size)
    drawn = _choose(rng, lines[times, :, at])
    line = np.zeros((times.size, outcomes, k))
    line[times, drawn, at] = 1.0
    rows = np.arange(votes.time.size)
    here = at[votes.time]
    same = drawn[votes.time] == votes.outcome
    chance = follow[:, 0] / (follow[:, 0] + own[rows, here])
    conformed = np.zeros((rows.size, k))
    conformed[rows, here] = same & (rng.random(rows.size) < chance)
    return gather(votes, one, line, conformed, said)


def _parameters(rng: np.random.Generator, counts: Counts, prior: Array, checked: Checked) -> Voices:
    own = np.where(checked.sources[:, None, None], counts.own, 0.0)
    line = np.where(checked.blocs[:, None, None], counts.line, 0.0)
    conformed = np.where(checked.sources, counts.conformed, 0.0)
    alone = np.where(checked.sources, counts.spoke, 0.0) - conformed
    conformity = np.where(counts.spoke > 0, rng.beta(conformed + 1.0, alone + 1.0), 0.0)
    return Voices(
        _dirichlet(rng, counts.prevalence + 1.0),
        _dirichlet(rng, own + prior),
        _dirichlet(rng, line + prior),
        conformity,
    )


def _dirichlet(rng: np.random.Generator, alpha: Array) -> Array:
    drawn = np.maximum(rng.standard_gamma(alpha), 1e-300)
    return np.asarray(drawn / drawn.sum(axis=-1, keepdims=True))


def _choose(rng: np.random.Generator, weight: Array) -> Index:
    """Draw one column of each row by its weight."""
    left = rng.random(len(weight)) * reduce(np.add, weight.T)
    chosen = np.zeros(len(weight), dtype=np.int64)
    for column in weight.T[:-1]:
        left -= column
        chosen += left >= 0.0
    return chosen
