"""Recalibration, its interval and provenance, and the correction for another share of true reports."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.stats.calibrate import Recalibration, isotonic_curve
from ceasefire.stats.calibration_map import CalibrationMap, recalibrated, recalibrated_by, recalibrated_interval
from ceasefire.stats.crowded import crowded
from ceasefire.stats.prevalence import prevalence, prior_shift
from ceasefire.stats.scores import brier, calibration_error


def overconfident(n: int, seed: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    true = rng.uniform(0.02, 0.98, n)
    logit = np.log(true / (1 - true))
    return 1 / (1 + np.exp(-2.5 * logit)), (rng.random(n) < true).astype(float)


@pytest.mark.parametrize("method", ["beta", "isotonic"])
def test_a_map_makes_probabilities_true_elsewhere(method: str) -> None:
    p, y = overconfident(4000, 1)
    m = Recalibration(method=method, resamples=20).fit(p, y, fitted_on="draws of seed 1").map_
    q, z = overconfident(4000, 2)
    assert calibration_error(q, z) > 0.08
    assert calibration_error(recalibrated(q, m), z) < 0.03
    assert brier(recalibrated(q, m), z) < brier(q, z)
    assert m.method == method
    assert m.incidents == 4000
    assert m.fitted_on == "draws of seed 1"


@pytest.mark.parametrize("method", ["beta", "isotonic"])
def test_the_interval_holds_the_true_curve(method: str) -> None:
    p, y = overconfident(3000, 3)
    m = Recalibration(method=method, resamples=100).fit(p, y, fitted_on="x").map_
    stated = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    logit = np.log(stated / (1 - stated)) / 2.5
    low, high = recalibrated_interval(stated, m)
    assert np.mean((low <= 1 / (1 + np.exp(-logit))) & (1 / (1 + np.exp(-logit)) <= high)) >= 0.8


def test_beta_finds_the_identity_and_has_intervals() -> None:
    rng = np.random.default_rng(4)
    p = rng.uniform(0.02, 0.98, 5000)
    r = Recalibration(method="beta", resamples=60).fit(p, rng.random(5000) < p, fitted_on="x")
    for (name, value, low, high), true in zip(r.parameters_, (1.0, 1.0, 0.0), strict=True):
        assert name in "abc"
        assert low <= value <= high
        assert low - 0.05 <= true <= high + 0.05


def test_whole_worlds_are_resampled() -> None:
    rng = np.random.default_rng(5)
    world = np.repeat(np.arange(10), 100)
    luck = rng.normal(0, 1.0, 10)[world]
    p = rng.uniform(0.1, 0.9, 1000)
    y = rng.random(1000) < 1 / (1 + np.exp(-(np.log(p / (1 - p)) + luck)))
    alone = Recalibration(resamples=100).fit(p, y, fitted_on="x").map_
    grouped = Recalibration(resamples=100).fit(p, y, fitted_on="x", groups=world).map_
    at = alone.at.index(0.5)
    assert grouped.high[at] - grouped.low[at] > 1.5 * (alone.high[at] - alone.low[at])
    assert grouped.gives == alone.gives


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), min_size=2, max_size=60))
def test_pooled_neighbours_never_fall_and_never_claim_certainty(rows: list[tuple[float, bool]]) -> None:
    p, y = np.array([r[0] for r in rows]), np.array([float(r[1]) for r in rows])
    curve = isotonic_curve(p, y, np.linspace(0, 1, 21).tolist())
    assert np.all(np.diff(curve) >= -1e-12)
    assert np.all((curve > 0) & (curve < 1))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["beta", "isotonic"]))
def test_maps_are_monotone_and_survive_the_way_through_plain_values(seed: int, method: str) -> None:
    rng = np.random.default_rng(seed)
    p = rng.random(60)
    y = (rng.random(60) < 0.5).astype(float)
    y[:2] = 0, 1
    m = Recalibration(method=method, resamples=3).fit(p, y, fitted_on="x").map_
    assert CalibrationMap.from_dict(m.as_dict()) == m
    assert np.all(np.diff(recalibrated(np.linspace(0, 1, 101), m)) >= -1e-12)


def test_nan_stays_nan_and_a_number_stays_a_number() -> None:
    p, y = overconfident(200, 6)
    m = Recalibration(resamples=3).fit(p, y, fitted_on="x").map_
    assert isinstance(recalibrated(0.4, m), float)
    assert np.isnan(recalibrated(float("nan"), m))
    with pytest.raises(ValueError, match="between 0 and 1"):
        recalibrated(1.2, m)


def test_each_kind_has_its_own_map() -> None:
    p, y = overconfident(400, 9)
    one = Recalibration(resamples=3).fit(p, y, fitted_on="x").map_
    flat = CalibrationMap(
        **{**vars(one), "gives": (0.5,) * len(one.at), "low": (0.0,) * len(one.at), "high": (1.0,) * len(one.at)}
    )
    found = recalibrated_by([0.9, 0.9, float("nan")], ["a", "b", "b"], {"a": one, "b": flat})
    assert found[0] == recalibrated(0.9, one)
    assert found[1] == 0.5
    assert np.isnan(found[2])
    with pytest.raises(ValueError, match="no calibration map for 'c'"):
        recalibrated_by([0.9], ["c"], {"a": one})
    with pytest.raises(ValueError, match="equally long"):
        recalibrated_by([0.9], ["a", "a"], {"a": one})


def test_neighbours_are_found_as_by_looking_at_every_pair() -> None:
    rng = np.random.default_rng(10)
    lon, lat, hours = rng.uniform(20, 26, 300), rng.uniform(48, 52, 300), rng.uniform(0, 400, 300)
    lon[5] = np.nan
    found = crowded(lon, lat, hours)
    a, b = np.radians(lon), np.radians(lat)
    axes = 6371.0088 * np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)])
    near = np.all(np.abs(axes[:, :, None] - axes[:, None, :]) <= 30.0, axis=0)
    near &= np.abs(hours[:, None] - hours[None, :]) <= 24.0
    np.fill_diagonal(near, False)
    assert np.array_equal(found, near.any(axis=1))
    assert 0 < found.sum() < 300
    assert not crowded([1.0], [2.0], [3.0]).any()
    with pytest.raises(ValueError, match="above 0"):
        crowded([1.0], [2.0], [3.0], within_km=0.0)
    with pytest.raises(ValueError, match="equally long"):
        crowded([1.0], [2.0, 3.0], [3.0])


def test_the_share_of_true_reports_is_corrected_for() -> None:
    rng = np.random.default_rng(7)

    def place(share: float, n: int) -> tuple[Any, Any]:
        y = rng.random(n) < share
        x = rng.normal(y * 1.5, 1.0)
        return 1 / (1 + np.exp(-(1.5 * x - 1.125))), y.astype(float)

    p, y = place(0.5, 5000)
    m = Recalibration(resamples=3).fit(p, y, fitted_on="a place where half occurred").map_
    q, z = place(0.15, 5000)
    found = prevalence(recalibrated(q, m), old=m.base_rate)
    assert found.low <= 0.15 + 0.02
    assert found.high >= 0.15 - 0.02
    before = calibration_error(recalibrated(q, m), z)
    after = calibration_error(recalibrated(q, m, base_rate=found.value), z)
    assert after < 0.03 < before


@given(st.floats(0.001, 0.999), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_a_shift_there_and_back_is_none(p: float, old: float, new: float) -> None:
    there = prior_shift(p, old=old, new=new)
    assert float(prior_shift(there, old=new, new=old)) == pytest.approx(p, abs=1e-9)


@pytest.mark.parametrize(
    ("p", "y", "message"),
    [
        ([0.5] * 10, [1] * 5 + [0] * 5, "30 are needed"),
        ([0.5] * 40, [1] * 20 + [0] * 20, "all stated probabilities are equal"),
        (np.linspace(0, 1, 40), [1] * 40, "same outcome"),
        ([np.nan] * 40, [1] * 20 + [0] * 20, "no NaN"),
        ([1.5] * 40, [1] * 20 + [0] * 20, "between 0 and 1"),
        (np.linspace(0, 1, 40), [2] * 40, "outcome is 0 or 1"),
        (np.linspace(0, 1, 40), [1] * 20, "equally long"),
    ],
)
def test_what_cannot_be_fitted_is_said(p: Any, y: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Recalibration().fit(p, y, fitted_on="x")


def test_other_mistakes_are_named() -> None:
    p, y = overconfident(100, 8)
    with pytest.raises(ValueError, match="'isotonic' or 'beta'"):
        Recalibration(method="platt").fit(p, y, fitted_on="x")
    with pytest.raises(ValueError, match="groups for"):
        Recalibration().fit(p, y, fitted_on="x", groups=[1, 2])
    with pytest.raises(ValueError, match="what it was fitted on"):
        Recalibration(resamples=2).fit(p, y, fitted_on=" ")
    good = Recalibration(resamples=2).fit(p, y, fitted_on="x").map_.as_dict()
    with pytest.raises(ValueError, match="wrong: base_rate"):
        CalibrationMap.from_dict({k: v for k, v in good.items() if k != "base_rate"})
    with pytest.raises(ValueError, match="never fall"):
        CalibrationMap.from_dict({**good, "gives": good["gives"][::-1]})
    with pytest.raises(ValueError, match="30 probabilities"):
        prevalence([0.5], old=0.5)
    with pytest.raises(ValueError, match="all probabilities are equal"):
        prevalence(np.full(50, 0.4), old=0.5)
    with pytest.raises(ValueError, match="shares must lie"):
        prior_shift(0.5, old=0.0, new=0.5)
