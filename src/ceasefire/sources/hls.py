"""Harmonized Landsat and Sentinel-2 reflectance (HLS v2.0): 30 m, with Fmask telling cloud, shadow and snow.

Both satellites on one grid and scale; bands are given Sentinel-2's names, so that dates of both make one stack: near
infrared is B8A (B05 of Landsat), short-wave infrared B12 (B07). The reflectance is already turned to one view angle, so
a tile is one geometry whatever the orbit.

Fmask, by bits: 1 cloud, 2 beside cloud or shadow, 3 shadow, 4 snow or ice; 255 is no data. Stored numbers are
reflectance times 10,000, -9999 is missing.

Source: HLS Product User Guide v2.0 (LP DAAC).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.grid import Grid
from ceasefire.model.intake import Window
from ceasefire.model.scene import Scene
from ceasefire.sources.raster_file import Kept, Unreadable
from ceasefire.sources.raster_layers import CLOUD, NO_DATA, SNOW, Floats, Layer, Product, fetched, stored
from ceasefire.sources.raster_stacking import StacksRead, read_stacks
from ceasefire.sources.raster_windows import Place
from ceasefire.sources.rasters import mapped

PRODUCT = "hls"
BANDS = ("B8A", "B12")
SCALE = 1e-4
LANDSAT = {"B05": "B8A", "B07": "B12", "Fmask": "Fmask"}
"""Bands of Landsat (HLSL30) by Sentinel-2's names."""
_NAME = re.compile(
    r"HLS\.(?P<sensor>[SL]30)\.T(?P<tile>\d{2}[A-Z]{3})\.(?P<time>\d{7}T\d{6})\.v(?P<version>\d\.\d)\.(?P<band>\w+)\.tiff?$"
)


def stacks(
    paths: Sequence[Path],
    *,
    source: str,
    grid: Grid | None = None,
    around: Sequence[Place] | None = None,
    window: Window | None = None,
    options: Mapping[str, Any] = {},
) -> StacksRead:
    """Read reflectance into one stack for each window, tile and band; cloudy pixels are missing.

    Parameters
    ----------
    paths, source, grid, around, window
        As of `rasters.stacks`. Each date needs its Fmask file beside its bands.
    options
        `bands`, in Sentinel-2's names, default B8A and B12; `mapping`.
    """
    product = Product(
        name=PRODUCT,
        channel="satellite.optical",
        acts=("attack", "fire"),
        units="reflectance",
        describe=describe,
        linear=stored,
        mask="Fmask",
        lost=bits,
        every=True,
    )
    bands = [str(band).upper() for band in options.get("bands", BANDS)]
    return read_stacks(
        product, paths, source=source, bands=bands, grid=grid, around=around, window=window, options=options
    )


def bits(fmask: Floats) -> Mapping[str, NDArray[np.bool_]]:
    """Tell where Fmask takes pixels away, and why.

    >>> {why: where.tolist() for why, where in bits(np.array([64.0, 66.0, 16.0, 255.0], dtype=np.float32)).items()}
    {'cloud': [False, True, False, False], 'snow': [False, False, True, False], 'no data': [False, False, False, True]}
    """
    code = np.nan_to_num(fmask, nan=255.0).astype(np.int32)
    fill = code == 255
    return {CLOUD: (code & 0b1110 > 0) & ~fill, SNOW: (code & 0b10000 > 0) & ~fill, NO_DATA: fill}


def describe(kept: Kept, options: Mapping[str, Any], source: str) -> Layer:
    """Describe a file by its side-car, its name or the case's mapping.

    >>> name = "HLS.L30.T36UYA.2025079T083320.v2.0.B07.tif"
    >>> layer = describe(Kept(Path(name), name, "ab", {}), {}, "hls")
    >>> layer.scene.band, layer.scene.orbit, layer.scene.acquired.isoformat()
    ('B12', 'T36UYA', '2025-03-20T08:33:20+00:00')
    """
    known = fetched(kept, source, PRODUCT)
    if known is not None:
        return known
    m = _NAME.match(kept.name)
    if not m:
        if "mapping" in options:
            return mapped(kept, options, source, PRODUCT)
        raise Unreadable("not the name of an HLS file, e.g. HLS.S30.T36UYA.2025079T084609.v2.0.B8A.tif", "no time")
    try:
        acquired = datetime.strptime(m["time"], "%Y%jT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise Unreadable(f"{m['time']!r} is not a year, day of the year and time", "no time") from None
    band = LANDSAT.get(m["band"], f"L30 {m['band']}") if m["sensor"] == "L30" else m["band"]
    mask = band == "Fmask"
    scene = Scene(
        id=kept.name[: m.start("band") - 1],
        source=source,
        product=PRODUCT,
        band=band,
        acquired=acquired,
        platform="Landsat" if m["sensor"] == "L30" else "Sentinel-2",
        orbit=f"T{m['tile']}",
        href=kept.name,
        evidence=kept.sha256,
        units="class" if mask else "reflectance",
        licence="NASA HLS, open data",
    )
    return Layer(
        scene, part=m["tile"], version=m["version"], scale=1.0 if mask else SCALE, nodata=None if mask else -9999
    )
