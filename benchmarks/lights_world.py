"""Invented night lights: settlements of every brightness under cloud, moon, snow and a turning view angle.

What is known is which effects there are and how they rank: angle and atmosphere dominate, then snow, moon and missed
cloud (Z. Wang et al., "Quantifying uncertainties in nighttime light retrievals from Suomi-NPP and NOAA-20
VIIRS Day/Night Band data", Remote Sensing of Environment 263 (2021) 112557); angles repeat after 16 days; a controlled
source showed changes of 0.45 nW cm-2 sr-1 (M. Roman et al., "NASA's Black Marble nighttime lights product suite",
Remote Sensing of Environment 210 (2018) 113-143); the scatter shrinks with brightness (C. Small, arXiv 2109.06913). No
night-by-night series of settlements was at hand, so the sizes are choices. Settings of the detector were chosen in
`DEVELOPMENT` only; the worlds of `TESTS` differ from it in every size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True)
class World:
    """Sizes of everything that moves night lights; spreads are of natural logarithms."""

    cloud: float = 0.60
    """Share of nights lost to cloud."""
    spell: float = 0.55
    """Correlation of cloud from one night to the next."""
    relative: float = 0.12
    """Noise of one night in proportion to the light."""
    sensor: float = 0.20
    """Additive noise of a disc, nW cm-2 sr-1."""
    wander: float = 0.07
    """Spread of the level that persists."""
    keep: float = 0.85
    """What is left of it a night later."""
    view: float = 0.15
    """Spread of what the 16 angles do to one settlement."""
    season: float = 0.10
    """Spread of the amplitudes of the season."""
    moon: float = 0.15
    """Residue at full moon, nW cm-2 sr-1."""
    snow: float = 0.30
    """Brightening by snow."""
    snow_seen: float = 0.85
    """Share of snowy nights that the flag tells."""
    haze: float = 0.04
    """Share of clear nights that are dimmed by cloud the mask missed."""
    trend: float = 0.05
    """Spread of the change of the level over a year."""
    brightness: tuple[float, float] = (5.0, 1.1)
    """Median radiance, nW cm-2 sr-1, and its spread."""


DEVELOPMENT = World()
"""The only world that settings were chosen in."""
TESTS = {
    "nominal": World(relative=0.14, wander=0.06, keep=0.8, view=0.18, season=0.08, moon=0.2, haze=0.05, snow=0.35),
    "more cloud missed": World(relative=0.10, haze=0.10, snow_seen=0.7, spell=0.65, view=0.12, season=0.12),
    "wandering level": World(relative=0.10, wander=0.12, keep=0.93, trend=0.10, sensor=0.15, moon=0.1, view=0.2),
    "noisy and moonlit": World(relative=0.22, sensor=0.35, moon=0.4, view=0.25, snow=0.5, spell=0.45, season=0.15),
}
"""Worlds to measure in; none has the sizes of the first."""


class Made(NamedTuple):
    """A world made."""

    radiance: Array
    """Shape (settlements, nights), NaN under cloud."""
    snow: NDArray[np.bool_]
    """Snow flag, same shape."""
    nights: NDArray[np.datetime64]
    level: Array
    """Normal radiance, shape (settlements,)."""


class Planted(NamedTuple):
    """Outages planted; arrays of shape (settlements,)."""

    start: NDArray[np.int64]
    """First dark night, counted from the first night of the series; -1 for none."""
    nights: NDArray[np.int64]
    depth: Array


def make(
    world: World,
    count: int,
    *,
    seed: int,
    begin: str = "2024-03-18",
    nights: int = 425,
    planted: Planted | None = None,
    brightness: Array | None = None,
) -> Made:
    """Make series of settlements, with outages in them where they are given."""
    rng = np.random.default_rng(seed)
    day = np.datetime64(begin, "D") + np.arange(nights)
    t = day.astype(np.float64)
    f32 = np.float32
    level = (world.brightness[0] * np.exp(world.brightness[1] * rng.standard_normal(count))).astype(f32)
    level = np.clip(level if brightness is None else brightness, 0.02, 150).astype(f32)
    log = np.zeros((count, nights), f32)
    a, b = (world.season * rng.standard_normal((2, count, 1))).astype(f32)
    log += a * np.cos(2 * np.pi * t / 365.2425).astype(f32) + b * np.sin(2 * np.pi * t / 365.2425).astype(f32)
    log += f32(world.view) * _angles(rng, count)[:, t.astype(int) % 16]
    log += (world.trend * rng.standard_normal((count, 1)) * (t - t[0]) / 365).astype(f32)
    log += _wander(rng, count, nights, world.keep) * f32(world.wander)
    log += f32(world.relative) * rng.standard_normal((count, nights), dtype=f32)
    cold = np.cos(2 * np.pi * (t % 365.2425 - 20) / 365.2425)
    lying = _wander(rng, count, nights, 0.9) + (2.2 * cold - 2.6).astype(f32) > 0
    log += np.where(lying, f32(world.snow), f32(0))
    hazy = rng.random((count, nights), dtype=f32) < world.haze
    log += np.where(hazy, np.log(rng.uniform(0.2, 0.85, (count, nights))).astype(f32), f32(0))
    if planted is not None:
        at = np.arange(nights)
        dark = (planted.start[:, None] >= 0) & (at >= planted.start[:, None])
        dark &= at < (planted.start + planted.nights)[:, None]
        log += np.where(dark, np.log(np.maximum(1 - planted.depth, 1e-3))[:, None], 0).astype(f32)
    phase = ((t - np.datetime64("2000-01-06").astype(float)) / 29.530588) % 1.0
    full = np.maximum(-np.cos(2 * np.pi * phase), 0.0).astype(f32)
    residue = full * (f32(world.moon) * (0.5 + rng.standard_normal((count, nights), dtype=f32)))
    seen = level[:, None] * np.exp(log) + residue + f32(world.sensor) * rng.standard_normal((count, nights), dtype=f32)
    cut = float(np.quantile(clouds := _wander(rng, count, nights, world.spell), 1 - world.cloud))
    seen[clouds > cut] = np.nan
    flag = lying & (rng.random((count, nights), dtype=f32) < world.snow_seen)
    return Made(np.maximum(seen, 0, where=np.isfinite(seen), out=seen), flag, day, level)


def _angles(rng: np.random.Generator, count: int) -> Array:
    """Give what each of 16 angles does to each settlement: part smooth, part its own; variance 1."""
    angle = 2 * np.pi * np.arange(16) / 16
    a, b = rng.standard_normal((2, count, 1))
    out = 0.85 * (a * np.cos(angle) + b * np.sin(angle)) + 0.53 * rng.standard_normal((count, 16))
    return out.astype(np.float32)


def _wander(rng: np.random.Generator, count: int, nights: int, keep: float) -> Array:
    """Give autoregressions of variance 1, shape (count, nights)."""
    out = rng.standard_normal((count, nights), dtype=np.float32)
    for k in range(1, nights):
        out[:, k] = keep * out[:, k - 1] + np.sqrt(1 - keep**2) * out[:, k]
    return out
