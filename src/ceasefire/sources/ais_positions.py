"""Position reports (types 1, 2, 3, 9, 18, 19, 27) to columns: units made plain, what is not available is NaN.

Layouts, units and the values that mean "not available": ITU-R M.1371-5, annex 8.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.sources.ais_bits import Bits

Array = NDArray[Any]

CHARACTERS = {1: 28, 2: 28, 3: 28, 9: 28, 18: 28, 19: 52, 27: 16}
"""Characters of each type that are looked at."""
LENGTHS = {1: (163, 176), 2: (163, 176), 3: (163, 176), 9: (168, 176), 18: (168, 176), 19: (312, 320), 27: (96, 176)}
"""Fewest and most bits of each type. The standard has 168, 312 and 96; transponders are known that cut five bits off
or fill a slot."""


def raw_fields(bits: Bits, kind: int) -> dict[str, Array]:
    """Cut the fields of position reports of one type as integers; each of shape (n,).

    Parameters
    ----------
    bits
        Payloads.
    kind
        Type of message.

    Examples
    --------
    >>> line = np.frombuffer(b"15RTgt0PAso;90TKcjM8h6g208CQ", dtype=np.uint8)
    >>> found = raw_fields(Bits(line, np.array([0]), 28), 1)
    >>> [found[name].item() for name in ("mmsi", "status", "speed", "lon", "lat", "course", "heading", "second")]
    [371798000, 0, 123, -74037230, 29028980, 2240, 215, 33]
    """
    n = len(bits)
    found: dict[str, Array] = {"mmsi": bits.unsigned(8, 30)}
    if kind in (1, 2, 3):
        found["status"] = bits.unsigned(38, 4)
        first, heading = 50, True
    elif kind == 9:
        first, heading = 50, False
    elif kind in (18, 19):
        first, heading = 46, True
    else:
        found["status"] = bits.unsigned(40, 4)
        found["speed"], found["accurate"] = bits.unsigned(79, 6), bits.flag(38)
        found["lon"], found["lat"] = bits.signed(44, 18), bits.signed(62, 17)
        found["course"] = bits.unsigned(85, 9)
        found["heading"], found["second"] = np.full(n, 511, np.int32), np.full(n, 60, np.int32)
        return found
    found["speed"], found["accurate"] = bits.unsigned(first, 10), bits.flag(first + 10)
    found["lon"], found["lat"] = bits.signed(first + 11, 28), bits.signed(first + 39, 27)
    found["course"] = bits.unsigned(first + 66, 12)
    past = first + 78
    found["heading"] = bits.unsigned(past, 9) if heading else np.full(n, 511, np.int32)
    found["second"] = bits.unsigned(past + 9 * heading, 6)
    found.setdefault("status", np.full(n, 15, np.int32))
    return found


def scaled(found: dict[str, Array], kind: int) -> dict[str, Array]:
    """Give fields in plain units, NaN where not available: degrees, knots, and the ship's second (60 and more: none).

    Parameters
    ----------
    found
        What `raw_fields` gives.
    kind
        Type of message.
    """
    coarse = kind == 27
    per_degree = 600.0 if coarse else 600_000.0
    lon, lat = found["lon"] / per_degree, found["lat"] / per_degree
    none_speed = 63 if coarse else 1023
    speed = found["speed"].astype(np.float32)
    speed[found["speed"] == none_speed] = np.nan
    course = found["course"].astype(np.float32)
    course[found["course"] >= (360 if coarse else 3600)] = np.nan
    if not coarse:
        course /= np.float32(10)
        if kind != 9:
            speed /= np.float32(10)
    heading = found["heading"].astype(np.float32)
    heading[found["heading"] >= 360] = np.nan
    return {
        "mmsi": found["mmsi"],
        "lon": lon,
        "lat": lat,
        "speed_kn": speed,
        "course_deg": course,
        "heading_deg": heading,
        "status": found["status"].astype(np.int8),
        "accurate": found["accurate"],
        "second": found["second"].astype(np.int8),
    }


def late(times: Array, second: Array) -> Array:
    """Give how long after the ship's own second a message was received, -10 to 50 s; float32, NaN where not told.

    Parameters
    ----------
    times
        Reception, ms since 1970, shape (n,).
    second
        The ship's second of the minute; 60 and more mean "not available".

    Examples
    --------
    >>> late(np.array([61_500, 59_000, 1_000]), np.array([0, 1, 60])).tolist()
    [1.5, -2.0, nan]
    """
    apart = (times - second.astype(np.int64) * 1000 + 10_000) % 60_000 - 10_000
    out = (apart / 1000).astype(np.float32)
    out[(second < 0) | (second > 59)] = np.nan
    return out
