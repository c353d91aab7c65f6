"""The rules a row of the table of facts must keep, applied to columns; each broken rule has its sentence.

Why a closed vocabulary: a class that is spelt wrong is covered by no provision, so the event would silently be
judged as protected by nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ceasefire.model.intake import Window
from ceasefire.model.taxonomy import ACTS, ALTERNATIVES, BASES, EFFECTS, OBJECTS
from ceasefire.sources.blocks import Block
from ceasefire.sources.clocks import Times, dates_only, next_day_by_clock, times_by_clock
from ceasefire.sources.columns import Floats, Mask, Texts, coded, filled, nearest, numbers
from ceasefire.sources.places import located

COLUMNS = (
    "id",
    "kind",
    "start",
    "end",
    "clock",
    "place",
    "lat",
    "lon",
    "radius_km",
    "act",
    "object_class",
    "effect",
    "channel",
    "procedure",
    "claimant",
    "speaker",
    "accused",
    "basis",
    "alternatives",
    "control",
    "provision",
    "low",
    "high",
    "words",
    "unit",
    "reliability",
    "credibility",
    "origin",
    "said",
    "summary",
    "url",
    "stance",
)
"""Columns that are read. `stance` is needed by the kind `position` only."""
REQUIRED = ("id", "kind", "start", "clock", "lat", "lon", "radius_km", "act", "object_class", "channel")
"""Columns that must be in the header."""

KINDS = ("event", "claim", "denial", "total", "promise", "delivery", "position")
CHANNELS = ("satellite.thermal", "satellite.radar", "drone", "news", "party", "official", "monitor", "alert")
PROCEDURES = ("report", "claim", "sensor", "alert", "tally")
STANCES = ("asserts", "denies", "promises", "delivers", "demands", "accepts", "rejects", "cannot_confirm")

MAX_RADIUS_KM = 2500.0
"""Radius that holds the largest country of the first case, km."""
_DAY = np.timedelta64(86_400, "s")


@dataclass
class Fields:
    """Checked columns of one piece of a table, all of shape (n,)."""

    text: dict[str, pa.Array]
    """Every column of `COLUMNS`, stripped; '' where the table has none."""
    start: Times
    """UTC; NaT where none is given."""
    end: Times
    """UTC; NaT where none is given."""
    reported: Times
    """UTC; the end where the row does not tell."""
    lat: Floats
    lon: Floats
    radius_km: Floats
    region: NDArray[np.object_]
    low: Floats
    high: Floats
    credibility: NDArray[np.int64]
    reason: NDArray[np.object_]
    """Why a row cannot be used; '' where it can."""
    outside: Mask
    """True where the row's time lies outside the window."""

    def take(self, name: str, at: NDArray[np.int64]) -> pa.Array:
        """Give one text column at some rows."""
        column = self.text[name]
        return column if len(at) == len(column) else column.take(pa.array(at))


class _Reasons:
    """Collects reasons; the first one found for a row stands."""

    def __init__(self, n: int) -> None:
        self.text: NDArray[np.object_] = np.full(n, "", dtype=object)

    def add(self, wrong: Mask, reason: str) -> None:
        self.text[wrong & (self.text == "")] = reason

    def add_each(self, reason: NDArray[np.object_], before: str = "") -> None:
        for i in np.flatnonzero((reason != "") & (self.text == "")).tolist():
            self.text[i] = before + reason[i]


def checked(block: Block, window: Window) -> Fields:
    """Check the rows of one block of a table against every rule.

    Parameters
    ----------
    block
        Rows with at least the columns of `REQUIRED`.
    window
        The case's period.
    """
    n = len(block)
    none = pa.repeat(pa.scalar(""), n)
    text = {name: pc.utf8_trim_whitespace(block.columns[name]) if name in block.columns else none for name in COLUMNS}
    has = {name: filled(text[name]) for name in COLUMNS}
    reasons = _Reasons(n)
    kinds, code = coded(text["kind"])
    of_kind = {kind: code == kinds.index(kind) if kind in kinds else np.zeros(n, dtype=bool) for kind in KINDS}
    event = of_kind["event"]

    start, end, reported = _interval(text, reasons)
    outside = _outside(start, end, reported, window)
    lat, lon, region, place_reason = located(text["lat"], text["lon"])

    reasons.add(~has["id"], "no id")
    _vocabulary(reasons, "kind", text["kind"], KINDS, needed=True)
    reasons.add(event & ~has["start"], "an event needs a start")
    reasons.add(~event & np.isnat(reported), "no time: give start and end, or when it was said")
    reasons.add_each(place_reason)
    reasons.add(event & np.isnan(lat), "an event needs a latitude and a longitude")
    radius_km = _number(reasons, "radius_km", text)
    reasons.add(~np.isnan(lat) & np.isnan(radius_km), "a place needs a radius_km: how far it may be off")
    with np.errstate(invalid="ignore"):
        reasons.add(radius_km <= 0, "radius_km is not above 0: a place is a disc, not a point")
        reasons.add(radius_km > MAX_RADIUS_KM, f"radius_km is above {MAX_RADIUS_KM:g}")
    for name, words in (("act", ACTS), ("object_class", OBJECTS), ("effect", EFFECTS), ("basis", BASES)):
        _vocabulary(reasons, name, text[name], words)
    reasons.add(event & ~has["act"], "an event needs an act")
    _vocabulary(reasons, "alternative", text["alternatives"], ALTERNATIVES, split="|")
    _vocabulary(reasons, "channel", text["channel"], CHANNELS)
    reasons.add(event & ~has["channel"], "an event needs a channel: how it was seen")
    _vocabulary(reasons, "procedure", text["procedure"], PROCEDURES)
    _vocabulary(reasons, "stance", text["stance"], STANCES)
    reasons.add(~event & ~has["claimant"], "no claimant: say which party or body speaks")
    stance = "a position needs a stance: demands, accepts, rejects or cannot_confirm"
    reasons.add(of_kind["position"] & ~has["stance"], stance)
    _vocabulary(reasons, "reliability", text["reliability"], tuple("ABCDEF"))
    credibility = _credibility(reasons, text["credibility"])
    low, high = _number(reasons, "low", text), _number(reasons, "high", text, infinite=True)
    with np.errstate(invalid="ignore"):
        reasons.add(low > high, "low is above high")
        reasons.add((low < 0) | (high < 0), "a quantity below 0")
    low[np.isnan(low) & np.isfinite(high)] = 0.0
    high[np.isnan(high) & ~np.isnan(low)] = np.inf
    _links(reasons, text["url"])
    early = ~np.isnat(start) & has["said"] & (reported < start - _DAY)
    looks_back = event | of_kind["claim"] | of_kind["denial"] | of_kind["delivery"] | of_kind["total"]
    reasons.add(early & looks_back, "said more than a day before it is said to have begun")
    return Fields(
        text=text,
        start=start,
        end=end,
        reported=reported,
        lat=lat,
        lon=lon,
        radius_km=np.where(np.isnan(lat), np.nan, radius_km),
        region=region,
        low=low,
        high=high,
        credibility=credibility,
        reason=reasons.text,
        outside=outside,
    )


def _interval(text: dict[str, pa.Array], reasons: _Reasons) -> tuple[Times, Times, Times]:
    """Start, end and time said, UTC; dates without time of day are whole local days."""
    clock = text["clock"]
    start, wrong = times_by_clock(text["start"], clock)
    reasons.add_each(wrong, "start: ")
    stated_end, wrong = times_by_clock(text["end"], clock, fold=1)
    reasons.add_each(wrong, "end: ")
    said, wrong = times_by_clock(text["said"], clock)
    reasons.add_each(wrong, "said: ")
    end = _day_ends(stated_end, text["end"], clock)
    no_end = np.isnat(stated_end) & ~np.isnat(start)
    whole_day = no_end & dates_only(text["start"])
    if whole_day.any():
        end[whole_day] = _day_ends(start, text["start"], clock)[whole_day]
    reasons.add(no_end & ~whole_day, "a start with a time of day needs an end: the latest it can have been")
    reasons.add(np.isnat(start) & ~np.isnat(end), "an end without a start")
    reasons.add(end < start, "it ends before it starts")
    reasons.add(end == start, "it ends when it starts: an interval is wanted, not an instant")
    last = dates_only(text["said"])
    reported = said.copy()
    if last.any():
        reported[last] = _day_ends(said, text["said"], clock)[last] - np.timedelta64(1, "s")
    return start, end, np.where(np.isnat(reported), end, reported)


def _day_ends(utc: Times, column: pa.Array, clock: pa.Array) -> Times:
    """Where the text is a date, the midnight after it on the row's clock; else the time as it stands."""
    day = np.flatnonzero(dates_only(column) & ~np.isnat(utc))
    out = utc.copy()
    out[day] = next_day_by_clock(utc[day], clock.take(pa.array(day)))
    return out


def _outside(start: Times, end: Times, reported: Times, window: Window) -> Mask:
    begin, stop = (np.datetime64(t.replace(tzinfo=None), "s") for t in (window.start, window.end))
    period = (start < stop) & (end > begin)
    said = (reported >= begin) & (reported < stop)
    timed = ~np.isnat(start) | ~np.isnat(reported)
    return np.asarray(timed & ~period & ~said, dtype=bool)


def _vocabulary(
    reasons: _Reasons,
    what: str,
    column: Texts,
    words: Iterable[str],
    *,
    needed: bool = False,
    split: str = "",
) -> None:
    known = set(words)
    names, code = coded(column)
    why = []
    for name in names:
        parts = [part.strip() for part in name.split(split)] if split and name else [name]
        wrong = [part for part in parts if part not in known and (part or needed)]
        if not wrong:
            why.append("")
        elif not wrong[0]:
            why.append(f"no {what}")
        else:
            why.append(f"unknown {what} {wrong[0][:60]!r}{nearest(wrong[0], known)}")
    if any(why):
        reasons.add_each(np.asarray(why, dtype=object)[code])


def _number(reasons: _Reasons, name: str, text: dict[str, pa.Array], *, infinite: bool = False) -> Floats:
    values, bad = numbers(text[name], infinite=infinite)
    reasons.add(bad, f"{name} is not a number")
    return values


def _credibility(reasons: _Reasons, column: Texts) -> NDArray[np.int64]:
    values, bad = numbers(column)
    empty = np.isnan(values) & ~bad
    wrong = bad | (~empty & ~np.isin(values, (1, 2, 3, 4, 5, 6)))
    reasons.add(wrong, "credibility is not one of 1 to 6")
    return np.where(wrong | empty, 6, np.nan_to_num(values)).astype(np.int64)


def _links(reasons: _Reasons, column: pa.Array) -> None:
    web = pc.or_(pc.starts_with(column, "https://"), pc.starts_with(column, "http://"))
    wrong = filled(column) & ~web.to_numpy(zero_copy_only=False)
    reasons.add(wrong, "url does not begin with https:// or http://")
