"""Checks that need the whole file: every id that is named must be defined, once, and phases must not go in circles.

They work on the plain data and not on the records, so that a wrong id is reported together with a wrong date in
another line: a person who mends a file wants all its errors at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from typing import Any

import shapely

from ceasefire.geo import regions
from ceasefire.model.moment import near

Path = tuple[int | str, ...]
Finding = tuple[Path, str, str]
"""Where, what is wrong, what would be right."""

DEFINED: dict[str, tuple[str, ...]] = {
    "party": ("parties", "*", "id"),
    "source": ("sources", "*", "id"),
    "zone": ("zones", "*", "id"),
    "condition": ("conditions", "*", "id"),
    "reading": ("readings", "*", "id"),
    "provision": ("provisions", "*", "id"),
    "phase": ("phases", "*", "id"),
}
"""What is defined where; `*` stands for each item."""

NAMED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("source", ("zones", "*", "sources", "*")),
    ("source", ("conditions", "*", "sources", "*")),
    ("source", ("conditions", "*", "status", "*", "sources", "*")),
    ("source", ("readings", "*", "sources", "*")),
    ("source", ("provisions", "*", "sources", "*")),
    ("source", ("provisions", "*", "readings", "*", "sources", "*")),
    ("source", ("provisions", "*", "silent", "*", "sources", "*")),
    ("source", ("phases", "*", "sources", "*")),
    ("source", ("phases", "*", "demands", "*", "sources", "*")),
    ("source", ("stances", "*", "sources", "*")),
    ("party", ("readings", "*", "holder")),
    ("party", ("provisions", "*", "binds", "*")),
    ("party", ("provisions", "*", "by")),
    ("party", ("provisions", "*", "to")),
    ("party", ("phases", "*", "demands", "*", "party")),
    ("party", ("stances", "*", "party")),
    ("zone", ("provisions", "*", "readings", "*", "zone")),
    ("zone", ("provisions", "*", "silent", "*", "zone")),
    ("reading", ("provisions", "*", "silent", "*", "readings", "*")),
    ("condition precedent", ("provisions", "*", "readings", "*", "conditions", "*")),
    ("lapse", ("provisions", "*", "readings", "*", "lapses", "*")),
    ("condition precedent", ("phases", "*", "gate", "requires", "*")),
    ("condition", ("stances", "*", "conditions", "*")),
    ("provision", ("phases", "*", "provisions", "*")),
    ("phase", ("phases", "*", "gate", "after", "*")),
    ("agreement, provision or phase", ("stances", "*", "on")),
)
"""What is named where."""


def references(data: Any) -> list[Finding]:
    """Find ids that are named but not defined, defined twice, or of the wrong kind, and circles among phases.

    Parameters
    ----------
    data
        The file as plain data; parts of the wrong shape are passed over (the records report those).

    >>> references({"parties": [{"id": "russia"}], "stances": [{"party": "rusia"}]})
    [(('stances', 0, 'party'), "unknown party 'rusia'", "did you mean 'russia'?")]
    """
    found: list[Finding] = []
    known: dict[str, set[str]] = {}
    for noun, pattern in DEFINED.items():
        known[noun] = set()
        for path, value in _scan(data, pattern):
            if value in known[noun]:
                found.append((path, f"the {noun} {value!r} is defined twice", "give one of them another id"))
            known[noun].add(value)
    kinds = {
        noun: {line["id"] for line in _lines(data, "conditions") if line.get("kind") == kind}
        for noun, kind in (("condition precedent", "precedent"), ("lapse", "lapse"))
    }
    known.update(kinds)
    known["agreement, provision or phase"] = known["provision"] | known["phase"] | {"agreement"}
    for noun, pattern in NAMED:
        for path, value in _scan(data, pattern):
            if value in known[noun]:
                continue
            if noun in kinds and value in known["condition"]:
                kind = "precedent" if noun == "lapse" else "lapse"
                found.append((path, f"the condition {value!r} is a {kind}", f"name a {noun} here"))
            else:
                found.append((path, f"unknown {noun} {value!r}", near(value, known[noun])))
    for i, clause in _numbered(data, "provisions"):
        found += _silences(i, clause)
        readings = clause.get("readings")
        for key in readings if isinstance(readings, dict) else ():
            if key not in known["reading"]:
                path = ("provisions", i, "readings", key, "[key]")
                found.append((path, f"unknown reading {key!r}", near(key, known["reading"])))
    return found + _circles(data)


def places(data: Any) -> list[Finding]:
    """Find region codes that mean no region, and polygons that cross themselves.

    Parameters
    ----------
    data
        The file as plain data.

    >>> places({"zones": [{"regions": ["UA-99"]}]})[0][1]
    "no region 'UA-99'"
    """
    found: list[Finding] = []
    drawn = chain(*(_scan(data, ("zones", "*", *steps, "*")) for steps in (("regions",), ("within",), ("coast", "of"))))
    for path, code in drawn:
        if _REGION.fullmatch(code) and not regions.match(code):
            codes = regions.match(code[:2]) if "-" in code else []
            found.append((path, f"no region {code!r}", near(code, codes) if codes else "an ISO 3166 code in use"))
    for i, zone in enumerate(_items(data, "zones")):
        ring = zone.get("polygon") if isinstance(zone, dict) else None
        if _is_ring(ring):
            polygon = shapely.Polygon(ring)
            if not polygon.is_valid:
                reason = shapely.is_valid_reason(polygon)
                found.append(
                    (("zones", i, "polygon"), f"the polygon is not simple: {reason}", "a ring that never crosses")
                )
    return found


def _silences(i: int, clause: dict[str, Any]) -> Iterator[Finding]:
    """Find silences of one provision that share an id, or that name a reading the provision does not exist under."""
    seen: set[str] = set()
    readings = clause.get("readings")
    for j, silence in enumerate(_items(clause, "silent")):
        if not isinstance(silence, dict):
            continue
        path: Path = ("provisions", i, "silent", j)
        name = silence.get("id")
        if isinstance(name, str):
            if name in seen:
                yield (*path, "id"), f"the silence {name!r} is defined twice", "give one of them another id"
            seen.add(name)
        named = silence.get("readings")
        for k, reading in enumerate(named if isinstance(named, list) else ()):
            if isinstance(reading, str) and isinstance(readings, dict) and reading not in readings:
                wrong = f"the provision does not exist under the reading {reading!r}"
                yield (*path, "readings", k), wrong, near(reading, [r for r in readings if isinstance(r, str)])


_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


def _is_ring(ring: Any) -> bool:
    return (
        isinstance(ring, list)
        and len(ring) >= 3
        and all(
            isinstance(c, list) and len(c) == 2 and all(type(v) in (int, float) and abs(v) <= 180 for v in c)
            for c in ring
        )
    )


def _circles(data: Any) -> list[Finding]:
    after: dict[str, list[str]] = {}
    place: dict[str, Path] = {}
    for i, phase in _numbered(data, "phases"):
        gate = phase.get("gate")
        names = gate.get("after") if isinstance(gate, dict) else None
        after[phase["id"]] = [n for n in names if isinstance(n, str)] if isinstance(names, list) else []
        place[phase["id"]] = ("phases", i, "gate")
    try:
        TopologicalSorter(after).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        start = min(p for p in circle if p in place)
        turn = circle[:-1]
        turn = turn[turn.index(start) :] + turn[: turn.index(start)] + [start]
        wrong = "the phases go in a circle: " + " after ".join(repr(p) for p in turn)
        return [(place[start], wrong, "remove one `after`")]
    return []


def _scan(data: Any, pattern: tuple[str, ...], path: Path = ()) -> Iterator[tuple[Path, str]]:
    if not pattern:
        if isinstance(data, str):
            yield path, data
        return
    step, rest = pattern[0], pattern[1:]
    if step != "*":
        if isinstance(data, dict) and step in data:
            yield from _scan(data[step], rest, (*path, step))
    elif isinstance(data, list):
        for i, item in enumerate(data):
            yield from _scan(item, rest, (*path, i))
    elif isinstance(data, dict):
        for key, item in data.items():
            yield from _scan(item, rest, (*path, key))


def _items(data: Any, section: str) -> list[Any]:
    lines = data.get(section) if isinstance(data, dict) else None
    return lines if isinstance(lines, list) else []


def _numbered(data: Any, section: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for i, line in enumerate(_items(data, section)):
        if isinstance(line, dict) and isinstance(line.get("id"), str):
            yield i, line


def _lines(data: Any, section: str) -> Iterator[dict[str, Any]]:
    return (line for _, line in _numbered(data, section))
