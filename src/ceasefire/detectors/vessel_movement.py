"""How ships move between fixes: parameters by speed and kind, learned on simulated fleets.

Why shipped: the archive of millions of tracks that Kroodsma and others (2022) drew their rasters from is not open. What
ships by the hour do can be learned from any fleet whose true places are known, and `benchmarks.dark_ships fit` prints
these numbers anew. With tracks of the real sea, give a `Movement` of your own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.stats.ship_place import Movement

FISHING = 30
"""Type of ship of ITU-R M.1371: fishing."""
STILL_KN, SLOW_KN = 1.0, 6.0
"""Below the first a ship lies still, below the second it is slow."""
KINDS: tuple[str, ...] = (
    "still", "slow", "under way", "fishing, still", "fishing, slow", "fishing, under way", "speed unknown"
)  # fmt: skip


def kind_of(speed_kn: ArrayLike, ship_type: ArrayLike) -> NDArray[Any]:
    """Give the class of movement of each fix, shape (fixes,): a number into `KINDS`.

    >>> [KINDS[k] for k in kind_of([0.2, 12.0, 4.0, np.nan], [70, 80, 30, 70])]
    ['still', 'under way', 'fishing, slow', 'speed unknown']
    """
    speed = np.asarray(speed_kn, dtype=np.float64)
    by_speed = np.where(speed < STILL_KN, 0, np.where(speed < SLOW_KN, 1, 2))
    return np.where(np.isnan(speed), 6, by_speed + 3 * (np.asarray(ship_type) == FISHING))


def _table(*rows: tuple[float, float, float]) -> NDArray[np.float64]:
    return np.array(rows, dtype=np.float64)


MOVEMENT = Movement(
    intercept=_table(
        (0, -2.02, -2.466), (0, -0.2686, -1.098), (0, -2.329, -2.301), (0, -2.527, -2.372), (0, 0.9223, 0.5202),
        (0, -2.075, -2.536), (0, -1, -2),
    ),
    slope=_table(
        (0, 0.5212, 1.046), (0, -0.6321, 0.2595), (0, 0.613, 0.4795), (0, 0.6544, 1.46), (0, 0.8646, 0.8484),
        (0, 1.206, 0.3525), (0, 0.3, 0.3),
    ),
    kept=_table(
        (0, 0.1773, 0.5909), (0.06344, 0.9814, 0.4109), (0.9986, 0.6537, 0.589), (0, 0.6353, 0.6012),
        (0.9388, 0.06283, 0.3364), (0.996, 0.4314, 0.6783), (0, 0, 0),
    ),
    along_km=_table(
        (0.02, 0.5356, 7.742), (0.8267, 4.219, 9.631), (0.4351, 8.572, 11.31), (0.02, 1.509, 6.688),
        (2.812, 1.55, 4.09), (0.3551, 6.764, 9.61), (4, 12, 20),
    ),
    along_power=_table(
        (0.8212, 0.7898, 1.025), (0.8405, 1.58, 0.7704), (1.395, 1.004, 0.7119), (0.8439, 1.163, 0.9969),
        (1.6, 0.821, 1.308), (1.364, 0.8983, 0.5874), (1, 1, 1),
    ),
    across_km=_table(
        (0.02, 0.3911, 7.272), (0.617, 1.528, 8.325), (1.092, 0.8674, 6.921), (0.02, 0.7871, 3.983),
        (2.09, 1.796, 4.501), (1.113, 1.28, 5.015), (4, 12, 20),
    ),
    across_power=_table(
        (0.8743, 0.5665, 1.041), (0.6373, 1.191, 1.016), (1.113, 0.9832, 1.131), (0.8422, 0.8057, 1.158),
        (1.13, 0.7182, 1.153), (1.083, 0.991, 1.033), (1, 1, 1),
    ),
)  # fmt: skip
"""Fitted to simulated fleets of seeds 0 to 5, checked on 6 and 7; the last row, for unknown speeds, is stated."""
