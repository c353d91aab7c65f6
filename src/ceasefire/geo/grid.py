"""A grid of pixels on the ground: its projection, where the first pixel lies, how large and how many pixels are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Grid:
    """A north-up grid; its x and y are in the units of its projection, metres or degrees.

    >>> grid = Grid("EPSG:32636", 300_000.0, 5_600_000.0, 10.0, 10.0, (100, 200))
    >>> grid.bounds
    (300000.0, 5599000.0, 302000.0, 5600000.0)
    >>> x, y = grid.centre(0, 0)
    >>> float(x), float(y)
    (300005.0, 5599995.0)
    >>> grid.window(slice(10, 20), slice(50, 60)).bounds
    (300500.0, 5599800.0, 300600.0, 5599900.0)
    """

    crs: str
    """Projection, e.g. `EPSG:32636`."""
    west: float
    """x of the left edge of the first column."""
    north: float
    """y of the upper edge of the first row."""
    width: float
    """Width of a pixel, in units of the projection, above 0."""
    height: float
    """Height of a pixel, in units of the projection, above 0; rows go south."""
    shape: tuple[int, int]
    """Rows and columns."""

    def __post_init__(self) -> None:
        if not (self.width > 0 and self.height > 0):
            raise ValueError(f"a pixel needs a width and a height above 0, not {self.width} and {self.height}")
        if min(self.shape) < 1:
            raise ValueError(f"a grid needs at least one row and one column, not {self.shape}")

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Give west, south, east and north edges."""
        rows, columns = self.shape
        return (
            self.west,
            self.north - rows * self.height,
            self.west + columns * self.width,
            self.north,
        )

    def centre(self, row: Any, column: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give x and y of the centres of pixels; broadcasts."""
        x = self.west + (np.asarray(column, dtype=np.float64) + 0.5) * self.width
        y = self.north - (np.asarray(row, dtype=np.float64) + 0.5) * self.height
        return x, y

    def window(self, rows: slice, columns: slice) -> Grid:
        """Give the grid of a block of rows and columns; both slices need a start and a stop within the grid."""
        if not (0 <= rows.start < rows.stop <= self.shape[0] and 0 <= columns.start < columns.stop <= self.shape[1]):
            raise ValueError(f"rows {rows} and columns {columns} are not within a grid of {self.shape}")
        return Grid(
            self.crs,
            self.west + columns.start * self.width,
            self.north - rows.start * self.height,
            self.width,
            self.height,
            (rows.stop - rows.start, columns.stop - columns.start),
        )
