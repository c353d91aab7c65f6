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
from itertools import pairwise
from typing import Annotated, Literal, Protocol, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from ceasefire.model import taxonomy
from ceasefire.model.moment import Moment, mistake, near, zone

FORMAT = 1
"""Version of the agreement format, the value of the key `ceasefire`."""
ANY = "any"
"""Object class that covers everything, for clauses that stop all hostilities."""


def _act(value: str) -> str:
    if value not in taxonomy.ACTS:
        raise mistake(f"unknown act {value!r}", near(value, taxonomy.ACTS))
    return value


def _object_class(value: str) -> str:
    if value != ANY and value not in taxonomy.OBJECTS:
        raise mistake(f"unknown object class {value!r}", near(value, [ANY, *taxonomy.OBJECTS]))
    return value


def _clock(value: str) -> str:
    zone(value)
    return value


def _url(value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        raise mistake(f"{value!r} is no web address", "it starts with https:// or http://")
    return value


def _met(value: object) -> bool | Literal["unknown"]:
    if isinstance(value, bool):
        return value
    if value == "unknown":
        return "unknown"
    raise mistake(f"{value!r} does not say whether it is met", "true, false or unknown")


Met = Annotated[bool | Literal["unknown"], PlainValidator(_met), WithJsonSchema({"enum": [True, False, "unknown"]})]
"""Whether a condition held."""
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
"""Small letters, digits and hyphens."""
Text = Annotated[str, StringConstraints(max_length=4000)]
"""A few sentences in our own words."""
Said = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
"""A few sentences that must not be missing."""
Act = Annotated[str, AfterValidator(_act), WithJsonSchema({"type": "string", "enum": sorted(taxonomy.ACTS)})]
ObjectClass = Annotated[
    str,
    AfterValidator(_object_class),
    WithJsonSchema({"type": "string", "enum": [ANY, *sorted(taxonomy.OBJECTS)]}),
]
Clock = Annotated[str, AfterValidator(_clock), WithJsonSchema({"type": "string", "examples": ["Europe/Kyiv"]})]
Url = Annotated[str, AfterValidator(_url), WithJsonSchema({"type": "string", "pattern": "^(https?://.*)?$"})]
Region = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
"""ISO 3166: a country (`UA`, all its regions) or a first-order region (`UA-53`)."""
Sources = Annotated[tuple[Id, ...], Field(min_length=1)]
"""At least one source id: every line names what it rests on."""
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Party(_Line):
    """Who takes part, and as what."""

    id: Id
    """Id used in the rest of the file, e.g. `russia`."""
    name: Said
    """Name as printed."""
    role: Literal["belligerent", "mediator", "guarantor", "monitor"]
    """What it is to the agreement."""
    aliases: tuple[Said, ...] = ()
    """Other names that sources use."""


class Source(_Line):
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


class Disc(_Line):
    """A circle on the ground."""

    lon: Longitude
    """Centre, degrees east."""
    lat: Latitude
    """Centre, degrees north."""
    radius_km: Annotated[float, Field(gt=0, le=20000, allow_inf_nan=False)]
    """Radius, km."""


class Zone(_Line):
    """Where a provision applies: the union of regions, a polygon and a disc; or a name without a line."""

    id: Id
    """Id that terms name."""
    title: Said
    """What the text calls it."""
    regions: tuple[Region, ...] = ()
    """ISO 3166 patterns: `UA` is the country with all its regions, `UA-53` one region."""
    polygon: tuple[tuple[Longitude, Latitude], ...] = ()
    """Ring of (longitude, latitude) corners, three or more; it closes itself."""
    disc: Disc | None = None
    """A circle."""
    undefined: Text = ""
    """Why nobody can say where it lies; then whatever depends on the zone cannot be verified, except in the regions,
    polygon or disc given beside it, which are surely inside."""
    note: Text = ""
    """What a reader should know, e.g. who drew the outline."""
    sources: Sources
    """What it rests on."""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.regions or self.polygon or self.disc or self.undefined):
            raise mistake(
                f"zone {self.id!r} says nowhere where it is",
                "give regions, polygon or disc, or `undefined:` with the reason",
            )
        if 0 < len(self.polygon) < 3:
            raise mistake(f"the polygon of zone {self.id!r} has fewer than three corners", "a ring of [lon, lat]")
        return self


class Status(_Line):
    """Whether a condition held from some moment on, as far as a source tells."""

    as_of: Moment
    """From when this is so, until the next status."""
    met: Met
    """`true`, `false` or `unknown`."""
    note: Text = ""
    """In our own words, why."""
    sources: Sources
    """What it rests on."""


class Condition(_Line):
    """What must hold before a provision is in force (a precedent), or what ends it when it happens (a lapse)."""

    id: Id
    """Id that terms and gates name."""
    kind: Literal["precedent", "lapse"]
    """`precedent`: in force only while met. `lapse`: no longer in force once met."""
    text: Said
    """The condition, in our own words."""
    status: tuple[Status, ...] = ()
    """What is known over time; before the first status it is unknown."""
    sources: Sources
    """What it rests on."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for before, after in pairwise(self.status):
            if after.as_of.earliest < before.as_of.latest:
                raise mistake(
                    f"the status of {after.as_of} does not follow the one of {before.as_of}", "put the earlier first"
                )
        return self


class Reading(_Line):
    """One party's or mediator's understanding of the agreement."""

    id: Id
    """Id, e.g. `kremlin`."""
    holder: Id
    """Party whose reading it is."""
    title: Said
    """Name as printed in a report's column."""
    note: Text = ""
    """What sets it apart."""
    clock: Clock = "UTC"
    """IANA zone in which the report prints this reading's times."""
    sources: Sources
    """What it rests on."""


class Terms(_Line):
    """What one provision says under one reading."""

    in_force_from: Moment | None
    """When it begins; null where it never began."""
    until: Moment | None
    """First moment at which it no longer binds; null where no end is stated."""
    length: Text = ""
    """The length as worded, e.g. `30 days, may be extended`."""
    objects: Annotated[tuple[ObjectClass, ...], Field(min_length=1)] = (ANY,)
    """Object classes protected, each with everything below it; `any` for all."""
    excludes: tuple[ObjectClass, ...] = ()
    """Classes below those that this reading leaves out."""
    zone: Id | None = None
    """Zone in which it applies; null for everywhere."""
    conditions: tuple[Id, ...] = ()
    """Conditions precedent, all of which must be met."""
    lapses: tuple[Id, ...] = ()
    """Conditions of kind lapse, any of which ends it."""
    note: Text = ""
    """What a reader should know."""
    sources: Sources
    """What it rests on."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        begin, until = self.in_force_from, self.until
        if begin and until and until.latest <= begin.earliest:
            raise mistake(f"until ({until}) is not after in_force_from ({begin})", "swap the two, or mend the date")
        stray = [c for c in self.excludes if ANY not in self.objects and not taxonomy.covers(self.objects, c)]
        if stray:
            raise mistake(f"excludes {stray[0]!r}, which the objects do not include", "remove it from excludes")
        return self

    def coverage(self, object_class: str) -> Literal["covered", "not_covered", "unclear"]:
        """Tell whether an object of that class is protected under these terms.

        Parameters
        ----------
        object_class
            Dotted class (`model.taxonomy.OBJECTS`); empty where nobody told.

        Returns
        -------
        `unclear` where the class told is wider than what is protected (an "energy facility" under a list of kinds),
        or where none was told and not everything is protected.

        >>> t = Terms(in_force_from=None, until=None, objects=("energy.gas", "energy.oil.refinery"),
        ...           excludes=("energy.gas.production",), sources=("s",))
        >>> t.coverage("energy.gas.pipeline"), t.coverage("energy.gas.production"), t.coverage("energy.oil")
        ('covered', 'not_covered', 'unclear')
        """
        if taxonomy.covers(self.excludes, object_class):
            return "not_covered"
        if not object_class:
            return "covered" if ANY in self.objects and not self.excludes else "unclear"
        if taxonomy.straddles(self.excludes, object_class):
            inside = ANY in self.objects or taxonomy.covers(self.objects, object_class)
            return "unclear" if inside or taxonomy.straddles(self.objects, object_class) else "not_covered"
        if ANY in self.objects or taxonomy.covers(self.objects, object_class):
            return "covered"
        return "unclear" if taxonomy.straddles(self.objects, object_class) else "not_covered"


class Provision(_Line):
    """One clause: an act that is forbidden, or something owed."""

    id: Id
    """Id, e.g. `energy`."""
    kind: Literal["prohibition", "obligation"]
    """Forbidden act, or a thing owed."""
    title: Said
    """Name as printed."""
    acts: tuple[Act, ...] = ()
    """Acts forbidden or owed, each with everything below it; a prohibition names at least one."""
    binds: Annotated[tuple[Id, ...], Field(min_length=1)]
    """Parties that it binds."""
    intent: Literal["per_se", "deliberate", "unstated"] = "unstated"
    """`per_se`: the act is the breach. `deliberate`: only if meant. `unstated`: the text does not say."""
    in_flight: Literal["launch", "impact", "unstated"] = "unstated"
    """Which instant counts for a weapon launched before and landing after a border of the clock."""
    by: Id | None = None
    """Obligation: party that owes; null where all bound parties do."""
    to: Id | None = None
    """Obligation: party to which it is owed; null where mutual or not to a party."""
    quantity: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """Obligation: how much; null where the text gives no number."""
    unit: Text = ""
    """Obligation: of what, e.g. `prisoners of war`."""
    due: Moment | None = None
    """Obligation: by when; null where no date is stated."""
    remedy: Text = ""
    """What the text says follows a breach; empty where it says nothing."""
    mutual: bool = False
    """Obligation: each bound party owes the quantity to the other."""
    note: Text = ""
    """What a reader should know."""
    readings: Annotated[dict[Id, Terms], Field(min_length=1)]
    """Terms under each reading; a reading left out does not hold that the clause exists."""
    sources: Sources
    """What it rests on."""

    @model_validator(mode="after")
    def _owed(self) -> Self:
        if self.kind == "prohibition":
            if not self.acts:
                raise mistake(f"prohibition {self.id!r} forbids no act", "add `acts:`, e.g. [attack]")
            given = [n for n in ("by", "to", "quantity", "due") if getattr(self, n) is not None]
            given += ["unit"] if self.unit else []
            given += ["mutual"] if self.mutual else []
            if given:
                raise mistake(
                    f"prohibition {self.id!r} has {', '.join(given)}", "only an obligation has these; set its kind"
                )
        elif self.quantity is not None and not self.unit:
            raise mistake(f"obligation {self.id!r} has a quantity without a unit", "add `unit:`")
        return self


class Demand(_Line):
    """What a party asks before it goes on to a phase."""

    party: Id
    """Who asks."""
    text: Said
    """What, in our own words."""
    sources: Sources
    """What it rests on."""


class Gate(_Line):
    """What stands before a phase."""

    after: tuple[Id, ...] = ()
    """Phases that come before it."""
    requires: tuple[Id, ...] = ()
    """Conditions precedent; while one is unmet, the phase's provisions are not in force."""
    text: Text = ""
    """In our own words."""


class Phase(_Line):
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


class Stance(_Line):
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


class Agreement(_Line):
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
