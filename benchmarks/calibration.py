"""Calibration of P(occurred): stated, and read through maps fitted in other worlds in another country.

Maps are fitted on worlds in one country and scored on worlds with other seeds in four others. Whether one map or one
for each kind of incident, and which sort of map, is chosen on the worlds they are fitted on, a sixth left out at a
time. Bins: the ICD 203 words, and tenths. Run: make bench NAME=calibration
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np

from benchmarks.calibration_worlds import FIT_PLACES, TEST_PLACES, Stated, worlds
from ceasefire.model.likelihood import WORDS
from ceasefire.stats.calibrate import Recalibration
from ceasefire.stats.calibration_map import CalibrationMap, recalibrated, recalibrated_by
from ceasefire.stats.prevalence import prevalence, prior_shift
from ceasefire.stats.scores import ICD_203, TENTHS, calibration_error, log_score, murphy, reliability

FIT_WORLDS, TEST_WORLDS = 48, 30
FIT_SEED, TEST_SEED, SHIFT_SEED = 40_000, 53_000, 63_000
CANDIDATES = (("one map", "beta"), ("one map", "isotonic"), ("by kind", "beta"), ("by kind", "isotonic"))
SHOWN = (0.35, 0.6, 0.8, 0.9, 0.98)
TARGET_ECE = 0.03
FOLDS = 6
Array = np.ndarray[Any, Any]


def main(fit_worlds: int = FIT_WORLDS, test_worlds: int = TEST_WORLDS) -> None:
    """Print the tables, then one line of JSON."""
    begin = time.perf_counter()
    learnt = worlds(range(FIT_SEED, FIT_SEED + fit_worlds), FIT_PLACES)
    chosen, losses = choose(learnt)
    text = f"{fit_worlds} invented worlds in one country, seeds {FIT_SEED} to {FIT_SEED + fit_worlds - 1}"
    maps = fitted(learnt, *chosen, text=text, resamples=200)
    test = worlds(range(TEST_SEED, TEST_SEED + test_worlds), TEST_PLACES)
    base = float(learnt.occurred.mean())
    print(f"fitted on {len(learnt.p):,} incidents of {text} ({learnt.truths:,} true events, base rate {base:.3f})")
    print("log score on worlds left out: " + ", ".join(f"{k} {v:.4f}" for k, v in losses.items()))
    print(f"chosen: {chosen[0]} {chosen[1]}; a stated probability is read as (95 % interval, whole worlds resampled)")
    for name, m in maps.items():
        low, high = (np.interp(SHOWN, m.at, v) for v in (m.low, m.high))
        reads = zip(SHOWN, recalibrated(np.array(SHOWN), m), low, high, strict=True)
        cells = "  ".join(f"{s:.2f}: {v:.2f} ({lo:.2f}-{hi:.2f})" for s, v, lo, hi in reads)
        print(f"  {name:<30}{m.incidents:>6,} incidents  {cells}")
    print(f"scored on {len(test.p):,} incidents of {test_worlds} worlds elsewhere ({test.truths:,} true events)")
    mapped = through(test, maps)
    rows = {"as stated": scores(test.p, test.occurred), "recalibrated": scores(mapped, test.occurred)}
    for other in CANDIDATES:
        if other != chosen:
            spare = through(test, fitted(learnt, *other, text=text))
            rows[" ".join(other)] = scores(spare, test.occurred)
    rows["base rate"] = scores(np.full(len(test.p), base), test.occurred)
    show(rows)
    table = {name: by_word(p, test.occurred, name) for name, p in (("as stated", test.p), ("recalibrated", mapped))}
    twice = second_incidents(learnt, test)
    shifted = shift(maps, base, test_worlds)
    inside = all(row["inside"] for row in table["recalibrated"])
    worst = max(rows["recalibrated"]["ece"], rows["recalibrated"]["ece_tenths"])
    met = worst <= TARGET_ECE and inside
    print(f"\ntargets: error <= {TARGET_ECE}, every word's share inside its band: {'met' if met else 'NOT MET'}")
    result = {"benchmark": "calibration", "fit": len(learnt.p), "test": len(test.p), "chosen": " ".join(chosen)}
    result |= {"scores": rows, "words": table, "told": twice, "prevalence_shift": shifted, "met": met}
    result |= {"maps": {name: m.as_dict() for name, m in maps.items()}}
    print(json.dumps({**result, "seconds": round(time.perf_counter() - begin, 1)}))


def fitted(learnt: Stated, how: str, method: str, *, text: str, resamples: int = 2) -> dict[str, CalibrationMap]:
    """Fit a map for every kind, or one for all that every kind uses."""
    out = {}
    for kind in np.unique(learnt.kind).tolist():
        of = learnt.kind == kind if how == "by kind" else np.ones(len(learnt.p), dtype=bool)
        r = Recalibration(method=method, resamples=resamples)
        out[kind] = r.fit(learnt.p[of], learnt.occurred[of], groups=learnt.world[of], fitted_on=text).map_
    return out


def through(stated: Stated, maps: dict[str, CalibrationMap]) -> Array:
    """Read probabilities through the maps of their kinds."""
    return recalibrated_by(stated.p, stated.kind, maps)


def choose(learnt: Stated) -> tuple[tuple[str, str], dict[str, float]]:
    """Choose by the log score on worlds left out, within the fitting worlds."""
    losses = {}
    for how, method in CANDIDATES:
        p = np.empty(len(learnt.p))
        for fold in range(FOLDS):
            out = learnt.world % FOLDS == fold
            rest = Stated(*(v[~out] for v in learnt[:5]), learnt.truths)
            p[out] = recalibrated_by(learnt.p[out], learnt.kind[out], fitted(rest, how, method, text="folds"))
        losses[f"{how} {method}"] = round(log_score(p, learnt.occurred), 5)
    return min(CANDIDATES, key=lambda c: losses[" ".join(c)]), losses


def scores(p: Array, outcome: Array) -> dict[str, float]:
    """Give the Brier score with its parts, the log score, and the calibration error over words and over tenths."""
    parts = murphy(p, outcome, edges=ICD_203)
    row = {name: float(v) for name, v in zip(parts._fields, parts, strict=True)}
    row |= {"log": log_score(p, outcome), "ece": calibration_error(p, outcome, edges=ICD_203)}
    return {k: round(v, 5) for k, v in {**row, "ece_tenths": calibration_error(p, outcome, edges=TENTHS)}.items()}


def show(rows: dict[str, dict[str, float]]) -> None:
    """Print one line per way of stating."""
    names = ("brier", "reliability", "resolution", "uncertainty", "within", "log", "ece", "ece_tenths")
    print(f"{'':<16}" + "".join(f"{n:>13}" for n in names))
    for label, row in rows.items():
        print(f"{label:<16}" + "".join(f"{row[n]:>13.4f}" for n in names))


def by_word(p: Array, outcome: Array, title: str) -> list[dict[str, Any]]:
    """Print and give the observed share of each likelihood word, and whether it lies inside the word's band."""
    table = reliability(p, outcome, edges=ICD_203)
    print(f"\n{title}: likelihood words (ICD 203)")
    out = []
    for k, (low, high, word) in enumerate(WORDS):
        n, seen = int(table.number[k]), float(table.observed[k])
        inside = n == 0 or low <= seen <= high
        note = "no incident" if n == 0 else "inside" if inside else "OUTSIDE"
        band = (float(table.band_low[k]), float(table.band_high[k]))
        if n and not inside and band[0] <= high and low <= band[1]:
            note += ", but not beyond chance"
        shares = f"observed {seen:>6.1%}  ({band[0]:.1%} to {band[1]:.1%})"
        print(f"  {word:<22}{low:>5.0%} to{high:>5.0%}{n:>7,}  {shares}  {note}")
        row = {"word": word, "number": n, "observed": None if n == 0 else round(seen, 4), "inside": inside}
        out.append({**row, "band": [round(b, 4) for b in band]})
    return out


def second_incidents(learnt: Stated, test: Stated) -> dict[str, Any]:
    """Print and give the same for the softer question: does it tell of something that happened, also a second time?"""
    told = learnt._replace(occurred=learnt.told)
    mapped = through(test, fitted(told, "by kind", "beta", text="the same worlds"))
    rows = {"as stated": scores(test.p, test.told), "recalibrated": scores(mapped, test.told)}
    print("\nthe softer question, whether a second incident of one event counts as true (its own maps)")
    show(rows)
    return rows


def shift(maps: dict[str, CalibrationMap], base: float, number: int) -> dict[str, Any]:
    """Print and give what happens where four times as much is invented, and what the prior correction mends."""
    there = worlds(range(SHIFT_SEED, SHIFT_SEED + max(5, number // 2)), TEST_PLACES, invented=0.6)
    mapped = through(there, maps)
    found = prevalence(mapped, old=base)
    truth = float(there.occurred.mean())
    rows = {
        "as stated": scores(there.p, there.occurred),
        "recalibrated": scores(mapped, there.occurred),
        "share estimated": scores(prior_shift(mapped, old=base, new=found.value), there.occurred),
        "share known": scores(prior_shift(mapped, old=base, new=truth), there.occurred),
    }
    print(f"\nfour times as many inventions: {len(there.p):,} incidents, of which {truth:.3f} occurred;")
    print(f"share estimated without outcomes {found.value:.3f} ({found.low:.3f} to {found.high:.3f})")
    show(rows)
    return {"scores": rows, "share": round(truth, 4), "estimated": [round(v, 4) for v in found]}


if __name__ == "__main__":
    main(*(int(v) for v in sys.argv[1:3]))
