"""Calibrated tails and the likelihood ratio that follows from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.stats.negative_binomial import Tails, tails
from ceasefire.stats.tail_calibration import GRID, TailCalibration, likelihood_ratio


def test_a_wrong_model_is_made_right_in_every_stratum() -> None:
    rng = np.random.default_rng(1)
    size = np.repeat([0.05, 1.0], 150_000)
    n = rng.negative_binomial(size, size / (size + 0.5))
    nominal = tails(n, 0.5, 0.3)
    stratum = np.repeat([0, 1], 150_000)
    half = rng.random(len(n)) < 0.5
    c = TailCalibration().fit(Tails(nominal.above[half], nominal.at_least[half]), stratum[half])
    new = Tails(c.apply(nominal.above, stratum), c.apply(nominal.at_least, stratum))
    drawn = new.randomised(rng.random(len(n)))[~half]
    raw = nominal.randomised(rng.random(len(n)))[~half]
    for s in (0, 1):
        at = stratum[~half] == s
        for level in (0.01, 0.05):
            assert (drawn[at] <= level).mean() == pytest.approx(level, abs=0.004)
    assert abs((raw[stratum[~half] == 1] <= 0.05).mean() - 0.05) > 0.008, "the raw model was wrong here"


def test_weights_stand_for_equal_rows() -> None:
    t = Tails(np.array([0.2, 0.6, 0.0]), np.array([0.5, 1.0, 1.0]))
    times = [3, 1, 4]
    rows = np.repeat(np.arange(3), times)
    one = TailCalibration().fit(t, np.zeros(3, int), weight=times)
    other = TailCalibration().fit(Tails(t.above[rows], t.at_least[rows]), np.zeros(8, int))
    assert np.allclose(one.map_, other.map_)


@given(seed=st.integers(0, 10_000), n=st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_the_map_is_isotonic_and_never_promises_more_than_was_held_out(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    ends = np.sort(rng.random((2, n)) ** rng.uniform(0.2, 5), axis=0)
    c = TailCalibration().fit(Tails(ends[0], ends[1]), rng.integers(0, 3, n))
    assert np.all(np.diff(c.map_, axis=1) >= 0)
    assert np.all(c.map_[:, 0] >= 1.0 / (c.weight_ + 201.0) - 1e-15)
    assert np.allclose(c.map_[:, -1], 1.0)


def test_nothing_to_calibrate_on_is_an_error() -> None:
    empty = np.zeros(0)
    with pytest.raises(ValueError, match="no held-out"):
        TailCalibration().fit(Tails(empty, empty), empty)
    with pytest.raises(ValueError, match="finite"):
        TailCalibration().fit(Tails(np.array([np.nan]), np.array([1.0])), [0])
    with pytest.raises(ValueError, match="prior_weight"):
        TailCalibration(prior_weight=0.0).fit(Tails(np.array([0.1]), np.array([1.0])), [0])
    c = TailCalibration().fit(Tails(np.array([0.1]), np.array([1.0])), [0])
    with pytest.raises(ValueError, match="stratum"):
        c.apply([0.1], [1])
    assert np.isnan(c.apply([np.nan], [0])[0])
    assert len(GRID) == c.map_.shape[1]


@pytest.mark.parametrize("sensitivity", [0.0, 0.2, 1.0])
def test_the_ratio_has_mean_one_when_nothing_happens(sensitivity: float) -> None:
    n = np.arange(2000)
    t = tails(n, 0.7, 0.4)
    ratio = likelihood_ratio(t, sensitivity=sensitivity)
    counted = t.at_least - t.above
    beyond = float(t.at_least[counted > 1e-12][-1])
    left = sensitivity * (beyond - 1) / np.log(beyond)
    expected = float((counted * ratio)[counted > 1e-12].sum())
    assert expected == pytest.approx(1.0 - left, abs=0.005 + 2 * left * (left < 0.05))
    assert ratio.min() >= (1 - sensitivity)


def test_more_heat_is_never_weaker_evidence_and_no_look_is_none() -> None:
    ratio = likelihood_ratio(tails(np.arange(60), 0.7, 0.4))
    assert np.all(np.diff(ratio) > 0)
    assert ratio[0] < 1 < ratio[-1]
    assert likelihood_ratio(Tails(np.array([np.nan]), np.array([np.nan]))).tolist() == [1.0]
    with pytest.raises(ValueError, match="sensitivity"):
        likelihood_ratio(tails([1], 1.0, 1.0), sensitivity=1.5)
    with pytest.raises(ValueError, match="tails"):
        likelihood_ratio(Tails(np.array([0.5]), np.array([0.4])))
