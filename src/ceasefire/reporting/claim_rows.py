"""Claims as rows for people and machines: slots, place in the archived text, a short quotation, what bears it out.

Why 25 words: a claim must be checked against its sentence, and a full text is not ours to publish. The quotation, the
characters and the hash let whoever holds the text find the rest.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from ceasefire.model.records import EPOCH, Claim, Finding
from ceasefire.reporting.page import link
from ceasefire.reporting.tables import cell

MOST_WORDS = 25
"""Words of a sentence that are quoted at most."""
MOST_CHARACTERS = 300
"""A text without spaces has few words: characters that are quoted at most."""
_FIELDS = (
    "id", "said", "claimant", "speaker", "chain", "cue", "stance", "act", "object_class", "accused", "place", "region",
    "low", "high", "words", "unit", "start", "end", "certainty", "checked", "outlet", "begin", "stop", "archived",
    "url",
)  # fmt: skip
RATINGS: dict[str, tuple[int, str]] = {
    "supported": (5, "Supported by independent evidence"),
    "contradicted": (1, "Contradicted by independent evidence"),
    "insufficient": (3, "Not decided by independent evidence"),
    "not_observable": (3, "Not observable"),
}
"""Verdict to schema.org rating (1 worst, 5 best) and its name; 3 says that nothing is decided."""


def brief(text: str) -> str:
    """Quote at most 25 words, without the marks that turn or hide text.

    >>> brief("one " * 30).split()[-1], brief("left\\u202eright")
    ('…', 'leftright')
    """
    plain = shown(text)
    words = plain.split()
    out = " ".join(words[:MOST_WORDS])
    cut = len(words) > MOST_WORDS or len(out) > MOST_CHARACTERS
    return out[:MOST_CHARACTERS] + (" …" if cut else "")


def shown(text: str) -> str:
    """Give a text for display: one line, without control, direction and invisible marks."""
    spaced = "".join(" " if c.isspace() else c for c in text)
    return " ".join("".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co")).split())


def rows(claims: Iterable[Claim], verdicts: Mapping[str, Finding]) -> list[dict[str, Any]]:
    """Give each claim as a row.

    Parameters
    ----------
    claims
        Claims, as they may be published.
    verdicts
        Claim id to the finding on it.
    """
    out = []
    for claim in claims:
        row: dict[str, Any] = {name: _plain(getattr(claim, name)) for name in _FIELDS}
        found = verdicts.get(claim.id)
        row |= {
            "url": link(claim.url),
            "summary": shown(claim.summary),
            "quote": brief(claim.text),
            "verdict": found.verdict if found else "not judged",
            "rule": found.rule if found else "",
            "reason": found.reason if found else "",
            "evidence": list(found.evidence) if found else [],
        }
        out.append(row)
    return out


def as_csv(table: Sequence[Mapping[str, Any]]) -> str:
    """Write rows as CSV; a cell that a spreadsheet would run is quoted."""
    out = io.StringIO()
    if table:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(table[0])
        writer.writerows([cell("" if v is None else v) for v in row.values()] for row in table)
    return out.getvalue()


def as_json(made: Iterable[Any]) -> str:
    """Write records or rows as one JSON list; a number that is not known, or has no end, is null."""
    return json.dumps([_clean(m) for m in made], ensure_ascii=False)


def claim_reviews(claims: Iterable[Claim], verdicts: Mapping[str, Finding], *, by: str, reviewed: str) -> str:
    """Write the judged claims as schema.org ClaimReview (JSON-LD, https://schema.org/ClaimReview).

    Parameters
    ----------
    claims
        Claims, as they may be published.
    verdicts
        Claim id to the finding on it; a claim without one has no review.
    by
        Who reviews.
    reviewed
        Day of the review (ISO 8601).
    """
    graph = [_review(c, verdicts[c.id], by, reviewed) for c in claims if c.id in verdicts]
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False, indent=1)
    return text.replace("</", "<\\/") + "\n"  # may be put into a page


def _review(claim: Claim, found: Finding, by: str, reviewed: str) -> dict[str, Any]:
    value, name = RATINGS.get(found.verdict, (3, found.verdict))
    said: dict[str, Any] = {
        "@type": "Claim",
        "identifier": claim.id,
        "author": {"@type": "Thing", "name": shown(claim.speaker or claim.claimant)},
    }
    if claim.said != EPOCH:
        said["datePublished"] = claim.said.date().isoformat()
    if link(claim.url):
        said["appearance"] = {"@type": "CreativeWork", "url": link(claim.url), "publisher": shown(claim.outlet)}
    return {
        "@type": "ClaimReview",
        "@id": f"statements.html#{claim.id}",
        "url": f"statements.html#{claim.id}",
        "identifier": found.id,
        "datePublished": reviewed,
        "author": {"@type": "Organization", "name": by},
        "claimReviewed": shown(claim.summary) or brief(claim.text) or f"{claim.stance} {claim.act}",
        "itemReviewed": said,
        "reviewRating": {
            "@type": "Rating", "ratingValue": value, "bestRating": 5, "worstRating": 1, "alternateName": name,
            "ratingExplanation": found.reason,
        },
    }  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return "" if value == EPOCH else value.isoformat()
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, str):
        return shown(value)
    return [shown(v) for v in value] if isinstance(value, tuple) else value


def _clean(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _clean(asdict(value))
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {k: _clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(v) for v in value]
    return value
