"""Seas as regions, and how far a place lies from the coast.

Why: an agreement on a sea needs a place for every day of it as one on land does; without a region a silence at sea has
no exposure. A sea is what lies inside its limits and on no land region: the limits below run over land on purpose,
only where two seas meet are they lines on the water. Codes are of the user's range of ISO 3166 (`XZ`, as UN/LOCODE has
for international waters) and are our own.

Source: limits of the Black Sea and the Sea of Azov as in IHO S-23 (Cape Rumili to Cape Anatoli; Cape Takil to Cape
Panagia); the others and all that lies on land: drawn for this file from general knowledge. Coasts are those of the
shipped regions, good to about 1 km.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ceasefire.geo import distance

Floats = npt.NDArray[np.float64]

_BOSPHORUS = ((29.02, 41.10), (29.11, 41.235), (29.15, 41.215), (29.20, 41.10))
_KERCH = ((36.20, 45.25), (36.45, 45.10), (36.63, 45.13), (36.95, 45.25))
_MANDEB = ((43.10, 12.50), (43.32, 12.47), (43.48, 12.67), (43.70, 12.80))
_LIMITS: dict[str, tuple[dict[str, str], tuple[tuple[float, float], ...]]] = {
    "XZ-BLS": (
        {"en": "Black Sea", "uk": "Чорне море", "ru": "Чёрное море"},
        (
            (26.8, 41.4), *_BOSPHORUS, (31.0, 40.6), (39.0, 40.4), (42.3, 41.0), (42.6, 42.9), (39.5, 44.6),
            (37.9, 45.2), *_KERCH[::-1], (35.0, 45.32), (34.3, 45.6), (33.9, 46.05), (33.8, 46.45), (32.6, 47.2),
            (30.0, 47.0), (28.0, 45.9), (26.8, 43.0),
        ),
    ),
    "XZ-AZS": (
        {"en": "Sea of Azov", "uk": "Азовське море", "ru": "Азовское море"},
        (
            *_KERCH, (37.9, 45.2), (40.2, 46.0), (40.2, 47.6), (36.0, 47.4), (34.3, 46.6), (33.8, 46.45),
            (33.9, 46.05), (34.3, 45.6), (35.0, 45.32),
        ),
    ),
    "XZ-MRM": (
        {"en": "Sea of Marmara", "uk": "Мармурове море", "ru": "Мраморное море"},
        ((26.1, 39.95), (30.2, 40.2), (30.2, 40.9), *_BOSPHORUS[::-1], (26.6, 41.2)),
    ),
    "XZ-RED": (
        {"en": "Red Sea", "uk": "Червоне море", "ru": "Красное море"},
        ((32.2, 30.1), (32.0, 27.0), (36.0, 18.0), (40.5, 12.5), *_MANDEB, (44.5, 13.8), (43.6, 17.5), (39.5, 23.0),
         (35.3, 29.8)),
    ),
    "XZ-ADN": (
        {"en": "Gulf of Aden", "uk": "Аденська затока", "ru": "Аденский залив"},
        ((42.3, 11.3), *_MANDEB, (44.5, 13.8), (49.5, 15.6), (52.3, 15.9), (51.27, 11.85), (49.0, 10.4), (43.5, 9.9)),
    ),
}  # fmt: skip

SIDE = 0.01
"""Degrees: side of a cell of the coast's raster."""
_HALO = 1
"""Whole degrees about a tile in which the nearest coast is looked for."""
FARTHEST_KM = 70.0
"""Distances to the coast are exact up to here and cut here."""


def codes() -> tuple[str, ...]:
    """Give the codes of the shipped seas.

    >>> codes()[:2]
    ('XZ-BLS', 'XZ-AZS')
    """
    return tuple(_LIMITS)


def names(language: str = "en") -> dict[str, str]:
    """Give the name of every sea by code, in English, Ukrainian or Russian.

    >>> names("uk")["XZ-BLS"]
    'Чорне море'
    """
    return {code: said[language] for code, (said, _) in _LIMITS.items()}


def within(lon: Any, lat: Any) -> npt.NDArray[np.object_]:
    """Give the sea in whose limits each point lies, shape (n,), '' in none; whether it is land is not asked.

    >>> within([33.0, 36.6, 2.0], [43.5, 46.2, 48.0]).tolist()
    ['XZ-BLS', 'XZ-AZS', '']
    """
    x, y = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (lon, lat)))
    found = np.full(x.shape, "", dtype=object)
    for code in _LIMITS:
        west, south, east, north = _limit(code).bounds
        near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north) & (found == ""))
        if len(near):
            found[near[shapely.contains_xy(_limit(code), x[near], y[near])]] = code
    return found


@cache
def shape(code: str) -> Any:
    """Give a sea's outline without land, a shapely multipolygon in degrees.

    >>> 400_000 < shape("XZ-BLS").area * 111.2**2 * 0.73 < 460_000
    True
    """
    from ceasefire.geo.boundaries import boundaries

    limit = _limit(code)
    land = boundaries().shape
    near = land[shapely.intersects(land, limit)]
    water = shapely.difference(limit, shapely.union_all(near))
    parts = [p for p in shapely.get_parts(water) if p.area > 0.002]  # leaves out slivers and ponds under 20 km2
    return shapely.normalize(shapely.multipolygons(parts))


def coast_km(lon: Any, lat: Any) -> Floats:
    """Give the distance to the coast in km, positive on land and negative on water; cut at ±70 km, NaN for NaN.

    Why signed: a position 0.8 km "on land" is the coast's own error, one 20 km inland is none. Lakes and rivers count
    as land here. Good to about 1.5 km: the coast's simplification and cells of 0.01 degree.

    >>> at = coast_km([30.52, 33.0, 30.75], [50.45, 43.5, 46.49])  # Kyiv, open sea, the port of Odesa
    >>> bool(at[0] > 60), bool(at[1] < -60), bool(abs(at[2]) < 3)
    (True, True, True)
    """
    x, y = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (lon, lat)))
    out = np.full(x.shape, np.nan)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & (np.abs(y) < 89.0))
    if not len(known):
        return out
    x, y = distance.wrap(x[known]), y[known]
    column, line = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    tile = (line + 90) * 360 + column + 180
    order = np.argsort(tile, kind="stable")
    starts = np.flatnonzero(np.diff(tile[order], prepend=-1))
    for a, b in zip(starts, np.append(starts, len(order))[1:], strict=True):
        these = order[a:b]
        west, south = int(column[these[0]]), int(line[these[0]])
        i = np.clip(((y[these] - south) / SIDE).astype(np.int64), 0, _CELLS - 1)
        j = np.clip(((x[these] - west) / SIDE).astype(np.int64), 0, _CELLS - 1)
        out[known[these]] = _tile(west, south)[i, j]
    return out


def on_land(lon: Any, lat: Any, *, margin_km: float = 1.5) -> npt.NDArray[np.bool_]:
    """Tell which points lie on land and more than a margin from the coast, shape (n,); False for NaN.

    >>> on_land([30.52, 33.0, 30.75], [50.45, 43.5, 46.49]).tolist()
    [True, False, False]
    """
    return np.nan_to_num(coast_km(lon, lat), nan=-1.0) > margin_km


_CELLS = round(1 / SIDE)


@cache
def _limit(code: str) -> Any:
    polygon = shapely.Polygon(_LIMITS[code][1])
    shapely.prepare(polygon)
    return polygon


@lru_cache(maxsize=4096)
def _land(west: int, south: int) -> npt.NDArray[np.bool_]:
    """Tell which cells of a tile of one degree are land, shape (100, 100), south first."""
    from ceasefire.geo.regions import on_region

    if not -90 <= south < 90:
        return np.zeros((_CELLS, _CELLS), dtype=bool)
    middle = (np.arange(_CELLS) + 0.5) * SIDE
    x, y = np.meshgrid(west + middle, south + middle)
    return on_region(x.ravel(), y.ravel()).reshape(_CELLS, _CELLS)


@lru_cache(maxsize=512)
def _tile(west: int, south: int) -> npt.NDArray[np.float32]:
    """Signed distance to the coast of a tile's cells, km, shape (100, 100)."""
    from scipy.ndimage import distance_transform_edt

    around = range(-_HALO, _HALO + 1)
    land = np.block([[_land((west + dx + 180) % 360 - 180, south + dy) for dx in around] for dy in around])
    step = SIDE * distance.KM_PER_DEGREE
    sampling = (step, step * max(float(np.cos(np.radians(south + 0.5))), 0.02))
    out = np.full(land.shape, FARTHEST_KM)
    if land.any():
        out = -distance_transform_edt(~land, sampling=sampling) if not land.all() else out
        if not land.all():
            out = np.where(land, distance_transform_edt(land, sampling=sampling), out)
    else:
        out = -out
    inner = slice(_HALO * _CELLS, (_HALO + 1) * _CELLS)
    return np.asarray(np.clip(out[inner, inner], -FARTHEST_KM, FARTHEST_KM), dtype=np.float32)
