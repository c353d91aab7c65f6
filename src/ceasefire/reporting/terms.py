"""The text as each reading has it: start, end, objects, conditions, and where every line was read."""

from __future__ import annotations

from dataclasses import dataclass

from ceasefire.model.agreement import ANY, Agreement, Terms
from ceasefire.model.moment import Moment
from ceasefire.reporting import words
from ceasefire.reporting.given import ReportInput


@dataclass(frozen=True)
class Reading:
    """One provision under one reading."""

    provision: str
    reading: str
    title: str
    holder: str
    note: str
    begin: str
    end: str
    length: str
    objects: tuple[str, ...]
    excludes: tuple[str, ...]
    zone: str
    conditions: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Clause:
    """One prohibition."""

    provision: str
    title: str
    note: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Source:
    """Where a line of the agreement was read."""

    id: str
    title: str
    publisher: str
    published: str
    kind: str
    url: str


NOBODY = "no party; tried by the analysts, never counted"
"""Who holds a reading that is only tried."""
KINDS = {
    "primary": "official text",
    "reprint": "reprint of an official text",
    "press": "press report",
    "general_knowledge": "general knowledge, not checked",
}


def clauses(report: ReportInput) -> tuple[Clause, ...]:
    """Lay out the prohibitions of the agreement, reading by reading."""
    agreement = report.agreement
    out = []
    for p in agreement.provisions:
        if p.kind != "prohibition":
            continue
        readings = [_reading(p.id, r.id, p.readings[r.id], report) for r in agreement.readings if r.id in p.readings]
        out.append(Clause(p.id, p.title, p.note, tuple(readings)))
    return tuple(out)


def sources(agreement: Agreement, others: tuple[Agreement, ...] = ()) -> tuple[Source, ...]:
    """List where the agreements' lines were read, those of further agreements under their own name."""
    return tuple(
        Source(source_key(a, agreement, s.id), s.title, s.publisher, s.published, KINDS.get(s.kind, s.kind), s.url)
        for a in (agreement, *others)
        for s in a.sources
    )


def source_key(of: Agreement, main: Agreement, source: str) -> str:
    """Give the name of a source on the page: its id, with the agreement's before it where that is a further one."""
    return source if of.id == main.id else f"{of.id}.{source}"


def moment(when: Moment | None, clock: str, absent: str) -> str:
    """Give a moment as the report prints it, or the words for none.

    >>> moment(Moment.of("2025-03-25 Europe/Kyiv"), "Europe/Kyiv", "none")
    '25 March, hour not published'
    """
    if when is None:
        return absent
    day, time = words.span(when.earliest, when.latest, clock)
    if time == "not known":
        several = " to " in day or "–" in day
        return f"some time in {day}" if several else f"{day}, hour not published"
    return f"{day}, {time}"


def _reading(provision: str, reading_id: str, terms: Terms, report: ReportInput) -> Reading:
    agreement, clock = report.agreement, report.clock
    reading = agreement.reading(reading_id)
    conditions = [agreement.condition(c).text for c in (*agreement.gates_of(provision), *terms.conditions)]
    lapses = [f"Ends: {agreement.condition(c).text}" for c in terms.lapses]
    return Reading(
        provision=provision,
        reading=reading_id,
        title=reading.title,
        holder=words.party(reading.holder, report.parties) if reading.holder else NOBODY,
        note=terms.note or reading.note,
        begin=moment(terms.in_force_from, clock, "never"),
        end=moment(terms.until, clock, "no end stated"),
        length=terms.length,
        objects=tuple("everything" if o == ANY else words.thing(o) for o in terms.objects),
        excludes=tuple(words.thing(o) for o in terms.excludes),
        zone=agreement.zone(terms.zone).title if terms.zone else "everywhere",
        conditions=(*conditions, *lapses),
        sources=terms.sources,
    )
