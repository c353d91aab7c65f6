"""Ships on a radar scene against ships that were heard, warnings, one ship's record: through a whole case."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ceasefire.case import Case
from ceasefire.cli import app
from ceasefire.geo.fixes import Fixes
from ceasefire.run import Run
from ceasefire.testing.fleet_nmea import positions

rasterio = pytest.importorskip("rasterio", reason="the extra `satellite` is not installed")

SIDE, PIXEL = 700, 20.0
LON, LAT = 31.0, 44.0
SCENE = np.datetime64("2025-04-02T04:15", "ms")
HEARD = [(-4.0, -3.0), (0.0, 2.5), (3.5, -1.0), (-2.0, 4.5), (4.5, 4.0)]
"""Kilometres east and north of the middle at which ships that broadcast are imaged."""
SILENT = [(-4.5, 1.0), (1.0, -4.5)]
CASE = """case: 1
id: sea
title: A scene and a receiver
agreement: library:black-sea-2025
period: {from: 2025-04-02, to: 2025-04-02}
clock: UTC
cutoff: 2025-04-12T12:00 UTC
issued: 2025-04-12
area: {regions: [XZ-BLS]}
sources:
  - {id: receivers, product: ais, path: heard.nmea, options: {corridors: [black-sea]}}
  - {id: radar, product: ship_scenes, path: "*.tif", options: {false_alarms_per_1000_km2: 0.5}}
  - {id: lights, product: boat_lights, path: lights.csv}
  - {id: navarea, product: nav_warnings, path: navarea.txt}
output: out
"""
LIGHTS = (
    "id_Key,Lat_DNB,Lon_DNB,Rad_DNB,Date_Mscan,QF_Detect,LUNZ_GDNBO\n"
    "a,43.2,31.9,12.5,2025-04-02 00:31:02.1,1,110\nb,43.3,32.2,3.0,2025-04-02 00:31:04.0,2,110\n"
    "c,95.0,31.2,3.0,2025-04-02 00:31:04.0,1,110\n"
)
WARNING = (
    "010500 UTC APR 25\nNAVAREA III 0150/25\nBLACK SEA\nGUNNERY EXERCISE IN AREA BOUNDED BY 44-00N 032-00E "
    "44-00N 032-20E 43-50N 032-20E 43-50N 032-00E FROM 020600 UTC APR 25 "
    "TO 021500 UTC APR 25.\nCANCEL THIS MSG 021600 UTC APR 25\n"
)


def fixes() -> Fixes:
    """Ships that sail north for six hours each, past the places at which the scene shows them, and others all day."""
    parts = []
    minutes = np.arange(-180, 181)
    for k, (east, north) in enumerate(HEARD):
        lat = LAT + (north + minutes * 0.3) / 111.2
        lon = np.full(len(minutes), LON + east / (111.2 * np.cos(np.radians(LAT))))
        parts.append(_ship(272_000_101 + k, SCENE + minutes * np.timedelta64(1, "m"), lon, lat))
    for k in range(40):  # traffic all day, so that reception is known, away from the scene at its time
        start = np.datetime64("2025-04-02T00:00", "ms") + np.timedelta64(35 * k, "m")
        step = np.arange(240)
        lon, lat = np.full(240, LON - 0.25 + 0.0125 * k), LAT - 0.35 + step * 0.3 / 111.2
        away = abs(start + step * np.timedelta64(1, "m") - SCENE) > np.timedelta64(70, "m")
        parts.append(_ship(273_000_201 + k, (start + step * np.timedelta64(1, "m"))[away], lon[away], lat[away]))
    return Fixes.join(parts)


def _ship(mmsi: int, times: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> Fixes:
    n = len(times)
    return Fixes.of(
        mmsi=np.full(n, mmsi), times=times, lon=lon, lat=lat, speed_kn=np.full(n, 9.7), course_deg=np.zeros(n),
        heading_deg=np.zeros(n), status=np.zeros(n), message=np.ones(n), second=times.astype("M8[s]").astype(int) % 60,
        station=np.ones(n),
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from rasterio.warp import transform

    where = tmp_path_factory.mktemp("scene")
    (where / "heard.nmea").write_bytes(b"".join(positions(fixes())))
    (where / "lights.csv").write_text(LIGHTS, encoding="utf-8")
    (where / "navarea.txt").write_text(WARNING, encoding="utf-8")
    (where / "case.yml").write_text(CASE, encoding="utf-8")
    (x,), (y,) = transform("EPSG:4326", "EPSG:32636", [LON], [LAT])
    rng = np.random.default_rng(3)
    for band, level in (("VV", 0.02), ("VH", 0.004)):
        power = level * rng.gamma(20.0, 1 / 20.0, (SIDE, SIDE)) * rng.gamma(4.4, 1 / 4.4, (SIDE, SIDE))
        for east, north in HEARD + SILENT:
            row, column = round(SIDE / 2 - north * 1000 / PIXEL), round(SIDE / 2 + east * 1000 / PIXEL)
            power[row - 4 : row + 5, column : column + 2] += 60 * level
        name = f"OPERA_L2_RTC-S1_T036-000001-IW1_20250402T041500Z_20250402T120000Z_S1A_20_v1.0_{band}.tif"
        with rasterio.open(
            where / name, "w", driver="GTiff", width=SIDE, height=SIDE, count=1, dtype="float32", crs="EPSG:32636",
            transform=rasterio.Affine(PIXEL, 0, x - SIDE * PIXEL / 2, 0, -PIXEL, y + SIDE * PIXEL / 2), nodata=np.nan,
        ) as out:  # fmt: skip
            out.write(power.astype(np.float32), 1)
    return where


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return Case.read(folder / "case.yml").run()


def test_silent_ships_are_an_expected_number_by_zone_and_ships_that_were_heard_are_not_among_them(run: Run) -> None:
    sea = run.observed.sea
    assert sea is not None
    (day,) = (d for d in sea.dark if d.zone == "XZ-BLS")
    assert day.ships >= len(HEARD) + len(SILENT)
    assert 1.4 <= day.expected <= 2.8 + 2.0  # two planted, and at most the two lights
    dark = run.observed.vessel_events.where(kind="dark")
    p = np.nan_to_num(dark.column("probability"))
    for east, north in HEARD + SILENT:
        lon, lat = LON + east / (111.2 * np.cos(np.radians(LAT))), LAT + north / 111.2
        near = np.hypot((dark.column("lon") - lon) * 80, (dark.column("lat") - lat) * 111) < 0.5
        most = float(p[near].max(initial=0.0))
        assert (most > 0.6) if (east, north) in SILENT else (most < 0.3)
    assert any("fewer than" in note for note in sea.notes)


def test_lights_and_warnings_are_counted_and_told(run: Run, folder: Path) -> None:
    counts = run.observed.counts
    assert (counts["lights"].used, counts["lights"].quarantined) == (2, 1)
    sea = run.observed.sea
    assert sea is not None
    assert [w.number for w in sea.warnings] == ["NAVAREA III 0150/25"]
    page = (folder / "out" / "report" / "sea.html").read_text(encoding="utf-8")
    assert "NAVAREA III 0150/25" in page
    assert "Ships that radar or light showed and nobody heard" in page
    assert "31.0562" not in page


def test_without_a_receiver_nothing_is_said_of_any_ship(folder: Path) -> None:
    kept = [line for line in CASE.splitlines() if "receivers" not in line]
    text = "\n".join(kept).replace("output: out", "output: deaf")
    (folder / "deaf.yml").write_text(text + "\n", encoding="utf-8")
    observed = Case.read(folder / "deaf.yml").observe()
    assert observed.sea is not None
    (day,) = (d for d in observed.sea.dark if d.zone == "XZ-BLS")
    assert day.expected == 0.0
    assert day.untold >= len(HEARD) + len(SILENT)


def test_one_ships_record_names_its_evidence_and_a_warship_has_no_place(folder: Path) -> None:
    told = CliRunner().invoke(app, ["vessel", "272000101", str(folder / "case.yml"), "--json", "--quiet"])
    assert told.exit_code == 0, told.output
    record = json.loads(told.stdout)
    assert record["positions"] == 361
    assert record["days"] == [["2025-04-02", "Black Sea", 361]]
    assert record["files"][0][0] == "heard.nmea"
    assert len(record["files"][0][1]) == 64
    plain = CliRunner().invoke(app, ["vessel", "272000101", str(folder / "heard.nmea"), "--quiet"])
    assert "MMSI 272000101: 361 positions" in plain.stdout
    with pytest.raises(Exception, match="nothing of MMSI 1 in these files"):
        CliRunner().invoke(app, ["vessel", "1", str(folder / "heard.nmea"), "--quiet"], catch_exceptions=False)
