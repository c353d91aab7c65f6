"""Earlier years of FIRMS tables, from which ordinary heat is learned: where, on which day, by which satellite.

Why apart from `firms`: these rows are no observations of the case. Nothing is decided here; what cannot be used is
kept with its reason, and a table without times of day or satellites is as good as one with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ceasefire.model.records import Quarantined
from ceasefire.sources.columns import Floats, coordinates
from ceasefire.sources.firms_rows import passes, read_pixels
from ceasefire.sources.granule import MAX_BYTES

FIRST = np.datetime64("2000-02-24")
"""MODIS began to see."""


class Heat(NamedTuple):
    """Detections, each once, in the order of files and rows; arrays of shape (n,)."""

    lon: Floats
    """Degrees east."""
    lat: Floats
    """Degrees north."""
    day: NDArray[np.datetime64]
    """UTC day of the pass."""
    satellite: NDArray[np.object_]
    """Under one spelling, e.g. `Suomi NPP`; empty where the table does not tell."""
    granule: NDArray[np.object_]
    """Name of its file."""
    line: NDArray[np.int64]
    """1-based line in it."""
    quarantine: list[Quarantined]
    """Rows and files that could not be used."""
    files: tuple[tuple[str, str], ...]
    """Pairs (file name, SHA-256 of its bytes)."""


def read_heat(paths: Sequence[Path], *, source: str, max_bytes: int = MAX_BYTES) -> Heat:
    """Read detections of any time from FIRMS tables of any layout.

    Parameters
    ----------
    paths
        CSV files.
    source
        Source as named in the case file.
    max_bytes
        Larger files are refused.

    Notes
    -----
    Equal place, time and satellite, the satellite spelled either way, is one detection where a time of day is told; in
    tables of days it is not known whether two equal rows are one, and both stay.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "points.csv"
    >>> rows = "LATITUDE,LONGITUDE,ACQ_DATE\\n50.1,36.2,2019-04-02\\nnan,36.2,2019-04-02\\n"
    >>> _ = path.write_text(rows, encoding="utf-8")
    >>> heat = read_heat([path], source="firms")
    >>> heat.day.tolist(), [bad.reason for bad in heat.quarantine]
    ([datetime.date(2019, 4, 2)], ['latitude is not a number'])
    """
    pixels = read_pixels(paths, source=source, max_bytes=max_bytes)
    lat, lon, wrong = coordinates(pixels.columns["lat"], pixels.columns["lon"])
    passed, whole_day, day, bad_time = passes(pixels.columns["date"], pixels.columns["time"])
    reason = np.where(pixels.blank, "the row is blank", wrong).astype(object)
    reason[(reason == "") & (bad_time | np.isnat(day))] = "acq_date and acq_time are not a time"
    reason[(reason == "") & (day < FIRST)] = f"before {FIRST}, when the first sensor began"
    reason[(reason == "") & ~(np.isfinite(lat) & np.isfinite(lon))] = "no coordinates"
    good = np.flatnonzero(reason == "")
    satellite = np.array(pixels.satellite, dtype=object)
    good = good[_first_of_each(lon[good], lat[good], passed[good], satellite[good], whole_day[good])]
    bad = [row for part in pixels.parts for row in part.quarantine]
    bad += [pixels.refuse(i, reason[i]) for i in np.flatnonzero(reason != "").tolist()]
    names = np.array([part.granule for part in pixels.parts], dtype=object)
    return Heat(
        lon[good],
        lat[good],
        day[good].astype("datetime64[D]"),
        satellite[good],
        names[pixels.owner[good]] if len(names) else np.zeros(0, dtype=object),
        pixels.line[good],
        sorted(bad, key=lambda q: (q.granule, q.line)),
        tuple(sorted({(part.granule, part.sha256) for part in pixels.parts if part.sha256})),
    )


def _first_of_each(
    lon: Floats,
    lat: Floats,
    passed: NDArray[np.datetime64],
    satellite: NDArray[np.object_],
    whole_day: NDArray[np.bool_],
) -> NDArray[np.int64]:
    _, code = np.unique(satellite.astype(str), return_inverse=True)
    row = np.where(whole_day, np.arange(len(lon)), -1)
    keys = (np.round(lon * 1e6), np.round(lat * 1e6), passed.astype(np.int64), code, row)
    order = np.lexsort((np.arange(len(lon)), *keys))
    new = np.ones(len(lon), dtype=bool)
    new[1:] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0) if len(lon) > 1 else True
    return np.sort(order[new])
