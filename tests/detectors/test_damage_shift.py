"""The compiled moderated t is the reference's."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra `satellite` is not installed")

from ceasefire.detectors import damage_shift
from ceasefire.stats import change, change_t


@pytest.mark.parametrize(("first", "then"), [(3, 2), (12, 4)])
def test_difference_error_and_deviate_are_the_references(first: int, then: int) -> None:
    rng = np.random.default_rng(first)
    spread = np.sqrt(0.05 * 10 / rng.chisquare(10, (150, 160)))
    x = (rng.normal(0.0, 1.0, (first + then, 150, 160)) * spread).astype(np.float32)
    x[first:, :20] += 4.0
    x[rng.random(x.shape) < 0.1] = np.nan
    x[:, 30] = np.nan
    x[:, 31] = 1.0
    before = np.arange(first + then) < first
    m = change.moments(x, before, ~before)
    use = (m.n_before > 1) & (m.n_after > 0)
    use[:, 5] = False
    stratum = change_t.strata(m.mean_before, use)
    ours, theirs = damage_shift.shift(m, stratum=stratum, use=use), change_t.shift(m, stratum=stratum, use=use)
    assert stratum.max() > 3
    for name, mine, reference in zip(change_t.Shift._fields, ours, theirs, strict=True):
        assert mine.dtype == np.float32
        np.testing.assert_allclose(mine, reference, rtol=1e-5, atol=1e-5, err_msg=name)
    for mine, one in zip(ours, damage_shift.shift(m, stratum=stratum, use=use, threads=1), strict=True):
        assert mine.tobytes() == one.tobytes()


def test_too_few_pixels_are_refused_as_by_the_reference() -> None:
    m = change.moments(np.ones((5, 4, 4)), np.arange(5) < 3, np.arange(5) >= 3)
    with pytest.raises(ValueError, match="too few to tell"):
        damage_shift.shift(m, stratum=np.zeros((4, 4), np.uint8), use=np.ones((4, 4), bool))
