"""Ships that leap together: false navigation in an area, told from one ship's broken antenna.

One ship that leaps has a bad receiver, or shares its identity. Several that leap at one time, by one vector or onto one
place, have nothing in common but the signals they receive. So what is asked of every leap is how many others agree
with it, how many ships were there to be moved, and how often these ships leap anyway.

P(displacement) is the posterior of two explanations of k of n ships leaping alike: each leaps by itself at its own rate
(Poisson), or the signals of the area were false and some share of its ships followed (uniform on 0 to 1, so that k of n
has the chance 1 / (n + 1)). A single ship's leap never reaches a probability worth a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from ceasefire.detectors.vessel_events import disc_of, from_fixes
from ceasefire.detectors.vessel_steps import Pieces, Steps, pieces, steps
from ceasefire.geo.distance import km
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.reception import Reception
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WITHIN_H = 1.0 / 3.0
"""Leaps of one cause lie within this, as far as the times of the positions before and after tell."""
VECTOR_KM, VECTOR_SHARE = 0.7, 0.08
"""Vectors agree within this and within this share of their length."""
PLACE_KM, PLACE_SHARE = 1.5, 0.05
"""Places reached agree within this and within this share of the way."""
LONGEST_H = 3.0
"""A leap over a longer silence tells no time."""
ABOUT_KM = 80.0
"""Ships within this of those that leapt could have been moved, too."""

PRIOR = 0.05
"""Odds that a leap is the area's and not the ship's, before other ships are looked at."""
AGREE = 0.02
"""Chance that two leaps of ships that have nothing to do with each other agree."""
OWN_RATE = 0.002
"""Leaps per hour that every ship is allowed: errors of receivers and of time."""


class Group(NamedTuple):
    """Leaps that agree."""

    leaps: Ints
    """Numbers of the steps."""
    to_place: bool
    """Onto one place, rather than by one vector."""
    log_odds: float
    ships: int
    """Ships that were there to be moved."""


def displaced(
    fixes: Fixes, *, reception: Reception | None = None, least: float = 0.5, files: Sequence[str] = (),
    taken: Steps | None = None, parts: Pieces | None = None,
) -> Table[VesselEvent]:  # fmt: skip
    """Find times at which many ships were moved together; one event for each, its ships in `others`.

    Parameters
    ----------
    fixes
        As received, not cleaned.
    reception
        Not needed: it rests on positions that came.
    least
        Smallest probability that is given.
    files
        SHA-256 of each file, by its number in `fixes.source`.
    taken, parts
        The fixes' steps and pieces, where they are at hand.

    Returns
    -------
    Events `spoofing.displaced` with MMSI 0; the disc is where the ships were before, the end when they came back.

    >>> t = np.tile(np.arange(40), 5)
    >>> ship = np.repeat(np.arange(5), 40)
    >>> away = (t >= 15) & (t < 30)
    >>> f = Fixes.of(mmsi=272000001 + ship, times=t.astype("M8[m]").astype("M8[ms]"), speed_kn=np.full(200, 8.0),
    ...     course_deg=np.full(200, 90.0), lon=31.0 + 0.1 * ship + 0.0031 * t + 0.2 * away, lat=45.0 + 0.1 * away)
    >>> e = displaced(f)[0]
    >>> len(e.others), e.start.minute, e.end.minute, e.why
    (5, 15, 29, '5 of 5 ships leapt by one vector of 19 km within 20 minutes')
    """
    taken = steps(fixes) if taken is None else taken
    parts = pieces(fixes, taken) if parts is None else parts
    returns = _returns(fixes, taken, parts)
    leaps = np.flatnonzero(taken.leap & (taken.hours <= LONGEST_H) & ~returns)
    out = []
    for group in _groups(fixes, taken, leaps):
        first = taken.after[group.leaps]
        rows = np.unique(np.concatenate([_until_next(parts, int(r)) for r in first]))
        ships = sorted({int(m) for m in fixes.mmsi[first]})
        way = float(np.median(np.hypot(taken.east_km[group.leaps], taken.north_km[group.leaps])))
        how = "onto one place" if group.to_place else f"by one vector of {_near(way)} km"
        event = from_fixes(
            fixes,
            rows,
            kind="spoofing.displaced",
            log_odds=group.log_odds,
            why=f"{len(ships)} of {group.ships} ships leapt {how} within {WITHIN_H * 60:.0f} minutes",
            others=ships,
            files=files,
            disc=disc_of(fixes.lon[taken.before[group.leaps]], fixes.lat[taken.before[group.leaps]], least_km=1.0),
        )
        if event.probability >= least:
            out.append(event)
    return Table.of(VesselEvent, sorted(out, key=lambda e: (e.start, e.id)))


def _near(way_km: float) -> str:
    return f"{way_km:.0f}" if way_km >= 3 else f"{way_km:.1f}"


def _groups(fixes: Fixes, taken: Steps, leaps: Ints) -> list[Group]:
    """Gather leaps that agree: the largest group first, each leap in one group."""
    hours = fixes.times.astype(np.int64) / 3_600_000.0
    begin, end = hours[taken.before[leaps]], hours[taken.after[leaps]]
    order = np.argsort(end, kind="stable")
    leaps, begin, end = leaps[order], begin[order], end[order]
    free = np.ones(len(leaps), dtype=bool)
    rate = _own_rate(fixes, taken)
    seeds: list[tuple[int, int, bool]] = []
    near: dict[tuple[int, bool], Ints] = {}
    for i in range(len(leaps)):
        for to_place in (False, True):
            with_it = _agreeing(fixes, taken, leaps, begin, end, i, to_place)
            ships = len(np.unique(fixes.mmsi[taken.after[leaps[with_it]]]))
            if ships > 1:
                near[i, to_place] = with_it
                seeds.append((-ships, i, to_place))
    out = []
    for _, i, to_place in sorted(seeds):
        members = near[i, to_place]
        members = members[free[members]]
        mmsi = fixes.mmsi[taken.after[leaps[members]]]
        members = members[np.sort(np.unique(mmsi, return_index=True)[1])]  # a ship counts once
        if not free[i] or len(members) < 2:
            continue
        free[members] = False
        log_odds, ships = _odds(fixes, taken, leaps[members], rate, hours)
        out.append(Group(leaps[members], to_place, log_odds, ships))
    return out


def _agreeing(fixes: Fixes, taken: Steps, leaps: Ints, begin: Array, end: Array, i: int, to_place: bool) -> Ints:
    """Give the leaps that agree with one in time and in vector or place."""
    low, high = np.searchsorted(end, [end[i] - LONGEST_H - WITHIN_H, end[i] + LONGEST_H + WITHIN_H])
    at = np.arange(low, high)
    at = at[
        (begin[at] <= end[i] + WITHIN_H)
        & (end[at] >= begin[i] - WITHIN_H)
        & (np.abs(end[at] - end[i]) <= 2 * LONGEST_H)
    ]
    a, b = leaps[i], leaps[at]
    way = np.hypot(taken.east_km[a], taken.north_km[a])
    slack = 0.4 * 1.852 * 15.0 * (taken.hours[a] + taken.hours[b])  # what ships sailed meanwhile
    if to_place:
        rows = taken.after
        away = km(fixes.lon[rows[a]], fixes.lat[rows[a]], fixes.lon[rows[b]], fixes.lat[rows[b]])
        apart = km(*(c[taken.before[r]] for r in (a, b) for c in (fixes.lon, fixes.lat)))
        bound = np.minimum(PLACE_KM + PLACE_SHARE * way + slack, 0.5 * way)
        return np.asarray(at[(away <= bound) & ((apart > 2.0 * bound) | (b == a))])
    east, north = (np.where(np.isfinite(off), off, raw) for off, raw in
                   ((taken.off_east_km, taken.east_km), (taken.off_north_km, taken.north_km)))  # fmt: skip
    away = np.hypot(east[b] - east[a], north[b] - north[a])
    return np.asarray(at[away <= np.minimum(VECTOR_KM + VECTOR_SHARE * way + slack, 0.5 * way)])


def _own_rate(fixes: Fixes, taken: Steps) -> dict[int, float]:
    """Give each ship's leaps per hour heard, shrunk to what every ship is allowed."""
    mmsi = fixes.ships()[0]
    ship = np.searchsorted(mmsi, fixes.mmsi[taken.after])
    leaps = np.bincount(ship, taken.leap, minlength=len(mmsi))
    heard = np.bincount(ship, np.minimum(taken.hours, 1.0), minlength=len(mmsi))
    # two leaps, away and back, are what a displacement itself makes
    rate = (np.maximum(leaps - 2.0, 0.0) + OWN_RATE * 24.0) / (heard + 24.0)
    return dict(zip(mmsi.tolist(), rate.tolist(), strict=True))


def _odds(fixes: Fixes, taken: Steps, leaps: Ints, rate: dict[int, float], hours: Array) -> tuple[float, int]:
    """Weigh: the area's signals, or each ship by itself."""
    lon, lat, radius = disc_of(fixes.lon[taken.before[leaps]], fixes.lat[taken.before[leaps]])
    begin, end = float(hours[taken.before[leaps]].min()), float(hours[taken.after[leaps]].max())
    near = np.flatnonzero((hours >= begin - 0.5) & (hours <= end + 0.5) & np.isfinite(fixes.lon))
    close = near[km(lon, lat, fixes.lon[near], fixes.lat[near]) <= radius + ABOUT_KM]
    about = {int(m) for m in fixes.mmsi[close]}
    members = {int(m) for m in fixes.mmsi[taken.after[leaps]]}
    ships = sorted(about | members)
    k, window = len(members), end - begin + 2.0 * WITHIN_H
    mean = sum(rate[m] for m in ships) * window * AGREE
    if members:  # ships that always leap: what is seen of them is their own
        mean = max(mean, sum(min(rate[m] * window, 1.0) for m in members) * AGREE)
    alone = (k - 1) * np.log(mean) - mean - gammaln(k)
    together = -np.log(len(ships) + 1.0)
    return float(np.log(PRIOR) + together - alone), len(ships)


def _returns(fixes: Fixes, taken: Steps, parts: Pieces) -> Bools:
    """Tell which steps lead back to a track that the ship had left."""
    new = np.diff(parts.mmsi, prepend=-1) != 0
    number = np.cumsum(new) - 1
    first_of = np.flatnonzero(new)[number] if len(number) else number
    back = np.zeros(len(fixes), dtype=bool)
    highest: dict[int, int] = {}
    for k in np.flatnonzero(parts.leap_in):
        ship = int(first_of[k])
        top = highest.get(ship, 0)
        if parts.strand[k] <= top:
            back[parts.rows[parts.first[k]]] = True
        highest[ship] = max(top, int(parts.strand[k]))
    return np.asarray(back[taken.after] & taken.leap)


def _until_next(parts: Pieces, row: int) -> Ints:
    """Give the rows of the piece that begins at a row."""
    at = int(np.searchsorted(parts.rows, row))
    k = int(np.searchsorted(parts.first, at, side="right")) - 1
    return parts.rows[at : parts.stop[k]]
