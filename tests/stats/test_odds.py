"""Odds: the two directions undo one another, weights add, copies count once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceasefire.stats import odds


@given(st.floats(1e-9, 1 - 1e-9))
def test_expit_undoes_logit(p: float) -> None:
    assert odds.expit(odds.logit(p)) == pytest.approx(p, rel=1e-6)


def test_combine_is_bayes_rule() -> None:
    prior, hit, false = 0.2, np.array([0.6, 0.9]), np.array([0.1, 0.3])
    expected = prior * hit.prod() / (prior * hit.prod() + (1 - prior) * false.prod())
    assert odds.combine(prior, np.log(hit / false), [0, 0], 1)[0] == pytest.approx(expected)


def test_a_group_without_observations_keeps_its_prior() -> None:
    assert odds.combine([0.1, 0.7], [], np.array([], dtype=int), 2) == pytest.approx([0.1, 0.7])


@given(st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 4)), max_size=40))
def test_one_observation_counts_per_origin_and_it_is_the_strongest(drawn: list[tuple[float, int]]) -> None:
    w = np.array([d[0] for d in drawn])
    of = np.array([d[1] for d in drawn], dtype=int)
    mask = odds.strongest(w, of)
    assert sorted(of[mask]) == sorted(set(of.tolist()))
    for origin in set(of.tolist()):
        assert abs(w[mask & (of == origin)][0]) == np.abs(w[of == origin]).max()


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        odds.logit(1.1)
    with pytest.raises(ValueError, match="NaN"):
        odds.expit(np.nan)
    with pytest.raises(ValueError, match="equally long"):
        odds.combine(0.5, [1.0], [0, 1], 2)
    with pytest.raises(ValueError, match="between 0 and 1"):
        odds.combine(0.5, [1.0], [2], 2)
    with pytest.raises(ValueError, match="whole numbers"):
        odds.strongest([1.0], [0.5])
