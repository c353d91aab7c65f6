"""Rows of FIRMS tables: columns under one name in every layout, satellites under one spelling, times of passes.

Used twice: by `firms`, which makes observations of a case's rows, and by `firms_history`, which reads earlier years.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ceasefire.model.records import Quarantined
from ceasefire.sources.clocks import Times
from ceasefire.sources.rows import Rows, dates_only, read_csv, times

SATELLITES = {
    "n": "Suomi NPP",
    "viirs_snpp_nrt": "Suomi NPP",
    "viirs_snpp_sp": "Suomi NPP",
    "1": "NOAA-20",
    "n20": "NOAA-20",
    "viirs_noaa20_nrt": "NOAA-20",
    "viirs_noaa20_sp": "NOAA-20",
    "2": "NOAA-21",
    "n21": "NOAA-21",
    "viirs_noaa21_nrt": "NOAA-21",
    "viirs_noaa21_sp": "NOAA-21",
    "suomi npp": "Suomi NPP",
    "noaa-20": "NOAA-20",
    "noaa-21": "NOAA-21",
    "terra": "Terra",
    "t": "Terra",
    "aqua": "Aqua",
    "a": "Aqua",
}
"""Satellite by each spelling that FIRMS or its users give it, in lower case."""
MODIS = ("Terra", "Aqua")


COLUMNS = {
    "lat": ("latitude", "_lat"),
    "lon": ("longitude", "_lon"),
    "date": ("acq_date",),
    "time": ("acq_time",),
    "satellite": ("satellite",),
    "instrument": ("instrument",),
    "scan": ("scan",),
    "track": ("track",),
    "confidence": ("confidence",),
    "type": ("type",),
}
"""Our name of a column, and its spellings in lower case, in the order in which they are asked."""


@dataclass(frozen=True)
class Pixels:
    """Rows of several files behind one another; position i of every column is the same row."""

    parts: tuple[Rows, ...]
    """The files."""
    columns: dict[str, list[str]]
    """Our name of a column to its stripped texts."""
    owner: NDArray[np.int64]
    """Which file each row is of, shape (n,)."""
    line: NDArray[np.int64]
    """1-based line of each row in its file, shape (n,)."""

    def __len__(self) -> int:
        return len(self.line)

    @property
    def satellite(self) -> list[str]:
        """Satellite of each row under one spelling; as written where the spelling is not known, '' where not told."""
        return [SATELLITES.get(name.lower(), name) for name in self.columns["satellite"]]

    @property
    def blank(self) -> NDArray[np.bool_]:
        """Rows without a date and a place, shape (n,)."""
        return np.array([not (d or x) for d, x in zip(self.columns["date"], self.columns["lat"], strict=True)], bool)

    def refuse(self, row: int, reason: str) -> Quarantined:
        """Make the record of one row that cannot be used."""
        first = int(np.searchsorted(self.owner, self.owner[row]))
        part: Rows = self.parts[self.owner[row]]
        return part.refuse(row - first, reason)


def read_pixels(paths: Sequence[Path], *, source: str, max_bytes: int) -> Pixels:
    """Read files of any layout.

    Parameters
    ----------
    paths
        CSV files; the layout of each is told by its header. One without position and date is one quarantined row.
    source
        Source as named in the case file.
    max_bytes
        Larger files are refused.
    """
    parts = tuple(_with_layout(path, source, max_bytes) for path in paths)
    columns = {
        name: [text.strip() for rows in parts for text in _column(rows, *spellings)]
        for name, spellings in COLUMNS.items()
    }
    owner = np.repeat(np.arange(len(parts)), [len(rows) for rows in parts])
    return Pixels(parts, columns, owner, np.concatenate([np.zeros(0, np.int64), *(rows.line for rows in parts)]))


def _with_layout(path: Path, source: str, max_bytes: int) -> Rows:
    """Read a file; one without position and date in its header is one quarantined row."""
    rows = read_csv(path, required=(), source=source, max_bytes=max_bytes)
    lower = {name.lower() for name in rows.columns}
    missing = [name for name in ("lat", "lon", "date") if rows.sha256 and not lower & set(COLUMNS[name])]
    if missing and not (rows.quarantine and rows.quarantine[0].line == 0):
        wanted = ", ".join("/".join(COLUMNS[name]) for name in missing)
        header = ", ".join(rows.columns)[:300]
        reason = f"no column {wanted}; the header has: {header}"
        bad = Quarantined(source=source, granule=rows.granule, line=0, reason=reason, row=header)
        return Rows(source, rows.granule, rows.sha256, {}, np.zeros(0, np.int64), [bad])
    return rows


def _column(rows: Rows, *spellings: str) -> list[str]:
    """The first filled text of a row among a column's spellings."""
    found = [rows.columns[name] for want in spellings for name in rows.columns if name.lower() == want]
    if len(found) < 2:
        return found[0] if found else [""] * len(rows)
    return [next((text for text in row if text.strip()), "") for row in zip(*found, strict=True)]


def passes(date: list[str], clock: list[str]) -> tuple[Times, NDArray[np.bool_], Times, NDArray[np.bool_]]:
    """Give time of the pass, whether only its day is known, the day, and what is no time; all UTC, shape (n,)."""
    digits = [text.replace(":", "") for text in clock]
    padded = [text.zfill(4) if text.isascii() and text.isdigit() and len(text) <= 4 else text for text in digits]
    unreadable = np.array([bool(t) and not (t.isdigit() and len(t) == 4) for t in padded], dtype=bool)
    texts = [f"{d}T{t[:2]}:{t[2:]}" if t and len(d) == 10 else d for d, t in zip(date, padded, strict=True)]
    passed, bad = times(texts)
    bad = bad | unreadable
    passed[bad] = np.datetime64("NaT")
    return passed, np.asarray(dates_only(texts), dtype=bool), passed.astype("datetime64[D]").astype("M8[s]"), bad
