"""Compiled loops over a piece of a radar scene: medians of cells, the water's mean around each pixel, its spread.

Sums run down the columns and along each row, so a pixel costs the same whatever the size of its windows. Only
`vessels_clutter` imports this file, as it needs numba (extra `satellite`); it also has the same in numpy.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

Loop = TypeVar("Loop", bound=Callable[..., Any])
ZERO = np.float32(0.0)
INFINITE = np.float32(np.inf)
STEP = 4
"""Every so many pixels of every so many rows count for a cell's median."""


def compiled(loop: Loop) -> Loop:
    """Compile a loop at its first call and keep the machine code on disk; where no folder can be written, without.

    The loop runs without Python's lock, so threads run it at the same time.
    """
    made: Any
    try:
        made = njit(nogil=True, error_model="numpy", cache=True)(loop)
    except (RuntimeError, OSError, EOFError, pickle.UnpicklingError):  # no folder to keep it in, or one spoilt
        made = njit(nogil=True, error_model="numpy")(loop)
    return cast(Loop, made)


@compiled
def levels(x: Any, cell: int, least: int, out: Any) -> None:
    """Give the median of some pixels of each cell; NaN where too few are water."""
    held = np.empty((cell // STEP) * (cell // STEP), np.float32)
    for a in range(out.shape[0]):
        for b in range(out.shape[1]):
            n = 0
            for i in range(a * cell, (a + 1) * cell, STEP):
                for j in range(b * cell, (b + 1) * cell, STEP):
                    v = x[i, j]
                    if v > 0 and v < np.inf:
                        held[n] = v
                        n += 1
            if n < least:
                out[a, b] = np.nan
            else:
                out[a, b] = np.partition(held[:n], n // 2)[n // 2]


@compiled
def around(
    x: Any,
    caps: Any,
    cell: int,
    halo: int,
    inner: int,
    outer: int,
    least: int,
    wide_cut: float,
    span: int,
    ratio: Any,
    wide: Any,
    mean: Any,
    moments: Any,
) -> None:
    """Give power, and power of three by three pixels, over the mean of the ring, and the moments of each block.

    A pixel counts in a ring where it is not above its cell's cap; `moments` is (blocks down, blocks across, 6): number,
    sum and squares of the ratio below the cap, then the same of the wide one.
    """
    columns = x.shape[1]
    high, across = ratio.shape
    n_out, n_in = np.zeros(columns, np.int32), np.zeros(columns, np.int32)
    s_out, s_in = np.zeros(columns), np.zeros(columns)
    pn_out, pn_in = np.zeros(columns + 1, np.int32), np.zeros(columns + 1, np.int32)
    ps_out, ps_in = np.zeros(columns + 1), np.zeros(columns + 1)
    near, count = np.zeros(columns), np.zeros(columns, np.int32)
    cap, cap_now = np.empty(columns, np.float32), np.empty(columns, np.float32)
    mu, told = np.empty(across), np.empty(across, np.bool_)
    for i in range(halo - outer, halo + outer):
        _caps(caps, cell, i, cap)
        _add(x[i], cap, np.int32(1), 1.0, n_out, s_out)
    for i in range(halo - inner, halo + inner):
        _caps(caps, cell, i, cap)
        _add(x[i], cap, np.int32(1), 1.0, n_in, s_in)
    for k in range(high):
        i = k + halo
        _caps(caps, cell, i + outer, cap)
        _add(x[i + outer], cap, np.int32(1), 1.0, n_out, s_out)
        _caps(caps, cell, i + inner, cap)
        _add(x[i + inner], cap, np.int32(1), 1.0, n_in, s_in)
        _running(n_out, s_out, pn_out, ps_out)
        _running(n_in, s_in, pn_in, ps_in)
        _three(x[i - 1], x[i], x[i + 1], near, count)
        row, r_row, w_row, m_row = x[i], ratio[k], wide[k], mean[k]
        for m in range(across):
            j = m + halo
            n = pn_out[j + outer + 1] - pn_out[j - outer] - pn_in[j + inner + 1] + pn_in[j - inner]
            s = (ps_out[j + outer + 1] - ps_out[j - outer]) - (ps_in[j + inner + 1] - ps_in[j - inner])
            v = row[j]
            told[m] = (v > 0) & (v < INFINITE) & (n >= least)
            mu[m] = s / n if told[m] else np.nan
        for m in range(across):
            r_row[m] = row[m + halo] / mu[m]
            m_row[m] = mu[m]
        for m in range(across):
            j = m + halo
            c = count[j - 1] + count[j] + count[j + 1]
            y = near[j - 1] + near[j] + near[j + 1]
            w_row[m] = y / (c * mu[m]) if c >= 6 else np.nan
        _caps(caps, cell, i, cap_now)
        _moments(r_row, w_row, mu, cap_now[halo:], wide_cut, span, moments[k // span])
        _caps(caps, cell, i - outer, cap)
        _add(x[i - outer], cap, np.int32(-1), -1.0, n_out, s_out)
        _caps(caps, cell, i - inner, cap)
        _add(x[i - inner], cap, np.int32(-1), -1.0, n_in, s_in)


@compiled
def _moments(r_row: Any, w_row: Any, mu: Any, cap: Any, wide_cut: float, span: int, moments: Any) -> None:
    """Add a row to the moments of its blocks."""
    for b in range(moments.shape[0]):
        at = moments[b]
        n1, s1, q1, n2, s2, q2 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for m in range(b * span, (b + 1) * span):
            r, w = np.float64(r_row[m]), np.float64(w_row[m])
            top = cap[m] / mu[m]
            one = 1.0 if r <= top else 0.0
            two = 1.0 if w <= top * wide_cut else 0.0
            r = r if r <= top else np.float64(0.0)
            w = w if w <= top * wide_cut else np.float64(0.0)
            n1 += one
            s1 += r
            q1 += r * r
            n2 += two
            s2 += w
            q2 += w * w
        at[0] += n1
        at[1] += s1
        at[2] += q1
        at[3] += n2
        at[4] += s2
        at[5] += q2


@compiled
def _caps(caps: Any, cell: int, i: int, cap: Any) -> None:
    """Give the cap of each pixel of a row."""
    for b in range(caps.shape[1]):
        cap[b * cell : (b + 1) * cell] = caps[i // cell, b]


@compiled
def _add(row: Any, cap: Any, one: Any, sign: float, n: Any, s: Any) -> None:
    """Add a row to sums of columns, or take it off."""
    for j in range(len(row)):
        v = row[j]
        good = (v > ZERO) & (v <= cap[j])
        n[j] += one if good else np.int32(0)
        s[j] += sign * v if good else 0.0


@compiled
def _running(n: Any, s: Any, pn: Any, ps: Any) -> None:
    """Sum along a row."""
    number, total = np.int32(0), 0.0
    for j in range(len(n)):
        number += n[j]
        total += s[j]
        pn[j + 1] = number
        ps[j + 1] = total


@compiled
def _three(a: Any, b: Any, c: Any, near: Any, count: Any) -> None:
    """Sum three rows, what is not known left out."""
    for j in range(len(a)):
        u, v, w = a[j], b[j], c[j]
        x, y, z = (u > ZERO) & (u < INFINITE), (v > ZERO) & (v < INFINITE), (w > ZERO) & (w < INFINITE)
        near[j] = (np.float64(u) if x else 0.0) + (np.float64(v) if y else 0.0) + (np.float64(w) if z else 0.0)
        count[j] = np.int32(x) + np.int32(y) + np.int32(z)


@compiled
def mark(ratio: Any, limits: Any, span: int, marks: Any) -> None:
    """Mark the pixels above the limit of their block."""
    for i in range(ratio.shape[0]):
        for b in range(limits.shape[1]):
            limit = limits[i // span, b]
            for j in range(b * span, (b + 1) * span):
                marks[i, j] |= ratio[i, j] > limit
