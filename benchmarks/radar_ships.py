"""Ships by radar against seas of known ships: found by length and sea state, false alarms, place, length, heading, P.

    python -m benchmarks.radar_ships [--part seas|coast|fixed|all] [--seeds 3] [--side 2500]

`seas`: invented water (`benchmarks.radar_ships_world`), test seeds from 100 on; beside ours a plain k-sigma detector
(mean and standard deviation of the same ring, nothing left out) whose one k is set on train seeds below 100, and once
more with a k for each sea state that gives the very false alarms that ours made there (which no user could know).
`coast`: the same with real water: OPERA RTC-S1 of a quiet coast ($CEASEFIRE_DATA), those bursts that show water only;
k from the first two bursts, numbers from the other two. `fixed`: platforms that stand on all dates.
"""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from benchmarks import radar_ships_world as world
from ceasefire.detectors import vessels_masks, vessels_spots
from ceasefire.detectors.vessels import Found, ships
from ceasefire.geo.grid import Grid
from ceasefire.geo.projection import to_grid
from ceasefire.stats import cfar

TIME = datetime(2025, 3, 25, tzinfo=UTC)
RATES = (1.0, 10.0)
WIDE_RATE = 1000.0
"""Spots are taken down to this rate, so that weak ones are there to calibrate P on."""
Floats = NDArray[np.float64]


class Judged(NamedTuple):
    """One detector on one sea: the value of each spot, what it is, and the value that found each ship."""

    value: Floats
    """Surprise, or k."""
    kind: NDArray[np.int64]
    """1 the spot of a ship, 0 a false alarm, -1 a further part of a ship."""
    best: Floats
    """Highest value of a spot at each ship, shape (ships,); -inf where none."""
    which: NDArray[np.int64]
    """That spot, -1 where none."""


def judge(row: Floats, column: Floats, value: Floats, truth: world.Truth, pixel_m: float) -> Judged:
    """Tell which spots are ships."""
    best, which = np.full(len(truth.row), -np.inf), np.full(len(truth.row), -1)
    kind = np.zeros(len(row), dtype=np.int64)
    if len(row) and len(truth.row):
        away = np.hypot(truth.row[:, None] - row, truth.column[:, None] - column) * pixel_m
        near = away <= np.maximum(60.0, truth.length_m / 2 + 20.0)[:, None]
        kind[(away <= (truth.length_m / 2 + 150.0)[:, None]).any(axis=0)] = -1
        for k in range(len(truth.row)):
            if near[k].any():
                which[k] = int(np.argmax(np.where(near[k], value, -np.inf)))
                best[k] = value[which[k]]
                kind[which[k]] = 1
    return Judged(value, kind, best, which)


def k_sigma(x: NDArray[np.float32], inner: int, outer: int, gap: int) -> tuple[Floats, Floats, Floats]:
    """Find spots by standard deviations above the mean of a ring: rows, columns and the greatest k of each."""
    big, small = 2 * outer + 1, 2 * inner + 1
    known = np.isfinite(x)
    y = np.where(known, x, 0.0).astype(np.float64)

    def ring(v: Floats) -> Floats:
        a, b = ndimage.uniform_filter(v, big, mode="constant"), ndimage.uniform_filter(v, small, mode="constant")
        return np.asarray(a * big**2 - b * small**2)

    n = np.maximum(ring(known.astype(np.float64)), 1.0)
    mean = ring(y) / n
    k = (y - mean) / np.sqrt(np.maximum(ring(y**2) / n - mean**2, 1e-30))
    row, column = np.nonzero((k > 3.5) & known)
    value = k[row, column]
    label = vessels_spots.spots(row, column, gap=gap)
    weight = np.maximum(y - mean, 0.0)[row, column]
    total = np.bincount(label, weights=weight)
    peak = np.full(label.max(initial=-1) + 1, -np.inf)
    np.maximum.at(peak, label, value)
    return np.bincount(label, weight * row) / total, np.bincount(label, weight * column) / total, peak


def ours(bands: dict[str, NDArray[np.float32]], grid: Grid, **how: Any) -> tuple[Found, Floats, Floats]:
    """Run ours; give rows and columns of what it found."""
    found = ships(bands, grid, scene="s", time=TIME, false_alarms_per_1000_km2=WIDE_RATE, **how)
    x, y = to_grid(grid.crs, found.ships.column("lon"), found.ships.column("lat"))
    return found, (grid.north - y) / grid.height - 0.5, (x - grid.west) / grid.width - 0.5


def above(judged: list[Judged], limits: list[float]) -> tuple[int, Floats]:
    """Count false alarms above limits, one for each sea, and tell which ships are found."""
    alarms = sum(int(((j.value > t) & (j.kind == 0)).sum()) for j, t in zip(judged, limits, strict=True))
    return alarms, np.concatenate([j.best > t for j, t in zip(judged, limits, strict=True)]).astype(np.float64)


def k_for(judged: list[Judged], alarms: int) -> float:
    """Give the k that leaves so many false alarms."""
    false = np.sort(np.concatenate([j.value[j.kind == 0] for j in judged]))[::-1]
    return float(false[min(alarms, len(false) - 1)]) if len(false) else 3.5


def seas(seeds: int, side: int) -> None:
    """Ships planted into invented water."""
    pixel, gap = 10.0, 4
    grid = world.grid_of((side, side), pixel)
    made: dict[str, list[tuple[world.Truth, Found, Judged, Judged]]] = {}
    both: dict[str, list[tuple[Found, Judged]]] = {}
    train: list[Judged] = []
    train_km2 = 0.0
    for state in world.STATES:
        for seed in (1, 2):
            bands, truth = world.world(seed, state, side=side, ships_each=4)
            train.append(judge(*k_sigma(bands[0], 20, 50, gap), truth, pixel))
            train_km2 += side**2 * pixel**2 / 1e6
        for seed in range(100, 100 + seeds):
            bands, truth = world.world(seed, state, side=side, bands=2, ships_each=8)
            found, row, column = ours({"VV": bands[0]}, grid)
            mine = judge(row, column, found.surprise, truth, pixel)
            plain = judge(*k_sigma(bands[0], 20, 50, gap), truth, pixel)
            made.setdefault(state, []).append((truth, found, mine, plain))
            two, row, column = ours({"VV": bands[0], "VH": bands[1]}, grid)
            both.setdefault(state, []).append((two, judge(row, column, two.surprise, truth, pixel)))
    area = side**2 * pixel**2 / 1e6 * seeds
    print(f"seas: {seeds} test seeds from 100 on, {area:,.0f} km2 for each state, pixels of {pixel:.0f} m, VV")
    for rate in RATES:
        k_all = k_for(train, round(rate / 1000 * train_km2))
        print(f"\nasked {rate:g} false alarms per 1,000 km2; one k of the plain detector from train seeds: {k_all:.1f}")
        print(f"{'sea state':11} {'detector':26} {'false /1000 km2 (90 %)':>24}  found by length, m")
        print(" " * 64 + "".join(f"{v:7.0f}" for v in world.LENGTHS))
        for state, all_ in made.items():
            length = np.concatenate([t.length_m for t, *_ in all_])
            mine, plain = [m for _, _, m, _ in all_], [p for *_, p in all_]
            alarms, hit = above(mine, [cfar.threshold(rate / 1000, f.tail) for _, f, *_ in all_])
            _line(state, "ours", alarms, area, length, hit)
            pair = [j for _, j in both[state]]
            two, hit_two = above(pair, [cfar.threshold(rate / 1000, f.tail) for f, _ in both[state]])
            _line("", "ours, VV and VH", two, area, length, hit_two)
            _line("", "k-sigma, one k", *_plain(plain, k_all, area, length))
            _line("", "k-sigma, as many false", *_plain(plain, k_for(plain, alarms), area, length))
    _measured(made, pixel)
    _calibrated([(f, m) for all_ in made.values() for _, f, m, _ in all_])


def _plain(judged: list[Judged], k: float, area: float, length: Floats) -> tuple[int, float, Floats, Floats]:
    alarms, hit = above(judged, [k] * len(judged))
    return alarms, area, length, hit


def _line(state: str, name: str, alarms: int, area: float, length: Floats, hit: Floats) -> None:
    low, high = cfar.rate_limits(alarms, area)
    shares = "".join(f"{hit[length == v].mean():7.2f}" if (length == v).any() else f"{'':7}" for v in world.LENGTHS)
    print(f"{state:11} {name:26} {alarms / area * 1000:8.1f} ({low:5.1f} to {high:6.1f})  {shares}")


def _measured(made: dict[str, list[tuple[world.Truth, Found, Judged, Judged]]], pixel: float) -> None:
    rows = []
    for all_ in made.values():
        for truth, found, mine, _ in all_:
            grid = world.grid_of((1, 1), pixel)
            x, y = to_grid(grid.crs, found.ships.column("lon"), found.ships.column("lat"))
            table = found.ships
            limit = cfar.threshold(1.0 / 1000, found.tail)
            for k in np.flatnonzero(mine.best > limit):
                s = mine.which[k]
                away = np.hypot((grid.north - y[s]) / pixel - 0.5 - truth.row[k],
                                (x[s] - grid.west) / pixel - 0.5 - truth.column[k])  # fmt: skip
                turn = (table.column("heading_deg")[s] - truth.heading_deg[k] + 90.0) % 180.0 - 90.0
                rows.append((truth.length_m[k], away, table.column("length_m")[s], table.column("length_sigma_m")[s],
                             turn, table.column("sigma_m")[s] / pixel))  # fmt: skip
    v = np.array(rows)
    print("\nships found at 1 false alarm per 1,000 km2, all sea states")
    print("length m     n   within 1 pixel  RMSE pixels  z of place | length: has one  bias  RMSE  z | heading: median"
          "  90 % (has one)")  # fmt: skip
    for name in (*world.LENGTHS, "all"):
        w = v if name == "all" else v[v[:, 0] == name]
        if not len(w):
            continue
        has, sees = np.isfinite(w[:, 2]), np.isfinite(w[:, 4])
        error = (w[:, 2] - w[:, 0])[has]
        z = np.sqrt((w[:, 1] ** 2 / 2 / w[:, 5] ** 2).mean())
        turn = np.abs(w[sees, 4])
        place = f"{(w[:, 1] <= 1).mean():14.2f}  {np.sqrt((w[:, 1] ** 2).mean()):11.2f}  {z:10.2f}"
        long = f"{has.mean():15.2f} {_of(np.mean, error):5.0f} {_of(np.mean, error**2) ** 0.5:5.0f}"
        z_long = _of(np.mean, (error / w[has, 3]) ** 2) ** 0.5
        ninth = _of(lambda a: np.quantile(a, 0.9), turn)
        print(f"{name!s:8} {len(w):5}   {place} | {long} {z_long:4.1f} | {_of(np.median, turn):9.1f} {ninth:12.1f}"
              f" ({sees.mean():.2f})")  # fmt: skip


def _of(what: Any, values: Floats) -> float:
    return float(what(values)) if len(values) else float("nan")


def _calibrated(all_: list[tuple[Found, Judged]]) -> None:
    p = np.concatenate([f.ships.column("p_ship") for f, _ in all_])
    kind = np.concatenate([j.kind for _, j in all_])
    p, ship = p[kind >= 0], (kind[kind >= 0] == 1).astype(float)
    edges = np.array([0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1.0 + 1e-9])
    print(f"\nP(ship) of every spot down to {WIDE_RATE:g} false alarms per 1,000 km2: said, true, spots")
    error = 0.0
    for a, b in pairwise(edges):
        here = (p >= a) & (p < b)
        if here.any():
            error += here.sum() * abs(p[here].mean() - ship[here].mean())
            print(f"  {p[here].mean():6.3f} {ship[here].mean():6.3f} {here.sum():7}")
    print(f"expected calibration error {error / len(p):.3f}, Brier score {((p - ship) ** 2).mean():.4f}")
    strong = p > 0.02
    gap = abs(p[strong].mean() - ship[strong].mean())
    mean, true = p[strong].mean(), ship[strong].mean()
    print(f"of the {strong.sum()} with P above 0.02: mean P {mean:.3f}, true {true:.3f} ({gap:.3f})")


def coast() -> None:
    """Ships planted into real water, and what stands in it without them."""
    import rasterio

    folder = Path(os.environ.get("CEASEFIRE_DATA", "/nowhere")) / "rasters" / "sentinel1_rtc_quiet_coast"
    if not folder.is_dir():
        print("coast: no $CEASEFIRE_DATA, left out")
        return
    pixel, gap, rate = 30.0, 1, 10.0
    bursts = {"train": ("T137-292318-IW1", "T137-292318-IW2"), "test": ("T137-292319-IW1", "T137-292320-IW1")}
    judged: dict[tuple[str, str], list[Judged]] = {}
    limits: dict[str, list[float]] = {"VV": [], "both": []}
    lengths, area, alarms, again, dates = [], 0.0, 0, 0, 0
    found_all: list[tuple[Found, Judged]] = []
    for part, names in bursts.items():
        for burst in names:
            rng = np.random.default_rng((7 if part == "train" else 107, *burst.encode()))
            stack = []
            for path in sorted(folder.glob(f"*{burst}*_VV.tif")):
                with rasterio.open(path) as a, rasterio.open(str(path).replace("_VV.tif", "_VH.tif")) as b:
                    stack.append((a.read(1), b.read(1)))
            clean = {}
            for k, (vv, vh) in enumerate(stack):
                grid = world.grid_of(vv.shape, pixel)
                if part == "test":
                    bare, row, column = ours({"VV": vv, "VH": vh}, grid, resolution_m=world.RESOLUTION_M)
                    strong = bare.surprise > cfar.threshold(rate / 1000, bare.tail)
                    clean[k] = (row[strong], column[strong])
                    area += bare.area_km2
                    dates += 1
                truth = world.planted(
                    rng, vv.shape, lengths=rng.choice(world.LENGTHS, 4), pixel_m=pixel, apart_m=1000.0
                )
                planted = [vv.copy(), vh.copy()]
                world.sail(rng, planted, truth, pixel_m=pixel, db=(0.0, world.VH_SHIP))
                judged.setdefault((part, "plain"), []).append(judge(*k_sigma(planted[0], 7, 17, gap), truth, pixel))
                if part == "test":
                    lengths.append(truth.length_m)
                    for name, bands in (("VV", {"VV": planted[0]}), ("both", {"VV": planted[0], "VH": planted[1]})):
                        found, row, column = ours(bands, grid)
                        j = judge(row, column, found.surprise, truth, pixel)
                        judged.setdefault((part, name), []).append(j)
                        limits[name].append(cfar.threshold(rate / 1000, found.tail))
                        if name == "both":
                            found_all.append((found, j))
            for k, (rows, columns) in clean.items():
                for r, c in zip(rows, columns, strict=True):
                    alarms += 1
                    elsewhere = [
                        np.hypot(r - a, c - b).min(initial=np.inf) <= 2 for q, (a, b) in clean.items() if q != k
                    ]
                    again += sum(elsewhere) > 0
    length = np.concatenate(lengths)
    low, high = cfar.rate_limits(alarms, area)
    print(f"\ncoast: real water, {dates} burst dates of two test bursts, {area:,.0f} km2, asked {rate:g} per 1,000 km2")
    print(f"alarms without planted ships, VV and VH: {alarms} ({again} of them also on another date at that place):"
          f" {alarms / area * 1000:.1f} per 1,000 km2 (90 %: {low:.1f} to {high:.1f}); each is a ship or false, so the"
          " higher limit bounds the false ones")  # fmt: skip
    print(f"{'':11} {'detector':26} {'alarms /1000 km2 (90 %)':>24}  found by length, m")
    print(" " * 64 + "".join(f"{v:7.0f}" for v in world.LENGTHS))
    for name, label in (("VV", "ours, VV"), ("both", "ours, VV and VH")):
        count, hit = above(judged["test", name], limits[name])
        _line("real water", label, count, area, length, hit)
    train_area = area
    k = k_for(judged["train", "plain"], round(rate / 1000 * train_area))
    _line("", f"k-sigma, k {k:.1f} from train", *_plain(judged["test", "plain"], k, area, length))
    count, _ = above(judged["test", "VV"], limits["VV"])
    _line(
        "",
        "k-sigma, as many alarms",
        *_plain(judged["test", "plain"], k_for(judged["test", "plain"], count), area, length),
    )
    _calibrated(found_all)


def fixed() -> None:
    """Platforms on all dates, ships on one each."""
    pixel, side, dates = 10.0, 1000, 8
    grid = world.grid_of((side, side), pixel)
    hit = wrong = platforms = seen_ships = 0
    for seed in (100, 101):
        rng = np.random.default_rng((seed, 99))
        rigs = world.planted(rng, (side, side), lengths=np.full(6, 60.0), pixel_m=pixel)
        stack, sailing = [], []
        for k in range(dates):
            x = world.water(rng, (side, side), pixel_m=pixel, texture=5.0, level_db=(-17.0, -22.0)[k % 2])
            truth = world.planted(rng, (side, side), lengths=np.full(15, 120.0), pixel_m=pixel)
            world.sail(rng, [x], rigs, pixel_m=pixel, db=(0.0,))
            world.sail(rng, [x], truth, pixel_m=pixel, db=(0.0,))
            stack.append(x)
            sailing.append(truth)
        _, mask = vessels_masks.persistent(stack, grid)
        found, row, column = ours({"VV": stack[0]}, grid, fixed=mask)
        flagged = found.ships.column("fixed")
        sure = found.surprise > cfar.threshold(1.0 / 1000, found.tail)
        away = np.hypot(rigs.row[:, None] - row[sure], rigs.column[:, None] - column[sure]) * pixel
        hit += int((flagged[sure] & (away < 60)).any(axis=1).sum())
        platforms += len(rigs.row)
        near = np.hypot(sailing[0].row[:, None] - row[sure], sailing[0].column[:, None] - column[sure]) * pixel < 80
        far = np.hypot(sailing[0].row[:, None] - rigs.row, sailing[0].column[:, None] - rigs.column).min(axis=1) > 20
        wrong += int((near & flagged[sure]).any(axis=1)[far].sum())
        seen_ships += int(far.sum())
    print(f"\nfixed: {hit} of {platforms} platforms that stand on all {dates} dates are flagged, and {wrong} of"
          f" {seen_ships} ships on one date")  # fmt: skip


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("seas", "coast", "fixed", "all"), default="all")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--side", type=int, default=2500)
    given = parser.parse_args()
    if given.part in ("seas", "all"):
        seas(given.seeds, given.side)
    if given.part in ("coast", "all"):
        coast()
    if given.part in ("fixed", "all"):
        fixed()


if __name__ == "__main__":
    main()
