"""Which side a statement accuses: who does the act of force, takes the land or drags the war on, in its own words."""

from __future__ import annotations

import re
from functools import cache

from ceasefire.text.speakers import all_named

BLAMED = ("attack", "advance", "territory", "causes", "mobilisation", "interference", "casualties", "encirclement")
"""Acts and matters of which somebody is the doer."""
_ADJECTIVE = {"russia": r"russians?|moscow's", "ukraine": r"ukrainians?|kyiv's", "usa": r"u\.s\.|americans?"}
_DOER = (
    r"(?:forces?|troops|army|military|soldiers|missiles?|drones?|bombs?|shelling|strikes?|attacks?|"
    r"artillery|invasion|occupation|aggression|leader|president)"
)


def accused(words: str, act: str, speaker_party: str) -> str:
    """Name the party that words of force make the doer; empty where none, or only the speaker's own, is.

    Parameters
    ----------
    words
        The content of a claim.
    act
        Its act or matter; only those of `BLAMED` have a doer.
    speaker_party
        Party that speaks: what it says of itself is no accusation.

    >>> accused("Russian missiles killed five residents", "attack.air.missile", "ukraine")
    'russia'
    >>> accused("the town was captured by Ukrainian forces", "territory", "")
    'ukraine'
    """
    if act.split(".", maxsplit=1)[0] not in BLAMED:
        return ""
    text = words.replace("’", "'")
    by = re.search(r"\bby (?:the )?(.{3,40})", text)
    for part in [by[1]] if by else [text]:
        doer = _first(part)
        if doer and doer != speaker_party:
            return doer
    return ""


def _first(text: str) -> str:
    """Give the party named first: by its adjective with a noun of force, or as a state or its leader."""
    found = [(m.start(), party) for party, pattern in _doers().items() for m in [pattern.search(text)] if m]
    found += [
        (at, who.party)
        for at, who in all_named(text)
        if who.party in _ADJECTIVE
        and not re.search(r"\b(?:in|against|into|of|from|to|on|with)\s+(?:the\s+)?$", text[:at])
    ]
    return min(found, default=(0, ""))[1]


@cache
def _doers() -> dict[str, re.Pattern[str]]:
    return {
        party: re.compile(rf"\b(?:{adjective}) (?:\w+ )?{_DOER}\b", re.IGNORECASE)
        for party, adjective in _ADJECTIVE.items()
    }
