"""Marks become observations: place by the frame's own moment, error, weight, evidence; no position, no place."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from ceasefire.detectors.sighting_place import disc_90
from ceasefire.detectors.sightings import LARGEST, observations, ratio
from ceasefire.geo.camera import rays
from ceasefire.geo.distance import km
from ceasefire.geo.flight import Flight
from ceasefire.geo.footprint import footprints, uncertainty
from ceasefire.geo.ground import Terrain, on_plane
from ceasefire.model.processing import Processing
from ceasefire.model.sighting import Sighting

N = 120
START = datetime(2025, 4, 1, 9, tzinfo=UTC)


def flight(**given):
    base = {
        "lon": 36 + 0.0002 * np.arange(N),
        "lat": np.full(N, 50.0),
        "height_m": np.full(N, 270.0),
        "ground_m": np.full(N, 120.0),
        "azimuth_deg": np.full(N, 90.0),
        "elevation_deg": np.full(N, -50.0),
        "hfov_deg": np.full(N, 60.0),
        "vfov_deg": np.full(N, 36.0),
        "position_sigma_m": np.full(N, 3.0),
        "height_sigma_m": np.full(N, 5.0),
        "angle_sigma_deg": np.full(N, 1.0),
        "evidence": "cd" * 32,
        "source": "flight.csv",
    }
    return Flight.of(times=np.datetime64("2025-04-01T09:00:00", "ms") + 1000 * np.arange(N), **{**base, **given})


def mark(seconds=30.0, x=960.0, y=540.0, side=0.0, **given):
    base = {
        "id": f"s-{seconds}-{x}-{y}",
        "source": "p",
        "granule": "marks.csv",
        "line": 2,
        "evidence": "ab" * 32,
        "frame": "f.jpg",
        "time": START + timedelta(seconds=seconds),
        "label": "crater",
        "act": "attack",
        "effect": "damage",
        "left": x - side / 2,
        "right": x + side / 2,
        "top": y - side / 2,
        "bottom": y + side / 2,
        "width": 1920,
        "height": 1080,
    }
    return Sighting(**{**base, **given})


def test_the_middle_of_the_image_is_the_footprints_centre():
    f = flight()
    (one,) = observations([mark(30.0)], f, source="p").observations
    centre = footprints(f).centre[30]
    assert float(km(one.lon, one.lat, *centre)) < 1e-6
    assert (one.channel, one.procedure, one.act, one.effect, one.region) == (
        "drone",
        "report",
        "attack",
        "damage",
        "UA-63",
    )


def test_corners_of_the_image_are_the_footprints_corners():
    f = flight(elevation_deg=np.full(N, -75.0), roll_deg=np.full(N, 10.0))
    corners = footprints(f).corners[30]
    for (x, y), place in zip(((0, 0), (1920, 0), (1920, 1080), (0, 1080)), corners, strict=True):
        (one,) = observations([mark(30.0, x, y)], f, source="p").observations
        assert float(km(one.lon, one.lat, *place)) < 1e-6


def test_between_samples_place_and_azimuth_are_interpolated_across_north():
    f = flight(azimuth_deg=np.where(np.arange(N) % 2 == 0, 350.0, 10.0), elevation_deg=np.full(N, -60.0))
    (one,) = observations([mark(30.5)], f, source="p").observations
    assert one.lon == pytest.approx(36 + 0.0002 * 30.5, abs=1e-7)
    assert one.lat > 50.0


def test_terrain_moves_the_place_towards_the_camera():
    f = flight()
    hill = Terrain(np.full((3, 3), 170.0), west=35.5, south=49.5, step_lon=0.5, step_lat=0.5)
    flat, high = (observations([mark()], f, source="p", terrain=t).observations[0] for t in (None, hill))
    assert high.lon < flat.lon - 0.0003


def test_a_frame_without_a_position_is_set_aside():
    lon = 36 + 0.0002 * np.arange(N)
    lon[40:60] = np.nan
    found = observations([mark(30.0), mark(50.0), mark(59.5), mark(9_000.0)], flight(lon=lon), source="p")
    assert len(found.observations) == 1
    assert ["not known at that time" in q.reason for q in found.quarantine] == [True, True, False]
    assert "no sample within" in found.quarantine[2].reason
    false = flight(spoofing=np.where(np.arange(N) > 20, 1.0, 0.0))
    assert len(observations([mark(30.0)], false, source="p").quarantine) == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"elevation_deg": np.full(N, 5.0)}, "above the horizon"),
        ({"elevation_deg": np.full(N, -5.0), "angle_sigma_deg": np.full(N, 4.0)}, "no bounds"),
        ({"hfov_deg": np.full(N, np.nan)}, "field of view"),
        ({"height_m": np.full(N, np.nan)}, "height above ground"),
    ],
)
def test_a_mark_without_a_ground_is_set_aside_with_its_reason(given, says):
    import re

    found = observations([mark()], flight(**given), source="p")
    assert not len(found.observations)
    assert re.search(says, found.quarantine[0].reason)


def test_the_error_is_the_cameras_where_time_and_lens_add_little():
    f = flight(angle_sigma_deg=np.full(N, 3.0))
    found = observations([mark()], f, source="p", time_sigma_s=0.0)
    major, minor, azimuth = found.ellipses[found.observations[0].id]
    camera = [float(v[30]) for v in uncertainty(f)]
    assert (major, minor) == pytest.approx(camera[:2], rel=0.05)
    assert azimuth == pytest.approx(camera[2], abs=5.0)
    assert found.observations[0].radius_km * 1000 == pytest.approx(disc_90(major, minor), rel=1e-9)


def test_box_and_time_widen_the_error():
    f = flight()
    small = observations([mark()], f, source="p", time_sigma_s=0.0).observations[0].radius_km
    boxed = observations([mark(side=400.0)], f, source="p", time_sigma_s=0.0).observations[0].radius_km
    timed = observations([mark()], f, source="p", time_sigma_s=2.0).observations[0].radius_km
    assert small < boxed
    assert timed * 1000 > 1.6 * 2.0 * 14.3


def test_disc_holds_ninety_percent_of_draws():
    draws = np.random.default_rng(1).normal(0, 1, (200_000, 2)) * [30.0, 8.0]
    assert np.mean(np.hypot(*draws.T) < disc_90(30.0, 8.0)) == pytest.approx(0.9, abs=0.003)


def test_ellipse_against_draws_through_the_whole_camera():
    rng = np.random.default_rng(2)
    n = 50_000
    f = flight()
    found = observations([mark(30.0, 1500.0, 300.0)], f, source="p", time_sigma_s=0.0)
    at = (1500 / 960 - 1 + rng.normal(0, 0.0101, n), 1 - 300 / 540 + rng.normal(0, 0.0102, n))
    d = rays(
        np.stack(at, axis=-1)[:, None],
        azimuth_deg=90 + rng.normal(0, 1, n),
        elevation_deg=-50 + rng.normal(0, 1, n),
        roll_deg=rng.normal(0, 1, n),
        hfov_deg=60.0,
        vfov_deg=36.0,
    )[:, 0]
    on = d[:, :2] * on_plane(d, 150 + rng.normal(0, 5, n))[:, None] + rng.normal(0, 3, (n, 2))
    low, high = np.sqrt(np.linalg.eigvalsh(np.cov(on.T)))
    major, minor, _ = found.ellipses[found.observations[0].id]
    assert (major, minor) == pytest.approx((high, low), rel=0.03)


def test_weight_follows_confidence_and_what_can_be_told():
    sure, unsure = (
        observations([mark(confidence=c)], flight(), source="p").observations[0].likelihood_ratio for c in (0.99, 0.6)
    )
    assert sure == LARGEST
    assert 1.0 < unsure < 2.0
    far = observations([mark(confidence=0.9)], flight(height_m=np.full(N, 6_120.0)), source="p", time_sigma_s=0)
    assert far.observations[0].likelihood_ratio < 3.0
    assert ratio(0.05, 1.0) == 1.0
    assert ratio(1.0, 1.0) == LARGEST


def test_evidence_ties_frame_marks_and_flight():
    with_frame = mark(frame_sha256="ef" * 32, note="between the two sheds")
    one = observations([with_frame], flight(), source="p").observations[0]
    record = Processing.read(one.text.split("\n")[0])
    assert record.digest() == one.evidence
    assert dict(record.inputs) == {"f.jpg": "ef" * 32, "marks.csv": "ab" * 32, "flight.csv": "cd" * 32}
    assert "sheds" in one.text
    assert "sheds" not in one.summary
    other = observations([mark()], flight(), source="p", frames={"f.jpg": "aa" * 32}).observations[0]
    assert other.evidence != one.evidence
    assert "36.0" not in record.text()


def test_intervals_of_damage_reach_back_and_of_the_rest_do_not():
    since = START - timedelta(days=2)
    damage = observations([mark()], flight(), source="p", since=since).observations[0]
    tank = observations([mark(act="presence", effect="")], flight(), source="p").observations[0]
    assert damage.start == since
    assert timedelta(0) < tank.end - tank.start <= timedelta(seconds=4)
    with pytest.raises(ValueError, match="seen last"):
        observations([mark()], flight(), source="p", since=START + timedelta(days=1))


def test_frames_of_one_thing_share_an_origin():
    marks = [mark(30.0), mark(31.0, 960.0 - 110.0), mark(80.0)]
    found = observations(marks, flight(azimuth_deg=np.full(N, 0.0)), source="p").observations
    origin = found.column("origin")
    assert origin[0] == origin[1] != origin[2]


def test_a_place_on_the_ground_needs_no_camera():
    given = {k: float("nan") for k in ("left", "right", "top", "bottom")}
    one = mark(9_000.0, width=0, height=0, lon=36.5, lat=50.1, by="detector", **{})
    one = Sighting(**{**vars(one), **given})
    (got,) = observations([one], flight(), source="p").observations
    assert (got.lon, got.lat, got.radius_km, got.procedure) == (36.5, 50.1, 0.05, "sensor")


def test_no_marks_give_empty_tables():
    found = observations([], flight(), source="p")
    assert (len(found.observations), len(found.quarantine)) == (0, 0)
