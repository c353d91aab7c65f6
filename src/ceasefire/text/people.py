"""Persons whom a text itself introduces: by a title, a role or by letting them speak, with all later mentions.

Why beside the list of speakers: most who speak in a fresh article are in no list. A name is printed only where the text
gives its bearer a public role or puts the name in its heading; anybody else is "a named person".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ceasefire.text.attribution.lexicon import words_with
from ceasefire.text.page import Page
from ceasefire.text.speakers import Speaker, all_named, side_of
from ceasefire.text.stance import cue_stance

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

ROLES = (
    r"(?:vice )?president(?:ial)?|prime minister|premier|chancellor|minister|secretary|senator|governor|"
    r"mayor|ambassador|spokes(?:man|woman|person)|envoy|"
    r"commissioner|representative|congress(?:man|woman)|director|chief|leader|general|judge|candidate|"
    r"nominee|front-?runner|deputy|chair(?:man|woman)?|head|"
    r"commander|king|queen|prince|pope|advis[eo]r|lawmaker|official|officer|diplomat|analyst|expert|"
    r"professor|aide|attorney general|(?:district|state|u\.?s\.?) attorney|sheriff|strategist|economist|"
    r"editor|author|researcher|scholar|fellow|historian|negotiator|mediator|coordinator|manager|pollster|"
    r"lobbyist|lawyer|rapporteur|bishop|imam|sociologist|political scientist|spokespeople|undersecretary|counsel|"
    r"sen|rep|gov|gen|lt|col|maj|adm|sgt|capt|rev|dr|prof"
)
_TITLE = re.compile(rf"\b(?:mr|mrs|ms|{ROLES})\.?,?\s*$", re.IGNORECASE)
_OFFICE_OF = re.compile(rf"\b((?:South |North )?[A-Z][\w.]+) (?:(?!former)\w+ ){{0,2}}(?:{ROLES})\.?,? ")
_OF_STATE = re.compile(r",? of (?:the )?((?:[A-Z][\w.]+)(?: [A-Z]\w+)?)")
_TITLED = re.compile(rf"\b(?:{ROLES})\.?,? (?:[A-Z][\w.’'-]* ){{0,3}}$", re.IGNORECASE)
_ROLE_BEHIND = re.compile(rf"^(?:,| \(| —| –)[^.;]{{0,90}}?\b(?:{ROLES})s?\b", re.IGNORECASE)
_ROLE_BEFORE = re.compile(rf"\b(?:{ROLES})\b\.?[^.;]{{0,60}}$", re.IGNORECASE)
_TITLE_WORD = re.compile(rf"(?:mr|mrs|ms|{ROLES})\.?", re.IGNORECASE)
_PROPER = frozenset(("NNP", "NNPS"))
_INITIAL = re.compile(r"[A-Z]\.?")
_INSIDE = ("’", "'", "-")
_SHE = re.compile(r"\b(?:Mrs|Ms|Miss|Madam)\.? $")
WOMEN = frozenset(
    [
        "hillary",
        "karoline",
        "maria",
        "susan",
        "ursula",
        "angela",
        "theresa",
        "nancy",
        "elizabeth",
        "kamala",
        "mary",
        "patricia",
        "linda",
        "barbara",
        "jennifer",
        "sarah",
        "karen",
        "lisa",
        "sandra",
        "donna",
        "carol",
        "ruth",
        "laura",
        "anna",
        "anne",
        "ann",
        "emma",
        "olena",
        "olga",
        "yulia",
        "julia",
        "iryna",
        "irina",
        "natalia",
        "tatiana",
        "kaja",
        "annalena",
        "giorgia",
        "sanna",
        "mette",
        "melania",
        "ivanka",
        "kellyanne",
        "michelle",
        "huma",
        "jane",
        "helen",
        "rachel",
        "rebecca",
        "samantha",
        "victoria",
        "christine",
        "katherine",
        "kate",
        "diana",
        "amy",
        "margaret",
    ]
)
"""Given names that tell a woman; any other is not told by its name."""
_BODY = re.compile(
    r"\b(?:Ministry|Department|Agency|Party|Council|Committee|House|Senate|Court|Office|University|"
    r"Institute|News|Times|Post|Group|Union|Association|Bank|"
    r"Center|Centre|Force|Army|Command|Police|Street|Front|State|States|Republic|Nations|Foundation|"
    r"Company|Inc|Corp|Journal|Press|Radio|Television|"
    r"City|County|Sea|East|West|North|South|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|"
    r"January|February|March|April|June|July|August|"
    r"September|October|November|December|Democrats?|Republicans?|Congress|Parliament|Kremlin|Pentagon|Qaeda)\b"
)


@dataclass
class People:
    """The persons of one text that no list has: where each is named, and how each is printed."""

    found: list[tuple[int, int, Speaker]] = field(default_factory=list)
    """First character, first character behind, and who."""
    women: frozenset[str] = frozenset()
    """Names of those the text or their given name tells to be women."""


def people(page: Page) -> People:
    """Find the persons that a text introduces, and every later mention by family name."""
    known = {(at + i) for at, who in all_named(page.text) for i in range(len(who.name.split()[-1]))}
    runs = [run for doc, (begin, _) in zip(page.docs, page.spans, strict=True) for run in _runs(doc, begin, known)]
    named: dict[str, str] = {}
    women: set[str] = set()
    for first, last in runs:
        begin, stop = page.at(first), page.behind(last)
        words = re.sub(r"\s+", " ", page.text[begin:stop])
        if _BODY.search(words) or not _introduced(page, first, last):
            continue
        family = last.text
        if family not in named or len(words) > len(named[family]):
            named[family] = words
        if _SHE.search(page.text, max(0, begin - 12), begin) or words.split()[0].lower() in WOMEN:
            women.add(family)
    offices = [(m.end(), side_of(m[1])) for m in _OFFICE_OF.finditer(page.text)] if named else []
    out = []
    for family, name in named.items():
        printed = name if _public(page, family) else "a named person"
        who = Speaker(printed, known=False, party=_party(page, family, offices), office="person")
        for at in _every(page.text, family):
            before, behind = _beside(page.text, at, family)
            parted = not _in_word(before) and before not in _INSIDE and not _in_word(behind) and behind != "-"
            if parted and at not in known:
                out.append((_begin(page.text, at, name), at + len(family), who))
    out.sort(key=lambda one: one[0])
    return People(out, frozenset(named[f] for f in women))


def _every(text: str, name: str) -> Iterator[int]:
    """Give the places where the letters of a name stand."""
    at = text.find(name)
    while at >= 0:
        yield at
        at = text.find(name, at + len(name))


def _standing(text: str, name: str) -> Iterator[int]:
    """Give the places where a name stands between bounds of words."""
    for at in _every(text, name):
        before, behind = _beside(text, at, name)
        if _in_word(before) != _in_word(name[0]) and _in_word(behind) != _in_word(name[-1]):
            yield at


def _beside(text: str, at: int, name: str) -> tuple[str, str]:
    return text[at - 1 : at] if at else "", text[at + len(name) : at + len(name) + 1]


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _runs(doc: Doc, offset: int, known: set[int]) -> list[tuple[Token, Token]]:
    """Give the runs of names of one to four words, with an initial between, that hold no known name."""
    runs: list[tuple[Token, Token]] = []
    seen = -1
    for first in words_with(doc, "TAG", _PROPER):
        if first.i <= seen:
            continue
        run: list[Token] = []
        for word in doc[first.i :]:
            seen = word.i
            if not (_is_name(word, offset, known) or (run and _INITIAL.fullmatch(word.text))):
                break
            run.append(word)
        if run and len(run) <= 4 and len(run[-1].text) > 2:
            runs.append((run[0], run[-1]))
    return runs


def _is_name(word: Token, offset: int, known: set[int]) -> bool:
    text = word.text
    proper = word.tag_ in _PROPER and text[:1].isupper() and offset + word.idx not in known
    return proper and not _TITLE_WORD.fullmatch(text)


def _introduced(page: Page, first: Token, last: Token) -> bool:
    """Tell whether a name has a title before it, a role behind it, or is the subject of a verb of saying."""
    begin, stop = page.at(first), page.behind(last)
    if _TITLE.search(page.text[max(0, begin - 30) : begin]):
        return True
    if first is last:
        return False
    if _ROLE_BEHIND.match(page.text[stop : stop + 110]):
        return True
    head = last.head if last.dep_ == "conj" and last.head.tag_ in _PROPER else last
    return head.dep_ == "nsubj" and bool(cue_stance(head.head.text))


def _public(page: Page, family: str) -> bool:
    """Tell whether the text gives a name a public role, or puts it in its heading."""
    heading = page.text[page.spans[0][0] : page.spans[0][1]] if page.spans else ""
    if len(heading) < 160 and not re.search(r"[.!?]\s", heading) and next(_standing(heading, family), -1) >= 0:
        return True
    for at in _standing(page.text, family):
        behind = at + len(family)
        if _ROLE_BEHIND.match(page.text[behind : behind + 110]) or _ROLE_BEFORE.search(page.text[max(0, at - 70) : at]):
            return True
    return False


def _party(page: Page, family: str, offices: list[tuple[int, str]]) -> str:
    """Give the side of somebody whose office is named with it; empty where none is.

    "Ukrainian Prime Minister X", "Prime Minister X of Israel".
    """
    for behind, side in offices:
        if re.match(rf"(?:[A-Z][\w.]* ){{0,2}}{re.escape(family)}\b", page.text[behind : behind + 80]):
            return side
    for at in _standing(page.text, family):
        of = _OF_STATE.match(page.text, at + len(family))
        if of and _TITLED.search(page.text, max(0, at - 60), at) and (named := all_named(of[1])):
            return named[0][1].party
    return ""


def _begin(text: str, at: int, name: str) -> int:
    """Go back over the given names that stand before a family name."""
    for given in name.split()[-2::-1]:
        before = text[:at].rstrip()
        if before.endswith(given):
            at = len(before) - len(given)
        else:
            break
    return at
