"""The tables: comma-separated, an HXL tag row below the heading, and no cell that a spreadsheet would run.

Why the guard: a place named `=HYPERLINK(...)` in some source must not become a formula on an editor's desk. A text
that begins like one gets an apostrophe before it; numbers stay numbers. HXL tags are those of the Humanitarian
Exchange Language (https://hxlstandard.org), so that humanitarian tools read the tables unasked.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ceasefire.model.likelihood import word
from ceasefire.model.records import EPOCH, Finding
from ceasefire.model.table import Table
from ceasefire.reporting import words
from ceasefire.reporting.coverage_table import Coverage
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.matrix import Matrix
from ceasefire.reporting.obligations import Obligation

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")

Heading = Sequence[tuple[str, str]]
"""Pairs of column name and HXL tag."""


def cell(value: Any) -> str:
    """Give a cell's text; text that begins like a formula is quoted, numbers are not, what is missing is empty.

    >>> cell("=1+1"), cell(-1.5), cell(float("nan")), cell(("a", "b"))
    ("'=1+1", '-1.5', '', 'a; b')
    """
    if isinstance(value, str):
        text: str = value
        if "\r" in text or "\x00" in text:
            text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
        return "'" + text if text.lstrip(" ").startswith(_RISKY) else text
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}" if isfinite(value) else "over" if value > 0 else ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (tuple, list)):
        return cell("; ".join(map(str, value)))
    return cell(str(value))


def table(heading: Heading, rows: Iterable[Sequence[Any]]) -> str:
    """Write a table with its HXL row.

    >>> print(table([("Place", "#loc+name")], [["@home"]]), end="")
    Place
    #loc+name
    '@home
    """
    return _written(heading, ([cell(v) for v in row] for row in rows))


def _written(heading: Heading, rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([h for h, _ in heading])
    writer.writerow([t for _, t in heading])
    writer.writerows(rows)
    return out.getvalue()


def write_tables(
    report: ReportInput, matrix: Matrix, coverage: Coverage, obligations: tuple[Obligation, ...], folder: Path
) -> None:
    """Write the seven tables of a released report into a folder."""
    for name, text in (
        ("incidents", incidents(report, matrix)),
        ("findings", findings(report)),
        ("claims", claims(report)),
        ("coverage", looks(report, coverage)),
        ("obligations", owed(obligations)),
        ("unseen", silent(coverage)),
        ("lists", lists(coverage)),
    ):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")


def incidents(report: ReportInput, matrix: Matrix) -> str:
    """Write every incident with its three probabilities and its verdict under each reading."""
    groups = {r.id: r.group for r in matrix.rows}
    verdicts: dict[str, dict[tuple[str, str], str]] = {}
    of_incidents = report.findings.where(kind="incident")
    columns = (of_incidents.column(n).tolist() for n in ("subject", "provision", "reading", "verdict"))
    for subject, provision, reading, verdict in zip(*columns, strict=True):
        verdicts.setdefault(subject, {})[provision, reading] = verdict
    heading = [
        ("Incident", "#event+id"),
        ("Start (UTC)", "#date+start"),
        ("End (UTC)", "#date+end"),
        (f"Date ({words.clock_name(report.clock)})", "#date+local"),
        ("Time", "#date+time+local"),
        ("Place", "#loc+name"),
        ("Region", "#adm1+name"),
        ("Region code", "#adm1+code"),
        ("Latitude (rounded)", "#geo+lat"),
        ("Longitude (rounded)", "#geo+lon"),
        ("Radius (km)", "#geo+radius+km"),
        ("Held by", "#org+control"),
        ("Act", "#event+type"),
        ("Object", "#event+object"),
        ("P(occurred)", "#indicator+occurred+prob"),
        ("Likelihood", "#indicator+occurred+word"),
        ("P(on a protected object)", "#indicator+object+prob"),
        ("Who", "#org+attribution"),
        ("Basis", "#meta+basis"),
        ("Left open", "#meta+alternatives"),
        ("Accused by", "#org+accusation"),
        ("Denied by", "#org+denial"),
        ("Independent reports", "#indicator+reports+num"),
        ("Seen by", "#meta+channel"),
        ("Group", "#status+group"),
        *[(f"{c.provision_title}: {c.title}", "#status+verdict") for c in matrix.columns],
        ("Summary", "#description"),
    ]
    rows = []
    for i in report.incidents:
        day, time = words.span(i.start, i.end, report.clock, year=True)
        judged = verdicts.get(i.id, {})
        rows.append(
            [
                i.id,
                i.start.isoformat(),
                i.end.isoformat(),
                day,
                time,
                i.place,
                report.region(i.region),
                i.region,
                i.lat,
                i.lon,
                i.radius_km,
                i.control,
                i.act,
                i.object_class,
                i.p_occurred,
                word(i.p_occurred),
                i.p_object,
                i.attribution or "undetermined",
                i.basis,
                i.alternatives,
                tuple(f"{a} accuses {b}" for a, b in i.accused_by if b),
                i.denied_by,
                i.origins,
                i.channels,
                groups.get(i.id, ""),
                *[judged.get((c.provision, c.reading), "") for c in matrix.columns],
                i.summary,
            ]
        )
    return table(heading, rows)


def findings(report: ReportInput) -> str:
    """Write every verdict: on incidents, on regions and days, on claims, on obligations."""
    heading = [
        ("Finding", "#meta+id"),
        ("Kind", "#meta+kind"),
        ("Subject", "#meta+subject"),
        ("Agreement", "#meta+agreement"),
        ("Provision", "#meta+provision"),
        ("Reading", "#meta+reading"),
        ("Start (UTC)", "#date+start"),
        ("End (UTC)", "#date+end"),
        ("Region code", "#adm1+code"),
        ("Verdict", "#status+verdict"),
        ("Rule", "#meta+rule"),
        ("Why", "#description+reason"),
        ("What would change it", "#description+change"),
        ("P(occurred)", "#indicator+occurred+prob"),
        ("P(covered)", "#indicator+covered+prob"),
        ("Count", "#indicator+count+num"),
        ("Promised", "#indicator+promised+num"),
        ("Exposure", "#indicator+exposure+prob"),
        ("Upper limit (95 %)", "#indicator+limit+num"),
        ("Looks", "#indicator+looks+num"),
        ("Looks lost", "#indicator+lost+num"),
        ("Why lost", "#description+lost"),
        ("Evidence", "#meta+evidence"),
        ("Sources", "#meta+source"),
    ]
    columns = [_cells(report.findings, name) for name in _FINDING_FIELDS]
    return _written(heading, zip(*columns, strict=True))


def _cells(findings_: Table[Finding], name: str) -> list[str]:
    """Give a column's cells; a text that stands there a thousand times is guarded once."""
    column = findings_.arrow.column(name)
    if pa.types.is_string(column.type):
        coded = column.combine_chunks().dictionary_encode()
        known = [cell(v) for v in coded.dictionary.to_pylist()]
        return [known[k] for k in coded.indices.to_pylist()]
    if pa.types.is_timestamp(column.type):
        return [f"{v}+00:00" for v in np.datetime_as_string(findings_.column(name)).tolist()]
    if pa.types.is_list(column.type):
        cells: dict[tuple[str, ...], str] = {}
        listed = [tuple(v) for v in column.to_pylist()]
        return [cells[v] if v in cells else cells.setdefault(v, cell(v)) for v in listed]
    return [cell(v) for v in column.to_pylist()]


_FINDING_FIELDS = (
    "id", "kind", "subject", "agreement", "provision", "reading", "start", "end", "region", "verdict", "rule", "reason",
    "would_change", "probability", "p_covered", "count", "promised", "exposure", "upper_limit", "looks", "looks_lost",
    "lost", "evidence", "sources",
)  # fmt: skip


def claims(report: ReportInput) -> str:
    """Write every claim: who, when, about what, in our own words; never the speaker's."""
    heading = [
        ("Claim", "#meta+id"),
        ("Claimant", "#org+claimant"),
        ("Office", "#org+speaker"),
        ("Said (UTC)", "#date+said"),
        ("Stance", "#status+stance"),
        ("Act", "#event+type"),
        ("Object", "#event+object"),
        ("Accused", "#org+accused"),
        ("Provision", "#meta+provision"),
        ("Start (UTC)", "#date+start"),
        ("End (UTC)", "#date+end"),
        ("Place", "#loc+name"),
        ("Region code", "#adm1+code"),
        ("Least", "#indicator+low+num"),
        ("Most", "#indicator+high+num"),
        ("As worded", "#description+quantity"),
        ("Unit", "#indicator+unit"),
        ("Summary", "#description"),
        ("Link", "#meta+url"),
    ]
    rows = [
        [
            c.id,
            c.claimant,
            c.speaker,
            c.said.isoformat(),
            c.stance,
            c.act,
            c.object_class,
            c.accused,
            c.provision,
            c.start.isoformat() if c.start != EPOCH else "",
            c.end.isoformat() if c.end != EPOCH else "",
            c.place,
            c.region,
            c.low,
            c.high,
            c.words,
            c.unit,
            c.summary,
            c.url if c.url.startswith(("https://", "http://")) else "",
        ]
        for c in report.claims
    ]
    return table(heading, rows)


def looks(report: ReportInput, coverage: Coverage) -> str:
    """Write the looks made and lost by region, day and channel."""
    heading = [
        ("Region", "#adm1+name"),
        ("Region code", "#adm1+code"),
        (f"Day ({words.clock_name(report.clock)})", "#date"),
        ("Channel", "#meta+channel"),
        ("Looks made", "#indicator+made+num"),
        ("Looks possible", "#indicator+possible+num"),
        ("Why lost", "#description+lost"),
    ]
    return table(heading, ([report.region(code), code, *rest] for code, *rest in coverage.table))


def silent(coverage: Coverage) -> str:
    """Write the silent region-days, watched and unwatched, with what they leave possible."""
    heading = [
        ("Region", "#adm1+name"),
        ("Region code", "#adm1+code"),
        ("Watched", "#status+watched"),
        ("Silent region-days", "#indicator+days+num"),
        ("P(happened, unreported)", "#indicator+unseen+prob"),
        ("Least", "#indicator+unseen+low"),
        ("Most", "#indicator+unseen+high"),
    ]
    rows = ([s.name, s.region, s.watched, s.days, s.chance, s.low, s.high] for s in coverage.unseen.silent)
    return table(heading, rows)


def lists(coverage: Coverage) -> str:
    """Write how many incidents stand on exactly which lists; the last row is what no list has."""
    heading = [
        ("On exactly these lists", "#meta+lists"),
        ("Incidents", "#indicator+incidents+num"),
        ("Expected to have occurred", "#indicator+occurred+num"),
        ("Least", "#indicator+low+num"),
        ("Most", "#indicator+high+num"),
    ]
    of = coverage.unseen.unlisted
    if of is None:
        return table(heading, [])
    rows: list[list[Any]] = [[names, n, occurred, "", ""] for names, n, occurred in of.patterns]
    return table(heading, [*rows, ["none", "", of.unlisted, of.low, of.high]])


def owed(obligations: tuple[Obligation, ...]) -> str:
    """Write promises and deliveries, one row per reading that differs."""
    heading = [
        ("Obligation", "#activity+id"),
        ("Title", "#activity+name"),
        ("Owed by", "#org+by"),
        ("Owed to", "#org+to"),
        ("Due", "#date+due"),
        ("Promised", "#indicator+promised+num"),
        ("Delivered", "#indicator+delivered+num"),
        ("Unit", "#indicator+unit"),
        ("Reading", "#meta+reading"),
        ("Verdict", "#status+verdict"),
        ("Why", "#description+reason"),
        ("Claims", "#meta+claims"),
        ("Sources", "#meta+source"),
    ]
    rows = [
        [
            o.provision,
            o.title,
            o.by,
            o.to,
            o.due,
            o.promised,
            o.delivered,
            o.unit,
            reading,
            word_,
            reason,
            o.claims,
            o.sources,
        ]
        for o in obligations
        for reading, _, word_, reason in o.verdicts
    ]
    return table(heading, rows)
