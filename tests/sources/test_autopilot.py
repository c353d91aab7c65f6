"""What the logs of autopilots have in common: frames of gimbals, interpolation, clocks."""

import numpy as np
import pytest

from ceasefire.sources.autopilot import Log, columns
from ceasefire.sources.camera_mount import BODY, LEVEL, NORTH, Camera, between, camera_of, heading, turned
from ceasefire.sources.log_clock import clock_of, off_clock, utc_of_week

N = 11
T = np.arange(N, dtype=float)


def log(*, roll=0.0, pitch=0.0, yaw=40.0, **more):
    angles = [np.full(N, np.radians(v)) for v in (roll, pitch, yaw)]
    place = {"lon": np.full(N, 36.0), "lat": np.full(N, 50.0), "height_m": np.full(N, 300.0)}
    return Log(clock_s=T, **place, fix=np.ones(N, bool), attitude_s=T, attitude=turned(*angles), **more)


@pytest.mark.parametrize(("frame", "azimuth", "elevation"), [(LEVEL, 70, -50), (NORTH, 30, -50), (BODY, 70, -40)])
def test_frames_of_a_gimbal(frame, azimuth, elevation):
    yaw = 0.0 if frame == BODY else np.radians(30.0)
    turn = turned(np.zeros(N), np.full(N, np.radians(-50.0)), np.full(N, yaw))
    given = log(pitch=10.0, yaw=70.0 if frame == BODY else 40.0, gimbal_s=T, gimbal=turn, frame=np.full(N, frame))
    _, made, _ = columns(given, Camera())
    assert made["azimuth_deg"] == pytest.approx(azimuth)
    assert made["elevation_deg"] == pytest.approx(elevation)


def test_turns_are_interpolated_the_short_way_and_not_over_gaps():
    yaw = np.radians([350.0, 10.0, 30.0])
    turns = turned(np.zeros(3), np.zeros(3), yaw)
    turns[1] *= -1  # the same turn
    got = between(np.array([0.0, 1.0, 9.0]), turns, np.array([0.5, 5.0, 9.3]), turns=True)
    assert np.degrees(heading(got[0])) == pytest.approx(0.0, abs=1e-9)
    assert np.isnan(got[1]).all()
    assert np.degrees(heading(got[2])) == pytest.approx(30.0)


def test_the_estimate_stands_where_there_is_no_fix_and_is_marked():
    given = log()
    given.fix[5:8] = False
    given.lon[5:8] = 0.0
    given.lat[5:8] = 0.0
    given.estimate_s, given.estimate = T, np.stack([np.full(N, 36.1), np.full(N, 50.1), np.full(N, 310.0)], axis=-1)
    _, made, _ = columns(given, None)
    assert made["lon"].tolist() == [36.0] * 5 + [36.1] * 3 + [36.0] * 3
    assert made["fix"].tolist() == [True] * 5 + [False] * 3 + [True] * 3


def test_a_camera_on_the_case_word():
    assert camera_of({}) is None
    for wrong in ("wing", {"azimuth": 1}, {"takes": "films"}):
        with pytest.raises(ValueError, match="camera"):
            camera_of({"camera": wrong})


def test_leap_seconds_and_unknown_weeks():
    assert np.isnan(utc_of_week(0, 100))
    new_year = np.datetime64("2017-01-01", "s").astype(float)
    week, rest = divmod(new_year - np.datetime64("1980-01-06", "s").astype(float), 604_800)
    assert float(utc_of_week(week, (rest + 18) * 1000)) == new_year
    assert float(utc_of_week(week, (rest + 16) * 1000)) == new_year - 1  # the last second but one, 17 behind


def test_a_clock_split_in_halves_is_one_of_them():
    clock = np.arange(10.0)
    utc = 1_743_501_600 + clock + np.where(clock < 5, 0, 3600)
    found = clock_of(clock, utc, {})
    assert found.zero_s in (1_743_501_600, 1_743_505_200)
    assert "5 of 10" in found.doubts[0]
    assert clock_of(clock, np.full(10, np.nan), {}) is None


def test_off_clock_of_nothing_and_of_disorder():
    assert off_clock(np.zeros(0)).tolist() == []
    assert off_clock(np.array([np.nan, 1.0])).tolist() == [True, False]
    assert not off_clock(np.array([1.0, 1.5, 1.2, 1.7])).any()
