"""From flights to seen ground: footprints, the hours that cannot be relied on, and one grid of cells for a patrol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from ceasefire.detectors.interference import SPOOFING, Interference, interferences, relied_on
from ceasefire.geo.dwell import CELL_SIZES_M, GAP_S, Cells, Dwell, dwell
from ceasefire.geo.flight import Flight
from ceasefire.geo.footprint import Footprints, footprints
from ceasefire.geo.ground import Terrain
from ceasefire.model.patrol_record import CellsSeen

MOST_CELLS = 4_000_000
"""Most cells of the grid of one patrol."""
MOST_DRAWN = 8_000
"""Most cells that a page or a file of cells holds."""
MOST_FRAMES = 4_000
"""Frames of a flight that are held against the outline of a place."""


@dataclass(frozen=True, eq=False)
class Seen:
    """One flight with what it showed."""

    flight: Flight
    footprints: Footprints
    hindered: tuple[Interference, ...]
    dwell: Dwell | None
    """None where no image shows ground."""


def see(flights: Sequence[Flight], *, pixels: tuple[int, int], terrain: Terrain | None = None) -> list[Seen]:
    """Give what flights of one patrol showed, on one grid of cells.

    Positions within a stretch that is assessed as false are taken for unknown first: a camera that was somewhere else
    showed other ground.
    """
    found = []
    for flight in flights:
        hindered = tuple(interferences(flight))
        believed = _without_false(flight, hindered)
        found.append((believed, footprints(believed, terrain=terrain, pixels=pixels), hindered))
    grid = _grid([shown for _, shown, _ in found])
    return [
        Seen(
            flight,
            shown,
            hindered,
            dwell(flight, shown, grid, terrain=terrain, pixels=pixels)
            if grid is not None and (shown.lost == "").any()
            else None,
        )
        for flight, shown, hindered in found
    ]


def _without_false(flight: Flight, hindered: Sequence[Interference]) -> Flight:
    false = flight.fix & ~relied_on(flight)
    for one in hindered:
        if one.assessed == SPOOFING:
            last = flight.times <= one.end if not one.regained else flight.times < one.end
            false |= (flight.times > one.start) & last
    if not false.any():
        return flight
    lon, lat = (np.where(false, np.nan, v) for v in (flight.lon, flight.lat))
    return replace(flight, lon=lon, lat=lat, fix=flight.fix & ~false)


def _grid(shown: Sequence[Footprints]) -> Cells | None:
    """Choose cells for all flights: a quarter of the median footprint, larger where that would be too many."""
    some = [s for s in shown if (s.lost == "").any()]
    if not some:
        return None
    points = np.concatenate([s.outline[s.lost == ""] for s in some]).reshape(-1, 2)
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    box = (float(west), float(south), float(east), float(north))
    first = min(Cells.of(s, size_m=None).size_m for s in some)
    for size in (s for s in CELL_SIZES_M if s >= first):
        try:
            cells = Cells.covering(*box, size_m=size)
        except ValueError:
            continue
        if cells.shape[0] * cells.shape[1] <= MOST_CELLS:
            return cells
    return Cells.covering(*box, size_m=2 * CELL_SIZES_M[-1])


def added(dwells: Sequence[Dwell]) -> Dwell | None:
    """Add up what several flights showed on one grid; None where nothing was shown."""
    if not dwells:
        return None
    gsd = np.fmin.reduce([d.gsd_m for d in dwells])
    steep = np.fmax.reduce([d.depression_deg for d in dwells])
    return Dwell(
        cells=dwells[0].cells,
        seconds=np.sum([d.seconds for d in dwells], axis=0),
        gsd_m=gsd,
        depression_deg=steep,
        looks=np.sum([d.looks for d in dwells], axis=0),
        frames=sum(d.frames for d in dwells),
        kept=sum(d.kept for d in dwells),
    )


def drawn(over: Dwell, *, most: int = MOST_DRAWN) -> CellsSeen:
    """Give the seen cells, several put into one where they are too many to draw."""
    row, column = np.nonzero(over.seen)
    factor = 1
    while len(np.unique((row // factor) * over.cells.shape[1] + column // factor)) > most:
        factor += 1
    key, back = np.unique((row // factor) * over.cells.shape[1] + column // factor, return_inverse=True)
    n = len(key)
    many = np.bincount(back, minlength=n)
    gsd, steep, looks = np.full(n, np.inf), np.full(n, -np.inf), np.zeros(n, dtype=np.int64)
    np.minimum.at(gsd, back, over.gsd_m[row, column])
    np.maximum.at(steep, back, over.depression_deg[row, column])
    np.maximum.at(looks, back, over.looks[row, column])
    seconds = np.bincount(back, over.seconds[row, column], n) / many
    rows, columns = np.divmod(key, over.cells.shape[1])
    cells = over.cells
    return CellsSeen(
        west=cells.west,
        south=cells.south,
        step_lon=cells.step_lon * factor,
        step_lat=cells.step_lat * factor,
        size_m=cells.size_m * factor,
        at=tuple(
            (int(r), int(c), round(float(s), 1), round(float(g), 3), round(float(d), 1), int(k), round(float(m), 4))
            for r, c, s, g, d, k, m in zip(rows, columns, seconds, gsd, steep, looks, many / factor**2, strict=True)
        ),
    )


def in_image(seen: Seen, place: Any) -> tuple[np.datetime64, np.datetime64, float] | None:
    """Give when a place first and last was in an image of a flight, and for how many seconds; None where never.

    Parameters
    ----------
    seen
        A flight; of many frames only some are looked at, evenly.
    place
        A shapely geometry, degrees.
    """
    used = np.flatnonzero(seen.footprints.lost == "")
    if not len(used):
        return None
    time_s = seen.flight.times.astype("datetime64[ms]").astype(np.int64) / 1000.0
    lasts = np.minimum(np.append(np.diff(time_s), 0.0), GAP_S)
    lasts = np.where(np.isfinite(seen.flight.lasts_s), seen.flight.lasts_s, lasts)[used]
    step = -(-len(used) // MOST_FRAMES)
    some = used[::step]
    stays = np.add.reduceat(lasts, np.arange(0, len(used), step))
    outline = seen.footprints.outline[some]
    west, south, east, north = place.bounds
    low, high = outline.min(axis=1), outline.max(axis=1)
    near = np.flatnonzero((low[:, 0] <= east) & (high[:, 0] >= west) & (low[:, 1] <= north) & (high[:, 1] >= south))
    hit = near[shapely.intersects(shapely.convex_hull(shapely.multipoints(outline[near])), place)]
    if not len(hit):
        return None
    times = seen.flight.times[some[hit]]
    return times[0], times[-1], float(stays[hit].sum())
