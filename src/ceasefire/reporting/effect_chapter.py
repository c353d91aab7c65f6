"""The chapter on effect: whether less happened than would have been, drawn so that it can be doubted.

One drawing holds what a reader needs against a number: the days themselves, the forecast with its band, the days that
were left out, the same method on dates on which nothing began, and the daily readout. A series that only checks the
method is marked as such; what a series cannot tell stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from zoneinfo import ZoneInfo

from ceasefire.model.effect import Effect, EffectDay, Judged
from ceasefire.reporting import words
from ceasefire.reporting.effect_drawing import Drawing, draw, local_day
from ceasefire.reporting.given import ReportInput

OWN = "incidents"
VERDICTS = {
    "fewer": "fewer than would have been",
    "more": "more than would have been",
    "not_shown": "no effect is shown",
    "not_assessed": "not assessed",
}


@dataclass(frozen=True)
class Region:
    """The effect in one region."""

    code: str
    name: str
    verdict: str
    counted: float
    expected: float
    ratio: float
    low: float
    high: float
    reason: str


@dataclass(frozen=True)
class DayRow:
    """One day in the table beneath."""

    day: str
    phase: str
    counted: float
    foretold: float
    low: float
    high: float
    p_holding: float
    p_that_evening: float


@dataclass(frozen=True)
class Chapter:
    """One series held against one window."""

    id: str
    title: str
    quantity: str
    unit: str
    sentence: str
    verdict: str
    control: bool
    after_cutoff: bool
    why: str
    period: str
    left_out_days: int
    speaks_to: str
    measures: str
    does_not_measure: str
    placebos: str
    holding: str
    before: str
    unusable: str
    licence: str
    url: str
    drawing: Drawing | None
    regions: tuple[Region, ...]
    days: tuple[DayRow, ...]
    placebo_rows: tuple[tuple[str, float, float, float], ...]


def chapters(report: ReportInput) -> tuple[Chapter, ...]:
    """Lay out every effect of a report; of the case's own incidents only sums, as single days wait for release."""
    return tuple(_chapter(j, report) for j in report.effects)


def _chapter(j: Judged, report: ReportInput) -> Chapter:
    e, own = j.whole, j.series == OWN
    assessed = e.verdict != "not_assessed"
    places = sorted({r.subject for r in j.effects[1:]})
    country = places[0].split("-")[0] if places else ""
    same = country and all(p.split("-")[0] == country for p in places)
    provision = {p.id: p.title for p in report.agreement.provisions}.get(j.speaks_to, j.speaks_to)
    held = [d for d in e.holding if isfinite(d.p_holding) and d.foretold > 0]
    first, last = (datetime(d.year, d.month, d.day) for d in (j.first, j.last))
    return Chapter(
        id=f"effect-{j.series}-{j.window}",
        title=j.title,
        quantity=j.quantity,
        unit=j.unit,
        sentence=e.sentence(_name(country, report) if same else "All regions", j.unit),
        verdict=VERDICTS[e.verdict],
        control=j.control,
        after_cutoff=j.last > report.cutoff.astimezone(ZoneInfo(report.clock)).date(),
        why=j.why,
        period=words.days(first, last, year=True),
        left_out_days=j.exclude_days,
        speaks_to=provision,
        measures=j.measures,
        does_not_measure=j.does_not_measure,
        placebos=_placebos(e) if assessed else "",
        holding="" if not held or own else _holding(held),
        before=_before(e, j.exclude_days) if assessed and j.exclude_days else "",
        unusable=f"{j.gaps:,} region-days have no usable row and count as not looked at." if j.gaps else "",
        licence=j.licence,
        url=j.url,
        drawing=draw(e, j) if assessed and not own else None,
        regions=tuple(_region(r, report) for r in j.regions) if not own else (),
        days=() if own else tuple(_row(d, j.clock) for d in e.daily if d.phase != "before"),
        placebo_rows=tuple((local_day(t, j.clock), r, low, high) for t, r, low, high in e.placebo),
    )


def _name(code: str, report: ReportInput) -> str:
    return {"UA": "Ukraine", "RU": "Russia"}.get(code, code) if "-" not in code else report.region(code)


def _placebos(e: Effect) -> str:
    n, found = len(e.placebo), e.surprised()
    if not n:
        return "The series is too short for placebo dates, so nothing checks the forecast's honesty."
    tail = f"the interval is widened {e.widened:.2f} times for it" if e.widened > 1.005 else "no widening was needed"
    return f"On {words.count(n, 'date')} on which nothing began, the forecast missed {found or 'none'}; {tail}."


def _holding(held: list[EffectDay]) -> str:
    likely = sum(d.p_holding >= 0.5 for d in held)
    if len(held) == 1:
        return f"The chance that it held that day, judged by this series alone, was {held[0].p_holding:.0%}."
    return (
        f"On {likely} of {words.count(len(held), 'day')} it more likely held than not, judged by this series alone; "
        f"on the last day the chance was {held[-1].p_holding:.0%}."
    )


def _before(e: Effect, days: int) -> str:
    way = "a surge" if e.before > 1.1 else "quieter already" if e.before < 0.9 else "about as foretold"
    return f"The {days} days left out stood at {e.before:.2f} of what was foretold for them ({way})."


def _region(e: Effect, report: ReportInput) -> Region:
    return Region(
        code=e.subject,
        name=_name(e.subject, report),
        verdict=VERDICTS[e.verdict],
        counted=e.counted,
        expected=e.expected[0],
        ratio=e.ratio,
        low=e.low,
        high=e.high,
        reason=e.reason,
    )


def _row(d: EffectDay, clock: str) -> DayRow:
    return DayRow(
        local_day(d.start, clock), d.phase, d.counted, d.foretold, d.low, d.high, d.p_holding, d.p_that_evening
    )
