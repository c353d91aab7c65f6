"""The timeline: when each reading was in force, what happened per day, and who looked, on one axis of days.

Why one axis: a breach under one reading is a legal strike under another only because their clocks differ; laying the
clocks above the incidents shows it without a word. Ends that nobody published are drawn as fuzzy as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from ceasefire.reporting import words
from ceasefire.reporting.comparison import middle
from ceasefire.reporting.coverage_table import Coverage
from ceasefire.reporting.given import InForce, ReportInput
from ceasefire.reporting.look_days import day_bounds
from ceasefire.reporting.matrix import Matrix

LEFT = 190.0
"""Width of the column of names."""
WIDTH = 1060.0
LANE = 24.0
BARS = 92.0
"""Height of the bars of incidents."""
TOP = 40.0


@dataclass(frozen=True)
class Bar:
    """One reading's time in force."""

    title: str
    y: float
    fuzzy: tuple[tuple[float, float], ...]
    """Begin and width of the gaps in which it may have begun or ended."""
    x: float
    width: float
    """Surely in force; width 0 where never."""
    before: bool
    """Whether it began before the period shown."""
    after: bool
    """Whether it goes on after the period shown."""
    text: str


@dataclass(frozen=True)
class Day:
    """One day: incidents by group."""

    date: str
    title: str
    x: float
    width: float
    tick: str
    counts: tuple[int, int, int]
    """Every, depends, undecided."""
    rects: tuple[tuple[str, float, float], ...]
    """Group, top, height of each piece of the bar."""


@dataclass(frozen=True)
class Cell:
    """One channel on one day."""

    x: float
    width: float
    state: str
    """`made`, `partly`, `lost`, or `none` where no look was possible."""
    share: float
    note: str


@dataclass(frozen=True)
class Lane:
    """One channel."""

    name: str
    y: float
    cells: tuple[Cell, ...]
    total: str


@dataclass(frozen=True)
class Mark:
    """A change of clocks."""

    x: float
    text: str


@dataclass(frozen=True)
class Timeline:
    """The whole drawing."""

    width: float
    height: float
    left: float
    bars: tuple[Bar, ...]
    days: tuple[Day, ...]
    bars_top: float
    bars_bottom: float
    peak: int
    lanes: tuple[Lane, ...]
    looks_top: float
    marks: tuple[Mark, ...]
    clocks: tuple[str, ...]
    """Sentences on the clocks."""


def timeline(report: ReportInput, matrix: Matrix, coverage: Coverage) -> Timeline:
    """Lay out a released report's timeline."""
    _, bounds = day_bounds(report)
    begins = [float(b) for b in bounds.astype(np.int64)]
    first, last = begins[0], begins[-1]

    def at(when: datetime) -> float:
        return LEFT + (WIDTH - LEFT) * (min(max(when.timestamp(), first), last) - first) / (last - first)

    edges = [LEFT + (WIDTH - LEFT) * (b - first) / (last - first) for b in begins]
    bars = tuple(_bar(f, n, report, at, first, last) for n, f in enumerate(_windows(report)))
    bars_top = TOP + LANE * len(bars) + 30
    bars_bottom = bars_top + BARS
    days, peak = _days(report, matrix, coverage, bounds, edges, bars_bottom)
    looks_top = bars_bottom + 34
    lanes = tuple(_lane(coverage, c, edges, looks_top + 10 + LANE * c) for c in range(len(coverage.channels)))
    return Timeline(
        width=WIDTH,
        height=looks_top + 10 + LANE * len(lanes) + 8,
        left=LEFT,
        bars=bars,
        days=days,
        bars_top=bars_top,
        bars_bottom=bars_bottom,
        peak=peak,
        lanes=lanes,
        looks_top=looks_top,
        marks=_marks(report, at),
        clocks=clocks(report),
    )


def clocks(report: ReportInput) -> tuple[str, ...]:
    """State the clocks: the case's own, those of the readings, how far apart they are, and when they change."""
    start, end = report.period.start, report.period.end
    out = [f"Days and times are {words.clock_name(report.clock)} ({words.offset(start, report.clock)} at the start)."]
    others = sorted({r.clock for r in report.agreement.readings} - {report.clock})
    for clock in [report.clock, *others]:
        changes = words.changes_of_clock(start, end, clock)
        for change in changes:
            local = change.astimezone(UTC)
            out.append(
                f"{words.clock_name(clock)} changes from {words.offset(start, clock)} to "
                f"{words.offset(change, clock)} on {words.day(local)}."
            )
        if clock != report.clock and not changes:
            out.append(f"{words.clock_name(clock)} is {words.offset(start, clock)} throughout.")
    return tuple(out)


def _windows(report: ReportInput) -> list[InForce]:
    kinds = {p.id: p.kind for p in report.agreement.provisions}
    order = {r.id: n for n, r in enumerate(report.agreement.readings)}
    bans = [f for f in report.in_force if kinds.get(f.provision, "prohibition") == "prohibition"]
    bans = [f for f in bans if f.reading not in report.agreement.tried]
    listed = list(dict.fromkeys(p.id for p in report.agreement.provisions))
    return sorted(
        bans,
        key=lambda f: (
            listed.index(f.provision) if f.provision in listed else 99,
            order.get(f.reading, 99),
            f.reading,
        ),
    )


def _bar(f: InForce, n: int, report: ReportInput, at: Callable[[datetime], float], first: float, last: float) -> Bar:
    titles = {r.id: r.title for r in report.agreement.readings}
    several = len({w.provision for w in _windows(report)}) > 1
    names = {p.id: p.title for p in report.agreement.provisions}
    title = titles.get(f.reading, f.reading) + (f": {names.get(f.provision, f.provision)}" if several else "")
    y = TOP + LANE * n
    if f.start_earliest is None or f.start_latest is None:
        return Bar(title, y, (), LEFT, 0.0, False, False, "never in force")
    end_earliest, end_latest = f.end_earliest, f.end_latest
    far = datetime.fromtimestamp(last, UTC)
    solid0, solid1 = at(f.start_latest), at(end_earliest or far)
    fuzzy = [(at(f.start_earliest), at(f.start_latest) - at(f.start_earliest))]
    if end_earliest and end_latest:
        fuzzy.append((at(end_earliest), at(end_latest) - at(end_earliest)))
    return Bar(
        title=title,
        y=y,
        fuzzy=tuple((round(x, 1), round(w, 1)) for x, w in fuzzy if w > 0.5),
        x=round(solid0, 1),
        width=round(max(0.0, solid1 - solid0), 1),
        before=f.start_earliest.timestamp() < first,
        after=end_latest is None or end_latest.timestamp() > last,
        text=f"{_end(f.start_earliest, f.start_latest, report)} to "
        + (_end(end_earliest, end_latest, report) if end_earliest and end_latest else "no end stated"),
    )


def _end(earliest: datetime, latest: datetime, report: ReportInput) -> str:
    day, time = words.span(earliest, latest, report.clock)
    return day if time == "not known" else f"{day}, {time}"


def _days(
    report: ReportInput,
    matrix: Matrix,
    coverage: Coverage,
    bounds: np.ndarray[tuple[int], np.dtype[np.datetime64]],
    edges: list[float],
    bottom: float,
) -> tuple[tuple[Day, ...], int]:
    counts = np.zeros((len(coverage.days), 3), dtype=int)
    groups = {"every": 0, "depends": 1, "undecided": 2}
    for row in matrix.rows:
        instant = np.datetime64(int(middle(row.start, row.end).timestamp()), "s")
        d = int(np.searchsorted(bounds, instant, "right")) - 1
        if 0 <= d < len(counts):
            counts[d, groups[row.group]] += 1
    peak = max(1, int(counts.sum(axis=1).max()) if len(counts) else 1)
    days = []
    for d, date in enumerate(coverage.days):
        top, rects = bottom, []
        for group, g in groups.items():
            height = BARS * counts[d, g] / peak
            if height:
                top -= height
                rects.append((group, round(top, 1), round(height, 1)))
        when = datetime.fromisoformat(date)
        crowded = len(coverage.days) > 16
        beside = d == 1 or (when + timedelta(days=1)).day == 1 or when.day == 2
        tick = "" if crowded and (when.day % 2 == 0 or beside) else f"{when.day}"
        if d == 0 or when.day == 1:
            tick = words.day(when)
        days.append(
            Day(
                date=date,
                title=words.day(when),
                x=round(edges[d], 1),
                width=round(edges[d + 1] - edges[d], 1),
                tick=tick,
                counts=(int(counts[d, 0]), int(counts[d, 1]), int(counts[d, 2])),
                rects=tuple(rects),
            )
        )
    return tuple(days), peak


def _lane(coverage: Coverage, c: int, edges: list[float], y: float) -> Lane:
    channel = coverage.channels[c]
    cells = []
    for d, (made, possible) in enumerate(channel.daily):
        share = made / possible if possible else 0.0
        state = "none" if not possible else "lost" if not made else "made" if made == possible else "partly"
        note = f"{coverage.days[d]}: {made} of {possible} looks made" if possible else f"{coverage.days[d]}: no look"
        cells.append(
            Cell(round(edges[d] + 0.6, 1), round(edges[d + 1] - edges[d] - 1.2, 1), state, round(share, 2), note)
        )
    total = f"{channel.looks:,} of {channel.possible:,}" if channel.looks else "did not look"
    return Lane(channel.name, y, tuple(cells), total)


def _marks(report: ReportInput, at: Callable[[datetime], float]) -> tuple[Mark, ...]:
    start, end = report.period.start, report.period.end
    return tuple(
        Mark(
            round(at(change), 1),
            f"{words.day(change)}: {words.clock_name(report.clock)} {words.offset(start, report.clock)} → "
            f"{words.offset(change, report.clock)}",
        )
        for change in words.changes_of_clock(start, end, report.clock)
    )
