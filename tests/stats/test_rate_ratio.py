"""Ratios of rates of counts that scatter."""

from __future__ import annotations

import numpy as np
import pytest

from ceasefire.stats.rate_ratio import rate_ratio


def _worlds(ratio: float, size: float, worlds: int = 600) -> tuple[float, float]:
    """Give how often the interval holds the truth, and how often Poisson's own would."""
    rng = np.random.default_rng(5)
    held = naive = 0
    for _ in range(worlds):
        e1, e0 = rng.uniform(0.3, 1.0, 14), rng.uniform(0.6, 1.0, 28)
        y0 = rng.poisson(20 * e0 * rng.gamma(size, 1 / size, 28))
        y1 = rng.poisson(20 * ratio * e1 * rng.gamma(size, 1 / size, 14))
        got = rate_ratio(y1, e1, y0, e0)
        held += got.low <= ratio <= got.high
        reach = 1.96 * np.sqrt(1 / y1.sum() + 1 / y0.sum())
        naive += abs(np.log(got.ratio / ratio)) <= reach
    return held / worlds, naive / worlds


@pytest.mark.parametrize("ratio", [0.4, 1.0])
def test_the_interval_holds_the_truth_where_counts_scatter(ratio: float) -> None:
    held, naive = _worlds(ratio, size=3.0)
    assert 0.92 <= held <= 0.99
    assert naive < 0.75  # what the scatter is for


def test_a_zero_gives_an_upper_limit_and_nothing_gives_nothing() -> None:
    none = rate_ratio([0, 0, 0], [1, 1, 1], [5, 6, 4], [1, 1, 1])
    assert none.rate == 0.0
    assert none.low == none.ratio == 0.0
    assert none.high == pytest.approx(0.279, abs=0.001)  # 1 - 0.025 ** (1 / 15) of all events
    assert rate_ratio([5, 6, 4], [1, 1, 1], [0, 0, 0], [1, 1, 1]).low == pytest.approx(1 / none.high)
    for empty in (rate_ratio([], [], [1, 2], [1, 1]), rate_ratio([3], [0], [1, 2], [1, 1])):
        assert np.isnan(empty.ratio)
        assert np.isnan(empty.rate)
        assert empty.before == 1.5


def test_days_without_exposure_do_not_count_and_bad_numbers_are_refused() -> None:
    assert rate_ratio([4, 9], [1, 0], [4, 4], [1, 1]).ratio == 1.0
    with pytest.raises(ValueError, match="shape"):
        rate_ratio([1], [1, 1], [1], [1])
    with pytest.raises(ValueError, match="negative nor NaN"):
        rate_ratio([1, np.nan], [1, 1], [1], [1])
