"""A city: the whole test of damage over 4 orbits, 2 polarisations and 33 dates, by tiles, after reading."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import damage_work as work
from ceasefire.detectors import damage_kernel
from ceasefire.detectors.damage import detect
from ceasefire.detectors.tiles import Tile, tiles
from ceasefire.detectors.tiles_run import run_tiles
from ceasefire.geo.stack import Stack

ORBITS, BANDS, DATES, AFTER = 4, ("VV", "VH"), 33, 3
TILE = 512


def city(rows: int, columns: int) -> dict[str, Any]:
    """Draw the city, then test it; give the time of testing and writing."""
    every = [
        Stack(
            work.images(DATES, rows, columns, seed=10 * o + b),
            work.days(DATES),
            work.grid(rows, columns),
            band=band,
            orbit=f"T{o}",
            units="log",
        )
        for o in range(ORBITS)
        for b, band in enumerate(BANDS)
    ]
    damage_kernel.moments(np.zeros((2, 1, 1)), [1, 0], [0, 1])
    with TemporaryDirectory(prefix="city-") as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        run = run_tiles(
            tiles(every[0].grid, TILE), _damage, read=partial(_window, stacks=every), folder=Path(folder) / "out"
        )
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if run.failed:
        raise SystemExit(str(run.failed))
    begin = time.process_time()
    for stack in every:
        before = np.arange(DATES) < DATES - AFTER
        damage_kernel.t_and_dof(stack.values, before, ~before, threads=1)
    kernel = time.process_time() - begin
    told = {"city_km2": rows * columns * 1e-4, "city_s": round(wall, 2), "city_cpu_s": round(cpu, 2)}
    return told | {"city_t_cpu_s": round(kernel, 2)}


def _window(tile: Tile, *, stacks: Sequence[Stack]) -> list[Stack]:
    return [s.window(*tile.window) for s in stacks]


def _damage(tile: Tile, stacks: Sequence[Stack]) -> dict[str, NDArray[Any]]:
    del tile
    days = stacks[0].times
    found = detect(
        stacks, before=(days[0], days[-AFTER]), after=(days[-AFTER], days[-1] + 1), count=damage_kernel.moments
    )
    return {"p": found.p.astype(np.float32), "dof": found.dof.astype(np.int16), "masked": found.masked}
