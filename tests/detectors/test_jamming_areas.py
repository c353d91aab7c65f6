"""Jamming at sea: lost positions are found; a receiver that fails, a bad ship and a false place are none."""

import numpy as np
import pytest

from ceasefire.detectors.jamming_areas import jamming, jamming_map
from ceasefire.detectors.jamming_ships import between, ship_hours, troubled
from ceasefire.geo.fixes import Fixes

SHIPS, MINUTES = 10, 600


def sea(*, lost=(), frozen=(), noisy=(), silent=(), bad_ship=None, seed=0):
    """Give ten ships over ten hours; in the given hours all of them are in trouble of that kind."""
    rng = np.random.default_rng(seed)
    t = np.tile(np.arange(0, MINUTES, 2.0), SHIPS)
    ship = np.repeat(np.arange(SHIPS), MINUTES // 2)
    hour = (t // 60).astype(int)
    lon, lat = 30.55 + 0.01 * ship + 0.0007 * t, 44.7 + 0.02 * ship + rng.normal(0, 1e-5, len(t))
    start = np.isin(hour, frozen)
    if frozen:
        held = 60.0 * min(frozen)
        lon = np.where(start, 30.55 + 0.01 * ship + 0.0007 * held, lon)
        lat = np.where(start, 44.7 + 0.02 * ship, lat)
    scatter = np.isin(hour, noisy)
    lon, lat = lon + scatter * rng.normal(0, 0.006, len(t)), lat + scatter * rng.normal(0, 0.004, len(t))
    gone = np.isin(hour, lost) & (rng.random(len(t)) < 0.8)
    if bad_ship is not None:
        gone |= (ship == bad_ship) & (rng.random(len(t)) < 0.6)
    heard = ~np.isin(hour, silent)
    return Fixes.of(
        mmsi=(272000001 + ship)[heard], times=(t * 60_000).astype(np.int64).astype("M8[ms]")[heard],
        lon=np.where(gone, np.nan, lon)[heard], lat=np.where(gone, np.nan, lat)[heard],
        speed_kn=np.full(len(t), 1.8 if not frozen else 5.0)[heard], course_deg=np.full(len(t), 90.0)[heard],
        second=np.where(gone, 63, 10)[heard],
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["lost", "frozen", "noisy"])
def test_an_area_whose_ships_lose_their_position_is_jammed(kind):
    (event,) = jamming(sea(**{kind: (4, 5)}))
    assert event.start.hour == 4
    assert event.end.hour == 5
    assert event.probability > 0.99
    assert len(event.others) == SHIPS
    assert event.mmsi == 0


def test_a_receiver_that_fails_is_no_jamming_and_says_what_it_does_not_know():
    f = sea(silent=(4, 5))
    assert len(jamming(f, least=0.05)) == 0
    cells = jamming_map(f)
    assert cells.column("silent").sum() >= SHIPS
    unknown = cells.column("ships") == 0
    assert unknown.any()
    assert np.isnan(cells.column("probability")[unknown]).all()


def test_a_ship_with_a_bad_receiver_is_left_out():
    assert len(jamming(sea(bad_ship=3))) == 0


def test_a_quiet_sea_has_no_alarm_and_an_empty_one_no_cell():
    assert len(jamming(sea())) == 0
    empty = Fixes.of(mmsi=[], times=[], lon=[], lat=[])
    assert len(jamming(empty)) == 0
    assert len(jamming_map(empty)) == 0


def test_ships_put_at_an_airport_do_not_make_it_jammed():
    f = sea(noisy=(4, 5))
    hour = f.times.astype("M8[h]").astype(int)
    away = np.isin(hour, (4, 5))
    f = Fixes.of(mmsi=f.mmsi, times=f.times, lon=np.where(away, f.lon - 30.6 + 26.5, f.lon),
                 lat=np.where(away, f.lat - 0.2, f.lat), speed_kn=f.speed_kn, course_deg=f.course_deg)  # fmt: skip
    assert all(e.start.hour not in (4, 5) or e.lon > 29.0 for e in jamming(f))
    assert not np.isin(ship_hours(f, cell_deg=0.5).hour, (4,)).any()


def test_places_between_and_troubled_messages():
    f = Fixes.of(
        mmsi=[1] * 4, times=np.array([0, 1, 2, 30]).astype("M8[h]").astype("M8[ms]"), lon=[30.0, np.nan, 31.0, np.nan],
        lat=[44.0, np.nan, 44.0, np.nan], accurate=[True, False, True, True],
    )  # fmt: skip
    assert between(f)[0][1] == 30.5
    assert np.isnan(between(f)[0][3])
    assert troubled(f).tolist() == [False, True, False, True]


def test_an_area_becomes_one_observation_and_other_events_none():
    from dataclasses import replace

    from ceasefire.detectors.interference_at_sea import observations

    events = list(jamming(sea(lost=(4, 5))))
    (one,) = observations(
        [*events, replace(events[0], kind="gap"), replace(events[0], kind="identity.shared")], source="a"
    )
    assert one.act == "interference.jamming"
    assert one.region == "XZ-BLS"
    assert one.accused == ""
    assert one.likelihood_ratio == 20.0
