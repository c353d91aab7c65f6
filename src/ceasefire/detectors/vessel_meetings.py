"""Rendezvous: two ships side by side, slow, for a while, away from ports and anchorages.

Why with a null: slow ships come near each other by chance where many wait or fish. How often, the same tracks tell:
each ship's clock is shifted by its own amount, so that nobody meets anybody on purpose, and meetings are counted again.

Sources: N. A. Miller, A. Roan, T. Hochberg, J. Amos, D. A. Kroodsma, Frontiers in Marine Science 5 (2018) 240 (two
vessels within 500 m for two hours under 2 knots, 10 km from an anchorage: the fixed rule compared in the benchmark).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ceasefire.detectors import vessel_events, vessel_samples
from ceasefire.detectors.vessel_odds import log_odds
from ceasefire.detectors.vessel_samples import Disc, Samples
from ceasefire.detectors.vessel_weighed import heard
from ceasefire.geo import distance, seas
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent

Array = NDArray[Any]

NEAR_KM = 1.0
"""Farthest apart that pairs are looked at."""
SLOW_KN = 4.0
"""Fastest that they are."""
JOIN_S = 7200.0
"""Longest time in which a pair may be out of sight: one pass of a satellite to the next."""
LEAST_S = 600.0
"""Shortest meeting looked at."""
SHIFTS = 8
"""Times that all clocks are shifted for the null."""
INLAND_KM = 3.0
"""A place further inland is no ship's: what lies there is a false position."""
AROUND_KM = 30.0
"""Chance meetings are counted within this distance."""


class Meetings(NamedTuple):
    """Pairs of ships that were near each other; arrays of shape (meetings,)."""

    a: Array
    """Number of one ship in the samples."""
    b: Array
    """Number of the other, larger."""
    first: Array
    """Row, in `rows`, of the first instant together."""
    last: Array
    """Row, in `rows`, of the last."""
    rows: Array
    """Rows of both ships' samples at each instant together, shape (instants, 2), meeting by meeting."""
    apart_km: Array
    """Distance at each instant, shape (instants,)."""


def rendezvous(
    fixes: Fixes,
    zones: Sequence[Disc] = (),
    *,
    statics: Statics | None = None,
    reception: Any = None,
    least: float = 0.05,
    samples: Samples | None = None,
) -> Table[VesselEvent]:
    """Give the meetings of two ships at sea, each with the probability that they met on purpose.

    Parameters
    ----------
    fixes
        Cleaned fixes.
    zones
        Ports and anchorages as (id, lon, lat, radius in km), where ships lie side by side without meeting.
    statics
        Tells tugs, pilots and fishing boats apart.
    reception
        A `geo.reception.Reception`: P(a ship there would have been heard), noted with each event.
    least
        Meetings under this probability are left out.
    samples
        The fixes' samples, where they are at hand.

    >>> t = np.arange(0, 240, 5).astype("M8[m]").astype("M8[ms]")
    >>> n = len(t)
    >>> f = Fixes.of(mmsi=np.repeat([8, 9], n), times=np.tile(t, 2), lon=np.repeat([30.0, 30.001], n),
    ...     lat=np.full(2 * n, 44.0), speed_kn=np.full(2 * n, 0.5))
    >>> [(e.mmsi, e.others, e.probability > 0.5) for e in rendezvous(f)]
    [(8, (9,), True)]
    """
    s = samples or vessel_samples.sample(fixes)
    met, numbers = candidates(s, zones, statics=statics)
    if not len(met.a):
        return Table.empty(VesselEvent)
    odds = log_odds("rendezvous", numbers)
    kinds = vessel_samples.types_of(s.mmsi, statics)
    edge = numbers["zone_km"] * 30.0
    events = []
    for k in np.flatnonzero(1 / (1 + np.exp(-odds)) >= least):
        rows = met.rows[met.first[k] : met.last[k] + 1]
        a, b = int(s.mmsi[met.a[k]]), int(s.mmsi[met.b[k]])
        span = s.times(rows[:, 0])
        hours = float((span[-1] - span[0]) / np.timedelta64(1, "h"))
        apart = float(np.median(met.apart_km[met.first[k] : met.last[k] + 1])) * 1000
        slow = float(np.median(s.speed_kn[rows]))
        pair = " and ".join(vessel_samples.kind_of(int(kinds[i])) for i in (met.a[k], met.b[k]))
        chance = float(np.expm1(numbers["chance"][k])) / 10.0
        far = "no port or anchorage given" if not zones else f"{edge[k]:.0f} km or more from ports and anchorages"
        why = (
            f"{pair}, {apart:.0f} m apart (median) at {slow:.1f} kn for {hours:.1f} h, seen together at {len(rows)} "
            f"instants, {far}; with shifted clocks {chance:.2f} such would be expected within {AROUND_KM:.0f} km"
        )
        e = vessel_events.from_fixes(
            fixes, np.unique(s.row[rows]), kind="rendezvous", log_odds=float(odds[k]), why=why, mmsi=a, others=(b,)
        )
        events.append(heard(e, reception))
    return Table.of(VesselEvent, sorted(events, key=lambda e: (e.start, e.mmsi, e.others)))


def candidates(
    s: Samples, zones: Sequence[Disc] = (), *, statics: Statics | None = None
) -> tuple[Meetings, dict[str, Array]]:
    """Give all meetings worth weighing, and the numbers of `vessel_odds` that they are weighed by; (meetings,)."""
    edge, _ = vessel_samples.edge_km(s.lon, s.lat, zones)
    slow = np.flatnonzero((s.speed_kn < SLOW_KN) & (edge > 0.0))
    slow = slow[~seas.on_land(s.lon[slow], s.lat[slow], margin_km=INLAND_KM)]
    met = meetings(s, slow, s.slot[slow])
    n = len(met.a)
    if not n:
        return met, {}
    rows, apart = met.rows, met.apart_km
    instants = met.last - met.first + 1
    which = np.repeat(np.arange(n), instants)
    hours = (s.slot[rows[met.last, 0]] - s.slot[rows[met.first, 0]]) * s.step_s / 3600.0
    median, spread, pace, slip = (np.zeros(n) for _ in range(4))
    east = (
        distance.wrap(s.lon[rows[:, 1]] - s.lon[rows[:, 0]])
        * np.cos(np.radians(s.lat[rows[:, 0]]))
        * distance.KM_PER_DEGREE
    )
    north = (s.lat[rows[:, 1]] - s.lat[rows[:, 0]]) * distance.KM_PER_DEGREE
    for k in range(n):
        at = slice(met.first[k], met.last[k] + 1)
        median[k] = np.median(apart[at])
        spread[k] = np.hypot(*(np.median(np.abs(v[at] - np.median(v[at]))) for v in (east, north)))
        pace[k] = np.median(s.speed_kn[rows[at]])
        slip[k] = np.quantile(apart[at], 0.9)
    kind = vessel_samples.types_of(s.mmsi, statics)
    service = np.isin(kind, list(vessel_samples.SERVICE_TYPES))
    fishing = (kind == vessel_samples.FISHING_TYPE) | (np.bincount(s.ship, s.status == 7, len(s.mmsi)) > 0)
    at_anchor = np.bincount(which, (s.status[rows] == 1).mean(axis=1), n) / instants
    nearest = np.full(n, np.inf)
    np.minimum.at(nearest, which, edge[rows[:, 0]])
    return met, {
        "apart": np.log(np.clip(median, 0.02, 1.0) / 0.1),
        "spread": np.log(np.clip(spread, 0.02, 1.0) / 0.1),
        "widest": np.log(np.clip(slip, 0.03, 3.0) / 0.2),
        "hours": np.log(np.clip(hours, 0.1, 24.0)),
        "instants": np.log(np.clip(instants, 1, 60)),
        "together": instants / _both(s, met),
        "pace": pace / 2.0,
        "chance": np.log1p(10.0 * _chance(s, slow, met, hours, median)),
        "zone_km": np.clip(nearest, 0.0, 60.0) / 30.0,
        "service": (service[met.a] | service[met.b]).astype(float),
        "service_near": (service[met.a] | service[met.b]) * (nearest < 20.0),
        "fishing": (fishing[met.a] & fishing[met.b]).astype(float),
        "fishing_one": (fishing[met.a] ^ fishing[met.b]).astype(float),
        "anchored": at_anchor,
    }


def meetings(s: Samples, rows: Array, slot: Array) -> Meetings:
    """Find pairs of ships near each other at instants, by a tree over place and time, and join the instants of each.

    Parameters
    ----------
    rows
        Samples to look at, shape (m,).
    slot
        The instant of each: its own, or a shifted one.

    >>> t = np.arange(0, 60, 5).astype("M8[m]").astype("M8[ms]")
    >>> f = Fixes.of(mmsi=[8] * 12 + [9] * 12, times=np.tile(t, 2), lon=[30.0] * 12 + [30.002] * 12, lat=[44.0] * 24)
    >>> s = vessel_samples.sample(f)
    >>> met = meetings(s, np.arange(24), s.slot)
    >>> met.a.tolist(), met.b.tolist(), met.last.tolist(), met.apart_km[:2].round(2).tolist()
    ([0], [1], [11], [0.16, 0.16])
    """
    none = np.empty(0, dtype=np.int64)
    if not len(rows):
        return Meetings(none, none, none, none, np.empty((0, 2), dtype=np.int64), np.empty(0))
    place = distance.unit_vectors(s.lon[rows], s.lat[rows]) * distance.EARTH_RADIUS_KM
    tree = cKDTree(np.column_stack([place, (slot - slot.min()) * 10.0 * NEAR_KM]))
    pairs = tree.query_pairs(NEAR_KM, output_type="ndarray")
    pairs = pairs[s.ship[rows[pairs[:, 0]]] != s.ship[rows[pairs[:, 1]]]]
    swap = s.ship[rows[pairs[:, 0]]] > s.ship[rows[pairs[:, 1]]]
    pairs[swap] = pairs[swap][:, ::-1]
    a, b, when = s.ship[rows[pairs[:, 0]]], s.ship[rows[pairs[:, 1]]], slot[pairs[:, 0]]
    order = np.lexsort((when, b, a))
    a, b, when, pairs = a[order], b[order], when[order], pairs[order]
    if not len(a):
        return Meetings(none, none, none, none, np.empty((0, 2), dtype=np.int64), np.empty(0))
    new = np.append(True, (np.diff(a) != 0) | (np.diff(b) != 0) | (np.diff(when) * s.step_s > JOIN_S))
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(a)) - 1
    long = (when[last] - when[first]) * s.step_s >= LEAST_S
    first, last = first[long], last[long]
    both = rows[pairs]
    apart = distance.km(s.lon[both[:, 0]], s.lat[both[:, 0]], s.lon[both[:, 1]], s.lat[both[:, 1]])
    keep = np.zeros(len(a) + 1, dtype=np.int64)
    np.add.at(keep, first, 1)
    np.add.at(keep, last + 1, -1)
    inside = np.cumsum(keep[:-1]) > 0
    at = np.cumsum(inside) - 1
    return Meetings(a[first], b[first], at[first], at[last], both[inside], apart[inside])


def _both(s: Samples, met: Meetings) -> Array:
    """Count the instants of each meeting at which both ships were sampled, near or far."""
    out = np.empty(len(met.a))
    begins = s.first()
    for k in range(len(met.a)):
        low, high = s.slot[met.rows[met.first[k], 0]], s.slot[met.rows[met.last[k], 0]]
        slots = []
        for ship in (met.a[k], met.b[k]):
            own = s.slot[begins[ship] : begins[ship + 1]]
            slots.append(own[np.searchsorted(own, low) : np.searchsorted(own, high, side="right")])
        out[k] = len(np.intersect1d(slots[0], slots[1], assume_unique=True))
    return np.maximum(out, 1.0)


def _chance(s: Samples, slow: Array, met: Meetings, hours: Array, median: Array) -> Array:
    """Give how many meetings as long and as close would be expected near each one by chance, shape (meetings,).

    Two ships' own meeting does not count for them: shifted clocks may bring back those that were there all the time.
    """
    rng = np.random.default_rng(7)
    low, span = s.slot.min(), int(np.ptp(s.slot)) + 1
    found: list[tuple[Any, ...]] = []
    for _ in range(SHIFTS):
        shift = rng.integers(span // 4, max(3 * span // 4, span // 4 + 1), len(s.mmsi))
        slot = low + (s.slot[slow] - low + shift[s.ship[slow]]) % span
        null = meetings(s, slow, slot)
        for k in range(len(null.a)):
            at = slice(null.first[k], null.last[k] + 1)
            row = null.rows[null.first[k], 0]
            long = (null.last[k] - null.first[k]) * s.step_s / 3600.0
            found.append((s.lon[row], s.lat[row], long, np.median(null.apart_km[at]), null.a[k], null.b[k]))
    out = np.zeros(len(met.a))
    if found:
        x, y, long, near, a, b = (np.array(v, dtype=float) for v in zip(*found, strict=True))
        for k in range(len(met.a)):
            row = met.rows[met.first[k], 0]
            like = (
                (long >= 0.5 * hours[k]) & (near <= max(1.2 * median[k], 0.15)) & ~((a == met.a[k]) & (b == met.b[k]))
            )
            out[k] = (like & (distance.km(s.lon[row], s.lat[row], x, y) < AROUND_KM)).sum() / SHIFTS
    return out
