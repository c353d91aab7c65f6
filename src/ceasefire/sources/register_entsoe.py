"""Substations and plants on the map of the European electricity grid, as extracted by GridKit.

Source: https://github.com/PyPSA/GridKit, from ENTSO-E's interactive map, which is drawn for reading and not for
measuring. Of 26 Ukrainian plants on it that stand in other registers too, half lie within 12 km of their place
there and nine tenths within 31 km: hence the radius. Fields are quoted with a single quotation mark. Lines are
not read: a schematic line with such a radius covers the country and tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ceasefire.sources.register_entry import Adapter, Entry, Refused, place
from ceasefire.sources.rows import Rows

SOURCE = "entsoe"
LICENCE = "ENTSO-E map, unofficial extract by GridKit (see its notice)"
URL = "https://github.com/PyPSA/GridKit"
RADIUS_KM = 30.0
"""Uncertainty (90 %) of a schematic position, km, measured against the other registers."""
_CLASSES = {
    "nuclear": "energy.nuclear",
    "hydro run of river & pondage": "energy.hydro",
    "hydro water reservoir": "energy.hydro",
    "hydro mixed pump storage": "energy.hydro",
    "hydro pure pump storage": "energy.hydro",
    "hydro pure storage": "energy.hydro",
    "substation": "energy.electricity.grid",
    "converter station": "energy.electricity.grid",
    "converter station back-to-back": "energy.electricity.grid",
}
_TAG = re.compile(r'"(\w+)"=>"([^"]*)"')
_POINT = re.compile(r"POINT ?\(([-+.\deE]+) ([-+.\deE]+)\)")


def buses(rows: Rows) -> Iterator[Entry | Refused]:
    """Read substations; several voltages at one station are one object, a joint of the drawing is none."""
    c = rows.columns
    voltages: dict[str, set[int]] = {}
    for station, voltage in zip(c["station_id"], c["voltage"], strict=True):
        voltages.setdefault(station, set()).add(int(voltage) if voltage.isdecimal() else 0)
    for i, station in enumerate(c["station_id"]):
        symbol = c["symbol"][i].strip().lower()
        x, y, reason = place(c["x"][i], c["y"][i])
        if reason:
            yield Refused(int(rows.line[i]), reason, rows.raw(i))
            continue
        kv = "/".join(str(v) for v in sorted(voltages[station], reverse=True) if v)
        yield Entry(
            id=f"entsoe:station-{station}",
            name=f"substation {kv} kV" if kv else "substation",
            object_class=_CLASSES["substation"],
            lon=x,
            lat=y,
            radius_km=RADIUS_KM,
            line=int(rows.line[i]),
            status="joint" if symbol == "joint" else "construction" if c["under_construction"][i] == "t" else "",
            source=SOURCE,
            url=URL,
            licence=LICENCE,
            country=dict(_TAG.findall(c["tags"][i])).get("country", ""),
        )


def generators(rows: Rows) -> Iterator[Entry | Refused]:
    """Read power plants."""
    c = rows.columns
    for i, ident in enumerate(c["generator_id"]):
        tags = dict(_TAG.findall(c["tags"][i]))
        point = _POINT.match(c["geometry"][i].strip())
        x, y, reason = place(*point.groups()) if point else (0.0, 0.0, "the geometry is no point")
        if reason:
            yield Refused(int(rows.line[i]), reason, rows.raw(i))
            continue
        yield Entry(
            id=f"entsoe:generator-{ident}",
            name=tags.get("name", "").strip() or "power plant",
            object_class=_CLASSES.get(c["technology"][i].strip().lower(), "energy.electricity.generation"),
            lon=x,
            lat=y,
            radius_km=RADIUS_KM,
            line=int(rows.line[i]),
            status="construction" if tags.get("under_construction") == "1" else "",
            source=SOURCE,
            url=URL,
            licence=LICENCE,
            country=tags.get("country", ""),
        )


ADAPTERS: tuple[tuple[tuple[str, ...], Adapter], ...] = (
    (("bus_id", "station_id", "voltage", "symbol", "under_construction", "tags", "x", "y"), buses),
    (("generator_id", "bus_id", "technology", "capacity", "tags", "geometry"), generators),
)
"""Columns by which a file is known, and its reader."""
