"""Thermal excess on simulated seasons: calibrated when quiet, awake when not, honest about what nobody saw."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from ceasefire.detectors.thermal import ThermalExcess
from ceasefire.detectors.thermal_background import ThermalBackground, era
from ceasefire.detectors.thermal_cells import Cells
from ceasefire.detectors.thermal_context import log_odds

SIDE = 24
MILL = 100


def grid() -> Cells:
    return Cells(*(v.ravel() for v in np.meshgrid(np.arange(300, 300 + SIDE), np.arange(480, 480 + SIDE))))


def quiet(first: str, last: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Fields that burn in spring, under clouds that come and go, and one mill that is always hot."""
    rng = np.random.default_rng(seed)
    days = np.arange(first, last, dtype="datetime64[D]")
    place = (days - days.astype("datetime64[Y]")).astype(int)
    season = 0.003 + 0.15 * np.exp(-0.5 * ((place - 95) / 12) ** 2)
    share = np.random.default_rng(99).lognormal(-0.5, 1.0, SIDE * SIDE)
    mean = share[:, None] * season * rng.gamma(0.7, 1 / 0.7, len(days))
    mean[MILL] = 3.0 * rng.gamma(4.0, 0.25, len(days))
    return rng.negative_binomial(0.3 * mean + 1e-9, 0.3 / 1.3), days


@cache
def model() -> ThermalExcess:
    return ThermalExcess(sensitivity=1.0).fit(grid(), *quiet("2016-01-01", "2020-01-01", 1))


def test_quiet_years_alarm_at_the_nominal_level_overall_and_in_the_busiest_tenth() -> None:
    count, days = quiet("2020-01-01", "2022-01-01", 2)
    scores = model().score(count, days)
    drawn = scores.tail.randomised(np.random.default_rng(0).random(count.shape))
    total = quiet("2016-01-01", "2020-01-01", 1)[0].sum(axis=1)
    for group in (np.ones(len(total), bool), total >= np.quantile(total, 0.9)):
        assert (drawn[group] <= 0.01).mean() == pytest.approx(0.01, abs=0.004)
        assert (drawn[group] <= 0.05).mean() == pytest.approx(0.05, abs=0.01)
        assert scores.alarms(0.01)[group].mean() <= 0.014
        assert scores.likelihood_ratio[group].mean() == pytest.approx(1.0, abs=0.15)
    assert not scores.alarms(0.05)[count == 0].any(), "a zero never alarms"


def test_a_heat_source_keeps_its_own_baseline() -> None:
    count, days = quiet("2020-06-01", "2020-06-02", 3)
    field = MILL + 60
    count[MILL] = count[field] = 6
    ordinary = model().score(count, days)
    assert not ordinary.alarms(0.05)[MILL, 0], "six detections are an ordinary day for a mill"
    assert ordinary.alarms(0.01)[field, 0], "and none at all for a field in June"
    assert model().background_.flat_[MILL] > 1.5
    count[MILL] = 60
    struck = model().score(count, days)
    assert struck.alarms(0.01)[MILL, 0], "an attack on the mill is seen, because it is not masked"
    assert struck.likelihood_ratio[MILL, 0] > 10 > ordinary.likelihood_ratio[MILL, 0]


def test_fighting_ranks_above_a_lone_fire_of_the_same_size() -> None:
    count, days = quiet("2020-07-01", "2020-09-01", 4)
    fight, lone = 300, 420
    count[[fight, fight + 1], :] += np.random.default_rng(0).poisson(0.4, (2, len(days)))
    count[[fight, lone], 30] = 4
    odds = log_odds(grid(), model().score(count, days))
    past = log_odds(grid(), model().score(count, days), past_only=True)
    assert odds[fight, 30] > odds[lone, 30] + 1
    assert past[fight, 30] > past[lone, 30] + 1


def test_later_days_do_not_reach_back_into_past_only_odds() -> None:
    count, days = quiet("2020-07-01", "2020-07-20", 5)
    changed = count.copy()
    changed[:, 12:] += 3
    a, b = (log_odds(grid(), model().score(c, days), past_only=True) for c in (count, changed))
    assert np.allclose(a[:, :12], b[:, :12], atol=1e-4)


def test_what_nobody_could_see_is_no_evidence() -> None:
    count, days = quiet("2020-04-01", "2020-04-11", 6)
    clear = np.ones(count.shape, np.float32)
    clear[50, 4], clear[60, 4] = 0.0, np.nan
    count[[50, 60], 4] = 0
    scores = model().score(count, days, exposure=clear)
    assert scores.expected[50, 4] == 0
    assert scores.likelihood_ratio[50, 4] == 1.0
    assert np.isnan(scores.tail.at_least[50, 4])
    assert not scores.alarms(0.05)[50, 4]
    assert np.isfinite(scores.tail.above[60, 4]), "an unknown sky is an ordinary day"
    assert scores.likelihood_ratio[60, 4] < 1.0
    count[50, 4] = 2
    with pytest.raises(ValueError, match="contradict"):
        model().score(count, days, exposure=clear)


def test_half_the_exposure_halves_the_expectation() -> None:
    count, days = quiet("2016-01-01", "2018-01-01", 7)
    plain = ThermalBackground(surroundings=False).fit(grid(), count, days)
    clear = np.full(count.shape, 0.5, np.float32)
    expected = plain.expect(count, days, exposure=clear)
    assert np.allclose(expected, plain.expect(count, days) / 2, rtol=1e-5)
    twice = ThermalBackground(surroundings=False).fit(grid(), count, days, exposure=clear)
    same = twice.expect(count, days, exposure=clear)
    assert float(same.sum() / count.sum()) == pytest.approx(1.0, abs=0.1)
    assert 1.5 < float(twice.flat_[MILL] / plain.flat_[MILL]) < 2.0, "twice, less what the prior holds back"


def test_missing_years_are_no_zeros() -> None:
    count, days = quiet("2016-01-01", "2020-01-01", 1)
    gap = days.astype("datetime64[Y]") != np.datetime64("2017")
    expected = ThermalBackground(surroundings=False).fit(grid(), count[:, gap], days[gap]).expect(count, days)
    assert float(expected.sum() / count.sum()) == pytest.approx(1.0, abs=0.25)


def test_eras_are_kept_apart() -> None:
    assert era(np.array(["2011-12-31", "2013-01-01"], "datetime64[D]")).tolist() == ["modis", "modis and viirs"]
    count, days = quiet("2011-06-01", "2012-06-01", 1)
    with pytest.raises(ValueError, match="two sensor eras"):
        ThermalExcess().fit(grid(), count, days)
    old_count, old_days = quiet("2009-01-01", "2009-01-03", 1)
    with pytest.raises(ValueError, match="fitted on the era"):
        model().score(old_count, old_days)


def test_one_year_is_held_out_in_blocks_and_two_runs_agree() -> None:
    count, days = quiet("2018-01-01", "2019-01-01", 8)
    a, b = (ThermalExcess().fit(grid(), count, days).score(count[:, :3], days[:3] + 365) for _ in range(2))
    assert np.array_equal(a.likelihood_ratio, b.likelihood_ratio)
    assert np.all(np.isfinite(a.likelihood_ratio))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda c, d: (c[:, :1], d[:1], None), "one fold only"),
        (lambda c, d: (c * 0, d, None), "no detection at all"),
        (lambda c, d: (c, d, np.zeros(c.shape)), "contradict"),
        (lambda c, d: (c * 0, d, np.zeros(c.shape)), "no exposure at all"),
        (lambda c, d: (c, d, np.full(c.shape, np.inf)), "exposure must be"),
        (lambda c, d: (np.where(c > 3, np.nan, c), d, None), "NaN or infinite"),
        (lambda c, d: (c - 1, d, None), "whole numbers"),
        (lambda c, d: (c + 0.5, d, None), "whole numbers"),
        (lambda c, d: (c[:, :-1], d, None), "shape"),
        (lambda c, d: (c, d, np.ones((2, 2))), "shape"),
        (lambda c, d: (np.where(np.arange(c.size).reshape(c.shape) % 60_000 == 7, 1, 0), d, None), "too few"),
    ],
)
def test_bad_input_is_named(spoil, says: str) -> None:  # type: ignore[no-untyped-def]
    count, days, clear = spoil(*quiet("2018-01-01", "2020-01-01", 9))
    with pytest.raises(ValueError, match=says):
        ThermalExcess().fit(grid(), count, days, exposure=clear)


def test_real_detections_of_a_quiet_year(shared_data: Path) -> None:
    import pyarrow.csv as pc

    cells = Cells.of_land("UA-53")
    counts, spans = [], []
    for year in (2016, 2018, 2019, 2021):
        lat, lon, day = pc.read_csv(shared_data / "firms" / "points" / f"ukr_fire_data_{year}.csv").columns
        days = np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]")
        when = day.to_numpy().astype("datetime64[D]")
        counted = cells.count(lon.to_numpy(), lat.to_numpy(), when, days=days)
        assert counted.counts.sum() + counted.outside == len(when)
        counts.append(counted.counts)
        spans.append(days)
    fitted = ThermalExcess().fit(cells, np.concatenate(counts[:3], axis=1), np.concatenate(spans[:3]))
    scores = fitted.score(counts[3], spans[3])
    drawn = scores.tail.randomised(np.random.default_rng(0).random(counts[3].shape))
    assert (drawn <= 0.05).mean() == pytest.approx(0.05, abs=0.01)
    assert (drawn <= 0.01).mean() == pytest.approx(0.01, abs=0.01)
