"""Pixels through a whole case: a change planted into radar scenes is found, dated, weighed, drawn and held back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ceasefire import imagery
from ceasefire.case import Case
from ceasefire.cli import app
from ceasefire.errors import CeasefireError, FetchError
from ceasefire.model.records import Observation
from ceasefire.model.table import Table
from ceasefire.run import Run

rasterio = pytest.importorskip("rasterio", reason="the extra `satellite` is not installed")
pytest.importorskip("numba", reason="the extra `satellite` is not installed")

CASE = """case: 1
id: radar
title: Radar around two substations
agreement: library:energy-2025
period: {from: 2025-03-18, to: 2025-04-17}
clock: UTC
cutoff: 2025-04-18T12:00 UTC
issued: 2025-06-30
area: {regions: [UA-53]}
registers: [register.csv]
sources:
  - {id: facts, product: facts, path: facts.csv}
  - {id: s1, product: sentinel1, path: "s1/*.tif", options: OPTIONS}
"""
OPTIONS = "{before: 2024-11-01, level: 0.01, outlines: sites.geojson}"
REGISTER = (
    "country,country_long,name,gppd_idnr,latitude,longitude,primary_fuel,geolocation_source\n"
    "UKR,Ukraine,Eastern plant,GEODB1,49.60000,34.52000,Gas,GEODB\n"
    "UKR,Ukraine,Western plant,GEODB2,49.60000,34.49500,Gas,GEODB\n"
)
RING = [[34.5183, 49.5989], [34.5217, 49.5989], [34.5217, 49.6011], [34.5183, 49.6011], [34.5183, 49.5989]]
SITE = {
    "type": "Feature",
    "geometry": {"type": "Polygon", "coordinates": [RING]},
    "properties": {"id": "east", "name": "Eastern plant", "object_class": "energy.electricity.generation"},
}
FACTS = (
    "id,kind,start,end,clock,place,lat,lon,radius_km,act,object_class,channel,procedure,reliability,credibility,origin,summary\n"
    "f1,event,2025-03-20T02:00,2025-03-20T05:00,UTC,Eastern plant,49.600,34.520,2,attack.air.drone,"
    "energy.electricity.generation,news,report,B,2,agency,"
    "A strike on the plant was reported.\n"
)
BEFORE = [f"2024{m}{d}" for m, d in (("11", "05"), ("11", "17"), ("11", "29"), ("12", "11"), ("12", "23"))]
BEFORE += [
    f"2025{m}{d}" for m, d in (("01", "04"), ("01", "16"), ("01", "28"), ("02", "09"), ("02", "21"), ("03", "05"))
]
AFTER = ["20250329", "20250410"]
SIDE, PIXEL = 340, 20.0


def scene(folder: Path, day: str, band: str, values: np.ndarray, west: float, north: float) -> None:
    name = f"OPERA_L2_RTC-S1_T036-000001-IW1_{day}T041500Z_{day}T120000Z_S1A_20_v1.0_{band}.tif"
    with rasterio.open(
        folder / name, "w", driver="GTiff", width=SIDE, height=SIDE, count=1, dtype="float32", crs="EPSG:32636",
        transform=rasterio.Affine(PIXEL, 0, west, 0, -PIXEL, north), nodata=np.nan, compress="deflate",
    ) as out:  # fmt: skip
        out.write(values.astype(np.float32), 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from rasterio.warp import transform

    where = tmp_path_factory.mktemp("radar")
    (where / "s1").mkdir()
    (where / "sites.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [SITE, {}]}))
    for name, text in (
        ("case.yml", CASE.replace("OPTIONS", OPTIONS)),
        ("register.csv", REGISTER),
        ("facts.csv", FACTS),
    ):
        (where / name).write_text(text, encoding="utf-8")
    (x, x2), (y, _) = transform("EPSG:4326", "EPSG:32636", [34.52, 34.495], [49.6, 49.6])
    west, north = round((x + x2) / 2 - SIDE * PIXEL / 2), round(y + SIDE * PIXEL / 2)
    rng = np.random.default_rng(4)
    level = {"VV": 0.1, "VH": 0.02}
    ground = np.exp(rng.normal(0, 0.3, (SIDE, SIDE)))
    row, column = np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij")
    away = np.hypot(west + (column + 0.5) * PIXEL - x, north - (row + 0.5) * PIXEL - y)
    for day in BEFORE + AFTER:
        wet = np.exp(rng.normal(0, 0.05))
        for band in ("VV", "VH"):
            values = level[band] * ground * wet * rng.gamma(5.0, 0.2, (SIDE, SIDE))
            if day in AFTER:
                values[away < 120.0] *= 10 ** (-0.35)
            scene(where / "s1", day, band, values, west, north)
    (where / "s1" / "OPERA_L2_RTC-S1_T036-000001-IW1_20250422T041500Z_20250422T120000Z_S1A_20_v1.0_VV.tif").write_bytes(
        b"<html>404</html>"
    )
    return where


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return Case.read(folder / "case.yml").run()


def test_the_planted_change_is_one_observation_with_its_interval_and_ratio(run: Run) -> None:
    seen = run.observed.observations.where(product="sentinel1")
    (one,) = seen
    assert one.place == "Eastern plant"
    assert one.channel == "satellite.radar"
    assert one.effect == "damage"
    assert one.likelihood_ratio > 5
    assert (str(one.start.date()), str(one.end.date())) == ("2025-03-05", "2025-03-29")
    assert "Harvest" in one.summary
    assert len(one.evidence) == 64


def test_the_report_of_the_strike_and_the_radar_are_one_incident(run: Run) -> None:
    (incident,) = run.incidents
    assert set(incident.channels) == {"news", "satellite.radar"}
    alone = [w for w in run.fused.weights if w.about == "occurred" and w.weight > 0]
    assert len(alone) >= 2


def test_every_pass_is_a_look_at_every_object(run: Run) -> None:
    looks = run.observed.looks.where(source="s1")
    assert {str(day)[:10] for day in looks.column("start")} == {"2025-03-29", "2025-04-10"}
    assert len(looks) == 2 * 3
    assert all(look.quality == 1.0 for look in looks)


def test_a_page_in_place_of_a_scene_is_set_aside_with_its_reason(run: Run) -> None:
    bad = run.observed.quarantine.where(source="s1")
    assert [q.reason for q in bad] == ["no geometry"]  # of the outlines; the page lies outside the period
    count = run.observed.counts["s1"]
    assert count.used == 2 * (len(BEFORE) + len(AFTER)) + 1
    assert count.outside == 1


def test_pictures_are_made_and_held_back(run: Run, folder: Path) -> None:
    assert sorted(p.kind for p in run.observed.pictures) == ["after", "before", "change"]
    report = folder / "out" / "report"
    page = (report / "images.html").read_text(encoding="utf-8")
    assert "nobody has reviewed it" in page
    assert not list((report / "images").glob("*.png"))
    assert 'href="images.html"' in (report / "index.html").read_text(encoding="utf-8")
    assert json.loads((report / "images.json").read_text(encoding="utf-8"))["galleries"]


def test_reviewed_pictures_are_published(folder: Path, run: Run) -> None:
    ids = ", ".join(p.id for p in run.observed.pictures)
    text = CASE.replace("OPTIONS", OPTIONS) + "release: {images: {publish: [" + ids + "]}}\noutput: shown\n"
    (folder / "shown.yml").write_text(text, encoding="utf-8")
    Case.read(folder / "shown.yml").run()
    assert len(list((folder / "shown" / "report" / "images").glob("*.png"))) == 3


def test_a_second_run_gives_the_same_bytes(folder: Path, run: Run) -> None:
    before = {p.name: p.read_bytes() for p in (folder / "out").glob("*.parquet")}
    Case.read(folder / "case.yml").run()
    assert {p.name: p.read_bytes() for p in (folder / "out").glob("*.parquet")} == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("{lvel: 0.1}", "no option 'lvel'"),
        ("{level: high}", "level is a number"),
        ("{before: soon}", "before is a date"),
        ("{before: 2025-04-01}", "must lie before"),
        ("{classes: transport.port}", "no protected object of those classes"),
        ("{outlines: 7}", "names GeoJSON files"),
    ],
)
def test_wrong_options_say_what_would_be_right(folder: Path, options: str, said: str) -> None:
    text = CASE.replace("OPTIONS", options) + "output: wrong\n"
    (folder / "wrong.yml").write_text(text, encoding="utf-8")
    with pytest.raises(CeasefireError, match=said):
        Case.read(folder / "wrong.yml").observe()


def test_what_fetch_wants_is_what_is_read(folder: Path) -> None:
    case = Case.read(folder / "case.yml")
    asked = {"source": "s1", "window": case.file.window, "objects": case.register()[0]}
    fires = Table.empty(Observation)
    sites = [folder / "sites.geojson"]
    wanted = imagery.places("sentinel1", options={}, fires=fires, outlines=sites, **asked)
    assert [(p.id, p.margin_m) for p in wanted] == [
        ("outline:east", 1500.0),
        ("wri:GEODB1", 1500.0),
        ("wri:GEODB2", 1500.0),
    ]
    assert imagery.places("sentinel2", options={}, fires=fires, **asked) == []
    with pytest.raises(FetchError, match=r"no source of this case can be fetched.*sentinel1"):
        list(case.fetch())


def test_damage_without_a_case(folder: Path) -> None:
    asked = ["damage", str(folder / "s1"), "--outlines", str(folder / "sites.geojson"), "--before", "2024-11-01"]
    told = CliRunner().invoke(app, [*asked, "--from", "2025-03-18", "--to", "2025-04-17"])
    assert told.exit_code == 0, told.output
    assert "Eastern plant: Radar: the site's surface changed between 2025-03-05 and 2025-03-29" in told.stdout
    assert "1 changed; 2 looks made, 0 lost" in told.stdout
    (row,) = json.loads(
        CliRunner().invoke(app, [*asked, "--from", "2025-03-18", "--to", "2025-04-17", "--json"]).stdout
    )
    assert len(json.loads(row["text"])["inputs"]) == 2 * (len(BEFORE) + len(AFTER))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["damage", "nowhere", "--outlines", "x", "--from", "2025-03-18", "--to", "2025-04-17"], "x is not there"),
        (["overpasses", "nowhere", "--at", "A=1,2", "--from", "2025-03-18", "--to", "2025-03-19"], "cannot be read"),
    ],
)
def test_what_is_not_there_is_named(asked: list[str], said: str) -> None:
    with pytest.raises(CeasefireError, match=said):
        CliRunner().invoke(app, asked, catch_exceptions=False)


def test_overpasses_of_a_place(tmp_path: Path) -> None:
    pytest.importorskip("sgp4", reason="the extra `satellite` is not installed")
    elements = tmp_path / "viirs.txt"
    elements.write_text(
        "1 43013U 17073A   26177.72844921  .00000042  00000+0  40828-4 0  9990\n"
        "2 43013  98.7772 117.1062 0000629 133.0625 227.0604 14.19513365445820\n"
        "1 43013U 17073A   26177.72844921  .00000042  00000+0  40828-4 0  9991\n"
    )
    asked = ["overpasses", str(elements), "--at", "Kyiv=30.5,50.45", "--from", "2026-06-26", "--to", "2026-06-26"]
    told = CliRunner().invoke(app, asked)
    assert told.exit_code == 0, told.output
    assert told.stdout.count("NOAA-20") == 4
    assert "viirs.txt:3" in told.stderr
    wrong = [*asked[:3], "Kyiv=50.45;30.5", *asked[4:]]
    with pytest.raises(CeasefireError, match="a place is NAME=LON,LAT"):
        CliRunner().invoke(app, wrong, catch_exceptions=False)
