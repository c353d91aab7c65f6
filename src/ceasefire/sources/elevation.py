"""An elevation grid for footprints: one raster file of heights in degrees, read whole.

Why one file: a patrol covers some square kilometres; a mosaic of tiles is made by other tools.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ceasefire.errors import SourceError
from ceasefire.geo.ground import Terrain
from ceasefire.sources.raster_file import Unreadable, kind, opened, pixels

MOST_POINTS = 50_000_000
"""Largest grid read: 7,000 points on a side."""


def read_elevation(path: Path) -> Terrain:
    """Read a grid of heights in longitude and latitude.

    Parameters
    ----------
    path
        A raster that GDAL reads, with one band of heights in metres, north up, in degrees (EPSG:4326). The heights'
        datum must be the flight's: mean sea level for most files and most grids.

    Raises
    ------
    MissingExtra
        Where rasterio is not installed.
    SourceError
        Where the file is no such grid.
    """
    try:
        with opened(str(path), kind(path)) as dataset:
            rows, columns = dataset.shape
            if rows * columns > MOST_POINTS:
                raise SourceError(f"{path.name}: {rows * columns:,} points; cut it to the patrol's area first")
            if dataset.crs is None or not dataset.crs.is_geographic:
                raise SourceError(f"{path.name}: an elevation grid in degrees (EPSG:4326) is wanted, not {dataset.crs}")
            step = dataset.transform
            if step.b or step.d or step.a <= 0 or step.e >= 0:
                raise SourceError(f"{path.name}: the grid is turned; north must be up")
            heights = np.asarray(pixels(dataset, 1, ((0, rows), (0, columns))), dtype=np.float64)
            missing = dataset.nodata
    except Unreadable as error:
        raise SourceError(f"{path.name}: {error}") from None
    if missing is not None:
        heights[heights == missing] = np.nan
    if not np.isfinite(heights).any():
        raise SourceError(f"{path.name}: no height in it")
    south = step.f + (rows - 0.5) * step.e
    return Terrain(heights[::-1].copy(), west=step.c + 0.5 * step.a, south=south, step_lon=step.a, step_lat=-step.e)
