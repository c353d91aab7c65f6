"""The details of a claim: time, quantity, place, accused party, certainty, and its id."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from math import nan
from typing import NamedTuple

from ceasefire.model.records import Claim
from ceasefire.text.accused import accused
from ceasefire.text.article import Said
from ceasefire.text.certainty import certainty, checked, disputes
from ceasefire.text.page import Page
from ceasefire.text.placed import placed
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


class Origin(NamedTuple):
    """What is known of a text beside its words."""

    text: str
    archived: str
    outlet: str
    published: datetime
    zone: str
    source: str = ""
    granule: str = ""
    line: int = 0
    url: str = ""
    evidence: str = ""
    language: str = "en"


def claims_from(page: Page, said: list[Said], origin: Origin) -> list[Claim]:
    """Make the claims of a page, in the order of their contents, with all that their words tell.

    Parameters
    ----------
    page
        The parsed text.
    said
        What was read in it.
    origin
        The text as archived, and where it comes from.
    """
    rows = [_claim(page, one, origin) for one in said]
    rows = sorted({row.id: row for row in rows}.values(), key=lambda c: (c.begin, c.stop, c.speaker))
    return _disputed(rows)


def with_places(claims: list[Claim]) -> list[Claim]:
    """Give each claim the disc of the place that its words name."""
    spots = placed([one.text for one in claims])
    return [
        replace(c, place=s.name, region=s.region, lon=s.lon, lat=s.lat, radius_km=s.radius_km) if s.name else c
        for c, s in zip(claims, spots, strict=True)
    ]


def _disputed(rows: list[Claim]) -> list[Claim]:
    """Mark claims on one matter of which one denies what another says: the article disputes itself."""
    denied = {(c.act, c.speaker) for c in rows if c.stance == "denies" and disputes(c.text)}
    return [
        replace(c, checked="disputed")
        if not c.checked and any(act == c.act and (who != c.speaker or c.stance == "denies") for act, who in denied)
        else c
        for c in rows
    ]


def _claim(page: Page, one: Said, origin: Origin) -> Claim:
    begin, stop = page.clean.back(one.content)
    words = page.text[slice(*one.content)]
    sentence = page.text[slice(*_sentence(page, one.content))]
    time = when(words, origin.published, zone=origin.zone)
    cue = page.text[slice(*one.cue)] if one.cue else ""
    count = _counted(words)
    source = page.clean.back(one.source) if one.source else (-1, -1)
    key = f"{origin.archived}|{one.who.name}|{begin}|{stop}|{'|'.join(one.chain)}"
    return Claim(
        id="c-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12],
        source=origin.source,
        granule=origin.granule,
        line=origin.line or origin.text.count("\n", 0, begin) + 1,
        claimant=one.who.party,
        speaker=one.who.name,
        said=origin.published,
        stance=one.stance,
        act=one.matter.act,
        object_class=one.matter.object_class,
        accused=accused(words, one.matter.act, one.who.party),
        start=time.start,
        end=time.end,
        low=count.low if count else nan,
        high=count.high if count else nan,
        words=count.words if count else "",
        unit=_unit(count) if count else "",
        text=origin.text[begin:stop],
        url=origin.url,
        evidence=origin.evidence,
        chain=one.chain,
        cue=cue,
        begin=begin,
        stop=stop,
        speaker_begin=source[0],
        speaker_stop=source[1],
        archived=origin.archived,
        language=origin.language,
        certainty=certainty(f"{cue} {words}"),
        checked=checked(sentence),
        outlet=origin.outlet,
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
