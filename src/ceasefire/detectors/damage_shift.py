"""How far each pixel moved, in standard errors, in compiled loops on threads.

The numbers are those of `stats.change_t.shift`, the plain reference, to single precision.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.detectors.threads import allowed
from ceasefire.errors import MissingExtra
from ceasefire.stats.change import Moments
from ceasefire.stats.change_t import NEAR, Prior, Shift, deviate, prior, unbiased

PART = 1 << 16
"""Pixels that a thread takes at a time."""


def shift(m: Moments, *, stratum: NDArray[np.uint8], use: ArrayLike, threads: int | None = None) -> Shift:
    """Give the moderated t of every pixel.

    Parameters
    ----------
    m, stratum, use
        As of `stats.change_t.shift`; strata as `stats.change_t.strata` gives them.
    threads
        Threads at most; where not given as `threads.allowed` tells.

    Raises
    ------
    ValueError
        As of `stats.change_t.shift`.
    MissingExtra
        Without the extra `satellite`.

    >>> from ceasefire.detectors.damage_kernel import moments
    >>> x = np.random.default_rng(1).normal(0.0, 0.3, (8, 50, 50))
    >>> x[5:, :10] += 1.0
    >>> m = moments(x, np.arange(8) < 5, np.arange(8) >= 5)
    >>> s = shift(m, stratum=np.zeros((50, 50), np.uint8), use=np.ones((50, 50), bool))
    >>> round(float(s.difference[:10].mean()), 2), round(float(s.z[10:].std()), 2), round(float(s.z[:10].mean()), 1)
    (1.01, 0.96, 4.6)
    """
    try:
        from ceasefire.detectors import damage_shift_loops as loops
    except ModuleNotFoundError as error:
        raise MissingExtra("compiled loops over rasters need the extra: pip install 'ceasefire[satellite]'") from error
    known = np.ascontiguousarray(use, dtype=bool)
    flat = Moments._make(np.ascontiguousarray(v).reshape(-1) for v in m)
    each, used = np.ascontiguousarray(stratum, dtype=np.uint8).reshape(-1), known.reshape(-1)
    number = int(each.max(initial=0)) + 1
    most = int(m.n_before.max(initial=0)) + int(m.n_after.max(initial=0))
    tables = unbiased(most)
    out = Shift._make(np.empty(len(used), np.float32) for _ in Shift._fields)
    parts = [(start, min(start + PART, len(used))) for start in range(0, len(used), PART)]

    def add(part: tuple[int, int]) -> NDArray[np.float64]:
        sums = np.zeros((4, number))
        loops.sums_between(*flat, each, used, *part, *tables, sums)
        return sums

    with ThreadPoolExecutor(allowed(threads)) as pool:
        total = sum(pool.map(add, parts), np.zeros((4, number)))
        there = np.bincount(each[used], minlength=number) > 0
        priors = [prior(v, 0.0) if here else Prior(np.nan, np.nan) for v, here in zip(total.T, there, strict=True)]
        variance, dof = (np.array([getattr(p, name) for p in priors]) for name in Prior._fields)

        def fill(part: tuple[int, int]) -> None:
            loops.shift_between(*flat, each, used, *part, variance, dof, NEAR**2, *out)

        list(pool.map(fill, parts))
    far = np.flatnonzero(np.isinf(out.z))
    own = np.maximum(flat.n_before[far] - 1, 0) + np.maximum(flat.n_after[far] - 1, 0)
    t = out.difference[far].astype(np.float64) / out.error[far]
    out.z[far] = deviate(t, dof[each[far]] + own)
    return Shift._make(v.reshape(known.shape) for v in out)
