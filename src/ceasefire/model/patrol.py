"""Records of a mission's patrols: what was planned, and why a place was not reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

NOT_REACHED = ("weather", "denied", "returned to base", "jamming", "technical fault", "cancelled", "other")
"""Why a place that was planned was not reached, in the mission's words."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One place that a patrol was to watch."""

    id: str
    """Stable id: `t-` and 12 hex digits."""
    source: str
    """Source as named in the case file."""
    zone: str
    """Id of a zone or protected object; empty where the plan gives a disc or polygon."""
    lon: float
    """Degrees east of the centre; NaN where only a zone is named."""
    lat: float
    """Degrees north."""
    radius_km: float
    """Radius of the disc that holds the place; NaN where only a zone is named."""
    polygon: str
    """Outline as WKT in longitude and latitude; empty where there is none."""
    start: datetime
    """Begin of the patrol (UTC)."""
    end: datetime
    """End of the patrol (UTC)."""
    reason: str
    """Why it was not reached, one of `NOT_REACHED`; empty where it was, or the plan says nothing."""
