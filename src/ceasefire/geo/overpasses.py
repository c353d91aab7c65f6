"""Table of passes: which satellite could see which place when, how well, and how sure the time is."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from ceasefire.errors import Doubt
from ceasefire.geo.elements import BadElements, Elements
from ceasefire.geo.orbit import AGE_DAYS, time_error
from ceasefire.geo.sensors import fire_m2, sensor_of, sensors
from ceasefire.geo.sun import solar_zenith
from ceasefire.geo.swath import crossings
from ceasefire.model.overpass import Overpass
from ceasefire.model.table import Table

HORIZON = 90.0
"""Solar zenith from which it is night: with it, `daynight` of every one of 8,831 FIRMS rows comes out as printed."""


class OldElements(Doubt):
    """Elements are too old for a part of the days asked for, so passes on them are not stated."""


def passes(
    elements: Sequence[Elements],
    places: Mapping[str, tuple[float, float]],
    start: datetime,
    end: datetime,
    sensor: str = "",
    *,
    max_age_days: float = AGE_DAYS,
) -> Table[Overpass]:
    """Give every pass over places, by time.

    Parameters
    ----------
    elements
        Of any satellites; those that carry no sensor listed here are left out.
    places
        Name to longitude and latitude, degrees.
    start, end
        Aware times; end is not included.
    sensor
        Id of the only sensor wanted; all where empty.
    max_age_days
        Passes farther than this from every epoch of their satellite are left out.

    Raises
    ------
    BadElements
        No elements of a satellite that carries the sensor.
    ValueError
        An unknown sensor, or an end before the start.

    Warns
    -----
    OldElements
        Passes were left out because of their age.

    >>> from ceasefire.geo.elements import read_elements
    >>> sets, _ = read_elements('''1 43013U 17073A   26177.72844921  .00000042  00000+0  40828-4 0  9990
    ... 2 43013  98.7772 117.1062 0000629 133.0625 227.0604 14.19513365445820''')
    >>> start, end = (datetime(2026, 6, day, tzinfo=UTC) for day in (26, 27))
    >>> found = passes(sets, {"Kyiv": (30.5, 50.45)}, start, end, "viirs")
    >>> for p in found:
    ...     print(f"{p.time:%H:%M:%S} {p.scan_degrees:.0f} {p.night} {p.along_km:.2f} km {p.least_m2:.0f} m2")
    01:09:21 -47 True 0.59 km 9 m2
    09:17:21 -55 False 0.75 km 73 m2
    10:57:14 15 False 0.38 km 36 m2
    23:10:08 49 True 0.61 km 10 m2
    """
    if sensor and sensor not in sensors():
        raise ValueError(f"no sensor {sensor!r}: known are {', '.join(sorted(sensors()))}")
    of: dict[int, list[Elements]] = {}
    for e in elements:
        carried = sensor_of(e.norad)
        if carried and sensor in ("", carried[0].id):
            of.setdefault(e.norad, []).append(e)
    if not of:
        raise BadElements(f"no elements of a satellite that carries {sensor or 'a sensor listed here'}")
    names = np.array(list(places), dtype=object)
    lon, lat = (np.array([p[k] for p in places.values()], dtype=np.float64) for k in (0, 1))
    begin, stop = (np.datetime64(t.astimezone(UTC).replace(tzinfo=None), "s") for t in (start, end))
    parts, old = [], set()
    for norad, sets in sorted(of.items()):
        carrier = sensor_of(norad)
        assert carrier is not None
        instrument, satellite = carrier
        found = crossings(sets, instrument, lon, lat, start=begin, end=stop)
        fresh = np.abs(found.age_days) <= max_age_days
        if not fresh.all():
            old.add(satellite)
        found = found.keep(fresh)
        night = solar_zenith(found.time, lon[found.place], lat[found.place]) >= HORIZON
        if instrument.daylight:
            found, night = found.keep(~night), night[~night]
        across, along = instrument.pixel(found.scan, found.range_km, found.zenith)
        least = np.full(len(night), np.nan)
        if instrument.least_frp_mw:
            least = instrument.least_power_mw(across * along, night)
        columns = {
            "place": names[found.place],
            "satellite": satellite,
            "sensor": instrument.id,
            "time": (found.time + np.timedelta64(500, "ms")).astype("datetime64[s]"),
            "error_s": time_error(found.age_days),
            "scan_degrees": found.scan,
            "zenith_degrees": found.zenith,
            "night": night,
            "across_km": across,
            "along_km": along,
            "least_mw": least,
            "least_m2": fire_m2(least),
            "age_days": found.age_days,
            "usual": instrument.always_on,
        }
        parts.append(Table.from_columns(Overpass, columns, length=len(night)))
    if old:
        said = f"{', '.join(sorted(old))}: elements are more than {max_age_days:g} days from some of the time asked for"
        warnings.warn(OldElements(f"{said}; passes then are not stated"), stacklevel=2)
    return Table.concat(Overpass, parts).sort("time", "satellite", "place")
