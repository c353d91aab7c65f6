"""Places that a patrol was to watch: zones of the agreement or the mission, and the register's objects in reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, pi, sqrt
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ceasefire.detectors.patrol_looks import Watched
from ceasefire.geo import regions
from ceasefire.geo.distance import km
from ceasefire.geo.ellipsoid import metres_per_degree
from ceasefire.geo.flight import Flight
from ceasefire.model.agreement import Zone
from ceasefire.model.records import ProtectedObject
from ceasefire.model.table import Table
from ceasefire.sources.watch_zones import WatchZone

LARGEST_KM2 = 2_500.0
"""A zone that is larger than this is an area of the agreement, not a place for a patrol."""
VAGUE_KM = 5.0
"""An object whose place is known no better than this cannot be watched by a camera."""
LEAST_M = 100.0
"""Least radius of an object."""
ROUND = 0.85
"""A zone of which its disc of equal area holds this share is watched as that one disc; others are cut in pieces."""
DEEPEST = 5
"""Times that a zone is halved, at most."""
_CORNERS = 48


@dataclass(frozen=True, eq=False)
class Spot:
    """One place with its outline, and the discs as which looks know it."""

    id: str
    name: str
    kind: str
    """`zone` or `object`."""
    shape: BaseGeometry
    """Degrees."""
    discs: tuple[Watched, ...]
    object_class: str = ""
    rings: bool = True
    """False where the disc is all that is known."""
    planned: bool = field(default=False)

    @property
    def region(self) -> str:
        """ISO 3166-2 region of its middle."""
        return self.discs[0].region


def of_zones(zones: Iterable[WatchZone]) -> list[Spot]:
    """Give the places of a mission's own zones."""
    return [of_shape(z.id, z.name, z.shape, z.object_class) for z in zones]


def of_shape(name_id: str, name: str, shape: BaseGeometry, object_class: str = "") -> Spot:
    """Give a zone as a place, cut into discs."""
    discs = []
    pieces = pieces_of(shape)
    for number, piece in enumerate(pieces, start=1):
        at = piece.centroid if piece.contains(piece.centroid) else piece.representative_point()
        region = str(regions.locate(np.array([at.x]), np.array([at.y]))[0])
        key = name_id if len(pieces) == 1 else f"{name_id}#{number}"
        discs.append(Watched(key, float(at.x), float(at.y), sqrt(1e6 * _km2(piece) / pi), region))
    return Spot(name_id, name or name_id, "zone", shape, tuple(discs), object_class)


def of_agreement(zones: Iterable[Zone]) -> list[Spot]:
    """Give the places of an agreement's zones that have a line of their own, and are small enough to be watched."""
    out = []
    for zone in zones:
        parts: list[BaseGeometry] = []
        if zone.polygon:
            parts.append(shapely.make_valid(shapely.Polygon(zone.polygon)))
        if zone.disc is not None:
            parts.append(disc(zone.disc.lon, zone.disc.lat, 1000.0 * zone.disc.radius_km))
        if parts and _km2(whole := shapely.union_all(parts)) <= LARGEST_KM2:
            out.append(of_shape(zone.id, zone.title, whole))
    return out


def of_objects(objects: Table[ProtectedObject]) -> list[Spot]:
    """Give the places of the register's objects whose place is known well enough."""
    out = []
    for o in objects:
        if o.radius_km <= VAGUE_KM:
            radius = max(1000.0 * o.radius_km, LEAST_M)
            watched = Watched(o.id, o.lon, o.lat, radius, o.region)
            shape = disc(o.lon, o.lat, radius)
            out.append(Spot(o.id, o.name, "object", shape, (watched,), o.object_class, rings=False))
    return out


def in_reach(spots: Sequence[Spot], flights: Sequence[Flight], reach_km: float) -> list[Spot]:
    """Give the places within a distance of the track, measured to the edge of their disc."""
    tracks = [f.keep(np.flatnonzero(f.fix)[:: max(1, int(f.fix.sum()) // 2000)]) for f in flights if f.fix.any()]
    if not tracks or not spots:
        return []
    lon, lat = (np.concatenate([getattr(t, n) for t in tracks]) for n in ("lon", "lat"))
    return [
        s
        for s in spots
        if any(float(km(d.lon, d.lat, lon, lat).min()) - d.radius_m / 1000.0 <= reach_km for d in s.discs)
    ]


def disc(lon: float, lat: float, radius_m: float) -> BaseGeometry:
    """Give a circle on the ground as a polygon of degrees."""
    turn = np.linspace(0.0, 2 * pi, _CORNERS, endpoint=False)
    lon_m, lat_m = (float(v) for v in metres_per_degree(lat))
    return shapely.Polygon(
        np.column_stack([lon + radius_m * np.sin(turn) / lon_m, lat + radius_m * np.cos(turn) / lat_m])
    )


def rings_of(shape: BaseGeometry) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Give the outlines of a shape, degrees, without their holes."""
    polygons = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    return tuple(
        tuple((round(float(x), 7), round(float(y), 7)) for x, y in shapely.get_coordinates(p.exterior))
        for p in polygons
    )


def share_of(shape: BaseGeometry, lon: Any, lat: Any, seen: Any, size_m: float) -> tuple[float, Any]:
    """Give the share of a place that seen cells cover, and which cells lie in it.

    Parameters
    ----------
    shape
        The place, degrees.
    lon, lat, seen
        Centres of cells and whether they were seen, any one shape.
    size_m
        Side of a cell, metres.
    """
    west, south, east, north = shape.bounds
    inside = np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    shapely.prepare(shape)
    inside[inside] = shapely.contains_xy(shape, lon[inside], lat[inside])
    cells = max(1e6 * _km2(shape) / size_m**2, 1.0)
    return float(min((inside & seen).sum() / cells, 1.0)), inside


def pieces_of(shape: BaseGeometry) -> list[BaseGeometry]:
    """Cut a shape into pieces that are about as their discs."""
    return _pieces(shape, DEEPEST)


def _pieces(shape: BaseGeometry, deep: int) -> list[BaseGeometry]:
    """Halve a shape across its longer side until each piece is about as its disc."""
    at, area = shape.centroid, _km2(shape)
    round_ = disc(at.x, at.y, sqrt(1e6 * area / pi))
    if deep == 0 or area == 0 or _km2(shapely.intersection(shape, round_)) >= ROUND * area:
        return [shape]
    west, south, east, north = shape.bounds
    lon_m, lat_m = (float(v) for v in metres_per_degree(at.y))
    wide, tall = (east - west) * lon_m, (north - south) * lat_m
    count = max(2, ceil(max(wide, tall) / max(min(wide, tall), 1.0)))
    edge = np.linspace(west, east, count + 1) if wide >= tall else np.linspace(south, north, count + 1)
    out = []
    for a, b in pairwise(edge.tolist()):
        box = (a, south, b, north) if wide >= tall else (west, a, east, b)
        part = shapely.clip_by_rect(shape, *box)
        if not part.is_empty and _km2(part) > 0:
            out += _pieces(part, deep - 1)
    return out


def _km2(shape: BaseGeometry) -> float:
    if shape.is_empty:
        return 0.0
    lon_m, lat_m = (float(v) for v in metres_per_degree(shape.centroid.y))
    return float(shape.area * lon_m * lat_m / 1e6)
