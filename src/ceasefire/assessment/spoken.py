"""What each side says against what independent sources show: totals and denials, one by one, never summed.

One party's own totals for the same weeks ranged from 23 to several hundred by speaker. So a total is held only
against the incidents that independent channels support in its own period, and against how much of that period and
area anybody observed; a claim is never borne out by another claim.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from math import isfinite
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from ceasefire.assessment.verdict import finding_ids
from ceasefire.model.agreement import Agreement
from ceasefire.model.records import EPOCH, Claim, Coverage, Finding, Incident
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers
from ceasefire.stats.counts import upper_limit

_Array = np.ndarray[Any, Any]
INDEPENDENT = ("news", "monitor", "drone", "satellite.thermal", "satellite.radar")
"""Channels that can bear a claim out; what an office of a party says cannot, be it central or local."""


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
    told = claims.keep(_about_attacks(claims))
    said = [claim for claim in _said(told) if _about_counts(claim)]
    if not said:
        return Table.empty(Finding)
    told, seen = told.keep(np.array([claim.row for claim in said])), _Seen(incidents, coverage)
    rows, watched = [seen.incidents_of(claim) for claim in said], [seen.watched(claim) for claim in said]
    count, exposure = np.array([len(r) for r in rows]), np.array([w.exposure for w in watched])
    limit = upper_limit(count, exposure, level)
    own = np.array([_denies(claim) and claim.accused == claim.claimant != "" for claim in said])
    shown = np.where(own, [(seen.attribution[r] == c.claimant).sum() for r, c in zip(rows, said, strict=True)], count)
    numbers = zip(said, count.tolist(), shown.tolist(), exposure.tolist(), limit.tolist(), strict=True)
    decided = [_decide(*of) for of in numbers]
    rule = np.where([_denies(claim) for claim in said], "denial_of_events", "total").astype(object)
    return Table.from_columns(
        Finding,
        {
            "id": finding_ids("claim", told.column("id"), agreement.id),
            "kind": "claim",
            "subject": told.column("id"),
            "agreement": agreement.id,
            "provision": told.column("provision"),
            "reading": "",
            "start": told.column("start"),
            "end": told.column("end"),
            "region": told.column("region"),
            "verdict": [verdict for verdict, _ in decided],
            "rule": np.where(own, "own_denial", rule),
            "reason": [reason for _, reason in decided],
            "would_change": "More independent looks at the period and area that the claim speaks of.",
            "count": count,
            "promised": told.column("low"),
            "exposure": exposure,
            "upper_limit": limit,
            "looks": np.array([w.looks for w in watched]),
            "looks_lost": np.array([w.lost for w in watched]),
            "evidence": [tuple(seen.id[r]) for r in rows],
        },
    )


class _Said(NamedTuple):
    """What is held against incidents of one claim; times in seconds."""

    row: int
    stance: str
    claimant: str
    accused: str
    observation: str
    region: str
    object_class: str
    low: float
    high: float
    begin: int
    end: int


def _said(claims: Table[Claim]) -> Iterator[_Said]:
    texts = [claims.column(name).tolist() for name in _Said._fields[1:-2]]
    times = [claims.column(name).astype(np.int64).tolist() for name in ("start", "end")]
    return map(_Said._make, zip(range(len(claims)), *texts, *times, strict=True))


def _about_attacks(claims: Table[Claim]) -> _Array:
    """Mark the claims that speak of attacks in a period, shape (claims,)."""
    acts, code = np.unique(claims.column("act").astype(str), return_inverse=True)
    attack = np.array([covers(("attack",), a) for a in acts], dtype=bool)
    return np.asarray(attack[code] & (claims.column("start") > np.datetime64(EPOCH.replace(tzinfo=None), "s")))


class _Spans:
    """Intervals in regions, found by region and time without looking at every one of them.

    Parameters
    ----------
    region
        Shape (n,).
    start, end
        Seconds, shape (n,), half open.
    """

    def __init__(self, region: _Array, start: _Array, end: _Array) -> None:
        self.end = end
        self.longest = int((end - start).max(initial=0))
        order = np.lexsort((start, region))
        names, first = np.unique(region[order], return_index=True)
        self.rows = dict(zip(names.tolist(), np.split(order, first)[1:], strict=True))
        self.rows[""] = np.argsort(start, kind="stable")
        self.starts = {name: start[rows].tolist() for name, rows in self.rows.items()}

    def during(self, claim: _Said) -> _Array:
        """Give the rows that meet the claim's period, in its region where it names one, ascending."""
        if claim.region not in self.rows:
            return np.zeros(0, dtype=np.int64)
        starts = self.starts[claim.region]
        near = self.rows[claim.region][bisect_left(starts, claim.begin - self.longest) : bisect_left(starts, claim.end)]
        return np.sort(near[self.end[near] > claim.begin])


class _Watched(NamedTuple):
    """How well some region-days were watched."""

    exposure: float
    looks: int
    lost: int


class _Seen:
    """Incidents that an independent channel saw, and coverage, as columns that every claim is held against."""

    def __init__(self, incidents: Table[Incident], coverage: Table[Coverage]) -> None:
        attack = np.char.startswith(incidents.column("act").astype(str), "attack")
        channel, at = _flat(incidents, "channels")
        told = np.bincount(at, np.isin(channel.to_pylist(), INDEPENDENT), len(incidents)) > 0
        incidents = incidents.keep(told & attack & (incidents.column("p_occurred") >= 0.5))
        self.id = incidents.column("id")
        self.kinds, self.kind = np.unique(incidents.column("object_class").astype(str), return_inverse=True)
        self.covered: dict[str, _Array] = {}
        self.attribution = incidents.column("attribution")
        start, end = (incidents.column(name).astype(np.int64) for name in ("start", "end"))
        middle = start + (end - start) // 2
        self.incidents = _Spans(incidents.column("region").astype(str), middle, middle + 1)
        pairs, at = _flat(incidents, "p_party")
        party, share = np.array(pairs.field("key").to_pylist(), dtype=str), pairs.field("value").to_numpy()
        self.share = {p: np.bincount(at, np.where(party == p, share, 0.0), len(incidents)) for p in np.unique(party)}
        looked_for = coverage.keep(coverage.column("act") == "attack")
        region = looked_for.column("region").astype(str)
        start, end = (looked_for.column(name).astype(np.int64) for name in ("start", "end"))
        self.cells = _Spans(region, start, end)
        self.country, self.exposure = np.char.partition(region, "-")[:, 0], looked_for.column("exposure")
        self.looks, self.lost = looked_for.column("looks"), looked_for.column("looks_lost")
        self.known: dict[bytes, _Watched] = {}

    def incidents_of(self, claim: _Said) -> _Array:
        """Give the independent incidents that the claim speaks of, as rows."""
        rows = self.incidents.during(claim)
        if claim.object_class:
            if claim.object_class not in self.covered:
                self.covered[claim.object_class] = np.array(
                    [covers((claim.object_class,), k) for k in self.kinds], bool
                )
            rows = rows[self.covered[claim.object_class][self.kind[rows]]]
        if claim.accused:
            rows = rows[self.share[claim.accused][rows] >= 0.2] if claim.accused in self.share else rows[:0]
        return rows

    def watched(self, claim: _Said) -> _Watched:
        """Tell how well the region-days were watched that the claim speaks of; claims of one day share them."""
        cells = self.cells.during(claim)
        key = cells.tobytes()
        if key not in self.known:
            self.known[key] = _Watched(self._least_exposure(cells), self.looks[cells].sum(), self.lost[cells].sum())
        return self.known[key]

    def _least_exposure(self, cells: _Array) -> float:
        """Give the mean exposure of the least watched country among the cells; 0 where there are none.

        A claim that names no region may speak of any part of the area, and a party mostly speaks of its own side:
        what was well watched elsewhere says nothing about it.
        """
        country, exposure = self.country[cells], self.exposure[cells]
        return min((float(exposure[country == c].mean()) for c in set(country.tolist())), default=0.0)


def _flat(incidents: Table[Incident], name: str) -> tuple[pa.Array, _Array]:
    """Give the values of all lists of a column behind one another, and the row that each is of."""
    column = incidents.arrow.column(name).combine_chunks()
    return column.flatten(), np.repeat(np.arange(len(column)), column.value_lengths().to_numpy(zero_copy_only=False))


def _denies(claim: _Said) -> bool:
    """A count of none is a denial in other words."""
    return claim.stance == "denies" or (claim.stance == "asserts" and claim.high == 0)


def _about_counts(claim: _Said) -> bool:
    return _denies(claim) or (claim.stance == "asserts" and isfinite(claim.low) and not claim.observation)


def _decide(claim: _Said, count: int, shown: int, exposure: float, limit: float) -> tuple[str, str]:
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
