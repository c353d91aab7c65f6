"""Work over tiles that tests send to other processes; `python -m tests.detectors.tile_work` is there to be killed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from ceasefire.detectors.tiles import Tile, tiles
from ceasefire.detectors.tiles_run import run_tiles
from ceasefire.geo.grid import Grid
from ceasefire.geo.stack import Stack
from ceasefire.stats.change import moments

DATES = 9
GRID = Grid("EPSG:32636", 300_000.0, 5_600_000.0, 10.0, 10.0, (70, 90))
DAYS = np.datetime64("2025-01-01", "s") + np.arange(DATES) * np.timedelta64(12, "D")
SIZE = 32


def write_stack(path: Path) -> None:
    """Write speckle with missing values, as a file that can be mapped to memory."""
    rng = np.random.default_rng(5)
    values = np.log(rng.gamma(4.4, 1.0, (DATES, *GRID.shape))).astype(np.float32)
    values[rng.random(values.shape) < 0.05] = np.nan
    np.save(path, values)


def read(tile: Tile, *, path: Path, log: Path | None = None, wait_s: float = 0.0) -> Sequence[Stack]:
    """Read a tile's window; note that it was read; take as long as is asked."""
    if log:
        with log.open("a") as file:
            file.write(f"{tile.id} {os.getpid()}\n")
    time.sleep(wait_s)
    rows, columns = tile.window
    values = np.array(np.load(path, mmap_mode="r")[:, rows, columns])
    return [Stack(values, DAYS, tile.grid, band="VV", orbit="T137", units="log")]


def change(tile: Tile, stacks: Sequence[Stack]) -> dict[str, np.ndarray]:
    """Give moments before and after a date."""
    del tile
    (stack,) = stacks
    before = stack.between("2025-01-01", "2025-03-01")
    return moments(stack.values, before, ~before)._asdict()


def one_is_cursed(tile: Tile, stacks: Sequence[Stack], *, curse: Path, deadly: bool = False) -> dict[str, np.ndarray]:
    """As `change`, but the second tile fails, or takes its process with it, as long as a file is there."""
    if tile.id == "r00000-c00032" and curse.exists():
        if deadly:
            os._exit(7)
        raise ValueError("the burst of 2025-01-13 is truncated")
    return change(tile, stacks)


def main() -> None:
    """Do all tiles slowly, on the workers that are named."""
    from tests.detectors import tile_work  # under the name by which a later run knows it

    path, folder, log, workers = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    slow = partial(tile_work.read, path=path, log=log, wait_s=0.4)
    run_tiles(tiles(GRID, SIZE), tile_work.change, read=slow, folder=folder, workers=workers, at_once=2)


if __name__ == "__main__":
    main()
