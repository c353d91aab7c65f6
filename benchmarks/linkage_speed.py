"""Link a million reports: ours and splink on the same reports, in one run.

`make bench NAME=linkage_speed`, or `python -m benchmarks.linkage_speed 1000000`. Splink comes with the `bench` extra.
Each runs in a process of its own, so that time and memory are its own. `splink` blocks on one grid of 15 km, which
is fast and loses pairs at its lines; `splink-near` on four shifted grids, which hold the pairs that ours considers.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np

from benchmarks.linkage_world import Reports, one_per_day, pair_score, world
from benchmarks.measure import apart, peak_gb, timed

SPLINK_AT = (0.1, 0.2, 0.3, 0.5)


def main(reports: int = 1_000_000) -> None:
    """Print both times."""
    out: dict[str, Any] = {"reports": reports}
    for name in ("ceasefire", "splink", "splink-near"):
        found = apart("benchmarks.linkage_speed", name, str(reports))
        out[name] = found
        if "absent" in found:
            print(f"{name:12} {found['absent']}")
        else:
            print(
                f"{name:12} {found['seconds']:6.1f} s  {found['cpu_s']:6.1f} CPU s  {found['peak_gb']:.2f} GB  "
                f"pair F1 {found['f1']:.3f}  "
                f"count ratio {found['ratio']:.2f}  ({found['n']} reports)"
            )
    print(json.dumps(out))


def _world(reports: int) -> Reports:
    # the typical world, longer: the density of reports stays, the number of days grows
    times = reports / 8_800
    return world(20_260_401, incidents=round(4000 * times), days=round(60 * times))


def _ceasefire(seen: Reports) -> np.ndarray[Any, Any]:
    from ceasefire.stats.link import Linker

    return Linker().fit(seen.points_km, seen.day, seen.kind).labels_


def _splink(seen: Reports, threshold: float, grids: int) -> np.ndarray[Any, Any]:
    import pandas as pd
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    # one grid of 15 km parts neighbours at its lines; four, shifted by half a cell, hold every pair within 7.5 km
    shifts = ((0.0, 0.0), (7.5, 0.0), (0.0, 7.5), (7.5, 7.5))[:grids]
    cells = [np.floor((seen.points_km + shift) / 15.0).astype(int) @ np.array([1000, 1]) for shift in shifts]
    frame = pd.DataFrame(
        {
            "unique_id": np.arange(len(seen.day)),
            "x": seen.points_km[:, 0],
            "y": seen.points_km[:, 1],
            "town": seen.town,
            "day": seen.day,
            "next": seen.day + 1,
            "bucket": seen.day // 3,
            "kind": seen.kind,
            **{f"cell{k}": cell for k, cell in enumerate(cells)},
        }
    )
    away = "sqrt(power(x_l - x_r, 2) + power(y_l - y_r, 2))"
    steps = [
        cll.CustomLevel("x_l is null or x_r is null", "no place").configure(is_null_level=True),
        cll.CustomLevel(f"{away} < 0.01", "same place"),
        cll.CustomLevel(f"{away} < 4", "4 km"),
        cll.CustomLevel(f"{away} < 8", "8 km"),
        cll.ElseLevel(),
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=1.3 / len(seen.day),
        comparisons=[
            cl.CustomComparison(steps, output_column_name="place"),
            cl.CustomComparison(
                [
                    cll.CustomLevel("day_l is null or day_r is null", "no day").configure(is_null_level=True),
                    cll.CustomLevel("day_l = day_r", "same day"),
                    cll.CustomLevel("abs(day_l - day_r) = 1", "next day"),
                    cll.ElseLevel(),
                ],
                output_column_name="gap",
            ),
            cl.ExactMatch("kind"),
        ],
        blocking_rules_to_generate_predictions=[
            rule
            for k in range(grids)
            for rule in (
                block_on(f"cell{k}", "day"),
                f"l.cell{k} = r.cell{k} and l.day = r.next",
                f"l.cell{k} = r.cell{k} and l.next = r.day",
            )
        ],
        retain_matching_columns=False,
    )
    linker = Linker(DuckDBAPI().register(frame), settings, log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    # one block that leaves every comparison free to be learnt: the same 15 km cell and the same three days
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("cell0", "bucket"), max_pairs=1e6)
    pairs = linker.inference.predict(threshold_match_probability=min(SPLINK_AT))
    groups = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=threshold)
    found = groups.as_pandas_dataframe().sort_values("unique_id")
    return np.unique(found["cluster_id"].to_numpy(), return_inverse=True)[1]


def _one(name: str, reports: int) -> dict[str, Any]:
    if name.startswith("splink"):
        try:
            import splink
        except ImportError:
            return {"absent": "splink is not installed: pip install 'ceasefire[bench]'"}
        del splink
    seen = _world(reports)
    cpu = 0.0
    if name.startswith("splink"):
        grids = 4 if name == "splink-near" else 1
        # generous: the threshold that scores best on a small world of the same kind, chosen with its truth
        small = _world(30_000)
        best = max(SPLINK_AT, key=lambda at: pair_score(small.incident, _splink(small, at, grids))[2])
        cpu = time.process_time()
        label, seconds = timed(lambda: _splink(seen, best, grids))
    else:
        cpu = time.process_time()
        label, seconds = timed(lambda: _ceasefire(seen))
    cpu = time.process_time() - cpu
    _, _, f1, ratio = pair_score(seen.incident, label)
    _, _, f1_day, ratio_day = pair_score(seen.incident, one_per_day(seen))
    return {
        "n": len(seen.day),
        "seconds": round(seconds, 1),
        "cpu_s": round(cpu, 1),
        "peak_gb": round(peak_gb(), 2),
        "f1": round(f1, 3),
        "ratio": round(ratio, 3),
        "one_per_day": [round(f1_day, 3), round(ratio_day, 3)],
    }


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(_one(sys.argv[1], int(sys.argv[2]))))
    else:
        main(*map(int, sys.argv[1:]))
