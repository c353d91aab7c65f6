"""What a settlement's lights normally are on a night: a robust baseline on a scale where noise is even.

Night lights scatter in proportion to their brightness, and sensor noise comes on top. On the generalised logarithm
asinh(x / knee) both have one spread, and a radiance of nothing, or slightly below it, has a value. The baseline is a
robust regression of each series on terms that all share (season, cycle of the view angle, moon) and on terms of its
own (snow, view angle): so a night is compared with nights of its own moon, angle and season. Nights that are
missing stay missing.

Sources: B. Durbin et al., "A variance-stabilizing transformation for gene-expression microarray data", Bioinformatics
18 (2002) S105-S110; P. Huber, "Robust Statistics", Wiley (1981), proposal 2; J. Tukey's biweight after A. Beaton and
J. Tukey, Technometrics 16 (1974) 147-185.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float32]
Floats = NDArray[np.float64]
T = TypeVar("T")

KNEE = 1.5
"""Radiance where noise in proportion and noise of the sensor are alike, nW cm-2 sr-1 (0.2 beside 13 %)."""
REPEAT_DAYS = 16
"""Nights after which S-NPP and its followers see a place under the same angle again."""
SYNODIC_DAYS, NEW_MOON = 29.530588, np.datetime64("2000-01-06")
"""Mean length of a lunation, and the day of a new moon."""
PRIOR = 0.15
"""Standard deviation, on the stabilised scale, within which season, moon and view angle are thought to move lights."""
_BISQUARE, _HUBER = 4.685, 1.5
_BLOCK = 512


def stabilised(radiance: ArrayLike, *, knee: float = KNEE) -> Array:
    """Give radiance on the scale asinh(x / knee); NaN stays NaN.

    >>> [round(float(v), 2) for v in stabilised([0.0, 1.5, 15.0])]
    [0.0, 0.88, 3.0]
    """
    return np.asarray(np.arcsinh(np.asarray(radiance, dtype=np.float32) / np.float32(knee)))


def radiance(value: ArrayLike, *, knee: float = KNEE) -> Array:
    """Give back what `stabilised` took.

    >>> round(float(radiance(stabilised(7.0))), 3)
    7.0
    """
    return np.asarray(np.float32(knee) * np.sinh(np.asarray(value, dtype=np.float32)))


def share_lost(value: ArrayLike, shift: ArrayLike) -> Floats:
    """Give the share of light that a shift takes from a normal value, both on the stabilised scale.

    >>> z = stabilised([10.0]); round(float(share_lost(z, stabilised([4.0]) - z)[0]), 3)
    0.6
    """
    z, delta = np.asarray(value, dtype=np.float64), np.asarray(shift, dtype=np.float64)
    return np.asarray(1.0 - np.sinh(z + delta) / np.maximum(np.sinh(z), 1e-9))


def shift_of(value: ArrayLike, share: ArrayLike) -> Floats:
    """Give the shift on the stabilised scale that takes a share of light from a normal value; broadcasts.

    >>> round(float(shift_of(stabilised(10.0), 0.6)), 3)
    -0.888
    """
    z, lost = np.asarray(value, dtype=np.float64), np.asarray(share, dtype=np.float64)
    return np.asarray(np.arcsinh((1.0 - lost) * np.sinh(z)) - z)


def terms(nights: NDArray[np.datetime64], *, moon: ArrayLike | None = None, view: ArrayLike | None = None) -> Array:
    """Give the terms that all series share: level, season, cycle of the view angle, moon; shape (nights, terms).

    Parameters
    ----------
    nights
        Dates, shape (nights,).
    moon
        Lunar irradiance or lit fraction of each night, any scale; where not known, the lunation by the calendar.
    view
        View zenith angle of each night, degrees; where not known, the cycle of 16 nights.

    >>> terms(np.arange("2024-01-01", "2025-01-01", dtype="datetime64[D]")).shape
    (366, 9)
    """
    day = nights.astype("datetime64[D]").astype(np.float64)
    columns = [np.ones(len(day)), *_waves(day / 365.2425, 1)]
    if view is None:
        columns += _waves(day / REPEAT_DAYS, 2)
    else:
        angle = np.nan_to_num(np.asarray(view, dtype=np.float64) / 60.0, nan=0.5)
        columns += [angle - 0.5, 4.0 * (angle - 0.5) ** 2]
    if moon is None:
        phase = (day - NEW_MOON.astype(np.float64)) / SYNODIC_DAYS
        columns += _waves(phase, 1)
    else:
        light = np.asarray(moon, dtype=np.float64)
        most = max(float(np.nanmax(light, initial=0.0)), 1e-9)
        columns.append(np.nan_to_num(light / most))
    return np.stack(columns, axis=1).astype(np.float32)


def _waves(turns: Floats, number: int) -> list[Floats]:
    angle = 2.0 * np.pi * turns
    return [f(k * angle) for k in range(1, number + 1) for f in (np.cos, np.sin)]


@dataclass(frozen=True, eq=False)
class Normal:
    """What is normal, per series."""

    expected: Array
    """Expected value of each night, stabilised scale, shape (series, nights)."""
    spread: Array
    """Robust standard deviation of a night, shape (series,); NaN where there are too few nights."""
    unsure: Array
    """Standard error of the expected value, in units of the spread, mean over all nights, shape (series,)."""
    nights: NDArray[np.int64]
    """Nights it was learnt from, shape (series,)."""


def normal(
    value: Array,
    shared: Array,
    reference: NDArray[np.bool_],
    *,
    own: Sequence[Array] = (),
    least: int = 30,
    rounds: int = 4,
    guess: tuple[Array, Array] | None = None,
) -> Normal:
    """Fit the baseline of every series by a robust ridge regression.

    Parameters
    ----------
    value
        Series on the stabilised scale, NaN where a night is missing, shape (series, nights).
    shared
        Terms of all series, the first being 1, shape (nights, terms).
    reference
        Nights to learn from, shape (nights,) or (series, nights).
    own
        Terms of each series, e.g. snow or the view angle, each of shape (series, nights), 0 where not known.
    least
        Fewest nights to learn from.
    rounds
        Rounds of reweighting: Huber's weights in the first half, Tukey's biweight after it.
    guess
        Residuals in spreads, shape (series, nights), and spreads of an earlier fit to nearly the same nights, to
        begin with; then one round is enough.

    Raises
    ------
    ValueError
        Shapes that do not fit each other.

    >>> rng = np.random.default_rng(1)
    >>> nights = np.arange("2024-01-01", "2025-02-01", dtype="datetime64[D]")
    >>> z = stabilised(10 * np.exp(0.1 * rng.standard_normal((3, len(nights)))))
    >>> z[0, ::2] = np.nan
    >>> fit = normal(z, terms(nights), nights < np.datetime64("2025-01-01"))
    >>> fit.nights.tolist(), [round(float(s), 1) for s in fit.spread]
    ([183, 366, 366], [0.1, 0.1, 0.1])
    """
    n, t = value.shape
    if shared.shape[0] != t or reference.shape not in ((t,), (n, t)) or any(u.shape != (n, t) for u in own):
        raise ValueError(f"terms and reference must be of the {t} nights (and {n} series)")

    def fit(a: int) -> tuple[Array, Array, Array, NDArray[np.int64]]:
        rows = slice(a, a + _BLOCK)
        use = np.isfinite(value[rows]) & (reference if reference.ndim == 1 else reference[rows])
        begin = None if guess is None else (guess[0][rows], guess[1][rows])
        return _block(value[rows], shared, use, [u[rows] for u in own], least, 1 if begin else rounds, begin)

    return Normal(*(np.concatenate(v) for v in zip(*in_threads(fit, range(0, max(n, 1), _BLOCK)), strict=True)))


def in_threads(work: Callable[[int], T], begins: Iterable[int]) -> list[T]:
    """Do blocks of work side by side, in order; numpy lets go of the interpreter where it computes.

    >>> in_threads(lambda a: a * a, range(3))
    [0, 1, 4]
    """
    with ThreadPoolExecutor(min(os.cpu_count() or 1, 8)) as pool:
        return list(pool.map(work, begins))


def _block(
    z: Array,
    shared: Array,
    use: NDArray[np.bool_],
    own: Sequence[Array],
    least: int,
    rounds: int,
    guess: tuple[Array, Array] | None,
) -> tuple[Array, Array, Array, NDArray[np.int64]]:
    p, q = shared.shape[1], len(own)
    pairs = (shared[:, :, None] * shared[:, None, :]).reshape(len(shared), p * p)
    filled = np.where(use, z, np.float32(0.0))
    given = use.sum(axis=1)
    ridge = np.full(p + q, 1.0 / PRIOR**2)
    ridge[0] = 1e-4
    spread = np.full(len(z), 0.3, dtype=np.float32)
    weight = use.astype(np.float32)
    if guess is not None:
        weight = _bisquare(np.nan_to_num(guess[0])) * use
        spread = guess[1]
    expected, left = np.zeros_like(filled), np.zeros((len(z), p + q, p + q))
    fixed = np.diag(ridge)
    rest, size = np.empty_like(filled), np.empty_like(filled)
    for k in range(rounds):
        left, right = np.empty((len(z), p + q, p + q)), np.empty((len(z), p + q, 1))
        np.multiply(weight, filled, out=rest)
        left[:, :p, :p] = (weight @ pairs).reshape(-1, p, p)
        right[:, :p, 0] = rest @ shared
        for i, u in enumerate(own):
            wu = weight * u
            left[:, p + i, :p] = left[:, :p, p + i] = wu @ shared
            right[:, p + i, 0] = np.einsum("nt,nt->n", wu, filled)
            for j in range(i, q):
                left[:, p + i, p + j] = left[:, p + j, p + i] = np.einsum("nt,nt->n", wu, own[j])
        left += fixed * np.maximum(spread, 0.02)[:, None, None] ** 2
        beta = np.linalg.solve(left, right)[:, :, 0].astype(np.float32)
        np.matmul(beta[:, :p], shared.T, out=expected)
        for i, u in enumerate(own):
            expected += beta[:, p + i, None] * u
        np.subtract(filled, expected, out=size)
        np.abs(size, out=size)
        size *= use
        spread = _scale(size, np.maximum(given - 0.5 * p, 1.0), spread if k or guess else None, rest)
        size /= spread[:, None]
        if k == rounds - 1:
            break
        if k < rounds // 2:
            np.maximum(size, np.float32(_HUBER), out=size)
            np.divide(np.float32(_HUBER), size, out=weight)
        else:
            weight = _bisquare(size)
        weight *= use
    inverse = np.linalg.inv(left[:, :p, :p])
    mean = shared.mean(axis=0).astype(np.float64)
    cover = (pairs.mean(axis=0)).reshape(p, p).astype(np.float64)
    cover = 0.5 * cover + 0.5 * np.outer(mean, mean)
    unsure = np.sqrt(np.maximum(inverse.reshape(len(z), -1) @ cover.ravel(), 0.0)).astype(np.float32)
    spread = np.where(given >= least, np.maximum(spread, np.float32(0.02)), np.float32(np.nan))
    return expected, spread.astype(np.float32), unsure, given.astype(np.int64)


def _bisquare(ratio: Array) -> Array:
    """Give Tukey's weights of residuals in spreads."""
    out = ratio * np.float32(1.0 / _BISQUARE)
    np.square(out, out=out)
    np.subtract(np.float32(1.0), out, out=out)
    np.maximum(out, np.float32(0.0), out=out)
    np.square(out, out=out)
    return out


def _scale(size: Array, free: Floats, start: Array | None, room: Array) -> Array:
    """Give Huber's scale (proposal 2) of residuals' sizes, without sorting them; `room` is overwritten."""
    s = np.maximum(size.sum(axis=1) / free * 1.2533 if start is None else start, 1e-3)
    for _ in range(3 if start is None else 1):
        np.minimum(size, (2.0 * s[:, None]).astype(np.float32), out=room)
        s = np.maximum(np.sqrt(np.einsum("nt,nt->n", room, room) / (0.9205 * free)), 1e-3)
    return s.astype(np.float32)
