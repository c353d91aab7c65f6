"""False positions: rings, places on land and displacements found; ships that really go there are not."""

import numpy as np
import pytest

from ceasefire.detectors.interference_at_sea import observations, ratio
from ceasefire.detectors.spoofing_circles import circles
from ceasefire.detectors.spoofing_displaced import displaced
from ceasefire.detectors.spoofing_inland import inland
from ceasefire.detectors.vessel_spoofing import spoofing
from ceasefire.detectors.vessel_steps import pieces, steps
from ceasefire.geo.distance import KM_PER_DEGREE
from ceasefire.geo.fixes import Fixes

KM_H = 1.852


def track(minutes, lon, lat, *, mmsi=272000001, speed=0.0, course=0.0, heading=np.nan):
    n = len(minutes)
    return Fixes.of(
        mmsi=np.full(n, mmsi), times=(np.asarray(minutes) * 60_000).astype(np.int64).astype("M8[ms]"),
        lon=np.broadcast_to(lon, n), lat=np.broadcast_to(lat, n), speed_kn=np.broadcast_to(speed, n),
        course_deg=np.broadcast_to(course, n), heading_deg=np.broadcast_to(heading, n),
    )  # fmt: skip


def ring(minutes, *, lon, lat, radius_km, period_min, phase=0.0, noise_km=0.01, seed=0):
    rng = np.random.default_rng(seed)
    a = 2 * np.pi * np.asarray(minutes) / period_min + phase
    east, north = radius_km * np.sin(a), radius_km * np.cos(a)
    east, north = (v + rng.normal(0, noise_km, len(a)) for v in (east, north))
    x, y = lon + east / KM_PER_DEGREE / np.cos(np.radians(lat)), lat + north / KM_PER_DEGREE
    return x, y, np.degrees(a) % 360.0


def on_ring(minutes, *, heading, mmsi=272000001, **how):
    x, y, bearing = ring(minutes, **how)
    speed = 2 * np.pi * how["radius_km"] / how["period_min"] * 60 / KM_H
    head = (bearing + 90.0) % 360.0 if heading == "along" else (bearing + 180.0) % 360.0 if heading == "in" else heading
    return track(minutes, x, y, mmsi=mmsi, speed=speed, course=(bearing + 90.0) % 360.0, heading=head)


T = np.arange(90.0)
AT = {"lon": 33.0, "lat": 44.0}


def test_a_ring_that_the_heading_does_not_follow_is_false():
    events = circles(on_ring(T, radius_km=2.0, period_min=30.0, heading=77.0, **AT))
    assert len(events) == 1
    assert events[0].probability > 0.95
    assert "heading unrelated" in events[0].why


def test_a_ship_that_turns_circles_is_not():
    assert len(circles(on_ring(T, radius_km=0.5, period_min=12.0, heading="along", **AT))) == 0


def test_a_ship_that_swings_at_anchor_is_not():
    # a full circle in twelve hours, bow towards the anchor
    minutes = np.arange(0.0, 1440.0, 3.0)
    assert len(circles(on_ring(minutes, radius_km=0.25, period_min=720.0, heading="in", **AT))) == 0


def test_a_search_pattern_is_no_ring():
    # expanding square, legs of 1, 1, 2, 2, 3, 3 ... units at 8 kn, heading along
    legs = [(k // 2 + 1) for k in range(12)]
    corner = np.cumsum([[0, 0], *[[(0, n), (n, 0), (0, -n), (-n, 0)][k % 4] for k, n in enumerate(legs)]], axis=0) * 0.9
    far = np.append(0, np.cumsum(np.hypot(*np.diff(corner, axis=0).T)))
    s = T * 8 * KM_H / 60
    x, y = (np.interp(s, far, corner[:, i]) for i in (0, 1))
    way = np.degrees(np.arctan2(np.gradient(x), np.gradient(y))) % 360
    lon, lat = 33.0 + x / KM_PER_DEGREE / np.cos(np.radians(44.0)), 44.0 + y / KM_PER_DEGREE
    assert len(circles(track(T, lon, lat, speed=8.0, course=way, heading=way))) == 0


def test_rings_reached_by_leaps_about_one_point_name_each_other():
    def ship(mmsi, phase):
        x, y, _bearing = ring(T, radius_km=1.5 + phase / 10, period_min=25.0, phase=phase, seed=mmsi, **AT)
        away = (T >= 20) & (T < 70)
        return track(T, np.where(away, x, 31.0 + mmsi / 100), np.where(away, y, 45.5), mmsi=272000000 + mmsi)

    events = circles(Fixes.join([ship(1, 0.0), ship(2, 2.0), ship(3, 4.0)]))
    assert [len(e.others) for e in events] == [2, 2, 2]
    assert events[0].probability > 0.99
    # the disc is where the ship was, not where it was put
    assert abs(events[0].lon - 31.01) < 0.05
    assert abs(events[0].lat - 45.5) < 0.05


def danube(minutes, speed_kn=9.0):
    """Give a track that goes up the Danube from the sea at Sulina to past Tulcea."""
    corner = np.array([(29.95, 45.15), (29.65, 45.16), (29.2, 45.2), (28.8, 45.18), (28.2, 45.45), (28.05, 45.43)])
    far = np.append(0, np.cumsum(np.hypot(np.diff(corner[:, 0]) * 78.5, np.diff(corner[:, 1]) * 111.2)))
    s = np.asarray(minutes) / 60 * speed_kn * KM_H
    return np.interp(s, far, corner[:, 0]), np.interp(s, far, corner[:, 1])


@pytest.mark.parametrize("every", [3.0, 60.0])
def test_a_ship_on_the_danube_is_no_spoofing(every):
    minutes = np.arange(0.0, 540.0, every)
    lon, lat = danube(minutes)
    assert len(spoofing(track(minutes, lon, lat, speed=9.0, course=np.nan))) == 0


def test_a_record_that_lies_on_a_river_is_no_spoofing():
    minutes = np.arange(0.0, 300.0, 3.0)
    # the Dnipro above Kremenchuk, and a ship moored at a river port
    assert len(spoofing(track(minutes, 33.0 + minutes * 0.002, 49.1, speed=5.0, course=90.0))) == 0
    assert len(spoofing(track(minutes, 28.03, 45.43))) == 0


def test_the_bosphorus_is_no_spoofing():
    minutes = np.arange(0.0, 150.0, 2.0)
    lon = np.interp(minutes, [0, 45, 90, 150], [29.16, 29.07, 29.03, 28.95])
    lat = np.interp(minutes, [0, 45, 90, 150], [41.26, 41.12, 41.02, 40.9])
    assert len(spoofing(track(minutes, lon, lat, speed=10.0, course=200.0))) == 0


def test_a_stay_at_an_airport_reached_by_leaps_is_named_and_one_message_is_not():
    away = (T >= 30) & (T < 60)
    f = track(T, np.where(away, 33.975, 33.0 + 0.003 * T), np.where(away, 45.052, 44.0), speed=8.0, course=90.0)
    (event,) = inland(f)
    assert event.probability > 0.99
    assert "airport of Simferopol" in event.why
    once = T == 30
    f = track(T, np.where(once, 33.975, 33.0 + 0.003 * T), np.where(once, 45.052, 44.0), speed=8.0, course=90.0)
    assert len(inland(f, least=0.05)) == 0


def moved(ships, *, who, east=0.0, north=0.2, start=30, stop=60, minutes=T):
    parts = []
    for k in range(ships):
        away = (minutes >= start + 0.2 * k) & (minutes < stop) & (k in who)
        lon = 31.0 + 0.07 * k + 0.0031 * minutes + east * away
        parts.append(track(minutes, lon, 44.5 + 0.05 * k + north * away, mmsi=272000001 + k, speed=8.0, course=90.0))
    return Fixes.join(parts)


def test_ships_that_leap_together_are_displaced_and_one_alone_is_not():
    (event,) = displaced(moved(8, who=range(6)))
    assert event.mmsi == 0
    assert len(event.others) == 6
    assert event.probability > 0.99
    assert len(displaced(moved(8, who=[2]), least=0.05)) == 0


def test_leaps_by_different_vectors_at_different_times_are_each_ships_own():
    parts = [
        moved(1, who=[0], east=0.3 * np.cos(k), north=0.3 * np.sin(k), start=15 + 12 * k, stop=90) for k in range(5)
    ]
    f = Fixes.join(
        Fixes.of(
            **{**{n: getattr(p, n) for n in ("times", "lon", "lat", "speed_kn", "course_deg")}, "mmsi": p.mmsi + k}
        )
        for k, p in enumerate(parts)
    )
    assert len(displaced(f)) == 0


def test_wrong_clocks_of_a_receiver_are_no_displacement():
    # every third message of all ships comes with a time five minutes late: all ships of one lane seem to leap back
    f = moved(8, who=[])
    late = np.arange(len(f)) % 30 < 10
    times = f.times + (late * 300_000).astype("m8[ms]")
    g = Fixes.of(mmsi=f.mmsi, times=times, lon=f.lon, lat=f.lat, speed_kn=f.speed_kn, course_deg=f.course_deg)
    assert len(spoofing(g)) == 0


def test_steps_and_pieces_keep_single_errors_apart_from_second_tracks():
    lon = np.where(T == 40, 20.0, 33.0 + 0.003 * T)
    f = track(T, lon, 44.0, speed=8.0, course=90.0)
    assert steps(f).leap.sum() == 2
    assert len(pieces(f).first) == 1
    f = track(T, np.where(T % 2, 20.0, 33.0 + 0.003 * T), 44.0, speed=8.0, course=90.0)
    assert pieces(f).strand.max() == 1
    assert len(pieces(f).first) == len(T)


def test_nothing_comes_of_nothing():
    empty = Fixes.of(mmsi=[], times=[], lon=[], lat=[])
    assert len(spoofing(empty)) == 0
    lost = track(T, np.nan, np.nan)
    assert len(spoofing(lost)) == 0


def test_observations_accuse_nobody_and_count_one_cause_once():
    events = displaced(moved(8, who=range(6)))
    (one,) = observations(events, source="ais")
    assert one.act == "interference.spoofing"
    assert one.accused == ""
    assert one.channel == "ais"
    assert one.likelihood_ratio == 20.0
    assert one.radius_km >= 5.0
    assert ratio(0.05) == pytest.approx(1.0)
