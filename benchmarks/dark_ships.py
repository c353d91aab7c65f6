"""Radar matched to AIS and P(dark) on simulated seas, beside the nearest ship within 2 km, in one run.

`make bench NAME=dark_ships`, or `python -m benchmarks.dark_ships 8` (fleets per sea; test seeds start at 100, what
was fitted was fitted on seeds below). A fleet has silent ships, gaps, false positions, shared numbers, jammed areas,
a station with a wrong clock and patchy reception; a radar scene shows a part of the sea with false alarms, a recall
that depends on length, errors of place and length, and moving ships shifted along the flight.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely
from scipy.special import expit, logit

from ceasefire.detectors.vessel_clean import clean
from ceasefire.detectors.vessel_dark import Matched, dark
from ceasefire.detectors.vessel_match import recall_of
from ceasefire.detectors.vessel_plane import Orbit
from ceasefire.geo import seas
from ceasefire.geo.distance import KM_PER_DEGREE, km
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.reception import Reception
from ceasefire.model.table import Table
from ceasefire.model.vessel import RadarShip
from ceasefire.stats.scores import brier, calibration_error, log_score, reliability
from ceasefire.testing.fleet import Fleet, Trouble, simulate

Array = np.ndarray[Any, Any]
HOURS = 36.0
SCENES_H = (10.0, 15.9, 21.7, 27.6)
"""Hours of the scenes after the fleet's start."""
FRAME = shapely.box(28.9, 42.3, 32.6, 46.4)
NOT_SHIPS = 0.15
"""False alarms for each ship that radar sees."""
TELLS = 2.0
"""Mean of the log odds that the picture itself gives for a ship or against it."""


@dataclass(frozen=True)
class Scene:
    """One radar scene with its truth."""

    seen: Table[RadarShip]
    hull: Array
    """Hull of each detection, -1 for a false alarm."""
    silent: Array
    """Whether it is a ship with its transmitter off."""
    at: datetime
    orbit: Orbit


def water() -> Any:
    """Give the frame without land and without 2 km along the coast."""
    return shapely.intersection(FRAME, shapely.buffer(seas.shape("XZ-BLS"), -0.02)).simplify(0.005)


def image(fleet: Fleet, hour: float, footprint: Any, rng: np.random.Generator) -> Scene:
    """Take a radar image of the fleet's true places."""
    hulls = np.array([k for k, s in enumerate(fleet.ships) if s.kind != "beacon"])
    second = np.full(len(hulls), hour * 3600.0)
    lon, lat = fleet.moves.at(hulls, second)
    lon2, lat2 = fleet.moves.at(hulls, second + 30.0)
    length = np.array([fleet.ships[k].length_m for k in hulls])
    east = (lon2 - lon) * KM_PER_DEGREE * np.cos(np.radians(lat)) * 120.0
    north = (lat2 - lat) * KM_PER_DEGREE * 120.0
    there = np.isfinite(lon) & np.isfinite(east)
    there[there] &= shapely.contains_xy(footprint, lon[there], lat[there])
    there &= rng.random(len(hulls)) < recall_of(length)
    orbit = Orbit(heading_deg=float(rng.choice([194.0, 346.0])))
    k = np.flatnonzero(there)
    shift = orbit.shift(east[k], north[k])
    error = rng.normal(0.0, 0.02, (2, len(k)))
    x = lon[k] + (shift[0] + error[0]) / KM_PER_DEGREE / np.cos(np.radians(lat[k]))
    y = lat[k] + (shift[1] + error[1]) / KM_PER_DEGREE
    spread = 12.0 + 0.12 * length[k]
    seen_m = np.maximum(length[k] + rng.normal(0, spread), 8.0)
    course = np.degrees(np.arctan2(east[k], north[k]))
    moves = np.hypot(east[k], north[k]) > 2.0
    axis = (np.where(moves, course, rng.uniform(0, 360, len(k))) + rng.normal(0, 10.0, len(k))) % 180.0
    false = rng.poisson(NOT_SHIPS * max(len(k), 4))
    west, south, e, n = footprint.bounds
    points = rng.uniform((west, south), (e, n), (false * 6 + 20, 2))
    points = points[shapely.contains_xy(footprint, points[:, 0], points[:, 1])][:false]
    false = len(points)
    told = np.concatenate(
        [rng.normal(TELLS, np.sqrt(2 * TELLS), len(k)), rng.normal(-TELLS, np.sqrt(2 * TELLS), false)]
    )
    fake_m = np.maximum(rng.lognormal(3.6, 0.5, false), 8.0)
    told = told + length_tells(np.concatenate([seen_m, fake_m]))
    p_ship = expit(logit(1.0 / (1.0 + NOT_SHIPS)) + told)
    at = (fleet.start + np.timedelta64(int(hour * 3.6e6), "ms")).astype("M8[s]").astype(datetime).replace(tzinfo=UTC)
    order = rng.permutation(len(k) + false)
    hull = np.concatenate([hulls[k], np.full(false, -1)])[order]

    def both(a: Array, b: Array) -> Array:
        return np.concatenate([a, b])[order]

    length_m = both(seen_m, fake_m)
    seen = Table.from_columns(
        RadarShip,
        {
            "id": [f"r-{i:012x}" for i in range(len(order))], "scene": f"s{hour}", "evidence": "", "time": at,
            "lon": both(x, points[:, 0]), "lat": both(y, points[:, 1]), "sigma_m": np.full(len(order), 20.0),
            "length_m": length_m, "length_sigma_m": 12.0 + 0.12 * length_m,
            "heading_deg": np.where(length_m > 40, both(axis, rng.uniform(0, 180, false)), np.nan),
            "contrast": np.full(len(order), 30.0), "p_ship": p_ship[order],
        },
    )  # fmt: skip
    silent = (hull >= 0) & fleet.said.silent(hull, np.full(len(hull), hour * 3600.0))
    return Scene(seen, hull, silent, at, orbit)


def length_tells(length_m: Array) -> Array:
    """Give the log odds that a length gives for a ship: lengths of this sea's ships against those of false alarms."""
    grid = np.log(np.maximum(length_m, 8.0))
    means, widths, shares = (
        np.log([15.0, 30.0, 95.0, 165.0, 230.0]),
        [0.45, 0.3, 0.25, 0.25, 0.2],
        [0.1, 0.15, 0.2, 0.4, 0.15],
    )
    ship = sum(w * np.exp(-0.5 * ((grid - m) / s) ** 2) / s for m, s, w in zip(means, widths, shares, strict=True))
    return np.asarray(np.log(ship) - np.log(np.exp(-0.5 * ((grid - 3.6) / 0.5) ** 2) / 0.5 + 1e-4))


def mmsi_of(fleet: Fleet, hull: Array, at: datetime, fixes: Fixes, horizon_h: float = 12.0) -> Array:
    """Give the number that AIS knows each hull by, 0 for a ship not heard in the horizon and for a false alarm."""
    now = np.datetime64(at.replace(tzinfo=None), "ms")
    near = np.abs(fleet.fixes.times - now) <= np.timedelta64(round(horizon_h * 3.6e6), "ms")
    second = np.full(len(hull), fleet.seconds(now))
    number = np.where(hull >= 0, fleet.said.number(np.maximum(hull, 0), second), 0)
    heard = np.isin(hull, np.unique(fleet.hull[near])) & np.isin(number, fixes.mmsi)
    return np.where(heard, number, 0)


def nearest(
    fixes: Fixes, seen: Table[RadarShip], at: datetime, *, far_km: float = 2.0, horizon_h: float = 12.0
) -> Array:
    """The plain rule at its best: every ship interpolated (or carried on) to the instant, nearest first, one to one."""
    now = np.datetime64(at.replace(tzinfo=None), "ms")
    f = fixes.keep(
        np.isfinite(fixes.lon) & (np.abs(fixes.times - now) <= np.timedelta64(round(horizon_h * 3.6e6), "ms"))
    )
    mmsi, first = f.ships()
    t = (f.times - now) / np.timedelta64(1, "ms") / 3.6e6
    x, y = np.full(len(mmsi), np.nan), np.full(len(mmsi), np.nan)
    for k in range(len(mmsi)):
        s = slice(first[k], first[k + 1])
        if t[s][0] <= 0 <= t[s][-1]:
            x[k], y[k] = np.interp(0.0, t[s], f.lon[s]), np.interp(0.0, t[s], f.lat[s])
            continue
        row = first[k] if t[s][0] > 0 else first[k + 1] - 1
        run = np.nan_to_num(f.speed_kn[row]) * 1.852 * -t[row] / KM_PER_DEGREE
        c = np.radians(np.nan_to_num(f.course_deg[row]))
        y[k] = f.lat[row] + run * np.cos(c)
        x[k] = f.lon[row] + run * np.sin(c) / np.cos(np.radians(f.lat[row]))
    d = km(seen.column("lon")[:, None], seen.column("lat")[:, None], x[None, :], y[None, :])
    out = np.zeros(len(seen), dtype=np.int64)
    used = np.zeros(len(mmsi), dtype=bool)
    for flat in np.argsort(d, axis=None):
        i, k = divmod(int(flat), len(mmsi))
        if not d[i, k] <= far_km:
            break
        if not out[i] and not used[k]:
            out[i], used[k] = mmsi[k], True
    return out


def ours(m: Matched, n: int, ids: Array) -> Array:
    """The most likely answer for each detection: a ship, or 0 for none of them."""
    out, best = np.zeros(n, dtype=np.int64), 1.0 - np.nan_to_num(m.p_matched)
    row = {one: k for k, one in enumerate(ids)}
    for one, mmsi, p in zip(*(m.pairs.column(c) for c in ("detection", "mmsi", "probability")), strict=True):
        k = row[one]
        if p > best[k]:
            out[k], best[k] = mmsi, p
    return out


def study(
    seed: int, *, ships: int, reception: str, outage: float, every_s: float, know_orbit: bool = True
) -> dict[str, Any]:
    """Simulate one fleet, take its scenes, match them."""
    few = Trouble(dark=ships // 12, gaps=ships // 4)
    fleet = simulate(
        seed=seed, ships=ships, hours=HOURS, reception=reception, trouble=few, outage=outage, every_s=every_s
    )  # fmt: skip
    got = clean(fleet.fixes)
    fixes = got.fixes
    heard = Reception.estimate(fixes, start=fleet.start, end=fleet.end)
    rng = np.random.default_rng([seed, 77])
    footprint = water()
    out: dict[str, list[Any]] = {
        k: []
        for k in (
            "truth",
            "ours",
            "nearest",
            "p",
            "silent",
            "heard",
            "expected",
            "got",
            "real",
            "share",
            "hull",
            "length",
            "plain",
        )
    }
    for hour in SCENES_H:
        s = image(fleet, hour, footprint, rng)
        m = dark(
            s.seen, fixes, fleet.statics, heard, scene_time=s.at, footprint=footprint,
            orbit=s.orbit if know_orbit else None, track=got.track, poor=got.on_land, unplaced=got.unplaced,
        )  # fmt: skip
        out["truth"].append(mmsi_of(fleet, s.hull, s.at, fixes))
        out["ours"].append(ours(m, len(s.seen), s.seen.column("id")))
        out["nearest"].append(nearest(fixes, s.seen, s.at))
        out["plain"].append((out["nearest"][-1] == 0) & (s.seen.column("p_ship") >= 0.5))
        out["p"].append(m.p_dark)
        out["silent"].append(s.silent)
        out["heard"].append(m.heard)
        out["hull"].append(s.hull)
        out["length"].append(s.seen.column("length_m"))
        out["expected"].append([m.expected])
        out["got"].append([m.got])
        out["real"].append([int((out["truth"][-1] > 0).sum())])
        out["share"].append([m.silent_share])
    return {k: np.concatenate(v) for k, v in out.items()}


def together(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Put studies together."""
    return {k: np.concatenate([p[k] for p in parts]) for k in parts[0]}


def summary(r: dict[str, Any]) -> dict[str, Any]:
    """Score one sea."""
    told = np.isfinite(r["p"])
    p, y = r["p"][told], r["silent"][told]
    flag = p >= 0.8
    some = r["truth"] > 0

    def right(name: str) -> dict[str, float]:
        hit = r[name] == r["truth"]
        return {
            "accuracy": round(float(hit.mean()), 4),
            "recall": round(float(hit[some].mean()), 4),
            "precision": round(float(hit[r[name] > 0].mean()), 4),
        }

    return {
        "detections": len(r["truth"]),
        "ours": right("ours"),
        "nearest": right("nearest"),
        "told": round(float(told.mean()), 3),
        "silent": int(y.sum()),
        "expected_silent": round(float(p.sum()), 1),
        "ece": round(calibration_error(p, y), 4),
        "brier": round(brier(p, y), 4),
        "brier_constant": round(float(y.mean() * (1 - y.mean())), 4),
        "log": round(log_score(p, y), 4),
        "at_least_80": int(flag.sum()),
        "false_at_80": int((flag & ~y).sum()),
        "false_per_1000": round(1000.0 * float((flag & ~y).sum()) / len(r["truth"]), 2),
        "plain_flags": int(r["plain"].sum()),
        "plain_false": int((r["plain"] & ~r["silent"]).sum()),
        "expected_false": round(float(p[~y].sum()), 1),
        "expected_matches": round(float(np.sum(r["expected"])), 1),
        "got_matches": int(np.sum(r["got"])),
        "real_matches": int(np.sum(r["real"])),
        "silent_share": [round(float(v), 3) for v in np.mean(r["share"], axis=0)],
    }


SEAS: dict[str, dict[str, Any]] = {
    "full reception, 200 ships": {"ships": 200, "reception": "full", "outage": 0.0, "every_s": 60.0},
    "patchy, 100 ships": {"ships": 100, "reception": "patchy", "outage": 0.02, "every_s": 60.0},
    "patchy, 200 ships": {"ships": 200, "reception": "patchy", "outage": 0.02, "every_s": 60.0},
    "patchy, 400 ships": {"ships": 400, "reception": "patchy", "outage": 0.02, "every_s": 60.0},
    "patchy, 200 ships, 30 % outage": {"ships": 200, "reception": "patchy", "outage": 0.30, "every_s": 60.0},
    "patchy, 200 ships, one fix in 30 minutes": {
        "ships": 200, "reception": "patchy", "outage": 0.02, "every_s": 1800.0,
    },
    "satellite only, 200 ships": {"ships": 200, "reception": "satellite", "outage": 0.02, "every_s": 60.0},
    "patchy, 200 ships, orbit not known": {
        "ships": 200, "reception": "patchy", "outage": 0.02, "every_s": 60.0, "know_orbit": False,
    },
}  # fmt: skip


def main(fleets: int, first: int = 100, only: str = "") -> None:
    """Run every sea and print."""
    pooled = []
    for name, options in SEAS.items():
        if only and only not in name:
            continue
        r = together([study(first + k, **options) for k in range(fleets)])
        pooled.append(r)
        print(json.dumps({"sea": name, **summary(r)}), flush=True)
    r = together(pooled)
    table = reliability(r["p"][np.isfinite(r["p"])], r["silent"][np.isfinite(r["p"])])
    print(json.dumps({"sea": "all", **summary(r)}))
    for k in range(len(table.low)):
        print(
            f"  {table.low[k]:.1f}-{table.high[k]:.1f}: {table.number[k]:6}  stated {table.stated[k]:.3f}"
            f"  observed {table.observed[k]:.3f} ({table.band_low[k]:.3f} to {table.band_high[k]:.3f})"
        )


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 8,
        int(sys.argv[2]) if len(sys.argv) > 2 else 100,
        sys.argv[3] if len(sys.argv) > 3 else "",
    )
