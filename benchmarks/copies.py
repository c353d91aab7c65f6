"""Exact and near copies in VIINA's files: counts, and a sample to judge by hand.

`make bench NAME=copies` prints the counts; `python -m benchmarks.copies 40` also prints 40 near pairs, drawn with a
fixed seed. The files are read from the folder named by CEASEFIRE_DATA.
"""

from __future__ import annotations

import csv
import json
import os
import random
import sys
from pathlib import Path

import numpy as np

from benchmarks.measure import timed
from ceasefire.stats.copies import near_copies, normalised


def main(show: int = 0) -> None:
    """Print counts, then one line of JSON."""
    folder = Path(os.environ.get("CEASEFIRE_DATA", "data")) / "events" / "viina"
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise SystemExit(f"no VIINA files in {folder}: set CEASEFIRE_DATA")
    rows = []
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows += list(csv.DictReader(lines))
    # one headline of one time that names several places is one text, not several copies
    texts = sorted({(r["datetime"], r["headline"]) for r in rows})
    when = np.array([t[:10] for t, _ in texts], dtype="datetime64[D]").astype(np.float64)
    words = [w for _, w in texts]
    found, seconds = timed(lambda: near_copies(words, when, within=0))
    later = near_copies(words, when, within=1)
    at = [(r["datetime"][:10], normalised(r["headline"]), r["place_name"]) for r in rows]
    out = {
        "rows": len(rows),
        "rows_equal_in_every_field": len(rows) - len({tuple(r.values()) for r in rows}),
        "rows_of_one_day_text_and_place_again": len(at) - len(set(at)),
        "texts": len(texts),
        "texts_equal_to_one_of_the_same_day": int((found.exact != np.arange(len(texts))).sum()),
        "texts_equal_to_one_of_the_day_before_or_the_same": int((later.exact != np.arange(len(texts))).sum()),
        "near_pairs_same_day": len(found.i),
        "texts_in_near_pairs": len(set(found.i.tolist()) | set(found.j.tolist())),
        "seconds": round(seconds, 1),
    }
    for name, value in out.items():
        print(f"{name.replace('_', ' '):52} {value}")
    for k in random.Random(77).sample(range(len(found.i)), min(show, len(found.i))):
        print(f"\n{found.overlap[k]:.2f} {texts[found.i[k]]}\n     {texts[found.j[k]]}")
    print(json.dumps(out))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
