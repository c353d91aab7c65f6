"""Attributions of one text or of many: hidden marks out, paragraphs, parse, rules, quotations, levels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ceasefire.text.attribution.assemble import assembled
from ceasefire.text.attribution.lexicon import lexicon
from ceasefire.text.attribution.nouns import by_others
from ceasefire.text.attribution.parse import Readable, paragraphs, parsed, readable
from ceasefire.text.attribution.quotes import quotes
from ceasefire.text.attribution.spans import Attribution, Span, union
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
    waiting: list[tuple[Readable, list[Span]]] = []

    def stretches() -> Iterator[tuple[str, None]]:
        for text in texts:
            clean = readable(text)
            spans = paragraphs(clean.text)
            waiting.append((clean, spans))
            for begin, stop in spans:
                yield clean.text[begin:stop], None
        waiting.append((readable(""), []))

    docs: list[Doc] = []
    for doc, _ in parsed(stretches()):
        docs.append(doc)
        while len(waiting) > 1 and len(docs) >= len(waiting[0][1]):
            clean, spans = waiting.pop(0)
            yield read(clean, spans, docs[: len(spans)])
            del docs[: len(spans)]
    for clean, spans in waiting[:-1]:
        yield read(clean, spans, docs[: len(spans)])
        del docs[: len(spans)]


def read(clean: Readable, spans: list[Span], docs: Sequence[Doc]) -> list[Attribution]:
    """Apply the rules to a parsed text."""
    words = lexicon()
    found = quotes(clean.text, spans)
    drafts = headings(clean.text, spans)
    for number, (doc, (begin, _)) in enumerate(zip(docs, spans, strict=True)):
        for one in (*by_verbs(doc, words), *by_others(doc, words)):
            drafts.append(_draft(one, doc, begin, number))
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
        content=union((begin + doc[i].idx, begin + doc[i].idx + len(doc[i].text_with_ws)) for i in one.content),
        noun=one.noun,
        speech=one.speech or one.awaits,
        awaits=one.awaits,
        paragraph=number,
    )


def _span(doc: Doc, begin: int, words: list[int]) -> Span:
    return begin + doc[words[0]].idx, begin + doc[words[-1]].idx + len(doc[words[-1]])
