"""The page of statements beside the report: positions, accounts, figures and contradictions, each with its sentence.

Why a page of its own: it is for whoever checks. Every number and every row links to the sentence that shows it, quoted
in 25 words at most, with its characters and the hash of the archived text; full texts are never published. What the
release rules strike from a claim (place, words) is struck here too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path

from markupsafe import Markup

from ceasefire.model.ledger import POSITION_STANCES, RULES, Dispute, Figure, Position, Readout
from ceasefire.model.matters import MATTERS, STANCES, SUBJECTS
from ceasefire.model.records import EPOCH, Claim, Finding
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import ACTS, OBJECTS
from ceasefire.reporting import claim_rows
from ceasefire.reporting.claim_rows import brief, shown
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.page import _asset, environment

MOST = 400
"""Sentences on the page; claims.csv and statements.csv have all."""


@dataclass(frozen=True)
class Compared:
    """What comparing the claims of a report gave, before release."""

    positions: Sequence[Position] = ()
    readouts: Sequence[Readout] = ()
    figures: Sequence[Figure] = ()
    contradictions: Sequence[Dispute] = ()


@dataclass(frozen=True)
class Sentence:
    """One claim as shown."""

    id: str
    who: str
    chain: str
    said: str
    stance: str
    what: str
    quote: str
    summary: str
    """In our own words."""
    where: str
    """Characters and hash; empty where it was not read from an archived text."""
    outlet: str
    url: str
    verdict: str
    reason: str


def write(report: ReportInput, public: ReportInput, compared: Compared, folder: Path) -> Path:
    """Write statements.html, statements.csv and claims.jsonld into a folder.

    Parameters
    ----------
    report
        Before release: its claims have their words.
    public
        After release: only its claims are shown.
    compared
        What comparing the claims gave.
    folder
        Where to.

    Returns
    -------
    Path of the page.
    """
    claims = _quotable(report.claims, public.claims)
    verdicts = {f.subject: f for f in public.findings.where(kind="claim")}
    table = claim_rows.rows(claims, verdicts)
    (folder / "statements.csv").write_text(claim_rows.as_csv(table), encoding="utf-8")
    reviews = claim_rows.claim_reviews(
        claims, verdicts, by=f"Ceasefire, case {public.case}", reviewed=public.issued.isoformat()
    )
    (folder / "claims.jsonld").write_text(reviews, encoding="utf-8")
    text = (
        environment()
        .get_template("statements.html")
        .render(
            style=Markup(_asset("page.css")),  # noqa: S704  our own file
            **contents(claims, compared, verdicts, title=public.title, parties=public.parties),
        )
    )
    page = folder / "statements.html"
    page.write_text("\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n", encoding="utf-8")
    return page


def contents(
    claims: Sequence[Claim],
    compared: Compared,
    verdicts: Mapping[str, Finding],
    *,
    title: str,
    parties: Mapping[str, str],
) -> dict[str, object]:
    """Give what the page shows; rows whose claims are not released are left out."""
    by_id = {c.id: c for c in claims}
    positions = [p for p in compared.positions if all(i in by_id for i in p.claims)]
    figures = [f for f in compared.figures if f.claim in by_id]
    clashes = [x for x in compared.contradictions if all(i in by_id for i in x.one + x.other)]
    readouts = [r for r in compared.readouts if all(i in by_id for line in r.lines for i in line.first + line.second)]
    linked = {i for p in positions for i in p.claims} | {f.claim for f in figures}
    linked |= {i for x in clashes for i in x.one + x.other}
    linked |= {i for r in readouts for line in r.lines for i in line.first + line.second}
    judged = [c for c in claims if c.id in verdicts]
    rest = [c for c in judged if c.id not in linked][: max(0, MOST - len(linked))]
    linked |= {c.id for c in rest}
    counts: dict[str, int] = defaultdict(int)
    for c in judged:
        counts[verdicts[c.id].verdict] += 1
    return {
        "title": title,
        "claims": len(claims),
        "parties": parties,
        "stances": POSITION_STANCES,
        "stance_words": STANCES,
        "days": _by_day(positions, parties),
        "taken": sorted({p.stance for p in positions}),
        "readouts": readouts,
        "figures": figures,
        "clashes": clashes,
        "rules": RULES,
        "counts": sorted(counts.items()),
        "judged": [c.id for c in judged if c.id in linked],
        "sentences": {c.id: sentence(c, verdicts.get(c.id)) for c in claims if c.id in linked},
        "class_words": class_words,
        "shown": shown,
    }


def sentence(claim: Claim, found: Finding | None) -> Sentence:
    """Give a claim as shown: 25 words of it, its characters and the hash of its text."""
    where = ""
    if claim.begin >= 0 and claim.archived:
        where = f"characters {claim.begin} to {claim.stop} of text {claim.archived[:16]}"
    return Sentence(
        id=claim.id,
        who=shown(claim.speaker or claim.claimant) or "the outlet",
        chain=shown(", ".join(claim.chain)),
        said="" if claim.said == EPOCH else claim.said.date().isoformat(),
        stance=claim.stance.replace("_", " "),
        what=class_words(claim.act, claim.object_class) + _number(claim),
        quote=brief(claim.text),
        where=where,
        outlet=shown(claim.outlet),
        url=claim.url,
        verdict=found.verdict.replace("_", " ") if found else "",
        summary=shown(claim.summary),
        reason=found.reason if found else "",
    )


def class_words(act: str, object_class: str) -> str:
    """Give a matter and its object in words.

    >>> class_words("aid", "aid.intelligence")
    'aid: intelligence given to a party'
    """
    name = act if act in MATTERS else ACTS.get(act, act)
    kind = SUBJECTS.get(object_class) or OBJECTS.get(object_class) or object_class
    return f"{name or 'no matter'}{f': {kind}' if kind else ''}"


def _number(claim: Claim) -> str:
    return f", {shown(claim.words)} {claim.unit}".rstrip() if isfinite(claim.low) or isfinite(claim.high) else ""


def _by_day(positions: Sequence[Position], parties: Mapping[str, str]) -> list[tuple[str, str, str, list[Position]]]:
    """Give positions by party and day: party's id, its name, day, rows."""
    out: dict[tuple[str, str], list[Position]] = defaultdict(list)
    for p in positions:
        out[p.party, p.day].append(p)
    first = {p: n for n, p in enumerate(parties)}
    return [
        (party, parties.get(party, shown(party)), day, rows)
        for (party, day), rows in sorted(out.items(), key=lambda kv: (first.get(kv[0][0], len(first)), kv[0]))
    ]


def _quotable(before: Table[Claim], released: Table[Claim]) -> list[Claim]:
    """Give the released claims with the words of those that were read from an archived text.

    A claim whose place or summary the release rules struck keeps its words struck, too.
    """
    own = {c.id: c for c in before}
    out = []
    for claim in released:
        full = own[claim.id]
        struck = full.place != claim.place or full.summary != claim.summary
        out.append(claim if struck or not claim.archived else replace(claim, text=full.text))
    return out
