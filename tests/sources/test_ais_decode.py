"""Bulk decoding is equal to pyais field by field, and the listing to gpsd's expected decode."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks import ais_made as made

from ceasefire.sources import ais, ais_positions, ais_statics
from ceasefire.sources.ais_bits import Bits
from ceasefire.sources.ais_listing import fields

pyais = pytest.importorskip("pyais", reason="pyais, the second decoder, is not installed")
LOGS = ("ais-nmea.log", "pyais_nmea_data_sample.txt", "sample.aivdm", "test_data_20211101.nm4")


def scaled(payloads: list[bytes], kind: int) -> list[dict[str, Any]]:
    """Decode in bulk, with what pyais calls the fields, and 'not available' as the message has it."""
    pool = np.frombuffer(b"".join(payloads) + bytes(64), dtype=np.uint8)
    at = np.cumsum([0, *map(len, payloads)])[:-1]
    raw = ais_positions.raw_fields(Bits(pool, at, ais_positions.CHARACTERS[kind]), kind)
    found = ais_positions.scaled(raw, kind)
    out = []
    for k in range(len(payloads)):
        row = {
            "mmsi": int(found["mmsi"][k]),
            "lon": float(found["lon"][k]),
            "lat": float(found["lat"][k]),
            "speed": None if np.isnan(found["speed_kn"][k]) else float(found["speed_kn"][k]),
            "course": None if np.isnan(found["course_deg"][k]) else float(found["course_deg"][k]),
            "accuracy": bool(found["accurate"][k]),
        }
        if kind not in (9, 27):
            row["heading"] = None if np.isnan(found["heading_deg"][k]) else float(found["heading_deg"][k])
        if kind != 27:
            row["second"] = int(found["second"][k])
        if kind in (1, 2, 3, 27):
            row["status"] = int(found["status"][k])
        out.append(row)
    return out


def expected(message: Any) -> dict[str, Any]:
    """Give what pyais has, with its 'not available' as None."""
    kind, told = message.msg_type, message.asdict()
    none = {"speed": 63 if kind == 27 else 1023 if kind == 9 else 102.3, "heading": 360, "course": 360}
    out = {}
    for name in ("mmsi", "lon", "lat", "speed", "course", "accuracy", "heading", "second", "status"):
        if name not in told or (name == "heading" and kind in (9, 27)) or (name == "second" and kind == 27):
            continue
        value = told[name]
        if name == "speed":
            value = None if round(float(value), 1) == none[name] else float(value)
        elif name in none:
            value = None if value >= none[name] else float(value)
        elif name == "accuracy":
            value = bool(value)
        elif name in ("mmsi", "status", "second"):
            value = int(value)
        out[name] = value
    return out


def assert_equal(payloads: list[bytes], kind: int, messages: Iterable[Any]) -> int:
    """Compare all fields; give how many were compared."""
    compared = 0
    for ours, message in zip(scaled(payloads, kind), messages, strict=True):
        theirs = expected(message)
        assert set(theirs) == set(ours)
        for name, value in theirs.items():
            if isinstance(value, float):
                assert ours[name] == pytest.approx(value, abs=2e-5 if name in ("speed", "course") else 6e-7), name
            else:
                assert ours[name] == value, name
            compared += 1
    return compared


@pytest.mark.parametrize("kind", [1, 2, 3, 9, 18, 19, 27])
def test_random_position_reports_are_equal_to_pyais(kind: int) -> None:
    payloads = made.positions(kind, 300, np.random.default_rng(kind))
    messages = [pyais.decode(made.sentences(p, 0, 1)[0]) for p in payloads]
    assert assert_equal(payloads, kind, messages) >= 300 * 5


@pytest.mark.parametrize("name", LOGS)
def test_every_real_position_report_is_equal_to_pyais(shared_data: Path, name: str) -> None:
    by_kind: dict[int, list[tuple[bytes, Any]]] = {}
    for line in (shared_data / "ais" / name).read_bytes().splitlines():
        at = line.find(b"!AIVDM,1,1,")
        if at < 0 or line.startswith(b"#"):
            continue
        payload = line[at:].split(b",")[5]
        kind = Bits(np.frombuffer(payload + bytes(64), np.uint8), np.array([0]), 1).unsigned(0, 6)[0] if payload else 0
        if kind in ais_positions.CHARACTERS and len(payload) >= ais_positions.CHARACTERS[int(kind)]:
            end = line.find(b"*", at) + 3
            by_kind.setdefault(int(kind), []).append((payload, pyais.decode(line[at:end])))
    assert by_kind
    for kind, rows in by_kind.items():
        assert assert_equal([p for p, _ in rows], kind, [m for _, m in rows])


def test_statements_are_equal_to_pyais() -> None:
    rng = np.random.default_rng(7)
    for _ in range(40):
        for payload, fill in made.others(rng, made.START):
            message = pyais.decode(*made.sentences(payload, fill, 1))
            kind = message.msg_type
            if kind not in (5, 24):
                continue
            name = "5" if kind == 5 else "24A" if message.partno == 0 else "24B"
            pool = np.frombuffer(payload + bytes(64), np.uint8)
            bits = Bits(pool, np.array([0]), {"5": 71, "24A": 27, "24B": 28}[name])
            ours = ais_statics.told(bits, name)[0]
            if name != "24B":
                assert ours["name"] == message.shipname
            if name != "24A":
                assert ours["callsign"] == message.callsign
                assert ours["ship_type"] == int(message.ship_type)
                assert ours["length_m"] == message.to_bow + message.to_stern
                assert ours["beam_m"] == message.to_port + message.to_starboard
            if name == "5":
                assert ours["imo"] == message.imo
                assert ours["draught_m"] == message.draught
                assert ours["destination"] == message.destination


def test_the_listing_is_equal_to_gpsds_expected_decode(shared_data: Path) -> None:
    """All types, 1,446 fields; `data` of types 25 and 26 is compared over the bits it states."""
    folder = shared_data / "ais"
    theirs = [json.loads(line) for line in (folder / "sample.aivdm.js.chk").read_text("utf-8").splitlines()]
    ours = [found for _, found in fields(folder / "sample.aivdm", gpsd=True)]
    # gpsd gives type 24 only once both parts have come
    ours = [f for f in ours if f.get("type") != 24 or ("shipname" in f and "callsign" in f)]
    assert [f["reason"] for f in ours if "reason" in f] == []
    assert len(ours) == len(theirs)
    compared = 0
    for one, other in zip(ours, theirs, strict=True):
        for name, value in other.items():
            if name in ("class", "device", "scaled"):
                continue
            compared += 1
            mine = one[name]
            if isinstance(value, str) and isinstance(mine, float):
                mine = f"{mine:f}"
            if name == "data":
                bits = int(value.split(":")[0])
                value, mine = (v.split(":")[1][: bits // 4] for v in (value, mine))  # noqa: PLW2901 -- cut alike
            assert mine == value, (other["type"], name)
    assert compared == 1446


@pytest.mark.parametrize("name", LOGS)
def test_every_real_sentence_has_one_outcome(shared_data: Path, name: str) -> None:
    read = ais.read([shared_data / "ais" / name], source="sample", options={"time": "2020-01-01"})
    read.count.check()
    assert read.sentences == read.count.rows + sum(read.apart.values()) + read.joined
    assert all(q.reason and q.line for q in read.quarantine)


def test_the_tables_own_columns(shared_data: Path) -> None:
    """The CSV sample, decoded by someone else: every value of every position row, read again."""
    import csv

    path = shared_data / "ais" / "test_data_20210701.csv"
    read = ais.read([path], source="sample")
    with path.open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["Message_ID"] in ("1", "2", "3", "9", "18", "19", "27")]
    fixes = read.fixes
    lon = [round(x, 6) for x in fixes.lon.tolist()]
    keys = zip(fixes.mmsi.tolist(), fixes.times.astype(str).tolist(), lon, strict=True)
    at = {key: k for k, key in enumerate(keys)}
    compared = 0
    for row in rows:
        if row["Longitude"] in ("None", "181.0") or row["MMSI"] == "0":
            continue
        t = row["Time"]
        second = np.datetime64(f"{t[:4]}-{t[4:6]}-{t[6:8]}T{t[9:11]}:{t[11:13]}:{t[13:15]}", "ms")
        time = str(second + np.timedelta64(int(row["Millisecond"]), "ms"))
        k = at[int(row["MMSI"]), time, round(float(row["Longitude"]), 6)]
        assert fixes.lat[k] == pytest.approx(float(row["Latitude"]), abs=1e-6)
        for name, column in (("speed_kn", "SOG"), ("course_deg", "COG"), ("heading_deg", "Heading")):
            value = getattr(fixes, name)[k]
            told = row[column]
            if told in ("", "None") or (name != "speed_kn" and float(told) >= 360):
                assert np.isnan(value)
            else:
                assert value == pytest.approx(float(told), abs=1e-4)
            compared += 1
        assert int(fixes.message[k]) == int(row["Message_ID"])
        compared += 4
    assert compared > 16_000
