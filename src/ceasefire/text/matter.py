"""What a statement is about: its act or matter and its object, read from its words.

Why features and a fixed order: whoever doubts a label can be shown the words that made it, and a wrong word can be
struck out of `matters.toml`. The narrow matters come first (an exchange of prisoners is not "talks"), praise last.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from ceasefire.text.stems import StemLists, alternatives

HALT = "halt"
OPINION = "opinion"


class Matter(NamedTuple):
    """Act or matter, and what it concerns."""

    act: str
    object_class: str


@lru_cache(maxsize=8192)
def matter(words: str) -> Matter:
    """Tell what words say something about.

    Parameters
    ----------
    words
        The content of a statement, in English.

    Returns
    -------
    A class of `model.taxonomy.ACTS` or `model.matters.MATTERS`, with one of `OBJECTS` or `SUBJECTS`, or an empty one.

    Examples
    --------
    >>> tuple(matter("both armies will stop shelling power plants for a month"))
    ('halt', 'energy.electricity.generation')
    >>> tuple(matter("the return of abducted children")), tuple(matter("an end to arms deliveries"))
    (('transfer', 'persons.children'), ('aid', 'aid.military'))
    >>> tuple(matter("three villages had been captured"))
    ('territory', 'settlement')
    """
    text = plain(words)
    seen = _Seen(frozenset(features(text)), frozenset(objects(text)), text)
    act = _act(seen)
    return Matter(act, _object(act, seen))


def plain(words: str) -> str:
    """Bring words into the form that the stems are written in: lower case, plain marks, single blanks."""
    text = words.translate(_MARKS).lower()
    return " " + re.sub(r"\s+", " ", text) + " "


def features(text: str) -> dict[str, int]:
    """Give the features found in a text in plain form, with the character of the first word of each."""
    return _lists("words").met(text)


def objects(text: str) -> dict[str, int]:
    """Give the objects named in a text in plain form, with the character of the first word of each."""
    return _lists("objects").met(text)


def about_war(text: str) -> bool:
    """Tell whether a text is about an armed conflict: one word of war in 110, three where it is long.

    Why: in an election "attack", "battle" and "territory" are figures of speech, and nothing of it bears on a truce.
    An attack counts where the words say what was attacked.

    >>> about_war("Troops shelled the town before the ceasefire."), about_war("They attacked her plan in the debate.")
    (True, False)
    >>> about_war("They attacked the border post at night.")
    True
    """
    words = len(text.split())
    return len(_WAR.findall(text)) >= max(3 if words > 150 else 1, words / 110)


def names_war(text: str) -> bool:
    """Tell whether words name armed conflict beyond a figure of speech, in a text that may be about something else.

    Why: an article on an election has paragraphs on a war, and what is said in those bears on it.

    >>> names_war("She would send troops to Libya."), names_war("The campaign is a battle.")
    (True, False)
    """
    return _NAMED_WAR.search(text) is not None


_WAR = re.compile(
    r"\b(?:cease-?fires?|strikes|truce|armistice|troops|soldiers|shell(?:ed|ing)|bomb(?:ed|ing|ings|s|ardment)|"
    r"air ?strikes?|missiles?|invasion|invaded|occup(?:ied|ation)|"
    r"front ?lines?|militar(?:y|ily)|army|armed forces|wars?|hostilities|insurgents?|rebels?|militants?|"
    r"militias?|peace|peacekeep\w*|offensive|weapons|combat|warplanes?|"
    r"drones?|artillery|fighters?|sanctions|NATO|prisoners? of war|town|captured|encircle\w*|surrounded|"
    r"terroris\w+|jihad\w*|hostages?|massacres?|genocide|war crimes?|"
    r"attack(?:s|ed|ing)? (?:on |against )?(?:the |an? )?(?:\w+ ){0,2}(?:towns?|villages?|cit(?:y|ies)|posts?|bases?|"
    r"convoys?|positions|border|checkpoints?|hospitals?|schools?|civilians|ships?|vessels?|tankers?|ports?|plants?|"
    r"refiner(?:y|ies)|substations?|depots?|pipelines?)|"
    r"conflict|airspace|negotiat\w+)\b",
    re.IGNORECASE,
)
_NAMED_WAR = re.compile(
    r"\b(?:cease-?fires?|truce|armistice|troops|soldiers|shelling|bombings?|bombardment|air ?strikes?|missiles?|"
    r"nuclear (?:weapons?|arms|deal|agreement|program\w*|power|club)|nukes|warheads?|invasion|invaded|insurgen\w+|"
    r"rebels|militants?|militias?|jihad\w*|terroris(?:ts?|m)|terror attacks?|hostages?|prisoner (?:swap|exchange)s?|"
    r"genocide|massacres?|ethnic cleansing|war crimes?|warplanes?|peacekeep\w*|annex(?:ed|ation)|"
    r"armed (?:forces|groups?)|"
    r"military (?:action|operations?|campaign|strategy|aid|intervention|force)|boots on the ground|no-fly zone|"
    r"(?:peace|cease-?fire) (?:talks|deal|process|agreement|negotiations|treaty|plan)|mak\w+ peace|"
    r"prospects for peace|"
    r"(?:civil|at|proxy|border|world|ground) war|war (?:in|with|against|on) (?-i:[A-Z])\w+|"
    r"(?-i:NATO|Islamic State|ISIS|ISIL|Daesh|Taliban|Hamas|Hezbollah|Houthis|[Aa]l[- ]Qaeda|Boko Haram))\b",
    re.IGNORECASE,
)
"""Words that name armed conflict, weapons of war or those who fight it, and are seldom a figure of speech."""


MEANS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r" missiles?\b"), "attack.air.missile"),
    (re.compile(r" drones?\b"), "attack.air.drone"),
    (re.compile(r" (?:bombs?|air ?strikes?|air campaign)\b"), "attack.air.bomb"),
    (re.compile(r" (?:artillery|shells?|shelling|mortars?|rockets?)\b"), "attack.shelling"),
)
"""Means of attack that the words name, the first that is found."""
_ANY_MEANS = re.compile(
    r" (?:missiles?|drones?|bombs?|rockets?|artillery|shells?|shelling|mortars?|air ?strikes?|air campaign)\b"
)
_HIT = re.compile(
    r" (?:struck|hit|hits|kill(?:ed|s)|wounded|injured|damaged|destroyed|attacked|shelled|bombed|landed|launched|"
    r"fired)\b"
)


class _Seen(NamedTuple):
    """What was found in one text."""

    saw: frozenset[str]
    things: frozenset[str]
    text: str

    def any(self, *names: str) -> bool:
        return not self.saw.isdisjoint(names)


def _means(text: str) -> str:
    """Name the kind of attack by its means; `attack` where none or several are named."""
    return next((name for pattern, name in MEANS if pattern.search(text)), "attack")


def _struck(seen: _Seen) -> bool:
    return seen.any("hit") and _ANY_MEANS.search(seen.text) is not None and _HIT.search(seen.text) is not None


def _ground(seen: _Seen) -> bool:
    return seen.any("advance", "raid") and "incursion" not in seen.text and "advanc" not in seen.text


_RULES: tuple[tuple[str, Callable[[_Seen], bool]], ...] = (
    ("transfer", lambda s: s.any("transfer")),
    ("causes", lambda s: s.any("causes")),
    (
        "membership",
        lambda s: s.any("membership") and (bool(s.things & {"nato", "eu"}) or "ukrainian membership" in s.text),
    ),
    ("clemency", lambda s: s.any("clemency") and (s.any("troops") or "surrender" in s.text or " lives be " in s.text)),
    ("encirclement", lambda s: s.any("encirclement")),
    ("proliferation", lambda s: s.any("proliferation")),
    (HALT, lambda s: s.any("truce") and not s.any("mobilisation", "guarantees", "foreign_forces")),
    ("attack", lambda s: s.any("destroying")),
    ("guarantees", lambda s: s.any("foreign_forces", "guarantees")),
    ("aid", lambda s: s.any("aid_military", "aid_intelligence", "aid")),
    ("mobilisation", lambda s: s.any("mobilisation")),
    ("monitoring", lambda s: s.any("monitoring") and s.any("truce", "territory", "plan", "peace")),
    ("sanctions", lambda s: s.any("sanctions")),
    (HALT, lambda s: _halts(s.saw, s.text) and (s.any("truce") or not s.any("peace"))),
    ("casualties", lambda s: s.any("casualties") and not (s.any("hit") and _ANY_MEANS.search(s.text) is not None)),
    ("attack", _struck),
    ("attack.ground", lambda s: s.any("advance") and s.any("raid") and _ground(s)),
    ("advance", lambda s: s.any("advance")),
    ("movement", lambda s: s.any("moved")),
    ("territory", lambda s: s.any("territory")),
    ("neutrality", lambda s: s.any("neutrality") and not s.any("peace")),
    (
        "attack",
        lambda s: (
            _ANY_MEANS.search(s.text) is not None and s.any("hit", "raid") and not s.any("peace", "talks", "plan")
        ),
    ),
    (
        "attack.ground",
        lambda s: s.any("raid") and s.any("troops") and not s.any("peace", "talks", "causes") and not _site(s),
    ),
    ("attack", lambda s: s.any("raid") and not s.any("peace", "talks", "causes")),
    ("relations", lambda s: s.any("relations") and not s.any("peace")),
    ("peace", lambda s: s.any("peace", "concede")),
    ("talks", lambda s: s.any("talks")),
    ("economy", lambda s: s.any("economy")),
    ("relations", lambda s: s.any("relations")),
    ("monitoring", lambda s: s.any("monitoring")),
)
"""Acts in the order in which they are preferred: narrow matters first, then what is halted, then talks and the rest."""


def _act(seen: _Seen) -> str:
    name = next((name for name, fits in _RULES if fits(seen)), OPINION)
    return _means(seen.text) if name == "attack" else name


_DEAL = re.compile(r" peace (?:deal|agreement|plan|treaty|accord)|first step")
_FIXED = {
    "causes": "all", "encirclement": "forces", "mobilisation": "forces", "proliferation": "military",
    "movement": "forces", "sanctions": "state", "relations": "state", "economy": "state", "neutrality": "state",
}  # fmt: skip
"""Objects of matters that concern one thing."""


def _halts(saw: frozenset[str], text: str) -> bool:
    """Tell whether force is said to be stopped: a truce, or a word of stopping near one of force."""
    return "truce" in saw or ({"stop", "force"} <= saw and _stopping().search(text) is not None)


def _object(act: str, seen: _Seen) -> str:
    """Name what an act or matter concerns."""
    if act in _FIXED:
        return _FIXED[act]
    things, text = seen.things, seen.text
    energy = next((name for name in _raw()["objects"] if name.startswith("energy") and name in things), "")
    if act == HALT:
        return _halted(seen, energy)
    if act in ("territory", "advance"):
        return energy or ("settlement" if "settlement" in things else "land")
    if act in ("clemency", "casualties", "transfer") or act.startswith("attack"):
        return _hurt(act, seen)
    simple = {
        "peace": "plan" if _DEAL.search(text) else "all",
        "talks": energy or ("land" if re.search(r" (?:land|territor\w+) ", text) else "call"),
        "membership": "eu" if "eu" in things and "nato" not in things else "nato",
        "aid": "aid.military"
        if seen.any("aid_military")
        else "aid.intelligence"
        if seen.any("aid_intelligence")
        else "state",
        "guarantees": "forces.foreign" if seen.any("foreign_forces") else _pledge(seen),
        "monitoring": "land" if "land" in things else "plan",
    }
    return simple.get(act, "plan" if "plan" in things else "state")


def _given(seen: _Seen) -> str:
    if seen.any("aid_military"):
        return "aid.military"
    return "aid.intelligence" if seen.any("aid_intelligence") else "state"


def _pledge(seen: _Seen) -> str:
    return "plan" if seen.any("plan") or "guarant" in seen.text else "state"


def _halted(seen: _Seen, energy: str) -> str:
    if energy:
        kinds = [n for n in seen.things if n.startswith("energy.electricity")]
        return "energy.electricity" if len(kinds) > 1 else energy
    if "sea" in seen.things:
        return "sea"
    return "all" if seen.any("truce", "war") else ""


def _hurt(act: str, seen: _Seen) -> str:
    """Name whom or what force meets."""
    persons = next((n for n in _raw()["objects"] if n.startswith("persons.") and n in seen.things), "")
    if act in ("casualties", "transfer"):
        return persons or "persons"
    if act == "clemency":
        return persons or "persons.military"
    if act == "attack.ground":
        return "forces" if seen.any("troops") else "state"
    return _site(seen) or persons or ("settlement" if "settlement" in seen.things else "")


def _site(seen: _Seen) -> str:
    """Name the civilian, energy or transport object that is named; empty where none is."""
    names = (n for n in _raw()["objects"] if n in seen.things and n.startswith(("civilian", "energy", "transport")))
    return next(names, "")


_MARKS = str.maketrans("‘’‚‛“”„‟«»–—…", '\'\'\'\'""""""--.')


@cache
def _stopping() -> re.Pattern[str]:
    raw = _raw()["words"]
    stop, force = (alternatives(raw[name]) for name in ("stop", "force"))
    gap = r"[\w'-]*(?:[ ,\"'-]+[\w'%-]+){0,5}?[ \"'-]+"
    return re.compile(rf"(?<![\w])(?:(?:{stop}){gap}(?:{force})|(?:{force}){gap}(?:{stop}))")


@cache
def _raw() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files("ceasefire.text").joinpath("matters.toml").read_text(encoding="utf-8"))


@cache
def _lists(section: str) -> StemLists:
    return StemLists(_raw()[section])
