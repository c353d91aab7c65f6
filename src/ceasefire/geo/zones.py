"""Whether a disc lies in a zone of an agreement: inside, outside, straddling, or a zone nobody can draw.

Why four answers: a place is known as a disc, and a disc across the line proves nothing on either side. A zone
that the agreement names and does not define makes no answer possible, and that is not the same as "outside".

Rules. A zone is the union of its regions, polygon, disc, belt along a coast and lane, cut to what it lies within. A
disc is inside where it is wholly inside one of them; outside where it is wholly outside all of them; else it straddles.
For regions only land borders divide: a disc at a port that reaches over the sea touches no other land and stays inside.
For seas, belts and lanes coasts do not divide what is on the water: a ship near the coast is on the sea; but a disc on
land that reaches the water straddles. A disc without a known place or radius straddles every zone that is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ceasefire.geo import distance, sea_zones, seas
from ceasefire.geo.borders import Line, land_border, outline, sample
from ceasefire.geo.boundaries import DEFAULT_VIEW, boundaries
from ceasefire.geo.regions import locate, match, names
from ceasefire.geo.regions import shape as region
from ceasefire.model.agreement import Zone

INSIDE, OUTSIDE, STRADDLING, UNDEFINED = "inside", "outside", "straddling", "undefined"
_OUT, _ACROSS, _IN = 0, 1, 2
_SHORE_KM = 2.0
"""Nearer than this a belt's edge is the coast itself."""


def membership(zone: Zone, lon: Any, lat: Any, radius_km: Any, *, view: str = DEFAULT_VIEW) -> npt.NDArray[np.object_]:
    """Tell of each disc whether it lies in the zone, shape (n,): `inside`, `outside`, `straddling`, `undefined`.

    Parameters
    ----------
    zone
        Zone of an agreement.
    lon, lat
        Centres, degrees, shape (n,).
    radius_km
        Radii, km, shape (n,) or scalar.
    view
        Boundary view, which decides which regions a country has.

    >>> from ceasefire.model.agreement import Disc
    >>> zone = Zone.model_construct(id="z", title="Z", regions=("UA",), polygon=(), disc=None, undefined="")
    >>> lon, lat = [30.52, 36.23, 37.62, 36.5], [50.45, 49.99, 55.75, 50.3]
    >>> membership(zone, lon, lat, [5, 5, 5, 20]).tolist()
    ['inside', 'inside', 'outside', 'straddling']
    """
    x, y, r = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (lon, lat, radius_km)))
    if zone.undefined:
        return np.full(len(x), UNDEFINED, dtype=object)
    best = np.zeros(len(x), dtype=np.int8)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & (r >= 0))
    best[~np.isin(np.arange(len(x)), known)] = _ACROSS
    x, y, r = x[known], y[known], r[known]
    if zone.regions:
        best[known] = np.maximum(best[known], _in_places(tuple(zone.regions), view, x, y, r))
    if zone.polygon:
        best[known] = np.maximum(best[known], _in_polygon(tuple(zone.polygon), x, y, r))
    if zone.coast or zone.corridor:
        best[known] = np.maximum(best[known], _on_water(zone, x, y, r))
    if zone.disc:
        away = distance.km(zone.disc.lon, zone.disc.lat, x, y)
        part = np.where(away + r <= zone.disc.radius_km, _IN, np.where(away - r >= zone.disc.radius_km, _OUT, _ACROSS))
        best[known] = np.maximum(best[known], part)
    if zone.within:
        best[known] = np.minimum(best[known], _in_places(tuple(zone.within), view, x, y, r))
    return np.asarray([OUTSIDE, STRADDLING, INSIDE], dtype=object)[best]


def may_hold(zone: Zone, codes: Sequence[str], *, view: str = DEFAULT_VIEW) -> npt.NDArray[np.bool_]:
    """Tell of each region or sea whether a part of it lies in the zone, shape (codes,).

    Why: a day without a report from a region says nothing of a zone that has no part in it. A zone that nobody drew may
    lie anywhere.

    Parameters
    ----------
    zone
        Zone of an agreement.
    codes
        Codes of regions and seas; an unknown code may hold any zone.
    view
        Boundary view, which decides which regions a country has.

    >>> zone = Zone.model_construct(id="z", title="Z", regions=("XZ-BLS",), sources=("s",))
    >>> may_hold(zone, ["XZ-BLS", "XZ-AZS", "UA-51"]).tolist()
    [True, False, False]
    """
    if zone.undefined:
        return np.ones(len(codes), dtype=bool)
    named = {c for pattern in zone.regions for c in match(pattern, view=view)}
    within = {c for pattern in zone.within for c in match(pattern, view=view)}
    drawn = _drawn(zone, view) if zone.polygon or zone.disc or zone.coast or zone.corridor else None
    known = set(names())
    out = []
    for code in codes:
        inside = code not in known or code in named or (drawn is not None and shapely.intersects(drawn, region(code)))
        out.append(inside and (not within or code not in known or code in within))
    return np.array(out, dtype=bool)


@lru_cache(maxsize=64)
def _drawn(zone: Zone, view: str) -> Any:
    shape = shapely.union_all(list(sea_zones.parts(zone.model_copy(update={"regions": ()}), view=view)))
    shapely.prepare(shape)
    return shape


def _in_places(patterns: tuple[str, ...], view: str, x: Any, y: Any, r: Any) -> npt.NDArray[np.int8]:
    """Compare discs with the union of regions on land and of seas."""
    on_sea = [code for pattern in patterns for code in match(pattern, view=view) if code in seas.codes()]
    on_land = tuple(p for p in patterns if set(match(p, view=view)) - set(seas.codes()) or not match(p, view=view))
    best = _in_regions(on_land, view, x, y, r) if on_land or not on_sea else np.full(len(x), _OUT, dtype=np.int8)
    for code in dict.fromkeys(on_sea):
        best = np.maximum(best, _in_sea(code, x, y, r))
    return best


def _in_sea(code: str, x: Any, y: Any, r: Any) -> npt.NDArray[np.int8]:
    """Compare discs with a sea, which only other seas divide from the water around."""
    inside = np.asarray(locate(x, y, reach_km=0.0) == code, dtype=bool)
    edge, beyond = _sea_lines(code)
    touches = np.zeros(len(x), dtype=bool)
    touches[inside] = beyond.touches(x[inside], y[inside], r[inside])
    touches[~inside] = edge.touches(x[~inside], y[~inside], r[~inside])
    return _compare(inside, touches)


@lru_cache(maxsize=16)
def _sea_lines(code: str) -> tuple[Line, Line]:
    """Give a sea's whole edge, and the edges of the seas that adjoin it."""
    own = seas.shape(code)
    adjoining = [s for s in map(seas.shape, seas.codes()) if s is not own and shapely.dwithin(s, own, 0.01)]
    return _edge(own), _edge(shapely.union_all(adjoining))


def _edge(shape: Any) -> Line:
    parts = shapely.get_parts(shapely.boundary(shape))
    xy, row = shapely.get_coordinates(parts, return_index=True)
    same = row[1:] == row[:-1]
    return Line(sample(xy[:-1][same], xy[1:][same]))


def _in_regions(patterns: tuple[str, ...], view: str, x: Any, y: Any, r: Any) -> npt.NDArray[np.int8]:
    """Compare discs with the union of regions, of which only land borders divide."""
    codes, border, edge = _regions(patterns, view)
    inside = np.isin(locate(x, y).astype(str), codes)
    touches = np.zeros(len(x), dtype=bool)
    touches[inside] = border.touches(x[inside], y[inside], r[inside])
    touches[~inside] = edge.touches(x[~inside], y[~inside], r[~inside])
    return _compare(inside, touches)


def _in_polygon(ring: tuple[tuple[float, float], ...], x: Any, y: Any, r: Any) -> npt.NDArray[np.int8]:
    polygon, edge = _polygon(ring)
    return _compare(shapely.contains_xy(polygon, x, y), edge.touches(x, y, r))


def _on_water(zone: Zone, x: Any, y: Any, r: Any) -> npt.NDArray[np.int8]:
    """Compare discs with a zone's belt and lane."""
    shape, edge, seaward = _water(zone)
    inside = shapely.contains_xy(shape, x, y)
    afloat = inside | (seas.coast_km(x, y) < 0)
    touches = np.zeros(len(x), dtype=bool)
    touches[afloat] = seaward.touches(x[afloat], y[afloat], r[afloat])
    touches[~afloat] = edge.touches(x[~afloat], y[~afloat], r[~afloat])
    return _compare(inside, touches)


@lru_cache(maxsize=64)
def _water(zone: Zone) -> tuple[Any, Line, Line]:
    """Give the shape of a zone's belt and lane, its whole edge, and what of the edge lies on the water."""
    shape = shapely.union_all(list(sea_zones.on_water(zone)))
    shapely.prepare(shape)
    edge = _edge(shape)
    afloat = seas.coast_km(edge.points[:, 0], edge.points[:, 1]) < -_SHORE_KM
    return shape, edge, Line(edge.points[afloat])


def _compare(inside: Any, touches: Any) -> npt.NDArray[np.int8]:
    return np.where(touches, _ACROSS, np.where(inside, _IN, _OUT)).astype(np.int8)


@lru_cache(maxsize=64)
def _regions(patterns: tuple[str, ...], view: str) -> tuple[list[str], Line, Line]:
    codes = sorted({code for pattern in patterns for code in match(pattern, view=view)})
    if not codes:
        raise ValueError(f"no region is meant by {', '.join(map(repr, patterns))} in the view {view!r}")
    rows = np.isin(boundaries().code.astype(str), codes)
    return codes, land_border(rows), outline(rows)


@lru_cache(maxsize=64)
def _polygon(ring: tuple[tuple[float, float], ...]) -> tuple[Any, Line]:
    polygon = shapely.Polygon(ring)
    if not polygon.is_valid:
        raise ValueError(f"the polygon crosses itself: {shapely.is_valid_reason(polygon)}")
    shapely.prepare(polygon)
    xy = shapely.get_coordinates(polygon)
    return polygon, Line(sample(xy[:-1], xy[1:]))
