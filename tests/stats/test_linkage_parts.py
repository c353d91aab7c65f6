"""The parts of linkage: merging, counting of company, counts behind cells, pair weights, near copies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.stats.compound import compound, rate_bin
from ceasefire.stats.copies import near_copies, normalised
from ceasefire.stats.merge import average_linkage
from ceasefire.stats.pairs import PairModel
from ceasefire.stats.together import together


def test_average_linkage_agrees_with_scipy() -> None:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    random = np.random.default_rng(3)
    p = random.random((40, 40)) ** 2
    p = (p + p.T) / 2
    np.fill_diagonal(p, 1.0)
    i, j = np.triu_indices(40, 1)
    ours = average_linkage(i, j, p[i, j], 40, lowest=0.05).cut(0.3)
    theirs = fcluster(linkage(squareform(1 - p), "average"), 1 - 0.3, criterion="distance")
    assert len(set(zip(ours.tolist(), theirs.tolist(), strict=True))) == len(set(ours.tolist())) == theirs.max()


def test_negative_evidence_keeps_a_chain_from_closing() -> None:
    i, j = np.array([0, 1, 2]), np.array([1, 2, 3])
    assert average_linkage(i, j, np.full(3, 0.6), 4).cut(0.5).tolist() in ([0, 0, 2, 2], [0, 1, 1, 3])


def test_barred_pairs_never_meet() -> None:
    i, j = np.array([0, 1, 0]), np.array([1, 2, 2])
    tree = average_linkage(i, j, np.array([0.9, 0.9, 0.9]), 3, apart=(np.array([0]), np.array([2])))
    label = tree.cut(0.2)
    assert label[0] != label[2]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 30))
def test_merging_does_not_depend_on_the_order_of_pairs(seed, n) -> None:
    random = np.random.default_rng(seed)
    i, j = np.triu_indices(n, 1)
    keep = random.random(len(i)) < 0.4
    i, j = i[keep], j[keep]
    p = random.choice([0.2, 0.5, 0.8], len(i))
    mixed = random.permutation(len(i))
    one = average_linkage(i, j, p, n).cut(0.4)
    other = average_linkage(j[mixed], i[mixed], p[mixed], n).cut(0.4)
    assert np.array_equal(one, other)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_company_is_counted_as_by_hand(seed) -> None:
    random = np.random.default_rng(seed)
    samples = [random.integers(0, 4, 12) for _ in range(5)]
    met = together(samples)
    share = np.zeros((len(met.size), len(met.size)))
    share[met.i, met.j] = share[met.j, met.i] = met.probability
    for a in range(12):
        for b in range(a):
            true = np.mean([s[a] == s[b] for s in samples])
            same = met.atom[a] == met.atom[b]
            assert (true == 1.0) == same
            assert same or share[met.atom[a], met.atom[b]] == pytest.approx(true)


def test_a_busy_cell_makes_a_new_incident_likelier() -> None:
    table = compound(1.2)
    quiet, busy = rate_bin(np.log(np.array([0.001, 2.0])))
    assert table.join[busy, 0] > table.join[quiet, 0]
    assert table.incidents[busy, 6] > table.incidents[quiet, 6] >= 1.0


def test_pair_weights_recover_m_and_count_true_pairs() -> None:
    random = np.random.default_rng(1)
    true, chance = 4000, 6000
    m, u = ([0.8, 0.2], [0.6, 0.3, 0.1]), ([0.3, 0.7], [0.2, 0.3, 0.5])
    seen = [
        np.r_[random.choice(len(a), true, p=a), random.choice(len(b), chance, p=b)] for a, b in zip(m, u, strict=True)
    ]
    shifted = [random.choice(len(b), 2 * chance, p=b) for b in u]
    model = PairModel((2, 3)).fit(seen, shifted, shifts=2)
    value, low, high = model.matched_
    assert low < true < high
    assert low < value < high
    for axis, levels in enumerate(model.levels_):
        assert [level.m for level in levels] == pytest.approx(m[axis], abs=0.03)
    p = model.probability(seen)
    assert p[:true].mean() > p[true:].mean() + 0.2
    assert p.sum() == pytest.approx(true, rel=0.05)
    assert (model.probability(seen, np.full(len(p), 9.0)) < p).all()


def test_pair_weights_need_pairs_and_shifts() -> None:
    with pytest.raises(ValueError, match="no pair"):
        PairModel((2,)).fit([np.zeros(0, int)], [np.zeros(0, int)], shifts=1)
    with pytest.raises(ValueError, match="shift"):
        PairModel((2,)).fit([np.zeros(3, int)], [np.zeros(0, int)], shifts=0)


def test_copies_share_names_and_numbers() -> None:
    texts = [
        "Russia struck Odesa with drones at night, two houses burn",
        "Updates: russia struck Odesa with drones at night, two houses burn",
        "more: Russia struck Odesa with drones at night, two houses burn",
        "Russia struck Kherson with drones at night, two houses burn",
        "Russia struck Odesa with 12 drones at night, two houses burn",
    ]
    found = near_copies(texts, np.zeros(5), within=0)
    assert list(zip(found.i.tolist(), found.j.tolist(), strict=True)) == [(0, 2)]


def test_equal_texts_of_later_days_are_not_copies() -> None:
    texts = ["Explosions in Kharkiv"] * 3
    assert near_copies(texts, np.array([0.0, 1.0, 9.0]), within=1).exact.tolist() == [0, 0, 2]


def test_copies_refuse_times_that_are_not_numbers() -> None:
    with pytest.raises(ValueError, match="finite"):
        near_copies(["a"], np.array([np.nan]), within=1)
    assert len(near_copies([], np.zeros(0), within=1).exact) == 0
    assert near_copies(["", "!"], np.zeros(2), within=1).exact.tolist() == [0, 1]


@given(st.text())
def test_normalising_twice_changes_nothing(text) -> None:
    assert normalised(normalised(text)) == normalised(text)
