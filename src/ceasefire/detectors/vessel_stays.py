"""Stays: ships that loiter at sea, and calls at ports.

Why weighed: a slow ship may wait at an anchorage that nobody listed, fish, or drift on purpose; a ship in a port's disc
may pass through. How far it moved, how slow it was, what it says of itself and who else stays there tell them apart.

Sources: Global Fishing Watch's public definitions of loitering (under 2 knots on average) and of port visits (a stop
within a port's reach) are the fixed rules compared in the benchmark; the weights are our own (`vessel_odds`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ceasefire.detectors import vessel_events, vessel_samples
from ceasefire.detectors.vessel_odds import log_odds
from ceasefire.detectors.vessel_samples import Disc, Runs, Samples
from ceasefire.detectors.vessel_weighed import heard
from ceasefire.geo import distance, seas
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent

Array = NDArray[Any]

SLOW_KN = 3.0
"""Fastest that a ship about one place goes."""
STAY_S = 7200.0
"""Shortest stay at sea that is looked at."""
JOIN_S = 10_800.0
"""Longest silence within a stay at sea."""
CALL_JOIN_S = 86_400.0
"""Longest silence within a call at a port: moored ships are heard badly."""
INLAND_KM = 3.0
"""A place further inland is no ship's: what lies there is a false position."""
STILL_KN = 1.0
"""Fastest that a moored ship seems to go."""


def loitering(
    fixes: Fixes,
    zones: Sequence[Disc] = (),
    *,
    statics: Statics | None = None,
    reception: Any = None,
    least: float = 0.05,
    samples: Samples | None = None,
) -> Table[VesselEvent]:
    """Give the stays of ships about one place at sea, each with the probability that it drifts there without anchoring.

    Parameters
    ----------
    fixes
        Cleaned fixes.
    zones
        Ports and anchorages as (id, lon, lat, radius in km): a stay there is no loitering.
    statics, reception, least, samples
        As for `vessel_meetings.rendezvous`.

    >>> t = np.arange(0, 600, 5).astype("M8[m]").astype("M8[ms]")
    >>> f = Fixes.of(mmsi=[9] * 120, times=t, lon=30 + 0.02 * np.sin(np.arange(120) / 20),
    ...     lat=44 + 0.015 * np.cos(np.arange(120) / 20), speed_kn=[1.0] * 120, status=[0] * 120)
    >>> [(e.mmsi, e.probability > 0.5) for e in loitering(f)]
    [(9, True)]
    """
    s = samples or vessel_samples.sample(fixes)
    stays, numbers = stay_candidates(s, zones, statics=statics)
    if not len(stays.first):
        return Table.empty(VesselEvent)
    odds = log_odds("loitering", numbers)
    kinds = vessel_samples.types_of(s.mmsi, statics)
    events = []
    for k in np.flatnonzero(1 / (1 + np.exp(-odds)) >= least):
        rows = np.arange(stays.first[k], stays.last[k] + 1)
        name = vessel_samples.kind_of(int(kinds[s.ship[rows[0]]]))
        why = (
            f"{name} stayed {s.hours(rows):.1f} h "
            f"within {np.exp(numbers['reach'][k]):.1f} km at {np.median(s.speed_kn[rows]):.1f} kn (median), status at "
            f"anchor or moored in {numbers['anchored'][k]:.0%}, fishing in {numbers['says_fishing'][k]:.0%} of "
            f"{len(rows)} instants; {np.expm1(numbers['company'][k]):.0f} other ships stayed within 5 km"
        )
        e = vessel_events.from_fixes(
            fixes,
            np.unique(s.row[rows]),
            kind="loitering",
            log_odds=float(odds[k]),
            why=why,
            mmsi=int(s.mmsi[s.ship[rows[0]]]),
        )
        events.append(heard(e, reception))
    return Table.of(VesselEvent, sorted(events, key=lambda e: (e.start, e.mmsi)))


def stay_candidates(
    s: Samples, zones: Sequence[Disc] = (), *, statics: Statics | None = None
) -> tuple[Runs, dict[str, Array]]:
    """Give all slow stretches of two hours or more outside of the zones, and the numbers they are weighed by."""
    edge, _ = vessel_samples.edge_km(s.lon, s.lat, zones)
    moved = np.zeros(len(s))
    if len(s) > 1:
        apart = np.maximum(np.diff(s.slot) * s.step_s, 1.0) / 3600.0
        moved[1:] = distance.km(s.lon[:-1], s.lat[:-1], s.lon[1:], s.lat[1:]) / apart / 1.852
        moved[1:][np.diff(s.ship) != 0] = 0.0
    slow = (s.speed_kn < SLOW_KN) & (moved < 1.5 * SLOW_KN) & (edge > 0.0)
    stays = vessel_samples.runs(s, slow, join_s=JOIN_S)
    long = (s.slot[stays.last] - s.slot[stays.first]) * s.step_s >= STAY_S
    stays = Runs(stays.first[long], stays.last[long])
    middle = (stays.first + stays.last) // 2
    at_sea = ~seas.on_land(s.lon[middle], s.lat[middle], margin_km=INLAND_KM)
    stays = Runs(stays.first[at_sea], stays.last[at_sea])
    n = len(stays.first)
    if not n:
        return stays, {}
    x, y, reach, pace, anchored, fishing, nearest = (np.empty(n) for _ in range(7))
    for k, (a, b) in enumerate(zip(stays.first, stays.last + 1, strict=True)):
        x[k], y[k], reach[k] = vessel_events.disc_of(s.lon[a:b], s.lat[a:b], least_km=0.05)
        pace[k] = np.median(s.speed_kn[a:b])
        anchored[k] = np.isin(s.status[a:b], (1, 5)).mean()
        fishing[k] = (s.status[a:b] == 7).mean()
        nearest[k] = edge[a:b].min()
    ship = s.ship[stays.first]
    kind = vessel_samples.types_of(s.mmsi, statics)[ship]
    places = distance.unit_vectors(x, y)
    near = cKDTree(places).query_ball_point(places, float(distance.chord(5.0)))
    company = np.array([len(set(ship[who].tolist()) - {own}) for who, own in zip(near, ship.tolist(), strict=True)])
    hours = (s.slot[stays.last] - s.slot[stays.first]) * s.step_s / 3600.0
    return stays, {
        "hours": np.log(np.clip(hours, 2.0, 30.0)),
        "instants": np.log(np.clip(stays.last - stays.first + 1, 2, 100)),
        "reach": np.log(np.clip(reach, 0.05, 30.0)),
        "tight": (reach < 0.5).astype(float),
        "wide": np.clip(reach - 5.0, 0.0, 10.0) / 5.0,
        "pace": pace,
        "still": (pace < 0.3).astype(float),
        "anchored": anchored,
        "says_fishing": fishing,
        "fishing": (kind == vessel_samples.FISHING_TYPE).astype(float),
        "service": np.isin(kind, list(vessel_samples.SERVICE_TYPES)).astype(float),
        "zone_km": np.clip(nearest, 0.0, 40.0) / 20.0,
        "company": np.log1p(company),
    }


def port_call(
    fixes: Fixes,
    ports: Sequence[Disc],
    *,
    reception: Any = None,
    least: float = 0.05,
    samples: Samples | None = None,
) -> Table[VesselEvent]:
    """Give the calls of ships at ports, each with the probability that the ship stayed there rather than passed.

    Parameters
    ----------
    fixes
        Cleaned fixes.
    ports
        Ports and terminals as (id, lon, lat, radius in km).
    reception, least, samples
        As for `vessel_meetings.rendezvous`.

    >>> t = np.arange(0, 300, 5).astype("M8[m]").astype("M8[ms]")
    >>> f = Fixes.of(mmsi=[9] * 60, times=t, lon=[30.0] * 60, lat=[44.0] * 60, speed_kn=[0.0] * 60, status=[5] * 60)
    >>> [(e.zone, e.probability > 0.5) for e in port_call(f, [("odesa", 30.0, 44.01, 5.0)])]
    [('odesa', True)]
    """
    s = samples or vessel_samples.sample(fixes)
    calls, which, numbers = call_candidates(s, ports)
    if not len(calls.first):
        return Table.empty(VesselEvent)
    odds = log_odds("port_call", numbers)
    events = []
    for k in np.flatnonzero(1 / (1 + np.exp(-odds)) >= least):
        rows = np.arange(calls.first[k], calls.last[k] + 1)
        name, lon, lat, radius = ports[which[k]]
        still = s.speed_kn[rows] < STILL_KN
        why = (
            f"{s.hours(rows):.1f} h within {radius:.0f} km of {name}, under {STILL_KN:.0f} kn at "
            f"{still.sum()} of {len(rows)} instants, status moored or at anchor in {numbers['moored'][k]:.0%}"
        )
        e = vessel_events.from_fixes(
            fixes, np.unique(s.row[rows]), kind="port_call", log_odds=float(odds[k]), why=why,
            mmsi=int(s.mmsi[s.ship[rows[0]]]), disc=(lon, lat, radius),
        )  # fmt: skip
        events.append(heard(replace(e, zone=name), reception))
    return Table.of(VesselEvent, sorted(events, key=lambda e: (e.start, e.mmsi, e.zone)))


def call_candidates(s: Samples, ports: Sequence[Disc]) -> tuple[Runs, Array, dict[str, Array]]:
    """Give all stretches within a port's disc, the number of the port, and the numbers they are weighed by."""
    edge, port = vessel_samples.edge_km(s.lon, s.lat, ports)
    inside = edge <= 0.0
    first, last, which = [], [], []
    for number in np.unique(port[inside]):
        one = vessel_samples.runs(s, inside & (port == number), join_s=CALL_JOIN_S)
        first.append(one.first)
        last.append(one.last)
        which.append(np.full(len(one.first), number))
    if not first:
        none = np.empty(0, dtype=np.int64)
        return Runs(none, none), none, {}
    calls, where = Runs(np.concatenate(first), np.concatenate(last)), np.concatenate(which)
    n = len(where)
    still, slowest, moored, count, gap = (np.empty(n) for _ in range(5))
    for k, (a, b) in enumerate(zip(calls.first, calls.last + 1, strict=True)):
        count[k], still[k] = b - a, (s.speed_kn[a:b] < STILL_KN).sum()
        slowest[k] = np.nanmin(s.speed_kn[a:b], initial=30.0)
        moored[k] = np.isin(s.status[a:b], (1, 5)).mean()
        gap[k] = np.max(np.diff(s.slot[a:b]), initial=0) * s.step_s / 3600.0
    hours = (s.slot[calls.last] - s.slot[calls.first]) * s.step_s / 3600.0
    return calls, where, {
        "hours": np.log(np.clip(hours, 0.05, 24.0)),
        "still": np.log1p(still),
        "share_still": still / count,
        "slowest": np.clip(slowest, 0.0, 8.0) / 4.0,
        "moored": moored,
        "silence": np.log1p(gap),
    }  # fmt: skip
