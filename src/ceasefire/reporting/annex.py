"""The annex: one line per incident in the manner of a monitoring mission's table.

Columns follow the annexed table of the OSCE Special Monitoring Mission to Ukraine (position of the observer, place,
means, number, observation, description, weapon, date, time), with the count of reports in place of what was heard.
"""

from __future__ import annotations

from dataclasses import dataclass

from ceasefire.reporting import words
from ceasefire.reporting.matrix import GROUPS, TITLES, Matrix, Row


@dataclass(frozen=True)
class Entry:
    """One line."""

    incident: str
    position: str
    """Who observed, and who held the place."""
    location: str
    means: str
    number: str
    observation: str
    description: str
    weapon: str
    date: str
    time: str
    reports: str
    group: str


def entries(matrix: Matrix) -> tuple[Entry, ...]:
    """Write the annex's lines of a released report: every incident of the matrix that is printed, by time."""
    rows = [r for g in GROUPS for r in matrix.shown(g)]
    return tuple(_entry(r) for r in sorted(rows, key=lambda r: (r.start, r.end, r.id)))


def _entry(r: Row) -> Entry:
    position = words.joined([c.lower() for c in r.channels]) or "not told"
    described = f"{r.object}; {words.chance(r.p_object)} that it was protected"
    if r.alternatives:
        described += f"; {words.joined(list(r.alternatives), 'or')} not excluded"
    return Entry(
        incident=r.id,
        position=position[:1].upper() + position[1:] + (f"; place {r.control}" if r.control else ""),
        location=f"{r.place}, {r.region_name}" if r.place != r.region_name else r.region_name,
        means="recorded" if any(c.startswith(("Satellites", "Drones")) for c in r.channels) else "reported",
        number="1" if r.p_occurred >= 0.8 else "about 1",
        observation=r.effects or "no effect told",
        description=described,
        weapon=r.act,
        date=r.date,
        time=r.time,
        reports=words.count(r.origins, "independent report"),
        group=TITLES[r.group][1],
    )
