"""Which ships a simulated fleet has, and how each moves: planted ones first, ordinary ones after them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ceasefire.testing import fleet_paths as paths
from ceasefire.testing import fleet_plants as plants
from ceasefire.testing import fleet_ships as ships
from ceasefire.testing.fleet_lanes import PORTS
from ceasefire.testing.fleet_plants import Plant, Trouble


class Hulls(NamedTuple):
    """All hulls of a fleet, by number."""

    crew: list[ships.Ship]
    """The ship of each."""
    tracks: list[paths.Path]
    """How each moves."""
    planted: list[Plant]
    """What planted ones do."""
    free: list[int]
    """Hulls that nothing was planted on."""
    beacons: list[tuple[int, float, float]]
    """Hulls of distress transmitters, with first and last second of silence."""
    dark: list[int]
    """Hulls that never broadcast."""


def hulls(
    seed: int, count: int, seconds: float, trouble: Trouble
) -> tuple[list[ships.Ship], list[paths.Path], list[Plant], list[int], list[tuple[int, float, float]], list[int]]:
    """Draw the ships and how they move: planted ones first, ordinary ones after them."""
    taken: set[int] = set()
    crew: list[ships.Ship] = []
    tracks: list[paths.Path] = []
    planted: list[Plant] = []
    beacons: list[tuple[int, float, float]] = []

    def ship(rng: np.random.Generator, *kinds: str) -> int:
        crew.append(ships.ship(rng, str(rng.choice(kinds)), len(crew), taken))
        return len(crew) - 1

    def beacon(rng: np.random.Generator, first: float, last: float, at: tuple[float, float], status: int) -> int:
        k = ship(rng, "yacht")
        number = 970_000_000 + int(rng.integers(1_000_000))
        crew[k] = crew[k]._replace(
            kind="beacon", mmsi=number, imo=0, name="", callsign="", class_b=False, reports_status=True
        )
        path = paths.Path(now=first - 60.0, here=at)
        path.add(np.array([first - 60.0]), np.array([at[0]]), np.array([at[1]]), status)
        paths.drift(path, last - first + 120.0, rng=rng, speed_kn=0.7, reach_km=6.0, status=status)
        tracks.append(path)
        beacons.extend([(k, -1.0, first), (k, last, seconds + 1.0)])
        return k

    for number in range(trouble.rendezvous + trouble.services):
        rng = np.random.default_rng([seed, 20, number])
        service = number >= trouble.rendezvous
        two = ship(rng, *(("tug",) if service else ("tanker", "tanker", "cargo"))), ship(rng, "tanker", "cargo")
        both, found = plants.meet((crew[two[0]], crew[two[1]]), two, seconds, rng, service=service)
        tracks += both
        planted += found
    single = [(plants.loiter, trouble.loiterers), (plants.visit, trouble.port_calls), (plants.cross, trouble.entries)]
    single += [(plants.dash, trouble.dashes), (plants.detour, trouble.detours)]
    for stream, (how, times) in enumerate(single):
        for number in range(times):
            rng = np.random.default_rng([seed, 21 + stream, number])
            k = ship(rng, "cargo", "tanker")
            track, found = how(crew[k], k, seconds, rng)
            tracks.append(track)
            planted += found
    for number in range(trouble.stops + trouble.distress):
        rng = np.random.default_rng([seed, 30, number])
        k = ship(rng, "cargo", "tanker")
        track, found = plants.halt(crew[k], k, seconds, rng, hours=float(rng.uniform(1.0, 5.0)))
        tracks.append(track)
        planted += found
        if number >= trouble.stops:
            one = found[0]
            b = beacon(rng, one.first + 120.0, one.last, (one.lon, one.lat), 14)
            planted.append(Plant("distress", b, one.first + 120.0, one.last, one.lon, one.lat, 3.0, (k,)))
    for number in range(trouble.beacon_tests):
        rng = np.random.default_rng([seed, 31, number])
        port = PORTS[int(rng.integers(8))]
        first = float(rng.uniform(0.1, 0.9) * seconds)
        beacon(rng, first, first + float(rng.uniform(120.0, 600.0)), ships.pick(rng, ships.berths(port)), 15)
    dark: list[int] = []
    names, share = list(ships.KINDS), np.array([k.share for k in ships.KINDS.values()])
    free: list[int] = []
    for number in range(max(count - len(crew), trouble.dark)):
        rng = np.random.default_rng([seed, 40, number])
        k = ship(rng, str(rng.choice(names, p=share)))
        tracks.append(ships.ordinary(crew[k], seconds, rng))
        (dark if number < trouble.dark else free).append(k)
    return crew, tracks, planted, free, beacons, dark
