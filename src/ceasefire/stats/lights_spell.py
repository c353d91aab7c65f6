"""Depth, start and duration of one spell of darkness, each with an interval.

The posterior over depth, start and end on a grid. Spells that differ only on nights without data are equally likely
but for the prior, so a start under cloud gets an interval as long as the cloud. Each night's surprise is normal or,
with a small chance, of a strange night four times as wide. The level of the month is unknown and integrated over.

Source of the mixture: G. Box and G. Tiao, "A Bayesian approach to some outlier problems", Biometrika 55 (1968) 119-129.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ceasefire.stats.lights import shift_of
from ceasefire.stats.lights_scan import DRIFT, Array, Noise, whitened

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STRANGE, WIDER = 0.05, 4.0
"""Share of strange nights, and how much wider they scatter."""
LONGEST = 120
"""Longest duration thought of, nights; each duration is as likely as 1 / duration."""
DEPTHS = np.linspace(0.04, 1.0, 25)
"""Shares lost, equally likely beforehand."""
_ROOT3 = float(np.sqrt(3.0))


class Interval(NamedTuple):
    """A middle value and the two ends that hold the true one with the stated probability."""

    middle: float
    low: float
    high: float


class Spell(NamedTuple):
    """What is known of one spell."""

    depth: Interval
    """Share of normal light lost, 0 to 1."""
    start: Interval
    """First dark night, counted from the first night searched."""
    nights: Interval
    """Duration, nights; infinite where it may not have ended."""
    ongoing: float
    """P(not ended by the last night searched)."""
    log_odds: float
    """Log Bayes factor of a spell against none, with the prior of this module."""


def spell(
    residual: Array,
    first: int,
    *,
    expected: float,
    spread: float,
    noise: Noise,
    unsure: float,
    drift: float = DRIFT,
    level: float = 0.9,
) -> Spell:
    """Weigh every depth, start and end of one series.

    Parameters
    ----------
    residual
        Value less expected value over spread, NaN where a night is missing, shape (nights,).
    first
        First night searched.
    expected
        Normal value of those nights on the stabilised scale; its spread is `spread`.
    spread
        Robust standard deviation of a night.
    noise, unsure, drift
        As in `lights_scan.scan`.
    level
        Probability that an interval holds, e.g. 0.9.

    >>> r = np.random.default_rng(5).standard_normal(60).astype(np.float32)
    >>> r[40:47] -= 5.0; r[30:60:4] = np.nan
    >>> found = spell(r, 30, expected=3.0, spread=0.15, noise=Noise(0.2, 0.7), unsure=0.1)
    >>> found.start.low <= 10 <= found.start.high, found.nights.low <= 7 <= found.nights.high, found.ongoing < 0.01
    (True, True, True)
    """
    y, u = (v[0] for v in whitened(residual[None, :], first, noise, clip=np.inf))
    m = u.shape[1] - 1
    seen = np.flatnonzero(np.isfinite(residual))
    y, u = y[seen], u[seen]
    after = np.searchsorted(seen, first + np.arange(m + 1))  # first night with data on or after each
    after[m] = len(seen)
    starts, of_start = np.unique(after[:m], return_inverse=True)
    begin, end, prior = _windows(after, m)
    if not len(begin):
        raise ValueError("no night with data among those searched")
    where = np.append(np.searchsorted(starts, starts), 0)[:-1]
    representative = np.array([np.flatnonzero(of_start == k)[0] for k in where])
    column = dict(zip(starts.tolist(), representative.tolist(), strict=True))
    step = np.zeros((len(seen) + 1, len(seen)), dtype=np.float64)
    for night, s in column.items():
        if night < len(seen):
            step[night] = u[:, 1 + s]
    tau = float(np.hypot(unsure, drift))
    size = shift_of(expected, DEPTHS) / spread
    windows = step[begin] - step[end]
    quick = _log_likelihood(y[None, None] - size[None, 2::5, None] * windows[:, None, :]).max(axis=1)
    likely = np.flatnonzero(quick >= quick.max() - 10.0)
    shifts = tau * _ROOT3 * np.array([-1.0, 0.0, 1.0])
    nodes = np.log(np.array([1.0, 4.0, 1.0]) / 6.0)
    level_part = shifts[:, None] * u[:, 0][None, :]
    lead = int(np.searchsorted(seen, first))  # nights before the search know only the level
    full = _log_likelihood(
        (y - level_part)[None, None, :, lead:] - size[None, :, None, None] * windows[likely][:, None, None, lead:]
    )
    full += _log_likelihood((y - level_part)[:, :lead])
    full = np.logaddexp.reduce(full + nodes, axis=2) - np.log(len(DEPTHS))  # (windows, depths)
    none = np.logaddexp.reduce(_log_likelihood(y[None, :] - level_part) + nodes)
    total = np.logaddexp.reduce(full + np.log(prior[likely])[:, None], axis=None)
    weight = np.exp(full - total)  # per unit of prior
    depth = _interval(
        DEPTHS, (weight * prior[likely][:, None]).sum(axis=0), level, spacing=float(DEPTHS[1] - DEPTHS[0])
    )
    each = weight.sum(axis=1)
    return _times(each, begin[likely], end[likely], after, m, depth, float(total - none), level)


def _windows(after: Ints, m: int) -> tuple[Ints, Ints, Floats]:
    """Give the distinguishable spells: first dark night with data, first lit one after it, and their prior."""
    s, e, p = _spells(m)
    begin, end = after[s], after[e]
    some = begin < end
    width = int(after.max()) + 1
    code, at = np.unique(begin[some] * width + end[some], return_inverse=True)
    mass = np.asarray(np.bincount(at, p[some]), dtype=np.float64)
    return np.asarray(code // width, dtype=np.int64), np.asarray(code % width, dtype=np.int64), mass


def _spells(m: int) -> tuple[Ints, Ints, Floats]:
    """Give every start and end (m: not ended) with the prior of each."""
    s, e = (np.asarray(v, dtype=np.int64) for v in np.triu_indices(m, 1, m + 1))
    tail = np.append(np.cumsum(1.0 / np.arange(1, LONGEST + 1)[::-1])[::-1], 0.0)
    chance = np.where(e < m, 1.0 / (e - s), tail[np.minimum(m - s - 1, LONGEST)])
    chance = np.where((e < m) & (e - s > LONGEST), 0.0, chance) + 1e-9
    return s, e, chance / chance.sum()


def _times(
    each: Floats,
    begin: Ints,
    end: Ints,
    after: Ints,
    m: int,
    depth: Interval,
    log_odds: float,
    level: float,
) -> Spell:
    s, e, p = _spells(m)
    width = int(after.max()) + 1
    code = begin * width + end
    order = np.argsort(code)
    wanted = after[s] * width + after[e]
    at = np.minimum(np.searchsorted(code[order], wanted), len(code) - 1)
    weight = np.where(code[order][at] == wanted, each[order][at], 0.0) * p
    start = _interval(np.arange(m), np.bincount(s, weight, m), level)
    over = e < m
    lasted = np.bincount((e - s)[over], weight[over], m + 1)
    ongoing = float(weight[~over].sum() / weight.sum())
    nights = _interval(np.append(np.arange(m + 1.0), np.inf), np.append(lasted, weight[~over].sum()), level)
    if ongoing > 0:  # at least so long, where it has not ended
        sure = np.bincount((m - s)[~over], weight[~over], m + 1)
        low = _interval(np.arange(m + 1.0), lasted + sure, level).low
        nights = nights._replace(low=min(low, nights.low), middle=max(nights.middle, low))
    return Spell(depth, start, nights, ongoing, log_odds)


def _log_likelihood(surprise: Floats) -> Floats:
    half = -0.5 * np.square(surprise)
    return np.asarray(np.logaddexp(np.log(1 - STRANGE) + half, np.log(STRANGE / WIDER) + half / WIDER**2).sum(axis=-1))


def _interval(values: Any, weight: Any, level: float, *, spacing: float = 0.0) -> Interval:
    """Give the median and an equal-tailed interval of weighted values on a grid; `spacing` is the grid's."""
    total = np.cumsum(weight) / np.sum(weight)
    ends = [min(int(np.searchsorted(total, q)), len(values) - 1) for q in (0.5, 0.5 - level / 2, 0.5 + level / 2)]
    middle, low, high = (float(values[k]) for k in ends)
    if not spacing:
        return Interval(middle, low, high)
    return Interval(middle, max(low - 0.5 * spacing, 0.0), min(high + 0.5 * spacing, 1.0))
