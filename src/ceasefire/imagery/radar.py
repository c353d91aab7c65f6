"""Radar: the windows around protected objects, before the case and in it, tested for change.

Options of the source line: `before` (first date of the comparison, default a year before the case), `level` (share of
quiet places that may alarm, default 0.01), `outlines` (GeoJSON files of sites, `sources.outlines`), `classes` (object
classes to watch in the register), `radius_m` (of an object whose register gives less, default 100), `margin_m`
(surroundings read around an object, default 1500: the test learns from them what is ordinary there).

An outline is tested as drawn, an object of the register as its disc. Registers know places to two kilometres: such a
disc is mostly fields, and damage to a part of it is hardly seen. Draw outlines of what matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from ceasefire.detectors.damage import Damage, NotComparable, detect
from ceasefire.detectors.damage_evidence import CHANNEL, observations, processing
from ceasefire.detectors.damage_kernel import moments
from ceasefire.geo.footprint_mask import label_discs, label_polygons
from ceasefire.geo.grid import Grid
from ceasefire.geo.stack import Stack
from ceasefire.imagery.given import Given, Seen, mean_of
from ceasefire.model.intake import Intake, Window
from ceasefire.model.records import Look, Observation, ProtectedObject, Quarantined
from ceasefire.model.table import Table
from ceasefire.reporting.chips import pictures
from ceasefire.sources import outlines, raster_reader
from ceasefire.sources.raster_windows import Place

RADIUS_M, SURROUNDINGS_M, MOST_KM = 100.0, 1500.0, 2.0
"""Least radius of a footprint; ground read around it; an object whose place is known no better has no footprint."""
TOO_VAGUE = "place not known well enough"


def changes(given: Given) -> Seen:
    """Test every watched object for change between the time before the case and the case."""
    given.allow("before", "level", "outlines", "classes", "radius_m", "margin_m")
    level = given.number("level", 0.01, low=1e-6, high=0.5)
    first = given.before()
    objects, vague, radius, sites = watched(given)
    wanted = places(given)
    read = raster_reader(given.product)(
        given.paths,
        source=given.source,
        around=wanted,
        window=Window(first, given.window.end),
        options=given.options,
    )
    made: list[Table[Observation]] = []
    drawn: Seen = Seen(Intake())
    refused: list[Quarantined] = []
    groups = _by_grid(read.stacks)
    for number, stacks in enumerate(groups, start=1):
        labels, here = _labels(stacks[0].grid, sites.shapes, objects, radius)
        if not len(here):
            continue
        own = objects.keep(here)
        try:
            found = detect(
                stacks,
                before=_between(first, given.window.start),
                after=_between(given.window.start, given.window.end),
                labels=labels,
                level=level,
                count=moments,
            )
        except NotComparable as error:
            refused.append(_set_aside(given.source, stacks, str(error)))
            continue
        observed = observations(found, own, source=given.source)
        made.append(observed)
        _draw(drawn, given, stacks, found, observed, own)
        if number % 20 == 0:
            given.say(f"observe: {given.source}: {number:,} of {len(groups):,} windows tested")
    observed = Table.concat(Observation, made).sort("start", "id")
    given.say(
        f"observe: {given.source}: {len(objects):,} objects watched in {len(groups):,} windows, {len(observed):,} "
        f"changed at the level {level:g}" + (f"; {len(vague):,} have no place to watch" if len(vague) else "")
    )
    count, extra = read.count + sites.count, len(refused)
    looks = Table.concat(Look, [given.within(read.looks), _too_vague(given, vague)])
    intake = Intake(
        observations=observed,
        looks=looks,
        quarantine=Table.concat(Quarantined, [sites.quarantine, Table.of(Quarantined, [*read.quarantine, *refused])]),
        count=type(count)(count.rows + extra, count.used, count.duplicates, count.quarantined + extra, count.outside),
        files=(*read.files, *sites.files),
    )
    return Seen(intake, drawn.pictures, drawn.png)


class Watched(NamedTuple):
    """What is tested, outlines first."""

    objects: Table[ProtectedObject]
    vague: Table[ProtectedObject]
    """Objects whose place is known too poorly."""
    radius_m: NDArray[np.float64]
    sites: outlines.Outlines


def watched(given: Given) -> Watched:
    """Give the outlines and the objects of the register that are tested."""
    least = given.number("radius_m", RADIUS_M, low=10.0, high=1000.0)
    sites = outlines.read(given.outlines, source=given.source)
    listed, vague = given.watched(most_radius_km=MOST_KM, needed=not len(sites.objects))
    objects = Table.concat(ProtectedObject, [sites.objects, listed])
    return Watched(objects, vague, np.maximum(objects.column("radius_km") * 1000.0, least), sites)


def places(given: Given) -> list[Place]:
    """Give the places whose windows are read, or fetched, with the ground around them to compare with."""
    margin = given.number("margin_m", SURROUNDINGS_M, low=500.0, high=20_000.0)
    objects, _, radius, _ = watched(given)
    return [Place(o.id, o.lon, o.lat, r, margin) for o, r in zip(objects, radius.tolist(), strict=True)]


def _by_grid(stacks: Sequence[Stack]) -> list[list[Stack]]:
    groups: dict[Any, list[Stack]] = {}
    for stack in stacks:
        groups.setdefault(stack.grid, []).append(stack)
    return list(groups.values())


def _labels(
    grid: Grid, shapes: Sequence[BaseGeometry], objects: Table[ProtectedObject], radius: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Label the pixels of sites and objects on a window, outlines before discs, and give which objects lie on it."""
    drawn = len(shapes)
    lon, lat = objects.column("lon")[drawn:], objects.column("lat")[drawn:]
    discs = label_discs(grid, lon, lat, radius[drawn:])
    labels = np.where(discs > 0, discs + drawn, 0)
    sites = label_polygons(grid, list(shapes))
    labels = np.where(sites > 0, sites, labels)
    here = np.unique(labels[labels > 0])
    numbered = np.where(labels > 0, np.searchsorted(here, labels) + 1, 0)
    return numbered.astype(np.int32), (here - 1).astype(np.int64)


def _between(start: datetime, end: datetime) -> tuple[np.datetime64, np.datetime64]:
    return tuple(np.datetime64(t.astimezone(UTC).replace(tzinfo=None), "s") for t in (start, end))  # type: ignore[return-value]


def _too_vague(given: Given, vague: Table[ProtectedObject]) -> Table[Look]:
    """Say of objects whose place is known poorly that they were not watched."""
    rows = [
        Look(
            id="l-" + sha256(f"{given.source}|{o.id}|vague".encode()).hexdigest()[:12],
            source=given.source,
            channel=CHANNEL,
            region=o.region,
            start=given.window.start,
            end=given.window.end,
            lon=o.lon,
            lat=o.lat,
            radius_km=o.radius_km,
            acts=("attack",),
            quality=0.0,
            lost=TOO_VAGUE,
        )
        for o in vague
    ]
    return Table.of(Look, rows)


def _set_aside(source: str, stacks: Sequence[Stack], why: str) -> Quarantined:
    return Quarantined(
        source=source, granule=stacks[0].orbit, line=0, reason=why, row=", ".join(s.band for s in stacks)
    )


def _draw(
    drawn: Seen,
    given: Given,
    stacks: Sequence[Stack],
    found: Damage,
    observed: Table[Observation],
    objects: Table[ProtectedObject],
) -> None:
    """Draw the series with most dates, in decibels, around each object that changed."""
    if not len(observed):
        return
    stack = max(stacks, key=lambda s: len(s.values))
    first, then = stack.between(*_edges(found.before)), stack.between(*_edges(found.after))
    before, after = (mean_of(stack.values, side) * 10.0 / np.log(10.0) for side in (first, then))
    text = processing(found).text()
    for one in observed:
        nearest = int(np.argmin(np.hypot(objects.column("lon") - one.lon, objects.column("lat") - one.lat)))
        rows, png = pictures(
            before,
            after,
            stack.grid,
            observation=one.id,
            what=f"radar backscatter, {stack.band}, dB",
            dates=(_days(stack, first), _days(stack, then)),
            acquired=found.after[1].astype("datetime64[s]").item().replace(tzinfo=UTC),
            change=found.change_db,
            changed="change against the surroundings, dB",
            region=one.region,
            protected=objects[nearest].id,
            scenes=tuple(s.id for s in found.scenes),
            processing=text,
            finest_m=given.finest_m,
        )
        drawn.pictures.extend(rows)
        drawn.png.update(png)


def _edges(ends: tuple[np.datetime64, np.datetime64]) -> tuple[np.datetime64, np.datetime64]:
    return ends[0], ends[1] + np.timedelta64(1, "s")


def _days(stack: Stack, which: Any) -> list[date]:
    return [t.item() for t in stack.times[which].astype("datetime64[D]")]
