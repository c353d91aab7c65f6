"""A page of records as an API answers it (JSON), read into the same columns as a table.

Why not turned into a table when it is fetched: the evidence is what the service sent, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.model.records import Quarantined
from ceasefire.sources.blocks import shown
from ceasefire.sources.granule import inspect
from ceasefire.sources.rows import Rows

MAX_PAGE_BYTES = 50_000_000
"""Largest page, bytes: a page is parsed as a whole."""


def read_page(
    path: Path, *, required: Sequence[str], source: str, max_bytes: int = MAX_PAGE_BYTES, records: str = "Result"
) -> Rows:
    """Read a JSON page into columns of text; never raises over what is in the file.

    Parameters
    ----------
    path
        A JSON object that holds a list of records.
    required
        Fields that every record must have; a record without one is quarantined. `line` counts records from 1.
    source
        Source as named in the case file.
    max_bytes
        A larger file is refused unread.
    records
        Name of the list.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "page.json"
    >>> _ = path.write_text('{"Result": [{"id": 1, "best": 3}, {"id": 2}]}', encoding="utf-8")
    >>> rows = read_page(path, required=["id", "best"], source="example")
    >>> rows.columns, rows.quarantine[0].reason
    ({'id': ['1'], 'best': ['3']}, "no field 'best'")
    """
    granule = inspect(path, max_bytes=max_bytes)
    bad: list[Quarantined] = []
    kept: list[dict[str, Any]] = []
    line: list[int] = []
    problem, found = granule.problem, list[Any]()
    if not problem:
        try:
            page = json.loads(path.read_bytes())
            if isinstance(page, dict) and isinstance(page.get(records), list):
                found = page[records]
            else:
                problem = f"no list {records!r} in the page"
        except (ValueError, RecursionError, OSError) as error:
            problem = f"not a JSON page: {error}"[:300]
    if problem:
        bad.append(Quarantined(source=source, granule=granule.name, line=0, reason=problem, row=""))
    for k, record in enumerate(found, start=1):
        lacks = [name for name in required if not isinstance(record, dict) or name not in record]
        if lacks:
            text = shown(json.dumps(record)[:500])
            reason = f"no field {lacks[0]!r}" if isinstance(record, dict) else "not a record"
            bad.append(Quarantined(source=source, granule=granule.name, line=k, reason=reason, row=text))
        else:
            kept.append(record)
            line.append(k)
    names = list(dict.fromkeys([*required, *(str(name) for record in kept for name in record)]))
    columns = {name: [_text(record.get(name)) for record in kept] for name in names}
    return Rows(source, granule.name, granule.sha256, columns, np.asarray(line, dtype=np.int64), bad)


def _text(value: Any) -> str:
    """A scalar as text that can be stored; '' for nothing, JSON for anything else."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
