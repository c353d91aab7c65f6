"""The table of looks: made and lost ones, whole countries, and rows that cannot be used."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.errors import UnverifiedSource
from ceasefire.geo.regions import match
from ceasefire.model.intake import Intake, Window
from ceasefire.sources import looks
from ceasefire.testing.check_source import check_source

WINDOW = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
HEADER = "source,channel,region,lat,lon,radius_km,start,end,acts,quality,lost,clock\n"


def read(folder: Path, *rows: str, **options: str) -> Intake:
    path = folder / "looks.csv"
    path.write_text(HEADER + "".join(row + "\n" for row in rows), encoding="utf-8")
    intake = looks.read([path], source="plan", window=WINDOW, options=options)
    intake.count.check()
    return intake


def test_regions_discs_days_and_lost_looks(tmp_path: Path) -> None:
    intake = read(
        tmp_path,
        "patrol,monitor,UA-59,,,,2025-03-19,,attack,0.5,,Europe/Kyiv",
        ",drone,,50.9,34.8,20,2025-03-19T06:00Z,2025-03-19T09:00Z,attack|fire,0.7,,",
        ",satellite.thermal,UA-59,,,,2025-03-20T00:00Z,2025-03-21T00:00Z,fire,,cloud,",
    )
    day, disc, lost = intake.looks
    assert (day.source, day.region, (day.end - day.start).total_seconds()) == ("patrol", "UA-59", 86400)
    assert day.start == datetime(2025, 3, 18, 22, tzinfo=UTC)
    assert (disc.source, disc.region, disc.radius_km, disc.acts) == ("plan", "", 20, ("attack", "fire"))
    assert (lost.quality, lost.lost) == (0, "cloud")


def test_a_country_means_each_of_its_regions(tmp_path: Path) -> None:
    intake = read(tmp_path, ",news,UA,,,,2025-03-19,,attack,0.5,,Europe/Kyiv")
    assert intake.count.used == 1
    assert sorted(look.region for look in intake.looks) == match("UA")
    assert len({look.id for look in intake.looks}) == len(match("UA"))


def test_the_clock_may_come_from_the_case(tmp_path: Path) -> None:
    row = ",news,UA-59,,,,2025-03-19,,attack,0.5,,"
    assert read(tmp_path, row).quarantine[0].reason.startswith("start: no clock")
    assert read(tmp_path, row, clock="Europe/Kyiv").looks[0].start == datetime(2025, 3, 18, 22, tzinfo=UTC)


REFUSED = {
    "neither a region nor a place was looked at": ",news,,,,,2025-03-19,,attack,0.5,,UTC",
    "unknown region": ",news,UA-99,,,,2025-03-19,,attack,0.5,,UTC",
    "unknown region '*'": ",news,*,,,,2025-03-19,,attack,0.5,,UTC",
    "no channel": ",,UA-59,,,,2025-03-19,,attack,0.5,,UTC",
    "no act": ",news,UA-59,,,,2025-03-19,,,0.5,,UTC",
    "unknown act 'atack'": ",news,UA-59,,,,2025-03-19,,atack|fire,0.5,,UTC",
    "quality is not a number from 0 to 1": ",news,UA-59,,,,2025-03-19,,attack,1.5,,UTC",
    "no quality": ",news,UA-59,,,,2025-03-19,,attack,,,UTC",
    "a lost look has quality 0": ",news,UA-59,,,,2025-03-19,,attack,0.5,cloud,UTC",
    "a look of quality 0 needs the reason": ",news,UA-59,,,,2025-03-19,,attack,0,,UTC",
    "no start": ",news,UA-59,,,,,,attack,0.5,,UTC",
    "it ends before it starts": ",news,UA-59,,,,2025-03-19T02:00,2025-03-19T01:00,attack,0.5,,UTC",
    "a place needs a radius_km": ",drone,,50.9,34.8,,2025-03-19,,attack,0.5,,UTC",
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_row_that_breaks_a_rule_is_kept_out_with_its_reason(tmp_path: Path, reason: str) -> None:
    intake = read(tmp_path, REFUSED[reason])
    assert len(intake.looks) == 0
    assert intake.quarantine[0].reason.startswith(reason)


def test_repeated_and_contradicting_looks(tmp_path: Path) -> None:
    row = ",news,UA-59,,,,2025-03-19,,attack,0.5,,UTC"
    intake = read(tmp_path, row, row, row.replace("0.5", "0.9"), row.replace("2025-03", "2024-03"))
    assert (intake.count.used, intake.count.duplicates, intake.count.quarantined, intake.count.outside) == (1, 1, 1, 1)


def test_the_contract_of_readers(tmp_path: Path) -> None:
    path = tmp_path / "looks.csv"
    rows = [f",news,UA-{r},,,,2025-03-{d},,attack,0.5,,UTC\n" for r in ("59", "63") for d in range(18, 30)]
    path.write_text(HEADER + "".join(rows) + ",news,UA,,,,2025-04-01,,attack,0,no data,UTC\n", encoding="utf-8")
    check_source(looks, [path], window=WINDOW)


@given(st.binary(max_size=300), st.booleans())
@settings(max_examples=80, deadline=None)
def test_any_bytes_add_up(tmp_path_factory: pytest.TempPathFactory, data: bytes, header: bool) -> None:
    path = tmp_path_factory.mktemp("t") / "looks.csv"
    path.write_bytes((HEADER.encode() if header else b"") + data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedSource)
        intake = looks.read([path], source="plan", window=WINDOW)
    intake.count.check()


@given(
    st.lists(
        st.tuples(
            *(st.sampled_from(["", "UA-59", "2025-03-20", "attack", "0.4", "news", "1", "UA", "x"]) for _ in range(12))
        ),
        max_size=6,
    )
)
@settings(max_examples=80, deadline=None)
def test_any_fields_add_up(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]) -> None:
    intake = read(tmp_path_factory.mktemp("t"), *(",".join(row) for row in rows))
    assert intake.count.quarantined == len(intake.quarantine)
