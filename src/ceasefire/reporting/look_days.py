"""On which days of the case, and in which regions, each look counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from ceasefire.model.records import Look
from ceasefire.model.table import Table
from ceasefire.reporting.given import ReportInput


def day_bounds(report: ReportInput) -> tuple[list[str], np.ndarray[Any, Any]]:
    """Give the days of the period in the case's clock and their begins and last end as UTC, shape (days + 1,)."""
    zone = ZoneInfo(report.clock)
    first = report.period.start.astimezone(zone).date()
    last = (report.period.end - timedelta(seconds=1)).astimezone(zone).date()
    dates = [first + timedelta(days=d) for d in range((last - first).days + 1)]
    begins = [datetime(d.year, d.month, d.day, tzinfo=zone) for d in [*dates, last + timedelta(days=1)]]
    stamps = np.array([int(b.astimezone(UTC).timestamp()) for b in begins], dtype="datetime64[s]")
    return [d.isoformat() for d in dates], stamps


def regions_of(report: ReportInput) -> np.ndarray[Any, Any]:
    """Give the region of each look; a look at a disc counts for the region of its centre."""
    region = report.looks.column("region").astype(object)
    lon, lat = report.looks.column("lon"), report.looks.column("lat")
    discs = np.flatnonzero((region == "") & np.isfinite(lon) & np.isfinite(lat))
    for code, shape in sorted(report.shapes.items()) if len(discs) else ():
        inside = shapely.contains_xy(shape, lon[discs], lat[discs])
        region[discs[inside]] = code
    return np.asarray(region)


def spread(looks: Table[Look], bounds: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Give (look, day) pairs: a look counts on each day that holds half of it, or half the day."""
    edges = bounds.astype(np.int64)
    start, end = (looks.column(n).astype(np.int64) for n in ("start", "end"))
    first = np.maximum(np.searchsorted(edges, start, "right") - 1, 0)
    last = np.minimum(np.searchsorted(edges, end, "left") - 1, len(edges) - 2)
    number = np.maximum(last - first + 1, 0)
    look = np.repeat(np.arange(len(looks)), number)
    day = first[look] + np.arange(len(look)) - np.repeat(np.cumsum(number) - number, number)
    overlap = np.minimum(end[look], edges[day + 1]) - np.maximum(start[look], edges[day])
    enough = overlap >= np.minimum(43_200, (end[look] - start[look] + 1) // 2)
    return look[enough], day[enough]


def codes(values: np.ndarray[Any, Any], known: list[str]) -> np.ndarray[Any, Any]:
    """Give the position of each value among those known; -1 where it is none of them."""
    number = {k: i for i, k in enumerate(known)}
    return np.array([number.get(v, -1) for v in values], dtype=np.int64)
