"""Who copies whom: sources that share *errors* depend on each other; sharing truths proves nothing.

Each pair is judged against a truth that the other sources give, so that the pair cannot vouch for itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ceasefire.stats.agree_votes import Index, Voices

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


def shared_errors(
    item: Index, source: Index, outcome: Index, *, voices: Voices, bloc: Index, items: int
) -> Pairs:
    """Weigh, for every pair of sources that meet, copying against independence.

    Under copying at rate c the second repeats the first with probability c and otherwise speaks for itself; c is
    averaged over 0.1, 0.3, 0.5, 0.7 and 0.9. The truth of an item is what all but the two say. Pairs inside a given
    bloc are not judged again.

    Parameters
    ----------
    item, source, outcome
        Statements, shape (n,).
    voices
        Fitted parameters, as if sources outside given blocs were independent.
    bloc
        Bloc of each source that is given, -1 for none, shape (sources,).
    items
        Number of items.

    Source: X. L. Dong, L. Berti-Equille and D. Srivastava, PVLDB 2 (2009) 550-561; the pair is left out here so that a
    large group of copiers that is still a minority cannot hide.
    """
    lone = bloc[source] < 0
    order = np.lexsort((source[lone], item[lone]))
    i, s, o = item[lone][order], source[lone][order], outcome[lone][order]
    sources = len(bloc)
    chance = voices.own[s, :, o]
    logs = np.log(np.maximum(chance, 1e-10))
    total = np.stack([np.bincount(i, column, items) for column in logs.T], axis=1)
    total += np.log(np.maximum(voices.prevalence, 1e-10))
    keys, parts = [], []
    lag = 1
    while lag < i.size:
        at = np.flatnonzero(i[lag:] == i[:-lag])
        if not at.size:
            break
        after = at + lag
        others = total[i[at]] - logs[at] - logs[after]
        q = np.exp(others - others.max(axis=1, keepdims=True))
        q /= q.sum(axis=1, keepdims=True)
        apart = (q * chance[at] * chance[after]).sum(axis=1)
        joined = (q * chance[at]).sum(axis=1) * (o[at] == o[after])
        ratio = np.log(
            (1.0 - _RATES)[None, :] + _RATES[None, :] * (joined / np.maximum(apart, 1e-300))[:, None]
        )
        keys.append(s[at] * sources + s[after])
        parts.append(ratio)
        lag += 1
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
    """Join sources whose pair has at least this evidence into blocs; given blocs keep their numbers.

    >>> some = np.array([0, 1]), np.array([1, 2]), np.array([9, 9]), np.array([12.0, 3.0]), np.array([0.5, 0.1])
    >>> blocs_of(Pairs(*some), np.array([-1, -1, -1]), 10.0)
    array([ 0,  0, -1])
    """
    strong = pairs.evidence >= evidence
    first, second = pairs.first[strong], pairs.second[strong]
    graph = coo_array((np.ones(first.size), (first, second)), shape=(bloc.size, bloc.size))
    group = connected_components(graph, directed=False)[1]
    size = np.bincount(group)
    new = (size[group] > 1) & (bloc < 0)
    out = bloc.copy()
    if new.any():
        out[new] = max(int(bloc.max()), -1) + 1 + np.unique(group[new], return_inverse=True)[1].ravel()
    return out
