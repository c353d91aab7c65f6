"""Whether a provision bound anybody at a given time, under one reading.

Why a schedule: starts and ends may be gaps, conditions are met, unmet or unknown over time, and a reading may not
know the provision at all. All of that is laid out once as consecutive segments of time, each with one state and
one reason; an incident's interval is then looked up in it, one at a time or a million at once, with the same
answer. What cannot be decided is `uncertain`, with the reason: it is never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import numpy as np

from ceasefire.model.agreement import Agreement, Condition, Provision, Reading, Terms
from ceasefire.model.moment import Moment, write

State = Literal["in_force", "not_in_force", "uncertain"]
Times = np.ndarray[Any, np.dtype[np.datetime64]]


@dataclass(frozen=True)
class InForce:
    """The answer for one interval."""

    state: State
    """`in_force`, `not_in_force` or `uncertain`."""
    reason: str
    """One sentence why."""
    sources: tuple[str, ...]
    """Ids of the agreement's sources that it rests on."""
    code: str = ""
    """Name of the rule: `in_force`, `not_in_reading`, `no_start`, `before_start`, `start_gap`, `end_gap`, `after_end`,
    `precedent_unmet:<id>`, `precedent_unknown:<id>`, `lapsed:<id>`, `lapse_unknown:<id>`, `straddles`, `in_flight`."""


@dataclass(frozen=True)
class Segment:
    """A stretch of time with one state, for a timeline."""

    start: datetime | None
    """First instant (UTC); None for ever before."""
    end: datetime | None
    """First instant after (UTC); None for ever after."""
    answer: InForce
    """State, reason and sources in it."""


class States(NamedTuple):
    """Answers for many intervals, arrays of shape (n,) of str, `sources` of tuples."""

    state: np.ndarray[Any, Any]
    code: np.ndarray[Any, Any]
    reason: np.ndarray[Any, Any]
    sources: np.ndarray[Any, Any]


class Schedule:
    """The segments of one provision under one reading, ready to be asked.

    Parameters
    ----------
    segments
        Consecutive segments, the first open to the past, the last open to the future.
    in_flight
        Which instant counts for a weapon in the air at a border: `launch`, `impact` or `unstated`.
    """

    def __init__(self, segments: tuple[Segment, ...], *, in_flight: str = "unstated") -> None:
        self.segments = segments
        self.in_flight = in_flight
        self.edges: Times = np.array([_utc64(s.end) for s in segments[:-1] if s.end], dtype="datetime64[s]")

    def at(self, start: datetime, end: datetime, *, launched: datetime | None = None) -> InForce:
        """Answer for one interval; see `states`."""
        times = [np.array([_utc64(t)], dtype="datetime64[s]") for t in (start, end)]
        launch = None if launched is None else np.array([_utc64(launched)], dtype="datetime64[s]")
        answers, which = self._answers(times[0], times[1], launch)
        return answers[int(which[0])]

    def states(self, start: Times, end: Times, *, launched: Times | None = None) -> States:
        """Answer for many intervals at once.

        Parameters
        ----------
        start, end
            Shape (n,), UTC; half open, equal for an instant. Something happened at one unknown instant between them.
        launched
            Shape (n,), UTC: when the weapon was (at the earliest) launched; NaT where unknown.

        Returns
        -------
        States
            Arrays of shape (n,).
        """
        answers, which = self._answers(start, end, launched)
        sources = np.empty(len(answers), dtype=object)
        sources[:] = [a.sources for a in answers]
        return States(
            state=np.array([a.state for a in answers], dtype=object)[which],
            code=np.array([a.code for a in answers], dtype=object)[which],
            reason=np.array([a.reason for a in answers], dtype=object)[which],
            sources=sources[which],
        )

    def _answers(
        self, start: Times, end: Times, launched: Times | None
    ) -> tuple[list[InForce], np.ndarray[Any, np.dtype[np.intp]]]:
        start, end = start.astype("datetime64[s]"), end.astype("datetime64[s]")
        if np.isnat(start).any() or np.isnat(end).any() or (end < start).any():
            raise ValueError("every interval needs a start and an end, the end not before the start")
        first = np.searchsorted(self.edges, start, side="right")
        last = np.maximum(first, np.searchsorted(self.edges, end, side="left"))
        flight = np.full(len(start), -1)
        if launched is not None:
            launched = launched.astype("datetime64[s]")
            known = ~np.isnat(launched)
            flight[known] = np.searchsorted(self.edges, launched[known], side="right")
        n = len(self.segments) + 1
        keys, which = np.unique((first * n + last) * n + flight + 1, return_inverse=True)
        answers = [self._one(int(k) // n // n, int(k) // n % n, int(k) % n - 1) for k in keys]
        return answers, which

    def _one(self, first: int, last: int, flight: int) -> InForce:
        landed = self._between(first, last)
        if flight < 0 or self.in_flight == "impact":
            return landed
        launched = self.segments[flight].answer
        if self.in_flight == "launch" or launched.state == landed.state:
            return launched if self.in_flight == "launch" else landed
        return InForce(
            "uncertain",
            "it was in flight when the clause changed state, and the text does not say whether launch or impact counts",
            _join(launched.sources, landed.sources),
            "in_flight",
        )

    def _between(self, first: int, last: int) -> InForce:
        answers = [s.answer for s in self.segments[first : last + 1]]
        if len({a.state for a in answers}) == 1:
            return answers[0]
        borders = [s.end for s in self.segments[first:last] if s.end]
        return InForce(
            "uncertain",
            f"its time is not known well enough: it may lie on either side of {_span(borders)}, and "
            f"first {answers[0].reason}; then {answers[-1].reason}",
            _join(*(a.sources for a in answers)),
            "straddles",
        )


def schedule(agreement: Agreement, provision: Provision | str, reading: Reading | str) -> Schedule:
    """Lay out when a provision is in force under a reading.

    Parameters
    ----------
    agreement
        The agreement.
    provision, reading
        Record or id.

    Raises
    ------
    KeyError
        For an unknown provision or reading; the message names the nearest.

    The gates of the phases that the provision belongs to count as conditions precedent.
    """
    clause = agreement.provision(provision) if isinstance(provision, str) else provision
    view = agreement.reading(reading) if isinstance(reading, str) else reading
    terms = clause.readings.get(view.id)
    if terms is None:
        absent = InForce(
            "not_in_force",
            f"the reading {view.title!r} does not hold that this clause exists",
            view.sources,
            "not_in_reading",
        )
        return Schedule((Segment(None, None, absent),), in_flight=clause.in_flight)
    precedents = [agreement.condition(c) for c in dict.fromkeys((*terms.conditions, *agreement.gates_of(clause.id)))]
    lapses = [agreement.condition(c) for c in terms.lapses]
    moments = [m for m in (terms.in_force_from, terms.until) if m is not None]
    moments += [s.as_of for c in (*precedents, *lapses) for s in c.status]
    edges = sorted({t.astimezone(UTC) for m in moments for t in (m.earliest, m.latest)})
    starts: list[datetime | None] = [None, *edges]
    segments: list[Segment] = []
    for start, end in zip(starts, [*edges, None], strict=True):
        answer = _answer(terms, precedents, lapses, start)
        if segments and segments[-1].answer == answer:
            segments[-1] = Segment(segments[-1].start, end, answer)
        else:
            segments.append(Segment(start, end, answer))
    return Schedule(tuple(segments), in_flight=clause.in_flight)


def in_force(
    agreement: Agreement,
    provision: Provision | str,
    reading: Reading | str,
    start: datetime,
    end: datetime,
    *,
    launched: datetime | None = None,
) -> InForce:
    """Tell whether a provision bound its parties during an incident's interval, under one reading.

    Parameters
    ----------
    agreement, provision, reading
        As in `schedule`.
    start, end
        Aware instants; something happened at one unknown instant between them.
    launched
        When the weapon was launched, where that is known.

    Raises
    ------
    KeyError
        For an unknown provision or reading.
    ValueError
        For an end before the start, or a time without a zone.

    >>> from ceasefire.agreements import load
    >>> energy = load("energy-2025")
    >>> strike = datetime(2025, 3, 20, 1, tzinfo=UTC), datetime(2025, 3, 20, 2, tzinfo=UTC)
    >>> [in_force(energy, "energy", r, *strike).state for r in ("kremlin", "ukraine")]
    ['in_force', 'not_in_force']
    """
    return schedule(agreement, provision, reading).at(start, end, launched=launched)


def states(
    agreement: Agreement,
    provision: Provision | str,
    reading: Reading | str,
    start: Times,
    end: Times,
    *,
    launched: Times | None = None,
) -> States:
    """Tell for many intervals whether a provision was in force; see `Schedule.states` for shapes."""
    return schedule(agreement, provision, reading).states(start, end, launched=launched)


def windows(agreement: Agreement, provision: Provision | str, reading: Reading | str) -> tuple[Segment, ...]:
    """Give the stretches of time in which a provision is in force or may be, for a timeline.

    >>> from ceasefire.agreements import load
    >>> for w in windows(load("easter-2025"), "all-hostilities", "kremlin"):
    ...     print(w.answer.state, w.start, w.end)
    in_force 2025-04-19 15:00:00+00:00 2025-04-20 21:00:00+00:00
    """
    return tuple(s for s in schedule(agreement, provision, reading).segments if s.answer.state != "not_in_force")


def _answer(terms: Terms, precedents: list[Condition], lapses: list[Condition], at: datetime | None) -> InForce:
    """Judge one instant; `None` is before every border."""
    if terms.in_force_from is None:
        return InForce("not_in_force", "no start was ever agreed or stated", terms.sources, "no_start")
    doubts: list[InForce] = []
    begin, until = terms.in_force_from, terms.until
    if at is None or at < begin.earliest:
        return InForce("not_in_force", f"it began only at {begin}", terms.sources, "before_start")
    if until is not None and at >= until.latest:
        return InForce("not_in_force", f"it ended at {until}", terms.sources, "after_end")
    if at < begin.latest:
        doubts.append(InForce("uncertain", _gap("began", begin), terms.sources, "start_gap"))
    if until is not None and at >= until.earliest:
        doubts.append(InForce("uncertain", _gap("ended", until), terms.sources, "end_gap"))
    for condition, ends in [(c, False) for c in precedents] + [(c, True) for c in lapses]:
        met, sources = _met(condition, at)
        if met == "unknown":
            code = "lapse_unknown" if ends else "precedent_unknown"
            reason = f"nobody can tell whether this holds: {condition.text}"
            doubts.append(InForce("uncertain", reason, sources, f"{code}:{condition.id}"))
        elif met == ends:
            code = "lapsed" if ends else "precedent_unmet"
            reason = f"{'it lapsed' if ends else 'a condition is unmet'}: {condition.text}"
            return InForce("not_in_force", reason, sources, f"{code}:{condition.id}")
    if doubts:
        return doubts[0]
    return InForce("in_force", f"it has been in force since {begin}", terms.sources, "in_force")


def _met(condition: Condition, at: datetime) -> tuple[bool | Literal["unknown"], tuple[str, ...]]:
    met: bool | Literal["unknown"] = "unknown"
    sources = condition.sources
    for status in condition.status:
        if at < status.as_of.earliest:
            break
        changing = at < status.as_of.latest and met != status.met
        met = "unknown" if changing else status.met
        sources = _join(condition.sources, status.sources)
    return met, sources


def _gap(verb: str, moment: Moment) -> str:
    return f"it {verb} between {write(moment.earliest)} and {write(moment.latest)}: {moment.why}"


def _span(borders: list[datetime]) -> str:
    text = [write(b) for b in borders]
    return text[0] if len(text) == 1 else f"the borders from {text[0]} to {text[-1]}"


def _join(*sources: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s for group in sources for s in group))


def _utc64(moment: datetime) -> np.datetime64:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} names no clock: give an aware instant")
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "s")
