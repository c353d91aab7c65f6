"""Invented patrols: the same seed gives the same, walls hide, and a patrol without a position claims nothing."""

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.patrols import claimed, sightings

from ceasefire.detectors.patrol_looks import SIZES_M
from ceasefire.detectors.sightings import observations
from ceasefire.testing.patrol_ground import Ground, Observer, free_place, ground, hidden
from ceasefire.testing.patrols import SYNC_S, patrol

SEEDS = (0, 2, 3)


@pytest.fixture(scope="module")
def patrols():
    return [patrol(seed, SIZES_M, samples=200) for seed in SEEDS]


def test_the_same_seed_gives_the_same_patrol(patrols):
    again = patrol(SEEDS[0], SIZES_M, samples=200)
    assert repr(again.things) == repr(patrols[0].things)
    assert np.array_equal(again.flight.lon, patrols[0].flight.lon, equal_nan=True)
    assert patrol(1, SIZES_M, samples=200).things != again.things


def test_trees_and_walls_hide_from_the_side_and_not_from_above():
    tree = Ground("open", np.zeros((0, 5)), np.array([[5.0, 0.0, 1.0, 8.0]]))
    camera = np.array([[200.0, 0.0, 100.0], [-200.0, 0.0, 100.0], [0.1, 0.0, 300.0]])
    assert hidden(tree, np.array([0.0, 0.0, 0.3]), camera).tolist() == [True, False, False]


def test_nothing_is_planted_in_a_house():
    rng = np.random.default_rng(4)
    for _ in range(5):
        at = ground(rng, 60.0)
        place = free_place(rng, at, 60.0)
        assert np.hypot(*place) <= 60.0
        assert not (np.abs(at.houses[:, :2] - place) < at.houses[:, 2:4]).all(axis=1).any()


def test_observers_notice_more_pixels_sooner_and_tire():
    one = Observer(1.0, 0.0)
    chance = one.notices(np.array([1.0, 3.0, 10.0, 30.0]), 0.7, 1.0, np.zeros(4))
    assert np.all(np.diff(chance) > 0)
    assert one.notices(np.array([5.0]), 0.7, 1.0, np.array([7_200.0])) < one.notices(
        np.array([5.0]), 0.7, 1.0, np.array([0.0])
    )


def test_a_patrol_without_a_position_claims_nothing_and_its_sightings_have_no_place(patrols):
    for one in patrols:
        n = len(one.flight)
        gone = np.full(n, np.nan)
        blind = replace(one.flight, lon=gone, lat=gone, fix=np.zeros(n, dtype=bool))
        assert {q for q, _ in claimed(replace(one, flight=blind)).values()} == {0.0}
        marks = [m for m, _ in sightings(one)]
        found = observations(marks, blind, source="p")
        assert not len(found.observations)
        assert len(found.quarantine) == len(marks)


def test_sightings_mostly_lie_in_their_discs_and_what_is_noticed_was_claimed(patrols):
    inside, noticed_unclaimed = [], 0
    for one in patrols:
        said = claimed(one)
        noticed_unclaimed += sum(t.noticed >= 0 and said[t.spot, t.acts][0] == 0 for t in one.things)
        marks = sightings(one)
        found = observations([m for m, _ in marks], one.flight, source="p", time_sigma_s=SYNC_S)
        assert len(found.observations) + len(found.quarantine) == len(marks)
        assert len(found.quarantine) <= 0.05 * len(marks) + 1
        inside.append(len(found.observations))
    assert sum(inside) > 20
    assert noticed_unclaimed <= 0.1 * sum(len(p.things) for p in patrols)
