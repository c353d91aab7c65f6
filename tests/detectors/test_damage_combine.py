"""The compiled chi-square is the reference's."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra `satellite` is not installed")

from ceasefire.detectors.damage_combine import combine
from ceasefire.stats.change_combine import quadratic, surprise


@pytest.mark.parametrize("series", [1, 2, 5, 8, 11])
def test_statistic_freedom_and_surprise_are_the_references(series: int) -> None:
    rng = np.random.default_rng(series)
    r = np.corrcoef(rng.normal(size=(series, 40)) + rng.normal(size=40)).reshape(series, series)
    z = rng.normal(size=(series, 5000)) * rng.choice([0.1, 1.0, 8.0, 60.0], 5000)
    z[rng.random(z.shape) < 0.3] = np.nan
    z[:, :3] = np.nan
    z[:, 3] = 0.0
    c = combine(z, r)
    q, dof = quadratic(z, r)
    np.testing.assert_array_equal(c.dof, dof)
    np.testing.assert_allclose(c.statistic, q, rtol=1e-9)
    np.testing.assert_allclose(c.surprise, surprise(q, dof), rtol=1e-9, atol=1e-12)
    for mine, one in zip(c, combine(z, r, threads=1), strict=True):
        assert mine.tobytes() == one.tobytes()


def test_shapes_that_do_not_fit_are_named() -> None:
    with pytest.raises(ValueError, match="do not fit a correlation"):
        combine(np.zeros((2, 3)), np.eye(3))
