"""Sections on conditions, silences and lines: what they say, and that hostile text stays text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from ceasefire.agreements.library import load
from ceasefire.assessment.verdict import judge
from ceasefire.model.agreement import Status
from ceasefire.model.moment import Moment
from ceasefire.model.records import Finding, Incident, Weight
from ceasefire.model.table import Table
from ceasefire.reporting.conditions import conditions, sections
from ceasefire.reporting.conditions_lines import lines
from ceasefire.reporting.conditions_silent import silences
from ceasefire.reporting.given import ReportInput

from .conftest import HOSTILE, PERIOD, incident

BLACK_SEA = load("black-sea-2025")


@pytest.fixture
def sea(issue) -> ReportInput:
    april = datetime(2025, 4, 5, 6, tzinfo=UTC)
    vessel = (("transport.vessel", 0.97),)
    of_ships = {"object_class": "transport.vessel", "object_probabilities": vessel, "region": "XZ-BLS"}
    war = {"object_class": "military", "object_probabilities": (("military", 0.97),), "region": "XZ-BLS"}
    rows = [
        incident(1, april, act="attack.naval.mine", lon=31.2, lat=45.9, **of_ships),
        incident(2, april, act="movement.naval", lon=31.6, lat=44.6, **war),
        incident(3, april, act="movement.naval", lon=33.1, lat=44.3, summary=HOSTILE, place=HOSTILE, **war),
        incident(4, april, act="movement.naval", lon=37.7, lat=44.5, **war),
    ]
    table = Table.of(Incident, rows)
    return replace(issue, agreement=BLACK_SEA, incidents=table, findings=judge(table, BLACK_SEA),
                   weights=Table.empty(Weight), period=PERIOD)  # fmt: skip


def test_each_condition_has_its_state_date_and_source(sea) -> None:
    rows = conditions(sea)
    assert [(r.part, r.at_end.word) for r in rows] == [(p, "not met") for p in "abcde"]
    banks = rows[0]
    assert [(s.date, s.word) for s in banks.states] == [("25 March", "not met"), ("26 March", "not met")]
    assert "sanctions-eu" in banks.states[1].sources
    assert banks.silence.startswith("Not known before 25 March. Nothing is on file after 26 March")
    assert any("Safe navigation" in h and "Kremlin" in h for h in banks.holds_up)


def test_what_became_known_after_the_cutoff_is_left_out(sea) -> None:
    later = Status(as_of=Moment.of("2026-01-01T00:00Z"), met=True, sources=("limits",))
    changed = tuple(c.model_copy(update={"status": (*c.status, later)}) for c in BLACK_SEA.conditions)
    given = replace(sea, agreement=BLACK_SEA.model_copy(update={"conditions": changed}))
    assert conditions(given)[0].at_end.word == "not met"


def test_a_condition_of_which_nobody_said_anything_is_not_known(sea) -> None:
    bare = tuple(c.model_copy(update={"status": ()}) for c in BLACK_SEA.conditions)
    given = replace(sea, agreement=BLACK_SEA.model_copy(update={"conditions": bare}))
    (state,) = conditions(given)[0].states
    assert (state.date, state.word) == ("throughout", "not known")
    assert conditions(given)[0].silence.startswith("No source")


def test_each_silence_is_one_row_with_its_incidents(sea) -> None:
    rows = {r.id: r for r in silences(sea)}
    assert rows["mines"].incidents == (incident(1, datetime(2025, 4, 5, tzinfo=UTC)).id,)
    assert len(rows["mines"].provisions) == 2
    assert rows["danube"].answered == ("Ukraine",)
    assert rows["azov"].follows == "not covered"
    assert rows["ports-from-land"].concerns == "attack, means not told, on port"


def test_lines_say_under_which_of_them_a_reported_ship_would_be_a_breach(sea) -> None:
    (eastern,) = lines(sea)
    said = [dict(zip([c.reading.removeprefix("tried-") for c in eastern.columns], r.cells, strict=True))
            for r in eastern.rows]  # fmt: skip
    assert [{k for k, v in s.items() if v == "breach"} for s in said] == [
        {"tarkhankut", "narrows", "kerch"}, {"narrows", "kerch"}, set(),
    ]  # fmt: skip
    assert [r.hangs for r in eastern.rows] == [True, True, False]
    assert "on two the answer hangs on the line" in eastern.sentence


def test_sections_are_well_formed_and_hostile_text_stays_text(sea) -> None:
    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.stack: list[str] = []
            self.ids: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag not in ("script", "img")
            self.stack.append(tag)
            self.ids += [str(v) for k, v in attrs if k == "id"]

        def handle_endtag(self, tag: str) -> None:
            assert self.stack.pop() == tag

    renamed = BLACK_SEA.model_copy(
        update={"conditions": tuple(c.model_copy(update={"text": HOSTILE}) for c in BLACK_SEA.conditions)}
    )
    made = sections(replace(sea, agreement=renamed))
    assert list(made) == ["conditions", "silence", "lines"]
    for name, html in made.items():
        parser = Tags()
        parser.feed(html)
        assert parser.stack == []
        assert parser.ids[0] == name
        assert not any(f"{x:.2f}" in html for i in sea.incidents for x in (i.lon, i.lat))


def test_an_agreement_without_conditions_silences_and_lines_has_no_sections(issue) -> None:
    bare = issue.agreement.model_copy(update={"conditions": ()})
    assert sections(replace(issue, agreement=bare)) == {}


def test_the_matrix_counts_held_readings_only_and_prints_the_tried_apart(sea) -> None:
    from ceasefire.reporting.matrix import matrix

    made = matrix(sea)
    assert not {c.reading for c in made.columns} & BLACK_SEA.tried
    ships = [r for r in made.rows if r.object_class == "military"]
    assert len(ships) == 3
    assert {r.group for r in ships} == {"undecided"}
    assert all(sum("tried by the analysts" in v.readings for v in r.verdicts) == 4 for r in ships)


def test_findings_of_no_incident_are_no_row(sea) -> None:
    assert lines(replace(sea, findings=Table.empty(Finding)))[0].rows == ()
