"""Detection learned from shared looks, and unseen acts: wide where little is known, bad input is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ceasefire.stats.shown import shown
from ceasefire.stats.silence import unseen


def test_nothing_to_learn_from_leaves_the_stated_number_wide() -> None:
    none = np.zeros((0, 2))
    of = shown(none, none, none, known=[], outside=[], stated=[0.4, 0.1])
    assert np.all(of.repeats == 0)
    assert of.chance.low[0] < 0.1 < 0.8 < of.chance.high[0]


def test_an_act_nobody_showed_counts_only_where_it_is_known_from_outside() -> None:
    looks = np.ones((200, 1))
    seen = np.zeros((200, 1))
    seen[:40] = 1
    of = shown(seen, looks, looks, known=np.ones(200), outside=np.ones(200, bool), stated=[0.5])
    assert of.chance.low[0] < 0.2 < of.chance.high[0] < 0.5
    doubted = shown(seen, looks, looks, known=np.where(seen[:, 0] > 0, 1.0, 0.3), outside=np.ones(200), stated=[0.5])
    assert doubted.chance.value[0] > of.chance.value[0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (([[1]], [[0]], [[0]]), "did not look"),
        (([[1]], [[1]], [[np.nan]]), "finite"),
        (([[1]], [[1]], [[1.5]]), "between 0 and 1"),
        (([[1, 0]], [[1]], [[1]]), "one shape"),
    ],
)
def test_bad_input_is_named(given: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        shown(*given, known=[1.0], outside=[False], stated=[0.5])


def test_no_look_anywhere_is_a_wide_answer() -> None:
    of = unseen(np.zeros(30), np.zeros(30), region=np.zeros(30, int))
    assert of.chance.low[0] < 0.05
    assert of.chance.high[0] > 0.9


def test_one_day_and_constant_counts_are_answered() -> None:
    one = unseen([0], [0.5], region=[0]).chance
    assert 0 <= one.low[0] < one.value[0] < one.high[0] <= 1
    same = unseen(np.full(40, 3), np.full(40, 0.5), region=np.zeros(40, int))
    assert same.rate.low[0] < 6 < same.rate.high[0]


def test_silence_of_others_lowers_the_chance() -> None:
    n, e, r = [0] * 20 + [1] * 10, [0.4] * 30, np.zeros(30, int)
    assert unseen(n, e, region=r, also=0.8).chance.value[0] < unseen(n, e, region=r).chance.value[0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (([1], [0.0]), "nobody looked"),
        (([0.5], [0.5]), "whole numbers"),
        (([np.inf], [0.5]), "whole numbers"),
        (([0], [np.nan]), "between 0 and 1"),
        (([], []), "above 0"),
    ],
)
def test_bad_cells_are_named(given: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        unseen(*given, region=np.zeros(len(given[0]), int))


def test_thousands_of_acts_do_not_make_the_evidence_vanish() -> None:
    rng = np.random.default_rng(3)
    looks = np.ones((4000, 3))
    seen = rng.random((4000, 3)) < [0.6, 0.3, 0.4]
    kept = seen.any(axis=1)
    of = shown(
        seen[kept], looks[kept], looks[kept], known=np.ones(kept.sum()), outside=np.zeros(kept.sum()), stated=[0.4] * 3
    )
    assert np.isfinite(of.chance.value).all()
    assert np.all((of.chance.low < of.chance.value) & (of.chance.value < of.chance.high))
