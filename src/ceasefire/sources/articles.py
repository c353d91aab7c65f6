"""Articles and statements as files: pages (HTML), plain text as scraped, feeds (RSS, Atom); one document each.

Why nothing is read from the words here: a source gives the text, its date, its outlet and its hash; what is said in it
is found by `ceasefire.text`. A page that is no article, a packed file, a wrong date is one quarantined row with its
reason, and the rest goes on.

Beside a file `NAME` a side-car `NAME.json` (as `ceasefire fetch` writes it) gives the address and the time of fetching.
Options: `outlet`, `published` (a date or time for all files that have none of their own), `zone` (IANA, of times
without an offset), `language`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from ceasefire.model.document import Document
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.records import EPOCH, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.granule import Granule, inspect

PRODUCT = "articles"
MAX_PAGE_BYTES = 20_000_000
"""Largest file, bytes; an article has 100 kB, a page with pictures written into it some MB."""
LEAST_CHARACTERS = 40
"""A text of fewer is no article."""
SUFFIXES = (".html", ".htm", ".xhtml", ".txt", ".md", ".xml", ".rss", ".atom")
_AHEAD = timedelta(days=1)
"""A page may be dated so much after it was fetched: clocks and zones."""
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)


def read(
    paths: Sequence[Path],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any] = {},
) -> Intake:
    """Read files and folders of files into documents.

    Parameters
    ----------
    paths
        Files, or folders whose files with the suffixes of `SUFFIXES` are read in the order of their names.
    source
        Source as named in the case file.
    window
        Period of the case. A document is used whenever it was published: what it says of the period counts.
    options
        See the module.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = path.write_text("The two sides agreed to a truce on Monday, an envoy said in the capital.")
    >>> window = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
    >>> got = read([path], source="news", window=window, options={"published": "2025-03-18"})
    >>> got.count.used, got.documents[0].kind, got.documents[0].published.isoformat()
    (1, 'text', '2025-03-18T00:00:00+00:00')
    """
    documents: list[Document] = []
    quarantine: list[Quarantined] = []
    files: list[tuple[str, str]] = []
    seen: set[tuple[str, str]] = set()
    count = Count()
    for path in _files(paths):
        granule = inspect(path, max_bytes=MAX_PAGE_BYTES)
        if granule.sha256:
            files.append((granule.name, granule.sha256))
        for got in _read_one(path, granule, source, options):
            if isinstance(got, Quarantined):
                quarantine.append(got)
                count += Count(rows=1, quarantined=1)
            elif (got.archived, got.url) in seen:
                count += Count(rows=1, duplicates=1)
            else:
                seen.add((got.archived, got.url))
                documents.append(got)
                count += Count(rows=1, used=1)
    return Intake(
        documents=Table.of(Document, documents),
        quarantine=Table.of(Quarantined, quarantine),
        count=count,
        files=tuple(files),
    )


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        elif path.suffix.lower() != ".json":  # side-cars are read with their files
            yield path


def _read_one(
    path: Path, granule: Granule, source: str, options: Mapping[str, Any]
) -> Iterator[Document | Quarantined]:
    def bad(reason: str, line: int = 0, row: str = "") -> Quarantined:
        return Quarantined(source=source, granule=granule.name, line=line, reason=reason, row=row[:500])

    if granule.problem:
        yield bad(granule.problem)
        return
    data = path.read_bytes()
    begin = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    found: list[Document | str]
    base = Document(
        id="", source=source, granule=granule.name, text="", archived="", evidence=granule.sha256, **_beside(path)
    )
    if re.match(rb"<\?xml|<rss|<feed|<rdf:rdf", begin) and re.search(rb"<(rss|feed|rdf:rdf)[\s>]", data[:4096].lower()):
        from ceasefire.sources.feeds import items

        found = items(data, base)
    elif re.search(rb"<(!doctype html|html|head|body|article|div|p|h1)[\s>]", begin):
        from ceasefire.sources.html import page

        found = [page(data, base)]
    else:
        found = [_plain(data, granule, base)]
    for number, one in enumerate(found, start=1):
        line = number if len(found) > 1 else 0
        if isinstance(one, str):
            yield bad(one, line)
            continue
        told = _dated(replace(one, line=line), options)
        if isinstance(told, str):
            yield bad(told, line, one.title)
        else:
            yield _named(told, options)


def _plain(data: bytes, granule: Granule, base: Document) -> Document | str:
    """Take a file of plain text as it is; offsets count the characters of its decoded bytes."""
    text = data.decode(granule.encoding, "replace")
    if granule.nul:
        return "the file holds NUL characters: it is no text"
    if len(text.strip()) < LEAST_CHARACTERS:
        return f"only {len(text.strip())} characters: not an article"
    return replace(base, kind="text", text=text)


def _beside(path: Path) -> dict[str, Any]:
    """Give the address from the side-car of a fetched file; without one, or with a broken one, nothing is known."""
    try:
        record = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
        return {"url": str(record["url"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # a file that was not fetched has no side-car


def _dated(document: Document, options: Mapping[str, Any]) -> Document | str:
    """Give a document without a date the one of the options; refuse a date that cannot be."""
    if document.published == EPOCH and (stated := options.get("published")):
        when, whole_day = moment(str(stated), zone=str(options.get("zone", "UTC")))
        if when is None:
            return f"published: {stated!r} is no date; write 2025-03-18 or 2025-03-18T20:10+02:00"
        document = replace(document, published=when, whole_day=whole_day)
    if document.published != EPOCH and not _FIRST <= document.published <= datetime.now(UTC) + _AHEAD:
        return f"the page is dated {document.published:%Y-%m-%d}, which cannot be"
    return document


def _named(document: Document, options: Mapping[str, Any]) -> Document:
    outlet = (
        str(options.get("outlet", ""))
        or document.outlet
        or (urlsplit(document.url).hostname or "").removeprefix("www.")
    )
    digest = sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()
    return replace(
        document,
        id="d-" + sha256(f"{digest} {document.url}".encode()).hexdigest()[:12],
        outlet=outlet,
        title=" ".join(document.title.split())[:300],
        language=str(options.get("language", "")),
        archived=digest,
    )


def moment(text: str, *, zone: str = "UTC") -> tuple[datetime | None, bool]:
    """Read an ISO date or time; a time without an offset is of `zone`.

    Returns
    -------
    The instant (UTC), None where it is neither, and whether only a day was given.

    >>> moment("2025-03-18T20:10:00+02:00")[0].isoformat(), moment("2025-03-18")[1], moment("yesterday")
    ('2025-03-18T18:10:00+00:00', True, (None, False))
    """
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        return None, False
    if when.tzinfo is None:
        when = when.replace(tzinfo=ZoneInfo(zone))
    return when.astimezone(UTC).replace(microsecond=0), len(text.strip()) <= 10
