"""The rule of matching and linkage on simulated cases: pair scores of observations whose event is known.

`make bench NAME=linkage_case`. The cases have discs of 1 to 20 km and intervals of 2 to 24 hours, which say more than a
town and a day do; the question is whether learnt pair weights group better than the rule. Also prints how well the
stated pair probabilities hold.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.linkage_world import pair_score
from benchmarks.measure import timed
from ceasefire.case import Case
from ceasefire.fusion.compatible import FUSED
from ceasefire.fusion.link import link
from ceasefire.fusion.match import match
from ceasefire.fusion.priors import Priors
from ceasefire.model.taxonomy import covers
from ceasefire.testing.simulate import simulate
from ceasefire.testing.truth import Truth

SEEDS = (31, 32)


def main(observations: int = 20_000) -> None:
    """Print a table, then one line of JSON."""
    out: dict[str, Any] = {}
    print(f"{'':8} {'precision':>9} {'recall':>7} {'pair F1':>8} {'count ratio':>12} {'s':>6}")
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            world = simulate(Path(folder) / "case", seed=seed, observations=observations)
            seen = Case.read(Path(folder) / "case" / "case.yml").observe().observations
            truth = Truth.read(world.truth)
        acts = seen.column("act").astype(str)
        seen = seen.keep(np.array([covers(FUSED, a) for a in acts], dtype=bool) & np.isfinite(seen.column("lon")))
        rows = zip(seen.column("granule").tolist(), seen.column("line").tolist(), strict=True)
        told = np.array([truth.told.get(row, "") for row in rows])
        # a row that tells of nothing is alone
        event = np.where(told == "", np.arange(len(told)), -1 - np.unique(told, return_inverse=True)[1])
        for name, method in (("rule", match), ("linkage", lambda o, p: link(o, p).group)):
            label, seconds = timed(lambda m=method, o=seen: m(o, Priors()))
            p, r, f1, ratio = pair_score(event, label)
            print(f"{name:8} {p:9.3f} {r:7.3f} {f1:8.3f} {ratio:12.2f} {seconds:6.1f}")
            out[f"{name} {seed}"] = {"f1": round(f1, 3), "ratio": round(ratio, 3)}
    print(json.dumps(out))


if __name__ == "__main__":
    main()
