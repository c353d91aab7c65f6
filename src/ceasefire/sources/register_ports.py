"""Ports and terminals as protected objects: the shipped list, or one of the same columns.

Source: `geo/data/ports.csv`, whose origin and licence `geo.ports` states.
"""

from __future__ import annotations

from collections.abc import Iterator

from ceasefire.model.taxonomy import OBJECTS
from ceasefire.sources.register_entry import Adapter, Entry, Refused, place
from ceasefire.sources.rows import Rows

LICENCE = "public domain; written from general knowledge"
FARTHEST_KM = 50.0
"""A wider disc is a coast and not a port."""


def listed(rows: Rows) -> Iterator[Entry | Refused]:
    """Read a list of ports."""
    c = rows.columns
    for i, ident in enumerate(c["port_id"]):
        lon, lat, reason = place(c["lon"][i], c["lat"][i])
        radius = _radius(c["radius_km"][i])
        if not ident.strip():
            reason = "no port_id"
        elif not reason and not 0 < radius <= FARTHEST_KM:
            reason = f"radius_km is not between 0 and {FARTHEST_KM:g}"
        elif not reason and c["object_class"][i] not in OBJECTS:
            reason = f"unknown object class {c['object_class'][i][:40]!r}"
        if reason:
            yield Refused(int(rows.line[i]), reason, rows.raw(i), c["country"][i])
            continue
        yield Entry(
            id=f"port:{ident.strip()}",
            name=c["name"][i].strip(),
            object_class=c["object_class"][i],
            lon=lon,
            lat=lat,
            radius_km=radius,
            line=int(rows.line[i]),
            status="operating",
            source="port",
            licence=LICENCE,
            country=c["country"][i],
        )


def _radius(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return -1.0


ADAPTERS: tuple[tuple[tuple[str, ...], Adapter], ...] = (
    (("port_id", "name", "country", "lat", "lon", "radius_km", "object_class"), listed),
)
"""Columns by which a file is known, and its reader."""
