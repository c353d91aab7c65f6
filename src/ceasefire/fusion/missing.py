"""Missing mass of a case: how many incidents no bloc of sources had, from how much their lists overlap.

Lists are independent blocs: all media are one list, all offices of a party are one, as within a bloc reports are
copied. Each pattern of lists counts with the number of its incidents that are expected to have occurred, so that a
claim which nobody else confirms counts for as much as it is believed.
"""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np
import pyarrow.compute as pc

from ceasefire.fusion.columns import Coded
from ceasefire.model.records import Incident, Observation
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers
from ceasefire.model.unseen import ListPattern, Unlisted
from ceasefire.stats.capture import missing_mass

MOST_LISTS = 5
"""The smallest blocs beyond these are pooled to one list, `others`."""
LEAST = 5
"""So are blocs with fewer incidents."""


def patterns(
    incidents: Table[Incident], observations: Table[Observation], *, acts: tuple[str, ...] = ("attack",)
) -> Table[ListPattern]:
    """Count the incidents that stand on each combination of lists.

    Parameters
    ----------
    incidents, observations
        As fusion gives and takes them; denials put nothing on a list.
    acts
        Act classes; incidents of others are left out.

    >>> patterns(Table.empty(Incident), Table.empty(Observation))
    <Table of 0 ListPattern>
    """
    codes = Coded.of(incidents.arrow.column("act"))
    of = np.array([any(covers((a,), act) or covers((act,), a) for a in acts) for act in codes.names.tolist()], bool)
    rows = np.flatnonzero(of[codes.code])
    if not len(rows):
        return Table.empty(ListPattern)
    on, names = _on_lists(incidents, observations)
    on = on[rows]
    size = on.sum(axis=0)
    order = sorted((k for k in range(len(names)) if size[k]), key=lambda k: (-size[k], names[k]))
    kept = [k for k in order if size[k] >= LEAST]
    kept = kept if len(kept) == len(order) <= MOST_LISTS else kept[: MOST_LISTS - 1]
    rest = [k for k in order if k not in kept]
    pooled = np.column_stack([on[:, kept], on[:, rest].any(axis=1)]) if rest else on[:, kept]
    labels = [names[k] for k in kept] + ["others"] * bool(rest)
    some = pooled.any(axis=1)
    distinct, which = np.unique(pooled[some], axis=0, return_inverse=True)
    number = np.bincount(which.ravel(), minlength=len(distinct))
    occurred = np.bincount(which.ravel(), incidents.column("p_occurred").astype(float)[rows][some], len(distinct))
    found = [
        ListPattern(
            lists=tuple(sorted(n for n, yes in zip(labels, row, strict=True) if yes)),
            incidents=int(n),
            occurred=round(p, 3),
        )
        for row, n, p in zip(distinct.tolist(), number, occurred.tolist(), strict=True)
    ]
    return Table.of(ListPattern, sorted(found, key=lambda pattern: pattern.lists))


def _on_lists(incidents: Table[Incident], observations: Table[Observation]) -> tuple[np.ndarray[Any, Any], list[str]]:
    """Tell which blocs' lists each incident is on, shape (incidents, blocs), and name the blocs."""
    column = incidents.arrow.column("observations").combine_chunks()
    ids = observations.arrow.column("id").combine_chunks()
    told = np.asarray(pc.index_in(pc.list_flatten(column), ids).fill_null(-1))
    which = np.asarray(pc.list_parent_indices(column))
    claimant = Coded.of(observations.arrow.column("claimant"))
    parties = Coded(np.array([f"party:{name}" for name in claimant.names.tolist()]), claimant.code)
    bloc = parties.where(~claimant.equals(""), Coded.of(observations.arrow.column("channel")))
    good = (told >= 0) & ~Coded.of(observations.arrow.column("stance")).equals("denies")[told]
    on = np.zeros((len(incidents), len(bloc.names)), dtype=bool)
    on[which[good], bloc.code[told[good]]] = True
    return on, bloc.names.tolist()


def missing(found: Table[ListPattern], *, level: float = 0.95) -> Unlisted:
    """Estimate how many incidents are on no list, or bound it where lists cannot say.

    Fewer than three lists, or lists that hardly overlap, give Chao's lower limit and no upper end: two lists that
    follow each other look just like two lists that have seen nearly everything.

    >>> rows = [("news",), 40, ("official",), 30, ("news", "official"), 20]
    >>> pairs = zip(rows[::2], rows[1::2])
    >>> m = missing(Table.of(ListPattern, [ListPattern(lists=a, incidents=n, occurred=float(n)) for a, n in pairs]))
    >>> m.unlisted, m.high, m.listed, m.low > 5
    (nan, inf, 90, True)
    """
    names = sorted({name for row in found for name in row.lists})
    expected = [round(row.occurred) for row in found]
    table = np.array(
        [[name in row.lists for name in names] for row, n in zip(found, expected, strict=True) for _ in range(n)], bool
    ).reshape(-1, max(len(names), 1))
    m = missing_mass(table, level=level)
    seen = m.observed
    return Unlisted(
        lists=tuple((n, sum(row.incidents for row in found if n in row.lists)) for n in names),
        patterns=tuple((row.lists, row.incidents, row.occurred) for row in found),
        listed=seen,
        unlisted=m.total if isnan(m.total) else m.total - seen,
        low=m.low - seen,
        high=m.high - seen,
        bound=m.bound - seen,
        models=tuple((_named(text, names), weight, total - seen) for text, weight, total in m.models[:3]),
        words=m.words,
    )


def _named(text: str, names: list[str]) -> str:
    """Put the lists' names where a model has their numbers: `0-2` is a pair that depends on each other."""
    parts = []
    for part in text.split(", "):
        a, dash, b = part.partition("-")
        parts.append(f"{names[int(a)]} with {names[int(b)]}" if dash and a.isdigit() and b.isdigit() else part)
    return ", ".join(parts)
