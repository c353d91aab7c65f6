"""How often ships broadcast, and where: what a receiver would have heard if nothing had been lost.

Why: reception is what was heard against what was sent. Nobody records what was sent, but ITU-R M.1371 says how often
a ship reports at its speed, and two positions of a ship tell that it sailed between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ceasefire.geo import distance
from ceasefire.geo.fixes import Fixes

Array = NDArray[Any]

CLASS_B = (18, 19)
"""Types of message of class B equipment."""

LONGEST_H = 12.0
"""Silences longer than this tell nothing of reception: nobody knows where the ship was, hours."""

PIECE_S = 300.0
"""Step at which a silence is laid out along the way, s."""


def interval_s(speed_kn: Any, status: Any, message: Any, turning: Any = False) -> Array:
    """Give the seconds between two reports of a ship's position.

    Parameters
    ----------
    speed_kn
        Speed over ground, knots; unknown (NaN) counts as 10.
    status
        Navigational status 0 to 15; 1 and 5 are at anchor and moored.
    message
        Type of message; 18 and 19 are class B, 27 the long-range report.
    turning
        Whether the ship changes its course.

    Source: Recommendation ITU-R M.1371-5 (2014), Annex 1, section 4.2.1, tables 1 (class A) and 2 (class B);
    message 27: Annex 4.

    >>> interval_s([0.1, 8.0, 15.0, 25.0, 8.0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 18]).tolist()
    [180.0, 10.0, 6.0, 2.0, 30.0]
    """
    speed, status, message, turning = np.broadcast_arrays(
        np.nan_to_num(np.asarray(speed_kn, dtype=np.float64), nan=10.0), status, message, turning
    )
    under_way = np.select(
        [speed <= 14.0, speed <= 23.0], [np.where(turning, 10.0 / 3.0, 10.0), np.where(turning, 2.0, 6.0)], 2.0
    )
    class_a = np.where(np.isin(status, (1, 5)) & (speed <= 3.0), 180.0, under_way)
    class_b = np.where(speed <= 2.0, 180.0, 30.0)
    return np.select([np.isin(message, CLASS_B), message == 27], [class_b, 180.0], class_a)


@dataclass(frozen=True, eq=False)
class Sent:
    """Transmissions to be expected and messages heard, by ship, place and hour; every array has the shape (pieces,)."""

    ship: Array
    """Number of the ship in the list of ships."""
    lon: Array
    """Degrees east, on the straight way between two fixes."""
    lat: Array
    """Degrees north."""
    times: Array
    """Middle of the piece, seconds since 1970."""
    sent: Array
    """Transmissions to be expected in this piece of the way."""
    heard: Array
    """1 where the piece ends with a fix that was heard, else 0."""
    station: Array
    """Station that heard it, -1 where none did."""
    pair: Array
    """Number of the fix that begins the silence: pieces of one silence share it."""
    silence_s: Array
    """Length of the whole silence, s."""


def feed_interval_s(wait_s: Any, due_s: Any) -> float:
    """Give the shortest time between two messages of one ship that the feed passes on, s; 0 where it passes on all.

    Why: many feeds and archives keep one position a minute. What they throw away is not lost reception. The commonest
    wait is one interval of the feed even where reception is poor; where it is the ship's own interval, nothing is
    thrown away.

    Parameters
    ----------
    wait_s, due_s
        Seconds between fixes of a ship, and the interval of ITU-R M.1371 there, shape (n,).

    >>> feed_interval_s([60.0] * 50 + [120.0] * 50, [10.0] * 100)
    60.0
    >>> feed_interval_s([10.0] * 40 + [20.0] * 30 + [30.0] * 30, [10.0] * 100)
    0.0
    """
    wait, due = np.asarray(wait_s, dtype=np.float64), np.asarray(due_s, dtype=np.float64)
    quick = (wait >= 1.0) & (due >= 6.0) & (due <= 30.0)
    if quick.sum() < 20:
        return 0.0
    bins, count = np.unique(np.round(np.log(wait[quick]) / 0.15), return_counts=True)
    commonest = wait[quick][np.round(np.log(wait[quick]) / 0.15) == bins[np.argmax(count)]]
    usual = float(np.median(commonest))
    return usual if usual > 1.5 * float(np.median(due[quick])) else 0.0


def own_interval_s(ship: Any, wait_s: Any, due_s: Any, slow: Any = False) -> Array:
    """Give the interval at which each ship really reports, s: what it owes, or longer if it is never quicker.

    Why: transmitters are set wrongly. A ship at the quay that forgets its status owes a report every 10 s by the table
    and may send one in three minutes. The tenth percentile of its own waits, of those that owe the same, tells.

    Parameters
    ----------
    ship, wait_s, due_s
        Number of the ship, seconds between its fixes, and what is owed there, shape (n,).
    slow
        Whether it lies still, shape (n,): ships that lie still are told apart from themselves under way.

    >>> own_interval_s([1] * 10, [180.0] * 10, [10.0] * 10)[:2].tolist()
    [180.0, 180.0]
    """
    ship, wait, due = np.asarray(ship), np.asarray(wait_s, dtype=np.float64), np.asarray(due_s, dtype=np.float64)
    if not len(wait):
        return due
    kind = due + 0.5 * np.broadcast_to(slow, due.shape)
    order = np.lexsort((wait, kind, ship))
    new = np.flatnonzero(np.append(True, (np.diff(ship[order]) != 0) | (np.diff(kind[order]) != 0)))
    many = np.diff(np.append(new, len(wait)))
    quick = wait[order][new + many // 10]
    own = np.where(many >= 10, np.maximum(quick, due[order][new]), due[order][new])
    own = np.where(own > 1.5 * due[order][new], own, due[order][new])
    out = np.empty(len(wait))
    out[order] = np.repeat(own, many)
    return out


class Waits(NamedTuple):
    """From one fix of a ship to its next; arrays of shape (waits,)."""

    before: Array
    """Row of the fix before, in the fixes."""
    after: Array
    """Row of the fix after."""
    ship: Array
    """Number of the ship in the list of ships."""
    wait_s: Array
    """Time between them, s."""
    due_s: Array
    """Interval at which the ship reports here, as far as the feed passes it on, s."""
    feed_s: float
    """Interval of the feed, s; 0 where it passes on all."""


def waits(fixes: Fixes, *, feed_s: float | None = None) -> Waits:
    """Give the waits between following fixes of each ship, and how often it should have been heard.

    Parameters
    ----------
    fixes
        Fixes in order; the same transmission heard by several stations counts once, for the first of them.
    feed_s
        Interval of the feed, s; None estimates it (`feed_interval_s`).
    """
    placed = np.isfinite(fixes.lon) & np.isfinite(fixes.lat)
    ship = np.cumsum(np.diff(fixes.mmsi, prepend=fixes.mmsi[:1]) != 0)
    t = fixes.times.view("int64") / 1000.0
    fresh = placed.copy()
    fresh[1:] &= (np.diff(ship) > 0) | (np.diff(t) >= 1.0) | ~placed[:-1]
    at = np.flatnonzero(fresh)
    a, b = at[:-1], at[1:]
    use = ship[a] == ship[b]
    a, b = a[use], b[use]
    wait = t[b] - t[a]
    due = interval_s(fixes.speed_kn[a], fixes.status[a], fixes.message[a])
    # a wait of half the interval or less is a ship that changes its course, whatever its noisy course says
    due = np.where(wait < 0.6 * due, interval_s(fixes.speed_kn[a], fixes.status[a], fixes.message[a], True), due)
    if feed_s is None:
        feed_s = feed_interval_s(wait, due)
    due = np.maximum(own_interval_s(ship[a], wait, due, fixes.speed_kn[a] < 3.0), feed_s)
    return Waits(a, b, ship[a], wait, due, feed_s)


def sent(fixes: Fixes, *, feed_s: float | None = None) -> tuple[Sent, float]:
    """Lay out what each ship must have sent between its fixes, on the straight way between them.

    Parameters
    ----------
    fixes, feed_s
        As in `waits`.

    Returns
    -------
    pieces, feed_s
        Silences longer than `LONGEST_H` are left out.
    """
    every = waits(fixes, feed_s=feed_s)
    use = every.wait_s <= LONGEST_H * 3600.0
    a, b, ship, wait, due = (np.asarray(v)[use] for v in every[:5])
    pieces = np.maximum(np.ceil(wait / PIECE_S).astype(np.int64), 1)
    of = np.repeat(np.arange(len(a)), pieces)
    number = np.arange(len(of)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (number + 0.5) / pieces[of]
    last = number == pieces[of] - 1
    east = distance.wrap(fixes.lon[b] - fixes.lon[a])
    return Sent(
        ship=ship[of],
        lon=distance.wrap(fixes.lon[a][of] + share * east[of]),
        lat=fixes.lat[a][of] + share * (fixes.lat[b] - fixes.lat[a])[of],
        times=fixes.times.view("int64")[a][of] / 1000.0 + share * wait[of],
        sent=(wait / due / pieces)[of],
        heard=last.astype(np.float64),
        station=np.where(last, fixes.station[b][of], -1),
        pair=a[of],
        silence_s=wait[of],
    ), every.feed_s
