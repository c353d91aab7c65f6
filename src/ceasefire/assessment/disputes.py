"""Contradictions by what they are about: one row for one denial or one figure, however many claims it meets.

Why: a ministry that denies a month of strikes contradicts each report of that month. A hundred pairs are one dispute.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256

from ceasefire.model.ledger import Contradiction, Dispute
from ceasefire.model.records import Claim

_UNSURE = ("denies", "doubts", "cannot_confirm")
_BY_DENIAL = ("denial", "state")


def disputes(found: Iterable[Contradiction], claims: Iterable[Claim]) -> list[Dispute]:
    """Put pairs together: those of one denial; of the other rules those that share a claim.

    Parameters
    ----------
    found
        Pairs, as `contradictions` gives them.
    claims
        The claims that they name.

    Returns
    -------
    Disputes in the order of their first pairs. On the `other` side stands what is denied or doubted by; for rules
    without a denial the claims that were said later.
    """
    by_id = {c.id: c for c in claims}
    pairs = list(found)
    root = _joined(x for x in pairs if x.rule not in _BY_DENIAL)
    groups: dict[tuple[str, str], list[Contradiction]] = defaultdict(list)
    for x in pairs:
        key = _denier(x, by_id) if x.rule in _BY_DENIAL else root[x.rule, x.first]
        groups[x.rule, key].append(x)
    return [_dispute(rule, group, by_id) for (rule, _), group in groups.items()]


def _denier(x: Contradiction, by_id: dict[str, Claim]) -> str:
    return x.first if by_id[x.first].stance in _UNSURE else x.second


def _joined(pairs: Iterable[Contradiction]) -> dict[tuple[str, str], str]:
    """Give each claim of each rule the least claim that it is linked to, over any number of pairs."""
    parent: dict[tuple[str, str], str] = {}

    def root(rule: str, one: str) -> str:
        while parent.get((rule, one), one) != one:
            one = parent[rule, one]
        return one

    for x in pairs:
        low, high = sorted((root(x.rule, x.first), root(x.rule, x.second)))
        parent[x.rule, high] = parent[x.rule, low] = low
        for one in (x.first, x.second):
            parent.setdefault((x.rule, one), low)
    return {(rule, one): root(rule, one) for rule, one in parent}


def _dispute(rule: str, group: list[Contradiction], by_id: dict[str, Claim]) -> Dispute:
    if rule in _BY_DENIAL:
        other = {_denier(x, by_id) for x in group}
    else:
        firsts = {x.first for x in group}
        other = {x.second for x in group} - firsts
    one = {i for x in group for i in (x.first, x.second)} - other
    sides = [tuple(sorted(ids, key=lambda i: (by_id[i].said, i))) for ids in (one, other)]
    digest = sha256(" ".join([rule, *sides[0], "/", *sides[1]]).encode()).hexdigest()[:12]
    return Dispute(
        id=f"x-{digest}",
        rule=rule,
        why=group[0].why if len(group) == 1 else f"{group[0].why}; {len(group)} pairs of claims",
        one=sides[0],
        other=sides[1],
        pairs=len(group),
    )
