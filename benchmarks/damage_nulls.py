"""Why the null is learned elsewhere in the scene: `python -m benchmarks.damage_nulls` (under a minute of processor).

On the two bursts of land with dates over several years, every split into earlier and later dates: how often a pixel
alarms against nominal at 5, 1 and 0.1 %, with three nulls. `theory`: the moderated t and the chi-square as they are.
`before`: scale and tail learned from dates before only, these being split into two thirds and one third (6 dates
before at least). `scene`: as `detect` has it. Data: `$CEASEFIRE_DATA`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.damage_data import splits, stacks
from benchmarks.damage_quiet import LEVELS, show
from ceasefire.detectors.damage import detect
from ceasefire.detectors.damage_surroundings import surroundings
from ceasefire.stats import change_combine, change_t
from ceasefire.stats.change import moments
from ceasefire.stats.change_null import TailNull, fit_tail

BURSTS = ("T137-292319-IW2", "T137-292320-IW2")
THEORY = TailNull(1.0, 1e9)


def main(data: Path) -> None:
    """Print ratios to nominal by null."""
    found: dict[str, list[Any]] = {"theory": [], "before": [], "scene": []}
    read = stacks(data)
    for burst in BURSTS:
        of = read[burst]
        for _, first, then in splits(of[0].times):
            a, b = (np.isin(of[0].times, d) for d in (first, then))
            g = surprise(of, a, b)
            found["theory"].append(ratios(THEORY.p(g)))
            if len(first) >= 6:
                third = len(first) - len(first) // 3
                early, late = (np.isin(of[0].times, d) for d in (first[:third], first[third:]))
                found["before"].append(ratios(fit_tail(surprise(of, early, late)).p(g)))
            found["scene"].append(ratios(detect(of, before=first, after=then, mask_water=False).p))
    result = {}
    for name, rows in found.items():
        low, mean, high = (f(rows, axis=0) for f in (np.min, np.mean, np.max))
        print(
            f"{name:>7}: {len(rows)} splits; ratio to nominal: mean {show(mean)}, least {show(low)}, most {show(high)}"
        )
        result[name] = [np.round(v, 2).tolist() for v in (mean, low, high)]
    print(json.dumps({"benchmark": "damage_nulls", **result}))


def surprise(of: list[Any], before: Any, after: Any) -> Any:
    """Give -2 ln p by theory."""
    nobody = np.zeros(of[0].grid.shape, dtype=bool)
    z = []
    for s in of:
        mean = moments(s.values, before, after).mean_before
        around = surroundings(s.values, mean, grid=s.grid, watched=nobody)
        m = moments(s.values, before, after, less=around.surface)
        use = np.isfinite(m.mean_before) & np.isfinite(m.mean_after)
        z.append(change_t.shift(m, stratum=change_t.strata(m.mean_before, use), use=use).z.ravel())
    return change_combine.surprise(*change_combine.quadratic(np.stack(z), change_combine.correlation(np.stack(z))))


def ratios(p: Any) -> list[float]:
    """Give the share of pixels that alarm over the level."""
    return [float(np.nanmean(p <= level)) / level for level in LEVELS]


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[2] / "shared" / "data"
    main(Path(os.environ.get("CEASEFIRE_DATA", here)))
