"""Made logs of autopilots: the same small flight written as PX4, ArduPilot and MAVLink write theirs.

Why made: real logs with a gimbal, a jammed receiver or a false clock are rare and not free; here each is one argument.
The bytes are written by the published formats, not by the code that reads them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

START_S = 1_743_501_600.0
"""2025-04-01T10:00:00Z."""
WEEK, WEEK_MS = 2360, 208_818_000
"""The same in satellite time, which is 18 seconds ahead."""
BOOT_S = 5.0
"""The machine's clock at the first row."""


@dataclass(frozen=True)
class Made:
    """A flight eastwards, row by row; angles in degrees."""

    seconds: Array
    lon: Array
    lat: Array
    height_m: Array
    fix: NDArray[np.int64]
    satellites: NDArray[np.int64]
    jamming: NDArray[np.int64]
    """0 to 255."""
    spoofing: NDArray[np.int64]
    """0 not known, 1 none, 2 indicated, 3 certain."""
    roll: Array
    pitch: Array
    yaw: Array
    gimbal_pitch: Array
    """Of the gimbal, above the horizon."""


def flown(count: int = 50, *, step_s: float = 0.2, lost: slice = slice(0, 0)) -> Made:
    """Make a flight, 20 m/s eastwards at 100 m above its take-off at 200 m; `lost` rows have no fix.

    >>> flown(3).lon.round(5).tolist()
    [36.0, 36.00006, 36.00011]
    """
    k = np.arange(count, dtype=np.float64)
    ones = np.ones(count)
    fix, satellites, jamming = np.full(count, 3), np.full(count, 14), np.full(count, 20)
    fix[lost], satellites[lost], jamming[lost] = 1, 2, 230
    return Made(
        seconds=np.asarray(step_s * k, dtype=np.float64),
        lon=np.asarray(36.0 + step_s * k * 20.0 / 71_700.0, dtype=np.float64),
        lat=50.0 * ones,
        height_m=300.0 * ones,
        fix=fix,
        satellites=satellites,
        jamming=jamming,
        spoofing=np.ones(count, dtype=np.int64),
        roll=np.zeros(count),
        pitch=np.zeros(count),
        yaw=90.0 * ones,
        gimbal_pitch=-45.0 * ones,
    )


def rows_of(made: Made, which: Any) -> Made:
    """Give some rows of a flight."""
    return replace(made, **{name: getattr(made, name)[which] for name in made.__dataclass_fields__})


def _quaternion(roll: float, pitch: float, yaw: float) -> tuple[float, ...]:
    """Multiply the three turns one by one, as a check on the reader's closed form."""
    out = np.array([1.0, 0.0, 0.0, 0.0])
    for angle, axis in ((yaw, 3), (pitch, 2), (roll, 1)):
        turn = np.zeros(4)
        turn[0], turn[axis] = np.cos(np.radians(angle) / 2), np.sin(np.radians(angle) / 2)
        w, v = out[0], out[1:]
        out = np.concatenate([[w * turn[0] - v @ turn[1:]], w * turn[1:] + turn[0] * v + np.cross(v, turn[1:])])
    return tuple(out.tolist())


def ulog(made: Made, *, start_s: float = START_S, gimbal: bool = True, old: bool = False) -> bytes:
    """Write a PX4 log; `old` has whole numbers for positions and the commanded angles of the mount.

    >>> ulog(flown(2))[:7] == bytes.fromhex("554c6f67011235")
    True
    """
    place = "int32_t lat;int32_t lon;int32_t alt;" if old else (
        "double latitude_deg;double longitude_deg;double altitude_msl_m;"
    )  # fmt: skip
    topics = {
        "vehicle_gps_position": "uint64_t timestamp;uint64_t time_utc_usec;" + place + "float eph;float epv;"
        "int32_t jamming_indicator;uint8_t fix_type;uint8_t satellites_used;uint8_t spoofing_state;"
        "uint8_t[1] _padding0;",
        "vehicle_attitude": "uint64_t timestamp;float[4] q;",
    }
    if gimbal and old:
        topics["mount_orientation"] = "uint64_t timestamp;float[3] attitude_euler_angle;"
    elif gimbal:
        topics["gimbal_device_attitude_status"] = "uint64_t timestamp;float[4] q;uint16_t device_flags;"
    topics["camera_capture"] = "uint64_t timestamp;uint32_t seq;"

    def message(kind: str, body: bytes) -> bytes:
        return struct.pack("<HB", len(body), ord(kind)) + body

    out = bytes.fromhex("554c6f67011235") + b"\x01" + struct.pack("<Q", int(BOOT_S * 1e6))
    out += message("B", bytes(40))
    out += b"".join(message("F", f"{name}:{fields}".encode()) for name, fields in topics.items())
    out += b"".join(message("A", struct.pack("<BH", 0, k) + name.encode()) for k, name in enumerate(topics))
    numbers = {name: k for k, name in enumerate(topics)}

    def data(name: str, body: bytes) -> bytes:
        return message("D", struct.pack("<H", numbers[name]) + body)

    for k, seconds in enumerate(made.seconds.tolist()):
        boot = round((BOOT_S + seconds) * 1e6)
        at = (made.lat[k], made.lon[k], made.height_m[k])
        where = struct.pack("<iii", *(round(v * s) for v, s in zip(at, (1e7, 1e7, 1e3), strict=True)))
        where = where if old else struct.pack("<ddd", *at)
        utc = round((start_s + seconds) * 1e6) if made.fix[k] >= 2 else 0
        tail = struct.pack("<ffiBBB", 1.5, 2.5, made.jamming[k], made.fix[k], made.satellites[k], made.spoofing[k])
        out += data("vehicle_gps_position", struct.pack("<QQ", boot, utc) + where + tail)
        turn = _quaternion(made.roll[k], made.pitch[k], made.yaw[k])
        out += data("vehicle_attitude", struct.pack("<Qffff", boot, *turn))
        if gimbal and old:
            angles = (0.0, np.radians(made.gimbal_pitch[k]), 0.0)
            out += data("mount_orientation", struct.pack("<Qfff", boot, *angles))
        elif gimbal:
            turn = _quaternion(0.0, made.gimbal_pitch[k], 10.0)
            out += data("gimbal_device_attitude_status", struct.pack("<QffffH", boot, *turn, 32))
        if k % 10 == 0:
            out += data("camera_capture", struct.pack("<QI", boot, k))
    return out


LETTERS = {"Q": "Q", "B": "B", "H": "H", "I": "I", "f": "f", "c": "h", "L": "i", "e": "i", "d": "d"}
SCALED = {"c": 100, "L": 1e7, "e": 100}
KINDS = {
    "GPS": (130, "QBBIHBcLLe", "TimeUS,I,Status,GMS,GWk,NSats,HDop,Lat,Lng,Alt"),
    "ATT": (131, "Qccc", "TimeUS,Roll,Pitch,Yaw"),
    "UBX1": (132, "QBHBBHI", "TimeUS,Instance,noisePerMS,jamInd,aPower,agcCnt,config"),
    "POS": (133, "QLLfff", "TimeUS,Lat,Lng,Alt,RelHomeAlt,RelOriginAlt"),
    "MNT": (134, "QBffffffff", "TimeUS,I,DRoll,Roll,DPitch,Pitch,DYawB,YawB,DYawE,YawE"),
    "CAM": (135, "QBHIHLL", "TimeUS,I,Img,GPSTime,GPSWeek,Lat,Lng"),
}


def dataflash_row(kind: str, *values: float) -> bytes:
    """Write one message of a DataFlash log."""
    number, letters, _ = KINDS[kind]
    stored = [round(v * SCALED[c]) if c in SCALED else v for c, v in zip(letters, values, strict=True)]
    return bytes([0xA3, 0x95, number]) + struct.pack("<" + "".join(LETTERS[c] for c in letters), *stored)


def dataflash(made: Made, *, week: int = WEEK, week_ms: int = WEEK_MS, gimbal: bool = True) -> bytes:
    """Write an ArduPilot log.

    >>> dataflash(flown(2))[:3].hex()
    'a39580'
    """
    described = {"FMT": (0x80, "BBnNZ", "Type,Length,Name,Format,Columns"), **KINDS}
    out = b""
    for name, (number, letters, names) in described.items():
        length = 89 if name == "FMT" else 3 + struct.calcsize("<" + "".join(LETTERS[c] for c in letters))
        out += bytes([0xA3, 0x95, 0x80])
        out += struct.pack("<BB4s16s64s", number, length, name.encode(), letters.encode(), names.encode())
    for k, seconds in enumerate(made.seconds.tolist()):
        us = round((BOOT_S + seconds) * 1e6)
        gms = week_ms + round(seconds * 1000)
        known = made.fix[k] >= 2
        at = (made.lat[k], made.lon[k])
        out += dataflash_row("UBX1", us, 0, 90, int(made.jamming[k]), 1, 2000, 0)
        told = (gms, week) if known else (0, 0)
        out += dataflash_row("GPS", us, 0, made.fix[k], *told, made.satellites[k], 0.7, *at, made.height_m[k])
        out += dataflash_row("ATT", us, made.roll[k], made.pitch[k], made.yaw[k])
        out += dataflash_row("POS", us, *at, made.height_m[k], made.height_m[k] - 200.0, 0.0)
        if gimbal:
            out += dataflash_row("MNT", us, 0, 0, 0, 0, made.gimbal_pitch[k], 0, 10.0, 0, float("nan"))
        if k % 10 == 0:
            out += dataflash_row("CAM", us, 0, k, gms, week, *at)
    return out


def tlog(made: Made, *, start_s: float = START_S, ahead_s: float = 0.0, system: int = 1, mount: bool = True) -> bytes:
    """Write a telemetry log of a ground station whose clock is `ahead_s` before UTC.

    >>> import pytest
    >>> _ = pytest.importorskip("pymavlink")
    >>> len(tlog(flown(2))) > 100
    True
    """
    from pymavlink.dialects.v20 import all as dialect

    sender = dialect.MAVLink(None, srcSystem=system, srcComponent=1)
    out = b""

    def put(when_s: float, message: Any) -> None:
        nonlocal out
        out += round((when_s + ahead_s) * 1e6).to_bytes(8, "big") + bytes(message.pack(sender))
        sender.seq = (sender.seq + 1) % 256

    for k, seconds in enumerate(made.seconds.tolist()):
        now, boot = start_s + seconds, round((BOOT_S + seconds) * 1000)
        at = (round(made.lat[k] * 1e7), round(made.lon[k] * 1e7), round(made.height_m[k] * 1000))
        unix = round(now * 1e6)
        raw = dialect.MAVLink_gps_raw_int_message
        put(now, raw(unix, int(made.fix[k]), *at, 80, 90, 2000, 9000, int(made.satellites[k]), 0, 1500, 2500))
        put(now, dialect.MAVLink_heartbeat_message(2, 3, 0, 0, 0, 3))
        angles = np.radians([made.roll[k], made.pitch[k], made.yaw[k]]).tolist()
        put(now, dialect.MAVLink_attitude_message(boot, *angles, 0, 0, 0))
        put(now, dialect.MAVLink_global_position_int_message(boot, *at, at[2] - 200_000, 0, 0, 0, 9000))
        if mount:
            put(now, dialect.MAVLink_mount_orientation_message(boot, 0, made.gimbal_pitch[k], 10, 100))
        if k % 5 == 0:
            put(now, dialect.MAVLink_system_time_message(unix, boot))
    return out
