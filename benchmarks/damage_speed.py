"""Speed of per-pixel change: one pass over a stack against a plain read and the code a user would write, and tiles.

One run prints everything side by side: wall and processor seconds, the ratio to a plain read (the sum of the same stack
on the same cores), peak memory with the stack on disk, and how tiles and workers scale.
Run: make bench NAME=damage_speed (or python -m benchmarks.damage_speed --size 1024 on a small machine)
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import damage_work as work
from benchmarks.measure import apart
from ceasefire.detectors.damage_kernel import moments, t_and_dof
from ceasefire.detectors.threads import processors
from ceasefire.detectors.tiles import tiles
from ceasefire.detectors.tiles_run import run_tiles

BANDWIDTH, FASTER, CITY_S = 0.60, 20.0, 10.0
CITY = (1910, 1911)
"""365 km2 at 10 m."""


def main() -> None:
    """Print the tables, then one line of JSON."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--size", type=int, default=4096, help="edge of the stack, pixels")
    ask.add_argument("--dates", type=int, default=work.DATES)
    ask.add_argument("--repeat", type=int, default=3, help="times each of ours and the plain read is run; best counts")
    ask.add_argument("--parts", default="kernel,tiles,city", help="which parts to run")
    ask.add_argument("--child", default="", help=argparse.SUPPRESS)
    given = ask.parse_args()
    if given.child:
        print(json.dumps(_child(**json.loads(given.child))))
        return
    parts = given.parts.split(",")
    _enough_memory(4e-9 * given.dates * given.size**2, parts)
    told: dict[str, Any] = {"benchmark": "damage_speed", "size": given.size, "dates": given.dates}
    print(f"{processors()} processors, load {os.getloadavg()[0]:.1f}")
    if "kernel" in parts:
        told |= kernel(given.dates, given.size, given.repeat)
    if "tiles" in parts:
        told |= scaling(given.dates, given.size)
    if "city" in parts:
        told |= apart("benchmarks.damage_speed", "--child", json.dumps({"kind": "city", "size": given.size}))
        print(f"\ncity of {told['city_km2']:.0f} km2, 4 orbits, 2 polarisations, 33 dates, after reading:")
        asked = f"asked: {CITY_S:.0f} s for 365 km2"
        print(f"at once {told['city_s']:.1f} s wall, {told['city_cpu_s']:.1f} s processor ({asked})")
        print(f"peak {told['city_peak_gb']:.2f} GB with a stack of {told['city_stack_gb']:.2f} GB in it")
        print(f"by tiles, with writing, {told['city_tiles_s']:.1f} s wall, {told['city_tiles_cpu_s']:.1f} s processor")
    told["load"] = round(os.getloadavg()[0], 1)
    print(json.dumps(told))


def kernel(dates: int, size: int, repeat: int) -> dict[str, Any]:
    """Time one stack in memory."""
    x = work.images(dates, size, size, threads=processors())
    before = np.arange(dates) < dates * work.BEFORE // work.DATES
    small = x[:, :64, :64]
    for warm in (moments, t_and_dof):
        warm(small, before, ~before)
    half = processors()

    def plain() -> None:
        with ThreadPoolExecutor(half) as pool:
            list(pool.map(lambda k: x[k].sum(), range(dates)))

    ways: dict[str, tuple[Callable[[], Any], int]] = {
        "plain read (numpy sum, threads)": (plain, repeat),
        "ours, t and its dof": (lambda: t_and_dof(x, before, ~before), repeat),
        "ours, six moments": (lambda: moments(x, before, ~before), repeat),
        "ours, one thread": (lambda: t_and_dof(x, before, ~before, threads=1), repeat),
        "numpy nanmean/nanvar by 64 rows": (lambda: _numpy_rows(x, before), 1),
        "numpy nanmean/nanvar": (lambda: _numpy(x, before), 1),
    }
    if find_spec("xarray") and find_spec("dask"):
        _xarray(small, before)
        ways["xarray on dask threads"] = (lambda: _xarray(x, before), 1)
    gb = x.nbytes / 1e9
    print(f"\nstack ({dates}, {size}, {size}), {gb:.2f} GB in memory, {work.MISSING:.0%} missing")
    print(f"{'':<36}{'wall s':>9}{'cpu s':>9}{'GB/s':>9}{'ours is':>12}")
    took = {name: _best(way, times) for name, (way, times) in ways.items()}
    ours, read = took["ours, t and its dof"], took["plain read (numpy sum, threads)"]
    for name, (wall, cpu) in took.items():
        print(f"{name:<36}{wall:>9.2f}{cpu:>9.2f}{gb / wall:>9.2f}{wall / ours[0]:>10.1f} x")
    share, share_cpu = read[0] / ours[0], read[1] / ours[1]
    naive = {n: w[0] / ours[0] for n, w in took.items() if n.startswith(("numpy", "xarray"))}
    naive_cpu = {n: w[1] / ours[1] for n, w in took.items() if n.startswith(("numpy", "xarray"))}
    print(
        f"ours reads at {share:.0%} of the plain read's speed "
        f"({share_cpu:.0%} by processor time; asked {BANDWIDTH:.0%})"
    )
    print(f"ours is {min(naive.values()):.0f} to {max(naive.values()):.0f} times as fast as numpy and xarray", end=" ")
    print(f"({min(naive_cpu.values()):.0f} to {max(naive_cpu.values()):.0f} by processor time; asked {FASTER:.0f})")
    met = share >= BANDWIDTH and naive["numpy nanmean/nanvar"] >= FASTER
    return {
        "ours_s": round(ours[0], 2),
        "ours_cpu_s": round(ours[1], 2),
        "read_s": round(read[0], 2),
        "share_of_read": round(share, 2),
        "share_of_read_cpu": round(share_cpu, 2),
        "times": {n: round(v, 1) for n, v in naive.items()},
        "times_cpu": {n: round(v, 1) for n, v in naive_cpu.items()},
        "kernel_met": met,
    }


def scaling(dates: int, size: int) -> dict[str, Any]:
    """Time tiles of a stack on disk, each setting in a process of its own."""
    if not find_spec("rasterio"):
        print("\ntiles: rasterio is not installed, pip install 'ceasefire[satellite]'")
        return {}
    kinds = ["threads"] + (["dask"] if find_spec("distributed") else [])
    rows = []
    with tempfile.TemporaryDirectory(prefix="tiles-") as name:
        work.write_tifs(Path(name), dates, size)
        gb = 4e-9 * dates * size**2
        print(f"\nthe same stack as {dates} GeoTIFFs ({gb:.2f} GB) by tiles, with reading and writing")
        print(f"{'':<10}{'workers':>9}{'tiles':>7}{'tile GB':>9}{'wall s':>9}{'cpu s':>9}{'peak GB':>9}")
        for kind in kinds:
            for workers in (1, 2):
                for cuts in (1, 2, 4, 8):
                    ask = {"kind": kind, "folder": name, "dates": dates, "size": size, "workers": workers, "cuts": cuts}
                    row = apart("benchmarks.damage_speed", "--child", json.dumps(ask))
                    rows.append(row)
                    print(
                        f"{kind:<10}{workers:>9}{cuts**2:>7}{gb / cuts**2:>9.3f}"
                        f"{row['wall_s']:>9.2f}{row['cpu_s']:>9.2f}{row['peak_gb']:>9.2f}"
                    )
    alike = len({row["sha256"] for row in rows if row["tiles"] == 64}) == 1
    print("64 tiles give the same bytes on every kind and number of workers" if alike else "BYTES DIFFER")
    return {"tiles": [{k: v for k, v in row.items() if k != "sha256"} for row in rows], "same_bytes": alike}


def _child(*, kind: str, size: int, **given: Any) -> dict[str, Any]:
    if kind == "city":
        from benchmarks.damage_city import city

        return city(min(size, CITY[0]), min(size, CITY[1]))
    paths = sorted(Path(given["folder"]).glob("*.tif"))
    cut = tiles(work.grid(size, size), -(-size // given["cuts"]))
    out = Path(tempfile.mkdtemp(prefix="tiles-out-"))
    t_and_dof(np.zeros((3, 1, 1)), [1, 1, 0], [0, 0, 1])
    do = partial(run_tiles, cut, work.test_tile, read=partial(work.read_tifs, paths=paths), folder=out)
    try:
        if kind == "threads":
            wall, cpu = _best(lambda: do(at_once=given["workers"]), 1)
            peak = work.peak_gb()
        else:
            import distributed

            workers = {"n_workers": given["workers"], "threads_per_worker": 1, "memory_limit": 0}
            with (
                distributed.LocalCluster(dashboard_address=None, **workers) as cluster,
                distributed.Client(cluster) as client,
            ):
                client.run(t_and_dof, np.zeros((3, 1, 1)), [1, 1, 0], [0, 0, 1])
                begun = sum(client.run(time.process_time).values())
                wall, cpu = _best(lambda: do(workers=cluster.scheduler_address), 1)
                cpu += sum(client.run(time.process_time).values()) - begun
                peak = sum(client.run(work.peak_gb).values())
        manifest = json.loads((out / "manifest.json").read_text())["tiles"]
        if any("failed" in t for t in manifest.values()):
            raise SystemExit(str(manifest))
        marks = [t["sha256"] for t in manifest.values()]
    finally:
        shutil.rmtree(out)
    told = {"kind": kind, "workers": given["workers"], "tiles": len(cut), "sha256": "".join(marks)}
    return told | {"wall_s": round(wall, 2), "cpu_s": round(cpu, 2), "peak_gb": round(peak, 2)}


def _best(way: Callable[[], Any], times: int) -> tuple[float, float]:
    """Give the least wall time of some runs, and the least processor time."""
    walls, cpus = [], []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        way()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return min(walls), min(cpus)


def _numpy(x: work.Singles, before: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        a, b = x[before], x[~before]
        m, n = np.isfinite(a).sum(axis=0), np.isfinite(b).sum(axis=0)
        pooled = ((m - 1) * np.nanvar(a, axis=0, ddof=1) + (n - 1) * np.nanvar(b, axis=0, ddof=1)) / (m + n - 2)
        return (np.nanmean(b, axis=0) - np.nanmean(a, axis=0)) / np.sqrt(pooled * (1 / m + 1 / n)), m + n - 2


def _numpy_rows(x: work.Singles, before: Any) -> None:
    for top in range(0, x.shape[1], 64):
        _numpy(x[:, top : top + 64], before)


def _xarray(x: work.Singles, before: Any) -> None:
    import dask
    import xarray

    every = xarray.DataArray(x, dims=("date", "y", "x")).chunk({"date": -1, "y": 512, "x": 512})
    a, b = every[before], every[~before]
    m, n = a.count("date"), b.count("date")
    pooled = ((m - 1) * a.var("date", ddof=1) + (n - 1) * b.var("date", ddof=1)) / (m + n - 2)
    with dask.config.set(scheduler="threads"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        dask.compute((b.mean("date") - a.mean("date")) / np.sqrt(pooled * (1 / m + 1 / n)), m + n - 2)


def _enough_memory(gb: float, parts: list[str]) -> None:
    need = 2.4 * gb if "kernel" in parts else 1.3 * gb
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    for line in Path("/proc/meminfo").read_text().splitlines() if Path("/proc/meminfo").exists() else ():
        if line.startswith("MemAvailable"):
            free = float(line.split()[1]) * 1024 / 1e9
    if free < need:
        raise SystemExit(f"{need:.1f} GB of memory are needed, {free:.1f} GB are free: give a smaller --size")


if __name__ == "__main__":
    main()
