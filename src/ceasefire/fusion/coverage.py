"""Looks to coverage: per region, day and act class, the chance that one such act would have been seen.

Why: a count follows access. A day without reports is a peaceful day only where somebody looked; `exposure` says how
well. A look of quality q at a share s of the region, by a channel that shows such an act with probability d, misses it
with probability 1 - q s d. What silence leaves possible, `unreported` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from ceasefire.fusion.chances import Chances, chances, sees
from ceasefire.fusion.detection import Detection, learn, stated
from ceasefire.fusion.priors import Priors
from ceasefire.fusion.registered import Register
from ceasefire.fusion.unreported import unreported
from ceasefire.model.intake import Window
from ceasefire.model.records import Coverage, Incident, Look
from ceasefire.model.table import Table
from ceasefire.model.unseen import DetectionChance

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


@dataclass(frozen=True)
class Surveyed:
    """Coverage, and how well each channel is taken to show an act."""

    coverage: Table[Coverage]
    """One row per region, day and act."""
    detection: Table[DetectionChance]
    """One row per act and channel."""


def survey(
    looks: Table[Look],
    *,
    window: Window,
    clock: str,
    regions: Sequence[str],
    acts: Sequence[str] = ("attack",),
    priors: Priors | None = None,
    incidents: Table[Incident] | None = None,
    register: Register | None = None,
) -> Surveyed:
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
        `detection` gives the chance that one look of full quality shows one act, or says that it is to be learned.
    incidents
        What was seen; without it nothing is learned and nothing is said of silence.
    register
        Objects that the prohibitions protect (`fusion.registered.targets`): looks at discs count for the share of them.

    Returns
    -------
    Coverage with one row per region, day and act, and the chances it rests on. An exposure of 0 means that nobody
    looked: a count of 0 there says nothing.

    Raises
    ------
    ValueError
        A look's quality is NaN or outside 0 to 1, or a look that was lost has one above 0.
    """
    priors = priors or Priors()
    _check(looks)
    calendar = days(window, clock)
    begin = np.array([a.timestamp() for a, _ in calendar])
    finish = np.array([b.timestamp() for _, b in calendar])
    every = chances(looks, regions=regions, begin=begin, finish=finish, register=register)
    cell = None if incidents is None else _cells(incidents, regions, begin, finish)
    parts, known = [], []
    for act in acts:
        of = every.keep(sees(looks, act)[every.look])
        before = stated(priors, act, sorted(set(looks.column("channel"))))
        detection: Detection = before
        if priors.detection == "learned" and incidents is not None and cell is not None:
            detection = learn(before, act, incidents=incidents, looks=looks, chances=of, cell=cell)
        table = _one(looks, of, detection, act, regions, begin, finish)
        if incidents is not None and cell is not None:
            table = unreported(table, incidents, cell, act=act, days=len(calendar))
        parts.append(table)
        known += [
            DetectionChance(act=act, channel=channel, stated=before[channel].value, **vars(chance))
            for channel, chance in detection.items()
        ]
    return Surveyed(Table.concat(Coverage, parts), Table.of(DetectionChance, known))


def coverage(looks: Table[Look], **given: Any) -> Table[Coverage]:
    """Give only the coverage of `survey`, whose parameters it takes."""
    return survey(looks, **given).coverage


def _one(
    looks: Table[Look],
    of: Chances,
    detection: Detection,
    act: str,
    regions: Sequence[str],
    begin: _Array,
    finish: _Array,
) -> Table[Coverage]:
    cells = len(regions) * len(begin)
    channel, why = looks.column("channel")[of.look].astype(str), looks.column("lost")[of.look].astype(str)
    made = why == ""
    usable = np.where(made, looks.column("quality")[of.look], 0.0) * of.share
    low = looks.column("quality_low")[of.look].astype(float)
    cautious = np.where(made, np.where(np.isfinite(low), low, looks.column("quality")[of.look]) * of.least, 0.0)
    exposure = {}
    for end in ("value", "low", "high"):
        d = np.array([getattr(detection[c], end) for c in channel], dtype=float)
        d *= cautious if end == "low" else usable
        missed = np.bincount(of.cell, np.log1p(-np.minimum(d, 1 - 1e-12)), cells)
        exposure[end] = np.maximum(-np.expm1(missed), 0.0)
    return Table.from_columns(
        Coverage,
        {
            "region": np.repeat(np.array(regions, dtype=object), len(begin)),
            "start": np.tile(begin.astype("datetime64[s]"), len(regions)),
            "end": np.tile(finish.astype("datetime64[s]"), len(regions)),
            "act": act,
            "looks": np.bincount(of.cell, made, cells).astype(np.int64),
            "looks_lost": np.bincount(of.cell, ~made, cells).astype(np.int64),
            "exposure": exposure["value"],
            "exposure_low": exposure["low"],
            "exposure_high": exposure["high"],
            "channels": _names(of.cell[made], channel[made], cells),
            "lost": _names(of.cell[~made], np.char.add(np.char.add(channel[~made], ": "), why[~made]), cells),
        },
    )


def _check(looks: Table[Look]) -> None:
    quality, lost = looks.column("quality").astype(float), looks.column("lost").astype(str) != ""
    bad = ~((quality >= 0) & (quality <= 1))
    if bad.any():
        row = looks[int(np.flatnonzero(bad)[0])]
        raise ValueError(f"look {row.id}: its quality is {row.quality}, and lies between 0 and 1")
    low = looks.column("quality_low").astype(float)
    if (~np.isnan(low) & ~((low >= 0) & (low <= quality))).any():
        row = looks[int(np.flatnonzero(~np.isnan(low) & ~((low >= 0) & (low <= quality)))[0])]
        raise ValueError(f"look {row.id}: its least quality is {row.quality_low}, and lies between 0 and its quality")
    if (lost & (quality > 0)).any():
        row = looks[int(np.flatnonzero(lost & (quality > 0))[0])]
        raise ValueError(f"look {row.id} contradicts itself: lost ({row.lost}), yet of quality {row.quality:g}")


def _cells(incidents: Table[Incident], regions: Sequence[str], begin: _Array, finish: _Array) -> _Array:
    """Give the cell of each incident by the middle of its time; -1 outside the case."""
    where = {code: k for k, code in enumerate(regions)}
    region = np.array([where.get(r, -1) for r in incidents.column("region")], dtype=np.int64)
    middle = (incidents.column("start").astype(np.int64) + incidents.column("end").astype(np.int64)) / 2.0
    day = np.searchsorted(finish, middle, side="right")
    inside = (region >= 0) & (day < len(begin)) & (middle >= begin[0])
    return np.where(inside, region * len(begin) + day, -1)


def _names(cell: _Array, name: _Array, cells: int) -> _Array:
    out = np.empty(cells, dtype=object)
    out[:] = [()] * cells
    kinds, code = np.unique(name, return_inverse=True)
    for pair in np.unique(cell * max(len(kinds), 1) + code):
        out[pair // len(kinds)] += (str(kinds[pair % len(kinds)]),)
    return out
