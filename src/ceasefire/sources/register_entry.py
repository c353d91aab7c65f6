"""One row of a facility register, before rows of one plant are put together, and what all registers need.

Registers disagree on everything but this: a thing has a name, a class, a status and a place or a route. Each
register file turns its rows into `Entry`; `register` does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ceasefire.geo import distance
from ceasefire.sources.rows import Rows

STEP_KM = 20.0
"""Greatest distance between discs along a route, km."""

NOT_STANDING = frozenset(
    {
        *("cancelled", "announced", "proposed", "shelved", "pre-construction", "retired", "design stage"),
        *("cancelled - inferred 4 y", "shelved - inferred 2 y", "planned", "joint"),
    }
)
"""Statuses of things that do not stand, or no longer; such rows are counted as outside the register."""

Route = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of one register, read."""

    id: str
    """Register, colon, the register's own id."""
    name: str
    """Name in the register."""
    object_class: str
    """Dotted object class."""
    lon: float = np.nan
    """Degrees east; NaN for a route."""
    lat: float = np.nan
    """Degrees north; NaN for a route."""
    radius_km: float
    """Uncertainty of the place or of the route, km."""
    line: int
    """1-based line in the file."""
    status: str = ""
    """Status in lower case."""
    source: str
    """Register."""
    url: str = ""
    """Link to the entry or the data set."""
    licence: str
    """Licence of the register."""
    country: str = ""
    """Country or countries in the register's words."""
    routes: tuple[Route, ...] = ()
    """Lines of a pipeline: longitude and latitude, shape (n, 2) each."""

    @cached_property
    def discs(self) -> tuple[Route, npt.NDArray[np.float64]]:
        """Longitude and latitude, shape (n, 2), and radii in km, shape (n,): one disc, or those along its routes."""
        if not self.routes:
            return np.array([[self.lon, self.lat]]), np.array([self.radius_km])
        parts = [along(r) for r in self.routes]
        radii = [np.full(len(xy), np.hypot(apart / 2, self.radius_km)) for xy, apart in parts]
        return np.concatenate([xy for xy, _ in parts]), np.concatenate(radii)


def along(route: Any, *, step_km: float = STEP_KM) -> tuple[Any, float]:
    """Give places along a line, no farther apart than the step, and the distance between them in km.

    >>> xy, apart_km = along(np.array([[30.0, 50.0], [30.0, 51.0]]))
    >>> len(xy), round(apart_km, 1)
    (6, 18.5)
    """
    line = np.asarray(route, dtype=np.float64)
    lengths = distance.km(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1])
    total = float(lengths.sum())
    pieces = max(int(np.ceil(total / step_km)), 1)
    if total == 0.0:
        return line[:1], 0.0
    at, want = np.concatenate([[0.0], np.cumsum(lengths)]), (np.arange(pieces) + 0.5) * total / pieces
    return np.column_stack([np.interp(want, at, line[:, 0]), np.interp(want, at, line[:, 1])]), total / pieces


def stands(entry: Entry) -> bool:
    """Tell whether the thing stands; a nuclear plant that makes no power any more still does.

    >>> one = Entry(id="x:1", name="X", object_class="energy.hydro", radius_km=1, line=1, status="retired",
    ...             source="x", licence="")
    >>> stands(one)
    False
    """
    return entry.status not in NOT_STANDING or (entry.status == "retired" and entry.object_class == "energy.nuclear")


@dataclass(frozen=True)
class Refused:
    """One row that cannot be an entry."""

    line: int
    """1-based line in the file."""
    reason: str
    """What is wrong."""
    row: str
    """The row as read, cut at 500 characters."""
    country: str = ""
    """Country or countries in the register's words."""


Adapter = Callable[[Rows], Iterator[Entry | Refused]]


def place(lon: str, lat: str) -> tuple[float, float, str]:
    """Read one place; the reason says what is wrong, '' where nothing is.

    >>> place("36.2", "49.9"), place("", "")[2], place("200", "1")[2]
    ((36.2, 49.9, ''), 'no coordinates', 'longitude is not between -180 and 180')
    """
    if not lon.strip() or not lat.strip():
        return np.nan, np.nan, "no coordinates"
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        return np.nan, np.nan, "coordinates are not numbers"
    if not (np.isfinite(x) and abs(x) <= 180):
        return np.nan, np.nan, "longitude is not between -180 and 180"
    if not (np.isfinite(y) and abs(y) <= 90):
        return np.nan, np.nan, "latitude is not between -90 and 90"
    if x == 0 and y == 0:
        return np.nan, np.nan, "0, 0 is a missing place, not a place"
    return x, y, ""


def fuel_class(fuel: str) -> str:
    """Give the object class of a power plant by its fuel.

    >>> fuel_class("Hydro"), fuel_class("Nuclear"), fuel_class("Hard Coal"), fuel_class("")
    ('energy.hydro', 'energy.nuclear', 'energy.electricity.generation', 'energy.electricity.generation')
    """
    known = {"hydro": "energy.hydro", "nuclear": "energy.nuclear"}
    return known.get(fuel.strip().lower(), "energy.electricity.generation")


def colon_route(text: str) -> tuple[Route, ...]:
    """Read a route written `lat,lon:lat,lon`, lines apart by `;`; raises `ValueError` where it is no route.

    >>> colon_route("50,30:51,31")[0].tolist()
    [[30.0, 50.0], [31.0, 51.0]]
    """
    lines = []
    for part in text.split(";"):
        if part.strip():
            pairs = [[float(v) for v in pair.split(",")] for pair in part.split(":") if pair.strip()]
            lines.append(checked(np.asarray(pairs, dtype=np.float64)[:, ::-1]))
    if not lines:
        raise ValueError("no route")
    return tuple(lines)


def checked(line: Route) -> Route:
    """Give a route's line back if its points are longitudes and latitudes, else raise `ValueError`.

    >>> checked(np.array([[30.0, 50.0]])).shape
    (1, 2)
    """
    if line.ndim != 2 or line.shape[1] != 2 or not len(line):
        raise ValueError("a route is a list of pairs")
    if not np.isfinite(line).all() or (np.abs(line) > (180.0, 90.0)).any():
        raise ValueError("a route's point is no longitude and latitude")
    return line
