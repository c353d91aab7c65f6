"""Tracks: segments, places between fixes with their error, even steps."""

from __future__ import annotations

import numpy as np

from ceasefire.geo import distance
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.tracks import Tracks


def circle(every_s: int) -> Fixes:
    """One ship that goes round a circle of 0.1 degrees in two hours."""
    t = np.arange(0, 7200, every_s)
    turn = 2 * np.pi * t / 7200
    east = np.cos(np.radians(45.0))
    return Fixes.of(
        mmsi=[272_000_001] * len(t), times=(t * 1000).astype("M8[ms]"), lon=31 + 0.1 * np.sin(turn) / east,
        lat=45 - 0.1 * np.cos(turn), course_deg=np.degrees(np.pi / 2 - turn) % 360,
        speed_kn=np.full(len(t), 2 * np.pi * 0.1 * 60 / 2),
    )  # fmt: skip


def test_the_way_follows_speed_and_course_and_its_error_holds_it() -> None:
    fine, coarse = circle(30), Tracks.of(circle(900))
    inside = fine.times <= coarse.fixes.times[-1]
    got = coarse.at(fine.mmsi[inside], fine.times[inside])
    off = distance.km(got.lon, got.lat, fine.lon[inside], fine.lat[inside])
    chord = np.interp(fine.times[inside].astype(float), coarse.fixes.times.astype(float), coarse.fixes.lat)
    straight = np.abs(chord - fine.lat[inside]) * distance.KM_PER_DEGREE
    assert off.max() < 0.5 * straight.max()
    assert np.mean(off <= got.error_km) > 0.9


def test_segments_end_at_silences_and_at_other_ships() -> None:
    two = Fixes.join([circle(60), Fixes.of(mmsi=[9, 9], times=np.array([0, 9 * 3_600_000], "M8[ms]"), lon=[30, 31],
                                           lat=[44, 44])])  # fmt: skip
    tracks = Tracks.of(two)
    assert tracks.first.tolist() == [0, 1, 2]
    assert tracks.last().tolist() == [0, 1, len(two) - 1]
    assert tracks.sailed_km()[:2].tolist() == [0.0, 0.0]
    assert abs(tracks.sailed_km()[2] - 2 * np.pi * 11.1) < 1.5


def test_unknown_ships_and_far_instants_are_not_told() -> None:
    tracks = Tracks.of(circle(60))
    got = tracks.at([5, 272_000_001, 272_000_001], np.array([0, 600, 99_999], "M8[s]"))
    assert np.isnan(got.lon[[0, 2]]).all()
    assert np.isfinite(got.lon[1])
    assert np.isnan(Tracks.of(Fixes.join([])).at([5], np.array([0], "M8[s]")).lon).all()


def test_even_steps_stay_near_fixes() -> None:
    mmsi, times, places = Tracks.of(circle(70)).resample(60.0)
    assert len(mmsi) == len(times) == len(places.lon)
    assert (times.astype("M8[ms]").view("int64") % 60_000 == 0).all()
    assert places.away_s.max() <= 35.0
