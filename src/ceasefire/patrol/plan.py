"""What was planned: lines of the mission's plan, tied to places that are known or that the plan itself draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import shapely

from ceasefire.model.intake import Count
from ceasefire.model.patrol import Planned
from ceasefire.model.patrol_record import File
from ceasefire.model.records import Quarantined
from ceasefire.model.table import Table
from ceasefire.patrol.material import reasons
from ceasefire.patrol.places import Spot, disc, of_shape
from ceasefire.sources.flight_read import digest
from ceasefire.sources.patrol_plan import read_plan


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
    quarantine: Table[Quarantined] = Table.empty(Quarantined)
    count: Count = Count()
    files: tuple[File, ...] = ()


def read(paths: Sequence[Path], *, known: Mapping[str, Spot], source: str, clock: str) -> Plans:
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
    """
    lines: list[PlanLine] = []
    spots: dict[str, Spot] = {}
    files: list[File] = []
    bad: list[Table[Quarantined]] = []
    total = Count()
    for path in paths:
        found = read_plan(path, source=source, options={"clock": clock})
        unknown = [p for p in found.planned if p.zone and p.zone not in known and not _drawn(p)]
        refused = [
            Quarantined(source=source, granule=path.name, line=0, reason=f"unknown zone {p.zone!r}", row="")
            for p in unknown
        ]
        quarantine = Table.concat(Quarantined, [found.quarantine, Table.of(Quarantined, refused)])
        count = replace(
            found.count,
            used=found.count.used - len(unknown),
            quarantined=found.count.quarantined + len(unknown),
        )
        for p in (p for p in found.planned if p not in unknown):
            key = p.zone if p.zone in known else p.zone or p.id
            if key not in known and key not in spots:
                spots[key] = _spot(p, key)
            lines.append(PlanLine(key, p.start, p.end, p.reason))
        bad.append(quarantine)
        total += count
        files.append(_file(path, count, quarantine, found.doubts))
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


def _file(path: Path, count: Count, quarantine: Table[Quarantined], doubts: tuple[str, ...]) -> File:
    return File(
        name=path.name,
        sha256=digest(path),
        format="plan",
        samples=count.rows,
        used=count.used,
        duplicates=count.duplicates,
        quarantined=count.quarantined,
        reasons=reasons(quarantine, path.name),
        clock="",
        doubts=doubts,
    )
