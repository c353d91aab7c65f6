"""Made KLV for tests and benchmarks: a flight with known geometry, its ST 0601 packets, and transport streams.

The geometry is worked out here a second time and another way (turns as matrices, the ray's end found by halving on the
geodetic height), so that the reader and the footprints are not held against themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import atan2, cos, degrees, hypot, radians, sin, sqrt, tan
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.sources.klv_fields import FIELDS
from ceasefire.sources.klv_packets import sealed

START_US = 1_743_498_000_000_000  # 2025-04-01 09:00:00, as if UTC
GROUND_M = 120.0
A, F = 6_378_137.0, 1 / 298.257223563
E2 = F * (2 - F)


def number(tag: int, value: float) -> bytes:
    """Encode one mapped field, rounding to the nearest integer."""
    of = FIELDS[tag]
    raw = round(value / of.step) if of.signed else round((value - of.low) / of.step)
    return int(raw).to_bytes(of.width, "big", signed=of.signed)


def packet(values: Mapping[int, Any]) -> bytes:
    """Make one packet: numbers of mapped fields, bytes of others; the time comes first."""
    out = []
    for tag, value in sorted(values.items(), key=lambda pair: pair[0] != 2):
        raw = value if isinstance(value, bytes) else number(tag, value)
        size = bytes([len(raw)]) if len(raw) < 128 else bytes([0x82]) + len(raw).to_bytes(2, "big")
        name = bytes([tag]) if tag < 128 else bytes([0x80 | tag >> 7, tag & 0x7F])
        out.append(name + size + raw)
    return sealed(b"".join(out))


def to_earth(lon: float, lat: float, height: float) -> np.ndarray:
    n = A / sqrt(1 - E2 * sin(lat) ** 2)
    return np.array(
        [(n + height) * cos(lat) * cos(lon), (n + height) * cos(lat) * sin(lon), (n * (1 - E2) + height) * sin(lat)]
    )


def to_place(xyz: np.ndarray) -> tuple[float, float, float]:
    """Longitude, latitude (radians) and height, by plain iteration on the latitude."""
    across = hypot(xyz[0], xyz[1])
    lat = atan2(xyz[2], across * (1 - E2))
    for _ in range(8):
        n = A / sqrt(1 - E2 * sin(lat) ** 2)
        lat = atan2(xyz[2] + E2 * n * sin(lat), across)
    n = A / sqrt(1 - E2 * sin(lat) ** 2)
    return atan2(xyz[1], xyz[0]), lat, across / cos(lat) - n


def turned(axis: int, angle: float) -> np.ndarray:
    c, s = cos(angle), sin(angle)
    a, b = [(1, 2), (2, 0), (0, 1)][axis]
    m = np.eye(3)
    m[a, a], m[a, b], m[b, a], m[b, b] = c, -s, s, c
    return m


def corner(values: Mapping[int, float], right: float, up: float) -> tuple[float, float, float]:
    """Longitude, latitude and distance at which a place of the image lies on the ground; NaN above the horizon."""
    heading, pitch, roll = (radians(values[t]) for t in (5, 90, 91))
    azimuth, elevation, turn = (radians(values[t]) for t in (18, 19, 20))
    body = turned(2, heading) @ turned(1, pitch) @ turned(0, roll)
    camera = turned(2, azimuth) @ turned(1, elevation) @ turned(0, turn)
    at = np.array([1.0, right * tan(radians(values[16]) / 2), -up * tan(radians(values[17]) / 2)])
    north, east, down = body @ camera @ (at / np.linalg.norm(at))
    lon, lat = radians(values[14]), radians(values[13])
    level = np.array([[-sin(lon), cos(lon), 0], [-sin(lat) * cos(lon), -sin(lat) * sin(lon), cos(lat)], [0, 0, 0]])
    level[2] = np.cross(level[0], level[1])
    ray, start = level.T @ np.array([east, north, -down]), to_earth(lon, lat, values[15])
    low, high = 0.0, 40_000.0
    if down <= 0 or to_place(start + high * ray)[2] > values[25]:
        return float("nan"), float("nan"), float("nan")
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if to_place(start + middle * ray)[2] > values[25] else (low, middle)
    x, y, _ = to_place(start + low * ray)
    return degrees(x), degrees(y), low


def rounded(values: Mapping[int, float]) -> dict[int, float]:
    """The values as a packet carries them."""
    return {tag: float(FIELDS[tag].values(number(tag, value))[0]) for tag, value in values.items()}


def state(k: int, *, hz: float = 10.0) -> dict[int, float]:
    """The aircraft and its camera at one sample: a wide circle, a gimbal that sweeps."""
    t = k / hz
    turn = radians(0.6 * t)
    return {
        5: (90.0 + 0.6 * t) % 360,
        90: 3.0 * sin(t / 7),
        91: 18.0 + 4.0 * sin(t / 5),
        13: 50.0 + 0.02 * cos(turn),
        14: 36.0 + 0.03 * sin(turn),
        15: 1100.0 + 60.0 * sin(t / 60),
        16: 12.0 + 8.0 * sin(t / 45),
        17: 7.0 + 4.5 * sin(t / 45),
        18: (70.0 + 40.0 * sin(t / 20)) % 360,
        19: -50.0 + 15.0 * sin(t / 13),
        20: (4.0 * sin(t / 9)) % 360,
        25: GROUND_M,
    }


def stamp(k: int, *, hz: float = 10.0) -> bytes:
    return int(START_US + k * 1e6 / hz).to_bytes(8, "big")


def sample(k: int, *, hz: float = 10.0, corners: str = "", exact: bool = False, **more: Any) -> bytes:
    """One packet of the flight; `corners` is '', 'offset' or 'full', of the values before rounding if `exact`."""
    said = state(k, hz=hz)
    values: dict[int, Any] = {2: stamp(k, hz=hz), **said, 10: b"made", 65: b"\x13"}
    values[6], values[7] = said[90], said[91]
    if corners:
        truth = said if exact else {**said, **rounded(said)}
        x, y, far = corner(truth, 0, 0)
        values |= {24: x, 23: y, 21: far}
        for j, (right, up) in enumerate(((-1, 1), (1, 1), (1, -1), (-1, -1))):
            lon, lat, _ = corner(truth, right, up)
            if corners == "full":
                values |= {82 + 2 * j: lat, 83 + 2 * j: lon}
            else:
                mid_x, mid_y = (float(FIELDS[t].values(number(t, v))[0]) for t, v in ((24, x), (23, y)))
                values |= {26 + 2 * j: lat - mid_y, 27 + 2 * j: lon - mid_x}
    return packet({**values, **{int(tag[1:]): value for tag, value in more.items()}})


PMT, VIDEO, META = 0x1000, 0x100, 0x101


def muxer(kind: str = "asynchronous") -> Any:
    """A muxer of the library `stanag4609` with a video and a metadata stream."""
    from stanag4609.transport.metadata import asynchronous_klv_stream, synchronous_klv_stream
    from stanag4609.transport.mux import TransportMuxer
    from stanag4609.transport.psi import ElementaryStreamInfo

    rates = {"metadata_input_leak_rate": 1_000, "metadata_buffer_size": 16}
    metadata = asynchronous_klv_stream(META) if kind == "asynchronous" else synchronous_klv_stream(META, **rates)
    return TransportMuxer(
        transport_stream_id=1,
        program_number=1,
        program_map_pid=PMT,
        pcr_pid=VIDEO,
        streams=(ElementaryStreamInfo(0x1B, VIDEO, ()), metadata),
    )


def pictures(count: int, seed: int = 1) -> bytes:
    """Transport packets that look like video: the stream number of the video, and noise."""
    noise = np.random.default_rng(seed).integers(0, 256, (count, 188), dtype=np.uint8)
    noise[:, 0], noise[:, 1], noise[:, 2] = 0x47, VIDEO >> 8, VIDEO & 0xFF
    noise[:, 3] = 0x10 | (np.arange(count) & 0x0F)
    return noise.tobytes()


def stream(
    packets: Iterable[bytes], *, kind: str = "asynchronous", video: bytes = b"", size: int = 188, hz: float = 10.0
) -> Iterator[bytes]:
    """Transport packets of KLV packets between pictures, tables every fifth of a second; 188 or 192 bytes each."""
    mux = muxer(kind)
    if size == 192:
        video = b"".join(b"\0\0\0\0" + video[k : k + 188] for k in range(0, len(video), 188))
    for k, klv in enumerate(packets):
        out = list(mux.program_tables()) if k % 2 == 0 else []
        if kind == "asynchronous":
            out += mux.mux_async_klv(META, klv)
        else:
            out += mux.mux_sync_klv(META, klv, pts=int(90_000 * k / hz))
        yield b"".join(p if size == 188 else b"\0\0\0\0" + p for p in out) + video


def write(path: Path, pieces: Iterable[bytes]) -> Path:
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    return path
