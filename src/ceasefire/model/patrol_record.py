"""One patrol, put together: what flew, what was to be seen, what was seen, how well, and what was not, and why.

Why a record of its own: the page of a patrol is written from it, by the mission for itself and by the release rules
for everybody, and it is kept with a case, so that a report can be written again without the footage.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import nan

from pydantic import TypeAdapter

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One flight of a patrol."""

    platform: str
    """Make or name as the file gives it."""
    source: str
    """File name or names."""
    start: datetime
    """First sample, UTC."""
    end: datetime
    """Last sample, UTC."""
    samples: int
    """Samples read."""
    shown: int
    """Samples whose image shows ground."""
    lost: tuple[tuple[str, int], ...]
    """Why the others show none, and how many."""
    length_km: float
    """Way flown where the position is known, km."""
    track: tuple[tuple[float, float, float], ...]
    """Longitude, latitude, height above ground in metres, thinned; a gap in the position is (NaN, NaN, NaN)."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One zone or object that the patrol was to watch, or came near."""

    id: str
    name: str
    kind: str
    """`zone` (of the agreement or the plan) or `object` (of the register)."""
    object_class: str
    """Dotted class of an object; empty for a zone."""
    region: str
    """ISO 3166-2 region."""
    lon: float
    lat: float
    radius_m: float
    """Disc of the same area, metres; an object's own disc."""
    rings: tuple[Ring, ...]
    """Outlines, degrees; empty where the disc is the place."""
    planned: bool
    """Whether the plan names it."""
    share: float
    """Share of its area that was in an image, 0 to 1."""
    gsd_best_m: float
    """Best ground sample distance, metres; NaN where nothing was seen."""
    gsd_median_m: float
    """Median over its seen ground, metres."""
    seconds: float
    """Median time in the image of its seen ground."""
    looks: int
    """Most separate times that one cell of it came into the image."""
    quality: tuple[tuple[str, float], ...]
    """For each act class, share of a full look."""
    lost: tuple[tuple[str, str], ...]
    """For each act class that could not be seen, the reason."""


@dataclass(frozen=True, kw_only=True)
class PlannedSeen:
    """One line of the plan, held against what was flown."""

    place: str
    """Id of the place."""
    name: str
    start: datetime | None
    """Planned begin, UTC."""
    end: datetime | None
    """Planned end, UTC."""
    came: datetime | None
    """When the place first came into an image within the patrol; None where it never did."""
    left: datetime | None
    """When it last was in an image."""
    seconds: float
    """Time for which some of it was in the image."""
    share: float
    """Share of its area seen."""
    state: str
    """`seen`, `in part`, `not seen`."""
    reason: str
    """Why not, or not wholly; in the mission's words or by what the record shows."""


@dataclass(frozen=True, kw_only=True)
class Lost:
    """One stretch without a position that can be relied on."""

    start: datetime
    end: datetime
    assessed: str
    """`probable jamming`, `probable false position` or `cause unknown`."""
    evidence: tuple[str, ...]
    """What in the record shows it."""
    sentence: str
    """All of it in one line."""


@dataclass(frozen=True, kw_only=True)
class Sighted:
    """One thing that somebody marked in a frame."""

    id: str
    """Id of the observation."""
    time: datetime
    label: str
    """Class as marked."""
    act: str
    effect: str
    object_class: str
    lon: float
    lat: float
    radius_km: float
    region: str
    text: str
    """The marker's own words."""
    by: str
    """`analyst` or `detector`."""
    frame: str
    """SHA-256 of the frame's file; of the file of marks where none was at hand."""


@dataclass(frozen=True, kw_only=True)
class File:
    """One file of the material."""

    name: str
    sha256: str
    format: str
    """Its kind, by its content; empty where none is known."""
    state: str
    """`used`, `duplicate` or `set aside`."""
    used: int
    """Samples that it gave; lines of a plan, or marks."""
    quarantined: int
    """Samples, lines or marks set aside."""
    reasons: tuple[tuple[str, int], ...]
    """Why samples were set aside, most frequent first."""
    clock: str
    """How its times became UTC."""
    doubts: tuple[str, ...]
    """What was assumed."""


@dataclass(frozen=True, kw_only=True)
class CellsSeen:
    """Seen ground in cells."""

    west: float
    south: float
    step_lon: float
    step_lat: float
    size_m: float
    """Side of a cell, metres."""
    at: tuple[tuple[int, int, float, float, float, int, float], ...]
    """Of each seen cell: row from the south, column from the west, seconds, best ground sample distance in metres,
    steepest view in degrees below the horizon, looks, share of the cell seen."""


@dataclass(frozen=True)
class Still:
    """One picture of a patrol, as a small plain copy."""

    id: str
    """`p-` and 12 hex digits of the original's hash; what `images: publish` names."""
    width: int
    height: int
    data: str
    """PNG, base64."""
    original: str
    """SHA-256 of the original file."""


@dataclass(frozen=True, kw_only=True)
class Patrol:
    """One patrol."""

    id: str
    """Stable id: `f-` and 12 hex digits of its files and times."""
    source: str
    """As named in the case file; `patrol` outside a case."""
    start: datetime
    end: datetime
    regions: tuple[str, ...]
    """Regions under its track."""
    legs: tuple[Leg, ...]
    places: tuple[Place, ...]
    plan: tuple[PlannedSeen, ...]
    plan_file: str
    """Name of the plan's file; empty where none was given."""
    cells: CellsSeen | None
    """None where no image shows ground."""
    area_km2: float
    """Ground seen, square kilometres."""
    lost: tuple[Lost, ...]
    sightings: tuple[Sighted, ...]
    files: tuple[File, ...]
    sun_deg: float
    """Height of the sun above the horizon in the middle of the patrol."""
    dark: bool
    """Whether it was too dark for its camera."""
    coarse_deg: float = nan
    """Places are rounded to so many degrees; NaN in the mission's own form."""
    unnamed: int = 0
    """Places that may not be named."""
    stills: tuple[Still, ...] = ()
    """Small copies of pictures that the mission chose to show."""


_PATROLS = TypeAdapter(tuple[Patrol, ...])


def write_patrols(patrols: Sequence[Patrol]) -> str:
    """Give patrols as JSON that `read_patrols` reads back.

    >>> write_patrols([])
    '[]\\n'
    """
    rows = [dataclasses.asdict(p) for p in patrols]
    return json.dumps(rows, default=lambda t: t.isoformat(), ensure_ascii=False, separators=(",", ":")) + "\n"


def read_patrols(text: str) -> tuple[Patrol, ...]:
    """Read back patrols.

    >>> read_patrols("[]")
    ()
    """
    return _PATROLS.validate_python(json.loads(text))
