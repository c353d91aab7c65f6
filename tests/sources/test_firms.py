"""FIRMS: three layouts, two spellings of each satellite, blank rows, static sources, made and lost looks."""

from __future__ import annotations

import warnings
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.errors import UnverifiedSource
from ceasefire.model.intake import Intake, Window
from ceasefire.sources import firms
from ceasefire.testing.check_source import check_source

WINDOW = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
ARCHIVE = "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,instrument,confidence,type\n"


def span(first: str, last: str) -> Window:
    return Window(datetime.fromisoformat(first + "T00:00:00Z"), datetime.fromisoformat(last + "T00:00:00Z"))


def read(folder: Path, text: str, window: Window = WINDOW) -> Intake:
    path = folder / "fires.csv"
    path.write_text(text, encoding="utf-8")
    intake = firms.read([path], source="firms", window=window)
    intake.count.check()
    return intake


def test_a_pixel_is_a_fire_since_the_pass_before(tmp_path: Path) -> None:
    intake = read(tmp_path, ARCHIVE + "50.9,34.8,330,3,4,2025-03-19,0039,Aqua,MODIS,85,0\n")
    (o,) = intake.observations
    assert (o.start, o.end) == (datetime(2025, 3, 18, 12, 39, tzinfo=UTC), datetime(2025, 3, 19, 0, 40, tzinfo=UTC))
    assert (o.act, o.channel, o.procedure, o.radius_km, o.credibility) == (
        "fire",
        "satellite.thermal",
        "sensor",
        2.5,
        2,
    )
    assert np.isnan(o.likelihood_ratio)


def test_times_of_one_to_four_digits(tmp_path: Path) -> None:
    times = ["7", "39", "107", "1038", "10:38", "2460", "-1", "x"]
    rows = [f"50.{i},34.8,330,1,1,2025-03-19,{t},N,VIIRS,n,0\n" for i, t in enumerate(times)]
    intake = read(tmp_path, ARCHIVE + "".join(rows))
    assert [t.strftime("%H%M") for t in intake.observations.column("reported").tolist()] == [
        "0007",
        "0039",
        "0107",
        "1038",
        "1038",
    ]
    assert {q.reason for q in intake.quarantine} == {"acq_date and acq_time are not a time"}


def test_static_sources_are_kept_and_doubted(tmp_path: Path) -> None:
    (o,) = read(tmp_path, ARCHIVE + "48.16,30.62,300,1,1,2025-03-19,0039,Aqua,MODIS,100,2\n").observations
    assert (o.credibility, o.alternatives, o.summary) == (5, ("accident",), "Heat at a known static source.")


def test_pixels_of_one_pass_are_one_report(tmp_path: Path) -> None:
    rows = "".join(f"50.{i},34.8,300,1,1,2025-03-19,0039,N,VIIRS,n,0\n" for i in range(1, 5))
    intake = read(tmp_path, ARCHIVE + rows + "50.1,34.8,300,1,1,2025-03-19,0129,N20,VIIRS,n,0\n")
    assert len(set(intake.observations.column("origin").tolist())) == 2


def test_equal_pixels_under_two_spellings_keep_the_fuller_row(tmp_path: Path) -> None:
    text = (
        "frp,acq_date,acq_time,satellite,_lon,_lat,latitude,longitude,scan,track,confidence,instrument\n"
        "2.2,2025-03-29,58,VIIRS_NOAA21_NRT,37.08332,48.44706,,,,,,\n"
        "2.2,2025-03-29,0058,N21,37.08332,48.44706,48.44706,37.08332,0.69,0.74,n,VIIRS\n"
        "0,,,,39.6,50.1,,,,,,\n"
    )
    intake = read(tmp_path, text)
    assert (intake.count.used, intake.count.duplicates, intake.count.quarantined) == (1, 1, 1)
    assert intake.observations[0].line == 3
    assert round(intake.observations[0].radius_km, 2) == 0.51
    assert intake.quarantine[0].reason == "no acq_date"


def test_points_without_time_are_whole_days(tmp_path: Path) -> None:
    intake = read(tmp_path, "LATITUDE,LONGITUDE,ACQ_DATE\n50.9,34.8,2025-03-19\n50.9,34.8,2025-03-19\n")
    (o,) = intake.observations
    assert o.end == datetime(2025, 3, 20, tzinfo=UTC)
    assert (o.radius_km, o.credibility, intake.count.duplicates) == (1, 6, 1)


def test_days_without_data_are_lost_looks_and_never_zeros(tmp_path: Path) -> None:
    box = "48.2,22.6,300,1,1,2025-03-19,0039,N,VIIRS,n,0\n52.2,33.3,300,1,1,2025-03-20,0039,N,VIIRS,n,0\n"
    box += "49.5,39.5,300,1,1,2025-03-20,0039,N,VIIRS,n,0\n"
    looks = read(tmp_path, ARCHIVE + box).looks
    sumy = [look for look in looks if look.region == "UA-59"]
    assert Counter(look.lost for look in sumy) == {"": 2, "no data": 29}
    assert {look.quality for look in sumy} == {firms.QUALITY, 0.0}
    assert "UA-43" not in looks.column("region").tolist()
    other_year = read(tmp_path, ARCHIVE + box.replace("2025", "2022"))
    assert other_year.count.outside == 3
    assert set(other_year.looks.column("lost").tolist()) == {"no data"}


def test_a_country_that_a_table_does_not_show_was_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "fires.csv"
    rows = ["48.2,22.6", "52.2,33.3", "49.5,39.5", "46.5,32.0"]
    path.write_text(ARCHIVE + "".join(f"{x},300,1,1,2025-03-19,0039,N,VIIRS,n,0\n" for x in rows), encoding="utf-8")
    asked = {"regions": ["UA-59", "UA-43", "RU-BEL"]}
    looks = firms.read([path], source="firms", window=WINDOW, options=asked).looks
    made = {look.region for look in looks if not look.lost}
    assert made == {"UA-59"}, "Crimea lies outside the rows' box, and no row is in Russia"
    assert Counter(looks.column("region").tolist()) == {"UA-59": 31, "UA-43": 31, "RU-BEL": 31}


def test_a_table_of_something_else_is_one_row(tmp_path: Path) -> None:
    intake = read(tmp_path, "a,b\n1,2\n")
    assert [(q.line, q.reason) for q in intake.quarantine] == [
        (0, "no column latitude/_lat, longitude/_lon, acq_date; the header has: a, b")
    ]


@pytest.mark.parametrize(
    ("name", "window", "count"),
    [
        ("viirs_three_satellites_ukraine_2026-06.csv", span("2026-06-25", "2026-07-03"), (6928, 6808, 119, 1)),
        ("viirs_snpp_ukraine_2022-09_2022-11.csv", span("2022-09-01", "2022-11-08"), (4248, 4248, 0, 0)),
        ("modis/modis_2020_Ukraine.csv", span("2020-01-01", "2021-01-01"), (26349, 26349, 0, 0)),
        ("points/ukr_fire_data_2000.csv", span("2000-01-01", "2001-01-01"), (79, 79, 0, 0)),
    ],
)
def test_real_tables(shared_data: Path, name: str, window: Window, count: tuple[int, ...]) -> None:
    intake = check_source(firms, [shared_data / "firms" / name], window=window)
    got = intake.count
    assert (got.rows, got.used, got.duplicates, got.quarantined) == count


def test_the_real_data_did_not_look_in_the_moratorium(shared_data: Path) -> None:
    intake = firms.read([shared_data / "firms/modis/modis_2020_Ukraine.csv"], source="firms", window=WINDOW)
    assert intake.count.rows == 0
    assert set(intake.looks.column("lost").tolist()) == {"no data"}


@given(st.binary(max_size=300), st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_bytes_add_up(tmp_path_factory: pytest.TempPathFactory, data: bytes, header: bool) -> None:
    path = tmp_path_factory.mktemp("t") / "f.csv"
    path.write_bytes((ARCHIVE.encode() if header else b"") + data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedSource)
        firms.read([path], source="firms", window=WINDOW).count.check()


ANY = st.sampled_from(["", "2025-03-20", "1038", "34.8", "50.9", "N20", "h", "2", "x", "-1", "٣٣"])


@given(st.lists(st.tuples(*[ANY] * 11), max_size=8))
@settings(max_examples=80, deadline=None)
def test_any_fields_add_up(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]) -> None:
    intake = read(tmp_path_factory.mktemp("t"), ARCHIVE + "".join(",".join(r) + "\n" for r in rows))
    assert intake.count.quarantined == len(intake.quarantine)
