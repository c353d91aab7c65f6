"""A plan as files for a mission planner: GeoJSON (RFC 7946) and KML (OGC 2.2).

Each says what it is for and that it is no publication: where a mission will look is not announced beforehand.
"""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from ceasefire.detectors.plan_flight import PURPOSE, Plan
from ceasefire.geo.ellipsoid import metres_per_degree

NOTE = "For the mission's own use before the flight; not for publication."


def as_geojson(plan: Plan) -> str:
    """Give a plan as GeoJSON: the way as one line, each cell as a polygon with what it gains.

    >>> from ceasefire.detectors.patrol_looks import Watched
    >>> from ceasefire.detectors.plan_flight import plan as make
    >>> text = as_geojson(make([Watched("zone-1", 36.0, 50.0, 300.0)], hours=0.05))
    >>> kinds = [f["geometry"]["type"] for f in json.loads(text)["features"]]
    >>> kinds[0], set(kinds[1:])
    ('LineString', {'Polygon'})
    """
    features: list[dict[str, Any]] = []
    way = _way(plan)
    if len(way) > 1:
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "LineString", "coordinates": way},
                "properties": {"kind": "way", "seconds": round(plan.seconds), "speed_m_s": plan.flown.speed_m_s},
            }
        )
    features += [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {
                "kind": "cell",
                "zone": zone,
                "visits": visits,
                "seen_before": round(before, 3),
                "seen_after": round(after, 3),
            },
        }
        for ring, zone, visits, before, after in _squares(plan)
    ]
    return json.dumps(
        {
            "type": "FeatureCollection",
            "purpose": PURPOSE,
            "note": NOTE,
            "zones": sorted(set(plan.zone)),
            "height_above_ground_m": plan.flown.height_m,
            "camera_depression_deg": plan.flown.depression_deg,
            "gain": round(plan.gain, 3),
            "no_plan_gains_more_than": round(plan.bound, 3),
            "features": features,
        },
        ensure_ascii=False,
        indent=1,
    )


def as_kml(plan: Plan) -> str:
    """Give a plan as KML, heights above ground."""
    high = f"{plan.flown.height_m:g}"
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
        "<name>Where to look next</name>",
        f"<description>{escape(PURPOSE + ' ' + NOTE)}</description>",
    ]
    way = _way(plan)
    if len(way) > 1:
        line = " ".join(f"{x},{y},{high}" for x, y in way)
        parts.append(
            "<Placemark><name>way</name>"
            f"<description>{plan.seconds / 60:.0f} minutes at {plan.flown.speed_m_s:g} m/s</description>"
            f"<LineString><altitudeMode>relativeToGround</altitudeMode><coordinates>{line}</coordinates></LineString>"
            "</Placemark>"
        )
    for ring, zone, visits, before, after in _squares(plan):
        line = " ".join(f"{x},{y}" for x, y in ring)
        parts.append(
            f"<Placemark><name>{escape(zone)}</name><description>passes: {visits}; chance that a thing is seen: "
            f"{before:.2f} now, {after:.2f} with the plan</description><Polygon><outerBoundaryIs><LinearRing>"
            f"<coordinates>{line}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        )
    return "\n".join([*parts, "</Document></kml>", ""])


def _way(plan: Plan) -> list[list[float]]:
    points = np.stack([plan.lon, plan.lat], axis=-1).round(6).tolist()
    if plan.home is None or not points:
        return [list(p) for p in points]
    home = [round(float(v), 6) for v in plan.home]
    return [home, *(list(p) for p in points), home]


def _squares(plan: Plan) -> list[tuple[list[list[float]], str, int, float, float]]:
    """Give each cell once, its ring counterclockwise and closed, in the order of the first visit."""
    out = []
    _, first, visits = np.unique(plan.cell, return_index=True, return_counts=True)
    for k in np.argsort(first).tolist():
        at = int(first[k])
        lon_m, lat_m = (float(v) for v in metres_per_degree(plan.lat[at]))
        x, y = 0.5 * plan.cell_m / lon_m, 0.5 * plan.cell_m / lat_m
        sides = ((-x, -y), (x, -y), (x, y), (-x, y), (-x, -y))
        ring = [[round(float(plan.lon[at]) + a, 6), round(float(plan.lat[at]) + b, 6)] for a, b in sides]
        out.append((ring, plan.zone[at], int(visits[k]), float(plan.before[at]), float(plan.after[at])))
    return out
