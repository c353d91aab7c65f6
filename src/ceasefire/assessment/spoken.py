"""What each side says against what independent sources show: totals and denials, one by one, never summed.

One party's own totals for the same weeks ranged from 23 to several hundred by speaker. So a total is held only
against the incidents that independent channels support in its own period, and against how much of that period and
area anybody observed; a claim is never borne out by another claim.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ceasefire.assessment.verdict import finding_ids
from ceasefire.model.agreement import Agreement
from ceasefire.model.records import EPOCH, Claim, Coverage, Finding, Incident
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers
from ceasefire.stats.counts import upper_limit

_Array = np.ndarray[Any, Any]
INDEPENDENT = ("news", "official", "monitor", "drone", "satellite.thermal", "satellite.radar")
"""Channels that can bear a claim out; what a party says cannot."""


def judge_claims(
    claims: Table[Claim],
    incidents: Table[Incident],
    coverage: Table[Coverage],
    agreement: Agreement,
    *,
    level: float = 0.95,
) -> Table[Finding]:
    """Hold every total and every denial with a period against independent incidents of that period.

    Parameters
    ----------
    claims
        Claims; used are those with a period and either a number of acts or a denial.
    incidents
        Incidents; only those that an independent channel saw can bear a claim out.
    coverage
        Exposure per region and day.
    agreement
        Gives the parties and what they call protected.
    level
        Confidence level of the upper limit.

    Returns
    -------
    Findings of kind `claim`: `supported`, `contradicted`, `insufficient` or `not_observable`; `count` is what
    independent sources support in that period, `exposure` how well it could be seen, `promised` the least number
    claimed.
    """
    seen = _Seen(incidents, coverage)
    rows = [
        _judge_one(claim, seen, agreement, level)
        for claim in claims
        if claim.start > EPOCH and covers(("attack",), claim.act) and _about_counts(claim)
    ]
    return Table.of(Finding, rows)


class _Seen:
    """Incidents that an independent channel saw, and coverage, as columns that every claim is held against."""

    def __init__(self, incidents: Table[Incident], coverage: Table[Coverage]) -> None:
        self.id, self.region = incidents.column("id"), incidents.column("region")
        start = incidents.column("start")
        self.mid = start + (incidents.column("end") - start) // 2
        self.object = incidents.column("object_class").astype(str)
        attack = np.char.startswith(incidents.column("act").astype(str), "attack")
        told = np.array([any(c in INDEPENDENT for c in of) for of in incidents.column("channels")], dtype=bool)
        self.independent = told & attack & (incidents.column("p_occurred") >= 0.5)
        self.attribution = incidents.column("attribution").astype(object)
        self.parties = [dict(of) for of in incidents.column("p_party")]
        looked_for = coverage.keep(coverage.column("act") == "attack")
        self.cell_region, self.exposure = looked_for.column("region"), looked_for.column("exposure")
        self.cell_start, self.cell_end = looked_for.column("start"), looked_for.column("end")
        self.looks, self.lost = looked_for.column("looks"), looked_for.column("looks_lost")

    def incidents_of(self, claim: Claim, begin: np.datetime64, end: np.datetime64) -> _Array:
        """Mark the independent incidents that the claim speaks of, shape (incidents,)."""
        rows: _Array = self.independent & (self.mid >= begin) & (self.mid < end)
        if claim.region:
            rows = rows & (self.region == claim.region)
        if claim.object_class:
            of = np.flatnonzero(rows)
            rows[of] = [covers((claim.object_class,), c) for c in self.object[of].tolist()]
        if claim.accused:
            of = np.flatnonzero(rows)
            rows[of] = [self.parties[k].get(claim.accused, 0.0) >= 0.2 for k in of.tolist()]
        return rows

    def least_exposure(self, cells: _Array) -> float:
        """Give the mean exposure of the least watched country among the cells; 0 where there are none.

        A claim that names no region may speak of any part of the area, and a party mostly speaks of its own side:
        what was well watched elsewhere says nothing about it.
        """
        countries = np.array([str(r).split("-", 1)[0] for r in self.cell_region[cells]], dtype=object)
        means = [float(self.exposure[cells][countries == c].mean()) for c in sorted(set(countries))]
        return min(means, default=0.0)

    def cells_of(self, claim: Claim, begin: np.datetime64, end: np.datetime64) -> _Array:
        """Mark the region-days that the claim speaks of, shape (cells,)."""
        rows = (self.cell_start < end) & (self.cell_end > begin)
        return np.asarray(rows & (self.cell_region == claim.region) if claim.region else rows)


def _denies(claim: Claim) -> bool:
    """A count of none is a denial in other words."""
    return claim.stance == "denies" or (claim.stance == "asserts" and claim.high == 0)


def _about_counts(claim: Claim) -> bool:
    return _denies(claim) or (claim.stance == "asserts" and np.isfinite(claim.low) and not claim.observation)


def _judge_one(claim: Claim, seen: _Seen, agreement: Agreement, level: float) -> Finding:
    begin, end = (np.datetime64(t.replace(tzinfo=None), "s") for t in (claim.start, claim.end))
    rows, cells = seen.incidents_of(claim, begin, end), seen.cells_of(claim, begin, end)
    exposure = seen.least_exposure(cells)
    count = int(rows.sum())
    limit = float(upper_limit(count, exposure, level))
    own = _denies(claim) and claim.accused == claim.claimant != ""
    shown = int((rows & (seen.attribution == claim.claimant)).sum()) if own else count
    verdict, reason = _decide(claim, count, shown, exposure, limit)
    subject = np.array([claim.id], dtype=object)
    return Finding(
        id=str(finding_ids("claim", subject, agreement.id)[0]),
        kind="claim",
        subject=claim.id,
        agreement=agreement.id,
        provision=claim.provision,
        reading="",
        start=claim.start,
        end=claim.end,
        region=claim.region,
        verdict=verdict,
        rule="own_denial" if own else "denial_of_events" if _denies(claim) else "total",
        reason=reason,
        would_change="More independent looks at the period and area that the claim speaks of.",
        count=count,
        promised=claim.low,
        exposure=exposure,
        upper_limit=limit,
        looks=int(seen.looks[cells].sum()),
        looks_lost=int(seen.lost[cells].sum()),
        evidence=tuple(seen.id[rows]),
    )


def _decide(claim: Claim, count: int, shown: int, exposure: float, limit: float) -> tuple[str, str]:
    if _denies(claim):
        if shown:
            return "contradicted", f"Independent sources show {shown} such incident(s) in the period denied."
        if count:
            return (
                "insufficient",
                f"{count} such incident(s) are on record; who did it is not shown, so the denial stands.",
            )
        if exposure <= 0:
            return "not_observable", "No independent source looked at what is denied."
        return "insufficient", f"Independent sources show none; up to {limit:.0f} could have been missed."
    if count >= claim.low:
        return "supported", f"Independent sources support {count}, at least the number claimed."
    if exposure <= 0:
        return "not_observable", "In part of the area claimed nobody looked: it can be neither borne out nor ruled out."
    if limit < claim.low:
        return "contradicted", f"Independent sources support {count}; more than {limit:.0f} would have been noticed."
    return "insufficient", f"Independent sources support {count}; up to {limit:.0f} could have happened unseen."
