"""What bears out a claim that names an event: incidents seen by independent channels, and how well anybody looked.

Never another claim: a party and its agencies are one bloc, and any number of its offices saying the same is one voice.
So only incidents that a channel outside the parties' offices saw are counted, and where none is on record the verdict
follows from coverage: nobody looked, or it could have been missed, or it would hardly have been.

Which incident a claim is of was decided when reports were fused: a claim that is a report of its own (a post, a row of
facts) is held against the incident its report was fused into. Only claims that made no report, such as those of
articles, are laid beside all incidents by time, place, act and object.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from math import isfinite
from typing import Any, NamedTuple

import numpy as np

from ceasefire.assessment.spoken import INDEPENDENT
from ceasefire.assessment.verdict import finding_ids
from ceasefire.geo.distance import km
from ceasefire.model.records import Claim, Coverage, Finding, Incident
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import ACTS, covers

_Array = np.ndarray[Any, Any]
SURE = 0.95
"""Chance to have seen one act from which on silence speaks against a claim."""
RULES = (
    "not_placed", "denied_event_seen", "actor_open", "event_seen", "other_actor", "nobody_looked",
    "would_have_been_seen", "may_be_missed",
)  # fmt: skip
"""Rules of the findings that are made here."""


def borne_out(
    claims: Table[Claim],
    incidents: Table[Incident],
    coverage: Table[Coverage],
    *,
    agreement: str = "",
    judged: Collection[str] = (),
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
    judged
        Ids of claims that have a finding already (those of `judge_claims`): no claim is judged twice.

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
    done = set(judged)
    said = [c for c in _said(claims) if c.id not in done and _names_event(c)]
    if not said:
        return Table.empty(Finding)
    told = claims.keep(np.array([c.row for c in said]))
    seen = _Seen(incidents, coverage)
    rows = [seen.incidents_of(c) if _known(c) else () for c in said]
    watched = [seen.watched(c) if c.end > c.begin > 0 else _NOT for c in said]
    decided = [
        _decide(c, seen.attribution[list(r)].tolist(), w[0], known=_known(c))
        for c, r, w in zip(said, rows, watched, strict=True)
    ]
    return Table.from_columns(
        Finding,
        {
            "id": finding_ids("event", told.column("id"), agreement),
            "kind": "claim",
            "subject": told.column("id"),
            "agreement": agreement,
            "provision": told.column("provision"),
            "reading": "",
            "start": told.column("start"),
            "end": told.column("end"),
            "region": told.column("region"),
            "verdict": [verdict for verdict, _, _ in decided],
            "rule": [rule for _, rule, _ in decided],
            "reason": [reason for _, _, reason in decided],
            "would_change": [_CHANGE[_known(c)] for c in said],
            "count": np.array([len(r) for r in rows]),
            "exposure": np.array([w[0] for w in watched]),
            "looks": np.array([w[1] for w in watched]),
            "looks_lost": np.array([w[2] for w in watched]),
            "evidence": [tuple(seen.id[list(r)].tolist()) for r in rows],
        },
    )


_NOT = (0.0, 0, 0)
_CHANGE = {
    True: "More independent looks at the place and hours that the claim names.",
    False: "A day and a place in the claim.",
}


class _Said(NamedTuple):
    """What is held against incidents of one claim; times in seconds."""

    row: int
    id: str
    stance: str
    act: str
    object_class: str
    accused: str
    place: str
    region: str
    observation: str
    low: float
    lon: float
    lat: float
    radius_km: float
    begin: int
    end: int


def _said(claims: Table[Claim]) -> Iterator[_Said]:
    values = [claims.column(name).tolist() for name in _Said._fields[1:-2]]
    times = [claims.column(name).astype("datetime64[s]").astype(np.int64).tolist() for name in ("start", "end")]
    return map(_Said._make, zip(range(len(claims)), *values, *times, strict=True))


def _names_event(claim: _Said) -> bool:
    known = claim.act in ACTS and claim.act.split(".")[0] == "attack"
    total = isfinite(claim.low) and not claim.place and not claim.observation
    return known and claim.stance in ("asserts", "denies", "delivers") and not total


def _known(claim: _Said) -> bool:
    """Tell whether it names a time (the epoch stands for none) and a place."""
    return claim.end > claim.begin > 0 and (isfinite(claim.lon) or bool(claim.region))


def _decide(claim: _Said, actors: list[str], exposure: float, *, known: bool) -> tuple[str, str, str]:
    if not known:
        return "insufficient", "not_placed", "The claim names no day or no place that could be looked at."
    n = len(actors)
    named = set(actors) - {"undetermined", ""}
    if claim.stance == "denies":
        if n and (not claim.accused or claim.accused in named):
            return "contradicted", "denied_event_seen", f"Independent sources show {n} such incident(s) there and then."
        if n:
            reason = f"{n} such incident(s) are on record; that {claim.accused} did it is not shown."
            return "insufficient", "actor_open", reason
    elif n:
        if not claim.accused or claim.accused in named:
            return "supported", "event_seen", f"Independent sources show {n} such incident(s) there and then."
        if named and "undetermined" not in actors:
            reason = f"Independent sources show {n}, attributed to {', '.join(sorted(named))}."
            return "contradicted", "other_actor", reason
        return "insufficient", "actor_open", f"Independent sources show {n}; who did it is not shown."
    if exposure <= 0:
        return "not_observable", "nobody_looked", "No independent source looked there and then."
    chance = f"None is on record, and one would have been seen with a chance of {exposure:.0%}."
    if exposure >= SURE and claim.stance != "denies":
        return "contradicted", "would_have_been_seen", chance
    return "insufficient", "may_be_missed", chance


class _Seen:
    """Incidents of independent channels by time, and coverage by region."""

    def __init__(self, incidents: Table[Incident], coverage: Table[Coverage]) -> None:
        incidents = incidents.sort("start", "id") if len(incidents) else incidents
        free = np.array([not _OUTSIDE.isdisjoint(told) for told in incidents.column("channels")], dtype=bool)
        free &= incidents.column("p_occurred") >= 0.5
        kept = incidents.keep(free)
        place = np.where(free, np.cumsum(free) - 1, -1).tolist()
        self.of_report = {
            o: at for at, reports in zip(place, incidents.column("observations"), strict=True) for o in reports
        }
        self.id, self.attribution = kept.column("id"), kept.column("attribution")
        self.start, self.end = (kept.column(n).astype("datetime64[s]").astype(np.int64) for n in ("start", "end"))
        self.lon, self.lat, self.radius = (kept.column(n) for n in ("lon", "lat", "radius_km"))
        self.region, self.act, self.object = (kept.column(n).astype(str) for n in ("region", "act", "object_class"))
        self.longest = int((self.end - self.start).max(initial=0))
        cells = coverage.keep(coverage.column("act") == "attack")
        cells = cells.sort("region", "start") if len(cells) else cells
        region = cells.column("region").astype(str)
        start, end = (cells.column(n).astype("datetime64[s]").astype(np.int64) for n in ("start", "end"))
        self.exposure, self.looks, self.lost = (cells.column(n) for n in ("exposure", "looks", "looks_lost"))
        names, first = np.unique(region, return_index=True)
        bounds = zip(names.tolist(), first.tolist(), [*first.tolist(), len(region)][1:], strict=True)
        self.days = {r: (i, start[i:j].tolist(), end[i:j].tolist()) for r, i, j in bounds}
        self.asked: dict[tuple[int, int], tuple[float, int, int]] = {}

    def incidents_of(self, claim: _Said) -> tuple[int, ...]:
        """Give rows of the independent incidents that a claim is of: that of its own report, else those that meet."""
        if claim.observation in self.of_report:
            at = self.of_report[claim.observation]
            return (at,) if at >= 0 else ()
        return self._meeting(claim)

    def _meeting(self, claim: _Said) -> tuple[int, ...]:
        """Give rows of the incidents whose time, place, act and object meet the claim's."""
        first, last = np.searchsorted(self.start, [claim.begin - self.longest, claim.end])
        rows = np.arange(first, last)
        rows = rows[self.end[rows] >= claim.begin]
        if isfinite(claim.lon):
            reach = self.radius[rows] + (claim.radius_km if isfinite(claim.radius_km) else 0.0)
            rows = rows[km(self.lon[rows], self.lat[rows], claim.lon, claim.lat) <= reach]
        else:
            rows = rows[self.region[rows] == claim.region]
        told = zip(rows.tolist(), self.act[rows].tolist(), self.object[rows].tolist(), strict=True)
        return tuple(n for n, a, o in told if _related(claim.act, a) and _related(claim.object_class, o))

    def watched(self, claim: _Said) -> tuple[float, int, int]:
        """Give the mean exposure of the region-days that a claim names, looks made and looks lost there."""
        if claim.region not in self.days:
            return _NOT
        offset, starts, ends = self.days[claim.region]
        key = offset + bisect_right(ends, claim.begin), offset + bisect_left(starts, claim.end)
        if key not in self.asked:
            at = slice(*key)
            mean = float(self.exposure[at].mean()) if key[0] < key[1] else 0.0
            self.asked[key] = mean, int(self.looks[at].sum()), int(self.lost[at].sum())
        return self.asked[key]


_OUTSIDE = frozenset(INDEPENDENT)


def _related(one: str, two: str) -> bool:
    return not one or not two or covers((one,), two) or covers((two,), one)
