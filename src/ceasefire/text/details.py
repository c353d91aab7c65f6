"""The details of a claim: time, quantity, place, accused party, certainty, and its id."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from math import nan
from typing import NamedTuple

from ceasefire.model.records import EPOCH, Claim
from ceasefire.text.article import Said
from ceasefire.text.certainty import certainty
from ceasefire.text.page import Page
from ceasefire.text.quantity import Quantity, quantities
from ceasefire.text.when import when

UNITS = {
    "persons": (
        "civilians",
        "people",
        "persons",
        "soldiers",
        "troops",
        "casualties",
        "children",
        "prisoners",
        "men",
        "women",
        "killed",
        "dead",
        "wounded",
        "injured",
        "residents",
        "deaths",
        "fighters",
        "ukrainian",
        "russian",
    ),
    "days": ("day", "days"),
    "weeks": ("week", "weeks"),
    "months": ("month", "months"),
    "years": ("year", "years"),
    "hours": ("hour", "hours"),
    "minutes": ("minute", "minutes"),
    "percent": ("%", "percent"),
    "settlements": ("settlements", "settlement", "villages", "towns", "village", "town"),
}
"""What is counted, and the words for it."""
_SKIPPED = ("of", "one", "the")


def claim_of(page: Page, one: Said, *, text: str, archived: str, outlet: str, published: datetime, zone: str) -> Claim:
    """Make the claim with all that its words tell."""
    begin, stop = page.clean.back(one.content)
    words = text[begin:stop]
    sentence = page.text[slice(*_sentence(page, one.content))]
    time = when(page.text[slice(*one.content)], published, zone=zone)
    cue = page.text[slice(*one.cue)] if one.cue else ""
    count = _counted(page.text[slice(*one.content)])
    source = page.clean.back(one.source) if one.source else (-1, -1)
    key = f"{archived}|{one.who.name}|{begin}|{stop}|{'|'.join(one.chain)}"
    return Claim(
        id="c-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12],
        source="",
        granule="",
        line=text.count("\n", 0, begin) + 1,
        claimant=one.who.party,
        speaker=one.who.name,
        said=published,
        stance=one.stance,
        act=one.matter.act,
        object_class=one.matter.object_class,
        start=time.start,
        end=time.end,
        low=count.low if count else nan,
        high=count.high if count else nan,
        words=count.words if count else "",
        unit=_unit(count) if count else "",
        text=words,
        chain=one.chain,
        cue=cue,
        begin=begin,
        stop=stop,
        speaker_begin=source[0],
        speaker_stop=source[1],
        archived=archived,
        language="en",
        certainty=certainty(f"{cue} {page.text[slice(*one.content)]}"),
        outlet=outlet,
    )


def _sentence(page: Page, content: tuple[int, int]) -> tuple[int, int]:
    words = page.words(content[0], content[0] + 1)
    if not words:
        return content
    offset = page.offset(words[0].doc)
    return offset + words[0].sent.start_char, offset + words[0].sent.end_char


def _counted(words: str) -> Quantity | None:
    found = [q for q in quantities(words) if q.unit not in _SKIPPED and q.words.lower() not in ("one", "a", "two")]
    return found[0] if found else None


def _unit(count: Quantity) -> str:
    return next((unit for unit, words in UNITS.items() if count.unit.split("-")[0] in words), count.unit)
