"""Dark ships by zone and day: the only form in which they are published.

Why no finer: a dark ship may be a warship, and where warships are is nobody's business here. And a single probability
on a map reads like a finding, while a count with its interval and its exposure reads like what it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ceasefire.geo import distance
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent
from ceasefire.stats.counts import upper_limit

Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class SceneLook:
    """One scene: when it was taken, what water it shows and how well AIS was heard there."""

    time: datetime
    footprint: Any
    """Shapely polygon in degrees."""
    heard: float
    """Share of the traffic that would have been heard, `Reception.share`; NaN where nothing tells counts as none."""


@dataclass(frozen=True, kw_only=True)
class DarkCount:
    """Dark ships in a zone on one day."""

    zone: str
    day: str
    """UTC, ISO 8601."""
    looks: int
    """Scenes that show some of the zone."""
    exposure: float
    """Looks at the whole zone that these scenes are worth: sum of share shown times share heard."""
    expected: float
    """Expected number of ships seen that broadcast nothing, over all looks of the day."""
    low: float
    """95 % interval of that number."""
    high: float
    upper: float
    """95 % upper limit of silent ships per look at the whole zone that radar could see; infinite without exposure."""
    untold: int
    """Objects seen of which nobody can tell whether they broadcast."""


def by_zone(dark: Table[VesselEvent], zones: Mapping[str, Any], *, looks: Sequence[SceneLook]) -> Table[DarkCount]:
    """Count dark ships by zone and day, with interval, exposure and upper limit.

    Parameters
    ----------
    dark
        Events of `dark`, of one or many scenes; pass those below its default `least`, too, if the sums must be exact.
    zones
        Shapely polygons in degrees by id.
    looks
        Every scene that was searched, also those that showed nothing: a day without a look has no row.

    >>> from datetime import UTC
    >>> look = SceneLook(time=datetime(2025, 4, 1, 4, tzinfo=UTC), footprint=shapely.box(30, 44, 31, 45), heard=0.8)
    >>> row = by_zone(Table.empty(VesselEvent), {"z": shapely.box(30, 44, 32, 45)}, looks=[look])[0]
    >>> row.day, round(row.exposure, 2), row.expected, round(row.upper, 1)
    ('2025-04-01', 0.4, 0.0, 7.5)
    """
    lon, lat, chance = (dark.column(c) for c in ("lon", "lat", "probability"))
    of_day = dark.column("start").astype("datetime64[D]").astype(str)
    days = sorted({look.time.date().isoformat() for look in looks})
    rows = []
    for zone, polygon in sorted(zones.items()):
        within = shapely.contains_xy(polygon, lon, lat) if len(dark) else np.zeros(0, dtype=bool)
        shares = [_share(polygon, look.footprint) for look in looks]
        for day in days:
            mine = [(s, k) for s, k in zip(shares, looks, strict=True) if k.time.date().isoformat() == day and s > 0]
            if not mine:
                continue
            p = chance[within & (of_day == day)]
            told = p[~np.isnan(p)]
            low, high = _interval(told)
            exposure = float(sum(s * np.nan_to_num(k.heard) for s, k in mine))
            rows.append(
                DarkCount(
                    zone=zone, day=day, looks=len(mine), exposure=exposure, expected=float(told.sum()), low=low,
                    high=high, upper=float(upper_limit(told.sum(), exposure)), untold=int(np.isnan(p).sum()),
                )
            )  # fmt: skip
    return Table.of(DarkCount, rows)


def _share(zone: Any, footprint: Any) -> float:
    both = zone.intersection(footprint)
    if both.is_empty:
        return 0.0
    centre = (zone.centroid.x, zone.centroid.y)

    def flat(shape: Any) -> float:
        return float(
            shapely.transform(shape, lambda c: np.stack(distance.equal_area(c[:, 0], c[:, 1], centre=centre), 1)).area
        )

    return flat(both) / flat(zone)


def _interval(p: Array) -> tuple[float, float]:
    """Give the central 95 % of the number of successes of trials with different chances, summed exactly."""
    counts = np.ones(1)
    for one in p:
        counts = np.convolve(counts, [1.0 - one, one])
    below = np.cumsum(counts)
    return float(np.searchsorted(below, 0.025)), float(np.searchsorted(below, 0.975 - 1e-12))
