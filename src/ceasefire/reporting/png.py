"""A PNG writer: three chunks and nothing else, so that a picture cannot carry a place, a time or a maker.

Why our own: the format needs twenty lines for what is used here (8-bit RGB, no interlace), and every library that
writes it may add chunks. Source: Portable Network Graphics, third edition, W3C Recommendation (2025), sections 5, 9
and 11.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PLAIN = ("IHDR", "IDAT", "IEND")
"""All chunks that a published picture may have."""


def png(rgb: NDArray[np.uint8]) -> bytes:
    """Write pixels as a PNG.

    Parameters
    ----------
    rgb
        Shape (height, width, 3).

    Raises
    ------
    ValueError
        Another shape or type.

    >>> made = png(np.zeros((2, 3, 3), dtype=np.uint8))
    >>> chunks(made)
    ['IHDR', 'IDAT', 'IEND']
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or not rgb.size:
        raise ValueError(f"a picture is (height, width, 3) of uint8, not {rgb.shape} of {rgb.dtype}")
    height, width, _ = rgb.shape
    rows = np.zeros((height, 1 + 3 * width), dtype=np.uint8)  # first byte of a row: filter 0, none
    rows[:, 1:] = rgb.reshape(height, -1)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    return SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def chunks(data: bytes) -> list[str]:
    """Give the names of a PNG's chunks.

    Raises
    ------
    ValueError
        Not a PNG, or one that is cut off or damaged.
    """
    if not data.startswith(SIGNATURE):
        raise ValueError("not a PNG")
    names, at = [], len(SIGNATURE)
    while at < len(data):
        if at + 12 > len(data):
            raise ValueError("a PNG that is cut off")
        (length,) = struct.unpack_from(">I", data, at)
        body = data[at + 4 : at + 8 + length]
        if len(body) != length + 4 or data[at + 8 + length : at + 12 + length] != struct.pack(">I", zlib.crc32(body)):
            raise ValueError("a PNG that is cut off or damaged")
        names.append(body[:4].decode("latin-1"))
        at += 12 + length
    return names
