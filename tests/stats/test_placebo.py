"""Placebo dates and what they do to an interval."""

from __future__ import annotations

import numpy as np
import pytest

from ceasefire.stats.ceasefire_effect import CeasefireEffect
from ceasefire.stats.placebo import Null, discoveries, placebo_starts, widening


def test_widening_recovers_the_spread_and_never_narrows() -> None:
    rng = np.random.default_rng(0)
    assert 1.0 <= widening(rng.normal(0, 1, 2000)) < 1.05
    assert abs(widening(rng.normal(0, 2, 2000)) - 2.0) < 0.1
    assert widening(np.zeros(50)) == widening(np.empty(0)) == 1.0
    with pytest.raises(ValueError, match="not finite"):
        widening(np.array([np.nan]))


def test_windows_lie_inside_the_history_and_do_not_overlap_by_more_than_half() -> None:
    for days, length in ((200, 10), (400, 60), (90, 7), (731, 31)):
        starts = placebo_starts(days, length, exclude=14, least=56, number=10)
        assert len(starts) <= 10
        assert np.all(starts >= 70)
        assert np.all(starts + length <= days)
        assert np.all(np.diff(starts) >= length / 2 - 1)
    assert len(placebo_starts(80, 30, exclude=14, least=56, number=10)) == 0
    assert len(placebo_starts(800, 30, exclude=14, least=56, number=0)) == 0


def test_jumps_the_model_does_not_know_widen_the_interval() -> None:
    rng = np.random.default_rng(1)
    n, start = 500, 470
    steps = np.repeat(np.exp(rng.choice([-1.2, 1.2], 10)), 50)  # a level that jumps every fifty days
    jumpy = rng.poisson(8.0 * steps).astype(float)
    calm = rng.poisson(8.0, n).astype(float)
    one = CeasefireEffect().fit(jumpy, np.ones(n), start=start)
    other = CeasefireEffect().fit(calm, np.ones(n), start=start)
    assert one.high_ / one.low_ > 2 * other.high_ / other.low_
    assert other.null_.widen < 1.3
    plain = one.foretold_.ratio(one.counted_)
    assert one.low_ <= plain.low
    assert one.high_ >= plain.high
    assert 0.0 <= other.null_.share_surprised() <= 0.5


def test_without_placebo_dates_nothing_is_widened_and_nothing_is_claimed_of_them() -> None:
    null = Null(np.empty(0, dtype=np.int64), [], np.empty(0))
    assert null.widen == 1.0
    assert np.isnan(null.share_surprised())
    assert null.rank(-3.0) == 1.0


def test_discoveries_hold_their_rate() -> None:
    rng = np.random.default_rng(2)
    false = [bool(discoveries(rng.random(24), 0.05).any()) for _ in range(400)]
    assert np.mean(false) < 0.09
    assert discoveries(np.r_[np.full(5, 1e-6), rng.random(15)], 0.05).sum() >= 5
    assert len(discoveries(np.empty(0), 0.05)) == 0
    with pytest.raises(ValueError, match="p-values"):
        discoveries(np.array([np.nan]), 0.05)
