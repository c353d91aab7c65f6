"""DJI subtitles: position, height and sometimes the gimbal, frame by frame, beside a video.

Three dialects are read: fields in brackets (`[latitude: 50.1] [rel_alt: 20.0 abs_alt: 151.2] [gb_pitch: -45.0]`, with
the maker's spelling `longtitude` too), a line of `GPS(lon,lat,satellites) BAROMETER:h`, and a line of `GPS (lon, lat,
satellites), D 24.2m, H 10.2m`. Times are the device's local time without an offset. Most of these files do not say
where the camera pointed; then there is a track and no footprint, unless the case says how it was mounted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.model.intake import Count
from ceasefire.sources import flight_read
from ceasefire.sources.flight_read import FlightRead, cut, local_to_utc, one_bad_file, set_aside, zero_is_unknown

FORMAT = "dji_srt"

_TIME = re.compile(
    r"(\d{4})[-.](\d{2})[-.](\d{2})[ T](\d{2}):(\d{2}):(\d{2})(?:[.,:](\d{3})(?:[.,:]?\d{1,3})?)?", re.ASCII
)
_FIELD = re.compile(r"\b([a-z_]+)\s*:\s*([-+]?\d+(?:\.\d+)?)", re.ASCII)
_NUMBER = r"\s*([-+]?\d+(?:\.\d+)?|N/A)\s*"
_GPS = re.compile(rf"GPS\s*\({_NUMBER},{_NUMBER},{_NUMBER}\)", re.ASCII)
_BAROMETER = re.compile(r"BAROMETER\s*:\s*([-+]?\d+(?:\.\d+)?)", re.ASCII)
_HEIGHT = re.compile(r"\bH\s+([-+]?\d+(?:\.\d+)?)\s*m", re.ASCII)
_CUE = re.compile(r"\s*\d{2}:\d{2}:\d{2}[,.]\d{3}\s*-->", re.ASCII)

FILM_MM, ASPECT = 43.267, (16.0, 9.0)
"""Diagonal of the film that equivalent focal lengths refer to, millimetres, and the shape of a video's image."""
MAX_BLOCK = 4_000
"""Longest subtitle, characters; what is longer is no telemetry."""


def is_it(start: bytes) -> bool:
    """Tell whether a file begins as such subtitles do.

    >>> is_it(b"1\\r\\n00:00:00,000 --> 00:00:00,033\\r\\n[latitude: 1.0] [longitude: 2.0]"), is_it(b"PK")
    (True, False)
    """
    text = start.decode("utf-8", "replace")
    return bool(_CUE.search(text)) and ("latitude" in text or "GPS" in text)


def fields_of_view(focal_mm: Any) -> tuple[Any, Any]:
    """Give horizontal and vertical field of view, degrees, of a focal length in terms of 35 mm film.

    The diagonal is what makers keep equal; the image is 16 to 9.

    >>> [round(float(v), 1) for v in fields_of_view(24.0)]
    [76.3, 47.7]
    """
    half = 0.5 * FILM_MM / np.asarray(focal_mm, dtype=np.float64)
    size = np.hypot(*ASPECT)
    return tuple(np.degrees(2 * np.arctan(half * side / size)) for side in ASPECT)


def read_flight(path: Path, *, source: str, options: Mapping[str, Any] = {}) -> FlightRead:
    """Read one file of subtitles.

    Parameters
    ----------
    path
        The file.
    source
        Source as named in the case file.
    options
        `clock`: IANA zone or offset of the device's clock. `camera_elevation_deg`: where the camera pointed all the
        time, for files that do not say; -90 is straight down (`camera_azimuth_deg` likewise, 0 where not given).
    """
    elevation = float(options.get("camera_elevation_deg", np.nan))
    azimuth = float(options.get("camera_azimuth_deg", 0.0 if np.isfinite(elevation) else np.nan))
    rows: list[tuple[float, ...]] = []
    times: list[str] = []
    bad: list[tuple[int, str, str]] = []
    for line, text in _blocks(path):
        found = _sample(text)
        if isinstance(found, str):
            bad.append((line, found, text))
        else:
            times.append(found[0])
            rows.append(found[1])
    if not rows:
        why = bad[0][1] if bad else "it has no subtitles"
        return one_bad_file(path, f"no telemetry in these subtitles: {why}", source=source)
    value = np.array(rows, dtype=np.float64)
    lon, lat = zero_is_unknown(value[:, 0], value[:, 1])
    utc, how, doubt = local_to_utc(np.array(times, dtype="datetime64[ms]"), lon, options)
    mounted = np.isfinite(elevation) and not np.isfinite(value[:, 5]).any()
    hfov, vfov = fields_of_view(value[:, 7])
    absolute = np.isfinite(value[:, 3]).any() and np.isfinite(value[:, 2]).any()
    flights = cut(
        {
            "lon": lon,
            "lat": lat,
            "height_m": value[:, 3] if absolute else value[:, 2],
            "ground_m": value[:, 3] - value[:, 2] if absolute else np.zeros(len(rows)),
            "azimuth_deg": np.full(len(rows), azimuth) if mounted else value[:, 4] % 360.0,
            "elevation_deg": np.full(len(rows), elevation) if mounted else value[:, 5],
            "roll_deg": value[:, 6],
            "hfov_deg": hfov,
            "vfov_deg": vfov,
            "satellites": value[:, 8],
            "datum": "msl" if absolute else "takeoff",
            "platform": "DJI",
            "source": path.name,
            "evidence": flight_read.digest(path),
            "clock": how,
        },
        times=utc,
    )
    doubts = [doubt, "the ground is taken to be as high as the place of take-off"]
    if np.isfinite(hfov).any():
        doubts.append("fields of view follow from the focal length, for a 16:9 image without crop")
    if mounted:
        doubts.append(f"the file does not say where the camera pointed: {elevation:g} degrees is the case's word")
    elif not np.isfinite(value[:, 5]).any():
        doubts.append("the file does not say where the camera pointed: there are no footprints")
    return FlightRead(
        flights=flights,
        quarantine=set_aside(source, path.name, bad),
        count=Count(rows=len(rows) + len(bad), used=len(rows), quarantined=len(bad)),
        doubts=tuple(d for d in doubts if d),
    )


def _blocks(path: Path) -> Iterator[tuple[int, str]]:
    """Give each subtitle with the line it begins on; a cue without a blank line before it begins one too."""
    block: list[str] = []
    begin, size = 1, 0
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, raw in enumerate(_lines(file), start=1):
            line = raw.strip("\r\n\0 ")
            starts = line.isdigit() and bool(block) and any("-->" in part for part in block)
            if (not line or starts) and block:
                yield begin, "\n".join(block)[:MAX_BLOCK]
                block, size = [], 0
            if line:
                begin = begin if block else number
                size += len(line)
                if size <= MAX_BLOCK:
                    block.append(line)
    if block:
        yield begin, "\n".join(block)


def _lines(file: Any) -> Iterator[str]:
    """Give lines, none longer than a subtitle may be: a file without line ends must not fill the memory."""
    while line := file.readline(MAX_BLOCK):
        yield line


def _sample(text: str) -> tuple[str, tuple[float, ...]] | str:
    """Give time and values of one subtitle, or say what is wrong with it."""
    when = _TIME.search(text)
    if when is None:
        return "no date and time"
    year, month, day, hour, minute, second, thousandth = when.groups()
    stamp = f"{year}-{month}-{day}T{hour}:{minute}:{second}.{thousandth or '000'}"
    try:
        np.datetime64(stamp, "ms")
    except ValueError:
        return f"an impossible date or time: {stamp}"
    given = {name: float(number) for name, number in _FIELD.findall(text)}
    lon = given.get("longitude", given.get("longtitude", np.nan))
    lat, low, high, satellites = given.get("latitude", np.nan), np.nan, np.nan, np.nan
    if "latitude" in given:
        low, high = given.get("rel_alt", np.nan), given.get("abs_alt", given.get("altitude", np.nan))
    elif at := _GPS.search(text):
        lon, lat, satellites = (np.nan if v == "N/A" else float(v) for v in at.groups())
        above = _BAROMETER.search(text) or _HEIGHT.search(text)
        low = float(above[1]) if above else np.nan
    else:
        return "no position"
    focal = given.get("focal_len", np.nan)
    focal = focal / 10.0 if focal >= 200.0 and float(focal).is_integer() else focal  # some write tenths of a millimetre
    focal = focal if focal > 0 else np.nan
    gimbal = (given.get(f"gb_{name}", np.nan) for name in ("yaw", "pitch", "roll"))
    return stamp, (lon, lat, low, high, *gimbal, focal, satellites)
