"""Looks to coverage: per region, day and act class, the chance that one such act would have been seen.

Why: a count follows access. A day without reports is a peaceful day only where somebody looked; `exposure` says how
well. A look of quality q by a channel that shows such an act with probability d adds 1 - (1 - q d) to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from ceasefire.fusion.priors import Priors
from ceasefire.model.intake import Window
from ceasefire.model.records import Coverage, Look
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers

_Array = np.ndarray[Any, Any]


def days(window: Window, clock: str) -> list[tuple[datetime, datetime]]:
    """Cut a window into the calendar days of a clock, as UTC intervals; a day of clock change has 23 or 25 hours.

    >>> from datetime import datetime, UTC
    >>> w = Window(datetime(2025, 3, 29, 22, tzinfo=UTC), datetime(2025, 3, 30, 21, tzinfo=UTC))
    >>> [(b - a).total_seconds() / 3600 for a, b in days(w, "Europe/Kyiv")]
    [23.0]
    """
    zone, out, begin = ZoneInfo(clock), [], window.start
    while begin < window.end:
        local = begin.astimezone(zone)
        after = datetime(local.year, local.month, local.day, tzinfo=zone) + timedelta(days=1)
        end = min(after.astimezone(UTC), window.end)
        out.append((begin, end))
        begin = end
    return out


def coverage(
    looks: Table[Look],
    *,
    window: Window,
    clock: str,
    regions: Sequence[str],
    acts: Sequence[str] = ("attack",),
    priors: Priors | None = None,
) -> Table[Coverage]:
    """Turn looks into exposure for every region, day and act class of a case.

    Parameters
    ----------
    looks
        Looks made and lost; one that lasts several days counts on each of them.
    window, clock
        The case's period and the clock whose days are meant.
    regions
        ISO 3166-2 codes; every one gets a row for every day, also where nobody looked.
    acts
        Act classes to look for.
    priors
        `detection` gives the chance that one look of full quality shows one act.

    Returns
    -------
    One row per region, day and act. An exposure of 0 means that nobody looked: a count of 0 there says nothing.
    """
    priors = priors or Priors()
    calendar = days(window, clock)
    begin = np.array([a.timestamp() for a, _ in calendar])
    finish = np.array([b.timestamp() for _, b in calendar])
    where = {code: k for k, code in enumerate(regions)}
    cells = len(regions) * len(calendar)
    spread, row = _spread(looks, where, begin, finish)
    channel = looks.column("channel").astype(str)
    lost = looks.column("lost").astype(str)
    quality = np.where(lost == "", looks.column("quality"), 0.0)
    parts = []
    for act in acts:
        sees = np.array([any(covers((a,), act) or covers((act,), a) for a in of) for of in looks.column("acts")], bool)
        chance = np.array([_chance(priors, c, act) for c in channel]) * quality
        keep = sees[row]
        cell, look = spread[keep], row[keep]
        made = lost[look] == ""
        missed = np.bincount(cell, np.log1p(-np.minimum(chance[look], 1 - 1e-12)), cells)
        parts.append(
            Table.from_columns(
                Coverage,
                {
                    "region": np.repeat(np.array(regions, dtype=object), len(calendar)),
                    "start": np.tile(begin.astype("datetime64[s]"), len(regions)),
                    "end": np.tile(finish.astype("datetime64[s]"), len(regions)),
                    "act": act,
                    "looks": np.bincount(cell, made, cells).astype(np.int64),
                    "looks_lost": np.bincount(cell, ~made, cells).astype(np.int64),
                    "exposure": np.maximum(-np.expm1(missed), 0.0),
                    "channels": _names(cell[made], channel[look[made]], cells),
                    "lost": _names(
                        cell[~made], np.char.add(np.char.add(channel[look[~made]], ": "), lost[look[~made]]), cells
                    ),
                },
            )
        )
    return Table.concat(Coverage, parts)


def _chance(priors: Priors, channel: str, act: str) -> float:
    """Give the stated detection probability of the nearest class at or above the act."""
    table = priors.detection.get(channel, {})
    while act:
        if act in table:
            return float(table[act])
        act = act.rpartition(".")[0]
    return 0.0


def _spread(looks: Table[Look], where: dict[str, int], begin: _Array, finish: _Array) -> tuple[_Array, _Array]:
    """Give (cell, look) pairs: a look counts on each day that holds half of it, or half the day."""
    start = looks.column("start").astype(np.int64).astype(float)
    end = looks.column("end").astype(np.int64).astype(float)
    region = np.array([where.get(r, -1) for r in looks.column("region")], dtype=np.int64)
    first = np.searchsorted(finish, start, side="right")
    last = np.searchsorted(begin, end, side="left") - 1
    number = np.where((region >= 0) & (last >= first), last - first + 1, 0)
    row = np.repeat(np.arange(len(looks)), number)
    day = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number)
    overlap = np.minimum(end[row], finish[day]) - np.maximum(start[row], begin[day])
    enough = overlap >= np.minimum(43_200.0, 0.5 * (end[row] - start[row]))
    return (region[row] * len(begin) + day)[enough], row[enough]


def _names(cell: _Array, name: _Array, cells: int) -> _Array:
    out = np.empty(cells, dtype=object)
    out[:] = [()] * cells
    kinds, code = np.unique(name, return_inverse=True)
    for pair in np.unique(cell * max(len(kinds), 1) + code):
        out[pair // len(kinds)] += (str(kinds[pair % len(kinds)]),)
    return out
