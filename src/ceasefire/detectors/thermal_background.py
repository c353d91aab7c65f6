"""What heat to expect in a cell on a day if nothing unusual happens: a flat source, a season, and the sky of the day.

The expected count is (own flat rate + own multiple x the season of the surroundings x the factor of the day) x
clear looks. The factor of the day is what cells 55 to 280 km away show on the same day against what was expected
of them: it carries cloud, passes and burning weather, for which the detections' files have no column. Cells nearer
than 55 km are left out of it, so that a battle does not explain itself away.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.detectors.thermal_cells import Cells
from ceasefire.stats.seasonal import YEAR_DAYS, day_of_year, smooth_year, split

Singles = NDArray[np.float32]
Days = NDArray[np.datetime64]

ERAS: tuple[tuple[str, str], ...] = (("modis", "2000-01-01"), ("modis and viirs", "2012-01-20"))
"""Sensors behind the merged detections, and the first day of each: VIIRS' first months are days of its own era."""
INNER, OUTER = 5, 25
"""Cells nearer than the inner reach and further than the outer one have no say in the factor of the day."""
BUSY, BASE_DAYS = 30, 15.0
"""Detections that a cell needs for a first idea of its flat source, and the days it is smoothed by."""
STEADY = 2.0
"""Detections' worth of belief that the day is an ordinary one."""


def era(days: ArrayLike) -> NDArray[np.str_]:
    """Give the sensor era of each day; an expectation of one era says nothing about another.

    >>> era(np.array(["2011-08-01", "2012-08-01"], dtype="datetime64[D]")).tolist()
    ['modis', 'modis and viirs']
    """
    d = np.asarray(days, dtype="datetime64[D]")
    first = np.array([since for _, since in ERAS], dtype="datetime64[D]")
    if np.any(np.isnat(d)) or np.any(d < first[0]):
        raise ValueError(f"a day is missing or before {first[0]}, when the first sensor began")
    return np.array([name for name, _ in ERAS])[np.searchsorted(first, d, side="right") - 1]


class ThermalBackground:
    """Expected detections by cell and day.

    Parameters
    ----------
    sd_days
        How far along the year a season is smoothed, days.
    sd_cells
        How far over land it is shared, cells.
    surroundings
        Whether the factor of the day is used.

    Attributes
    ----------
    era_
        The era fitted on.
    flat_
        Detections per clear day that do not change with the season, shape (cells,): a mill's own baseline.
    multiple_
        Factor on the season, shape (cells,).
    season_
        Seasonal detections per clear day, shape (cells, 365).

    Source: see docs/methods/thermal.md.
    """

    def __init__(self, *, sd_days: float = 7.0, sd_cells: float = 4.0, surroundings: bool = True) -> None:
        self.sd_days = sd_days
        self.sd_cells = sd_cells
        self.surroundings = surroundings

    def fit(self, cells: Cells, count: ArrayLike, days: ArrayLike, *, exposure: ArrayLike | None = None) -> Self:
        """Learn flat sources and seasons.

        Parameters
        ----------
        cells
            The population.
        count
            Detections, shape (cells, days).
        days
            Days there are data for, shape (days,); others are missing, not zero.
        exposure
            Clear looks by cell and day in units of an ordinary day, shape (cells, days); NaN where not known (an
            ordinary day), 0 where nobody could see.

        Raises
        ------
        ValueError
            Days of two eras; shapes that do not fit; no exposure at all; no detection at all; a detection where
            exposure says that nobody could see.
        """
        n, d, e = checked(cells, count, days, exposure)
        names = np.unique(era(d))
        if len(names) > 1:
            raise ValueError(f"days of two sensor eras ({', '.join(names)}): fit each on its own")
        self.era_, self.cells_ = str(names[0]), cells
        place = day_of_year(d)
        looked = np.bincount(place, minlength=YEAR_DAYS).astype(np.float32)[None, :] if e is None else _by(e, place)
        if not looked.sum() > 0:
            raise ValueError("no exposure at all: nothing can be expected of a place nobody looked at")
        counted = _by(n, place)
        if not counted.any():
            raise ValueError("no detection at all: a season cannot be learned from none")
        weight = smooth_year(looked, sd_days=self.sd_days)
        if e is not None:
            weight = cells.blur(weight, sd_cells=self.sd_cells)
        series, at = np.nonzero(counted)
        hot = counted[series, at].astype(np.float64)
        days_each = np.broadcast_to(looked.sum(axis=1, dtype=np.float64), (len(cells),))
        base = _lowest(counted, looked)
        seasonal = counted.copy()
        seasonal[series, at] *= base.share[series, at]
        for _ in range(2):
            with np.errstate(invalid="ignore", divide="ignore"):
                season = cells.blur(smooth_year(seasonal, sd_days=self.sd_days), sd_cells=self.sd_cells) / weight
            season = np.nan_to_num(season, nan=0.0, posinf=0.0) + np.float32(1e-7)
            total = (season * looked).sum(axis=1, dtype=np.float64)
            parts = split(hot, series, season[series, at], days=days_each, season_total=total, start=base.rate)
            varying = parts.multiple[series] * season[series, at]
            seasonal[series, at] = hot * varying / (parts.flat[series] + varying)
        self.flat_, self.multiple_, self.season_ = parts.flat, parts.multiple, season
        return self

    def expect(self, count: ArrayLike, days: ArrayLike, *, exposure: ArrayLike | None = None) -> Singles:
        """Give the expected detections by cell and day; 0 where exposure says that nobody could see.

        Parameters
        ----------
        count, days, exposure
            As in `fit`. A cell's own count has no say in its own expectation, nor have its neighbours'.

        Raises
        ------
        ValueError
            As in `fit`, and days of an era that was not fitted.
        """
        n, d, e = checked(self.cells_, count, days, exposure)
        strange = np.unique(era(d))
        if strange.tolist() != [self.era_]:
            raise ValueError(f"fitted on the era {self.era_!r}, asked for {', '.join(strange)}")
        varying = self.season_[:, day_of_year(d)] * self.multiple_[:, None].astype(np.float32)
        steady = np.broadcast_to(self.flat_[:, None].astype(np.float32), varying.shape)
        if self.surroundings:
            plain = varying + steady
            varying *= factor_of_the_day(self.cells_, n, plain if e is None else plain * e)
        mean = varying + steady
        return mean if e is None else np.asarray(mean * e)


def factor_of_the_day(cells: Cells, count: NDArray[np.floating], expected: NDArray[np.floating]) -> Singles:
    """Give how many detections the wider surroundings show against what was expected of them, shape (cells, days).

    Parameters
    ----------
    cells
        The population.
    count, expected
        Shape (cells, days).

    >>> cells = Cells(np.arange(60), np.zeros(60, dtype=int))
    >>> count = np.zeros((60, 1), dtype=np.float32); count[20] = 12.0
    >>> f = factor_of_the_day(cells, count, np.full((60, 1), 0.1, dtype=np.float32))
    >>> np.round(f[[20, 24, 30, 59], 0].astype(float), 2).tolist()     # itself, too near, near enough, too far
    [0.36, 0.34, 2.33, 0.5]
    """
    seen = cells.box(count, reach=OUTER) - cells.box(count, reach=INNER)
    thought = cells.box(expected, reach=OUTER) - cells.box(expected, reach=INNER)
    return np.asarray((np.maximum(seen, 0.0) + STEADY) / (np.maximum(thought, 0.0) + STEADY), dtype=np.float32)


def checked(
    cells: Cells, count: ArrayLike, days: ArrayLike, exposure: ArrayLike | None
) -> tuple[Singles, Days, Singles | None]:
    """Give counts, days and exposure as arrays that fit together, or say what is wrong with them."""
    n = np.asarray(count)
    d = np.asarray(days, dtype="datetime64[D]")
    if n.shape != (len(cells), len(d)) or not len(d):
        raise ValueError(f"counts have shape {n.shape}, not (cells, days) = ({len(cells)}, {len(d)}), or no day")
    if n.dtype.kind == "f" and not np.all(np.isfinite(n)):
        raise ValueError("a count is NaN or infinite: a day nobody looked is an exposure of 0, not a count")
    if n.dtype.kind not in "ui" and (np.any(n < 0) or np.any(n != np.floor(n))):
        raise ValueError("counts must be whole numbers, 0 or more")
    if n.dtype.kind == "i" and np.any(n < 0):
        raise ValueError("counts must be whole numbers, 0 or more")
    n = n.astype(np.float32)
    if exposure is None:
        return n, d, None
    e = np.asarray(exposure, dtype=np.float32)
    if e.shape != n.shape:
        raise ValueError(f"exposure has shape {e.shape}, counts have {n.shape}")
    if np.any(np.isinf(e)) or np.any(e < 0):
        raise ValueError("exposure must be 0 or more, or NaN where it is not known")
    e = np.where(np.isnan(e), np.float32(1.0), e)
    blind = int(((n > 0) & (e == 0)).sum())
    if blind:
        raise ValueError(f"{blind} cell-days have detections although their exposure is 0: the looks contradict them")
    return n, d, e


class _Base(NamedTuple):
    """What a cell shows all through the year, as a first idea of its flat source."""

    rate: Singles
    """Lowest smoothed rate of the year, per day looked at, shape (cells,)."""
    share: Singles
    """Share of a day's detections that lies above it, shape (cells, 365)."""


def _lowest(counted: Singles, looked: Singles) -> _Base:
    """Begin from the quietest weeks of the year: a mill is hot in them too, a field is not.

    Why: a mill that outshines its surroundings makes their season flat, and could then hide in the season.
    """
    rate, share = np.zeros(len(counted), np.float32), np.ones(counted.shape, np.float32)
    busy = np.flatnonzero(counted.sum(axis=1) >= BUSY)
    weight = smooth_year(looked if len(looked) == 1 else looked[busy], sd_days=BASE_DAYS)
    own = smooth_year(counted[busy], sd_days=BASE_DAYS) / np.maximum(weight, 1e-6)
    rate[busy] = np.where(weight > 0, own, np.inf).min(axis=1)
    rate[~np.isfinite(rate)] = 0.0
    share[busy] = 1.0 - rate[busy, None] / np.maximum(own, 1e-9)
    return _Base(rate, np.clip(share, 0.0, 1.0))


def _by(values: Singles, place: NDArray[np.int64]) -> Singles:
    total = np.zeros((len(values), YEAR_DAYS), dtype=np.float32)
    order = np.argsort(place, kind="stable")
    at, first = np.unique(place[order], return_index=True)
    total[:, at] = np.add.reduceat(values[:, order], first, axis=1)
    return total
