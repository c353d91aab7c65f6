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
from ceasefire.model.patrol_record import File
from ceasefire.model.records import Quarantined
from ceasefire.model.table import Table
from ceasefire.patrol.options import Options
from ceasefire.sources import dji_srt
from ceasefire.sources.flight_read import FlightRead, digest, one_bad_file

TOGETHER_KM, TOGETHER_H = 50.0, 12.0
"""Flights that begin within this of each other, in place and time, are one patrol."""


@dataclass(frozen=True)
class Material:
    """Files, read."""

    flights: tuple[Flight, ...]
    """Earliest first."""
    files: tuple[File, ...]
    quarantine: Table[Quarantined]
    count: Count
    marks: tuple[object, ...] = ()
    """What the files mark in their own frames."""


def read(
    paths: Sequence[Path], *, source: str, options: Options, say: Callable[[str], None] = lambda _: None
) -> Material:
    """Read the material of a patrol.

    Parameters
    ----------
    paths
        Files, or folders of them.
    source
        As named in the case file.
    options
        What the mission says of it.
    say
        Takes progress, a line at a time.

    Raises
    ------
    CeasefireError
        An unknown clock.
    """
    found: dict[str, FlightRead] = {}
    files: list[File] = []
    flights: list[Flight] = []
    for number, path in enumerate(chosen := every(paths), start=1):
        try:
            read_one = _one(path, source, options)
        except ValueError as error:
            raise CeasefireError(f"source {source!r}: {error}") from None
        found[path.name] = read_one
        say(f"file {number} of {len(chosen)}, {path.name}: {read_one.count.rows:,} samples")
        files.append(_file(path, read_one))
        flights += read_one.flights
    return Material(
        tuple(_with_view(f, options) for f in flights),
        tuple(files),
        Table.concat(Quarantined, (r.quarantine for r in found.values())),
        sum((r.count for r in found.values()), Count()),
        tuple(m for r in found.values() for m in r.marks),
    )


def _one(path: Path, source: str, options: Options) -> FlightRead:
    with path.open("rb") as file:
        start = file.read(4096)
    if dji_srt.is_it(start):
        return dji_srt.read_flight(path, source=source, options=options.of_reader())
    return one_bad_file(path, "no format of a flight that is known", source=source)


def _file(path: Path, found: FlightRead) -> File:
    return File(
        name=path.name,
        sha256=digest(path),
        format="",
        samples=found.count.rows,
        used=found.count.used,
        duplicates=found.count.duplicates,
        quarantined=found.count.quarantined,
        reasons=reasons(found.quarantine, path.name),
        clock=next((f.clock for f in found.flights), ""),
        doubts=found.doubts,
    )


def every(paths: Sequence[Path]) -> list[Path]:
    """Give all files, those of folders too, each once, by name.

    Raises
    ------
    CeasefireError
        A path that names nothing, or nothing at all.
    """
    out: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            out.update(dict.fromkeys(sorted(p for p in path.rglob("*") if p.is_file() and p.name[:1] != ".")))
        elif path.is_file():
            out[path] = None
        else:
            raise CeasefireError(f"{path} is no file and no folder")
    if not out:
        raise CeasefireError("there is no file in " + ", ".join(map(str, paths)))
    return list(out)


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
