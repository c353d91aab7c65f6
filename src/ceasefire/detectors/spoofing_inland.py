"""Positions on land that the ship cannot have sailed to: the best-known sign of false satellite navigation.

A place on land is not enough. Ships sail up rivers and canals and lie in docks, and coasts are drawn to a kilometre or
two. So a position is looked at only well inside the land, and what weighs is the track: a ship that sailed up the
Danube came there step by step, one whose receiver was fed false positions leapt there and leaps back. Where several
ships' receivers are put on one place, the more so; that this place is often an airport, because drones are made to
believe they are in its no-fly zone, is from C4ADS, "Above Us Only Stars" (2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.vessel_events import from_fixes
from ceasefire.detectors.vessel_steps import Pieces, pieces
from ceasefire.geo.distance import km
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.reception import Reception
from ceasefire.geo.seas import coast_km
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class Airport(NamedTuple):
    """A civil airport, for the sentence that says where ships were put."""

    name: str
    lon: float
    lat: float


AIRPORTS: tuple[Airport, ...] = (
    Airport("Anapa", 37.347, 45.002),
    Airport("Gelendzhik", 38.012, 44.582),
    Airport("Sochi", 39.957, 43.450),
    Airport("Krasnodar", 39.171, 45.035),
    Airport("Simferopol", 33.975, 45.052),
    Airport("Kerch", 36.401, 45.373),
    Airport("Odesa", 30.677, 46.427),
    Airport("Constanta", 28.488, 44.362),
    Airport("Varna", 27.825, 43.232),
    Airport("Burgas", 27.515, 42.570),
    Airport("Istanbul", 28.752, 41.275),
    Airport("Batumi", 41.600, 41.610),
    Airport("Trabzon", 39.790, 40.995),
    Airport("Samsun", 36.555, 41.257),
    Airport("Rostov", 39.924, 47.494),
    Airport("Saint Petersburg", 30.263, 59.800),
    Airport("Beirut", 35.488, 33.821),
    Airport("Larnaca", 33.625, 34.875),
    Airport("Cairo", 31.406, 30.122),
)
"""Civil airports about the seas that the cases are of; general knowledge, to about a kilometre."""

MARGIN_KM = 3.0
"""Nearer to the coast nothing is called inland: twice the error of the coast."""
AIRPORT_MARGIN_KM = 1.0
"""But at an airport, many of which lie by the sea."""
AIRPORT_KM = 3.0
"""Positions within this of an airport's middle are at it."""
ALONE = 2
"""Fewer positions than this on land are an error of one message."""
TOGETHER_KM, TOGETHER_H = 5.0, 3.0
"""Ships put within this of each other, and within this time, are put there together."""

PRIOR = -2.0
"""Log odds that a track on land is false before its ends are looked at: rivers carry many ships."""
LEAP, SAILED = 5.0, -4.0
"""Log likelihood ratio of an end of the stay on land that is a leap, and of one that the ship sailed."""
ONE_MESSAGE = -4.0
"""Of a stay of one message: broken bits put a ship anywhere."""
OTHERS = 3.0
"""Of each other ship that leaps to the same place in the same hours, two at most."""
AT_AIRPORT = 1.5
"""Of an airport at the place."""
GOES_ON = -6.0
"""Of a ship that goes on elsewhere meanwhile: two ships with one identity."""


def inland(
    fixes: Fixes, *, reception: Reception | None = None, airports: Sequence[Airport] = AIRPORTS, least: float = 0.5,
    files: Sequence[str] = (), parts: Pieces | None = None,
) -> Table[VesselEvent]:  # fmt: skip
    """Find ships whose positions stood on land where the ship cannot have sailed; one event for each ship and stay.

    Parameters
    ----------
    fixes
        As received, not cleaned.
    reception
        Not needed: it rests on positions that came.
    airports
        Where false positions are often put.
    least
        Smallest probability that is given.
    files
        SHA-256 of each file, by its number in `fixes.source`.
    parts
        The fixes' pieces, where they are at hand.

    Returns
    -------
    Events `spoofing.inland`; their disc is the false place.

    >>> t = np.arange(30)
    >>> lon = np.where((t >= 10) & (t < 20), 38.012, 37.0 + 0.003 * t)
    >>> lat = np.where((t >= 10) & (t < 20), 44.582, 44.2)
    >>> f = Fixes.of(mmsi=np.full(30, 9), times=t.astype("M8[m]").astype("M8[ms]"), lon=lon, lat=lat)
    >>> inland(f)[0].why
    '10 positions on land, 3 km from the coast, at the airport of Gelendzhik, reached and left by leaps'
    """
    parts = pieces(fixes) if parts is None else parts
    stays = _stays(fixes, parts, airports)
    out = []
    for k, (piece, rows, coast) in enumerate(stays):
        lon, lat = float(np.median(fixes.lon[rows])), float(np.median(fixes.lat[rows]))
        odds, words = PRIOR, [f"{len(rows)} positions on land, {coast:.0f} km from the coast"]
        if len(rows) < ALONE:
            odds, words = odds + ONE_MESSAGE, [f"one position on land, {coast:.0f} km from the coast"]
        near = [a.name for a in airports if float(km(a.lon, a.lat, lon, lat)) <= AIRPORT_KM]
        if near:
            odds += AT_AIRPORT
            words.append(f"at the airport of {near[0]}")
        at = slice(int(parts.first[piece]), int(parts.stop[piece]))
        whole = parts.rows[at]
        ends = []
        for leap, side, edge in (
            (parts.leap_in[piece], rows[0], whole[0]),
            (parts.leap_out[piece], rows[-1], whole[-1]),
        ):
            if side != edge:  # the piece goes on beyond the land: the ship sailed there
                ends.append(False)
            elif leap:
                ends.append(True)
        odds += sum(LEAP if e else SAILED for e in ends)
        if any(ends):
            words.append("reached and left by leaps" if ends == [True, True] else "with a leap at one end")
        others = _others(fixes, stays, parts, k, lon, lat)
        if others:
            odds += OTHERS * min(len(others), 2)
            words.append(f"{len(others)} other ship{'s' * (len(others) > 1)} put there in the same hours")
        if _goes_on(fixes, parts, piece):
            odds += GOES_ON
        elif not ends and not others:
            odds += SAILED  # the whole record lies on land: a ship of the river
        event = from_fixes(
            fixes, rows, kind="spoofing.inland", log_odds=odds, why=", ".join(words),
            mmsi=int(parts.mmsi[piece]), others=others, files=files,
        )  # fmt: skip
        if event.probability >= least:
            out.append(event)
    return Table.of(VesselEvent, sorted(out, key=lambda e: (e.start, e.mmsi, e.id)))


def _stays(fixes: Fixes, parts: Pieces, airports: Sequence[Airport]) -> list[tuple[int, Ints, float]]:
    """Give the stretches well inside the land: number of the piece, rows, median distance to the coast."""
    coast = coast_km(fixes.lon[parts.rows], fixes.lat[parts.rows])
    land = coast > MARGIN_KM
    for a in airports:
        close = np.flatnonzero((coast > AIRPORT_MARGIN_KM) & ~land)
        land[close[km(a.lon, a.lat, fixes.lon[parts.rows[close]], fixes.lat[parts.rows[close]]) <= AIRPORT_KM]] = True
    piece = np.repeat(np.arange(len(parts.first)), parts.stop - parts.first)
    key = np.where(land, piece, -1)
    first = np.flatnonzero((np.diff(key, prepend=-2) != 0) & land)
    edge = np.flatnonzero(np.diff(key, append=-2) != 0) + 1
    stop = edge[np.searchsorted(edge, first, side="right")] if len(first) else first
    return [
        (int(piece[a]), parts.rows[a:b], float(np.median(coast[a:b]))) for a, b in zip(first, stop, strict=True)
    ]  # fmt: skip


def _others(
    fixes: Fixes, stays: list[tuple[int, Ints, float]], parts: Pieces, k: int, lon: float, lat: float
) -> list[int]:
    """Give other ships that leapt to the same place in the same hours."""
    piece, rows, _ = stays[k]
    wide = np.timedelta64(int(TOGETHER_H * 3600), "s")
    begin, end = fixes.times[rows[0]] - wide, fixes.times[rows[-1]] + wide
    found = set()
    for other, theirs, _ in stays:
        if parts.mmsi[other] == parts.mmsi[piece] or not (parts.leap_in[other] or parts.leap_out[other]):
            continue
        if fixes.times[theirs[0]] <= end and fixes.times[theirs[-1]] >= begin:
            middle = float(np.median(fixes.lon[theirs])), float(np.median(fixes.lat[theirs]))
            if float(km(lon, lat, *middle)) <= TOGETHER_KM:
                found.add(int(parts.mmsi[other]))
    return sorted(found)


def _goes_on(fixes: Fixes, parts: Pieces, piece: int) -> bool:
    """Tell whether the ship's tracks take turns again and again: two ships that use one identity."""
    mine = np.flatnonzero(parts.mmsi == parts.mmsi[piece])
    if len(mine) < 6:
        return False
    strand = parts.strand[mine]
    back = int(np.sum((strand[2:] == strand[:-2]) & (strand[1:-1] != strand[2:])))
    return back >= 4 and back >= 0.5 * (len(mine) - 2)
