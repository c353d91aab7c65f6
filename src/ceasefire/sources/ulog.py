"""PX4 logs (ULog): the receiver, the estimated position, the attitude, the gimbal and the camera's shutter.

Read through pyulog, which keeps only the topics that are asked for, so memory follows them and not the file. A log that
ends in the middle is read as far as it goes; damaged bytes are stepped over to the next mark in the file and told.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.errors import MissingExtra
from ceasefire.model.intake import Count
from ceasefire.sources.autopilot import Log, columns
from ceasefire.sources.camera_mount import BODY, LEVEL, NORTH, camera_of, turned
from ceasefire.sources.flight_read import FlightRead, cut, digest, one_bad_file, set_aside
from ceasefire.sources.log_clock import clock_of, off_clock

Array = NDArray[np.float64]
Topic = Mapping[str, NDArray[Any]]

FORMAT = "ulog"
START = b"ULog\x01\x12\x35"

MAX_BYTES = 4_000_000_000
"""Largest log read: at 20 MB/s of this library, four minutes; a day's flying writes less."""
MAX_FIELDS = 4_000
"""Most fields of one topic; real ones have some hundred. A damaged definition can ask for billions."""
AGAIN = 8
"""A sound log is read once over; a damaged one may be stepped back in, but not for ever."""

RECEIVER = ("vehicle_gps_position", "sensor_gps")
OTHERS = (
    "vehicle_global_position",
    "vehicle_attitude",
    "gimbal_device_attitude_status",
    "mount_orientation",
    "camera_capture",
    "camera_trigger",
    "home_position",
)
YAW_LOCK, YAW_IN_VEHICLE, YAW_IN_EARTH = 16, 32, 64
"""Flags of a gimbal's turn (MAVLink GIMBAL_DEVICE_FLAGS)."""


def is_it(start: bytes) -> bool:
    """Tell whether a file begins as a ULog does.

    >>> is_it(b"ULog\\x01\\x12\\x35\\x01" + bytes(8)), is_it(b"PK")
    (True, False)
    """
    return start.startswith(START)


class _Bounded(io.BufferedReader):
    """A file that refuses to be read many times over: damage can lead the library in a circle."""

    left = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.left -= len(data) + 1
        if self.left < 0:
            raise _Circle("damaged so that it leads in a circle")
        return data


class _Circle(Exception):
    pass


@np.errstate(invalid="ignore", over="ignore")  # damaged numbers become NaN and infinity, and are told apart later
def read_flight(path: Path, *, source: str, options: Mapping[str, Any] = {}) -> FlightRead:
    """Read one log.

    Parameters
    ----------
    path
        The file.
    source
        Source as named in the case file.
    options
        `camera`: how it is mounted, see `camera_mount.Camera`; without it a log that has no gimbal gives a track and no
        footprints. `start`: UTC of the log's first row, for a log whose receiver never knew the time.

    Raises
    ------
    MissingExtra
        pyulog is not installed.
    ValueError
        An option that cannot be read.
    """
    camera = camera_of(options)
    size = path.stat().st_size
    if size > MAX_BYTES:
        return one_bad_file(path, f"{size / 1e9:.1f} GB: logs up to {MAX_BYTES / 1e9:.0f} GB are read", source=source)
    found = _load(path, size)
    if isinstance(found, str):
        return one_bad_file(path, found, source=source)
    topics, facts, damage = found
    rows = _receiver(topics)
    if rows is None:
        return one_bad_file(path, f"a log without position: it has no row of {' or '.join(RECEIVER)}", source=source)
    log, doubts = rows
    _beside(log, topics, doubts, int(facts.pop("MNT_DO_STAB", "0")))
    bad = off_clock(log.clock_s)
    aside = [
        (k + 1, "a time that the log's clock cannot have there", str(log.clock_s[k]))
        for k in np.flatnonzero(bad).tolist()
    ]
    aside += [(0, reason, "") for reason in damage]
    clock = clock_of(log.clock_s[~bad], log.utc_s[~bad], options)
    if clock is None:
        return one_bad_file(path, "its receiver never knew the time of day: give `start`", source=source)
    times, made, more = columns(log.only(~bad), camera)
    flights = cut(
        made
        | {"datum": "msl", "platform": facts.get("hardware", "PX4"), "source": path.name}
        | {"evidence": digest(path), "clock": clock.words},
        times=np.round((times + clock.zero_s) * 1000).astype("datetime64[ms]"),
    )
    used = sum(len(f) for f in flights)
    return FlightRead(
        flights=flights,
        quarantine=set_aside(source, path.name, aside),
        count=Count(rows=used + len(aside), used=used, quarantined=len(aside)),
        doubts=tuple(dict.fromkeys([*doubts, *clock.doubts, *more])),
        facts=facts,
    )


def _load(path: Path, size: int) -> tuple[dict[str, list[Topic]], dict[str, str], list[str]] | str:
    """Give topics by name, facts and damage; or say why the file is no log."""
    try:
        from pyulog import ULog
    except ImportError as error:
        raise MissingExtra("PX4 logs are read with the extra: pip install 'ceasefire[drone]'") from error
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            with _Bounded(path.open("rb", buffering=0)) as file:
                file.left = AGAIN * size + 100_000
                head = ULog(file, parse_header_only=True)
            for name in (*RECEIVER, *OTHERS):
                _check_fields(head.message_formats, name)
            with _Bounded(path.open("rb", buffering=0)) as file:
                file.left = AGAIN * size + 100_000
                whole = ULog(file, [*RECEIVER, *OTHERS])
    except _Circle as error:
        return f"{error}: nothing of it can be relied on"
    except Exception as error:  # noqa: BLE001 - the library raises what it happens to meet in a damaged file
        return f"not a readable ULog: {type(error).__name__}: {str(error)[:200]}"
    topics: dict[str, list[Topic]] = {}
    damage = []
    for data in whole.data_list:
        if "timestamp" in data.data:
            topics.setdefault(data.name, []).append(data.data)
        else:
            damage.append(f"the definition of {data.name} has no time: its rows are not used")
    if whole.file_corruption or "orrupt" in said.getvalue():
        damage.append("damaged bytes in the log: what could be found before and after them was read")
    facts = {"system": str(whole.msg_info_dict.get("sys_name", ""))[:100]}
    facts["hardware"] = str(whole.msg_info_dict.get("ver_hw", "PX4"))[:100]
    if whole.dropouts:
        lost = sum(d.duration for d in whole.dropouts) / 1000.0
        facts["dropouts"] = f"{len(whole.dropouts)}, {lost:.2f} s in which the logger could not keep up"
    steady = whole.initial_parameters.get("MNT_DO_STAB", 0)
    facts["MNT_DO_STAB"] = str(int(steady)) if isinstance(steady, int) else "0"
    return topics, facts, damage


def _check_fields(formats: Mapping[str, Any], name: str, depth: int = 0) -> int:
    """Count the fields of a topic before the library spreads them out."""
    if depth > 8:
        raise ValueError(f"the definition of {name} holds itself")
    if name not in formats:
        return 0
    total = 0
    for kind, length, _ in formats[name].fields:
        total += max(length, 1) * (_check_fields(formats, kind, depth + 1) if kind in formats else 1)
        if total > MAX_FIELDS:
            raise ValueError(f"the definition of {name} has more than {MAX_FIELDS} fields")
    return total


def _seconds(topic: Topic) -> Array:
    return np.asarray(topic["timestamp"], dtype=np.float64) / 1e6


def _get(topic: Topic, *names: str) -> Array:
    """Give the first of these fields that the topic has, NaN where it has none."""
    for name in names:
        if name in topic:
            return np.asarray(topic[name], dtype=np.float64)
    return np.full(len(topic["timestamp"]), np.nan)


def _place(topic: Topic) -> tuple[Array, Array, Array]:
    """Give longitude, latitude and height: old logs have whole numbers of 1e-7 degrees and millimetres."""
    if "latitude_deg" in topic:
        return _get(topic, "longitude_deg"), _get(topic, "latitude_deg"), _get(topic, "altitude_msl_m")
    lon, lat, height = (_get(topic, name) for name in ("lon", "lat", "alt"))
    if np.issubdtype(topic["lat"].dtype, np.integer) if "lat" in topic else False:
        return lon / 1e7, lat / 1e7, height / 1e3
    return lon, lat, height


def _receiver(topics: Mapping[str, list[Topic]]) -> tuple[Log, list[str]] | None:
    """Give the rows of the receiver: of the one that the autopilot uses where it says, else of the busiest."""
    doubts = []
    for name in RECEIVER:
        told = [t for t in topics.get(name, []) if "timestamp" in t]
        if not told:
            continue
        best = max(told, key=lambda t: len(t["timestamp"]))
        if len(told) > 1:
            doubts.append(f"{len(told)} receivers: the one with most messages is used")
        lon, lat, height = _place(best)
        state, spoof = _get(best, "jamming_state"), _get(best, "spoofing_state")
        graded = np.select([state == 1, state == 2, state == 3], [0.0, 0.5, 1.0], np.nan)
        level = np.clip(_get(best, "jamming_indicator") / 255.0, 0.0, 1.0)
        utc = _get(best, "time_utc_usec") / 1e6
        log = Log(
            clock_s=_seconds(best),
            lon=lon,
            lat=lat,
            height_m=height,
            fix=_get(best, "fix_type") >= 3,
            utc_s=np.where(utc > 0, utc, np.nan),
            more={
                "satellites": _get(best, "satellites_used"),
                "jamming": np.fmax(graded, level),
                "spoofing": np.select([spoof == 1, spoof == 2, spoof == 3], [0.0, 0.5, 1.0], np.nan),
                "position_sigma_m": _get(best, "eph") / np.sqrt(2.0),
                "height_sigma_m": _get(best, "epv"),
            },
        )
        return log, doubts
    return None


def _beside(log: Log, topics: Mapping[str, list[Topic]], doubts: list[str], steady: int) -> None:
    """Put beside the receiver what else the log has."""
    for topic in topics.get("vehicle_global_position", [])[:1]:
        log.estimate_s, log.estimate = _seconds(topic), np.stack(_place(topic), axis=-1)
    for topic in topics.get("vehicle_attitude", [])[:1]:
        log.attitude_s, log.attitude = _seconds(topic), _turns(topic)
    for topic in topics.get("home_position", [])[:1]:
        height = _get(topic, "alt")
        log.ground_m = float(height[0]) if np.isfinite(height[:1]).any() else float("nan")
    for topic in topics.get("gimbal_device_attitude_status", [])[:1]:
        flags = np.nan_to_num(_get(topic, "device_flags")).astype(np.int64)
        told = (flags & (YAW_IN_VEHICLE | YAW_IN_EARTH)) > 0
        north = np.where(told, (flags & YAW_IN_EARTH) > 0, (flags & YAW_LOCK) > 0)
        log.gimbal_s, log.gimbal, log.frame = _seconds(topic), _turns(topic), np.where(north, NORTH, LEVEL)
    if not len(log.gimbal_s):
        for topic in topics.get("mount_orientation", [])[:1]:
            angles = [_get(topic, f"attitude_euler_angle[{k}]") for k in range(3)]
            log.gimbal_s, log.gimbal = _seconds(topic), turned(*angles)
            log.frame = np.full(len(log.gimbal_s), BODY if steady else LEVEL)
            doubts.append("the gimbal's angles are those it was told to take, not those it reports")
    for name in ("camera_capture", "camera_trigger"):
        if topics.get(name) and not len(log.pictures_s):
            log.pictures_s = np.concatenate([_seconds(t) for t in topics[name]])


def _turns(topic: Topic) -> Array:
    return np.stack([_get(topic, f"q[{k}]") for k in range(4)], axis=-1)
