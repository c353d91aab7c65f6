"""Air-raid alert minutes per oblast and day, 2024-2025: two ceasefires, one of which shows and one of which should not.

The Easter truce (20 April 2025, a single full day) stopped launches; the energy moratorium (18 March to 17 April 2025)
did not cover launches in general, so alerts must not be credited to it. History from 1 January 2024, 14 days left out,
weekdays allowed to differ, ten placebo dates for each; oblasts are judged together at a false discovery rate of 5 %.
Needs the data folder: set CEASEFIRE_DATA. Run: make bench NAME=effect_real
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from benchmarks.effect_baselines import before_and_after, plain_series
from ceasefire.stats.ceasefire_effect import CeasefireEffect
from ceasefire.stats.placebo import discoveries, placebo_starts

FIRST, LAST = np.datetime64("2024-01-01"), np.datetime64("2025-12-31")
EASTER = (np.datetime64("2025-04-20"), np.datetime64("2025-04-21"))
ENERGY = (np.datetime64("2025-03-18"), np.datetime64("2025-04-18"))
FALSE_DISCOVERY = 0.05
Array = np.ndarray[Any, Any]


def main() -> None:
    """Print both effects with their placebo dates, then one line of JSON."""
    path = Path(os.environ.get("CEASEFIRE_DATA") or "") / "airraid" / "daily_oblast_metrics.csv"
    if not path.is_file():
        print(json.dumps({"benchmark": "effect_real", "skipped": "no data: set CEASEFIRE_DATA to the data folder"}))
        sys.exit(0)
    days, oblasts = read(path)
    constant = sorted(o for o, y in oblasts.items() if np.nanmin(y) == np.nanmax(y))
    for name in constant:
        del oblasts[name]
    total = np.sum(list(oblasts.values()), axis=0)
    print(f"{len(oblasts)} oblasts, {len(days)} days; left out, because they never change: {', '.join(constant)}")
    easter = national("Easter truce, 20 April 2025", total, days, EASTER)
    energy = national("energy moratorium, 18 March to 17 April 2025", total, days, ENERGY)
    where = by_oblast(oblasts, days)
    wrong = quiet_dates(oblasts, days)
    met = (
        easter["high"] < 1.0 and energy["low"] <= 1.0 <= energy["high"] and where["found"] > max(where["placebo_found"])
    )
    print(f"\nEaster found nationally and by oblast, moratorium not credited: {'yes' if met else 'NO'}")
    result = {"benchmark": "effect_real", "easter": easter, "energy": energy}
    print(json.dumps({**result, "oblasts": where, **wrong, "met": met}))


def read(path: Path) -> tuple[Array, dict[str, Array]]:
    """Give the days, and alert minutes per oblast; a day that is absent is NaN, so that it is not taken for quiet."""
    days = np.arange(FIRST, LAST + 1)
    minutes: dict[str, Array] = defaultdict(lambda: np.full(len(days), np.nan))
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = int((np.datetime64(row["date"]) - FIRST).astype(int))
            if 0 <= at < len(days):
                minutes[row["oblast"]][at] = float(row["alert_minutes"])
    return days, dict(minutes)


def fit(y: Array, start: int, end: int, placebos: int = 10) -> CeasefireEffect:
    """Fit one series; a day without a number has no exposure."""
    y = y[:end]
    effect = CeasefireEffect(weekly=True, placebos=placebos)
    return effect.fit(np.nan_to_num(y), np.isfinite(y).astype(float), start=start, end=end)


def national(title: str, total: Array, days: Array, period: tuple[np.datetime64, np.datetime64]) -> dict[str, Any]:
    """Print and give the effect on the sum over oblasts."""
    start, end = (int(np.searchsorted(days, d)) for d in period)
    e = fit(total, start, end)
    middle, low, high = e.expected_
    print(f"\n{title}: national minutes counted {e.counted_:,.0f}, foretold {middle:,.0f} ({low:,.0f} to {high:,.0f})")
    print(f"  ratio {e.ratio_:.2f}, 95 % {e.low_:.2f} to {e.high_:.2f}; P(as few without an effect) = {e.p_fewer_:.2g}")
    lowest = int((total[:end] < total[start:end].sum()).sum()) if end == start + 1 else None
    if lowest is not None:
        print(f"  days since {days[0]} with fewer minutes: {lowest} of {end - 1}")
    step = e.step_
    alone = e.foretold_.ratio(e.counted_, widen=e.null_.widen)
    print(f"  the forecast alone would say {alone.value:.2f}, {alone.low:.2f} to {alone.high:.2f}; the 14 days before")
    print(f"  the start stood at {np.exp(step.value):.2f} of what was foretold for them (sd of the log {step.sd:.2f})")
    naive = before_and_after(total[:end], start) if end - start > 1 else one_day(total, start)
    print("  before and after:         {:.2f}, {:.2f} to {:.2f}".format(*naive))
    plain = plain_series(total[:end], start)
    print("  plain regression:         {:.2f}, {:.2f} to {:.2f}".format(*plain))
    for p in e.parameters_:
        print(f"  {p.name}: {p.value:.3g} ({p.low:.3g} to {p.high:.3g})")
    print(f"  placebo dates (interval widened x {e.null_.widen:.2f}; {e.null_.share_surprised():.0%} do not hold 1):")
    null, credited = e.null_, 0
    for at, (r, lo, hi, _, z) in zip(null.start, null.ratios, strict=True):
        again = fit(total, int(at), int(at) + end - start, placebos=0)
        credited += again.high_ < 1.0
        print(f"    {days[at]}  ratio {r:5.2f}  {lo:5.2f} to {hi:5.2f}  z {z:+.2f}{'  credited' * (again.high_ < 1)}")
    print(f"  credited with an effect: {credited} of {len(null.start)} placebo dates")
    return {
        "ratio": round(e.ratio_, 4),
        "low": round(e.low_, 4),
        "high": round(e.high_, 4),
        "p_fewer": float(f"{e.p_fewer_:.3g}"),
        "z": round(e.z_, 2),
        "widen": round(e.null_.widen, 3),
        "placebo_dates": [str(days[at]) for at in null.start],
        "placebo_z": [round(float(z), 2) for z in null.z],
        "placebo_credited": credited,
        "step_before": round(float(np.exp(step.value)), 3),
        "rank": round(null.rank(e.z_), 4),
        "before_and_after": [round(float(v), 4) for v in naive],
        "plain_regression": [round(float(v), 4) for v in plain],
    }


def one_day(total: Array, start: int) -> tuple[float, float, float]:
    """Compare a single day with the seven before it, as a reader would: no spread can be had from one day."""
    mean, sd = total[start - 7 : start].mean(), total[start - 7 : start].std(ddof=1)
    low, high = total[start] / (mean + 2.45 * sd), total[start] / max(mean - 2.45 * sd, 1.0)
    return total[start] / mean, low, high


def by_oblast(oblasts: dict[str, Array], days: Array) -> dict[str, Any]:
    """Print and give the Easter effect per oblast, how many are found, and how many on each placebo date."""
    start, end = (int(np.searchsorted(days, d)) for d in EASTER)
    dates = placebo_starts(start - 14, 1, exclude=14, least=180, number=10)
    print(f"\nEaster truce by oblast ({'counted':>7} of minutes foretold)")
    rows, p = [], []
    for name in sorted(oblasts):
        e = fit(oblasts[name], start, end)
        rows.append((name, e))
        p.append(e.p_fewer_)
    found = discoveries(np.array(p), FALSE_DISCOVERY)
    for (name, e), yes in zip(rows, found, strict=True):
        print(
            f"  {name:<24}{e.counted_:>7.0f} of {e.daily_.mean[0]:>4.0f}  ratio {e.ratio_:4.2f} "
            f"({e.low_:4.2f} to {e.high_:5.2f})  p {e.p_fewer_:.3f}  x {e.null_.widen:.2f}{'  found' if yes else ''}"
        )
    placebo = []
    for at in dates.tolist():
        of = np.array([fit(y, at, at + 1, placebos=0).p_fewer_ for y in oblasts.values()])
        placebo.append(int(discoveries(of, FALSE_DISCOVERY).sum()))
    number, small = int(found.sum()), int(np.sum(np.array(p) < 0.025))
    print(f"  found at a false discovery rate of 5 %: {number} of {len(p)}; p < 0.025 each by itself: {small}")
    print(f"  found on placebo dates: {dict(zip([str(days[d]) for d in dates], placebo, strict=True))}")
    names = [n for (n, _), yes in zip(rows, found, strict=True) if yes]
    return {"found": number, "of": len(p), "names": names, "alone": small, "placebo_found": placebo}


def quiet_dates(oblasts: dict[str, Array], days: Array) -> dict[str, Any]:
    """Print and give how often a month in one oblast is credited with an effect on ten dates without a ceasefire."""
    start, end = (int(np.searchsorted(days, d)) for d in ENERGY)
    dates = placebo_starts(start - 14, end - start, exclude=14, least=180, number=10).tolist()
    names = ("ours", "forecast alone", "before and after", "plain regression")
    fell, rose, n = dict.fromkeys(names, 0), dict.fromkeys(names, 0), 0
    for y in oblasts.values():
        for at in dates:
            to = at + end - start
            e = fit(y, at, to)
            alone = e.foretold_.ratio(e.counted_)
            found = [(e.low_, e.high_), alone[1:3], before_and_after(y[:to], at)[1:], plain_series(y[:to], at)[1:]]
            n += 1
            for name, (low, high) in zip(names, found, strict=True):
                fell[name] += int(high < 1.0)
                rose[name] += int(low > 1.0)
    print(f"\n{n} months of single oblasts without a ceasefire ({len(dates)} dates): credited with a fall, with a rise")
    for name in names:
        print(f"  {name:<18}{fell[name] / n:>7.1%}{rose[name] / n:>7.1%}")
    return {"quiet_months": n, "quiet_credited": fell, "quiet_rose": rose}


if __name__ == "__main__":
    main()
