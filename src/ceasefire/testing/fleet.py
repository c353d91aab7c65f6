"""A simulated fleet on the Black Sea with known truth: what was received, and what the ships really did.

Why: of real traffic nobody knows which silence was a switch and which a receiver, or who met whom. Here it is written
down, so that every detector of the sea is scored on the same seas. Ports and coast are real, ships and stations not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
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
from ceasefire.testing import fleet_told as told
from ceasefire.testing.fleet_hulls import hulls
from ceasefire.testing.fleet_lanes import CORRIDOR
from ceasefire.testing.fleet_trouble import Plant, Trouble

__all__ = ["Fleet", "Trouble", "simulate"]

Array = NDArray[Any]
START = np.datetime64("2025-04-01T00:00:00", "ms")


@dataclass(frozen=True, eq=False)
class Fleet:
    """A simulated sea: what was received, and the truth."""

    fixes: Fixes
    """As received, errors and all. Stations count from 1 as in `fleet_radio.STATIONS`; the next is a satellite."""
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
    all_ = hulls(seed, ships, seconds, trouble)
    crew, tracks, planted, dark = all_.crew, all_.tracks, all_.planted, all_.dark
    moves = paths.motion(tracks, seconds)
    said, more = false.plan(moves, who, crew, all_.free, trouble, np.random.default_rng([seed, 2]))
    said.off += [(k, -1.0, seconds + 1.0) for k in dark] + all_.beacons
    class_b = np.array([s.class_b for s in crew])
    rng = np.random.default_rng([seed, 3])
    heard = radio.transmissions(moves, who, class_b=class_b, rng=rng, every_s=every_s)
    precise = np.random.default_rng([seed, 4]).random(len(crew)) < 0.6
    got = false.received(moves, heard, said, trouble, rng, precise=precise)
    stations = np.random.default_rng([seed, 5]).permutation(len(who.lon))[: trouble.skewed] + 1
    off = np.random.default_rng([seed, 6]).uniform(60.0, 900.0, len(stations))
    skew = {int(k): round(float(s), 1) for k, s in zip(stations, off, strict=True)}
    fixes, order = told.fixes_of(got, crew, said, skew, moves, start, np.random.default_rng([seed, 7]))
    planted += more + plants.calls(enumerate(tracks), seconds)
    planted += [Plant("dark", k, 0.0, seconds, np.nan, np.nan, np.nan) for k in dark]
    corridor = shapely.Polygon(CORRIDOR)
    shapely.prepare(corridor)
    planted += told.crossings_of(moves, corridor)
    return Fleet(
        fixes=fixes, statics=told.statics_of(fixes, crew, said, np.random.default_rng([seed, 8])),
        events=told.events_of(planted, moves, said, start),
        texts=told.texts_of(planted, crew, all_.beacons, start, fixes),
        flaw=got.flaw[order], hull=got.hull[order], ships=tuple(crew), dark=tuple(crew[k].mmsi for k in dark),
        skew_s=skew, corridor=corridor, start=start, end=start + np.timedelta64(int(seconds * 1000), "ms"), moves=moves,
        said=said, who=who,
    )  # fmt: skip
