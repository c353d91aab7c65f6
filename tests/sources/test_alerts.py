"""Daily air-raid alerts: minutes, looks, permanent alerts, and rows that contradict each other."""

from __future__ import annotations

import tempfile
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.model.intake import Intake, Window
from ceasefire.sources import alerts

MORATORIUM = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
HEADER = "date,oblast,alert_minutes,alert_count\n"


def read(tmp_path: Path, text: str, **options: object) -> Intake:
    path = tmp_path / "alerts.csv"
    path.write_text(HEADER + text, encoding="utf-8")
    return alerts.read([path], source="alerts", window=MORATORIUM, options=options)


def test_easter_day_had_379_minutes_of_alert(shared_data: Path) -> None:
    window = Window(datetime(2025, 4, 20, tzinfo=UTC), datetime(2025, 4, 21, tzinfo=UTC))
    got = alerts.read([shared_data / "airraid" / "daily_oblast_metrics.csv"], source="alerts", window=window)
    assert round(alerts.alert_minutes(got.observations).sum()) == 379


def test_moratorium_has_775_oblast_days_and_no_dip(shared_data: Path) -> None:
    got = alerts.read([shared_data / "airraid" / "daily_oblast_metrics.csv"], source="alerts", window=MORATORIUM)
    got.count.check()
    assert got.count.rows == got.count.used == 775
    assert len(got.looks) == 31 * 27
    lost = got.looks.keep(got.looks.column("lost") != "")
    assert set(lost.column("lost")) == {"permanent alert"}
    assert sorted(set(lost.column("region"))) == ["UA-09", "UA-40", "UA-43"]
    assert "UA-09" not in set(got.observations.column("region"))
    by_day: dict[str, float] = {}
    for o, minutes in zip(got.observations, alerts.alert_minutes(got.observations), strict=True):
        by_day[o.end.date().isoformat()] = by_day.get(o.end.date().isoformat(), 0.0) + minutes
    assert len(by_day) == 31
    assert min(by_day.values()) + 0.5 >= 1352
    assert max(by_day.values()) < 6500


def test_a_day_without_alert_is_a_look_and_no_act(tmp_path: Path) -> None:
    got = read(tmp_path, "2025-03-20,Lvivska oblast,0.0,0\n2025-03-20,Sumska oblast,125.7,3\n")
    acts = {o.region: (o.act, o.summary) for o in got.observations}
    assert acts["UA-46"] == ("", "No air-raid alert")
    assert acts["UA-59"] == ("alert", "Air-raid alert for 125.7 minutes in 3 alerts")
    look = next(x for x in got.looks if x.region == "UA-46" and not x.lost)
    assert look.acts == ("attack.air",)
    assert look.quality == 1.0


def test_a_missing_day_is_a_lost_look(tmp_path: Path) -> None:
    got = read(tmp_path, "2025-03-20,Sumska oblast,5,1\n")
    sumy = [x for x in got.looks if x.region == "UA-59"]
    assert len(sumy) == 31
    assert [x.lost for x in sumy].count("no data") == 30
    assert all(x.quality == 0.0 for x in sumy if x.lost)


def test_kyiv_day_has_23_hours_on_30_march_2025(tmp_path: Path) -> None:
    got = read(tmp_path, "2025-03-30,Sumska oblast,5,1\n2025-03-31,Sumska oblast,5,1\n")
    hours = [(o.end - o.start).total_seconds() / 3600 for o in got.observations]
    assert hours == [23, 24]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2025-03-32,Sumska oblast,5,1", "no date"),
        ("2025-03-20,Atlantis,5,1", "no region of Ukraine"),
        ("2025-03-20,Sumska oblast,-5,1", "alert_minutes"),
        ("2025-03-20,Sumska oblast,99999,1", "alert_minutes"),
        ("2025-03-20,Sumska oblast,5,many", "alert_count"),
        ("2025-03-20,Sumska oblast", "fields"),
    ],
)
def test_a_bad_row_is_kept_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    got = read(tmp_path, f"2025-03-21,Lvivska oblast,1,1\n{row}\n")
    got.count.check()
    assert got.count.used == 1
    assert reason in got.quarantine[0].reason
    assert got.quarantine[0].line == 3


def test_repeated_rows_are_duplicates_and_contradictions_are_kept_out(tmp_path: Path) -> None:
    got = read(tmp_path, "2025-03-20,Sumska oblast,5,1\n" * 2 + "2025-03-20,Sumska oblast,6,1\n")
    assert (got.count.used, got.count.duplicates, got.count.quarantined) == (1, 1, 1)
    assert "contradicts line 2" in got.quarantine[0].reason


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_give_rows_that_add_up(body: bytes, headed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "x.csv"
        path.write_bytes((HEADER.encode() if headed else b"") + body)
        got = alerts.read([path], source="x", window=Window(MORATORIUM.start, datetime(2025, 3, 20, tzinfo=UTC)))
        got.count.check()
        assert got.count.quarantined == len(got.quarantine)
