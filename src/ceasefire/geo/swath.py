"""When a place lies in a sensor's swath: time, angles, range and pixel of every pass, over many places at once.

A pass is the moment at which the place lies in the plane in which the sensor scans, that is, square to the flight. The
satellite is propagated once a minute and interpolated between (cubic Hermite, below 1 m); places come in columns.

* **Flat ground.** The place lies on the ellipsoid; a hill of 500 m at the edge of the swath moves it by 1 s at most.
* **No attitude.** The spacecraft looks straight down; real ones hold that to 0.01 degree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.elements import Elements
from ceasefire.geo.ellipsoid import earth_centred, geodetic
from ceasefire.geo.orbit import TURN, nearest, positions
from ceasefire.geo.sensors import Sensor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEP = 60
"""Seconds between propagated positions."""
_REACH_KM = 3500.0
"""Largest range at which a place at sea level is above the horizon of these satellites, rounded up."""
_CHUNK = 4_000_000


@dataclass(frozen=True)
class Crossings:
    """Moments at which places lie in a sensor's swath; columns of shape (n,), by time and place."""

    place: Ints
    """Position of the place among those asked for."""
    time: NDArray[np.datetime64]
    """UTC, milliseconds."""
    scan: Floats
    """Angle from the vertical at the satellite, degrees; above 0 right of the flight."""
    zenith: Floats
    """Angle between the satellite and the zenith at the place, degrees."""
    range_km: Floats
    northward: NDArray[np.bool_]
    """Flying north."""
    age_days: Floats
    """Age of the elements at that time, days; below 0 before their epoch."""

    def keep(self, mask: Any) -> Crossings:
        """Give some of the rows."""
        return Crossings(*(getattr(self, f.name)[mask] for f in fields(self)))


def crossings(sets: Sequence[Elements], sensor: Sensor, lon: Any, lat: Any, *, start: Any, end: Any) -> Crossings:
    """Find every pass of one satellite over places.

    Parameters
    ----------
    sets
        Elements of one satellite; each time takes the set whose epoch is nearest.
    sensor
        Its sensor.
    lon, lat
        Places, degrees, shape (n,).
    start, end
        UTC, datetime64: passes from start up to, and not including, end.

    Raises
    ------
    ValueError
        No elements, elements of several satellites, or an end before the start.

    >>> from ceasefire.geo.elements import read_elements
    >>> from ceasefire.geo.sensors import sensors
    >>> sets, _ = read_elements('''1 43013U 17073A   26177.72844921  .00000042  00000+0  40828-4 0  9990
    ... 2 43013  98.7772 117.1062 0000629 133.0625 227.0604 14.19513365445820''')
    >>> day = np.array(["2026-06-26", "2026-06-27"], dtype="datetime64[s]")
    >>> found = crossings(sets, sensors()["viirs"], [30.5], [50.45], start=day[0], end=day[1])
    >>> [(str(t)[11:16], round(float(a))) for t, a in zip(found.time, found.scan)]
    [('01:09', -47), ('09:17', -55), ('10:57', 15), ('23:10', 49)]
    """
    if len({e.norad for e in sets}) != 1:
        raise ValueError("passes are found for one satellite at a time, with one set of elements or more")
    begin, stop = (int(np.datetime64(t, "s").astype(np.int64)) for t in (start, end))
    if stop < begin:
        raise ValueError("the end lies before the start")
    places = earth_centred(lon, lat, 0.0).reshape(-1, 3) / 1000.0
    track = _Track.of(sets, begin, stop, places)
    found = [_coarse(track, places[i : i + n], i) for n in (_many(track),) for i in range(0, len(places), n)]
    place, at = (np.concatenate([pair[k] for pair in found] or [np.zeros(0, np.int64)]) for k in (0, 1))
    seconds, r, v, ground = _refined(track, places[place], at)
    if sensor.plane == "ground":
        seconds, r, v, ground = _refined(track, places[place], at, over_ground=True)
    line = places[place] - r
    away = np.linalg.norm(line, axis=1)
    down = -r / np.linalg.norm(r, axis=1, keepdims=True)
    scan = np.degrees(np.arccos(np.clip((line * down).sum(axis=1) / away, -1.0, 1.0)))
    right = (np.cross(down, v) * line).sum(axis=1)
    up = _zeniths(np.asarray(lon, dtype=np.float64)[place], np.asarray(lat, dtype=np.float64)[place])
    zenith = np.degrees(np.arccos(np.clip(-(line * up).sum(axis=1) / away, -1.0, 1.0)))
    moment = np.round(seconds * 1000).astype(np.int64).astype("datetime64[ms]")
    which = nearest(sets, moment)
    epoch = np.array([e.epoch for e in sets], dtype="datetime64[us]")
    age = (moment - epoch[which]) / np.timedelta64(1, "D")
    all_of = Crossings(place, moment, np.copysign(scan, right), zenith, away, ground[:, 2] > 0, age)
    low, high = sensor.incidence
    seen = (scan <= sensor.scan) & (zenith >= low) & (zenith <= min(high, 89.0)) & (seconds >= begin) & (seconds < stop)
    if sensor.side:
        seen &= (right > 0) == (sensor.side == "right")
    kept = all_of.keep(seen)
    return kept.keep(np.lexsort((kept.place, kept.time)))


def sub_satellite(sets: Sequence[Elements], times: Any) -> tuple[Floats, Floats, Floats]:
    """Give longitude and latitude (degrees) below a satellite and its height (km) at times, each of shape (n,)."""
    at = np.asarray(times)
    r = np.zeros((len(at), 3))
    which = nearest(sets, at)
    for k in np.unique(which):
        r[which == k] = positions(sets[int(k)], at[which == k])[0]
    lon, lat, height = geodetic(r * 1000.0)
    return lon, lat, height / 1000.0


@dataclass(frozen=True)
class _Track:
    """Positions once a minute near the places: pairs of neighbours are rows `left` and `left + 1`."""

    seconds: Floats
    r: Floats
    ground: Floats
    """Velocity over the ground, km/s."""
    left: Ints

    @classmethod
    def of(cls, sets: Sequence[Elements], begin: int, stop: int, places: Floats) -> _Track:
        seconds = np.arange(begin - STEP, stop + 2 * STEP, STEP, dtype=np.int64)
        times = seconds.astype("datetime64[s]")
        which = nearest(sets, times)
        r, v = np.zeros((len(times), 3)), np.zeros((len(times), 3))
        for k in np.unique(which):
            at = which == k
            r[at], v[at] = positions(sets[int(k)], times[at])
        middle = places.mean(axis=0) if len(places) else np.zeros(3)
        spread = float(np.linalg.norm(places - middle, axis=1).max()) if len(places) else 0.0
        near = np.linalg.norm(r - middle, axis=1) < _REACH_KM + spread + 8.0 * STEP
        same = which[1:] == which[:-1]
        left = np.flatnonzero((near[1:] | near[:-1]) & same)
        return cls(seconds.astype(np.float64), r, v - _carried(r), left)


def _many(track: _Track) -> int:
    return max(_CHUNK // max(len(track.left), 1), 1)


def _carried(r: Floats) -> Floats:
    """Velocity of a point that turns with the Earth, km/s."""
    return np.stack([-TURN * r[:, 1], TURN * r[:, 0], np.zeros(len(r))], axis=1)


def _coarse(track: _Track, places: Floats, first: int) -> tuple[Ints, Ints]:
    """Give pairs of a place and a minute in which it passes from before the satellite to behind it, in sight."""
    a, b = track.left, track.left + 1
    v = track.ground + _carried(track.r)
    level = (track.r * v).sum(axis=1)
    ahead, behind = (places @ v[k].T - level[k] for k in (a, b))
    height = places @ track.r[a].T
    sight = height > 0.5 * ((places**2).sum(axis=1)[:, None] + (track.r[a] ** 2).sum(axis=1) - _REACH_KM**2)
    place, pair = np.nonzero((ahead > 0) & (behind <= 0) & sight)
    return place + first, a[pair]


def _refined(
    track: _Track, places: Floats, at: Ints, *, over_ground: bool = False
) -> tuple[Floats, Floats, Floats, Floats]:
    """Give times, positions and velocities (against the stars, over the ground) at which places are abeam."""
    x = np.full(len(at), 0.5)
    r = v = ground = np.zeros((len(at), 3))
    for _ in range(4):
        r, ground = _hermite(track, at, x)
        v = ground + _carried(r)
        along = ground if over_ground else v
        miss = ((places - r) * along).sum(axis=1)
        # the ground below moves slower than the satellite by the ratio of their distances from the Earth's centre
        slope = (along**2).sum(axis=1) * np.linalg.norm(places, axis=1) / np.linalg.norm(r, axis=1)
        x = np.clip(x + miss / slope / STEP, -1.0, 2.0)
    r, ground = _hermite(track, at, x)
    return track.seconds[at] + x * STEP, r, ground + _carried(r), ground


def _hermite(track: _Track, at: Ints, x: Floats) -> tuple[Floats, Floats]:
    x = x[:, None]
    p, q = track.r[at], track.r[at + 1]
    m, n = track.ground[at] * STEP, track.ground[at + 1] * STEP
    r = (2 * x**3 - 3 * x**2 + 1) * p + (x**3 - 2 * x**2 + x) * m + (3 * x**2 - 2 * x**3) * q + (x**3 - x**2) * n
    speed = (6 * x**2 - 6 * x) * (p - q) + (3 * x**2 - 4 * x + 1) * m + (3 * x**2 - 2 * x) * n
    return r, speed / STEP


def _zeniths(lon: Floats, lat: Floats) -> Floats:
    a, b = np.radians(lon), np.radians(lat)
    return np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)], axis=-1)
