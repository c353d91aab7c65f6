"""The map of a sea: coasts, corridors, and cells in which satellite navigation was disturbed.

Why squares of half a degree: a finer map of disturbances would show where their transmitters stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ceasefire.model.sea import Disturbed, Sea
from ceasefire.reporting.map import WIDTH, Lambert, clipped, drawn_bounds, svg_path

STEPS = (0.5, 0.8, 0.95)
"""Bounds of the shades of P(disturbed); cells below the first are not drawn."""


@dataclass(frozen=True)
class Drawn:
    """One shape as drawn."""

    kind: str
    """Class of the style sheet."""
    path: str
    note: str


@dataclass(frozen=True)
class SeaDrawing:
    """The whole map."""

    width: float
    height: float
    water: tuple[Drawn, ...]
    corridors: tuple[Drawn, ...]
    cells: tuple[Drawn, ...]
    scale_km: int
    scale: float


def draw(sea: Sea, shapes: Mapping[str, BaseGeometry], names: Mapping[str, str]) -> SeaDrawing | None:
    """Draw a released sea; None where none of its seas has a shape.

    Parameters
    ----------
    sea
        As released.
    shapes, names
        Outline and name of each sea by code, degrees.
    """
    water = {code: shapes[code] for code in sea.seas if code in shapes}
    if not water:
        return None
    west, south, east, north = shapely.total_bounds(np.array(list(water.values()), dtype=object)).tolist()
    west, south, east, north = west - 0.3, south - 0.3, east + 0.3, north + 0.3
    cone = Lambert((west + east) / 2, south + (north - south) / 6, north - (north - south) / 6)
    x0, y0, x1, y1 = drawn_bounds(cone, west, south, east, north)
    unit = WIDTH / (x1 - x0)
    height = (y1 - y0) * unit
    cut = (west - 1, south - 1, east + 1, north + 1)

    def place(lon: Any, lat: Any) -> tuple[Any, Any]:
        x, y = cone.project(lon, lat)
        return (x - x0) * unit, (y1 - y) * unit

    def shape(kind: str, geometry: BaseGeometry, note: str) -> Drawn:
        return Drawn(kind, svg_path(clipped(geometry, place, cut, height)), note)

    cells = sorted(_days(sea.disturbed).items(), key=lambda kv: kv[1][1])
    scale_km = next((k for k in (500, 200, 100, 50, 20, 10) if k * unit < 180), 5)
    return SeaDrawing(
        width=WIDTH,
        height=round(height, 1),
        water=tuple(shape("water", g, names.get(code, code)) for code, g in water.items()),
        corridors=tuple(
            shape("corridor", shapely.multipolygons([shapely.Polygon(r) for r in c.rings]), c.title)
            for c in sea.corridors
        ),
        cells=tuple(shape(_shade(p), box, _note(n, p)) for (box, _), (n, p) in cells if p >= STEPS[0]),
        scale_km=scale_km,
        scale=round(scale_km * unit, 1),
    )


def _days(cells: tuple[Disturbed, ...]) -> dict[tuple[BaseGeometry, int], tuple[int, float]]:
    """Give each cell once: days on which it was disturbed, and the highest chance."""
    found: dict[tuple[float, float, float], tuple[set[Any], float]] = {}
    for c in cells:
        days, most = found.setdefault((c.lon, c.lat, c.side_deg), (set(), 0.0))
        if c.probability >= STEPS[0]:
            days.add(c.start.date())
        found[c.lon, c.lat, c.side_deg] = days, max(most, c.probability)
    return {
        (shapely.box(x - s / 2, y - s / 2, x + s / 2, y + s / 2), k): (len(days), p)
        for k, ((x, y, s), (days, p)) in enumerate(sorted(found.items()))
    }


def _shade(p: float) -> str:
    return f"j{1 + sum(p >= bound for bound in STEPS[1:])}"


def _note(days: int, p: float) -> str:
    return f"disturbed on {days} {'day' if days == 1 else 'days'}, at most {p:.0%} likely"
