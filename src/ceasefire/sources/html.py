"""The main text of an HTML page with its title, date, author and outlet, by trafilatura (extra `text`).

Why a library: what is story and what is menu differs from site to site, and a kept tool is measured on a thousand
pages (F 0.92). Its date is a day; where the page states the minute (`article:published_time`, JSON-LD) that is taken.
Nothing on the page is run or fetched.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from ceasefire.errors import MissingExtra
from ceasefire.model.document import Document
from ceasefire.sources.articles import LEAST_CHARACTERS, moment

_DATES = re.compile(
    r"""<meta[^>]{0,200}?(?:article:published_time|datePublished|og:published_time|date\.issued|DC\.date)["'][^>]{0,200}?>""",
    re.IGNORECASE,
)
_CONTENT = re.compile(r"""content\s*=\s*["']([^"']{8,40})["']""", re.IGNORECASE)
_LINKED = re.compile(r"""<script[^>]{0,200}application/ld\+json[^>]{0,100}>(.{2,200000}?)</script>""", re.I | re.S)
_DEPTH = 400
"""Most elements open at once; deeper pages are made to break readers."""


def page(data: bytes, base: Document) -> Document | str:
    """Read a page into a document.

    Parameters
    ----------
    data
        The bytes of the page.
    base
        What is known of it already: source, file, hash, address.

    Returns
    -------
    The document, or why there is none.

    Raises
    ------
    MissingExtra
        Where the extra `text` is not installed.
    """
    try:
        import trafilatura
    except ImportError as error:
        raise MissingExtra("HTML pages need the extra: pip install 'ceasefire[text]'") from error
    if nested(data) > _DEPTH:
        return f"more than {_DEPTH} elements are open at once: not read"
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a page without text is our finding, not its
    try:
        found: Any = trafilatura.bare_extraction(
            data, url=base.url or None, with_metadata=True, include_comments=False, include_tables=True, fast=False
        )
    except (ValueError, TypeError, AttributeError, RecursionError, UnicodeError, OverflowError) as error:
        return f"the page cannot be read: {type(error).__name__}"
    if found is None or len((found.text or "").strip()) < LEAST_CHARACTERS:
        return "no main text found: not an article"
    when, whole_day = _published(data, str(found.date or ""))
    return replace(
        base,
        kind="page",
        outlet=str(found.sitename or ""),
        title=str(found.title or ""),
        author=str(found.author or ""),
        url=base.url or str(found.url or ""),
        text=str(found.text),
        published=when or base.published,
        whole_day=whole_day,
    )


def nested(data: bytes) -> int:
    """Count how deep the elements of a page go, by their opening and closing tags alone.

    >>> nested(b"<div><p>a<p>b</div>"), nested(b"<div>" * 9)
    (1, 9)
    """
    deep = most = 0
    for closing in re.findall(rb"<(/?)(?:div|span|table|ul|ol|blockquote|section|font|b|i|em|strong|a)\b", data, re.I):
        deep = max(deep - 1, 0) if closing else deep + 1
        most = max(most, deep)
    return most


def _published(data: bytes, day: str) -> tuple[datetime | None, bool]:
    """Find the time of publication: as the page states it for machines, else the day that the library found."""
    head = data[:600_000].decode("utf-8", "replace")
    stated = [c[1] for m in _DATES.finditer(head) if (c := _CONTENT.search(m[0]))]
    stated += [s for m in _LINKED.finditer(head) for s in _in_linked_data(m[1])]
    for text in (*stated, day):
        when, whole_day = moment(text)
        if when is not None:
            return when, whole_day
    return None, False


def _in_linked_data(text: str) -> list[str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []  # broken JSON-LD is common; the page has other dates
    things = found if isinstance(found, list) else found.get("@graph", [found]) if isinstance(found, dict) else []
    return [str(t["datePublished"]) for t in things if isinstance(t, dict) and "datePublished" in t]
