"""Files to pieces: the part of every wanted band of every file that lies on a window, each file opened once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.geo.grid import Grid
from ceasefire.geo.projection import box_to_lonlat
from ceasefire.model.intake import Window
from ceasefire.model.records import Quarantined
from ceasefire.sources.raster_file import Unreadable, kept, kind, opened
from ceasefire.sources.raster_layers import Floats, Layer, Product, instant, several
from ceasefire.sources.raster_pixels import grid_of, onto
from ceasefire.sources.raster_windows import Place, grid_over, touch, windows

NOT_FETCHED = "not-fetched.json"
"""File beside fetched windows that names the items found and not fetched, with their reasons."""
CONSTANT_FROM = 16
"""Pixels from which one value everywhere is no image."""

_DECIBEL = re.compile(r"\b(?:db|decibels?)\b", re.I)

Key = int | str
"""A window: its number, or the orbit where every orbit has the grid of its files."""


@dataclass(frozen=True, eq=False)
class Piece:
    """One layer on one window."""

    row: int
    """Number of its layer among those read."""
    layer: Layer
    values: Floats
    """Linear quantities, NaN where missing."""
    box: tuple[float, float, float, float]
    """West, south, east and north degrees of the whole file: what the granule could have shown."""


@dataclass(frozen=True)
class Failed:
    """A layer that could not be used: a pass that was lost, at least in this band."""

    layer: Layer
    lost: str
    """Short reason for the look."""


@dataclass
class Pieces:
    """What was read, and what was not and why."""

    grids: dict[Key, Grid] = field(default_factory=dict)
    """Grid of each window."""
    found: dict[tuple[Key, str, str], list[Piece]] = field(default_factory=dict)
    """Pieces of each window, orbit and band."""
    failed: list[Failed] = field(default_factory=list)
    quarantine: list[Quarantined] = field(default_factory=list)
    outside: int = 0
    rows: int = 0
    """Layers and unreadable files inside the case's window."""
    resampled: list[tuple[str, str, float]] = field(default_factory=list)
    """Scene, how, and shift in pixels of each layer whose grid is another than its window's."""
    files: dict[str, str] = field(default_factory=dict)


def pieces(
    product: Product,
    paths: Sequence[Path],
    *,
    source: str,
    bands: Sequence[str],
    grid: Grid | None,
    around: Sequence[Place] | None,
    window: Window | None,
    options: Mapping[str, Any],
) -> Pieces:
    """Read what lies on the windows; a file that cannot be used is kept with its reason and the others go on."""
    read = Pieces()
    boxes = windows(around) if around and grid is None else []
    wanted = {band.upper() for band in (*bands, product.mask) if band}
    for path in sorted(set(paths), key=lambda p: (p.name, str(p))):
        layer: Layer | None = None
        try:
            file = kept(path)
            read.files[file.name] = file.sha256
            layer = product.describe(file, options, source)
            if layer.scene.band and layer.scene.band.upper() not in wanted:
                read.outside += 1
                continue
            if not _inside(layer, window) and not layer.dataset:
                read.outside += 1
                continue
            with opened(str(path), kind(path)) as dataset:
                for where, some in _layers(dataset, str(path), layer, wanted):
                    _read(
                        read, product, where, some, grid=grid, boxes=boxes, window=window, source=source, name=path.name
                    )
        except Unreadable as error:
            read.rows += 1
            read.quarantine.append(_refusal(source, path.name, str(error)))
            if layer is None:
                layer = _by_name(product, path, options, source)
            if layer is not None and _inside(layer, window):
                read.failed.append(Failed(layer, error.lost))
    for folder in sorted({path.parent for path in paths}):
        _not_fetched(read, folder / NOT_FETCHED, product, source, window)
    return read


def _layers(dataset: Any, path: str, layer: Layer, wanted: set[str]) -> Iterator[tuple[Any, list[Layer]]]:
    """Data sets of a file with their layers: the file itself, or the variables in it that carry wanted bands."""
    if not dataset.subdatasets:
        if not dataset.count:
            raise Unreadable("it holds no image", "not processed")
        tags = [dataset.tags(k + 1) for k in range(dataset.count)]
        band = layer.scene.band or tags[0].get("NETCDF_VARNAME", "") or str(dataset.descriptions[0] or "")
        yield dataset, several(_of_band(layer, band), dataset, path, tags)
        return
    names = {sub.rsplit(":", 1)[-1].strip('/"').rsplit("/", 1)[-1].upper(): sub for sub in dataset.subdatasets}
    here = sorted(wanted & set(names))
    if not here:
        raise Unreadable(
            f"holds no band of {', '.join(sorted(wanted))}, but {', '.join(sorted(names))[:100]}", "no band"
        )
    for name in here:
        with opened(names[name], dataset.driver) as variable:
            tags = [variable.tags(k + 1) for k in range(variable.count)]
            yield variable, several(_of_band(layer, name), variable, names[name], tags)


def _of_band(layer: Layer, band: str) -> Layer:
    if not band:
        raise Unreadable("neither its name nor the file tells the band; give a `mapping`", "no band")
    return replace(layer, scene=replace(layer.scene, band=band))


def _read(
    read: Pieces,
    product: Product,
    dataset: Any,
    layers: list[Layer],
    *,
    grid: Grid | None,
    boxes: Sequence[tuple[float, float, float, float]],
    window: Window | None,
    source: str,
    name: str,
) -> None:
    """Read the layers of one data set onto every window that it touches."""
    native: Grid | None = None
    for layer in layers:
        if not _inside(layer, window):
            read.outside += 1
            continue
        mask = layer.scene.band.upper() == product.mask.upper() if product.mask else False
        try:
            layer = layer if mask else _in_units(layer, dataset)  # noqa: PLW2901
            native = native or grid_of(dataset, crs=layer.crs)
            box = _box(native)
            found = []
            for key, target in _targets(read, native, box, layer.scene.orbit, grid, boxes):
                got = onto(
                    dataset,
                    layer.index,
                    target,
                    crs=layer.crs,
                    linear=partial(_linear, product, layer, dataset, mask),
                    nearest=mask,
                )
                if got is None:
                    continue
                if got.how:
                    read.resampled.append((layer.scene.id, got.how, got.shift))
                found.append((key, Piece(read.rows, layer, got.values, box)))
            if not mask:
                _check_constant([piece.values for _, piece in found])
        except (Unreadable, ValueError) as error:
            read.rows += 1
            read.quarantine.append(_refusal(source, name, str(error)))
            read.failed.append(Failed(layer, getattr(error, "lost", "not processed")))
            continue
        if not found:
            read.outside += 1
            continue
        for key, piece in found:
            read.found.setdefault((key, layer.scene.orbit, layer.scene.band), []).append(piece)
        read.rows += 1


def _in_units(layer: Layer, dataset: Any) -> Layer:
    """The layer in the units that the file's tags state, where neither product nor case says them."""
    own = dataset.tags(layer.index)
    stated = str(
        dataset.units[layer.index - 1] or own.get("units") or own.get("UNITS") or dataset.tags().get("UNITS", "")
    )
    told = layer.scene.units
    if told.lower() == "linear" and _DECIBEL.search(stated):
        raise Unreadable(f"the file states {stated[:40]!r}, but linear power is what was told of it", "wrong units")
    if told or stated.strip() in ("", "1"):
        return layer
    return replace(layer, scene=replace(layer.scene, units=stated))


def _linear(product: Product, layer: Layer, dataset: Any, mask: bool, raw: Any) -> Floats:
    if mask:
        values = raw.astype(np.float32)
    else:
        hidden = raw == dataset.nodata if dataset.nodata is not None and not np.isnan(dataset.nodata) else None
        if hidden is not None and hidden.any():
            values = product.linear(np.where(hidden, np.nan, raw.astype(np.float32)), replace(layer, nodata=None))
        else:
            values = product.linear(raw, layer)
        return values
    if dataset.nodata is not None:
        values[raw == dataset.nodata] = np.nan
    return np.asarray(values, dtype=np.float32)


def _targets(
    read: Pieces,
    native: Grid,
    box: tuple[float, float, float, float],
    orbit: str,
    grid: Grid | None,
    boxes: Sequence[tuple[float, float, float, float]],
) -> list[tuple[Key, Grid]]:
    if grid is not None:
        return [(0, read.grids.setdefault(0, grid))]
    if not boxes:
        return [(orbit, read.grids.setdefault(orbit, native))]
    found: list[tuple[Key, Grid]] = []
    for k, wanted in enumerate(boxes):
        if touch(wanted, box):
            if k not in read.grids:
                step = {"west": native.west, "north": native.north, "width": native.width, "height": native.height}
                read.grids[k] = grid_over(wanted, crs=native.crs, **step)
            found.append((k, read.grids[k]))
    return found


@lru_cache(maxsize=4096)
def _box(grid: Grid) -> tuple[float, float, float, float]:
    """West, south, east and north degrees of a file; the files of one orbit often have the same grid."""
    return box_to_lonlat(grid.crs, grid.bounds)


def _check_constant(parts: Sequence[Floats]) -> None:
    seen = [part[np.isfinite(part)] for part in parts]
    seen = [part for part in seen if len(part)]
    if sum(map(len, seen)) >= CONSTANT_FROM and min(p.min() for p in seen) == max(p.max() for p in seen):
        raise Unreadable(f"every pixel read has the same value ({seen[0][0]:g}): no image", "not processed")


def _inside(layer: Layer, window: Window | None) -> bool:
    return window is None or window.start <= layer.scene.acquired < window.end


def _by_name(product: Product, path: Path, options: Mapping[str, Any], source: str) -> Layer | None:
    """The layer of a file whose bytes are no good, as its name or side-car tells it."""
    from ceasefire.sources.raster_file import Kept

    try:
        side = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        side = {}  # no side-car: the name alone tells
    try:
        return product.describe(Kept(path, path.name, "", side if isinstance(side, dict) else {}), options, source)
    except Unreadable:
        return None


def _not_fetched(read: Pieces, path: Path, product: Product, source: str, window: Window | None) -> None:
    """Items that a search found and that could not be fetched: rows with a reason, and lost looks."""
    from ceasefire.model.scene import Scene

    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["items"]
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        read.rows += 1
        read.quarantine.append(_refusal(source, path.name, f"cannot be read: {error!r}"))
        return
    for k, row in enumerate(rows):
        if row.get("product") not in ("", None, product.name):
            continue
        layer = None
        try:
            scene = Scene(
                id=str(row["item"]),
                source=source,
                product=product.name,
                band=str(row.get("band", "")),
                acquired=instant(str(row["acquired"])),
                orbit=str(row.get("orbit", "")),
            )
            layer = Layer(scene)
        except (KeyError, TypeError, AttributeError, Unreadable):
            pass  # an item without a time: the row keeps its reason, no look can be dated
        if layer is not None and not _inside(layer, window):
            read.outside += 1
            continue
        read.rows += 1
        read.quarantine.append(_refusal(source, path.name, str(row.get("reason", "")), k + 1, str(row.get("item", ""))))
        if layer is not None:
            read.failed.append(Failed(layer, str(row.get("lost", "not processed"))))


def _refusal(source: str, name: str, reason: str, line: int = 0, row: str = "") -> Quarantined:
    return Quarantined(source=source, granule=name, line=line, reason=reason, row=row[:500])
