"""What the logs of autopilots have in common: a clock that starts with the machine, a receiver, an attitude, a mount.

PX4, ArduPilot and MAVLink write the same things under other names. Each reader fills one `Log`; here its clock becomes
UTC, the turns of aircraft, gimbal and mount become the direction of the camera's axis, and a receiver that falls
silent while the log goes on becomes samples without a fix.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.camera import attitude_of
from ceasefire.sources.camera_mount import APART_S, BODY, NORTH, Camera, between, heading, rotated, then, turned
from ceasefire.sources.flight_read import zero_is_unknown
from ceasefire.sources.photos import LASTS_S

Array = NDArray[np.float64]

SILENT_S = 2.0
"""A receiver that says nothing for so long, while the log goes on, has no fix."""


def _none() -> Array:
    return np.zeros(0)


@dataclass
class Log:
    """Rows of the receiver and what was logged beside them, by the log's own clock in seconds."""

    clock_s: Array
    """Rows of the receiver, in the order of the file."""
    lon: Array
    lat: Array
    height_m: Array
    """Above mean sea level."""
    fix: NDArray[np.bool_]
    """Whether the receiver had a fix in three dimensions."""
    utc_s: Array = field(default_factory=_none)
    """Seconds since 1970 by the receiver, UTC, at the same rows; NaN where it does not know."""
    more: dict[str, Array] = field(default_factory=dict)
    """Other columns of `Flight` at the same rows: satellites, jamming, spoofing, position_sigma_m, height_sigma_m."""
    estimate_s: Array = field(default_factory=_none)
    estimate: Array = field(default_factory=lambda: np.zeros((0, 3)))
    """Longitude, latitude, height that the autopilot estimates, shape (n, 3)."""
    attitude_s: Array = field(default_factory=_none)
    attitude: Array = field(default_factory=lambda: np.zeros((0, 4)))
    """Turn from the vehicle's frame (ahead, right, down) to north, east, down: quaternions w, x, y, z, shape (n, 4)."""
    gimbal_s: Array = field(default_factory=_none)
    gimbal: Array = field(default_factory=lambda: np.zeros((0, 4)))
    """Turn from the camera's frame to the frame that `frame` names, shape (n, 4)."""
    frame: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """`LEVEL`, `NORTH` or `BODY`, one for each turn of the gimbal."""
    pictures_s: Array = field(default_factory=_none)
    """When the shutter was released."""
    ground_m: float = float("nan")
    """Height of the place of take-off above mean sea level, where the log tells."""

    def only(self, which: Any) -> Log:
        """Give the log with some of the receiver's rows."""
        more = {name: values[which] for name, values in self.more.items()}
        utc = self.utc_s[which] if len(self.utc_s) else self.utc_s
        parts = {name: getattr(self, name)[which] for name in ("clock_s", "lon", "lat", "height_m", "fix")}
        return replace(self, utc_s=utc, more=more, **parts)


def columns(log: Log, camera: Camera | None) -> tuple[Array, dict[str, Any], list[str]]:
    """Give times by the log's clock, columns of a flight and what was assumed.

    The rows must be clean: see `off_clock`.
    """
    doubts: list[str] = []
    order = np.argsort(log.clock_s, kind="stable")
    clock = log.clock_s[order]
    lon, lat = zero_is_unknown(log.lon[order], log.lat[order])
    made: dict[str, Any] = {"lon": lon, "lat": lat, "height_m": log.height_m[order]}
    made |= {name: values[order] for name, values in log.more.items()}
    made["fix"] = log.fix[order] & np.isfinite(lon)
    clock, made = _with_silence(log, clock, made)
    _fill_by_estimate(log, clock, made)
    ground = log.ground_m
    if not np.isfinite(ground):
        sure = made["fix"] & np.isfinite(made["height_m"])
        ground = float(made["height_m"][np.argmax(sure)]) if sure.any() else float("nan")
        doubts.append("the ground is taken to be as high as the first good position")
    else:
        doubts.append("the ground is taken to be as high as the place of take-off")
    if camera is not None and camera.takes == "pictures":
        clock, made = _at_pictures(log, clock, made)
        made["lasts_s"] = np.full(len(clock), LASTS_S)
        doubts.append(f"each picture stands for {LASTS_S:g} s of looking")
    made["ground_m"] = np.full(len(clock), ground)
    made |= _axis(log, clock, camera, doubts)
    return clock, made, doubts


def _with_silence(log: Log, clock: Array, made: dict[str, Any]) -> tuple[Array, dict[str, Any]]:
    """Add a row without a fix for every second that the log goes on and the receiver says nothing."""
    alive = np.sort(log.attitude_s[np.isfinite(log.attitude_s)])
    if not len(alive) or not len(clock):
        return clock, made
    patience = max(SILENT_S, 5.0 * float(np.median(np.diff(clock)))) if len(clock) > 1 else SILENT_S
    ends = np.append(clock, min(max(float(alive[-1]), clock[-1]), clock[-1] + 86_400.0))
    added = [np.arange(a + 1.0, b, 1.0) for a, b in zip(clock, ends[1:], strict=True) if b - a > patience]
    if not added:
        return clock, made
    more = np.concatenate(added)
    there = np.clip(np.searchsorted(alive, more), 0, len(alive) - 1)
    near = np.minimum(np.abs(alive[there] - more), np.abs(alive[np.maximum(there - 1, 0)] - more))
    more = more[near <= 1.0]
    whole = np.concatenate([clock, more])
    order = np.argsort(whole, kind="stable")
    out = {}
    for name, values in made.items():
        empty = np.zeros(len(more), dtype=bool) if values.dtype == bool else np.full(len(more), np.nan)
        out[name] = np.concatenate([values, empty])[order]
    return whole[order], out


def _fill_by_estimate(log: Log, clock: Array, made: dict[str, Any]) -> None:
    """Where the receiver has no fix, put the autopilot's estimate; the row stays without a fix."""
    lost = ~made["fix"]
    for k, name in enumerate(("lon", "lat", "height_m")):
        guess = between(log.estimate_s, log.estimate[:, k : k + 1], clock[lost])[:, 0]
        made[name][lost] = guess if name != "height_m" else np.where(np.isfinite(guess), guess, made[name][lost])
    made["lon"], made["lat"] = zero_is_unknown(made["lon"], made["lat"])


def _at_pictures(log: Log, clock: Array, made: dict[str, Any]) -> tuple[Array, dict[str, Any]]:
    """Give the columns at the pictures: the position between two rows, the rest as at the last row before."""
    when = np.sort(log.pictures_s[np.isfinite(log.pictures_s)])
    when = when[(when >= clock[0] - APART_S) & (when <= clock[-1] + APART_S)] if len(clock) else when[:0]
    at = np.clip(np.searchsorted(clock, when, side="right") - 1, 0, max(len(clock) - 1, 0))
    out = {name: values[at] for name, values in made.items()}
    place = np.stack([made["lon"], made["lat"], made["height_m"]], axis=-1)
    there = between(clock, place, when)
    for k, name in enumerate(("lon", "lat", "height_m")):
        out[name] = np.where(np.isfinite(there[:, k]), there[:, k], out[name])
    return when, out


def _axis(log: Log, clock: Array, camera: Camera | None, doubts: list[str]) -> dict[str, Array]:
    """Give the direction of the camera's axis, and its fields of view."""
    on = camera or Camera()
    has_gimbal = len(log.gimbal_s) > 0 and on.fixed == "gimbal"
    if not has_gimbal and not np.isfinite(on.elevation_deg):
        doubts.append("the log does not say where the camera pointed, nor does the case: there are no footprints")
        return {}
    nose = between(log.attitude_s, log.attitude, clock, turns=True)
    if has_gimbal:
        frame = np.asarray(log.frame)
        q = log.gimbal.astype(np.float64)
        body = between(log.attitude_s, log.attitude, log.gimbal_s, turns=True)
        zero = np.zeros(len(q))
        level = then(turned(zero, zero, heading(body)), q)
        whole = np.where((frame == NORTH)[:, None], q, np.where((frame == BODY)[:, None], then(body, q), level))
        turn = between(log.gimbal_s, whole, clock, turns=True)
    elif on.fixed == "gimbal":
        zero = np.zeros(len(clock))
        turn = turned(zero, zero, heading(nose))
        doubts.append("the log has no angles of a gimbal: the camera is taken to be kept level, as the case says")
    else:
        turn = nose
    if not np.isfinite(turn).any():
        doubts.append("the log has no attitude near its positions: there are no footprints")
    a, e = np.radians(on.azimuth_deg), np.radians(0.0 if np.isnan(on.elevation_deg) else on.elevation_deg)
    axis = np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), -np.sin(e)])
    over = np.array([-np.sin(e) * np.cos(a), -np.sin(e) * np.sin(a), -np.cos(e)])
    to_enu = [1, 0, 2], np.array([1.0, 1.0, -1.0])
    f, u = (rotated(turn, v)[..., to_enu[0]] * to_enu[1] for v in (axis, over))
    azimuth, elevation, roll = attitude_of(f, u)
    if not np.isfinite(on.hfov_deg) or not np.isfinite(on.vfov_deg):
        doubts.append("no field of view is given: give camera.hfov_deg and camera.vfov_deg for footprints")
    wide = {"hfov_deg": on.hfov_deg, "vfov_deg": on.vfov_deg, "angle_sigma_deg": on.sigma_deg}
    return {
        "azimuth_deg": azimuth,
        "elevation_deg": elevation,
        "roll_deg": roll,
        **{name: np.full(len(clock), value) for name, value in wide.items()},
    }
