"""Speed of the effect of a ceasefire: one series of two years with its placebo dates, and 500 zones.

The baselines are the bounds that the project set itself: 50 ms for one series, 30 s for 500 zones; one thread.
Run: make bench NAME=effect_speed
"""

from __future__ import annotations

import json
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from benchmarks.effect_fronts import front
from ceasefire.stats.ceasefire_effect import CeasefireEffect
from ceasefire.stats.holding import Holding

ONE_MS, ALL_S, ZONES = 50.0, 30.0, 500
PLACEBOS = 10


def main() -> None:
    """Print the times, then one line of JSON."""
    rng = np.random.default_rng(1)
    exposure = rng.uniform(0.2, 0.9, 730)
    count = rng.poisson(rng.gamma(3.0, 4.0 / 3.0, 730) * exposure).astype(float)
    CeasefireEffect().fit(count, exposure, start=700)
    ours, cpu, without = [], [], []
    for _ in range(20):
        wall, used = time.perf_counter(), time.process_time()
        CeasefireEffect(placebos=PLACEBOS).fit(count, exposure, start=700)
        ours.append((time.perf_counter() - wall) * 1e3)
        cpu.append((time.process_time() - used) * 1e3)
        wall = time.perf_counter()
        CeasefireEffect(placebos=0).fit(count, exposure, start=700)
        without.append((time.perf_counter() - wall) * 1e3)
    one, one_cpu, bare = (float(np.median(v)) for v in (ours, cpu, without))
    told = CeasefireEffect().fit(count, exposure, start=700).daily_
    wall = time.perf_counter()
    for _ in range(10):
        Holding().fit(count[700:], told.mean, size=told.size, level_sd=told.level_sd)
    readout = (time.perf_counter() - wall) * 100
    fronts = [front(30_000 + k) for k in range(ZONES)]
    wall, used = time.perf_counter(), time.process_time()
    for f in fronts:
        CeasefireEffect(placebos=PLACEBOS).fit(f.count, f.exposure, start=f.start)
    every, every_cpu = time.perf_counter() - wall, time.process_time() - used
    load = os.getloadavg()[0]
    print(f"{'':<44}{'ours':>10}{'bound':>10}{'ours/bound':>12}")
    print(f"{'one series, 730 days, 10 placebos, wall ms':<44}{one:>10.1f}{ONE_MS:>10.0f}{one / ONE_MS:>12.2f}")
    print(f"{'  the same, processor ms':<44}{one_cpu:>10.1f}")
    print(f"{'  without placebos, wall ms':<44}{bare:>10.1f}")
    print(f"{'  fastest of 20, wall ms':<44}{min(ours):>10.1f}")
    print(f"{'daily readout of 30 days, wall ms':<44}{readout:>10.1f}")
    print(f"{'500 zones of 160 to 790 days, wall s':<44}{every:>10.1f}{ALL_S:>10.0f}{every / ALL_S:>12.2f}")
    print(f"{'  the same, processor s':<44}{every_cpu:>10.1f}")
    print(f"load of the machine while measured: {load:.1f} on {os.cpu_count()} cores")
    result = {"one_ms": round(one, 1), "one_cpu_ms": round(one_cpu, 1), "one_fastest_ms": round(min(ours), 1)}
    result |= {"bare_ms": round(bare, 1), "readout_ms": round(readout, 1), "zones_s": round(every, 1)}
    result |= {"zones_cpu_s": round(every_cpu, 1), "bound_ms": ONE_MS, "bound_s": ALL_S, "load": round(load, 1)}
    print(json.dumps({"benchmark": "effect_speed", **result, "met": one <= ONE_MS and every <= ALL_S}))


if __name__ == "__main__":
    main()
