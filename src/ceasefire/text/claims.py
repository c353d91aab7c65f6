"""Claims of an article: who said what about which matter, each with the characters it stands at.

The way: lines that are no story are blanked, the rest is parsed; attributions become sayings of public speakers;
contents are cut by matter; each piece gets stance, matter, time, quantity, place and certainty from its own words.
What an article says, it says as data: no word of it is ever followed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ceasefire.model.records import EPOCH, Claim
from ceasefire.text.article import Said, read_article
from ceasefire.text.attribution.parse import paragraphs, parsed, readable
from ceasefire.text.details import claim_of
from ceasefire.text.page import Page, legible, story_text


def claims_of_text(
    text: str,
    *,
    outlet: str,
    published: datetime = EPOCH,
    zone: str = "UTC",
    more_speakers: Mapping[str, Any] | None = None,
) -> list[Claim]:
    """Read the claims of one English text.

    Parameters
    ----------
    text
        The archived text; offsets of the claims count its characters.
    outlet
        Who published it; speaker of the statements that nobody else makes.
    published
        When, aware; with the epoch, times that are relative to it stay unknown.
    zone
        The outlet's time zone.
    more_speakers
        Further speakers, in the form of `speakers.toml`.

    Returns
    -------
    Claims in the order of their contents.
    """
    clean = readable(legible(story_text(text)))
    spans = paragraphs(clean.text)
    docs = list(parsed(clean.text[a:b] for a, b in spans))
    page = Page(clean, spans, docs)
    archived = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    said = read_article(page, outlet=outlet, more=more_speakers)
    return made(page, said, text=text, archived=archived, outlet=outlet, published=published, zone=zone)


def made(
    page: Page, said: list[Said], *, text: str, archived: str, outlet: str, published: datetime, zone: str
) -> list[Claim]:
    """Turn what was read into claims, in the order of their contents."""
    rows = [
        claim_of(page, one, text=text, archived=archived, outlet=outlet, published=published, zone=zone) for one in said
    ]
    return sorted({row.id: row for row in rows}.values(), key=lambda c: (c.begin, c.stop, c.speaker))
