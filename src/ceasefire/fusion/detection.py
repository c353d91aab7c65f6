"""P(one look of full quality shows one act), by channel: as stated, or learned from the case's own looks.

Learning needs acts that several channels could have shown: where fewer than `ENOUGH` acts known from elsewhere lie in
a channel's looks, its stated number stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ceasefire.fusion.chances import Chances
from ceasefire.fusion.columns import Coded, all_held, held
from ceasefire.fusion.priors import STATED_DETECTION, Priors
from ceasefire.model.records import Incident, Look
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers
from ceasefire.stats.shown import shown

_Array = np.ndarray[Any, Any]
ENOUGH = 10.0
"""Expected acts known from elsewhere in the looks of a channel, from which on it is learned."""


@dataclass(frozen=True)
class Chance:
    """One channel's chance to show one act with one look of full quality."""

    value: float
    low: float
    high: float
    learned: bool = False
    """Whether data had a say."""
    repeats: float = 0.0
    """Acts known from elsewhere that it looked at."""


Detection = Mapping[str, Chance]
"""Chance by channel, for one act class."""


def stated(priors: Priors, act: str, channels: list[str]) -> dict[str, Chance]:
    """Give the stated chance of each channel for the nearest class at or above an act; 0 where none is stated.

    >>> stated(Priors(), "attack.air", ["news", "alert"])["news"].value
    0.4
    """
    table = STATED_DETECTION if priors.detection == "learned" else priors.detection
    out = {}
    for channel in channels:
        of: Mapping[str, float] = table.get(channel, {})
        above = act
        while above and above not in of:
            above = above.rpartition(".")[0]
        value = float(of.get(above, 0.0))
        out[channel] = Chance(value, value, value)
    return out


def learn(
    before: Detection, act: str, *, incidents: Table[Incident], looks: Table[Look], chances: Chances, cell: _Array
) -> dict[str, Chance]:
    """Learn the chances from incidents that lie in the looks of several channels.

    Parameters
    ----------
    before
        Stated chances.
    act
        Act class.
    incidents
        Incidents of the case; those of other acts are left out.
    looks, chances
        Looks that could have shown the act, and the cells they count on.
    cell
        Cell of each incident; -1 where it lies in none.
    """
    names = [c for c, chance in before.items() if 0.0 < chance.value < 1.0]
    acts = Coded.of(incidents.arrow.column("act"))
    of = np.array([covers((act,), a) for a in acts.names.tolist()], dtype=bool)[acts.code] & (cell >= 0)
    rows = np.flatnonzero(of)
    if not names or not len(rows):
        return dict(before)
    quality = looks.column("quality")[chances.look] * chances.share
    quality = np.where(looks.column("lost")[chances.look] == "", quality, 0.0)
    channel = looks.column("channel")[chances.look]
    cells, at = np.unique(cell[rows], return_inverse=True)
    m, q, y = (np.zeros((len(rows), len(names))) for _ in range(3))
    every = sorted({*names, *all_held(incidents.arrow.column("channels"))})
    told = held(incidents.arrow.column("channels"), every)[rows]
    for k, name in enumerate(names):
        mine = np.flatnonzero((channel == name) & (quality > 0) & np.isin(chances.cell, cells))
        where = np.searchsorted(cells, chances.cell[mine])
        count = np.bincount(where, minlength=len(cells))
        total = np.bincount(where, quality[mine], len(cells))
        m[:, k], q[:, k] = count[at], (total / np.maximum(count, 1))[at]
        y[:, k] = told[:, every.index(name)]
    looked = np.zeros_like(told)
    looked[:, [every.index(name) for name in names]] = m > 0
    elsewhere = (told & ~looked).any(axis=1)
    found = shown(
        y * (m > 0), m, np.clip(q, 0.0, 1.0), known=incidents.column("p_occurred")[rows], outside=elsewhere,
        stated=[before[n].value for n in names],
    )  # fmt: skip
    out = dict(before)
    for k, name in enumerate(names):
        if found.repeats[k] >= ENOUGH:
            value, low, high = (float(part[k]) for part in found.chance)
            out[name] = Chance(value, low, high, learned=True, repeats=float(found.repeats[k]))
    return out
