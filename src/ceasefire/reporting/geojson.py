"""Incidents as GeoJSON (RFC 7946): rounded points with their radius, and none at all where the rules name a region."""

from __future__ import annotations

from math import isfinite, isnan
from typing import Any

import numpy as np

from ceasefire.model.likelihood import word
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.json_text import json_text
from ceasefire.reporting.matrix import Matrix


def geojson(report: ReportInput, matrix: Matrix) -> str:
    """Write the incidents of a released report.

    Parameters
    ----------
    report, matrix
        A released report and its matrix, which gives each incident its group and verdicts.

    Notes
    -----
    A feature without a place has the geometry null, as RFC 7946 section 3.2 foresees; coordinates are WGS 84,
    longitude first. `radius_km` holds the true place with about 90 % probability.
    """
    rows = {r.id: r for r in matrix.rows}
    features = []
    for i in report.incidents:
        row = rows.get(i.id)
        located = isfinite(i.lon) and isfinite(i.lat)
        properties: dict[str, Any] = {
            "start": i.start.isoformat(),
            "end": i.end.isoformat(),
            "place": i.place,
            "region": i.region,
            "radius_km": round(i.radius_km, 1) if located else None,
            "act": i.act,
            "object_class": i.object_class,
            "p_occurred": _probability(i.p_occurred),
            "likelihood": word(i.p_occurred),
            "p_object": _probability(i.p_object),
            "attribution": i.attribution or "undetermined",
            "reports": i.origins,
            "group": row.group if row else "",
            "verdicts": {f"{c.provision}/{c.reading}": c.verdict for c in row.cells} if row else {},
            "summary": i.summary,
        }
        point = [round(i.lon, report.rules.decimals), round(i.lat, report.rules.decimals)]
        geometry = {"type": "Point", "coordinates": point} if located else None
        features.append({"type": "Feature", "id": i.id, "geometry": geometry, "properties": properties})
    out: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    lon, lat = report.incidents.column("lon"), report.incidents.column("lat")
    known = np.isfinite(lon) & np.isfinite(lat)
    if known.any():
        edges = (lon[known].min(), lat[known].min(), lon[known].max(), lat[known].max())
        out["bbox"] = [round(float(e), report.rules.decimals) for e in edges]
    return json_text(out) + "\n"


def _probability(p: float) -> float | None:
    return None if isnan(p) else round(p, 4)
