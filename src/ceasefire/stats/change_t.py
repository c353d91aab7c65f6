"""How far each pixel moved, in standard errors: a pooled t whose spread borrows from pixels of the same brightness.

* **Pooled, not Welch.** With two dates after, a variance of its own has one degree of freedom; speckle has the same
  spread before and after, since a change moves the mean of a logarithm, not its noise.
* **Moderated.** With three dates before and two after, a pixel's own variance has three degrees of freedom and a t of
  12.9 is needed at 0.1 %. How variances differ between pixels is itself known from thousands of them: a prior of d0
  degrees of freedom and variance s0^2 is fitted, and each pixel has variance (d0 s0^2 + d s^2) / (d0 + d) with
  d0 + d degrees of freedom. Under pure speckle d0 is large, on mixed land it is 5 to 20.
* **By brightness.** Built-up land, fields and water scatter differently, so the prior is fitted in strata of the mean
  before. Strata use nothing but the dates before.

Source: G. K. Smyth, "Linear models and empirical Bayes methods for assessing differential expression", Statistical
Applications in Genetics and Molecular Biology 3 (2004), article 3, sections 5 and 6.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, polygamma
from scipy.stats import norm
from scipy.stats import t as student

from ceasefire.stats.change import Moments
from ceasefire.stats.sorted_quantiles import quantiles

Array = NDArray[np.float64]
Singles = NDArray[np.float32]
Strata = NDArray[np.integer[Any]]
Mask = NDArray[np.bool_]

STRATUM, MOST = 500, 20
"""Pixels a stratum needs, and the largest number of strata."""
SURE = 1e4
"""Degrees of freedom of a prior where pixels do not differ at all."""
LEAST = 10
"""Pixels whose variance is above 0 that a prior needs."""
DRAWN = 1 << 16
"""Pixels that are enough to draw the bounds of strata by."""
PART = 1 << 15
"""Pixels at a time: their numbers stay near the processor."""
NEAR = 12.0
"""Deviate up to which Hill's expansion is used."""
FARTHEST = float(norm.isf(np.exp(-690.0)))
"""Greatest deviate: beyond, tails are smaller than a number can be."""


class Prior(NamedTuple):
    """What pixels of one kind tell of a variance."""

    variance: float
    """s0^2."""
    dof: float
    """d0: how many dates of a pixel it is worth."""


class Shift(NamedTuple):
    """How far each pixel moved; arrays of the shape of the moments, NaN where it cannot be told."""

    difference: Singles
    """Mean after less mean before, in natural logarithms (times 4.343 for dB)."""
    error: Singles
    """Its standard error by the moderated variance."""
    z: Singles
    """Difference over error as the normal deviate with the same tail: a t with the freedom of pixel and prior."""


def pooled(m: Moments) -> tuple[Array, Array]:
    """Give the variance pooled over before and after, and its degrees of freedom.

    >>> one = np.ones((1, 1))
    >>> variance, dof = pooled(Moments(4 * one, 0 * one, 2 * one, 2 * one, 0 * one, 4 * one))
    >>> float(variance[0, 0]), float(dof[0, 0])
    (2.5, 4.0)
    """
    free = [np.maximum(np.asarray(n, dtype=np.float64) - 1.0, 0.0) for n in (m.n_before, m.n_after)]
    spread = [np.where(f > 0, f * v, 0.0) for f, v in zip(free, (m.var_before, m.var_after), strict=True)]
    dof = free[0] + free[1]
    return (spread[0] + spread[1]) / np.where(dof > 0, dof, np.nan), dof


def fit_prior(variance: ArrayLike, dof: ArrayLike) -> Prior:
    """Fit the prior of variances by the mean and spread of their logarithms.

    Parameters
    ----------
    variance, dof
        Sample variances and their degrees of freedom (whole numbers), same shape; those that are not above 0 are left
        out.

    Raises
    ------
    ValueError
        Fewer than 10 variances above 0.

    >>> rng = np.random.default_rng(1)
    >>> true = 0.04 * 12 / rng.chisquare(12, 20_000)
    >>> prior = fit_prior(true * rng.chisquare(4, 20_000) / 4, np.full(20_000, 4.0))
    >>> round(prior.variance, 3), round(prior.dof)
    (0.04, 12)
    """
    v, d = (np.asarray(x, dtype=np.float64).ravel() for x in (variance, dof))
    sums = _sums(v, d, np.zeros(len(v), np.uint8), np.ones(len(v), bool), 1, 0.0)
    return prior(sums[:, 0], 0.0)


def strata(level: ArrayLike, use: ArrayLike) -> NDArray[np.uint8]:
    """Number pixels by brightness: as many in each stratum, at least `STRATUM` of them, at most `MOST` strata.

    Parameters
    ----------
    level
        Mean before, any shape.
    use
        Pixels by which bounds are drawn, same shape.

    >>> strata([0.0, 1.0, 5.0], [True, True, True]).tolist()
    [0, 0, 0]
    """
    x, known = np.asarray(level, dtype=np.float32), np.asarray(use, dtype=bool)
    n = np.count_nonzero(known)
    number = int(np.clip(n // STRATUM, 1, MOST))
    out = np.zeros(x.shape, dtype=np.uint8)
    if number == 1:
        return out
    bounds = quantiles(x[known][:: -(-n // DRAWN)], np.linspace(0.0, 1.0, number + 1)[1:-1])
    flat, levels = out.reshape(-1), x.reshape(-1)
    for start in range(0, len(flat), PART):
        part, some = levels[start : start + PART], flat[start : start + PART]
        for bound in bounds.astype(np.float32):
            some += part >= bound
    return out


def shift(m: Moments, *, stratum: Strata, use: ArrayLike) -> Shift:
    """Give the moderated t of every pixel.

    Parameters
    ----------
    m
        Moments before and after, shape (rows, columns).
    stratum
        Stratum of each pixel, as `strata` gives it.
    use
        Pixels to judge and to fit priors by, boolean, same shape.

    Raises
    ------
    ValueError
        A stratum with fewer than 10 pixels whose variance is above 0.

    >>> rng = np.random.default_rng(1)
    >>> from ceasefire.stats.change import moments
    >>> x = rng.normal(0.0, 0.3, (8, 50, 50))
    >>> x[5:, :10] += 1.0
    >>> m = moments(x, np.arange(8) < 5, np.arange(8) >= 5)
    >>> s = shift(m, stratum=np.zeros((50, 50), int), use=np.ones((50, 50), bool))
    >>> round(float(s.difference[:10].mean()), 2), round(float(s.z[10:].std()), 2), round(float(s.z[:10].mean()), 1)
    (1.01, 0.96, 4.6)
    """
    known = np.asarray(use, dtype=bool)
    flat = Moments._make(np.ravel(v) for v in m)
    each, used = np.ravel(stratum), known.ravel()
    priors = _priors(flat, each, used)
    variance, dof = (np.array([getattr(p, name) for p in priors]) for name in Prior._fields)
    out = Shift(*(np.empty(len(used), np.float32) for _ in Shift._fields))
    for start in range(0, len(used), PART):
        at = slice(start, start + PART)
        some = Moments._make(v[at] for v in flat)
        own_variance, own = pooled(some)
        own_sum = np.where(own > 0, own * own_variance, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            free = np.where(used[at], dof[each[at]] + own, np.nan)
            moderate = (dof[each[at]] * variance[each[at]] + own_sum) / free
            error = np.sqrt(moderate * (1.0 / some.n_before + 1.0 / some.n_after))
            difference = np.where(used[at], some.mean_after.astype(np.float64) - some.mean_before, np.nan)
            out.difference[at], out.error[at] = difference, error
            out.z[at] = deviate(difference / error, free)
    return Shift(*(v.reshape(known.shape) for v in out))


def _priors(m: Moments, stratum: Strata, use: Mask) -> list[Prior]:
    """Fit the prior of each stratum; arrays of shape (pixels,). Strata without a pixel have one of no number."""
    number = int(stratum.max(initial=0)) + 1
    total, middle = np.zeros((4, number)), 0.0
    seen = np.zeros(number, dtype=bool)
    for start in range(0, len(use), PART):
        at = slice(start, start + PART)
        variance, own = pooled(Moments._make(v[at] for v in m))
        if not start:
            some = variance[use[at] & (variance > 0)]
            middle = float(np.log(some).mean()) if len(some) else 0.0
        total += _sums(variance, own, stratum[at], use[at], number, middle)
        seen |= np.bincount(stratum[at][use[at]], minlength=number) > 0
    return [
        prior(each, middle) if known else Prior(np.nan, np.nan)
        for each, known in zip(total.T, seen.tolist(), strict=True)
    ]


def _sums(variance: Array, dof: Array, stratum: Strata, use: Mask, number: int, middle: float) -> Array:
    """Give pixels, sums and squares of unbiased logarithms less `middle`, and sums of trigammas, by stratum."""
    with np.errstate(invalid="ignore"):
        ok = use & np.isfinite(variance) & (variance > 0) & (dof > 0)
    v, d, s = variance[ok], dof[ok], stratum[ok]
    kind = d.astype(np.int64)
    biased, trigamma = unbiased(int(kind.max(initial=0)))
    e = np.log(v) - (biased + middle)[kind]
    weights = (None, e, e * e, trigamma[kind])
    return np.stack([np.bincount(s, weights=w, minlength=number).astype(np.float64) for w in weights])


def unbiased(most: int) -> tuple[Array, Array]:
    """Give mean and variance of the logarithm of chi-square over its degrees of freedom, for 0 to `most` of these.

    >>> [v.round(3).tolist() for v in unbiased(2)]
    [[-2.841, -1.27, -0.577], [17.197, 4.935, 1.645]]
    """
    half = np.maximum(np.arange(most + 1), 0.5) / 2.0
    return np.asarray(digamma(half) - np.log(half)), np.asarray(polygamma(1, half))


def prior(sums: Array, middle: float) -> Prior:
    """Fit a prior to pixels counted, their unbiased logarithms of variances less `middle` and squares of these summed,
    and the variances that these have by chance summed, shape (4,).

    Raises
    ------
    ValueError
        Fewer than 10 pixels.

    >>> round(prior(np.array([100.0, -300.0, 970.0, 50.0]), 0.0).dof, 1)
    10.6
    """
    n, total, squares, trigamma = sums.tolist()
    if n < LEAST:
        raise ValueError(f"{n:.0f} pixels whose variance is above 0: too few to tell how variances differ ({LEAST})")
    mean = total / n + middle
    extra = (squares - total * total / n) / (n - 1.0) - trigamma / n
    if extra <= float(polygamma(1, SURE / 2.0)):
        return Prior(float(np.exp(mean)), SURE)
    d0 = 2.0 * _inverse_trigamma(extra)
    return Prior(float(np.exp(mean + digamma(d0 / 2.0) - np.log(d0 / 2.0))), d0)


def deviate(t: ArrayLike, dof: ArrayLike) -> Array:
    """Turn t into the normal deviate with the same tail probability.

    Near the middle by Hill's expansion, where it is within 1e-6; elsewhere by the tail itself.
    Source: G. W. Hill, "Algorithm 395: Student's t-distribution", Communications of the ACM 13 (1970) 617-619.

    >>> deviate([0.0, -12.924], [3.0, 3.0]).round(2).tolist()
    [0.0, -3.29]
    """
    value, free = np.asarray(t, dtype=np.float64), np.asarray(dof, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        a = free - 0.5
        square = a * np.log1p(value * value / free)
        b = 48.0 * a * a
        fourth = square * square
        more = (((4.0 * square + 33.0) * square + 240.0) * square + 855.0) / (10.0 * b * (b + 0.8 * fourth + 100.0))
        out = np.asarray(np.sqrt(square) * (1.0 + (square + 3.0) / b - more))
        near = square <= np.minimum(2.0 * (free - 5.0), NEAR**2)
    far = ~near & np.isfinite(value) & np.isfinite(free)
    if far.any():
        tail = student.logsf(np.abs(value[far]), free[far])
        out[far] = norm.isf(np.exp(np.maximum(tail, -690.0)))
    return np.copysign(np.minimum(out, FARTHEST), value)


def _inverse_trigamma(value: float) -> float:
    """Solve trigamma(x) = value by Newton's method on 1 / trigamma (Smyth 2004, appendix)."""
    x = 0.5 + 1.0 / value
    for _ in range(50):
        trigamma = float(polygamma(1, x))
        step = trigamma * (1.0 - trigamma / value) / float(polygamma(2, x))
        x += step
        if abs(step) < 1e-8 * x:
            break
    return x
