"""One pass of a satellite over a place, as a table of passes prints it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Overpass:
    """A place lies in a sensor's swath: what could be seen then, leaving clouds aside."""

    place: str
    """Place as named by who asks."""
    satellite: str
    sensor: str
    """Id in `geo/sensors.toml`."""
    time: datetime
    """UTC, to the second."""
    error_s: float
    """Bound of the time's error, seconds, by the age of the elements."""
    scan_degrees: float
    """Angle from the vertical at the satellite; above 0 right of the flight."""
    zenith_degrees: float
    """Angle between the satellite and the zenith at the place."""
    night: bool
    """The sun is below the horizon."""
    across_km: float
    """Pixel along the scan."""
    along_km: float
    """Pixel along the track."""
    least_mw: float
    """Radiative power that 95 % of the fires shown in such pixels exceed; NaN where the sensor shows no fires."""
    least_m2: float
    """Size of a fire of 1000 K with that power; NaN where the sensor shows no fires."""
    age_days: float
    """Age of the elements; below 0 before their epoch."""
    usual: bool
    """The instrument is always on; otherwise only its archive tells whether it looked."""
