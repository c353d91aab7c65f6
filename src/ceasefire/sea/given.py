"""What a case says of its sources of the sea, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ceasefire.errors import CeasefireError
from ceasefire.model.agreement import Zone
from ceasefire.model.intake import Intake, Window
from ceasefire.model.sea import Sea
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent

AIS = ("before_days", "corridors", "time", "zone", "since", "until", "columns", "delimiter")
"""Options of a source line of AIS."""
BEFORE_DAYS = 28
"""Days before the case with which traffic is compared, where the files hold them."""


@dataclass(frozen=True)
class Line:
    """One source line of the sea."""

    id: str
    product: str
    paths: tuple[Path, ...]
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Given:
    """What the case knows."""

    lines: tuple[Line, ...]
    window: Window
    clock: str
    seas: tuple[str, ...]
    """Codes of the seas of the case's area."""
    zones: tuple[Zone, ...]
    """Zones of the agreement."""
    say: Callable[[str], None]

    def of(self, product: str) -> tuple[Line, ...]:
        """Give the lines of one product."""
        return tuple(line for line in self.lines if line.product == product)


@dataclass(frozen=True)
class Sailed:
    """What the sources of the sea gave."""

    intakes: dict[str, Intake] = field(default_factory=dict)
    """By source line."""
    events: Table[VesselEvent] = field(default_factory=lambda: Table.empty(VesselEvent))
    """What single ships did or suffered; never in a report."""
    sea: Sea | None = None
    """None where no source listened to ships."""


def allow(line: Line, names: Sequence[str]) -> None:
    """Refuse options that nobody reads: a misspelt one must not be taken for the default."""
    for name in line.options:
        if name not in names:
            known = ", ".join(sorted(names))
            raise CeasefireError(f"source {line.id!r}: no option {name!r} for {line.product}; known: {known}")


def corridors(given: Given, lines: Sequence[Line]) -> tuple[str, ...]:
    """Give the ids of zones whose traffic is counted: those that a source line names, else every lane of the text."""
    named = [str(z) for line in lines for z in _list(line.options.get("corridors", ()))]
    return tuple(dict.fromkeys(named)) or tuple(z.id for z in given.zones if z.corridor)


def before_days(line: Line) -> int:
    """Give how many days before the case are compared with."""
    value = line.options.get("before_days", BEFORE_DAYS)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 366:
        raise CeasefireError(f"source {line.id!r}: before_days is a whole number from 0 to 366, not {value!r}")
    return value


def _list(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)
