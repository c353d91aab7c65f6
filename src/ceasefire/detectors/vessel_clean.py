"""Cleaning of fixes: what cannot be is taken out with its reason, what is odd is kept and told.

Why so little is taken out: two ships with one number, a false position and a wrong clock are findings. Only what no
ship can have sent from there (too fast from both sides) and what says nothing new goes; the rest is kept apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.vessel_clocks import clock_offsets
from ceasefire.detectors.vessel_strands import strands
from ceasefire.geo import distance, seas
from ceasefire.geo.fixes import Fixes
from ceasefire.model.records import Quarantined
from ceasefire.model.table import Table

Array = NDArray[Any]

SAME_S, SAME_KM = 2.0, 0.03
"""Fixes of a ship this close in time and place are one transmission heard twice."""

ROWS = 200
"""Rows shown of each reason; all are counted."""

REASONS = {
    "mmsi": "MMSI 0 or not of nine digits; nobody can tell which ship it is",
    "range": "longitude beyond 180 or latitude beyond 90 degrees",
    "null": "position 0, 0: a receiver of positions without a position",
    "future": "time after the end of the data",
    "copy": "same ship, second and place as another fix: one transmission heard by several stations",
    "speed": "this ship cannot have come here from the fixes before it and gone to those after it: too fast both ways",
}
"""Reasons by name."""


@dataclass(frozen=True, eq=False)
class Cleaned:
    """Fixes that can be used, and what was found on the way."""

    fixes: Fixes
    """Those with a possible place, in order, clocks set right."""
    track: Array
    """Number of the track of each fix under its MMSI, 0 the longest; more than one are two ships, or one ship and
    false positions; int16, shape (fixes,)."""
    rows: Array
    """Row of each fix in what was given, shape (fixes,)."""
    on_land: Array
    """On land and beyond the margin, shape (fixes,): kept, for the detector of false positions to judge."""
    unplaced: Fixes
    """Messages without a position: the transmitter was on."""
    counts: Mapping[str, int]
    """Fixes taken out, by name of the reason (`REASONS`)."""
    quarantine: Table[Quarantined]
    """Some of them, up to `ROWS` for each reason."""
    clocks: Mapping[int, float]
    """Stations whose clock ran ahead, and by how many seconds; their times are set right."""
    two_ships: tuple[int, ...]
    """MMSI that two tracks use at once."""
    odd: tuple[int, ...]
    """MMSI that are no ship's, base station's, aid's or beacon's number; kept."""


def clean(
    fixes: Fixes,
    *,
    until: Any = None,
    source: str = "ais",
    files: Sequence[str] = (),
    margin_km: float = 1.5,
    land: bool = True,
) -> Cleaned:
    """Take out what cannot be, set clocks right, and keep two ships of one number apart.

    Parameters
    ----------
    fixes
        As received.
    until
        End of the data, UTC; later fixes are from the future. None: nothing is.
    source, files
        Name of the source and of its files by number, for the quarantine.
    margin_km
        How far from the coast a position counts as on land.
    land
        Whether to look at all.

    >>> minutes = np.arange(4).astype("M8[m]").astype("M8[ms]")
    >>> f = Fixes.of(mmsi=[272000001] * 4, times=minutes, lon=[31.0, 31.01, 35.0, 31.03], lat=[45.0] * 4)
    >>> got = clean(f)
    >>> got.fixes.lon.tolist(), {k: n for k, n in got.counts.items() if n}
    ([31.0, 31.01, 31.03], {'speed': 1})
    """
    out = np.zeros(len(fixes), dtype=np.int8)
    names = list(REASONS)
    with np.errstate(invalid="ignore"):
        tests = {
            "mmsi": (fixes.mmsi <= 0) | (fixes.mmsi > 999_999_999),
            "range": (np.abs(fixes.lon) > 180.0) | (np.abs(fixes.lat) > 90.0),
            "null": (fixes.lon == 0.0) & (fixes.lat == 0.0),
            "future": np.zeros(len(fixes), dtype=bool) if until is None else fixes.times > np.datetime64(until, "ms"),
        }
    for name, bad in tests.items():
        out[bad & (out == 0)] = names.index(name) + 1
    placed = np.isfinite(fixes.lon) & np.isfinite(fixes.lat)
    unplaced = fixes.keep((out == 0) & ~placed)
    rows = np.flatnonzero((out == 0) & placed)
    good = fixes if len(rows) == len(fixes) else fixes.keep(rows)
    clocks = clock_offsets(good)
    if clocks:
        good, order = set_right(good, clocks)
        rows = rows[order]
    copy = _copies(good)
    out[rows[copy]] = names.index("copy") + 1
    if copy.any():
        good, rows = good.keep(~copy), rows[~copy]
    track, twins = strands(good)
    lone = track < 0
    out[rows[lone]] = names.index("speed") + 1
    if lone.any():
        good, rows, track = good.keep(~lone), rows[~lone], track[~lone]
    ships = good.ships()[0]
    return Cleaned(
        fixes=good,
        track=track,
        rows=rows,
        on_land=seas.on_land(good.lon, good.lat, margin_km=margin_km) if land else np.zeros(len(good), dtype=bool),
        unplaced=unplaced,
        counts={name: int(np.count_nonzero(out == k + 1)) for k, name in enumerate(names)},
        quarantine=_shown(fixes, out, source, files),
        clocks=clocks,
        two_ships=twins,
        odd=tuple(ships[~is_station(ships)].tolist()),
    )


def is_station(mmsi: Any) -> Array:
    """Tell which numbers a mobile or shore station may have, shape (n,).

    Source: Recommendation ITU-R M.585-9 (2022), annex 1: ships MIDxxxxxx with the country digits MID 201 to 775;
    00MID shore, 111MID aircraft, 97 locating devices, 98MID craft of a parent ship, 99MID aids, 8MID handheld.

    >>> is_station([272000001, 123456789, 992721234, 970123456, 2720001, 999999999]).tolist()
    [True, False, True, True, True, False]
    """
    m = np.asarray(mmsi, dtype=np.int64)

    def mid(value: Array) -> Array:
        return (value >= 201) & (value <= 775)

    return np.select(
        [m < 10_000_000, m // 1_000_000 == 111, m // 10_000_000 == 97, m // 10_000_000 >= 98, m // 100_000_000 == 8],
        [mid(m // 10_000), mid(m // 1000 % 1000), True, mid(m // 10_000 % 1000), mid(m // 100_000 % 1000)],
        mid(m // 1_000_000),
    ).astype(bool)


def set_right(fixes: Fixes, clocks: Mapping[int, float]) -> tuple[Fixes, Array]:
    """Take off the seconds by which stations' clocks run ahead; give the fixes in order and the row each one had.

    >>> f = Fixes.of(mmsi=[9], times=np.array(["2025-04-01T00:10"], "M8[ms]"), lon=[30.0], lat=[44.0], station=[2])
    >>> str(set_right(f, {2: 600.0})[0].times[0])
    '2025-04-01T00:00:00.000'
    """
    off = np.zeros(int(fixes.station.max(initial=0)) + 1)
    for station, seconds in clocks.items():
        off[station] = seconds
    times = fixes.times - np.round(off[fixes.station] * 1000).astype("timedelta64[ms]")
    order = np.lexsort((times, fixes.mmsi))
    columns = {name: getattr(fixes, name)[order] for name in fixes.__dataclass_fields__} | {"times": times[order]}
    return type(fixes)(**columns), order


def _copies(fixes: Fixes) -> Array:
    """Tell which fixes say again what the one before them, or the one before that, said."""
    copy = np.zeros(len(fixes), dtype=bool)
    t = fixes.times.view("int64")
    for back in (1, 2):
        if len(fixes) <= back:
            break
        a, b = slice(None, -back), slice(back, None)
        near = (fixes.mmsi[a] == fixes.mmsi[b]) & (t[b] - t[a] <= SAME_S * 1000)
        at = np.flatnonzero(near)
        close = distance.km(fixes.lon[at], fixes.lat[at], fixes.lon[at + back], fixes.lat[at + back]) <= SAME_KM
        # a fast ship reports every two seconds: there only the same place to the last digit is a copy
        same = (fixes.lon[at] == fixes.lon[at + back]) & (fixes.lat[at] == fixes.lat[at + back])
        copy[at[same | (close & (t[at + back] - t[at] < 1000))] + back] = True
    return copy


def _shown(fixes: Fixes, out: Array, source: str, files: Sequence[str]) -> Table[Quarantined]:
    shown = []
    for k, (name, reason) in enumerate(REASONS.items()):
        for row in np.flatnonzero(out == k + 1)[:ROWS].tolist():
            number = int(fixes.source[row])
            text = f"{fixes.mmsi[row]} {fixes.times[row]} {fixes.lon[row]:.5f} {fixes.lat[row]:.5f} [{name}]"
            granule = files[number] if number < len(files) else ""
            shown.append(Quarantined(source=source, granule=granule, line=0, reason=reason, row=text))
    return Table.of(Quarantined, shown)
