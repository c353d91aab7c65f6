"""How likely one look shows one act, learned from acts that several channels could have shown.

Why: the chance that a channel shows an act is stated in the case file until data say better. Where several channels
looked at the same place and day, each act that one of them showed tells whether the others did. An act that none
showed is on no record, and loud acts are shown by all at once; both are part of the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit, logsumexp

from ceasefire.stats.detect_mode import LOG_WEIGHTS, NODES
from ceasefire.stats.estimate import Estimate

Array = NDArray[np.float64]
SPREADS = (0.0, 0.4, 0.8, 1.2)
"""Standard deviations of the loudness of acts (logits) that are tried."""
LOUDNESS = 0.5
"""Scale of their half-normal prior, as in `detect.Occupancy`."""
MOST = 1000
"""Acts that are learned from at most, drawn at random where there are more: a chance is then known to about 0.02, and
what is not known of their loudness weighs more."""
_STEP = 20.0
"""Qualities and probabilities are told apart to one part in so many, so that equal acts can be counted together."""
_RULED_OUT = 3.32
_PRIOR_SPREAD = 1.5
_NEVER, _EVER = 1e-9, 1.0 - 1e-9


@dataclass(frozen=True)
class Shown:
    """What was learned of each channel."""

    chance: Estimate
    """P(one look of full quality shows one average act), shape (channels,)."""
    repeats: Array
    """Acts known from elsewhere that the channel looked at, shape (channels,): what there was to learn from."""
    spreads: tuple[float, ...]
    """Loudness spreads that data do not rule out."""


def shown(
    seen: ArrayLike,
    looks: ArrayLike,
    quality: ArrayLike,
    *,
    known: ArrayLike,
    outside: ArrayLike,
    stated: ArrayLike,
    draws: int = 400,
    level: float = 0.95,
    seed: int = 0,
) -> Shown:
    """Learn detection probabilities from which act was shown by which of the channels that looked.

    Given that an act happened, channel c with m looks of mean quality q shows it with probability 1 - (1 - q d)^m.
    Acts differ in loudness, which all channels share. An act known only from the channels that looked is counted given
    that at least one showed it; an act known from outside counts as it is, and where no channel showed it, it is real
    with the probability given. The interval is the widest over the loudness spreads that a likelihood ratio test at
    1 % does not rule out.

    Parameters
    ----------
    seen
        Mask of shape (acts, channels).
    looks, quality
        Looks taken at the place and time of each act, and their mean quality between 0 and 1, shape (acts, channels).
    known
        P(the act occurred), shape (acts,).
    outside
        Mask of shape (acts,): known from somebody whose looks are not counted here.
    stated
        Stated chances: logit d is normal around their logit with standard deviation 1.5.
    draws, level, seed
        Draws behind the intervals, their two-sided level, their seed.

    Raises
    ------
    ValueError
        Unequal shapes, a value that is NaN or out of range, an act shown by a channel that did not look.

    Source: R. M. Huggins, Biometrika 76 (1989) 133-140; J. M. Alho, Biometrics 46 (1990) 623-635 (likelihood given
    that somebody saw it).

    >>> rng = np.random.default_rng(1)
    >>> looks = rng.random((800, 2)) < 0.8
    >>> seen = looks & (rng.random((800, 2)) < [0.6, 0.3])
    >>> kept = seen.any(axis=1)
    >>> of = shown(seen[kept], looks[kept], looks[kept], known=np.ones(kept.sum()),
    ...     outside=np.zeros(kept.sum(), bool), stated=[0.4, 0.4])
    >>> [bool(low < d < high) for low, d, high in zip(of.chance.low, [0.6, 0.3], of.chance.high)]
    [True, True]
    """
    y, m, q, w, out, centre = _checked(seen, looks, quality, known, outside, stated)
    kept = np.arange(len(w))
    if len(w) > MOST:
        kept = np.sort(np.random.default_rng(seed).choice(len(w), MOST, replace=False))
    rows, number = _counted(y[kept], m[kept], q[kept], w[kept], out[kept])
    channels = m.shape[1]
    fits = [_fit(rows, number, centre, s) for s in SPREADS]
    evidence = np.array([f[2] for f in fits])
    held = np.flatnonzero(evidence >= evidence.max() - _RULED_OUT)
    weight = evidence[held] - 0.5 * (np.asarray(SPREADS)[held] / LOUDNESS) ** 2
    share = np.exp(weight - weight.max())  # of thousands of acts the evidence itself is below the smallest number
    share /= share.sum()
    noise = np.random.default_rng(seed).standard_normal((draws, channels))
    tail = (1.0 - level) / 2.0
    value, low, high = np.zeros(channels), np.ones(channels), np.zeros(channels)
    for k, part in zip(held, share, strict=True):
        theta = fits[k][0] + noise @ fits[k][1].T
        chance = np.einsum("q,kqc->kc", np.exp(LOG_WEIGHTS), expit(theta[:, None, :] + SPREADS[k] * NODES[:, None]))
        ends = np.quantile(chance, [tail, 1.0 - tail], axis=0)
        value += part * chance.mean(axis=0)
        low, high = np.minimum(low, ends[0]), np.maximum(high, ends[1])
    elsewhere = out[:, None] | (y.sum(axis=1, keepdims=True) - y > 0)
    repeats = (w[:, None] * ((m > 0) & elsewhere)).sum(axis=0)
    return Shown(Estimate(value, low, high), repeats, tuple(SPREADS[k] for k in held))


def _fit(rows: dict[str, Array], number: Array, centre: Array, spread: float) -> tuple[Array, Array, float]:
    """Give the mode of logit d, a root of its covariance, and the evidence, for one loudness spread."""

    def loss(theta: Array) -> float:
        value = float(number @ _likelihood(rows, theta, spread))
        return -value + float((((theta - centre) / _PRIOR_SPREAD) ** 2).sum()) / 2.0

    best: Any = minimize(loss, centre, method="BFGS", options={"gtol": 1e-4})
    size, step = len(centre), 1e-3
    unit = step * np.eye(size)
    curve = np.empty((size, size))
    for a in range(size):
        for b in range(a, size):
            signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
            curve[a, b] = sum(i * j * loss(best.x + i * unit[a] + j * unit[b]) for i, j in signs) / (4 * step**2)
            curve[b, a] = curve[a, b]
    values, vectors = np.linalg.eigh(curve)
    values = np.maximum(values, 0.5 / _PRIOR_SPREAD**2)
    evidence = -float(best.fun) - 0.5 * float(np.log(values).sum())
    return np.asarray(best.x), np.asarray(vectors / np.sqrt(values)), evidence


def _likelihood(rows: dict[str, Array], theta: Array, spread: float) -> Array:
    """Log likelihood of each distinct row, shape (rows,)."""
    d = expit(theta + spread * NODES[:, None])  # (nodes, channels)
    miss = rows["looks"][:, None, :] * np.log1p(-np.minimum(rows["quality"][:, None, :] * d, _EVER))
    shows = np.log(np.maximum(-np.expm1(miss), _NEVER))
    history = logsumexp(np.where(rows["seen"][:, None, :] > 0, shows, miss).sum(axis=2) + LOG_WEIGHTS, axis=1)
    none = logsumexp(miss.sum(axis=2) + LOG_WEIGHTS, axis=1)
    w = rows["known"]
    truncated = history - np.log(np.maximum(-np.expm1(none), _NEVER))
    silent = np.log(w * np.exp(none) + 1.0 - w)
    outside = np.where(rows["seen"].any(axis=1), history, silent)
    return np.asarray(np.where(rows["outside"] > 0, outside, w * truncated))


def _counted(y: Array, m: Array, q: Array, w: Array, out: NDArray[np.bool_]) -> tuple[dict[str, Array], Array]:
    """Count equal rows; those that no channel looked at, or that tell nothing, are left out."""
    told = (m > 0).any(axis=1) & (out | y.any(axis=1))
    q, w = np.round(q * _STEP) / _STEP, np.round(w * _STEP) / _STEP
    table = np.hstack([y, m, q, w[:, None], out[:, None]])[told]
    distinct, number = np.unique(table, axis=0, return_counts=True)
    c = y.shape[1]
    names = {"seen": distinct[:, :c], "looks": distinct[:, c : 2 * c], "quality": distinct[:, 2 * c : 3 * c]}
    return {**names, "known": distinct[:, -2], "outside": distinct[:, -1]}, number.astype(np.float64)


def _checked(*given: Any) -> tuple[Array, Array, Array, Array, NDArray[np.bool_], Array]:
    y, m, q, w, out, stated = (np.asarray(g, dtype=np.float64) for g in given)
    names = ("seen", "looks", "quality", "known", "outside", "stated")
    for name, values in zip(names, (y, m, q, w, out, stated), strict=True):
        if not np.all(np.isfinite(values)) or np.any(values < 0):
            raise ValueError(f"{name} must be finite, none negative")
    if y.ndim != 2 or y.shape != m.shape or y.shape != q.shape or not y.shape[1]:
        raise ValueError(f"seen {y.shape}, looks {m.shape} and quality {q.shape} must have one shape (acts, channels)")
    if w.shape != (len(y),) or out.shape != (len(y),) or stated.shape != (y.shape[1],):
        raise ValueError(f"known and outside need {len(y)} values, stated {y.shape[1]}")
    if np.any(q > 1) or np.any(w > 1) or np.any((stated <= 0) | (stated >= 1)):
        raise ValueError("quality and known lie between 0 and 1, stated chances inside (0, 1)")
    if np.any((y > 0) & (m <= 0)):
        row, channel = np.argwhere((y > 0) & (m <= 0))[0]
        raise ValueError(f"act {row} is shown by channel {channel}, which did not look")
    return (y > 0).astype(np.float64), m, q, w, out > 0, np.asarray(logit(stated), dtype=np.float64)
