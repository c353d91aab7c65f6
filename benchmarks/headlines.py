"""How well act and object class are read from headlines of 2022: `python benchmarks/headlines.py [DATA]`.

On `events/VIINA_2022_REBUILD.csv`, split by time: headlines first seen before 1 August 2022 are
for training, later ones are scored. Two measures:

1. **Classes.** The file's `target_classes` come from a keyword screen (its `TriageStatus` is a machine's and
   `CandidateCensusComplete` is FALSE throughout: no hand triage is in it). Macro-F1 over five classes (grid, fuel
   storage, refining and gas, pipelines, other) is agreement with that screen.
2. **Strikes on energy objects.** All headlines of the scored part that the screen files under energy or in which the
   lexicon sees an energy object, and the three others with an energy word, were read and judged one by one
   (`headlines_judged.csv`: hash, 1 where the headline reports a strike on, damage by force to, or a fire or explosion
   at, an energy object). Precision, recall, F1.

Beside both: logistic regression over TF-IDF of words and of 2 to 5 characters, trained on the training part; for
strikes its labels there are the lexicon's own (no judged labels exist before August), so it can hardly pass its
teacher. It needs scikit-learn, which the project does not: without it this script says so. The last line is JSON.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ceasefire.text.reading import labels

HERE = Path(__file__).resolve().parent
SPLIT = "20220801"
SCREEN = {
    "ENERGY_GRID_SUPPORT": "grid",
    "FUEL_STORAGE_TERMINAL": "fuel",
    "REFINING_PETROCHEM_GAS": "refining",
    "PIPELINE_PUMPING": "pipeline",
}
OURS = (
    ("energy.oil.storage", "fuel"),
    ("energy.oil.refinery", "refining"),
    ("energy.gas.production", "refining"),
    ("energy.gas.pipeline", "pipeline"),
    ("energy.oil.pipeline", "pipeline"),
    ("energy.electricity", "grid"),
    ("energy.hydro", "grid"),
    ("energy.gas", "refining"),
)
CLASSES = ("grid", "fuel", "refining", "pipeline", "other")


def main(data: Path) -> None:
    """Print the measures."""
    with (data / "events" / "VIINA_2022_REBUILD.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda r: r["date"])
    first: dict[str, dict[str, str]] = {}
    for row in rows:
        first.setdefault(row["representative_text"], row)
    texts = list(first)
    late = np.asarray([first[t]["date"] >= SPLIT for t in texts])
    screen = np.asarray([_screened(first[t]["target_classes"]) for t in texts])
    read = labels(pa.array(texts))
    ours = np.asarray([_ours(c) for c in read.object_class])
    energy = np.char.startswith(read.object_class.astype(str), "energy")
    hit = energy & (read.act != "") & ~read.denied
    with (HERE / "headlines_judged.csv").open(encoding="utf-8", newline="") as file:
        judged = {r["headline_sha256_10"]: r["energy_strike"] == "1" for r in csv.DictReader(file)}
    keys = [hashlib.sha256(t.encode()).hexdigest()[:10] for t in texts]
    truth = np.asarray([judged.get(k, False) for k in keys])
    pool = np.asarray([k in judged for k in keys]) & late
    unread = late & ~pool & hit
    classes, strikes = _baseline(texts, late, screen, hit)
    report: dict[str, Any] = {"train": int((~late).sum()), "scored": int(late.sum()), "judged": int(pool.sum())}
    report |= {"macro_f1_train": _macro(screen[~late], ours[~late]), "macro_f1": _macro(screen[late], ours[late])}
    report |= {"macro_f1_tfidf": _macro(screen[late], classes[late])}
    for name, found in (("strikes", hit), ("strikes_tfidf", strikes)):
        report[name] = _scores(truth[late], found[late])
    report["hits_not_judged"] = int(unread.sum())
    for name in CLASSES:
        one = _scores(screen[late] == name, ours[late] == name)
        print(f"{name:9} {int((screen[late] == name).sum()):4}: precision {one['precision']}, recall {one['recall']}")
    print(json.dumps({"benchmark": "headlines", **report}))


def _screened(classes: str) -> str:
    found = [SCREEN[c] for c in classes.split("|") if c in SCREEN]
    return found[0] if found else "other"


def _ours(object_class: str) -> str:
    return next((name for prefix, name in OURS if object_class.startswith(prefix)), "other")


def _scores(truth: np.ndarray, found: np.ndarray) -> dict[str, float]:
    both = float(np.sum(truth & found))
    precision, recall = both / max(found.sum(), 1), both / max(truth.sum(), 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3)}


def _macro(truth: np.ndarray, found: np.ndarray) -> float:
    return round(float(np.mean([_scores(truth == c, found == c)["f1"] for c in CLASSES])), 3)


def _baseline(texts: list[str], late: np.ndarray, screen: np.ndarray, hit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline, make_union
    except ImportError as error:
        raise SystemExit(
            "the baseline needs scikit-learn, which is no dependency of the project: install it"
        ) from error
    early = [t for t, after in zip(texts, late, strict=True) if not after]
    found = []
    for target in (screen, hit):
        both = make_union(
            TfidfVectorizer(min_df=2, sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True),
        )
        model = make_pipeline(both, LogisticRegression(C=20.0, max_iter=2000, class_weight="balanced"))
        model.fit(early, target[~late])
        found.append(np.asarray(model.predict(texts)))
    return found[0], found[1]


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("CEASEFIRE_DATA", HERE.parents[1] / "shared" / "data")
    main(Path(given))
