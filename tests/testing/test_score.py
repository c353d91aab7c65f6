"""Scoring: a run that knows the truth scores perfectly, one that knows nothing does not, and each fault is counted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ceasefire.errors import SourceError
from ceasefire.model.records import Finding, Incident, Look, Observation
from ceasefire.model.table import Table
from ceasefire.testing.matching import grouping, match
from ceasefire.testing.score import looked, score, true_counts
from ceasefire.testing.simulate import World, simulate
from ceasefire.testing.truth import Rule, Truth

HOUR, DAY = np.timedelta64(1, "h"), np.timedelta64(1, "D")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return simulate(tmp_path_factory.mktemp("world"), seed=4, days=14, incidents=60)


@pytest.fixture(scope="module")
def truth(world: World) -> Truth:
    return Truth.read(world.truth)


def incidents_of(truth: Truth, keep: np.ndarray | None = None, **changed: Any) -> Table[Incident]:
    at = np.arange(len(truth.id)) if keep is None else keep
    names = ["north", "south", "other"]
    columns = {
        "id": np.array([f"i-{k}" for k in at], dtype=object),
        "start": truth.time[at] - HOUR,
        "end": truth.time[at] + HOUR,
        "lon": truth.lon[at],
        "lat": truth.lat[at],
        "radius_km": 1.0,
        "place": "",
        "region": truth.region[at],
        "control": "",
        "act": truth.act[at],
        "object_class": truth.object_class[at],
        "object_probabilities": (),
        "p_occurred": np.ones(len(at)),
        "p_object": truth.protected[at].astype(float),
        "p_party": [[(n, float(n == p)) for n in names] for p in truth.party[at]],
        "attribution": np.where(truth.party[at] == "other", "undetermined", truth.party[at]),
        "basis": "",
        "alternatives": (),
        "accused_by": (),
        "denied_by": (),
        "origins": 1,
        "channels": ("news",),
        "observations": (),
    }
    return Table.from_columns(Incident, {**columns, **changed}, length=len(at))


def verdicts_of(truth: Truth, incidents: Table[Incident], at: np.ndarray) -> Table[Finding]:
    parts = [
        Table.from_columns(
            Finding,
            {
                **shared(rule),
                "id": np.array([f"f-{rule.reading}-{i}" for i in incidents.column("id")], dtype=object),
                "kind": "incident",
                "subject": incidents.column("id"),
                "start": incidents.column("start"),
                "end": incidents.column("end"),
                "region": incidents.column("region"),
                "verdict": truth.verdicts(rule)[at],
            },
        )
        for rule in truth.rules
    ]
    return Table.concat(Finding, parts)


def shared(rule: Rule) -> dict[str, Any]:
    return {
        "agreement": "a",
        "provision": rule.provision,
        "reading": rule.reading,
        "rule": "",
        "reason": "",
        "would_change": "",
    }


def period(rule: Rule, subject: str, region: str, start: Any, end: Any, **more: Any) -> Table[Finding]:
    columns = {
        **shared(rule),
        "id": np.array(["f-" + subject], dtype=object),
        "kind": "period",
        "subject": subject,
        "region": region,
        "start": np.array([start], dtype="datetime64[s]"),
        "end": np.array([end], dtype="datetime64[s]"),
        **more,
    }
    return Table.from_columns(Finding, columns)


def looks_at(region: str, start: str, end: str, lost: str = "") -> Table[Look]:
    return Table.from_columns(
        Look,
        {
            "id": "l-1",
            "source": "s",
            "channel": "news",
            "region": region,
            "start": np.array([start], dtype="datetime64[s]"),
            "end": np.array([end], dtype="datetime64[s]"),
            "quality": 0.0 if lost else 1.0,
            "lost": lost,
        },
    )


EVERYWHERE = [looks_at(r, "2021-03-01", "2021-04-01") for r in ("AR-X", "AR-S", "AR-G", "AR-L", "AR-D")]


def test_the_truth_itself_scores_perfectly(truth: Truth) -> None:
    at = np.arange(len(truth.id))
    incidents = incidents_of(truth)
    s = score(
        {
            "incidents": incidents,
            "findings": verdicts_of(truth, incidents, at),
            "looks": Table.concat(Look, EVERYWHERE),
        },
        truth,
    )
    assert s.matched == s.truths == s.incidents == 60
    assert s.occurred.brier == s.object.brier == s.party.brier == 0.0
    assert s.party_first == 60
    assert s.attributed == s.attributed_right == (truth.party != "other").sum()
    looked_at, never = s.cells
    assert (looked_at.true, looked_at.found, looked_at.missed, looked_at.unmatched) == (60, 60, 0, 0)
    assert never.true == 0
    for v in s.verdicts:
        assert v.right == v.decided == v.number == 60
        assert v.called_right == v.called == v.true_violations > 0
    assert s.grouping is None


def test_missed_and_invented_incidents_are_counted_and_cost(truth: Truth) -> None:
    kept = np.arange(0, len(truth.id), 2)
    true = incidents_of(truth, kept)
    ghosts = incidents_of(truth, kept[:10], id=np.array([f"i-g{k}" for k in range(10)], dtype=object), lon=0.0)
    incidents = Table.concat(Incident, [true, ghosts])
    findings = verdicts_of(truth, incidents, np.r_[kept, kept[:10]])
    s = score({"incidents": incidents, "findings": findings, "looks": Table.empty(Look)}, truth)
    assert (s.matched, s.incidents) == (30, 40)
    assert s.occurred.brier == pytest.approx(10 / 40)
    assert [c.true for c in s.cells] == [0, 60]
    assert s.cells[1].found == 30
    assert s.cells[1].missed == 30
    assert s.cells[1].unmatched == 10
    called = {v.reading: v.called - v.called_right for v in s.verdicts}
    ghost = {r.reading: int((truth.verdicts(r)[kept[:10]] == "violation").sum()) for r in truth.rules}
    assert called == ghost


def test_each_truth_is_matched_once_and_the_precise_incident_takes_it(truth: Truth) -> None:
    wide = incidents_of(truth, np.array([5]), id=np.array(["i-wide"], dtype=object), radius_km=300.0)
    exact = incidents_of(truth, np.array([5]))
    assert match(Table.concat(Incident, [wide, exact]), truth).tolist()[1] == 5
    assert match(Table.concat(Incident, [wide, exact]), truth).tolist()[0] != 5
    far = incidents_of(truth, np.array([5]), lat=truth.lat[[5]] + 0.1)
    assert match(far, truth).tolist() == [-1]
    late = incidents_of(truth, np.array([5]), start=truth.time[[5]] + 3 * DAY, end=truth.time[[5]] + 4 * DAY)
    assert match(late, truth).tolist() == [-1]
    placeless = incidents_of(truth, np.array([5]), lon=np.nan)
    assert match(placeless, truth).tolist() == [-1]


def test_second_incidents_are_told_from_invented_ones(world: World, truth: Truth) -> None:
    true_line = next(line for (file, line), i in truth.told.items() if file == "reports.csv" and i)
    false_line = next(line for (file, line), i in truth.told.items() if file == "reports.csv" and not i)
    observations = Table.of(
        Observation,
        [
            Observation(
                id=f"o-{line}",
                source="reports",
                product="facts",
                granule="reports.csv",
                line=line,
                evidence="",
                channel="news",
                procedure="report",
                start=np.datetime64("2021-03-01T00:00:00").astype(object),
                end=np.datetime64("2021-03-02T00:00:00").astype(object),
                reported=np.datetime64("2021-03-02T00:00:00").astype(object),
                lon=0.0,
                lat=0.0,
                radius_km=1.0,
            )
            for line in (true_line, false_line)
        ],
    )
    members = [(f"o-{true_line}",), (f"o-{false_line}",)]
    incidents = incidents_of(truth, np.array([0, 1]), lon=0.0, observations=members)
    tables = {
        "incidents": incidents,
        "findings": Table.empty(Finding),
        "looks": Table.empty(Look),
        "observations": observations,
    }
    s = score(tables, truth)
    assert s.grouping is not None
    assert (s.grouping.split, s.grouping.invented) == (1, 1)
    assert (s.grouping.events, s.grouping.incidents) == (1, 1)


def test_limits_are_held_against_true_counts(truth: Truth) -> None:
    rule = truth.rules[0]
    breach = truth.verdicts(rule) == "violation"
    total = int(breach.sum())
    region = str(truth.region[breach][0])
    of_region = int((breach & (truth.region == region)).sum())
    findings = Table.concat(
        Finding,
        [
            period(rule, "all", "", rule.start, rule.end, verdict="violations_found", upper_limit=total + 0.5),
            period(rule, region, region, rule.start, rule.end, verdict="none_observed", upper_limit=of_region - 0.5),
            period(rule, f"{region} 2021-03-01", region, rule.start, rule.end, verdict="not_observed"),
            period(rule, f"{region} 2021-03-02", region, rule.start, rule.end, verdict="not_in_force"),
        ],
    )
    s = score({"incidents": Table.empty(Incident), "findings": findings, "looks": Table.empty(Look)}, truth)
    of = {x.scope: x for x in s.limits if x.reading == rule.reading}
    assert (of["all"].number, of["all"].held) == (1, 1)
    assert (of["region"].number, of["region"].held, of["region"].zero, of["region"].zero_wrong) == (1, 0, 1, 1)
    assert (of["day"].number, of["day"].unstated) == (0, 1)
    assert np.isnan(s.occurred.brier)


def test_looked_needs_a_look_that_was_not_lost_and_overlaps() -> None:
    looks = Table.concat(
        Look, [looks_at("AR-X", "2021-03-01", "2021-03-02"), looks_at("AR-S", "2021-03-01", "2021-03-02", "cloud")]
    )
    region = np.array(["AR-X", "AR-X", "AR-X", "AR-S", "AR-L"])
    instants = ["2021-03-01T00:00", "2021-03-02T00:00", "2021-02-28T23:00", "2021-03-01T05:00", "2021-03-01T05:00"]
    time = np.array(instants, dtype="datetime64[s]")
    assert looked(looks, region, time, time).tolist() == [True, False, False, False, False]
    assert looked(looks, region[:1], time[:1] - DAY, time[:1]).tolist() == [False]
    assert looked(looks, region[:1], time[:1] - DAY, time[:1] + HOUR).tolist() == [True]


def test_true_counts_are_half_open() -> None:
    at = np.array(["2021-03-01", "2021-03-02"], dtype="datetime64[s]")
    start = np.array(["2021-03-01"], dtype="datetime64[s]")
    assert true_counts(np.array(["A", "A"]), at, np.array(["A"]), start, start + DAY).tolist() == [1]


def test_verdicts_of_the_truth_follow_act_time_zone_and_object(truth: Truth) -> None:
    northern, southern = truth.rules
    wide, narrow = truth.verdicts(southern), truth.verdicts(northern)
    assert set(wide) == {"violation", "not_covered", "not_in_force"}
    rail = np.char.startswith(truth.object_class.astype(str), "transport")
    assert not (narrow[rail] == "violation").any()
    assert (wide[rail] == "violation").any()
    assert not (wide[truth.region == "AR-D"] == "violation").any()
    assert set(wide[truth.act == "attack.sabotage"]) <= {"not_covered"}
    early = truth.time < southern.start
    assert not (wide[early] == "violation").any()


def test_a_score_prints_and_is_json(truth: Truth) -> None:
    incidents = incidents_of(truth, np.arange(5))
    tables = {
        "incidents": incidents,
        "findings": verdicts_of(truth, incidents, np.arange(5)),
        "looks": Table.concat(Look, EVERYWHERE),
    }
    s = score(tables, truth)
    plain = json.loads(json.dumps(s.as_dict(), allow_nan=False))
    assert plain["occurred"]["brier"] == 0.0
    assert plain["limits"][0]["number"] == 0
    text = s.text()
    assert str(s) == text
    for words in ("never looked at", "P(occurred)", "almost certain", "energy, northern", "Upper limits that held"):
        assert words in text
    assert max(map(len, text.splitlines())) <= 110


def test_missing_files_are_named(tmp_path: Path, world: World, truth: Truth) -> None:
    with pytest.raises(SourceError, match=r"incidents\.csv is not there"):
        Truth.read(tmp_path)
    with pytest.raises(SourceError, match=r"incidents\.parquet is not there"):
        score(tmp_path, world.truth)
    with pytest.raises(SourceError, match="needs the table 'findings'"):
        score({"incidents": Table.empty(Incident)}, truth)
    (tmp_path / "incidents.csv").write_text("id,time\nt-1,2021-03-01T00:00Z\n")
    with pytest.raises(SourceError, match="no column 'lon'"):
        Truth.read(tmp_path)


def test_a_finished_run_is_read_from_its_folder(tmp_path: Path, world: World, truth: Truth) -> None:
    incidents = incidents_of(truth)
    incidents.write(tmp_path / "out" / "incidents.parquet")
    verdicts_of(truth, incidents, np.arange(60)).write(tmp_path / "out" / "findings.parquet")
    Table.concat(Look, EVERYWHERE).write(tmp_path / "out" / "looks.parquet")
    assert score(tmp_path, world.truth).as_dict() == score(tmp_path / "out", truth).as_dict()


@pytest.mark.parametrize(
    ("groups", "precision", "recall"),
    [([[0, 1, 2], [3, 4]], 1.0, 1.0), ([[0, 1, 2, 3, 4]], 0.4, 1.0), ([[0, 1], [2], [3, 4]], 1.0, 0.5)],
)
def test_grouping_counts_pairs(truth: Truth, groups: list[list[int]], precision: float, recall: float) -> None:
    events = ["t-1", "t-1", "t-1", "t-2", "t-2"]
    observations = Table.from_columns(
        Observation,
        {
            "id": np.array([f"o-{k}" for k in range(5)], dtype=object),
            "line": np.arange(5),
            **dict.fromkeys(("source", "product", "evidence", "channel", "procedure"), ""),
            "granule": "reports.csv",
            **{c: np.full(5, np.datetime64("2021-03-01", "s")) for c in ("start", "end", "reported")},
            **dict.fromkeys(("lon", "lat", "radius_km"), 1.0),
        },
    )
    told = {("reports.csv", k): e for k, e in enumerate(events)}
    members = [tuple(f"o-{k}" for k in g) for g in groups]
    incidents = incidents_of(truth, np.arange(len(groups)), observations=members)
    g = grouping(incidents, observations, replace(truth, told=told), np.ones(len(groups), dtype=bool))
    assert (g.events, g.incidents) == (2, len(groups))
    assert (g.precision, g.recall) == (pytest.approx(precision), pytest.approx(recall))
