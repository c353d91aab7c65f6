"""Places in the cases of three languages, and times on the speaker's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceasefire.geo import distance, regions
from ceasefire.text.clock import interval
from ceasefire.text.lexicon import normal
from ceasefire.text.places import _file, places, sites


def region(text: str) -> str:
    return str(places(normal(pa.array([text]))).region[0])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("над территорией Белгородской области", "RU-BEL"),
        ("у Бєлгородській області", "RU-BEL"),
        ("на Харківщині", "UA-63"),
        ("в Харькове", "UA-63"),
        ("у Сумах", "UA-59"),
        ("Республики Крым", "UA-43"),
        ("на Миколаївщині", "UA-48"),
        ("в Николаеве", "UA-48"),
        ("у Кривому Розі", "UA-12"),
        ("по Дніпру вночі", ""),
        ("курс доллара", ""),
        ("суми збитків", ""),
        ("на Белгородском направлении", ""),
        ("Владимир Путин", ""),
        ("Владимирской области", "RU-VLA"),
        ("Киев обсуждает с США", ""),
        ("у Києві", "UA-30"),
        ("на Київщині", "UA-32"),
        ("у Чернігові", "UA-74"),
        ("у Чернівцях", "UA-77"),
        ("Kharkiv oblast", "UA-63"),
        ("Энгельс, Саратовская область", "RU-SAR"),
        ("в Краснодарском крае", "RU-KDA"),
    ],
)
def test_regions_in_their_cases(text: str, code: str) -> None:
    assert region(text) == code


def test_every_region_and_site_is_known_to_the_map() -> None:
    known = regions.names()
    assert set(_file()["regions"]) <= set(known)
    for name, about in sites().items():
        assert about["radius_km"] >= 5, f"{name}: a name in a post is no coordinate"
        lon, lat, radius = regions.disc(about["region"])
        assert distance.km(lon, lat, about["lon"], about["lat"]) <= radius


SAID = datetime(2025, 4, 10, 12, tzinfo=UTC)


def test_kyiv_and_moscow_differ_by_an_hour_until_30_march_2025() -> None:
    for day, hours in ((20, 1), (31, 0)):
        said = datetime(2025, 3, day, 18, tzinfo=UTC)
        moscow = interval("Около 13.00", said, speaker="russia")[0]
        kyiv = interval("Близько 13:00", said, speaker="ukraine")[0]
        assert kyiv - moscow == timedelta(hours=hours)


def test_moscow_time_named_in_the_words_counts_for_everybody() -> None:
    assert interval("Около 13.00 мск", SAID, speaker="ukraine") == interval("Около 13.00", SAID, speaker="russia")


def test_a_night_in_march_is_on_the_named_day() -> None:
    begin, end = interval("24 марта около 2.00 атака", datetime(2025, 3, 24, 20, tzinfo=UTC), speaker="russia")
    assert begin <= datetime(2025, 3, 23, 23, tzinfo=UTC) <= end


def test_a_date_inside_the_sentence_is_no_date_of_the_event() -> None:
    begin, _ = interval("Киевский режим нарушил договоренности 2 апреля и атаковал", SAID, speaker="russia")
    assert begin == SAID - timedelta(days=1)


@given(st.text(max_size=80), st.sampled_from(["", "russia", "ukraine", "channel"]))
def test_any_words_give_an_interval_before_they_were_said(text: str, speaker: str) -> None:
    begin, end = interval(text, SAID, speaker=speaker)
    assert begin < end <= SAID
    assert SAID - begin <= timedelta(days=9)


@given(
    st.tuples(st.integers(0, 23), st.integers(0, 59)),
    st.tuples(st.integers(0, 23), st.integers(0, 59)),
    st.integers(1, 31),
    st.sampled_from(["апреля", "марта", "мая"]),
)
def test_any_hours_and_days_give_an_interval(a: tuple[int, int], b: tuple[int, int], day: int, month: str) -> None:
    first, second = f"{a[0]}.{a[1]:02d}", f"{b[0]}.{b[1]:02d}"
    for text in (f"{day} {month} с {first} до {second}", f"{day} {month} около {first}", f"в {second} мск"):
        begin, end = interval(text, SAID, speaker="russia")
        assert begin < end <= SAID
