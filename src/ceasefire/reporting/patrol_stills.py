"""Stills of a patrol: small, made anew from pixels, and published only after a person has let each through.

Why made anew: a photo carries its place, its time and its maker in fields that nobody sees. What is written here is a
plain PNG of a copy, at most 480 pixels wide or high. Nobody is identified in it: that nobody can be is for the person
who lets it through to see.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np

from ceasefire.errors import MissingExtra
from ceasefire.model.patrol_record import Still
from ceasefire.reporting.image_rules import LARGEST, ImageRules
from ceasefire.reporting.png import png

MAX_PIXELS = 200_000_000
"""A larger picture is refused: it would fill the memory."""


def still(path: Path) -> Still:
    """Make a small plain copy of a picture.

    Raises
    ------
    MissingExtra
        Pillow is not installed (extra `drone`).
    ValueError
        No picture, or one that is too large.
    """
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise MissingExtra("pictures need Pillow: pip install 'ceasefire[drone]'") from None
    original = sha256(path.read_bytes()).hexdigest()
    try:
        with Image.open(path) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError(f"{path.name} has more than {MAX_PIXELS:,} pixels")
            image.thumbnail((LARGEST, LARGEST))
            rgb = np.asarray(image.convert("RGB"), dtype=np.uint8)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path.name} is no picture that can be read: {error}") from None
    data = base64.b64encode(png(rgb)).decode()
    return Still(f"p-{original[:12]}", rgb.shape[1], rgb.shape[0], data, original)


def held(one: Still, rules: ImageRules, *, taken: datetime, now: datetime) -> str:
    """Say why a still is held back; empty where it may be published.

    >>> at = datetime(2025, 4, 1, tzinfo=UTC)
    >>> held(Still("p-1", 480, 360, "", ""), ImageRules(), taken=at, now=at)
    'nobody has reviewed it; pictures wait 30 days, this one until 1 May 2025'
    """
    why = []
    if one.id not in rules.publish:
        why.append("nobody has reviewed it")
    until = taken.astimezone(UTC) + timedelta(days=rules.delay_days)
    if until > now:
        why.append(f"pictures wait {rules.delay_days} days, this one until {until:%-d %B %Y}")
    return "; ".join(why)
