"""Seas, coasts, straits, capes and ports named in texts, to discs: where at sea something is said to have happened.

Why a table of its own: a gazetteer of settlements knows no sea, and "over the sea off Odesa" is not Odesa. Names that
hold a sea and are no place (a fleet, an initiative, a truce "on the Black Sea") are taken out first. Of places that lie
in one another the innermost is meant. "20 miles south of X" moves the disc; "20 miles off X" widens it.
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
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from ceasefire.geo import distance, regions
from ceasefire.text.lexicon import compiled, has
from ceasefire.text.sea import ships_only
from ceasefire.text.sea import stems as sea_stems

TOGETHER_KM = 60.0
"""Places not farther apart than this are given one disc that holds them all."""
OFFSET_ERROR = 0.25
"""Share of a distance told by which it may be wrong."""
_NAUTICAL_KM = 1.852
_BEARINGS = {
    "north": 0.0, "northeast": 45.0, "east": 90.0, "southeast": 135.0, "south": 180.0, "southwest": 225.0,
    "west": 270.0, "northwest": 315.0,
}  # fmt: skip
_SIDES = (
    ("north", r"північніше|північ|север|севернее|north"), ("south", r"південніше|південь|юг|южнее|south"),
    ("east", r"східніше|схід|восток|восточнее|east"), ("west", r"західніше|захід|запад|западнее|west"),
)  # fmt: skip
_TURNS = (
    "на|к|до|в|у|the|to|далі|юго|северо|южнее|південь|північн[^ ]*|південн[^ ]*|північ[^ ]*|юг[^ ]*|север[^ ]*"
    "|схід[^ ]*|захід[^ ]*|восто[^ ]*|запад[^ ]*|східн[^ ]*|західн[^ ]*|northeast|northwest|southeast|southwest"
    "|north(?:ern)?|south(?:ern)?|east(?:ern)?|west(?:ern)?"
)
_OFFSET = re.compile(
    r" (\d{1,3})(?: (\d))? (морськ[^ ]+ мил[^ ]+|морск[^ ]+ мил[^ ]+|мил[^ ]+|км|кілометр[^ ]*|километр[^ ]*"
    rf"|nautical miles?|nm|miles?|km|kilomet(?:er|re)s?)((?: (?:{_TURNS})){{0,4}})"
    r" (?:від|от|of|off|from)((?: [^ ]+){1,4})"
)


@dataclass(frozen=True)
class SeaPlace:
    """A place at sea, on a coast, or a port."""

    name: str
    """English name."""
    kind: str
    """`sea`, `part`, `coast`, `gulf`, `strait`, `cape`, `island`, `spit`, `river`, `canal` or `port`."""
    region: str
    """Region of its centre: a sea's code on the water, a land region's of a port; empty outside the regions known."""
    lon: float
    """Degrees east of the disc's centre."""
    lat: float
    """Degrees north."""
    radius_km: float
    """Radius of the disc, km."""


@cache
def table() -> dict[str, SeaPlace]:
    """Give all places by name; a whole sea has the disc of its region.

    >>> table()["Snake Island"].kind, table()["Black Sea"].region, round(table()["Black Sea"].radius_km) > 500
    ('island', 'XZ-BLS', True)
    """
    out = {}
    for name, about in _file()["places"].items():
        lon, lat, radius_km = (
            (about["lon"], about["lat"], about["radius_km"]) if "lon" in about else regions.disc(about["region"])
        )
        out[name] = SeaPlace(name, about["kind"], about["region"], lon, lat, radius_km)
    return out


def sea_places(words: pa.Array) -> list[SeaPlace | None]:
    """Find the one place at sea, on a coast or in a port that each text names; n places, None where none or several.

    Parameters
    ----------
    words
        Strings of shape (n,) in normal form (`lexicon.normal`). Where a text speaks of a port or a ship, the name of a
        port's town means the port.

    >>> from ceasefire.text.lexicon import normal
    >>> texts = ["два БпЛА над акваторией Черного моря", "Чорноморський флот", "20 miles south of Snake Island"]
    >>> [p and (p.name, round(p.lat, 2), round(p.radius_km)) for p in sea_places(normal(pa.array(texts)))][1:]
    [None, ('20 miles south of Snake Island', 44.92, 21)]
    """
    return [one_place(places) for places in named_at_sea(words)]


def named_at_sea(words: pa.Array) -> list[list[SeaPlace]]:
    """Find all places at sea that each text names, the wider ones around them left out; parameters as `sea_places`."""
    found: list[list[SeaPlace]] = [[] for _ in range(len(words))]
    gate = np.flatnonzero(has(words, *_gate()))
    if not len(gate):
        return found
    some = without_traps(words.take(pa.array(gate)))
    speaks = has(some, *_PORT) | has(ships_only(some), *sea_stems("ship"))
    hits: list[list[SeaPlace]] = [[] for _ in range(len(gate))]
    for name, stems, town in _patterns():
        met = has(some, *stems)
        if town:
            met |= speaks & has(some, *town)
        for i in np.flatnonzero(met).tolist():
            hits[i].append(table()[name])
    for at, text, places in zip(gate.tolist(), some.to_pylist(), hits, strict=True):
        moved = _offset(text)
        found[at] = [moved] if moved else _innermost(places)
    return found


def without_traps(words: pa.Array) -> pa.Array:
    """Take out of texts in normal form what names a sea and is no place of an event.

    >>> without_traps(pa.array([" корабль черноморского флота в черном море "])).to_pylist()
    [' корабль в черном море ']
    """
    return pc.replace_substring_regex(words, " (" + "|".join(_stems(_file()["traps"])) + ") ", " ")


_PORT = tuple(
    compiled(s) for s in ("порт(у|ом|і|и|ів|а|е|ы|ов|ам|ах|ами|ові)?_", "портов~_", "припорт", "(sea |river )?ports?_")
)


def _innermost(places: Sequence[SeaPlace]) -> list[SeaPlace]:
    """Leave out places whose disc holds another named place's centre and is wider."""
    out = []
    for one in places:
        inner = [
            p
            for p in places
            if p is not one
            and p.radius_km < one.radius_km
            and float(distance.km(one.lon, one.lat, p.lon, p.lat)) <= one.radius_km + p.radius_km
        ]
        if not inner:
            out.append(one)
    return out


def one_place(places: Sequence[SeaPlace]) -> SeaPlace | None:
    """Give one place, or a disc over several that lie near each other; None of none and of several far apart."""
    if len(places) < 2:
        return places[0] if places else None
    lon, lat = (float(np.mean([getattr(p, axis) for p in places])) for axis in ("lon", "lat"))
    reach = max(float(distance.km(lon, lat, p.lon, p.lat)) + p.radius_km for p in places)
    if reach > TOGETHER_KM:
        return None
    named = {p.region for p in places}
    return SeaPlace(
        ", ".join(sorted(p.name for p in places)), "several", named.pop() if len(named) == 1 else "", lon, lat, reach
    )


def is_water(name: str) -> bool:
    """Tell whether a place is a sea, a part of one or a coast, rather than a port or a cape.

    >>> is_water("Black Sea"), is_water("Port of Odesa"), is_water("Sumy")
    (True, False, False)
    """
    place = table().get(name)
    return place is not None and place.kind in ("sea", "part", "coast")


def beside(place: SeaPlace, code: str) -> bool:
    """Tell whether a land region lies at a place, so that naming both means one of them.

    >>> beside(table()["Port of Odesa"], "UA-51"), beside(table()["Port of Odesa"], "UA-63")
    (True, False)
    """
    if place.region == code:
        return True
    reach = (place.radius_km + 25.0) / distance.KM_PER_DEGREE
    return bool(shapely.dwithin(regions.shape(code), shapely.Point(place.lon, place.lat), reach))


def _offset(text: str) -> SeaPlace | None:
    """Read "20 miles south of X" and "20 miles off X" where X is a place of the table or a port's town."""
    for hit in _OFFSET.finditer(text):
        rest = hit[5] + " "
        for name, stems, town in _patterns():
            if not re.match(r" (?:[^ ]+ ){0,2}(?:" + "|".join((*stems, *town)) + ")", rest):
                continue
            at = table()[name]
            km = float(f"{hit[1]}.{hit[2] or 0}") * (1.0 if re.match(r"км|к[іи]лом|km|kilom", hit[3]) else _NAUTICAL_KM)
            side = _side(hit[4])
            unit = "km" if km == float(f"{hit[1]}.{hit[2] or 0}") else "miles"
            if side:
                lon, lat = distance.destination(at.lon, at.lat, _BEARINGS[side], km)
                radius = at.radius_km + OFFSET_ERROR * km
                label = f"{hit[1]} {unit} {side} of {name}"
                return SeaPlace(label, "offset", _water(float(lon), float(lat)), float(lon), float(lat), radius)
            region = _water(at.lon, at.lat) if at.kind != "port" else at.region
            return SeaPlace(f"{hit[1]} {unit} off {name}", "offset", region, at.lon, at.lat, at.radius_km + km)
    return None


def _water(lon: float, lat: float) -> str:
    return str(regions.locate([lon], [lat])[0])


def _side(words: str) -> str:
    found = [side for side, pattern in _SIDES if re.search(pattern, words)]
    sides = [s for s in ("north", "south") if s in found][:1] + [s for s in ("east", "west") if s in found][:1]
    return "".join(sides)


@cache
def _patterns() -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    return tuple(
        (name, _stems(about["stems"]), _stems(about["town"]) if about.get("town") else ())
        for name, about in _file()["places"].items()
    )


@cache
def _gate() -> tuple[str, ...]:
    return tuple(s for line in _file()["gate"].strip().split("\n") for s in (compiled(line),))


def _stems(text: str) -> tuple[str, ...]:
    return tuple(compiled(s) for s in re.split(r" ; |\n", text.strip()))


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("ceasefire.text").joinpath("sea_places.toml").read_text(encoding="utf-8"))
