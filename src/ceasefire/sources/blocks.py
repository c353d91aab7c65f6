"""A delimited file as blocks of Arrow columns: fast where it is well formed, careful where it is not.

Why three ways: Arrow splits a well-formed million rows in a second but says little about a broken row; the careful
way says everything but takes ten times as long. A block goes the fast way only where nothing in it could be read
in two ways: clean UTF-8, every quotation mark beside a delimiter, as many rows as lines, the header's width. Where
rows cover several lines or marks stand inside fields, the csv module takes the whole block at once. Where a row of it
has another width or does not split, its rows go the careful way. All ways give the same rows.
"""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from ceasefire.errors import UnverifiedSource
from ceasefire.model.records import Quarantined
from ceasefire.sources.columns import nearest
from ceasefire.sources.granule import MAX_BYTES, Granule, inspect
from ceasefire.sources.split import MAX_LINE, MAX_SPAN, Split, Splitter

BLOCK_BYTES = 8 << 20
"""Bytes read at a time; memory beside the records is a few times this."""
BLOCK_ROWS = 50_000
"""Rows of one block that went the careful way."""


@dataclass
class Block:
    """Some rows of one file in columns; position i of every column is the same row."""

    source: str
    """Source as named in the case file."""
    granule: str
    """The file's name."""
    sha256: str
    """SHA-256 of the whole file; empty where it was not read."""
    columns: dict[str, pa.Array]
    """Column name to texts."""
    line: NDArray[np.int64]
    """1-based physical line at which each row begins, shape (n,)."""
    content: NDArray[np.int64]
    """Hash of each row's text, good within this run only, shape (n,); equal rows have equal hashes."""
    quarantine: list[Quarantined] = field(default_factory=list)
    """Rows that could not be split, or the file itself with line 0."""
    delimiter: str = ","
    """What stands between fields."""

    def __len__(self) -> int:
        return len(self.line)


def blocks(
    path: Path,
    *,
    required: Sequence[str],
    source: str,
    delimiter: str = ",",
    quotechar: str = '"',
    max_bytes: int = MAX_BYTES,
) -> Iterator[Block]:
    """Read a delimited file block by block; at least one block, maybe empty. Never raises over what is in it.

    Parameters and warnings are those of `rows.read_csv`.
    """
    granule = inspect(path, max_bytes=max_bytes)
    if granule.doubt:
        warnings.warn(UnverifiedSource(granule.doubt), stacklevel=2)
    if granule.problem:
        yield _unread(source, granule, required, granule.problem)
        return
    build = _Builder(source, granule, delimiter)
    try:
        if granule.plain:
            with path.open("rb") as file:
                yield from _fast(file, build, required, quotechar)
        else:
            escape = "replace" if granule.encoding.startswith("utf-16") else "surrogateescape"
            with path.open(encoding=granule.encoding, errors=escape, newline="") as text:
                splitter = Splitter(granule, delimiter, quotechar)
                found = splitter.rows(text)
                wrong = build.header(next(found, None), required)
                if wrong:
                    yield _unread(source, granule, required, *wrong)
                    return
                yield from build.carefully(found)
    except OSError as error:
        yield _unread(source, granule, required, f"reading broke off: {error.strerror}")


class _Builder:
    """Makes blocks of one file from split rows or from bytes."""

    def __init__(self, source: str, granule: Granule, delimiter: str) -> None:
        self.source, self.granule, self.delimiter = source, granule, delimiter
        self.names: list[str] = []

    def header(self, first: Split | None, required: Sequence[str]) -> tuple[str, str] | None:
        """Take the column names, or say what is wrong with them."""
        if first is None:
            return "the file has no line with text", ""
        names = [name.strip().lstrip("\ufeff").strip() for name in first.fields]
        wrong = first.reason or _wrong_header(names, required)
        self.names = _distinct(names)
        return (wrong, shown(first.text)) if wrong else None

    def block(self, columns: dict[str, pa.Array], line: Sequence[int], content: Sequence[int]) -> Block:
        """Make a block of rows that split."""
        return Block(
            self.source,
            self.granule.name,
            self.granule.sha256,
            columns,
            np.asarray(line, dtype=np.int64),
            np.asarray(content, dtype=np.int64),
            [],
            self.delimiter,
        )

    def carefully(self, found: Iterator[Split]) -> Iterator[Block]:
        """Make blocks of rows that were split one by one; at least one block."""
        kept: list[Split] = []
        bad: list[Quarantined] = []
        given = False
        for row in found:
            if not row.reason:
                kept.append(row)
            else:
                name, text = self.granule.name, shown(row.text)
                bad.append(Quarantined(source=self.source, granule=name, line=row.line, reason=row.reason, row=text))
            if len(kept) + len(bad) >= BLOCK_ROWS:
                yield self._of(kept, bad)
                kept, bad, given = [], [], True
        if kept or bad or not given:
            yield self._of(kept, bad)

    def _of(self, kept: list[Split], bad: list[Quarantined]) -> Block:
        table = zip(*(row.fields for row in kept), strict=True) if kept else [()] * len(self.names)
        columns = {n: pa.array(c, type=pa.string()) for n, c in zip(self.names, table, strict=True)}
        content = [hash(row.text.encode("utf-8", "surrogateescape")) for row in kept]
        block = self.block(columns, [row.line for row in kept], content)
        block.quarantine = bad
        return block


class _Decoded:
    """Lines of a binary file that is known to be clean UTF-8."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def readline(self, limit: int, /) -> str:
        line = self.file.readline(limit)
        text = line.decode("utf-8", "replace")
        return text if len(line) < limit else text.ljust(limit)  # so that a cut line still counts as too long


def _fast(file: IO[bytes], build: _Builder, required: Sequence[str], quotechar: str) -> Iterator[Block]:
    granule, source = build.granule, _Decoded(file)
    if file.read(3) != b"\xef\xbb\xbf":
        file.seek(0)
    splitter = Splitter(granule, build.delimiter, quotechar)
    first = next(splitter.rows(source), None)
    wrong = build.header(first, required)
    if wrong:
        yield _unread(build.source, granule, required, *wrong)
        return
    line, width, given = splitter.line, len(build.names), False
    start = file.tell()
    while not splitter.waiting and (data := file.read(BLOCK_BYTES)):
        rest = b"" if data.endswith(b"\n") else file.readline(MAX_LINE)
        stop = start + len(data) + (len(rest) if len(rest) < MAX_LINE else 0)
        block = _split_in_bulk(data + rest, build, line, quotechar) if len(rest) < MAX_LINE else None
        if block is not None:
            data += rest
            yield block
            line += data.count(b"\n") + (not data.endswith(b"\n"))
        else:
            file.seek(start)
            splitter = Splitter(granule, build.delimiter, quotechar, width=width, line=line)
            yield from build.carefully(_until(splitter, source, file, stop))
            line = splitter.line
        given = True
        start = file.tell()
    if not given:
        yield build.block({name: pa.array([], type=pa.string()) for name in build.names}, [], [])


def _until(splitter: Splitter, source: _Decoded, file: IO[bytes], stop: int) -> Iterator[Split]:
    """Split row by row until the block is used up and no line waits to be split again."""
    for row in splitter.rows(source):
        yield row
        if file.tell() >= stop and not splitter.waiting:
            return


def _split_in_bulk(data: bytes, build: _Builder, line: int, quotechar: str) -> Block | None:
    block = _split_fast(data, build, line, quotechar)
    return _split_at_once(data, build, line, quotechar) if block is None else block


def _split_fast(data: bytes, build: _Builder, line: int, quotechar: str) -> Block | None:
    """Split a block of whole lines in bulk; None where any of it could be read in two ways."""
    mark = quotechar.encode()
    if len(mark) != 1 or len(build.delimiter.encode()) != 1 or not _quotes_are_plain(data, build.delimiter, mark):
        return None
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    if max(map(len, lines)) >= MAX_LINE // 10:
        return None
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(data),
            read_options=pa_csv.ReadOptions(
                column_names=build.names, use_threads=False, block_size=max(len(data) + 1, 1 << 10)
            ),
            parse_options=pa_csv.ParseOptions(delimiter=build.delimiter, quote_char=quotechar, newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: pa.string() for name in build.names},
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != len(lines) or not _ends_closed(lines[-1], build, quotechar):
        return None
    columns = {name: table.column(name).combine_chunks() for name in build.names}
    content = [hash(text.rstrip(b"\r")) for text in lines] if b"\r" in data else list(map(hash, lines))
    return build.block(columns, range(line, line + len(lines)), content)


def _split_at_once(data: bytes, build: _Builder, line: int, quotechar: str) -> Block | None:
    """Split a block of whole lines with the csv module; None where a row does not split, or not to the right width."""
    raw = data.removesuffix(b"\n").split(b"\n")
    if max(map(len, raw)) >= MAX_LINE - 1:
        return None
    reader = csv.reader(
        (text + "\n" for text in data.decode("utf-8").removesuffix("\n").split("\n")),
        delimiter=build.delimiter,
        quotechar=quotechar,
        strict=True,
    )
    rows, begin, content, width, before = [], [], [], len(build.names), 0
    try:
        for fields in reader:
            after = reader.line_num
            if fields:
                text = (
                    b"\n".join(raw[before:after]).rstrip(b"\r\n") if after > before + 1 else raw[before].rstrip(b"\r")
                )
                if len(fields) != width or after - before >= MAX_SPAN or len(text) >= MAX_LINE:
                    return None
                rows.append(fields)
                begin.append(line + before)
                content.append(hash(text))
            before = after
    except csv.Error:
        return None
    table = zip(*rows, strict=True) if rows else [()] * width
    columns = {name: pa.array(column, type=pa.string()) for name, column in zip(build.names, table, strict=True)}
    return build.block(columns, begin, content)


def _quotes_are_plain(data: bytes, delimiter: str, mark: bytes) -> bool:
    """Tell whether every quotation mark opens a field or closes one, doubled ones inside a field apart."""
    if mark not in data:
        return True
    cut = delimiter.encode()
    text = b"\n" + data.replace(mark + mark, b"") + b"\n"
    before, after = (cut, b"\n"), (cut, b"\n", b"\r")
    if any(b + mark + a in text for b in before for a in after):
        return False
    return text.count(mark) == sum(text.count(b + mark) for b in before) + sum(text.count(mark + a) for a in after)


def _ends_closed(last: bytes, build: _Builder, quotechar: str) -> bool:
    """Tell whether a block's last line closes its quotation marks: Arrow does not mind, and a lost one costs a line
    break, and so a row, anywhere but there."""
    reader = csv.reader([last.decode("utf-8")], delimiter=build.delimiter, quotechar=quotechar, strict=True)
    try:
        return len(next(reader, [])) == len(build.names)
    except csv.Error:
        return False


def _unread(source: str, granule: Granule, required: Sequence[str], reason: str, text: str = "") -> Block:
    bad = Quarantined(source=source, granule=granule.name, line=0, reason=reason, row=text)
    none = np.zeros(0, dtype=np.int64)
    columns = {name: pa.array([], type=pa.string()) for name in required}
    return Block(source, granule.name, granule.sha256, columns, none, none, [bad])


def shown(text: str) -> str:
    """Cut a text at 500 characters and make it storable: what could not be decoded stands as an escape.

    >>> shown("a\\0b")
    'a\\\\x00b'
    """
    return text[:500].encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")[:500]


def _wrong_header(header: list[str], required: Sequence[str]) -> str:
    missing = [name for name in required if name not in header]
    if missing:
        columns = ", ".join(header)[:300]
        names = ", ".join(map(repr, missing))
        return f"no column {names}{nearest(missing[0], header)}; the header has: {columns}"
    twice = [name for name in required if header.count(name) > 1]
    return f"column {twice[0]!r} stands twice in the header" if twice else ""


def _distinct(header: list[str]) -> list[str]:
    names: list[str] = []
    for name in header:
        new, k = name, 1
        while new in names:
            k += 1
            new = f"{name}.{k}"
        names.append(new)
    return names
