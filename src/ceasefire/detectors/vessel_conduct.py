"""Conduct under way: speeds a ship does not make and stops at once (turns: `vessel_turns`, help: `vessel_distress`).

Why against the ship's own: 18 knots are a ferry's every day and no bulk carrier's. A ship is held against its own
cruise, as far as it was heard, and else against its kind.

Sources: M. Riveiro, G. Pallotta, M. Vespe, WIREs Data Mining and Knowledge Discovery 8 (2018) e1266 (a survey of
anomalies in ship traffic); the numbers weighed are our own (`vessel_odds`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors import vessel_samples
from ceasefire.detectors.vessel_distress import distress
from ceasefire.detectors.vessel_samples import Disc, Runs, Samples
from ceasefire.detectors.vessel_turns import course
from ceasefire.detectors.vessel_weighed import weighed
from ceasefire.geo import distance, seas
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent

__all__ = ["course", "cruise", "distress", "speed", "speed_candidates", "stop", "stop_candidates"]

Array = NDArray[Any]

UNDER_WAY_KN = 5.0
"""Slowest that counts as under way."""
FAST = 1.22
"""Times its cruise from which a ship's speed is looked at."""
PRIOR = 12.0
"""Samples (one hour) that the cruise of its kind is worth."""
PORT_KM = 8.0
"""Stops nearer than this to a zone's edge are manoeuvres."""


def speed(
    fixes: Fixes, zones: Sequence[Disc] = (), *, statics: Statics | None = None, reception: Any = None,
    least: float = 0.05, samples: Samples | None = None,
) -> Table[VesselEvent]:  # fmt: skip
    """Give stretches in which a ship is far faster than it and its kind usually are, each with a probability.

    Parameters
    ----------
    fixes
        Cleaned fixes.
    zones
        Ports and anchorages as (id, lon, lat, radius in km); left out.
    statics, reception, least, samples
        As for `vessel_meetings.rendezvous`.

    >>> t = np.arange(0, 600, 5).astype("M8[m]").astype("M8[ms]")
    >>> kn = np.where((np.arange(120) > 60) & (np.arange(120) < 75), 21.0, 11.0)
    >>> lat = 43 + np.cumsum(kn) * 1.852 / 12 / 111.2
    >>> f = Fixes.of(mmsi=[9] * 120, times=t, lon=[30.0] * 120, lat=lat, speed_kn=kn, course_deg=[0.0] * 120)
    >>> [(e.start.hour, e.probability > 0.5) for e in speed(f)]
    [(5, True)]
    """
    s = samples or vessel_samples.sample(fixes)
    found, numbers = speed_candidates(s, zones, statics=statics)

    def why(k: int, rows: Array) -> str:
        cruise = np.median(s.speed_kn[rows]) / np.exp(numbers["ratio"][k])
        return (
            f"{np.median(s.speed_kn[rows]):.1f} kn for {s.hours(rows):.1f} h, {np.exp(numbers['ratio'][k]):.2f} times "
            f"its cruise of {cruise:.1f} kn (from {np.exp(numbers['known'][k]):.0f} instants and its kind)"
        )

    return weighed("speed", fixes, s, found, numbers, why, reception=reception, least=least)


def speed_candidates(
    s: Samples, zones: Sequence[Disc] = (), *, statics: Statics | None = None
) -> tuple[Runs, dict[str, Array]]:
    """Give the fast stretches, and the numbers they are weighed by."""
    edge, _ = vessel_samples.edge_km(s.lon, s.lat, zones)
    kind = vessel_samples.types_of(s.mmsi, statics)
    usual, known, spread = cruise(s, edge > 0.0, kind)
    fast = (s.speed_kn > FAST * usual[s.ship]) & (s.speed_kn > usual[s.ship] + 1.5) & (edge > 0.0)
    found = vessel_samples.runs(s, fast, join_s=7200.0)
    found = _longer(found, found.last > found.first)
    n = len(found.first)
    pace, made = np.empty(n), np.ones(n)
    for k, (a, b) in enumerate(zip(found.first, found.last + 1, strict=True)):
        pace[k] = np.median(s.speed_kn[a:b])
        way = s.made_kn[a + 1 : b]
        if np.isfinite(way).any():
            made[k] = np.nanmedian(way) / pace[k]
    ship = s.ship[found.first]
    return found, {
        "ratio": np.log(pace / np.maximum(usual[ship], 1.0)),
        "excess": (pace - usual[ship]) / 5.0,
        "hours": np.log(np.clip(_hours(s, found), 0.08, 6.0)),
        "known": np.log(np.maximum(known[ship], 1.0)),
        "spread": np.clip(spread[ship], 0.0, 0.6) * 5.0,
        "unmade": np.clip(np.abs(made - 1.0), 0.0, 1.0),
        "merchant": np.isin(kind[ship] // 10, (7, 8)).astype(float),
        "unknown": (kind[ship] < 1).astype(float),
    }


def cruise(s: Samples, counted: Array, kind: Array) -> tuple[Array, Array, Array]:
    """Give each ship's usual speed under way, the samples it rests on, and its relative spread; shape (ships,).

    Notes
    -----
    The usual speed is the ship's median, drawn towards the median of its kind (first digit of the type) as if the kind
    were `PRIOR` samples; a kind of which fewer than three ships were heard is all ships.

    >>> t = np.arange(0, 60, 5).astype("M8[m]").astype("M8[ms]")
    >>> f = Fixes.of(mmsi=[9] * 12, times=t, lon=[30.0] * 12, lat=[44.0] * 12, speed_kn=[11.0] * 12)
    >>> s = vessel_samples.sample(f)
    >>> [v.tolist() for v in cruise(s, np.full(len(s), True), np.array([70]))]
    [[11.0], [12.0], [0.0]]
    """
    under = counted & (s.speed_kn > UNDER_WAY_KN)
    median, count, spread = np.full(len(s.mmsi), np.nan), np.zeros(len(s.mmsi)), np.zeros(len(s.mmsi))
    begins = s.first()
    for k in range(len(s.mmsi)):
        own = s.speed_kn[begins[k] : begins[k + 1]][under[begins[k] : begins[k + 1]]]
        if len(own):
            median[k], count[k] = np.median(own), len(own)
            spread[k] = 1.4826 * np.median(np.abs(own - median[k])) / median[k]
    everyone = np.nanmedian(median) if np.isfinite(median).any() else 10.0
    group = np.where(kind > 0, kind // 10, -1)
    prior = np.full(len(s.mmsi), everyone)
    for one in np.unique(group):
        same = median[(group == one) & np.isfinite(median)]
        if one >= 0 and len(same) >= 3:
            prior[group == one] = np.median(same)
    usual = (np.nan_to_num(median) * count + prior * PRIOR) / (count + PRIOR)
    return usual, count, spread


def stop(
    fixes: Fixes, zones: Sequence[Disc] = (), *, statics: Statics | None = None, reception: Any = None,
    least: float = 0.05, samples: Samples | None = None,
) -> Table[VesselEvent]:  # fmt: skip
    """Give ships under way that stopped at once away from ports, each with a probability; as for `speed`.

    >>> t = np.arange(0, 480, 5).astype("M8[m]").astype("M8[ms]")
    >>> kn = np.where((np.arange(96) > 40) & (np.arange(96) < 70), 0.4, 12.0)
    >>> lat = 43 + np.cumsum(kn) * 1.852 / 12 / 111.2
    >>> f = Fixes.of(mmsi=[9] * 96, times=t, lon=[30.0] * 96, lat=lat, speed_kn=kn, course_deg=[0.0] * 96)
    >>> [(e.start.hour, e.probability > 0.5) for e in stop(f)]
    [(3, True)]
    """
    s = samples or vessel_samples.sample(fixes)
    found, numbers = stop_candidates(fixes, s, zones, statics=statics)

    def why(k: int, rows: Array) -> str:
        return (
            f"from {numbers['before'][k]:.0%} of its cruise to under 2 kn within {np.exp(numbers['fall'][k]):.0f} min, "
            f"then {s.hours(rows):.1f} h at {np.median(s.speed_kn[rows]):.1f} kn; no port within {PORT_KM:.0f} km"
        )

    return weighed("stop", fixes, s, found, numbers, why, reception=reception, least=least)


def stop_candidates(
    fixes: Fixes, s: Samples, zones: Sequence[Disc] = (), *, statics: Statics | None = None
) -> tuple[Runs, dict[str, Array]]:
    """Give slow stretches after a fast one, and the numbers they are weighed by."""
    edge, _ = vessel_samples.edge_km(s.lon, s.lat, zones)
    kind = vessel_samples.types_of(s.mmsi, statics)
    usual, _, _ = cruise(s, edge > 0.0, kind)
    found = vessel_samples.runs(s, s.speed_kn < 2.0, join_s=3 * 3600.0)
    found = _longer(found, (_hours(s, found) >= 0.4) & (edge[found.first] > PORT_KM) & (found.first > 0))
    found = _longer(found, ~seas.on_land(s.lon[found.first], s.lat[found.first], margin_km=3.0))
    keep, falls = [], []
    for k, r in enumerate(found.first):
        back = np.arange(max(r - 15, 0), r)
        back = back[(s.ship[back] == s.ship[r]) & ((s.slot[r] - s.slot[back]) * s.step_s <= 5400.0)]
        fast = back[s.speed_kn[back] > 0.7 * usual[s.ship[r]]]
        if len(fast):
            keep.append(k)
            falls.append((*_fall(fixes, s, fast, int(r)), float(np.median(s.speed_kn[fast[-3:]]) / usual[s.ship[r]])))
    longest, seen, leap, before = np.array(falls).T if falls else np.empty((4, 0))
    found = _longer(found, np.array(keep, dtype=np.int64))
    ship = s.ship[found.first]
    pace = np.array([np.median(s.speed_kn[a : b + 1]) for a, b in zip(*found, strict=True)])
    anchored = np.array([np.isin(s.status[a : b + 1], (1, 5)).mean() for a, b in zip(*found, strict=True)])
    return found, {
        "fall": np.log(np.clip(longest, 0.3, 90.0)),
        "seen_fall": np.log1p(seen),
        "leap": leap,
        "before": np.clip(before, 0.0, 1.5),
        "hours": np.log(np.clip(_hours(s, found), 0.3, 12.0)),
        "pace": pace,
        "anchored": anchored,
        "zone_km": np.clip(edge[found.first], 0.0, 40.0) / 20.0,
        "fishing": (kind[ship] == vessel_samples.FISHING_TYPE).astype(float),
        "service": np.isin(kind[ship], list(vessel_samples.SERVICE_TYPES)).astype(float),
    }


def _fall(fixes: Fixes, s: Samples, fast: Array, slow: int) -> tuple[float, float, float]:
    """Give the minutes in which a ship may have slowed down at most, and those in which it was seen to, and a leap.

    Between the last fix at 0.85 of the speed before and the first under 2 kn lies the longest fall; between the first
    and the last fix of speeds in between lies what was seen of it. The leap is how much faster than its own speed the
    ship would have had to be from the one to the other (natural logarithm): a sign of false positions.
    """
    before = float(np.median(s.speed_kn[fast[-3:]]))
    rows = np.arange(s.row[fast[-1]], s.row[slow] + 1)
    rows = rows if len(rows) > 1 else np.array([max(s.row[slow] - 1, 0), s.row[slow]])
    speed = fixes.speed_kn[rows]
    quick = np.flatnonzero(speed > 0.85 * before)
    a = int(quick[-1]) if len(quick) else 0
    under = np.flatnonzero(speed[a:] < 2.0)
    b = a + int(under[0]) if len(under) else len(rows) - 1
    minutes = (fixes.times[rows] - fixes.times[rows[0]]) / np.timedelta64(1, "m")
    seen = float(minutes[b - 1] - minutes[a + 1]) if b - a > 2 else 0.0
    apart = float(distance.km(fixes.lon[rows[a]], fixes.lat[rows[a]], fixes.lon[rows[b]], fixes.lat[rows[b]]))
    longest = float(minutes[b] - minutes[a])
    leap = float(np.log(max(apart - 0.3, 0.05) / max(before * 1.852 * longest / 60.0, 0.05)))
    return longest, seen, float(np.clip(leap, 0.0, 4.0))


def _hours(s: Samples, found: Runs) -> Array:
    return np.asarray((s.slot[found.last] - s.slot[found.first]) * s.step_s / 3600.0)


def _longer(found: Runs, which: Array) -> Runs:
    return Runs(found.first[which], found.last[which])
