"""Good files of DJI subtitles, of marks in frames and of plans, for `benchmarks.fuzz_drone`.

Marks and plans are no flights: `SIGHTINGS` and `PLANS` read them in the form that the fuzzer looks at.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from types import SimpleNamespace

from benchmarks.fuzz_drone_patrol import table_seeds
from ceasefire.errors import UnverifiedSource
from ceasefire.sources.patrol_plan import read_plan
from ceasefire.sources.sightings import read_sightings


def srt_seeds() -> list[tuple[str, bytes]]:
    """Subtitles with a clock and angles, in an older dialect, and in a page of bytes that is not UTF-8."""
    new = [
        f"{k}\n00:00:{k:02d},000 --> 00:00:{k + 1:02d},000\nFrameCnt: {k}\n2025-04-01 12:00:{k:02d}.000\n"
        f"[focal_len: 24.00] [latitude: 50.00{k}] [longitude: 36.0] [rel_alt: {k}.0 abs_alt: 200.0] "
        "[gb_yaw: 26.6 gb_pitch: -60.0 gb_roll: 0.0]\n"
        for k in range(1, 9)
    ]
    old = [
        f"{k}\n00:00:{k:02d},000 --> 00:00:{k + 1:02d},000\nHOME(36.0000,50.0000) 2025.04.01 12:00:{k:02d}\n"
        f"GPS(36.000{k},50.0000,15) BAROMETER:{k}.4\nISO:100 Shutter:60 EV: Fnum:F2.8\n"
        for k in range(1, 9)
    ]
    texts = ["\n".join(new), "\n".join(old), "\r\n".join(new).replace("[", "<font size=28>[")]
    return [(".srt", t.encode()) for t in texts] + [(".srt", texts[0].encode("utf-16"))]


def mark_seeds() -> list[tuple[str, bytes]]:
    """Marks as CSV, COCO and GeoJSON."""
    head = "time,class,x,y,width,height,note"
    rows = [
        f"2025-04-01T09:00:0{k}Z,{what},1010,600,1920,1080,note" for k, what in enumerate(("crater", "fire", "person"))
    ]
    image = {"id": 1, "file_name": "a.jpg", "width": 1920, "height": 1080, "date_captured": "2025-04-01T09:00:01Z"}
    coco = {
        "images": [image],
        "categories": [{"id": 1, "name": "crater"}, {"id": 2, "name": "person"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 40, 30]},
                        {"id": 2, "image_id": 1, "category_id": 2, "bbox": [10, 10, 4, 3], "score": 0.5}],
    }  # fmt: skip
    point = {"type": "Point", "coordinates": [36.0, 50.0]}
    told = {"class": "fire", "time": "2025-04-01T09:00:01Z"}
    geo = {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": point, "properties": told}] * 2}
    seeds = [(".csv", "\n".join([head, *rows]).encode()), (".json", json.dumps(coco).encode())]
    return [*seeds, (".geojson", json.dumps(geo).encode())]


def plan_seeds() -> list[tuple[str, bytes]]:
    """Plans."""
    return table_seeds("plan")


def _sightings(path: Path, *, source: str) -> SimpleNamespace:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedSource)  # a doubt told to the reader's user, no fault
        read = read_sightings(path, source=source)
    return SimpleNamespace(flights=(read.sightings,), count=read.count, quarantine=read.quarantine)


def _plan(path: Path, *, source: str) -> SimpleNamespace:
    read = read_plan(path, source=source)
    return SimpleNamespace(flights=(read.planned,), count=read.count, quarantine=read.quarantine)


SIGHTINGS, PLANS = SimpleNamespace(read_flight=_sightings), SimpleNamespace(read_flight=_plan)
"""Readers in the fuzzer's form."""
