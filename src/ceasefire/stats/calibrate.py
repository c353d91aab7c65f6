"""Recalibration: what share of incidents given a probability in fact occurred, and a map from the one to the other.

Why: the weights of fusion are stated, not learnt. Where truth is known, in invented worlds or in incidents settled
later, it shows what "0.7" was worth, and the next 0.7 can be read as that. The map carries an interval and says what it
was fitted on; it is not to be scored on the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from ceasefire.stats.calibration_map import CalibrationMap

Array = NDArray[np.float64]

GRID: tuple[float, ...] = (0.0, 0.01, 0.02, 0.05, *(round(k / 20, 2) for k in range(2, 19)), 0.95, 0.98, 0.99, 1.0)
"""Stated probabilities at which a map is held; between them it is linear."""
EDGE = 1e-4
"""Stated probabilities are kept this far from 0 and 1 where logs are taken."""
LEAST = 30
"""Incidents with known outcome that a map needs."""


class Recalibration:
    """Fits a calibration map, with an interval from resampling whole worlds.

    Parameters
    ----------
    method
        `isotonic`: any map that never falls, from pooled neighbours; follows the data, needs many. `beta`: three
        parameters, smooth; it can bend either way and holds the identity.
    resamples
        Bootstrap samples for the interval.
    level
        Two-sided level of it.
    seed
        Seed of the resampling.

    Attributes
    ----------
    map_
        The `CalibrationMap`.
    parameters_
        For `beta`: a, b, c with their intervals, as (name, value, low, high); empty for `isotonic`.

    Source: isotonic: B. Zadrozny and C. Elkan, KDD 2002, by pooling adjacent violators (M. Ayer et al., Annals of
    Mathematical Statistics 26 (1955) 641-647). Beta: M. Kull, T. Silva Filho and P. Flach, Electronic Journal of
    Statistics 11 (2017) 5052-5080.

    >>> from ceasefire.stats.calibration_map import recalibrated
    >>> rng = np.random.default_rng(0)
    >>> p = rng.uniform(0.05, 0.95, 4000)
    >>> true = rng.random(4000) < p**2               # overconfident throughout
    >>> r = Recalibration(method="beta").fit(p, true, fitted_on="an example")
    >>> [round(recalibrated(v, r.map_), 2) for v in (0.3, 0.7)]
    [0.1, 0.48]
    """

    def __init__(self, *, method: str = "beta", resamples: int = 200, level: float = 0.95, seed: int = 0) -> None:
        self.method, self.resamples, self.level, self.seed = method, resamples, level, seed

    def fit(
        self, probability: ArrayLike, outcome: ArrayLike, *, fitted_on: str, groups: ArrayLike | None = None
    ) -> Self:
        """Fit the map on incidents whose outcome is known.

        Parameters
        ----------
        probability
            Stated probabilities, shape (n,).
        outcome
            What happened, 0 or 1, shape (n,).
        fitted_on
            Which worlds or settled incidents these are, in words.
        groups
            World or region and week of each, shape (n,); whole groups are resampled, because incidents of one world
            share its luck. Each incident by itself where not given.

        Raises
        ------
        ValueError
            Fewer than `LEAST` incidents; all or none occurred; all probabilities equal; a NaN; an unknown method.
        """
        p, y = checked(probability, outcome)
        if self.method not in ("isotonic", "beta") or self.resamples < 2 or not 0.0 < self.level < 1.0:
            raise ValueError("method must be 'isotonic' or 'beta', resamples 2 or more, level between 0 and 1")
        of = np.arange(len(p)) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
        if len(of) != len(p):
            raise ValueError(f"{len(of)} groups for {len(p)} incidents")
        gives, parameters = self._curve(p, y)
        drawn, fits = self._resampled(p, y, of)
        tail = (1 - self.level) / 2
        low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
        bounds = np.quantile(fits, [tail, 1 - tail], axis=0)
        rows = zip("abc"[: len(parameters)], parameters, *bounds, strict=True)
        self.parameters_ = tuple((name, float(v), float(lo), float(hi)) for name, v, lo, hi in rows)
        self.map_ = CalibrationMap(
            at=GRID,
            gives=tuple(np.round(gives, 6).tolist()),
            low=tuple(np.round(np.minimum(low, gives) - 5e-7, 6).clip(0, 1).tolist()),
            high=tuple(np.round(np.maximum(high, gives) + 5e-7, 6).clip(0, 1).tolist()),
            method=self.method,
            incidents=len(p),
            base_rate=float(y.mean()),
            fitted_on=fitted_on,
            parameters=self.parameters_,
        )
        return self

    def _curve(self, p: Array, y: Array) -> tuple[Array, Array]:
        if self.method == "isotonic":
            return isotonic_curve(p, y, GRID), np.empty(0)
        a, b, c = beta_fit(p, y)
        x = np.clip(np.array(GRID), EDGE, 1 - EDGE)
        return expit(a * np.log(x) - b * np.log1p(-x) + c), np.array([a, b, c])

    def _resampled(self, p: Array, y: Array, of: NDArray[np.int64]) -> tuple[Array, Array]:
        rng = np.random.default_rng(self.seed)
        order = np.argsort(of, kind="stable")
        begin = np.searchsorted(of[order], np.arange(of.max() + 2))
        members = [order[begin[k] : begin[k + 1]] for k in range(len(begin) - 1)]
        curves: list[Array] = []
        fits: list[Array] = []
        while len(curves) < self.resamples:
            at = np.concatenate([members[k] for k in rng.integers(0, len(members), len(members))])
            curve, parameters = self._curve(p[at], y[at])
            curves.append(curve)
            fits.append(parameters)
        return np.array(curves), np.array(fits)


def isotonic_curve(p: Array, y: Array, at: Sequence[float]) -> Array:
    """Give the pooled-neighbours estimate at some probabilities, linear between the centres of the pools.

    One true and one false incident, each counted half, stand at the ends of every pool's share, so that a handful that
    all occurred is not read as certainty.

    Parameters
    ----------
    p, y
        Stated probabilities and outcomes, shape (n,).
    at
        Where to give it, shape (m,).

    >>> isotonic_curve(np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.0, 1.0, 0.0, 1.0]), [0.25]).round(2)
    array([0.5])
    """
    values, code = np.unique(p, return_inverse=True)
    weight = np.bincount(code).astype(np.float64)
    total = np.bincount(code, y)
    pools: list[list[float]] = []  # weight, true, weighted sum of p
    for w, t, v in zip(weight.tolist(), total.tolist(), values.tolist(), strict=True):
        pools.append([w, t, w * v])
        while len(pools) > 1 and pools[-2][1] * pools[-1][0] >= pools[-1][1] * pools[-2][0]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    share = np.array([(t + 0.5) / (w + 1.0) for w, t, _ in pools])
    centre = np.array([s / w for w, _, s in pools])
    return np.asarray(np.interp(at, centre, np.maximum.accumulate(share)))


def beta_fit(p: Array, y: Array) -> tuple[float, float, float]:
    """Give the likeliest a, b (not negative) and c of logit = a ln p - b ln(1 - p) + c, lightly held to the identity.

    Parameters
    ----------
    p, y
        Stated probabilities and outcomes, shape (n,).
    """
    x = np.clip(p, EDGE, 1 - EDGE)
    terms = np.column_stack([np.log(x), -np.log1p(-x), np.ones_like(x)])
    free = np.array([True, True, True])
    found = _climb(terms, y, free)
    while np.any(found[:2] < 0):  # the map would fall: leave that side out, as Kull et al. do
        free &= found >= 0
        free[2] = True
        found = _climb(terms, y, free)
    return float(found[0]), float(found[1]), float(found[2])


def _climb(terms: Array, y: Array, free: NDArray[np.bool_]) -> Array:
    """Give the likeliest coefficients by Newton's method, those not free being 0."""
    aim = np.array([1.0, 1.0, 0.0])
    at = np.where(free, aim, 0.0)

    def height(v: Array) -> float:
        logit = terms @ v
        return float(np.sum(y * logit - np.logaddexp(0.0, logit)) - 0.5 * np.sum((v - aim)[free] ** 2))

    here = height(at)
    for _ in range(50):
        mean = expit(terms @ at)
        slope = (terms.T @ (y - mean) - (at - aim))[free]
        bend = (terms.T @ (terms * (mean * (1 - mean))[:, None]) + np.eye(3))[np.ix_(free, free)]
        step = np.zeros(3)
        step[free] = np.linalg.solve(bend, slope)
        if slope @ step[free] < 1e-9:
            break
        share = 1.0
        while (there := height(at + share * step)) < here and share > 1e-6:
            share /= 2.0
        at, here = at + share * step, there
    return at


def checked(probability: ArrayLike, outcome: ArrayLike) -> tuple[Array, Array]:
    """Give probabilities and outcomes as numbers, or say why no map can be fitted on them.

    Parameters
    ----------
    probability, outcome
        As in `Recalibration.fit`.

    Raises
    ------
    ValueError
        As there.
    """
    p, y = np.asarray(probability, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    if p.ndim != 1 or p.shape != y.shape:
        raise ValueError(f"probabilities {p.shape} and outcomes {y.shape} must be flat and equally long")
    if not np.all((p >= 0) & (p <= 1)) or not np.all((y == 0) | (y == 1)):
        raise ValueError("a probability lies between 0 and 1 and is no NaN, and an outcome is 0 or 1")
    if len(p) < LEAST:
        raise ValueError(f"{len(p)} incidents with known outcome, and {LEAST} are needed for a map")
    if y.min() == y.max():
        raise ValueError("all incidents have the same outcome: nothing can be learnt of the others")
    if np.ptp(p) < 1e-9:
        raise ValueError("all stated probabilities are equal: there is nothing to map")
    return p, y
