"""Contradictions by typed rules: precision and recall on 60 hand-written pairs, 30 that contradict and 30 that do not.

Run: `python -m benchmarks.contradictions`. The pairs are in `tests/assessment/contradictions.csv`; they were written by
the one who checked the rules, so they test what the rules say and are no sample of what is said.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from ceasefire.assessment.contradictions import contradictions
from ceasefire.model.records import Claim
from ceasefire.model.table import Table

PAIRS = Path(__file__).resolve().parents[1] / "tests" / "assessment" / "contradictions.csv"


class Judged(NamedTuple):
    """One pair: whether it contradicts, by which rule, and the rule that was found (empty for none)."""

    contradictory: bool
    rule: str
    note: str
    found: str


def judged() -> list[Judged]:
    """Judge every pair."""
    with PAIRS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    out = []
    for row in rows:
        found = list(contradictions(Table.of(Claim, [_claim(row, "a"), _claim(row, "b")])))
        out.append(Judged(row["contradictory"] == "1", row["rule"], row["note"], found[0].rule if found else ""))
    return out


def _claim(row: dict[str, str], side: str) -> Claim:
    given: dict[str, Any] = {k[2:]: v for k, v in row.items() if k.startswith(f"{side}_") and v}
    for name in ("lon", "lat", "radius_km", "low", "high"):
        if name in given:
            given[name] = float(given[name])
    for name in ("said", "start", "end"):
        if name in given:
            given[name] = datetime.fromisoformat(given[name]).replace(tzinfo=UTC)
    given["chain"] = (given["chain"],) if "chain" in given else ()
    return Claim(**{"id": f"c-{side}", "source": "s", "granule": "g", "line": 1, "claimant": "", **given})


def main() -> None:
    """Print precision and recall, and the pairs that were judged wrong."""
    rows = judged()
    hits = sum(r.contradictory and bool(r.found) for r in rows)
    found, wanted = sum(bool(r.found) for r in rows), sum(r.contradictory for r in rows)
    named = sum(r.contradictory and r.found == r.rule for r in rows)
    precision, recall = hits / max(found, 1), hits / wanted
    print(f"{len(rows)} pairs: precision {precision:.3f}, recall {recall:.3f}, rule named {named}/{wanted}")
    for r in rows:
        if bool(r.found) != r.contradictory or r.found != r.rule:
            print(f"  {r.note}: {r.rule or 'none'} expected, {r.found or 'none'} found")


if __name__ == "__main__":
    main()
