"""Imagery from a catalogue (STAC): the windows of the places that matter, and nothing else, as small local files.

Each window of each band of each item becomes a GeoTIFF with the stored pixels as the publisher has them, and a side-car
`<name>.json`: item, address without its signature, the hash of file and pixels, time, and what the reader needs (date,
orbit, scale). A second run takes what is there with the same hash as it is. Items that were found and could not be
used stand in `not-fetched.json` with their reasons: the reader makes lost looks of them.
"""

from __future__ import annotations

import json
import os
import re
import time
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ceasefire.errors import FetchError
from ceasefire.model.intake import Window
from ceasefire.sources.fetch_web import TIMEOUT_S, Fetched, Opener, file_hash, https_opener, unsafe, write_whole
from ceasefire.sources.raster_file import Unreadable
from ceasefire.sources.raster_pieces import NOT_FETCHED
from ceasefire.sources.raster_windows import Place, touch, windows
from ceasefire.sources.stac_http import Door
from ceasefire.sources.stac_items import MASKS, Box, Found, Refused, check
from ceasefire.sources.stac_search import Circling, pages
from ceasefire.sources.stac_window import bring, there

HISTORY_DAYS = {"sentinel1": 365, "sentinel2": 60, "hls": 60}
"""Days before the window that are fetched too, as the time before; the option `history_days` sets another number."""
SERVICES: Mapping[str, Mapping[str, Any]] = {
    "sentinel1": {
        "stac": "https://planetarycomputer.microsoft.com/api/stac/v1",
        "collections": ["sentinel-1-rtc"],
        "assets_from": ["sentinel1euwestrtc.blob.core.windows.net"],
        "sign": "https://planetarycomputer.microsoft.com/api/sas/v1/token/sentinel-1-rtc",
    },
    "sentinel2": {
        "stac": "https://earth-search.aws.element84.com/v1",
        "collections": ["sentinel-2-l2a"],
        "assets_from": ["sentinel-cogs.s3.us-west-2.amazonaws.com"],
    },
    "hls": {
        "stac": "https://cmr.earthdata.nasa.gov/stac/LPCLOUD",
        "collections": ["HLSS30_2.0", "HLSL30_2.0"],
        "assets_from": ["data.lpdaac.earthdatacloud.nasa.gov", "d1nklfio7vscoe.cloudfront.net"],
        "token": "CEASEFIRE_EARTHDATA_TOKEN",
        "token_for": ["data.lpdaac.earthdatacloud.nasa.gov"],
    },
}
"""Where each product is asked for unless the case file says else; a token is named by its environment variable."""
BANDS = {"sentinel1": ("VV", "VH"), "sentinel2": ("B8A", "B12"), "hls": ("B8A", "B12")}
SEARCH_DEGREES = 3.0
"""Windows within such a square are searched for together: a scene covers as much."""


def fetch_windows(
    product: str,
    *,
    folder: Path,
    window: Window,
    places: Sequence[Place],
    options: Mapping[str, Any] | None = None,
    opener: Opener | None = None,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Fetched]:
    """Find the items of a product over places and bring their windows.

    Parameters
    ----------
    product
        `sentinel1`, `sentinel2` or `hls`.
    folder
        Where the windows go.
    window
        Period of the case; `history_days` before it are fetched too.
    places
        What is wanted, e.g. of `raster_windows.places`.
    options
        `stac`, `collections`, `assets_from` (hosts of the files), `token` (name of an environment variable with a
        bearer token), `token_for` (hosts it is sent to), `sign` (address that gives a signature for the files'
        addresses), `bands`, `history_days`, `timeout_s`; defaults in `SERVICES`.
    opener, sleep, now
        As of `fetch.fetch`; tests give their own.

    Returns
    -------
    Every window, new or there already, and `not-fetched.json` where an item was refused, in order of names.

    Raises
    ------
    FetchError
        Where something could not be had that another try may bring; all that came is kept, and named in the message
        is what did not.
    """
    said = {**SERVICES[product], **(options or {})}
    if not places:
        raise FetchError(f"{product} needs places: a register of objects, drawn zones, or `around` in the options")
    door = _door(said, opener or https_opener(), sleep)
    days = timedelta(days=int(said.get("history_days", HISTORY_DAYS[product])))
    period = Window(window.start - days, window.end)
    boxes = windows(places)
    bands = [str(band) for band in said.get("bands", BANDS[product])]
    bands += [MASKS[product]] if product in MASKS and MASKS[product] not in bands else []
    found, refused, failed = _search(product, said, door, period, boxes, bands)
    sign = ""
    files: list[Fetched] = []
    folder.mkdir(parents=True, exist_ok=True)
    for item in found:
        for band, href in item.assets.items():
            wanted = [box for box in boxes if touch(box, item.box)]
            before = [there(folder, item, band, box) for box in wanted]
            files += [one for one in before if one]
            missing = [box for box, one in zip(wanted, before, strict=True) if one is None]
            if not missing:
                continue
            try:
                if said.get("sign") and not sign:
                    sign = _signature(door, str(said["sign"]))
                files += bring(door, folder, product, item, band, href, sign, missing, now())
            except Unreadable as error:
                scene = item.scene
                row = Refused(item.id, str(error), str(scene["acquired"]), str(scene["orbit"]), band, error.lost)
                refused.append(row)
            except FetchError as error:
                failed.append(str(error))
    listed = _list_refused(folder, product, refused, door)
    files = sorted([*files, *listed], key=lambda one: one.path.name)
    if failed:
        some = "\n".join(dict.fromkeys(failed))
        raise FetchError(f"{len(failed)} requests failed, {len(files)} files are there; run it again\n{some}")
    return files


def _door(said: Mapping[str, Any], opener: Opener, sleep: Callable[[float], None]) -> Door:
    endpoint = str(said["stac"])
    if wrong := unsafe(endpoint):
        raise FetchError(f"{endpoint}: {wrong}: refused")
    home = str(urllib.parse.urlsplit(endpoint).hostname)
    named = said.get("assets_from", ())
    if isinstance(named, str) or not all(re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", str(host)) for host in named):
        raise FetchError("assets_from is a list of names of hosts, e.g. [sentinel-cogs.s3.us-west-2.amazonaws.com]")
    hosts = frozenset({home, *map(str, named)})
    token, variable = "", str(said.get("token", ""))
    if variable:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]{2,60}", variable):
            raise FetchError("token is the name of an environment variable, e.g. CEASEFIRE_EARTHDATA_TOKEN, no token")
        token = os.environ.get(variable, "").strip()
        if not re.fullmatch(r"[A-Za-z0-9._~+/=-]{8,8000}", token):
            raise FetchError(f"needs a token: set the environment variable {variable}")
    to = frozenset(map(str, said.get("token_for", hosts))) & hosts if token else frozenset()
    return Door(home, hosts, opener, token, to, sleep, float(said.get("timeout_s", TIMEOUT_S)))


def _search(
    product: str, said: Mapping[str, Any], door: Door, period: Window, boxes: Sequence[Box], bands: Sequence[str]
) -> tuple[list[Found], list[Refused], list[str]]:
    """Every item of every search, once; what is refused; and searches that broke off."""
    found: dict[str, Found] = {}
    refused: dict[tuple[str, str], Refused] = {}
    failed: list[str] = []
    for collection in said["collections"]:
        for asked in _together(boxes):
            try:
                for items in pages(door, str(said["stac"]), collection=collection, box=asked, window=period):
                    for item in items:
                        one, not_used = check(
                            item,
                            product=product,
                            collection=collection,
                            bands=bands,
                            boxes=boxes,
                            asked=asked,
                            window=period,
                            door=door,
                        )
                        refused |= {(row.item, row.band): row for row in not_used}
                        if one is not None:
                            found.setdefault(one.id, one)
            except Circling as error:
                failed.append(str(error))
            except FetchError as error:
                if not found and not refused:
                    raise
                failed.append(str(error))
    return [found[name] for name in sorted(found)], [refused[key] for key in sorted(refused)], failed


def _together(boxes: Sequence[Box]) -> list[Box]:
    """Boxes to search: windows near each other in one."""
    searches: list[Box] = []
    for box in sorted(boxes):
        for k, other in enumerate(searches):
            both = (min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3]))
            if both[2] - both[0] <= SEARCH_DEGREES and both[3] - both[1] <= SEARCH_DEGREES:
                searches[k] = both
                break
        else:
            searches.append(box)
    return searches


def _signature(door: Door, url: str) -> str:
    try:
        token = json.loads(door.ask(url).body)["token"]
    except (ValueError, KeyError, TypeError, Unreadable):
        raise FetchError(f"{door.hide(url)}: gives no signature for the files") from None
    if not isinstance(token, str) or not re.fullmatch(r"[\w%&=.:;,+/-]{8,4000}", token):
        raise FetchError(f"{door.hide(url)}: gives something that is no signature")
    return token


def _list_refused(folder: Path, product: str, refused: Sequence[Refused], door: Door) -> list[Fetched]:
    path = folder / NOT_FETCHED
    if not refused and not path.exists():
        return []
    rows = [{**asdict(row), "product": product, "reason": door.hide(row.reason)} for row in refused]
    rows.sort(key=lambda row: (row["item"], row["band"], row["reason"]))
    write_whole(path, json.dumps({"items": rows}, indent=1, sort_keys=True).encode() + b"\n")
    return [Fetched(path, f"https://{door.home}", file_hash(path), new=True)]
