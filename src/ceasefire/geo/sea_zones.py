"""Belts along a coast, lanes and other zones on the water, as shapes in degrees.

Why belts are computed: texts speak of "territorial waters" and seldom draw them. A belt here is a buffer about the
shipped coast and no legal line: no baselines across bays, no islets that the coast leaves out, no treaty with the
neighbour, and a coast that is itself good to about 1 km. Where two coasts are nearer than two belts, each belt has the
overlap; an exclusive zone is cut by the line of equal distance, again without treaties. Whoever has an agreed line
gives a polygon.

Distances are laid out in an azimuthal equidistant projection about each region's middle: wrong by less than 0.1 %
within 500 km of it. Source of the method: J. P. Snyder, Map Projections: A Working Manual, USGS Professional Paper
1395, 1987.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from ceasefire.geo import distance, seas
from ceasefire.geo.boundaries import DEFAULT_VIEW, boundaries
from ceasefire.geo.regions import match, shape
from ceasefire.model.area import Zone

KM_PER_NM = 1.852
"""Kilometres in a nautical mile, by definition."""
TERRITORIAL_NM = 12.0
"""Greatest width of a territorial sea (United Nations Convention on the Law of the Sea, article 3)."""
EXCLUSIVE_NM = 200.0
"""Greatest width of an exclusive economic zone (the same, article 57)."""
_COAST_KM = 5.0
"""Distance of points on coasts between which the line of equal distance is drawn; it is good to about half of that."""
_CORNERS = 90
_Array = np.ndarray[Any, Any]


def territorial_sea(codes: Sequence[str], nm: float = TERRITORIAL_NM) -> Any:
    """Give the water within some nautical miles of a stated coast.

    Parameters
    ----------
    codes
        Patterns of the land regions whose coast is meant, e.g. `["UA-51"]` or `["RO"]`.
    nm
        Width, nautical miles.

    Returns
    -------
    A shapely multipolygon in degrees, without land.

    Raises
    ------
    ValueError
        Where a pattern means no region, or the width is not above 0.

    >>> belt = territorial_sea(["UA-51"])
    >>> shapely.contains_xy(belt, [30.95, 31.5], [46.40, 45.0]).tolist()
    [True, False]
    """
    if not nm > 0:
        raise ValueError(f"a belt of {nm} nautical miles is none")
    return _belt(_matched(codes), float(nm))


def exclusive_zone(codes: Sequence[str], nm: float = EXCLUSIVE_NM, *, sea: str) -> Any:
    """Give the water of a sea within some nautical miles of a stated coast and nearer to it than to any other.

    Parameters
    ----------
    codes
        As in `territorial_sea`.
    nm
        Greatest width, nautical miles.
    sea
        Code of the sea (`geo.seas`).

    Raises
    ------
    ValueError
        Where a pattern means no region, or none of the coast lies on that sea.

    >>> zone = exclusive_zone(["RO"], sea="XZ-BLS")
    >>> shapely.contains_xy(zone, [29.5, 33.0], [44.0, 43.5]).tolist()
    [True, False]
    """
    if sea not in seas.codes():
        raise ValueError(f"no sea {sea!r}: one of {', '.join(seas.codes())}")
    return _exclusive(_matched(codes), float(nm), sea)


def lane(line: Sequence[tuple[float, float]], width_km: float) -> Any:
    """Give a lane of one width about a line of (longitude, latitude), a shapely polygon in degrees.

    >>> along = lane([(30.9, 46.2), (30.2, 45.0)], 10.0)
    >>> shapely.contains_xy(along, [30.55, 30.9], [45.6, 45.6]).tolist()
    [True, False]
    """
    middle = shapely.segmentize(shapely.LineString(line), 0.2)
    return _grown(middle, width_km / 2.0)


def outline(zone: Zone, *, view: str = DEFAULT_VIEW) -> Any:
    """Give an agreement's zone as one shape: the union of all that is drawn, cut to what it lies within; None for none.

    Parameters
    ----------
    zone
        Zone of an agreement.
    view
        Boundary view, which decides which regions a country has.

    >>> box = ((30, 42), (34, 42), (34, 46), (30, 46))
    >>> zone = Zone(id="z", title="Z", polygon=box, within=("XZ-BLS",), sources=("s",))
    >>> shapely.contains_xy(outline(zone), [32.0, 33.9], [44.0, 45.0]).tolist()
    [True, False]
    """
    drawn = shapely.union_all(list(parts(zone, view=view))) if zone.drawn else None
    if drawn is None or not zone.within:
        return drawn
    return shapely.intersection(drawn, shapely.union_all([shape(c) for c in _matched(zone.within, view=view)]))


def parts(zone: Zone, *, view: str = DEFAULT_VIEW) -> Iterable[Any]:
    """Give the shapes of which a zone is the union, regions among them, before it is cut to what it lies within."""
    yield from (shape(code) for code in (_matched(zone.regions, view=view) if zone.regions else ()))
    yield from on_water(zone)
    if zone.polygon:
        yield shapely.Polygon(zone.polygon)
    if zone.disc:
        bearing = np.arange(_CORNERS) * (360.0 / _CORNERS)
        yield shapely.Polygon(np.c_[distance.destination(zone.disc.lon, zone.disc.lat, bearing, zone.disc.radius_km)])


def on_water(zone: Zone) -> Iterable[Any]:
    """Give the shapes of a zone's belt and lane."""
    if zone.coast:
        yield territorial_sea(zone.coast.of, zone.coast.nm)
    if zone.corridor:
        yield lane(zone.corridor.line, zone.corridor.width_km)


def _matched(codes: Sequence[str], *, view: str = DEFAULT_VIEW) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(c for pattern in codes for c in match(pattern, view=view)))
    if not found:
        raise ValueError(f"no region is meant by {', '.join(map(repr, codes)) or 'nothing'}")
    return found


@lru_cache(maxsize=64)
def _belt(codes: tuple[str, ...], nm: float) -> Any:
    reach = nm * KM_PER_NM
    grown = shapely.union_all([_grown(piece, reach) for code in codes for piece in shapely.get_parts(shape(code))])
    land = boundaries().shape
    near = land[shapely.intersects(land, grown)]
    return shapely.normalize(shapely.difference(grown, shapely.union_all(near)))


@lru_cache(maxsize=32)
def _exclusive(codes: tuple[str, ...], nm: float, sea: str) -> Any:
    water = shape(sea)
    land = boundaries()
    about = shapely.buffer(water, 0.05, quad_segs=2)
    shapely.prepare(about)
    xy, own, shores = [], [], []
    for row in np.flatnonzero(shapely.intersects(about, land.shape)):
        shore = shapely.intersection(shapely.boundary(land.shape[row]), about)
        if str(land.code[row]) in codes:
            shores.append(shore)
        points = shapely.get_coordinates(shapely.segmentize(shore, _COAST_KM / distance.KM_PER_DEGREE))
        xy.append(points)
        own.append(np.full(len(points), str(land.code[row]) in codes))
    at, mine = np.concatenate(xy), np.concatenate(own)
    if not mine.any():
        raise ValueError(f"none of {', '.join(codes)} lies on {sea}")
    onto, back = _about(shapely.centroid(water))
    flat, first = np.unique(np.round(onto(at), 3), axis=0, return_index=True)
    mine = mine[first]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(flat)))
    holder = shapely.STRtree(cells).query(shapely.points(flat[mine]), predicate="within")[1]
    nearer = shapely.transform(shapely.union_all(cells[np.unique(holder)]), back)
    near = shapely.intersection(water, shapely.make_valid(nearer))
    within = shapely.union_all([_grown(shapely.simplify(s, 0.005), nm * KM_PER_NM) for s in shores])
    return shapely.normalize(shapely.intersection(near, within))


def _grown(shape_: Any, reach_km: float) -> Any:
    """Give a shape grown by a distance on the ground, degrees."""
    onto, back = _about(shapely.centroid(shape_))
    return shapely.transform(shapely.buffer(shapely.transform(shape_, onto), reach_km, quad_segs=12), back)


def _about(centre: Any) -> tuple[Callable[[_Array], _Array], Callable[[_Array], _Array]]:
    """Give the azimuthal equidistant projection about a point, km, and its inverse; arrays of shape (n, 2)."""
    lon0, lat0 = np.radians(shapely.get_x(centre)), np.radians(shapely.get_y(centre))
    r = distance.EARTH_RADIUS_KM

    def onto(xy: _Array) -> _Array:
        lon, lat = np.radians(xy[:, 0]) - lon0, np.radians(xy[:, 1])
        cos_c = np.clip(np.sin(lat0) * np.sin(lat) + np.cos(lat0) * np.cos(lat) * np.cos(lon), -1.0, 1.0)
        c = np.arccos(cos_c)
        k = np.where(c > 1e-9, c / np.maximum(np.sin(c), 1e-12), 1.0) * r
        y = k * (np.cos(lat0) * np.sin(lat) - np.sin(lat0) * np.cos(lat) * np.cos(lon))
        return np.column_stack([k * np.cos(lat) * np.sin(lon), y])

    def back(xy: _Array) -> _Array:
        x, y = xy[:, 0] / r, xy[:, 1] / r
        c = np.hypot(x, y)
        s = np.where(c > 1e-12, np.sin(c) / np.maximum(c, 1e-12), 1.0)
        lat = np.arcsin(np.clip(np.cos(c) * np.sin(lat0) + y * s * np.cos(lat0), -1.0, 1.0))
        lon = lon0 + np.arctan2(x * s, np.cos(lat0) * np.cos(c) - y * s * np.sin(lat0))
        return np.column_stack([np.degrees(lon), np.degrees(lat)])

    return onto, back
