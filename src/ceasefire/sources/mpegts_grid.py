"""The grid of a transport stream: where its packets begin, and that it is found again after garbage.

Packets have 188 bytes, 192 (with a time stamp before each) or 204 (with a check behind), and begin with one sync byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.uint8]

SIZES = (188, 192, 204)
SYNC, PACKET = 0x47, 188
BLOCK, WINDOW = 1 << 22, 1 << 16
"""Bytes read at once; bytes searched at once for the grid."""
LONG_RUN, ATTEMPTS = 16, 64
"""Packets in a row by which a file is known as a stream, where it has so many, and places at which they are sought."""
SPAN = 64
"""Packets looked at after the grid was found; twice as many each time it holds, so that a grid that is lost again and
again costs no more than its length."""
RUN, MISSES = 5, 3
"""Sync bytes in a row that make a grid, and missing ones in a row that end it."""


@dataclass
class Told:
    """What was seen on the way, for the account of the file."""

    packets: int = 0
    """Transport packets on the grid."""
    lost: int = 0
    """Packets of metadata streams that the continuity counter misses."""
    repeated: int = 0
    """Packets sent twice."""
    damaged: int = 0
    """Packets that a receiver marked as damaged, that are scrambled, or whose sync byte is wrong."""
    skipped: int = 0
    """Bytes between grids that are no packets."""
    cut: int = 0
    """Bytes at the end that are no whole packet."""
    streams: dict[int, str] = field(default_factory=dict)
    """Metadata streams by PID, and how they were found."""
    sha256: str = ""
    """Of the file's bytes; known at the end."""


def is_stream(start: bytes) -> bool:
    """Tell whether bytes hold a run of transport packets, from wherever it begins.

    Why more than sync bytes: a log of records of one length may have one in each. Every packet also says whether it
    carries anything (bits of the fourth byte), and never that it does not.

    >>> is_stream(b"junk" + 6 * (b"G\\0\\0\\x10" + bytes(184))), is_stream(b"PK" + bytes(2000))
    (True, False)
    >>> is_stream(40 * (b"G" + bytes(187)))
    False
    """
    data, at = np.frombuffer(start, dtype=np.uint8), 0
    for _ in range(ATTEMPTS):
        if (found := _sync(data, at, SIZES, last=False)) is None:
            return False
        heads = found[0] + found[1] * np.arange(LONG_RUN)
        heads = heads[heads + 3 < len(data)]
        if (data[heads] == SYNC).all() and (data[heads + 3] & 0x30 > 0).all():
            return True
        at = found[0] + 1
    return False


def pids(rows: Rows) -> NDArray[np.int64]:
    return ((rows[:, 1] & 0x1F).astype(np.int64) << 8) | rows[:, 2]


def _sync(data: Rows, at: int, sizes: tuple[int, ...], *, last: bool) -> tuple[int, int] | None:
    """Find the first place where sync bytes stand a packet apart; give it and the size of packets."""
    n, width = len(data), WINDOW // 32
    while at < n:
        places = at + np.flatnonzero(data[at : at + width] == SYNC)
        at, width = at + width, min(2 * width, WINDOW)
        if not len(places):
            continue
        found = []
        for size in sizes:
            ahead = places[:, None] + size * np.arange(1, RUN)
            inside = ahead < n
            held = np.where(inside, data[np.minimum(ahead, n - 1)] == SYNC, last)
            if (good := np.flatnonzero(held.all(axis=1))).size:
                found.append((int(places[good[0]]), size))
        if found:
            return min(found)
    return None


def grid(path: Path, told: Told, *, limit: int | None = None) -> Iterator[Rows]:
    """Give transport packets as rows of 188 bytes, block by block, finding the grid again where it is lost."""
    sizes: tuple[int, ...] = SIZES
    digest, on, at, data, span = hashlib.sha256(), False, 0, np.empty(0, dtype=np.uint8), SPAN
    with path.open("rb") as file:
        last = False
        while not last:
            block = file.read(BLOCK)
            digest.update(block)
            last = not block or (limit is not None and file.tell() >= limit)
            data = np.concatenate([data[at:], np.frombuffer(block, dtype=np.uint8)])
            at = 0
            while True:
                if not on:
                    found = _sync(data, at, sizes, last=last)
                    if found is None:
                        keep = len(data) if last else max(at, len(data) - RUN * max(sizes))
                        told.skipped += keep - at
                        at = keep
                        break
                    told.skipped += max(0, found[0] - at - (found[1] - PACKET))
                    at, sizes, on, span = found[0], (found[1],), True, SPAN
                size = sizes[0]
                whole = (len(data) - at - PACKET) // size + 1 if len(data) - at >= PACKET else 0
                if whole < (1 if last else MISSES + 1):
                    break
                whole, span = min(whole, span), 2 * span
                rows = np.lib.stride_tricks.as_strided(data[at:], shape=(whole, PACKET), strides=(size, 1))
                good = rows[:, 0] == SYNC
                end = whole
                if not good.all():
                    miss = ~good
                    three = miss[: whole - 2] & miss[1 : whole - 1] & miss[2:] if whole > 2 else miss[:0]
                    stop = np.flatnonzero(three)
                    end = int(stop[0]) if stop.size else whole
                    told.damaged += int(miss[:end].sum())
                    rows = rows[:end][good[:end]]
                told.packets += len(rows)
                if len(rows):
                    yield rows
                at = min(at + end * size, len(data))
                on = end == whole
    told.cut += len(data) - at
    told.sha256 = digest.hexdigest()
