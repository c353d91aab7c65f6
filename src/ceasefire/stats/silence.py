"""Unseen acts per place and day: what counts elsewhere and the looks here leave possible.

Why: of a number of acts that each are seen with chance e, those seen say how many there are, and the looks say how
many were missed. Days differ, and by how much is learned too: where acts come in bursts, a watched silent day lowers
the chance by more, and an unwatched one is silent for no reason at all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp, ndtr

from ceasefire.stats.estimate import Estimate

Array = NDArray[np.float64]
BURSTS = (0.3, 0.6, 1.2, 2.5, 5.0, 1000.0)
"""Shapes of the gamma distribution of days that are tried; the last is the same for all days (Poisson)."""
_RATES = np.linspace(np.log(1e-4), np.log(50.0), 80)
_CENTRES = np.linspace(np.log(1e-3), np.log(10.0), 24)
_ACROSS = (0.3, 0.6, 1.0, 1.6)


class Unseen(NamedTuple):
    """Unseen acts, given what was seen."""

    chance: Estimate
    """P(at least one act happened that was not seen), per cell, shape (n,)."""
    rate: Estimate
    """Acts per day of each region, shape (regions,)."""


def unseen(
    counts: ArrayLike,
    exposure: ArrayLike,
    *,
    region: ArrayLike,
    also: float = 0.0,
    draws: int = 400,
    level: float = 0.95,
    seed: int = 0,
) -> Unseen:
    """Give P(at least one unseen act) of every region and day, with its interval.

    Acts of a region and day are negative binomial around the region's rate; rates of regions are log-normal around a
    common one, so that a region without looks is as wide as regions differ. Each act is seen with the cell's exposure.
    The posterior is summed over grids of rates, of how regions differ, and of bursts.

    Parameters
    ----------
    counts
        Acts seen, whole numbers, shape (n,).
    exposure
        Chance that one act there and then is seen, 0 to 1, shape (n,).
    region
        Number of the region of each cell, whole numbers from 0.
    also
        Chance that somebody whose reports are not counted would have told of an act; cells of count 0 are then those
        where they told of none either.
    draws, level, seed
        Draws of the posterior, two-sided level, seed.

    Raises
    ------
    ValueError
        Unequal shapes, NaN or infinite values, counts that are no whole numbers, exposures outside 0 to 1, an act
        seen where the exposure is 0, or no cell.

    Source: thinning of counts as in J. A. Royle, Biometrics 60 (2004) 108-115 (N-mixture models), with the chance to
    see given instead of fitted.

    >>> of = unseen([0, 0, 0, 2, 1], [0.9, 0.0, 0.5, 0.5, 0.9], region=[0, 0, 0, 0, 0])
    >>> bool(of.chance.value[0] < of.chance.value[2] < of.chance.value[1]), bool(of.chance.low[1] < 0.5)
    (True, True)
    """
    n, e, of = _checked(counts, exposure, region)
    if not 0.0 <= also <= 1.0:
        raise ValueError(f"also lies between 0 and 1, not {also}")
    cells, back, times = np.unique(
        np.stack([of, n, np.round(e, 3)], axis=1), axis=0, return_inverse=True, return_counts=True
    )
    back, place = back.ravel(), cells[:, 0].astype(np.int64)
    regions = int(of.max()) + 1
    like = np.stack([_like(cells, times, place, regions, k) for k in BURSTS])  # (bursts, regions, rates)
    prior = np.stack([[_normal(centre, across) for across in _ACROSS] for centre in _CENTRES])
    each = logsumexp(like[:, None, None] + prior[None, :, :, None, :], axis=-1)  # (bursts, centres, across, regions)
    weight = each.sum(axis=-1) - 0.5 * np.asarray(_ACROSS) ** 2
    joint = np.exp(weight - logsumexp(weight)).ravel()
    rng = np.random.default_rng(seed)
    which = np.unravel_index(rng.choice(joint.size, draws, p=joint / joint.sum()), weight.shape)
    chance, rates = np.empty((draws, len(cells))), np.empty((draws, regions))
    for k, (burst, centre, across) in enumerate(zip(*which, strict=True)):
        posterior = like[burst] + prior[centre, across]
        cumulated = np.cumsum(np.exp(posterior - logsumexp(posterior, axis=1, keepdims=True)), axis=1)
        pick = (cumulated < rng.random((regions, 1))).sum(axis=1)
        rates[k] = np.exp(_RATES[np.minimum(pick, len(_RATES) - 1)])
        shape, rate = BURSTS[burst], rates[k][place]
        hidden = rate * (1.0 - cells[:, 2]) * (1.0 - also)
        seen_rate = rate - hidden
        chance[k] = -np.expm1((shape + cells[:, 1]) * (np.log(shape + seen_rate) - np.log(shape + seen_rate + hidden)))
    tail = (1.0 - level) / 2.0
    parts = []
    for values in (chance[:, back], rates):
        low, high = np.quantile(values, [tail, 1.0 - tail], axis=0)
        parts.append(Estimate(values.mean(axis=0), low, high))
    return Unseen(*parts)


def _like(cells: Array, times: NDArray[np.int64], place: NDArray[np.int64], regions: int, shape: float) -> Array:
    """Log likelihood of each region's counts at every rate, shape (regions, rates)."""
    n, mean = cells[:, 1, None], cells[:, 2, None] * np.exp(_RATES)
    with np.errstate(divide="ignore"):
        log_mean = np.where(mean > 0, np.log(np.maximum(mean, 1e-300)), 0.0)
    terms = gammaln(n + shape) - gammaln(shape) + shape * (np.log(shape) - np.log(shape + mean))
    terms += n * (log_mean - np.log(shape + mean))
    out = np.zeros((regions, len(_RATES)))
    np.add.at(out, place, times[:, None] * terms)
    return out


def _normal(centre: float, spread: float) -> Array:
    """Log mass of a normal distribution on the grid of log rates; what lies outside goes to the ends."""
    half = (_RATES[1] - _RATES[0]) / 2.0
    upper = ndtr((_RATES + half - centre) / spread)
    upper[-1] = 1.0
    return np.asarray(np.log(np.maximum(np.diff(upper, prepend=0.0), 1e-300)))


def _checked(counts: ArrayLike, exposure: ArrayLike, region: ArrayLike) -> tuple[Array, Array, NDArray[np.int64]]:
    n, e, of = np.asarray(counts, np.float64), np.asarray(exposure, np.float64), np.asarray(region)
    if n.ndim != 1 or n.shape != e.shape or n.shape != of.shape or not n.size:
        raise ValueError(f"counts {n.shape}, exposure {e.shape} and region {of.shape} need one shape (n,), n above 0")
    if not np.all(np.isfinite(n)) or np.any(n < 0) or np.any(n != np.floor(n)):
        raise ValueError("counts must be whole numbers, none negative")
    if not np.all((e >= 0) & (e <= 1)):
        raise ValueError("exposure lies between 0 and 1")
    if np.any((n > 0) & (e <= 0)):
        raise ValueError(f"cell {np.flatnonzero((n > 0) & (e <= 0))[0]}: acts were seen where nobody looked")
    if of.dtype.kind not in "iu" or of.min() < 0:
        raise ValueError("region must be whole numbers from 0")
    return n, e, of.astype(np.int64)
