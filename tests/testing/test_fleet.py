"""The simulated fleet: the same seed gives the same sea, ships stay on water, plants are there, bytes decode."""

import numpy as np
import pytest

from ceasefire.geo import distance, regions
from ceasefire.testing.fleet import Trouble, simulate
from ceasefire.testing.fleet_false import COPY, JAMMED, JUMP, SPOOFED
from ceasefire.testing.fleet_nmea import many, nmea, positions


@pytest.fixture(scope="module")
def fleet():
    return simulate(seed=3, ships=70, hours=24, every_s=60)


def instant(when):
    return np.datetime64(when.replace(tzinfo=None), "ms")


def test_equal_seeds_equal_fleets(fleet):
    again = simulate(seed=3, ships=70, hours=24, every_s=60)
    for name in ("mmsi", "times", "lon", "lat", "speed_kn", "station"):
        assert np.array_equal(
            getattr(again.fixes, name), getattr(fleet.fixes, name), equal_nan=name in {"lon", "lat", "speed_kn"}
        )
    assert list(again.events.column("id")) == list(fleet.events.column("id"))
    assert len(simulate(seed=4, ships=20, hours=12, every_s=300).fixes) != len(fleet.fixes)


def test_ships_sail_on_water(fleet):
    known = np.isfinite(fleet.moves.lon)
    on_land = regions.on_region(fleet.moves.lon[known], fleet.moves.lat[known])
    assert on_land.mean() < 0.005


def test_right_fixes_are_within_their_errors_of_the_truth(fleet):
    right = fleet.flaw == 0
    right &= ~np.isin(fleet.fixes.station, list(fleet.skew_s))
    lon, lat = fleet.where(fleet.fixes.mmsi[right], fleet.fixes.times[right])
    off = distance.km(lon, lat, fleet.fixes.lon[right], fleet.fixes.lat[right]) * 1000
    assert np.isfinite(off).mean() > 0.999
    assert np.nanquantile(off, 0.99) < 45.0
    assert fleet.broadcasts(fleet.fixes.mmsi[right], fleet.fixes.times[right]).mean() > 0.999


def test_what_is_planted_is_received_as_such(fleet):
    counts = {k: int((fleet.flaw == k).sum()) for k in (JUMP, COPY, SPOOFED, JAMMED)}
    assert min(counts.values()) > 0
    kinds = fleet.events.column("kind")
    assert set(kinds) >= {"gap", "dark", "rendezvous", "loitering", "port_call", "stop", "distress", "speed", "course"}
    assert not set(fleet.dark) & set(fleet.fixes.mmsi.tolist())
    for e in fleet.events.where(kind="rendezvous"):
        when = instant(e.start) + np.arange(60, (e.end - e.start).total_seconds() - 60, 300).astype(
            int
        ) * np.timedelta64(1, "s")
        apart = distance.km(*fleet.where(e.mmsi, when), *fleet.where(e.others[0], when))
        assert np.median(apart) < 0.2
    for e in fleet.events.where(kind="gap"):
        ship = fleet.fixes.ship(e.mmsi)
        assert not ((ship.times > instant(e.start) + 2000) & (ship.times < instant(e.end) - 2000)).any()


def test_reception_is_what_was_drawn():
    fleet = simulate(seed=5, ships=25, hours=12, trouble=Trouble.none(), reception="coast")
    t = np.arange(0.0, 12 * 3600.0, 60.0)
    hull = np.repeat(np.arange(len(fleet.ships)), len(t))
    lon, lat = fleet.moves.at(hull, np.tile(t, len(fleet.ships)))
    p = fleet.who.chance(lon, lat, np.tile(t, len(fleet.ships)))
    assert 0.2 < (p > 0.5).mean() < 0.95
    chance = fleet.received(fleet.fixes.lon, fleet.fixes.lat, fleet.fixes.times)
    assert np.quantile(chance, 0.05) > 0.05  # hardly anything is heard where nothing can be
    with pytest.raises(ValueError, match="reception is patchy"):
        simulate(seed=1, hours=12, reception="perfect")
    with pytest.raises(ValueError, match="at least 12 hours"):
        simulate(seed=1, hours=2)


def test_every_sentence_decodes_to_the_fix_it_came_from(fleet):
    pyais = pytest.importorskip("pyais", reason="pyais, the second decoder, is not installed")
    some = fleet.fixes.keep(np.linspace(0, len(fleet.fixes) - 1, 400).astype(int))
    for k, line in enumerate(b"".join(positions(some)).splitlines()):
        said = pyais.decode(line.split(b"\\")[2])
        assert said.mmsi == some.mmsi[k]
        assert said.lon == pytest.approx(181.0 if np.isnan(some.lon[k]) else some.lon[k], abs=2e-6)
        assert said.lat == pytest.approx(91.0 if np.isnan(some.lat[k]) else some.lat[k], abs=2e-6)
        assert said.second == some.second[k]
        assert said.speed == pytest.approx(102.3 if np.isnan(some.speed_kn[k]) else some.speed_kn[k], abs=0.06)
        assert bool(said.accuracy) == bool(some.accurate[k])
        if some.message[k] == 1:
            assert said.status == some.status[k]


def test_a_log_holds_statics_and_texts():
    pyais = pytest.importorskip("pyais", reason="pyais, the second decoder, is not installed")
    fleet = simulate(seed=6, ships=30, hours=12, every_s=600, trouble=Trouble.none())
    log = nmea(fleet)
    assert log == nmea(fleet)
    lines = log.splitlines()
    when = [int(line.split(b"c:")[1][:10]) for line in lines]
    assert when == sorted(when)
    said = [m.decode() for m in pyais.IterMessages(lines)]
    names = {m.mmsi: m.shipname for m in said if m.msg_type == 5}
    own = dict(zip(fleet.statics.mmsi.tolist(), fleet.statics.name.tolist(), strict=True))
    assert names
    assert all(own[m] == name for m, name in names.items())
    assert sorted(m.text for m in said if m.msg_type == 14) == sorted(text for _, _, text in fleet.texts)
    assert sum(m.msg_type in (1, 18) for m in said) == len(fleet.fixes)


def test_many_sentences_are_made_in_batches(fleet):
    parts = list(many(fleet, 120_000))
    assert sum(p.count(b"\n") for p in parts) >= 120_000
