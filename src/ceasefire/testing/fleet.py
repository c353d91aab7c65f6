"""A simulated fleet on the Black Sea with known truth: what was received, and what the ships really did.

Why: of real traffic nobody knows which silence was a switch and which a receiver, or who met whom. Here it is written
down, so that every detector of the sea is scored on the same seas. Ports and coast are real, ships and stations are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent
from ceasefire.testing import fleet_false as false
from ceasefire.testing import fleet_paths as paths
from ceasefire.testing import fleet_plants as plants
from ceasefire.testing import fleet_radio as radio
from ceasefire.testing import fleet_ships as ships
from ceasefire.testing.fleet_lanes import CORRIDOR, PORTS
from ceasefire.testing.fleet_plants import Plant, Trouble

__all__ = ["Fleet", "Trouble", "simulate"]

Array = NDArray[Any]
START = np.datetime64("2025-04-01T00:00:00", "ms")


@dataclass(frozen=True, eq=False)
class Fleet:
    """A simulated sea: what was received, and the truth."""

    fixes: Fixes
    """As received, errors and all. Stations count from 1 as in `fleet_radio.STATIONS`; the next number is a satellite."""
    statics: Statics
    """What the ships said of themselves."""
    events: Table[VesselEvent]
    """What truly happened, probability 1: planted things, all calls at ports, all crossings of the corridor."""
    texts: tuple[tuple[int, np.datetime64, str], ...]
    """Safety texts (message 14): MMSI, time, text."""
    flaw: Array
    """What is wrong with each fix: 0 nothing, 1 impossible jump, 2 copy by another station, 3 spoofed, 4 jammed, 5 sent
    by a ship that uses another's MMSI; int8, shape (fixes,)."""
    hull: Array
    """Number of the hull that sent each fix, shape (fixes,)."""
    ships: tuple[ships.Ship, ...]
    """The ship of each hull."""
    dark: tuple[int, ...]
    """MMSI of the ships that never broadcast; `where` knows them."""
    skew_s: dict[int, float]
    """Stations whose clock is off, and by how many seconds it runs ahead."""
    corridor: Any
    """A shapely polygon: an invented corridor along the western coast."""
    start: np.datetime64
    """First instant."""
    end: np.datetime64
    """Last instant."""
    moves: paths.Motion
    """True motion."""
    said: false.Broadcast
    """Who was silent, renamed, false, jammed."""
    who: radio.Receivers
    """The receivers."""

    def seconds(self, times: Any) -> Array:
        """Give times as seconds from the start, shape (n,)."""
        return np.asarray((np.asarray(times, dtype="M8[ms]") - self.start) / np.timedelta64(1, "ms") / 1000.0)

    def hull_of(self, mmsi: Any, times: Any) -> Array:
        """Give the hull that bears a number at an instant, -1 where none; of a shared number, its owner; shape (n,)."""
        m, t = np.broadcast_arrays(np.atleast_1d(mmsi), np.atleast_1d(self.seconds(times)))
        out = np.full(m.shape, -1)
        for k, one in enumerate(self.said.mmsi):
            if k not in self.said.shares:
                when, new = self.said.renamed.get(k, (np.inf, 0))
                out[((m == one) & (t < when)) | ((m == new) & (t >= when) & (new > 0))] = k
        return out

    def where(self, mmsi: Any, times: Any) -> tuple[Array, Array]:
        """Give the true longitude and latitude of ships, NaN where they are not on this sea; shapes (n,).

        Parameters
        ----------
        mmsi
            Numbers, shape (n,) or one; of a number that two ships use, its owner is meant.
        times
            UTC, shape (n,) or one.
        """
        m, t = np.broadcast_arrays(np.atleast_1d(mmsi), np.atleast_1d(self.seconds(times)))
        return self.moves.at(self.hull_of(m, self.start + (t * 1000).astype("m8[ms]")), t)

    def broadcasts(self, mmsi: Any, times: Any) -> Array:
        """Tell whether ships are on this sea with their transmitter on, shape (n,)."""
        m, t = np.broadcast_arrays(np.atleast_1d(mmsi), np.atleast_1d(self.seconds(times)))
        hull = self.hull_of(m, self.start + (t * 1000).astype("m8[ms]"))
        return np.asarray((hull >= 0) & np.isfinite(self.moves.at(hull, t)[0]) & ~self.said.silent(hull, t))

    def received(self, lon: Any, lat: Any, times: Any) -> Array:
        """Give the true P(one class A message sent there and then is received), shape (n,)."""
        x, y, t = np.broadcast_arrays(np.atleast_1d(lon), np.atleast_1d(lat), np.atleast_1d(self.seconds(times)))
        return self.who.chance(x, y, t)

    @cached_property
    def length_m(self) -> dict[int, float]:
        """Length of every ship by MMSI, dark ones included."""
        new = {m: self.ships[k].length_m for k, (_, m) in self.said.renamed.items()}
        own = {
            m: s.length_m
            for k, (m, s) in enumerate(zip(self.said.mmsi, self.ships, strict=True))
            if k not in self.said.shares
        }
        return own | new

    @cached_property
    def kind(self) -> dict[int, str]:
        """Kind of every ship by MMSI (`fleet_ships.KINDS`), dark ones included."""
        return {
            m: s.kind
            for k, (m, s) in enumerate(zip(self.said.mmsi, self.ships, strict=True))
            if k not in self.said.shares
        }


def simulate(
    *,
    seed: int,
    ships: int = 200,
    hours: float = 72,
    reception: str = "patchy",
    trouble: Trouble = Trouble(),  # noqa: B008
    outage: float = 0.02,
    every_s: float = 0.0,
    start: np.datetime64 = START,
) -> Fleet:
    """Simulate a fleet; equal arguments, equal fleet.

    Parameters
    ----------
    seed
        Of everything drawn. Thresholds are fitted on seeds under 100 and tested on seeds from 100.
    ships
        Hulls; more where the trouble needs more.
    hours
        Length, hours; at least 12.
    reception
        `patchy` (stations along the coasts, few satellite passes), `coast`, `satellite` or `full`.
    trouble
        What is planted.
    outage
        Share of the time in which a station is down.
    every_s
        Thin to one message per ship and so many seconds, as providers do; 0 keeps all.
    start
        First instant, UTC.

    Raises
    ------
    ValueError
        Fewer than 12 hours, or an unknown reception.

    >>> fleet = simulate(seed=1, ships=30, hours=24, trouble=Trouble.none(), every_s=60)
    >>> len(fleet.ships), len(fleet.fixes) > 5000, set(fleet.events.column("kind")) <= {"port_call", "entry", "exit"}
    (30, True, True)
    """
    if hours < 12:
        raise ValueError(f"a fleet needs at least 12 hours, not {hours}")
    seconds = float(hours) * 3600.0
    day = float((start - start.astype("M8[D]")) / np.timedelta64(1, "s"))
    who = radio.receivers(
        reception, seconds=seconds, outage=outage, rng=np.random.default_rng([seed, 1]), starts_at=day
    )
    crew, tracks, planted, free, beacons, dark = _hulls(seed, ships, seconds, trouble)
    moves = paths.motion(tracks, seconds)
    said, more = false.plan(moves, who, crew, free, trouble, np.random.default_rng([seed, 2]))
    said.off += [(k, -1.0, seconds + 1.0) for k in dark] + beacons
    class_b = np.array([s.class_b for s in crew])
    rng = np.random.default_rng([seed, 3])
    heard = radio.transmissions(moves, who, class_b=class_b, rng=rng, every_s=every_s)
    precise = np.random.default_rng([seed, 4]).random(len(crew)) < 0.6
    got = false.received(moves, heard, said, trouble, rng, precise=precise)
    stations = np.random.default_rng([seed, 5]).permutation(len(who.lon))[: trouble.skewed] + 1
    off = np.random.default_rng([seed, 6]).uniform(60.0, 900.0, len(stations))
    skew = {int(k): round(float(s), 1) for k, s in zip(stations, off, strict=True)}
    fixes, order = _fixes(got, crew, said, skew, moves, start, np.random.default_rng([seed, 7]))
    planted += more + plants.calls(enumerate(tracks), seconds)
    planted += [Plant("dark", k, 0.0, seconds, np.nan, np.nan, np.nan) for k in dark]
    corridor = shapely.Polygon(CORRIDOR)
    shapely.prepare(corridor)
    planted += _crossings(moves, corridor)
    return Fleet(
        fixes=fixes, statics=_statics(fixes, crew, said, np.random.default_rng([seed, 8])),
        events=_events(planted, moves, said, start), texts=_texts(planted, crew, beacons, start, fixes),
        flaw=got.flaw[order], hull=got.hull[order], ships=tuple(crew), dark=tuple(crew[k].mmsi for k in dark),
        skew_s=skew, corridor=corridor, start=start, end=start + np.timedelta64(int(seconds * 1000), "ms"), moves=moves,
        said=said, who=who,
    )  # fmt: skip


def _hulls(
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


def _fixes(
    got: false.Received, crew: list[ships.Ship], said: false.Broadcast, skew: dict[int, float], moves: paths.Motion,
    start: np.datetime64, rng: np.random.Generator,
) -> tuple[Fixes, Array]:  # fmt: skip
    class_b, sets = (np.array([getattr(s, n) for s in crew]) for n in ("class_b", "reports_status"))
    n = len(got.t)
    ahead = np.zeros(int(got.station.max(initial=0)) + 1)
    for k, s in skew.items():
        if k < len(ahead):
            ahead[k] = s
    b = class_b[got.hull]
    status = np.where(b, 15, np.where(sets[got.hull], moves.status[got.segment], 0))
    time = got.t + ahead[got.station]
    late = rng.exponential(0.4, n) + ahead[got.station]
    heading = np.where(got.speed > 1.0, np.round(got.course + rng.normal(0, 2.0, n)), np.round(got.hull * 37.0)) % 360.0
    mmsi = said.number(got.hull, got.t)
    ms = np.round(time * 1000).astype(np.int64)
    order = np.lexsort((ms, mmsi))
    fixes = Fixes.of(
        mmsi=mmsi[order], times=(start + ms.astype("m8[ms]"))[order], lon=np.round(got.lon, 6)[order],
        lat=np.round(got.lat, 6)[order], speed_kn=np.round(got.speed, 1)[order], course_deg=np.round(got.course, 1)[order],
        heading_deg=np.where(b, np.nan, heading)[order], status=status[order], message=np.where(b, 18, 1)[order],
        accurate=got.accurate[order], station=got.station[order], late_s=((late + 30.0) % 60.0 - 30.0)[order],
        second=np.where(np.isnan(got.lon), 63, np.floor(got.t).astype(int) % 60)[order],
    )  # fmt: skip
    return fixes, order


def _statics(fixes: Fixes, crew: list[ships.Ship], said: false.Broadcast, rng: np.random.Generator) -> Statics:
    numbers, first = fixes.ships()
    start = {int(m): k for k, m in enumerate(numbers)}
    rows: list[tuple[Any, ...]] = []
    for k, s in enumerate(crew):
        new = [(said.renamed[k][1], s.name + " II")] if k in said.renamed else []
        for mmsi, name in [(said.mmsi[k], s.name), *new]:
            if mmsi not in start or s.kind == "beacon":
                continue
            a, b = first[start[mmsi]], first[start[mmsi] + 1] - 1
            told = rng.random() > 0.04
            size = (s.length_m, s.beam_m, s.bow_m) if told else (np.nan,) * 3
            kind = ships.KINDS[s.kind].ship_type
            port = "" if s.class_b else PORTS[int(rng.integers(len(PORTS)))].id.upper()
            draught = np.nan if s.class_b else s.draught_m
            row = (mmsi, fixes.times[a], fixes.times[b], s.imo, s.callsign, name, kind, *size, draught, port, 0)
            rows.append(row)
    kinds = ["i4", "M8[ms]", "M8[ms]", "i4", "O", "O", "i2", "f4", "f4", "f4", "f4", "O", "i2"]
    rows.sort(key=lambda r: (r[0], r[1]))
    return Statics(*(np.array([r[c] for r in rows], dtype=kind) for c, kind in enumerate(kinds)))


def _crossings(moves: paths.Motion, corridor: Any) -> list[Plant]:
    """Find every entry into the corridor and every exit from it on the true tracks, to the minute."""
    found = []
    t = np.arange(0.0, moves.seconds, 60.0)
    for k in np.unique(moves.hull):
        lon, lat = moves.at(np.full(len(t), k), t)
        inside = shapely.contains_xy(corridor, np.nan_to_num(lon), np.nan_to_num(lat))
        known = np.isfinite(lon)
        for n in np.flatnonzero((inside[1:] != inside[:-1]) & known[1:] & known[:-1]):
            kind = "entry" if inside[n + 1] else "exit"
            found.append(Plant(kind, int(k), t[n], t[n + 1], float(lon[n]), float(lat[n]), 0.5, zone="corridor"))
    return found


def _events(
    planted: list[Plant], moves: paths.Motion, said: false.Broadcast, start: np.datetime64
) -> Table[VesselEvent]:
    origin = start.astype("M8[s]").astype(np.int64)
    rows = []
    for p in planted:
        mmsi = int(said.number(np.array([p.hull]), np.array([p.first - 1.0]))[0]) if p.hull >= 0 else 0
        others = p.others if p.kind == "identity.changed" else tuple(said.mmsi[k] for k in p.others)
        first, last = (
            datetime.fromtimestamp(int(origin + max(v, 0.0)), UTC) for v in (p.first, min(p.last, moves.seconds))
        )
        name = sha256(f"{p.kind} {mmsi} {first:%Y-%m-%dT%H:%M:%S} {p.lon:.4f} {p.lat:.4f}".encode()).hexdigest()[:12]
        rows.append(
            VesselEvent(
                id=f"e-{name}",
                kind=p.kind,
                mmsi=mmsi,
                start=first,
                end=last,
                lon=p.lon,
                lat=p.lat,
                radius_km=p.radius_km,
                probability=1.0,
                others=others,
                zone=p.zone,
                why=p.said or "planted",
            )  # fmt: skip
        )
    rows.sort(key=lambda e: (e.kind, e.start, e.mmsi, e.id))
    return Table.of(VesselEvent, rows)


def _texts(
    planted: list[Plant],
    crew: list[ships.Ship],
    beacons: list[tuple[int, float, float]],
    start: np.datetime64,
    fixes: Fixes,
) -> tuple[tuple[int, np.datetime64, str], ...]:
    """Give the safety texts of beacons that were heard, and of every second ship in distress."""
    said = []
    heard = set(fixes.ships()[0].tolist())
    for k, _, first in beacons[::2]:
        if crew[k].mmsi in heard:
            active = any(p.kind == "distress" and p.hull == k for p in planted)
            said.append((crew[k].mmsi, first, "SART ACTIVE" if active else "SART TEST"))
    for number, p in enumerate(p for p in planted if p.kind == "distress"):
        if number % 2 == 0:
            said.append((crew[p.others[0]].mmsi, p.first + 60.0, "MAYDAY MAYDAY TAKING WATER NEED ASSISTANCE"))
    for number, s in enumerate(crew[:: max(len(crew) // 6, 1)]):
        text = ("NAV WARNING UNLIT BUOY", "SAFETY DRILL NO ASSISTANCE NEEDED", "KEEP CLEAR 1 NM CABLE WORK")[number % 3]
        if s.mmsi in heard:
            said.append((s.mmsi, 3600.0 * (2 + number), text))
    return tuple((m, start + np.timedelta64(int(t * 1000), "ms"), text) for m, t, text in sorted(said))
