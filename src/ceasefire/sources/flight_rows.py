"""Rows of a flight log in delimited text, as it is exported by many tools: a line at a time, every one accounted for.

Why not the reader of tables: exports begin with a line that is no header (`sep=,`), write numbers with a decimal comma,
and tell units in the names of their columns. A row that does not have the header's width may have lost its middle, so
it is set aside and not padded.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

MAX_LINE = 20_000
"""Longest line, characters; what is longer is no row of a log."""
DELIMITERS = ",;\t"
FEET_M = 0.3048
HOUR_12 = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp])\.?[Mm]\.?", re.ASCII)
_WHEN = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
    r"\s*(Z|UTC|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_NUMBER = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d{1,3})?", re.ASCII)


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Give lines with text and their 1-based numbers, without their ends, none longer than `MAX_LINE`."""
    with path.open("rb") as raw:
        mark = raw.read(2)
    encoding = "utf-16" if mark in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    with path.open(encoding=encoding, errors="replace", newline="\n") as file:
        number, whole = 0, True
        while True:
            try:
                line = file.readline(MAX_LINE)
            except UnicodeError:  # UTF-16 whose last unit is cut in two
                return
            if not line:
                return
            number += whole
            whole = line.endswith("\n")
            text = line.strip("\r\n\0 \ufeff")
            if text:
                yield number, text


def header_of(text: str) -> tuple[str, list[str]]:
    """Give the delimiter and the names of a header line.

    >>> header_of('"CUSTOM.date [local]";"OSD.latitude"')
    (';', ['CUSTOM.date [local]', 'OSD.latitude'])
    """
    delimiter = max(DELIMITERS, key=text.count)
    return delimiter, [name.strip().strip("\ufeff").strip() for name in fields(text, delimiter)]


def header_in(start: bytes) -> list[str]:
    """Give the names of the columns of a file that begins so; empty where it is no such text.

    >>> header_in(b"sep=,\\ntime,lon,lat\\n1,2,3\\n")
    ['time', 'lon', 'lat']
    """
    utf16 = start[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = start.decode("utf-16" if utf16 else "utf-8-sig", "replace")
    if "\0" in text[:4096]:
        return []
    first = [line.strip() for line in text.split("\n", 3)[:3] if line.strip()]
    first = first[1:] if first and first[0].lower().startswith("sep=") else first
    return header_of(first[0][:MAX_LINE])[1] if first else []


def fields(text: str, delimiter: str) -> list[str]:
    """Split one line; a line whose quotation marks do not close is one field."""
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return [text]


def rows(path: Path) -> Iterator[tuple[int, str, dict[str, str] | str]]:
    """Give line number, text, and the fields by name or what is wrong with the row; the header itself is not given."""
    delimiter = ""
    names: list[str] = []
    for number, text in lines(path):
        if not names:
            if text.lower().startswith("sep=") and number == 1:
                continue
            delimiter, names = header_of(text)
            continue
        found = fields(text, delimiter)
        if len(found) != len(names):
            yield number, text, f"{len(found)} field{'s' * (len(found) != 1)} where the header has {len(names)}"
        else:
            yield number, text, dict(zip(names, found, strict=True))


def value(text: str | None) -> float:
    """Give a number, with a decimal point or comma; NaN where the text is empty or none.

    >>> value("59,33459"), value(" 1.5 "), value("N/A")
    (59.33459, 1.5, nan)
    """
    found = (text or "").strip()
    if not _NUMBER.fullmatch(found):
        return float("nan")
    got = float(found.replace(",", "."))
    return got if abs(got) < 1e9 else float("nan")


def instant(text: str) -> tuple[np.datetime64, bool] | None:
    """Give a time and whether it says its offset (then it is UTC), or None.

    >>> when, sure = instant("2025-04-01T12:00:00.250+03:00")
    >>> str(when), sure, instant("2025-02-30 12:00"), instant("12:00")
    ('2025-04-01T09:00:00.250', True, None, None)
    """
    found = _WHEN.fullmatch(text.strip())
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    stamp = f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute}:{second or '00'}.{(fraction or '0')[:3].ljust(3, '0')}"
    try:
        when = np.datetime64(stamp, "ms")
    except ValueError:
        return None
    if zone and zone not in ("Z", "UTC"):
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        when = when - np.timedelta64(minutes if zone[0] == "+" else -minutes, "m")
    return when, bool(zone)


def with_unit(names: Sequence[str], *wanted: str) -> tuple[str, float]:
    """Give the first of the wanted columns that a header has in metres or feet, and what one unit is in metres.

    >>> with_unit(["OSD.height [ft]", "OSD.altitude [m]"], "OSD.altitude"), with_unit(["a(feet)"], "a")
    (('OSD.altitude [m]', 1.0), ('a(feet)', 0.3048))
    """
    units: Mapping[str, float] = {"m": 1.0, "meters": 1.0, "metres": 1.0, "ft": FEET_M, "feet": FEET_M}
    for want in wanted:
        for name in names:
            part = re.fullmatch(r"(.+?)\s*[\[(]\s*(\w+)\s*[\])]", name)
            if part and part[1].strip().lower() == want.lower() and part[2].lower() in units:
                return name, units[part[2].lower()]
    return "", 1.0
