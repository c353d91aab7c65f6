"""UCDP GED: precision to discs and intervals, slashed dates, releases that overlap, API pages."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.errors import AssumedPrecision, Doubt, UnverifiedSource
from ceasefire.model.intake import Intake, Window
from ceasefire.sources import ucdp
from ceasefire.sources.slashes import slash_order
from ceasefire.testing.check_source import check_source

MINSK = Window(datetime(2015, 2, 14, 22, tzinfo=UTC), datetime(2015, 3, 14, 22, tzinfo=UTC))
"""The four weeks after the ceasefire of 15 February 2015."""
EVENT = {
    "id": "1",
    "date_start": "2015-02-16",
    "date_end": "2015-02-16",
    "latitude": "48.34",
    "longitude": "38.41",
    "where_prec": "1",
    "date_prec": "1",
    "best": "5",
    "high": "8",
    "low": "3",
    "type_of_violence": "1",
    "side_a": "Government of Ukraine",
    "event_clarity": "1",
    "code_status": "Clear",
    "source_headline": "Shelling near Debaltseve",
}


def read(folder: Path, *events: dict[str, str], name: str = "ged.csv") -> Intake:
    path = folder / name
    lines = [",".join(EVENT), *(",".join(f'"{value}"' for value in event.values()) for event in events)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    intake = ucdp.read([path], source="ucdp", window=MINSK)
    intake.count.check()
    return intake


def test_an_event(tmp_path: Path) -> None:
    (o,) = read(tmp_path, EVENT).observations
    assert (o.start, o.end) == (datetime(2015, 2, 15, 22, tzinfo=UTC), datetime(2015, 2, 16, 22, tzinfo=UTC))
    assert (o.act, o.effect, o.accused, o.channel, o.credibility) == ("attack", "casualties", "", "monitor", 2)
    assert o.text == "Shelling near Debaltseve"


def test_one_sided_violence_accuses_side_a(tmp_path: Path) -> None:
    (o,) = read(tmp_path, {**EVENT, "type_of_violence": "3"}).observations
    assert o.accused == "ukraine"


@pytest.mark.parametrize(("precision", "least", "most"), [("1", 5, 5), ("2", 25, 25), ("3", 50, 50), ("4", 120, 300)])
def test_precision_of_place_is_the_radius(tmp_path: Path, precision: str, least: float, most: float) -> None:
    (o,) = read(tmp_path, {**EVENT, "where_prec": precision}).observations
    assert least <= o.radius_km <= most


@pytest.mark.parametrize(("precision", "days"), [("1", 1), ("2", 7), ("3", 7), ("4", 28), ("5", 365)])
def test_precision_of_date_widens_the_interval(tmp_path: Path, precision: str, days: int) -> None:
    (o,) = read(tmp_path, {**EVENT, "date_prec": precision}).observations
    assert 0 <= (o.end - o.start).total_seconds() / 86400 - days < 0.2
    assert o.start <= datetime(2015, 2, 16, tzinfo=UTC) < o.end


def test_slashes_are_read_in_the_order_that_the_whole_file_tells(tmp_path: Path) -> None:
    us = [{**EVENT, "id": "1", "date_start": "02/03/2015 00:00", "date_end": "3/27/2015 12:00:00 AM", "date_prec": "3"}]
    with pytest.warns(AssumedPrecision, match="month first"):
        (o,) = read(tmp_path, *us).observations
    assert o.start == datetime(2015, 2, 2, 22, tzinfo=UTC)
    assert slash_order(["13/02/2015"], ["02/03/2015"]) == "day"
    assert slash_order(["13/02/2015"], ["02/13/2015"]) == ""
    unknown = read(tmp_path, {**EVENT, "date_start": "02/03/2015", "date_end": "02/03/2015"})
    assert unknown.quarantine[0].reason == "date_start is not a date that can be read in one way only"


def test_rows_that_cannot_be_used(tmp_path: Path) -> None:
    wrong = [
        ({"id": ""}, "no id"),
        ({"date_end": "2015-02-15"}, "date_end is before date_start"),
        ({"where_prec": "9"}, "where_prec is not one of 1 to 7"),
        ({"best": "many"}, "best is not a number"),
        ({"low": "-1"}, "a number of deaths below 0"),
        ({"latitude": "38.41", "longitude": "48.34"}, "latitude and longitude look swapped"),
    ]
    intake = read(tmp_path, *({**EVENT, "id": str(k), **change} for k, (change, _) in enumerate(wrong)))
    assert [q.reason for q in intake.quarantine][1:] == [reason for _, reason in wrong][1:]
    assert intake.count.used == 0


def test_deaths_in_no_order_tell_the_widest_span_and_a_doubt(tmp_path: Path) -> None:
    with pytest.warns(UnverifiedSource, match="1 events whose deaths"):
        (o,) = read(tmp_path, {**EVENT, "low": "0", "best": "8", "high": "7"}).observations
    assert o.summary == "UCDP counts 0 to 8 deaths, 8 at best estimate."


def test_overlapping_releases(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    for path, best in ((first, "5"), (second, "6")):
        read(tmp_path, EVENT, {**EVENT, "id": "2", "best": best}, name=path.name)
    intake = ucdp.read([first, second], source="ucdp", window=MINSK)
    assert (intake.count.used, intake.count.duplicates, intake.count.quarantined) == (2, 1, 1)
    assert "first in a.csv, line 3" in intake.quarantine[0].reason


def test_a_page_of_the_api_is_read_as_it_came(tmp_path: Path) -> None:
    table = read(tmp_path, EVENT)
    path = tmp_path / "page.json"
    record = {**EVENT, "id": 1, "latitude": 48.34, "best": 5, "date_start": "2015-02-16T00:00:00", "gwnob": None}
    path.write_text(json.dumps({"TotalPages": 1, "Result": [record, {"id": 2}, 7]}), encoding="utf-8")
    intake = ucdp.read([path], source="ucdp", window=MINSK)
    intake.count.check()
    assert [(q.line, q.reason) for q in intake.quarantine] == [(2, "no field 'date_start'"), (3, "not a record")]
    (o,), (same,) = intake.observations, table.observations
    assert (o.id, o.start, o.end, o.radius_km) == (same.id, same.start, same.end, same.radius_km)
    path.write_text('{"Result": [', encoding="utf-8")
    assert ucdp.read([path], source="ucdp", window=MINSK).quarantine[0].line == 0


def test_real_releases_overlap_and_one_is_a_spreadsheets(shared_data: Path) -> None:
    paths = sorted((shared_data / "events/ucdp").glob("*.csv"))
    with pytest.warns(Doubt) as doubts:
        intake = ucdp.read(paths, source="ucdp", window=MINSK)
    said = " ".join(str(d.message) for d in doubts)
    assert "cp1252" in said
    assert "month first" in said
    assert (intake.count.rows, intake.count.used, intake.count.duplicates) == (189, 63, 126)
    assert set(intake.observations.column("region").tolist()) >= {"UA-14", "UA-09"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Doubt)
        check_source(ucdp, paths[1:2], window=MINSK)


@given(st.binary(max_size=300), st.sampled_from(["x.csv", "x.json"]), st.booleans())
@settings(max_examples=80, deadline=None)
def test_any_bytes_add_up(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str, header: bool) -> None:
    path = tmp_path_factory.mktemp("t") / name
    path.write_bytes((",".join(EVENT).encode() + b"\n" if header else b"") + data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Doubt)
        ucdp.read([path], source="ucdp", window=MINSK).count.check()


ANY = st.sampled_from(["", "1", "4", "2015-02-20", "02/20/2015", "48.3", "38.4", "x", "-1", "1e300", "nan"])


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(EVENT, ANY)), max_size=6))
@settings(max_examples=80, deadline=None)
def test_any_fields_add_up(tmp_path_factory: pytest.TempPathFactory, events: list[dict[str, str]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Doubt)
        intake = read(tmp_path_factory.mktemp("t"), *events)
    assert intake.count.quarantined == len(intake.quarantine)
