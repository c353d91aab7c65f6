"""Invented ground below an invented patrol: buildings, trees, things to be seen, and observers who may miss them.

Why observers of another kind: a claim that is checked against its own formula is always right. What is claimed of a
look comes from pixels, seconds and an angle (`stats.seen_from_air`). Here a thing has its own size and contrast,
stands behind walls and trees that rays really meet, and somebody more or less able and more or less tired looks at a
screen glimpse by glimpse (signal detection: d' grows with pixels and contrast; the lobe in which a glimpse notices
anything grows with d').
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

Array = np.ndarray[Any, Any]

KINDS: dict[str, tuple[float, float, float]] = {
    "open": (0.2, 3.0, 1.0),
    "village": (8.0, 20.0, 1.3),
    "orchard": (0.5, 60.0, 1.2),
}
"""Of each kind of ground: buildings and trees a hectare, and how much its clutter takes from d'."""
SHARES = (0.45, 0.35, 0.20)
"""Share of each kind."""
GLIMPSES = 3.0
"""Glimpses a second, of which one or more may fall near the thing."""
CRITERION = 1.6
"""d' at which half of the glimpses that fall on a thing notice it."""
TIRED_S = 5_400.0
"""Time in which attention falls to 37 %."""
OPAQUE = 0.5
"""Share of trees that hide what is behind them: in spring many crowns are bare."""


@dataclass(frozen=True)
class Ground:
    """Obstacles around one place, metres east and north of it."""

    kind: str
    houses: Array
    """East, north, half width, half depth, height; shape (n, 5)."""
    trees: Array
    """East, north, radius, height of those that hide; shape (m, 4)."""


def ground(rng: np.random.Generator, radius_m: float) -> Ground:
    """Draw the obstacles of one place.

    >>> found = ground(np.random.default_rng(1), 100.0)
    >>> found.kind in KINDS, found.trees.shape[1], found.houses.shape[1]
    (True, 4, 5)
    """
    kind = str(rng.choice(list(KINDS), p=SHARES))
    houses, trees, _ = KINDS[kind]
    side = 2.0 * (radius_m + 60.0)
    n, m = rng.poisson(houses * side**2 / 1e4), rng.poisson(OPAQUE * trees * side**2 / 1e4)
    at = rng.uniform(-side / 2, side / 2, (n + m, 2))
    sizes = np.stack([rng.uniform(3, 8, n), rng.uniform(3, 10, n), rng.lognormal(np.log(6.0), 0.4, n)], axis=1)
    crowns = np.stack([rng.uniform(1, 3.5, m), rng.uniform(3, 14, m)], axis=1)
    return Ground(kind, np.hstack([at[:n], sizes]), np.hstack([at[n:], crowns]))


def free_place(rng: np.random.Generator, at: Ground, radius_m: float) -> Array:
    """Give a place in the disc that is not in a house, metres east and north."""
    while True:
        distance, turn = radius_m * np.sqrt(rng.uniform()), rng.uniform(0, 2 * np.pi)
        place = distance * np.array([np.cos(turn), np.sin(turn)])
        inside = (np.abs(at.houses[:, :2] - place) < at.houses[:, 2:4]).all(axis=1)
        if not inside.any():
            return np.asarray(place)


def hidden(at: Ground, thing: Array, camera: Array) -> Array:
    """Tell from which camera places a thing is hidden by a house or a tree, shape (samples,).

    Parameters
    ----------
    at
        Obstacles.
    thing
        East, north, up, metres.
    camera
        The same, shape (samples, 3).

    >>> wall = Ground("open", np.array([[10.0, 0.0, 1.0, 5.0, 10.0]]), np.zeros((0, 4)))
    >>> hidden(wall, np.array([0.0, 0.0, 0.5]), np.array([[100.0, 0.0, 50.0], [100.0, 0.0, 150.0]])).tolist()
    [True, False]
    """
    d = camera - thing
    out = np.zeros(len(camera), dtype=bool)
    for east, north, wide, deep, high in at.houses[_near(at.houses, thing)]:
        low, top = np.array([east - wide, north - deep, 0.0]), np.array([east + wide, north + deep, high])
        with np.errstate(divide="ignore", invalid="ignore"):
            a, b = (low - thing) / d, (top - thing) / d
        enter, leave = np.fmin(a, b).max(axis=1), np.fmax(a, b).min(axis=1)
        out |= (enter < leave) & (leave > 0) & (enter < 1)
    for east, north, radius, high in at.trees[_near(at.trees, thing)]:
        away = np.array([east, north]) - thing[:2]
        square = (d[:, :2] ** 2).sum(axis=1) + 1e-12
        nearest = np.clip((d[:, :2] @ away) / square, 0.0, 1.0)
        beside = np.hypot(*(away[:, None] - d[:, :2].T * nearest))
        out |= (beside < radius) & (thing[2] + nearest * d[:, 2] < high)
    return out


def _near(obstacles: Array, thing: Array) -> Array:
    return np.asarray(np.hypot(obstacles[:, 0] - thing[0], obstacles[:, 1] - thing[1]) < 60.0)


@dataclass(frozen=True)
class Observer:
    """Somebody who watches the screen."""

    skill: float
    """Factor on d'."""
    since_s: float
    """Time on duty when the flight began."""

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Observer:
        """Draw one."""
        return cls(float(rng.lognormal(0.0, 0.2)), float(rng.uniform(0, 2_400)))

    def notices(self, pixels: Array, contrast: float, clutter: float, seconds: Array) -> Array:
        """Give the chance of noticing a thing in each second of the flight.

        Parameters
        ----------
        pixels
            Pixels across the thing, 0 where it is not in the image or hidden; shape (samples,).
        contrast
            Of the thing, 0 to 1, haze taken off.
        clutter
            Divides d'.
        seconds
            Since the beginning of the flight, shape (samples,).

        >>> one = Observer(1.0, 0.0)
        >>> one.notices(np.array([0.0, 3.0, 20.0]), 0.7, 1.0, np.zeros(3)).round(2).tolist()
        [0.0, 0.15, 0.98]
        """
        d = 1.4 * self.skill * contrast / clutter * (np.asarray(pixels, float) / 1.5) ** 0.9
        lobe = np.minimum(0.75, 0.025 * (1.0 + d**1.5))
        awake = np.exp(-(self.since_s + np.asarray(seconds, float)) / TIRED_S) * 0.3 + 0.7
        one = np.where(np.asarray(pixels) > 0, awake * lobe * ndtr(d - CRITERION), 0.0)
        return np.asarray(1.0 - (1.0 - one) ** GLIMPSES)
