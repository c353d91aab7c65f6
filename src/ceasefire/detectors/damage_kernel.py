"""Moments and tests of change over stacks of radar images, at the speed of reading them.

The numbers are those of `stats.change`, the plain reference; this is the same in compiled loops on several threads, one
pass over the stack. Threads share nothing but the images they fill, so the result is the same on any number of them.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.detectors.threads import allowed
from ceasefire.errors import MissingExtra
from ceasefire.stats.change import Moments
from ceasefire.stats.change_surface import Surface

if TYPE_CHECKING:
    from types import ModuleType

Singles = NDArray[np.float32]
Counts = NDArray[np.int32]
PART = 1 << 17
"""Pixels that a thread takes at a time."""
COPIED = 1 << 24
"""Values copied at a time where a stack does not lie in memory as the loops need it."""


class Change(NamedTuple):
    """The pooled t of each pixel; arrays of shape (rows, columns)."""

    t: Singles
    """Mean after less mean before, over its standard error; NaN where it cannot be told."""
    dof: Counts
    """Degrees of freedom: dates with a value, less one in each group; 0 where t cannot be told."""


def moments(
    values: ArrayLike,
    before: ArrayLike,
    after: ArrayLike,
    *,
    less: Surface | None = None,
    threads: int | None = None,
) -> Moments:
    """Count, average and spread the dates before and after, pixel by pixel, as `stats.change.moments` does.

    Parameters
    ----------
    values
        Logarithms of intensity, shape (dates, rows, columns), missing where not finite. Single precision in memory, a
        window of it or a file mapped to memory; other numbers are turned to single precision piece by piece.
    before, after
        Which dates are which, boolean, shape (dates,); a date may be neither, none may be both.
    less
        What to take off first; it is taken off on the way, without a copy of the stack.
    threads
        Threads at most; where not given as `threads.allowed` tells.

    Raises
    ------
    ValueError
        Shapes that do not fit, a date that is both before and after, fewer than one thread.
    MissingExtra
        Without the extra `satellite`.

    >>> m = moments(np.array([1.0, 3.0, np.nan, 5.0]).reshape(4, 1, 1), [1, 1, 1, 0], [0, 0, 0, 1])
    >>> [float(v[0, 0]) for v in m]
    [2.0, 2.0, 2.0, 1.0, 5.0, nan]
    """
    if less is None:
        return Moments(*_over(values, before, after, _loops().moments_between, "iffiff", threads))
    return Moments(*_over_less(values, before, after, less, threads))


def t_and_dof(values: ArrayLike, before: ArrayLike, after: ArrayLike, *, threads: int | None = None) -> Change:
    """Give the pooled t of each pixel and its degrees of freedom in one pass, without keeping the moments.

    Parameters
    ----------
    values, before, after, threads
        As for `moments`.

    Raises
    ------
    ValueError, MissingExtra
        As for `moments`.

    >>> c = t_and_dof(np.array([1.0, 3.0, 4.0, 6.0]).reshape(4, 1, 1), [1, 1, 0, 0], [0, 0, 1, 1])
    >>> round(float(c.t[0, 0]), 4), int(c.dof[0, 0])
    (2.1213, 2)
    """
    return Change(*_over(values, before, after, _loops().t_between, "fi", threads))


def check_dates(shape: tuple[int, ...], before: NDArray[np.bool_], after: NDArray[np.bool_]) -> None:
    """Refuse dates that do not fit a stack of this shape, or that are on both sides.

    >>> check_dates((2, 5), np.array([True, False]), np.array([False, True]))
    Traceback (most recent call last):
    ...
    ValueError: values of shape (2, 5) do not fit dates of shape (2,) and (2,)
    """
    if len(shape) != 3 or before.shape != shape[:1] or after.shape != shape[:1]:
        raise ValueError(f"values of shape {shape} do not fit dates of shape {before.shape} and {after.shape}")
    if np.any(before & after):
        raise ValueError("a date is either before or after, not both")


def _loops() -> ModuleType:
    try:
        from ceasefire.detectors import damage_loops
    except ModuleNotFoundError as error:
        if error.name != "numba" and not str(error.name).startswith("numba."):
            raise
        raise MissingExtra("compiled loops over rasters need the extra: pip install 'ceasefire[satellite]'") from error
    return damage_loops


def _over(
    values: ArrayLike, before: ArrayLike, after: ArrayLike, loop: Callable[..., None], kinds: str, threads: int | None
) -> list[NDArray[Any]]:
    """Run a loop over all pixels in parts, on threads; give its images."""
    x = np.asarray(values)
    first, then = np.asarray(before, dtype=bool), np.asarray(after, dtype=bool)
    check_dates(x.shape, first, then)
    several = allowed(threads)
    rows, columns = x.shape[1:]
    images = [np.empty(rows * columns, np.float32 if k == "f" else np.int32) for k in kinds]
    dates = np.flatnonzero(first).astype(np.int64), np.flatnonzero(then).astype(np.int64)
    absent = _loops().absent_row()
    whole = _ready(x)
    deep = rows if whole else max(1, COPIED // max(1, len(x) * columns))
    with ThreadPoolExecutor(several) as pool:
        for top in range(0, rows, max(deep, 1)):
            block = x[:, top : top + deep]
            if not whole:
                block = np.ascontiguousarray(block, dtype=np.float32)
            pixels, at = block.shape[1] * columns, top * columns
            flat = block.reshape(len(x), pixels)
            mine = [image[at : at + pixels] for image in images]
            starts = range(0, pixels, PART)
            jobs = [pool.submit(loop, flat, *dates, s, min(s + PART, pixels), absent, *mine) for s in starts]
            for job in jobs:
                job.result()
    return [image.reshape(rows, columns) for image in images]


def _over_less(
    values: ArrayLike, before: ArrayLike, after: ArrayLike, less: Surface, threads: int | None
) -> list[NDArray[Any]]:
    """Give the moments of a stack less a surface, by bands of rows, on threads."""
    x = np.asarray(values)
    first, then = np.asarray(before, dtype=bool), np.asarray(after, dtype=bool)
    check_dates(x.shape, first, then)
    dates, rows, columns = x.shape
    if (len(less.heights), len(less.down), len(less.across)) != x.shape:
        raise ValueError(f"a surface of {len(less.heights)} dates does not fit values of shape {x.shape}")
    several, loops = allowed(threads), _loops()
    images = [np.empty(rows * columns, np.float32 if k == "f" else np.int32) for k in "iffiff"]
    sides = np.flatnonzero(first).astype(np.int64), np.flatnonzero(then).astype(np.int64)
    blocks = less.heights.shape[2]
    cut = np.append(np.searchsorted(less.across, np.arange(blocks)), columns).astype(np.int64)
    surface = [np.ascontiguousarray(v, dtype=np.float32) for v in less]
    whole = _ready(x)
    deep = max(1, min(PART, COPIED // max(1, dates)) // max(1, columns))

    def band(top: int) -> None:
        end = min(top + deep, rows)
        start = 0 if whole else top
        block = x if whole else np.ascontiguousarray(x[:, top:end], dtype=np.float32)
        mine = [image[start * columns :] for image in images]
        heights, down, across = surface[0], surface[1][start:], surface[2]
        loops.moments_less_between(
            block, *sides, top - start, end - start, loops.absent_row(), heights, down, across, cut, *mine
        )

    with ThreadPoolExecutor(several) as pool:
        list(pool.map(band, range(0, rows, deep)))
    return [image.reshape(rows, columns) for image in images]


def _ready(x: NDArray[Any]) -> bool:
    """Tell whether a stack lies in memory as the loops need it."""
    return bool(x.dtype == np.float32 and x.dtype.isnative and x.flags.c_contiguous and x.flags.aligned)
