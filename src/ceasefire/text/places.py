"""Region and place names in texts, in the cases of three languages, to ISO codes and discs.

Why discs: "in Belgorod oblast" is a place that is a hundred kilometres wide, and a named gas station is one that is
known to some kilometres; both must look alike to whoever fuses them. Directions of the front ("Belgorod direction")
name no region and are taken out first. Energy places are public civilian objects named in the parties' own posts.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ceasefire.geo import regions
from ceasefire.text.gazetteer import AREA, Named, named_places
from ceasefire.text.lexicon import compiled, has
from ceasefire.text.sea_places import beside, named_at_sea, one_place

Texts = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Places:
    """Where n texts say it was; every array has shape (n,)."""

    name: Texts
    """Name of the site, or English names of the regions named; empty where none is."""
    region: Texts
    """ISO 3166-2 code where exactly one region is meant, else empty."""
    lon: Floats
    """Degrees east of the disc's centre; NaN where no single place is meant."""
    lat: Floats
    """Degrees north of the disc's centre."""
    radius_km: Floats
    """Radius of the disc, km."""


def places(words: pa.Array, raw: Sequence[str] | None = None, *, area: Sequence[str] = AREA) -> Places:
    """Find the places that texts in normal form name.

    A named site comes before a region. Several regions give their names and no disc: one event was in one of them,
    and a disc over all of them would be in none.

    Parameters
    ----------
    words
        Strings of shape (n,), as `lexicon.normal` gives them.
    raw
        The same texts as written, length n. Where the own tables name no site, the places that they name (extra
        `text`, `gazetteer.named_places`) come before a whole region: one place gives its disc, several give none.
    area
        ISO 3166-1 codes of the countries whose places are looked for, the likeliest first.

    >>> from ceasefire.text.lexicon import normal
    >>> texts = ["над Курской и Брянской областями", "по станції «Суджа»", "на Курском направлении"]
    >>> got = places(normal(pa.array(texts)))
    >>> got.name.tolist(), got.region.tolist()
    (['Bryansk, Kursk', 'Sudzha gas metering station', ''], ['', 'RU-KRS', ''])
    """
    n = len(words)
    name, region = np.full(n, "", dtype=object), np.full(n, "", dtype=object)
    disc = np.full((n, 3), np.nan)
    named = region_codes(words)
    english = regions.names()
    for at, codes in enumerate(named):
        if codes:
            name[at] = ", ".join(sorted(english[c] for c in codes))
        if len(codes) == 1:
            region[at], disc[at] = codes[0], regions.disc(codes[0])
    for site, about in _file()["sites"].items():
        for i in np.flatnonzero(has(words, *_stems(about["stems"]))).tolist():
            name[i], region[i] = site, about["region"]
            disc[i] = about["lon"], about["lat"], about["radius_km"]
    at_sea = _with_sea(words, named, name, region, disc)
    for i, text in enumerate(raw or ()):
        if (
            i not in at_sea
            and str(name[i]) not in _file()["sites"]
            and (found := named_places(text, area=area, within=named[i]))
        ):
            name[i], region[i], disc[i] = _of_named(found, str(name[i]), str(region[i]), disc[i])
    return Places(name, region, disc[:, 0], disc[:, 1], disc[:, 2])


def _with_sea(words: pa.Array, named: list[list[str]], name: Texts, region: Texts, disc: Floats) -> set[int]:
    """Put places at sea, coasts and ports in; where a text counts what was over land and what over the sea, no disc."""
    done = set()
    for i, places_named in enumerate(named_at_sea(words)):
        if not places_named or str(name[i]) in _file()["sites"]:
            continue
        done.add(i)
        one = one_place(places_named)
        apart = [c for c in named[i] if one is None or not beside(one, c)]
        counts = bool(_OVER_LAND.search(str(words[i]))) and bool(named[i])
        if one is not None and not (apart and one.kind != "sea") and not counts:
            name[i], region[i], disc[i] = one.name, one.region, (one.lon, one.lat, one.radius_km)
            continue
        english = regions.names()
        every = {p.name for p in places_named} | {english[c] for c in named[i]}
        name[i], region[i], disc[i] = ", ".join(sorted(every)), "", np.nan
    return done


_OVER_LAND = re.compile(r" (?:над|по \w+ над) (?:территори|терито|[^ ]+ (?:област|обл |кра[йея]|республик))")


def sites_named(words: pa.Array) -> list[list[str]]:
    """Give the energy places that each text in normal form names; n lists.

    >>> from ceasefire.text.lexicon import normal
    >>> sites_named(normal(pa.array(["по станції «Суджа»", "тихо"])))
    [['Sudzha gas metering station'], []]
    """
    named: list[list[str]] = [[] for _ in range(len(words))]
    for site, about in _file()["sites"].items():
        for i in np.flatnonzero(has(words, *_stems(about["stems"]))).tolist():
            named[i].append(site)
    return named


def _of_named(found: Sequence[Named], name: str, region: str, disc: Floats) -> tuple[str, str, Floats]:
    """Give name, region and disc of one place named; of several, their names, and what the region tells."""
    several = sorted({p.name for p in found})
    one = found[0]
    same = len(several) == 1 and one.lon == one.lon
    if same:
        return one.name, one.region or region, np.asarray([one.lon, one.lat, one.radius_km])
    regions_named = {p.region for p in found if p.lon == p.lon}
    if not region and len(regions_named) == 1 and all(p.lon == p.lon for p in found):
        code = regions_named.pop()
        if code:
            return ", ".join(several), code, np.asarray(regions.disc(code))
    return (name or ", ".join(several)), region, disc


def region_codes(words: pa.Array) -> list[list[str]]:
    """Give the regions that each text in normal form names, as sorted ISO codes; n lists.

    >>> from ceasefire.text.lexicon import normal
    >>> region_codes(normal(pa.array(["над Курской и Брянской областями", "тихо"])))
    [['RU-BRY', 'RU-KRS'], []]
    """
    bare = _bare(words)
    named: list[list[str]] = [[] for _ in range(len(words))]
    for code, text in sorted(_file()["regions"].items()):
        for i in np.flatnonzero(has(bare, *_stems(text))).tolist():
            named[i].append(code)
    return named


def _bare(words: pa.Array) -> pa.Array:
    """Take directions of the front and other traps out."""
    return pc.replace_substring_regex(words, " (" + "|".join(_stems(_file()["traps"]["all"])) + ") ", " ")


def sites() -> dict[str, dict[str, Any]]:
    """Give the energy places that can be found in texts: name to longitude, latitude, radius, region, object class.

    >>> sites()["Sudzha gas metering station"]["object_class"]
    'energy.gas.pipeline'
    """
    return {name: dict(about) for name, about in _file()["sites"].items()}


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("ceasefire.text").joinpath("places.toml").read_text(encoding="utf-8"))


@cache
def _stems(text: str) -> tuple[str, ...]:
    return tuple(compiled(s) for s in re.split(r" ; |\n", text.strip()))
