"""Two accounts of one meeting side by side: what both say, what only one says, and where they cannot both be so.

An account is what one speaker or outlet tells, in its own name or of others ("the White House said Putin agreed" is
of the White House's account). Topics are compared by type: matter, object, stance and quantity; never by wording.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import combinations
from math import isfinite

from ceasefire.assessment.positions import day
from ceasefire.model.ledger import Readout, ReadoutLine
from ceasefire.model.records import Claim
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers

YES = ("accepts", "promises", "offers", "delivers")
NO = ("rejects", "denies")
_STATES = ("conflict", "both", "first", "second")
_NO_TOPIC = ("", "unrelated", "opinion")
_OF_MEETINGS = ("halt", "peace", "talks", "monitoring", "guarantees")
_CALL = re.compile(r"\b(?:call|conversation|talked by phone|meeting)\b", re.IGNORECASE)


def compare(claims: Table[Claim], first: str, second: str, *, on: str = "") -> Readout:
    """Set two accounts side by side.

    Parameters
    ----------
    claims
        Claims of any sources.
    first, second
        Whose account: a speaker, a party's id or an outlet, in any case; a part of the name is enough.
    on
        Only what was said on this day (ISO 8601).

    Returns
    -------
    One line per topic (matter and object): conflicts first, then what both say, then what only one says.

    >>> from datetime import UTC, datetime
    >>> told = dict(source="s", granule="g", line=1, said=datetime(2025, 3, 18, tzinfo=UTC), act="halt")
    >>> a = Claim(id="c-1", claimant="russia", speaker="Kremlin", stance="accepts", object_class="energy", **told)
    >>> b = Claim(id="c-2", claimant="usa", speaker="White House", stance="asserts", object_class="sea", **told)
    >>> [(line.object_class, line.state) for line in compare(Table.of(Claim, [a, b]), "kremlin", "white house").lines]
    [('energy', 'first'), ('sea', 'second')]
    """
    rows = [c for c in claims if c.act not in _NO_TOPIC and (not on or day(c) == on)]
    one, two = (_topics([c for c in rows if of_account(c, name)]) for name in (first, second))
    lines, used = [], set()
    for act, object_class in sorted(one):
        told = one[act, object_class]
        near = [key for key in two if key[0] == act and _meets(key[1], object_class)]
        used.update(near)
        others = [c for key in sorted(near) for c in two[key]]
        wider = min([object_class, *(key[1] for key in near)], key=lambda o: (o.count("."), o))
        state, why = _state(told, others)
        if state == "both" and near and object_class not in {key[1] for key in near}:
            why = f"{object_class or 'no object'} against {', '.join(sorted(k[1] or 'no object' for k in near))}"
        lines.append(_line(act, wider, state, why, told, others))
    lines += [_line(a, o, "second", "", [], two[a, o]) for a, o in sorted(two) if (a, o) not in used]
    lines.sort(key=lambda line: (_STATES.index(line.state), line.act, line.object_class))
    return Readout(first=first, second=second, day=on, lines=tuple(lines))


def proposed(claims: Table[Claim]) -> list[tuple[str, str, str]]:
    """Find two accounts of one meeting: tellers of the two sides that met, on the same day.

    An account of a meeting relates what its participants agreed or said ("the White House said Putin agreed ..."), and
    either relates both sides or speaks of the call itself. Whoever only comments on that day gives no account, and a
    third party that did not take part gives none.

    Parameters
    ----------
    claims
        Claims of any sources.

    Returns
    -------
    Triples (first, second, day): by day, those with the most topics in common first.
    """
    rows = [c for c in claims if c.act not in _NO_TOPIC and day(c)]
    side = {c.speaker: c.claimant for c in rows if c.claimant}
    told: dict[str, dict[str, list[Claim]]] = defaultdict(lambda: defaultdict(list))
    for claim in rows:
        teller = claim.chain[-1] if claim.chain else claim.speaker
        if side.get(teller):
            told[day(claim)][teller].append(claim)
    out = []
    for when, tellers in sorted(told.items()):
        accounts = {name: own for name, own in sorted(tellers.items()) if _of_meeting(own)}
        met = {c.claimant for own in accounts.values() for c in own if c.chain and c.claimant}
        pairs = []
        for a, b in combinations(accounts, 2):
            if side[a] != side[b] and {side[a], side[b]} <= met and (n := _in_common(accounts[a], accounts[b])):
                pairs.append((-n, -len(accounts[a]) - len(accounts[b]), a, b))
        out += [(a, b, when) for _, _, a, b in sorted(pairs)]
    return out


def _of_meeting(account: list[Claim]) -> bool:
    """Tell whether somebody's claims of one day relate a meeting."""
    related = {c.claimant for c in account if c.chain and c.claimant and c.act in _OF_MEETINGS}
    call = any(_CALL.search(c.text) for c in account)
    return len(related) > 1 or (call and len(related) == 1)


def _in_common(one: list[Claim], two: list[Claim]) -> int:
    """Count the topics of meetings in the first account that the second has, too."""
    agenda = {(c.act, c.object_class) for c in one if c.act in _OF_MEETINGS}
    return sum(any(c.act == act and _meets(o, c.object_class) for c in two) for act, o in agenda)


def of_account(claim: Claim, name: str) -> bool:
    """Tell whether a claim belongs to somebody's account: said or related by them, or published by them."""
    wanted = name.casefold().strip()
    teller = claim.chain[-1] if claim.chain else claim.speaker
    own = claim.claimant.casefold() == wanted and not claim.chain
    return own or wanted in teller.casefold() or (bool(claim.outlet) and wanted in claim.outlet.casefold())


def _topics(claims: list[Claim]) -> dict[tuple[str, str], list[Claim]]:
    out: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        out[claim.act, claim.object_class].append(claim)
    return out


def _meets(a: str, b: str) -> bool:
    return a == b or (bool(a) and bool(b) and (covers((a,), b) or covers((b,), a)))


def _state(one: list[Claim], two: list[Claim]) -> tuple[str, str]:
    if not two:
        return "first", ""
    for a in one:
        for b in two:
            who, whom = (a.claimant or a.speaker), (b.claimant or b.speaker)
            if who == whom and ((a.stance in YES and b.stance in NO) or (a.stance in NO and b.stance in YES)):
                return "conflict", f"of {a.speaker}: {a.stance} against {b.stance}"
            if {a.stance, b.stance} == {"asserts", "denies"}:
                return "conflict", f"{a.stance} against {b.stance}"
            counted = bool(a.unit) and a.unit == b.unit and isfinite(a.low) and isfinite(b.low)
            if counted and (a.high < b.low or b.high < a.low):
                return "conflict", f"{a.words or f'{a.low:g}'} against {b.words or f'{b.low:g}'} {a.unit}"
    return "both", ""


def _line(act: str, object_class: str, state: str, why: str, one: list[Claim], two: list[Claim]) -> ReadoutLine:
    return ReadoutLine(
        act=act, object_class=object_class, state=state, why=why,
        first=tuple(c.id for c in one), second=tuple(c.id for c in two),
    )  # fmt: skip
