"""Who said what of which incident, and who could have: the statements that reliability is learnt from.

A voice is the finest thing that a case can tell apart: a source on one channel with one grade, of one side where it
speaks for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from ceasefire.fusion.columns import coded
from ceasefire.fusion.priors import Priors
from ceasefire.model.records import Incident, Look, Observation
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Statements:
    """Who said what of which incident; statements of shape (n,), voices of shape (voices,)."""

    names: _Array
    channel: _Array
    side: _Array
    """Side that each voice speaks for; empty for none."""
    stated: _Array
    """Mean log weight of each voice's reports as stated."""
    voice: _Array
    item: _Array
    label: _Array
    """1 asserts, 0 denies."""
    copied: _Array
    """Whether a voice only copied in an incident, shape (voices, incidents): then it is neither heard nor silent."""


def voices_of(observations: Table[Observation]) -> tuple[_Array, _Array]:
    """Give the names of voices, sorted, and the voice of each observation, shape (n,).

    A voice is a source on a channel with a grade. A party's office, and an authority where one side holds the place,
    speak for that side.
    """
    column = {
        c: observations.column(c).astype(object) for c in ("source", "channel", "claimant", "control", "reliability")
    }
    local = (column["channel"] == "official") & (column["control"] != "contested")
    side = np.where(column["claimant"] != "", column["claimant"], np.where(local, column["control"], ""))
    side = np.where(side == "", "", side + "/")
    return coded(column["source"] + "/" + column["channel"] + "/" + side + column["reliability"])


def statements(incidents: Table[Incident], observations: Table[Observation], priors: Priors) -> Statements:
    """Give one statement per voice and incident: it asserts where one of its reports does.

    Copies (a later report of the same origin in the incident) are left out.
    """
    n = len(incidents)
    members = incidents.arrow.column("observations").combine_chunks()
    item = np.repeat(np.arange(n), members.value_lengths().to_numpy(zero_copy_only=False))
    row = pc.index_in(members.flatten(), value_set=observations.arrow.column("id").combine_chunks())
    row = row.to_numpy(zero_copy_only=False).astype(np.int64)
    used = observations.keep(row)
    names, voice = voices_of(used)
    count = max(len(names), 1)
    ids, origin = used.column("id").astype(object), used.column("origin").astype(object)
    _, origins = coded(np.where(origin == "", ids, origin))
    first = np.zeros(len(row), dtype=bool)
    first[np.unique(item * (origins.max(initial=0) + 1) + origins, return_index=True)[1]] = True
    copied = np.zeros((count, n), dtype=bool)
    copied[voice[~first], item[~first]] = True
    asserts = used.column("stance") != "denies"
    pair, at = np.unique((item * count + voice)[first], return_inverse=True)
    label = np.zeros(len(pair), dtype=np.int64)
    np.maximum.at(label, at, asserts[first].astype(np.int64))
    copied[pair % count, pair // count] = False
    _, example = np.unique(voice, return_index=True)
    parts = np.array([name.split("/") for name in names.tolist()], dtype=object)
    side = np.array([p[2] if len(p) == 4 else "" for p in parts], dtype=object)
    return Statements(
        names=names,
        channel=used.column("channel").astype(object)[example],
        side=side,
        stated=np.bincount(voice, _stated(used, priors), count) / np.maximum(np.bincount(voice, minlength=count), 1),
        voice=pair % count,
        item=pair // count,
        label=label,
        copied=copied,
    )


def _stated(observations: Table[Observation], priors: Priors) -> _Array:
    """Give the log weight that each report has as stated, before repetition, shape (n,)."""

    def looked_up(name: str, table: Mapping[Any, float]) -> _Array:
        keys, code = np.unique(observations.column(name), return_inverse=True)
        return np.array([table.get(k, 1.0) for k in keys.tolist()])[code]

    ratio = observations.column("likelihood_ratio")
    ratio = np.where(np.isfinite(ratio), ratio, looked_up("channel", priors.occurred))
    trust = looked_up("reliability", priors.reliability) * looked_up("credibility", priors.credibility)
    return np.asarray(np.log(ratio) * trust)


def could_know(incidents: Table[Incident], looks: Table[Look], channel: str) -> _Array:
    """Tell for each incident whether a look of a channel at its whole region overlaps it in time, shape (n,)."""
    mine = (looks.column("channel") == channel) & (looks.column("lost") == "") & (looks.column("quality") > 0)
    made = looks.keep(mine & (looks.column("region") != ""))
    out = np.zeros(len(incidents), dtype=bool)
    family = np.array([a.split(".", 1)[0] for a in incidents.column("act").tolist()], dtype=object)
    start, end = (incidents.column(c).astype(np.int64) for c in ("start", "end"))
    region, of = incidents.column("region").astype(object), made.column("region").astype(object)
    every = made.column("acts").tolist()
    for acts in sorted(set(every)):
        shows = np.array([a == acts for a in every], dtype=bool)
        seen = np.array([not acts or covers(acts, f) for f in family.tolist()], dtype=bool)
        for name in set(of[shows].tolist()):
            look, at = made.keep(shows & (of == name)), np.flatnonzero(seen & (region == name))
            begins, ends = (np.sort(look.column(c).astype(np.int64)) for c in ("start", "end"))
            begun = np.searchsorted(begins, end[at], side="left")
            out[at] |= begun > np.searchsorted(ends, start[at], side="right")
    return out
