"""The `effect:` section of a case file: which daily series are judged, over which days, and what they cannot tell.

Why `does_not_measure` must be given: a series that is easy to have (alerts, detections, calls) is never quite what was
forbidden, and a reader must be told beside the number.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ceasefire.assessment.effect import exclude_days
from ceasefire.errors import CeasefireError
from ceasefire.model.agreement import Clock, Id
from ceasefire.model.moment import mistake

Words = Annotated[str, StringConstraints(min_length=1, max_length=400)]


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class EffectWindow(_Line):
    """Days on which a ceasefire was in force, for the question whether less happened on them."""

    id: Id
    """Id, e.g. `moratorium`."""
    title: Words
    """Name as printed."""
    from_: Annotated[date, Field(alias="from")]
    """First whole day in force, in the series' clock."""
    to: date
    """Last whole day in force."""
    control: bool = False
    """A known pause that checks the method. It is no finding about the agreement, and may lie after the cutoff."""
    why: str = ""
    """Why these days are judged."""

    @model_validator(mode="after")
    def _ordered(self) -> EffectWindow:
        if self.to < self.from_:
            raise mistake(f"the window {self.id!r} ends ({self.to}) before it begins ({self.from_})", "swap the two")
        return self


class EffectSeries(_Line):
    """A daily series that is judged."""

    id: Id
    """Id of the series."""
    product: Literal["daily", "alerts"] = "daily"
    """`daily`: columns date, region, count and, where looks were lost, exposure. `alerts`: alert minutes by oblast."""
    path: Annotated[str | tuple[str, ...], Field(min_length=1)]
    """File or pattern, or several."""
    quantity: Words
    """What is counted, in words."""
    unit: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    """Unit of the count."""
    measures: Words
    """What it measures."""
    does_not_measure: Words
    """What must not be read from it."""
    speaks_to: str = ""
    """Provision of the agreement that it speaks to; empty for none."""
    weekly: bool = False
    """Whether days of the week may differ."""
    since: date | None = None
    """First day used; the file's first where not given."""
    clock: Clock | None = None
    """Clock whose days are meant; the case's where not given."""
    licence: str = ""
    """Licence of the data, as printed."""
    url: str = ""
    """Where the data can be had."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The patterns as a tuple."""
        return (self.path,) if isinstance(self.path, str) else self.path


class EffectSection(_Line):
    """Whether less happened than would have been, on which series and days."""

    exclude: str = "14d"
    """Days of negotiation before a start that are left out: `14d`, `2w`."""
    placebos: Annotated[int, Field(ge=0, le=100)] = 10
    """Placebo dates to run the same method at."""
    windows: Annotated[tuple[EffectWindow, ...], Field(min_length=1)]
    """Days in force."""
    series: tuple[EffectSeries, ...] = ()
    """Daily series; the case's own incidents are always tried."""

    @model_validator(mode="after")
    def _sound(self) -> EffectSection:
        for name, lines in (("series", self.series), ("window", self.windows)):
            ids = [line.id for line in lines]
            twice = sorted({i for i in ids if ids.count(i) > 1} | ({"incidents"} & set(ids)))
            if twice:
                raise mistake(f"the {name} id {twice[0]!r} is used twice or taken", "give each its own id")
        try:
            exclude_days(self.exclude)
        except CeasefireError as error:
            raise mistake(str(error), "14d") from None
        return self
