"""Turns under way that neither a lane nor the traffic explains.

Why against the traffic: every lane has corners. A turn is odd where the ships that pass the same water do not take it.

Source: M. Riveiro, G. Pallotta, M. Vespe, WIREs Data Mining and Knowledge Discovery 8 (2018) e1266 (a survey of odd
movements of ships); the numbers weighed are our own (`vessel_odds`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors import vessel_samples
from ceasefire.detectors.vessel_samples import Disc, Runs, Samples
from ceasefire.detectors.vessel_weighed import weighed
from ceasefire.geo import distance
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent

Array = NDArray[Any]

UNDER_WAY_KN = 5.0
"""Slowest that counts as under way."""
TURN_DEG = 45.0
"""Smallest turn looked at, between the quarters of an hour before and after."""
PORT_KM = 8.0
"""Turns nearer than this to a zone's edge are manoeuvres."""
AROUND_KM = 15.0
"""Water about a turn in which the courses of other ships are counted."""


def course(
    fixes: Fixes, zones: Sequence[Disc] = (), *, statics: Statics | None = None, reception: Any = None,
    least: float = 0.05, samples: Samples | None = None,
) -> Table[VesselEvent]:  # fmt: skip
    """Give sharp turns under way that the traffic there does not make, each with a probability; as for `speed`.

    >>> t = np.arange(0, 480, 5).astype("M8[m]").astype("M8[ms]")
    >>> turn = np.select([np.arange(96) < 48, np.arange(96) < 66], [0.0, 100.0], 280.0)
    >>> x, y = (np.cumsum(f(np.radians(turn))) * 11 * 1.852 / 12 / 111.2 for f in (np.sin, np.cos))
    >>> f = Fixes.of(mmsi=[9] * 96, times=t, lon=30 + x / 0.73, lat=43 + y, speed_kn=[11.0] * 96, course_deg=turn)
    >>> [(e.start.hour, e.probability > 0.5) for e in course(f)]
    [(3, True)]
    """
    s = samples or vessel_samples.sample(fixes)
    found, numbers = course_candidates(s, zones, statics=statics)

    def why(k: int, rows: Array) -> str:
        return (
            f"turns by up to {numbers['turn'][k] * 90:.0f} degrees within {s.hours(rows):.1f} h under way; of the "
            f"other ships within {AROUND_KM:.0f} km {np.exp(numbers['alike'][k]):.0%} went the new way"
        )

    return weighed("course", fixes, s, found, numbers, why, reception=reception, least=least)


def course_candidates(
    s: Samples, zones: Sequence[Disc] = (), *, statics: Statics | None = None
) -> tuple[Runs, dict[str, Array]]:
    """Give groups of sharp turns, from the first to the last, and the numbers they are weighed by."""
    edge, _ = vessel_samples.edge_km(s.lon, s.lat, zones)
    turn, after, slower = _turns(s)
    rows = np.flatnonzero((np.abs(turn) > TURN_DEG) & (edge > PORT_KM) & (slower > UNDER_WAY_KN))
    if not len(rows):
        none = np.empty(0, dtype=np.int64)
        return Runs(none, none), {}
    new = np.append(True, (np.diff(s.ship[rows]) != 0) | (np.diff(s.slot[rows]) * s.step_s > 4 * 3600.0))
    group = np.cumsum(new) - 1
    first, last = np.flatnonzero(new), np.append(np.flatnonzero(new)[1:], len(rows)) - 1
    found = Runs(rows[first], rows[last])
    n = len(first)
    sharpest = np.zeros(n)
    np.maximum.at(sharpest, group, np.abs(turn[rows]))
    apart = np.append(True, (np.diff(rows) > 3) | new[1:])
    turns = np.bincount(group[apart], minlength=n)
    kind = vessel_samples.types_of(s.mmsi, statics)
    ship = s.ship[found.first]
    return found, {
        "turn": sharpest / 90.0,
        "back": (sharpest > 140.0).astype(float),
        "turns": np.log(turns),
        "alike": np.array([_alike(s, rows[a], float(after[rows[a]])) for a in first]) if n else np.empty(0),
        "zone_km": np.clip(edge[found.first], 0.0, 60.0) / 30.0,
        "pace": slower[found.first] / 10.0,
        "merchant": np.isin(kind[ship] // 10, (7, 8)).astype(float),
        "fishing": (kind[ship] == vessel_samples.FISHING_TYPE).astype(float),
        "service": np.isin(kind[ship], list(vessel_samples.SERVICE_TYPES)).astype(float),
    }


def _turns(s: Samples) -> tuple[Array, Array, Array]:
    """Give the turn at each sample (degrees), the course after it, and the slower of the speeds before and after."""
    n, w = len(s), max(round(900.0 / s.step_s), 1)
    turn, after, slower = np.zeros(n), np.full(n, np.nan), np.zeros(n)
    if n <= 2 * w:
        return turn, after, slower
    k = np.arange(w, n - w)
    whole = (s.ship[k - w] == s.ship[k + w]) & (s.slot[k + w] - s.slot[k - w] == 2 * w)
    k = k[whole]

    def leg(a: Array, b: Array) -> tuple[Array, Array]:
        east = distance.wrap(s.lon[b] - s.lon[a]) * np.cos(np.radians(s.lat[a]))
        north = s.lat[b] - s.lat[a]
        return np.degrees(np.arctan2(east, north)), np.hypot(east, north) * distance.KM_PER_DEGREE / 1.852 / (
            w * s.step_s / 3600
        )

    before, one = leg(k - w, k)
    then, two = leg(k, k + w)
    turn[k], after[k], slower[k] = (then - before + 180.0) % 360.0 - 180.0, then % 360.0, np.minimum(one, two)
    return turn, after, slower


def _alike(s: Samples, row: int, heading: float) -> float:
    """Give the logarithm of the share of other ships' samples near a turn that go the way it turns to."""
    near = np.flatnonzero(
        (np.abs(s.lat - s.lat[row]) < AROUND_KM / 111.0) & (s.speed_kn > UNDER_WAY_KN) & (s.ship != s.ship[row])
    )
    near = near[distance.km(s.lon[row], s.lat[row], s.lon[near], s.lat[near]) < AROUND_KM]
    same = np.abs((s.course_deg[near] - heading + 180.0) % 360.0 - 180.0) < 30.0
    ships, other = len(np.unique(s.ship[near[same]])), len(np.unique(s.ship[near]))
    return float(np.log((ships + 0.5) / (other + 3.0)))
