"""How well the lexicon finds attacks on energy objects: `python benchmarks/lexicon.py [DATA]`.

Three measures, each with what it can and cannot tell:

1. Against `events/VIINA_2022_REBUILD.csv`. Its classes come from a keyword screen (`TriageStatus` is a machine's and
   `CandidateCensusComplete` is FALSE throughout), so this is agreement of two word lists, not truth.
2. Against headlines read and judged one by one (`lexicon_judged.csv`: the headline's hash and whether it reports a
   strike on, or a fire or explosion at, an energy object). Two samples were drawn after the lexicon was last tuned:
   40 headlines it labelled, for precision, and 60 with an energy word that it did not, for what it misses (4 were
   missed, an estimated recall of 0.94; two of them were mended since, so today's figure flatters it a little).
3. Against the days on which the Russian ministry's posts cite energy facilities, found by reading them.

The last line is one line of JSON.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from ceasefire.model.intake import Window
from ceasefire.model.records import Observation
from ceasefire.model.table import Table
from ceasefire.sources import posts
from ceasefire.text.label import label_claims, label_observations, speaks_of_energy_attack
from ceasefire.text.reading import labels

HERE = Path(__file__).resolve().parent
ENERGY_2022 = {"ENERGY_GRID_SUPPORT", "FUEL_STORAGE_TERMINAL", "REFINING_PETROCHEM_GAS", "PIPELINE_PUMPING"}
ENERGY_WORD = re.compile(
    r"енерг|энерг|підстанц|подстанц|ТЕЦ|ТЭЦ|ТЕС\b|ГЕС\b|ГЭС|АЕС\b|АЭС|ЛЕП\b|ЛЭП|газопров|нафтобаз|нефтебаз|НПЗ|газосхов",
    re.IGNORECASE,
)
POST_DAYS = ["03-24", "03-26", "03-27", "03-28", "03-29", "04-01", "04-03", "04-04", "04-05", "04-09", "04-10"]


def main(data: Path) -> None:
    """Print the three measures."""
    screen = against_screen(data / "events" / "VIINA_2022_REBUILD.csv")
    print(f"2022 keyword screen: precision {screen[0]:.3f}, recall {screen[1]:.3f} (agreement, {screen[2]} rows)")
    judged = against_judgement(data / "events" / "viina")
    for name, value in judged.items():
        print(f"{name}: {value if isinstance(value, int) else format(value, '.3f')}")
    days, attacks = ministry_days(data / "attacks" / "mod_russia_posts.csv")
    print(f"ministry posts that cite energy: {len(days)} days, {'as read' if days == POST_DAYS else 'NOT as read'}")
    rows, seconds = speed()
    print(f"{rows:,} observations with 4 distinct texts labelled in {seconds:.1f} s")
    result = {"screen_precision": round(screen[0], 3), "screen_recall": round(screen[1], 3), "post_attacks": attacks}
    result |= {k: round(v, 3) for k, v in judged.items()} | {"million_rows_s": round(seconds, 2)}
    print(json.dumps({"benchmark": "lexicon", **result, "post_days_right": days == POST_DAYS}))


def against_screen(path: Path) -> tuple[float, float, int]:
    """Give precision and recall of "names an energy object" against the 2022 keyword classes."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    truth = np.asarray([bool(ENERGY_2022 & set(r["target_classes"].split("|"))) for r in rows])
    found = _energy(labels(pa.array([r["representative_text"] for r in rows])).object_class)
    both = float(np.sum(truth & found))
    return both / max(found.sum(), 1), both / max(truth.sum(), 1), len(rows)


def against_judgement(folder: Path) -> dict[str, float]:
    """Give precision and estimated recall of "reports a strike on energy" against judged headlines."""
    with (HERE / "lexicon_judged.csv").open(encoding="utf-8", newline="") as file:
        judged = {r["headline_sha256_10"]: (r["energy_strike"] == "1", r["sample"]) for r in csv.DictReader(file)}
    window: set[str] = set()
    other: set[str] = set()
    for path in sorted(folder.glob("viina_incidents_*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                inside = "2025-03-18" <= row["datetime"][:10] <= "2025-04-17"
                (window if inside else other).add(row["headline"])
    texts = sorted(window | other)
    read = labels(pa.array(texts))
    found = _energy(read.object_class) & (read.act != "") & ~read.denied
    keys = [hashlib.sha256(t.encode()).hexdigest()[:10] for t in texts]
    score: dict[str, list[tuple[bool, bool]]] = {}
    for key, hit in zip(keys, found, strict=True):
        if key in judged:
            truth, sample = judged[key]
            score.setdefault(sample, []).append((truth, bool(hit)))
    precise = [t for t, hit in score["held_out_labelled"] if hit]
    missed = [t for t, hit in score["held_out_unlabelled"] if not hit]
    inside = score["window"]
    precision = sum(precise) / len(precise)
    outside = np.asarray([t not in window for t in texts])
    pool = int(sum(bool(ENERGY_WORD.search(t)) for t, f, o in zip(texts, found, outside, strict=True) if o and not f))
    true = precision * int((found & outside).sum())
    return {
        "held_out_precision": precision,
        "held_out_recall_estimate": true / (true + pool * sum(missed) / len(missed)),
        "held_out_judged": len(precise) + len(missed),
        "window_precision": sum(t for t, hit in inside if hit) / sum(hit for _, hit in inside),
        "window_recall": sum(hit for t, hit in inside if t) / sum(t for t, _ in inside),
        "window_judged": len(inside),
    }


def ministry_days(path: Path) -> tuple[list[str], int]:
    """Give the days on which the ministry's posts cite energy, and how many posts speak of an attack on it."""
    window = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
    options = {"claimant": "russia", "speaker": "Ministry of Defence"}
    claims = label_claims(posts.read([path], source="posts", window=window, options=options).claims)
    about = claims.keep(_energy(claims.column("object_class")))
    days = sorted({str(d)[5:10] for d in about.column("said")})
    return days, int(speaks_of_energy_attack(claims).sum())


def speed(rows: int = 1_000_000) -> tuple[int, float]:
    """Give a number of rows and the seconds it takes to label them."""
    when = datetime(2025, 4, 1, tzinfo=UTC)
    texts = ["", "Удар по ТЕЦ у Харкові", "Позиції під обстрілом", "Знеструмлення"]
    columns: dict[str, object] = dict.fromkeys(("source", "product", "granule", "evidence"), "x")
    columns |= {"id": "o-1", "line": 1, "channel": "news", "procedure": "report", "radius_km": 1.0}
    columns |= {"start": when, "end": when, "reported": when, "lon": 30.0, "lat": 50.0}
    table = Table.from_columns(Observation, {**columns, "text": np.asarray(texts, dtype=object)[np.arange(rows) % 4]})
    begin = time.perf_counter()
    label_observations(table)
    return rows, time.perf_counter() - begin


def _energy(classes: np.ndarray) -> np.ndarray:
    return np.char.startswith(classes.astype(str), "energy")


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("CEASEFIRE_DATA", HERE.parents[1] / "shared" / "data")
    main(Path(given))
