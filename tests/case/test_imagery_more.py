"""Optical scenes and night lights through a whole case: a scar beside a fire, an outage of a town, lost looks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from ceasefire.case import Case
from ceasefire.run import Run

rasterio = pytest.importorskip("rasterio", reason="the extra `satellite` is not installed")

HEAD = """case: 1
id: sky
title: Scars and lights
agreement: library:energy-2025
period: {from: 2025-03-18, to: 2025-04-17}
clock: UTC
cutoff: 2025-04-18T12:00 UTC
issued: 2025-07-30
area: {regions: [UA-53]}
"""
SCARS = """sources:
  - {id: firms, product: firms, path: fires.csv}
  - {id: s2, product: sentinel2, path: "s2/*/*.tif"}
"""
LIGHTS = """sources:
  - id: lights
    product: black_marble
    path: "lights/*.tif"
    options:
      objects: false
      places: [PLACES]
"""
SIDE, PIXEL = 200, 20.0
LON, LAT = 34.52, 49.60


def scar_case(folder: Path) -> Path:
    """A field burns at one place on 26 March; one scene of the place is under cloud."""
    from rasterio.warp import transform

    (x,), (y,) = transform("EPSG:4326", "EPSG:32636", [LON], [LAT])
    west, north = round(x - SIDE * PIXEL / 2), round(y + SIDE * PIXEL / 2)
    row, column = np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij")
    away = np.hypot(west + (column + 0.5) * PIXEL - x, north - (row + 0.5) * PIXEL - y)
    rng = np.random.default_rng(2)
    texture = rng.normal(1.0, 0.05, (SIDE, SIDE))
    for day in ("20250305", "20250315", "20250320", "20250330", "20250404", "20250409"):
        product = folder / "s2" / f"S2B_MSIL2A_{day}T084609_N0511_R107_T36UXA_{day}T113000.SAFE"
        product.mkdir(parents=True)
        nir, swir = 0.28 * texture, 0.20 * texture
        if day > "20250326":
            nir, swir = np.where(away < 400, 0.12, nir), np.where(away < 400, 0.26, swir)
        scl = np.full((SIDE, SIDE), 9 if day == "20250409" else 4, dtype=np.uint8)
        for band, values in (("B8A", nir), ("B12", swir), ("SCL", scl)):
            stored = scl if band == "SCL" else np.round(values * 10_000 + 1000).astype(np.uint16)
            with rasterio.open(
                product / f"T36UXA_{day}T084609_{band}_20m.tif", "w", driver="GTiff", width=SIDE, height=SIDE, count=1,
                dtype=stored.dtype, crs="EPSG:32636", transform=rasterio.Affine(PIXEL, 0, west, 0, -PIXEL, north),
                nodata=0,
            ) as out:  # fmt: skip
                out.write(stored, 1)
    (folder / "fires.csv").write_text(
        "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,frp,daynight\n"
        f"{LAT},{LON},350,0.4,0.4,2025-03-26,1012,N,VIIRS,n,12,D\n"
        f"{LAT},{LON + 1.0},350,0.4,0.4,2025-03-26,1012,N,VIIRS,n,12,D\n"
    )
    (folder / "case.yml").write_text(HEAD + SCARS, encoding="utf-8")
    return folder / "case.yml"


@pytest.fixture(scope="module")
def scars(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Case.read(scar_case(tmp_path_factory.mktemp("scars"))).run()


@pytest.mark.filterwarnings("ignore::ceasefire.errors.NoBaseline")
def test_a_scar_is_seen_where_it_burned_and_only_there(scars: Run) -> None:
    (one,) = scars.observed.observations.where(channel="satellite.optical")
    assert one.lon == pytest.approx(LON, abs=1e-6)
    assert 1.2 < one.likelihood_ratio < 2.0
    assert "burn scar" in one.summary
    assert len(scars.observed.pictures) == 3


def test_a_fire_without_scenes_is_a_lost_look(scars: Run) -> None:
    looks = scars.observed.looks.where(source="s2")
    assert sorted(look.lost != "" for look in looks) == [False, True]


def test_scar_and_heat_are_one_incident(scars: Run) -> None:
    channels = [set(i.channels) for i in scars.incidents]
    assert {"satellite.thermal", "satellite.optical"} in channels
    assert len(channels) == 2


@pytest.fixture(scope="module")
def lights(tmp_path_factory: pytest.TempPathFactory) -> Run:
    from ceasefire.sources.black_marble_layers import QUALITY, RADIANCE

    folder = tmp_path_factory.mktemp("lights")
    (folder / "lights").mkdir()
    rng = np.random.default_rng(3)
    side, first = 120, dt.date(2024, 11, 1)
    towns = [(34.05 + 0.05 * (k % 6), 49.95 - 0.12 * (k // 6)) for k in range(12)]
    level = rng.uniform(8, 30, 12)
    for night in range((dt.date(2025, 4, 18) - first).days):
        day = first + dt.timedelta(days=night)
        light, quality = np.full((side, side), 1.0, np.float32), np.zeros((side, side), np.float32)
        for k, (lon, lat) in enumerate(towns):
            row, column = int((50.0 - lat) * 240), int((lon - 34.0) * 240)
            out = 0.1 if k == 4 and dt.date(2025, 3, 24) <= day < dt.date(2025, 4, 8) else 1.0
            at = slice(row - 4, row + 5), slice(column - 4, column + 5)
            light[at] = level[k] * out * np.exp(0.12 * rng.standard_normal())
        if rng.random() < 0.4:
            quality[:] = 255
        name = f"VNP46A2.A{day:%Y%j}.h21v04.002.{day:%Y%j}000000.tif"
        with rasterio.open(
            folder / "lights" / name, "w", driver="GTiff", height=side, width=side, count=2, dtype="float32",
            crs="EPSG:4326", transform=rasterio.Affine(1 / 240, 0, 34.0, 0, -1 / 240, 50.0),
        ) as file:  # fmt: skip
            file.write(np.stack([light, quality]))
            file.descriptions = (RADIANCE, QUALITY)
    rows = ", ".join(
        f"{{id: t{k}, name: Town {k}, lon: {lon}, lat: {lat}, radius_km: 1.5}}" for k, (lon, lat) in enumerate(towns)
    )
    (folder / "case.yml").write_text(HEAD + LIGHTS.replace("PLACES", rows), encoding="utf-8")
    return Case.read(folder / "case.yml").run()


def test_the_outage_is_seen_with_its_nights(lights: Run) -> None:
    seen = lights.observed.observations.where(channel="satellite.lights")
    assert [o.place for o in seen] == ["Town 4"]
    assert seen[0].start.date() <= dt.date(2025, 3, 25)
    assert seen[0].effect == "outage"
    assert 1 < seen[0].likelihood_ratio <= 10


def test_an_outage_alone_is_an_outage_and_accuses_nobody(lights: Run) -> None:
    (incident,) = lights.incidents
    assert incident.act == "outage"
    assert incident.attribution == "undetermined"
    assert not [f for f in lights.findings.where(kind="incident") if f.verdict == "violation"]


def test_cloudy_nights_are_lost_looks(lights: Run) -> None:
    looks = lights.observed.looks.where(source="lights")
    lost = looks.column("lost").astype(str)
    assert len(looks) == 12 * 31
    assert 0.2 < (lost == "poor quality").mean() < 0.6 or 0.2 < (lost != "").mean() < 0.6
    assert lights.observed.counts["lights"].used == 168
