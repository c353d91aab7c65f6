"""Calibration of P(occurred): stated, and read through a map fitted in other worlds in other countries.

Maps are fitted on worlds in one country and scored on worlds with other seeds in four others. Which kind of map is
used is chosen on the worlds it is fitted on, by leaving one out at a time. Bins: the ICD 203 words, and tenths.
Run: make bench NAME=calibration
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
from ceasefire.stats.calibration_map import CalibrationMap, recalibrated
from ceasefire.stats.prevalence import prevalence
from ceasefire.stats.scores import ICD_203, TENTHS, calibration_error, log_score, murphy, reliability

FIT_WORLDS, TEST_WORLDS = 24, 15
TARGET_ECE = 0.03
Array = np.ndarray[Any, Any]


def main(fit_worlds: int = FIT_WORLDS, test_worlds: int = TEST_WORLDS) -> None:
    """Print the tables, then one line of JSON."""
    begin = time.perf_counter()
    learnt = worlds(range(40_000, 40_000 + fit_worlds), FIT_PLACES)
    method, losses = choose(learnt)
    text = f"{fit_worlds} invented worlds in one country, seeds 40000 to {40_000 + fit_worlds - 1}"
    fitted = Recalibration(method=method).fit(learnt.p, learnt.occurred, groups=learnt.world, fitted_on=text)
    m = fitted.map_
    test = worlds(range(50_000, 50_000 + test_worlds), TEST_PLACES)
    print(f"fitted on {m.incidents:,} incidents of {text} ({learnt.truths:,} true events, base rate {m.base_rate:.3f})")
    print("log score with one world left out: " + ", ".join(f"{k} {v:.4f}" for k, v in losses.items()) + f"; {method}")
    for name, value, low, high in fitted.parameters_:
        print(f"  {name} = {value:.3f} ({low:.3f} to {high:.3f})")
    for stated in (0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99):
        low, high = np.interp(stated, m.at, m.low), np.interp(stated, m.at, m.high)
        print(f"  {stated:.2f} is read as {recalibrated(stated, m):.3f} ({low:.3f} to {high:.3f})")
    print(
        f"scored on {len(test.p):,} incidents of {test_worlds} worlds in other countries ({test.truths:,} true events)"
    )
    rows = {"as stated": scores(test.p, test.occurred), "recalibrated": scores(recalibrated(test.p, m), test.occurred)}
    other = "isotonic" if method == "beta" else "beta"
    spare = Recalibration(method=other, resamples=2).fit(learnt.p, learnt.occurred, fitted_on=text).map_
    rows[f"with {other}"] = scores(recalibrated(test.p, spare), test.occurred)
    rows["base rate"] = scores(np.full(len(test.p), m.base_rate), test.occurred)
    show(rows)
    table = {
        name: by_word(p, test.occurred, name)
        for name, p in (("as stated", test.p), ("recalibrated", recalibrated(test.p, m)))
    }
    twice = second_incidents(learnt, test)
    shifted = shift(m, test_worlds)
    inside = all(row["inside"] for row in table["recalibrated"])
    worst = max(rows["recalibrated"]["ece"], rows["recalibrated"]["ece_tenths"])
    met = worst <= TARGET_ECE and inside
    print(f"\ntargets: error <= {TARGET_ECE}, every word's share inside its band: {'met' if met else 'NOT MET'}")
    result = {"benchmark": "calibration", "fit": m.incidents, "test": len(test.p), "method": method, "scores": rows}
    result |= {"words": table, "told": twice, "prevalence_shift": shifted, "met": met}
    print(json.dumps({**result, "map": m.as_dict(), "seconds": round(time.perf_counter() - begin, 1)}))


def choose(learnt: Stated) -> tuple[str, dict[str, float]]:
    """Choose the kind of map by the log score on the world left out, within the fitting worlds."""
    losses = {}
    for method in ("beta", "isotonic"):
        p = np.empty(len(learnt.p))
        for k in np.unique(learnt.world):
            out = learnt.world == k
            r = Recalibration(method=method, resamples=2).fit(learnt.p[~out], learnt.occurred[~out], fitted_on="folds")
            p[out] = recalibrated(learnt.p[out], r.map_)
        losses[method] = round(log_score(p, learnt.occurred), 5)
    return min(losses, key=lambda name: losses[name]), losses


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
    m = Recalibration(resamples=2).fit(learnt.p, learnt.told, fitted_on="the same worlds").map_
    rows = {"as stated": scores(test.p, test.told), "recalibrated": scores(recalibrated(test.p, m), test.told)}
    print("\nthe softer question, whether a second incident of one event counts as true (its own map)")
    show(rows)
    return rows


def shift(m: CalibrationMap, number: int) -> dict[str, Any]:
    """Print and give what happens where four times as much is invented, and what the prior correction mends."""
    there = worlds(range(60_000, 60_000 + max(5, number // 3)), TEST_PLACES, invented=0.6)
    mapped = recalibrated(there.p, m)
    found = prevalence(mapped, old=m.base_rate)
    rows = {
        "as stated": scores(there.p, there.occurred),
        "recalibrated": scores(mapped, there.occurred),
        "share estimated": scores(recalibrated(there.p, m, base_rate=found.value), there.occurred),
        "share known": scores(recalibrated(there.p, m, base_rate=float(there.occurred.mean())), there.occurred),
    }
    print(
        f"\nfour times as many inventions: {len(there.p):,} incidents, of which {there.occurred.mean():.3f} occurred;"
    )
    print(f"share estimated without outcomes {found.value:.3f} ({found.low:.3f} to {found.high:.3f})")
    show(rows)
    truth = round(float(there.occurred.mean()), 4)
    return {"scores": rows, "share": truth, "estimated": [round(v, 4) for v in found]}


if __name__ == "__main__":
    main(*(int(v) for v in sys.argv[1:3]))
