"""Ships by report: which texts tell of an act at a port, on a ship or at sea, of which class, and on which water.

Why one reading of both act and place: that a drone was shot down is told everywhere; that it was over the Black Sea
makes it a report of the sea. Why by sentence: a post counts what was over land and what over the sea. Decision record
0053; measured by `benchmarks/sea_reports.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ceasefire.text.lexicon import Mask, normal, sentences
from ceasefire.text.places import places
from ceasefire.text.reading import acts, objects
from ceasefire.text.sea import about_sea
from ceasefire.text.sea_places import SeaPlace, named_at_sea, one_place

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class SeaReports:
    """What n texts tell of the sea; arrays have shape (n,), lists length n."""

    about: Mask
    """Whether a text reports an act at a port, on a ship, at or over the sea, or from it."""
    act: Texts
    """Act class of its first sentence that does; empty where none does."""
    object_class: Texts
    """Object class of that sentence; empty where none is named."""
    place: list[SeaPlace | None]
    """The one place at sea, on a coast or a port; None where none or several are named, or places on land beside it."""


def sea_reports(texts: Sequence[str]) -> SeaReports:
    """Read what texts report of ports, ships, mines and the sea.

    Parameters
    ----------
    texts
        n texts in Ukrainian, Russian or English.

    >>> got = sea_reports(["Росіяни вдарили по порту в Одесі", "Над Чорним морем збили дві ракети", "Удар по Сумах"])
    >>> got.about.tolist(), got.object_class[0], [p and p.name for p in got.place]
    ([True, True, False], 'transport.port', ['Port of Odesa', 'Black Sea', None])
    """
    n = len(texts)
    whole = pa.array(texts, type=pa.string())
    parts, of = sentences(whole)
    words = normal(parts)
    act, denied = acts(words)
    thing = objects(words)
    act = _headed(act, of)
    placed = np.asarray([bool(p) for p in named_at_sea(words)], dtype=bool)
    about = about_sea(words, act, thing, placed=placed) & ~denied
    first = np.full(n, -1)
    hits = np.flatnonzero(about)
    first[of[hits][::-1]] = hits[::-1]
    found = first >= 0
    return SeaReports(found, _taken(act, first), _taken(thing, first), _places(words, of, first, normal(whole), n))


def _headed(act: Texts, of: npt.NDArray[np.int64]) -> Texts:
    """Give items of a list ("two over the Black Sea") the act above them, where that is an interception."""
    out = act.copy()
    for i in range(1, len(out)):
        if out[i] == "" and of[i] == of[i - 1] and out[i - 1] == "interception":
            out[i] = "interception"
    return out


def _places(
    words: pa.Array, of: npt.NDArray[np.int64], first: npt.NDArray[np.int64], whole: pa.Array, n: int
) -> list[SeaPlace | None]:
    """Give the place at sea of each text whose other places do not contradict it."""
    named = places(whole)
    own = named_at_sea(whole)
    out: list[SeaPlace | None] = [None] * n
    for i in np.flatnonzero(first >= 0).tolist():
        one = one_place(own[i])
        if one is not None and str(named.name[i]) == one.name:
            out[i] = one
    return out


def _taken(values: Texts, first: npt.NDArray[np.int64]) -> Texts:
    out = np.full(len(first), "", dtype=object)
    out[first >= 0] = values[first[first >= 0]]
    return out
