"""A text as it was archived: an article, a statement, one item of a feed. What claims are read from.

Why a record of its own: every claim points into a text by character offsets, so the text must be kept exactly as the
offsets count, with its hash, beside the hash of the bytes that it came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ceasefire.model.records import EPOCH


@dataclass(frozen=True, kw_only=True)
class Document:
    """One text with what is known of it."""

    id: str
    """Stable id: `d-` and 12 hex digits of the hash of its text and its address."""
    source: str
    """Source as named in the case file."""
    granule: str
    """The file's name."""
    line: int = 0
    """Number of the item in a feed, from 1; 0 where the file is one document."""
    kind: str = "text"
    """`page` (from HTML), `text` (plain text, as scraped) or `item` (of a feed)."""
    outlet: str = ""
    """Who published it."""
    title: str = ""
    """Its title, on one line."""
    author: str = ""
    """As the page states it; not published."""
    published: datetime = EPOCH
    """When it was published (UTC); the epoch where nothing says so."""
    whole_day: bool = False
    """Whether only the day of publication is known."""
    url: str = ""
    """Where it was read."""
    language: str = ""
    """ISO 639-1; empty until it is recognised."""
    text: str
    """The archived text: offsets of claims count its characters."""
    archived: str
    """SHA-256 of the text in UTF-8."""
    evidence: str
    """SHA-256 of the bytes of the file."""
