"""What a reader of a raster product says of a file before its pixels are read: layers, and how to take them.

One product is one `Product`: which bands it has, how names and side-cars tell date, orbit and part, how stored
numbers become power or reflectance, and which mask says what the sky let through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.model.scene import Scene
from ceasefire.sources.raster_file import Kept, Unreadable

Floats = NDArray[np.float32]
CLOUD, NO_DATA, SNOW = "cloud", "no data", "snow"
"""Reasons of loss that a mask can tell."""
_UNITS = re.compile(r"(second|minute|hour|day)s?\s+since\s+(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?", re.I)


@dataclass(frozen=True)
class Layer:
    """One band of one date in one file."""

    scene: Scene
    """What it shows."""
    dataset: str = ""
    """GDAL's name of the data set in the file; empty where the file is one."""
    index: int = 1
    """Band in the data set, from 1."""
    part: str = ""
    """Tile, burst or slice: parts of one pass are put side by side, equal parts are copies."""
    version: str = ""
    """Sorts copies: the last one is taken."""
    scale: float = 1.0
    """Stored number times this ..."""
    offset: float = 0.0
    """... plus this is the quantity."""
    nodata: float | None = None
    """Stored number that means missing, beside the one the file states."""
    crs: str = ""
    """Projection, where the file states none and the case's author says it."""


@dataclass(frozen=True)
class Product:
    """How one product is read."""

    name: str
    """Name in the case file, e.g. `sentinel1`."""
    channel: str
    """Channel of its looks."""
    acts: tuple[str, ...]
    """Act classes that a look could show."""
    units: str
    """Units of its stacks."""
    describe: Callable[[Kept, Mapping[str, Any], str], Layer]
    """Layer of a file by its name and side-car, options and source; raises `Unreadable` where neither tells."""
    linear: Callable[[NDArray[Any], Layer], Floats]
    """Stored pixels of a layer to linear quantities, NaN where missing; raises `Unreadable` for wrong units."""
    final: Callable[[Floats], Floats] = lambda values: values
    """Linear quantities to the units of the stack."""
    mask: str = ""
    """Band that says which pixels are usable; empty where the product has none."""
    lost: Callable[[Floats], Mapping[str, NDArray[np.bool_]]] = lambda _: {}
    """Mask's pixels to reasons and where each holds; NaN is missing by itself."""
    every: bool = False
    """Whether a look needs every band; else any one will do."""


def several(layer: Layer, dataset: Any, name: str, index_tags: Sequence[Mapping[str, str]]) -> list[Layer]:
    """Give one layer for each date of a data set with a time axis; the layer alone where it has none.

    Parameters
    ----------
    layer
        Layer of the file.
    dataset
        Open data set.
    name
        GDAL's name of it.
    index_tags
        Tags of each band.

    Raises
    ------
    Unreadable
        Where there are several bands and no time for each.
    """
    if dataset.count == 1 and not any("DIM_time" in key for key in index_tags[0]):
        return [replace(layer, dataset=name)]
    tags = dataset.tags()
    found = []
    for k, own in enumerate(index_tags):
        value = own.get("NETCDF_DIM_time") or own.get("DIM_time_VALUE")
        units = own.get("DIM_time_UNIT") or tags.get("time#units", "")
        if value is None:
            raise Unreadable(f"{dataset.count} bands without a date for each", "not processed")
        when = after(value, units)
        scene = replace(layer.scene, acquired=when, id=f"{layer.scene.id}:{when:%Y%m%dT%H%M%SZ}")
        found.append(replace(layer, scene=scene, dataset=name, index=k + 1))
    return found


def after(value: str, units: str) -> datetime:
    """Read a time as NetCDF keeps it: a number and `days since 2025-01-01`.

    >>> after("12.5", "days since 2025-01-01 00:00:00").isoformat()
    '2025-01-13T12:00:00+00:00'
    """
    m = _UNITS.match(units.strip())
    if not m:
        raise Unreadable(f"its times are in {units[:60]!r}; `days since 2025-01-01` or the like is read")
    try:
        start = datetime.fromisoformat(f"{m[2]}T{m[3] or '00:00'}").replace(tzinfo=UTC)
        return start + timedelta(**{m[1].lower() + "s": float(value)})
    except (ValueError, OverflowError):
        raise Unreadable(f"{value[:30]!r} {units[:60]!r} is not a time") from None


def instant(text: str) -> datetime:
    """Read `20250319T042233` or an ISO time, UTC where it says no zone.

    >>> instant("20250319T042233Z").isoformat(), instant("2025-03-19T04:22:33.5Z").isoformat()
    ('2025-03-19T04:22:33+00:00', '2025-03-19T04:22:33+00:00')
    """
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable(f"{text[:40]!r} is not a time") from None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def stored(values: NDArray[Any], layer: Layer) -> Floats:
    """Give stored numbers as quantities, missing ones as NaN.

    >>> from datetime import UTC, datetime
    >>> scene = Scene(id="x", source="s", product="p", band="B12", acquired=datetime(2025, 3, 19, tzinfo=UTC))
    >>> stored(np.array([[0, 2500]], dtype=np.uint16), Layer(scene, scale=1e-4, offset=-0.1, nodata=0)).round(3)
    array([[ nan, 0.15]], dtype=float32)
    """
    out = values.astype(np.float32)
    missing = ~np.isfinite(out)
    if layer.nodata is not None and not np.isnan(layer.nodata):
        missing |= values == layer.nodata
    if layer.scale != 1.0 or layer.offset != 0.0:
        out = (out * np.float32(layer.scale) + np.float32(layer.offset)).astype(np.float32)
    out[missing] = np.nan
    return out


def fetched(kept: Kept, source: str, product: str) -> Layer | None:
    """Give the layer that a side-car of a fetched window describes; None where there is none."""
    said = kept.side.get("scene")
    if not isinstance(said, dict):
        return None
    try:
        scene = Scene(
            id=str(said["id"]),
            source=source,
            product=product,
            band=str(said["band"]),
            acquired=instant(str(said["acquired"])),
            platform=str(said.get("platform", "")),
            orbit=str(said.get("orbit", "")),
            href=str(kept.side.get("url", "")),
            evidence=kept.sha256,
            units=str(said.get("units", "")),
            licence=str(said.get("licence", "")),
        )
        nodata = said.get("nodata")
        return Layer(
            scene,
            part=str(said.get("part", "")),
            version=str(said.get("version", "")),
            scale=float(said.get("scale", 1.0)),
            offset=float(said.get("offset", 0.0)),
            nodata=None if nodata is None else float(nodata),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"its side-car does not describe a scene: {error!r}") from None
