"""Where a satellite is: positions over the turning Earth from orbital elements.

Why here: a look that never happened can be told from one that saw nothing only where the pass itself is known. Works
offline with the elements given. Positions are SGP4's (extra `satellite`), turned from its frame (TEME) to the Earth by
sidereal time alone.

* **Error of the turn.** UT1 is taken for UTC (0.9 s at most, 0.4 km at the equator), polar motion is left out (15 m).
* **Error of elements.** About 1 km at their epoch, growing with age: `time_error`, measured on real pairs.

Sources: D. Vallado and others, "Revisiting Spacetrack Report #3", AIAA 2006-6753; S. Aoki and others, "The new
definition of universal time", Astronomy and Astrophysics 105 (1982) 359-361.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.errors import MissingExtra
from ceasefire.geo.elements import BadElements, Elements

Floats = NDArray[np.float64]
Times = NDArray[np.datetime64]

TURN = 7.292115146706979e-5
"""Turning of the Earth, radians a second (WGS 84)."""
_EPOCH_1949 = np.datetime64("1949-12-31T00:00:00", "us")
_DAY = 86_400_000_000
AGE_DAYS = 14.0
"""Older elements give no looks unless a case says otherwise."""
_SECONDS_AT_EPOCH, _SECONDS_A_DAY_SQUARED = 1.0, 0.01


def nearest(sets: Sequence[Elements], times: Times) -> NDArray[np.int64]:
    """Give the position of the set whose epoch is nearest to each time, shape (n,)."""
    epoch = np.array([e.epoch for e in sets], dtype="datetime64[us]").astype(np.int64)
    order = np.argsort(epoch, kind="stable")
    middle = (epoch[order][1:] + epoch[order][:-1]) // 2
    return np.asarray(order[np.searchsorted(middle, np.asarray(times).astype("datetime64[us]").astype(np.int64))])


def time_error(age_days: Any) -> Floats:
    """Give the error of a pass's time, seconds, by the age of the elements in days: 1 + 0.01 age squared.

    An upper bound of what 13 pairs of real sets of Suomi NPP, NOAA-20, Terra and Aqua, 4 to 43 days apart, gave
    (`make bench NAME=overpasses`): 0.01 to 0.5 s within 7 days, 1.6 s at 8, 9.6 s at 43. A manoeuvre breaks it, which
    nothing in the elements tells.

    >>> time_error([0.0, 10.0]).tolist()
    [1.0, 2.0]
    """
    return np.asarray(_SECONDS_AT_EPOCH + _SECONDS_A_DAY_SQUARED * np.square(np.asarray(age_days, dtype=np.float64)))


def satellite(e: Elements) -> Any:
    """Make SGP4's own record of elements.

    Raises
    ------
    MissingExtra
        Where the extra `satellite` is not installed.
    """
    try:
        from sgp4.api import WGS72, Satrec
    except ImportError as error:
        raise MissingExtra("orbits need the extra: pip install 'ceasefire[satellite]'") from error
    record = Satrec()
    angles = [math.radians(v) for v in (e.perigee, e.inclination, e.anomaly, e.node)]
    days = float((e.epoch - _EPOCH_1949).astype(np.int64)) / _DAY
    perigee, inclination, anomaly, node = angles
    motion = e.motion * 2.0 * math.pi / 1440.0
    record.sgp4init(
        WGS72, "i", e.norad, days, e.drag, 0.0, 0.0, e.eccentricity, perigee, inclination, anomaly, motion, node
    )
    return record


def positions(e: Elements, times: Times) -> tuple[Floats, Floats]:
    """Give position (km) and velocity (km/s), both of shape (n, 3), along axes that turn with the Earth.

    Parameters
    ----------
    e
        Elements.
    times
        UTC, shape (n,).

    Returns
    -------
    Position, and the velocity against the stars (not against the ground) written in the same turned axes.

    Raises
    ------
    BadElements
        SGP4 gives no position: the orbit has decayed, or the elements are none of an orbit.

    >>> from ceasefire.geo.elements import read_elements
    >>> sets, _ = read_elements('''1 43013U 17073A   26177.72844921  .00000042  00000+0  40828-4 0  9990
    ... 2 43013  98.7772 117.1062 0000629 133.0625 227.0604 14.19513365445820''')
    >>> r, v = positions(sets[0], np.array(["2026-06-26T17:30"], dtype="datetime64[s]"))
    >>> [round(float(np.linalg.norm(x)), 1) for x in (r, v)]
    [7207.8, 7.4]
    """
    instants = np.asarray(times).astype("datetime64[us]").astype(np.int64)
    whole, rest = np.divmod(instants, _DAY)
    julian, part = whole + 2_440_587.5, rest / _DAY
    error, r, v = satellite(e).sgp4_array(julian, part)
    if error.any():
        raise BadElements(f"{e.name or e.norad}: no position at that time (SGP4 error {int(error[error > 0][0])})")
    angle = sidereal(times)
    return _turned(r, angle), _turned(v, angle)


def sidereal(times: Times) -> Floats:
    """Give Greenwich mean sidereal time (1982), radians, UT1 taken for UTC.

    >>> degrees = np.degrees(sidereal(np.array(["2000-01-01T12:00"], dtype="datetime64[s]")))
    >>> round(float(degrees[0]), 4)
    280.4606
    """
    instants = np.asarray(times).astype("datetime64[us]").astype(np.int64)
    days = instants / _DAY - 10_957.5
    century = days / 36_525.0
    turns = 0.779057273264 + (instants % _DAY) / _DAY + 0.5 + 0.00273790935079 * days
    return np.asarray(2.0 * np.pi * (turns % 1.0) + (0.093104 * century**2 - 6.2e-6 * century**3) * np.pi / 43_200.0)


def _turned(x: Floats, angle: Floats) -> Floats:
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([c * x[:, 0] + s * x[:, 1], c * x[:, 1] - s * x[:, 0], x[:, 2]], axis=1)
