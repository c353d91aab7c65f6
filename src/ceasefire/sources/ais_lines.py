"""Lines of an AIS log cut into sentences, many at once: where each begins, what it says of itself, what is wrong.

The characters that build a sentence (`!`, `,`, `*`, backslash) do not occur in armoured payloads, so their places
in a block of bytes tell where everything stands, and the checksums of all sentences are differences of one running XOR.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

PAD = 512
"""Zero bytes behind a block, so that a payload can be looked at past its end."""
LONGEST_TAG = 400
"""Bytes of the longest tag block that is read; NMEA 0183 allows 80."""
GOOD = 0
REASONS = (
    "",
    "checksum does not match",
    "no checksum",
    "not built as a sentence: !AIVDM,parts,part,id,channel,payload,fill*checksum",
    "empty message",
    "tag block checksum does not match",
    "part number is not between 1 and the number of parts",
    "more than 5 fill bits",
    "a character that AIS armour does not have",
    "'!' lost at the start of a sentence",
)
"""What may be wrong with a sentence by itself, by code."""
CHECKSUM, NO_CHECKSUM, BUILT, EMPTY, TAG, PART, FILL, ARMOURED, BANG = range(1, 10)


@dataclass(frozen=True, eq=False)
class Sentences:
    """The VDM and VDO sentences of one block; every array has the shape (sentences,)."""

    block: bytes
    """The block."""
    pool: Array
    """Its bytes and `PAD` zeros, shape (bytes + PAD,)."""
    start: Array
    """Where the line, or the sentence's share of it, begins."""
    end: Array
    """Where it ends."""
    line: Array
    """1-based physical line of the file."""
    bang: Array
    """Where the `!` stands."""
    tag: Array
    """Where the tag block begins (behind its first backslash), -1 where there is none; it ends at `bang - 1`."""
    after: Array
    """Where the checksum ends."""
    total: Array
    """Number of parts."""
    part: Array
    """Which of them."""
    ident: Array
    """Sequential message id, -1 where none."""
    channel: Array
    """Radio channel as its character, 0 where none."""
    payload: Array
    """Where the payload begins."""
    characters: Array
    """Its length."""
    fill: Array
    """Fill bits at its end."""
    reason: Array
    """Code in `REASONS`, 0 where nothing is wrong."""
    other: int
    """Lines that are no VDM or VDO sentence: comments, other sentences, words."""
    commas: Array
    """Where commas stand, and some places past the end, shape (commas + 8,)."""
    clocks: Array
    """Where RMC and ZDA sentences begin, shape (clocks,)."""
    clock_ends: Array
    """Where their lines end, shape (clocks,)."""
    lost: Array
    """Where lines begin that hold a sentence without `!`, shape (lost,)."""
    lost_ends: Array
    """Where they end."""
    lost_lines: Array
    """Their line numbers."""
    lines: int
    """Physical lines of the block."""

    def __len__(self) -> int:
        return len(self.bang)

    def text(self, start: int, end: int) -> bytes:
        """Give bytes of the block."""
        return self.block[start : min(end, start + 500)]

    def texts(self, starts: Array, ends: Array) -> Callable[[int], bytes]:
        """Give a function that gives the k-th of some stretches."""
        return lambda k: self.text(int(starts[k]), int(ends[k]))


def sentences(block: bytes, first_line: int = 1) -> Sentences:
    """Find the sentences of a block of whole lines.

    Parameters
    ----------
    block
        Bytes; the last line may lack its line break.
    first_line
        Number of its first line in the file.

    Examples
    --------
    >>> found = sentences(b"# a log\\n!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A\\r\\n!AIVDM,1,1,,A,1,0*00\\n")
    >>> found.line.tolist(), found.other, [REASONS[k] for k in found.reason.tolist()]
    ([2, 3], 1, ['', 'checksum does not match'])
    """
    # what stands where
    size = len(block)
    pool = np.frombuffer(block + b"\n" + bytes(PAD), dtype=np.uint8)
    body = pool[: size + 1]
    breaks = np.flatnonzero((body == 10) | (body == 13))
    bang = np.flatnonzero(body == 33)
    row = np.searchsorted(breaks, bang)
    begins = np.concatenate(([0], breaks[:-1] + 1))
    first_byte = _first(pool, begins, breaks)
    comment = first_byte == 35
    bang, row = bang[~comment[row]], row[~comment[row]]
    body_sum = _Sum(pool)

    commas = np.append(np.flatnonzero(body == 44), np.full(8, size + 1))
    at = np.searchsorted(commas, bang)
    c1, c2, c3, c4, c5, c6 = (commas[at + k] for k in range(6))
    named = (pool[bang + 3] == 86) & (pool[bang + 4] == 68) & ((pool[bang + 5] == 77) | (pool[bang + 5] == 79))
    ours = named & (pool[bang + 6] == 44)
    end = breaks[row]
    start = begins[row]
    again = np.flatnonzero(ours[1:] & ours[:-1] & (row[1:] == row[:-1])) + 1
    end[again - 1] = start[again] = bang[again]
    with_ours = np.zeros(len(breaks), dtype=bool)
    with_ours[row[ours]] = True
    bang, row, start, end, c1, c2, c3, c4, c5, c6 = (x[ours] for x in (bang, row, start, end, c1, c2, c3, c4, c5, c6))
    built = (c6 + 1 < end) & (c2 == c1 + 2) & (c3 == c2 + 2) & (c4 <= c3 + 2) & (c5 <= c4 + 3)
    safe = np.where(built, c6, bang)
    total, part = _digit(pool[c1 * built + 1]), _digit(pool[c2 * built + 1])
    ident = np.where(c4 == c3 + 1, -1, _digit(pool[c3 * built + 1]))
    channel = np.where(c5 == c4 + 1, 0, pool[c4 * built + 1])
    fill = _digit(pool[safe + 1])
    star = safe + 2
    built &= (total >= 0) & (part >= 0) & ((ident >= 0) | (c4 == c3 + 1)) & (fill >= 0)
    high, low = _HEX[pool[star + 1]], _HEX[pool[star + 2]]
    starred = (pool[star] == 42) & (high < 16) & (low < 16) & (star + 2 < end)
    told = (high.astype(np.int16) << 4) | low
    right = told == body_sum.between(bang + 1, star)
    characters = c6 - c5 - 1
    tag, tag_right = _tags(pool, body_sum, start, bang)

    reason = np.zeros(len(bang), dtype=np.uint8)
    for which, code in (
        (fill > 5, FILL),
        ((part < 1) | (part > total), PART),
        (characters < 1, EMPTY),
        (~tag_right, TAG),
        (~right, CHECKSUM),
        (~starred, NO_CHECKSUM),
        (~built, BUILT),
    ):
        reason[which] = code

    # lines without one
    bare = ~with_ours & (first_byte != 0)
    dollar = np.flatnonzero(bare & (first_byte == 36))
    dollar = dollar[_is_clock(pool, begins[dollar])]
    lost = _lost(block, begins, breaks, bare & ~comment & (first_byte != 36) & (first_byte != 33))
    number = first_line + np.cumsum(body[breaks] == 10) - (body[breaks] == 10)
    return Sentences(
        block=block,
        pool=pool,
        start=start,
        end=end,
        line=number[row],
        bang=bang,
        tag=tag,
        after=np.where(starred & built, star + 3, end),
        total=total,
        part=part,
        ident=ident,
        channel=channel,
        payload=c5 + 1,
        characters=characters,
        fill=fill,
        reason=reason,
        other=int(bare.sum()) - len(lost),
        commas=commas,
        clocks=begins[dollar],
        clock_ends=breaks[dollar],
        lost=begins[lost],
        lost_ends=breaks[lost],
        lost_lines=number[lost],
        lines=int((body == 10).sum()) - (size > 0 and block.endswith(b"\n")),
    )


def _hex() -> Array:
    table = np.full(256, 99, dtype=np.uint8)
    for digits in (b"0123456789ABCDEF", b"0123456789abcdef"):
        table[list(digits)] = np.arange(16)
    return table


_HEX = _hex()


class _Sum:
    """XOR of the bytes of any stretch of a block, by a running XOR over words of eight bytes."""

    def __init__(self, pool: Array) -> None:
        self.words = pool[: len(pool) // 8 * 8].view("<u8")
        self.before = np.concatenate((np.zeros(1, dtype=np.uint64), np.bitwise_xor.accumulate(self.words)))

    def upto(self, at: Array) -> Array:
        word, byte = at >> 3, (at & 7).astype(np.uint64)
        mask = (np.uint64(1) << (byte * np.uint64(8))) - np.uint64(1)
        return np.asarray(self.before[word] ^ (self.words[word] & mask))

    def between(self, first: Array, end: Array) -> Array:
        """Give the XOR of `pool[first:end]`; uint8 of shape (n,)."""
        value: Array = self.upto(first) ^ self.upto(end)
        for shift in (32, 16, 8):
            value = value ^ (value >> np.uint64(shift))
        return np.asarray((value & np.uint64(0xFF)).astype(np.uint8))


def _digit(byte: Array) -> Array:
    """Give the digit of a character, -1 where it is none."""
    value = byte.astype(np.int16) - 48
    return np.where((value >= 0) & (value <= 9), value, -1)


def _first(pool: Array, begins: Array, ends: Array) -> Array:
    """Give the first character of each line that is no blank; 0 where there is none."""
    at = begins.copy()
    for _ in range(8):
        blank = ((pool[at] == 32) | (pool[at] == 9)) & (at < ends)
        if not blank.any():
            break
        at += blank
    return np.where(at < ends, pool[at], 0)


def _tags(pool: Array, body_sum: _Sum, start: Array, bang: Array) -> tuple[Array, Array]:
    """Find the tag block before each `!`: where its text begins (-1: none) and whether its checksum is right."""
    tag = np.full(len(bang), -1, dtype=np.int64)
    right = np.ones(len(bang), dtype=bool)
    with_tag = np.flatnonzero((bang > start) & (pool[bang - 1] == 92))
    if not len(with_tag):
        return tag, right
    slashes = np.flatnonzero(pool == 92)
    at = np.searchsorted(slashes, bang[with_tag] - 1)
    opened = slashes[np.maximum(at - 1, 0)]
    inside = (at > 0) & (opened >= start[with_tag])
    opened, with_tag = opened[inside], with_tag[inside]
    tag[with_tag] = opened + 1
    close = bang[with_tag] - 1
    high, low = _HEX[pool[close - 2]], _HEX[pool[close - 1]]
    told = (high.astype(np.int16) << 4) | low
    starred = (pool[close - 3] == 42) & (high < 16) & (low < 16) & (close - 3 > opened)
    starred &= close - opened <= LONGEST_TAG
    right[with_tag] = starred & (told == body_sum.between(opened + 1, np.maximum(close - 3, opened + 1)))
    return tag, right


def _is_clock(pool: Array, at: Array) -> Array:
    """Tell which sentences are RMC or ZDA: the two that give a date."""
    a, b, c = pool[at + 3], pool[at + 4], pool[at + 5]
    return np.asarray(((a == 82) & (b == 77) & (c == 67)) | ((a == 90) & (b == 68) & (c == 65)))


def _lost(block: bytes, begins: Array, ends: Array, maybe: Array) -> Array:
    """Find lines that hold a VDM or VDO sentence whose `!` is lost."""
    if not maybe.any() or (b"VDM," not in block and b"VDO," not in block):
        return np.zeros(0, dtype=np.int64)
    found = []
    for k in np.flatnonzero(maybe).tolist():
        text = block[begins[k] : ends[k]]
        if b"VDM," in text or b"VDO," in text:
            found.append(k)
    return np.array(found, dtype=np.int64)
