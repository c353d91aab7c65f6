"""Daily outlines of the occupied area (GeoJSON, one file a day) to who held a place on a day.

The file's day stands in its name (`..._YYYYMMDD.geojson`) and must agree with the name inside it. The outline
is used to label places and nothing else: no function here gives a line back, because where forces stand is not
for publication. A day without a file takes the day before, at most three days back, and that is said.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ceasefire.errors import NoCoverage, SourceError
from ceasefire.geo.boundaries import DEFAULT_VIEW
from ceasefire.geo.control import GRACE_DAYS, Control
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.records import Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.granule import inspect

PRODUCT = "frontline"
MAX_BYTES = 50_000_000
"""Largest file read, bytes; a day's outline has 0.1 MB."""
_DAY = re.compile(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)")


def read(paths: Sequence[Path], *, source: str, window: Window, options: Mapping[str, Any] = {}) -> Intake:
    """Read the files and say what could be used; outlines give no observations, `control` gives their answer.

    Parameters
    ----------
    paths
        Files, one a day.
    source
        Source as named in the case file.
    window
        Period of the case; files of the three days before it serve as substitutes and are counted outside.
    options
        Ignored here; `control` takes `occupier` and `holders`.

    Warns
    -----
    NoCoverage
        Where days of the window have no outline.

    >>> from datetime import UTC, datetime
    >>> week = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 3, 18, tzinfo=UTC))
    >>> read([], source="lines", window=week).count
    Count(rows=0, used=0, duplicates=0, quarantined=0, outside=0)
    """
    return _areas(paths, source, window)[1]


def control(
    paths: Sequence[Path],
    *,
    source: str,
    window: Window,
    occupier: str,
    holders: Mapping[str, str],
    view: str = DEFAULT_VIEW,
) -> tuple[Control, Intake]:
    """Read the files into `Control`, which tells who held a place on a day.

    Parameters
    ----------
    paths, source, window
        As in `read`.
    occupier
        Party that holds the outlined area.
    holders
        ISO 3166-1 country to the party that holds its land elsewhere.
    view
        Boundary view.

    Returns
    -------
    The control and the intake, whose counts are of files.

    Raises
    ------
    SourceError
        Where files were given and none could be used.
    """
    areas, intake = _areas(paths, source, window)
    if paths and not areas:
        first = intake.quarantine[0].reason if len(intake.quarantine) else "all are outside the case's period"
        raise SourceError(f"{source}: none of {len(paths)} outlines can be used: {first}")
    return Control(areas, occupier=occupier, holders=holders, view=view), intake


def _areas(paths: Sequence[Path], source: str, window: Window) -> tuple[dict[date, Any], Intake]:
    first, last = window.start.date(), (window.end - timedelta(microseconds=1)).date()
    areas: dict[date, Any] = {}
    seen: dict[date, str] = {}
    bad: list[Quarantined] = []
    files: list[tuple[str, str]] = []
    used = duplicates = outside = 0
    for path in sorted(paths, key=lambda p: (p.name, str(p))):
        granule = inspect(path, max_bytes=MAX_BYTES)
        reason, day, area = granule.problem, None, None
        if not reason:
            day, reason = _day_of(path.name)
        if day is not None and not first - timedelta(days=GRACE_DAYS) <= day <= last:
            outside += 1
            continue
        if day is not None and seen.get(day) == granule.sha256:
            duplicates += first <= day
            outside += first > day
            continue
        if day is not None:
            area, reason = _outline(path, day)
        if area is not None and day in seen:
            area, reason = None, f"a second, different outline of {day}; the first by name is used"
        if area is None or day is None:
            bad.append(Quarantined(source=source, granule=path.name, line=0, reason=reason, row=""))
            continue
        areas[day], seen[day] = area, granule.sha256
        files.append((path.name, granule.sha256))
        used += first <= day
        outside += first > day
    count = Count(used + duplicates + len(bad), used, duplicates, len(bad), outside)
    if paths:
        _tell_missing(areas, source, first, last)
    return areas, Intake(quarantine=Table.of(Quarantined, bad), count=count, files=tuple(files))


def _tell_missing(areas: dict[date, Any], source: str, first: date, last: date) -> None:
    lines = Control(areas, occupier="", holders={})
    missing = lines.substitutes(first, last + timedelta(days=1))
    if missing:
        words = ", ".join(f"{d} ({f'that of {u} is used' if u else 'unknown'})" for d, u in missing.items())
        warnings.warn(NoCoverage(f"{source}: no outline for {words}"), stacklevel=4)


def _day_of(name: str) -> tuple[date | None, str]:
    found = _DAY.findall(name)
    if len(found) != 1:
        return None, "the file's name must hold its day once, as YYYYMMDD"
    try:
        return date(*map(int, found[0])), ""
    except ValueError:
        return None, f"{'-'.join(found[0])} in the file's name is no day of the calendar"


def _outline(path: Path, day: date) -> tuple[Any, str]:
    """Give the union of the file's polygons, or None and why not."""
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        return None, f"not JSON: {type(error).__name__}: {str(error)[:120]}"
    if not isinstance(data, dict) or not isinstance(data.get("features"), list):
        return None, "not a GeoJSON feature collection"
    inner = _DAY.findall(str(data.get("name", "")))
    if inner and "".join(inner[0]) != day.strftime("%Y%m%d"):
        return None, f"the file's name says {day}, its text says {'-'.join(inner[0])}"
    shapes = []
    for i, feature in enumerate(data["features"], 1):
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        try:
            shape = shapely.from_geojson(json.dumps(geometry))
        except (shapely.errors.ShapelyError, ValueError, RecursionError) as error:
            return None, f"feature {i} has no usable geometry: {str(error)[:120]}"
        if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
            return None, f"feature {i} is no polygon"
        xy = shapely.get_coordinates(shape)
        if not np.isfinite(xy).all() or (np.abs(xy) > (180.0, 90.0)).any():
            return None, f"feature {i} has coordinates that are no longitudes and latitudes"
        shapes.append(shapely.make_valid(shapely.force_2d(shape)))
    if not shapes:
        return None, "the file has no feature"
    area = shapely.union_all(shapes) if len(shapes) > 1 else shapes[0]
    return shapely.normalize(area), ""
