"""The daily readout: is it holding?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.stats.holding import Holding


def test_a_collapse_is_seen_on_the_day_and_dated_afterwards() -> None:
    rng = np.random.default_rng(0)
    rate = np.where(np.arange(40) < 25, 1.0, 8.0)
    h = Holding().fit(rng.poisson(rate), np.full(40, 8.0), size=10.0)
    assert np.all(h.probability_[3:24] > 0.9)
    assert np.all(h.probability_[27:] < 0.1)
    assert np.all(h.so_far_[27:] < 0.2)
    assert h.always_ < 0.01
    assert h.never_ < 0.01
    fraction = h.parameters_[0]
    assert fraction.low <= 1 / 8 <= fraction.high


def test_what_never_held_is_not_called_holding() -> None:
    rng = np.random.default_rng(1)
    h = Holding().fit(rng.poisson(8.0, 30), np.full(30, 8.0), size=10.0)
    assert h.probability_.max() < 0.5
    assert h.never_ > 0.5


def test_days_nobody_looked_at_drift_towards_not_knowing() -> None:
    told = np.full(60, 8.0)
    told[20:] = 0.0
    count = np.where(told > 0, 0.0, np.nan)
    h = Holding().fit(count, told, size=10.0)
    assert h.probability_[10] > 0.98
    assert np.all(np.diff(h.probability_[20:]) <= 1e-9)
    assert 0.4 < h.probability_[-1] < 0.95


def test_nothing_seen_at_all_says_nothing() -> None:
    h = Holding().fit(np.zeros(10), np.zeros(10), size=5.0)
    assert h.probability_[0] == pytest.approx(0.5)
    assert np.all((h.probability_ > 0.3) & (h.probability_ < 0.8))
    wide = h.parameters_[0]
    assert wide.low < 0.1 < 0.5 < wide.high


def test_an_uncertain_forecast_makes_an_uncertain_readout() -> None:
    count, told = np.full(12, 4.0), np.full(12, 8.0)
    sure = Holding().fit(count, told, size=20.0)
    unsure = Holding().fit(count, told, size=20.0, level_sd=0.7)
    assert sure.probability_[6] > unsure.probability_[6]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.floats(0.1, 40.0)), min_size=1, max_size=25), st.floats(0.2, 50.0))
def test_probabilities_are_probabilities(days: list[tuple[int, float]], size: float) -> None:
    count, told = (np.array(v, dtype=float) for v in zip(*days, strict=True))
    h = Holding().fit(count, told, size=size, level_sd=0.3)
    for p in (h.probability_, h.so_far_, np.array([h.always_, h.never_])):
        assert np.all((p >= 0) & (p <= 1 + 1e-9))
    assert h.so_far_[-1] == pytest.approx(h.probability_[-1], abs=1e-6)  # on the last day both know the same
    assert all(e.low <= e.high for e in h.parameters_)


@pytest.mark.parametrize(
    ("count", "told", "size", "message"),
    [
        ([1.0], [1.0, 2.0], 1.0, "equally long"),
        ([], [], 1.0, "not empty"),
        ([np.nan], [1.0], 1.0, "counts must be finite"),
        ([1.0], [0.0], 1.0, "on a day without forecast"),
        ([1.0], [np.inf], 1.0, "forecasts"),
        ([1.0], [1.0], 0.0, "size must be above 0"),
    ],
)
def test_bad_numbers_are_named(count: list[float], told: list[float], size: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Holding().fit(count, told, size=size)
