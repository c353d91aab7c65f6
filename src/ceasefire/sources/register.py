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
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from ceasefire.geo.boundaries import DEFAULT_VIEW, boundaries
from ceasefire.geo.regions import locate, match
from ceasefire.model.intake import Count
from ceasefire.model.records import ProtectedObject, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources import register_entsoe, register_gem, register_osm, register_ports, register_wri
from ceasefire.sources.blocks import Block, blocks
from ceasefire.sources.granule import inspect
from ceasefire.sources.register_entry import STEP_KM, Entry, Refused, stands
from ceasefire.sources.register_same import Plant, group
from ceasefire.sources.rows import Rows

__all__ = ["COUNTRY_COLUMNS", "MAX_BYTES", "STEP_KM", "Area", "read"]

MAX_BYTES = 200_000_000
"""Largest file read, bytes."""
COUNTRY_COLUMNS = ("country", "countries", "areas", "country_long", "Country", "country_2", "area2")
"""Columns in which registers name countries."""
_LINKS = ("source", "url", "licence")
"""Fields that keep what all rows of a plant say."""
Area = tuple[float, float, float, float] | Sequence[str]
"""Box (west, south, east, north in degrees), or region patterns such as `("UA", "RU-KRS")`."""
_ADAPTERS = (*register_gem.ADAPTERS, *register_wri.ADAPTERS, *register_entsoe.ADAPTERS, *register_ports.ADAPTERS)
_ORDER = ("gem", "wri", "ppm", "osm", "entsoe", "port")
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
        self._bounds = shapely.total_bounds(b.shape[rows]) if self.box is None else self.box
        self._here = {str(w) for words in known for w in words[rows]}
        self._known = {str(w) for words in known for w in words}

    def places(self, lon: Any, lat: Any) -> tuple[Any, Any]:
        """Give for places whether they lie in the area, and their regions."""
        region = locate(lon, lat)
        if self.box is not None:
            west, south, east, north = self.box
            return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north), region
        return np.isin(region.astype(str), sorted(self.codes)), region

    def holds(self, rows: Sequence[Entry]) -> npt.NDArray[np.bool_]:
        """Tell which entries lie in the area, a route with any of its discs, shape (n,)."""
        out = np.zeros(len(rows), dtype=bool)
        if not rows:
            return out
        out[:] = self.places(*np.array([(row.lon, row.lat) for row in rows]).T)[0]  # no place of its own on a route
        routes = [k for k, row in enumerate(rows) if row.routes and self._comes_near(np.concatenate(row.routes))]
        if routes:
            xy = np.concatenate([rows[k].discs[0] for k in routes])
            owner = np.repeat(routes, [len(rows[k].discs[0]) for k in routes])
            out[owner[self.places(xy[:, 0], xy[:, 1])[0]]] = True
        return out

    def _comes_near(self, route: npt.NDArray[np.float64]) -> bool:
        """Tell whether a route's box comes within a degree of the area's, without which no disc of it is inside."""
        (west, south), (east, north) = self._bounds[:2] - 1.0, self._bounds[2:] + 1.0
        x, y = route.T
        return bool(x.min() <= east and x.max() >= west and y.min() <= north and y.max() >= south)

    def names(self, country: str) -> bool:
        """Tell whether a row without a place belongs to the area by the countries it names, or names none."""
        words = _words(country)
        return not words or self.box is not None or bool(words & self._here)

    def may_hold(self, country: str) -> bool:
        """Tell whether a row with a place may lie in the area: an unknown country's name may mean any."""
        return self.names(country) or not _words(country) <= self._known


def _words(country: str) -> set[str]:
    return {w.strip().lower() for w in country.replace(",", ";").split(";")} - {""}


def _rows(path: Path, bad: list[Quarantined], inside: _Area) -> tuple[Iterable[Entry | Refused], int]:
    """Give a file's rows, and how many were left unread because they name countries outside the area."""
    if path.suffix.lower() in (".json", ".geojson"):
        return _json_rows(path), 0
    quote = "'" if _quoted_singly(path) else '"'
    parts = list(blocks(path, required=(), source="register", quotechar=quote, max_bytes=MAX_BYTES))
    bad += [row for part in parts for row in part.quarantine]
    header = set(parts[0].columns)
    if not header:
        return [], 0
    adapter = next((a for columns, a in _ADAPTERS if set(columns) <= header), None)
    if adapter is None:
        return [Refused(0, "no known register has these columns", ", ".join(sorted(header))[:500])], 0
    here = [_in_area(part, inside) for part in parts]
    columns = {name: [text for part in here for text in part.columns[name].to_pylist()] for name in parts[0].columns}
    line = np.concatenate([part.line for part in here])
    table = Rows("register", parts[0].granule, parts[0].sha256, columns, line)
    return adapter(table), sum(map(len, parts)) - len(table)


def _in_area(block: Block, inside: _Area) -> Block:
    """Keep the rows of a block that may lie in the area by the countries they name."""
    named = [block.columns[c].to_pylist() for c in COUNTRY_COLUMNS if c in block.columns]
    if not named:
        return block
    may_hold = cache(inside.may_hold)
    keep = np.array([may_hold(";".join(words)) for words in zip(*named, strict=True)], dtype=bool)
    columns = {name: column.filter(pa.array(keep)) for name, column in block.columns.items()}
    return dataclasses.replace(block, columns=columns, line=block.line[keep], content=block.content[keep])


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
    if not plants:
        return Table.empty(ProtectedObject)
    first = [plant.rows[0] for plant in plants]
    parts = [len(row.discs[1]) for row in first]
    owner, number = np.repeat(np.arange(len(plants)), parts), np.concatenate([np.arange(n) for n in parts])
    xy, radius = np.concatenate([r.discs[0] for r in first]), np.concatenate([r.discs[1] for r in first])
    within, region = inside.places(xy[:, 0], xy[:, 1])
    routed = np.array([bool(row.routes) for row in first])[owner]
    keep = np.flatnonzero(within | ~routed)
    ids = _told_apart([row.id for row in first])[owner[keep]]
    ids[routed[keep]] += np.array([f"/{n + 1:03d}" for n in number[keep][routed[keep]]], dtype=object)
    texts = {
        "name": [row.name for row in first],
        "object_class": [_class(plant) for plant in plants],
        "status": [next((r.status for r in plant.rows if r.status), "") for plant in plants],
        **{k: ["|".join(dict.fromkeys(v for r in p.rows if (v := getattr(r, k)))) for p in plants] for k in _LINKS},
    }
    columns = {
        "id": ids,
        "lon": xy[keep, 0],
        "lat": xy[keep, 1],
        "radius_km": np.array([round(float(r), 2) for r in radius[keep]]),
        "region": region[keep],
        **{name: np.array(values, dtype=object)[owner[keep]] for name, values in texts.items()},
    }
    return Table.from_columns(ProtectedObject, columns).sort("id")


def _told_apart(ids: list[str]) -> Any:
    """Number what comes again under an id, shape (n,)."""
    taken: dict[str, int] = {}
    out = np.empty(len(ids), dtype=object)
    for k, ident in enumerate(ids):
        taken[ident] = taken.get(ident, 0) + 1
        out[k] = ident if taken[ident] == 1 else f"{ident} ({taken[ident]})"
    return out


def _class(plant: Plant) -> str:
    """The narrowest class among the rows."""
    return max((r.object_class for r in plant.rows), key=lambda c: c.count("."))


def _source(path: Path) -> str:
    return f"register:{path.suffix.lstrip('.').lower()}"


def _quarantined(source: str, path: Path, row: Refused) -> Quarantined:
    return Quarantined(source=source, granule=path.name, line=row.line, reason=row.reason, row=row.row)
