"""Incidents with another one near: where a second incident of one event is likeliest, and probabilities are worth less.

Why: reports of one event that name places and hours some way apart become two incidents. Each was reported, and only
one occurred. That happens where incidents lie close together, so a map from stated to true probability is best fitted
apart for those that have a neighbour and those that have none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

_EARTH_KM = 6371.0088


def crowded(
    lon: ArrayLike, lat: ArrayLike, hours: ArrayLike, *, within_km: float = 30.0, within_hours: float = 24.0
) -> NDArray[np.bool_]:
    """Tell which incidents have another one near in place and time.

    Parameters
    ----------
    lon, lat
        Degrees, shape (n,); one that is NaN has no neighbour.
    hours
        Middle of each incident, hours since any instant, shape (n,).
    within_km, within_hours
        How near; both above 0. The distance is taken along each of three axes, so that it may be up to 1.7 times as
        far in a slanting direction.

    Raises
    ------
    ValueError
        Shapes differ, or a limit is not above 0.

    >>> crowded([30.0, 30.1, 30.1], [50.0, 50.0, 50.0], [0.0, 5.0, 80.0])
    array([ True,  True, False])
    """
    x, y, t = (np.asarray(v, dtype=np.float64) for v in (lon, lat, hours))
    if x.ndim != 1 or x.shape != y.shape or x.shape != t.shape:
        raise ValueError(f"places and times must be flat and equally long, not {x.shape}, {y.shape}, {t.shape}")
    if not (within_km > 0 and within_hours > 0):
        raise ValueError("both limits must be above 0")
    out = np.zeros(len(x), dtype=bool)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & np.isfinite(t))
    if len(known) < 2:
        return out
    a, b = np.radians(x[known]), np.radians(y[known])
    scale = _EARTH_KM / within_km
    points = np.column_stack(
        [scale * np.cos(b) * np.cos(a), scale * np.cos(b) * np.sin(a), scale * np.sin(b), t[known] / within_hours]
    )
    away, _ = cKDTree(points).query(points, k=2, p=np.inf, distance_upper_bound=1.0 + 1e-9)
    out[known] = np.isfinite(away[:, 1])
    return out
