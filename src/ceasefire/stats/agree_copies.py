"""Who copies whom: sources that share *errors* depend on each other; sharing truths proves nothing.

Each pair is judged against a truth that the other sources give, so that the pair cannot vouch for itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ceasefire.stats.agree_votes import Index, Voices, Votes, bloc_parts, expect

Array = NDArray[np.float64]
_RATES = np.array([0.1, 0.3, 0.5, 0.7, 0.9])


class Pairs(NamedTuple):
    """What is known about each pair of sources that meet, shape (pairs,) each."""

    first: Index
    """One source."""
    second: Index
    """The other; greater than the first."""
    items: Index
    """Items of which both spoke."""
    evidence: Array
    """Log Bayes factor of copying against independence."""
    rate: Array
    """Share of statements copied, of five tried the likeliest."""


def shared_errors(item: Index, source: Index, outcome: Index, *, votes: Votes, voices: Voices, bloc: Index) -> Pairs:
    """Weigh, for every pair of sources that meet, copying against independence.

    Under copying at rate c the second repeats the first with probability c and otherwise speaks for itself; c is
    averaged over 0.1, 0.3, 0.5, 0.7 and 0.9. The truth of an item is what all but the two, and their blocs, say.
    Pairs inside one bloc are not judged again.

    Parameters
    ----------
    item, source, outcome
        Statements, shape (n,).
    votes, voices
        The same statements arranged with these blocs, and the parameters fitted to them.
    bloc
        Bloc of each source so far, -1 for none, shape (sources,).

    Source: X. L. Dong, L. Berti-Equille and D. Srivastava, PVLDB 2 (2009) 550-561; the pair is left out here so that it
    cannot vouch for itself.
    """
    joint = expect(votes, voices)[0]
    said = voices.own.copy()
    member = bloc >= 0
    follow = voices.conformity[member, None, None]
    said[member] = follow * voices.line[bloc[member]] + (1.0 - follow) * said[member]
    # What a statement, with all its bloc, adds to the truth of its item.
    adds = np.log(np.maximum(said[source, :, outcome], 1e-10))
    adds[bloc[source] >= 0] = bloc_parts(votes, voices)[0][votes.time]
    order = np.lexsort((source, item))
    i, s, o, logs = item[order], source[order], outcome[order], adds[order]
    chance, sources = said[s, :, o], len(bloc)
    keys, parts = [], []
    lag = 1
    while lag < i.size:
        at = np.flatnonzero(i[lag:] == i[:-lag])
        if not at.size:
            break
        lag, after = lag + 1, at + lag
        apart_now = (bloc[s[at]] < 0) | (bloc[s[at]] != bloc[s[after]])
        at, after = at[apart_now], after[apart_now]
        others = joint[i[at]] - logs[at] - logs[after]
        q = np.exp(others - others.max(axis=1, keepdims=True))
        q /= q.sum(axis=1, keepdims=True)
        apart = (q * chance[at] * chance[after]).sum(axis=1)
        joined = (q * chance[at]).sum(axis=1) * (o[at] == o[after])
        ratio = np.log((1.0 - _RATES)[None, :] + _RATES[None, :] * (joined / np.maximum(apart, 1e-300))[:, None])
        keys.append(s[at] * sources + s[after])
        parts.append(ratio)
    if not keys:
        none = np.empty(0, dtype=np.int64)
        return Pairs(none, none, none, np.empty(0), np.empty(0))
    pair, which = np.unique(np.concatenate(keys), return_inverse=True)
    which = which.ravel()
    ratios = np.concatenate(parts)
    each = np.stack([np.bincount(which, column, pair.size) for column in ratios.T], axis=1)
    evidence = np.logaddexp.reduce(each, axis=1) - np.log(_RATES.size)
    return Pairs(pair // sources, pair % sources, np.bincount(which), evidence, _RATES[each.argmax(axis=1)])


def blocs_of(pairs: Pairs, bloc: Index, evidence: float) -> Index:
    """Join the pairs with the strongest evidence, if it is enough, to each other and to the blocs that there are.

    Only those within a fifth of the strongest are joined at once: while one pair of copiers passes for the truth, all
    who contradict it seem to share errors, and that goes away once the pair is one voice.

    >>> some = np.array([0, 1]), np.array([1, 2]), np.array([9, 9]), np.array([20.0, 12.0]), np.array([0.5, 0.1])
    >>> blocs_of(Pairs(*some), np.array([-1, -1, -1]), 10.0)
    array([ 0,  0, -1])
    """
    if not pairs.evidence.size or pairs.evidence.max() < evidence:
        return bloc
    strong = pairs.evidence >= max(evidence, 0.8 * float(pairs.evidence.max()))
    inside = np.flatnonzero(bloc >= 0)
    first = np.concatenate([pairs.first[strong], inside])
    second = np.concatenate([pairs.second[strong], bloc.size + bloc[inside]])
    size = bloc.size + max(int(bloc.max()) + 1, 0)
    graph = coo_array((np.ones(first.size), (first, second)), shape=(size, size))
    group = connected_components(graph, directed=False)[1][: bloc.size]
    joined = np.bincount(group)[group] > 1
    out = np.full(bloc.size, -1)
    out[joined] = np.unique(group[joined], return_inverse=True)[1].ravel()
    return out
