"""Learn how ships move between fixes, on simulated fleets of seeds below 100, and print the table that is shipped.

`python -m benchmarks.dark_ships_fit 12` (fleets). For each class of movement the parameters of
`stats.ship_place.Movement` are found by maximum likelihood of the true place after (or before) a fix, for gaps drawn
evenly in the logarithm from 20 seconds to 12 hours. Prints, too, how often the true place lies inside the 50 % and 90 %
regions for one-sided gaps and for bracketed ones, on fleets of other seeds below 100.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from scipy.optimize import minimize

from ceasefire.detectors.vessel_movement import KINDS, MOVEMENT, kind_of
from ceasefire.geo.distance import KM_PER_DEGREE
from ceasefire.stats.ship_place import Movement, Places, ahead, log_density, product
from ceasefire.testing.fleet import Fleet, simulate
from ceasefire.testing.fleet_ships import KINDS as FLEET

Array = np.ndarray[Any, Any]
PARTS = 3


def sides(fleet: Fleet, n: int, rng: np.random.Generator) -> dict[str, Array]:
    """Draw instants and hulls with a fix before and one after, each after a gap drawn from seconds to hours."""
    f = fleet.fixes.keep(np.isin(fleet.flaw, (0, 2)) & np.isfinite(fleet.fixes.lon))
    hull = fleet.hull[np.isin(fleet.flaw, (0, 2)) & np.isfinite(fleet.fixes.lon)]
    second = fleet.seconds(f.times)
    order = np.lexsort((second, hull))
    f, hull, second = f.keep(order), hull[order], second[order]
    span = fleet.moves.seconds + 1e6
    key = hull * span + second
    who = rng.choice(np.unique(hull), n)
    at = rng.uniform(0, fleet.moves.seconds, n)
    out: dict[str, Array] = {"hull": who}
    x, y = fleet.moves.at(who, at)
    kinds = np.array([FLEET[s.kind].ship_type if s.kind in FLEET else -1 for s in fleet.ships])[who]
    for name, sign in (("before", 1.0), ("after", -1.0)):
        lag = np.exp(rng.uniform(np.log(20.0), np.log(12 * 3600.0), n))
        ask = who * span + at - sign * lag
        row = np.searchsorted(key, ask) - (1 if sign > 0 else 0)
        row = np.clip(row, 0, len(key) - 1)
        gap = (at - second[row]) / 3600.0
        good = (hull[row] == who) & (sign * gap >= 0) & (np.abs(gap) <= 12) & np.isfinite(x)
        u = f.speed_kn[row] * 1.852 * np.sin(np.radians(f.course_deg[row]))
        v = f.speed_kn[row] * 1.852 * np.cos(np.radians(f.course_deg[row]))
        east = (x - f.lon[row]) * KM_PER_DEGREE * np.cos(np.radians((y + f.lat[row]) / 2))
        north = (y - f.lat[row]) * KM_PER_DEGREE
        out |= {
            f"{name}.ok": good, f"{name}.gap": gap, f"{name}.u": u.astype(float), f"{name}.v": v.astype(float),
            f"{name}.east": east, f"{name}.north": north, f"{name}.kind": kind_of(f.speed_kn[row], kinds),
        }  # fmt: skip
    return out


def table_of(theta: Array) -> Movement:
    """Make one class from its free parameters."""
    t = theta.reshape(7, PARTS)
    first = np.concatenate([[0.0], t[0, 1:]]), np.concatenate([[0.0], t[1, 1:]])
    return Movement(
        first[0][None], first[1][None], t[2][None], np.exp(t[3])[None], t[4][None], np.exp(t[5])[None], t[6][None]
    )


def fit(data: list[dict[str, Array]], kind: int) -> tuple[Array, float, int]:
    """Fit one class to both sides of all draws."""
    columns = []
    for d in data:
        for side in ("before", "after"):
            m = d[f"{side}.ok"] & (d[f"{side}.kind"] == kind) & np.isfinite(d[f"{side}.u"])
            columns.append(np.stack([d[f"{side}.{c}"][m] for c in ("gap", "u", "v", "east", "north")]))
    gap, u, v, east, north = np.concatenate(columns, axis=1)[:, :3000]
    rows = np.arange(len(gap))

    def loss(theta: Array) -> float:
        p = ahead(table_of(theta), np.zeros(len(gap), int), hours=gap, east_km_h=u, north_km_h=v)
        value = np.logaddexp(log_density(p, rows, east, north), np.log(1e-3 / 1e5))
        t = theta.reshape(7, PARTS)
        keep = (
            0.02 * ((t[4] - 0.9) ** 2 + (t[6] - 0.9) ** 2).sum()
            + 0.002 * (t[:2] ** 2).sum()
            + 0.02 * ((t[2] - 0.6) ** 2).sum()
        )
        return float(-value.mean() + keep)

    start = np.array(
        [[0, -1, -2], [0, 0.3, 0.3], [1, 0.7, 0.1], np.log([0.5, 4, 8]), [1, 1, 1], np.log([0.3, 3, 8]), [1, 1, 1]]
    )
    low = np.array([[-6] * 3, [-2] * 3, [-0.2] * 3, [-7] * 3, [0.05] * 3, [-7] * 3, [0.05] * 3], dtype=float)
    high = np.array([[6] * 3, [2] * 3, [1.1] * 3, [4.5] * 3, [1.6] * 3, [4.5] * 3, [1.6] * 3], dtype=float)
    done = minimize(
        loss, start.ravel(), method="L-BFGS-B", bounds=list(zip(low.ravel(), high.ravel(), strict=True)),
        options={"maxiter": 70, "maxfun": 2500},
    )  # fmt: skip
    return done.x.reshape(7, PARTS), float(done.fun), len(gap)


def joined(thetas: list[Array]) -> Movement:
    """Put classes together."""
    each = [table_of(t) for t in thetas]
    names = ("intercept", "slope", "kept", "along_km", "along_power", "across_km", "across_power")
    return Movement(*(np.concatenate([getattr(m, n) for m in each]) for n in names))


def coverage(p: Places, east: Array, north: Array, rng: np.random.Generator, draws: int = 200) -> Array:
    """Give the probability content of the density level at the truth, by draws from each mixture: uniform if right."""
    n = len(p)
    rows = np.arange(n)
    truth = log_density(p, rows, east, north)
    above = np.zeros(n)
    for _ in range(draws):
        k = (rng.random((n, 1)) > p.weight.cumsum(axis=1)).sum(axis=1).clip(0, p.weight.shape[1] - 1)
        ee, nn, en = (np.take_along_axis(v, k[:, None], 1)[:, 0] for v in (p.ee, p.nn, p.en))
        a = np.sqrt(ee)
        b = en / a
        z = rng.standard_normal((2, n))
        x = np.take_along_axis(p.east, k[:, None], 1)[:, 0] + a * z[0]
        y = np.take_along_axis(p.north, k[:, None], 1)[:, 0] + b * z[0] + np.sqrt(np.maximum(nn - b * b, 1e-9)) * z[1]
        above += log_density(p, rows, x, y) > truth
    return above / draws


def check(movement: Movement, data: list[dict[str, Array]], rng: np.random.Generator) -> None:
    """Print coverage by gap, one-sided and bracketed."""
    for d in data:
        d["both"] = d["before.ok"] & d["after.ok"]
    cat = {k: np.concatenate([d[k] for d in data]) for k in data[0]}
    made = {}
    for side in ("before", "after"):
        p = ahead(
            movement,
            cat[f"{side}.kind"],
            hours=cat[f"{side}.gap"],
            east_km_h=cat[f"{side}.u"],
            north_km_h=cat[f"{side}.v"],
        )
        made[side] = p.moved(-cat[f"{side}.east"], -cat[f"{side}.north"])  # the truth is the origin
    both, _ = product(made["before"], made["after"])
    for name, p, ok, gap in (
        ("before", made["before"], cat["before.ok"], cat["before.gap"]),
        ("both", both, cat["both"], np.minimum(cat["before.gap"], -cat["after.gap"])),
    ):
        for a, b in ((0, 0.05), (0.05, 0.3), (0.3, 1), (1, 3), (3, 12)):
            m = np.flatnonzero(ok & (gap >= a) & (gap < b))[:3000]
            if len(m) < 50:
                continue
            zero = np.zeros(len(m))
            level = coverage(p.keep(m), zero, zero, rng)
            score = log_density(p.keep(m), np.arange(len(m)), zero, zero)
            inside = [float((level <= q).mean()) for q in (0.5, 0.9, 0.99)]
            print(
                f"  {name:7} {a:5}-{b:<5} h  n {len(m):5}"
                f"  inside 50/90/99 %: {inside[0]:.2f} {inside[1]:.2f} {inside[2]:.3f}"
                f"  mean log density {score.mean():.2f}, median {np.median(score):.2f}"
            )


def main(fleets: int, draws: int = 8000) -> None:
    """Fit, print, check."""
    rng = np.random.default_rng(0)
    data = [sides(simulate(seed=s, ships=150, hours=48, every_s=60.0), draws, rng) for s in range(fleets)]
    rng.shuffle(data)  # type: ignore[arg-type]
    cut = max(fleets * 3 // 4, 1)
    print("shipped:")
    check(MOVEMENT, data[cut:], rng)
    thetas = []
    for kind in range(6):
        theta, value, n = fit(data[:cut], kind)
        print(f"{KINDS[kind]:20} {n} draws, loss {value:.3f}")
        thetas.append(theta)
    thetas.append(
        np.array([[0, -1, -2], [0, 0.3, 0.3], [0, 0, 0], np.log([4, 12, 20]), [1] * 3, np.log([4, 12, 20]), [1] * 3])
    )
    new = joined(thetas)
    for name in ("intercept", "slope", "kept", "along_km", "along_power", "across_km", "across_power"):
        rows = ", ".join("(" + ", ".join(f"{v:.4g}" for v in row) + ")" for row in getattr(new, name))
        print(f"    {name}=_table({rows}),")
    print("learned:")
    check(new, data[cut:], rng)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
