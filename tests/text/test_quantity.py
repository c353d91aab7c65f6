"""Quantities with bounds, in three languages."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceasefire.text.quantity import quantities


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("a total of 12,605 civilians", 12605, 12605, "civilians"),
        ("over 700,000 casualties", 700_000, inf, "casualties"),
        ("at least five people", 5, inf, "people"),
        ("between 40 and 60 drones", 40, 60, "drones"),
        ("2 to 3 thousand men", 2000, 3000, "men"),
        ("$148 billion was promised", 148e9, 148e9, "$"),
        ("roughly 20% of the land", 16, 25, "%"),
        ("twenty-three shells", 23, 23, "shells"),
        ("1.5 million people", 1.5e6, 1.5e6, "people"),
        ("up to 30 vessels", 0, 30, "vessels"),
        ("a 30-day truce", 30, 30, "day"),
        ("більше 80 порушень", 80, inf, "порушень"),
        ("около 3 тыс. абонентов", 2400, 3750, "абонентов"),
        ("не менее двух ударов", 2, inf, "ударов"),
        ("12 605 осіб", 12605, 12605, "осіб"),
        ("dozens of fires", 24, 200, "of"),
    ],
)
def test_a_quantity_is_an_interval_with_its_unit(text: str, low: float, high: float, unit: str) -> None:
    (one,) = quantities(text)
    assert (one.low, one.high, one.unit) == (pytest.approx(low), pytest.approx(high), unit)
    assert text[one.begin : one.stop].strip() == one.words


@pytest.mark.parametrize(
    "text",
    ["since 24 February 2022", "in 2014", "at 13:15", "on March 18", "the G7", "an Su-35", "28 марта", "о 10.20 ранку"],
)
def test_years_dates_times_and_names_are_no_quantities(text: str) -> None:
    assert quantities(text) == []


def test_two_numbers_joined_by_and_are_two_things() -> None:
    assert [q.low for q in quantities("5 and 7 drones")][:1] == [5.0]


@given(st.text(max_size=200))
def test_words_stand_where_they_are_said_to(text: str) -> None:
    for one in quantities(text):
        assert text[one.begin : one.stop].strip() == one.words
        assert one.low <= one.high
