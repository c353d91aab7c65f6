"""Compiled loops for the moderated t: sums of logarithms of variances by stratum, then difference, error and deviate.

Only `damage_shift` imports this file, as it needs numba (extra `satellite`).
"""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numpy.typing import NDArray

from ceasefire.detectors.damage_loops import compiled, inner

Array = NDArray[np.float64]
Singles = NDArray[np.float32]
Counts = NDArray[np.int32]
_SINGLES = types.Array(types.float32, 1, "C", readonly=True)
_COUNTS = types.Array(types.int32, 1, "C", readonly=True)
_STRATA = types.Array(types.uint8, 1, "C", readonly=True)
_USE = types.Array(types.boolean, 1, "C", readonly=True)
_TABLE = types.Array(types.float64, 1, "C", readonly=True)
_MOMENTS = (_COUNTS, _SINGLES, _SINGLES, _COUNTS, _SINGLES, _SINGLES)
_OUT = types.Array(types.float32, 1, "C")
_PART = (types.int64, types.int64)


@inner
def _squares(n: int, variance: float) -> float:
    return (n - 1) * np.float64(variance) if n > 1 else 0.0


@compiled(types.void(*_MOMENTS, _STRATA, _USE, *_PART, _TABLE, _TABLE, types.Array(types.float64, 2, "C")))
def sums_between(
    n_before: Counts,
    mean_before: Singles,
    var_before: Singles,
    n_after: Counts,
    mean_after: Singles,
    var_after: Singles,
    stratum: NDArray[np.uint8],
    use: NDArray[np.bool_],
    start: int,
    stop: int,
    biased: Array,
    trigamma: Array,
    out: Array,
) -> None:
    """Add up what `stats.change_t.prior` needs of the pixels between two; tables are by degrees of freedom."""
    for i in range(start, stop):
        if not use[i]:
            continue
        own = max(n_before[i] - 1, 0) + max(n_after[i] - 1, 0)
        squares = _squares(n_before[i], var_before[i]) + _squares(n_after[i], var_after[i])
        if own > 0 and squares > 0.0 and math.isfinite(squares):
            s = stratum[i]
            e = math.log(squares / own) - biased[own]
            out[0, s] += 1.0
            out[1, s] += e
            out[2, s] += e * e
            out[3, s] += trigamma[own]


@compiled(types.void(*_MOMENTS, _STRATA, _USE, *_PART, _TABLE, _TABLE, types.float64, _OUT, _OUT, _OUT))
def shift_between(
    n_before: Counts,
    mean_before: Singles,
    var_before: Singles,
    n_after: Counts,
    mean_after: Singles,
    var_after: Singles,
    stratum: NDArray[np.uint8],
    use: NDArray[np.bool_],
    start: int,
    stop: int,
    prior_variance: Array,
    prior_dof: Array,
    nearest: float,
    difference: Singles,
    error: Singles,
    z: Singles,
) -> None:
    """Fill three images between two pixels; z is infinite where Hill's expansion does not reach."""
    for i in range(start, stop):
        if not use[i] or n_before[i] < 1 or n_after[i] < 1:
            difference[i] = error[i] = z[i] = np.nan
            continue
        own = (n_before[i] - 1) + (n_after[i] - 1)
        squares = _squares(n_before[i], var_before[i]) + _squares(n_after[i], var_after[i])
        free = prior_dof[stratum[i]] + own
        variance = (prior_dof[stratum[i]] * prior_variance[stratum[i]] + squares) / free
        root = math.sqrt(variance * (1.0 / n_before[i] + 1.0 / n_after[i]))
        away = np.float64(mean_after[i]) - np.float64(mean_before[i])
        t = away / root
        a = free - 0.5
        square = a * math.log1p(t * t / free)
        difference[i] = away
        error[i] = root
        if square <= min(2.0 * (free - 5.0), nearest):
            b = 48.0 * a * a
            more = ((4.0 * square + 33.0) * square + 240.0) * square + 855.0
            more /= 10.0 * b * (b + 0.8 * square * square + 100.0)
            z[i] = math.copysign(math.sqrt(square) * (1.0 + (square + 3.0) / b - more), t)
        else:
            z[i] = np.inf if math.isfinite(t) and math.isfinite(free) else np.nan
