"""Linkage to latent incidents: better than one per day, no worse where there is no noise, the same twice, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.linkage_world import one_per_day, pair_score, world

from ceasefire.stats.link import Linker
from ceasefire.stats.meanings import meanings
from ceasefire.stats.reach import kinds, neighbours

SMALL = {"incidents": 500, "days": 40, "side_km": 90.0, "towns": 300}


@pytest.fixture(scope="module")
def noisy():
    seen = world(5, **SMALL)
    return seen, Linker().fit(seen.points_km, seen.day, seen.kind)


def test_it_is_better_than_one_event_per_place_and_day(noisy) -> None:
    seen, linker = noisy
    ours, rule = pair_score(seen.incident, linker.labels_), pair_score(seen.incident, one_per_day(seen))
    assert ours[2] > rule[2] + 0.2
    assert 0.85 < ours[3] < 1.15 < rule[3]


def test_it_learns_how_reports_go_wrong(noisy) -> None:
    _, linker = noisy
    assert linker.shares_["same place"].value == pytest.approx(0.75, abs=0.07)
    assert linker.shares_["same slot"].value == pytest.approx(0.75, abs=0.07)
    assert linker.shares_["same kind"].value == pytest.approx(0.88, abs=0.07)
    assert linker.reports_per_incident_.value == pytest.approx(2.2, abs=0.3)


def test_every_fitted_number_has_an_interval_around_it(noisy) -> None:
    _, linker = noisy
    for estimate in (*linker.shares_.values(), linker.reports_per_incident_, linker.incidents_):
        assert estimate.low <= estimate.value <= estimate.high
    assert linker.shares_["same place"].high - linker.shares_["same place"].low > 0.02


def test_without_noise_it_is_one_event_per_place_and_day() -> None:
    seen = world(6, **SMALL, lag=0.0, kind_error=0.0, place_error=0.0)
    linker = Linker().fit(seen.points_km, seen.day, seen.kind)
    assert pair_score(one_per_day(seen), linker.labels_)[2] == 1.0


def test_the_same_twice_and_groups_named_by_their_first_report(noisy) -> None:
    seen, linker = noisy
    again = Linker().fit(seen.points_km, seen.day, seen.kind).labels_
    assert np.array_equal(again, linker.labels_)
    _, first = np.unique(linker.labels_, return_index=True)
    assert (np.diff(first) > 0).all()


def test_reports_known_to_be_apart_stay_apart() -> None:
    points, day, kind = np.zeros((4, 2)), np.zeros(4, int), np.zeros(4, int)
    together = Linker().fit(points, day, kind).labels_
    assert together.tolist() == [0, 0, 0, 0]
    apart = Linker().fit(points, day, kind, apart=(np.array([0]), np.array([3]))).labels_
    assert apart[0] != apart[3]


def test_many_reports_take_the_pruned_way_with_the_same_quality(monkeypatch) -> None:
    monkeypatch.setattr("ceasefire.stats.link._WHOLE", 0)
    seen = world(7, incidents=1200, days=80, side_km=90.0, towns=300)
    linker = Linker(sample=1500).fit(seen.points_km, seen.day, seen.kind)
    ours, rule = pair_score(seen.incident, linker.labels_), pair_score(seen.incident, one_per_day(seen))
    assert ours[2] > rule[2] + 0.2
    assert 0.85 < ours[3] < 1.15


@pytest.mark.parametrize("n", [0, 1, 2])
def test_hardly_any_report_gives_a_wide_answer(n) -> None:
    linker = Linker().fit(np.zeros((n, 2)), np.arange(n), np.zeros(n, int))
    assert len(linker.labels_) == n
    assert len(set(linker.labels_.tolist())) <= n


@pytest.mark.parametrize(
    ("points", "slot", "kind", "words"),
    [
        (np.array([[np.nan, 0.0]]), np.zeros(1, int), np.zeros(1, int), "not finite"),
        (np.array([[np.inf, 0.0]]), np.zeros(1, int), np.zeros(1, int), "not finite"),
        (np.zeros((2, 2)), np.zeros(1, int), np.zeros(2, int), "shape"),
        (np.zeros((1, 2)), np.zeros(1), np.zeros(1, int), "whole numbers"),
        (np.zeros((1, 2)), np.zeros(1, int), np.array([-1]), "negative"),
    ],
)
def test_bad_input_is_refused_in_words(points, slot, kind, words) -> None:
    with pytest.raises(ValueError, match=words):
        Linker().fit(points, slot, kind)


def test_no_meaning_lies_outside_the_disc_or_before_the_earliest_slot() -> None:
    points = np.array([[0.0, 0.0], [4.0, 0.0], [8.0, 0.0]])
    found = meanings(
        np.array([0, 1]),
        np.array([5, 5]),
        np.array([0, 0]),
        places=neighbours(points),
        kinds_of=kinds(np.ones((1, 1), bool)),
        lags=2,
        weight=np.full((4, 3, 1), 0.1),
        smallest=1e-9,
        furthest_km=np.array([5.0, 1.0]),
        points_km=points,
        earliest=np.array([5, 4]),
    )
    owner = np.repeat([0, 1], np.diff(found.first))
    assert sorted(found.place[found.cell[owner == 0]].tolist()) == [0, 1]
    assert set(found.place[found.cell[owner == 1]].tolist()) == {1}
    assert len(found.cell[owner == 1]) == 2
