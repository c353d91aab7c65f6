"""Questions to ask of a text before it is signed: could anybody verify it?

Why: the arrangements of 2025 were disputed from the first day because they named no hour, no list, no zone or no
breach. Each question below is one that a clause of them left open. `error` means that nobody can verify the clause
as it stands, `warning` that the sides will read it differently, `note` that a reader should know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path

from ceasefire.agreements.read import read_bytes, with_tree
from ceasefire.agreements.tree import Node
from ceasefire.errors import Problem
from ceasefire.model.agreement import ANY, Agreement, Condition, Provision, Terms
from ceasefire.model.taxonomy import covers

SEEN_BY: dict[str, tuple[str, ...]] = {
    "attack.air": ("satellite.thermal", "satellite.radar", "drone", "news", "monitor", "alert"),
    "attack.shelling": ("satellite.thermal", "satellite.radar", "drone", "news", "monitor"),
    "attack.ground": ("drone", "news", "monitor"),
    "attack.naval": ("satellite.radar", "drone", "news", "monitor"),
    "attack.sabotage": ("satellite.thermal", "drone", "news", "monitor"),
    "attack.cyber": (),
    "movement": ("satellite.radar", "drone"),
    "presence": ("drone", "monitor"),
    "interference": ("ais", "monitor"),
    "fire": ("satellite.thermal", "drone", "news"),
    "outage": ("satellite.lights", "news", "monitor"),
    "launch": (),
    "alert": ("alert",),
    "interception": ("news", "monitor"),
    "transfer": ("news", "monitor"),
    "inspection": ("monitor",),
    "corridor": ("news", "monitor"),
}
"""Channels that can show an act without the word of a party or its authorities; judged by us, not by a study."""
CHANNELS = tuple(sorted({c for seen in SEEN_BY.values() for c in seen}))

Place = tuple[int | str, ...]
Question = tuple[Place, str, str, str]
"""Where, severity, what is open, what would settle it."""


def lint(path: Path, *, channels: Collection[str] = CHANNELS) -> list[Problem]:
    """Ask of an agreement file whether it can be verified.

    Parameters
    ----------
    path
        An agreement file.
    channels
        Channels that the monitor will have.

    Returns
    -------
    Open questions with line, column and severity, in the order of their lines.

    Raises
    ------
    InvalidFile
        Where the file is no agreement at all.

    >>> from ceasefire.agreements.library import path
    >>> [p.wrong for p in lint(path("black-sea-2025")) if p.severity == "error"]
    ["the zone 'outside-eastern-part' has no line: nobody can say what lies inside"]
    """
    agreement, tree = with_tree(read_bytes(path), name=path.name)
    return questions(agreement, tree, name=path.name, channels=channels)


def questions(
    agreement: Agreement, tree: Node | None = None, *, name: str = "", channels: Collection[str] = CHANNELS
) -> list[Problem]:
    """Ask of an agreement whether it can be verified; with its tree, the questions know their lines.

    Parameters
    ----------
    agreement
        The agreement.
    tree
        The tree it was read from (`read.with_tree`).
    name
        File name for the problems.
    channels
        Channels that the monitor will have.
    """
    found = chain(
        _whole(agreement),
        *(_clause(i, c, channels) for i, c in enumerate(agreement.provisions)),
        *(_terms(("provisions", i, "readings", r), c, t, agreement) for i, c, r, t in _each(agreement)),
        *(_disputes(i, c, agreement) for i, c in enumerate(agreement.provisions)),
        *(_condition(i, c) for i, c in enumerate(agreement.conditions)),
        *(_silent(i, c) for i, c in enumerate(agreement.provisions)),
        _tried(agreement),
        _unused(agreement),
    )
    problems = []
    for path, severity, wrong, right in found:
        line, column = tree.place(path) if tree else (0, 0)
        problems.append(Problem(name or agreement.id, line, column, wrong, right, severity))
    return sorted(problems, key=lambda p: (p.line, p.column))


def _each(agreement: Agreement) -> Iterator[tuple[int, Provision, str, Terms]]:
    for i, clause in enumerate(agreement.provisions):
        for reading, terms in clause.readings.items():
            if reading not in agreement.tried:
                yield i, clause, reading, terms


def _whole(agreement: Agreement) -> Iterator[Question]:
    if not any(p.role == "monitor" for p in agreement.parties):
        yield ("parties",), "warning", "nobody is named to monitor it", "a party with `role: monitor`"
    for i, zone in enumerate(agreement.zones):
        if zone.undefined:
            wrong = f"the zone {zone.id!r} has no line: nobody can say what lies inside"
            if zone.drawn:
                wrong = f"the zone {zone.id!r} has no line beyond the part that is drawn"
            yield ("zones", i), "error", wrong, "regions, a polygon or a disc that both sides sign"
    weak = {s.id for s in agreement.sources if s.kind == "general_knowledge"}
    for i, clause in enumerate(agreement.provisions):
        if set(clause.sources) <= weak:
            wrong = f"the provision {clause.id!r} rests on general knowledge alone"
            yield ("provisions", i, "sources"), "warning", wrong, "the text itself"


def _clause(i: int, clause: Provision, channels: Collection[str]) -> Iterator[Question]:
    here: Place = ("provisions", i)
    if clause.kind == "obligation":
        if clause.due is None:
            yield here, "warning", f"the obligation {clause.id!r} has no date by which it is due", "add `due:`"
        if clause.quantity is None:
            yield here, "warning", f"the obligation {clause.id!r} names no quantity", "add `quantity:` and `unit:`"
        if clause.by is None and not clause.mutual and len(clause.binds) > 1:
            yield (
                here,
                "note",
                f"the obligation {clause.id!r} does not say who acts first",
                "add `by:`, or `mutual: true`",
            )
        return
    if clause.intent == "unstated":
        wrong = f"{clause.id!r} does not define a breach: the act itself, or only a deliberate one (debris, accident)"
        yield here, "warning", wrong, "`intent: per_se` or `intent: deliberate`"
    if clause.in_flight == "unstated" and any(a == "attack" or a.startswith("attack.air") for a in clause.acts):
        wrong = f"{clause.id!r} is silent on weapons in flight when it begins or ends"
        yield here, "warning", wrong, "`in_flight: launch` or `in_flight: impact`"
    for j, act in enumerate(clause.acts):
        kinds = [a for a in SEEN_BY if covers((act,), a) or covers((a,), act)]
        blind = [a for a in kinds if not set(SEEN_BY[a]) & set(channels)]
        if kinds and len(blind) == len(kinds):
            wrong = f"no independent channel can see {act!r}; only the parties' word remains"
            yield (*here, "acts", j), "error", wrong, "an observable act, or a right of inspection"
        elif blind:
            wrong = f"part of {act!r} can be seen by no independent channel: {', '.join(blind)}"
            yield (*here, "acts", j), "note", wrong, "name the acts that are meant"


def _terms(here: Place, clause: Provision, terms: Terms, agreement: Agreement) -> Iterator[Question]:
    who = f"{clause.id!r} under {here[-1]!r}"
    begin, until = terms.in_force_from, terms.until
    if begin is None:
        yield here, "note", f"{who} has no start: it is a position, not an undertaking", "add `in_force_from:`"
        return
    if not begin.exact:
        hours = (begin.latest - begin.earliest).total_seconds() / 3600
        wrong = f"{who} has no start hour: {hours:g} h in which nobody knows whether it binds"
        yield (*here, "in_force_from"), "warning", wrong, "an hour with its time zone"
    if clause.kind == "obligation":
        return
    if until is None:
        yield here, "warning", f"{who} has no end", "add `until:`"
    elif not until.exact:
        hours = (until.latest - until.earliest).total_seconds() / 3600
        wrong = f"{who} has no end hour: {hours:g} h in which nobody knows whether it still binds"
        yield (*here, "until"), "warning", wrong, "an hour with its time zone"
    if agreement.coverage == "partial_objects" and ANY in terms.objects:
        yield here, "warning", f"{who} has no list of objects", "add `objects:`"
    wide = [o for o in terms.objects if o != ANY and "." not in o]
    if wide:
        wrong = f"{who} names objects by a wide word ({', '.join(wide)}), not by a list of kinds"
        yield (*here, "objects") if "objects" in terms.model_fields_set else here, "warning", wrong, "the kinds meant"
    if terms.zone is None:
        yield here, "note", f"{who} names no zone", "add `zone:`"
    if not terms.lapses and not clause.remedy:
        yield (
            here,
            "warning",
            f"{who} names no consequence of a breach",
            "add `remedy:`, or a condition of `kind: lapse`",
        )


def _disputes(i: int, clause: Provision, agreement: Agreement) -> Iterator[Question]:
    here: Place = ("provisions", i, "readings")
    absent = [r.id for r in agreement.held if r.id not in clause.readings]
    if absent:
        wrong = f"{clause.id!r} does not exist under {', '.join(absent)}"
        yield here, "warning", wrong, "a text that both sides sign"
    all_terms = [(r, t) for r, t in clause.readings.items() if r not in agreement.tried]
    for noun, value in (
        ("start", lambda t: str(t.in_force_from)),
        ("end", lambda t: str(t.until)),
        ("objects", lambda t: (frozenset(t.objects), frozenset(t.excludes))),
        ("zone", lambda t: t.zone),
        ("conditions", lambda t: (frozenset(t.conditions), frozenset(t.lapses))),
    ):
        groups: dict[object, list[str]] = {}
        for reading, terms in all_terms:
            groups.setdefault(value(terms), []).append(reading)
        if len(groups) > 1:
            sides = " / ".join(", ".join(g) for g in groups.values())
            yield here, "warning", f"the readings of {clause.id!r} differ on its {noun}: {sides}", "one text"


def _silent(i: int, clause: Provision) -> Iterator[Question]:
    for j, silence in enumerate(clause.silent):
        wrong = f"{clause.id!r} is silent: {silence.question}"
        yield ("provisions", i, "silent", j), "warning", wrong, "an answer that both sides sign"


def _tried(agreement: Agreement) -> Iterator[Question]:
    for i, reading in enumerate(agreement.readings):
        if reading.tried:
            wrong = f"the reading {reading.id!r} is held by no party: the analysts try it, and it is never counted"
            yield ("readings", i), "note", wrong, "a party that holds it, or its removal"


def _condition(i: int, condition: Condition) -> Iterator[Question]:
    if not condition.status or condition.status[-1].met == "unknown":
        wrong = f"nobody can tell whether the condition {condition.id!r} is met"
        yield ("conditions", i), "warning", wrong, "a test that a third party can make, and a `status:`"


def _unused(agreement: Agreement) -> Iterator[Question]:
    terms = [t for c in agreement.provisions for t in c.readings.values()]
    zones = {t.zone for t in terms} | {s.zone for c in agreement.provisions for s in c.silent}
    conditions = {c for t in terms for c in (*t.conditions, *t.lapses)}
    conditions |= {c for p in agreement.phases for c in p.gate.requires}
    conditions |= {c for s in agreement.stances for c in s.conditions}
    named: Iterator[tuple[str, ...]] = chain(
        (z.sources for z in agreement.zones),
        (c.sources for c in agreement.conditions),
        (s.sources for c in agreement.conditions for s in c.status),
        (r.sources for r in agreement.readings),
        (c.sources for c in agreement.provisions),
        (t.sources for t in terms),
        (s.sources for c in agreement.provisions for s in c.silent),
        (p.sources for p in agreement.phases),
        (d.sources for p in agreement.phases for d in p.demands),
        (s.sources for s in agreement.stances),
    )
    sources = {s for group in named for s in group}
    for section, ids, used in (
        ("zones", [z.id for z in agreement.zones], zones),
        ("conditions", [c.id for c in agreement.conditions], conditions),
        ("sources", [s.id for s in agreement.sources], sources),
    ):
        for i, line in enumerate(ids):
            if line not in used:
                yield (section, i), "note", f"{section[:-1]} {line!r} is never used", "remove it, or name it"
