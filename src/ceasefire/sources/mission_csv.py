"""A mission's own flight log as a table, in columns of ours or with a mapping from its names.

Columns: `time` (ISO 8601; with an offset, or on the clock that the option `clock` names, else UTC), `lon`, `lat`,
`height_m`, `ground_m` (in the same datum; where it is missing, heights count from the place of take-off),
`azimuth_deg` (from true north), `elevation_deg` (-90 straight down), `roll_deg`, `hfov_deg`, `vfov_deg`, `fix` (yes or
no), `satellites`, `note`. `time`, `lon` and `lat` must be there. A note may be anything, so it is read by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.model.intake import Count
from ceasefire.sources import flight_read
from ceasefire.sources.flight_read import FlightRead, cut, local_to_utc, one_bad_file, set_aside, zero_is_unknown
from ceasefire.sources.flight_rows import header_in, instant, rows, value
from ceasefire.sources.patrol_plan import PlanRead, read_plan

__all__ = ["COLUMNS", "FORMAT", "PlanRead", "is_it", "read_flight", "read_plan"]

FORMAT = "mission_csv"
NEEDED = ("time", "lon", "lat")
NUMBERS = (
    *("lon", "lat", "height_m", "ground_m", "azimuth_deg", "elevation_deg", "roll_deg"),
    *("hfov_deg", "vfov_deg", "satellites"),
)
COLUMNS = ("time", *NUMBERS, "fix", "note")
"""Every column that is known."""
BOUNDS = {
    "lon": (-180.0, 180.0),
    "lat": (-90.0, 90.0),
    "height_m": (-500.0, 20_000.0),
    "ground_m": (-500.0, 9_000.0),
    "azimuth_deg": (-360.0, 360.0),
    "elevation_deg": (-90.0, 90.0),
    "roll_deg": (-360.0, 360.0),
    "hfov_deg": (0.01, 179.0),
    "vfov_deg": (0.01, 179.0),
    "satellites": (0.0, 200.0),
}
"""What a number must lie between."""
YES, NO = (
    frozenset({"1", "yes", "y", "true", "t", "3d", "2d"}),
    frozenset({"0", "no", "n", "false", "f", "none", "lost"}),
)


def is_it(start: bytes) -> bool:
    """Tell whether a file begins with the header of such a table.

    >>> is_it(b"time,lon,lat,height_m\\n"), is_it(b"zone,start,end\\n")
    (True, False)
    """
    return set(NEEDED) <= {name.lower() for name in header_in(start)}


def read_flight(path: Path, *, source: str, options: Mapping[str, Any] = {}) -> FlightRead:
    """Read one log.

    Parameters
    ----------
    path
        The file.
    source
        Source as named in the case file.
    options
        `mapping`: our names to the file's, e.g. `{"lon": "Longitude"}`. `clock`: of times without an offset.
        `platform`: the platform's name. `datum`: of heights, as in `Flight`.
    """
    with path.open("rb") as file:
        names = header_in(file.read(65_536))
    mapping = {**{n.lower(): n for n in names if n.lower() in COLUMNS}, **dict(options.get("mapping") or {})}
    unknown = [k for k in mapping if k not in COLUMNS]
    missing = [mapping.get(n, n) for n in NEEDED if mapping.get(n) not in names]
    if unknown or missing:
        why = (
            f"the mapping names {unknown[0]!r}, which is no column of ours" if unknown else f"no column {missing[0]!r}"
        )
        return one_bad_file(path, why, source=source)
    given: dict[str, str] = {ours: theirs for ours, theirs in mapping.items() if theirs in names}
    kept: list[list[float]] = []
    times: list[np.datetime64] = []
    sure: list[bool] = []
    bad: list[tuple[int, str, str]] = []
    for number, text, row in rows(path):
        found = row if isinstance(row, str) else _sample(row, given)
        if isinstance(found, str):
            bad.append((number, found, text if not isinstance(row, dict) else _without_note(row, given)))
        else:
            times.append(found[0])
            sure.append(found[1])
            kept.append(found[2])
    if not kept:
        why = bad[0][1] if bad else "it has no rows"
        return one_bad_file(path, f"no sample in this log: {why}", source=source)
    v = dict(zip((*NUMBERS, "fix"), np.array(kept, dtype=np.float64).T, strict=True))
    lon, lat = zero_is_unknown(v.pop("lon"), v.pop("lat"))
    utc, how, doubt = _utc(np.array(times), np.array(sure), lon, options)
    grounded = np.isfinite(v["ground_m"]).any()
    flights = cut(
        {
            **v,
            "lon": lon,
            "lat": lat,
            "ground_m": v["ground_m"] if grounded else np.zeros(len(kept)),
            "azimuth_deg": v["azimuth_deg"] % 360.0,
            "fix": v["fix"] != 0.0,
            "datum": str(options.get("datum", "msl" if grounded else "takeoff")),
            "platform": str(options.get("platform", "")),
            "source": path.name,
            "evidence": flight_read.digest(path),
            "clock": how,
        },
        times=utc,
    )
    flat = "" if grounded else "heights are taken to count from the place of take-off, and the ground to be flat"
    return FlightRead(
        flights=flights,
        quarantine=set_aside(source, path.name, bad),
        count=Count(rows=len(kept) + len(bad), used=len(kept), quarantined=len(bad)),
        doubts=tuple(d for d in (doubt, flat) if d),
    )


def _sample(row: Mapping[str, str], given: Mapping[str, str]) -> tuple[np.datetime64, bool, list[float]] | str:
    """Give time, whether it states its offset, and numbers; or what is wrong with the row."""
    when = instant(row[given["time"]])
    if when is None:
        return "no date and time, or an impossible one"
    numbers = []
    for name in NUMBERS:
        text = row[given[name]].strip() if name in given else ""
        got = value(text)
        if text and isnan(got) and text.lower() not in ("nan", "n/a", "-"):
            return f"{name} is no number"
        low, high = BOUNDS[name]
        if not (isnan(got) or low <= got <= high):
            return f"{name} is not between {low:g} and {high:g}"
        numbers.append(got)
    fix = row[given["fix"]].strip().lower() if "fix" in given else "yes"
    if fix and fix not in YES | NO:
        return "fix is neither yes nor no"
    return *when, [*numbers, 0.0 if fix in NO or (not fix and "fix" in given) else 1.0]


def _without_note(row: Mapping[str, str], given: Mapping[str, str]) -> str:
    """Give a row's text for the quarantine; notes and columns that are not asked for are left out."""
    return ",".join(row[theirs] for ours, theirs in given.items() if ours != "note")


def _utc(when: Any, sure: Any, lon: Any, options: Mapping[str, Any]) -> tuple[Any, str, str]:
    """Take times without an offset to UTC by the option `clock`; without one they are UTC, as documented."""
    if sure.all() or not options.get("clock"):
        mixed = bool(sure.any() and not sure.all())
        said = "times without an offset are taken for UTC" if not sure.all() else ""
        return (
            when,
            "the log's own offsets" if sure.all() else "taken for UTC" + (", beside offsets" if mixed else ""),
            said,
        )
    shifted, how, doubt = local_to_utc(when, lon, options)
    return np.where(sure, when, shifted), how, doubt
