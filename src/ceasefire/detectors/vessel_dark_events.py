"""Events of ships that may have been silent, each with one sentence on what it rests on."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ceasefire.detectors.vessel_silence import SMALL_M, TOLD, Found, Scene
from ceasefire.detectors.vessel_there import ShipsThere
from ceasefire.model.table import Table
from ceasefire.model.vessel import RadarShip, VesselEvent

Array = NDArray[Any]


def events(
    seen: Table[RadarShip], found: Found, scene: Scene, there: ShipsThere, p_dark: Array, least: float
) -> Table[VesselEvent]:
    """Make events of what may have been silent, and of what cannot be told and matches no ship.

    Parameters
    ----------
    seen
        Detections that took part, in the order of the arrays.
    found, scene, there
        The posterior, what it rests on, and the ships.
    p_dark
        By detection, NaN where it cannot be told.
    least
        Smallest probability that becomes an event.
    """
    likely = np.zeros(len(seen), dtype=np.int64)
    sure = np.flatnonzero((found.got.pair > 0.5) & (scene.off > 0.5))
    likely[scene.detection[sure]] = there.mmsi[scene.ship[sure]]
    keep = np.where(np.isnan(p_dark), found.got.detection * seen.column("p_ship") >= 0.5, p_dark >= least)
    out = []
    for row in np.flatnonzero(keep):
        one, heard = seen[int(row)], float(scene.heard[row])
        mmsi = int(likely[row])
        key = f"dark|{mmsi}|{one.time.isoformat()}|{one.lon:.5f}|{one.lat:.5f}"
        out.append(
            VesselEvent(
                id=f"e-{hashlib.sha256(key.encode()).hexdigest()[:12]}",
                kind="dark",
                mmsi=mmsi,
                start=one.time,
                end=one.time,
                lon=one.lon,
                lat=one.lat,
                radius_km=round(float(np.hypot(2.146 * one.sigma_m / 1000.0, 0.3)), 3),
                probability=float(p_dark[row]),
                why=_why(one, heard, float(found.got.detection[row]), mmsi),
                heard=heard,
                length_m=one.length_m,
                evidence=(one.evidence,) if one.evidence else (),
            )
        )
    return Table.of(VesselEvent, out)


def _why(one: RadarShip, heard: float, alone: float, mmsi: int) -> str:
    size = "" if np.isnan(one.length_m) else f" of about {one.length_m:.0f} m"
    what = f"An object{size} on radar (a ship with {one.p_ship:.0%})"
    if not heard >= TOLD:
        told = "nothing tells" if np.isnan(heard) else f"{heard:.0%}"
        return f"{what}; not heard anyway: chance that a ship there would have been heard: {told}."
    may = " Ships so small need not broadcast." if one.length_m < SMALL_M else ""
    ship = " It is likely a ship that was heard before and fell silent." if mmsi else ""
    return f"{what}, no ship heard around then with {alone:.0%}, and {heard:.0%} would have been heard.{ship}{may}"
