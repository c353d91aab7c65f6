"""Outlines of sites, as GeoJSON polygons: what a detector of pixels watches where a register's disc is too wide.

Why: registers know a plant to two kilometres, a radar pixel is twenty metres wide. A mission that draws the outline of
a site once, from public maps, gets a test of that site and not of the fields around it.

Each feature is a Polygon or MultiPolygon in longitude and latitude with the properties `id`, `name` and `object_class`
(`ceasefire.model.taxonomy.OBJECTS`).
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

from ceasefire.geo import regions
from ceasefire.geo.distance import km
from ceasefire.model.intake import Count
from ceasefire.model.records import ProtectedObject, Quarantined
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import OBJECTS
from ceasefire.sources.granule import inspect

MAX_BYTES = 100_000_000
LARGEST_KM = 10.0
"""A site that reaches farther than this from its middle is a region, not a site."""


@dataclass(frozen=True)
class Outlines:
    """Sites with their outlines."""

    objects: Table[ProtectedObject]
    """Each with the disc that holds it."""
    shapes: tuple[BaseGeometry, ...]
    """Outline of each, degrees."""
    quarantine: Table[Quarantined]
    """Features that could not be used."""
    count: Count
    """Features that add up."""
    files: tuple[tuple[str, str], ...]
    """Pairs (file name, SHA-256 of its bytes)."""


def read(paths: Sequence[Path], *, source: str) -> Outlines:
    """Read outlines.

    Parameters
    ----------
    paths
        GeoJSON files.
    source
        Source as named in the case file.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "sites.geojson"
    >>> ring = [[34.50, 49.60], [34.51, 49.60], [34.51, 49.61], [34.50, 49.61], [34.50, 49.60]]
    >>> one = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]},
    ...        "properties": {"id": "a", "name": "Plant", "object_class": "energy.electricity.generation"}}
    >>> _ = path.write_text(json.dumps({"type": "FeatureCollection", "features": [one, {"type": "Feature"}]}))
    >>> found = read([path], source="sites")
    >>> [(o.id, o.region) for o in found.objects], [q.reason for q in found.quarantine]
    ([('outline:a', 'UA-53')], ['no geometry'])
    """
    objects: list[ProtectedObject] = []
    shapes: list[BaseGeometry] = []
    bad: list[Quarantined] = []
    files: list[tuple[str, str]] = []
    seen: set[str] = set()
    for path in paths:
        known = inspect(path, max_bytes=MAX_BYTES)
        files.append((known.name, known.sha256))
        features = _features(path) if not known.problem else known.problem
        if isinstance(features, str):
            bad.append(Quarantined(source=source, granule=path.name, line=0, reason=features, row=""))
            continue
        for number, feature in enumerate(features, start=1):
            made = _one(feature, seen)
            if isinstance(made, str):
                row = json.dumps(feature, ensure_ascii=False)[:500]
                bad.append(Quarantined(source=source, granule=path.name, line=number, reason=made, row=row))
            else:
                objects.append(made[0])
                shapes.append(made[1])
    count = Count(rows=len(objects) + len(bad), used=len(objects), quarantined=len(bad))
    return Outlines(
        Table.of(ProtectedObject, objects), tuple(shapes), Table.of(Quarantined, bad), count, tuple(sorted(files))
    )


def _features(path: Path) -> list[Any] | str:
    try:
        sheet = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return f"not GeoJSON: {error}"
    found = sheet.get("features") if isinstance(sheet, dict) else None
    return found if isinstance(found, list) else "not GeoJSON: a FeatureCollection is wanted"


def _one(feature: Any, seen: set[str]) -> tuple[ProtectedObject, BaseGeometry] | str:
    """Give an object and its outline, or say what is wrong."""
    if not isinstance(feature, dict) or not isinstance(feature.get("geometry"), dict):
        return "no geometry"
    told = feature.get("properties") or {}
    name, kind = str(told.get("name", "")), str(told.get("object_class", ""))
    key = str(told.get("id", feature.get("id", "")))
    if not key or key in seen:
        return "no id" if not key else f"the id {key!r} is used twice"
    if kind not in OBJECTS:
        return f"unknown object class {kind!r}"
    try:
        outline = shape(feature["geometry"])
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.GEOSException) as error:
        return f"not a geometry: {error}"
    if outline.geom_type not in ("Polygon", "MultiPolygon") or outline.is_empty or not outline.is_valid:
        return f"a valid Polygon or MultiPolygon is wanted, not {outline.geom_type}"
    west, south, east, north = outline.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return "coordinates are degrees of longitude and latitude"
    middle = outline.centroid
    corners = shapely.get_coordinates(outline)
    radius = float(km(middle.x, middle.y, corners[:, 0], corners[:, 1]).max())
    if radius > LARGEST_KM:
        return f"it reaches {radius:.0f} km from its middle: a site of at most {LARGEST_KM:.0f} km is wanted"
    seen.add(key)
    return (
        ProtectedObject(
            id=f"outline:{key}",
            name=name,
            object_class=kind,
            lon=float(middle.x),
            lat=float(middle.y),
            radius_km=radius,
            region=str(regions.locate([middle.x], [middle.y])[0]),
            source="outline",
            url=str(told.get("url", "")),
            licence=str(told.get("licence", "")),
        ),
        outline,
    )
