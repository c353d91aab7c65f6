"""One sea over a case's period: who could be heard, what sailed where, what was disturbed, and what nobody could see.

Why a record of its own: the report's chapter on the sea is written from it without the files, and it is what the
release rules are applied to. It holds sums and zones; what single ships did stands in the table of vessel events.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import date, datetime
from math import nan

from pydantic import TypeAdapter

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class SeaDay:
    """One sea on one day of the case's clock: the exposure of everything said of it."""

    region: str
    """Code of the sea."""
    day: date
    ships: int
    """Ships heard."""
    fixes: int
    """Positions used."""
    heard: float
    """Share of the traffic's expected transmissions that receivers would have taken, 0 to 1; NaN where none sailed."""
    silent_hours: float
    """Hours of the day in which nothing was received anywhere: no gap of any ship, but of the receivers."""


@dataclass(frozen=True, kw_only=True)
class CorridorDay:
    """One corridor or zone on one day."""

    day: date
    ships: int
    """Ships heard in it."""
    crossings: int
    """Entries into it."""
    heard: float
    """As in `SeaDay`, of the corridor's own area."""


@dataclass(frozen=True, kw_only=True)
class Corridor:
    """One zone whose traffic is counted, held against the same zone before."""

    id: str
    title: str
    rings: tuple[Ring, ...]
    days: tuple[CorridorDay, ...]
    """Days of the case."""
    before: tuple[CorridorDay, ...]
    """Days before it, with which they are compared."""
    rate: float = nan
    """Ships a day under full reception, in the case's period."""
    rate_before: float = nan
    """Likewise before it."""
    ratio: float = nan
    """`rate` over `rate_before`; NaN where one of them cannot be told."""
    ratio_low: float = nan
    """Low end of its 95 % interval."""
    ratio_high: float = nan
    """High end of it."""


@dataclass(frozen=True, kw_only=True)
class Disturbed:
    """One cell of the jamming map over one stretch of time."""

    lon: float
    """Centre of the cell, degrees east."""
    lat: float
    """Centre of the cell, degrees north."""
    side_deg: float
    """Side of the cell, degrees."""
    start: datetime
    end: datetime
    ships: int
    """Ships in it."""
    disturbed: int
    """Ships of them whose positions were lost, frozen, displaced or not accurate."""
    probability: float
    """P(the cell's receivers of satellite navigation were disturbed)."""


@dataclass(frozen=True, kw_only=True)
class EventDay:
    """Events of one kind in one sea on one day, as sums: single ships are not named in a report."""

    region: str
    """Code of the sea; empty outside all of them."""
    day: date
    kind: str
    """One of `model.vessel.EVENTS`, finer kinds after a dot."""
    number: int
    """Events found."""
    expected: float
    """Sum of their probabilities: how many of them are expected to be what they look like."""


@dataclass(frozen=True, kw_only=True)
class DarkDay:
    """Ships seen by radar or light in one zone on one day, and how many of them are expected to have been silent."""

    zone: str
    """Id of the zone, or code of the sea."""
    day: date
    scenes: int
    """Scenes that showed some of it."""
    ships: int
    """Ships seen."""
    expected: float
    """Expected number that broadcast nothing where they would have been heard."""
    low: float
    """Low end of its 95 % interval."""
    high: float
    """High end of it; an upper limit where none was seen."""
    untold: int
    """Ships seen where nobody would have heard them: of these nothing is said."""


@dataclass(frozen=True, kw_only=True)
class SeaWarning:
    """One navigational warning in force in the period, restated."""

    id: str
    number: str
    """Series and number as issued, e.g. `NAVAREA III 0123/25`."""
    kind: str
    """What it warns of."""
    start: datetime
    end: datetime | None
    """None where it stands until further notice."""
    lon: float
    lat: float
    radius_km: float
    """Disc that holds its area."""
    rings: tuple[Ring, ...] = ()
    """Its area; empty where the disc is the area."""
    cancelled: str = ""
    """Number of the warning that cancelled it."""


@dataclass(frozen=True, kw_only=True)
class Sea:
    """What a case knows of its seas."""

    sources: tuple[str, ...]
    """Source lines that it is made of."""
    start: datetime
    end: datetime
    seas: tuple[str, ...]
    """Codes of the seas."""
    ships: int
    """Ships heard."""
    fixes: int
    """Positions used."""
    days: tuple[SeaDay, ...]
    corridors: tuple[Corridor, ...] = ()
    events: tuple[EventDay, ...] = ()
    disturbed: tuple[Disturbed, ...] = ()
    dark: tuple[DarkDay, ...] = ()
    warnings: tuple[SeaWarning, ...] = ()
    cleaned: tuple[tuple[str, int], ...] = ()
    """Why positions were set aside or corrected, and how many."""
    notes: tuple[str, ...] = ()
    """What was assumed, and what could not be told."""
    coarse_deg: float = nan
    """Places are rounded to so many degrees; NaN before release."""
    waiting: int = 0
    """Days at the end of the period that the release rules hold back."""


_SEA = TypeAdapter(Sea)


def write_sea(sea: Sea) -> str:
    """Give a sea as JSON that `read_sea` reads back.

    >>> from datetime import UTC
    >>> at = datetime(2025, 4, 1, tzinfo=UTC)
    >>> one = Sea(sources=("ais",), start=at, end=at, seas=("XZ-BLS",), ships=0, fixes=0, days=())
    >>> read_sea(write_sea(one)).seas
    ('XZ-BLS',)
    """
    row = dataclasses.asdict(sea)
    return json.dumps(row, default=lambda t: t.isoformat(), ensure_ascii=False, separators=(",", ":")) + "\n"


def read_sea(text: str) -> Sea:
    """Read a sea back."""
    return _SEA.validate_python(json.loads(text))
