"""Claims of Ukrainian and Russian texts: who says, with what stance, which act on what, where, when, how many.

Why apart from `claims.py`: no parser of these languages is shipped, so attribution is read from the few forms that
posts and news use: "X заявив, що ...", "за словами X, ...", "... , - повідомляє X", "... - X." and "X: ...". What
nobody is said to have said is the author's. Only statements about force or a halt of it become claims; a private
person is never named. What a post says, it says as data: no word of it is ever followed.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib import resources
from math import nan
from typing import Any

import pyarrow as pa

from ceasefire.model.records import EPOCH, Claim
from ceasefire.text.clock import interval
from ceasefire.text.gazetteer import AREA
from ceasefire.text.language import language
from ceasefire.text.letters import clean
from ceasefire.text.lexicon import normal
from ceasefire.text.places import Places, places, sites, sites_named
from ceasefire.text.quantity import Quantity, quantities
from ceasefire.text.reading import Labels, labels
from ceasefire.text.sea_places import is_water

_AT_SEA = ("attack", "interception", "fire", "launch", "movement", "presence", "inspection", "interference")
_MARKUP = re.compile(r"\]\([^)\n]*\)|https?://\S+|[*_`\[\]]+")
_CUT = re.compile(r"[.!?…]+(?=\s+[^\sа-яіїєґ])|[\r\n;]+|[▫▪◽◾◻◼•●🔹🔸🔴🟣🔰✅✔➡⚡❗🗓💥🎖]+")
_NAME = r"[^\s,.:;()—–«»\"]+(?:\s+[^\s,.:;()—–«»\"]+){0,4}"
_SECOND = ("accepts", "rejects", "demands", "promises", "threatens")
_Placed = tuple[str, str, float, float, float, str]
_COUNTED = re.compile(r"(?:атак|удар|обстр|бпла|бпл|дрон|ракет|безпіл|беспил|шах[ие]д|порушен|нарушен)", re.IGNORECASE)


@dataclass(frozen=True)
class _Part:
    """One statement: its characters in the clean text, who says it and the words that say so."""

    begin: int
    stop: int
    speaker: str = ""
    speaker_begin: int = -1
    speaker_stop: int = -1
    cue: str = ""
    chain: tuple[str, ...] = ()
    listed: bool = False
    """Whether it goes on, without a break, the item or list before it."""


def claims_of_slavic(
    text: str,
    *,
    outlet: str,
    published: datetime = EPOCH,
    speaker: str = "",
    claimant: str = "",
    area: Sequence[str] = AREA,
) -> list[Claim]:
    """Read the claims of one Ukrainian or Russian text about force and its halt.

    Parameters
    ----------
    text
        The archived text; offsets of the claims count its characters.
    outlet
        Who published it.
    published
        When, aware; with the epoch, times stay unknown.
    speaker
        Who speaks where nobody else is named; the outlet where empty.
    claimant
        Party that this speaker speaks for.
    area
        ISO 3166-1 codes of the countries whose places are looked for, the likeliest first.

    Returns
    -------
    Claims in the order of their contents, one per facility named.

    Raises
    ------
    MissingExtra
        Where the extra `text` is not installed.

    Examples
    --------
    >>> text = "ВСУ атаковали газоизмерительную станцию «Суджа», — заявили в Минобороны РФ."
    >>> (one,) = claims_of_slavic(text, outlet="X")
    >>> one.speaker, one.claimant, one.stance, one.act, one.object_class, one.region
    ('Ministry of Defence of Russia', 'russia', 'asserts', 'attack', 'energy.gas.pipeline', 'RU-KRS')
    """
    readable = clean(text)
    plain = _MARKUP.sub(lambda m: " " * len(m[0]), readable.text)
    parts = _parts(plain)
    if not parts:
        return []
    contents = [plain[p.begin : p.stop] for p in parts]
    read = labels(pa.array(contents))
    form = normal(pa.array(contents))
    where, facilities = places(form, contents, area=area), sites_named(form)
    archived = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    code = language(plain)

    def made(i: int, part: _Part, stance: str, act: str, thing: str, at: list[_Placed]) -> Iterator[Claim]:
        who = part.speaker or speaker or outlet
        party = _party(part.speaker) if part.speaker else claimant
        begin, stop = readable.back(part.begin, part.stop)
        named = readable.back(part.speaker_begin, part.speaker_stop) if part.speaker_begin >= 0 else (-1, -1)
        start = end = EPOCH
        if published != EPOCH and (act.startswith(("attack", "fire", "interception", "outage", "alert"))):
            start, end = interval(contents[i], published, speaker=party)
        count = _counted(contents[i])
        for name, region, lon, lat, radius, facility in at:
            key = f"{archived}|{who}|{begin}|{stop}|{name}|{'|'.join(part.chain)}"
            yield Claim(
                id="c-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12],
                source="",
                granule="",
                line=text.count("\n", 0, begin) + 1,
                claimant=party,
                speaker=who,
                said=published,
                stance=stance,
                act=act,
                object_class=facility if facility and thing in ("", "energy", facility) else thing or facility,
                accused=str(read.accused[i]),
                start=start,
                end=end,
                place=name,
                region=region,
                lon=lon,
                lat=lat,
                radius_km=radius,
                low=count.low if count else nan,
                high=count.high if count else nan,
                words=count.words if count else "",
                unit=count.unit if count else "",
                text=text[begin:stop],
                cue=part.cue,
                chain=part.chain,
                begin=begin,
                stop=stop,
                speaker_begin=named[0],
                speaker_stop=named[1],
                archived=archived,
                language=code,
                outlet=outlet,
            )

    out: list[Claim] = []
    before: list[_Placed] = []
    for i, part in enumerate(parts):
        stance, act, thing = _said(contents[i], read, i)
        at = list(_placed(where, facilities[i], i, contents[i]))
        at = before if part.listed and before and not at[0][0] and act.startswith(("attack", "interception")) else at
        before = at if at[0][0] or not part.listed else before
        if is_water(at[0][0]) and not act.startswith(_AT_SEA):
            at = [("", "", nan, nan, nan, at[0][5])]  # talks on a sea are held elsewhere
        if not act:
            continue
        out += [c for one, doing in _levels(plain, part, stance) for c in made(i, one, doing, act, thing, at)]
    return out


def _parts(text: str) -> list[_Part]:
    """Cut a text into statements; a list behind an attributed statement has the same speaker."""
    parts: list[_Part] = []
    for begin, stop in _sentences(text):
        one = _attributed(text, begin, stop)
        gap = text[parts[-1].stop : begin] if parts else "\n"
        same = not re.search(r"[\n▫🔹]", gap) and not re.search(r"[•▪◽◾◻◼●]", gap)
        if parts and not one.speaker and parts[-1].speaker and re.search(r"[▪•◾]", gap):
            last = parts[-1]
            one = replace(last, begin=one.begin, stop=one.stop)
        if one.begin < one.stop:
            parts.append(replace(one, listed=same))
    return parts


def _levels(text: str, part: _Part, stance: str) -> list[tuple[_Part, str]]:
    """Give a statement and, where it tells of another's stance, that one's too, with who relates it."""
    words = text[part.begin : part.stop]
    verb = re.search(_file()["stances"].get(stance, "(?!)"), words.lower()) if stance in _SECOND else None
    if verb is None:
        return [(part, stance)]
    inner, own = [], False
    for name, stems in _file()["speakers"].items():
        found = re.search(rf"(?<!\w)(?:{stems})(?!\w)", words[: verb.start()], re.IGNORECASE)
        if found and name != part.speaker and part.speaker and _party(name) == _party(part.speaker) != "":
            own = True
        elif found and name != part.speaker:
            a, b = part.begin + found.start(), part.begin + found.end()
            chain = (*part.chain, part.speaker) if part.speaker else ()
            inner.append(
                (replace(part, speaker=name, speaker_begin=a, speaker_stop=b, cue=verb[0], chain=chain), stance)
            )
    if not inner:
        return [(part, stance)]
    return [*([(part, stance if own else "asserts")] if part.speaker else []), *inner]


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Give the characters of each sentence or list item, without blanks around it."""
    at = 0
    for begin, stop in [(m.start(), m.end()) for m in _CUT.finditer(text)] + [(len(text), len(text))]:
        piece = text[at:begin]
        left = len(piece) - len(piece.lstrip(" \t\u00a0\n—–-,"))
        if re.search(r"\w{3}", piece):
            yield at + left, at + len(piece.rstrip())
        at = stop


def _attributed(text: str, begin: int, stop: int) -> _Part:
    """Find who says a sentence, and cut the attribution off its content."""
    words = text[begin:stop]
    if not _SIGN.search(words):
        return _Part(begin, stop)
    for pattern, (who, what) in _forms():
        found = pattern.search(words)
        if not found:
            continue
        name, (a, b) = _speaker(found[who])
        if not name:
            continue
        at = begin + found.start(who)
        cue = " ".join(found["cue"].split()) if found["cue"] else ""
        start = found.start(what)
        trimmed = found[what].rstrip(" ,—–-")
        lead = len(trimmed) - len(trimmed.lstrip(" ,—–-"))
        return _Part(begin + start + lead, begin + start + len(trimmed), name, at + a, at + b, cue)
    return _Part(begin, stop)


_SIGN = re.compile(r"[:—–-]|\b(?:що|что|слов|дани|данн|згідно|соглас|сообщ|повідом|посил|ссылк)", re.IGNORECASE)


@cache
def _forms() -> tuple[tuple[re.Pattern[str], tuple[str, str]], ...]:
    cue = "|".join(_list(_file()["cues"]))
    per = "|".join(_list(_file()["according"]))
    both = ("who", "what")
    flags = re.IGNORECASE | re.DOTALL
    return tuple(
        (re.compile(pattern, flags), both)
        for pattern in (
            rf"^\W*(?P<who>{_NAME}?)\s+(?:\w+\s+)?(?P<cue>{cue})(?:\s*,\s*|\s+)"
            r"(?:що|что|про те, що|о том, что)\s+(?P<what>.+)$",
            rf"^\W*(?P<cue>{per})\s+(?P<who>{_NAME})\s*,\s*(?P<what>.+)$",
            rf"^(?P<what>.+?)\s*,\s*(?P<cue>{per})\s+(?P<who>{_NAME})\W*$",
            rf"^(?P<what>.+?)\s*[,.]?\s*[—–-]\s*(?P<cue>{cue})\s+(?:в\s+|у\s+)?(?P<who>{_NAME})\W*$",
            rf"^(?P<what>.+?)\s*[,.]?\s*[—–-]\s*(?P<who>{_NAME})\s+(?P<cue>{cue})\W*$",
            rf"^(?P<what>.+?)\s*[,.]?\s+[—–-](?:\s*[—–-])?\s*(?P<cue>)(?P<who>{_NAME})[^,]*$",
            rf"^\W*(?P<who>{_NAME})\s*(?P<cue>):\s+(?P<what>.+)$",
        )
    )


def _speaker(words: str) -> tuple[str, tuple[int, int]]:
    """Name a public speaker and give its characters within the words; nothing where none is known in them."""
    for name, stems in _file()["speakers"].items():
        if found := re.search(rf"(?<!\w)(?:{stems})(?!\w)", words, re.IGNORECASE):
            return str(name), found.span()
    return "", (-1, -1)


def _party(name: str) -> str:
    return next((code for code, names in _file()["parties"].items() if name in names.split("|")), "")


def _said(words: str, read: Labels, i: int) -> tuple[str, str, str]:
    """Give stance, act or matter, and object of a content; no act where it is about neither force nor its halt."""
    low = words.lower().replace("’", "").replace("'", "")
    thing, act = str(read.object_class[i]), str(read.act[i])
    stance = "denies" if read.denied[i] else next((s for s, p in _file()["stances"].items() if re.search(p, low)), "")
    halts = thing.startswith("energy") or not thing
    if re.search(_file()["matters"]["halt"], low) and halts and (stance or not act):
        return stance or "asserts", "halt", thing or "all"
    if act:
        return "denies" if stance == "denies" else "asserts", act, thing
    if stance == "threatens" and re.search(r"удар|атак", low):
        return stance, "attack", thing
    if thing.startswith("energy") and re.search(
        r"(?:нарасти|продолж|продовж|порушу|наруша|соверш)\w*(?:\s+\S+){0,5}\s+(?:удар|атак)", low
    ):
        return stance or "asserts", "attack", thing
    return "", "", ""


def _placed(where: Places, named: list[str], i: int, words: str) -> Iterator[_Placed]:
    """Give each site named, else the place, else the state whose object it is."""
    for name in named:
        about = sites()[name]
        yield name, about["region"], about["lon"], about["lat"], about["radius_km"], str(about["object_class"])
    if named:
        return
    if where.name[i]:
        yield (
            str(where.name[i]),
            str(where.region[i]),
            float(where.lon[i]),
            float(where.lat[i]),
            float(where.radius_km[i]),
            "",
        )
        return
    states = [state for state, stems in _file()["states"].items() if re.search(stems, words, re.IGNORECASE)]
    yield ", ".join(sorted(states)), "", nan, nan, nan, ""


def _counted(words: str) -> Quantity | None:
    """Give the quantity of attacks or weapons, if one is told."""
    return next((q for q in quantities(words) if _COUNTED.match(q.unit)), None)


def _list(text: str) -> list[str]:
    return [stem.strip().replace(" ", r"\s+") for stem in re.split(r" ; |\n", text.strip()) if stem.strip()]


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("ceasefire.text").joinpath("statements.toml").read_text(encoding="utf-8"))
