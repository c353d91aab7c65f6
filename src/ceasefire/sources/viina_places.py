"""How far a place that VIINA names may be off, and the villages that stand for whole oblasts.

VIINA geocodes the place that a headline names. "Sumshchyna", a name of the whole oblast, thereby becomes one
village in it, and hundreds of rows a month stand on that village. Such a point is found from the rows themselves:
many rows, and most of their headlines name the point's own oblast. Its disc is then widened to hold the oblast.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo import distance
from ceasefire.geo.regions import disc
from ceasefire.sources.columns import Floats

SETTLEMENT_KM = 5.0
"""Radius of a named settlement: its own extent and the geocoder's choice of its centre, km."""
CITY_KM = 15.0
"""Radius of a city of half a million or more, km."""
CITIES = frozenset(
    (
        "Kyiv",
        "Kharkiv",
        "Odessa",
        "Odesa",
        "Dnipro",
        "Donetsk",
        "Zaporizhzhya",
        "Zaporizhia",
        "Lviv",
        "Mykolayiv",
        "Mykolaiv",
        "Sevastopol",
        "Mariupol",
        "Luhansk",
        "Kryvyy Rih",
        "Kryvyi Rih",
    )
)
"""Cities that get the wider disc, as the source spells them."""
PRECISION_KM = {"STREET": 1.0, "ADM3": 10.0, "ADM2": 30.0}
"""Radius by the geocoder's precision, where the file tells it, km; `ADM1` is a whole oblast."""
STAND_IN_ROWS = 10
"""Fewest rows at one point before it can be taken for a stand-in."""
STAND_IN_SHARE = 0.6
"""Share of the rows at one point whose headline names the point's own oblast, above which it is a stand-in."""

_OBLASTS = {
    "UA-05": "вінни|винни",
    "UA-07": "волин|волын",
    "UA-09": "луган",
    "UA-12": "дніпропетров|днепропетров",
    "UA-14": "доне",
    "UA-18": "житомир",
    "UA-21": "закарпат",
    "UA-23": "запоріз|запорож",
    "UA-26": "івано-франк|ивано-франк|прикарпат",
    "UA-32": "київ|киев",
    "UA-35": "кіровоград|кировоград",
    "UA-46": "львів|львов",
    "UA-48": "микола|никола",
    "UA-51": "оде",
    "UA-53": "полтав",
    "UA-56": "рівнен|ровен",
    "UA-59": "сум",
    "UA-61": "терноп",
    "UA-63": "харків|харьков",
    "UA-65": "херсон",
    "UA-68": "хмельни",
    "UA-71": "черка",
    "UA-74": "черніг|черниг",
    "UA-77": "чернів|чернов|букови",
    "RU-BEL": "белгород|бєлгород|білгород",
    "RU-BRY": "брянщ|брянс",
    "RU-KRS": "курщ|курск|курськ",
}
"""Beginnings of the oblasts' names in Ukrainian and Russian."""
_WHOLE = r"\w*?(?:щин|ччин|тчин|[сцз]ь?к\w+\s+обл)"
_WITHOUT_ENDING = {"UA-21": r"\w*", "UA-07": r"\w*", "UA-77": r"\w*"}
_NAMES = {
    code: re.compile(rf"\b(?:{stem}){_WITHOUT_ENDING.get(code, _WHOLE)}", re.IGNORECASE)
    for code, stem in _OBLASTS.items()
}


def names_oblast(headline: str, code: str) -> bool:
    """Tell whether a headline names an oblast as a whole.

    >>> names_oblast("Росіяни вдарили по Сумщині", "UA-59"), names_oblast("Удар по Сумах", "UA-59")
    (True, False)
    """
    return code in _NAMES and _NAMES[code].search(headline) is not None


def stand_ins(lon: Floats, lat: Floats, region: Sequence[str], headline: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which rows stand at a point that is named for a whole oblast, shape (n,).

    Parameters
    ----------
    lon, lat
        Degrees, shape (n,).
    region
        ISO 3166-2 code of each point, length n.
    headline
        Headlines, length n.

    Examples
    --------
    >>> n = 12
    >>> stand_ins(np.full(n, 34.1), np.full(n, 51.1), ["UA-59"] * n, ["Вибухи на Сумщині"] * n).all()
    np.True_
    """
    point = np.round(np.c_[lon, lat], 3)
    _, of, count = np.unique(point, axis=0, return_inverse=True, return_counts=True)
    of = of.ravel()
    named = np.fromiter(
        (names_oblast(h, r) for h, r in zip(headline, region, strict=True)), dtype=np.float64, count=len(headline)
    )
    share = np.bincount(of, weights=named, minlength=len(count)) / np.maximum(count, 1)
    return np.asarray(((count >= STAND_IN_ROWS) & (share >= STAND_IN_SHARE))[of], dtype=bool)


def radii(
    place: Sequence[str],
    lon: Floats,
    lat: Floats,
    region: Sequence[str],
    stand_in: NDArray[np.bool_],
    precision: Sequence[str] = (),
) -> Floats:
    """Give the radius of each row's disc, km, shape (n,): a settlement, a city, or a whole oblast.

    `precision` is the geocoder's own word (`GEO_PRECISION`) where the file tells it, else empty.

    >>> radii(["Kyiv", "Bucha"], np.array([30.5, 30.2]), np.array([50.4, 50.5]), ["UA-30", "UA-32"], np.zeros(2, bool))
    array([15.,  5.])
    """
    radius = np.where([name in CITIES for name in place], CITY_KM, SETTLEMENT_KM).astype(np.float64)
    whole = stand_in.copy()
    for i, word in enumerate(precision):
        radius[i] = PRECISION_KM.get(word, radius[i])
        whole[i] |= word == "ADM1"
    for i in np.flatnonzero(whole & (np.array(region, dtype=object) != "")).tolist():
        east, north, wide = disc(region[i])
        radius[i] = np.ceil(wide + float(distance.km(lon[i], lat[i], east, north)))
    return radius
