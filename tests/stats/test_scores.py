"""Scores of probabilities: identities, bands that hold, and named errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom

from ceasefire.model.likelihood import WORDS
from ceasefire.stats import scores

pairs = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


@given(pairs)
def test_murphy_parts_add_up(drawn: list[tuple[float, bool]]) -> None:
    p, y = np.array([d[0] for d in drawn]), np.array([d[1] for d in drawn])
    m = scores.murphy(p, y)
    assert m.reliability - m.resolution + m.uncertainty + m.within == pytest.approx(m.brier)
    assert m.brier == pytest.approx(scores.brier(p, y))
    assert min(m.reliability, m.resolution, m.uncertainty) >= 0


@given(pairs)
def test_every_probability_falls_into_one_bin(drawn: list[tuple[float, bool]]) -> None:
    p, y = np.array([d[0] for d in drawn]), np.array([d[1] for d in drawn])
    for edges in (scores.TENTHS, scores.ICD_203):
        table = scores.reliability(p, y, edges=edges)
        full = table.number > 0
        assert table.number.sum() == len(p)
        assert np.nansum(table.observed * table.number) == pytest.approx(y.sum())
        assert (table.low[full] <= table.stated[full] + 1e-12).all()
        assert (table.stated[full] <= table.high[full] + 1e-12).all()
        assert (table.band_low[full] <= table.observed[full] + 1e-9).all()
        assert (table.observed[full] <= table.band_high[full] + 1e-9).all()


def test_within_is_zero_where_each_bin_holds_one_value() -> None:
    m = scores.murphy([0.05, 0.05, 0.95, 0.95], [0, 1, 1, 1])
    assert m.within == pytest.approx(0.0, abs=1e-12)


def test_icd_203_edges_are_those_of_the_words() -> None:
    assert tuple([WORDS[0][0]] + [w[1] for w in WORDS]) == scores.ICD_203


def test_empty_input_gives_nan_not_zero() -> None:
    assert np.isnan(scores.brier([], []))
    assert np.isnan(scores.log_score([], []))
    assert np.isnan(scores.calibration_error([], []))
    assert np.isnan(scores.murphy([], []).brier)
    assert scores.reliability([], []).number.sum() == 0


def test_log_score_of_false_certainty_is_large_but_finite() -> None:
    assert scores.log_score([1.0], [0]) == pytest.approx(-np.log(1e-6))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.8])
@pytest.mark.parametrize("band", [scores.wilson, scores.jeffreys])
def test_bands_hold_on_average(share: float, band) -> None:  # type: ignore[no-untyped-def]
    k = np.arange(41)
    low, high = band(k, np.full(41, 40))
    covered = binom.pmf(k, 40, share)[(low <= share) & (share <= high)].sum()
    assert 0.90 < covered <= 1.0


def test_jeffreys_is_the_beta_quantile() -> None:
    low, high = scores.jeffreys(8, 10)
    assert low == pytest.approx(beta.ppf(0.025, 8.5, 2.5))
    assert high == pytest.approx(beta.ppf(0.975, 8.5, 2.5))


def test_honest_probabilities_are_calibrated_and_overconfident_ones_are_not() -> None:
    rng = np.random.default_rng(1)
    p = rng.random(20_000)
    y = rng.random(20_000) < p
    assert scores.calibration_error(p, y) < 0.02
    bold = np.where(p > 0.5, 0.99, 0.01)
    assert scores.calibration_error(bold, y) > 0.2
    assert scores.brier(bold, y) > scores.brier(p, y)


@pytest.mark.parametrize(
    ("p", "y", "message"),
    [
        ([0.2, np.nan], [0, 1], "NaN at position 1"),
        ([1.2], [1], "between 0 and 1, not 1.2"),
        ([0.5], [2], "an outcome is 0 or 1"),
        ([0.5, 0.5], [1], "equally long"),
    ],
)
def test_bad_input_is_named(p: list[float], y: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        scores.brier(p, y)


def test_bad_edges_and_bands_are_named() -> None:
    with pytest.raises(ValueError, match="rise from 0 to 1"):
        scores.reliability([0.5], [1], edges=[0, 0.5])
    with pytest.raises(ValueError, match="'wilson' or 'jeffreys'"):
        scores.reliability([0.5], [1], band="normal")
    with pytest.raises(ValueError, match="successes"):
        scores.wilson(3, 2)
