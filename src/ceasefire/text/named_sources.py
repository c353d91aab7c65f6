"""Sources that name whom they mean by their form: bodies in apposition, the owner of a paper, names joined by "and"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ceasefire.text.agents import named_in
from ceasefire.text.attribution.spans import Span
from ceasefire.text.speakers import Speaker, speaker

if TYPE_CHECKING:
    from ceasefire.text.coreference import Mention, Mentions

_TITLE = re.compile(
    r"^(?:the |his |her |their |its )?(?:\w+ )?(president|prime minister|premier|chancellor|"
    r"secretary of state|foreign secretary|foreign minister|"
    r"defen[cs]e minister|envoy|spokes(?:man|woman|person)|press secretary|leader|minister|chief|"
    r"governor|mayor|senator)$",
    re.IGNORECASE,
)
_PAPER = re.compile(
    r"\b(?:statement|readout|version|communiqu[eé]|transcript|report|announcement|post|tweet|figures|data|assessment|"
    r"government|office|press service|website)\b",
    re.IGNORECASE,
)


def bodies_at_end(mentions: Mentions, source: Span) -> list[Speaker]:
    """Name the bodies that a source ends with in apposition: "news agencies A and B"."""
    inside = [m for m in mentions.latest if source[0] <= m.at and m.stop <= source[1] + 1]
    if len(inside) < 2 or not re.search(
        r"(?:agencies|ministries|countries|outlets|governments|media)\s+$",
        mentions.page.text[source[0] : inside[-2].at],
    ):
        return []
    return (
        [m.who for m in inside[-2:]]
        if re.fullmatch(r",? and ", mentions.page.text[inside[-2].stop : inside[-1].at])
        else []
    )


def owner_of_paper(mentions: Mentions, source: Span) -> list[Speaker]:
    """Name whose statement, readout or figures speak: the possessor, else who stands behind "from", "by", "of"."""
    words = mentions.page.text[slice(*source)]
    paper = _PAPER.search(words)
    if not paper:
        return []
    inside = [m for m in mentions.latest if source[0] <= m.at < source[1]]
    for m in inside:
        if re.match(r"['’]s?\b", mentions.page.text[m.stop : m.stop + 3]) and m.at - source[0] < paper.start():
            return [m.who]
    for m in inside:
        link = re.search(r"\b(?:from|by|of|issued by|published by) (?:the )?$", mentions.page.text[source[0] : m.at])
        if link and m.at - source[0] > paper.start():
            return [m.who]
    return []


def joined(mentions: Mentions, source: Span) -> list[Speaker]:
    """Name each of speakers joined by "and": "Moscow and Kyiv"."""
    text = mentions.page.text[slice(*source)]
    if not re.search(r"\band\b|&", text):
        return []
    inside = [m for m in mentions.latest if source[0] <= m.at < source[1]]
    out: list[Speaker] = []
    people: list[Speaker] = []
    at = 0
    for part in re.split(r",\s+(?:and\s+)?|\s+and\s+|\s*&\s*", text):
        begin = source[0] + text.index(part, at)
        at = begin - source[0] + len(part)
        low = part.strip().lower()
        if _TITLE.match(low) and not named_in(part):
            continue
        who = speaker(part, more=mentions.more) if low else None
        if who is not None and who.known and who not in out:
            out.append(who)
        elif len(own := [m for m in inside if begin <= m.at and m.stop <= source[0] + at]) == 1 and _ends(
            own[0], source[0] + at
        ):
            people.append(own[0].who)
    return _together(out, people) if len(out) + len(people) > 1 or (out and len(inside) == 1) else []


def _ends(one: Mention, stop: int) -> bool:
    return one.stop >= stop - 1


def _together(listed: list[Speaker], people: list[Speaker]) -> list[Speaker]:
    """Give the speakers of both lists, each once."""
    return list(dict.fromkeys([*listed, *people]))
