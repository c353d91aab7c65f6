"""Counts with their exposure: a zero is an upper limit, and without exposure there is no limit at all.

Why exact limits: ceasefire counts are small and mostly zero, where the normal approximation says "0 plus or
minus 0". Garwood's limits invert the Poisson distribution itself, hold at least their nominal level for
every rate, and give the well-known rule of three (3 / exposure) for a zero.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtrc, gammaincinv

Array = NDArray[np.float64]


class Interval(NamedTuple):
    """A lower and an upper bound, arrays of equal shape."""

    low: Array
    """Lower bound, never negative."""
    high: Array
    """Upper bound; infinite where nothing was looked at."""


def upper_limit(count: ArrayLike, exposure: ArrayLike, level: float = 0.95) -> Array:
    """Give the exact one-sided upper limit of a Poisson rate, per unit of exposure.

    Why: "none observed" is a statement about the looks as much as about the place. With half the chance to
    see, the limit doubles; with none, it is infinite and the honest verdict is *not observed*.

    Parameters
    ----------
    count
        Events seen, shape (...,): whole or fractional, not negative.
    exposure
        Chance to see, shape broadcasting with `count`: looked-at cell-days, or the probability that one event
        would have been seen; not negative. Zero gives infinity.
    level
        One-sided confidence level, between 0 and 1.

    Raises
    ------
    ValueError
        A count or exposure is NaN, infinite (count) or negative, or the level is not inside (0, 1).

    Source: F. Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28 (1936) 437-442; for a
    zero it is -ln(1 - level) / exposure, at 95 % the rule of three (Hanley and Lippman-Hand, JAMA 249
    (1983) 1743-1745).

    >>> upper_limit([0, 0, 0, 3], [1, 0.5, 0, 1]).round(3)
    array([2.996, 5.991,   inf, 7.754])
    """
    n, e = _counts_and_exposure(count, exposure)
    _check_level(level)
    return _per_exposure(gammaincinv(n + 1.0, level), e)


def interval(count: ArrayLike, exposure: ArrayLike, level: float = 0.95) -> Interval:
    """Give the exact two-sided interval of a Poisson rate, per unit of exposure.

    Parameters
    ----------
    count
        Events seen, shape (...,), not negative.
    exposure
        Chance to see, shape broadcasting with `count`, not negative; where it is zero the interval is 0 to
        infinity.
    level
        Two-sided confidence level, between 0 and 1: each tail holds (1 - level) / 2.

    Raises
    ------
    ValueError
        As in `upper_limit`.

    Source: Garwood 1936 (see `upper_limit`).

    >>> low, high = interval([0, 4], [1.0, 2.0])
    >>> low.round(3), high.round(3)
    (array([0.   , 0.545]), array([3.689, 5.121]))
    """
    n, e = _counts_and_exposure(count, exposure)
    _check_level(level)
    tail = (1.0 - level) / 2.0
    low = np.where(n > 0, gammaincinv(np.maximum(n, 1e-12), tail), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(e > 0, low / e, 0.0)
    return Interval(low, _per_exposure(gammaincinv(n + 1.0, 1.0 - tail), e))


def rate_rise(count: ArrayLike, exposure: ArrayLike, before: ArrayLike, exposure_before: ArrayLike) -> Array:
    """Give the one-sided p-value that a rate is no higher than before, from two counts and their exposures.

    Why: "more incidents than last period" means nothing where more was looked at. Given the total, the
    later count is binomial with the share of the exposure that fell into the later period; no rate need be
    known.

    Parameters
    ----------
    count, before
        Whole numbers of events in this and in the earlier period, shape (...,).
    exposure, exposure_before
        Exposures of the two periods, same shapes; where either is zero nothing can be compared and NaN is
        given.

    Raises
    ------
    ValueError
        A count is no whole number, or anything is NaN or negative.

    Source: J. Przyborowski and H. Wilenski, "Homogeneity of results in testing samples from Poisson series",
    Biometrika 31 (1940) 313-323.

    >>> rate_rise([6, 6, 3], [1, 4, 1], [1, 1, 0], [1, 1, 0]).round(4)
    array([0.0625, 0.5767,    nan])
    """
    n, e = _counts_and_exposure(count, exposure)
    m, f = _counts_and_exposure(before, exposure_before)
    n, e, m, f = np.broadcast_arrays(n, e, m, f)
    if np.any(n != np.floor(n)) or np.any(m != np.floor(m)):
        raise ValueError("counts to be compared must be whole numbers")
    known = (e > 0) & (f > 0)
    share = np.where(known, e, 1.0) / np.where(known, e + f, 2.0)
    total = (n + m).astype(np.int64)
    # P(X >= n) = P(X > n - 1); bdtrc gives the upper tail, and n = 0 is certain.
    tail = np.where(n > 0, bdtrc(np.maximum(n, 1).astype(np.int64) - 1.0, np.maximum(total, 1), share), 1.0)
    return np.where(known, tail, np.nan)


def _counts_and_exposure(count: ArrayLike, exposure: ArrayLike) -> tuple[Array, Array]:
    n, e = _numbers("count", count), _numbers("exposure", exposure)
    if np.any(np.isinf(n)):
        raise ValueError("count is infinite somewhere")
    n, e = np.broadcast_arrays(n, e)
    return n, e


def _numbers(name: str, values: ArrayLike) -> Array:
    array: NDArray[Any] = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} must be numbers, not {array.dtype}")
    out = array.astype(np.float64)
    if np.any(np.isnan(out)):
        raise ValueError(f"{name} is NaN at position {_first(np.isnan(out))}")
    if np.any(out < 0):
        raise ValueError(f"{name} is negative at position {_first(out < 0)}")
    return out


def _check_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, not {level}")


def _per_exposure(limit: Array, exposure: Array) -> Array:
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(limit / exposure, dtype=np.float64)


def _first(mask: NDArray[np.bool_]) -> int:
    return int(np.flatnonzero(mask)[0])
