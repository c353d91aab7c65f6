"""From files to patrols: read, see, look, and hold against the plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ceasefire.detectors.patrol_looks import DARK_DEG
from ceasefire.errors import CeasefireError
from ceasefire.geo.dwell import Dwell
from ceasefire.geo.flight import Flight
from ceasefire.geo.ground import Terrain
from ceasefire.model.patrol_record import File, Patrol
from ceasefire.model.records import Look, Observation, Quarantined
from ceasefire.model.table import Table
from ceasefire.patrol import material
from ceasefire.patrol.looks import of_patrol, sun_over
from ceasefire.patrol.options import Options
from ceasefire.patrol.places import Spot, in_reach, of_zones
from ceasefire.patrol.plan import PlanLine, Plans
from ceasefire.patrol.plan import read as read_plans
from ceasefire.patrol.record import Parts, record
from ceasefire.patrol.seen import Seen, added, see
from ceasefire.patrol.sighted import Marked, marked
from ceasefire.sources.watch_zones import read as read_zones


@dataclass(frozen=True)
class Flown:
    """One patrol: its record, its looks, and what the planner needs."""

    patrol: Patrol
    looks: Table[Look]
    observations: Table[Observation]
    dwells: tuple[Dwell, ...] = ()
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True)
class Read:
    """Everything that the material gave."""

    flown: tuple[Flown, ...]
    """Patrols, earliest first."""
    material: material.Material
    marked: Marked = field(default_factory=Marked)
    """Sightings, with what could not be used."""
    plans: Plans = field(default_factory=Plans)
    """Plans, with what could not be used."""


def of_files(
    paths: Sequence[Path],
    *,
    source: str = "patrol",
    options: Options = Options(),  # noqa: B008  frozen
    spots: Sequence[Spot] = (),
    say: Callable[[str], None] = lambda _: None,
) -> Read:
    """Turn the material of patrols into patrols.

    Parameters
    ----------
    paths
        Files, or folders of them.
    source
        As named in the case file.
    options
        What the mission says: clock, camera, plan, zones, sightings.
    spots
        Further places that may have been in reach: those of an agreement and a register.
    say
        Takes progress, a line at a time.

    Returns
    -------
    A patrol for each group of flights that belong together in place and time; none where no file has a flight.

    Raises
    ------
    CeasefireError
        Options, zones or a plan that cannot be used.
    """
    zones = of_zones(read_zones(options.zones))
    every = {s.id: s for s in [*spots, *zones]}
    found = material.read(paths, source=source, options=options, say=say)
    plans = read_plans(options.plan, known=every, source=source, clock=options.plan_clock, more=found.planned)
    every |= {s.id: s for s in plans.spots}
    groups = material.together(found.flights)
    ground = elevation_of(options.elevation, source)
    marks = marked(options, found.flights, source=source, terrain=ground)
    out = []
    for number, flights in enumerate(groups, start=1):
        say(f"patrol {number} of {len(groups)}: {len(flights)} flights from {flights[0].times[0]} UTC")
        mine = _files(found.files, flights, first=number == 1)
        mine += [*plans.files, *marks.kept]
        lines = plans.lines if len(groups) == 1 else _lines(plans.lines, flights)
        chosen = _chosen(every, zones if len(groups) == 1 else (), lines, flights, options)
        out.append(_one(flights, chosen, lines, mine, source=source, options=options, marks=marks, terrain=ground))
    return Read(tuple(out), found, marks, plans)


def elevation_of(paths: Sequence[Path], source: str) -> Terrain | None:
    """Read the grid of heights, where one is given."""
    from ceasefire.sources.elevation import read_elevation

    if len(paths) > 1:
        raise CeasefireError(f"source {source!r}: one grid of heights is wanted, not {len(paths)}; join them first")
    return read_elevation(paths[0]) if paths else None


def _chosen(
    every: dict[str, Spot], zones: Sequence[Spot], plan: Sequence[PlanLine], flights: Sequence[Flight], options: Options
) -> list[Spot]:
    """Choose the places of one patrol: its zones, what its plan names, and what was in reach of its track."""
    planned = {line.zone for line in plan}
    near = {s.id for s in in_reach(list(every.values()), flights, options.reach_km)}
    wanted = planned | near | {z.id for z in zones}
    return [replace(s, planned=s.id in planned) for s in every.values() if s.id in wanted]


def _one(
    flights: Sequence[Flight],
    spots: Sequence[Spot],
    plan: Sequence[PlanLine],
    files: Sequence[File],
    *,
    source: str,
    options: Options,
    marks: Marked,
    terrain: Terrain | None,
) -> Flown:
    seen = see(flights, pixels=options.pixels, terrain=terrain)
    said = {line.zone: line.reason for line in plan if line.reason}
    looks, of_place = of_patrol(seen, spots, source=source, options=options, said=said)
    dwells = tuple(s.dwell for s in seen if s.dwell is not None)
    sun = _sun(seen, spots)
    own, listed = marks.within(flights)
    made = record(
        Parts(
            source=source,
            seen=seen,
            over=added(dwells),
            spots=spots,
            looks=of_place,
            plan=plan,
            plan_file=", ".join(f.name for f in files if f.format == "patrol_plan"),
            sightings=listed,
            files=files,
            sun_deg=sun,
            dark=sun < DARK_DEG and not options.sees_in_the_dark,
        )
    )
    return Flown(made, looks, own, dwells, tuple(spots))


def _sun(seen: Sequence[Seen], spots: Sequence[Spot]) -> float:
    return min(sun_over(s, spots) for s in seen)


def _files(files: Sequence[File], flights: Sequence[Flight], *, first: bool) -> list[File]:
    """Give the files of a patrol; those without any flight stand with the first, so that none is left out."""
    return [f for f in files if any(material.of_file(x, f.name) for x in flights) or (first and not f.used)]


def _lines(plan: Sequence[PlanLine], flights: Sequence[Flight]) -> list[PlanLine]:
    """Give the lines of a plan that fall on the day of a patrol."""
    days = {str(t.astype("datetime64[D]")) for f in flights for t in (f.times[0], f.times[-1])}
    return [p for p in plan if str(p.start.date()) in days]


__all__ = ["Flown", "Quarantined", "Read", "of_files"]
