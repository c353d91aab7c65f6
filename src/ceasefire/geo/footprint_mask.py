"""Which pixels of a grid lie on which object: labels 0 (none), 1, 2, ... in the order of the objects.

Rules. A pixel belongs to an object where its centre lies in the object's footprint. Where footprints overlap, the
object whose middle is nearest gets the pixel (of two equally near ones the first). A footprint that holds no pixel's
centre gets the pixel its middle lies in, unless an object with a nearer middle has it. An object outside the grid
gets none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ceasefire.geo.distance import destination
from ceasefire.geo.grid import Grid
from ceasefire.geo.projection import to_grid

_STEP_KM = 0.1
"""Step by which the local scale of a projection is taken."""

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]


def label_discs(grid: Grid, lon: Any, lat: Any, radius_m: Any) -> Labels:
    """Label the pixels within a radius of objects.

    Parameters
    ----------
    grid
        Grid of the pixels.
    lon, lat
        Middles of the objects, degrees, shape (n,); NaN lies nowhere.
    radius_m
        Radii on the ground, metres, shape (n,) or scalar. They are true on the ground also where the projection
        stretches (degrees, Mercator): its scale is taken at each object.

    Returns
    -------
    Labels, shape (rows, columns): k where the pixel is object number k's, counted from 1.

    Examples
    --------
    >>> grid = Grid("EPSG:4326", 30.0, 50.0, 0.001, 0.001, (3, 5))
    >>> label_discs(grid, [30.0005, 30.0035], [49.9985, 49.9985], [100.0, 1.0])
    array([[0, 0, 0, 0, 0],
           [1, 1, 0, 2, 0],
           [0, 0, 0, 0, 0]], dtype=int32)
    """
    a, b, r = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (lon, lat, radius_m)))
    x, y = to_grid(grid.crs, a, b)
    scale = _metres_per_unit(grid.crs, a, b, x, y)
    labels, best = _nobody(grid)
    for k in np.flatnonzero(np.isfinite(x) & np.isfinite(y) & (r >= 0)).tolist():
        # the box that holds the ellipse |scale (dx, dy)| <= r
        reach = r[k] * np.linalg.norm(np.linalg.inv(scale[k]), axis=1)
        block = _block(grid, (x[k] - reach[0], y[k] - reach[1], x[k] + reach[0], y[k] + reach[1]))
        if block is None:
            continue
        dx, dy = _offsets(grid, block, x[k], y[k])
        away = np.hypot(scale[k, 0, 0] * dx + scale[k, 0, 1] * dy, scale[k, 1, 0] * dx + scale[k, 1, 1] * dy)
        _take(labels, best, block, away, (away <= r[k]) | _own(grid, block, x[k], y[k]), k + 1)
    return labels


def label_polygons(grid: Grid, polygons: Sequence[Any]) -> Labels:
    """Label the pixels within polygons.

    Parameters
    ----------
    grid
        Grid of the pixels.
    polygons
        Shapely polygons (or multipolygons) in degrees of longitude and latitude; an empty one lies nowhere. Edges are
        straight between the vertices as the grid's projection has them.

    Returns
    -------
    Labels, shape (rows, columns), as of `label_discs`; an object's middle is its centroid.

    Raises
    ------
    ValueError
        Where a polygon crosses itself.

    Examples
    --------
    >>> grid = Grid("EPSG:4326", 30.0, 50.0, 0.001, 0.001, (3, 4))
    >>> label_polygons(grid, [shapely.box(30.0, 49.998, 30.002, 50.0), shapely.box(30.0021, 49.9971, 30.0022, 49.9972)])
    array([[1, 1, 0, 0],
           [1, 1, 0, 0],
           [0, 0, 2, 0]], dtype=int32)
    """
    labels, best = _nobody(grid)
    for k, polygon in enumerate(polygons):
        if polygon.is_empty:
            continue
        if not polygon.is_valid:
            raise ValueError(f"polygon {k + 1} is not valid: {shapely.is_valid_reason(polygon)}")
        here = shapely.transform(polygon, lambda xy: np.stack(to_grid(grid.crs, xy[:, 0], xy[:, 1]), axis=1))
        middle = here.centroid
        block = _block(grid, here.bounds)
        if block is None:
            continue
        dx, dy = _offsets(grid, block, middle.x, middle.y)
        shapely.prepare(here)
        inside = shapely.contains_xy(here, *np.broadcast_arrays(dx + middle.x, dy + middle.y))
        own = _own(grid, block, middle.x, middle.y) if not inside.any() else np.zeros_like(inside)
        _take(labels, best, block, np.hypot(dx, dy), inside | own, k + 1)
    return labels


def _nobody(grid: Grid) -> tuple[Labels, Floats]:
    return np.zeros(grid.shape, dtype=np.int32), np.full(grid.shape, np.inf)


def _metres_per_unit(crs: str, lon: Floats, lat: Floats, x: Floats, y: Floats) -> Floats:
    """Matrix, for each place, from steps in x and y to metres east and north, shape (n, 2, 2)."""
    columns = [to_grid(crs, *destination(lon, lat, bearing, _STEP_KM)) for bearing in (90.0, 0.0)]
    steps = np.stack([np.stack([xs - x, ys - y], axis=-1) for xs, ys in columns], axis=-1) / (1000.0 * _STEP_KM)
    steps[~np.isfinite(steps).all(axis=(1, 2))] = np.eye(2)
    return np.asarray(np.linalg.inv(steps))


def _block(grid: Grid, bounds: tuple[float, float, float, float]) -> tuple[slice, slice] | None:
    """Rows and columns whose pixels touch a box; None where it lies outside the grid."""
    west, south, east, north = bounds
    first_column, first_row = np.floor((west - grid.west) / grid.width), np.floor((grid.north - north) / grid.height)
    last_column, last_row = np.floor((east - grid.west) / grid.width), np.floor((grid.north - south) / grid.height)
    rows, columns = grid.shape
    if last_row < 0 or last_column < 0 or first_row >= rows or first_column >= columns:
        return None
    return (
        slice(int(max(first_row, 0)), int(min(last_row, rows - 1)) + 1),
        slice(int(max(first_column, 0)), int(min(last_column, columns - 1)) + 1),
    )


def _offsets(grid: Grid, block: tuple[slice, slice], x: float, y: float) -> tuple[Floats, Floats]:
    """Steps from a place to the centres of a block's pixels, shapes (1, columns) and (rows, 1)."""
    xs, _ = grid.centre(0, np.arange(block[1].start, block[1].stop))
    _, ys = grid.centre(np.arange(block[0].start, block[0].stop), 0)
    return xs[None, :] - x, ys[:, None] - y


def _own(grid: Grid, block: tuple[slice, slice], x: float, y: float) -> NDArray[np.bool_]:
    """The pixel of the block that a place lies in."""
    row, column = np.floor((grid.north - y) / grid.height), np.floor((x - grid.west) / grid.width)
    rows = np.arange(block[0].start, block[0].stop) == row
    return np.asarray(rows[:, None] & (np.arange(block[1].start, block[1].stop) == column)[None, :])


def _take(
    labels: Labels, best: Floats, block: tuple[slice, slice], away: Floats, mine: NDArray[np.bool_], label: int
) -> None:
    won = mine & (away < best[block])
    labels[block][won] = label
    best[block][won] = away[won]
