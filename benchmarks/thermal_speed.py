"""Speed of thermal scoring and of space-time clusters: `make bench NAME=thermal_speed`.

1. A country-year: 15,000 cells by 365 days, 10^5 detections, fitted (five backgrounds: four held-out folds and the
   whole) and scored. To reach: 10 s. A day's update: 1 s.
2. Clusters of 10^6 points (1.5 km, 12 h, 5 points), half in 2,500 bursts, half spread evenly over 1,000 by 1,000 km and
   a year. To reach: 3 s and 0.5 GB. With `big` as argument 10^7 points too, to reach 2 GB. Beside it, where they are
   installed, `dbscan` and scikit-learn, on the nearest they can do: a ball in scaled coordinates.

Each part runs in a process of its own. Wall time and processor time are both told, since a shared machine stretches
the first. The last line is one line of JSON.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.measure import apart, peak_gb
from ceasefire.detectors.thermal import ThermalExcess
from ceasefire.detectors.thermal_cells import Cells
from ceasefire.stats.cluster import space_time_clusters

REACH_KM, REACH_HOURS, LEAST = 1.5, 12.0, 5


def main(big: bool) -> None:
    """Run every part and print what it took."""
    result: dict[str, Any] = {"benchmark": "thermal_speed"}
    parts = {"year": ("year",), "clusters_1e6": ("ours", "1000000")}
    if big:
        parts["clusters_1e7"] = ("ours", "10000000")
    parts |= {"dbscan_1e6": ("dbscan", "1000000"), "sklearn_1e6": ("sklearn", "1000000")}
    for name, arguments in parts.items():
        took = apart("benchmarks.thermal_speed", *arguments)
        print(f"{name:14s} " + ", ".join(f"{k} {v}" for k, v in took.items()))
        result |= {f"{name}_{k}": v for k, v in took.items()}
    print(json.dumps(result))


def year() -> dict[str, Any]:
    """Fit and score a simulated country-year, then one day more."""
    rng = np.random.default_rng(1)
    cells = Cells(*(v.ravel() for v in np.meshgrid(np.arange(150), np.arange(100))))
    days = np.arange("2019-01-01", "2020-01-01", dtype="datetime64[D]")
    season = 0.2 + np.exp(-0.5 * ((np.arange(365) - 100) / 15) ** 2) + np.exp(-0.5 * ((np.arange(365) - 220) / 30) ** 2)
    mean = rng.lognormal(0, 1.3, len(cells))[:, None] * season * rng.gamma(0.5, 2.0, 365)
    mean *= 1e5 / mean.sum()
    count = rng.negative_binomial(0.3 * mean + 1e-9, 0.3 / 1.3).astype(np.uint16)
    wall, processor = clocks(lambda: fitted(cells, count, days))
    model = fitted(cells, count, days)
    day_wall, day_processor = clocks(lambda: model.score(count[:, :1], days[-1:] + 1))
    return {
        "detections": int(count.sum()),
        "wall_s": wall,
        "processor_s": processor,
        "day_wall_s": day_wall,
        "day_processor_s": day_processor,
        "peak_gb": round(peak_gb(), 2),
    }


def fitted(cells: Cells, count: Any, days: Any) -> ThermalExcess:
    """Fit and score."""
    model = ThermalExcess().fit(cells, count, days)
    model.score(count, days)
    return model


def clusters(kind: str, n: int) -> dict[str, Any]:
    """Cluster a simulated world by one implementation; an empty answer where it is not installed."""
    x, y, t = world(n)
    before = peak_gb()
    if kind == "ours":
        work: Callable[[], Any] = lambda: space_time_clusters(  # noqa: E731
            x, y, t, reach_km=REACH_KM, reach_hours=REACH_HOURS, least=LEAST
        )
    else:
        scaled = np.stack([x, y, t * (REACH_KM / REACH_HOURS)], axis=1)
        try:
            if kind == "dbscan":
                dbscan = importlib.import_module("dbscan").DBSCAN
                work = lambda: dbscan(scaled, eps=REACH_KM, min_samples=LEAST)[0]  # noqa: E731
            else:
                sklearn = importlib.import_module("sklearn.cluster").DBSCAN
                work = lambda: sklearn(eps=REACH_KM, min_samples=LEAST, n_jobs=2).fit_predict(scaled)  # noqa: E731
        except ImportError:
            return {"not_installed": f"pip install {'scikit-learn' if kind == 'sklearn' else kind}"}
    kept: list[Any] = []
    wall, processor = clocks(lambda: kept.append(work()))
    labels = kept[0]
    return {
        "clusters": len(np.unique(labels[labels >= 0])),
        "wall_s": wall,
        "processor_s": processor,
        "peak_gb": round(peak_gb(), 2),
        "peak_before_gb": round(before, 2),
    }


def world(n: int) -> tuple[Any, Any, Any]:
    """Give positions (km) and times (hours): half in bursts of 200, half everywhere."""
    rng = np.random.default_rng(0)
    half, bursts = n // 2, max(1, n // 400)
    of = rng.integers(0, bursts, half)
    middle = [rng.uniform(0, wide, bursts)[of] for wide in (1000.0, 1000.0, 8760.0)]
    spread = [m + rng.normal(0, sd, half) for m, sd in zip(middle, (1.5, 1.5, 12.0), strict=True)]
    order = rng.permutation(n)
    wide = (1000.0, 1000.0, 8760.0)
    x, y, t = (np.concatenate([s, rng.uniform(0, w, n - half)])[order] for s, w in zip(spread, wide, strict=True))
    return x, y, t


def clocks(work: Callable[[], Any]) -> tuple[float, float]:
    """Give wall and processor seconds of some work."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return round(time.perf_counter() - wall, 2), round(time.process_time() - processor, 2)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "year":
        print(json.dumps(year()))
    elif len(sys.argv) > 2:
        print(json.dumps(clusters(sys.argv[1], int(sys.argv[2]))))
    else:
        main("big" in sys.argv[1:])
