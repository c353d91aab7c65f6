"""Calibration of the three probabilities: stated, and read through maps fitted in other worlds, places and years.

Maps are fitted on worlds as they ship, in one country and one year, and scored on worlds with other seeds in four other
countries in another year: as they ship, and of five kinds that no map was fitted on. Bins: the ICD 203 words, and
tenths. `make bench NAME=calibration`; `python -m benchmarks.calibration --fit FILE` writes the calibration file too,
`--draw FILE.svg` the picture. Two numbers set how many worlds are fitted on, and scored of each kind.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.calibration_fit import fit, fitting_worlds, with_map
from benchmarks.calibration_picture import draw
from benchmarks.calibration_worlds import AS_SHIPPED, OTHERS, TEST_DAY, TEST_PLACES, Made, Stated, make, stated
from ceasefire.fusion.priors import Priors
from ceasefire.fusion.recalibrate import ABOUT, Calibration
from ceasefire.model.likelihood import WORDS
from ceasefire.stats.calibration_map import recalibrated
from ceasefire.stats.prevalence import prevalence
from ceasefire.stats.scores import ICD_203, TENTHS, calibration_error, log_score, murphy, reliability

FIT_WORLDS, TEST_WORLDS = 96, 16
FIT_SEED, TEST_SEED = 40_000, 115_000
SHOWN = (0.2, 0.35, 0.6, 0.8, 0.9, 0.98)
TARGET_ECE = 0.03
NAMES = {"occurred": "P(occurred)", "object": "P(on a protected object)", "party": "P(party)"}
Array = np.ndarray[Any, Any]
Scores = dict[str, float]


def main(fit_worlds: int, test_worlds: int, *, file: Path | None, picture: Path | None) -> None:
    """Print the tables, then one line of JSON."""
    begin = time.process_time()
    text = f"{fit_worlds} invented worlds in one country, seeds {FIT_SEED} to {FIT_SEED + fit_worlds - 1}"
    learnt = fitting_worlds(fit_worlds, FIT_SEED)
    calibration, chosen = fit(learnt, seeds=(FIT_SEED, FIT_SEED + fit_worlds - 1), text=text)
    base = {about: float(stated(learnt, about).true.mean()) for about in ABOUT}
    print(f"fitted on {calibration.incidents:,} incidents of {text}\n{chosen}")
    show_maps(calibration)
    seeds = [range(TEST_SEED + 1000 * k, TEST_SEED + 1000 * k + test_worlds) for k in range(1 + len(OTHERS))]
    result: dict[str, Any] = {"benchmark": "calibration", "fit": calibration.incidents, "scores": {}, "words": {}}
    met = True
    for kind, run in zip((AS_SHIPPED, *OTHERS), seeds, strict=True):
        worlds = make(run, TEST_PLACES, kind=kind, first=TEST_DAY)
        true = sum(w.truths for w in worlds)
        incidents = sum(len(w.fused.incidents) for w in worlds)
        print(f"\n=== {kind.name}: {incidents:,} incidents of {test_worlds} worlds elsewhere, {true:,} true events")
        result["scores"][kind.name] = {about: compared(worlds, calibration, about, base[about]) for about in ABOUT}
        if kind is AS_SHIPPED:
            result["told"] = compared(worlds, calibration, "told", base["occurred"], name="occurred")
            both = {about: both_ways(worlds, calibration, about) for about in ABOUT}
            result["words"] = {about: words(*both[about], NAMES[about]) for about in ABOUT}
            rows = result["words"]["occurred"]["with the map"]
            scored = result["scores"][kind.name]["occurred"]["with the map"]
            met = max(scored["ece"], scored["ece_tenths"]) <= TARGET_ECE and all(row["inside"] for row in rows)
            if picture:
                draw(both, picture)
        elif kind is OTHERS[0]:
            result["another share"] = another_share(worlds, calibration, base["occurred"])
    result["better"] = better(result["scores"])
    print(f"\ntarget for P(occurred): error <= {TARGET_ECE}, every word inside its band: {'met' if met else 'NOT MET'}")
    if file:
        rows = {
            kind: {f"{a}, {w}": s for a, r in of.items() for w, s in r.items()} for kind, of in result["scores"].items()
        }
        text = f"{test_worlds} worlds of each kind, seeds {TEST_SEED} to {seeds[-1][-1]}, other countries and year"
        write(calibration.model_copy(update={"scores": rows, "scored_on": text}), file)
    print(json.dumps(result | {"met": met, "cpu_seconds": round(time.process_time() - begin, 1)}))


def both_ways(worlds: Sequence[Made], calibration: Calibration, about: str) -> tuple[Stated, Stated]:
    """Give the probabilities as stated, and with the map."""
    return stated(worlds, about), stated(worlds, about, lambda w: with_map(w, calibration))


def compared(
    worlds: Sequence[Made], calibration: Calibration, about: str, base: float, *, name: str = ""
) -> dict[str, Scores]:
    """Print and give the scores of one probability: as stated, with the map, and of the base-rate constant."""
    plain, mapped = both_ways(worlds, calibration, about)
    constant = np.full(len(plain.p), base)
    rows = {
        "as stated": scores(plain.p, plain.true),
        "with the map": scores(mapped.p, mapped.true),
        "base rate": scores(constant, plain.true),
    }
    title = NAMES.get(about, "P(occurred), a second incident of one event counting as true")
    print(f"{title}: {len(plain.p):,}, true {plain.true.mean():.3f}")
    show(rows)
    return rows


def scores(p: Array, outcome: Array) -> Scores:
    """Give the Brier score with its parts, the log score, and the calibration error over words and over tenths."""
    parts = murphy(p, outcome, edges=ICD_203)
    row = {name: float(v) for name, v in zip(parts._fields, parts, strict=True)}
    row |= {"log": log_score(p, outcome), "ece": calibration_error(p, outcome, edges=ICD_203)}
    return {k: round(v, 5) for k, v in {**row, "ece_tenths": calibration_error(p, outcome, edges=TENTHS)}.items()}


def show(rows: dict[str, Scores]) -> None:
    """Print one line per way of stating."""
    names = ("brier", "reliability", "resolution", "uncertainty", "within", "log", "ece", "ece_tenths")
    print(f"  {'':<16}" + "".join(f"{n:>13}" for n in names))
    for label, row in rows.items():
        print(f"  {label:<16}" + "".join(f"{row[n]:>13.4f}" for n in names))


def show_maps(calibration: Calibration) -> None:
    """Print what some stated probabilities are read as, with intervals."""
    for about, maps in calibration.maps.items():
        for name, m in maps.items():
            low, high = (np.interp(SHOWN, m.at, v) for v in (m.low, m.high))
            reads = zip(SHOWN, recalibrated(np.array(SHOWN), m), low, high, strict=True)
            cells = "  ".join(f"{s:.2f}: {v:.2f} ({lo:.2f}-{hi:.2f})" for s, v, lo, hi in reads)
            print(f"  {about:<9}{name:<30}{m.incidents:>7,}  {cells}")


def words(plain: Stated, mapped: Stated, title: str) -> dict[str, list[dict[str, Any]]]:
    """Print and give the observed share of each likelihood word, and whether it lies inside the word's band."""
    out = {}
    for way, s in (("as stated", plain), ("with the map", mapped)):
        table = reliability(s.p, s.true, edges=ICD_203)
        print(f"\n{title}, {way}: likelihood words (ICD 203)")
        out[way] = [word(table, k) for k in range(len(WORDS))]
    return out


def word(table: Any, k: int) -> dict[str, Any]:
    """Print and give one line of the table of words."""
    low, high, name = WORDS[k]
    n, seen = int(table.number[k]), float(table.observed[k])
    inside = n == 0 or low <= seen <= high
    note = "no incident" if n == 0 else "inside" if inside else "OUTSIDE"
    band = (float(table.band_low[k]), float(table.band_high[k]))
    if n and not inside and band[0] <= high and low <= band[1]:
        note += ", but not beyond chance"
    shares = f"observed {seen:>6.1%}  ({band[0]:.1%} to {band[1]:.1%})" if n else ""
    print(f"  {name:<22}{low:>5.0%} to{high:>5.0%}{n:>7,}  {shares}  {note}")
    row = {"word": name, "number": n, "observed": None if n == 0 else round(seen, 4), "inside": inside}
    return {**row, "band": [round(b, 4) for b in band]}


def another_share(worlds: Sequence[Made], calibration: Calibration, base: float) -> dict[str, Any]:
    """Print and give what the prior correction mends where another share of incidents occurred."""
    plain, mapped = both_ways(worlds, calibration, "occurred")
    found, truth = prevalence(mapped.p, old=base), float(plain.true.mean())
    rows = {}
    for name, share in (("share estimated", found.value), ("share known", truth)):
        priors = Priors(prevalence={"occurred": share})
        moved = stated(worlds, "occurred", lambda w, p=priors: with_map(w, calibration, p))  # type: ignore[misc]
        rows[name] = scores(moved.p, moved.true)
    print(f"with the map moved to another share: true {truth:.3f}, estimated without outcomes {found.value:.3f}")
    print(f"  (interval {found.low:.3f} to {found.high:.3f})")
    show(rows)
    return {"scores": rows, "share": round(truth, 4), "estimated": [round(v, 4) for v in found]}


def better(scored: dict[str, dict[str, dict[str, Scores]]]) -> dict[str, dict[str, int]]:
    """Print and give in how many kinds of world the map betters the stated weights."""
    out: dict[str, dict[str, int]] = {}
    print(f"\nkinds of world, of {len(scored)}, in which the map is better than the stated weights")
    for about in ABOUT:
        pairs = [(of[about]["with the map"], of[about]["as stated"]) for of in scored.values()]
        out[about] = {m: sum(a[m] < b[m] for a, b in pairs) for m in ("brier", "log", "ece", "ece_tenths")}
        print(f"  {NAMES[about]:<26}" + ", ".join(f"{m} {n}" for m, n in out[about].items()))
    return out


def write(calibration: Calibration, file: Path) -> None:
    """Write the calibration file: JSON, which is YAML too."""
    plain = calibration.model_dump(mode="json", exclude={"maps"})
    plain["maps"] = {about: {k: m.as_dict() for k, m in maps.items()} for about, maps in calibration.maps.items()}
    keys = ",\n".join(
        f"{json.dumps(k)}: {lines(v, 1) if k in ('maps', 'scores') else json.dumps(v)}" for k, v in plain.items()
    )
    file.write_text("{" + keys + "}\n", encoding="utf-8")
    print(f"wrote {file}")


def lines(value: Any, depth: int) -> str:
    """Give JSON with a line for every entry of the outer mappings."""
    if not isinstance(value, dict) or depth > 2:
        return json.dumps(value)
    inner = ",\n".join(" " * depth + f"{json.dumps(k)}: {lines(v, depth + 1)}" for k, v in value.items())
    return "{\n" + inner + "}"


def option(arguments: list[str], name: str) -> Path | None:
    """Take `name FILE` out of the arguments."""
    if name not in arguments:
        return None
    at = arguments.index(name)
    value = arguments[at + 1]
    del arguments[at : at + 2]
    return Path(value)


if __name__ == "__main__":
    rest = sys.argv[1:]
    into, drawing = option(rest, "--fit"), option(rest, "--draw")
    numbers = [int(v) for v in rest] + [FIT_WORLDS, TEST_WORLDS][len(rest) :]
    main(*numbers, file=into, picture=drawing)
