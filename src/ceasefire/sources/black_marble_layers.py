"""One tile of one night of NASA Black Marble (VNP46A2, VJ146A2): its layers, and which pixels were truly seen.

A pixel counts only where this night's own retrieval is of high quality. The gap-filled layer, which repeats an earlier
night, is never read: a light that was seen last week says nothing of tonight.

Layers, fill values and flags: NASA, "Black Marble User Guide", version 1.2 (2022), tables 4 and 6. Collection 1 stores
radiance as integers of 0.1 nW cm-2 sr-1; where a file states its own scale and fill value, those are used.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.errors import MissingExtra, SourceError
from ceasefire.model.night_lights import LOST

RADIANCE, QUALITY, CLOUD = "DNB_BRDF-Corrected_NTL", "Mandatory_Quality_Flag", "QF_Cloud_Mask"
LATEST, SNOW, MOON, VIEW = "Latest_High_Quality_Retrieval", "Snow_Flag", "DNB_Lunar_Irradiance", "Sensor_Zenith"
LAYERS = (RADIANCE, QUALITY, CLOUD, LATEST, SNOW, MOON, VIEW)
"""Layers that are read; `Sensor_Zenith` is of VNP46A1 and is used where a file brings it along."""
GAP_FILLED = "Gap_Filled_DNB_BRDF-Corrected_NTL"
SIDE, DEGREES = 2400, 10
"""Pixels and degrees on a side of a tile: 15 arc seconds."""
MOST = 6553.4
"""Highest radiance the product can hold, nW cm-2 sr-1."""
FILLS: dict[str, tuple[float, ...]] = {
    RADIANCE: (65535, -999.9),
    QUALITY: (255,),
    CLOUD: (65535,),
    LATEST: (255,),
    SNOW: (255,),
    MOON: (65535, -999.9),
    VIEW: (-32768,),
}
SCALES = {RADIANCE: 0.1, MOON: 0.1, VIEW: 0.01}
"""Scale of integers where the file states none."""
_NAME = re.compile(
    r"^(?P<product>V(?:NP|J1|J2)46A2)\.A(?P<year>\d{4})(?P<day>\d{3})\.h(?P<h>\d\d)v(?P<v>\d\d)"
    r"\.(?P<collection>\d{3})(?:\.(?P<made>\d{8,}))?(?:\.(?P<layer>[A-Za-z_\-]+))?\.(?:h5|hdf5|nc|tif|tiff)$"
)
_PLATFORM = {"VNP46A2": "S-NPP", "VJ146A2": "NOAA-20", "VJ246A2": "NOAA-21"}
_CODE = {reason: k for k, reason in enumerate(LOST)}


@dataclass(frozen=True)
class TileName:
    """What the name of a file says."""

    platform: str
    night: date
    """UTC day of the overpass."""
    h: int
    v: int
    made: str
    """When it was processed, as written; empty where the name does not tell."""
    layer: str
    """Layer, for a file of one layer; else empty."""

    @property
    def tile(self) -> str:
        """Give the tile, e.g. `h20v04`."""
        return f"h{self.h:02d}v{self.v:02d}"


def tile_name(name: str) -> TileName:
    """Read the name of a file.

    Raises
    ------
    SourceError
        Not a name of a Black Marble tile of one night.

    >>> one = tile_name("VNP46A2.A2025078.h21v04.002.2025086051234.h5")
    >>> one.platform, one.night.isoformat(), one.tile
    ('S-NPP', '2025-03-19', 'h21v04')
    """
    found = _NAME.match(name)
    if not found:
        raise SourceError("not named as a Black Marble tile, e.g. VNP46A2.A2025078.h21v04.002.2025086051234.h5")
    year, day, h, v = (int(found[k]) for k in ("year", "day", "h", "v"))
    if not (2012 <= year < 2100 and 1 <= day <= 366 and h < 36 and v < 18):
        raise SourceError(f"no such night or tile: year {year}, day {day}, h{h:02d}v{v:02d}")
    night = date(year, 1, 1) + timedelta(days=day - 1)
    return TileName(_PLATFORM[found["product"]], night, h, v, found["made"] or "", found["layer"] or "")


@dataclass(frozen=True, eq=False)
class Tile:
    """Pixels of a block of one tile; row and column count on the grid of the whole Earth, from 180 W and 90 N."""

    row: int
    column: int
    radiance: NDArray[np.float32]
    """nW cm-2 sr-1, NaN where not usable, shape (rows, columns)."""
    lost: NDArray[np.int8]
    """Codes of `model.night_lights.LOST`, same shape."""
    snow: NDArray[np.bool_] | None
    moon: NDArray[np.float32] | None
    view: NDArray[np.float32] | None
    beyond: int
    """Pixels with a radiance below 0 or above what the product can hold."""


def open_layers(paths: list[Path]) -> dict[str, tuple[str, int]]:
    """Find the layers in the files of one tile and night: where to open each, and which band it is.

    Raises
    ------
    SourceError
        A file that cannot be opened, or one without the radiance or the quality flag of the night.
    MissingExtra
        Rasters cannot be read without the extra `satellite`.
    """
    rasterio = _rasterio()
    found: dict[str, tuple[str, int]] = {}
    for path in paths:
        layer = _NAME.match(path.name)
        try:
            with _opened(rasterio, str(path)) as top:
                if top.subdatasets:
                    for address in top.subdatasets:
                        found.setdefault(_layer(address), (address, 1))
                    continue
                for band in range(1, top.count + 1):
                    tags = top.tags(band)
                    name = top.descriptions[band - 1] or tags.get("NETCDF_VARNAME") or tags.get("long_name") or ""
                    if layer and layer["layer"] and top.count == 1:
                        name = layer["layer"]
                    found.setdefault(_layer(name), (str(path), band))
        except rasterio.errors.RasterioIOError as error:
            raise SourceError(f"cannot be opened as a raster: {_short(error)}") from error
    if RADIANCE not in found:
        gap = "; gap-filled values are not used" if GAP_FILLED in found else ""
        raise SourceError(f"no layer {RADIANCE}{gap}")
    if QUALITY not in found:
        raise SourceError(f"no layer {QUALITY}: which pixels are good cannot be told")
    return {name: found[name] for name in LAYERS if name in found}


def read_tile(
    layers: dict[str, tuple[str, int]], name: TileName, rows: slice, columns: slice, *, least_pixels: int = SIDE
) -> Tile | None:
    """Read a block of one tile.

    Parameters
    ----------
    layers
        As `open_layers` gives them.
    name
        Which tile and night.
    rows, columns
        Block that is wanted, on the grid of the whole Earth.
    least_pixels
        Side of a tile that carries no georeference of its own; that of the product unless a test makes smaller ones.

    Returns
    -------
    The part of the block that the file holds; None where it holds nothing of it.

    Raises
    ------
    SourceError
        A layer that cannot be read, is of another shape than the radiance, or is not on the product's grid.
    """
    rasterio = _rasterio()
    values: dict[str, Any] = {}
    where: tuple[int, int, tuple[int, int]] | None = None
    for layer, (address, band) in layers.items():
        try:
            with _opened(rasterio, address) as file:
                here = _place(file, name, least_pixels)
                where = where or here
                if here != where:
                    raise SourceError(f"the layer {layer} lies elsewhere, or has another shape, than {RADIANCE}")
                top, left, (height, width) = where
                r0, r1 = max(rows.start, top), min(rows.stop, top + height)
                c0, c1 = max(columns.start, left), min(columns.stop, left + width)
                if r0 >= r1 or c0 >= c1:
                    return None
                window = rasterio.windows.Window(c0 - left, r0 - top, c1 - c0, r1 - r0)
                values[layer] = _decoded(layer, file, band, file.read(band, window=window))
        except rasterio.errors.RasterioIOError as error:
            raise SourceError(f"the layer {layer} cannot be read: {_short(error)}") from error
    return _judged(r0, c0, values)


def _place(file: Any, name: TileName, side: int) -> tuple[int, int, tuple[int, int]]:
    """Give the row and column of a file's first pixel on the grid of the whole Earth, and its shape."""
    per_degree = SIDE / DEGREES
    if file.transform.is_identity or file.transform.e > 0:  # HDF5 carries none: the name tells
        if file.shape != (side, side):
            raise SourceError(f"a tile of {side} by {side} pixels is expected, not {file.shape[0]} by {file.shape[1]}")
        return name.v * SIDE, name.h * SIDE, file.shape
    t = file.transform
    if file.crs is not None and not file.crs.is_geographic:
        raise SourceError(f"the grid is not in degrees but in {file.crs}")
    row, column = (90.0 - t.f) * per_degree, (t.c + 180.0) * per_degree
    off = max(abs(row - round(row)), abs(column - round(column)))
    if off > 0.02 or abs(t.a * per_degree - 1) > 1e-4 or abs(t.e * per_degree + 1) > 1e-4:
        raise SourceError("the pixels do not lie on the product's grid of 15 arc seconds")
    return round(row), round(column), file.shape


def _decoded(layer: str, file: Any, band: int, raw: Any) -> Any:
    """Give values in the layer's units, NaN for fill; flags stay whole numbers, -1 for fill."""
    fills = [*FILLS[layer], *([float(file.nodatavals[band - 1])] if file.nodatavals[band - 1] is not None else [])]
    fill = np.zeros(raw.shape, dtype=bool)
    for value in fills:
        fill |= np.isclose(raw, value, rtol=0.0, atol=0.01)
    if layer not in SCALES:
        return np.where(fill, -1, raw.astype(np.int32))
    tags = file.tags(band)
    stated = float(file.scales[band - 1])
    if stated == 1.0 and "scale_factor" in tags:
        stated = float(tags["scale_factor"].strip("{}[] "))
    if stated == 1.0 and np.issubdtype(raw.dtype, np.integer) and "scale_factor" not in tags:
        stated = SCALES[layer]
    fill |= ~np.isfinite(raw.astype(np.float32))
    return np.where(fill, np.float32(np.nan), raw.astype(np.float32) * np.float32(stated))


def _judged(row: int, column: int, values: dict[str, Any]) -> Tile:
    light, quality = values[RADIANCE], values[QUALITY]
    lost = np.zeros(light.shape, np.int8)
    with np.errstate(invalid="ignore"):
        beyond = (light < 0) | (light > MOST)
    lost[beyond] = _CODE["out of range"]
    lost[(quality > 1) | ((LATEST in values) & (values.get(LATEST, quality) > 0))] = _CODE["poor quality"]
    lost[np.isnan(light) | (quality < 0)] = _CODE["no data"]
    if CLOUD in values:
        flag = values[CLOUD]
        cloudy = (flag >= 0) & ((((flag >> 6) & 3) >= 2) | (((flag >> 9) & 1) == 1))
        lost[cloudy] = _CODE["cloud"]
    snow = values[SNOW] == 1 if SNOW in values else None
    radiance = np.where(lost == 0, light, np.float32(np.nan)).astype(np.float32)
    return Tile(row, column, radiance, lost, snow, values.get(MOON), values.get(VIEW), int(beyond.sum()))


def _rasterio() -> Any:
    try:
        import rasterio
        import rasterio.errors
        import rasterio.windows
    except ImportError as error:
        raise MissingExtra("rasters need the extra: pip install 'ceasefire[satellite]'") from error
    return rasterio


def _layer(address: str) -> str:
    """Give the layer that an address ends with, without the band number that GDAL adds where it copies to NetCDF."""
    return re.split(r"[/:]", address)[-1].rstrip("0123456789")


@contextmanager
def _opened(rasterio: Any, address: str) -> Iterator[Any]:
    """Open a raster; HDF5 without georeference is expected, and no doubt."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(address) as file:
            yield file


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:160]
