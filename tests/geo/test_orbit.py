"""Elements, positions and swaths: against a circle worked out by hand, real elements, and text that is none."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceasefire.geo import distance
from ceasefire.geo.elements import BadElements, Elements, read_elements, write_elements
from ceasefire.geo.sensors import sensor_of, sensors

pytest.importorskip("sgp4", reason="orbits need the extra `satellite`")

from ceasefire.geo.orbit import nearest, positions, sidereal, time_error
from ceasefire.geo.sun import solar_zenith
from ceasefire.geo.swath import crossings, sub_satellite

NOAA_20 = """NOAA 20 (JPSS-1)
1 43013U 17073A   26177.72844921  .00000042  00000+0  40828-4 0  9990
2 43013  98.7772 117.1062 0000629 133.0625 227.0604 14.19513365445820"""
DAY = np.datetime64("2026-06-26", "s")


def noaa_20() -> list[Elements]:
    return list(read_elements(NOAA_20)[0])


def test_positions_are_those_of_two_other_programs() -> None:
    # skyfield 1.55 (its own sidereal time and nutation) on the same elements: longitude, latitude, height in km
    want = [(7.5886, -58.7495, 849.787), (-19.2532, 21.6588, 829.23), (79.8502, 74.0063, 839.414)]
    lon, lat, height = sub_satellite(noaa_20(), DAY + np.array([0, 3, 6], "timedelta64[h]"))
    for k, (x, y, h) in enumerate(want):
        assert distance.km(lon[k], lat[k], x, y) < 0.05
        assert height[k] == pytest.approx(h, abs=0.01)


def test_a_circle_over_the_poles_keeps_its_plane_and_period() -> None:
    circle = Elements("c", 1, DAY.astype("datetime64[us]"), 90.0, 0.0, 0.0, 0.0, 0.0, 14.2)
    period = 86_400.0 / 14.2
    r, v = positions(circle, DAY + np.array([0, round(period * 250), round(period * 500)], "timedelta64[ms]"))
    radius = (398_600.8 * (period / (2 * np.pi)) ** 2) ** (1 / 3)
    assert np.linalg.norm(r, axis=1) == pytest.approx(radius, abs=12.0)
    assert np.linalg.norm(v, axis=1) == pytest.approx(2 * np.pi * radius / period, rel=0.003)
    assert abs(r[1, 2]) == pytest.approx(radius, abs=15.0)
    # after half a turn it is over the opposite side, less what the Earth has turned
    angle = np.degrees(np.arctan2(r[2, 1], r[2, 0]) - np.arctan2(r[0, 1], r[0, 0]))
    assert (angle + 360.0 * period / 2 / 86_164.1) % 360.0 == pytest.approx(180.0, abs=0.1)


def test_a_place_below_the_track_is_seen_straight_down_at_that_time() -> None:
    at = DAY + np.timedelta64(3, "h")
    lon, lat, height = sub_satellite(noaa_20(), np.array([at]))
    found = crossings(
        noaa_20(), sensors()["viirs"], lon, lat, start=at - np.timedelta64(600, "s"), end=at + np.timedelta64(600, "s")
    )
    assert len(found.time) == 1
    assert abs((found.time[0] - at) / np.timedelta64(1, "s")) < 1.0
    assert abs(found.scan[0]) < 0.25
    assert found.zenith[0] < 0.3
    assert found.range_km[0] == pytest.approx(height[0], abs=0.1)


def test_the_swath_ends_where_the_sensor_does_and_sides_are_told() -> None:
    at = DAY + np.timedelta64(3, "h")
    lon, lat, _ = sub_satellite(noaa_20(), np.array([at]))
    away = np.linspace(-1700.0, 1700.0, 341)
    east, north = distance.destination(lon[0], lat[0], 90.0, away)
    span = {"start": at - np.timedelta64(900, "s"), "end": at + np.timedelta64(900, "s")}
    found = crossings(noaa_20(), sensors()["viirs"], east, north, **span)
    seen = away[found.place]
    assert 1450 < seen.max() < 1620
    assert -1620 < seen.min() < -1450
    assert np.abs(found.scan).max() <= 56.28
    direction = 1.0 if found.northward[0] else -1.0
    assert np.all(np.sign(found.scan[np.abs(seen) > 30]) == direction * np.sign(seen[np.abs(seen) > 30]))
    order = np.argsort(np.abs(found.scan))
    assert np.all(np.diff(found.range_km[order]) > -2.0)
    radar = crossings(noaa_20(), sensors()["sentinel1"], east, north, **span)
    assert np.all(radar.scan > 0)
    assert radar.zenith.min() >= 29.1
    assert radar.zenith.max() <= 46.0


def test_fires_printed_by_firms_lie_in_the_minute_after_the_pass(shared_data) -> None:
    import pyarrow.csv as pc

    terra, wrong = read_elements(
        "1 25994U 99068A   18196.75093423 -.00000025  00000-0  45345-5 0  9993\n"
        "2 25994  98.2051 271.2050 0001021  68.8940 291.2371 14.57112414987988"
    )
    assert not wrong
    rows = pc.read_csv(shared_data / "firms" / "modis" / "modis_2018_Ukraine.csv").to_pydict()
    keep = [
        k
        for k, (s, d) in enumerate(zip(rows["satellite"], rows["acq_date"], strict=True))
        if s == "Terra" and "2018-07-15" <= str(d) < "2018-07-17"
    ]
    clock = [str(rows["acq_time"][k]).zfill(4) for k in keep]
    printed = np.array(
        [f"{rows['acq_date'][k]}T{c[:2]}:{c[2:]}" for k, c in zip(keep, clock, strict=True)], "datetime64[s]"
    )
    lon, lat = (np.array([rows[c][k] for k in keep]) for c in ("longitude", "latitude"))
    found = crossings(
        terra, sensors()["modis"], lon, lat, start=np.datetime64("2018-07-15"), end=np.datetime64("2018-07-17")
    )
    late = (found.time - printed[found.place]) / np.timedelta64(1, "s")
    near = np.abs(late) < 600
    assert near.sum() == len(keep) > 100
    assert late[near].min() > -2.0
    assert late[near].max() < 62.0
    scan = np.array([rows["scan"][k] for k in keep])[found.place[near]]
    across, _ = sensors()["modis"].pixel(found.scan[near], found.range_km[near], found.zenith[near])
    assert np.abs(across - scan).max() < 0.12
    night = np.array([rows["daynight"][k] == "N" for k in keep])[found.place[near]]
    at = found.place[near]
    assert np.array_equal(solar_zenith(found.time[near], lon[at], lat[at]) >= 90.0, night)


def test_no_elements_several_satellites_and_a_wrong_span_are_refused() -> None:
    viirs, two = sensors()["viirs"], noaa_20()
    with pytest.raises(ValueError, match="one satellite"):
        crossings([], viirs, [30.0], [50.0], start=DAY, end=DAY)
    with pytest.raises(ValueError, match="before the start"):
        crossings(two, viirs, [30.0], [50.0], start=DAY, end=DAY - np.timedelta64(1, "D"))
    assert len(crossings(two, viirs, [], [], start=DAY, end=DAY + np.timedelta64(1, "D")).time) == 0


def test_elements_survive_being_written() -> None:
    again, wrong = read_elements(write_elements(noaa_20()))
    assert not wrong
    for name in ("inclination", "node", "perigee", "anomaly", "eccentricity"):
        assert getattr(again[0], name) == pytest.approx(getattr(noaa_20()[0], name), abs=1e-9)
    assert abs(again[0].epoch - noaa_20()[0].epoch) < np.timedelta64(1000, "us")
    times = DAY + np.arange(4) * np.timedelta64(6, "h")
    assert np.abs(positions(again[0], times)[0] - positions(noaa_20()[0], times)[0]).max() < 0.02


def test_omm_gives_the_same_elements() -> None:
    told = {
        "OBJECT_NAME": "NOAA 20", "NORAD_CAT_ID": 43013, "EPOCH": "2026-06-26T17:28:58.011744",
        "MEAN_MOTION": 14.19513365,
        "ECCENTRICITY": 0.0000629, "INCLINATION": 98.7772, "RA_OF_ASC_NODE": 117.1062, "ARG_OF_PERICENTER": 133.0625,
        "MEAN_ANOMALY": 227.0604, "BSTAR": 0.000040828,
    }  # fmt: skip
    (one,), wrong = read_elements(json.dumps([told]))
    assert not wrong
    times = DAY + np.arange(4) * np.timedelta64(6, "h")
    assert np.abs(positions(one, times)[0] - positions(noaa_20()[0], times)[0]).max() < 0.01
    for broken in ({**told, "EPOCH": "soon"}, {**told, "ECCENTRICITY": 2}, {"EPOCH": 1}, "x"):
        sets, wrong = read_elements(json.dumps([broken]))
        assert not sets
        assert len(wrong) == 1
    assert read_elements("[{")[1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.replace("117.1062", "117.1063"), "checksum"),
        (lambda t: t[:-1], "68 characters"),
        (lambda t: "\n".join(t.split("\n")[:2]), "without its line 2"),
        (lambda t: "\n".join(t.split("\n")[2:]), "without its line 1"),
        (lambda t: t.replace("2 43013", "2 43014").replace("445820", "445821"), "different satellites"),
    ],
)
def test_sets_that_cannot_be_are_named(change, words) -> None:
    sets, wrong = read_elements(change(NOAA_20))
    assert not sets
    assert words in wrong[0][1]


def test_numbers_that_are_no_orbit_are_refused() -> None:
    with pytest.raises(BadElements, match="no orbit"):
        Elements("x", 1, DAY, 98.0, 0.0, 1.5, 0.0, 0.0, 14.0)
    with pytest.raises(BadElements, match="not a number"):
        Elements("x", 1, DAY, float("nan"), 0.0, 0.0, 0.0, 0.0, 14.0)
    with pytest.raises(BadElements, match="no position"):
        positions(Elements("x", 1, DAY, 98.0, 0.0, 0.9, 0.0, 0.0, 14.0), np.array([DAY]))


@settings(max_examples=150)
@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda b: b.decode("latin-1")))
def test_any_text_is_read_or_refused(text: str) -> None:
    sets, wrong = read_elements(text)
    assert all(e.norad >= 0 for e in sets)
    assert all(why for _, why in wrong)


@settings(max_examples=150)
@given(st.integers(0, len(NOAA_20) - 1), st.characters())
def test_one_wrong_character_never_moves_a_satellite(place: int, letter: str) -> None:
    sets, _ = read_elements(NOAA_20[:place] + letter + NOAA_20[place + 1 :])
    for e in sets:
        assert abs(e.motion - 14.19513365) < 1e-3 or e.norad != 43013 or letter.isdigit() or letter == "-"


def test_the_nearest_epoch_is_taken_and_its_age_bounds_the_error() -> None:
    base = noaa_20()[0]
    sets = [Elements(**{**vars(base), "epoch": base.epoch + np.timedelta64(d, "D")}) for d in (0, 10)]
    times = base.epoch + np.array([-3, 4, 6, 30], "timedelta64[D]")
    assert nearest(sets, times).tolist() == [0, 0, 1, 1]
    assert time_error(-3.0) == time_error(3.0) < time_error(14.0) < 4.0


def test_sidereal_time_and_the_sun_are_those_of_the_almanac() -> None:
    # Meeus, Astronomical Algorithms, example 12.b: 1987 April 10, 19:21 UT: 8h 34m 57.0896s
    hours = np.degrees(sidereal(np.array(["1987-04-10T19:21:00"], "datetime64[s]")))[0] / 15.0
    assert hours == pytest.approx(8 + 34 / 60 + 57.0896 / 3600, abs=1e-5)
    # pyorbital 1.13, its own formula
    assert solar_zenith(np.array(["2026-06-26T09:00"], "datetime64[s]"), [30.5], [50.45])[0] == pytest.approx(
        29.578, abs=0.01
    )


def test_every_listed_satellite_has_one_sensor() -> None:
    numbers = [n for s in sensors().values() for n in s.satellites.values()]
    assert len(numbers) == len(set(numbers))
    assert all(sensor_of(n) is not None for n in numbers)
    for sensor in sensors().values():
        across, along = sensor.pixel([0.0], [sensor.height_km], [0.0])
        assert (across[0], along[0]) == pytest.approx(sensor.pixel_km)
