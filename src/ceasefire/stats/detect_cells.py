"""Cells of the occupancy model: checked, and equal ones counted instead of repeated.

Why: a million cells with few looks hold only some thousand different patterns of detections and looks, and a fit costs
as much as there are patterns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.stats.detect_mode import Visits

Array = NDArray[np.float64]
Index = NDArray[np.int64]


def compress(
    seen: Array,
    looked: Array,
    of: Index,
    known: Index,
    x: Array,
    regions: int,
    placebo: tuple[Array, Array],
) -> tuple[Visits, Index]:
    """Count equal cells instead of repeating them; give also the place of each cell among the distinct ones."""
    sensors = looked.shape[1]
    both, pattern = np.unique(np.hstack([seen, looked]), axis=0, return_inverse=True)
    pattern = pattern.ravel()
    if x.shape[1]:
        number, back = np.ones(len(x)), np.arange(len(x))
        which = back
    else:
        key = (pattern * regions + of) * 3 + known + 1
        _, which, back, times = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
        number = times.astype(np.float64)
    cells = Visits(
        both[:, :sensors],
        both[:, sensors:],
        pattern[which],
        of[which],
        known[which],
        x[which],
        number,
        regions,
        placebo,
    )
    return cells, back.ravel()


def part(cells: Visits, start: int, stop: int) -> Visits:
    """Give some of the distinct cells, with only the patterns they need."""
    pattern, inner = np.unique(cells.pattern[start:stop], return_inverse=True)
    return Visits(
        cells.detections[pattern],
        cells.looks[pattern],
        inner.ravel(),
        cells.region[start:stop],
        cells.known[start:stop],
        cells.covariates[start:stop],
        cells.number[start:stop],
        cells.regions,
        cells.placebo,
    )


def whole_numbers(name: str, values: ArrayLike) -> Array:
    """Give finite whole numbers that are not negative, or say what is wrong."""
    array = np.asarray(values, dtype=np.float64)
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name} must be finite: found {array[~np.isfinite(array)].flat[0]}")
    if np.any(array < 0) or np.any(array != np.floor(array)):
        raise ValueError(f"{name} must be whole numbers, none negative")
    return array


def check_table(seen: Array, looked: Array) -> None:
    """Refuse tables that do not fit each other, are empty, or hold more detections than looks."""
    if looked.ndim != 2 or seen.shape != looked.shape:
        raise ValueError(f"detections {seen.shape} and looks {looked.shape} must both have shape (n, sensors)")
    if not looked.shape[0] or not looked.shape[1]:
        raise ValueError("there is no cell or no sensor")
    if np.any(seen > looked):
        row, sensor = np.argwhere(seen > looked)[0]
        raise ValueError(
            f"cell {row}, sensor {sensor}: {seen[row, sensor]:.0f} detections in {looked[row, sensor]:.0f} looks"
        )


def region_numbers(region: ArrayLike | None, n: int, lowest: int = 0) -> Index:
    """Give the region of each cell, 0 where none are told apart."""
    if region is None:
        return np.zeros(n, dtype=np.int64)
    of = np.asarray(region)
    if of.shape != (n,) or of.dtype.kind not in "iu" or (of.size and of.min() < lowest):
        raise ValueError(f"region must be {n} whole numbers from {lowest}")
    return of.astype(np.int64)


def known_cells(confirmed: ArrayLike | None, n: int) -> Index:
    """Give 1, 0 or -1 (not known) for each cell."""
    if confirmed is None:
        return np.full(n, -1)
    known = np.nan_to_num(np.asarray(confirmed, dtype=np.float64), nan=-1.0)
    if known.shape != (n,) or not np.all(np.isin(known, (-1.0, 0.0, 1.0))):
        raise ValueError(f"confirmed must be {n} values 0, 1, and -1 or NaN where nothing is confirmed")
    return known.astype(np.int64)


def covariate_table(covariates: ArrayLike, n: int) -> Array:
    """Give finite covariates, one row a cell."""
    x = np.asarray(covariates, dtype=np.float64)
    if x.ndim != 2 or len(x) != n or not np.all(np.isfinite(x)):
        raise ValueError(f"covariates must be finite numbers of shape ({n}, covariates)")
    return x
