"""Linkage of observations: the rule where there is little to learn from, possible groups always, order of no matter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from ceasefire.fusion.fuse import fuse
from ceasefire.fusion.link import link
from ceasefire.fusion.match import match
from ceasefire.fusion.priors import Priors
from ceasefire.model.records import MATCHING, Finding, Observation
from ceasefire.model.table import Table
from ceasefire.reporting.explain import explain

T0 = datetime(2025, 4, 2, 1, tzinfo=UTC)


@pytest.fixture
def busy(observation):
    """400 incidents in 40 days at 20 towns, each told once or more, with what each row tells of."""
    random = np.random.default_rng(4)
    rows, told = [], []
    for event in range(400):
        town, day, hour = int(random.integers(20)), int(random.integers(40)), int(random.integers(24))
        act = ("attack.air.drone", "attack.shelling")[int(random.integers(2))]
        for copy in range(1 + int(random.poisson(1.5))):
            start = T0 + timedelta(days=day, hours=hour + float(random.uniform(-1, 0)))
            name = f"{event}-{copy}"
            lon = 34.0 + 0.4 * (town % 5) + float(random.normal(0, 0.01))
            lat = 49.0 + 0.3 * (town // 5) + float(random.normal(0, 0.01))
            rows.append(observation(name, start=start, end=start + timedelta(hours=2), lon=lon, lat=lat, act=act))
            told.append(event)
    return Table.of(Observation, rows), np.array(told)


def _f1(truth, label) -> float:
    def pairs(*keys) -> float:
        counts = np.unique(np.c_[keys], axis=0, return_counts=True)[1]
        return float((counts * (counts - 1) // 2).sum())

    return 2 * pairs(truth, label) / (pairs(truth) + pairs(label))


def test_with_few_observations_the_rule_decides(observation) -> None:
    rows = [observation("a"), observation("b", lon=34.58), observation("c", act="attack.shelling")]
    table = Table.of(Observation, rows)
    assert link(table, Priors(), fewest=200).group.tolist() == match(table, Priors()).tolist()
    assert link(table.keep(np.zeros(3, bool)), Priors()).group.tolist() == []


def test_reports_of_one_event_are_found(busy) -> None:
    table, told = busy
    assert _f1(told, link(table, Priors(), fewest=200).group) > 0.8


def test_no_group_holds_what_cannot_be_one_event(busy) -> None:
    table, _ = busy
    group = link(table, Priors(), fewest=200).group
    start = table.column("start").astype(np.int64) / 3600
    act = table.column("act").astype(str)
    for g in np.unique(group):
        inside = group == g
        assert np.ptp(start[inside]) <= 4.0
        assert len(set(act[inside])) == 1


def test_groups_are_numbered_by_their_earliest_report(busy) -> None:
    table, _ = busy
    group = link(table, Priors(), fewest=200).group
    earliest = np.full(group.max() + 1, np.inf)
    np.minimum.at(earliest, group, table.column("start").astype(np.int64).astype(float))
    assert (np.diff(earliest) >= 0).all()


def test_the_order_of_rows_is_of_no_matter(busy) -> None:
    table, _ = busy
    mixed = np.random.default_rng(1).permutation(len(table))
    one, other = link(table, Priors(), fewest=200).group[mixed], link(table.keep(mixed), Priors(), fewest=200).group
    assert (
        len(set(zip(one.tolist(), other.tolist(), strict=True))) == len(set(one.tolist())) == len(set(other.tolist()))
    )


def test_a_case_may_ask_for_the_rule(busy) -> None:
    table, _ = busy
    linked = link(table, Priors(matching="rule"), fewest=200)
    assert not linked.learned
    assert linked.group.tolist() == match(table, Priors()).tolist()
    assert len(linked.weights(pa.array([f"i-{k}" for k in range(len(linked.probability))]))) == 0


def test_every_group_of_several_says_how_surely_it_is_one(busy) -> None:
    table, told = busy
    linked = link(table, Priors(), fewest=200)
    size = np.bincount(linked.group)
    assert linked.learned
    assert np.isfinite(linked.probability[size > 1]).all()
    assert np.isnan(linked.probability[size == 1]).all()
    rows = linked.weights(pa.array([f"i-{k}" for k in range(len(size))]))
    assert len(rows) == (size > 1).sum()
    assert set(rows.column("observation")) == {MATCHING}
    # groups of one event are surer than groups of several
    pure = np.array([len(set(told[linked.group == k])) == 1 for k in np.flatnonzero(size > 1)])
    p = linked.probability[size > 1]
    assert p[pure].mean() > p[~pure].mean() if (~pure).any() else p[pure].mean() > 0.5


def test_fuse_writes_it_among_the_weights(busy, monkeypatch) -> None:
    table, _ = busy
    monkeypatch.setitem(link.__kwdefaults__, "fewest", 200)
    fused = fuse(table, parties=["a", "b"], protected=["energy"])
    joined = fused.weights.where(observation=MATCHING)
    several = [i for i in fused.incidents if len(i.observations) > 1]
    assert len(joined) == len(several)
    text = explain(several[0], fused.weights, table, Table.empty(Finding))
    assert "joined by linkage: two of its reports are of one event with" in text
    by_rule = fuse(table, parties=["a", "b"], protected=["energy"], priors=Priors(matching="rule"))
    one = next(i for i in by_rule.incidents if len(i.observations) > 1)
    assert "joined by the rule" in explain(one, by_rule.weights, table, Table.empty(Finding))
