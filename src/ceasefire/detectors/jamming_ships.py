"""Which ships had lost their position in an hour, by what their own messages say.

In a jammed area messages still come: the radio works, the receiver of positions does not. So the evidence is in them:
a position that is missing (181 and 91 degrees), a time stamp that says the receiver is out of order or dead-reckons,
the very same position again from a ship that says it moves, a lost flag of accuracy, places that scatter. Where
messages stop altogether, nothing can be told: that is a matter of receivers on shore.

Source: ITU-R M.1371-5, annex 8, table 48: time stamp 60 to 63, position not available, position accuracy.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.vessel_steps import KNOT_KM_H, Steps, steps
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.seas import on_land

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DEAD_RECKONING, OUT_OF_ORDER = 62, 63
"""Time stamps of ITU-R M.1371."""
FROZEN_KN = 2.0
"""A ship that says it moves faster than this cannot send the very same position again."""
FROZEN_S = 20.0
"""Unless its messages are nearer than this."""
USUALLY = 0.8
"""Share of a ship's positions with the flag of accuracy from which its loss counts."""
SCATTER_KM = 0.15
"""Places farther than this from where the ship's own speed and course lead, again and again, scatter."""
SLOW_KN = 2.0
"""A slower ship's place does not depend on its clock."""
SCATTER_H = 0.1
"""Steps longer than this do not tell scatter from turning."""
SHARE = 0.25
"""Share of a ship's messages of an hour that must be disturbed."""
LEAST_DISTURBED = 2
"""And so many of them at least."""
INLAND_KM = 3.0
"""A ship that seems to be farther inland is not there: its positions are false, which is no jamming of that place."""
PLACE_H = 6.0
"""A message without a place is put between the places before and after it, if they are within this."""


class ShipHours(NamedTuple):
    """What ships' messages say of their receivers, by ship, cell and hour; arrays of shape (m,)."""

    mmsi: Ints
    column: Ints
    """Number of the cell to the east, from 180 degrees west."""
    line: Ints
    """Number of the cell to the north, from the south pole."""
    hour: Ints
    """Hours since 1970."""
    messages: Ints
    disturbed: Ints
    """Messages with trouble."""
    lost: Bools
    """Whether the ship counts as disturbed."""


def troubled(fixes: Fixes, taken: Steps | None = None) -> Bools:
    """Tell which messages show that the ship's receiver had lost its position, shape (fixes,).

    Parameters
    ----------
    fixes
        As received: messages without a place included.
    taken
        Its steps, where they are at hand.

    >>> f = Fixes.of(mmsi=[9] * 4, times=np.arange(4).astype("M8[m]").astype("M8[ms]"),
    ...     lon=[30.0, np.nan, 30.01, 30.01], lat=[44.0, np.nan, 44.0, 44.0], speed_kn=[8.0] * 4, second=[0, 63, 0, 0])
    >>> troubled(f).tolist()
    [False, True, False, True]
    """
    taken = steps(fixes) if taken is None else taken
    out = ~(np.isfinite(fixes.lon) & np.isfinite(fixes.lat))
    out |= (fixes.second == DEAD_RECKONING) | (fixes.second == OUT_OF_ORDER)
    out |= _inaccurate(fixes)
    same = (taken.hours * 3600.0 >= FROZEN_S) & (taken.east_km == 0.0) & (taken.north_km == 0.0)
    with np.errstate(invalid="ignore"):
        same &= np.fmin(fixes.speed_kn[taken.before], fixes.speed_kn[taken.after]) > FROZEN_KN
    out[taken.after[same]] = True
    out |= _scattered(fixes, taken)
    return np.asarray(out)


def ship_hours(fixes: Fixes, *, cell_deg: float, taken: Steps | None = None) -> ShipHours:
    """Count each ship's messages, and those with trouble, by cell and hour; who seems to lie inland is not counted.

    Parameters
    ----------
    fixes
        As received.
    cell_deg
        Side of a cell, degrees.

    >>> f = Fixes.of(mmsi=[9] * 4, times=np.arange(4).astype("M8[m]").astype("M8[ms]"),
    ...     lon=[30.1, np.nan, np.nan, 30.2], lat=[44.0, np.nan, np.nan, 44.0], second=[0, 63, 63, 0])
    >>> h = ship_hours(f, cell_deg=0.5)
    >>> h.messages.tolist(), h.disturbed.tolist(), h.lost.tolist()
    ([4], [2], [True])
    """
    bad = troubled(fixes, taken)
    lon, lat = between(fixes)
    at = np.flatnonzero(np.isfinite(lon) & ~_inland(fixes, bad, lon, lat))
    column = np.floor((lon[at] + 180.0) / cell_deg).astype(np.int64)
    line = np.floor((lat[at] + 90.0) / cell_deg).astype(np.int64)
    hour = fixes.times[at].astype("datetime64[h]").astype(np.int64)
    mmsi = fixes.mmsi[at].astype(np.int64)
    order = np.lexsort((column, line, hour, mmsi))
    keys = np.stack([mmsi, hour, line, column])[:, order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = np.any(keys[:, 1:] != keys[:, :-1], axis=0)
    number = np.cumsum(new) - 1
    first = np.flatnonzero(new)
    messages = np.bincount(number, minlength=len(first))
    disturbed = np.bincount(number, bad[at][order], minlength=len(first)).astype(np.int64)
    lost = (disturbed >= LEAST_DISTURBED) & (disturbed >= SHARE * messages)
    mmsi, hour, line, column = keys[:, first]
    return ShipHours(mmsi, column, line, hour, messages, disturbed, lost)


def between(fixes: Fixes) -> tuple[Array, Array]:
    """Give every message a place: its own, or one between the ship's places before and after; NaN where none is near.

    >>> f = Fixes.of(mmsi=[9] * 3, times=np.arange(3).astype("M8[h]").astype("M8[ms]"), lon=[30.0, np.nan, 31.0],
    ...     lat=[44.0, np.nan, 44.0])
    >>> between(f)[0].tolist()
    [30.0, 30.5, 31.0]
    """
    lon, lat = fixes.lon.copy(), fixes.lat.copy()
    known = np.isfinite(lon) & np.isfinite(lat)
    need = np.flatnonzero(~known)
    rows = np.flatnonzero(known)
    if not len(need) or not len(rows):
        return lon, lat
    hours = fixes.times.astype(np.int64) / 3_600_000.0
    k = np.searchsorted(rows, need)
    a, b = rows[np.maximum(k - 1, 0)], rows[np.minimum(k, len(rows) - 1)]
    has_a = (k > 0) & (fixes.mmsi[a] == fixes.mmsi[need]) & (hours[need] - hours[a] <= PLACE_H)
    has_b = (k < len(rows)) & (fixes.mmsi[b] == fixes.mmsi[need]) & (hours[b] - hours[need] <= PLACE_H)
    span = np.maximum(hours[b] - hours[a], 1e-9)
    weight = np.where(has_a & has_b, (hours[need] - hours[a]) / span, np.where(has_b, 1.0, 0.0))
    some = has_a | has_b
    for values in (lon, lat):
        put = (1.0 - weight) * values[a] + weight * values[b]
        values[need] = np.where(some, put, np.nan)
    return lon, lat


def _inland(fixes: Fixes, bad: Bools, lon: Array, lat: Array) -> Bools:
    """Tell which messages of ships in trouble that hour seem to be sent inland."""
    key = fixes.mmsi.astype(np.int64) * 10_000_000 + fixes.times.astype("datetime64[h]").astype(np.int64)
    rows = np.flatnonzero(np.isin(key, np.unique(key[bad])))
    out = np.zeros(len(fixes), dtype=bool)
    out[rows] = on_land(lon[rows], lat[rows], margin_km=INLAND_KM)
    return out


def _inaccurate(fixes: Fixes) -> Bools:
    """Tell which messages lack the flag of accuracy although the ship's usually have it."""
    start = fixes.ships()[1]
    if len(start) < 2:
        return np.zeros(len(fixes), dtype=bool)
    size = np.diff(start)
    usual = np.add.reduceat(fixes.accurate.astype(np.int64), start[:-1]) / size
    return np.asarray(np.repeat(usual >= USUALLY, size) & ~fixes.accurate)


def _scattered(fixes: Fixes, taken: Steps) -> Bools:
    """Tell which messages lie, by the step before and the step after, elsewhere than the ship's own word leads."""
    out = np.zeros(len(fixes), dtype=bool)
    if len(taken.before) < 2:
        return out
    short = (taken.hours <= SCATTER_H) & (taken.hours > 0)
    off_e, off_n = _aside(fixes, taken)
    with np.errstate(invalid="ignore"):
        own = KNOT_KM_H * np.nan_to_num(np.fmax(fixes.speed_kn[taken.before], fixes.speed_kn[taken.after]), nan=15.0)
        far = short & (np.hypot(off_e, off_n) > SCATTER_KM + 0.3 * own * taken.hours)
        back = off_e[:-1] * off_e[1:] + off_n[:-1] * off_n[1:] < 0.0  # there and back, as a turn does not go
    chained = (taken.after[:-1] == taken.before[1:]) & far[:-1] & far[1:] & back
    out[taken.after[:-1][chained]] = True
    return out


def _aside(fixes: Fixes, taken: Steps) -> tuple[Array, Array]:
    """Give the part of each step's error that lies across the ship's way: along it, a clock may be wrong."""
    speed, course = fixes.speed_kn[taken.after], np.radians(fixes.course_deg[taken.after].astype(np.float64))
    with np.errstate(invalid="ignore"):
        moving = np.isfinite(course) & (speed >= SLOW_KN)
    ue, un = np.where(moving, np.sin(course), 0.0), np.where(moving, np.cos(course), 0.0)
    along = taken.off_east_km * ue + taken.off_north_km * un
    return taken.off_east_km - along * ue, taken.off_north_km - along * un
