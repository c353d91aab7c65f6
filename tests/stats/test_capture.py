"""Missing mass: a number only where lists can give one, and a bound where they cannot."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.stats.capture import chao_bound, lincoln_petersen, missing_mass


def _copying(seed: int) -> Any:
    rng = np.random.default_rng(seed)
    lists = rng.random((400, 3)) < [0.5, 0.3, 0.35]
    lists[:, 1] |= lists[:, 0] & (rng.random(400) < 0.4)
    return lists


def test_dependence_is_covered_where_lincoln_petersen_is_not() -> None:
    ours = [missing_mass(_copying(seed)) for seed in range(20)]
    assert sum(m.low <= 400 <= m.high for m in ours) >= 17
    base = [lincoln_petersen(_copying(seed)[:, :2]) for seed in range(20)]
    assert sum(low <= 400 <= high for _, low, high in base) <= 2
    assert all(m.bound_low <= 400 for m in ours)
    assert ours[0].models[0][1] >= ours[0].models[-1][1]
    assert sum(w for _, w, _ in ours[0].models) == pytest.approx(1.0)


def test_two_lists_give_a_bound_and_no_number() -> None:
    lists = _copying(1)[:, :2]
    m = missing_mass(lists)
    assert math.isnan(m.total)
    assert math.isinf(m.high)
    assert m.observed <= m.low <= m.bound <= 400
    ranged = missing_mass(lists, odds_ratio=(1, 6))
    assert math.isnan(ranged.total)
    assert ranged.low < 400 < ranged.high < math.inf


def test_an_empty_third_list_is_no_list() -> None:
    lists = _copying(2)
    lists[:, 2] = False
    assert math.isnan(missing_mass(lists).total)


@pytest.mark.parametrize("lists", [np.zeros((5, 3)), np.ones((5, 1)), np.eye(3)])
def test_too_little_gives_no_upper_end(lists: Any) -> None:
    m = missing_mass(lists)
    assert math.isnan(m.total)
    assert math.isinf(m.high)


def test_all_on_all_lists_leaves_little_unseen() -> None:
    m = missing_mass(np.ones((300, 3)))
    assert m.observed == 300
    assert m.total < 310


def test_chao_for_two_lists_is_lincoln_petersen_without_dependence() -> None:
    rng = np.random.default_rng(3)
    lists = rng.random((5000, 2)) < 0.4
    assert chao_bound(lists)[0] == pytest.approx(lincoln_petersen(lists)[0], rel=0.01)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(0, 30))
def test_never_fewer_than_seen(seed: int, lists: int, incidents: int) -> None:
    table = np.random.default_rng(seed).random((incidents, lists)) < 0.4
    m = missing_mass(table, draws=200)
    seen = int(table.any(axis=1).sum())
    assert m.observed == seen <= m.bound_low <= m.bound
    assert seen <= m.low <= m.high
    assert math.isnan(m.total) or m.low <= m.total <= m.high


@pytest.mark.parametrize(
    ("table", "options", "words"),
    [
        ([0, 1], {}, "shape"),
        ([[0, 2]], {}, "0 or 1"),
        ([[0, np.nan]], {}, "0 or 1"),
        ([[1, 1]], {"odds_ratio": (0, 2)}, "above zero"),
        ([[1, 1]], {"criterion": "dic"}, "criterion"),
        ([[1, 1]], {"level": 1.0}, "level"),
    ],
)
def test_bad_input_is_named(table: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        missing_mass(table, **options)
