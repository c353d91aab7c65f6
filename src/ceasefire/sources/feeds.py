"""Feeds (RSS 2.0, RSS 1.0, Atom): each item one document.

Why defusedxml: a feed is XML from anybody, and XML can hold entities that unfold to gigabytes or name files.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import TYPE_CHECKING

from ceasefire.errors import MissingExtra
from ceasefire.model.document import Document
from ceasefire.sources.articles import LEAST_CHARACTERS, moment

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_ITEMS = 10_000
"""Most items of one feed."""
_TEXTS = ("encoded", "content", "description", "summary")
_DATES = ("published", "pubdate", "date", "issued", "updated")
_BREAK = re.compile(r"</?(?:p|div|br|li|h[1-6]|tr|blockquote)\b[^>]*>", re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def items(data: bytes, base: Document) -> list[Document | str]:
    """Read a feed into documents, or reasons where an item or the feed cannot be read.

    Parameters
    ----------
    data
        The bytes of the feed.
    base
        What is known of the file: source, name, hash, address.

    Raises
    ------
    MissingExtra
        Where the extra `text` is not installed.
    """
    try:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import ParseError, fromstring
    except ImportError as error:
        raise MissingExtra("feeds need the extra: pip install 'ceasefire[text]'") from error
    try:
        root = fromstring(data)
    except DefusedXmlException:
        return ["the feed declares entities, which can unfold without end: not read"]
    except (ParseError, ValueError, LookupError) as error:
        return [f"the feed is broken: {error}"]
    outlet = next((_said(e) for e in root.iter() if _name(e) == "title"), "")
    found = [e for e in root.iter() if _name(e) in ("item", "entry")]
    if not found:
        return ["the feed has no items"]
    cut: list[Document | str] = [f"{len(found):,} items, read {MAX_ITEMS:,}"] if len(found) > MAX_ITEMS else []
    return [_document(e, replace(base, outlet=outlet)) for e in found[:MAX_ITEMS]] + cut


def _document(item: Element, base: Document) -> Document | str:
    parts: dict[str, str] = {}
    for child in item:
        name = _name(child)
        said = child.attrib.get("href", "") if name == "link" and not (child.text or "").strip() else _said(child)
        parts[name] = max(parts.get(name, ""), said, key=len) if name in _TEXTS else parts.get(name) or said
    title = plain(parts.get("title", ""))
    body = plain(max((parts.get(name, "") for name in _TEXTS), key=len))
    text = f"{title}\n{body}" if title and not body.startswith(title) else body
    if len(text) < LEAST_CHARACTERS:
        return f"item {title[:60]!r}: only {len(text)} characters"
    when, whole_day = next((d for name in _DATES if (d := _when(parts.get(name, "")))[0]), (None, False))
    return replace(
        base,
        kind="item",
        title=title,
        text=text,
        url=parts.get("link", "") or base.url,
        published=when or base.published,
        whole_day=whole_day,
    )


def plain(markup: str) -> str:
    """Give the text of a snippet of HTML: paragraphs on lines of their own, no tags, no scripts.

    >>> plain("<p>A truce &amp; talks</p><script>x()</script><p>An envoy <b>said</b> so.</p>")
    'A truce & talks\\nAn envoy said so.'
    """
    seen = _TAG.sub("", _BREAK.sub("\n", _UNSEEN.sub(" ", markup)))
    lines = (" ".join(line.split()) for line in unescape(seen).split("\n"))
    return "\n".join(line for line in lines if line)


def _when(text: str) -> tuple[datetime | None, bool]:
    when, whole_day = moment(text)
    if when is None and text:
        try:
            mailed = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None, False  # neither form of date: the item has none
        when = (mailed if mailed.tzinfo else mailed.replace(tzinfo=UTC)).astimezone(UTC)
    return when, whole_day


def _name(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1].lower()


def _said(element: Element) -> str:
    inner = "".join(element.itertext())
    return inner.strip()
