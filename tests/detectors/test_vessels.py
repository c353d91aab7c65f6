"""Ships planted into speckle: found once, in place, whatever the cut into pieces; masks, ghosts and bad input."""

from datetime import UTC, datetime

import numpy as np
import pytest

from ceasefire.detectors import vessels_clutter, vessels_masks, vessels_spots
from ceasefire.detectors.vessels import Ghosts, ships
from ceasefire.detectors.vessels_search import bright
from ceasefire.geo import distance
from ceasefire.geo.grid import Grid

TIME = datetime(2025, 3, 25, tzinfo=UTC)
STEP = 0.0001
"""Degrees of a pixel: 11.1 by 7.9 m."""


def grid_of(shape):
    return Grid("EPSG:4326", 31.0, 44.0, STEP, STEP, shape)


def sea(seed, shape, level=0.02, looks=4.4):
    return np.random.default_rng(seed).gamma(looks, level / looks, shape).astype(np.float32)


def plant(x, row, column, power=1.0, long=8):
    x[row : row + 2, column : column + long] += power


def found_in(x, **how):
    return ships({"VV": x}, grid_of(x.shape), scene="s", time=TIME, looks=4.4, **how)


def test_a_ship_is_found_where_it_is_with_length_and_heading():
    x = sea(0, (400, 400))
    plant(x, 200, 180, long=20)
    ship = found_in(x).ships[0]
    lon, lat = 31.0 + (180 + 10.0) * STEP, 44.0 - (200 + 1.0) * STEP
    assert distance.km(ship.lon, ship.lat, lon, lat) * 1000 < 8.0
    assert 100 < ship.length_m < 220
    assert abs(ship.heading_deg - 90) < 5
    assert ship.p_ship > 0.99
    assert ship.channel == "satellite.radar"
    assert ship.id.startswith("r-")


def test_the_same_ships_however_the_scene_is_cut_and_on_any_way():
    x = sea(1, (450, 500))
    for row, column in ((62, 60), (126, 124), (190, 60), (64, 190), (300, 400), (2, 2)):
        plant(x, row, column)
    x[200:230, 300:330] = np.nan
    whole = found_in(x, piece=512)
    assert len(whole.ships) >= 6
    for how in ({"piece": 64}, {"piece": 128, "threads": 3}, {"piece": 128, "compiled": False}):
        other = found_in(x, **how)
        assert other.area_km2 == pytest.approx(whole.area_km2)
        assert other.ships.column("id").tolist() == whole.ships.column("id").tolist()
        assert other.surprise == pytest.approx(whole.surprise, rel=1e-6)


def test_loops_and_numpy_give_the_same_water():
    pytest.importorskip("numba")
    x = sea(2, (256, 320))
    x[:90, :70] = np.nan
    x[100, 100] = 0.0
    x[150, 200] = np.inf
    a = vessels_clutter.water(x, inner=6, outer=20, compiled=True)
    b = vessels_clutter.water(x, inner=6, outer=20, compiled=False)
    for one, two in zip(a, b, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-5)


def test_a_reader_gives_what_the_array_gives_and_is_asked_only_within_the_scene():
    x = sea(3, (300, 333))
    plant(x, 150, 150)
    asked = []

    def read(rows, columns):
        asked.append((rows, columns))
        return x[rows, columns]

    told = []
    one = ships({"VV": read}, grid_of(x.shape), scene="s", time=TIME, looks=4.4, piece=128,
                progress=lambda *v: told.append(v))  # fmt: skip
    assert one.ships.column("id").tolist() == found_in(x).ships.column("id").tolist()
    assert all(0 <= r.start < r.stop <= 300 and 0 <= c.start < c.stop <= 333 for r, c in asked)
    assert told[-1] == (9, 0, 9)


def test_false_alarms_do_not_rise_with_the_sea():
    counts = []
    for shape in (50.0, 2.0):
        rng = np.random.default_rng(4)
        x = sea(4, (1200, 1200)) * rng.gamma(shape, 1 / shape, (1200, 1200)).astype(np.float32)
        found = found_in(x, false_alarms_per_1000_km2=20.0)
        counts.append(len(found.ships))
        expected = 20.0 * found.area_km2 / 1000.0
    assert expected == pytest.approx(2.5, abs=0.2)
    assert all(n <= 11 for n in counts)


def test_two_bands_find_what_one_does_not():
    found_one = found_both = 0
    for seed in range(6):
        vv, vh = sea(seed, (200, 200)), sea(seed + 50, (200, 200), level=0.002)
        vv[100:102, 100:102] += 0.06
        vh[100:102, 100:102] += 0.006
        found_one += len(found_in(vv).ships)
        both = ships({"VV": vv, "VH": vh}, grid_of(vv.shape), scene="s", time=TIME, looks=4.4)
        found_both += len(both.ships)
    assert found_both > found_one


def test_a_ship_beside_a_ship_is_found():
    x = sea(5, (300, 300))
    plant(x, 150, 150, power=40.0, long=25)
    plant(x, 185, 150, power=0.5)
    assert len(found_in(x).ships) == 2


def test_land_is_not_searched_and_does_not_hide_ships():
    x = sea(6, (300, 300))
    land = np.zeros(x.shape, bool)
    land[:, :120] = True
    x[land] *= 30.0
    plant(x, 150, 135)
    found = found_in(x, land=land)
    assert len(found.ships) == 1
    assert found.area_km2 == pytest.approx(300 * 180 * 11.1 * 8.0 / 1e6, rel=0.02)


def test_a_platform_on_all_dates_is_flagged_and_a_ship_on_one_is_not():
    dates = [sea(seed, (200, 200), level=0.01 * (1 + seed % 2)) for seed in range(8)]
    for x in dates:
        plant(x, 60, 60, power=1.0, long=3)
        x[:, 170:] *= 25.0
    plant(dates[0], 120, 100)
    land, fixed = vessels_masks.persistent(dates, grid_of((200, 200)), shore_m=30.0)
    assert land[:, 170:].all()
    assert not land[:, :160].any()
    found = found_in(dates[0], land=land, fixed=fixed)
    table = {round((44.0 - s.lat) / STEP): (s.fixed, s.p_ship) for s in found.ships}
    flags = [v for _, v in sorted(table.items())]
    assert [f for f, _ in flags] == [True, False]
    assert flags[0][1] < 0.05 < 0.9 < flags[1][1]


def test_the_coast_is_a_mask_by_pieces():
    grid = Grid("EPSG:4326", 30.60, 46.50, 0.001, 0.001, (100, 400))
    mask = vessels_masks.coast(grid)
    whole = mask(slice(0, 100), slice(0, 400))
    np.testing.assert_array_equal(mask(slice(40, 70), slice(111, 140)), whole[40:70, 111:140])


def test_a_ghost_is_less_likely_a_ship():
    x = sea(7, (800, 200))
    plant(x, 100, 100, power=100.0)
    away = round(5000.0 / 11.12)
    plant(x, 100 + away, 100, power=0.8)
    plain = found_in(x)
    told = found_in(x, ghosts=Ghosts(track_deg=0.0, offsets_m=(5000.0,)))
    assert len(plain.ships) == len(told.ships) == 2
    before, after = plain.ships.column("p_ship"), told.ships.column("p_ship")
    assert after[0] == before[0]
    assert after[1] < 0.2 < before[1]


def test_the_edge_of_a_rain_cell_is_weighed_against_its_brighter_side():
    x = sea(8, (400, 400))
    x[:, 200:] *= 6.0
    edge = found_in(x, false_alarms_per_1000_km2=5.0)
    assert len(edge.ships) <= 2
    assert not len(edge.ships) or edge.ships.column("p_ship").max() < 0.9


def test_empty_water_and_no_water():
    nothing = found_in(np.full((100, 100), np.nan, np.float32))
    assert len(nothing.ships) == 0
    assert nothing.area_km2 == 0.0
    zeros = found_in(np.zeros((100, 100), np.float32))
    assert len(zeros.ships) == 0


@pytest.mark.parametrize(
    "how",
    [
        {"false_alarms_per_1000_km2": 0.0},
        {"looks": -1.0},
        {"looks": (1.0, 2.0)},
        {"piece": 100},
        {"threads": 0},
    ],
)
def test_what_cannot_be_is_refused(how):
    x = sea(9, (100, 100))
    with pytest.raises(ValueError, match=r"above 0|multiples|thread"):
        ships({"VV": x}, grid_of(x.shape), scene="s", time=TIME, **how)
    with pytest.raises(ValueError, match="does not fit"):
        bright({"VV": x}, grid_of((99, 100)), inner=5, outer=15)
    with pytest.raises(ValueError, match="at least one band"):
        bright({}, grid_of((99, 100)), inner=5, outer=15)


def test_spots_close_gaps_and_keep_ships_apart():
    row, column = np.array([0, 0, 0, 20]), np.array([0, 3, 9, 0])
    assert vessels_spots.spots(row, column, gap=3).tolist() == [0, 0, 1, 2]
    assert vessels_spots.spots(np.empty(0, int), np.empty(0, int), gap=1).tolist() == []


def test_a_speckle_beyond_a_gap_is_no_bow():
    rng = np.random.default_rng(10)
    over = rng.gamma(4.0, 0.25, (61, 61)) - 1.0
    over[30, 25:36] += 80.0
    own = over > 4.0
    alone = vessels_spots.shape_of(over, own, pixel_m=(10.0, 10.0), resolution_m=20.0, looks=4.4)
    over[30, 41] += 6.0
    beside = vessels_spots.shape_of(over, over > 4.0, pixel_m=(10.0, 10.0), resolution_m=20.0, looks=4.4)
    assert beside.length_m == pytest.approx(alone.length_m, abs=12.0)
    assert beside.across == pytest.approx(alone.across, abs=0.6)
