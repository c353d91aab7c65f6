"""A patrol as files beside its page: seen cells, looks and track, for a geographic information system."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from math import isfinite, isnan
from typing import Any

from ceasefire.model.patrol_record import Patrol
from ceasefire.model.records import Look
from ceasefire.model.table import Table

COLUMNS = ("place", "source", "channel", "region", "start", "end", "lon", "lat", "radius_km", "acts", "quality", "lost")
"""Columns of looks.csv; the product `looks` of a case reads all but the first."""


def cells_geojson(patrol: Patrol) -> str:
    """Give the seen cells as polygons with seconds, ground sample distance, steepest view and looks."""
    features = []
    c = patrol.cells
    for row, column, seconds, gsd, steep, looks, share in c.at if c is not None else ():
        west, south = c.west + column * c.step_lon, c.south + row * c.step_lat  # type: ignore[union-attr]
        east, north = west + c.step_lon, south + c.step_lat  # type: ignore[union-attr]
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        told = {
            "seconds": seconds,
            "gsd_m": gsd if isfinite(gsd) else None,
            "depression_deg": steep,
            "looks": looks,
            "share_seen": share,
        }
        features.append(_feature("Polygon", [[[round(x, 7), round(y, 7)] for x, y in ring]], told))
    return _collection(features)


def track_geojson(patrol: Patrol) -> str:
    """Give the track as lines, broken where the position is not known; heights above ground where they are."""
    features = []
    for number, leg in enumerate(patrol.legs, start=1):
        parts: list[list[list[float]]] = [[]]
        for lon, lat, high in leg.track:
            if isnan(lon):
                parts.append([])
            else:
                parts[-1].append([lon, lat] if isnan(high) else [lon, lat, high])
        told = {"flight": number, "start": leg.start.isoformat(), "end": leg.end.isoformat()}
        features += [_feature("LineString", part, told) for part in parts if len(part) > 1]
    return _collection(features)


def looks_csv(looks: Table[Look], names: Sequence[tuple[float, float, str]] = ()) -> str:
    """Give looks as rows; a place is named where its disc is one of `names` (longitude, latitude, id)."""
    known = {(round(lon, 7), round(lat, 7)): name for lon, lat, name in names}
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow(COLUMNS)
    placed = [(known.get((round(x.lon, 7), round(x.lat, 7)), ""), x) for x in looks]
    for place, x in sorted(placed, key=lambda row: (row[0], row[1].start, row[1].acts)):
        where = (f"{x.lon:.6f}", f"{x.lat:.6f}", f"{x.radius_km:.4f}")
        when = (f"{x.start:%Y-%m-%dT%H:%M:%SZ}", f"{x.end:%Y-%m-%dT%H:%M:%SZ}")
        sheet.writerow(
            (place, x.source, x.channel, x.region, *when, *where, "|".join(x.acts), f"{x.quality:.4f}", x.lost)
        )
    return out.getvalue()


def _feature(kind: str, coordinates: Any, told: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": told}


def _collection(features: list[dict[str, Any]]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")) + "\n"
