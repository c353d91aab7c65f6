"""Delimited text as columns, with every row that cannot be split kept beside its reason.

Why not a data-frame reader: those drop or mend what they do not understand, and do not say where. Here a row
has its physical line, a wrong row has its reason, and a lost quotation mark costs one row and not the file.

`read_csv` gives a file at once; `csv_chunks` gives it in pieces, so that a million rows need no more memory
than the records made of them.
"""

from __future__ import annotations

import csv
import difflib
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ceasefire.errors import UnverifiedSource
from ceasefire.model.records import Quarantined
from ceasefire.sources.clocks import dates_only, times
from ceasefire.sources.columns import coordinates, numbers, stable_ids, texts
from ceasefire.sources.granule import MAX_BYTES, inspect
from ceasefire.sources.split import Splitter, wrong_width

__all__ = [
    "MAX_BYTES",
    "Rows",
    "coordinates",
    "csv_chunks",
    "dates_only",
    "numbers",
    "read_csv",
    "stable_ids",
    "texts",
    "times",
]


@dataclass
class Rows:
    """Rows of one file in columns; position i of every column, and of `line`, is the same row."""

    source: str
    """Source as named in the case file."""
    granule: str
    """The file's name."""
    sha256: str
    """SHA-256 of the file's bytes; empty where it was not read."""
    columns: dict[str, list[str]]
    """Column name to texts; all columns have the same length."""
    line: NDArray[np.int64]
    """1-based physical line at which each row begins, shape (n,)."""
    quarantine: list[Quarantined] = field(default_factory=list)
    """Rows that could not be split, or the file itself with line 0."""
    delimiter: str = ","
    """What stands between fields."""

    def __len__(self) -> int:
        return len(self.line)

    def raw(self, row: int) -> str:
        """Rebuild one row's text, cut at 500 characters; rebuilt only when asked, as few rows are bad."""
        out = io.StringIO()
        fields = [column[row] for column in self.columns.values()]
        csv.writer(out, delimiter=self.delimiter, lineterminator="").writerow(fields)
        return out.getvalue()[:500]

    def refuse(self, row: int, reason: str) -> Quarantined:
        """Make the record of one row that cannot be used."""
        return Quarantined(
            source=self.source,
            granule=self.granule,
            line=int(self.line[row]),
            reason=reason,
            row=self.raw(row),
        )


def read_csv(
    path: Path,
    *,
    required: Sequence[str],
    source: str,
    delimiter: str = ",",
    quotechar: str = '"',
    max_bytes: int = MAX_BYTES,
) -> Rows:
    """Read a whole delimited file into columns; never raises over what is in the file.

    Parameters
    ----------
    path
        The file; UTF-8 expected, see `granule.inspect` for the rest.
    required
        Columns that must be there; without one of them the file is one quarantined row with line 0.
    source
        Source as named in the case file.
    delimiter, quotechar
        One character each.
    max_bytes
        A larger file is refused unread.

    Warns
    -----
    UnverifiedSource
        Where the encoding had to be assumed, or rows do not fit it.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "two.csv"
    >>> _ = path.write_text("day,place\\n2025-03-18,Sumy\\n2025-03-19\\n", encoding="utf-8")
    >>> rows = read_csv(path, required=["day", "place"], source="example")
    >>> rows.columns["place"], rows.line.tolist(), rows.quarantine[0].reason
    (['Sumy'], [2], '1 field where the header has 2')
    """
    parts = list(
        csv_chunks(
            path,
            required=required,
            source=source,
            delimiter=delimiter,
            quotechar=quotechar,
            max_bytes=max_bytes,
        )
    )
    whole = parts[0]
    for part in parts[1:]:
        for name, column in part.columns.items():
            whole.columns[name].extend(column)
        whole.quarantine.extend(part.quarantine)
    if len(parts) > 1:
        whole.line = np.concatenate([part.line for part in parts])
    return whole


def csv_chunks(
    path: Path,
    *,
    required: Sequence[str],
    source: str,
    delimiter: str = ",",
    quotechar: str = '"',
    max_bytes: int = MAX_BYTES,
    rows: int = 100_000,
) -> Iterator[Rows]:
    """Read a delimited file piece by piece, at most `rows` rows at a time; at least one piece, maybe empty.

    Parameters are those of `read_csv`. Lines without any character are no rows.
    """
    granule = inspect(path, max_bytes=max_bytes)
    if granule.doubt:
        warnings.warn(UnverifiedSource(granule.doubt), stacklevel=2)

    def piece(columns: dict[str, list[str]], line: list[int], bad: list[Quarantined]) -> Rows:
        at = np.asarray(line, dtype=np.int64)
        return Rows(source, granule.name, granule.sha256, columns, at, bad, delimiter)

    def unread(reason: str, text: str = "") -> Rows:
        bad = Quarantined(source=source, granule=granule.name, line=0, reason=reason, row=text[:500])
        return piece({name: [] for name in required}, [], [bad])

    if granule.problem:
        yield unread(granule.problem)
        return
    splitter = Splitter(granule, delimiter, quotechar)
    escape = "surrogateescape" if not granule.encoding.startswith("utf-16") else "replace"
    with path.open(encoding=granule.encoding, errors=escape, newline="") as file:
        found = splitter.rows(file)
        first = next(found, None)
        if first is None:
            yield unread("the file has no line with text")
            return
        header = [name.strip().lstrip("\ufeff").strip() for name in first[1]]
        wrong = first[2] or _wrong_header(header, required)
        if wrong:
            yield unread(wrong, _shown(delimiter.join(first[1])))
            return
        names = _distinct(header)
        width, first_piece = len(header), True
        kept: list[list[str]] = []
        line: list[int] = []
        bad: list[Quarantined] = []
        for at, fields, unsplit in found:
            reason = unsplit or ("" if len(fields) == width else wrong_width(len(fields), width))
            if not reason:
                kept.append(fields)
                line.append(at)
            else:
                text = _shown(delimiter.join(fields))
                bad.append(Quarantined(source=source, granule=granule.name, line=at, reason=reason, row=text))
            if len(kept) + len(bad) >= rows:
                yield piece(_transpose(kept, names), line, bad)
                kept, line, bad, first_piece = [], [], [], False
        if kept or bad or first_piece:
            yield piece(_transpose(kept, names), line, bad)


def _shown(text: str) -> str:
    """Text that can be written again: what could not be decoded stands as an escape."""
    return text[:500].encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00").rstrip("\r\n")[:500]


def _wrong_header(header: list[str], required: Sequence[str]) -> str:
    missing = [name for name in required if name not in header]
    if missing:
        near = difflib.get_close_matches(missing[0], header, n=1, cutoff=0.5)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        columns = ", ".join(header)
        return f"no column {', '.join(repr(m) for m in missing)}{hint}; the header has: {columns[:300]}"
    twice = [name for name in required if header.count(name) > 1]
    if twice:
        return f"column {twice[0]!r} stands twice in the header"
    return ""


def _distinct(header: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    names = []
    for name in header:
        seen[name] = seen.get(name, 0) + 1
        new = name if seen[name] == 1 else f"{name}.{seen[name]}"
        while new in names:
            new += "."
        names.append(new)
    return names


def _transpose(rows: list[list[str]], names: list[str]) -> dict[str, list[str]]:
    if not rows:
        return {name: [] for name in names}
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
