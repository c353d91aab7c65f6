"""What may be published when, how exactly and to whom: the last gate before the page.

Why a gate and not a habit: the page, the tables and the map are written from what this file lets through and from
nothing else, so a forgotten field cannot leak a position or a marked report. Defaults are the safe ones: attacks on
energy and infrastructure wait 72 hours, so that a report is no help in correcting fire; coordinates are rounded to a
tenth of a degree and the disc grows by as much; military objects, movements and air defence are named by region only;
what is marked above the report's own marking is left out; the words of a source are kept as evidence, not printed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from math import cos, radians, sqrt
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from ceasefire.model.records import Claim, Finding, Incident, Observation, Quarantined, Weight
from ceasefire.model.table import Table
from ceasefire.model.taxonomy import covers
from ceasefire.reporting.image_rules import ImageRules

TLP: tuple[str, ...] = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
"""Traffic Light Protocol 2.0, from open to closed."""

KM_PER_DEGREE = 111.195
WITHHELD = "withheld"
_LONGEST_DAY = np.timedelta64(25, "h")
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
    images: ImageRules = field(default_factory=ImageRules)
    """Pictures: which are let through, how old and how coarse they must be."""

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
    """Verdicts on incidents held back, and on the days they fall on."""
    claims: int = 0
    """Claims about events that wait, or marked above the report."""
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

    late_claims = _late_claims(claims, rules, now) | among(claims.column("observation"), withheld_ids)
    open_findings, held_findings = _findings(findings, gone, set(claims.column("id")[late_claims].tolist()))
    published = set(kept.column("id").tolist())
    used = {o for group in kept.column("observations") for o in group}
    hidden = {o for group, r in zip(kept.column("observations"), region_only, strict=True) if r for o in group}
    return Released(
        incidents=_incidents(kept, region_only, withheld_ids, rules, observations),
        findings=open_findings,
        weights=weights.keep(among(weights.column("incident"), published)),
        claims=_claims(claims.keep(~late_claims), rules, hidden),
        observations=_observations(observations, above, used, hidden, rules),
        quarantine=quarantine.replace(row=""),
        held=Held(
            delayed=int(late.sum()),
            marked=int((marked & ~late).sum()),
            findings=held_findings,
            claims=int(late_claims.sum()),
            region_only=int(region_only.sum()),
            fields=len(withheld_ids & used),
        ),
    )


def among(values: np.ndarray[Any, Any], wanted: Collection[str]) -> np.ndarray[Any, Any]:
    """Tell which values are among the wanted ones, shape (n,) of bool; far quicker on text than `np.isin`.

    >>> among(np.array(["a", "b"], dtype=object), {"b"}).tolist()
    [False, True]
    """
    known = wanted if isinstance(wanted, (set, frozenset, dict)) else set(wanted)
    return np.fromiter((v in known for v in values.tolist()), dtype=bool, count=len(values))


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
    open_ = set(TLP[: TLP.index(marking) + 1])
    return ~among(observations.column("tlp"), open_)


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


def _findings(findings: Table[Finding], gone: set[str], unsaid: set[str]) -> tuple[Table[Finding], int]:
    """Leave out verdicts on incidents held back, blank the days they fall on, and tell how many verdicts that held.

    A region and day that is missing, or that alone is blank, would give the incident away; so on a day with an
    incident held back no region's verdict is published, while who looked stays. Statements on a region over the whole
    period name no day and stay: the region is what the rules let out at once anyway. Claims that are held back take
    their findings with them; findings on other claims of such a day are blank, whatever they rest on.
    """
    if not gone and not unsaid:
        return findings, 0
    about = among(findings.column("subject"), gone | unsaid)
    rests = np.array([not gone.isdisjoint(e) for e in findings.column("evidence")], dtype=bool)
    kept, rests = findings.keep(~about), rests[~about]
    evidence = [tuple(i for i in e if i not in gone) for e in kept.column("evidence")]
    of_day = daily(kept)
    starts = kept.column("start")
    held_days = np.unique(starts[of_day & rests])
    blank = of_day & np.isin(starts, held_days) & (kept.column("verdict") != "not_in_force")
    blank |= _claims_of(kept, held_days) | (rests & _short_claims(kept))
    words = {n: kept.column(n).astype(object) for n in ("verdict", "rule", "reason", "would_change")}
    for name, text in (
        ("verdict", WITHHELD),
        ("rule", WITHHELD),
        ("reason", "An incident of that day, somewhere, is held back by the release rules."),
        ("would_change", "The end of its delay, or a report of a higher marking."),
    ):
        words[name][blank] = text
    evidence = [() if b else e for b, e in zip(blank, evidence, strict=True)]
    count, limit = kept.column("count").copy(), kept.column("upper_limit").copy()
    count[blank], limit[blank] = 0, np.nan
    return kept.replace(evidence=evidence, count=count, upper_limit=limit, **words), int(about.sum() + blank.sum())


def _short_claims(findings: Table[Finding]) -> np.ndarray[Any, Any]:
    """Tell the findings on claims of a day or less, shape (n,) of bool."""
    length = findings.column("end") - findings.column("start")
    return np.asarray((findings.column("kind") == "claim") & (length <= _LONGEST_DAY), dtype=bool)


def _claims_of(findings: Table[Finding], days: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Tell the findings on claims of a day or less that meet one of the days, shape (n,) of bool."""
    start, end = findings.column("start"), findings.column("end")
    first = np.searchsorted(days + _LONGEST_DAY, start, side="right")
    meets = first < np.searchsorted(days, end, side="left")
    return np.asarray(_short_claims(findings) & meets, dtype=bool)


def daily(findings: Table[Finding]) -> np.ndarray[Any, Any]:
    """Tell the statements on one region and day from all other findings, shape (n,) of bool."""
    spaced = np.char.find(findings.column("subject").astype(str), " ") > 0
    return np.asarray((findings.column("kind") == "period") & spaced, dtype=bool)


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
    mask = among(observations.column("id"), used)
    kept, closed = observations.keep(mask), above[mask]
    secret = closed | among(kept.column("id"), hidden)
    lon, lat, radius = rounded(
        kept.column("lon"), kept.column("lat"), kept.column("radius_km"), decimals=rules.decimals
    )
    for column in (lon, lat, radius):
        column[secret] = np.nan
    words = {name: kept.column(name).astype(object) for name in ("place", "summary", "url", "source", "granule")}
    words["place"][secret], words["summary"][secret] = "", ""
    words["url"][closed], words["source"][closed], words["granule"][closed] = "", WITHHELD, ""
    return kept.replace(lon=lon, lat=lat, radius_km=radius, text="", **words)
