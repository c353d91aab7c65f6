"""The observations of the groups as columns, with what every rule needs to know about repetition.

Copies of one report add nothing; further reports of the same source add a half, a third...
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc

from ceasefire.fusion.columns import Coded, numbered
from ceasefire.fusion.priors import Priors
from ceasefire.model.records import Observation
from ceasefire.model.table import Table

_Array = np.ndarray[Any, Any]
_VAGUE = ("", "settlement")


class Members:
    """Observations in the order of their group, columns of texts as codes.

    Parameters
    ----------
    observations
        n observations, sorted by group.
    group
        Group of each, shape (n,), numbered from 0 without gaps.
    priors
        Stated weights.
    """

    def __init__(self, observations: Table[Observation], group: _Array, priors: Priors) -> None:
        n = len(observations)
        self.group, self.count = group, int(group.max()) + 1 if n else 0
        column = {
            name: Coded.of(observations.arrow.column(name))
            for name in ("channel", "claimant", "accused", "basis", "object_class", "act", "source")
        }
        self.channel, self.claimant, self.accused = column["channel"], column["claimant"], column["accused"]
        self.basis, self.object, self.act = column["basis"], column["object_class"], column["act"]
        self.denies = Coded.of(observations.arrow.column("stance")).equals("denies")
        self.speaks = ~self.claimant.equals("")
        held = Coded.of(observations.arrow.column("control"))
        local = self.channel.equals("official") & ~held.equals("contested")
        self.side = self.claimant.where(self.speaks, held.where(local, Coded.repeated("", n)))
        self.ratio = observations.column("likelihood_ratio")
        lights_out = self.object.among(_VAGUE) & Coded.of(observations.arrow.column("effect")).equals("outage")
        lights_out &= ~self.channel.equals("satellite.lights")  # a blackout order looks alike from orbit
        self.shown = Coded.repeated("energy.electricity", n).where(lights_out, self.object)
        self.trust = Coded.of(observations.arrow.column("reliability")).looked_up(priors.reliability, 1.0)
        self.trust *= _of_numbers(observations.column("credibility"), priors.credibility)
        speaker = self.claimant.where(self.speaks, column["source"])
        voice = (speaker.code.astype(np.int64) * max(len(self.channel.names), 1) + self.channel.code) * 2 + self.denies
        self.copy, self.share = _repetition(group, _origin(observations), voice)

    def with_repetition(self, why: Coded, rows: _Array) -> Coded:
        """Say of rows' reasons where a row is a copy, or where its voice has spoken before."""
        again = ~self.copy[rows] & (self.share[rows] < 1)
        k = len(why.names)
        names = [*why.names.tolist(), *(f"{name}, same voice again" for name in why.names.tolist())]
        code = np.where(self.copy[rows], 2 * k, why.code + np.where(again, k, 0)).astype(np.int32)
        return Coded(np.array([*names, "copy of a report already counted"]), code)


def _origin(observations: Table[Observation]) -> _Array:
    origin, ids = observations.arrow.column("origin"), observations.arrow.column("id")
    return numbered(pc.if_else(pc.equal(origin, ""), ids, origin))


def _of_numbers(keys: _Array, table: Any) -> _Array:
    names, place = np.unique(keys, return_inverse=True)
    return np.array([table.get(k, 1.0) for k in names.tolist()], dtype=float)[place]


def _repetition(group: _Array, origin: _Array, voice: _Array) -> tuple[_Array, _Array]:
    """Mark copies, and give the k-th independent report of one voice in a group the share 1/k; both shape (n,)."""
    n = len(group)
    order = np.lexsort((origin, group))  # stable: the earlier row stays before its copies
    copy = np.zeros(n, dtype=bool)
    copy[order[1:]] = (group[order][1:] == group[order][:-1]) & (origin[order][1:] == origin[order][:-1])
    order = np.lexsort((copy, voice, group))
    fresh = np.ones(n, dtype=bool)
    fresh[1:] = (group[order][1:] != group[order][:-1]) | (voice[order][1:] != voice[order][:-1])
    begin = np.maximum.accumulate(np.where(fresh, np.arange(n), 0))
    share = np.empty(n)
    share[order] = 1.0 / (np.arange(n) - begin + 1)
    return copy, share
