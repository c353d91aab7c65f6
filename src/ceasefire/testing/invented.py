"""The invented agreement of the simulated world, its case file, and the truth of its readings.

Two parties stop attacks on energy facilities. They agree on neither the objects nor the hour: the north means all
energy from a midnight on, the south also transport, from the evening of the next day on. The zone leaves out the
last region.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.model.taxonomy import covers
from ceasefire.testing.world import CHANNELS, CLOCK, CLOCK_HOURS, FIRST_DAY

Array = np.ndarray[Any, Any]

AGREEMENT = "invented-moratorium"
"""Id of the agreement, and its file's name."""
ACTS: tuple[str, ...] = ("attack.air", "attack.shelling")
"""Acts that the provision forbids; sabotage is not among them."""
OBJECTS: dict[str, tuple[str, ...]] = {"northern": ("energy",), "southern": ("energy", "transport")}
"""Objects protected under each reading."""
SOUTHERN_CLOCK = "America/La_Paz"
"""The southern reading is printed on a clock one hour behind the case's."""


def protected(object_class: Array) -> Array:
    """Tell which objects some reading protects, shape (n,).

    >>> protected(np.array(["energy.gas.pipeline", "military"])).tolist()
    [True, False]
    """
    wide = tuple({c for classes in OBJECTS.values() for c in classes})
    names, inverse = np.unique(object_class.astype(str), return_inverse=True)
    return np.array([covers(wide, n) for n in names], dtype=bool)[inverse]


def begins(days: int) -> dict[str, np.datetime64]:
    """Give the local time at which each reading begins, in a case of so many days.

    >>> {k: str(v) for k, v in begins(30).items()}
    {'northern': '2021-03-04T00:00:00', 'southern': '2021-03-05T18:00:00'}
    """
    lead = 3 if days >= 14 else 1
    first = FIRST_DAY + np.timedelta64(lead, "D")
    return {"northern": first, "southern": first + np.timedelta64(42, "h")}


def write(folder: Path, *, codes: Sequence[str], days: int, seed: int) -> None:
    """Write `case.yml`, the agreement, `truth/readings.csv` and `truth/README.md`.

    Parameters
    ----------
    folder
        The case's folder; `truth` must be there.
    codes
        Regions; the zone leaves out the last where there are four or more.
    days
        Length of the case.
    seed
        Printed in the title.
    """
    last = FIRST_DAY + np.timedelta64(days, "D")
    zone = list(codes[:-1]) if len(codes) >= 4 else list(codes)
    (folder / "case.yml").write_text(_case(list(codes), days, seed), encoding="utf-8")
    (folder / f"{AGREEMENT}.yml").write_text(_agreement(zone, days), encoding="utf-8")
    lines = ["provision,reading,acts,objects,regions,start,end"]
    for reading, start in begins(days).items():
        span = [str(t - np.timedelta64(CLOCK_HOURS, "h"))[:16] + "Z" for t in (start, last)]
        lines.append(",".join(["energy", reading, "|".join(ACTS), "|".join(OBJECTS[reading]), "|".join(zone), *span]))
    (folder / "truth" / "readings.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "truth" / "README.md").write_text(_TRUTH, encoding="utf-8")


def _day(days: int) -> str:
    return str(FIRST_DAY + np.timedelta64(days, "D"))[:10]


def _case(codes: list[str], days: int, seed: int) -> str:
    return f"""\
# A simulated case: parties, conflict and reports are invented; only the outlines of the regions are real.
case: 1
id: simulated-{seed}
title: Invented moratorium between north and south, simulated world {seed}
agreement: {AGREEMENT}.yml
period: {{from: {_day(0)}, to: {_day(days - 1)}}}
clock: {CLOCK}
cutoff: {_day(days + 2)}T12:00 {CLOCK}
issued: {_day(days + 3)}
area: {{regions: [{", ".join(codes)}]}}
channels: [{", ".join(CHANNELS)}]
sources:
  - {{id: reports, product: facts, path: reports.csv}}
  - {{id: sensors, product: facts, path: sensors.csv}}
  - {{id: looks, product: looks, path: looks.csv}}
"""


def _agreement(zone: list[str], days: int) -> str:
    start = {reading: str(t)[:16] for reading, t in begins(days).items()}
    north, south = (", ".join(OBJECTS[r]) for r in ("northern", "southern"))
    return f"""\
# Invented for testing; no such parties and no such agreement exist.
ceasefire: 1
id: {AGREEMENT}
version: 1
title: Invented moratorium on strikes against energy facilities
class: cessation_of_hostilities
purpose: peace_process
coverage: partial_objects
sides: bilateral
summary: Two invented parties stop attacks on energy facilities; they agree on neither the objects nor the hour.
clocks: [{CLOCK}, {SOUTHERN_CLOCK}]
parties:
  - {{id: north, name: North, role: belligerent}}
  - {{id: south, name: South, role: belligerent}}
sources:
  - {{id: invented, title: Invented for testing, kind: general_knowledge}}
zones:
  - id: moratorium-zone
    title: Zone of the moratorium
    regions: [{", ".join(zone)}]
    sources: [invented]
readings:
  - id: northern
    holder: north
    title: Northern reading
    clock: {CLOCK}
    note: All energy facilities, from midnight.
    sources: [invented]
  - id: southern
    holder: south
    title: Southern reading
    clock: {SOUTHERN_CLOCK}
    note: Energy and transport, from the evening of the day after.
    sources: [invented]
provisions:
  - id: energy
    kind: prohibition
    title: No attacks on energy facilities
    acts: [{", ".join(ACTS)}]
    binds: [north, south]
    intent: per_se
    in_flight: impact
    readings:
      northern:
        in_force_from: {start["northern"]} {CLOCK}
        until: {_day(days)}T00:00 {CLOCK}
        objects: [{north}]
        zone: moratorium-zone
        sources: [invented]
      southern:
        in_force_from: {start["southern"]} {CLOCK}
        until: {_day(days)}T00:00 {CLOCK}
        objects: [{south}]
        zone: moratorium-zone
        sources: [invented]
    sources: [invented]
stances:
  - {{party: north, on: agreement, at: "{_day(0)} {CLOCK}", stance: accepted, sources: [invented]}}
  - {{party: south, on: agreement, at: "{_day(0)} {CLOCK}", stance: accepted, sources: [invented]}}
"""


_TRUTH = """\
# Truth of a simulated world

The conflict, the parties, the towns' names and every report are invented; only the outlines of the regions are real.

| file | one line per |
|---|---|
| `incidents.csv` | event that happened; `party` is `other` for an accident; `protected`: by some reading |
| `readings.csv` | provision and reading: what it forbids, where, and from when to when (UTC) |
| `looks.csv` | region, channel and day, with the true chance that it showed an incident there and then |
| `rows.csv` | row of `reports.csv` and `sensors.csv`: the incident it tells of; empty for events that never happened |

A run must not read this folder; `ceasefire score` compares a finished run with it.
"""
