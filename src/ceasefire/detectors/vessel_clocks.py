"""Clocks of receiving stations: which run ahead or behind, found from ships that several stations hear.

Why: a station that stamps its messages ten minutes late makes every ship it hears jump to and fro, and every meeting
and crossing is wrong by ten minutes. A ship that sails straight is a clock: its way over its speed is the time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo import distance
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.tracks import KNOT_KM_S

Array = NDArray[Any]

LEAST_S = 20.0
"""Smaller offsets are left alone, s."""

LEAST_PAIRS = 10
"""Pairs of fixes by two stations that an offset needs."""

AGREE = 0.6
"""Share of a station's pairs that must agree on its offset."""

LATE_S = 2.0
"""A station that the ships' own seconds bear out to within this is not suspected, s."""

SLOWEST_KN = 4.0
"""Ships slower than this are no clocks."""


def clock_offsets(fixes: Fixes) -> dict[int, float]:
    """Give the stations whose clock runs ahead, and by how many seconds (negative: behind).

    For each two following fixes of a ship by two stations: their difference in time, less the way made along the course
    over the ship's speed, is the difference of the two clocks. The station whose median explains most is set right
    first, and the rest is looked at again. Where ships' own seconds are known (`late_s`), they make the offset exact.

    Parameters
    ----------
    fixes
        With stations; without, there is nothing to compare.

    >>> t = np.arange(0, 6000, 30.0)
    >>> ahead = np.where(np.arange(200) % 4 == 0, 300.0, 0.0)  # every fourth is heard by a station 300 s ahead
    >>> f = Fixes.of(mmsi=[272000001] * 200, times=((t + ahead) * 1000).astype("M8[ms]"), lon=30 + t * 6.53e-05,
    ...     lat=[45.0] * 200, speed_kn=[10.0] * 200, course_deg=[90.0] * 200, station=np.where(ahead > 0, 2, 1))
    >>> {k: round(v, -1) for k, v in clock_offsets(f).items()}
    {2: 300.0}
    """
    a, b, apart = _pairs(fixes)
    one, two = fixes.station[a], fixes.station[b]
    if not len(a):
        return {}
    stations = np.unique(np.concatenate([one, two])).tolist()
    clock = np.zeros(int(max(stations)) + 1)
    seconds = _late(fixes)
    suspects = [k for k in stations if abs(seconds.get(k, np.inf)) > LATE_S]
    for _ in range(2 * len(stations)):
        left = apart - (clock[two] - clock[one])
        # first those that the ships' own seconds speak against, then those that are off by whole minutes
        gain = _gains(left, one, two, suspects) or _gains(left, one, two, stations)
        if not gain:
            break
        # the station whose setting right explains most; of two that differ only from each other, the one heard less
        worst = max(gain, key=lambda k: (round(gain[k][0]), -int(np.count_nonzero(fixes.station == k)), -k))
        clock[worst] += gain[worst][1]
    return {k: _exact(float(clock[k]), seconds.get(k)) for k in stations if abs(clock[k]) > LEAST_S}


def _gains(left: Array, one: Array, two: Array, stations: list[int]) -> dict[int, tuple[float, float]]:
    """Give the stations that may be off: how many seconds of difference that takes away, and by how much."""
    gain: dict[int, tuple[float, float]] = {}
    for station in stations:
        mine = np.concatenate([left[two == station], -left[one == station]])
        if len(mine) < LEAST_PAIRS:
            continue
        middle = float(np.median(mine))
        if abs(middle) > LEAST_S and np.mean(np.abs(mine - middle) < 0.2 * abs(middle) + 5.0) >= AGREE:
            gain[station] = float(np.abs(mine).sum() - np.abs(mine - middle).sum()), middle
    return gain


def _pairs(fixes: Fixes) -> tuple[Array, Array, Array]:
    """Give following fixes of one straight-going ship by two stations, and the seconds their clocks are apart."""
    differ = (fixes.station[1:] != fixes.station[:-1]) & (fixes.mmsi[1:] == fixes.mmsi[:-1])
    a = np.flatnonzero(differ)
    b = a + 1
    with np.errstate(invalid="ignore"):
        speed = (fixes.speed_kn[a].astype(float) + fixes.speed_kn[b]) / 2.0
        turn = np.abs(distance.wrap(fixes.course_deg[b].astype(float) - fixes.course_deg[a]))
        steady = (speed > SLOWEST_KN) & (speed < 60.0) & (turn < 10.0)
        steady &= np.abs(fixes.speed_kn[b] - fixes.speed_kn[a]) < 0.15 * speed
    wait = (fixes.times[b] - fixes.times[a]).astype(np.int64) / 1000.0
    keep = steady & (wait < 1800.0)
    a, b, speed, wait = a[keep], b[keep], speed[keep], wait[keep]
    course = np.radians(fixes.course_deg[a].astype(float))
    east = distance.wrap(fixes.lon[b] - fixes.lon[a]) * np.cos(np.radians(fixes.lat[a])) * distance.KM_PER_DEGREE
    north = (fixes.lat[b] - fixes.lat[a]) * distance.KM_PER_DEGREE
    along = east * np.sin(course) + north * np.cos(course)
    across = np.abs(east * np.cos(course) - north * np.sin(course))
    straight = across < 0.1 + 0.15 * np.abs(along)
    sailed = along / (speed * KNOT_KM_S)
    apart = wait - sailed
    use = straight & (np.abs(sailed) < 7200.0)
    return a[use], b[use], apart[use]


def _late(fixes: Fixes) -> dict[int, float]:
    """Give how far each station's clock is off the ships' own seconds, s, -30 to 30; whole minutes go round."""
    known = np.isfinite(fixes.late_s)
    if known.sum() < LEAST_PAIRS:
        return {}
    turn = np.exp(2j * np.pi * fixes.late_s[known].astype(np.float64) / 60.0)
    many = np.bincount(fixes.station[known])
    mean = np.bincount(fixes.station[known], turn.real) + 1j * np.bincount(fixes.station[known], turn.imag)
    off = np.angle(mean) * 60.0 / (2 * np.pi)
    usual = float(np.median(np.repeat(off, np.minimum(many, 1000))))
    return {int(k): float((off[k] - usual + 30.0) % 60.0 - 30.0) for k in np.flatnonzero(many >= LEAST_PAIRS)}


def _exact(offset: float, second: float | None) -> float:
    """Make an offset exact by the ships' own seconds."""
    if second is None:
        return round(offset, 1)
    exact = second + 60.0 * round((offset - second) / 60.0)
    return round(exact if abs(exact - offset) < 15.0 else offset, 1)
