"""Which rows of several registers are the same plant: near each other, of one class, and alike in name.

Rule, in the order in which files come (most exact first). A row joins an object where
1. it has the same id and lies within 5 km (units of one plant); or
2. the object has no row of the same file under another id (a register knows its own plants apart), the classes
   agree, the distance is at most the sum of both radii and 35 km, and the names are alike; or
3. as 2, but within 0.5 km, or both nuclear, whatever the names; or
4. it is a unit that its register lists under an id of its own (nuclear units, powerplantmatching's units by
   fuel): as 2 and 3, within 3 km.
The nearest object that fits is taken. Routes are the same where class and name are. Names are alike where their
own words (kinds such as "CHP" left out) begin with the same five letters or agree to four fifths, and their
numbers do not differ: Kyiv CHP-5 is not Kyiv CHP-6. A solar or wind park is never alike a plant of another kind.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import cKDTree

from ceasefire.geo import distance
from ceasefire.sources.register_entry import Entry

REACH_KM = 35.0
"""Rows farther apart are never one plant."""
UNITS_KM = 5.0
"""Units of one plant lie within this."""
SITE_KM = 3.0
"""Rows of one nuclear site, or units listed one by one, lie within this."""
TOUCH_KM = 0.5
"""Rows of one class as near as this are one plant, whatever their names."""
_KINDS = frozenset(
    re.findall(
        r"\w+",
        """power plant station stations thermal nuclear npp tpp chp chpp hpp hpspp hydro hydroelectric solar wind farm
        park gres tec tets spp pumped storage psp unit timepoint refinery terminal lng gas coal cogeneration combined
        cycle russia ukraine project pipeline natural нпз тэц тэс гэс""",
    )
)
"""Words of kind, which plants share."""


@dataclass
class Plant:
    """Rows that are one object; the first is the most exact and gives the place."""

    rows: list[Entry] = field(default_factory=list)
    """Rows of the object."""
    files: dict[str, str] = field(default_factory=dict)
    """File to the id under which the object stands in it."""


def group(entries: Sequence[tuple[str, Entry]]) -> list[Plant]:
    """Put rows of one plant together.

    Parameters
    ----------
    entries
        Pairs of file name and row, the most exact file first.

    >>> a = Entry(id="gem:1", name="Zaporizhzhia nuclear power plant", object_class="energy.nuclear", lon=34.59,
    ...           lat=47.51, radius_km=2, line=1, source="gem", licence="")
    >>> b = Entry(id="entsoe:2", name="Zaporizka NPP", object_class="energy.nuclear", lon=34.62, lat=47.45,
    ...           radius_km=10, line=1, source="entsoe", licence="")
    >>> [[row.id for row in plant.rows] for plant in group([("a", a), ("b", b)])]
    [['gem:1', 'entsoe:2']]
    """
    plants: list[Plant] = []
    routes: dict[tuple[str, str], Plant] = {}
    points: list[Plant] = []
    batch: list[Entry] = []
    for i, (file, entry) in enumerate(entries):
        if entry.routes:
            key = (entry.object_class, _fold(entry.name))
            if key not in routes:
                routes[key] = Plant()
                plants.append(routes[key])
            routes[key].rows.append(entry)
        else:
            batch.append(entry)
        if i + 1 == len(entries) or entries[i + 1][0] != file:
            points = _join(points, file, batch)
            batch = []
    return plants + points


def alike(one: str, other: str) -> bool:
    """Tell whether two names may be one plant's.

    >>> alike("Zmiivska", "Zmyivska TPP"), alike("Kyiv CHP-5", "Kyiv CHP-6"), alike("Kursk NPP", "Smolensk NPP")
    (True, False, False)
    """
    a, b = _fold(one), _fold(other)
    if a == b and a:
        return True
    if _weather(a) != _weather(b):
        return False
    numbers = [set(re.findall(r"\d+", t)) for t in (a, b)]
    if numbers[0] and numbers[1] and numbers[0] != numbers[1]:
        return False
    words = [[w for w in re.findall(r"[^\W\d]+", t) if w not in _KINDS and len(w) > 1] for t in (a, b)]
    pairs = [(x, y) for x in words[0] for y in words[1]]
    return any((len(x) >= 5 and x[:5] == y[:5]) or _ratio(x, y) >= 0.8 for x, y in pairs)


def _weather(folded: str) -> bool:
    return not {"solar", "wind", "pv", "spp"}.isdisjoint(folded.split())


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _join(plants: list[Plant], file: str, batch: list[Entry]) -> list[Plant]:
    """Join one file's rows to the objects so far, or begin new ones."""
    old = len(plants)
    own: dict[str, list[Plant]] = {}
    near: list[list[int]] = [[] for _ in batch]
    if old and batch:
        tree = cKDTree(_vectors([p.rows[0] for p in plants]))
        near = list(tree.query_ball_point(_vectors(batch), float(distance.chord(REACH_KM))))
    for entry, candidates in zip(batch, near, strict=True):
        unit = next((p for p in own.get(entry.id, []) if _km(p.rows[0], entry) <= UNITS_KM), None)
        found = unit or _nearest(entry, [plants[i] for i in candidates if i < old], file)
        if found is None:
            found = Plant()
            plants.append(found)
        found.rows.append(entry)
        found.files[file] = entry.id
        own.setdefault(entry.id, [])
        if found not in own[entry.id]:
            own[entry.id].append(found)
    return plants


def _nearest(entry: Entry, plants: list[Plant], file: str) -> Plant | None:
    fits = []
    for i, plant in enumerate(plants):
        first = plant.rows[0]
        away = _km(first, entry)
        nuclear = entry.object_class == "energy.nuclear"
        units = away <= SITE_KM and (nuclear or entry.source == "ppm")
        if not _classes_agree(first, entry) or (plant.files.get(file, entry.id) != entry.id and not units):
            continue
        reach = min(first.radius_km + entry.radius_km, REACH_KM)
        named = any(alike(row.name, entry.name) for row in plant.rows) or first.id == entry.id
        if away <= TOUCH_KM or (away <= reach and (named or nuclear)):
            fits.append((away, i))
    return plants[min(fits)[1]] if fits else None


def _classes_agree(one: Entry, other: Entry) -> bool:
    a, b = one.object_class, other.object_class
    return (
        a == b
        or (a == "energy.oil" and b.startswith("energy.oil."))
        or (b == "energy.oil" and a.startswith("energy.oil."))
    )


def _km(one: Entry, other: Entry) -> float:
    return float(distance.km(one.lon, one.lat, other.lon, other.lat))


def _vectors(rows: Sequence[Entry]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return distance.unit_vectors([r.lon for r in rows], [r.lat for r in rows])


def _fold(name: str) -> str:
    text = unicodedata.normalize("NFKD", name.casefold())
    text = "".join(c for c in text if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W\d_]+|\d+", text))
