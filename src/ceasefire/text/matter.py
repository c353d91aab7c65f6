"""What a statement is about: its act or matter and its object, read from its words.

Why features and a fixed order: whoever doubts a label can be shown the words that made it, and a wrong word can be
struck out of `matters.toml`. The narrow matters come first (an exchange of prisoners is not "talks"), praise last.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

HALT = "halt"
OPINION = "opinion"
ENERGY_FIRST = ("energy.nuclear", "energy.electricity.generation", "energy.electricity.grid", "energy.oil.refinery")


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
    saw, things = features(text), objects(text)
    act = _act(saw, text, things)
    return Matter(act, _object(act, saw, things, text))


def plain(words: str) -> str:
    """Bring words into the form that the stems are written in: lower case, plain marks, single blanks."""
    text = words.translate(_MARKS).lower()
    return " " + re.sub(r"\s+", " ", text) + " "


def features(text: str) -> dict[str, int]:
    """Give the features found in a text in plain form, with the character of the first word of each."""
    found = {}
    for name, pattern in _file()["words"].items():
        hit = pattern.search(text)
        if hit:
            found[name] = hit.start()
    return found


def objects(text: str) -> dict[str, int]:
    """Give the objects named in a text in plain form, with the character of the first word of each."""
    found = {}
    for name, pattern in _file()["objects"].items():
        hit = pattern.search(text)
        if hit:
            found[name] = hit.start()
    return found


def bears_on_war(words: str) -> bool:
    """Tell whether words name anything that a war or its end is made of.

    >>> bears_on_war("the truce holds"), bears_on_war("the film festival opened")
    (True, False)
    """
    saw = features(plain(words))
    return bool(saw.keys() - {"plan", "economy", "values", "stop", "pressure", "talks"})


def _act(saw: dict[str, int], text: str, things: dict[str, int]) -> str:
    """Name the act: the first of the narrow matters, then what is halted, then talks, then the rest."""
    for name in ("transfer", "causes"):
        if name in saw:
            return name
    if "membership" in saw and ("nato" in things or "eu" in things or "ukrainian membership" in text):
        return "membership"
    if ("clemency" in saw and "troops" in saw | things) or ("clemency" in saw and "surrender" in text):
        return "clemency"
    if " lives be " in text:
        return "clemency"
    if "encirclement" in saw:
        return "encirclement"
    if "proliferation" in saw:
        return "proliferation"
    halted = _halts(saw, text)
    if (
        halted
        and "truce" in saw
        and "mobilisation" not in saw
        and "guarantees" not in saw
        and "foreign_forces" not in saw
    ):
        return HALT
    for name in ("foreign_forces", "guarantees"):
        if name in saw:
            return "guarantees"
    for name in ("aid_military", "aid_intelligence", "aid"):
        if name in saw:
            return "aid"
    if "mobilisation" in saw:
        return "mobilisation"
    if "monitoring" in saw and ("truce" in saw or "territory" in saw or "plan" in saw or "peace" in saw):
        return "monitoring"
    if "sanctions" in saw:
        return "sanctions"
    if halted and not ("peace" in saw and "truce" not in saw):
        return HALT
    if "casualties" in saw and not ("hit" in saw and re.search(_MEANS, text)):
        return "casualties"
    if (
        "hit" in saw
        and re.search(_MEANS, text)
        and re.search(
            r" (struck|hit|hits|kill(ed|s)|wounded|injured|damaged|destroyed|attacked|shelled|bombed|landed|launched|fired)\b",
            text,
        )
    ):
        return _means(text)
    if "advance" in saw:
        return "attack.ground" if "raid" in saw and "incursion" not in text and "advanc" not in text else "advance"
    if "territory" in saw:
        return "territory"
    if "neutrality" in saw and "peace" not in saw:
        return "neutrality"
    if re.search(_MEANS, text) and ("hit" in saw or "raid" in saw) and not saw.keys() & {"peace", "talks", "plan"}:
        return _means(text)
    if "raid" in saw and not ("peace" in saw or "talks" in saw or "causes" in saw):
        return "attack.ground" if "troops" in saw else "attack"
    if "relations" in saw and "peace" not in saw:
        return "relations"
    if "peace" in saw:
        return "peace"
    if "concede" in saw:
        return "peace"
    if "talks" in saw:
        return "talks"
    if "economy" in saw:
        return "economy"
    if "relations" in saw:
        return "relations"
    if "monitoring" in saw:
        return "monitoring"
    return OPINION


_MEANS = r" (missiles?|drones?|bombs?|rockets?|artillery|shells?|shelling|air ?strikes?)\b"


def _means(text: str) -> str:
    for word, name in (
        (r" missiles?\b", "attack.air.missile"),
        (r" drones?\b", "attack.air.drone"),
        (r" (bombs?|air ?strikes?)\b", "attack.air.bomb"),
        (r" (artillery|shells?|shelling|mortars?|rockets?)\b", "attack.shelling"),
    ):
        if re.search(word, text):
            return name
    return "attack"


def _halts(saw: dict[str, int], text: str) -> bool:
    """Tell whether force is said to be stopped: a truce, or a word of stopping near one of force."""
    if "truce" in saw:
        return True
    return bool("stop" in saw and "force" in saw and _stopping().search(text))


def _object(act: str, saw: dict[str, int], things: dict[str, int], text: str) -> str:
    energy = next((name for name in _file()["objects"] if name.startswith("energy") and name in things), "")
    if act == HALT:
        if energy:
            kinds = [n for n in things if n.startswith("energy.electricity")]
            return "energy.electricity" if len(kinds) > 1 else energy
        if "sea" in things:
            return "sea"
        return "all" if "truce" in saw or "war" in saw else ""
    if act == "peace":
        return "plan" if re.search(r" peace (deal|agreement|plan|treaty|accord)|first step", text) else "all"
    if act == "talks":
        return energy or ("land" if re.search(r" (land|territor\w+) ", text) else "call")
    if act in ("causes",):
        return "all"
    if act == "membership":
        return "eu" if "eu" in things and "nato" not in things else "nato"
    if act == "aid":
        return (
            "aid.intelligence"
            if "aid_intelligence" in saw and "aid_military" not in saw
            else "aid.military"
            if "aid_military" in saw
            else "state"
        )
    if act == "guarantees":
        return (
            "forces.foreign" if "foreign_forces" in saw else "plan" if "plan" in saw or "guarant" in text else "state"
        )
    if act == "territory" or act == "advance":
        return energy or ("settlement" if "settlement" in things else "land")
    if act in ("encirclement", "mobilisation"):
        return "forces"
    if act == "attack.ground":
        return "forces" if "troops" in saw else "state"
    if act in ("clemency", "casualties", "transfer") or act.startswith("attack"):
        persons = next((n for n in things if n.startswith("persons.")), "")
        civil = next((n for n in things if n.startswith(("civilian", "energy", "transport"))), "")
        if act == "casualties" or act == "transfer":
            return persons or "persons"
        if act == "clemency":
            return persons or "persons.military"
        return civil or persons or ("settlement" if "settlement" in things else "")
    if act == "sanctions" or act == "relations" or act == "economy" or act == "neutrality":
        return "state"
    if act == "proliferation":
        return "military"
    if act == "monitoring":
        return "land" if "land" in things else "plan"
    return "plan" if "plan" in things else "state"


_MARKS = str.maketrans("‘’‚‛“”„‟«»–—…", '\'\'\'\'""""""--.')


@cache
def _stopping() -> re.Pattern[str]:
    raw = _raw()["words"]
    stop, force = (_one(raw[name]) for name in ("stop", "force"))
    gap = r"[\w'-]*(?:[ ,\"'-]+[\w'%-]+){0,5}?[ \"'-]+"
    return re.compile(rf"(?<![\w])(?:(?:{stop}){gap}(?:{force})|(?:{force}){gap}(?:{stop}))")


def stem_pattern(text: str) -> re.Pattern[str]:
    """Compile a list of stems as the files of this package spell them, met where a word begins."""
    return re.compile(rf"(?<![\w])(?:{_one(text)})")


def _one(text: str) -> str:
    return "|".join(_compiled(s) for s in re.split(r" ; |\n", text.strip()))


def _compiled(stem: str) -> str:
    stem = stem.replace("’", "'").replace("_", r"(?![\w])")
    return re.sub(r" ?<([0-9])> ?", r"[\\w'-]*(?:[ ,\"'(-]+[\\w'%.-]+){0,\1}?[ \"'(-]+", stem)


@cache
def _raw() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files("ceasefire.text").joinpath("matters.toml").read_text(encoding="utf-8"))


@cache
def _file() -> dict[str, dict[str, re.Pattern[str]]]:
    return {section: {name: stem_pattern(text) for name, text in names.items()} for section, names in _raw().items()}
