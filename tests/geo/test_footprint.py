"""Footprints: closed forms on a plane and a slope, the horizon guard, and the unscented ellipse against draws."""

import numpy as np
import pytest
from shapely import area, is_valid, polygons

from ceasefire.geo import ellipsoid, ground
from ceasefire.geo.camera import CENTRE, CORNERS, attitude_of, edges, rays
from ceasefire.geo.flight import Flight
from ceasefire.geo.footprint import above_ground, footprints, uncertainty
from ceasefire.geo.ground import Terrain, on_plane

LON, LAT = 36.0, 50.0


def flight(n=1, **given):
    base = {
        "lon": np.full(n, LON),
        "lat": np.full(n, LAT),
        "height_m": np.full(n, 320.0),
        "ground_m": np.full(n, 120.0),
        "azimuth_deg": np.zeros(n),
        "elevation_deg": np.full(n, -90.0),
        "roll_deg": np.zeros(n),
        "hfov_deg": np.full(n, 60.0),
        "vfov_deg": np.full(n, 40.0),
    }
    times = np.datetime64("2025-04-01T09:00:00", "ms") + 1000 * np.arange(n)
    return Flight.of(times=times, **{**base, **{k: np.broadcast_to(v, n) for k, v in given.items()}})


def offsets(places):
    """Metres east and north of the camera."""
    lon_m, lat_m = ellipsoid.metres_per_degree(LAT, 120.0)
    return (places - [LON, LAT]) * [lon_m, lat_m]


def on_ground(places, above_m, **attitude):
    d = rays(places, hfov_deg=60.0, vfov_deg=40.0, **attitude)[0]
    return d[:, :2] * on_plane(d, above_m)[:, None]


TX, TY = np.tan(np.radians(30.0)), np.tan(np.radians(20.0))


def test_nadir_is_a_rectangle_to_one_in_a_million():
    got = on_ground(CORNERS, 200.0, azimuth_deg=0.0, elevation_deg=-90.0)
    assert np.allclose(got, 200.0 * CORNERS * [TX, TY], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("elevation", [-89.0, -60.0, -45.0, -25.0])
def test_oblique_matches_the_closed_form_of_near_and_far_edge(elevation):
    d, half = np.radians(-elevation), np.radians(20.0)
    got = on_ground([[0.0, 1.0], [0.0, -1.0], [1.0, 0.0]], 200.0, azimuth_deg=0.0, elevation_deg=elevation)
    far, near = 200.0 / np.tan(d - half), 200.0 / np.tan(d + half)
    assert got[0, 1] == pytest.approx(far, rel=1e-9)
    assert got[1, 1] == pytest.approx(near, rel=1e-9)
    assert got[2, 0] == pytest.approx(200.0 / np.sin(d) * TX, rel=1e-9)


def test_roll_at_nadir_turns_the_image_and_at_the_horizon_lowers_its_right_side():
    turned = on_ground(CORNERS, 200.0, azimuth_deg=0.0, elevation_deg=-90.0, roll_deg=90.0)
    assert np.allclose(turned, 200.0 * np.stack([CORNERS[:, 1] * TY, -CORNERS[:, 0] * TX], axis=1), rtol=1e-9)
    level = rays([[1.0, 0.0]], azimuth_deg=0.0, elevation_deg=0.0, roll_deg=10.0, hfov_deg=60.0, vfov_deg=40.0)
    assert level[0, 0, 2] < 0


def test_rolled_and_tilted_matches_a_rotation_written_out():
    a, e, r = np.radians([130.0, -35.0, 12.0])
    turn = lambda k, w: {  # noqa: E731  rotations about one axis, right-handed
        "x": np.array([[1, 0, 0], [0, np.cos(w), -np.sin(w)], [0, np.sin(w), np.cos(w)]]),
        "y": np.array([[np.cos(w), 0, np.sin(w)], [0, 1, 0], [-np.sin(w), 0, np.cos(w)]]),
        "z": np.array([[np.cos(w), -np.sin(w), 0], [np.sin(w), np.cos(w), 0], [0, 0, 1]]),
    }[k]
    # camera looks along north (y), right is east (x), up is z: roll about y, pitch about x, heading about -z
    whole = turn("z", -a) @ turn("x", e) @ turn("y", r)
    want = np.array([[x * TX, 1.0, y * TY] for x, y in CORNERS]) @ whole.T
    want /= np.linalg.norm(want, axis=1, keepdims=True)
    got = rays(CORNERS, azimuth_deg=130.0, elevation_deg=-35.0, roll_deg=12.0, hfov_deg=60.0, vfov_deg=40.0)[0]
    assert np.allclose(got, want, rtol=0, atol=1e-12)


def test_sloping_ground_matches_the_closed_form():
    slope = np.radians(15.0)
    d = rays([[0.0, 0.0]], azimuth_deg=0.0, elevation_deg=-50.0, hfov_deg=60.0, vfov_deg=40.0)[0]
    uphill = on_plane(d, 200.0, slope_deg=15.0, downhill_deg=180.0)[0]  # the ground rises to the north
    downhill = on_plane(d, 200.0, slope_deg=15.0, downhill_deg=0.0)[0]
    e = np.radians(50.0)
    assert uphill == pytest.approx(200.0 / (np.sin(e) + np.cos(e) * np.tan(slope)), rel=1e-9)
    assert downhill == pytest.approx(200.0 / (np.sin(e) - np.cos(e) * np.tan(slope)), rel=1e-9)


def test_curved_earth_agrees_with_the_plane_up_to_the_drop_of_the_horizon():
    seen = footprints(flight(elevation_deg=-40.0, azimuth_deg=70.0))
    flat = on_ground(CORNERS, 200.0, azimuth_deg=70.0, elevation_deg=-40.0)
    got = offsets(seen.corners[0])
    far = np.linalg.norm(flat, axis=1)
    drop = far**2 / (2 * 6.37e6) / np.tan(np.radians(20.0))
    assert np.all(np.abs(np.linalg.norm(got, axis=1) - far) <= drop * 1.5 + 1e-3)


def test_level_ground_is_met_at_its_height():
    f = flight(5, elevation_deg=[-80.0, -60.0, -40.0, -20.0, -10.0], azimuth_deg=[0, 72, 144, 216, 288])
    d = rays(CENTRE, azimuth_deg=f.azimuth_deg, elevation_deg=f.elevation_deg, hfov_deg=60.0, vfov_deg=40.0)
    far = ground.on_level(d, f.lon, f.lat, f.height_m, f.ground_m)
    at = ground.place(d, far, f.lon, f.lat, f.height_m)
    back = ellipsoid.earth_centred(at[:, 0, 0], at[:, 0, 1], 120.0)
    straight = ellipsoid.earth_centred(f.lon, f.lat, f.height_m) + far * (d @ ellipsoid.axes(f.lon, f.lat))[:, 0]
    assert np.linalg.norm(back - straight, axis=1).max() < 1e-3


def test_a_slope_as_terrain_matches_the_plane():
    _, lat_m = ellipsoid.metres_per_degree(LAT, 120.0)
    north = (np.arange(41) - 20) * 0.001 * lat_m
    heights = 120.0 + north[:, None] * np.tan(np.radians(5.0)) + np.zeros((41, 41))
    terrain = Terrain(heights, west=LON - 0.02, south=LAT - 0.02, step_lon=0.001, step_lat=0.001)
    f = flight(elevation_deg=-50.0, azimuth_deg=0.0, ground_m=np.nan)
    assert above_ground(f, terrain)[0][0] == pytest.approx(200.0, abs=1e-6)
    seen = footprints(f, terrain=terrain, max_range_m=2_000.0)
    d = rays(CENTRE, azimuth_deg=0.0, elevation_deg=-50.0, hfov_deg=60.0, vfov_deg=40.0)[0]
    assert seen.slant_m[0] == pytest.approx(on_plane(d, 200.0, slope_deg=5.0, downhill_deg=180.0)[0], rel=2e-4)


def test_above_the_horizon_is_cut_and_said():
    f = flight(4, elevation_deg=[-5.0, 30.0, np.nan, -90.0], lon=[LON, LON, LON, np.nan])
    seen = footprints(f, guard_deg=3.0, max_range_m=5_000.0)
    assert seen.lost.tolist() == ["", "above the horizon", "no angles", "no position"]
    assert seen.cut.tolist() == [True, False, False, False]
    assert np.isnan(seen.corners[0, :2]).all()
    assert np.isfinite(seen.corners[0, 2:]).all()
    out = np.linalg.norm(offsets(seen.outline[0]), axis=1)
    assert out.max() < 200.0 / np.sin(np.radians(3.0)) * 1.01
    assert np.isnan(seen.outline[1:]).all()


def test_the_cut_outline_is_the_part_of_the_image_below_the_guard():
    rng = np.random.default_rng(5)
    n = 200
    angles = {"azimuth_deg": rng.uniform(0, 360, n), "elevation_deg": rng.uniform(-40, 10, n)}
    f = flight(n, roll_deg=rng.normal(0, 15, n), **angles)
    seen = footprints(f, guard_deg=5.0)
    ok = seen.lost == ""
    assert ok.sum() > 150
    shapes = polygons(offsets(seen.outline[ok]))
    assert is_valid(shapes.tolist()).mean() > 0.98
    x, y = np.meshgrid(np.linspace(-1, 1, 401), np.linspace(-1, 1, 401))
    places = np.stack([x.ravel(), y.ravel()], axis=1)
    for k in np.flatnonzero(ok)[:10]:
        d = rays(places, azimuth_deg=f.azimuth_deg[k], elevation_deg=f.elevation_deg[k], roll_deg=f.roll_deg[k],
                 hfov_deg=60.0, vfov_deg=40.0)[0]  # fmt: skip
        steep = -d[:, 2] >= np.sin(np.radians(5.0))
        weight = 200.0**2 / np.maximum(-d[:, 2], 1e-9) ** 3 * (d @ _axis(f, k)) ** 3
        exact = weight[steep].sum() * (2 / 400 * TX) * (2 / 400 * TY)
        assert area(polygons(offsets(seen.outline[k]))) == pytest.approx(exact, rel=0.06)


def _axis(f, k):
    return rays(CENTRE, azimuth_deg=f.azimuth_deg[k], elevation_deg=f.elevation_deg[k], hfov_deg=60.0, vfov_deg=40.0)[
        0, 0
    ]


@pytest.mark.parametrize("elevation", [-90.0, -60.0, -30.0, -15.0])
def test_unscented_ellipse_is_within_two_per_cent_of_draws(elevation):
    f = flight(elevation_deg=elevation, azimuth_deg=35.0, position_sigma_m=3.0, height_sigma_m=6.0, angle_sigma_deg=1.0)
    major, minor, azimuth = uncertainty(f, (0.4, -0.3))
    rng = np.random.default_rng(7)
    n = 200_000
    d = rays(
        [[0.4, -0.3]],
        azimuth_deg=35.0 + rng.normal(0, 1.0, n),
        elevation_deg=elevation + rng.normal(0, 1.0, n),
        roll_deg=rng.normal(0, 1.0, n),
        hfov_deg=60.0,
        vfov_deg=40.0,
    )[:, 0]
    at = d[:, :2] * on_plane(d, 200.0 + rng.normal(0, 6.0, n))[:, None] + rng.normal(0, 3.0, (n, 2))
    values, vectors = np.linalg.eigh(np.cov(at.T))
    assert major[0] == pytest.approx(np.sqrt(values[1]), rel=0.02)
    assert minor[0] == pytest.approx(np.sqrt(values[0]), rel=0.02)
    if values[1] > 1.2 * values[0]:
        want = np.degrees(np.arctan2(vectors[0, 1], vectors[1, 1])) % 180
        assert abs((azimuth[0] - want + 90) % 180 - 90) < 2.0


def test_a_spread_that_passes_the_horizon_has_no_ellipse():
    f = flight(elevation_deg=-1.0, position_sigma_m=3.0, height_sigma_m=5.0, angle_sigma_deg=1.0)
    assert np.isnan(uncertainty(f)[0][0])


def test_attitude_comes_back_from_its_vectors():
    rng = np.random.default_rng(2)
    a, e, r = rng.uniform(0, 360, 50), rng.uniform(-85, 60, 50), rng.uniform(-60, 60, 50)
    three = rays([[0.0, 0.0], [0.0, 1.0]], azimuth_deg=a, elevation_deg=e, roll_deg=r, hfov_deg=60.0, vfov_deg=40.0)
    axis = three[:, 0]
    over = three[:, 1] / (three[:, 1] * axis).sum(-1, keepdims=True) - axis
    got = attitude_of(axis, over / np.linalg.norm(over, axis=-1, keepdims=True))
    for have, want in zip(got, (a, e, r), strict=True):
        assert np.allclose(have, want, atol=1e-6)


def test_straight_down_the_upper_edge_tells_the_azimuth():
    azimuth, elevation, roll = attitude_of([0.0, 0.0, -1.0], [1.0, 0.0, 0.0])
    assert np.allclose([azimuth, elevation, roll], [90.0, -90.0, 0.0])


def test_a_range_shorter_than_the_image_leaves_a_circle_around_the_nadir():
    seen = footprints(flight(elevation_deg=-88.0), max_range_m=202.0)
    out = np.linalg.norm(offsets(seen.outline[0]), axis=1)
    assert seen.lost.tolist() == [""]
    assert seen.cut.tolist() == [True]
    assert np.allclose(out, np.sqrt(202.0**2 - 200.0**2), rtol=1e-3)


def test_edges_go_round_once():
    assert len(edges(5)) == 20
    assert np.abs(edges(5)).max(axis=1).tolist() == [1.0] * 20


def test_impossible_input_is_refused():
    with pytest.raises(ValueError, match="guard angle"):
        footprints(flight(), guard_deg=0.0)
    with pytest.raises(ValueError, match="two rows"):
        Terrain(np.zeros((1, 5)), west=0, south=0, step_lon=1, step_lat=1)
    with pytest.raises(ValueError, match="no speed"):
        flight(speed=1.0)
    with pytest.raises(ValueError, match="must not fall"):
        Flight.of(times=["2025-04-02", "2025-04-01"], lon=[0, 0], lat=[0, 0])
