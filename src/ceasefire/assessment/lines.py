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
        Incidents and their findings (`verdict.judge`).
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
