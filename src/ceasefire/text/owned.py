"""Statements that a noun owns: "Kyiv's demand for ...", "a proposal from ...", "the president's agreement to ..."."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ceasefire.text.attribution.lexicon import words_with
from ceasefire.text.attribution.spans import Span
from ceasefire.text.coreference import Mentions
from ceasefire.text.page import Page
from ceasefire.text.sayings import Saying
from ceasefire.text.speakers import Speaker, side_of, state_named

if TYPE_CHECKING:
    from spacy.tokens import Token

NOUNS = {
    "agreement": ("to", "on", "with"),
    "acceptance": ("of",),
    "demand": ("for",),
    "demands": ("for",),
    "call": ("for",),
    "calls": ("for",),
    "proposal": ("for", "to", "of"),
    "offer": ("of", "to"),
    "warning": ("of", "about"),
    "warnings": ("of", "about"),
    "threat": ("of", "to"),
    "threats": ("of", "to"),
    "refusal": ("to",),
    "rejection": ("of",),
    "promise": ("of", "to"),
    "pledge": ("of", "to"),
    "backing": ("to", "for"),
    "support": ("for",),
    "claim": ("of",),
    "claims": ("of",),
}
"""Nouns that attribute, and the prepositions of their contents."""
_NOUNS = frozenset(NOUNS)
PROPOSALS = ("proposal", "offer")
_AFFIX = re.compile(r"-(?:led|backed|brokered|drafted)$", re.IGNORECASE)


def owned(page: Page, mentions: Mentions, told: list[Saying]) -> list[Saying]:
    """Find the statements that a noun attributes to its owner.

    Parameters
    ----------
    page, mentions
        The parsed text, and whom it names.
    told
        What verbs attribute already: a noun that is part of their cue gives nothing more; one in their content, a
        claim of the second level.
    """
    out: list[Saying] = []
    proposed: set[str] = set()
    for doc in page.docs:
        for noun in words_with(doc, "LOWER", _NOUNS):
            if noun.tag_ not in ("NN", "NNS"):
                continue
            links = NOUNS[noun.lower_]
            at = page.at(noun)
            if any(one.cue[0] <= at < one.cue[1] for one in told):
                continue
            holder = _innermost(told, at)
            found = _owner(page, noun, mentions, holder)
            if found is None:
                continue
            speakers, source = found
            content = _content(page, noun, links)
            if content is None or (holder is not None and set(speakers) <= set(holder.speakers)):
                continue
            if noun.lower_ in PROPOSALS:
                if speakers[0].name in proposed:
                    continue
                proposed.add(speakers[0].name)
            chain = (*holder.chain, " and ".join(s.name for s in holder.speakers)) if holder is not None else ()
            out.append(Saying(speakers, source, (at, page.behind(noun)), [content], chain))
    return out


def _innermost(told: list[Saying], at: int) -> Saying | None:
    held = [s for s in told if any(a <= at < b for a, b in s.content)]
    return min(held, key=lambda s: sum(b - a for a, b in s.content), default=None)


def _owner(page: Page, noun: Token, mentions: Mentions, holder: Saying | None) -> tuple[list[Speaker], Span] | None:
    for child in noun.children:
        source: Span | None = None
        if child.dep_ == "poss":
            words = [w for w in child.subtree if w.tag_ != "POS"]
            source = page.span(words)
        elif child.dep_ == "prep" and child.lower_ in ("from", "by") and child.i > noun.i:
            inner = next((c for c in child.children if c.dep_ == "pobj"), None)
            source = (
                page.span([w for w in inner.lefts if w.dep_ == "compound"] + [inner]) if inner is not None else None
            )
        elif (
            child.dep_ in ("compound", "amod", "nmod") and child.tag_ in ("NNP", "JJ", "NN", "VBN") and child.i < noun.i
        ):
            whole = page.span([child.left_edge, child])
            text = _AFFIX.sub("", page.text[slice(*whole)])
            source = (whole[0], whole[0] + len(text))
            if page.text[source[1] :].startswith("-proposed"):
                continue
            if not any(m.at == source[0] for m in mentions.latest):
                state = state_named(side_of(text))
                if state is None:
                    continue
                return [state], source
        if source is None:
            continue
        speakers = mentions.resolve(source, outer=holder.speakers if holder else ())
        speakers = [s for s in speakers if s.known or s.party]
        if speakers:
            return speakers, source
    return None


def _content(page: Page, noun: Token, links: tuple[str, ...]) -> Span | None:
    for child in noun.children:
        if child.i < noun.i:
            continue
        edge = [child.left_edge, child.right_edge]
        if child.dep_ == "prep" and child.lower_ in links:
            if edge[1].i > edge[0].i:
                return page.at(edge[0].nbor(1)), page.behind(edge[1])
            continue
        if child.dep_ in ("acl", "relcl", "ccomp") and any(c.tag_ == "TO" or c.dep_ == "mark" for c in child.children):
            return page.at(edge[0]), page.behind(edge[1])
        if child.dep_ == "prep" and child.lower_ == "from":
            tail = [c for w in child.subtree for c in w.children if c.dep_ == "prep" and c.lower_ in links]
            if tail:
                return page.at(tail[0]), page.behind(tail[0].right_edge)
    link = re.match(
        r"(?: from (?:the )?[A-Z][\w’'.-]*(?: [A-Z][\w’'.-]*)*| \w+day)? (?=(for|that|to)\b)",
        page.text[page.behind(noun) :][:80],
    )
    if link and (link[1] in links or link[1] == "that"):
        begin = page.behind(noun) + link.end()
        held = [w for w in noun.sent if w.dep_ in ("advcl", "ccomp", "acl", "relcl") and page.at(w.left_edge) == begin]
        stop = page.behind(held[0].right_edge) if held else page.offset(noun.doc) + noun.sent.end_char
        return begin, stop
    before = [c for c in noun.children if c.dep_ in ("compound", "nmod") and c.tag_ in ("NN", "NNS") and c.i < noun.i]
    if before and noun.lower_ in PROPOSALS:
        return page.at(before[-1].left_edge), page.behind(before[-1])
    return None
