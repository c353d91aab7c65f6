"""Whether a disc lies in a zone of an agreement: inside, outside, straddling, or a zone nobody can draw.

Why four answers: a place is known as a disc, and a disc across the line proves nothing on either side. A zone
that the agreement names and does not define makes no answer possible, and that is not the same as "outside".

Rules. A zone is the union of its regions, its polygon and its disc. A disc is inside where it is wholly inside
one of them; outside where it is wholly outside all of them; else it straddles. For regions only land borders
divide: a disc at a port that reaches over the sea touches no other land and stays inside. A disc without a known
place or radius straddles every zone that is drawn.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ceasefire.geo import distance
from ceasefire.geo.borders import Line, land_border, outline, sample
from ceasefire.geo.boundaries import DEFAULT_VIEW, boundaries
from ceasefire.geo.regions import locate, match
from ceasefire.model.agreement import Zone

INSIDE, OUTSIDE, STRADDLING, UNDEFINED = "inside", "outside", "straddling", "undefined"
_OUT, _ACROSS, _IN = 0, 1, 2


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
        best[known] = np.maximum(best[known], _in_regions(tuple(zone.regions), view, x, y, r))
    if zone.polygon:
        best[known] = np.maximum(best[known], _in_polygon(tuple(zone.polygon), x, y, r))
    if zone.disc:
        away = distance.km(zone.disc.lon, zone.disc.lat, x, y)
        part = np.where(away + r <= zone.disc.radius_km, _IN, np.where(away - r >= zone.disc.radius_km, _OUT, _ACROSS))
        best[known] = np.maximum(best[known], part)
    return np.asarray([OUTSIDE, STRADDLING, INSIDE], dtype=object)[best]


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
