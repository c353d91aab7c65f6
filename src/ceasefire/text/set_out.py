"""Sayings that no verb of a sentence tells: headlines, and lists that go on over several sentences.

"Kremlin: ceasefire to begin on Friday", "Ceasefire to begin on Friday, says Kremlin", "X set out three conditions.
First, ... Second, ...": a parser of whole sentences finds no speech in them; their form tells it.
"""

from __future__ import annotations

import re

from ceasefire.text.agents import is_person
from ceasefire.text.attribution.spans import Span
from ceasefire.text.coreference import Mentions
from ceasefire.text.matter import OPINION, matter
from ceasefire.text.page import Page
from ceasefire.text.sayings import Saying
from ceasefire.text.speakers import Speaker
from ceasefire.text.stance import SAYS, cue_stance

_HEADING_CHARS = 160
_SENTENCE_END = re.compile(r"[.!?]\s+\S")
_COLON = re.compile(r"(?:['’]s? [a-z][\w ]{0,24})?:\s+(?=\S)")
_VERB = re.compile(r" (?:also |again )?(?P<verb>[a-z]+s)\s+(?:that )?(?=\S)")
_SAID_LAST = re.compile(r"[,:–—-]?\s(?P<verb>says?|said|tells? \w+|claims?|warns?|insists?) (?:the )?$")
_ANNOUNCED = re.compile(
    r"\b(?:two|three|four|five|six|several|some|a (?:list|number|series|set) of) (?:[\w-]+ ){0,2}"
    r"(?P<noun>demands|conditions|points|terms|steps|requests|proposals|things|reasons|priorities|concessions)\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    r"(?:the )?(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|fourth|fifth|sixth|finally|last(?:ly)?)(?:,|\s+is that)\s+",
    re.IGNORECASE,
)
_LONGEST_LIST = 7
_QUOTED = re.compile(r":\s+(\"|“|''|‘)(?=\S)")
_CLOSING = {'"': '"', "“": "”", "''": "''", "‘": "’"}
_TURN = re.compile(r"(Q|A)(?:[:.]\s*|(?=[A-Z“\"]))(?=\S)")
""""Q: When?", "QWhen?" and "A: Then." at the beginning of a paragraph."""


def set_out(page: Page, mentions: Mentions, told: list[Saying]) -> list[Saying]:
    """Find what the heading and lists over several sentences say, where no other saying covers it.

    Parameters
    ----------
    page, mentions
        The parsed text, and whom it names.
    told
        What was found already; nothing is taken twice.
    """
    taken = [span for one in told for span in (*one.content, one.cue)]

    def free(span: Span) -> bool:
        return not any(a < span[1] and span[0] < b for a, b in taken)

    found = [*_heading(page, mentions), *_lists(page, mentions), *_colons(page, mentions), *_answers(page, mentions)]
    return [one for one in found if all(free(span) for span in one.content)]


def _heading(page: Page, mentions: Mentions) -> list[Saying]:
    begin, stop = page.spans[0] if page.spans else (0, 0)
    words = page.text[begin:stop].rstrip(" .\n")
    stop = begin + len(words)
    if not words or len(words) > _HEADING_CHARS or "\n" in words or _SENTENCE_END.search(words):
        return []
    inside = [m for m in mentions.latest if begin <= m.at < stop]
    if not inside:
        return []
    first, last = inside[0], inside[-1]
    if first.at == begin:
        if colon := _COLON.match(page.text, first.stop, stop):
            return [_made(first.who, (first.at, first.stop), (colon.end() - 2, colon.end() - 1), (colon.end(), stop))]
        verb = _VERB.match(page.text, first.stop, stop)
        if verb and cue_stance(verb["verb"]) not in ("", "judges"):
            content = (verb.end(), stop)
            if cue_stance(verb["verb"]) == SAYS or matter(page.text[slice(*content)]).act != OPINION:
                return [_made(first.who, (first.at, first.stop), verb.span("verb"), content)]
    said = _SAID_LAST.search(page.text[begin : last.at])
    if said and page.text[last.stop : stop].strip() == "" and said.start() > 3:
        cue = (begin + said.start("verb"), begin + said.end("verb"))
        return [_made(last.who, (last.at, last.stop), cue, (begin, begin + said.start()))]
    return []


def _lists(page: Page, mentions: Mentions) -> list[Saying]:
    """Find "X set out three conditions. First, A. Second, B": each item is X's."""
    spans = [span for span, _ in page.sentences()]
    out: list[Saying] = []
    for at, (begin, stop) in enumerate(spans):
        named = _ANNOUNCED.search(page.text, begin, stop)
        subject = next((m for m in mentions.latest if begin <= m.at < stop and m.subject), None)
        if named is None or subject is None or subject.at > named.start():
            continue
        for first, last in spans[at + 1 : at + 1 + _LONGEST_LIST]:
            start = _ORDINAL.match(page.text, first, last)
            if start is None:
                break
            end = first + len(page.text[first:last].rstrip(" .\n"))
            out.append(_made(subject.who, (subject.at, subject.stop), named.span("noun"), (start.end(), end)))
    return out


def _colons(page: Page, mentions: Mentions) -> list[Saying]:
    """Find a name, a colon and a quotation: 'X: "Our goal is ..." Y: "The mission is ..."'."""
    out: list[Saying] = []
    for m in mentions.latest:
        colon = _QUOTED.match(page.text, m.stop)
        starts = not page.text[: m.at].rstrip(" ")[-1:].strip() or page.text[: m.at].rstrip()[-1:] in "\".!?”’'"
        if colon is None or not starts:
            continue
        closing = _CLOSING[colon[1]]
        stop = page.text.find(closing, colon.end())
        if 0 < stop < page.spans[page.paragraph(m.at)][1]:
            out.append(
                _made(m.who, (m.at, m.stop), (colon.start(), colon.start() + 1), (colon.end(), stop), direct=True)
            )
    return out


def _answers(page: Page, mentions: Mentions) -> list[Saying]:
    """Find the answers of a printed interview, "Q: ..." and "A: ...": of the first person its heading names."""
    marks = [(at, m) for at, (begin, stop) in enumerate(page.spans) if (m := _TURN.match(page.text, begin, stop))]
    answers = [(at, m) for at, m in marks if m[1] == "A"]
    if len(answers) < 2 or not any(m[1] == "Q" for _, m in marks):
        return []
    first = answers[0][1].start()
    asked = next((m for m in mentions.latest if m.at < first and is_person(m.who)), None)
    if asked is None:
        return []
    source = (asked.at, asked.stop)
    return [
        _made(asked.who, source, (m.start(), m.start() + 1), (m.end(), page.spans[at][1]), direct=True)
        for at, m in answers
    ]


def _made(who: Speaker, source: Span, cue: Span, content: Span, *, direct: bool = False) -> Saying:
    return Saying([who], source, cue, [content], direct=direct)
