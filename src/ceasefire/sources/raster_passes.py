"""Passes: which granules were taken in one go, which of them are copies, and what a pass let see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from ceasefire.model.scene import Scene
from ceasefire.sources.raster_layers import Floats, Layer, Product
from ceasefire.sources.raster_looks import Footprint, Seen
from ceasefire.sources.raster_pieces import Key, Piece, Pieces

PASS = timedelta(minutes=15)
"""Granules of one orbit within this time are one pass."""

Starts = Mapping[tuple[str, datetime], datetime]


def starts_of(layers: Sequence[Layer]) -> dict[tuple[str, datetime], datetime]:
    """Give the start of the pass that each orbit and time belongs to."""
    starts: dict[tuple[str, datetime], datetime] = {}
    last: tuple[str, datetime] | None = None
    for orbit, when in sorted({(layer.scene.orbit, layer.scene.acquired) for layer in layers}):
        if last is None or last[0] != orbit or when - last[1] > PASS:
            last = (orbit, when)
        starts[(orbit, when)] = last[1]
    return starts


def by_pass(some: Sequence[Piece], starts: Starts) -> dict[datetime, list[Piece]]:
    """Pieces of each pass, one for each part: of copies the last version."""
    found: dict[datetime, dict[tuple[str, datetime | None], Piece]] = {}
    for piece in sorted(some, key=lambda p: (p.layer.version, p.layer.scene.id, p.row)):
        scene = piece.layer.scene
        when = starts[(scene.orbit, scene.acquired)]
        # without a name of the part, its second tells it
        part = (piece.layer.part, None if piece.layer.part else scene.acquired)
        found.setdefault(when, {})[part] = piece
    return {
        when: sorted(parts.values(), key=lambda p: (p.layer.scene.acquired, p.layer.part, p.layer.scene.id))
        for when, parts in found.items()
    }


def part_of(masks: Sequence[Piece], piece: Piece) -> Piece | None:
    """The mask that goes with a piece: of the same part, and of the same version where there are several."""
    same = [m for m in masks if m.layer.part == piece.layer.part]
    return next((m for m in same if m.layer.version == piece.layer.version), same[0] if same else None)


def masked(product: Product, piece: Piece, mask: Piece | None) -> Floats:
    """Pixels of a piece, missing where its mask takes them away or is missing itself."""
    if mask is None:
        return piece.values
    bad = np.isnan(mask.values)
    for where in product.lost(mask.values).values():
        bad = bad | where
    return np.where(bad, np.float32(np.nan), piece.values)


def mosaic(parts: Sequence[Floats]) -> Floats:
    """Parts of one pass on one window: the first that has a pixel gives it."""
    plane = parts[0]
    for other in parts[1:]:
        plane = np.where(np.isnan(plane), other, plane)
    return plane


def joined(scenes: Sequence[Scene]) -> Scene:
    """The scene of a mosaic: the first part's, with the ids and hashes of all."""
    first = scenes[0]
    if len(scenes) == 1:
        return first
    return replace(
        first,
        id="+".join(s.id for s in scenes),
        href="+".join(s.href for s in scenes),
        evidence="+".join(s.evidence for s in scenes),
    )


def seen(
    product: Product,
    read: Pieces,
    key: Key,
    orbit: str,
    own: Mapping[str, list[Piece]],
    masks: Mapping[datetime, list[Piece]],
    planes: Mapping[str, Mapping[datetime, Floats]],
    starts: Starts,
    bands: Sequence[str],
) -> list[Seen]:
    """What each pass of an orbit let see of a window.

    Parameters
    ----------
    product, read, key, orbit, bands
        Product, what was read, the window, the orbit, and the bands wanted.
    own, masks
        Pieces of the orbit's bands, and of its masks by pass.
    planes
        Pixels by band and pass, after masks.
    starts
        Start of the pass of each orbit and time.
    """
    failed: dict[datetime, list[str]] = {}
    for one in read.failed:
        if one.layer.scene.orbit == orbit:
            failed.setdefault(starts[(orbit, one.layer.scene.acquired)], []).append(one.lost)
    ran: dict[datetime, list[Piece]] = {}
    for piece in [p for some in (*own.values(), *masks.values()) for p in some]:
        ran.setdefault(starts[(orbit, piece.layer.scene.acquired)], []).append(piece)
    out = []
    for when in sorted({*ran, *failed}):
        valid = [~np.isnan(planes[band][when]) for band in planes if when in planes[band]]
        enough = bool(valid) and (not product.every or len(valid) >= len(bands))
        usable: NDArray[np.bool_] | None = None
        if enough:
            usable = np.logical_and.reduce(valid) if product.every else np.logical_or.reduce(valid)
        elif when in ran:
            usable = np.zeros(read.grids[key].shape, dtype=bool)
        reasons: dict[str, NDArray[np.bool_]] = {}
        for mask in masks.get(when, []):
            for reason, where in product.lost(mask.values).items():
                reasons[reason] = where | reasons.get(reason, np.zeros_like(where))
        why = list(failed.get(when, []))
        if not why and not enough and when in ran:
            why = ["no cloud mask" if product.mask and when not in masks else "no band"]
        some = ran.get(when, [])
        last = max((p.layer.scene.acquired for p in some), default=when)
        # where bands are missing, a mask's word on clear pixels does not say why
        told = reasons if enough or not failed.get(when) else {}
        out.append(Seen(orbit, when, last, usable, told, tuple(why), tuple(sorted({p.box for p in some}))))
    return out


def lost_wholly(
    read: Pieces, feet: Mapping[Key, list[Footprint]], starts: Starts
) -> list[tuple[Seen, list[Footprint]]]:
    """Passes of orbits of which nothing could be read: lost for every place asked for.

    A file that does not tell its orbit belongs to any pass of that time that was read.
    """
    known = {orbit for _, orbit, _ in read.found}
    ran = {start for (orbit, _), start in starts.items() if orbit in known}
    lost: dict[tuple[str, datetime], list[str]] = {}
    for one in read.failed:
        scene = one.layer.scene
        if scene.orbit in known or (not scene.orbit and any(abs(scene.acquired - start) <= PASS for start in ran)):
            continue
        lost.setdefault((scene.orbit, starts[(scene.orbit, scene.acquired)]), []).append(one.lost)
    every = [foot for some in feet.values() for foot in some]
    return [(Seen(orbit, when, when, None, {}, tuple(why), ()), every) for (orbit, when), why in sorted(lost.items())]
