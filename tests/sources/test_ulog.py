"""PX4 logs: clock, axis of the camera, interference, damage; and every field against a second decoder."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.detectors.interference import JAMMING, SPOOFING, interferences
from ceasefire.sources.ulog import is_it, read_flight
from ceasefire.testing.flight_logs import BOOT_S, START_S, flown, ulog

pyulog = pytest.importorskip("pyulog", reason="PX4 logs need the extra 'drone'")

VIEW = {"hfov_deg": 60, "vfov_deg": 40}


def write(tmp_path, data, name="a.ulg"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("old", [False, True])
def test_a_gimbal_gives_the_axis_and_the_receiver_the_time(tmp_path, old):
    path = write(tmp_path, ulog(flown(), old=old))
    assert is_it(path.read_bytes()[:64])
    read = read_flight(path, source="p", options={"camera": VIEW})
    (flight,) = read.flights
    assert (read.count.rows, read.count.used, len(flight)) == (50, 50, 50)
    assert str(flight.times[0]) == "2025-04-01T10:00:00.000"
    assert "2025-04-01T09:59:55.000Z" in flight.clock
    assert flight.azimuth_deg == pytest.approx(90.0 if old else 100.0, abs=1e-4)
    assert flight.elevation_deg == pytest.approx(-45.0, abs=1e-4)
    assert flight.roll_deg == pytest.approx(0.0, abs=1e-4)
    assert flight.hfov_deg[0] == 60
    assert flight.lon == pytest.approx(flown().lon, abs=1e-7)
    assert flight.height_m == pytest.approx(300.0)
    assert flight.position_sigma_m == pytest.approx(1.5 / np.sqrt(2))
    assert flight.jamming == pytest.approx(20 / 255)


def test_a_camera_fixed_to_the_body_turns_with_it(tmp_path):
    made = flown()
    made.roll[:], made.pitch[:], made.yaw[:] = 30.0, 0.0, 0.0
    camera = {"elevation_deg": -90, "fixed": "body", **VIEW}
    path = write(tmp_path, ulog(made))
    (flight,) = read_flight(path, source="p", options={"camera": camera}).flights
    assert flight.azimuth_deg == pytest.approx(270.0, abs=1e-3)  # right wing down: the belly looks to the left
    assert flight.elevation_deg == pytest.approx(-60.0, abs=1e-3)
    made.roll[:], made.pitch[:] = 0.0, 20.0
    path = write(tmp_path, ulog(made))
    (flight,) = read_flight(path, source="p", options={"camera": camera}).flights
    assert flight.azimuth_deg % 360 == pytest.approx(0.0, abs=1e-3)  # nose up: the belly looks ahead
    assert flight.elevation_deg == pytest.approx(-70.0, abs=1e-3)
    ahead = {"elevation_deg": -30, "azimuth_deg": 90, "fixed": "gimbal", **VIEW}
    path = write(tmp_path, ulog(made, gimbal=False))
    (flight,) = read_flight(path, source="p", options={"camera": ahead}).flights
    assert flight.azimuth_deg == pytest.approx(90.0, abs=1e-3)
    assert flight.elevation_deg == pytest.approx(-30.0, abs=1e-3)


def test_without_a_word_on_the_camera_there_is_a_track_and_no_footprint(tmp_path):
    read = read_flight(write(tmp_path, ulog(flown(), gimbal=False)), source="p")
    assert np.isnan(read.flights[0].elevation_deg).all()
    assert any("no footprints" in doubt for doubt in read.doubts)


def test_pictures_are_the_only_looks_where_the_case_says_so(tmp_path):
    options = {"camera": {"takes": "pictures", **VIEW}}
    (flight,) = read_flight(write(tmp_path, ulog(flown())), source="p", options=options).flights
    assert len(flight) == 5
    assert flight.lon == pytest.approx(flown().lon[::10], abs=1e-7)
    assert np.isfinite(flight.lasts_s).all()


def test_a_jammed_receiver_is_an_interference(tmp_path):
    read = read_flight(write(tmp_path, ulog(flown(200, lost=slice(100, 150)))), source="p")
    (flight,) = read.flights
    assert flight.fix.sum() == 150
    (found,) = interferences(flight)
    assert found.assessed == JAMMING
    assert found.evidence == ("satellites fell from 14 to 2", "the receiver indicated interference, up to 90 %")


def test_false_signals_that_the_receiver_tells_of(tmp_path):
    made = flown(200)
    made.spoofing[50:100] = 2
    (flight,) = read_flight(write(tmp_path, ulog(made)), source="p").flights
    (found,) = interferences(flight)
    assert (found.assessed, found.evidence) == (SPOOFING, ("the receiver indicated false signals",))


def test_a_receiver_that_falls_silent_while_the_log_goes_on_has_no_fix(tmp_path):
    whole = ulog(flown(200))
    log = bytearray()
    at = 16
    log += whole[:16]
    k = 0
    while at < len(whole):
        size, kind = struct.unpack_from("<HB", whole, at)
        body = whole[at + 3 : at + 3 + size]
        at += 3 + size
        if chr(kind) == "D" and body[:2] == b"\0\0":
            k += 1
            if 100 < k <= 150:
                continue
        log += struct.pack("<HB", size, kind) + body
    read = read_flight(write(tmp_path, bytes(log)), source="p")
    (flight,) = read.flights
    assert read.count.used == len(flight) == 150 + (~flight.fix).sum()
    assert 8 <= (~flight.fix).sum() <= 10
    (found,) = interferences(flight)
    assert found.seconds == pytest.approx(10.2, abs=0.3)


def test_the_clock_is_the_receivers_median_and_what_is_off_is_told(tmp_path):
    made = flown(60)
    late = ulog(made, start_s=START_S + 3_600.0)
    sound = ulog(made)
    mixed = bytearray(sound)
    for seconds in made.seconds[:10].tolist():
        stamp = struct.pack("<Q", round((START_S + seconds) * 1e6))
        wrong = struct.pack("<Q", round((START_S + 3600 + seconds) * 1e6))
        mixed = mixed.replace(stamp, wrong)
    assert bytes(mixed) != sound != late
    read = read_flight(write(tmp_path, bytes(mixed)), source="p")
    assert str(read.flights[0].times[0]) == "2025-04-01T10:00:00.000"
    assert any("10 of 60" in doubt for doubt in read.doubts)


def test_a_week_count_that_began_again_is_set_right_and_told(tmp_path):
    read = read_flight(write(tmp_path, ulog(flown(), start_s=START_S - 1024 * 7 * 86_400)), source="p")
    assert str(read.flights[0].times[0]) == "2025-04-01T10:00:00.000"
    assert any("1,024 weeks" in doubt for doubt in read.doubts)


def test_a_log_that_never_knew_the_time_needs_the_cases_word(tmp_path):
    path = write(tmp_path, ulog(flown(lost=slice(None))))
    assert "give `start`" in read_flight(path, source="p").quarantine[0].reason
    read = read_flight(path, source="p", options={"start": "2025-04-01T10:00:00Z"})
    assert str(read.flights[0].times[0]) == "2025-04-01T10:00:00.000"
    assert not read.flights[0].fix.any()


def test_times_that_cannot_be_are_set_aside(tmp_path):
    log = ulog(flown())
    stamp = struct.pack("<Q", round((BOOT_S + 2.0) * 1e6))
    read = read_flight(write(tmp_path, log.replace(stamp, struct.pack("<Q", 1 << 60), 1)), source="p")
    assert (read.count.rows, read.count.used) == (50, 49)
    assert [q.line for q in read.quarantine] == [11]


def test_a_log_cut_short_is_read_as_far_as_it_goes(tmp_path):
    log = ulog(flown())
    half = read_flight(write(tmp_path, log[: len(log) * 2 // 3]), source="p")
    assert 25 < half.count.used < 45
    assert len(half.flights) == 1


def test_what_is_no_log_is_named(tmp_path):
    assert "not a readable ULog" in read_flight(write(tmp_path, b"PK" * 50), source="p").quarantine[0].reason
    assert "not a readable ULog" in read_flight(write(tmp_path, b""), source="p").quarantine[0].reason
    blind = ulog(flown()).replace(b"vehicle_gps_position", b"vehicle_xyz_position")
    assert "without position" in read_flight(write(tmp_path, blind), source="p").quarantine[0].reason


def test_definitions_that_would_never_end_are_refused(tmp_path):
    log = ulog(flown())
    was = b"vehicle_attitude:uint64_t timestamp;float[4] q;"
    for now in (
        b"vehicle_attitude:uint64_t timestamp;vehicle_attitude q;",
        b"vehicle_attitude:uint64_t timestamp;float[65535] q;",
    ):
        changed = log.replace(
            struct.pack("<HB", len(was), ord("F")) + was, struct.pack("<HB", len(now), ord("F")) + now
        )
        assert changed != log
        assert (
            "the definition of vehicle_attitude"
            in read_flight(write(tmp_path, changed), source="p").quarantine[0].reason
        )
    circle = log[:59] + struct.pack("<HB", 60_000, 0) + bytes(range(1, 200))
    assert read_flight(write(tmp_path, circle), source="p").count.quarantined == 1


def test_a_camera_that_is_spelt_wrongly_is_the_cases_error(tmp_path):
    path = write(tmp_path, ulog(flown()))
    with pytest.raises(ValueError, match="fov"):
        read_flight(path, source="p", options={"camera": {"fov": 60}})
    with pytest.raises(ValueError, match="body or gimbal"):
        read_flight(path, source="p", options={"camera": {"fixed": "wing"}})


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), junk=st.binary(max_size=40), cut=st.integers(0, 4_000))
def test_mutated_logs_never_raise_and_always_add_up(tmp_path_factory, seed, junk, cut):
    data = bytearray(ulog(flown(12)))
    rng = np.random.default_rng(seed)
    for k in rng.integers(0, len(data), 6):
        data[k] = rng.integers(0, 256)
    data[cut:cut] = junk
    read = read_flight(write(tmp_path_factory.mktemp("ulog"), bytes(data[: rng.integers(1, len(data))])), source="p")
    read.count.check()


SIZES = {"int8_t": "b", "uint8_t": "B", "int16_t": "h", "uint16_t": "H", "int32_t": "i", "uint32_t": "I"}
SIZES |= {"int64_t": "q", "uint64_t": "Q", "float": "f", "double": "d", "bool": "?", "char": "c"}


def second_decoder(data):
    """Decode all topics of a sound log, message by message, by the published format alone."""
    formats, names, rows, at = {}, {}, {}, 16

    def spread(kind, prefix=""):
        for part in formats[kind].split(";"):
            if part:
                typed, name = part.split(" ")
                base, _, length = typed.partition("[")
                for k in range(int(length[:-1])) if length else [None]:
                    full = prefix + name + ("" if k is None else f"[{k}]")
                    if base in SIZES:
                        yield full, SIZES[base]
                    else:
                        yield from spread(base, full + ".")

    while at + 3 <= len(data):
        size, kind = struct.unpack_from("<HB", data, at)
        body = data[at + 3 : at + 3 + size]
        at += 3 + size
        if len(body) < size:
            break
        if chr(kind) == "F":
            name, _, parts = body.decode().partition(":")
            formats[name] = parts
        elif chr(kind) == "A":
            multi, number = struct.unpack_from("<BH", body)
            fields = list(spread(body[3:].decode()))
            while fields[-1][0].startswith("_padding"):
                fields.pop()
            packed = struct.Struct("<" + "".join(letter for _, letter in fields))
            names[number] = (body[3:].decode(), multi, [f for f, _ in fields], packed)
        elif chr(kind) == "D":
            (number,) = struct.unpack_from("<H", body)
            name, multi, fields, packed = names[number]
            rows.setdefault((name, multi), (fields, []))[1].append(packed.unpack_from(body, 2))
    return rows


@pytest.mark.parametrize("name", ["sample.ulg", "sample_log_small.ulg"])
def test_every_field_of_real_logs_against_a_second_decoder(shared_data, name):
    path = shared_data / "drone" / "ulog" / name
    ours = second_decoder(path.read_bytes())
    theirs = {(d.name, d.multi_id): d.data for d in pyulog.ULog(str(path)).data_list}
    assert set(ours) == set(theirs)
    compared = 0
    for topic, (fields, rows) in ours.items():
        columns = list(zip(*rows, strict=True))
        for field, column in zip(fields, columns, strict=True):
            told = theirs[topic][field]
            np.testing.assert_array_equal(np.array(column).astype(told.dtype), told, err_msg=f"{topic} {field}")
            compared += len(column)
    assert compared > 50_000


def test_real_logs(shared_data):
    folder = shared_data / "drone" / "ulog"
    blind = read_flight(folder / "sample.ulg", source="p")
    assert "without position" in blind.quarantine[0].reason
    read = read_flight(folder / "sample_log_small.ulg", source="p")
    (flight,) = read.flights
    assert read.count.used == len(flight) == 32
    assert str(flight.times[0]) == "2021-04-21T06:30:58.613"
    assert flight.fix.all()
    assert interferences(flight) == []
