"""Ten million AIS messages decoded, cleaned and tracked; and segments and zone events beside movingpandas' splitter.

    python -m benchmarks.ais_speed                  # 10,000,000 messages; bounds: 3 minutes, 4 GB, two cores
    python -m benchmarks.ais_speed 1000000

`movingpandas` comes with the `bench` extra; without it that line says so. Each part runs in a process of its own, so
that time and memory are its own. The log is invented: ships to and fro on the Black Sea, a report every 10 s, with
losses, copies, impossible places and silences; two stations.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from benchmarks.ais_made import payloads
from benchmarks.measure import apart, peak_gb
from ceasefire.geo.fixes import Fixes

Array = np.ndarray[Any, Any]
START = 1_743_465_600
STEP_S = 10.0
SPLITTER_POINTS = 200_000
ZONES = {
    "a": shapely.box(29.5, 43.5, 30.5, 45.5),
    "b": shapely.box(31.0, 44.0, 33.0, 45.0),
    "c": shapely.Point(32.0, 43.5).buffer(0.6),
}


def ways(ships: int, seed: int = 1) -> tuple[Array, Array, Array, Array]:
    """Give each ship two ends of its way, its speed in knots and its phase."""
    random = np.random.default_rng(seed)
    ends = random.uniform([28.9, 43.0], [34.0, 45.8], (2, ships, 2))
    return ends[0], ends[1], random.uniform(6.0, 18.0, ships), random.uniform(0.0, 2.0, ships)


def at(way: tuple[Array, Array, Array, Array], ship: Array, seconds: Array) -> tuple[Array, Array, Array]:
    """Give longitude, latitude and course of ships at instants."""
    a, b, speed, phase = way
    east = (b[ship, 0] - a[ship, 0]) * np.cos(np.radians(44.5)) * 111.2
    north = (b[ship, 1] - a[ship, 1]) * 111.2
    length = np.hypot(east, north)
    turn = (seconds * speed[ship] * 1.852 / 3600.0 / length + phase[ship]) % 2.0
    share = np.where(turn < 1.0, turn, 2.0 - turn)
    course = (np.degrees(np.arctan2(east, north)) + np.where(turn < 1.0, 0.0, 180.0)) % 360.0
    return a[ship, 0] + share * (b[ship, 0] - a[ship, 0]), a[ship, 1] + share * (b[ship, 1] - a[ship, 1]), course


def log(path: Path, messages: int) -> None:
    """Write the log, in the order of time."""
    random = np.random.default_rng(3)
    ships = max(messages // 5000, 20)
    way = ways(ships)
    hexes = np.frombuffer(b"0123456789ABCDEF", dtype=np.uint8)
    written, tick = 0, 0
    quiet = random.uniform(0, 50_000, ships)
    with path.open("wb") as file:
        while written < messages:
            ticks = max(200_000 // ships, 1)
            ship = np.tile(np.arange(ships), ticks)
            seconds = np.repeat((tick + np.arange(ticks)) * STEP_S, ships)
            tick += ticks
            keep = (random.random(len(ship)) > 0.1) & ((seconds < quiet[ship]) | (seconds > quiet[ship] + 7200.0))
            ship, seconds = ship[keep], seconds[keep]
            again = random.random(len(ship)) < 0.03
            ship, seconds = np.append(ship, ship[again]), np.append(seconds, seconds[again])
            order = np.argsort(seconds, kind="stable")[: messages - written]
            ship, seconds = ship[order], seconds[order]
            lon, lat, course = at(way, ship, seconds)
            jump = random.random(len(ship)) < 2e-4
            lon = np.where(jump, lon + 3.0, lon)
            fields = [
                (1, 6), (0, 2), (200_000_000 + ship * 1013, 30), (0, 4), (0, 8),
                (np.round(way[2][ship] * 10).astype(int), 10), (1, 1), (np.round(lon * 600_000).astype(int), 28),
                (np.round(lat * 600_000).astype(int), 27), (np.round(course * 10).astype(int) % 3600, 12), (511, 9),
                ((seconds % 60).astype(int), 6), (0, 2), (0, 3), (0, 1), (0, 19),
            ]  # fmt: skip
            n = len(ship)
            body = np.frombuffer(b"".join(payloads(fields, n)), dtype=np.uint8).reshape(n, 28)
            head, tail = (np.frombuffer(v, dtype=np.uint8) for v in (b"AIVDM,1,1,,A,", b",0"))
            text = np.concatenate([np.tile(head, (n, 1)), body, np.tile(tail, (n, 1))], axis=1)
            stamp = np.char.add("c:", (START + seconds.astype(np.int64)).astype("U10"))
            station = np.where(random.random(n) < 0.5, "s:a,", "s:b,")
            tag = np.char.add(station, stamp).astype("S16").view(np.uint8).reshape(n, 16)
            one, two = (np.bitwise_xor.reduce(v, axis=1) for v in (tag, text))

            def column(byte: bytes, n: int = n) -> Array:
                return np.full((n, 1), byte[0], dtype=np.uint8)

            file.write(
                np.concatenate(
                    [
                        column(b"\\"), tag, column(b"*"), hexes[one >> 4][:, None], hexes[one & 15][:, None],
                        column(b"\\"), column(b"!"), text, column(b"*"), hexes[two >> 4][:, None],
                        hexes[two & 15][:, None], column(b"\n"),
                    ],
                    axis=1,
                ).tobytes()
            )  # fmt: skip
            written += n


def whole(messages: int) -> dict[str, Any]:
    """Decode, spill, clean and track the log."""
    from ceasefire.detectors.vessel_clean import clean
    from ceasefire.fixes_archive import FixesArchive
    from ceasefire.geo.tracks import Tracks
    from ceasefire.sources import ais

    path = Path(tempfile.gettempdir()) / f"ais_speed_{messages}.nmea"
    clock = [(time.perf_counter(), time.process_time())]
    with tempfile.TemporaryDirectory() as folder:
        archive = FixesArchive.open(Path(folder), key=str(messages))
        sentences = 0
        for number, batch in enumerate(ais.batches([path], source="bench")):
            archive.add(number, batch.fixes)
            sentences = batch.tally.sentences
        archive.close()
        clock.append((time.perf_counter(), time.process_time()))
        fixes = segments = taken = 0
        sailed = 0.0
        for part in archive:
            cleaned = clean(part)
            tracks = Tracks.of(cleaned.fixes, track=cleaned.track)
            fixes, segments = fixes + len(cleaned.fixes), segments + len(tracks.first)
            taken += sum(cleaned.counts.values())
            sailed += float(tracks.sailed_km().sum())
        clock.append((time.perf_counter(), time.process_time()))
    wall, cpu = ([round(b[k] - a[k], 1) for a, b in pairwise(clock)] for k in (0, 1))
    return {
        "sentences": sentences, "fixes": fixes, "taken_out": taken, "segments": segments, "sailed_km": round(sailed),
        "decode_s": wall[0], "clean_track_s": wall[1], "wall_s": round(sum(wall), 1), "cpu_s": round(sum(cpu), 1),
        "peak_gb": round(peak_gb(), 2),
    }  # fmt: skip


def points() -> Fixes:
    """Give the 200,000 fixes that both split."""
    random = np.random.default_rng(5)
    ships, each = 200, SPLITTER_POINTS // 200
    ship = np.repeat(np.arange(ships), each)
    wait = np.where(random.random(SPLITTER_POINTS) < 0.003, random.uniform(4000.0, 20_000.0, SPLITTER_POINTS), 60.0)
    seconds = np.concatenate([np.cumsum(w) for w in wait.reshape(ships, each)])
    lon, lat, course = at(ways(ships), ship, seconds)
    return Fixes.of(
        mmsi=200_000_000 + ship, times=((START + seconds) * 1000).astype("M8[ms]"), lon=lon, lat=lat,
        course_deg=course, speed_kn=ways(ships)[2][ship],
    )  # fmt: skip


def split(name: str) -> dict[str, Any]:
    """Split the points at silences of an hour; ours also finds the silences and all crossings of three zones."""
    fixes = points()
    if name == "movingpandas":
        try:
            import geopandas
            import movingpandas
        except ImportError:
            return {"absent": "movingpandas is not installed: pip install 'ceasefire[bench]'"}
        from datetime import timedelta

        frame = geopandas.GeoDataFrame(
            {"ship": fixes.mmsi, "t": fixes.times.astype("M8[ns]")},
            geometry=geopandas.points_from_xy(fixes.lon, fixes.lat),
            crs=4326,
        ).set_index("t")
        begin, cpu = time.perf_counter(), time.process_time()
        collection = movingpandas.TrajectoryCollection(frame, "ship")
        made = time.perf_counter()
        parts = movingpandas.ObservationGapSplitter(collection).split(gap=timedelta(hours=1))
        end = time.perf_counter()
        return {
            "segments": len(parts), "build_s": made - begin, "split_s": end - made, "cpu_s": time.process_time() - cpu
        }  # fmt: skip
    from ceasefire.detectors.vessel_zones import crossings
    from ceasefire.geo.tracks import Tracks

    for _ in range(3):
        begin, cpu = time.perf_counter(), time.process_time()
        tracks = Tracks.of(fixes, split_h=1.0)
        made = time.perf_counter()
        found = crossings(tracks, ZONES)
        end = time.perf_counter()
        cpu = time.process_time() - cpu
    return {
        "segments": len(tracks.first), "split_s": made - begin, "zones_s": end - made, "crossings": len(found.zone),
        "cpu_s": cpu,
    }  # fmt: skip


def main(messages: int = 10_000_000) -> None:
    """Print all."""
    path = Path(tempfile.gettempdir()) / f"ais_speed_{messages}.nmea"
    try:
        log(path, messages)
        size = path.stat().st_size / 1e6
        got = apart("benchmarks.ais_speed", "whole", str(messages))
    finally:
        path.unlink(missing_ok=True)
    print(f"{messages:,} messages, {size:.0f} MB, {os.cpu_count()} cores")
    print(
        f"decoded in {got['decode_s']} s, cleaned and tracked in {got['clean_track_s']} s: {got['wall_s']} s wall, "
        f"{got['cpu_s']} s CPU, peak {got['peak_gb']} GB"
    )
    print(f"  {got['fixes']:,} fixes kept, {got['taken_out']:,} taken out, {got['segments']:,} segments")
    ours, theirs = (apart("benchmarks.ais_speed", "split", name) for name in ("ceasefire", "movingpandas"))
    both = ours["split_s"] + ours["zones_s"]
    print(
        f"ceasefire     {SPLITTER_POINTS:,} points: {ours['segments']} segments in {ours['split_s'] * 1000:.1f} ms, "
        f"and {ours['crossings']} crossings of {len(ZONES)} zones in {ours['zones_s'] * 1000:.1f} ms"
    )
    if "absent" in theirs:
        print(f"movingpandas  {theirs['absent']}")
    else:
        print(
            f"movingpandas  {theirs['segments']} segments in {theirs['split_s']:.1f} s (collection made in "
            f"{theirs['build_s']:.1f} s): {theirs['split_s'] / both:.0f} times ours with the zones, "
            f"{theirs['split_s'] / ours['split_s']:.0f} times the split alone"
        )
    print(json.dumps({"whole": got, "ceasefire": ours, "movingpandas": theirs}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["whole"]:
        print(json.dumps(whole(int(sys.argv[2]))))
    elif sys.argv[1:2] == ["split"]:
        print(json.dumps(split(sys.argv[2])))
    else:
        main(*map(int, sys.argv[1:]))
