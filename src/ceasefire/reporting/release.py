"""What may be published when, how exactly and to whom: the last gate before the page.

Why a gate and not a habit: the page, the tables and the map are written from what this file lets through and from
nothing else, so a forgotten field cannot leak a position or a marked report. Defaults are the safe ones: attacks on
energy and infrastructure wait 72 hours, so that a report is no help in correcting fire; coordinates are rounded to a
tenth of a degree and the disc grows by as much; military objects, movements and air defence are named by region only;
what is marked above the report's own marking is left out; the words of a source are kept as evidence, not printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from math import cos, radians, sqrt
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from ceasefire.model.records import Claim, Finding, Incident, Observation, Quarantined, Weight
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers

TLP: tuple[str, ...] = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
"""Traffic Light Protocol 2.0, from open to closed."""

KM_PER_DEGREE = 111.195
WITHHELD = "withheld"
LOCATION_SHARE = 0.2
"""An object class that is at least this probable counts when the rules ask what kind of object it is."""


@dataclass(frozen=True)
class Delay:
    """How long a kind of incident waits before it is published; the first delay that fits holds."""

    act: str
    """Act class; empty fits every act."""
    object_class: str
    """Object class; empty fits every object."""
    hours: int
    """Hours from the incident's end to the first report that may carry it."""


@dataclass(frozen=True)
class ReleaseRules:
    """The rules; every default is the safe one."""

    delays: tuple[Delay, ...] = (
        Delay("attack", "energy", 72),
        Delay("attack", "transport", 72),
        Delay("attack", "water", 72),
        Delay("attack", "communications", 72),
        Delay("", "", 24),
    )
    """First fit holds."""
    decimals: int = 1
    """Decimals of a degree to which coordinates are rounded."""
    region_only_objects: tuple[str, ...] = ("military",)
    """Object classes named by region only."""
    region_only_acts: tuple[str, ...] = ("movement", "presence", "interception", "launch")
    """Act classes named by region only, since their place tells where forces are."""
    marking: str = "CLEAR"
    """TLP 2.0 marking of the report; what is marked higher is left out."""

    def __post_init__(self) -> None:
        if self.marking not in TLP:
            raise ValueError(f"the marking {self.marking!r} is not one of TLP 2.0: {', '.join(TLP)}")
        if not 0 <= self.decimals <= 3:
            raise ValueError(f"coordinates are rounded to 0 to 3 decimals, not {self.decimals}")

    def hours(self, act: str, objects: tuple[str, ...]) -> int:
        """Give the delay of an incident by its act and by the objects it may have been on.

        >>> ReleaseRules().hours("attack.air.drone", ("civilian.housing", "energy.gas"))
        72
        >>> ReleaseRules().hours("attack.air.drone", ("civilian.housing",))
        24
        """
        for d in self.delays:
            act_fits = not d.act or covers((d.act,), act)
            if act_fits and (not d.object_class or any(covers((d.object_class,), o) for o in objects)):
                return d.hours
        return 0


@dataclass(frozen=True)
class Held:
    """What the rules held back, in numbers: readers must know that there is more."""

    delayed: int = 0
    """Incidents that wait for their delay to run out."""
    marked: int = 0
    """Incidents that rest only on material marked above the report."""
    findings: int = 0
    """Verdicts that rest on incidents held back."""
    claims: int = 0
    """Claims about events that wait."""
    region_only: int = 0
    """Incidents published by region only."""
    fields: int = 0
    """Observations of published incidents whose source, place and summary are withheld by their marking."""


@dataclass(frozen=True)
class Released:
    """The tables as they may be published."""

    incidents: Table[Incident]
    findings: Table[Finding]
    weights: Table[Weight]
    claims: Table[Claim]
    observations: Table[Observation]
    quarantine: Table[Quarantined]
    held: Held


def release(
    *,
    incidents: Table[Incident],
    findings: Table[Finding],
    weights: Table[Weight],
    claims: Table[Claim],
    observations: Table[Observation],
    quarantine: Table[Quarantined],
    rules: ReleaseRules,
    issued: date,
    clock: str,
) -> Released:
    """Apply the rules to all tables of a report.

    Parameters
    ----------
    incidents, findings, weights, claims, observations, quarantine
        What the stages found, in full.
    rules
        The rules.
    issued, clock
        Day of issue and the IANA clock whose midnight begins it; delays are counted back from that instant.
    """
    now = np.datetime64(int(datetime.combine(issued, time(), ZoneInfo(clock)).astimezone(UTC).timestamp()), "s")
    above = _above(observations, rules.marking)
    withheld_ids = set(observations.column("id")[above].tolist())

    late = _late(incidents, rules, now)
    marked = np.array([bool(o) and withheld_ids.issuperset(o) for o in incidents.column("observations")], dtype=bool)
    kept = incidents.keep(~(late | marked))
    gone = set(incidents.column("id")[late | marked].tolist())
    region_only = _region_only(kept, rules)

    held_findings = _held_findings(findings, gone)
    late_claims = _late_claims(claims, rules, now)
    published = set(kept.column("id").tolist())
    used = {o for group in kept.column("observations") for o in group}
    hidden = {o for group, r in zip(kept.column("observations"), region_only, strict=True) if r for o in group}
    return Released(
        incidents=_incidents(kept, region_only, withheld_ids, rules, observations),
        findings=_findings(findings.keep(~held_findings), gone),
        weights=weights.keep(np.isin(weights.column("incident"), list(published))),
        claims=_claims(claims.keep(~late_claims), rules, hidden),
        observations=_observations(observations, above, used, hidden, rules),
        quarantine=quarantine.replace(row=""),
        held=Held(
            delayed=int(late.sum()),
            marked=int((marked & ~late).sum()),
            findings=int(held_findings.sum()),
            claims=int(late_claims.sum()),
            region_only=int(region_only.sum()),
            fields=len(withheld_ids & used),
        ),
    )


def rounded(lon: Any, lat: Any, radius_km: Any, *, decimals: int) -> tuple[Any, Any, Any]:
    """Round places and grow their discs by half the diagonal of the rounding cell, so that they still hold the truth.

    >>> lon, lat, radius = rounded(np.array([36.2304]), np.array([49.9935]), np.array([2.0]), decimals=1)
    >>> lon.tolist(), lat.tolist(), radius.round(1).tolist()
    ([36.2], [50.0], [8.6])
    """
    step = 10.0**-decimals
    half = step / 2 * KM_PER_DEGREE
    grown = radius_km + half * np.sqrt(1 + np.cos(np.radians(lat)) ** 2)
    return np.round(lon, decimals), np.round(lat, decimals), grown


def growth_km(lat: float, decimals: int) -> float:
    """Give by how much a disc grows at a latitude, km.

    >>> round(growth_km(50.0, 1), 1)
    6.6
    """
    return 10.0**-decimals / 2 * KM_PER_DEGREE * sqrt(1 + cos(radians(lat)) ** 2)


def _above(observations: Table[Observation], marking: str) -> np.ndarray[Any, Any]:
    open_ = list(TLP[: TLP.index(marking) + 1])
    return ~np.isin(observations.column("tlp"), open_)


def _objects(row_class: str, probabilities: tuple[tuple[str, float], ...]) -> tuple[str, ...]:
    return (row_class, *(c for c, p in probabilities if p >= LOCATION_SHARE))


def _late(incidents: Table[Incident], rules: ReleaseRules, now: np.datetime64) -> np.ndarray[Any, Any]:
    hours = [
        rules.hours(a, _objects(o, p))
        for a, o, p in zip(
            incidents.column("act"),
            incidents.column("object_class"),
            incidents.column("object_probabilities"),
            strict=True,
        )
    ]
    return np.asarray(incidents.column("end") + np.array(hours, dtype="timedelta64[h]") > now, dtype=bool)


def _late_claims(claims: Table[Claim], rules: ReleaseRules, now: np.datetime64) -> np.ndarray[Any, Any]:
    hours = [
        rules.hours(a, (o,)) if a and where else 0
        for a, o, where in zip(claims.column("act"), claims.column("object_class"), claims.column("place"), strict=True)
    ]
    return np.asarray(claims.column("end") + np.array(hours, dtype="timedelta64[h]") > now, dtype=bool) & (
        np.array(hours, dtype=int) > 0
    )


def _region_only(incidents: Table[Incident], rules: ReleaseRules) -> np.ndarray[Any, Any]:
    out = [
        covers(rules.region_only_acts, a) or any(covers(rules.region_only_objects, x) for x in _objects(o, p))
        for a, o, p in zip(
            incidents.column("act"),
            incidents.column("object_class"),
            incidents.column("object_probabilities"),
            strict=True,
        )
    ]
    return np.array(out, dtype=bool)


def _held_findings(findings: Table[Finding], gone: set[str]) -> np.ndarray[Any, Any]:
    """Find the verdicts on incidents held back, and on the region and day that would give them away.

    Statements on a region over the whole period, on all regions, on claims and on obligations stay: they name no
    day, and leaving them out would say that nobody looked.
    """
    if not gone:
        return np.zeros(len(findings), dtype=bool)
    of_day = (findings.column("kind") == "period") & (np.char.find(findings.column("subject").astype(str), " ") > 0)
    rests = np.array([not gone.isdisjoint(e) for e in findings.column("evidence")], dtype=bool)
    return np.asarray(np.isin(findings.column("subject"), list(gone)) | (of_day & rests), dtype=bool)


def _findings(findings: Table[Finding], gone: set[str]) -> Table[Finding]:
    if not gone:
        return findings
    open_ = [tuple(i for i in e if i not in gone) for e in findings.column("evidence")]
    return findings.replace(evidence=open_)


def _incidents(
    kept: Table[Incident],
    region_only: np.ndarray[Any, Any],
    withheld: set[str],
    rules: ReleaseRules,
    observations: Table[Observation],
) -> Table[Incident]:
    lon, lat, radius = rounded(
        kept.column("lon"), kept.column("lat"), kept.column("radius_km"), decimals=rules.decimals
    )
    place, summary = kept.column("place").astype(object), kept.column("summary").astype(object)
    open_words: dict[str, tuple[str, str]] = {}
    if withheld:
        open_words = dict(
            zip(
                observations.column("id"),
                zip(observations.column("place"), observations.column("summary"), strict=True),
                strict=True,
            )
        )
    for i, ids in enumerate(kept.column("observations")):
        closed = withheld.intersection(ids)
        if closed:
            allowed = [open_words[o] for o in ids if o not in closed and o in open_words]
            place[i] = place[i] if place[i] in {p for p, _ in allowed} else ""
            summary[i] = summary[i] if summary[i] in {s for _, s in allowed} else ""
            region_only = region_only | (np.arange(len(kept)) == i) & (place[i] == "")
    place[region_only], summary[region_only] = "", ""
    for column in (lon, lat, radius):
        column[region_only] = np.nan
    return kept.replace(lon=lon, lat=lat, radius_km=radius, place=place, summary=summary)


def _claims(claims: Table[Claim], rules: ReleaseRules, hidden: set[str]) -> Table[Claim]:
    lon, lat, radius = rounded(
        claims.column("lon"), claims.column("lat"), claims.column("radius_km"), decimals=rules.decimals
    )
    place, summary = claims.column("place").astype(object), claims.column("summary").astype(object)
    secret = np.array(
        [
            covers(rules.region_only_acts, a) or covers(rules.region_only_objects, o) or obs in hidden
            for a, o, obs in zip(
                claims.column("act"), claims.column("object_class"), claims.column("observation"), strict=True
            )
        ],
        dtype=bool,
    )
    place[secret], summary[secret] = "", ""
    for column in (lon, lat, radius):
        column[secret] = np.nan
    return claims.replace(lon=lon, lat=lat, radius_km=radius, place=place, summary=summary, text="")


def _observations(
    observations: Table[Observation],
    above: np.ndarray[Any, Any],
    used: set[str],
    hidden: set[str],
    rules: ReleaseRules,
) -> Table[Observation]:
    """Keep the observations of published incidents, without their words, places rounded."""
    mask = np.isin(observations.column("id"), list(used))
    kept, closed = observations.keep(mask), above[mask]
    secret = closed | np.isin(kept.column("id"), list(hidden))
    lon, lat, radius = rounded(
        kept.column("lon"), kept.column("lat"), kept.column("radius_km"), decimals=rules.decimals
    )
    for column in (lon, lat, radius):
        column[secret] = np.nan
    words = {name: kept.column(name).astype(object) for name in ("place", "summary", "url", "source", "granule")}
    words["place"][secret], words["summary"][secret] = "", ""
    words["url"][closed], words["source"][closed], words["granule"][closed] = "", WITHHELD, ""
    return kept.replace(lon=lon, lat=lat, radius_km=radius, text="", **words)
