"""What to ask of each service: addresses, limits, and how to know that an answer is what was asked for.

Shapes of the services, as they document them:

* FIRMS area API: `/api/area/csv/MAP_KEY/SOURCE/WEST,SOUTH,EAST,NORTH/DAYS/FIRST-DAY`, at most 5 days a call, 5,000
  calls in 10 minutes; a wrong key is answered by the text `Invalid MAP_KEY.`
  (https://firms.modaps.eosdis.nasa.gov/api/area/).
* UCDP API: `/api/gedevents/VERSION?pagesize=..&page=..`, JSON with `TotalPages` and `Result`, a token in the header
  `x-ucdp-access-token` (https://ucdp.uu.se/apidocs/).
* VIINA: two zipped tables a year, reports and labels (https://github.com/zhukovyuri/VIINA).
* Air-raid alerts: tables of single alerts (https://github.com/Vadimkin/ukrainian-air-raid-sirens-dataset).
* Articles: any public page by its link, archived as it is.
* Imagery: catalogues that answer as STAC APIs; see `stac`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import UTC, date, timedelta
from hashlib import sha256
from typing import Any

from ceasefire.errors import FetchError
from ceasefire.model.intake import Window
from ceasefire.sources.fetch_web import Ask, unsafe
from ceasefire.sources.raster_windows import Place

FIRMS = "https://firms.modaps.eosdis.nasa.gov"
FIRMS_SOURCES = ("VIIRS_SNPP_SP", "VIIRS_NOAA20_SP", "MODIS_SP")
"""Standard products; for the last months ask for `VIIRS_SNPP_NRT`, `VIIRS_NOAA20_NRT`, `VIIRS_NOAA21_NRT`."""
FIRMS_DAYS = 5
"""Most days of one call."""
FIRMS_AREA = (22.0, 44.0, 41.0, 53.0)
"""West, south, east, north: Ukraine and the nearest parts of Russia."""
UCDP = "https://ucdpapi.pcr.uu.se"
UCDP_COUNTRIES = (369, 365)
"""Gleditsch-Ward numbers: Ukraine, Russia."""
UCDP_PAGE = 1000
"""Most events of one page."""
VIINA = "https://raw.githubusercontent.com/zhukovyuri/VIINA/HEAD/Data"
ALERTS = "https://raw.githubusercontent.com/Vadimkin/ukrainian-air-raid-sirens-dataset/HEAD/datasets"

IMAGERY = ("hls", "sentinel1", "sentinel2")
"""Products of which windows are fetched through a catalogue."""

_KEY = re.compile(r"[A-Za-z0-9._~-]{8,200}")
_WORD = re.compile(r"[A-Z0-9_]{3,40}")
_VERSION = re.compile(r"\d{2}\.\d{1,2}(?:\.\d{1,2})?")


def firms(window: Window, options: Mapping[str, Any]) -> list[Ask]:
    """Plan calls of the FIRMS area API: each source, at most `FIRMS_DAYS` days a call.

    Options: `key` or the environment variable CEASEFIRE_FIRMS_KEY; `sources`; `area` (west, south, east, north);
    `days_per_call` (1 to 5).
    """
    key = _secret(options, "CEASEFIRE_FIRMS_KEY", "a FIRMS map key, free at " + FIRMS + "/api/map_key/")
    days = int(options.get("days_per_call", FIRMS_DAYS))
    if not 1 <= days <= FIRMS_DAYS:
        raise FetchError(f"days_per_call lies between 1 and {FIRMS_DAYS}, not {days}")
    west, south, east, north = (float(x) for x in options.get("area", FIRMS_AREA))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise FetchError("area is west, south, east, north in degrees")
    area = ",".join(f"{x:g}" for x in (west, south, east, north))
    asks = []
    for name in options.get("sources", FIRMS_SOURCES):
        if not _WORD.fullmatch(name):
            raise FetchError(f"{name!r} is not a FIRMS source; known: {', '.join(FIRMS_SOURCES)}")
        for first, count in _chunks(window, days):
            last = first + timedelta(days=count - 1)
            url = f"{FIRMS}/api/area/csv/{key}/{name}/{area}/{count}/{first}"
            asks.append(Ask(f"firms_{name}_{first}_{last}.csv", url, secret=key, problem=_not_firms))
    return asks


def ucdp_page(window: Window, options: Mapping[str, Any], page: int) -> Ask:
    """Plan one page of UCDP events that end in the window.

    Options: `key` or the environment variable CEASEFIRE_UCDP_TOKEN; `version` (default the yearly release after the
    window's last year); `countries` (Gleditsch-Ward numbers).
    """
    token = _secret(options, "CEASEFIRE_UCDP_TOKEN", "a UCDP API token, see https://ucdp.uu.se/apidocs/")
    first, last = _dates(window)
    version = str(options.get("version", f"{(last.year + 1) % 100:02d}.1"))
    if not _VERSION.fullmatch(version):
        raise FetchError(f"{version!r} is not a UCDP version, e.g. 25.1 or 25.0.3")
    countries = ",".join(str(int(c)) for c in options.get("countries", UCDP_COUNTRIES))
    url = (
        f"{UCDP}/api/gedevents/{version}?pagesize={UCDP_PAGE}&page={page}"
        f"&Country={countries}&StartDate={first}&EndDate={last}"
    )
    name = f"ucdp_ged_{version}_{first}_{last}_page{page:03d}.json"
    return Ask(name, url, secret=token, headers=(("x-ucdp-access-token", token),), problem=_not_json)


def viina(window: Window, options: Mapping[str, Any]) -> list[Ask]:
    """Plan VIINA's tables of reports and labels of each year of the window."""
    first, last = _dates(window)
    return [
        Ask(f"{kind}_latest_{year}.zip", f"{VIINA}/{kind}_latest_{year}.zip", problem=_not_zip)
        for year in range(first.year, last.year + 1)
        for kind in ("event_info", "event_labels")
    ]


def alerts(window: Window, options: Mapping[str, Any]) -> list[Ask]:
    """Plan the tables of single air-raid alerts; each holds the whole time. Options: `files`."""
    names = options.get("files", ("official_data_en.csv", "volunteer_data_en.csv"))
    if not all(re.fullmatch(r"[a-z_]{3,40}\.csv", name) for name in names):
        raise FetchError("files are names of tables, e.g. official_data_en.csv")
    return [Ask(name, f"{ALERTS}/{name}", problem=_not_table) for name in names]


def articles(options: Mapping[str, Any]) -> list[Ask]:
    """Plan the archiving of pages: one file a link, named by the hash of the link.

    Options: `links`, a list of addresses (https), in the order of the case file; equal links are asked for once.

    >>> [ask.name for ask in articles({"links": ["https://example.org/a"]})]
    ['b5b10dd0429e69ac.html']
    """
    links = options.get("links", ())
    if isinstance(links, str) or not all(isinstance(link, str) for link in links) or not links:
        raise FetchError("links is a list of addresses of pages, at least one")
    asks = []
    for link in dict.fromkeys(link.strip() for link in links):
        if wrong := unsafe(link):
            raise FetchError(f"{link}: {wrong}: refused")
        name = sha256(link.encode()).hexdigest()[:16]
        asks.append(Ask(f"{name}.html", link, elsewhere=True, problem=_not_page))
    return asks


def around(options: Mapping[str, Any]) -> list[Place]:
    """Give the places that the case file names for imagery.

    Options: `around`, a list of longitude, latitude (degrees) and radius (metres).

    >>> [(place.id, place.lon, place.radius_m) for place in around({"around": [[30.5, 50.4, 500]]})]
    [('around 1', 30.5, 500.0)]
    """
    found = []
    for k, row in enumerate(options.get("around", ())):
        try:
            lon, lat, radius = (float(x) for x in row)
        except (TypeError, ValueError):
            raise FetchError("around is a list of longitude, latitude and radius in metres") from None
        if not (-180 <= lon <= 180 and -90 < lat < 90 and 0 < radius <= 50_000):
            raise FetchError(f"around, place {k + 1}: degrees, and a radius up to 50,000 metres, not {row}")
        found.append(Place(f"around {k + 1}", lon, lat, radius))
    return found


def _not_page(block: bytes) -> str:
    packed = block.startswith((b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"\x89PNG", b"\xff\xd8"))
    return "not a page but a packed file, a picture or a PDF" if packed or not block.strip() else ""


def _secret(options: Mapping[str, Any], variable: str, what: str) -> str:
    key = str(options.get("key") or os.environ.get(variable, "")).strip()
    if not key:
        raise FetchError(f"needs {what}: set the environment variable {variable}")
    if not _KEY.fullmatch(key):
        raise FetchError(f"the key in {variable} has characters that no such key has")
    return key


def _dates(window: Window) -> tuple[date, date]:
    return window.start.astimezone(UTC).date(), (window.end - timedelta(seconds=1)).astimezone(UTC).date()


def _chunks(window: Window, days: int) -> list[tuple[date, int]]:
    first, last = _dates(window)
    chunks = []
    while first <= last:
        count = min(days, (last - first).days + 1)
        chunks.append((first, count))
        first += timedelta(days=count)
    return chunks


def _first_line(block: bytes) -> str:
    return block[:300].decode("utf-8", "replace").strip().splitlines()[0] if block.strip() else ""


def _not_firms(block: bytes) -> str:
    line = _first_line(block)
    if "MAP_KEY" in line:
        return "FIRMS does not know this map key; get one at " + FIRMS + "/api/map_key/"
    if "latitude" in line.lower().split(","):
        return ""
    return f"FIRMS did not answer with a table: {line[:200] or 'an empty answer'}"


def _not_json(block: bytes) -> str:
    if block.lstrip()[:1] == b"{":
        return ""
    return f"UCDP did not answer with JSON: {_first_line(block)[:200] or 'an empty answer'}"


def _not_zip(block: bytes) -> str:
    return "" if block.startswith(b"PK\x03\x04") else f"not a zip file: {_first_line(block)[:200]}"


def _not_table(block: bytes) -> str:
    line = _first_line(block)
    return "" if "," in line and "<" not in line else f"not a table: {line[:200]}"
