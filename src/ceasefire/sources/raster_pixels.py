"""Pixels of one band brought onto a grid: read as they lie where the grids agree, resampled and said so where not.

Rules. Missing pixels are NaN, and stay missing: an island of missing pixels is never filled from around it. Masks
take the nearest pixel. Powers and reflectances are interpolated (bilinear) or, where a pixel of the grid holds more
than `AVERAGE_FROM` of the file's along a side, averaged; powers always as linear power, logarithms only afterwards.
A grid moved by no more than `SAME` of a pixel counts as the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, hypot
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.grid import Grid
from ceasefire.sources.raster_file import Unreadable, pixels
from ceasefire.sources.raster_windows import MAX_PIXELS

SAME = 0.05
"""Shift in pixels below which two grids are the same."""
AVERAGE_FROM = 1.5
"""Pixels of the file along a side of one of the grid from which they are averaged, not interpolated."""
_MARGIN = 3
"""Pixels read around a window that is to be resampled."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Onto:
    """Pixels on the grid asked for."""

    values: Floats
    """Shape of the grid; NaN where missing."""
    how: str = ""
    """How they were resampled: `nearest`, `bilinear`, `average`; empty where they lie in the file as here."""
    shift: float = 0.0
    """Shift between the grids in pixels, at most 0.71; NaN where projection or size of pixels differ."""


def grid_of(dataset: Any, *, crs: str = "") -> Grid:
    """Give the grid of a data set; north up, or the nearest north-up grid to one that is not.

    Parameters
    ----------
    dataset
        Open data set.
    crs
        Projection to take where the file states none, as the case's author says.

    Raises
    ------
    Unreadable
        Where no projection is known, or the coordinates cannot be of it.
    """
    stated = _name(dataset.crs) if dataset.crs else ""
    name = stated or crs
    if not name:
        raise Unreadable("it states no projection, so nobody knows where it lies; give `crs` where you know it")
    t = dataset.transform
    if t.is_identity or t.is_degenerate:
        raise Unreadable("it states no place: its pixels have no coordinates", "not processed")
    rows, columns = dataset.shape
    xs, ys = zip(*[at(t, *corner) for corner in ((0, 0), (columns, 0), (0, rows), (columns, rows))], strict=True)
    if _crs(name).is_geographic and (min(xs) < -181 or max(xs) > 361 or min(ys) < -90.1 or max(ys) > 90.1):
        raise Unreadable(f"its coordinates (x {min(xs):g} to {max(xs):g}) cannot be degrees, as its projection says")
    if _crs(name).is_projected and max(map(abs, (*xs, *ys))) > 1e8:
        raise Unreadable(f"its coordinates (x {min(xs):g} to {max(xs):g}) do not lie on Earth in {name}")
    width, height = hypot(t.a, t.d), hypot(t.b, t.e)
    shape = (rows, columns)
    if t.b or t.d:
        shape = (max(ceil((max(ys) - min(ys)) / height), 1), max(ceil((max(xs) - min(xs)) / width), 1))
    return Grid(name, min(xs), max(ys), width, height, shape)


def onto(
    dataset: Any,
    index: int,
    grid: Grid,
    *,
    crs: str = "",
    linear: Callable[[Any], Floats],
    nearest: bool = False,
) -> Onto | None:
    """Read the part of a band that lies on a grid.

    Parameters
    ----------
    dataset
        Open data set.
    index
        Band, from 1.
    grid
        Grid wanted.
    crs
        As of `grid_of`.
    linear
        Turns stored pixels into what may be averaged, with NaN where missing.
    nearest
        Take the nearest pixel, as for masks.

    Returns
    -------
    The pixels, or None where the band and the grid share no ground.

    Raises
    ------
    Unreadable
        Where the file is damaged there, or the window has too many pixels.
    """
    t = dataset.transform
    here = _crs(_name(dataset.crs) if dataset.crs else crs)
    if (
        here == _crs(grid.crs)
        and not (t.b or t.d)
        and t.e < 0
        and _equal(t.a, grid.width)
        and _equal(-t.e, grid.height)
    ):
        column, row = (grid.west - t.c) / t.a, (grid.north - t.f) / t.e
        shift = max(abs(column - round(column)), abs(row - round(row)))
        if shift <= SAME:
            return _cut(dataset, index, grid, round(row), round(column), linear)
        shift = hypot(column - round(column), row - round(row))
    else:
        shift = float("nan")
    return _warp(dataset, index, grid, here, linear, nearest, shift)


def _cut(dataset: Any, index: int, grid: Grid, row: int, column: int, linear: Callable[[Any], Floats]) -> Onto | None:
    rows, columns = grid.shape
    top, left = max(row, 0), max(column, 0)
    bottom, right = min(row + rows, dataset.height), min(column + columns, dataset.width)
    if bottom <= top or right <= left:
        return None
    values = np.full(grid.shape, np.nan, dtype=np.float32)
    block = linear(pixels(dataset, index, ((top, bottom), (left, right))))
    values[top - row : bottom - row, left - column : right - column] = block
    return Onto(values)


def _warp(
    dataset: Any, index: int, grid: Grid, here: Any, linear: Callable[[Any], Floats], nearest: bool, shift: float
) -> Onto | None:
    from rasterio._err import CPLE_BaseError
    from rasterio.errors import RasterioError
    from rasterio.transform import Affine
    from rasterio.warp import Resampling, reproject, transform_bounds

    try:
        bounds = transform_bounds(_crs(grid.crs), here, *grid.bounds, densify_pts=21)
    except (RasterioError, CPLE_BaseError) as error:
        raise Unreadable(f"no way leads from its projection to {grid.crs[:40]}: {error}"[:300]) from None
    back = ~dataset.transform
    corners = [at(back, x, y) for x in bounds[0::2] for y in bounds[1::2]]
    if not np.isfinite(corners).all():
        return None
    xs, ys = zip(*corners, strict=True)
    left, right = max(floor(min(xs)) - _MARGIN, 0), min(ceil(max(xs)) + _MARGIN, dataset.width)
    top, bottom = max(floor(min(ys)) - _MARGIN, 0), min(ceil(max(ys)) + _MARGIN, dataset.height)
    if right <= left or bottom <= top:
        return None
    if (right - left) * (bottom - top) > MAX_PIXELS:
        raise Unreadable(f"a window of {bottom - top:,} x {right - left:,} of its pixels; ask for less ground at once")
    factor = min((max(xs) - min(xs)) / grid.shape[1], (max(ys) - min(ys)) / grid.shape[0])
    how = "nearest" if nearest else "average" if factor >= AVERAGE_FROM else "bilinear"
    block = linear(pixels(dataset, index, ((top, bottom), (left, right)))).astype(np.float32)
    values = np.full(grid.shape, np.nan, dtype=np.float32)
    reproject(
        block,
        values,
        src_transform=moved(dataset.transform, left, top),
        src_crs=here,
        src_nodata=np.nan,
        dst_transform=Affine(grid.width, 0.0, grid.west, 0.0, -grid.height, grid.north),
        dst_crs=_crs(grid.crs),
        dst_nodata=np.nan,
        resampling=Resampling[how],
    )
    return Onto(values, how, shift)


def at(transform: Any, column: float, row: float) -> tuple[float, float]:
    """Give the x and y that a column and row stand at; with an inverse transform the other way round.

    Written out, because the sign for it differs between versions of the library.
    """
    t = transform
    return t.a * column + t.b * row + t.c, t.d * column + t.e * row + t.f


def moved(transform: Any, column: int, row: int) -> Any:
    """Give the transform of a window that begins at a column and row."""
    from rasterio.transform import Affine

    t = transform
    x, y = at(t, column, row)
    return Affine(t.a, t.b, x, t.d, t.e, y)


def _equal(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-6 * abs(b)


@lru_cache(maxsize=256)
def _crs(name: str) -> Any:
    from rasterio.crs import CRS
    from rasterio.errors import CRSError

    try:
        return CRS.from_user_input(name)
    except CRSError as error:
        raise Unreadable(f"not a known projection: {name[:100]} ({error})") from None


def _name(crs: Any) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else str(crs.to_wkt())
