"""Which windows of the ground are read: around the places that matter, near ones together, the rest not at all.

Why: a radar scene has half a billion pixels, a substation a few hundred. Reading, fetching and testing only the
windows makes a country a matter of minutes, and what is not read cannot leak.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import shapely

from ceasefire.geo.distance import KM_PER_DEGREE
from ceasefire.geo.grid import Grid
from ceasefire.geo.projection import box_to_grid
from ceasefire.model.agreement import Zone
from ceasefire.model.records import ProtectedObject

MARGIN_M = 500.0
"""Ground read around a place that does not say, metres: room for a control ring and for the edges of a warp."""
WORTH = 1.0
"""Two boxes are read as one where the ground read beside them is at most this many times the smaller one."""
LARGEST_DEGREES = 0.5
"""Longest side of a box that several places share."""
MAX_PIXELS = 100_000_000
"""Most pixels of one window; a larger one is refused before it is read."""
SMALLEST_M = 100.0
"""Least radius of a place, metres: a register knows no object better."""


@dataclass(frozen=True)
class Place:
    """A disc on the ground whose pixels are wanted."""

    id: str
    """Id of the object or zone."""
    lon: float
    """Degrees east."""
    lat: float
    """Degrees north."""
    radius_m: float
    """Radius, metres."""
    margin_m: float = MARGIN_M
    """Ground read around it, metres: to compare with, not to watch."""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Give west, south, east and north degrees of the disc and the margin around it.

        >>> [round(x, 3) for x in Place("x", 30.0, 60.0, 611.95).box]
        [29.98, 59.99, 30.02, 60.01]
        """
        high = (self.radius_m + self.margin_m) / 1000.0 / KM_PER_DEGREE
        wide = high / max(float(np.cos(np.radians(self.lat))), 0.01)
        return self.lon - wide, self.lat - high, self.lon + wide, self.lat + high


def places(objects: Iterable[ProtectedObject] = (), zones: Iterable[Zone] = ()) -> list[Place]:
    """Give the places of protected objects and of zones that are drawn as a disc or a polygon, in their order.

    A zone of whole regions gives no place: a country is read tile by tile, not as a window. Objects keep the radius
    of their register's uncertainty, so that a place known to kilometres is read by kilometres.

    >>> from ceasefire.model.agreement import Disc
    >>> zone = Zone.model_construct(id="z", regions=(), polygon=(), disc=Disc(lon=30.0, lat=50.0, radius_km=2.0))
    >>> places(zones=[zone])
    [Place(id='z', lon=30.0, lat=50.0, radius_m=2000.0, margin_m=500.0)]
    """
    found = [Place(o.id, o.lon, o.lat, max(o.radius_km * 1000.0, SMALLEST_M)) for o in objects]
    for zone in zones:
        if zone.disc:
            found.append(Place(zone.id, zone.disc.lon, zone.disc.lat, zone.disc.radius_km * 1000.0))
        elif zone.polygon:
            middle = shapely.Polygon(zone.polygon).centroid
            corners = np.asarray(zone.polygon, dtype=np.float64)
            across = np.cos(np.radians(middle.y)) * (corners[:, 0] - middle.x)
            away = np.hypot(across, corners[:, 1] - middle.y) * KM_PER_DEGREE * 1000.0
            found.append(Place(zone.id, float(middle.x), float(middle.y), float(away.max())))
    return found


def windows(wanted: Sequence[Place], *, worth: float = WORTH) -> list[tuple[float, float, float, float]]:
    """Give the boxes to read, west, south, east and north degrees: one for each place, near ones merged.

    Parameters
    ----------
    wanted
        Places.
    worth
        Two boxes become one where the ground read beside them is at most so many times the smaller of them, and the
        box of both is no longer than `LARGEST_DEGREES`. Measured by the smaller one, because a large box would else
        grow over empty ground, place by place.

    Returns
    -------
    Boxes, from west to east; every place lies wholly in one of them.

    Examples
    --------
    >>> near = [Place("a", 30.0, 50.0, 500.0), Place("b", 30.01, 50.0, 500.0), Place("c", 31.0, 50.0, 500.0)]
    >>> len(windows(near))
    2
    """
    boxes = sorted({place.box for place in wanted})
    merged = True
    while merged:
        merged = False
        kept, n = np.empty((len(boxes), 4)), 0
        longest = max([LARGEST_DEGREES, *(box[2] - box[0] for box in boxes)])
        for box in boxes:
            # kept from west to east: what begins further west than this cannot be near
            reach = box[0] - longest - worth * (box[2] - box[0])
            first = int(np.searchsorted(kept[:n, 0], reach))
            some = kept[first:n]
            low, high = np.minimum(some[:, :2], box[:2]), np.maximum(some[:, 2:], box[2:])
            both, apart = np.prod(high - low, axis=1), np.prod(some[:, 2:] - some[:, :2], axis=1)
            own = (box[2] - box[0]) * (box[3] - box[1])
            waste = both - apart - own
            small = np.max(high - low, axis=1) <= LARGEST_DEGREES
            near = np.flatnonzero((waste <= worth * np.minimum(apart, own)) & (small | (both <= apart)))
            if len(near):
                kept[first + near[0]] = (*low[near[0]], *high[near[0]])
                merged = True
            else:
                kept[n] = box
                n += 1
        boxes = sorted((float(w), float(s), float(e), float(u)) for w, s, e, u in kept[:n])
    return boxes


def window_of(place: Place, boxes: Sequence[tuple[float, float, float, float]]) -> int:
    """Give the number of the first window that holds a place wholly, or -1.

    >>> near = [Place("a", 30.0, 50.0, 500.0), Place("b", 31.0, 50.0, 500.0)]
    >>> [window_of(place, windows(near)) for place in near]
    [0, 1]
    """
    if not len(boxes):
        return -1
    some, (west, south, east, north) = np.asarray(boxes), place.box
    holds = (some[:, 0] <= west) & (some[:, 1] <= south) & (some[:, 2] >= east) & (some[:, 3] >= north)
    return int(np.argmax(holds)) if holds.any() else -1


def grid_over(
    box: tuple[float, float, float, float], *, crs: str, west: float, north: float, width: float, height: float
) -> Grid:
    """Give the grid of pixels that holds a box of degrees, in step with pixels that lie there already.

    Parameters
    ----------
    box
        West, south, east and north degrees.
    crs
        Projection of the grid.
    west, north
        A corner of any pixel of those there already, in units of the projection.
    width, height
        Size of a pixel, in units of the projection.

    Raises
    ------
    ValueError
        Where the window would have more than `MAX_PIXELS`.

    Examples
    --------
    >>> grid_over((30.01, 50.02, 30.04, 50.03), crs="EPSG:4326", west=0.0, north=90.0, width=0.02, height=0.02).shape
    (1, 2)
    """
    x0, y0, x1, y1 = box_to_grid(crs, box)
    first, last = floor(round((x0 - west) / width, 6)), ceil(round((x1 - west) / width, 6))
    top, bottom = floor(round((north - y1) / height, 6)), ceil(round((north - y0) / height, 6))
    rows, columns = max(bottom - top, 1), max(last - first, 1)
    if rows * columns > MAX_PIXELS:
        raise ValueError(f"a window of {rows:,} x {columns:,} pixels; at most {MAX_PIXELS:,} are read at once")
    return Grid(crs, west + first * width, north - top * height, width, height, (rows, columns))


def touch(a: Sequence[float], b: Sequence[float]) -> bool:
    """Tell whether two boxes (west, south, east, north) share ground.

    >>> touch((0, 0, 2, 2), (1, 1, 3, 3)), touch((0, 0, 1, 1), (1, 0, 2, 1))
    (True, False)
    """
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
