"""DJI subtitles: the three dialects, lost positions, clocks, broken blocks, and real files."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.sources.dji_srt import read_flight

BRACKETS = """{n}
00:00:0{n},000 --> 00:00:0{n},033
<font size="28">FrameCnt: {n}, DiffTime: 33ms
2025-04-01 12:00:0{n}.250
[iso: 100] [fnum: 2.8] [focal_len: 24.00] [latitude: 50.00{n}000] [longitude: 36.000000] [rel_alt: 100.0 abs_alt: 250.0] [gb_yaw: -90.0 gb_pitch: -45.0 gb_roll: 0.0] </font>

"""  # noqa: E501


def write(tmp_path, text, name="a.srt"):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def brackets(count=5):
    return "".join(BRACKETS.format(n=n) for n in range(1, count + 1))


def test_brackets_with_a_gimbal(tmp_path):
    read = read_flight(write(tmp_path, brackets()), source="patrol", options={"clock": "Europe/Kyiv"})
    (flight,) = read.flights
    assert read.count.used == len(flight) == 5
    assert str(flight.times[0]) == "2025-04-01T09:00:01.250"
    assert flight.azimuth_deg[0] == 270.0
    assert flight.elevation_deg[0] == -45.0
    assert (flight.height_m - flight.ground_m)[0] == 100.0
    assert flight.datum == "msl"
    assert flight.hfov_deg[0] == pytest.approx(76.3, abs=0.05)
    assert not [d for d in read.doubts if "clock" in d]


def test_line_of_gps_with_lost_positions(tmp_path):
    text = (
        "1\n00:00:01,000 --> 00:00:02,000\nHOME(36.1,50.0) 2025.04.01 08:00:36\nGPS(N/A,N/A,3) BAROMETER:12.5\n\n"
        "2\n00:00:02,000 --> 00:00:03,000\nHOME(36.1,50.0) 2025.04.01 08:00:37\n"
        "GPS(36.1001,50.0002,11) BAROMETER:13.5\n\n"
    )
    read = read_flight(write(tmp_path, text), source="patrol")
    (flight,) = read.flights
    assert flight.fix.tolist() == [False, True]
    assert flight.satellites.tolist() == [3.0, 11.0]
    assert flight.height_m.tolist() == [12.5, 13.5]
    assert (flight.lon[1], flight.lat[1]) == (36.1001, 50.0002)
    assert any("clock" in doubt for doubt in read.doubts)
    assert flight.clock.endswith("estimated from the longitude")


def test_a_camera_that_the_file_does_not_tell_of_is_the_cases_word(tmp_path):
    text = brackets().replace(" [gb_yaw: -90.0 gb_pitch: -45.0 gb_roll: 0.0]", "")
    silent = read_flight(write(tmp_path, text), source="p")
    assert np.isnan(silent.flights[0].elevation_deg).all()
    assert any("no footprints" in doubt for doubt in silent.doubts)
    told = read_flight(write(tmp_path, text), source="p", options={"camera_elevation_deg": -90})
    assert told.flights[0].elevation_deg.tolist() == [-90.0] * 5
    assert any("case's word" in doubt for doubt in told.doubts)


def test_broken_blocks_are_set_aside_with_a_reason_and_the_rest_is_read(tmp_path):
    text = brackets(5).replace("2025-04-01 12:00:04", "2025-13-41 12:00:04")
    text += "6\n00:00:06,000 --> 00:00:07,000\nhello\n\n"
    read = read_flight(write(tmp_path, text), source="p")
    assert read.count.rows == read.count.used + read.count.quarantined == 6
    assert sorted(q.reason.split(":")[0] for q in read.quarantine) == ["an impossible date or time", "no date and time"]


def test_zero_zero_is_no_position(tmp_path):
    text = brackets(1).replace("50.001000", "0.000000").replace("36.000000", "0.000000")
    assert read_flight(write(tmp_path, text), source="p").flights[0].fix.tolist() == [False]


def test_a_clock_that_jumps_back_begins_another_flight(tmp_path):
    read = read_flight(write(tmp_path, brackets(4) + brackets(4)), source="p")
    assert [len(f) for f in read.flights] == [4, 4]


def test_what_is_no_telemetry_says_so(tmp_path):
    film = "1\n00:00:01,000 --> 00:00:02,000\nGood morning.\n\n"
    read = read_flight(write(tmp_path, film), source="p")
    assert read.flights == ()
    assert "no telemetry" in read.quarantine[0].reason


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 900), junk=st.binary(max_size=60), seed=st.integers(0, 10_000))
def test_mutated_files_never_raise_and_always_add_up(tmp_path_factory, cut, junk, seed):
    data = bytearray(brackets(5).encode())
    rng = np.random.default_rng(seed)
    for k in rng.integers(0, len(data), 8):
        data[k] = rng.integers(0, 256)
    data[cut:cut] = junk
    path = write(tmp_path_factory.mktemp("srt"), bytes(data))
    read = read_flight(path, source="p")
    read.count.check()
    assert sum(len(f) for f in read.flights) == read.count.used


@pytest.mark.parametrize(
    ("name", "samples", "unfixed"),
    [("MAVIC3.srt", 12_318, 0), ("mavic_2pro_new.SRT", 8_952, 0), ("mavic_pro_buggy.SRT", 546, 16)],
)
def test_real_files(shared_data, name, samples, unfixed):
    read = read_flight(shared_data / "drone" / "srt" / name, source="p")
    assert read.count.used == samples
    assert read.count.quarantined == 0
    assert sum(int((~f.fix).sum()) for f in read.flights) == unfixed
