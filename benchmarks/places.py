"""How well place names in headlines become discs: `python benchmarks/places.py [DATA]`.

On VIINA's headlines of 2025 (Ukrainian and Russian). VIINA gives each row one place with its coordinates. A row counts
where the headline names that very place: some word of it is a form of a listed name that VIINA's own `place_name` is a
name of. Which place of that name is meant is not looked at, so that rows whose name has namesakes stay in. Each
headline and place counts once. January and February 2025 are for tuning; March to June are scored.

Printed: the share of those rows with a disc whose centre lies within 25 km; how often the disc holds VIINA's point,
beside the level it states; how many names were given without a disc; and, beside it, the rule "the most populous place
of that exact name" (no cases, no context). The last line is one line of JSON.
"""

from __future__ import annotations

import csv
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ceasefire.geo import distance
from ceasefire.text.gazetteer import AREA, LEVEL, _words, named_places
from ceasefire.text.lexicon import normal
from ceasefire.text.places import region_codes
from ceasefire.text.toponyms import agrees, folded, gazetteer, stem, words

HERE = Path(__file__).resolve().parent
TUNED = ("202501", "202502")
NEAR_KM = 25.0
Row = tuple[str, str, float, float]


def main(data: Path, *, show: int = 0) -> None:
    """Print the measures by month."""
    import pyarrow as pa

    result = {}
    begin = time.process_time()
    gazetteer(tuple(sorted(AREA)))
    loaded = time.process_time() - begin
    for label, months in (
        ("tuned", TUNED),
        *((f"2025{m:02d}", (f"2025{m:02d}",)) for m in range(3, 7)),
        ("scored", ()),
    ):
        chosen = months or tuple(f"2025{m:02d}" for m in range(3, 7))
        rows = [r for m in chosen for r in _rows(data / "events" / "viina" / f"viina_incidents_{m}.csv")]
        rows = [r for r in dict.fromkeys(rows) if _names(r)]
        near = region_codes(normal(pa.array([r[0] for r in rows])))
        score = [_score(r, codes) for r, codes in zip(rows, near, strict=True)]
        simple = [_simple(r) for r in rows]
        found = [s for s in score if s is not None]
        seats = [any(folded(w) == folded(r[1]) for w in _words("seats")) for r in rows]
        others = [s is not None for s, seat in zip(score, seats, strict=True) if not seat]
        placed = np.asarray([s for s in found if np.isfinite(s[0])])
        base = np.asarray([s for s in simple if s is not None])
        within = float(np.mean(placed[:, 0] <= NEAR_KM))
        covered = float(np.mean(placed[:, 0] <= placed[:, 1]))
        result[label] = {
            "rows": len(rows),
            "found": round(len(found) / len(rows), 3),
            "found_but_seats": round(float(np.mean(others)), 3),
            "with_disc": round(len(placed) / len(rows), 3),
            "within_25_km_of_discs": round(within, 3),
            "within_25_km_of_rows": round(within * len(placed) / len(rows), 3),
            "disc_holds": round(covered, 3),
            "median_radius_km": round(float(np.median(placed[:, 1])), 1),
            "baseline_within_25_km_of_found": round(float(np.mean(base <= NEAR_KM)), 3),
            "baseline_within_25_km_of_rows": round(float(np.sum(base <= NEAR_KM)) / len(rows), 3),
        }
        print(label, result[label])
        if show and label == "tuned":
            for r, s in list(zip(rows, score, strict=True)):
                if s is None or not s[0] <= s[1]:
                    print("   ", s, r)
    begin = time.process_time()
    texts = [r[0] for r in _rows(data / "events" / "viina" / "viina_incidents_202504.csv")]
    for text in texts:
        named_places(text)
    spent = time.process_time() - begin
    megabytes = sum(len(t) for t in texts) / 1e6
    print(
        f"{len(texts)} headlines, {megabytes:.2f} million characters, {spent:.1f} CPU s; loaded in {loaded:.1f} CPU s"
    )
    print(
        json.dumps(
            {
                "benchmark": "places",
                "level": LEVEL,
                **result["scored"],
                "cpu_s_per_million": round(spent / megabytes, 2),
            }
        )
    )


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["place_name"]:
                yield row["headline"], row["place_name"], float(row["lon"]), float(row["lat"])


def _names(row: Row) -> bool:
    """Tell whether the headline names the place that VIINA gives, whichever of its namesakes is meant."""
    source = gazetteer(tuple(sorted(AREA)))
    own = words(row[1])
    if not own:
        return False
    same = {at for key, places in source.index.get(stem(own[0]), {}).items() for at, name in places if name == own}
    tokens = [(folded(w), w[:1].isupper()) for w in row[0].replace("-", " ").replace("’", "'").split()]
    tokens = [("".join(c for c in w if c.isalpha()), u) for w, u in tokens]
    for i, (form, upper) in enumerate(tokens):
        for key, places in source.index.get(stem(form), {}).items() if upper and form else ():
            given = [w for w, _ in tokens[i : i + len(key)]]
            if tuple(stem(w) for w in given) == key and any(
                at in same and all(agrees(f, n) for f, n in zip(given, name, strict=True)) for at, name in places
            ):
                return True
    return False


def _score(row: Row, codes: list[str]) -> tuple[float, float] | None:
    """Give distance and radius of the disc of the name that VIINA's place bears; None where none is found."""
    own = words(row[1])
    source = gazetteer(tuple(sorted(AREA)))
    same = {
        str(source.name[at])
        for key, places in source.index.get(stem(own[0]), {}).items()
        for at, n in places
        if n == own
    }
    best: tuple[float, float] | None = None
    for place in named_places(row[0], within=codes):
        shown = row[0][place.begin : place.stop]
        if place.name in same or _shares(shown, same):
            km = float(distance.km(place.lon, place.lat, row[2], row[3])) if np.isfinite(place.lon) else np.nan
            if best is None or (np.isfinite(km) and not best[0] <= km):
                best = (km, place.radius_km)
    return best


def _shares(shown: str, same: set[str]) -> bool:
    form = folded(re.split(r"[\s-]", shown)[0])
    hits = gazetteer(tuple(sorted(AREA))).index.get(stem(form), {})
    names = gazetteer(tuple(sorted(AREA))).name
    return any(str(names[at]) in same for places in hits.values() for at, _ in places)


def _simple(row: Row) -> float | None:
    """Give the distance of the most populous place that one of the headline's words is exactly a name of."""
    source = gazetteer(tuple(sorted(AREA)))
    own = words(row[1])
    same = {at for places in source.index.get(stem(own[0]), {}).values() for at, n in places if n == own}
    best = None
    for word in row[0].replace("-", " ").split():
        form = folded("".join(c for c in word if c.isalpha() or c in "'’"))
        hits = {at for places in source.index.get(stem(form), {}).values() for at, n in places if n == (form,)}
        if word[:1].isupper() and hits and {str(source.name[a]) for a in hits} & {str(source.name[a]) for a in same}:
            at = max(hits, key=lambda a: source.population[a])
            km = float(distance.km(source.lon[at], source.lat[at], row[2], row[3]))
            best = km if best is None else min(best, km)
    return best


if __name__ == "__main__":
    given = [a for a in sys.argv[1:] if not a.startswith("-")]
    folder = given[0] if given else os.environ.get("CEASEFIRE_DATA", HERE.parents[1] / "shared" / "data")
    main(Path(folder), show=int("--show" in sys.argv))
