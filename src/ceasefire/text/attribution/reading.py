"""Attributions of one text or of many: hidden marks out, paragraphs, parse, rules, quotations, levels."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ceasefire.text.attribution.assemble import assembled
from ceasefire.text.attribution.lexicon import lexicon
from ceasefire.text.attribution.nouns import by_others
from ceasefire.text.attribution.parse import Readable, paragraphs, parsed, readable
from ceasefire.text.attribution.quotes import quotes
from ceasefire.text.attribution.spans import Attribution, Span
from ceasefire.text.attribution.speech import Draft, carry, headings
from ceasefire.text.attribution.verbs import Found, by_verbs

if TYPE_CHECKING:
    from spacy.tokens import Doc


def attributions(text: str) -> list[Attribution]:
    """Find who says, thinks or wants what in an English text.

    Parameters
    ----------
    text
        Any text; characters that nobody can see are skipped.

    Returns
    -------
    Attributions in the order of their cues; spans are characters of `text`.

    Raises
    ------
    CeasefireError
        Where the extra `text` is not installed.
    """
    return next(attributions_of([text]))


def attributions_of(texts: Iterable[str]) -> Iterator[list[Attribution]]:
    """Find the attributions of many texts, in order; memory holds a batch of paragraphs and the texts they are of."""
    words = lexicon()
    waiting: deque[tuple[Readable, list[Span], list[int]]] = deque()

    def stretches() -> Iterator[str]:
        for text in texts:
            clean = readable(text)
            spans = paragraphs(clean.text)
            spoken = [number for number, (begin, stop) in enumerate(spans) if words.attributes(clean.text[begin:stop])]
            waiting.append((clean, spans, spoken))
            yield from (clean.text[spans[number][0] : spans[number][1]] for number in spoken)

    def first(docs: dict[int, Doc]) -> list[Attribution]:
        clean, spans, _ = waiting.popleft()
        result = read(clean, spans, docs)
        docs.clear()
        return result

    docs: dict[int, Doc] = {}
    for doc in parsed(stretches()):
        while len(docs) == len(waiting[0][2]):
            yield first(docs)
        docs[waiting[0][2][len(docs)]] = doc
    while waiting:
        yield first(docs)


def read(clean: Readable, spans: list[Span], docs: Mapping[int, Doc]) -> list[Attribution]:
    """Apply the rules to a text, with the parse of its paragraphs by number."""
    words = lexicon()
    found = quotes(clean.text, spans)
    drafts = headings(clean.text, spans)
    for number, doc in docs.items():
        for one in (*by_verbs(doc, words), *by_others(doc, words)):
            drafts.append(_draft(one, doc, spans[number][0], number))
    drafts = carry(clean.text, spans, found, sorted(drafts, key=lambda draft: draft.cue))
    result = assembled(clean.text, drafts, found)
    if isinstance(clean.origin, range):
        return result
    return [
        replace(
            one,
            source=clean.back(one.source) if one.source else None,
            cue=clean.back(one.cue),
            content=tuple(clean.back(span) for span in one.content),
        )
        for one in result
    ]


def _draft(one: Found, doc: Doc, begin: int, number: int) -> Draft:
    return Draft(
        cue=_span(doc, begin, one.cue),
        source=_span(doc, begin, sorted(one.source)) if one.source else None,
        content=_runs(doc, begin, sorted(one.content)),
        noun=one.noun,
        speech=one.speech or one.awaits,
        awaits=one.awaits,
        paragraph=number,
    )


def _runs(doc: Doc, begin: int, words: list[int]) -> list[Span]:
    """Spans of the stretches of words that follow one another, each with the white space behind it."""
    bounds = [i for i in range(1, len(words)) if words[i] != words[i - 1] + 1]
    pieces = zip([0, *bounds], [*bounds, len(words)], strict=True)
    return [
        (begin + doc[words[i]].idx, begin + doc[words[j - 1]].idx + len(doc[words[j - 1]].text_with_ws))
        for i, j in pieces
        if i < j
    ]


def _span(doc: Doc, begin: int, words: list[int]) -> Span:
    return begin + doc[words[0]].idx, begin + doc[words[-1]].idx + len(doc[words[-1]])
