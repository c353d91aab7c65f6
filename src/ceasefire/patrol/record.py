"""Put a patrol's record together: legs, places, plan against flight, cells, material."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np

from ceasefire.detectors.interference import SPOOFING, Interference
from ceasefire.geo import regions
from ceasefire.geo.distance import km
from ceasefire.geo.dwell import Dwell
from ceasefire.geo.footprint import above_ground
from ceasefire.model.patrol_record import File, Leg, Lost, Patrol, Place, PlannedSeen, Sighted
from ceasefire.patrol.looks import PlaceLooks
from ceasefire.patrol.places import Spot, rings_of, share_of
from ceasefire.patrol.plan import PlanLine
from ceasefire.patrol.seen import Seen, drawn, in_image

MOST_TRACK = 1_500
"""Points of a track that are kept."""
IN_PART, SEEN = 0.02, 0.9
"""Share of a place from which it was seen in part, and from which it was seen."""


SLACK_MIN = 5.0
"""A plan's times are kept to within so many minutes."""


@dataclass(frozen=True)
class Parts:
    """What a record is made of."""

    source: str
    seen: Sequence[Seen]
    over: Dwell | None
    spots: Sequence[Spot]
    looks: dict[str, PlaceLooks]
    plan: Sequence[PlanLine]
    plan_file: str
    sightings: Sequence[Sighted]
    files: Sequence[File]
    sun_deg: float
    dark: bool


def record(parts: Parts) -> Patrol:
    """Give the record of one patrol."""
    seen, over = parts.seen, parts.over
    start = min(utc(s.flight.times[0]) for s in seen)
    end = max(utc(s.flight.times[-1]) for s in seen)
    hashes = sorted(f.sha256 for f in parts.files)
    key = "|".join([parts.source, start.isoformat(), end.isoformat(), *hashes])
    places = tuple(_place(s, over, parts.looks[s.id]) for s in parts.spots)
    return Patrol(
        id="f-" + sha256(key.encode()).hexdigest()[:12],
        source=parts.source,
        start=start,
        end=end,
        regions=_regions(seen),
        legs=tuple(_leg(s) for s in seen),
        places=places,
        plan=tuple(p for line in parts.plan if (p := _planned(line, parts, {p.id: p for p in places})) is not None),
        plan_file=parts.plan_file,
        cells=drawn(over) if over is not None and over.seen.any() else None,
        area_km2=round(over.area_km2, 4) if over is not None else 0.0,
        lost=tuple(lost(i) for s in seen for i in s.hindered),
        sightings=tuple(parts.sightings),
        files=tuple(parts.files),
        sun_deg=round(parts.sun_deg, 1),
        dark=parts.dark,
    )


def utc(time: Any) -> datetime:
    """Give a numpy instant as a datetime in UTC, to the second."""
    moment: datetime = np.datetime64(time, "s").astype(datetime)
    return moment.replace(tzinfo=UTC)


def lost(one: Interference) -> Lost:
    """Give a stretch without a position as the record keeps it."""
    return Lost(
        start=utc(one.start), end=utc(one.end), assessed=one.assessed, evidence=one.evidence, sentence=one.sentence()
    )


def _leg(seen: Seen) -> Leg:
    flight, gone = seen.flight, seen.footprints.lost
    known = np.flatnonzero(flight.fix)
    steps = km(flight.lon[known[:-1]], flight.lat[known[:-1]], flight.lon[known[1:]], flight.lat[known[1:]])
    high, _ = above_ground(flight)
    some = _thinned(len(flight), flight.fix)
    track = tuple(
        (round(float(flight.lon[k]), 7), round(float(flight.lat[k]), 7), round(float(high[k]), 1))
        if flight.fix[k]
        else (float("nan"),) * 3
        for k in some
    )
    why = Counter(str(w) for w in gone if w)
    return Leg(
        platform=flight.platform,
        source=flight.source,
        start=utc(flight.times[0]),
        end=utc(flight.times[-1]),
        samples=len(flight),
        shown=int((gone == "").sum()),
        lost=tuple(sorted(why.items(), key=lambda kv: (-kv[1], kv[0]))),
        length_km=round(float(np.sum(steps)), 3),
        track=track,
    )


def _thinned(count: int, fix: Any) -> list[int]:
    """Give numbers of samples to keep: evenly, and both sides of each gap in the position."""
    even = np.linspace(0, count - 1, min(count, MOST_TRACK)).round().astype(int)
    edge = np.flatnonzero(np.diff(fix.astype(np.int8)))
    return [int(k) for k in np.unique(np.concatenate([even, edge, edge + 1]))]


def _regions(seen: Sequence[Seen]) -> tuple[str, ...]:
    found: set[str] = set()
    for s in seen:
        at = np.flatnonzero(s.flight.fix)
        at = at[:: max(1, len(at) // 200)]
        if len(at):
            found |= set(regions.locate(s.flight.lon[at], s.flight.lat[at]).tolist())
    return tuple(sorted(found - {""}))


def _place(spot: Spot, over: Dwell | None, looks: PlaceLooks) -> Place:
    share, gsd, stay, many = 0.0, np.zeros(0), np.zeros(0), 0
    if over is not None:
        rows, columns = _window(spot, over)
        lon, lat = over.cells.centre(*np.meshgrid(rows, columns, indexing="ij"))
        at = np.ix_(rows, columns)
        share, inside = share_of(spot.shape, lon, lat, over.seen[at], over.cells.size_m)
        here = inside & over.seen[at]
        gsd, stay = over.gsd_m[at][here], over.seconds[at][here]
        many = int(over.looks[at][here].max()) if here.any() else 0
    middle = spot.shape.centroid
    whole = float(np.sqrt(sum(d.radius_m**2 for d in spot.discs)))
    return Place(
        id=spot.id,
        name=spot.name,
        kind=spot.kind,
        object_class=spot.object_class,
        region=spot.region,
        lon=round(float(middle.x), 7),
        lat=round(float(middle.y), 7),
        radius_m=round(whole, 1),
        rings=rings_of(spot.shape) if spot.rings else (),
        planned=spot.planned,
        share=round(share, 4),
        gsd_best_m=_figure(np.min, gsd),
        gsd_median_m=_figure(np.median, gsd),
        seconds=_figure(np.median, stay, 0.0),
        looks=many,
        quality=looks.quality,
        lost=looks.lost,
    )


def _window(spot: Spot, over: Dwell) -> tuple[Any, Any]:
    cells = over.cells
    west, south, east, north = spot.shape.bounds
    first, last = ((v - cells.south) / cells.step_lat for v in (south, north))
    left, right = ((v - cells.west) / cells.step_lon for v in (west, east))
    rows = np.arange(max(0, int(np.floor(first))), min(cells.shape[0] - 1, int(np.ceil(last))) + 1)
    columns = np.arange(max(0, int(np.floor(left))), min(cells.shape[1] - 1, int(np.ceil(right))) + 1)
    return rows, columns


def _figure(what: Any, values: Any, none: float = float("nan")) -> float:
    known = values[np.isfinite(values)]
    return round(float(what(known)), 3) if len(known) else none


def _hindered(line: PlanLine, seen: Sequence[Seen]) -> str:
    """Say that the position was lost in the time that a place was planned for, or soon before or after."""
    slack = timedelta(minutes=SLACK_MIN)
    for one in (i for s in seen for i in s.hindered):
        if utc(one.start) <= line.end + slack and utc(one.end) >= line.start - slack:
            return "positions not to be relied on" if one.assessed == SPOOFING else "position lost"
    return ""


def _planned(line: PlanLine, parts: Parts, places: dict[str, Place]) -> PlannedSeen | None:
    spot = next((s for s in parts.spots if s.id == line.zone), None)
    place = places.get(line.zone)
    if spot is None or place is None:
        return None
    found = [hit for s in parts.seen if (hit := in_image(s, spot.shape)) is not None]
    state = "seen" if place.share >= SEEN else "in part" if place.share >= IN_PART else "not seen"
    why = line.reason if state != "seen" else ""
    if not why and state != "seen":
        why = "; ".join(dict.fromkeys(w for _, w in place.lost)) or _hindered(line, parts.seen)
    return PlannedSeen(
        place=place.id,
        name=place.name,
        start=line.start,
        end=line.end,
        came=utc(min(f[0] for f in found)) if found else None,
        left=utc(max(f[1] for f in found)) if found else None,
        seconds=round(sum(f[2] for f in found), 1),
        share=place.share,
        state=state,
        reason=why,
    )
