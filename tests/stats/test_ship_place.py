"""Places as mixtures: equal to rasters multiplied, equal to numbers drawn, and no pair lost."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from ceasefire.stats.ship_place import Movement, Places, ahead, densities, log_density, product, raster


def mixture(rng: np.random.Generator, ships: int = 4, parts: int = 3, *, spread: float = 6.0) -> Places:
    weight = rng.random((ships, parts)) + 0.1
    sx, sy = rng.uniform(1.0, 4.0, (2, ships, parts))
    return Places(
        weight / weight.sum(axis=1, keepdims=True),
        *rng.uniform(-spread, spread, (2, ships, parts)),
        sx**2,
        sy**2,
        rng.uniform(-0.8, 0.8, (ships, parts)) * sx * sy,
    )


MOVEMENT = Movement(
    *(
        np.array([row, row])
        for row in ([0.0, -1.0], [0.0, 0.3], [1.0, 0.2], [0.8, 5.0], [1.0, 0.9], [0.5, 4.0], [1.0, 0.9])
    )
)


def test_the_product_is_that_of_two_rasters() -> None:
    rng = np.random.default_rng(3)
    a, b = mixture(rng), mixture(rng)
    both, agree = product(a, b)
    line = np.arange(-30.0, 30.0, 0.25)
    for row in range(4):
        drawn = raster(a, row, east=line, north=line) * raster(b, row, east=line, north=line)
        total = drawn.sum() * 0.25**2
        assert agree[row] == pytest.approx(np.log(total), abs=1e-6)
        assert np.abs(raster(both, row, east=line, north=line) - drawn / total).max() < 1e-9


def test_the_density_is_that_of_the_gaussians() -> None:
    p = mixture(np.random.default_rng(4), ships=1)
    at = np.array([1.0, -2.0])
    by_hand = sum(
        p.weight[0, k]
        * multivariate_normal([p.east[0, k], p.north[0, k]], [[p.ee[0, k], p.en[0, k]], [p.en[0, k], p.nn[0, k]]]).pdf(
            at
        )
        for k in range(3)
    )
    assert np.exp(log_density(p, np.array([0]), at[:1], at[1:]))[0] == pytest.approx(by_hand)


def test_pairs_are_all_found_and_weighed() -> None:
    rng = np.random.default_rng(5)
    p = mixture(rng, ships=30, spread=60.0)
    x, y = rng.uniform(-60, 60, (2, 50))
    ship, point, density = densities(p, x, y, sigma_km=0.5)
    table = np.zeros((30, 50))
    table[ship, point] = density
    whole = np.exp(log_density(p.wider(0.25, 0.25), np.repeat(np.arange(30), 50), np.tile(x, 30), np.tile(y, 30)))
    assert np.abs(table - whole.reshape(30, 50)).max() < 2e-6
    assert len(np.unique(ship * 50 + point)) == len(ship) < 30 * 50


def test_no_points_or_no_ships_give_no_pairs() -> None:
    p = mixture(np.random.default_rng(6))
    assert len(densities(p, [], [])[0]) == 0
    assert len(densities(p.keep(slice(0, 0)), [1.0], [1.0])[0]) == 0


def test_places_widen_with_the_gap_and_along_the_course() -> None:
    p = ahead(MOVEMENT, [0, 0], hours=[0.1, 3.0], east_km_h=[20.0, 20.0], north_km_h=[0.0, 0.0])
    assert (p.ee[1] > p.ee[0]).all()
    assert (p.ee > p.nn).all()
    assert p.weight[1, 1] > p.weight[0, 1]
    assert p.east[1, 0] == pytest.approx(60.0)


def test_a_fix_after_is_gone_back_from() -> None:
    p = ahead(MOVEMENT, [0], hours=[-2.0], east_km_h=[20.0], north_km_h=[10.0])
    assert (p.east[0, 0], p.north[0, 0]) == pytest.approx((-40.0, -20.0))


def test_both_sides_are_sharper_than_one() -> None:
    before = ahead(MOVEMENT, [0], hours=[1.0], east_km_h=[20.0], north_km_h=[0.0])
    after = ahead(MOVEMENT, [0], hours=[-1.0], east_km_h=[20.0], north_km_h=[0.0]).moved([40.0], [0.0])
    both, _ = product(before, after)
    top = both.weight.argmax()
    assert both.east[0, top] == pytest.approx(20.0, abs=0.5)
    assert both.ee[0, top] < before.ee[0, 0]


def test_a_wrong_clock_leaves_a_part_along_the_course() -> None:
    one = Places(*(np.array([[v]]) for v in (1.0, 5.0, 5.0, 0.01, 0.01, 0.0)))
    p = one.stretched(0.03, [2.0], [0.0])
    assert p.weight.sum() == pytest.approx(1.0)
    assert p.ee[0, 1] == pytest.approx(4.01)
    assert p.nn[0, 1] == pytest.approx(0.01)
    assert p.east[0, 1] == pytest.approx(5.0)
