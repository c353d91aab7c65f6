"""Power plants of the World Resources Institute and of powerplantmatching, which merges several registers.

Sources: https://github.com/wri/global-power-plant-database and
https://github.com/PyPSA/powerplantmatching, both CC BY 4.0. WRI says where each position comes from; those of
CARMA are the town's. Rows without a position are kept out: a plant without a place protects no place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ceasefire.sources.register_entry import Adapter, Entry, Refused, fuel_class, place
from ceasefire.sources.rows import Rows

LICENCE_WRI = "CC BY 4.0, World Resources Institute"
LICENCE_PPM = "CC BY 4.0, powerplantmatching"
URL_WRI = "https://github.com/wri/global-power-plant-database"
URL_PPM = "https://github.com/PyPSA/powerplantmatching"
RADII_KM = {"CARMA": 10.0, "WRI": 2.0, "GEODB": 2.0, "GCPT": 2.0}
"""Radius by the origin of the position; 5 km for any other."""
OTHER_KM = 5.0
SHUT_BEFORE = 2020
"""Year before which a closure in powerplantmatching is one; later ones are assumptions about coal."""
_SUM = re.compile(r"\b(oblast|county|region|voivodeship|judet)\b", re.IGNORECASE)


def database(rows: Rows) -> Iterator[Entry | Refused]:
    """Read the global power plant database."""
    c = rows.columns
    for i, ident in enumerate(c["gppd_idnr"]):
        yield _entry(
            rows,
            i,
            ident=f"wri:{ident}",
            name=c["name"][i],
            fuel=c["primary_fuel"][i],
            lon=c["longitude"][i],
            lat=c["latitude"][i],
            radius_km=RADII_KM.get(c["geolocation_source"][i], OTHER_KM),
            url=URL_WRI,
            country=c["country_long"][i],
        )


def raw(rows: Rows) -> Iterator[Entry | Refused]:
    """Read WRI's collection of one country, from which the database was made."""
    c = rows.columns
    for i, ident in enumerate(c["Power Plant ID"]):
        url = c["URL"][i]
        yield _entry(
            rows,
            i,
            ident=f"wri:{ident}",
            name=c["Name"][i],
            fuel=c["Fuel"][i],
            lon=c["Longitude"][i],
            lat=c["Latitude"][i],
            radius_km=RADII_KM.get(c["Geolocation Source"][i], OTHER_KM),
            url=url if url.startswith("http") else URL_WRI,
            country=c["Country"][i],
            status=c["Operational Status"][i],
        )


def matched(rows: Rows) -> Iterator[Entry | Refused]:
    """Read powerplantmatching's table; its sums of a region's small plants have a place, but are in no place."""
    c = rows.columns
    for i, ident in enumerate(c["id"]):
        if _SUM.search(c["Name"][i]):
            reason = "a sum over a region and not a plant"
            yield Refused(int(rows.line[i]), reason, rows.raw(i), c["Country"][i])
            continue
        yield _entry(
            rows,
            i,
            ident=f"ppm:{ident}",
            name=c["Name"][i],
            fuel=c["Fueltype"][i],
            lon=c["lon"][i],
            lat=c["lat"][i],
            radius_km=OTHER_KM,
            url=URL_PPM,
            country=c["Country"][i],
            status="retired" if _gone(c["DateOut"][i]) else "",
        )


ADAPTERS: tuple[tuple[tuple[str, ...], Adapter], ...] = (
    (
        ("country_long", "name", "gppd_idnr", "latitude", "longitude", "primary_fuel", "geolocation_source"),
        database,
    ),
    (("Power Plant ID", "Name", "Fuel", "Operational Status", "Latitude", "Longitude", "Geolocation Source"), raw),
    (("id", "Name", "Fueltype", "Set", "Country", "DateOut", "lat", "lon", "projectID"), matched),
)
"""Columns by which a file is known, and its reader."""


def _gone(year: str) -> bool:
    """Tell whether a plant was shut long ago; later years are the table's forecasts."""
    try:
        return float(year) < SHUT_BEFORE
    except ValueError:
        return False


def _entry(
    rows: Rows,
    i: int,
    *,
    ident: str,
    name: str,
    fuel: str,
    lon: str,
    lat: str,
    radius_km: float,
    url: str,
    country: str,
    status: str = "",
) -> Entry | Refused:
    x, y, reason = place(lon, lat)
    if reason:
        return Refused(int(rows.line[i]), reason, rows.raw(i), country)
    return Entry(
        id=ident,
        name=name.strip(),
        object_class=fuel_class(fuel),
        lon=x,
        lat=y,
        radius_km=radius_km,
        line=int(rows.line[i]),
        status=status.strip().lower(),
        source=ident[:3],
        url=url,
        licence=LICENCE_WRI if ident.startswith("wri") else LICENCE_PPM,
        country=country,
    )
