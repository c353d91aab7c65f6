"""What the speed of radar change is measured on: stacks in memory and on disk, and the work on one tile."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.damage_kernel import t_and_dof
from ceasefire.detectors.tiles import Tile
from ceasefire.geo.grid import Grid
from ceasefire.geo.stack import Stack

Singles = NDArray[np.float32]
DATES, BEFORE, MISSING = 60, 40, 0.02
FIRST = np.datetime64("2023-01-01", "s")


def grid(rows: int, columns: int) -> Grid:
    """Give a grid of 10 m."""
    return Grid("EPSG:32636", 300_000.0, 5_600_000.0, 10.0, 10.0, (rows, columns))


def days(dates: int) -> NDArray[np.datetime64]:
    """Give dates, every twelve days."""
    return FIRST + np.arange(dates) * np.timedelta64(12, "D")


def image(rows: int, columns: int, seed: int) -> Singles:
    """Draw the logarithm of speckle of 4.4 looks with missing pixels."""
    rng = np.random.default_rng(seed)
    x: Singles = rng.standard_gamma(4.4, (rows, columns), dtype=np.float32)
    np.log(x, out=x)
    x -= np.float32(5.0)
    x[rng.random((rows, columns), dtype=np.float32) < MISSING] = np.nan
    return x


def images(dates: int, rows: int, columns: int, *, threads: int = 2, seed: int = 1) -> Singles:
    """Draw a stack, shape (dates, rows, columns)."""
    x = np.empty((dates, rows, columns), np.float32)

    def fill(k: int) -> None:
        x[k] = image(rows, columns, seed * 1000 + k)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, range(dates)))
    return x


def peak_gb() -> float:
    """Give this process's peak resident memory, GB; `getrusage` would count that of the process which started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024 / 1e9


def write_tifs(folder: Path, dates: int, size: int) -> list[Path]:
    """Write a stack as one tiled GeoTIFF for each date."""
    import rasterio
    from rasterio.transform import from_origin

    where = grid(size, size)
    paths = [folder / f"{k:03d}.tif" for k in range(dates)]
    for k, path in enumerate(paths):
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            width=size,
            height=size,
            count=1,
            dtype="float32",
            crs=where.crs,
            transform=from_origin(where.west, where.north, where.width, where.height),
            tiled=True,
            blockxsize=256,
            blockysize=256,
        ) as file:
            file.write(image(size, size, 1000 + k), 1)
    return paths


def read_tifs(tile: Tile, *, paths: Sequence[Path]) -> list[Stack]:
    """Read a tile's window of every date."""
    import rasterio
    from rasterio.windows import Window

    (top, stop), (left, right) = tile.rows, tile.columns
    values = np.empty((len(paths), stop - top, right - left), np.float32)
    with rasterio.Env(GDAL_CACHEMAX=32):
        for k, path in enumerate(paths):
            with rasterio.open(path) as file:
                file.read(1, window=Window(left, top, right - left, stop - top), out=values[k])
    return [Stack(values, days(len(paths)), tile.grid, band="VV", orbit="T1", units="log")]


def test_tile(tile: Tile, stacks: Sequence[Stack]) -> dict[str, NDArray[np.generic]]:
    """Give t and its degrees of freedom for one tile."""
    del tile
    (stack,) = stacks
    before = np.arange(len(stack.times)) < len(stack.times) * 2 // 3
    return dict(t_and_dof(stack.values, before, ~before)._asdict())
