"""MAVLink telemetry logs (`.tlog`): what a ground station received, each message with the station's time before it.

One log may hold several vehicles: each becomes flights of its own. The station's clock is compared with the vehicle's
UTC (SYSTEM_TIME), and its offset is taken off.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.flight import Flight
from ceasefire.model.intake import Count
from ceasefire.sources.autopilot import Log, columns
from ceasefire.sources.camera_mount import LEVEL, NORTH, Camera, camera_of, turned
from ceasefire.sources.flight_read import FlightRead, cut, digest, one_bad_file, set_aside, stretches
from ceasefire.sources.log_clock import SINCE, UNTIL
from ceasefire.sources.mavlink_frames import LONG, SHORT, STAMP, Message, plausible, walk_through

Array = NDArray[np.float64]

Rows = list[tuple[float, dict[str, Any]]]

FORMAT = "mavlink_tlog"
MAX_BYTES = 16_000_000_000
YAW_LOCK, YAW_IN_VEHICLE, YAW_IN_EARTH = 16, 32, 64
"""Flags of a gimbal's turn (MAVLink GIMBAL_DEVICE_FLAGS)."""
STATIONS = 250
"""Systems with higher numbers are ground stations by convention."""


def is_it(start: bytes) -> bool:
    """Tell whether a file begins as such a log does: a time of this century, then a frame.

    >>> is_it((1_743_500_000_000_000).to_bytes(8, "big") + bytes([0xFD, 9])), is_it(b"PK" + bytes(20))
    (True, False)
    """
    return len(start) > STAMP and start[STAMP] in (SHORT, LONG) and plausible(start[:STAMP])


@np.errstate(invalid="ignore", over="ignore")  # damaged numbers become NaN and infinity, and are told apart later
def read_flight(path: Path, *, source: str, options: Mapping[str, Any] = {}) -> FlightRead:
    """Read one log; messages that are damaged are set aside, with what lies between frames.

    Parameters
    ----------
    path
        The file.
    source
        Source as named in the case file.
    options
        `camera`, as in `ulog.read_flight`.

    Raises
    ------
    MissingExtra
        pymavlink is not installed.
    ValueError
        An option that cannot be read.
    """
    camera = camera_of(options)
    if path.stat().st_size > MAX_BYTES:
        return one_bad_file(path, f"larger than {MAX_BYTES / 1e9:.0f} GB", source=source)
    walk = walk_through(path)
    if not walk.frames:
        return one_bad_file(path, "no MAVLink frame with a time before it", source=source)
    flights: list[Flight] = []
    doubts: list[str] = []
    texts = {"source": path.name, "evidence": digest(path)}
    for system in sorted({s for s, _ in walk.messages if s < STATIONS}):
        own = [m for s, m in walk.messages if s == system]
        times = np.array([m[0] for m in own])
        for part in stretches(np.round(times * 1000).astype("datetime64[ms]")):
            made = _flights([own[k] for k in part], camera, doubts, texts | {"platform": f"system {system}"})
            flights += made
    if not flights:
        return one_bad_file(path, "a log without position: no vehicle sent GPS_RAW_INT", source=source)
    used = sum(len(f) for f in flights)
    return FlightRead(
        flights=tuple(sorted(flights, key=lambda f: f.times[0].astype(np.int64))),
        quarantine=set_aside(source, path.name, walk.aside),
        count=Count(rows=used + len(walk.aside), used=used, quarantined=len(walk.aside)),
        doubts=tuple(dict.fromkeys(doubts)),
        facts={"frames": str(walk.frames)},
    )


def _flights(own: list[Message], camera: Camera | None, doubts: list[str], texts: dict[str, str]) -> tuple[Flight, ...]:
    """Give the flights of one vehicle in one stretch of time."""
    by: dict[str, Rows] = {}
    for time, kind, message in own:
        by.setdefault(kind, []).append((time, message))
    if "GPS_RAW_INT" not in by:
        return ()
    log = _log(by)
    ahead, words = _station(by.get("SYSTEM_TIME", []), doubts)
    times, made, more = columns(log, camera)
    doubts += more
    return cut(
        made | texts | {"datum": "msl", "clock": words},
        times=np.round((times - ahead) * 1000).astype("datetime64[ms]"),
    )


def _station(told: Rows, doubts: list[str]) -> tuple[float, str]:
    """Give how far the station's clock is ahead of the vehicle's UTC, seconds, and say so."""
    known = [(t, m["time_unix_usec"] / 1e6) for t, m in told if SINCE <= m["time_unix_usec"] / 1e6 < UNTIL]
    if not known:
        doubts.append("no SYSTEM_TIME with a time of day: the ground station's clock is taken for UTC")
        return 0.0, "the ground station's clock, taken for UTC"
    away = np.array([a - b for a, b in known])
    middle = float(np.median(away))
    near = np.abs(away - middle) <= 1.0
    if not near.all():
        doubts.append(
            f"the ground station's clock and the vehicle's went apart by more than 1 s in {int((~near).sum())} of "
            f"{len(near)} messages"
        )
    spread = 1.4826 * 1000 * float(np.median(np.abs(away - middle)))
    return middle, (
        f"the ground station's clock less {middle:+.3f} s, which it was ahead of the vehicle's UTC with the delay of "
        f"the link ({len(known)} messages, spread {spread:.0f} ms)"
    )


def _column(rows: Rows, name: str, *, unknown: float = float("nan"), scale: float = 1.0) -> Array:
    values = np.array([float(m[name]) for _, m in rows])
    return np.where(values == unknown, np.nan, values) / scale


def _log(by: Mapping[str, Rows]) -> Log:
    raw = by["GPS_RAW_INT"]
    log = Log(
        clock_s=np.array([t for t, _ in raw]),
        lon=_column(raw, "lon", scale=1e7),
        lat=_column(raw, "lat", scale=1e7),
        height_m=_column(raw, "alt", scale=1e3),
        fix=_column(raw, "fix_type") >= 3,
        more={
            "satellites": _column(raw, "satellites_visible", unknown=255),
            "position_sigma_m": _column(raw, "h_acc", unknown=0, scale=1e3 * np.sqrt(2.0)),
            "height_sigma_m": _column(raw, "v_acc", unknown=0, scale=1e3),
        },
    )
    said = by.get("GNSS_INTEGRITY", [])
    for column, name in (("jamming", "jamming_state"), ("spoofing", "spoofing_state")):
        if said:
            state = _column(said, name)
            level = np.select([state == 1, state == 2, state == 3], [0.0, 0.5, 1.0], np.nan)
            at = np.searchsorted([t for t, _ in said], log.clock_s, side="right") - 1
            log.more[column] = np.where(at >= 0, level[np.clip(at, 0, None)], np.nan)
    if rows := by.get("GLOBAL_POSITION_INT", []):
        log.estimate_s = np.array([t for t, _ in rows])
        parts = [_column(rows, name, scale=s) for name, s in (("lon", 1e7), ("lat", 1e7), ("alt", 1e3))]
        log.estimate = np.stack(parts, axis=-1)
        home = _column(rows, "alt", scale=1e3) - _column(rows, "relative_alt", scale=1e3)
        log.ground_m = float(np.median(home))
    if rows := by.get("ATTITUDE", []):
        log.attitude_s = np.array([t for t, _ in rows])
        log.attitude = turned(*(_column(rows, name) for name in ("roll", "pitch", "yaw")))
    if rows := by.get("GIMBAL_DEVICE_ATTITUDE_STATUS", []):
        flags = np.array([int(m["flags"]) for _, m in rows])
        named = (flags & (YAW_IN_VEHICLE | YAW_IN_EARTH)) > 0
        north = np.where(named, (flags & YAW_IN_EARTH) > 0, (flags & YAW_LOCK) > 0)
        log.gimbal_s = np.array([t for t, _ in rows])
        log.gimbal = np.array([m["q"] for _, m in rows], dtype=np.float64)
        log.frame = np.where(north, NORTH, LEVEL)
    elif rows := by.get("MOUNT_ORIENTATION", []):
        log.gimbal_s = np.array([t for t, _ in rows])
        log.gimbal = turned(*(np.radians(_column(rows, name)) for name in ("roll", "pitch", "yaw")))
        log.frame = np.full(len(rows), LEVEL)
    for name in ("CAMERA_FEEDBACK", "CAMERA_IMAGE_CAPTURED", "CAMERA_TRIGGER"):
        if by.get(name) and not len(log.pictures_s):
            log.pictures_s = np.array([t for t, _ in by[name]])
    return log
