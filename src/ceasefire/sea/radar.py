"""Ships that radar scenes or night lights show, matched to ships that were heard: expected silent ships by zone.

Why by zone: each ship seen has a chance that it broadcast nothing; where nobody would have heard it nothing is said,
and no place finer than the zone leaves this step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import shapely

from ceasefire.detectors.vessel_clean import Cleaned
from ceasefire.detectors.vessel_dark import dark
from ceasefire.detectors.vessel_dark_zones import SceneLook, by_zone
from ceasefire.errors import CeasefireError
from ceasefire.geo import seas
from ceasefire.geo.fixes import Statics
from ceasefire.geo.projection import to_lonlat
from ceasefire.geo.reception import Reception
from ceasefire.geo.stack import Stack
from ceasefire.model.intake import Intake
from ceasefire.model.records import Look, Quarantined
from ceasefire.model.sea import DarkDay
from ceasefire.model.table import Table
from ceasefire.model.vessel import RadarShip, VesselEvent
from ceasefire.sea.given import Given, Line, allow

RADAR, LIGHTS = "ship_scenes", "boat_lights"
"""Products: Sentinel-1 scenes, searched for ships; lists of lights at night."""
OPTIONS = {
    RADAR: ("false_alarms_per_1000_km2", "shore_m", "mapping", "bands"),
    LIGHTS: ("flags", "box"),
}
HOURS = 12.0
"""Positions this long before and after a scene tell where ships were."""
LIGHTS_RECALL = 0.3
"""Share of ships under way whose light a night pass shows: stated, not measured."""
PASS = timedelta(minutes=10)
"""Lights seen within this time are of one pass."""
LEAST_DATES = 6
"""Scenes of one orbit from which fixed objects are told from ships."""


@dataclass
class Seen:
    """What radar and lights gave."""

    ships: list[tuple[Table[RadarShip], SceneLook]] = field(default_factory=list)
    intakes: dict[str, Intake] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def look(given: Given) -> Seen:
    """Find ships on every scene and list of the case's source lines, without AIS."""
    seen = Seen()
    for line in (*given.of(RADAR), *given.of(LIGHTS)):
        allow(line, OPTIONS[line.product])
        _scenes(line, given, seen) if line.product == RADAR else _lights(line, given, seen)
        number = sum(len(ships) for ships, _ in seen.ships)
        given.say(f"observe: {line.id}: {number:,} objects on the water in {len(seen.ships):,} scenes so far")
    return seen


def silent(
    seen: Seen, given: Given, cleaned: Cleaned | None, statics: Statics, reception: Reception | None,
    zones: Mapping[str, Any],
) -> tuple[tuple[DarkDay, ...], Table[VesselEvent]]:  # fmt: skip
    """Match what was seen to what was heard, and add up the silent ships of each zone and day.

    Parameters
    ----------
    seen
        As `look` gives it.
    cleaned, statics, reception
        AIS of the case; None where nobody listened: then nothing is told of any ship.
    zones
        Shapely polygons in degrees by id.
    """
    looks, events = [], []
    for ships, scene in seen.ships:
        if cleaned is None or reception is None:
            looks.append(scene)
            events.append(_untold(ships))
            continue
        start, end = (scene.time + timedelta(hours=h) for h in (-HOURS, HOURS))
        near = (cleaned.fixes.times >= _ms(start)) & (cleaned.fixes.times <= _ms(end))
        lights = len(ships) > 0 and ships[0].channel == "satellite.lights"
        extra: dict[str, Any] = {"recall": lambda m: np.full(np.shape(m), LIGHTS_RECALL)} if lights else {}
        matched = dark(
            ships,
            cleaned.fixes.keep(near),
            statics,
            reception,
            scene_time=scene.time,
            footprint=scene.footprint,
            track=cleaned.track[near],
            poor=cleaned.on_land[near],
            unplaced=cleaned.unplaced,
            least=0.0,
            **extra,
        )
        heard = reception.share(scene.footprint, _ms(scene.time - timedelta(hours=1)), _ms(scene.time))
        looks.append(SceneLook(time=scene.time, footprint=scene.footprint, heard=heard))
        events.append(matched.dark)
    if not looks:
        return (), Table.empty(VesselEvent)
    every = Table.concat(VesselEvent, events)
    counted = by_zone(every, zones, looks=looks)
    return tuple(_day(row, seen, zones) for row in counted), every


def _day(row: Any, seen: Seen, zones: Mapping[str, Any]) -> DarkDay:
    on = date.fromisoformat(row.day)
    inside = 0
    for ships, scene in seen.ships:
        if scene.time.astimezone(UTC).date() == on and len(ships):
            loose = ships.keep(~ships.column("fixed"))
            inside += int(shapely.contains_xy(zones[row.zone], loose.column("lon"), loose.column("lat")).sum())
    high = row.high if row.expected > 0 or not np.isfinite(row.upper) else max(row.high, row.upper * row.exposure)
    return DarkDay(
        zone=row.zone, day=on, scenes=row.looks, ships=inside, expected=round(row.expected, 3), low=row.low,
        high=round(float(high), 2), untold=row.untold,
    )  # fmt: skip


def _untold(ships: Table[RadarShip]) -> Table[VesselEvent]:
    """Give each ship seen as an event of which nothing can be told: nobody listened."""
    rows = [
        VesselEvent(
            id="e-" + one.id.removeprefix("r-"), kind="dark", mmsi=0, start=one.time, end=one.time, lon=one.lon,
            lat=one.lat, radius_km=2.0 * one.sigma_m / 1000.0, probability=float("nan"), why="not heard anyway",
            heard=0.0, length_m=one.length_m, evidence=(one.evidence,),
        )
        for one in ships if not one.fixed
    ]  # fmt: skip
    return Table.of(VesselEvent, rows)


def _scenes(line: Line, given: Given, seen: Seen) -> None:
    from ceasefire.sources import raster_reader

    known = {k: v for k, v in line.options.items() if k in ("mapping", "bands")}
    read = raster_reader("sentinel1")(line.paths, source=line.id, window=given.window, options=known)
    for stacks in _by_orbit(read.stacks):
        _search(stacks, line, seen)
    kept = list(read.quarantine)
    seen.intakes[line.id] = Intake(
        looks=Table.empty(Look), quarantine=Table.of(Quarantined, kept), count=read.count, files=tuple(read.files)
    )


def _by_orbit(stacks: Sequence[Stack]) -> list[list[Stack]]:
    groups: dict[tuple[str, Any], list[Stack]] = {}
    for stack in stacks:
        groups.setdefault((stack.orbit, stack.grid), []).append(stack)
    return list(groups.values())


def _search(stacks: Sequence[Stack], line: Line, seen: Seen) -> None:
    """Search every date of one orbit; several dates tell what stands where it is."""
    from ceasefire.detectors.vessels import ships
    from ceasefire.detectors.vessels_masks import coast, persistent

    grid = stacks[0].grid
    shore = float(line.options.get("shore_m", 1500.0))
    rate = float(line.options.get("false_alarms_per_1000_km2", 1.0))
    if not (0 <= shore <= 50_000 and 0 < rate <= 1000):
        raise CeasefireError(f"source {line.id!r}: shore_m lies from 0 to 50,000, false alarms above 0 to 1,000")
    land = coast(grid, shore_m=shore)
    longest = max(stacks, key=lambda s: len(s.values))
    fixed = None
    if len(longest.values) >= LEAST_DATES:
        _, fixed = persistent([np.exp(v) for v in longest.values], grid)
    else:
        seen.notes.append(
            f"{line.id}: fewer than {LEAST_DATES} scenes of an orbit, so fixed objects are not told from ships there."
        )
    footprint = _footprint(grid)
    for time in np.unique(np.concatenate([s.times for s in stacks])):
        bands, evidence, name = {}, "", ""
        for stack in stacks:
            at = np.flatnonzero(stack.times == time)
            if len(at):
                bands[stack.band] = np.exp(stack.values[at[0]])
                if stack.scenes:
                    evidence, name = stack.scenes[at[0]].evidence, stack.scenes[at[0]].id
        when = time.astype("datetime64[s]").item().replace(tzinfo=UTC)
        found = ships(
            bands, grid, scene=name or stacks[0].orbit, time=when, evidence=evidence, land=land, fixed=fixed,
            false_alarms_per_1000_km2=rate,
        )  # fmt: skip
        seen.ships.append((found.ships, SceneLook(time=when, footprint=footprint, heard=float("nan"))))


def _footprint(grid: Any) -> Any:
    """Give the scene's outline in degrees, cut to seas where it shows some."""
    rows, columns = grid.shape
    edge = np.array([(0, 0), (0, columns - 1), (rows - 1, columns - 1), (rows - 1, 0)], dtype=float)
    lon, lat = to_lonlat(grid.crs, *grid.centre(edge[:, 0], edge[:, 1]))
    outline = shapely.Polygon(np.c_[lon, lat])
    wet = shapely.union_all([seas.shape(c) for c in seas.codes() if seas.shape(c).intersects(outline)])
    return outline if wet.is_empty else outline.intersection(wet)


def _lights(line: Line, given: Given, seen: Seen) -> None:
    from ceasefire.sources import boat_lights

    read = boat_lights.read(line.paths, source=line.id, window=given.window, options=line.options)
    order = np.argsort(read.ships.column("time"), kind="stable")
    rows = read.ships.keep(order)
    water = shapely.union_all([seas.shape(c) for c in given.seas]) if given.seas else None
    if len(rows) and water is not None:
        times = rows.column("time").astype("datetime64[s]")
        cut = np.flatnonzero(np.diff(times, prepend=times[0]) > np.timedelta64(PASS))
        for part in np.split(np.arange(len(rows)), cut):
            own = rows.keep(part)
            middle: datetime = times[part[len(part) // 2]].item().replace(tzinfo=UTC)
            seen.ships.append((own, SceneLook(time=middle, footprint=water, heard=float("nan"))))
    seen.notes.append(f"{line.id}: a night pass is taken to show the light of {LIGHTS_RECALL:.0%} of ships: stated.")
    seen.intakes[line.id] = Intake(looks=read.looks, quarantine=read.quarantine, count=read.count, files=read.files)


def _ms(when: datetime) -> np.datetime64:
    return np.datetime64(when.astimezone(UTC).replace(tzinfo=None), "ms")
