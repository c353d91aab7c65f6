"""A baseline from earlier years: what of them may be compared with the case's rows, and the model fitted on it.

A count means nothing without who counted. So only satellites that both sides have are compared, only days of the same
sensor era, only regions that the earlier rows show at all, and nothing from the case's own period on is learned from.
What cannot be compared is said, and gets no likelihood ratio.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.thermal import ThermalExcess
from ceasefire.detectors.thermal_background import era
from ceasefire.detectors.thermal_cells import Cells
from ceasefire.detectors.thermal_static import StaticSources
from ceasefire.geo import regions
from ceasefire.stats.seasonal import YEAR_DAYS, day_of_year

GAP_DAYS = 14
"""A longer time without any row of the whole area is missing data; a shorter one is quiet, or cloud."""
LEAST_HEAT = 30
"""Earlier detections that a region needs to be taken for covered by the table."""
CLIPPED = 0.5
"""A region whose share of cells with any heat is lower than so much of the usual one is cut off by the table's edge."""
NEAR_DAYS, NEAR_SHARE = 15, 0.5
"""A day of the year is known where so large a share of the days this near to it, in one year or more, has data."""
ERA_SATELLITES = {"modis": ("Aqua", "Terra"), "modis and viirs": ("Aqua", "Suomi NPP", "Terra")}
"""Satellites in tables that name none: those whose detections the merged archives hold in each era."""


class Detections(Protocol):
    """Columns of detections, each of shape (n,)."""

    @property
    def lon(self) -> NDArray[np.float64]:
        """Degrees east."""

    @property
    def lat(self) -> NDArray[np.float64]:
        """Degrees north."""

    @property
    def day(self) -> NDArray[np.datetime64]:
        """UTC day."""

    @property
    def satellite(self) -> NDArray[np.object_]:
        """Name under one spelling; empty where not told."""


@dataclass(frozen=True)
class Baseline:
    """Ordinary heat, learned from earlier years."""

    model: ThermalExcess
    """Fitted on them."""
    static: StaticSources
    """Places that are hot again and again."""
    satellites: tuple[str, ...]
    """Whose detections are counted."""
    known: NDArray[np.bool_]
    """Which days of the year earlier years tell about, shape (365,)."""
    days: int
    """Days learned from."""
    said: tuple[str, ...]
    """What was learned from, in plain sentences."""
    doubts: tuple[str, ...]
    """What a careful reader would want to know of it."""

    @property
    def cells(self) -> Cells:
        """The population."""
        return self.model.background_.cells_


def learn(history: Detections, case: Detections, *, codes: Sequence[str], before: np.datetime64) -> Baseline:
    """Learn what heat is ordinary in a case's regions.

    Parameters
    ----------
    history
        Detections of earlier years, of any tables.
    case
        Detections of the case's own tables; only their satellites are looked at.
    codes
        ISO 3166-2 codes of the case's regions.
    before
        First UTC day of the case: this day and later ones are not learned from.

    Raises
    ------
    ValueError
        Nothing before the case, nothing of its era, no satellite in common, no region covered, or so few days or
        detections that nothing can be held out; the message says which.
    """
    early = history.day < before
    of_era = np.zeros(len(early), dtype=bool)
    name = str(era(np.array([before]))[0])
    of_era[early] = era(history.day[early]) == name
    if not of_era.any():
        raise ValueError(f"no earlier row is from before {before} and of its sensor era ({name})")
    doubts: list[str] = []
    said: list[str] = []
    satellites = _common(set(history.satellite[of_era]), set(case.satellite), name, doubts)
    told = history.satellite == ""
    use = of_era & (told | np.isin(history.satellite.astype(str), satellites))
    if not use.any():
        raise ValueError(f"no earlier row is of {', '.join(satellites)}")
    for rows, why in ((~early, "of the case's period or later"), (early & ~of_era, "of another sensor era")):
        if rows.any():
            said.append(f"{int(rows.sum()):,} rows left out: {why}")
    lon, lat, day = history.lon[use], history.lat[use], history.day[use].astype("datetime64[D]")
    days = _days(day)
    cells, left_out = _population(codes, lon, lat)
    if left_out:
        doubts.append(f"no baseline for {', '.join(left_out)}: earlier rows hardly show them")
    counted = cells.count(lon, lat, day, days=days)
    model = ThermalExcess().fit(cells, counted.counts, days)
    known = _known(days)
    if not known.all():
        doubts.append(f"earlier years tell nothing about {int((~known).sum())} of {YEAR_DAYS} days of the year")
    years = sorted({int(y) for y in days.astype("datetime64[Y]").astype(int) + 1970})
    said.append(
        f"learned from {counted.counts.sum(dtype=np.int64):,} detections on {len(days):,} days of "
        f"{', '.join(map(str, years))} in {len(cells):,} cells, to compare with {', '.join(satellites)}"
    )
    static = StaticSources().fit(lon, lat, day)
    return Baseline(model, static, satellites, known, len(days), tuple(said), tuple(doubts))


def _common(history: set[str], case: set[str], name: str, doubts: list[str]) -> tuple[str, ...]:
    """Give the satellites that both sides have; a side that names none has those of its era."""
    merged = set(ERA_SATELLITES[name])
    sides = {"the earlier rows": history, "the case's rows": case}
    unnamed = [side for side, names in sides.items() if "" in names or not names]
    if unnamed:
        doubts.append(f"{' and '.join(unnamed)} do not all name a satellite: taken to be {', '.join(sorted(merged))}")
    ours = merged if "" in history or not history else history
    theirs = merged if "" in case or not case else case
    both = tuple(sorted(ours & theirs))
    if not both:
        raise ValueError(
            f"no satellite in common: {', '.join(sorted(ours))} before, {', '.join(sorted(theirs))} in the case"
        )
    if "" in history and ours - theirs:
        doubts.append(
            f"earlier rows hold {', '.join(sorted(ours - theirs))} too and cannot be told apart, so more is expected "
            "than the case's rows can show: likelihood ratios err low"
        )
    return both


def _days(day: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Give the days there are data for: all between rows that are no further apart than `GAP_DAYS`."""
    seen = np.unique(day)
    cut = np.flatnonzero(np.diff(seen).astype(np.int64) > GAP_DAYS)
    runs = zip(seen[np.r_[0, cut + 1]], seen[np.r_[cut, len(seen) - 1]], strict=True)
    return np.concatenate([np.arange(first, last + 1) for first, last in runs])


def _population(codes: Sequence[str], lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[Cells, list[str]]:
    """Give the cells that earlier rows cover: inside their box, in regions that show some heat."""
    cells = Cells.of_land(*codes)
    inside = (cells.lon >= lon.min()) & (cells.lon <= lon.max()) & (cells.lat >= lat.min()) & (cells.lat <= lat.max())
    region = regions.locate(cells.lon, cells.lat, reach_km=0.0).astype(str)
    cell = cells.index(lon, lat)
    shown, times = np.unique(region[cell[cell >= 0]], return_counts=True)
    hot = np.isin(np.arange(len(cells)), cell)
    often = set(shown[times >= LEAST_HEAT].tolist())
    usual = hot[np.isin(region, sorted(often))].mean() if often else 0.0
    covered = {code for code in often if hot[region == code].mean() >= CLIPPED * usual}
    keep = inside & np.isin(region, sorted(covered))
    if not keep.any():
        raise ValueError(f"earlier rows show no region of the case {LEAST_HEAT} times or more")
    return cells.keep(keep), sorted(set(codes) - covered)


def _known(days: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    looked = np.zeros(YEAR_DAYS)
    looked[np.unique(day_of_year(days))] = 1.0
    wide = np.concatenate([looked[-NEAR_DAYS:], looked, looked[:NEAR_DAYS]])
    width = 2 * NEAR_DAYS + 1
    return np.asarray(np.convolve(wide, np.ones(width), mode="valid") >= NEAR_SHARE * width)
