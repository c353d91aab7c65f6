"""Sightings of a patrol: what analysts or detectors marked in frames, as observations and as lines of its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ceasefire.detectors.sightings import observations
from ceasefire.errors import CeasefireError
from ceasefire.geo.flight import Flight
from ceasefire.geo.ground import Terrain
from ceasefire.model.intake import Count
from ceasefire.model.patrol_record import File, Sighted
from ceasefire.model.records import Observation, Quarantined
from ceasefire.model.sighting import Sighting
from ceasefire.model.table import Table
from ceasefire.patrol.material import reasons
from ceasefire.patrol.options import Options
from ceasefire.sources.flight_read import digest
from ceasefire.sources.sightings import read_sightings

LEEWAY_S = 2.0
"""A frame this far before or after a flight's samples is still of that flight."""


@dataclass(frozen=True)
class Marked:
    """Sightings of all patrols."""

    observations: Table[Observation] = field(default_factory=lambda: Table.empty(Observation))
    quarantine: Table[Quarantined] = field(default_factory=lambda: Table.empty(Quarantined))
    count: Count = field(default_factory=Count)
    """Marks; those that were read but have no place are quarantined."""
    kept: tuple[File, ...] = ()
    """Files of marks."""
    listed: tuple[Sighted, ...] = ()
    """One for each observation."""

    def within(self, flights: Sequence[Flight]) -> tuple[Table[Observation], tuple[Sighted, ...]]:
        """Give those of one patrol."""
        mine = [s for s in self.listed if any(_during(np.datetime64(s.time.replace(tzinfo=None)), f) for f in flights)]
        ids = {s.id for s in mine}
        keep = np.array([i in ids for i in self.observations.column("id")], dtype=bool)
        return self.observations.keep(keep), tuple(mine)


def marked(options: Options, flights: Sequence[Flight], *, source: str, terrain: Terrain | None = None) -> Marked:
    """Read the marks that a mission gives and place them on the ground.

    Parameters
    ----------
    options
        `sightings` names the files, `marks` holds options of their reader.
    flights
        All flights; a mark belongs to the first that was in the air at its time.
    source
        As named in the case file.
    terrain
        Heights of the ground; level ground where there are none.

    Raises
    ------
    CeasefireError
        An option of the reader that makes no sense.
    """
    made = Marked()
    for path in options.sightings:
        try:
            found = read_sightings(path, source=source, options=options.marks)
        except ValueError as error:
            raise CeasefireError(f"source {source!r}: {path.name}: {error}") from None
        placed, refused = _placed(found.sightings, flights, source, terrain)
        by_line = {s.line: s for s in found.sightings}
        quarantine = Table.concat(Quarantined, [found.quarantine, refused])
        count = replace(
            found.count,
            used=found.count.used - len(refused),
            quarantined=found.count.quarantined + len(refused),
        )
        file = File(
            name=path.name,
            sha256=digest(path),
            format="sightings",
            state="used" if count.used else "set aside",
            used=count.used,
            quarantined=count.quarantined,
            reasons=reasons(quarantine, path.name),
            clock="",
            doubts=(),
        )
        made = Marked(
            Table.concat(Observation, [made.observations, placed]),
            Table.concat(Quarantined, [made.quarantine, quarantine]),
            made.count + count,
            (*made.kept, file),
            (*made.listed, *(_sighted(o, by_line[o.line]) for o in placed)),
        )
    return made


def _placed(
    marks: Sequence[Sighting], flights: Sequence[Flight], source: str, terrain: Terrain | None
) -> tuple[Table[Observation], Table[Quarantined]]:
    """Place each mark with the flight that was in the air at its time."""
    groups: dict[int, list[Sighting]] = {}
    lost: list[Quarantined] = []
    for mark in marks:
        when = np.datetime64(mark.time.replace(tzinfo=None))
        which = next((k for k, f in enumerate(flights) if _during(when, f)), -1)
        if which < 0:
            row = f"{mark.label}, {mark.time.isoformat()}"
            reason = "no flight of the material was in the air at its time"
            lost.append(Quarantined(source=source, granule=mark.granule, line=mark.line, reason=reason, row=row))
        else:
            groups.setdefault(which, []).append(mark)
    found = [observations(own, flights[k], source=source, terrain=terrain) for k, own in sorted(groups.items())]
    placed = Table.concat(Observation, (f.observations for f in found)).sort("start", "id")
    return placed, Table.concat(Quarantined, [Table.of(Quarantined, lost), *(f.quarantine for f in found)])


def _during(when: np.datetime64, flight: Flight) -> bool:
    leeway = np.timedelta64(round(1000 * LEEWAY_S), "ms")
    return bool(flight.times[0] - leeway <= when <= flight.times[-1] + leeway)


def _sighted(seen: Observation, mark: Sighting) -> Sighted:
    return Sighted(
        id=seen.id,
        time=mark.time,
        label=mark.label,
        act=seen.act,
        effect=seen.effect,
        object_class=seen.object_class,
        lon=seen.lon,
        lat=seen.lat,
        radius_km=seen.radius_km,
        region=seen.region,
        text=mark.note,
        by=mark.by,
        frame=mark.frame_sha256 or mark.evidence,
    )
