"""MPEG transport streams: the metadata that travels beside the video, taken out without touching the video.

Why not a general demultiplexer: an hour of video has ten million transport packets and only some tens of thousands
carry metadata. Packets are laid out as rows of an array, their stream numbers (PID) are compared all at once, and only
the rows that matter are looked at one by one. A file is read once, in blocks; nothing of it is kept.

Layout: ISO/IEC 13818-1; carriage of KLV: MISB ST 1402 (asynchronous: private data, stream type 0x06; synchronous:
metadata in access units, stream type 0x15).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.sources.mpegts_grid import PACKET, Rows, Told, grid, is_stream, pids
from ceasefire.sources.mpegts_tables import Tables

__all__ = ["Told", "Unit", "account", "is_stream", "payload_of", "units"]

NULL = 0x1FFF
AHEAD = 1 << 25
"""Bytes looked at beforehand for the program tables."""
UNIT_BYTES = 1 << 22
"""Longest unit (PES packet) that is put together."""
BARREN = 8
"""Units without a KLV key after which a stream that nobody declared as KLV is left alone."""
KLV = b"\x06\x0e\x2b\x34"
METADATA = KLV + b"\x02\x0b\x01\x01\x0e\x01\x03\x01\x01"
VIDEO = frozenset((0x01, 0x02, 0x10, 0x1B, 0x20, 0x24, 0x27, 0x33, 0x42, 0xD1, 0xEA))


@dataclass(frozen=True)
class Unit:
    """Payload of one unit of one metadata stream."""

    pid: int
    data: bytes
    aligned: bool
    """True where it begins with a key: whatever came before is at its end."""
    broken: bool
    """True where transport packets are missing in it or before it."""


def units(path: Path, told: Told) -> Iterator[Unit]:
    """Give the payload of every metadata unit, in the order of the file; `told` is filled on the way."""
    desk = _Desk(told)
    ahead = Tables()
    for rows in grid(path, Told(), limit=AHEAD):
        pid = pids(rows)
        desk.look(rows, pid, ahead)
    desk.begin(ahead)
    for rows in grid(path, told):
        yield from desk.take(rows, pids(rows))
    yield from desk.end()


@dataclass
class _Line:
    """One metadata stream on the way."""

    pid: int
    kind: int
    declared: bool
    counter: int = -1
    head: bytes = b""
    parts: list[bytes] = field(default_factory=list)
    size: int = 0
    need: int = 0
    broken: bool = False
    barren: int = 0


class _Desk:
    """Sorts the packets that matter: tables to the tables, metadata to their lines."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.tables = Tables()
        self.lines: dict[int, _Line] = {}
        self.barren: set[tuple[int, int]] = set()
        self.guess: dict[int, int] = {}
        self.wanted = np.zeros(NULL + 1, dtype=bool)
        self._want()

    def look(self, rows: Rows, pid: NDArray[np.int64], tables: Tables) -> None:
        """Look beforehand for tables, and for streams that begin a unit with a KLV key without being declared."""
        for j in np.flatnonzero(pid == 0).tolist():
            tables.feed(0, rows[j].tobytes())
        wanted = np.zeros(NULL + 1, dtype=bool)
        wanted[list(tables.maps)] = True
        for j in np.flatnonzero(wanted[pid]).tolist():
            tables.feed(int(pid[j]), rows[j].tobytes())
        for j in np.flatnonzero((rows[:, 1] & 0x40 > 0) & ~wanted[pid]).tolist():
            if METADATA in (row := rows[j].tobytes()):
                self.guess[int(pid[j])] = row.find(METADATA)

    def begin(self, ahead: Tables) -> None:
        """Take over what was found beforehand, so that metadata before the first table is not lost."""
        self.tables.maps |= ahead.maps
        self._open(ahead)
        for pid in self.guess:
            if pid not in self.lines and ahead.kind(pid) not in VIDEO:
                self.lines[pid] = _Line(pid, 0x06, declared=True)
                self.told.streams[pid] = "found by its content; no program table declares it"
        self._want()

    def take(self, rows: Rows, pid: NDArray[np.int64]) -> Iterator[Unit]:
        """Give the units that end in some packets."""
        k = 0
        while k < len(rows):
            hits = k + np.flatnonzero(self.wanted[pid[k:]])
            k = len(rows)
            for j in hits.tolist():
                number, packet = int(pid[j]), rows[j].tobytes()
                line = self.lines.get(number)
                if line is not None:
                    yield from self._packet(line, packet)
                    continue
                if self.tables.feed(number, packet):
                    yield from self._change()
                    k = j + 1
                    break

    def end(self) -> Iterator[Unit]:
        """Give what is left at the end of the file."""
        for line in self.lines.values():
            yield from self._emit(line)

    def _want(self) -> None:
        self.wanted[:] = False
        self.wanted[[0, *self.tables.maps, *self.lines]] = True
        self.wanted[NULL] = False

    def _open(self, tables: Tables) -> None:
        for pid, (kind, declared) in tables.streams().items():
            if kind in (0x06, 0x15) or declared:
                if pid in self.lines or (pid, kind) in self.barren or pid == 0 or pid in tables.maps:
                    continue
                self.lines[pid] = _Line(pid, kind, declared)
                how = "synchronous" if kind == 0x15 else "asynchronous"
                self.told.streams[pid] = f"{how} KLV, declared" if declared else f"{how} private data with KLV in it"

    def _change(self) -> Iterator[Unit]:
        """Follow a changed table: a number may have been given to another stream."""
        for pid, line in list(self.lines.items()):
            kind = self.tables.kind(pid)
            if kind is not None and kind != line.kind and not (line.declared and kind in (0x06, 0x15)):
                yield from self._emit(line)
                del self.lines[pid]
        self._open(self.tables)
        self._want()

    def _packet(self, line: _Line, packet: bytes) -> Iterator[Unit]:
        if packet[1] & 0x80 or packet[3] & 0xC0:
            self.told.damaged += 1
            line.broken = True
            return
        at, jump = 4, False
        if packet[3] & 0x20:
            at += 1 + packet[4]
            jump = packet[4] > 0 and bool(packet[5] & 0x80)
        if not packet[3] & 0x10 or at >= PACKET:
            return
        counter = packet[3] & 0x0F
        missing = (counter - line.counter - 1) & 0x0F if line.counter >= 0 and not jump else 0
        payload = packet[at:]
        if missing == 15 and line.head == packet[:8] and (not line.parts or line.parts[-1] == payload):
            self.told.repeated += 1
            return
        line.counter, line.head = counter, packet[:8]
        if missing:
            self.told.lost += missing
            yield from self._emit(line)
            line.broken = True
        if packet[1] & 0x40:
            yield from self._emit(line)
            line.need = 6 + int.from_bytes(payload[4:6], "big") if payload[:3] == b"\0\0\1" else 0
            line.need = 0 if line.need == 6 else line.need
        line.parts.append(payload)
        line.size += len(payload)
        if line.size >= (line.need or UNIT_BYTES):
            yield from self._emit(line)
        if line.barren >= BARREN and not line.declared:
            self.barren.add((line.pid, line.kind))
            self.lines.pop(line.pid, None)
            self.told.streams.pop(line.pid, None)
            self.wanted[line.pid] = False

    def _emit(self, line: _Line) -> Iterator[Unit]:
        """Close what was gathered of a line and give its payload."""
        unit = b"".join(line.parts)
        need, broken = line.need, line.broken
        line.parts, line.size, line.need, line.broken = [], 0, 0, False
        if not unit:
            line.broken = broken
            return
        data = payload_of(unit[:need] if need else unit, line.kind)
        line.barren = 0 if KLV in data else line.barren + 1
        yield Unit(line.pid, data, aligned=data.startswith(KLV), broken=broken or bool(need and len(unit) < need))


def payload_of(unit: bytes, kind: int) -> bytes:
    """Give what a unit carries, without its header and without the headers of access units.

    >>> payload_of(bytes.fromhex("000001bd000b 8480 00") + b"\\x06\\x0e\\x2b\\x34rest", 0x06)
    b'\\x06\\x0e+4rest'
    >>> payload_of(bytes.fromhex("000001fc0010 8480 00 00 00 df 0008") + b"\\x06\\x0e\\x2b\\x34rest", 0x15)
    b'\\x06\\x0e+4rest'
    """
    data = unit
    if unit[:3] == b"\0\0\1" and len(unit) >= 9:
        data = unit[9 + unit[8] :] if unit[6] & 0xC0 == 0x80 else unit[6:]
    if data.startswith(KLV) or kind != 0x15:
        return data
    cells, at = [], 0
    while at + 5 <= len(data):
        length = int.from_bytes(data[at + 3 : at + 5], "big")
        cells.append(data[at + 5 : at + 5 + length])
        at += 5 + length
    return b"".join(cells)


def account(told: Told) -> dict[str, Any]:
    """Give the account of a stream in words, for a file's facts."""
    said = {
        "transport packets": told.packets,
        "metadata packets lost": told.lost,
        "packets repeated": told.repeated,
        "packets damaged": told.damaged,
        "bytes that are no packets": told.skipped,
        "bytes cut off at the end": told.cut,
    }
    facts: dict[str, Any] = {k: str(v) for k, v in said.items() if v}
    for pid, how in sorted(told.streams.items()):
        facts[f"stream {pid}"] = how
    return facts
