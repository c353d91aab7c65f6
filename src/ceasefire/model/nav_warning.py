"""Navigational warnings: what coordinators tell ships of a sea, as zones with times.

Why a record of its own: a closed area is no act by itself, but it says where and when ships kept away, which a report
on a sea must tell from ships that were driven away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import nan

from ceasefire.model.records import EPOCH

KINDS: dict[str, str] = {
    "attack": "a ship reported attacked, struck or in an explosion",
    "mine": "a mine sighted, drifting or ashore",
    "mine_danger": "an area dangerous because of mines",
    "gnss": "satellite positions disturbed",
    "missile": "missile or rocket firing",
    "gunnery": "gunnery or other firing exercise",
    "exercise": "naval exercise without firing, or not told",
    "prohibited": "navigation prohibited, no reason given",
    "dangerous": "area dangerous to navigation, no reason given",
    "war_risk": "area declared at risk of war",
    "sar": "search and rescue, distress",
    "wreck": "wreck or sunken ship",
    "drifting": "drifting object other than a mine",
    "aid": "light, buoy or other aid missing, unlit or changed",
    "works": "cable, pipe, survey, dredging or drilling works",
    "cancellation": "only cancels other warnings",
    "in_force": "list of warnings in force",
    "other": "anything else",
}
"""Kinds of warning. Only the first, second and fourth tell of an act."""

CLOSING: tuple[str, ...] = (
    "mine_danger", "missile", "gunnery", "exercise", "prohibited", "dangerous", "war_risk"
)  # fmt: skip
"""Kinds that close an area or keep ships out of it."""


@dataclass(frozen=True, kw_only=True)
class NavWarning:
    """One navigational warning: where, when, what kind, and by whom."""

    id: str
    """Stable id: `w-` and 12 hex digits of the hash of series, number, year and text."""
    source: str
    """Source as named in the case file."""
    granule: str
    """The file's name."""
    line: int
    """1-based line of the file at which it begins."""
    evidence: str
    """SHA-256 of the file's bytes."""
    series: str
    """Series it is numbered in, e.g. `NAVAREA III`, `TURNHOS`, `ODESA`."""
    number: str
    """Number and year as one word, e.g. `0123/25`; of a NAVTEX message without one, its four characters."""
    year: int
    """Year of the number; 0 where nothing tells it."""
    kind: str
    """One of `KINDS`."""
    issued_by: str = ""
    """Service that issued it, where the series or the station tells."""
    party: str = ""
    """Party to the conflict whose service issued it; empty for all others."""
    issued: datetime = EPOCH
    """When it was issued (UTC); the epoch where it has no date-time group."""
    zone: str = ""
    """Where, as WKT in degrees (WGS 84): polygons, lines or points; a circle is a polygon of 72 corners. Empty where
    no position is given."""
    shape: str = ""
    """`polygon`, `circle`, `line`, `point`, `several` or empty."""
    lon: float = nan
    """Centre of the disc that holds the zone, degrees east; NaN where nothing tells a place."""
    lat: float = nan
    """Centre of the disc, degrees north."""
    radius_km: float = nan
    """Radius of the disc, km."""
    region: str = ""
    """Region of the centre, or the sea that the text names."""
    areas: tuple[str, ...] = ()
    """General areas and localities, as the lines before the subject name them."""
    intervals: tuple[tuple[str, str], ...] = ()
    """Times in force, ISO 8601 UTC, half open; an empty end is "until further notice"."""
    cancels: tuple[str, ...] = ()
    """Warnings that it cancels, as `series number/year`."""
    cancelled_by: str = ""
    """Warning that cancels it, as `series number/year`."""
    assumed: tuple[str, ...] = ()
    """What was inferred, each as a sentence, e.g. that the year is that of the number."""
    text: str = ""
    """The warning's own words."""
