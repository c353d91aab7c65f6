"""Burn scars in numbers: what rises where something burned, what does not, and what cannot be told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceasefire.stats.burn import (
    LARGEST,
    SEEN,
    BurnModel,
    Contrast,
    Mixture,
    burn_ratio,
    composite,
    contrast,
    learn,
    relative,
)
from ceasefire.stats.burn_scenes import BEFORE, BURNED, KINDS, QUIET, SIZE, SPECTRA, Weather, masks, scene
from ceasefire.stats.burn_stated import STATED

DISC, RING = masks()
Bands = tuple[np.ndarray, np.ndarray]


def ground(kind: str) -> Bands:
    """A scene all of one surface."""
    nir, swir2 = (np.full((SIZE, SIZE), v) for v in SPECTRA[kind])
    return nir, swir2


def covered(base: Bands, kind: str, where: np.ndarray) -> Bands:
    """The same with another surface in some pixels."""
    nir, swir2 = (np.where(where, v, b) for v, b in zip(SPECTRA[kind], base, strict=True))
    return nir, swir2


def measured(kind: str, rng: np.random.Generator, weather: Weather) -> Contrast | None:
    seen = scene(kind, rng, weather)
    before, after = (
        (composite(seen.nir[part]), composite(seen.swir2[part])) for part in (slice(0, BEFORE), slice(BEFORE, None))
    )
    return contrast(before, after, seen.disc, seen.ring)[0]


def test_char_and_harvest_differ_in_darkness_where_the_burn_ratio_does_not() -> None:
    patch = np.hypot(*np.indices((SIZE, SIZE)) - SIZE / 2) < 9
    green = ground("green")
    burned, _ = contrast(green, covered(green, "char", patch), DISC, RING)
    cut, _ = contrast(green, covered(green, "soil", patch), DISC, RING)
    assert burned is not None
    assert cut is not None
    assert min(burned.fall, cut.fall) > 0.5
    assert burned.darkening > 1.0
    assert cut.darkening < 0.0
    assert STATED.likelihood_ratio(burned)[0] == LARGEST
    assert STATED.likelihood_ratio(cut)[0] < LARGEST / 2


@pytest.mark.parametrize("kind", ["soil", "dry", "char"])
def test_what_happens_to_the_whole_neighbourhood_is_no_scar(kind: str) -> None:
    everywhere, clear = contrast(ground("green"), ground(kind), DISC, RING)
    assert clear.enough
    assert everywhere == pytest.approx((0.0, 0.0, 0.0, 0.0))
    assert STATED.likelihood_ratio(everywhere)[0] < 1.0


def test_too_few_clear_pixels_give_nothing() -> None:
    green = ground("green")
    cloudy = tuple(np.where(np.arange(SIZE) < SIZE * 0.7, np.nan, v) for v in green)
    found, clear = contrast(green, (cloudy[0], cloudy[1]), DISC, RING)
    assert found is None
    assert not clear.enough
    assert clear.disc < 0.3


@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), min_size=1, max_size=9))
def test_a_composite_is_the_median_of_clear_dates(values: list[float]) -> None:
    made = composite(np.array(values, dtype=np.float32).reshape(-1, 1, 1))[0, 0]
    clear = np.array([v for v in values if np.isfinite(v)], dtype=np.float32)
    if len(clear):
        assert made == pytest.approx(float(np.median(clear.astype(np.float64))), abs=1e-6)
    else:
        assert np.isnan(made)


def test_no_dates_are_nothing_seen() -> None:
    assert np.isnan(composite(np.zeros((0, 2, 3)))).all()


@given(st.tuples(*[st.floats(-3, 3)] * 4))
def test_a_ratio_is_bounded(x: tuple[float, float, float, float]) -> None:
    ratio = STATED.likelihood_ratio(x)[0]
    assert 1 - SEEN <= ratio <= LARGEST


def test_burn_ratio_of_nothing_is_nothing() -> None:
    assert np.isnan(burn_ratio([np.nan, 0.0], [0.1, 0.0])).all()
    assert relative([0.3], [0.0])[0] == pytest.approx(0.3 / np.sqrt(0.001))


def test_a_mixture_is_a_density() -> None:
    mixture = Mixture(np.array([0.3, 0.7]), np.array([[0.0], [1.0]]), np.array([[[0.2]], [[0.05]]]))
    at = np.linspace(-60, 60, 240_001)
    assert np.trapezoid(np.exp(mixture.log_density(at[:, None])), at) == pytest.approx(1.0, abs=1e-4)


def test_learning_finds_what_was_drawn_and_refuses_too_little() -> None:
    rng = np.random.default_rng(5)
    x = np.concatenate([rng.standard_t(5, (4000, 2)) + 3, rng.standard_t(5, (4000, 2))])
    kind = np.repeat(["strike", "nothing"], 4000)
    model = learn(x, kind, burned={"strike": 1}, quiet={"nothing": 2})
    assert isinstance(model, BurnModel)
    assert model.burned.mean[0] == pytest.approx([3, 3], abs=0.1)
    assert model.quiet.weight.tolist() == [1.0]
    assert model.likelihood_ratio([[3.0, 3.0], [0.0, 0.0]]).round(1).tolist() == [LARGEST, 0.5]
    with pytest.raises(ValueError, match="too few to learn from"):
        learn(x[:10], kind[:10], burned={"strike": 1}, quiet={"nothing": 1})


def test_stated_distributions_tell_burned_from_quiet_on_scenes_they_have_not_seen() -> None:
    rng = np.random.default_rng(424242)
    found = {k: [c for _ in range(12) if (c := measured(k, rng, Weather(cloud=0.3)))] for k in KINDS}
    ratio = {k: STATED.likelihood_ratio(v) for k, v in found.items()}
    burned = np.concatenate([ratio[k] for k in BURNED])
    quiet = np.concatenate([ratio[k] for k in QUIET])
    assert (burned[:, None] > quiet[None, :]).mean() > 0.8
    assert ratio["harvest"].mean() < 1.5
    assert np.median(burned) > 2


def test_scenes_repeat() -> None:
    first, second = (scene("harvest", np.random.default_rng(1)) for _ in range(2))
    assert np.array_equal(first.nir, second.nir, equal_nan=True)
