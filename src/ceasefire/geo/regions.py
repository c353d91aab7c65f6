"""Which first-order region (oblast, state, province) or sea a place lies in, anywhere in the world.

Why regions: agreements, alerts, tallies and tables speak of oblasts, and a region is as much as may safely be
published of many places. Codes are ISO 3166-2, and those of `seas` on the water. A region's country is a stated view
(`boundaries.VIEWS`); that of a sea is `XZ`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ceasefire.geo import distance, seas
from ceasefire.geo.boundaries import DEFAULT_VIEW, VIEWS, boundaries, grid, rows
from ceasefire.geo.region_names import aliases, code_of

__all__ = ["aliases", "code_of", "country", "disc", "locate", "match", "names", "on_region", "shape"]

REACH_KM = 2.0
"""Default reach of `locate`: the shipped coast is good to about 1 km, and ports stand at its edge."""
_WATER = "XZ"


def locate(lon: Any, lat: Any, *, reach_km: float = REACH_KM) -> npt.NDArray[np.object_]:
    """Give the code of the region or sea each point lies in; '' in a sea without a code and for NaN.

    Parameters
    ----------
    lon, lat
        Degrees, shape (n,) or scalars.
    reach_km
        A point in no region takes the nearest one within this distance, because the shipped coast is
        simplified; at most 10, 0 turns it off.

    Notes
    -----
    Most points are answered by a grid of 0.1 degree cells that lie wholly in one region; the others by exact
    tests against the polygons whose boxes hold them. A point on a common border takes the first code.

    >>> locate([30.52, 36.19, 37.62, 33.0, -20.0], [50.45, 51.73, 55.75, 43.5, 40.0]).tolist()
    ['UA-30', 'RU-KRS', 'RU-MOW', 'XZ-BLS', '']
    """
    x, y = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (lon, lat)))
    row = _rows(x, y, reach_km)
    code = np.append(boundaries().code, "")[np.where(row < 0, -1, row)]
    water = np.flatnonzero(row == -2)
    if len(water):
        code[water] = seas.within(x[water], y[water])
    return np.asarray(code)


def on_region(lon: Any, lat: Any) -> npt.NDArray[np.bool_]:
    """Tell which points lie in some land region, shape (n,).

    >>> on_region([30.52, 33.0], [50.45, 43.5]).tolist()
    [True, False]
    """
    x, y = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (lon, lat)))
    return _rows(x, y, 0.0) >= 0


def _rows(x: Any, y: Any, reach_km: float) -> npt.NDArray[np.int64]:
    """Give the row of the land region of each point; -2 in none, -3 where the point is not known."""
    if not 0.0 <= reach_km <= 10.0:
        raise ValueError(f"reach_km lies between 0 and 10, not {reach_km}")
    row = np.full(x.shape, -3, dtype=np.int64)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & (np.abs(y) <= 90.0))
    x, y = distance.wrap(x[known]), y[known]
    cells, side = grid()
    column = np.minimum(((x + 180.0) / side).astype(np.int64), cells.shape[1] - 1)
    line = np.minimum(((y + 90.0) / side).astype(np.int64), cells.shape[0] - 1)
    found = cells[line, column].astype(np.int64)
    near = np.flatnonzero(found == -1)
    if len(near):
        found[near] = _exact(x[near], y[near], reach_km)
    row[known] = found
    return row


def names(language: str = "en") -> dict[str, str]:
    """Give the name of every region and sea by code.

    Parameters
    ----------
    language
        `en`, `uk` or `ru`; a region without a name in it takes the English one.

    >>> names()["UA-53"], names("uk")["UA-53"], names("ru")["RU-KRS"]
    ('Poltava', 'Полтавська область', 'Курская область')
    """
    b = boundaries()
    if language not in b.names:
        raise ValueError(f"no names in {language!r}: use one of {', '.join(b.names)}")
    wanted = zip(b.code, b.names[language], b.names["en"], strict=True)
    return {code: name or english for code, name, english in wanted} | seas.names(language)


def shape(code: str) -> Any:
    """Give the region's outline, a shapely multipolygon in degrees.

    >>> shape("UA-30").geom_type
    'MultiPolygon'
    """
    return seas.shape(code) if code in seas.codes() else boundaries().shape[_row(code)]


@cache
def disc(code: str) -> tuple[float, float, float]:
    """Give longitude, latitude and radius in km of a disc that holds the whole region.

    Why: an observation that only names a region is a disc like any other. The centre is that of the smallest
    circle in a local equal-area projection; the radius is then the true distance to the farthest corner.

    >>> lon, lat, radius_km = disc("UA-30")
    >>> round(lon, 1), round(lat, 1), 20 < radius_km < 40
    (30.5, 50.4, True)
    """
    xy = shapely.get_coordinates(shape(code))
    middle = distance.unit_vectors(xy[:, 0], xy[:, 1]).mean(axis=0)
    east, north = np.arctan2(middle[1], middle[0]), np.arctan2(middle[2], np.hypot(middle[0], middle[1]))
    centre = (float(np.degrees(east)), float(np.degrees(north)))
    x, y = distance.equal_area(xy[:, 0], xy[:, 1], centre=centre)
    circle = shapely.get_coordinates(shapely.minimum_bounding_circle(shapely.multipoints(np.c_[x, y])))
    east, north = (circle.min(axis=0) + circle.max(axis=0)) / 2
    bearing = np.degrees(np.arctan2(east, north))
    lon, lat = distance.destination(*centre, bearing, float(np.hypot(east, north)))
    radius = float(distance.km(lon, lat, xy[:, 0], xy[:, 1]).max())
    return float(lon), float(lat), radius


def match(pattern: str, *, view: str = DEFAULT_VIEW) -> list[str]:
    """Give the codes a pattern means, sorted: a country (`UA`), one region (`UA-53`), `XZ` (all seas), `*` (all land).

    Parameters
    ----------
    pattern
        ISO 3166-1 alpha-2 country, ISO 3166-2 region, or a sea.
    view
        Boundary view, which decides which regions a country has (`boundaries.VIEWS`).

    >>> match("UA-53"), len(match("UA")), len(match("UA", view="natural-earth")), match("XZ-BLS"), match("XQ")
    (['UA-53'], 27, 25, ['XZ-BLS'], [])
    """
    b = boundaries()
    if pattern == "*":
        return [str(c) for c in b.code]
    if pattern.split("-", maxsplit=1)[0] == _WATER:
        return sorted(code for code in seas.codes() if pattern in (_WATER, code))
    if "-" in pattern:
        return [pattern] if pattern in rows() else []
    return [str(c) for c in b.code[_countries(view) == pattern]]


def country(codes: Any, *, view: str = DEFAULT_VIEW) -> npt.NDArray[np.object_]:
    """Give the ISO 3166-1 country of region codes, shape (n,); `XZ` for a sea, '' for an unknown code or ''.

    >>> country(["UA-43", "RU-KRS", ""]).tolist(), country(["UA-43"], view="natural-earth").tolist()
    (['UA', 'RU', ''], ['RU'])
    """
    of = np.append(_countries(view), "")
    distinct, place = np.unique(np.asarray(codes, dtype=object).astype(str), return_inverse=True)
    known = of[[rows().get(str(c), -1) for c in distinct]]
    return np.asarray(np.where(np.isin(distinct, seas.codes()), _WATER, known))[place]


def _countries(view: str) -> npt.NDArray[np.object_]:
    if view not in VIEWS:
        raise ValueError(f"no boundary view {view!r}: use one of {', '.join(VIEWS)}")
    return boundaries().country[view]


def _row(code: str) -> int:
    if code not in rows():
        raise KeyError(f"no region {code!r}: codes are ISO 3166-2, e.g. UA-53")
    return rows()[code]


@cache
def _parts() -> tuple[Any, Any, Any]:
    """Single polygons, prepared, with their region's row and a tree of their boxes."""
    parts, row = shapely.get_parts(boundaries().shape, return_index=True)
    shapely.prepare(parts)
    return parts, row, shapely.STRtree(np.asarray(shapely.box(*shapely.bounds(parts).T)))


@cache
def _edges() -> tuple[Any, Any, Any]:
    """Outlines cut into short pieces, with their region's row and a tree."""
    lines, part = shapely.get_parts(shapely.boundary(_parts()[0]), return_index=True)
    xy, line = shapely.get_coordinates(lines, return_index=True)
    ends = np.flatnonzero(line[1:] == line[:-1])
    piece = np.cumsum(np.r_[True, line[ends[1:]] != line[ends[:-1]]] | (np.arange(len(ends)) % 16 == 0)) - 1
    first = np.r_[True, piece[1:] != piece[:-1]]
    last = np.r_[first[1:], True]
    points = np.concatenate([ends, ends[last] + 1])
    order = np.argsort(np.concatenate([piece, piece[last]]), kind="stable")
    outlines = shapely.linestrings(xy[points[order]], indices=np.sort(np.concatenate([piece, piece[last]])))
    return outlines, _parts()[1][part[line[ends[first]]]], shapely.STRtree(outlines)


def _exact(x: Any, y: Any, reach_km: float) -> npt.NDArray[np.int64]:
    found = np.full(len(x), np.iinfo(np.int64).max, dtype=np.int64)
    parts, row, tree = _parts()
    point, part = tree.query(shapely.points(x, y))
    order = np.argsort(part, kind="stable")
    point, part = point[order], part[order]
    starts = np.flatnonzero(np.diff(part, prepend=-1))
    for a, b in zip(starts, np.append(starts, len(part))[1:], strict=True):
        these = point[a:b]
        inside = these[shapely.intersects_xy(parts[part[a]], x[these], y[these])]
        found[inside] = np.minimum(found[inside], row[part[a]])
    lost = np.flatnonzero(found == np.iinfo(np.int64).max)
    found[lost] = -2
    if len(lost) and reach_km > 0:
        _reach(x, y, lost, found, reach_km)
    return found


def _reach(x: Any, y: Any, lost: Any, found: npt.NDArray[np.int64], reach_km: float) -> None:
    """Give points in no region the nearest one within reach, in place."""
    pieces, row, tree = _edges()
    points = shapely.points(x[lost], y[lost])
    degrees = reach_km / distance.KM_PER_DEGREE / max(np.cos(np.radians(np.abs(y[lost]).max())), 0.05)
    point, piece = tree.query_nearest(points, max_distance=degrees, all_matches=False)
    ends = shapely.get_coordinates(shapely.shortest_line(points[point], pieces[piece])).reshape(-1, 2, 2)
    near = distance.km(ends[:, 0, 0], ends[:, 0, 1], ends[:, 1, 0], ends[:, 1, 1]) <= reach_km
    found[lost[point[near]]] = row[piece[near]]
