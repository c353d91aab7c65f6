"""The language of a text, and whether claims can be read from it.

Why per text and not per source: a Ukrainian outlet quotes a Russian post whole. Why three languages are told apart by
their own letters and little words first: a general tool sees Kyrgyz or Hausa in short texts of few words. Everything
else is recognised by a general tool and named, never guessed at.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from ceasefire.errors import MissingExtra

SUPPORTED: dict[str, str] = {"en": "English", "uk": "Ukrainian", "ru": "Russian"}
"""Languages that claims are read from."""
_HEAD = 4000
"""Characters looked at."""
_OWN: dict[str, re.Pattern[str]] = {
    "uk": re.compile(r"[іїєґ]|\b(?:що|та|від|цього|було|також|який|щодо|після|або|але|лише|може|вже|немає)\b"),
    "ru": re.compile(r"[ыэъё]|\b(?:что|как|это|также|после|который|было|или|только|может|уже|нет|из|при)\b"),
    "en": re.compile(r"\b(?:the|of|and|to|in|that|said|has|was|for|on|with|from|have|would)\b"),
}
_FEW_WORDS = 15
_NEAR = ("bg", "sr", "mk", "ky", "ba", "tt", "mn")
"""What the tool takes a short Russian or Ukrainian headline for."""
_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[а-яёіїєґ]")


def language(text: str) -> str:
    """Name the language of a text.

    Parameters
    ----------
    text
        Any text; its first 4,000 characters are looked at.

    Returns
    -------
    ISO 639-1 code where there is one, else the tool's code; empty where there are no words.

    Raises
    ------
    MissingExtra
        Where the words are of none of the supported languages and the extra `text`, which names others, is absent.

    Examples
    --------
    >>> language("The Kremlin said that the two leaders agreed to stop strikes on power plants for thirty days.")
    'en'
    >>> language("Сторони домовились припинити удари по енергетиці"), language("Удары по энергетике прекращены")
    ('uk', 'ru')
    """
    head = text[:_HEAD].lower()
    words = len(_WORD.findall(head))
    if not words:
        return ""
    count = {code: len(pattern.findall(head)) for code, pattern in _OWN.items()}
    if _CYRILLIC.search(head):
        count["en"] = 0
        code = max(("uk", "ru"), key=lambda c: count[c])
        if count[code] >= 2 and count[code] >= 2 * count["uk" if code == "ru" else "ru"] and not _other(head):
            return code
    elif count["en"] >= max(2, 0.12 * words):
        return "en"
    code = str(_tool().classify(head)[0])
    if words < _FEW_WORDS and code in _NEAR and not _other(head):
        return "uk" if count["uk"] > count["ru"] else "ru"
    return code


def _other(head: str) -> bool:
    """Tell whether letters of other Cyrillic alphabets stand in it: Belarusian, Serbian, Macedonian, Kazakh..."""
    return bool(re.search(r"[ўјљњћђџќѓѕәғқңөұүһ]", head))


@cache
def _tool() -> Any:
    try:
        import py3langid
    except ImportError as error:
        raise MissingExtra("other languages are named by the extra: pip install 'ceasefire[text]'") from error
    return py3langid
