"""Stated tallies: claims with their numbers, never incidents."""

from __future__ import annotations

import tempfile
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.model.intake import Intake, Window
from ceasefire.sources import tallies

MORATORIUM = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
HEADER = "time_start,time_end,model,launched,destroyed,affected region,source\n"


def read(tmp_path: Path, text: str) -> Intake:
    path = tmp_path / "tallies.csv"
    path.write_text(HEADER + text, encoding="utf-8")
    return tallies.read([path], source="tallies", window=MORATORIUM)


def test_two_time_formats_on_the_kyiv_clock(tmp_path: Path) -> None:
    got = read(tmp_path, "2025-03-29 20:00,2025-03-30 08:00,Shahed,10,8,,\n2025-03-30,2025-03-30,Lancet,1,1,,\n")
    night, day = got.claims
    assert (night.start, night.end) == (datetime(2025, 3, 29, 18, tzinfo=UTC), datetime(2025, 3, 30, 5, tzinfo=UTC))
    assert (day.start, day.end) == (datetime(2025, 3, 29, 22, tzinfo=UTC), datetime(2025, 3, 30, 21, tzinfo=UTC))


def test_a_tally_is_a_claim_of_launches_and_no_observation(tmp_path: Path) -> None:
    got = read(tmp_path, "2025-04-01 20:00,2025-04-02 08:00,Shahed-136/131,74,41,\"['Sumy oblast']\",kpszsu/posts/p1\n")
    claim = got.claims[0]
    assert len(got.observations) == 0
    assert (claim.claimant, claim.speaker, claim.accused, claim.act) == ("ukraine", "Air Force", "russia", "launch")
    assert (claim.low, claim.high, claim.unit, claim.region) == (74.0, 74.0, "launches", "UA-59")
    assert claim.words == "Shahed-136/131: 74 launched, 41 destroyed"


def test_a_channel_that_is_no_office_speaks_for_itself(tmp_path: Path) -> None:
    got = read(tmp_path, "2025-04-04 19:00,2025-04-04 19:00,Ballistic Missile,1,0,,https://t.me/war_monitor/1\n")
    claim = got.claims[0]
    assert (claim.claimant, claim.speaker) == ("war_monitor", "")
    assert claim.end > claim.start


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2025-02-30,2025-03-30,Lancet,1,1,,", "time_start is no time"),
        ("2025-03-30 10:00,2025-03-29 10:00,Lancet,1,1,,", "ends before"),
        ("2025-03-30,2025-03-30,Lancet,many,1,,", "launched"),
        ("2025-03-30,2025-03-30,Lancet,1,5,,", "more destroyed"),
    ],
)
def test_a_bad_row_is_kept_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    got = read(tmp_path, row + "\n")
    got.count.check()
    assert reason in got.quarantine[0].reason


def test_the_moratorium_has_101_tallies(shared_data: Path) -> None:
    got = tallies.read([shared_data / "attacks" / "missile_attacks_daily.csv"], source="tallies", window=MORATORIUM)
    got.count.check()
    assert got.count.rows == got.count.used == len(got.claims) == 101
    assert set(got.claims.column("act")) == {"launch"}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_give_rows_that_add_up(body: bytes, headed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "x.csv"
        path.write_bytes((HEADER.encode() if headed else b"") + body)
        got = tallies.read([path], source="x", window=MORATORIUM)
        got.count.check()
        assert got.count.quarantined == len(got.quarantine)


@given(st.text(max_size=60))
def test_any_list_of_regions_is_read_or_left(text: str) -> None:
    assert all(code.startswith("UA-") for code in tallies.affected("[" + text))
