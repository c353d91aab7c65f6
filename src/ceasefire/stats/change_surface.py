"""A smooth surface under each date of a stack: what is to be taken off, kept by a few heights instead of by pixels.

Why: a stack less its surface is as large as the stack. The surface is known from one height for each block of pixels
and goes evenly from the middle of one block to the next, so whoever reads the stack can take it off on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Singles = NDArray[np.float32]
ALL = slice(None)


class Surface(NamedTuple):
    """Heights of blocks, and where pixels lie between their middles."""

    heights: Singles
    """Height of each block on each date, shape (dates, blocks down, blocks across)."""
    down: Singles
    """Where each row lies among the middles of blocks, 0 to blocks down less 1, not falling, shape (rows,)."""
    across: Singles
    """The same for columns, shape (columns,)."""

    def at(self, rows: slice = ALL, columns: slice = ALL) -> Singles:
        """Give the surface of a block of pixels, shape (dates, rows, columns).

        >>> surface = Surface(np.array([[[0.0, 2.0]]], np.float32), places([0, 1]), places([0, 2, 4]))
        >>> surface.at().tolist()
        [[[0.0, 0.5, 1.5, 2.0]]]
        """
        down = _tents(self.down[rows], self.heights.shape[1])
        across = _tents(self.across[columns], self.heights.shape[2])
        return np.asarray(down @ (self.heights @ across.T), dtype=np.float32)


def places(edges: Sequence[int] | NDArray[np.int64]) -> Singles:
    """Give where pixels lie among the middles of blocks with these edges: 0 up to the first middle, 1 at the second.

    >>> places([0, 2, 4]).tolist()
    [0.0, 0.25, 0.75, 1.0]
    """
    edge = np.asarray(edges)
    middle = (edge[:-1] + edge[1:] - 1) / 2.0
    return np.interp(np.arange(edge[-1]), middle, np.arange(len(middle))).astype(np.float32)


def _tents(place: ArrayLike, blocks: int) -> Singles:
    """Give weights of blocks for each pixel, shape (pixels, blocks)."""
    away = np.abs(np.asarray(place, dtype=np.float32)[:, None] - np.arange(blocks, dtype=np.float32))
    return np.asarray(np.maximum(np.float32(1.0) - away, np.float32(0.0)))
