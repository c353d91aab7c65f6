"""Every provision, region and day under every reading: found, none observed with a limit, disputed, or not observed.

Why: a list of violations cannot say how the ceasefire holds, because it follows where somebody looked. Here every
place and day gets a statement, and a zero is printed only with the chance that a violation would have been seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from ceasefire.assessment.in_force import states
from ceasefire.assessment.thresholds import Thresholds
from ceasefire.assessment.verdict import finding_ids
from ceasefire.geo.boundaries import DEFAULT_VIEW
from ceasefire.geo.zones import may_hold
from ceasefire.model.agreement import Agreement, Provision, Zone
from ceasefire.model.records import Coverage, Finding, Incident
from ceasefire.model.table import Table
from ceasefire.stats.counts import upper_limit

_Array = np.ndarray[Any, Any]

_SENTENCES = {
    "violations_found": (
        "At least one incident there and then is a violation under this reading.",
        "Evidence that overturns the incident's verdict.",
    ),
    "disputed": (
        "Something was reported there and then, but whether it is a violation is not settled.",
        "What would settle the incidents named as evidence.",
    ),
    "none_observed": (
        "Somebody looked and no violation was seen; the upper limit says how many could have been missed.",
        "A later report of an event there and then, or more looks, which lower the limit.",
    ),
    "not_observed": (
        "Nobody looked well enough: the absence of reports says nothing.",
        "Any look at that place and day, also a late one (imagery, local records).",
    ),
    "not_in_force": (
        "Under this reading the provision was not in force that day.",
        "A different start or end under this reading.",
    ),
}


def judge_periods(
    incidents: Table[Incident],
    findings: Table[Finding],
    coverage: Table[Coverage],
    agreement: Agreement,
    *,
    clock: str,
    thresholds: Thresholds | None = None,
    view: str = DEFAULT_VIEW,
) -> Table[Finding]:
    """Judge every region and day, and every region and the whole country over the period.

    Parameters
    ----------
    incidents, findings
        Incidents and their findings (`verdict.judge`).
    coverage
        Exposure per region, day and act class; regions and days are taken from here.
    agreement
        Whose prohibitions are meant.
    clock
        IANA zone whose calendar days are meant.
    thresholds
        Bounds; the shipped ones where not given.
    view
        Boundary view, which decides which regions a zone that names a country has.

    Returns
    -------
    Findings of kind `period`: one per provision, reading, region and day (`subject` "UA-53 2025-03-18"), one per
    provision, reading and region over the days in force ("UA-53"), and one over all regions ("all").

    Notes
    -----
    A reading that is only tried is nobody's, so no period is judged under it. A region without a part in the reading's
    zone is left out: looks at a coast say nothing of a provision on the sea before it.

    The upper limit is Garwood's for the count, divided by the low end of the exposure; over several days by the mean
    of the low ends, which assumes that violations fell evenly over the days.
    """
    bounds = thresholds or Thresholds()
    parts = []
    for provision in agreement.provisions:
        if provision.kind != "prohibition":
            continue
        cells = _of_acts(coverage, provision.acts)
        if len(cells) == 0:
            continue
        for reading in provision.readings:
            if reading in agreement.tried:
                continue
            of = findings.where(provision=provision.id, reading=reading)
            zone = provision.readings[reading].zone
            here = cells if zone is None else cells.keep(_concerned(agreement.zone(zone), cells, view))
            if len(here):
                parts.append(_judge_one(incidents, of, here, agreement, provision, reading, clock, bounds))
    return Table.concat(Finding, parts)


def _concerned(zone: Zone, cells: Table[Coverage], view: str) -> _Array:
    """Mark the cells of regions that have a part in the zone, shape (n,)."""
    codes, at = np.unique(cells.column("region").astype(str), return_inverse=True)
    return may_hold(zone, codes.tolist(), view=view)[at]


def _of_acts(coverage: Table[Coverage], acts: Sequence[str]) -> Table[Coverage]:
    """Give the cells of a provision's acts: where it forbids several kinds, the one that would have been seen least."""
    roots = list(dict.fromkeys(a.split(".")[0] for a in acts))
    each = [coverage.keep(coverage.column("act") == root) for root in roots]
    first = each[0]
    if len(each) == 1 or any(len(c) != len(first) for c in each):
        return first
    worst = np.argmin(np.stack([c.column("exposure") for c in each]), axis=0)
    order = worst * len(first) + np.arange(len(first))
    return Table.concat(Coverage, each).keep(order)


def _judge_one(
    incidents: Table[Incident],
    findings: Table[Finding],
    cells: Table[Coverage],
    agreement: Agreement,
    provision: Provision,
    reading: str,
    clock: str,
    bounds: Thresholds,
) -> Table[Finding]:
    regions, region = np.unique(cells.column("region").astype(str), return_inverse=True)
    starts, day = np.unique(cells.column("start"), return_inverse=True)
    width = len(starts)
    cell = np.full((len(regions), width), -1)
    cell[region, day] = np.arange(len(cells))
    where = np.searchsorted(regions, findings.column("region").astype(str))
    where[where == len(regions)] = 0
    known = regions[where] == findings.column("region").astype(str)
    mid = findings.column("start") + (findings.column("end") - findings.column("start")) // 2
    when = np.searchsorted(starts, mid, side="right") - 1
    known &= (when >= 0) & (mid < cells.column("end").max())
    at = cell[np.where(known, where, 0), np.where(known, when, 0)]
    found = known & (findings.column("verdict") == "violation")
    open_ = known & (findings.column("verdict") == "insufficient") & (findings.column("p_covered") >= 0.5)
    count = np.bincount(at[found], minlength=len(cells))
    pending = np.bincount(at[open_], minlength=len(cells))
    state = states(agreement, provision.id, reading, cells.column("start"), cells.column("end")).state
    exposure, cautious = cells.column("exposure"), _cautious(cells)
    verdict = _verdicts(state != "not_in_force", count, pending, exposure, bounds)
    ids = findings.column("subject")
    rows = np.flatnonzero(found | open_)
    rows = rows[np.argsort(at[rows], kind="stable")]
    filled, first = np.unique(at[rows], return_index=True)
    named = dict(zip(filled.tolist(), map(tuple, np.split(ids[rows], first)[1:]), strict=True))
    zone = ZoneInfo(clock)
    dates = [s.replace(tzinfo=UTC).astimezone(zone).date().isoformat() for s in cells.column("start").tolist()]
    daily = Table.from_columns(
        Finding,
        {
            **_shared(agreement, provision, reading, verdict),
            "id": finding_ids("period", _subjects(cells, dates), agreement.id, provision.id, reading),
            "subject": _subjects(cells, dates),
            "start": cells.column("start"),
            "end": cells.column("end"),
            "region": cells.column("region"),
            "count": count,
            "exposure": exposure,
            "upper_limit": _limits(count, cautious, verdict, bounds),
            "looks": cells.column("looks"),
            "looks_lost": cells.column("looks_lost"),
            "lost": cells.arrow.column("lost"),
            "evidence": [named.get(k, ()) for k in range(len(cells))],
        },
    )
    live = np.flatnonzero(state != "not_in_force")
    days = {name: live[region[live] == k] for k, name in enumerate(regions.tolist())} | {"all": live}
    whole = _whole(daily, cautious, days, agreement, provision, reading, bounds)
    return Table.concat(Finding, [daily, whole])


def _whole(
    daily: Table[Finding],
    cautious: _Array,
    days: dict[str, _Array],
    agreement: Agreement,
    provision: Provision,
    reading: str,
    bounds: Thresholds,
) -> Table[Finding]:
    """Sum the days in force of each region, and of all; `days` gives the rows of each, which may be none."""
    days = {subject: rows for subject, rows in days.items() if len(rows)}
    if not days:
        return Table.empty(Finding)
    names = ("start", "end", "count", "exposure", "looks", "looks_lost", "lost", "evidence", "verdict")
    column = {name: daily.column(name) for name in names}
    of = {name: [values[rows] for rows in days.values()] for name, values in column.items()}
    least = np.array([cautious[rows].mean() for rows in days.values()])
    count, exposure = np.array([c.sum() for c in of["count"]]), np.array([e.mean() for e in of["exposure"]])
    pending = np.array([(v == "disputed").sum() for v in of["verdict"]])
    verdict = _verdicts(np.ones(len(days), bool), count, pending, exposure, bounds)
    subjects = np.array(list(days), dtype=object)
    return Table.from_columns(
        Finding,
        {
            **_shared(agreement, provision, reading, verdict),
            "id": finding_ids("period", subjects, agreement.id, provision.id, reading),
            "subject": subjects,
            "start": np.array([t.min() for t in of["start"]]),
            "end": np.array([t.max() for t in of["end"]]),
            "region": np.where(subjects == "all", "", subjects),
            "count": count,
            "exposure": exposure,
            "upper_limit": _limits(count, least, verdict, bounds),
            "looks": np.array([n.sum() for n in of["looks"]]),
            "looks_lost": np.array([n.sum() for n in of["looks_lost"]]),
            "lost": [tuple(sorted({reason for day in each for reason in day})) for each in of["lost"]],
            "evidence": [tuple(dict.fromkeys(i for day in each for i in day)) for each in of["evidence"]],
        },
    )


def _shared(agreement: Agreement, provision: Provision, reading: str, verdict: _Array) -> dict[str, Any]:
    return {
        "kind": "period",
        "agreement": agreement.id,
        "provision": provision.id,
        "reading": reading,
        "verdict": verdict,
        "rule": verdict,
        "reason": np.array([_SENTENCES[v][0] for v in verdict], dtype=object),
        "would_change": np.array([_SENTENCES[v][1] for v in verdict], dtype=object),
        "sources": tuple(provision.readings[reading].sources),
    }


def _verdicts(live: _Array, count: _Array, pending: _Array, exposure: _Array, bounds: Thresholds) -> _Array:
    verdict = np.where(exposure >= bounds.exposure, "none_observed", "not_observed").astype(object)
    verdict[pending > 0] = "disputed"
    verdict[count > 0] = "violations_found"
    verdict[~live] = "not_in_force"
    return verdict


def _cautious(cells: Table[Coverage]) -> _Array:
    """Give the low end of the exposure, by which limits are stated; the exposure itself where it has no ends."""
    low = cells.column("exposure_low").astype(float)
    return np.where(np.isfinite(low), low, cells.column("exposure"))


def _limits(count: _Array, exposure: _Array, verdict: _Array, bounds: Thresholds) -> _Array:
    limit = np.asarray(upper_limit(count, exposure, bounds.level), dtype=float)
    return np.where(np.isin(verdict, ["not_observed", "not_in_force"]), np.nan, limit)


def _subjects(cells: Table[Coverage], dates: list[str]) -> _Array:
    return np.array([f"{r} {d}" for r, d in zip(cells.column("region"), dates, strict=True)], dtype=object)
