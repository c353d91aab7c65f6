"""Sentinel-1 backscatter, radiometrically terrain corrected (RTC gamma0): powers in, natural logarithms out.

Read are OPERA RTC-S1 files by their names, windows that were fetched by their side-cars, and other files through a
`mapping`. Units: OPERA and Planetary Computer publish linear power. A file whose values are decibels is converted
where the file's tags or the case (`mapping: {units: db}`) say so, and refused where only its values look it. A power of
zero or less is no measurement and is missing.

Sources: OPERA Level-2 RTC-S1 product specification (JPL D-108758); STAC collection `sentinel-1-rtc` of the Planetary
Computer.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.errors import AssumedUnits
from ceasefire.geo.grid import Grid
from ceasefire.model.intake import Window
from ceasefire.model.scene import Scene
from ceasefire.sources.raster_file import Kept, Unreadable
from ceasefire.sources.raster_layers import Floats, Layer, Product, fetched, instant, stored
from ceasefire.sources.raster_stacking import StacksRead, read_stacks
from ceasefire.sources.raster_windows import Place
from ceasefire.sources.rasters import mapped

PRODUCT = "sentinel1"
BANDS = ("VV", "VH")
LICENCE = "Copernicus Sentinel data; processed by the publisher"
NEGATIVE = 0.05
"""Share of values below zero from which a file that states no units looks like decibels: powers are never negative,
apart from single pixels from which noise was taken off."""
_OPERA = re.compile(
    r"OPERA_L2_RTC-S1_(?P<burst>T\d{3}-\d{6}-IW\d)_(?P<time>\d{8}T\d{6})Z_(?P<made>\d{8}T\d{6})Z_(?P<platform>S1[A-D])_"
    r"(?P<metres>\d+)_v(?P<version>[\d.]+\d)_(?P<band>VV|VH|HH|HV|mask)"
)
_DB = re.compile(r"(?:^|[^a-z])(?:db|decibels?)(?:[^a-z]|$)", re.I)


def stacks(
    paths: Sequence[Path],
    *,
    source: str,
    grid: Grid | None = None,
    around: Sequence[Place] | None = None,
    window: Window | None = None,
    options: Mapping[str, Any] = {},
) -> StacksRead:
    """Read backscatter into one stack for each window, orbit (or burst) and polarisation, as natural logarithms.

    Parameters
    ----------
    paths, source, grid, around, window
        As of `rasters.stacks`.
    options
        `bands`, default VV and VH; `mapping`, for files with names of their own, as of `rasters.stacks`, with `units`
        `linear` or `db`.

    Warns
    -----
    AssumedUnits
        Where a file of a `mapping` without `units` was taken as linear power.
    Regridded
        As of `rasters.read_stacks`.
    """
    product = Product(
        name=PRODUCT,
        channel="satellite.radar",
        acts=("attack",),
        units="log",
        describe=describe,
        linear=power,
        final=lambda values: np.log(values).astype(np.float32),
    )
    bands = [str(band).upper() for band in options.get("bands", BANDS)]
    return read_stacks(
        product, paths, source=source, bands=bands, grid=grid, around=around, window=window, options=options
    )


def describe(kept: Kept, options: Mapping[str, Any], source: str) -> Layer:
    """Describe a file by its side-car, its OPERA name or the case's mapping.

    >>> name = "OPERA_L2_RTC-S1_T137-292318-IW1_20211119T015854Z_20250830T120333Z_S1A_30_v1.0_VV.tif"
    >>> scene = describe(Kept(Path(name), name, "ab", {}), {}, "rtc").scene
    >>> scene.band, scene.orbit, scene.platform, scene.acquired.isoformat()
    ('VV', 'T137-292318-IW1', 'S1A', '2021-11-19T01:58:54+00:00')
    """
    known = fetched(kept, source, PRODUCT)
    if known is not None:
        return known
    m = _OPERA.match(kept.name)
    if not m:
        if "mapping" in options:
            return mapped(kept, options, source, PRODUCT)
        raise Unreadable("not the name of an OPERA RTC-S1 file; give a `mapping` for names of your own", "no time")
    scene = Scene(
        id=kept.name[: m.start("band") - 1],
        source=source,
        product=PRODUCT,
        band=m["band"],
        acquired=instant(m["time"]),
        platform=m["platform"],
        orbit=m["burst"],
        href=kept.name,
        evidence=kept.sha256,
        units="linear",
        licence=LICENCE,
    )
    return Layer(scene, part=m["burst"], version=m["made"])


def power(raw: NDArray[Any], layer: Layer) -> Floats:
    """Give linear power, NaN where missing or not above zero.

    Raises
    ------
    Unreadable
        Where the values are not of the units stated, or look like decibels and nobody says so.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> scene = Scene(id="x", source="s", product="p", band="VV", acquired=datetime(2025, 3, 19, tzinfo=UTC),
    ...               units="db")
    >>> power(np.array([[-10.0, -20.0]], dtype=np.float32), Layer(scene)).round(3)
    array([[0.1 , 0.01]], dtype=float32)
    """
    values = stored(raw, layer)
    known = values[np.isfinite(values)]
    units = layer.scene.units.lower()
    if not len(known):
        return values
    negative = float((known < 0).mean())
    if _DB.search(units):
        if negative == 0.0 and float(np.median(known)) < 2.0:
            raise Unreadable(
                "said to be in decibels, but no value is below zero: it looks like linear power", "wrong units"
            )
        return np.asarray(np.power(np.float32(10.0), values / np.float32(10.0)), dtype=np.float32)
    if negative > NEGATIVE:
        raise Unreadable(
            f"{negative:.0%} of its values are below zero, which no power is: it looks like decibels; "
            "say `mapping: {units: db}` where it is so",
            "wrong units",
        )
    if not units:
        warnings.warn(AssumedUnits(f"{layer.scene.id}: states no units, taken as linear power"), stacklevel=2)
    values[~(values > 0)] = np.nan
    return values
