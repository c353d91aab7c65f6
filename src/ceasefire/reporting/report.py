"""One issue of the daily report, assembled from released tables and written as page, tables, map and JSON.

The order of work is the rule: release first, then everything else from what was released. The page is written from
`Contents`, and so is report.json: what stands on the page stands there too, and nothing else.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

import ceasefire
from ceasefire.model.intake import Count
from ceasefire.model.patrol_record import Patrol
from ceasefire.model.sea import Sea
from ceasefire.reporting import (
    annex,
    conditions,
    geojson,
    page,
    patrol_page,
    pictures,
    sea_page,
    seen_page,
    statements,
    tables,
    words,
)
from ceasefire.reporting.comparison import Comparison, compare
from ceasefire.reporting.coverage_table import Coverage, coverage
from ceasefire.reporting.effect_chapter import Chapter, chapters
from ceasefire.reporting.given import InForce, Numbers, ReportInput
from ceasefire.reporting.headline import Figure, Sentence, confidence, figures, headline, numbers, sentences
from ceasefire.reporting.json_text import json_text
from ceasefire.reporting.ledger import Ledger, ledger
from ceasefire.reporting.map import Drawing, draw
from ceasefire.reporting.matrix import Matrix, matrix
from ceasefire.reporting.obligations import Obligation, obligations
from ceasefire.reporting.release import Held, ReleaseRules
from ceasefire.reporting.terms import Clause, Source, clauses, sources
from ceasefire.reporting.timeline import Timeline, timeline

__all__ = ["Contents", "InForce", "Numbers", "ReportInput", "build", "write"]


@dataclass(frozen=True)
class SourceCount:
    """Rows of one source, which add up."""

    source: str
    rows: int
    used: int
    duplicates: int
    quarantined: int
    outside: int
    licence: str
    files: tuple[tuple[str, str], ...]
    """File name and SHA-256."""


@dataclass(frozen=True)
class Refused:
    """Rows of one source refused for one reason."""

    source: str
    reason: str
    rows: int
    where: tuple[str, ...]
    """File and line of the first few."""


@dataclass(frozen=True)
class Contents:
    """Everything on the page."""

    format: int
    """Version of this layout."""
    made_by: str
    case: str
    title: str
    agreement: str
    agreement_title: str
    agreement_version: int
    agreement_summary: str
    headline: str
    period: str
    start: datetime
    end: datetime
    clock: str
    cutoff: str
    issued: date
    issued_words: str
    version: int
    supersedes: str
    marking: str
    boundary_view: str
    contact: str
    sentences: tuple[Sentence, ...]
    confidence: Sentence
    figures: tuple[Figure, ...]
    numbers: Numbers
    comparison: Comparison
    clauses: tuple[Clause, ...]
    matrix: Matrix
    coverage: Coverage
    ledger: Ledger
    obligations: tuple[Obligation, ...]
    timeline: Timeline
    effects: tuple[Chapter, ...]
    map: Drawing
    annex: tuple[annex.Entry, ...]
    counts: tuple[SourceCount, ...]
    refused: tuple[Refused, ...]
    assumptions: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]
    rules: ReleaseRules
    held: Held


def build(report: ReportInput) -> tuple[Contents, ReportInput]:
    """Release a report's tables and assemble its contents from them.

    Returns
    -------
    The contents, and the released report that they were made from.
    """
    public, held = report.released()
    m, c = matrix(public), coverage(public)
    owed, now = obligations(public), numbers(public, m, c)
    first, last = (datetime.fromisoformat(c.days[d]) for d in (0, -1))
    contents = Contents(
        format=1,
        made_by=f"Ceasefire {ceasefire.__version__}",
        case=public.case,
        title=public.title,
        agreement=public.agreement.id,
        agreement_title=public.agreement.title,
        agreement_version=public.agreement.version,
        agreement_summary=" ".join(public.agreement.summary.split()),
        headline=headline(m),
        period=words.days(first, last, year=True),
        start=public.period.start,
        end=public.period.end,
        clock=public.clock,
        cutoff=words.stamp(public.cutoff, public.clock),
        issued=public.issued,
        issued_words=words.day(datetime(public.issued.year, public.issued.month, public.issued.day), year=True),
        version=public.version,
        supersedes=public.supersedes,
        marking=public.rules.marking,
        boundary_view=public.boundary_view,
        contact=public.contact,
        sentences=sentences(public, m, c, owed, held),
        confidence=confidence(m, c),
        figures=figures(m, c),
        numbers=now,
        comparison=compare(public, m, c, now),
        clauses=clauses(public),
        matrix=m,
        coverage=c,
        ledger=ledger(public, m),
        obligations=owed,
        timeline=timeline(public, m, c),
        effects=chapters(public),
        map=draw(public, m, c),
        annex=annex.entries(m),
        counts=_counts(public),
        refused=_refused(public),
        assumptions=tuple(sorted(public.assumptions.items())),
        sources=sources(public.agreement, public.others),
        rules=public.rules,
        held=held,
    )
    return contents, public


def write(
    report: ReportInput,
    folder: Path,
    compared: statements.Compared = statements.Compared(),  # noqa: B008  frozen
    images: pictures.Pictures = pictures.Pictures(),  # noqa: B008  frozen
    patrols: Sequence[Patrol] = (),
    sea: Sea | None = None,
) -> Path:
    """Write one issue into a folder; the same report gives the same bytes.

    Writes index.html (one self-contained page), incidents.csv, findings.csv, claims.csv, coverage.csv,
    obligations.csv, incidents.geojson, report.json and its schema report.schema.json; coverage.html and looks.csv.

    Parameters
    ----------
    report
        One issue, before release.
    folder
        Where to; made if it is not there.
    compared
        What comparing the claims gave, for the page of statements.
    images
        Pictures made from pixels, before release; images.html shows those that may be shown and says what waits.
    patrols
        Patrols in full; each that may be published gets a page, the others are counted.
    sea
        What is known of the case's seas, in full; sea.html is written wherever the area holds one.

    Returns
    -------
    Path of the page.
    """
    contents, public = build(report)
    folder.mkdir(parents=True, exist_ok=True)
    tables.write_tables(public, contents.matrix, contents.coverage, contents.obligations, folder)
    (folder / "incidents.geojson").write_text(geojson.geojson(public, contents.matrix), encoding="utf-8")
    sheet = as_json(contents).encode()
    (folder / "report.json").write_bytes(sheet)
    (folder / "report.schema.json").write_text(json.dumps(schema(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    statements.write(report, public, compared, folder)
    seen_page.write(public, folder)
    shown = pictures.write(images, public, folder)
    flown = patrol_page.write_all(patrols, folder, public)
    sailed = sea_page.write(sea, folder, public, contents.matrix, conditions.sections(public))
    index = folder / "index.html"
    digest = hashlib.sha256(sheet).hexdigest()
    text = page.render(contents, digest=digest, images=shown is not None, patrols=flown, sea=sailed)
    index.write_text(text, encoding="utf-8")
    return index


def as_json(contents: Contents) -> str:
    """Write contents as JSON; what is not a number is null."""
    named = {f.name: getattr(contents, f.name) for f in dataclasses.fields(contents)}
    return json_text({"$schema": "report.schema.json", **named}) + "\n"


def schema() -> dict[str, Any]:
    """Give the JSON Schema of report.json, made from the same records.

    >>> schema()["title"]
    'Contents'
    """
    made: dict[str, Any] = _nullable(TypeAdapter(Contents).json_schema(mode="serialization"))
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["properties"]["$schema"] = {"type": "string"}
    return made


def _nullable(schema: Any) -> Any:
    """Let every number be null: JSON has no NaN."""
    if isinstance(schema, dict):
        out = {k: _nullable(v) for k, v in schema.items()}
        if out.get("type") == "number":
            out["type"] = ["number", "null"]
        return out
    return [_nullable(v) for v in schema] if isinstance(schema, list) else schema


def _counts(report: ReportInput) -> tuple[SourceCount, ...]:
    files: dict[str, list[tuple[str, str]]] = {}
    for source, name, digest in report.files:
        files.setdefault(source, []).append((name, digest))
    every = sorted(set(report.counts) | set(files))
    return tuple(
        SourceCount(
            source=s,
            rows=(c := report.counts.get(s, Count())).rows,
            used=c.used,
            duplicates=c.duplicates,
            quarantined=c.quarantined,
            outside=c.outside,
            licence=report.licences.get(s, ""),
            files=tuple(sorted(files.get(s, []))),
        )
        for s in every
    )


def _refused(report: ReportInput) -> tuple[Refused, ...]:
    found: dict[tuple[str, str], list[str]] = {}
    for q in report.quarantine:
        found.setdefault((q.source, q.reason), []).append(f"{q.granule}, line {q.line}" if q.line else q.granule)
    rows = sorted(found.items(), key=lambda kv: (kv[0][0], -len(kv[1]), kv[0][1]))
    return tuple(Refused(source, reason, len(where), tuple(where[:3])) for (source, reason), where in rows)
