"""The material of a patrol: files to flights, with what could not be used, and which flights belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ceasefire.errors import CeasefireError
from ceasefire.geo.distance import km
from ceasefire.geo.flight import Flight
from ceasefire.model.intake import Count
from ceasefire.model.patrol import Planned
from ceasefire.model.patrol_record import File
from ceasefire.model.records import Quarantined
from ceasefire.model.table import Table
from ceasefire.patrol.options import Options
from ceasefire.sources import drone
from ceasefire.sources.flight_read import digest

TOGETHER_KM, TOGETHER_H = 50.0, 12.0
"""Flights that begin within this of each other, in place and time, are one patrol."""


@dataclass(frozen=True)
class Material:
    """Files, read."""

    flights: tuple[Flight, ...]
    """Earliest first."""
    planned: Table[Planned]
    """Lines of plans that lay among the files."""
    files: tuple[File, ...]
    quarantine: Table[Quarantined]
    count: Count
    doubts: tuple[str, ...] = ()
    """What was assumed, with the file it is about."""


def read(
    paths: Sequence[Path], *, source: str, options: Options, say: Callable[[str], None] = lambda _: None
) -> Material:
    """Read the material of a patrol.

    Parameters
    ----------
    paths
        Files, folders of them, archives. Files that the options name (zones, sightings) are no material.
    source
        As named in the case file.
    options
        What the mission says of it.
    say
        Takes progress, a line at a time.

    Raises
    ------
    CeasefireError
        A path that names nothing, or an unknown clock.
    """
    for path in paths:
        if not path.exists():
            raise CeasefireError(f"{path} is no file and no folder")
    sizes = [f.stat().st_size for p in paths for f in ([p] if p.is_file() else sorted(p.rglob("*"))) if f.is_file()]
    say(f"reading {len(sizes):,} files, {sum(sizes) / 1e6:,.1f} MB")
    try:
        found = drone.read(paths, source=source, options=options.of_reader(), say=say)
    except ValueError as error:
        raise CeasefireError(f"source {source!r}: {error}") from None
    said = {digest(p) for p in (*options.zones, *options.sightings)}
    other = {f.name for f in found.files if f.sha256 in said and f.state != "used"}
    quarantine = found.quarantine.keep(np.array([q.granule not in other for q in found.quarantine], dtype=bool))
    fewer = len(found.quarantine) - len(quarantine)
    again = sum(f.name in other and f.state == "duplicate" for f in found.files)
    count = replace(
        found.count,
        rows=found.count.rows - fewer - again,
        quarantined=found.count.quarantined - fewer,
        duplicates=found.count.duplicates - again,
    )
    flights = tuple(_with_view(f, options) for f in found.flights)
    say(f"{count.rows:,} samples, {len(flights)} flights")
    files = tuple(_file(f, found, flights) for f in found.files if f.name not in other)
    return Material(flights, found.planned, files, quarantine, count, tuple(found.doubts))


def _file(one: drone.PatrolFile, found: drone.PatrolRead, flights: Sequence[Flight]) -> File:
    """Say what became of one file."""
    mine = [f for f in flights if of_file(f, one.name)]
    aside = [q for q in found.quarantine if q.granule in (one.name, Path(one.name).name)]
    said = Counter(q.reason for q in aside)
    about = tuple(d.partition(": ")[2] for d in found.doubts if d.startswith(f"{one.name}: "))
    why = tuple(sorted(said.items(), key=lambda kv: (-kv[1], kv[0])))
    return File(
        name=one.name,
        sha256=one.sha256,
        format=one.format,
        state=one.state,
        used=one.samples,
        quarantined=len(aside),
        reasons=why if why or not one.reason else ((one.reason, 1),),
        clock="; ".join(dict.fromkeys(f.clock for f in mine if f.clock)),
        doubts=about,
    )


def of_file(flight: Flight, name: str) -> bool:
    """Tell whether a flight was read from a file, alone or with others."""
    return Path(name).name in (Path(part).name for part in flight.source.split(", "))


def reasons(quarantine: Table[Quarantined], name: str) -> tuple[tuple[str, int], ...]:
    """Count the reasons of one file, most frequent first."""
    said = Counter(q.reason for q in quarantine if q.granule == name)
    return tuple(sorted(said.items(), key=lambda kv: (-kv[1], kv[0])))


def together(flights: Sequence[Flight]) -> list[list[Flight]]:
    """Put flights into patrols: near each other in place and time. One without any position goes by its time.

    >>> def at(lon: float, hour: int) -> Flight:
    ...     return Flight.of(times=[f"2025-04-01T{hour:02d}:00"], lon=[lon], lat=[50.0])
    >>> [len(group) for group in together([at(36.0, 9), at(36.1, 10), at(30.0, 10), at(36.0, 23)])]
    [2, 1, 1]
    """
    groups: list[list[Flight]] = []
    for flight in sorted(flights, key=lambda f: (f.times[0].astype(np.int64), f.source)):
        for group in groups:
            hours = (flight.times[0] - group[0].times[0]) / np.timedelta64(1, "h")
            if hours <= TOGETHER_H and _near(flight, group):
                group.append(flight)
                break
        else:
            groups.append([flight])
    return groups


def _near(flight: Flight, group: Sequence[Flight]) -> bool:
    here = _middle(flight)
    there = [m for f in group if (m := _middle(f)) is not None]
    return here is None or not there or any(float(km(*here, *m)) <= TOGETHER_KM for m in there)


def _middle(flight: Flight) -> tuple[float, float] | None:
    if not flight.fix.any():
        return None
    return float(np.median(flight.lon[flight.fix])), float(np.median(flight.lat[flight.fix]))


def _with_view(flight: Flight, options: Options) -> Flight:
    """Fill in a field of view that the file does not tell."""
    if options.field_of_view_deg is None:
        return flight
    wide, tall = options.field_of_view_deg
    return replace(
        flight,
        hfov_deg=np.where(np.isfinite(flight.hfov_deg), flight.hfov_deg, wide),
        vfov_deg=np.where(np.isfinite(flight.vfov_deg), flight.vfov_deg, tall),
    )
