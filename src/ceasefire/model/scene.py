"""A scene: one file of pixels as a source gives it, described without its pixels.

Why without: a case looks at thousands of scenes, through small windows, and a look exists also where no window was
read. Pixels are in `geo.stack`, evidence is the hash of the bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One band of one granule: what it shows, when, from which orbit, and the bytes that prove it."""

    id: str
    """Granule's id as its publisher gives it, e.g. `OPERA_L2_RTC-S1_T137-292318-IW1_20211119T015854Z_..._v1.0`."""
    source: str
    """Who publishes, as named in the case file."""
    product: str
    """`sentinel1`, `sentinel2`, `hls`, `black_marble`: the reader's name."""
    band: str
    """Band in the product's own name, e.g. `VV`, `VH`, `B8A`, `B12`, `DNB_BRDF-Corrected_NTL`."""
    acquired: datetime
    """When the platform was overhead (UTC)."""
    platform: str = ""
    """Platform, e.g. `S1A`, `S2B`, `S-NPP`."""
    orbit: str = ""
    """Relative orbit, or burst or tile, that repeats with one geometry, e.g. `T137-292318-IW1`; scenes are compared
    only within one."""
    href: str = ""
    """Path or address of the file of pixels."""
    evidence: str = ""
    """SHA-256 of the file's bytes; of the window's pixels as read where only a window of a remote file was read."""
    units: str = ""
    """`linear`, `db`, `reflectance`, `nW cm-2 sr-1`, ..."""
    licence: str = ""
    """Licence of the data."""
