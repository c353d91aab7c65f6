"""What was planned: lines of the mission's plan, tied to places that are known or that the plan itself draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import shapely

from ceasefire.errors import InvalidFile, Problem
from ceasefire.model.intake import Count
from ceasefire.model.patrol import Planned
from ceasefire.model.patrol_record import File
from ceasefire.model.records import Quarantined
from ceasefire.model.table import Table
from ceasefire.patrol.material import reasons
from ceasefire.patrol.places import Spot, disc, of_shape
from ceasefire.sources.flight_read import digest
from ceasefire.sources.patrol_plan import PlanRead, read_plan


@dataclass(frozen=True)
class PlanLine:
    """One line of a plan."""

    zone: str
    """Id of the place to watch."""
    start: datetime
    """Planned begin, UTC."""
    end: datetime
    """Planned end, UTC."""
    reason: str = ""
    """Why it was not reached, in the mission's word."""


@dataclass(frozen=True)
class Plans:
    """All plans of a patrol."""

    lines: tuple[PlanLine, ...] = ()
    spots: tuple[Spot, ...] = ()
    """Places that the plan draws itself."""
    quarantine: Table[Quarantined] = field(default_factory=lambda: Table.empty(Quarantined))
    count: Count = field(default_factory=Count)
    files: tuple[File, ...] = ()


def read(
    paths: Sequence[Path], *, known: Mapping[str, Spot], source: str, clock: str, more: Iterable[Planned] = ()
) -> Plans:
    """Read plans.

    Parameters
    ----------
    paths
        Files, as of `ceasefire.sources.patrol_plan`.
    known
        Places that a plan may name, by id.
    source
        As named in the case file.
    clock
        IANA zone of times without an offset.
    more
        Lines that lay among the material; they are counted there.

    Raises
    ------
    InvalidFile
        A line that names a zone nobody knows: leaving it out would make the patrol look better than it was.
    """
    planned = {p.id: p for p in more}
    files: list[File] = []
    bad: list[Table[Quarantined]] = []
    total = Count()
    for path in paths:
        found = read_plan(path, source=source, options={"clock": clock})
        planned |= {p.id: p for p in found.planned}
        bad.append(found.quarantine)
        total += found.count
        files.append(_file(path, found))
    unknown = sorted({p.zone for p in planned.values() if p.zone and p.zone not in known and not _drawn(p)})
    if unknown:
        right = f"known: {', '.join(sorted(known)[:12])}" if known else "give the zones as GeoJSON"
        raise InvalidFile([Problem("plan", 0, 0, f"unknown zone {zone!r}", right) for zone in unknown])
    lines: list[PlanLine] = []
    spots: dict[str, Spot] = {}
    for p in sorted(planned.values(), key=lambda p: (p.start, p.zone, p.id)):
        key = p.zone or p.id
        if key not in known and key not in spots:
            spots[key] = _spot(p, key)
        lines.append(PlanLine(key, p.start, p.end, p.reason))
    return Plans(tuple(lines), tuple(spots.values()), Table.concat(Quarantined, bad), total, tuple(files))


def _drawn(planned: Planned) -> bool:
    return bool(planned.polygon) or planned.radius_km > 0


def _spot(planned: Planned, key: str) -> Spot:
    """Give the place that a line of a plan draws."""
    if planned.polygon:
        shape = shapely.from_wkt(planned.polygon)
    else:
        shape = disc(planned.lon, planned.lat, 1000.0 * planned.radius_km)
    name = planned.zone or f"planned place at {planned.lat:.3f} N, {planned.lon:.3f} E"
    return of_shape(key, name, shape)


def _file(path: Path, found: PlanRead) -> File:
    return File(
        name=path.name,
        sha256=digest(path),
        format="patrol_plan",
        state="used" if found.count.used else "set aside",
        used=found.count.used,
        quarantined=found.count.quarantined,
        reasons=reasons(found.quarantine, path.name),
        clock="",
        doubts=found.doubts,
    )
