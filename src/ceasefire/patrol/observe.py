"""The product `drone` of a case: one source line of patrols to looks, sightings and records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ceasefire.errors import CeasefireError
from ceasefire.model.agreement import Zone
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.patrol_record import Patrol
from ceasefire.model.records import Look, Observation, ProtectedObject, Quarantined
from ceasefire.model.table import Table

if TYPE_CHECKING:
    from ceasefire.patrol.put_together import Flown, Read

PRODUCTS = ("drone",)
"""Products of patrols that a source line of a case may name."""
FILES = ("plan", "zones", "sightings", "elevation")
"""Options that name files."""
STILLS = "stills"
"""Option that names pictures to show; each waits for its delay and a person's review (decision 0056)."""


@dataclass(frozen=True)
class Flights:
    """What a source line of patrols gave."""

    intake: Intake
    patrols: tuple[Patrol, ...] = ()


def observe(
    paths: Sequence[Path],
    *,
    source: str,
    options: Mapping[str, Any],
    find: Callable[[tuple[str, ...]], list[Path]],
    window: Window,
    objects: Table[ProtectedObject],
    zones: Sequence[Zone],
    clock: str,
    say: Callable[[str], None],
) -> Flights:
    """Turn the patrols of one source line into looks and sightings.

    Parameters
    ----------
    paths, source, options
        Of the source line.
    find
        Gives the files that patterns name.
    window
        The case's period; patrols outside it are counted, not used.
    objects, zones
        The register and the agreement: places that may have been in reach.
    clock
        Clock of the case, for a plan's times.
    say
        Takes progress, a line at a time.

    Raises
    ------
    CeasefireError
        An option that is none, or files that cannot be used.
    """
    from ceasefire.patrol.options import Options
    from ceasefire.patrol.places import of_agreement, of_objects
    from ceasefire.patrol.put_together import of_files

    values = {k: v for k, v in options.items() if k not in (*FILES, STILLS, "area", "regions")}
    files = {k: tuple(find(_patterns(options[k]))) for k in FILES if k in options}
    checked = Options.of(values, source=source, plan_clock=clock, **files)
    spots = [*of_agreement(zones), *of_objects(objects)]
    read = of_files(
        paths, source=source, options=checked, spots=spots, say=lambda line: say(f"observe: {source}: {line}")
    )
    inside = [f for f in read.flown if window.start <= f.patrol.start < window.end]
    outside = [f for f in read.flown if f not in inside]
    patrols = tuple(f.patrol for f in inside)
    if STILLS in options:
        patrols = _with_stills(patrols, find(_patterns(options[STILLS])), source)
    count = _count(read, outside)
    given = [(f.name, f.sha256) for f in (*read.material.files, *read.plans.files, *read.marked.kept)]
    intake = Intake(
        observations=Table.concat(Observation, (f.observations for f in inside)).sort("start", "id"),
        looks=Table.concat(Look, (f.looks for f in inside)),
        quarantine=Table.concat(Quarantined, [read.material.quarantine, read.marked.quarantine, read.plans.quarantine]),
        count=count,
        files=tuple(sorted(set(given))),
    )
    area = sum(p.area_km2 for p in patrols)
    say(
        f"observe: {source}: {len(patrols)} patrols, {area:,.2f} km2 seen, {len(intake.looks):,} looks, "
        f"{len(intake.observations):,} sightings"
    )
    return Flights(intake, patrols)


def _with_stills(patrols: tuple[Patrol, ...], paths: Sequence[Path], source: str) -> tuple[Patrol, ...]:
    """Give the one patrol of a source line its stills."""
    from ceasefire.reporting.patrol_stills import still

    if len(patrols) != 1:
        raise CeasefireError(
            f"source {source!r}: stills belong to one patrol, and this line has {len(patrols)} in the period; "
            "give each patrol its own source line"
        )
    try:
        return (replace(patrols[0], stills=tuple(still(p) for p in paths)),)
    except ValueError as error:
        raise CeasefireError(f"source {source!r}: {error}") from None


def _count(read: Read, outside: Sequence[Flown]) -> Count:
    """Count samples; those of patrols outside the period stand apart."""
    away = sum(leg.samples for f in outside for leg in f.patrol.legs)
    count = read.material.count
    inside = replace(count, rows=count.rows - away, used=count.used - away, outside=count.outside + away)
    return inside + read.marked.count + read.plans.count


def _patterns(value: Any) -> tuple[str, ...]:
    return (str(value),) if isinstance(value, (str, Path)) else tuple(str(v) for v in value)
