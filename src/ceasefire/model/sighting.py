"""A sighting: what an analyst or a detector marked in one frame of a camera, before it has a place on the ground."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import nan


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One mark: a box or a point in pixels, or a place on the ground, with its class in the words of the case."""

    id: str
    """Stable id: `s-` and 12 hex digits."""
    source: str
    """Who marked, as named in the case file."""
    granule: str
    """Name of the file of marks."""
    line: int
    """1-based line or record in it."""
    evidence: str
    """SHA-256 of the file of marks."""
    frame: str
    """Name of the frame or its number; empty where only the time is given."""
    frame_sha256: str = ""
    """SHA-256 of the frame's file; empty where it was not at hand."""
    time: datetime
    """When the frame was taken, UTC, to the microsecond."""
    label: str
    """Class as marked."""
    act: str
    """Act class (`model.taxonomy.ACTS`); empty where the mark tells none."""
    effect: str = ""
    """Effect (`model.taxonomy.EFFECTS`)."""
    object_class: str = ""
    """Object class (`model.taxonomy.OBJECTS`)."""
    left: float = nan
    """Box in pixels from the upper left corner; a point has left = right. NaN for a place on the ground."""
    top: float = nan
    """Pixels, downwards."""
    right: float = nan
    """Pixels."""
    bottom: float = nan
    """Pixels."""
    width: int = 0
    """Columns of the image; 0 for a place on the ground."""
    height: int = 0
    """Rows of the image."""
    lon: float = nan
    """Degrees east, where the mark gives a place on the ground; else NaN."""
    lat: float = nan
    """Degrees north."""
    confidence: float = nan
    """Chance that the mark is right, as stated, 0 to 1; NaN where nothing is stated."""
    by: str = "analyst"
    """`analyst` or `detector`."""
    note: str = ""
    """The marker's own words; kept as evidence, not published."""
