"""False alarms of the damage test where nothing happened: `python -m benchmarks.damage_quiet` (about five minutes).

Every burst, every split of its dates into at least 3 before and 2 after, and six drawn at random: share of pixels that
alarm at 5, 1 and 0.1 %, as alarms per km2 and month, and their ratio to nominal. Beside it PWTT's T > 3.3 on the same
splits, which states no level. Tested twice: land only, as a user gets it (water set aside by its brightness before),
and with the sea. Footprints of 4 x 4 pixels laid on the scene are tested too. Alarms of the splits of one burst are not
independent, and those of neighbouring pixels neither: the interval of a pooled ratio is by bursts (standard error).

Settings were chosen on the bursts T137-292319-IW2 and T137-292318-IW1; the others were held out.
Data: `$CEASEFIRE_DATA`. The last line is one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import poisson

from benchmarks import pwtt
from benchmarks.damage_data import months, splits, stacks
from ceasefire.detectors.damage import detect

LEVELS = (0.05, 0.01, 0.001)
FACTOR = 1.5
DRAWN = 6
CHOSEN_ON = ("T137-292319-IW2", "T137-292318-IW1")


def main(data: Path, *, bursts: tuple[str, ...] = ()) -> None:
    """Print the table."""
    all_bursts = {k: v for k, v in stacks(data).items() if not bursts or k in bursts}
    if not all_bursts:
        raise SystemExit(f"no radar stacks in {data}")
    begin = time.process_time()
    rows = []
    print("alarms per km2 and month | ratio to nominal at 5, 1, 0.1 %; then PWTT's T > 3.3 per km2 and month")
    for burst, of in all_bursts.items():
        for name, first, then in splits(of[0].times, drawn=DRAWN):
            row = one(of, first, then) | {"burst": burst, "split": name, "drawn": name.startswith("drawn")}
            rows.append(row)
            print(line(row), flush=True)
    result = summary(rows)
    print(f"{time.process_time() - begin:.0f} s of processor")
    print(json.dumps({"benchmark": "damage_quiet", **result}))


def one(of: list[Any], first: Any, then: Any) -> dict[str, Any]:
    """Test one split, on land and with the sea."""
    size = of[0].grid.shape
    labels = tiled(size, offset=len(first))
    out: dict[str, Any] = {"months": months(then)}
    for name, masked in (("land", True), ("all", False)):
        found = detect(of, before=first, after=then, mask_water=masked)
        known = np.isfinite(found.p)
        area = known.sum() * (of[0].grid.width * of[0].grid.height) / 1e6
        out[f"{name}_km2"], out[f"{name}_pixels"] = float(area), int(known.sum())
        out[name] = [int((found.p[known] <= level).sum()) for level in LEVELS]
        out[f"{name}_fdr"] = int((found.fdr[known] <= 0.05).sum())
    found = detect(of, before=first, after=then, mask_water=False, labels=labels)
    p = found.footprints.p[np.isfinite(found.footprints.p)]
    out["footprints"], out["footprint_alarms"] = len(p), [int((p <= level).sum()) for level in LEVELS]
    out["mean_ratio"] = float(np.nanmean(found.footprints.likelihood_ratio)) if len(p) else float("nan")
    before, after = (np.isin(of[0].times, d) for d in (first, then))
    t = pwtt.score(of, before, after)
    out["pwtt"], out["pwtt_pixels"] = int((t > pwtt.THRESHOLD).sum()), int(np.isfinite(t).sum())
    out["pixel_km2"] = of[0].grid.width * of[0].grid.height / 1e6
    return out


def tiled(shape: tuple[int, int], *, offset: int = 0) -> Any:
    """Label footprints of 4 x 4 pixels, each ten pixels from the next."""
    labels = np.zeros(shape, dtype=np.int32)
    k = 0
    for i in range(2 + offset % 5, shape[0] - 4, 10):
        for j in range(2 + offset % 7, shape[1] - 4, 10):
            k += 1
            labels[i : i + 4, j : j + 4] = k
    return labels


def line(row: dict[str, Any]) -> str:
    """Print one split."""
    parts = [f"{row['burst']} {row['split']:>16}"]
    for name in ("land", "all"):
        n, space = row[f"{name}_pixels"], row[f"{name}_km2"] * row["months"]
        each = [
            f"{a / space:7.3f} ({a / (n * level):4.2f})" if n else "      -       "
            for a, level in zip(row[name], LEVELS, strict=True)
        ]
        parts.append(f"{name} {row[f'{name}_km2']:5.1f} km2: " + " ".join(each) + f" fdr {row[f'{name}_fdr']}")
    n = row["footprints"]
    parts.append(
        "4x4 " + " ".join(f"{a / (n * level):4.2f}" for a, level in zip(row["footprint_alarms"], LEVELS, strict=True))
        if n
        else "4x4 -"
    )
    parts.append(f"PWTT {row['pwtt'] / (row['pwtt_pixels'] * row['pixel_km2'] * row['months']):7.3f}")
    return " | ".join(parts)


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Print pooled ratios, per burst and for all, and how many splits lie within the factor."""
    result: dict[str, Any] = {}
    for kind, drawn in (("splits in time", False), ("splits drawn at random", True)):
        part = [r for r in rows if r["drawn"] == drawn]
        for name, count, size in (
            ("land", "land", "land_pixels"),
            ("all", "all", "all_pixels"),
            ("4x4", "footprint_alarms", "footprints"),
        ):
            use = [r for r in part if r[size] > 0]
            if not use:
                continue
            ratio = np.array([[a / (r[size] * level) for a, level in zip(r[count], LEVELS, strict=True)] for r in use])
            expected = np.array([[r[size] * level for level in LEVELS] for r in use])
            bursts = sorted({r["burst"] for r in use})
            per = {b: pooled(use, count, size, b) for b in bursts}
            # every split pooled over bursts of the same number of dates
            names = sorted({r["split"] for r in use})
            over = np.array([pooled([r for r in use if r["split"] == s], count, size) for s in names])
            total = pooled(use, count, size)
            error = np.std(list(per.values()), axis=0, ddof=1) / np.sqrt(len(per)) if len(per) > 1 else total * np.nan
            within = ((ratio <= FACTOR) & (ratio >= 1 / FACTOR)).mean(axis=0)
            due = (
                poisson.cdf(np.floor(expected * FACTOR), expected)
                - poisson.cdf(np.ceil(expected / FACTOR) - 1, expected)
            ).mean(axis=0)
            print(f"{kind}, {name}: {len(use)} splits; ratio to nominal at 5, 1, 0.1 %")
            print(f"   pooled {show(total)} (standard error by bursts {show(error)})")
            print(f"   single splits: least {show(ratio.min(axis=0))}, most {show(ratio.max(axis=0))}")
            print(f"   share of single splits within a factor of {FACTOR}: {show(within)};", end=" ")
            print(f"of a perfect test with so few alarms: {show(due)}")
            print(f"   each split pooled over bursts: least {show(over.min(axis=0))}, most {show(over.max(axis=0))}")
            for b, v in per.items():
                print(f"   {b}{' (settings chosen here)' if b in CHOSEN_ON else ''}: {show(v)}")
            key = f"{'drawn' if drawn else 'time'}_{name}"
            result |= {
                f"{key}_pooled": total.round(2).tolist(),
                f"{key}_within": within.round(3).tolist(),
                f"{key}_least": ratio.min(axis=0).round(2).tolist(),
                f"{key}_most": ratio.max(axis=0).round(2).tolist(),
                f"{key}_perfect_within": due.round(3).tolist(),
            }
        t = [r["pwtt"] / r["pwtt_pixels"] for r in part]
        low, middle, high = (100 * f(t) for f in (min, np.median, max))
        print(f"   PWTT T > 3.3: {low:.2f} to {high:.2f} % of pixels alarm, median {middle:.2f} %")
        bet = [r["mean_ratio"] for r in part if np.isfinite(r["mean_ratio"])]
        print(f"   mean likelihood ratio of quiet footprints (1 is honest): {np.mean(bet):.2f}, most {max(bet):.2f}")
        result[f"{'drawn' if drawn else 'time'}_pwtt_percent"] = [round(100 * f(t), 2) for f in (min, np.median, max)]
        result[f"{'drawn' if drawn else 'time'}_mean_ratio"] = round(float(np.mean(bet)), 2)
    return result


def pooled(rows: list[dict[str, Any]], count: str, size: str, burst: str = "") -> Any:
    """Give alarms over expected alarms of several splits together."""
    use = [r for r in rows if not burst or r["burst"] == burst]
    alarms = np.sum([r[count] for r in use], axis=0)
    return alarms / (np.sum([r[size] for r in use]) * np.array(LEVELS))


def show(values: Any) -> str:
    """Print three numbers."""
    return "/".join(f"{v:.2f}" for v in values)


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[2] / "shared" / "data"
    main(Path(os.environ.get("CEASEFIRE_DATA", here)), bursts=tuple(sys.argv[1:]))
