"""Optical scenes: a burn scar, or none, around each fire that the case's thermal sources saw.

Options of the source line: `fields` (share of other heat that burns fields, default 0.5), `most` (fires looked at, the
likeliest first, default 500).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta

import numpy as np

from ceasefire.detectors.burn import AFTER_DAYS, BEFORE_DAYS, GAP, RADIUS_M, pair
from ceasefire.detectors.burn_evidence import FIELDS, observations
from ceasefire.geo.stack import Stack
from ceasefire.imagery.given import Given, Seen, mean_of
from ceasefire.model.intake import Intake, Window
from ceasefire.model.records import Observation, Quarantined
from ceasefire.model.table import Table
from ceasefire.reporting.chips import pictures
from ceasefire.sources import raster_reader
from ceasefire.sources.raster_windows import Place

MOST = 500
"""Fires looked at by default: a spring of stubble has tens of thousands."""


def scars(given: Given) -> Seen:
    """Look for a burn scar around every fire of the case."""
    given.allow("fields", "most")
    fields = given.number("fields", FIELDS, low=0.0, high=0.99)
    most = int(given.number("most", MOST, low=1, high=100_000))
    fires = _likeliest(given.fires, most)
    if not len(fires):
        given.say(f"observe: {given.source}: no thermal source of the case saw a fire, so no scene was read")
        return Seen(Intake())
    read = raster_reader(given.product)(
        given.paths,
        source=given.source,
        around=_around(fires),
        window=Window(given.window.start - timedelta(days=BEFORE_DAYS), given.window.end + timedelta(days=AFTER_DAYS)),
        options=given.options,
    )
    windows = dict(zip((o.id for o in fires), _windows(read.stacks, fires), strict=True))
    found = observations(fires, windows.values(), source=given.source, fields=fields)
    seen = Seen(
        Intake(
            observations=found.observations,
            looks=given.within(found.looks),
            quarantine=Table.of(Quarantined, read.quarantine),
            count=read.count,
            files=read.files,
        )
    )
    at = {(o.start, o.lon, o.lat): o.id for o in fires}
    for one in found.observations:
        window = windows[at[one.start, one.lon, one.lat]]
        if window is not None:
            _draw(seen, given, one, window[1], found.scars[one.id].before, found.scars[one.id].after)
    given.say(
        f"observe: {given.source}: {len(fires):,} of {len(given.fires):,} fires looked at, "
        f"{len(found.observations):,} could be judged"
    )
    return seen


def places(given: Given) -> list[Place]:
    """Give the places whose windows are read, or fetched: the fires that are looked at."""
    return _around(_likeliest(given.fires, int(given.number("most", MOST, low=1, high=100_000))))


def _around(fires: Table[Observation]) -> list[Place]:
    reach = RADIUS_M * float(np.sqrt(GAP**2 + 1.0))
    return [Place(o.id, o.lon, o.lat, reach) for o in fires]


def _likeliest(fires: Table[Observation], most: int) -> Table[Observation]:
    """Give the fires with a place that weigh most, by time."""
    placed = fires.keep(np.isfinite(fires.column("lon")) & np.isfinite(fires.column("lat")))
    if len(placed) > most:
        ratio = np.nan_to_num(placed.column("likelihood_ratio"), nan=1.0)
        placed = placed.keep(np.sort(np.argsort(-ratio, kind="stable")[:most]))
    return placed


def _windows(stacks: Sequence[Stack], fires: Table[Observation]) -> Iterator[tuple[Stack, Stack] | None]:
    for fire in fires:
        yield pair(stacks, lon=fire.lon, lat=fire.lat)


def _draw(
    seen: Seen, given: Given, one: Observation, stack: Stack, before: Sequence[object], after: Sequence[object]
) -> None:
    """Draw the short-wave infrared before and after."""
    sides = [np.isin(stack.times, np.array(dates, dtype="datetime64[s]")) for dates in (before, after)]
    if not all(side.any() for side in sides):
        return
    first, last = ([t.item() for t in stack.times[side].astype("datetime64[D]")] for side in sides)
    rows, png = pictures(
        mean_of(stack.values, sides[0]),
        mean_of(stack.values, sides[1]),
        stack.grid,
        observation=one.id,
        what=f"reflectance in the short-wave infrared ({stack.band})",
        dates=(first, last),
        acquired=stack.times[sides[1]][-1].astype("datetime64[s]").item().replace(tzinfo=UTC),
        region=one.region,
        scenes=tuple(s.id for s, use in zip(stack.scenes, sides[0] | sides[1], strict=True) if use)
        if stack.scenes
        else (),
        processing=one.text,
        finest_m=given.finest_m,
    )
    seen.pictures.extend(rows)
    seen.png.update(png)
