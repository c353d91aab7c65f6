"""The clauses of an agreement: on which condition, under which reading, what is forbidden or owed; and its silences."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ceasefire.model import taxonomy
from ceasefire.model.moment import Moment, mistake
from ceasefire.model.vocabulary import (
    ANY,
    Act,
    Clock,
    Id,
    Line,
    Met,
    ObjectClass,
    Said,
    Sources,
    Text,
)


class Status(Line):
    """Whether a condition held from some moment on, as far as a source tells."""

    as_of: Moment
    """From when this is so, until the next status."""
    met: Met
    """`true`, `false` or `unknown`."""
    note: Text = ""
    """In our own words, why."""
    sources: Sources
    """What it rests on."""


class Condition(Line):
    """What must hold before a provision is in force (a precedent), or what ends it when it happens (a lapse)."""

    id: Id
    """Id that terms and gates name."""
    kind: Literal["precedent", "lapse"]
    """`precedent`: in force only while met. `lapse`: no longer in force once met."""
    part: Text = ""
    """Which item of the text's own list it is, e.g. `a`."""
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


class Reading(Line):
    """One party's or mediator's understanding of the agreement."""

    id: Id
    """Id, e.g. `kremlin`."""
    holder: Id | None = None
    """Party whose reading it is; left out only where `tried`."""
    tried: bool = False
    """Whether no party holds it and the analysts only try what would follow from it, e.g. a line nobody published. What
    is tried is printed apart and never counted."""
    title: Said
    """Name as printed in a report's column."""
    note: Text = ""
    """What sets it apart."""
    clock: Clock = "UTC"
    """IANA zone in which the report prints this reading's times."""
    sources: Sources
    """What it rests on."""

    @model_validator(mode="after")
    def _held(self) -> Self:
        if self.tried and self.holder is not None:
            raise mistake(f"reading {self.id!r} is tried and has a holder", "remove `tried:`, or the holder")
        if not self.tried and self.holder is None:
            raise mistake(f"reading {self.id!r} has no holder", "add `holder:`, or `tried: true` if nobody holds it")
        return self


class Terms(Line):
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


class Silence(Line):
    """A question that the text leaves open, and what follows for an incident of that kind.

    Why a record: what a text does not say decides as many incidents as what it says. A note is read by nobody; a
    silence gives a verdict that names the question.
    """

    id: Id
    """Id, e.g. `mines`; findings print it."""
    question: Said
    """The question that the text does not answer."""
    acts: tuple[Act, ...] = ()
    """Acts that it concerns, each with everything below it; every act where empty."""
    objects: tuple[ObjectClass, ...] = ()
    """Object classes that it concerns; every object where empty."""
    zone: Id | None = None
    """Zone that it concerns; everywhere where null."""
    readings: tuple[Id, ...] = ()
    """Readings that are silent; all of the provision where empty."""
    follows: Literal["insufficient", "not_covered"] = "insufficient"
    """`insufficient`: the words bear both answers. `not_covered`: read plainly they do not reach so far."""
    note: Text = ""
    """What a reader should know."""
    sources: Sources
    """What it rests on."""

    @model_validator(mode="after")
    def _about_something(self) -> Self:
        if not (self.acts or self.objects or self.zone):
            raise mistake(f"the silence {self.id!r} concerns everything", "name its acts, objects or zone")
        return self


class Provision(Line):
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
    silent: tuple[Silence, ...] = ()
    """What the text does not say; the first that fits an incident counts."""
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
