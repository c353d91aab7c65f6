"""Ports, anchorages, fishing grounds and the lanes between them, for a simulated fleet.

Why real ports and straight lanes: cargo ships sail the shortest way that keeps clear of land, so their density follows
from the coast alone. Positions are general knowledge, to about 1 km; no ship's track was looked at.
"""

from __future__ import annotations

import heapq
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ceasefire.geo import distance, regions

Array = NDArray[Any]


class Place(NamedTuple):
    """A disc on the sea."""

    id: str
    lon: float
    lat: float
    radius_km: float


PORTS: tuple[Place, ...] = (
    Place("odesa", 30.77, 46.50, 5.0),
    Place("chornomorsk", 30.69, 46.32, 4.0),
    Place("pivdennyi", 31.02, 46.58, 4.0),
    Place("constanta", 28.70, 44.12, 5.0),
    Place("varna", 27.97, 43.19, 5.0),
    Place("burgas", 27.55, 42.48, 5.0),
    Place("bosphorus", 29.15, 41.28, 5.0),
    Place("sulina", 29.76, 45.15, 4.0),
    Place("novorossiysk", 37.83, 44.67, 5.0),
    Place("tuapse", 39.04, 44.07, 4.0),
    Place("samsun", 36.37, 41.32, 4.0),
    Place("batumi", 41.61, 41.66, 4.0),
    Place("poti", 41.62, 42.14, 4.0),
    Place("kerch", 36.50, 44.95, 4.0),
)
"""Ports, straits and a river mouth: where ships moor or leave the sea. The first eight are the western ones."""

WEST = 8
"""How many of `PORTS` are western."""

PASSAGES = frozenset({"bosphorus", "sulina", "kerch"})
"""Those of `PORTS` through which ships leave the sea."""

ANCHORAGES: tuple[Place, ...] = (
    Place("odesa-roads", 30.90, 46.42, 6.0),
    Place("constanta-roads", 28.86, 44.08, 7.0),
    Place("varna-roads", 28.10, 43.16, 5.0),
    Place("burgas-roads", 27.75, 42.52, 5.0),
    Place("bosphorus-roads", 29.20, 41.38, 7.0),
    Place("sulina-roads", 29.90, 45.14, 6.0),
    Place("novorossiysk-roads", 37.82, 44.55, 6.0),
    Place("samsun-roads", 36.45, 41.37, 4.0),
    Place("kerch-roads", 36.53, 44.86, 6.0),
)
"""Where ships wait at anchor."""

FISHING: tuple[Place, ...] = (
    Place("danube-bank", 30.10, 44.70, 25.0),
    Place("kaliakra-bank", 28.90, 43.30, 20.0),
    Place("thrace-bank", 28.40, 41.95, 20.0),
    Place("sinop-bank", 34.80, 42.35, 25.0),
    Place("west-shelf", 31.00, 45.30, 25.0),
)
"""Where boats fish."""

CORRIDOR: tuple[tuple[float, float], ...] = (
    (30.95, 46.42), (30.55, 45.75), (30.05, 45.10), (29.35, 44.30), (28.75, 43.35), (28.55, 42.60), (29.10, 41.45),
    (29.40, 41.50), (28.90, 42.65), (29.10, 43.30), (29.70, 44.25), (30.40, 45.00), (30.90, 45.65), (31.20, 46.38),
)  # fmt: skip
"""Ring of an invented corridor along the western coast, longitudes and latitudes."""

_TURNS: tuple[tuple[float, float], ...] = (
    (33.3, 44.15),
    (34.0, 44.05),
    (35.5, 44.65),
    (32.0, 45.2),
    (31.3, 45.6),
    (37.3, 44.3),
    (38.6, 43.9),
)
_TURNS += ((35.0, 42.4), (33.3, 42.3), (31.4, 41.6), (29.6, 44.0), (28.8, 43.2), (28.4, 42.6), (31.1, 46.2))
_CLEAR_KM = 4.0
_NEAR_KM = 12.0
_HARBOUR_KM = 3.0


def clear(lon: Any, lat: Any, lon2: Any, lat2: Any) -> Array:
    """Tell whether ships could sail straight between places: no land within 4 km, but for the last 12 km at each end.

    Parameters
    ----------
    lon, lat, lon2, lat2
        Degrees, shapes (n,) or scalars; they broadcast.

    >>> clear([29.15, 28.70], [41.28, 44.12], [36.50, 37.83], [44.95, 44.67]).tolist()  # Crimea is in the second's way
    [True, False]
    """
    ends = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, dtype=float)) for v in (lon, lat, lon2, lat2)))
    ok = np.ones(len(ends[0]), dtype=bool)
    for points in (40, 300):
        left = np.flatnonzero(ok)
        a, b, c, d = (e[left] for e in ends)
        ok[left] = _wet(a, b, c, d, points)
    return ok


@cache
def _land() -> tuple[Array, Array]:
    """Give land, and land with 4 km about it, as cells of 0.02 degrees from 26 E, 40 N."""
    x, y = np.meshgrid(26.01 + 0.02 * np.arange(825), 40.01 + 0.02 * np.arange(375))
    land = regions.on_region(x.ravel(), y.ravel()).reshape(x.shape)
    return land, np.asarray(ndimage.distance_transform_edt(~land, sampling=(2.22, 1.6)) < _CLEAR_KM)


def _wet(a: Array, b: Array, c: Array, d: Array, points: int) -> Array:
    share = np.linspace(0.0, 1.0, points)
    x, y = a[:, None] + (c - a)[:, None] * share, b[:, None] + (d - b)[:, None] * share
    length = distance.km(a, b, c, d)[:, None]
    end = np.minimum(length * share, length - length * share)
    land, about = _land()
    column = np.clip(((x - 26.0) / 0.02).astype(int), 0, land.shape[1] - 1)
    row = np.clip(((y - 40.0) / 0.02).astype(int), 0, land.shape[0] - 1)
    return np.asarray(
        ~np.where(end > _NEAR_KM, about[row, column], land[row, column] & (end > _HARBOUR_KM)).any(axis=1)
    )


@cache
def _graph() -> tuple[Array, Array]:
    nodes = np.array([(p.lon, p.lat) for p in (*PORTS, *ANCHORAGES)] + list(_TURNS))
    i, j = np.triu_indices(len(nodes), 1)
    ok = clear(nodes[i, 0], nodes[i, 1], nodes[j, 0], nodes[j, 1])
    far = np.full((len(nodes), len(nodes)), np.inf)
    length = distance.km(nodes[i, 0], nodes[i, 1], nodes[j, 0], nodes[j, 1])
    far[i[ok], j[ok]] = far[j[ok], i[ok]] = length[ok]
    return nodes, far


@lru_cache(maxsize=20_000)
def way(lon: float, lat: float, lon2: float, lat2: float) -> tuple[tuple[float, float], ...]:
    """Give the corners of the shortest way by sea between two places, both ends included.

    Raises
    ------
    ValueError
        No way: a place on land, or in another sea.

    >>> len(way(28.70, 44.12, 37.83, 44.67)) > 2  # round Crimea
    True
    """
    if clear(lon, lat, lon2, lat2)[0]:
        return ((lon, lat), (lon2, lat2))
    nodes, far = _graph()
    ends = np.array([(lon, lat), (lon2, lat2)])
    out = [
        np.where(clear(nodes[:, 0], nodes[:, 1], *e), distance.km(nodes[:, 0], nodes[:, 1], *e), np.inf) for e in ends
    ]
    best, before = out[0].copy(), np.full(len(nodes), -1)
    queue = [(d, int(k)) for k, d in enumerate(best) if np.isfinite(d)]
    heapq.heapify(queue)
    while queue:
        d, k = heapq.heappop(queue)
        if d > best[k]:
            continue
        for m in np.flatnonzero(d + far[k] < best):
            best[m], before[m] = d + far[k, m], k
            heapq.heappush(queue, (float(best[m]), int(m)))
    last = int(np.argmin(best + out[1]))
    if not np.isfinite(best[last] + out[1][last]):
        raise ValueError(f"no way by sea from {lon}, {lat} to {lon2}, {lat2}")
    corners = []
    while last >= 0:
        corners.append((float(nodes[last, 0]), float(nodes[last, 1])))
        last = int(before[last])
    return ((lon, lat), *reversed(corners), (lon2, lat2))


def lane(lon: float, lat: float, lon2: float, lat2: float) -> Array:
    """Give the corners of a way as an array (corners, 2); near a port or anchorage the way from its middle is taken.

    >>> lane(29.15, 41.28, 31.02, 46.58).shape
    (2, 2)
    """
    ends = [_middle(lon, lat), _middle(lon2, lat2)]
    corners = np.array(way(*ends[0], *ends[1]) if ends[0] != ends[1] else (ends[0], ends[1]))
    corners[0], corners[-1] = (lon, lat), (lon2, lat2)
    return corners


def _middle(lon: float, lat: float) -> tuple[float, float]:
    x, y, r = (np.array([getattr(p, n) for p in (*PORTS, *ANCHORAGES)]) for n in ("lon", "lat", "radius_km"))
    apart = distance.km(lon, lat, x, y) / r
    k = int(np.argmin(apart))
    return (float(x[k]), float(y[k])) if apart[k] <= 1.0 else (round(lon, 3), round(lat, 3))
