"""Dwell: for how long, how finely and how often each cell of ground was in a camera's image.

Why cells: footprints of a patrol overlap a hundred times over. What a report needs is which ground was seen, at what
ground sample distance, for how many seconds; a cell counts as seen where its centre was in the image.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.ellipsoid import metres_per_degree
from ceasefire.geo.flight import Flight
from ceasefire.geo.footprint import PIXELS, Footprints, above_ground, pixel_m
from ceasefire.geo.ground import Terrain

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

GAP_S = 5.0
"""A sample stands for the time until the next one, at most this long: what was shown in a gap nobody knows."""
AGAIN_S = 60.0
"""A cell that was out of the image for longer than this is looked at anew."""
CELL_SIZES_M = (5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0)
"""Sizes of cells to choose from."""
MAX_CELLS = 25_000_000
"""Most cells of one grid: a mistaken position must not fill the memory."""
_CHUNK = 1_000_000


@dataclass(frozen=True)
class Cells:
    """Cells of equal size on the ground, counted from the south-west corner.

    >>> cells = Cells.covering(35.99, 49.99, 36.01, 50.01, size_m=100.0)
    >>> cells.shape
    (23, 15)
    >>> lon, lat = cells.centre(0, 0)
    >>> bool(35.99 < lon < 35.992 and 49.99 < lat < 49.991)
    True
    """

    west: float
    """Longitude of the western edge, degrees."""
    south: float
    """Latitude of the southern edge, degrees."""
    step_lon: float
    """Width of a cell, degrees of longitude."""
    step_lat: float
    """Height of a cell, degrees of latitude."""
    shape: tuple[int, int]
    """Rows, from the south, and columns, from the west."""
    size_m: float
    """Side of a cell, metres."""

    @classmethod
    def covering(cls, west: float, south: float, east: float, north: float, *, size_m: float) -> Cells:
        """Give cells that cover a box of longitude and latitude, its corner rounded to whole cells.

        Raises
        ------
        ValueError
            A box without extent or with more than `MAX_CELLS` cells.
        """
        if not (size_m > 0 and east >= west and north >= south):
            raise ValueError(f"no cells cover {west, south, east, north} at {size_m} m")
        lon_m, lat_m = metres_per_degree(0.5 * (south + north))
        step_lon, step_lat = size_m / float(lon_m), size_m / float(lat_m)
        first = (int(np.floor(south / step_lat)), int(np.floor(west / step_lon)))
        rows = int(np.floor(north / step_lat)) - first[0] + 1
        columns = int(np.floor(east / step_lon)) - first[1] + 1
        if rows * columns > MAX_CELLS:
            raise ValueError(
                f"{rows:,} by {columns:,} cells of {size_m:g} m are too many: take larger cells, or look for a "
                "position far from the others"
            )
        return cls(first[1] * step_lon, first[0] * step_lat, step_lon, step_lat, (rows, columns), size_m)

    @classmethod
    def of(cls, seen: Footprints, *, size_m: float | None = None) -> Cells:
        """Give cells for footprints: a quarter of the median footprint wide where no size is given.

        Raises
        ------
        ValueError
            No sample has a footprint.
        """
        at = seen.outline[seen.lost == ""]
        if not len(at):
            raise ValueError("no sample has a footprint, so there is nothing to cover")
        low, high = at.min(axis=1), at.max(axis=1)
        if size_m is None:
            across = np.median((high - low) * metres_per_degree(float(at[..., 1].mean())), axis=0).min() / 4
            size_m = max((s for s in CELL_SIZES_M if s <= across), default=CELL_SIZES_M[0])
        (west, south), (east, north) = low.min(axis=0), high.max(axis=0)
        return cls.covering(float(west), float(south), float(east), float(north), size_m=size_m)

    def centre(self, row: object, column: object) -> tuple[Array, Array]:
        """Give longitude and latitude of the centres of cells; broadcasts."""
        x, y = np.asarray(column, dtype=np.float64), np.asarray(row, dtype=np.float64)
        return self.west + (x + 0.5) * self.step_lon, self.south + (y + 0.5) * self.step_lat


@dataclass(frozen=True, eq=False)
class Dwell:
    """What was seen of each cell; arrays of shape (rows, columns)."""

    cells: Cells
    """Where they lie."""
    seconds: Array
    """Time in the image; 0 where never seen."""
    gsd_m: Array
    """Best ground sample distance, metres; NaN where never seen."""
    depression_deg: Array
    """Steepest view, degrees below the horizon; NaN where never seen."""
    looks: Ints
    """Separate times that it came into the image."""
    frames: int
    """Samples with a footprint."""
    kept: int
    """Samples left after thinning: the others moved the outline by less than half a cell."""

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Which cells were in an image."""
        return np.asarray(self.looks > 0)

    @property
    def area_km2(self) -> float:
        """Area seen, square kilometres."""
        return float(self.seen.sum()) * self.cells.size_m**2 / 1e6


def dwell(
    flight: Flight,
    seen: Footprints,
    cells: Cells | None = None,
    *,
    terrain: Terrain | None = None,
    pixels: tuple[int, int] = PIXELS,
    gap_s: float = GAP_S,
) -> Dwell:
    """Lay the footprints of a flight over cells.

    Parameters
    ----------
    flight, seen
        Samples and their footprints.
    cells
        Chosen from the footprints where none are given.
    terrain
        As for `footprints`.
    pixels
        Columns and rows of the images.
    gap_s
        Longest time that one sample stands for, where it does not say itself (`Flight.lasts_s`).

    Raises
    ------
    ValueError
        No sample has a footprint and no cells are given.

    >>> from ceasefire.geo.footprint import footprints
    >>> n = 11
    >>> flight = Flight.of(
    ...     times=np.datetime64("2025-04-01T09:00:00", "ms") + 1000 * np.arange(n), lon=np.full(n, 36.0),
    ...     lat=50 + 0.0001 * np.arange(n), height_m=np.full(n, 220.0), ground_m=np.full(n, 120.0),
    ...     azimuth_deg=np.zeros(n), elevation_deg=np.full(n, -90.0), hfov_deg=np.full(n, 60.0),
    ...     vfov_deg=np.full(n, 40.0))
    >>> over = dwell(flight, footprints(flight), Cells.covering(35.998, 49.998, 36.002, 50.003, size_m=10.0))
    >>> round(over.area_km2, 3), float(over.seconds.max()), int(over.looks.max())
    (0.022, 7.0, 1)
    """
    cells = Cells.of(seen) if cells is None else cells
    used = np.flatnonzero(seen.lost == "")
    time_s = flight.times.astype("datetime64[ms]").astype(np.int64) / 1000.0
    lasts = np.minimum(np.append(np.diff(time_s), 0.0), gap_s)
    lasts = np.where(np.isfinite(flight.lasts_s), flight.lasts_s, lasts)
    outline = (seen.outline[used] - [cells.west, cells.south]) / [cells.step_lon, cells.step_lat]
    first, whole = _thinned(outline, lasts[used], time_s[used], gap_s)
    at, when = used[first], time_s[used[first]]
    until = time_s[used[np.append(first[1:], len(used)) - 1]] if len(first) else when
    high = above_ground(flight, terrain)[0]
    size = cells.shape[0] * cells.shape[1]
    seconds, looks = np.zeros(size), np.zeros(size, dtype=np.int64)
    gsd, depression, last_seen = np.full(size, np.inf), np.full(size, -np.inf), np.full(size, -np.inf)
    for frame, cell in _pairs(outline[first], cells.shape):
        sample = at[frame]
        lon, lat = cells.centre(*np.divmod(cell, cells.shape[1]))
        lon_m, lat_m = metres_per_degree(flight.lat[sample])
        across = np.hypot((lon - flight.lon[sample]) * lon_m, (lat - flight.lat[sample]) * lat_m)
        slant, steep = np.hypot(across, high[sample]), np.degrees(np.arctan2(high[sample], across))
        fine = pixel_m(slant, steep, flight.hfov_deg[sample], flight.vfov_deg[sample], pixels=pixels)
        np.minimum.at(gsd, cell, fine)
        np.maximum.at(depression, cell, steep)
        seconds += np.bincount(cell, whole[frame], size)
        looks += _visits(cell, when[frame], until[frame], last_seen)
    never = looks == 0
    return Dwell(
        cells=cells,
        seconds=seconds.reshape(cells.shape),
        gsd_m=np.where(never, np.nan, gsd).reshape(cells.shape),
        depression_deg=np.where(never, np.nan, depression).reshape(cells.shape),
        looks=looks.reshape(cells.shape),
        frames=len(used),
        kept=len(first),
    )


def _thinned(outline: Array, lasts: Array, time_s: Array, gap_s: float) -> tuple[Ints, Array]:
    """Give the first sample of each run whose outline stays within half a cell, and each run's seconds."""
    if not len(outline):
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    step = np.append(0.0, np.abs(np.diff(outline, axis=0)).max(axis=(1, 2)))
    apart = np.append(0.0, np.diff(time_s)) > gap_s
    run = np.floor(2.0 * np.cumsum(step)).astype(np.int64) + np.cumsum(apart)
    first = np.flatnonzero(np.append(True, np.diff(run) != 0))
    return first, np.add.reduceat(lasts, first)


def _pairs(outline: Array, shape: tuple[int, int]) -> Iterator[tuple[Ints, Ints]]:
    """Give pairs of a frame and a cell whose centre it shows, some at a time, frames in order."""
    low = np.maximum(np.ceil(outline.min(axis=1) - 0.5), 0).astype(np.int64)
    high = np.minimum(np.floor(outline.max(axis=1) - 0.5), [shape[1] - 1, shape[0] - 1]).astype(np.int64)
    wide, tall = np.maximum(high - low + 1, 0).T
    ends = np.cumsum(wide * tall)
    side = np.roll(outline, -1, axis=1) - outline
    level = side[..., 0] * outline[..., 1] - side[..., 1] * outline[..., 0] + 1e-9
    lines = [
        np.ascontiguousarray(v)
        for k in range(outline.shape[1])
        if np.any(side[:, k])  # an image that is not cut has four edges, not eight
        for v in (side[:, k, 0], side[:, k, 1], level[:, k])
    ]
    begin = 0
    while begin < len(outline):
        done = ends[begin - 1] if begin else 0
        stop = max(int(np.searchsorted(ends, done + _CHUNK, side="right")), begin + 1)
        frame = np.repeat(np.arange(begin, stop), (wide * tall)[begin:stop])
        number = np.arange(len(frame)) - (ends[frame] - (wide * tall)[frame] - done)
        row, column = np.divmod(number, np.maximum(wide[frame], 1))
        row, column = row + low[frame, 1], column + low[frame, 0]
        x, y = column + 0.5, row + 0.5
        inside = np.ones(len(frame), dtype=bool)
        for dx, dy, most in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
            inside &= dx[frame] * y - dy[frame] * x <= most[frame]
        yield frame[inside], (row * shape[1] + column)[inside]
        begin = stop


def _visits(cell: Ints, when: Array, until: Array, last_seen: Array) -> Ints:
    """Count how often each cell comes into the image anew; `last_seen` is carried on."""
    order = np.argsort(cell, kind="stable")
    c, t, u = cell[order], when[order], until[order]
    begins = np.append(True, np.diff(c) != 0) if len(c) else np.zeros(0, dtype=bool)
    before = np.where(begins, last_seen[c], np.append(-np.inf, u[:-1]) if len(c) else u)
    np.maximum.at(last_seen, c, u)
    return np.bincount(c[t - before > AGAIN_S], minlength=len(last_seen)).astype(np.int64)
