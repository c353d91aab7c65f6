"""Lines as points a kilometre apart: which land border or coast is how far from a disc, for many discs at once.

Why points: the distance from a million discs to a border is then one query of a tree of unit vectors, right at
every latitude, and short by half the spacing at most. The shipped regions share their vertices, so that a
segment that two regions have is a land border and a segment that only one has is a coast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from ceasefire.geo import distance
from ceasefire.geo.boundaries import boundaries

SPACING_KM = 1.0
"""Distance between points on a line, km."""
_SIZES_KM = (2.0, 8.0, 32.0, 128.0)
"""Radii between which discs are compared with a line together, km."""


@dataclass(frozen=True)
class Segments:
    """Every segment of the outlines of some regions, once."""

    start: npt.NDArray[np.float64]
    """Longitude and latitude of one end, shape (n, 2)."""
    end: npt.NDArray[np.float64]
    """Longitude and latitude of the other end, shape (n, 2)."""
    one: npt.NDArray[np.int64]
    """Row of the region it belongs to, shape (n,)."""
    other: npt.NDArray[np.int64]
    """Row of the region on its other side, -1 at the coast, shape (n,)."""


def segments(rows: npt.NDArray[np.bool_]) -> Segments:
    """Cut the outlines of the marked regions into segments, each with the region on either side.

    Parameters
    ----------
    rows
        Mask over the shipped regions, shape (regions,).

    >>> from ceasefire.geo.regions import match
    >>> s = segments(np.isin(boundaries().code, match("UA")))
    >>> bool((s.other == -1).any()), bool((s.other >= 0).any())
    (True, True)
    """
    shape = boundaries().shape
    near = rows.copy()  # whoever shares a segment has a box that touches
    near[shapely.STRtree(shape).query(shape[rows])[1]] = True
    rings, row = shapely.get_parts(shapely.boundary(shape[near]), return_index=True)
    row = np.flatnonzero(near)[row]
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    a, b, region = xy[:-1][same], xy[1:][same], row[ring[:-1][same]]
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    a, b = np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)
    order = np.lexsort((region, b[:, 1], b[:, 0], a[:, 1], a[:, 0]))
    a, b, region = a[order], b[order], region[order]
    twin = (a[1:] == a[:-1]).all(axis=1) & (b[1:] == b[:-1]).all(axis=1)
    other = np.full(len(a), -1, dtype=np.int64)
    other[:-1][twin] = region[1:][twin]
    first = np.r_[True, ~twin][: len(a)]
    first &= rows[region] | ((other >= 0) & rows[other])
    return Segments(a[first], b[first], region[first], other[first])


def sample(start: Any, end: Any, *, spacing_km: float = SPACING_KM) -> npt.NDArray[np.float64]:
    """Put points on segments, ends included, no farther apart than the spacing.

    Parameters
    ----------
    start, end
        Longitude and latitude of the segments' ends, shape (n, 2).
    spacing_km
        Greatest distance between points, km.

    >>> sample([[30.0, 50.0]], [[30.0, 50.02]]).round(3).tolist()
    [[30.0, 50.0], [30.0, 50.007], [30.0, 50.013], [30.0, 50.02]]
    """
    a, b = np.asarray(start, dtype=np.float64).reshape(-1, 2), np.asarray(end, dtype=np.float64).reshape(-1, 2)
    length = distance.km(a[:, 0], a[:, 1], b[:, 0], b[:, 1])
    pieces = np.maximum(np.ceil(length / spacing_km), 1).astype(np.int64)
    which = np.repeat(np.arange(len(a)), pieces + 1)
    first = np.cumsum(pieces + 1) - (pieces + 1)
    share = (np.arange(len(which)) - first[which]) / pieces[which]
    return np.asarray(a[which] + (b - a)[which] * share[:, None])


class Line:
    """A line as a tree of points: `Line(points).distance_km(lon, lat, up_to_km=...)`.

    Parameters
    ----------
    points
        Longitude and latitude, shape (n, 2); none means that nothing is near.

    Examples
    --------
    >>> line = Line(sample([[30.0, 50.0]], [[30.0, 51.0]]))
    >>> line.distance_km([30.0, 30.1, 40.0], [50.5, 50.5, 50.5], up_to_km=20.0).round(0).tolist()
    [0.0, 7.0, inf]
    """

    def __init__(self, points: npt.NDArray[np.float64]) -> None:
        self.points = points
        self._tree = cKDTree(distance.unit_vectors(points[:, 0], points[:, 1])) if len(points) else None

    def distance_km(self, lon: Any, lat: Any, *, up_to_km: float) -> npt.NDArray[np.float64]:
        """Give the distance in km from each place to the line, shape (n,); infinity beyond the limit."""
        x, y = (np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (lon, lat))
        out = np.full(len(x), np.inf)
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if self._tree is None or not len(known):
            return out
        limit = float(distance.chord(up_to_km)) * (1 + 1e-9)
        straight, _ = self._tree.query(distance.unit_vectors(x[known], y[known]), distance_upper_bound=limit)
        near = np.isfinite(straight)
        out[known[near]] = 2 * distance.EARTH_RADIUS_KM * np.arcsin(np.minimum(straight[near] / 2, 1.0))
        return out

    def touches(self, lon: Any, lat: Any, radius_km: Any) -> npt.NDArray[np.bool_]:
        """Tell which discs the line touches, to half the spacing of its points, shape (n,).

        Discs of about one size are compared together: a search for the nearest point is quick where it may stop early.

        >>> line = Line(sample([[30.0, 50.0]], [[30.0, 51.0]]))
        >>> line.touches([30.0, 30.1, 30.1], [50.5, 50.5, 50.5], [1.0, 6.0, 7.5]).tolist()
        [True, False, True]
        """
        x, y, r = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (lon, lat, radius_km)))
        out, size = np.zeros(len(x), dtype=bool), np.digitize(r, _SIZES_KM)
        for these in (np.flatnonzero(size == k) for k in np.unique(size)):
            near = self.distance_km(x[these], y[these], up_to_km=float(r[these].max()) + SPACING_KM)
            out[these] = near - SPACING_KM / 2 < r[these]
        return out


def land_border(rows: npt.NDArray[np.bool_]) -> Line:
    """Give the land border between the marked regions and all others; coasts are no part of it.

    Parameters
    ----------
    rows
        Mask over the shipped regions, shape (regions,).

    >>> from ceasefire.geo.regions import match
    >>> border = land_border(np.isin(boundaries().code, match("UA")))
    >>> border.distance_km([22.2, 30.7], [48.6, 46.5], up_to_km=20.0).round(-1).tolist()
    [0.0, inf]
    """
    s = segments(rows)
    inner = (s.other >= 0) & (rows[s.one] != rows[s.other])
    return Line(sample(s.start[inner], s.end[inner]))


def outline(rows: npt.NDArray[np.bool_]) -> Line:
    """Give the whole outline of the marked regions, land border and coast.

    >>> from ceasefire.geo.regions import match
    >>> line = outline(np.isin(boundaries().code, match("UA-51")))
    >>> bool(line.distance_km([30.75], [46.48], up_to_km=20.0)[0] < 5.0)  # Odesa stands at the sea
    True
    """
    s = segments(rows)
    edge = np.where(s.other >= 0, rows[s.one] != rows[s.other], rows[s.one])
    return Line(sample(s.start[edge], s.end[edge]))
