"""Deviates of several orbits and polarisations into one chi-square and its surprise, in one compiled pass.

The numbers are those of `stats.change_combine.quadratic` and `surprise`, the plain reference. The tail of a chi-square
with a whole number of degrees of freedom is a finite sum (M. Abramowitz and I. A. Stegun, Handbook of Mathematical
Functions, 26.4.4 and 26.4.5).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.detectors.threads import allowed
from ceasefire.errors import MissingExtra
from ceasefire.stats.change_combine import quadratic, surprise

PART = 1 << 16
"""Pixels that a thread takes at a time."""


class Combined(NamedTuple):
    """One number for each pixel; arrays of shape (pixels,)."""

    statistic: NDArray[np.float64]
    """z' R^-1 z over the series that the pixel has; NaN where it has none."""
    dof: NDArray[np.int64]
    """How many series those are."""
    surprise: NDArray[np.float64]
    """-2 ln p of the statistic."""


def combine(z: ArrayLike, r: ArrayLike, *, threads: int | None = None) -> Combined:
    """Give the chi-square of each pixel over the series it has, their number, and -2 ln p.

    Parameters
    ----------
    z
        Deviates, shape (series, pixels), missing where not finite. More than ten series go through the reference.
    r
        Their correlation, shape (series, series).
    threads
        Threads at most; where not given as `threads.allowed` tells.

    Raises
    ------
    ValueError
        Shapes that do not fit.
    MissingExtra
        Without the extra `satellite`.

    >>> c = combine([[3.0, 1.0], [np.nan, 1.0]], np.eye(2))
    >>> c.statistic.tolist(), c.dof.tolist(), c.surprise.round(3).tolist()
    ([9.0, 2.0], [1, 2], [11.829, 2.0])
    """
    value = np.asarray(z)
    matrix = np.asarray(r, dtype=np.float64)
    if value.ndim != 2 or matrix.shape != (len(value), len(value)):
        raise ValueError(f"deviates of shape {value.shape} do not fit a correlation of shape {matrix.shape}")
    try:
        from ceasefire.detectors import damage_combine_loops as loops
    except ModuleNotFoundError as error:
        raise MissingExtra("compiled loops over rasters need the extra: pip install 'ceasefire[satellite]'") from error
    several = allowed(threads)
    if len(value) > loops.MOST:
        q, dof = quadratic(value, matrix)
        return Combined(q, dof, surprise(q, dof))
    inverses = np.zeros((1 << len(value), *matrix.shape))
    for pattern in range(1, len(inverses)):
        has = np.flatnonzero([pattern >> k & 1 for k in range(len(value))])
        inverses[pattern][np.ix_(has, has)] = np.linalg.inv(matrix[np.ix_(has, has)])
    pixels = value.shape[1]
    out = Combined(np.empty(pixels), np.empty(pixels, np.int64), np.empty(pixels))

    def part(start: int) -> None:
        some = np.ascontiguousarray(value[:, start : start + PART], dtype=np.float64)
        q, dof, tail = (v[start : start + PART] for v in out)
        loops.combine_between(some, inverses, 0, some.shape[1], q, dof, tail)  # type: ignore[arg-type]

    with ThreadPoolExecutor(several) as pool:
        list(pool.map(part, range(0, pixels, PART)))
    return out
