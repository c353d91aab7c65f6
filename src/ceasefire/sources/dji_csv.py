"""DJI flight records as tables: the exports of Airdata and of the log viewers after DJI's own names of fields.

Two dialects: `time(millisecond),datetime(utc),latitude,...,gimbal_pitch(degrees)` and `CUSTOM.date [local],...,
OSD.latitude,...,GIMBAL.pitch`. Units stand in the header, feet or metres; a height without a unit is not used. Gimbal
angles are absolute: yaw from true north, pitch -90 straight down. The records do not tell the field of view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.model.intake import Count
from ceasefire.sources import flight_read
from ceasefire.sources.dji_srt import fields_of_view
from ceasefire.sources.flight_read import FlightRead, cut, local_to_utc, one_bad_file, set_aside, zero_is_unknown
from ceasefire.sources.flight_rows import HOUR_12, header_in, instant, rows, value, with_unit

FORMAT = "dji_csv"
FEWEST = 4.0
"""With fewer satellites there is no position: the record repeats the last one."""

_LAT = ("latitude", "OSD.latitude")
_LON = ("longitude", "OSD.longitude")
_YAW = ("gimbal_heading(degrees)", "GIMBAL.yaw", "GIMBAL.yaw [360]")
_PITCH = ("gimbal_pitch(degrees)", "GIMBAL.pitch")
_ROLL = ("gimbal_roll(degrees)", "GIMBAL.roll")
_SATELLITES = ("satellites", "OSD.gpsNum")
_CLOCKS = (
    ("datetime(utc)", "", True),
    ("CUSTOM.date [UTC]", "CUSTOM.updateTime [UTC]", True),
    ("datetime(local)", "", False),
    ("CUSTOM.date [local]", "CUSTOM.updateTime [local]", False),
    ("CUSTOM.updateTime [local]", "", False),
    ("CUSTOM.updateTime", "", False),
)


def is_it(start: bytes) -> bool:
    """Tell whether a file begins with the header of such a table.

    >>> is_it(b"time(millisecond),datetime(utc),latitude,longitude\\n"), is_it(b"time,lon,lat\\n")
    (True, False)
    """
    names = set(header_in(start))
    return bool(names & set(_LAT)) and bool(names & set(_LON)) and any(clock[0] in names for clock in _CLOCKS)


def read_flight(path: Path, *, source: str, options: Mapping[str, Any] = {}) -> FlightRead:
    """Read one record.

    Parameters
    ----------
    path
        The file.
    source
        Source as named in the case file.
    options
        `clock`: IANA zone or offset of local times. `focal_film_mm`: the camera's focal length in terms of 35 mm film,
        or `hfov_deg` and `vfov_deg`: the record does not tell. `date_order`: `mdy` or `dmy` for dates such as
        `4/1/2025`; month first where it is not given and no row decides.
    """
    with path.open("rb") as file:
        names = header_in(file.read(65_536))
    lat, lon = _of(names, _LAT), _of(names, _LON)
    clock = next((c for c in _CLOCKS if c[0] in names and (not c[1] or c[1] in names)), None)
    if not lat or not lon or clock is None:
        return one_bad_file(path, "no columns of a DJI flight record: time, latitude and longitude", source=source)
    low, low_m = with_unit(names, "height_above_takeoff", "OSD.height")
    high, high_m = with_unit(names, "altitude_above_seaLevel", "OSD.altitude")
    ground, ground_m = with_unit(names, "ground_elevation_at_drone_location")
    numeric = [lon, lat, low, high, ground, *(_of(names, n) for n in (_YAW, _PITCH, _ROLL, _SATELLITES))]
    numeric.append("time(millisecond)" if "time(millisecond)" in names else "")
    read: list[tuple[int, list[float], str]] = []
    bad: list[tuple[int, str, str]] = []
    for number, text, row in rows(path):
        if isinstance(row, str):
            bad.append((number, row, text))
            continue
        stamp = f"{row[clock[0]].strip()} {row[clock[1]].strip()}" if clock[1] else row[clock[0]].strip()
        read.append((number, [value(row[n]) if n else np.nan for n in numeric], stamp))
    local, dated = _local([stamp for _, _, stamp in read], str(options.get("date_order", "")))
    number_of = np.array([v for _, v, _ in read], dtype=np.float64).reshape(len(read), len(numeric))
    when = _finer(local, number_of[:, 9])
    bad += [
        (n, "no date and time, or an impossible one", s) for (n, _, s), t in zip(read, when, strict=True) if np.isnat(t)
    ]
    good = ~np.isnat(when)
    if not good.any():
        why = bad[0][1] if bad else "it has no rows"
        return one_bad_file(path, f"no telemetry in this record: {why}", source=source)
    when, v = when[good], number_of[good]
    at = zero_is_unknown(v[:, 0], v[:, 1])
    utc, how, doubt = (when, "UTC, as the record says", "") if clock[2] else local_to_utc(when, at[0], options)
    heights, about = _heights(v[:, 2] * low_m, v[:, 3] * high_m, v[:, 4] * ground_m)
    yaw, pitch, roll, off = _angles(v[:, 5], v[:, 6], v[:, 7])
    hfov, vfov, view = _view(options)
    flights = cut(
        {
            "lon": at[0],
            "lat": at[1],
            **heights,
            "azimuth_deg": yaw,
            "elevation_deg": pitch,
            "roll_deg": roll,
            "hfov_deg": np.full(len(v), hfov),
            "vfov_deg": np.full(len(v), vfov),
            "satellites": v[:, 8],
            "fix": ~(v[:, 8] < FEWEST),
            "platform": "DJI",
            "source": path.name,
            "evidence": flight_read.digest(path),
            "clock": how,
        },
        times=utc,
    )
    aimless = "" if np.isfinite(pitch).any() else "the record does not say where the camera pointed: no footprints"
    return FlightRead(
        flights=flights,
        quarantine=set_aside(source, path.name, sorted(bad)),
        count=Count(rows=len(read) + len(bad) - int((~good).sum()), used=len(v), quarantined=len(bad)),
        doubts=tuple(d for d in (doubt, dated, about, off, aimless, view) if d),
    )


def _of(names: Sequence[str], known: Sequence[str]) -> str:
    return next((n for n in known if n in names), "")


def _local(stamps: Sequence[str], order: str) -> tuple[NDArray[np.datetime64], str]:
    """Give the times as they stand; a doubt where the order of day and month had to be assumed."""
    out = np.full(len(stamps), np.datetime64("NaT"), dtype="datetime64[ms]")
    seen = [tuple(int(p) for p in s.split(" ", 1)[0].split("/")) for s in stamps if _slashed(s)]
    day_first = order == "dmy" or (not order and any(a > 12 for a, _, _ in seen))
    open_ = bool(seen) and not order and not any(a > 12 or b > 12 for a, b, _ in seen)
    for k, stamp in enumerate(stamps):
        text = stamp
        if _slashed(text):
            first, second, year = text.split(" ", 1)[0].split("/")
            day, month = (first, second) if day_first else (second, first)
            text = f"{year}-{month:0>2}-{day:0>2}" + text[len(text.split(" ", 1)[0]) :]
        if clock := HOUR_12.search(text):
            hour = int(clock[1]) % 12 + (12 if clock[5].lower() == "p" else 0)
            fraction = f".{clock[4]}" if clock[4] else ""
            text = f"{text[: clock.start()]}{hour:02d}:{clock[2]}:{clock[3] or '00'}{fraction}"
            text = text if int(clock[1]) <= 12 else ""
        got = instant(text)
        if got is not None:
            out[k] = got[0]
    return (
        out,
        "dates such as 4/1/2025 are read month first, as the export writes them; give `date_order`" if open_ else "",
    )


def _slashed(stamp: str) -> bool:
    parts = stamp.split(" ", 1)[0].split("/")
    return len(parts) == 3 and len(parts[2]) == 4 and all(p.isdecimal() and p.isascii() for p in parts)


def _finer(local: NDArray[np.datetime64], since_ms: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """Give times to the millisecond: the record's clock counts whole seconds, its counter milliseconds.

    The start lies where no row's counter runs ahead of its clock; rows that disagree by more than a second keep the
    clock's time.

    >>> t = np.array(["2025-04-01T12:00:00", "2025-04-01T12:00:00", "2025-04-01T12:00:01"], dtype="datetime64[ms]")
    >>> [str(v)[17:] for v in _finer(t, np.array([0.0, 600.0, 1200.0]))]
    ['00.000', '00.600', '01.200']
    """
    both = np.isfinite(since_ms) & ~np.isnat(local)
    if not both.any():
        return local
    count = np.where(np.isfinite(since_ms), since_ms, 0.0).astype(np.int64)
    start = local[both].astype(np.int64) - count[both]
    middle = int(np.median(start))
    near = start[np.abs(start - middle) <= 1000]
    begin = int(near.max())
    ours = local.astype(np.int64)
    fits = np.isfinite(since_ms) & (np.isnat(local) | (np.abs(begin + count - ours) <= 1100))
    return np.where(fits, (begin + count).astype("datetime64[ms]"), local)


def _heights(low: Any, high: Any, ground: Any) -> tuple[dict[str, Any], str]:
    """Give height and ground in one datum: above the sea with the record's own ground, else above take-off."""
    if (np.isfinite(high) & np.isfinite(ground)).any():
        return {
            "height_m": high,
            "ground_m": ground,
            "datum": "msl",
        }, "the ground's height is the export's terrain model's"
    doubt = "the ground is taken to be as high as the place of take-off"
    if np.isfinite(low).any():
        if np.isfinite(high).any():
            return {"height_m": high, "ground_m": high - low, "datum": "msl"}, doubt
        return {"height_m": low, "ground_m": np.zeros(len(low)), "datum": "takeoff"}, doubt
    if np.isfinite(high).any():
        return {"height_m": high, "datum": "msl"}, "the record does not say how high the ground is"
    return {"height_m": low, "datum": "unknown"}, "the record gives no height with its unit: there are no footprints"


def _angles(yaw: Any, pitch: Any, roll: Any) -> tuple[Any, Any, Any, str]:
    """Give the gimbal's angles where they can be ones."""
    with np.errstate(invalid="ignore"):
        wrong = (np.abs(yaw) > 360) | (pitch < -91) | (pitch > 45) | (np.abs(roll) > 360)
    said = f"{int(wrong.sum())} rows have gimbal angles that no gimbal has: not used" if wrong.any() else ""
    keep = np.where(wrong, np.nan, 1.0)
    return yaw % 360.0 * keep, np.maximum(pitch, -90.0) * keep, roll * keep, said


def _view(options: Mapping[str, Any]) -> tuple[float, float, str]:
    """Give the fields of view that the case states."""
    if "hfov_deg" in options and "vfov_deg" in options:
        return float(options["hfov_deg"]), float(options["vfov_deg"]), "the fields of view are the case's word"
    if "focal_film_mm" in options:
        wide, high = fields_of_view(float(options["focal_film_mm"]))
        return float(wide), float(high), "fields of view follow from the case's focal length, for a 16:9 image"
    return np.nan, np.nan, "the record does not tell the field of view: no footprints, unless `focal_film_mm` is given"
