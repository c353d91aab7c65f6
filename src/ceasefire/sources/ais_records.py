"""What reading AIS gives: batches, the whole of some files, places and texts, and the count of every message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.model.intake import Count
from ceasefire.model.records import Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.blocks import shown

Array = NDArray[Any]

KEPT = 1000
"""Rows of one reason that are kept with their text; all are counted."""


@dataclass(frozen=True, eq=False)
class Texts:
    """Safety messages (types 12 and 14), in the order read; shapes (texts,)."""

    mmsi: Array
    """Who sent it, int32."""
    times: Array
    """When, UTC, datetime64[ms]."""
    to: Array
    """MMSI it is addressed to, 0 where to all; int32."""
    text: Array
    """The words, as sent (object)."""
    source: Array
    """Number of the file, int16."""

    @classmethod
    def of(cls, rows: Iterable[tuple[Any, ...]] = ()) -> Self:
        """Make texts from rows."""
        return cls(*_columns(rows, ("i4", "M8[ms]", "i4", "O", "i2")))

    def __len__(self) -> int:
        return len(self.mmsi)


@dataclass(frozen=True, eq=False)
class Places:
    """Base stations (type 4) or aids to navigation (type 21): one row for each place that each one named."""

    mmsi: Array
    """int32."""
    lon: Array
    """Degrees east, float64."""
    lat: Array
    """Degrees north, float64."""
    first: Array
    """First heard there, UTC, datetime64[ms]."""
    last: Array
    """Last heard there."""
    messages: Array
    """How often, int64."""
    name: Array
    """Name of an aid (object)."""
    aid_type: Array
    """Type of aid, ITU-R M.1371 table 74; 0 where none or a base station; int16."""
    virtual: Array
    """The aid is not there: only its message is."""
    off_position: Array
    """The aid said that it has drifted."""
    ahead_s: Array
    """How much later the receiver's clock was than the base station's UTC, s, mean; NaN for aids."""

    @classmethod
    def of(cls, rows: Iterable[tuple[Any, ...]] = ()) -> Self:
        """Make places from rows."""
        kinds = ("i4", "f8", "f8", "M8[ms]", "M8[ms]", "i8", "O", "i2", "?", "?", "f8")
        return cls(*_columns(rows, kinds))

    def __len__(self) -> int:
        return len(self.mmsi)


def _columns(rows: Iterable[tuple[Any, ...]], kinds: tuple[str, ...]) -> list[Array]:
    each = list(rows)
    columns = list(zip(*each, strict=True)) if each else [()] * len(kinds)
    out = []
    for kind, values in zip(kinds, columns, strict=True):
        column = np.empty(len(values), dtype=kind)
        column[:] = values
        out.append(column)
    return out


@dataclass
class Tally:
    """Counts that grow while files are read: nothing that was read is lost."""

    source: str = ""
    """Source as named in the case file."""
    used: int = 0
    """Messages that became a fix, a statement, a text or a place."""
    duplicates: int = 0
    """Messages heard again, by another station or from a repeater."""
    quarantined: int = 0
    """Messages, parts of messages, or files that could not be used."""
    apart: Counter[int] = field(default_factory=Counter)
    """Good messages of types that say nothing about a ship's place, by type."""
    sentences: int = 0
    """VDM and VDO sentences, or rows of a table."""
    joined: int = 0
    """Sentences that are further parts of a message: sentences = messages + joined."""
    other: int = 0
    """Lines that are not AIS: comments, other sentences."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why messages were set aside, counted."""
    rows: list[Quarantined] = field(default_factory=list)
    """At most `KEPT` of each reason."""
    files: list[tuple[str, str]] = field(default_factory=list)
    """Pairs (file name, SHA-256 of its bytes)."""
    stations: list[str] = field(default_factory=lambda: [""])
    """Names of receiving stations, by number; 0 is "not told"."""

    def aside(self, reason: str, granule: str, lines: Any, text: Callable[[int], bytes]) -> None:
        """Set messages aside.

        Parameters
        ----------
        reason
            What is wrong; the same words for the same fault.
        granule
            The file's name.
        lines
            Their lines, shape (n,).
        text
            Gives the text of the k-th.
        """
        n = len(lines)
        if not n:
            return
        room = KEPT - self.reasons[reason]
        self.reasons[reason] += n
        self.quarantined += n
        for k in range(min(n, room)):
            row = shown(text(k).strip().decode("utf-8", "surrogateescape"))
            self.rows.append(
                Quarantined(source=self.source, granule=granule, line=int(lines[k]), reason=reason, row=row)
            )

    def count(self) -> Count:
        """Give the rows that add up; messages of types without a place stand apart in `apart`."""
        rows = self.used + self.duplicates + self.quarantined
        return Count(rows=rows, used=self.used, duplicates=self.duplicates, quarantined=self.quarantined)

    def check(self) -> None:
        """Raise `ValueError` unless every sentence became part of one message with one outcome."""
        messages = self.used + self.duplicates + self.quarantined + sum(self.apart.values())
        if self.sentences != messages + self.joined:
            raise ValueError(
                f"sentences do not add up: {self.sentences} read, {messages} messages, {self.joined} joined"
            )
        if sum(self.reasons.values()) != self.quarantined:
            raise ValueError("reasons do not add up")


@dataclass(frozen=True, eq=False)
class AisBatch:
    """Some megabytes of a file, read."""

    fixes: Fixes
    """Positions."""
    statics: Statics
    """What ships said of themselves for the first time or anew."""
    texts: Texts
    """Safety messages."""
    bases: Places
    """Base stations heard in this batch."""
    aids: Places
    """Aids to navigation heard in this batch."""
    tally: Tally
    """Counts so far, of all batches up to this one."""
    read: int
    """Bytes of the file read so far, unpacked."""


@dataclass(frozen=True, eq=False)
class AisRead:
    """Files of AIS, read."""

    fixes: Fixes
    """Positions, by ship and time."""
    statics: Statics
    """What ships say of themselves, by ship and time."""
    texts: Texts
    """Safety messages."""
    stations: tuple[str, ...]
    """Receiving stations by number, as `Fixes.station` has it; number 0 is "not told"."""
    bases: Places
    """Base stations on the air."""
    aids: Places
    """Aids to navigation."""
    quarantine: Table[Quarantined]
    """What could not be used, at most `KEPT` of each reason."""
    count: Count
    """Messages that add up."""
    reasons: Counter[str]
    """Why messages were set aside, all counted."""
    files: tuple[tuple[str, str], ...]
    """Pairs (file name, SHA-256 of its bytes)."""
    apart: Counter[int]
    """Good messages of types that say nothing about a ship's place, by type; not in `count`."""
    sentences: int
    """VDM and VDO sentences, or rows of tables."""
    joined: int
    """Sentences that are further parts of a message."""
    other: int
    """Lines that are not AIS."""


def sorted_statics(statics: Statics) -> Statics:
    """Order statements by ship and time."""
    return statics.keep(np.lexsort((statics.times.view("int64"), statics.mmsi)))


def statics_of(rows: Iterable[tuple[Any, ...]]) -> Statics:
    """Make statements from rows in the order of the fields of `Statics`."""
    kinds = tuple(getattr(Statics.empty(), f.name).dtype.str for f in fields(Statics))
    return sorted_statics(Statics(*_columns(rows, kinds)))
