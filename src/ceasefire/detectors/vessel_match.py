"""Which radar detection is which ship: places by AIS at the instant of the scene, weighed against what radar saw.

Why not the nearest fix: a ship last heard an hour ago may be 20 km on, and a fishing boat beside a tanker is no match
for a detection of 180 m. Each pair is weighed by the chance that the ship was there, that radar sees a ship of its
length, that it looks as long as it is and points where it sails, against the density of ships that are there anyway.

Source of the method: Kroodsma and others (2022), see `stats.ship_place`; Paolo and others (2024), see `recall_of`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter

from ceasefire.detectors.vessel_plane import KM_H_PER_KNOT, Plane
from ceasefire.detectors.vessel_there import ShipsThere
from ceasefire.model.table import Table
from ceasefire.model.vessel import RadarShip
from ceasefire.stats.ship_place import densities

Array = NDArray[Any]
Recall = Callable[[Array], Array]

TYPICAL_LENGTH_M, LENGTH_SPREAD = 80.0, 0.75
"""Median and standard deviation of the log of lengths of ships that radar sees, before the scene tells."""
CROWD_KM = 20.0
"""Bandwidth of the density of ships, km."""
WRONG_LENGTH = 0.1
"""Chance that the length that AIS tells is not of the hull that radar sees: mistyped, or a tow."""
WRONG_HEADING = 0.15
"""Chance that the axis that radar sees tells nothing of the course."""
UNDER_WAY_KN = 3.0
"""Speed from which a ship points where it sails."""


def recall_of(length_m: ArrayLike) -> Array:
    """Give the chance that radar detects a ship of a length in metres, shape (ships,); for NaN that of a typical ship.

    Source: fitted to two numbers of Paolo and others, "Satellite mapping reveals extensive industrial activity at sea",
    Nature 625 (2024) 85-91, for Sentinel-1: above 80 % at 25 m and above 95 % at 50 m.

    >>> recall_of([10.0, 25.0, 50.0, 200.0, np.nan]).round(2).tolist()
    [0.34, 0.8, 0.95, 0.98, 0.93]
    """
    length = np.asarray(length_m, dtype=np.float64)
    with np.errstate(divide="ignore"):
        logit = 1.386 + 2.25 * np.log(length / 25.0)
    return np.where(np.isnan(length), 0.93, np.minimum(1.0 / (1.0 + np.exp(-logit)), 0.98))


@dataclass(frozen=True, eq=False)
class Weighed:
    """Pairs of ships and detections that may be one; arrays of shape (pairs,)."""

    ship: Array
    detection: Array
    odds: Array
    """The ship's density there times recall and agreement, over the density of ships seen by radar."""
    there: Array
    """The ship's density there alone, 1 over km squared."""


def weigh(
    there: ShipsThere,
    detections: Table[RadarShip],
    *,
    plane: Plane,
    area_km2: float,
    recall: Recall = recall_of,
) -> Weighed:
    """Weigh every pair of a ship and a detection that is possible.

    Parameters
    ----------
    there
        Ships with their places.
    detections
        What radar saw, fixed objects left out.
    plane
        The same plane.
    area_km2
        Water that the scene shows.
    recall
        Chance that radar detects a ship of a length in metres.
    """
    x, y = plane.of(detections.column("lon"), detections.column("lat"))
    sigma = detections.column("sigma_m") / 1000.0
    ship, detection, density = densities(there.places, x, y, sigma_km=sigma)
    crowd = _crowd(x, y, detections.column("p_ship"), area_km2)
    odds = density * recall(there.length_m)[ship] / crowd[detection]
    odds = (
        odds
        * _length_odds(there.length_m[ship], detections, detection)
        * _heading_odds(there, ship, detections, detection)
    )
    real = odds > 1e-7
    return Weighed(ship[real], detection[real], odds[real], density[real])


def _crowd(x: Array, y: Array, p_ship: Array, area_km2: float) -> Array:
    """Density of ships seen by radar about each detection, itself left out, per km squared."""
    if not len(x):
        return np.empty(0)
    mean = (p_ship.sum() + 1.0) / area_km2
    cell = CROWD_KM / 4.0
    i, j = ((v - v.min()) // cell for v in (x, y))
    i, j = i.astype(np.int64) + 12, j.astype(np.int64) + 12
    grid = np.zeros((int(i.max()) + 13, int(j.max()) + 13))
    np.add.at(grid, (i, j), p_ship)
    spread = gaussian_filter(grid, 4.0, mode="constant", truncate=3.0) / cell**2
    own = gaussian_filter(np.pad([[1.0]], 12), 4.0, mode="constant", truncate=3.0).max() / cell**2
    return np.asarray(0.5 * mean + 0.5 * np.maximum(spread[i, j] - own * p_ship, 0.0))


def _length_odds(told_m: Array, detections: Table[RadarShip], detection: Array) -> Array:
    """Density of the radar's length given the ship's, over that among all ships seen."""
    seen, error = detections.column("length_m"), detections.column("length_sigma_m")
    log = np.log(np.maximum(seen, 3.0))
    known = np.isfinite(log)
    anyone = np.exp(-0.5 * ((log - np.log(TYPICAL_LENGTH_M)) / LENGTH_SPREAD) ** 2) / (
        LENGTH_SPREAD * np.sqrt(2 * np.pi)
    )
    if known.sum() > 5:
        width = 0.3
        grid = np.arange(0.0, 7.0, 0.05)
        kernel = np.exp(-0.5 * ((grid[:, None] - log[known][None, :]) / width) ** 2).mean(axis=1)
        anyone = 0.4 * anyone + 0.6 * np.interp(log, grid, kernel) / (width * np.sqrt(2 * np.pi))
    anyone = anyone / np.maximum(seen, 3.0)
    told = np.asarray(told_m, dtype=np.float64)
    spread = np.hypot(np.where(np.isfinite(error), error, 20.0)[detection], 0.05 * told + 3.0)
    fits = np.exp(-0.5 * ((seen[detection] - told) / spread) ** 2) / (spread * np.sqrt(2 * np.pi))
    odds = (1 - WRONG_LENGTH) * fits / anyone[detection] + WRONG_LENGTH
    return np.where(known[detection] & np.isfinite(told), odds, 1.0)


def _heading_odds(there: ShipsThere, ship: Array, detections: Table[RadarShip], detection: Array) -> Array:
    """Density of the radar's axis given the ship's course, over that of any axis."""
    axis = detections.column("heading_deg")[detection]
    course = np.degrees(np.arctan2(there.east_km_h, there.north_km_h))[ship]
    gap = np.minimum(there.before_h, there.after_h)[ship]
    spread = 12.0 + 40.0 * np.minimum(gap, 1.0)
    off = (axis - course + 90.0) % 180.0 - 90.0
    turns = sum(np.exp(-0.5 * ((off + k) / spread) ** 2) for k in (-180.0, 0.0, 180.0)) / (spread * np.sqrt(2 * np.pi))
    odds = (1 - WRONG_HEADING) * turns * 180.0 + WRONG_HEADING
    moves = np.hypot(there.east_km_h, there.north_km_h)[ship] > UNDER_WAY_KN * KM_H_PER_KNOT
    return np.where(np.isfinite(axis) & moves, odds, 1.0)
