"""An invented patrol to try things on: two flights over invented zones, one of them with false positions.

`python -m ceasefire.testing.invented_patrol examples/patrol` writes the example that the documents use. Nothing in it
is real: no flight, no zone, no crater. What is planted: the northern strip is seen, the crossing in part, the southern
strip is lost to false positions, the depot is not reached; a broken subtitle and a mark on a person are set aside.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

from ceasefire.geo.ellipsoid import metres_per_degree

LON, LAT = 34.52, 49.60
"""Middle of the invented ground."""
STEP_S = 2.0
"""Seconds between samples."""
SPEED_M_S, HEIGHT_M, GROUND_M, PITCH_DEG = 10.0, 110.0, 96.0, -60.0

Metres = tuple[float, float]


@dataclass(frozen=True)
class Zone:
    """A rectangle, in metres east and north of the middle."""

    id: str
    name: str
    west: float
    south: float
    east: float
    north: float


ZONES = (
    Zone("north", "Northern strip", -350, 400, 350, 760),
    Zone("crossing", "River crossing", 520, -60, 760, 160),
    Zone("south", "Southern strip", -350, -800, 350, -440),
    Zone("depot", "Depot", 650, -760, 900, -540),
)
HOME: Metres = (-620.0, -60.0)


def degrees(at: Metres) -> tuple[float, float]:
    """Give longitude and latitude of a place in metres.

    >>> degrees((0.0, 0.0))
    (34.52, 49.6)
    """
    lon_m, lat_m = (float(v) for v in metres_per_degree(LAT))
    return LON + at[0] / lon_m, LAT + at[1] / lat_m


def strips(zone: Zone, lines: int) -> list[Metres]:
    """Give a way to and fro over a zone."""
    out: list[Metres] = []
    for k in range(lines):
        y = zone.south + (k + 0.5) * (zone.north - zone.south) / lines - 60.0
        out += [(zone.west - 40, y), (zone.east + 40, y)] if k % 2 == 0 else [(zone.east + 40, y), (zone.west - 40, y)]
    return out


def fly(way: Sequence[Metres]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give places (n, 2), metres, headings (n,), degrees, and heights above ground (n,) along a way."""
    points, headings = [], []
    for a, b in pairwise(way):
        far = float(np.hypot(b[0] - a[0], b[1] - a[1]))
        n = max(1, round(far / (SPEED_M_S * STEP_S)))
        share = np.arange(n)[:, None] / n
        points.append(np.array(a) + share * (np.array(b) - np.array(a)))
        headings.append(np.full(n, np.degrees(np.arctan2(b[0] - a[0], b[1] - a[1]))))
    at, heading = np.concatenate(points), np.concatenate(headings)
    k = np.arange(len(at))
    high = np.minimum(HEIGHT_M, 8.0 + 12.0 * np.minimum(k, len(at) - 1 - k))
    return at, heading, high


def srt(
    way: Sequence[Metres],
    start: datetime,
    *,
    false: tuple[float, float] | None = None,
    blind: tuple[float, float] | None = None,
    broken: bool = False,
) -> str:
    """Write a flight as the subtitles of an uncrewed aircraft that tells its gimbal's angles.

    Parameters
    ----------
    way
        Corners of the way, metres.
    start
        Local time of its clock.
    false, blind
        From which to which share of the flight its positions are false, or missing.
    broken
        Whether one subtitle is damaged.

    >>> print(srt([(0.0, 0.0), (100.0, 0.0)], datetime(2025, 4, 1, 12)).split("\\n")[4][:44])
    [focal_len: 24.00] [latitude: 49.6000000] [l
    """
    at, heading, high = fly(way)
    out = []
    for k in range(len(at)):
        part = k / len(at)
        lon, lat = degrees((float(at[k, 0]), float(at[k, 1])))
        if false and false[0] <= part < false[1]:
            lon, lat = lon + 0.43, lat - 0.21
        if blind and blind[0] <= part < blind[1]:
            lon, lat = 0.0, 0.0
        begin, end = (_cue(n * STEP_S) for n in (k, k + 1))
        when = start + timedelta(seconds=k * STEP_S)
        place = f"[latitude: {lat:.7f}] [longitude: {lon:.7f}]" if not (broken and k == 5) else "[lati"
        yaw = (heading[k] + 180.0) % 360.0 - 180.0
        out.append(
            f"{k + 1}\n{begin} --> {end}\nFrameCnt: {k + 1}\n{when:%Y-%m-%d %H:%M:%S.000}\n"
            f"[focal_len: 24.00] {place} [rel_alt: {high[k]:.1f} abs_alt: {GROUND_M + high[k]:.1f}] "
            f"[gb_yaw: {yaw:.1f} gb_pitch: {PITCH_DEG:.1f} gb_roll: 0.0]\n"
        )
    return "\n".join(out)


def zones_geojson(zones: Sequence[Zone] = ZONES) -> str:
    """Write zones as GeoJSON."""
    features = []
    for z in zones:
        corners = [(z.west, z.south), (z.east, z.south), (z.east, z.north), (z.west, z.north), (z.west, z.south)]
        ring = [[round(v, 6) for v in degrees(c)] for c in corners]
        told = {"id": z.id, "name": z.name}
        features.append({"type": "Feature", "properties": told, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=1) + "\n"


PLAN = """zone,start,end,remark
north,2025-04-01T12:00+03:00,2025-04-01T12:10+03:00,flown
crossing,2025-04-01T12:08+03:00,2025-04-01T12:12+03:00,
south,2025-04-01T12:25+03:00,2025-04-01T12:35+03:00,
depot,2025-04-01T12:35+03:00,2025-04-01T12:40+03:00,"RTB, low battery"
"""
SIGHTINGS = """time,class,x,y,width,height,note
2025-04-01T09:03:30Z,crater,1010,600,1920,1080,about two metres across
2025-04-01T09:04:20Z,person,400,300,1920,1080,
"""


def write(folder: Path) -> None:
    """Write the example into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    north, south = ZONES[0], ZONES[2]
    one = [HOME, *strips(north, 3), (480.0, 300.0), (540.0, -40.0), HOME]
    two = [HOME, *strips(south, 3), HOME]
    files = {
        "flight-1.srt": srt(one, datetime(2025, 4, 1, 12, 2), broken=True),
        "flight-2.srt": srt(two, datetime(2025, 4, 1, 12, 25), false=(0.26, 0.72), blind=(0.72, 0.8)),
        "zones.geojson": zones_geojson(),
        "plan.csv": PLAN,
        "sightings.csv": SIGHTINGS,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def _cue(seconds: float) -> str:
    whole = round(1000 * seconds)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d},{whole % 1000:03d}"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
