"""Chances of pairings: equal to all assignments counted one by one; the best one; the threshold that sets itself."""

from __future__ import annotations

from itertools import product as every

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.stats.ship_match import best_pairs, chances, full_sum, self_set_threshold


def by_hand(table: np.ndarray) -> np.ndarray:
    """Chances by listing every assignment."""
    rows, columns = table.shape
    out, total = np.zeros_like(table), 0.0
    for choice in every(range(-1, columns), repeat=rows):
        used = [c for c in choice if c >= 0]
        if len(used) != len(set(used)):
            continue
        weight = float(np.prod([table[r, c] for r, c in enumerate(choice) if c >= 0]))
        total += weight
        for r, c in enumerate(choice):
            if c >= 0:
                out[r, c] += weight
    return out / total


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 10_000))
def test_the_full_sum_is_the_list_of_all_assignments(rows: int, columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = np.exp(rng.normal(0, 3, (rows, columns))) * (rng.random((rows, columns)) < 0.8)
    assert np.abs(full_sum(table) - by_hand(table)).max() < 1e-9


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_small_groups_are_exact_in_any_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = np.exp(rng.normal(0, 2, (4, 3))) * (rng.random((4, 3)) < 0.7)
    ship, detection = np.nonzero(table)
    order = rng.permutation(len(ship))
    c = chances(ship[order], detection[order], table[ship, detection][order], ships=4, detections=3)
    assert np.abs(c.pair - by_hand(table)[ship, detection][order]).max() < 1e-5
    assert c.exact.all()
    assert ((c.ship >= 0) & (c.ship <= 1)).all()


def test_belief_propagation_is_close_where_groups_are_large() -> None:
    rng = np.random.default_rng(8)
    at = np.sort(rng.random(24))
    table = np.exp(-0.5 * ((at[:, None] - at[None, :]) / 0.03) ** 2) * 20.0
    table[table < 0.05] = 0.0
    ship, detection = np.nonzero(table)
    c = chances(ship, detection, table[ship, detection], ships=24, detections=24)
    assert not c.exact.all()
    assert np.bincount(ship, c.pair).max() <= 1 + 1e-6
    assert np.bincount(detection, c.pair).max() <= 1 + 1e-6
    near = np.abs(np.subtract.outer(at, at))[ship, detection] < 0.03
    assert c.pair[near].mean() > 5 * c.pair[~near].mean()


def test_belief_propagation_and_the_full_sum_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(9)
    table = np.exp(rng.normal(0, 1.5, (6, 6))) * (rng.random((6, 6)) < 0.5)
    ship, detection = np.nonzero(table)
    exact = chances(ship, detection, table[ship, detection], ships=6, detections=6).pair
    monkeypatch.setattr("ceasefire.stats.ship_match.EXACT", 0)
    close = chances(ship, detection, table[ship, detection], ships=6, detections=6).pair
    assert 0 < np.abs(exact - close).max() < 0.12


def test_nothing_to_pair() -> None:
    none = np.empty(0, dtype=np.int64)
    c = chances(none, none, np.empty(0), ships=2, detections=3)
    assert c.ship.tolist() == [1.0, 1.0]
    assert c.detection.tolist() == [1.0, 1.0, 1.0]
    assert best_pairs(none, none, np.empty(0)).tolist() == []


def test_the_best_assignment_beats_the_greedy_one() -> None:
    rng = np.random.default_rng(10)
    for _ in range(20):
        table = np.exp(rng.normal(1.0, 2.0, (4, 4)))
        ship, detection = np.nonzero(table)
        chosen = best_pairs(ship, detection, table[ship, detection])
        assert np.bincount(ship[chosen], minlength=4).max() <= 1
        assert np.bincount(detection[chosen], minlength=4).max() <= 1
        most = max(
            sum(np.log(table[r, c]) for r, c in enumerate(choice) if c >= 0)
            for choice in every(range(-1, 4), repeat=4)
            if len({c for c in choice if c >= 0}) == sum(c >= 0 for c in choice)
        )
        assert np.log(table[ship, detection][chosen]).sum() == pytest.approx(most)


def test_the_threshold_lets_in_as_many_as_expected() -> None:
    score = np.arange(1.0, 101.0)
    assert (score >= self_set_threshold(score, 30.2)).sum() == 30
    assert (score >= self_set_threshold(score, 0.2)).sum() == 0
    assert (score >= self_set_threshold(score, 500.0)).sum() == 100
