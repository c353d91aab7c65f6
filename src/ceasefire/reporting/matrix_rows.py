"""What stands in the matrix of incidents and readings: columns, cells, rows and groups, as the page prints them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Group = Literal["every", "depends", "undecided"]
GROUPS: tuple[Group, ...] = ("every", "depends", "undecided")
TITLES: dict[str, tuple[str, str, str]] = {
    "every": ("■", "Breach under every reading", "Whichever text one holds to be the agreed one, these are breaches."),
    "depends": ("◩", "Depends on the reading", "Breaches under one text, but not under another."),
    "undecided": (
        "◧",
        "Cannot be decided",
        "Perhaps on a protected object, but what is known does not carry a verdict under any reading.",
    ),
}
SHOWN_PER_GROUP = 250
"""Rows printed per group, likeliest first; the rest is counted and in the tables."""


@dataclass(frozen=True)
class Column:
    """One provision under one reading."""

    provision: str
    reading: str
    title: str
    """Name of the reading."""
    provision_title: str


@dataclass(frozen=True)
class Cell:
    """One verdict."""

    provision: str
    reading: str
    verdict: str
    symbol: str
    word: str
    reason: str
    would_change: str
    rule: str
    p_covered: float
    finding: str
    """Finding id; empty where this was not judged."""
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """One verdict with its reason, and the readings under which it holds."""

    readings: str
    verdict: str
    word: str
    reason: str
    would_change: str
    covered: str
    """How likely the object is one that these readings protect, in words."""


@dataclass(frozen=True)
class Report:
    """One observation of an incident, as far as it may be published."""

    observation: str
    source: str
    """Who publishes: the site where a link is known, else the case's name for the source."""
    channel: str
    grade: str
    """Admiralty grade: source reliability, then credibility."""
    summary: str
    url: str
    weights: tuple[str, ...]
    """What it did to the odds, in words."""


@dataclass(frozen=True)
class Row:
    """One incident."""

    id: str
    group: str
    date: str
    time: str
    start: datetime
    end: datetime
    place: str
    located: str
    """Rounded coordinates and radius, or why there are none."""
    region: str
    region_name: str
    lon: float
    lat: float
    radius_km: float
    act: str
    object: str
    object_class: str
    control: str
    control_id: str
    effects: str
    p_occurred: float
    occurred: str
    p_object: float
    on_protected: str
    attribution: str
    """Party id or `undetermined`."""
    accused_ids: tuple[str, ...]
    """Parties that somebody accuses."""
    accusers: tuple[str, ...]
    """Parties that accuse somebody."""
    deniers: tuple[str, ...]
    """Parties that deny it."""
    independent: bool
    """Whether a channel that speaks for no party reported it."""
    who: tuple[str, ...]
    """Who did it as far as known, then what each side says, a sentence each."""
    origins: int
    channels: tuple[str, ...]
    summary: str
    alternatives: tuple[str, ...]
    cells: tuple[Cell, ...]
    verdicts: tuple[Verdict, ...]
    """The same, readings that agree put together."""
    reports: tuple[Report, ...]
    prior: tuple[str, ...]
    """What was assumed before any report, in words."""


@dataclass(frozen=True)
class Matrix:
    """All relevant incidents, grouped."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    """Every relevant incident, in order of time."""
    others: int
    """Incidents on which no reading says breach and which are not undecided on a protected object."""

    def group(self, name: str) -> tuple[Row, ...]:
        """Give the rows of one group."""
        return tuple(r for r in self.rows if r.group == name)

    def shown(self, name: str) -> tuple[Row, ...]:
        """Give the rows of one group that are printed: the likeliest, in order of time."""
        rows = sorted(self.group(name), key=lambda r: (-r.p_occurred, r.id))[:SHOWN_PER_GROUP]
        return tuple(sorted(rows, key=by_time))


def by_time(row: Row) -> tuple[datetime, datetime, str]:
    """Give what rows are sorted by: their time, then their id."""
    return (row.start, row.end, row.id)
