"""Places named in English, Ukrainian and Russian texts, each as a disc that says how sure it is.

The way: capitalised words that are stems of listed names; rules drop names of persons, bodies, fronts and governments;
of places that share a name, the likelier one by population, by the regions that the text names and by the other places
it names. Where one place has `LEVEL` of the chance, its disc is a settlement's; where the likely ones lie near each
other, the disc holds them all; else the name is given without a disc. Nothing is guessed in silence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from math import nan

import numpy as np
import numpy.typing as npt

from ceasefire.geo import distance, regions
from ceasefire.text.letters import clean
from ceasefire.text.toponyms import Gazetteer, agrees, folded, gazetteer, stem

LEVEL = 0.95
"""Share of the chance that a disc holds, as far as population and neighbours tell it."""
AREA = ("UA", "RU")
"""Countries looked at where none are given."""
WIDEST_KM = 60.0
"""Radius of the widest disc over several places of one name."""
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*")
_GAP = re.compile(r"[ \t\u00a0]?[-–‑]?[ \t\u00a0]?")
_LIST = re.compile(
    r"\s*(?:,|/|та|і|й|и|and|або|или|,\s*(?:та|і|и|and))\s+(?:(?:в|у|на|під|біля|in|at|near)\s+)?", re.IGNORECASE
)
_LARGE = 15_000
_LISTED = 500.0
"""Inhabitants of the least place that is listed."""
_NEIGHBOURS = 200
"""Places that others are held near to, at most."""
_UNLISTED = 1.1 * float(np.log(_LISTED)) - 1.0
"""Score of a place of the name that is too small to be listed."""
_TOLD = 4.0
"""What that gains where the text speaks of other regions and places than the listed ones are in."""


@dataclass(frozen=True)
class Named:
    """One place named in a text."""

    begin: int
    """First character of its name."""
    stop: int
    """First character behind it."""
    name: str
    """English name of the likeliest place."""
    region: str
    """ISO 3166-2 code; empty where places of several regions are as likely."""
    lon: float
    """Degrees east of the disc's centre; NaN where the name is too ambiguous for a disc."""
    lat: float
    """Degrees north."""
    radius_km: float
    """Radius of the disc that holds `LEVEL` of the chance, km."""
    share: float
    """Chance of the likeliest place among those that share the name."""


@dataclass
class _Mention:
    begin: int
    stop: int
    at: npt.NDArray[np.int64]
    weight: npt.NDArray[np.float64]


def named_places(text: str, *, area: Sequence[str] = AREA, within: Sequence[str] = ()) -> list[Named]:
    """Find the places that a text names, in the order of the text.

    Parameters
    ----------
    text
        Any text; offsets count its characters.
    area
        ISO 3166-1 codes of the countries that places are looked for in, the likeliest first.
    within
        ISO 3166-2 codes of regions that the text names or that it is known to be about.

    Raises
    ------
    MissingExtra
        Where the extra `text` is not installed.

    Examples
    --------
    >>> [(p.name, p.region) for p in named_places("Вибухи пролунали в Херсоні та під Куп'янськом")]
    [('Kherson', 'UA-65'), ('Kupyansk', 'UA-63')]
    >>> [p.name for p in named_places("Удар по Харькову; Moscow said Kharkiv’s power was cut")]
    ['Kharkiv', 'Kharkiv']
    >>> named_places("Київ погодився на перемир'я. На Покровському напрямку тихо")
    []
    """
    source = gazetteer(tuple(sorted(area)))
    readable = clean(text)
    found, fronts = _mentions(source, readable.text)
    known: dict[bytes, npt.NDArray[np.float64]] = {}
    sure: dict[int, None] = {}
    for one in found:
        key = one.at.tobytes() + one.weight.tobytes()
        if key not in known:
            known[key] = _odds(source, one, within, fronts, home=area[0], fronts=bool(fronts))
            best = int(np.argmax(known[key]))
            if known[key][best] >= LEVEL and len(sure) < _NEIGHBOURS:
                sure[int(one.at[best])] = None
    known.clear()
    out = []
    for one in found:
        key = one.at.tobytes() + one.weight.tobytes()
        if key not in known:
            near = tuple(sorted((set(sure) - set(one.at.tolist())) | set(fronts)))
            known[key] = _odds(source, one, within, near, home=area[0], fronts=bool(fronts))
        begin, stop = readable.back(one.begin, one.stop)
        out.append(_disc(source, one, known[key], begin, stop))
    return out


def _mentions(source: Gazetteer, text: str) -> tuple[list[_Mention], tuple[int, ...]]:
    """Give the names of places, and the towns that fronts are named after."""
    found: list[_Mention] = []
    fronts: set[int] = set()
    tokens = list(_WORD.finditer(text))
    forms = [folded(t[0]) for t in tokens]
    shouted = sum(t[0].isupper() for t in tokens) > 0.6 * len(tokens)
    last: _Mention | None = None
    i = 0
    while i < len(tokens):
        begin = tokens[i].start()
        one = _longest(source, text, tokens, forms, i) if tokens[i][0][0].isupper() else None
        if one is not None:
            hits, n = one
            stop = tokens[i + n - 1].end()
            listed = last is not None and bool(_LIST.fullmatch(text[last.stop : begin]))
            if _is_place(source, text, tokens, forms, i, n, hits, listed=listed, shouted=shouted):
                last = _Mention(begin, stop, np.asarray(list(hits), dtype=np.int64), np.asarray(list(hits.values())))
                found.append(last)
                i += n
                continue
        if tokens[i][0][0].isupper() and any(f in _words("fronts") for f in _behind(tokens, i)):
            fronts |= _front(source, forms[i])
        i += 1
    return found, tuple(sorted(fronts))


def _behind(tokens: list[re.Match[str]], i: int) -> list[str]:
    return [t[0].lower() for t in tokens[i + 1 : i + 4]]


def _front(source: Gazetteer, form: str) -> set[int]:
    """Give the most populous town that the adjective of a front may be made of."""
    root = stem(form)
    for key in (root, stem(root[:-2] + "а"), stem(root[:-2] + "ив")) if root.endswith("ск") else (root,):
        hits = [at for at, _ in source.index.get(key, {}).get((key,), ())]
        if hits:
            return {max(hits, key=lambda at: source.population[at])}
    return set()


def _longest(
    source: Gazetteer, text: str, tokens: list[re.Match[str]], forms: list[str], i: int
) -> tuple[dict[int, float], int] | None:
    """Find the longest listed name that begins at a word: places with a weight for how well the form agrees."""
    form = forms[i]
    english = form.isascii() and tokens[i][0][-2:] in ("'s", "’s")
    form = form[:-1] if english else form
    by = source.index.get(stem(form))
    if by is None:
        return None
    for key in sorted(by, key=len, reverse=True):
        n = len(key)
        if i + n > len(tokens) or any(
            not _GAP.fullmatch(text[a.end() : b.start()]) for a, b in pairwise(tokens[i : i + n])
        ):
            continue
        given = (form, *forms[i + 1 : i + n])
        if tuple(stem(w) for w in given) != key:
            continue
        hits: dict[int, float] = {}
        for at, name in by[key]:
            if all(agrees(f, w) for f, w in zip(given, name, strict=True)):
                closer = 0.0 if all(f[: len(w) - 2] == w[:-2] for f, w in zip(given, name, strict=True)) else -3.0
                hits[at] = max(hits.get(at, -9.0), closer)
        if hits:
            return hits, n
    return None


def _is_place(
    source: Gazetteer,
    text: str,
    tokens: list[re.Match[str]],
    forms: list[str],
    i: int,
    n: int,
    hits: dict[int, float],
    *,
    listed: bool,
    shouted: bool,
) -> bool:
    before = tokens[i - 1][0] if i else ""
    joined = bool(before) and not text[tokens[i - 1].end() : tokens[i].start()].strip(" \u00a0«\"“'м.с")
    cue = before.lower() if joined else ""
    behind = tokens[i + n][0].lower() if i + n < len(tokens) else ""
    behind = behind if behind and not text[tokens[i + n - 1].end() : tokens[i + n].start()].strip("- –") else ""
    if behind in _words("after") and (n == 1 or "обл" not in behind):
        return False
    if behind and text[tokens[i + n - 1].end() : tokens[i + n].start()] == "-" and n == 1:
        return False
    if (
        text[tokens[i].start() - 1 : tokens[i].start()] in ("-", "–")
        and text[tokens[i].start() - 2 : tokens[i].start() - 1].isalpha()
    ):
        return False
    single = tokens[i][0].lower()
    if n == 1 and any(_same(single, seat) for seat in _words("seats")):
        return cue in _words("strict") or listed
    if n == 1 and (_is_common(forms[i]) or len(forms[i]) < 4):
        return (cue in _words("strict") or listed) and not shouted
    largest = max(source.population[at] for at in hits)
    title = bool(cue) and before[0].isupper() and cue not in _words("before") and not shouted
    if cue in _words("before") or listed:
        return True
    if title or shouted:
        return bool(largest >= _LARGE and shouted)
    return bool(largest >= _LARGE)


def _odds(
    source: Gazetteer, one: _Mention, within: Sequence[str], near: tuple[int, ...], *, home: str, fronts: bool
) -> npt.NDArray[np.float64]:
    """Give the chance of each place of the name, shape (k,); what they lack to 1 is that of a place not listed."""
    at = one.at
    score = 1.1 * np.log(np.maximum(source.population[at], _LISTED)) + one.weight
    score += np.where(source.country[at] == home, 1.0, 0.0)
    told = source.population[at] > _LARGE
    if within:
        inside = np.isin(source.region[at], list(within))
        score += np.where(inside, 5.0, 0.0)
        told |= inside
    if near:
        others = np.asarray(near)
        km = distance.km(source.lon[at][:, None], source.lat[at][:, None], source.lon[others], source.lat[others])
        least = km.min(axis=1)
        score += 4.0 * np.exp(-least / 60.0)
        told |= least < 100.0
    unlisted = _UNLISTED + (_TOLD if (within or fronts) and not told.any() else 0.0)
    shift = max(float(score.max()), unlisted)
    odds = np.exp(score - shift)
    return np.asarray(odds / (odds.sum() + np.exp(unlisted - shift)))


def _disc(source: Gazetteer, one: _Mention, odds: npt.NDArray[np.float64], begin: int, stop: int) -> Named:
    order = np.argsort(-odds, kind="stable")
    best = int(one.at[order[0]])
    mass = np.cumsum(odds[order])
    places = one.at[order[: int(np.searchsorted(mass, LEVEL)) + 1]]
    name, share = str(source.name[best]), float(odds[order[0]])
    codes = {str(c) for c in source.region[places]}
    region = codes.pop() if len(codes) == 1 else ""
    if mass[-1] < LEVEL:
        return Named(begin, stop, name, "", nan, nan, nan, share)
    if len(places) == 1:
        return Named(
            begin, stop, name, region, float(source.lon[best]), float(source.lat[best]), _own_km(source, best), share
        )
    lon, lat = float(source.lon[places].mean()), float(source.lat[places].mean())
    radius = float(distance.km(lon, lat, source.lon[places], source.lat[places]).max()) + 5.0
    if radius > WIDEST_KM:
        return Named(begin, stop, name, region, nan, nan, nan, share)
    return Named(begin, stop, name, region, lon, lat, radius, share)


def _own_km(source: Gazetteer, at: int) -> float:
    """Give the radius of a settlement: its own extent and the choice of its centre."""
    return float(np.clip(5.0 * (max(source.population[at], 1.0) / 50_000) ** 0.4, 5.0, 20.0))


@cache
def _same(word: str, seat: str) -> bool:
    return stem(folded(word)) == stem(folded(seat))


@cache
def _words(name: str) -> frozenset[str]:
    file = tomllib.loads(resources.files("ceasefire.text").joinpath("gazetteer.toml").read_text(encoding="utf-8"))
    return frozenset(str(file[name]).split())


@cache
def _common_stems() -> frozenset[str]:
    return frozenset(stem(folded(w)) for w in _words("common"))


def _is_common(form: str) -> bool:
    return stem(form) in _common_stems()


def regions_of(found: Sequence[Named]) -> tuple[str, ...]:
    """Give the regions of places found, without those that are not known.

    >>> regions_of(named_places("Удар по Харькову"))
    ('UA-63',)
    """
    return tuple(sorted({p.region for p in found if p.region in regions.names()}))
