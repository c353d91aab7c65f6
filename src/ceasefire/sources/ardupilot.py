"""ArduPilot's own logs (DataFlash `.bin`): receiver, estimated position, attitude, mount and shutter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.model.intake import Count
from ceasefire.sources.autopilot import Log, columns
from ceasefire.sources.camera_mount import LEVEL, NORTH, camera_of, turned
from ceasefire.sources.dataflash import FMT, HEAD, Topic, topics_of, walk_through
from ceasefire.sources.flight_read import FlightRead, cut, digest, one_bad_file, set_aside
from ceasefire.sources.log_clock import clock_of, off_clock, utc_of_week

Array = NDArray[np.float64]

FORMAT = "ardupilot"
MAX_BYTES = 16_000_000_000


def is_it(start: bytes) -> bool:
    """Tell whether a file begins as a DataFlash log does: with the description of its descriptions.

    >>> is_it(bytes([0xA3, 0x95, 0x80, 0x80, 89]) + b"FMT"), is_it(b"PK")
    (True, False)
    """
    return start.startswith(HEAD + bytes([FMT])) or start[:4096].count(HEAD + bytes([FMT])) > 1


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
        `camera` and `start`, as in `ulog.read_flight`.

    Raises
    ------
    ValueError
        An option that cannot be read.
    """
    camera = camera_of(options)
    if path.stat().st_size > MAX_BYTES:
        return one_bad_file(path, f"larger than {MAX_BYTES / 1e9:.0f} GB", source=source)
    walk = walk_through(path)
    if not walk.messages:
        return one_bad_file(path, "no message of a DataFlash log in it", source=source)
    topics = topics_of(walk)
    log, doubts = _receiver(topics)
    if log is None:
        return one_bad_file(path, "a log without position: it has no GPS message", source=source)
    _beside(log, topics, doubts)
    bad = off_clock(log.clock_s)
    aside = [
        (k + 1, "a time that the log's clock cannot have there", str(log.clock_s[k]))
        for k in np.flatnonzero(bad).tolist()
    ]
    clock = clock_of(log.clock_s[~bad], log.utc_s[~bad], options)
    if clock is None:
        return one_bad_file(path, "its receiver never knew the time of day: give `start`", source=source)
    times, made, more = columns(log.only(~bad), camera)
    flights = cut(
        made
        | {"datum": "msl", "platform": "ArduPilot", "source": path.name, "evidence": digest(path)}
        | {"clock": f"{clock.words}; satellite time less its leap seconds (18 since 2017)"},
        times=np.round((times + clock.zero_s) * 1000).astype("datetime64[ms]"),
    )
    aside += walk.aside
    used = sum(len(f) for f in flights)
    return FlightRead(
        flights=flights,
        quarantine=set_aside(source, path.name, aside),
        count=Count(rows=used + len(aside), used=used, quarantined=len(aside)),
        doubts=tuple(dict.fromkeys([*doubts, *clock.doubts, *more])),
        facts={"messages": str(walk.messages), "damaged_bytes": str(walk.damaged)},
    )


def _seconds(topic: Topic) -> Array:
    return topic["TimeUS"] / 1e6 if "TimeUS" in topic else topic["TimeMS"] / 1e3


def _get(topic: Topic, *names: str) -> Array:
    for name in names:
        if name in topic:
            return topic[name]
    return np.full(len(next(iter(topic.values()))), np.nan)


def _where(topic: Topic, which: Any) -> Topic:
    return {name: values[which] for name, values in topic.items()}


def _receiver(topics: Mapping[str, Topic]) -> tuple[Log | None, list[str]]:
    """Give the rows of the receiver in use, with its accuracy and what it says of interference."""
    if "GPS" not in topics:
        return None, []
    gps, doubts = topics["GPS"], []
    number = _get(gps, "I")
    several = np.unique(number[np.isfinite(number)])
    if len(several) > 1:
        used = _get(gps, "U")
        keep = used == 1 if (used == 1).any() else number == several[0]
        doubts.append(f"{len(several)} receivers: rows of the one in use are read")
        gps = _where(gps, keep)
    clock = gps["T"] / 1e3 if "TimeMS" in gps and "T" in gps else _seconds(gps)
    week, ms = _get(gps, "GWk", "Week"), _get(gps, "GMS", "TimeMS")
    more = {"satellites": _get(gps, "NSats")}
    for kind, name, column, scale in (
        ("GPA", "HAcc", "position_sigma_m", np.sqrt(2.0)),
        ("GPA", "VAcc", "height_sigma_m", 1.0),
        ("UBX1", "jamInd", "jamming", 255.0),
    ):
        if kind in topics and name in topics[kind]:
            beside = topics[kind]
            who = _get(beside, "I", "Instance")
            if len(several) > 1 and len(np.unique(who)) > 1:
                named, times = np.unique(gps["I"], return_counts=True)
                beside = _where(beside, who == named[np.argmax(times)])
            more[column] = _last(_seconds(beside), beside[name] / scale, clock)
    log = Log(
        clock_s=clock,
        lon=_get(gps, "Lng"),
        lat=_get(gps, "Lat"),
        height_m=_get(gps, "Alt"),
        fix=_get(gps, "Status") >= 3,
        utc_s=utc_of_week(week, ms),
        more=more,
    )
    return log, doubts


def _last(times: Array, values: Array, when: Array, *, within_s: float = 5.0) -> Array:
    """Give the last value before each time, NaN where there is none within some seconds."""
    keep = ~off_clock(times)
    order = np.argsort(times[keep], kind="stable")
    t, v = times[keep][order], values[keep][order]
    if not len(t):
        return np.full(len(when), np.nan)
    at = np.searchsorted(t, when, side="right") - 1
    found = np.clip(at, 0, None)
    with np.errstate(invalid="ignore"):
        return np.where((at >= 0) & (when - t[found] <= within_s), v[found], np.nan)


def _beside(log: Log, topics: Mapping[str, Topic], doubts: list[str]) -> None:
    """Put beside the receiver what else the log has."""
    if "POS" in topics:
        pos = topics["POS"]
        log.estimate_s = _seconds(pos)
        log.estimate = np.stack([_get(pos, "Lng"), _get(pos, "Lat"), _get(pos, "Alt")], axis=-1)
        home = _get(pos, "Alt") - _get(pos, "RelHomeAlt")
        home = home[np.isfinite(home)]
        log.ground_m = float(np.median(home)) if len(home) else float("nan")
    if "ATT" in topics:
        att = topics["ATT"]
        log.attitude_s = _seconds(att)
        log.attitude = turned(*(np.radians(_get(att, name)) for name in ("Roll", "Pitch", "Yaw")))
    if "MNT" in topics:
        mount = topics["MNT"]
        if "YawB" not in mount and "YawE" not in mount:
            doubts.append("this version's mount messages do not say in which frame they are: they are not used")
        else:
            north, body = _get(mount, "YawE"), _get(mount, "YawB")
            level = ~np.isfinite(north)
            yaw = np.where(level, body, north)
            log.gimbal_s = _seconds(mount)
            log.gimbal = turned(*(np.radians(v) for v in (_get(mount, "Roll"), _get(mount, "Pitch"), yaw)))
            log.frame = np.where(level, LEVEL, NORTH)
    for name in ("CAM", "TRIG"):
        if name in topics and not len(log.pictures_s):
            log.pictures_s = _seconds(topics[name])
