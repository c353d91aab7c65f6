"""One large radar scene, read by windows: what a search for ships needs, without holding the scene.

`sentinel1` brings stacks of small windows onto one grid, as logarithms; ships are looked for on one date over a whole
scene, in linear power. GDAL's data sets bear one thread each, so each thread opens its own.

Terrain-corrected files (RTC) are on a grid; a ground-range file (GRD) has to be geocoded first, e.g. by ESA SNAP.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.errors import SourceError
from ceasefire.geo.grid import Grid
from ceasefire.sources.raster_file import Unreadable, kept, kind, opened, pixels

UNITS = ("power", "amplitude", "db")
"""Linear power; its root, as ground-range files store it; or decibels."""


class RadarScene:
    """A band of one scene: `grid`, `evidence`, and a call that reads rows and columns as linear power.

    Why an object: it holds one open data set for each thread, until `close`.

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
        self._local, self._lock, self._open = threading.local(), threading.Lock(), ExitStack()
        try:
            self.evidence = kept(self._path).sha256
            self._driver = kind(self._path)
            data = self._dataset()
        except Unreadable as error:
            raise SourceError(f"{self._path.name}: {error}") from None
        t = data.transform
        if data.crs is None or t.b or t.d or not (t.a > 0 > t.e):
            self.close()
            raise SourceError(f"{self._path.name}: has no north-up grid; geocode it first")
        if not 1 <= band <= data.count:
            self.close()
            raise SourceError(f"{self._path.name}: has {data.count} bands, and no band {band}")
        self._missing = data.nodatavals[band - 1]
        self.grid = Grid(data.crs.to_string(), t.c, t.f, t.a, -t.e, (data.height, data.width))

    def __call__(self, rows: slice, columns: slice) -> NDArray[np.float32]:
        """Read a block as linear power, NaN where missing.

        Raises
        ------
        SourceError
            Where the file breaks off there.
        """
        try:
            raw = pixels(self._dataset(), self._band, ((rows.start, rows.stop), (columns.start, columns.stop)))
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

    def close(self) -> None:
        """Close the file."""
        self._open.close()
        self._local = threading.local()

    def __enter__(self) -> RadarScene:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _dataset(self) -> Any:
        if not hasattr(self._local, "data"):
            with self._lock:
                self._local.data = self._open.enter_context(opened(str(self._path), self._driver))
        return self._local.data
