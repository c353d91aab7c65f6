"""Night lights of places, night by night: what readers give and detectors take.

Why not pixels: a settlement is judged as a disc, and a country-month of discs fits in memory where its tiles do not.
A night that was not seen is NaN and has its reason; nothing is ever filled in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.model.scene import Scene

PASS_HOUR = 1.5
"""Local solar hour at which S-NPP and its followers pass at night."""
LOST = ("", "no tile", "no data", "cloud", "poor quality", "snow", "out of range", "broken file")
"""Why a night was lost; the codes of `NightLights.lost` count in it, 0 being a usable night."""


@dataclass(frozen=True, eq=False)
class NightLights:
    """Mean radiance of discs on nights.

    >>> nights = np.array(["2025-03-01", "2025-03-02"], dtype="datetime64[D]")
    >>> one = NightLights(
    ...     id=np.array(["UA-53:1"], dtype=object), name=np.array(["Poltava"], dtype=object), lon=np.array([34.55]),
    ...     lat=np.array([49.59]), radius_km=np.array([4.0]), nights=nights,
    ...     radiance=np.array([[12.0, np.nan]], dtype=np.float32), lost=np.array([[0, 3]], dtype=np.int8))
    >>> len(one), LOST[one.lost[0, 1]]
    (1, 'cloud')
    """

    id: NDArray[np.object_]
    """Stable ids of the places, shape (places,)."""
    name: NDArray[np.object_]
    """Names of the places."""
    lon: NDArray[np.float64]
    """Degrees east."""
    lat: NDArray[np.float64]
    """Degrees north."""
    radius_km: NDArray[np.float64]
    """Radius of each disc, km."""
    nights: NDArray[np.datetime64]
    """UTC day of each overpass, shape (nights,), rising."""
    radiance: NDArray[np.float32]
    """Mean of the disc's usable pixels, nW cm-2 sr-1, NaN where the night was lost, shape (places, nights)."""
    lost: NDArray[np.int8]
    """Code of the reason in `LOST`, 0 for a usable night, same shape."""
    object_class: NDArray[np.object_] | None = None
    """Object class of each place; None where all are settlements."""
    snow: NDArray[np.bool_] | None = None
    """Whether snow lay, shape (places, nights); None where not known."""
    moon: NDArray[np.float32] | None = None
    """Lunar irradiance as the product gives it, mean of all places, shape (nights,), NaN where not known."""
    view: NDArray[np.float32] | None = None
    """View zenith angle, degrees, shape (places, nights), NaN where not known."""
    scenes: tuple[Scene, ...] = field(default=())
    """The granules that were used."""

    def __post_init__(self) -> None:
        n, t = len(self.id), len(self.nights)
        shapes: dict[str, Any] = {"radiance": (n, t), "lost": (n, t), "snow": (n, t), "view": (n, t), "moon": (t,)}
        shapes |= dict.fromkeys(("name", "lon", "lat", "radius_km", "object_class"), (n,))
        for key, shape in shapes.items():
            value = getattr(self, key)
            if value is not None and value.shape != shape:
                raise ValueError(f"{key} has the shape {value.shape}, not {shape}")
        if np.any(np.diff(self.nights.astype("datetime64[D]").astype(np.int64)) < 1):
            raise ValueError("nights must rise, one column for each")
        if np.any((self.lost == 0) != np.isfinite(self.radiance)):
            raise ValueError("a night is usable exactly where it has a radiance")

    def __len__(self) -> int:
        return len(self.id)


def pass_hours(lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the UTC hour of a night's pass over meridians: about half past one, local solar time.

    >>> pass_hours(np.array([15.0, 30.0])).tolist()
    [0.5, 23.5]
    """
    return np.asarray((PASS_HOUR - np.asarray(lon, dtype=np.float64) / 15.0) % 24.0)
