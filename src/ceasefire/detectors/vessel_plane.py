"""The plane of one radar scene: kilometres on it, how radar shifts what moves, and what lies inside the scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from ceasefire.geo import distance
from ceasefire.stats.ship_place import Places

Array = NDArray[Any]

KM_H_PER_KNOT = 1.852


@dataclass(frozen=True)
class Orbit:
    """Geometry of a radar scene: moving ships appear shifted along the flight by range / speed times radial speed.

    Source: R. K. Raney, "Synthetic aperture imaging radar and moving targets", IEEE Transactions on Aerospace and
    Electronic Systems 7 (1971) 499-505. The defaults are those of Sentinel-1's wide swath.

    >>> east, north = Orbit(heading_deg=0.0).shift([0.0, -22.2], [22.2, 0.0])  # 12 knots along, and towards the radar
    >>> abs(east).round(2).tolist(), abs(north).round(2).tolist()
    ([0.0, 0.0], [0.0, 0.46])
    """

    heading_deg: float
    """Direction of flight over ground, degrees clockwise from north."""
    looks_right: bool = True
    """Whether the antenna looks to the right."""
    range_km: float = 880.0
    """Slant range."""
    speed_km_s: float = 7.5
    """Speed of the satellite."""
    incidence_deg: float = 39.0
    """Angle of incidence at the middle of the scene."""

    def shift(self, east_km_h: ArrayLike, north_km_h: ArrayLike) -> tuple[Array, Array]:
        """Give the shift of ships with these velocities, km east and km north, shapes (ships,)."""
        u, v = np.asarray(east_km_h, dtype=np.float64), np.asarray(north_km_h, dtype=np.float64)
        flight = np.radians(self.heading_deg)
        look = flight + (np.pi / 2 if self.looks_right else -np.pi / 2)
        away = (u * np.sin(look) + v * np.cos(look)) * np.sin(np.radians(self.incidence_deg)) / 3600.0
        along = -away * self.range_km / self.speed_km_s
        return along * np.sin(flight), along * np.cos(flight)


@dataclass(frozen=True, eq=False)
class Plane:
    """Kilometres east and north of a centre; directions are turned with the meridians."""

    lon: float
    lat: float

    def of(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Array, Array]:
        """Give places on the plane."""
        return distance.equal_area(lon, lat, centre=(self.lon, self.lat))

    def back(self, east: ArrayLike, north: ArrayLike) -> tuple[Array, Array]:
        """Give longitudes and latitudes of points on the plane.

        >>> lon, lat = Plane(30.0, 45.0).back(*Plane(30.0, 45.0).of([31.0], [46.0]))
        >>> lon.round(6).tolist(), lat.round(6).tolist()
        ([31.0], [46.0])
        """
        x, y = np.asarray(east, dtype=np.float64), np.asarray(north, dtype=np.float64)
        chord = np.hypot(x, y) / (2.0 * distance.EARTH_RADIUS_KM)
        arc = 2.0 * np.arcsin(np.clip(chord, 0.0, 1.0)) * distance.EARTH_RADIUS_KM
        return distance.destination(self.lon, self.lat, np.degrees(np.arctan2(x, y)), arc)

    def velocity(self, lon: Array, lat: Array, *, speed_kn: Array, course_deg: Array) -> tuple[Array, Array]:
        """Give velocities on the plane, km an hour; NaN where the speed or a moving ship's course is unknown."""
        x, y = self.of(lon, lat)
        x2, y2 = self.of(lon, lat + 0.01)
        length = np.hypot(x2 - x, y2 - y)
        sine, cosine = (x2 - x) / length, (y2 - y) / length
        km_h = np.asarray(speed_kn, dtype=np.float64) * KM_H_PER_KNOT
        course = np.radians(np.where((km_h < 1.0) & np.isnan(course_deg), 0.0, course_deg).astype(np.float64))
        u, v = km_h * np.sin(course), km_h * np.cos(course)
        return u * cosine + v * sine, v * cosine - u * sine


def inside(places: Places, water: Any) -> Array:
    """Give the chance that each ship is inside a polygon on the plane, and not near its edge only; shape (ships,).

    Parts well inside or outside count at once; those at the edge by sixteen points each.

    >>> one = Places(*(np.array([[v]]) for v in (1.0, 0.0, 0.0, 1.0, 1.0, 0.0)))
    >>> inside(one, shapely.box(-30, -30, 30, 30)).tolist(), inside(one, shapely.box(0, -30, 30, 30)).round(2).tolist()
    ([1.0], [0.5])
    """
    shapely.prepare(water)
    shape = places.weight.shape
    x, y = places.east.ravel(), places.north.ravel()
    share = np.zeros(x.shape)
    live = np.flatnonzero(places.weight.ravel() > 1e-4)
    share[live] = shapely.contains_xy(water, x[live], y[live])
    widest = 3.0 * np.sqrt(np.maximum(places.ee, places.nn).ravel()[live])
    edge = live[shapely.distance(shapely.points(x[live], y[live]), water.boundary) < widest]
    a = np.sqrt(places.ee.ravel()[edge])
    b = places.en.ravel()[edge] / a
    c = np.sqrt(np.maximum(places.nn.ravel()[edge] - b * b, 0.0))
    # Gauss-Hermite's three points, with the middle one, which would fall on one side of the edge, moved either way
    nodes, weights = np.array([-1.732051, -0.4, 0.4, 1.732051]), np.array([1.0, 2.0, 2.0, 1.0]) / 6.0
    got = np.zeros(len(edge))
    for i in range(4):
        for j in range(4):
            px, py = x[edge] + a * nodes[i], y[edge] + b * nodes[i] + c * nodes[j]
            got += weights[i] * weights[j] * shapely.contains_xy(water, px, py)
    share[edge] = got
    return np.asarray((share.reshape(shape) * places.weight).sum(axis=1))
