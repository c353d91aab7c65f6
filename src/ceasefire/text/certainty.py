"""Words that weaken or strengthen a statement, and what the outlet says of having checked it."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"\b(?:reportedly|allegedly|apparently|supposedly|purportedly|(?:is|are|was|were) said to|(?:is|are|"
    r"was|were) (?:believed|thought|"
    r"understood|estimated|reported) to|estimated|roughly|about(?= \d)|around(?= \d)|approximately|maybe|"
    r"perhaps|possibly|probably|presumably|"
    r"(?:very |quite |most |highly )?(?:un)?likely|(?:a )?(?:very |really )?(?:good|fair|high|real|"
    r"strong|slim|small) chance|could|might|may(?= (?:well )?[a-z])|"
    r"potential(?:ly)?|hopefully|all but certain|certain(?:ly)?|definite(?:ly)?|absolutely|no doubt|"
    r"undoubtedly|without doubt|clearly|"
    r"it(?:['’]s| is) clear|(?:i|we) (?:\w+ )?(?:think|believe|hope|guess|suspect)|cautiously|"
    r"not (?:clear|sure|certain)|sort of|a lot of|"
    r"appears? to|seems? to|suggests?|can['’]t be ruled out)\b",
    re.IGNORECASE,
)
_UNCHECKED = re.compile(
    r"(?:has|have|had|could|can|were|was|is|been)(?: not|n['’]t|not)(?: yet)?(?: been|"
    r" be)?(?: \w+ly)? (?:verif|confirm)\w+|unable to (?:\w+ )?(?:verify|confirm)"
    r"|no independent (?:confirmation|verification)|\bunverified|\bunconfirmed",
    re.IGNORECASE,
)
_CHECKED = re.compile(
    r"(?<!not )(?:independently|has|have|been|was|were) (?:verified|geolocated|"
    r"authenticated)\b(?! by (?:the )?(?:ministry|military|army))",
    re.IGNORECASE,
)
_DISPUTED = re.compile(
    r"\bnot (?:accurate|true|correct)|\b(?:false|untrue|inaccurate|disputed?|contradict\w*|baseless)\b", re.IGNORECASE
)


def certainty(words: str) -> str:
    """Give the words of a statement or its cue that say how certain it is; empty where none do.

    >>> certainty("the raid reportedly began"), certainty("there is a very good chance that it ends")
    ('reportedly', 'a very good chance')
    """
    found = dict.fromkeys(m[0].lower() for m in _WORDS.finditer(words))
    return ", ".join(found)


def checked(words: str) -> str:
    """Tell what a sentence of the outlet says of checking: `verified`, `not_verified`, or empty.

    >>> checked("though this has not been independently verified"), checked("the video was geolocated by us")
    ('not_verified', 'verified')
    """
    if _UNCHECKED.search(words):
        return "not_verified"
    return "verified" if _CHECKED.search(words) else ""


def disputes(words: str) -> bool:
    """Tell whether words call a statement wrong.

    >>> disputes("the report of a breakthrough is not accurate")
    True
    """
    return _DISPUTED.search(words) is not None
