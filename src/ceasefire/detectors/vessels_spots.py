"""Bright pixels into spots, and a spot's place, length and heading with their standard errors.

A spot is what lies together, gaps closed as between bow and bridge. Its place is the centre of its power; its length
comes from the spread of its power along the longer axis, less the spread that the radar itself gives to a point.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse import csgraph
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
BODY = 12.0
"""Variance of a bar along itself is its length squared over this."""
LEAST_SIGMA = 0.12
"""Least standard error of a place, pixels of the radar's resolution: by the bright points of a hull, which do not lie
in its middle."""
LENGTH_SPREAD = (0.05, 0.7)
"""Scatter of the length beyond its noise, in lengths and in resolutions: power is not spread evenly over a hull."""
PLACE_SHARE = 0.02
"""Scatter of the place, one axis, in lengths: the weaker end of a hull may not show."""
RUN_GAP = 1.2
"""A gap along the hull of so many resolutions parts it from what is beyond."""
STRAY = 0.1
"""What is beyond a gap belongs to the hull if it has this share of its power."""
END_M = 25.0
"""The brightness of an end is taken over this length."""


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
    The axis is that of the power. A hull's power is uneven, so the place of a long ship is the middle between its
    ends, each end taken back by what a point of its brightness is blurred; that of a short one is the centre of its
    power. The length is by the spread of the root of the power, less that of a point. Standard errors by propagation:
    each pixel's power scatters by itself over the root of the looks, the water by its own.

    Examples
    --------
    >>> j = np.arange(41) - 20.0
    >>> bar = np.exp(-0.5 * (j[:, None] / 0.85) ** 2) * (abs(j) <= 8) * 100.0
    >>> found = shape_of(bar, bar > 1.0, pixel_m=(10.0, 10.0), resolution_m=20.0, looks=400.0)
    >>> round(found.down, 1), round(found.across, 1), round(found.axis_deg), 150 < found.length_m < 190
    (20.0, 20.0, 90, True)
    """
    near = ndimage.binary_dilation(own, structure=np.ones((3, 3))) & np.isfinite(over)
    rows, columns = np.nonzero(near)
    v, inside = over[rows, columns], own[rows, columns]
    total = float(v.sum())
    if not total > 0 or not inside.any():
        middle = float(rows.mean()), float(columns.mean())
        return Shape(*middle, resolution_m / 2, np.nan, resolution_m, np.nan, np.nan)
    y, x = rows * pixel_m[0], columns * pixel_m[1]
    cy, cx = float(v @ y / total), float(v @ x / total)
    dy, dx = y - cy, x - cx
    blur = (resolution_m / 2.3548) ** 2
    point_y, point_x = blur + pixel_m[0] ** 2 / 12.0, blur + pixel_m[1] ** 2 / 12.0
    (small, large), along_x, along_y = _axes(v, dx, dy, point_x, point_y)
    along = dx * along_x + dy * along_y
    point = along_x**2 * point_x + along_y**2 * point_y
    # neighbouring pixels of one resolution cell scatter together
    scatter = (v**2 + 1.0) / looks * max(resolution_m**2 / (pixel_m[0] * pixel_m[1]), 1.0)
    place = float(np.sqrt((scatter @ (dx**2 + dy**2)) / 2.0)) / total
    noise = float(np.sqrt(scatter @ (along**2 - large - point) ** 2)) / total
    least = max(noise, 0.05 * point)
    run = inside & _main_run(along, v, inside, RUN_GAP * resolution_m)
    root = np.sqrt(np.maximum(v, 0.0)) * ((along >= along[run].min() - 0.8 * resolution_m)
                                          & (along <= along[run].max() + 0.8 * resolution_m))  # fmt: skip
    middle_x, middle_y = float(root @ x / root.sum()), float(root @ y / root.sum())
    # the root of a Gaussian is twice as spread as the Gaussian
    (_, wide), _, _ = _axes(root, x - middle_x, y - middle_y, point_x + blur, point_y + blur)
    if large <= least or wide <= 0:
        sigma = float(np.hypot(place, LEAST_SIGMA * resolution_m))
        return Shape(cy / pixel_m[0], cx / pixel_m[1], sigma, np.nan, float(np.sqrt(BODY * least)), np.nan, np.nan)
    length = float(np.sqrt(BODY * wide))
    floor = float(v[inside].min())
    first, last = (_end(along[run], v[run], side, floor, point) for side in (-1.0, 1.0))
    # a short ship's power has one centre, a long one's ends are surer
    share = float(np.clip((length - 2.0 * resolution_m) / (2.0 * resolution_m), 0.0, 1.0))
    shift = share * (first + last) / 2.0
    sigma = float(
        np.sqrt(((1.0 - share) * place) ** 2 + (LEAST_SIGMA * resolution_m) ** 2 + (PLACE_SHARE * length) ** 2)
    )
    return Shape(
        (cy + shift * along_y) / pixel_m[0],
        (cx + shift * along_x) / pixel_m[1],
        sigma,
        length,
        float(
            np.hypot(
                np.hypot(BODY * noise / (2.0 * length), LENGTH_SPREAD[0] * length), LENGTH_SPREAD[1] * resolution_m
            )
        ),
        float(np.sqrt(BODY * small)) if small > 0 else np.nan,
        float(np.degrees(np.arctan2(along_x, -along_y)) % 180.0) if large - small > 2.0 * noise else np.nan,
    )


def _axes(
    w: NDArray[Any], dx: NDArray[Any], dy: NDArray[Any], point_x: float, point_y: float
) -> tuple[tuple[float, float], float, float]:
    """Give the variances along the shorter and the longer axis, less those of a point, and the longer one's way."""
    total = w.sum()
    xx, yy, xy = w @ dx**2 / total, w @ dy**2 / total, w @ (dx * dy) / total
    values, axes = np.linalg.eigh(np.array([[xx - point_x, xy], [xy, yy - point_y]]))
    return (float(values[0]), float(values[1])), float(axes[0, 1]), float(axes[1, 1])


def _main_run(along: Floats, v: Floats, inside: NDArray[np.bool_], gap: float) -> NDArray[np.bool_]:
    """Tell the pixels that are not beyond a gap in the hull's own: a speckle near the bow is no bow."""
    places = np.sort(along[inside])
    cuts = places[:-1][np.diff(places) > gap] + gap / 2.0
    part = np.searchsorted(cuts, along)
    power = np.bincount(part, weights=np.where(inside, np.maximum(v, 0.0), 0.0))
    return np.asarray(power[part] >= STRAY * power.max())


def _end(along: Floats, v: Floats, side: float, floor: float, point: float) -> float:
    """Give the place of one end along the axis: the last pixel, taken back by the blur of a point so bright."""
    last = float((side * along).max())
    bright = float(v[side * along >= last - END_M].max())
    return side * (last - float(np.sqrt(2.0 * point * np.log(max(bright / max(floor, 1e-6), 1.0)))))
