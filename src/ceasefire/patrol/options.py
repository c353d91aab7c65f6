"""What a mission says of its patrol: how the camera was mounted, which clock, what was planned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite, nan
from pathlib import Path
from typing import Any

from ceasefire.errors import CeasefireError
from ceasefire.geo.footprint import PIXELS

REACH_KM = 2.0
"""A place farther from the track than this was not in reach of the patrol, unless the plan names it."""
NAMES = (
    "camera_elevation_deg",
    "camera_azimuth_deg",
    "clock",
    "field_of_view_deg",
    "mapping",
    "marks",
    "pixels",
    "reach_km",
    "reader",
    "reason",
    "sees_in_the_dark",
)
"""Options that are values; `plan`, `zones`, `sightings`, `elevation` and `stills` name files."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is said of a patrol; what is not said is taken from its files."""

    clock: str = ""
    """IANA zone or offset of devices that write local time."""
    plan_clock: str = "UTC"
    """IANA zone of a plan's times where `clock` is not given."""
    camera_elevation_deg: float = nan
    """Where the camera pointed all the time, for files that do not say; -90 is straight down."""
    camera_azimuth_deg: float = nan
    """Likewise, clockwise from true north."""
    field_of_view_deg: tuple[float, float] | None = None
    """Horizontal and vertical, for files that do not say."""
    pixels: tuple[int, int] = PIXELS
    """Columns and rows of the images."""
    sees_in_the_dark: bool = False
    """Whether the camera sees heat."""
    reach_km: float = REACH_KM
    """How far from the track a place may lie to have been in reach."""
    reason: str = ""
    """Why places were not reached, in the mission's word."""
    mapping: Mapping[str, Any] = field(default_factory=dict)
    """Columns of a mission's own tables."""
    marks: Mapping[str, Any] = field(default_factory=dict)
    """Options of the reader of sightings: `classes`, `fps`, `start`, ..."""
    reader: Mapping[str, Any] = field(default_factory=dict)
    """Further options of readers of flights: `camera`, `leap_seconds`, `datum`, `files`, ..."""
    plan: tuple[Path, ...] = ()
    """What was planned."""
    zones: tuple[Path, ...] = ()
    """Zones to watch, as GeoJSON."""
    sightings: tuple[Path, ...] = ()
    """What analysts or detectors marked in frames."""
    elevation: tuple[Path, ...] = ()
    """A grid of heights of the ground; level ground where there is none."""

    @classmethod
    def of(
        cls, given: Mapping[str, Any], *, source: str, plan_clock: str = "UTC", **files: tuple[Path, ...]
    ) -> Options:
        """Check values as a case file or a command gives them.

        Parameters
        ----------
        given
            Values by name.
        source
            Named in errors.
        plan_clock
            IANA zone of a plan's times where `clock` is not given.
        files
            Paths of `plan`, `zones`, `sightings` and `elevation`.

        Raises
        ------
        CeasefireError
            A name that is no option, or a value that is none.

        >>> Options.of({"pixels": "3840x2160", "camera_elevation_deg": -90}, source="x").pixels
        (3840, 2160)
        >>> Options.of({"pixel": 1}, source="x")
        Traceback (most recent call last):
        ...
        ceasefire.errors.CeasefireError: source 'x': no option 'pixel' for a patrol; known: camera_azimuth_deg, ...
        """
        for name in given:
            if name not in NAMES:
                known = ", ".join(sorted([*NAMES, "elevation", "plan", "sightings", "stills", "zones"]))
                raise CeasefireError(f"source {source!r}: no option {name!r} for a patrol; known: {known}")
        mapping, marks = given.get("mapping") or {}, given.get("marks") or {}
        reader = given.get("reader") or {}
        for name, value in (("mapping", mapping), ("marks", marks), ("reader", reader)):
            if not isinstance(value, Mapping):
                raise CeasefireError(f"source {source!r}: {name} is names with values, not {value!r}")
        view = given.get("field_of_view_deg")
        wide = None if view is None else _pair(view, "field_of_view_deg", source)
        if wide is not None and not all(0 < side < 180 for side in wide):
            raise CeasefireError(f"source {source!r}: fields of view lie between 0 and 180 degrees, not {view!r}")
        across, down = _pair(given.get("pixels", PIXELS), "pixels", source)
        if not (1 <= across <= 100_000 and 1 <= down <= 100_000):
            raise CeasefireError(
                f"source {source!r}: pixels are columns and rows such as 1920x1080, not {across, down}"
            )
        dark = given.get("sees_in_the_dark", False)
        if not isinstance(dark, bool):
            raise CeasefireError(f"source {source!r}: sees_in_the_dark is true or false, not {dark!r}")
        return cls(
            clock=str(given.get("clock", "")),
            plan_clock=plan_clock,
            camera_elevation_deg=_number(given, "camera_elevation_deg", source, -90.0, 90.0),
            camera_azimuth_deg=_number(given, "camera_azimuth_deg", source, -360.0, 360.0),
            field_of_view_deg=wide,
            pixels=(int(across), int(down)),
            sees_in_the_dark=dark,
            reach_km=_number(given, "reach_km", source, 0.0, 100.0, REACH_KM),
            reason=str(given.get("reason", "")),
            mapping=mapping,
            marks=marks,
            reader=reader,
            **files,
        )

    def of_reader(self) -> dict[str, Any]:
        """Give what readers of flights ask for; logs of autopilots ask for the camera in one piece.

        >>> Options(camera_elevation_deg=-90.0, field_of_view_deg=(70.0, 43.0)).of_reader()["camera"]
        {'elevation_deg': -90.0, 'hfov_deg': 70.0, 'vfov_deg': 43.0}
        """
        out: dict[str, Any] = {}
        camera: dict[str, Any] = {}
        for name in ("elevation_deg", "azimuth_deg"):
            if isfinite(value := getattr(self, f"camera_{name}")):
                out[f"camera_{name}"] = camera[name] = value
        if self.field_of_view_deg is not None:
            for name, value in zip(("hfov_deg", "vfov_deg"), self.field_of_view_deg, strict=True):
                out[name] = camera[name] = value
        if "elevation_deg" in camera:
            out["camera"] = camera
        if self.clock:
            out["clock"] = self.clock
        if self.mapping:
            out["mapping"] = dict(self.mapping)
        return out | dict(self.reader)


def _number(given: Mapping[str, Any], name: str, source: str, low: float, high: float, default: float = nan) -> float:
    value = given.get(name)
    if value is None:
        return default
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not low <= value <= high:
        raise CeasefireError(f"source {source!r}: {name} is a number from {low:g} to {high:g}, not {value!r}")
    return float(value)


def _pair(value: Any, name: str, source: str) -> tuple[float, float]:
    parts = re.split(r"[x×,]", value) if isinstance(value, str) else value
    try:
        one, two = (float(p) for p in parts)
    except (TypeError, ValueError):
        raise CeasefireError(f"source {source!r}: {name} is two numbers such as 1920x1080, not {value!r}") from None
    return one, two
