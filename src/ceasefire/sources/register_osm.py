"""OpenStreetMap's objects tagged as refineries, a JSON list of name and place.

Source: https://www.openstreetmap.org, ODbL 1.0. The tag is used for more than refineries (oil treatment,
chemistry, transshipment): only where the name says refinery is it one; else it is an oil facility of unknown kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ceasefire.sources.register_entry import Entry, Refused, place

SOURCE = "osm"
LICENCE = "ODbL 1.0, OpenStreetMap contributors"
URL = "https://www.openstreetmap.org"
RADIUS_KM = 2.0
"""Half a refinery's width, km."""
_REFINERY = re.compile(r"нефтеперераб|нафтоперероб|нпз|refiner", re.IGNORECASE)


def refineries(items: list[Any]) -> Iterator[Entry | Refused]:
    """Read the list; the line is the item's number."""
    for i, item in enumerate(items, 1):
        if not isinstance(item, dict) or not {"name", "lat", "lon"} <= set(item):
            yield Refused(i, "an item has name, lat and lon", str(item)[:500])
            continue
        lon, lat, reason = place(str(item["lon"]), str(item["lat"]))
        if reason:
            yield Refused(i, reason, str(item)[:500])
            continue
        name = "" if item["name"] == "Unnamed" else str(item["name"])
        yield Entry(
            id=f"osm:{lat:.5f},{lon:.5f}",
            name=name or "oil facility without a name",
            object_class="energy.oil.refinery" if _REFINERY.search(name) else "energy.oil",
            lon=lon,
            lat=lat,
            radius_km=RADIUS_KM,
            line=i,
            source=SOURCE,
            url=f"{URL}/#map=15/{lat:.5f}/{lon:.5f}",
            licence=LICENCE,
        )
