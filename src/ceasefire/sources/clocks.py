"""Texts to instants: mixed formats, several clocks, impossible dates.

Why not a general date parser: those guess (is 03/04 in March or April?), and a guess moves an event into or out
of a moratorium. Well-formed ISO texts go through numpy in bulk; only the rest is looked at one by one.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ceasefire.sources.columns import Mask, Texts, arrow, coded, filled, nearest

Times = NDArray[np.datetime64]

YEARS = (1900, 2100)
"""First and last year that a time may have."""
_ISO = re.compile(
    r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
    r"(?:(?:[Tt]|\s+)(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d{1,9})?)?\s*(?P<z>[Zz]|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?",
    re.ASCII,
)
_DOTTED = re.compile(
    r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})(?:\s+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?)?",
    re.ASCII,
)
_OFFSET = r":\d{2}(?:[.,]\d+)?\s*(?:[Zz]|UTC|[+-]\d{2}(?::?\d{2})?)\s*$"
_NO_CLOCK = "no clock: name the zone in the column 'clock', e.g. Europe/Kyiv, or give the time an offset"


def times(column: Texts, zone: str | ZoneInfo = "UTC", *, fold: int = 0) -> tuple[Times, Mask]:
    """Read times in mixed formats into UTC; what is empty, impossible or ambiguous is NaT and bad.

    Read are ISO 8601 dates and times (`2025-03-18`, `2025-03-18 21:05`, `2025-03-18T21:05:00+02:00`, also with
    slashes or dots) and day-first dates with dots (`18.03.2025 21:05`). `03/04/2025` is bad: it is two dates. A
    text without an offset is read on the zone's clock; a local time that the clock skips in spring is bad.

    Parameters
    ----------
    column
        Texts, length n.
    zone
        IANA zone of texts that carry no offset, e.g. `Europe/Kyiv`.
    fold
        Which of two instants is meant where the clock is set back: 0 the first (for a start), 1 the second (for
        an end).

    Returns
    -------
    datetime64[s] of shape (n,) in UTC and a mask of shape (n,), True where the text did not fit.

    Raises
    ------
    zoneinfo.ZoneInfoNotFoundError
        Where the zone is unknown.

    Examples
    --------
    >>> utc, bad = times(["2025-03-18 21:05", "18.03.2025", "2025-02-30", "2025-03-30 03:30"], "Europe/Kyiv")
    >>> utc[:2].tolist()
    [datetime.datetime(2025, 3, 18, 19, 5), datetime.datetime(2025, 3, 17, 22, 0)]
    >>> bad.tolist()
    [False, False, True, True]
    """
    zone = ZoneInfo(zone) if isinstance(zone, str) else zone
    n = len(column)
    text = arrow(column)
    local, offset, has_offset, bad = _iso(text)
    for i in np.flatnonzero(bad & filled(text)).tolist():
        slow = _slow_time(text[i].as_py())
        if slow is not None:
            local[i], offset[i], has_offset[i] = slow
            bad[i] = False
    utc = np.full(n, np.datetime64("NaT"), dtype="datetime64[s]")
    absolute = has_offset & ~bad
    utc[absolute] = (local[absolute] - offset[absolute]).astype("datetime64[s]")
    floating = ~has_offset & ~bad
    if floating.any():
        shift, gap = _shifts(local[floating], zone, fold)
        utc[floating] = (local[floating] - shift).astype("datetime64[s]")
        at = np.flatnonzero(floating)[gap]
        bad[at], utc[at] = True, np.datetime64("NaT")
    return utc, bad


def dates_only(column: Texts) -> Mask:
    """Tell which texts name a day and no time of day; shape (n,).

    >>> dates_only(["2025-03-18", "18.03.2025", "2025-03-18 10:00", ""]).tolist()
    [True, True, False, False]
    """
    text = pc.utf8_trim_whitespace(arrow(column))
    size = pc.utf8_length(text)
    day = pc.and_(pc.and_(pc.greater(size, 0), pc.less_equal(size, 10)), pc.invert(pc.match_substring(text, ":")))
    return np.asarray(day.to_numpy(zero_copy_only=False), dtype=bool)


def next_day(utc: Times, zone: str | ZoneInfo, *, days: int = 1) -> Times:
    """Move instants to the midnight `days` days later (or earlier) on the zone's clock; shape (n,), UTC.

    Why not plus 24 hours: the local day of 30 March 2025 had 23 hours in Kyiv.

    >>> next_day(np.array(["2025-03-29T22:00"], dtype="datetime64[s]"), "Europe/Kyiv").tolist()
    [datetime.datetime(2025, 3, 30, 21, 0)]
    """
    zone = ZoneInfo(zone) if isinstance(zone, str) else zone
    out = utc.astype("datetime64[s]").copy()
    known = ~np.isnat(out)
    values, back = np.unique(out[known], return_inverse=True)
    moved = np.empty(len(values), dtype="datetime64[s]")
    for i, value in enumerate(values.astype(np.int64).tolist()):
        local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value)).astimezone(zone)
        day = local.replace(hour=0, minute=0, second=0, fold=0, tzinfo=None) + timedelta(days=days)
        moved[i] = np.datetime64(day.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None), "s")
    out[known] = moved[back]
    return out


def next_day_by_clock(utc: Times, clock: Texts) -> Times:
    """Move instants to the following midnight, each on its own clock; shape (n,), UTC. An empty clock is UTC.

    >>> day = np.array(["2025-03-17T22:00", "2025-03-17T21:00"], dtype="datetime64[s]")
    >>> next_day_by_clock(day, ["Europe/Kyiv", "Europe/Moscow"]).tolist()
    [datetime.datetime(2025, 3, 18, 22, 0), datetime.datetime(2025, 3, 18, 21, 0)]
    """
    out = utc.copy()
    names, code = coded(clock)
    for k, name in enumerate(names):
        at = code == k
        out[at] = next_day(utc[at], _zone(name) or ZoneInfo("UTC"))
    return out


def times_by_clock(column: Texts, clock: Texts, *, fold: int = 0) -> tuple[Times, NDArray[np.object_]]:
    """Read times where every row names its own clock; a row without clock must carry an offset.

    Parameters
    ----------
    column, clock
        Texts and IANA zones, length n. An empty text gives NaT and no reason.
    fold
        As in `times`.

    Returns
    -------
    datetime64[s] of shape (n,) in UTC and reasons of shape (n,), '' where good or empty.

    Examples
    --------
    >>> utc, reason = times_by_clock(["2025-03-18 20:00", "2025-03-18 20:00", ""], ["Europe/Moscow", "", ""])
    >>> utc[0].item().hour, reason.tolist()
    (17, ['', "no clock: name the zone in the column 'clock', e.g. Europe/Kyiv, or give the time an offset", ''])
    """
    n = len(column)
    utc = np.full(n, np.datetime64("NaT"), dtype="datetime64[s]")
    reason = np.full(n, "", dtype=object)
    text = arrow(column)
    told = filled(text)
    names, code = coded(clock)
    for k, name in enumerate(names):
        at = np.flatnonzero((code == k) & told)
        if not len(at):
            continue
        zone = _zone(name) if name else ZoneInfo("UTC")
        if zone is None:
            hint = nearest(name, _zones()) or " (an IANA zone is wanted, e.g. Europe/Kyiv)"
            reason[at] = f"unknown clock {name[:60]!r}{hint}"
            continue
        part = text if len(at) == n else text.take(pa.array(at))
        utc[at], bad = times(part, zone, fold=fold)
        for i in np.flatnonzero(bad).tolist():
            reason[at[i]] = f"{part[i].as_py()[:40]!r} is not a time that exists on the clock {zone.key}"
        if not name:
            lacks = ~pc.match_substring_regex(part, _OFFSET).to_numpy(zero_copy_only=False) & ~bad
            utc[at[lacks]], reason[at[lacks]] = np.datetime64("NaT"), _NO_CLOCK
    return utc, reason


def _iso(text: pa.Array) -> tuple[Times, NDArray[np.timedelta64], Mask, Mask]:
    """Read fixed-width ISO texts in bulk: local time, offset, whether there is an offset, whether it did not fit."""
    n = len(text)
    size = np.asarray(pc.binary_length(text).to_numpy(zero_copy_only=False), dtype=np.int64)
    narrow = pc.and_(pc.less_equal(pc.binary_length(text), 25), pc.string_is_ascii(text))
    padded = pc.utf8_rpad(pc.if_else(narrow, text, ""), 25)
    size = np.where(narrow.to_numpy(zero_copy_only=False), size, 0)
    at = padded.offset * 25
    code = np.frombuffer(padded.buffers()[2] or b"", dtype=np.uint8)[at : at + n * 25].reshape(n, 25).astype(np.int16)
    digit = code - 48
    is_digit = (digit >= 0) & (digit <= 9)

    def two(at: int) -> NDArray[np.int64]:
        return np.asarray(digit[:, at] * 10 + digit[:, at + 1], dtype=np.int64)

    def digits(*at: int) -> Mask:
        return np.asarray(is_digit[:, list(at)].all(axis=1))

    day_ok = digits(0, 1, 2, 3, 5, 6, 8, 9) & (code[:, 4] == 45) & (code[:, 7] == 45)
    minute_ok = day_ok & digits(11, 12, 14, 15) & ((code[:, 10] == 84) | (code[:, 10] == 32)) & (code[:, 13] == 58)
    second_ok = minute_ok & digits(17, 18) & (code[:, 16] == 58)
    zulu_short = (size == 17) & minute_ok & (code[:, 16] == 90)
    zulu = (size == 20) & second_ok & (code[:, 19] == 90)
    signed = (size == 25) & second_ok & digits(20, 21, 23, 24) & (code[:, 22] == 58)
    signed &= (code[:, 19] == 43) | (code[:, 19] == 45)
    with_second = ((size == 19) & second_ok) | zulu | signed
    with_minute = with_second | ((size == 16) & minute_ok) | zulu_short
    fits = with_minute | ((size == 10) & day_ok)

    year, month, day = two(0) * 100 + two(2), two(5), two(8)
    hour, minute = np.where(with_minute, two(11), 0), np.where(with_minute, two(14), 0)
    second = np.where(with_second, two(17), 0)
    east_h, east_m = np.where(signed, two(20), 0), np.where(signed, two(23), 0)
    fits &= (year >= YEARS[0]) & (year <= YEARS[1]) & (month >= 1) & (month <= 12) & (day >= 1)
    fits &= (hour < 24) & (minute < 60) & (second < 60) & (east_h < 15) & (east_m < 60)
    months = ((np.where(fits, year, 1970) - 1970) * 12 + np.where(fits, month, 1) - 1).astype("datetime64[M]")
    first = months.astype("datetime64[D]")
    fits &= day <= ((months + 1).astype("datetime64[D]") - first).astype(np.int64)
    seconds = (np.where(fits, day, 1) - 1).astype(np.int64) * 86_400 + hour * 3600 + minute * 60 + second
    local = first.astype("datetime64[s]") + np.where(fits, seconds, 0).astype("timedelta64[s]")
    sign = np.where(code[:, 19] == 45, -1, 1)
    offset = np.where(fits, sign * (east_h * 3600 + east_m * 60), 0).astype("timedelta64[s]")
    return local, offset, zulu | zulu_short | signed, ~fits


def _slow_time(text: str) -> tuple[np.datetime64, np.timedelta64, bool] | None:
    word = text.strip()
    found = _ISO.fullmatch(word) or _DOTTED.fullmatch(word)
    if found is None:
        return None
    part = found.groupdict()
    try:
        local = datetime(
            int(part["y"]),
            int(part["m"]),
            int(part["d"]),
            int(part["H"] or 0),
            int(part["M"] or 0),
            int(part["S"] or 0),
        )
    except ValueError:
        return None
    if not YEARS[0] <= local.year <= YEARS[1]:
        return None
    zone = part.get("z")
    seconds = 0
    if zone and zone[0] in "+-":
        plain = zone[1:].replace(":", "")
        hours, minutes = int(plain[:2]), int(plain[2:] or 0)
        if hours > 14 or minutes > 59:
            return None
        seconds = (hours * 3600 + minutes * 60) * (-1 if zone[0] == "-" else 1)
    return np.datetime64(local, "s"), np.timedelta64(seconds, "s"), bool(zone)


def _shifts(local: Times, zone: ZoneInfo, fold: int) -> tuple[NDArray[np.timedelta64], Mask]:
    """Offset of the zone at each local time, and where the local time does not exist. Clocks change on quarters."""
    quarter, back = np.unique(local.astype(np.int64) // 900, return_inverse=True)
    known = [_shift(zone, q, fold) for q in quarter.tolist()]
    shift = np.array([seconds for seconds, _ in known], dtype="timedelta64[s]")
    gap = np.array([skipped for _, skipped in known], dtype=bool)
    return shift[back], gap[back]


@lru_cache(maxsize=200_000)
def _shift(zone: ZoneInfo, quarter: int, fold: int) -> tuple[int, bool]:
    """Offset in seconds at a quarter of an hour since 1970 on the zone's clock, and whether the clock skips it."""
    there = (datetime(1970, 1, 1) + timedelta(seconds=quarter * 900)).replace(tzinfo=zone, fold=fold)
    again = there.astimezone(UTC).astimezone(zone)
    offset = there.utcoffset() or timedelta(0)
    return int(offset.total_seconds()), again.replace(tzinfo=None) != there.replace(tzinfo=None)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _zone(name: str) -> ZoneInfo | None:
    return ZoneInfo(name) if name in _zones() else None
