"""Seasons on a circle and flat sources beside them."""

from __future__ import annotations

import numpy as np
import pytest

from ceasefire.stats.seasonal import day_of_year, smooth_year, split


def test_smoothing_keeps_the_total_and_runs_over_new_year() -> None:
    v = np.random.default_rng(0).random((3, 365)).astype(np.float32)
    s = smooth_year(v, sd_days=9.0)
    assert np.allclose(s.sum(axis=1), v.sum(axis=1), rtol=1e-4)
    assert np.allclose(smooth_year(np.roll(v, 100, axis=1), sd_days=9.0), np.roll(s, 100, axis=1), atol=1e-5)


def test_mills_and_fields_are_told_apart() -> None:
    rng = np.random.default_rng(1)
    season = np.where(np.abs(np.arange(365) - 90) < 12, 0.3, 0.001)
    flat = np.array([0.0, 0.4, 0.05])
    multiple = np.array([2.0, 0.2, 1.0])
    mean = (flat[:, None] + multiple[:, None] * season) * 8
    count = rng.poisson(mean)
    i, d = np.nonzero(count)
    s = split(count[i, d], i, season[d], days=[2920] * 3, season_total=[season.sum() * 8] * 3)
    assert s.flat == pytest.approx(flat, abs=0.04)
    assert s.multiple == pytest.approx(multiple, abs=0.35)


def test_a_series_with_no_detection_keeps_the_prior() -> None:
    s = split([1.0], [0], [0.1], days=[365, 365], season_total=[3.0, 3.0])
    assert s.flat[1] < 1e-3
    assert 0 < s.multiple[1] < 1


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="missing"):
        day_of_year(np.array(["NaT"], dtype="datetime64[D]"))
    with pytest.raises(ValueError, match="365"):
        smooth_year(np.zeros(360), sd_days=3.0)
    with pytest.raises(ValueError, match="sd_days"):
        smooth_year(np.zeros(365), sd_days=0.0)
    with pytest.raises(ValueError, match="season above 0"):
        split([1.0], [0], [0.0], days=[1], season_total=[1.0])
    with pytest.raises(ValueError, match="exposures"):
        split([1.0], [0], [1.0], days=[np.nan], season_total=[1.0])
