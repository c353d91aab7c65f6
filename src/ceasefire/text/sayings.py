"""From attributions to sayings: who takes which stance on which words, with whom it comes through.

An attribution is grammar; a saying has a public speaker and a cue of which we know what it does. What people think,
like or discuss in passing gives none. Within what one speaker says, another's agreement, demand, promise or refusal is
a saying of the second level, with the first in its chain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ceasefire.text.attribution.spans import Attribution, Span, inside, union, without
from ceasefire.text.attribution.verbs import subject_of
from ceasefire.text.coreference import Mentions
from ceasefire.text.matter import OPINION, features, matter, plain
from ceasefire.text.page import Page
from ceasefire.text.speakers import Speaker
from ceasefire.text.stance import SAYS, cue_stance, is_second

if TYPE_CHECKING:
    from spacy.tokens import Token


@dataclass
class Saying:
    """One attribution with its speakers."""

    speakers: list[Speaker]
    source: Span | None
    cue: Span
    content: list[Span]
    chain: tuple[str, ...] = ()
    direct: bool = False
    """Whether the content stands in quotation marks: "I" and "we" in it are the speaker."""
    turned: list[tuple[Span, str]] = field(default_factory=list)
    """Spans within the content in which the speaker itself takes another stance, with the words that do it."""


def sayings(page: Page, found: Sequence[Attribution], mentions: Mentions) -> list[Saying]:
    """Choose the attributions that are statements of public speakers, and name those.

    Parameters
    ----------
    page, mentions
        The parsed text, and whom it names.
    found
        Its attributions in the order of their cues.
    """
    out: list[Saying] = []
    order = sorted(found, key=lambda a: (a.level, a.cue))
    for first in order:
        one = first
        words = page.text[slice(*one.cue)]
        if not cue_stance(words) or one.source is None:
            continue
        holder = _holder(out, one)
        verb, source = _verb(page, one.cue), one.source
        one = _with_link(page, one, verb)
        put = words.startswith("asked ") and page.text[max(0, one.cue[0] - 2) : one.cue[0]] == ", "
        unsaid = put or (verb is not None and (_bare(verb) or _asked(verb) or _supposed(verb, words) or _adds(verb)))
        unsaid = unsaid or (verb is not None and holder is None and one.kind == "indirect" and _is_question(page, verb))
        if unsaid or not _is_told(page, one, words):
            continue
        if holder is None:
            speakers = mentions.resolve(source, outer=_above(page, out, source))
            if speakers:
                made = Saying(speakers, one.source, one.cue, list(one.content), (), one.kind == "direct")
                out.append(made)
                mentions.reported += [(span, speakers[0]) for span in made.content]
            continue
        participle = verb is not None and verb.tag_ == "VBG" and cue_stance(words) == SAYS and not holder.direct
        speakers = list(holder.speakers) if participle else mentions.resolve(source, outer=holder.speakers)
        if not speakers:
            continue
        if [s.name for s in speakers] == [s.name for s in holder.speakers] or set(speakers) <= set(holder.speakers):
            beside = verb is not None and verb.dep_ in ("advcl", "conj") and not holder.direct
            if participle or beside or (cue_stance(words) == SAYS and not holder.direct and one.level == 2):
                own = Saying(list(holder.speakers), one.source, one.cue, list(one.content), holder.chain, holder.direct)
                holder.content = _without_said(page, holder.content, one, participle=participle)
                out.append(own)
            else:
                holder.turned.append(((min(one.cue[0], one.content[0][0]), max(one.cue[1], one.content[-1][1])), words))
        elif verb is not None and _contrast(verb) and not holder.direct:
            holder.content = _without_said(page, holder.content, one)
            out.append(Saying(speakers, one.source, one.cue, list(one.content), holder.chain, holder.direct))
        elif is_second(words):
            chain = (*holder.chain, " and ".join(s.name for s in holder.speakers))
            out.append(Saying(speakers, one.source, one.cue, list(one.content), chain, holder.direct))
    for said in out:
        said.content = _goes_on(page, said, out)
    return [said for said in out if said.content]


def _with_link(page: Page, one: Attribution, verb: Token | None) -> Attribution:
    """Add what hangs on a cue of stance behind its object: "offered his support TO A FORCE"."""
    if verb is None or cue_stance(page.text[slice(*one.cue)]) in (SAYS, "") or one.kind == "direct":
        return one
    stop = one.content[-1][1]
    for child in verb.children:
        if child.dep_ == "prep" and child.lower_ in ("to", "for") and page.at(child) == stop + 1:
            last = (one.content[-1][0], page.behind(child.right_edge))
            return replace(one, content=(*one.content[:-1], last))
    return one


def _contrast(verb: Token) -> bool:
    """Tell whether a clause is set beside another with "while": the outlet says it, not the speaker before."""
    marks = {c.lower_ for c in verb.children if c.dep_ == "mark"}
    return verb.dep_ == "advcl" and bool(marks & {"while", "whereas", "although", "though"})


def _supposed(verb: Token, cue: str) -> bool:
    """Tell whether a cue is only supposed or done to: "if they agree", "after both accept", "into accepting"."""
    if cue_stance(cue) == SAYS:
        return False
    marks = {c.lower_ for c in verb.children if c.dep_ == "mark"}
    above = verb.head.lower_ if verb.head is not verb else ""
    if marks & {"if", "after", "once", "when", "until", "unless", "whether", "before"}:
        return verb.tag_ in ("VBP", "VBZ", "VB") or bool(marks & {"if", "whether", "unless"})
    return (verb.tag_ == "VBG" and verb.dep_ == "pcomp") or above in ("condition", "basis", "conditions")


def _is_told(page: Page, one: Attribution, cue: str) -> bool:
    """Tell whether a content says something: a clause, a quotation, or a thing that the cue takes a stance on."""
    begin, stop = one.content[0][0], one.content[-1][1]
    words = [w for span in one.content for w in page.words(*span)]
    if re.search(r"\bwithout (?:\w+ )?$", page.text[max(0, one.cue[0] - 16) : one.cue[0]]):
        return True
    clear = re.search(r"\b(?:not|n['’]t) (?:\w+ )?(?:clear|known)\b", page.text[max(0, begin - 30) : begin])
    if clear or all(w.tag_[:3] == "NNP" or w.tag_ in ("DT", "PRP", "IN", "POS") or w.is_punct for w in words):
        return False
    if one.kind in ("direct", "mixed") or cue_stance(cue) in ("judges", "silent"):
        return True
    if cue_stance(cue) != SAYS:
        clause = any(w.tag_ in ("VB", "VBD", "VBZ", "VBP", "MD") for w in words)
        return clause or bool(features(plain(page.text[begin:stop])))
    if any(w.tag_ in ("VBD", "VBZ", "VBP", "MD") for w in words) or any(w.tag_ == "TO" for w in words):
        return True
    return matter(page.text[begin:stop]).act != OPINION


def _above(page: Page, out: list[Saying], source: Span) -> list[Speaker]:
    """Give who spoke last in the paragraph, for "we" and "I" that no cue was found for."""
    here = page.paragraph(source[0])
    near = [s for s in out if s.source and page.paragraph(s.source[0]) == here and s.source[0] < source[0]]
    return list(near[-1].speakers) if near else []


def _adds(verb: Token) -> bool:
    """Tell whether a participle adds a thing and no words: "A joined, adding doubts to ..."."""
    doc, at = verb.doc, verb.i
    thing = verb.lower_ == "adding" and at + 2 < len(doc) and doc[at + 1].tag_ in ("NN", "NNS")
    return thing and doc[at + 2].lower_ in ("to", "about", "on", "over")


def _is_question(page: Page, verb: Token) -> bool:
    """Tell whether the outlet asks and does not state: "Why does X refuse to ...?"."""
    end = page.offset(verb.doc) + verb.sent.end_char
    return page.text[:end].rstrip()[-1:] == "?"


def _asked(verb: Token) -> bool:
    """Tell whether a participle says what somebody was asked, not what they asked: "Asked whether ..., she said"."""
    helpers = any(c.dep_ in ("aux", "auxpass") for c in verb.children)
    return verb.lower_ in ("asked", "questioned", "pressed") and not helpers and verb.dep_ in ("advcl", "acl", "prep")


def _without_said(page: Page, content: list[Span], one: Attribution, *, participle: bool = False) -> list[Span]:
    """Take what is said in a clause of its own, with its speaker and cue, out of what it stood in."""
    near = one.source is not None and not participle and 0 <= one.cue[0] - one.source[1] < 25
    holes = [*one.content, one.cue, *([one.source] if one.source is not None and near else [])]
    left = without(content, [(min(h[0] for h in holes), max(h[1] for h in holes))])
    return [span for span in left if sum(c.isalnum() for c in page.text[slice(*span)]) > 8]


def _holder(out: list[Saying], one: Attribution) -> Saying | None:
    """Give the innermost saying that has the cue in its content."""
    best: Saying | None = None
    for other in out:
        if inside(one.cue, union(other.content)) and (best is None or _size(other.content) < _size(best.content)):
            best = other
    return best


def _size(spans: list[Span]) -> int:
    return sum(stop - begin for begin, stop in spans)


def _verb(page: Page, cue: Span) -> Token | None:
    verbs = [w for w in page.words(*cue) if w.tag_[:2] == "VB" and w.dep_ not in ("aux", "auxpass")]
    return verbs[-1] if verbs else None


def _bare(verb: Token) -> bool:
    """Tell whether a verb is an infinitive that reports no saying: "wants to say", but not "pushed for X to agree"."""
    if verb.tag_ != "VB":
        return False
    helpers = [c for c in verb.children if c.dep_ == "aux"]
    if any(c.tag_ == "TO" for c in helpers):
        return cue_stance(verb.head.text) in ("", SAYS, "silent") or verb.dep_ != "xcomp"
    return not helpers and not (verb.dep_ == "conj" and not _bare(verb.head)) and subject_of(verb) is None


def _goes_on(page: Page, one: Saying, out: list[Saying]) -> list[Span]:
    """Add the clause that goes on with "and" behind a cue in the middle: "A, she said, and B"."""
    if one.direct or not one.source or cue_stance(page.text[slice(*one.cue)]) != SAYS:
        return one.content
    own = (min(one.cue[0], one.source[0]), max(one.cue[1], one.source[1]))
    if not one.content or one.content[-1][1] > own[0]:
        return one.content
    verb = _verb(page, one.cue)
    if verb is None:
        return one.content
    offset = page.offset(verb.doc)
    end = offset + verb.sent.end_char
    tail = page.text[own[1] : end]
    go = re.match(
        r", (?:and|but) (?=(?:it|he|she|they|that|the|will|would|has|have|had|is|are|was|were|must|can|could)\b)", tail
    )
    if not go:
        return one.content
    begin = own[1] + go.end()
    if any(begin <= other.cue[0] < end for other in out if other is not one):
        return one.content
    return [*one.content, (begin, end)]
