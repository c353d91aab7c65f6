"""Telemetry logs: the station's clock, several vehicles, damage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.detectors.interference import JAMMING, interferences
from ceasefire.sources.mavlink_frames import KINDS, walk_through
from ceasefire.sources.mavlink_tlog import is_it, read_flight
from ceasefire.testing.flight_logs import START_S, flown, tlog

pytest.importorskip("pymavlink", reason="telemetry logs need the extra 'drone'")

VIEW = {"hfov_deg": 60, "vfov_deg": 40}


def write(tmp_path, data, name="a.tlog"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_positions_mount_and_the_stations_clock(tmp_path):
    path = write(tmp_path, tlog(flown(), ahead_s=2.5))
    assert is_it(path.read_bytes()[:64])
    read = read_flight(path, source="p", options={"camera": VIEW})
    (flight,) = read.flights
    assert (read.count.rows, read.count.used, len(flight)) == (50, 50, 50)
    assert str(flight.times[0]) == "2025-04-01T10:00:00.000"
    assert "+2.500 s" in flight.clock
    assert flight.lon == pytest.approx(flown().lon, abs=1e-7)
    assert (flight.height_m - flight.ground_m) == pytest.approx(100.0)
    assert flight.azimuth_deg == pytest.approx(100.0, abs=1e-4)
    assert flight.elevation_deg == pytest.approx(-45.0, abs=1e-4)
    assert flight.position_sigma_m == pytest.approx(1.5 / np.sqrt(2))


def test_every_message_against_pymavlinks_own_reader_of_logs(tmp_path):
    mavutil = pytest.importorskip("pymavlink.mavutil")
    path = write(tmp_path, tlog(flown(23), ahead_s=1.0))
    ours = walk_through(path).messages
    log = mavutil.mavlogfile(str(path))
    names = {name for name, _ in KINDS.values()}
    theirs = []
    while (message := log.recv_msg()) is not None:
        if message.get_type() in names:
            theirs.append((message.get_srcSystem(), message._timestamp, message))
    log.close()
    assert len(ours) == len(theirs) > 90
    for (system, (time, kind, fields)), (their_system, their_time, message) in zip(ours, theirs, strict=True):
        assert (system, kind) == (their_system, message.get_type())
        assert time == pytest.approx(their_time, abs=1e-6)
        assert fields == {name: getattr(message, name) for name in fields}


def test_two_vehicles_are_two_flights(tmp_path):
    one, two = tlog(flown(), mount=False), tlog(flown(), start_s=START_S + 600, system=7, mount=False)
    read = read_flight(write(tmp_path, one + two), source="p")
    assert [f.platform for f in read.flights] == ["system 1", "system 7"]
    assert any("no footprints" in doubt for doubt in read.doubts)


def test_a_station_is_no_vehicle(tmp_path):
    read = read_flight(write(tmp_path, tlog(flown(), system=255)), source="p")
    assert "without position" in read.quarantine[0].reason


def test_a_jammed_receiver_is_an_interference(tmp_path):
    (flight,) = read_flight(write(tmp_path, tlog(flown(200, lost=slice(100, 150)))), source="p").flights
    (found,) = interferences(flight)
    assert (found.assessed, found.evidence) == (JAMMING, ("satellites fell from 14 to 2",))


def test_a_stations_clock_that_is_set_back_begins_another_flight(tmp_path):
    read = read_flight(
        write(tmp_path, tlog(flown(), ahead_s=3_600.0) + tlog(flown(), start_s=START_S + 10)), source="p"
    )
    assert [str(f.times[0]) for f in read.flights] == ["2025-04-01T10:00:00.000", "2025-04-01T10:00:10.000"]


def test_damage_is_stepped_over_and_counted(tmp_path):
    log = bytearray(tlog(flown()))
    log[1_000:1_010] = b"0123456789"
    read = read_flight(write(tmp_path, bytes(log[:-5])), source="p")
    assert 48 <= read.count.used <= 50
    assert read.count.quarantined in (2, 3)
    assert any("bytes that are no frame" in q.reason for q in read.quarantine)


def test_a_time_that_was_damaged_is_set_aside(tmp_path):
    log = tlog(flown())
    stamp = round((START_S + 4.0) * 1e6)
    damaged = log.replace(stamp.to_bytes(8, "big"), (stamp + 7_000_000).to_bytes(8, "big"), 1)
    read = read_flight(write(tmp_path, damaged), source="p")
    assert len(read.flights) == 1
    assert [q.reason for q in read.quarantine] == ["a time far from those of the frames around it"]


def test_what_is_no_log_is_named(tmp_path):
    for junk in (b"", b"PK" * 90, bytes(300)):
        assert "no MAVLink frame" in read_flight(write(tmp_path, junk), source="p").quarantine[0].reason


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), junk=st.binary(max_size=40), cut=st.integers(0, 4_000))
def test_mutated_logs_never_raise_and_always_add_up(tmp_path_factory, seed, junk, cut):
    data = bytearray(tlog(flown(12)))
    rng = np.random.default_rng(seed)
    for k in rng.integers(0, len(data), 6):
        data[k] = rng.integers(0, 256)
    data[cut:cut] = junk
    path = write(tmp_path_factory.mktemp("tlog"), bytes(data[: rng.integers(1, len(data))]))
    read_flight(path, source="p").count.check()
