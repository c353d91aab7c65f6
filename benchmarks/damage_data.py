"""The quiet radar stacks as the benchmarks read them, and the splits of dates that are tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.grid import Grid
from ceasefire.geo.stack import Stack

NAME = re.compile(r"_(T\d+-\d+-IW\d)_(\d{8}T\d{6})Z_.*_(V[VH])(?:_cropped)?\.tif$")
FOLDERS = ("rasters/sentinel1_rtc_quiet_coast", "rasters/sentinel1_rtc_quiet_hills")
LEAST_BEFORE, LEAST_AFTER = 3, 2
Days = NDArray[np.datetime64]


def stacks(data: Path) -> dict[str, list[Stack]]:
    """Read every burst: one stack for each polarisation, natural logarithms, nothing and less as missing."""
    import rasterio

    found: dict[tuple[str, str], list[tuple[np.datetime64, Path]]] = {}
    for folder in FOLDERS:
        for path in sorted((data / folder).glob("*.tif")):
            match = NAME.search(path.name)
            if match:
                d = match[2]
                time = np.datetime64(f"{d[:4]}-{d[4:6]}-{d[6:11]}:{d[11:13]}:{d[13:15]}", "s")
                found.setdefault((match[1], match[3]), []).append((time, path))
    out: dict[str, list[Stack]] = {}
    for (burst, band), files in sorted(found.items()):
        pixels, times = [], []
        for time, path in sorted(files):
            with rasterio.open(path) as file:
                x, t = file.read(1), file.transform
                grid = Grid(str(file.crs), t.c, t.f, t.a, -t.e, x.shape)
            pixels.append(np.log(np.where(x > 0, x, np.nan)).astype(np.float32))
            times.append(time)
        stack = Stack(np.stack(pixels), np.array(times), grid, band=band, orbit=burst, units="log")
        out.setdefault(burst, []).append(stack)
    return out


def splits(times: Days, *, drawn: int = 0, seed: int = 1) -> Iterator[tuple[str, Days, Days]]:
    """Give every split of the dates into earlier and later ones, and some drawn at random."""
    n = len(times)
    for k in range(LEAST_BEFORE, n - LEAST_AFTER + 1):
        yield f"{k}+{n - k}", times[:k], times[k:]
    rng = np.random.default_rng(seed)
    for i in range(drawn):
        k = int(rng.integers(LEAST_BEFORE, n - LEAST_AFTER + 1))
        first = np.isin(np.arange(n), rng.choice(n, k, replace=False))
        yield f"drawn {i + 1}: {k}+{n - k}", times[first], times[~first]


def months(after: Days) -> float:
    """Give how many months the dates after span, each date standing for 12 days."""
    span = (after[-1] - after[0]).astype("timedelta64[s]").astype(np.float64) / 86_400.0 + 12.0
    return float(span / 30.4375)
