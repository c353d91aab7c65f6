"""Air-raid alerts per oblast and day: how long the sirens sounded, and where nobody can tell.

Why a day without alert is kept: it is a look that saw no threat from the air, which a missing day is not. The
file's day is the Kyiv calendar day: from February 2023 to February 2024 its minutes equal those of the single alerts
cut at Kyiv midnight on all 1,460 alert days of four oblasts and the capital; cut at UTC midnight on a third of them.
The file also gives
zeros for oblasts that have been under one unbroken alert for years; those zeros are lost looks, not quiet days.

Columns read: `date`, `oblast`, `alert_minutes`, `alert_count`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from ceasefire.geo import regions
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.records import Look, Observation, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.rows import Rows, numbers, read_csv, stable_ids, times

PRODUCT = "alerts"
CLOCK = "Europe/Kyiv"
PERMANENT = {"UA-09": "2022-04-04", "UA-43": "2022-12-10", "UA-40": "2022-12-10"}
"""Regions under one unbroken alert, and since when (days given by the publishers of the alert archives)."""
LONGEST_DAY_MINUTES = 25 * 60
"""The day on which the clock is set back."""
ACTS = ("attack.air",)
"""What an alert can tell of: threats from the air, not shelling."""
_MINUTES = re.compile(r"for ([0-9.]+) minutes?")


def read(
    paths: Sequence[Path],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any] = {},
) -> Intake:
    """Read daily alert minutes into observations and looks, one look for every region and day of the window.

    A day is in the window when its noon in Kyiv is. A region and day without a row is a lost look.

    Parameters
    ----------
    paths
        Files.
    source
        Source as named in the case file.
    window
        Period of the case.
    options
        `quality`: usable fraction of a look, 0 to 1 (default 1); `reliability`, `credibility`: Admiralty marks.
    """
    total = Count()
    quarantine: list[Quarantined] = []
    seen: dict[tuple[str, str], tuple[float, str]] = {}
    tables: list[Table[Observation]] = []
    files: list[tuple[str, str]] = []
    for path in paths:
        rows = read_csv(path, required=("date", "oblast", "alert_minutes", "alert_count"), source=source)
        files.append((rows.granule, rows.sha256))
        table, count, bad = _observe(rows, seen, source=source, window=window, options=options)
        tables.append(table)
        quarantine += [*rows.quarantine, *bad]
        total += count + Count(rows=len(rows.quarantine), quarantined=len(rows.quarantine))
    return Intake(
        observations=Table.concat(Observation, tables),
        looks=_looks(seen, source=source, window=window, quality=float(options.get("quality", 1.0))),
        quarantine=Table.of(Quarantined, quarantine),
        count=total,
        files=tuple(files),
    )


def alert_minutes(observations: Table[Observation]) -> npt.NDArray[np.float64]:
    """Give the minutes of alert that each observation of this product tells of, shape (n,), to a tenth.

    >>> alert_minutes(Table.empty(Observation)).tolist()
    []
    """
    found = (_MINUTES.search(s) for s in observations.column("summary"))
    return np.asarray([float(f.group(1)) if f else 0.0 for f in found], dtype=np.float64)


def local_days(window: Window, zone: str = CLOCK) -> list[str]:
    """List the calendar days of a zone whose noon is in the window, as ISO dates.

    >>> days = local_days(Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC)))
    >>> days[0], days[-1], len(days)
    ('2025-03-18', '2025-04-17', 31)
    """
    day = (window.start - timedelta(days=1)).date()
    out = []
    while (noon := datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone))) < window.end:
        if noon >= window.start:
            out.append(day.isoformat())
        day += timedelta(days=1)
    return out


def day_interval(day: str, zone: str = CLOCK) -> tuple[datetime, datetime]:
    """Give begin and end in UTC of a calendar day of a zone.

    >>> [t.isoformat() for t in day_interval("2025-03-30")]
    ['2025-03-29T22:00:00+00:00', '2025-03-30T21:00:00+00:00']
    """
    begin = datetime.fromisoformat(day)
    end = begin + timedelta(days=1)
    return begin.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC), end.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def permanent(code: str, day: str) -> bool:
    """Tell whether a region was under an unbroken alert on a day.

    >>> permanent("UA-09", "2025-03-18"), permanent("UA-09", "2022-04-03"), permanent("UA-53", "2025-03-18")
    (True, False, False)
    """
    return code in PERMANENT and day >= PERMANENT[code]


def _observe(
    rows: Rows,
    seen: dict[tuple[str, str], tuple[float, str]],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any],
) -> tuple[Table[Observation], Count, list[Quarantined]]:
    minutes, bad_minutes = numbers(rows.columns["alert_minutes"])
    counts, bad_counts = numbers(rows.columns["alert_count"])
    noon, bad_day = times([f"{d.strip()[:10]} 12:00" for d in rows.columns["date"]], CLOCK)
    inside = ~bad_day & (noon >= _np(window.start)) & (noon < _np(window.end))
    codes = {name: regions.code_of(name, country="UA") for name in dict.fromkeys(rows.columns["oblast"])}
    days = noon.astype("datetime64[D]").astype(str)
    kept: list[int] = []
    bad: list[Quarantined] = []
    used = duplicates = 0
    for i in np.flatnonzero(inside | bad_day).tolist():
        name, value, number = rows.columns["oblast"][i], minutes[i], counts[i]
        reason = ""
        if bad_day[i]:
            reason = f"no date: {rows.columns['date'][i][:40]!r} (a date like 2025-03-18)"
        elif not codes[name]:
            reason = f"no region of Ukraine is called {name[:60]!r}"
        elif bad_minutes[i] or not 0 <= value <= LONGEST_DAY_MINUTES:
            reason = f"alert_minutes is not a number from 0 to {LONGEST_DAY_MINUTES}"
        elif bad_counts[i] or not 0 <= number < 1_000:
            reason = "alert_count is not a number of alerts"
        if reason:
            bad.append(rows.refuse(i, reason))
            continue
        key = (codes[name], str(days[i]))
        if key in seen:
            if seen[key][0] == value:
                duplicates += 1
            else:
                bad.append(rows.refuse(i, f"contradicts {seen[key][1]}, which gives {seen[key][0]:g} minutes"))
            continue
        seen[key] = (value, f"line {rows.line[i]} of {rows.granule}")
        used += 1
        if not permanent(*key):
            kept.append(i)
    table = _table(rows, kept, [codes[rows.columns["oblast"][i]] for i in kept], days, minutes, counts, source, options)
    count = Count(used + duplicates + len(bad), used, duplicates, len(bad), int(np.sum(~inside & ~bad_day)))
    return table, count, bad


def _table(
    rows: Rows,
    kept: list[int],
    codes: list[str],
    days: npt.NDArray[Any],
    minutes: npt.NDArray[np.float64],
    counts: npt.NDArray[np.float64],
    source: str,
    options: Mapping[str, Any],
) -> Table[Observation]:
    if not kept:
        return Table.empty(Observation)
    intervals = [day_interval(str(days[i])) for i in kept]
    discs = np.asarray([regions.disc(code) for code in codes])
    begin = np.asarray([_np(a) for a, _ in intervals])
    end = np.asarray([_np(b) for _, b in intervals])
    return Table.from_columns(
        Observation,
        {
            "id": stable_ids("o", source, [str(days[i]) for i in kept], codes),
            "source": source,
            "product": PRODUCT,
            "granule": rows.granule,
            "line": rows.line[kept],
            "evidence": rows.sha256,
            "channel": "alert",
            "procedure": "alert",
            "start": begin,
            "end": end,
            "reported": end,
            "lon": discs[:, 0],
            "lat": discs[:, 1],
            "radius_km": discs[:, 2],
            "place": [rows.columns["oblast"][i] for i in kept],
            "region": codes,
            "act": ["alert" if minutes[i] > 0 else "" for i in kept],
            "reliability": str(options.get("reliability", "F")),
            "credibility": int(options.get("credibility", 6)),
            "summary": [_summary(minutes[i], int(counts[i])) for i in kept],
        },
    )


def _summary(minutes: float, number: int) -> str:
    if minutes == 0:
        return "No air-raid alert"
    length = f"{minutes:.1f}".removesuffix(".0")
    begun = f"in {number} alert{'s' if number > 1 else ''}" if number else "that began the day before"
    return f"Air-raid alert for {length} minute{'' if length == '1' else 's'} {begun}"


def _looks(
    seen: dict[tuple[str, str], tuple[float, str]], *, source: str, window: Window, quality: float
) -> Table[Look]:
    keys = [(code, day) for day in local_days(window) for code in regions.match("UA")]
    lost = ["permanent alert" if permanent(*k) else "" if k in seen else "no data" for k in keys]
    if not keys:
        return Table.empty(Look)
    intervals = {day: day_interval(day) for day in local_days(window)}
    return Table.from_columns(
        Look,
        {
            "id": stable_ids("l", source, [code for code, _ in keys], [day for _, day in keys]),
            "source": source,
            "channel": "alert",
            "region": [code for code, _ in keys],
            "start": np.asarray([_np(intervals[day][0]) for _, day in keys]),
            "end": np.asarray([_np(intervals[day][1]) for _, day in keys]),
            "acts": [ACTS for _ in keys],
            "quality": np.asarray([0.0 if reason else quality for reason in lost]),
            "lost": lost,
        },
    )


def _np(when: datetime) -> np.datetime64:
    return np.datetime64(when.astimezone(UTC).replace(tzinfo=None), "s")
