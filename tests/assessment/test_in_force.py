"""In-force schedules: gaps, conditions, borders, weapons in flight; one at a time and many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.agreements import load, names
from ceasefire.assessment.in_force import in_force, schedule, states, windows
from ceasefire.model.agreement import Agreement

ZERO = datetime(2025, 3, 1, tzinfo=UTC)
LINE = {"sources": ["s"]}


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2025, 3, day, hour, tzinfo=UTC)


def text(day: int, hour: int = 0) -> str:
    return f"2025-03-{day:02d}T{hour:02d}:00Z"


@pytest.fixture
def agreement() -> Callable[..., Agreement]:
    """Maker of small agreements with one clause and one reading."""

    def make(
        *,
        conditions: Sequence[dict[str, Any]] = (),
        phases: Sequence[dict[str, Any]] = (),
        in_flight: str = "unstated",
        **terms: Any,
    ) -> Agreement:
        given = {"in_force_from": text(5), "until": text(10), **LINE, **terms}
        return Agreement.model_validate({
            "ceasefire": 1, "id": "a", "version": 1, "title": "A", "class": "draft", "purpose": "other",
            "coverage": "full", "sides": "bilateral", "summary": "A.",
            "parties": [{"id": "x", "name": "X", "role": "belligerent"}],
            "sources": [{"id": "s", "title": "S", "kind": "general_knowledge"}],
            "conditions": list(conditions), "phases": list(phases),
            "readings": [{"id": r, "holder": "x", "title": r, **LINE} for r in ("r", "none")],
            "provisions": [{"id": "p", "kind": "prohibition", "title": "P", "acts": ["attack"], "binds": ["x"],
                            "in_flight": in_flight, "readings": {"r": given}, **LINE}],
        })  # fmt: skip

    return make


def condition(kind: str, *status: tuple[str, object]) -> dict[str, Any]:
    lines = [{"as_of": day, "met": met, **LINE} for day, met in status]
    return {"id": "c", "kind": kind, "text": "C.", "status": lines, **LINE}


def ask(agreement: Agreement, start: datetime, end: datetime | None = None, **more: Any) -> tuple[str, str]:
    answer = in_force(agreement, "p", "r", start, end or start, **more)
    assert answer.reason
    assert answer.sources
    return answer.state, answer.code


def test_inside_before_and_after(agreement) -> None:
    a = agreement()
    assert ask(a, at(4)) == ("not_in_force", "before_start")
    assert ask(a, at(5)) == ("in_force", "in_force")
    assert ask(a, at(9, 23)) == ("in_force", "in_force")
    assert ask(a, at(10)) == ("not_in_force", "after_end")


def test_intervals_are_half_open(agreement) -> None:
    a = agreement()
    assert ask(a, at(4), at(5)) == ("not_in_force", "before_start")
    assert ask(a, at(9), at(10)) == ("in_force", "in_force")
    assert ask(a, at(4, 23), at(5, 1)) == ("uncertain", "straddles")
    assert ask(a, at(1), at(20)) == ("uncertain", "straddles")


def test_an_unknown_hour_is_a_gap_and_never_a_guess(agreement) -> None:
    a = agreement(in_force_from="2025-03-05 UTC", until="2025-03-10 UTC")
    assert ask(a, at(5, 12)) == ("uncertain", "start_gap")
    assert ask(a, at(6)) == ("in_force", "in_force")
    assert ask(a, at(10, 12)) == ("uncertain", "end_gap")
    assert ask(a, at(11)) == ("not_in_force", "after_end")


def test_no_start_and_no_end(agreement) -> None:
    assert ask(agreement(in_force_from=None), at(7)) == ("not_in_force", "no_start")
    assert ask(agreement(until=None), datetime(2099, 1, 1, tzinfo=UTC)) == ("in_force", "in_force")


def test_a_reading_without_the_clause(agreement) -> None:
    assert in_force(agreement(), "p", "none", at(7), at(7)).code == "not_in_reading"


@pytest.mark.parametrize(
    ("met", "expected"),
    [
        (True, ("in_force", "in_force")),
        (False, ("not_in_force", "precedent_unmet:c")),
        ("unknown", ("uncertain", "precedent_unknown:c")),
    ],
)
def test_condition_precedent(agreement, met, expected) -> None:
    a = agreement(conditions=[condition("precedent", (text(1), met))])
    a = a.model_copy(update={"provisions": (_with(a, conditions=("c",)),)})
    assert ask(a, at(7)) == expected


@pytest.mark.parametrize(
    ("met", "expected"),
    [
        (False, ("in_force", "in_force")),
        (True, ("not_in_force", "lapsed:c")),
        ("unknown", ("uncertain", "lapse_unknown:c")),
    ],
)
def test_lapse(agreement, met, expected) -> None:
    a = agreement(conditions=[condition("lapse", (text(1), met))])
    a = a.model_copy(update={"provisions": (_with(a, lapses=("c",)),)})
    assert ask(a, at(7)) == expected


def test_condition_met_on_an_unknown_hour_of_a_day(agreement) -> None:
    a = agreement(conditions=[condition("precedent", (text(1), False), ("2025-03-07 UTC", True))])
    a = a.model_copy(update={"provisions": (_with(a, conditions=("c",)),)})
    assert ask(a, at(6)) == ("not_in_force", "precedent_unmet:c")
    assert ask(a, at(7, 12)) == ("uncertain", "precedent_unknown:c")
    assert ask(a, at(8)) == ("in_force", "in_force")
    found = [(s.answer.state, s.start, s.end) for s in windows(a, "p", "r")]
    assert found == [("uncertain", at(7), at(8)), ("in_force", at(8), at(10))]


def test_condition_without_a_status_is_unknown(agreement) -> None:
    a = agreement(conditions=[condition("precedent")])
    a = a.model_copy(update={"provisions": (_with(a, conditions=("c",)),)})
    assert ask(a, at(7)) == ("uncertain", "precedent_unknown:c")


def test_a_phase_gate_counts_as_a_condition(agreement) -> None:
    phase = {"id": "f", "title": "F", "provisions": ["p"], "gate": {"requires": ["c"]}, **LINE}
    a = agreement(conditions=[condition("precedent", (text(1), False))], phases=[phase])
    assert ask(a, at(7)) == ("not_in_force", "precedent_unmet:c")


@pytest.mark.parametrize(
    ("rule", "expected"), [("launch", "not_in_force"), ("impact", "in_force"), ("unstated", "uncertain")]
)
def test_weapon_in_flight_at_the_start(agreement, rule, expected) -> None:
    a = agreement(in_flight=rule)
    assert ask(a, at(5, 1), at(5, 2), launched=at(4, 22))[0] == expected
    assert ask(a, at(6, 1), at(6, 2), launched=at(5, 22))[0] == "in_force"


def test_times_need_a_clock_and_an_order(agreement) -> None:
    a = agreement()
    with pytest.raises(ValueError, match="names no clock"):
        in_force(a, "p", "r", datetime(2025, 3, 5), datetime(2025, 3, 6))
    with pytest.raises(ValueError, match="the end not before the start"):
        in_force(a, "p", "r", at(6), at(5))
    with pytest.raises(ValueError, match="needs a start and an end"):
        states(a, "p", "r", np.array(["NaT"], dtype="datetime64[s]"), np.array(["NaT"], dtype="datetime64[s]"))


EVERY = [(n, p.id, r.id) for n in names() for p in load(n).provisions for r in load(n).readings]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(EVERY),
    st.lists(st.tuples(st.integers(0, 90 * 24), st.integers(0, 200), st.integers(-1, 48)), min_size=1, max_size=20),
)
def test_many_at_once_equal_one_at_a_time(which: tuple[str, str, str], hours: list[tuple[int, int, int]]) -> None:
    name, provision, reading = which
    a = load(name)
    start = [ZERO + timedelta(hours=h) for h, _, _ in hours]
    end = [s + timedelta(hours=d) for s, (_, d, _) in zip(start, hours, strict=True)]
    launched = [None if f < 0 else s - timedelta(hours=f) for s, (_, _, f) in zip(start, hours, strict=True)]
    many = states(a, provision, reading, _array(start), _array(end), launched=_array(launched))
    for k, (s, e, f) in enumerate(zip(start, end, launched, strict=True)):
        one = in_force(a, provision, reading, s, e, launched=f)
        assert (one.state, one.code, one.reason, one.sources) == tuple(column[k] for column in many)


@pytest.mark.parametrize(("name", "provision", "reading"), EVERY)
def test_segments_are_consecutive_and_open_at_both_ends(name: str, provision: str, reading: str) -> None:
    segments = schedule(load(name), provision, reading).segments
    assert segments[0].start is None
    assert segments[-1].end is None
    assert all(a.end == b.start for a, b in pairwise(segments))
    assert all(s.answer.reason and s.answer.sources for s in segments)


def test_no_intervals_give_empty_arrays() -> None:
    nothing = np.array([], dtype="datetime64[s]")
    assert all(len(column) == 0 for column in states(load("energy-2025"), "energy", "kremlin", nothing, nothing))


def _array(times: list[datetime | None]) -> Any:
    return np.array([None if t is None else t.replace(tzinfo=None) for t in times], dtype="datetime64[s]")


def _with(a: Agreement, **terms: Any) -> Any:
    clause = a.provisions[0]
    return clause.model_copy(update={"readings": {"r": clause.readings["r"].model_copy(update=terms)}})
