"""The quiet radar stacks as the benchmarks read them, and the splits of dates that are tried."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.stack import Stack
from ceasefire.sources import sentinel1

FOLDERS = ("rasters/sentinel1_rtc_quiet_coast", "rasters/sentinel1_rtc_quiet_hills")
LEAST_BEFORE, LEAST_AFTER = 3, 2
Days = NDArray[np.datetime64]


def stacks(data: Path) -> dict[str, list[Stack]]:
    """Read every burst: one stack for each polarisation."""
    paths = [path for folder in FOLDERS for path in sorted((data / folder).glob("*.tif"))]
    out: dict[str, list[Stack]] = {}
    for stack in sorted(sentinel1.stacks(paths, source="asf").stacks, key=lambda s: (s.orbit, s.band)):
        out.setdefault(stack.orbit, []).append(stack)
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
