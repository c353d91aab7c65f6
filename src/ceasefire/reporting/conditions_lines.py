"""What a line would change: incidents whose verdict hangs on a line that no text draws, under each line tried.

Why: "unverifiable" alone helps nobody who negotiates. Where analysts try lines, the same reports show which of them
would settle a dispute and which would change nothing. None of the lines is anybody's, so nothing here is counted as a
breach.
"""

from __future__ import annotations

from dataclasses import dataclass

from ceasefire.model.agreement import Agreement
from ceasefire.model.records import Finding, Incident
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers
from ceasefire.reporting import words
from ceasefire.reporting.given import ReportInput

WORDS = {"violation": "breach", "not_covered": "no breach", "not_violation": "no breach", "not_in_force": "no breach"}
"""Verdict under a line, as said; every other one is `cannot tell`."""


@dataclass(frozen=True)
class LineTried:
    """One incident under all lines tried for one provision."""

    provision: str
    """Provision id."""
    incident: str
    """Incident id."""
    verdicts: tuple[tuple[str, str], ...]
    """Reading id and `breach`, `no breach` or `cannot tell`, in the agreement's order."""
    findings: tuple[str, ...]
    """Ids of the findings."""

    @property
    def hangs_on_the_line(self) -> bool:
        """Whether it would be a breach under one line and none under another."""
        said = {verdict for _, verdict in self.verdicts}
        return {"breach", "no breach"} <= said


def lines_tried(incidents: Table[Incident], findings: Table[Finding], agreement: Agreement) -> tuple[LineTried, ...]:
    """Set side by side what each line tried makes of each incident that its provision forbids.

    Parameters
    ----------
    incidents, findings
        Incidents and their findings of kind `incident`.
    agreement
        Whose readings are meant; only those with `tried: true` count.

    Returns
    -------
    By provision, then time and id of the incident; incidents whose act the provision does not forbid are left out.

    >>> from ceasefire.agreements import load
    >>> lines_tried(Table.empty(Incident), Table.empty(Finding), load("black-sea-2025"))
    ()
    """
    out = []
    order = incidents.sort("start", "id") if len(incidents) else incidents
    ids, acts = order.column("id").tolist(), order.column("act").tolist()
    for provision in agreement.provisions:
        tried = [r.id for r in agreement.readings if r.tried and r.id in provision.readings]
        if provision.kind != "prohibition" or not tried:
            continue
        of = findings.where(kind="incident", provision=provision.id)
        named = {(f.subject, f.reading): f for f in of if f.reading in tried}
        for incident, act in zip(ids, acts, strict=True):
            found = [named[incident, r] for r in tried if (incident, r) in named]
            if found and covers(provision.acts, act):
                said = tuple((f.reading, WORDS.get(f.verdict, "cannot tell")) for f in found)
                out.append(LineTried(provision.id, incident, said, tuple(f.id for f in found)))
    return tuple(out)


@dataclass(frozen=True)
class LineColumn:
    """One line, tried."""

    reading: str
    title: str
    note: str
    zone: str
    """What lies on the far side, as the agreement's zone says."""


@dataclass(frozen=True)
class LineRow:
    """One incident, without its place: a warship's is never finer than the zone."""

    incident: str
    date: str
    what: str
    occurred: str
    cells: tuple[str, ...]
    """`breach`, `no breach`, `cannot tell` or empty, by column."""
    hangs: bool
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Lines:
    """What lines would change for one provision."""

    provision: str
    title: str
    unverifiable: str
    """Why it cannot be verified as it stands."""
    columns: tuple[LineColumn, ...]
    rows: tuple[LineRow, ...]

    @property
    def sentence(self) -> str:
        """Say in one sentence what the lines change."""
        n, hang = len(self.rows), sum(r.hangs for r in self.rows)
        if not n:
            return "No incident of that kind was reported, so no line would change anything in this issue."
        told = f"{words.count(n, 'incident')} of that kind {'was' if n == 1 else 'were'} reported; "
        return (
            told[:1].upper()
            + told[1:]
            + (
                f"on {words.number(hang)} the answer hangs on the line."
                if hang
                else "on none does the answer hang on the line."
            )
        )


def lines(report: ReportInput) -> tuple[Lines, ...]:
    """Gather, for each provision on which lines are tried, what each would make of the reported incidents.

    Parameters
    ----------
    report
        As `ReportInput.released` gives it.
    """
    agreement = report.agreement
    found = lines_tried(report.incidents, report.findings, agreement)
    by_id = {i.id: i for i in report.incidents if i.id in {f.incident for f in found}}
    out = []
    for p in agreement.provisions:
        tried = [r for r in agreement.readings if r.tried and r.id in p.readings]
        if p.kind != "prohibition" or not tried:
            continue
        columns = tuple(LineColumn(r.id, r.title, r.note, _zone(agreement, p.readings[r.id].zone)) for r in tried)
        rows = []
        for line in (f for f in found if f.provision == p.id):
            i, said = by_id[line.incident], dict(line.verdicts)
            rows.append(
                LineRow(
                    incident=i.id,
                    date=words.span(i.start, i.end, report.clock)[0],
                    what=f"{words.act(i.act)}: {words.thing(i.object_class)}",
                    occurred=words.chance(i.p_occurred),
                    cells=tuple(said.get(c.reading, "") for c in columns),
                    hangs=line.hangs_on_the_line,
                    findings=line.findings,
                )
            )
        held = [agreement.zone(t.zone) for r, t in p.readings.items() if t.zone and r not in agreement.tried]
        why = next((z.undefined for z in held if z.undefined), "")
        out.append(Lines(p.id, p.title, why, columns, tuple(rows)))
    return tuple(out)


def _zone(agreement: Agreement, zone: str | None) -> str:
    return agreement.zone(zone).title if zone else "everywhere"
