"""What the outlet states itself, and lists that go on from what somebody said.

Only what can be held against evidence: force used, ground taken or lost, aid given or stopped, people hurt, figures,
what a party aims at, and what nobody has verified. Meetings, comment and background give none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ceasefire.text.attribution.spans import Span, without
from ceasefire.text.certainty import checked
from ceasefire.text.matter import Matter, features, matter, plain
from ceasefire.text.page import Page
from ceasefire.text.quantity import quantities
from ceasefire.text.sayings import Saying
from ceasefire.text.split import pieces, sentences
from ceasefire.text.stance import SAYS, cue_stance

if TYPE_CHECKING:
    from spacy.tokens import Token

EVENTS = (
    "attack",
    "advance",
    "territory",
    "aid",
    "casualties",
    "encirclement",
    "transfer",
    "mobilisation",
    "proliferation",
    "monitoring",
    "clemency",
    "movement",
)
"""Acts and matters that the outlet's own clause must be about."""
HELD = ("halt", "guarantees")
"""Matters that the outlet states where its clause tells the terms or the outcome of an agreement."""
_TERMS = re.compile(
    r"\b(?:ended with|ends with|stopped short|break in (?:the )?fighting|envisages?|provides? for|"
    r"stipulates?|explicitly|barred|includes?|"
    r"would (?:allow|require|ban|halt|stop)|violated|breached|expired|took effect|came into force|"
    r"entered into force|is not in|collapsed|held)\b",
    re.IGNORECASE,
)
_MEASURED = (
    "persons",
    "people",
    "civilians",
    "soldiers",
    "troops",
    "casualties",
    "%",
    "minutes",
    "hours",
    "children",
    "percent",
    "of",
)
_UNTOLD = re.compile(
    r"\b(?:(?:it|this|that|which) )?(?:has|have|had|is|was|were|could|can)(?: not|n['’]t|"
    r"not)(?: \w+ly)?(?: been| be)?(?: \w+ly)? (?:verified|confirmed|specified|clear|known)\b|\bunclear\b",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"^(?:they|these|those|the (?:demands|conditions|terms|points|concessions))\s+(?:also )?(?:include|"
    r"included|are|were|range from|ranged from|cover|call for)\s+",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"\b(?:demands?|conditions?|concessions?|terms|points|proposals|requests|steps|phases)\b", re.IGNORECASE
)
_MEASURE = re.compile(r"\d|\b(?:not|n['’]t|unclear|hundred|thousand|million|dozen)")
_HEDGED = re.compile(r"^(?:who|whose|whom|which)\b", re.IGNORECASE)


def own_statements(page: Page, told: list[Saying]) -> list[tuple[Span, Matter, str]]:
    """Find what the outlet itself states: contents with matter and stance.

    Parameters
    ----------
    page
        The parsed text.
    told
        What others say; their words are no statement of the outlet.
    """
    taken = [span for one in told if not one.chain for span in _whole(one)]
    out: list[tuple[Span, Matter, str]] = []
    for begin, stop in page.spans:
        for sentence in sentences(page, (begin, stop)):
            before = len(out)
            if not _MEASURE.search(page.text, *sentence) and not features(plain(page.text[slice(*sentence)])):
                continue
            for free in without([sentence], taken):
                told_before = False
                for piece in pieces(page, free):
                    found = _stated(page, piece, goes_on=told_before)
                    told_before = found is not None
                    if found is not None:
                        out.append(found)
            if len(out) == before:
                hole = _UNTOLD.search(page.text[slice(*sentence)])
                if hole and not any(a <= sentence[0] + hole.start() < b for a, b in _cued(told)):
                    out += _untold(page, sentence, hole)
    return out


def _whole(one: Saying) -> list[Span]:
    parts = [*one.content, one.cue, *([one.source] if one.source else [])]
    if one.direct:
        return parts
    return [*parts, *((a, b) for a, b in [(min(p[0] for p in parts[-2:]), max(p[1] for p in parts[-2:]))])]


def _cued(told: list[Saying]) -> list[Span]:
    return [span for one in told if one.direct for span in one.content]


def _untold(page: Page, sentence: Span, hole: re.Match[str]) -> list[tuple[Span, Matter, str]]:
    words = page.text[slice(*sentence)]
    stance = "cannot_confirm" if re.search("verif|confirm|clear|unclear|known", hole[0]) else "silent"
    asked = re.match(r",? (?:exactly )?(?:yet )?(?=(?:what|who|how|when|why|where|whether)\b)", words[hole.end() :])
    begin = sentence[0] + (hole.end() + asked.end() if asked else hole.start())
    stop = sentence[1]
    joined = re.search(r", (?:but|and|with)\b", page.text[begin:stop])
    return [((begin, begin + joined.start() if joined else stop), matter(words), stance)]


def _stated(page: Page, piece: Span, *, goes_on: bool) -> tuple[Span, Matter, str] | None:
    words = page.text[slice(*piece)]
    if goes_on and matter(words).act.split(".")[0] in EVENTS and len(words) > 12:
        return piece, matter(words), "asserts"
    if (
        len(words.split()) < 4
        or words.rstrip().endswith("?")
        or _HEDGED.match(words)
        or page.text[piece[1] : piece[1] + 1] == "?"
    ):
        return None
    if _UNTOLD.search(words):
        return None
    verb = _main_verb(page, piece)
    if verb is None or _reports(page, piece):
        return None
    about = matter(words)
    event = about.act.split(".")[0] in EVENTS
    if event or (about.act in HELD and _TERMS.search(words)) or _measured(words):
        if checked(words) == "not_verified":
            return piece, about, "cannot_confirm"
        return piece, about, "asserts"
    return None


def _reports(page: Page, piece: Span) -> bool:
    """Tell whether somebody says something in a piece: then it is not the outlet's."""
    verbs = [w for w in page.words(*piece) if w.tag_[:2] == "VB" and w.dep_ not in ("aux", "auxpass", "amod")]
    return any(cue_stance(w.text) == SAYS and any(c.dep_ == "nsubj" for c in w.children) for w in verbs)


def _measured(words: str) -> bool:
    """Tell whether words state a figure of people, time or share."""
    return any(
        q.unit in _MEASURED and q.words.lower() not in ("one", "two", "a") and q.unit != "of" for q in quantities(words)
    )


def _main_verb(page: Page, piece: Span) -> Token | None:
    """Give the finite verb of a piece that has its subject or shares one."""
    for word in page.words(*piece):
        if word.tag_ in ("VBD", "VBZ", "VBP", "MD") and word.dep_ not in ("relcl", "acl"):
            return word
        if word.tag_ == "VBN" and any(c.dep_ in ("aux", "auxpass") for c in word.children):
            return word
    return None


def listed(page: Page, out: list[tuple[Span, str]]) -> list[tuple[Span, int]]:
    """Find lists that go on in a sentence of their own: "They include A and B"; gives each item and whose list it is.

    Parameters
    ----------
    page
        The parsed text.
    out
        Contents and words of the claims so far, in the order of the text.

    Returns
    -------
    Items of lists, each with the position in `out` of the claim that the list belongs to.
    """
    found = []
    for span, _ in page.sentences():
        start = _LIST.match(page.text[slice(*span)])
        if not start:
            continue
        owner = next(
            (
                i
                for i, (content, words) in reversed(list(enumerate(out)))
                if content[1] <= span[0] and span[0] - content[1] < 200 and _LISTED.search(words)
            ),
            None,
        )
        if owner is None:
            continue
        for item in pieces(page, (span[0] + start.end(), span[1])):
            found.append((item, owner))
    return found
