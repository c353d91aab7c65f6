"""Reception of AIS, estimated from the ships themselves: where, and in which hours, a ship would have been heard.

Why: silence where nobody listens is not a gap. No feed tells where it listens, but every ship that was heard on both
sides of a silence tells of the water between, and all of them together tell an outage from a transmitter that was off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import shapely
from numpy.typing import NDArray

from ceasefire.geo import distance
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.reception_rows import Rows, across, cell_number, centres, kernel, numbered, weight, with_neighbours
from ceasefire.stats.reception_rate import Rates, none_heard, none_of_all, rates

Array = NDArray[Any]

NEAR_KM, NEAR_REACH_KM = 10.0, 25.0
"""Standard deviation and reach of the kernel between neighbouring cells, km."""

BLOCK = 4
"""Cells on a side of a block, in which wider outages are seen."""

FAR_KM, FAR_REACH_KM = 50.0, 120.0
"""Standard deviation and reach of the kernel between blocks, km."""

OFF_PRIOR = 0.001
"""Share of long silences that is taken for transmitters off while reception is estimated: low, because a silence that
is wrongly left out makes reception look better, and the next silence with it."""

SURE_LOOKS = 2.0
"""Looks of other ships in that hour from which a step of a silence speaks for a transmitter that was off."""

UNKNOWN_LOOKS = 0.5
"""Below so many looks in all hours and neighbouring cells nobody can tell."""

WITNESSED, WELL = 5.0, 0.3
"""Looks from which an hour is known, and reception from which a cell is heard well."""

MOST_VALUES = 200_000_000
"""Cells times hours that are held at most."""

PER_HOUR = 12
"""Parts of a step in which stations are seen to live or fail."""


@dataclass(frozen=True, eq=False)
class Reception:
    """P(a transmission is received), by cell and hour.

    >>> minutes = np.arange("2025-04-01T00:00", "2025-04-01T06:00", dtype="datetime64[m]")
    >>> n = len(minutes)
    >>> fixes = Fixes.of(mmsi=np.repeat([272000001, 272000002], n), times=np.tile(minutes, 2),
    ...     lon=np.tile(np.linspace(31, 32, n), 2), lat=np.repeat([45.0, 45.02], n), speed_kn=np.full(2 * n, 8.0))
    >>> got = Reception.estimate(fixes, start=minutes[0], end=minutes[-1])
    >>> got.chance([31.5, 36.0], [45.0, 43.0], minutes[[180, 180]]).round(2).tolist()
    [1.0, nan]
    """

    start: np.datetime64
    """First instant."""
    end: np.datetime64
    """Last instant."""
    cell_deg: float
    """Side of a cell, degrees of longitude and latitude."""
    hours: float
    """Length of a step, hours."""
    feed_s: float
    """Shortest interval that the feed passes on, s; 0 where it passes on everything."""
    cells: Array
    """Number of each cell that is held, rising, shape (cells,)."""
    rates: Rates
    """Reception by cell, station and time."""
    traffic: Array
    """Transmissions that were due, shape (cells,): where ships sail."""
    _mmsi: Array
    _own: tuple[Array, Array, Array, Array, Array]
    known: Array
    """Looks of all hours in the neighbourhood, shape (cells,); 0 where no ship ever sailed."""
    _xyz: Array
    _block_xyz: Array

    @classmethod
    def estimate(cls, fixes: Fixes, *, start: Any, end: Any, cell_deg: float = 0.1, hours: float = 1) -> Self:
        """Learn it from the fixes.

        Parameters
        ----------
        fixes
            Fixes, cleaned or not; better with the stations told, best with every station's copy of a message.
        start, end
            The period, UTC.
        cell_deg
            Side of a cell, degrees.
        hours
            Length of a step.

        Raises
        ------
        ValueError
            An empty period, or more cells and steps than can be held.
        """
        start, end = np.datetime64(start, "ms"), np.datetime64(end, "ms")
        steps = int(np.ceil((end - start) / np.timedelta64(1, "ms") / (hours * 3.6e6)))
        if steps < 1:
            raise ValueError(f"reception needs a period that ends after it begins, not {start} to {end}")
        rows = Rows.of(fixes, start, steps * PER_HOUR, cell_deg, hours * 3600.0 / PER_HOUR)
        cells = with_neighbours(np.unique(rows.cell), cell_deg)
        if len(cells) * steps > MOST_VALUES:
            raise ValueError(f"{len(cells)} cells in {steps} steps are too many: give larger cells or longer steps")
        xyz = distance.unit_vectors(*centres(cells, cell_deg))
        near = kernel(xyz, NEAR_KM, NEAR_REACH_KM)
        blocks, block = np.unique(np.stack(np.divmod(cells, across(cell_deg))) // BLOCK, axis=1, return_inverse=True)
        middle = (blocks + 0.5) * BLOCK * cell_deg
        block_xyz = distance.unit_vectors(middle[1] - 180.0, np.minimum(middle[0] - 90.0, 90.0))
        far = kernel(block_xyz, FAR_KM, FAR_REACH_KM)
        at = np.searchsorted(cells, rows.cell)
        traffic = np.bincount(at, rows.due, minlength=len(cells))
        told = rows.station >= 0
        station = numbered(rows.station[told])
        on = np.ones(len(at))
        number = at.astype(np.int64)
        for _ in range(3):
            looks, heard = rows.worth(at, on, PER_HOUR)
            got = rates(
                at, rows.tick, looks, heard, by_station=(station, at[told], rows.tick[told], heard[told]),
                near=near, far=far, block=block, hours=steps, per_hour=PER_HOUR,
            )  # fmt: skip
            key = rows.ship * steps + rows.tick // PER_HOUR
            order = np.argsort(key, kind="stable")
            own = (key, at, looks, heard, looks * got.base(number, rows.tick))
            mine = (own[0][order], own[1][order], own[2][order], own[3][order], own[4][order])
            self = cls(
                start, end, cell_deg, hours, rows.feed_s, cells, got, traffic, fixes.ships()[0], mine,
                got.looks.sum(axis=1), xyz, block_xyz,
            )  # fmt: skip
            on = self._on(rows, at)
        return self

    def chance(self, lon: Any, lat: Any, times: Any, *, without: Any = None) -> Array:
        """Give P(one transmission there and then is received), shape (n,); NaN where no ship tells.

        Of a feed that keeps one message a minute it is P(that minute has one): what it threw away nobody can tell.

        Parameters
        ----------
        lon, lat
            Degrees.
        times
            datetime64, UTC.
        without
            MMSI whose own fixes must not count, shape (n,): a ship that fell silent is no witness of its own silence.
        """
        return self.seen(lon, lat, times, without=without)[0]

    def seen(self, lon: Any, lat: Any, times: Any, *, without: Any = None) -> tuple[Array, Array]:
        """Give `chance`, and the independent looks of other ships it rests on in that hour; shapes (n,)."""
        lon, lat, times = np.broadcast_arrays(np.atleast_1d(lon), lat, np.asarray(times, dtype="datetime64[ms]"))
        tick = self._tick(np.where(times == self.end, times - np.timedelta64(1, "ms"), times))
        return self._chance(self._cell(lon, lat), tick, None if without is None else self._number(without))

    def heard(self, lon: Any, lat: Any, start: Any, end: Any) -> Array:
        """Give P(at least one message of a class A ship under way there would have been received in that interval).

        Parameters
        ----------
        lon, lat
            Degrees, shape (n,).
        start, end
            datetime64, UTC, shape (n,) or scalars.

        Returns
        -------
        Shape (n,); NaN where no ship tells for any part of the interval.
        """
        lon, lat = np.broadcast_arrays(np.atleast_1d(lon), np.atleast_1d(lat))
        a, b = (np.broadcast_to(np.asarray(v, dtype="datetime64[ms]"), lon.shape) for v in (start, end))
        first, last = self._tick_of(a), self._tick_of(np.maximum(b - np.timedelta64(1, "ms"), a))
        many = np.maximum(last - first, 0) + 1
        of = np.repeat(np.arange(len(lon)), many)
        tick = first[of] + np.arange(len(of)) - np.repeat(np.cumsum(many) - many, many)
        length = self.hours * 3.6e6 / PER_HOUR
        begin = self.start + (tick * length).astype("timedelta64[ms]")
        until = self.start + ((tick + 1) * length).astype("timedelta64[ms]")
        inside = np.maximum((np.minimum(until, b[of]) - np.maximum(begin, a[of])) / np.timedelta64(1, "s"), 0.0)
        chance, looks = self._chance(self._cell(lon, lat)[of], self._within(tick), None)
        none = none_of_all(of, tick // PER_HOUR, chance, looks, inside / max(10.0, self.feed_s), len(lon))
        known = np.bincount(of, np.isfinite(chance), minlength=len(lon))
        return np.where(known > 0, 1.0 - none, np.nan)

    def share(self, polygon: Any, start: Any, end: Any) -> float:
        """Give the share of an area's expected traffic that would be heard within the hour: the quality of a look.

        Traffic is what the ships' ways show over the whole period, so that empty water weighs nothing; NaN where no
        ship sails.

        Parameters
        ----------
        polygon
            A shapely polygon in degrees.
        start, end
            datetime64, UTC.
        """
        lon, lat = centres(self.cells, self.cell_deg)
        inside = np.flatnonzero(shapely.contains_xy(polygon, lon, lat) & (self.traffic > 0))
        first, last = self._tick_of(np.asarray([start, end], dtype="datetime64[ms]")) // PER_HOUR
        hour = np.arange(max(first, 0), min(max(last, first + 1), self.rates.looks.shape[1]))
        if not len(inside) or not len(hour):
            return float("nan")
        at, hour = (v.ravel() for v in np.meshgrid(inside, hour, indexing="ij"))
        parts = [self._chance(at, hour * PER_HOUR + k, None) for k in (PER_HOUR // 6, PER_HOUR // 2, PER_HOUR * 5 // 6)]
        chance, looks = np.mean([p for p, _ in parts], axis=0), parts[0][1]
        none = none_heard(np.nan_to_num(chance), looks, self.hours * 3600.0 / max(10.0, self.feed_s))
        found = np.where(np.isnan(chance), 0.0, 1.0 - none).reshape(len(inside), -1).mean(axis=1)
        return float(found @ self.traffic[inside] / self.traffic[inside].sum())

    def outages(self) -> float:
        """Give the share of hours in which receivers that usually hear a place well did not, where ships show it."""
        at, hour = np.nonzero(self.rates.looks > WITNESSED)
        stride = max(len(at) // 200_000, 1)
        at, hour = at[::stride], hour[::stride]
        usual = np.minimum(self.rates.heard.sum(axis=1), 1.0)[at]
        well = usual > WELL
        now = self.rates.chance(at[well], hour[well] * PER_HOUR + PER_HOUR // 2)
        return float((np.count_nonzero(now < 0.3 * usual[well]) + 1.0) / (np.count_nonzero(well) + 20.0))

    def _on(self, rows: Rows, at: Array) -> Array:
        """Give P(the transmitter was on) for each row: 1 but for long silences that reception does not explain."""
        on = np.ones(len(at))
        quiet = np.flatnonzero(rows.silence >= 0)
        if not len(quiet):
            return on
        chance, looks = self._chance(at[quiet], rows.tick[quiet], rows.ship[quiet])
        chance = np.where(looks < SURE_LOOKS, np.nan, chance)
        _, which = np.unique(rows.silence[quiet], return_inverse=True)
        # the piece that ends in a message is no part of what was missed
        due = rows.due[quiet] * (rows.heard[quiet] == 0)
        missed = none_of_all(which, rows.tick[quiet] // PER_HOUR, chance, looks, due, int(which.max()) + 1)
        off = OFF_PRIOR / (OFF_PRIOR + (1 - OFF_PRIOR) * missed)
        on[quiet] = 1.0 - off[which]
        return on

    def _number(self, mmsi: Any) -> Array:
        mmsi = np.asarray(mmsi)
        at = np.minimum(np.searchsorted(self._mmsi, mmsi), len(self._mmsi) - 1)
        return np.where(self._mmsi[at] == mmsi, at, -1)

    def _tick_of(self, times: Any) -> Array:
        since = (np.asarray(times, dtype="datetime64[ms]") - self.start) / np.timedelta64(1, "ms")
        return np.floor(since / (self.hours * 3.6e6 / PER_HOUR)).astype(np.int64)

    def _within(self, tick: Array) -> Array:
        return np.where((tick >= 0) & (tick < self.rates.alive.shape[1]), tick, -1)

    def _tick(self, times: Any) -> Array:
        return self._within(self._tick_of(times))

    def _cell(self, lon: Any, lat: Any) -> Array:
        number = cell_number(lon, lat, self.cell_deg)
        at = np.minimum(np.searchsorted(self.cells, number), len(self.cells) - 1)
        return np.where(self.cells[at] == number, at, -1) if len(self.cells) else np.full(np.shape(lon), -1)

    def _chance(self, at: Array, tick: Array, without: Array | None) -> tuple[Array, Array]:
        """Give chance and looks of cells and ticks, -1 unknown, without what one ship itself gave."""
        chance, looks = np.full(len(at), np.nan), np.zeros(len(at))
        if not len(self.cells):
            return chance, looks
        good = np.flatnonzero((at >= 0) & (tick >= 0))
        good = good[self.known[at[good]] >= UNKNOWN_LOOKS]
        cell, when = at[good], tick[good]
        looks[good] = self.rates.looks[cell, when // PER_HOUR]
        less = None
        if without is not None:
            near, far, own = self._own_part(cell, when // PER_HOUR, without[good])
            less = (near[0], near[1], far[0], far[1])
            looks[good] = np.maximum(looks[good] - own, 0.0)
        chance[good] = self.rates.chance(cell, when, less)
        return chance, looks

    def _own_part(self, at: Array, hour: Array, ship: Array) -> tuple[tuple[Array, Array], tuple[Array, Array], Array]:
        """Give what one ship gave to cells and hours: heard and expected near and far, and looks."""
        key, cell, own_looks, own_heard, own_base = self._own
        wanted = ship * self.rates.looks.shape[1] + hour
        first, end = np.searchsorted(key, wanted), np.searchsorted(key, wanted, side="right")
        many = np.where(ship >= 0, end - first, 0)
        of = np.repeat(np.arange(len(at)), many)
        row = first[of] + np.arange(len(of)) - np.repeat(np.cumsum(many) - many, many)
        here, there = at[of], cell[row]
        near = weight(self._xyz[here], self._xyz[there], NEAR_KM, NEAR_REACH_KM)
        block = self.rates.block
        far = weight(self._block_xyz[block[here]], self._block_xyz[block[there]], FAR_KM, FAR_REACH_KM)

        def total(weights: Array, values: Array) -> Array:
            return np.bincount(of, weights * values[row], minlength=len(at))

        both = [(total(w, own_heard), total(w, own_base)) for w in (near, far)]
        return both[0], both[1], total(near, own_looks)
