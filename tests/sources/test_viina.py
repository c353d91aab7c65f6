"""VIINA: times, labels, places that stand for oblasts, copies, looks, both layouts, and the real months."""

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
from ceasefire.geo import regions
from ceasefire.model.intake import Intake, Window
from ceasefire.sources import viina
from ceasefire.sources.viina_labels import ACTS, NO_ACT, act_of, labels
from ceasefire.sources.viina_places import names_oblast
from ceasefire.testing.check_source import check_source

WINDOW = Window(datetime(2025, 3, 17, 22, tzinfo=UTC), datetime(2025, 4, 17, 21, tzinfo=UTC))
"""18 March to 17 April 2025 on Kyiv's clock."""
UTC_WINDOW = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
HEADER = '"datetime","lon","lat","place_name","event_type","headline"\n'


def read(folder: Path, *rows: str, name: str = "viina_incidents_202503.csv", window: Window = WINDOW) -> Intake:
    path = folder / name
    path.write_text("\ufeff" + HEADER + "".join(row + "\n" for row in rows), encoding="utf-8")
    intake = viina.read([path], source="viina", window=window)
    intake.count.check()
    return intake


def row(when: str, headline: str = "Drones over Sumy", kinds: str = "uav", place: str = "Sumy") -> str:
    return f'"{when}","34.8","50.91","{place}","{kinds}","{headline}"'


def test_no_time_means_the_day_and_the_day_before(tmp_path: Path) -> None:
    (o,) = read(tmp_path, row("2025-03-19 00:00:00")).observations
    assert o.start == datetime(2025, 3, 17, 22, tzinfo=UTC)
    assert o.end == datetime(2025, 3, 19, 22, tzinfo=UTC)
    assert o.reported == datetime(2025, 3, 19, 21, 59, 59, tzinfo=UTC)


def test_an_event_is_not_later_than_the_writing(tmp_path: Path) -> None:
    (o,) = read(tmp_path, row("2025-03-31 09:30:00"), name="v.csv").observations
    assert o.start == datetime(2025, 3, 29, 22, tzinfo=UTC)
    assert o.reported == datetime(2025, 3, 31, 6, 30, tzinfo=UTC)
    assert o.end == datetime(2025, 3, 31, 6, 31, tzinfo=UTC)


@pytest.mark.parametrize("window", [WINDOW, UTC_WINDOW])
def test_the_windows_days_are_kyivs_whatever_clock_the_window_is_told_by(tmp_path: Path, window: Window) -> None:
    days = ["2025-03-17 23:59:00", "2025-03-18 00:00:00", "2025-03-18 00:10:00"]
    days += ["2025-04-17 23:59:00", "2025-04-18 00:00:00"]
    count = read(tmp_path, *(row(d, f"headline {d}") for d in days), window=window).count
    assert (count.rows, count.outside) == (3, 2)


def test_labels_in_both_spellings_and_their_order() -> None:
    assert labels("t_firefight_b|arresb") == labels("firefighb|arrest")
    assert act_of(labels("artillery|uav|property")) == "attack.air.drone"
    assert act_of(labels("uav|aad")) == "interception"
    assert act_of(labels("uav|aad|property")) == "attack.air.drone"
    assert act_of(labels("aad|property")) == "interception"
    assert act_of(labels("airalerb")) == "alert"
    assert all(act_of({label}) == "" for label in NO_ACT)
    assert not NO_ACT & {label for label, _ in ACTS}


def test_equal_rows_are_one_with_the_labels_of_all(tmp_path: Path) -> None:
    intake = read(tmp_path, row("2025-03-19 00:00:00", kinds="uav"), row("2025-03-19 00:00:00", kinds="uav|property"))
    assert (intake.count.used, intake.count.duplicates) == (1, 1)
    assert (intake.observations[0].act, intake.observations[0].effect) == ("attack.air.drone", "damage")


def test_copies_of_one_headline_within_three_days_share_an_origin(tmp_path: Path) -> None:
    intake = read(
        tmp_path,
        row("2025-03-19 00:00:00", "Вибухи у Сумах!"),
        row("2025-03-20 08:00:00", "вибухи  у Сумах", place="Trostianets"),
        row("2025-03-22 00:00:00", "Вибухи у Сумах"),
        row("2025-03-27 00:00:00", "Вибухи у Сумах"),
        row("2025-03-19 00:00:00", "Вибухи у Харкові"),
    )
    origin = intake.observations.column("origin").tolist()
    assert origin[0] == origin[1] == origin[2]
    assert len(set(origin)) == 3


def test_near_copies_of_one_day_share_an_origin_and_other_numbers_do_not(tmp_path: Path) -> None:
    intake = read(
        tmp_path,
        row("2025-03-19 00:00:00", "Росіяни вночі атакували дронами Суми, поранено 2 людей"),
        row("2025-03-19 09:00:00", "Росіяни вночі атакували дронами Суми: поранено 2 людей, є пожежа"),
        row("2025-03-19 10:00:00", "Росіяни вночі атакували дронами Суми, поранено 3 людей"),
        row("2025-03-21 00:00:00", "Росіяни вночі атакували дронами Суми: поранено 2 людей, є руйнування"),
    )
    origin = intake.observations.column("origin").tolist()
    assert origin[0] == origin[1]
    assert len(set(origin)) == 3


def test_a_village_named_for_its_oblast_gets_the_oblasts_disc(tmp_path: Path) -> None:
    assert names_oblast("Росіяни вдарили по Сумщині", "UA-59")
    assert names_oblast("у Донецькій області", "UA-14")
    assert names_oblast("на Донеччині", "UA-14")
    assert names_oblast("в Запорожской области", "UA-23")
    assert not names_oblast("Удар по Сумах", "UA-59")
    rows = [row(f"2025-03-19 10:{m:02d}:00", f"Удар {m} по Сумщині", place="Voronyne") for m in range(12)]
    rows += ['"2025-03-19 11:00:00","35.0","51.0","Bilopillia","uav","Удар по Білопіллю"']
    radius = read(tmp_path, *rows).observations.column("radius_km")
    assert radius[:12].min() > 100
    assert radius[12] == 5


def test_looks_tell_where_news_are_written_and_days_without_any_are_lost(tmp_path: Path) -> None:
    intake = read(
        tmp_path,
        *(row(f"2025-03-19 10:{m:02d}:00", f"a {m}") for m in range(5)),
        '"2025-03-20 00:00:00","34.1","44.95","Simferopol","uav","Крим"',
        '"2025-03-20 00:00:00","36.19","51.73","Kursk","uav","Курськ"',
    )
    looks = intake.looks
    assert set(looks.column("region").tolist()) == {"UA-59", "UA-43"}
    quality = {(look.region, look.start.date().day): look.quality for look in looks if not look.lost}
    assert quality["UA-59", 18] > 0.9
    assert quality["UA-43", 18] < 0.05
    lost = looks.where(region="UA-59").column("lost").tolist()
    assert Counter(lost) == {"": 2, "no data": 29}


def test_a_file_of_another_month_than_its_name_says_is_a_doubt(tmp_path: Path) -> None:
    with pytest.warns(UnverifiedSource, match="name says 2025-03, but its rows are of 2024-03"):
        intake = read(tmp_path, row("2024-03-19 00:00:00"))
    assert (intake.count.outside, intake.count.rows) == (1, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read(tmp_path, row("2025-03-19 00:00:00"), row("2024-03-19 00:00:00"))


def test_rows_that_cannot_be_used(tmp_path: Path) -> None:
    intake = read(
        tmp_path,
        row("2025-02-30 00:00:00"),
        row("2025-03-30 03:30:00"),
        '"2025-03-19 00:00:00","50.91","34.8","Sumy","uav","swapped"',
        '"2025-03-19 00:00:00","","","Sumy","uav","nowhere"',
        '"2025-03-19 00:00:00","34.8","50.91","Sumy","uav",""',
        '"2025-03-19 00:00:00","34.8"',
    )
    assert [(q.line, q.reason.split(":")[0]) for q in intake.quarantine] == [
        (2, "datetime is not a time that exists on the clock Europe/Kyiv"),
        (3, "datetime is not a time that exists on the clock Europe/Kyiv"),
        (4, "latitude and longitude look swapped"),
        (5, "no coordinates"),
        (6, "no headline"),
        (7, "2 fields where the header has 6"),
    ]
    assert intake.count.used == 0


def test_viinas_own_tables_are_read_by_the_same_rules(tmp_path: Path) -> None:
    info, tags = tmp_path / "event_info_latest_2025.csv", tmp_path / "event_labels_latest_2025.csv"
    info.write_text(
        "viina_version,event_id,date,time,asciiname,longitude,latitude,GEO_PRECISION,url,text\n"
        "1,e1,20250319,07:05,Sumy,34.8,50.91,STREET,https://example.org/e1,Дрони над Сумами\n"
        "1,e2,20250319,,Sumy,34.8,50.91,ADM1,javascript:x,Обстріл області\n"
        "1,e3,20250319,,Sumy,34.8,50.91,ADM3,,Без міток\n",
        encoding="utf-8",
    )
    tags.write_text(
        "event_id,t_mil,t_mil_b,t_uav_b,t_artillery_b,t_civcas_b\ne1,0.9,1,1,0,0\ne2,0.9,1,0,1,1\n", encoding="utf-8"
    )
    with pytest.warns(UnverifiedSource, match="1 of 3 reports have no labels"):
        intake = viina.read([info, tags], source="viina", window=WINDOW)
    intake.count.check()
    one, two, three = intake.observations
    assert (one.act, one.radius_km, one.url) == ("attack.air.drone", 1, "https://example.org/e1")
    assert one.reported == datetime(2025, 3, 19, 5, 5, tzinfo=UTC)
    assert (two.act, two.effect, two.url) == ("attack.shelling", "casualties", viina.URL)
    assert two.radius_km > 100
    assert (three.act, three.radius_km) == ("", 10)
    assert {name for name, _ in intake.files} == {info.name, tags.name}


def test_the_real_window_has_4458_rows(shared_data: Path) -> None:
    paths = sorted((shared_data / "events/viina").glob("viina_incidents_2025*.csv"))
    assert len(paths) == 6
    for window in (WINDOW, UTC_WINDOW):
        count = viina.read(paths, source="viina", window=window).count
        assert (count.rows, count.duplicates, count.quarantined) == (4458, 51, 0)
    intake = check_source(viina, paths, window=WINDOW)
    o, looks = intake.observations, intake.looks
    assert len(set(o.column("origin").tolist())) < 2600
    wide = o.column("radius_km") > 50
    assert 0.1 < wide.mean() < 0.3
    assert len(looks) == 31 * 27
    assert set(looks.column("region").tolist()) == set(regions.match("UA"))
    crimea = looks.where(region="UA-43").column("quality")
    assert np.all(crimea < 0.2)
    assert not np.any(looks.column("lost") != "")


@given(st.binary(max_size=300), st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_bytes_add_up(tmp_path_factory: pytest.TempPathFactory, data: bytes, header: bool) -> None:
    path = tmp_path_factory.mktemp("t") / "v.csv"
    path.write_bytes((HEADER.encode() if header else b"") + data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedSource)
        viina.read([path], source="viina", window=WINDOW).count.check()


ANY = st.sampled_from(
    ["", "2025-03-20 00:00:00", "2025-03-20", "34.8", "50.9", "uav|aad", "91", "x", "-1e9", "Сумщина"]
)


@given(st.lists(st.tuples(*[ANY] * 6), max_size=8))
@settings(max_examples=60, deadline=None)
def test_any_fields_add_up(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]) -> None:
    intake = read(tmp_path_factory.mktemp("t"), *(",".join(r) for r in rows), name="v.csv")
    assert intake.count.quarantined == len(intake.quarantine)
