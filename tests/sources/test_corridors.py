"""Humanitarian corridors: promises, their outcomes, and coordinates that contradict a name."""

from __future__ import annotations

import math
import tempfile
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.errors import UnverifiedSource
from ceasefire.model.intake import Intake, Window
from ceasefire.sources import corridors

SPRING = Window(datetime(2022, 3, 1, tzinfo=UTC), datetime(2022, 6, 1, tzinfo=UTC))
HEADER = "HC_ID,date,proposal,status_result,Link,From,from_latitude,from_longitude,To\n"


def read(tmp_path: Path, text: str) -> Intake:
    path = tmp_path / "corridors.csv"
    path.write_text(HEADER + text, encoding="utf-8")
    return corridors.read([path], source="corridors", window=SPRING)


def test_an_agreed_corridor_is_a_promise_of_both(tmp_path: Path) -> None:
    got = read(tmp_path, "1,2022-03-05,Agreed,disputed,https://x.org,Mariupol,47.095,37.541,Zaporizhzhya\n")
    assert [(c.claimant, c.stance, c.act, c.region) for c in got.claims] == [
        ("ukraine", "promises", "corridor", "UA-14"),
        ("russia", "promises", "corridor", "UA-14"),
    ]
    assert got.count.used == 1
    seen = got.observations[0]
    assert seen.summary == "The corridor from Mariupol to Zaporizhzhya is disputed between the sides"
    assert {c.observation for c in got.claims} == {seen.id}


def test_an_unknown_outcome_gives_no_observation(tmp_path: Path) -> None:
    got = read(tmp_path, "1,2022-03-05,Ukraine,proposed route/outcome unknown,,Mariupol,47.095,37.541,Zaporizhzhya\n")
    assert len(got.observations) == 0
    assert len(got.claims) == 1


def test_coordinates_far_from_the_town_are_dropped_with_a_doubt(tmp_path: Path) -> None:
    with pytest.warns(UnverifiedSource, match="1 corridors"):
        got = read(tmp_path, "1,2022-04-20,Ukraine,successful,,Hirske,49.47,23.80,Bakhmut\n")
    assert math.isnan(got.claims[0].lon)
    assert got.claims[0].place == "Hirske"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,2022-02-30,Ukraine,successful,,A,47,37,B", "no date"),
        ("1,2022-03-05,Mars,successful,,A,47,37,B", "proposal is 'Mars'"),
        ("1,2022-03-05,Ukraine,fine,,A,47,37,B", "status_result is 'fine'"),
        ("1,2022-03-05,Ukraine,successful,,A,147,200,B", "is not between"),
        ("1,2022-03-05,Ukraine,successful,,A,37.5,47.1,B", "look swapped"),
    ],
)
def test_a_bad_row_is_kept_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    got = read(tmp_path, row + "\n")
    got.count.check()
    assert reason in got.quarantine[0].reason


def test_the_real_file_has_282_corridors(shared_data: Path) -> None:
    path = shared_data / "ceasefire" / "humanitarian_corridors_ukraine_geocoded.csv"
    with pytest.warns(UnverifiedSource):
        got = corridors.read([path], source="corridors", window=SPRING)
    got.count.check()
    assert got.count.rows == 282
    assert len(got.claims) == 302
    assert len(got.observations) == 137


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_give_rows_that_add_up(body: bytes, headed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "x.csv"
        path.write_bytes((HEADER.encode() if headed else b"") + body)
        got = corridors.read([path], source="x", window=SPRING)
        got.count.check()
        assert got.count.quarantined == len(got.quarantine)
