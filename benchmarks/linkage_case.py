"""The rule of matching and linkage on simulated cases: pair scores of observations whose event is known.

`make bench NAME=linkage_case`. The cases have discs of 1 to 20 km and intervals of 2 to 24 hours, which say more than a
town and a day do; the question is whether learnt pair weights group better than the rule. Three worlds: of the density
of news of Ukraine in spring 2025, and five regions with 4,000 and 10,000 incidents in a month. Choices of linkage were
made on seeds 1, 2 and 3. The last table says how well the stated pair probabilities hold.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.linkage_world import pair_score
from ceasefire.case import Case
from ceasefire.fusion.compatible import FUSED
from ceasefire.fusion.link import link
from ceasefire.fusion.match import match
from ceasefire.fusion.priors import Priors
from ceasefire.model.records import Observation
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers
from ceasefire.testing.simulate import simulate
from ceasefire.testing.truth import Truth

SEEDS = (31, 32, 33)
WORLDS: dict[str, dict[str, int]] = {
    "ordinary": {"observations": 20_000},
    "dense": {"days": 30, "incidents": 4_000},
    "denser": {"days": 30, "incidents": 10_000},
}
BANDS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0 + 1e-9)
_Array = np.ndarray[Any, Any]


def main() -> None:
    """Print a table per world and one of the probabilities, then one line of JSON."""
    out: dict[str, Any] = {}
    means, truths = [], []
    for name, parameters in WORLDS.items():
        print(f"\n{name:9} {'seed':>4} {'precision':>9} {'recall':>7} {'pair F1':>8} {'count ratio':>12} {'CPU s':>6}")
        for seed in SEEDS:
            seen, event = _case(seed, parameters)
            begin = time.process_time()
            by_rule = match(seen, Priors())
            between = time.process_time()
            linked = link(seen, Priors())
            spent = between - begin, time.process_time() - between
            if not linked.learned:
                raise SystemExit("too few pairs to learn from")
            for method, label, seconds in zip(("rule", "linkage"), (by_rule, linked.group), spent, strict=True):
                p, r, f1, ratio = pair_score(event, label)
                print(f"{method:9} {seed:4} {p:9.3f} {r:7.3f} {f1:8.3f} {ratio:12.2f} {seconds:6.1f}")
                out[f"{name} {method} {seed}"] = {"f1": round(f1, 3), "ratio": round(ratio, 3)}
            of, true = _true_share(event, linked.group)
            means.append(linked.probability[of])
            truths.append(true)
    mean, true = np.concatenate(means), np.concatenate(truths)
    band = np.digitize(mean, BANDS) - 1
    print("\nstated mean probability of a group, and share of its pairs that are of one event")
    for k in np.unique(band[np.isfinite(mean)]).tolist():
        some = (band == k) & np.isfinite(mean)
        edges = f"{BANDS[k]:.2f}-{min(BANDS[k + 1], 1.0):.2f}"
        print(f"{edges} {mean[some].mean():7.2f} {true[some].mean():6.2f} {some.sum():7}")
    print(json.dumps(out))


def _case(seed: int, parameters: dict[str, int]) -> tuple[Table[Observation], _Array]:
    """Simulate a case; give what fusion would group, and the event that each row tells of."""
    with tempfile.TemporaryDirectory() as folder:
        world = simulate(Path(folder) / "case", seed=seed, **parameters)  # type: ignore[arg-type]
        seen = Case.read(Path(folder) / "case" / "case.yml").observe().observations
        truth = Truth.read(world.truth)
    acts = seen.column("act").astype(str)
    seen = seen.keep(np.array([covers(FUSED, a) for a in acts], dtype=bool) & np.isfinite(seen.column("lon")))
    rows = zip(seen.column("granule").tolist(), seen.column("line").tolist(), strict=True)
    told = np.array([truth.told.get(row, "") for row in rows])
    # a row that tells of nothing is alone
    return seen, np.where(told == "", np.arange(len(told)), -1 - np.unique(told, return_inverse=True)[1])


def _true_share(event: _Array, group: _Array) -> tuple[_Array, _Array]:
    """Give the groups of two or more, and the share of their pairs that are of one event."""
    size = np.bincount(group)
    both, count = np.unique(np.c_[group, np.unique(event, return_inverse=True)[1]], axis=0, return_counts=True)
    true = np.bincount(both[:, 0], count * (count - 1) // 2, len(size))
    of = np.flatnonzero(size > 1)
    return of, true[of] / (size[of] * (size[of] - 1) // 2)


if __name__ == "__main__":
    main()
