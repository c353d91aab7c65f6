"""Occupancy: silence is worth what the looks were worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ceasefire.stats.detect import Occupancy
from ceasefire.stats.detect_cells import compress
from ceasefire.stats.detect_mode import _posterior, begin

P, F = np.array([0.3, 0.5]), np.array([0.01, 0.03])
PLACEBO = (np.array([10, 30]), np.array([1000, 1000]))


def _front(seed: int, n: int = 8000, psi: float = 0.1) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    looks = rng.poisson([1.5, 0.8], (n, 2)) * (rng.random((n, 1)) > 0.3)
    happened = rng.random(n) < psi
    return looks, rng.binomial(looks, np.where(happened[:, None], P, F)), happened


def test_parameters_and_unwatched_share_are_recovered() -> None:
    looks, seen, happened = _front(11)
    model = Occupancy().fit(seen, looks, placebo=PLACEBO)
    assert model.psi_.low[0] < 0.1 < model.psi_.high[0]
    assert np.all((model.p_.low < P) & (model.p_.high > P))
    assert np.all((model.f_.low < F) & (model.f_.high > F))
    blind = ~looks.any(axis=1)
    share = model.share(blind)
    assert share.low <= happened[blind].mean() <= share.high
    assert model.upper_limit(blind) >= happened[blind].sum()
    naive = seen.any(axis=1).astype(float)
    assert np.mean((model.probability_.value - happened) ** 2) < 0.85 * np.mean((naive - happened) ** 2)


def test_silence_lowers_by_what_the_looks_deserve() -> None:
    looks, seen, _ = _front(2)
    model = Occupancy().fit(seen, looks, placebo=PLACEBO)
    q = model.predict(np.zeros((4, 2), int), [[0, 0], [1, 0], [3, 0], [6, 6]]).value
    assert np.all(np.diff(q) < 0)
    assert q[0] == pytest.approx(model.psi_.value[0], rel=0.02)
    coverage = model.detection_probability([[0, 0], [1, 0], [6, 6]])
    assert coverage.value[0] == 0
    assert coverage.value[1] == pytest.approx(model.p_.value[0], abs=0.01)
    assert coverage.low[2] > 0.8


def test_derivatives_are_exact() -> None:
    looks, seen, happened = _front(3, n=500)
    rng = np.random.default_rng(0)
    known = np.where(rng.random(500) < 0.1, happened, -1).astype(np.int64)
    cells, _ = compress(
        seen.astype(float), looks.astype(float), rng.integers(0, 3, 500), known, rng.normal(size=(500, 2)), 3,
        (PLACEBO[0].astype(float), PLACEBO[1].astype(float)),
    )  # fmt: skip
    at = begin(2, 2, 3) + 0.2 * rng.standard_normal(10)
    _, gradient, information = _posterior(cells, at, 0.7, 0.5)
    step = 1e-5 * np.eye(10)
    up, down = ([_posterior(cells, at + sign * e, 0.7, 0.5) for e in step] for sign in (1, -1))
    slope = np.array([(a[0] - b[0]) / 2e-5 for a, b in zip(up, down, strict=True)])
    bend = np.array([(b[1] - a[1]) / 2e-5 for a, b in zip(up, down, strict=True)])
    assert np.allclose(slope, gradient, atol=1e-4 * np.abs(gradient).max())
    assert np.allclose(bend, information, atol=1e-4 * np.abs(information).max())


def test_regions_are_drawn_together_and_a_new_one_is_wide() -> None:
    rng = np.random.default_rng(4)
    looks, _, _ = _front(4)
    region = rng.integers(0, 4, 8000)
    looks[region == 3] = 0
    happened = rng.random(8000) < np.array([0.02, 0.1, 0.3, 0.1])[region]
    seen = rng.binomial(looks, np.where(happened[:, None], P, F))
    model = Occupancy().fit(seen, looks, placebo=PLACEBO, region=region)
    assert model.psi_.value[0] < model.psi_.value[1] < model.psi_.value[2]
    width = model.psi_.high - model.psi_.low
    assert width[3] > 3 * width[0]
    none = np.zeros((1, 2), int)
    new = model.predict(none, none, region=np.array([-1]))
    assert new.high[0] - new.low[0] > 0.2
    assert model.region_spread_.low[0] > 0


def test_covariate_effect_is_found() -> None:
    rng = np.random.default_rng(5)
    looks, _, _ = _front(5)
    near = rng.normal(size=8000)
    happened = rng.random(8000) < 1 / (1 + np.exp(2.5 - near))
    seen = rng.binomial(looks, np.where(happened[:, None], P, F))
    model = Occupancy(spreads=(0.0,), draws=100).fit(seen, looks, placebo=PLACEBO, covariates=near[:, None])
    assert model.effect_.low[0] < near.std() < model.effect_.high[0]


def test_nothing_looked_at_gives_a_wide_answer() -> None:
    none = np.zeros((50, 2), int)
    model = Occupancy().fit(none, none, placebo=PLACEBO)
    assert model.psi_.low[0] < 0.1
    assert model.psi_.high[0] > 0.9
    assert model.upper_limit() >= 45


def test_confirmed_cells_do_instead_of_placebo_windows() -> None:
    looks, seen, happened = _front(6)
    known = np.where(np.random.default_rng(6).random(8000) < 0.1, happened, np.nan)
    model = Occupancy(draws=100).fit(seen, looks, confirmed=known)
    assert model.psi_.low[0] < 0.1 < model.psi_.high[0]
    assert np.array_equal(model.probability_.value[known == 1], np.ones((known == 1).sum()))


def test_same_input_same_output() -> None:
    looks, seen, _ = _front(7, n=1000)
    a = Occupancy(draws=60).fit(seen, looks, placebo=PLACEBO)
    b = Occupancy(draws=60).fit(seen, looks, placebo=PLACEBO)
    assert np.array_equal(a.probability_.high, b.probability_.high)
    assert a.share() == b.share()


@pytest.mark.parametrize(
    ("seen", "looks", "options", "words"),
    [
        ([[2, 0]], [[1, 1]], {"placebo": PLACEBO}, "2 detections in 1 looks"),
        ([[0, np.nan]], [[1, 1]], {"placebo": PLACEBO}, "finite"),
        ([[0, 0]], [[np.inf, 1]], {"placebo": PLACEBO}, "finite"),
        ([[0, -1]], [[1, 1]], {"placebo": PLACEBO}, "whole numbers"),
        ([[0, 0]], [[1, 1]], {}, "cannot be told apart"),
        ([[0, 0]], [[1, 1]], {"confirmed": [np.nan]}, "cannot be told apart"),
        (np.zeros((0, 2)), np.zeros((0, 2)), {"placebo": PLACEBO}, "no cell"),
        ([[0, 0]], [[1, 1]], {"placebo": ([5, 5], [1, 9])}, "placebo"),
        ([[0, 0]], [[1, 1]], {"placebo": PLACEBO, "region": [0.5]}, "region"),
        ([[0, 0]] * 2, [[1, 1]] * 2, {"placebo": PLACEBO, "covariates": [[1.0], [1.0]]}, "constant"),
    ],
)
def test_bad_input_is_named(seen: Any, looks: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Occupancy(draws=50).fit(seen, looks, **options)
