"""Damage test where the truth is known: `python -m benchmarks.damage` (about three minutes of processor).

1. Simulated speckle (gamma, 4.4 looks, 30 dates before and 3 after in each orbit). Footprints of 2 x 2 pixels, a third
   of the scene each with 1, 2 and 4 orbits, VV and VH; half of them changed by 0.5 to 3 dB, up or down by pixel. Area
   under the curve over all footprints together: ours, and PWTT's published sum of |t| over orbits (no filter and no
   smoothing, which would only mix neighbours that are independent here).
2. Precision and recall if 1 footprint in 1,000 is damaged, at thresholds fixed beforehand: ours at p <= 0.001 and 0.01,
   PWTT's T > 3.3. Precision is by the two rates: r t / (r t + (1 - r) f).
3. Date: one orbit of 24 dates after, each 12 days later; share of dates within one acquisition, ours and two in a row
   beyond 2.576; share of intervals of 95 % that hold the truth.
4. The same changes planted into the real quiet stacks: in each burst and two splits, footprints of 4 x 4 pixels
   (120 m), half of them changed in the dates after (three pixels in four alike); for dates the change comes in the
   middle of the dates after. PWTT with its filter and smoothing, as published. The hills are cut to 150 x 150 pixels
   with most data; footprints that were not judged are left out of both.
5. What a null learned in the scene costs where damage is widespread: recall of a 2 dB change at p <= 0.01 without
   labels, where 0.1 to 30 % of the scene is changed.

Data for 4: `$CEASEFIRE_DATA`. The last line is one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import pwtt
from benchmarks.damage_data import stacks
from ceasefire.detectors.damage import detect
from ceasefire.geo.grid import Grid
from ceasefire.geo.stack import Stack
from ceasefire.stats import change_date

DB = np.log(10.0) / 10.0
SIZES = (0.5, 1.0, 1.5, 2.0, 3.0)
LOOKS, BEFORE, AFTER = 4.4, 30, 3
PREVALENCE = 0.001
START = np.datetime64("2024-01-01", "s")
STEP = np.timedelta64(12, "D")


def main(data: Path) -> None:
    """Print the proofs."""
    begin = time.process_time()
    result = mixed() | dates()
    if (data / "rasters").exists():
        result |= planted(data)
    else:
        print(f"4. no radar stacks in {data}: not run")
    result |= widespread()
    print(f"{time.process_time() - begin:.0f} s of processor")
    print(json.dumps({"benchmark": "damage", **result}).replace("NaN", "null"))


def auc(quiet: Any, changed: Any) -> float:
    """Give the area under the curve, ties counted half."""
    order = np.sort(quiet)
    below, upto = (np.searchsorted(order, changed, side=s) for s in ("left", "right"))
    return float((below + upto).mean() / 2.0 / len(order))


def speckle(rng: Any, dates: int, shape: tuple[int, int]) -> Any:
    """Draw logarithms of multilooked intensity."""
    return np.log(rng.gamma(LOOKS, 1.0 / LOOKS, (dates, *shape)) * 0.1).astype(np.float32)


def mixed(*, size: int = 180, step: int = 4, seed: int = 11) -> dict[str, Any]:
    """Mixed coverage: 1, 2 and 4 orbits."""
    print(
        f"1. mixed coverage, {LOOKS} looks, {BEFORE} + {AFTER} dates: area under the curve; 2. at a prevalence of 0.1 %"
    )
    grid = Grid("EPSG:32636", 300_000.0, 5_600_000.0, 10.0, 10.0, (size, size))
    times = START + STEP * np.arange(BEFORE + AFTER)
    labels = np.zeros((size, size), dtype=np.int32)
    corner = [(i, j) for i in range(1, size - 2, step) for j in range(1, size - 2, step)]
    for k, (i, j) in enumerate(corner):
        labels[i : i + 2, j : j + 2] = k + 1
    orbits = np.repeat([1, 2, 4], size // 3)
    result: dict[str, Any] = {}
    for delta in SIZES:
        rng = np.random.default_rng(seed)
        changed = rng.permutation(len(corner)) < len(corner) // 2
        sign = rng.choice([-1.0, 1.0], (size, size)).astype(np.float32)
        move = np.where(np.append(False, changed)[labels], sign * np.float32(delta * DB), np.float32(0.0))
        of = []
        for o in range(4):
            for band in ("VV", "VH"):
                x = speckle(rng, BEFORE + AFTER, (size, size))
                x[BEFORE:] += move
                x[:, :, orbits <= o] = np.nan
                of.append(Stack(x, times, grid, band=band, orbit=f"T{o}", units="log"))
        found = detect(of, before=times[:BEFORE], after=times[BEFORE:], labels=labels, level=0.01, mask_water=False)
        p = np.nan_to_num(found.footprints.p, nan=1.0)
        before = np.arange(BEFORE + AFTER) < BEFORE
        t = pwtt.score(of, before, ~before, filtered=False, smoothed=False)
        theirs = np.bincount(labels.ravel(), t.ravel())[1:] / np.bincount(labels.ravel())[1:]
        ours = -np.log(p)
        row = {"ours": auc(ours[~changed], ours[changed]), "pwtt": auc(theirs[~changed], theirs[changed])}
        rule = {
            "p<=0.001": p <= 0.001,
            "p<=0.01": p <= 0.01,
            "T>3.3": theirs > pwtt.THRESHOLD,
        }
        marks = {name: rates(alarm, changed) for name, alarm in rule.items()}
        print(
            f"   {delta} dB: ours {row['ours']:.3f}, PWTT {row['pwtt']:.3f}; false alarms, recall, precision: "
            + "; ".join(f"{n} {100 * f:.2f} %, {r:.2f}, {q:.3f}" for n, (f, r, q) in marks.items())
        )
        result[f"auc_{delta}"] = {k: round(v, 3) for k, v in row.items()}
        result[f"precision_{delta}"] = {n: round(q, 3) for n, (_, _, q) in marks.items()}
        result[f"recall_{delta}"] = {n: round(r, 3) for n, (_, r, _) in marks.items()}
    return result


def rates(alarm: Any, changed: Any) -> tuple[float, float, float]:
    """Give false-alarm rate, recall, and precision at the prevalence."""
    f, r = float(alarm[~changed].mean()), float(alarm[changed].mean())
    total = PREVALENCE * r + (1.0 - PREVALENCE) * f
    return f, r, PREVALENCE * r / total if total else float("nan")


def dates(*, n: int = 1000, after: int = 24, seed: int = 3) -> dict[str, Any]:
    """Dates of change in one orbit, two polarisations."""
    print("3. date of change within one acquisition; share found; intervals of 95 % that hold it, and their length")
    result: dict[str, Any] = {}
    times = START + STEP * np.arange(after)
    for delta in (1.0, 1.5, 3.0):
        for pixels in (4, 16):
            rng = np.random.default_rng(seed)
            truth = rng.integers(2, after - 4, n)
            sign = rng.choice([-1.0, 1.0], (n, 2, 1, 1))
            x = np.log(rng.gamma(LOOKS, 1.0 / LOOKS, (n, 2, BEFORE + after, pixels)))
            step = np.arange(after)[None, :] >= truth[:, None]
            x[:, :, BEFORE:] += sign * delta * DB * step[:, None, :, None]
            first = x[:, :, :BEFORE]
            mean, spread = first.mean(axis=2), first.var(axis=2, ddof=1).mean(axis=2, keepdims=True)
            away = x[:, :, BEFORE:] - mean[:, :, None]
            near, held, length = 0, 0, 0
            for i in range(n):
                noise = [np.full(pixels, spread[i, b, 0]) for b in range(2)]
                series = [change_date.Series(times, away[i, b], noise[b], noise[b] / BEFORE) for b in range(2)]
                found = change_date.scan(series, start=START - STEP)
                near += abs(int(np.searchsorted(times, found.by)) - truth[i]) <= 1
                low, high = (np.searchsorted(np.append(START - STEP, times), v) for v in (found.earliest, found.latest))
                held += low <= truth[i] and truth[i] + 1 <= high
                length += high - low
            m = x.mean(axis=3)
            z = (m - m[:, :, :BEFORE].mean(axis=2, keepdims=True)) / m[:, :, :BEFORE].std(axis=2, ddof=1, keepdims=True)
            out = np.abs(z[:, :, BEFORE:]).max(axis=1) > 2.576
            two = out[:, 1:] & out[:, :-1]
            theirs = np.where(two.any(axis=1), two.argmax(axis=1), np.where(out.any(axis=1), out.argmax(axis=1), -99))
            rule = float((np.abs(theirs - truth) <= 1).mean())
            print(
                f"   {delta} dB, {pixels} pixels: ours {near / n:.3f}, two in a row {rule:.3f}; "
                f"intervals hold {held / n:.3f}, {length / n:.1f} gaps long"
            )
            result[f"date_{delta}_{pixels}"] = [round(near / n, 3), round(rule, 3), round(held / n, 3)]
    return result


def planted(data: Path, *, seed: int = 5) -> dict[str, Any]:
    """Changes planted into the real stacks."""
    print("4. planted into the real quiet stacks, 4 x 4 pixels: area under the curve;")
    print("   at p <= 0.01, p <= 0.001 and T > 3.3: false alarms, recall, precision at a prevalence of 0.1 %")
    result: dict[str, Any] = {}
    every: dict[float, list[Any]] = {d: [] for d in SIZES}
    near: dict[float, list[Any]] = {d: [] for d in SIZES}
    for whole in stacks(data).values():
        of = [s.window(*fullest(whole[0])) for s in whole]
        land = not sea(of)
        n = len(of[0].times)
        for k in (n // 3, n // 2):
            for delta in SIZES:
                rng = np.random.default_rng([seed, k])
                labels, changed, sign = targets(rng, of[0].grid.shape)
                start = k + (n - k) // 2 if n - k >= 5 else k
                now, later = (plant(of, labels, changed, sign * delta * DB, at) for at in (k, start))
                first, then = of[0].times[:k], of[0].times[k:]
                found = detect(now, before=first, after=then, labels=labels, mask_water=False)
                p = found.footprints.p
                mask = np.arange(n) < k
                t = pwtt.score(now, mask, ~mask)
                theirs = np.bincount(labels.ravel(), np.nan_to_num(t).ravel())[1:] / np.bincount(labels.ravel())[1:]
                seen = np.isfinite(p)
                every[delta].append((land, p[seen], theirs[seen], changed[seen]))
                if start > k and k == n // 3:
                    dated = detect(
                        later, before=first, after=then, labels=labels, mask_water=False, level=0.05
                    ).footprints
                    hit = changed & (dated.p <= 0.05)
                    at = np.searchsorted(of[0].times, dated.date_by[hit])
                    held = (dated.earliest[hit] <= of[0].times[start - 1]) & (dated.latest[hit] >= of[0].times[start])
                    near[delta] += list(zip(np.abs(at - start) <= 1, held, strict=True))
    for delta in SIZES:
        row: dict[str, Any] = {}
        for name, keep in (("land", True), ("sea", False)):
            part = [e for e in every[delta] if e[0] == keep]
            p, t, c = (np.concatenate([e[i] for e in part]) for i in (1, 2, 3))
            marks = [rates(p <= 0.01, c), rates(p <= 0.001, c), rates(t > pwtt.THRESHOLD, c)]
            mine, others = -np.log(p), t
            row[name] = [round(auc(s[~c], s[c]), 3) for s in (mine, others)]
            # the same false alarms for both: a bar for theirs that as many quiet footprints pass as ours
            bar = np.quantile(t[~c], 1.0 - max((p[~c] <= 0.01).mean(), 1.0 / len(t)))
            print(
                f"   {delta} dB, {name}: ours {row[name][0]:.3f}, PWTT {row[name][1]:.3f}; "
                + "; ".join(f"{100 * f:.2f} %, {r:.2f}, {q:.3f}" for f, r, q in marks)
                + f"; recall at our false alarms (p <= 0.01): ours {marks[0][1]:.2f}, PWTT {(t[c] > bar).mean():.2f}"
            )
            row[f"{name}_marks"] = [[round(v, 4) for v in m] for m in marks]
            row[f"{name}_equal"] = [round(marks[0][1], 3), round(float((t[c] > bar).mean()), 3)]
        hits = np.array(near[delta])
        near_share, held_share = hits.mean(axis=0)
        print(
            f"      dates: {len(hits)} found, within one acquisition {near_share:.2f}, intervals hold {held_share:.2f}"
        )
        row["date_within_one"], row["interval_holds"] = (
            round(float(hits[:, 0].mean()), 3),
            round(float(hits[:, 1].mean()), 3),
        )
        result[f"planted_{delta}"] = row
    return result


def fullest(stack: Stack, *, size: int = 150) -> tuple[slice, slice]:
    """Give the block of at most so many rows and columns that has most data."""
    known = np.isfinite(stack.values[0])
    rows, columns = (min(size, n) for n in known.shape)
    best = max(
        ((i, j) for i in range(0, known.shape[0] - rows + 1, 25) for j in range(0, known.shape[1] - columns + 1, 25)),
        key=lambda at: int(known[at[0] : at[0] + rows, at[1] : at[1] + columns].sum()),
    )
    return slice(best[0], best[0] + rows), slice(best[1], best[1] + columns)


def sea(of: list[Stack]) -> bool:
    """Tell whether a burst is sea by its VH."""
    vh = next(s for s in of if s.band == "VH")
    return bool(np.nanmedian(vh.values) < -24.0 * DB)


def targets(rng: Any, shape: tuple[int, int]) -> tuple[Any, Any, Any]:
    """Give footprints, which of them change, and up or down for each pixel: three in four pixels as the footprint."""
    labels = np.zeros(shape, dtype=np.int32)
    corner = [(i, j) for i in range(3, shape[0] - 4, 12) for j in range(3, shape[1] - 4, 12)]
    for k, (i, j) in enumerate(corner):
        labels[i : i + 4, j : j + 4] = k + 1
    changed = rng.random(len(corner)) < 0.5
    own = np.append(0.0, rng.choice([-1.0, 1.0], len(corner)))[labels]
    return labels, changed, own * np.where(rng.random(shape) < 0.75, 1.0, -1.0)


def plant(of: list[Stack], labels: Any, changed: Any, move: Any, start: int) -> list[Stack]:
    """Add a change from one date on."""
    step = np.where(np.append(False, changed)[labels], move, 0.0).astype(np.float32)
    out = []
    for s in of:
        x = s.values.copy()
        x[start:] += step
        out.append(Stack(x, s.times, s.grid, s.band, s.orbit, s.units))
    return out


def widespread(*, size: int = 160, seed: int = 9) -> dict[str, Any]:
    """Recall where much of a scene is changed."""
    print("5. share of the scene changed by 2 dB (2 orbits, VV and VH, no labels): recall at p <= 0.01, false alarms")
    grid = Grid("EPSG:32636", 300_000.0, 5_600_000.0, 10.0, 10.0, (size, size))
    times = START + STEP * np.arange(BEFORE + AFTER)
    result = {}
    for share in (0.001, 0.01, 0.03, 0.1, 0.3):
        rng = np.random.default_rng(seed)
        side = int(np.sqrt(share) * size)
        hit = np.zeros((size, size), dtype=bool)
        hit[20 : 20 + side, 20 : 20 + side] = True
        sign = rng.choice([-1.0, 1.0], (size, size)).astype(np.float32)
        of = []
        for o in range(2):
            for band in ("VV", "VH"):
                x = speckle(rng, BEFORE + AFTER, (size, size))
                x[BEFORE:] += np.where(hit, sign * np.float32(2.0 * DB), np.float32(0.0))
                of.append(Stack(x, times, grid, band=band, orbit=f"T{o}", units="log"))
        p = detect(of, before=times[:BEFORE], after=times[BEFORE:], mask_water=False).p
        recall, false = float((p[hit] <= 0.01).mean()), float((p[~hit] <= 0.01).mean())
        print(f"   {100 * share:.1f} %: recall {recall:.2f}, false alarms {100 * false:.2f} %")
        result[f"widespread_{share}"] = [round(recall, 3), round(false, 4)]
    return result


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[2] / "shared" / "data"
    main(Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("CEASEFIRE_DATA", here)))
