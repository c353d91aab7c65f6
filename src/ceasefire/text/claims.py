"""Claims of articles: who said what about which matter, each with the characters it stands at.

The way of English texts: lines that are no story are blanked, the rest is parsed; attributions become sayings of
public speakers; contents are cut by matter; each piece gets stance, matter, time, quantity, place and certainty from
its own words. Ukrainian and Russian texts are read by `statements.py`.
What an article says, it says as data: no word of it is ever followed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from ceasefire.model.document import Document
from ceasefire.model.records import EPOCH, Claim, Quarantined
from ceasefire.model.table import Table
from ceasefire.text.article import read_article
from ceasefire.text.attribution.alone import one_thread_each, parse_alone
from ceasefire.text.attribution.lexicon import lexicon
from ceasefire.text.attribution.parse import paragraphs, parsed, readable
from ceasefire.text.attribution.spans import Span
from ceasefire.text.details import Origin, claims_from, with_places
from ceasefire.text.language import SUPPORTED, language
from ceasefire.text.matter import features, plain
from ceasefire.text.page import Page, legible, story_text
from ceasefire.text.statements import claims_of_slavic

LONGEST = 2_000_000
"""Characters of the longest text that is read; a longer one is no article."""
BATCH = 24
"""Documents that are parsed together."""
MANY = 100
"""Documents from which on starting further processes pays: each takes seconds to load the parser."""


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
        The outlet's time zone: its "Tuesday" is a day there.
    more_speakers
        Further speakers, in the form of `speakers.toml`.

    Returns
    -------
    Claims in the order of their contents; `text[begin:stop]` is the content of each.

    Raises
    ------
    CeasefireError
        Where the extra `text` is not installed.

    Examples
    --------
    >>> text = "The Kremlin said that Ukraine had agreed to halt strikes on power plants."
    >>> one, two = claims_of_text(text, outlet="X")
    >>> one.speaker, one.stance, one.act, one.object_class
    ('Kremlin', 'asserts', 'halt', 'energy.electricity.generation')
    >>> two.speaker, two.stance, two.chain, two.text
    ('Ukraine', 'accepts', ('Kremlin',), 'to halt strikes on power plants')
    """
    origin = Origin(text, _hash(text), outlet, published, zone)
    return with_places(next(_read([origin], more_speakers)))


def claims_of_documents(
    documents: Table[Document],
    *,
    zones: Mapping[str, str] | None = None,
    more_speakers: Mapping[str, Any] | None = None,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[Table[Claim], Table[Quarantined]]:
    """Read the claims of many documents.

    Parameters
    ----------
    documents
        Texts as archived, in any language.
    zones
        Source to the time zone of its outlet; UTC where it has none.
    more_speakers
        Further speakers, in the form of `speakers.toml`.
    workers
        Processes that read; 1 reads in this one. Where none is given, this one reads a few documents, and one process
        for each processor reads many.
    progress
        Is told how many documents are done.

    Returns
    -------
    The claims, document by document, and one quarantined row for each document that none can be read from, which
    names why: no words, a language that is not supported, a text too long.
    """
    quarantine: list[Quarantined] = []
    taken = _legible(documents, quarantine, zones or {})
    done, parts = 0, []
    if workers is None:
        workers = (os.cpu_count() or 1) if len(documents) >= MANY else 1
    for rows, count in _in_batches(taken, more_speakers, workers):
        parts.append(Table.of(Claim, rows))
        done += count
        if progress is not None:
            progress(done)
    return Table.concat(Claim, parts), Table.of(Quarantined, quarantine)


def _legible(
    documents: Iterable[Document], quarantine: list[Quarantined], zones: Mapping[str, str]
) -> Iterator[Origin]:
    """Give the documents that can be read; put each other one in quarantine with its reason."""
    for one in documents:
        reason = _unreadable(one)
        if reason:
            row = one.text[:500]
            quarantine.append(
                Quarantined(source=one.source, granule=one.granule, line=one.line, reason=reason, row=row)
            )
            continue
        zone = zones.get(one.source, "UTC")
        yield Origin(
            one.text, one.archived, one.outlet or one.source, one.published, zone,
            one.source, one.granule, one.line, one.url, one.evidence, one.language or language(one.text),
        )  # fmt: skip


def _unreadable(one: Document) -> str:
    """Say why no claims can be read from a document; empty where they can."""
    if len(one.text) > LONGEST:
        return f"the text has {len(one.text):,} characters; an article has at most {LONGEST:,}"
    code = one.language or language(one.text)
    if not code:
        return "the text has no words"
    if code not in SUPPORTED:
        return f"the language is {code!r}; claims are read from {', '.join(sorted(SUPPORTED))}"
    return ""


def _in_batches(
    taken: Iterable[Origin], more: Mapping[str, Any] | None, workers: int
) -> Iterator[tuple[list[Claim], int]]:
    left = iter(taken)
    batches = iter(lambda: list(islice(left, BATCH)), [])
    if workers < 2:
        yield from (_batch(one, more) for one in batches)
        return
    from multiprocessing import get_context

    with one_thread_each(), get_context("spawn").Pool(workers, initializer=parse_alone) as pool:
        yield from pool.imap(partial(_batch, more=more), batches)


def _batch(origins: Sequence[Origin], more: Mapping[str, Any] | None) -> tuple[list[Claim], int]:
    """Read a batch: English texts are parsed together, Ukrainian and Russian ones are read form by form."""
    english = list(_read([one for one in origins if one.language == "en"], more))
    placed = iter(with_places([row for rows in english for row in rows]))
    read = iter([list(islice(placed, len(rows))) for rows in english])
    return [row for one in origins for row in (next(read) if one.language == "en" else _slavic(one))], len(origins)


def _slavic(one: Origin) -> list[Claim]:
    rows = claims_of_slavic(one.text, outlet=one.outlet, published=one.published)
    return [
        replace(
            row,
            source=one.source,
            granule=one.granule,
            line=one.line or row.line,
            url=one.url,
            evidence=one.evidence,
            archived=one.archived,
            language=one.language,
        )
        for row in rows
    ]


def _read(origins: Sequence[Origin], more: Mapping[str, Any] | None) -> Iterator[list[Claim]]:
    """Parse the stories of some texts together, then read each."""
    texts = [readable(legible(story_text(one.text))) for one in origins]
    spans = [_worth_parsing(clean.text) for clean in texts]
    docs = parsed(clean.text[a:b] for clean, own in zip(texts, spans, strict=True) for a, b in own)
    for origin, clean, own in zip(origins, texts, spans, strict=True):
        page = Page(clean, own, list(islice(docs, len(own))))
        yield claims_from(page, read_article(page, outlet=origin.outlet, more=more), origin)


def _worth_parsing(text: str) -> list[Span]:
    """Give the heading and the paragraphs with a word that attributes, a quotation, a figure or a word of war."""
    spans = paragraphs(text)
    worth = (lexicon().attributes(p) or _MARKS.search(p) or features(plain(p)) for p in (text[a:b] for a, b in spans))
    return [span for at, (span, kept) in enumerate(zip(spans, worth, strict=True)) if at == 0 or kept]


_MARKS = re.compile(r"[\d“”«»„\"]|''|\A[QA][:.]?\s*(?=[A-Z])")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
