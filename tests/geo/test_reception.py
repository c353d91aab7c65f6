"""Reception: learned from ships alone, against a sea whose true reception is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from ceasefire.geo import distance
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.reception import Reception, cell_number
from ceasefire.geo.reporting import interval_s, sent

START = np.datetime64("2025-04-01T00:00", "ms")
END = np.datetime64("2025-04-02T00:00", "ms")
STATIONS = np.array([[29.0, 44.2], [30.8, 46.4], [33.5, 44.6]])


def when(seconds: Any) -> Any:
    return START + (np.asarray(seconds) * 1000).astype("timedelta64[ms]")


def truth(lon: Any, lat: Any, seconds: Any, dead: tuple[float, float] | None = None) -> Any:
    miss = np.ones(len(lon))
    for number, place in enumerate(STATIONS):
        on = np.ones(len(lon)) if dead is None or number else ~((seconds >= dead[0]) & (seconds < dead[1]))
        miss *= 1 - 0.95 * on / (1 + np.exp((distance.km(lon, lat, *place) - 70) / 6))
    return 1 - miss


def sea(*, ships: int = 80, dead: tuple[float, float] | None = None, silent: int = -1, seed: int = 1) -> Fixes:
    """Ships that go to and fro between two places, class B, a report every 30 s; `silent` is off from hour 8 to 14."""
    random = np.random.default_rng(seed)
    parts = []
    for ship in range(ships):
        seconds = np.arange(0, 86_400, 30) + random.uniform(0, 30)
        a, b = random.uniform([28.8, 43.8], [33.5, 46.3], (2, 2))
        period = distance.km(*a, *b) / 20.0 * 3600.0
        phase = (seconds / period + random.uniform()) % 2
        share = np.where(phase < 1, phase, 2 - phase)[:, None]
        lon, lat = (a + share * (b - a)).T
        on = ~((seconds > 8 * 3600) & (seconds < 14 * 3600)) if ship == silent else np.ones(len(seconds), dtype=bool)
        got = on & (random.random(len(seconds)) < truth(lon, lat, seconds, dead))
        n = int(got.sum())
        parts.append(
            Fixes.of(
                mmsi=[272_000_000 + ship] * n, times=when(seconds[got]), lon=lon[got], lat=lat[got],
                message=[18] * n, speed_kn=[10.8] * n,
            )
        )  # fmt: skip
    return Fixes.join(parts)


def places(n: int = 4000) -> tuple[Any, Any, Any]:
    random = np.random.default_rng(5)
    return random.uniform(28.8, 33.5, n), random.uniform(43.8, 46.3, n), random.uniform(0, 86_400, n)


def test_it_finds_where_stations_hear() -> None:
    got = Reception.estimate(sea(), start=START, end=END)
    lon, lat, seconds = places()
    chance, true = got.chance(lon, lat, when(seconds)), truth(lon, lat, seconds)
    known = np.isfinite(chance)
    assert known.mean() > 0.6
    assert np.mean((chance - true)[known] ** 2) < 0.12 * true[known].var()
    for low in (0.0, 0.25, 0.5, 0.75):
        these = known & (chance >= low) & (chance < low + 0.25)
        assert abs(chance[these].mean() - true[these].mean()) < 0.12


def test_an_outage_is_no_gap_and_no_lasting_doubt() -> None:
    dead = (8 * 3600.0, 14 * 3600.0)
    got = Reception.estimate(sea(dead=dead), start=START, end=END)
    near = [29.1, 44.3]
    before, during = got.chance([near[0]] * 2, [near[1]] * 2, when([5 * 3600, 11 * 3600]))
    assert before > 0.8
    assert during < 0.25


def test_one_silent_ship_lowers_nothing() -> None:
    with_it, without = (Reception.estimate(sea(silent=s), start=START, end=END) for s in (3, -1))
    lon, lat, seconds = places()
    change = with_it.chance(lon, lat, when(seconds)) - without.chance(lon, lat, when(seconds))
    assert abs(np.nanmean(change)) < 0.005
    assert np.nanquantile(np.abs(change), 0.99) < 0.15


def test_a_ship_alone_is_no_witness_of_itself() -> None:
    alone = sea(ships=80).ship(272_000_003)
    got = Reception.estimate(alone, start=START, end=END)
    at = len(alone) // 2
    place = alone.lon[[at]], alone.lat[[at]], alone.times[[at]]
    _, looks = got.seen(*place, without=[272_000_003])
    assert looks[0] == pytest.approx(0.0, abs=1e-6)


def test_nobody_can_tell_where_no_ship_sailed() -> None:
    got = Reception.estimate(sea(), start=START, end=END)
    assert np.isnan(got.chance([40.0], [43.0], when([100.0])))[0]
    assert np.isnan(got.heard([40.0], [43.0], START, END))[0]
    assert np.isnan(got.share(shapely.box(40, 43, 41, 44), START, END))
    assert np.isnan(got.chance([np.nan], [44.0], when([100.0])))[0]
    assert np.isnan(got.chance([30.0], [44.0], when([-5.0])))[0]


def test_heard_grows_with_time_and_shares_are_between() -> None:
    got = Reception.estimate(sea(), start=START, end=END)
    lon, lat, _ = places(200)
    known = np.isfinite(got.chance(lon, lat, START))
    lon, lat = lon[known], lat[known]
    short = got.heard(lon, lat, START, START + np.timedelta64(2, "m"))
    long = got.heard(lon, lat, START, START + np.timedelta64(3, "h"))
    assert (long >= short).all()
    assert (long >= 0.99).mean() > 0.3
    close = got.share(shapely.box(28.8, 44, 29.5, 44.6), START, END)
    far = got.share(shapely.box(30.9, 44.6, 31.6, 45.2), START, END)
    assert 0.0 <= far < close <= 1.0


def test_no_ships_at_all() -> None:
    got = Reception.estimate(Fixes.join([]), start=START, end=END)
    assert np.isnan(got.chance([30.0], [44.0], when([10.0])))[0]
    with pytest.raises(ValueError, match="ends after it begins"):
        Reception.estimate(Fixes.join([]), start=END, end=START)


def test_reporting_intervals_of_the_recommendation() -> None:
    speeds = [2.0, 5.0, 10.0, 20.0, 30.0, 10.0, 20.0]
    status = [5, 5, 0, 0, 0, 0, 0]
    turning = [False, False, False, False, False, True, True]
    assert interval_s(speeds, status, 1, turning).round(2).tolist() == [180.0, 10.0, 10.0, 6.0, 2.0, 3.33, 2.0]
    assert interval_s([1.0, 10.0, 10.0], 0, [18, 19, 27]).tolist() == [180.0, 30.0, 180.0]


def test_a_thinned_feed_is_no_loss() -> None:
    whole = sea(ships=20)
    minute = whole.times.astype("datetime64[2m]").view("int64")
    thinned = whole.keep(np.diff(minute, prepend=-1) != 0)
    assert sent(whole)[1] == 0.0
    pieces, feed = sent(thinned)
    assert feed == pytest.approx(120.0, rel=0.05)
    assert pieces.sent.sum() < 0.35 * sent(whole)[0].sent.sum()


def test_cells_cover_the_globe() -> None:
    got = cell_number([-180.0, 179.999, 180.0, np.nan], [-90.0, 89.9, 0.0, 0.0], 0.1)
    assert got.tolist() == [0, 3600 * 1799 + 3599, 3600 * 900, -1]
