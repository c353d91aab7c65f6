"""Sentences to messages: those of one part as they are, those of several put together in whatever order they come.

Parts belong together by the group of their tag blocks, else by station, channel, sequential id and number of parts.
What stays incomplete is set aside as one message, and never joined with a part of another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ceasefire.sources.ais_clock import NAT
from ceasefire.sources.ais_lines import PAD, REASONS, Sentences
from ceasefire.sources.ais_records import Tally

Array = NDArray[Any]

LONGEST_WAIT = 3000
"""Sentences after which a part is not waited for any more."""
LONGEST_WAIT_MS = 60_000
"""Milliseconds likewise, where there is a clock."""
MISSING = "a part of the message is missing"
INNER_FILL = "fill bits before the last part"
_GROUP = re.compile(rb"(?:^|,)g:(\d+)-(\d+)-(\d+)")


@dataclass(frozen=True, eq=False)
class Messages:
    """Whole messages; every array has the shape (messages,)."""

    pool: Array
    """Bytes that hold the payloads, and some zeros."""
    at: Array
    """Where each payload begins."""
    characters: Array
    """Its length."""
    bits: Array
    """Bits without the fill."""
    line: Array
    """1-based line of the sentence that completed it."""
    times: Array
    """Reception, ms since 1970, `NAT` where there is no clock; of the first part that told it."""
    station: Array
    """Number of the receiving station."""
    start: Array
    """Where the line begins in the pool, for what is set aside."""
    end: Array
    """Where it ends."""

    def __len__(self) -> int:
        return len(self.at)

    def text(self, k: int) -> bytes:
        """Give the line of a message."""
        return self.pool[self.start[k] : min(self.end[k], self.start[k] + 500)].tobytes()

    def texts(self, at: Array) -> Callable[[int], bytes]:
        """Give a function that gives the line of the k-th of some messages."""
        return lambda k: self.text(int(at[k]))


class _Part(NamedTuple):
    total: int
    part: int
    ident: int
    channel: int
    fill: int
    time: int
    station: int
    tag: int
    bang: int
    payload: int
    characters: int


@dataclass
class _Open:
    total: int
    number: int
    line: int
    text: bytes
    time: int
    station: int
    parts: dict[int, bytes] = field(default_factory=dict)
    fill: int = 0
    inner_fill: bool = False


@dataclass
class Parts:
    """Parts that wait for others, across the blocks of one file."""

    waiting: dict[Hashable, _Open] = field(default_factory=dict)
    number: int = 0
    """Sentences seen so far."""

    def messages(self, s: Sentences, times: Array, station: Array, tally: Tally, granule: str) -> Messages:
        """Put the sentences of a block together.

        Parameters
        ----------
        s
            Sentences.
        times, station
            Reception in ms and number of the station, shape (sentences,).
        tally
            Takes what is set aside.
        granule
            The file's name.
        """
        for code in np.unique(s.reason[s.reason > 0]).tolist():
            at = np.flatnonzero(s.reason == code)
            tally.aside(REASONS[code], granule, s.line[at], s.texts(s.start[at], s.end[at]))
        good = s.reason == 0
        single = np.flatnonzero(good & (s.total == 1))
        several = np.flatnonzero(good & (s.total > 1))
        joined, several = _pairs(s, several, times, station)
        tally.joined += len(joined)
        columns = (s.total, s.part, s.ident, s.channel, s.fill, times, station, s.tag, s.bang, s.payload, s.characters)
        for i, row in zip(several.tolist(), zip(*(c[several].tolist() for c in columns), strict=True), strict=True):
            if (whole := self._take(s, i, _Part(*row), tally, granule)) is not None:
                joined.append(whole)
        self.number += len(s)
        self._forget(tally, granule)
        return _messages(s, single, times, station, joined)

    def _take(
        self, s: Sentences, i: int, p: _Part, tally: Tally, granule: str
    ) -> tuple[int, bytes, int, int, int] | None:
        key: Hashable = (p.station, p.channel, p.ident, p.total)
        if p.tag >= 0 and (told := _GROUP.search(s.block[p.tag : p.bang - 1])):
            key = (int(told[2]), int(told[3]))
        number = self.number + i
        one = self.waiting.get(key)
        if one is not None:
            clocks = p.time != NAT and one.time != NAT  # noqa: PLR1714 -- two numbers, in the innermost loop
            late = clocks and abs(p.time - one.time) > LONGEST_WAIT_MS
            if late or p.part in one.parts or one.total != p.total or number - one.number > LONGEST_WAIT:
                self._lose(key, tally, granule)
                one = None
        if one is None:
            text = s.text(s.start[i], s.end[i])
            one = self.waiting[key] = _Open(p.total, number, int(s.line[i]), text, p.time, p.station)
        one.parts[p.part] = s.block[p.payload : p.payload + p.characters]
        one.time = p.time if one.time == NAT else one.time
        one.station = one.station or p.station
        if p.part == p.total:
            one.fill = p.fill
        elif p.fill:
            one.inner_fill = True
        if len(one.parts) < p.total:
            return None
        del self.waiting[key]
        tally.joined += p.total - 1
        if one.inner_fill:
            tally.aside(INNER_FILL, granule, [one.line], lambda _: one.text)
            return None
        return i, b"".join([one.parts[k] for k in range(1, p.total + 1)]), one.fill, one.time, one.station

    def _lose(self, key: Hashable, tally: Tally, granule: str) -> None:
        one = self.waiting.pop(key)
        tally.joined += len(one.parts) - 1
        tally.aside(MISSING, granule, [one.line], lambda _: one.text)

    def _forget(self, tally: Tally, granule: str) -> None:
        for key in [k for k, one in self.waiting.items() if self.number - one.number > LONGEST_WAIT]:
            self._lose(key, tally, granule)

    def end(self, tally: Tally, granule: str) -> None:
        """Set aside what still waits when a file ends."""
        for key in list(self.waiting):
            self._lose(key, tally, granule)


def _pairs(
    s: Sentences, several: Array, times: Array, station: Array
) -> tuple[list[tuple[int, bytes, int, int, int]], Array]:
    """Join the two parts of messages that follow each other, as nearly all do; give them and the sentences left."""
    a, b = several[:-1], several[1:]
    pair = (s.total[a] == 2) & (s.total[b] == 2) & (s.part[a] == 1) & (s.part[b] == 2) & (s.fill[a] == 0)
    pair &= (s.ident[a] == s.ident[b]) & (s.channel[a] == s.channel[b]) & (b - a < 50)
    pair &= (station[a] == station[b]) | (station[b] == 0)
    near = (times[a] == NAT) | (times[b] == NAT) | (np.abs(times[b] - times[a]) <= LONGEST_WAIT_MS)
    at = np.flatnonzero(pair & near)
    first, second = several[at], several[at + 1]
    time = np.where(times[first] == NAT, times[second], times[first])
    begin_a, begin_b = s.payload[first], s.payload[second]
    spans = (begin_a, begin_a + s.characters[first], begin_b, begin_b + s.characters[second])
    block = s.block
    payloads = [block[i:j] + block[k:m] for i, j, k, m in zip(*(v.tolist() for v in spans), strict=True)]
    rest = np.ones(len(several), dtype=bool)
    rest[at] = rest[at + 1] = False
    rows = zip(second.tolist(), payloads, s.fill[second].tolist(), time.tolist(), station[first].tolist(), strict=True)
    return list(rows), several[rest]


def _messages(
    s: Sentences, single: Array, times: Array, station: Array, joined: list[tuple[int, bytes, int, int, int]]
) -> Messages:
    pool = s.pool
    at, characters, fill = s.payload[single], s.characters[single], s.fill[single].astype(np.int64)
    of, time, heard = single, times[single], station[single]
    if joined:
        index, payloads, fills, told, stations = zip(*joined, strict=True)
        size = np.array([len(p) for p in payloads])
        begin = len(pool) + np.cumsum(size) - size
        more = np.frombuffer(b"".join(payloads) + bytes(PAD), dtype=np.uint8)
        pool = np.concatenate((pool, more))
        at, characters = np.concatenate((at, begin)), np.concatenate((characters, size))
        fill = np.concatenate((fill, np.array(fills)))
        of = np.concatenate((of, np.array(index)))
        time = np.concatenate((time, np.array(told)))
        heard = np.concatenate((heard, np.array(stations)))
        order = np.argsort(of, kind="stable")
        at, characters, fill, of, time, heard = (x[order] for x in (at, characters, fill, of, time, heard))
    return Messages(
        pool=pool,
        at=at,
        characters=characters,
        bits=characters * 6 - fill,
        line=s.line[of],
        times=time,
        station=heard,
        start=s.start[of],
        end=s.end[of],
    )
