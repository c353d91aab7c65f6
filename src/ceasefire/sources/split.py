"""Lines to fields, where a lost quotation mark costs one row and not the rest of the file.

Why not the csv module alone: one quotation mark that is never closed makes it swallow every row up to the next
one. Here a row that spans lines and does not fit is given back, and splitting goes on with its second line.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from ceasefire.sources.granule import Granule

MAX_LINE = 1 << 20
"""Longest line, characters; a longer one is one quarantined row."""
MAX_SPAN = 500
"""Most physical lines that one row may cover; past it a quotation mark was lost."""


class Lines(Protocol):
    """Where lines come from: an open text file, or anything else that has `readline`."""

    def readline(self, limit: int, /) -> str:
        """Give the next line with its line break, at most `limit` characters of it; '' at the end."""


class _Cut(str):
    """The beginning of a line that was too long; the rest of it is gone."""

    __slots__ = ()


@dataclass(frozen=True)
class Split:
    """One row as it was split, or the reason why it could not be."""

    line: int
    """1-based physical line at which it begins."""
    fields: list[str]
    """Its fields; where there is a reason, its text as it stands."""
    reason: str
    """Empty where it split."""
    text: str
    """Its text as it stands, line breaks at the end left out."""
    after: int
    """1-based physical line after it."""


class Splitter:
    """Splits lines into fields; a row that does not split is given back to be split from its second line on.

    Parameters
    ----------
    granule
        What is known of the file.
    delimiter, quotechar
        One character each.
    width
        Number of fields of the header; 0 where the header is still to come.
    line
        Number of the first line to come.
    """

    def __init__(self, granule: Granule, delimiter: str, quotechar: str, *, width: int = 0, line: int = 1) -> None:
        self.granule = granule
        self.delimiter = delimiter
        self.quotechar = quotechar
        self.width = width
        self.line = line
        self.waiting: deque[str] = deque()
        self._taken: list[str] = []
        self._tries_left = 1_000_000

    def rows(self, source: Lines) -> Iterator[Split]:
        """Split line after line; lines without any character are no rows."""
        suspicious = self.granule.nul or not self.granule.clean
        reader = self._reader(source)
        while True:
            taken: list[str] = []
            self._taken = taken
            try:
                fields, reason = next(reader), ""
            except StopIteration:
                if not taken:
                    return
                fields, reason = [], "a quotation mark is opened and not closed"
            except csv.Error as error:
                fields, reason = [], _explained(str(error))
            if any(isinstance(line, _Cut) for line in taken):
                reason = f"a line longer than {MAX_LINE:,} characters" if len(taken) == 1 else (reason or "cut")
            if len(taken) > 1 and (reason or (self.width and len(fields) != self.width)):
                reason = reason or f"{wrong_width(len(fields), self.width)}, over {len(taken)} lines"
                self.waiting.extendleft(reversed(taken[1:]))
                self._tries_left -= len(taken)
                del taken[1:]
                reader = self._reader(source)
            elif reason:
                reader = self._reader(source)
            text = "".join(taken).rstrip("\r\n")
            if suspicious and not reason:
                reason = _unreadable(text, self.granule)
            if not reason and self.width and fields and len(fields) != self.width:
                reason = wrong_width(len(fields), self.width)
                reason += ": the file looks cut off here" if self._last(source) else ""
            at, self.line = self.line, self.line + len(taken)
            if fields or reason:
                self.width = self.width or len(fields)
                yield Split(at, fields, reason, text, self.line)

    def _reader(self, source: Lines) -> Iterator[list[str]]:
        lines = self._lines(source)
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quotechar, strict=True)

    def _lines(self, source: Lines) -> Iterator[str]:
        waiting = self.waiting
        while True:
            taken = self._taken
            if taken and (len(taken) >= MAX_SPAN or self._tries_left <= 0 or sum(map(len, taken)) > MAX_LINE):
                return
            line = waiting.popleft() if waiting else _next(source)
            if not line:
                return
            taken.append(line)
            yield line

    def _last(self, source: Lines) -> bool:
        if self.granule.ended or self.waiting:
            return False
        following = _next(source)
        if following:
            self.waiting.append(following)
        return not following


def _next(source: Lines) -> str:
    line = source.readline(MAX_LINE)
    if len(line) < MAX_LINE or line.endswith(("\n", "\r")):
        return line
    while (rest := source.readline(MAX_LINE)) and not rest.endswith(("\n", "\r")):
        pass
    return _Cut(line[:500])


def _explained(error: str) -> str:
    if "field larger" in error:
        return f"a field longer than {csv.field_size_limit():,} characters"
    if "expected after" in error:
        return "text follows a closing quotation mark before the next delimiter"
    if "unexpected end" in error:
        return "a quotation mark is opened and not closed"
    return f"the row cannot be split: {error}"


def _unreadable(text: str, granule: Granule) -> str:
    if "\0" in text:
        return "a NUL byte in the row"
    if not granule.clean:
        if "\ufffd" in text and granule.encoding.startswith("utf-16"):
            return "bytes that are not UTF-16"
        if any("\ud800" <= c <= "\udfff" for c in text):
            return f"bytes that are not {'UTF-8' if granule.encoding == 'utf-8-sig' else granule.encoding}"
    return ""


def wrong_width(found: int, expected: int) -> str:
    """Say how many fields there are and how many there should be.

    >>> wrong_width(1, 2)
    '1 field where the header has 2'
    """
    return f"{found} {'field' if found == 1 else 'fields'} where the header has {expected}"
