"""Speed of matching: 100,000 fixes and 1,000 radar detections, beside the nearest fix within 2 km by a k-d tree.

`make bench NAME=dark_ships_speed`, or `python -m benchmarks.dark_ships_speed 100000 1000`. Three seas: ships heard
every few minutes, ships heard every few hours (whose places reach far, so that many pairs must be weighed), and a
mixture. Wall and processor seconds, the best of five; making the data is not counted.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

from benchmarks.measure import peak_gb
from ceasefire.detectors.vessel_dark import dark
from ceasefire.geo.distance import chord, unit_vectors
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.model.table import Table
from ceasefire.model.vessel import RadarShip

AT = datetime(2025, 4, 1, 4, 0, tzinfo=UTC)
Array = np.ndarray[Any, Any]


class Everywhere:
    """Reception without holes, at no cost: the speed of `geo.reception` is measured elsewhere."""

    def heard(self, lon: Any, lat: Any, start: Any, end: Any) -> Array:
        """Always."""
        return np.full(len(np.atleast_1d(lon)), 0.99)


def sea(fixes: int, detections: int, *, apart_min: Array, seed: int = 1) -> tuple[Fixes, Table[RadarShip], Any]:
    """Make ships on straight courses, fixes some minutes apart, and detections of most of those in the scene."""
    rng = np.random.default_rng(seed)
    n = round(1.2 * detections)
    each = fixes // n
    lon0, lat0 = rng.uniform(29.5, 33.5, n), rng.uniform(43.0, 46.0, n)
    speed, course = rng.uniform(0, 15, n), rng.uniform(0, 360, n)
    step = np.broadcast_to(apart_min, (n,))
    minutes = (np.arange(each) - each / 2 + rng.uniform(0, 1, (n, 1))) * step[:, None]
    km = speed[:, None] * 1.852 * minutes / 60
    lat = lat0[:, None] + km * np.cos(np.radians(course))[:, None] / 111.2
    lon = lon0[:, None] + km * np.sin(np.radians(course))[:, None] / 79.0
    times = np.datetime64(AT.replace(tzinfo=None), "ms") + (minutes * 60000).astype("timedelta64[ms]")
    f = Fixes.of(
        mmsi=np.repeat(np.arange(n) + 272000000, each), times=times.ravel(), lon=lon.ravel(), lat=lat.ravel(),
        speed_kn=np.repeat(speed, each), course_deg=np.repeat(course, each),
    )  # fmt: skip
    which = rng.permutation(n)[: round(0.8 * detections)]
    x = np.concatenate([lon0[which], rng.uniform(29.5, 33.5, detections - len(which))])
    y = np.concatenate([lat0[which], rng.uniform(43.0, 46.0, detections - len(which))])
    table = Table.from_columns(
        RadarShip,
        {
            "id": [f"r-{k:012x}" for k in range(len(x))], "scene": "s", "evidence": "", "time": AT, "lon": x, "lat": y,
            "sigma_m": np.full(len(x), 20.0), "length_m": rng.lognormal(4.5, 0.5, len(x)),
            "length_sigma_m": np.full(len(x), 25.0), "heading_deg": np.full(len(x), np.nan),
            "contrast": np.full(len(x), 30.0), "p_ship": np.full(len(x), 0.95),
        },
    )  # fmt: skip
    return f, table, shapely.box(29.5, 43.0, 33.5, 46.0)


def nearest(fixes: Fixes, seen: Table[RadarShip], *, km: float = 2.0) -> Array:
    """The plain rule: the nearest of the fixes within half an hour of the scene, within 2 km; -1 for none."""
    at = np.datetime64(AT.replace(tzinfo=None), "ms")
    rows = np.flatnonzero(np.abs(fixes.times - at) < np.timedelta64(30, "m"))
    tree = cKDTree(unit_vectors(fixes.lon[rows], fixes.lat[rows]))
    far, row = tree.query(unit_vectors(seen.column("lon"), seen.column("lat")), distance_upper_bound=float(chord(km)))
    return np.where(np.isfinite(far), fixes.mmsi[rows][np.minimum(row, len(rows) - 1)], -1)


def best(work: Any, times: int = 5) -> tuple[float, float]:
    """Give the least wall and processor seconds of several runs."""
    runs = []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        runs.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(r[0] for r in runs), min(r[1] for r in runs)


def main(fixes: int, detections: int) -> dict[str, Any]:
    """Time the three seas."""
    rng = np.random.default_rng(0)
    n = round(1.2 * detections)
    out: dict[str, Any] = {"fixes": fixes, "detections": detections}
    for name, apart in (
        ("every 3 minutes", np.full(n, 3.0)),
        ("every 3 hours", np.full(n, 180.0)),
        ("from 1 minute to 5 hours", np.exp(rng.uniform(0, np.log(300), n))),
    ):
        f, seen, water = sea(fixes, detections, apart_min=apart)
        wall, cpu = best(lambda: dark(seen, f, Statics.empty(), Everywhere(), scene_time=AT, footprint=water))  # noqa: B023
        wall2, cpu2 = best(lambda: nearest(f, seen))  # noqa: B023
        m = dark(seen, f, Statics.empty(), Everywhere(), scene_time=AT, footprint=water)
        out[name] = {
            "wall_s": round(wall, 3), "cpu_s": round(cpu, 3), "nearest_wall_s": round(wall2, 3),
            "nearest_cpu_s": round(cpu2, 3), "pairs": len(m.pairs), "matches": m.got, "expected": round(m.expected, 1),
        }  # fmt: skip
        print(f"{name:26} ours {wall:6.3f} s wall {cpu:6.3f} s cpu; nearest {wall2:6.3f} {cpu2:6.3f}; {out[name]}")
    out["peak_gb"] = round(peak_gb(), 2)
    return out


if __name__ == "__main__":
    given = [int(v) for v in sys.argv[1:3]]
    print(json.dumps(main(*given, *(100_000, 1_000)[len(given) :])))
