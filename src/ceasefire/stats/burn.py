"""Burn scars: what a disc around heat shows against an equal ring, and the likelihood ratio that it burned there.

Why a ring: harvest, tillage, drying grass and melting snow lower the burn ratio over a whole neighbourhood, char only
where it burned. So the disc is compared with a ring of equal area around it, which shares the season and the fields.
Why darkness: a harvested field loses green and turns bright, char loses green and turns dark; the burn ratio alone
does not tell them apart. Why two stated distributions and no threshold: a threshold of 0.27 on dNBR, made for forests,
says yes to every harvest and no to every burnt yard.

Sources: J. E. Keeley, "Fire intensity, fire severity and burn severity", Int. J. Wildland Fire 18 (2009) 116-126 for
NBR and dNBR; A. M. S. Smith, J. U. H. Eitel and A. T. Hudak, "Spectral analysis of charcoal on soils", Int. J. Wildland
Fire 19 (2010) 976-983: char mixes linearly, and NBR depends on the soil below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

TOP = 0.10
"""Share of a disc that is looked at: the pixels whose burn ratio fell most. A burnt yard is small in 500 m."""
ENOUGH = 0.3
"""Share of the pixels of disc and of ring that must be clear both before and after."""
FEWEST = 40
"""And their number."""
SEEN = 0.5
"""Share of fires that leave a scar which pixels of 20 m can show: a judgement. No scar then weighs 0.5 at least."""
LARGEST = 10.0
"""Largest likelihood ratio: a scar bears heat out, it never says who lit it or why."""
DEGREES_OF_FREEDOM = 5.0
"""Of the tails of the stated distributions: heavier than a Gaussian's, since the world is not the simulation."""
FEATURES = ("fall of the burn ratio", "darkening", "burn ratio after", "excess share")


class Contrast(NamedTuple):
    """Disc against ring: four numbers, all of which rise where something burned except `after`, which falls."""

    fall: float
    """Mean dNBR of the disc's top tenth, less that of the ring's."""
    darkening: float
    """Mean fall of log(NIR + SWIR2) in these pixels, less that in the ring's."""
    after: float
    """Mean NBR after in these pixels, less that in the ring's."""
    excess: float
    """Square root of the share of the disc whose dNBR lies above the ring's 95th percentile and which darkened."""


class Clear(NamedTuple):
    """Shares of the pixels that are clear both before and after."""

    disc: float
    ring: float
    pixels: int
    """Fewer of the two numbers of clear pixels."""

    @property
    def enough(self) -> bool:
        """Whether a scar could be looked for."""
        return min(self.disc, self.ring) >= ENOUGH and self.pixels >= FEWEST


def burn_ratio(nir: ArrayLike, swir2: ArrayLike) -> Array:
    """Give the normalised burn ratio (NIR - SWIR2) / (NIR + SWIR2); NaN where a band is missing or both are dark.

    >>> burn_ratio([0.45, 0.06], [0.08, 0.10]).round(2).tolist()
    [0.7, -0.25]
    """
    a, b = np.asarray(nir, dtype=np.float64), np.asarray(swir2, dtype=np.float64)
    total = a + b
    return np.asarray(np.divide(a - b, total, out=np.full(total.shape, np.nan), where=total > 0.01))


def composite(values: ArrayLike) -> Array:
    """Give the median of the clear dates of each pixel; NaN where no date is clear.

    Parameters
    ----------
    values
        Shape (dates, rows, columns), NaN where cloud, shadow or nothing.

    >>> composite(np.array([[[0.2]], [[np.nan]], [[0.9]], [[0.3]]])).round(4).tolist()
    [[0.3]]
    """
    ordered = np.sort(np.asarray(values, dtype=np.float32), axis=0)  # NaN last
    if not len(ordered):
        return np.full(ordered.shape[1:], np.nan)
    n = np.isfinite(ordered).sum(axis=0)
    low, high = (np.take_along_axis(ordered, k[None], axis=0)[0] for k in (np.maximum(n - 1, 0) // 2, n // 2 * (n > 0)))
    return np.where(n > 0, (low.astype(np.float64) + high) / 2, np.nan)


def contrast(
    before: tuple[ArrayLike, ArrayLike], after: tuple[ArrayLike, ArrayLike], disc: Mask, ring: Mask
) -> tuple[Contrast | None, Clear]:
    """Compare a disc with its ring.

    Parameters
    ----------
    before, after
        Composites of NIR and SWIR2, reflectance 0 to 1, each of shape (rows, columns), NaN where missing.
    disc, ring
        Which pixels, shape (rows, columns).

    Returns
    -------
    The contrast, or None where too few pixels are clear, and how many were clear.
    """
    nbr_before, nbr_after = burn_ratio(*before), burn_ratio(*after)
    fall = nbr_before - nbr_after
    sums = [np.add(*(np.asarray(v, dtype=np.float64) for v in bands)) for bands in (before, after)]
    with np.errstate(invalid="ignore", divide="ignore"):
        dark = np.log(sums[0]) - np.log(sums[1])
    ok = np.isfinite(fall) & np.isfinite(dark)
    a, b = disc & ok, ring & ok
    n, m = int(a.sum()), int(b.sum())
    clear = Clear(n / max(int(disc.sum()), 1), m / max(int(ring.sum()), 1), min(n, m))
    if not clear.enough:
        return None, clear
    of_disc, of_ring = (_top(fall[k], dark[k], nbr_after[k]) for k in (a, b))
    above = (fall[a] > np.quantile(fall[b], 0.95)) & (dark[a] > np.median(dark[b]))
    fell, darkened, left = (of_disc - of_ring).tolist()
    return Contrast(fell, darkened, left, float(np.sqrt(above.mean()))), clear


def _top(fall: Array, dark: Array, after: Array) -> Array:
    k = max(int(np.ceil(TOP * len(fall))), 1)
    at = np.argpartition(fall, len(fall) - k)[len(fall) - k :]
    return np.array([fall[at].mean(), dark[at].mean(), after[at].mean()])


@dataclass(frozen=True, eq=False)
class Mixture:
    """A stated distribution of contrasts: Student distributions, one for each way it can come about.

    >>> one = Mixture(np.ones(1), np.zeros((1, 2)), np.eye(2)[None])
    >>> one.log_density([[0.0, 0.0], [3.0, 0.0]]).round(2).tolist()
    [-1.84, -5.44]
    """

    weight: Array
    """Shares, shape (ways,)."""
    mean: Array
    """Shape (ways, features)."""
    scatter: Array
    """Scale matrices, shape (ways, features, features)."""

    def log_density(self, x: ArrayLike) -> Array:
        """Give the log density of contrasts of shape (n, features), shape (n,)."""
        v = np.atleast_2d(np.asarray(x, dtype=np.float64))
        d, f = v.shape[1], DEGREES_OF_FREEDOM
        constant = lgamma((f + d) / 2) - lgamma(f / 2) - d / 2 * np.log(f * np.pi)
        parts = []
        for w, m, s in zip(self.weight, self.mean, self.scatter, strict=True):
            root = np.linalg.cholesky(s)
            z = np.linalg.solve(root, (v - m).T)
            away = (z**2).sum(axis=0)
            parts.append(np.log(w) + constant - np.log(np.diag(root)).sum() - (f + d) / 2 * np.log1p(away / f))
        return np.asarray(logsumexp(parts, axis=0))


@dataclass(frozen=True, eq=False)
class BurnModel:
    """Two stated distributions: it burned in the disc, and it did not."""

    burned: Mixture
    quiet: Mixture

    def likelihood_ratio(self, x: ArrayLike) -> Array:
        """Give P(contrast | heat burned something here) / P(contrast | it did not), 0.5 to 10, shape (n,).

        A fire leaves a visible scar with probability `SEEN`; else its disc looks like a quiet one.
        """
        v = np.atleast_2d(np.asarray(x, dtype=np.float64))
        log = self.burned.log_density(v) - self.quiet.log_density(v)
        return np.minimum(1 - SEEN + SEEN * np.exp(np.minimum(log, 50.0)), LARGEST)


def learn(contrasts: ArrayLike, kind: ArrayLike, *, burned: dict[str, float], quiet: dict[str, float]) -> BurnModel:
    """Learn the two distributions from contrasts whose cause is known.

    Parameters
    ----------
    contrasts
        Shape (n, features).
    kind
        Cause of each, shape (n,).
    burned, quiet
        Stated share of each cause under either hypothesis.

    Raises
    ------
    ValueError
        A cause with fewer than 20 contrasts.
    """
    x, k = np.asarray(contrasts, dtype=np.float64), np.asarray(kind)

    def mixture(shares: dict[str, float]) -> Mixture:
        weight, mean, scatter = [], [], []
        for name, share in shares.items():
            mine = x[k == name]
            if len(mine) < 20:
                raise ValueError(f"{len(mine)} contrasts of {name!r}: too few to learn from (20)")
            weight.append(share)
            m, s = _student(mine)
            mean.append(m)
            scatter.append(s)
        return Mixture(np.array(weight) / sum(weight), np.array(mean), np.array(scatter))

    return BurnModel(mixture(burned), mixture(quiet))


def _student(x: Array) -> tuple[Array, Array]:
    """Fit middle and scatter of a multivariate Student distribution by EM (C. Liu and D. B. Rubin, 1995)."""
    d, f = x.shape[1], DEGREES_OF_FREEDOM
    m, s = np.median(x, axis=0), np.cov(x.T) + 1e-6 * np.eye(d)
    for _ in range(100):
        z = x - m
        away = np.einsum("ij,jk,ik->i", z, np.linalg.inv(s), z)
        u = (f + d) / (f + away)
        new = (u[:, None] * x).sum(axis=0) / u.sum()
        z = x - new
        s = (u[:, None] * z).T @ z / len(x) + 1e-6 * np.eye(d)
        if np.abs(new - m).max() < 1e-7:
            break
        m = new
    return new, s


def among_fires(ratio: ArrayLike, *, fields: float) -> Array:
    """Turn a ratio for "something burned here" into one against all other heat, burning fields and grass among it.

    Why: a strike and a burnt field leave one scar, so among heat of which a share burns fields anyway a scar says less.

    Parameters
    ----------
    ratio
        As `BurnModel.likelihood_ratio` gives it.
    fields
        Share of other heat that burns fields and grass, 0 to 1; 0 gives the ratio back.

    >>> among_fires([10.0, 1.0, 0.5], fields=0.5).round(2).tolist()
    [1.82, 1.0, 0.67]
    """
    r = np.asarray(ratio, dtype=np.float64)
    return np.asarray(r / (fields * r + 1.0 - fields))


def relative(fall: Any, nbr_before: Any) -> Array:
    """Give RdNBR = dNBR / sqrt(|NBR before|); tried, and no better here (`docs/methods/burn-scars.md`).

    Source: J. D. Miller and A. E. Thode, Remote Sensing of Environment 109 (2007) 66-80.

    >>> relative([0.3], [0.09]).round(2).tolist()
    [1.0]
    """
    return np.asarray(np.asarray(fall) / np.sqrt(np.maximum(np.abs(nbr_before), 0.001)))
