"""What a report is made from: the case's tables, its agreement and its rules, in one frozen record.

The case fills it in; everything else in this package reads it, and only after `release` has let it through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from shapely.geometry.base import BaseGeometry

from ceasefire.model.agreement import Agreement
from ceasefire.model.effect import Judged
from ceasefire.model.intake import Count, Window
from ceasefire.model.records import Claim, Finding, Incident, Look, Observation, Quarantined, Weight
from ceasefire.model.records import Coverage as Cell
from ceasefire.model.table import Table
from ceasefire.model.unseen import DetectionChance, Unlisted
from ceasefire.reporting.release import Held, ReleaseRules, release


@dataclass(frozen=True)
class InForce:
    """When a provision binds under one reading: each end is one instant, or the gap in which it lies."""

    provision: str
    """Provision id."""
    reading: str
    """Reading id."""
    start_earliest: datetime | None
    """First instant at which it may have begun; None where it never began."""
    start_latest: datetime | None
    """Last instant at which it may have begun."""
    end_earliest: datetime | None
    """First instant at which it may have ended; None where no end is stated."""
    end_latest: datetime | None
    """Last instant at which it may have ended."""


@dataclass(frozen=True)
class Numbers:
    """The numbers that one issue hands to the next for comparison: counts never without what was looked at."""

    start: str
    """First day of the period, ISO date in the case's clock."""
    end: str
    """Last day of the period."""
    incidents: int
    """Incidents on which there is a verdict of breach under some reading, or which cannot be decided."""
    every: int
    """Breaches under every reading."""
    depends: int
    """Breaches under some readings."""
    undecided: int
    """Incidents, perhaps on protected objects, that cannot be decided."""
    looks: int
    """Looks made."""
    looks_possible: int
    """Looks made and lost."""
    region_days: int
    """Regions times days that the report covers."""
    region_days_looked: int
    """Of these, with one look or more that was not lost."""


@dataclass(frozen=True, kw_only=True)
class ReportInput:
    """One issue of the report, before release."""

    agreement: Agreement
    """The agreement that the findings are about."""
    others: tuple[Agreement, ...] = ()
    """Further agreements whose obligations are followed."""
    case: str
    """Case id, e.g. `energy-2025`."""
    title: str
    """Title of the case, as printed."""
    period: Window
    """Period reported on."""
    clock: str
    """IANA clock in which days are counted and times printed."""
    cutoff: datetime
    """What became known later is not in this issue."""
    issued: date
    """Day of issue; publication delays are counted back from its first midnight in the clock."""
    version: int = 1
    """Version of this issue, counted up with every correction."""
    supersedes: str = ""
    """What this issue replaces, in words; empty for none."""
    regions: tuple[str, ...]
    """ISO 3166-2 codes of the area."""
    boundary_view: str = ""
    """Whose view of boundaries the region codes follow, in words."""
    rules: ReleaseRules = field(default_factory=ReleaseRules)
    """Release rules."""
    contact: str = ""
    """Where parties and readers may reply: an e-mail address or web page; empty where the case names none."""
    incidents: Table[Incident]
    weights: Table[Weight]
    findings: Table[Finding]
    claims: Table[Claim]
    looks: Table[Look]
    observations: Table[Observation]
    quarantine: Table[Quarantined]
    counts: Mapping[str, Count]
    """Rows by source, which add up."""
    files: tuple[tuple[str, str, str], ...] = ()
    """Source, file name, SHA-256 of each file read."""
    cells: Table[Cell] | None = None
    """Exposure by region, day and act, with what silence leaves possible; None where it was not asked."""
    detection: Table[DetectionChance] | None = None
    """How well each channel is taken to show an act."""
    unlisted: Unlisted | None = None
    """How many incidents are on no list."""
    shapes: Mapping[str, BaseGeometry] = field(default_factory=dict)
    """Outline of each region by code, degrees (WGS 84)."""
    region_names: Mapping[str, str] = field(default_factory=dict)
    """Name of each region by code."""
    in_force: tuple[InForce, ...] = ()
    """Windows by provision and reading."""
    previous: Numbers | None = None
    """The numbers of the issue before; None for none."""
    assumptions: Mapping[str, str] = field(default_factory=dict)
    """What was assumed, e.g. priors and detection probabilities: name to value and reason, in words."""
    licences: Mapping[str, str] = field(default_factory=dict)
    """Licence of each source's data."""
    expected_channels: tuple[str, ...] = ("satellite.thermal", "satellite.radar", "drone")
    """Channels of which the reader must be told when they gave no look at all."""
    effects: tuple[Judged, ...] = ()
    """Whether less happened than would have been, by series and window; empty where the case does not ask."""

    @cached_property
    def parties(self) -> dict[str, str]:
        """Names of the parties by id."""
        return {p.id: p.name for p in self.agreement.parties}

    @cached_property
    def belligerents(self) -> tuple[str, ...]:
        """Ids of the parties that fight, in the agreement's order."""
        return tuple(p.id for p in self.agreement.parties if p.role == "belligerent")

    def region(self, code: str) -> str:
        """Give a region's name, or its code where it has none."""
        return self.region_names.get(code) or code or "no region known"

    def released(self) -> tuple[ReportInput, Held]:
        """Give the report as it may be published, and what was held back."""
        out = release(
            incidents=self.incidents,
            findings=self.findings,
            weights=self.weights,
            claims=self.claims,
            observations=self.observations,
            quarantine=self.quarantine,
            rules=self.rules,
            issued=self.issued,
            clock=self.clock,
        )
        public = replace(
            self,
            incidents=out.incidents,
            findings=out.findings,
            weights=out.weights,
            claims=out.claims,
            observations=out.observations,
            quarantine=out.quarantine,
        )
        return public, out.held
