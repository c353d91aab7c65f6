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
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from ceasefire.geo import distance
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.reporting import Sent, sent
from ceasefire.stats.reception_rate import Rates, looks_of, none_heard, rates

Array = NDArray[Any]

NEAR_KM, NEAR_REACH_KM = 10.0, 25.0
"""Standard deviation and reach of the kernel between neighbouring cells, km."""

BLOCK = 4
"""Cells on a side of a block, in which wider outages are seen."""

FAR_KM, FAR_REACH_KM = 50.0, 120.0
"""Standard deviation and reach of the kernel between blocks, km."""

LONG_S = 900.0
"""Silences from here on may be a transmitter that was off, s."""

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

_BATCH = 1_000_000


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
    """Reception, shapes (cells, steps)."""
    traffic: Array
    """Transmissions that were due, shape (cells,): where ships sail."""
    _mmsi: Array
    _own: tuple[Array, Array, Array, Array]
    _block: Array
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
        rows = _Rows.of(fixes, start, steps, cell_deg, hours)
        cells = _with_neighbours(np.unique(rows.cell), cell_deg)
        if len(cells) * steps > MOST_VALUES:
            raise ValueError(f"{len(cells)} cells in {steps} steps are too many: give larger cells or longer steps")
        lon, lat = _centres(cells, cell_deg)
        near = _kernel(distance.unit_vectors(lon, lat), NEAR_KM, NEAR_REACH_KM)
        xy = np.stack(np.divmod(cells, _across(cell_deg))) // BLOCK
        blocks, block = np.unique(xy, axis=1, return_inverse=True)
        block_xyz = distance.unit_vectors(
            (blocks[1] + 0.5) * BLOCK * cell_deg - 180.0, np.minimum((blocks[0] + 0.5) * BLOCK * cell_deg - 90.0, 90.0)
        )
        far = _kernel(block_xyz, FAR_KM, FAR_REACH_KM)
        ships = fixes.ships()[0]
        at = np.searchsorted(cells, rows.cell)
        traffic = np.bincount(at, rows.due, minlength=len(cells))
        told = rows.station >= 0
        station = np.unique(rows.station[told], return_inverse=True)[1]
        on = np.ones(len(at))
        for _ in range(3):
            looks, heard, keys = rows.together(at, on, steps)
            worth = rows.worth(heard)
            got = rates(
                keys[1], keys[2], looks, heard,
                by_station=(station, at[told], rows.step[told], worth[told]),
                near=near, far=far, block=block, hours=steps,
            )  # fmt: skip
            order = np.argsort(keys[0] * steps + keys[2], kind="stable")
            own = (keys[0] * steps + keys[2])[order], keys[1][order], looks[order], heard[order]
            self = cls(start, end, cell_deg, hours, rows.feed_s, cells, got, traffic, ships, own, block, block_xyz)
            on = rows.on(self, at)
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
        at, step = self._find(lon, lat, times)
        chance, _ = self._chance(at, step, None if without is None else self._number(without))
        return chance

    def none_heard(self, lon: Any, lat: Any, times: Any, transmissions: Any, *, without: Any = None) -> Array:
        """Give P(not one of several transmissions about there and then is received); 1 where no ship tells."""
        at, step = self._find(lon, lat, times)
        chance, looks = self._chance(at, step, None if without is None else self._number(without))
        none = none_heard(np.nan_to_num(chance), looks, transmissions)
        return np.where(np.isnan(chance), 1.0, none)

    def seen(self, lon: Any, lat: Any, times: Any, *, without: Any = None) -> tuple[Array, Array]:
        """Give `chance` and the independent looks it rests on in that hour, without what one ship gave itself."""
        at, step = self._find(lon, lat, times)
        return self._chance(at, step, None if without is None else self._number(without))

    def outages(self) -> float:
        """Give the share of hours in which receivers that usually hear a place well did not, where ships show it."""
        chance, looks = self.rates.chance, self.rates.looks
        usual = np.median(chance, axis=1) if chance.size else np.empty(0)
        witnessed = (looks > WITNESSED) & (usual > WELL)[:, None]
        lost = np.count_nonzero(witnessed & (chance < 0.3 * usual[:, None])) if chance.size else 0
        return float((lost + 1.0) / (np.count_nonzero(witnessed) + 20.0))

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
        lon, lat = np.atleast_1d(lon), np.atleast_1d(lat)
        a, b = (np.broadcast_to(np.asarray(v, dtype="datetime64[ms]"), lon.shape) for v in (start, end))
        first, last = self._step(a), self._step(np.maximum(b - np.timedelta64(1, "ms"), a))
        many = np.maximum(last - first, 0) + 1
        of = np.repeat(np.arange(len(lon)), many)
        step = first[of] + np.arange(len(of)) - np.repeat(np.cumsum(many) - many, many)
        begin = self.start + (step * self.hours * 3.6e6).astype("timedelta64[ms]")
        until = self.start + ((step + 1) * self.hours * 3.6e6).astype("timedelta64[ms]")
        inside = (np.minimum(until, b[of]) - np.maximum(begin, a[of])) / np.timedelta64(1, "s")
        cell = self._cell(lon, lat)[of]
        step = np.where((step >= 0) & (step < self.rates.chance.shape[1]), step, -1)
        chance, looks = self._chance(cell, step, None)
        none = none_heard(np.nan_to_num(chance), looks, np.maximum(inside, 0.0) / max(10.0, self.feed_s))
        logs = np.bincount(of, np.log(np.where(np.isnan(chance), 1.0, none)), minlength=len(lon))
        known = np.bincount(of, np.isfinite(chance), minlength=len(lon))
        return np.where(known > 0, -np.expm1(logs), np.nan)

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
        lon, lat = _centres(self.cells, self.cell_deg)
        inside = np.flatnonzero(shapely.contains_xy(polygon, lon, lat) & (self.traffic > 0))
        first, last = self._step(np.asarray([start, end], dtype="datetime64[ms]"))
        steps = np.arange(max(first, 0), min(max(last, first + 1), self.rates.chance.shape[1]))
        if not len(inside) or not len(steps):
            return float("nan")
        at, step = (v.ravel() for v in np.meshgrid(inside, steps, indexing="ij"))
        chance, looks = self._chance(at, step, None)
        none = none_heard(np.nan_to_num(chance), looks, self.hours * 3600.0 / max(10.0, self.feed_s))
        found = (1.0 - none).reshape(len(inside), len(steps)).mean(axis=1)
        return float(found @ self.traffic[inside] / self.traffic[inside].sum())

    def _number(self, mmsi: Any) -> Array:
        mmsi = np.asarray(mmsi)
        at = np.minimum(np.searchsorted(self._mmsi, mmsi), len(self._mmsi) - 1)
        return np.where(self._mmsi[at] == mmsi, at, -1)

    def _step(self, times: Any) -> Array:
        since = (np.asarray(times, dtype="datetime64[ms]") - self.start) / np.timedelta64(1, "ms")
        return np.floor(since / (self.hours * 3.6e6)).astype(np.int64)

    def _cell(self, lon: Any, lat: Any) -> Array:
        number = cell_number(lon, lat, self.cell_deg)
        at = np.minimum(np.searchsorted(self.cells, number), len(self.cells) - 1)
        return np.where(self.cells[at] == number, at, -1) if len(self.cells) else np.full(np.shape(lon), -1)

    def _find(self, lon: Any, lat: Any, times: Any) -> tuple[Array, Array]:
        lon, lat, times = np.broadcast_arrays(np.atleast_1d(lon), lat, np.asarray(times, dtype="datetime64[ms]"))
        step = self._step(times)
        step = np.where(times == self.end, self.rates.chance.shape[1] - 1, step)
        return self._cell(lon, lat), np.where((step >= 0) & (step < self.rates.chance.shape[1]), step, -1)

    def _chance(self, at: Array, step: Array, without: Array | None) -> tuple[Array, Array]:
        """Give chance and looks of cells and steps, -1 unknown, without what one ship itself gave."""
        bad = (at < 0) | (step < 0)
        if not len(self.cells):
            return np.full(len(at), np.nan), np.zeros(len(at))
        chance, looks = self.rates.chance[at, step].copy(), self.rates.looks[at, step].copy()
        bad |= self.rates.known[at] < UNKNOWN_LOOKS
        if without is not None:
            self._leave_out(at, step, without, chance, looks)
        chance[bad] = np.nan
        return chance, np.where(bad, 0.0, looks)

    def _leave_out(self, at: Array, step: Array, ship: Array, chance: Array, looks: Array) -> None:
        key, cell, own_looks, own_heard = self._own
        wanted = ship * self.rates.chance.shape[1] + step
        first, end = np.searchsorted(key, wanted), np.searchsorted(key, wanted, side="right")
        many = np.where((ship >= 0) & (step >= 0) & (at >= 0), end - first, 0)
        of = np.repeat(np.arange(len(at)), many)
        row = first[of] + np.arange(len(of)) - np.repeat(np.cumsum(many) - many, many)
        here, there = at[of], cell[row]
        near = _weight(self._xyz(here), self._xyz(there), NEAR_KM, NEAR_REACH_KM)
        far = _weight(self._block_xyz[self._block[here]], self._block_xyz[self._block[there]], FAR_KM, FAR_REACH_KM)
        n = len(at)
        own_base = own_looks[row] * self.rates.base[there, step[of]]
        less: list[Array] = [
            np.bincount(of, w * v, minlength=n) for w in (near, far) for v in (own_heard[row], own_base)
        ]
        less_looks = np.bincount(of, near * own_looks[row], minlength=n)
        some = np.flatnonzero(many)
        chance[some] = self.rates.again(at[some], step[some], self._block[at[some]], tuple(v[some] for v in less))
        looks[some] = np.maximum(looks[some] - less_looks[some], 0.0)

    def _xyz(self, at: Array) -> Array:
        return distance.unit_vectors(*_centres(self.cells[at], self.cell_deg))


@dataclass(eq=False)
class _Rows:
    """What was due and heard, by ship, cell and step; silences that may be transmitters off keep rows of their own."""

    ship: Array
    cell: Array
    step: Array
    due: Array
    heard: Array
    station: Array
    silence: Array
    feed_s: float
    key_of: Array
    _heard: Array

    @classmethod
    def of(cls, fixes: Fixes, start: Any, steps: int, cell_deg: float, hours: float) -> Self:
        """Lay out all ships, some at a time, so that memory stays flat."""
        _, begin = fixes.ships()
        feed: float | None = None
        parts: list[tuple[Any, ...]] = []
        first = 0
        while first < len(begin) - 1:
            last = max(int(np.searchsorted(begin, begin[first] + _BATCH, side="right")) - 1, first + 1)
            pieces, feed = sent(fixes.keep(slice(begin[first], begin[last])), feed_s=feed)
            parts.append(_grouped(pieces, first, int(begin[first]), start, steps, cell_deg, hours))
            first = last
        if not parts:
            parts = [(np.empty(0),) * 7]
        ship, cell, step, due, heard, station, silence = (np.concatenate([p[k] for p in parts]) for k in range(7))
        i8 = np.int64
        return cls(
            ship.astype(i8), cell.astype(i8), step.astype(i8), due, heard, station.astype(i8), silence.astype(i8),
            feed or 0.0, np.empty(0, dtype=i8), np.empty(0),
        )  # fmt: skip

    def together(self, at: Array, on: Array, steps: int) -> tuple[Array, Array, tuple[Array, Array, Array]]:
        """Give looks and looks heard by ship, cell and step, and these."""
        cells = int(at.max(initial=0)) + 1
        key, self.key_of = np.unique((self.ship * cells + at) * steps + self.step, return_inverse=True)
        due = np.bincount(self.key_of, self.due * on, minlength=len(key))
        heard = np.bincount(self.key_of, self.heard, minlength=len(key))
        looks = looks_of(np.maximum(due, heard))
        self._heard = heard
        rest, step = np.divmod(key, steps)
        most = np.maximum(np.maximum(due, heard), 1e-9)
        looks = looks_of(most)
        return looks, looks * heard / most, (*np.divmod(rest, cells), step)

    def worth(self, looks_heard: Array) -> Array:
        """Share the looks heard of a group out to its rows, by the messages of each."""
        return np.asarray(self.heard * (looks_heard / np.maximum(self._heard, 1e-9))[self.key_of])

    def on(self, reception: Reception, at: Array) -> Array:
        """Give P(the transmitter was on) for each row: 1 but for long silences that reception does not explain."""
        on = np.ones(len(at))
        rows = np.flatnonzero(self.silence >= 0)
        if not len(rows):
            return on
        chance, looks = reception._chance(at[rows], self.step[rows], self.ship[rows])
        none = none_heard(np.nan_to_num(chance), looks, self.due[rows])
        none = np.where(np.isnan(chance) | (looks < SURE_LOOKS), 1.0, none)
        _, which = np.unique(self.silence[rows], return_inverse=True)
        missed = np.exp(np.bincount(which, np.log(np.maximum(none, 1e-300))))
        off = OFF_PRIOR / (OFF_PRIOR + (1 - OFF_PRIOR) * missed)
        on[rows] = 1.0 - off[which]
        return on


def _grouped(
    pieces: Sent, first: int, offset: int, start: Any, steps: int, cell_deg: float, hours: float
) -> tuple[Array, ...]:
    step = np.floor((pieces.times - start.astype("int64") / 1000.0) / (hours * 3600.0)).astype(np.int64)
    use = (step >= 0) & (step < steps)
    cell = cell_number(pieces.lon, pieces.lat, cell_deg)[use]
    ship, step = pieces.ship[use] + first, step[use]
    silence = np.where(pieces.silence_s[use] >= LONG_S, pieces.pair[use] + offset, -1)
    # pieces of a ship follow each other in time: a run in one cell and step is one row for each station
    station = pieces.station[use].astype(np.int64) + 1
    run = np.cumsum(_changes(ship) | _changes(cell) | _changes(step) | _changes(silence)) - 1
    stations = int(station.max(initial=0)) + 1
    key, row, group = np.unique(run * stations + station, return_index=True, return_inverse=True)
    due = np.bincount(group, pieces.sent[use], minlength=len(key))
    heard = np.bincount(group, pieces.heard[use], minlength=len(key))
    return ship[row], cell[row], step[row], due, heard, station[row] - 1, silence[row]


def _changes(values: Array) -> Array:
    return np.append(np.ones(min(len(values), 1), dtype=bool), np.diff(values) != 0)


def cell_number(lon: Any, lat: Any, cell_deg: float) -> Array:
    """Give the number of the cell that holds each place, row by row from the south pole; -1 where not a place."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    good = np.isfinite(lon) & np.isfinite(lat)
    x = np.floor(distance.wrap(np.where(good, lon, 0.0)) / cell_deg + 180.0 / cell_deg).astype(np.int64)
    y = np.floor((np.where(good, lat, 0.0) + 90.0) / cell_deg).astype(np.int64)
    return np.where(good, y * _across(cell_deg) + np.minimum(x, _across(cell_deg) - 1), -1)


def _across(cell_deg: float) -> int:
    return int(np.ceil(360.0 / cell_deg - 1e-9))


def _centres(cells: Array, cell_deg: float) -> tuple[Array, Array]:
    y, x = np.divmod(cells, _across(cell_deg))
    return (x + 0.5) * cell_deg - 180.0, np.minimum((y + 0.5) * cell_deg - 90.0, 90.0)


def _with_neighbours(cells: Array, cell_deg: float) -> Array:
    across = _across(cell_deg)
    y, x = np.divmod(cells, across)
    around = [(y + dy) * across + (x + dx) % across for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    found = np.unique(np.concatenate(around)) if len(cells) else cells
    return found[found >= 0]


def _kernel(xyz: Array, sigma_km: float, reach_km: float) -> csr_matrix:
    n = len(xyz)
    if not n:
        return csr_matrix((0, 0))
    pairs = cKDTree(xyz).query_pairs(float(distance.chord(reach_km)), output_type="ndarray")
    a, b = np.concatenate([pairs, pairs[:, ::-1], np.repeat(np.arange(n)[:, None], 2, axis=1)]).T
    return csr_matrix((_weight(xyz[a], xyz[b], sigma_km, reach_km), (a, b)), shape=(n, n))


def _weight(a: Array, b: Array, sigma_km: float, reach_km: float) -> Array:
    away = np.linalg.norm(a - b, axis=-1) * distance.EARTH_RADIUS_KM
    return np.where(away <= reach_km, np.exp(-0.5 * (away / sigma_km) ** 2), 0.0)
