"""Whether factors learnt from a case's own incidents make P(occurred) better: six kinds of invented world, in one run.

`python -m benchmarks.reliability_case 8` (worlds of each kind). Stated weights, and the same with learnt factors; and
how the factors of outlets came out that the invented world makes honest (Herald, Courier) and not (Rumour Mill).
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

from benchmarks.calibration_worlds import AS_SHIPPED, OTHERS, TEST_DAY, TEST_PLACES, Made, make, stated
from ceasefire.fusion.reliability import Reliability, reliability
from ceasefire.fusion.reweigh import reweighed
from ceasefire.stats.scores import ICD_203, brier, calibration_error, log_score

SEED = 95_000
GRADES = {"Herald": "reports/news/B", "Courier": "reports/news/C", "Rumour Mill": "reports/news/E"}
"""Outlets by the voice that they are in a case."""


def main(number: int) -> None:
    """Print a line for each kind of world and way of weighing, then one line of JSON."""
    out: dict[str, Any] = {"benchmark": "reliability of a case's sources", "worlds": number, "kinds": {}}
    print(f"{'':<28}{'':<18}{'brier':>9}{'log':>9}{'ece':>9}   mean factor ({', '.join(GRADES)})")
    for k, kind in enumerate((AS_SHIPPED, *OTHERS)):
        worlds = make(range(SEED + 1000 * k, SEED + 1000 * k + number), TEST_PLACES, kind=kind, first=TEST_DAY)
        found = {id(w): learn(w) for w in worlds}
        plain = stated(worlds, "occurred")
        taught = stated(
            worlds, "occurred", lambda w, f=found: reweighed(w.fused, w.observed.observations, f[id(w)].factors())
        )
        rows = {}
        for name, s in (("as stated", plain), ("learnt factors", taught)):
            scored = (brier(s.p, s.true), log_score(s.p, s.true), calibration_error(s.p, s.true, edges=ICD_203))
            rows[name] = dict(zip(("brier", "log", "ece"), (round(v, 5) for v in scored), strict=True))
            tail = "   " + ", ".join(factor(found, v) for v in GRADES.values()) if name != "as stated" else ""
            print(f"{kind.name:<28}{name:<18}" + "".join(f"{v:>9.4f}" for v in scored) + tail)
        out["kinds"][kind.name] = rows
    print(json.dumps(out))


def learn(w: Made) -> Reliability:
    """Learn from one world what a case could."""
    return reliability(w.fused.incidents, w.observed.observations, w.observed.looks)


def factor(found: dict[int, Reliability], voice: str) -> str:
    """Give the mean factor of a voice over the worlds that could judge it, and in how many they could."""
    values = [r.factors()[voice][0] for r in found.values() if voice in r.factors()]
    return f"{np.mean(values):.2f} in {len(values)}" if values else "never judged"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8)
