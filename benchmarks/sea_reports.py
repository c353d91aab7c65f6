"""Ships by report, against rows read and judged one by one: `python -m benchmarks.sea_reports [DATA] [--misses PART]`.

Judged (`sea_reports_judged.csv`: hash of the text, day, part, and what it says) were all headlines of VIINA and posts
that hold a word of ports, ships or the sea: of April 2024 and January to 24 March 2025 (`dev`; every second post), of
25 March to 30 April 2025 (`window`) and of May and June 2025 (`late`); `test` is both. Rules were tuned on `dev`
alone. One reader judged all parts before the rules were written. Seven texts cut in the middle were left out. Compared
with a screen: the same words, and any act that the lexicon finds.

`--table` prints what the judged rows of the window tell by day. Measures:

* `about`: an act at a port, on a ship, at or over the sea, or from it (precision, recall);
* `act` and `object`: class right, among those rightly found that name one;
* `water`: the disc's region right, among those whose text names one place; and how many have no disc.

The last line is one line of JSON.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa

from ceasefire.text.reading import labels
from ceasefire.text.sea_reports import sea_reports

HERE = Path(__file__).resolve().parent
SCREEN = re.compile(
    r"\bпорт|припорт|судн|\bсуден|кораб|корвет|фрегат|\bкатер(?!ин)|танкер|сухогруз|суховантаж|балкер|контейнеровоз|"
    r"\bмор[еяюі]\b|\bморем\b|\bморськ|\bморск|чорномор|черномор|зміїн|змеин|\bдуна|акватор|\bбек|безекіпаж|безэкипаж|флот",
    re.IGNORECASE,
)
ACTS = {
    "force": ("attack",),
    "intercepted": ("interception",),
    "mine": ("presence",),
    "stopped": ("inspection",),
    "launch": ("launch",),
    "moved": ("movement",),
    "fire": ("fire",),
}


def main(data: Path, misses: str = "") -> None:
    """Print the measures by part."""
    texts = _texts(data)
    with (HERE / "sea_reports_judged.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["text_sha256_10"] in texts]
    got = sea_reports([texts[r["text_sha256_10"]] for r in rows])
    plain = labels(pa.array([texts[r["text_sha256_10"]] for r in rows]))
    screen = (plain.act != "") & np.asarray([bool(SCREEN.search(texts[r["text_sha256_10"]])) for r in rows])
    result: dict[str, object] = {"benchmark": "sea_reports"}
    for part in ("dev", "window", "late", "test"):
        wanted = ("window", "late") if part == "test" else (part,)
        some = np.asarray([r["part"] in wanted for r in rows])
        truth = np.asarray([r["sea_act"] == "1" for r in rows])
        for name, found in (("ours", got.about), ("screen", screen)):
            hit = float(np.sum(some & truth & found))
            precision, recall = hit / max(np.sum(some & found), 1), hit / max(np.sum(some & truth), 1)
            rates = f"P {precision:.3f}  R {recall:.3f}"
            print(f"{part:7s}{name:7s} n {some.sum():3d}  true {np.sum(some & truth):3d}  {rates}")
            result[f"{part}_{name}"] = [round(precision, 3), round(recall, 3)]
        both = np.flatnonzero(some & truth & got.about)
        act = [_act(rows[i]["act"], str(got.act[i])) for i in both]
        thing = [
            str(got.object_class[i]) in rows[i]["object_class"].split("|") for i in both if rows[i]["object_class"]
        ]
        water = [i for i in np.flatnonzero(some & truth) if rows[i]["region"]]
        placed = [i for i in water if got.place[i] is not None]
        right = [got.place[i].region in rows[i]["region"].split("|") for i in placed]  # type: ignore[union-attr]
        wrong = [i for i in np.flatnonzero(some & truth) if not rows[i]["region"] and got.place[i] is not None]
        print(
            f"{part:7s}act {sum(act)}/{len(act)}  object {sum(thing)}/{len(thing)}  water {sum(right)}/{len(right)}"
            f"  of {len(water)} that name one place; a disc where none or several are named {len(wrong)}"
        )
        result[f"{part}_act"], result[f"{part}_object"] = [sum(act), len(act)], [sum(thing), len(thing)]
        result[f"{part}_water"] = [sum(right), len(right), len(water)]
        if misses == part:
            _show(rows, texts, got, some, truth)
    print(json.dumps(result))


def by_day() -> None:
    """Print what the judged rows of 25 March to 30 April 2025 tell, by day and class: rows, not events."""
    with (HERE / "sea_reports_judged.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["part"] == "window" and r["sea_act"] == "1"]
    count = Counter((r["day"], r["act"].replace("|", " or "), r["object_class"].replace("|", " or ")) for r in rows)
    for (day, act, thing), n in sorted(count.items()):
        sources = sorted({r["source"] for r in rows if (r["day"], r["act"].replace("|", " or ")) == (day, act)})
        print(f"| {day[5:]} | {act} | {thing or '-'} | {n} | {', '.join(sources)} |")
    print(f"{len(rows)} rows")


def _act(truth: str, found: str) -> bool:
    return any(found.startswith(ACTS[one]) for one in truth.split("|"))


def _texts(data: Path) -> dict[str, str]:
    """Give all headlines and posts by the first ten digits of their hash."""
    files = [*sorted((data / "events" / "viina").glob("viina_incidents_*.csv"))]
    files += [data / "attacks" / name for name in ("mod_russia_posts.csv", "dronbomber_posts.csv")]
    out = {}
    for path in files:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                text = row.get("headline") or row.get("text_snippet") or ""
                out[hashlib.sha256(text.encode()).hexdigest()[:10]] = text
    return out


def _show(rows: list[dict[str, str]], texts: dict[str, str], got: object, some: np.ndarray, truth: np.ndarray) -> None:
    for i in np.flatnonzero(some):
        row, place = rows[i], got.place[i]  # type: ignore[attr-defined]
        about, act, thing = bool(got.about[i]), str(got.act[i]), str(got.object_class[i])  # type: ignore[attr-defined]
        notes = []
        if about != truth[i]:
            notes.append("MISSED" if truth[i] else "FALSE")
        elif about:
            notes += ["act"] if not _act(row["act"], act) else []
            notes += ["object"] if row["object_class"] and thing not in row["object_class"].split("|") else []
            where = place.region if place else ""
            notes += ["water"] if row["region"] and where not in row["region"].split("|") else []
            notes += ["placed"] if not row["region"] and place else []
        if notes:
            text = " ".join(texts[row["text_sha256_10"]].split())[:150]
            judged = f"[{row['act']} {row['object_class']} {row['region']}]"
            print(f"  {','.join(notes)} {judged} {act} {thing} {place and place.name}: {text}")


if __name__ == "__main__":
    args = [a for a in sys.argv[1:] if not a.startswith("--")]
    part = sys.argv[sys.argv.index("--misses") + 1] if "--misses" in sys.argv else ""
    args = [a for a in args if a != part]
    given = args[0] if args else os.environ.get("CEASEFIRE_DATA", HERE.parents[1] / "shared" / "data")
    if "--table" in sys.argv:
        by_day()
    else:
        main(Path(given), part)
