"""Interference from the record: what is one and what only looks like it."""

import numpy as np
import pytest

from ceasefire.detectors.interference import JAMMING, SPOOFING, UNKNOWN, interferences, relied_on
from ceasefire.geo.flight import Flight

N = 300
START = np.datetime64("2025-04-01T14:00:00", "ms")


def patrol(**given):
    columns = {"lon": 36 + 0.0002 * np.arange(N), "lat": np.full(N, 50.0)} | given
    return Flight.of(times=START + 1000 * np.arange(N), **columns)


def test_satellites_that_go_one_by_one_are_jamming():
    lon = 36 + 0.0002 * np.arange(N)
    lon[150:250] = np.nan
    satellites = np.full(N, 14.0)
    satellites[110:150] = np.linspace(13, 4, 40)
    satellites[150:250] = 1
    (found,) = interferences(patrol(lon=lon, satellites=satellites))
    assert found.assessed == JAMMING


def test_a_first_fix_that_was_far_off_is_no_reason_to_doubt_the_flight():
    lon = 36 + 0.0002 * np.arange(N)
    lon[:4] = 37.5
    flight = patrol(lon=lon)
    assert interferences(flight) == []
    assert relied_on(flight).sum() == N - 4


def test_a_false_position_that_lasts_to_the_end():
    lon = 36 + 0.0002 * np.arange(N)
    lon[120:] += 1.5
    (found,) = interferences(patrol(lon=lon))
    assert found.assessed == SPOOFING
    assert not found.regained
    assert found.seconds == 180


def test_the_receivers_word_on_false_signals():
    spoofing = np.zeros(N)
    spoofing[100:160] = 0.5
    flight = patrol(spoofing=spoofing)
    (found,) = interferences(flight)
    assert found.evidence == ("the receiver indicated false signals",)
    assert relied_on(flight).sum() == N - 60


@pytest.mark.parametrize(("above", "expected"), [(0.5, []), (100.0, [UNKNOWN])])
def test_a_record_that_ends_without_a_fix_on_the_ground_is_no_interference(above, expected):
    lon = 36 + 0.0002 * np.arange(N)
    lon[250:] = np.nan
    flight = patrol(lon=lon, height_m=np.full(N, 100.0 + above), ground_m=np.full(N, 100.0))
    assert [i.assessed for i in interferences(flight)] == expected


def test_jamming_on_the_ground_is_told_all_the_same():
    lon = 36 + 0.0002 * np.arange(N)
    lon[250:] = np.nan
    told = np.where(np.isnan(lon), 1.0, 0.1)
    flight = patrol(lon=lon, jamming=told, height_m=np.full(N, 100.0), ground_m=np.full(N, 100.0))
    assert [i.assessed for i in interferences(flight)] == [JAMMING]
