"""What a simulated fleet broadcasts that is not so, and what is lost: silence, other names, false and jammed places.

Why beside the motion: the truth of where a ship was stays untouched, so that detectors can be held against it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo import distance
from ceasefire.testing.fleet_paths import KNOT_KM_S, Motion
from ceasefire.testing.fleet_radio import Heard, Receivers, velocity
from ceasefire.testing.fleet_ships import FLAGS, HOUR, Ship
from ceasefire.testing.fleet_trouble import Plant, Trouble

Array = NDArray[Any]

AIRPORTS = (
    (30.68, 46.43),
    (28.49, 44.36),
    (27.83, 43.23),
    (27.52, 42.57),
    (37.35, 45.00),
    (33.98, 45.05),
    (28.72, 41.27),
)
"""Inland places to which positions are moved: airports, as has been seen on all seas."""

GOOD, JUMP, COPY, SPOOFED, JAMMED, SHARED = 0, 1, 2, 3, 4, 5


@dataclass
class Broadcast:
    """What each hull says of itself, and when it says nothing."""

    mmsi: list[int]
    """First number of each hull."""
    off: list[tuple[int, float, float]] = field(default_factory=list)
    """Hull, first and last second of silence."""
    renamed: dict[int, tuple[float, int]] = field(default_factory=dict)
    """Hull to the second of its change and its new number."""
    shares: set[int] = field(default_factory=set)
    """Hulls that use another's number."""
    circles: list[tuple[int, float, float, float, float, float, float]] = field(default_factory=list)
    """Hull, first and last second, centre (lon, lat), radius in km, speed in knots."""
    moved: list[tuple[int, float, float, float, float]] = field(default_factory=list)
    """Hull, first and last second, place (lon, lat)."""
    displaced: list[tuple[float, float, float, float, float, float, float, bool]] = field(default_factory=list)
    """First and last second, disc (lon, lat, km), shift east and north in degrees, and whether all go to one place."""
    jammed: list[tuple[float, float, float, float, float, str]] = field(default_factory=list)
    """First and last second, disc (lon, lat, km), and `lost`, `flag` or `frozen`."""

    def number(self, hull: Array, t: Array) -> Array:
        """Give the MMSI that hulls use at instants, shape (n,)."""
        out = np.array(self.mmsi, dtype=np.int32)[hull]
        for k, (when, new) in self.renamed.items():
            out[(hull == k) & (t >= when)] = new
        return out

    def silent(self, hull: Array, t: Array) -> Array:
        """Tell whether transmitters are off, shape (n,)."""
        out = np.zeros(len(t), dtype=bool)
        for k, a, b in self.off:
            out |= (hull == k) & (t >= a) & (t <= b)
        return out


def _window(
    moves: Motion, who: Receivers, hull: int, hours: float, rng: np.random.Generator, *, moving: bool, heard: float
) -> float | None:
    """Draw a second from which a hull is at sea for some hours (moving, and heard well enough), None if never."""
    t = np.arange(0.0, moves.seconds, 600.0)
    lon, lat = moves.at(np.full(len(t), hull), t)
    step = distance.km(lon[:-1], lat[:-1], lon[1:], lat[1:]) / 600.0 / KNOT_KM_S
    good = np.append(np.isfinite(step) & ((step > 5.0) | (not moving)), False)
    chance = np.nan_to_num(who.chance(np.nan_to_num(lon), np.nan_to_num(lat), t)) * good
    n = max(int(hours * HOUR / 600.0), 1)
    if len(t) <= n + 12:
        return None
    sums = np.cumsum(np.append(0.0, good.astype(float))), np.cumsum(np.append(0.0, chance))
    first = np.arange(6, len(t) - n - 6)
    fits = (sums[0][first + n] - sums[0][first] == n) & (sums[1][first + n] - sums[1][first] >= heard * n)
    return float(t[rng.choice(first[fits])]) if fits.any() else None


def plan(
    moves: Motion, who: Receivers, fleet: list[Ship], free: list[int], trouble: Trouble, rng: np.random.Generator
) -> tuple[Broadcast, list[Plant]]:
    """Draw who is silent, renamed, false or jammed, and when; `free` are the hulls that nothing else was planted on."""
    said, plants = Broadcast([s.mmsi for s in fleet]), []
    left = [k for k in free if fleet[k].kind in {"cargo", "tanker", "container"}]
    rng.shuffle(left)

    def take(hours: float, *, moving: bool = True, heard: float = 0.0) -> tuple[int, float] | None:
        for k in left:
            first = _window(moves, who, k, hours, rng, moving=moving, heard=heard)
            if first is not None:
                left.remove(k)
                return k, first
        return None

    def note(kind: str, hull: int, a: float, b: float, *, others: tuple[int, ...] = (), said: str = "") -> None:
        lon, lat = moves.at([hull, hull], [a, b])
        radius = max(float(distance.km(lon[0], lat[0], lon[1], lat[1])) / 2, 0.5)
        plants.append(Plant(kind, hull, a, b, float(lon.mean()), float(lat.mean()), radius, others, said=said))

    for _ in range(trouble.gaps):
        if got := take(hours := float(rng.uniform(2.0, 12.0)), heard=0.05):
            said.off.append((got[0], got[1], got[1] + hours * HOUR))
            note("gap", got[0], got[1], got[1] + hours * HOUR)
    for _ in range(trouble.identities):
        if got := take(1.0, heard=0.2):
            new = int(rng.choice(FLAGS)) * 1_000_000 + int(rng.integers(1_000, 999_000))
            when = got[1] + 0.5 * HOUR
            said.renamed[got[0]] = (when, new)
            said.off.append((got[0], when - rng.uniform(60.0, 1800.0), when))
            note("identity.changed", got[0], when, when, others=(new,))
    for _ in range(trouble.shared):
        one, two = take(6.0, heard=0.2), take(6.0, heard=0.2)
        if one and two:
            said.mmsi[two[0]] = said.mmsi[one[0]]
            said.shares.add(two[0])
            plants.append(
                Plant("identity.shared", one[0], 0.0, moves.seconds, np.nan, np.nan, np.nan, said=f"hull {two[0]}")
            )
    for _ in range(trouble.circles):
        if got := take(hours := float(rng.uniform(2.0, 8.0)), moving=False, heard=0.3):
            x, y = AIRPORTS[int(rng.integers(len(AIRPORTS)))]
            radius, speed = float(rng.uniform(1.0, 8.0)), float(rng.uniform(8.0, 25.0))
            x, y = x + float(rng.normal(0, 0.3)), y + float(rng.normal(0, 0.3))
            said.circles.append((got[0], got[1], got[1] + hours * HOUR, x, y, radius, speed))
            note("spoofing.circle", got[0], got[1], got[1] + hours * HOUR, said=f"radius {radius:.1f} km")
    for _ in range(trouble.inland):
        if got := take(hours := float(rng.uniform(1.0, 8.0)), moving=False, heard=0.3):
            x, y = AIRPORTS[int(rng.integers(len(AIRPORTS)))]
            x, y = (
                (33.98, 45.05)
                if rng.random() < 0.3
                else (x - float(rng.uniform(0.1, 0.4)), y + float(rng.normal(0, 0.05)))
            )
            said.moved.append((got[0], got[1], got[1] + hours * HOUR, x, y))
            note("spoofing.inland", got[0], got[1], got[1] + hours * HOUR)
    _areas(said, plants, moves, who, trouble, rng)
    return said, plants


def _areas(
    said: Broadcast, plants: list[Plant], moves: Motion, who: Receivers, trouble: Trouble, rng: np.random.Generator
) -> None:
    """Draw where and when all ships are displaced or jammed."""
    for which in range(trouble.displaced + trouble.jammed):
        disc = _busy_disc(moves, who, rng, (60.0, 120.0) if which < trouble.displaced else (35.0, 80.0))
        first, last, lon, lat, radius = disc
        if which < trouble.displaced:
            same = bool(rng.random() < 0.4)
            x, y = AIRPORTS[int(rng.integers(len(AIRPORTS)))]
            away = distance.destination(lon, lat, rng.uniform(0, 360), rng.uniform(30.0, 250.0))
            shift = (x, y) if same else (float(away[0]) - lon, float(away[1]) - lat)
            said.displaced.append((*disc, *shift, same))
            plants.append(
                Plant("spoofing.displaced", -1, first, last, lon, lat, radius, said="to one place" if same else "")
            )
        else:
            how = str(rng.choice(["lost", "flag", "frozen"]))
            said.jammed.append((*disc, how))
            plants.append(Plant("jamming", -1, first, last, lon, lat, radius, said=how))


def _busy_disc(
    moves: Motion, who: Receivers, rng: np.random.Generator, size: tuple[float, float]
) -> tuple[float, float, float, float, float]:
    """Draw hours and a disc in which several ships are heard."""
    hulls = np.unique(moves.hull)
    best = (-1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for _ in range(12):
        length = float(rng.uniform(2.5, 8.0)) * HOUR
        first = float(rng.uniform(0.08, 0.95) * max(moves.seconds - length, 1.0))
        t = np.full(len(hulls), first + length / 2)
        lon, lat = moves.at(hulls, t)
        heard = np.nan_to_num(who.chance(np.nan_to_num(lon), np.nan_to_num(lat), t)) * np.isfinite(lon)
        if not heard.any():
            continue
        k = int(rng.choice(len(hulls), p=heard / heard.sum()))
        radius = float(rng.uniform(*size))
        count = float(heard[np.nan_to_num(distance.km(lon[k], lat[k], lon, lat), nan=9e9) < radius].sum())
        if count > best[0]:
            best = (count, first, first + length, float(lon[k]), float(lat[k]), radius)
        if count >= 8.0:
            break
    return best[1:]


@dataclass
class Received:
    """Received position reports in columns, before they become fixes."""

    hull: Array
    t: Array
    lon: Array
    lat: Array
    speed: Array
    course: Array
    accurate: Array
    flaw: Array
    """`GOOD`, `JUMP`, `COPY` by another station, `SPOOFED`, `JAMMED`, or `SHARED`: by a ship with another's number."""
    station: Array
    segment: Array


def received(
    moves: Motion, heard: Heard, said: Broadcast, trouble: Trouble, rng: np.random.Generator, *, precise: Array
) -> Received:
    """Say what the received messages hold: true positions with their errors, and the false ones.

    Parameters
    ----------
    precise
        Whether each hull's receiver of positions flags its fixes as better than 10 m, shape (hulls,).
    """
    on = ~said.silent(heard.hull, heard.t)
    hull, t, segment, station, second = (
        v[on] for v in (heard.hull, heard.t, heard.segment, heard.station, heard.second)
    )
    n = len(t)
    lon, lat = moves.at(hull, t)
    speed, course = velocity(moves, segment)
    flaw = np.where(np.isin(hull, list(said.shares)), SHARED, GOOD).astype(np.int8)
    accurate = precise[hull]
    true_lon, true_lat = lon.copy(), lat.copy()
    for k, a, b, x, y, radius, pace in said.circles:
        at = (hull == k) & (t >= a) & (t <= b)
        angle = np.degrees((t[at] - a) * pace * KNOT_KM_S / radius)
        lon[at], lat[at] = distance.destination(x, y, angle, radius)
        speed[at], course[at], flaw[at] = pace, (angle + 90.0) % 360.0, SPOOFED
    for k, a, b, x, y in said.moved:
        at = (hull == k) & (t >= a) & (t <= b)
        lon[at], lat[at] = distance.destination(
            x, y, rng.uniform(0, 360, at.sum()), np.abs(rng.normal(0, 0.15, at.sum()))
        )
        speed[at], flaw[at] = 0.1, SPOOFED
    for a, b, x, y, radius, east, north, one in said.displaced:
        at = (t >= a) & (t <= b) & (distance.km(x, y, true_lon, true_lat) < radius)
        lon[at] = east + rng.normal(0, 0.002, at.sum()) if one else lon[at] + east
        lat[at] = north + rng.normal(0, 0.002, at.sum()) if one else lat[at] + north
        flaw[at] = SPOOFED
    metres = np.full(n, 10.0 * trouble.noise) * np.where(accurate, 0.5, 1.0)
    for a, b, x, y, radius, how in said.jammed:
        at = np.flatnonzero((t >= a) & (t <= b) & (distance.km(x, y, true_lon, true_lat) < radius))
        flaw[at], accurate[at] = JAMMED, False
        if how == "lost":
            gone = at[rng.random(len(at)) < 0.8]
            lon[gone], lat[gone], speed[gone], course[gone] = np.nan, np.nan, np.nan, np.nan
        elif how == "flag":
            metres[at] = 400.0
        else:
            begins = np.diff(hull[at], prepend=-1) != 0
            stuck = at[np.flatnonzero(begins)][np.cumsum(begins) - 1] if len(at) else at
            lon[at], lat[at], metres[at] = lon[stuck], lat[stuck], 0.0
    north, east = rng.normal(0.0, 1.0, (2, n)) * metres / 1000.0 / distance.KM_PER_DEGREE
    lon, lat = lon + east / np.cos(np.radians(lat)), lat + north
    jumps = np.flatnonzero((rng.random(n) < trouble.jumps) & np.isfinite(lon))
    far = np.exp(rng.uniform(np.log(20.0), np.log(3000.0), len(jumps)))
    lon[jumps], lat[jumps] = distance.destination(lon[jumps], lat[jumps], rng.uniform(0, 360, len(jumps)), far)
    flaw[jumps] = JUMP
    speed = np.maximum(speed + rng.normal(0.0, 0.1 * trouble.noise, n), 0.0)
    course = (
        course + rng.normal(0.0, 1.0, n) * trouble.noise * np.clip(30.0 / np.maximum(speed, 0.2), 1.0, 90.0)
    ) % 360.0
    copies = np.flatnonzero((second > 0) & (rng.random(n) < trouble.duplicates * 2.0))
    columns = hull, t, lon, lat, speed, course, accurate, flaw, station, segment
    both = [np.concatenate([v, v[copies]]) for v in columns]
    both[1][n:] += rng.uniform(0.0, 1.5, len(copies))
    both[7][n:], both[8][n:] = np.where(flaw[copies] == GOOD, COPY, flaw[copies]), second[copies]
    return Received(*both)
