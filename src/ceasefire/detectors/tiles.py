"""A country is a list of tiles: blocks of one grid, small enough to be held in memory and done again if lost."""

from __future__ import annotations

from dataclasses import dataclass

from ceasefire.geo.grid import Grid


@dataclass(frozen=True)
class Tile:
    """One block of rows and columns of a grid; a few numbers, so it travels to any worker for nothing."""

    id: str
    """First row and first column, e.g. `r00512-c01024`; names its files."""
    rows: tuple[int, int]
    """First row and the one behind the last."""
    columns: tuple[int, int]
    """First column and the one behind the last."""
    grid: Grid
    """Where the pixels of this block lie."""

    @property
    def window(self) -> tuple[slice, slice]:
        """Give rows and columns as slices of the whole grid."""
        return slice(*self.rows), slice(*self.columns)

    @property
    def pixels(self) -> int:
        """Give the number of pixels."""
        return (self.rows[1] - self.rows[0]) * (self.columns[1] - self.columns[0])


def tiles(grid: Grid, size: int) -> list[Tile]:
    """Cut a grid into square tiles, row by row; those at the right and lower edge are what is left.

    Parameters
    ----------
    grid
        The whole grid.
    size
        Edge of a tile, pixels, at least 1.

    Raises
    ------
    ValueError
        A size below 1.

    >>> grid = Grid("EPSG:32636", 300_000.0, 5_600_000.0, 10.0, 10.0, (5, 7))
    >>> [(t.id, t.grid.shape) for t in tiles(grid, 4)][1:]
    [('r00000-c00004', (4, 3)), ('r00004-c00000', (1, 4)), ('r00004-c00004', (1, 3))]
    """
    if size < 1:
        raise ValueError(f"a tile has an edge of at least one pixel, not {size}")
    found = []
    for top in range(0, grid.shape[0], size):
        for left in range(0, grid.shape[1], size):
            rows = top, min(top + size, grid.shape[0])
            columns = left, min(left + size, grid.shape[1])
            part = grid.window(slice(*rows), slice(*columns))
            found.append(Tile(f"r{top:05d}-c{left:05d}", rows, columns, part))
    return found
