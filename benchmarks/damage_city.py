"""A city: the whole test of damage over 4 orbits, 2 polarisations and 33 dates, after reading, at once and by tiles."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import damage_work as work
from ceasefire.detectors import damage_kernel
from ceasefire.detectors.damage import Damage, detect
from ceasefire.detectors.tiles import Tile, tiles
from ceasefire.detectors.tiles_run import run_tiles
from ceasefire.geo.stack import Stack

ORBITS, BANDS, DATES, AFTER = 4, ("VV", "VH"), 33, 3
TILE = 512


def city(rows: int, columns: int) -> dict[str, Any]:
    """Draw the city, then test it; give the time of testing at once, and by tiles with writing, and peak memory."""
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
    _tested([s.window(slice(0, 64), slice(0, 64)) for s in every])
    drawn = work.peak_gb()
    wall, cpu = _timed(lambda: _tested(every))
    told = {"city_km2": rows * columns * 1e-4, "city_s": wall, "city_cpu_s": cpu}
    told |= {"city_stack_gb": round(sum(s.values.nbytes for s in every) / 1e9, 2)}
    told |= {"city_drawn_gb": round(drawn, 2), "city_peak_gb": round(work.peak_gb(), 2)}
    with TemporaryDirectory(prefix="city-") as folder:
        wall, cpu = _timed(lambda: _by_tiles(every, Path(folder) / "out"))
    told |= {"city_tiles_s": wall, "city_tiles_cpu_s": cpu}
    begin = time.process_time()
    for stack in every:
        before = np.arange(DATES) < DATES - AFTER
        damage_kernel.t_and_dof(stack.values, before, ~before, threads=1)
    return told | {"city_t_cpu_s": round(time.process_time() - begin, 2)}


def _timed(work_: Callable[[], Any]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work_()
    return round(time.perf_counter() - wall, 2), round(time.process_time() - cpu, 2)


def _by_tiles(every: Sequence[Stack], out: Path) -> None:
    run = run_tiles(tiles(every[0].grid, TILE), _damage, read=partial(_window, stacks=every), folder=out)
    if run.failed:
        raise SystemExit(str(run.failed))


def _tested(stacks: Sequence[Stack]) -> Damage:
    days = stacks[0].times
    return detect(
        stacks, before=(days[0], days[-AFTER]), after=(days[-AFTER], days[-1] + 1), count=damage_kernel.moments
    )


def _window(tile: Tile, *, stacks: Sequence[Stack]) -> list[Stack]:
    """Give a tile as reading it from files would: its pixels lie together in memory."""
    cut = [s.window(*tile.window) for s in stacks]
    return [replace(s, values=np.ascontiguousarray(s.values)) for s in cut]


def _damage(tile: Tile, stacks: Sequence[Stack]) -> dict[str, NDArray[Any]]:
    del tile
    found = _tested(stacks)
    return {"p": found.p.astype(np.float32), "dof": found.dof.astype(np.int16), "masked": found.masked}
