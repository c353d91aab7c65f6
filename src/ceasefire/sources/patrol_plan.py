"""A mission's plan: which zones a patrol was to watch, when, and why one was not reached.

A table with the columns `start` and `end` (ISO 8601, with an offset or on the option `clock`, else UTC), and one of
`zone` (id of a zone or object), `polygon` (WKT, longitude before latitude) or `lon`, `lat` and `radius_m`; and
`remark`, why it was not reached. Of the remark only the reason is taken, one of `NOT_REACHED`: the rest may name
persons.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ceasefire.geo.ellipsoid import metres_per_degree
from ceasefire.model.intake import Count
from ceasefire.model.patrol import Planned
from ceasefire.model.records import Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.flight_read import local_to_utc, set_aside
from ceasefire.sources.flight_rows import header_in, instant, rows, value

FORMAT = "patrol_plan"
MAX_KM = 200.0
"""A place of a patrol is no larger than this across."""
LONGEST_H = 72.0
"""No patrol is planned to last longer."""
_PLACE = ("zone", "polygon", "lon")
_REASONS = (
    ("returned to base", r"\b(rtb|return\w* (to )?(base|home|launch)|low battery|battery)\b"),
    ("jamming", r"\b(jam\w*|gnss|gps|spoof\w*|interference|signal)\b"),
    (
        "denied",
        r"\b(den\w+|refus\w+|restrict\w+|forbid\w*|no access|no permission|not permitted|blocked|turned back)\b",
    ),
    ("weather", r"\b(weather|wind\w*|fog\w*|rain\w*|snow\w*|cloud\w*|ice|icing|storm\w*|visibility)\b"),
    ("technical fault", r"\b(technical|fault\w*|fail\w*|malfunction\w*|crash\w*|broken|link)\b"),
    ("cancelled", r"\b(cancel\w*|called off|aborted|postponed)\b"),
)


@dataclass(frozen=True)
class PlanRead:
    """A plan, read: rows used and set aside add up."""

    planned: Table[Planned] = field(default_factory=lambda: Table.empty(Planned))
    """Places, earliest first."""
    quarantine: Table[Quarantined] = field(default_factory=lambda: Table.empty(Quarantined))
    """Rows that could not be used."""
    count: Count = field(default_factory=Count)
    """Rows that add up."""
    doubts: tuple[str, ...] = ()
    """What was assumed."""


def is_it(start: bytes) -> bool:
    """Tell whether a file begins with the header of a plan.

    >>> is_it(b"zone,start,end,remark\\nz1,2025-04-01T08:00Z,..."), is_it(b"time,lon,lat\\n")
    (True, False)
    """
    names = {name.lower() for name in header_in(start)}
    return {"start", "end"} <= names and any(name in names for name in _PLACE) and "time" not in names


def reason_of(remark: str) -> str:
    """Give the reason that a remark states, `other` where it states another, empty where it is empty.

    >>> reason_of("RTB, low battery"), reason_of("Denied by a checkpoint"), reason_of("flown"), reason_of("lunch")
    ('returned to base', 'denied', '', 'other')
    """
    text = remark.strip().lower()
    if not text or re.fullmatch(r"(ok|done|flown|reached|complete\w*|as planned|none|-)\.?", text):
        return ""
    return next((name for name, pattern in _REASONS if name == text or re.search(pattern, text)), "other")


def read_plan(path: Path, *, source: str, options: Mapping[str, Any] = {}) -> PlanRead:
    """Read one plan.

    Parameters
    ----------
    path
        The file.
    source
        Source as named in the case file.
    options
        `clock`: of times without an offset.
    """
    with path.open("rb") as file:
        names = {name.lower(): name for name in header_in(file.read(65_536))}
    if not ({"start", "end"} <= set(names) and any(n in names for n in _PLACE)):
        bad = [(0, "a plan needs the columns start, end, and zone, polygon or lon, lat, radius_m", "")]
        return PlanRead(quarantine=set_aside(source, path.name, bad), count=Count(rows=1, quarantined=1))
    made: list[Planned] = []
    seen: set[str] = set()
    bad, again, floating = [], 0, 0
    for number, text, row in rows(path):
        found = (
            row if isinstance(row, str) else _planned({k: row[n].strip() for k, n in names.items()}, source, options)
        )
        if isinstance(found, str):
            bad.append((number, found, text if "remark" not in names else ""))
        elif found[0].id in seen:
            again += 1
        else:
            seen.add(found[0].id)
            made.append(found[0])
            floating += not found[1]
    doubt = (
        f"{floating} rows have times without an offset, taken for UTC" if floating and not options.get("clock") else ""
    )
    return PlanRead(
        planned=Table.of(Planned, sorted(made, key=lambda p: (p.start, p.zone, p.id))),
        quarantine=set_aside(source, path.name, bad),
        count=Count(rows=len(made) + again + len(bad), used=len(made), duplicates=again, quarantined=len(bad)),
        doubts=(doubt,) if doubt else (),
    )


def _planned(row: Mapping[str, str], source: str, options: Mapping[str, Any]) -> tuple[Planned, bool] | str:
    """Give one row as a record and whether its times state their offset, or say what is wrong with it."""
    lon, lat = value(row.get("lon")), value(row.get("lat"))
    begin, until = instant(row["start"]), instant(row["end"])
    if begin is None or until is None:
        return "start or end is no date and time"
    start, end = (_utc(t, lon, options) for t in (begin, until))
    hours = (end - start).total_seconds() / 3600
    if not 0 < hours <= LONGEST_H:
        return f"a patrol ends after it starts, within {LONGEST_H:g} hours"
    zone, outline, radius_km = row.get("zone", ""), "", float("nan")
    if row.get("polygon"):
        got = _disc_of(row["polygon"])
        if isinstance(got, str):
            return got
        outline, lon, lat, radius_km = got
    elif np.isfinite(lon) and np.isfinite(lat):
        radius_km = value(row.get("radius_m")) / 1000.0
        if not (abs(lon) <= 180 and abs(lat) <= 90 and 0 < radius_km <= MAX_KM / 2):
            return f"a disc needs lon, lat and radius_m, up to {500 * MAX_KM:g}"
    elif not zone:
        return "no place: give zone, polygon or lon, lat, radius_m"
    reason = reason_of(row.get("remark", ""))
    key = "|".join([source, zone, outline, f"{lon:.6f} {lat:.6f} {radius_km:.4f}", start.isoformat(), end.isoformat()])
    record = Planned(
        id="t-" + sha256(key.encode("utf-8", "replace")).hexdigest()[:12],
        source=source,
        zone=zone[:100],
        lon=lon,
        lat=lat,
        radius_km=radius_km,
        polygon=outline,
        start=start,
        end=end,
        reason=reason,
    )
    return record, begin[1] and until[1]


def _utc(moment: tuple[np.datetime64, bool], lon: float, options: Mapping[str, Any]) -> datetime:
    """Give an instant in UTC; without an offset and without the option `clock` it is UTC, as documented."""
    when = np.array([moment[0]])
    if not moment[1] and options.get("clock"):
        when = local_to_utc(when, np.array([lon]), options)[0]
    moment_: datetime = when.astype("datetime64[ms]")[0].astype(datetime)
    return moment_.replace(tzinfo=UTC)


def _disc_of(text: str) -> tuple[str, float, float, float] | str:
    """Give a polygon's WKT, the centre and the radius of the disc that holds it, or say what is wrong with it."""
    try:
        shape = shapely.from_wkt(text[:100_000])
    except (shapely.errors.GEOSException, ValueError):
        return "the polygon is no WKT"
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty or not shape.is_valid:
        return "the polygon is no valid outline"
    west, south, east, north = shape.bounds
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        return "the polygon does not lie in longitude and latitude"
    lon, lat = (west + east) / 2, (south + north) / 2
    lon_m, lat_m = (float(v) for v in metres_per_degree(lat))
    at = shapely.get_coordinates(shape)
    radius_km = float(np.hypot((at[:, 0] - lon) * lon_m, (at[:, 1] - lat) * lat_m).max()) / 1000.0
    if radius_km > MAX_KM / 2:
        return f"the polygon is more than {MAX_KM:g} km across: are latitude and longitude swapped?"
    return shapely.to_wkt(shape, rounding_precision=6), lon, lat, radius_km
