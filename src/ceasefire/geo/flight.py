"""A flight: where a camera was and where it pointed, sample by sample, in one form for every maker's file.

Why one form: MISB packets, DJI subtitles, autopilot logs and photos give the camera's attitude in different frames and
angle conventions. Readers turn each into the direction of the optical axis in the local frame of the ground; from
there on nobody needs to know what it was recorded with.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Flight:
    """Samples of one platform and camera, earliest first; what a file does not tell is NaN.

    Every array has the shape (samples,), but `corners`.

    >>> flight = Flight.of(
    ...     times=np.array(["2025-04-01T09:00:00", "2025-04-01T09:00:01"], dtype="datetime64[ms]"),
    ...     lon=[36.0, 36.001], lat=[50.0, 50.0], height_m=[320.0, 320.0], ground_m=[120.0, 120.0],
    ...     azimuth_deg=[90.0, 90.0], elevation_deg=[-90.0, -60.0], hfov_deg=[60.0, 60.0], vfov_deg=[40.0, 40.0])
    >>> len(flight), flight.fix.tolist(), bool(np.isnan(flight.roll_deg).all())
    (2, [True, True], True)
    >>> float(flight.keep(flight.elevation_deg > -80).lon[0])
    36.001
    """

    times: NDArray[np.datetime64]
    """When, UTC, after the clock's offset was taken off; datetime64[ms]; NaT is not allowed."""
    lon: Array
    """Longitude of the camera, degrees east."""
    lat: Array
    """Latitude of the camera, degrees north."""
    height_m: Array
    """Height of the camera, metres, in the datum that `datum` names."""
    ground_m: Array
    """Height of the ground below the camera in the same datum; `height_m - ground_m` is the height above ground."""
    azimuth_deg: Array
    """Direction of the optical axis over ground, degrees clockwise from true north."""
    elevation_deg: Array
    """Angle of the optical axis above the horizon, degrees; -90 looks straight down."""
    roll_deg: Array
    """Turn of the image about the optical axis, degrees, positive where the right side of the image is lowered."""
    hfov_deg: Array
    """Horizontal field of view, degrees."""
    vfov_deg: Array
    """Vertical field of view, degrees."""
    position_sigma_m: Array
    """Standard error of the position, metres, one horizontal axis."""
    height_sigma_m: Array
    """Standard error of the height, metres."""
    angle_sigma_deg: Array
    """Standard error of azimuth and elevation, degrees."""
    fix: NDArray[np.bool_]
    """True where the platform knew its position by satellite navigation."""
    corners: Array
    """Corners of the image on the ground as the file itself states them: longitude and latitude of upper left, upper
    right, lower right, lower left; shape (samples, 4, 2)."""
    satellites: Array
    """Navigation satellites used; a jammed receiver loses them."""
    jamming: Array
    """The receiver's own indication of interference, 0 to 1."""
    spoofing: Array
    """The receiver's own indication of false signals, 0 to 1; from 0.5 on its position is not to be relied on."""
    lasts_s: Array
    """Seconds that a sample stands for by itself, as a still photo does; NaN where it lasts until the next one."""
    datum: str = "unknown"
    """`msl` (mean sea level), `ellipsoid` (WGS 84), `takeoff` (0 where the flight began) or `unknown`."""
    platform: str = ""
    """Make or name of the platform as the file gives it; no operator's name."""
    source: str = ""
    """File name or names."""
    evidence: str = ""
    """SHA-256 of the file's bytes."""
    clock: str = ""
    """How times became UTC, in words, with the offset that was taken off and how it is known."""

    @classmethod
    def of(cls, *, times: Any, lon: Any, lat: Any, **given: Any) -> Flight:
        """Make a flight of what is known; the rest is NaN, and `fix` is where a position is known.

        Raises
        ------
        ValueError
            Times that are missing or fall, or arrays of different lengths.
        """
        when = np.asarray(times, dtype="datetime64[ms]")
        n = len(when)
        if np.isnat(when).any():
            raise ValueError("a sample without a time")
        if n > 1 and np.any(np.diff(when).astype(np.int64) < 0):
            raise ValueError("times must not fall")
        known: dict[str, Any] = {"lon": lon, "lat": lat, **given}
        texts = {k: known.pop(k) for k in ("datum", "platform", "source", "evidence", "clock") if k in known}
        columns: dict[str, Any] = {}
        for field in fields(cls):
            name = field.name
            if name in ("times", "fix", "datum", "platform", "source", "evidence", "clock"):
                continue
            shape = (n, 4, 2) if name == "corners" else (n,)
            values = np.full(shape, np.nan) if name not in known else np.asarray(known.pop(name), dtype=np.float64)
            if values.shape != shape:
                raise ValueError(f"{name} has the shape {values.shape}, not {shape}")
            columns[name] = values
        fix = np.isfinite(columns["lon"]) & np.isfinite(columns["lat"])
        fix &= np.asarray(known.pop("fix", True), dtype=bool)
        if known:
            raise ValueError(f"a flight has no {', '.join(sorted(known))}")
        return cls(times=when, fix=fix, **columns, **texts)

    def __len__(self) -> int:
        return len(self.times)

    def keep(self, which: Any) -> Flight:
        """Give some of the samples, by a mask or by rising numbers."""
        parts = {f.name: getattr(self, f.name) for f in fields(self)}
        return Flight(**{k: v[which] if isinstance(v, np.ndarray) else v for k, v in parts.items()})
