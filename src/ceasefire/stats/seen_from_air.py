"""The chance that somebody who watches a camera's image sees a thing on the ground.

Why not yes or no: ground at two metres a pixel for half a second is not ground that was watched. The chance grows with
the pixels across the thing and with the time it stays in the image, and shrinks where one looks so flat that walls and
trees stand before it.

Source: the target transfer probability function and the search model of night vision practice (Johnson 1958; Driggers,
Cox and Edwards, Introduction to Infrared and Electro-Optical Systems, 1999). Half of trained observers detect a thing
with 0.75 line pairs across it; what stands in the way is a stated number, not a measured one. Checked against invented
observers of another kind (docs/methods/patrols.md): claims lie 0.05 below what is achieved.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

HALF_PAIRS = 0.75
"""Line pairs across a thing at which half of all observers detect it at last."""
SEARCH_S = 3.4
"""Seconds after which an observer who will detect it at all has done so with 63 %."""
COVER = 0.15
"""How much stands in the way: at 45 degrees exp(-0.15) = 86 % of the ground is open to the camera. Stated."""


def chance_seen(
    size_m: ArrayLike, gsd_m: ArrayLike, seconds: ArrayLike, depression_deg: ArrayLike, *, cover: float = COVER
) -> Array:
    """Give the chance that a thing in the image is seen; broadcasts.

    Parameters
    ----------
    size_m
        Size of what is to be seen (the root of its area as seen), metres.
    gsd_m
        Ground sample distance, metres.
    seconds
        Time in the image.
    depression_deg
        Angle below the horizon.
    cover
        How much stands in the way, 0 for open ground.

    Returns
    -------
    Between 0 and 1; 0 where any of the numbers is not known.

    >>> chance_seen(3.0, [0.1, 1.0, 2.0, 4.0], 10.0, 60.0).round(2).tolist()
    [0.92, 0.81, 0.35, 0.03]
    >>> float(chance_seen(3.0, 0.1, 0.0, 60.0))
    0.0
    """
    size, gsd, stay, steep = np.broadcast_arrays(
        *(np.asarray(v, float) for v in (size_m, gsd_m, seconds, depression_deg))
    )
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = size / (2.0 * gsd) / HALF_PAIRS
        power = np.minimum(ratio, 50.0) ** (2.7 + 0.7 * np.minimum(ratio, 50.0))
        at_last = np.where(ratio > 5.0, 1.0, power / (1.0 + power))
        found = at_last * -np.expm1(-stay * np.where(ratio > 2.0, ratio / (2.0 * SEARCH_S), at_last / SEARCH_S))
        open_to = np.exp(-cover / np.tan(np.radians(np.clip(steep, 1e-6, 90.0))))
        chance = found * np.where(steep > 0, open_to, 0.0)
    return np.where(np.isfinite(chance), np.clip(chance, 0.0, 1.0), 0.0)
