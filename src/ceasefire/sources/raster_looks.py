"""Looks of granules: for each pass and place the share of its pixels that could be used, and why the rest was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.distance import KM_PER_DEGREE, km
from ceasefire.geo.footprint_mask import label_discs
from ceasefire.geo.grid import Grid
from ceasefire.geo.projection import to_lonlat
from ceasefire.geo.regions import locate
from ceasefire.model.records import Look
from ceasefire.model.table import Table
from ceasefire.sources.raster_layers import NO_DATA, Product
from ceasefire.sources.raster_windows import Place, grid_over
from ceasefire.sources.rows import stable_ids

LASTS = timedelta(seconds=30)
"""Time that a granule's look lasts at least."""


@dataclass(frozen=True)
class Seen:
    """One pass over one window: which pixels could be used, and why others could not."""

    orbit: str
    start: datetime
    end: datetime
    usable: NDArray[np.bool_] | None
    """Shape of the window; None where nothing of the pass could be read."""
    reasons: Mapping[str, NDArray[np.bool_]]
    """Reasons told by masks, and where each holds."""
    failed: tuple[str, ...]
    """Reasons of files of the pass that could not be used."""
    boxes: tuple[tuple[float, float, float, float], ...]
    """West, south, east and north degrees of its granules; empty where that is not known."""


@dataclass(frozen=True)
class Footprint:
    """The pixels of a place on a window."""

    place: Place
    at: tuple[NDArray[np.int64], NDArray[np.int64]]
    """Rows and columns within the window."""
    of: int
    """Pixels of the whole place, also those outside the window."""


def footprint(grid: Grid, place: Place) -> Footprint:
    """Give the pixels of a place on a grid.

    >>> grid = Grid("EPSG:4326", 30.0, 50.0, 0.001, 0.001, (20, 20))
    >>> on = footprint(grid, Place("x", 30.0, 49.99, 400.0))
    >>> len(on.at[0]), on.of
    (32, 64)
    """
    high = place.radius_m / 1000.0 / KM_PER_DEGREE * 1.01
    wide = high / max(float(np.cos(np.radians(place.lat))), 0.01)
    box = (place.lon - wide, place.lat - high, place.lon + wide, place.lat + high)
    whole = grid_over(box, crs=grid.crs, west=grid.west, north=grid.north, width=grid.width, height=grid.height)
    rows, columns = np.nonzero(label_discs(whole, [place.lon], [place.lat], place.radius_m))
    rows = rows + round((grid.north - whole.north) / grid.height)
    columns = columns + round((whole.west - grid.west) / grid.width)
    inside = (rows >= 0) & (columns >= 0) & (rows < grid.shape[0]) & (columns < grid.shape[1])
    return Footprint(place, (rows[inside], columns[inside]), max(len(rows), 1))


def whole(grid: Grid, name: str) -> Footprint:
    """Give a window as one place: the disc that holds it, and all its pixels."""
    rows, columns = grid.shape
    x, y = grid.centre((rows - 1) / 2, (columns - 1) / 2)
    lon, lat = to_lonlat(grid.crs, x, y)
    corner = to_lonlat(grid.crs, grid.west, grid.north)
    radius = float(km(lon, lat, *corner)) * 1000.0
    at = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    return Footprint(Place(name, float(lon), float(lat), radius), (at[0].ravel(), at[1].ravel()), rows * columns)


def looks(product: Product, passes: list[tuple[Seen, list[Footprint]]], *, source: str) -> Table[Look]:
    """Make one look for each pass and place that the pass could show.

    A place outside all granules of a pass was not looked at and gets none. A look whose usable share is 0 is lost,
    with the commonest reason at its pixels: what a mask says, else what was wrong with the file, else `no data`.

    Parameters
    ----------
    product
        Product, for its channel and acts.
    passes
        Each pass over a window with the places on it.
    source
        Source as named in the case file.
    """
    made: dict[str, list[object]] = {k: [] for k in ("key", "lon", "lat", "radius", "start", "end", "quality", "lost")}
    for seen, feet in passes:
        for foot in feet:
            if seen.boxes and not _over(foot.place, seen.boxes):
                continue
            share, lost = _share(seen, foot)
            made["key"].append(f"{seen.orbit} {seen.start:%Y-%m-%dT%H:%M:%S} {foot.place.id}")
            made["lon"].append(foot.place.lon)
            made["lat"].append(foot.place.lat)
            made["radius"].append(foot.place.radius_m / 1000.0)
            made["start"].append(seen.start)
            made["end"].append(seen.end + LASTS)
            made["quality"].append(share)
            made["lost"].append(lost)
    if not made["key"]:
        return Table.empty(Look)
    lon, lat = np.array(made["lon"], dtype=np.float64), np.array(made["lat"], dtype=np.float64)
    columns = {
        "id": stable_ids("l", source, product.name, made["key"]),
        "source": source,
        "channel": product.channel,
        "region": locate(lon, lat).tolist(),
        "start": made["start"],
        "end": made["end"],
        "lon": lon,
        "lat": lat,
        "radius_km": np.array(made["radius"], dtype=np.float64),
        "acts": [product.acts] * len(lon),
        "quality": np.array(made["quality"], dtype=np.float64),
        "lost": made["lost"],
    }
    return Table.from_columns(Look, columns)


def _share(seen: Seen, foot: Footprint) -> tuple[float, str]:
    if seen.usable is None:
        return 0.0, Counter(seen.failed).most_common(1)[0][0] if seen.failed else NO_DATA
    share = float(seen.usable[foot.at].sum()) / foot.of
    if share:
        return share, ""
    told = {reason: int(where[foot.at].sum()) for reason, where in seen.reasons.items()}
    best = max(told, key=lambda reason: told[reason], default="")
    if best and told[best]:
        return 0.0, best
    return 0.0, seen.failed[0] if seen.failed else NO_DATA


def _over(place: Place, boxes: tuple[tuple[float, float, float, float], ...]) -> bool:
    """Whether a place's disc touches a granule's box."""
    high = place.radius_m / 1000.0 / KM_PER_DEGREE
    wide = high / max(float(np.cos(np.radians(place.lat))), 0.01)
    return any(
        b[0] <= place.lon + wide and place.lon - wide <= b[2] and b[1] <= place.lat + high and place.lat - high <= b[3]
        for b in boxes
    )
