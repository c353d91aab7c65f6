"""How many incidents are on no list: our estimate and its interval beside Lincoln-Petersen, in one run.

`make bench NAME=missing_mass`, or `python -m benchmarks.missing_mass 200` (worlds of each kind). Every world has 400
incidents. Lincoln-Petersen gets the two longest lists. Seeds start at 9,000; none above 999 was looked at while the
models were chosen.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
from scipy.special import expit, logit

from benchmarks.measure import peak_gb, timed
from ceasefire.stats.capture import chao_bound, lincoln_petersen, missing_mass

Array = np.ndarray[Any, Any]
TRUE = 400


def world(kind: str, seed: int) -> Array:
    """Simulate which of 400 incidents is on which list."""
    rng = np.random.default_rng(seed)
    if kind == "three, independent":
        return rng.random((TRUE, 3)) < [0.5, 0.4, 0.3]
    if kind == "three, two copy":  # the second list takes over four in ten of what the first has
        lists = rng.random((TRUE, 3)) < [0.5, 0.3, 0.35]
        lists[:, 1] |= lists[:, 0] & (rng.random(TRUE) < 0.4)
        return lists
    if kind == "three, two avoid":  # the second list leaves half of what the first has
        lists = rng.random((TRUE, 3)) < [0.5, 0.5, 0.35]
        lists[:, 1] &= ~(lists[:, 0] & (rng.random(TRUE) < 0.5))
        return lists
    if kind == "four, two pairs copy":
        lists = rng.random((TRUE, 4)) < [0.5, 0.25, 0.4, 0.2]
        lists[:, 1] |= lists[:, 0] & (rng.random(TRUE) < 0.4)
        lists[:, 3] |= lists[:, 2] & (rng.random(TRUE) < 0.4)
        return lists
    if kind in ("three, loud and quiet", "four, loud and quiet", "five, loud and quiet"):
        chance = np.array([0.5, 0.4, 0.3, 0.3, 0.2])[: {"th": 3, "fo": 4, "fi": 5}[kind[:2]]]
        return rng.random((TRUE, chance.size)) < expit(logit(chance) + rng.standard_normal((TRUE, 1)))
    if kind == "two, independent":
        return rng.random((TRUE, 2)) < [0.5, 0.4]
    lists = rng.random((TRUE, 2)) < [0.5, 0.3]  # two, the second copies
    lists[:, 1] |= lists[:, 0] & (rng.random(TRUE) < 0.4)
    return lists


KINDS = (
    "three, independent",
    "three, two copy",
    "three, two avoid",
    "four, two pairs copy",
    "three, loud and quiet",
    "four, loud and quiet",
    "five, loud and quiet",
    "two, independent",
    "two, one copies",
)


def measure(kind: str, seed: int) -> dict[str, float]:
    """Estimate one world and hold it against the truth."""
    lists = world(kind, seed)
    m, seconds = timed(lambda: missing_mass(lists))
    bic = missing_mass(lists, criterion="bic")
    longest = np.sort(np.argsort(-lists.sum(axis=0), kind="stable")[:2])
    pair = lists[:, longest]
    total, low, high = lincoln_petersen(pair)
    bound, bound_low = chao_bound(lists)
    out = {
        "observed": float(m.observed),
        "total": m.total,
        "inside": float(m.low <= TRUE <= m.high),
        "width": m.high - m.low,
        "inside bic": float(bic.low <= TRUE <= bic.high),
        "width bic": bic.high - bic.low,
        "lincoln-petersen": total,
        "inside lincoln-petersen": float(low <= TRUE <= high),
        "chao": bound,
        "chao low holds": float(bound_low <= TRUE),
        "seconds": seconds,
    }
    if lists.shape[1] == 2:
        ranged = missing_mass(lists, odds_ratio=(1.0, 6.0))
        out["inside, odds ratio 1 to 6"] = float(ranged.low <= TRUE <= ranged.high)
        out["width, odds ratio 1 to 6"] = ranged.high - ranged.low
    return out


def main(worlds: int = 200) -> None:
    """Print every kind of world."""
    result: dict[str, Any] = {"worlds": worlds, "true": TRUE}
    print(f"{worlds} worlds of each kind, {TRUE} incidents; 'in' = share of 95 % intervals that hold the truth")
    print(
        f"{'':24}{'seen':>6}{'median':>8}{'in':>7}{'width':>8}{'in, BIC':>9}{'width':>8}"
        f"{'L-P':>8}{'in':>7}{'Chao':>8}{'limit holds':>13}"
    )
    for kind in KINDS:
        runs = [measure(kind, 9_000 + seed) for seed in range(worlds)]
        r = {k: float(np.mean([x[k] for x in runs])) for k in runs[0]}
        for k in ("total", "width", "width bic"):
            r[k] = float(np.median([x[k] for x in runs]))
        print(
            f"{kind:24}{r['observed']:6.0f}{r['total']:8.0f}{r['inside']:7.3f}{r['width']:8.0f}{r['inside bic']:9.3f}"
            f"{r['width bic']:8.0f}{r['lincoln-petersen']:8.0f}{r['inside lincoln-petersen']:7.3f}{r['chao']:8.0f}"
            f"{r['chao low holds']:13.3f}"
        )
        if "inside, odds ratio 1 to 6" in r:
            print(
                f"{'  odds ratio 1 to 6':24}{'':14}{r['inside, odds ratio 1 to 6']:7.3f}"
                f"{r['width, odds ratio 1 to 6']:8.0f}"
            )
        result[kind] = {k: (None if not np.isfinite(v) else round(v, 4)) for k, v in r.items()}
    result["peak_gb"] = round(peak_gb(), 3)
    print(json.dumps(result))


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
