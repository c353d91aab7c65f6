"""Names of regions as data sets write them, in English, Ukrainian and Russian, to their ISO 3166-2 codes.

Why: one source writes "Kharkivska oblast", another "Kharkiv Oblast", "Харківська область", "Харьковская обл." or
"KHARKIV". All must come to UA-63, and a name that could be two regions must come to none of them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from ceasefire.geo.boundaries import boundaries

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
    full, short = _index()
    if text.upper() in _codes():
        return text.upper()
    for index, key in ((full, _fold(text)), (short, _short(text))):
        found = {c for c in index.get(key, ()) if not country or c.startswith(country + "-")}
        if len(found) == 1:
            return found.pop()
        if found:
            return ""
    return ""


def aliases() -> dict[str, list[str]]:
    """Give every name of every region by code, as written, and the adjectives in Latin letters made of them.

    >>> {"Autonomous Republic of Crimea", "Крим"} < set(aliases()["UA-43"]), "Kharkivska oblast" in aliases()["UA-63"]
    (True, True)
    """
    b = boundaries()
    out: dict[str, list[str]] = {}
    for i, code in enumerate(b.code):
        own = {b.names[k][i] for k in b.names} | set(b.other_names[i])
        if code.startswith(_CYRILLIC):
            own |= {_latin(b.names["uk"][i], _UKRAINIAN), _latin(b.names["ru"][i], _RUSSIAN)}
        out[str(code)] = sorted(own - {""})
    return out


def _latin(name: str, letters: dict[str, str]) -> str:
    """Write a Cyrillic oblast name as data sets in English do: "Kharkivska oblast"."""
    text = "".join(letters.get(c, c) for c in name.lower())
    return " ".join(w if w == "oblast" else w[:1].upper() + w[1:] for w in text.split())


_CYRILLIC = ("UA-", "RU-", "BY-")


@cache
def _codes() -> frozenset[str]:
    return frozenset(str(c) for c in boundaries().code)


@cache
def _index() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    full: dict[str, set[str]] = {}
    short: dict[str, set[str]] = {}
    for code, own in aliases().items():
        for name in own:
            full.setdefault(_fold(name), set()).add(code)
            short.setdefault(_short(name), set()).add(code)
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


def _short(name: str) -> str:
    return " ".join(w for w in _fold(name).split() if w not in GENERIC)


_UKRAINIAN = {
    **dict(zip("абвгґдезиіїйклмнопрстуф", "abvhgdezyiiiklmnoprstuf", strict=True)),
    **{"х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ю": "iu", "я": "ia", "є": "ie", "ж": "zh"},
}
_RUSSIAN = {
    **dict(zip("абвгдезийклмнопрстуфыэё", "abvgdeziyklmnoprstufyee", strict=True)),
    **{"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"},
}
