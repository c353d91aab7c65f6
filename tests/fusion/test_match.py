"""Which reports are of one event: the rule, its borders, and that order and scale do not change it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.fusion.match import match
from ceasefire.fusion.priors import Priors
from ceasefire.model.records import Observation
from ceasefire.model.table import Table

T0 = datetime(2025, 4, 2, 1, tzinfo=UTC)


def groups(rows: list[Observation]) -> list[int]:
    return match(Table.of(Observation, rows), Priors()).tolist()


def test_two_reports_of_one_place_and_hour_are_one_event(observation) -> None:
    assert groups([observation("a"), observation("b", lon=34.58, lat=49.6)]) == [0, 0]


def test_reports_a_day_apart_are_two_events(observation) -> None:
    assert groups([observation("a"), observation("b", start=T0 + timedelta(days=1))]) == [0, 1]


def test_reports_whose_discs_do_not_meet_are_two_events(observation) -> None:
    assert groups([observation("a"), observation("b", lon=34.75)]) == [0, 1]


def test_acts_that_exclude_each_other_are_two_events(observation) -> None:
    assert groups([observation("a"), observation("b", act="attack.shelling")]) == [0, 1]


def test_a_fire_and_an_attack_there_and_then_are_one_event(observation) -> None:
    assert groups([observation("a"), observation("b", act="fire")]) == [0, 0]


def test_a_substation_and_a_flat_are_two_objects(observation) -> None:
    rows = [
        observation("a", object_class="energy.electricity.grid"),
        observation("b", object_class="transport.rail"),
    ]
    assert groups(rows) == [0, 1]


def test_a_vague_report_does_not_chain_two_objects_together(observation) -> None:
    rows = [
        observation("a", object_class="energy.electricity.grid"),
        observation("b", object_class=""),
        observation("c", object_class="transport.rail"),
    ]
    found = groups(rows)
    assert found[0] != found[2]


def test_a_chain_of_towns_is_not_one_event(observation) -> None:
    """Each neighbour is near enough to the next, but no one place is meant by all."""
    rows = [observation(str(k), lon=34.55 + 0.12 * k) for k in range(8)]
    assert len(set(groups(rows))) >= 3


def test_a_report_that_knows_only_the_region_joins_the_one_event_it_can_mean(observation) -> None:
    rows = [
        observation("a", object_class="energy.gas.storage"),
        observation("b", object_class="energy.gas", radius_km=120.0, start=T0, end=T0 + timedelta(hours=12)),
    ]
    assert groups(rows) == [0, 0]


def test_a_report_that_knows_only_the_region_never_joins_two_events(observation) -> None:
    rows = [
        observation("a", object_class="energy.gas.storage"),
        observation("b", object_class="energy.gas.storage", lon=33.4),
        observation("c", object_class="energy.gas", radius_km=120.0, start=T0, end=T0 + timedelta(hours=12)),
    ]
    assert len(set(groups(rows))) == 3


def test_no_observation_no_group() -> None:
    assert groups([]) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_rows_does_not_change_the_groups(observation, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        observation(
            f"{k:02d}",
            lon=34.5 + rng.uniform(0, 0.4),
            lat=49.5 + rng.uniform(0, 0.3),
            start=T0 + timedelta(hours=float(rng.uniform(0, 30))),
            object_class=str(rng.choice(["", "energy", "energy.gas", "civilian.housing", "transport"])),
        )
        for k in range(40)
    ]
    turn = rng.permutation(len(rows))
    one = dict(zip([r.id for r in rows], groups(rows), strict=True))
    two = dict(zip([rows[t].id for t in turn], groups([rows[t] for t in turn]), strict=True))
    ids = sorted(one)
    same_one = [[one[a] == one[b] for b in ids] for a in ids]
    same_two = [[two[a] == two[b] for b in ids] for a in ids]
    assert np.mean(np.array(same_one) == np.array(same_two)) > 0.98


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.integers(0, 200)), max_size=12))
def test_groups_are_numbered_by_time_and_every_row_has_one(places) -> None:
    rows = [
        Observation(
            id=f"o-{k}", source="s", product="facts", granule="", line=k, evidence="", channel="news",
            procedure="report", start=T0 + timedelta(hours=h), end=T0 + timedelta(hours=h + 1),
            reported=T0 + timedelta(hours=h + 1), lon=lon, lat=lat, radius_km=5.0, act="attack",
        )
        for k, (lon, lat, h) in enumerate(places)
    ]  # fmt: skip
    found = groups(rows)
    assert sorted(set(found)) == list(range(len(set(found))))
    first = [min(r.start for r, g in zip(rows, found, strict=True) if g == k) for k in range(len(set(found)))]
    assert first == sorted(first)
