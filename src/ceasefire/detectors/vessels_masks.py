"""What is no ship: land, and objects that stand in the same place on most dates.

Three masks. The shipped coast is good to about a kilometre, so it is widened by more than that; a scene's own
persistent bright ground finds the quays and islets that it lacks; a small spot that most dates show is a platform, a
wind mill, a wreck or a rock. A berth or a crowded anchorage may look like one: what lies on the mask is kept and
flagged, never dropped.

Source of the way for fixed objects: F. S. Paolo et al., Satellite mapping reveals extensive industrial activity at sea,
Nature 625 (2024), who compose many dates and find what does not move.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ceasefire.detectors.vessels_search import Mask
from ceasefire.geo import distance, seas
from ceasefire.geo.grid import Grid
from ceasefire.geo.projection import to_lonlat

Booleans = NDArray[np.bool_]
SHORE_M = 1500.0
"""Water this near to the shipped coast is not searched: the coast is good to about a kilometre."""
LATTICE_M = 250.0
"""Distance of the points at which the coast is asked for."""
LAND_KM2 = 0.5
"""Persistent bright ground of at least this area is land; less is an object."""
BRIGHT = 3.0
"""Ground is bright where its (lower) median over the dates, in levels of each date's water, is above this."""
LEAST_DATES = 4
"""Fewer dates tell nothing of what is persistent."""


def pixel_m(grid: Grid) -> tuple[float, float]:
    """Give the height and the width of a pixel in the middle of a grid, metres on the ground.

    >>> [round(v, 1) for v in pixel_m(Grid("EPSG:4326", 30.0, 45.0, 0.0001, 0.0001, (10, 10)))]
    [11.1, 7.9]
    """
    row, column = grid.shape[0] / 2.0, grid.shape[1] / 2.0
    x, y = grid.centre([row - 0.5, row + 0.5, row, row], [column, column, column - 0.5, column + 0.5])
    lon, lat = to_lonlat(grid.crs, x, y)
    high, wide = distance.km(lon[::2], lat[::2], lon[1::2], lat[1::2]) * 1000.0
    return float(high), float(wide)


def coast(grid: Grid, *, shore_m: float = SHORE_M) -> Mask:
    """Give the land by the shipped coast, widened: a mask that is made piece by piece as it is asked for.

    Parameters
    ----------
    grid
        Grid of the scene.
    shore_m
        Water so near to the coast counts as land, metres.

    Examples
    --------
    >>> grid = Grid("EPSG:4326", 30.60, 46.50, 0.001, 0.001, (100, 400))  # Odesa and the sea east of it
    >>> mask = coast(grid)
    >>> part = mask(slice(0, 100), slice(0, 400))
    >>> bool(part[:, 0].all()), bool(part[:, 399].any())
    (True, False)
    """
    high, wide = pixel_m(grid)
    step = max(1, int(LATTICE_M / max(high, wide)))

    def part(rows: slice, columns: slice) -> Booleans:
        i = np.arange(rows.start // step, rows.stop // step + 1) * step
        j = np.arange(columns.start // step, columns.stop // step + 1) * step
        x, y = grid.centre(i[:, None] + step / 2, j[None, :] + step / 2)
        x, y = np.broadcast_arrays(x, y)
        lon, lat = to_lonlat(grid.crs, x, y)
        dry = seas.coast_km(lon.ravel(), lat.ravel()).reshape(lon.shape) > -shore_m / 1000.0
        row, column = np.arange(rows.start, rows.stop) // step, np.arange(columns.start, columns.stop) // step
        return np.asarray(dry[np.ix_(row - i[0] // step, column - j[0] // step)])

    return part


def persistent(
    powers: Sequence[NDArray[np.float32]], grid: Grid, *, shore_m: float = 100.0
) -> tuple[Booleans, Booleans]:
    """Tell land and fixed objects by several dates of one place, without a map.

    Why the median: a ship is at one place on one date; a quay on all. Large bright ground is land (and ports), small
    spots are objects. Cross-polarised power (VH) parts land and rough water best.

    Parameters
    ----------
    powers
        Linear power, date by date, each of the grid's shape, NaN where missing; one band, one orbit.
    grid
        Grid of all dates.
    shore_m
        Land is widened by so much.

    Returns
    -------
    Land and fixed objects, boolean, of the grid's shape. Fixed objects are widened by one pixel, as they are imaged a
    little elsewhere on each date.

    Raises
    ------
    ValueError
        Fewer than `LEAST_DATES` dates, or shapes that do not fit.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> grid = Grid("EPSG:4326", 30.0, 45.0, 0.0003, 0.0003, (128, 128))
    >>> dates = rng.gamma(4.0, 0.005, (8, 128, 128)).astype(np.float32)
    >>> dates[:, :, :40] *= 20.0  # land
    >>> dates[:, 90, 90] += 2.0  # a platform
    >>> dates[3, 60, 100] += 2.0  # a ship
    >>> land, fixed = persistent(list(dates), grid)
    >>> bool(land[:, :40].all()), bool(land[:, 60:].any()), bool(fixed[90, 90]), bool(fixed[60, 100])
    (True, False, True, False)
    """
    if len(powers) < LEAST_DATES:
        raise ValueError(f"at least {LEAST_DATES} dates are needed to tell what stays, not {len(powers)}")
    if any(p.shape != grid.shape for p in powers):
        raise ValueError(f"dates do not fit a grid of {grid.shape}")
    high, wide = pixel_m(grid)
    middle = np.empty(grid.shape, dtype=np.float32)
    level = [_lower_mode(p) for p in powers]
    deep = max(1, (1 << 24) // (len(powers) * grid.shape[1]))
    for top in range(0, grid.shape[0], deep):
        block = np.stack([p[top : top + deep] / np.float32(v) for p, v in zip(powers, level, strict=True)])
        known = np.isfinite(block) & (block > 0)
        ordered = np.sort(np.where(known, block, np.inf), axis=0)
        number = known.sum(axis=0)
        taken = np.take_along_axis(ordered, ((number - 1) // 2).clip(min=0)[None], axis=0)[0]
        middle[top : top + deep] = np.where(number >= LEAST_DATES, taken, np.nan)
    with np.errstate(invalid="ignore"):
        bright = middle > BRIGHT
    labels, number = ndimage.label(bright, structure=np.ones((3, 3)))
    area = np.bincount(labels.ravel(), minlength=number + 1) * high * wide / 1e6
    large = area >= LAND_KM2
    large[0] = False
    land = large[labels]
    reach = max(1, round(shore_m / min(high, wide)))
    land = ndimage.distance_transform_edt(~land) <= reach if land.any() else land
    fixed = ndimage.binary_dilation(bright & ~land, structure=np.ones((3, 3)))
    return np.asarray(land), np.asarray(fixed & ~land)


def _lower_mode(values: NDArray[np.float32]) -> float:
    """Give the level of the darker one of two grounds: water below land; where there is one ground, its level."""
    known = values[np.isfinite(values) & (values > 0)]
    if not len(known):
        return float("nan")
    logs = np.log(known[:: max(1, len(known) // 200_000)])
    low, high = np.quantile(logs, [0.001, 0.999])
    counts, edges = np.histogram(logs, bins=max(10, int((high - low) / 0.1)), range=(low, high + 1e-6))
    smooth = ndimage.uniform_filter1d(counts.astype(np.float64), 5)
    peaks = [k for k in range(len(smooth)) if smooth[k] == smooth[max(0, k - 4) : k + 5].max()]
    large = [k for k in peaks if smooth[k] >= 0.05 * smooth.max()]
    return float(np.exp((edges[large[0]] + edges[large[0] + 1]) / 2.0))
