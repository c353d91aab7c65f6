"""An agreement as data: who is bound to what, where, from when, under whose reading, on whose word.

Why readings are records of their own: the parties to the energy moratorium of March 2025 never signed one text.
They named different objects, start days and lengths, so every verdict must say under which reading it holds.
A *reading* is one party's (or the mediator's) understanding; its *terms* for each provision carry the clock,
the objects, the zone and the conditions. Every line that states a fact names its source.

The JSON Schema and the checks of the reader are made from these classes; `agreements.read` adds the checks that
need the whole file (unknown ids, cycles, until before from).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Protocol, Self, TypeVar

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from ceasefire.model.area import Coast, Corridor, Disc, Zone
from ceasefire.model.clauses import Condition, Provision, Reading, Silence, Status, Terms
from ceasefire.model.moment import Moment, mistake, near
from ceasefire.model.vocabulary import ANY, Clock, Id, Line, Region, Said, Sources, Text, Url

__all__ = [
    "ANY",
    "FORMAT",
    "Agreement",
    "Clock",
    "Coast",
    "Condition",
    "Corridor",
    "Demand",
    "Disc",
    "Gate",
    "Id",
    "Party",
    "Phase",
    "Provision",
    "Reading",
    "Region",
    "Silence",
    "Source",
    "Stance",
    "Status",
    "Terms",
    "Zone",
]

FORMAT = 1
"""Version of the agreement format, the value of the key `ceasefire`."""


class Party(Line):
    """Who takes part, and as what."""

    id: Id
    """Id used in the rest of the file, e.g. `russia`."""
    name: Said
    """Name as printed."""
    role: Literal["belligerent", "mediator", "guarantor", "monitor"]
    """What it is to the agreement."""
    aliases: tuple[Said, ...] = ()
    """Other names that sources use."""


class Source(Line):
    """Where a line of the file was read."""

    id: Id
    """Id that lines name."""
    title: Said
    """What it is, in our own words."""
    publisher: Text = ""
    """Who published it."""
    url: Url = ""
    """Where it can be read; may be empty only for general knowledge."""
    published: Annotated[str, StringConstraints(pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")] = ""
    """Date (or year, or month) of publication; empty where not known."""
    kind: Literal["primary", "reprint", "press", "general_knowledge"]
    """Official text, its reprint, press, or general knowledge that nobody checked."""

    @model_validator(mode="after")
    def _linked(self) -> Self:
        if not self.url and self.kind != "general_knowledge":
            raise mistake(f"source {self.id!r} has no url", "add `url:`, or `kind: general_knowledge`")
        return self


class Demand(Line):
    """What a party asks before it goes on to a phase."""

    party: Id
    """Who asks."""
    text: Said
    """What, in our own words."""
    sources: Sources
    """What it rests on."""


class Gate(Line):
    """What stands before a phase."""

    after: tuple[Id, ...] = ()
    """Phases that come before it."""
    requires: tuple[Id, ...] = ()
    """Conditions precedent; while one is unmet, the phase's provisions are not in force."""
    text: Text = ""
    """In our own words."""


class Phase(Line):
    """A step of a sequence."""

    id: Id
    """Id, e.g. `maritime`."""
    title: Said
    """Name as printed."""
    provisions: tuple[Id, ...] = ()
    """Provisions of this agreement that belong to it."""
    agreements: tuple[Id, ...] = ()
    """Other agreement files that encode it, by their id."""
    gate: Gate = Gate()
    """What stands before it."""
    demands: tuple[Demand, ...] = ()
    """What each side asks for it."""
    sources: Sources
    """What it rests on."""


class Stance(Line):
    """Where a party stood on something, from some moment on."""

    party: Id
    """Who."""
    on: Id
    """`agreement`, or the id of a provision or a phase."""
    at: Moment
    """When it was taken."""
    stance: Literal["proposed", "accepted", "accepted_with_conditions", "rejected", "withdrawn", "extended"]
    """Which."""
    text: Text = ""
    """In our own words."""
    conditions: tuple[Id, ...] = ()
    """Conditions that it was made to hang on."""
    sources: Sources
    """What it rests on."""


class Agreement(Line):
    """One agreement, offer, order or template, as its parties and mediators state it."""

    ceasefire: Literal[1]
    """Version of this format."""
    id: Id
    """Id, equal to the file's name."""
    version: Annotated[int, Field(ge=1)]
    """Version of the encoding, counted up with every change of substance."""
    title: Said
    """Name as printed."""
    class_: Annotated[
        Literal["cessation_of_hostilities", "cessation_with_compliance", "definitive", "template", "draft"],
        Field(alias="class"),
    ]
    """Class in the manner of the ETH/PRIO data: a bare halt, one with compliance measures, or a definitive
    ceasefire; `template` and `draft` for texts that nobody put in force."""
    purpose: Literal["peace_process", "humanitarian", "holiday", "election", "other"]
    """Purpose in the manner of the ETH/PRIO data."""
    coverage: Literal["full", "partial_area", "partial_objects", "none"]
    """All hostilities everywhere, part of the area, some objects or means; `none` where only obligations."""
    sides: Literal["unilateral", "bilateral", "multilateral"]
    """How many of the belligerents declared it."""
    summary: Said
    """In our own words."""
    parties: Annotated[tuple[Party, ...], Field(min_length=1)]
    """Who takes part."""
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    """Where the lines were read."""
    clocks: tuple[Clock, ...] = ()
    """IANA zones used in the file, for the reader's eye; each must exist."""
    zones: tuple[Zone, ...] = ()
    """Where provisions apply."""
    conditions: tuple[Condition, ...] = ()
    """Precedents and lapses."""
    readings: Annotated[tuple[Reading, ...], Field(min_length=1)]
    """Who understands it how."""
    provisions: Annotated[tuple[Provision, ...], Field(min_length=1)]
    """The clauses."""
    phases: tuple[Phase, ...] = ()
    """Steps of a sequence, with gates."""
    stances: tuple[Stance, ...] = ()
    """Who proposed, accepted, rejected, withdrew, and when."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, populate_by_name=True)

    def provision(self, provision_id: str) -> Provision:
        """Give a provision by id; `KeyError` names the nearest."""
        return _by_id(self.provisions, provision_id, "provision")

    def reading(self, reading_id: str) -> Reading:
        """Give a reading by id; `KeyError` names the nearest."""
        return _by_id(self.readings, reading_id, "reading")

    @property
    def held(self) -> tuple[Reading, ...]:
        """The readings that somebody holds; those that are only tried are left out."""
        return tuple(r for r in self.readings if not r.tried)

    @property
    def tried(self) -> frozenset[str]:
        """Ids of the readings that no party holds."""
        return frozenset(r.id for r in self.readings if r.tried)

    def condition(self, condition_id: str) -> Condition:
        """Give a condition by id; `KeyError` names the nearest."""
        return _by_id(self.conditions, condition_id, "condition")

    def zone(self, zone_id: str) -> Zone:
        """Give a zone by id; `KeyError` names the nearest."""
        return _by_id(self.zones, zone_id, "zone")

    def source(self, source_id: str) -> Source:
        """Give a source by id; `KeyError` names the nearest."""
        return _by_id(self.sources, source_id, "source")

    def party(self, party_id: str) -> Party:
        """Give a party by id; `KeyError` names the nearest."""
        return _by_id(self.parties, party_id, "party")

    def gates_of(self, provision_id: str) -> tuple[str, ...]:
        """Give the ids of the conditions that stand before the phases a provision belongs to."""
        found = [c for p in self.phases if provision_id in p.provisions for c in p.gate.requires]
        return tuple(dict.fromkeys(found))

    def stance_of(self, party_id: str, at: datetime, *, on: str = "agreement") -> Stance | None:
        """Give the last stance that a party had surely taken by then; None before the first.

        Parameters
        ----------
        party_id
            Whose.
        at
            Aware instant.
        on
            `agreement`, or the id of a provision or phase.
        """
        taken = [s for s in self.stances if s.party == party_id and s.on == on and s.at.latest <= at]
        return max(taken, key=lambda s: s.at.latest) if taken else None


class _Named(Protocol):
    @property
    def id(self) -> str: ...


N = TypeVar("N", bound=_Named)


def _by_id(lines: tuple[N, ...], wanted: str, noun: str) -> N:
    for line in lines:
        if line.id == wanted:
            return line
    raise KeyError(f"no {noun} {wanted!r}: {near(wanted, [line.id for line in lines])}")
