"""Ships on a radar scene: brighter than the water around them, at a stated rate of false alarms.

The way: each pixel against the mean of the water in a ring around it (`vessels_clutter`); how rarely the water alone
is so bright, by a K distribution whose looks and texture the scene itself tells (`stats.cfar`); bright pixels into
spots (`vessels_spots`); how the surprises of the scene's many weak spots fall off, which gives the threshold for the
stated rate of false alarms; and from the same fall-off the probability that a spot is no water.

Sources: D. J. Crisp, The state-of-the-art in ship detection in synthetic aperture radar imagery, DSTO-RR-0272 (2004);
K. D. Ward, R. J. A. Tough and S. Watts, Sea Clutter (2013); for azimuth ghosts C. Santamaria et al., Ambiguities in
Sentinel-1 ship detection (2018).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors import vessels_spots
from ceasefire.detectors.vessels_clutter import CUT
from ceasefire.detectors.vessels_masks import pixel_m
from ceasefire.detectors.vessels_search import PIECE, Bright, Mask, Pixels, Told, bright, read, surprises
from ceasefire.geo.grid import Grid
from ceasefire.geo.projection import to_lonlat
from ceasefire.model.table import Table
from ceasefire.model.vessel import RadarShip
from ceasefire.stats import cfar

Floats = NDArray[np.float64]
GUARD_M = 200.0
"""Half width of the guard window: most of a ship's length on either side."""
OUTER_M = 500.0
"""Half width of the outer window."""
RESOLUTION_M = 22.0
"""Width of a point at half height on Sentinel-1 IW ground-range images (20 m across, 22 m along the track)."""
GAP_M = 40.0
"""Bright pixels nearer than this belong to one ship."""
FIXED_SHARE = 0.02
"""P(ship) of a sure spot on the mask of fixed objects."""
GHOST_SHARE = 0.1
"""P(ship) of a sure spot where a stronger one casts an azimuth ghost."""
GHOST_RATIO = 0.05
"""A ghost has at most this share of the power of what casts it."""
SPOTS_FORETOLD = 2.0
"""Spots that a small scene is believed to have for each pixel that the distribution foretells, before it is seen: both
sizes of pixel are tried, and real water is a little wilder than the distribution."""
STEEP = 1.25
"""Where one side of the ring is so many times brighter than its mean, the ship is held against that side."""
CLASS_DENSITY = 1.0
"""Ships per 1,000 km2 that are believed in before the scene is seen, counted as 1,000 km2 of sea."""
FIELD = (5.0, 2000.0)
"""Ships' surprises spread evenly in logarithms between these."""


@dataclass(frozen=True)
class Ghosts:
    """Where azimuth ghosts lie: a strong target shows again, weaker, before and behind along the track."""

    track_deg: float
    """Direction of flight over the ground, degrees from north."""
    offsets_m: tuple[float, ...]
    """Distances along the track, metres, as the sensor's publisher states them for the swath."""
    tolerance_m: float = 300.0
    """How exactly the distance is known."""


@dataclass(frozen=True, eq=False)
class Found:
    """What one scene showed, and what the search was worth."""

    ships: Table[RadarShip]
    """Spots above the threshold, north to south."""
    surprise: Floats
    """-ln P(the water alone), shape (ships,)."""
    area_km2: float
    """Water searched."""
    false_alarms_per_1000_km2: float
    """Rate asked for."""
    threshold: float
    """Surprise from which a spot counts."""
    tail: cfar.Tail
    """How the water's own spots fall off."""
    looks: tuple[float, ...]
    """Equivalent number of looks by band."""
    spread: float
    """Median inverse shape of the water's texture in the first band: 0.05 calm, 1 very spiky."""


def ships(
    bands: Mapping[str, Pixels],
    grid: Grid,
    *,
    scene: str,
    time: datetime,
    evidence: str = "",
    land: Mask | None = None,
    fixed: Mask | None = None,
    ghosts: Ghosts | None = None,
    false_alarms_per_1000_km2: float = 1.0,
    looks: float | Sequence[float] | None = None,
    resolution_m: float = RESOLUTION_M,
    guard_m: float = GUARD_M,
    outer_m: float = OUTER_M,
    piece: int = PIECE,
    compiled: bool | None = None,
    threads: int | None = None,
    progress: Told | None = None,
) -> Found:
    """Find ships on one radar scene.

    Why a stated rate: of two scenes of unequal sea the rougher one must not show more ships by itself.

    Parameters
    ----------
    bands
        Linear power (or anything proportional to it) by band, e.g. VV and VH: arrays of the grid's shape, or functions
        that read rows and columns. NaN or not above 0 where missing.
    grid
        Grid of the scene, pixels of 5 to 60 m.
    scene, time, evidence
        Scene's id, when it was taken (UTC), and the SHA-256 of its file.
    land
        What is not searched: `vessels_masks.coast`, `vessels_masks.persistent`, or both joined.
    fixed
        Where fixed objects stand; what is found there is kept and flagged.
    ghosts
        Where azimuth ghosts lie, if known.
    false_alarms_per_1000_km2
        Spots that the water alone makes, wanted at most.
    looks
        Equivalent number of looks, one for all bands or one each; taken from the scene where not given.
    resolution_m
        Width at half height of what the radar makes of a point.
    guard_m, outer_m
        Half widths of the guard window and the outer one.
    piece, compiled, threads, progress
        As of `vessels_search.bright`.

    Returns
    -------
    Found; nothing searched gives no ships and an area of 0.

    Raises
    ------
    ValueError
        A rate, looks, windows or shapes that cannot be.

    Examples
    --------
    >>> from datetime import UTC
    >>> rng = np.random.default_rng(0)
    >>> x = rng.gamma(4.4, 0.02 / 4.4, (300, 300)).astype(np.float32)
    >>> x[150:152, 100:108] += 0.6
    >>> grid = Grid("EPSG:4326", 31.0, 44.0, 0.0001, 0.0001, x.shape)
    >>> found = ships({"VV": x}, grid, scene="s", time=datetime(2025, 3, 25, tzinfo=UTC), looks=4.4)
    >>> len(found.ships), round(found.ships[0].lon, 3), round(found.ships[0].lat, 3), found.ships[0].p_ship > 0.99
    (1, 31.01, 43.985, True)
    """
    if not false_alarms_per_1000_km2 > 0:
        raise ValueError(f"a rate of false alarms must be above 0, not {false_alarms_per_1000_km2}")
    stated = _looks(looks, len(bands))
    size = pixel_m(grid)
    side = float(np.sqrt(size[0] * size[1]))
    inner = max(2, round(guard_m / side))
    outer = max(inner + 3, round(outer_m / side))
    seen = bright(
        bands, grid, inner=inner, outer=outer, land=land, piece=piece,
        compiled=compiled, threads=threads, progress=progress,
    )  # fmt: skip
    area = seen.tested * size[0] * size[1] / 1e6
    if seen.tested == 0:
        return Found(
            Table.empty(RadarShip), np.empty(0), 0.0, false_alarms_per_1000_km2,
            float(cfar.START), cfar.Tail(float(cfar.START), 0.0, 1.0), tuple(v or np.nan for v in stated), np.nan,
        )  # fmt: skip
    t, told_looks, spread = surprises(seen, stated, apart=(size[0] / resolution_m, size[1] / resolution_m))
    kept = np.flatnonzero(t >= cfar.START)
    label = vessels_spots.spots(seen.row[kept], seen.column[kept], gap=max(1, int(GAP_M / side)))
    number = int(label.max(initial=-1)) + 1
    peak = np.full(number, -np.inf)
    np.maximum.at(peak, label, t[kept])
    foretold = SPOTS_FORETOLD * np.exp(-cfar.START) / (size[0] * size[1] / 1e6)
    tail = cfar.tail(peak, area, expected_per_km2=foretold)
    limit = cfar.threshold(false_alarms_per_1000_km2 / 1000.0, tail)
    chosen = np.flatnonzero(peak > limit)
    order = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[order], np.stack([chosen, chosen + 1]))
    spots = [kept[order[a:b]] for a, b in bounds.T.tolist()]
    measured = [
        _measure(bands, grid, seen, t, spot, inner, outer, land, size, resolution_m, told_looks) for spot in spots
    ]
    surprise = np.array([min(p, m[1]) for p, m in zip(peak[chosen], measured, strict=True)])
    p = _p_ship(surprise, peak, tail, limit, area)
    rows = np.array([m[0].down for m in measured])
    columns = np.array([m[0].across for m in measured])
    flagged = _on(fixed, rows, columns, grid)
    p = np.where(flagged, p * FIXED_SHARE, p)
    power = np.array([m[2] for m in measured])
    if ghosts is not None:
        p = np.where(_ghostly(rows, columns, power, grid, size, ghosts), p * GHOST_SHARE, p)
    table = _table(rows, columns, [m[0] for m in measured], power, p, flagged, grid, scene, time, evidence)
    median = float(np.median(spread[0])) if spread.size else np.nan
    return Found(table, surprise, area, false_alarms_per_1000_km2, limit, tail, told_looks, median)


def _looks(looks: float | Sequence[float] | None, bands: int) -> tuple[float | None, ...]:
    several = (looks,) * bands if looks is None or isinstance(looks, float | int) else tuple(looks)
    if len(several) != bands or any(v is not None and not v > 0 for v in several):
        raise ValueError(f"looks must be above 0, one for each of {bands} bands, not {looks}")
    return several


def _measure(
    bands: Mapping[str, Pixels],
    grid: Grid,
    seen: Bright,
    t: Floats,
    spot: NDArray[np.int64],
    inner: int,
    outer: int,
    land: Mask | None,
    size: tuple[float, float],
    resolution_m: float,
    looks: tuple[float, ...],
) -> tuple[vessels_spots.Shape, float, float]:
    """Give the shape of a spot in the scene's rows and columns, its surprise by the steepest side, and its contrast."""
    best, peak = spot[np.argmax(seen.ratio[:, spot].max(axis=0))], float(t[spot].max())
    at_row, at_column = int(seen.row[best]), int(seen.column[best])
    rows = slice(max(0, min(at_row - outer, int(seen.row[spot].min()) - 2)),
                 min(grid.shape[0], max(at_row + outer + 1, int(seen.row[spot].max()) + 3)))  # fmt: skip
    columns = slice(max(0, min(at_column - outer, int(seen.column[spot].min()) - 2)),
                    min(grid.shape[1], max(at_column + outer + 1, int(seen.column[spot].max()) + 3)))  # fmt: skip
    dry = None
    if land is not None:
        dry = land(rows, columns) if callable(land) else land[rows, columns]
    total = np.zeros((rows.stop - rows.start, columns.stop - columns.start))
    steep = 1.0
    weight = seen.ratio[:, best] / seen.ratio[:, best].sum()
    for b, pixels in enumerate(bands.values()):
        x = read(pixels, rows, columns).astype(np.float64)
        over = x / seen.mean[b, best]
        if dry is not None:
            over[dry] = np.nan
        total += weight[b] * (over - 1.0)
        steep = max(steep, _steepest(over, at_row - rows.start, at_column - columns.start, inner))
    own = np.zeros(total.shape, dtype=bool)
    own[seen.row[spot] - rows.start, seen.column[spot] - columns.start] = True
    shape = vessels_spots.shape_of(total, own, pixel_m=size, resolution_m=resolution_m, looks=float(np.mean(looks)))
    shape = shape._replace(down=shape.down + rows.start, across=shape.across + columns.start)
    contrast = float(seen.ratio[:, best].max())
    # against the steepest side each nat of surprise shrinks as the ratio does, nearly in proportion
    surprise = peak / steep if steep > STEEP else peak
    return shape, surprise, contrast


def _steepest(over: Floats, row: int, column: int, inner: int) -> float:
    """Give the mean of the brightest side of the ring, in means of the whole ring; what is far above is left out."""
    i, j = np.indices(over.shape)
    i, j = i - row, j - column
    water = np.isfinite(over) & (over < CUT) & (np.maximum(abs(i), abs(j)) > inner)
    sides = [water & part for part in (i < -abs(j), i > abs(j), j < -abs(i), j > abs(i))]
    means = [float(over[s].mean()) for s in sides if s.sum() > 30]
    return max(means, default=1.0)


def _p_ship(surprise: Floats, peak: Floats, tail: cfar.Tail, limit: float, area: float) -> Floats:
    """Give P(no water) of each spot: ships' density over ships' and the water's own at that surprise."""
    low, high = FIELD
    share = np.log(high / max(limit + 8.0, low)) / np.log(high / low)
    sure = float((peak > limit + 8.0).sum())
    ships_per_km2 = (sure / max(share, 0.2) + CLASS_DENSITY) / (area + 1000.0)
    own = ships_per_km2 / (np.clip(surprise, low, high) * np.log(high / low))
    water = tail.rate / tail.scale * np.exp(-np.clip((surprise - tail.start) / tail.scale, -20.0, 700.0))
    return np.asarray(own / (own + water), dtype=np.float64)


def _on(mask: Mask | None, rows: Floats, columns: Floats, grid: Grid) -> NDArray[np.bool_]:
    found = np.zeros(len(rows), dtype=bool)
    if mask is None:
        return found
    for k, (r, c) in enumerate(zip(np.rint(rows).astype(int), np.rint(columns).astype(int), strict=True)):
        i, j = min(max(r, 0), grid.shape[0] - 1), min(max(c, 0), grid.shape[1] - 1)
        rs, cs = slice(i, i + 1), slice(j, j + 1)
        found[k] = bool((mask(rs, cs) if callable(mask) else mask[rs, cs])[0, 0])
    return found


def _ghostly(
    rows: Floats, columns: Floats, power: Floats, grid: Grid, size: tuple[float, float], ghosts: Ghosts
) -> NDArray[np.bool_]:
    """Tell which spots lie where a much stronger one casts a ghost."""
    north, east = -rows * size[0], columns * size[1]
    turn = np.radians(ghosts.track_deg)
    dn, de = north[:, None] - north[None, :], east[:, None] - east[None, :]
    along = np.abs(dn * np.cos(turn) + de * np.sin(turn))
    aside = np.abs(de * np.cos(turn) - dn * np.sin(turn))
    weaker = power[:, None] <= GHOST_RATIO * power[None, :]
    near = np.zeros(along.shape, dtype=bool)
    for offset in ghosts.offsets_m:
        near |= np.abs(along - offset) <= ghosts.tolerance_m
    return np.asarray((near & (aside <= ghosts.tolerance_m) & weaker).any(axis=1))


def _table(
    rows: Floats,
    columns: Floats,
    shapes: Sequence[vessels_spots.Shape],
    power: Floats,
    p: Floats,
    flagged: NDArray[np.bool_],
    grid: Grid,
    scene: str,
    time: datetime,
    evidence: str,
) -> Table[RadarShip]:
    if not len(rows):
        return Table.empty(RadarShip)
    lon, lat = to_lonlat(grid.crs, *grid.centre(rows, columns))
    axis = np.array([s.axis_deg for s in shapes])
    turn = np.radians(axis)
    ahead = grid.centre(rows - np.cos(turn), columns + np.sin(turn) * grid.height / grid.width)
    lon_ahead, lat_ahead = to_lonlat(grid.crs, *ahead)
    # a grid's north is not quite the true one
    east = (lon_ahead - lon) * np.cos(np.radians(lat))
    heading = np.degrees(np.arctan2(east, lat_ahead - lat)) % 180.0
    ids = [
        "r-" + hashlib.sha256(f"{scene}|{r:.2f}|{c:.2f}".encode()).hexdigest()[:12]
        for r, c in zip(rows, columns, strict=True)
    ]
    return Table.from_columns(
        RadarShip,
        {
            "id": ids,
            "scene": scene,
            "evidence": evidence,
            "time": time,
            "lon": lon,
            "lat": lat,
            "sigma_m": [s.sigma_m for s in shapes],
            "length_m": [s.length_m for s in shapes],
            "length_sigma_m": [s.length_sigma_m for s in shapes],
            "heading_deg": np.where(np.isfinite(axis), heading, np.nan),
            "contrast": power,
            "p_ship": p,
            "fixed": flagged,
        },
        len(rows),
    )
