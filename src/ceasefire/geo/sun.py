"""How high the sun stands: day or night at a pass.

Source: The Astronomical Almanac, low-precision formulas for the sun's coordinates (section C): 0.01 degree between 1950
and 2050. Refraction is left out (0.6 degree at the horizon).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.orbit import sidereal

Floats = NDArray[np.float64]


def solar_zenith(times: Any, lon: Any, lat: Any) -> Floats:
    """Give the angle between the sun and the zenith, degrees; above 90 the sun is down.

    Parameters
    ----------
    times
        UTC, datetime64, shape (n,).
    lon, lat
        Degrees, shape (n,).

    >>> noon = np.array(["2025-03-20T10:05", "2025-03-20T22:05"], dtype="datetime64[s]")
    >>> solar_zenith(noon, [30.5, 30.5], [50.45, 50.45]).round(1).tolist()
    [50.4, 129.3]
    """
    t = np.asarray(times)
    n = t.astype("datetime64[ms]").astype(np.int64) / 86_400_000.0 - 10_957.5
    mean_longitude, anomaly = np.radians(280.460 + 0.9856474 * n), np.radians(357.528 + 0.9856003 * n)
    ecliptic = mean_longitude + np.radians(1.915) * np.sin(anomaly) + np.radians(0.020) * np.sin(2 * anomaly)
    obliquity = np.radians(23.439 - 4e-7 * n)
    ascension = np.arctan2(np.cos(obliquity) * np.sin(ecliptic), np.cos(ecliptic))
    declination = np.arcsin(np.sin(obliquity) * np.sin(ecliptic))
    hour = sidereal(t) + np.radians(np.asarray(lon, dtype=np.float64)) - ascension
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    height = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour)
    return np.asarray(np.degrees(np.arccos(np.clip(height, -1.0, 1.0))))
