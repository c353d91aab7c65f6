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
from scipy.spatial import cKDTree

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

    after, passage = _turns(s)[1], _passage(s)

    def why(k: int, rows: Array) -> str:
        same, other = _passed(s, passage, int(rows[0]), float(after[rows[0]]))
        return (
            f"turns by up to {numbers['turn'][k] * 90:.0f} degrees within {s.hours(rows):.1f} h under way; {same} of "
            f"the {other} other ships that passed within {AROUND_KM:.0f} km went the new way"
        )

    return weighed("course", fixes, s, found, numbers, why, reception=reception, least=least)


def course_candidates(
    s: Samples, zones: Sequence[Disc] = (), *, statics: Statics | None = None
) -> tuple[Runs, dict[str, Array]]:
    """Give groups of sharp turns, from the first to the last, and the numbers they are weighed by."""
    edge, _ = vessel_samples.edge_km(s.lon, s.lat, zones)
    turn, after, slower, unmade, untold = _turns(s)
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
    passage = _passage(s)
    passed = np.array([_passed(s, passage, int(rows[a]), float(after[rows[a]])) for a in first])
    return found, {
        "turn": sharpest / 90.0,
        "back": (sharpest > 140.0).astype(float),
        "turns": np.log(turns),
        "alike": np.log((passed[:, 0] + 0.5) / (passed[:, 1] + 3.0)),
        "zone_km": np.clip(edge[found.first], 0.0, 60.0) / 30.0,
        "pace": slower[found.first] / 10.0,
        "unmade": np.minimum.reduceat(unmade[rows], first),
        "untold": np.minimum.reduceat(untold[rows], first),
        "merchant": np.isin(kind[ship] // 10, (7, 8)).astype(float),
        "fishing": (kind[ship] == vessel_samples.FISHING_TYPE).astype(float),
        "service": np.isin(kind[ship], list(vessel_samples.SERVICE_TYPES)).astype(float),
    }


def _turns(s: Samples) -> tuple[Array, ...]:
    """Give the turn at each sample (degrees), the course after it, the slower of the speeds before and after.

    And two signs of false positions: how far the speed made good is from the reported one (natural logarithm), and how
    far the turn is from that of the reported course (right angles).
    """
    n, w = len(s), max(round(900.0 / s.step_s), 1)
    turn, after, slower, unmade, untold = np.zeros(n), np.full(n, np.nan), np.zeros(n), np.zeros(n), np.zeros(n)
    if n <= 2 * w:
        return turn, after, slower, unmade, untold
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
    said = (s.speed_kn[k - w] + s.speed_kn[k]) / 2, (s.speed_kn[k] + s.speed_kn[k + w]) / 2
    for made, told in zip((one, two), said, strict=True):
        off = np.abs(np.log(np.maximum(made, 1.0) / np.maximum(np.nan_to_num(told, nan=1.0), 1.0)))
        unmade[k] = np.clip(np.maximum(unmade[k], off), 0.0, 3.0)
    away = (s.course_deg[k + w] - s.course_deg[k - w] - turn[k] + 180.0) % 360.0 - 180.0
    untold[k] = np.clip(np.nan_to_num(np.abs(away)) / 90.0, 0.0, 2.0)
    return turn, after, slower, unmade, untold


def _passage(s: Samples) -> tuple[Array, Any]:
    """Give the rows of samples under way, and a tree of their places."""
    rows = np.flatnonzero(s.speed_kn > UNDER_WAY_KN)
    return rows, cKDTree(distance.unit_vectors(s.lon[rows], s.lat[rows]).reshape(-1, 3))


def _passed(s: Samples, passage: tuple[Array, Any], row: int, heading: float) -> tuple[int, int]:
    """Count the other ships that passed near a turn and went the way it turns to, and all that passed."""
    rows, tree = passage
    reach = float(distance.chord(AROUND_KM))
    near = rows[tree.query_ball_point(distance.unit_vectors(s.lon[row], s.lat[row]), reach)]
    near = near[s.ship[near] != s.ship[row]]
    same = np.abs((s.course_deg[near] - heading + 180.0) % 360.0 - 180.0) < 30.0
    return len(np.unique(s.ship[near[same]])), len(np.unique(s.ship[near]))
