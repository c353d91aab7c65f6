"""Detection stated and detection learned, side by side in one run on invented cases: what silence leaves possible.

`make bench NAME=silence`, or `python -m benchmarks.silence 12` (cases a kind), each through observe and fuse.
Three kinds: sensors as the invented world has them (mostly better than stated), half as good, and a
quarter as good (worse than stated). Seeds start at 9,000; development used 300 to 399.

Printed are, over silent region-days: the Brier score of P(an act happened though nobody reported it) beside that of a
constant (the share of all region-days with an act), the true share among the watched and the unwatched beside the
stated one, and how often the share lies inside its mean interval; over regions: how often the 95 % upper limit on all
acts, by the cautious end of the exposure, holds. And the chances themselves beside the true ones.
"""

from __future__ import annotations

import json
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.calibration_worlds import TEST_PLACES
from ceasefire.case import Case
from ceasefire.fusion import coverage as stage
from ceasefire.fusion.detection import learn
from ceasefire.fusion.priors import Priors
from ceasefire.model.taxonomy import covers
from ceasefire.stats.counts import upper_limit
from ceasefire.testing import world
from ceasefire.testing.simulate import simulate
from ceasefire.testing.truth import Truth

Array = np.ndarray[Any, Any]
KINDS = {"as invented": 1.0, "half as good": 0.5, "a quarter": 0.25}
WAYS = ("stated", "learned")
WATCHED = 0.05


def measure(seed: int, factor: float) -> dict[str, dict[str, Any]]:
    """Score one case with either way of knowing how well a look shows an act."""
    codes = TEST_PLACES[seed % len(TEST_PLACES)]
    rng = np.random.default_rng([seed, 5])
    days = int(rng.integers(30, 61))
    incidents = int(np.exp(rng.uniform(np.log(0.15), np.log(1.5))) * len(codes) * days)
    sees = {k: v * factor for k, v in world.SEES.items()}
    outlets = {k: v * factor for k, v in world.OUTLETS.items()}
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.dict(world.SEES, sees),
        mock.patch.dict(world.OUTLETS, outlets),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        made = simulate(Path(folder), seed=seed, days=days, incidents=incidents, regions=codes)
        case = Case.read(made.folder / "case.yml")
        observed = case.observe()
        fused = case.fuse(observed)
        truth = Truth.read(made.truth)
    attacks = np.array([covers(("attack",), a) for a in truth.act], dtype=bool)
    out: dict[str, dict[str, Any]] = {}
    for way in WAYS:
        found: dict[str, Any] = {}

        def spy(*args: Any, _found: dict[str, Any] = found, **options: Any) -> Any:
            _found.update(learn(*args, **options))
            return _found

        with mock.patch.object(stage, "learn", spy):
            cells = stage.coverage(
                observed.looks, window=case.file.window, clock=case.file.clock, regions=case.regions,
                priors=Priors(detection="learned") if way == "learned" else Priors(), incidents=fused.incidents,
            )  # fmt: skip
        out[way] = _score(cells, truth, attacks, fused.incidents, days, found)
    return out


def _score(
    cells: Any, truth: Truth, attacks: Array, incidents: Any, days: int, found: dict[str, Any]
) -> dict[str, Any]:
    region, start = cells.column("region").astype(str), cells.column("start").astype("datetime64[s]")
    end = cells.column("end").astype("datetime64[s]")
    number = np.array(
        [
            (attacks & (truth.region == r) & (truth.time >= a) & (truth.time < b)).sum()
            for r, a, b in zip(region, start, end, strict=True)
        ]
    )
    q, low, high = (cells.column(c).astype(float) for c in ("unseen", "unseen_low", "unseen_high"))
    silent, watched = np.isfinite(q), cells.column("exposure_low").astype(float) >= WATCHED
    exposure, cautious = cells.column("exposure").astype(float), cells.column("exposure_low").astype(float)
    shown = [i for i in incidents if covers(("attack",), i.act) and i.p_occurred >= 0.5]
    looked = {(r, str(s)): set(c) for r, s, c in zip(region, start, cells.column("channels"), strict=True)}
    limits: dict[str, list[bool]] = {"limit": [], "limit, middle": []}
    for code in sorted(set(region)):
        at = region == code
        mean, least = exposure[at].mean(), cautious[at].mean()
        if mean < WATCHED:
            continue
        count = sum(
            i.region == code
            and any(
                set(i.channels) & looked[r, str(s)]
                for r, s, e in zip(region[at], start[at], end[at], strict=True)
                if s <= np.datetime64((i.start + (i.end - i.start) / 2).replace(tzinfo=None)) < e
            )
            for i in shown
        )
        limits["limit"].append(bool(upper_limit(count, least) >= number[at].sum()))
        limits["limit, middle"].append(bool(upper_limit(count, mean) >= number[at].sum()))
    return {
        "q": q[silent], "low": low[silent], "high": high[silent], "happened": (number > 0)[silent],
        "watched": watched[silent], "base": np.full(int(silent.sum()), (number > 0).mean()), **limits,
        "chance": {k: (v.value, v.low, v.high) for k, v in found.items() if v.learned},
    }  # fmt: skip


def main(cases: int = 12, first: int = 9_000) -> None:
    """Print every kind of sensors."""
    result: dict[str, Any] = {"cases": cases}
    for kind, factor in KINDS.items():
        runs = [measure(first + k, factor) for k in range(cases)]
        print(f"{kind}: {cases} cases")
        for way in WAYS:
            of = [r[way] for r in runs]
            join = {k: np.concatenate([o[k] for o in of]) for k in ("q", "low", "high", "happened", "watched", "base")}
            row = {
                "brier": float(np.mean((join["q"] - join["happened"]) ** 2)),
                "constant": float(np.mean((join["base"] - join["happened"]) ** 2)),
                "limit": float(np.mean([v for o in of for v in o["limit"]])),
                "limit, middle": float(np.mean([v for o in of for v in o["limit, middle"]])),
            }
            text = f"  {way:8} Brier {row['brier']:.4f} (constant {row['constant']:.4f})"
            for name in ("watched", "unwatched"):
                at = join["watched"] if name == "watched" else ~join["watched"]
                masks = [o["watched"] if name == "watched" else ~o["watched"] for o in of]
                inside = [
                    o["low"][m].mean() <= o["happened"][m].mean() <= o["high"][m].mean()
                    for o, m in zip(of, masks, strict=True) if m.sum() >= 20
                ]  # fmt: skip
                row |= {f"{name} truth": float(join["happened"][at].mean()), f"{name}": float(join["q"][at].mean())}
                row[f"{name} inside"] = float(np.mean(inside)) if inside else float("nan")
                text += f"   silent, {name}: {row[name]:.3f} (true {row[f'{name} truth']:.3f}"
                text += f", in its interval {row[f'{name} inside']:.2f})"
            print(f"{text}   limit holds {row['limit']:.3f} (by the middle {row['limit, middle']:.3f})")
            result[f"{kind}, {way}"] = {k: None if np.isnan(v) else round(v, 4) for k, v in row.items()}
        for channel, p in world.SEES.items():
            got = np.array([r["learned"]["chance"][channel] for r in runs if channel in r["learned"]["chance"]])
            true = p * factor if channel != "news" else 1 - np.prod([1 - v * factor for v in world.OUTLETS.values()])
            if len(got):
                inside = np.mean((got[:, 1] <= true) & (true <= got[:, 2]))
                print(f"    {channel:18} true {true:.2f}   learned {got[:, 0].mean():.2f} in {len(got)} cases, "
                      f"inside its interval {inside:.2f}")  # fmt: skip
    print(json.dumps(result))


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
