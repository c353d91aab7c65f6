"""Longitude and latitude to the x and y of a grid, and back.

Why apart: a grid in degrees (EPSG:4326) needs nothing beside numpy, so most tests and small cases do without the
libraries of rasters; any other projection is asked of GDAL, through rasterio (extra `satellite`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ceasefire.errors import MissingExtra

LONLAT = "EPSG:4326"
"""Longitude and latitude, degrees, WGS 84."""
_ROUND_EDGE = 21
"""Points along each edge of a box that is projected."""

Floats = npt.NDArray[np.float64]


def to_grid(crs: str, lon: Any, lat: Any) -> tuple[Floats, Floats]:
    """Give x and y of places in a projection; NaN where a coordinate is NaN or has no image.

    Parameters
    ----------
    crs
        Projection, e.g. `EPSG:32636`.
    lon, lat
        Degrees; broadcast, of any shape.

    Raises
    ------
    MissingExtra
        Where the projection is not `EPSG:4326` and rasterio is not installed.
    ValueError
        Where the projection is not known.

    Examples
    --------
    >>> x, y = to_grid("EPSG:4326", [30.5, 31.0], 50.4)
    >>> x.tolist(), y.tolist()
    ([30.5, 31.0], [50.4, 50.4])
    """
    return _through(LONLAT, crs, lon, lat)


def to_lonlat(crs: str, x: Any, y: Any) -> tuple[Floats, Floats]:
    """Give longitude and latitude of x and y in a projection: `to_grid` the other way.

    >>> lon, lat = to_lonlat("EPSG:4326", [30.5], [50.4])
    >>> lon.tolist(), lat.tolist()
    ([30.5], [50.4])
    """
    return _through(crs, LONLAT, x, y)


def box_to_lonlat(crs: str, bounds: Sequence[float]) -> tuple[float, float, float, float]:
    """Give the west, south, east and north degrees that hold a box of a projection, edges bent as they are.

    >>> box_to_lonlat("EPSG:4326", (30.0, 50.0, 31.0, 51.0))
    (30.0, 50.0, 31.0, 51.0)
    """
    return _hull(*to_lonlat(crs, *_edges(bounds)))


def box_to_grid(crs: str, bounds: Sequence[float]) -> tuple[float, float, float, float]:
    """Give the box of a projection that holds west, south, east and north degrees.

    >>> box_to_grid("EPSG:4326", (30.0, 50.0, 31.0, 51.0))
    (30.0, 50.0, 31.0, 51.0)
    """
    return _hull(*to_grid(crs, *_edges(bounds)))


def utm(lon: float, lat: float) -> str:
    """Name the zone of the Universal Transverse Mercator projection that a place lies in.

    The exceptions for Norway and Svalbard are left out: any zone near by serves a grid as well.

    >>> utm(30.5, 50.4), utm(-70.6, -33.4)
    ('EPSG:32636', 'EPSG:32719')
    """
    zone = int(min(max((lon + 180.0) // 6.0 + 1, 1), 60))
    return f"EPSG:{32600 + zone if lat >= 0 else 32700 + zone}"


def _through(source: str, target: str, x: Any, y: Any) -> tuple[Floats, Floats]:
    a, b = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
    if source == target:
        return a.copy(), b.copy()
    try:
        from rasterio._err import CPLE_BaseError
        from rasterio.crs import CRS
        from rasterio.errors import CRSError
        from rasterio.warp import transform
    except ImportError as error:
        raise MissingExtra(f"a grid in {target if source == LONLAT else source} needs ceasefire[satellite]") from error
    known = np.isfinite(a) & np.isfinite(b)
    out = np.full((2, *a.shape), np.nan)
    if known.any():
        try:
            found = transform(CRS.from_user_input(source), CRS.from_user_input(target), a[known], b[known])
        except (CRSError, CPLE_BaseError) as error:
            name = target if source == LONLAT else source
            raise ValueError(f"not a known projection, or none with a way to degrees: {name[:100]} ({error})") from None
        out[:, known] = np.asarray(found[:2])
    out[~np.isfinite(out)] = np.nan
    return out[0], out[1]


def _edges(bounds: Sequence[float]) -> tuple[Floats, Floats]:
    west, south, east, north = bounds
    t = np.linspace(0.0, 1.0, _ROUND_EDGE)
    x, y = west + t * (east - west), south + t * (north - south)
    x_all = np.concatenate([x, x, np.full_like(y, west), np.full_like(y, east)])
    return x_all, np.concatenate([np.full_like(x, south), np.full_like(x, north), y, y])


def _hull(x: Floats, y: Floats) -> tuple[float, float, float, float]:
    if np.isnan(x).all():
        raise ValueError("the box has no image in the projection")
    return float(np.nanmin(x)), float(np.nanmin(y)), float(np.nanmax(x)), float(np.nanmax(y))
