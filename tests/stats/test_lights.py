"""Baseline, search and intervals of night lights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.stats.lights import normal, radiance, share_lost, shift_of, stabilised, terms
from ceasefire.stats.lights_scan import Noise, persistence, scan, whitened
from ceasefire.stats.lights_spell import spell

NIGHTS = np.arange("2024-01-01", "2025-02-01", dtype="datetime64[D]")
BEFORE = NIGHTS.astype(str) < "2025-01-01"


def series(rng: np.random.Generator, count: int, *, noise: float = 0.12) -> np.ndarray:
    day = NIGHTS.astype(float)
    season = 0.15 * np.cos(2 * np.pi * day / 365.25)
    angle = 0.2 * np.cos(2 * np.pi * day / 16)
    return 10 * np.exp(season + angle + noise * rng.standard_normal((count, len(NIGHTS))))


@given(st.floats(0.0, 500.0), st.floats(0.0, 1.0))
def test_scale_goes_there_and_back(light: float, share: float) -> None:
    z = stabilised(light)
    assert float(radiance(z)) == pytest.approx(light, rel=1e-3, abs=1e-3)
    if light > 0.1:
        assert float(share_lost(z, shift_of(z, share))) == pytest.approx(share, abs=2e-3)


def test_the_baseline_takes_season_and_view_angle_out() -> None:
    rng = np.random.default_rng(1)
    z = stabilised(series(rng, 20))
    fit = normal(z, terms(NIGHTS), BEFORE)
    left = (z - fit.expected)[:, -31:]
    assert abs(float(left.mean())) < 0.02
    assert np.all(np.abs(fit.spread - 0.12) < 0.03)


def test_missing_nights_stay_missing_and_too_few_give_no_spread() -> None:
    rng = np.random.default_rng(2)
    z = stabilised(series(rng, 2))
    z[:, ::3] = np.nan
    z[1, 20:] = np.nan
    fit = normal(z, terms(NIGHTS), BEFORE)
    assert fit.nights[0] == 244
    assert np.isnan(fit.spread[1])
    assert np.isfinite(fit.spread[0])


def test_dark_weeks_in_the_reference_hardly_move_the_baseline() -> None:
    rng = np.random.default_rng(3)
    light = series(rng, 30)
    clean = normal(stabilised(light), terms(NIGHTS), BEFORE)
    light[:, 100:140] *= 0.3
    dark = normal(stabilised(light), terms(NIGHTS), BEFORE)
    assert float(np.abs(dark.expected - clean.expected)[:, -31:].mean()) < 0.06


def test_snow_is_a_term_of_its_own() -> None:
    rng = np.random.default_rng(4)
    light = series(rng, 10)
    snow = np.zeros(light.shape, np.float32)
    snow[:, 10:40] = 1.0
    snow[:, -20:] = 1.0
    light *= np.where(snow > 0, 1.4, 1.0)
    z = stabilised(light)
    with_term, without = normal(z, terms(NIGHTS), BEFORE, own=[snow]), normal(z, terms(NIGHTS), BEFORE)
    error = [float(np.abs((z - f.expected)[:, -20:].mean())) for f in (with_term, without)]
    assert error[0] < 0.1 < error[1]


def test_a_fit_that_begins_with_another_is_nearly_the_same() -> None:
    z = stabilised(series(np.random.default_rng(5), 10))
    whole = normal(z, terms(NIGHTS), BEFORE)
    again = normal(z, terms(NIGHTS), BEFORE, guess=((z - whole.expected) / whole.spread[:, None], whole.spread))
    assert np.allclose(again.expected, whole.expected, atol=0.01)


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="must be of the 397 nights"):
        normal(stabilised(np.ones((2, 397))), terms(NIGHTS[:-1]), np.ones(397, bool))
    with pytest.raises(ValueError, match="is not among"):
        scan(np.zeros((1, 5), np.float32), 5, noise=Noise(0, 0), unsure=np.zeros(1, np.float32))


def test_filtered_surprises_of_steps_match_generalised_least_squares() -> None:
    noise, first, w = Noise(0.4, 0.8), 6, 14
    rng = np.random.default_rng(6)
    r = rng.standard_normal((1, w)).astype(np.float32)
    r[0, [3, 8, 9]] = np.nan
    y, u = whitened(r, first, noise, clip=np.inf)
    seen = np.flatnonzero(np.isfinite(r[0]))
    lag = np.abs(seen[:, None] - seen[None, :])
    inverse = np.linalg.inv(0.4 * 0.8**lag + 0.6 * (lag == 0))
    step = (seen >= first + 2).astype(float)
    assert float(u[0, :, 3] @ u[0, :, 3]) == pytest.approx(step @ inverse @ step, rel=1e-4)
    assert float(u[0, :, 3] @ y[0]) == pytest.approx(step @ inverse @ r[0, seen], rel=1e-3)


@given(st.integers(0, 10_000), st.floats(0.0, 0.95))
@settings(max_examples=25)
def test_any_pattern_of_missing_nights_gives_a_finite_score(seed: int, cloud: float) -> None:
    rng = np.random.default_rng(seed)
    r = rng.standard_normal((4, 40)).astype(np.float32)
    r[rng.random(r.shape) < cloud] = np.nan
    r[3] = np.nan
    found = scan(r, 15, noise=Noise(0.3, 0.8), unsure=np.full(4, 0.2, np.float32))
    assert np.all(np.isfinite(found.score))
    assert found.score[3] == 0
    assert np.all(found.shift <= 0)
    assert np.all((found.start < found.stop) | (found.score == 0))


def test_brighter_is_no_outage() -> None:
    r = np.zeros((1, 60), np.float32)
    r[0, 35:45] = 5.0
    found = scan(r, 30, noise=Noise(0.2, 0.7), unsure=np.full(1, 0.1, np.float32))
    assert found.stop[0] <= 5 or found.start[0] >= 15 or found.score[0] < 1


def test_persistence_of_plain_noise_is_none() -> None:
    noise = persistence(np.random.default_rng(7).standard_normal((400, 200)).astype(np.float32))
    assert noise.share < 0.05


def test_intervals_hold_what_was_planted_as_often_as_they_say() -> None:
    rng = np.random.default_rng(8)
    hold = np.zeros(3)
    count = 80
    for _ in range(count):
        start, nights, depth = int(rng.integers(3, 18)), int(rng.integers(4, 12)), float(rng.uniform(0.4, 0.9))
        r = rng.standard_normal(60).astype(np.float32)
        shift = float(shift_of(3.0, depth)) / 0.2
        r[30 + start : 30 + min(start + nights, 30)] += shift
        r[rng.random(60) < 0.5] = np.nan
        found = spell(r, 30, expected=3.0, spread=0.2, noise=Noise(0.0, 0.0), unsure=0.05, drift=0.05)
        truth = (depth, start, nights)
        ends = (found.depth, found.start, found.nights)
        hold += [e.low - 1e-9 <= t <= e.high + 1e-9 for e, t in zip(ends, truth, strict=True)]
    assert np.all(hold / count > 0.8), hold / count


def test_a_start_under_cloud_gets_an_interval_as_long_as_the_cloud() -> None:
    r = np.zeros(60, np.float32)
    r[45:] -= 8.0
    r[38:45] = np.nan
    found = spell(r, 30, expected=3.0, spread=0.15, noise=Noise(0.0, 0.0), unsure=0.1)
    assert found.start.low <= 9
    assert found.start.high >= 14
    assert found.ongoing > 0.99
    assert np.isinf(found.nights.high)
    assert found.nights.low >= 14
