"""What was planned: one line for each zone and time, with the mission's own reason where it was not flown."""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from ceasefire.errors import InvalidFile, Problem

COLUMNS = ("zone", "start", "end", "reason")
"""Columns of a plan; `start`, `end` and `reason` may be empty. Times without an offset are UTC, or the clock's."""


@dataclass(frozen=True)
class PlanLine:
    """One line of a plan."""

    zone: str
    """Id of the zone or object to watch."""
    start: datetime | None = None
    """Planned begin, UTC."""
    end: datetime | None = None
    """Planned end, UTC."""
    reason: str = ""
    """Why it was not flown, in the mission's word: `weather`, `denied`, `returned to base`, ..."""


def read_plan(paths: Sequence[Path], *, known: Collection[str], clock: str = "") -> tuple[PlanLine, ...]:
    """Read plans; all problems at once.

    Parameters
    ----------
    paths
        CSV files with the columns zone, start, end, reason.
    known
        Ids of zones and objects that a plan may name.
    clock
        IANA zone of times without an offset; UTC where empty.

    Raises
    ------
    InvalidFile
        A file that cannot be read, a time that is none, or a zone that nobody knows.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "plan.csv"
    >>> _ = path.write_text("zone,start,end,reason\\nnorth,2025-04-01 09:00,2025-04-01 09:20,\\n")
    >>> read_plan([path], known=["north"], clock="Europe/Kyiv")[0].start.isoformat()
    '2025-04-01T06:00:00+00:00'
    """
    out: list[PlanLine] = []
    problems: list[Problem] = []
    zone = _zone(clock)
    for path in paths:
        try:
            rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            problems.append(Problem(path.name, 0, 0, f"cannot be read: {error}", "CSV in UTF-8"))
            continue
        if not rows or "zone" not in rows[0]:
            problems.append(Problem(path.name, 1, 0, "no column `zone`, or no line", f"columns: {', '.join(COLUMNS)}"))
            continue
        for number, row in enumerate(rows, start=2):
            made = _line(row, known, zone)
            if isinstance(made, str):
                problems.append(Problem(path.name, number, 0, made))
            else:
                out.append(made)
    if problems:
        raise InvalidFile(problems)
    return tuple(out)


def _zone(clock: str) -> tzinfo:
    """Give a clock: an IANA zone or an offset such as +02:00."""
    if clock[:1] in ("+", "-"):
        return datetime.fromisoformat(f"2025-01-01T00:00{clock}").tzinfo or UTC
    return ZoneInfo(clock or "UTC")


def _line(row: dict[str, str], known: Collection[str], clock: tzinfo) -> PlanLine | str:
    zone = (row.get("zone") or "").strip()
    if zone not in known:
        return f"unknown zone {zone!r}; known: {', '.join(sorted(known)[:12]) or 'none, give the zones'}"
    ends: list[datetime | None] = []
    for name in ("start", "end"):
        text = (row.get(name) or "").strip()
        try:
            when = datetime.fromisoformat(text) if text else None
        except ValueError:
            return f"{name} is a time such as 2025-04-01 09:00, not {text!r}"
        if when is not None:
            when = (when if when.tzinfo else when.replace(tzinfo=clock)).astimezone(UTC)
        ends.append(when)
    if ends[0] and ends[1] and ends[1] < ends[0]:
        return "it ends before it begins"
    return PlanLine(zone, ends[0], ends[1], (row.get("reason") or "").strip())
