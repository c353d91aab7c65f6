"""Who looked where and when, and what a zero is worth there.

Why beside the counts: counts follow access. A region with no breach and no look is not quiet, and a channel that
did not look gets the words "did not look", never a zero. Where something looked and saw nothing, the upper limit
says how much may still have happened.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite, nan
from typing import Any

import numpy as np

from ceasefire.model.records import Finding
from ceasefire.reporting import words
from ceasefire.reporting.given import ReportInput
from ceasefire.reporting.look_days import codes, day_bounds, regions_of, spread
from ceasefire.reporting.release import among, daily
from ceasefire.reporting.unseen import Unseen, unseen

STATES: dict[str, str] = {"looked": "looked at", "partly": "partly looked at", "nobody": "nobody looked"}
LOOKED = 0.9
"""A region counts as looked at where somebody looked on this share of its days or more."""


@dataclass(frozen=True)
class Channel:
    """One channel over the whole area and period."""

    code: str
    name: str
    looks: int
    possible: int
    """Looks made and lost; 0 where the case holds no record of any."""
    reasons: tuple[tuple[str, int], ...]
    """Why looks were lost, most frequent first."""
    daily: tuple[tuple[int, int], ...]
    """Looks made and possible on each day."""


@dataclass(frozen=True)
class Region:
    """One region over the whole period."""

    code: str
    name: str
    state: str
    """`looked`, `partly` or `nobody`."""
    days: int
    """Days on which some reading was in force."""
    days_looked: int
    """Of these, days on which somebody looked well enough to say anything of breaches."""
    cells: tuple[tuple[int, int], ...]
    """Looks made and possible per channel."""
    exposure: float
    """Mean chance that one breach on one of its days would have been seen."""
    found: tuple[int, int]
    """Breaches found under the reading with the fewest and with the most."""
    limit: float
    """95 % upper limit on breaches over the days in force, under the reading with the highest; NaN where nobody
    looked well enough for a limit."""
    findings: tuple[str, ...]
    """The findings on this region over the period, one per reading."""


@dataclass(frozen=True)
class Week:
    """Seven days: counts with what was looked at."""

    title: str
    start: datetime
    end: datetime
    looks: int
    possible: int
    region_days: int
    region_days_looked: int


@dataclass(frozen=True)
class Coverage:
    """Who looked: by channel, by region, by week."""

    days: tuple[str, ...]
    """ISO dates in the case's clock."""
    channels: tuple[Channel, ...]
    regions: tuple[Region, ...]
    weeks: tuple[Week, ...]
    looks: int
    possible: int
    region_days: int
    region_days_looked: int
    table: tuple[tuple[str, str, str, int, int, str], ...]
    """Region, day, channel, looks made, looks possible, reasons: the rows of coverage.csv."""
    unseen: Unseen
    """What could nobody see."""


def coverage(report: ReportInput) -> Coverage:
    """Count the looks of a released report by channel, region and day.

    Parameters
    ----------
    report
        As `ReportInput.released` gives it.
    """
    days, bounds = day_bounds(report)
    looks = report.looks
    regions = list(dict.fromkeys(report.regions))
    channels = _channels(report)
    look, day = spread(looks, bounds)
    region = codes(regions_of(report), regions)[look]
    channel = codes(looks.column("channel"), channels)[look]
    inside = region >= 0
    region, day, channel, why = region[inside], day[inside], channel[inside], looks.column("lost")[look[inside]]
    lost = why != ""
    possible = np.zeros((len(regions), len(days), len(channels)), dtype=np.int64)
    made = np.zeros_like(possible)
    np.add.at(possible, (region, day, channel), 1)
    np.add.at(made, (region, day, channel), (~lost).astype(np.int64))
    reasons: dict[tuple[int, int, int], Counter[str]] = {}
    for row in np.flatnonzero(lost):
        key = (int(region[row]), int(day[row]), int(channel[row]))
        reasons.setdefault(key, Counter())[str(why[row])] += 1
    judged, looked, exposure = _judged(report, regions, bounds, made)
    return Coverage(
        days=tuple(days),
        channels=_channel_rows(channels, made, possible, reasons),
        regions=_region_rows(report, regions, made, possible, judged, looked, exposure),
        weeks=_weeks(days, bounds, made, possible, judged, looked),
        looks=int(made.sum()),
        possible=int(possible.sum()),
        region_days=int(judged.sum()),
        region_days_looked=int((looked & judged).sum()),
        table=_table(regions, days, channels, made, possible, reasons),
        unseen=unseen(report.cells, report.detection, report.unlisted, names=dict(report.region_names)),
    )


def _channels(report: ReportInput) -> list[str]:
    order = list(words.CHANNELS)
    seen = set(report.looks.column("channel").tolist()) | set(report.expected_channels)
    return sorted(seen, key=lambda c: (order.index(c) if c in order else len(order), c))


def _judged(
    report: ReportInput, regions: list[str], bounds: np.ndarray[Any, Any], made: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Give, by region and day: whether a reading was in force, whether somebody looked, and the exposure.

    The findings know which looks could have shown a breach, and how well somebody must look for a zero to count:
    as well as where they say "none observed". Without findings, every look counts.
    """
    periods = report.findings.keep(daily(report.findings))
    shape = (len(regions), len(bounds) - 1)
    if not len(periods):
        looked = made.sum(axis=2) > 0
        return np.ones(shape, dtype=bool), looked, looked.astype(np.float64)
    region = codes(periods.column("region"), regions)
    day = np.searchsorted(bounds, periods.column("start"), "right") - 1
    inside = (region >= 0) & (day >= 0) & (day < shape[1])
    at = (region[inside], day[inside])
    exposure = np.zeros(shape)
    np.fmax.at(exposure, at, periods.column("exposure")[inside])
    verdict, seen = periods.column("verdict")[inside], periods.column("exposure")[inside]
    judged = np.zeros(shape, dtype=bool)
    np.logical_or.at(judged, at, verdict != "not_in_force")
    zeros = seen[verdict == "none_observed"]
    enough = float(zeros.min()) if len(zeros) else 1.0
    looked = (exposure >= enough) & (exposure > 0)
    return judged, looked, exposure


def _channel_rows(
    channels: list[str],
    made: np.ndarray[Any, Any],
    possible: np.ndarray[Any, Any],
    reasons: dict[tuple[int, int, int], Counter[str]],
) -> tuple[Channel, ...]:
    why = [Counter[str]() for _ in channels]
    for (_, _, c), counted in reasons.items():
        why[c].update(counted)
    return tuple(
        Channel(
            code=code,
            name=words.channel(code),
            looks=int(made[:, :, c].sum()),
            possible=int(possible[:, :, c].sum()),
            reasons=tuple(sorted(why[c].items(), key=lambda kv: (-kv[1], kv[0]))),
            daily=tuple(
                (int(m), int(p)) for m, p in zip(made[:, :, c].sum(axis=0), possible[:, :, c].sum(axis=0), strict=True)
            ),
        )
        for c, code in enumerate(channels)
    )


def _region_rows(
    report: ReportInput,
    regions: list[str],
    made: np.ndarray[Any, Any],
    possible: np.ndarray[Any, Any],
    judged: np.ndarray[Any, Any],
    looked: np.ndarray[Any, Any],
    exposure: np.ndarray[Any, Any],
) -> tuple[Region, ...]:
    whole: dict[str, list[Finding]] = {}
    periods = report.findings.where(kind="period")
    for f in periods.keep(among(periods.column("subject"), regions)):
        whole.setdefault(f.subject, []).append(f)
    rows = []
    for r, code in enumerate(regions):
        days, seen = int(judged[r].sum()), int((looked[r] & judged[r]).sum())
        findings = whole.get(code, [])
        counts = [f.count for f in findings] or [0]
        limits = [f.upper_limit for f in findings if isfinite(f.upper_limit)]
        rows.append(
            Region(
                code=code,
                name=report.region(code),
                state="nobody" if not seen else "looked" if seen >= LOOKED * days else "partly",
                days=days,
                days_looked=seen,
                cells=tuple(
                    (int(m), int(p)) for m, p in zip(made[r].sum(axis=0), possible[r].sum(axis=0), strict=True)
                ),
                exposure=float(exposure[r][judged[r]].mean()) if days else 0.0,
                found=(min(counts), max(counts)),
                limit=max(limits) if limits else nan,
                findings=tuple(f.id for f in findings),
            )
        )
    return tuple(sorted(rows, key=lambda r: (r.code[:2] != "UA", r.code[:2], r.name)))


def _weeks(
    days: list[str],
    bounds: np.ndarray[Any, Any],
    made: np.ndarray[Any, Any],
    possible: np.ndarray[Any, Any],
    judged: np.ndarray[Any, Any],
    looked: np.ndarray[Any, Any],
) -> tuple[Week, ...]:
    out = []
    for first in range(0, len(days), 7):
        last = min(first + 7, len(days))
        a, b = datetime.fromisoformat(days[first]), datetime.fromisoformat(days[last - 1])
        out.append(
            Week(
                title=words.days(a, b),
                start=bounds[first].astype(datetime).replace(tzinfo=UTC),
                end=bounds[last].astype(datetime).replace(tzinfo=UTC),
                looks=int(made[:, first:last].sum()),
                possible=int(possible[:, first:last].sum()),
                region_days=int(judged[:, first:last].sum()),
                region_days_looked=int((looked & judged)[:, first:last].sum()),
            )
        )
    return tuple(out)


def _table(
    regions: list[str],
    days: list[str],
    channels: list[str],
    made: np.ndarray[Any, Any],
    possible: np.ndarray[Any, Any],
    reasons: dict[tuple[int, int, int], Counter[str]],
) -> tuple[tuple[str, str, str, int, int, str], ...]:
    rows = []
    for r, d, c in zip(*np.nonzero(possible), strict=True):
        key = (int(r), int(d), int(c))
        why = "; ".join(f"{k} ({n})" for k, n in sorted(reasons.get(key, Counter()).items()))
        rows.append((regions[key[0]], days[key[1]], channels[key[2]], int(made[key]), int(possible[key]), why))
    return tuple(sorted(rows))
