"""The effect of a ceasefire on incidents per day, by region and over all: fewer than would have been, or not shown.

Counts are taken per chance to see, so that a month under cloud is not peace; the days of negotiation before the start
are left out; what would have been is foretold from the days before those; and the daily readout says whether it holds.
A region where nothing can be said is listed with the reason, never left away. An effect says nothing of who did what:
it is a rate against a forecast, and other reasons than the ceasefire can lower a rate on the same day.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ceasefire.errors import CeasefireError
from ceasefire.model.daily import Daily
from ceasefire.model.effect import Effect, EffectDay
from ceasefire.model.records import Coverage, Incident
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers
from ceasefire.stats.ceasefire_effect import CeasefireEffect
from ceasefire.stats.foretold import bands
from ceasefire.stats.holding import Holding
from ceasefire.stats.placebo import discoveries

_Array = np.ndarray[Any, Any]

FALSE_DISCOVERY = 0.05
"""Share of regions called `fewer` that may be wrong, on average."""
SHOWN_BEFORE = 60
"""Days before the excluded ones that are kept for the picture."""


def effects(
    incidents: Table[Incident],
    coverage: Table[Coverage],
    *,
    start: datetime,
    end: datetime | None = None,
    exclude: str | int = "14d",
    act: str = "attack",
    occurred: float = 0.8,
    least_exposure: float = 0.05,
    placebos: int = 10,
    level: float = 0.95,
) -> tuple[Effect, ...]:
    """Estimate the effect over all regions and in each.

    Parameters
    ----------
    incidents
        Fused incidents, from long before the start: a year or two is good, six weeks the least.
    coverage
        Exposure by region, day and act class over the same time; regions and days are taken from here.
    start, end
        Instants (UTC) from which and until which the ceasefire is in force; to the last day where no end is given.
        A day that is in force only in part is left out.
    exclude
        Days of negotiation before the start, left out: `14d`, `2w`, or a number of days.
    act
        Act class that is counted, with all it covers.
    occurred
        Least P(occurred) of an incident that is counted.
    least_exposure
        Chance of seeing one act below which a region's day counts as not looked at.
    placebos, level
        Placebo dates for each, and the level of intervals.

    Returns
    -------
    First `all`, then each region by its code. A region is called `fewer` so that of those called, on average 5 % at
    most are wrong; its interval is its own.

    Raises
    ------
    CeasefireError
        No coverage for the act; a start outside the days covered; an end before the start; a malformed `exclude`.

    Source: `ceasefire.stats.series`, `placebo` and `holding` name the methods.
    """
    cells = coverage.where(act=act)
    if len(cells) == 0:
        raise CeasefireError(f"there is no coverage for {act!r}: an effect needs the chance to see, day by day")
    regions, days, ends, exposure = _exposure(cells, least_exposure)
    counts, unlooked = _counts(incidents, regions, days, ends, exposure, act, occurred)
    daily = Daily(tuple(regions.tolist()), days, ends, counts, exposure)
    found = daily_effects(daily, start=start, end=end, exclude=exclude, placebos=placebos, level=level)
    lost = (int(unlooked.sum()), *unlooked.tolist())
    return tuple(replace(e, unlooked=n) for e, n in zip(found, lost, strict=True))


def daily_effects(
    daily: Daily,
    *,
    start: datetime,
    end: datetime | None = None,
    exclude: str | int = "14d",
    weekly: bool = False,
    placebos: int = 10,
    level: float = 0.95,
) -> tuple[Effect, ...]:
    """Estimate the effect on any daily count or amount, over all its regions and in each.

    Parameters
    ----------
    daily
        Counts with exposure, from long before the start.
    weekly
        Whether days of the week may differ.
    start, end, exclude, placebos, level
        As in `effects`.

    Returns
    -------
    As in `effects`. Over all regions the counts are summed, and the exposure is each region's, weighed by its share
    of the whole before the excluded days: a region that goes dark lowers the exposure and not the rate.

    Raises
    ------
    CeasefireError
        As in `effects`.
    """
    before = exclude_days(exclude)
    first, past = _in_force(daily.start, daily.end, start, end)
    begun = int(np.searchsorted(daily.start, np.datetime64(_utc(start), "s"), side="right")) - 1
    left_out = before + max(first - max(begun, 0), 0)
    model = {"exclude_days": left_out, "placebos": placebos, "level": level, "weekly": weekly}
    share = _shares(daily.count, daily.exposure, max(first - left_out, 0))
    seen = (daily.exposure > 0) & (share[:, None] > 0)

    def one(subject: str, count: _Array, exposure: _Array) -> Effect:
        return _one(subject, count, exposure, daily.start, first, past, model)

    each = [one(code, daily.count[r], daily.exposure[r]) for r, code in enumerate(daily.regions)]
    if len(each) == 1:
        return (replace(each[0], subject="all"), *each)
    return (one("all", np.sum(np.where(seen, daily.count, 0.0), axis=0), share @ daily.exposure), *_together(each))


def exclude_days(text: str | int) -> int:
    """Give the days that `14d`, `2w` or a number means.

    Parameters
    ----------
    text
        Days or weeks.

    Raises
    ------
    CeasefireError
        It is neither, or negative.

    >>> exclude_days("14d"), exclude_days("2w"), exclude_days(0)
    (14, 14, 0)
    """
    found = re.fullmatch(r"\s*(\d{1,4})\s*([dw]?)\s*", str(text))
    if not found:
        raise CeasefireError(f"exclude must be days or weeks such as 14d or 2w, not {text!r}")
    return int(found[1]) * (7 if found[2] == "w" else 1)


def _one(
    subject: str, count: _Array, exposure: _Array, days: _Array, first: int, past: int, model: dict[str, Any]
) -> Effect:
    try:
        e = CeasefireEffect(**model).fit(count[:past], exposure[:past], start=first)
    except ValueError as error:
        return Effect(subject, "not_assessed", reason=str(error))
    told = e.daily_
    read = Holding(level=e.level).fit(count[first:past], told.mean, size=told.size, level_sd=told.level_sd)
    null = e.null_
    return Effect(
        subject,
        "fewer" if e.high_ < 1.0 else "more" if e.low_ > 1.0 else "not_shown",
        days=int(np.sum(exposure[first:past] > 0)),
        counted=e.counted_,
        expected=(float(e.expected_[0]), float(e.expected_[1]), float(e.expected_[2])),
        ratio=e.ratio_,
        low=e.low_,
        high=e.high_,
        p_fewer=e.p_fewer_,
        before=float(np.exp(e.step_.value)),
        widened=e.null_.widen,
        placebo=tuple((_time(days[at]), *r[:3]) for at, r in zip(null.start, null.ratios, strict=True)),
        parameters=tuple((*p,) for p in (*e.parameters_, *read.parameters_)),
        daily=_daily(e, read, days[:past], np.where(exposure > 0, count, np.nan)[:past], exposure, first),
    )


def _daily(
    e: CeasefireEffect, read: Holding, days: _Array, counted: _Array, exposure: _Array, first: int
) -> tuple[EffectDay, ...]:
    """Lay out the last days before, the days left out and the days in force, with each day's forecast."""
    last = first - e.exclude_days
    out = [
        EffectDay(_time(days[t]), "before", float(counted[t])) for t in range(max(last - SHOWN_BEFORE, 0), max(last, 0))
    ]
    left_out = np.arange(last, first)
    phases = [("in_force", np.arange(first, len(days)), e.daily_, read.probability_, read.so_far_)]
    if len(left_out):
        unknown = np.full(len(left_out), np.nan)
        phases.insert(0, ("left_out", left_out, e.series_.daily(left_out, exposure[left_out]), unknown, unknown))
    for phase, at, told, p, evening in phases:
        low, high = bands(told.mean, told.size, told.level_sd, level=e.level)
        for row in zip(at, told.mean, low, high, p, evening, strict=True):
            t, *numbers = row
            out.append(EffectDay(_time(days[t]), phase, float(counted[t]), *(float(v) for v in numbers)))
    return tuple(out)


def _together(each: list[Effect]) -> list[Effect]:
    """Call a region `fewer` only where it is found among all regions, and not by itself alone."""
    assessed = [k for k, e in enumerate(each) if e.verdict != "not_assessed"]
    found = discoveries(np.array([each[k].p_fewer for k in assessed]), FALSE_DISCOVERY)
    out = list(each)
    for k, yes in zip(assessed, found, strict=True):
        if each[k].verdict == "fewer" and not yes:
            out[k] = replace(each[k], verdict="not_shown")
    return out


def _exposure(cells: Table[Coverage], least: float) -> tuple[_Array, _Array, _Array, _Array]:
    """Give regions, begins and ends of days, and exposure of shape (regions, days), 0 where too poor."""
    regions, r = np.unique(cells.column("region").astype(str), return_inverse=True)
    days, at, d = np.unique(cells.column("start").astype("datetime64[s]"), return_index=True, return_inverse=True)
    ends = cells.column("end").astype("datetime64[s]")[at]
    exposure = np.zeros((len(regions), len(days)))
    exposure[r, d] = np.nan_to_num(cells.column("exposure").astype(float))
    exposure[exposure < least] = 0.0
    return regions, days, ends, exposure


def _counts(
    incidents: Table[Incident],
    regions: _Array,
    days: _Array,
    ends: _Array,
    exposure: _Array,
    act: str,
    occurred: float,
) -> tuple[_Array, _Array]:
    """Give incidents by region and day where somebody looked, and those of each region on days nobody did."""
    names, code = np.unique(incidents.column("act").astype(str), return_inverse=True)
    meant = np.array([covers((act,), name) for name in names], dtype=bool)
    counted = meant[code] if len(names) else np.zeros(0, dtype=bool)
    counted = counted & (incidents.column("p_occurred").astype(float) >= occurred)
    begin, finish = (incidents.column(c).astype("datetime64[s]") for c in ("start", "end"))
    middle = begin + (finish - begin) // 2
    d = np.searchsorted(days, middle, side="right") - 1
    region = incidents.column("region").astype(str)
    r = np.clip(np.searchsorted(regions, region), 0, len(regions) - 1)
    inside = counted & (regions[r] == region) & (d >= 0)
    inside &= middle < ends[np.clip(d, 0, None)]
    counts = np.zeros(exposure.shape)
    np.add.at(counts, (r[inside], d[inside]), 1.0)
    unlooked = np.sum(np.where(exposure > 0, 0.0, counts), axis=1).astype(np.int64)
    return np.where(exposure > 0, counts, 0.0), unlooked


def _shares(counts: _Array, exposure: _Array, past: int) -> _Array:
    """Give each region's share of the whole rate, from the days before the excluded ones alone; 0 where unknown."""
    known = np.isfinite(counts[:, :past]) & np.isfinite(exposure[:, :past])
    seen = np.where(known, exposure[:, :past], 0.0).sum(axis=1)
    counted = np.where(known, counts[:, :past], 0.0).sum(axis=1)
    rate = np.where(seen > 0, (counted + 0.5) / np.where(seen > 0, seen + 0.5, 1.0), 0.0)
    return np.asarray(rate / rate.sum() if rate.sum() > 0 else rate)


def _in_force(days: _Array, ends: _Array, start: datetime, end: datetime | None) -> tuple[int, int]:
    """Give the first whole day in force and the first day after the last whole one."""
    first = int(np.searchsorted(days, np.datetime64(_utc(start), "s"), side="left"))
    past = len(days)
    if end is not None:
        if _utc(end) <= _utc(start):
            raise CeasefireError(f"the ceasefire ends ({end}) before it starts ({start})")
        past = int(np.searchsorted(ends, np.datetime64(_utc(end), "s"), side="right"))
    if not 0 < first < past:
        raise CeasefireError(
            f"no whole day in force lies within the days covered ({_time(days[0]):%Y-%m-%d} to "
            f"{_time(days[-1]):%Y-%m-%d}) with days before it: an effect needs both"
        )
    return first, past


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _time(day: Any) -> datetime:
    seconds = int(np.datetime64(day, "s").astype(np.int64))
    return datetime.fromtimestamp(seconds, tz=UTC)
