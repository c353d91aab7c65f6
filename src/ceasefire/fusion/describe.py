"""What a group of observations says together: when, where, what, who speaks, what is left open.

Time is the intersection of the members' intervals and place is the smallest disc among them: the narrowest statement
that all members allow. The act is the most telling one named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ceasefire.fusion.columns import Coded, pairs, unique_lists
from ceasefire.fusion.members import Members
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
        names = [Coded.repeated(name, len(of)) for name, of in zip(self.left_open, rows, strict=True)]
        group = np.concatenate([*rows, np.zeros(0, dtype=np.int64)])
        return {
            **{name: getattr(self, name) for name in plain},
            "alternatives": unique_lists(group, Coded.joined(names), n),
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
    group = members.group
    begin = np.flatnonzero(np.diff(group, prepend=-1))
    start = observations.column("start").astype(np.int64)
    end = observations.column("end").astype(np.int64)
    latest, earliest = np.maximum.reduceat(start, begin), np.minimum.reduceat(end, begin)
    radius = observations.column("radius_km")
    tightest = np.lexsort((radius, group))[begin]
    telling = np.lexsort((members.denies, _rank(members.act.names)[members.act.code], group))[begin]
    blank = np.asarray(pc.equal(observations.arrow.column("summary"), ""))
    best = np.lexsort((np.where(blank, 10, 0) - members.trust + members.denies * 5, group))[begin]
    nobody = Coded.of(observations.arrow.column("control")).equals("")
    known = np.lexsort((radius, nobody, group))[begin]
    return Described(
        first=begin,
        start=np.minimum(latest, earliest).astype("datetime64[s]"),
        end=np.maximum(np.maximum(latest, earliest), np.minimum(latest, earliest) + 1).astype("datetime64[s]"),
        lon=observations.column("lon")[tightest],
        lat=observations.column("lat")[tightest],
        radius_km=radius[tightest],
        place=_texts(observations, "place", tightest),
        region=_texts(observations, "region", tightest),
        control=_texts(observations, "control", known),
        act=members.act.take(telling).texts(),
        summary=_texts(observations, "summary", best),
        left_open=_left_open(observations, members),
        said=_said(members),
    )


def _texts(observations: Table[Observation], name: str, rows: _Array) -> _Array:
    return np.asarray(observations.arrow.column(name).take(pa.array(rows)).to_numpy(zero_copy_only=False))


def _rank(acts: _Array) -> _Array:
    """Rank act classes, the most telling kind first and the narrower class before the wider, shape (k,)."""
    kind = [next(k for k, beginning in enumerate(_TELLING) if act.startswith(beginning)) for act in acts.tolist()]
    return np.array(kind, dtype=np.int64) * 10 - np.array([act.count(".") for act in acts.tolist()], dtype=np.int64)


def _left_open(observations: Table[Observation], members: Members) -> dict[str, _Array]:
    """Give per alternative explanation the groups in which some source leaves it open."""
    column = observations.arrow.column("alternatives").combine_chunks()
    open_ = {name: np.zeros(members.count, dtype=bool) for name in ALTERNATIVES}
    names, rows = Coded.of(column.flatten()), np.repeat(np.arange(len(column)), column.value_lengths().to_numpy())
    for k in dict.fromkeys(names.code.tolist()):
        mask = open_.setdefault(str(names.names[k]), np.zeros(members.count, dtype=bool))
        mask[members.group[rows[names.code == k]]] = True
    return open_


def _said(members: Members) -> dict[str, Any]:
    group, n = members.group, members.count
    blames = np.flatnonzero(members.speaks & ~members.accused.equals("") & ~members.denies)
    many = max(len(members.accused.names), 1)
    told = members.claimant.code[blames].astype(np.int64) * many + members.accused.code[blames]
    each = max(len(members.claimant.names), 1) * many
    pair = np.unique(group[blames] * each + told)
    who, whom = np.divmod(pair % each, many)
    return {
        "accused_by": pairs(pair // each, Coded(members.claimant.names, who), Coded(members.accused.names, whom), n),
        "denied_by": unique_lists(group, members.claimant.where(members.denies, Coded.repeated("", len(group))), n),
        "origins": np.bincount(group, ~members.copy & ~members.denies, n).astype(np.int64),
        "channels": unique_lists(group, members.channel, n),
    }
