"""The jamming map: per cell and hour, how many ships were heard and how many of them had lost their position."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import nan


@dataclass(frozen=True, kw_only=True)
class JammingCell:
    """One cell of the sea in one hour in which a ship was heard, or was expected."""

    west: float
    """West edge, degrees."""
    south: float
    """South edge, degrees."""
    side_deg: float
    """Side, degrees."""
    start: datetime
    """Begin of the hour (UTC)."""
    ships: int
    """Ships heard, whose receivers of positions work elsewhere: the exposure."""
    disturbed: int
    """Those of them whose position was lost, frozen, not accurate or erratic."""
    silent: int
    """Ships that should have been there and were not heard: of these nothing can be told."""
    share: float
    """Disturbed over ships; NaN where none was heard."""
    expected: float
    """Share that is disturbed in quiet hours."""
    probability: float
    """P(receivers in this cell and hour were jammed | the messages); NaN where no ship was heard."""
    rate: float = nan
    """Least false-discovery rate at which the cell would be named."""
    heard: float = nan
    """P(a ship there and then would have been heard), where reception is known."""
