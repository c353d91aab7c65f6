"""What verbs of agreeing, asking and refusing take that the general finder of attributions leaves out.

"Promised a rapid end", "asked the mission to stay", "pushed for the other side to agree to an exchange", "abstained
from making guarantees": the object, the infinitive or what stands behind the preposition is the content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ceasefire.text.attribution.lexicon import words_with
from ceasefire.text.attribution.spans import Attribution, Span
from ceasefire.text.attribution.verbs import branch, cue_words, is_passive, noun_phrase, subject_of
from ceasefire.text.page import Page
from ceasefire.text.stance import SAYS, cue_stance

if TYPE_CHECKING:
    from spacy.tokens import Token

LINKS = ("to", "for", "against", "from", "on", "with")
_FORMS = frozenset(("VBD", "VBZ", "VBP", "VBN", "VBG"))
SKIPPED = ("judges", "predicts", "wants", "doubts", "", SAYS)


def commitments(page: Page, found: list[Attribution]) -> list[Attribution]:
    """Find attributions by verbs of commitment that are not among those found, with their level.

    Parameters
    ----------
    page
        The parsed text.
    found
        What was found already; a cue is not taken twice.
    """
    taken = [one.cue for one in found]
    out = []
    for doc in page.docs:
        for verb in words_with(doc, "TAG", _FORMS):
            doing = cue_stance(verb.lower_)
            if doing in SKIPPED and doing != SAYS:
                continue
            at = page.at(verb)
            if (
                any(a <= at < b for a, b in taken)
                or is_passive(verb)
                or verb.dep_ in ("amod", "aux", "auxpass", "compound")
            ):
                continue
            one = _read(page, verb, clause_only=doing == SAYS)
            if one is not None:
                out.append(_levelled(one, found))
    return out


def _read(page: Page, verb: Token, *, clause_only: bool) -> Attribution | None:
    subject = subject_of(verb)
    if subject is None or subject.tag_ in ("DT", "WDT"):
        return None
    content = _behind_that(verb) if clause_only else _content(verb)
    if not content:
        return None
    doc = verb.doc
    source = {i for i in noun_phrase(subject) if i < verb.i or subject.i > verb.i}
    content -= source
    if not source or not content:
        return None
    return Attribution(
        page.span([doc[min(source)], doc[max(source)]]),
        page.span([doc[i] for i in (cue_words(verb)[0], cue_words(verb)[-1])]),
        (page.span([doc[min(content)], doc[max(content)]]),),
        1,
        "indirect",
    )


def _behind_that(verb: Token) -> set[int]:
    """Give the clause behind a "that" that the parser hung elsewhere: "said after the talks that ..."."""
    end = verb.sent.end
    for i in range(verb.i + 1, min(verb.i + 9, end)):
        if verb.doc[i].lower_ == "that" and verb.doc[i].tag_ in ("IN", "WDT") and i > verb.i + 1 and end - i > 4:
            return set(range(i + 1, end - (verb.doc[end - 1].is_punct)))
    return set()


def _content(verb: Token) -> set[int]:
    children = [c for c in verb.children if c.i > verb.i]
    clause = [c for c in children if c.dep_ in ("ccomp", "xcomp")]
    things = [c for c in children if c.dep_ == "dobj"]
    links = [c for c in children if c.dep_ == "prep" and c.lower_ in LINKS]
    meant = [c for c in children if c.dep_ == "advcl" and c.left_edge.lower_ == "for" and c.tag_ == "VB"]
    if meant and not things:
        last = verb.sent.end - 1
        inner = _within(meant[0])
        return set(range(min(inner), last)) if inner else branch(meant[0]) - {meant[0].left_edge.i}
    if clause:
        return {i for c in [*things, *clause] for i in branch(c)}
    if links and not things:
        words = branch(links[0]) - {links[0].i}
        agreed = [w for i in words if (w := verb.doc[i]).lower_ in _AGREE and w.tag_ == "VB"]
        return _within(agreed[0]) if agreed else words
    return {i for c in things for i in branch(c)}


_AGREE = ("agree", "accept", "commit")


def _within(verb: Token) -> set[int]:
    """Give what is to be agreed to, where the asked-for act is an agreement."""
    if verb.lower_ not in _AGREE:
        return set()
    inner = [c for c in verb.children if c.dep_ in ("prep", "dobj", "xcomp") and c.i > verb.i]
    return branch(inner[0]) - ({inner[0].i} if inner[0].dep_ == "prep" else set()) if inner else set()


def _levelled(one: Attribution, found: list[Attribution]) -> Attribution:
    def holds(span: Span) -> bool:
        return span[0] <= one.cue[0] and one.cue[1] <= span[1]

    level = 1 + max((other.level for other in found if any(holds(s) for s in other.content)), default=0)
    return Attribution(one.source, one.cue, one.content, level, one.kind)
