"""What could nobody see: acts that silence leaves possible, and incidents that no list has.

Why two answers: the first asks of silent places what the looks there were worth, the second asks of the lists how much
they overlap. Neither needs the other, and a reader may hold them against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

import numpy as np

from ceasefire.model.records import Coverage as Cell
from ceasefire.model.table import Table
from ceasefire.model.unseen import DetectionChance, Unlisted
from ceasefire.reporting import words

WATCHED = 0.05
"""Cautious end of the exposure from which on a silent day counts as watched."""


@dataclass(frozen=True)
class Silent:
    """Silent region-days of one region, or of all, watched or not."""

    region: str
    """ISO 3166-2 code; `all` for the whole area."""
    name: str
    watched: bool
    days: int
    """Region-days on which nobody reported such an act."""
    chance: float
    """Mean P(one happened all the same)."""
    low: float
    high: float


@dataclass(frozen=True)
class Unseen:
    """What could nobody see."""

    silent: tuple[Silent, ...]
    """Whole area first, then region by region; watched before unwatched."""
    detection: tuple[tuple[str, str, float, float, float, float, bool, float], ...]
    """Act, channel, stated, used, low, high, learned, acts to learn from."""
    unlisted: Unlisted | None
    sentence: str
    """How many incidents no list had, in words."""


def unseen(
    cells: Table[Cell] | None,
    detection: Table[DetectionChance] | None,
    unlisted: Unlisted | None,
    *,
    names: dict[str, str],
) -> Unseen:
    """Count the silent region-days with what they leave possible, and say what the lists leave out.

    >>> unseen(None, None, None, names={}).sentence
    'How many incidents no list has is not known: no lists were compared.'
    """
    chances = () if detection is None else tuple(
        (d.act, words.channel(d.channel), d.stated, d.value, d.low, d.high, d.learned, d.repeats) for d in detection
    )  # fmt: skip
    return Unseen(_silent(cells, names), chances, unlisted, sentence(unlisted))


def sentence(of: Unlisted | None) -> str:
    """Say in one sentence how many incidents no list has; never a number that only two lists would carry."""
    if of is None or not of.lists:
        return "How many incidents no list has is not known: no lists were compared."
    listed = f"{words.count(of.listed, 'incident')} on {words.count(len(of.lists), 'list')}"
    least = max(round(of.low), 0)
    if isfinite(of.unlisted) and isfinite(of.high):
        return f"Beside {listed}, about {of.unlisted:,.0f} more are on none (95% interval {least:,} to {of.high:,.0f})."
    return f"Beside {listed}, at least {least:,} more are on none; nothing bounds their number from above."


def _silent(cells: Table[Cell] | None, names: dict[str, str]) -> tuple[Silent, ...]:
    if cells is None or not len(cells):
        return ()
    value, low, high, exposure = (
        cells.column(c).astype(float) for c in ("unseen", "unseen_low", "unseen_high", "exposure_low")
    )
    region, silent = cells.column("region").astype(str), np.isfinite(value)
    out = []
    for code in ["all", *dict.fromkeys(region.tolist())]:
        here = silent if code == "all" else silent & (region == code)
        for watched in (True, False):
            at: np.ndarray[Any, Any] = here & ((exposure >= WATCHED) == watched)
            mean = [float(v[at].mean()) if at.any() else nan for v in (value, low, high)]
            name = "Whole area" if code == "all" else names.get(code, code)
            out.append(Silent(code, name, watched, int(at.sum()), *mean))
    return tuple(out)
