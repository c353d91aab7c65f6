"""Whole footprints tested for change, against the same shape laid elsewhere on the scene.

Two statistics, since a ruin may darken as a whole or be brighter here and darker there. `mean`: deviates are averaged
over the footprint in each series, then combined. `sum`: chi-squares of the pixels are added. Neighbouring pixels are
not independent, neither in speckle nor in what fields do, so neither is read off a table: the footprint's shape is laid
on every other place of the scene where no watched object lies, and both statistics are compared with what they are
there. The two p-values are combined by Cauchy's rule, which holds although they hang together.

For a footprint that alarms, the date is scanned for (`stats.change_date`).

Source: Y. Liu and J. Xie, "Cauchy combination test", Journal of the American Statistical Association 115 (2020)
393-402.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects
from scipy.signal import fftconvolve

from ceasefire.detectors.damage_surroundings import DB
from ceasefire.geo.stack import Stack
from ceasefire.stats import change_date
from ceasefire.stats.change import Moments
from ceasefire.stats.change_combine import correlation, quadratic, surprise
from ceasefire.stats.change_null import ENOUGH, QUARTILE, TailNull, fit_tail
from ceasefire.stats.change_ratio import likelihood_ratio

Array = NDArray[np.float64]
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
    p_mean: Array
    """The same by the footprint's mean alone."""
    p_sum: Array
    """The same by the sum over pixels alone."""
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
    values: Sequence[NDArray[np.float32]]
    moments: Sequence[Moments]
    deviates: Array
    error: Array
    spread: Array
    r: Array
    statistic: Array
    dof: Ints
    change_db: Array
    known: Mask
    quiet: Mask


class _Laid(NamedTuple):
    """What a shape shows elsewhere."""

    middle: Array
    """Middle of the mean deviate of each series, shape (series,)."""
    width: Array
    """Its spread: 1 if pixels were independent."""
    r: Array
    """Correlation of series."""
    mean: TailNull
    """Null of the surprise of the mean."""
    total: TailNull
    """Null of the surprise of the sum."""


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
    numbers = {k: np.full(n, np.nan) for k in ("p", "p_mean", "p_sum", "change_db", "likelihood_ratio")}
    dates = {k: np.full(n, NAT) for k in ("date_after", "date_by", "earliest", "latest")}
    pixels, judged, used = (np.zeros(n, dtype=np.int64) for _ in range(3))
    laid: dict[tuple[bytes, ...], _Laid | None] = {}
    for k, box in enumerate(find_objects(labels)):
        if box is None:
            continue
        shape = labels[box] == k + 1
        at = np.zeros(labels.shape, dtype=bool)
        at[box] = shape
        known = at & of.known
        pixels[k], judged[k] = at.sum(), known.sum()
        if judged[k] < SHARE * pixels[k]:
            continue
        numbers["change_db"][k] = _mean_change(of, known)
        window = _window(box, labels.shape)
        name = (shape.tobytes(), repr((shape.shape, window)).encode())
        if name not in laid:
            laid[name] = _lay(of, shape, window)
        elsewhere = laid[name]
        if elsewhere is None:
            continue
        z = _mean_deviates(of.deviates[:, known])
        z = (z - elsewhere.middle) / elsewhere.width
        q_mean, dof_mean = (v[0] for v in quadratic(z[:, None], elsewhere.r))
        q_sum, dof_sum = float(of.statistic[known].sum()), int(of.dof[known].sum())
        used[k] = dof_mean
        a = float(elsewhere.mean.p(surprise(q_mean, dof_mean)))
        b = float(elsewhere.total.p(surprise(q_sum, dof_sum)))
        numbers["p_mean"][k], numbers["p_sum"][k], numbers["p"][k] = a, b, cauchy(a, b)
        numbers["likelihood_ratio"][k] = _ratio(of, known, elsewhere, (float(q_mean), int(dof_mean)), (q_sum, dof_sum))
        if numbers["p"][k] <= level:
            found = _date(of, known, elsewhere)
            for field, value in zip(dates, (found.after, found.by, found.earliest, found.latest), strict=True):
                dates[field][k] = value
    return Footprints(
        pixels=pixels,
        judged=judged,
        p=numbers["p"],
        p_mean=numbers["p_mean"],
        p_sum=numbers["p_sum"],
        change_db=numbers["change_db"],
        likelihood_ratio=numbers["likelihood_ratio"],
        date_after=dates["date_after"],
        date_by=dates["date_by"],
        earliest=dates["earliest"],
        latest=dates["latest"],
        series=used,
    )


def cauchy(*p: float) -> float:
    """Combine p-values that may hang together.

    >>> round(cauchy(0.001, 0.5), 4), round(cauchy(0.02, 0.02), 4)
    (0.002, 0.02)
    """
    each = np.clip(np.array(p), 1e-300, 1.0 - 1e-12)
    # tan((1/2 - p) pi) is 1 / (p pi) for small p, where the tangent itself runs out of digits
    total = float(np.mean(np.where(each < 1e-10, 1.0 / (each * np.pi), np.tan((0.5 - each) * np.pi))))
    return 1.0 / (total * np.pi) if total > 1e10 else 0.5 - float(np.arctan(total)) / np.pi


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
    means = surprise(*quadratic(z, r))
    if np.isfinite(means).sum() < ENOUGH:
        return None
    return _Laid(middle, width, r, fit_tail(means, apart=apart), fit_tail(surprise(statistic, dof), apart=apart))


def _mean_deviates(z: Array) -> Array:
    """Give the sum of deviates over root of their number, shape (series,); NaN where too few pixels have one."""
    known = np.isfinite(z)
    n = known.sum(axis=1)
    return np.where(n >= SHARE * z.shape[1], np.where(known, z, 0.0).sum(axis=1) / np.sqrt(np.maximum(n, 1)), np.nan)


def _mean_change(of: Judged, at: Mask) -> float:
    return float(np.nanmean(of.change_db[at]))


def _ratio(of: Judged, at: Mask, laid: _Laid, mean: tuple[float, int], total: tuple[float, int]) -> float:
    """Give the mean of the two ratios, each of which is a fair bet where nothing happened, within bounds."""
    error = of.error[:, at]
    with np.errstate(divide="ignore"):
        each = np.where(np.isfinite(error), (DB / error) ** 2, np.nan)
    per_series = np.where(np.isfinite(each), each, 0.0).sum(axis=1) / laid.width[: len(error)] ** 2
    a = likelihood_ratio(*mean, null=laid.mean, per_db2=float(np.nansum(per_series)))
    b = likelihood_ratio(*total, null=laid.total, per_db2=float(np.nansum(each)))
    return float(np.clip((a + b) / 2.0, LEAST, LARGEST))


def _date(of: Judged, at: Mask, laid: _Laid) -> change_date.ChangeDate:
    """Scan for the date of change of a footprint."""
    series, inflation = [], []
    for k, (stack, (_, then)) in enumerate(zip(of.stacks, of.sides, strict=True)):
        m, use = of.moments[k], at & np.isfinite(of.deviates[k])
        if not use.any() or not np.isfinite(laid.width[k]):
            continue
        share = of.error[k][use] ** 2 / (1.0 / m.n_before[use] + 1.0 / m.n_after[use])
        away = of.values[k][:, use][then] - m.mean_before[use]
        series.append(change_date.Series(stack.times[then], away.astype(np.float64), share, share / m.n_before[use]))
        inflation.append(laid.width[k] ** 2)
    last = max(s.times[a].max() for s, (a, _) in zip(of.stacks, of.sides, strict=True) if a.any())
    return change_date.scan(series, start=last, inflation=max(float(np.mean(inflation)), 1.0))
