"""What a file of a flight gives: flights in one form, and what could not be read, with its reason.

Why several flights from one file: a clock that jumps back, or a pause of minutes, means that what follows is not the
same stretch of time; one that was glued together would claim looks that nobody made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.flight import Flight
from ceasefire.model.intake import Count
from ceasefire.model.records import Quarantined
from ceasefire.model.table import Table

Array = NDArray[np.float64]

PAUSE_S = 600.0
"""A longer pause begins another flight."""
JITTER_S = 1.0
"""Times that fall back by less are put in order; by more, the clock was set and another flight begins."""
MAX_BYTES = 16_000_000_000
"""Largest file read: an hour of video has a few gigabytes."""


@dataclass(frozen=True)
class Mark:
    """Something that the file itself marks in a frame: a target of the camera's tracker, a detector's box."""

    time: np.datetime64
    """When, UTC."""
    lon: float
    """Degrees east; NaN where the file gives none."""
    lat: float
    """Degrees north."""
    number: int
    """The file's own number of it."""
    left: float = float("nan")
    """Box in pixels, as the file gives it; NaN where it has none."""
    top: float = float("nan")
    right: float = float("nan")
    bottom: float = float("nan")


@dataclass(frozen=True)
class FlightRead:
    """One file, read: samples used and set aside add up to samples read."""

    flights: tuple[Flight, ...] = ()
    """Flights, earliest first."""
    quarantine: Table[Quarantined] = field(default_factory=lambda: Table.empty(Quarantined))
    """Packets, rows or files that could not be used."""
    count: Count = field(default_factory=Count)
    """Samples that add up."""
    marks: tuple[Mark, ...] = ()
    """What the file marks in its frames."""
    doubts: tuple[str, ...] = ()
    """What was assumed: a clock, a field of view, an angle convention."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What else the file says of itself, such as its security marking."""


def one_bad_file(path: Path, reason: str, *, source: str) -> FlightRead:
    """Give the reading of a file that cannot be used at all.

    >>> read = one_bad_file(Path("x.ulg"), "not a log", source="patrol")
    >>> read.count.quarantined, read.quarantine[0].reason
    (1, 'not a log')
    """
    row = Quarantined(source=source, granule=path.name, line=0, reason=reason, row="")
    return FlightRead(quarantine=Table.of(Quarantined, [row]), count=Count(rows=1, quarantined=1))


def set_aside(source: str, granule: str, rows: Iterable[tuple[int, str, str]]) -> Table[Quarantined]:
    """Give quarantine rows of (1-based line or packet, reason, text)."""
    made = [
        Quarantined(source=source, granule=granule, line=line, reason=reason, row=text[:500])
        for line, reason, text in rows
    ]
    return Table.of(Quarantined, made) if made else Table.empty(Quarantined)


def digest(path: Path) -> str:
    """Give the SHA-256 of a file's bytes, read in pieces."""
    found = hashlib.sha256()
    for block in chunks(path):
        found.update(block)
    return found.hexdigest()


def chunks(path: Path, size: int = 1 << 20) -> Iterator[bytes]:
    """Give a file's bytes in pieces."""
    with path.open("rb") as file:
        while block := file.read(size):
            yield block


def stretches(times: NDArray[np.datetime64], *, pause_s: float = PAUSE_S) -> list[NDArray[np.int64]]:
    """Cut samples in the order of the file into flights; within each, numbers in the order of time.

    >>> t = np.array([0, 1000, 900, 5000, 1000, 2000], dtype="datetime64[ms]")
    >>> [s.tolist() for s in stretches(t)]
    [[0, 2, 1, 3], [4, 5]]
    """
    if not len(times):
        return []
    seconds = times.astype("datetime64[ms]").astype(np.int64) / 1000.0
    cut, latest = [0], float(seconds[0])
    for k, now in enumerate(seconds.tolist()):
        if now < latest - JITTER_S or now > latest + pause_s:
            cut.append(k)
            latest = now
        latest = max(latest, now)
    parts = zip(cut, [*cut[1:], len(seconds)], strict=True)
    return [a + np.argsort(seconds[a:b], kind="stable") for a, b in parts]


def cut(whole: Mapping[str, Any], *, times: NDArray[np.datetime64], pause_s: float = PAUSE_S) -> tuple[Flight, ...]:
    """Make flights of columns: samples in the order of the file, arrays by the names of `Flight`, texts as they are."""
    arrays = {k: np.asarray(v) for k, v in whole.items() if not isinstance(v, str)}
    texts = {k: v for k, v in whole.items() if isinstance(v, str)}
    made = [
        Flight.of(times=times[at], **{k: v[at] for k, v in arrays.items()}, **texts)
        for at in stretches(times, pause_s=pause_s)
    ]
    return tuple(sorted(made, key=lambda f: f.times[0].astype(np.int64)))


def local_to_utc(
    times: NDArray[np.datetime64], lon: Array, options: Mapping[str, Any]
) -> tuple[NDArray[np.datetime64], str, str]:
    """Take a device's local times to UTC, and say how.

    By the option `clock` (an IANA zone, or an offset such as `+02:00`) where it is given; else the offset is estimated
    from the longitude, to the nearest whole hour, because a mission's devices run on local time. Zones differ from that
    by an hour or two.

    Returns
    -------
    Times in UTC; how it was done, for `Flight.clock`; a doubt where it was estimated, else an empty text.

    Raises
    ------
    ValueError
        An unknown zone.

    >>> t = np.array(["2025-04-01T12:00"], dtype="datetime64[ms]")
    >>> utc, how, doubt = local_to_utc(t, np.array([36.0]), {"clock": "Europe/Kyiv"})
    >>> str(utc[0]), how, doubt
    ('2025-04-01T09:00:00.000', 'local time of Europe/Kyiv, as the case says', '')
    >>> utc, how, doubt = local_to_utc(t, np.array([36.0]), {})
    >>> str(utc[0]), how
    ('2025-04-01T10:00:00.000', 'offset +02:00 estimated from the longitude')
    """
    named = str(options.get("clock", ""))
    if named.startswith(("+", "-")) and len(named) == 6:
        minutes = int(named[:3]) * 60 + int(named[0] + named[4:])
        return times - np.timedelta64(minutes, "m"), f"offset {named}, as the case says", ""
    if named:
        try:
            zone = ZoneInfo(named)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"unknown clock {named!r}: give an IANA zone such as Europe/Kyiv, or +02:00") from None
        first = times[:1].astype("datetime64[s]").astype(object)
        away = first[0].replace(tzinfo=zone).utcoffset() if len(first) else timedelta(0)
        shift = np.timedelta64(int((away or timedelta(0)).total_seconds()), "s")
        return times - shift, f"local time of {named}, as the case says", ""
    known = lon[np.isfinite(lon)]
    if not len(known):
        return times, "taken for UTC", "no clock is named and no position is known: its times are taken for UTC"
    hours = round(float(np.median(known)) / 15.0)
    how = f"offset {hours:+03d}:00 estimated from the longitude"
    doubt = f"no clock is named: its local times are taken to be UTC{hours:+d}, by the longitude; give `clock`"
    return times - np.timedelta64(hours, "h"), how, doubt


def zero_is_unknown(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Give positions in which 0, 0 and what is no position on Earth are unknown: receivers write it before a fix.

    >>> zero_is_unknown(np.array([0.0, 36.0, 400.0]), np.array([0.0, 50.0, 50.0]))[0].tolist()
    [nan, 36.0, nan]
    """
    with np.errstate(invalid="ignore"):
        bad = ((np.abs(lon) < 1e-6) & (np.abs(lat) < 1e-6)) | ~(np.abs(lon) <= 180) | ~(np.abs(lat) <= 90)
    return np.where(bad, np.nan, lon), np.where(bad, np.nan, lat)


def with_doubts(read: FlightRead, *more: str) -> FlightRead:
    """Add what was assumed, each once and only where there is something to say."""
    return replace(read, doubts=tuple(dict.fromkeys([*read.doubts, *(m for m in more if m)])))
