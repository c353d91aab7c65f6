"""When a photo was taken: the satellite receiver's time, else the camera's clock set right by it.

Why all photos together: one photo's camera may be hours off, and the receiver's time may be an old one; the offset
between the two over a whole folder is neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.sources.flight_read import local_to_utc
from ceasefire.sources.photo_tags import number, words

CLOCK_S = 5.0
"""A receiver's time that is further from the camera's clock than this, after the clock's offset, was not renewed."""
UNKNOWN = np.datetime64("NaT", "ms")
"""No time."""

_LOCAL = re.compile(r"(\d{4})[:-](\d{2})[:-](\d{2})[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})", re.ASCII)


def clocks(found: Mapping[str, Any]) -> tuple[np.datetime64, np.datetime64, float]:
    """Give the receiver's time (UTC), the camera's time, and the camera's stated offset in minutes."""
    gps = _moment(words(found.get("drone-dji:utcatexposure")))
    day, clock = re.fullmatch(r"(\d{4})[:-](\d{2})[:-](\d{2})", words(found.get("gps_day"))), found.get("gps_clock")
    if np.isnat(gps) and day and isinstance(clock, (tuple, list)) and len(clock) == 3:
        hour, minute, second = (number(v) for v in clock)
        if 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 61:
            midnight = _moment(f"{day[1]}-{day[2]}-{day[3]} 00:00:00")
            gps = midnight + np.timedelta64(round(1000 * (3600 * hour + 60 * minute + second)), "ms")
    fraction = re.sub(r"\D", "", words(found.get("fraction")))[:6]
    taken = words(found.get("taken"))[:19]
    camera = _moment(f"{taken}.{fraction}" if fraction else taken)
    offset = _OFFSET.fullmatch(words(found.get("offset")))
    minutes = (int(offset[2]) * 60 + int(offset[3])) * (-1 if offset[1] == "-" else 1) if offset else float("nan")
    return gps, camera, minutes


def _moment(text: str) -> np.datetime64:
    """Give an instant, or NaT where the text is none."""
    part = _LOCAL.match(text)
    if not part:
        return UNKNOWN
    try:
        whole = np.datetime64("{}-{}-{}T{}:{}:{}".format(*part.groups()[:6]), "ms")
    except ValueError:
        return UNKNOWN
    if not np.datetime64("1980-01-06") <= whole < np.datetime64("2100-01-01"):
        return UNKNOWN
    return whole + np.timedelta64(int((part[7] or "0").ljust(3, "0")[:3]), "ms")


def utc_of(
    shots: Sequence[tuple[np.datetime64, np.datetime64, float]],
    lon: NDArray[np.float64],
    options: Mapping[str, Any],
) -> tuple[NDArray[np.datetime64], str, list[str]]:
    """Give the times of one camera's photos in UTC (NaT where one has none), in words how, and doubts.

    Parameters
    ----------
    shots
        Of each photo what `clocks` gives.
    lon
        Longitudes, for a clock that nothing else tells of.
    options
        As for `flight_read.local_to_utc`.

    >>> t = np.datetime64("2025-04-01T09:00:00", "ms")
    >>> utc, how, _ = utc_of([(t, t + 10_800_400, np.nan), (UNKNOWN, t + 10_802_400, np.nan)], np.full(2, 36.0), {})
    >>> [str(u)[11:] for u in utc], how
    (['09:00:00.000', '09:00:02.000'], "receiver's time; the camera's clock was +10800.4 s against it, over 1 photo")
    """
    gps = np.array([s[0] for s in shots], dtype="datetime64[ms]")
    camera = np.array([s[1] for s in shots], dtype="datetime64[ms]")
    offset = np.array([s[2] for s in shots], dtype=np.float64)
    both = ~np.isnat(gps) & ~np.isnat(camera)
    if both.any():
        apart = (camera - gps)[both].astype(np.int64)
        shift = int(np.median(apart))
        stale = np.zeros(len(shots), dtype=bool)
        stale[both] = np.abs(apart - shift) > 1000 * CLOCK_S if len(apart) > 2 else False
        utc = np.where(~np.isnat(gps) & ~stale, gps, camera - np.timedelta64(shift, "ms"))
        over = f"{int(both.sum())} photo{'s' if both.sum() > 1 else ''}"
        how = f"receiver's time; the camera's clock was {shift / 1000:+.1f} s against it, over {over}"
        said = f"{int(stale.sum())} photos repeat an old time of the receiver: the camera's clock, set right, is used"
        return utc, how, [said] if stale.any() else []
    if not np.isnat(gps).all():
        return gps, "receiver's time", []
    if np.isfinite(offset).any():
        minutes = np.where(np.isfinite(offset), offset, np.nanmedian(offset)).astype(np.int64)
        return camera - minutes.astype("timedelta64[m]"), "the camera's clock with the offset that it states", []
    known = ~np.isnat(camera)
    utc, how, doubt = local_to_utc(camera[known], lon[known], options)
    whole = np.full(len(shots), UNKNOWN)
    whole[known] = utc
    return whole, how, [doubt] if doubt else []
