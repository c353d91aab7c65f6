"""Bright pixels into spots, and a spot's place, length and heading with their standard errors.

A spot is what lies together, gaps closed as between bow and bridge. Its place is the centre of its power; its length
comes from the spread of its power along the longer axis, less the spread that the radar itself gives to a point.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
BODY = 12.0
"""Variance of a bar along itself is its length squared over this."""
LEAST_SIGMA = 0.12
"""Least standard error of a place, pixels of the radar's resolution: by the bright points of a hull, which do not lie
in its middle."""
LENGTH_SPREAD = 0.25
"""Relative scatter of the length, as power is not spread evenly over a hull."""


class Shape(NamedTuple):
    """What the power of one spot tells; metres, axes to the east and to the south of the grid."""

    down: float
    """Rows from the chip's first pixel, of the centre."""
    across: float
    """Columns from the chip's first pixel."""
    sigma_m: float
    """Standard error of the centre, one axis."""
    length_m: float
    """NaN where not longer than the radar's own spread."""
    length_sigma_m: float
    """Standard error of the length; where it has none, the least length that would have shown."""
    beam_m: float
    """Width, likewise."""
    axis_deg: float
    """Direction of the longer axis in the grid, from its north to its east, 0 to 180; NaN where too round."""


def spots(row: NDArray[np.int64], column: NDArray[np.int64], *, gap: int) -> NDArray[np.int64]:
    """Number the pixels by the spot they belong to: pixels no further apart than a gap, one after another.

    Parameters
    ----------
    row, column
        Shape (n,).
    gap
        Pixels, 1 for neighbours (diagonal ones as well).

    Returns
    -------
    Spots from 0 on, in the order of their first pixel, shape (n,).

    Examples
    --------
    >>> spots(np.array([0, 1, 9]), np.array([0, 1, 9]), gap=1).tolist()
    [0, 0, 1]
    """
    n = len(row)
    if n == 0:
        return np.empty(0, dtype=np.int64)
    pairs = cKDTree(np.stack([row, column], axis=1)).query_pairs(gap + 0.5, p=np.inf, output_type="ndarray")
    links = sparse.coo_matrix((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, labels = csgraph.connected_components(links, directed=False)
    first = np.full(labels.max() + 1, n, dtype=np.int64)
    np.minimum.at(first, labels, np.arange(n))
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return np.asarray(rank[labels], dtype=np.int64)


def shape_of(
    over: Floats,
    own: NDArray[np.bool_],
    *,
    pixel_m: tuple[float, float],
    resolution_m: float,
    looks: float,
) -> Shape:
    """Measure one spot.

    Parameters
    ----------
    over
        Power over the mean of the water, less 1, of the pixels around the spot, shape (rows, columns); not finite
        where missing.
    own
        The pixels that are the spot's own.
    pixel_m
        Height and width of a pixel.
    resolution_m
        Width at half height of what the radar makes of a point.
    looks
        Looks of a pixel: how much the power of one part of the hull scatters.

    Notes
    -----
    Spread of a point: a Gaussian of the resolution's width, and the pixel itself. Standard errors by propagation: each
    pixel's power scatters by itself over the root of the looks, the water by its own.

    Examples
    --------
    >>> j = np.arange(41) - 20.0
    >>> bar = np.exp(-0.5 * (j[:, None] / 0.85) ** 2) * (abs(j) <= 8) * 100.0
    >>> found = shape_of(bar, bar > 1.0, pixel_m=(10.0, 10.0), resolution_m=20.0, looks=400.0)
    >>> round(found.down, 1), round(found.across, 1), round(found.axis_deg), 150 < found.length_m < 175
    (20.0, 20.0, 90, True)
    """
    w = np.where(own & np.isfinite(over), over, 0.0)
    total = w.sum()
    rows, columns = np.nonzero(own)
    v = w[rows, columns]
    if not total > 0:
        middle = float(rows.mean()), float(columns.mean())
        return Shape(*middle, resolution_m / 2, np.nan, resolution_m, np.nan, np.nan)
    y, x = rows * pixel_m[0], columns * pixel_m[1]
    cy, cx = float(v @ y / total), float(v @ x / total)
    dy, dx = y - cy, x - cx
    yy, xx, xy = float(v @ dy**2 / total), float(v @ dx**2 / total), float(v @ (dx * dy) / total)
    blur = (resolution_m / 2.3548) ** 2
    point_y, point_x = blur + pixel_m[0] ** 2 / 12.0, blur + pixel_m[1] ** 2 / 12.0
    (small, large), axes = np.linalg.eigh(np.array([[xx - point_x, xy], [xy, yy - point_y]]))
    along_x, along_y = float(axes[0, 1]), float(axes[1, 1])
    along = dx * along_x + dy * along_y
    # neighbouring pixels of one resolution cell scatter together
    shared = max(resolution_m**2 / (pixel_m[0] * pixel_m[1]), 1.0)
    scatter = (v**2 / looks + 1.0 / looks) * shared
    place = np.sqrt((scatter @ (dx**2 + dy**2)) / 2.0) / total
    sigma = float(np.hypot(place, LEAST_SIGMA * resolution_m))
    point_along = along_x**2 * point_x + along_y**2 * point_y
    noise = float(np.sqrt(scatter @ (along**2 - large - point_along) ** 2) / total)
    least = float(np.sqrt(BODY * max(noise, 0.05 * point_along)))
    if large <= max(noise, 0.05 * point_along):
        return Shape(cy / pixel_m[0], cx / pixel_m[1], sigma, np.nan, least, np.nan, np.nan)
    length = float(np.sqrt(BODY * large))
    spread = float(np.hypot(BODY * noise / (2.0 * length), LENGTH_SPREAD * length))
    beam = float(np.sqrt(BODY * small)) if small > 0 else np.nan
    axis = float(np.degrees(np.arctan2(along_x, -along_y)) % 180.0)
    if large - small <= 2.0 * noise:
        axis = np.nan
    return Shape(cy / pixel_m[0], cx / pixel_m[1], sigma, length, spread, beam, axis)
