"""Where every ship may have been at the instant of a scene, from its AIS fixes before and after, as radar would show
it.

Why the last clause: a radar image of a moving ship is shifted along the satellite's flight, by hundreds of metres for a
ship that sails across it; and AIS tells where the antenna is, not the middle of the hull.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ceasefire.detectors.vessel_movement import MOVEMENT, kind_of
from ceasefire.detectors.vessel_plane import KM_H_PER_KNOT, Orbit, Plane
from ceasefire.geo import distance
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.stats.ship_place import Movement, Places, ahead, product

Array = NDArray[Any]

WRONG_CLOCK, WRONG_CLOCK_S = 0.03, 400.0
"""Share of ships whose times are wrong by minutes on both sides of the scene (a station's clock), and by how much."""


@dataclass(frozen=True, eq=False)
class ShipsThere:
    """Ships heard around a scene's time, each with where it may have been; all arrays of shape (ships,)."""

    mmsi: Array
    places: Places
    """On the plane."""
    agree: Array
    """Log density with which the fixes before and after agree, 1 over km squared; NaN where there is one side only."""
    before_h: Array
    """Hours since the last fix; infinite where none is in the horizon."""
    after_h: Array
    """Hours to the next fix; infinite where none is in the horizon."""
    before_at: tuple[Array, Array]
    """Place of the last fix, km east and north; without meaning where there is none."""
    after_at: tuple[Array, Array]
    """Place of the next fix."""
    silent_before_h: Array
    """Hours since the last message under this number, with or without a place that is believed."""
    silent_after_h: Array
    """Hours to the next one."""
    gone_h: Array
    """Hours of data, before or after the scene, in which a ship that has no fix on that side was not heard."""
    second: Array
    """A second track of its number: another ship, or a false position."""
    class_b: Array
    """Whether its last message was one of class B."""
    east_km_h: Array
    """Velocity; NaN where unknown."""
    north_km_h: Array
    length_m: Array
    """NaN where not told."""

    def __len__(self) -> int:
        return len(self.mmsi)


def ships_there(
    fixes: Fixes,
    statics: Statics,
    *,
    scene_time: Any,
    plane: Plane,
    track: ArrayLike | None = None,
    poor: ArrayLike | None = None,
    unplaced: Fixes | None = None,
    horizon_h: float = 12.0,
    orbit: Orbit | None = None,
    movement: Movement = MOVEMENT,
) -> ShipsThere:
    """Tell where every ship may have been at an instant, from its last fix before and its first after.

    Parameters
    ----------
    fixes
        Messages, cleaned; those without a place tell that the transmitter was on.
    statics
        Lengths and types; the last said before the instant counts, else the first.
    scene_time
        UTC.
    plane
        The plane to reckon on.
    track
        Number of the track of each fix under its MMSI, shape (fixes,), as `vessel_clean` gives it: two tracks are two
        ships, or one ship and a false position.
    poor
        Fixes whose place is not believed, shape (fixes,): on land, spoofed. Positions that stand still while the ship
        sails are not believed either.
    unplaced
        Messages without a place, where they are kept apart.
    horizon_h
        Fixes farther away in time tell nothing, hours.
    orbit
        Geometry of the scene; without it, places of moving ships are widened by what the shift may be.
    movement
        How ships move between fixes.
    """
    at = np.datetime64(scene_time, "ms")
    good = np.isfinite(fixes.lon) & np.isfinite(fixes.lat)
    if poor is not None:
        good &= ~np.asarray(poor)
    near = np.abs(fixes.times - at) <= np.timedelta64(round(horizon_h * 3.6e6), "ms")
    strand = np.zeros(len(fixes), dtype=np.int64) if track is None else np.asarray(track, dtype=np.int64)
    heard = fixes.keep(near) if not near.all() else fixes
    if unplaced is not None and len(unplaced):
        heard = Fixes.join([heard, unplaced])
    rows = np.flatnonzero(good & near & is_ship(fixes.mmsi))
    if strand.any():
        rows = rows[np.lexsort((fixes.times[rows], strand[rows], fixes.mmsi[rows]))]
    if len(rows) < len(fixes) or strand.any():
        fixes, strand = fixes.keep(rows), strand[rows]
    still = frozen(fixes, strand)
    if still.any():
        fixes, strand = fixes.keep(~still), strand[~still]
    first = np.flatnonzero((np.diff(fixes.mmsi, prepend=np.int32(-1)) != 0) | (np.diff(strand, prepend=-1) != 0))
    mmsi, end = fixes.mmsi[first], np.append(first[1:], len(fixes))
    length, ship_type, ahead_m = _statics_of(mmsi, statics, at)
    if not len(mmsi):
        none = np.empty(0)
        return ShipsThere(
            mmsi,
            Places(*(np.empty((0, 1)),) * 6),
            none,
            none,
            none,
            (none, none),
            (none, none),
            none,
            none,
            none,
            none,
            none,
            none,
            none,
            none,
        )
    earlier = np.add.reduceat((fixes.times <= at).astype(np.int64), first)
    sides = []
    for row, there in ((first + earlier - 1, earlier > 0), (first + earlier, first + earlier < end)):
        row = np.where(there, row, first)  # noqa: PLW2901
        hours = (at - fixes.times[row]) / np.timedelta64(1, "ms") / 3.6e6
        speed = fixes.speed_kn[row]
        u, v = plane.velocity(fixes.lon[row], fixes.lat[row], speed_kn=speed, course_deg=fixes.course_deg[row])
        x, y = plane.of(fixes.lon[row], fixes.lat[row])
        kind = kind_of(speed, ship_type)
        places = ahead(movement, kind, hours=hours, east_km_h=u, north_km_h=v).moved(x, y)
        sides.append((there, hours, u, v, places, (x, y)))
    (is_before, h1, u1, v1, p1, at1), (is_after, h2, u2, v2, p2, at2) = sides
    both, agree = product(p1, p2)
    places = _choose(both, p1, p2, is_before, is_after)
    before, after = np.where(is_before, h1, np.inf), np.where(is_after, -h2, np.inf)
    two = is_before & is_after
    total = np.where(two, before + after, 1.0)
    share = np.where(two, np.where(two, before, 0.0) / np.maximum(total, 1e-9), np.where(is_before, 0.0, 1.0))
    east, north = (
        np.where(share <= 0, a, np.where(share >= 1, b, (1 - share) * a + share * b)) for a, b in ((u1, u2), (v1, v2))
    )
    drift_h = WRONG_CLOCK_S / 3600.0
    places = places.stretched(WRONG_CLOCK, np.nan_to_num(east) * drift_h, np.nan_to_num(north) * drift_h)
    places = _as_imaged(places, east, north, ahead_m=ahead_m, length_m=length, orbit=orbit)
    agree = np.where(two, agree, np.nan)
    silent = _silence(mmsi, heard, at)
    begin, stop = (np.abs((t - at) / np.timedelta64(1, "ms")) / 3.6e6 for t in (heard.times.min(), heard.times.max()))
    gone = np.where(is_before, 0.0, begin) + np.where(is_after, 0.0, stop)
    class_b = np.isin(fixes.message[first], (18, 19))
    return ShipsThere(
        mmsi, places, agree, before, after, at1, at2, *silent, gone, strand[first] > 0, class_b, east, north, length
    )


def is_ship(mmsi: ArrayLike) -> Array:
    """Tell which numbers may be a ship's, shape (n,): no base station, aid to navigation, aircraft or distress beacon.

    A number that is none at all may well be a ship's, wrongly set.

    Source: ITU-R M.585-9, annex 1 and 2.

    >>> is_ship([272000001, 2_300_000, 992_301_234, 970_123_456, 111_232_001, 123]).tolist()
    [True, False, False, False, False, True]
    """
    m = np.asarray(mmsi, dtype=np.int64)
    station = (m >= 1_000_000) & (m < 10_000_000)
    other = np.isin(m // 10_000_000, (97, 99)) | (m // 1_000_000 == 111)
    return np.asarray(~(station | other))


def frozen(fixes: Fixes, track: Any) -> Array:
    """Tell which fixes repeat the place of the one before although the ship says that it sails, shape (fixes,).

    Why: a receiver that is jammed may hold its last position for hours, and its messages look like a ship that is
    there.

    Parameters
    ----------
    fixes
        With places, ordered by ship, track and time.
    track
        Number of the track of each fix, shape (fixes,).

    >>> f = Fixes.of(mmsi=[9] * 3, lon=[30.0, 30.0, 30.02], lat=[44.0] * 3, speed_kn=[10.0, 10.0, 10.0],
    ...     times=np.array([0, 5, 10], "M8[m]").astype("M8[ms]"))
    >>> frozen(f, [0, 0, 0]).tolist()
    [False, True, False]
    """
    out = np.zeros(len(fixes), dtype=bool)
    if len(fixes) < 2:
        return out
    same = (np.diff(fixes.mmsi) == 0) & (np.diff(np.asarray(track)) == 0)
    wait_h = np.diff(fixes.times.view("int64")) / 3.6e6
    due = np.minimum(fixes.speed_kn[1:], fixes.speed_kn[:-1]) * KM_H_PER_KNOT * wait_h
    moved = (
        np.hypot(np.diff(fixes.lat), np.diff(fixes.lon) * np.cos(np.radians(fixes.lat[1:]))) * distance.KM_PER_DEGREE
    )
    out[1:] = same & (due > 0.1) & (moved < 0.02 * due)
    return out


def _silence(mmsi: Array, heard: Fixes, at: np.datetime64) -> tuple[Array, Array]:
    """Hours of silence of each number before and after an instant, by all its messages; infinite without one."""
    ships, first = heard.ships()
    earlier = np.add.reduceat((heard.times <= at).astype(np.int64), first[:-1])
    before, after = np.full(len(ships), np.inf), np.full(len(ships), np.inf)
    for out, row, there in (
        (before, first[:-1] + earlier - 1, earlier > 0),
        (after, first[:-1] + earlier, earlier < np.diff(first)),
    ):
        out[there] = np.abs((heard.times[row[there]] - at) / np.timedelta64(1, "ms")) / 3.6e6
    place = np.searchsorted(ships, mmsi)
    return before[place], after[place]


def _choose(both: Places, before: Places, after: Places, is_before: Array, is_after: Array) -> Places:
    """Take the product where there are both sides, else the one side, padded with empty parts."""

    def padded(p: Places) -> list[Array]:
        more = both.weight.shape[1] - p.weight.shape[1]
        rest = [np.repeat(v[:, :1], more, axis=1) for v in (p.east, p.north, p.ee, p.nn, p.en)]
        own = (p.east, p.north, p.ee, p.nn, p.en)
        zero = np.zeros((len(p), more))
        return [np.hstack([p.weight, zero]), *(np.hstack([a, b]) for a, b in zip(own, rest, strict=True))]

    a, b = padded(before), padded(after)
    c = (both.weight, both.east, both.north, both.ee, both.nn, both.en)
    two, one = (is_before & is_after)[:, None], is_before[:, None]
    return Places(*(np.where(two, z, np.where(one, x, y)) for x, y, z in zip(a, b, c, strict=True)))


def _as_imaged(
    places: Places, east: Array, north: Array, *, ahead_m: Array, length_m: Array, orbit: Orbit | None
) -> Places:
    """From the antenna's place to the middle of the hull, and to where radar shows a moving ship."""
    u, v = np.nan_to_num(east), np.nan_to_num(north)
    speed = np.hypot(u, v)
    scale = np.divide(ahead_m / 1000.0, speed, out=np.zeros_like(speed), where=(speed > 5.0) & np.isfinite(ahead_m))
    places = places.moved(scale * u, scale * v)
    unsure = np.where(scale == 0, 0.2 * np.nan_to_num(length_m, nan=60.0) / 1000.0, 0.01) ** 2
    if orbit is None:
        spread = (speed / 3600.0 * 117.0 * np.sin(np.radians(39.0)) / 2.0) ** 2  # over all courses: 1/2 on each axis
        return places.wider(spread / 4.0 + unsure, spread * 2.0 + unsure)
    x, y = orbit.shift(u, v)
    return places.moved(x, y).wider((0.2 * x) ** 2 + unsure, (0.2 * y) ** 2 + unsure)


def _statics_of(mmsi: Array, statics: Statics, at: np.datetime64) -> tuple[Array, Array, Array]:
    """Length, type, and how far the middle of the hull lies ahead of the antenna, by ship."""
    length = np.full(len(mmsi), np.nan)
    kind = np.full(len(mmsi), -1)
    ahead_m = np.full(len(mmsi), np.nan)
    if not len(statics) or not len(mmsi):
        return length, kind, ahead_m
    # the last said before the instant wins; statements after it only where there is none before
    late = statics.times > at
    age = np.abs((statics.times - at) / np.timedelta64(1, "ms"))
    order = np.lexsort((-age, ~late, statics.mmsi))
    for values, out in ((statics.length_m, length), (statics.ship_type, kind), (statics.bow_m, ahead_m)):
        good = order[np.asarray(values[order] >= 0) & np.isfinite(values[order].astype(np.float64))]
        place = np.searchsorted(statics.mmsi[good], mmsi, side="right") - 1
        there = (place >= 0) & (len(good) > 0)
        there[there] = statics.mmsi[good[place[there]]] == mmsi[there]
        out[there] = values[good[place[there]]]
    length[length <= 0] = np.nan
    return length, kind, ahead_m - length / 2.0
