"""How long a search for ships takes: the kernel alone, and a scene of 25,000 x 16,000 pixels from file to ships.

    python -m benchmarks.radar_ships_speed [--rows 16000] [--columns 25000] [--plain 4096]

The scene is a GeoTIFF of 16-bit amplitudes in blocks of 512, uncompressed, made of one piece of textured speckle that
is turned and moved from block to block, with ships in it. Beside it the plain way, mean and standard deviation by
`scipy.ndimage.uniform_filter` over an array in memory, on a smaller crop (`--plain` pixels square) and scaled up. Each
part runs in a process of its own; compiled loops are made before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import apart, peak_gb
from benchmarks.radar_ships_world import world

PIECE = 2048


def speckle() -> NDArray[np.float32]:
    """Make one piece of sea with ships."""
    return world(100, "moderate", side=PIECE, ships_each=1)[0][0]


def write(path: Path, rows: int, columns: int) -> None:
    """Write the scene block by block."""
    import rasterio
    from rasterio.transform import from_origin
    from rasterio.windows import Window

    piece = np.sqrt(speckle()) * 2000.0
    rng = np.random.default_rng(100)
    profile = {
        "driver": "GTiff", "width": columns, "height": rows, "count": 1, "dtype": "uint16", "crs": "EPSG:32635",
        "transform": from_origin(500_000.0, 5_000_000.0, 10.0, 10.0), "tiled": True, "blockxsize": 512,
        "blockysize": 512, "nodata": 0, "BIGTIFF": "IF_SAFER",
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as out:
        for top in range(0, rows, PIECE):
            for left in range(0, columns, PIECE):
                turned = np.roll(np.rot90(piece, int(rng.integers(4))), rng.integers(PIECE, size=2), axis=(0, 1))
                high, wide = min(PIECE, rows - top), min(PIECE, columns - left)
                block = np.clip(turned[:high, :wide], 1, 65535).astype(np.uint16)
                out.write(block, 1, window=Window(left, top, wide, high))


def kernel() -> dict[str, Any]:
    """Time the compiled kernel on one thread, and the same in numpy."""
    from ceasefire.detectors.vessels_clutter import halo_of, water

    edge = halo_of(50)
    x = np.pad(speckle(), edge, mode="wrap")
    water(x, inner=20, outer=50)
    told = {}
    for name, compiled in (("compiled loops", True), ("numpy", False)):
        wall, cpu = time.perf_counter(), time.process_time()
        seen = water(x, inner=20, outer=50, compiled=compiled)
        told[name] = {"s": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "pixels": int(seen.ratio.size)}
    return told


def chain(path: Path) -> dict[str, Any]:
    """Time a scene from file to ships."""
    from ceasefire.detectors.vessels import ships
    from ceasefire.sources.radar_scene import RadarScene

    warm = speckle()[:512, :512].copy()
    from benchmarks.radar_ships_world import grid_of

    ships({"VV": warm}, grid_of(warm.shape, 10.0), scene="w", time=datetime(2025, 3, 25, tzinfo=UTC))
    begin_gb = peak_gb()
    wall, cpu = time.perf_counter(), time.process_time()
    scene = RadarScene(path, units="amplitude")
    opened = time.perf_counter() - wall
    found = ships({"VV": scene}, scene.grid, scene=path.stem, time=datetime(2025, 3, 25, tzinfo=UTC),
                  evidence=scene.evidence)  # fmt: skip
    return {
        "s": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "hash_s": opened, "gb": peak_gb(),
        "gb_before": begin_gb, "ships": len(found.ships), "km2": found.area_km2,
        "pixels": int(np.prod(scene.grid.shape)),
    }  # fmt: skip


def plain(side: int) -> dict[str, Any]:
    """Time mean and standard deviation of a ring by scipy, in memory, and the labels of what is above."""
    from scipy import ndimage

    piece = speckle()
    x = np.tile(piece, (-(-side // PIECE), -(-side // PIECE)))[:side, :side]
    wall, cpu = time.perf_counter(), time.process_time()
    big, small = 101, 41
    n = big**2 - small**2
    mean = (ndimage.uniform_filter(x, big) * big**2 - ndimage.uniform_filter(x, small) * small**2) / n
    square = (ndimage.uniform_filter(x * x, big) * big**2 - ndimage.uniform_filter(x * x, small) * small**2) / n
    bright = x > mean + 8.0 * np.sqrt(np.maximum(square - mean * mean, 0))
    _, number = ndimage.label(bright, structure=np.ones((3, 3)))
    return {"s": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "gb": peak_gb(), "spots": number,
            "pixels": int(x.size)}  # fmt: skip


def main() -> None:
    """Run all parts, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=16_000)
    parser.add_argument("--columns", type=int, default=25_000)
    parser.add_argument("--plain", type=int, default=4096)
    parser.add_argument("--part", default="")
    parser.add_argument("--path", default="")
    given = parser.parse_args()
    if given.part:
        parts = {"kernel": kernel, "chain": lambda: chain(Path(given.path)), "plain": lambda: plain(given.plain)}
        json.dump(parts[given.part](), sys.stdout)
        return
    whole = given.rows * given.columns
    own = "benchmarks.radar_ships_speed"
    for name, told in apart(own, "--part", "kernel").items():
        each = told["cpu"] / told["pixels"] * 1e9
        print(
            f"kernel, {name}, one thread: {each:.0f} ns of processor a pixel, {each * whole / 1e9:.0f} s for the scene"
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scene.tif"
        write(path, given.rows, given.columns)
        told = apart(own, "--part", "chain", "--path", str(path))
    print(f"file to ships, {given.columns:,} x {given.rows:,}: {told['s']:.1f} s ({told['hash_s']:.1f} s of it the"
          f" hash of the file), {told['cpu']:.1f} s of processor, peak {told['gb']:.2f} GB"
          f" ({told['gb_before']:.2f} GB before), {told['ships']} spots on {told['km2']:,.0f} km2")  # fmt: skip
    told = apart(own, "--part", "plain", "--plain", str(given.plain))
    scale = whole / told["pixels"]
    print(f"plain mean and deviation by scipy, {given.plain:,} x {given.plain:,} in memory: {told['s']:.1f} s,"
          f" {told['cpu']:.1f} s of processor, {told['gb']:.2f} GB; scaled to the scene {told['cpu'] * scale:.0f} s of"
          f" processor and {told['gb'] * scale:.0f} GB if held whole")  # fmt: skip


if __name__ == "__main__":
    main()
