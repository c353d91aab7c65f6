"""Passes to looks: for each region and pass what share of a full look it was, and why the rest was lost.

A full look is one by VIIRS by day straight above a region without clouds. The quality of a pass is the product of

* the share of the region in the swath, of points spread over it;
* the share of fires that are strong enough for the pixels then: power falls off as x ** -0.98 (145,000 fires);
* the clear share of the sky: from a table where one is given, else the month's mean (`CLEAR`), with the cloudier
  quarter of days as `quality_low`;
* what is new since the best pass of the same visit. Satellites follow each other within the hour under the same clouds
  over the same fires, so passes less than 3 hours apart are one visit: its best pass counts in full, another one by
  1 - exp(-hours to it / 6). Six hours is a judgement.

Lost is a pass under full cloud; one of a sensor that is not always on; one whose elements are too old; and one that the
fire tables given lack (`no data`, see `missing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ceasefire.geo.elements import Elements
from ceasefire.geo.orbit import time_error
from ceasefire.geo.overpasses import HORIZON
from ceasefire.geo.regions import shape
from ceasefire.geo.sensors import Sensor, sensors
from ceasefire.geo.sun import solar_zenith
from ceasefire.geo.swath import crossings

Floats = NDArray[np.float64]
Times = NDArray[np.datetime64]

CLEAR = (0.19, 0.26, 0.36, 0.45, 0.47, 0.64, 0.70, 0.75, 0.61, 0.37, 0.25, 0.14)
"""Mean clear share by month: cloud cover at Kyiv, Kharkiv, Odesa and Zaporizhzhia, 726 days of 2022-09 to 2026-04."""
CLEAR_LOW = (0.0, 0.0, 0.08, 0.17, 0.16, 0.46, 0.51, 0.59, 0.33, 0.09, 0.01, 0.0)
"""What is exceeded on three days of four."""
OVERCAST = 0.95
"""Cloud cover from which a pass is lost."""
FALL_OFF = 0.98
"""Exponent of the power of fires above the least that is shown: MODIS over Ukraine, 2016-2021."""
VISIT = np.timedelta64(3 * 3600, "s")
RENEWED_HOURS = 6.0
_SAME_PASS = np.timedelta64(1200, "s")
_POINTS = 16
MANY = 10
"""Fires that other satellites must have seen through the same sky for a pass without any to be missing data."""


@dataclass(frozen=True)
class Passed:
    """Passes over regions; columns of shape (n,)."""

    region: NDArray[np.int64]
    """Position among the regions."""
    satellite: NDArray[np.object_]
    first: Times
    """When the first point of the region was abeam."""
    last: Times
    share: Floats
    """Share of the region's points in the swath."""
    strong: Floats
    """Share of fires strong enough, of those that a full look shows; 1 where the sensor shows no fires."""
    lost: NDArray[np.object_]

    @classmethod
    def none(cls) -> Passed:
        """Give no passes."""
        empty = np.zeros(0)
        times = np.zeros(0, "datetime64[ms]")
        words = np.zeros(0, object)
        return cls(np.zeros(0, np.int64), words, times, times, empty, empty, words)

    def sorted(self) -> Passed:
        """Give them by region, time and satellite."""
        order = np.lexsort((self.satellite.astype(str), self.first.astype(np.int64), self.region))
        return Passed(*(getattr(self, f.name)[order] for f in fields(self)))


def points(code: str, most: int = _POINTS) -> tuple[Floats, Floats]:
    """Give longitudes and latitudes of points spread evenly over a region, one at least.

    >>> lon, lat = points("UA-30")
    >>> 4 <= len(lon) <= 40
    True
    """
    outline = shape(code)
    west, south, east, north = outline.bounds
    narrow = np.cos(np.radians((south + north) / 2.0))
    inside = max(float(outline.area) / max((east - west) * (north - south), 1e-9), 0.05)
    step = np.sqrt((east - west) * narrow * (north - south) * inside / most)
    x, y = np.meshgrid(
        np.arange(west + step / 2 / narrow, east, step / narrow), np.arange(south + step / 2, north, step)
    )
    within = shapely.contains_xy(outline, x.ravel(), y.ravel())
    if not within.any():
        middle = outline.representative_point()
        return np.array([middle.x]), np.array([middle.y])
    return x.ravel()[within], y.ravel()[within]


def over_regions(
    sets: Sequence[Elements],
    sensor: Sensor,
    satellite: str,
    codes: Sequence[str],
    *,
    start: np.datetime64,
    end: np.datetime64,
    max_age_days: float,
) -> Passed:
    """Give one satellite's passes over regions; a day too far from every epoch is one lost look at each region."""
    days = np.arange(start.astype("datetime64[D]"), (end - np.timedelta64(1, "s")).astype("datetime64[D]") + 1)
    epoch = np.array([e.epoch for e in sets], dtype="datetime64[us]")
    away = np.abs((days[:, None] + np.timedelta64(12, "h") - epoch) / np.timedelta64(1, "D")).min(axis=1)
    fresh = away <= max_age_days
    name = f"{satellite} {sensor.id.upper()}"
    parts = [_too_old(name, len(codes), days[~fresh])]
    for span in np.split(days[fresh], np.flatnonzero(np.diff(days[fresh].astype(np.int64)) > 1) + 1):
        if len(span):
            begin, stop = max(start, span[0].astype(start.dtype)), min(end, (span[-1] + 1).astype(end.dtype))
            parts.append(_span(sets, sensor, name, codes, begin, stop))
    return together(parts)


def _too_old(name: str, regions: int, days: Times) -> Passed:
    n = regions * len(days)
    first: Times = np.tile(days.astype("datetime64[ms]"), regions)
    last: Times = (first.astype(np.int64) + 86_399_000).astype("datetime64[ms]")
    return Passed(
        region=np.repeat(np.arange(regions), len(days)),
        satellite=np.full(n, name, dtype=object),
        first=first,
        last=last,
        share=np.zeros(n),
        strong=np.zeros(n),
        lost=np.full(n, "elements too old", dtype=object),
    )


def _span(
    sets: Sequence[Elements], sensor: Sensor, name: str, codes: Sequence[str], start: np.datetime64, end: np.datetime64
) -> Passed:
    spread = [points(code) for code in codes]
    lon, lat = (np.concatenate([p[k] for p in spread]) for k in (0, 1))
    many = np.array([len(p[0]) for p in spread])
    whose = np.repeat(np.arange(len(codes)), many)
    found = crossings(sets, sensor, lon, lat, start=start, end=end)
    night = solar_zenith(found.time, lon[found.place], lat[found.place]) >= HORIZON
    if sensor.daylight:
        found, night = found.keep(~night), night[~night]
    if not len(found.time):
        return Passed.none()
    strong = np.ones(len(night))
    if sensor.least_frp_mw:
        across, along = sensor.pixel(found.scan, found.range_km, found.zenith)
        strong = np.minimum((sensor.least_power_mw(across * along, night) / _full()) ** -FALL_OFF, 1.0)
    region = whose[found.place]
    order = np.lexsort((found.time.astype(np.int64), region))
    region, time = region[order], found.time[order]
    begins = np.append(True, (np.diff(region) != 0) | (np.diff(time) > _SAME_PASS))
    at = np.flatnonzero(begins)
    of = np.cumsum(begins) - 1
    inside = np.bincount(of).astype(np.float64)
    lost = np.full(len(at), "" if sensor.always_on else "not known to have been on", dtype=object)
    error = np.ceil(time_error(np.abs(found.age_days[order]))).astype(np.int64).astype("timedelta64[s]")
    return Passed(
        region=region[at],
        satellite=np.full(len(at), name, dtype=object),
        first=np.minimum.reduceat(time - error, at),
        last=np.maximum.reduceat(time + error, at),
        share=np.minimum(inside / many[region[at]], 1.0),
        strong=np.bincount(of, strong[order]) / inside,
        lost=lost,
    )


def together(parts: Sequence[Passed]) -> Passed:
    """Put passes of several satellites behind one another, by region and time."""
    if not parts:
        return Passed.none()
    return Passed(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Passed))).sorted()


def qualities(passed: Passed, clear: Floats, clear_low: Floats) -> tuple[Floats, Floats]:
    """Give quality and least quality of passes, by region and time as `together` leaves them, each of shape (n,).

    Parameters
    ----------
    passed
        Passes; lost ones get 0.
    clear, clear_low
        Clear share of the sky at each, and the least plausible, shape (n,).

    >>> two = np.array(["2025-04-01T00:40", "2025-04-01T01:30"], dtype="datetime64[ms]")
    >>> same = Passed(np.zeros(2, np.int64), np.array(["a", "b"], object), two, two, np.ones(2), np.array([0.5, 1.0]),
    ...               np.array(["", ""], object))
    >>> [q.round(3).tolist() for q in qualities(same, np.full(2, 0.4), np.full(2, 0.2))]
    [[0.026, 0.4], [0.013, 0.2]]
    """
    n = len(passed.region)
    made = passed.lost == ""
    worth = np.where(made, passed.share * passed.strong * clear, 0.0)
    new = np.append(True, (np.diff(passed.region) != 0) | (np.diff(passed.first) > VISIT)) if n else np.zeros(0, bool)
    visit = np.cumsum(new) - 1
    order = np.lexsort((np.arange(n), -worth, visit))
    best = order[np.flatnonzero(np.append(True, np.diff(visit[order]) != 0))] if n else order
    hours = np.abs((passed.first - passed.first[best][visit]) / np.timedelta64(3_600_000, "ms")) if n else worth
    renewed = 1.0 - np.exp(-hours / RENEWED_HOURS)
    if n:
        renewed[best] = 1.0
    least = np.where(made, passed.share * passed.strong * np.minimum(clear_low, clear), 0.0) * renewed
    return worth * renewed, least


def missing(passed: Passed, seen: Mapping[str, Times]) -> NDArray[np.bool_]:
    """Tell which passes the fire tables lack, shape (n,).

    Parameters
    ----------
    passed
        Passes by region and time.
    seen
        Printed times of the tables' fires by satellite, as in `passed.satellite`.

    Notes
    -----
    A pass is missing where the tables name its satellite nowhere; where it lies a day or more before their first fire
    or behind their last; and where it shows no fire although other satellites show `MANY` within two hours of it. That
    many fires through the same sky leave cloud and calm out. A pass without fires is else taken for a look.
    """
    every = np.sort(
        np.concatenate([np.zeros(0, "datetime64[s]"), *seen.values()]).astype("datetime64[s]").astype(np.int64)
    )
    if not len(every):
        return np.zeros(len(passed.region), dtype=bool)
    out = np.zeros(len(passed.region), dtype=bool)
    for name in sorted(set(passed.satellite.tolist())):
        at = np.flatnonzero(passed.satellite == name)
        own = np.sort(seen.get(name, np.zeros(0, "datetime64[s]")).astype("datetime64[s]").astype(np.int64))
        first, last = (t[at].astype("datetime64[s]").astype(np.int64) for t in (passed.first, passed.last))
        mine = _between(own, first - 600, last + 600)
        others = _between(every, first - 7200, last + 7200) - _between(own, first - 7200, last + 7200)
        ends = (last < every[0] - 86_400) | (first > every[-1] + 86_400)
        out[at] = (len(own) == 0) | ends | ((mine == 0) & (others >= MANY))
    return out


def _between(times: NDArray[np.int64], low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(np.searchsorted(times, high, "right") - np.searchsorted(times, low, "left"))


def _full() -> float:
    viirs = sensors()["viirs"]
    return float(viirs.least_power_mw(viirs.pixel_km[0] * viirs.pixel_km[1], False))


def month_clear(times: Times) -> tuple[Any, Any]:
    """Give the mean clear share of the sky in the months of times, and the least plausible one, each of shape (n,)."""
    month = times.astype("datetime64[M]").astype(np.int64) % 12
    return np.array(CLEAR)[month], np.array(CLEAR_LOW)[month]
