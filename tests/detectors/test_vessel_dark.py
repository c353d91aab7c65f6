"""Ships on radar matched to AIS, and the chance that one was silent: what must hold on seas made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import shapely
from scipy.special import ndtr

from ceasefire.detectors.vessel_dark import by_zone, dark
from ceasefire.detectors.vessel_dark_zones import SceneLook
from ceasefire.detectors.vessel_match import recall_of
from ceasefire.detectors.vessel_plane import Orbit, Plane, inside
from ceasefire.detectors.vessel_there import frozen, is_ship, ships_there
from ceasefire.geo.fixes import Fixes, Statics
from ceasefire.model.table import Table
from ceasefire.model.vessel import RadarShip, VesselEvent
from ceasefire.stats.ship_place import Places, raster

AT = datetime(2025, 4, 1, 4, 0, tzinfo=UTC)
NOW = np.datetime64("2025-04-01T04:00", "ms")
WATER = shapely.box(29.0, 43.5, 32.0, 45.5)
KM_EAST = 1.0 / 79.05
"""One km in degrees of longitude at 44.7 north."""


class Reception:
    """The same chance everywhere, or none west of a line."""

    def __init__(self, heard: float, west_of: float = -180.0) -> None:
        self.value, self.west_of = heard, west_of

    def heard(self, lon: Any, lat: Any, start: Any, end: Any) -> Any:
        return np.where(np.atleast_1d(lon) < self.west_of, np.nan, self.value)


def spots(*rows: dict[str, Any]) -> Table[RadarShip]:
    """Make detections."""
    common = {
        "scene": "s", "evidence": "ab", "time": AT, "lat": 44.7, "sigma_m": 20.0, "length_m": 150.0,
        "length_sigma_m": 20.0, "heading_deg": np.nan, "contrast": 40.0, "p_ship": 0.97,
    }  # fmt: skip
    return Table.of(RadarShip, [RadarShip(**{**common, "id": f"r-{k}", **row}) for k, row in enumerate(rows)])


def sailing(mmsi: int, lon: float, *, minutes: Any = (-2.0, 2.0), knots: float = 10.0, lat: float = 44.7) -> Fixes:
    """Make fixes of a ship that sails east and is at `lon` at the scene."""
    m = np.asarray(minutes, dtype=float)
    return Fixes.of(
        mmsi=[mmsi] * len(m), times=NOW + (m * 60000).astype("m8[ms]"),
        lon=lon + knots * 1.852 * m / 60.0 * KM_EAST, lat=[lat] * len(m), speed_kn=[knots] * len(m),
        course_deg=[90.0] * len(m),
    )  # fmt: skip


def statics(**length: float) -> Statics:
    """Make lengths by number."""
    n = len(length)
    time = np.full(n, np.datetime64("2025-03-31", "ms"))
    text = np.full(n, "", dtype=object)
    return Statics(
        np.array([int(k[1:]) for k in length], dtype="i4"), time, time, np.zeros(n, "i4"), text, text,
        np.full(n, 70, "i2"), np.array(list(length.values()), "f4"), np.full(n, 20, "f4"),
        np.array([v / 2 for v in length.values()], "f4"), np.full(n, np.nan, "f4"), text, np.zeros(n, "i2"),
    )  # fmt: skip


def solve(seen: Table[RadarShip], fixes: Fixes, heard: Any = None, **given: Any) -> Any:
    given = {"scene_time": AT, "footprint": WATER, **given}
    return dark(seen, fixes, given.pop("statics", Statics.empty()), heard or Reception(0.999), **given)


def test_a_ship_is_found_and_another_is_left_over() -> None:
    m = solve(spots({"lon": 30.0}, {"lon": 30.6}), sailing(272000001, 30.0))
    assert m.p_matched[0] > 0.99
    assert m.p_matched[1] < 0.01
    assert m.p_dark[0] < 0.01
    assert m.p_dark[1] > 0.8
    assert m.got == 1
    assert m.expected == pytest.approx(recall_of([np.nan])[0], abs=0.03)
    assert [e.kind for e in m.dark] == ["dark"]
    assert m.dark[0].mmsi == 0
    assert 0.0 < m.dark[0].probability < 1.0


def test_where_nobody_listens_it_cannot_be_told() -> None:
    seen = spots({"lon": 30.0}, {"lon": 30.6})
    m = solve(seen, sailing(272000001, 30.0), Reception(0.999, west_of=31.0))
    assert np.isnan(m.p_dark).all()
    assert np.isnan(m.dark.column("probability")).all()
    assert "not heard anyway" in m.dark[0].why
    assert len(m.dark) == 1  # the other one is the ship
    low = solve(seen, sailing(272000001, 30.0), Reception(0.3))
    assert np.isnan(low.p_dark).all()


def test_worse_reception_never_makes_darker() -> None:
    seen, fixes = spots({"lon": 30.6}, {"lon": 29.6}), sailing(272000001, 30.0)
    chance = [float(solve(seen, fixes, Reception(h)).p_dark[0]) for h in (0.55, 0.8, 0.95, 0.999)]
    assert chance == sorted(chance)


def test_the_length_decides_between_two() -> None:
    fixes = Fixes.join([sailing(272000001, 30.0), sailing(273000002, 30.0 + 0.3 * KM_EAST)])
    told = statics(m272000001=60.0, m273000002=200.0)
    seen = spots({"lon": 30.0 + 0.15 * KM_EAST, "length_m": 195.0})
    m = solve(seen, fixes, statics=told)
    best = {p.mmsi: p.probability for p in m.pairs}
    assert best[273000002] > 0.85
    assert best.get(272000001, 0.0) < 0.15


def test_the_course_decides_between_two() -> None:
    fixes = Fixes.join([sailing(272000001, 30.0), sailing(273000002, 30.0, knots=10.0)])
    turned = fixes.course_deg.copy()
    turned[fixes.mmsi == 273000002] = 0.0
    fixes = Fixes.of(
        mmsi=fixes.mmsi, times=fixes.times, lon=fixes.lon, lat=fixes.lat, speed_kn=fixes.speed_kn, course_deg=turned
    )
    m = solve(spots({"lon": 30.0, "heading_deg": 88.0}), fixes)
    best = {p.mmsi: p.probability for p in m.pairs}
    assert best[272000001] > 2 * best.get(273000002, 0.0)


def test_one_ship_makes_one_detection() -> None:
    m = solve(spots({"lon": 30.0}, {"lon": 30.0 + 0.1 * KM_EAST}), sailing(272000001, 30.0))
    assert m.p_matched.sum() <= 1.0 + 1e-6
    assert m.p_dark.max() < 0.95
    assert m.got <= 1


def test_a_ship_that_fell_silent_for_hours_is_told_apart_from_one_that_went_on() -> None:
    alone = np.array([-200.0, -199.0, 199.0, 200.0])
    silent = sailing(272000001, 30.0, minutes=alone, knots=0.0)
    others = Fixes.join([sailing(273000000 + k, 29.3 + 0.2 * k, minutes=np.arange(-300, 301, 5.0), lat=44.2, knots=0.0)
                         for k in range(5)])  # fmt: skip
    m = solve(spots({"lon": 30.0}), Fixes.join([silent, others]), Reception(0.99))
    assert m.p_matched[0] > 0.6
    assert m.p_dark[0] > 0.8
    assert m.dark[0].mmsi == 272000001
    assert "fell silent" in m.dark[0].why
    heard = sailing(272000001, 30.0, minutes=np.arange(-200, 201, 4.0), knots=0.0)
    assert solve(spots({"lon": 30.0}), Fixes.join([heard, others]), Reception(0.99)).p_dark[0] < 0.02


def test_messages_without_a_place_are_no_silence() -> None:
    fixes = sailing(272000001, 30.0, minutes=[-200.0, -199.0, 199.0, 200.0], knots=0.0)
    times = NOW + (np.arange(-190, 191, 5.0) * 60000).astype("m8[ms]")
    n = len(times)
    lost = Fixes.of(mmsi=[272000001] * n, times=times, lon=[np.nan] * n, lat=[np.nan] * n)
    m = solve(spots({"lon": 30.0}), fixes, Reception(0.99), unplaced=lost)
    assert m.p_matched[0] > 0.8
    assert m.p_dark[0] < 0.1


def test_two_tracks_of_one_number_are_two_places() -> None:
    fixes = Fixes.join([sailing(272000001, 30.0), sailing(272000001, 31.0, minutes=[-1.0, 1.0])])
    track = np.where(fixes.lon > 30.5, 1, 0)
    m = solve(spots({"lon": 30.0}, {"lon": 31.0}), fixes, track=track)
    assert m.p_matched.min() > 0.8


def test_positions_not_believed_do_not_match() -> None:
    fixes = sailing(272000001, 30.0)
    m = solve(spots({"lon": 30.0}), fixes, poor=np.ones(len(fixes), dtype=bool))
    assert m.p_matched[0] == 0.0


def test_frozen_positions_are_not_believed() -> None:
    fixes = sailing(272000001, 30.0, minutes=np.arange(-90.0, 91.0, 2.0))
    jammed = np.abs((fixes.times - NOW) / np.timedelta64(1, "m")) < 30
    lon = np.where(jammed, fixes.lon[jammed][0], fixes.lon)
    fixes = Fixes.of(
        mmsi=fixes.mmsi, times=fixes.times, lon=lon, lat=fixes.lat, speed_kn=fixes.speed_kn, course_deg=fixes.course_deg
    )
    assert frozen(fixes, np.zeros(len(fixes))).sum() == jammed.sum() - 1
    m = solve(spots({"lon": 30.0}), fixes)
    assert m.p_matched[0] > 0.9
    assert m.p_dark[0] < 0.05


def test_fixed_objects_take_no_part() -> None:
    m = solve(spots({"lon": 30.0}, {"lon": 30.6, "fixed": True}), sailing(272000001, 30.0))
    assert np.isnan(m.p_dark[1])
    assert np.isnan(m.p_matched[1])
    assert len(m.dark) == 0


def test_small_boats_are_said_to_need_no_ais() -> None:
    m = solve(spots({"lon": 30.6, "length_m": 20.0}, {"lon": 30.8}), sailing(272000001, 30.0))
    why = {round(e.length_m): e.why for e in m.dark}
    assert "need not broadcast" in why[20]
    assert "need not" not in why[150]


def test_a_beacon_is_no_ship() -> None:
    assert is_ship([970000001, 2_720_001, 992000001, 272000001, 0]).tolist() == [False, False, False, True, True]
    assert solve(spots({"lon": 30.0}), sailing(970000001, 30.0)).p_matched[0] == 0.0


def test_nothing_seen_and_nothing_heard() -> None:
    none = solve(Table.empty(RadarShip), sailing(272000001, 30.0))
    assert (len(none.dark), len(none.pairs), none.got) == (0, 0, 0)
    assert none.expected > 0.8
    deaf = solve(spots({"lon": 30.0}), Fixes.of(mmsi=[], times=[], lon=[], lat=[]))
    assert deaf.p_matched.tolist() == [0.0]
    assert deaf.expected == 0.0
    with pytest.raises(ValueError, match="footprint without area"):
        solve(spots({"lon": 30.0}), sailing(272000001, 30.0), footprint=shapely.Point(30, 44))


def test_the_same_twice_whatever_the_order() -> None:
    fixes = Fixes.join([sailing(272000001 + k, 29.5 + 0.05 * k) for k in range(20)])
    seen = spots(*({"lon": 29.5 + 0.05 * k + 0.01} for k in range(20)))
    a, b = solve(seen, fixes), solve(seen, fixes)
    assert a.p_dark.tobytes() == b.p_dark.tobytes()
    assert a.pairs.arrow.equals(b.pairs.arrow)
    turned = solve(seen.keep(np.arange(20)[::-1]), fixes)
    assert np.abs(turned.p_dark[::-1] - a.p_dark).max() < 1e-6


def test_the_shift_of_moving_ships_is_taken_back() -> None:
    orbit = Orbit(heading_deg=0.0)
    fixes = sailing(272000001, 30.0, knots=14.0)  # away from the antenna, which looks right
    east, north = orbit.shift([14 * 1.852], [0.0])
    seen = spots({"lon": 30.0 + float(east[0]) * KM_EAST, "lat": 44.7 + float(north[0]) / 111.2})
    assert abs(north[0]) > 0.4
    there = [
        ships_there(fixes, Statics.empty(), scene_time=NOW, plane=Plane(30.5, 44.5), orbit=o).places
        for o in (orbit, None)
    ]
    x, y = Plane(30.5, 44.5).of(seen.column("lon"), seen.column("lat"))
    known, blind = (float(raster(p, 0, east=x, north=y)[0, 0]) for p in there)
    assert known > 3 * blind
    assert solve(seen, fixes, orbit=orbit).p_matched[0] > 0.95
    assert solve(seen, fixes).p_matched[0] > 0.7


def test_the_share_inside_a_scene_at_its_edge() -> None:
    rng = np.random.default_rng(1)
    at = rng.uniform(-3, 3, 40)
    p = Places(*(np.full((40, 1), v) for v in (1.0, 0.0, 0.0, 1.0, 2.0, 0.5)))
    got = inside(p.moved(at, np.zeros(40)), shapely.box(0, -50, 50, 50))
    assert np.abs(got - ndtr(at)).max() < 0.2
    assert np.abs(got - ndtr(at)).mean() < 0.07


def events(*chance: float) -> Table[VesselEvent]:
    return Table.of(
        VesselEvent,
        [
            VesselEvent(
                id=f"e-{k}", kind="dark", mmsi=0, start=AT, end=AT, lon=30.2 + 0.01 * k, lat=44.2, radius_km=0.3,
                probability=p,
            )
            for k, p in enumerate(chance)
        ],
    )  # fmt: skip


def test_zones_get_counts_with_an_interval_and_no_place() -> None:
    look = SceneLook(time=AT, footprint=shapely.box(29, 43, 32, 46), heard=1.0)
    zones = {"z": shapely.box(30, 44, 31, 45), "empty": shapely.box(31.2, 44, 31.8, 45)}
    rows = {r.zone: r for r in by_zone(events(0.5, 0.5, 0.8, float("nan")), zones, looks=[look])}
    assert rows["z"].expected == pytest.approx(1.8)
    assert (rows["z"].low, rows["z"].high, rows["z"].untold) == (0.0, 3.0, 1)
    assert rows["empty"].expected == 0.0
    assert rows["empty"].upper == pytest.approx(2.996, abs=0.01)
    assert not {"lon", "lat"} & set(rows["z"].__dataclass_fields__)


def test_a_zone_that_nobody_looked_at_has_no_row_and_one_that_nobody_heard_no_limit() -> None:
    away = SceneLook(time=AT, footprint=shapely.box(35, 43, 36, 46), heard=1.0)
    deaf = SceneLook(time=AT, footprint=shapely.box(29, 43, 32, 46), heard=float("nan"))
    zones = {"z": shapely.box(30, 44, 31, 45)}
    assert len(by_zone(events(), zones, looks=[away])) == 0
    assert by_zone(events(), zones, looks=[deaf])[0].upper == float("inf")


def test_silences_that_begin_and_end_together_are_the_receiver() -> None:
    gone = [-200.0, -199.0, 199.0, 200.0]
    one = sailing(272000001, 30.0, minutes=gone, knots=0.0)
    three = Fixes.join([sailing(272000002 + k, 30.2 + 0.1 * k, minutes=gone, knots=0.0) for k in range(3)])
    others = Fixes.join([sailing(273000000 + k, 29.3 + 0.2 * k, minutes=np.arange(-300, 301, 5.0), lat=44.2, knots=0.0)
                         for k in range(5)])  # fmt: skip
    alone = solve(spots({"lon": 30.0}), Fixes.join([one, others]), Reception(0.99)).p_dark[0]
    alike = solve(spots({"lon": 30.0}), Fixes.join([one, three, others]), Reception(0.99)).p_dark[0]
    assert alike < 0.5 < 0.8 < alone
