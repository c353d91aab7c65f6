"""Outages planted into invented night lights: `make bench NAME=lights` (minutes; `--small` for a quarter of it).

Settings were chosen in `lights_world.DEVELOPMENT` and are fixed; every number is of the other worlds. In each world
half of the settlements have no outage. Recall is of settlements that can be observed; an outage is found where an alarm
is raised for the period and the reported spell overlaps the planted one.

Beside it stands percent of normal: a night's radiance over the median of all earlier clear nights. It alarms where a
night, or the mean of the clear nights of a week, falls below a threshold: its usual one, 80 % (a fifth of the light
lost), and one set on the same settlements' own quiet periods to the same rate of false alarms as ours.

The last line is one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from typing import Any

import numpy as np

from benchmarks.lights_world import DEVELOPMENT, TESTS, Made, Planted, World, make
from ceasefire.detectors.lights import FLOOR, NOT_OBSERVABLE, OUTAGE, Outages, detect
from ceasefire.detectors.lights_evidence import looks, observations, worth
from ceasefire.model.night_lights import NightLights

PERIOD, BEFORE, LEVEL = 90, 365, 0.1
"""Nights searched and nights before them; false outages per settlement and year."""
DEPTHS, NIGHTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9), (1, 2, 3, 5, 7, 14, 30, 60)
USUAL = 0.8
"""Usual threshold of percent of normal."""
STARTS = ("2024-01-10", "2024-03-18", "2024-09-01")
"""Begins of the series, one for each world in turn, so that the periods begin in January, March and August."""


def main(arguments: list[str]) -> None:
    """Print all tables."""
    warnings.simplefilter("ignore")
    size = 1500 if "--small" in arguments else 6_000
    result: dict[str, Any] = {}
    for number, (name, world) in enumerate(TESTS.items()):
        result[name] = measured(name, world, size, seed=100 + number, begin=STARTS[number % len(STARTS)])
    result["floor"] = floor_curve(TESTS["nominal"], size)
    result["speed"] = speed(3000 if "--small" in arguments else 30_000)
    print(json.dumps({"benchmark": "lights", **result}))


def drawn(rng: np.random.Generator, count: int) -> Planted:
    """Draw an outage for every other settlement, wholly or partly inside the period."""
    nights = rng.choice(NIGHTS, count)
    depth = rng.choice(DEPTHS, count).astype(np.float32)
    start = BEFORE + (rng.random(count) * np.maximum(PERIOD - nights, 1)).astype(int)
    start[::2] = -1
    return Planted(start.astype(np.int64), nights.astype(np.int64), depth)


def wrapped(made: Made) -> NightLights:
    """Give a world's series as a reader would."""
    n = len(made.radiance)
    names = np.array([f"place {k}" for k in range(n)], dtype=object)
    rng = np.random.default_rng(1)
    return NightLights(
        id=names,
        name=names,
        lon=rng.uniform(24, 38, n),
        lat=rng.uniform(46, 52, n),
        radius_km=np.full(n, 3.0),
        nights=made.nights,
        radiance=made.radiance,
        lost=np.where(np.isnan(made.radiance), 3, 0).astype(np.int8),
        snow=made.snow,
    )


def measured(name: str, world: World, size: int, *, seed: int, begin: str) -> dict[str, Any]:
    """Measure one world."""
    planted = drawn(np.random.default_rng(seed), size)
    made = make(world, size, seed=seed + 1, begin=begin, nights=BEFORE + PERIOD, planted=planted)
    lights = wrapped(made)
    found = detect(lights, start=made.nights[BEFORE], end=made.nights[-1] + 1, false_per_year=LEVEL)
    seen, quiet, some = found.status != NOT_OBSERVABLE, planted.start < 0, planted.start >= 0
    years = (quiet & seen).sum() * PERIOD / 365.25
    ours = found.status == OUTAGE
    false = int((ours & quiet).sum())
    hit = np.array([bool(ours[k]) and overlaps(found, planted, k) for k in range(size)])
    print(f"\n{name}: {size} settlements, {PERIOD} nights from {made.nights[BEFORE]}, {seen.mean():.3f} observable")
    print(f"false outages per settlement-year: {false / years:.3f} (stated {LEVEL}), {false} in {years:.0f} years")
    rules = {"ours": hit} | normal_rules(made, seen, quiet, planted, years, false / years)
    print("recall by share lost:     " + " ".join(f"{100 * d:5.0f}%" for d in DEPTHS))
    for rule, one in rules.items():
        print(f"  {rule:34s}" + " ".join(f"{one[some & seen & near(planted.depth, d)].mean():6.2f}" for d in DEPTHS))
    print("ours, by nights dark (rows) and share lost:")
    for n in NIGHTS:
        row = [hit[some & seen & near(planted.depth, d) & (planted.nights == n)].mean() for d in DEPTHS]
        print(f"  {n:3d} " + " ".join(f"{v:6.2f}" for v in row))
    cover = coverage(found, planted, np.flatnonzero(hit & some))
    print("intervals of 90 % hold: " + ", ".join(f"{k} {v[0]:.3f} (width {v[1]:.2f})" for k, v in cover.items()))
    ratios = worth(found.tail[quiet & seen])
    print(
        f"mean likelihood ratio of quiet settlements {ratios.mean():.2f}, "
        f"of found outages {worth(found.tail[hit]).mean():.1f}"
    )
    recall = {
        rule: [round(float(one[some & seen & near(planted.depth, d)].mean()), 3) for d in DEPTHS]
        for rule, one in rules.items()
    }
    return {
        "false_per_year": round(false / years, 3),
        "recall": recall,
        "coverage": {k: round(v[0], 3) for k, v in cover.items()},
    }


def near(depth: Any, one: float) -> Any:
    """Tell which were planted with this share."""
    return np.abs(depth - one) < 0.01


def overlaps(found: Outages, planted: Planted, k: int) -> bool:
    """Tell whether the reported spell and the planted one share a night."""
    one = found.spells[k]
    if one is None or planted.start[k] < 0:
        return False
    start = planted.start[k] - BEFORE
    last = one.start.low + one.nights.high if np.isfinite(one.nights.high) else PERIOD
    return bool(one.start.low < start + planted.nights[k] and last > start)


def normal_rules(made: Made, seen: Any, quiet: Any, planted: Planted, years: float, rate: float) -> dict[str, Any]:
    """Give what percent of normal finds: usual threshold, and one with our rate of false alarms; prints the rates."""
    usual = np.nanmedian(made.radiance[:, :BEFORE], axis=1)
    ratio = made.radiance / np.maximum(usual, 0.05)[:, None]
    week = week_mean(ratio)
    out: dict[str, Any] = {}
    t = np.arange(PERIOD)
    inside = (t >= planted.start[:, None] - BEFORE) & (t < (planted.start + planted.nights)[:, None] - BEFORE + 7)
    for what, value in (("night", ratio), ("week", week)):
        now, earlier = value[:, BEFORE:], value[:, BEFORE - PERIOD : BEFORE]
        lowest = np.nanmin(np.where(np.isnan(earlier), np.inf, earlier), axis=1)[seen]
        level = float(np.quantile(lowest, min(1.0, rate * PERIOD / 365.25)))
        for label, threshold in ((f"usual {USUAL:.0%}", USUAL), (f"same rate ({level:.0%})", level)):
            alarm = now < threshold
            false = (alarm.any(axis=1) & quiet & seen).sum() / years
            print(f"  percent of normal, {what}, {label}: false outages per settlement-year {false:.3f}")
            out[f"percent of normal, {what}, {label}"] = (alarm & inside).any(axis=1)
    return out


def week_mean(ratio: Any, least: int = 3) -> Any:
    """Give the mean of the clear nights of the last seven, NaN with fewer than three."""
    good = np.isfinite(ratio)
    total, number = (
        np.cumsum(np.pad(v, ((0, 0), (7, 0))), axis=1) for v in (np.where(good, ratio, 0.0), good.astype(float))
    )
    total, number = total[:, 7:] - total[:, :-7], number[:, 7:] - number[:, :-7]
    return np.where(number >= least, total / np.maximum(number, 1), np.nan)


def coverage(found: Outages, planted: Planted, rows: Any) -> dict[str, tuple[float, float]]:
    """Give how often intervals hold what was planted, and their median width, over found outages."""
    truth = {"depth": planted.depth, "start": planted.start - BEFORE, "nights": planted.nights}
    out = {}
    for what, true in truth.items():
        ends = [getattr(found.spells[k], what) for k in rows]
        holds = [e.low <= true[k] + 1e-6 and true[k] - 1e-6 <= e.high for e, k in zip(ends, rows, strict=True)]
        width = np.median([e.high - e.low for e in ends]) if ends else np.nan
        out[what] = (float(np.mean(holds)) if holds else np.nan, float(width))
    return out


def floor_curve(world: World, size: int) -> dict[str, Any]:
    """Measure what becomes of places around the floor: all dark for 30 nights, 80 % lost."""
    levels = np.array([0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0], np.float32)
    count = size // 4
    level = np.resize(levels, count)
    start = np.where(np.arange(count) < count // 2, BEFORE + 30, -1)
    planted = Planted(start, np.full(count, 30), np.full(count, 0.8, np.float32))
    made = make(world, count, seed=7, nights=BEFORE + PERIOD, planted=planted, brightness=level)
    found = detect(wrapped(made), start=made.nights[BEFORE], end=made.nights[-1] + 1, false_per_year=LEVEL)
    print(
        f"\nfloor of {FLOOR} nW cm-2 sr-1: 80 % lost for 30 nights\n"
        "  normal   not observable   outage   none seen   false outages per year"
    )
    out = {}
    for one in levels:
        at = level == one
        dark, quiet = found.status[at & (start >= 0)], found.status[at & (start < 0)]
        shares = [float((dark == s).mean()) for s in (NOT_OBSERVABLE, OUTAGE, "none seen")]
        false = float((quiet == OUTAGE).sum() / (len(quiet) * PERIOD / 365.25))
        print(f"  {one:6.2f}   {shares[0]:14.2f}   {shares[1]:6.2f}   {shares[2]:9.2f}   {false:.2f}")
        out[f"{one:g}"] = [round(v, 3) for v in (*shares, false)]
    return out


def speed(count: int) -> dict[str, Any]:
    """Time a country-month: 31 nights after 369, one settlement in a hundred dark."""
    few = min(count, 6000)
    start = np.where(np.arange(few) % 100 == 0, 380, -1)
    made = make(
        DEVELOPMENT, few, seed=3, nights=400, planted=Planted(start, np.full(few, 9), np.full(few, 0.7, np.float32))
    )
    times = -(-count // few)
    lights = wrapped(made._replace(radiance=np.tile(made.radiance, (times, 1)), snow=np.tile(made.snow, (times, 1))))
    wall, cpu = time.perf_counter(), time.process_time()
    found = detect(lights, start=made.nights[-31], end=made.nights[-1] + 1)
    out = {"settlements": len(lights), "wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    wall = time.perf_counter()
    rows = len(observations(found, source="s")), len(looks(found, source="s"))
    out |= {"observations": rows[0], "looks": rows[1], "tables_wall_s": time.perf_counter() - wall}
    print(
        "\nspeed, country-month: "
        + ", ".join(f"{k} {v:.2f}" if isinstance(v, float) else f"{k} {v}" for k, v in out.items())
    )
    return {k: round(v, 2) for k, v in out.items()}


if __name__ == "__main__":
    main(sys.argv[1:])
