"""Bright pixels on the sea: how rarely the sea alone makes one, by the K distribution, and how far to trust that.

Why K: radar power of the sea is speckle (gamma, with as many looks as were averaged) times a texture of waves and gusts
(gamma as well). Its tail is far heavier than a Gaussian's, so a threshold of so many standard deviations raises false
alarms with the sea. Why a tail measured as well: the last decades of any fitted distribution are an extrapolation, so
what the scene itself shows above a moderate level corrects it.

Sources: E. Jakeman and P. N. Pusey, A model for non-Rayleigh sea echo (1976); K. D. Ward, R. J. A. Tough and S. Watts,
Sea Clutter: Scattering, the K Distribution and Radar Performance (2nd edition, 2013); J. Pickands, Statistical
inference using extreme order statistics (1975).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

Floats = NDArray[np.float64]
SPREADS = np.concatenate([[0.0], np.geomspace(0.004, 4.0, 27)])
"""Inverse shapes (one over the shape of the texture) that tables hold; 0 is no texture, plain gamma."""
_LEVELS = np.concatenate([[1e-3], np.geomspace(0.02, 600.0, 190)])
_NODES = 120


class Sea(NamedTuple):
    """Tables of the K distribution for one number of looks, means taken over pixels below a cut only."""

    looks: float
    """Equivalent number of looks of a pixel."""
    cut: float
    """Pixels above so many medians are left out of means and variances, so that ships do not count as sea."""
    log_survival: Floats
    """ln P(power over mean > level), shape (spreads, levels)."""
    mean: Floats
    """Mean of the pixels below the cut over the mean of all, shape (spreads,)."""
    variation: Floats
    """Mean square over squared mean, of the pixels below the cut, shape (spreads,); rises with the spread."""


def log_survival(level: Any, looks: float, spread: float) -> Floats:
    """Give ln P(power > level) of K-distributed power of mean 1.

    Why in logarithms: a rate of one false alarm in a thousand square kilometres is one pixel of ten millions.

    Parameters
    ----------
    level
        Power over the mean, above 0, any shape.
    looks
        Equivalent number of looks, above 0.
    spread
        Inverse shape of the texture, 0 (none) or above: 0.05 calm, 1 very spiky.

    Raises
    ------
    ValueError
        Looks not above 0 or a spread below 0.

    Examples
    --------
    >>> log_survival([1.0, 5.0], 1.0, 0.0).round(6).tolist()
    [-1.0, -5.0]
    >>> bool(log_survival(8.0, 4.4, 1.0) > log_survival(8.0, 4.4, 0.05))
    True
    """
    if not looks > 0 or spread < 0:
        raise ValueError(f"looks must be above 0 and a spread not below 0, not {looks} and {spread}")
    r = np.asarray(level, dtype=np.float64)
    texture, weight = _texture(spread)
    share = special.gammaincc(looks, looks * r[..., None] / texture)
    with np.errstate(divide="ignore", under="ignore"):
        found = np.log(share @ weight)
    # beyond the smallest number a gamma tail falls off as this; no decision rests on its last digit
    return np.where(np.isfinite(found), found, -looks * r / (1.0 + 4.0 * spread) - 600.0)


@lru_cache(maxsize=64)
def sea(looks: float, cut: float) -> Sea:
    """Make the tables for a number of looks and a cut; made once for each pair.

    Parameters
    ----------
    looks
        Equivalent number of looks.
    cut
        In medians, above 1.

    Examples
    --------
    >>> tables = sea(4.4, 5.0)
    >>> bool((tables.variation[1:] > tables.variation[:-1]).all()), tables.mean[0].round(3).item()
    (True, 1.0)
    """
    tails = np.stack([log_survival(_LEVELS, looks, float(b)) for b in SPREADS])
    mean, variation = np.empty(len(SPREADS)), np.empty(len(SPREADS))
    for k, spread in enumerate(SPREADS):
        median = float(np.exp(np.interp(np.log(0.5), tails[k][::-1], np.log(_LEVELS)[::-1])))
        texture, weight = _texture(float(spread))
        scaled = looks * cut * median / texture
        below = float(special.gammainc(looks, scaled) @ weight)
        first = float((texture * special.gammainc(looks + 1, scaled)) @ weight) / below
        second = float((texture**2 * special.gammainc(looks + 2, scaled)) @ weight) * (1 + 1 / looks) / below
        mean[k], variation[k] = first, second / first**2
    return Sea(looks, cut, tails, mean, np.maximum.accumulate(variation + np.arange(len(SPREADS)) * 1e-12))


def spread_of(variation: Any, tables: Sea) -> Floats:
    """Give the inverse shape of the texture from mean square over squared mean of the pixels below the cut.

    >>> tables = sea(4.4, 5.0)
    >>> spread_of([tables.variation[0], tables.variation[12]], tables).round(6).tolist() == [0, SPREADS[12].round(6)]
    True
    """
    return np.asarray(np.interp(variation, tables.variation, SPREADS), dtype=np.float64)


def looks_of(variation: float, cut: float) -> float:
    """Give the looks of plain gamma power (no texture) with this mean square over squared mean below the cut.

    Why: the calmest water of a scene has next to no texture, so its variation tells the looks.

    >>> round(looks_of(float(sea(4.4, 5.0).variation[0]), 5.0), 2)
    4.4
    """

    def off(log_looks: float) -> float:
        looks = float(np.exp(log_looks))
        median = float(special.gammaincinv(looks, 0.5)) / looks
        x = looks * cut * median
        below, first = special.gammainc(looks, x), special.gammainc(looks + 1, x)
        second = special.gammainc(looks + 2, x) * (1 + 1 / looks)
        return float(second * below / first**2 - variation)

    low, high = float(np.log(0.3)), float(np.log(500.0))
    if off(low) <= 0:
        return 0.3
    return 500.0 if off(high) >= 0 else float(np.exp(optimize.brentq(off, low, high)))


def mean_below(spread: Any, tables: Sea) -> Floats:
    """Give the mean of the pixels below the cut over the mean of all.

    >>> mean_below(0.0, sea(1.0, 50.0)).round(3).item()
    1.0
    """
    return np.asarray(np.interp(spread, SPREADS, tables.mean), dtype=np.float64)


def surprise(ratio: Any, spread: Any, tables: Sea) -> Floats:
    """Give -ln P(the sea alone shows so bright a pixel), for power over the mean of the water around below the cut.

    Parameters
    ----------
    ratio
        Power over the mean of the pixels around, those above the cut left out; shape (n,).
    spread
        Inverse shape of the texture there, shape (n,) or scalar.
    tables
        Of `sea`.

    Returns
    -------
    Natural logarithms, shape (n,); 6.9 is one pixel in a thousand.

    Examples
    --------
    >>> surprise([1.0, 4.0], 0.0, sea(1.0, 50.0)).round(2).tolist()
    [1.0, 4.0]
    """
    r, b = np.broadcast_arrays(np.asarray(ratio, dtype=np.float64), np.asarray(spread, dtype=np.float64))
    row = np.interp(b, SPREADS, np.arange(len(SPREADS)))
    low = np.minimum(row.astype(np.int64), len(SPREADS) - 2)
    part = row - low
    mean = (1 - part) * tables.mean[low] + part * tables.mean[low + 1]
    place = np.interp(np.log(np.maximum(r * mean, _LEVELS[0])), np.log(_LEVELS), np.arange(len(_LEVELS)))
    column = np.minimum(place.astype(np.int64), len(_LEVELS) - 2)
    t = place - column
    at = tables.log_survival
    lower = (1 - t) * at[low, column] + t * at[low, column + 1]
    upper = (1 - t) * at[low + 1, column] + t * at[low + 1, column + 1]
    return -np.asarray((1 - part) * lower + part * upper, dtype=np.float64)


def level_of(chance: float, spread: Any, tables: Sea) -> Floats:
    """Give the ratio that the sea alone exceeds with a chance: `surprise` the other way.

    >>> level_of(np.exp(-4.0), 0.0, sea(1.0, 50.0)).round(2).item()
    4.0
    """
    wanted, grid = np.log(chance), np.log(_LEVELS)
    tops = [np.exp(np.interp(wanted, tail[::-1], grid[::-1])) for tail in tables.log_survival]
    return np.asarray(np.interp(spread, SPREADS, np.array(tops) / tables.mean), dtype=np.float64)


def together(surprises: Any) -> Floats:
    """Join what several bands show at one pixel into one surprise, by Fisher's method.

    Parameters
    ----------
    surprises
        Shape (bands, n), each -ln P; bands are taken as independent where there is only sea.

    Returns
    -------
    Surprises, shape (n,).

    Examples
    --------
    >>> together([[6.0], [6.0]]).round(2).tolist(), together([[6.0]]).tolist()
    ([9.44], [6.0])
    """
    t = np.asarray(surprises, dtype=np.float64)
    if len(t) == 1:
        return np.asarray(t[0])
    total = t.sum(axis=0)
    terms = np.zeros_like(total)
    for k in range(len(t)):
        terms += np.exp(k * np.log(np.maximum(total, 1e-300)) - special.gammaln(k + 1))
    return np.asarray(total - np.log(terms), dtype=np.float64)


class Tail(NamedTuple):
    """How often the sea of one scene exceeds a surprise: `rate * exp(-(surprise - start) / scale)`."""

    start: float
    """Surprise from which on it holds."""
    rate: float
    """Objects per km2 above the start."""
    scale: float
    """Excess by which the rate falls to 1/e; 1 where the fitted distribution is right to its end."""


START = -np.log(1e-3)
"""Least surprise from which a tail is measured."""
WINDOW = 4.0
"""Excess above the start within which it is measured; what lies higher may be ships."""
PRIOR = 40.0
"""Objects' worth of belief in `PRIOR_SCALE`."""
PRIOR_SCALE = 1.4
"""Scale where a scene tells too little: that of the train half of the real water in `benchmarks.radar_ships`; the
invented train seas have 1.1 to 2.2."""
WANTED = 700
"""A scene with more objects above a level has its tail measured from that level on."""


def tail(peaks: Any, area_km2: float, *, expected_per_km2: float = np.nan) -> Tail:
    """Measure how the surprises of a scene's bright spots fall off, without those that may be ships.

    Why: near its far end no distribution fits exactly, and neighbouring pixels are not independent. The spots between
    a start and `WINDOW` above it are nearly all sea; their excess is exponential, cut off at the window's end.

    Parameters
    ----------
    peaks
        Highest surprise of each bright spot, shape (n,).
    area_km2
        Water searched.
    expected_per_km2
        Spots above the lowest start that the fitted distribution foretells; counts as a few spots seen where given.

    Raises
    ------
    ValueError
        An area not above 0.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> found = tail(START + rng.exponential(1.3, 600), 100.0)
    >>> round(found.rate), round(found.scale, 1)
    (6, 1.3)
    """
    if not area_km2 > 0:
        raise ValueError(f"an area above 0 is needed, not {area_km2} km2")
    t = np.sort(np.asarray(peaks, dtype=np.float64))
    t = t[t > START]
    start = float(t[-WANTED]) if len(t) > WANTED else float(START)
    excess = t[t > start] - start
    inside = excess[excess < WINDOW]
    rate = len(excess) / area_km2
    if np.isfinite(expected_per_km2) and start == START and expected_per_km2 > 0:
        rate = (len(excess) + 4.0) / (area_km2 + 4.0 / expected_per_km2)
    if not rate > 0:
        rate = 1.0 / area_km2
    prior_mean = _cut_mean(PRIOR_SCALE)
    mean = (inside.sum() + PRIOR * prior_mean) / (len(inside) + PRIOR)
    high = 6.0
    scale = high if mean >= _cut_mean(high) else float(optimize.brentq(lambda s: _cut_mean(s) - mean, 0.15, high))
    return Tail(start, float(rate), scale)


def threshold(rate_per_km2: float, found: Tail) -> float:
    """Give the surprise that the sea alone exceeds at a rate; not below the start of the tail.

    >>> round(threshold(0.001, Tail(7.0, 1.0, 1.0)) - 7.0, 3)
    6.908
    """
    if not rate_per_km2 > 0:
        raise ValueError(f"a rate of false alarms must be above 0, not {rate_per_km2}")
    return float(found.start + found.scale * max(np.log(found.rate / rate_per_km2), 0.0))


def rate_limits(count: int, area_km2: float, *, level: float = 0.9) -> tuple[float, float]:
    """Give the limits of a rate per 1,000 km2 of which so many events were counted (Poisson, exact).

    Why: no false alarm on a small piece of water is no proof that there are none.

    >>> low, high = rate_limits(0, 500.0)
    >>> low, round(high, 2)
    (0.0, 5.99)
    """
    side = (1 - level) / 2
    low = float(stats.chi2.ppf(side, 2 * count)) / 2 if count else 0.0
    high = float(stats.chi2.ppf(1 - side, 2 * count + 2)) / 2
    return low / area_km2 * 1000.0, high / area_km2 * 1000.0


def _texture(spread: float) -> tuple[Floats, Floats]:
    """Give values of the texture and their weights."""
    if spread == 0:
        return np.ones(1), np.ones(1)
    shape = 1.0 / spread
    low, high = stats.gamma.ppf(1e-13, shape), stats.gamma.isf(1e-40, shape)
    u = np.linspace(np.log(max(low, 1e-30)), np.log(high), _NODES)
    log_density = shape * u - np.exp(u) - special.gammaln(shape)
    weight = np.exp(log_density)
    weight /= weight.sum()
    return np.asarray(np.exp(u) / shape, dtype=np.float64), np.asarray(weight, dtype=np.float64)


def _cut_mean(scale: float) -> float:
    """Give the mean of an exponential of this scale, given that it lies within the window."""
    return scale - WINDOW / float(np.expm1(WINDOW / scale))
