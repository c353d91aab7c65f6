"""Compiled loops over a stack of radar images: counts, means and variances of two groups of dates in one pass.

The way: pixels are taken in blocks that stay in the processor's first cache, dates eight at a time, so that each value
is read once and in order. Sums are of differences to the pixel's first value. As that value is one of the sample, the
variance loses at most n units of the last place of a single, and a constant pixel has a variance of exactly 0.
Each pixel is computed by itself in one fixed order: the same numbers on any number of threads and in any tile.

Only `damage_kernel` imports this file, as it needs numba (extra `satellite`).
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import int32, njit, types
from numpy.typing import NDArray

Loop = TypeVar("Loop", bound=Callable[..., Any])
Singles = NDArray[np.float32]
Counts = NDArray[np.int32]
Dates = NDArray[np.int64]
_SINGLES = types.Array(types.float32, 1, "C")
_COUNTS = types.Array(types.int32, 1, "C")
_PIXELS = types.Array(types.float32, 2, "C", readonly=True)
_DATES = types.Array(types.int64, 1, "C", readonly=True)
_ROW = types.Array(types.float32, 1, "C", readonly=True)
_CUBE = types.Array(types.float32, 3, "C", readonly=True)
_STACK = (_PIXELS, _DATES, _DATES, types.int64, types.int64, _ROW)
_GROUP = (_COUNTS, _SINGLES, _SINGLES)
_INFINITE = np.float32(np.inf)
_NAN = np.float32(np.nan)
_NONE = np.float32(0.0)
_ONE = np.float32(1.0)
BLOCK = 2048
"""Pixels at a time: their sums and eight dates of them are in the first cache or near it."""
EIGHT = 8
"""Dates at a time."""


def inner(loop: Loop) -> Loop:
    """Make a loop that other loops are made of: it is compiled with them."""
    made: Any = njit(nogil=True, error_model="numpy")(loop)
    return cast(Loop, made)


def compiled(signature: Any) -> Callable[[Loop], Loop]:
    """Compile a loop for one signature and keep the machine code on disk; where no folder can be written, do without.

    The loop runs without Python's lock, so threads run it at the same time.
    """

    def compile_(loop: Loop) -> Loop:
        made: Any
        try:
            made = njit(signature, nogil=True, error_model="numpy", cache=True)(loop)
        except (RuntimeError, OSError, EOFError, pickle.UnpicklingError):  # no folder to keep it in, or one spoilt
            made = njit(signature, nogil=True, error_model="numpy")(loop)
        return cast(Loop, made)

    return compile_


@inner
def _eight(
    x: Singles,
    dates: Dates,
    k: int,
    at: int,
    absent: Singles,
    shift: Singles,
    n: Counts,
    total: Singles,
    squares: Singles,
) -> None:
    """Add up to eight dates from the k-th on to the sums of the pixels from `at` on."""
    m, last = len(shift), len(dates)
    r0 = x[dates[k], at : at + m]
    r1 = x[dates[k + 1], at : at + m] if k + 1 < last else absent[:m]
    r2 = x[dates[k + 2], at : at + m] if k + 2 < last else absent[:m]
    r3 = x[dates[k + 3], at : at + m] if k + 3 < last else absent[:m]
    r4 = x[dates[k + 4], at : at + m] if k + 4 < last else absent[:m]
    r5 = x[dates[k + 5], at : at + m] if k + 5 < last else absent[:m]
    r6 = x[dates[k + 6], at : at + m] if k + 6 < last else absent[:m]
    r7 = x[dates[k + 7], at : at + m] if k + 7 < last else absent[:m]
    for j in range(m):
        v0, v1, v2, v3, v4, v5, v6, v7 = r0[j], r1[j], r2[j], r3[j], r4[j], r5[j], r6[j], r7[j]
        k0, k1, k2, k3 = abs(v0) < _INFINITE, abs(v1) < _INFINITE, abs(v2) < _INFINITE, abs(v3) < _INFINITE
        k4, k5, k6, k7 = abs(v4) < _INFINITE, abs(v5) < _INFINITE, abs(v6) < _INFINITE, abs(v7) < _INFINITE
        c = shift[j]
        c = v0 if k0 and np.isnan(c) else c
        c = v1 if k1 and np.isnan(c) else c
        c = v2 if k2 and np.isnan(c) else c
        c = v3 if k3 and np.isnan(c) else c
        c = v4 if k4 and np.isnan(c) else c
        c = v5 if k5 and np.isnan(c) else c
        c = v6 if k6 and np.isnan(c) else c
        c = v7 if k7 and np.isnan(c) else c
        shift[j] = c
        d0, d1 = v0 - c if k0 else _NONE, v1 - c if k1 else _NONE
        d2, d3 = v2 - c if k2 else _NONE, v3 - c if k3 else _NONE
        d4, d5 = v4 - c if k4 else _NONE, v5 - c if k5 else _NONE
        d6, d7 = v6 - c if k6 else _NONE, v7 - c if k7 else _NONE
        n[j] += ((int32(k0) + int32(k1)) + (int32(k2) + int32(k3))) + (
            (int32(k4) + int32(k5)) + (int32(k6) + int32(k7))
        )
        total[j] += ((d0 + d1) + (d2 + d3)) + ((d4 + d5) + (d6 + d7))
        squares[j] += ((d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3)) + ((d4 * d4 + d5 * d5) + (d6 * d6 + d7 * d7))


@inner
def _finish(n: Counts, mean: Singles, variance: Singles, shift: Singles) -> None:
    """Turn sums and sums of squares into means and variances."""
    for j in range(len(n)):
        count = np.float32(n[j])
        off = mean[j] / count
        variance[j] = max((variance[j] - mean[j] * off) / (count - _ONE), _NONE) if n[j] > 1 else _NAN
        mean[j] = shift[j] + off


@inner
def _group(
    x: Singles,
    dates: Dates,
    at: int,
    absent: Singles,
    n: Counts,
    mean: Singles,
    variance: Singles,
    shift: Singles,
) -> None:
    """Give count, mean and variance of one group of dates for the pixels of one block."""
    n[:] = 0
    mean[:] = _NONE
    variance[:] = _NONE
    shift[:] = _NAN
    for k in range(0, len(dates), EIGHT):
        _eight(x, dates, k, at, absent, shift, n, mean, variance)
    _finish(n, mean, variance, shift)


@compiled(types.void(*_STACK, *_GROUP, *_GROUP))
def moments_between(
    x: Singles,
    before: Dates,
    after: Dates,
    start: int,
    stop: int,
    absent: Singles,
    n_before: Counts,
    mean_before: Singles,
    var_before: Singles,
    n_after: Counts,
    mean_after: Singles,
    var_after: Singles,
) -> None:
    """Fill six images between two pixels; `x` has shape (dates, pixels), `absent` is BLOCK missing values."""
    shift = np.empty(BLOCK, np.float32)
    for at in range(start, stop, BLOCK):
        m = min(BLOCK, stop - at)
        end = at + m
        one = shift[:m]
        _group(x, before, at, absent, n_before[at:end], mean_before[at:end], var_before[at:end], one)
        _group(x, after, at, absent, n_after[at:end], mean_after[at:end], var_after[at:end], one)


@inner
def _less(
    x: Singles,
    heights: Singles,
    row: int,
    down: float,
    across: Singles,
    cut: Dates,
    at: int,
    line: Singles,
    out: Singles,
) -> None:
    """Fill `out` with the pixels of a row from `at` on, less the surface of their date."""
    blocks = len(line)
    i = min(int(down), heights.shape[0] - 1)
    k, share = min(i + 1, heights.shape[0] - 1), np.float32(down - i)
    for b in range(blocks):
        line[b] = heights[i, b] + (heights[k, b] - heights[i, b]) * share
    for b in range(blocks):
        height = line[b]
        slope = line[min(b + 1, blocks - 1)] - height
        first, last = max(cut[b], at), min(cut[b + 1], at + len(out))
        if first < last:
            pixels, where, part = x[row, first:last], across[first:last], out[first - at : last - at]
            start = np.float32(b)
            for j in range(len(part)):
                part[j] = pixels[j] - (height + slope * (where[j] - start))


@inner
def _group_less(
    x: Singles,
    dates: Dates,
    heights: Singles,
    row: int,
    down: float,
    across: Singles,
    cut: Dates,
    at: int,
    absent: Singles,
    line: Singles,
    eight: Singles,
    whole: Dates,
    n: Counts,
    mean: Singles,
    variance: Singles,
    shift: Singles,
) -> None:
    """Give what `_group` gives, of pixels of one row less a surface."""
    n[:] = 0
    mean[:] = _NONE
    variance[:] = _NONE
    shift[:] = _NAN
    for k in range(0, len(dates), EIGHT):
        some = min(EIGHT, len(dates) - k)
        for q in range(some):
            d = dates[k + q]
            _less(x[d], heights[d], row, down, across, cut, at, line, eight[q, : len(n)])
        _eight(eight, whole[:some], 0, 0, absent, shift, n, mean, variance)
    _finish(n, mean, variance, shift)


@compiled(
    types.void(_CUBE, _DATES, _DATES, types.int64, types.int64, _ROW, _CUBE, _ROW, _ROW, _DATES, *_GROUP, *_GROUP)
)
def moments_less_between(
    x: Singles,
    before: Dates,
    after: Dates,
    start: int,
    stop: int,
    absent: Singles,
    heights: Singles,
    down: Singles,
    across: Singles,
    cut: Dates,
    n_before: Counts,
    mean_before: Singles,
    var_before: Singles,
    n_after: Counts,
    mean_after: Singles,
    var_after: Singles,
) -> None:
    """Fill six images between two rows; block b of the surface rules the columns from `cut[b]` to `cut[b + 1]`."""
    columns = x.shape[2]
    shift = np.empty(BLOCK, np.float32)
    eight = np.empty((EIGHT, BLOCK), np.float32)
    whole = np.arange(EIGHT)
    line = np.empty(heights.shape[2], np.float32)
    for row in range(start, stop):
        for at in range(0, columns, BLOCK):
            m = min(BLOCK, columns - at)
            a, e = row * columns + at, row * columns + at + m
            for after_too in range(2):
                dates = after if after_too else before
                n = n_after[a:e] if after_too else n_before[a:e]
                mean = mean_after[a:e] if after_too else mean_before[a:e]
                variance = var_after[a:e] if after_too else var_before[a:e]
                _group_less(
                    x, dates, heights, row, down[row], across, cut, at, absent, line, eight, whole, n, mean, variance,
                    shift[:m],
                )  # fmt: skip


@compiled(types.void(*_STACK, _SINGLES, _COUNTS))
def t_between(
    x: Singles,
    before: Dates,
    after: Dates,
    start: int,
    stop: int,
    absent: Singles,
    t: Singles,
    dof: Counts,
) -> None:
    """Fill the pooled t and its degrees of freedom between two pixels."""
    shift = np.empty(BLOCK, np.float32)
    n = np.empty((2, BLOCK), np.int32)
    mean = np.empty((2, BLOCK), np.float32)
    spread = np.empty((2, BLOCK), np.float32)
    for at in range(start, stop, BLOCK):
        m = min(BLOCK, stop - at)
        _group(x, before, at, absent, n[0, :m], mean[0, :m], spread[0, :m], shift[:m])
        _group(x, after, at, absent, n[1, :m], mean[1, :m], spread[1, :m], shift[:m])
        for j in range(m):
            first, then = n[0, j], n[1, j]
            free = max(first - 1, 0) + max(then - 1, 0) if first > 0 and then > 0 else 0
            squares = np.float64(0.0)
            if first > 1:
                squares += np.float64(first - 1) * spread[0, j]
            if then > 1:
                squares += np.float64(then - 1) * spread[1, j]
            error = np.sqrt(squares / free * (1.0 / first + 1.0 / then)) if free > 0 else np.nan
            t[at + j] = np.float32((np.float64(mean[1, j]) - mean[0, j]) / error)
            dof[at + j] = free


def absent_row() -> Singles:
    """Give a block of missing values that may not be written, to stand in for a date that is not there."""
    row = np.full(BLOCK, np.nan, np.float32)
    row.flags.writeable = False
    return row
