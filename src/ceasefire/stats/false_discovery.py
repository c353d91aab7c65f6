"""Many tests at once: which of them to believe so that few of the believed are false.

At 1 % each, a scene of a million quiet pixels has ten thousand alarms. The false-discovery rate is the expected share
of false ones among those named. Benjamini and Hochberg's rule holds where tests are independent or hang together
positively, as neighbouring pixels do; Benjamini and Yekutieli's holds however they hang together, and names fewer.

Sources: Y. Benjamini and Y. Hochberg, Journal of the Royal Statistical Society B 57 (1995) 289-300; Y. Benjamini and
D. Yekutieli, Annals of Statistics 29 (2001) 1165-1188.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def adjusted(p: ArrayLike, *, dependent: bool = False) -> Array:
    """Give the least false-discovery rate at which each test would be named; compare with the rate you accept.

    Parameters
    ----------
    p
        p-values, any shape; NaN is no test.
    dependent
        Whether tests may hang together in any way (Benjamini-Yekutieli).

    Raises
    ------
    ValueError
        A p-value outside 0 to 1.

    >>> adjusted([0.01, 0.02, 0.03, 0.9]).round(2).tolist()
    [0.04, 0.04, 0.04, 0.9]
    >>> adjusted([0.01, np.nan, 0.5], dependent=True).round(2).tolist()
    [0.03, nan, 0.75]
    """
    value = np.asarray(p, dtype=np.float64)
    known = np.isfinite(value)
    x = value[known]
    if np.any((x < 0.0) | (x > 1.0)):
        raise ValueError("p-values lie between 0 and 1")
    out = np.full(value.shape, np.nan)
    if len(x):
        order = np.argsort(x)  # equal p-values get the same rate in any order
        rank = np.arange(1, len(x) + 1)
        factor = float((1.0 / rank).sum()) if dependent else 1.0
        raw = x[order] * len(x) * factor / rank
        q = np.empty(len(x))
        q[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
        out[known] = q
    return out


def discoveries(p: ArrayLike, rate: float, *, dependent: bool = False) -> NDArray[np.bool_]:
    """Tell which tests to name at a false-discovery rate; a test that was not made is not named.

    Raises
    ------
    ValueError
        A rate outside 0 to 1, or a p-value outside.

    >>> discoveries([1e-5, 0.04, 0.6, np.nan], 0.05).tolist()
    [True, False, False, False]
    """
    if not 0.0 < rate < 1.0:
        raise ValueError(f"a rate lies between 0 and 1, not {rate}")
    with np.errstate(invalid="ignore"):
        return np.asarray(adjusted(p, dependent=dependent) <= rate)
