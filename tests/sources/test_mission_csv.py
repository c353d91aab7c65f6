"""A mission's own log and plan: columns, mapping, clocks, reasons, and rows that cannot be used."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.sources.mission_csv import is_it, read_flight, read_plan
from ceasefire.sources.patrol_plan import is_it as is_plan

LOG = (
    "time,lon,lat,height_m,ground_m,azimuth_deg,elevation_deg,roll_deg,hfov_deg,vfov_deg,fix,satellites,note\n"
    "2025-04-01T09:00:00Z,36.0,50.0,250,120,90,-60,0,60,40,yes,14,Jane saw it\n"
    "2025-04-01T12:00:01+03:00,36.001,50.0,250,120,90,-60,0,60,40,no,2,\n"
)
PLAN = (
    "zone,polygon,lon,lat,radius_m,start,end,remark\n"
    "z-1,,,,,2025-04-01T08:00Z,2025-04-01T10:00Z,Jane: denied at the checkpoint\n"
    ',"POLYGON ((36 50, 36.1 50, 36.1 50.1, 36 50.1, 36 50))",,,,2025-04-01T08:00Z,2025-04-01T10:00Z,fog\n'
    ",,36.5,50.5,2000,2025-04-01T08:00Z,2025-04-01T10:00Z,\n"
)


def write(tmp_path, text, name="a.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_our_columns(tmp_path):
    read = read_flight(write(tmp_path, LOG), source="p")
    (flight,) = read.flights
    assert [str(t) for t in flight.times] == ["2025-04-01T09:00:00.000", "2025-04-01T09:00:01.000"]
    assert flight.fix.tolist() == [True, False]
    assert flight.datum == "msl"
    assert flight.elevation_deg.tolist() == [-60.0, -60.0]
    assert read.doubts == ()
    assert "Jane" not in repr(read) + repr(flight)


def test_a_mapping_and_a_clock(tmp_path):
    text = "when;x;y;h;tilt\n2025-04-01 12:00:00;36,5;50,5;100;-90\n"
    options = {
        "mapping": {"time": "when", "lon": "x", "lat": "y", "height_m": "h", "elevation_deg": "tilt"},
        "clock": "Europe/Kyiv",
        "platform": "Patrol 1",
    }
    (flight,) = read_flight(write(tmp_path, text), source="p", options=options).flights
    assert str(flight.times[0]) == "2025-04-01T09:00:00.000"
    assert (flight.lon[0], flight.height_m[0], flight.ground_m[0], flight.datum) == (36.5, 100.0, 0.0, "takeoff")
    assert flight.platform == "Patrol 1"


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [({"time": "when"}, "no column 'when'"), ({"speed": "v"}, "no column of ours")],
)
def test_a_wrong_mapping_is_named(tmp_path, mapping, reason):
    read = read_flight(write(tmp_path, LOG), source="p", options={"mapping": mapping})
    assert reason in read.quarantine[0].reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2025-02-30T09:00Z,36,50,1,1,1,1,1,1,1,yes,1,Jane", "no date and time"),
        ("2025-04-01T09:00Z,36,99,1,1,1,1,1,1,1,yes,1,Jane", "lat is not between"),
        ("2025-04-01T09:00Z,36,50,high,1,1,1,1,1,1,yes,1,Jane", "height_m is no number"),
        ("2025-04-01T09:00Z,36,50,1,1,1,95,1,1,1,yes,1,Jane", "elevation_deg is not between"),
        ("2025-04-01T09:00Z,36,50,1,1,1,1,1,1,1,perhaps,1,Jane", "fix is neither"),
        ("2025-04-01T09:00Z,36,50", "3 fields"),
    ],
)
def test_bad_rows_are_set_aside(tmp_path, row, reason):
    read = read_flight(write(tmp_path, LOG + row + "\n"), source="p")
    assert read.count.used == 2
    assert reason in read.quarantine[0].reason
    assert read.quarantine[0].line == 4
    assert "Jane" not in read.quarantine[0].row


def test_plan(tmp_path):
    read = read_plan(write(tmp_path, PLAN), source="p")
    named = next(p for p in read.planned if p.zone)
    assert named.reason == "denied"
    assert np.isnan(named.lon)
    outline = next(p for p in read.planned if p.polygon)
    assert outline.reason == "weather"
    assert outline.radius_km == pytest.approx(6.62, abs=0.05)
    disc = next(p for p in read.planned if not p.zone and not p.polygon)
    assert (disc.lon, disc.radius_km, disc.reason) == (36.5, 2.0, "")
    assert read.count.used == 3
    assert "Jane" not in repr(list(read.planned)) + repr(list(read.quarantine))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("z,,,,,2025-04-01T10:00Z,2025-04-01T08:00Z,", "ends after it starts"),
        (",,,,,2025-04-01T08:00Z,2025-04-01T10:00Z,", "no place"),
        (",,36,50,0,2025-04-01T08:00Z,2025-04-01T10:00Z,", "radius_m"),
        (",POINT (1 1),,,,2025-04-01T08:00Z,2025-04-01T10:00Z,", "no valid outline"),
        (",hello,,,,2025-04-01T08:00Z,2025-04-01T10:00Z,", "no WKT"),
        ("z,,,,,soon,later,", "no date and time"),
    ],
)
def test_plan_rows_that_cannot_be_used(tmp_path, row, reason):
    read = read_plan(write(tmp_path, PLAN + row + "\n"), source="p")
    assert read.count.used == 3
    assert reason in read.quarantine[0].reason


def test_plans_times_without_an_offset_and_repeats(tmp_path):
    text = "zone,start,end\nz,2025-04-01 08:00,2025-04-01 10:00\nz,2025-04-01 08:00,2025-04-01 10:00\n"
    read = read_plan(write(tmp_path, text), source="p")
    assert (read.count.used, read.count.duplicates) == (1, 1)
    assert "taken for UTC" in read.doubts[0]
    local = read_plan(write(tmp_path, text), source="p", options={"clock": "Europe/Kyiv"})
    assert local.planned[0].start.hour == 5


def test_what_it_is():
    assert is_it(LOG.encode())
    assert not is_it(PLAN.encode())
    assert is_plan(PLAN.encode())
    assert not is_plan(LOG.encode())


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 100_000), junk=st.binary(max_size=40), which=st.booleans())
def test_mutated_files_never_raise_and_always_add_up(tmp_path_factory, seed, junk, which):
    data = bytearray((LOG if which else PLAN).encode())
    rng = np.random.default_rng(seed)
    for k in rng.integers(0, len(data), 4):
        data[k] = rng.integers(0, 256)
    at = int(rng.integers(0, len(data)))
    data[at:at] = junk
    path = write(tmp_path_factory.mktemp("csv"), bytes(data))
    read = read_flight(path, source="p")
    read.count.check()
    assert sum(len(f) for f in read.flights) == read.count.used
    plan = read_plan(path, source="p")
    plan.count.check()
    assert len(plan.planned) == plan.count.used
