"""Columns of text to columns of numbers, times and places, each with a mask of what did not fit.

Why masks and not exceptions: one impossible date in a million rows must cost one row. Well-formed values go
through numpy and Arrow in bulk; only the rest is looked at one by one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Times = NDArray[np.datetime64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

WORLD = (-180.0, -90.0, 180.0, 90.0)
"""Bounds west, south, east, north that exclude nothing."""
UKRAINE_AND_RUSSIA = (22.0, 41.1, 180.0, 82.0)
"""Bounds of the first case's countries, west, south, east, north (Kaliningrad left out)."""
YEARS = (1900, 2100)
"""First and last year that a time may have."""

_PLAIN_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,17})?$"
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)
_ISO = re.compile(
    r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
    r"(?:(?:[Tt]|\s+)(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d{1,9})?)?\s*(?P<z>[Zz]|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?",
    re.ASCII,
)
_DOTTED = re.compile(
    r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})(?:\s+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?)?",
    re.ASCII,
)


def numbers(column: Sequence[str], *, infinite: bool = False) -> tuple[Floats, Mask]:
    """Read numbers; an empty text is NaN and not bad, anything else that is no plain number is NaN and bad.

    A decimal comma, a thousands separator or a unit is bad: guessing would change values by a factor of 1000.

    Parameters
    ----------
    column
        Texts, length n.
    infinite
        Whether `inf` is a value (an open upper bound) or bad.

    Returns
    -------
    Values of shape (n,) and a mask of shape (n,), True where the text did not fit.

    Examples
    --------
    >>> values, bad = numbers(["48.5", "", " -3 ", "1,5", "n/a"])
    >>> values.tolist(), bad.tolist()
    ([48.5, nan, -3.0, nan, nan], [False, False, False, True, True])
    """
    n = len(column)
    values, bad = np.full(n, np.nan), np.zeros(n, dtype=bool)
    if not n:
        return values, bad
    text = pa.array(column, type=pa.string())
    empty = pc.equal(text, "").to_numpy(zero_copy_only=False)
    if empty.all():
        return values, bad
    plain = pc.match_substring_regex(text, _PLAIN_NUMBER).to_numpy(zero_copy_only=False)
    values[plain] = pc.cast(text.filter(pa.array(plain)), pa.float64()).to_numpy()
    for i in np.flatnonzero(~plain & ~empty).tolist():
        word = column[i].strip()
        if not word:
            continue
        if _NUMBER.fullmatch(word):
            values[i] = float(word)
        elif infinite and word.lower() in ("inf", "+inf", "infinity"):
            values[i] = np.inf
            continue
        bad[i] = not np.isfinite(values[i])
    values[bad] = np.nan
    return values, bad


def times(column: Sequence[str], zone: str | ZoneInfo = "UTC", *, fold: int = 0) -> tuple[Times, Mask]:
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
    local, offset, has_offset, bad = _iso(column)
    for i in np.flatnonzero(bad).tolist():
        slow = _slow_time(column[i])
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


def dates_only(column: Sequence[str]) -> Mask:
    """Tell which texts name a day and no time of day; shape (n,).

    >>> dates_only(["2025-03-18", "18.03.2025", "2025-03-18 10:00", ""]).tolist()
    [True, True, False, False]
    """
    return np.fromiter((0 < len(c.strip()) <= 10 and ":" not in c for c in column), dtype=bool, count=len(column))


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


def coordinates(
    lat: Sequence[str],
    lon: Sequence[str],
    bounds: tuple[float, float, float, float] = WORLD,
) -> tuple[Floats, Floats, NDArray[np.object_]]:
    """Read latitudes and longitudes; a pair that cannot be right gets a reason and is never mended.

    A pair outside the bounds that would lie inside them the other way round "looks swapped". A pair that is
    outside either way is kept: talks are held in other countries. Both empty means no place is known.

    Parameters
    ----------
    lat, lon
        Texts in degrees north and east, length n.
    bounds
        West, south, east, north of where the data are expected, degrees; used for swapped pairs only.

    Returns
    -------
    Latitudes and longitudes of shape (n,), NaN where unknown or bad, and reasons of shape (n,), '' where good.

    Examples
    --------
    >>> north, east, reason = coordinates(["50.9", "34.8", "", "91"], ["34.8", "50.9", "", "30"], UKRAINE_AND_RUSSIA)
    >>> reason.tolist()
    ['', 'latitude and longitude look swapped', '', 'latitude is not between -90 and 90']
    """
    north, bad_north = numbers(lat)
    east, bad_east = numbers(lon)
    west, south, right, top = bounds
    reason = np.full(len(north), "", dtype=object)
    with np.errstate(invalid="ignore"):
        inside = (east >= west) & (east <= right) & (north >= south) & (north <= top)
        swapped = (north >= west) & (north <= right) & (east >= south) & (east <= top) & ~inside
        reason[(north == 0) & (east == 0)] = "0, 0 is a missing place, not a place"
        reason[np.abs(east) > 180] = "longitude is not between -180 and 180"
        reason[np.abs(north) > 90] = "latitude is not between -90 and 90"
        reason[swapped] = "latitude and longitude look swapped"
    reason[np.isnan(north) & ~np.isnan(east)] = "longitude without latitude"
    reason[np.isnan(east) & ~np.isnan(north)] = "latitude without longitude"
    reason[bad_east] = "longitude is not a number"
    reason[bad_north] = "latitude is not a number"
    wrong = reason != ""
    north[wrong] = east[wrong] = np.nan
    return north, east, reason


def stable_ids(prefix: str, *parts: Sequence[str] | str) -> list[str]:
    """Make ids from the hash of what identifies each row, the same on every machine and in every order.

    Parameters
    ----------
    prefix
        Letter before the hyphen, e.g. `o`.
    parts
        Sequences of length n, or one text for all rows; at least one sequence.

    Examples
    --------
    >>> stable_ids("o", "viina", ["2025-03-18", "2025-03-19"])
    ['o-718adc542e5b', 'o-ac75c96b94ca']
    """
    n = next(len(p) for p in parts if not isinstance(p, str))
    fixed = [[p] * n if isinstance(p, str) else p for p in parts]
    blake = hashlib.blake2b
    return [
        f"{prefix}-{blake(chr(31).join(row).encode('utf-8', 'backslashreplace'), digest_size=6).hexdigest()}"
        for row in zip(*fixed, strict=True)
    ]


def texts(column: Sequence[str]) -> list[str]:
    """Strip white space from texts.

    >>> texts([" a ", ""])
    ['a', '']
    """
    return [text.strip() for text in column]


def _iso(column: Sequence[str]) -> tuple[Times, NDArray[np.timedelta64], Mask, Mask]:
    """Read fixed-width ISO texts in bulk: local time, offset, whether there is an offset, whether it did not fit."""
    n = len(column)
    size = np.fromiter(map(len, column), dtype=np.int64, count=n)
    cell = np.array(column, dtype="U25") if n else np.zeros(0, dtype="U25")
    code = np.ascontiguousarray(cell).view(np.uint32).reshape(n, 25).astype(np.int32)
    digit = code - 48
    is_digit = (digit >= 0) & (digit <= 9)

    def two(at: int) -> NDArray[np.int32]:
        return np.asarray(digit[:, at] * 10 + digit[:, at + 1], dtype=np.int32)

    def digits(*at: int) -> Mask:
        return np.asarray(is_digit[:, list(at)].all(axis=1))

    day_ok = digits(0, 1, 2, 3, 5, 6, 8, 9) & (code[:, 4] == 45) & (code[:, 7] == 45)
    minute_ok = day_ok & digits(11, 12, 14, 15) & ((code[:, 10] == 84) | (code[:, 10] == 32)) & (code[:, 13] == 58)
    second_ok = minute_ok & digits(17, 18) & (code[:, 16] == 58)
    zulu = (size == 20) & second_ok & (code[:, 19] == 90)
    signed = (size == 25) & second_ok & digits(20, 21, 23, 24) & (code[:, 22] == 58)
    signed &= (code[:, 19] == 43) | (code[:, 19] == 45)
    with_second = ((size == 19) & second_ok) | zulu | signed
    with_minute = with_second | ((size == 16) & minute_ok)
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
    return local, offset, zulu | signed, ~fits


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
    shift = np.zeros(len(quarter), dtype="timedelta64[s]")
    gap = np.zeros(len(quarter), dtype=bool)
    epoch = datetime(1970, 1, 1)
    for i, q in enumerate(quarter.tolist()):
        there = (epoch + timedelta(seconds=q * 900)).replace(tzinfo=zone, fold=fold)
        again = there.astimezone(UTC).astimezone(zone)
        gap[i] = again.replace(tzinfo=None) != there.replace(tzinfo=None)
        delta = there.utcoffset() or timedelta(0)
        shift[i] = np.timedelta64(int(delta.total_seconds()), "s")
    return shift[back], gap[back]
