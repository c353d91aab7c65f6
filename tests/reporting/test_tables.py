"""The tables and the map file: HXL, no formulas, RFC 7946."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceasefire.reporting.map import Lambert
from ceasefire.reporting.report import ReportInput, write
from ceasefire.reporting.tables import cell, table

TABLES = ("incidents", "findings", "claims", "coverage", "obligations")


@pytest.fixture
def folder(issue: ReportInput, tmp_path: Path) -> Path:
    write(issue, tmp_path)
    return tmp_path


def test_tables_have_a_heading_and_an_hxl_row_of_equal_width(folder: Path) -> None:
    for name in TABLES:
        rows = list(csv.reader(io.StringIO((folder / f"{name}.csv").read_text(encoding="utf-8"))))
        assert all(tag.startswith("#") for tag in rows[1]), name
        assert {len(r) for r in rows} == {len(rows[0])}, name


def test_every_released_incident_is_in_the_table(folder: Path, issue: ReportInput) -> None:
    rows = list(csv.DictReader(io.StringIO((folder / "incidents.csv").read_text(encoding="utf-8"))))[1:]
    assert len(rows) == len(issue.incidents) - 2
    first = next(r for r in rows if r["Incident"] == "i-000000000000")
    assert first["Latitude (rounded)"] == "49.6"
    assert first["Likelihood"] == "very likely"
    assert first["No strikes on energy facilities: Kremlin"] == "violation"


@given(st.text(max_size=40))
def test_no_cell_begins_like_a_formula_and_text_survives(text: str) -> None:
    clean = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    written = cell(text)
    assert not written.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert written in (clean, "'" + clean)
    back = list(csv.reader(io.StringIO(table([("A", "#a")], [[text]]), newline="")))
    assert back[2:] == [[written]] or (written == "" and back[2:] in ([[""]], [[]]))


def test_geojson_is_rounded_and_unlocated_features_are_null(folder: Path, issue: ReportInput) -> None:
    sheet = json.loads((folder / "incidents.geojson").read_text(encoding="utf-8"))
    assert sheet["type"] == "FeatureCollection"
    assert "crs" not in sheet
    features = {f["id"]: f for f in sheet["features"]}
    assert len(features) == len(issue.incidents) - 2
    point = features["i-000000000000"]["geometry"]
    assert point == {"type": "Point", "coordinates": [34.6, 49.6]}
    assert features["i-000000000000"]["properties"]["radius_km"] > 5.0
    assert features["i-00000000003f"]["geometry"] is None
    assert features["i-00000000003f"]["properties"]["radius_km"] is None
    west, south, east, north = sheet["bbox"]
    assert west <= 34.6 <= east
    assert south <= 49.6 <= north


@given(st.floats(20, 60), st.floats(42, 60))
def test_the_projection_keeps_circles_round(lon: float, lat: float) -> None:
    import numpy as np

    cone = Lambert(35.0, 45.0, 56.0)
    step = 0.01
    (x0, x1), (y0, y1) = cone.project([lon, lon], [lat - step, lat + step])
    north = np.hypot(x1 - x0, y1 - y0)
    (x0, x1), (y0, y1) = cone.project([lon - step, lon + step], [lat, lat])
    east = np.hypot(x1 - x0, y1 - y0) / np.cos(np.radians(lat))
    assert abs(north / east - 1) < 1e-4
    assert 0.95 < cone.scale(lon, lat) < 1.08
