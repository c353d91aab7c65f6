"""What VIINA's labels mean in our words: one act and one effect for each combination.

The labels come from a classifier of headlines, several for one headline. The act is the most specific label that
tells of force, in the order of `ACTS`; labels of territory, arrests and casualties alone tell of no act, because
headlines on accidents, trials and sport carry them too. Air defence without damage is an interception: something
was engaged, nothing is said to have been hit.
"""

from __future__ import annotations

from collections.abc import Iterable

ACTS: tuple[tuple[str, str], ...] = (
    ("uav", "attack.air.drone"),
    ("airstrike", "attack.air"),
    ("artillery", "attack.shelling"),
    ("armor", "attack.ground"),
    ("raid", "attack.ground"),
    ("firefight", "attack.ground"),
    ("hospital", "attack"),
    ("ied", "attack"),
    ("cyber", "attack.cyber"),
)
"""Label and act, most specific first. `ied` is also given to any "explosions were heard", so it tells no kind."""
DAMAGE = frozenset({"property", "hospital"})
"""Labels that tell of damage."""
NO_ACT = frozenset({"control", "occupy", "retreat", "arrest", "milcas", "civcas", "property", "loc", "mil", "san"})
"""Labels that tell of no act when they stand alone."""

_SPELLINGS = {
    "firefighb": "firefight",
    "arresb": "arrest",
    "airalerb": "airalert",
    "retreab": "retreat",
    "hospitals": "hospital",
}


def labels(text: str) -> frozenset[str]:
    """Split a cell of labels, in either of the spellings found in the files.

    >>> sorted(labels("uav|firefighb|loc"))
    ['firefight', 'loc', 'uav']
    """
    words = (word.strip().removeprefix("t_").removesuffix("_b") for word in text.split("|"))
    return frozenset(_SPELLINGS.get(word, word) for word in words if word)


def act_of(given: Iterable[str]) -> str:
    """Give the act that a set of labels tells of; '' where they tell of none.

    >>> act_of({"uav", "property"}), act_of({"uav", "aad"}), act_of({"control", "civcas"})
    ('attack.air.drone', 'interception', '')
    """
    given = set(given)
    hit = given & {"property", "civcas", "hospital"}
    if "aad" in given and not hit:
        return "interception"
    for label, act in ACTS:
        if label in given:
            return act
    if "aad" in given:
        return "interception"
    return "alert" if "airalert" in given else ""


def effect_of(given: Iterable[str]) -> str:
    """Give the effect that a set of labels tells of; '' where they tell of none.

    >>> effect_of({"uav", "property", "civcas"}), effect_of({"uav", "aad"}), effect_of({"uav"})
    ('casualties', 'intercepted', '')
    """
    given = set(given)
    if "civcas" in given:
        return "casualties"
    if given & DAMAGE:
        return "damage"
    return "intercepted" if "aad" in given else ""


def object_of(given: Iterable[str]) -> str:
    """Give the object class that a set of labels tells of: hospitals only.

    >>> object_of({"hospital", "airstrike"}), object_of({"airstrike"})
    ('civilian.health', '')
    """
    return "civilian.health" if "hospital" in set(given) else ""
