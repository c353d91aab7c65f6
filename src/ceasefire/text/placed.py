"""Where a statement says it is: a disc for each of many texts. The one call by which claims reach the gazetteer.

Towns are looked for in the whole article, since the places named around a name tell which of its namesakes is meant; a
claim that speaks of "the region" or "the town" gets the place named last before it. A government told by its seat
("Moscow's forces") is no place, and countries have no disc: what is said of them has no place. A sea has one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from math import isfinite
from typing import NamedTuple

import pyarrow as pa

from ceasefire.geo import regions
from ceasefire.text.gazetteer import named_places
from ceasefire.text.lexicon import normal
from ceasefire.text.places import places

_SEATS = ("Moscow", "Kyiv")
_THERE = re.compile(r"\b(?:in|on|near|over|at|around|outside|across|toward|towards)\s+(?:\w+\s+)?$", re.IGNORECASE)
_COMMON = ("Human",)
"""Names of towns that are words of English."""
_MEANT = re.compile(r"\b(?:the|this|that) (?:region|town|city|village|area|enclave|salient)\b(?! of)", re.IGNORECASE)
_REACH = 1500
"""Characters back to the place that "the region" means, at most."""


class Placed(NamedTuple):
    """A named place as a disc."""

    name: str
    region: str
    lon: float
    lat: float
    radius_km: float


class Spot(NamedTuple):
    """A place and where a text names it."""

    begin: int
    stop: int
    at: Placed


def placed(texts: Sequence[str]) -> list[Placed]:
    """Find the place that each of n texts names; an empty name and NaN where none or several are meant.

    >>> placed(["по станції «Суджа»"])[0].region
    'RU-KRS'
    """
    if not texts:
        return []
    got = places(normal(pa.array([text.encode("utf-8", "replace").decode() for text in texts])))
    rows = zip(got.name, got.region, got.lon.tolist(), got.lat.tolist(), got.radius_km.tolist(), strict=True)
    return [Placed(*row) for row in rows]


def spots(text: str) -> list[Spot]:
    """Find the towns and the regions ("the Kursk region") that an article names, in order.

    >>> [(s.at.name, s.at.region) for s in spots("Moscow said the town of Sudzha in the Kursk region was taken.")]
    [('Sudzha', 'RU-KRS'), ('Kursk', 'RU-KRS')]
    """
    out = [
        Spot(m.start(), m.end(), Placed(m[1], code, *regions.disc(code)))
        for m in _region_names().finditer(text)
        for code in [_code(m[1])]
    ]
    wide = {s.begin for s in out}
    for one in named_places(text):
        if one.begin in wide or not isfinite(one.lon) or text[one.begin : one.stop] in _COMMON:
            continue
        if one.name in _SEATS and not _THERE.search(text[max(0, one.begin - 30) : one.begin]):
            continue
        out.append(Spot(one.begin, one.stop, Placed(one.name, one.region, one.lon, one.lat, one.radius_km)))
    return sorted(out)


@cache
def _region_names() -> re.Pattern[str]:
    names = sorted((n for code, n in regions.names().items() if code[:3] in ("UA-", "RU-")), key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, names))})['’]?s?\s+(?:region|oblast|province)\b")


@cache
def _code(name: str) -> str:
    return next(code for code, n in regions.names().items() if n == name and code[:3] in ("UA-", "RU-"))


def spot_of(content: tuple[int, int], text: str, known: Sequence[Spot], *, refers: bool) -> Placed | None:
    """Give the one place that a content names; None where it names none or several.

    Parameters
    ----------
    content
        Its characters in the article.
    text
        The article.
    known
        Its places, as `spots` gives them.
    refers
        Whether "the region" in it may mean a place named before.
    """
    inside = {s.at.name: s.at for s in known if content[0] <= s.begin and s.stop <= content[1]}
    if inside:
        return next(iter(inside.values())) if len(inside) == 1 else None
    if refers and _MEANT.search(text, content[0], content[1]):
        before = [s for s in known if content[0] - _REACH <= s.begin < content[0]]
        return before[-1].at if before else None
    return None
