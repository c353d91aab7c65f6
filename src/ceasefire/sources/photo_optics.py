"""A photo's fields of view, from the focal length and the size of the image.

Focal lengths in terms of 35 mm film keep the diagonal of the view equal (CIPA DCG-001), so the fields of view follow
from the shape of the image; a real focal length needs the density of the sensor's pixels (EXIF's focal plane
resolution).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import atan, degrees, hypot, isfinite, nan
from typing import Any

from ceasefire.sources.photo_tags import number

FILM_MM = 43.267
"""Diagonal of 35 mm film, millimetres."""
_UNIT_MM = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}


def field_of_view(tags: Mapping[str, Any], roll_deg: float) -> tuple[float, float, str]:
    """Give the horizontal and vertical field of view of the image as it is stored, degrees, and a doubt.

    Parameters
    ----------
    tags
        Of `photo_tags.tags`.
    roll_deg
        Roll of the camera; a picture that is to be turned by a quarter (EXIF's orientation) while the gimbal says it
        was level was taken upright: width and height change places.

    >>> wide, high, doubt = field_of_view({"width": 4000, "height": 3000, "focal_film_mm": 24}, 0.0)
    >>> round(wide, 1), round(high, 1)
    (71.6, 56.8)
    >>> round(field_of_view({"width": 4000, "height": 3000, "focal_film_mm": 24, "orientation": 6}, 0.0)[0], 1)
    56.8
    """
    width, height = number(tags.get("width")), number(tags.get("height"))
    if not (width > 0 and height > 0):
        return nan, nan, "the size of the image is not known"
    turned = number(tags.get("orientation")) in (5, 6, 7, 8) and not abs(roll_deg) > 45
    film, focal = number(tags.get("focal_film_mm")), number(tags.get("focal_mm"))
    across = _sensor_mm(tags, width, "plane_x"), _sensor_mm(tags, height, "plane_y")
    if 0 < film < 10_000:
        sides = [FILM_MM * side / hypot(width, height) for side in (width, height)]
        lens, doubt = film, "fields of view follow from the 35 mm focal length, for an image without crop"
    elif focal > 0 and isfinite(across[0]) and isfinite(across[1]):
        sides, lens, doubt = list(across), focal, ""
    else:
        return nan, nan, "no focal length that tells the field of view"
    zoom = number(tags.get("zoom"))
    if 1 < zoom < 1000:
        lens, doubt = lens * zoom, "a digital zoom is taken to narrow the view beyond the stated focal length"
    wide, high = (degrees(2 * atan(side / (2 * lens))) for side in sides)
    return (high, wide, doubt) if turned else (wide, high, doubt)


def _sensor_mm(tags: Mapping[str, Any], pixels: float, name: str) -> float:
    """Give the sensor's side, millimetres, of its pixels a unit."""
    density, unit = number(tags.get(name)), number(tags.get("plane_unit"))
    side = pixels / density * _UNIT_MM.get(int(unit) if isfinite(unit) else 2, nan) if density > 0 else nan
    return side if 0.5 < side < 200 else nan
