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
    """Give every name of every region by code, as written.

    >>> "Autonomous Republic of Crimea" in aliases()["UA-43"]
    True
    """
    b = boundaries()
    out: dict[str, list[str]] = {}
    for i, code in enumerate(b.code):
        own = {b.names[k][i] for k in b.names} | set(b.other_names[i])
        own |= {form for n in tuple(own) for form in _forms(n, code)}
        out[code] = sorted(own - {""})
    return out


def _forms(name: str, code: str) -> set[str]:
    """Latin adjectives that data sets make of Slavic oblast names, from the local name's own letters."""
    if not code.startswith(("UA-", "RU-", "BY-")) or not re.search("[а-яіїєґ]", name.lower()):
        return set()
    system = _UKRAINIAN if code.startswith("UA-") else _RUSSIAN
    return {"".join(system.get(c, c) for c in name.lower()).replace("область", "oblast").title()}


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
    text = unicodedata.normalize("NFC", name).casefold()
    for old, new in _SPELLING:
        text = text.replace(old, new)
    if not re.search("[а-яіїєґ]", text):
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", text))


def _short(name: str) -> str:
    return " ".join(w for w in _fold(name).split() if w not in GENERIC)


_UKRAINIAN = dict(
    zip(
        "абвгґдезиіїйклмнопрстуфхцчшщьюяєж",
        [*"a b v h g d e z y i i i k l m n o p r s t u f kh ts ch sh shch".split(), "", "iu", "ia", "ie", "zh"],
        strict=True,
    )
)
_RUSSIAN = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюя",
        [
            *"a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch".split(),
            *("", "y", "", "e", "yu", "ya"),
        ],
        strict=True,
    )
)
