"""A picture made from pixels for the report: what it shows and what it rests on, described apart from its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

KINDS = ("before", "after", "change")
"""What a picture shows of one observation."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One small picture of one observation, before release."""

    id: str
    """Stable id: `p-` and 12 hex digits of observation, kind and day; says nothing of the pixels."""
    observation: str
    """Id of the observation that it shows."""
    kind: str
    """`before`, `after` or `change`."""
    image: str
    """SHA-256 of the PNG's bytes."""
    width: int
    """Pixels across."""
    height: int
    """Pixels down."""
    ground_m: float
    """Finest side of what one value covers on the ground, m."""
    acquired: datetime
    """When the latest pixel in it was taken (UTC)."""
    caption: str
    """One sentence: what, from which sensor, which days; no place, the page adds that as far as it is released."""
    alt: str
    """What there is to see, for those who cannot; no place."""
    region: str = ""
    """ISO 3166-2 region."""
    object: str = ""
    """Id of the protected object it shows; empty where it shows none that is registered."""
    scenes: tuple[str, ...] = ()
    """Ids of the granules."""
    processing: str = ""
    """`Processing.text()` of how it was made."""
