"""DJI flight records as tables: both dialects, units, decimal commas, clocks, broken rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.sources.dji_csv import is_it, read_flight

AIRDATA = (
    "time(millisecond),datetime(utc),latitude,longitude,height_above_takeoff(feet),"
    "height_above_ground_at_drone_location(feet),ground_elevation_at_drone_location(feet),"
    "altitude_above_seaLevel(feet),height_sonar(feet),speed(mph),satellites, compass_heading(degrees),"
    "gimbal_heading(degrees),gimbal_pitch(degrees),gimbal_roll(degrees),message\n"
)
VIEWER = (
    "CUSTOM.date [local],CUSTOM.updateTime [local],OSD.flyTime [s],OSD.latitude,OSD.longitude,OSD.height [ft],"
    "OSD.altitude [ft],OSD.gpsNum,GIMBAL.pitch,GIMBAL.roll,GIMBAL.yaw,CAMERA.isVideo\n"
)


def airdata(n=25, metres=False):
    head = AIRDATA.replace("feet", "meters") if metres else AIRDATA
    rows = [
        f"{100 * k},2025-04-01 09:00:{k // 10:02d},50.0{k:03d},36.0,100.0,99,393.7,501.97,0,5,14,90,350.0,-60.0,0.0,hi"
        for k in range(n)
    ]
    return head + "\n".join(rows) + "\n"


def viewer(n=5, *, date="4/1/2025", head=VIEWER):
    rows = [f"{date},12:00:0{k}.25 PM,{k}.0,50.00{k},36.0,328.08,820.2,12,-45.0,0.0,-90.0,True" for k in range(n)]
    return head + "\n".join(rows) + "\n"


def write(tmp_path, text, name="a.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def test_airdata_in_feet(tmp_path):
    read = read_flight(write(tmp_path, airdata()), source="p", options={"focal_film_mm": 24})
    (flight,) = read.flights
    assert read.count.used == len(flight) == 25
    assert [str(t)[17:] for t in flight.times[[0, 1, 11, 24]]] == ["00.000", "00.100", "01.100", "02.400"]
    assert flight.ground_m[0] == pytest.approx(120.0, abs=0.01)
    assert flight.height_m[0] == pytest.approx(153.0, abs=0.01)
    assert flight.datum == "msl"
    assert (flight.azimuth_deg[0], flight.elevation_deg[0], flight.roll_deg[0]) == (350.0, -60.0, 0.0)
    assert flight.hfov_deg[0] == pytest.approx(76.3, abs=0.05)
    assert flight.clock == "UTC, as the record says"


def test_airdata_in_metres_and_without_the_ground(tmp_path):
    text = airdata(metres=True).replace("ground_elevation_at_drone_location(meters)", "other")
    (flight,) = read_flight(write(tmp_path, text), source="p").flights
    assert flight.height_m[0] - flight.ground_m[0] == pytest.approx(100.0)
    assert np.isnan(flight.hfov_deg).all()


def test_viewer_with_a_12_hour_clock_and_feet(tmp_path):
    read = read_flight(write(tmp_path, "sep=,\n" + viewer()), source="p", options={"clock": "Europe/Kyiv"})
    (flight,) = read.flights
    assert str(flight.times[0]) == "2025-04-01T09:00:00.250"
    assert flight.height_m[0] - flight.ground_m[0] == pytest.approx(100.0, abs=0.01)
    assert flight.azimuth_deg[0] == 270.0
    assert any("month first" in doubt for doubt in read.doubts)
    day_first = read_flight(write(tmp_path, viewer()), source="p", options={"clock": "+00:00", "date_order": "dmy"})
    assert str(day_first.flights[0].times[0])[:10] == "2025-01-04"


def test_decimal_commas_and_semicolons_and_quotes(tmp_path):
    text = viewer(date="2025-04-01").replace(",", ";").replace(".25 PM", ",25 pm").replace("50.00", "50,00")
    (flight,) = read_flight(write(tmp_path, text, encoding="utf-16"), source="p", options={"clock": "+03:00"}).flights
    assert flight.lat[1] == 50.001
    quoted = "\n".join(",".join(f'"{f}"' for f in row.split(",")) for row in viewer().strip().split("\n"))
    assert len(read_flight(write(tmp_path, quoted), source="p").flights[0]) == 5


def test_a_day_above_twelve_decides_the_order(tmp_path):
    read = read_flight(write(tmp_path, viewer(date="13/4/2025")), source="p")
    assert str(read.flights[0].times[0])[:10] == "2025-04-13"
    assert not any("month first" in doubt for doubt in read.doubts)


def test_few_satellites_are_no_fix_and_zero_is_no_position(tmp_path):
    (flight,) = read_flight(write(tmp_path, airdata(4).replace("5,14", "5,2", 2)), source="p").flights
    assert flight.fix.tolist() == [False, False, True, True]
    text = airdata(4).replace("50.0001,36.0", "0,0").replace("50.0003,36.0", ",")
    (flight,) = read_flight(write(tmp_path, text), source="p").flights
    assert flight.fix.tolist() == [True, False, True, False]


def test_broken_rows_are_set_aside_and_the_rest_is_read(tmp_path):
    text = airdata(10).replace("300,2025-04-01 09:00:00", ",2025-13-01 09:00:00")
    text += "900,2025-04-01 09:00:01,50.1\n" + '901,"2025-04-01 09:00:01,50.1\n'
    read = read_flight(write(tmp_path, text), source="p")
    assert read.count.rows == 12
    assert read.count.used == 9
    assert sorted(q.line for q in read.quarantine) == [5, 12, 13]
    assert {q.reason.split(",")[0] for q in read.quarantine} >= {"no date and time", "3 fields where the header has 16"}


def test_gimbal_angles_that_no_gimbal_has_are_not_used(tmp_path):
    read = read_flight(write(tmp_path, airdata(5).replace(",-60.0,", ",170.0,", 2)), source="p")
    assert np.isnan(read.flights[0].elevation_deg).sum() == 2
    assert any("2 rows" in doubt for doubt in read.doubts)


def test_another_table_is_named(tmp_path):
    read = read_flight(write(tmp_path, "a,b\n1,2\n"), source="p")
    assert read.flights == ()
    assert "no columns of a DJI flight record" in read.quarantine[0].reason
    assert is_it(airdata(1).encode())
    assert is_it(viewer(1).encode())
    assert not is_it(b"\x89PNG\r\n")


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 100_000), junk=st.binary(max_size=40), which=st.booleans())
def test_mutated_files_never_raise_and_always_add_up(tmp_path_factory, seed, junk, which):
    data = bytearray((airdata(8) if which else viewer(8)).encode())
    rng = np.random.default_rng(seed)
    for k in rng.integers(0, len(data), 5):
        data[k] = rng.integers(0, 256)
    at = int(rng.integers(0, len(data)))
    data[at:at] = junk
    read = read_flight(write(tmp_path_factory.mktemp("csv"), bytes(data)), source="p")
    read.count.check()
    assert sum(len(f) for f in read.flights) == read.count.used
