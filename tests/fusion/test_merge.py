"""Pairs settled many at a time and pairs taken one after the other give the same groups."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.fusion import merge as module
from ceasefire.fusion.merge import Discs, merge


def crowd(seed: int, n: int) -> tuple[Discs, np.ndarray, np.ndarray, np.ndarray]:
    """Points in a small place and time, of kinds of which some exclude each other."""
    draw = np.random.default_rng(seed)
    start = draw.uniform(0, 20, n)
    radius = draw.choice([0.5, 2.0, 5.0], n)
    codes = draw.integers(0, 11, n)
    match = draw.random((11, 11)) < 0.7
    match = match | match.T | np.eye(11, dtype=bool)
    xyz = draw.uniform(0, 25, (n, 3))
    i, j = np.triu_indices(n, 1)
    km = np.linalg.norm(xyz[i] - xyz[j], axis=1)
    near = km < 12
    discs = Discs(start, start + draw.uniform(1, 10, n), xyz, radius**-2.0, (1.41 * radius) ** 2, ((codes, match),))
    return discs, i[near], j[near], km[near].round(1)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 60))
def test_both_ways_give_the_same_groups(seed: int, n: int) -> None:
    given_ = crowd(seed, n)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_FEW", 10**9)
        one_by_one = merge(*given_, slack_hours=2.0)
        patch.setattr(module, "_FEW", 0)
        patch.setattr(module, "_SHARE", 0.0)
        together = merge(*given_, slack_hours=2.0)
    assert together.tolist() == one_by_one.tolist()


def test_a_group_is_named_by_its_first_member_and_stays_possible() -> None:
    discs, i, j, cost = crowd(7, 60)
    root = merge(discs, i, j, cost, slack_hours=2.0)
    assert len(set(root.tolist())) < 60
    for first in set(root.tolist()):
        members = np.flatnonzero(root == first)
        assert members[0] == first
        assert discs.start[members].max() - discs.end[members].min() <= 2.0
        codes, match = discs.kinds[0][0][members], discs.kinds[0][1]
        assert match[np.ix_(codes, codes)].all()
