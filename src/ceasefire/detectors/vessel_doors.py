"""Doors: places at which many ships fall silent and come back, because beyond them nobody listens.

Why: a ship that leaves through a strait or up a river is silent for a day and returns to where it was last heard. Its
straight way between the two is no way at all, and reception there tells nothing. A switch is one ship's choice; a door
is used by all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.special import gammaln

from ceasefire.geo import distance
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.seas import coast_km

Array = NDArray[Any]

NEAR_KM = 15.0
"""Silences that begin within this of each other, and end within it of where they began, are at one place."""
AT_COAST, AT_SEA = 0.7, 0.02
"""P(a place at which a ship fell silent and came back is a door), before others are looked at, near the coast (rivers,
straits, quays behind a hill) and away from it: the first chosen of four on simulated seas (seeds 1 and 2), the second
stated."""
PASSAGES: tuple[tuple[str, float, float, float], ...] = (
    ("Bosphorus", 29.14, 41.25, 30.0),
    ("Sulina", 29.76, 45.16, 20.0),
    ("Bystre", 29.75, 45.34, 15.0),
    ("Kerch Strait", 36.60, 45.05, 25.0),
    ("Dnipro-Bug estuary", 31.52, 46.59, 15.0),
)
"""Known ways out of the Black Sea: name, longitude, latitude, radius in km; general knowledge."""
KNOWN = 0.95
"""P(door) of a silence that begins and ends at known ways out, whichever they are."""
COAST_KM = 15.0
"""Places nearer to land than this are near the coast."""
SWITCHED = 0.01
"""Share of the ships at a place that would switch off there and come back, were it no door: stated."""
OFF = 0.5
"""Least P(the transmitter was off) by reception alone of a silence that counts."""
_CELL_DEG = 0.05


def doors(
    fixes: Fixes,
    before: Array,
    after: Array,
    off: Array,
    *,
    passages: Sequence[tuple[str, float, float, float]] = PASSAGES,
) -> Array:
    """Give P(the place is a door) of each silence, by what other ships did there, shape (silences,).

    Under a door any share of the ships that were there leaves through it and comes back (a uniform share); else one in
    a hundred does. A place with two such ships of ten is about even, with three it is very likely a door.

    Parameters
    ----------
    fixes
        Cleaned fixes.
    before, after
        Rows of the last fix before and the first after each silence.
    off
        P(the transmitter was off) of each, by reception alone: a silence that reception explains is no sign of a door.
    passages
        Known ways out.

    >>> t = np.array([0, 60], "M8[m]").astype("M8[ms]")
    >>> f = Fixes.of(mmsi=np.repeat(np.arange(1, 7), 2), times=np.tile(t, 6), lon=np.full(12, 34.1),
    ...     lat=np.full(12, 43.3))
    >>> doors(f, np.arange(0, 12, 2), np.arange(1, 12, 2), np.ones(6)).round(2).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    >>> doors(f, np.array([0]), np.array([1]), np.ones(1)).round(3).tolist()
    [0.004]
    """
    n = len(before)
    if not n:
        return np.zeros(0)
    begin = distance.unit_vectors(fixes.lon[before], fixes.lat[before])
    end = distance.unit_vectors(fixes.lon[after], fixes.lat[after])
    reach = float(distance.chord(NEAR_KM))
    ship = fixes.mmsi[before]
    back = (np.linalg.norm(begin - end, axis=1) <= reach) & (off >= OFF)
    pairs = cKDTree(begin).query_pairs(reach, output_type="ndarray")
    alike = back[pairs].all(axis=1) & (ship[pairs[:, 0]] != ship[pairs[:, 1]])
    a, b = pairs[alike].T
    did = _distinct(np.concatenate([a, b]), np.concatenate([ship[b], ship[a]]), n)
    column, line = (np.floor(v / _CELL_DEG).astype(np.int64) for v in (fixes.lon, fixes.lat))
    cells = np.unique(np.stack([fixes.mmsi.astype(np.int64), column, line]), axis=1)
    visits = distance.unit_vectors((cells[1] + 0.5) * _CELL_DEG, (cells[2] + 0.5) * _CELL_DEG)
    near = cKDTree(visits).query_ball_point(begin, reach)
    there = np.array([len(np.unique(cells[0][rows])) for rows in near]) - 1
    many = np.maximum(there, did).astype(np.float64)
    chosen = gammaln(many + 1) - gammaln(did + 1) - gammaln(many - did + 1)
    no_door = chosen + did * np.log(SWITCHED) + (many - did) * np.log1p(-SWITCHED)
    factor = np.exp(np.clip(-np.log(many + 1) - no_door, -500.0, 500.0))
    prior = np.where(coast_km(fixes.lon[before], fixes.lat[before]) > -COAST_KM, AT_COAST, AT_SEA)
    found = np.where(back, prior * factor / (prior * factor + 1.0 - prior), 0.0)
    out = [np.zeros(n, dtype=bool) for _ in range(2)]
    for _, lon, lat, radius_km in passages:
        for k, rows in enumerate((before, after)):
            out[k] |= distance.km(lon, lat, fixes.lon[rows], fixes.lat[rows]) <= radius_km
    return np.where(out[0] & out[1], np.maximum(found, KNOWN), found)


def _distinct(row: Array, ship: Array, n: int) -> Array:
    """Count different ships of each row, shape (n,)."""
    pairs = np.unique(np.stack([row.astype(np.int64), ship.astype(np.int64)]), axis=1)
    return np.bincount(pairs[0], minlength=n).astype(np.float64)
