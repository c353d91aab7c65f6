"""Sentinel-2 surface reflectance (L2A): near and short-wave infrared for burn scars, and what cloud let through.

Bands of 20 m: B8A (0.865 um), B12 (2.19 um) and the scene classification SCL. Stored numbers are reflectance times
10,000; from processing baseline 04.00 (25 January 2022) on 1,000 are added before, which is taken off here unless the
publisher has done so (`earthsearch:boa_offset_applied`) or the side-car's offset says so.

Usable are pixels classed as dark, vegetation, soil, water or unclassified (2, 4, 5, 6, 7): fresh burns are often dark
or unclassified. Cloud shadow, cloud and cirrus (3, 8, 9, 10) are lost to cloud, snow (11) to snow, no data and
saturated pixels (0, 1) are missing.

Sources: Sentinel-2 Products Specification Document (S2-PDGS-TAS-DI-PSD); ESA's notice on baseline 04.00.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo.grid import Grid
from ceasefire.model.intake import Window
from ceasefire.model.scene import Scene
from ceasefire.sources.raster_file import Kept, Unreadable
from ceasefire.sources.raster_layers import CLOUD, NO_DATA, SNOW, Floats, Layer, Product, fetched, instant, stored
from ceasefire.sources.raster_stacking import StacksRead, read_stacks
from ceasefire.sources.raster_windows import Place
from ceasefire.sources.rasters import mapped

PRODUCT = "sentinel2"
BANDS = ("B8A", "B12")
SCALE = 1e-4
ADDED = -1000 * SCALE
"""Reflectance added to stored numbers from baseline 04.00 on, taken off again."""
_CLASSES = {CLOUD: (3, 8, 9, 10), SNOW: (11,), NO_DATA: (0, 1)}
_NAME = re.compile(
    r"T(?P<tile>\d{2}[A-Z]{3})_(?P<time>\d{8}T\d{6})_(?P<band>B8A|B12|B11|B04|B08|SCL)(?:_(?P<metres>\d{2})m)?\.(?:tiff?|nc)$"
)
_BASELINE = re.compile(r"_N(?P<baseline>\d{4})_R(?P<orbit>\d{3})_T\d{2}[A-Z]{3}_(?P<made>\d{8}T\d{6})")


def stacks(
    paths: Sequence[Path],
    *,
    source: str,
    grid: Grid | None = None,
    around: Sequence[Place] | None = None,
    window: Window | None = None,
    options: Mapping[str, Any] = {},
) -> StacksRead:
    """Read reflectance into one stack for each window, orbit and band; cloudy pixels are missing.

    Files are windows that were fetched, or GeoTIFFs named as in a product, e.g. `T36UYA_20250320T084609_B12_20m.tif`,
    in a folder named as the product (`S2B_MSIL2A_..._N0511_R107_T36UYA_....SAFE`), which tells the baseline.

    Parameters
    ----------
    paths, source, grid, around, window
        As of `rasters.stacks`. Each date needs its SCL file beside its bands.
    options
        `bands`, default B8A and B12; `baseline`, e.g. "05.11", where neither name nor side-car tells it; `mapping`.
    """
    product = Product(
        name=PRODUCT,
        channel="satellite.optical",
        acts=("attack", "fire"),
        units="reflectance",
        describe=describe,
        linear=stored,
        mask="SCL",
        lost=classes,
        every=True,
    )
    bands = [str(band).upper() for band in options.get("bands", BANDS)]
    return read_stacks(
        product, paths, source=source, bands=bands, grid=grid, around=around, window=window, options=options
    )


def classes(scl: Floats) -> Mapping[str, NDArray[np.bool_]]:
    """Tell where the scene classification takes pixels away, and why.

    >>> {why: where.tolist() for why, where in classes(np.array([4.0, 9.0, 11.0], dtype=np.float32)).items()}
    {'cloud': [False, True, False], 'snow': [False, False, True], 'no data': [False, False, False]}
    """
    return {why: np.isin(scl, codes) for why, codes in _CLASSES.items()}


def describe(kept: Kept, options: Mapping[str, Any], source: str) -> Layer:
    """Describe a file by its side-car, its name and its product's folder, or the case's mapping.

    >>> folder = "S2B_MSIL2A_20250320T084609_N0511_R107_T36UYA_20250320T113000.SAFE"
    >>> name = "T36UYA_20250320T084609_B12_20m.tif"
    >>> layer = describe(Kept(Path(folder) / name, name, "ab", {}), {}, "l2a")
    >>> layer.scene.orbit, layer.part, round(layer.offset, 3)
    ('R107', '36UYA', -0.1)
    """
    known = fetched(kept, source, PRODUCT)
    if known is not None:
        return known
    m = _NAME.search(kept.name)
    if not m:
        if "mapping" in options:
            return mapped(kept, options, source, PRODUCT)
        raise Unreadable("not the name of a Sentinel-2 L2A band, e.g. T36UYA_20250320T084609_B12_20m.tif", "no time")
    told = next((b for part in reversed(kept.path.parts) if (b := _BASELINE.search(part))), None)
    baseline = told["baseline"] if told else str(options.get("baseline", "")).replace(".", "")
    mask = m["band"] == "SCL"
    if not mask and not re.fullmatch(r"\d{4}", baseline):
        raise Unreadable(
            "its processing baseline is not known, so nobody knows whether 1,000 were added; keep it in its product's "
            'folder or give `baseline: "05.11"`',
            "wrong units",
        )
    scene = Scene(
        id=f"T{m['tile']}_{m['time']}",
        source=source,
        product=PRODUCT,
        band=m["band"],
        acquired=instant(m["time"]),
        orbit=f"R{told['orbit']}" if told else f"T{m['tile']}",
        href=kept.name,
        evidence=kept.sha256,
        units="class" if mask else "reflectance",
        licence="Copernicus Sentinel data",
    )
    return Layer(
        scene,
        part=m["tile"],
        version=told["made"] if told else "",
        scale=1.0 if mask else SCALE,
        offset=0.0 if mask else added(baseline),
        nodata=0,
    )


def added(baseline: str, *, taken_off: bool = False) -> float:
    """Give the offset in reflectance for a processing baseline, `04.00` or `0400`.

    >>> added("03.01"), added("05.09"), added("05.09", taken_off=True)
    (0.0, -0.1, 0.0)
    """
    return ADDED if not taken_off and int(baseline.replace(".", "")) >= 400 else 0.0
