"""Delimited text as columns, with every row that cannot be split kept beside its reason.

Why not a data-frame reader: those drop or mend what they do not understand, and do not say where. Here a row
has its physical line, a wrong row has its reason, and a lost quotation mark costs one row and not the file.

`read_csv` gives a file at once in lists; `blocks.blocks` gives it in Arrow columns, block by block, so that a
million rows need little more memory than the records made of them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ceasefire.model.records import Quarantined
from ceasefire.sources.blocks import Block, blocks, shown
from ceasefire.sources.clocks import dates_only, times
from ceasefire.sources.columns import coordinates, numbers, stable_ids, texts
from ceasefire.sources.granule import MAX_BYTES

__all__ = [
    "MAX_BYTES",
    "Rows",
    "coordinates",
    "dates_only",
    "numbers",
    "read_csv",
    "refused",
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
        fields = [str(column[row]) for column in self.columns.values()]
        csv.writer(out, delimiter=self.delimiter, lineterminator="").writerow(fields)
        return shown(out.getvalue())

    def refuse(self, row: int, reason: str) -> Quarantined:
        """Make the record of one row that cannot be used."""
        return Quarantined(
            source=self.source,
            granule=self.granule,
            line=int(self.line[row]),
            reason=reason,
            row=self.raw(row),
        )


def refused(block: Block, at: Sequence[int], reasons: Sequence[str]) -> list[Quarantined]:
    """Make the records of a block's rows that cannot be used.

    Parameters
    ----------
    block
        The block.
    at, reasons
        Positions in the block and why, length n.
    """
    few = {name: column.take(at).to_pylist() for name, column in block.columns.items()} if len(at) else {}
    rows = Rows(block.source, block.granule, block.sha256, few, block.line[list(at)], [], block.delimiter)
    return [rows.refuse(i, reason) for i, reason in enumerate(reasons)]


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
        blocks(path, required=required, source=source, delimiter=delimiter, quotechar=quotechar, max_bytes=max_bytes)
    )
    names = list(parts[0].columns)
    return Rows(
        source,
        parts[0].granule,
        parts[0].sha256,
        {name: [text for part in parts for text in part.columns[name].to_pylist()] for name in names},
        np.concatenate([part.line for part in parts]),
        [bad for part in parts for bad in part.quarantine],
        delimiter,
    )
