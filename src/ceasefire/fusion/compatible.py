"""Which acts and which objects can be the same event, as small tables to look codes up in."""

from __future__ import annotations

from typing import Any

import numpy as np

from ceasefire.model.taxonomy import covers

FUSED = ("attack", "fire", "outage", "interception", "movement", "presence", "interference")
"""Act classes that make incidents; alerts, launches, transfers and corridors do not."""

_EFFECTS_OF_ATTACK = ("fire", "outage")
_VAGUE = ("", "settlement", "civilian")


def acts_match(one: str, other: str) -> bool:
    """Tell whether two act classes can describe one event.

    A class matches those above and below it; a fire or an outage may be the effect of an attack; an interception
    may be what happened to an attack from the air.

    >>> acts_match("attack.air.drone", "attack"), acts_match("attack.air.drone", "attack.shelling")
    (True, False)
    >>> acts_match("fire", "attack.air.drone")
    True
    """
    if covers((one,), other) or covers((other,), one):
        return True
    for a, b in ((one, other), (other, one)):
        if a in _EFFECTS_OF_ATTACK and covers(("attack",), b):
            return True
        if a == "interception" and (covers(("attack.air",), b) or b == "attack"):
            return True
    return {one, other} <= set(_EFFECTS_OF_ATTACK)


def objects_match(one: str, other: str) -> bool:
    """Tell whether two object classes can be the same object.

    >>> objects_match("energy", "energy.gas.storage"), objects_match("energy.gas.storage", "civilian.housing")
    (True, False)
    """
    if one in _VAGUE or other in _VAGUE:
        return True
    return covers((one,), other) or covers((other,), one)


def matrix(classes: np.ndarray[Any, Any], rule: Any) -> np.ndarray[Any, Any]:
    """Apply a rule to every pair of classes: shape (k,) of names to (k, k) of booleans."""
    return np.array([[rule(a, b) for b in classes] for a in classes], dtype=bool).reshape(len(classes), len(classes))
