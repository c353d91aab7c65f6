"""Interference with a patrol: when a platform lost its position, and whether that looks like jamming.

Why it is a finding of its own: a mission whose eyes are put out was hindered, and says so with the evidence; and
what the camera showed in that time lies nobody knows where, so it is no look at anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.distance import km
from ceasefire.geo.flight import Flight

LEAST_S = 3.0
"""Shorter gaps of the position are ordinary."""
FASTEST_M_S = 120.0
"""No platform of a patrol moves faster: a position that leaps further is not the platform's."""
LEAP_M = 200.0
"""A leap shorter than this is an error of the receiver, not a false position."""
ENOUGH, TOO_FEW = 6.0, 4.0
"""Satellites of a good fix, and those without which there is none."""
DISTURBED = 0.5
"""The receiver's own indication from which it counts as evidence, of 0 to 1."""

BEFORE_S = 60.0
"""How long before a loss the satellites are looked at: jamming takes them away over half a minute."""
SETTLED_S = 10.0
"""Positions that agree for so long are believed; a receiver's first ones after the start may be far off."""
ON_GROUND_M = 3.0
"""Below this above the place of take-off, a record that ends without a fix was carried indoors or switched off."""

JAMMING, SPOOFING, UNKNOWN = "probable jamming", "probable false position", "cause unknown"


@dataclass(frozen=True)
class Interference:
    """One stretch without a position that can be relied on."""

    start: np.datetime64
    """Last time with a good position before, UTC."""
    end: np.datetime64
    """First time with a good position after; the last sample where there is none."""
    assessed: str
    """`probable jamming`, `probable false position` or `cause unknown`."""
    evidence: tuple[str, ...]
    """What in the record shows it."""
    regained: bool
    """False where the record ends without a position."""

    @property
    def seconds(self) -> float:
        """Length, seconds."""
        return float((self.end - self.start) / np.timedelta64(1, "s"))

    def sentence(self) -> str:
        """Say it in one line.

        >>> t = np.datetime64("2025-04-01T14:02:00")
        >>> print(Interference(t, t + 420, JAMMING, ("satellites fell from 14 to 2",), True).sentence())
        position lost 14:02 to 14:09 UTC, assessed as probable jamming (satellites fell from 14 to 2)
        """
        begin, until = (str(t.astype("datetime64[m]"))[11:] for t in (self.start, self.end))
        what = "positions not to be relied on" if self.assessed == SPOOFING else "position lost"
        tail = "" if self.regained else ", not regained"
        why = f" ({'; '.join(self.evidence)})" if self.evidence else ""
        judged = "cause unknown" if self.assessed == UNKNOWN else f"assessed as {self.assessed}"
        return f"{what} {begin} to {until} UTC{tail}, {judged}{why}"


def interferences(flight: Flight) -> list[Interference]:
    """Find the stretches of a flight without a position, and positions that cannot be the platform's.

    Parameters
    ----------
    flight
        Its `fix`, `satellites` and `jamming` are used, and its positions.

    Notes
    -----
    Jamming is called probable where the receiver indicates it, or satellites fall from a good fix below what one needs
    in flight; a platform before its first fix is not interfered with, nor one that loses it on the ground at the end of
    its record. Positions are false where they leap, or where the receiver says so. Rules, not probabilities: no
    labelled record exists to calibrate them on.

    >>> n = 60
    >>> lon = np.full(n, 36.0)
    >>> lon[20:30] = np.nan
    >>> satellites = np.where(np.isnan(lon), 2.0, 14.0)
    >>> flight = Flight.of(times=np.datetime64("2025-04-01T14:00", "ms") + 10_000 * np.arange(n), lon=lon,
    ...                    lat=np.full(n, 50.0), satellites=satellites)
    >>> [i.sentence() for i in interferences(flight)]
    ['position lost 14:03 to 14:05 UTC, assessed as probable jamming (satellites fell from 14 to 2)']
    """
    good = relied_on(flight)
    false, leapt = flight.fix & ~good, _leaps(flight)
    if not good.any():
        return []
    first = int(np.argmax(good))
    edge = np.flatnonzero(np.diff(np.concatenate([[0], (~good[first:]).astype(np.int8), [0]])))
    out = []
    for begin, stop in edge.reshape(-1, 2) + first:
        end = min(int(stop), len(flight) - 1)
        found = Interference(
            flight.times[begin - 1],
            flight.times[end],
            *_assess(
                flight, slice(int(begin), int(stop)), bool(false[begin:stop].any()), bool(leapt[begin:stop].any())
            ),
            regained=int(stop) < len(flight),
        )
        parked = not found.regained and not found.evidence and _height(flight, begin - 1) < ON_GROUND_M
        if found.seconds >= LEAST_S and not parked:
            out.append(found)
    return out


def relied_on(flight: Flight) -> NDArray[np.bool_]:
    """Tell at which samples the position can be relied on: a fix that neither leaps nor is called false.

    >>> flight = Flight.of(times=np.datetime64("2025-04-01T14:00", "ms") + 1000 * np.arange(3), lon=[36.0] * 3,
    ...                    lat=[50.0] * 3, spoofing=[0.0, 1.0, np.nan])
    >>> relied_on(flight).tolist()
    [True, False, True]
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(flight.fix & ~_leaps(flight) & ~(flight.spoofing >= DISTURBED))


def _assess(flight: Flight, at: slice, false: bool, leapt: bool) -> tuple[str, tuple[str, ...]]:
    evidence = []
    recent = flight.times[: at.start] >= flight.times[at.start] - np.timedelta64(int(BEFORE_S * 1000), "ms")
    had, left = flight.satellites[: at.start][recent], flight.satellites[at]
    if np.isfinite(had).any() and np.isfinite(left).any():
        was, fell = float(np.nanmedian(had)), float(np.nanmin(left))
        if was >= ENOUGH and fell < TOO_FEW:
            evidence.append(f"satellites fell from {was:.0f} to {fell:.0f}")
    told = flight.jamming[at]
    if np.isfinite(told).any() and float(np.nanmax(told)) >= DISTURBED:
        evidence.append(f"the receiver indicated interference, up to {100 * float(np.nanmax(told)):.0f} %")
    if false:
        signals = flight.spoofing[at]
        if np.isfinite(signals).any() and float(np.nanmax(signals)) >= DISTURBED:
            evidence.insert(0, "the receiver indicated false signals")
        if leapt:
            evidence.insert(0, "positions leapt farther than the platform can fly")
        return SPOOFING, tuple(evidence)
    return (JAMMING, tuple(evidence)) if evidence else (UNKNOWN, ())


def _height(flight: Flight, k: int) -> float:
    """Give the height above the ground that the record tells, endless where it tells none."""
    above = float(flight.height_m[k] - flight.ground_m[k])
    return above if np.isfinite(above) else np.inf


def _leaps(flight: Flight) -> NDArray[np.bool_]:
    """Tell which positions cannot be reached from those that are believed; after a long silence, new ones are.

    Believed is the first run of positions that agree for `SETTLED_S`, else the longest; from there on in both
    directions, what can be reached.
    """
    out = np.zeros(len(flight), dtype=bool)
    known = np.flatnonzero(flight.fix)
    if len(known) < 2:
        return out
    seconds = flight.times[known].astype("datetime64[ms]").astype(np.int64) / 1000.0
    lon, lat = flight.lon[known], flight.lat[known]
    step = 1000.0 * km(lon[:-1], lat[:-1], lon[1:], lat[1:])
    breaks = np.flatnonzero(step > LEAP_M + FASTEST_M_S * np.diff(seconds)) + 1
    if not len(breaks):
        return out
    begins, ends = np.concatenate([[0], breaks]), np.concatenate([breaks, [len(known)]]) - 1
    lasting = seconds[ends] - seconds[begins]
    settled = np.flatnonzero(lasting >= SETTLED_S)
    run = int(settled[0]) if len(settled) else int(np.argmax(lasting))
    for numbers in (range(int(ends[run]) + 1, len(known)), range(int(begins[run]) - 1, -1, -1)):
        last = int(ends[run]) if numbers.step > 0 else int(begins[run])
        for k in numbers:
            away = 1000.0 * float(km(lon[last], lat[last], lon[k], lat[k]))
            if away > LEAP_M + FASTEST_M_S * abs(seconds[k] - seconds[last]):
                out[known[k]] = True
            else:
                last = k
    return out
