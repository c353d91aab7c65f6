"""NASA FIRMS: heat seen by MODIS and VIIRS from orbit, one pixel a row, in the three layouts that are about.

* **Archive and near-real-time tables** (`latitude, longitude, acq_date, acq_time, satellite, scan, track, ...`).
* **Tables put together by hand** from several downloads: position in `_lat, _lon` where `latitude, longitude` are
  empty, two spellings of each satellite, most columns empty. Equal pixels are duplicates; the fullest row is kept.
* **Points only** (`LATITUDE, LONGITUDE, ACQ_DATE`): no time of day, no sensor.

What a row is: heat in a pixel at the moment of a pass, cause unknown. Most are fields burnt by farmers. So the act
is `fire`, an accident stays possible, and no likelihood ratio is given here: that needs earlier years of the place
(option `history` of the source line, see `ceasefire.detectors.thermal_evidence`). Heat at a place that FIRMS knows as
a static source (`type` 2: a flare, a furnace) is kept with credibility 5.

* **Time.** A fire seen may have begun at any time since the pass before: the interval starts 12 hours earlier.
* **Place.** Half the pixel's diagonal from `scan` and `track`, else 0.5 km for VIIRS and 1 km for MODIS.
* **Copies.** Pixels of one satellite in one pass share an `origin`: a fire of ten pixels is one report.
* **Looks.** A UTC day with any row in a country, and its regions whose middle lies in the box that the country's rows
  span. Clouds are not in the data, so the quality is one constant, `QUALITY`. Other days of the window are lost.

Source: https://firms.modaps.eosdis.nasa.gov/, NASA open data; https://www.earthdata.nasa.gov/data/tools/firms/faq
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ceasefire.geo.regions import country, disc, match
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.records import Look, Observation, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.clocks import Times, next_day
from ceasefire.sources.columns import Floats
from ceasefire.sources.daily import daily_looks, in_window
from ceasefire.sources.dated import doubt_dates
from ceasefire.sources.firms_rows import MODIS, passes, read_pixels
from ceasefire.sources.granule import MAX_BYTES
from ceasefire.sources.intervals import Reasons, limits
from ceasefire.sources.places import area, located
from ceasefire.sources.rows import numbers, stable_ids

PRODUCT = "firms"
RADIUS_KM = {"VIIRS": 0.5, "MODIS": 1.0, "": 1.0}
"""Radius of a pixel whose scan and track are not told, by instrument."""
STATIC = 2.0
"""FIRMS type of a static land source."""
SINCE = np.timedelta64(12, "h")
"""Time since the pass before: each satellite passes twice a day."""
QUALITY = 0.4
"""Usable fraction of a look: more than half of the sky over Ukraine is cloudy in spring. One constant for all days
and regions until cloud data are read."""
RELIABILITY = "B"
"""Usually reliable: a calibrated sensor, near-real-time processing."""
LICENCE = "NASA open data"
URL = "https://firms.modaps.eosdis.nasa.gov/"


def read(
    paths: Sequence[Path],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any] = {},
) -> Intake:
    """Read FIRMS tables of any layout into observations and looks.

    Parameters
    ----------
    paths
        CSV files; the layout of each is told by its header.
    source
        Source as named in the case file.
    window
        A row belongs to it where its pass does; without a time of day, where the noon of its UTC day does.
    options
        `quality`: usable fraction of a look, default `QUALITY`; `looks: false` makes none, for cases in which the
        product `overpasses` makes them; `regions`: ISO 3166-2 codes asked for, default all of
        Ukraine's inside the box of the rows; `max_bytes`. A case's `history` is read elsewhere.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> path = Path(tempfile.mkdtemp()) / "viirs.csv"
    >>> _ = path.write_text(
    ...     "latitude,longitude,acq_date,acq_time,satellite,scan,track,confidence\\n"
    ...     "50.9,34.8,2025-03-19,39,N,0.4,0.4,n\\n50.9,34.8,2025-03-19,0039,VIIRS_SNPP_NRT,,,\\n", encoding="utf-8")
    >>> window = Window(datetime(2025, 3, 18, tzinfo=UTC), datetime(2025, 4, 18, tzinfo=UTC))
    >>> intake = read([path], source="firms", window=window)
    >>> intake.count.duplicates, str(intake.observations[0].reported), round(intake.observations[0].radius_km, 2)
    (1, '2025-03-19 00:39:00+00:00', 0.28)
    """
    pixels = read_pixels(paths, source=source, max_bytes=options.get("max_bytes", MAX_BYTES))
    parts, columns, owner, line = pixels.parts, pixels.columns, pixels.owner, pixels.line
    n = len(pixels)
    lat, lon, region, wrong = located(columns["lat"], columns["lon"], countries=area(options))
    passed, whole_day, day, bad_time = passes(columns["date"], columns["time"])
    reasons = Reasons(n)
    reasons.add(pixels.blank, "the row is blank")
    reasons.add(np.array([not d for d in columns["date"]], dtype=bool), "no acq_date")
    reasons.add(bad_time, "acq_date and acq_time are not a time")
    reasons.add_each(wrong)
    reasons.add(np.isnan(lat), "no coordinates")
    begin, stop = limits(window)
    inside = np.where(whole_day, in_window(day, window), (passed >= begin) & (passed < stop))
    outside = ~np.isnat(passed) & ~inside

    satellite = pixels.satellite
    good = np.flatnonzero((reasons.text == "") & ~outside)
    when = np.datetime_as_string(passed).tolist() if n else []
    keys = stable_ids("o", source, PRODUCT, _decimals(lat), _decimals(lon), when, satellite) if n else []
    at = _fullest(good, keys, columns)
    refusals = [bad for rows in parts for bad in rows.quarantine]
    refusals += [pixels.refuse(i, reasons.text[i]) for i in np.flatnonzero((reasons.text != "") & ~outside).tolist()]
    count = Count(len(good) + len(refusals), len(at), len(good) - len(at), len(refusals), int(outside.sum()))
    kind, _ = numbers(columns["type"])
    observations = Table.from_columns(
        Observation,
        {
            "id": [keys[i] for i in at.tolist()],
            "source": source,
            "product": PRODUCT,
            "granule": [parts[o].granule for o in owner[at].tolist()],
            "line": line[at],
            "evidence": [parts[o].sha256 for o in owner[at].tolist()],
            "channel": "satellite.thermal",
            "procedure": "sensor",
            "start": passed[at] - SINCE,
            "end": np.where(whole_day, next_day(day, "UTC"), passed + np.timedelta64(60, "s"))[at],
            "reported": np.where(whole_day, next_day(day, "UTC") - np.timedelta64(1, "s"), passed)[at],
            "lon": lon[at],
            "lat": lat[at],
            "radius_km": _radii(columns, satellite)[at],
            "region": pa.array(region[at].tolist(), type=pa.string()),
            "act": "fire",
            "effect": "fire",
            "alternatives": ("accident",),
            "reliability": RELIABILITY,
            "credibility": _credibility(columns["confidence"], kind)[at],
            "origin": stable_ids("p", source, [when[i] for i in at.tolist()], [satellite[i] for i in at.tolist()])
            if len(at)
            else [],
            "summary": np.where(kind[at] == STATIC, "Heat at a known static source.", "Heat seen from orbit.").astype(
                object
            ),
            "url": URL,
            "licence": LICENCE,
        },
        length=len(at),
    )
    for k, rows in enumerate(parts):
        doubt_dates(rows.granule, day[owner == k])
    sound = np.flatnonzero((reasons.text == "") & ~np.isnan(lat) & ~np.isnat(day))
    return Intake(
        observations=observations,
        looks=_looks(source, window, day[sound], lon[sound], lat[sound], region[sound], options)
        if options.get("looks", True)
        else Table.empty(Look),
        quarantine=Table.of(Quarantined, sorted(refusals, key=lambda q: (q.granule, q.line))),
        count=count,
        files=tuple(sorted({(rows.granule, rows.sha256) for rows in parts if rows.sha256})),
    )


def _decimals(values: Floats) -> list[str]:
    return [f"{value:.6f}" for value in values.tolist()]


def _fullest(good: NDArray[np.int64], keys: list[str], columns: dict[str, list[str]]) -> NDArray[np.int64]:
    """Of rows with equal keys the one with most columns filled, the first of those; in file order."""
    best: dict[str, tuple[int, int]] = {}
    for i in good.tolist():
        filled = sum(bool(column[i]) for column in columns.values())
        if keys[i] not in best or filled > best[keys[i]][0]:
            best[keys[i]] = (filled, i)
    return np.array(sorted(i for _, i in best.values()), dtype=np.int64)


def _radii(columns: dict[str, list[str]], satellite: list[str]) -> Floats:
    """Half the pixel's diagonal, km; by instrument where its sides are not told."""
    scan, track = numbers(columns["scan"])[0], numbers(columns["track"])[0]
    told = [
        name.upper() or ("MODIS" if s in MODIS else "VIIRS" if s else "")
        for name, s in zip(columns["instrument"], satellite, strict=True)
    ]
    default = np.array([RADIUS_KM.get(name, 1.0) for name in told], dtype=np.float64)
    with np.errstate(invalid="ignore"):
        known = (scan > 0) & (track > 0) & (scan < 10) & (track < 10)
    return np.where(known, 0.5 * np.hypot(scan, track), default)


def _credibility(confidence: list[str], kind: Floats) -> NDArray[np.int64]:
    """Admiralty credibility from VIIRS's letters or MODIS's per cent: high 2, nominal 3, low 4, unknown 6."""
    percent, _ = numbers(confidence)
    letter = np.array([text[:1].lower() for text in confidence], dtype="U1")
    with np.errstate(invalid="ignore"):
        chosen = np.select(
            [(letter == "h") | (percent >= 80), (letter == "n") | (percent >= 30), (letter == "l") | (percent >= 0)],
            [2, 3, 4],
            6,
        )
    return np.where(kind == STATIC, 5, chosen).astype(np.int64)


def _looks(
    source: str, window: Window, day: Times, lon: Floats, lat: Floats, region: NDArray[np.object_], options: Any
) -> Table[Look]:
    """One look for each region and day: made where the region's country shows any heat that day, else lost.

    A region whose middle lies outside the box of its country's rows is not in the file: its looks are lost, or left
    out where nobody asked for it.
    """
    if not len(day):
        return Table.empty(Look)
    asked = options.get("regions")
    of, parts = country(region), []
    for name in sorted({code.split("-")[0] for code in asked or match("UA")}):
        at = of == name
        codes = [code for code in asked or match("UA") if code.split("-")[0] == name]
        inside = [code for code in codes if at.any() and _in_box(disc(code)[:2], lon[at], lat[at])]
        for some, seen in ((inside, np.unique(day[at])), (sorted(set(codes) - set(inside)) if asked else [], day[:0])):
            parts.append(
                daily_looks(
                    source=source,
                    channel="satellite.thermal",
                    window=window,
                    clock="UTC",
                    seen=seen,
                    quality=dict.fromkeys(some, float(options.get("quality", QUALITY))),
                    acts=("attack", "fire"),
                )
            )
    return Table.concat(Look, parts)


def _in_box(point: tuple[float, float], lon: Floats, lat: Floats) -> bool:
    return bool(lon.min() <= point[0] <= lon.max() and lat.min() <= point[1] <= lat.max())
