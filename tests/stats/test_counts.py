"""Limits of counts: exact, monotone, honest about no exposure."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, poisson

from ceasefire.stats import counts


def test_zero_is_the_rule_of_three() -> None:
    assert counts.upper_limit(0, 1.0) == pytest.approx(-np.log(0.05))
    assert counts.upper_limit(0, 31.0) == pytest.approx(2.995732 / 31)


def test_no_exposure_has_no_limit() -> None:
    assert np.isinf(counts.upper_limit([0, 3], 0.0)).all()
    low, high = counts.interval([0, 3], 0.0)
    assert (low == 0).all()
    assert np.isinf(high).all()


def test_interval_agrees_with_the_chi_squared_form() -> None:
    n = np.arange(0, 60)
    low, high = counts.interval(n, 1.0, level=0.9)
    assert np.allclose(low[1:], chi2.ppf(0.05, 2 * n[1:]) / 2)
    assert low[0] == 0
    assert np.allclose(high, chi2.ppf(0.95, 2 * (n + 1)) / 2)


@pytest.mark.parametrize("rate", [0.1, 1.0, 3.7, 12.0])
def test_limit_holds_at_least_its_level_for_every_rate(rate: float) -> None:
    n = np.arange(0, 200)
    covered = counts.upper_limit(n, 1.0) >= rate
    assert poisson.pmf(n, rate)[covered].sum() >= 0.95
    low, high = counts.interval(n, 1.0)
    assert poisson.pmf(n, rate)[(low <= rate) & (rate <= high)].sum() >= 0.95


@given(st.integers(0, 500), st.floats(1e-6, 1e6), st.floats(0.5, 0.999))
def test_limit_lies_above_the_count_and_scales_with_exposure(n: int, exposure: float, level: float) -> None:
    limit = counts.upper_limit(n, exposure, level)
    assert limit * exposure > n - 1e-9
    assert limit == pytest.approx(counts.upper_limit(n, 1.0, level) / exposure)
    assert counts.upper_limit(n + 1, exposure, level) > limit


@pytest.mark.parametrize(
    ("count", "exposure", "level", "message"),
    [
        ([0, np.nan], 1.0, 0.95, "count is NaN at position 1"),
        ([0, -1], 1.0, 0.95, "count is negative at position 1"),
        (0, np.nan, 0.95, "exposure is NaN"),
        (0, [1.0, -0.1], 0.95, "exposure is negative at position 1"),
        (np.inf, 1.0, 0.95, "count is infinite"),
        ("3", 1.0, 0.95, "count must be numbers"),
        (0, 1.0, 1.0, "level must lie between 0 and 1"),
    ],
)
def test_bad_input_is_named(count: object, exposure: object, level: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        counts.upper_limit(count, exposure, level)  # type: ignore[arg-type]


def test_rate_rise_uses_the_exposure() -> None:
    assert counts.rate_rise(10, 10.0, 1, 1.0) > 0.4
    assert counts.rate_rise(10, 1.0, 1, 1.0) < 0.01
    assert counts.rate_rise(0, 1.0, 5, 1.0) == 1.0
    assert np.isnan(counts.rate_rise(1, 0.0, 1, 1.0))
    with pytest.raises(ValueError, match="whole numbers"):
        counts.rate_rise(1.5, 1.0, 1, 1.0)


def test_rate_rise_is_the_binomial_tail() -> None:
    from scipy.stats import binom

    got = counts.rate_rise(np.arange(8), 2.0, 7 - np.arange(8), 1.0)
    assert np.allclose(got, binom.sf(np.arange(8) - 1, 7, 2 / 3))
