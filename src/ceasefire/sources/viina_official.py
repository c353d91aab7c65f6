"""VIINA's own yearly tables, reports and labels, put together into the columns of the monthly files.

The project publishes two tables a year: `event_info` (place, time, headline, link) and `event_labels` (what a
classifier makes of the headline), joined by `event_id`. Here each report gets its labels as one cell, so that the
two layouts are read by the same rules. A report without labels is read without an act and said so.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ceasefire.errors import UnverifiedSource
from ceasefire.sources.blocks import blocks
from ceasefire.sources.rows import Rows

INFO = ("event_id", "date", "time", "asciiname", "longitude", "latitude", "text")
"""Columns by which a table of reports is known."""
MORE = ("url", "GEO_PRECISION")
"""Columns that are read where they are there."""


def layout(path: Path) -> str:
    """Tell which table of VIINA's a file is by its header: `info`, `labels`, or '' for anything else.

    >>> layout(Path("no-such-file.csv"))
    ''
    """
    if not path.is_file():
        return ""
    try:
        with path.open("rb") as file:
            head = file.readline(20_000).decode("utf-8-sig", "replace")
    except OSError:
        return ""
    names = {name.strip().strip('"') for name in head.rstrip("\r\n").split(",")}
    if set(INFO) <= names:
        return "info"
    return "labels" if "event_id" in names and any(n.startswith("t_") and n.endswith("_b") for n in names) else ""


def read_labels(paths: Sequence[Path], *, source: str, max_bytes: int) -> tuple[dict[str, str], list[Rows]]:
    """Read tables of labels: event id to its labels, joined by `|`; and the files without their rows."""
    cells: dict[str, str] = {}
    files: list[Rows] = []
    for path in paths:
        lines = np.zeros(0, np.int64)
        for block in blocks(path, required=("event_id",), source=source, max_bytes=max_bytes):
            tags = [name for name in block.columns if name.startswith("t_") and name.endswith("_b")]
            on = [pc.is_in(block.columns[t], value_set=_ONE).to_numpy(zero_copy_only=False) for t in tags]
            short = [tag.removeprefix("t_").removesuffix("_b") for tag in tags]
            for i, event in enumerate(block.columns["event_id"].to_pylist()):
                cells[event] = "|".join(tag for tag, column in zip(short, on, strict=True) if column[i])
            if not files or files[-1].granule != block.granule:
                files.append(Rows(source, block.granule, block.sha256, {}, lines, []))
            files[-1].quarantine.extend(block.quarantine)
    return cells, files


def read_reports(path: Path, cells: dict[str, str], *, source: str, max_bytes: int) -> Rows:
    """Read a table of reports into the columns of the monthly files, with `url` and `GEO_PRECISION` beside them."""
    columns: dict[str, list[str]] = {name: [] for name in (*INFO, *MORE)}
    lines, quarantine, granule, digest = [np.zeros(0, np.int64)], [], path.name, ""
    for block in blocks(path, required=INFO, source=source, max_bytes=max_bytes):
        granule, digest = block.granule, block.sha256
        for name, column in columns.items():
            column.extend(block.columns[name].to_pylist() if name in block.columns else [""] * len(block))
        lines.append(block.line)
        quarantine.extend(block.quarantine)
    unlabelled = sum(event not in cells for event in columns["event_id"])
    if unlabelled:
        message = f"{granule}: {unlabelled} of {len(columns['event_id'])} reports have no labels; they tell of no act"
        warnings.warn(UnverifiedSource(message), stacklevel=3)
    named = {
        "datetime": [_when(d, t) for d, t in zip(columns["date"], columns["time"], strict=True)],
        "lon": columns["longitude"],
        "lat": columns["latitude"],
        "place_name": columns["asciiname"],
        "event_type": [cells.get(event, "") for event in columns["event_id"]],
        "headline": columns["text"],
        "url": columns["url"],
        "GEO_PRECISION": columns["GEO_PRECISION"],
    }
    return Rows(source, granule, digest, named, np.concatenate(lines), quarantine)


_ONE = pa.array(["1", "1.0", "TRUE", "True", "true"])


def _when(date: str, clock: str) -> str:
    """Date (YYYYMMDD) and time (HH:MM, may be empty) in the monthly files' form; anything else as it stands.

    >>> _when("20250319", "7:05"), _when("20250319", "")
    ('2025-03-19 07:05:00', '2025-03-19 00:00:00')
    """
    date, clock = date.strip(), clock.strip()
    if len(date) != 8 or not date.isdigit():
        return f"{date} {clock}".strip()
    return f"{date[:4]}-{date[4:6]}-{date[6:]} {(clock or '00:00').zfill(5)[:5]}:00"
