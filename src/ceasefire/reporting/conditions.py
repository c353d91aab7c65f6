"""Conditions and their state over time, what texts are silent on, and what a line would change: sections of a page.

Why states with dates: whether a clause is in force under one reading hangs on what happened to sanctions, not at sea.
The reader must see what was said of each condition, when, and since when nobody has said anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from ceasefire.model.agreement import Agreement, Condition, Status
from ceasefire.reporting import words
from ceasefire.reporting.conditions_lines import lines
from ceasefire.reporting.conditions_silent import silences
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.page import environment
from ceasefire.reporting.terms import moment, source_key

STATES: dict[object, tuple[str, str]] = {
    True: ("●", "met"),
    False: ("○", "not met"),
    "unknown": ("?", "not known"),
}
"""Symbol and word of a state."""


@dataclass(frozen=True)
class State:
    """What was known of one condition from one moment on."""

    date: str
    """From when, a day on the clock that the agreement names for it."""
    symbol: str
    word: str
    note: str
    sources: tuple[str, ...]
    """Keys of the sources on the page."""


@dataclass(frozen=True)
class ConditionRow:
    """One condition."""

    id: str
    part: str
    """Item of the text's own list; empty where it has none."""
    text: str
    kind: str
    """What it does: `must be met first` or `ends it when met`."""
    holds_up: tuple[str, ...]
    """Provisions and readings that hang on it, in words."""
    states: tuple[State, ...]
    """Over time, up to the cutoff; never empty."""
    at_end: State
    """What held at the end of the period, as far as anybody said."""
    silence: str
    """What is not known, a sentence."""
    sources: tuple[str, ...]


def conditions(report: ReportInput) -> tuple[ConditionRow, ...]:
    """Lay out the conditions of the agreement, in its order, with their state over time.

    Parameters
    ----------
    report
        As `ReportInput.released` gives it. What became known after its cutoff is left out.
    """
    return tuple(_row(c, report) for c in report.agreement.conditions)


def sections(report: ReportInput) -> dict[str, str]:
    """Give HTML sections by id: `conditions`, `silence` and `lines`; what an agreement does not have is left out.

    Parameters
    ----------
    report
        As `ReportInput.released` gives it.

    Returns
    -------
    Sections made by our own templates, every value escaped.
    """
    numbers = {s.id: n for n, s in enumerate(report.agreement.sources, 1)}
    made = environment()
    out = {}
    for name, key, rows in (
        ("conditions", "conditions", conditions(report)),
        ("silence", "silences", silences(report)),
        ("lines", "tried", lines(report)),
    ):
        if rows:
            out[name] = made.get_template(f"{key}.html").render({"rows": rows, "numbers": numbers})
    return out


def _row(condition: Condition, report: ReportInput) -> ConditionRow:
    known = [s for s in condition.status if s.as_of.earliest <= report.cutoff]
    states = [_state(s, report) for s in known]
    before = State("before that" if states else "throughout", *STATES["unknown"], "Nobody said.", ())
    end = states[-1] if states else before
    return ConditionRow(
        id=condition.id,
        part=condition.part,
        text=condition.text,
        kind="must be met first" if condition.kind == "precedent" else "ends it when met",
        holds_up=_hangs_on(report.agreement, condition.id),
        states=(*states, before) if not states else tuple(states),
        at_end=end,
        silence=_silence(known, report),
        sources=tuple(source_key(report.agreement, report.agreement, s) for s in condition.sources),
    )


def _state(status: Status, report: ReportInput) -> State:
    symbol, word = STATES[status.met]
    exact = status.as_of.earliest == status.as_of.latest
    day = words.day(status.as_of.earliest) if exact else ""
    return State(day or moment(status.as_of, report.clock, ""), symbol, word, status.note, tuple(status.sources))


def _silence(known: list[Status], report: ReportInput) -> str:
    if not known:
        return "No source of this agreement file says whether it is met."
    last, end = known[-1].as_of.latest, min(report.period.end, report.cutoff)
    idle = (end - last).days
    first = words.day(known[0].as_of.earliest)
    said = f"Not known before {first}."
    if idle < 1:
        return said
    since = words.day(last)
    return f"{said} Nothing is on file after {since}: the last state is carried on for {words.count(idle, 'day')}."


def _hangs_on(agreement: Agreement, condition: str) -> tuple[str, ...]:
    out = []
    for p in agreement.provisions:
        held = [
            agreement.reading(r).title
            for r, t in p.readings.items()
            if condition in (*t.conditions, *t.lapses, *agreement.gates_of(p.id))
        ]
        if held:
            out.append(f"{p.title} ({words.joined(held)})")
    return tuple(out)
