"""The map of a patrol: what was and was not seen of each zone, under the track.

Why hatched first: ground of a zone is hatched until an image showed it, so that what is left hatched is what nobody
saw. Seen ground is shaded by how finely it was seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, isfinite, isnan, log10, radians

from ceasefire.model.patrol_record import Patrol, Place

WIDTH = 1000.0
"""Width of the drawing, in its own units."""
LOWEST, HIGHEST = 420.0, 900.0
"""Least and greatest height."""
FINE_M, MEDIUM_M = 0.25, 1.0
"""Bounds of ground sample distance: a vehicle shows its kind, a vehicle shows."""
MOST_NAMES = 4
"""Places named at one rounded position."""
LETTER = 7.2
"""Width of a letter of a label."""


@dataclass(frozen=True)
class Zone:
    """One place as drawn."""

    name: str
    path: str
    x: float
    y: float
    """Of its label, below the shape."""
    anchor: str
    note: str
    kind: str


@dataclass(frozen=True)
class Drawing:
    """The whole map."""

    width: float
    height: float
    cells: tuple[tuple[str, str], ...]
    """Class and path: `g1` fine, `g2` medium, `g3` coarse; `s1` to `s4` share of large cells."""
    zones: tuple[Zone, ...]
    tracks: tuple[str, ...]
    gaps: tuple[str, ...]
    """Straight lines over stretches without a position."""
    scale: float
    scale_words: str


def draw(patrol: Patrol) -> Drawing | None:
    """Draw a patrol; None where nothing of it has a place."""
    points = list(_points(patrol))
    if not points:
        return None
    west, south, east, north = _box(points)
    lat0 = (south + north) / 2
    shrink = cos(radians(lat0))
    unit = WIDTH / ((east - west) * shrink)
    height = (north - south) * unit

    def place(lon: float, lat: float) -> tuple[float, float]:
        return round((lon - west) * shrink * unit, 1), round((north - lat) * unit, 1)

    km = 1.0 / 111.195 * unit
    length = next((k for k in (50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02) if k * km < 220), 0.01)
    tracks, gaps = _tracks(patrol, place)
    return Drawing(
        width=WIDTH,
        height=round(height, 1),
        cells=_cells(patrol, place),
        zones=_names(patrol, place)
        if isfinite(patrol.coarse_deg)
        else tuple(_zone(p, place, height) for p in patrol.places),
        tracks=tracks,
        gaps=gaps,
        scale=round(length * km, 1),
        scale_words=f"{length:g} km" if length >= 1 else f"{1000 * length:g} m",
    )


def _points(patrol: Patrol) -> Iterable[tuple[float, float]]:
    for leg in patrol.legs:
        yield from ((p[0], p[1]) for p in leg.track if not isnan(p[0]))
    for one in patrol.places:
        if isfinite(patrol.coarse_deg):
            half = patrol.coarse_deg / 2
            yield from ((one.lon - half, one.lat - half), (one.lon + half, one.lat + half))
        elif one.rings:
            for ring in one.rings:
                yield from ring
        else:
            reach = one.radius_m / 111_195.0
            wide = reach / cos(radians(one.lat))
            yield from ((one.lon - wide, one.lat - reach), (one.lon + wide, one.lat + reach))
    if patrol.cells is not None:
        c = patrol.cells
        for row, column, *_ in c.at:
            yield c.west + column * c.step_lon, c.south + row * c.step_lat
            yield c.west + (column + 1) * c.step_lon, c.south + (row + 1) * c.step_lat


def _box(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    """Give the bounds with a margin, in a shape that a page can hold."""
    lon, lat = [p[0] for p in points], [p[1] for p in points]
    x, y = (min(lon) + max(lon)) / 2, (min(lat) + max(lat)) / 2
    shrink = cos(radians(y))
    wide = max((max(lon) - min(lon)) * shrink, 5e-4) * 1.12
    tall = max(max(lat) - min(lat), 5e-4) * 1.16
    wide = max(wide, tall * WIDTH / HIGHEST)
    tall = max(tall, wide * LOWEST / WIDTH)
    return x - wide / shrink / 2, y - tall / 2, x + wide / shrink / 2, y + tall / 2


def _cells(patrol: Patrol, place: object) -> tuple[tuple[str, str], ...]:
    """Draw cells as runs of a row, one path for each class."""
    if patrol.cells is None:
        return ()
    c = patrol.cells
    large = isfinite(patrol.coarse_deg)
    paths: dict[str, list[str]] = {}
    run: tuple[int, int, int, str] | None = None  # row, first and last column, class
    for row, column, _, gsd, _, _, share in [*c.at, (-1, -1, 0.0, 0.0, 0.0, 0, 0.0)]:
        kind = _share(share) if large else _fine(gsd)
        if run and run[0] == row and run[2] == column - 1 and run[3] == kind:
            run = (row, run[1], column, kind)
            continue
        if run:
            x0, y0 = place(c.west + run[1] * c.step_lon, c.south + (run[0] + 1) * c.step_lat)  # type: ignore[operator]
            x1, y1 = place(c.west + (run[2] + 1) * c.step_lon, c.south + run[0] * c.step_lat)  # type: ignore[operator]
            paths.setdefault(run[3], []).append(f"M{x0:g} {y0:g}H{x1:g}V{y1:g}H{x0:g}Z")
        run = (row, column, column, kind)
    return tuple((kind, "".join(parts)) for kind, parts in sorted(paths.items()))


def _fine(gsd: float) -> str:
    return "g1" if gsd <= FINE_M else "g2" if gsd <= MEDIUM_M else "g3"


def _share(share: float) -> str:
    return "s1" if share < 0.01 else "s2" if share < 0.1 else "s3" if share < 0.5 else "s4"


def _tracks(patrol: Patrol, place: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    tracks, gaps = [], []
    for leg in patrol.legs:
        line: list[str] = []
        last, broken = "", False
        for lon, lat, _ in leg.track:
            if isnan(lon):
                broken = bool(last)
                continue
            x, y = place(lon, lat)  # type: ignore[operator]
            here = f"{x:g} {y:g}"
            if broken:
                gaps.append(f"M{last}L{here}")
                tracks.append("M" + "L".join(line))
                line, broken = [], False
            if here != last:
                line.append(here)
            last = here
        if len(line) > 1:
            tracks.append("M" + "L".join(line))
    return tuple(tracks), tuple(gaps)


def _names(patrol: Patrol, place: object) -> tuple[Zone, ...]:
    """Name the places of each rounded position, a few of them: outlines would say more than may be said."""
    at: dict[tuple[float, float], list[str]] = {}
    for p in patrol.places:
        at.setdefault((p.lon, p.lat), []).append(p.name)
    out = []
    for (lon, lat), names in sorted(at.items()):
        x, y = place(lon, lat)  # type: ignore[operator]
        for k, name in enumerate(_few(names)):
            out.append(Zone(name, "", x, round(y + 32 * k, 1), "middle", name, "zone"))
    return tuple(out)


def _few(names: list[str]) -> list[str]:
    more = len(names) - MOST_NAMES
    return [*names[:MOST_NAMES], f"and {more} more"] if more > 0 else names


def _zone(one: Place, place: object, height: float) -> Zone:
    if one.rings:
        rings = [[place(lon, lat) for lon, lat in ring] for ring in one.rings]  # type: ignore[operator]
        path = "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in ring) + "Z" for ring in rings)
        xs, ys = [x for r in rings for x, _ in r], [y for r in rings for _, y in r]
    else:
        x, y = place(one.lon, one.lat)  # type: ignore[operator]
        _, top = place(one.lon, one.lat + one.radius_m / 111_195.0)  # type: ignore[operator]
        r = max(round(y - top, 1), 3.0)
        path = f"M{x - r:g} {y:g}a{r:g} {r:g} 0 1 0 {2 * r:g} 0a{r:g} {r:g} 0 1 0 {-2 * r:g} 0Z"
        xs, ys = [x - r, x + r], [y - r, y + r]
    label = one.name if len(one.name) <= 34 else one.name[:33] + "…"
    half = len(label) * LETTER / 2
    middle = min(max((min(xs) + max(xs)) / 2, half + 4), WIDTH - half - 4)
    below = max(ys) + 15
    return Zone(
        name=label,
        path=path,
        x=round(middle, 1),
        y=round(below if below < height - 4 else min(ys) - 6, 1),
        anchor="middle",
        note=f"{one.name}: {100 * one.share:.0f} % of it seen",
        kind=one.kind,
    )


def digits(value: float) -> str:
    """Give a length in metres with two digits that count, in the unit that people say.

    >>> digits(0.0412), digits(0.37), digits(12.3), digits(float("nan"))
    ('4.1 cm', '37 cm', '12 m', '–')
    """
    if not isfinite(value):
        return "–"
    unit, number = ("cm", 100 * value) if value < 1 else ("m", value)
    places = max(0, 1 - int(log10(number))) if number >= 1 else 1
    return f"{number:.{min(places, 1)}f} {unit}"
