"""Rasters of your own into stacks: the case file says how names tell time, band and orbit, and what the units are.

The products with readers of their own are `sentinel1`, `sentinel2` and `hls`; they describe their files in the same way
and are read by the same steps (`raster_stacking`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ceasefire.errors import SourceError
from ceasefire.geo.grid import Grid
from ceasefire.model.intake import Window
from ceasefire.model.scene import Scene
from ceasefire.sources.raster_file import Kept, Unreadable
from ceasefire.sources.raster_layers import Layer, Product, fetched, instant, stored
from ceasefire.sources.raster_stacking import StacksRead, read_stacks
from ceasefire.sources.raster_windows import Place

PRODUCT = "rasters"


def stacks(
    paths: Sequence[Path],
    *,
    source: str,
    grid: Grid | None = None,
    around: Sequence[Place] | None = None,
    window: Window | None = None,
    options: Mapping[str, Any] = {},
) -> StacksRead:
    """Read files of your own into stacks; the case file says how their names and units are to be taken.

    Parameters
    ----------
    paths
        GeoTIFF, COG or NetCDF files and Zarr folders.
    source
        Source as named in the case file.
    grid
        Grid to bring everything onto. Without it each window has the pixels of the first file that touches it, and
        without `around` each orbit has the whole grid of its first file.
    around
        Places whose pixels are wanted, and for which looks are made; near ones are read as one window.
    window
        Period wanted; a layer outside it counts as `outside`. Detectors need dates before the case's own window.
    options
        `mapping`, needed: `name`, a regular expression with the group `time` and, if told, `band`, `orbit`,
        `platform` and `part`; `band`, where no name tells it; `units`, e.g. `linear`, `db` (radar) or `reflectance`;
        `scale` and `offset` to linear units; `crs`, where files state none. `bands`: those to read, default every
        one. `channel` of the looks, default `satellite.optical`.

    Raises
    ------
    SourceError
        Where the mapping is missing or wrong; nothing raises over what is in a file.
    """
    mapping = options.get("mapping")
    if not isinstance(mapping, Mapping) or not isinstance(mapping.get("name"), str):
        raise SourceError(r"rasters need `mapping: {name: '...(?P<time>\d{8}T\d{6})...'}` in the options")
    try:
        groups = re.compile(mapping["name"]).groupindex
    except re.error as error:
        raise SourceError(f"mapping.name is not a regular expression: {error}") from None
    if "time" not in groups:
        raise SourceError("mapping.name needs the group (?P<time>...)")
    units = str(mapping.get("units", ""))
    product = Product(
        name=PRODUCT,
        channel=str(options.get("channel", "satellite.optical")),
        acts=("attack", "fire"),
        units=units,
        describe=mapped,
        linear=stored,
    )
    names = options.get("bands") or [mapping.get("band") or ""]
    if "band" in groups and not options.get("bands"):
        found = [re.search(mapping["name"], path.name) for path in paths]
        names = sorted({m["band"] for m in found if m and m["band"]})
    return read_stacks(
        product, paths, source=source, bands=names, grid=grid, around=around, window=window, options=options
    )


def mapped(kept: Kept, options: Mapping[str, Any], source: str, product: str = PRODUCT) -> Layer:
    """Describe a file as the case's mapping says; also for other products where their own names do not fit."""
    known = fetched(kept, source, product)
    if known is not None:
        return known
    mapping = options["mapping"]
    m = re.search(mapping["name"], kept.name)
    if not m:
        raise Unreadable("its name does not fit `mapping.name`, so nobody knows when it was taken", "no time")
    told = {k: v for k, v in m.groupdict().items() if v}
    if "time" not in told:
        raise Unreadable("its name does not tell the time", "no time")
    scene = Scene(
        id=kept.name.rsplit(".", 1)[0],
        source=source,
        product=product,
        band=told.get("band", str(mapping.get("band", ""))),
        acquired=instant(told["time"]),
        platform=told.get("platform", ""),
        orbit=told.get("orbit", ""),
        href=kept.name,
        evidence=kept.sha256,
        units=str(mapping.get("units", "")),
    )
    return Layer(
        scene,
        part=told.get("part", ""),
        scale=float(mapping.get("scale", 1.0)),
        offset=float(mapping.get("offset", 0.0)),
        crs=str(mapping.get("crs", "")),
    )
