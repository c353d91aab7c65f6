"""Traffic: ships heard in a sea and in its corridors, day by day, and against the days before.

Why: "navigation is safe" shows first in whether ships still sail. A count of ships follows who listens, so every day
carries the share of its traffic that receivers would have heard, and rates are compared, not counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from ceasefire.geo import seas
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.reception import Reception
from ceasefire.model.sea import Corridor, CorridorDay, SeaDay
from ceasefire.stats.rate_ratio import rate_ratio

Array = np.ndarray[Any, Any]
LEAST_HEARD = 0.2
"""Days on which less of a corridor's traffic would have been heard take no part in rates."""

Days = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True)
class Water:
    """One zone, drawn."""

    id: str
    title: str
    polygon: Any
    """A shapely polygon or multipolygon, degrees."""


def sea_days(fixes: Fixes, reception: Reception, codes: Sequence[str], *, days: Days, clock: str) -> tuple[SeaDay, ...]:
    """Count the ships of each sea and day, with the share of its traffic that would have been heard.

    Parameters
    ----------
    fixes, reception
        Positions, cleaned, and what they tell of reception.
    codes
        Codes of seas.
    days
        Begin and end of each day, UTC.
    clock
        IANA zone that names the days.
    """
    of = seas.within(fixes.lon, fixes.lat)
    out = []
    for code in codes:
        inside = fixes.keep(np.asarray(of == code, dtype=bool))
        shape = seas.shape(code)
        day = _day(inside.times, days)
        ships, heard_fixes = _ships(inside.mmsi, day, len(days)), np.bincount(day[day >= 0], minlength=len(days))
        for k, (begin, end) in enumerate(days):
            hours = _hours(begin, end)
            alive = np.unique((inside.times[day == k] - _ms(begin)) // np.timedelta64(1, "h"))
            out.append(
                SeaDay(
                    region=code,
                    day=_named(begin, clock),
                    ships=int(ships[k]),
                    fixes=int(heard_fixes[k]),
                    heard=reception.share(shape, _ms(begin), _ms(end)),
                    silent_hours=max(0.0, hours - len(alive)),
                )
            )
    return tuple(out)


def corridors(
    fixes: Fixes, reception: Reception, zones: Sequence[Water], *, days: Days, before: Days, clock: str
) -> tuple[Corridor, ...]:
    """Count the ships in each corridor by day, and compare the rate with that of the days before.

    Parameters
    ----------
    fixes, reception
        Positions, cleaned, and what they tell of reception; of the earlier days as well.
    zones
        Corridors, drawn.
    days, before
        Days of the case and those to compare with, UTC.
    clock
        IANA zone that names the days.
    """
    out = []
    for zone in zones:
        inside = _inside(zone.polygon, fixes)
        now = _counted(fixes, inside, zone.polygon, reception, days, clock)
        then = _counted(fixes, inside, zone.polygon, reception, before, clock)
        stay = _hours_inside(fixes, inside)
        got = rate_ratio(*_told(now, stay), *_told(then, stay))
        out.append(
            Corridor(
                id=zone.id,
                title=zone.title,
                rings=tuple(_ring(p) for p in shapely.get_parts(zone.polygon)),
                days=now,
                before=then,
                rate=got.rate,
                rate_before=got.before,
                ratio=got.ratio,
                ratio_low=got.low,
                ratio_high=got.high,
            )
        )
    return tuple(out)


def _counted(
    fixes: Fixes, inside: Array, polygon: Any, reception: Reception, days: Days, clock: str
) -> tuple[CorridorDay, ...]:
    day = np.where(inside, _day(fixes.times, days), -1)
    ships = _ships(fixes.mmsi, day, len(days))
    same = np.append(False, fixes.mmsi[1:] == fixes.mmsi[:-1])
    enters = inside & same & ~np.append(False, inside[:-1])
    crossings = np.bincount(day[enters & (day >= 0)], minlength=len(days))
    return tuple(
        CorridorDay(
            day=_named(begin, clock),
            ships=int(ships[k]),
            crossings=int(crossings[k]),
            heard=reception.share(polygon, _ms(begin), _ms(end)),
        )
        for k, (begin, end) in enumerate(days)
    )


def _told(days: Sequence[CorridorDay], stay: float) -> tuple[list[int], list[float]]:
    """Give counts and exposures of the days of which enough would have been heard.

    A ship that stays some hours has as many chances to be heard at least once, one an hour.
    """
    good = [d for d in days if d.heard >= LEAST_HEARD]
    return [d.ships for d in good], [1.0 - (1.0 - min(d.heard, 1.0)) ** stay for d in good]


def _hours_inside(fixes: Fixes, inside: Array) -> float:
    """Give the median of the hours, at least 1, in which a ship was heard in a zone on a day on which it was."""
    mmsi, hour = fixes.mmsi[inside].astype(np.int64), fixes.times[inside].astype("datetime64[h]").astype(np.int64)
    if not len(mmsi):
        return 1.0
    spells = np.unique(np.stack([mmsi, hour]), axis=1)
    _, hours = np.unique(np.stack([spells[0], spells[1] // 24]), axis=1, return_counts=True)
    return max(1.0, float(np.median(hours)))


def _inside(polygon: Any, fixes: Fixes) -> Array:
    west, south, east, north = polygon.bounds
    near = np.flatnonzero((fixes.lon >= west) & (fixes.lon <= east) & (fixes.lat >= south) & (fixes.lat <= north))
    out = np.zeros(len(fixes), dtype=bool)
    shapely.prepare(polygon)
    out[near] = shapely.contains_xy(polygon, fixes.lon[near], fixes.lat[near])
    return out


def _ships(mmsi: Array, day: Array, days: int) -> Array:
    """Count different ships of each day, shape (days,)."""
    known = day >= 0
    pairs = np.unique(mmsi[known].astype(np.int64) * max(days, 1) + day[known])
    return np.bincount(pairs % max(days, 1), minlength=days)


def _day(times: Array, days: Days) -> Array:
    """Give the number of the day of each instant, -1 on none, shape (n,)."""
    if not len(days):
        return np.full(len(times), -1)
    begin = np.array([_ms(a) for a, _ in days])
    end = np.array([_ms(b) for _, b in days])
    at = np.searchsorted(begin, times, side="right") - 1
    return np.where((at >= 0) & (times < end[np.maximum(at, 0)]), at, -1)


def _ring(polygon: Any) -> tuple[tuple[float, float], ...]:
    return tuple((round(x, 5), round(y, 5)) for x, y in shapely.get_coordinates(polygon.exterior).tolist())


def _ms(when: datetime) -> np.datetime64:
    return np.datetime64(when.astimezone(UTC).replace(tzinfo=None), "ms")


def _hours(begin: datetime, end: datetime) -> float:
    return (end - begin).total_seconds() / 3600.0


def _named(begin: datetime, clock: str) -> date:
    return begin.astimezone(ZoneInfo(clock)).date()
