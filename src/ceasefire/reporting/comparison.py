"""This period beside the one before, and week beside week: rates with their exposure, never raw totals alone.

Why rates: "more breaches than last week" means nothing where more was looked at. Each count stands beside the region
days that somebody looked at, and the rate carries its exact 95 % interval.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from math import isnan

from ceasefire.reporting import words
from ceasefire.reporting.coverage_table import Coverage
from ceasefire.reporting.given import Numbers, ReportInput
from ceasefire.reporting.headline import Sentence
from ceasefire.reporting.matrix import Matrix
from ceasefire.stats.counts import interval, rate_rise

PER = 100
"""Rates are per this many region days looked at."""
RISE = 0.05
"""A rise or fall is said only where chance alone would give it less often than this."""


@dataclass(frozen=True)
class Line:
    """One period with what was looked at."""

    title: str
    every: int
    depends: int
    undecided: int
    looked: int
    """Region days with one look or more."""
    region_days: int
    looks: int
    possible: int
    rate: float
    """Breaches under some reading or all, per 100 region days looked at; NaN where nobody looked."""
    low: float
    high: float
    partial: bool = False
    """Whether the period is shorter than the others."""


@dataclass(frozen=True)
class Comparison:
    """Weeks of this period, and this period beside the previous one."""

    sentence: Sentence
    weeks: tuple[Line, ...]
    periods: tuple[Line, ...]
    """Previous and this period; empty where there is none before."""


def compare(report: ReportInput, matrix: Matrix, coverage: Coverage, now: Numbers) -> Comparison:
    """Set this period beside the one before and its weeks beside one another."""
    weeks = []
    for w in coverage.weeks:
        rows = [r for r in matrix.rows if w.start <= middle(r.start, r.end) < w.end]
        counted = [sum(r.group == g for r in rows) for g in ("every", "depends", "undecided")]
        weeks.append(_line(w.title, counted, w.region_days_looked, w.region_days, w.looks, w.possible))
    if weeks and coverage.weeks[-1].end - coverage.weeks[-1].start < coverage.weeks[0].end - coverage.weeks[0].start:
        weeks[-1] = replace(weeks[-1], partial=True)
    periods = (_period(report.previous), _period(now)) if report.previous else ()
    return Comparison(_sentence(weeks, periods), tuple(weeks), periods)


def middle(start: datetime, end: datetime) -> datetime:
    """Give the instant half way: an incident that may have been on either of two days counts once."""
    return start + (end - start) / 2


def _line(title: str, counted: list[int], looked: int, region_days: int, looks: int, possible: int) -> Line:
    every, depends, undecided = counted
    n = every + depends
    bounds = interval(n, looked / PER)
    rate = n / looked * PER if looked else float("nan")
    return Line(
        title,
        every,
        depends,
        undecided,
        looked,
        region_days,
        looks,
        possible,
        rate,
        float(bounds.low),
        float(bounds.high),
    )


def _period(n: Numbers) -> Line:
    title = words.days(datetime.fromisoformat(n.start), datetime.fromisoformat(n.end), year=True)
    counted = [n.every, n.depends, n.undecided]
    return _line(title, counted, n.region_days_looked, n.region_days, n.looks, n.looks_possible)


def _sentence(weeks: list[Line], periods: tuple[Line, ...]) -> Sentence:
    whole = [w for w in weeks if not w.partial]
    if periods:
        before, now, noun = periods[0], periods[1], "period"
    elif len(whole) >= 2:
        before, now, noun = whole[-2], whole[-1], "week"
    else:
        return Sentence("s-compared", "There is no earlier period to compare with.", "compared")
    which = "the last full week" if noun == "week" else "this period"
    text = (
        f"In {which} ({now.title}) {_breaches(now)}, with {now.looked:,} of {now.region_days:,} region days looked at; "
        f"in the {noun} before ({before.title}) {_breaches(before, short=True)}, with {before.looked:,} of "
        f"{before.region_days:,}. {_trend(now, before)}"
    )
    if not periods:
        text = "This is the first issue of this case, so its weeks stand beside one another. " + text
    return Sentence("s-compared", text, "compared")


def _breaches(line: Line, *, short: bool = False) -> str:
    n = line.every + line.depends
    if short:
        return words.number(n)
    there = "was" if n == 1 else "were"
    return f"there {there} {words.count(n, 'breach', 'breaches')} under some or every reading"


def _trend(now: Line, before: Line) -> str:
    if isnan(now.rate) or isnan(before.rate):
        return "Nobody looked in one of the two, so they cannot be compared."
    n, m = now.every + now.depends, before.every + before.depends
    rise = float(rate_rise(n, now.looked, m, before.looked))
    fall = float(rate_rise(m, before.looked, n, now.looked))
    rates = f"{now.rate:.1f} after {before.rate:.1f} per {PER} region days looked at"
    if rise < RISE:
        return f"The rate rose: {rates}."
    if fall < RISE:
        return f"The rate fell: {rates}."
    return f"The rates ({rates}) do not differ by more than chance would give."
