"""Night lights: outages of protected objects and of settlements, night by night.

Options of the source line: `false_per_year` (false outages per place and year, default 0.1), `classes` (object classes
to watch), `places` (rows of id, name, lon, lat and radius_km: settlements), `objects` (false: settlements only),
`radius_km` (of an object whose register gives less, default 2: a pixel of the sensor is half a kilometre wide and
shakes).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from ceasefire.detectors.lights import detect
from ceasefire.detectors.lights_evidence import looks, observations
from ceasefire.errors import CeasefireError, SourceError
from ceasefire.imagery.given import Given, Seen
from ceasefire.model.intake import Count, Intake
from ceasefire.model.records import Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.black_marble import read

RADIUS_KM, MOST_KM = 2.0, 10.0
"""Least radius of a disc, and the radius beyond which an object's place is not known well enough."""


def outages(given: Given) -> Seen:
    """Search the case's nights for outages of every place."""
    given.allow("false_per_year", "classes", "places", "objects", "radius_km", "before")
    rate = given.number("false_per_year", 0.1, low=1e-4, high=10.0)
    try:
        reading = read(given.paths, source=given.source, **_places(given))
    except SourceError as error:
        row = Quarantined(source=given.source, granule="", line=0, reason=str(error), row="")
        return Seen(Intake(quarantine=Table.of(Quarantined, [row]), count=Count(rows=1, quarantined=1)))
    start, end = given.window.start.date(), (given.window.end - timedelta(seconds=1)).date() + timedelta(days=1)
    bad = len(reading.quarantine)
    used = len(reading.files)
    intake = Intake(
        quarantine=reading.quarantine,
        count=Count(rows=used + bad, used=used, quarantined=bad),
        files=reading.files,
    )
    try:
        found = detect(reading.lights, start=start, end=end, false_per_year=rate)
    except ValueError as error:
        row = Quarantined(source=given.source, granule="", line=0, reason=f"no outage can be told: {error}", row="")
        quarantine = Table.concat(Quarantined, [intake.quarantine, Table.of(Quarantined, [row])])
        count = intake.count + Count(rows=1, quarantined=1)
        return Seen(replace(intake, quarantine=quarantine, count=count))
    seen = observations(found, source=given.source)
    given.say(f"observe: {given.source}: {len(reading.lights):,} places, {len(seen):,} outages")
    return Seen(replace(intake, observations=seen, looks=looks(found, source=given.source)))


def _places(given: Given) -> dict[str, Any]:
    """Give the discs to read: settlements that the line names, and the watched objects."""
    rows: list[tuple[str, str, float, float, float, str]] = []
    for number, row in enumerate(given.options.get("places", ()), start=1):
        try:
            one = (str(row["id"]), str(row["name"]), float(row["lon"]), float(row["lat"]), float(row["radius_km"]))
        except (KeyError, TypeError, ValueError):
            raise CeasefireError(
                f"source {given.source!r}: place {number} needs id, name, lon, lat and radius_km, not {row!r}"
            ) from None
        rows.append((*one, "settlement"))
    if given.options.get("objects", True) or not rows:
        least = given.number("radius_km", RADIUS_KM, low=0.5, high=MOST_KM)
        objects, _ = given.watched(most_radius_km=MOST_KM)
        rows += [(o.id, o.name, o.lon, o.lat, max(o.radius_km, least), o.object_class) for o in objects]
    columns = list(zip(*rows, strict=True))
    names = ("id", "name", "lon", "lat", "radius_km", "object_class")
    return {
        name: np.array(column, dtype=np.float64 if name in ("lon", "lat", "radius_km") else object)
        for name, column in zip(names, columns, strict=True)
    }
