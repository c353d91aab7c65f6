"""Positions on circles: false positions that go round one point, told from ships that really go round.

Ships swing at anchor, turn, fish and search on rings too. What tells them apart is the ship and not the ring: a ship
that goes round points where it goes, one that swings points at its anchor, and neither leaps onto its ring from
elsewhere. A receiver that is fed false positions leaps, its gyrocompass goes on pointing where the ship lies, and
other ships' receivers are put on rings about the same point.

Each of these is a likelihood ratio stated below, and the probability is their sum on the stated prior odds. That
false positions stand on rings: B. Bergman, "Systematic GPS manipulation occurring at Chinese oil terminals and
government installations" (SkyTruth, 2019) and "AIS ship tracking data shows false vessel tracks circling above Point
Reyes" (Global Fishing Watch, 2020). Ships' turning circles: IMO resolution MSC.137(76), 5 lengths across at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.vessel_events import from_fixes, left_from
from ceasefire.detectors.vessel_steps import KNOT_KM_H, Steps, placed, steps
from ceasefire.geo.distance import KM_PER_DEGREE, wrap
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.reception import Reception
from ceasefire.geo.seas import on_land
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent
from ceasefire.stats.circles import Circle, fit_circle

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

WINDOWS_H = (0.5, 2.0, 8.0)
"""Lengths of the windows in which rings are looked for; a ring that lasts must fill one of them."""
LEAST_FIXES = 6
"""Fewer positions lie on a circle by chance too often."""
LEAST_KM, MOST_KM = 0.08, 30.0
"""Radii that are looked at: below, errors of position look alike."""
NARROW = 0.12
"""Largest standard deviation of a ring, as a share of its radius."""
COVERED = np.pi * 2.0 / 3.0
"""Largest angle without a position on the ring."""
ERROR_KM = 0.015
"""Error of an ordinary position."""
REST_H = 1.0
"""A ring goes on over silences up to this."""

PRIOR = -3.0
"""Log odds that a narrow ring is false before anything else is known: most are swinging, turning and fishing ships."""
LEAP, NO_LEAP = 5.0, -2.0
"""Log likelihood ratio of a leap at an end of the ring: nine false rings of ten begin with one, of true ones 0.6 % (an
error of the receiver); and of none although the ship was heard within 15 minutes: a tenth against nearly all."""
MOST_ROUNDS = 4.0
"""Largest log likelihood ratio of the number of rounds: ships end after 1.5 on average, false rings after 10."""
AGREES_DEG, SWINGS_DEG = 12.0, 30.0
"""Standard deviations of heading about the course of a ship that turns, and about the bearing of its anchor."""
STRAY = 0.05
"""Share of headings that are wrong."""
MOVES_KN = 3.0
"""The heading of a slower ship says nothing of its way."""
NEAR_DEG = 60.0
"""Places farther apart on the ring do not tell the way between them, nor those between which the ship wandered."""
BY_SATELLITE = 0.2
"""Share of ships whose heading comes from the satellites, too, and so goes round with the false way."""
ON_LAND = 5.0
"""Log likelihood ratio of a ring that lies on land for the most part."""
SEARCHED = 12.0
"""Log likelihood by which a ring must beat a cloud of places: so much is found by looking at many windows."""
SAME_CENTRE = 3.0
"""Log likelihood ratio of each other ship that is put on a ring about the same point in the same hours, two at most."""
SWING_KM = 0.6
"""And its ring is smaller."""
CALM_KN = 1.5
"""A ship that swings at anchor is slower."""


class Ring(NamedTuple):
    """A stretch of one ship's positions on a circle."""

    rows: Ints
    """Rows of the fixes, in order, those off the circle too."""
    lon: float
    """Centre."""
    lat: float
    """Centre."""
    circle: Circle
    """In km about the centre of its window."""
    log_odds: float
    """That it is false, before other ships are looked at."""
    speed_kn: float
    """Median speed along the ring, from the positions."""
    why: str


def circles(
    fixes: Fixes, *, reception: Reception | None = None, least: float = 0.5, files: Sequence[str] = ()
) -> Table[VesselEvent]:
    """Find ships whose positions go round a point without the ship; one event for each ship and ring.

    Parameters
    ----------
    fixes
        As received, not cleaned.
    reception
        Not needed: a ring rests on positions that came.
    least
        Smallest probability that is given.
    files
        SHA-256 of each file, by its number in `fixes.source`.

    Returns
    -------
    Events `spoofing.circle`. Their disc is where the ship was before and after, since there its receiver was misled;
    the ring's centre is in `why`. Where no other position is known, the disc is the ring.

    >>> t = np.arange(60)
    >>> f = Fixes.of(mmsi=np.full(60, 9), times=t.astype("M8[m]").astype("M8[ms]"), speed_kn=np.full(60, 25.0),
    ...     lon=38.0 + 0.03 * np.sin(t / 3.0), lat=44.5 + 0.0214 * np.cos(t / 3.0), heading_deg=np.full(60, 130.0))
    >>> e = circles(f)[0]
    >>> e.kind, round(e.lon, 2), round(e.radius_km, 1)
    ('spoofing.circle', 38.0, 2.4)
    >>> e.why
    '60 positions in 1.0 h on a circle of 2.4 km about 44.50 N 38.00 E, 3.1 rounds, heading unrelated to it'
    """
    found = rings(fixes)
    odds, partners = _shared(fixes, found)
    out = []
    for ring, o, other in zip(found, odds, partners, strict=True):
        why = ring.why + (f", {len(other)} other ships about the same point" if other else "")
        event = from_fixes(
            fixes,
            ring.rows,
            kind="spoofing.circle",
            log_odds=o,
            why=why.replace(" 1 other ships", " 1 other ship"),
            mmsi=int(fixes.mmsi[ring.rows[0]]),
            others=other,
            files=files,
            disc=left_from(fixes, ring.rows) or (round(ring.lon, 5), round(ring.lat, 5), round(ring.circle.radius, 3)),
        )
        if event.probability >= least:
            out.append(event)
    return Table.of(VesselEvent, sorted(out, key=lambda e: (e.start, e.mmsi, e.id)))


def rings(fixes: Fixes) -> list[Ring]:
    """Find every narrow ring in ships' positions, false and true, with the odds that it is false.

    >>> len(rings(Fixes.of(mmsi=[9] * 9, times=np.arange(9).astype("M8[h]").astype("M8[ms]"), lon=np.arange(9.0),
    ...     lat=[44.0] * 9)))
    0
    """
    rows = placed(fixes)
    if not len(rows):
        return []
    taken = steps(fixes)
    hours = fixes.times.astype(np.int64) / 3_600_000.0
    bounds = np.flatnonzero(np.diff(fixes.mmsi[rows], prepend=-1, append=-1))
    out: list[Ring] = []
    for first, stop in _candidates(fixes, rows, hours):
        if out and any(fixes.mmsi[r.rows[0]] == fixes.mmsi[rows[first]] and r.rows[0] <= rows[first] and
                       rows[stop - 1] <= r.rows[-1] for r in out[-8:]):  # fmt: skip
            continue
        k = int(np.searchsorted(bounds, first, side="right"))
        ring = _grown(fixes, rows, hours, first, stop, (int(bounds[k - 1]), int(bounds[k])))
        if ring is not None:
            out.append(_judged(fixes, hours, *ring, taken=taken))
    return _apart(_continued(fixes, hours, out, taken=taken))


def _continued(fixes: Fixes, hours: Array, found: list[Ring], *, taken: Steps) -> list[Ring]:
    """Put rings of one ship about one point together, with silence or a disturbed ring between them."""
    out: list[Ring] = []
    for ring in sorted(found, key=lambda r: (int(r.rows[0]), -len(r.rows))):
        last = out[-1] if out else None
        if last is not None and last.rows[-1] < ring.rows[0] and fixes.mmsi[last.rows[0]] == fixes.mmsi[ring.rows[0]]:
            radius = min(last.circle.radius, ring.circle.radius)
            away = KM_PER_DEGREE * np.hypot((last.lon - ring.lon) * np.cos(np.radians(ring.lat)), last.lat - ring.lat)
            alike = away < 0.2 * radius and abs(last.circle.radius - ring.circle.radius) < 0.15 * radius
            x, y = _plane(fixes, np.arange(last.rows[-1] + 1, ring.rows[0]), last.lon, last.lat)
            stray = np.abs(np.hypot(x, y) - radius) > 0.5 * radius  # NaN strays nowhere
            if alike and stray.sum() <= 3 + 0.02 * len(x) and hours[ring.rows[0]] - hours[last.rows[-1]] < 12.0:
                rows = np.concatenate([last.rows, ring.rows])
                on = np.concatenate([last.circle.on, ring.circle.on])
                circle = last.circle._replace(on=on, sigma=max(last.circle.sigma, ring.circle.sigma))
                out[-1] = _judged(fixes, hours, rows, last.lon, last.lat, circle, taken=taken)
                continue
        out.append(ring)
    return out


def _candidates(fixes: Fixes, rows: Ints, hours: Array) -> list[tuple[int, int]]:
    """Give windows whose positions roughly form a ring: Taubin's fit to all windows at once, by their moments."""
    h = hours[rows]
    ship = np.cumsum(np.diff(fixes.mmsi[rows], prepend=-1) != 0)
    east = wrap(fixes.lon[rows] - fixes.lon[rows[0]]) * KM_PER_DEGREE * np.cos(np.radians(fixes.lat[rows]))
    found: list[tuple[int, int]] = []
    for length in WINDOWS_H:
        half = length / 2.0
        bin_ = np.floor((h - h.min()) / half).astype(np.int64)
        key = ship * (int(bin_.max()) + 3) + bin_
        start = np.flatnonzero(np.diff(key, prepend=-1))
        stop = np.searchsorted(key, key[start] + 1, side="right")
        stop = np.minimum(stop, np.searchsorted(ship, ship[start], side="right"))
        big = stop - start >= LEAST_FIXES
        for part in np.array_split(np.flatnonzero(big), max(1, int((stop - start)[big].sum() // 2_000_000) + 1)):
            found += _ringlike(fixes, rows, east, start[part], stop[part])
    return sorted(set(found), key=lambda w: (int(ship[w[0]]), w[0] - w[1], w[0]))


def _ringlike(fixes: Fixes, rows: Ints, east: Array, start: Ints, stop: Ints) -> list[tuple[int, int]]:
    """Tell which windows hold a rough ring."""
    if not len(start):
        return []
    size = stop - start
    which = np.repeat(np.arange(len(start)), size)
    at = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size) + start[which]
    lat = fixes.lat[rows]
    x, y = east[at], lat[at] * KM_PER_DEGREE

    def mean(v: Array) -> Array:
        return np.bincount(which, v, minlength=len(start)) / size

    x, y = x - mean(x)[which], y - mean(y)[which]
    z = x * x + y * y
    spread = mean(z)
    wide = (spread > LEAST_KM**2) & (spread < (2.0 * MOST_KM) ** 2)
    spread = np.maximum(spread, 1e-9)
    u = (z - spread[which]) / (2.0 * np.sqrt(spread))[which]
    m = np.empty((len(start), 3, 3))
    for i, p in enumerate((u, x, y)):
        for j, q in enumerate((u, x, y)):
            if j >= i:
                m[:, i, j] = m[:, j, i] = mean(p * q)
    a, b, c = np.linalg.eigh(m)[1][:, :, 0].T
    with np.errstate(divide="ignore", invalid="ignore"):
        a = a / (2.0 * np.sqrt(spread))
        x0, y0 = -b / a / 2.0, -c / a / 2.0
        radius = np.sqrt(b * b + c * c + 4.0 * a * a * spread) / np.abs(a) / 2.0
        off = np.abs(np.hypot(x - x0[which], y - y0[which]) - radius[which])
        good = wide & (radius > LEAST_KM / 2) & (radius < 2.0 * MOST_KM) & (mean(off) < 0.15 * radius)
        good &= np.hypot(x0, y0) < 0.6 * radius  # the places' own middle lies far from that of a mere arc
        told = fixes.speed_kn[rows[at]].astype(np.float64)
        moves = mean(np.where(told < CALM_KN, 0.0, 1.0)) > 0.5
        jumpy = (
            np.bincount(which, np.hypot(np.diff(x, prepend=x[:1]), np.diff(y, prepend=y[:1])), len(start)) > 9 * radius
        )
        good &= moves | (radius > SWING_KM) | jumpy  # a calm ship on a small ring swings at anchor
    return [(int(s), int(e)) for s, e in zip(start[good], stop[good], strict=True)]


def _grown(
    fixes: Fixes, rows: Ints, hours: Array, first: int, stop: int, within: tuple[int, int]
) -> tuple[Ints, float, float, Circle] | None:
    """Fit the circle of a window, and follow it to both sides for as long as positions stay on it."""
    lon0, lat0 = float(fixes.lon[rows[first]]), float(np.median(fixes.lat[rows[first:stop]]))
    for _ in range(2):
        x, y = _plane(fixes, rows[first:stop], lon0, lat0)
        thin = np.linspace(0, len(x) - 1, min(len(x), 120)).astype(np.int64)
        circle = fit_circle(x[thin], y[thin], least=ERROR_KM)
        if not (LEAST_KM <= circle.radius <= MOST_KM and circle.sigma <= NARROW * circle.radius):
            return None
        reach = max(3.5 * circle.sigma, 0.05 * circle.radius)
        allx, ally = _plane(fixes, rows[within[0] : within[1]], lon0, lat0)
        on = np.abs(np.hypot(allx - circle.x, ally - circle.y) - circle.radius) <= reach
        inside = np.flatnonzero(on) + within[0]
        core = inside[(inside >= first) & (inside < stop)]
        if len(core) < LEAST_FIXES:
            return None
        gap = np.diff(hours[rows[inside]])
        missed = np.diff(inside) - 1
        broken = np.flatnonzero((gap > REST_H) & (missed > 0) | (missed > 5) | (gap > 3.0 * REST_H))
        k = int(np.searchsorted(inside, core[len(core) // 2]))
        left = broken[broken < k]
        right = broken[broken >= k]
        first = int(inside[left[-1] + 1]) if len(left) else int(inside[0])
        stop = int(inside[right[0]]) + 1 if len(right) else int(inside[-1]) + 1
        if stop - first < LEAST_FIXES:
            return None
    x, y = _plane(fixes, rows[first:stop], lon0, lat0)
    off = np.abs(np.hypot(x - circle.x, y - circle.y) - circle.radius)
    on = off <= reach
    angle = np.sort(np.arctan2(y[on] - circle.y, x[on] - circle.x))
    if on.sum() < LEAST_FIXES or on.mean() < 0.7 or np.diff(angle, append=angle[0] + 2 * np.pi).max() > COVERED:
        return None
    circle = Circle(circle.x, circle.y, circle.radius, circle.sigma, on)
    lon = lon0 + circle.x / KM_PER_DEGREE / np.cos(np.radians(lat0))
    return rows[first:stop], float(wrap(lon)), lat0 + circle.y / KM_PER_DEGREE, circle


def _judged(
    fixes: Fixes, hours: Array, rows: Ints, lon: float, lat: float, circle: Circle, *,
    taken: Steps,
) -> Ring:  # fmt: skip
    """Weigh what tells a false ring from a ship that goes round."""
    h = hours[rows]
    lasts = float(h[-1] - h[0])
    words = [
        f"{len(rows)} positions in {lasts:.1f} h on a circle of {circle.radius:.1f} km about {lat:.2f} N {lon:.2f} E"
    ]
    odds = PRIOR
    step = np.flatnonzero((taken.before >= rows[0]) & (taken.after <= rows[-1]) & (taken.hours > 0))
    moved = np.hypot(taken.east_km[step], taken.north_km[step])
    apart = taken.hours[step] > 1.0 / 90.0
    pace = float(np.median(moved[apart] / taken.hours[step][apart]) / KNOT_KM_H) if apart.any() else 0.0
    told = float(np.nanmedian(fixes.speed_kn[rows])) if np.isfinite(fixes.speed_kn[rows]).any() else pace
    ends = []
    for at, side in ((taken.after, rows[0]), (taken.before, rows[-1])):
        k = np.flatnonzero(at == side)
        if len(k):
            leap = bool(taken.leap[k[0]])
            odds += LEAP if leap else NO_LEAP if taken.hours[k[0]] < 0.25 else 0.0
            ends.append(leap)
    if any(ends):
        words.append("reached and left by leaps" if all(ends) and len(ends) == 2 else "with a leap at one end")
    if float(np.mean(on_land(fixes.lon[rows], fixes.lat[rows], margin_km=3.0))) > 0.3:
        odds += ON_LAND
        words.append("on land")
    cloud = int(circle.on.sum()) * (np.log(circle.radius / max(circle.sigma, ERROR_KM)) - 1.11)
    odds += min(float(cloud) - SEARCHED, 0.0)
    rounds = lasts * pace * KNOT_KM_H / (2.0 * np.pi * circle.radius)
    if pace >= MOVES_KN:
        odds += float(np.clip(0.57 * rounds - 1.9, -1.5, MOST_ROUNDS))
        words.append(f"{rounds:.1f} rounds")
    swings = told < CALM_KN and circle.radius < SWING_KM
    by_heading = _heading(fixes, rows, lon, lat, swings=swings) if swings or pace >= MOVES_KN else 0.0
    odds += by_heading
    if by_heading > 2.0:
        words.append("heading unrelated to it")
    if told < CALM_KN and pace > 5.0:
        odds += 3.0
        words.append(f"{pace:.0f} kn by its positions and {told:.0f} kn by its own word")
    if circle.radius < SWING_KM and pace < CALM_KN and not any(ends):
        odds -= 3.0  # swings at anchor
    return Ring(rows, lon, lat, circle, odds, pace, ", ".join(words))


def _heading(fixes: Fixes, rows: Ints, lon: float, lat: float, *, swings: bool) -> float:
    """Give the log likelihood ratio of the headings: any direction, against along the way or towards the anchor.

    Headings hang together; each quarter of the ring counts once.
    """
    heading = np.where(fixes.heading_deg[rows] < 360.0, fixes.heading_deg[rows], np.nan).astype(np.float64)
    with np.errstate(invalid="ignore"):
        heading[~(fixes.speed_kn[rows] >= MOVES_KN) & ~swings] = np.nan  # a ship adrift points anywhere
    east = wrap(fixes.lon[rows] - lon) * np.cos(np.radians(lat))
    north = fixes.lat[rows] - lat
    bearing = np.degrees(np.arctan2(east, north))
    turn = wrap(np.diff(bearing))
    moved = KM_PER_DEGREE * np.hypot(np.diff(east), np.diff(north))
    sailed = KNOT_KM_H * fixes.speed_kn[rows[1:]] * np.diff(fixes.times[rows]).astype(np.int64) / 3_600_000.0
    with np.errstate(invalid="ignore"):
        near = np.append((np.abs(turn) < NEAR_DEG) & (moved > 0.7 * sailed), False)
    heading[~(near | np.roll(near, 1))] = np.nan  # where the next place is far round, who knows the way there
    way = np.sign(np.median(turn[near[:-1]])) if near.any() else 1.0
    tangent = bearing + 90.0 * (way if way else 1.0)
    with np.errstate(invalid="ignore"):  # a course that is not along the ring says that the ship did not sail it
        heading[(np.abs(wrap(fixes.course_deg[rows] - tangent)) > NEAR_DEG / 2.0) & ~swings] = np.nan
    total = 0.0
    for quarter in range(4):
        here = (np.floor(((bearing + 360.0) % 360.0) / 90.0) == quarter) & np.isfinite(heading)
        if not here.any():
            continue
        ratios = []
        for expected, sigma, apply in ((tangent, AGREES_DEG, True), (bearing + 180.0, SWINGS_DEG, swings)):
            if apply:
                off = wrap(heading[here] - expected[here])
                true = (1 - STRAY) * np.exp(-0.5 * (off / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi)) + STRAY / 360.0
                ratios.append(float(np.mean(-np.log(360.0 * true))))
        total += min(ratios)
    return float(np.log((1.0 - BY_SATELLITE) * np.exp(total) + BY_SATELLITE))


def _shared(fixes: Fixes, found: list[Ring]) -> tuple[list[float], list[list[int]]]:
    """Add what other ships' rings about the same point tell."""
    odds = [r.log_odds for r in found]
    partners: list[list[int]] = [[] for _ in found]
    span = [(fixes.times[r.rows[0]], fixes.times[r.rows[-1]]) for r in found]
    for i, a in enumerate(found):
        for j, b in enumerate(found):
            if i == j or fixes.mmsi[a.rows[0]] == fixes.mmsi[b.rows[0]] or min(a.speed_kn, b.speed_kn) < CALM_KN:
                continue
            near = max(0.25 * min(a.circle.radius, b.circle.radius), 0.3)
            away = KM_PER_DEGREE * np.hypot(wrap(a.lon - b.lon) * np.cos(np.radians(a.lat)), a.lat - b.lat)
            six = np.timedelta64(6, "h")
            if away <= near and span[i][0] <= span[j][1] + six and span[j][0] <= span[i][1] + six:
                partners[i].append(int(fixes.mmsi[b.rows[0]]))
        partners[i] = sorted(set(partners[i]))
        odds[i] += SAME_CENTRE * min(len(partners[i]), 2)
    return odds, partners


def _apart(found: list[Ring]) -> list[Ring]:
    """Keep, of rings of one ship that share positions, the one with more of them."""
    out: list[Ring] = []
    for ring in sorted(found, key=lambda r: (-int(r.circle.on.sum()), int(r.rows[0]))):
        if not any(r.rows[0] <= ring.rows[-1] and ring.rows[0] <= r.rows[-1] for r in out):
            out.append(ring)
    return sorted(out, key=lambda r: int(r.rows[0]))


def _plane(fixes: Fixes, rows: Ints, lon0: float, lat0: float) -> tuple[Array, Array]:
    return wrap(fixes.lon[rows] - lon0) * KM_PER_DEGREE * np.cos(np.radians(lat0)), (
        fixes.lat[rows] - lat0
    ) * KM_PER_DEGREE
