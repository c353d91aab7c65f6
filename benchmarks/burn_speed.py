"""Time of one fire's burn scar, from tiled files to a ratio: `make bench NAME=burn_speed` (extra `satellite`).

Eleven dates of B8A and B12 (and the scene classes SCL) in files of 2048 x 2048 pixels, tiled 512, deflate: a window of
84 x 84 is cut out of each, as it would be from a COG. 1. windows and detector alone; 2. through the reader of
Sentinel-2, which hashes every file as evidence and masks cloud. Median of five runs; files lie in the system's cache.
"""

from __future__ import annotations

import json
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

from ceasefire.detectors.burn import pair, scar
from ceasefire.geo.grid import Grid
from ceasefire.geo.projection import to_lonlat
from ceasefire.geo.stack import Stack
from ceasefire.sources import sentinel2
from ceasefire.sources.raster_windows import Place
from ceasefire.stats.burn_scenes import AFTER, BEFORE, SIZE, Weather, scene

WHOLE, RUNS = 2048, 5
WEST, NORTH, AT = 300_000.0, 5_500_020.0, 1024
FIRE = datetime(2025, 3, 20, tzinfo=UTC)
DAYS = [FIRE - timedelta(days=50 - 8 * d) for d in range(BEFORE)]
DAYS += [FIRE + timedelta(days=3 + 5 * d) for d in range(AFTER)]


def main() -> None:
    """Print both times."""
    grid = Grid("EPSG:32636", WEST + AT * 20.0, NORTH - AT * 20.0, 20.0, 20.0, (SIZE, SIZE))
    x, y = grid.centre(SIZE / 2 - 0.5, SIZE / 2 - 0.5)
    lon, lat = (float(v) for v in to_lonlat(grid.crs, x, y))
    with tempfile.TemporaryDirectory() as folder:
        paths = write(Path(folder))

        def alone() -> Any:
            times = np.array([d.replace(tzinfo=None) for d in DAYS], dtype="datetime64[s]")
            stacks = []
            for band in ("B8A", "B12"):
                planes = []
                for path in (p for p in paths if f"_{band}_" in p.name):
                    with rasterio.open(path) as file:
                        planes.append(file.read(1, window=Window(AT, AT, SIZE, SIZE)))
                values = (np.stack(planes).astype(np.float32) - 1000) * np.float32(1e-4)
                stacks.append(Stack(values, times, grid, band=band, units="reflectance"))
            return scar(stacks[0], stacks[1], lon=lon, lat=lat, start=FIRE, end=FIRE + timedelta(hours=12))

        def read() -> Any:
            place = [Place("fire", lon, lat, 500.0)]
            got = sentinel2.stacks(paths, source="esa", around=place, options={"baseline": "05.11"})
            found = pair(got.stacks, lon=lon, lat=lat)
            assert found is not None, got.quarantine
            return scar(*found, lon=lon, lat=lat, start=FIRE, end=FIRE + timedelta(hours=12))

        result: dict[str, Any] = {"benchmark": "burn_speed", "megabytes": sum(p.stat().st_size for p in paths) / 1e6}
        for name, work in (("alone", alone), ("reader", read)):
            made, wall, cpu = measured(work)
            result[name] = {"wall_s": round(wall, 3), "cpu_s": round(cpu, 3), "ratio": round(made.ratio, 2)}
            print(f"{name}: {wall:.3f} s wall, {cpu:.3f} s CPU; likelihood ratio {made.ratio:.2f}")
    print(json.dumps(result))


def write(folder: Path) -> list[Path]:
    """Write the files, a strike burnt into the middle."""
    rng = np.random.default_rng(3)
    seen = scene("strike", rng, Weather(cloud=0.0))
    paths = []
    for k, day in enumerate(DAYS):
        ground = rng.normal(0.25, 0.02, (WHOLE, WHOLE))
        for band, values in (("B8A", seen.nir[k]), ("B12", seen.swir2[k]), ("SCL", None)):
            plane = np.full((WHOLE, WHOLE), 4.0) if values is None else ground * 1e4 + 1000
            if values is not None:
                plane[AT : AT + SIZE, AT : AT + SIZE] = np.nan_to_num(values) * 1e4 + 1000
            path = folder / f"T36UXA_{day:%Y%m%dT084609}_{band}_20m.tif"
            with rasterio.open(
                path, "w", driver="GTiff", width=WHOLE, height=WHOLE, count=1,
                dtype="uint8" if values is None else "uint16",
                crs="EPSG:32636", transform=from_origin(WEST, NORTH, 20.0, 20.0), tiled=True, blockxsize=512,
                blockysize=512, compress="deflate",
            ) as file:  # fmt: skip
                file.write(np.round(plane), 1)
            paths.append(path)
    return paths


def measured(work: Any) -> tuple[Any, float, float]:
    """Give a result, and median wall and CPU seconds."""
    made, walls, cpus = None, [], []
    for _ in range(RUNS):
        wall, cpu = time.perf_counter(), time.process_time()
        made = work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return made, median(walls), median(cpus)


if __name__ == "__main__":
    main()
