"""Which ships a simulated fleet has, and how each moves: planted ones first, ordinary ones after them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ceasefire.testing import fleet_paths as paths
from ceasefire.testing import fleet_plants as plants
from ceasefire.testing import fleet_ships as ships
from ceasefire.testing.fleet_lanes import PORTS
from ceasefire.testing.fleet_trouble import Plant, Trouble

_WORK: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "": (("tanker", "tanker", "cargo"), ("tanker", "cargo")),
    "service": (("tug",), ("tanker", "cargo")),
    "trawl": (("fishing",), ("fishing",)),
}


@dataclass
class Hulls:
    """All hulls of a fleet, by number."""

    seconds: float
    """Length of the simulation."""
    crew: list[ships.Ship] = field(default_factory=list)
    """The ship of each."""
    tracks: list[paths.Path] = field(default_factory=list)
    """How each moves."""
    planted: list[Plant] = field(default_factory=list)
    """What planted ones do."""
    free: list[int] = field(default_factory=list)
    """Hulls that nothing was planted on."""
    beacons: list[tuple[int, float, float]] = field(default_factory=list)
    """Hulls of distress transmitters, with first and last second of silence: two rows each."""
    dark: list[int] = field(default_factory=list)
    """Hulls that never broadcast."""
    taken: set[int] = field(default_factory=set)
    """MMSI given out."""

    def ship(self, rng: np.random.Generator, *kinds: str) -> int:
        """Draw a ship of one of some kinds, and give the number of its hull."""
        self.crew.append(ships.ship(rng, str(rng.choice(kinds)), len(self.crew), self.taken))
        return len(self.crew) - 1

    def beacon(self, rng: np.random.Generator, span: tuple[float, float], at: tuple[float, float], status: int) -> int:
        """Draw a distress transmitter that drifts and sends from the first second of a span to the last."""
        k = self.ship(rng, "yacht")
        self.crew[k] = self.crew[k]._replace(
            kind="beacon", mmsi=970_000_000 + int(rng.integers(1_000_000)), imo=0, class_b=False, reports_status=True,
            name="SART ACTIVE" if status == 14 else "SART TEST",
        )  # fmt: skip
        path = paths.Path(now=span[0] - 60.0, here=at)
        path.add(np.array([span[0] - 60.0]), np.array([at[0]]), np.array([at[1]]), status)
        paths.drift(path, span[1] - span[0] + 120.0, rng=rng, speed_kn=0.7, reach_km=6.0, status=status)
        self.tracks.append(path)
        self.beacons += [(k, -1.0, span[0]), (k, span[1], self.seconds + 1.0)]
        return k


def hulls(seed: int, count: int, seconds: float, trouble: Trouble) -> Hulls:
    """Draw the ships and how they move; each has random numbers of its own, so that more trouble changes no other.

    Parameters
    ----------
    count
        Hulls; more where the trouble needs more.
    seconds
        Length of the simulation.
    """
    all_ = Hulls(seconds)
    _pairs(all_, seed, trouble)
    _alone(all_, seed, trouble)
    _calls_for_help(all_, seed, trouble)
    names, share = list(ships.KINDS), np.array([k.share for k in ships.KINDS.values()])
    false = trouble.gaps + trouble.identities + 2 * trouble.shared + trouble.circles + trouble.inland
    for number in range(max(count - len(all_.crew), trouble.dark + 2 * false)):
        rng = np.random.default_rng([seed, 40, number])
        k = all_.ship(rng, str(rng.choice(names, p=share)))
        all_.tracks.append(ships.ordinary(all_.crew[k], seconds, rng))
        (all_.dark if number < trouble.dark else all_.free).append(k)
    return all_


def _pairs(all_: Hulls, seed: int, trouble: Trouble) -> None:
    for number, work in enumerate(
        [""] * trouble.rendezvous + ["service"] * trouble.services + ["trawl"] * trouble.trawls
    ):
        rng = np.random.default_rng([seed, 20, number])
        two = all_.ship(rng, *_WORK[work][0]), all_.ship(rng, *_WORK[work][1])
        both, found = plants.meet((all_.crew[two[0]], all_.crew[two[1]]), two, all_.seconds, rng, work=work)
        all_.tracks += both
        all_.planted += found


def _alone(all_: Hulls, seed: int, trouble: Trouble) -> None:
    for number in range(5 * trouble.crowds):
        rng = np.random.default_rng([seed, 29, number // 5])
        lon, lat = plants.open_sea(rng)[0]
        about = (float(lon), float(lat), float(rng.uniform(0.2, 0.6) * all_.seconds))
        rng = np.random.default_rng([seed, 28, number])
        k = all_.ship(rng, "cargo", "tanker")
        track, found = plants.loiter(all_.crew[k], k, all_.seconds, rng, about=about)
        all_.tracks.append(track)
        all_.planted += found
    single = [(plants.loiter, trouble.loiterers), (plants.visit, trouble.port_calls), (plants.cross, trouble.entries)]
    single += [(plants.dash, trouble.dashes), (plants.detour, trouble.detours)]
    for stream, (how, times) in enumerate(single):
        for number in range(times):
            rng = np.random.default_rng([seed, 21 + stream, number])
            k = all_.ship(rng, "cargo", "tanker")
            track, found = how(all_.crew[k], k, all_.seconds, rng)
            all_.tracks.append(track)
            all_.planted += found


def _calls_for_help(all_: Hulls, seed: int, trouble: Trouble) -> None:
    for number in range(trouble.stops + trouble.distress):
        rng = np.random.default_rng([seed, 30, number])
        k = all_.ship(rng, "cargo", "tanker")
        track, found = plants.halt(all_.crew[k], k, all_.seconds, rng, hours=float(rng.uniform(1.0, 5.0)))
        all_.tracks.append(track)
        all_.planted += found
        if number >= trouble.stops:
            one = found[0]
            first = one.first + 120.0
            b = all_.beacon(rng, (first, one.last), (one.lon, one.lat), 14)
            all_.planted.append(Plant("distress", b, first, one.last, one.lon, one.lat, 3.0, (k,)))
    for number in range(trouble.beacon_tests + trouble.beacon_slips):
        rng = np.random.default_rng([seed, 31, number])
        port = PORTS[int(rng.integers(8))]
        first = float(rng.uniform(0.1, 0.9) * all_.seconds)
        status, longest = (15, 600.0) if number < trouble.beacon_tests else (14, 300.0)
        last = first + float(rng.uniform(60.0, longest))
        all_.beacon(rng, (first, last), ships.pick(rng, ships.berths(port)), status)
