"""Search of many series for a spell of darkness: every start and every end, nights missing, noise that persists.

Noise is a level that wanders and comes back (a first-order autoregression) plus noise of the single night. A Kalman
filter runs over all series at once; a night without data is predicted over and learns nothing. The same filter runs
over steps that begin on each night, so the likelihood ratio of every spell [start, stop) follows from inner products
(generalised least squares). Innovations are clipped: a single strange night, mostly thin cloud that the mask missed,
cannot by itself make a spell. The scores are not taken for chances: `detectors.lights` calibrates them.

Sources: A. Harvey, "Forecasting, Structural Time Series Models and the Kalman Filter", Cambridge University Press
(1989), on intervention effects; C. Masreliez and R. Martin, "Robust Bayesian estimation for the linear model and
robustifying the Kalman filter", IEEE Transactions on Automatic Control 22 (1977) 361-371.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ceasefire.stats.lights import in_threads

Array = NDArray[np.float32]
Ints = NDArray[np.int64]

CLIP = 4.0
"""Most that one night's surprise counts, standard deviations."""
DRIFT = 0.3
"""How far the level of a month may stand from what earlier nights foretell, in spreads, besides the fit's own error."""
LAGS = (1, 2, 3, 4, 6, 8, 12)
_CELLS = 1_000_000


class Noise(NamedTuple):
    """How noise persists from night to night."""

    share: float
    """Share of the variance that persists, 0 to 1."""
    keep: float
    """What is left of it a night later, 0 to 1."""


def persistence(residual: Array, *, lags: tuple[int, ...] = LAGS, clip: float = 2.5) -> Noise:
    """Learn from residuals of many series how noise persists.

    Parameters
    ----------
    residual
        Value less expected value over spread, NaN where a night is missing, shape (series, nights).
    lags
        Distances in nights at which products are averaged.
    clip
        Residuals are cut at this size first.

    >>> rng = np.random.default_rng(2)
    >>> a = np.zeros((300, 300))
    >>> for t in range(1, 300):
    ...     a[:, t] = 0.8 * a[:, t - 1] + 0.6 * rng.standard_normal(300)
    >>> noise = persistence((0.6 * a + 0.8 * rng.standard_normal(a.shape)).astype(np.float32))
    >>> abs(noise.keep - 0.8) < 0.05, abs(noise.share - 0.36) < 0.05
    (True, True)
    """
    known = np.isfinite(residual)
    value = np.where(known, np.clip(residual, -clip, clip), np.float32(0.0))
    total = np.square(value).sum(dtype=np.float64) / max(int(known.sum()), 1)
    if total <= 0:
        return Noise(0.0, 0.0)
    found, number = np.zeros(len(lags)), np.zeros(len(lags))
    for k, lag in enumerate(lags):
        if lag < value.shape[1]:
            number[k] = np.count_nonzero(known[:, lag:] & known[:, :-lag])
            found[k] = (
                np.einsum("nt,nt->", value[:, lag:], value[:, :-lag], dtype=np.float64) / max(number[k], 1) / total
            )
    if not number.any():
        return Noise(0.0, 0.0)
    keeps = np.linspace(0.0, 0.98, 50)
    powers = keeps[:, None] ** np.array(lags)
    share = np.clip((powers * found * number).sum(axis=1) / np.maximum((powers**2 * number).sum(axis=1), 1e-9), 0, 0.95)
    miss = (number * (found - share[:, None] * powers) ** 2).sum(axis=1)
    best = int(np.argmin(miss))
    return Noise(float(share[best]), float(keeps[best]))


class Spells(NamedTuple):
    """The strongest spell of darkness of each series; arrays of shape (series,)."""

    score: Array
    """Log likelihood ratio, 0 where no spell is darker than normal."""
    start: Ints
    """First night of it, counted from the first night searched."""
    stop: Ints
    """First night after it; the number of nights searched where it does not end."""
    shift: Array
    """Its shift in spreads, below 0."""
    clear: Ints
    """Nights with data among those searched."""


def whitened(residual: Array, first: int, noise: Noise, *, clip: float) -> tuple[Array, Array]:
    """Filter series and steps; give independent surprises of variance 1, 0 where a night is missing.

    Parameters
    ----------
    residual
        Shape (series, nights); nights before `first` only teach the filter.
    first
        First night on which a step may begin.
    noise
        How noise persists.
    clip
        Most that a surprise moves the filter, standard deviations; infinite for the plain filter.

    Returns
    -------
    Surprises of shape (series, nights) and those of steps of size 1, shape (series, nights, 1 + nights searched); the
    first step begins on the very first night.
    """
    n, w = residual.shape
    steps = 1 + w - first
    keep, white = np.float32(noise.keep), np.float32(max(1.0 - noise.share, 0.02))
    share = np.float32(1.0) - white
    known = np.isfinite(residual)
    filled = np.where(known, residual, np.float32(0.0))
    level, var = np.zeros(n, np.float32), np.full(n, share, np.float32)
    steady = np.zeros((n, steps), np.float32)
    y, u = np.zeros((n, w), np.float32), np.zeros((n, w, steps), np.float32)
    for t in range(w):
        k = 1 + max(0, t - first + 1)
        total = var + white
        root = np.sqrt(total)
        gain = known[:, t] * var / total
        surprise = known[:, t] * (filled[:, t] - level) / root
        y[:, t] = surprise
        level = keep * (level + gain * np.clip(surprise, -clip, clip) * root)
        away = np.float32(1.0) - steady[:, :k]
        u[:, t, :k] = away * (known[:, t] / root)[:, None]
        steady[:, :k] = keep * (steady[:, :k] + gain[:, None] * away)
        var = keep**2 * (np.float32(1.0) - gain) * var + share * (1 - keep**2)
    return y, u


def scan(
    residual: Array, first: int, *, noise: Noise, unsure: Array, clip: float = CLIP, drift: float = DRIFT
) -> Spells:
    """Find the spell of darkness that explains each series best.

    Parameters
    ----------
    residual
        Value less expected value over spread, NaN where a night is missing, shape (series, nights).
    first
        First night searched; those before only tell the level.
    noise
        How noise persists.
    unsure
        Standard error of the level in spreads, shape (series,).
    clip
        Most that one night's surprise counts.
    drift
        Further standard error of the level.

    >>> r = np.random.default_rng(4).standard_normal((2, 60)).astype(np.float32)
    >>> r[1, 40:47] -= 4.0
    >>> r[:, 30:60:4] = np.nan
    >>> found = scan(r, 30, noise=Noise(0.2, 0.7), unsure=np.full(2, 0.1, np.float32))
    >>> int(found.start[1]), int(found.stop[1]) in (16, 17), bool(found.score[1] > 20), bool(found.score[0] < 8)
    (10, True, True, True)
    """
    n, w = residual.shape
    m = w - first
    if not 0 <= first < w:
        raise ValueError(f"the first night searched, {first}, is not among the {w} nights")
    block = max(1, _CELLS // (w * (m + 1)))

    def search(a: int) -> Spells:
        return _block(residual[a : a + block], first, noise, unsure[a : a + block], clip, drift)

    parts = in_threads(search, range(0, n, block))
    if not parts:
        none = np.zeros(0, np.int64)
        return Spells(np.zeros(0, np.float32), none, none, np.zeros(0, np.float32), none)
    return Spells(*(np.concatenate(v) for v in zip(*parts, strict=True)))


def _block(residual: Array, first: int, noise: Noise, unsure: Array, clip: float, drift: float) -> Spells:
    y, u = whitened(residual, first, noise, clip=clip)
    y = np.clip(y, -clip, clip)
    n, _, s = u.shape
    gram = np.matmul(u.transpose(0, 2, 1), u)
    inner = np.matmul(u.transpose(0, 2, 1), y[:, :, None])[:, :, 0]
    level = np.maximum(np.square(unsure) + drift**2, 1e-6)  # an unknown level is taken out by a rank-one update
    factor = gram[:, :, 0] / (1.0 / level + gram[:, 0, 0])[:, None]
    inner = inner - factor * inner[:, :1]
    gram -= factor[:, :, None] * gram[:, :1, :]
    inner, gram = inner[:, 1:], gram[:, 1:, 1:]
    m = s - 1
    side = np.ascontiguousarray(np.einsum("nss->ns", gram))
    number = np.zeros((n, m, m + 1), np.float32)
    number[:, :, :m] = inner[:, :, None] - inner[:, None, :]
    number[:, :, m] = inner
    weight = np.zeros_like(number)
    weight[:, :, :m] = side[:, :, None] + side[:, None, :] - 2.0 * gram
    weight[:, :, m] = side
    ordered = np.triu(np.ones((m, m + 1), dtype=bool), 1)
    np.maximum(weight, np.float32(1e-3), out=weight)
    score = np.minimum(number, np.float32(0.0))
    np.square(score, out=score)
    score /= weight
    score *= np.float32(0.5) * ordered
    score = score.reshape(n, -1)
    best = score.argmax(axis=1)
    rows = np.arange(n)
    top = score[rows, best]
    shift = number.reshape(n, -1)[rows, best] / weight.reshape(n, -1)[rows, best]
    clear = np.isfinite(residual[:, first:]).sum(axis=1)
    start, stop = best // (m + 1), best % (m + 1)
    return Spells(top.astype(np.float32), start, stop, np.where(top > 0, shift, 0).astype(np.float32), clear)
