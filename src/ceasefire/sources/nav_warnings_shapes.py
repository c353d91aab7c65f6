"""Zones of navigational warnings: polygons, circles, lines and points from positions and the words before them.

The words decide, not the number of positions: three buoys are no triangle. Corners stand behind "bounded by", "joining
the points" and the like, a circle has a radius, a line is joined or tracked, everything else is points. Lettered areas
(`A.`, `B.`) are areas of their own. A polygon whose sides cross is refused: which of its areas was meant is not told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from ceasefire.geo import distance
from ceasefire.sources.nav_warnings_positions import Position

CORNERS = 72
"""Corners of a circle drawn as a polygon."""
POINT_KM = 2.0
"""Radius of the disc of a single position: drift and the rounding of minutes."""
WIDEST_KM = 750.0
"""Radius of the widest zone that can be meant."""
_KM = {
    "NM": 1.852, "NAUTICAL MILES": 1.852, "NAUTICAL MILE": 1.852, "N.M": 1.852, "MILES": 1.852, "MILE": 1.852,
    "NMS": 1.852, "M": 0.001, "METERS": 0.001, "METRES": 0.001, "METER": 0.001, "METRE": 0.001, "KM": 1.0,
    "KILOMETERS": 1.0, "KILOMETRES": 1.0, "CABLES": 0.1852, "CABLE": 0.1852,
}  # fmt: skip
_UNIT = "|".join(sorted((re.escape(u) for u in _KM), key=len, reverse=True))
_NUMBERS = {
    w: n for n, w in enumerate(("ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN"), 1)
}
_SIZE = rf"(\d{{1,3}}(?:[.,]\d{{1,3}})?|{'|'.join(_NUMBERS)})[ -]?({_UNIT})\b"
_RADIUS = re.compile(rf"(?:RADIUS(?: OF)?[ :]{{0,3}}|WITHIN(?: A)?(?: RADIUS OF)? ){_SIZE}|{_SIZE}(?: IN)? RADIUS")
_POLYGON = re.compile(
    r"BOUND(?:ED|ARY|ARIES)?\b|LIMITED BY|DELIMITED|ENCLOSED|JOINING (?:THE )?(?:FOLLOWING )?(?:POINTS|POSITIONS)"
    r"|\bAREAS? ?(?:[A-Z0-9-]{1,6})? ?:?\s*$|(?:FOLLOWING|WITH|BY) (?:CO-?ORDINATES|POSITIONS|POINTS)[ :]*$"
    r"|WITHIN (?:THE )?(?:CO-?ORDINATES|COORDS)[ :]*$|\bAREAS?\b[^.]{0,40}(?:CO-?ORDINATES|POSITIONS|POINTS)[ :]*$"
)
_LINE = re.compile(r"LINES? JOINING|TRACK ?LINE|ALONG (?:THE )?(?:LINE|TRACK|ROUTE)|\bBETWEEN\b|\bROUTE\b|\bTRACK\b")
_COAST = re.compile(r"COAST(?:AL)? ?LINE|ALONG (?:THE )?COAST|SHORE ?LINE")
_ARC = re.compile(r"\bARC\b")
_LETTER = re.compile(r"(?:^|[\s,;:.])(?:AREA )?\(?([A-H])(?:\)|[.:](?=\s|$)|\s*\n|\)?\s*-\s|\s*$)")
_FILLER = re.compile(
    r"(?>AREA|AND|TO|THENCE|THEN|POINT|POSITION|POS|P|NO|COAST(?:AL)? ?LINE|ALONG THE COAST|BACK"
    r"|[A-H]|\d{1,2}(?!\d)|[\s,;:.()/–-])*+"
)


@dataclass(frozen=True)
class Zone:
    """What one or several shapes cover."""

    wkt: str
    """WKT in degrees."""
    shape: str
    """`polygon`, `circle`, `line`, `point` or `several`."""
    lon: float
    """Centre of the disc that holds it."""
    lat: float
    """Its latitude."""
    radius_km: float
    """Its radius."""
    assumed: tuple[str, ...] = ()
    """What was inferred."""


def zone(text: str, found: list[Position]) -> tuple[Zone | None, str]:
    """Draw the zone of a warning.

    Parameters
    ----------
    text
        The warning in capitals.
    found
        Its positions, as `nav_warnings_positions.positions` gives them.

    Returns
    -------
    The zone, or none and why; none and no reason where there is no position.

    >>> from ceasefire.sources.nav_warnings_positions import positions
    >>> text = "FIRING IN AREA BOUNDED BY 44-00N 033-00E 44-00N 034-00E 45-00N 034-00E"
    >>> drawn, _ = zone(text, positions(text)[0])
    >>> drawn.shape, drawn.wkt
    ('polygon', 'POLYGON ((33 44, 34 44, 34 45, 33 44))')
    >>> text = "MINE DRIFTING WITHIN 3 NM OF 44-00N 033-00E"
    >>> drawn, _ = zone(text, positions(text)[0])
    >>> drawn.shape, round(drawn.radius_km, 2)
    ('circle', 5.56)
    """
    if not found:
        return None, ""
    if _ARC.search(text):
        return None, "an arc of a circle between corners: not drawn"
    shapes: list[tuple[str, shapely.Geometry]] = []
    assumed: list[str] = []
    cue, at = "", 0
    for group in _groups(text, found):
        before = text[at : group[0].begin]
        after = text[group[-1].stop : group[-1].stop + 60].split("\n\n", maxsplit=1)[0]
        if not _FILLER.fullmatch(before) or not cue:
            cue = before
        at = group[-1].stop
        drawn = _shape(cue, group, after, text[group[0].begin : at])
        if isinstance(drawn, str):
            return None, drawn
        shapes += drawn
        if _COAST.search(text[group[0].begin : at + 40]):
            assumed.append("the coast between two corners is drawn as a straight line")
    parts: list[Any] = [g for _, g in shapes]
    sorts = {g.geom_type for g in parts}
    whole: Any = parts[0] if len(parts) == 1 else shapely.GeometryCollection(parts)
    if len(parts) > 1 and sorts == {"Polygon"}:
        whole = shapely.union_all(parts)  # areas may overlap
    elif len(parts) > 1 and len(sorts) == 1:
        kinds_of: dict[str, Any] = {"LineString": shapely.MultiLineString, "Point": shapely.MultiPoint}
        whole = kinds_of[parts[0].geom_type](parts)
    lon, lat, radius_km = _disc(whole, points=all(s == "point" for s, _ in shapes))
    if radius_km > WIDEST_KM:
        return None, f"the zone is {radius_km:.0f} km wide: a position must be wrong"
    kinds = {s for s, _ in shapes}
    name = kinds.pop() if len(kinds) == 1 else "several"
    return Zone(shapely.to_wkt(whole, rounding_precision=5), name, lon, lat, radius_km, tuple(sorted(set(assumed)))), ""


def _groups(text: str, found: list[Position]) -> list[list[Position]]:
    """Cut positions into lists: where words other than fillers stand between, and at the letters of areas."""
    groups, letters = [[found[0]]], [_letter(text[max(0, found[0].begin - 12) : found[0].begin])]
    for before, here in pairwise(found):
        gap = text[before.stop : here.begin]
        letter = _letter(gap)
        told = not _FILLER.fullmatch(gap)
        if told or (letter and letter != letters[-1]):
            groups.append([here])
            letters.append(letter)
        else:
            groups[-1].append(here)
    lettered = [i for i, letter in enumerate(letters) if letter]
    if (
        len(lettered) > 2
        and all(len(groups[i]) == 1 for i in lettered)
        and lettered[-1] - lettered[0] == len(lettered) - 1
    ):
        first, last = lettered[0], lettered[-1]
        corners = [p for g in groups[first : last + 1] for p in g]
        groups[first : last + 1] = [corners]  # the letters name the corners of one area
    return groups


def _letter(gap: str) -> str:
    hits = _LETTER.findall(gap)
    return hits[-1] if hits else ""


def _shape(cue: str, group: list[Position], after: str, inside: str) -> list[tuple[str, shapely.Geometry]] | str:
    places = [(p.lon, p.lat) for p in group]
    near = cue[-160:]
    radius = (
        _last(_RADIUS, near)
        or _RADIUS.match(after.lstrip(" ,.;:(\n-WITHA"))
        or _RADIUS.match(after.lstrip(" ,.;:(\n-"))
    )
    bounded = _last(_POLYGON, near)
    if radius and not (bounded and bounded.start() > radius.start() and len(group) > 2 and radius.string is near):
        km = _radius_km(radius)
        if not 0 < km <= 500:
            return f"a radius of {km:g} km cannot be meant"
        return [("circle", _circle(lon, lat, km)) for lon, lat in places]
    if bounded and (len(group) > 2 or "BOUND" in bounded[0]):
        corners = places[:-1] if places[0] == places[-1] and len(places) > 1 else places
        if len(set(corners)) < 3:
            return f"an area needs three corners, {len(set(corners))} found"
        area = shapely.Polygon(corners)
        if not area.is_valid or area.area == 0:
            return "the sides of the area cross or lie on one line"
        return [("polygon", area)]
    if _last(_LINE, near) and len(group) > 1:
        return [("line", shapely.LineString(places))]
    return [("point", shapely.Point(place)) for place in places]


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    hits = list(pattern.finditer(text))
    return hits[-1] if hits else None


def _radius_km(hit: re.Match[str]) -> float:
    number, unit = (hit[1], hit[2]) if hit[1] else (hit[3], hit[4])
    return (_NUMBERS[number] if number in _NUMBERS else float(number.replace(",", "."))) * _KM[unit]


def _circle(lon: float, lat: float, km: float) -> shapely.Polygon:
    east, north = distance.destination(lon, lat, np.linspace(0.0, 360.0, CORNERS, endpoint=False), km)
    return shapely.Polygon(np.c_[east, north])


def _disc(shape: shapely.Geometry, *, points: bool) -> tuple[float, float, float]:
    """Give a disc that holds a shape: its middle and the farthest corner."""
    corners = shapely.get_coordinates(shape)
    lon, lat = (float((corners[:, k].min() + corners[:, k].max()) / 2) for k in range(2))
    radius_km = float(distance.km(lon, lat, corners[:, 0], corners[:, 1]).max())
    return lon, lat, radius_km + POINT_KM if points else max(radius_km, 0.05)
