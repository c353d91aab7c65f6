"""Several orbits and polarisations into one number for each pixel, with as many degrees of freedom as it has series.

Why not a sum of |t|: under no change its mean grows with the number of orbits, so the same threshold means something
else where coverage differs. A sum of squares does so too, but a chi-square with the degrees of freedom of that pixel
takes it out. Polarisations of one orbit see the same rain and the same leaves, so their deviates are correlated: the
quadratic form z' R^-1 z has the chi-square, the plain sum has not.

Signs are free: collapse may darken a roof in one orbit and brighten it in another.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST = 0.05
"""Least eigenvalue of a correlation matrix: nearer to singular, noise would be divided by almost nothing."""
PART = 1 << 16
"""Pixels at a time."""


def correlation(z: ArrayLike) -> Array:
    """Give the correlation of deviates by how often their signs agree: changed pixels, being few, weigh as others do.

    Parameters
    ----------
    z
        Deviates with median 0, shape (series, pixels), NaN where missing.

    >>> rng = np.random.default_rng(2)
    >>> z = rng.multivariate_normal([0, 0], [[1.0, 0.4], [0.4, 1.0]], 20_000).T
    >>> correlation(z).round(2).tolist()
    [[1.0, 0.4], [0.4, 1.0]]
    """
    value = np.asarray(z)
    both, agreed = np.zeros((2, len(value), len(value)))
    for start in range(0, value.shape[1], PART):
        s = np.sign(np.nan_to_num(value[:, start : start + PART])).astype(np.float32)
        both += np.abs(s) @ np.abs(s).T
        agreed += s @ s.T
    r = np.sin(np.pi / 2.0 * agreed / np.maximum(both, 1.0))
    np.fill_diagonal(r, 1.0)
    values, vectors = np.linalg.eigh(r)
    if values.min() >= LEAST:
        return np.asarray(r)
    fixed = (vectors * np.maximum(values, LEAST)) @ vectors.T
    scale = np.sqrt(np.diag(fixed))
    return np.asarray(fixed / scale[:, None] / scale)


def quadratic(z: ArrayLike, r: ArrayLike) -> tuple[Array, Ints]:
    """Give z' R^-1 z of each pixel over the series it has, and how many those are.

    Parameters
    ----------
    z
        Deviates, shape (series, pixels), NaN where missing.
    r
        Their correlation, shape (series, series).

    Returns
    -------
    Statistic and degrees of freedom, shape (pixels,); NaN and 0 where a pixel has no series.

    >>> q, dof = quadratic([[3.0, 1.0], [np.nan, 1.0]], np.eye(2))
    >>> q.tolist(), dof.tolist()
    ([9.0, 2.0], [1, 2])
    """
    value, matrix = np.asarray(z, dtype=np.float64), np.asarray(r, dtype=np.float64)
    known = np.isfinite(value)
    dof = known.sum(axis=0)
    q = np.full(value.shape[1], np.nan)
    weight = 1 << np.arange(len(value), dtype=np.int64)
    pattern = weight @ known
    for p in np.unique(pattern[dof > 0]):
        at = pattern == p
        has = (p & weight) > 0
        part = value[np.ix_(has, at)]
        q[at] = np.einsum("ij,ij->j", part, np.linalg.solve(matrix[np.ix_(has, has)], part))
    return q, dof


def surprise(q: ArrayLike, dof: ArrayLike) -> Array:
    """Put statistics of different degrees of freedom on one scale: -2 ln p, a chi-square with two under no change.

    >>> surprise([9.21, 13.28], [2, 4]).round(2).tolist()
    [9.21, 9.21]
    """
    free = np.asarray(dof, dtype=np.float64)
    value = chi2.logsf(np.asarray(q, dtype=np.float64), np.where(free > 0, free, np.nan))
    return np.asarray(-2.0 * np.maximum(value, -690.0))
