"""Frames of MAVLink in a file: each after the time at which the ground station received it.

pymavlink decodes a frame and tests its checksum; where a frame begins is found here, so that damaged bytes are counted
and what comes after them is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.errors import MissingExtra
from ceasefire.sources.flight_read import chunks
from ceasefire.sources.log_clock import SINCE, UNTIL

Message = tuple[float, str, dict[str, Any]]
"""Station's time in seconds, kind, the fields that are read."""

MOST_ASIDE = 1_000
"""Damages that are told one by one."""
STAMP = 8
"""Bytes of the station's time before each frame: microseconds since 1970, big-endian."""
SHORT, LONG = 0xFE, 0xFD
"""First byte of frames of MAVLink 1 and 2."""
KINDS: Mapping[int, tuple[str, tuple[str, ...]]] = {
    2: ("SYSTEM_TIME", ("time_unix_usec",)),
    24: ("GPS_RAW_INT", ("fix_type", "lat", "lon", "alt", "satellites_visible", "h_acc", "v_acc")),
    30: ("ATTITUDE", ("roll", "pitch", "yaw")),
    33: ("GLOBAL_POSITION_INT", ("lat", "lon", "alt", "relative_alt")),
    112: ("CAMERA_TRIGGER", ()),
    180: ("CAMERA_FEEDBACK", ()),
    263: ("CAMERA_IMAGE_CAPTURED", ()),
    265: ("MOUNT_ORIENTATION", ("roll", "pitch", "yaw")),
    285: ("GIMBAL_DEVICE_ATTITUDE_STATUS", ("flags", "q")),
    441: ("GNSS_INTEGRITY", ("jamming_state", "spoofing_state")),
}
"""Numbers of the messages that are read, with their fields; the rest is stepped over."""
BESIDE, FAR_S = 4, 1.0
"""Frames before and after one, and how far its time may be outside theirs, seconds."""


@dataclass
class Walk:
    """What was found in a file."""

    messages: list[tuple[int, Message]] = field(default_factory=list)
    """System's number and message, in the order of the file."""
    frames: int = 0
    aside: list[tuple[int, str, str]] = field(default_factory=list)


def plausible(stamp: bytes) -> bool:
    """Tell whether eight bytes are a time of this century."""
    return SINCE <= int.from_bytes(stamp, "big") / 1e6 < UNTIL


def walk_through(path: Path) -> Walk:
    """Find frames and decode those that are wanted."""
    try:
        from pymavlink.dialects.v20 import all as dialect
    except ImportError as error:
        raise MissingExtra("telemetry logs are read with the extra: pip install 'ceasefire[drone]'") from error
    decoder = dialect.MAVLink(None)
    walk = Walk()
    places: list[int] = []

    def sound(frame: bytes) -> bool:
        try:
            decoder.decode(bytearray(frame))
        except Exception:  # noqa: BLE001 - the library raises what it happens to meet in a damaged frame
            return False
        return True

    for place, stamp, frame in _frames(path, sound):
        if stamp is None:
            _tell(walk, place, "bytes that are no frame", f"{len(frame)} bytes")
            continue
        walk.frames += 1
        number = frame[5] if frame[0] == SHORT else int.from_bytes(frame[7:10], "little")
        if number not in KINDS:
            continue
        try:
            message = decoder.decode(bytearray(frame))
        except Exception as error:  # noqa: BLE001 - the library raises what it happens to meet in a damaged frame
            _tell(walk, place, f"a damaged message: {str(error)[:100] or type(error).__name__}", frame[:40].hex())
            continue
        system = frame[3] if frame[0] == SHORT else frame[5]
        kind, names = KINDS[number]
        walk.messages.append((system, (stamp, kind, {n: getattr(message, n) for n in names})))
        places.append(place)
    _drop_false_times(walk, places)
    return walk


def _tell(walk: Walk, place: int, reason: str, text: str) -> None:
    if len(walk.aside) < MOST_ASIDE:
        walk.aside.append((place + 1, reason, text))
    elif len(walk.aside) == MOST_ASIDE:
        walk.aside.append((place + 1, "more damage from here on: it is not told one by one", ""))


def _drop_false_times(walk: Walk, places: list[int]) -> None:
    """Set aside messages whose time is far from those around them: the checksum does not guard the time."""
    times = np.array([message[0] for _, message in walk.messages])
    if len(times) <= 2 * BESIDE:
        return
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(times, BESIDE, mode="edge"), BESIDE)
    before, after = (np.median(w, axis=1) for w in (windows[: len(times)], windows[BESIDE + 1 :]))
    false = (before <= after + FAR_S) & ((times < before - FAR_S) | (times > after + FAR_S))
    for k in np.flatnonzero(false).tolist():
        _tell(walk, places[k], "a time far from those of the frames around it", str(times[k]))
    walk.messages = [m for m, bad in zip(walk.messages, false.tolist(), strict=True) if not bad]


def _frames(path: Path, sound: Callable[[bytes], bool]) -> Iterator[tuple[int, float | None, bytes]]:
    """Give place, station's time and frame; with None for the time, damaged bytes (their first thousand).

    A frame that is not followed by another must be `sound`: a damaged length must not hide what comes after it.
    """
    buffer, at = b"", 0
    lost_at, lost = 0, b""
    blocks = chunks(path)
    more = True
    while more:
        block = next(blocks, b"")
        more = bool(block)
        buffer += block
        k, end = 0, len(buffer)
        while end - k >= STAMP + 3:
            size = _size(buffer, k)
            after = k + size
            if size and more and end - after < STAMP + 3:
                break
            good = size > 0 and after <= end
            if good and not (end - after >= STAMP + 3 and _size(buffer, after)):
                good = sound(buffer[k + STAMP : after])
            if not good:
                lost_at = at + k if not lost else lost_at
                step = _next(buffer, k + 1, end)
                lost, k = (lost + buffer[k:step])[:1000], step
                continue
            if lost:
                yield lost_at, None, lost
                lost = b""
            yield at + k, int.from_bytes(buffer[k : k + STAMP], "big") / 1e6, buffer[k + STAMP : after]
            k = after
        buffer, at = buffer[k:], at + k
    if lost or buffer:
        yield (lost_at if lost else at), None, (lost + buffer)[:1000]


def _size(buffer: bytes, k: int) -> int:
    """Give the length of time and frame at a place, 0 where none begins there."""
    first = buffer[k + STAMP]
    if first not in (SHORT, LONG) or not plausible(buffer[k : k + STAMP]):
        return 0
    long = buffer[k + STAMP + 1]
    if first == SHORT:
        return STAMP + 8 + long
    return STAMP + 12 + long + (13 if buffer[k + STAMP + 2] & 1 else 0)


def _next(buffer: bytes, k: int, end: int) -> int:
    """Give the next place at which a frame may begin, at least k."""
    while end - k >= STAMP + 3:
        found = [p for p in (buffer.find(SHORT, k + STAMP), buffer.find(LONG, k + STAMP)) if p >= 0]
        if not found:
            return max(end - STAMP - 2, k)
        k = min(found) - STAMP
        if end - k >= STAMP + 3 and _size(buffer, k):
            return k
        k += 1
    return k
