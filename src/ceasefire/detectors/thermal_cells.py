"""The cells and days that heat is counted in: 0.1 degree squares of land, one column a day.

Why the cells are listed first: a share of alarms means nothing without saying of what. The population is every land
cell of the area on every day of data, detections or not; a cell nobody ever saw burn counts as much as a mill's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.geo import regions

Ints = NDArray[np.int64]
Singles = NDArray[np.float32]

SIDE_DEGREES = 0.1
"""Side of a cell: 11 km north to south, 7 km east to west at 49 degrees."""


class Counted(NamedTuple):
    """Detections by cell and day, and how many fell outside."""

    counts: NDArray[np.uint16]
    """Shape (cells, days)."""
    outside: int
    """Detections in no cell of the population."""
    other_days: int
    """Detections on none of the days."""


@dataclass(frozen=True)
class Cells:
    """A population of cells by the whole numbers of their south-west corners, in units of the side."""

    column: Ints
    """Eastward number: floor(longitude / side), shape (n,)."""
    row: Ints
    """Northward number: floor(latitude / side), shape (n,)."""
    side: float = SIDE_DEGREES
    """Degrees."""

    def __post_init__(self) -> None:
        if not len(self.column) or len(self.column) != len(self.row):
            raise ValueError("a population of cells needs at least one cell, and as many rows as columns")
        if len(np.unique(self.column * 1_000_003 + self.row)) != len(self.column):
            raise ValueError("a cell stands twice in the population")

    def __len__(self) -> int:
        return len(self.column)

    @classmethod
    def of_land(cls, *patterns: str, side: float = SIDE_DEGREES) -> Self:
        """Give the cells whose middle lies in the regions that patterns name.

        Parameters
        ----------
        patterns
            As in `geo.regions.match`: `UA` for all of a country, `UA-53` for one region.
        side
            Degrees.

        >>> len(Cells.of_land("UA-53"))     # Poltava: 28,700 km2
        352
        """
        codes = sorted({code for pattern in patterns for code in regions.match(pattern)})
        boxes = np.array([regions.shape(code).bounds for code in codes])
        if not len(boxes):
            raise ValueError(f"no region matches {', '.join(map(repr, patterns)) or 'nothing'}")
        west, south = np.floor(boxes[:, :2].min(axis=0) / side).astype(np.int64)
        east, north = np.floor(boxes[:, 2:].max(axis=0) / side).astype(np.int64)
        column, row = (v.ravel() for v in np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1)))
        region = regions.locate((column + 0.5) * side, (row + 0.5) * side, reach_km=0.0)
        at = np.flatnonzero(np.isin(region.astype(str), codes))
        return cls(column[at], row[at], side)

    def keep(self, mask: NDArray[np.bool_]) -> Self:
        """Give some of them."""
        return type(self)(self.column[mask], self.row[mask], self.side)

    @property
    def lon(self) -> NDArray[np.float64]:
        """Longitude of the middles, degrees."""
        return np.asarray((self.column + 0.5) * self.side)

    @property
    def lat(self) -> NDArray[np.float64]:
        """Latitude of the middles, degrees."""
        return np.asarray((self.row + 0.5) * self.side)

    @cached_property
    def _frame(self) -> tuple[int, int, int, int]:
        west, south = int(self.column.min()), int(self.row.min())
        return west, south, int(self.column.max()) - west + 1, int(self.row.max()) - south + 1

    @cached_property
    def _number(self) -> NDArray[np.int32]:
        west, south, width, height = self._frame
        number = np.full((height, width), -1, dtype=np.int32)
        number[self.row - south, self.column - west] = np.arange(len(self))
        return number

    def index(self, lon: ArrayLike, lat: ArrayLike) -> Ints:
        """Give the number of the cell each point lies in, -1 where it lies in none.

        Raises
        ------
        ValueError
            A coordinate is not finite.
        """
        x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        if not (np.all(np.isfinite(x)) and np.all(np.isfinite(y))):
            raise ValueError("coordinates must be finite")
        west, south, width, height = self._frame
        column = np.floor(np.round(x / self.side, 9)).astype(np.int64) - west
        row = np.floor(np.round(y / self.side, 9)).astype(np.int64) - south
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        found = np.full(x.shape, -1, dtype=np.int64)
        found[inside] = self._number[row[inside], column[inside]]
        return found

    def count(self, lon: ArrayLike, lat: ArrayLike, day: ArrayLike, *, days: ArrayLike) -> Counted:
        """Count detections by cell and day; those elsewhere or on other days are told, not dropped in silence.

        Parameters
        ----------
        lon, lat
            Degrees, shape (n,).
        day
            UTC day of each detection, shape (n,).
        days
            Days that there are data for, rising, shape (d,). A day without data is left out here: it is missing
            exposure, not a day of zeros.

        >>> cells = Cells(np.array([363, 364]), np.array([499, 499]))
        >>> days = np.arange("2019-05-01", "2019-05-04", dtype="datetime64[D]")
        >>> when = np.array(["2019-05-02", "2019-05-02", "2019-06-01"], dtype="datetime64[D]")
        >>> counted = cells.count([36.35, 36.31, 36.45], [49.95, 49.91, 49.95], when, days=days)
        >>> counted.counts.tolist(), counted.outside, counted.other_days
        ([[0, 2, 0], [0, 0, 0]], 0, 1)
        """
        d = np.asarray(days, dtype="datetime64[D]")
        when = np.asarray(day, dtype="datetime64[D]")
        if not len(d) or np.any(np.isnat(d)) or np.any(np.diff(d.astype(np.int64)) <= 0):
            raise ValueError("days must be at least one, without gaps in order: rising and none missing (NaT)")
        if np.any(np.isnat(when)):
            raise ValueError("a detection has no day (NaT)")
        cell = self.index(lon, lat)
        at = np.minimum(np.searchsorted(d, when), len(d) - 1)
        timely = d[at] == when
        use = timely & (cell >= 0)
        flat = np.bincount(cell[use] * len(d) + at[use], minlength=len(self) * len(d))
        count = np.minimum(flat, np.iinfo(np.uint16).max).astype(np.uint16).reshape(len(self), len(d))
        return Counted(count, int((timely & (cell < 0)).sum()), int((~timely).sum()))

    def spread(self, values: NDArray[np.floating]) -> Singles:
        """Lay values of shape (n, ...) out on the rectangle that holds the cells: (rows, columns, ...), 0 outside."""
        west, south, width, height = self._frame
        laid = np.zeros((height, width, *values.shape[1:]), dtype=np.float32)
        laid[self.row - south, self.column - west] = values
        return laid

    def blur(self, values: NDArray[np.floating], *, sd_cells: float) -> Singles:
        """Average values of shape (n, ...) over the land around each cell by a Gaussian of so many cells."""
        weight = 1.0 / self.own_weight(sd_cells=sd_cells)
        total = self._weigh(values, self._bells(sd_cells))
        return np.asarray(total / weight.reshape((-1, *[1] * (values.ndim - 1))))

    def own_weight(self, *, sd_cells: float) -> Singles:
        """Give the share of a cell's own value in its average by `blur`, shape (n,)."""
        return np.asarray(1.0 / self._weigh(np.ones(len(self), np.float32), self._bells(sd_cells)))

    def _bells(self, sd_cells: float) -> tuple[NDArray[np.float64], ...]:
        if not sd_cells > 0:
            raise ValueError(f"sd_cells must be above 0, not {sd_cells}")
        return tuple(np.where(d <= 3 * sd_cells, np.exp(-0.5 * (d / sd_cells) ** 2), 0.0) for d in self._apart)

    def box(self, values: NDArray[np.floating], *, reach: int) -> Singles:
        """Sum values of shape (n, ...) over the square of 2 reach + 1 cells around each cell."""
        return self._weigh(values, tuple((d <= reach).astype(np.float64) for d in self._apart))

    @cached_property
    def _apart(self) -> tuple[Ints, Ints]:
        _, _, width, height = self._frame
        return tuple(np.abs(np.subtract.outer(np.arange(k), np.arange(k))) for k in (height, width))  # type: ignore[return-value]

    def _weigh(self, values: NDArray[np.floating], kernels: tuple[NDArray[np.float64], ...]) -> Singles:
        """Sum over the rectangle with weights that are a product of rows' and columns': two matrix products."""
        down, across = (k.astype(np.float32) for k in kernels)
        laid = self.spread(values)
        height, width = laid.shape[:2]
        rows = (down @ laid.reshape(height, -1)).reshape(height, width, -1)
        both = across @ np.ascontiguousarray(rows.transpose(1, 0, 2)).reshape(width, -1)
        west, south, _, _ = self._frame
        taken = both.reshape(width, height, -1)[self.column - west, self.row - south]
        return np.asarray(taken.reshape(len(self), *values.shape[1:]))
