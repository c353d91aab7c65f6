"""When a sentence was received, from what stands beside it: tag blocks, loggers' stamps, GPS sentences in between.

The radio message itself gives only the second of the minute. The date and hour come from the receiver, in one of many
forms; each sentence takes the nearest: its own tag block, then a stamp on its line, then the last clock sentence.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ceasefire.sources.ais_lines import TAG, Sentences

Array = NDArray[Any]

NAT = np.iinfo(np.int64).min
"""No time, in milliseconds since 1970."""
YEARS = (np.datetime64("1995-01-01", "ms").astype(np.int64), np.datetime64("2100-01-01", "ms").astype(np.int64))
"""No AIS is older, and no log is from after."""
_STAMP = re.compile(
    rb"(?P<y>\d{4})[-/.](?P<m>\d\d)[-/.](?P<d>\d\d)[T _,](?P<H>\d\d):(?P<M>\d\d):(?P<S>\d\d)(?:[.,:](?P<f>\d{1,9}))?"
    rb"\s*(?P<z>Z|UTC|GMT|[+-]\d\d:?\d\d)?"
    rb"|(?P<y2>\d{4})(?P<m2>\d\d)(?P<d2>\d\d)[T _-]?(?P<H2>\d\d)(?P<M2>\d\d)(?P<S2>\d\d)"
    rb"(?:[.,](?P<f2>\d{1,9}))?(?P<z2>Z)?(?!\d)"
    rb"|(?<![\d.])(?P<e>\d{9,10}(?:[.,]\d{1,9})?|\d{13}|\d{16})(?![\d.])"
)


def tagged(s: Sentences) -> tuple[Array, Array, Array]:
    """Give what tag blocks say: times in ms (int64, `NAT` where none) and where station names begin (-1) and end.

    The unit of `c:` is told by its size: ten digits are seconds, thirteen milliseconds, sixteen microseconds.
    """
    times = np.full(len(s), NAT, dtype=np.int64)
    begins, ends = np.full(len(s), -1, dtype=np.int64), np.full(len(s), -1, dtype=np.int64)
    if not (s.tag >= 0).any():
        return times, begins, ends
    pool, commas = s.pool, s.commas
    which = np.flatnonzero((s.tag >= 0) & (s.reason != TAG))
    begin, close = s.tag[which], s.bang[which] - 4
    following = np.searchsorted(commas, begin)
    while len(which):
        coloned = pool[begin + 1] == 58
        letter = np.where(coloned, pool[begin], 0)
        at = np.flatnonzero(letter == 99)
        times[which[at]] = epoch(pool, begin[at] + 2)
        at = np.flatnonzero(letter == 115)
        begins[which[at]] = begin[at] + 2
        ends[which[at]] = np.minimum(commas[following[at]], close[at])
        begin = commas[following] + 1
        more = begin < close
        which, begin, close, following = which[more], begin[more], close[more], following[more] + 1
    return times, begins, ends
    pool = s.pool
    colons = np.flatnonzero(pool == 58)
    before = pool[colons - 2]
    colons = colons[(before == 92) | (before == 44)]
    which = np.searchsorted(s.bang, colons)
    inside = which < len(s)
    colons, which = colons[inside], which[inside]
    inside = (s.tag[which] >= 0) & (colons > s.tag[which])
    colons, which = colons[inside], which[inside]
    letter = pool[colons - 1]
    is_clock = letter == 99
    times[which[is_clock]] = epoch(pool, colons[is_clock] + 1)
    is_station = letter == 115
    begin = colons[is_station] + 1
    stop = np.flatnonzero((pool == 44) | (pool == 42))
    begins[which[is_station]] = begin
    ends[which[is_station]] = stop[np.searchsorted(stop, begin)] if len(begin) else 0
    return times, begins, ends


def epoch(pool: Array, at: Array) -> Array:
    """Read seconds, milli- or microseconds since 1970 that begin at places of a block; int64 ms, `NAT` where none.

    >>> line = np.frombuffer(b"1635731889,1635731889123*1635731889.5 ", dtype=np.uint8)
    >>> epoch(np.append(line, np.zeros(20, dtype=np.uint8)), np.array([0, 11, 25])).tolist()
    [1635731889000, 1635731889123, 1635731889500]
    """
    out = np.full(len(at), NAT, dtype=np.int64)
    if not len(at):
        return out
    digit = np.lib.stride_tricks.sliding_window_view(pool, 17)[at] - np.uint8(48)
    width = np.argmax(digit > 9, axis=1)
    for count, scale in ((10, 1000), (9, 1000), (13, 1), (16, 0)):
        rows = np.flatnonzero(width == count)
        if len(rows):
            powers = 10.0 ** np.arange(min(count, 13) - 1, -1, -1)
            out[rows] = (digit[rows, : len(powers)] @ powers).astype(np.int64) * (scale or 1)
    dot = np.flatnonzero(((width == 9) | (width == 10)) & (pool[np.minimum(at + width, len(pool) - 1)] == 46))
    power, going = 100, np.ones(len(dot), dtype=bool)
    for k in range(1, 4):
        value = pool[np.minimum(at[dot] + width[dot] + k, len(pool) - 1)].astype(np.int64) - 48
        going &= (value >= 0) & (value <= 9)
        out[dot] += np.where(going, value * power, 0)
        power //= 10
    out[(out < YEARS[0]) | (out >= YEARS[1])] = NAT
    return out


def stamped(s: Sentences, zone: str) -> Array:
    """Give the times that loggers wrote on the lines, before the sentence or behind it; int64 ms, `NAT` where none.

    Parameters
    ----------
    zone
        IANA zone of stamps that name none.
    """
    times = np.full(len(s), NAT, dtype=np.int64)
    front = np.where(s.tag >= 0, s.tag - 1, s.bang)
    before = np.flatnonzero(front - s.start >= 9)
    times[before] = _stamps(s.pool, s.start[before], front[before], zone)
    behind = np.flatnonzero((times == NAT) & (s.end - s.after >= 9))
    times[behind] = _stamps(s.pool, s.after[behind], s.end[behind], zone)
    return times


def _stamps(pool: Array, start: Array, end: Array, zone: str) -> Array:
    out = np.full(len(start), NAT, dtype=np.int64)
    if not len(start):
        return out
    quick = _iso(pool, start) if zone == "UTC" else out.copy()
    plain = (end - start <= 26) & (quick != NAT)
    out[plain] = quick[plain]
    for k in np.flatnonzero(~plain).tolist():
        text = pool[start[k] : min(int(end[k]), int(start[k]) + 200)].tobytes()
        if (value := _stamp(text, zone)) is not None:
            out[k] = value
    return out


def _iso(pool: Array, at: Array) -> Array:
    """Read `2021-07-01T18:51:51[.123]` at places of a block, in UTC; `NAT` where it stands otherwise."""
    digits = {k: pool[at + k].astype(np.int64) - 48 for k in (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)}
    good = np.ones(len(at), dtype=bool)
    for value in digits.values():
        good &= (value >= 0) & (value <= 9)
    dash = pool[at + 4]
    good &= ((dash == 45) | (dash == 47)) & (pool[at + 7] == dash) & (pool[at + 13] == 58) & (pool[at + 16] == 58)
    good &= (pool[at + 10] == 84) | (pool[at + 10] == 32)
    year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
    pair = {k: digits[k] * 10 + digits[k + 1] for k in (5, 8, 11, 14, 17)}
    value = civil(year, pair[5], pair[8], pair[11], pair[14], pair[17])
    dot = np.flatnonzero(pool[at + 19] == 46)
    scale, going = 100, np.ones(len(dot), dtype=bool)
    past = at[dot] + 20
    for _ in range(9):
        digit = pool[past].astype(np.int64) - 48
        going &= (digit >= 0) & (digit <= 9)
        value[dot] += np.where(going & (value[dot] != NAT), digit * scale, 0)
        past, scale = past + going, scale // 10
    rest = at + 19
    rest[dot] = past
    after = pool[rest]
    good &= (
        (after == 90)
        | (after == 44)
        | (after == 59)
        | (after == 9)
        | (after == 33)
        | (after == 92)
        | ((after == 32) & (pool[rest + 1] != 43) & (pool[rest + 1] != 45))
    )
    return np.where(good, value, NAT)


def civil(year: Array, month: Array, day: Array, hour: Array, minute: Array, second: Array) -> Array:
    """Turn dates and times of day (UTC) into ms since 1970, `NAT` where impossible; a leap second is the next.

    >>> one = lambda *v: [np.array([x]) for x in v]
    >>> civil(*one(2021, 7, 1, 18, 51, 51)).tolist(), civil(*one(2021, 2, 29, 0, 0, 0)).tolist() == [NAT]
    ([1625165511000], True)
    """
    good = (year >= 1970) & (year < 2200) & (month >= 1) & (month <= 12) & (hour < 24) & (minute < 60) & (second <= 60)
    good &= (hour >= 0) & (minute >= 0) & (second >= 0)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    length = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    good &= (day >= 1) & (day <= length)
    days = months.astype("datetime64[D]").astype(np.int64) + np.where(good, day, 1) - 1
    return np.where(good, ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000, NAT)


def _stamp(text: bytes, zone: str) -> int | None:
    """Find one stamp in what stands beside a sentence."""
    for found in _STAMP.finditer(text):
        part = found.groupdict()
        if part["e"]:
            value = int(epoch(np.frombuffer(part["e"].replace(b",", b".") + bytes(20), np.uint8), np.array([0]))[0])
        else:
            y, k = ("y", "") if part["y"] else ("y2", "2")
            number = [int(part[name]) for name in (y, *(f"{v}{k}" for v in "mdHMS"))]
            value = int(civil(*(np.array([v]) for v in number))[0])
            if value != NAT:
                value += int((part[f"f{k}"] or b"0").ljust(3, b"0")[:3])
                value = in_utc(value, zone, part[f"z{k}"] or b"")
        if YEARS[0] <= value < YEARS[1]:
            return value
    return None


def in_utc(value: int, zone: str, offset: bytes = b"") -> int:
    """Move a local time in ms to UTC, by its own offset or by the zone's clock."""
    if offset in (b"Z", b"UTC", b"GMT") or (not offset and zone == "UTC"):
        return value
    if offset:
        sign = -1 if offset[:1] == b"-" else 1
        return value - sign * (int(offset[1:3]) * 60 + int(offset[-2:])) * 60_000
    return value - _shift(value // 900_000, zone)


@lru_cache(maxsize=100_000)
def _shift(quarter: int, zone: str) -> int:
    from datetime import datetime, timedelta

    local = datetime(1970, 1, 1) + timedelta(minutes=15 * quarter)
    offset = local.replace(tzinfo=ZoneInfo(zone)).utcoffset()
    return int((offset or timedelta()).total_seconds() * 1000)


def gps(sentence: bytes) -> int | None:
    """Read the time of an RMC or ZDA sentence, ms since 1970; None where it gives none or its checksum is wrong.

    >>> gps(b"$GPRMC,213951.00,A,5250.53675,N,00542.34923,E,0.014,,070420,,,A*75")
    1586295591000
    """
    body, star, told = sentence.strip().partition(b"*")
    if star:
        total = 0
        for byte in body[1:]:
            total ^= byte
        try:
            if int(told[:2], 16) != total:
                return None
        except ValueError:
            return None
    field = body.split(b",")
    try:
        clock = field[1]
        hour, minute, second = int(clock[:2]), int(clock[2:4]), float(clock[4:])
        if field[0][3:6] == b"RMC":
            if field[2] != b"A":
                return None
            day, month, year = int(field[9][:2]), int(field[9][2:4]), 2000 + int(field[9][4:6])
        else:
            day, month, year = int(field[2]), int(field[3]), int(field[4])
    except (ValueError, IndexError):
        return None
    if not 0 <= second < 61:
        return None
    whole = int(civil(*(np.array([v]) for v in (year, month, day, hour, minute, int(second))))[0])
    if not YEARS[0] <= whole < YEARS[1]:
        return None
    return whole + round((second - int(second)) * 1000)
