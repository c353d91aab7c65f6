"""Slots of the claims that were paired with gold ones: who is accused, when, where, how many. Used by `claims_seeds`.

A slot is found where the program fills it, right where it is filled as in the gold file. Precision is right over found,
recall right over those that the gold file fills; only claims whose speaker and content are paired are looked at.

* accused: the party's id;
* start, end: the days (the first and the last one included);
* place: the gold name is in the program's, or the other way round (places are in the gold file as the text words them);
* quantity: least and greatest number within one in a hundred; unit: as written.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from math import inf, isclose, isfinite, nan
from typing import NamedTuple

from benchmarks.claims_gold import Gold
from ceasefire.model.records import EPOCH, Claim

SLOTS = ("accused", "start", "end", "place", "quantity", "unit")


class Slot(NamedTuple):
    """Counts of one slot."""

    gold: int
    found: int
    right: int


def told(claim: Claim) -> dict[str, object]:
    """Give the slots of a claim; an empty text or None where it has none."""
    timed = claim.start != EPOCH and claim.end > claim.start
    counted = isfinite(claim.low) or isfinite(claim.high)
    return {
        "accused": claim.accused,
        "start": claim.start.date().isoformat() if timed else "",
        "end": (claim.end - timedelta(seconds=1)).date().isoformat() if timed else "",
        "place": claim.place,
        "quantity": (claim.low, claim.high) if counted else None,
        "unit": claim.unit if counted else "",
    }


def asked(gold: Gold) -> dict[str, object]:
    """Give the slots of a gold claim."""
    row = gold.row
    number = (float(row["low"] or nan), float(row["high"] or inf)) if row["low"] or row["high"] else None
    return {
        "accused": row["accused"],
        "start": row["period_start"],
        "end": row["period_end"],
        "place": row["place"],
        "quantity": number,
        "unit": row["unit"] if number else "",
    }


def same(slot: str, one: object, two: object) -> bool:
    """Tell whether two values of a slot are the same; an unlike form is not.

    >>> same("place", "Kursk", "Kursk region"), same("quantity", (5.0, 9.0), (5.0, 10.0))
    (True, False)
    """
    if isinstance(one, tuple) and isinstance(two, tuple):
        return all(isclose(a, b, rel_tol=0.01) for a, b in zip(one, two, strict=True))
    if slot == "place":
        a, b = str(one).casefold(), str(two).casefold()
        return a in b or b in a
    return one == two


def scored(pairs: Iterable[tuple[Gold, Claim]]) -> dict[str, Slot]:
    """Count each slot over the pairs."""
    rows = [(asked(gold), told(claim)) for gold, claim in pairs]
    out = {}
    for slot in SLOTS:
        both = [(g[slot], f[slot]) for g, f in rows]
        right = sum(bool(g) and bool(f) and same(slot, g, f) for g, f in both)
        out[slot] = Slot(sum(bool(g) for g, _ in both), sum(bool(f) for _, f in both), right)
    return out


def lines(slots: dict[str, Slot]) -> list[str]:
    """Write the table."""
    head = f"{'slot':10} {'gold':>5} {'found':>6} {'right':>6} {'prec.':>6} {'rec.':>6}"
    body = []
    for name, s in slots.items():
        share = f"{s.right / max(s.found, 1):6.3f} {s.right / max(s.gold, 1):6.3f}"
        body.append(f"{name:10} {s.gold:5d} {s.found:6d} {s.right:6d} {share}")
    return [head, *body]
