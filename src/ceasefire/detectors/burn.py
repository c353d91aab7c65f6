"""Burn scars around heat: optical scenes before and after, as one likelihood ratio on the heat's own place and time.

Corroboration only. Nothing is searched for and no map is made: the place and the hour come from a thermal observation,
and the answer is how much likelier what the disc shows is if the heat burned something than if it did not. A strike and
a burnt field look alike from above; a scar says fire, never who lit it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from math import cos, radians, sqrt

import numpy as np
from numpy.typing import NDArray

import ceasefire
from ceasefire.geo.footprint_mask import label_discs
from ceasefire.geo.grid import Grid
from ceasefire.geo.stack import Stack
from ceasefire.model.processing import Processing
from ceasefire.stats.burn import LARGEST, SEEN, BurnModel, Clear, Contrast, burn_ratio, composite, contrast
from ceasefire.stats.burn_stated import STATED

Array = NDArray[np.float64]

BANDS = ("B8A", "B12")
"""Near and short-wave infrared, as the readers of Sentinel-2 and HLS name them."""
RADIUS_M = 500.0
"""Of the disc: the widest pixel of a thermal sensor and its error of place."""
GAP = 1.2
"""The ring begins so many radii out, so that a scar that leaves the disc a little is not counted against itself."""
BEFORE_DAYS, AFTER_DAYS = 60, 30
"""How far from the heat scenes are used: char fades and fields turn within weeks."""


@dataclass(frozen=True)
class Scar:
    """What the scenes show of one fire."""

    ratio: float
    """Likelihood ratio that the heat burned something here, 0.5 to 10; NaN where it could not be seen."""
    contrast: Contrast | None
    """Disc against ring; None where it could not be seen."""
    clear: Clear
    """Shares of clear pixels."""
    why: str
    """Why it could not be seen; empty where it could."""
    processing: Processing
    """What it rests on."""
    before: tuple[datetime, ...]
    """Dates used before, those that show at least one pixel of disc or ring."""
    after: tuple[datetime, ...]
    """And after."""
    grid: Grid
    """Pixels of disc and ring."""
    burn_ratio: tuple[Array, Array]
    """Composites of the burn ratio before and after on that grid, for the pictures; NaN where never clear."""


def scar(
    nir: Stack,
    swir2: Stack,
    *,
    lon: float,
    lat: float,
    start: datetime,
    end: datetime,
    radius_m: float = RADIUS_M,
    before_days: int = BEFORE_DAYS,
    after_days: int = AFTER_DAYS,
    model: BurnModel = STATED,
) -> Scar:
    """Look for a burn scar around one fire.

    Parameters
    ----------
    nir, swir2
        The two bands (B8A and B12 of Sentinel-2; B05 or B8A and B07 or B12 of HLS) on one grid, reflectance 0 to 1,
        cloud, shadow and snow masked as NaN; their dates are paired, a date that only one band has is left out.
    lon, lat
        The fire's place, degrees.
    start, end
        When it burned (UTC): scenes before the start are compared with scenes after the end.
    radius_m
        Of the disc.
    before_days, after_days
        How far before and after scenes are used.
    model
        The stated distributions.

    Raises
    ------
    ValueError
        Two grids, units that are not reflectance, or a place off the grid.
    """
    _check(nir, swir2)
    reach = sqrt(GAP**2 + 1) * radius_m
    inner, outer, disc = (label_discs(nir.grid, lon, lat, r) > 0 for r in (GAP * radius_m, reach, radius_m))
    ring = outer & ~inner
    if not _within(nir, outer, reach):
        raise ValueError(f"disc and ring around the fire ({reach:.0f} m) do not lie within the window that was read")
    times, a, b = np.intersect1d(nir.times, swir2.times, return_indices=True)
    whole = np.timedelta64(1, "s")
    first, last = (np.datetime64(t.replace(tzinfo=None), "s") for t in (start, end))
    before = (times < first) & (times >= first - np.timedelta64(before_days, "D"))
    after = (times >= last) & (times <= last + np.timedelta64(after_days, "D") + whole)
    rows, columns = (np.flatnonzero(outer.any(axis=k)) for k in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    disc, ring = disc[box], ring[box]
    bands, dates, used = [], [], np.zeros(len(times), dtype=bool)
    for part in (before, after):
        values = [_reflectance(s.values[at[part]][:, *box]) for s, at in ((nir, a), (swir2, b))]
        clear = np.isfinite(values[0]) & np.isfinite(values[1])
        shows = (clear & (disc | ring)).any(axis=(1, 2))
        used[np.flatnonzero(part)[shows]] = True
        bands.append(tuple(composite(np.where(clear, v, np.nan)[shows]) for v in values))
        dates.append(tuple(t.item() for t in times[part][shows].astype("datetime64[s]")))
    processing = _processing(nir, swir2, a[used], b[used], radius_m, before_days, after_days, box)
    found, clear_share = contrast((bands[0][0], bands[0][1]), (bands[1][0], bands[1][1]), disc, ring)
    why = _why(before, after, dates, clear_share)
    ratio = float(model.likelihood_ratio(found)[0]) if found is not None else float("nan")
    grid = nir.grid.window(*(slice(int(s.start), int(s.stop)) for s in box))
    shown = burn_ratio(*bands[0]), burn_ratio(*bands[1])
    why = "" if found is not None else why
    return Scar(ratio, found, clear_share, why, processing, dates[0], dates[1], grid, shown)


def pair(stacks: Sequence[Stack], *, lon: float, lat: float, radius_m: float = RADIUS_M) -> tuple[Stack, Stack] | None:
    """Find the two bands around a place among the stacks that a reader gave, all orbits in one.

    Why all orbits: reflectance of one ground differs little between them, and cloud leaves few dates as it is.

    Parameters
    ----------
    stacks
        Of `sources.sentinel2` or `sources.hls`: bands B8A and B12, one stack for each window, band and orbit.
    lon, lat, radius_m
        The fire's place, degrees, and the radius of the disc, m.

    Returns
    -------
    NIR and SWIR2 on the first window that holds disc and ring; None where no window does, or a band is missing.
    """
    reach = sqrt(GAP**2 + 1) * radius_m
    for grid in dict.fromkeys(s.grid for s in stacks):
        own = [[s for s in stacks if s.grid == grid and s.band == band] for band in BANDS]
        if all(own) and _within(own[0][0], label_discs(grid, lon, lat, reach) > 0, reach):
            return _joined(own[0]), _joined(own[1])
    return None


def _joined(stacks: list[Stack]) -> Stack:
    """Put the dates of several orbits in one order."""
    if len(stacks) == 1:
        return stacks[0]
    times = np.concatenate([s.times for s in stacks])
    order = np.argsort(times, kind="stable")
    scenes = [scene for s in stacks for scene in s.scenes]
    first = stacks[0]
    return Stack(
        np.concatenate([s.values for s in stacks])[order],
        times[order],
        first.grid,
        band=first.band,
        units=first.units if all(s.units == first.units for s in stacks) else "mixed units",
        scenes=tuple(scenes[k] for k in order.tolist()) if len(scenes) == len(times) else (),
    )


def _why(before: NDArray[np.bool_], after: NDArray[np.bool_], dates: Sequence[Sequence[datetime]], clear: Clear) -> str:
    """Say why too little could be seen."""
    for name, wanted, shown in (("before", before, dates[0]), ("after", after, dates[1])):
        if not wanted.any():
            return f"no scene {name} the fire"
        if not shown:
            return f"cloud on every date {name} the fire"
    return f"cloud: only {100 * clear.disc:.0f} % of the disc and {100 * clear.ring:.0f} % of the ring ever clear"


def _check(nir: Stack, swir2: Stack) -> None:
    if nir.grid != swir2.grid:
        raise ValueError(f"{nir.band or 'NIR'} and {swir2.band or 'SWIR2'} are on different grids")
    for stack in (nir, swir2):
        if stack.units != "reflectance":
            raise ValueError(f"{stack.band or 'a band'} is in {stack.units or 'unknown units'}, not in reflectance")


def _within(stack: Stack, outer: NDArray[np.bool_], reach_m: float) -> bool:
    """Whether the ring is whole: as many pixels as its area asks for, but for the edge."""
    west, south, east, north = stack.grid.bounds
    degrees = max(abs(v) for v in (west, east)) <= 361 and stack.grid.width < 0.1
    scale = 111_195.0 if degrees else 1.0
    area = stack.grid.width * stack.grid.height * scale**2 * (cos(radians((south + north) / 2)) if degrees else 1.0)
    return int(outer.sum()) >= 0.9 * np.pi * reach_m**2 / area


def _reflectance(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Leave out what no ground reflects: below 0 by more than noise, or above 1.2."""
    return np.where((values > -0.02) & (values < 1.2), np.maximum(values, 0.001), np.float32(np.nan))


def _processing(
    nir: Stack,
    swir2: Stack,
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    radius_m: float,
    before_days: int,
    after_days: int,
    box: tuple[slice, slice],
) -> Processing:
    inputs = []
    for i, j in zip(a.tolist(), b.tolist(), strict=True):
        for stack, k in ((nir, i), (swir2, j)):
            if stack.scenes:
                inputs.append((f"{stack.scenes[k].id}:{stack.band}", stack.scenes[k].evidence))
            else:
                pixels = np.ascontiguousarray(stack.values[k])
                inputs.append((f"{stack.times[k]}:{stack.band}", sha256(pixels.tobytes()).hexdigest()))
    grid = nir.grid.window(*(slice(int(s.start), int(s.stop)) for s in box))
    return Processing(
        method="burn",
        code=ceasefire.__version__,
        inputs=tuple(inputs),
        parameters=(
            ("radius_m", f"{radius_m:g}"),
            ("ring", f"{GAP:g} to {sqrt(GAP**2 + 1):.3f} radii"),
            ("before_days", str(before_days)),
            ("after_days", str(after_days)),
            ("composite", "median of clear dates, bands paired"),
            ("bounds", f"{1 - SEEN:g} to {LARGEST:g}"),
        ),
        window=(grid.crs, *(f"{v:.10g}" for v in grid.bounds)),
    )
