"""Global Energy Monitor's trackers: gas and oil pipelines, gas fields and terminals, gas, hydro, nuclear plants.

Source: https://globalenergymonitor.org, CC BY 4.0. Units of one plant are rows of their own. Positions said to be
exact are the plant's; the plant itself is up to two kilometres wide. Routes are drawn by hand from maps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import shapely

from ceasefire.sources.register_entry import Adapter, Entry, Refused, checked, colon_route, place
from ceasefire.sources.rows import Rows

SOURCE = "gem"
LICENCE = "CC BY 4.0, Global Energy Monitor"
EXACT_KM, APPROXIMATE_KM, FIELD_KM, ROUTE_KM = 2.0, 10.0, 10.0, 5.0
"""Radii: a plant, a plant placed by its town, a gas field, the reach to each side of a drawn route."""
_KINDS = {
    "gas_pipeline": ("energy.gas.pipeline", ROUTE_KM),
    "hydrogen_pipeline": ("energy.gas.pipeline", ROUTE_KM),
    "gas_power_plant": ("energy.electricity.generation", EXACT_KM),
    "gas_extraction_area": ("energy.gas.production", FIELD_KM),
    "lng_terminal": ("energy.gas.storage", EXACT_KM),
    "oil_pipelines": ("energy.oil.pipeline", ROUTE_KM),
    "ngl_pipelines": ("energy.oil.pipeline", ROUTE_KM),
}


def gas_tracker(rows: Rows) -> Iterator[Entry | Refused]:
    """Read the Europe gas tracker, where each row is a plant, a field, a terminal or a pipeline."""
    for i, r in _each(rows):
        kind = _KINDS.get(r["type"])
        if kind is None:
            yield Refused(int(rows.line[i]), f"unknown type {r['type']!r}", rows.raw(i))
            continue
        name = _name(r["project"], r["unit"] if r["geom"] == "line" else "")
        common = {"name": name, "object_class": kind[0], "radius_km": kind[1], "status": r["status_tabular"]}
        common |= {"url": r["url"], "country": r["countries"], "id": f"gem:{name}"}
        yield _entry(rows, i, common, lon=r["lng"], lat=r["lat"], route=r["route"] if r["geom"] == "line" else None)


def oil_tracker(rows: Rows) -> Iterator[Entry | Refused]:
    """Read the oil pipelines."""
    for i, r in _each(rows):
        kind = _KINDS.get(r["type"], ("energy.oil.pipeline", ROUTE_KM))
        name = _name(r["project"], r["unit"])
        common = {"name": name, "object_class": kind[0], "radius_km": kind[1], "status": r["status"]}
        common |= {"url": r["url"], "country": r["countries"], "id": f"gem:{name}"}
        yield _entry(rows, i, common, route=r["route"])


def gas_infrastructure(rows: Rows) -> Iterator[Entry | Refused]:
    """Read gas pipelines and LNG terminals, whose geometry is well-known text."""
    for i, r in _each(rows):
        terminal = r["tracker-acro"].endswith("-lng")
        common = {
            "name": r["name"] if terminal else _name(r["name"], r["unit_name"]),
            "object_class": "energy.gas.storage" if terminal else "energy.gas.pipeline",
            "radius_km": EXACT_KM if terminal else ROUTE_KM,
            "status": r["status"],
            "url": r["url"],
            "country": r["areas"],
            "id": f"gem:{r['id']}",
        }
        if terminal:
            yield _entry(rows, i, common, lon=r["Longitude"], lat=r["Latitude"])
        else:
            yield _entry(rows, i, common, wkt=r["geometry"])


def plants(rows: Rows) -> Iterator[Entry | Refused]:
    """Read gas power plants; the tracker does not say how exact a place is, so it is taken for a plant's width."""
    for i, r in _each(rows):
        common = {"name": r["project"], "object_class": "energy.electricity.generation", "radius_km": EXACT_KM}
        common |= {"status": r["status"], "url": r["url"], "country": r["country"]}
        yield _entry(rows, i, common | {"id": f"gem:{r['project']}"}, lon=r["lng"], lat=r["lat"])


def nuclear(rows: Rows) -> Iterator[Entry | Refused]:
    """Read nuclear power plants."""
    for i, r in _each(rows):
        name = r["project-name"]
        common: dict[str, Any] = {
            "name": name,
            "object_class": "energy.nuclear",
            "radius_km": _accuracy(r["location-accuracy"]),
        }
        common |= {"status": r["status"], "url": r["url"], "country": r["country"], "id": f"gem:{name}"}
        yield _entry(rows, i, common, lon=r["lng"], lat=r["lat"])


def hydro(rows: Rows) -> Iterator[Entry | Refused]:
    """Read hydroelectric plants."""
    for i, r in _each(rows):
        common: dict[str, Any] = {
            "name": r["project_name"],
            "object_class": "energy.hydro",
            "status": r["status"],
            "url": r["url"],
        }
        common |= {"radius_km": _accuracy(r["location_accuracy"]), "id": f"gem:{r['gem_location_id']}"}
        yield _entry(rows, i, common | {"country": f"{r['country']};{r['country_2']}"}, lon=r["lng"], lat=r["lat"])


def hydro_features(features: list[Any]) -> Iterator[Entry | Refused]:
    """Read the hydro tracker's GeoJSON features; the line is the feature's number."""
    for i, feature in enumerate(features, 1):
        p = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(p, dict) or not {"pid", "name", "Latitude", "Longitude"} <= set(p):
            yield Refused(i, "a feature of the hydro tracker has pid, name, Latitude and Longitude", str(feature)[:500])
            continue
        lon, lat, reason = place(str(p["Longitude"]), str(p["Latitude"]))
        if reason:
            yield Refused(i, reason, str(p)[:500])
            continue
        yield Entry(
            id=f"gem:{p['pid']}",
            name=str(p["name"]),
            object_class="energy.hydro",
            lon=lon,
            lat=lat,
            radius_km=EXACT_KM,
            line=i,
            status=str(p.get("status", "")).lower(),
            source=SOURCE,
            url=str(p.get("url", "")),
            licence=LICENCE,
            country=str(p.get("areas", "")),
        )


ADAPTERS: tuple[tuple[tuple[str, ...], Adapter], ...] = (
    (("project", "unit", "type", "countries", "status_tabular", "geom", "lat", "lng", "route", "url"), gas_tracker),
    (("project", "unit", "type", "countries", "status", "geom", "route", "url"), oil_tracker),
    (("id", "url", "name", "unit_name", "areas", "Latitude", "geometry", "tracker-acro"), gas_infrastructure),
    (("fuel_type", "technology", "project", "unit", "country", "status", "lat", "lng", "url"), plants),
    (("country", "project-name", "reactor-type", "location-accuracy", "lat", "lng", "url"), nuclear),
    (("project_name", "location_accuracy", "gem_location_id", "country_2", "lat", "lng", "url"), hydro),
)
"""Columns by which a file is known, and its reader."""


def _each(rows: Rows) -> Iterator[tuple[int, Mapping[str, str]]]:
    names = list(rows.columns)
    for i, values in enumerate(zip(*rows.columns.values(), strict=True)):
        yield i, dict(zip(names, map(str, values), strict=True))


def _entry(
    rows: Rows, i: int, common: dict[str, Any], *, lon: str = "", lat: str = "", route: str | None = None, wkt: str = ""
) -> Entry | Refused:
    line = int(rows.line[i])
    common |= {"status": common["status"].strip().lower(), "line": line, "source": SOURCE, "licence": LICENCE}
    if route is None and not wkt and not (lon or lat):
        return Refused(line, "no coordinates", rows.raw(i), common["country"])
    if route is None and not wkt:
        x, y, reason = place(lon, lat)
        return Refused(line, reason, rows.raw(i), common["country"]) if reason else Entry(**common, lon=x, lat=y)
    try:
        return Entry(**common, routes=colon_route(route) if route is not None else _lines(wkt))
    except (ValueError, IndexError, shapely.errors.ShapelyError) as error:
        return Refused(line, f"the route cannot be read: {str(error)[:120]}", rows.raw(i), common["country"])


def _lines(wkt: str) -> tuple[Any, ...]:
    shape = shapely.from_wkt(wkt)
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "LineString" and not p.is_empty]
    if not parts:
        raise ValueError("no line in the geometry")
    return tuple(checked(np.asarray(shapely.get_coordinates(p))) for p in parts)


def _accuracy(word: str) -> float:
    return EXACT_KM if word.strip().lower() == "exact" else APPROXIMATE_KM


def _name(project: str, unit: str) -> str:
    unit = unit.strip()
    return f"{project.strip()} {unit}" if unit and unit not in ("--", "-") else project.strip()
