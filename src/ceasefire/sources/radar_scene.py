"""One large radar scene, read by windows: what a search for ships needs, without holding the scene.

`sentinel1` brings stacks of small windows onto one grid, as logarithms; ships are looked for on one date over a whole
scene, in linear power. GDAL's data sets bear one thread each, so every
read opens the file anew: a millisecond, and nothing to share or to close.

Terrain-corrected files (RTC) are on a grid; a ground-range file (GRD) has to be geocoded first, e.g. by ESA SNAP.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ceasefire.errors import SourceError
from ceasefire.geo.grid import Grid
from ceasefire.sources.raster_file import Unreadable, kept, kind, opened, pixels

UNITS = ("power", "amplitude", "db")
"""Linear power; its root, as ground-range files store it; or decibels."""


class RadarScene:
    """A band of one scene: `grid`, `evidence`, and a call that reads rows and columns as linear power.

    Parameters
    ----------
    path
        A GeoTIFF or COG on a grid.
    units
        What its values are; amplitudes need no calibration here, as only ratios to the water around are used.
    band
        Number of the band in the file, from 1.

    Raises
    ------
    SourceError
        A file that cannot be read, has no grid or is turned; units that are not known.
    MissingExtra
        Without rasterio.
    """

    def __init__(self, path: Path, *, units: str = "power", band: int = 1) -> None:
        if units not in UNITS:
            raise SourceError(f"units are one of {', '.join(UNITS)}, not '{units}'")
        self._path, self._units, self._band = Path(path), units, band
        try:
            self.evidence = kept(self._path).sha256
            self._driver = kind(self._path)
            with opened(str(self._path), self._driver) as data:
                t = data.transform
                if data.crs is None or t.b or t.d or not (t.a > 0 > t.e):
                    raise Unreadable("has no north-up grid; geocode it first")
                if not 1 <= band <= data.count:
                    raise Unreadable(f"has {data.count} bands, and no band {band}")
                self._missing = data.nodatavals[band - 1]
                self.grid = Grid(data.crs.to_string(), t.c, t.f, t.a, -t.e, (data.height, data.width))
        except Unreadable as error:
            raise SourceError(f"{self._path.name}: {error}") from None

    def __call__(self, rows: slice, columns: slice) -> NDArray[np.float32]:
        """Read a block as linear power, NaN where missing.

        Raises
        ------
        SourceError
            Where the file breaks off there.
        """
        try:
            with opened(str(self._path), self._driver) as data:
                raw = pixels(data, self._band, ((rows.start, rows.stop), (columns.start, columns.stop)))
        except Unreadable as error:
            raise SourceError(f"{self._path.name}: {error}") from None
        x = np.asarray(raw, dtype=np.float32)
        if self._missing is not None and np.isfinite(self._missing):
            x[raw == self._missing] = np.nan
        if self._units == "amplitude":
            np.multiply(x, x, out=x)
        elif self._units == "db":
            x = np.power(np.float32(10.0), x / np.float32(10.0))
        return x
