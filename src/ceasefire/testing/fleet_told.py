"""What a simulated fleet is known by: fixes and statics as received, and its truth as events.

Why apart: the motion and the radio speak of hulls and seconds, all others of MMSI and UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.model.table import Table
from ceasefire.model.vessel import VesselEvent
from ceasefire.testing import fleet_false as false
from ceasefire.testing import fleet_paths as paths
from ceasefire.testing import fleet_ships as ships
from ceasefire.testing.fleet_lanes import PORTS
from ceasefire.testing.fleet_trouble import Plant

Array = NDArray[Any]


def fixes_of(
    got: false.Received, crew: list[ships.Ship], said: false.Broadcast, skew: dict[int, float], moves: paths.Motion,
    start: np.datetime64, rng: np.random.Generator,
) -> tuple[Fixes, Array]:  # fmt: skip
    class_b, sets = (np.array([getattr(s, n) for s in crew]) for n in ("class_b", "reports_status"))
    n = len(got.t)
    ahead = np.zeros(int(got.station.max(initial=0)) + 1)
    for k, s in skew.items():
        if k < len(ahead):
            ahead[k] = s
    b = class_b[got.hull]
    status = np.where(b, 15, np.where(sets[got.hull], moves.status[got.segment], 0))
    time = got.t + ahead[got.station]
    late = rng.exponential(0.4, n) + ahead[got.station]
    heading = np.where(got.speed > 1.0, np.round(got.course + rng.normal(0, 2.0, n)), np.round(got.hull * 37.0)) % 360.0
    mmsi = said.number(got.hull, got.t)
    ms = np.round(time * 1000).astype(np.int64)
    order = np.lexsort((ms, mmsi))
    fixes = Fixes.of(
        mmsi=mmsi[order],
        times=(start + ms.astype("m8[ms]"))[order], lon=np.round(got.lon, 6)[order],
        lat=np.round(got.lat, 6)[order],
        speed_kn=np.round(got.speed, 1)[order], course_deg=np.round(got.course, 1)[order],
        heading_deg=np.where(b, np.nan, heading)[order], status=status[order], message=np.where(b, 18, 1)[order],
        accurate=got.accurate[order], station=got.station[order], late_s=((late + 30.0) % 60.0 - 30.0)[order],
        second=np.where(np.isnan(got.lon), 63, np.floor(got.t).astype(int) % 60)[order],
    )  # fmt: skip
    return fixes, order


def statics_of(fixes: Fixes, crew: list[ships.Ship], said: false.Broadcast, rng: np.random.Generator) -> Statics:
    numbers, first = fixes.ships()
    start = {int(m): k for k, m in enumerate(numbers)}
    rows: list[tuple[Any, ...]] = []
    for k, s in enumerate(crew):
        new = [(said.renamed[k][1], s.name + " II")] if k in said.renamed else []
        for mmsi, name in [(said.mmsi[k], s.name), *new]:
            if mmsi not in start or s.kind == "beacon":
                continue
            a, b = first[start[mmsi]], first[start[mmsi] + 1] - 1
            told = rng.random() > 0.04
            size = (s.length_m, s.beam_m, s.bow_m) if told else (np.nan,) * 3
            kind = ships.KINDS[s.kind].ship_type
            port = "" if s.class_b else PORTS[int(rng.integers(len(PORTS)))].id.upper()
            draught = np.nan if s.class_b else s.draught_m
            row = (mmsi, fixes.times[a], fixes.times[b], s.imo, s.callsign, name, kind, *size, draught, port, 0)
            rows.append(row)
    kinds = ["i4", "M8[ms]", "M8[ms]", "i4", "O", "O", "i2", "f4", "f4", "f4", "f4", "O", "i2"]
    rows.sort(key=lambda r: (r[0], r[1]))
    return Statics(*(np.array([r[c] for r in rows], dtype=kind) for c, kind in enumerate(kinds)))


def crossings_of(moves: paths.Motion, corridor: Any) -> list[Plant]:
    """Find every entry into the corridor and every exit from it on the true tracks, to the minute."""
    found = []
    t = np.arange(0.0, moves.seconds, 60.0)
    for k in np.unique(moves.hull):
        lon, lat = moves.at(np.full(len(t), k), t)
        inside = shapely.contains_xy(corridor, np.nan_to_num(lon), np.nan_to_num(lat))
        known = np.isfinite(lon)
        for n in np.flatnonzero((inside[1:] != inside[:-1]) & known[1:] & known[:-1]):
            kind = "entry" if inside[n + 1] else "exit"
            found.append(Plant(kind, int(k), t[n], t[n + 1], float(lon[n]), float(lat[n]), 0.5, zone="corridor"))
    return found


def events_of(
    planted: list[Plant], moves: paths.Motion, said: false.Broadcast, start: np.datetime64
) -> Table[VesselEvent]:
    origin = start.astype("M8[s]").astype(np.int64)
    rows = []
    for p in planted:
        mmsi = int(said.number(np.array([p.hull]), np.array([p.first - 1.0]))[0]) if p.hull >= 0 else 0
        others = p.others if p.kind == "identity.changed" else tuple(said.mmsi[k] for k in p.others)
        first, last = (
            datetime.fromtimestamp(int(origin + max(v, 0.0)), UTC) for v in (p.first, min(p.last, moves.seconds))
        )
        name = sha256(f"{p.kind} {mmsi} {first:%Y-%m-%dT%H:%M:%S} {p.lon:.4f} {p.lat:.4f}".encode()).hexdigest()[:12]
        rows.append(
            VesselEvent(
                id=f"e-{name}",
                kind=p.kind,
                mmsi=mmsi,
                start=first,
                end=last,
                lon=p.lon,
                lat=p.lat,
                radius_km=p.radius_km,
                probability=1.0,
                others=others,
                zone=p.zone,
                why=p.said or "planted",
            )
        )
    rows.sort(key=lambda e: (e.kind, e.start, e.mmsi, e.id))
    return Table.of(VesselEvent, rows)


def texts_of(
    planted: list[Plant],
    crew: list[ships.Ship],
    beacons: list[tuple[int, float, float]],
    start: np.datetime64,
    fixes: Fixes,
) -> tuple[tuple[int, np.datetime64, str], ...]:
    """Give the safety texts of beacons that were heard, and of every second ship in distress."""
    said = []
    heard = set(fixes.ships()[0].tolist())
    for k, _, first in beacons[::2]:
        if crew[k].mmsi in heard:
            said.append((crew[k].mmsi, first, crew[k].name))
    for number, p in enumerate(p for p in planted if p.kind == "distress"):
        if number % 2 == 0:
            said.append((crew[p.others[0]].mmsi, p.first + 60.0, "MAYDAY MAYDAY TAKING WATER NEED ASSISTANCE"))
    for number, s in enumerate(crew[:: max(len(crew) // 6, 1)]):
        text = ("NAV WARNING UNLIT BUOY", "SAFETY DRILL NO ASSISTANCE NEEDED", "KEEP CLEAR 1 NM CABLE WORK")[number % 3]
        if s.mmsi in heard and s.kind != "beacon":
            said.append((s.mmsi, 3600.0 * (2 + number), text))
    return tuple((m, start + np.timedelta64(int(t * 1000), "ms"), text) for m, t, text in sorted(said))
