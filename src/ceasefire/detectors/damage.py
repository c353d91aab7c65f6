"""Damage by radar: what changed between two periods, more than its surroundings did, pixel by pixel.

Steps, each in a file of its own. Surroundings are taken out of every date (`damage_surroundings`). Each orbit and
polarisation gives each pixel a moderated t (`stats.change_t`), standardised among pixels of like brightness. The
series that a pixel has make one chi-square with that many degrees of freedom (`stats.change_combine`). Its p-value is
the share of places elsewhere in the scene that moved as much between the same dates (`stats.change_null`). Footprints
are tested as a whole (`damage_footprint`).

A radar sees that a surface changed, not what changed it: harvest, snow, flood, building and wet soil do too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from ceasefire.detectors import damage_combine, damage_kernel, damage_shift
from ceasefire.detectors.damage_footprint import Footprints, Judged, judge
from ceasefire.detectors.damage_series import LEAST_AFTER, LEAST_BEFORE, Count, Seen, look, move
from ceasefire.detectors.damage_surroundings import DB, NotComparable, water
from ceasefire.detectors.threads import allowed, limited
from ceasefire.geo.grid import Grid
from ceasefire.geo.stack import Stack
from ceasefire.model.scene import Scene
from ceasefire.stats import change_combine, change_t
from ceasefire.stats.change import moments
from ceasefire.stats.change_null import ENOUGH, TailNull, crossed, folds
from ceasefire.stats.change_surface import Surface
from ceasefire.stats.false_discovery import adjusted

__all__ = ["REASONS", "Damage", "NotComparable", "Period", "detect"]

Given = TypeVar("Given")
Made = TypeVar("Made")
Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Period = tuple[Any, Any] | NDArray[np.datetime64]
"""Start and end, [start, end), or the very days, datetime64."""

REASONS = ("", "no data", "too few dates", "water", "constant", "too few surroundings")
"""Why a pixel was not judged, by its code in `Damage.masked`; code 0 is judged."""
OWN_NULL = 2000
"""Quiet pixels with which those of one number of series have a null of their own."""


@dataclass(frozen=True, eq=False)
class Damage:
    """What changed; arrays of shape (rows, columns) unless said otherwise."""

    grid: Grid
    """Where."""
    p: Array
    """Share of quiet places of the scene that moved as much; NaN where not judged."""
    statistic: Array
    """z' R^-1 z over the pixel's series."""
    dof: Ints
    """Its degrees of freedom: how many series the pixel has."""
    change_db: Array
    """Change in dB against the surroundings, up or down, weighed over series by their errors."""
    orbits: Ints
    """Orbits used."""
    masked: NDArray[np.uint8]
    """Why not judged, a code of `REASONS`."""
    fdr: Array
    """Least false-discovery rate over the scene at which the pixel is named (Benjamini-Hochberg)."""
    level: float
    """Level asked for."""
    footprints: Footprints
    """The same for whole footprints, in the order of their labels."""
    before: tuple[np.datetime64, np.datetime64]
    """First and last acquisition used before."""
    after: tuple[np.datetime64, np.datetime64]
    """First and last acquisition used after."""
    series: tuple[str, ...]
    """Orbit and band of each series."""
    spread: tuple[float, ...]
    """How much more each series moved than its dates before tell, median over pixels: 1 under pure speckle."""
    nulls: tuple[TailNull, ...]
    """Nulls that were fitted, for the record."""
    scenes: tuple[Scene, ...] = ()
    """Scenes used, where the stacks name them."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What it was run with, for the record."""

    @property
    def alarms(self) -> Mask:
        """Tell which pixels alarm: at most `level` of quiet places show as much."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.p <= self.level)

    def usable(self) -> float:
        """Give the share of pixels that were judged."""
        return float(np.mean(self.masked == 0))


def detect(
    stacks: Sequence[Stack],
    *,
    before: Period,
    after: Period,
    labels: NDArray[np.int32] | None = None,
    level: float = 0.01,
    scores: Mapping[str, ArrayLike] | None = None,
    mask_water: bool = True,
    count: Count = moments,
) -> Damage:
    """Test every pixel, and every footprint, for change between two periods.

    Parameters
    ----------
    stacks
        One for each orbit and polarisation, on one grid: logarithms of power (`log`), or `coherence` between 0 and 1
        dated by the later acquisition of its pair. Each has its own null, learned alike.
    before, after
        Periods, or the days themselves (say, of the same season). No date may be in both.
    labels
        Footprints, 0 for none, 1, 2, ... for objects. Nulls are learned from pixels outside all of them.
    level
        Share of quiet pixels that may alarm.
    scores
        More scores by name, shape (rows, columns), NaN where missing, higher meaning more change: a learned
        classifier's output, say. Each is ranked among quiet pixels, so that it needs no scale of its own, and is one
        more degree of freedom.
    mask_water
        Whether to set water aside, by the mean before.
    count
        Gives moments: `stats.change.moments`, or the compiled `detectors.damage_kernel.moments`, with which all that
        goes over every pixel is compiled. The numbers are the same to single precision.

    Raises
    ------
    NotComparable
        No stack, different grids, or no date before or after in any stack.
    WrongUnits
        Pixels in decibels or linear power.
    ValueError
        A level outside 0 to 1, labels of another shape, or a date in both periods.

    >>> rng = np.random.default_rng(7)
    >>> grid = Grid("EPSG:32636", 300_000.0, 5_600_000.0, 10.0, 10.0, (80, 80))
    >>> days = np.datetime64("2025-01-01", "s") + np.arange(12) * np.timedelta64(12, "D")
    >>> def orbit(name):
    ...     x = np.log(rng.gamma(4.4, 0.1 / 4.4, (12, 80, 80))).astype(np.float32)
    ...     x[8:, 20:24, 20:24] -= 0.7
    ...     return Stack(x, days, grid, band="VV", orbit=name, units="log")
    >>> labels = np.zeros((80, 80), dtype=np.int32)
    >>> labels[20:24, 20:24], labels[60:64, 60:64] = 1, 2
    >>> first, then = ("2025-01-01", "2025-04-01"), ("2025-04-01", "2025-06-01")
    >>> found = detect([orbit("A"), orbit("B")], before=first, after=then, labels=labels)
    >>> (found.footprints.p < 0.01).tolist(), found.footprints.change_db.round().tolist()
    ([True, False], [-3.0, 0.0])
    >>> str(found.footprints.date_after[0])[:10], str(found.footprints.date_by[0])[:10]
    ('2025-03-26', '2025-04-07')
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"a level lies between 0 and 1, not {level}")
    grid, watched, sides = _compared(stacks, before, after, labels)
    shape, quiet = grid.shape, ~watched
    compiled = count is damage_kernel.moments
    shift = damage_shift.shift if compiled else change_t.shift
    each = list(zip(stacks, sides, strict=True))
    seen = _on_threads(lambda of: look(of[0], *of[1], count=count), each)
    wet = _wet(stacks, seen) if mask_water else np.zeros(shape, dtype=bool)
    valid = np.array([s.dated & s.moving & ~wet for s in seen])
    constant = np.any([s.dated & ~s.moving for s in seen], axis=0) & ~valid.any(axis=0)
    some, dated = (np.any([getattr(s, name) for s in seen], axis=0) for name in ("some", "dated"))
    z = np.empty((len(stacks) + len(scores or {}), *shape), np.float32)
    error, difference = (np.empty((len(stacks), *shape), np.float32) for _ in range(2))

    def moved(k: int) -> tuple[Surface, float]:
        (stack, side), mean = each[k], seen[k].mean
        m = move(stack, *side, mean=mean, valid=valid[k], watched=watched, count=count, shift=shift)
        z[k], error[k], difference[k] = m.z, m.error, m.difference
        return m.surface, m.spread

    surfaces, spread = zip(*_on_threads(moved, range(len(stacks))), strict=True)
    valid &= np.isfinite(z[: len(stacks)])
    for k, score in enumerate((scores or {}).values(), start=len(stacks)):
        z[k] = _ranked(score, shape, quiet & ~wet)
    statistic, dof, score = _combined(z, quiet, compiled=compiled)
    p, nulls = _judged(score, dof, quiet)
    masked = np.select([wet, np.isfinite(p), ~some, ~dated, constant], [3, 0, 1, 2, 4], default=5).astype(np.uint8)
    change = _weighed(difference, error) / DB
    used = [[stack.times[side] for stack, side in zip(stacks, of, strict=True)] for of in zip(*sides, strict=True)]
    start, end = ((min(t.min() for t in w if len(t)), max(t.max() for t in w if len(t))) for w in used)
    judged = Judged(stacks, sides, surfaces, z, error, statistic, dof, change, np.isfinite(p), quiet)
    return Damage(
        grid=grid,
        p=p,
        statistic=statistic,
        dof=dof,
        change_db=change,
        orbits=_orbits(stacks, valid),
        masked=masked,
        fdr=adjusted(p),
        level=level,
        footprints=judge(judged, labels if labels is not None else np.zeros(shape, dtype=np.int32), level=level),
        before=start,
        after=end,
        series=tuple(f"{s.orbit} {s.band}".strip() for s in stacks) + tuple(scores or {}),
        spread=spread,
        nulls=nulls,
        scenes=tuple(
            s
            for stack, (a, b) in zip(stacks, sides, strict=True)
            if stack.scenes
            for s, use in zip(stack.scenes, a | b, strict=True)
            if use
        ),
        settings={"level": level, "water masked": mask_water, "least dates": (LEAST_BEFORE, LEAST_AFTER)},
    )


def _compared(
    stacks: Sequence[Stack], before: Period, after: Period, labels: NDArray[np.int32] | None
) -> tuple[Grid, Mask, list[tuple[Mask, Mask]]]:
    """Give the grid, the pixels of footprints, and the dates of each stack before and after."""
    if not stacks:
        raise NotComparable("no stack to compare")
    grid = stacks[0].grid
    for s in stacks[1:]:
        if s.grid != grid:
            raise NotComparable(f"stacks lie on different grids: {grid} and {s.grid}; resample them to one")
    if labels is not None and labels.shape != grid.shape:
        raise ValueError(f"labels of shape {labels.shape} do not fit a grid of {grid.shape}")
    sides = [(_dates(s, before), _dates(s, after)) for s in stacks]
    if any(np.any(a & b) for a, b in sides):
        raise ValueError("a date is either before or after, not both")
    for name, which in (("before", 0), ("after", 1)):
        if not any(side[which].any() for side in sides):
            raise NotComparable(f"no acquisition {name}: nothing to compare")
    watched = labels > 0 if labels is not None else np.zeros(grid.shape, dtype=bool)
    return grid, watched, sides


def _on_threads(work: Callable[[Given], Made], each: Sequence[Given]) -> list[Made]:
    """Do a work for each series, several at a time; what each does inside shares the threads that are left."""
    several = allowed()
    inner = max(1, several // len(each))

    def one(given: Given) -> Made:
        with limited(inner):
            return work(given)

    with ThreadPoolExecutor(min(several, len(each))) as pool:
        return list(pool.map(one, each))


def _wet(stacks: Sequence[Stack], seen: Sequence[Seen]) -> Mask:
    """Tell which pixels are water by their means before."""
    means: dict[str, NDArray[Any]] = {}
    for stack, s in zip(stacks, seen, strict=True):
        if stack.units == "log":
            dark = np.where(s.dated, s.mean, np.float32(np.nan))
            means[stack.band] = np.fmax(means[stack.band], dark) if stack.band in means else dark
    return water(means, stacks[0].grid.shape)


def _combined(z: NDArray[np.float32], quiet: Mask, *, compiled: bool) -> tuple[Array, Ints, Array]:
    """Give chi-square, degrees of freedom and surprise of each pixel."""
    flat = z.reshape(len(z), -1)
    r = change_combine.correlation(flat if quiet.all() else flat[:, quiet.ravel()])
    if compiled:
        made: Any = damage_combine.combine(flat, r)
    else:
        q, dof = change_combine.quadratic(flat, r)
        made = (q, dof, change_combine.surprise(q, dof))
    statistic, dof, score = (v.reshape(quiet.shape) for v in made)
    return statistic, dof, score


def _weighed(difference: NDArray[np.float32], error: NDArray[np.float32]) -> Array:
    """Give the mean over series, weighed by their errors; NaN where there is none."""
    total, weights = (np.zeros(difference.shape[1:]) for _ in range(2))
    for d, e in zip(difference, error, strict=True):
        weight = np.where(np.isfinite(d), 1.0 / (e * e), 0.0)
        weights += weight
        total += np.nan_to_num(d) * weight
    return np.asarray(np.divide(total, weights, out=np.full(total.shape, np.nan), where=weights > 0))


def _dates(stack: Stack, period: Period) -> Mask:
    if isinstance(period, tuple):
        return stack.between(*period)
    return np.isin(stack.times.astype("datetime64[D]"), np.asarray(period).astype("datetime64[D]"))


def _judged(score: Array, dof: Ints, quiet: Mask) -> tuple[Array, tuple[TailNull, ...]]:
    """Give p-values: pixels of one number of series among themselves where there are enough of them."""
    fold = folds(score.shape)
    p, nulls = crossed(score, fold=fold, quiet=quiet)
    kinds = np.unique(dof[np.isfinite(score)])
    kept = list(nulls)
    for d in kinds if len(kinds) > 1 else []:
        at = dof == d
        if (at & quiet).sum() >= OWN_NULL:
            own, fitted = crossed(np.where(at, score, np.nan), fold=fold, quiet=quiet)
            p = np.where(np.isfinite(own), own, p)
            kept += fitted
    return p, tuple(n for n in kept if n is not None)


def _ranked(score: ArrayLike, shape: tuple[int, int], quiet: Mask) -> Array:
    """Give a score as normal deviates by its rank among quiet pixels; too few of these give nothing."""
    x = np.asarray(score, dtype=np.float64)
    if x.shape != shape:
        raise ValueError(f"a score of shape {x.shape} does not fit a grid of {shape}")
    known = np.isfinite(x)
    among = np.sort(x[known & quiet])
    out = np.full(shape, np.nan)
    if len(among) >= ENOUGH:
        low, high = (np.searchsorted(among, x[known], side=s) for s in ("left", "right"))
        out[known] = norm.ppf((low + high + 1.0) / (2.0 * len(among) + 2.0))
    return out


def _orbits(stacks: Sequence[Stack], valid: Mask) -> Ints:
    names = sorted({s.orbit for s in stacks})
    each = [np.any([v for s, v in zip(stacks, valid, strict=True) if s.orbit == n], axis=0) for n in names]
    return np.asarray(np.sum(each, axis=0), dtype=np.int64)
