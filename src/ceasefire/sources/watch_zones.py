"""Zones that a mission is to watch, as GeoJSON: polygons with an id and a name.

Why not the register's outlines: those are sites of known classes; a zone is a piece of ground that an agreement or a
mandate names, and may hold anything.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from ceasefire.errors import InvalidFile, Problem
from ceasefire.model.taxonomy import OBJECTS

MAX_BYTES = 50_000_000


@dataclass(frozen=True, eq=False)
class WatchZone:
    """One zone."""

    id: str
    name: str
    shape: BaseGeometry
    """Degrees."""
    object_class: str = ""
    """Dotted class of what stands there, where the file says; a military one is not named in what is published."""


def read(paths: Sequence[Path]) -> tuple[WatchZone, ...]:
    """Read zones; all problems at once, for a zone that is left out would look like one that was not planned.

    Parameters
    ----------
    paths
        GeoJSON files: a FeatureCollection of Polygon or MultiPolygon features with `id` (or `name`) as a property.

    Raises
    ------
    InvalidFile
        A file that is none, or a feature that is no zone.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "zones.geojson"
    >>> ring = [[36.0, 50.0], [36.01, 50.0], [36.01, 50.01], [36.0, 50.01], [36.0, 50.0]]
    >>> one = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]},
    ...        "properties": {"id": "north", "name": "Northern strip"}}
    >>> _ = path.write_text(json.dumps({"type": "FeatureCollection", "features": [one]}))
    >>> [(z.id, z.name) for z in read([path])]
    [('north', 'Northern strip')]
    """
    out: list[WatchZone] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for path in paths:
        features = _features(path)
        if isinstance(features, str):
            problems.append(Problem(path.name, 0, 0, features, "a GeoJSON FeatureCollection of polygons"))
            continue
        for number, feature in enumerate(features, start=1):
            made = _one(feature)
            if isinstance(made, str) or made.id in seen:
                why = made if isinstance(made, str) else f"the id {made.id!r} is used twice"
                problems.append(Problem(path.name, 0, 0, f"feature {number}: {why}"))
                continue
            seen.add(made.id)
            out.append(made)
    if problems:
        raise InvalidFile(problems)
    return tuple(out)


def _features(path: Path) -> list[Any] | str:
    try:
        if path.stat().st_size > MAX_BYTES:
            return f"larger than {MAX_BYTES // 1_000_000} MB"
        sheet = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except (ValueError, RecursionError):
        return "not JSON"
    found = sheet.get("features") if isinstance(sheet, dict) else None
    return found if isinstance(found, list) and found else "it has no features"


def _one(feature: Any) -> WatchZone | str:
    if not isinstance(feature, dict) or not isinstance(feature.get("geometry"), dict):
        return "no geometry"
    told = feature.get("properties")
    told = told if isinstance(told, dict) else {}
    key = str(told.get("id") or feature.get("id") or told.get("name") or "").strip()
    if not key:
        return "no id"
    try:
        outline = shape(feature["geometry"])
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.GEOSException) as error:
        return f"not a geometry: {error}"
    if outline.geom_type not in ("Polygon", "MultiPolygon") or outline.is_empty or not outline.is_valid:
        return f"a valid Polygon or MultiPolygon is wanted, not {outline.geom_type}"
    west, south, east, north = outline.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return "coordinates are degrees of longitude and latitude"
    kind = str(told.get("object_class") or "")
    if kind and kind not in OBJECTS:
        return f"unknown object class {kind!r}"
    return WatchZone(key, str(told.get("name") or key), shapely.force_2d(outline), kind)
