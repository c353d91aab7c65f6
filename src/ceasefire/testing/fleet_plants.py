"""Planted behaviour: what some simulated ships do besides their trade, and where and when.

Each plant here changes how a ship moves; what changes what is broadcast stands in `fleet_false`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo import distance, regions
from ceasefire.testing import fleet_paths as paths
from ceasefire.testing import fleet_ships as ships
from ceasefire.testing.fleet_lanes import ANCHORAGES, FISHING, PORTS, WEST
from ceasefire.testing.fleet_paths import KNOT_KM_S, Path
from ceasefire.testing.fleet_radio import STATIONS
from ceasefire.testing.fleet_ships import HOUR, Ship
from ceasefire.testing.fleet_trouble import Plant

Array = NDArray[Any]


def open_sea(rng: np.random.Generator, *, port_km: float = 28.0, n: int = 1) -> Array:
    """Draw places in the western sea, away from ports and land, six in ten within a station's range; (n, 2)."""
    found: list[tuple[float, float]] = []
    places = np.array([(p.lon, p.lat) for p in (*PORTS, *ANCHORAGES)])
    stations = np.array(STATIONS)
    near = rng.random(n) < 0.6
    while len(found) < n:
        lon, lat = rng.uniform(28.3, 34.5), rng.uniform(41.7, 46.2)
        around = distance.destination(lon, lat, np.arange(0, 360, 45.0), 12.0)
        if distance.km(lon, lat, places[:, 0], places[:, 1]).min() < port_km:
            continue
        if near[len(found)] and not (distance.km(lon, lat, stations[:, 0], stations[:, 1]) < stations[:, 2]).any():
            continue
        if not regions.on_region(np.append(around[0], lon), np.append(around[1], lat)).any():
            found.append((float(lon), float(lat)))
    return np.array(found)


def _arrive(ship: Ship, at: tuple[float, float], when: float, rng: np.random.Generator) -> Path:
    """Begin at a port so that the ship arrives at a place at sea at about an instant."""
    port = PORTS[int(rng.integers(WEST))]
    trial = ships.begin(rng, port, 0.0)
    paths.sail(trial, at, speed_kn=ship.speed_kn, rng=rng)
    path = ships.begin(rng, port, min(when - trial.now - rng.uniform(0, 20) * HOUR, -1.0))
    first = path.now
    paths.stay(path, max(when - trial.now - path.now, 60.0), rng=rng)
    path.calls.append((port.id, first, path.now))
    paths.sail(path, at, speed_kn=ship.speed_kn, rng=rng)
    return path


def _go_on(path: Path, ship: Ship, until: float, rng: np.random.Generator) -> None:
    port = ships.port_for(rng)
    paths.sail(path, ships.pick(rng, ships.berths(port)), speed_kn=ship.speed_kn, rng=rng)
    ships.trade(path, ship, port, until, rng)


def meet(
    pair: tuple[Ship, Ship], numbers: tuple[int, int], seconds: float, rng: np.random.Generator, *, work: str = ""
) -> tuple[list[Path], list[Plant]]:
    """Let two ships come to one place at sea, drift side by side, and part.

    Parameters
    ----------
    pair, numbers
        The ships and the numbers of their hulls.
    seconds
        Length of the simulation.
    work
        `service`: a tug that meets a ship off a port for 20 to 60 minutes; `trawl`: two boats that fish side by side
        for hours. Both are ordinary work and no rendezvous.
    """
    apart = rng.uniform(0.02, 0.09) + (pair[0].beam_m + pair[1].beam_m) / 2000.0
    slow, reach, hours, status = rng.uniform(0.2, 1.8), 3.0, float(rng.uniform(1.0, 6.0)), paths.UNDER_WAY
    if work == "service":
        road = ANCHORAGES[int(rng.integers(len(ANCHORAGES) - 3))]
        at = _off(road.lon, road.lat, road.radius_km + rng.uniform(2.0, 12.0), rng)
        hours = float(rng.uniform(0.4, 1.0))
    elif work == "trawl":
        ground = FISHING[int(rng.integers(len(FISHING)))]
        at = _off(ground.lon, ground.lat, ground.radius_km * rng.uniform(0.1, 0.7), rng)
        apart, slow, reach, hours, status = (
            rng.uniform(0.15, 0.5),
            rng.uniform(2.2, 3.4),
            9.0,
            rng.uniform(4, 10),
            paths.FISHING,
        )
    else:
        at = (float((p := open_sea(rng))[0, 0]), float(p[0, 1]))
    when = rng.uniform(0.15, 0.85) * (seconds - hours * HOUR)
    a = _arrive(pair[0], at, when, rng)
    begin = a.now
    wait = rng.uniform(0.1, 1.2) * HOUR * (0.3 if work == "service" else 1.0)
    paths.drift(a, wait + hours * HOUR, rng=rng, speed_kn=slow, reach_km=reach, status=status)
    t, lon, lat = a.t[-1], a.lon[-1], a.lat[-1]
    met = begin + wait
    there = float(np.interp(met, t, lon)), float(np.interp(met, t, lat))
    turn = rng.uniform(0, 360)
    beside = tuple(float(v) for v in distance.destination(*there, turn, apart))
    b = _arrive(pair[1], (beside[0], beside[1]), met, rng)
    first, last = max(met, b.now), float(t[-1])
    keep = (t > b.now + 60.0) & (t <= last)
    if b.now < last - 600.0 and keep.any():
        step = np.arange(keep.sum())
        far = apart * (1.0 + 0.1 * np.sin(step / 7.0) + rng.normal(0.0, 0.04, len(step)))
        x, y = distance.destination(lon[keep], lat[keep], turn + 6.0 * np.sin(step / 9.0), far)
        b.add(t[keep], x, y, status)
    _go_on(a, pair[0], seconds, rng)
    _go_on(b, pair[1], seconds, rng)
    plant = Plant("rendezvous", numbers[0], first, last, *there, 1.0, (numbers[1],), said=f"{apart * 1000:.0f} m apart")
    return [a, b], [] if work or last - first < 1800.0 else [plant]


def _off(lon: float, lat: float, km: float, rng: np.random.Generator) -> tuple[float, float]:
    """Give a wet place at a distance from another."""
    for turn in rng.permutation(np.arange(0.0, 360.0, 15.0)):
        x, y = distance.destination(lon, lat, turn, km)
        around = distance.destination(x, y, np.arange(0, 360, 60.0), 4.0)
        if not regions.on_region(np.append(around[0], x), np.append(around[1], y)).any():
            return float(x), float(y)
    raise ValueError(f"no sea within {km} km of {lon}, {lat}")


def loiter(
    ship: Ship,
    number: int,
    seconds: float,
    rng: np.random.Generator,
    *,
    about: tuple[float, float, float] | None = None,
) -> tuple[Path, list[Plant]]:
    """Let a ship drift about one place at sea for hours; `about` is a place and an instant (s) shared by a crowd."""
    if about is None:
        place = open_sea(rng)[0]
        at, when = (float(place[0]), float(place[1])), rng.uniform(0.1, 0.6) * seconds
    else:
        x, y = distance.destination(about[0], about[1], rng.uniform(0, 360), 2.5 * rng.random() ** 0.5)
        at, when = (float(x), float(y)), about[2] + rng.normal(0.0, 3.0) * HOUR
    hours = float(rng.uniform(4.0, 20.0))
    path = _arrive(ship, at, when, rng)
    first, reach = path.now, float(rng.uniform(1.0, 4.0))
    paths.drift(path, hours * HOUR, rng=rng, speed_kn=rng.uniform(0.4, 1.6), reach_km=reach)
    last = path.now
    _go_on(path, ship, seconds, rng)
    return path, [Plant("loitering", number, first, last, float(at[0]), float(at[1]), reach)]


def visit(ship: Ship, number: int, seconds: float, rng: np.random.Generator) -> tuple[Path, list[Plant]]:
    """Let a ship come from a port to another, stay a while, and go on (its calls are noted as all calls are)."""
    port = ships.port_for(rng, passages=False)
    path = _arrive(ship, ships.pick(rng, ships.berths(port)), rng.uniform(0.2, 0.6) * seconds, rng)
    ships.call(path, port, rng.uniform(2.0, 12.0), rng)
    _go_on(path, ship, seconds, rng)
    return path, []


def cross(ship: Ship, number: int, seconds: float, rng: np.random.Generator) -> tuple[Path, list[Plant]]:
    """Let a ship cross the corridor from the open sea to a western port (crossings are found from the true tracks)."""
    at = open_sea(rng)[0]
    path = _arrive(ship, (float(at[0]), float(at[1])), rng.uniform(0.1, 0.5) * seconds, rng)
    port, now = PORTS[int(rng.integers(3, 6))], path.now
    paths.sail(path, ships.pick(rng, ships.berths(port)), speed_kn=ship.speed_kn, rng=rng)
    ships.trade(path, ship, port, seconds, rng)
    return path, _turned(path, number, now)


def _turned(path: Path, number: int, when: float) -> list[Plant]:
    """Give a turn of more than 60 degrees between two legs: no lane explains it."""
    t, lon, lat = (np.concatenate(v) for v in (path.t, path.lon, path.lat))
    x, y = (np.interp(when + np.array([-900.0, 0.0, 900.0]), t, v) for v in (lon, lat))
    way = np.degrees(np.arctan2(np.diff(x) * np.cos(np.radians(y[:2])), np.diff(y)))
    turn = float((way[1] - way[0] + 180.0) % 360.0 - 180.0)
    if not abs(turn) > 60.0:
        return []
    return [Plant("course", number, when - 600, when + 600, x[1], y[1], 3.0, said=f"turned by {turn:.0f} degrees")]


def halt(
    ship: Ship, number: int, seconds: float, rng: np.random.Generator, *, hours: float
) -> tuple[Path, list[Plant]]:
    """Let a ship under way stop at once, drift for some hours, and go on."""
    at = open_sea(rng, port_km=30.0)[0]
    path = _fast_until(ship, (float(at[0]), float(at[1])), rng.uniform(0.15, 0.75) * seconds, rng)
    first = path.now
    paths.drift(path, hours * HOUR, rng=rng, speed_kn=rng.uniform(0.2, 0.8), reach_km=3.0)
    last = path.now
    _go_on(path, ship, seconds, rng)
    return path, [Plant("stop", number, first, last, float(at[0]), float(at[1]), 2.0)]


def _fast_until(ship: Ship, at: tuple[float, float], when: float, rng: np.random.Generator) -> Path:
    """Sail to a place without slowing down before it: the last knots are taken at full speed."""
    path = _arrive(ship, at, when, rng)
    t = path.t[-1]
    near = t > t[-1] - 2.0 * HOUR
    lon, lat = path.lon[-1][near], path.lat[-1][near]
    step = distance.km(lon[:-1], lat[:-1], lon[1:], lat[1:]) / (ship.speed_kn * KNOT_KM_S)
    t[near] = t[near][0] + np.append(0.0, np.cumsum(step))
    path.now = float(t[-1])
    return path


def dash(ship: Ship, number: int, seconds: float, rng: np.random.Generator) -> tuple[Path, list[Plant]]:
    """Let a ship go at nearly twice its speed for half an hour to two hours."""
    at = open_sea(rng, port_km=50.0)[0]
    path = _fast_until(ship, (float(at[0]), float(at[1])), rng.uniform(0.15, 0.7) * seconds, rng)
    first, pace = path.now, float(rng.uniform(1.6, 2.0)) * ship.speed_kn
    goal = open_sea(rng, port_km=30.0)[0]
    trial = Path(now=first, here=path.here)
    paths.sail(trial, (float(goal[0]), float(goal[1])), speed_kn=pace, rng=rng)
    hours = min(float(rng.uniform(0.5, 2.0)), 0.6 * (trial.now - first) / HOUR)
    cut = max(int(np.searchsorted(trial.t[0], first + hours * HOUR)), 2)
    path.add(trial.t[0][:cut], trial.lon[0][:cut], trial.lat[0][:cut], paths.UNDER_WAY)
    last = path.now
    _go_on(path, ship, seconds, rng)
    plant = Plant("speed", number, first, last, *path_middle(trial, cut), 20.0, said=f"{pace:.1f} kn")
    return path, [plant, *_turned(path, number, first), *_turned(path, number, last)]


def path_middle(path: Path, cut: int) -> tuple[float, float]:
    """Give the place in the middle of the last leg's first knots."""
    return float(path.lon[-1][cut // 2]), float(path.lat[-1][cut // 2])


def detour(ship: Ship, number: int, seconds: float, rng: np.random.Generator) -> tuple[Path, list[Plant]]:
    """Let a ship turn off its lane by 70 to 120 degrees, go 15 to 30 km, turn back to the lane and go on."""
    for _ in range(40):
        at = open_sea(rng, port_km=60.0)[0]
        path = _fast_until(ship, (float(at[0]), float(at[1])), rng.uniform(0.15, 0.7) * seconds, rng)
        lon, lat = path.lon[-1][-4:], path.lat[-1][-4:]
        course = np.degrees(np.arctan2((lon[-1] - lon[0]) * np.cos(np.radians(lat[-1])), lat[-1] - lat[0]))
        turn, out = rng.choice([-1.0, 1.0]) * rng.uniform(70.0, 120.0), rng.uniform(15.0, 30.0)
        x, y = distance.destination(*path.here, course + turn, out)
        around = distance.destination(x, y, np.arange(0, 360, 30.0), 8.0)
        if not regions.on_region(np.append(around[0], x), np.append(around[1], y)).any():
            break
    first, here = path.now, path.here
    pace = ship.speed_kn * KNOT_KM_S
    n = max(int(out / pace / 120.0), 3)
    share = np.linspace(0.0, 1.0, n + 1)
    for a, b in ((here, (float(x), float(y))), ((float(x), float(y)), here)):
        path.add(path.now + share * out / pace, a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), 0)
    last = path.now
    _go_on(path, ship, seconds, rng)
    middle = ((here[0] + float(x)) / 2, (here[1] + float(y)) / 2)
    return path, [Plant("course", number, first, last, *middle, float(out), said=f"turned by {turn:.0f} degrees")]


def calls(numbered: Iterable[tuple[int, Path]], seconds: float) -> list[Plant]:
    """Give all calls at ports, within the simulation."""
    where = {p.id: p for p in PORTS}
    return [
        Plant("port_call", k, max(a, 0.0), min(b, seconds), where[z].lon, where[z].lat, where[z].radius_km, zone=z)
        for k, path in numbered
        for z, a, b in path.calls
        if b > 600.0 and a < seconds - 600.0
    ]
