"""Classes that people and detectors mark, in the words of the case; and those that are never taken.

Why refused and not only left out: a file of marks that names persons must leave no trace of them here, not even in
quarantine. The system watches acts and effects; it does not look for people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ceasefire.model.taxonomy import ACTS, EFFECTS, OBJECTS

REFUSED = "persons, faces and number plates are not taken: neither the mark nor its words are kept"

_PERSONS = frozenset(
    """
    bodies body boy casualties casualty child children civilian civilians combatant combatants corpse corpses
    crowd cyclist driver drivers face faces girl head heads human humans infantry infantryman licenceplate
    licenseplate man men numberplate passenger pedestrian pedestrians people person persons plate plates portrait
    rider riders soldier soldiers troop troops victim victims woman women
    """.split()  # noqa: SIM905
)


class Meaning(NamedTuple):
    """What a class says."""

    act: str
    effect: str = ""
    object_class: str = ""


CLASSES: Mapping[str, Meaning] = {
    "crater": Meaning("attack", "damage"),
    "impact": Meaning("attack", "damage"),
    "explosion": Meaning("attack", "damage"),
    "damage": Meaning("attack", "damage"),
    "damaged building": Meaning("attack", "damage", "civilian.housing"),
    "destroyed building": Meaning("attack", "damage", "civilian.housing"),
    "damaged house": Meaning("attack", "damage", "civilian.housing"),
    "damaged roof": Meaning("attack", "damage"),
    "damaged bridge": Meaning("attack", "damage", "transport.road"),
    "damaged road": Meaning("attack", "damage", "transport.road"),
    "damaged railway": Meaning("attack", "damage", "transport.rail"),
    "damaged transformer": Meaning("attack", "damage", "energy.electricity.grid"),
    "damaged substation": Meaning("attack", "damage", "energy.electricity.grid"),
    "damaged power line": Meaning("attack", "damage", "energy.electricity.grid"),
    "damaged tank farm": Meaning("attack", "damage", "energy.oil.storage"),
    "fire": Meaning("fire", "fire"),
    "flame": Meaning("fire", "fire"),
    "smoke": Meaning("fire", "fire"),
    "burning": Meaning("fire", "fire"),
    "tank": Meaning("presence", "", "military"),
    "armoured vehicle": Meaning("presence", "", "military"),
    "armored vehicle": Meaning("presence", "", "military"),
    "artillery": Meaning("presence", "", "military"),
    "howitzer": Meaning("presence", "", "military"),
    "multiple launch rocket system": Meaning("presence", "", "military"),
    "mlrs": Meaning("presence", "", "military"),
    "mortar": Meaning("presence", "", "military"),
    "trench": Meaning("presence", "", "military"),
    "military vehicle": Meaning("presence", "", "military"),
    "convoy": Meaning("movement", "", "military"),
    "military convoy": Meaning("movement", "", "military"),
    "warship": Meaning("movement.naval", "", "military"),
}
"""The shipped mapping; a case adds to it or replaces it by the option `classes`."""


def plain(label: str) -> str:
    """Give a class in lower case with single spaces.

    >>> plain("Damaged_Building")
    'damaged building'
    """
    parts = re.sub(r"([a-z])([A-Z])", r"\1 \2", label)
    return " ".join(re.split(r"[\s_\-./]+", parts.lower())).strip()


def is_person(label: str) -> bool:
    """Tell whether a class is of persons, faces or number plates.

    >>> [is_person(c) for c in ("Person", "license_plate", "face-mask", "tank", "surface", "licencePlate")]
    [True, True, True, False, False, True]
    """
    words = re.split(r"\W+", plain(label))
    return any(w in _PERSONS for w in words)


def classes(option: Any) -> dict[str, Meaning]:
    """Give the mapping to use: the shipped one, with the case's own above it.

    Parameters
    ----------
    option
        Class to act, or to a mapping with `act`, `effect`, `object`; None for the shipped mapping alone.

    Raises
    ------
    ValueError
        A class of persons, or a word that the taxonomies do not have.

    >>> classes({"Hole": {"act": "attack", "effect": "damage"}})["hole"]
    Meaning(act='attack', effect='damage', object_class='')
    >>> classes({"person": "presence"})
    Traceback (most recent call last):
    ...
    ValueError: class 'person': persons, faces and number plates are not taken: neither the mark nor its words are kept
    """
    out = dict(CLASSES)
    if option is None:
        return out
    if not isinstance(option, Mapping):
        raise ValueError("`classes` maps each class to an act, or to act, effect and object")
    for label, given in option.items():
        if is_person(str(label)):
            raise ValueError(f"class {label!r}: {REFUSED}")
        one = {"act": given} if isinstance(given, str) else given
        if not isinstance(one, Mapping) or set(one) - {"act", "effect", "object"}:
            raise ValueError(f"class {label!r}: give an act, or act, effect and object")
        meaning = Meaning(str(one.get("act", "")), str(one.get("effect", "")), str(one.get("object", "")))
        known = ((meaning.act, ACTS), (meaning.effect, EFFECTS), (meaning.object_class, OBJECTS))
        for name, words in known:
            if name and name not in words:
                raise ValueError(f"class {label!r}: {name!r} is not one of {', '.join(list(words)[:8])}, ...")
        if not (meaning.act or meaning.effect):
            raise ValueError(f"class {label!r}: it says neither an act nor an effect")
        out[plain(str(label))] = meaning
    return out
