"""What a group of observations says together: when, where, what, who speaks, what is left open.

Time is the intersection of the members' intervals and place is the smallest disc among them: the narrowest statement
that all members allow. The act is the most telling one named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ceasefire.fusion.columns import pairs, unique_lists
from ceasefire.fusion.weigh import Members
from ceasefire.model.records import Observation
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import ALTERNATIVES

_Array = np.ndarray[Any, Any]
_TELLING = ("attack.", "attack", "interception", "fire", "outage", "")
"""Acts from the most telling kind to the least, by beginning."""


@dataclass(frozen=True)
class Described:
    """Columns of incidents that need no weighing, each of shape (groups,)."""

    first: _Array
    """Row of the earliest member."""
    start: _Array
    end: _Array
    lon: _Array
    lat: _Array
    radius_km: _Array
    place: _Array
    region: _Array
    control: _Array
    act: _Array
    summary: _Array
    left_open: dict[str, _Array]
    """Alternative explanation to booleans: some source leaves it open."""
    said: dict[str, Any]
    """Columns of who accuses, who denies, how many independent reports, which channels."""

    def columns(self) -> dict[str, Any]:
        """Give the columns by the record's field names."""
        plain = ("start", "end", "lon", "lat", "radius_km", "place", "region", "control", "act", "summary")
        n = len(self.first)
        rows = [np.flatnonzero(mask) for mask in self.left_open.values()]
        names = np.repeat(np.array(list(self.left_open), dtype=object), [len(r) for r in rows])
        group = np.concatenate([*rows, np.zeros(0, dtype=np.int64)])
        return {
            **{name: getattr(self, name) for name in plain},
            "alternatives": unique_lists(group, names.astype(str), n),
            **self.said,
        }


def describe(observations: Table[Observation], members: Members) -> Described:
    """Describe each group.

    Parameters
    ----------
    observations
        n observations, sorted by group.
    members
        The same observations as columns, with their groups.
    """
    group, n = members.group, members.count
    start = observations.column("start").astype(np.int64)
    end = observations.column("end").astype(np.int64)
    latest, earliest = np.full(n, np.iinfo(np.int64).min), np.full(n, np.iinfo(np.int64).max)
    np.maximum.at(latest, group, start)
    np.minimum.at(earliest, group, end)
    radius = observations.column("radius_km")
    tightest = _first_of(group, np.lexsort((radius, group)))
    rank = np.full(len(group), len(_TELLING))
    for k in range(len(_TELLING) - 1, -1, -1):
        rank[np.char.startswith(members.act, _TELLING[k])] = k
    rank = rank * 10 - np.char.count(members.act, ".")
    telling = _first_of(group, np.lexsort((np.arange(len(group)), members.denies, rank, group)))
    summary = observations.column("summary").astype(object)
    trust = np.where(summary != "", 0, 10) - members.trust + members.denies * 5
    best = _first_of(group, np.lexsort((np.arange(len(group)), trust, group)))
    control = observations.column("control").astype(object)
    known = _first_of(group, np.lexsort((radius, control == "", group)))
    alternatives = observations.column("alternatives")
    left_open = {name: np.zeros(n, dtype=bool) for name in ALTERNATIVES}
    for row in np.flatnonzero(observations.arrow.column("alternatives").combine_chunks().value_lengths().to_numpy()):
        for name in alternatives[row]:
            left_open.setdefault(name, np.zeros(n, dtype=bool))[group[row]] = True
    return Described(
        first=_first_of(group, np.arange(len(group))),
        start=np.minimum(latest, earliest).astype("datetime64[s]"),
        end=np.maximum(np.maximum(latest, earliest), np.minimum(latest, earliest) + 1).astype("datetime64[s]"),
        lon=observations.column("lon")[tightest],
        lat=observations.column("lat")[tightest],
        radius_km=radius[tightest],
        place=observations.column("place")[tightest],
        region=observations.column("region")[tightest],
        control=control[known],
        act=members.act[telling].astype(object),
        summary=summary[best],
        left_open=left_open,
        said=_said(members),
    )


def _said(members: Members) -> dict[str, Any]:
    group, n = members.group, members.count
    blames = np.flatnonzero((members.claimant != "") & (members.accused != "") & ~members.denies)
    key = np.char.add(np.char.add(members.claimant[blames], "|"), members.accused[blames])
    names, code = np.unique(key, return_inverse=True)
    pair = np.unique(group[blames] * max(len(names), 1) + code)
    both = np.char.partition(names[pair % max(len(names), 1)], "|") if len(names) else np.zeros((0, 3), dtype=str)
    denies = np.where(members.denies, members.claimant, "")
    return {
        "accused_by": pairs(pair // max(len(names), 1), both[:, 0], both[:, 2], n),
        "denied_by": unique_lists(group, denies, n),
        "origins": np.bincount(group, ~members.copy & ~members.denies, n).astype(np.int64),
        "channels": unique_lists(group, members.channel, n),
    }


def _first_of(group: _Array, order: _Array) -> _Array:
    """Give the row that comes first in each group under an order that is sorted by group."""
    _, at = np.unique(group[order], return_index=True)
    return np.asarray(order[at])
