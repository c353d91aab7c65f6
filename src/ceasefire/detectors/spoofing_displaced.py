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
from ceasefire.detectors.vessel_steps import KNOT_KM_H, Pieces, Steps, pieces, step_between
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
SAME_H = 4.0
"""Ships that are moved alike within this are moved by one cause."""
ABOUT_KM = 80.0
"""Ships within this of those that leapt could have been moved, too."""

PRIOR = 0.05
"""Odds that a leap is the area's and not the ship's, before other ships are looked at."""
LEAST_SHIPS = 3
"""Fewer ships than this are no area: two lie side by side, or have each other's number."""
LEAST_KM = 2.0
"""Shorter leaps are what disturbed receivers make."""
LEAST_AGREE, LEAST_AGREE_PLACE = 0.005, 0.02
"""Least chance that two leaps of ships that have nothing to do with each other agree, by vector and by place: short
ones do so more often, and ships lie where ships lie."""
HELD = 3
"""A leap counts where the ship was for so many positions before it, and stays for so many behind it."""
CLOCK_H = 0.3
"""A receiver's clock may be wrong by this."""
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
    parts: Pieces | None = None,
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
    parts
        The fixes' pieces, where they are at hand.

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
    (5, 15, 29, '5 of 5 ships leapt by one vector of 19 km')
    """
    parts = pieces(fixes) if parts is None else parts
    jumps, away = _jumps(fixes, parts)
    far = np.hypot(jumps.east_km, jumps.north_km) >= LEAST_KM
    leaps = np.flatnonzero((jumps.hours <= LONGEST_H) & away & far & ~_by_clock(fixes, jumps))
    out = []
    for group in _same(fixes, jumps, _groups(fixes, jumps, leaps)):
        first = jumps.after[group.leaps]
        rows = np.unique(np.concatenate([_until_next(parts, int(r)) for r in first]))
        ships = sorted({int(m) for m in fixes.mmsi[first]})
        way = float(np.median(np.hypot(jumps.east_km[group.leaps], jumps.north_km[group.leaps])))
        how = "onto one place" if group.to_place else f"by one vector of {_near(way)} km"
        event = from_fixes(
            fixes,
            rows,
            kind="spoofing.displaced",
            log_odds=group.log_odds,
            why=f"{len(ships)} of {group.ships} ships leapt {how}",
            others=ships,
            files=files,
            disc=disc_of(fixes.lon[jumps.before[group.leaps]], fixes.lat[jumps.before[group.leaps]], least_km=1.0),
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
    seeds: list[tuple[int, int, bool]] = []
    near: dict[tuple[int, bool], Ints] = {}
    for i in range(len(leaps)):
        for to_place in (False, True):
            with_it = _agreeing(fixes, taken, leaps, begin, end, i, to_place)
            ships = len(np.unique(fixes.mmsi[taken.after[leaps[with_it]]]))
            if ships >= LEAST_SHIPS:
                near[i, to_place] = with_it
                seeds.append((-ships, i, to_place))
    out = []
    for _, i, to_place in sorted(seeds):
        members = near[i, to_place]
        members = members[free[members]]
        mmsi = fixes.mmsi[taken.after[leaps[members]]]
        members = members[np.sort(np.unique(mmsi, return_index=True)[1])]  # a ship counts once
        if not free[i] or len(members) < LEAST_SHIPS:
            continue
        free[members] = False
        log_odds, ships = _odds(fixes, taken, leaps[members], hours, to_place)
        out.append(Group(leaps[members], to_place, log_odds, ships))
    return out


def _same(fixes: Fixes, taken: Steps, found: list[Group]) -> list[Group]:
    """Put groups that were moved alike at about one time together: ships that come later are moved later."""
    out: list[Group] = []
    for group in sorted(found, key=lambda g: -g.log_odds):
        for k, one in enumerate(out):
            east, north = (float(np.median(c[group.leaps]) - np.median(c[one.leaps]))
                           for c in (taken.east_km, taken.north_km))  # fmt: skip
            way = float(np.median(np.hypot(taken.east_km[one.leaps], taken.north_km[one.leaps])))
            ends = [float(np.median(c[taken.after[g.leaps]])) for g in (group, one) for c in (fixes.lon, fixes.lat)]
            away = float(km(*ends)) if one.to_place else float(np.hypot(east, north))
            when = [fixes.times[taken.after[g.leaps]] for g in (group, one)]
            near = np.abs(np.subtract.outer(*when)).min() <= np.timedelta64(int(SAME_H * 3600), "s")
            if one.to_place == group.to_place and near and away <= 2.0 * (VECTOR_KM + VECTOR_SHARE * way):
                out[k] = one._replace(
                    leaps=np.union1d(one.leaps, group.leaps), ships=max(one.ships, group.ships),
                    log_odds=max(one.log_odds, group.log_odds),
                )  # fmt: skip
                break
        else:
            out.append(group)
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


def _odds(fixes: Fixes, taken: Steps, leaps: Ints, hours: Array, to_place: bool) -> tuple[float, int]:
    """Weigh: the area's signals, or each ship by itself."""
    lon, lat, radius = disc_of(fixes.lon[taken.before[leaps]], fixes.lat[taken.before[leaps]])
    begin, end = float(hours[taken.before[leaps]].min()), float(hours[taken.after[leaps]].max())
    near = np.flatnonzero((hours >= begin - 0.5) & (hours <= end + 0.5) & np.isfinite(fixes.lon))
    close = near[km(lon, lat, fixes.lon[near], fixes.lat[near]) <= radius + ABOUT_KM]
    members = np.unique(fixes.mmsi[taken.after[leaps]])
    ships = np.union1d(np.unique(fixes.mmsi[close]), members)
    window = end - begin + 2.0 * WITHIN_H
    # how often each leaps anyway: in its whole record, and about this time, but for this leap and the one back
    own = np.full(len(ships), OWN_RATE * window)
    at = np.searchsorted(ships, fixes.mmsi[taken.after])
    at = np.where((at < len(ships)) & (ships[np.minimum(at, len(ships) - 1)] == fixes.mmsi[taken.after]), at, -1)
    span = max(float(hours.max() - hours.min()), 24.0)
    every = np.bincount(at[at >= 0], minlength=len(ships))
    own += np.maximum(every - 2.0, 0.0) * window / span
    when = hours[taken.after]
    same = (at >= 0) & (when >= begin - 1.0) & (when <= end + 1.0)
    about = np.bincount(at[same], minlength=len(ships))
    own = np.maximum(own, np.maximum(about - 2.0, 0.0))
    way = float(np.median(np.hypot(taken.east_km[leaps], taken.north_km[leaps])))
    least = LEAST_AGREE_PLACE if to_place else LEAST_AGREE
    agree = float(np.clip((VECTOR_KM / (2.0 * way) + VECTOR_SHARE / 2.0) ** 2, least, 1.0))
    k, mean = len(members), float(own.sum()) * agree
    alone = (k - 1) * np.log(mean) - mean - gammaln(k)
    together = -np.log(len(ships) + 1.0)
    return float(np.log(PRIOR) + together - alone), len(ships)


def _jumps(fixes: Fixes, parts: Pieces) -> tuple[Steps, Bools]:
    """Give the leaps between pieces that last, and which of them lead away rather than back to a track left before."""
    k = np.flatnonzero(parts.leap_in)
    before, after = parts.rows[parts.first[k] - 1], parts.rows[parts.first[k]]
    held = parts.stop - parts.first
    lasting = np.minimum(held[k], held[k - 1]) >= HELD
    ship = np.cumsum(np.diff(parts.mmsi, prepend=-1) != 0)
    away = np.ones(len(k), dtype=bool)
    highest: dict[int, int] = {}
    for i, piece in enumerate(k):
        top = highest.get(int(ship[piece]), 0)
        away[i] = parts.strand[piece] > top
        highest[int(ship[piece])] = max(top, int(parts.strand[piece]))
    return step_between(fixes, before, after), away & lasting


def _by_clock(fixes: Fixes, taken: Steps) -> Bools:
    """Tell which leaps a wrong clock explains: along the ship's way, by what it sails in up to `CLOCK_H`."""
    course = np.radians(fixes.course_deg[taken.after].astype(np.float64))
    speed = KNOT_KM_H * fixes.speed_kn[taken.after].astype(np.float64)
    along = taken.off_east_km * np.sin(course) + taken.off_north_km * np.cos(course)
    across = taken.off_east_km * np.cos(course) - taken.off_north_km * np.sin(course)
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(along) <= speed * CLOCK_H) & (np.abs(across) <= 0.3 + 0.1 * np.abs(along)))


def _until_next(parts: Pieces, row: int) -> Ints:
    """Give the rows of the piece that begins at a row."""
    at = int(np.searchsorted(parts.rows, row))
    k = int(np.searchsorted(parts.first, at, side="right")) - 1
    return parts.rows[at : parts.stop[k]]
