"""The case file: which agreement, which period and area, which sources, what is assumed; validated with line numbers.

A case is a folder with a `case.yml`. Paths are relative to that folder; `@data/...` is looked for in the first of the
folders under `data:` that exists, so that one case runs on several machines. Patterns (`*.csv`) name several files.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ceasefire.agreements.read import validated
from ceasefire.agreements.tree import read_tree
from ceasefire.assessment.effect_lines import EffectSection
from ceasefire.assessment.thresholds import Thresholds
from ceasefire.errors import InvalidFile, Problem
from ceasefire.fusion.priors import Priors
from ceasefire.geo import ports
from ceasefire.model.agreement import Clock, Id, Region
from ceasefire.model.intake import Window
from ceasefire.model.moment import Instant, mistake
from ceasefire.reporting.release import ReleaseRules

Day = Annotated[date, Field()]
Channel = Annotated[str, StringConstraints(pattern=r"^[a-z]+(\.[a-z]+)?$")]


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Period(_Line):
    """First and last day of a case, both inclusive, in the case's clock."""

    from_: Annotated[date, Field(alias="from")]
    """First day."""
    to: date
    """Last day."""

    @model_validator(mode="after")
    def _ordered(self) -> Period:
        if self.to < self.from_:
            raise mistake(f"the period ends ({self.to}) before it begins ({self.from_})", "swap the two")
        return self


class Area(_Line):
    """Regions that the case is about; each gets a statement for every day."""

    regions: Annotated[tuple[Region, ...], Field(min_length=1)]
    """ISO 3166 patterns: `UA` is the country with all its regions, `UA-53` one region."""


class SourceLine(_Line):
    """One source: a product's reader and its files."""

    id: Id
    """Id under which its rows and counts are printed."""
    product: str
    """Reader, e.g. `viina`; `ceasefire products` lists them."""
    path: Annotated[str | tuple[str, ...], Field(min_length=1)]
    """File or pattern, or several."""
    options: dict[str, Any] = {}
    """Options of the reader."""
    fetch: str = ""
    """Folder into which `ceasefire fetch` brings its files; empty where it is not fetched."""
    licence: str = ""
    """Licence of the data, as printed."""
    url: str = ""
    """Where the data can be had."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The patterns as a tuple."""
        return (self.path,) if isinstance(self.path, str) else self.path


class ControlLine(_Line):
    """Who held a place on a day: outlines of the occupied area, one file a day, and whose land the rest is."""

    path: Annotated[str | tuple[str, ...], Field(min_length=1)]
    """Files, one a day; their day stands in their names."""
    occupier: Id
    """Party that holds the outlined area."""
    holders: dict[str, Id]
    """ISO 3166-1 country to the party that holds its land elsewhere."""
    licence: str = ""
    """Licence of the outlines, as printed."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The patterns as a tuple."""
        return (self.path,) if isinstance(self.path, str) else self.path


class CaseFile(_Line):
    """A case as its author states it."""

    case: Literal[1]
    """Version of this format."""
    id: Id
    """Id, e.g. `energy-2025`."""
    title: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    """Title as printed."""
    agreement: str
    """Path of an agreement file, or `library:<name>`."""
    also: tuple[str, ...] = ()
    """Further agreements whose obligations are followed, named in the same way."""
    period: Period
    """First and last day."""
    clock: Clock
    """IANA zone whose days are meant and in which times are printed."""
    cutoff: Instant
    """What became known later is left out of this report."""
    issued: date
    """Day of publication; delays are counted back from its first midnight."""
    version: Annotated[int, Field(ge=1)] = 1
    """Version of this issue."""
    supersedes: str = ""
    """What this issue replaces, in words."""
    contact: str = ""
    """Where parties and readers may reply."""
    area: Area
    """Regions."""
    boundary_view: Literal["iso-3166-2", "natural-earth"] = "iso-3166-2"
    """Whose view of boundaries the region codes follow."""
    channels: tuple[Channel, ...] = ()
    """Channels that ought to look; one without a source is a lost look on every day."""
    data: tuple[str, ...] = ()
    """Folders to look for `@data/...` in, in order; `$NAME` is taken from the environment."""
    sources: Annotated[tuple[SourceLine, ...], Field(min_length=1)]
    """What is read."""
    registers: tuple[str, ...] = ()
    """Files of the register of protected objects."""
    control: ControlLine | None = None
    """Who held a place; used to label reports, never published as a line."""
    previous: str = ""
    """`report.json` of the issue before, to compare with."""
    assumptions: Priors = Priors()
    """Stated weights that replace the shipped ones."""
    thresholds: Thresholds = Thresholds()
    """Bounds of verdicts that replace the shipped ones."""
    release: ReleaseRules = ReleaseRules()
    """Release rules that replace the shipped, safe ones."""
    effect: EffectSection | None = None
    """Whether less happened than would have been: series and windows that the report's chapter on effect judges."""
    output: str = "out"
    """Folder for results."""

    @model_validator(mode="after")
    def _ids_once(self) -> CaseFile:
        seen: set[str] = set()
        for source in self.sources:
            if source.id in seen:
                raise mistake(f"the source id {source.id!r} is used twice", "give each source its own id")
            seen.add(source.id)
        return self

    @model_validator(mode="after")
    def _no_effect_after_the_cutoff(self) -> CaseFile:
        cutoff = self.cutoff.astimezone(ZoneInfo(self.clock)).date()
        for window in self.effect.windows if self.effect else ():
            if window.to > cutoff and not window.control:
                raise mistake(
                    f"the effect's window {window.id!r} ends on {window.to}, after the cutoff ({cutoff})",
                    "end it by then, or say `control: true` where it only checks the method",
                )
        return self

    @property
    def window(self) -> Window:
        """The period as UTC instants."""
        zone = ZoneInfo(self.clock)
        first = datetime(self.period.from_.year, self.period.from_.month, self.period.from_.day, tzinfo=zone)
        last = datetime(self.period.to.year, self.period.to.month, self.period.to.day, tzinfo=zone)
        return Window(first.astimezone(UTC), (last + timedelta(days=1)).astimezone(UTC))


SHIPPED: dict[str, Path] = {"library:ports-black-sea": ports.PATH}
"""Files that ship with Ceasefire and that a case may name."""


def read_casefile(path: Path) -> CaseFile:
    """Read and validate a case file.

    Parameters
    ----------
    path
        The file, usually `case.yml`.

    Raises
    ------
    InvalidFile
        With file, line, column, what is wrong and what would be right, all problems at once.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidFile([Problem(str(path), 0, 0, f"cannot be read: {error.strerror}")]) from None
    return validated(CaseFile, read_tree(data, path.name), path.name)


def data_folder(casefile: CaseFile, folder: Path) -> Path | None:
    """Give the first of the case's data folders that exists; None where there is none."""
    for entry in casefile.data:
        text = os.path.expandvars(entry)
        if "$" not in text and (found := (folder / text).resolve()).is_dir():
            return found
    return None


def find_files(patterns: tuple[str, ...], casefile: CaseFile, folder: Path) -> list[Path]:
    """Give the files that patterns name, sorted, each once.

    Raises
    ------
    InvalidFile
        Where a pattern names no file, or `@data` no folder.
    """
    found: dict[Path, None] = {}
    problems = []
    for pattern in patterns:
        if pattern in SHIPPED:
            found[SHIPPED[pattern]] = None
            continue
        base, rest = folder, pattern
        if pattern.startswith("@data/"):
            data = data_folder(casefile, folder)
            if data is None:
                looked = ", ".join(casefile.data) or "no folder is named under `data:`"
                problems.append(
                    Problem("case", 0, 0, f"no data folder for {pattern!r}", f"looked in: {looked}; or set it")
                )
                continue
            base, rest = data, pattern.removeprefix("@data/")
        here = [base / rest] if not any(c in rest for c in "*?[") else sorted(base.glob(rest))
        here = [p for p in here if p.is_file()]
        if not here:
            problems.append(Problem("case", 0, 0, f"no file is named by {pattern!r}", f"looked in {base}"))
        found.update(dict.fromkeys(here))
    if problems:
        raise InvalidFile(problems)
    return list(found)
