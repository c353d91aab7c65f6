"""A draft agreement file from what the parties are said to offer, accept, demand and refuse, for a person to confirm.

Why a draft and no agreement: a claim is no signature. Nothing here has a date of entry into force or an end, for no
claim gives one that binds; conditions have no status, which the format reads as unknown; and every line that rests on
claims says which, and where in the archived text their words stand. A person confirms, mends or strikes each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from ceasefire.agreements.read import parse
from ceasefire.assessment.positions import day, positions
from ceasefire.errors import CeasefireError
from ceasefire.model.ledger import Position
from ceasefire.model.matters import MATTERS, SUBJECTS
from ceasefire.model.records import EPOCH, Claim
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import OBJECTS

_STANCE = {"offers": "proposed", "promises": "accepted", "accepts": "accepted", "rejects": "rejected"}
_WIDTH = {"any": "  # everything, or not told", "transport.vessel": "  # assumed: said of the sea"}
_ROLES = {"usa": "mediator"}
_WEB = re.compile(r"https?://[^\s\"'<>]+$")


def draft(claims: Table[Claim], *, parties: Mapping[str, str], name: str = "draft") -> str:
    """Write a draft agreement file from claims.

    Parameters
    ----------
    claims
        Claims of any sources.
    parties
        Ids of the parties that may bind themselves, to their names.
    name
        Id of the draft.

    Returns
    -------
    YAML that loads as an agreement; what no claim tells is null, and said so.

    Raises
    ------
    CeasefireError
        Where no party takes a position on a halt: there is nothing to draft.
    """
    by_id = {c.id: c for c in claims}
    taken = [p for p in positions(claims, parties=tuple(parties)) if p.day]
    halts = [p for p in taken if p.act == "halt" and p.stance in _STANCE]
    if not halts:
        raise CeasefireError("no party is said to offer, accept or refuse a halt: there is nothing to draft from")
    asked = [p for p in taken if p.stance in ("conditions", "demands") and p.act != "halt"]
    used = [by_id[i] for p in (*halts, *asked) for i in p.claims]
    sources = _sources(used)
    objects = sorted({_object(p) for p in halts})
    holders = sorted({p.party for p in halts})
    conditions = {p: [_condition_id(a) for a in _first(asked) if a.party == p] for p in holders}
    lines = _head(name, halts, objects, parties, sources)
    if asked:
        lines += ["", "conditions:  # state: claimed. No status is given, so each is unknown until a person adds one."]
        for p in _first(asked):
            told = [by_id[i] for i in p.claims]
            kind = SUBJECTS.get(p.object_class) or OBJECTS.get(p.object_class) or p.object_class
            text = f"{parties[p.party]} {p.stance}: {MATTERS.get(p.act, p.act)}{f' ({kind})' if kind else ''}"
            lines += [
                f"  - id: {_condition_id(p)}",
                "    kind: precedent",
                f"    text: {_q(f'Claimed, not confirmed. {text}.')}  {_shown(told)}",
                f"    sources: {_q(_of(told, sources))}",
            ]
    lines += ["", "readings:"]
    for holder in holders:
        told = [by_id[i] for p in halts if p.party == holder for i in p.claims]
        lines += [
            f"  - id: by-{holder}",
            f"    holder: {holder}",
            f"    title: {_q(f'As claimed of {parties[holder]}')}  {_shown(told)}",
            f"    sources: {_q(_of(told, sources))}",
        ]
    lines += ["", "provisions:"]
    for what in objects:
        lines += _provision(what, [p for p in halts if _object(p) == what], by_id, sources, conditions, parties)
    lines += ["", "stances:"]
    for p in halts:
        told = [by_id[i] for i in p.claims]
        whom = f"told by {', '.join(p.told_by)}" if p.told_by and not p.own else "in its own words"
        lines += [
            f"  - party: {p.party}",
            f"    on: {_clause_id(_object(p))}",
            f"    at: {p.day} UTC",
            f"    stance: {_STANCE[p.stance]}  {_shown(told)}",
            f"    text: {_q(f'{p.stance} ({whom}); to be confirmed.')}",
            f"    sources: {_q(_of(told, sources))}",
        ]
    text = "\n".join(lines) + "\n"
    parse(text, name=f"{name}.yml")  # what is written must load
    return text


def _head(
    name: str,
    halts: Sequence[Position],
    objects: Sequence[str],
    parties: Mapping[str, str],
    sources: Mapping[str, Claim],
) -> list[str]:
    days = sorted(p.day for p in halts)
    lines = [
        "# A draft made from claims by `ceasefire claims --draft`. Nobody has signed or confirmed any of it.",
        "# The comment behind a line names the claims that it rests on: id, and characters of the archived text.",
        "ceasefire: 1",
        f"id: {name}",
        "version: 1",
        f"title: {_q(f'Draft from claims of {days[0]} to {days[-1]}, not confirmed')}",
        "class: draft",
        "purpose: peace_process  # assumed",
        f"coverage: {'full' if 'any' in objects else 'partial_objects'}",
        f"sides: {'unilateral' if len({p.party for p in halts}) == 1 else 'bilateral'}",
        f"summary: {_q('What parties are said to offer, accept, demand and refuse, for a person to confirm.')}",
        "",
        "parties:",
    ]
    lines += [
        f"  - {{ id: {p}, name: {_q(title)}, role: {_ROLES.get(p, 'belligerent')} }}" for p, title in parties.items()
    ]
    lines += ["", "clocks: [UTC]", "", "sources:"]
    for key, claim in sources.items():
        title = f"Text of {claim.outlet or claim.source}, SHA-256 {claim.archived[:12] or claim.evidence[:12]}"
        where = claim.url if _WEB.match(claim.url) else ""
        lines += [
            f"  - id: {key}",
            f"    title: {_q(title)}",
            f"    publisher: {_q(claim.outlet or claim.source)}",
            *([f"    url: {_q(where)}"] if where else []),
            f"    published: {_q(day(claim))}",
            f"    kind: {'press' if where else 'general_knowledge  # no address is known: add one'}",
        ]
    return lines


def _provision(
    what: str,
    halts: Sequence[Position],
    by_id: Mapping[str, Claim],
    sources: Mapping[str, Claim],
    conditions: Mapping[str, list[str]],
    parties: Mapping[str, str],
) -> list[str]:
    told = [by_id[i] for p in halts for i in p.claims]
    binds = [p for p in parties if _ROLES.get(p, "belligerent") == "belligerent"]
    lines = [
        f"  - id: {_clause_id(what)}",
        "    kind: prohibition",
        f"    title: {_q(f'A halt of attacks on: {what}')}  {_shown(told)}",
        "    acts: [attack]  # assumed: no claim lists acts",
        f"    binds: {_q(binds)}",
        f"    sources: {_q(_of(told, sources))}",
        "    readings:",
    ]
    for holder in sorted({p.party for p in halts}):
        own = [by_id[i] for p in halts if p.party == holder for i in p.claims]
        length = next((f"{c.words} {c.unit}" for c in own if c.unit in ("days", "hours", "weeks") and c.words), "")
        lines += [
            f"      by-{holder}:",
            "        in_force_from: null  # unknown",
            "        until: null  # unknown",
            *([f"        length: {_q(length)}  {_shown(own)}"] if length else []),
            f"        objects: [{what}]{_WIDTH.get(what, '')}",
            *([f"        conditions: {_q(conditions[holder])}"] if conditions[holder] else []),
            f"        sources: {_q(_of(own, sources))}",
        ]
    return lines


def _first(asked: Sequence[Position]) -> list[Position]:
    """Give each condition once, on the first day on which it was named."""
    out: dict[str, Position] = {}
    for p in sorted(asked, key=lambda p: p.day):
        out.setdefault(_condition_id(p), p)
    return [out[k] for k in sorted(out)]


def _object(p: Position) -> str:
    """Give the object class that a halt protects; what is no object of attacks is taken as not told: any."""
    if p.object_class == "sea":
        return "transport.vessel"
    return p.object_class if p.object_class in OBJECTS else "any"


def _clause_id(what: str) -> str:
    return f"halt-{_slug(what)}"


def _condition_id(p: Position) -> str:
    return _slug(f"{p.party}-{p.act}-{p.object_class}")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def _sources(claims: Sequence[Claim]) -> dict[str, Claim]:
    """Give each text that a line rests on, under an id."""
    texts: dict[str, Claim] = {}
    for claim in claims:
        texts.setdefault(_text(claim), claim)
    return {f"text-{n}": claim for n, claim in enumerate(texts.values(), start=1)}


def _text(claim: Claim) -> str:
    return claim.archived or f"{claim.source}/{claim.granule}/{claim.url}"


def _of(claims: Sequence[Claim], sources: Mapping[str, Claim]) -> list[str]:
    wanted = {_text(c) for c in claims}
    return [key for key, claim in sources.items() if _text(claim) in wanted]


def _shown(claims: Sequence[Claim]) -> str:
    told = [c.id if c.begin < 0 else f"{c.id} {c.begin}-{c.stop}" for c in claims[:4]]
    more = f" and {len(claims) - 4} more" if len(claims) > 4 else ""
    return f"# {'; '.join(told)}{more}"


def _q(value: object) -> str:
    """Quote a value: JSON is YAML, and no word of a source can leave its quotes."""
    return json.dumps(value, ensure_ascii=True)


def known_parties(claims: Table[Claim]) -> dict[str, str]:
    """Give the parties of this conflict that speak in the claims, with their names; for files without a case."""
    names = {"russia": "Russian Federation", "ukraine": "Ukraine", "usa": "United States of America"}
    heard = {c.claimant for c in claims if c.said != EPOCH or c.claimant}
    return {p: names[p] for p in names if p in heard or p != "usa"}
