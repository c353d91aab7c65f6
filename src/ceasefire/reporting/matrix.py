"""Incident by reading: which incidents are breaches under every reading, which under some, which nobody can decide.

Why a matrix: the parties never agreed on one text, so "how many violations" has one answer per reading. The rows on
which all readings agree can be said without taking a side; the rest must show what the answer hangs on.
"""

from __future__ import annotations

from dataclasses import replace
from math import nan

from ceasefire.model.records import Incident, Observation, Weight
from ceasefire.model.table import Table
from ceasefire.reporting import words
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.matrix_row import INDEPENDENT, row
from ceasefire.reporting.matrix_rows import GROUPS, TITLES, Cell, Column, Matrix, Row, Verdict, by_time
from ceasefire.reporting.release import among
from ceasefire.reporting.terms import NOBODY

__all__ = ["GROUPS", "INDEPENDENT", "TITLES", "Column", "Matrix", "Row", "group_of", "matrix"]

RELEVANT_OBJECT = 0.5
"""An undecided incident is shown where the chance of a protected object is at least this: more likely than not."""


def matrix(report: ReportInput) -> Matrix:
    """Sort the incidents of a released report by what the readings say of them.

    Parameters
    ----------
    report
        As `ReportInput.released` gives it.
    """
    columns = _columns(report)
    relevant = {i: g for i, judged in _verdicts_by_incident(report).items() if (g := group_of(judged, columns))}
    cells = _cells(report, set(relevant))
    incidents = report.incidents.keep(among(report.incidents.column("id"), relevant))
    weights = _weights(report, set(relevant))
    observations = _observations(report, incidents)
    rows = []
    for i in incidents:
        judged = tuple(cells[i.id].get((c.provision, c.reading), _blank(c)) for c in columns)
        made = row(i, relevant[i.id], judged, columns, report, observations, weights.get(i.id, []))
        rows.append(replace(made, verdicts=made.verdicts + _tried(cells[i.id], report)))
    return Matrix(columns, tuple(sorted(rows, key=by_time)), len(report.incidents) - len(rows))


def group_of(judged: dict[tuple[str, str], tuple[str, float]], columns: tuple[Column, ...]) -> str:
    """Give the group of an incident from its verdicts; empty where no reading makes it an issue.

    Parameters
    ----------
    judged
        Verdict and P(covered) by provision and reading.
    columns
        All pairs of provision and reading that were judged.

    A provision counts by the readings that hold that it exists; of several provisions, the plainest group holds.

    >>> columns = tuple(Column("energy", r, r, "Energy") for r in ("a", "b"))
    >>> group_of({("energy", "a"): ("violation", 0.9), ("energy", "b"): ("not_in_force", 0.9)}, columns)
    'depends'
    """
    found = ""
    for provision in dict.fromkeys(c.provision for c in columns):
        here = [judged.get((c.provision, c.reading), ("", nan)) for c in columns if c.provision == provision]
        if all(v == "violation" for v, _ in here):
            return "every"
        if any(v == "violation" for v, _ in here):
            found = "depends"
        elif not found and any(v == "insufficient" and p >= RELEVANT_OBJECT for v, p in here):
            found = "undecided"
    return found


def _verdicts_by_incident(report: ReportInput) -> dict[str, dict[tuple[str, str], tuple[str, float]]]:
    out: dict[str, dict[tuple[str, str], tuple[str, float]]] = {}
    published = set(report.incidents.column("id").tolist())
    of_incidents = report.findings.where(kind="incident")
    columns = (of_incidents.column(n).tolist() for n in ("subject", "provision", "reading", "verdict", "p_covered"))
    for subject, provision, reading, verdict, p_covered in zip(*columns, strict=True):
        if subject in published:
            out.setdefault(subject, {})[provision, reading] = verdict, p_covered
    return out


def _columns(report: ReportInput) -> tuple[Column, ...]:
    """Give the columns in the agreement's order, of the pairs on which there is a verdict."""
    of_incidents = report.findings.where(kind="incident")
    pairs = zip(of_incidents.column("provision").tolist(), of_incidents.column("reading").tolist(), strict=True)
    judged = {(p, r) for p, r in pairs if r not in report.agreement.tried}
    titles = {r.id: r.title for r in report.agreement.readings}
    known = [
        Column(p.id, r.id, titles[r.id], p.title)
        for p in report.agreement.provisions
        for r in report.agreement.readings
        if (p.id, r.id) in judged
    ]
    listed = {(c.provision, c.reading) for c in known}
    return tuple(known + [Column(p, r, r, p) for p, r in sorted(judged - listed)])


def _tried(cells: dict[tuple[str, str], Cell], report: ReportInput) -> tuple[Verdict, ...]:
    """Give what would follow under readings that no party holds, where one of them would make it a breach or none."""
    titles = {r.id: r.title for r in report.agreement.readings if r.tried}
    out = []
    for cell in cells.values():
        if cell.reading in titles and cell.rule != "act_not_prohibited":
            said = f"{titles[cell.reading]} ({NOBODY})"
            out.append(Verdict(said, cell.verdict, cell.word, cell.reason, cell.would_change, ""))
    return tuple(out)


def _cells(report: ReportInput, incidents: set[str]) -> dict[str, dict[tuple[str, str], Cell]]:
    out: dict[str, dict[tuple[str, str], Cell]] = {}
    of_incidents = report.findings.where(kind="incident")
    for f in of_incidents.keep(among(of_incidents.column("subject"), incidents)):
        symbol, word = words.VERDICTS.get(f.verdict, ("?", f.verdict.replace("_", " ")))
        out.setdefault(f.subject, {})[f.provision, f.reading] = Cell(
            f.provision,
            f.reading,
            f.verdict,
            symbol,
            word,
            f.reason,
            f.would_change,
            f.rule,
            f.p_covered,
            f.id,
            f.sources,
        )
    return out


def _blank(column: Column) -> Cell:
    symbol, word = words.VERDICTS[""]
    return Cell(column.provision, column.reading, "", symbol, word, "", "", "", nan, "", ())


def _weights(report: ReportInput, incidents: set[str]) -> dict[str, list[Weight]]:
    out: dict[str, list[Weight]] = {}
    for w in report.weights.keep(among(report.weights.column("incident"), incidents)):
        out.setdefault(w.incident, []).append(w)
    return out


def _observations(report: ReportInput, incidents: Table[Incident]) -> dict[str, Observation]:
    used = {o for ids in incidents.column("observations") for o in ids}
    return {o.id: o for o in report.observations.keep(among(report.observations.column("id"), used))}
