"""The rules a row of the table of facts must keep, applied to columns; each broken rule has its sentence.

Why here and not where the records are made: the rules are what a person who fills in the table must know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ceasefire.model.intake import Window
from ceasefire.model.taxonomy import ACTS, ALTERNATIVES, BASES, EFFECTS, OBJECTS
from ceasefire.sources.blocks import Block
from ceasefire.sources.clocks import Times, times_by_clock
from ceasefire.sources.columns import Floats, Mask, Texts, coded, filled, numbers
from ceasefire.sources.intervals import Reasons, day_ends, interval, limits
from ceasefire.sources.places import located
from ceasefire.sources.vocabulary import CHANNELS, PROCEDURES, STANCES, check_words

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
"""Kinds of rows."""
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


def checked(block: Block, window: Window, countries: Sequence[str]) -> Fields:
    """Check the rows of one block of a table against every rule.

    Parameters
    ----------
    block
        Rows with at least the columns of `REQUIRED`.
    window
        The case's period.
    countries
        ISO 3166-1 countries the data are expected in, to tell swapped coordinates.
    """
    n = len(block)
    none = pa.repeat(pa.scalar(""), n)
    text = {name: pc.utf8_trim_whitespace(block.columns[name]) if name in block.columns else none for name in COLUMNS}
    has = {name: filled(text[name]) for name in COLUMNS}
    reasons = Reasons(n)
    kinds, code = coded(text["kind"])
    of_kind = {kind: code == kinds.index(kind) if kind in kinds else np.zeros(n, dtype=bool) for kind in KINDS}
    event = of_kind["event"]

    start, end = interval(text["start"], text["end"], text["clock"], reasons)
    reported = _reported(text, end, reasons)
    begin, stop = limits(window)
    timed = ~np.isnat(start) | ~np.isnat(reported)
    elsewhere = timed & ~((start < stop) & (end > begin)) & ~((reported >= begin) & (reported < stop))
    lat, lon, region, place_reason = located(text["lat"], text["lon"], countries=countries)

    reasons.add(~has["id"], "no id")
    check_words(reasons, "kind", text["kind"], KINDS, needed=True)
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
        check_words(reasons, name, text[name], words)
    reasons.add(event & ~has["act"], "an event needs an act")
    check_words(reasons, "alternative", text["alternatives"], ALTERNATIVES, split="|")
    check_words(reasons, "channel", text["channel"], CHANNELS)
    reasons.add(event & ~has["channel"], "an event needs a channel: how it was seen")
    check_words(reasons, "procedure", text["procedure"], PROCEDURES)
    check_words(reasons, "stance", text["stance"], STANCES)
    reasons.add(~event & ~has["claimant"], "no claimant: say which party or body speaks")
    stance = "a position needs a stance: demands, accepts, rejects or cannot_confirm"
    reasons.add(of_kind["position"] & ~has["stance"], stance)
    check_words(reasons, "reliability", text["reliability"], tuple("ABCDEF"))
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
        outside=elsewhere,
    )


def _reported(text: dict[str, pa.Array], end: Times, reasons: Reasons) -> Times:
    """When it was said, UTC: the last second of the day where only a date is given, the end where nothing is."""
    said, wrong = times_by_clock(text["said"], text["clock"])
    reasons.add_each(wrong, "said: ")
    last = day_ends(said, text["said"], text["clock"])
    said = np.where(last == said, said, last - np.timedelta64(1, "s"))
    return np.where(np.isnat(said), end, said)


def _number(reasons: Reasons, name: str, text: dict[str, pa.Array], *, infinite: bool = False) -> Floats:
    values, bad = numbers(text[name], infinite=infinite)
    reasons.add(bad, f"{name} is not a number")
    return values


def _credibility(reasons: Reasons, column: Texts) -> NDArray[np.int64]:
    values, bad = numbers(column)
    empty = np.isnan(values) & ~bad
    wrong = bad | (~empty & ~np.isin(values, (1, 2, 3, 4, 5, 6)))
    reasons.add(wrong, "credibility is not one of 1 to 6")
    return np.where(wrong | empty, 6, np.nan_to_num(values)).astype(np.int64)


def _links(reasons: Reasons, column: pa.Array) -> None:
    web = pc.or_(pc.starts_with(column, "https://"), pc.starts_with(column, "http://"))
    wrong = filled(column) & ~web.to_numpy(zero_copy_only=False)
    reasons.add(wrong, "url does not begin with https:// or http://")
