"""Tails of the negative binomial and its fitted size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ceasefire.stats.negative_binomial import fit_size, tails


@given(n=st.integers(0, 400), mean=st.floats(1e-6, 500), size=st.floats(1e-4, 100))
@settings(max_examples=200, deadline=None)
def test_tails_are_those_of_scipy(n: int, mean: float, size: float) -> None:
    t = tails(n, mean, size)
    law = stats.nbinom(size, size / (size + mean))
    assert float(t.above) == pytest.approx(law.sf(n), rel=1e-6, abs=1e-12)
    assert float(t.at_least) == pytest.approx(law.sf(n - 1), rel=1e-6, abs=1e-12)
    assert 0.0 <= float(t.above) <= float(t.mid_p()) <= float(t.at_least) <= 1.0


def test_randomised_p_is_uniform_under_the_model_although_most_counts_are_zero() -> None:
    rng = np.random.default_rng(5)
    mean = rng.lognormal(-3, 1, 200_000)
    n = rng.negative_binomial(0.1, 0.1 / (0.1 + mean))
    p = tails(n, mean, 0.1).randomised(rng.random(200_000))
    assert (n > 0).mean() < 0.06
    for level in (0.01, 0.05, 0.5):
        assert (p <= level).mean() == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / 200_000))
    assert stats.kstest(p, "uniform").pvalue > 0.001


def test_a_cell_day_nobody_looked_at_has_no_tail() -> None:
    t = tails([0, 0], [0.0, np.nan], 1.0)
    assert np.all(np.isnan(t.above))
    assert np.all(np.isnan(t.at_least))


@pytest.mark.parametrize("count", [-1, 0.5, np.nan, np.inf])
def test_impossible_counts_are_refused(count: float) -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        tails(count, 1.0, 1.0)


def test_impossible_means_and_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="mean"):
        tails(1, np.inf, 1.0)
    with pytest.raises(ValueError, match="mean"):
        tails(1, -1.0, 1.0)
    for size in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match="size"):
            tails(1, 1.0, size)


@pytest.mark.parametrize("size", [0.05, 0.5, 5.0])
def test_size_is_recovered_with_zeros_as_weights_too(size: float) -> None:
    rng = np.random.default_rng(2)
    mean = rng.lognormal(-0.5, 0.5, 60_000)
    n = rng.negative_binomial(size, size / (size + mean))
    whole = fit_size(n, mean)
    assert whole == pytest.approx(size, rel=0.1)
    some = n > 0
    values, times = np.unique(np.round(mean[~some], 2), return_counts=True)
    assert fit_size(n[some], mean[some], zeros=np.maximum(values, 0.005), times=times) == pytest.approx(whole, rel=0.02)


def test_poisson_counts_give_a_large_size_and_too_few_give_an_error() -> None:
    assert fit_size(np.random.default_rng(0).poisson(2.0, 50_000), np.full(50_000, 2.0)) > 50
    with pytest.raises(ValueError, match="fewer than two"):
        fit_size([0, 0, 3], [1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="finite"):
        fit_size([1, 2], [1.0, np.nan])
