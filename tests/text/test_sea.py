"""Ships by report: acts, objects and places at sea in three languages."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.geo import distance, regions
from ceasefire.model.records import Claim, Observation
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import ACTS, OBJECTS
from ceasefire.text.label import claims_to_observations, label_claims, label_observations
from ceasefire.text.lexicon import normal
from ceasefire.text.places import places
from ceasefire.text.sea_places import is_water, sea_places, table
from ceasefire.text.sea_reports import sea_reports


@pytest.mark.parametrize(
    ("text", "act", "thing", "place"),
    [
        ("Росіяни вдарили ракетою по порту в Одесі", "attack.air.missile", "transport.port", "Port of Odesa"),
        ("Атака дронів: пошкоджено порт Ізмаїл", "attack.air.drone", "transport.port", "Port of Izmail"),
        (
            "Ракета влучила в балкер у порту Чорноморськ",
            "attack.air.missile",
            "transport.vessel",
            "Port of Chornomorsk",
        ),
        ("Морські дрони атакували танкер у Чорному морі", "attack.naval", "transport.vessel", "Black Sea"),
        ("Над Чорним морем збили два безпілотники", "interception", "", "Black Sea"),
        ("Два БпЛА сбиты над акваторией Азовского моря", "interception", "", "Sea of Azov"),
        ("Прикордонники знищили морську міну біля острова Зміїний", "presence", "", "Snake Island"),
        ("Судно підірвалося на міні в гирлі Дунаю", "attack.naval", "transport.vessel", "Danube mouths"),
        (
            "Берегова охорона затримала суховантаж у Керченській протоці",
            "inspection",
            "transport.vessel",
            "Kerch Strait",
        ),
        ("Ракети запущено з акваторії Чорного моря", "launch", "", "Black Sea"),
        (
            "The bulk carrier was struck by a missile off Snake Island",
            "attack.air.missile",
            "transport.vessel",
            "Snake Island",
        ),
        ("A sea drone attacked a warship near Novorossiysk", "attack.naval", "military", "Port of Novorossiysk"),
        ("Обстріл припортової інфраструктури на Одещині", "attack.shelling", "transport.port", "Ports of Odesa oblast"),
    ],
)
def test_acts_objects_and_places(text: str, act: str, thing: str, place: str) -> None:
    got = sea_reports([text])
    assert got.about[0]
    assert (got.act[0], got.object_class[0]) == (act, thing)
    assert got.place[0] is not None
    assert got.place[0].name == place


@pytest.mark.parametrize(
    "text",
    [
        "Чорноморський флот отримав нового командувача",
        "Зернова ініціатива не поновлюється",
        "Перемир'я на Чорному морі обговорять у понеділок",
        "«Чорноморець» переміг у матчі",
        "У Корабельному районі Херсона ремонтують школу",
        "Мазут із танкерів дістався берега",
        "The Black Sea Initiative was discussed",
        "Военно-морской флот провел учения",
        "Порт відновив перевезення контейнерів",
        "",
    ],
)
def test_what_only_sounds_of_the_sea_is_no_report(text: str) -> None:
    assert not sea_reports([text]).about[0]


def test_names_that_hold_a_sea_are_no_place() -> None:
    texts = ["удар Чорноморського флоту", "talks on the Black Sea deal", "атака аеропорту"]
    assert sea_places(normal(pa.array(texts))) == [None, None, None]
    assert is_water("Black Sea")
    assert not is_water("Port of Odesa")


@pytest.mark.parametrize(
    ("text", "bearing", "km"),
    [
        ("20 miles south of Snake Island", 180.0, 37.04),
        ("10 nautical miles east of Constanta", 90.0, 18.52),
        ("за 50 км на південь від острова Зміїний", 180.0, 50.0),
        ("в 30 км к юго западу от Новороссийска", 225.0, 30.0),
    ],
)
def test_offsets_move_the_disc(text: str, bearing: float, km: float) -> None:
    (place,) = sea_places(normal(pa.array([f"a ship порт was hit {text} today"])))
    assert place is not None
    base = next(p for name, p in table().items() if place.name.endswith(name))
    lon, lat = distance.destination(base.lon, base.lat, bearing, km)
    assert float(distance.km(place.lon, place.lat, lon, lat)) < 0.5
    assert place.radius_km == pytest.approx(base.radius_km + km / 4)


def test_off_a_place_without_a_direction_widens_the_disc() -> None:
    (place,) = sea_places(normal(pa.array(["a vessel was hit 20 miles off Constanta"])))
    assert place is not None
    assert place.radius_km == pytest.approx(table()["Port of Constanta"].radius_km + 37.04)


def test_the_innermost_place_is_meant_and_counts_over_land_and_sea_have_no_disc() -> None:
    texts = ["у Чорному морі біля острова Зміїний", "два над территорией Курской области и один над Черным морем"]
    got = places(normal(pa.array(texts)))
    assert got.name[0] == "Snake Island"
    assert got.region[1] == ""
    assert np.isnan(got.lon[1])
    assert "Black Sea" in got.name[1]


def test_every_place_lies_where_its_region_is() -> None:
    for name, place in table().items():
        assert 0 < place.radius_km < 2500, name
        if place.region.startswith("XZ") and place.kind not in ("sea", "strait"):
            assert regions.locate([place.lon], [place.lat])[0] == place.region, name
        elif place.region:
            shape = regions.shape(place.region)
            lon, lat = shape.representative_point().coords[0]
            near = float(distance.km(place.lon, place.lat, lon, lat))
            assert near < regions.disc(place.region)[2] * 2 + place.radius_km, name


WHEN = datetime(2025, 4, 9, tzinfo=UTC)


def _one(text: str, *, product: str = "viina", act: str = "") -> Observation:
    return Observation(
        id="o-1", source="s", product=product, granule="g", line=1, evidence="", channel="news", procedure="report",
        start=WHEN, end=WHEN + timedelta(hours=1), reported=WHEN, lon=30.73, lat=46.48, radius_km=15.0, place="Odessa",
        region="UA-51", act=act, text=text,
    )  # fmt: skip


def test_a_machines_settlement_gives_way_to_the_place_at_sea() -> None:
    rows = [_one("Над морем під Одесою збили дві ракети"), _one("Дрони вдарили по Одесі: горить будинок")]
    got = label_observations(Table.of(Observation, rows), machine_coded=("viina",))
    assert (got[0].place, got[0].region, got[0].act) == ("Black Sea off Odesa", "XZ-BLS", "interception")
    assert (got[1].place, got[1].region) == ("Odessa", "UA-51")
    kept = label_observations(Table.of(Observation, [_one(rows[0].text, product="facts")]), machine_coded=("viina",))
    assert kept[0].place == "Odessa"


def test_a_claim_of_the_sea_becomes_an_observation_there() -> None:
    said = datetime(2025, 4, 29, 4, 20, tzinfo=UTC)
    text = "Около 06.30 мск уничтожены три украинских беспилотника над акваторией Азовского моря"
    one = Claim(
        id="c-1",
        source="s",
        granule="g",
        line=1,
        claimant="russia",
        speaker="Ministry",
        said=said,
        stance="",
        text=text,
    )
    claims = label_claims(Table.of(Claim, [one]))
    assert (claims[0].act, claims[0].region, claims[0].place) == ("interception", "XZ-AZS", "Sea of Azov")
    assert len(claims_to_observations(claims)) == 1


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(max_size=120), max_size=5))
def test_any_text_is_read(texts: list[str]) -> None:
    got = sea_reports([t.encode("utf-8", "replace").decode() for t in texts])
    assert len(got.about) == len(got.place) == len(texts)
    assert all(a in ("", *ACTS) for a in got.act)
    assert all(o in ("", *OBJECTS) for o in got.object_class)


def test_precision_on_the_judged_rows(shared_data: Path) -> None:
    from benchmarks import sea_reports as bench

    texts = bench._texts(shared_data)
    with (bench.HERE / "sea_reports_judged.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["part"] != "dev" and r["text_sha256_10"] in texts]
    got = sea_reports([texts[r["text_sha256_10"]] for r in rows]).about
    truth = np.asarray([r["sea_act"] == "1" for r in rows])
    assert np.sum(truth & got) / np.sum(got) >= 0.85
    assert np.sum(truth & got) / np.sum(truth) >= 0.75
