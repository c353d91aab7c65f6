"""Looks from orbits: every pass of each heat sensor over each region of a case, made or lost.

Files, told apart by their first line, any number of each:

* **orbital elements**, in the two-line form or as OMM in JSON; needed;
* **cloud cover**, a table `date, region, fraction` (a UTC day, an ISO 3166-2 region or a country, cloudy share 0 to 1);
  days it does not name take the month's mean, with a cautious lower end;
* **fire tables** of FIRMS: only asked whether a pass is in them at all.

Where a case also reads fires with the product `firms`, that source line says `looks: false`: one pass is one look.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ceasefire.errors import CeasefireError
from ceasefire.geo.elements import BadElements, Elements, read_elements
from ceasefire.geo.orbit import AGE_DAYS, positions
from ceasefire.geo.regions import match
from ceasefire.geo.sensors import sensor_of, sensors
from ceasefire.model.intake import Count, Intake, Window
from ceasefire.model.records import Look, Quarantined
from ceasefire.model.table import Table
from ceasefire.sources.firms_rows import passes, read_pixels
from ceasefire.sources.granule import MAX_BYTES
from ceasefire.sources.intervals import limits
from ceasefire.sources.overpass_looks import (
    OVERCAST,
    Passed,
    Times,
    missing,
    month_clear,
    over_regions,
    qualities,
    together,
)
from ceasefire.sources.rows import numbers, read_csv, stable_ids

PRODUCT = "overpasses"
SENSORS = ("viirs", "modis")
"""Sensors whose passes are looks unless the case names others."""
ACTS = {
    "satellite.thermal": ("attack", "fire"),
    "satellite.radar": ("attack",),
    "satellite.optical": ("attack", "fire"),
}
"""What a look of each channel could have shown."""
_LARGEST_TEXT = 64_000_000


@dataclass
class _Given:
    """What the files held."""

    sets: list[Elements] = field(default_factory=list)
    cloud: dict[tuple[str, str], float] = field(default_factory=dict)
    """(day, region) to cloudy share."""
    seen: dict[str, list[Times]] = field(default_factory=dict)
    """Satellite to printed times of fires."""
    quarantine: list[Quarantined] = field(default_factory=list)
    files: set[tuple[str, str]] = field(default_factory=set)
    count: Count = field(default_factory=Count)
    tables: bool = False


def read(
    paths: Sequence[Path],
    *,
    source: str,
    window: Window,
    options: Mapping[str, Any] = {},
) -> Intake:
    """Read elements, clouds and fire tables into looks.

    Parameters
    ----------
    paths
        Files of the three kinds.
    source
        Source as named in the case file.
    window
        Passes inside it become looks.
    options
        `sensors`: ids of `geo/sensors.toml`, default VIIRS and MODIS; `regions`: ISO 3166-2 codes, default Ukraine's;
        `max_age_days`: passes farther from every epoch are lost, default 14; `max_bytes`.

    Raises
    ------
    CeasefireError
        An option that makes no sense.
    MissingExtra
        Where the extra `satellite` is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> path = Path(tempfile.mkdtemp()) / "elements.txt"
    >>> _ = path.write_text('''1 43013U 17073A   26177.72844921  .00000042  00000+0  40828-4 0  9990
    ... 2 43013  98.7772 117.1062 0000629 133.0625 227.0604 14.19513365445820''', encoding="utf-8")
    >>> window = Window(datetime(2026, 6, 26, tzinfo=UTC), datetime(2026, 6, 27, tzinfo=UTC))
    >>> intake = read([path], source="passes", window=window, options={"regions": ["UA-30"]})
    >>> for look in intake.looks:
    ...     print(f"{look.start:%H:%M} {look.source} {look.quality:.2f} from {look.quality_low:.2f}")
    01:09 NOAA-20 VIIRS 0.64 from 0.46
    09:17 NOAA-20 VIIRS 0.07 from 0.05
    10:57 NOAA-20 VIIRS 0.59 from 0.42
    23:10 NOAA-20 VIIRS 0.64 from 0.46
    """
    wanted, codes, age = _options(options)
    given = _Given()
    for path in paths:
        _take(given, path, source, options.get("max_bytes", MAX_BYTES))
    passed = _passed(given, wanted, codes, window, age)
    lost = passed.lost.copy()
    if given.tables:
        gone = missing(passed, {k: np.concatenate(v) for k, v in given.seen.items()})
        lost[(lost == "") & gone] = "no data"
    clear, low = month_clear(passed.first)
    days = np.datetime_as_string(passed.first.astype("datetime64[D]")).tolist() if len(passed.first) else []
    region = [codes[k] for k in passed.region.tolist()]
    told = np.array([given.cloud.get(key, np.nan) for key in zip(days, region, strict=True)], dtype=np.float64)
    known = ~np.isnan(told)
    clear, low = np.where(known, 1.0 - told, clear), np.where(known, 1.0 - told, low)
    lost[(lost == "") & known & (told >= OVERCAST)] = "cloud"
    passed = replace(passed, lost=lost)
    quality, least = qualities(passed, clear, low)
    none = (quality < 5e-5) & (lost == "")
    lost[none] = "adds nothing to a better pass"
    quality, least = np.round(quality, 4), np.round(least, 4)
    channel = [sensors()[name.rsplit(" ", 1)[1].lower()].channel for name in passed.satellite.tolist()]
    begin = passed.first.astype("datetime64[s]")
    looks = {
        "id": stable_ids("l", source, passed.satellite.tolist(), region, np.datetime_as_string(begin).tolist())
        if region
        else [],
        "source": passed.satellite,
        "channel": channel,
        "region": region,
        "start": begin,
        "end": passed.last.astype("datetime64[s]") + np.timedelta64(1, "s"),
        "acts": [ACTS[c] for c in channel],
        "quality": np.where(lost == "", quality, 0.0),
        "quality_low": np.where(lost == "", np.minimum(least, quality), np.nan),
        "lost": lost,
    }
    return Intake(
        looks=Table.from_columns(Look, looks, length=len(region)) if region else Table.empty(Look),
        quarantine=Table.of(Quarantined, sorted(given.quarantine, key=lambda q: (q.granule, q.line))),
        count=given.count,
        files=tuple(sorted(given.files)),
    )


def _options(options: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...], float]:
    named = options.get("sensors", SENSORS)
    wanted = (named,) if isinstance(named, str) else tuple(named)
    for name in wanted:
        if name not in sensors():
            raise CeasefireError(f"no sensor {name!r}: known are {', '.join(sorted(sensors()))}")
    age = options.get("max_age_days", AGE_DAYS)
    if isinstance(age, bool) or not isinstance(age, (int, float)) or not 0 < age <= 30:
        raise CeasefireError(f"`max_age_days` is a number of days from 1 to 30, not {age!r}")
    return wanted, tuple(options.get("regions") or match("UA")), float(age)


def _passed(given: _Given, wanted: Sequence[str], codes: Sequence[str], window: Window, age: float) -> Passed:
    of: dict[int, list[Elements]] = {}
    for e in given.sets:
        of.setdefault(e.norad, []).append(e)
    begin, stop = limits(window)
    parts = []
    for norad, sets in sorted(of.items()):
        carrier = sensor_of(norad)
        if carrier is not None and carrier[0].id in wanted:
            parts.append(over_regions(sets, *carrier, codes, start=begin, end=stop, max_age_days=age))
    return together(parts)


def _take(given: _Given, path: Path, source: str, max_bytes: int) -> None:
    """Read one file as what its first line says it is."""
    try:
        with path.open("rb") as file:
            head = file.read(4096).decode("utf-8", "replace").lstrip("\ufeff").strip().splitlines()
    except OSError as error:
        _refuse(given, source, path.name, 0, f"cannot be read: {error.strerror}", "")
        return
    words = set(re.split(r"[^a-z_]+", head[0].lower())) if head else set()
    if "acq_date" in words:
        _fires(given, path, source, max_bytes)
    elif "fraction" in words:
        _clouds(given, path, source, max_bytes)
    else:
        _elements(given, path, source, min(max_bytes, _LARGEST_TEXT))


def _refuse(given: _Given, source: str, granule: str, line: int, reason: str, row: str) -> None:
    given.quarantine.append(Quarantined(source=source, granule=granule, line=line, reason=reason, row=row[:500]))
    given.count += Count(rows=1, quarantined=1)


def _elements(given: _Given, path: Path, source: str, max_bytes: int) -> None:
    if path.stat().st_size > max_bytes:
        _refuse(given, source, path.name, 0, f"is larger than {max_bytes:,} bytes", "")
        return
    data = path.read_bytes()
    given.files.add((path.name, hashlib.sha256(data).hexdigest()))
    text = data.decode("utf-8", "replace")
    sets, wrong = read_elements(text)
    lines = text.splitlines()
    for line, reason in wrong:
        _refuse(given, source, path.name, line, reason, lines[line - 1] if 0 < line <= len(lines) else "")
    if not sets and not wrong:
        _refuse(given, source, path.name, 0, "holds no orbital elements", text[:200])
    had = {(e.norad, e.epoch) for e in given.sets}
    for e in sets:
        if sensor_of(e.norad) is None:
            _refuse(given, source, path.name, 0, f"satellite {e.norad} carries no sensor that is listed", e.name)
        elif not _flies(e):
            _refuse(given, source, path.name, 0, f"satellite {e.norad}: SGP4 finds no orbit in these elements", e.name)
        elif (e.norad, e.epoch) in had:
            given.count += Count(rows=1, duplicates=1)
        else:
            had.add((e.norad, e.epoch))
            given.sets.append(e)
            given.count += Count(rows=1, used=1)


def _flies(e: Elements) -> bool:
    """Tell whether SGP4 gives positions a month around the epoch."""
    try:
        positions(e, e.epoch + np.array([-30, 0, 30], dtype="timedelta64[D]"))
    except BadElements:
        return False
    return True


def _clouds(given: _Given, path: Path, source: str, max_bytes: int) -> None:
    rows = read_csv(path, required=("date", "region", "fraction"), source=source, max_bytes=max_bytes)
    if rows.sha256:
        given.files.add((rows.granule, rows.sha256))
    given.quarantine += rows.quarantine
    given.count += Count(rows=len(rows.quarantine), quarantined=len(rows.quarantine))
    share, bad = numbers(rows.columns.get("fraction", []))
    for k in range(len(rows)):
        day, pattern = rows.columns["date"][k].strip(), rows.columns["region"][k].strip()
        codes = match(pattern) if pattern != "*" else []
        if not _is_day(day):
            reason = "date is not a day (YYYY-MM-DD)"
        elif not codes:
            reason = "unknown region: an ISO 3166-2 code is wanted, e.g. UA-53, or a country, e.g. UA"
        elif bad[k] or not 0.0 <= share[k] <= 1.0:
            reason = "fraction is not a number from 0 (clear) to 1 (cloudy)"
        elif all((day, code) in given.cloud for code in codes):
            given.count += Count(rows=1, duplicates=1)
            continue
        else:
            for code in codes:
                given.cloud.setdefault((day, code), float(share[k]))
            given.count += Count(rows=1, used=1)
            continue
        given.quarantine.append(rows.refuse(k, reason))
        given.count += Count(rows=1, quarantined=1)


def _fires(given: _Given, path: Path, source: str, max_bytes: int) -> None:
    """Note the times of fires by satellite; rows are counted where fires are read."""
    pixels = read_pixels([path], source=source, max_bytes=max_bytes)
    given.files |= {(part.granule, part.sha256) for part in pixels.parts if part.sha256}
    time, whole_day, _, bad = passes(pixels.columns["date"], pixels.columns["time"])
    good = ~(bad | whole_day | np.isnat(time))
    names = np.array(pixels.satellite, dtype=object)
    given.tables |= bool(good.any())
    for sensor in sensors().values():
        for name in sensor.satellites:
            at = good & (names == name)
            if at.any():
                given.seen.setdefault(f"{name} {sensor.id.upper()}", []).append(time[at].astype("datetime64[s]"))


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return False
    try:
        np.datetime64(text, "D")
    except ValueError:
        return False
    return True
