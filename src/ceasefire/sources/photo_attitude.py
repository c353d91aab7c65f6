"""Where a photo's camera pointed, from the makers' angles, which follow two conventions.

`drone-dji:Gimbal...`, `drone-parrot:Camera...` and Autel's `drone:Gimbal...` are yaw, pitch and roll of the optical
axis in north, east, down: pitch -90 looks straight down, yaw is absolute. `Camera:Yaw`, `Pitch`, `Roll` (Pix4D's
schema, in photos of Parrot and of older Autel cameras) turn a camera that looks straight down: pitch 0 is straight
down, 90 ahead, and roll turns it sideways before the pitch. Angles of a maker whose convention is not known are not
used.

Source: Parrot, "Embedded Photo Metadata" (developer.parrot.com), which gives one photo's angles in both conventions;
Pix4D, yaw, pitch, roll (https://support.pix4d.com/hc/en-us/articles/202558969); DJI developer support on the frame
(https://github.com/dji-sdk/Mobile-SDK-Android/issues/984).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, isfinite, nan, radians, sin
from typing import Any

from ceasefire.geo.camera import attitude_of
from ceasefire.sources.photo_tags import number, words

_DJI = ("drone-dji:gimbalyawdegree", "drone-dji:gimbalpitchdegree", "drone-dji:gimbalrolldegree")
_PARROT = ("drone-parrot:camerayawdegree", "drone-parrot:camerapitchdegree", "drone-parrot:camerarolldegree")
_DRONE = ("drone:gimbalyawdegree", "drone:gimbalpitchdegree", "drone:gimbalrolldegree")
_PIX4D = ("camera:yaw", "camera:pitch", "camera:roll")
FAMILIES = {"dji": (_DJI,), "hasselblad": (_DJI,), "parrot": (_PARROT, _PIX4D), "autel": (_DJI, _DRONE, _PIX4D)}
"""Tags that are believed of each maker, the better first."""
HIGHEST_DEG = 45.0
"""No gimbal of these makers looks up more steeply: a higher pitch has lost its sign or its meaning."""


def maker(tags: Mapping[str, Any]) -> str:
    """Give the maker among those whose convention is known; empty for others.

    >>> maker({"make": "Autel Robotics"}), maker({"make": "Somebody"})
    ('autel', '')
    """
    make = words(tags.get("make")).lower()
    return next((name for name in FAMILIES if make.startswith(name)), "")


def attitude(tags: Mapping[str, Any]) -> tuple[float, float, float, str]:
    """Give azimuth, elevation and roll of a photo's camera, degrees, and a doubt; NaN where they are not known.

    >>> [round(v, 2) for v in attitude({"make": "DJI", "drone-dji:gimbalyawdegree": "-90.0",
    ...     "drone-dji:gimbalpitchdegree": "-45.0", "drone-dji:gimbalrolldegree": "+0.00"})[:3]]
    [270.0, -45.0, 0.0]
    >>> [round(v, 2) for v in attitude({"make": "Parrot", "camera:yaw": "146.781036", "camera:pitch": "38.011101",
    ...     "camera:roll": "-0.041258"})[:3]]
    [146.85, -51.99, -0.05]
    """
    known = FAMILIES.get(maker(tags), ())
    for family in known:
        yaw, pitch, roll = (number(tags.get(name)) for name in family)
        if not (isfinite(yaw) and isfinite(pitch)):
            continue
        roll = roll if isfinite(roll) else 0.0
        if yaw == pitch == roll == 0 and family is not _PIX4D:
            return nan, nan, nan, "gimbal angles that are all exactly 0 were not written: not used"
        if abs(yaw) > 360 or abs(pitch) > 180 or abs(roll) > 360:
            return nan, nan, nan, "gimbal angles that are no angles are not used"
        azimuth, elevation, turn = down_camera(yaw, pitch, roll) if family is _PIX4D else (yaw % 360.0, pitch, roll)
        if not -90.5 <= elevation <= HIGHEST_DEG:
            return nan, nan, nan, f"a gimbal pitch above {HIGHEST_DEG:g} degrees has lost its sign: not used"
        return azimuth, max(elevation, -90.0), turn, ""
    if any(name in tags for family in (_DJI, _PARROT, _DRONE, _PIX4D) for name in family):
        return nan, nan, nan, "angles of a maker whose convention is not known are not used"
    return nan, nan, nan, "photos without gimbal angles: where they looked is not known"


def down_camera(yaw_deg: float, pitch_deg: float, roll_deg: float) -> tuple[float, float, float]:
    """Turn Pix4D's angles, of a camera that looks straight down at 0, 0, 0, into azimuth, elevation and roll.

    >>> [round(v, 6) for v in down_camera(90.0, 30.0, 0.0)]
    [90.0, -60.0, 0.0]
    """
    y, p, r = (radians(v) for v in (yaw_deg, pitch_deg, roll_deg))
    up = (cos(y) * cos(p), sin(y) * cos(p), -sin(p))  # image's upper edge, in north, east, down
    axis = (
        cos(y) * sin(p) * cos(r) + sin(y) * sin(r),
        sin(y) * sin(p) * cos(r) - cos(y) * sin(r),
        cos(p) * cos(r),
    )
    azimuth, elevation, roll = attitude_of(*([v[1], v[0], -v[2]] for v in (axis, up)))
    return float(azimuth), float(elevation), float(roll)
