"""Which side a statement accuses: who does the act of force, takes the land or drags the war on, in its own words."""

from __future__ import annotations

import re
from functools import cache

from ceasefire.text.speakers import adjectives, all_named

BLAMED = ("attack", "advance", "territory", "causes", "mobilisation", "interference", "casualties")
"""Acts and matters of which somebody is the doer; being surrounded is a state, and blames nobody."""
_ADJECTIVE = {"russia": r"russians?|moscow's", "ukraine": r"ukrainians?|kyiv's", "usa": r"u\.s\.|americans?"}
_BLAME = re.compile(
    r"\b(?:manipulat\w+|wrong|violat\w+|lie[sd]?|lying|cynical\w*|terror\w*|crim(?:e|es|inal)|unacceptable|brutal\w*|"
    r"barbar\w+|drag\w*|stall\w*|delay\w*|sabotag\w+|breach\w*|kidnap\w*|abduct\w+|illegal\w*|unprovoked|"
    r"provocat\w+|reckless\w*|refus\w+)\b",
    re.IGNORECASE,
)
"""Words with which a judgement blames."""
_SUFFERS = re.compile(
    r"['\w\s,-]{0,30}?\b(?:(?:are|is|was|were|been|being)\b[\w\s]{0,30}\b(?:killed|wounded|died|dead|encircled|"
    r"surrounded|isolated|captured|expelled|attacked|hit|struck)|(?:have|has|had)\b[\w\s]{0,20}\brecorded|died|suffered|"
    r"lost)\b",
    re.IGNORECASE,
)
"""What is said behind a force to which it is done: it is no doer."""
_DONE_TO = re.compile(
    r"\b(?:in|inside|within|across|near|against|into|of|from|to|on|with|for|all|attack(?:ed|ing|s)?|hit(?:ting)?|struck|"
    r"strik\w+|shell(?:ed|ing)|bomb(?:ed|ing)|target(?:ed|ing)?|invad(?:ed|ing|e)|captur(?:ed|ing|e)|seiz(?:ed|ing|e)|"
    r"expel\w*|repel\w*|stripp?e?d?|surround\w*|encircl\w*|force[ds]?|defeat\w*|destroy\w*|eliminat\w*|crush\w*|kill(?:ed|ing)?)\s+"
    r"(?:the\s+|all\s+|\d[\d,]*\s+)*$",
    re.IGNORECASE,
)
"""What stands before the one to whom it is done."""
_VERB_FIRST = re.compile(
    r"(?:ha[ds] |have |was |were |is |are )?(?:\w+ly )?(?:launched|attacked|struck|hit|shelled|bombed|seized|captured|"
    r"invaded|annexed|occupied|fired|killed|recaptured|destroyed|violated|broke|took)\b",
    re.IGNORECASE,
)
_DOER = (
    r"(?:forces?|troops|army|military|soldiers|missiles?|drones?|bombs?|shelling|strikes?|attacks?|"
    r"artillery|invasion|occupation|aggression|leader|president)"
)


def accused(words: str, act: str, speaker_party: str, *, stance: str = "asserts", before: str = "") -> str:
    """Name the party that words of force make the doer; empty where none, or only the speaker's own, is.

    Parameters
    ----------
    words
        The content of a claim.
    act
        Its act or matter; only those of `BLAMED` have a doer.
    speaker_party
        Party that speaks: what it says of itself is no accusation.
    stance
        What the speaker does with it: a judgement in words of blame ("manipulative") accuses the party named in it,
        whatever it is about.
    before
        The words of the sentence before the content: where the content begins with its verb, its doer stands there.

    >>> accused("Russian missiles killed five residents", "attack.air.missile", "ukraine")
    'russia'
    >>> accused("the town was captured by Ukrainian forces", "territory", "")
    'ukraine'
    >>> accused("Troops attacked Russia's border province", "attack.ground", ""), accused("70 Ukrainian soldiers died",
    ...     "casualties", "")
    ('', '')
    >>> accused("Moscow's very manipulative answer", "halt", "ukraine", stance="judges")
    'russia'
    """
    text = words.replace("’", "'")
    if stance == "judges" and _BLAME.search(text):
        named = [who.party for _, who in all_named(text) if who.party and who.party != speaker_party]
        return named[0] if named else ""
    if act.split(".", maxsplit=1)[0] not in BLAMED:
        return ""
    by = re.search(r"\bby (?:the )?(.{3,40})", text)
    doer = _first(by[1] if by else text)
    if not doer and not by and before and _VERB_FIRST.match(text):
        doer = _first(before.replace("’", "'"))
    return doer if doer != speaker_party else ""


def _first(text: str) -> str:
    """Give the party named first: by its adjective with a noun of force, or as a state or its leader."""
    found = [
        (m.start(), party)
        for party, pattern in _doers().items()
        for m in pattern.finditer(text)
        if not _SUFFERS.match(text, m.end()) and not _DONE_TO.search(text[: m.start()])
    ]
    found += [(at, who.party) for at, who in all_named(text) if who.party and not _DONE_TO.search(text[:at])]
    return min(found, default=(0, ""))[1]


@cache
def _doers() -> dict[str, re.Pattern[str]]:
    own = {party: "|".join(map(re.escape, words)) for party, words in adjectives().items() if words}
    return {
        party: re.compile(rf"\b(?:{adjective}) (?:\w+ )?{_DOER}\b", re.IGNORECASE)
        for party, adjective in (own | _ADJECTIVE).items()
    }
