"""DataFlash, the format of ArduPilot's own logs: messages that are described in the file itself.

A message FMT names the length and the fields of each other kind. It is read here and not through pymavlink's DFReader,
with which it is compared in the tests: on damaged logs that reader gives up the whole file for one kind it does not
know, and without its compiled part it never ends on a kind of length 0. Only wanted kinds are kept, so memory follows
them and not the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.sources.flight_read import chunks

Array = NDArray[np.float64]
Topic = Mapping[str, Array]

HEAD = b"\xa3\x95"
FMT = 0x80
FMT_LENGTH = 89
_FMT = struct.Struct("<BB4s16s64s")

KINDS: Mapping[str, tuple[str, float]] = {
    "a": ("V64", 1.0), "b": ("i1", 1.0), "B": ("u1", 1.0), "g": ("<f2", 1.0), "h": ("<i2", 1.0), "H": ("<u2", 1.0),
    "i": ("<i4", 1.0), "I": ("<u4", 1.0), "f": ("<f4", 1.0), "d": ("<f8", 1.0), "n": ("V4", 1.0), "N": ("V16", 1.0),
    "Z": ("V64", 1.0), "c": ("<i2", 100.0), "C": ("<u2", 100.0), "e": ("<i4", 100.0), "E": ("<u4", 100.0),
    "L": ("<i4", 1e7), "M": ("u1", 1.0), "q": ("<i8", 1.0), "Q": ("<u8", 1.0),
}  # fmt: skip
"""Letters of a format: how the value is stored and what it is divided by."""
WANTED = ("GPS", "GPA", "UBX1", "POS", "ATT", "MNT", "CAM", "TRIG")
MOST_ASIDE = 1_000
"""Stretches of damaged bytes that are told one by one; the rest is one row."""


@dataclass
class Kind:
    """One kind of message: how it is stored, and its bytes so far."""

    name: str
    length: int
    dtype: np.dtype[Any]
    scale: Mapping[str, float]
    data: bytearray = field(default_factory=bytearray)


@dataclass
class Walk:
    """What was found in a file: wanted messages, whole messages, and bytes that are none."""

    kinds: dict[int, Kind] = field(default_factory=dict)
    messages: int = 0
    aside: list[tuple[int, str, str]] = field(default_factory=list)
    damaged: int = 0


def walk_through(path: Path) -> Walk:
    """Step from message to message; over bytes that are none, search for the next."""
    walk = Walk()
    lengths = [0] * 256
    lengths[FMT] = FMT_LENGTH
    at, lost, lost_at = 0, 0, 0  # place in the file of the buffer's begin; damaged bytes not yet told
    buffer, blank = b"", True

    def tell(*, ends: bool = False) -> None:
        nonlocal lost, blank
        if lost and not (ends and blank):
            walk.damaged += lost
            if len(walk.aside) < MOST_ASIDE:
                walk.aside.append((lost_at + 1, "bytes that are no message", f"{lost} bytes"))
            elif len(walk.aside) == MOST_ASIDE:
                walk.aside.append((lost_at + 1, "more damage from here on: it is not told one by one", ""))
        lost, blank = 0, True

    for block in _with_end(path):
        buffer += block
        end, k = len(buffer), 0
        while end - k >= 3:
            kind = buffer[k + 2]
            length = lengths[kind]
            if buffer[k] != 0xA3 or buffer[k + 1] != 0x95 or length < 3:
                step = buffer.find(HEAD, k + 1)
                step = step if step >= 0 else (end if block == b"" else end - 1)
                lost_at = at + k if not lost else lost_at
                blank &= not buffer[k:step].strip(b"\0\xff")
                lost, k = lost + step - k, step
                continue
            if end - k < length:
                break
            if lost:
                tell()
            walk.messages += 1
            if kind == FMT:
                _define(buffer[k + 3 : k + FMT_LENGTH], walk.kinds, lengths)
            elif kind in walk.kinds:
                walk.kinds[kind].data += buffer[k : k + length]
            k += length
        buffer, at = buffer[k:], at + k
    if buffer:
        lost_at = at if not lost else lost_at
        lost, blank = lost + len(buffer), blank and not buffer.strip(b"\0\xff")
    tell(ends=True)
    return walk


def _with_end(path: Path) -> Iterator[bytes]:
    """Give the file in pieces, and an empty one at its end."""
    yield from chunks(path)
    yield b""


def _define(body: bytes, kinds: dict[int, Kind], lengths: list[int]) -> None:
    """Take one description; a second one of the same kind does not count."""
    number, length, name, letters, names = _FMT.unpack(body)
    if number == FMT or lengths[number]:
        return
    lengths[number] = length
    title = name.rstrip(b"\0").decode("latin-1")
    fields = names.rstrip(b"\0").decode("latin-1").split(",")
    stored = letters.rstrip(b"\0").decode("latin-1")
    if title not in WANTED or len(fields) != len(stored) or len({*fields, ""}) != len(fields) + 1:
        return
    if any(letter not in KINDS for letter in stored):
        return
    parts = [("_head", "V3")]
    parts += [(f, KINDS[c][0]) for f, c in zip(fields, stored, strict=True)]
    try:
        dtype = np.dtype(parts)
    except (ValueError, TypeError):
        return
    if dtype.itemsize == length:
        scale = {f: KINDS[c][1] for f, c in zip(fields, stored, strict=True)}
        kinds[number] = Kind(title, length, dtype, scale)


def topics_of(walk: Walk) -> dict[str, Topic]:
    """Give the fields of each wanted kind as numbers, divided as its letters say."""
    topics: dict[str, Topic] = {}
    for kind in walk.kinds.values():
        rows = np.frombuffer(kind.data, dtype=kind.dtype)
        names = [n for n in (rows.dtype.names or ()) if rows.dtype[n].kind != "V"]
        if len(rows) and ("TimeUS" in names or "TimeMS" in names):
            topics[kind.name] = {n: rows[n].astype(np.float64) / kind.scale[n] for n in names}
    return topics
