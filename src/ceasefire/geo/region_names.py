"""Names of regions as data sets write them, in English, Ukrainian and Russian, to their ISO 3166-2 codes.

Why: one source writes "Kharkivska oblast", another "Kharkiv Oblast", "Харківська область", "Харьковская обл." or
"KHARKIV". All must come to UA-63, and a name that could be two regions must come to none of them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from ceasefire.geo.boundaries import boundaries, rows

GENERIC = (
    *("oblast", "oblasts", "region", "krai", "kray", "republic", "province", "governorate", "state", "district"),
    *("county", "department", "of", "the", "область", "обл", "области", "области", "області", "край", "республика"),
    *("республіка", "регион", "регіон", "oblasti", "autonomous", "okrug"),
)
"""Words that tell what kind of region it is; they are left out where the rest is clear."""

_SPELLING = (("kiev", "kyiv"), ("'", ""), ("ʹ", ""), ("’", ""), ("ʼ", ""), ("`", ""), ("ё", "е"))


def code_of(name: str, *, country: str = "") -> str:
    """Give the ISO 3166-2 code of a region by one of its names; '' where none or more than one is meant.

    Parameters
    ----------
    name
        A name in English, Ukrainian or Russian, any case, with or without "oblast" and the like; a code itself
        is given back.
    country
        ISO 3166-1 alpha-2 country to search in, e.g. `UA`; '' searches the whole world.

    >>> [code_of(n) for n in ("Kharkivska oblast", "Kyiv City", "kursk", "Херсонська область", "UA-53", "Atlantis")]
    ['UA-63', 'UA-30', 'RU-KRS', 'UA-65', 'UA-53', '']
    """
    text = name.strip()
    if text.upper() in rows():
        return text.upper()
    full, short = _index(country)
    folded = _fold(text)
    for index, key in ((full, folded), (short, _short(folded))):
        found = index.get(key, set())
        if found:
            return min(found) if len(found) == 1 else ""
    return ""


def aliases() -> dict[str, list[str]]:
    """Give every name of every region by code, as written, and the adjectives in Latin letters made of them.

    >>> {"Autonomous Republic of Crimea", "Крим"} < set(aliases()["UA-43"]), "Kharkivska oblast" in aliases()["UA-63"]
    (True, True)
    """
    return {str(code): _names(i) for i, code in enumerate(boundaries().code)}


def _names(row: int) -> list[str]:
    b = boundaries()
    own = {b.names[k][row] for k in b.names} | set(b.other_names[row])
    if b.code[row].startswith(_CYRILLIC):
        own |= {_latin(b.names["uk"][row], _UKRAINIAN), _latin(b.names["ru"][row], _RUSSIAN)}
    return sorted(own - {""})


def _latin(name: str, letters: dict[str, str]) -> str:
    """Write a Cyrillic oblast name as data sets in English do: "Kharkivska oblast"."""
    text = "".join(letters.get(c, c) for c in name.lower())
    return " ".join(w if w == "oblast" else w[:1].upper() + w[1:] for w in text.split())


_CYRILLIC = ("UA-", "RU-", "BY-")


@cache
def _index(country: str) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Codes of one country, or of the world for '', by folded name and by what is left of it without its kind."""
    full: dict[str, set[str]] = {}
    short: dict[str, set[str]] = {}
    for row, code in enumerate(boundaries().code.tolist()):
        if country and not code.startswith(country + "-"):
            continue
        for folded in map(_fold, _names(row)):
            full.setdefault(folded, set()).add(code)
            short.setdefault(_short(folded), set()).add(code)
    full.pop("", None)
    short.pop("", None)
    return full, short


def _fold(name: str) -> str:
    text = unicodedata.normalize("NFC", name).casefold()  # a dash of any kind is no part of a word
    for old, new in _SPELLING:
        text = text.replace(old, new)
    if not re.search("[а-яіїєґ]", text):
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", text))


def _short(folded: str) -> str:
    return " ".join(w for w in folded.split() if w not in GENERIC)


_UKRAINIAN = {
    **dict(zip("абвгґдезиіїйклмнопрстуф", "abvhgdezyiiiklmnoprstuf", strict=True)),
    **{"х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ю": "iu", "я": "ia", "є": "ie", "ж": "zh"},
}
_RUSSIAN = {
    **dict(zip("абвгдезийклмнопрстуфыэё", "abvgdeziyklmnoprstufyee", strict=True)),
    **{"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"},
}
