"""Contents cut into what is said on one matter: sentences, joined clauses, items of a list, conditions.

Why by matter: "a ceasefire on energy, talks on the sea and a full halt" is three claims that come true on different
days; "peace and quiet" is one. A cut is only considered where grammar joins two of a kind, and only kept where the
parts are about different matters.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from ceasefire.text.attribution.spans import Span
from ceasefire.text.matter import OPINION, matter
from ceasefire.text.page import Page

if TYPE_CHECKING:
    from spacy.tokens import Token

_EDGE = " \t\n\r,;:.–—-\"“”«»'‘’!)?("
_LEAD = re.compile(
    r"(?:and|or|but|as well as|then|also|so|while|whereas|as(?= \w+ \w+s\b)|although|though|that(?!['’]s\b)|"
    r"plus)\b[\s,]*(?:that\b\s*|also\b\s*)?",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"(?:,? but)?(?:,)? (?:on|under) (?:the )?(?:basis|condition)s? that | provided that |"
    r",? but only (?:if|when|after) |,? but (?=not until )",
    re.IGNORECASE,
)
_ASIDE = re.compile(r" (?=at a time when )", re.IGNORECASE)
_TAIL = re.compile(r"[\s,;–—-]*\b(?:and|or|but|as well as|while|whereas|as)\s*$", re.IGNORECASE)
_EMPTY = re.compile(
    r"(?:who|which|that|what|it|this|these|those|them|he|she|they|so|yes|no|clear|whatever|his concerns?|"
    r"(?:god|may god) bless .*|thank you.*)",
    re.IGNORECASE,
)
_UNTOLD = re.compile(
    r"\b(?:not|n['’]t) (?:\w+ ){0,3}(?:verified|confirmed|specified|clear|known|disclosed)\b|\bunclear\b", re.IGNORECASE
)
_BROAD = ("talks", "peace", "relations", "economy")
"""Matters of which two in one sentence are one claim, whatever each concerns."""
LEAST = 12
"""Characters of the shortest piece that is a statement of its own."""


def pieces(page: Page, span: Span) -> list[Span]:
    """Cut one content into pieces on one matter each, in order.

    Parameters
    ----------
    page
        The parsed text.
    span
        Characters of the content; more than one paragraph is cut at its end.
    """
    out: list[Span] = []
    for sentence in sentences(page, span):
        asides = [sentence[0] + m.end() for m in _ASIDE.finditer(page.text[slice(*sentence)])]
        cuts = sorted({*_joins(page, sentence), *_conditions(page, sentence), *asides})
        bounds = [sentence[0], *(c for c in cuts if sentence[0] + LEAST <= c <= sentence[1] - LEAST), sentence[1]]
        parts = [trim(page.text, (a, b)) for a, b in pairwise(bounds)]
        out += _merged(page, [p for p in parts if p[0] < p[1]], _conditions(page, sentence))
    return [p for p in out if not _EMPTY.fullmatch(page.text[slice(*p)])]


def sentences(page: Page, span: Span) -> list[Span]:
    """Cut a span at the ends of paragraphs and sentences; marks at the edges are no content."""
    found = []
    for number in range(max(page.paragraph(span[0]), 0), len(page.spans)):
        if page.spans[number][0] >= span[1]:
            break
        begin, stop = max(span[0], page.spans[number][0]), min(span[1], page.spans[number][1])
        if begin >= stop:
            continue
        offset = page.spans[number][0]
        last = begin
        for sentence in page.docs[number].sents:
            end = offset + sentence.end_char
            if end <= begin:
                continue
            found.append((last, min(end, stop)))
            last = min(end, stop)
            if end >= stop:
                break
        if last < stop:
            found.append((last, stop))
    cut = [piece for one in found for piece in _at_marks(page.text, one)]
    return [t for t in (trim(page.text, one) for one in cut) if any(c.isalnum() for c in page.text[t[0] : t[1]])]


def trim(text: str, span: Span) -> Span:
    """Shorten a span until it begins with a word that says something and ends with a word.

    >>> text = ", and that “the truce holds”."
    >>> text[slice(*trim(text, (0, len(text))))]
    'the truce holds'
    """
    begin, stop = span
    while begin < stop and text[begin] in _EDGE:
        begin += 1
    lead = _LEAD.match(text, begin, stop)
    if lead and stop - lead.end() > 2:
        begin = lead.end()
        while begin < stop and text[begin] in _EDGE:
            begin += 1
    while begin < stop and text[stop - 1] in _EDGE:
        stop -= 1
    tail = _TAIL.search(text[begin:stop])
    if tail:
        stop = begin + tail.start()
    opened = text[begin:stop].count("(") - text[begin:stop].count(")")
    if opened > 0 and stop < len(text) and text[stop] == ")":
        stop += 1
    return begin, stop


def _at_marks(text: str, span: Span) -> list[Span]:
    """Cut where a sentence of a quotation ends and the parser went on: a stop or dots before a capital."""
    cuts = [m.end(1) for m in re.finditer(r"([.!?…][”\"’]?) +(?=[“\"]?[A-Z])", text[slice(*span)])]
    real = [
        span[0] + c
        for c in cuts
        if not re.search(
            r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Gen|Sen|Rep|Gov|Lt|Col|No|U\.S|U\.K|U\.N)\.$", text[span[0] : span[0] + c]
        )
    ]
    bounds = [span[0], *real, span[1]]
    return list(pairwise(bounds))


def _joins(page: Page, span: Span) -> list[int]:
    """Give the characters at which a joined clause or item begins."""
    words = page.words(*span)
    if not words:
        return []
    inside = {w.i for w in words}
    cuts = []
    for word in words:
        item = word.dep_ == "appos" and any(c.dep_ == "conj" for c in word.children)
        if word.head.i in inside and (item or (word.dep_ == "conj" and _alike(word.head, word))):
            cuts.append(page.at(_first(word, inside)))
        elif word.dep_ in ("advcl", "parataxis", "ccomp") and word.i in inside:
            mark = next((c for c in word.children if c.dep_ == "mark"), None)
            if (
                (mark is not None and mark.lower_ in ("while", "whereas", "although", "though") and mark.i > words[0].i)
                or (
                    mark is not None
                    and mark.lower_ == "as"
                    and mark.i > words[0].i
                    and mark.nbor(-1).text == ","
                    and word.tag_ != "VBN"
                )
                or (mark is not None and mark.lower_ == "after" and mark.i > words[0].i and word.tag_ == "VBD")
            ):
                cuts.append(page.at(mark))
            elif (
                mark is not None
                and mark.i == words[0].i
                and mark.lower_ in ("after", "once", "when", "if")
                and word.head.i in inside
            ):
                follow = word.right_edge.i + 1
                if follow < len(word.doc) and word.doc[follow].text == "," and follow in inside and _modal(word.head):
                    cuts.append(page.at(word.doc[follow]) + 1)
            elif (
                mark is None
                and word.dep_ in ("parataxis", "ccomp")
                and word.left_edge.i > words[0].i
                and word.doc[word.left_edge.i - 1].lower_ in ("and", "but")
            ):
                cuts.append(page.at(word.left_edge))
    return cuts


def _modal(verb: Token) -> bool:
    return any(c.tag_ == "MD" for c in verb.children)


def _first(word: Token, inside: set[int]) -> Token:
    edge = word.left_edge
    while edge.i not in inside and edge.i < word.i:
        edge = edge.nbor(1)
    return edge


def _alike(one: Token, other: Token) -> bool:
    """Tell whether two joined words are both clauses or both things; names joined are one thing."""
    if one.tag_[:2] == "VB" or other.tag_[:2] == "VB" or other.tag_ == "MD":
        return one.dep_ not in ("amod", "compound", "nmod")
    top = one
    while top.dep_ == "conj":
        top = top.head
    if top.dep_ in ("nsubj", "nsubjpass"):
        return False
    if one.dep_ in ("compound", "nmod", "amod", "poss", "nummod") or other.dep_ in ("compound", "nmod"):
        return False
    return one.tag_ in ("NN", "NNS", "VBG", "IN", "NNP", "NNPS") and other.tag_ in (
        "NN",
        "NNS",
        "VBG",
        "IN",
        "NNP",
        "NNPS",
    )


def _conditions(page: Page, span: Span) -> list[int]:
    return [span[0] + m.end() for m in _CONDITION.finditer(page.text[slice(*span)])]


def _merged(page: Page, parts: list[Span], forced: list[int]) -> list[Span]:
    """Join neighbours that are about the same matter, or of which one says nothing of its own."""
    out: list[Span] = []
    for part in parts:
        kept = trim(page.text, part)
        if not out:
            out.append(part)
            continue
        before = out[-1]
        one, other = (matter(page.text[slice(*p)]) for p in (before, kept))
        start = any(abs(kept[0] - cut) < 3 for cut in forced) or bool(_UNTOLD.search(page.text[slice(*kept)]))
        if one.act == "talks" and re.match(r"(?:discuss|spoke|talk|met)", page.text[slice(*kept)]):
            out[-1] = (before[0], kept[1])
            continue
        alike = one == other or (one.act == other.act and one.act in _BROAD)
        if not start and (alike or OPINION in (one.act, other.act)):
            out[-1] = (before[0], kept[1])
        else:
            out.append(kept)
    return out
