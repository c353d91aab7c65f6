"""Who can speak at all: persons, bodies and groups, told from wars, tactics and deals by their nouns."""

from __future__ import annotations

import re
from typing import Any

from ceasefire.text.speakers import Speaker, all_named, speaker

PERSON = "person"
"""Office of somebody whom only the text introduces."""
BODY_NAME = re.compile(
    r"\b(?:Ministry|Department|Agency|Party|Council|Committee|House|Senate|Court|Office|University|"
    r"Institute|Union|Association|Bank|Center|Centre|"
    r"Command|Police|Front|Organi[sz]ation|Foundation|Commission|Service|Mission|Observatory|Network|"
    r"Coalition|Group|Nations|Alliance|[A-Z]{2,6})\b"
)
GIVEN = re.compile(r"(?:[A-Z][\w’'-]+ ){1,2}[A-Z][\w’'-]+")
NAME_NOUNS = (
    "president",
    "leader",
    "secretary",
    "minister",
    "officials",
    "government",
    "administration",
    "ministry",
    "forces",
)
STATES = ("Russia", "Ukraine", "United States", "United Kingdom", "France", "Germany", "China")
AGENT = re.compile(
    r"\b(?:officials?|officers?|sources?|analysts?|experts?|diplomats?|authorit(?:y|ies)|leaders?|"
    r"ministers?|lawmakers|aides?|"
    r"advis[eo]rs?|commanders?|negotiators?|allies|agenc(?:y|ies)|military|army|forces|troops|"
    r"governments?|ministry|administration|"
    r"delegation|team|spokes(?:man|woman|person)|residents?|witness(?:es)?|critics|observers|monitors?|"
    r"investigators|rebels|militias?|mediators?|villagers|locals|survivors|families|relatives|clerics?|lawmakers|parliamentarians|activists?|"
    r"groups?|police|president|chief|envoy|report|statement|study|survey|poll|people|members|civilians|"
    r"refugees|insurgents|fighters|voters|scientists|economists|scholars|researchers|aide|court|judge|"
    r"union|council|parliament|congress|party|"
    r"campaign|company|organi[sz]ation|committee|mayor|governor|soldiers?|man|woman|mother|father|family|"
    r"doctors?|figures|data)\b",
    re.IGNORECASE,
)


def head_of(token: Any) -> Any:
    """Give the last word of the name that a word begins."""
    while (
        token.dep_ in ("compound", "nmod", "amod", "det")
        and token.head.i > token.i
        and (token.head.tag_[:3] == "NNP" or token.head.lower_ in NAME_NOUNS)
    ):
        token = token.head
    return token


def named_in(words: str) -> list[Speaker]:
    """Give the known speakers that words name, in order."""
    return [who for _, who in all_named(words)]


def is_person(who: Speaker) -> bool:
    """Tell whether a speaker is a person and no body.

    >>> is_person(speaker("Putin")), is_person(speaker("Kremlin"))
    (True, False)
    """
    if who.office == PERSON:
        return True
    return (
        who.known
        and bool(
            re.match(
                r"(?:President|Prime Minister|Foreign|Spokes|Envoy|Aide|Press Sec|Special Envoy|"
                r"Secretary|Head|Defen|Vice|National)",
                who.office,
            )
        )
        and who.name not in (who.office, "Downing Street")
    )


def state_of_people(word: str) -> str:
    """Give the state whose people a word names: "Russians"; empty where it names none that is known."""
    one = speaker(f"{word.lower().removesuffix('s')} officials") if word[:1].isupper() and word.endswith("ns") else None
    return one.party if one is not None and one.party and not one.known else ""


def tail_kept(who: Speaker, behind: str) -> Speaker:
    """Keep "familiar with the talks" behind a group that nothing else names."""
    kept = re.match(r"familiar with(?: \w+){1,3}|close to(?: \w+){1,2}|in the region", behind)
    return (
        Speaker(f"{who.name} {kept[0]}", party=who.party, office=who.office, known=False)
        if kept and not who.known
        else who
    )


def leads(who: Speaker) -> bool:
    """Tell whether a person is a head of state or of government."""
    return who.office.startswith(("President", "Prime Minister of"))
