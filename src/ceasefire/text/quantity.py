"""Stated quantities: a number with its bound and unit, as an interval of what the words allow.

Why intervals: "over 700,000", "70,000 to 80,000" and "several hundred" are not numbers, and a conflict between two
statements is one of intervals that do not meet. English, Ukrainian and Russian; offsets count the text's characters.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from math import inf, isnan
from typing import Any

_FILE: dict[str, Any] = tomllib.loads(
    resources.files("ceasefire.text").joinpath("numbers.toml").read_text(encoding="utf-8")
)
_WORDS = {word: float(value) for value, words in _FILE["numbers"].items() for word in words}
_SCALE = {word: float(value) for value, words in _FILE["scales"].items() for word in words}
_VAGUE = {words: (float(low), float(high)) for words, (low, high) in _FILE["vague"].items()}
_LEAST, _OVER, _MOST, _UNDER, _ABOUT = (_FILE["bounds"][k] for k in ("least", "over", "most", "under", "about"))
_NUMBER = r"\d{1,3}(?:[, \u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,]\d+)?"
_NAMED = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_SCALES = "|".join(sorted(map(re.escape, _SCALE), key=len, reverse=True))
_ONE = rf"(?:{_NUMBER}|(?:{_NAMED})(?![\w’'-]))(?:[ \u00a0-]?(?:{_SCALES})(?!\w)\.?)?"
_ANY = re.compile(
    rf"(?<![\w.,/:])(?:(?P<bound>{_LEAST}|{_OVER}|{_MOST}|{_UNDER}|{_ABOUT})\s+)?(?P<money>[$€£₴])?"
    rf"(?:(?P<vague>{'|'.join(sorted(map(re.escape, _VAGUE), key=len, reverse=True))})(?!\w)(?!\s+(?:{_SCALES})(?!\w))"
    rf"|(?:between\s+)?(?P<a>{_ONE})(?:\s*(?:to|and|–|—|-|до|по|і|и)\s*(?P<b>{_ONE}))?)"
    r"(?P<percent>\s?(?:%|per ?cent|відсотк\w+|процент\w+))?",
    re.IGNORECASE,
)
_AND = re.compile(r"\s(?:and|і|и)\s", re.IGNORECASE)


@dataclass(frozen=True)
class Quantity:
    """One stated quantity."""

    begin: int
    """First character of its words."""
    stop: int
    """First character behind them, without the unit."""
    low: float
    """Least value that agrees with the words."""
    high: float
    """Greatest value that agrees with them; infinity for "over"."""
    words: str
    """As worded."""
    unit: str
    """What follows: `%`, a currency sign, or the next word in lower case; empty where none does."""


def quantities(text: str) -> list[Quantity]:
    """Find the quantities of a text, in order.

    Years, clock times, dates and numbers that are part of names are left out as far as their form tells.

    Examples
    --------
    >>> [(q.low, q.high, q.unit) for q in quantities("70,000 to 80,000 soldiers died, over 200 of them on one day")]
    [(70000.0, 80000.0, 'soldiers'), (200.0, inf, 'of'), (1.0, 1.0, 'day')]
    >>> [(q.words, q.low, q.high) for q in quantities("щонайменше п'ять цивільних; кілька сотень ударів")]
    [("щонайменше п'ять", 5.0, inf), ('кілька сотень', 200.0, 900.0)]
    """
    found = []
    for m in _ANY.finditer(text):
        low, high = _interval(m)
        if _is_date(text, m) or isnan(low):
            continue
        stop = m.end() if not m["b"] or not _two_things(m) else m.start("a") + len(m["a"])
        begin = m.start()
        unit = "%" if m["percent"] else m["money"] or _next_word(text, stop)
        found.append(Quantity(begin, stop, low, high, text[begin:stop].strip(), unit))
    return found


def _two_things(m: re.Match[str]) -> bool:
    """Tell whether "5 and 7" counts two things; "between 5 and 7" is a range."""
    return bool(_AND.search(m[0])) and "between" not in m[0].lower()


def _interval(m: re.Match[str]) -> tuple[float, float]:
    if m["vague"]:
        low, high = _VAGUE[" ".join(m["vague"].lower().split())]
    else:
        low = high = _value(m["a"])
        if m["b"] and not _two_things(m):
            high = _value(m["b"])
            scale = _scale_of(m["b"])
            low *= scale if scale > 1 and _scale_of(m["a"]) == 1 and low * scale <= high else 1.0
            if high < low:
                return float("nan"), float("nan")  # "12 to 3": no range
    return _bounded(low, high, (m["bound"] or "").lower())


def _bounded(low: float, high: float, bound: str) -> tuple[float, float]:
    if re.fullmatch(f"{_LEAST}|{_OVER}", bound):
        return low, inf
    if re.fullmatch(_MOST, bound):
        return 0.0, high
    if re.fullmatch(_UNDER, bound):
        return (0.8 * low if bound in ("nearly", "almost", "майже", "почти") else 0.0), high
    if re.fullmatch(_ABOUT, bound) and low == high:  # "around 70,000 to 80,000" says how far already
        return 0.8 * low, 1.25 * high
    return low, high


def _value(words: str) -> float:
    words = words.lower().rstrip(".")
    scale = _scale_of(words)
    head = re.sub(rf"[ \u00a0-]?(?:{_SCALES})\.?$", "", words)
    if head in _WORDS:
        return _WORDS[head] * scale
    grouped = re.fullmatch(r"\d{1,3}(?:[, \u00a0\u202f]\d{3})+", head)
    return float(re.sub(r"[, \u00a0\u202f]", "", head) if grouped else head.replace(",", ".")) * scale


def _scale_of(words: str) -> float:
    found = re.search(rf"({_SCALES})\.?$", words.lower())
    return _SCALE[found[1]] if found and found[1] != words.lower() else 1.0


_MONTH = re.compile(
    r"\s*(?:st|nd|rd|th)?\s*(?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|січ|лют|берез|квіт|трав"
    r"|черв|лип|серп|верес|жовт|листоп|груд|янв|фев|март|апр|мая|июн|июл|авг|сент|окт|нояб|дек)",
    re.IGNORECASE,
)
_MONTH_BEFORE = re.compile(
    r"(?:jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*)\.?\s*$", re.IGNORECASE
)
_PLAIN_YEAR = re.compile(r"(?:19|20)\d\d")


def _is_date(text: str, m: re.Match[str]) -> bool:
    """Tell whether the number is a year, a day of a month, a clock time or part of a name ("G7", "Su-35")."""
    if m["vague"]:
        return False
    year = _PLAIN_YEAR.fullmatch(m["a"]) and not m["bound"] and not m["percent"] and not m["money"]
    after, before = text[m.end() : m.end() + 14], text[max(0, m.start() - 12) : m.start()]
    clock = re.match(r"[:.]\d\d\b|\s?[ap]\.?m\b|\s?o'clock|\s(?:ранку|вечора|утра|вечера|мск)\b", after)
    named = re.match(r"[^\W\d_]", after) or re.search(r"[^\W\d_][-–]$", before)
    return bool(year or clock or named or _MONTH.match(after) or _MONTH_BEFORE.search(before))


def _next_word(text: str, at: int) -> str:
    found = re.match(r"[\s-]*([^\W\d_][\w’'-]*)", text[at : at + 60])
    return found[1].lower() if found else ""
