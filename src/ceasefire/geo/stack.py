"""A stack: one band of one orbit on one grid, date by date.

Why one orbit: two passes from different sides see different walls. Detectors take several stacks on the same grid and
compare dates only within each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.grid import Grid
from ceasefire.model.scene import Scene


@dataclass(frozen=True, eq=False)
class Stack:
    """Pixels of one band and orbit, earliest first; a missing pixel is NaN.

    >>> grid = Grid("EPSG:32636", 300_000.0, 5_600_000.0, 10.0, 10.0, (2, 3))
    >>> days = np.array(["2025-03-01", "2025-03-13"], dtype="datetime64[s]")
    >>> stack = Stack(np.zeros((2, 2, 3), dtype=np.float32), days, grid, band="VV", orbit="T137", units="log")
    >>> stack.between(np.datetime64("2025-03-10"), np.datetime64("2025-04-01")).tolist()
    [False, True]
    """

    values: NDArray[np.float32]
    """Shape (dates, rows, columns)."""
    times: NDArray[np.datetime64]
    """When each was acquired, UTC, shape (dates,), not falling."""
    grid: Grid
    """Where the pixels lie."""
    band: str = ""
    """Band, e.g. `VV`."""
    orbit: str = ""
    """Relative orbit or burst; empty where geometry does not matter."""
    units: str = ""
    """`log` is the natural logarithm of linear power, as radar detectors take it; else as in `Scene.units`."""
    scenes: tuple[Scene, ...] = ()
    """The scene of each date, or nothing where it was made, not read."""

    def __post_init__(self) -> None:
        if self.values.ndim != 3 or self.values.shape[1:] != self.grid.shape:
            raise ValueError(f"values of shape {self.values.shape} do not fit a grid of {self.grid.shape}")
        if self.times.shape != (len(self.values),):
            raise ValueError(f"{len(self.values)} dates of pixels, but times of shape {self.times.shape}")
        if self.scenes and len(self.scenes) != len(self.values):
            raise ValueError(f"{len(self.values)} dates of pixels, but {len(self.scenes)} scenes")
        if np.any(np.diff(self.times.astype("datetime64[s]").astype(np.int64)) < 0):
            raise ValueError("dates must not fall")

    def between(self, start: Any, end: Any) -> NDArray[np.bool_]:
        """Tell which dates lie in [start, end), shape (dates,)."""
        return np.asarray((self.times >= np.datetime64(start)) & (self.times < np.datetime64(end)))

    def window(self, rows: slice, columns: slice) -> Stack:
        """Give a block of rows and columns, without a copy."""
        grid = self.grid.window(rows, columns)
        return Stack(self.values[:, rows, columns], self.times, grid, self.band, self.orbit, self.units, self.scenes)
