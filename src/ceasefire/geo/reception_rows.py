"""Transmissions that were due and heard, by ship, cell and part of an hour; cells, and weights between them.

Why apart: the estimate of reception and its questions share these, and they say nothing of reception themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from ceasefire.geo import distance
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.reporting import Sent, sent
from ceasefire.stats.reception_rate import looks_of

Array = NDArray[Any]

LONG_S = 900.0
"""Silences from here on may be a transmitter that was off, s."""

MOST_STATIONS = 200
"""Stations told apart; those that heard least beyond them count as one."""

_BATCH = 1_000_000


@dataclass(eq=False)
class Rows:
    """What was due and heard, by ship, cell, tick and station; long silences keep rows of their own."""

    ship: Array
    """Number of the ship in the list of ships, shape (rows,), as all."""
    cell: Array
    """Number of the cell (`cell_number`)."""
    tick: Array
    """Number of the tick since the start."""
    due: Array
    """Transmissions that were due."""
    heard: Array
    """Messages that were heard."""
    station: Array
    """Station that heard them, -1 where none did."""
    silence: Array
    """Number of the long silence it belongs to, -1 where none."""
    feed_s: float
    """Interval of the feed, s."""
    _group: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @classmethod
    def of(cls, fixes: Fixes, start: np.datetime64, ticks: int, cell_deg: float, tick_s: float) -> Self:
        """Lay out all ships, some at a time, so that memory stays flat."""
        _, begin = fixes.ships()
        feed: float | None = None
        parts: list[tuple[Any, ...]] = []
        first = 0
        while first < len(begin) - 1:
            last = max(int(np.searchsorted(begin, begin[first] + _BATCH, side="right")) - 1, first + 1)
            pieces, feed = sent(fixes.keep(slice(begin[first], begin[last])), feed_s=feed)
            parts.append(_grouped(pieces, first, int(begin[first]), start, ticks, cell_deg, tick_s))
            first = last
        if not parts:
            parts = [(np.empty(0),) * 7]
        ship, cell, tick, due, heard, station, silence = (np.concatenate([p[k] for p in parts]) for k in range(7))
        ship, cell, tick, station, silence = (v.astype(np.int64) for v in (ship, cell, tick, station, silence))
        return cls(ship, cell, tick, due, heard, station, silence, feed or 0.0)

    def worth(self, at: Array, on: Array, per_hour: int) -> tuple[Array, Array]:
        """Give the looks that each row is worth, and the part of them that was heard, shape (rows,).

        What one ship does in one cell and hour is worth `SHIP_CAP` looks at most; its rows share them.

        Parameters
        ----------
        at
            Number of each row's cell among those held.
        on
            P(the transmitter was on) of each row.
        per_hour
            Ticks in an hour.
        """
        if not len(self._group):
            hour = self.tick // per_hour
            key = (self.ship * (int(at.max(initial=0)) + 1) + at) * (int(hour.max(initial=0)) + 1) + hour
            self._group = np.unique(key, return_inverse=True)[1]
        due = np.bincount(self._group, self.due * on)
        most = np.maximum(np.maximum(due, np.bincount(self._group, self.heard)), 1e-9)
        each = (looks_of(most) / most)[self._group]
        # where more was heard than due, by a tick's jitter, the group as a whole still balances
        spare = np.maximum(most / np.maximum(due, 1e-9), 1.0)[self._group]
        return self.due * on * np.minimum(spare, 1e6) * each, self.heard * each


def _grouped(
    pieces: Sent, first: int, offset: int, start: np.datetime64, ticks: int, cell_deg: float, tick_s: float
) -> tuple[Array, ...]:
    tick = np.floor((pieces.times - start.astype("int64") / 1000.0) / tick_s).astype(np.int64)
    use = (tick >= 0) & (tick < ticks)
    cell = cell_number(pieces.lon, pieces.lat, cell_deg)[use]
    ship, tick = pieces.ship[use] + first, tick[use]
    silence = np.where(pieces.silence_s[use] >= LONG_S, pieces.pair[use] + offset, -1)
    # pieces of a ship follow each other in time: a run in one cell and tick is one row for each station
    station = pieces.station[use].astype(np.int64) + 1
    run = np.cumsum(_changes(ship) | _changes(cell) | _changes(tick) | _changes(silence)) - 1
    stations = int(station.max(initial=0)) + 1
    _, row, group = np.unique(run * stations + station, return_index=True, return_inverse=True)
    due = np.bincount(group, pieces.sent[use], minlength=len(row))
    heard = np.bincount(group, pieces.heard[use], minlength=len(row))
    return ship[row], cell[row], tick[row], due, heard, station[row] - 1, silence[row]


def _changes(values: Array) -> Array:
    return np.append(np.ones(min(len(values), 1), dtype=bool), np.diff(values) != 0)


def numbered(station: Array) -> Array:
    """Number stations by how much they heard; those beyond `MOST_STATIONS` share the last number.

    >>> numbered(np.array([7, 7, 3])).tolist()
    [0, 0, 1]
    """
    _, of, many = np.unique(station, return_inverse=True, return_counts=True)
    rank = np.empty(len(many), dtype=np.int64)
    rank[np.argsort(-many, kind="stable")] = np.arange(len(many))
    return np.minimum(rank, MOST_STATIONS)[of]


def cell_number(lon: Any, lat: Any, cell_deg: float) -> Array:
    """Give the number of the cell that holds each place, row by row from the south pole; -1 where not a place."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    good = np.isfinite(lon) & np.isfinite(lat)
    x = np.floor(distance.wrap(np.where(good, lon, 0.0)) / cell_deg + 180.0 / cell_deg).astype(np.int64)
    y = np.floor((np.where(good, lat, 0.0) + 90.0) / cell_deg).astype(np.int64)
    return np.where(good, y * across(cell_deg) + np.minimum(x, across(cell_deg) - 1), -1)


def across(cell_deg: float) -> int:
    """Give the number of cells round the globe."""
    return int(np.ceil(360.0 / cell_deg - 1e-9))


def centres(cells: Array, cell_deg: float) -> tuple[Array, Array]:
    """Give the longitude and latitude of the middle of cells."""
    y, x = np.divmod(cells, across(cell_deg))
    return (x + 0.5) * cell_deg - 180.0, np.minimum((y + 0.5) * cell_deg - 90.0, 90.0)


def with_neighbours(cells: Array, cell_deg: float) -> Array:
    """Give cells and the eight about each, rising."""
    wide = across(cell_deg)
    y, x = np.divmod(cells, wide)
    around = [(y + dy) * wide + (x + dx) % wide for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    found = np.unique(np.concatenate(around)) if len(cells) else cells
    return found[found >= 0]


def kernel(xyz: Array, sigma_km: float, reach_km: float) -> csr_matrix:
    """Give the weights between places on the unit sphere, shape (places, places): a normal curve cut at its reach."""
    n = len(xyz)
    if not n:
        return csr_matrix((0, 0))
    pairs = cKDTree(xyz).query_pairs(float(distance.chord(reach_km)), output_type="ndarray")
    a, b = np.concatenate([pairs, pairs[:, ::-1], np.repeat(np.arange(n)[:, None], 2, axis=1)]).T
    return csr_matrix((weight(xyz[a], xyz[b], sigma_km, reach_km), (a, b)), shape=(n, n))


def weight(a: Array, b: Array, sigma_km: float, reach_km: float) -> Array:
    """Give the weight between each two places on the unit sphere, shape (n,)."""
    away = np.linalg.norm(a - b, axis=-1) * distance.EARTH_RADIUS_KM
    return np.where(away <= reach_km, np.exp(-0.5 * (away / sigma_km) ** 2), 0.0)
