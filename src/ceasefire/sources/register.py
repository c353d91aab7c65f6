"""The register of objects that provisions may protect, from the files of public facility registers.

A file is known by its columns, not by its name. Rows of one plant in several files become one object that keeps
all links (`register_same` says how); a pipeline becomes discs along its route, no more than 20 km apart, with one
id and a part number. What does not stand (cancelled, proposed, retired) is counted as outside.

Public records of public objects only: no register of military objects is read, and none is made.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ceasefire.geo import distance
from ceasefire.geo.boundaries import DEFAULT_VIEW, boundaries
from ceasefire.geo.regions import locate, match
from ceasefire.model.intake import Count
from ceasefire.model.records import ProtectedObject, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources import register_entsoe, register_gem, register_osm, register_wri
from ceasefire.sources.granule import inspect
from ceasefire.sources.register_entry import Entry, Refused, stands
from ceasefire.sources.register_same import Plant, group
from ceasefire.sources.rows import read_csv

STEP_KM = 20.0
"""Greatest distance between discs along a route, km."""
MAX_BYTES = 200_000_000
"""Largest file read, bytes."""
COUNTRY_COLUMNS = ("country", "countries", "areas", "country_long", "Country", "country_2", "area2")
"""Columns in which registers name countries."""
Area = tuple[float, float, float, float] | Sequence[str]
"""Box (west, south, east, north in degrees), or region patterns such as `("UA", "RU-KRS")`."""
_ADAPTERS = (*register_gem.ADAPTERS, *register_wri.ADAPTERS, *register_entsoe.ADAPTERS)
_ORDER = ("gem", "wri", "ppm", "osm", "entsoe")
"""Registers, the most exact positions first."""


def read(
    paths: Sequence[Path], *, area: Area = ("UA", "RU"), view: str = DEFAULT_VIEW
) -> tuple[Table[ProtectedObject], Table[Quarantined], Count]:
    """Read register files into protected objects.

    Parameters
    ----------
    paths
        CSV, JSON and GeoJSON files of known registers, in any order.
    area
        Box in degrees, or region patterns; objects elsewhere are counted as outside.
    view
        Boundary view, for patterns of countries.

    Returns
    -------
    Objects sorted by id; rows that could not be used, with reasons; the count of rows, where a row of a plant
    that another row has given already is a duplicate.

    >>> objects, bad, count = read([])
    >>> len(objects), len(bad), count
    (0, 0, Count(rows=0, used=0, duplicates=0, quarantined=0, outside=0))
    """
    inside = _Area(area, view)
    bad: list[Quarantined] = []
    kept: list[tuple[str, Entry]] = []
    outside = 0
    for path in sorted(paths, key=lambda p: (p.name, str(p))):
        standing = []
        rows, elsewhere = _rows(path, bad, inside)
        outside += elsewhere
        for row in rows:
            if isinstance(row, Entry) and stands(row):
                standing.append(row)
            elif isinstance(row, Refused) and inside.names(row.country):
                bad.append(_quarantined(_source(path), path, row))
            else:
                outside += 1
        held = inside.holds(standing)
        outside += int((~held).sum())
        kept += [(str(path), row) for row, yes in zip(standing, held, strict=True) if yes]
    kept.sort(key=lambda k: (_ORDER.index(k[1].source), k[0]))
    plants = group(kept)
    count = Count(len(kept) + len(bad), len(plants), len(kept) - len(plants), len(bad), outside)
    return _objects(plants, inside), Table.of(Quarantined, bad), count


class _Area:
    """Box or patterns, asked about places and countries' names."""

    def __init__(self, area: Area, view: str) -> None:
        parts = tuple(area)
        patterns = [p for p in parts if isinstance(p, str)]
        self.box = None if patterns else np.asarray(parts, dtype=np.float64)
        self.codes = {c for p in patterns for c in match(p, view=view)}
        b = boundaries()
        rows = np.isin(b.code.astype(str), sorted(self.codes))
        columns: list[Sequence[str]] = [*(c.tolist() for c in b.country.values()), b.country_name]
        known = [np.asarray([w.lower() for w in column]) for column in columns]
        self._here = {str(w) for words in known for w in words[rows]}
        self._known = {str(w) for words in known for w in words}

    def places(self, lon: Any, lat: Any) -> tuple[Any, Any]:
        """Give for places whether they lie in the area, and their regions."""
        region = locate(lon, lat)
        if self.box is not None:
            west, south, east, north = self.box
            return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north), region
        return np.asarray([c in self.codes for c in region], dtype=bool), region

    def holds(self, rows: Sequence[Entry]) -> npt.NDArray[np.bool_]:
        """Tell which entries lie in the area, a route with any of its discs, shape (n,)."""
        out = np.zeros(len(rows), dtype=bool)
        if not rows:
            return out
        places = [_discs(row)[0] for row in rows]
        xy, owner = np.concatenate(places), np.repeat(np.arange(len(rows)), [len(p) for p in places])
        out[owner[self.places(xy[:, 0], xy[:, 1])[0]]] = True
        return out

    def names(self, country: str) -> bool:
        """Tell whether a row without a place belongs to the area by the countries it names, or names none."""
        words = _words(country)
        return not words or self.box is not None or bool(words & self._here)

    def may_hold(self, country: str) -> bool:
        """Tell whether a row with a place may lie in the area: an unknown country's name may mean any."""
        return self.names(country) or not _words(country) <= self._known


def _words(country: str) -> set[str]:
    return {w.strip().lower() for w in country.replace(",", ";").split(";")} - {""}


def along(route: Any, *, step_km: float = STEP_KM) -> tuple[Any, float]:
    """Give places along a line, no farther apart than the step, and the distance between them in km.

    >>> xy, apart_km = along(np.array([[30.0, 50.0], [30.0, 51.0]]))
    >>> len(xy), round(apart_km, 1)
    (6, 18.5)
    """
    line = np.asarray(route, dtype=np.float64)
    lengths = distance.km(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1])
    total = float(lengths.sum())
    pieces = max(int(np.ceil(total / step_km)), 1)
    if total == 0.0:
        return line[:1], 0.0
    at, want = np.concatenate([[0.0], np.cumsum(lengths)]), (np.arange(pieces) + 0.5) * total / pieces
    return np.c_[np.interp(want, at, line[:, 0]), np.interp(want, at, line[:, 1])], total / pieces


def _rows(path: Path, bad: list[Quarantined], inside: _Area) -> tuple[Iterable[Entry | Refused], int]:
    """Give a file's rows, and how many were left unread because they name countries outside the area."""
    if path.suffix.lower() in (".json", ".geojson"):
        return _json_rows(path), 0
    quote = "'" if _quoted_singly(path) else '"'
    table = read_csv(path, required=(), source="register", quotechar=quote, max_bytes=MAX_BYTES)
    bad += table.quarantine
    header = set(table.columns)
    if not header:
        return [], 0
    adapter = next((a for columns, a in _ADAPTERS if set(columns) <= header), None)
    if adapter is None:
        return [Refused(0, "no known register has these columns", ", ".join(sorted(header))[:500])], 0
    named = [table.columns[c] for c in COUNTRY_COLUMNS if c in header]
    keep = [inside.may_hold(";".join(words)) for words in zip(*named, strict=True)] if named else [True] * len(table)
    if all(keep):
        return adapter(table), 0
    columns = {k: [v for v, yes in zip(c, keep, strict=True) if yes] for k, c in table.columns.items()}
    here = dataclasses.replace(table, columns=columns, line=table.line[np.asarray(keep)])
    return adapter(here), keep.count(False)


def _json_rows(path: Path) -> Iterable[Entry | Refused]:
    granule = inspect(path, max_bytes=MAX_BYTES)
    if granule.problem:
        return [Refused(0, granule.problem, "")]
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        return [Refused(0, f"not JSON: {type(error).__name__}: {str(error)[:120]}", "")]
    if isinstance(data, list):
        return register_osm.refineries(data)
    if isinstance(data, dict) and isinstance(data.get("features"), list):
        return register_gem.hydro_features(data["features"])
    return [Refused(0, "neither a list of places nor a GeoJSON feature collection", "")]


def _quoted_singly(path: Path) -> bool:
    """Tell whether fields stand in single quotation marks: GridKit's files begin such a field after a comma."""
    try:
        with path.open("rb") as file:
            first = file.read(4096)
    except OSError:
        return False  # `read_csv` says why
    return b",'" in first and b',"' not in first


def _objects(plants: list[Plant], inside: _Area) -> Table[ProtectedObject]:
    """Lay the plants out in columns, routes in parts."""
    columns: dict[str, list[Any]] = {k: [] for k in ("id", "name", "object_class", "lon", "lat", "radius_km")}
    columns |= {k: [] for k in ("status", "source", "url", "licence")}
    taken: dict[str, int] = {}
    for plant in plants:
        first = plant.rows[0]
        taken[first.id] = taken.get(first.id, 0) + 1
        ident = first.id if taken[first.id] == 1 else f"{first.id} ({taken[first.id]})"
        xy, radii = _discs(first)
        if first.routes:
            within, _ = inside.places(xy[:, 0], xy[:, 1])
            numbers = np.flatnonzero(within)
        else:
            numbers = np.array([0])
        for n in numbers:
            columns["id"].append(f"{ident}/{n + 1:03d}" if first.routes else ident)
            columns["lon"].append(float(xy[n, 0]))
            columns["lat"].append(float(xy[n, 1]))
            columns["radius_km"].append(round(float(radii[n]), 2))
            columns["name"].append(first.name)
            columns["object_class"].append(_class(plant))
            columns["status"].append(next((r.status for r in plant.rows if r.status), ""))
            for k in ("source", "url", "licence"):
                columns[k].append("|".join(dict.fromkeys(v for r in plant.rows if (v := getattr(r, k)))))
    if not columns["id"]:
        return Table.empty(ProtectedObject)
    columns["region"] = locate(columns["lon"], columns["lat"]).tolist()
    return Table.from_columns(ProtectedObject, columns).sort("id")


def _class(plant: Plant) -> str:
    """The narrowest class among the rows."""
    return max((r.object_class for r in plant.rows), key=lambda c: c.count("."))


def _discs(first: Entry) -> tuple[Any, Any]:
    if not first.routes:
        return np.array([[first.lon, first.lat]]), np.array([first.radius_km])
    parts = [along(r) for r in first.routes]
    radii = [np.full(len(xy), np.hypot(apart / 2, first.radius_km)) for xy, apart in parts]
    return np.concatenate([xy for xy, _ in parts]), np.concatenate(radii)


def _source(path: Path) -> str:
    return f"register:{path.suffix.lstrip('.').lower()}"


def _quarantined(source: str, path: Path, row: Refused) -> Quarantined:
    return Quarantined(source=source, granule=path.name, line=row.line, reason=row.reason, row=row.row)
