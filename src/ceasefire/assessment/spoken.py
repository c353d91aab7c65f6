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
    seen = _independent(incidents)
    rows = [
        _judge_one(claim, incidents, seen, coverage, agreement, level)
        for claim in claims
        if claim.start > EPOCH and covers(("attack",), claim.act) and _about_counts(claim)
    ]
    return Table.of(Finding, rows)


def _about_counts(claim: Claim) -> bool:
    return claim.stance == "denies" or (claim.stance == "asserts" and np.isfinite(claim.low) and not claim.observation)


def _independent(incidents: Table[Incident]) -> _Array:
    return np.array(
        [
            any(c in INDEPENDENT for c in of) and p >= 0.5
            for of, p in zip(incidents.column("channels"), incidents.column("p_occurred"), strict=True)
        ],
        dtype=bool,
    )


def _judge_one(
    claim: Claim,
    incidents: Table[Incident],
    seen: _Array,
    coverage: Table[Coverage],
    agreement: Agreement,
    level: float,
) -> Finding:
    begin, end = (
        np.datetime64(claim.start.replace(tzinfo=None), "s"),
        np.datetime64(claim.end.replace(tzinfo=None), "s"),
    )
    mid = incidents.column("start") + (incidents.column("end") - incidents.column("start")) // 2
    rows = seen & (mid >= begin) & (mid < end)
    if claim.region:
        rows &= incidents.column("region") == claim.region
    if claim.object_class:
        rows &= np.array([covers((claim.object_class,), c) for c in incidents.column("object_class")], dtype=bool)
    rows &= np.array([covers(("attack",), a) for a in incidents.column("act")], dtype=bool)
    if claim.accused:
        rows &= _could_be(incidents, claim.accused)
    cells = coverage.keep(
        (coverage.column("act") == "attack")
        & (coverage.column("start") < end)
        & (coverage.column("end") > begin)
        & ((coverage.column("region") == claim.region) if claim.region else np.ones(len(coverage), bool))
    )
    exposure = float(cells.column("exposure").mean()) if len(cells) else 0.0
    count = int(rows.sum())
    limit = float(upper_limit(count, exposure, level))
    verdict, reason = _decide(claim, count, exposure, limit)
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
        rule="denial_against_incidents" if claim.stance == "denies" else "total_against_incidents",
        reason=reason,
        would_change="More independent looks at the period and area that the claim speaks of.",
        count=count,
        promised=claim.low,
        exposure=exposure,
        upper_limit=limit,
        looks=int(cells.column("looks").sum()) if len(cells) else 0,
        looks_lost=int(cells.column("looks_lost").sum()) if len(cells) else 0,
        evidence=tuple(incidents.column("id")[rows]),
    )


def _could_be(incidents: Table[Incident], party: str) -> _Array:
    """Keep the incidents that this party is not very unlikely to have done."""
    return np.array([dict(of).get(party, 0.0) >= 0.2 for of in incidents.column("p_party")], dtype=bool)


def _decide(claim: Claim, count: int, exposure: float, limit: float) -> tuple[str, str]:
    if claim.stance == "denies":
        if count:
            return "contradicted", f"Independent sources support {count} such incident(s) in the period denied."
        if exposure <= 0:
            return "not_observable", "No independent source looked at what is denied."
        return "insufficient", f"Independent sources show none; up to {limit:.0f} could have been missed."
    if count >= claim.low:
        return "supported", f"Independent sources support {count}, at least the number claimed."
    if exposure <= 0:
        return "not_observable", "No independent source looked at the period and area claimed."
    if limit < claim.low:
        return "contradicted", f"Independent sources support {count}; more than {limit:.0f} would have been noticed."
    return "insufficient", f"Independent sources support {count}; up to {limit:.0f} could have happened unseen."
