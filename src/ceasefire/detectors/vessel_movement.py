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
    intercept=_table(*((0.0, -1.5, -2.5),) * 6, (0.0, -1.0, -2.0)),
    slope=_table(*((0.0, 0.5, 0.5),) * 7),
    kept=_table(*((1.0, 0.8, 0.1),) * 6, (0.0, 0.0, 0.0)),
    along_km=_table(
        (0.1, 0.5, 8.0), (1.0, 4.0, 8.0), (1.0, 5.0, 12.0), (0.1, 0.5, 8.0), (1.0, 4.0, 8.0), (1.0, 5.0, 12.0),
        (1.0, 8.0, 20.0),
    ),
    along_power=_table(*((1.0, 1.0, 1.0),) * 7),
    across_km=_table(
        (0.1, 0.5, 8.0), (1.0, 4.0, 8.0), (1.0, 5.0, 12.0), (0.1, 0.5, 8.0), (1.0, 4.0, 8.0), (1.0, 5.0, 12.0),
        (1.0, 8.0, 20.0),
    ),
    across_power=_table(*((1.0, 1.0, 1.0),) * 7),
)  # fmt: skip
"""Learned on simulated fleets, seeds below 100."""
