"""What bears out a claim that names an event: incidents seen by independent channels, and how well anybody looked.

Never another claim: a party and its agencies are one bloc, and any number of its offices saying the same is one voice.
So only incidents that a channel outside the parties' offices saw are counted, and where none is on record the verdict
follows from coverage: nobody looked, or it could have been missed, or it would hardly have been.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

from ceasefire.assessment.spoken import INDEPENDENT
from ceasefire.assessment.verdict import finding_ids
from ceasefire.geo.distance import km
from ceasefire.model.records import EPOCH, Claim, Coverage, Finding, Incident
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import ACTS, covers

SURE = 0.95
"""Chance to have seen one act from which on silence speaks against a claim."""
_CHANGE = "More independent looks at the place and hours that the claim names."


def borne_out(
    claims: Table[Claim], incidents: Table[Incident], coverage: Table[Coverage], *, agreement: str = ""
) -> Table[Finding]:
    """Hold every claim that names an event against incidents and coverage.

    Parameters
    ----------
    claims
        Used are those that assert or deny an act of force; totals are left to `judge_claims`.
    incidents
        Incidents; only those that an independent channel saw can bear a claim out.
    coverage
        Exposure per region and day.
    agreement
        Its id, for the findings.

    Returns
    -------
    Findings of kind `claim`: `supported`, `contradicted`, `not_observable` or `insufficient`, each with its rule and
    the ids of the incidents.

    >>> from datetime import UTC, datetime
    >>> c = Claim(id="c-1", source="s", granule="g", line=1, claimant="russia", speaker="Kremlin", stance="asserts",
    ...           said=datetime(2025, 3, 20, tzinfo=UTC), act="attack.air.drone", object_class="energy")
    >>> (f,) = borne_out(Table.of(Claim, [c]), Table.empty(Incident), Table.empty(Coverage))
    >>> f.verdict, f.rule
    ('insufficient', 'not_placed')
    """
    seen = _Seen(incidents, coverage)
    said = [c for c in claims if _names_event(c)]
    if not said:
        return Table.empty(Finding)
    ids = finding_ids("event", np.array([c.id for c in said], dtype=object), agreement)
    return Table.of(Finding, [_finding(c, str(i), agreement, seen) for c, i in zip(said, ids, strict=True)])


def _names_event(claim: Claim) -> bool:
    known = claim.act in ACTS and claim.act.split(".")[0] == "attack"
    total = isfinite(claim.low) and not claim.place and not claim.observation
    return known and claim.stance in ("asserts", "denies", "delivers") and not total


def _finding(claim: Claim, name: str, agreement: str, seen: _Seen) -> Finding:
    timed = claim.start != EPOCH and claim.end > claim.start
    rows = seen.incidents_of(claim) if timed and _placed(claim) else np.zeros(0, dtype=int)
    exposure, looks, lost = seen.watched(claim) if timed else (0.0, 0, 0)
    verdict, rule, reason = _decide(claim, seen.attribution[rows], exposure, known=timed and _placed(claim))
    return Finding(
        id=name, kind="claim", subject=claim.id, agreement=agreement, provision=claim.provision, reading="",
        start=claim.start, end=claim.end, region=claim.region, verdict=verdict, rule=rule, reason=reason,
        would_change=_CHANGE if timed and _placed(claim) else "A day and a place in the claim.",
        count=len(rows), exposure=exposure, looks=looks, looks_lost=lost, evidence=tuple(seen.id[rows].tolist()),
    )  # fmt: skip


def _placed(claim: Claim) -> bool:
    return isfinite(claim.lon) or bool(claim.region)


def _decide(claim: Claim, actors: np.ndarray[Any, Any], exposure: float, *, known: bool) -> tuple[str, str, str]:
    if not known:
        return "insufficient", "not_placed", "The claim names no day or no place that could be looked at."
    n = len(actors)
    named = set(actors.tolist()) - {"undetermined", ""}
    if claim.stance == "denies":
        if n and (not claim.accused or claim.accused in named):
            return "contradicted", "denied_event_seen", f"Independent sources show {n} such incident(s) there and then."
        if n:
            reason = f"{n} such incident(s) are on record; that {claim.accused} did it is not shown."
            return "insufficient", "actor_open", reason
    elif n:
        if not claim.accused or claim.accused in named:
            return "supported", "event_seen", f"Independent sources show {n} such incident(s) there and then."
        if named and "undetermined" not in actors.tolist():
            reason = f"Independent sources show {n}, attributed to {', '.join(sorted(named))}."
            return "contradicted", "other_actor", reason
        return "insufficient", "actor_open", f"Independent sources show {n}; who did it is not shown."
    if exposure <= 0:
        return "not_observable", "nobody_looked", "No independent source looked there and then."
    if exposure >= SURE and claim.stance != "denies":
        reason = f"None is on record, and one would have been seen with a chance of {exposure:.0%}."
        return "contradicted", "would_have_been_seen", reason
    return (
        "insufficient",
        "may_be_missed",
        f"None is on record; one would have been seen with a chance of {exposure:.0%}.",
    )


class _Seen:
    """Incidents of independent channels by time, and coverage by region."""

    def __init__(self, incidents: Table[Incident], coverage: Table[Coverage]) -> None:
        free = np.array([any(c in INDEPENDENT for c in told) for told in incidents.column("channels")], dtype=bool)
        kept = incidents.keep(free & (incidents.column("p_occurred") >= 0.5)).sort("start", "id")
        self.id, self.attribution = kept.column("id"), kept.column("attribution")
        self.start, self.end = (kept.column(n).astype("datetime64[s]").astype(np.int64) for n in ("start", "end"))
        self.lon, self.lat, self.radius = (kept.column(n) for n in ("lon", "lat", "radius_km"))
        self.region, self.act, self.object = (kept.column(n).astype(str) for n in ("region", "act", "object_class"))
        self.longest = int((self.end - self.start).max(initial=0))
        cells = coverage.keep(coverage.column("act") == "attack")
        self.cell_region = cells.column("region").astype(str)
        self.cell_start, self.cell_end = (
            cells.column(n).astype("datetime64[s]").astype(np.int64) for n in ("start", "end")
        )
        self.exposure, self.looks, self.lost = (cells.column(n) for n in ("exposure", "looks", "looks_lost"))

    def incidents_of(self, claim: Claim) -> np.ndarray[Any, Any]:
        """Give rows of the incidents that a claim can be of: time, place, act and object meet."""
        begin, end = int(claim.start.timestamp()), int(claim.end.timestamp())
        first, last = np.searchsorted(self.start, [begin - self.longest, end])
        rows = np.arange(first, last)
        rows = rows[self.end[rows] >= begin]
        if isfinite(claim.lon):
            reach = self.radius[rows] + (claim.radius_km if isfinite(claim.radius_km) else 0.0)
            rows = rows[km(self.lon[rows], self.lat[rows], claim.lon, claim.lat) <= reach]
        else:
            rows = rows[self.region[rows] == claim.region]
        keep = [
            _related(claim.act, a) and _related(claim.object_class, o)
            for a, o in zip(self.act[rows].tolist(), self.object[rows].tolist(), strict=True)
        ]
        return np.asarray(rows[np.array(keep, dtype=bool)])

    def watched(self, claim: Claim) -> tuple[float, int, int]:
        """Give the mean exposure of the region-days that a claim names, looks made and looks lost there."""
        begin, end = int(claim.start.timestamp()), int(claim.end.timestamp())
        at = (self.cell_region == claim.region) & (self.cell_start < end) & (self.cell_end > begin)
        if not at.any():
            return 0.0, 0, 0
        return float(self.exposure[at].mean()), int(self.looks[at].sum()), int(self.lost[at].sum())


def _related(one: str, two: str) -> bool:
    return not one or not two or covers((one,), two) or covers((two,), one)
