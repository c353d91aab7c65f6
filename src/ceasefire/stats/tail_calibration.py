"""Tail probabilities made true: what share of quiet cell-days was in fact this far out, and what that is worth.

Why: a p-value is right only if the model is. So the model predicts years it was not fitted on, and what comes out
is counted: if 3 % of quiet cell-days were given 1 % or less, then 1 % is read as 3 %. The map is a cumulative
share, so it is isotonic (more extreme never becomes less so), and it is kept apart by stratum, here by how busy
a place and season is, so that a good average cannot hide bad busy places.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.stats.negative_binomial import Tails

Array = NDArray[np.float64]

GRID = np.concatenate([[0.0], np.logspace(-8, -2, 61), np.linspace(0.01, 1.0, 199)[1:]])
"""Nominal tail probabilities at which the map is held; between them it is linear."""


class TailCalibration:
    """A monotone map from nominal to observed tail probability, one for each stratum.

    Parameters
    ----------
    prior_weight
        Cell-days' worth of belief that the nominal value is right: where a stratum holds few held-out cell-days,
        or its far tail few events, the map stays near the identity. The cell-day judged is counted with them, as in a
        conformal p-value, so nothing is ever rarer than one in as many as were held out.

    Attributes
    ----------
    map_
        Observed share at each value of `GRID`, shape (strata, len(GRID)).
    weight_
        Held-out cell-days by stratum, shape (strata,).

    Source: B. Zadrozny and C. Elkan, "Transforming classifier scores into accurate multiclass probability
    estimates", KDD 2002 (isotonic maps); C. Czado, T. Gneiting and L. Held, "Predictive model assessment for count
    data", Biometrics 65 (2009) 1254-1261 (a count's interval spread evenly instead of drawn).

    >>> rng = np.random.default_rng(0)
    >>> p = rng.random(100_000) ** 2                     # twice too many small ones
    >>> t = Tails(p, p)
    >>> c = TailCalibration(prior_weight=1.0).fit(t, np.zeros(100_000, dtype=int))
    >>> c.apply(np.array([0.01, 0.25]), np.zeros(2, dtype=int)).round(2)
    array([0.1, 0.5])
    """

    def __init__(self, *, prior_weight: float = 200.0) -> None:
        self.prior_weight = prior_weight

    def fit(self, held_out: Tails, stratum: ArrayLike, *, weight: ArrayLike | None = None) -> Self:
        """Count how far out held-out quiet cell-days were.

        Parameters
        ----------
        held_out
            Tails of cell-days that the model was not fitted on, shape (n,).
        stratum
            Whole numbers from 0, shape (n,).
        weight
            How many equal cell-days each row stands for, shape (n,); one each when not given.

        Raises
        ------
        ValueError
            No cell-day at all, a NaN among them, or a prior weight that is not above 0.
        """
        low, high = (np.asarray(v, dtype=np.float64) for v in held_out)
        group = np.asarray(stratum, dtype=np.int64)
        times = np.ones(len(low)) if weight is None else np.asarray(weight, dtype=np.float64)
        if not len(low) or not times.sum() > 0:
            raise ValueError("no held-out cell-day: a tail probability cannot be calibrated on nothing")
        if not (np.all(np.isfinite(low)) and np.all(np.isfinite(high))):
            raise ValueError("held-out tails must be finite: leave out cell-days that nobody looked at")
        if not self.prior_weight > 0:
            raise ValueError(f"prior_weight must be above 0, not {self.prior_weight}")
        strata = int(group.max()) + 1
        self.weight_ = np.bincount(group, times, strata)
        self.map_ = np.empty((strata, len(GRID)))
        for s in range(strata):
            at = group == s
            below = _share_below(low[at], high[at], times[at])
            self.map_[s] = (below + self.prior_weight * GRID + 1.0) / (self.weight_[s] + self.prior_weight + 1.0)
        return self

    def apply(self, p: ArrayLike, stratum: ArrayLike) -> Array:
        """Give the observed share for nominal tail probabilities; NaN stays NaN.

        Parameters
        ----------
        p, stratum
            Same shape; a stratum beyond those fitted is an error.
        """
        values, group = np.broadcast_arrays(np.asarray(p, dtype=np.float64), np.asarray(stratum, dtype=np.int64))
        if group.size and (group.min() < 0 or group.max() >= len(self.map_)):
            raise ValueError(f"a stratum outside 0 to {len(self.map_) - 1} was not calibrated")
        given = np.empty(values.shape)
        for s in np.unique(group):
            at = group == s
            given[at] = np.interp(values[at], GRID, self.map_[s])
        return given


def likelihood_ratio(tail: Tails, *, sensitivity: float = 1.0) -> Array:
    """Give how much likelier a count is if something happened than if nothing did, from calibrated tails alone.

    Why: what heat an attack leaves is not known well, so no alternative is fitted. Every p^(k-1), 0 < k < 1, turns a
    p-value into a fair bet against "nothing happened"; their even mixture is a bet that needs no choice of k. A
    count's ratio is the mean of that bet over the count's own interval, so its expectation under "nothing happened"
    is exactly 1: it cannot cry wolf on average.

    Parameters
    ----------
    tail
        Calibrated tails, shape (...,). NaN (nobody looked) gives 1: no evidence either way.
    sensitivity
        Share of events that leave heat to be seen at all, 0 to 1. A quiet cell-day then speaks against an event
        no more strongly than (1 - sensitivity) allows.

    Source: V. Vovk and R. Wang, "E-values: calibration, combination and applications", Annals of Statistics 49 (2021)
    1736-1754, https://arxiv.org/abs/1912.06116

    >>> likelihood_ratio(Tails(np.array([0.02, 0.0005, np.nan]), np.array([1.0, 0.02, np.nan]))).round(2)
    array([0.76, 6.1 , 1.  ])
    """
    if not 0.0 <= sensitivity <= 1.0:
        raise ValueError(f"sensitivity lies between 0 and 1, not {sensitivity}")
    low, high = (np.asarray(v, dtype=np.float64) for v in tail)
    if np.any(low > high) or np.any(low < 0) or np.any(high > 1):
        raise ValueError("tails must satisfy 0 <= above <= at_least <= 1")
    width = high - low
    wide = width > 1e-12
    ratio = np.ones(low.shape)
    ratio[wide] = (_bet(high[wide]) - _bet(low[wide])) / width[wide]
    point = ~wide & np.isfinite(low)
    p = np.clip(high[point], 1e-300, 1.0 - 1e-9)
    ratio[point] = (1.0 - p + p * np.log(p)) / (p * np.log(p) ** 2)
    return np.asarray((1.0 - sensitivity) + sensitivity * ratio)


def _bet(p: Array) -> Array:
    """Integral from 0 to p of the even mixture of k p^(k-1): the mean over k of p^k, (p - 1) / ln p."""
    inner = np.clip(p, 1e-300, 1.0 - 1e-9)
    value = (inner - 1.0) / np.log(inner)
    return np.where(p <= 0.0, 0.0, np.where(p >= 1.0 - 1e-9, 1.0, value))


def _share_below(low: Array, high: Array, times: Array) -> Array:
    """Sum over cell-days of the part of [low, high] below each value of the grid, by second differences."""
    width = high - low
    narrow = width < 1e-7
    points = np.sort(high[narrow])
    passed = np.concatenate([[0.0], np.cumsum(times[narrow][np.argsort(high[narrow], kind="stable")])])
    whole = passed[np.searchsorted(points, GRID, side="right")]
    low, width, rate = low[~narrow], width[~narrow], times[~narrow] / width[~narrow]
    # each interval adds `rate` to the slope from low to high: sort both ends once and integrate
    ends = np.concatenate([low, low + width])
    slopes = np.concatenate([rate, -rate])
    order = np.argsort(ends, kind="stable")
    ends, slopes = ends[order], slopes[order]
    before = np.searchsorted(ends, GRID, side="right")
    slope = np.concatenate([[0.0], np.cumsum(slopes)])[before]
    moment = np.concatenate([[0.0], np.cumsum(slopes * ends)])[before]
    return np.maximum.accumulate(np.clip(whole + slope * GRID - moment, 0.0, times.sum()))
