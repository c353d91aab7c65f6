"""The effect on one series: found where it is, not where it is not, and wide where little is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.stats.ceasefire_effect import CeasefireEffect
from ceasefire.stats.foretold import Foretold
from ceasefire.stats.latent import Daily, Shape, likeliest
from ceasefire.stats.series import Series, checked

N, START = 260, 230


def wandering(seed: int, *, rate: float = 6.0, sd: float = 0.3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    level, out = 0.0, np.empty(N)
    for t in range(N):
        level = 0.9 * level + sd * np.sqrt(1 - 0.81) * rng.normal()
        out[t] = rate * np.exp(level)
    return out


def test_a_fall_of_70_percent_is_found() -> None:
    rng = np.random.default_rng(0)
    rate = wandering(0)
    rate[START:] *= 0.3
    e = CeasefireEffect().fit(rng.poisson(rate), np.ones(N), start=START)
    assert e.low_ < 0.3 < e.high_ < 0.7
    assert e.p_fewer_ < 0.01
    assert e.expected_[1] < e.expected_[0] < e.expected_[2]
    assert len(e.null_.start) >= 8


def test_a_surge_before_the_start_is_not_credited_to_it() -> None:
    rng = np.random.default_rng(1)
    rate = wandering(1)
    rate[START - 12 : START] *= 3.0
    count = rng.poisson(rate)
    left_out = CeasefireEffect().fit(count, np.ones(N), start=START)
    assert left_out.low_ < 1.0 < left_out.high_
    assert left_out.step_.value > 0.3
    naive = count[START:].mean() / count[START - 30 : START].mean()
    assert abs(np.log(left_out.ratio_)) < abs(np.log(naive))


def test_a_fall_before_the_start_is_not_credited_to_it() -> None:
    rng = np.random.default_rng(2)
    rate = wandering(2, rate=20.0, sd=0.1)
    rate[START - 14 :] *= 0.4
    e = CeasefireEffect().fit(rng.poisson(rate), np.ones(N), start=START)
    assert e.step_.value < -0.5
    assert e.foretold_.ratio(e.counted_).high < 1.0  # the forecast alone would have credited it
    assert e.high_ > 1.0


def test_cloud_is_not_peace() -> None:
    rng = np.random.default_rng(3)
    exposure = np.where(np.arange(N) < START, 0.9, 0.25)
    count = rng.poisson(wandering(3) * exposure)
    e = CeasefireEffect().fit(count, exposure, start=START)
    assert count[START:].mean() < 0.5 * count[:START].mean()
    assert e.low_ < 1.0 < e.high_


def test_no_event_in_force_gives_an_upper_limit_and_one_day_a_wide_answer() -> None:
    rng = np.random.default_rng(4)
    count = rng.poisson(wandering(4)).astype(float)
    count[START:] = 0
    e = CeasefireEffect().fit(count, np.ones(N), start=START)
    assert e.ratio_ == e.low_ == 0.0
    assert 0.0 < e.high_ < 0.2
    one = CeasefireEffect().fit(count, np.ones(N), start=START, end=START + 1)
    assert one.low_ == 0.0
    assert one.high_ > 2 * e.high_


def test_the_interval_is_honest_on_quiet_dates() -> None:
    held = 0
    for seed in range(12):
        rng = np.random.default_rng(100 + seed)
        e = CeasefireEffect(placebos=4).fit(rng.poisson(wandering(seed, sd=0.5)), np.ones(N), start=START)
        held += e.low_ <= 1.0 <= e.high_
    assert held >= 10


def test_days_without_a_look_hold_no_information() -> None:
    rng = np.random.default_rng(5)
    count, exposure = rng.poisson(6.0, N).astype(float), np.ones(N)
    exposure[50:90] = 0.0
    count[50:90] = 0.0
    told = Series().fit(count[:200], exposure[:200]).foretell([210], [1.0])
    count[50:90] = np.nan
    again = Series().fit(count[:200], exposure[:200]).foretell([210], [1.0])
    assert told.expected() == again.expected()
    assert 4.5 < told.expected() < 7.5


def test_every_parameter_has_an_interval_and_the_size_of_bursts_is_recovered() -> None:
    rng = np.random.default_rng(6)
    s = Series().fit(rng.poisson(rng.gamma(1.5, 8.0 / 1.5, 400)), np.ones(400))
    found = {p.name: p for p in s.parameters()}
    assert all(p.low < p.value < p.high for p in found.values())
    assert found["size"].low < 1.5 < found["size"].high
    assert found["rate at the end"].low < 8.0 < found["rate at the end"].high
    assert abs(s.shapes_.weights.sum() - 1.0) < 1e-12


def test_laplace_agrees_with_exact_integration_of_a_single_level() -> None:
    y, k, sd, centre = 3.0, 4.0, 0.5, 1.0
    one = np.ones(1)
    s = Daily(np.array([y]), np.zeros(1), one, one[:, None], np.array([centre]), np.array([1e6]))
    path = likeliest(s, Shape(sd, 1.0, k))
    grid = np.linspace(-5, 5, 20001)
    mean = np.exp(centre + grid)
    height = y * np.log(mean) - (y + k) * np.log(k + mean) - grid**2 / (2 * sd**2)
    weight = np.exp(height - height.max())
    exact = np.sum(weight * grid) / weight.sum()
    assert abs(path.level[0] - grid[np.argmax(height)]) < 1e-2
    assert abs(path.level[0] - exact) < 0.1
    assert abs(path.covariance[1, 1] - np.sum(weight * (grid - exact) ** 2) / weight.sum()) < 0.02


@settings(max_examples=25, deadline=None)
@given(
    mean=st.floats(0.05, 500.0),
    size=st.floats(0.1, 1e4),
    count=st.integers(0, 800),
    widen=st.floats(1.0, 3.0),
)
def test_ratios_are_ordered_and_widening_widens(mean: float, size: float, count: int, widen: float) -> None:
    f = Foretold(np.array([mean]), np.array([size]), np.ones(1))
    one, wide = f.ratio(count), f.ratio(count, widen=widen)
    assert 0.0 <= wide.low <= one.low + 1e-3 * one.low <= one.value * 1.01 + 1e-6
    assert one.value <= one.high * 1.01
    assert one.high <= wide.high * 1.001
    assert 0.0 <= one.p_fewer <= wide.p_fewer + 1e-9 or one.p_fewer > 0.5


@pytest.mark.parametrize(
    ("count", "exposure", "message"),
    [
        ([1.0, np.nan], [1.0, 1.0], "count of day 1 is nan"),
        ([1.0, np.inf], [1.0, 1.0], "count of day 1 is inf"),
        ([1.0, -2.0], [1.0, 1.0], "count of day 1 is -2"),
        ([1.0, 0.0], [1.0, np.nan], "exposure of day 1 is nan"),
        ([1.0, 0.0], [1.0, -1.0], "exposure of day 1 is -1"),
        ([1.0, 3.0], [1.0, 0.0], "counted on day 1, when nobody looked"),
        ([0.0, 0.0], [0.0, 0.0], "0 on every day"),
        ([], [], "not empty"),
        ([1.0], [1.0, 1.0], "equally long"),
    ],
)
def test_bad_numbers_are_named(count: list[float], exposure: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        checked(count, exposure)


def test_too_little_is_said_so() -> None:
    ones = np.ones(60)
    with pytest.raises(ValueError, match="28 are needed"):
        CeasefireEffect().fit(ones, ones, start=40)
    with pytest.raises(ValueError, match="inside the series"):
        CeasefireEffect().fit(np.ones(1), np.ones(1), start=0)
    with pytest.raises(ValueError, match="nothing was ever counted"):
        CeasefireEffect().fit(np.zeros(60), ones, start=50)
    blind = np.where(np.arange(60) < 50, 1.0, 0.0)
    with pytest.raises(ValueError, match="nobody looked on any day in force"):
        CeasefireEffect().fit(np.where(blind > 0, np.arange(60) % 3, 0.0), blind, start=50)
    with pytest.raises(ValueError, match="must not be negative"):
        CeasefireEffect(exclude_days=-1).fit(ones, ones, start=50)
    with pytest.raises(ValueError, match="never narrowed"):
        Foretold(np.ones(1), np.ones(1), np.ones(1)).ratio(1.0, widen=0.5)


def test_a_constant_series_is_refused_and_an_almost_constant_one_is_wide_enough() -> None:
    with pytest.raises(ValueError, match=r"1440 on each of 66 days .* never changes"):
        CeasefireEffect().fit(np.full(100, 1440.0), np.ones(100), start=80)
    y = np.full(100, 5.0)
    y[10] = 6.0
    e = CeasefireEffect().fit(y, np.ones(100), start=80)
    assert e.low_ < 1.0 < e.high_
    assert e.high_ / e.low_ > 1.2
    assert e.null_.widen == 1.0
