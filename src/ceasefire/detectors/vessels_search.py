"""From a radar scene to its bright pixels, piece by piece: a piece's memory, the same result however it is cut.

Each piece is read with the ground around it that its windows need, and gives only its bright pixels and the moments of
its blocks. Which of those pixels are ships is asked once, over the whole scene, so no ship lies on a border.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ceasefire.detectors import vessels_clutter as clutter
from ceasefire.detectors.threads import allowed, limited
from ceasefire.detectors.tiles import Tile, tiles
from ceasefire.geo.grid import Grid
from ceasefire.stats import cfar

Floats = NDArray[np.float64]
Pixels = NDArray[np.float32] | Callable[[slice, slice], NDArray[np.float32]]
"""Linear power: an array of the grid's shape, or what reads rows and columns of it."""
Mask = NDArray[np.bool_] | Callable[[slice, slice], NDArray[np.bool_]]
"""True where it lies on the mask: an array of the grid's shape, or what gives rows and columns of it."""
Told = Callable[[int, int, int], None]
CHANCE = 4e-3
"""Pixels that the water alone shows less often than this are kept as bright."""
LOOSE = 60.0
"""Looks of the tables by which bright pixels are kept; with the spread left free they fit any number of looks."""
ENOUGH_BRIGHT = 200_000
"""So many bright pixels are enough to fit the looks."""
LEAST_BRIGHT = 1000
"""Fewer bright pixels tell no looks."""
PIECE = 3072
"""Pixels along a piece."""
MANY = 200_000
"""Bright pixels from which they are shared out to threads."""


@dataclass(frozen=True)
class Bright:
    """The bright pixels of a scene, in the order of rows and columns, and the spread of its water block by block."""

    row: NDArray[np.int64]
    """Shape (n,)."""
    column: NDArray[np.int64]
    """Shape (n,)."""
    ratio: Floats
    """Power over the mean of the ring, shape (bands, n)."""
    wide: Floats
    """The same for three by three pixels, shape (bands, n)."""
    mean: Floats
    """Mean of the ring, shape (bands, n)."""
    moments: Floats
    """As of `vessels_clutter.Water`, shape (bands, blocks down, blocks across, 6)."""
    tested: int
    """Pixels of water that were compared with their surroundings in every band."""


def bright(
    bands: Mapping[str, Pixels],
    grid: Grid,
    *,
    inner: int,
    outer: int,
    land: Mask | None = None,
    piece: int = PIECE,
    compiled: bool | None = None,
    threads: int | None = None,
    progress: Told | None = None,
) -> Bright:
    """Search a scene piece by piece for pixels brighter than the water around them.

    Parameters
    ----------
    bands
        Linear power by band, NaN or not above 0 where missing; all bands on the grid. A function must bear being
        called by several threads.
    grid
        The whole scene.
    inner, outer
        Half widths of guard and outer window, pixels.
    land
        Pixels that are not searched and do not count as water.
    piece
        Pixels along a piece, a multiple of `vessels_clutter.SPAN`.
    compiled, threads
        As of `vessels_clutter.water` and `threads.allowed`.
    progress
        Told after each piece: pieces done, failed (0) and in all; see `tiles_progress.bar`.

    Raises
    ------
    ValueError
        No band, arrays of another shape, a piece that is no multiple.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.gamma(4.0, 0.01, (100, 120)).astype(np.float32)
    >>> x[50, 60] = 2.0
    >>> found = bright({"VV": x}, Grid("EPSG:4326", 30.0, 45.0, 0.0001, 0.0001, x.shape), inner=5, outer=15)
    >>> int(found.row[found.ratio[0].argmax()]), int(found.column[found.ratio[0].argmax()]), found.tested
    (50, 60, 12000)
    """
    if not bands:
        raise ValueError("a scene needs at least one band")
    for name, pixels in bands.items():
        if not callable(pixels) and pixels.shape != grid.shape:
            raise ValueError(f"band {name} of shape {pixels.shape} does not fit a grid of {grid.shape}")
    if piece < clutter.SPAN or piece % clutter.SPAN:
        raise ValueError(f"pieces must be multiples of {clutter.SPAN} pixels, not {piece}")
    several, all_ = allowed(threads), tiles(grid, piece)
    shape = -(-grid.shape[0] // clutter.SPAN), -(-grid.shape[1] // clutter.SPAN)
    moments = np.zeros((len(bands), *shape, 6))
    parts: list[tuple[NDArray[np.int64], NDArray[np.int64], Floats]] = []
    tested = 0
    one = partial(_piece, bands=bands, grid=grid, land=land, inner=inner, outer=outer, compiled=compiled)
    for k, (tile, found) in enumerate(_in_order(one, all_, several)):
        rows, columns, values, own, number = found
        top, left = tile.rows[0] // clutter.SPAN, tile.columns[0] // clutter.SPAN
        moments[:, top : top + own.shape[1], left : left + own.shape[2]] = own
        parts.append((rows, columns, values))
        tested += number
        if progress:
            progress(k + 1, 0, len(all_))
    row, column = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    values = np.concatenate([p[2] for p in parts], axis=2)
    order = np.argsort(row * grid.shape[1] + column, kind="stable")
    values = np.take(values, order, axis=2)
    return Bright(row[order], column[order], values[0], values[1], values[2], moments, tested)


def surprises(
    found: Bright, looks: Sequence[float | None], *, apart: tuple[float, float]
) -> tuple[Floats, tuple[float, ...], Floats]:
    """Tell how rarely the water alone makes each bright pixel, in all bands together.

    Parameters
    ----------
    found
        Of `bright`.
    looks
        Equivalent number of looks of each band; None: those with which the scene's bright pixels fall off as the
        distribution says.
    apart
        Height and width of a pixel in widths of the radar's resolution: neighbours nearer than 1 share speckle.

    Returns
    -------
    Surprises, shape (n,): the larger one of single pixels and of three by three; looks of each band; inverse shape of
    the texture at each pixel, shape (bands, n).
    """
    single, wide, spreads, told = [], [], [], []
    block = found.row // clutter.SPAN, found.column // clutter.SPAN
    for b, stated in enumerate(looks):
        near = np.stack([ndimage.uniform_filter(found.moments[b, ..., k], 5, mode="constant") for k in range(6)], -1)
        near = np.maximum(near, 0.0)
        first, second = _variation(near[..., :3]), _variation(near[..., 3:])
        own = stated or _fitted(found.ratio[b], first, near[..., 0], block)
        tables, tables_wide = cfar.sea(own, clutter.CUT), cfar.sea(_step(own * _gain(apart)), clutter.WIDE_CUT)
        spread, spread_wide = cfar.spread_of(first, tables)[block], cfar.spread_of(second, tables_wide)[block]
        single.append(_surprise(found.ratio[b], spread, tables))
        # both are over the mean of single pixels below the cut
        scale = cfar.mean_below(spread, tables) / cfar.mean_below(spread_wide, tables_wide)
        filled = np.where(np.isfinite(found.wide[b]), found.wide[b], 0.0)
        wide.append(_surprise(filled * scale, spread_wide, tables_wide))
        spreads.append(spread)
        told.append(own)
    return np.maximum(cfar.together(single), cfar.together(wide)), tuple(told), np.stack(spreads)


def _surprise(ratio: Floats, spread: Floats, tables: cfar.Sea) -> Floats:
    """Give `cfar.surprise`, a part on each thread: the same numbers."""
    several = allowed(None)
    if len(ratio) < MANY or several < 2:
        return cfar.surprise(ratio, spread, tables)
    cuts = np.linspace(0, len(ratio), 4 * several + 1).astype(np.int64)
    with ThreadPoolExecutor(several) as pool:
        parts = pool.map(lambda a, b: cfar.surprise(ratio[a:b], spread[a:b], tables), cuts[:-1], cuts[1:])
        return np.concatenate(list(parts))


def read(pixels: Pixels, rows: slice, columns: slice) -> NDArray[np.float32]:
    """Give rows and columns of a band."""
    part = pixels(rows, columns) if callable(pixels) else pixels[rows, columns]
    wanted = rows.stop - rows.start, columns.stop - columns.start
    if part.shape != wanted:
        raise ValueError(f"a piece of {wanted} pixels was asked for, and {part.shape} came")
    return np.asarray(part, dtype=np.float32)


def _in_order(
    one: Callable[[Tile], tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats, int]],
    all_: list[Tile],
    several: int,
) -> Iterator[tuple[Tile, tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats, int]]]:
    """Do pieces on threads, no more of them at a time than threads; give them in their order."""

    def alone(tile: Tile) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats, int]:
        with limited(1):
            return one(tile)

    with ThreadPoolExecutor(several) as pool:
        running: deque[tuple[Tile, Future[tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats, int]]]] = deque()
        for tile in all_:
            running.append((tile, pool.submit(alone, tile)))
            if len(running) > several:
                first, job = running.popleft()
                yield first, job.result()
        for first, job in running:
            yield first, job.result()


def _piece(
    tile: Tile,
    *,
    bands: Mapping[str, Pixels],
    grid: Grid,
    land: Mask | None,
    inner: int,
    outer: int,
    compiled: bool | None,
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats, int]:
    halo, span = clutter.halo_of(outer), clutter.SPAN
    high, across = (-(-n // span) * span for n in tile.grid.shape)
    top, left = tile.rows[0] - halo, tile.columns[0] - halo
    rows = slice(max(top, 0), min(top + high + 2 * halo, grid.shape[0]))
    columns = slice(max(left, 0), min(left + across + 2 * halo, grid.shape[1]))
    block = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    dry = None
    if land is not None:
        dry = land(rows, columns) if callable(land) else land[rows, columns]
    marks = np.zeros((high, across), dtype=bool)
    told = np.ones((high, across), dtype=bool)
    seen = []
    for pixels in bands.values():
        x = np.full((high + 2 * halo, across + 2 * halo), np.nan, dtype=np.float32)
        x[block] = read(pixels, rows, columns)
        if dry is not None:
            x[block][dry] = np.nan
        water = clutter.water(x, inner=inner, outer=outer, compiled=compiled)
        told &= np.isfinite(water.ratio)
        for image, moments, cut in (
            (water.ratio, water.moments[..., :3], clutter.CUT),
            (water.wide, water.moments[..., 3:], clutter.WIDE_CUT),
        ):
            tables = cfar.sea(LOOSE, cut)
            variation = _variation(moments)
            # a block's own spread is a little uncertain: keep rather too many
            spread = 0.9 * cfar.spread_of(np.where(moments[..., 0] < 200, 1.2, variation), tables)
            clutter.above(image, cfar.level_of(CHANCE, spread, tables), marks, compiled=compiled)
        seen.append(water)
    marks &= told
    row, column = np.divmod(np.flatnonzero(marks.ravel()), across)
    values = np.stack([[getattr(w, name)[row, column] for w in seen] for name in ("ratio", "wide", "mean")])
    own = np.stack([w.moments for w in seen])
    at = row.astype(np.int64) + tile.rows[0], column.astype(np.int64) + tile.columns[0]
    return *at, values.astype(np.float64), own, int(np.count_nonzero(told))


def _variation(moments: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        q = moments[..., 0] * moments[..., 2] / moments[..., 1] ** 2
    return np.where(np.isfinite(q), q, 1.2)


def _fitted(
    ratio: Floats, variation: Floats, weight: Floats, block: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> float:
    """Give the looks of a scene.

    The calmest tenth of its water has the least texture, so it has at most this many looks fewer than the radar's. The
    rest of the variation is texture, and the more of it the heavier the tail: the looks are those with which a tenth of
    the pixels rarer than one in a thousand are rarer than one in ten thousand.
    """
    calm = weight >= 0.5 * np.max(weight, initial=1.0)
    low = _step(cfar.looks_of(float(np.quantile(variation[calm], 0.1)) if calm.any() else 2.0, clutter.CUT))
    best, least = low, np.inf
    thin = slice(None, None, max(1, len(ratio) // ENOUGH_BRIGHT))
    ratio, block = ratio[thin], (block[0][thin], block[1][thin])
    for k in range(0, 150, 6):
        looks = _step(low * np.exp(0.02 * k))
        tables = cfar.sea(looks, clutter.CUT)
        t = cfar.surprise(ratio, cfar.spread_of(variation, tables)[block], tables)
        many, few = np.count_nonzero(t > -np.log(1e-3)), np.count_nonzero(t > -np.log(1e-4))
        if many < LEAST_BRIGHT:
            return low
        off = abs(np.log((few + 0.5) / many * 10.0))
        if off >= least:
            break
        best, least = looks, off
    return best


def _gain(apart: tuple[float, float]) -> float:
    """Give by how much averaging three by three pixels raises the looks, their speckle shared as of a Gaussian point.

    >>> round(_gain((10.0, 10.0)), 2), _gain((0.0, 0.0))
    (9.0, 1.0)
    """
    gain = 1.0
    for d in apart:
        share = np.exp(-((np.arange(3) * d * 2.3548) ** 2) / 4.0)
        gain *= 9.0 / float(3.0 * share[0] + 4.0 * share[1] + 2.0 * share[2])
    return gain


def _step(looks: float) -> float:
    """Round looks to steps of 2 %, so that tables are made once."""
    return float(np.exp(np.round(np.log(looks) / 0.02) * 0.02))
