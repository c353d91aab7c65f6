"""Photos from drones: where, when and whereto each was taken, by EXIF and the makers' XMP; one folder, its flights.

A photo stands for itself: it counts as `LASTS_S` seconds of looking. Times are the satellite receiver's where the photo
has them; the offset of the camera's clock against them is estimated over all photos together and used for the rest.
Photos of one camera are one record. Faces, plates and persons are not looked for: no pixel is decoded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.errors import MissingExtra
from ceasefire.geo.flight import Flight
from ceasefire.model.intake import Count
from ceasefire.model.records import Quarantined
from ceasefire.model.table import Table
from ceasefire.sources import flight_read
from ceasefire.sources.flight_read import FlightRead, with_doubts, zero_is_unknown
from ceasefire.sources.photo_attitude import attitude, maker
from ceasefire.sources.photo_clock import UNKNOWN, clocks, utc_of
from ceasefire.sources.photo_optics import field_of_view
from ceasefire.sources.photo_tags import number, tags, words

FORMAT = "photos"
LASTS_S = 10.0
"""Seconds of looking that one photo stands for: it can be searched at leisure. Stated."""


@dataclass
class _Shot:
    """One photo as read."""

    name: str
    digest: str
    platform: str
    camera_of: str
    """Make and model as they stand, to tell cameras apart; never given out."""
    gps: np.datetime64 = UNKNOWN
    camera: np.datetime64 = UNKNOWN
    offset_min: float = float("nan")
    value: dict[str, float] = field(default_factory=dict)
    ellipsoid: bool = False
    doubts: tuple[str, ...] = ()


def is_it(start: bytes) -> bool:
    """Tell whether a file begins as a picture that can carry such tags.

    >>> is_it(b"\\xff\\xd8\\xff\\xe1"), is_it(b"II*\\0"), is_it(b"1\\r\\n00:00")
    (True, True, False)
    """
    return start.startswith((b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"\x89PNG\r\n")) or (
        start.startswith(b"RIFF") and start[8:12] == b"WEBP"
    )


def read_flight(path: Path, *, source: str, options: Mapping[str, Any] = {}) -> FlightRead:
    """Read one photo; the parameters are those of `read_photos`."""
    return read_photos([path], source=source, options=options)


def read_photos(paths: Sequence[Path], *, source: str, options: Mapping[str, Any] = {}) -> FlightRead:
    """Read photos, join those of one camera to flights, earliest first.

    Parameters
    ----------
    paths
        The photos, in any order.
    source
        Source as named in the case file.
    options
        `clock`: IANA zone or offset of the camera's clock, for photos that do not say.

    Returns
    -------
    Flights, in whose `facts` stands each photo's name with its time (UTC) and SHA-256; `evidence` of a flight is the
    SHA-256 of the digests of its photos, in order, one a line (of one photo, its own).
    """
    shots: list[_Shot] = []
    bad: list[tuple[str, str]] = []
    for path in paths:
        got = _shot(path)
        if isinstance(got, str):
            bad.append((path.name, got))
        else:
            shots.append(got)
    flights: list[Flight] = []
    doubts: list[str] = []
    facts: dict[str, str] = {}
    for camera in sorted({s.camera_of for s in shots}):
        of_one = [s for s in shots if s.camera_of == camera]
        lon = np.array([s.value["lon"] for s in of_one])
        utc, how, said = utc_of([(s.gps, s.camera, s.offset_min) for s in of_one], lon, options)
        timed = ~np.isnat(utc)
        bad += [(s.name, "no date and time") for s, ok in zip(of_one, timed, strict=True) if not ok]
        of_one, utc = [s for s, ok in zip(of_one, timed, strict=True) if ok], utc[timed]
        if not of_one:
            continue
        order = np.argsort(utc, kind="stable")
        of_one, utc = [of_one[k] for k in order], utc[order]
        flights += _flights(of_one, utc, how)
        facts |= {f"photo {s.name}": f"{t}Z {s.digest}" for s, t in zip(of_one, utc, strict=True)}
        doubts += [*said, *_counted(of_one)]
    if flights:
        doubts.append(f"a photo counts as {LASTS_S:g} s of looking")
    rows = [Quarantined(source=source, granule=name, line=0, reason=reason, row="") for name, reason in bad]
    read = FlightRead(
        flights=tuple(sorted(flights, key=lambda f: f.times[0].astype(np.int64))),
        quarantine=Table.of(Quarantined, rows),
        count=Count(rows=len(paths), used=len(paths) - len(bad), quarantined=len(bad)),
        facts=facts,
    )
    return with_doubts(read, *doubts)


def _shot(path: Path) -> _Shot | str:
    """Read one photo, or say why it cannot be used."""
    try:
        found, doubts = tags(path)
        digest = flight_read.digest(path)
    except MissingExtra:
        raise
    except ValueError as error:
        return str(error)
    except OSError as error:
        return f"reading broke off: {error.strerror}"
    azimuth, elevation, roll, doubt = attitude(found)
    hfov, vfov, optics = field_of_view(found, roll)
    lon, lat = _place(found)
    gps, camera, offset = clocks(found)
    if np.isnat(gps) and np.isnat(camera):
        known = np.isfinite(lon) or maker(found)
        return "no date and time" if known else "no metadata: neither time nor place, often because it was sent by chat"
    high, low = _heights(found)
    sigma = max(number(found.get("drone-dji:rtkstdlat")), number(found.get("drone-dji:rtkstdlon")))
    value = {
        "lon": lon,
        "lat": lat,
        "high": high,
        "low": low,
        "azimuth_deg": azimuth,
        "elevation_deg": elevation,
        "roll_deg": roll,
        "hfov_deg": hfov,
        "vfov_deg": vfov,
        "position_sigma_m": _first(sigma, number(found.get("camera:gpsxyaccuracy"))),
        "height_sigma_m": _first(number(found.get("drone-dji:rtkstdhgt")), number(found.get("camera:gpszaccuracy"))),
    }
    ellipsoid = words(found.get("drone-dji:altitudetype")).lower() == "rtkalt" or number(
        found.get("gps_height_ref")
    ) in (2, 3)
    said = tuple(d for d in (doubt, optics, *doubts) if d)
    one = f"{words(found.get('make'))}|{words(found.get('model'))}"
    return _Shot(path.name, digest, _platform(found), one, gps, camera, offset, value, ellipsoid, said)


def _platform(found: Mapping[str, Any]) -> str:
    """Give make and model, letters and digits only, of makers that are known: others could hold anything."""
    make = maker(found)
    if not make:
        return "camera"
    model = re.sub(r"[^A-Za-z0-9 +._-]", "", words(found.get("model")))[:30].strip()
    name = {"dji": "DJI", "hasselblad": "DJI", "parrot": "Parrot", "autel": "Autel"}[make]
    return name if not model else model if model.lower().startswith(name.lower()) else f"{name} {model}"


def _place(found: Mapping[str, Any]) -> tuple[float, float]:
    """Give longitude and latitude: the maker's, which have more digits, else those of EXIF."""
    lat = _first(*(number(found.get(f"drone-dji:{n}")) for n in ("gpslatitude", "latitude")))
    lon = _first(*(number(found.get(f"drone-dji:{n}")) for n in ("gpslongitude", "gpslongtitude", "longitude")))
    if not (np.isfinite(lat) and np.isfinite(lon)) or (lat == 0 and lon == 0):
        lat = _degrees(found.get("gps_lat"), words(found.get("gps_lat_ref")), "NS")
        lon = _degrees(found.get("gps_lon"), words(found.get("gps_lon_ref")), "EW")
    at = zero_is_unknown(np.array([lon]), np.array([lat]))
    return float(at[0][0]), float(at[1][0])


def _degrees(value: Any, side: str, sides: str) -> float:
    """Give degrees of EXIF's degrees, minutes, seconds; a side that is not given is not guessed."""
    if not isinstance(value, (tuple, list)) or len(value) != 3 or side.upper()[:1] not in tuple(sides):
        return float("nan")
    parts = [number(v) for v in value]
    parts = [p if np.isfinite(p) else 0.0 if k else p for k, p in enumerate(parts)]  # some write 0/0 for no seconds
    return (parts[0] + parts[1] / 60 + parts[2] / 3600) * (-1 if side.upper()[0] == sides[1] else 1)


def _heights(found: Mapping[str, Any]) -> tuple[float, float]:
    """Give the height in its datum and the height above the place of take-off or the ground; NaN where not known."""
    exif = number(found.get("gps_height"))
    ref = found.get("gps_height_ref")
    below = number(ref[0] if isinstance(ref, bytes) and ref else ref) in (1, 3)
    high = _first(number(found.get("drone-dji:absolutealtitude")), number(found.get("drone:absolutealtitude")))
    names = ("drone-dji:relativealtitude", "drone:relativealtitude", "camera:abovegroundaltitude")
    return _first(high, -exif if below else exif), _first(*(number(found.get(name)) for name in names))


def _flights(shots: list[_Shot], utc: NDArray[np.datetime64], how: str) -> list[Flight]:
    """Make flights of photos of one camera, in the order of time; heights in one datum."""
    value = {name: np.array([s.value[name] for s in shots]) for name in shots[0].value}
    high, low = value.pop("high"), value.pop("low")
    has = np.isfinite(value["lon"])
    absolute = np.isfinite(high[has]).mean() >= np.isfinite(low[has]).mean() if has.any() else True
    datum = "takeoff" if not absolute else "ellipsoid" if all(s.ellipsoid for s in shots) else "msl"
    made: list[Flight] = []
    for at in flight_read.stretches(utc):
        digests = [shots[k].digest for k in at]
        names = [shots[k].name for k in at]
        columns = {
            **{name: v[at] for name, v in value.items()},
            "height_m": (high if absolute else low)[at],
            "ground_m": (high - low if absolute else np.zeros(len(shots)))[at],
            "lasts_s": np.full(len(at), LASTS_S),
        }
        texts = {
            "datum": datum,
            "platform": shots[0].platform,
            "source": names[0] if len(names) == 1 else f"{len(names)} photos, {names[0]} to {names[-1]}",
            "evidence": digests[0] if len(digests) == 1 else sha256("\n".join(digests).encode()).hexdigest(),
            "clock": how,
        }
        made.append(Flight.of(times=utc[at], **columns, **texts))
    return made


def _counted(shots: list[_Shot]) -> list[str]:
    """Give each doubt once, with how many of the photos it is about."""
    kinds = dict.fromkeys(d for s in shots for d in s.doubts)
    out = [f"{doubt} ({sum(doubt in s.doubts for s in shots)} of {len(shots)} photos)" for doubt in kinds]
    flat = sum(bool(np.isfinite(s.value["high"]) and np.isfinite(s.value["low"])) for s in shots)
    if flat:
        out.append("the ground is taken to be as high as the place of take-off, where the photo does not say")
    return out


def _first(*values: float) -> float:
    """Give the first that is a number."""
    return next((v for v in values if np.isfinite(v)), float("nan"))
