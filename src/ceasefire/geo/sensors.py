"""Instruments in orbit: how wide they look, how large their pixels are, and how weak a fire they still show."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KILOWATTS_A_M2 = 56.7
"""Radiance of a fire of 1000 K over all directions (Stefan and Boltzmann), kW per m2."""
EARTH_KM = 6371.0
"""Radius of the round Earth on which scan angles and slant ranges are turned into each other, km."""


@dataclass(frozen=True)
class Sensor:
    """One kind of instrument and the satellites that carry it."""

    id: str
    title: str
    channel: str
    plane: str
    """`orbit`: scan lines are square to the flight against the stars; `ground`: to the flight over the ground."""
    height_km: float
    """Height for which the pixel is stated."""
    pixel_km: tuple[float, float]
    """Pixel along the scan and along the track in the middle of the swath, km."""
    satellites: dict[str, int]
    """Name to catalogue number."""
    source: str
    always_on: bool
    """False: a pass is an opportunity, and whether data were taken is known from the archive only."""
    daylight: bool = False
    """Sees nothing without the sun."""
    scan: float = 90.0
    """Largest angle from the vertical at the satellite, degrees."""
    incidence: tuple[float, float] = (0.0, 90.0)
    """Range of angles from the zenith at the ground, degrees."""
    side: str = ""
    """`left` or `right` of the flight where it looks to one side only."""
    zones: tuple[tuple[float, int], ...] = ()
    """Up to which scan angle how many samples make a pixel."""
    least_frp_mw: dict[str, tuple[float, float]] | None = None
    """`day` and `night`: c and b of the least radiative power, c x (pixel area / least area) ** b."""

    nominal: dict[str, float] | None = None
    """`motion` (revolutions a day) and `inclination` (degrees) that the operator holds."""

    def pixel(self, scan_degrees: Any, range_km: Any, zenith_degrees: Any) -> tuple[Floats, Floats]:
        """Give the pixel's sides along scan and along track, km, on ground that lies flat.

        >>> viirs = sensors()["viirs"]
        >>> [side.round(2).tolist() for side in viirs.pixel([0.0, 44.9, 56.28], [829, 1264, 1823], [0, 52.9, 70.0])]
        [[0.38, 0.32, 0.83], [0.36, 0.55, 0.8]]
        """
        angle, away = np.abs(np.asarray(scan_degrees, dtype=np.float64)), np.asarray(range_km, dtype=np.float64)
        along = away / self.height_km * self.pixel_km[1]
        across = away / self.height_km * self.pixel_km[0] / np.cos(np.radians(np.asarray(zenith_degrees, dtype=float)))
        if self.zones:
            limits, many = (np.array(v, dtype=np.float64) for v in zip(*self.zones, strict=True))
            across = across * many[np.minimum(np.searchsorted(limits, angle), len(many) - 1)] / many[0]
        return np.asarray(across), np.asarray(along)

    def least_power_mw(self, area_km2: Any, night: Any) -> Floats:
        """Give the radiative power that 95 % of the fires shown in pixels of an area exceed, MW.

        Raises
        ------
        ValueError
            The sensor does not see heat.

        >>> sensors()["modis"].least_power_mw([1.0, 9.6], [False, False]).round(1).tolist()
        [4.0, 34.0]
        """
        if self.least_frp_mw is None:
            raise ValueError(f"{self.title} shows no fires")
        area = np.maximum(np.asarray(area_km2, dtype=np.float64) / (self.pixel_km[0] * self.pixel_km[1]), 1.0)
        (c, b), (c_night, b_night) = (self.least_frp_mw[k] for k in ("day", "night"))
        return np.asarray(np.where(np.asarray(night), c_night * area**b_night, c * area**b))


def fire_m2(power_mw: Any) -> Floats:
    """Give the size of a fire of 1000 K with that radiative power, m2.

    >>> fire_m2([1.0, 4.0]).round().tolist()
    [18.0, 71.0]
    """
    return np.asarray(np.asarray(power_mw, dtype=np.float64) * 1000.0 / KILOWATTS_A_M2)


@cache
def sensors() -> dict[str, Sensor]:
    """Give every sensor by its id.

    >>> sorted(sensors())
    ['landsat', 'modis', 'sentinel1', 'sentinel2', 'viirs']
    """
    told = tomllib.loads(resources.files("ceasefire.geo").joinpath("sensors.toml").read_text(encoding="utf-8"))
    return {name: Sensor(id=name, **{key: _tuples(value) for key, value in row.items()}) for name, row in told.items()}


def sensor_of(norad: int) -> tuple[Sensor, str] | None:
    """Give the sensor that a satellite carries, and the satellite's name; None where it is not listed.

    >>> sensor_of(43013)[1], sensor_of(25544)
    ('NOAA-20', None)
    """
    for sensor in sensors().values():
        for name, number in sensor.satellites.items():
            if number == norad:
                return sensor, name
    return None


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_tuples(v) for v in value)
    return {k: _tuples(v) for k, v in value.items()} if isinstance(value, dict) else value
