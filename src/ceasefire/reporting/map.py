"""The map: regions with who looked there, and incidents as discs of their true size.

Why discs and hatches: a point says more than is known, and a map of incidents alone shows where people look. So an
incident is as large as its uncertainty, at its rounded place, and every region carries its coverage as a hatch.
Lambert's conformal conic keeps circles round; source: J. P. Snyder, Map Projections, USGS Professional Paper 1395
(1987), pages 104-110, sphere.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from ceasefire.model.records import Incident
from ceasefire.model.table import Table
from ceasefire.reporting.coverage_table import STATES, Coverage
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.matrix import TITLES, Matrix, Row
from ceasefire.reporting.release import KM_PER_DEGREE

Floats = NDArray[np.float64]
WIDTH = 1000.0
"""Width of the drawing, in its own units."""
EARTH_KM = 6371.0088
WIDEST = 32.0
"""Widest area that is drawn whole, degrees of longitude."""
SHARE_SHOWN = 0.96
"""A wider one is cut to the regions that hold this share of the incidents."""
_SUFFIXES = (" Oblast", " oblast", " Krai", " krai", " Region", " Autonomous Okrug", " City")
_PREFIXES = ("Republic of ", "Autonomous Republic of ")


@dataclass(frozen=True)
class Outline:
    """One region as drawn."""

    code: str
    name: str
    state: str
    """Coverage: `looked`, `partly`, `nobody`, or `outside` the area of the case."""
    path: str
    label: str
    """Short name, empty where it would not fit."""
    x: float
    y: float
    size: float
    note: str


@dataclass(frozen=True)
class Disc:
    """One incident as drawn."""

    id: str
    group: str
    x: float
    y: float
    r: float
    wide: bool
    """Whether it is so wide that it is drawn as an outline only."""
    note: str


@dataclass(frozen=True)
class Drawing:
    """The whole map."""

    width: float
    height: float
    outlines: tuple[Outline, ...]
    discs: tuple[Disc, ...]
    scale_km: int
    scale: float
    """Length of that many km in the drawing's units."""
    unlocated: int
    """Incidents named by region only."""
    outside: int
    """Incidents beyond the cut."""
    table: tuple[tuple[str, int, int, int, str], ...]
    """The map in words: region, incidents under every reading, depending, undecided, coverage."""


@dataclass(frozen=True)
class Lambert:
    """Lambert's conformal conic on a sphere, with two standard parallels."""

    lon0: float
    lat1: float
    lat2: float

    def project(self, lon: Any, lat: Any) -> tuple[Floats, Floats]:
        """Give x and y (north up) in km of places in degrees.

        >>> x, y = Lambert(30.0, 45.0, 55.0).project([30.0, 30.0], [50.0, 51.0])
        >>> x.round(6).tolist(), round(float(y[1] - y[0]), 1)
        ([0.0, 0.0], 110.8)
        """
        phi1, phi2 = np.radians([self.lat1, self.lat2])
        n = (
            np.log(np.cos(phi1) / np.cos(phi2)) / np.log(_tan(phi2) / _tan(phi1))
            if abs(phi1 - phi2) > 1e-6
            else np.sin(phi1)
        )
        f = np.cos(phi1) * _tan(phi1) ** n / n
        phi = np.radians(np.clip(np.asarray(lat, dtype=float), -85.0, 85.0))
        rho = EARTH_KM * f / _tan(phi) ** n
        theta = n * np.radians(np.asarray(lon, dtype=float) - self.lon0)
        return rho * np.sin(theta), -rho * np.cos(theta)

    def scale(self, lon: float, lat: float) -> float:
        """Give the local scale: kilometres drawn per kilometre on the ground."""
        (x0, x1), (y0, y1) = self.project([lon, lon], [lat - 0.05, lat + 0.05])
        return float(np.hypot(x1 - x0, y1 - y0) / (0.1 * KM_PER_DEGREE))


def draw(report: ReportInput, matrix: Matrix, coverage: Coverage) -> Drawing:
    """Draw a released report's map.

    Parameters
    ----------
    report, matrix, coverage
        A released report, its matrix and its coverage.
    """
    rows = [r for g in ("undecided", "depends", "every") for r in matrix.shown(g)]
    located = [r for r in rows if isfinite(r.lon)]
    west, south, east, north = _extent(report, located, report.incidents)
    cone = Lambert((west + east) / 2, south + (north - south) / 6, north - (north - south) / 6)
    x0, y0, x1, y1 = drawn_bounds(cone, west, south, east, north)
    unit = WIDTH / (x1 - x0)
    height = (y1 - y0) * unit

    def place(lon: Any, lat: Any) -> tuple[Floats, Floats]:
        x, y = cone.project(lon, lat)
        return (x - x0) * unit, (y1 - y) * unit

    outlines = _outlines(report, coverage, place, (west - 3, south - 2, east + 3, north + 2), height)
    discs = [_disc(r, place, unit * cone.scale(r.lon, r.lat)) for r in located]
    inside = [d for d in discs if -d.r < d.x < WIDTH + d.r and -d.r < d.y < height + d.r]
    scale_km = next((k for k in (500, 200, 100, 50, 20, 10) if k * unit < 180), 5)
    return Drawing(
        width=WIDTH,
        height=round(height, 1),
        outlines=outlines,
        discs=tuple(sorted(inside, key=lambda d: (-d.r, d.id))),
        scale_km=scale_km,
        scale=round(scale_km * unit, 1),
        unlocated=len(rows) - len(located),
        outside=len(located) - len(inside),
        table=_table(report, rows, coverage),
    )


def _table(report: ReportInput, rows: list[Row], coverage: Coverage) -> tuple[tuple[str, int, int, int, str], ...]:
    counted: dict[str, Counter[str]] = {r.code: Counter() for r in coverage.regions}
    for row in rows:
        counted.setdefault(row.region, Counter())[row.group] += 1
    states = {r.code: STATES[r.state] for r in coverage.regions}
    return tuple(
        (
            report.region(code),
            n["every"],
            n["depends"],
            n["undecided"],
            states.get(code, "outside the area of this case"),
        )
        for code, n in counted.items()
    )


def _tan(phi: Any) -> Any:
    return np.tan(np.pi / 4 + phi / 2)


def _extent(report: ReportInput, rows: list[Row], incidents: Table[Incident]) -> tuple[float, float, float, float]:
    """Cut to the area; where the area is too wide to read, to its regions with most of the incidents, so that one far
    strike does not shrink the rest to dots."""
    area = {c: report.shapes[c] for c in report.regions if c in report.shapes}
    shapes: list[BaseGeometry] = list(area.values())
    if shapes and _span(shapes) > WIDEST:
        counted = Counter(r.region for r in rows) or Counter(incidents.column("region").tolist())
        shapes, seen = [], 0
        for code, n in sorted(counted.items(), key=lambda kv: (-kv[1], kv[0])):
            if code in area and (seen < SHARE_SHOWN * sum(counted.values()) or not shapes):
                shapes.append(area[code])
            seen += n
        shapes = shapes or list(area.values())
    if not shapes:
        lons, lats = [r.lon for r in rows] or [30.0], [r.lat for r in rows] or [50.0]
        return min(lons) - 2, min(lats) - 1.5, max(lons) + 2, max(lats) + 1.5
    bounds = np.array([s.bounds for s in shapes])
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    return float(west) - 0.4, float(south) - 0.3, float(east) + 0.4, float(north) + 0.3


def _span(shapes: list[BaseGeometry]) -> float:
    bounds = np.array([s.bounds for s in shapes])
    return float(bounds[:, 2].max() - bounds[:, 0].min())


def drawn_bounds(
    cone: Lambert, west: float, south: float, east: float, north: float
) -> tuple[float, float, float, float]:
    """Give west, south, east and north of a box in degrees as projected, km."""
    edge = np.linspace(0, 1, 40)
    lon = np.concatenate([west + edge * (east - west)] * 2 + [np.full(40, west), np.full(40, east)])
    lat = np.concatenate([np.full(40, south), np.full(40, north), *[south + edge * (north - south)] * 2])
    x, y = cone.project(lon, lat)
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _outlines(
    report: ReportInput,
    coverage: Coverage,
    place: Any,
    cut: tuple[float, float, float, float],
    height: float,
) -> tuple[Outline, ...]:
    rows = {r.code: r for r in coverage.regions}
    out = []
    for code, shape in sorted(report.shapes.items()):
        drawn = clipped(shape, place, cut, height)
        if drawn.is_empty:
            continue
        row = rows.get(code)
        label = _short(report.region(code))
        x, y, fits = _label(drawn, label)
        note = f"{row.days_looked} of {row.days} days looked at" if row else "outside the area of this case"
        out.append(
            Outline(
                code=code,
                name=report.region(code),
                state=row.state if row else "outside",
                path=svg_path(drawn),
                label=label if fits and row else "",
                x=round(x, 1),
                y=round(y, 1),
                size=round(float(drawn.area), 1),
                note=note,
            )
        )
    return tuple(out)


def clipped(shape: BaseGeometry, place: Any, cut: tuple[float, float, float, float], height: float) -> BaseGeometry:
    """Put a shape in degrees on the drawing, cut to it and to a box in degrees; `place` turns degrees to units."""
    valid = shape if shape.is_valid else shapely.make_valid(shape)
    clipped = shapely.clip_by_rect(valid, *cut)
    if clipped.is_empty:
        return clipped

    def to_drawing(points: Floats) -> Floats:
        return np.column_stack(place(points[:, 0], points[:, 1]))

    flat = shapely.make_valid(shapely.simplify(shapely.transform(clipped, to_drawing), 0.7))
    flat = shapely.clip_by_rect(flat, -20.0, -20.0, WIDTH + 20, height + 20)
    polygons = [p for p in shapely.get_parts(flat) if p.geom_type == "Polygon" and p.area > 1.5]
    return shapely.multipolygons(polygons) if polygons else shapely.from_wkt("POLYGON EMPTY")


def svg_path(drawn: BaseGeometry) -> str:
    """Give the path of a drawn multipolygon."""
    parts = []
    for polygon in shapely.get_parts(drawn):
        for ring in [polygon.exterior, *polygon.interiors]:
            points = np.round(shapely.get_coordinates(ring)[:-1], 1)
            parts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z")
    return "".join(parts)


def _label(drawn: BaseGeometry, text: str) -> tuple[float, float, bool]:
    largest = max(shapely.get_parts(drawn), key=lambda p: p.area)
    line = shapely.maximum_inscribed_circle(largest, tolerance=3.0)
    (x, y), _ = shapely.get_coordinates(line)
    room = shapely.intersection(largest, shapely.box(-1e4, y - 4, 1e4, y + 4)).bounds
    return float(x), float(y), bool(room[2] - room[0] > len(text) * 5.2 and 15 < x < WIDTH - 15)


def _short(name: str) -> str:
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def _disc(row: Row, place: Any, unit: float) -> Disc:
    x, y = place(row.lon, row.lat)
    r = max(2.5, row.radius_km * unit)
    note = f"{row.date}, {row.place}: {row.act}, {row.object}. {TITLES[row.group][1]}. Within {row.radius_km:,.0f} km."
    return Disc(row.id, row.group, round(float(x), 1), round(float(y), 1), round(r, 1), row.radius_km > 60, note)
