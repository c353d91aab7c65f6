"""Who said what about which item, and one round of expectation and maximisation over it.

Lone sources are independent given the truth, so their part is one sparse product. Members of a bloc are not: each
item first gives the bloc a line, and each member repeats the line or speaks for itself. Both are summed out exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import logsumexp

Array = NDArray[np.float64]
Index = NDArray[np.int64]
_LEAST = 1e-10


@dataclass(frozen=True)
class Votes:
    """The statements, arranged for counting."""

    items: int
    sources: int
    blocs: int
    classes: int
    outcomes: int
    """Classes, and silence as one more where a source could have known and said nothing."""
    lone: csr_array
    """Statements of sources that stand alone, shape (items, sources x outcomes)."""
    lone_t: csr_array
    """The same, turned round."""
    lone_total: Array
    """Lone statements of each source and outcome, shape (sources x outcomes,)."""
    item: Index
    """Item of each time a bloc spoke, shape (times,)."""
    bloc: Index
    """Bloc that spoke, shape (times,)."""
    time: Index
    """For each statement of a bloc's member, which of these times, shape (statements,)."""
    source: Index
    """Member, shape (statements,)."""
    outcome: Index
    """What it said, shape (statements,)."""
    first: Array
    """Share of votes per item and class, one vote for each bloc, shape (items, classes)."""
    statements: int
    """All statements."""


@dataclass(frozen=True)
class Voices:
    """The parameters."""

    prevalence: Array
    """Share of items of each class, shape (classes,)."""
    own: Array
    """P(outcome | class) of a source that speaks for itself, shape (sources, classes, outcomes)."""
    line: Array
    """P(line | class) of each bloc, shape (blocs, classes, outcomes)."""
    conformity: Array
    """P(a source repeats its bloc's line), shape (sources,); 0 for one that stands alone."""


@dataclass(frozen=True)
class Counts:
    """Expected or drawn counts, of the same shapes as the parameters they give."""

    prevalence: Array
    own: Array
    line: Array
    conformed: Array
    spoke: Array
    """Statements of members of blocs, shape (sources,)."""


def arrange(item: Index, source: Index, outcome: Index, bloc: Index, *, sizes: tuple[int, int, int, int]) -> Votes:
    """Arrange statements, shape (n,) each; `bloc` is that of each source, -1 for none; sizes are items to outcomes."""
    items, sources, classes, outcomes = sizes
    of = bloc[source]
    alone = of < 0
    key = source[alone] * outcomes + outcome[alone]
    lone = csr_array((np.ones(key.size), (item[alone], key)), shape=(items, sources * outcomes))
    blocs = int(bloc.max()) + 1 if bloc.size and bloc.max() >= 0 else 0
    both, time = np.unique(item[~alone] * max(blocs, 1) + of[~alone], return_inverse=True)
    time = time.ravel()
    at, which = both // max(blocs, 1), both % max(blocs, 1)
    said = outcome[~alone]
    vote = np.zeros((items, classes))
    plain = alone & (outcome < classes)
    np.add.at(vote, (item[plain], outcome[plain]), 1.0)
    spoke = said < classes
    share = np.zeros((at.size, classes))
    np.add.at(share, (time[spoke], said[spoke]), 1.0)
    total = share.sum(axis=1, keepdims=True)
    np.add.at(vote, at, share / np.maximum(total, 1.0))
    total = vote.sum(axis=1, keepdims=True)
    first = np.where(total > 0, vote / np.maximum(total, _LEAST), 1.0 / classes)
    turned = lone.T.tocsr()
    return Votes(
        items, sources, blocs, classes, outcomes, lone, turned, turned @ np.ones(items),
        at, which, time, source[~alone], said, first, item.size,
    )  # fmt: skip


def bloc_parts(votes: Votes, voices: Voices) -> tuple[Array, Array, Array, Array]:
    """Give what each time a bloc spoke says of the class, and what is needed to count it.

    Returns
    -------
    ln P(what the bloc said | class), (times, classes); P(line | class, what it said), (times, outcomes, classes);
    P(statement, speaks for itself | class), (statements, classes); the conformity of each statement, (statements, 1).
    """
    follow = voices.conformity[votes.source][:, None]
    own = np.maximum((1.0 - follow) * voices.own[votes.source, :, votes.outcome], _LEAST)
    times, k, outcomes = votes.item.size, votes.classes, votes.outcomes
    if not times:
        return np.zeros((0, k)), np.zeros((0, outcomes, k)), own, follow
    key = votes.time * outcomes + votes.outcome
    gain, base = np.log1p(follow / own), np.log(own)
    lines = np.log(np.maximum(voices.line, _LEAST)).transpose(0, 2, 1)[votes.bloc]
    gains = np.stack([np.bincount(key, column, times * outcomes) for column in gain.T], axis=1)
    lines = lines + gains.reshape(times, outcomes, k)
    total = logsumexp(lines, axis=1)
    part = total + np.stack([np.bincount(votes.time, column, times) for column in base.T], axis=1)
    return np.asarray(part), np.exp(lines - total[:, None, :]), own, follow


def expect(votes: Votes, voices: Voices) -> tuple[Array, Array, Array, Array]:
    """Give ln P(statements, class) per item, (items, classes), and the last three of `bloc_parts`."""
    logs = np.log(np.maximum(voices.own, _LEAST))
    flat = np.ascontiguousarray(logs.transpose(0, 2, 1)).reshape(-1, votes.classes)
    joint = votes.lone @ flat + np.log(np.maximum(voices.prevalence, _LEAST))
    part, lines, own, follow = bloc_parts(votes, voices)
    if votes.item.size:
        joint = joint + np.stack([np.bincount(votes.item, column, votes.items) for column in part.T], axis=1)
    return joint, lines, own, follow


def weights(joint: Array) -> tuple[Array, float]:
    """Give P(class | statements) per item and the log likelihood."""
    # Column by column: reducing along a short last axis is several times slower.
    top = reduce(np.maximum, joint.T)
    raised = np.exp(joint - top[:, None])
    total = reduce(np.add, raised.T)
    return raised / total[:, None], float((np.log(total) + top).sum())


def count(votes: Votes, weight: Array, lines: Array, own: Array, follow: Array) -> Counts:
    """Give the expected counts, from the weights of the classes and of the lines."""
    k, outcomes = votes.classes, votes.outcomes
    said = (votes.lone_t @ weight).reshape(votes.sources, outcomes, k).transpose(0, 2, 1)
    if not votes.item.size:
        nothing = np.zeros(votes.sources)
        return Counts(weight.sum(axis=0), said, np.zeros((votes.blocs, k, outcomes)), nothing, nothing)
    line = lines * weight[votes.item][:, None, :]
    conformed = line[votes.time, votes.outcome] * follow / (follow + own)
    return gather(votes, weight, line, conformed, said)


def gather(votes: Votes, weight: Array, line: Array, conformed: Array, said: Array) -> Counts:
    """Add up, for blocs, lines (times, outcomes, classes) and statements that conformed (statements, classes)."""
    k, outcomes = votes.classes, votes.outcomes
    alone = weight[votes.item][votes.time] - conformed
    key = votes.source * outcomes + votes.outcome
    spoken = np.stack([np.bincount(key, column, votes.sources * outcomes) for column in alone.T], axis=1)
    lined = np.stack(
        [np.bincount(votes.bloc, line[:, o, z], votes.blocs) for z in range(k) for o in range(outcomes)],
        axis=1,
    )
    return Counts(
        weight.sum(axis=0),
        said + spoken.reshape(votes.sources, outcomes, k).transpose(0, 2, 1),
        lined.reshape(votes.blocs, k, outcomes).astype(np.float64),
        np.bincount(votes.source, conformed.sum(axis=1), votes.sources).astype(np.float64),
        np.bincount(votes.source, minlength=votes.sources).astype(np.float64),
    )


def begin(votes: Votes) -> Counts:
    """Give the counts to begin with: the truth is what most blocs say, and members half repeat their bloc."""
    k, outcomes = votes.classes, votes.outcomes
    said = (votes.lone_t @ votes.first).reshape(votes.sources, outcomes, k).transpose(0, 2, 1)
    share = np.zeros((votes.item.size, outcomes))
    np.add.at(share, (votes.time, votes.outcome), 1.0)
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1.0)
    weight = votes.first[votes.item]
    if not votes.item.size:
        return count(votes, votes.first, share[:, :, None], np.zeros((0, k)), np.zeros((0, 1)))
    half = 0.5 * weight[votes.time]
    return gather(votes, votes.first, share[:, :, None] * weight[:, None, :], half, said)
