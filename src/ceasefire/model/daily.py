"""Counts or amounts per region and day, with the chance to see them: what an effect is estimated from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Daily:
    """A table of regions by days; a day nobody looked at has exposure 0 and count 0, it is not a quiet day.

    >>> day = np.arange("2025-03-18", "2025-03-20", dtype="datetime64[D]").astype("datetime64[s]")
    >>> d = Daily(("UA-53",), day, day + np.timedelta64(86_400, "s"), np.array([[3.0, 0.0]]), np.array([[1.0, 0.0]]))
    >>> d.gaps()
    1
    """

    regions: tuple[str, ...]
    """Region codes, sorted."""
    start: _Array
    """Begin of each day in UTC, datetime64[s], rising, shape (days,)."""
    end: _Array
    """Begin of the next day, shape (days,)."""
    count: _Array
    """Events, or an amount such as minutes; shape (regions, days), not negative."""
    exposure: _Array
    """Chance to see, or area and time watched; shape (regions, days), 0 where nobody looked."""

    def gaps(self) -> int:
        """Count the region-days nobody looked at."""
        return int(np.sum(self.exposure <= 0))
