"""Kinds of simulated ships, what they say of themselves, and what each kind does on an ordinary day.

Ships are invented: names begin with SIM, IMO numbers with 2 (a range not given out), MMSI have the country digits of
real flags and drawn numbers.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo import distance, regions
from ceasefire.testing import fleet_paths as paths
from ceasefire.testing.fleet_lanes import ANCHORAGES, FISHING, PASSAGES, PORTS, WEST, Place
from ceasefire.testing.fleet_paths import Path

Array = NDArray[Any]
HOUR = 3600.0


class Kind(NamedTuple):
    """A kind of ship."""

    share: float
    """Of the fleet."""
    ship_type: int
    """Type of ship and cargo of ITU-R M.1371, table 53."""
    length_m: tuple[float, float]
    """Shortest and longest."""
    speed_kn: tuple[float, float]
    """Mean and standard deviation of the service speed over ships."""
    class_b: float
    """Share that carries a class B transponder."""


KINDS: dict[str, Kind] = {
    "cargo": Kind(0.42, 70, (85.0, 230.0), (11.3, 1.2), 0.0),
    "tanker": Kind(0.19, 80, (110.0, 274.0), (11.8, 1.0), 0.0),
    "container": Kind(0.05, 71, (140.0, 300.0), (16.0, 1.5), 0.0),
    "ferry": Kind(0.04, 60, (100.0, 190.0), (17.0, 1.5), 0.0),
    "fishing": Kind(0.14, 30, (14.0, 45.0), (8.5, 1.0), 0.5),
    "tug": Kind(0.06, 52, (22.0, 38.0), (9.0, 1.0), 0.0),
    "pilot": Kind(0.03, 50, (12.0, 20.0), (16.0, 2.0), 0.0),
    "navy": Kind(0.02, 35, (50.0, 120.0), (14.0, 1.5), 0.0),
    "yacht": Kind(0.05, 37, (9.0, 24.0), (9.0, 2.5), 1.0),
}
"""Shares of the fleet add up to one."""

FLAGS = (272, 273, 271, 264, 207, 213, 351, 636, 248, 538, 308, 511, 677)
"""Maritime identification digits: Ukraine, Russia, Turkey, Romania, Bulgaria, Georgia and flags of convenience."""
_WORDS: tuple[str, ...] = (
    "AMBER",
    "BIRCH",
    "CORAL",
    "DELTA",
    "EMBER",
    "FJORD",
    "GANNET",
    "HERON",
    "IRIS",
    "JUNIPER",
    "KESTREL",
    "LINDEN",
)
_WORDS += (
    "MARLIN",
    "NIMBUS",
    "OSPREY",
    "PETREL",
    "QUARTZ",
    "ROWAN",
    "SABLE",
    "TEAL",
    "UMBER",
    "VESPER",
    "WILLOW",
    "ZEPHYR",
)


class Ship(NamedTuple):
    """An invented ship."""

    kind: str
    mmsi: int
    imo: int
    name: str
    callsign: str
    length_m: float
    beam_m: float
    bow_m: float
    draught_m: float
    speed_kn: float
    class_b: bool
    reports_status: bool
    """Whether it sets its navigational status with care; class B has none."""


def ship(rng: np.random.Generator, kind: str, number: int, taken: set[int]) -> Ship:
    """Draw a ship of a kind; its MMSI is none of those taken, and is added to them."""
    k = KINDS[kind]
    mmsi = 0
    while mmsi in taken or not mmsi:
        mmsi = int(rng.choice(FLAGS)) * 1_000_000 + int(rng.integers(1_000, 999_000))
    taken.add(mmsi)
    six = 200_000 + int(rng.integers(0, 99_999))
    imo = six * 10 + sum(int(d) * w for d, w in zip(str(six), range(7, 1, -1), strict=True)) % 10
    length = float(np.round(rng.uniform(*k.length_m)))
    class_b = bool(rng.random() < k.class_b)
    speed = float(np.clip(rng.normal(*k.speed_kn), k.speed_kn[0] * 0.7, k.speed_kn[0] * 1.4))
    beam, bow = float(np.round(length / rng.uniform(5.5, 7.0) + 2)), float(np.round(length * rng.uniform(0.15, 0.85)))
    draught = float(np.round(length * rng.uniform(0.035, 0.055), 1))
    small = kind in {"yacht", "pilot"} or class_b
    name = f"SIM {_WORDS[number % len(_WORDS)]} {number}"
    return Ship(
        kind, mmsi, 0 if small else imo, name, f"S{number:04d}", length, beam, bow, draught, speed, class_b,
        not class_b and bool(rng.random() < 0.92),
    )  # fmt: skip


@cache
def berths(port: Place) -> Array:
    """Give places at sea within a port's disc where ships moor, shape (berths, 2)."""
    return _wet(port, 0.5, 16)


@cache
def roads(anchorage: Place) -> Array:
    """Give places in an anchorage where ships anchor, shape (places, 2)."""
    return _wet(anchorage, 0.8, 30)


def _wet(place: Place, share: float, most: int) -> Array:
    """Give the points of a sunflower in a disc that lie in the sea."""
    k = np.arange(1, 80)
    r, turn = share * place.radius_km * np.sqrt(k / 80.0), k * 137.508
    lon, lat = distance.destination(place.lon, place.lat, turn, r)
    sea = np.flatnonzero(~regions.on_region(lon, lat))
    sea = sea[np.linspace(0, len(sea) - 1, min(most, len(sea))).astype(int)]
    return np.stack([lon[sea], lat[sea]], axis=1)


def near(place: Place, among: tuple[Place, ...]) -> Place:
    """Give the nearest of some places."""
    return min(among, key=lambda p: float(distance.km(place.lon, place.lat, p.lon, p.lat)))


def pick(rng: np.random.Generator, points: Array) -> tuple[float, float]:
    """Draw one of some points."""
    k = int(rng.integers(len(points)))
    return float(points[k, 0]), float(points[k, 1])


def port_for(rng: np.random.Generator, *, but: str = "", passages: bool = True) -> Place:
    """Draw a port, the western ones three times as likely, the Bosphorus six times."""
    some = [p for p in PORTS if p.id != but and (passages or p.id not in PASSAGES)]
    weight = np.array([6.0 if p.id == "bosphorus" else 3.0 if PORTS.index(p) < WEST else 1.0 for p in some])
    return some[int(rng.choice(len(some), p=weight / weight.sum()))]


def call(path: Path, port: Place, hours: float, rng: np.random.Generator) -> None:
    """Stay at a port where the path has arrived, or leave the sea where it is a passage."""
    first = path.now
    if port.id in PASSAGES:
        paths.leave(path, hours * HOUR)
        return
    paths.stay(path, hours * HOUR, rng=rng)
    path.calls.append((port.id, first, path.now))


def begin(rng: np.random.Generator, port: Place, at: float) -> Path:
    """Start a path at a berth."""
    path = Path(now=at)
    path.here = pick(rng, berths(port))
    path.add(np.array([at]), np.array([path.here[0]]), np.array([path.here[1]]), paths.MOORED)
    return path


def trade(path: Path, ship: Ship, port: Place, until: float, rng: np.random.Generator) -> None:
    """Sail from port to port as cargo ships do, some waiting in the roads, until an instant (seconds)."""
    while path.now < until:
        call(path, port, rng.uniform(6.0, 30.0), rng)
        port = port_for(rng, but=port.id)
        road = near(port, ANCHORAGES)
        if rng.random() < 0.4 and distance.km(port.lon, port.lat, road.lon, road.lat) < 40.0:
            paths.sail(path, pick(rng, roads(road)), speed_kn=ship.speed_kn, rng=rng)
            wait = rng.uniform(3.0, 20.0) * HOUR
            paths.stay(path, wait, rng=rng, status=paths.ANCHORED, swing_km=0.05 + ship.length_m / 1000)
            paths.sail(path, pick(rng, berths(port)), speed_kn=ship.speed_kn * 0.6, rng=rng)
        else:
            paths.sail(path, pick(rng, berths(port)), speed_kn=ship.speed_kn, rng=rng)


def shuttle(path: Path, ship: Ship, ends: tuple[Place, Place], until: float, rng: np.random.Generator) -> None:
    """Go to and fro between two ports as ferries do."""
    leg = 0
    while path.now < until:
        call(path, ends[leg % 2], rng.uniform(1.5, 3.0), rng)
        leg += 1
        paths.sail(path, pick(rng, berths(ends[leg % 2])), speed_kn=ship.speed_kn, rng=rng, aside_km=0.6)


def fish(path: Path, ship: Ship, ground: Place, port: Place, until: float, rng: np.random.Generator) -> None:
    """Go out to a fishing ground, trawl there for hours, come back and rest."""
    while path.now < until:
        call(path, port, rng.uniform(4.0, 14.0), rng)
        lon, lat = distance.destination(
            ground.lon, ground.lat, rng.uniform(0, 360), ground.radius_km * rng.random() ** 0.5 * 0.8
        )
        paths.sail(path, (float(lon), float(lat)), speed_kn=ship.speed_kn, rng=rng)
        status = paths.FISHING if rng.random() < 0.8 else paths.UNDER_WAY
        hours, pace = rng.uniform(6.0, 20.0), rng.uniform(2.3, 4.2)
        paths.drift(path, hours * HOUR, rng=rng, speed_kn=pace, reach_km=rng.uniform(4.0, 12.0), status=status)
        paths.sail(path, pick(rng, berths(port)), speed_kn=ship.speed_kn, rng=rng)


def serve(path: Path, ship: Ship, port: Place, until: float, rng: np.random.Generator) -> None:
    """Go out to the roads of a port and back, as tugs and pilots do."""
    road = near(port, ANCHORAGES)
    while path.now < until:
        call(path, port, rng.uniform(0.5, 5.0), rng)
        paths.sail(path, pick(rng, roads(road)), speed_kn=ship.speed_kn, rng=rng, aside_km=0.5)
        paths.drift(path, rng.uniform(0.3, 1.5) * HOUR, rng=rng, speed_kn=1.5, reach_km=1.0)
        paths.sail(path, pick(rng, berths(port)), speed_kn=ship.speed_kn, rng=rng, aside_km=0.5)


def patrol(path: Path, ship: Ship, port: Place, until: float, rng: np.random.Generator) -> None:
    """Go out to places at sea and back, as coast guards and navies do."""
    while path.now < until:
        call(path, port, rng.uniform(5.0, 30.0), rng)
        for _ in range(3):
            ground = FISHING[int(rng.integers(len(FISHING)))]
            lon, lat = distance.destination(
                ground.lon, ground.lat, rng.uniform(0, 360), ground.radius_km * rng.random()
            )
            paths.sail(path, (float(lon), float(lat)), speed_kn=ship.speed_kn, rng=rng, aside_km=3.0)
        paths.sail(path, pick(rng, berths(port)), speed_kn=ship.speed_kn, rng=rng)


def ordinary(ship: Ship, until: float, rng: np.random.Generator) -> Path:
    """Draw a path of a ship that does nothing but its trade, from before second 0 until an instant."""
    at = -rng.uniform(0.0, 60.0) * HOUR
    port = port_for(rng, passages=ship.kind in {"cargo", "tanker", "container"})
    if ship.kind == "fishing":
        ground = FISHING[int(rng.integers(len(FISHING)))]
        port = near(ground, tuple(p for p in PORTS if p.id not in PASSAGES))
        path = begin(rng, port, at)
        fish(path, ship, ground, port, until, rng)
    elif ship.kind in {"tug", "pilot"}:
        path = begin(rng, port, at / 4)
        serve(path, ship, port, until, rng)
    elif ship.kind == "navy":
        path = begin(rng, port, at)
        patrol(path, ship, port, until, rng)
    elif ship.kind == "ferry":
        path = begin(rng, port, at)
        shuttle(path, ship, (port, port_for(rng, but=port.id, passages=False)), until, rng)
    else:
        path = begin(rng, port, at)
        trade(path, ship, port, until, rng)
    return path
