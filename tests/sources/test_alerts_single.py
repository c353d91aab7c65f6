"""Single air-raid alerts: overlaps, ends that were assumed, and odd rows."""

from __future__ import annotations

import tempfile
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.errors import AssumedPrecision
from ceasefire.model.intake import Intake, Window
from ceasefire.sources import alerts_single

YEAR = Window(datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))
HEADER = "region,started_at,finished_at,naive\n"


def read(tmp_path: Path, text: str) -> Intake:
    path = tmp_path / "single.csv"
    path.write_text(HEADER + text, encoding="utf-8")
    return alerts_single.read([path], source="alerts", window=YEAR)


def row(begin: str, end: str, *, region: str = "Sumska oblast", naive: bool = False) -> str:
    return f"{region},2024-03-01 {begin}:00+00:00,2024-03-01 {end}:00+00:00,{naive}\n"


def test_overlapping_alerts_of_a_region_are_one(tmp_path: Path) -> None:
    text = (
        row("10:00", "10:30")
        + row("10:20", "11:00")
        + row("10:20", "11:00", region="Kyiv City")
        + row("12:00", "12:10")
    )
    got = read(tmp_path, text)
    assert got.count.used == 4
    assert [(o.region, o.start.hour, o.end.strftime("%H:%M")) for o in got.observations] == [
        ("UA-59", 10, "11:00"),
        ("UA-30", 10, "11:00"),
        ("UA-59", 12, "12:10"),
    ]
    assert len(got.looks) == 3


def test_an_assumed_end_is_said_and_doubted(tmp_path: Path) -> None:
    with pytest.warns(AssumedPrecision, match="1 alerts was assumed|end of 1 alerts"):
        got = read(tmp_path, row("10:00", "10:30", naive=True))
    assert got.observations[0].summary == "Air-raid alert for at least 30 minutes (its end was not seen)"


def test_an_alert_that_ends_before_it_begins_is_kept_out(tmp_path: Path) -> None:
    got = read(tmp_path, row("10:00", "09:30"))
    assert "ends before it begins" in got.quarantine[0].reason


def test_real_files_are_read_whole(shared_data: Path) -> None:
    window = Window(datetime(2022, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))
    path = shared_data / "airraid" / "vadimkin_volunteer_data_en.csv"
    with pytest.warns(AssumedPrecision, match="2395"):
        got = alerts_single.read([path], source="volunteers", window=window)
    got.count.check()
    assert got.count.used == 54_514


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_give_rows_that_add_up(body: bytes, headed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "x.csv"
        path.write_bytes((HEADER.encode() if headed else b"") + body)
        got = alerts_single.read([path], source="x", window=YEAR)
        got.count.check()
        assert got.count.quarantined == len(got.quarantine)
