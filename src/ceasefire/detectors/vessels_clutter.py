"""The water around each pixel of a piece of a radar scene: its mean in a ring, and how it spreads, block by block.

Two windows: the guard window holds the ship itself, the ring between it and the outer window the water around. Other
ships in the ring must not count as water: pixels above `CUT` medians of their cell are left out, and `stats.cfar` knows
what that does to mean and spread. Compiled where numba is installed (extra `satellite`); in numpy, slower, otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from types import ModuleType

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]
CELL = 32
"""Pixels along a cell of which a median is taken."""
SPAN = 64
"""Pixels along a block of which the spread is taken; a multiple of `CELL`."""
STEP = 4
"""Every so many pixels of every so many rows count for a cell's median; as in `vessels_loops`."""
CUT = 5.0
"""Pixels above so many medians are left out of means and spreads."""
WIDE_CUT = 3.0
"""The same for the mean of three by three pixels."""
LEAST_SHARE = 0.2
"""A ring of which less is water tells no mean."""


class Water(NamedTuple):
    """What one band shows in one piece; images of shape (rows, columns), NaN where nothing can be told."""

    ratio: Singles
    """Power over the mean of the ring."""
    wide: Singles
    """Mean power of three by three pixels over the mean of the ring."""
    mean: Singles
    """Mean of the ring, pixels above the cut left out."""
    moments: Floats
    """Number, sum and sum of squares of `ratio` below the cut, then of `wide`; shape (blocks, blocks, 6)."""


def halo_of(outer: int) -> int:
    """Give how many pixels around a piece are needed for an outer window of this half width: whole cells.

    >>> halo_of(22), halo_of(45)
    (64, 96)
    """
    return -(-(outer + CELL) // CELL) * CELL


def water(power: Singles, *, inner: int, outer: int, compiled: bool | None = None) -> Water:
    """Compare each pixel of a piece with the water around it.

    Parameters
    ----------
    power
        Linear power with `halo_of(outer)` further pixels on every side, NaN where it is no water; single precision,
        rows and columns without the halo multiples of `SPAN`.
    inner, outer
        Half widths of the guard window and of the outer window, pixels.
    compiled
        Whether to use compiled loops; where not told, if they are installed.

    Raises
    ------
    ValueError
        Windows or a shape that do not fit.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.gamma(4.0, 0.01, (192, 192)).astype(np.float32)
    >>> x[96, 96] = 1.0
    >>> seen = water(x, inner=5, outer=15)
    >>> seen.ratio.shape, round(float(seen.ratio[32, 32]) / 25), bool(abs(np.nanmedian(seen.mean) - 0.04) < 0.002)
    ((64, 64), 1, True)
    """
    halo = halo_of(outer)
    high, across = power.shape[0] - 2 * halo, power.shape[1] - 2 * halo
    if not 1 <= inner < outer or min(high, across) < SPAN or high % SPAN or across % SPAN:
        raise ValueError(f"windows of {inner} and {outer} pixels do not fit a piece of {power.shape} pixels")
    x = np.ascontiguousarray(power, dtype=np.float32)
    loops = _loops() if compiled is not False else None
    if compiled and loops is None:
        raise ValueError("compiled loops need numba (extra satellite)")
    cells = x.shape[0] // CELL, x.shape[1] // CELL
    few = (CELL // STEP) ** 2 // 8
    if loops is not None:
        level = np.empty(cells, np.float32)
        loops.levels(x, CELL, few, level)
    else:
        level = _levels(x, cells, few)
    caps = (_smooth(level) * np.float32(CUT)).astype(np.float32)
    least = int(LEAST_SHARE * ((2 * outer + 1) ** 2 - (2 * inner + 1) ** 2))
    if loops is None:
        return _around(x, caps, halo, inner, outer, least)
    ratio, wide, mean = (np.empty((high, across), np.float32) for _ in range(3))
    moments = np.zeros((high // SPAN, across // SPAN, 6))
    loops.around(x, caps, CELL, halo, inner, outer, least, WIDE_CUT / CUT, SPAN, ratio, wide, mean, moments)
    return Water(ratio, wide, mean, moments)


def above(image: Singles, limits: Floats, marks: NDArray[np.bool_], *, compiled: bool | None = None) -> None:
    """Mark the pixels of an image above the limit of their block, in place.

    >>> marks = np.zeros((64, 64), bool)
    >>> above(np.eye(64, dtype=np.float32), np.full((1, 1), 0.5), marks)
    >>> int(marks.sum())
    64
    """
    loops = _loops() if compiled is not False else None
    if loops is not None:
        loops.mark(image, limits.astype(np.float32), SPAN, marks)
        return
    each = limits.astype(np.float32).repeat(SPAN, axis=0).repeat(SPAN, axis=1)
    with np.errstate(invalid="ignore"):
        marks |= image > each


def _loops() -> ModuleType | None:
    try:
        from ceasefire.detectors import vessels_loops
    except ModuleNotFoundError as error:
        if error.name != "numba" and not str(error.name).startswith("numba."):
            raise
        return None
    return vessels_loops


def _smooth(level: Singles) -> Singles:
    """Give the middle of each cell and its neighbours, so that one cell full of ships does not hide them."""
    padded = np.pad(level, 1, constant_values=np.nan)
    views = [padded[a : a + level.shape[0], b : b + level.shape[1]] for a in range(3) for b in range(3)]
    ordered = np.sort(np.stack(views), axis=0)
    known = np.isfinite(ordered).sum(axis=0)
    middle = np.take_along_axis(ordered, np.maximum(known // 2, 0)[None].clip(max=8), axis=0)[0]
    return np.where(known > 0, middle, np.float32(np.nan)).astype(np.float32)


def _levels(x: Singles, cells: tuple[int, int], few: int) -> Singles:
    half = CELL // STEP
    thin = x[::STEP, ::STEP].reshape(cells[0], half, cells[1], half).swapaxes(1, 2).reshape(*cells, half * half)
    with np.errstate(invalid="ignore"):
        ordered = np.sort(np.where((thin > 0) & (thin < np.inf), thin, np.nan), axis=2)
    known = np.isfinite(ordered).sum(axis=2)
    middle = np.take_along_axis(ordered, (known // 2).clip(max=half * half - 1)[..., None], axis=2)[..., 0]
    return np.where(known < few, np.float32(np.nan), middle).astype(np.float32)


def _around(x: Singles, caps: Singles, halo: int, inner: int, outer: int, least: int) -> Water:
    cap = caps.repeat(CELL, axis=0).repeat(CELL, axis=1)
    with np.errstate(invalid="ignore"):
        good = (x > 0) & (x < np.inf)
        sea = good & (x <= cap)
    number, total = _summed(sea.astype(np.float64)), _summed(np.where(sea, x, 0.0).astype(np.float64))
    n = _box(number, halo, outer) - _box(number, halo, inner)
    s = _box(total, halo, outer) - _box(total, halo, inner)
    core = slice(halo, x.shape[0] - halo), slice(halo, x.shape[1] - halo)
    told = good[core] & (n >= least)
    mu = np.where(told, s / np.maximum(n, 1), np.nan)
    ratio = np.where(told, x[core] / mu, np.nan)
    count = _box(_summed(good.astype(np.float64)), halo, 1)
    near = _box(_summed(np.where(good, x, 0.0).astype(np.float64)), halo, 1)
    y = np.where(told & (count >= 6), near / np.maximum(count, 1), np.nan)
    images = [image.astype(np.float32) for image in (ratio, y / mu, mu)]
    with np.errstate(invalid="ignore"):
        top = cap[core] / mu
        below, wide_below = images[0] <= top, images[1] <= top * (WIDE_CUT / CUT)
    moments = np.stack([*_moments(images[0], below), *_moments(images[1], wide_below)], axis=-1)
    return Water(images[0], images[1], images[2], moments)


def _summed(x: Floats) -> Floats:
    out = np.zeros((x.shape[0] + 1, x.shape[1] + 1))
    np.cumsum(np.cumsum(x, axis=0), axis=1, out=out[1:, 1:])
    return out


def _box(table: Floats, halo: int, half: int) -> Floats:
    """Give the sums over squares of this half width around each pixel that is not in the halo."""
    high, across = table.shape[0] - 1 - 2 * halo, table.shape[1] - 1 - 2 * halo
    low, top = halo - half, halo + half + 1
    a, b = slice(low, low + high), slice(top, top + high)
    c, d = slice(low, low + across), slice(top, top + across)
    return np.asarray(table[b, d] - table[a, d] - table[b, c] + table[a, c], dtype=np.float64)


def _moments(ratio: Singles, below: NDArray[np.bool_]) -> list[Floats]:
    blocks = ratio.shape[0] // SPAN, SPAN, ratio.shape[1] // SPAN, SPAN
    r = np.where(below, ratio.astype(np.float64), 0.0)
    return [v.reshape(blocks).sum(axis=(1, 3)) for v in (below.astype(np.float64), r, r * r)]
