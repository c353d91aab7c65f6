"""Zones: the instant of crossing against the true one, stays, many zones at once."""

from __future__ import annotations

import numpy as np
import shapely

from ceasefire.detectors.vessel_zones import crossings, inside, stays, zone_events
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.tracks import Tracks

BOX = shapely.box(30.5, 43.0, 31.5, 45.0)


def fleet(every_min: int) -> tuple[Tracks, np.ndarray]:
    """Ships that sail east at 14.2 knots; the true minute at which each enters the box."""
    random = np.random.default_rng(2)
    start = random.uniform(29.8, 30.3, 60)
    speed = 0.005
    t = np.arange(0, 360, every_min)
    shift = random.uniform(0, every_min, 60)
    minutes = t[None, :] + shift[:, None]
    lon = start[:, None] + speed * minutes + random.normal(0, 1e-4, minutes.shape)
    fixes = Fixes.of(
        mmsi=np.repeat(200_000_000 + np.arange(60), len(t)), times=(minutes.ravel() * 60_000).astype("M8[ms]"),
        lon=lon.ravel(), lat=np.full(lon.size, 44.0), speed_kn=np.full(lon.size, 12.9),
        course_deg=np.full(lon.size, 90.0),
    )  # fmt: skip
    return Tracks.of(fixes), (30.5 - start) / speed


def test_the_instant_lies_within_its_error() -> None:
    for every in (2, 30, 90):
        tracks, true = fleet(every)
        found = crossings(tracks, {"box": BOX})
        entry = found.entry
        ship = tracks.fixes.mmsi[found.before[entry]] - 200_000_000
        off = np.abs(found.times[entry].astype(np.int64) / 1000.0 - true[ship] * 60.0)
        assert len(ship) >= 50
        assert np.mean(off <= found.error_s[entry]) >= 0.9


def test_stays_are_as_long_as_the_box_is_wide() -> None:
    tracks, _ = fleet(10)
    got = stays(tracks, {"box": BOX, "nowhere": shapely.box(0, 0, 1, 1)})
    assert got.zone.tolist() == [0] * 60
    whole = np.isin(got.mmsi, tracks.fixes.mmsi[crossings(tracks, {"box": BOX}).before[
        ~crossings(tracks, {"box": BOX}).entry]])  # fmt: skip
    np.testing.assert_allclose(got.hours[whole], 1.0 / 0.005 / 60.0, atol=0.1)


def test_events_are_entries_and_exits_in_turn() -> None:
    tracks, _ = fleet(5)
    ring = BOX.difference(shapely.box(30.9, 43.5, 31.1, 44.5))
    found = zone_events(tracks, {"ring": ring})
    for mmsi in np.unique(found.column("mmsi")):
        kinds = [e.kind for e in found.where(mmsi=int(mmsi))]
        assert kinds == (["entry", "exit"] * 3)[: len(kinds)]
    assert inside(tracks, {"ring": ring}).shape == (1, len(tracks.fixes))
    assert len(set(found.column("id"))) == len(found)


def test_no_fixes_no_events() -> None:
    assert len(zone_events(Tracks.of(Fixes.join([])), {"box": BOX})) == 0
    assert len(stays(Tracks.of(Fixes.join([])), {"box": BOX}).zone) == 0
