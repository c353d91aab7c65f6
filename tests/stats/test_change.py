"""Moments, moderated t, chi-square over series, the learned null, dates and ratios: numbers on simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ceasefire.stats import change_combine, change_footprint, change_t
from ceasefire.stats.change import Moments, moments
from ceasefire.stats.change_date import Series, scan
from ceasefire.stats.change_null import ENOUGH, TailNull, crossed, fit_tail, folds, standardise
from ceasefire.stats.change_ratio import likelihood_ratio
from ceasefire.stats.false_discovery import adjusted, discoveries

BEFORE = np.arange(10) < 6


def speckle(seed: int, shape: tuple[int, ...], looks: float = 4.4) -> np.ndarray:
    return np.log(np.random.default_rng(seed).gamma(looks, 1 / looks, shape))


def test_moments_leave_out_what_is_missing() -> None:
    x = speckle(1, (10, 20, 30)).astype(np.float32)
    x[np.random.default_rng(2).random(x.shape) < 0.3] = np.nan
    m = moments(x, BEFORE, ~BEFORE)
    assert np.array_equal(m.n_before, np.isfinite(x[:6]).sum(axis=0))
    at = np.isfinite(x).sum(axis=0).argmin()
    one = x.reshape(10, -1)[:, at].astype(float)
    assert m.mean_after.ravel()[at] == pytest.approx(np.nanmean(one[6:]), abs=1e-6)
    whole = np.isfinite(x).all(axis=0)
    assert np.allclose(m.var_before[whole], x[:6, whole].var(axis=0, ddof=1), atol=1e-5)


def test_moments_refuse_dates_on_both_sides() -> None:
    with pytest.raises(ValueError, match="not both"):
        moments(np.zeros((2, 1, 1)), [1, 1], [0, 1])
    with pytest.raises(ValueError, match="do not fit"):
        moments(np.zeros((2, 1, 1)), [1], [0, 1])


def test_pooled_t_is_the_textbook_one() -> None:
    x = speckle(3, (10, 4, 5))
    m = moments(x, BEFORE, ~BEFORE)
    variance, dof = change_t.pooled(m)
    t = (m.mean_after - m.mean_before) / np.sqrt(variance * (1 / 6 + 1 / 4))
    theirs = stats.ttest_ind(x[6:].astype(np.float32).astype(float), x[:6].astype(np.float32).astype(float), axis=0)
    assert np.allclose(t, theirs.statistic, atol=1e-4)
    assert np.all(dof == 8)


def test_moderated_t_has_the_right_size_with_few_dates() -> None:
    """Three dates before and two after, variances that differ between pixels: 1 % is 1 %, and so is 0.1 %."""
    rng = np.random.default_rng(4)
    spread = np.sqrt(0.05 * 10 / rng.chisquare(10, (300, 300)))
    m = moments(rng.normal(0, 1, (5, 300, 300)) * spread, np.arange(5) < 3, np.arange(5) >= 3)
    every = np.ones((300, 300), dtype=bool)
    z = change_t.shift(m, stratum=np.zeros((300, 300), dtype=np.int64), use=every).z
    for level in (0.05, 0.01, 0.001):
        share = (np.abs(z) > stats.norm.isf(level / 2)).mean()
        assert share == pytest.approx(level, rel=4 / np.sqrt(90_000 * level) + 0.05)


def test_moderation_finds_more_than_the_plain_t() -> None:
    x = speckle(5, (5, 200, 200))
    x[3:, :100] += 1.5
    m = moments(x, np.arange(5) < 3, np.arange(5) >= 3)
    s = change_t.shift(m, stratum=np.zeros((200, 200), dtype=np.int64), use=np.ones((200, 200), dtype=bool))
    variance, dof = change_t.pooled(m)
    plain = np.abs(m.mean_after - m.mean_before) / np.sqrt(variance * (1 / 3 + 1 / 2)) > stats.t.isf(0.0005, dof)
    moderated = np.abs(s.z) > stats.norm.isf(0.0005)
    assert moderated[:100].mean() > 3 * plain[:100].mean()


def test_hills_expansion_is_the_tail_to_one_in_a_million() -> None:
    for dof in (1.0, 3.0, 5.5, 6.0, 8.0, 12.0, 25.0, 60.0, 1e4):
        t = stats.t.isf(stats.norm.sf(np.linspace(0.0, 20.0, 900)), dof)
        t = t[np.isfinite(t)]
        exact = stats.norm.isf(np.exp(np.maximum(stats.t.logsf(t, dof), -690.0)))
        assert np.abs(change_t.deviate(-t, np.full(len(t), dof)) + exact).max() < 1e-6


def test_priors_of_strata_are_those_of_each_alone() -> None:
    x = speckle(14, (7, 120, 120))
    m = moments(x, np.arange(7) < 4, np.arange(7) >= 4)
    stratum = change_t.strata(m.mean_before, np.ones((120, 120), dtype=bool))
    assert np.bincount(stratum.ravel()).min() == pytest.approx(120 * 120 / 20, abs=2)
    s = change_t.shift(m, stratum=stratum, use=np.ones((120, 120), dtype=bool))
    variance, dof = change_t.pooled(m)
    at = stratum == 7
    prior = change_t.fit_prior(variance[at], dof[at])
    moderate = (prior.dof * prior.variance + dof[at] * variance[at]) / (prior.dof + dof[at])
    assert np.allclose(s.error[at], np.sqrt(moderate * (1 / 4 + 1 / 3)), rtol=1e-5)


def test_constant_pixels_cannot_give_a_prior() -> None:
    with pytest.raises(ValueError, match="too few to tell"):
        change_t.fit_prior(np.zeros(1000), np.full(1000, 4.0))


def test_chi_square_has_the_right_dof_on_mixed_coverage() -> None:
    """Pixels with one to eight series, polarisations correlated: the same share alarms in each kind."""
    rng = np.random.default_rng(6)
    r = np.kron(np.eye(4), [[1.0, 0.5], [0.5, 1.0]])
    z = rng.multivariate_normal(np.zeros(8), r, 90_000).T
    z[2:, :30_000] = np.nan
    z[4:, 30_000:60_000] = np.nan
    z[1, ::7] = np.nan
    found = change_combine.correlation(z)
    assert np.abs(found - r).max() < 0.03
    q, dof = change_combine.quadratic(z, found)
    assert set(dof.tolist()) == {1, 2, 3, 4, 7, 8}
    for d in (2, 4, 8):
        p = stats.chi2.sf(q[dof == d], d)
        assert (p < 0.01).mean() == pytest.approx(0.01, rel=0.2)
    # taken as independent, the same deviates alarm too often
    plain = change_combine.quadratic(z, np.eye(8))[0]
    assert (stats.chi2.sf(plain[dof == 8], 8) < 0.01).mean() > 0.017


@pytest.mark.parametrize(("scale", "tail"), [(1.0, 400.0), (1.4, 65.0), (2.0, 27.0)])
def test_null_is_found_again(scale: float, tail: float) -> None:
    u = np.random.default_rng(7).random(40_000)
    null = fit_tail(scale * tail * np.expm1(-2 / tail * np.log(u)))
    g = scale * tail * np.expm1(-2 / tail * np.log(0.001))
    assert float(null.p(g)) == pytest.approx(0.001, rel=0.35)
    assert null.tail <= tail  # one step heavier than the best: never lighter than the truth here


def test_null_density_is_a_density() -> None:
    g = np.linspace(0, 4000, 2_000_001)
    for null in (TailNull(1.0, 400.0), TailNull(2.0, 8.0)):
        assert np.trapezoid(np.exp(null.log_density(g)), g) == pytest.approx(1.0, abs=1e-3)


def test_few_surroundings_give_no_null() -> None:
    with pytest.raises(ValueError, match="too few for a null"):
        fit_tail(np.ones(ENOUGH - 1))
    p, nulls = crossed(np.ones((10, 10)), fold=folds((10, 10)), quiet=np.ones((10, 10), dtype=bool))
    assert np.isnan(p).all()
    assert nulls == (None,)


def test_own_pixels_do_not_set_their_own_bar() -> None:
    """A fold whose pixels all changed alarms as a whole: it is judged by the others."""
    g = np.random.default_rng(8).exponential(2.0, (100, 100))
    fold = folds((100, 100))
    g[fold == 0] += 30.0
    p, _ = crossed(g, fold=fold, quiet=np.ones((100, 100), dtype=bool))
    assert (p[fold == 0] < 0.01).all()


def test_standardise_takes_out_restlessness_by_stratum() -> None:
    rng = np.random.default_rng(9)
    stratum = np.repeat([0, 1], 5000)
    z, spread = standardise(rng.normal(0.3, np.where(stratum, 3.0, 1.0)), stratum=stratum, quiet=np.ones(10_000, bool))
    assert spread[0] == pytest.approx(1.0, abs=0.05)
    assert spread[-1] == pytest.approx(3.0, abs=0.15)
    assert z[stratum == 1].std() == pytest.approx(1.0, abs=0.05)


def test_date_within_one_acquisition() -> None:
    """1.5 dB, 4 pixels, one orbit of two polarisations: 0.80 asked, and 95 % of intervals hold the date."""
    rng = np.random.default_rng(10)
    n, before, after = 500, 30, 24
    truth = rng.integers(2, after - 4, n)
    x = np.log(rng.gamma(4.4, 1 / 4.4, (n, 2, before + after, 4)))
    step = np.arange(after)[None, None, :, None] >= truth[:, None, None, None]
    x[:, :, before:] += rng.choice([-1, 1], (n, 2, 1, 1)) * 1.5 * np.log(10) / 10 * step
    times = np.datetime64("2025-01-01") + 12 * np.arange(after)
    near = held = 0
    for i in range(n):
        of = []
        for b in range(2):
            first = x[i, b, :before]
            noise = np.full(4, first.var(axis=0, ddof=1).mean())
            of.append(Series(times, x[i, b, before:] - first.mean(axis=0), noise, noise / before))
        found = scan(of, start=times[0] - 12)
        near += abs(int(np.searchsorted(times, found.by)) - truth[i]) <= 1
        held += bool(found.earliest < times[truth[i]] <= found.latest)
    assert near / n >= 0.78
    assert 0.92 <= held / n <= 0.99


def test_date_without_dates_is_refused() -> None:
    with pytest.raises(ValueError, match="no date after"):
        scan([], start=np.datetime64("2025-01-01"))


def test_missing_dates_tell_nothing() -> None:
    times = np.datetime64("2025-01-01") + np.arange(6)
    y = np.full((6, 3), np.nan)
    found = scan([Series(times, y, np.ones(3), np.zeros(3))], start=times[0] - 1)
    assert np.allclose(found.probability, 1 / 6)
    assert (found.earliest, found.latest) == (times[0] - 1, times[-1])


def test_blend_has_its_stated_moments() -> None:
    rng = np.random.default_rng(11)
    z = rng.normal(size=(20_000, 4, 16)) + 0.4
    total, mean = (z**2).sum(axis=(1, 2)), (z.sum(axis=2) ** 2 / 16).sum(axis=1)
    b = change_footprint.blend(total, mean, 16)
    s = change_footprint.spread(64, 4, 16, noncentral=64 * 0.16, alike=1.0)
    assert b.mean() == pytest.approx(float(s.mean), rel=0.01)
    assert b.var() == pytest.approx(float(s.variance), rel=0.05)


def test_ratio_is_a_fair_bet() -> None:
    """Where nothing happened the mean ratio is about 1, so nothing is won on average by betting on damage."""
    rng = np.random.default_rng(12)
    z = rng.normal(size=(3000, 4, 4))
    b = change_footprint.blend((z**2).sum(axis=(1, 2)), (z.sum(axis=2) ** 2 / 4).sum(axis=1), 4)
    null = TailNull(1.0, 1e4)
    ratio = [likelihood_ratio(v, dof=16, dof_mean=4, pixels=4, null=null, per_db2=4.0) for v in b.tolist()]
    assert 0.75 < np.mean(np.minimum(ratio, 20.0)) < 1.1
    strong = [likelihood_ratio(v, dof=16, dof_mean=4, pixels=4, null=null, per_db2=4.0) for v in (10, 30, 60, 200, 900)]
    assert strong == sorted(strong)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_false_discovery_rates(p: list[float]) -> None:
    one, other = adjusted(p), adjusted(p, dependent=True)
    assert np.all(other >= one - 1e-12)
    assert np.all(one >= np.array(p) - 1e-12)
    # as scipy has them
    assert np.allclose(one, stats.false_discovery_control(p))
    assert np.allclose(other, stats.false_discovery_control(p, method="by"))


def test_false_discovery_among_real_ones() -> None:
    rng = np.random.default_rng(13)
    false = total = 0
    for _ in range(100):
        p = np.concatenate([rng.random(900), rng.beta(0.1, 10, 100)])
        named = discoveries(p, 0.1)
        false, total = false + named[:900].sum(), total + named.sum()
    assert false / total == pytest.approx(0.09, abs=0.02)


def test_moments_names_stay() -> None:
    assert Moments._fields == ("n_before", "mean_before", "var_before", "n_after", "mean_after", "var_after")
