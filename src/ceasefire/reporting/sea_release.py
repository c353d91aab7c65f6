"""What of a sea may be published: late, in sums, and with the jamming map so coarse that it points at nothing.

Why: the place of a disturbance tells where its transmitter stands, and the place of one ship tells somebody where to
find it. What readers need stays: whether ships sail, how much was disturbed, how much nobody could hear.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from math import floor
from zoneinfo import ZoneInfo

from ceasefire.model.sea import Disturbed, Sea
from ceasefire.reporting.patrol_release import delay_hours
from ceasefire.reporting.release import ReleaseRules

COARSEST_DEG = 0.5
"""Cells of the published jamming map, degrees: some 50 km."""


def release(sea: Sea, rules: ReleaseRules, *, issued: date, clock: str) -> Sea:
    """Give a sea as it may be published: days within the delay are left out and counted.

    Parameters
    ----------
    sea
        In full.
    rules
        Release rules of the case.
    issued, clock
        Day of issue and the IANA clock whose midnight begins it.
    """
    until = datetime.combine(issued, time(), ZoneInfo(clock)).astimezone(UTC) - timedelta(hours=delay_hours(rules))
    last = (until.astimezone(ZoneInfo(clock)) - timedelta(seconds=1)).date()
    begun = {d.day for d in sea.days}
    return replace(
        sea,
        days=tuple(d for d in sea.days if d.day <= last),
        corridors=tuple(replace(c, days=tuple(d for d in c.days if d.day <= last)) for c in sea.corridors),
        events=tuple(e for e in sea.events if e.day <= last),
        disturbed=_coarse(tuple(d for d in sea.disturbed if d.end <= until), rules),
        dark=tuple(d for d in sea.dark if d.day <= last),
        coarse_deg=max(10.0**-rules.decimals, COARSEST_DEG),
        waiting=sum(day > last for day in begun),
    )


def _coarse(cells: tuple[Disturbed, ...], rules: ReleaseRules) -> tuple[Disturbed, ...]:
    """Put cells of one day into larger ones; the likeliest part speaks for the whole, ships are those of all parts."""
    step = max(10.0**-rules.decimals, COARSEST_DEG)
    found: dict[tuple[date, int, int], list[Disturbed]] = {}
    for cell in cells:
        found.setdefault((cell.start.date(), floor(cell.lat / step), floor(cell.lon / step)), []).append(cell)
    out = []
    for (_, row, column), many in sorted(found.items()):
        out.append(
            Disturbed(
                lon=round((column + 0.5) * step, 6),
                lat=round((row + 0.5) * step, 6),
                side_deg=step,
                start=min(c.start for c in many),
                end=max(c.end for c in many),
                ships=max(c.ships for c in many),
                disturbed=max(c.disturbed for c in many),
                probability=max(c.probability for c in many),
            )
        )
    return tuple(out)
