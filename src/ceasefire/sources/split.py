"""Lines to fields, where a lost quotation mark costs one row and not the rest of the file.

Why not the csv module alone: one quotation mark that is never closed makes it swallow every row up to the next
one. Here a row that spans lines and does not fit is given back, and splitting goes on with its second line.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import IO

from ceasefire.sources.granule import Granule

MAX_LINE = 1 << 20
"""Longest line, characters; a longer one is one quarantined row."""
MAX_SPAN = 500
"""Most physical lines that one row may cover; past it a quotation mark was lost."""


class Splitter:
    """Splits lines into fields; a row that does not split is given back to be split from its second line on."""

    def __init__(self, granule: Granule, delimiter: str, quotechar: str) -> None:
        self.granule = granule
        self.delimiter = delimiter
        self.quotechar = quotechar
        self.waiting: deque[str] = deque()
        self.taken: list[str] = []
        self.tries_left = 1_000_000

    def lines(self, file: IO[str]) -> Iterator[str]:
        waiting, readline = self.waiting, file.readline
        while True:
            taken = self.taken
            if taken and (len(taken) >= MAX_SPAN or self.tries_left <= 0 or sum(map(len, taken)) > 4 * MAX_LINE):
                return
            line = waiting.popleft() if waiting else readline(MAX_LINE)
            if not line:
                return
            taken.append(line)
            yield line

    def rows(self, file: IO[str]) -> Iterator[tuple[int, list[str], str]]:
        """Give (line, fields, reason); the reason is empty for a row that split."""
        at, width = 1, 0
        suspicious = self.granule.nul or not self.granule.clean
        reader = self._reader(file)
        while True:
            taken: list[str] = []
            self.taken = taken
            try:
                fields, reason = next(reader), ""
            except StopIteration:
                if not taken:
                    return
                fields, reason = taken, "a quotation mark is opened and not closed"
            except csv.Error as error:
                fields, reason = taken, _explained(str(error))
            if len(taken) == 1 and not reason:
                line = taken[0]
                if len(line) >= MAX_LINE and not line.endswith(("\n", "\r")):
                    self._skip_line(file)
                    reason = f"a line longer than {MAX_LINE:,} characters"
                    fields = taken
            elif len(taken) > 1 and (reason or (width and len(fields) != width)):
                reason = reason or f"{wrong_width(len(fields), width)}, over {len(taken)} lines"
                fields = taken[:1]
                self.waiting.extendleft(reversed(taken[1:]))
                self.tries_left -= len(taken)
                reader = self._reader(file)
                taken = taken[:1]
            elif reason:
                if len(taken[0]) >= MAX_LINE and not taken[0].endswith(("\n", "\r")):
                    self._skip_line(file)
                fields = taken
                reader = self._reader(file)
            if suspicious and not reason:
                reason = _unreadable("".join(taken), self.granule)
            if not reason and width and len(fields) != width and fields and self._last(file):
                reason = f"{wrong_width(len(fields), width)}: the file looks cut off here"
            if fields:
                width = width or len(fields)
                yield at, fields, reason
            at += len(taken)

    def _reader(self, file: IO[str]) -> Iterator[list[str]]:
        return csv.reader(
            self.lines(file),
            delimiter=self.delimiter,
            quotechar=self.quotechar,
            strict=True,
        )

    def _skip_line(self, file: IO[str]) -> None:
        while (rest := file.readline(MAX_LINE)) and not rest.endswith(("\n", "\r")):
            pass

    def _last(self, file: IO[str]) -> bool:
        if self.granule.ended or self.waiting:
            return False
        following = file.readline(MAX_LINE)
        if following:
            self.waiting.append(following)
        return not following


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
