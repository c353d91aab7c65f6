"""Sets inside and beside ST 0601: the security marking (ST 0102) and what a tracker or detector marks (ST 0903).

A marking is never dropped: who handles a file must see what its owner wrote on it. Targets are kept as places in an
image and on the ground, without class or identity.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, nan

import numpy as np

from ceasefire.sources.flight_read import Mark
from ceasefire.sources.klv_fields import imapped
from ceasefire.sources.klv_packets import SECURITY_UNIVERSAL, Packet, items

LEVELS = ("", "UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL", "SECRET", "TOP SECRET")
"""Levels by their number in ST 0102."""
_UNIVERSAL = {
    bytes.fromhex("060e2b34010101030208020100000000"): 1,
    bytes.fromhex("060e2b34010101030701200102080000"): 3,
    bytes.fromhex("060e2b34010101010e01020302000000"): 4,
    bytes.fromhex("060e2b34010101030208020200000000"): 5,
    bytes.fromhex("060e2b34010101030701200102090000"): 6,
}
_LOCATION = (-90.0, 90.0), (-180.0, 180.0)
_OFFSET = (-19.2, 19.2)
MAX_TARGETS = 10_000
"""Targets read of one packet."""


def marking(value: bytes) -> str:
    """Give the security marking of a nested set in one line; empty where it has none.

    >>> marking(bytes([1, 1, 2, 3, 5]) + b"//USA" + bytes([6, 3]) + b"NOR")
    'RESTRICTED // USA // releasable to NOR'
    >>> marking(bytes([1, 1, 1, 3, 5]) + b"//USA")
    'UNCLASSIFIED // USA'
    """
    found, wrong = items(value)
    return _line(dict(found), wrong)


def marking_of(packet: Packet) -> str:
    """Give the marking of a set that stands by itself, in either of its forms."""
    if packet.key != SECURITY_UNIVERSAL:
        return marking(packet.value)
    parts: dict[int, bytes] = {}
    at, value = 0, packet.value
    while at + 17 <= len(value) and value[at + 16] < 0x80:
        end = at + 17 + value[at + 16]
        if tag := _UNIVERSAL.get(value[at : at + 16]):
            parts[tag] = value[at + 17 : end]
        at = end
    return _line(parts, "")


def _line(parts: Mapping[int, bytes], wrong: str) -> str:
    said = []
    if level := parts.get(1):
        known = len(level) == 1 and 0 < level[0] < len(LEVELS)
        said.append(LEVELS[level[0]] if known else text(level) if len(level) > 1 else f"level {level[0]}")
    for tag, words in ((3, ""), (4, ""), (5, ""), (6, "releasable to ")):
        if also := text(parts.get(tag, b"")):
            said.append(words + also)
    if wrong:
        said.append(f"not wholly readable: {wrong}")
    return " // ".join(said)


def text(raw: bytes) -> str:
    """Give a text field without slashes at its ends and without what cannot be printed.

    >>> text(b"//USA\\0")
    'USA'
    """
    said = raw.decode("utf-8", "replace").strip("/\0 ")
    return "".join(c for c in said if c.isprintable())[:200]


def marks(
    value: bytes, *, time: np.datetime64, centre: tuple[float, float], width: float = nan
) -> tuple[list[Mark], str]:
    """Give the targets of one VMTI set, and what is wrong with it.

    Parameters
    ----------
    value
        The set's items.
    time
        When, UTC, where the set has no time of its own.
    centre
        Longitude and latitude of the image's centre on the ground, from which offsets count; NaN where unknown.
    width
        Columns of the image where the set does not say; a pixel's number alone is no place without it.
    """
    found, wrong = items(value)
    parts = dict(found)
    if columns := int.from_bytes(parts.get(8, b"")[:3], "big"):
        width = float(columns)
    made: list[Mark] = []
    series, at = parts.get(101, b""), 0
    while at < len(series) and len(made) < MAX_TARGETS:
        length, used = series[at], 1
        if length & 0x80:
            used = 1 + (length & 0x7F)
            length = int.from_bytes(series[at + 1 : at + used], "big")
        pack = series[at + used : at + used + length]
        if not length or len(pack) < length:
            wrong = wrong or "a target's length is wrong"
            break
        at += used + length
        number, k = 0, 0
        while k < len(pack) and k < 9:
            number = (number << 7) | (pack[k] & 0x7F)
            k += 1
            if not pack[k - 1] & 0x80:
                break
        inner, fault = items(pack[k:])
        wrong = wrong or fault
        made.append(_mark(number, dict(inner), time, centre, width))
    return made, wrong


def _mark(
    number: int, parts: Mapping[int, bytes], time: np.datetime64, centre: tuple[float, float], width: float
) -> Mark:
    lon, lat = nan, nan
    place = parts.get(17, b"")
    if len(place) >= 8:
        lat, lon = (imapped(place[4 * k : 4 * k + 4], *_LOCATION[k]) for k in range(2))
    elif 10 in parts and 11 in parts:
        lat, lon = centre[1] + imapped(parts[10], *_OFFSET), centre[0] + imapped(parts[11], *_OFFSET)
    top, left = _pixel(parts.get(2), width)
    bottom, right = _pixel(parts.get(3), width)
    if not isfinite(left):
        if 19 in parts and 20 in parts:
            top, left = (float(int.from_bytes(parts[tag][:4], "big")) for tag in (19, 20))
        else:
            top, left = _pixel(parts.get(1), width)
        bottom, right = top, left
    known = abs(lat) <= 90 and abs(lon) <= 180 and (lat, lon) != (0.0, 0.0)
    place_of = (lon, lat) if known else (nan, nan)
    return Mark(time, *place_of, number, left=left, top=top, right=right, bottom=bottom)


def _pixel(raw: bytes | None, width: float) -> tuple[float, float]:
    """Give row and column, from 1, of a pixel's number in an image of some width."""
    count = int.from_bytes(raw[:6], "big") if raw else 0
    if not count or not width >= 1:
        return nan, nan
    row, column = divmod(count - 1, int(width))
    return float(row + 1), float(column + 1)
