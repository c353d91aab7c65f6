"""Fields of MISB ST 0601 that a flight is made of, from bytes to columns, many packets at a time.

Why not one decoder for everything: a library decodes every field of the standard with all its rules, a few hundred
packets a second; an hour of video has 36,000 packets and a flight needs forty fields. These are turned to numbers
column by column. The tests hold them against the library, field by field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log2

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Mapped:
    """A field that maps integers evenly onto a range; signed ones keep their lowest integer for `not known`."""

    name: str
    width: int
    low: float
    high: float
    signed: bool = False

    @property
    def step(self) -> float:
        """Resolution: what one unit of the integer is worth.

        >>> round(FIELDS[5].step, 6), f"{FIELDS[13].step:.3g}"
        (0.005493, '4.19e-08')
        """
        return (self.high - self.low) / (2.0 ** (8 * self.width) - (2 if self.signed else 1))

    def values(self, raw: bytes) -> Array:
        """Give the numbers of many values that stand one after another.

        >>> FIELDS[6].values(bytes.fromhex("7fff0000fd3d8000")).round(3).tolist()
        [20.0, 0.0, -0.432, nan]
        """
        kind = f">{'i' if self.signed else 'u'}{self.width}"
        whole = np.frombuffer(raw, dtype=kind).astype(np.float64)
        if not self.signed:
            return self.low + whole * self.step
        return np.where(whole == -(2.0 ** (8 * self.width - 1)), np.nan, whole * self.step)


def _places(first: int, name: str, width: int, low: float) -> dict[int, Mapped]:
    """Give the fields of four corners: latitude and longitude in turn."""
    out = {}
    for k in range(4):
        out[first + 2 * k] = Mapped(f"{name} latitude {k + 1}", width, -low, low, True)
        east = low if width == 2 else 2 * low
        out[first + 2 * k + 1] = Mapped(f"{name} longitude {k + 1}", width, -east, east, True)
    return out


FIELDS: dict[int, Mapped] = {
    5: Mapped("platform heading", 2, 0, 360),
    6: Mapped("platform pitch", 2, -20, 20, True),
    7: Mapped("platform roll", 2, -50, 50, True),
    13: Mapped("sensor latitude", 4, -90, 90, True),
    14: Mapped("sensor longitude", 4, -180, 180, True),
    15: Mapped("sensor height above sea", 2, -900, 19000),
    16: Mapped("horizontal field of view", 2, 0, 180),
    17: Mapped("vertical field of view", 2, 0, 180),
    18: Mapped("sensor azimuth", 4, 0, 360),
    19: Mapped("sensor elevation", 4, -180, 180, True),
    20: Mapped("sensor roll", 4, 0, 360),
    21: Mapped("slant range", 4, 0, 5_000_000),
    23: Mapped("frame centre latitude", 4, -90, 90, True),
    24: Mapped("frame centre longitude", 4, -180, 180, True),
    25: Mapped("frame centre height above sea", 2, -900, 19000),
    **_places(26, "corner offset", 2, 0.075),
    75: Mapped("sensor height above ellipsoid", 2, -900, 19000),
    78: Mapped("frame centre height above ellipsoid", 2, -900, 19000),
    **_places(82, "corner", 4, 90),
    90: Mapped("platform pitch, full range", 4, -90, 90, True),
    91: Mapped("platform roll, full range", 4, -90, 90, True),
}
"""Mapped fields of a flight by tag (MISB ST 0601, section 8)."""
IMAPPED = {104: (-900.0, 40_000.0), 113: (-900.0, 40_000.0)}
"""Fields in the other mapping, of any width: height above the ellipsoid, height above ground; lowest and highest."""
COUNTED = (47, 123, 124)
"""One-byte integers: flags, navigation satellites in view, means of positioning."""
USED = (*FIELDS, *IMAPPED, *COUNTED)


def imapped(raw: bytes, low: float, high: float) -> float:
    """Give the number of one value in the mapping of MISB ST 1201 (IMAPB); NaN for its special values.

    >>> round(imapped(bytes.fromhex("2f92"), -900.0, 40_000.0), 2)
    23456.0
    >>> imapped(bytes.fromhex("e10000"), -900.0, 40_000.0)
    nan
    """
    if not raw or len(raw) > 8:
        return float("nan")
    bits = 8 * len(raw)
    word = int.from_bytes(raw, "big")
    span = ceil(log2(high - low))
    if word >> (bits - 1) and not (word == 1 << (bits - 1) and high - low == 2.0**span):
        return float("nan")
    forward = 2.0 ** (bits - 1 - span)
    offset = forward * low - floor(forward * low) if low < 0 < high else 0.0
    return (word - offset) / forward + low


def columns(rows: Sequence[Mapping[int, bytes]]) -> tuple[dict[int, Array], dict[int, Mask], dict[int, int]]:
    """Turn the items of some packets into columns.

    Returns
    -------
    Numbers by tag, NaN where a packet has none or says that it is not known; where the packet has the item at all; and
    how many items of a tag have a wrong length (they count as not known).

    >>> values, there, wrong = columns([{5: b"\\x40\\x00"}, {}, {5: b"\\x01"}])
    >>> values[5].round(3).tolist(), there[5].tolist(), wrong
    ([90.001, nan, nan], [True, False, True], {5: 1})
    """
    values: dict[int, Array] = {}
    there: dict[int, Mask] = {}
    wrong: dict[int, int] = {}
    n = len(rows)
    for tag in USED:
        raw = [row.get(tag) for row in rows]
        present = np.array([r is not None for r in raw], dtype=bool)
        there[tag] = present
        out = np.full(n, np.nan)
        if present.any():
            width = FIELDS[tag].width if tag in FIELDS else 1
            if tag in IMAPPED:
                out = np.array([imapped(r, *IMAPPED[tag]) if r else np.nan for r in raw])
                right = np.array([r is None or len(r) <= 8 for r in raw])
            else:
                right = np.array([r is not None and len(r) == width for r in raw], dtype=bool)
                joined = b"".join(r for r in raw if r is not None and len(r) == width)
                out[right] = FIELDS[tag].values(joined) if tag in FIELDS else np.frombuffer(joined, dtype=np.uint8)
                right |= np.array([not r for r in raw], dtype=bool)
            if count := int((~right).sum()):
                wrong[tag] = count
        values[tag] = out
    return values, there, wrong


def held(values: Array, there: Mask, seconds: Array, *, limit_s: float) -> Array:
    """Let a value stand until a packet has the item again, for some seconds at most.

    Why: what does not change may be left out of packets (ST 0107 allows 30 seconds). An item that is there and says
    `not known` ends it.

    >>> t = np.array([0.0, 1.0, 2.0, 40.0])
    >>> held(np.array([5.0, np.nan, np.nan, np.nan]), np.array([True, False, False, False]), t, limit_s=30.0).tolist()
    [5.0, 5.0, 5.0, nan]
    """
    if there.all() or not there.any():
        return values
    latest = np.maximum.accumulate(np.where(there, np.arange(len(values)), -1))
    age = seconds - seconds[latest]
    return np.where((latest >= 0) & (age >= 0) & (age <= limit_s), values[latest], np.nan)
