"""Ships in zones: entries, exits and stays, with the instant of crossing between two fixes and its error.

Why not the fix after: heard again an hour later deep inside, a ship did not enter then. The line is crossed somewhere
on the way between two fixes; the instant is taken from that way, and what it may be off is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from ceasefire.detectors.vessel_events import MOST, identifier, instant
from ceasefire.geo import distance
from ceasefire.geo.tracks import DRIFT, FIX_KM, KNOT_KM_S, LEAST_KN, Tracks
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent

Array = NDArray[Any]

LONGEST_H = 12.0
"""Between fixes farther apart than this no crossing is told: a ship may have come and gone."""


class Crossings(NamedTuple):
    """Crossings of outlines, by zone, ship and time; arrays of shape (crossings,)."""

    zone: Array
    """Number of the zone in the order given."""
    entry: Array
    """Into it (True) or out of it."""
    before: Array
    """Row of the last fix on the one side, in the tracks' fixes."""
    after: Array
    """Row of the first fix on the other."""
    lon: Array
    """Where, degrees east."""
    lat: Array
    """Degrees north."""
    times: Array
    """When, datetime64[ms]."""
    error_s: Array
    """Half of the interval that holds the instant with about 90 % probability, s."""
    error_km: Array
    """Radius that holds the place likewise, km."""
    probability: Array
    """P(it crossed between the two), by the distance of the two fixes from the line against their error."""


def inside(tracks: Tracks, zones: Mapping[str, Any]) -> Array:
    """Tell which fixes lie in which zones, shape (zones, fixes), bool; one pass over all zones by their boxes.

    Parameters
    ----------
    tracks
        Tracks of all ships.
    zones
        Shapely polygons or multipolygons in degrees, by id.
    """
    f = tracks.fixes
    out = np.zeros((len(zones), len(f)), dtype=bool)
    for k, zone in enumerate(zones.values()):
        west, south, east, north = shapely.bounds(zone)
        near = np.flatnonzero((f.lon >= west) & (f.lon <= east) & (f.lat >= south) & (f.lat <= north))
        if len(near):
            shapely.prepare(zone)
            out[k, near] = shapely.intersects_xy(zone, f.lon[near], f.lat[near])
    return out


def crossings(tracks: Tracks, zones: Mapping[str, Any], *, within: Array | None = None) -> Crossings:
    """Find where the ways of ships cross the outlines of zones.

    A crossing is told where two following fixes of a track, at most `LONGEST_H` apart, lie on two sides. A ship that
    came and went between two fixes is not seen.

    Parameters
    ----------
    tracks, zones
        As in `inside`.
    within
        Its result, where already known.
    """
    f = tracks.fixes
    within = inside(tracks, zones) if within is None else within
    same = (f.mmsi[1:] == f.mmsi[:-1]) & (tracks.track[1:] == tracks.track[:-1])
    same &= np.diff(f.times.view("int64")) <= LONGEST_H * 3.6e6
    number, before = np.nonzero((within[:, 1:] != within[:, :-1]) & same)
    after = before + 1
    entry = within[number, after]
    parts = []
    for k, zone in enumerate(zones.values()):
        mine = np.flatnonzero(number == k)
        a, b = before[mine], after[mine]
        share, nearest = _share(zone, f.lon[a], f.lat[a], distance.wrap(f.lon[b] - f.lon[a]), f.lat[b] - f.lat[a])
        parts.append((mine, share, nearest))
    share, deep = np.zeros(len(number)), np.zeros(len(number))
    for mine, where, nearest in parts:
        share[mine], deep[mine] = where, nearest
    wait = (f.times[after] - f.times[before]).astype(np.int64) / 1000.0
    lon = distance.wrap(f.lon[before] + share * distance.wrap(f.lon[after] - f.lon[before]))
    lat = f.lat[before] + share * (f.lat[after] - f.lat[before])
    away = distance.km(f.lon[before], f.lat[before], f.lon[after], f.lat[after])
    told = np.fmax(np.nan_to_num(f.speed_kn[before].astype(float)), np.nan_to_num(f.speed_kn[after].astype(float)))
    speed = np.fmax(np.fmax(told, away / np.maximum(wait, 1.0) / KNOT_KM_S), LEAST_KN) * KNOT_KM_S
    nearer = np.minimum(share, 1.0 - share) * wait
    error_km = FIX_KM + DRIFT * speed * nearer
    error_s = np.minimum(error_km / speed, np.maximum(wait / 2.0, 1.0))
    # the two fixes lie on two sides for certain unless one is nearer to the line than its own error
    probability = np.clip(0.5 + 0.5 * np.minimum(deep / (FIX_KM * 1.5), 1.0), 0.5, MOST)
    order = np.lexsort((f.times[before], f.mmsi[before], number))
    columns = (
        number,
        entry,
        before,
        after,
        lon,
        lat,
        f.times[before] + (share * wait * 1000).astype("timedelta64[ms]"),
    )
    return Crossings(*(np.asarray(v)[order] for v in (*columns, error_s, error_km, probability)))


def zone_events(tracks: Tracks, zones: Mapping[str, Any], *, files: Sequence[str] = ()) -> Table[VesselEvent]:
    """Give entries into zones and exits from them as events.

    Parameters
    ----------
    tracks, zones
        As in `inside`.
    files
        SHA-256 of each file by its number.

    >>> from ceasefire.geo.fixes import Fixes
    >>> f = Fixes.of(mmsi=[272000001] * 3, times=np.array([0, 60, 120], "M8[m]").astype("M8[ms]"),
    ...     lon=[30.0, 30.4, 30.8], lat=[45.0] * 3, speed_kn=[17.0] * 3, course_deg=[90.0] * 3)
    >>> got = zone_events(Tracks.of(f), {"lane": shapely.box(30.2, 44.0, 30.7, 46.0)})
    >>> [(e.kind, f"{e.start:%H:%M}", f"{e.end:%H:%M}", round(e.lon, 2)) for e in got]
    [('entry', '00:22', '00:37', 30.2), ('exit', '01:41', '01:48', 30.7)]
    """
    found, names = crossings(tracks, zones), list(zones)
    f = tracks.fixes
    rows = []
    for number, entry, a, b, lon, lat, time, error_s, error_km, p in zip(*found, strict=True):
        kind, zone, half = "entry" if entry else "exit", names[number], np.timedelta64(round(error_s * 1000), "ms")
        start = instant(time - half)
        wait = float((f.times[b] - f.times[a]).astype(np.int64)) / 60_000.0
        rows.append(
            VesselEvent(
                id=identifier(f"{kind} {zone}", int(f.mmsi[a]), instant(time), lon, lat),
                kind=kind,
                mmsi=int(f.mmsi[a]),
                start=start,
                end=instant(time + half),
                lon=round(float(lon), 5),
                lat=round(float(lat), 5),
                radius_km=round(float(error_km), 3),
                probability=round(float(p), 4),
                zone=zone,
                why=f"on two sides of the line in fixes {wait:.0f} min apart",
                fixes=2,
                evidence=tuple(sorted({files[k] for k in f.source[[a, b]].tolist() if k < len(files)})),
            )
        )  # fmt: skip
    return Table.of(VesselEvent, rows)


class Stays(NamedTuple):
    """Time that ships spent in zones, by zone and ship; arrays of shape (stays,)."""

    zone: Array
    """Number of the zone."""
    mmsi: Array
    """Ship."""
    hours: Array
    """Time inside, hours: between fixes that both lie inside, and the inner part of each crossing."""
    open_hours: Array
    """Part of it that lies in silences longer than `LONGEST_H`, hours: not counted above."""


def stays(tracks: Tracks, zones: Mapping[str, Any]) -> Stays:
    """Give how long each ship was in each zone.

    Parameters
    ----------
    tracks, zones
        As in `inside`.
    """
    f = tracks.fixes
    within = inside(tracks, zones)
    if len(f) < 2:
        none = np.empty(0)
        return Stays(none.astype(int), none.astype(int), none, none)
    found = crossings(tracks, zones, within=within)
    wait = np.diff(f.times.view("int64")) / 3.6e6
    same = (f.mmsi[1:] == f.mmsi[:-1]) & (tracks.track[1:] == tracks.track[:-1])
    number, row = np.nonzero(within[:, 1:] & within[:, :-1] & same)
    long = wait[row] > LONGEST_H
    part = (found.times - f.times[found.before]).astype(np.int64) / 3.6e6
    part = np.where(found.entry, wait[found.before] - part, part)
    ships = f.mmsi.astype(np.int64)
    key = np.concatenate([number * (1 << 31) + ships[row], found.zone * (1 << 31) + ships[found.before]])
    each, of = np.unique(key, return_inverse=True)
    hours = np.bincount(of, np.concatenate([np.where(long, 0.0, wait[row]), part]), minlength=len(each))
    open_hours = np.bincount(of[: len(row)], np.where(long, wait[row], 0.0), minlength=len(each))
    return Stays(each >> 31, each & ((1 << 31) - 1), hours, open_hours)


def _share(zone: Any, lon: Array, lat: Array, east: Array, north: Array) -> tuple[Array, Array]:
    """Give the share of the straight way at which the outline is crossed first, and the nearer end's distance, km."""
    if not len(lon):
        return np.empty(0), np.empty(0)
    ways = shapely.linestrings(np.stack([np.stack([lon, lat], 1), np.stack([lon + east, lat + north], 1)], axis=1))
    cut = shapely.intersection(ways, shapely.boundary(zone))
    start = shapely.points(lon, lat)
    length = np.hypot(east, north)
    share = np.where(length > 0, shapely.distance(start, cut) / np.maximum(length, 1e-12), 0.5)
    ends = np.minimum(share, 1.0 - share) * length * distance.KM_PER_DEGREE
    return np.clip(np.nan_to_num(share, nan=0.5), 0.0, 1.0), np.nan_to_num(ends)
