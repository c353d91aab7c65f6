"""Moments of a series of pixels before and after a date: all that a test of change needs of a stack.

Why moments: one pass over a stack gives them, whatever reads it, so a test costs memory for six images and not for
sixty. Why the logarithm: speckle multiplies, so the logarithm of intensity has the same spread on a bright roof as on
a dark road, and a change is a difference in dB.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.stats.change_surface import Surface

Singles = NDArray[np.float32]
Counts = NDArray[np.int32]
BAND = 1 << 22
"""Values at a time."""


class Moments(NamedTuple):
    """Dates counted, mean and variance of each pixel before and after; arrays of shape (rows, columns)."""

    n_before: Counts
    """Dates with a value before."""
    mean_before: Singles
    """Mean of the logarithm before; NaN where no date has a value."""
    var_before: Singles
    """Sample variance (divisor n - 1) before; NaN with fewer than two values."""
    n_after: Counts
    """Dates with a value after."""
    mean_after: Singles
    """Mean after, as before."""
    var_after: Singles
    """Sample variance after, as before."""


def moments(values: ArrayLike, before: ArrayLike, after: ArrayLike, *, less: Surface | None = None) -> Moments:
    """Count, average and spread the dates before and after, pixel by pixel; a missing value (NaN) counts for nothing.

    The reference: `detectors.damage_kernel.moments` gives the same numbers faster.

    Parameters
    ----------
    values
        Logarithms of intensity, shape (dates, rows, columns), NaN where missing.
    before, after
        Which dates are which, boolean, shape (dates,); a date may be neither, none may be both.
    less
        What to take off first.

    Raises
    ------
    ValueError
        Shapes that do not fit, or a date that is both before and after.

    >>> m = moments(np.array([1.0, 3.0, np.nan, 5.0]).reshape(4, 1, 1), [1, 1, 1, 0], [0, 0, 0, 1])
    >>> [float(v[0, 0]) for v in m]
    [2.0, 2.0, 2.0, 1.0, 5.0, nan]
    """
    x = np.asarray(values, dtype=np.float32)
    first, then = np.asarray(before, dtype=bool), np.asarray(after, dtype=bool)
    if x.ndim != 3 or first.shape != (len(x),) or then.shape != (len(x),):
        raise ValueError(f"values of shape {x.shape} do not fit dates of shape {first.shape} and {then.shape}")
    if np.any(first & then):
        raise ValueError("a date is either before or after, not both")
    deep = max(1, BAND // max(1, len(x) * x.shape[2]))
    bands = [slice(top, top + deep) for top in range(0, max(x.shape[1], 1), deep)]
    parts = []
    for band in bands:
        some = x[:, band] if less is None else x[:, band] - less.at(band)
        parts.append((*_one(some[first]), *_one(some[then])))
    return Moments(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _one(x: Singles) -> tuple[Counts, Singles, Singles]:
    known = np.isfinite(x)
    n = known.sum(axis=0, dtype=np.int32)
    filled = np.where(known, x, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(axis=0, dtype=np.float64) / np.where(n > 0, n, np.nan)
        spread = (np.where(known, x - mean, 0.0) ** 2).sum(axis=0, dtype=np.float64)
        variance = spread / np.where(n > 1, n - 1, np.nan)
    return n, mean.astype(np.float32), variance.astype(np.float32)
