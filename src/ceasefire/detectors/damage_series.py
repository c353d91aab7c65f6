"""One orbit and polarisation: which pixels it can tell of, and how far each moved more than its surroundings did.

Two passes over the stack, each by a function that counts, averages and spreads dates (`stats.change.moments` or the
compiled `damage_kernel.moments`). The first is of pixels as they are: water, constants and too few dates are told by
it. The second takes the surroundings off on the way; no second stack is made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.damage_surroundings import check, scaled, surroundings
from ceasefire.geo.stack import Stack
from ceasefire.stats import change_t
from ceasefire.stats.change import Moments
from ceasefire.stats.change_null import ENOUGH, standardise
from ceasefire.stats.change_surface import Surface

Singles = NDArray[np.float32]
Mask = NDArray[np.bool_]

LEAST_BEFORE, LEAST_AFTER = 3, 2
"""Dates that a pixel needs before and after in a series."""


class Count(Protocol):
    """Count, average and spread dates before and after, less a surface."""

    def __call__(self, values: Singles, before: Mask, after: Mask, *, less: Surface | None = None) -> Moments: ...


class Seen(NamedTuple):
    """What a series has of each pixel; arrays of shape (rows, columns)."""

    mean: Singles
    """Mean before, NaN where there is none."""
    some: Mask
    """A date before and one after."""
    dated: Mask
    """Dates enough on both sides."""
    moving: Mask
    """Not the same on all dates of a side."""


class Moved(NamedTuple):
    """How far pixels moved; arrays of shape (rows, columns), NaN where it cannot be told."""

    z: Singles
    """Normal deviate, middle 0 and spread 1 among quiet pixels of like brightness."""
    error: Singles
    """Standard error of the difference, with the spread of the scene in it."""
    difference: Singles
    """Mean after less mean before, natural logarithms."""
    surface: Surface
    """What was taken off each date."""
    spread: float
    """How much more than its dates tell the scene moved, median over pixels; NaN where nothing was judged."""


def look(stack: Stack, before: Mask, after: Mask, *, count: Count) -> Seen:
    """See what a series has, once its units are checked.

    Parameters
    ----------
    stack
        Logarithms or coherence.
    before, after
        Which dates are which, boolean, shape (dates,).
    count
        Gives moments.

    Raises
    ------
    WrongUnits
        Values that cannot be what they are said to be.
    """
    check(stack)
    m = count(scaled(stack), before, after)
    return Seen(
        mean=m.mean_before,
        some=(m.n_before > 0) & (m.n_after > 0),
        dated=(m.n_before >= LEAST_BEFORE) & (m.n_after >= LEAST_AFTER),
        moving=np.fmax(m.var_before, m.var_after) > 0,
    )


def move(
    stack: Stack,
    before: Mask,
    after: Mask,
    *,
    mean: Singles,
    valid: Mask,
    watched: Mask,
    count: Count,
    shift: Callable[..., change_t.Shift] = change_t.shift,
) -> Moved:
    """Tell how far each pixel moved.

    Parameters
    ----------
    stack, before, after, count
        As of `look`.
    mean
        What `look` saw, shape (rows, columns).
    valid
        Pixels to judge, same shape. With fewer than `ENOUGH` none is.
    watched
        Pixels that may have changed: nothing is learned from them where others are enough.
    shift
        Gives the moderated t: `stats.change_t.shift` or the compiled `damage_shift.shift`.

    >>> from ceasefire.geo.grid import Grid
    >>> from ceasefire.stats.change import moments
    >>> x = np.random.default_rng(1).normal(-2.0, 0.5, (9, 40, 40)).astype(np.float32)
    >>> x[6:, :4] += 2.0
    >>> grid = Grid("EPSG:32636", 300_000.0, 5_600_000.0, 10.0, 10.0, (40, 40))
    >>> stack = Stack(x, np.arange(9).astype("datetime64[D]").astype("datetime64[s]"), grid, units="log")
    >>> first, every = np.arange(9) < 6, np.ones((40, 40), bool)
    >>> seen = look(stack, first, ~first, count=moments)
    >>> m = move(stack, first, ~first, mean=seen.mean, valid=seen.dated, watched=~every, count=moments)
    >>> round(float(m.z[:4].mean())), round(abs(float(m.z[4:].mean()))), round(float(m.difference[:4].mean()), 1)
    (6, 0, 1.9)
    """
    x = scaled(stack)
    around = surroundings(x, mean, grid=stack.grid, watched=watched)
    learn = valid & ~watched
    if np.count_nonzero(learn) < ENOUGH:
        learn = valid
    if np.count_nonzero(learn) < ENOUGH:
        nothing = np.full(valid.shape, np.nan, np.float32)
        return Moved(nothing, nothing, nothing, around.surface, float("nan"))
    m = count(x, before, after, less=around.surface)
    stratum = change_t.strata(m.mean_before, learn)
    t = shift(m, stratum=stratum, use=valid)
    z, spread = standardise(t.z, stratum=stratum, quiet=learn)
    return Moved(z, t.error * spread, t.difference, around.surface, float(np.median(spread[valid])))
