"""The lexicon: stems that compile, traps that hold a stem and mean something else."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceasefire.model.taxonomy import ACTS, ALTERNATIVES, EFFECTS, OBJECTS
from ceasefire.text.lexicon import has, normal, plain, sentences, stems
from ceasefire.text.reading import objects


def test_every_stem_compiles_and_every_name_is_in_the_taxonomy() -> None:
    text = normal(pa.array(["Росіяни вдарили по підстанції"]))
    for section, known in (("objects", OBJECTS), ("acts", ACTS), ("effects", EFFECTS), ("alternatives", ALTERNATIVES)):
        for name, found in stems(section).items():
            assert name in known
            for stem in found:
                has(text, stem)
    for found in (*stems("words").values(), *stems("agents").values()):
        for stem in found:
            assert stem.strip(), "an empty stem matches everything"
            has(text, stem)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Удар по енергооб'єкту", "energy"),
        ("Удар по енергообʼєкту", "energy"),
        ("пошкоджено трансформаторну підстанцію", "energy.electricity.grid"),
        ("обесточена ЛЭП", "energy.electricity.grid"),
        ("атака на Саратовский НПЗ", "energy.oil.refinery"),
        ("горить нафтобаза", "energy.oil.storage"),
        ("Глібівське газосховище", "energy.gas.storage"),
        ("газоизмерительная станция", "energy.gas.pipeline"),
        ("компрессорная станция «Кореновская»", "energy.gas.pipeline"),
        ("газовидобувні об'єкти Нафтогазу", "energy.gas.production"),
        ("гребля Каховської ГЕС", "energy.hydro.dam"),
        ("удар по ЗАЕС", "energy.nuclear"),
        ("резервуар з пальним на ЗАЕС", "energy.nuclear"),
        ("НПЗ та нафтобаза", "energy.oil"),
        ("ТЕЦ і газопровід", "energy"),
        ("обстріл шахти", "energy.coal"),
        ("substation damaged", "energy.electricity.grid"),
        ("удар по порту Одеси", "transport.port"),
        ("залізничний вокзал", "transport.rail"),
        ("лікарня і будинок", "civilian"),
        ("школу зруйновано", "civilian.education"),
    ],
)
def test_objects_are_named(text: str, expected: str) -> None:
    assert objects(normal(pa.array([text]))).tolist() == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "вибухи в Енергодарі",
        "бої біля Дніпроенергії",
        "спорт, транспорт, паспорт та експорт",
        "Донецький «Шахтар» розгромив «Верес»",
        "Ціни на нафту впали",
        "затримали енергетика",
        "радиоэлектронная борьба",
        "перцевий газ",
        "аеродинаміка електромобіля",
    ],
)
def test_traps_name_no_object(text: str) -> None:
    assert objects(normal(pa.array([text]))).tolist() == [""]


@given(st.lists(st.one_of(st.none(), st.text(max_size=80)), max_size=8))
def test_any_text_has_a_normal_form_and_sentences(texts: list[str | None]) -> None:
    column = pa.array(texts, type=pa.string())
    form = normal(column).to_pylist()
    assert all(f.startswith(" ") and f.endswith(" ") and "  " not in f for f in form)
    parts, of = sentences(column)
    assert len(parts) == len(of)
    assert list(of) == sorted(of)


def test_texts_in_chunks_are_read_like_texts_in_one_piece() -> None:
    said = ["Удар по пiдстанції", "Пожежа на НПЗ", "Без світла"]
    chunks = pa.chunked_array([said[:2], said[2:]])
    assert plain(chunks).to_pylist() == plain(pa.array(said)).to_pylist()
