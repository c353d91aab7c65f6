"""What a number counts, beyond its unit: what befell the persons, and the kind of weapon where it is named.

Why: 1,200 killed and 3,400 wounded are both "persons", and two missiles of one kind are no contradiction to five drones
of another. Two numbers are held against each other only where they count the same thing.
"""

from __future__ import annotations

import re

from ceasefire.model.records import Claim

OUTCOMES: dict[str, re.Pattern[str]] = {
    "killed": re.compile(r"\b(?:kill\w*|dead|deaths?|died|lives|fatalit\w+|загин\w+|вбит\w+|погиб\w+|убит\w+)\b"),
    "wounded": re.compile(r"\b(?:wounded|injur\w+|hurt|поранен\w+|травмован\w+|ранен\w+|пострада\w+|постраждал\w+)\b"),
    "captured": re.compile(r"\b(?:captur\w+|prisoners?|pows?|detained)\b"),
    "displaced": re.compile(r"\b(?:displac\w+|fled|refugees?|evacuat\w+)\b"),
    "missing": re.compile(r"\bmissing\b"),
}
"""What befell those who are counted, by the claim's own words."""
_KIND = re.compile(r"^([^:]{2,60}):\s*\d")


def counted(claim: Claim) -> str:
    """Name what a claim's number counts; empty where its words tell nothing.

    >>> from datetime import UTC, datetime
    >>> told = dict(source="s", granule="g", line=1, claimant="", said=datetime(2025, 3, 18, tzinfo=UTC), speaker="A",
    ...             stance="asserts")
    >>> counted(Claim(id="1", text="4 were killed and 9 injured", **told))
    'killed+wounded'
    >>> counted(Claim(id="2", words="Iskander-M: 2 launched, 0 destroyed", **told))
    'iskander-m'
    """
    words = f"{claim.text} {claim.words}".casefold()
    told = [name for name, pattern in OUTCOMES.items() if pattern.search(words)]
    kind = _KIND.match(claim.words)
    return "+".join([*told, *([kind[1].strip().casefold()] if kind else [])])
