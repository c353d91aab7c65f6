"""The effect of a ceasefire on 500 invented fronts with a surge before it and cloud by season: ours beside the usual.

Each front is drawn once without an effect and once for each effect size, with the same history. A success is an
interval that lies below 1; without an effect it is a false success. Fronts of these seeds were not looked at before
the method was fixed. Run: make bench NAME=effect
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from benchmarks.effect_baselines import against, before_and_after, local_level, plain_series
from benchmarks.effect_fronts import Front, front
from ceasefire.stats.ceasefire_effect import CeasefireEffect
from ceasefire.stats.holding import Holding
from ceasefire.stats.scores import brier, calibration_error

FRONTS = 500
RATIOS = (1.0, 0.85, 0.7, 0.5, 0.3)
TARGETS = {"false_success": 0.05, "coverage": 0.93}
METHODS = ("ours", "forecast alone", "before and after", "plain regression", "local level")
Found = dict[str, list[tuple[float, float, float, float]]]


def main(fronts: int = FRONTS) -> None:
    """Print the tables, then one line of JSON."""
    begin = time.perf_counter()
    found, held = every_front(range(fronts))
    rows = table(f"{fronts} fronts, surge inside the 14 days left out", found)
    few = fronts // 4
    fallen, _ = every_front(range(6000, 6000 + few), fall=0.55, ratios=(1.0,))
    before = table(f"{few} fronts that fell by 45 % twelve days before the start, for another reason", fallen)
    spare, _ = every_front(range(5000, 5000 + few), surge_days=(15, 28), ratios=(1.0,))
    broken = table(f"{few} fronts whose surge is longer than the 14 days left out: an assumption broken", spare)
    readout = holding(held)
    ours = rows["ours"]
    passed = ours["1.0"]["success"] <= TARGETS["false_success"] and ours["all"]["covers"] >= TARGETS["coverage"]
    print(f"\ntargets: false success <= 5 %, coverage >= 93 %: {'met' if passed else 'NOT MET'}")
    result = {"benchmark": "effect", "fronts": fronts, "methods": rows, "fell_before_the_start": before}
    result |= {"surge_longer_than_excluded": broken}
    print(json.dumps({**result, "holding": readout, "seconds": round(time.perf_counter() - begin, 1), "met": passed}))


def every_front(
    seeds: range, *, surge_days: tuple[int, int] = (5, 14), fall: float = 1.0, ratios: tuple[float, ...] = RATIOS
) -> tuple[Found, list[Any]]:
    """Run every method on every front at every effect size."""
    found: Found = {name: [] for name in METHODS}
    held = []
    for seed in seeds:
        one = front(seed, surge_days=surge_days, fall=fall)
        foretold = local_level(one.count, one.start)
        effect = CeasefireEffect().fit(one.count, one.exposure, start=one.start)
        for ratio in ratios:
            count = one.count if ratio == 1.0 else one.with_effect(ratio)
            total = float(count[one.start :].sum())
            plain = effect.foretold_.ratio(total)
            wide = effect.foretold_.ratio(total, widen=effect.null_.widen)
            high = max(wide.high, effect.lowered_.upper(total, widen=effect.null_.widen))
            found["ours"].append((ratio, wide.value, wide.low, high))
            found["forecast alone"].append((ratio, plain.value, plain.low, plain.high))
            found["before and after"].append((ratio, *before_and_after(count, one.start)))
            found["plain regression"].append((ratio, *plain_series(count, one.start)))
            found["local level"].append((ratio, *against(float(count[one.start :].mean()), *foretold)))
        if len(ratios) > 1:
            held.append(daily(one, effect))
    return found, held


def table(title: str, found: Found) -> dict[str, dict[str, dict[str, float]]]:
    """Print and give, per method and true ratio: coverage, success, bias, width."""
    print(f"\n{title}")
    print(f"{'method':<20}{'true ratio':>11}{'covers':>9}{'success':>9}{'harm':>8}{'bias %':>9}{'width':>8}")
    out: dict[str, dict[str, dict[str, float]]] = {}
    for name, values in found.items():
        every = np.array(values)
        out[name] = {}
        sizes = np.unique(every[:, 0])[::-1].tolist()
        for ratio in (*sizes, *([None] if len(sizes) > 1 else [])):
            of = every if ratio is None else every[every[:, 0] == ratio]
            row = {
                "covers": float(np.mean((of[:, 2] <= of[:, 0]) & (of[:, 0] <= of[:, 3]))),
                "success": float(np.mean(of[:, 3] < 1.0)),
                "harm": float(np.mean(of[:, 2] > 1.0)),
                "bias": float(np.median(of[:, 1] / of[:, 0]) - 1.0),
                "width": float(np.median(np.log(of[:, 3] / np.maximum(of[:, 2], 1e-6)))),
            }
            label = "all" if ratio is None else str(ratio)
            out[name][label] = {k: round(v, 4) for k, v in row.items()}
            print(
                f"{name:<20}{label:>11}{row['covers']:>9.1%}{row['success']:>9.1%}{row['harm']:>8.1%}"
                f"{row['bias']:>+9.1%}{row['width']:>8.2f}"
            )
    print("covers: the 95 % interval holds the true ratio; success: it lies below 1 (false where the true ratio is 1);")
    print("harm: it lies above 1; bias: median of estimate over truth; width: median of ln(high / low)")
    return out


def daily(one: Front, effect: CeasefireEffect) -> tuple[Any, Any, Any, Any]:
    """Draw a ceasefire that holds at 0.3 until it breaks on some day, and read it out each evening."""
    rng = np.random.default_rng([one.seed, 99])
    days = len(one.count) - one.start
    last = rng.integers(0, 2 * days)  # half of them hold to the end; a few never hold
    holds = np.arange(days) < last
    lower = one.with_effect(0.3)[one.start :]
    count = np.where(holds, lower, one.count[one.start :])
    told = effect.daily_
    read = Holding().fit(count, told.mean, size=told.size, level_sd=told.level_sd)
    before = one.count[one.start - 30 : one.start].mean()
    week = np.array([count[max(0, t - 6) : t + 1].mean() for t in range(days)])
    return read.probability_, read.so_far_, (week < 0.5 * before).astype(float), holds


def holding(held: list[Any]) -> dict[str, dict[str, float]]:
    """Print and give how good the daily readouts were."""
    columns = [np.concatenate([h[k] for h in held]).astype(float) for k in range(4)]
    truth = columns[3]
    base = np.full(len(truth), truth.mean())
    named = {
        "ours, all days known": columns[0],
        "ours, that evening": columns[1],
        "week below half": columns[2],
        "base rate": base,
    }
    print(f"\nis it holding? {len(truth):,} days of {len(held)} fronts, true share {truth.mean():.1%}")
    print(f"{'readout':<24}{'Brier':>8}{'ECE':>8}{'right':>8}")
    out = {}
    for name, p in named.items():
        row = (brier(p, truth), calibration_error(p, truth), float(np.mean((p >= 0.5) == (truth > 0))))
        out[name] = {k: round(v, 4) for k, v in zip(("brier", "ece", "right"), row, strict=True)}
        print(f"{name:<24}{row[0]:>8.4f}{row[1]:>8.4f}{row[2]:>8.1%}")
    return out


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else FRONTS)
