"""How likely a ship on radar broadcast nothing where it would have been heard: a probability, never a flag.

Why so many ways out: a bright spot without AIS may be a false alarm, a ship whose messages nobody received, a ship
whose own position is false, or the ship that was last heard an hour ago and did sail on. Each has its weight, and
what is left is the chance that the ship was silent. Where nobody listens this cannot be told, and the record says so
with a NaN.

What it does not say: that a silent ship broke a rule. Boats below 300 gross tonnage (about 45 to 50 m) need not carry
AIS, fishing boats and warships may be silent lawfully, and a master may switch off where broadcasting is dangerous
(SOLAS regulation V/19; IMO resolution A.1106(29)).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from ceasefire.detectors.vessel_dark_events import events
from ceasefire.detectors.vessel_dark_zones import DarkCount, SceneLook, by_zone
from ceasefire.detectors.vessel_match import Recall, recall_of, weigh
from ceasefire.detectors.vessel_movement import MOVEMENT
from ceasefire.detectors.vessel_plane import Orbit, Plane
from ceasefire.detectors.vessel_silence import SILENT, TOLD, Ears, Found, Listening, Scene
from ceasefire.detectors.vessel_there import ShipsThere, ships_there
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.model.table import Table
from ceasefire.model.vessel import RadarShip, VesselEvent
from ceasefire.stats.ship_match import best_pairs, self_set_threshold
from ceasefire.stats.ship_place import Movement

Array = NDArray[Any]

__all__ = ["DarkCount", "Matched", "Pair", "SceneLook", "ShipInScene", "by_zone", "dark"]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A ship and a detection that may be one."""

    detection: str
    """Id of the detection."""
    mmsi: int
    probability: float
    """P(this ship made this detection)."""
    score: float
    """Odds of the pair against both standing alone."""
    chosen: bool
    """In the one best assignment, and above the threshold."""
    silent: float
    """P(the ship's transmitter was off at the scene | it made this detection)."""


@dataclass(frozen=True, kw_only=True)
class ShipInScene:
    """A ship that may have been in a scene. Its place is not here: `Fixes` has what it broadcast."""

    mmsi: int
    inside: float
    """P(it was in the scene | its fixes)."""
    recall: float
    """P(radar sees a ship of its length)."""
    matched: float
    """P(it made one of the detections)."""
    false_place: float
    """P(the position it broadcast is false | its fixes before and after)."""
    before_h: float
    """Hours since its last fix; infinite for none."""
    after_h: float
    """Hours to its next fix; infinite for none."""
    length_m: float


@dataclass(frozen=True, eq=False)
class Matched:
    """A scene's detections, matched to ships. The arrays have the shape (detections,), NaN for fixed objects."""

    pairs: Table[Pair]
    ships: Table[ShipInScene]
    dark: Table[VesselEvent]
    """Detections that may be ships that broadcast nothing, kind `dark`; the probability is NaN where nobody listens."""
    p_dark: Array
    """P(a ship that broadcast nothing around the scene); NaN where that cannot be told."""
    p_matched: Array
    """P(one of the ships heard around the scene)."""
    heard: Array
    """P(a ship there would have been heard while the scene was taken); NaN where nothing tells."""
    expected: float
    """Matches expected: sum over ships of P(in the scene) times recall."""
    got: int
    """Pairs in the best assignment above the threshold."""
    threshold: float
    """Score at which as many pairs are chosen as matches are expected."""
    silent_share: tuple[float, float]
    """Share of silent ships among large and among small ones, as learned from this scene and the prior."""


def dark(
    detections: Table[RadarShip],
    fixes: Fixes,
    statics: Statics,
    reception: Listening,
    *,
    scene_time: datetime,
    footprint: Any,
    recall: Recall = recall_of,
    orbit: Orbit | None = None,
    track: ArrayLike | None = None,
    poor: ArrayLike | None = None,
    unplaced: Fixes | None = None,
    doubt: Mapping[int, float] | None = None,
    movement: Movement = MOVEMENT,
    silent: Sequence[tuple[float, float]] = SILENT,
    least: float = 0.05,
) -> Matched:
    """Match a scene's detections to ships and give the chance of each to be a ship that broadcast nothing.

    Parameters
    ----------
    detections
        What radar or lights show. Objects marked `fixed` take no part.
    fixes, statics
        AIS around the scene's time, cleaned.
    reception
        Where and when AIS was heard.
    scene_time
        UTC.
    footprint
        Water that the scene shows: shapely polygon in degrees.
    recall
        Chance that radar detects a ship of a length in metres, arrays to arrays.
    orbit
        Geometry of the scene; without it the shift of moving ships widens their places.
    track, poor
        Of each fix, shape (fixes,): its track under its MMSI and whether its place is not believed, as `vessel_clean`
        tells them.
    unplaced
        Messages without a place, where they are kept apart as `vessel_clean` does.
    doubt
        P(its position around the scene is false) by MMSI, where spoofing was looked for.
    movement
        How ships move between fixes.
    silent
        Beta priors (ships silent, ships not) of the share of silent ships, of large and of small ones.
    least
        Smallest probability that becomes an event.

    Raises
    ------
    ValueError
        A footprint without area.

    Source of the method: Kroodsma and others (2022) for the places and the threshold; the joint posterior over
    pairings is that of joint probabilistic data association (Y. Bar-Shalom and others, IEEE Control Systems 29 (2009)
    82-100).

    >>> from datetime import UTC, datetime
    >>> class Everywhere:
    ...     def heard(self, lon, lat, start, end):
    ...         return np.ones(len(np.atleast_1d(lon)))
    >>> at = datetime(2025, 4, 1, 4, 0, tzinfo=UTC)
    >>> seen = [RadarShip(id=f"r-{k}", scene="s", evidence="", time=at, lon=30.0 + k, lat=45.0, sigma_m=20.0,
    ...     length_m=150.0, length_sigma_m=20.0, heading_deg=90.0, contrast=50.0, p_ship=0.98) for k in (0, 1)]
    >>> fixes = Fixes.of(mmsi=[272000001] * 2, lon=[29.99, 30.01], lat=[45.0, 45.0], speed_kn=[10, 10],
    ...     course_deg=[90, 90], times=np.array(["2025-04-01T03:57:27", "2025-04-01T04:02:33"], dtype="M8[ms]"))
    >>> m = dark(Table.of(RadarShip, seen), fixes, Statics.empty(), Everywhere(), scene_time=at,
    ...     footprint=shapely.box(29.5, 44.5, 31.5, 45.5))
    >>> m.p_matched.round(2).tolist(), bool(m.p_dark[0] < 0.02), bool(m.p_dark[1] > 0.8), m.got
    ([1.0, 0.0], True, True, 1)
    """
    if not footprint.area > 0:
        raise ValueError("a footprint without area shows no water")
    plane = Plane(footprint.centroid.x, footprint.centroid.y)
    water = shapely.transform(footprint, lambda c: np.stack(plane.of(c[:, 0], c[:, 1]), axis=1))
    loose = np.flatnonzero(~detections.column("fixed"))
    seen = detections.keep(loose)
    at = _naive(scene_time)
    there = ships_there(
        fixes,
        statics,
        scene_time=at,
        plane=plane,
        track=track,
        poor=poor,
        unplaced=unplaced,
        orbit=orbit,
        movement=movement,
    )
    pairs = weigh(there, seen, plane=plane, area_km2=float(water.area), recall=recall)
    scene = Scene.of(there, pairs, seen, Ears(reception, at), plane, water, recall, doubt or {})
    found = scene.solve(seen, silent)
    return _matched(found, scene, there, seen, loose, len(detections), least)


def _matched(
    found: Found,
    scene: Scene,
    there: ShipsThere,
    seen: Table[RadarShip],
    loose: Array,
    number: int,
    least: float,
) -> Matched:
    """Put the answer together."""
    expected = float(((1 - scene.false_place) * scene.inside * scene.recall).sum())
    best = best_pairs(scene.ship, scene.detection, found.odds, least=1e-4)
    threshold = self_set_threshold(found.odds[best], expected)
    chosen = best & (found.odds >= threshold)
    tell = np.nan_to_num(scene.heard) >= TOLD
    p_dark = np.where(tell, np.clip(found.dark, 0.0, 1.0), np.nan)
    show = np.flatnonzero(found.got.pair > 1e-3)
    order = show[np.lexsort((there.mmsi[scene.ship[show]], -found.got.pair[show], scene.detection[show]))]
    ids = seen.column("id")
    table = Table.from_columns(
        Pair,
        {
            "detection": ids[scene.detection[order]],
            "mmsi": there.mmsi[scene.ship[order]],
            "probability": found.got.pair[order],
            "score": found.odds[order],
            "chosen": chosen[order],
            "silent": scene.off[order],
        },
    )
    near = np.flatnonzero(scene.inside > 1e-3)
    ships = Table.from_columns(
        ShipInScene,
        {
            "mmsi": there.mmsi[near],
            "inside": scene.inside[near],
            "recall": scene.recall[near],
            "matched": 1.0 - found.got.ship[near],
            "false_place": scene.false_place[near],
            "before_h": there.before_h[near],
            "after_h": there.after_h[near],
            "length_m": np.asarray(there.length_m[near], dtype=np.float64),
        },
    )
    return Matched(
        table,
        ships,
        events(seen, found, scene, there, p_dark, least),
        _spread(p_dark, loose, number),
        _spread(1.0 - found.got.detection, loose, number),
        _spread(scene.heard, loose, number),
        expected,
        int(chosen.sum()),
        threshold,
        found.share,
    )


def _spread(values: Array, rows: Array, number: int) -> Array:
    out = np.full(number, np.nan)
    out[rows] = values
    return out


def _naive(time: datetime) -> np.datetime64:
    return np.datetime64(round(time.timestamp() * 1000), "ms")
