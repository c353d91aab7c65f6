"""Odds: probabilities as log odds, so that what each observation adds can be written beside it and summed.

Why: a weight in natural-log units is the one form in which evidence is explained line by line ("this report
added 1.4"), and in which leaving one line out is a subtraction.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit as _expit
from scipy.special import logit as _logit

Array = NDArray[np.float64]


def logit(probability: ArrayLike) -> Array:
    """Give the log odds of probabilities; 0 and 1 give minus and plus infinity.

    Parameters
    ----------
    probability
        Shape (...,), between 0 and 1.

    Raises
    ------
    ValueError
        A value is NaN or outside 0 to 1.

    >>> logit([0.5, 0.9, 0.0]).round(3)
    array([0.   , 2.197,  -inf])
    """
    p = _probabilities("probability", probability)
    return np.asarray(_logit(p), dtype=np.float64)


def expit(log_odds: ArrayLike) -> Array:
    """Give the probability of log odds, without overflow.

    Parameters
    ----------
    log_odds
        Shape (...,); infinite values are allowed.

    Raises
    ------
    ValueError
        A value is NaN.

    >>> expit([0.0, 2.1972246, -1e9]).round(3)
    array([0.5, 0.9, 0. ])
    """
    x = np.asarray(log_odds, dtype=np.float64)
    if np.any(np.isnan(x)):
        raise ValueError("log_odds is NaN somewhere")
    return np.asarray(_expit(x), dtype=np.float64)


def combine(prior: ArrayLike, log_ratio: ArrayLike, group: ArrayLike, groups: int) -> Array:
    """Combine a prior probability with the log likelihood ratios of each group into a posterior probability.

    Valid only for observations that are independent given the truth: take `strongest` first where several
    copy one origin. The posterior log odds are the prior's log odds plus the sum of the log ratios (I. J.
    Good, Probability and the Weighing of Evidence, 1950).

    Parameters
    ----------
    prior
        Probability before any observation: a number or shape (groups,).
    log_ratio
        ln(P(observation | true) / P(observation | false)), shape (n,).
    group
        Group of each observation, whole numbers 0 to groups - 1, shape (n,).
    groups
        Number of groups; one without observations keeps its prior.

    Raises
    ------
    ValueError
        Shapes differ, a value is NaN, or a group number is out of range.

    >>> combine(0.5, [np.log(9), np.log(2), -np.log(2)], [0, 1, 1], 3).round(3)
    array([0.9, 0.5, 0.5])
    """
    ratio, of = _ratios(log_ratio, group)
    if of.size and (of.min() < 0 or of.max() >= groups):
        raise ValueError(f"group numbers must lie between 0 and {groups - 1}")
    return expit(
        logit(np.broadcast_to(np.asarray(prior, dtype=np.float64), (groups,))) + np.bincount(of, ratio, groups)
    )


def strongest(log_ratio: ArrayLike, origin: ArrayLike) -> NDArray[np.bool_]:
    """Mark, for each origin, the one observation that counts: ten copies of one report are one report.

    Why the strongest and not the mean: a copy adds no evidence, and does not weaken the original either.

    Parameters
    ----------
    log_ratio
        Log likelihood ratios, shape (n,).
    origin
        Whole numbers naming the origin (already separate per incident), shape (n,).

    Returns
    -------
    Mask of shape (n,): one True per origin, at the ratio farthest from zero; the first of equals.

    >>> strongest([0.5, 2.0, 2.0, -1.0], [7, 7, 7, 8])
    array([False,  True, False,  True])
    """
    ratio, of = _ratios(log_ratio, origin)
    order = np.lexsort((np.arange(ratio.size), -np.abs(ratio), of))
    first = np.ones(ratio.size, dtype=bool)
    first[1:] = of[order][1:] != of[order][:-1]
    mask = np.zeros(ratio.size, dtype=bool)
    mask[order[first]] = True
    return mask


def _ratios(log_ratio: ArrayLike, group: ArrayLike) -> tuple[Array, NDArray[np.int64]]:
    ratio, of = np.asarray(log_ratio, dtype=np.float64), np.asarray(group)
    if ratio.ndim != 1 or of.shape != ratio.shape:
        raise ValueError(f"log ratios {ratio.shape} and groups {of.shape} must be flat and equally long")
    if np.any(np.isnan(ratio)):
        raise ValueError("log_ratio is NaN somewhere")
    if of.size and of.dtype.kind not in "iu":
        raise ValueError(f"groups must be whole numbers, not {of.dtype}")
    return ratio, of.astype(np.int64)


def _probabilities(name: str, values: ArrayLike) -> Array:
    p = np.asarray(values, dtype=np.float64)
    if np.any(np.isnan(p)):
        raise ValueError(f"{name} is NaN somewhere")
    if np.any((p < 0) | (p > 1)):
        raise ValueError(f"{name} must lie between 0 and 1, found {p[(p < 0) | (p > 1)].flat[0]}")
    return p
