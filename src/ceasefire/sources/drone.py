"""A patrol's material, whatever it is: folders, archives and files become flights, each file accounted for.

The format is found by the content. Files that are equal byte for byte are read once; records of one flight are made
one. A file that cannot be read costs itself and nothing else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.errors import MissingExtra
from ceasefire.geo.flight import Flight
from ceasefire.model.intake import Count
from ceasefire.model.patrol import Planned
from ceasefire.model.records import Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.drone_files import Found, gather, reader
from ceasefire.sources.drone_merge import Record, merge
from ceasefire.sources.flight_read import FlightRead, Mark, local_to_utc, one_bad_file

EACH, LARGE = 100, 50_000_000
"""Files after which progress is told, and bytes of a file that is told of by itself."""
USED, AGAIN, ASIDE = "used", "duplicate", "set aside"


@dataclass(frozen=True)
class PatrolFile:
    """What became of one file."""

    name: str
    """Its name within the folder, or `ARCHIVE/MEMBER`."""
    sha256: str
    """Of its bytes; empty where they were not read."""
    format: str
    """Reader's name; empty where none reads it."""
    state: str
    """`used`, `duplicate` or `set aside`."""
    reason: str = ""
    """Why it was not used; empty where it was."""
    samples: int = 0
    """Samples or rows that it gave, those that another record repeats among them."""


@dataclass(frozen=True)
class PatrolRead:
    """A patrol's material, read: files add up, and samples add up."""

    flights: tuple[Flight, ...] = ()
    """Flights, earliest first, each once."""
    planned: Table[Planned] = field(default_factory=lambda: Table.empty(Planned))
    """What was planned."""
    files: tuple[PatrolFile, ...] = ()
    """Every file that was found."""
    quarantine: Table[Quarantined] = field(default_factory=lambda: Table.empty(Quarantined))
    """Files, packets and rows that could not be used."""
    count: Count = field(default_factory=Count)
    """Samples and rows of plans; one for a file that could not be read at all, and for a copy of a file."""
    marks: tuple[Mark, ...] = ()
    """What the files mark in their frames."""
    doubts: tuple[str, ...] = ()
    """What was assumed, each once, with the file it is about."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What else the files say, by `FILE: NAME`."""

    def check(self) -> None:
        """Raise `ValueError` unless samples and files add up."""
        self.count.check()
        states = [f.state for f in self.files]
        if len(states) != sum(states.count(s) for s in (USED, AGAIN, ASIDE)):
            raise ValueError("files do not add up")
        if sum(len(f) for f in self.flights) + len(self.planned) != self.count.used:
            raise ValueError(f"samples do not add up: {self.count}")


def read(
    paths: Sequence[Path],
    *,
    source: str,
    options: Mapping[str, Any] = {},
    say: Callable[[str], None] = lambda _: None,
) -> PatrolRead:
    """Read all of a patrol's material.

    Parameters
    ----------
    paths
        Files, folders and ZIP archives.
    source
        Source as named in the case file.
    options
        Given to every reader (`clock`, `camera_elevation_deg`, ...). `files`: patterns of names to options for those
        files only, e.g. `{"*.csv": {"focal_film_mm": 24}}`.
    say
        Takes progress, a line at a time.

    Raises
    ------
    MissingExtra
        A library is missing that a file needs.
    ValueError
        An unknown zone as `clock`.

    >>> import tempfile
    >>> log = Path(tempfile.mkdtemp()) / "log.txt"
    >>> _ = log.write_text("time,lon,lat\\n2025-04-01T09:00:00Z,36,50\\n", encoding="utf-8")
    >>> got = read([log, log], source="patrol")
    >>> [(f.state, f.format) for f in got.files], len(got.flights), got.count.used
    ([('used', 'mission_csv'), ('duplicate', 'mission_csv')], 1, 1)
    """
    for given in (options, *dict(options.get("files") or {}).values()):
        local_to_utc(
            np.array([], dtype="datetime64[ms]"), np.zeros(0), given
        )  # an unknown zone is said before all work
    with tempfile.TemporaryDirectory(prefix="ceasefire-") as scratch:
        found = gather(paths, Path(scratch), options)
        parts: list[tuple[str, FlightRead, str]] = []
        planned: list[Table[Planned]] = []
        files: list[PatrolFile] = []
        for number, one in enumerate(found, start=1):
            if number % EACH == 0 or (not one.reason and one.path.stat().st_size > LARGE):
                say(f"file {number:,} of {len(found):,}: {one.name}")
            if one.reason:
                parts.append((one.name, _aside(source, one), ""))
                files.append(_file(one, AGAIN if one.again else ASIDE, one.reason))
            elif one.format == "patrol_plan":
                got = _plan(one, source, options, planned)
                parts.append((one.name, got, one.format))
                files.append(_state(one, got.count, got.quarantine))
            elif one.format != "photos":
                got = _read(one, source, options)
                parts.append((one.name, got, one.format))
                files.append(_state(one, got.count, got.quarantine))
        for group in _by_folder(f for f in found if f.format == "photos" and not f.reason).values():
            shown = group[0].name.rpartition("/")[0]
            got = _photos(group, source, options)
            parts.append((f"photos of {shown}" if shown else "photos", got, "photos"))
            wrong = {q.granule: q.reason for q in got.quarantine}
            for one in group:
                reason = wrong.get(one.path.name, "")
                files.append(_file(one, ASIDE, reason) if reason else _file(one, USED, samples=1))
    return _together(parts, planned, sorted(files, key=lambda f: f.name))


def _together(
    parts: Sequence[tuple[str, FlightRead, str]], planned: Sequence[Table[Planned]], files: Sequence[PatrolFile]
) -> PatrolRead:
    """Put what the readers gave together, and make one of the records of one flight."""
    merged = merge([Record(flight, kind) for _, got, kind in parts for flight in got.flights])
    count = Count()
    for _, got, _ in parts:
        count += got.count
    count = replace(count, used=count.used - merged.repeats, duplicates=count.duplicates + merged.repeats)
    doubts = [f"{name}: {doubt}" for name, got, _ in parts for doubt in got.doubts]
    made = PatrolRead(
        flights=merged.flights,
        planned=Table.concat(Planned, planned),
        files=tuple(files),
        quarantine=Table.concat(Quarantined, [got.quarantine for _, got, _ in parts]),
        count=count,
        marks=tuple(mark for _, got, _ in parts for mark in got.marks),
        doubts=tuple(dict.fromkeys([*doubts, *merged.doubts])),
        facts={f"{name}: {key}": value for name, got, _ in parts for key, value in got.facts.items()},
    )
    made.check()
    return made


def _read(one: Found, source: str, options: Mapping[str, Any]) -> FlightRead:
    """Read one file; a reader that fails over it costs the file, and says so."""
    given = _options(one.name, options)
    try:
        module = reader(one.format)
        if module is None:
            raise LookupError(one.format)
        got: FlightRead = module.read_flight(one.path, source=source, options=given)
    except MissingExtra:
        raise
    except OSError as error:
        return one_bad_file(one.path, f"reading broke off: {error.strerror}", source=source)
    except Exception as error:  # noqa: BLE001 - one file must not cost a patrol; the reason keeps what happened
        return one_bad_file(one.path, f"its reader failed, {type(error).__name__}: {error}"[:300], source=source)
    return got


def _plan(one: Found, source: str, options: Mapping[str, Any], planned: list[Table[Planned]]) -> FlightRead:
    """Read a plan; its rows are kept beside the flights."""
    from ceasefire.sources.patrol_plan import read_plan

    got = read_plan(one.path, source=source, options=_options(one.name, options))
    planned.append(got.planned)
    return FlightRead(quarantine=got.quarantine, count=got.count, doubts=got.doubts)


def _photos(group: Sequence[Found], source: str, options: Mapping[str, Any]) -> FlightRead:
    """Read the photos of one folder together, for their clock."""
    from ceasefire.sources.photos import read_photos

    return read_photos([f.path for f in group], source=source, options=_options(group[0].name, options))


def _by_folder(found: Iterable[Found]) -> dict[str, list[Found]]:
    out: dict[str, list[Found]] = {}
    for one in found:
        out.setdefault(one.folder, []).append(one)
    return out


def _options(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options of one file: those of all, then those of the patterns that its name fits."""
    out = {k: v for k, v in options.items() if k != "files"}
    for pattern, given in dict(options.get("files") or {}).items():
        if fnmatch(name.lower(), pattern.lower()) or fnmatch(name.rpartition("/")[2].lower(), pattern.lower()):
            out |= given
    return out


def _aside(source: str, one: Found) -> FlightRead:
    """Give the reading of a file that no reader took: a copy, or one that nobody can read."""
    if one.again:
        return FlightRead(count=Count(rows=1, duplicates=1))
    row = Quarantined(source=source, granule=one.name, line=0, reason=one.reason, row="")
    return FlightRead(quarantine=Table.of(Quarantined, [row]), count=Count(rows=1, quarantined=1))


def _state(one: Found, count: Count, quarantine: Table[Quarantined]) -> PatrolFile:
    if count.used or count.duplicates:
        return _file(one, USED, samples=count.used)
    return _file(one, ASIDE, quarantine[0].reason if len(quarantine) else "it holds nothing")


def _file(one: Found, state: str, reason: str = "", *, samples: int = 0) -> PatrolFile:
    return PatrolFile(one.name, one.sha256, one.format, state, reason, samples)
