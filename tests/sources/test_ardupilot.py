"""ArduPilot logs: the format and pymavlink's reader of it, clock, mount, damage."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.detectors.interference import JAMMING, interferences
from ceasefire.sources.ardupilot import is_it, read_flight
from ceasefire.sources.dataflash import topics_of, walk_through
from ceasefire.testing.flight_logs import WEEK, dataflash, flown

VIEW = {"hfov_deg": 60, "vfov_deg": 40}


def write(tmp_path, data, name="a.bin"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_positions_mount_and_time(tmp_path):
    path = write(tmp_path, dataflash(flown()))
    assert is_it(path.read_bytes()[:64])
    read = read_flight(path, source="p", options={"camera": VIEW})
    (flight,) = read.flights
    assert (read.count.rows, read.count.used, len(flight)) == (50, 50, 50)
    assert str(flight.times[0]) == "2025-04-01T10:00:00.000"
    assert "18 since 2017" in flight.clock
    assert flight.lon == pytest.approx(flown().lon, abs=1e-7)
    assert (flight.height_m - flight.ground_m) == pytest.approx(100.0, abs=0.01)
    assert flight.azimuth_deg == pytest.approx(100.0, abs=1e-6)
    assert flight.elevation_deg == pytest.approx(-45.0, abs=1e-6)
    assert flight.satellites.tolist() == [14.0] * 50


def test_every_field_against_pymavlink(tmp_path):
    reader = pytest.importorskip("pymavlink.DFReader", reason="the second decoder comes with the extra 'drone'")
    path = write(tmp_path, dataflash(flown(23)))
    ours = topics_of(walk_through(path))
    theirs = {}
    log = reader.DFReader_binary(str(path))
    while (message := log.recv_msg()) is not None:
        theirs.setdefault(message.get_type(), []).append(message.to_dict())
    log.close()
    assert set(ours) == set(theirs) - {"FMT"}
    for kind, columns in ours.items():
        for name, values in columns.items():
            told = np.array([row[name] for row in theirs[kind]], dtype=np.float64)
            np.testing.assert_allclose(values, told, rtol=1e-12, err_msg=f"{kind} {name}")
            assert len(values) > 0


def test_a_jammed_receiver_is_an_interference(tmp_path):
    (flight,) = read_flight(write(tmp_path, dataflash(flown(200, lost=slice(100, 150)))), source="p").flights
    (found,) = interferences(flight)
    assert found.assessed == JAMMING
    assert "the receiver indicated interference, up to 90 %" in found.evidence
    assert np.isfinite(flight.lon).all()  # the autopilot's estimate, marked as no fix
    assert (~flight.fix).sum() == 50


def test_a_week_count_that_began_again_is_set_right_and_told(tmp_path):
    read = read_flight(write(tmp_path, dataflash(flown(), week=WEEK - 1024)), source="p")
    assert str(read.flights[0].times[0]) == "2025-04-01T10:00:00.000"
    assert any("1,024 weeks" in doubt for doubt in read.doubts)


def test_the_turn_of_the_week(tmp_path):
    read = read_flight(write(tmp_path, dataflash(flown(), week=2360, week_ms=604_799_000)), source="p")
    (flight,) = read.flights
    assert np.all(np.diff(flight.times).astype(int) == 200)


def test_two_starts_of_the_machine_in_one_log(tmp_path):
    log = dataflash(flown(60)) + dataflash(flown(20))
    read = read_flight(write(tmp_path, log), source="p")
    assert (read.count.used, read.count.quarantined) == (60, 20)
    assert {q.reason for q in read.quarantine} == {"a time that the log's clock cannot have there"}


def test_damage_is_stepped_over_and_counted(tmp_path):
    log = bytearray(dataflash(flown()))
    log[2_000:2_030] = bytes(30)
    read = read_flight(write(tmp_path, bytes(log) + b"\xff" * 200), source="p")
    assert 48 <= read.count.used <= 50
    assert [q.reason for q in read.quarantine] == ["bytes that are no message"]


@pytest.mark.parametrize("length", [0, 3, 200])
def test_a_kind_whose_length_lies_does_not_stop_the_reading(tmp_path, length):
    lie = bytes([0xA3, 0x95, 0x80]) + struct.pack("<BB4s16s64s", 140, length, b"LIE", b"Qx", b"TimeUS,What")
    log = dataflash(flown())
    read = read_flight(write(tmp_path, log[:700] + lie + log[700:] + bytes([0xA3, 0x95, 140])), source="p")
    assert read.count.used >= 49


def test_what_is_no_log_is_named(tmp_path):
    assert "no message" in read_flight(write(tmp_path, b""), source="p").quarantine[0].reason
    assert "no message" in read_flight(write(tmp_path, b"PK" * 90), source="p").quarantine[0].reason
    blind = dataflash(flown()).replace(b"GPS\0", b"XYZ\0")
    assert "without position" in read_flight(write(tmp_path, blind), source="p").quarantine[0].reason
    lost = dataflash(flown(lost=slice(None)))
    assert "give `start`" in read_flight(write(tmp_path, lost), source="p").quarantine[0].reason


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), junk=st.binary(max_size=40), cut=st.integers(0, 4_000))
def test_mutated_logs_never_raise_and_always_add_up(tmp_path_factory, seed, junk, cut):
    data = bytearray(dataflash(flown(12)))
    rng = np.random.default_rng(seed)
    for k in rng.integers(0, len(data), 6):
        data[k] = rng.integers(0, 256)
    data[cut:cut] = junk
    path = write(tmp_path_factory.mktemp("bin"), bytes(data[: rng.integers(1, len(data))]))
    read_flight(path, source="p").count.check()
