"""One window of one remote image, kept as a small GeoTIFF with a side-car; or found there from before."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from math import ceil, floor
from pathlib import Path
from typing import Any

from ceasefire.geo.projection import box_to_grid
from ceasefire.sources.fetch_web import Fetched, file_hash, write_whole
from ceasefire.sources.raster_file import Unreadable, kind_of, opened, pixels
from ceasefire.sources.raster_pixels import at, grid_of, moved
from ceasefire.sources.raster_windows import MAX_PIXELS
from ceasefire.sources.stac_http import Door, RemoteFile
from ceasefire.sources.stac_items import Box, Found

_MARGIN = 2
"""Pixels fetched around each window."""


def bring(
    door: Door,
    folder: Path,
    product: str,
    item: Found,
    band: str,
    href: str,
    sign: str,
    boxes: Sequence[Box],
    moment: datetime,
) -> list[Fetched]:
    """Read windows of one remote file, opened once, and keep them.

    Parameters
    ----------
    door
        How to ask.
    folder, product, item, band
        Where to, and what it is.
    href, sign
        Address of the file, and what to sign it with; '' for nothing.
    boxes
        Windows wanted, west, south, east and north degrees.
    moment
        Time for the side-cars.

    Raises
    ------
    FetchError, Unreadable
        As of `stac_http.RemoteFile` and `raster_file.opened`.
    """
    plain = href.split("?", 1)[0]
    remote = RemoteFile(door, f"{plain}?{sign}" if sign else href)
    driver = kind_of(remote.first())
    if driver != "GTiff":
        raise Unreadable("not a GeoTIFF: only its windows could not be read", "not processed")
    done = []
    with opened(f"window:{plain.rsplit('/', 1)[-1]}", driver, remote.opener) as dataset:
        native = grid_of(dataset)
        back = ~dataset.transform
        for box in boxes:
            west, south, east, north = box_to_grid(native.crs, box)
            corners = [at(back, x, y) for x in (west, east) for y in (south, north)]
            left = max(floor(min(c[0] for c in corners)) - _MARGIN, 0)
            right = min(ceil(max(c[0] for c in corners)) + _MARGIN, dataset.width)
            top = max(floor(min(c[1] for c in corners)) - _MARGIN, 0)
            bottom = min(ceil(max(c[1] for c in corners)) + _MARGIN, dataset.height)
            if right <= left or bottom <= top:
                continue
            if (right - left) * (bottom - top) > MAX_PIXELS:
                raise Unreadable(f"a window of {bottom - top:,} x {right - left:,} pixels", "not processed")
            block = pixels(dataset, 1, ((top, bottom), (left, right)))
            done.append(_keep(folder, product, item, band, plain, box, dataset, block, (top, left), moment))
    return done


def _keep(
    folder: Path,
    product: str,
    item: Found,
    band: str,
    href: str,
    box: Box,
    dataset: Any,
    block: Any,
    corner: tuple[int, int],
    moment: datetime,
) -> Fetched:
    import rasterio

    target = folder / _name(item, band, box)
    part = folder / f".{target.name}.part"
    try:
        with rasterio.open(
            part,
            "w",
            driver="GTiff",
            height=block.shape[0],
            width=block.shape[1],
            count=1,
            dtype=block.dtype,
            crs=dataset.crs,
            transform=moved(dataset.transform, corner[1], corner[0]),
            nodata=dataset.nodata,
            compress="deflate",
        ) as out:
            out.write(block, 1)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    digest = file_hash(target)
    scale, offset, missing = item.scaling[band]
    record = {
        "url": href,
        "item": item.id,
        "time": moment.astimezone(UTC).isoformat(timespec="seconds"),
        "window": list(box),
        "rows": [corner[0], corner[0] + block.shape[0]],
        "columns": [corner[1], corner[1] + block.shape[1]],
        "pixels_sha256": sha256(block.tobytes()).hexdigest(),
        "sha256": digest,
        "product": product,
        "scene": {**item.scene, "id": item.id, "band": band, "scale": scale, "offset": offset, "nodata": missing},
    }
    beside = target.with_name(target.name + ".json")
    write_whole(beside, json.dumps(record, indent=1, sort_keys=True, allow_nan=False).encode() + b"\n")
    return Fetched(target, href, digest, new=True)


def _name(item: Found, band: str, box: Box) -> str:
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", item.id)[:150].strip(".")
    own = sha256(f"{item.id} {','.join(f'{x:.6f}' for x in box)}".encode()).hexdigest()[:8]
    return f"{safe or 'item'}_{band}_{own}.tif"


def there(folder: Path, item: Found, band: str, box: Box) -> Fetched | None:
    """Give the window as it was brought before, if it is unchanged and from the same address."""
    target = folder / _name(item, band, box)
    plain = item.assets[band].split("?", 1)[0]
    try:
        record = json.loads(target.with_name(target.name + ".json").read_text(encoding="utf-8"))
        if record["url"] == plain and record["sha256"] == file_hash(target):
            return Fetched(target, plain, str(record["sha256"]), new=False)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # no file, or a side-car that does not say: it is asked for again
    return None
