"""What a speaker does with a content: asserts, denies, demands, accepts, makes conditions ...

Why from two places: "agreed", "rejected" and "urged" say it themselves; after "said" the content decides ("we will not
sign until ..." is a condition). Words and their order stand in `stances.toml`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources

from ceasefire.text.attribution.lexicon import forms
from ceasefire.text.matter import plain
from ceasefire.text.stems import stem_pattern

SAYS = "says"
SECOND = ("accepts", "rejects", "demands", "promises", "offers", "threatens", "denies")
"""Stances that give a claim of their own where they are related by somebody else."""
_TOLD = frozenset(
    forms("tell") + forms("stress") + forms("insist") + forms("warn") + forms("emphasize") + forms("assure")
)
_MINE = ("accepts", "offers", "promises", "rejects")


@lru_cache(maxsize=16384)
def cue_stance(cue: str) -> str:
    """Name what the cue itself does; `says` where the content must decide, empty where it is no cue of a claim.

    >>> cue_stance("have agreed to"), cue_stance("said"), cue_stance("declined"), cue_stance("walked")
    ('accepts', 'says', 'silent', '')
    """
    text = cue.lower().replace("’", "'")
    if "according to" in text:
        return SAYS
    if re.search(r"(n't|\bnot|\bwithout) (elaborat|specif|detail|say)", text):
        return "silent"
    if re.search(r"\bdiscuss|\brespond\w* to$|\breact\w* to$", text):
        return ""
    found = [_cues()[word] for word in re.findall(r"[a-z]+", text)[::-1] if word in _cues()]
    named = next((one for one in found if one != SAYS), SAYS if found else "")
    if named == "accepts" and re.search(r"n't|\bnot\b|never", text):
        return "rejects"
    if named == "promises" and re.search(r"n't|\bnot\b|never", text):
        return "rejects"
    return named


def is_second(cue: str) -> bool:
    """Tell whether a cue within what another says takes a stance, so that it is a further claim.

    >>> is_second("has agreed"), is_second("told"), is_second("discussed")
    (True, True, False)
    """
    return cue_stance(cue) in SECOND or any(word in _TOLD for word in re.findall(r"[a-z]+", cue.lower()))


def stance(cue: str, content: str, *, own: bool = True) -> str:
    """Name the stance of one content.

    Parameters
    ----------
    cue
        The attributing words; empty for the outlet's own statements.
    content
        The words attributed.
    own
        Whether the subject of the content is the speaker: only the speaker can promise or accept for itself.

    Examples
    --------
    >>> stance("said", "it will not sign without firm guarantees"), stance("told", "we must talk")
    ('conditions', 'demands')
    >>> stance("said", "the claim is not accurate"), stance("rejected", "the plan")
    ('denies', 'rejects')
    """
    named = cue_stance(cue) if cue else SAYS
    if named == "wants":
        return "demands"
    if named not in (SAYS, ""):
        return named
    text = plain(content)
    for name, pattern in _content().items():
        if pattern.search(text) and (own or name not in _MINE):
            return name
    return "asserts"


@cache
def _cues() -> dict[str, str]:
    raw = _raw()
    found: dict[str, str] = {}
    for name, words in [*raw["cues"].items(), (SAYS, raw["says"]["words"])]:
        for word in words.split():
            for form in _all(word):
                found.setdefault(form, name)
    return found


def _all(word: str) -> tuple[str, ...]:
    made = forms(word)
    return (*made, word + "d") if word.endswith("ee") else made


@cache
def _content() -> dict[str, re.Pattern[str]]:
    return {name: stem_pattern(text) for name, text in _raw()["content"].items()}


@cache
def _raw() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files("ceasefire.text").joinpath("stances.toml").read_text(encoding="utf-8"))
