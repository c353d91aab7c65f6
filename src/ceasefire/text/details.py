"""The details of a claim: time, quantity, place, accused party, certainty, and its id."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import nan
from typing import NamedTuple

from ceasefire.model.records import Claim
from ceasefire.text.accused import accused
from ceasefire.text.article import Said
from ceasefire.text.certainty import certainty, checked, disputes
from ceasefire.text.page import Page
from ceasefire.text.placed import Spot, placed, spot_of, spots
from ceasefire.text.quantity import Quantity, quantities
from ceasefire.text.sea_places import is_water
from ceasefire.text.when import UNKNOWN, When, when

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
_THIS = re.compile(r"(?:this|that|it|the (?:claim|report|statement))\b", re.IGNORECASE)
_JUST_BEFORE = 200
"""Characters between a statement and the words that say of it that it is not verified, at most."""
_WEEK = timedelta(days=7)
_PEOPLES = ("ukrainian", "russian")
_AGO = re.compile(r"\s*(?:days?|weeks?|months?|years?|hours?|minutes?)\s+(?:ago|later|earlier|before|in the making)\b")
_ON_THE_GROUND = ("attack", "advance", "territory", "encirclement", "casualties", "fire", "launch", "interception")
_ON_THE_WATER = ("movement", "presence", "inspection", "interference")


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
    known = spots(origin.text)
    rows = [_located(_claim(page, one, origin), origin, known) for one in said]
    rows = sorted({row.id: row for row in rows}.values(), key=lambda c: (c.begin, c.stop, c.speaker))
    return _disputed(_of_before(rows))


def with_places(claims: list[Claim]) -> list[Claim]:
    """Give each claim the disc of the site or region that its words name, where no town is known already.

    A sea is the place of an act only: talks on the Black Sea are held elsewhere.
    """
    found = placed([one.text for one in claims])
    return [
        replace(c, place=s.name, region=s.region, lon=s.lon, lat=s.lat, radius_km=s.radius_km)
        if s.name
        and not c.radius_km <= s.radius_km
        and (c.act.split(".")[0] in (*_ON_THE_GROUND, *_ON_THE_WATER) or not is_water(s.name))
        else c
        for c, s in zip(claims, found, strict=True)
    ]


def _located(claim: Claim, origin: Origin, known: Sequence[Spot]) -> Claim:
    refers = claim.act.split(".")[0] in _ON_THE_GROUND
    spot = spot_of((claim.begin, claim.stop), origin.text, known, refers=refers)
    return replace(claim, **{("place" if k == "name" else k): v for k, v in spot._asdict().items()}) if spot else claim


def _of_before(rows: list[Claim]) -> list[Claim]:
    """Give "this has not been verified" the matter and the place of what stands before it."""
    out: list[Claim] = []
    for row in rows:
        told = [c for c in out if row.begin - _JUST_BEFORE <= c.stop <= row.begin and c.speaker != row.speaker]
        meant = max((c for c in told if c.act.split(".")[0] in _ON_THE_GROUND), key=lambda c: c.stop, default=None)
        if meant and row.stance == "cannot_confirm" and _THIS.match(row.text):
            own = ("act", "object_class", "place", "region", "lon", "lat", "radius_km")
            out.append(replace(row, **{name: getattr(meant, name) for name in own}))
        else:
            out.append(row)
    return out


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
    first, last = _sentence(page, one.content)
    sentence, before = page.text[first:last], page.text[first : one.content[0]]
    time = _time(words, sentence, one, origin)
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
        accused=accused(words, one.matter.act, one.who.party, stance=one.stance, before=before),
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


def _time(words: str, sentence: str, one: Said, origin: Origin) -> When:
    """Give the time that a content names; an event that the outlet tells has that of its sentence, a judgement none."""
    told = when(words, origin.published, zone=origin.zone)
    if one.stance == "judges" and (told.end - told.start > _WEEK or told.words.lower() == "today"):
        return UNKNOWN
    if told == UNKNOWN and one.cue is None and one.matter.act.split(".")[0] in _ON_THE_GROUND:
        told = when(sentence, origin.published, zone=origin.zone)
        return told if told.end - told.start <= _WEEK else UNKNOWN
    return told


def _sentence(page: Page, content: tuple[int, int]) -> tuple[int, int]:
    words = page.words(content[0], content[0] + 1)
    if not words:
        return content
    offset = page.offset(words[0].doc)
    return offset + words[0].sent.start_char, offset + words[0].sent.end_char


def _counted(words: str) -> Quantity | None:
    told = [replace(q, unit=_of(words, q)) if q.unit == "of" else q for q in quantities(words)]
    found = [
        q
        for q in told
        if q.unit not in _SKIPPED and q.words.lower() not in ("one", "a", "two") and not _AGO.match(words, q.stop)
    ]
    return found[0] if found else None


def _of(words: str, count: Quantity) -> str:
    """Give what "thousands of Ukrainian troops" counts: the first word behind it that is a unit, else "of"."""
    behind = re.findall(r"[^\W\d_]+", words[count.stop : count.stop + 60].lower())[1:6]
    return next((w for w in behind for names in UNITS.values() if w in names and w not in _PEOPLES), "of")


def _unit(count: Quantity) -> str:
    return next((unit for unit, words in UNITS.items() if count.unit.split("-")[0] in words), count.unit)
