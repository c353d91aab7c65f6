"""KLV packets of a file, whatever they travel in: a transport stream or nothing at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from ceasefire.sources import flight_read, mpegts
from ceasefire.sources.klv_packets import KNOWN, Packet, Splitter
from ceasefire.sources.mpegts import Told

START = 1 << 16
"""Bytes in which a key or a run of transport packets must show."""


def is_raw(start: bytes) -> bool:
    """Tell whether bytes begin with packets of KLV, or hold a known key and no run of transport packets.

    >>> is_raw(bytes.fromhex("060e2b34020b01010e01030101000000 03 010203"))
    True
    """
    first = min((at for key in KNOWN if (at := start.find(key)) >= 0), default=-1)
    return first == 0 or (first > 0 and not mpegts.is_stream(start))


def packets(path: Path, told: Told) -> Iterator[tuple[int, Packet]]:
    """Give the KLV packets of a file, each with the number of its stream; 0 in a file of raw packets.

    Parameters
    ----------
    path
        The file; it is read once, in blocks.
    told
        Filled on the way: transport packets, losses, streams, and the file's SHA-256.
    """
    with path.open("rb") as file:
        start = file.read(START)
    if not is_raw(start) and mpegts.is_stream(start):
        yield from _of_stream(path, told)
        return
    digest, one = hashlib.sha256(), Splitter()
    for block in flight_read.chunks(path):
        digest.update(block)
        for packet in one.feed(block):
            yield 0, packet
    for packet in one.end():
        yield 0, packet
    told.skipped, told.sha256 = one.junk, digest.hexdigest()


def _of_stream(path: Path, told: Told) -> Iterator[tuple[int, Packet]]:
    lines: dict[int, Splitter] = {}
    for unit in mpegts.units(path, told):
        line = lines.setdefault(unit.pid, Splitter())
        for packet in line.feed(unit.data, fresh=unit.aligned):
            yield unit.pid, packet
        if unit.broken:  # what follows does not continue it
            for packet in line.end():
                yield unit.pid, packet
    for pid, line in lines.items():
        for packet in line.end():
            yield pid, packet
