"""Letters as they are meant: hidden characters, stress marks and look-alikes taken out, with the way back.

Why: a soft hyphen in "під\u00adстанції", a stress mark in "за́мок" or a Latin "o" in a Cyrillic word hides the word from
every rule, whether by a layout program or by intent. Offsets of what is found count the original characters.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

_MARKS = re.compile(r"[\u0300\u0301\u0302\u0304\u0311\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufe0f]+")
_CYRILLIC_LIKE = str.maketrans("aceiopxykABCEHIKMOPTXYëï", "асеіорхукАВСЕНІКМОРТХУёї")
_PART = re.compile(r"[^\W\d_]+")
_LATIN_BESIDE = re.compile(r"[\u0400-\u04ff][A-Za-zëï]|[A-Za-zëï][\u0400-\u04ff]")


@dataclass(frozen=True)
class Clean:
    """A text with letters as meant."""

    text: str
    cuts: tuple[int, ...]
    """Places in `text` behind which characters were taken out, rising."""
    lost: tuple[int, ...]
    """How many were taken out up to there."""

    def back(self, begin: int, stop: int) -> tuple[int, int]:
        """Give the span of the original text."""
        return self._at(begin), self._at(max(stop - 1, begin)) + (1 if stop > begin else 0)

    def _at(self, place: int) -> int:
        found = bisect_right(self.cuts, place) - 1
        return place + (self.lost[found] if found >= 0 else 0)


def clean(text: str) -> Clean:
    """Take hidden characters and stress marks out and read look-alikes within Cyrillic words as Cyrillic.

    >>> made = clean("під\\u00adстaнції")
    >>> made.text, made.back(0, len(made.text))
    ('підстанції', (0, 11))
    """
    text = meant(text)
    cuts, lost, parts, at, gone = [], [], [], 0, 0
    for mark in _MARKS.finditer(text):
        parts.append(text[at : mark.start()])
        cuts.append(mark.start() - gone)
        gone += mark.end() - mark.start()
        lost.append(gone)
        at = mark.end()
    return Clean("".join((*parts, text[at:])) if parts else text, tuple(cuts), tuple(lost))


def meant(text: str) -> str:
    """Read Latin letters that look like Cyrillic ones, within Cyrillic words, as these; the length stays.

    >>> meant("Харкiв i HIMARS, пiдcтанція"), meant("FPV-дрон")
    ('Харків i HIMARS, підстанція', 'FPV-дрон')
    """
    return _PART.sub(_one, text) if _LATIN_BESIDE.search(text) else text


def _one(word: re.Match[str]) -> str:
    found = word[0]
    if not _LATIN_BESIDE.search(found):
        return found
    made = found.translate(_CYRILLIC_LIKE)
    latin = sum("LATIN" in unicodedata.name(c, "") for c in made)
    return found if latin else made
