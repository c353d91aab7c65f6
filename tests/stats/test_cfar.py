"""The K distribution of the sea against draws from it, and the tail that a scene shows of itself."""

import numpy as np
import pytest
from scipy import special

from ceasefire.stats import cfar


@pytest.mark.parametrize("shape", [20.0, 5.0, 1.0])
def test_surprise_is_the_logarithm_of_the_share_of_draws_above(shape):
    rng = np.random.default_rng(1)
    x = rng.gamma(4.4, 1 / 4.4, 400_000) * rng.gamma(shape, 1 / shape, 400_000)
    tables = cfar.sea(4.4, 5.0)
    below = x <= 5.0 * np.median(x)
    mean = x[below].mean()
    spread = cfar.spread_of((x[below] ** 2).mean() / mean**2, tables)
    assert 1 / spread == pytest.approx(shape, rel=0.15)
    t = cfar.surprise(x / mean, spread, tables)
    for chance in (1e-1, 1e-2, 1e-3):
        assert (t > -np.log(chance)).mean() == pytest.approx(chance, rel=0.15)


def test_ships_among_the_water_do_not_change_its_spread():
    rng = np.random.default_rng(2)
    x = rng.gamma(4.0, 0.25, 100_000)
    clean = x.copy()
    x[:300] += 50.0
    tables = cfar.sea(4.0, 5.0)

    def spread(v):
        b = v[v <= 5.0 * np.median(v)]
        return float(cfar.spread_of((b**2).mean() / b.mean() ** 2, tables))

    assert spread(x) == pytest.approx(spread(clean), abs=0.01)


def test_level_and_surprise_are_inverse():
    tables = cfar.sea(3.0, 5.0)
    for spread in (0.0, 0.1, 1.0):
        level = cfar.level_of(1e-6, spread, tables)
        assert cfar.surprise(level, spread, tables) == pytest.approx(-np.log(1e-6), rel=0.01)


def test_without_texture_it_is_gamma():
    levels = np.array([0.5, 2.0, 6.0])
    assert cfar.log_survival(levels, 4.0, 0.0) == pytest.approx(np.log(special.gammaincc(4.0, 4.0 * levels)))
    assert np.isfinite(cfar.log_survival(1e5, 4.0, 0.0))


def test_the_tail_is_measured_and_ships_above_it_change_little():
    rng = np.random.default_rng(3)
    sea = cfar.START + rng.exponential(1.5, 600)
    alone = cfar.tail(sea, 300.0)
    with_ships = cfar.tail(np.concatenate([sea, np.full(60, 60.0)]), 300.0)
    assert alone.scale == pytest.approx(1.5, rel=0.12)
    assert with_ships.scale == pytest.approx(alone.scale, rel=0.02)
    assert cfar.threshold(1e-3, alone) > cfar.threshold(1e-2, alone) > alone.start


def test_limits_of_a_rate():
    low, high = cfar.rate_limits(0, 1000.0)
    assert low == 0.0
    assert high == pytest.approx(2.996, abs=0.001)
    low, high = cfar.rate_limits(10, 1000.0)
    assert low < 10 < high


@pytest.mark.parametrize(("looks", "spread"), [(0.0, 0.1), (4.0, -1.0)])
def test_what_cannot_be_is_refused(looks, spread):
    with pytest.raises(ValueError, match="looks must be above 0"):
        cfar.log_survival(1.0, looks, spread)
    with pytest.raises(ValueError, match="above 0"):
        cfar.tail([8.0], 0.0)
    with pytest.raises(ValueError, match="above 0"):
        cfar.threshold(0.0, cfar.Tail(7.0, 1.0, 1.0))
