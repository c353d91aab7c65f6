"""Daily counts or amounts per region, as an effect is estimated from: one number a region and day, none made up.

Two products: `daily`, a plain table with the columns `date`, `region`, `count` and, where looks were lost, `exposure`
(1 where the column is absent); and `alerts`, the table of `sources.alerts`. A day without a row, or whose row cannot be
used, has exposure 0: it is unknown, not quiet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from ceasefire.errors import SourceError
from ceasefire.geo import regions
from ceasefire.model.daily import Daily
from ceasefire.model.intake import Count, Window
from ceasefire.model.records import Quarantined
from ceasefire.sources import alerts
from ceasefire.sources.rows import Rows, numbers, read_csv, times

COLUMNS: tuple[str, ...] = ("date", "region", "count", "exposure")
"""Columns of the product `daily`; `exposure` may be left out."""
PRODUCTS: tuple[str, ...] = ("daily", "alerts")
MOST_DAYS = 20_000
"""A series of more than 54 years is a mistyped date."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class DailyIntake:
    """A series, read."""

    daily: Daily
    """Counts by region and day."""
    quarantine: tuple[Quarantined, ...]
    """Rows that could not be used."""
    count: Count
    """Rows, which add up."""
    files: tuple[tuple[str, str], ...]
    """File name and SHA-256."""


def read(
    paths: Sequence[Path],
    *,
    source: str,
    product: str = "daily",
    clock: str = "UTC",
    since: date | None = None,
    until: date | None = None,
) -> DailyIntake:
    """Read a daily series.

    Parameters
    ----------
    paths
        Files.
    source
        Id of the series as named in the case file.
    product
        `daily` or `alerts`.
    clock
        IANA clock whose days are meant; `alerts` are days in Kyiv whatever is said here.
    since, until
        First and last day used; all where None.

    Raises
    ------
    SourceError
        An unknown product, or no usable row at all; the first reasons are named.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "series.csv"
    >>> _ = path.write_text("date,region,count\\n2025-03-01,UA-53,4\\n2025-03-03,UA-53,nan\\n2025-03-03,UA-59,2\\n")
    >>> got = read([path], source="example")
    >>> got.daily.regions, got.daily.count.tolist(), got.daily.exposure.tolist()
    (('UA-53', 'UA-59'), [[4.0, 0.0, 0.0], [0.0, 0.0, 2.0]], [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    >>> got.quarantine[0].reason
    "the count is not a number from 0 up: 'nan'"
    """
    if product not in PRODUCTS:
        raise SourceError(f"unknown product of a daily series: {product!r} (known: {', '.join(PRODUCTS)})")
    cells: dict[tuple[str, str], tuple[float, float]] = {}
    if product == "alerts":
        bad, count, files = _alerts(paths, cells, source, since, until)
        clock = alerts.CLOCK
    else:
        bad, count, files = _tables(paths, cells, source, since, until)
    if not cells:
        reasons = "; ".join(f"{q.granule}:{q.line}: {q.reason}" for q in bad[:3])
        raise SourceError(f"the series {source!r} has no usable row{f' ({reasons})' if reasons else ''}")
    return DailyIntake(_matrix(cells, clock), tuple(bad), count, files)


def _tables(
    paths: Sequence[Path],
    cells: dict[tuple[str, str], tuple[float, float]],
    source: str,
    since: date | None,
    until: date | None,
) -> tuple[list[Quarantined], Count, tuple[tuple[str, str], ...]]:
    bad: list[Quarantined] = []
    files, total = [], Count()
    for path in paths:
        rows = read_csv(path, required=COLUMNS[:3], source=source)
        files.append((rows.granule, rows.sha256))
        bad += rows.quarantine
        found, count = _one_table(rows, cells, since, until)
        bad += found
        total += count + Count(rows=len(rows.quarantine), quarantined=len(rows.quarantine))
    return bad, total, tuple(files)


def _one_table(
    rows: Rows, cells: dict[tuple[str, str], tuple[float, float]], since: date | None, until: date | None
) -> tuple[list[Quarantined], Count]:
    text = rows.columns["date"]
    counted, wrong = numbers(rows.columns["count"])
    seen, unread = numbers(rows.columns.get("exposure", ["1"] * len(rows)))
    _, undated = times([f"{d.strip()} 12:00" for d in text], "UTC")
    bad: list[Quarantined] = []
    used = duplicates = outside = 0
    for i in range(len(rows)):
        day, code = text[i].strip(), rows.columns["region"][i].strip()
        reason = ""
        if undated[i] or not _DAY.fullmatch(day):
            reason = f"no date: {day[:40]!r} (a date like 2025-03-18)"
        elif not regions.match(code):
            reason = f"no region or country has the code {code[:40]!r} (ISO 3166, such as UA-53 or UA)"
        elif (since and day < since.isoformat()) or (until and day > until.isoformat()):
            outside += 1
            continue
        elif unread[i] or not np.isfinite(seen[i]) or seen[i] < 0:
            reason = f"the exposure is not a number from 0 up: {rows.columns['exposure'][i][:40]!r}"
        elif (wrong[i] or not np.isfinite(counted[i]) or counted[i] < 0) and seen[i] > 0:
            reason = f"the count is not a number from 0 up: {rows.columns['count'][i][:40]!r}"
        elif seen[i] == 0 and counted[i] > 0:
            reason = "something was counted although the exposure is 0"
        elif (code, day) in cells and cells[code, day] != (counted[i], seen[i]):
            reason = f"contradicts an earlier row of {code} and {day}, which gives {cells[code, day][0]:g}"
        if reason:
            bad.append(rows.refuse(i, reason))
        elif (code, day) in cells:
            duplicates += 1
        else:
            cells[code, day] = (float(counted[i]) if seen[i] > 0 else 0.0, float(seen[i]))
            used += 1
    return bad, Count(used + duplicates + len(bad), used, duplicates, len(bad), outside)


def _alerts(
    paths: Sequence[Path],
    cells: dict[tuple[str, str], tuple[float, float]],
    source: str,
    since: date | None,
    until: date | None,
) -> tuple[list[Quarantined], Count, tuple[tuple[str, str], ...]]:
    first = datetime.combine(since or date(2022, 2, 24), datetime.min.time(), tzinfo=UTC)
    last = datetime.combine(until or date(2030, 1, 1), datetime.min.time(), tzinfo=UTC)
    intake = alerts.read(paths, source=source, window=Window(first, last + timedelta(days=1)))
    seen = intake.observations
    local = _local(seen.column("start"), alerts.CLOCK)
    minutes = alerts.alert_minutes(seen)
    for code, day, value in zip(seen.column("region"), local, minutes, strict=True):
        cells[str(code), day] = (float(value), 1.0)
    return list(intake.quarantine), intake.count, intake.files


def _local(utc: npt.NDArray[np.datetime64], clock: str) -> list[str]:
    """Give the local date on which each midnight falls."""
    unique, code = np.unique(utc.astype("datetime64[s]").astype(np.int64), return_inverse=True)
    zone = ZoneInfo(clock)
    names = [datetime.fromtimestamp(s, zone).date().isoformat() for s in unique.tolist()]
    return [names[c] for c in code]


def _matrix(cells: dict[tuple[str, str], tuple[float, float]], clock: str) -> Daily:
    codes = sorted({code for code, _ in cells})
    named = np.array(sorted({day for _, day in cells}), dtype="datetime64[D]")
    length = int((named[-1] - named[0]).astype(int)) + 1
    if length > MOST_DAYS:
        raise SourceError(f"the series runs from {named[0]} to {named[-1]}: is a date mistyped?")
    days = named[0] + np.arange(length + 1)
    zone = ZoneInfo(clock)
    begins = [datetime.combine(d, datetime.min.time(), tzinfo=zone).astimezone(UTC) for d in days.tolist()]
    edge = np.array([b.replace(tzinfo=None) for b in begins], dtype="datetime64[s]")
    count, exposure = np.zeros((len(codes), length)), np.zeros((len(codes), length))
    row = {code: r for r, code in enumerate(codes)}
    for (code, day), (value, seen) in cells.items():
        at = int((np.datetime64(day, "D") - named[0]).astype(int))
        count[row[code], at], exposure[row[code], at] = value, seen
    return Daily(tuple(codes), edge[:-1], edge[1:], count, exposure)
