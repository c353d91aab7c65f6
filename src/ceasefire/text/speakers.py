"""From the words that name a speaker to one public name, and the party it speaks for.

Why: "the Kremlin", "Moscow" and "the Russian president" are three speakers of one side; "he" is nobody until it is
known who was named last. The names of offices and office-holders are data (`speakers.toml`). Somebody the file does
not know keeps the words of the text; a private person is never named: "a resident".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from typing import Any

_TITLES = re.compile(
    r"^(?:(?:the|a|an|mr|mrs|ms|dr|sir|dame|lord|president|prime minister|secretary of state|foreign secretary|foreign "
    r"minister|defen[cs]e minister|special envoy|envoy|spokes(?:man|woman|person)|press secretary|chancellor|minister|"
    r"general|former|then|current|both|but|however|yesterday|today|meanwhile|his|her|their|its|our)\.?[\s,]+)+",
    re.IGNORECASE,
)
_PRIVATE = re.compile(
    r"\b(residents?|locals?|witness(?:es)?|neighbou?rs?|survivors?|villagers?|mother|father|son|daughter|wife|husband"
    r"|soldiers?|drivers?|doctors?|teachers?|pensioners?|volunteers?|refugees?)\b",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"\b(officials?|officers?|sources?|analysts?|experts?|diplomats?|authorit(?:y|ies)|leaders|ministers|lawmakers|"
    r"aides?|advisers?|commanders?|negotiators?|mediators?|rebels|allies|media|agenc(?:y|ies)|military|army|forces|troops|government|"
    r"ministry|administration|delegation|team|spokes(?:man|woman|person))\b",
    re.IGNORECASE,
)
_REGION = re.compile(
    r"Gulf|Arab|Western|European|African|Asian|Kurdish|Tuareg|Baltic|Nordic|Balkan|Allied|Security|Opposition|Rebel|UN"
)
"""What groups of officials and sources are named by that belong to no one state."""
_APART = ("rebels",)
"""Groups that are of a country and do not speak for its side."""
_BLANK = re.compile(r"\s+")
_COUNTED = ("official", "officer", "source", "analyst", "expert", "diplomat", "aide", "adviser", "advisor", "commander")
_VOICES = ("spokesman", "spokeswoman", "spokesperson", "statement", "government", "media")
"""Nouns after the name of a body that mean the body itself."""
HE = ("he", "him", "his", "himself")
SHE = ("she", "her", "hers", "herself")
THEY = ("they", "them", "their", "it", "its")
PRONOUNS = (*HE, *SHE, *THEY, "we", "i", "who", "which", "that")


@dataclass(frozen=True)
class Speaker:
    """One who speaks in public."""

    name: str
    """As it is printed."""
    party: str = ""
    """Party or body that it speaks for; empty where none is known."""
    office: str = ""
    """What it is."""
    known: bool = True
    """Whether it stands in the list of speakers."""


@dataclass
class Named:
    """Speakers in the order in which a text names them, to tell who a pronoun or a description means."""

    latest: list[Speaker] = field(default_factory=list)

    def note(self, speaker: Speaker) -> None:
        """Remember that a speaker was named; the last one named comes first."""
        self.latest = [speaker, *(s for s in self.latest if s.name != speaker.name)]

    def meant(self, pronoun: str) -> Speaker | None:
        """Give the last one named whom the pronoun can mean: "he" a person, "it" and "they" a body.

        >>> named = Named()
        >>> named.note(speaker("Kremlin")); named.note(speaker("Putin")); named.meant("it").name, named.meant("he").name
        ('Kremlin', 'Vladimir Putin')
        """
        wanted = pronoun.lower() in (*HE, *SHE, "i")
        return next((s for s in self.latest if _is_person(s) == wanted), None)


def speaker(words: str, *, more: Mapping[str, Any] | None = None) -> Speaker:
    """Name the speaker that words mean.

    Parameters
    ----------
    words
        The words of the text that name it, e.g. `Kremlin spokesman Dmitry Peskov`.
    more
        Further speakers, in the form of `speakers.toml`.

    Examples
    --------
    >>> speaker("Kremlin spokesman Dmitry Peskov").name, speaker("the Russian leader").name, speaker("Moscow").party
    ('Dmitry Peskov', 'Vladimir Putin', 'russia')
    >>> speaker("U.S. officials").name, speaker("a Ukrainian official").name, speaker("a woman who is a resident").name
    ('US officials', 'Ukrainian officials', 'a resident')
    """
    text = _plain(words)
    bare = _TITLES.sub("", text).strip() or text
    names = _names() if more is None else {**_names(), **_index(more)}
    for asked in (text, bare):
        if asked.lower() in names:
            return names[asked.lower()]
    if person := _longest(text, names, person=True):
        return person
    if group := _group(text, _longest(text, names, person=False)):
        return group
    if private := _PRIVATE.search(text):
        return Speaker(f"a {private[1].lower().rstrip('s')}", known=False)
    return Speaker(bare, known=False)


def side_of(adjective: str) -> str:
    """Give the party that an adjective or a name stands for; empty where it stands for none.

    >>> side_of("Ethiopian"), side_of("Russian"), side_of("U.S."), side_of("Presidential")
    ('Ethiopia', 'russia', 'usa', '')
    """
    low = adjective.lower()
    return next((code for code, side in _sides() if side.fullmatch(low)), "")


def adjectives() -> dict[str, list[str]]:
    """Give the adjectives of each party, in lower case.

    >>> adjectives()["Ethiopia"]
    ['ethiopian']
    """
    return {code: list(about["adjectives"]) for code, about in _file()["party"].items()}


def state_named(party: str) -> Speaker | None:
    """Give the state or group that is a party, as a speaker; None where the lists have no such party.

    >>> state_named("russia").name, state_named("Hamas").name, state_named("")
    ('Russia', 'Hamas', None)
    """
    about = _file()["party"].get(party)
    return Speaker(about["state"], party=party, office=about["state"]) if about else None


def is_pronoun(words: str) -> bool:
    """Tell whether the words name nobody by themselves.

    >>> is_pronoun("He"), is_pronoun("Putin")
    (True, False)
    """
    return words.strip().lower() in PRONOUNS


@lru_cache(maxsize=256)
def all_named(text: str) -> tuple[tuple[int, Speaker], ...]:
    """Find every known person and body in a text, with the character where each begins.

    >>> [(at, s.name) for at, s in all_named("Putin told Trump that the Kremlin agreed")]
    [(0, 'Vladimir Putin'), (11, 'Donald Trump'), (26, 'Kremlin')]
    """
    return tuple((m.start(), _meant(m[0], _names())) for m in _pattern().finditer(text))


def _meant(words: str, names: Mapping[str, Speaker]) -> Speaker:
    """Give the speaker of a name that the pattern found; "U.N." keeps its last stop."""
    plain = _plain(words).lower()
    return names[plain] if plain in names else names[words.lower().replace("’", "'")]


def _plain(words: str) -> str:
    text = _BLANK.sub(" ", words.translate(str.maketrans("’‘“”", "''\"\""))).strip(" \"',.;:-–—()")
    return re.sub(r"^(?:the|a|an) ", "", re.sub(r"'s?$", "", text), flags=re.IGNORECASE)


def _is_person(one: Speaker) -> bool:
    return one.known and one.name not in _bodies()


def _group(text: str, body: Speaker | None) -> Speaker | None:
    """Name a body, or a group by its side and its noun: "Ukrainian officials", "military analysts", "a source"."""
    nouns = list(_GROUP.finditer(text))
    if not nouns:
        return body
    noun = nouns[-1][1].lower()
    noun = noun if noun.endswith("s") or noun not in _COUNTED else noun + "s"
    if body and noun in _VOICES:
        return body
    if body and body.name not in _states():
        return Speaker(f"{body.name} {noun}", party=body.party, office=f"{body.name} {noun}", known=False)
    code = next((code for code, side in _sides() if side.search(text.lower())), "")
    if code:
        adjectives = _file()["party"][code]["adjectives"]  # an armed group has none: "Hamas officials"
        label = {"usa": "US", "United Kingdom": "UK"}.get(code, str(adjectives[0]).title() if adjectives else code)
        own = "" if noun in _APART else code
        return Speaker(f"{label} {noun}", party=own, office=f"{label} {noun}", known=False)
    before = re.search(r"([\w-]+)\s+$", text[: nouns[-1].start()])
    if noun in ("officials", "sources"):
        region = before is not None and _REGION.fullmatch(before[1]) is not None
        if before is not None and region:
            return Speaker(f"{before[1]} {noun}", known=False)
        return Speaker({"sources": "a source"}.get(noun, noun), known=False)
    return Speaker(f"{before[1].lower()} {noun}" if before else noun, known=False)


def _longest(text: str, names: Mapping[str, Speaker], *, person: bool) -> Speaker | None:
    """Find the known speaker whose name is the longest within the words; of two as long, the last."""
    best: tuple[int, int, Speaker] | None = None
    for m in _pattern().finditer(text):
        one = _meant(m[0], names)
        if _is_person(one) == person and (best is None or (len(m[0]), m.start()) > best[:2]):
            best = (len(m[0]), m.start(), one)
    return best[2] if best else None


@cache
def _file() -> dict[str, Any]:
    """Read both lists: the parties of the shipped cases first, then those of any other conflict."""
    of_cases, of_all = (
        tomllib.loads(resources.files("ceasefire.text").joinpath(name).read_text(encoding="utf-8"))
        for name in ("speakers.toml", "parties.toml")
    )
    others = {name: {"state": name, **about} for name, about in of_all["party"].items()}
    return {**of_cases, "party": {**of_cases["party"], **others}}


@cache
def _sides() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each party's pattern of adjectives and names, in lower case."""
    out = []
    for code, about in _file()["party"].items():
        stems = [a for a in about["adjectives"] if not a.isascii()]
        whole = [*(f"{re.escape(a)}s?" for a in about["adjectives"] if a.isascii()), *map(re.escape, about["names"])]
        ended = "|".join(whole)
        out.append((code, re.compile("|".join([*(rf"(?<!\w){s}" for s in stems), rf"(?<![\w.])(?:{ended})(?!\w)"]))))
    return tuple(out)


@cache
def _states() -> frozenset[str]:
    return frozenset(str(p["state"]) for p in _file()["party"].values())


@cache
def _bodies() -> frozenset[str]:
    return frozenset(
        _states()
        | {s["name"] for s in _file()["speaker"] if s["name"] in (s["office"], s["party"])}
        | {
            s["name"]
            for s in _file()["speaker"]
            if s["office"].startswith(("State news", "Government", "Prime Minister's"))
        }
    )


@cache
def _names() -> dict[str, Speaker]:
    return _index(_file())


def _index(file: Mapping[str, Any]) -> dict[str, Speaker]:
    found: dict[str, Speaker] = {}
    for code, about in file.get("party", {}).items():
        for name in about["names"]:
            found[re.sub(r"^the ", "", name)] = Speaker(about["state"], party=code, office=about["state"])
    for one in file.get("speaker", ()):
        made = Speaker(one["name"], party=one.get("party", ""), office=one.get("office", ""))
        for name in (one["name"].lower(), *one.get("also", ())):
            found[name] = made
    return found


@cache
def _pattern() -> re.Pattern[str]:
    """All names, the longest first; "us" and "un" count in capitals only, because they are words too."""
    free = [n for n in _names() if n not in ("us", "un", "u.s", "eu", "ria", "isw")]
    first = "".join(sorted({re.escape(n[0]) for n in (*free, "u", "e", "r")}))
    return re.compile(rf"(?<![\w.])(?=(?i:[{first}]))(?:(?i:{_branching(free)})|US|U\.S\.|UN|EU|RIA|ISW)(?![\w])")


def _branching(names: Sequence[str]) -> str:
    """Write names as one pattern that shares their beginnings, so that few are tried; longer ones come first."""
    heads: dict[str, list[str]] = {}
    for name in names:
        heads.setdefault(name[:1], []).append(name[1:])
    ends = heads.pop("", None) is not None
    branches = [re.escape(c).replace("'", "['’]") + _branching(rest) for c, rest in heads.items()]
    if not branches:
        return ""
    grouped = f"(?:{'|'.join(branches)})" if len(branches) > 1 or ends else branches[0]
    return f"{grouped}?" if ends else grouped
