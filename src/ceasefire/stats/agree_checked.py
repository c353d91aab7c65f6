"""Which voices can be judged at all: those that speak of the same items as two others that also meet.

With one voice, or two, every agreement is explained as well by two good voices as by two bad ones. Three pairs that
meet are the least that fixes all three (the classical triad); a chain of pairs without such a ring fixes nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ceasefire.stats.agree_votes import Index, Votes

Mask = NDArray[np.bool_]


class Checked(NamedTuple):
    """Masks of what the data can judge."""

    sources: Mask
    """Shape (sources,); members of a bloc go with their bloc."""
    blocs: Mask
    """Shape (blocs,)."""


def checked(votes: Votes, bloc: Index) -> Checked:
    """Mark sources and blocs that belong to a triad; `bloc` is that of each source, -1 for none."""
    voices = votes.sources + votes.blocs
    lone = votes.lone.tocoo()
    spoken = lone.col % votes.outcomes < votes.classes
    spoke = np.zeros(votes.item.size, dtype=bool)
    spoke[votes.time[votes.outcome < votes.classes]] = True
    item = np.concatenate([lone.row[spoken], votes.item[spoke]])
    voice = np.concatenate([lone.col[spoken] // votes.outcomes, votes.sources + votes.bloc[spoke]])
    met = np.bincount(item, minlength=votes.items)
    good = np.zeros(voices, dtype=bool)
    good[voice[met[item] >= 3]] = True
    rest = np.setdiff1d(voice, np.flatnonzero(good))
    if rest.size:
        table = csr_array((np.ones(item.size), (item, voice)), shape=(votes.items, voices))
        pairs = (table.T @ table).tocsr()
        pairs.setdiag(0)
        pairs.eliminate_zeros()
        pairs.data[:] = 1.0
        some = pairs[rest]
        rings = (some @ pairs).multiply(some).sum(axis=1)
        good[rest[np.asarray(rings).ravel() > 0]] = True
    blocs = good[votes.sources :]
    sources = good[: votes.sources].copy()
    member = bloc >= 0
    sources[member] = blocs[bloc[member]]
    return Checked(sources, blocs)
