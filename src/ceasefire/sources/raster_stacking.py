"""Layers into stacks and looks: the same steps for every raster product.

Granules of one orbit are put in order of time; parts of one pass lie side by side; a mask's pixels become missing;
what could not be used is kept with its reason, and is a look that was lost.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.errors import Regridded
from ceasefire.geo.grid import Grid
from ceasefire.geo.stack import Stack
from ceasefire.model.intake import Count, Window
from ceasefire.model.records import Look, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.raster_layers import Floats, Product
from ceasefire.sources.raster_looks import Footprint, Seen, footprint, looks, whole
from ceasefire.sources.raster_passes import by_pass, joined, lost_wholly, masked, mosaic, part_of, seen, starts_of
from ceasefire.sources.raster_pieces import Key, Piece, Pieces, pieces
from ceasefire.sources.raster_windows import Place, window_of, windows


@dataclass(frozen=True)
class StacksRead:
    """One source of rasters, read."""

    stacks: list[Stack]
    """One for each window, orbit and band that has a pixel; dates without one are left out."""
    looks: Table[Look]
    """One for each pass and place."""
    quarantine: list[Quarantined]
    """What could not be used, and why."""
    count: Count
    """Layers (one band of one date) that add up."""
    resampled: tuple[tuple[str, str, float], ...] = ()
    """Scene, way (`nearest`, `bilinear`, `average`) and shift in pixels of each layer that lay on another grid."""
    files: tuple[tuple[str, str], ...] = ()
    """Pairs (file name, SHA-256 of its bytes)."""


def read_stacks(
    product: Product,
    paths: Sequence[Path],
    *,
    source: str,
    bands: Sequence[str],
    grid: Grid | None = None,
    around: Sequence[Place] | None = None,
    window: Window | None = None,
    options: Mapping[str, Any] = {},
) -> StacksRead:
    """Read files of a product into stacks and looks; the reader of each product calls it.

    Parameters
    ----------
    product
        How the product is read.
    bands
        Bands wanted, in the order in which their stacks are given.
    paths, source, grid, around, window, options
        As of `stacks`.

    Warns
    -----
    Regridded
        Where layers did not lie on the grid asked for and were resampled.
    """
    read = pieces(product, paths, source=source, bands=bands, grid=grid, around=around, window=window, options=options)
    everything = [piece for some in read.found.values() for piece in some]
    starts = starts_of([piece.layer for piece in everything] + [one.layer for one in read.failed])
    order = {band.upper(): k for k, band in enumerate(bands)}
    feet = _feet(read, grid, around)
    made: list[Stack] = []
    passes: list[tuple[Seen, list[Footprint]]] = []
    used: set[int] = set()
    unmasked: dict[int, Piece] = {}
    for key, orbit in sorted({(key, orbit) for key, orbit, _ in read.found}, key=str):
        own = {band: some for (k, o, band), some in read.found.items() if (k, o) == (key, orbit)}
        masks = by_pass(own.pop(product.mask, []), starts) if product.mask else {}
        used |= {piece.row for some in masks.values() for piece in some}
        planes: dict[str, dict[datetime, Floats]] = {}
        for band in sorted(own, key=lambda b: (order.get(b.upper(), len(order)), b)):
            planes[band], dates = {}, []
            for when, parts in sorted(by_pass(own[band], starts).items()):
                pairs = [(piece, part_of(masks.get(when, []), piece)) for piece in parts]
                unmasked |= {piece.row: piece for piece, mask in pairs if product.mask and mask is None}
                good = [(piece, mask) for piece, mask in pairs if mask is not None or not product.mask]
                used |= {piece.row for piece, _ in good}
                if good:
                    plane = planes[band][when] = mosaic([masked(product, *pair) for pair in good])
                    if not np.isnan(plane).all():
                        dates.append((when, plane, joined([piece.layer.scene for piece, _ in good])))
            if dates:
                made.append(
                    Stack(
                        product.final(np.stack([plane for _, plane, _ in dates])),
                        np.array([when.replace(tzinfo=None) for when, _, _ in dates], dtype="datetime64[s]"),
                        read.grids[key],
                        band=band,
                        orbit=orbit,
                        units=product.units,
                        scenes=tuple(scene for _, _, scene in dates),
                    )
                )
        some_seen = seen(product, read, key, orbit, own, masks, planes, starts, bands)
        passes += [(one, feet.get(key, [])) for one in some_seen]
    passes += lost_wholly(read, feet, starts)
    for row, piece in sorted(unmasked.items()):
        if row not in used:
            scene = piece.layer.scene
            why = f"no {product.mask} of this pass came with it, so cloud cannot be told"
            name = scene.href or scene.id
            read.quarantine.append(Quarantined(source=source, granule=name, line=0, reason=why, row=scene.id))
    refused = len(read.quarantine)
    copies = len({piece.row for piece in everything} - used - set(unmasked))
    count = Count(read.rows, len(used), copies, refused, read.outside)
    count.check()
    _doubt(read)
    return StacksRead(
        made,
        looks(product, passes, source=source),
        sorted(read.quarantine, key=lambda q: (q.granule, q.line)),
        count,
        tuple(read.resampled),
        tuple(sorted(read.files.items())),
    )


def _feet(read: Pieces, grid: Grid | None, around: Sequence[Place] | None) -> dict[Key, list[Footprint]]:
    """Places on each window; where none are named, the window itself is one."""
    if not around:
        return {key: [whole(g, f"grid {key}" if key else "grid")] for key, g in read.grids.items()}
    if grid is not None:
        return {0: [footprint(grid, place) for place in around]}
    boxes, found = windows(around), {key: list[Footprint]() for key in read.grids}
    for place in around:
        key = window_of(place, boxes)
        if key in read.grids:
            found[key].append(footprint(read.grids[key], place))
    return found


def _doubt(read: Pieces) -> None:
    if read.resampled:
        shifts = [shift for _, _, shift in read.resampled if shift == shift]  # noqa: PLR0124
        most = f"moved by up to {max(shifts):.2f} of a pixel" if shifts else "of another projection or pixel"
        ways = ", ".join(sorted({how for _, how, _ in read.resampled}))
        first = read.resampled[0][0]
        text = f"{len(read.resampled)} layers lay on another grid ({most}) and were resampled ({ways}): {first}"
        warnings.warn(Regridded(text), stacklevel=4)
