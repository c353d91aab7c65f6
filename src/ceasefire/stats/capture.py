"""Missing mass: how many incidents are on no list, from how much independent lists overlap.

Why care is needed: two lists that see the same loud incidents overlap too much, and the classical estimate is then too
low by an unknown factor. With three lists or more the dependence itself can be estimated, under models that are
averaged. With two it cannot, and all that is stated is a lower bound, or a range under a stated range of dependence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from ceasefire.stats.capture_models import Fitted, fit_models

Array = NDArray[np.float64]
_WITHIN = 6.0
"""A model is not spoken against where its criterion lies within this of the best (Burnham and Anderson: 4 to 7)."""


@dataclass(frozen=True)
class Missing:
    """How many incidents there were, seen and unseen."""

    observed: int
    """Incidents on at least one list."""
    bound: float
    """Chao's lower bound of the total."""
    bound_low: float
    """One-sided lower limit of that bound: the total is at least this, at the level asked for."""
    total: float
    """Estimated total; NaN where no estimate is justified (fewer than three lists)."""
    low: float
    """Lower bound of the total."""
    high: float
    """Upper bound of the total; infinite where nothing bounds it."""
    models: tuple[tuple[str, float, float], ...]
    """Models averaged: what is dependent, weight, total; the heaviest first."""
    words: str
    """What kind of number this is, in a sentence."""


def chao_bound(histories: ArrayLike, *, level: float = 0.95) -> tuple[float, float]:
    """Give Chao's lower bound of the total, and its one-sided lower limit.

    Why: it holds whether incidents are equally easy to see or not, and lists that favour the same incidents only make
    it lower. It is no bound where lists avoid one another's incidents.

    Parameters
    ----------
    histories
        Mask of shape (incidents, lists): which incident is on which list. Incidents on no list are not counted.
    level
        One-sided level of the lower limit (log-normal, as Chao has it).

    Raises
    ------
    ValueError
        The table is no mask of two dimensions.

    Source: A. Chao, "Estimating the population size for capture-recapture data with unequal catchability", Biometrics
    43 (1987) 783-791, in the bias-corrected form, with the factor (lists - 1) / lists.

    >>> bound, low = chao_bound([[1, 0]] * 20 + [[0, 1]] * 20 + [[1, 1]] * 9)
    >>> round(bound, 1), round(low, 1)
    (88.0, 67.8)
    """
    _check_level(level)
    table = _mask(histories)
    lists = table.shape[1]
    times = table.sum(axis=1)
    seen = int((times > 0).sum())
    once, twice = float((times == 1).sum()), float((times == 2).sum())
    if lists < 2 or not seen:
        return float(seen), float(seen)
    shrink = (lists - 1) / lists
    unseen = shrink * once * (once - 1) / (2.0 * (twice + 1.0))
    if unseen <= 0:
        return float(seen), float(seen)
    variance = (
        shrink * once * (once - 1) / (2 * (twice + 1))
        + shrink**2 * once * (2 * once - 1) ** 2 / (4 * (twice + 1) ** 2)
        + shrink**2 * once**2 * twice * (once - 1) ** 2 / (4 * (twice + 1) ** 4)
    )
    spread = np.exp(ndtri(level) * np.sqrt(np.log1p(variance / unseen**2)))
    return seen + unseen, seen + float(unseen / spread)


def missing_mass(
    histories: ArrayLike,
    *,
    odds_ratio: tuple[float, float] | None = None,
    criterion: str = "aicc",
    level: float = 0.95,
    draws: int = 4000,
    seed: int = 0,
) -> Missing:
    """Estimate how many incidents there were, from which incident is on which list.

    Three lists or more: log-linear models of the counts of each pattern, over which lists depend on which, and over
    incidents that differ in how easy they are to see, averaged by an information criterion. The interval holds that of
    the average and of every model within 6 of the best: data that cannot tell dependence from unequal incidents give
    the range of both. Two lists: the bound, and with `odds_ratio` the range that follows from that
    range of dependence. One list: what was seen, and no upper end.

    Parameters
    ----------
    histories
        Mask of shape (incidents, lists), duplicates already linked. Rows on no list are not counted.
    odds_ratio
        For two lists: the least and the greatest odds ratio between being on one and on the other that is thought
        possible; (1, 1) says that they are independent. Not used for three or more.
    criterion
        `aicc` or `bic`.
    level
        Two-sided level of the interval.
    draws, seed
        Draws behind the interval, and their seed.

    Raises
    ------
    ValueError
        The table is no mask, the odds ratios do not rise from above zero, or the criterion is unknown.

    Source: S. E. Fienberg, Biometrika 59 (1972) 591-603 (log-linear models); D. Madigan and J. C. York, Biometrika 84
    (1997) 19-31 (averaging); R. R. Regal and E. B. Hook, Statistics in Medicine 10 (1991) 717-721 (intervals over all
    models that fit); J. N. Darroch and others, JASA 88 (1993) 1137-1148 (unequal incidents); S. C. Gerritse,
    P. G. M. van der Heijden and B. F. M. Bakker, Journal of Official Statistics 31 (2015) 357-379 (two lists).

    >>> rng = np.random.default_rng(3)
    >>> lists = rng.random((500, 3)) < [0.5, 0.4, 0.3]
    >>> m = missing_mass(lists)
    >>> m.observed, m.low < 500 < m.high
    (397, True)
    >>> two = missing_mass(lists[:, :2])
    >>> two.total, two.high, two.low < 500 < two.high
    (nan, inf, True)
    """
    _check_level(level)
    if criterion not in ("aicc", "bic"):
        raise ValueError(f"criterion must be 'aicc' or 'bic', not {criterion!r}")
    table = _mask(histories)
    table = table[table.any(axis=1)]
    seen = len(table)
    bound, bound_low = chao_bound(table, level=level)
    used = table.any(axis=0)
    nan, inf = float("nan"), float("inf")
    if not seen:
        return Missing(
            0,
            0.0,
            0.0,
            nan,
            0.0,
            inf,
            (),
            "No list names any incident; that says nothing of how many were unseen.",
        )
    if used.sum() < 2:
        return Missing(
            seen,
            bound,
            bound_low,
            nan,
            float(seen),
            inf,
            (),
            "One list: what it names, and nothing bounds the rest.",
        )
    if used.sum() == 2:
        return _two(table[:, used], odds_ratio, level)
    if not _joined(table[:, used]):
        return Missing(
            seen, bound, bound_low, nan, float(seen), inf, (),
            "The lists hardly overlap: the dependence between them cannot be estimated, and nothing bounds the rest.",
        )  # fmt: skip
    fitted = fit_models(table[:, used], criterion=criterion)
    names = np.flatnonzero(used)
    return _averaged(fitted, names, seen=seen, bound=(bound, bound_low), level=level, draws=draws, seed=seed)


def lincoln_petersen(histories: ArrayLike, *, level: float = 0.95) -> tuple[float, float, float]:
    """Give Chapman's form of the Lincoln-Petersen estimate of two lists, with its interval: the baseline to beat.

    It is right only where the two lists are independent and all incidents equally easy to see; do not publish it.

    Source: D. G. Chapman, University of California Publications in Statistics 1 (1951) 131-160; variance of G. A. F.
    Seber, Biometrika 57 (1970) 313-318.

    >>> [round(v) for v in lincoln_petersen([[1, 0]] * 20 + [[0, 1]] * 20 + [[1, 1]] * 9)]
    [89, 54, 124]
    """
    _check_level(level)
    table = _mask(histories)
    if table.shape[1] != 2:
        raise ValueError(f"Lincoln-Petersen is for two lists, not {table.shape[1]}")
    first, second = float(table[:, 0].sum()), float(table[:, 1].sum())
    both = float(table.all(axis=1).sum())
    total = (first + 1) * (second + 1) / (both + 1) - 1
    variance = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    reach = float(ndtri(0.5 + level / 2)) * float(np.sqrt(variance))
    return total, total - reach, total + reach


def _two(table: NDArray[np.bool_], odds_ratio: tuple[float, float] | None, level: float) -> Missing:
    seen = len(table)
    bound, bound_low = chao_bound(table, level=level)
    nan, inf = float("nan"), float("inf")
    if odds_ratio is None:
        words = "Two lists: a lower bound, unless they avoid each other's incidents. More cannot be known from two."
        return Missing(seen, bound, bound_low, nan, max(bound_low, float(seen)), inf, (), words)
    least, greatest = odds_ratio
    if not 0.0 < least <= greatest < inf:
        raise ValueError(f"odds ratios must rise from above zero, not {odds_ratio}")
    both = float(table.all(axis=1).sum())
    one, other = float((table[:, 0] & ~table[:, 1]).sum()), float((~table[:, 0] & table[:, 1]).sum())
    unseen = (one + 0.5) * (other + 0.5) / (both + 0.5)
    # Log-normal: the delta method on the log of a product and a quotient of Poisson counts, plus the unseen itself.
    spread = np.sqrt(1 / (one + 0.5) + 1 / (other + 0.5) + 1 / (both + 0.5) + 1 / max(unseen, 0.5))
    reach = float(np.exp(ndtri(0.5 + level / 2) * spread))
    words = f"Two lists: a range under odds ratios from {least:g} to {greatest:g}, which are assumed, not estimated."
    high = seen + greatest * unseen * reach
    return Missing(seen, bound, bound_low, nan, seen + least * unseen / reach, high, (), words)


def _joined(table: NDArray[np.bool_]) -> bool:
    """Say whether the overlaps tie at least three lists into one piece."""
    overlap = (table.astype(np.int64).T @ table) > 0
    reach = overlap[0].copy()
    for _ in range(len(overlap)):
        reach = overlap[reach].any(axis=0)
    return bool(reach.all()) and int((table.sum(axis=1) >= 2).sum()) >= 3


def _averaged(
    fitted: list[Fitted], names: NDArray[np.int64], *, seen: int, bound: tuple[float, float],
    level: float, draws: int, seed: int,
) -> Missing:  # fmt: skip
    rng = np.random.default_rng(seed)
    weight = np.array([m.weight for m in fitted])
    centre, spread = np.array([m.log_unseen for m in fitted]), np.array([m.spread for m in fitted])
    noise = rng.standard_normal(draws)

    def unseen(which: NDArray[np.int64]) -> Array:
        mean = np.exp(np.minimum(centre[which] + spread[which] * noise, 40.0))
        return np.quantile(rng.poisson(np.minimum(mean, 1e15)), [(1 - level) / 2, 0.5, (1 + level) / 2])

    middle = unseen(rng.choice(len(fitted), draws, p=weight))
    held = np.flatnonzero(weight >= weight.max() * np.exp(-0.5 * _WITHIN))
    ends = np.stack([middle, *(unseen(np.full(draws, k)) for k in held)])
    low, high = ends[:, 0].min(), ends[:, 2].max()
    order = np.argsort(-weight, kind="stable")
    models = tuple((fitted[k].describe(names), float(weight[k]), float(seen + np.exp(centre[k]))) for k in order)
    return Missing(
        seen, bound[0], bound[1], float(seen + middle[1]), float(seen + low), float(seen + high), models,
        f"{names.size} lists: {len(fitted)} models of their dependence averaged; the median of what they "
        f"say, and an interval that holds those of the {held.size} that the overlaps do not speak against.",
    )  # fmt: skip


def _mask(histories: ArrayLike) -> NDArray[np.bool_]:
    array = np.asarray(histories)
    if array.ndim != 2 or array.shape[1] < 1:
        raise ValueError(f"histories must have shape (incidents, lists), not {array.shape}")
    if array.dtype != bool:
        values = array.astype(np.float64)
        if not np.all((values == 0) | (values == 1)):
            raise ValueError("histories must be 0 or 1 (or a mask): which incident is on which list")
    return array.astype(bool)


def _check_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
