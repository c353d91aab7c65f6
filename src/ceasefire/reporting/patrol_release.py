"""What of a patrol may be published: late, coarse, without the place of take-off, and naming nothing military.

Why: a fresh track tells where a mission's people stood and what they will look at next, and a fine map of what was seen
helps whoever fired to see how well. What counts for readers stays: which zones were looked at, how well, and why not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from math import floor, isnan, nan
from zoneinfo import ZoneInfo

from ceasefire.geo.distance import km
from ceasefire.model.patrol_record import CellsSeen, Leg, Patrol, Place, Sighted
from ceasefire.model.taxonomy import covers
from ceasefire.reporting.release import ReleaseRules, growth_km

TAKE_OFF_KM = 1.0
"""Ground around the first and the last position of a flight that no published track enters."""
FINEST_DEG = 0.01
"""No rule lets tracks or cells through that are finer than this, about a kilometre."""


def delay_hours(rules: ReleaseRules) -> int:
    """Give how long a patrol waits: as long as the longest delay of an incident, for it may show any.

    >>> delay_hours(ReleaseRules())
    72
    """
    return max((d.hours for d in rules.delays), default=0)


def release(
    patrols: Sequence[Patrol], rules: ReleaseRules, *, issued: date, clock: str
) -> tuple[tuple[Patrol, ...], int]:
    """Give patrols as they may be published, and how many wait.

    Parameters
    ----------
    patrols
        In full.
    rules
        Release rules of the case.
    issued, clock
        Day of issue and the IANA clock whose midnight begins it.
    """
    now = datetime.combine(issued, time(), ZoneInfo(clock)).astimezone(UTC)
    wait = timedelta(hours=delay_hours(rules))
    ready = [p for p in patrols if p.end + wait <= now]
    return tuple(coarse(p, rules) for p in ready), len(patrols) - len(ready)


def coarse(patrol: Patrol, rules: ReleaseRules) -> Patrol:
    """Give one patrol without what may not be published, whatever its age."""
    step = max(10.0**-rules.decimals, FINEST_DEG)
    named = {p.id for p in patrol.places if not _secret(p, rules)}
    number = {f.name: f"file {k}" for k, f in enumerate(patrol.files, start=1)}
    return replace(
        patrol,
        legs=tuple(_leg(leg, step) for leg in patrol.legs),
        places=tuple(_place(p, rules, step) for p in patrol.places if p.id in named),
        plan=tuple(p for p in patrol.plan if p.place in named),
        plan_file="plan" if patrol.plan_file else "",
        cells=_cells(patrol.cells, step) if patrol.cells else None,
        sightings=tuple(_sighted(s, rules, step) for s in patrol.sightings),
        files=tuple(replace(f, name=number[f.name]) for f in patrol.files),
        coarse_deg=step,
        unnamed=len(patrol.places) - len(named),
    )


def _secret(place: Place, rules: ReleaseRules) -> bool:
    return bool(place.object_class) and covers(rules.region_only_objects, place.object_class)


def _leg(leg: Leg, step: float) -> Leg:
    """Leave out the ground around take-off and landing, round the rest, tell no heights and not which aircraft."""
    known = [p for p in leg.track if not isnan(p[0])]
    track: list[tuple[float, float, float]] = []
    for lon, lat, _ in leg.track:
        if isnan(lon) or any(float(km(lon, lat, at[0], at[1])) <= TAKE_OFF_KM for at in (known[0], known[-1])):
            continue
        here = (round(_middle(lon, step), 6), round(_middle(lat, step), 6), nan)
        if not track or track[-1][:2] != here[:2]:
            track.append(here)
    return replace(leg, platform="", source="", track=tuple(track))


def _middle(value: float, step: float) -> float:
    return (floor(value / step) + 0.5) * step


def _place(place: Place, rules: ReleaseRules, step: float) -> Place:
    lon, lat = round(_middle(place.lon, step), 6), round(_middle(place.lat, step), 6)
    grown = place.radius_m + 1000.0 * growth_km(place.lat, rules.decimals)
    return replace(place, lon=lon, lat=lat, radius_m=round(grown, 1), rings=())


def _cells(cells: CellsSeen, step: float) -> CellsSeen:
    """Put cells into larger ones, whose share says how much of each was seen."""
    size = cells.step_lon * cells.step_lat / step**2
    found: dict[tuple[int, int], list[tuple[int, int, float, float, float, int, float]]] = {}
    for cell in cells.at:
        lon = cells.west + (cell[1] + 0.5) * cells.step_lon
        lat = cells.south + (cell[0] + 0.5) * cells.step_lat
        found.setdefault((floor(lat / step), floor(lon / step)), []).append(cell)
    at = []
    for (row, column), many in sorted(found.items()):
        mean = sum(c[2] for c in many) / len(many)
        part = min(1.0, sum(c[6] for c in many) * size)
        finest, steepest, looks = min(c[3] for c in many), max(c[4] for c in many), max(c[5] for c in many)
        at.append((row, column, round(mean, 1), finest, steepest, looks, round(part, 4)))
    return CellsSeen(west=0.0, south=0.0, step_lon=step, step_lat=step, size_m=round(step * 111_195.0, 1), at=tuple(at))


def _sighted(seen: Sighted, rules: ReleaseRules, step: float) -> Sighted:
    """Round a sighting's place; what is named by region only has none, and no words."""
    hidden = covers(rules.region_only_acts, seen.act) or (
        bool(seen.object_class) and covers(rules.region_only_objects, seen.object_class)
    )
    if hidden:
        return replace(seen, lon=nan, lat=nan, radius_km=nan, text="", label="", object_class="", effect="")
    lon, lat = round(_middle(seen.lon, step), 6), round(_middle(seen.lat, step), 6)
    return replace(seen, lon=lon, lat=lat, radius_km=seen.radius_km + growth_km(seen.lat, rules.decimals), text="")
