"""Radar stacks made comparable: units checked, what all surroundings share on a date taken out, water set aside.

Rain, frost and wind move whole neighbourhoods by one to ten decibels. On each date the median departure of the pixels
within about a kilometre from their own mean before is taken off, smoothly from block to block. What is left of a pixel
is its own. No filter is run over the pixels (no Lee filter): it would share out a change among neighbours and make
their noise alike; pixels of a footprint are put together by the test instead.

Water is set aside by a rule fixed beforehand, from dates before only: VH below -24 dB on average, or VV below -17 dB
where a scene has no VH. Ships and waves are no damage.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ceasefire.errors import CeasefireError
from ceasefire.geo.grid import Grid
from ceasefire.geo.stack import Stack
from ceasefire.stats.change_surface import Surface, places
from ceasefire.stats.sorted_quantiles import quantiles

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Singles = NDArray[np.float32]
Places = NDArray[np.int64]

DB = np.log(10.0) / 10.0
"""One decibel in natural logarithms."""
WATER_DB = {"VH": -24.0, "HV": -24.0, "VV": -17.0, "HH": -17.0}
"""Mean before below which a pixel is water; cross-polarisation is asked first."""
REACH_M, LEAST_PIXELS = 1000.0, 15
"""Edge of a block whose median is taken: on the ground, and at least so many pixels."""
SAMPLE = 600
"""Pixels of a block and date that are enough for its median."""
CHECKED = 48
"""Rows and columns of which units are told."""
METRES_PER_DEGREE = 111_195.0


class NotComparable(CeasefireError):
    """Stacks that cannot be compared: different grids or units, or no date before or after."""


class WrongUnits(NotComparable):
    """Pixels are not what a test of change needs, e.g. decibels or linear power where logarithms are needed."""


class Surroundings(NamedTuple):
    """What the surroundings of all pixels did."""

    surface: Surface
    """What is to be taken off each date."""
    drift_db: Array
    """Its median over the scene on each date, dB, shape (dates,)."""


def check(stack: Stack) -> None:
    """Refuse pixels that cannot be natural logarithms of power, or coherence, as they say they are.

    Raises
    ------
    WrongUnits
        Units other than `log` or `coherence`, or values that only decibels or linear power have.

    >>> grid = Grid("EPSG:32636", 0.0, 0.0, 10.0, 10.0, (2, 2))
    >>> day = np.array(["2025-03-01"], dtype="datetime64[s]")
    >>> check(Stack(np.full((1, 2, 2), -19.0, np.float32), day, grid, band="VV", orbit="T1", units="log"))
    Traceback (most recent call last):
    ...
    ceasefire.detectors.damage_surroundings.WrongUnits: VV T1: one value in a hundred is below -19.0 and the middle \
is -19.0: these look like decibels, not natural logarithms (divide by 4.343)
    """
    name = f"{stack.band} {stack.orbit}".strip() or "stack"
    rows, columns = (max(size // CHECKED, 1) for size in stack.grid.shape)
    x = stack.values[:, ::rows, ::columns]
    x = x[np.isfinite(x)]
    if stack.units == "coherence":
        if len(x) and (x.min() < 0.0 or x.max() > 1.0):
            raise WrongUnits(f"{name}: coherence lies between 0 and 1, not {x.min():.3g} to {x.max():.3g}")
        return
    if stack.units != "log":
        raise WrongUnits(f"{name}: units are {stack.units!r}; natural logarithms of linear power are needed, 'log'")
    if not len(x):
        return
    low, middle, high = quantiles(x, [0.01, 0.5, 0.99]).tolist()
    if low < -13.0 or middle < -9.0:
        raise WrongUnits(
            f"{name}: one value in a hundred is below {low:.1f} and the middle is {middle:.1f}: these look like "
            "decibels, not natural logarithms (divide by 4.343)"
        )
    if low >= 0.0 or high > 6.0:
        raise WrongUnits(
            f"{name}: values from {low:.3g} to {high:.3g}: these look like linear power, not natural logarithms"
        )


def surroundings(values: Singles, mean: Singles, *, grid: Grid, watched: Mask) -> Surroundings:
    """Tell by how much surroundings departed from their own mean before on every date.

    Parameters
    ----------
    values
        Logarithms or scaled coherence, shape (dates, rows, columns).
    mean
        Mean before of each pixel, NaN where it has none, shape (rows, columns).
    grid
        Where they lie.
    watched
        Pixels that may have changed; medians are of the others, where a block has enough of them.

    >>> grid = Grid("EPSG:32636", 0.0, 0.0, 30.0, 30.0, (60, 60))
    >>> rain = np.array([0.0, 0.0, 0.0, 0.5], dtype=np.float32)[:, None, None]
    >>> x = np.full((4, 60, 60), -2.0, np.float32) + rain
    >>> s = surroundings(x, x[0], grid=grid, watched=np.zeros((60, 60), bool))
    >>> float((x - s.surface.at())[3].mean()), s.drift_db.round(1).tolist()
    (-2.0, [0.0, 0.0, 0.0, 2.2])
    """
    sizes = zip(grid.shape, block_pixels(grid), strict=True)
    rows, columns = (_edges(size, length) for size, length in sizes)
    at, block = _chosen(np.isfinite(mean), watched, rows, columns)
    order = np.argsort(block, kind="stable")
    ends = np.searchsorted(block[order], np.arange((len(rows) - 1) * (len(columns) - 1) + 1))
    # in the order of memory first, since chance reads are slow
    y, x = np.divmod(at, mean.shape[1])
    own = mean[y, x]
    away = np.empty((len(values), len(at)), np.float32)
    for k, image in enumerate(values):
        some = image.reshape(-1).take(at) if image.flags.c_contiguous else image[y, x]
        np.take(some - own, order, out=away[k])
    away[~np.isfinite(away)] = np.nan
    each = [_medians(away[:, a:b]) for a, b in pairwise(ends.tolist())]
    coarse = np.stack(each, axis=1).reshape(len(values), len(rows) - 1, -1)
    whole = np.zeros(len(values))
    for k in np.flatnonzero(np.isfinite(coarse).any(axis=(1, 2))).tolist():
        whole[k] = np.nanmedian(coarse[k])
    coarse = np.where(np.isfinite(coarse), coarse, whole[:, None, None])
    return Surroundings(Surface(coarse.astype(np.float32), places(rows), places(columns)), whole / DB)


def scaled(stack: Stack) -> Singles:
    """Put pixels on a scale on which their noise is the same everywhere: coherence by its inverse hyperbolic tangent.

    Source: R. Touzi et al., "Coherence estimation for SAR imagery", IEEE Transactions on Geoscience and Remote Sensing
    37 (1999) 135-149.

    >>> grid = Grid("EPSG:32636", 0.0, 0.0, 10.0, 10.0, (1, 1))
    >>> day = np.array(["2025-03-01"], dtype="datetime64[s]")
    >>> float(scaled(Stack(np.full((1, 1, 1), 0.5, np.float32), day, grid, units="coherence"))[0, 0, 0])
    0.5493061542510986
    """
    if stack.units == "coherence":
        return np.arctanh(np.clip(stack.values, 0.0, 0.999)).astype(np.float32)
    return stack.values


def water(means: dict[str, Array], shape: tuple[int, int]) -> Mask:
    """Tell which pixels are water by their mean before; cross-polarisation decides where there is any.

    Parameters
    ----------
    means
        Mean before of each band, natural logarithms, shape (rows, columns).
    shape
        Rows and columns.

    >>> water({"VV": np.array([[-3.0, -3.0]]), "VH": np.array([[-6.5, -3.0]])}, (1, 2)).tolist()
    [[True, False]]
    """
    for bands in (("VH", "HV"), ("VV", "HH")):
        asked = [means[b] < WATER_DB[b] * DB for b in bands if b in means]
        if asked:
            return np.asarray(np.logical_or.reduce(asked))
    return np.zeros(shape, dtype=bool)


def block_pixels(grid: Grid) -> tuple[int, int]:
    """Give the edge of a block in rows and columns."""
    metres = METRES_PER_DEGREE if grid.crs.upper() in ("EPSG:4326", "OGC:CRS84") else 1.0
    squeeze = np.cos(np.radians(grid.centre(grid.shape[0] / 2, 0)[1])) if metres > 1.0 else 1.0
    sizes = (grid.height * metres, grid.width * metres * float(squeeze))
    rows, columns = (max(round(REACH_M / s), LEAST_PIXELS) for s in sizes)
    return rows, columns


def _chosen(known: Mask, watched: Mask, rows: Places, columns: Places) -> tuple[Places, Places]:
    """Choose pixels of each block: controls, or all that are known where less than a fifth of those are controls.

    Gives their places in the flat image, rising, and the number of the block of each.
    """
    at, block = [], []
    width = known.shape[1]
    for i in range(len(rows) - 1):
        for j in range(len(columns) - 1):
            here = np.s_[rows[i] : rows[i + 1], columns[j] : columns[j + 1]]
            use, controls = known[here], known[here] & ~watched[here]
            if np.count_nonzero(controls) >= max(np.count_nonzero(use) / 5.0, 1.0):
                use = controls
            y, x = np.divmod(np.flatnonzero(use), use.shape[1])
            thin = slice(None, None, max(len(y) // SAMPLE, 1))
            at.append((y[thin] + rows[i]) * width + x[thin] + columns[j])
            block.append(np.full(len(at[-1]), i * (len(columns) - 1) + j))
    place, number = np.concatenate(at), np.concatenate(block)
    order = np.argsort(place)
    return place[order], number[order]


def _medians(away: Singles) -> Singles:
    """Give the median of each date over pixels; NaN with fewer than five of them."""
    n = np.count_nonzero(~np.isnan(away), axis=1)
    out = np.full(len(away), np.nan, np.float32)
    enough = n >= 5
    if enough.any():
        ordered = np.sort(away[enough], axis=1)
        n = n[enough, None]
        middle = np.take_along_axis(ordered, np.hstack([(n - 1) // 2, n // 2]), axis=1)
        out[enough] = middle.mean(axis=1)
    return out


def _edges(size: int, length: int) -> NDArray[np.int64]:
    return np.linspace(0, size, max(round(size / length), 1) + 1).round().astype(np.int64)
