"""Persons whom a text itself introduces: by a title, a role or by letting them speak, with all later mentions.

Why beside the list of speakers: most who speak in a fresh article are in no list. A name is printed only where the text
gives its bearer a public role or puts the name in its heading; anybody else is "a named person".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ceasefire.text.page import Page
from ceasefire.text.speakers import Speaker, all_named
from ceasefire.text.stance import SAYS, cue_stance

if TYPE_CHECKING:
    from spacy.tokens import Token

ROLES = (
    r"(?:vice )?president(?:ial)?|prime minister|premier|chancellor|minister|secretary|senator|governor|"
    r"mayor|ambassador|spokes(?:man|woman|person)|envoy|"
    r"commissioner|representative|congress(?:man|woman)|director|chief|leader|general|judge|candidate|"
    r"nominee|front-?runner|deputy|chair(?:man|woman)?|head|"
    r"commander|king|queen|prince|pope|advis[eo]r|lawmaker|official|officer|diplomat|analyst|expert|"
    r"professor|aide|attorney|sheriff|strategist|economist|"
    r"editor|author|researcher|scholar|fellow|historian|negotiator|mediator|coordinator|manager|pollster|"
    r"lobbyist|lawyer|rapporteur|bishop|imam|sociologist|political scientist|spokespeople|undersecretary|counsel|"
    r"sen|rep|gov|gen|lt|col|maj|adm|sgt|capt|rev|dr|prof"
)
_TITLE = re.compile(rf"\b(?:mr|mrs|ms|{ROLES})\.?,?\s*$", re.IGNORECASE)
_OFFICE_OF = re.compile(rf"\b(Russian|Ukrainian|US|U\.S\.|American) (?:(?!former)\w+ ){{0,2}}(?:{ROLES})\.?,? ")
_ROLE_BEHIND = re.compile(rf"^(?:,| \(| —| –)[^.;]{{0,90}}?\b(?:{ROLES})s?\b", re.IGNORECASE)
_ROLE_BEFORE = re.compile(rf"\b(?:{ROLES})\b\.?[^.;]{{0,60}}$", re.IGNORECASE)
_TITLE_WORD = re.compile(rf"(?:mr|mrs|ms|{ROLES})\.?", re.IGNORECASE)
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
    runs = [run for doc in page.docs for run in _runs(page, doc, known)]
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
        if _SHE.search(page.text[:begin]) or words.split()[0].lower() in WOMEN:
            women.add(family)
    public = {family: _public(page, family) for family in named}
    out = []
    for family, name in named.items():
        who = Speaker(
            name if public[family] else "a named person", known=False, party=_party(page, family), office="person"
        )
        for m in re.finditer(rf"(?<![\w’'-]){re.escape(family)}(?![\w-])", page.text):
            if m.start() not in known:
                begin = _begin(page.text, m.start(), name)
                out.append((begin, m.end(), who))
    out.sort(key=lambda one: one[0])
    return People(out, frozenset(named[f] for f in women))


def _runs(page: Page, doc: object, known: set[int]) -> list[tuple[Token, Token]]:
    """Give the runs of names of one to four words, with an initial between, that hold no known name."""
    runs: list[tuple[Token, Token]] = []
    run: list[Token] = []
    for word in doc:  # type: ignore[attr-defined]
        initial = bool(run) and re.fullmatch(r"[A-Z]\.?", word.text) is not None
        upper = word.text[:1].isupper()
        title = upper and _TITLE_WORD.fullmatch(word.text) is not None
        if (word.tag_ in ("NNP", "NNPS") and upper and not title and page.at(word) not in known) or initial:
            run.append(word)
            continue
        if run and len(run) <= 4:
            runs.append((run[0], run[-1]))
        run = []
    if run and len(run) <= 4:
        runs.append((run[0], run[-1]))
    return [(a, b) for a, b in runs if len(b.text) > 2]


def _introduced(page: Page, first: Token, last: Token) -> bool:
    """Tell whether a name has a title before it, a role behind it, or is the subject of a verb of saying."""
    begin, stop = page.at(first), page.behind(last)
    if _TITLE.search(page.text[max(0, begin - 30) : begin]):
        return True
    if first is last:
        return False
    if _ROLE_BEHIND.match(page.text[stop : stop + 110]):
        return True
    head = last
    return head.dep_ == "nsubj" and cue_stance(head.head.text) == SAYS


def _public(page: Page, family: str) -> bool:
    """Tell whether the text gives a name a public role, or puts it in its heading."""
    name = re.escape(family)
    heading = page.text[page.spans[0][0] : page.spans[0][1]] if page.spans else ""
    if len(heading) < 160 and not re.search(r"[.!?]\s", heading) and re.search(rf"\b{name}\b", heading):
        return True
    for m in re.finditer(rf"\b{name}\b", page.text):
        if _ROLE_BEHIND.match(page.text[m.end() : m.end() + 110]) or _ROLE_BEFORE.search(
            page.text[max(0, m.start() - 70) : m.start()]
        ):
            return True
    return False


def _party(page: Page, family: str) -> str:
    """Give the side of somebody whose office is named with it: "Ukrainian Prime Minister X"; empty where none is."""
    for m in _OFFICE_OF.finditer(page.text):
        if re.match(rf"(?:[A-Z][\w.]* ){{0,2}}{re.escape(family)}\b", page.text[m.end() : m.end() + 80]):
            return {"Russian": "russia", "Ukrainian": "ukraine"}.get(m[1], "usa")
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
