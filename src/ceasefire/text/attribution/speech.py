"""Quotations: whole, carried on over sentences and paragraphs, and given to a speaker.

Why after grammar: a parser sees one sentence, a quotation runs over many. What a cue took a part of, it takes whole;
what stands alone belongs to who spoke last before it in its paragraph, or to who spoke in the paragraph before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ceasefire.text.attribution.quotes import Quote
from ceasefire.text.attribution.spans import Span, inside, union

SENTENCE_WORDS = 5
"""Words from which on a quotation that no cue took is a statement and not a term in marks."""
LONGEST_SPEECH = 60
"""Quotations that one cue can hold; what follows is somebody's transcript, and belongs to nobody."""
_HEADING = re.compile(r"((?:[A-Z][\w.'’-]*)(?: (?:[A-Z][\w.'’-]*|of|the|and|for|in)){0,5})(:) ?(?=[A-Z“‘\"'])")


@dataclass(slots=True)
class Draft:
    """An attribution in characters, before levels are given."""

    cue: Span
    source: Span | None
    content: list[Span]
    noun: bool
    speech: bool
    paragraph: int
    awaits: bool = False
    """Whether a colon announces a quotation."""
    quoted: list[Quote] = field(default_factory=list)


def headings(text: str, paragraphs: list[Span]) -> list[Draft]:
    """Find the paragraphs that open with a speaker and a colon, as headings and transcripts do.

    >>> line = "Mediator: Both Sides Agree"
    >>> [line[d.source[0]:d.source[1]] for d in headings(line, [(0, len(line))])]
    ['Mediator']
    """
    drafts = []
    for number, (begin, stop) in enumerate(paragraphs):
        match = _HEADING.match(text, begin, stop)
        if match and stop - match.end() > 10:
            content = [(match.end(), stop)]
            drafts.append(Draft(match.span(2), match.span(1), content, noun=False, speech=True, paragraph=number))
    return drafts


def carry(text: str, paragraphs: list[Span], found: list[Quote], drafts: list[Draft]) -> list[Draft]:
    """Give every quotation to a cue: whole where a cue took a part of it, else to the last speaker.

    Parameters
    ----------
    text, paragraphs
        The text and its paragraphs.
    found
        Its quotations.
    drafts
        What grammar found, in the order of the cues.

    Returns
    -------
    The drafts with widened contents, and new ones for quotations behind a colon.
    """
    by_paragraph: dict[int, list[Draft]] = {}
    for draft in drafts:
        by_paragraph.setdefault(draft.paragraph, []).append(draft)
    quoted: dict[int, list[Quote]] = {}
    starts = [begin for begin, _ in paragraphs]
    number = 0
    for quote in found:
        while number + 1 < len(starts) and starts[number + 1] <= quote.begin:
            number += 1
        quoted.setdefault(number, []).append(quote)
    last: Draft | None = None
    given = _chained(text, starts, quoted, by_paragraph)
    for number, span in enumerate(paragraphs):
        alone = [quote for quote in quoted.get(number, []) if quote not in given]
        last = _paragraph(text, span, alone, by_paragraph.setdefault(number, []), last)
    return [draft for number in sorted(by_paragraph) for draft in by_paragraph[number]]


def _chained(
    text: str, starts: list[int], quoted: dict[int, list[Quote]], by_paragraph: dict[int, list[Draft]]
) -> set[Quote]:
    """Give paragraphs of one quotation, each opened and not closed, to the speaker named behind the last of them."""
    given: set[Quote] = set()
    chain: list[Quote] = []
    for number, begin in enumerate(starts):
        here = quoted.get(number, [])
        drafts = by_paragraph.get(number, [])
        if not here or here[0].begin != begin:
            chain = []
            continue
        owner = _owner(here[0], drafts)
        if owner is not None:
            for quote in chain:
                take(owner, quote)
            given.update(chain)
            chain = []
        elif here[0].closed:
            chain = []
        elif len(chain) < LONGEST_SPEECH:
            chain.append(here[0])
    return given


def take(draft: Draft, quote: Quote) -> None:
    """Make a quotation content of a draft, whole."""
    draft.content = union([*draft.content, (quote.begin, quote.stop)])
    draft.quoted.append(quote)


def _paragraph(text: str, span: Span, found: list[Quote], drafts: list[Draft], last: Draft | None) -> Draft | None:
    taken: dict[Quote, Draft] = {}
    for quote in found:
        owner = _owner(quote, drafts)
        if owner is not None:
            taken[quote] = owner
            take(owner, quote)
    for quote in found:
        words = len(text[quote.begin : quote.stop].split())
        if quote in taken or any(inside((quote.begin, quote.stop), draft.content) for draft in drafts):
            continue
        if words < SENTENCE_WORDS and not _sentence(text, span, quote, drafts):
            continue
        owner = _last_before(text, span, quote, drafts, last) or _first_behind(text, quote, drafts)
        if owner is None:
            continue
        take(owner, quote)
    speakers = [draft for draft in drafts if (draft.quoted and draft.speech) or _announces(text, span, draft)]
    if speakers:
        return speakers[-1]
    return last if any(last is not None and q in last.quoted for q in found) else None


def _sentence(text: str, span: Span, quote: Quote, drafts: list[Draft]) -> bool:
    """Whether a short quotation is a sentence of its own behind another of the same paragraph."""
    before = text[span[0] : quote.begin].rstrip()
    return before[-1:] in (".", "?", "!", "”", '"', "'") and any(d.quoted and d.cue[0] < quote.begin for d in drafts)


def _announces(text: str, span: Span, draft: Draft) -> bool:
    return draft.awaits and text[span[1] - 1] == ":"


def _owner(quote: Quote, drafts: list[Draft]) -> Draft | None:
    """The outermost draft that has a part of the quotation as content and its cue outside."""
    best: Draft | None = None
    for draft in drafts:
        if quote.begin <= draft.cue[0] < quote.stop:
            continue
        shared = sum(max(0, min(stop, quote.stop) - max(begin, quote.begin)) for begin, stop in draft.content)
        if shared > 2 and (best is None or abs(draft.cue[0] - quote.begin) < abs(best.cue[0] - quote.begin)):
            best = draft
    return best


def _last_before(text: str, span: Span, quote: Quote, drafts: list[Draft], last: Draft | None) -> Draft | None:
    before = [
        d
        for d in drafts
        if d.cue[0] < quote.begin and d.speech and not any(q.begin < d.cue[0] < q.stop for q in d.quoted)
    ]
    if before:
        return before[-1]
    if not text[span[0] : quote.begin].strip() and last is not None and len(last.quoted) < LONGEST_SPEECH:
        return last
    return None


def _first_behind(text: str, quote: Quote, drafts: list[Draft]) -> Draft | None:
    for draft in drafts:
        first = min(draft.cue[0], draft.source[0] if draft.source else draft.cue[0])
        if draft.speech and 0 <= first - quote.stop < 4:
            return draft
    return None
