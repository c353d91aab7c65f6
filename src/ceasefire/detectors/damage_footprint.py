"""Whole footprints tested for change, against the same shape laid elsewhere on the scene.

The statistic is a blend of what the pixels do together and each alone (`stats.change_footprint`). Neighbouring pixels
are not independent, neither in speckle nor in what fields do, so it is not read off a table: the footprint's shape is
laid on every other place of the scene where no watched object lies, and the blend is compared with what it is there.

For a footprint that alarms, the date is scanned for (`stats.change_date`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import find_objects
from scipy.signal import fftconvolve

from ceasefire.detectors.damage_surroundings import DB, scaled
from ceasefire.geo.stack import Stack
from ceasefire.stats import change_date, change_footprint
from ceasefire.stats.change_combine import correlation, quadratic
from ceasefire.stats.change_null import ENOUGH, QUARTILE, TailNull, fit_tail
from ceasefire.stats.change_ratio import likelihood_ratio
from ceasefire.stats.change_surface import Surface

Array = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

LARGEST, LEAST = 20.0, 0.05
"""Bounds of a likelihood ratio: as much as one drone recording, since a harvest changes a field too."""
WINDOW = 400
"""On a larger scene the shape is laid only within so many pixels of the footprint."""
SHARE = 0.5
"""Share of a footprint's pixels that must be judged."""
NAT = np.datetime64("NaT", "s")


@dataclass(frozen=True, eq=False)
class Footprints:
    """What became of each labelled footprint; arrays of shape (objects,), in the order of the labels."""

    pixels: Ints
    """Pixels of the footprint."""
    judged: Ints
    """Of these judged."""
    p: Array
    """Share of like places that moved as much; NaN where not judged."""
    change_db: Array
    """Change of the footprint's mean, dB."""
    likelihood_ratio: Array
    """P(this | damage) / P(this | none), between `LEAST` and `LARGEST`; NaN where not judged."""
    date_after: NDArray[np.datetime64]
    """Last acquisition before the likeliest date of change; NaT unless the footprint alarms."""
    date_by: NDArray[np.datetime64]
    """First acquisition behind it."""
    earliest: NDArray[np.datetime64]
    """Last acquisition before the interval of 95 %."""
    latest: NDArray[np.datetime64]
    """First acquisition behind it."""
    series: Ints
    """Series used."""


@dataclass(frozen=True, eq=False)
class Judged:
    """What the test of pixels leaves for the footprints; arrays of shape (series, rows, columns) or (rows, columns)."""

    stacks: Sequence[Stack]
    sides: Sequence[tuple[Mask, Mask]]
    surfaces: Sequence[Surface]
    deviates: Singles
    error: Singles
    statistic: Array
    dof: Ints
    change_db: Array
    known: Mask
    quiet: Mask

    def window(self, rows: slice, columns: slice) -> Judged:
        """Give a block of rows and columns, without a copy."""
        at = (..., rows, columns)
        return replace(
            self,
            **{
                name: getattr(self, name)[at]
                for name in ("deviates", "error", "statistic", "dof", "change_db", "known", "quiet")
            },
        )


class _Laid(NamedTuple):
    """What a shape shows elsewhere."""

    middle: Array
    """Middle of the mean deviate of each series, shape (series,)."""
    width: Array
    """Its spread: 1 if pixels were independent."""
    r: Array
    """Correlation of series."""
    shift: float
    """Middle of the blend less that of theory, in standard deviations of theory."""
    stretch: float
    """Its inner spread over that of theory: above 1 where neighbours move together."""
    null: TailNull
    """Null of the surprise of the blend, once shifted and stretched."""

    def aligned(self, value: ArrayLike, theory: change_footprint.Spread) -> Array:
        """Shift and stretch a blend so that its middle and inner spread are those of theory."""
        middle, width = theory.quantile(0.5), np.sqrt(theory.variance)
        return np.asarray(middle + ((np.asarray(value) - middle) / width - self.shift) / self.stretch * width)


def judge(of: Judged, labels: NDArray[np.int32], *, level: float) -> Footprints:
    """Judge every footprint.

    Parameters
    ----------
    of
        What `damage.detect` found of the pixels.
    labels
        Footprints, shape (rows, columns).
    level
        Footprints with p at or below it get a date.
    """
    n = int(labels.max(initial=0))
    numbers = {k: np.full(n, np.nan) for k in ("p", "change_db", "likelihood_ratio")}
    dates = {k: np.full(n, NAT) for k in ("date_after", "date_by", "earliest", "latest")}
    pixels, judged, used = (np.zeros(n, dtype=np.int64) for _ in range(3))
    laid: dict[tuple[bytes, ...], _Laid | None] = {}
    for k, box in enumerate(find_objects(labels)):
        if box is None:
            continue
        shape = labels[box] == k + 1
        here = of.window(*box)
        known = shape & here.known
        pixels[k], judged[k] = shape.sum(), known.sum()
        if judged[k] < SHARE * pixels[k]:
            continue
        numbers["change_db"][k] = float(np.nanmean(here.change_db[known]))
        window = _window(box, labels.shape)
        name = (shape.tobytes(), repr((shape.shape, window)).encode())
        if name not in laid:
            laid[name] = _lay(of, shape, window)
        elsewhere = laid[name]
        if elsewhere is None:
            continue
        z = _mean_deviates(here.deviates[:, known])
        z = (z - elsewhere.middle) / elsewhere.width
        q, dof_mean = (v[0] for v in quadratic(z[:, None], elsewhere.r))
        used[k] = dof_mean
        if not dof_mean:
            continue
        of_all = (int(here.dof[known].sum()), int(dof_mean), int(judged[k]))
        theory = change_footprint.spread(*of_all)
        raw = change_footprint.blend(here.statistic[known].sum(), q, judged[k])
        blend = max(float(elsewhere.aligned(raw, theory)), 0.0)
        numbers["p"][k] = elsewhere.null.p(-2.0 * theory.log_tail(blend))
        numbers["likelihood_ratio"][k] = _ratio(here, known, elsewhere, blend, of_all)
        if numbers["p"][k] <= level:
            found = _date(of, box, known, elsewhere)
            for field, value in zip(dates, (found.after, found.by, found.earliest, found.latest), strict=True):
                dates[field][k] = value
    return Footprints(
        pixels=pixels,
        judged=judged,
        p=numbers["p"],
        change_db=numbers["change_db"],
        likelihood_ratio=numbers["likelihood_ratio"],
        date_after=dates["date_after"],
        date_by=dates["date_by"],
        earliest=dates["earliest"],
        latest=dates["latest"],
        series=used,
    )


def _window(box: tuple[slice, slice], shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Give where a shape is laid: everywhere on a small scene, else blocks of the scene that hold the footprint."""
    out = []
    for s, size in zip(box, shape, strict=True):
        half = WINDOW // 2
        start = 0 if size <= WINDOW else int(np.clip(s.start // half * half - half // 2, 0, size - WINDOW))
        out.append(slice(start, min(max(start + WINDOW, s.stop), size)))
    return out[0], out[1]


def _lay(of: Judged, shape: Mask, window: tuple[slice, slice]) -> _Laid | None:
    """Lay a shape on all other places; None where there are too few of them."""
    flat = shape[::-1, ::-1].astype(np.float64)
    pixels = int(shape.sum())
    if any(a > b for a, b in zip(shape.shape, of.known[window].shape, strict=True)):
        return None

    def over(v: Array) -> Array:
        return np.asarray(fftconvolve(v, flat, mode="valid"))

    usable = of.quiet[window] & of.known[window]
    free = over(usable.astype(np.float64)) > pixels - 0.5
    step = max(int(np.sqrt(pixels) // 3), 1)
    thin = np.zeros_like(free)
    thin[::step, ::step] = True
    free &= thin
    if free.sum() < ENOUGH:
        return None
    apart = max(pixels / step**2, 1.0)
    statistic = over(np.where(usable, of.statistic[window], 0.0))[free]
    dof = np.rint(over(np.where(usable, of.dof[window], 0).astype(np.float64))[free])
    z = np.full((len(of.deviates), int(free.sum())), np.nan)
    for k, value in enumerate(of.deviates):
        v = value[window]
        n = np.rint(over(np.isfinite(v).astype(np.float64))[free])
        z[k] = np.where(n >= SHARE * pixels, over(np.nan_to_num(v))[free] / np.sqrt(np.maximum(n, 1.0)), np.nan)
    some = np.isfinite(z).sum(axis=1) >= ENOUGH
    middle, width = np.zeros(len(z)), np.full(len(z), np.nan)
    middle[some] = np.nanmedian(z[some], axis=1)
    width[some] = np.nanmedian(np.abs(z[some] - middle[some, None]), axis=1) / QUARTILE
    z = (z - middle[:, None]) / np.where(width > 0, width, np.nan)[:, None]
    r = correlation(z)
    q, dof_mean = quadratic(z, r)
    whole = (dof_mean > 0) & (dof >= dof_mean)
    if whole.sum() < ENOUGH:
        return None
    theory = change_footprint.spread(dof[whole], dof_mean[whole], pixels)
    blend = change_footprint.blend(statistic[whole], q[whole], pixels)
    width = np.where(width > 0, width, np.nan)
    shift, stretch = _alignment(blend, theory)
    laid = _Laid(middle, width, r, shift, stretch, TailNull(1.0, 1.0))
    return laid._replace(null=fit_tail(-2.0 * theory.log_tail(laid.aligned(blend, theory)), apart=apart))


def _alignment(blend: Array, theory: change_footprint.Spread) -> tuple[float, float]:
    """Give by how much blends are off their theory in the middle, and how much wider they lie around it."""
    away = (blend - theory.quantile(0.5)) / np.sqrt(theory.variance)
    low, middle, high = np.quantile(away, [0.25, 0.5, 0.75])
    inner = np.mean((theory.quantile(0.75) - theory.quantile(0.25)) / np.sqrt(theory.variance))
    return float(middle), float(max((high - low) / inner, 0.1))


def _mean_deviates(z: Singles) -> Array:
    """Give the sum of deviates over root of their number, shape (series,); NaN where too few pixels have one."""
    known = np.isfinite(z)
    n = known.sum(axis=1)
    total = np.where(known, z, 0.0).sum(axis=1, dtype=np.float64)
    return np.where(n >= SHARE * z.shape[1], total / np.sqrt(np.maximum(n, 1)), np.nan)


def _ratio(of: Judged, at: Mask, laid: _Laid, blend: float, of_all: tuple[int, int, int]) -> float:
    """Give the likelihood ratio within its bounds; neighbours that move together bring less."""
    error = of.error[:, at]
    with np.errstate(divide="ignore", invalid="ignore"):
        per_db2 = float(np.nansum((DB / error) ** 2)) / laid.stretch
    if not per_db2 > 0:
        return float("nan")
    dof, dof_mean, pixels = of_all
    ratio = likelihood_ratio(blend, dof=dof, dof_mean=dof_mean, pixels=pixels, null=laid.null, per_db2=per_db2)
    return float(np.clip(ratio, LEAST, LARGEST))


def _date(of: Judged, box: tuple[slice, slice], at: Mask, laid: _Laid) -> change_date.ChangeDate:
    """Scan for the date of change of a footprint."""
    here = of.window(*box)
    series, inflation = [], []
    for k, (stack, (first, then)) in enumerate(zip(of.stacks, of.sides, strict=True)):
        use = at & np.isfinite(here.deviates[k])
        if not use.any() or not np.isfinite(laid.width[k]):
            continue
        x = (scaled(stack.window(*box)) - of.surfaces[k].at(*box))[:, use].astype(np.float64)
        n_before, n_after = (np.isfinite(x[side]).sum(axis=0) for side in (first, then))
        share = here.error[k][use].astype(np.float64) ** 2 / (1.0 / n_before + 1.0 / n_after)
        away = x[then] - np.nanmean(x[first], axis=0)
        series.append(change_date.Series(stack.times[then], away, share, share / n_before))
        inflation.append(laid.width[k] ** 2)
    last = max(s.times[a].max() for s, (a, _) in zip(of.stacks, of.sides, strict=True) if a.any())
    return change_date.scan(series, start=last, inflation=max(float(np.mean(inflation)), 1.0))
