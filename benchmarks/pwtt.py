"""The published PWTT score, written anew from its description, for comparison.

Lee filter of 3 x 3 with 5 looks on linear power, logarithm, pooled two-sample t for each orbit and polarisation, their
absolute values summed over orbits with weights root of the degrees of freedom (divided by the root of the sum), the
larger of the two polarisations, then the mean of the score itself and its circular means of 50, 100 and 150 m.
Damage is a score above 3.3. Its own mask of built-up land (Dynamic World) and its 10 m median are left out: there is no
such map here, and a pixel of 30 m holds the median.

Source: O. Ballinger, "Open access battle damage detection via pixel-wise t-test on Sentinel-1 imagery" (2024),
arXiv:2405.06323, and its repository; not its code.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve, uniform_filter

from ceasefire.geo.stack import Stack

Array = NDArray[np.float64]

THRESHOLD = 3.3
LOOKS = 5
RADII_M = (50.0, 100.0, 150.0)


def score(
    stacks: Sequence[Stack], before: Array, after: Array, *, filtered: bool = True, smoothed: bool = True
) -> Array:
    """Give T, shape (rows, columns); masks of dates are shared by all stacks."""
    bands: dict[str, list[tuple[Array, Array]]] = {}
    for stack in stacks:
        x = np.stack([lee(np.exp(v)) for v in stack.values]) if filtered else np.exp(stack.values.astype(np.float64))
        bands.setdefault(stack.band, []).append(welded(np.log(np.maximum(x, 1e-12)), before, after))
    each = []
    for orbits in bands.values():
        t, dof = (np.stack(v) for v in zip(*orbits, strict=True))
        known = np.isfinite(t)
        weight = np.where(known, np.sqrt(dof), 0.0)
        total = np.where(known, dof, 0.0).sum(axis=0)
        each.append(
            (np.where(known, np.abs(t), 0.0) * weight).sum(axis=0) / np.sqrt(np.where(total > 0, total, np.nan))
        )
    best = np.fmax.reduce(each)
    return smooth(best, stacks[0].grid.width) if smoothed else best


def welded(x: Array, before: Array, after: Array) -> tuple[Array, Array]:
    """Give pooled t and its degrees of freedom."""
    n = [np.isfinite(x[s]).sum(axis=0) for s in (before, after)]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = [np.nanmean(x[s], axis=0) for s in (before, after)]
        spread = [np.nansum((x[s] - m) ** 2, axis=0) for s, m in zip((before, after), mean, strict=True)]
        dof = n[0] + n[1] - 2.0
        t = (mean[1] - mean[0]) / np.sqrt(sum(spread) / dof * (1.0 / n[0] + 1.0 / n[1]))
    valid = (n[0] >= 3) & (n[1] >= 2)
    return np.where(valid, t, np.nan), np.where(valid, dof, np.nan)


def lee(power: Array) -> Array:
    """Filter an image by Lee's rule, 3 x 3."""
    known = np.isfinite(power)
    x = np.where(known, power, np.nanmean(power))
    mean = uniform_filter(x, 3)
    variance = np.maximum(uniform_filter(x * x, 3) - mean * mean, 0.0)
    noise = mean * mean / LOOKS
    gain = np.clip(1.0 - noise / np.maximum(variance, 1e-30), 0.0, 1.0) / (1.0 + 1.0 / LOOKS)
    return np.where(known, mean + gain * (x - mean), np.nan)


def smooth(score: Array, pixel_m: float) -> Array:
    """Give the mean of the score and its three circular means."""
    known = np.isfinite(score)
    layers = [score]
    for radius in RADII_M:
        reach = int(radius // pixel_m)
        away = np.hypot(*np.mgrid[-reach : reach + 1, -reach : reach + 1]) * pixel_m
        disc = (away <= radius).astype(np.float64)
        some = convolve(known.astype(np.float64), disc, mode="constant")
        total = convolve(np.where(known, score, 0.0), disc, mode="constant")
        layers.append(total / np.where(some > 0, some, np.nan))
    return np.where(known, np.mean(layers, axis=0), np.nan)
