"""Positions: what each party offers, accepts, demands, makes a condition or refuses, day by day, with the claims.

Why a row names who relates it: "the White House said Putin agreed" is no word of Putin's. Such a position is kept and
marked as told by others until the party says so itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from ceasefire.assessment.voices import voices
from ceasefire.model.ledger import POSITION_STANCES, Position
from ceasefire.model.records import EPOCH, Claim
from ceasefire.model.table import Table

_NO_MATTER = ("", "unrelated", "opinion")


def positions(claims: Table[Claim], *, parties: Collection[str] = ()) -> list[Position]:
    """Give one row per party, day, stance, matter and object.

    Parameters
    ----------
    claims
        Claims of any sources.
    parties
        Only these claimants; every claimant where empty.

    Returns
    -------
    Positions by party, day, stance, matter and object.

    >>> from datetime import UTC, datetime
    >>> told = dict(source="s", granule="g", line=1, claimant="russia", said=datetime(2025, 3, 18, 20, tzinfo=UTC))
    >>> agreed = Claim(id="c-1", speaker="Vladimir Putin", chain=("White House",), stance="accepts", act="halt",
    ...                object_class="energy", **told)
    >>> (p,) = positions(Table.of(Claim, [agreed]))
    >>> p.party, p.day, p.stance, p.object_class, p.own, p.told_by
    ('russia', '2025-03-18', 'accepts', 'energy', False, ('White House',))
    """
    rows = list(claims)
    voice = voices(rows)
    side = {c.speaker: c.claimant for c in rows if c.claimant}
    groups: dict[tuple[str, str, str, str, str], list[Claim]] = defaultdict(list)
    for claim in rows:
        wanted = claim.claimant in parties if parties else bool(claim.claimant)
        if wanted and claim.stance in POSITION_STANCES and claim.act not in _NO_MATTER:
            groups[claim.claimant, day(claim), claim.stance, claim.act, claim.object_class].append(claim)
    out = []
    for (party, when, stance, act, object_class), group in sorted(groups.items()):
        others = {name for c in group for name in c.chain if side.get(name) != party}
        own = any(all(side.get(name) == party for name in c.chain) for c in group)
        out.append(
            Position(
                party=party, day=when, stance=stance, act=act, object_class=object_class,
                speakers=tuple(sorted({c.speaker for c in group})), told_by=tuple(sorted(others)), own=own,
                voices=len({voice[c.id] for c in group}), claims=tuple(c.id for c in group),
            )
        )  # fmt: skip
    return out


def day(claim: Claim) -> str:
    """Give the day (UTC, ISO 8601) on which a claim was said; empty where not known."""
    return "" if claim.said == EPOCH else claim.said.date().isoformat()
