"""Packets gathered to samples: every packet is a sample, a repeat or set aside, and nothing grows but the columns."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.sources import klv_sets
from ceasefire.sources.flight_read import Mark
from ceasefire.sources.klv_fields import FIELDS, USED, columns
from ceasefire.sources.klv_packets import SECURITY, SECURITY_UNIVERSAL, UAS, VMTI, Packet, items

EARLIEST, LATEST = 631_152_000_000_000, 4_102_444_800_000_000
"""Times before 1990 or after 2100 are those of a clock that was not set; microseconds."""
CHUNK = 4096
"""Packets whose bytes are held until they become columns."""
MAX_SAMPLES, MAX_ROWS, MAX_MARKS, MAX_MARKINGS = 2_000_000, 1_000, 200_000, 50
"""Samples of one file; rows listed of what is set aside; marks and different markings kept."""
MULTIPLE = frozenset({100, 101, 102, 115})
"""Items that a packet may have more than once."""
TEXTS = {3: "mission", 10: "platform", 11: "sensor", 65: "version of ST 0601"}


@dataclass
class Track:
    """Samples of one stream, in the order of the file."""

    times: list[int] = field(default_factory=list)
    """Microseconds as the packets state them."""
    sums: list[int] = field(default_factory=list)
    """A hash of each packet's bytes."""
    latest: bytes = b""
    wrong: Counter[int] = field(default_factory=Counter)
    """Items of a wrong length, by tag."""
    waiting: list[dict[int, bytes]] = field(default_factory=list)
    parts: list[tuple[dict[int, Any], dict[int, Any]]] = field(default_factory=list)

    def add(self, time: int, raw: bytes, found: dict[int, bytes]) -> None:
        """Take one sample."""
        self.times.append(time)
        self.sums.append((time * 0x9E3779B97F4A7C15 + zlib.crc32(raw)) & 0xFFFFFFFFFFFFFFFF)
        self.waiting.append(found)
        self.latest = raw
        if len(self.waiting) >= CHUNK:
            self._settle()

    def _settle(self) -> None:
        values, there, wrong = columns(self.waiting)
        self.parts.append((values, there))
        self.wrong.update(wrong)
        self.waiting = []

    def columns(self) -> tuple[dict[int, NDArray[np.float64]], dict[int, NDArray[np.bool_]]]:
        """Give the numbers of every used tag, and where packets have it."""
        self._settle()
        values = {tag: np.concatenate([part[0][tag] for part in self.parts]) for tag in USED}
        there = {tag: np.concatenate([part[1][tag] for part in self.parts]) for tag in USED}
        self.parts.clear()
        return values, there


class Samples:
    """Takes packets one by one and keeps the account."""

    def __init__(self) -> None:
        self.tracks: dict[int, Track] = {}
        self.rows = self.used = self.repeats = self.set_aside = self.doubled = 0
        self.bad: list[tuple[int, str, str]] = []
        self.marks: list[Mark] = []
        self.marks_left_out = self.sets_with_faults = 0
        self.markings: dict[str, None] = {}
        self.texts: dict[str, str] = {}
        self.leap: int | None = None
        self.correction = 0
        self._nested: set[bytes] = set()
        self._centre = (float("nan"), float("nan"))
        self._time = 0

    def take(self, stream: int, packet: Packet) -> None:
        """Take one packet; sets that stand beside the samples are no samples and are not counted."""
        if packet.reason:
            self.rows += 1
            self._aside(packet.reason, packet)
        elif packet.key == UAS:
            self.rows += 1
            if wrong := self._sample(stream, packet):
                self._aside(wrong, packet)
        elif packet.key in (SECURITY, SECURITY_UNIVERSAL):
            self._marking(klv_sets.marking_of(packet))
        elif packet.key == VMTI:
            stamp = dict(items(packet.value)[0]).get(2, b"")
            time = int.from_bytes(stamp, "big")
            self._targets(packet.value, time if EARLIEST <= time < LATEST else self._time)

    def _aside(self, reason: str, packet: Packet) -> None:
        self.set_aside += 1
        if len(self.bad) < MAX_ROWS:
            self.bad.append((self.rows, reason, packet.raw[:240].hex()))

    def _sample(self, stream: int, packet: Packet) -> str:
        """Take a sample, or say why it is none."""
        found, wrong = items(packet.value)
        if wrong:
            return wrong
        parts = dict(found)
        stamp = parts.get(2, b"")
        if len(stamp) != 8:
            return f"a time of {len(stamp)} bytes" if stamp else "no time"
        time = int.from_bytes(stamp, "big")
        if not EARLIEST <= time < LATEST:
            return "its clock was not set: a time before 1990 or after 2100"
        track = self.tracks.get(stream) or self.tracks.setdefault(stream, Track())
        if track.latest == packet.raw:
            self.repeats += 1
            return ""
        if self.used >= MAX_SAMPLES:
            return f"more than {MAX_SAMPLES:,} samples in one file: split it"
        self.used += 1
        if len(parts) < len(found):
            once = [tag for tag, _ in found if tag not in MULTIPLE]
            self.doubled += len(set(once)) < len(once)
        track.add(time, packet.raw, parts)
        self._beside(time, parts)
        return ""

    def _beside(self, time: int, parts: Mapping[int, bytes]) -> None:
        """Take what is no column: marking, targets, names, leap seconds."""
        self._time = time
        security = parts.get(48)
        if security and security not in self._nested and len(self._nested) < MAX_MARKINGS:
            self._nested.add(security)
            self._marking(klv_sets.marking(security))
        for tag, name in TEXTS.items():
            if name not in self.texts and (raw := parts.get(tag)):
                self.texts[name] = str(raw[0]) if tag == 65 else klv_sets.text(raw)
        if self.leap is None and (leap := parts.get(136)) and len(leap) <= 4:
            self.leap = int.from_bytes(leap, "big", signed=True)
            self.correction = int.from_bytes(parts.get(137, b"")[:8], "big", signed=True)
        if targets := parts.get(74):
            places = [parts.get(tag, b"") for tag in (24, 23)]
            if all(len(p) == 4 for p in places):
                lon, lat = (float(FIELDS[tag].values(p)[0]) for tag, p in zip((24, 23), places, strict=True))
                self._centre = (lon, lat)
            self._targets(targets, time)

    def _marking(self, line: str) -> None:
        if line and len(self.markings) < MAX_MARKINGS:
            self.markings[line] = None

    def _targets(self, value: bytes, time: int) -> None:
        when = np.datetime64(time // 1000, "ms")
        made, wrong = klv_sets.marks(value, time=when, centre=self._centre)
        self.sets_with_faults += bool(wrong)
        room = MAX_MARKS - len(self.marks)
        self.marks += made[:room]
        self.marks_left_out += max(0, len(made) - room)
