"""Figures: every stated number with who states it, of what, since when; and which of them cannot both be so.

Why groups: 1,200 killed and 3,400 wounded are no conflict, nor are January's and March's counts. Only figures of one
quantity are held against each other, and only where their periods are the same or neither states one.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import combinations
from math import isfinite

from ceasefire.assessment.counted import counted
from ceasefire.assessment.positions import day
from ceasefire.model.ledger import Figure
from ceasefire.model.records import EPOCH, Claim
from ceasefire.model.table import Table

WITHIN = timedelta(days=10)
"""Figures without a period are held against each other when said so near: counts grow."""


def figures(claims: Table[Claim]) -> list[Figure]:
    """Give every stated number, by group and day; conflicts name the claims whose intervals do not meet.

    >>> from datetime import UTC, datetime
    >>> told = dict(source="s", granule="g", line=1, claimant="", said=datetime(2025, 3, 18, tzinfo=UTC),
    ...             stance="asserts", act="casualties", object_class="persons.civilians", unit="persons")
    >>> un = Claim(id="c-1", speaker="UN", low=1200, high=1200, text="1,200 killed", **told)
    >>> kyiv = Claim(id="c-2", speaker="Ukraine", low=2000, high=float("inf"), text="over 2,000 killed", **told)
    >>> [(f.speaker, f.conflicts) for f in figures(Table.of(Claim, [un, kyiv]))]
    [('UN', ('c-2',)), ('Ukraine', ('c-1',))]
    """
    groups: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if (isfinite(claim.low) or isfinite(claim.high)) and claim.unit:
            groups[_quantity(claim)].append(claim)
    out = []
    for group, told in sorted(groups.items()):
        against: dict[str, list[str]] = defaultdict(list)
        for a, b in combinations(told, 2):
            if _conflict(a, b):
                against[a.id].append(b.id)
                against[b.id].append(a.id)
        for c in sorted(told, key=lambda c: (c.said, c.id)):
            timed = c.start != EPOCH and c.end > c.start
            out.append(
                Figure(
                    claim=c.id, speaker=c.speaker, outlet=c.outlet, said=day(c), low=c.low, high=c.high,
                    words=c.words or f"{c.low:g}", unit=c.unit,
                    since=c.start.date().isoformat() if timed else "",
                    until=(c.end - timedelta(seconds=1)).date().isoformat() if timed else "",
                    group=group, conflicts=tuple(sorted(against[c.id])),
                )
            )  # fmt: skip
    return out


def _quantity(claim: Claim) -> str:
    """Name the quantity that a claim states."""
    slots = (claim.act, claim.object_class, counted(claim), claim.unit, claim.region or claim.place, claim.accused)
    return "|".join(slots)


def _conflict(a: Claim, b: Claim) -> bool:
    if a.speaker == b.speaker or {a.stance, b.stance} - {"asserts", "delivers"}:
        return False
    if not (a.object_class and b.object_class):
        return False
    timed = [c.start != EPOCH and c.end > c.start for c in (a, b)]
    if any(timed):
        one = all(timed) and abs(a.start - b.start) < timedelta(days=1) and abs(a.end - b.end) < timedelta(days=1)
    else:
        one = abs(a.said - b.said) <= WITHIN
    return one and (a.high < b.low or b.high < a.low)
