"""Boats by their lights at night: the nightly lists of VIIRS boat detections (VBD) into ships and looks.

The Earth Observation Group's CSV: one row for each light, with the place, the time of the scan, the radiance and a
quality flag. A list tells what was seen and not what could be seen, so the looks here are as wide as the list's own
lights and no wider, and say how much is not known: cloud is not in the list, moonlight is, by the moon's zenith angle.

Source of the format: Earth Observation Group, Payne Institute, https://eogdata.mines.edu/products/vbd (quality flags
and columns); C. D. Elvidge et al., Automatic boat identification system for VIIRS low light imaging data, Remote
Sensing 7 (2015) 3020. Unknown values are 999999. Licence: see the publisher's page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.errors import SourceError
from ceasefire.geo import distance
from ceasefire.model.intake import Count, Window
from ceasefire.model.records import Look, Quarantined
from ceasefire.model.table import Table
from ceasefire.model.vessel import RadarShip
from ceasefire.sources.columns import WORLD
from ceasefire.sources.rows import Rows, coordinates, numbers, read_csv, stable_ids, times

Box = tuple[float, float, float, float]

PRODUCT = "boat_lights"
CHANNEL = "satellite.lights"
UNKNOWN = 999_999.0
"""What the lists write for an unknown number."""
PIXEL_M = 742.0
"""A pixel of the day/night band, on a side."""
CHANCES: dict[int, float] = {
    1: 0.95,
    2: 0.75,
    3: 0.6,
    4: 0.02,
    5: 0.02,
    6: 0.02,
    7: 0.05,
    8: 0.5,
    9: 0.02,
    10: 0.4,
    11: 0.02,
}
"""P(a boat) by quality flag; judged by us from the flags' descriptions, not measured, and to be stated so."""
FLAGS: dict[int, str] = {
    1: "boat",
    2: "weak",
    3: "blurry",
    4: "gas flare",
    5: "high-energy particle",
    6: "lunar glint",
    7: "glow about a bright source",
    8: "recurring light",
    9: "crosstalk",
    10: "weak and blurry",
    11: "platform",
}
"""Quality flags as the publisher names them."""
FIXED = (4, 11)
"""Flags of lights that stand where they are: gas flares and platforms."""
MOON_ZENITH = 90.0
"""The moon is up below this zenith angle: moonlit cloud is bright, weak lights are lost."""
MOON_QUALITY = 0.7
"""Usable share of a moonlit look; judged, as no list tells it."""
DARK_QUALITY = 0.9
"""Usable share of a look without a moon."""
CLOUD_QUALITY = 0.3
"""Least usable share that is plausible, as cloud is not in the lists."""
PASS_S = 600.0
"""Lights scanned with less than this between them are of one pass."""
REQUIRED = ("Date_Mscan", "Lat_DNB", "Lon_DNB", "Rad_DNB", "QF_Detect")


@dataclass(frozen=True, eq=False)
class BoatLights:
    """What lists of boat detections gave."""

    ships: Table[RadarShip]
    """Lights that are or may be boats; `contrast` is the spike's height index where the list has it, else NaN."""
    flags: NDArray[np.int64]
    """Quality flag of each, shape (ships,)."""
    radiance: NDArray[np.float64]
    """Radiance of each, nW cm-2 sr-1, shape (ships,)."""
    looks: Table[Look]
    """One for each pass in a list."""
    quarantine: Table[Quarantined] = field(default_factory=lambda: Table.empty(Quarantined))
    """Rows that could not be used."""
    count: Count = field(default_factory=Count)
    """Rows that add up."""
    files: tuple[tuple[str, str], ...] = ()
    """Pairs (file name, SHA-256 of its bytes)."""


@dataclass
class _Kept:
    rows: Rows
    at: NDArray[np.int64]
    when: NDArray[np.datetime64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    flag: NDArray[np.int64]
    radiance: NDArray[np.float64]
    spike: NDArray[np.float64]
    moon: NDArray[np.float64]


def read(
    paths: Sequence[Path], *, source: str, window: Window | None = None, options: Mapping[str, Any] = {}
) -> BoatLights:
    """Read nightly lists of boat detections.

    Parameters
    ----------
    paths
        CSV files with at least the columns `Date_Mscan` (UTC), `Lat_DNB`, `Lon_DNB`, `Rad_DNB` and `QF_Detect`;
        `id_Key`, `SHI`, `LUNZ_GDNBO` and `SATZ_GDNBO` are used where there.
    source
        Source as named in the case file.
    window
        Period wanted, UTC; rows outside count as such.
    options
        `flags`: quality flags to keep, default all that the publisher knows. `box`: west, south, east, north degrees;
        rows outside count as outside.

    Raises
    ------
    SourceError
        Options that cannot be; nothing raises over what is in a file.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "VBD_npp_d20250325.csv"
    >>> text = "id_Key,Lat_DNB,Lon_DNB,Rad_DNB,Date_Mscan,QF_Detect,LUNZ_GDNBO\\n"
    >>> text += "a,44.0,31.0,12.5,2025-03-25 00:31:02.1,1,110\\nb,44.1,31.2,3.0,2025-03-25 00:31:04.0,11,110\\n"
    >>> _ = path.write_text(text + "c,44.1,31.2,3.0,2025-02-30 00:31:04.0,1,110\\n")
    >>> lights = read([path], source="vbd")
    >>> [(s.p_ship, s.fixed) for s in lights.ships], len(lights.looks), lights.count.quarantined
    ([(0.95, False), (0.02, True)], 1, 1)
    """
    wanted, box = _options(options)
    kept, refused, files = [], [], []
    count = Count()
    known: set[tuple[str, str]] = set()
    for path in paths:
        rows = read_csv(Path(path), required=REQUIRED, source=source)
        files.append((rows.granule, rows.sha256))
        one, bad, number = _file(rows, window, wanted, box, known)
        kept.append(one)
        refused += rows.quarantine + bad
        count += number
    count.check()
    return _joined(kept, source, refused, count, tuple(files))


def _options(options: Mapping[str, Any]) -> tuple[frozenset[int], Box | None]:
    flags, box = options.get("flags", tuple(CHANCES)), options.get("box")
    try:
        wanted = frozenset(int(v) for v in flags)
        limits: Box | None = None
        if box is not None:
            west, south, east, north = (float(v) for v in box)
            limits = west, south, east, north
    except (TypeError, ValueError):
        raise SourceError(f"flags must be whole numbers and a box four numbers, not {flags} and {box}") from None
    if wanted - set(CHANCES):
        raise SourceError(f"quality flags are {sorted(CHANCES)}, not {sorted(wanted - set(CHANCES))}")
    if limits is not None and (limits[0] > limits[2] or limits[1] > limits[3]):
        raise SourceError(f"a box is west, south, east, north, not {box}")
    return wanted, limits


def _file(
    rows: Rows,
    window: Window | None,
    wanted: frozenset[int],
    box: Box | None,
    known: set[tuple[str, str]],
) -> tuple[_Kept, list[Quarantined], Count]:
    n = len(rows)
    when, bad_time = times(rows.columns["Date_Mscan"], "UTC")
    radiance, bad_radiance = numbers(rows.columns["Rad_DNB"])
    flag, bad_flag = numbers(rows.columns["QF_Detect"])
    _, bad_lat = numbers(rows.columns["Lat_DNB"])
    _, bad_lon = numbers(rows.columns["Lon_DNB"])
    lat, lon, out = coordinates(rows.columns["Lat_DNB"], rows.columns["Lon_DNB"], box or WORLD)
    reasons = np.full(n, "", dtype=object)
    for mask, words in (
        (bad_time, "Date_Mscan is no time"),
        (bad_lat | bad_lon, "latitude or longitude is no number"),
        (out.astype(bool), ""),
        (np.isnan(lat) | np.isnan(lon), "no place"),
        (bad_flag | ~np.isin(flag, list(CHANCES)), "QF_Detect is no flag that the publisher knows"),
        (bad_radiance | (radiance == UNKNOWN), "Rad_DNB is no radiance"),
        (~bad_radiance & (radiance <= 0), "Rad_DNB is not above zero"),
    ):
        fresh = mask & (reasons == "")
        reasons[fresh] = words or out[fresh]
    inside = np.ones(n, dtype=bool)
    if window is not None:
        start, end = (np.datetime64(v.replace(tzinfo=None), "s") for v in (window.start, window.end))
        with np.errstate(invalid="ignore"):
            inside &= bad_time | ((when >= start) & (when < end))
    if box is not None:
        there = (lon >= box[0]) & (lon <= box[2]) & (lat >= box[1]) & (lat <= box[3])
        inside &= (reasons != "") | there
    inside &= (reasons != "") | np.isin(flag, list(wanted))
    bad = inside & (reasons != "")
    keys = rows.columns.get("id_Key", [""] * n)
    twice = np.zeros(n, dtype=bool)
    for i in np.flatnonzero(inside & ~bad).tolist():
        key = (keys[i].strip() or f"{lat[i]:.5f} {lon[i]:.5f}", str(when[i]))
        twice[i] = key in known
        known.add(key)
    at = np.flatnonzero(inside & ~bad & ~twice)
    optional = [_optional(rows, name, n) for name in ("SHI", "LUNZ_GDNBO")]
    kept = _Kept(
        rows, at, when[at], lon[at], lat[at], np.nan_to_num(flag).astype(np.int64)[at], radiance[at],
        optional[0][at], optional[1][at],
    )  # fmt: skip
    refused = [rows.refuse(i, str(reasons[i])) for i in np.flatnonzero(bad).tolist()]
    split = len(rows.quarantine)
    return kept, refused, Count(
        rows=int(inside.sum()) + split,
        used=len(at),
        duplicates=int(twice.sum()),
        quarantined=int(bad.sum()) + split,
        outside=int((~inside).sum()),
    )  # fmt: skip


def _optional(rows: Rows, name: str, n: int) -> NDArray[np.float64]:
    if name not in rows.columns:
        return np.full(n, np.nan)
    values, bad = numbers(rows.columns[name])
    return np.where(bad | (values == UNKNOWN), np.nan, values)


def _joined(
    kept: Sequence[_Kept], source: str, refused: list[Quarantined], count: Count, files: tuple[tuple[str, str], ...]
) -> BoatLights:
    quarantine = Table.of(Quarantined, refused)
    tables, flags, radiance, looks = [], [], [], []
    for one in kept:
        if not len(one.at):
            continue
        names = one.rows.columns.get("id_Key", [""] * len(one.rows))
        said = [f"{source}|{names[i].strip()}|{w}|{x:.5f}|{y:.5f}" for i, w, x, y in
                zip(one.at.tolist(), one.when, one.lon, one.lat, strict=True)]  # fmt: skip
        tables.append(
            Table.from_columns(
                RadarShip,
                {
                    "id": stable_ids("r", said),
                    "scene": one.rows.granule,
                    "evidence": one.rows.sha256,
                    "time": one.when,
                    "lon": one.lon,
                    "lat": one.lat,
                    "sigma_m": PIXEL_M / 12**0.5,
                    "length_m": np.nan,
                    "length_sigma_m": np.nan,
                    "heading_deg": np.nan,
                    "contrast": one.spike,
                    "p_ship": np.array([CHANCES[f] for f in one.flag.tolist()]),
                    "fixed": np.isin(one.flag, FIXED),
                    "channel": CHANNEL,
                },
                len(one.at),
            )
        )
        flags.append(one.flag)
        radiance.append(one.radiance)
        looks += _passes(one, source)
    return BoatLights(
        Table.concat(RadarShip, tables),
        np.concatenate(flags) if flags else np.empty(0, dtype=np.int64),
        np.concatenate(radiance) if radiance else np.empty(0),
        Table.of(Look, looks),
        quarantine,
        count,
        files,
    )


def _passes(one: _Kept, source: str) -> list[Look]:
    """Make a look of each pass: the disc that holds its lights."""
    order = np.argsort(one.when, kind="stable")
    seconds = one.when[order].astype("datetime64[s]").astype(np.int64)
    groups = np.split(order, np.flatnonzero(np.diff(seconds) > PASS_S) + 1)
    found = []
    for k, group in enumerate(groups):
        lon, lat = one.lon[group], one.lat[group]
        # a pass over the date line has no middle in degrees; unit vectors have
        middle = distance.unit_vectors(lon, lat).mean(axis=0)
        x, y = float(np.degrees(np.arctan2(middle[1], middle[0]))), float(
            np.degrees(np.arctan2(middle[2], np.hypot(middle[0], middle[1])))
        )  # fmt: skip
        moon = one.moon[group]
        up = bool(np.nanmean(moon) < MOON_ZENITH) if np.isfinite(moon).any() else True
        start, end = (v.astype("datetime64[s]").item() for v in (one.when[group].min(), one.when[group].max()))
        found.append(
            Look(
                id=stable_ids("l", [f"{source}|{one.rows.granule}|{k}|{start}"])[0],
                source=source,
                channel=CHANNEL,
                region="",
                start=_utc(start),
                end=_utc(end),
                lon=x,
                lat=y,
                radius_km=float(distance.km(x, y, lon, lat).max()),
                quality=MOON_QUALITY if up else DARK_QUALITY,
                quality_low=CLOUD_QUALITY,
            )
        )
    return found


def _utc(when: datetime) -> datetime:
    return when.replace(tzinfo=UTC)
