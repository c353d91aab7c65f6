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

from ceasefire.detectors.vessel_events import from_fixes, left_from
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


class Stay(NamedTuple):
    """A stretch of one ship's positions on land."""

    mmsi: int
    rows: Ints
    coast_km: float
    lon: float
    lat: float
    leap_in: bool | None
    """Begins with a leap; None where the ship sailed there, False where its record begins there."""
    leap_out: bool | None


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
LEAST_S = 60.0
"""A stay on land shorter than this is an error of one message, or of its copies."""
GAP_H, SAME_KM = 1.0, 3.0
"""Stretches of one ship on land with a shorter gap, and nearer to each other, are one stay."""
TOGETHER_KM, TOGETHER_H = 5.0, 3.0
"""Ships put within this of each other, and within this time, are put there together."""

PRIOR = -2.0
"""Log odds that a track on land is false before its ends are looked at: rivers carry many ships."""
LEAP, SAILED = 5.0, -4.0
"""Log likelihood ratio of an end of the stay on land that is a leap, and of one that the ship sailed."""
ONE_MESSAGE = -10.0
"""Of a stay that is one message: broken bits put a ship anywhere."""
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
    Events `spoofing.inland`. Their disc is where the ship was before and after, where its receiver was misled; the
    false place where no other is known.

    >>> t = np.arange(30)
    >>> lon = np.where((t >= 10) & (t < 20), 38.012, 37.0 + 0.003 * t)
    >>> lat = np.where((t >= 10) & (t < 20), 44.582, 44.2)
    >>> f = Fixes.of(mmsi=np.full(30, 9), times=t.astype("M8[m]").astype("M8[ms]"), lon=lon, lat=lat)
    >>> why = inland(f)[0].why.split(", ")
    >>> why[0], why[2]
    ('10 positions on land at 44.58 N 38.01 E', 'at the airport of Gelendzhik')
    """
    parts = pieces(fixes) if parts is None else parts
    stays = _stays(fixes, parts, airports)
    out = []
    for stay in stays:
        where = f"{stay.lat:.2f} N {stay.lon:.2f} E"
        odds, words = PRIOR, [f"{len(stay.rows)} positions on land at {where}, {stay.coast_km:.0f} km from the coast"]
        lasts = fixes.times[stay.rows[-1]] - fixes.times[stay.rows[0]]
        if lasts < np.timedelta64(int(LEAST_S), "s"):
            odds, words = (
                odds + ONE_MESSAGE,
                [f"one position on land at {where}, {stay.coast_km:.0f} km from the coast"],
            )
        near = [a.name for a in airports if float(km(a.lon, a.lat, stay.lon, stay.lat)) <= AIRPORT_KM]
        if near:
            odds += AT_AIRPORT
            words.append(f"at the airport of {near[0]}")
        ends = [stay.leap_in, stay.leap_out]
        known = [e for e in ends if e is not False]  # the record's own begin and end tell nothing
        odds += sum(LEAP if e else SAILED for e in known)
        if any(ends):
            words.append("reached and left by leaps" if all(ends) else "with a leap at one end")
        others = _others(fixes, stays, stay)
        if others:
            odds += OTHERS * min(len(others), 2)
            words.append(f"{len(others)} other ship{'s' * (len(others) > 1)} put there in the same hours")
        if _goes_on(parts, stay.mmsi):
            odds += GOES_ON
        elif not known and not others:
            odds += SAILED  # the whole record lies on land: a ship of the river
        event = from_fixes(
            fixes,
            stay.rows,
            kind="spoofing.inland",
            log_odds=odds,
            why=", ".join(words),
            mmsi=stay.mmsi,
            others=others,
            files=files,
            disc=left_from(fixes, stay.rows),
        )
        if event.probability >= least:
            out.append(event)
    return Table.of(VesselEvent, sorted(out, key=lambda e: (e.start, e.mmsi, e.id)))


def _stays(fixes: Fixes, parts: Pieces, airports: Sequence[Airport]) -> list[Stay]:
    """Give the stretches well inside the land; stretches at one place with little between them are one."""
    piece = np.repeat(np.arange(len(parts.first)), parts.stop - parts.first)
    leaping = np.isin(parts.mmsi, parts.mmsi[parts.leap_in])[piece]  # a ship that never leaps sailed wherever it is
    coast = np.full(len(parts.rows), -1.0)
    coast[leaping] = coast_km(fixes.lon[parts.rows[leaping]], fixes.lat[parts.rows[leaping]])
    land = coast > MARGIN_KM
    for one in airports:
        close = np.flatnonzero((coast > AIRPORT_MARGIN_KM) & ~land)
        lon, lat = fixes.lon[parts.rows[close]], fixes.lat[parts.rows[close]]
        land[close[km(one.lon, one.lat, lon, lat) <= AIRPORT_KM]] = True
    key = np.where(land, piece, -1)
    first = np.flatnonzero((np.diff(key, prepend=-2) != 0) & land)
    edge = np.flatnonzero(np.diff(key, append=-2) != 0) + 1
    stop = edge[np.searchsorted(edge, first, side="right")] if len(first) else first
    out: list[Stay] = []
    for a, b in zip(first.tolist(), stop.tolist(), strict=True):
        k = int(piece[a])
        leap_in = bool(parts.leap_in[k]) if a == parts.first[k] else None
        leap_out = bool(parts.leap_out[k]) if b == parts.stop[k] else None
        rows = parts.rows[a:b]
        place = float(np.median(fixes.lon[rows])), float(np.median(fixes.lat[rows]))
        last = out[-1] if out else None
        if (
            last is not None
            and last.mmsi == int(parts.mmsi[k])
            and fixes.times[rows[0]] - fixes.times[last.rows[-1]] <= np.timedelta64(int(GAP_H * 3600), "s")
            and float(km(last.lon, last.lat, *place)) <= SAME_KM
        ):
            rows = np.concatenate([last.rows, rows])
            out[-1] = last._replace(rows=rows, leap_out=leap_out)
        else:
            out.append(Stay(int(parts.mmsi[k]), rows, float(np.median(coast[a:b])), *place, leap_in, leap_out))
    return out


def _others(fixes: Fixes, stays: list[Stay], mine: Stay) -> list[int]:
    """Give other ships that leapt to the same place in the same hours."""
    wide = np.timedelta64(int(TOGETHER_H * 3600), "s")
    begin, end = fixes.times[mine.rows[0]] - wide, fixes.times[mine.rows[-1]] + wide
    return sorted(
        {
            one.mmsi
            for one in stays
            if one.mmsi != mine.mmsi
            and (one.leap_in or one.leap_out)
            and fixes.times[one.rows[0]] <= end
            and fixes.times[one.rows[-1]] >= begin
            and float(km(mine.lon, mine.lat, one.lon, one.lat)) <= TOGETHER_KM
        }
    )


def _goes_on(parts: Pieces, mmsi: int) -> bool:
    """Tell whether the ship's tracks take turns again and again: two ships that use one identity."""
    mine = slice(*np.searchsorted(parts.mmsi, [mmsi, mmsi + 1]))
    strand = parts.strand[mine]
    if len(strand) < 6:
        return False
    back = int(np.sum((strand[2:] == strand[:-2]) & (strand[1:-1] != strand[2:])))
    return back >= 4 and back >= 0.5 * (len(strand) - 2)
