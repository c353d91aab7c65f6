"""Compiled loop that makes one chi-square of several orbits' deviates, pixel by pixel.

Only `damage_combine` imports this file, as it needs numba (extra `satellite`).
"""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numpy.typing import NDArray

from ceasefire.detectors.damage_loops import compiled, inner

MOST = 10
"""Series at most: there is one inverse for each set of them."""
_Z = types.Array(types.float64, 2, "C", readonly=True)
_INVERSES = types.Array(types.float64, 3, "C", readonly=True)
_OUT = types.Array(types.float64, 1, "C")
_COUNT = types.Array(types.int64, 1, "C")
_FAR = 690.0
"""Least logarithm of a tail probability, as `stats.change_combine.surprise` has it."""


@inner
def _surprise(half: float, dof: int) -> float:
    """Give -2 ln p of a chi-square of twice `half`."""
    if half > _FAR + 50.0:
        return 2.0 * _FAR
    tail = 0.0
    if dof % 2 == 0:
        term = 1.0
        for m in range(dof // 2):
            tail += term
            term *= half / (m + 1.0)
        log_tail = math.log(tail) - half
    else:
        term = 2.0 * math.sqrt(half / math.pi)
        for m in range(dof // 2):
            tail += term
            term *= half / (m + 1.5)
        log_tail = math.log(math.erfc(math.sqrt(half)) + math.exp(-half) * tail)
    return -2.0 * max(log_tail, -_FAR)


@compiled(types.void(_Z, _INVERSES, types.int64, types.int64, _OUT, _COUNT, _OUT))
def combine_between(
    z: NDArray[np.float64],
    inverses: NDArray[np.float64],
    start: int,
    stop: int,
    q: NDArray[np.float64],
    dof: NDArray[np.int64],
    surprise: NDArray[np.float64],
) -> None:
    """Fill statistic, degrees of freedom and -2 ln p between two pixels."""
    series = z.shape[0]
    for i in range(start, stop):
        pattern, k = 0, 0
        for a in range(series):
            if math.isfinite(z[a, i]):
                pattern += 1 << a
                k += 1
        dof[i] = k
        if k == 0:
            q[i] = np.nan
            surprise[i] = np.nan
            continue
        inverse = inverses[pattern]
        total = 0.0
        for a in range(series):
            if pattern >> a & 1:
                row = 0.0
                for b in range(series):
                    if pattern >> b & 1:
                        row += inverse[a, b] * z[b, i]
                total += z[a, i] * row
        q[i] = total
        surprise[i] = _surprise(total / 2.0, k)
