"""What the texts are silent on: each question, whom it concerns, what follows, and how many incidents hung on it."""

from __future__ import annotations

from dataclasses import dataclass

from ceasefire.model.agreement import Agreement, Provision, Silence
from ceasefire.reporting import words
from ceasefire.reporting.given import ReportInput

FOLLOWS = {"insufficient": "cannot be decided", "not_covered": "not covered"}
"""What follows from a silence, in words."""


@dataclass(frozen=True)
class SilentRow:
    """One question that the text leaves open."""

    id: str
    question: str
    concerns: str
    """Acts, objects and zone, in words."""
    follows: str
    under: tuple[str, ...]
    """Titles of the readings that are silent."""
    answered: tuple[str, ...]
    """Titles of the readings whose own terms answer it."""
    provisions: tuple[str, ...]
    note: str
    incidents: tuple[str, ...]
    """Ids of the incidents of this issue that hung on it."""
    findings: tuple[str, ...]
    sources: tuple[str, ...]


def silences(report: ReportInput) -> tuple[SilentRow, ...]:
    """Gather the silences of the agreement; one question asked of several provisions is one row.

    Parameters
    ----------
    report
        As `ReportInput.released` gives it.
    """
    asked: dict[tuple[str, str], list[tuple[Provision, Silence]]] = {}
    for p in report.agreement.provisions:
        for s in p.silent:
            asked.setdefault((s.id, s.question), []).append((p, s))
    hung: dict[str, list[tuple[str, str]]] = {}
    of_incidents = report.findings.where(kind="incident")
    for f in zip(*(of_incidents.column(n).tolist() for n in ("rule", "subject", "id")), strict=True):
        if f[0].startswith("silent:"):
            hung.setdefault(f[0].removeprefix("silent:"), []).append((f[1], f[2]))
    return tuple(_row(of, report.agreement, hung.get(of[0][1].id, [])) for of in asked.values())


def _row(of: list[tuple[Provision, Silence]], agreement: Agreement, hung: list[tuple[str, str]]) -> SilentRow:
    silence = of[0][1]
    silent: dict[str, None] = {}
    every: dict[str, None] = {}
    for p, s in of:
        held = [r.id for r in agreement.held if r.id in p.readings]
        every.update(dict.fromkeys(held))
        silent.update(dict.fromkeys(r for r in (s.readings or held) if r in held))
    return SilentRow(
        id=silence.id,
        question=silence.question,
        concerns=_concerns(silence, agreement),
        follows=FOLLOWS[silence.follows],
        under=tuple(agreement.reading(r).title for r in silent),
        answered=tuple(agreement.reading(r).title for r in every if r not in silent),
        provisions=tuple(dict.fromkeys(p.title for p, _ in of)),
        note=silence.note,
        incidents=tuple(dict.fromkeys(i for i, _ in hung)),
        findings=tuple(f for _, f in hung),
        sources=tuple(silence.sources),
    )


def _concerns(silence: Silence, agreement: Agreement) -> str:
    parts = []
    if silence.acts:
        parts.append(words.joined([words.act(a) for a in silence.acts], "or"))
    if silence.objects:
        parts.append("on " + words.joined([words.thing(o) for o in silence.objects], "or"))
    if silence.zone:
        parts.append("in: " + agreement.zone(silence.zone).title)
    return ", ".join(parts)
