"""Where to look next: near the best of all plans, inside agreed zones, in files that others read."""

import itertools
import json
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely

from ceasefire.detectors.patrol_looks import Watched
from ceasefire.detectors.plan_files import as_geojson, as_kml
from ceasefire.detectors.plan_flight import MAX_CELLS, PURPOSE, Pass, plan
from ceasefire.detectors.plan_route import best_tour
from ceasefire.geo.dwell import Cells, Dwell
from ceasefire.geo.ellipsoid import metres_per_degree

ZONE = Watched("zone-1", 36.0, 50.0, 800.0)
FAR = Watched("zone-2", 36.06, 50.0, 800.0)


def seen_half(zone, *, seconds=60.0):
    """Everything west of the zone's centre was seen well."""
    cells = Cells.covering(zone.lon - 0.02, zone.lat - 0.02, zone.lon + 0.02, zone.lat + 0.02, size_m=25.0)
    lon, _ = cells.centre(*np.meshgrid(np.arange(cells.shape[0]), np.arange(cells.shape[1]), indexing="ij"))
    west = lon < zone.lon
    return Dwell(
        cells=cells,
        seconds=np.where(west, seconds, 0.0),
        gsd_m=np.where(west, 0.05, np.nan),
        depression_deg=np.where(west, 80.0, np.nan),
        looks=west.astype(np.int64),
        frames=1,
        kept=1,
    )


def length(order, at, cell, home):
    path = [at[k] for k in order]
    legs = sum(max(float(np.hypot(*(a - b))), cell) for a, b in itertools.pairwise(path))
    if home is None:
        return legs + cell
    return legs + sum(max(float(np.hypot(*(home - p))), cell) for p in (path[0], path[-1]))


def best_of_all(at, chance, reach, cell, home):
    best = 0.0
    for n in range(1, len(at) + 1):
        for order in itertools.permutations(range(len(at)), n):
            if length(order, at, cell, home) <= reach:
                best = max(best, sum(chance[k, 1] - chance[k, 0] for k in order))
    return best


@pytest.mark.parametrize("with_home", [False, True])
def test_the_way_is_near_the_best_of_all_ways_on_small_cases(with_home):
    rng = np.random.default_rng(5)
    shares = []
    for _ in range(20):
        at = rng.uniform(0, 1_000, (6, 2))
        first = rng.uniform(0.0, 0.6, 6)
        chance = np.stack([first, first + rng.uniform(0.05, 0.4, 6)], axis=1)
        home = rng.uniform(0, 1_000, 2) if with_home else None
        reach = rng.uniform(1_200, 2_500)
        tour, metres = best_tour(at, chance, reach_m=reach, cell_m=100.0, home=home, groups=np.zeros(6, int))
        gain = float((chance[tour, 1] - chance[tour, 0]).sum())
        best = best_of_all(at, chance, reach, 100.0, home)
        assert len(set(tour.tolist())) == len(tour)
        assert metres <= reach + 1e-6
        if len(tour):
            assert metres == pytest.approx(length(tour.tolist(), at, 100.0, home))
        shares.append(gain / best if best else 1.0)
        assert gain <= best + 1e-9
    assert np.mean(shares) > 0.95
    assert min(shares) > 0.75


def test_ground_already_seen_is_left_for_ground_that_was_not():
    got = plan([ZONE], hours=0.12, over=[seen_half(ZONE)])
    assert np.mean(got.lon > ZONE.lon) > 0.8
    assert np.all(got.after > got.before)
    assert got.gain <= got.bound
    assert got.gain > 0.8 * got.bound
    assert got.seconds <= 0.12 * 3600 + 1e-6


def test_more_hours_gain_more_and_never_more_than_the_bound():
    gains = []
    for hours in (0.05, 0.1, 0.2, 0.4):
        got = plan([ZONE, FAR], hours=hours, home=(36.02, 50.0))
        assert got.gain <= got.bound + 1e-9
        assert got.seconds <= hours * 3600 + 1e-6
        gains.append(got.gain)
    assert gains == sorted(gains)
    assert plan([ZONE], hours=0.0005).gain == 0.0


def test_the_gain_falls_with_each_further_pass_so_greed_is_right():
    got = plan([Watched("z", 36.0, 50.0, 60.0)], hours=2.0)
    assert got.cells == 1
    assert 1 <= len(got) <= 4


def test_all_cells_lie_in_agreed_zones_and_places_outside_are_refused():
    got = plan([ZONE, FAR], hours=0.3)
    lon_m, lat_m = metres_per_degree(50.0)
    away = [np.hypot((got.lon - z.lon) * lon_m, (got.lat - z.lat) * lat_m) for z in (ZONE, FAR)]
    assert np.all(np.minimum(*away) <= 800.0 * 1.001)
    part = plan([ZONE], hours=0.3, places=[Watched("lost", 36.003, 50.0, 300.0)])
    assert np.all(np.hypot((part.lon - 36.003) * lon_m, (part.lat - 50.0) * lat_m) <= 300.5)
    with pytest.raises(ValueError, match="agreed zones only"):
        plan([ZONE], hours=1.0, places=[Watched("elsewhere", 36.02, 50.0, 50.0)])
    with pytest.raises(ValueError, match="agreed zones only"):
        plan([ZONE], hours=1.0, places=[Watched("too wide", 36.0, 50.0, 900.0)])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"zones": [], "hours": 1.0}, "no agreed zone"),
        ({"zones": [ZONE], "hours": 0.0}, "above 0"),
        ({"zones": [ZONE], "hours": float("nan")}, "above 0"),
        ({"zones": [Watched("wide", 36.0, 50.0, 50_000.0)], "hours": 1.0}, f"more than {MAX_CELLS:,}"),
    ],
)
def test_what_cannot_be_planned_says_why(given, says):
    with pytest.raises(ValueError, match=says):
        plan(**given)


def test_a_camera_that_shows_no_ground_is_refused():
    with pytest.raises(ValueError, match="above the horizon"):
        Pass(depression_deg=1.0, vfov_deg=2.0)
    with pytest.raises(ValueError, match="above 0"):
        Pass(height_m=0.0)


def test_files_are_read_by_others_and_say_what_they_are_for():
    got = plan([Watched("zone <1> & 2", 36.0, 50.0, 400.0)], hours=0.1, home=(36.01, 50.0))
    geo = json.loads(as_geojson(got))
    assert geo["purpose"] == PURPOSE
    way, *cells = [shapely.from_geojson(json.dumps(f["geometry"])) for f in geo["features"]]
    assert way.geom_type == "LineString"
    assert way.coords[0] == way.coords[-1] == (36.01, 50.0)
    assert all(c.is_valid and c.exterior.is_ccw for c in cells)
    assert len(cells) == len(set(got.cell.tolist()))
    assert {f["properties"]["kind"] for f in geo["features"]} == {"way", "cell"}
    root = ElementTree.fromstring(as_kml(got))
    names = {"k": "http://www.opengis.net/kml/2.2"}
    assert PURPOSE in root.find("k:Document/k:description", names).text
    marks = root.findall("k:Document/k:Placemark", names)
    assert len(marks) == len(geo["features"])
    assert marks[1].find("k:name", names).text == "zone <1> & 2"
    for text in root.iterfind(".//k:coordinates", names):
        assert all(len(point.split(",")) in (2, 3) for point in text.text.split())
    assert as_kml(got) == as_kml(plan([Watched("zone <1> & 2", 36.0, 50.0, 400.0)], hours=0.1, home=(36.01, 50.0)))
