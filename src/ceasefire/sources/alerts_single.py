"""Single air-raid alerts with begin and end, as officials or volunteers noted them.

Why the volunteers' assumed ends matter: where they did not see an alert end, the file says `naive=True` and gives an
end exactly 30 minutes after the begin. Such an alert may have been longer, so its summary says so and a doubt is
raised. Alerts of one region that overlap or touch are one alert, whichever part of the region they were for.

Columns read: `started_at`, `finished_at`, `region` or `oblast`; `naive`, `level`, `raion` where they are there. Times
carry their offset (UTC).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ceasefire.errors import AssumedPrecision
from ceasefire.geo import regions
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.records import Look, Observation, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.rows import Rows, read_csv, stable_ids, times

PRODUCT = "alerts_single"
LONGEST_DAYS = 30
"""A longer single alert is a missing end, not an alert."""
ASSUMED_MINUTES = 30


def read(
    paths: Sequence[Path],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any] = {},
) -> Intake:
    """Read single alerts into observations and looks, one each per merged alert that begins in the window.

    Parameters
    ----------
    paths
        Files.
    source
        Source as named in the case file.
    window
        Period of the case.
    options
        `quality`: usable fraction of a look (default 1); `reliability`, `credibility`: Admiralty marks.

    Warns
    -----
    AssumedPrecision
        Once, where ends were assumed by the file.
    """
    total = Count()
    quarantine: list[Quarantined] = []
    tables: list[Table[Observation]] = []
    files: list[tuple[str, str]] = []
    assumed = 0
    for path in paths:
        rows = read_csv(path, required=("started_at", "finished_at"), source=source)
        files.append((rows.granule, rows.sha256))
        quarantine += rows.quarantine
        total += Count(rows=len(rows.quarantine), quarantined=len(rows.quarantine))
        table, count, bad, guessed = _alerts(rows, source=source, window=window, options=options)
        tables.append(table)
        quarantine += bad
        total += count
        assumed += guessed
    if assumed:
        doubt = f"{source}: the end of {assumed} alerts was assumed, {ASSUMED_MINUTES} minutes after their begin"
        warnings.warn(AssumedPrecision(doubt), stacklevel=2)
    observations = Table.concat(Observation, tables)
    return Intake(
        observations=observations,
        looks=_looks(observations, float(options.get("quality", 1.0))),
        quarantine=Table.of(Quarantined, quarantine),
        count=total,
        files=tuple(files),
    )


def merge(
    group: npt.NDArray[Any], start: npt.NDArray[np.datetime64], end: npt.NDArray[np.datetime64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.datetime64]]:
    """Merge intervals of one group that overlap or touch.

    Parameters
    ----------
    group, start, end
        Group and interval of each row, shape (n,).

    Returns
    -------
    For each row the position of the first row of its merged interval, and that interval's end, shape (n,) each.

    >>> at = np.array(["2024-01-01T10:00", "2024-01-01T10:20", "2024-01-01T12:00"], dtype="datetime64[s]")
    >>> first, until = merge(np.array(["UA-53"] * 3), at, at + np.timedelta64(1800, "s"))
    >>> first.tolist(), str(until[0])
    ([0, 0, 2], '2024-01-01T10:50:00')
    """
    order = np.lexsort((end, start, group.astype(str)))
    first = np.arange(len(order))
    until = end.copy()
    head = -1
    for i in order.tolist():
        if head >= 0 and group[i] == group[head] and start[i] <= until[head]:
            until[head] = max(until[head], end[i])
            first[i] = head
        else:
            head = i
    return first, until[first]


def _alerts(
    rows: Rows, *, source: str, window: Window, options: Mapping[str, Any]
) -> tuple[Table[Observation], Count, list[Quarantined], int]:
    column = rows.columns
    name = column.get("region") or column.get("oblast") or [""] * len(rows)
    naive = np.asarray([v.strip().lower() == "true" for v in column.get("naive", [""] * len(rows))], dtype=bool)
    start, bad_start = times(column["started_at"], "UTC")
    end, bad_end = times(column["finished_at"], "UTC")
    inside = ~bad_start & (start >= _np(window.start)) & (start < _np(window.end))
    codes = {n: regions.code_of(n, country="UA") for n in dict.fromkeys(name)}
    level = column.get("level", [""] * len(rows))
    raion = column.get("raion", [""] * len(rows))
    bad: list[Quarantined] = []
    good: list[int] = []
    seen: set[tuple[str, ...]] = set()
    duplicates = 0
    for i in np.flatnonzero(inside | bad_start).tolist():
        reason = ""
        if bad_start[i] or bad_end[i]:
            field = "started_at" if bad_start[i] else "finished_at"
            reason = f"{field} is no time: {column[field][i][:40]!r} (a time like 2024-01-05 18:36:21+00:00)"
        elif not codes[name[i]]:
            reason = f"no region of Ukraine is called {name[i][:60]!r}"
        elif end[i] < start[i]:
            reason = "the alert ends before it begins"
        elif end[i] - start[i] > np.timedelta64(LONGEST_DAYS, "D"):
            reason = f"longer than {LONGEST_DAYS} days: the end looks missing"
        if reason:
            bad.append(rows.refuse(i, reason))
            continue
        key = (codes[name[i]], column["started_at"][i], column["finished_at"][i], level[i], raion[i], str(naive[i]))
        duplicates += key in seen
        if key not in seen:
            seen.add(key)
            good.append(i)
    at = np.asarray(good, dtype=np.int64)
    code = np.asarray([codes[name[i]] for i in good], dtype=object)
    first, until = merge(code, start[at], end[at])
    heads = np.flatnonzero(first == np.arange(len(at)))
    guessed = np.zeros(len(at), dtype=bool)
    np.logical_or.at(guessed, first, naive[at] & (end[at] == until))
    table = _table(rows, at[heads], code[heads], start[at][heads], until[heads], guessed[heads], source, options)
    outside = int(np.sum(~inside & ~bad_start))
    count = Count(len(good) + duplicates + len(bad), len(good), duplicates, len(bad), outside)
    return table, count, bad, int(naive[at].sum())


def _table(
    rows: Rows,
    at: npt.NDArray[np.int64],
    code: npt.NDArray[Any],
    start: npt.NDArray[np.datetime64],
    end: npt.NDArray[np.datetime64],
    guessed: npt.NDArray[np.bool_],
    source: str,
    options: Mapping[str, Any],
) -> Table[Observation]:
    if not len(at):
        return Table.empty(Observation)
    discs = np.asarray([regions.disc(str(c)) for c in code])
    minutes = (end - start).astype(np.int64) / 60
    long = [f"{m:.1f}".removesuffix(".0") for m in minutes]
    return Table.from_columns(
        Observation,
        {
            "id": stable_ids("o", source, rows.granule, [str(s) for s in start], [str(c) for c in code]),
            "source": source,
            "product": PRODUCT,
            "granule": rows.granule,
            "line": rows.line[at],
            "evidence": rows.sha256,
            "channel": "alert",
            "procedure": "alert",
            "start": start,
            "end": np.maximum(end, start + np.timedelta64(1, "s")),
            "reported": start,
            "lon": discs[:, 0],
            "lat": discs[:, 1],
            "radius_km": discs[:, 2],
            "region": [str(c) for c in code],
            "act": "alert",
            "reliability": str(options.get("reliability", "F")),
            "credibility": int(options.get("credibility", 6)),
            "summary": [
                f"Air-raid alert for {'at least ' if g else ''}{m} minutes" + (" (its end was not seen)" if g else "")
                for m, g in zip(long, guessed, strict=True)
            ],
        },
    )


def _looks(observations: Table[Observation], quality: float) -> Table[Look]:
    if not len(observations):
        return Table.empty(Look)
    o = observations.column
    return Table.from_columns(
        Look,
        {
            "id": ["l" + i[1:] for i in o("id")],
            "source": o("source"),
            "channel": "alert",
            "region": o("region"),
            "start": o("start"),
            "end": o("end"),
            "acts": [("attack.air",)] * len(observations),
            "quality": quality,
        },
    )


def _np(when: Any) -> np.datetime64:
    return np.datetime64(int(when.timestamp()), "s")
