"""KLV packets out of a stream of bytes: where each begins and ends, whether its checksum holds, and its items.

Why so careful with lengths: a length that lies would swallow the good packets behind it. After a packet that does not
hold, the search goes on inside it, at the next key of a UAS set, and never waits for more bytes than a packet may have.

Layout: SMPTE ST 336 (keys, BER lengths), MISB ST 0107 (local sets), ST 0601 (checksum).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

PREFIX = b"\x06\x0e\x2b\x34"
UAS = bytes.fromhex("060e2b34020b01010e01030101000000")
"""MISB ST 0601: the platform, its camera and what it sees."""
SECURITY = bytes.fromhex("060e2b3402030101 0e01030302000000")
"""MISB ST 0102: security marking, as a set of its own."""
SECURITY_UNIVERSAL = bytes.fromhex("060e2b34020101010208020000000000")
VMTI = bytes.fromhex("060e2b34020b01010e01030306000000")
"""MISB ST 0903: moving targets, as a set of its own."""
KNOWN = frozenset((UAS, SECURITY, SECURITY_UNIVERSAL, VMTI))
OTHERS = {
    bytes.fromhex("060e2b34020101010e01010201010000"): "EG 0104 (Predator metadata, before ST 0601)",
    bytes.fromhex("060e2b34020b01010e01030102000000"): "ST 0806 (remote video terminal)",
}
SEAL = b"\x01\x02"
"""Tag and length of the checksum, the last item of a packet."""
LISTED = 250
"""Bytes kept of a packet that cannot be used."""
MAX_VALUE = 1 << 20
"""Largest value of a packet that is read, bytes; real ones have some hundreds."""


@dataclass(frozen=True)
class Packet:
    """One packet as it stands in the file; `reason` says what is wrong with it, empty where nothing is."""

    key: bytes
    value: bytes
    raw: bytes
    reason: str = ""


class Splitter:
    """Cuts a stream of bytes that comes in pieces into packets.

    >>> good = sealed(b"\\x02\\x08" + bytes(8))
    >>> splitter = Splitter()
    >>> found = [*splitter.feed(b"junk" + good[:20]), *splitter.feed(good[20:]), *splitter.end()]
    >>> [(p.key == UAS, p.reason) for p in found], splitter.junk
    ([(True, '')], 4)
    """

    def __init__(self) -> None:
        self.held = bytearray()
        self.junk = 0
        """Bytes between packets that belong to none."""

    def feed(self, data: bytes, *, fresh: bool = False) -> Iterator[Packet]:
        """Give the packets that end in these bytes; `fresh` where a packet begins here for certain."""
        if fresh and self.held:
            yield from self.end()
        self.held += data
        yield from self._take(last=False)

    def end(self) -> Iterator[Packet]:
        """Give what is left, as packets or as what was cut short."""
        yield from self._take(last=True)
        self.junk += len(self.held)
        self.held.clear()

    def _take(self, *, last: bool) -> Iterator[Packet]:
        held, at = self.held, 0
        while True:
            key = held.find(PREFIX, at)
            if key < 0:
                keep = len(held) if last else max(at, len(held) - len(PREFIX) + 1)
                self.junk += keep - at
                at = keep
                break
            self.junk += key - at
            at = key
            if len(held) < at + 17:
                if last:
                    yield Packet(bytes(held[at:]), b"", bytes(held[at:]), "cut short within its key or length")
                    at = len(held)
                break
            length, begin, wrong = _length(held, at + 16)
            end = begin + length
            if not wrong and length > MAX_VALUE:
                wrong = f"it declares {length:,} bytes, more than a packet may have"
            if not wrong and (begin < 0 or end > len(held)):
                if not last:
                    break
                wrong = f"cut short: it declares {length:,} bytes and {max(len(held) - begin, 0):,} follow"
            if wrong:
                inner = held.find(PREFIX, at + 16)
                stop = inner if inner >= 0 else at + 16
                yield Packet(bytes(held[at : at + 16]), b"", bytes(held[at : min(stop, at + LISTED)]), wrong)
                at = stop
                continue
            packet = _judged(held, at, begin, end)
            if packet.reason and (inner := held.find(UAS, at + 16, end)) >= 0:
                end = inner
            yield packet
            at = end
        del held[:at]


def _length(data: bytes | bytearray, at: int) -> tuple[int, int, str]:
    """Give a BER length, where the value begins (-1 where bytes are wanting), and what is wrong with it."""
    first = data[at]
    if first < 0x80:
        return first, at + 1, ""
    width = first & 0x7F
    if width == 0 or width > 8:
        return 0, at + 1, f"its length is no length: first byte 0x{first:02x}"
    if at + 1 + width > len(data):
        return 0, -1, ""
    return int.from_bytes(data[at + 1 : at + 1 + width], "big"), at + 1 + width, ""


def _judged(held: bytearray, at: int, begin: int, end: int) -> Packet:
    """Make a packet of some bytes; those of one that cannot be used are not copied, but for their beginning."""
    key, short = bytes(held[at : at + 16]), bytes(held[at : min(end, at + LISTED)])
    if key not in KNOWN:
        return Packet(key, b"", short, f"a set of another kind: {OTHERS.get(key, f'key {key.hex()}')}")
    if key == UAS and (end - 4 < begin or held[end - 4 : end - 2] != SEAL):
        return Packet(key, b"", short, "no checksum at its end")
    raw = bytes(held[at:end])
    return Packet(key, raw[begin - at :], raw, checksum_fault(raw) if key == UAS else "")


def checksum(raw: bytes) -> int:
    """Give the 16-bit sum over all bytes but the last two.

    >>> checksum(bytes([1, 2, 3, 0, 0])) == 0x0102 + 0x0300
    True
    """
    body = raw[:-2] if len(raw) % 2 == 0 else raw[:-2] + b"\0"
    return int(np.frombuffer(body, dtype=">u2").sum(dtype=np.int64)) & 0xFFFF


def checksum_fault(raw: bytes) -> str:
    """Say what is wrong with the checksum that must stand at the end of a packet; empty where it holds."""
    if raw[-4:-2] != SEAL:
        return "no checksum at its end"
    stated, found = int.from_bytes(raw[-2:], "big"), checksum(raw)
    return "" if stated == found else f"its checksum says {stated:04x}, its bytes sum to {found:04x}"


def sealed(items: bytes, key: bytes = UAS) -> bytes:
    """Make a packet of encoded items: key, length, items, checksum; for tests and simulated patrols.

    >>> checksum_fault(sealed(b"\\x41\\x01\\x13"))
    ''
    """
    value = items + b"\x01\x02\0\0"
    size = len(value)
    plain = size.to_bytes(4, "big").lstrip(b"\0")
    raw = key + (plain if size < 0x80 else bytes([0x80 | len(plain)]) + plain) + value
    return raw[:-2] + checksum(raw).to_bytes(2, "big")


def items(value: bytes) -> tuple[list[tuple[int, bytes]], str]:
    """Give tags and values of a local set, in order, and what is wrong with it; what came before the fault is given.

    >>> items(bytes([65, 1, 19, 0x81, 0x05, 2, 7, 8]))
    ([(65, b'\\x13'), (133, b'\\x07\\x08')], '')
    >>> items(bytes([65, 1, 19, 5, 9, 1]))[1]
    'tag 5 declares 9 bytes and 1 follow'
    """
    found: list[tuple[int, bytes]] = []
    at, n = 0, len(value)
    while at < n:
        tag = value[at]
        at += 1
        if tag & 0x80:
            tag &= 0x7F
            for _ in range(4):
                if at >= n:
                    return found, "cut short within a tag"
                byte = value[at]
                at += 1
                tag = (tag << 7) | (byte & 0x7F)
                if not byte & 0x80:
                    break
            else:
                return found, "a tag of more than five bytes"
        if at >= n:
            return found, f"tag {tag} has no length"
        length = value[at]
        at += 1
        if length & 0x80:
            length, at, wrong = _length(value, at - 1)
            if wrong or at < 0:
                return found, f"tag {tag}: {wrong or 'cut short within its length'}"
        end = at + length
        if end > n:
            return found, f"tag {tag} declares {length:,} bytes and {n - at:,} follow"
        found.append((tag, value[at:end]))
        at = end
    return found, ""
