"""What one source gives the case: observations, looks, claims, and rows that add up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ceasefire.model.document import Document
from ceasefire.model.records import Claim, Look, Observation, Quarantined
from ceasefire.model.table import Table


@dataclass(frozen=True)
class Window:
    """The period a case is about, half open, UTC."""

    start: datetime
    """First instant."""
    end: datetime
    """First instant after."""

    @property
    def days(self) -> int:
        """Number of whole days.

        >>> from datetime import UTC
        >>> Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC)).days
        31
        """
        return (self.end - self.start).days


@dataclass(frozen=True)
class Count:
    """Rows of one source: `rows = used + duplicates + quarantined`; rows outside the case stand apart."""

    rows: int = 0
    """Rows read that fall into the case's window."""
    used: int = 0
    """Rows that became an observation, a look or a claim."""
    duplicates: int = 0
    """Rows equal to an earlier row in everything that matters."""
    quarantined: int = 0
    """Rows (or files) that could not be used, each kept with its reason."""
    outside: int = 0
    """Rows read whose time is outside the case's window."""

    def __add__(self, other: Count) -> Count:
        return Count(
            self.rows + other.rows,
            self.used + other.used,
            self.duplicates + other.duplicates,
            self.quarantined + other.quarantined,
            self.outside + other.outside,
        )

    def check(self) -> None:
        """Raise `ValueError` unless the rows add up.

        >>> Count(rows=3, used=1, duplicates=1, quarantined=1).check()
        """
        if self.rows != self.used + self.duplicates + self.quarantined:
            raise ValueError(f"rows do not add up: {self}")


@dataclass(frozen=True)
class Intake:
    """One source, read."""

    observations: Table[Observation] = field(default_factory=lambda: Table.empty(Observation))
    """What it saw."""
    looks: Table[Look] = field(default_factory=lambda: Table.empty(Look))
    """When and where it looked."""
    claims: Table[Claim] = field(default_factory=lambda: Table.empty(Claim))
    """What speakers said in it."""
    documents: Table[Document] = field(default_factory=lambda: Table.empty(Document))
    """Texts that claims are still to be read from."""
    quarantine: Table[Quarantined] = field(default_factory=lambda: Table.empty(Quarantined))
    """What could not be used."""
    count: Count = field(default_factory=Count)
    """Rows that add up."""
    files: tuple[tuple[str, str], ...] = ()
    """Pairs (file name, SHA-256 of its bytes)."""
