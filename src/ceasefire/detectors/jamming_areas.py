"""Jamming at sea: where and when more ships than usual had lost their position, and how probable it is.

Per cell and hour: how many ships were heard, and how many of them had lost their position (`jamming_ships`). In quiet
hours a few have, and some ships always: those are left out. Whether a cell has too many is asked of the beta-binomial
distribution, which allows that bad receivers come in clusters, and which cells to name is decided at a false-discovery
rate, since a week of one sea is tens of thousands of cells and hours. Named cells that touch are one area.

A receiver on shore that fails makes ships silent, not lost: it lowers the number of ships heard, and a share of fewer
ships needs more to be named. `JammingCell.silent` says how many ships a cell knows nothing of.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln
from scipy.stats import betabinom

from ceasefire.detectors.jamming_ships import ShipHours, between, ship_hours, troubled
from ceasefire.detectors.vessel_events import disc_of, from_fixes
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.reception import Reception
from ceasefire.model.jamming import JammingCell
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent
from ceasefire.stats.false_discovery import adjusted

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CELL_DEG = 0.5
"""Side of a cell: jammers at sea reach tens of kilometres, and a smaller cell holds no two ships."""
RATE = 0.05
"""False-discovery rate at which cells are named."""
PRIOR = 0.01
"""Share of cells and hours that is jammed, before the messages are read: stated."""
CLUSTERED = 30.0
"""Sum of the two parameters of the quiet share's beta distribution: how alike the ships of a cell are."""
LEAST_SHARE = 0.002
"""Quiet share at least: no fleet is small enough to prove less."""
JAMMED = (2.0, 1.0)
"""Beta distribution of the share that is lost in a jammed cell: most of them."""
LEAST_SHIPS = 3
"""Fewer ships than this are no area, whatever their share."""
CHRONIC = 0.5
"""A ship that is disturbed in more than this share of its hours has a bad receiver."""
CHRONIC_HOURS = 12
"""If it was heard in so many hours."""
REST_H = 2
"""Named hours of one area are at most this far apart."""


def jamming_map(
    fixes: Fixes, *, reception: Reception | None = None, cell_deg: float = CELL_DEG, hours: ShipHours | None = None
) -> Table[JammingCell]:
    """Give each cell and hour with ships: how many, how many disturbed, and P(jammed).

    Parameters
    ----------
    fixes
        As received: messages without a place included.
    reception
        Fills `heard`.
    cell_deg
        Side of a cell, degrees.
    hours
        What `ship_hours` gives, where it is at hand.

    Returns
    -------
    By hour, then south to north, then west to east.

    >>> t = np.tile(np.arange(240), 8)
    >>> ship = np.repeat(np.arange(8), 240)
    >>> lost = (t >= 120) & (t < 180)
    >>> f = Fixes.of(mmsi=272000001 + ship, times=t.astype("M8[m]").astype("M8[ms]"), second=np.where(lost, 63, 1),
    ...     lon=np.where(lost, np.nan, 31.1 + 0.01 * ship), lat=np.where(lost, np.nan, 45.1))
    >>> cells = jamming_map(f)
    >>> cells.column("disturbed").tolist(), cells.column("probability").round(2).tolist()
    ([0, 0, 8, 0], [0.0, 0.0, 1.0, 0.0])
    """
    hours = ship_hours(fixes, cell_deg=cell_deg) if hours is None else hours
    cells = _Cells(hours, chronic(hours))
    west, south = cells.column * cell_deg - 180.0, cells.line * cell_deg - 90.0
    begin = cells.hour.astype("datetime64[h]")
    heard = np.full(len(west), np.nan)
    if reception is not None and len(west):
        heard = reception.heard(west + cell_deg / 2, south + cell_deg / 2, begin, begin + np.timedelta64(1, "h"))
    some = cells.ships > 0
    table = Table.from_columns(
        JammingCell,
        {
            "west": west.round(6),
            "south": south.round(6),
            "side_deg": np.full(len(west), cell_deg),
            "start": begin.astype("datetime64[s]"),
            "ships": cells.ships,
            "disturbed": cells.lost,
            "silent": cells.silent,
            "share": np.where(some, cells.lost / np.maximum(cells.ships, 1), np.nan),
            "expected": np.full(len(west), cells.quiet),
            "probability": np.where(some, cells.probability, np.nan),
            "rate": cells.rate,
            "heard": heard,
        },
    )
    return table


def jamming(
    fixes: Fixes, *, reception: Reception | None = None, cell_deg: float = CELL_DEG, least: float = 0.5,
    files: Sequence[str] = (),
) -> Table[VesselEvent]:  # fmt: skip
    """Find areas and times in which ships' receivers of positions were jammed; one event for each.

    Parameters
    ----------
    fixes
        As received: messages without a place included.
    reception
        Says, in each event, how much of the area's traffic was heard.
    cell_deg
        Side of a cell, degrees.
    least
        Smallest probability that is given.
    files
        SHA-256 of each file, by its number in `fixes.source`.

    Returns
    -------
    Events `jamming` with MMSI 0; the disc holds the disturbed ships' places, between those before and after.

    >>> t = np.tile(np.arange(240), 8)
    >>> ship = np.repeat(np.arange(8), 240)
    >>> lost = (t >= 120) & (t < 180)
    >>> f = Fixes.of(mmsi=272000001 + ship, times=t.astype("M8[m]").astype("M8[ms]"), second=np.where(lost, 63, 1),
    ...     lon=np.where(lost, np.nan, 31.1 + 0.01 * ship), lat=np.where(lost, np.nan, 45.1))
    >>> e = jamming(f)[0]
    >>> e.start.hour, e.end.minute, len(e.others), e.why
    (2, 59, 8, '8 of 8 ships heard lost their position, 0.2 % do in quiet hours; 0 fell silent')
    """
    hours = ship_hours(fixes, cell_deg=cell_deg)
    cells = _Cells(hours, chronic(hours))
    named = np.flatnonzero((cells.rate <= RATE) & (cells.probability >= least))
    if not len(named):
        return Table.empty(VesselEvent)
    bad = troubled(fixes)
    lon, lat = between(fixes)
    where = cells.number(
        np.floor((np.nan_to_num(lon) + 180.0) / cell_deg).astype(np.int64),
        np.floor((np.nan_to_num(lat) + 90.0) / cell_deg).astype(np.int64),
        fixes.times.astype("datetime64[h]").astype(np.int64),
    )
    where[~np.isfinite(lon)] = -1
    out = []
    for area in _areas(cells, named):
        inside = np.isin(where, area)
        theirs = np.flatnonzero(inside & bad)
        lost = np.isin(cells.of, area) & hours.lost & ~cells.left_out
        ships = sorted({int(m) for m in hours.mmsi[lost]})
        if len(ships) < LEAST_SHIPS:
            continue
        rows = theirs[np.isin(fixes.mmsi[theirs], ships)]
        all_of = np.unique(hours.mmsi[np.isin(cells.of, area) & ~cells.left_out])
        silent = int(cells.silent[area].sum())
        begin, end = (cells.hour[area].min(), cells.hour[area].max() + 1)
        disc = disc_of(lon[rows], lat[rows], least_km=5.0)
        event = from_fixes(
            fixes, rows, kind="jamming", log_odds=float(cells.log_odds[area].max()), others=ships, files=files,
            disc=disc, why=f"{len(ships)} of {len(all_of)} ships heard lost their position, "
            f"{100 * cells.quiet:.1f} % do in quiet hours; {silent} fell silent",
        )  # fmt: skip
        if reception is not None:
            heard = reception.heard(
                np.array([disc[0]]), np.array([disc[1]]), np.datetime64(int(begin), "h"), np.datetime64(int(end), "h")
            )
            event = VesselEvent(**{**event.__dict__, "heard": float(heard[0])})
        out.append(event)
    return Table.of(VesselEvent, sorted(out, key=lambda e: (e.start, e.id)))


def chronic(hours: ShipHours) -> Ints:
    """Give the ships whose receivers are bad wherever they are, by MMSI: most of their hours, with few about them so.

    >>> n = np.zeros(20, dtype=np.int64)
    >>> chronic(ShipHours(n + 9, np.arange(20), n, np.arange(20), n + 9, n + 9, n == 0)).tolist()
    [9]
    """
    mmsi, ship = np.unique(hours.mmsi, return_inverse=True)
    where = np.stack([hours.hour, hours.line, hours.column])
    cell = np.unique(where, axis=1, return_inverse=True)[1].ravel()
    others = np.bincount(cell)[cell] - 1
    lost_too = np.bincount(cell, hours.lost)[cell] - hours.lost
    alone = hours.lost & (lost_too <= 0.5 * others)  # a whole cell that has lost its position is no bad receiver
    many = np.bincount(ship, minlength=len(mmsi))
    lost = np.bincount(ship, alone, minlength=len(mmsi))
    return np.asarray(mmsi[(many >= CHRONIC_HOURS) & (lost > CHRONIC * many)], dtype=np.int64)


class _Cells:
    """Ships and disturbed ships by cell and hour, and what they say."""

    def __init__(self, hours: ShipHours, bad: Ints) -> None:
        self.left_out: Bools = np.isin(hours.mmsi, bad)
        column, line, hour, missing = _silences(hours)
        every = np.stack([np.append(hours.hour, hour), np.append(hours.line, line), np.append(hours.column, column)])
        keys, of = np.unique(every, axis=1, return_inverse=True)
        of = of.ravel()
        self.hour, self.line, self.column = keys
        n = keys.shape[1]
        self.of: Ints = of[: len(hours.mmsi)]
        self.silent = np.bincount(of[len(hours.mmsi) :], missing, minlength=n).astype(np.int64)
        good = ~self.left_out
        self.ships = np.bincount(self.of[good], minlength=n)
        self.lost = np.bincount(self.of[good], hours.lost[good], minlength=n).astype(np.int64)
        self.quiet = _quiet(self.ships, self.lost)
        a, b = CLUSTERED * self.quiet, CLUSTERED * (1.0 - self.quiet)
        some = self.ships > 0
        p = np.where(some, betabinom.sf(self.lost - 1, np.maximum(self.ships, 1), a, b), np.nan)
        self.rate = adjusted(np.clip(p, 0.0, 1.0))
        k, m = self.lost.astype(np.float64), self.ships.astype(np.float64)
        quiet = betaln(k + a, m - k + b) - betaln(a, b)
        jammed = betaln(k + JAMMED[0], m - k + JAMMED[1]) - betaln(*JAMMED)
        self.log_odds = np.log(PRIOR / (1.0 - PRIOR)) + jammed - quiet
        self.probability = 1.0 / (1.0 + np.exp(-np.clip(self.log_odds, -700, 700)))

    def number(self, column: Ints, line: Ints, hour: Ints) -> Ints:
        """Give the number of the cell of each, -1 where none."""
        span_l, span_c = 100_000, 100_000
        mine = (self.hour * span_l + self.line) * span_c + self.column
        ask = (hour * span_l + line) * span_c + column
        k = np.minimum(np.searchsorted(mine, ask), len(mine) - 1)
        return np.where(mine[k] == ask, k, -1)


def _quiet(ships: Ints, lost: Ints) -> float:
    """Give the share of ships that is disturbed in quiet hours: cells with far too many are left out of it, twice."""
    keep = ships > 0
    share = LEAST_SHARE
    for _ in range(3):
        share = max(float(lost[keep].sum()) / max(float(ships[keep].sum()), 1.0), LEAST_SHARE)
        a, b = CLUSTERED * share, CLUSTERED * (1.0 - share)
        keep = (ships > 0) & (betabinom.sf(lost - 1, np.maximum(ships, 1), a, b) > 0.01)
    return share


def _silences(hours: ShipHours) -> tuple[Ints, Ints, Ints, Ints]:
    """Give where ships were last heard an hour before and are heard no more: cells, hours and a count of one each."""
    order = np.lexsort((hours.hour, hours.mmsi))
    mmsi, hour = hours.mmsi[order], hours.hour[order]
    last = hours.hour.max() if len(hour) else 0
    gone = np.ones(len(order), dtype=bool)
    gone[:-1] = (mmsi[1:] != mmsi[:-1]) | (hour[1:] > hour[:-1] + 1)
    gone &= hour < last
    at = order[gone]
    return hours.column[at], hours.line[at], hours.hour[at] + 1, np.ones(len(at), dtype=np.int64)


def _areas(cells: _Cells, named: Ints) -> list[Ints]:
    """Put named cells that touch, in space and within `REST_H` in time, together."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    at = np.stack([cells.column[named], cells.line[named], cells.hour[named] / REST_H], axis=1).astype(np.float64)
    pairs = cKDTree(at).query_pairs(1.0001, p=np.inf, output_type="ndarray")
    n = len(named)
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    count, label = connected_components(graph, directed=False)
    return [named[label == k] for k in range(count)]
