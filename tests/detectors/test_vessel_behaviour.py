"""What ships did, told from fixes alone, against what they truly did in simulated seas of test seeds."""

import numpy as np
import pytest

from ceasefire.detectors import vessel_conduct, vessel_distress, vessel_samples
from ceasefire.detectors.vessel_clean import clean
from ceasefire.detectors.vessel_meetings import rendezvous
from ceasefire.detectors.vessel_odds import ODDS, log_odds
from ceasefire.detectors.vessel_stays import loitering, port_call
from ceasefire.geo import distance
from ceasefire.geo.fixes import Fixes
from ceasefire.geo.reception import Reception
from ceasefire.testing.fleet import Trouble, simulate
from ceasefire.testing.fleet_lanes import ANCHORAGES, PORTS

ZONES = [tuple(p) for p in (*PORTS, *ANCHORAGES)]
TROUBLE = Trouble(
    gaps=0, dark=0, rendezvous=6, loiterers=4, stops=4, distress=3, dashes=4, detours=4, crowds=1, shared=0
)


@pytest.fixture(scope="module")
def fleet():
    return simulate(seed=150, ships=40, hours=30, trouble=TROUBLE, reception="full", every_s=60)


@pytest.fixture(scope="module")
def fixes(fleet):
    return clean(fleet.fixes, land=False).fixes


@pytest.fixture(scope="module")
def samples(fixes):
    return vessel_samples.sample(fixes)


def during(event, truth):
    return event.start <= truth.end and truth.start <= event.end


def track(mmsi, kn, course=0.0, *, step=5, lon=31.0, lat=43.5, status=0):
    """Fixes of one ship that goes at speeds (knots) on courses, every so many minutes."""
    kn, course = np.broadcast_arrays(np.asarray(kn, dtype=float), course)
    km = kn * 1.852 * step / 60
    x = lon + np.cumsum(km * np.sin(np.radians(course))) / distance.KM_PER_DEGREE / np.cos(np.radians(lat))
    y = lat + np.cumsum(km * np.cos(np.radians(course))) / distance.KM_PER_DEGREE
    times = np.datetime64("2025-04-01", "ms") + np.arange(len(kn)) * np.timedelta64(step, "m")
    n = len(kn)
    return Fixes.of(mmsi=[mmsi] * n, times=times, lon=x, lat=y, speed_kn=kn, course_deg=course, status=[status] * n)


def test_meetings_are_found_and_work_side_by_side_is_none(fleet, fixes, samples):
    found = rendezvous(fixes, ZONES, statics=fleet.statics, samples=samples)
    true = {frozenset((e.mmsi, *e.others)) for e in fleet.events.where(kind="rendezvous")}
    said = {frozenset((e.mmsi, *e.others)) for e in found if e.probability > 0.5}
    assert len(said & true) >= len(true) - 1
    assert len(said - true) <= 1
    kinds = {fleet.kind.get(m) for pair in said for m in pair}
    assert "tug" not in kinds
    one = next(e for e in found if frozenset((e.mmsi, *e.others)) in true)
    assert "m apart" in one.why
    assert "shifted clocks" in one.why
    assert one.fixes > 10


def test_ships_that_only_pass_do_not_meet():
    slow = Fixes.join([track(1, np.full(60, 3.0)), track(2, np.full(60, 3.0), 180.0, lat=43.9, lon=31.002)])
    assert len(rendezvous(slow)) == 0


def test_a_pair_in_a_port_is_no_meeting():
    pair = Fixes.join([track(1, np.full(60, 0.2)), track(2, np.full(60, 0.2), lon=31.0008)])
    assert rendezvous(pair)[0].probability > 0.5
    assert len(rendezvous(pair, [("port", 31.0, 43.5, 5.0)])) == 0


def test_loitering_is_told_from_anchoring_and_fishing(fleet, fixes, samples):
    found = [e for e in loitering(fixes, ZONES, statics=fleet.statics, samples=samples) if e.probability > 0.5]
    true = list(fleet.events.where(kind="loitering"))
    other = [e for kind in ("rendezvous", "stop", "distress") for e in fleet.events.where(kind=kind)]
    got = [t for t in true if any(e.mmsi == t.mmsi and during(e, t) for e in found)]
    assert len(got) >= 0.8 * len(true)
    wrong = [e for e in found if not any(e.mmsi in (t.mmsi, *t.others) and during(e, t) for t in true + other)]
    assert len(wrong) <= 2
    assert not {fleet.kind.get(e.mmsi) for e in found} & {"fishing"}
    anchored = track(7, np.full(100, 0.1), status=1)
    assert all(e.probability < 0.5 for e in loitering(anchored))


def test_calls_at_ports_are_found_with_their_port(fleet, fixes, samples):
    found = [e for e in port_call(fixes, [tuple(p) for p in PORTS], samples=samples) if e.probability > 0.5]
    true = [e for e in fleet.events.where(kind="port_call") if (e.end - e.start).total_seconds() > 3600]
    got = [t for t in true if any(e.mmsi == t.mmsi and e.zone == t.zone and during(e, t) for e in found)]
    assert len(got) >= 0.9 * len(true)
    passing = track(7, np.full(40, 12.0), lat=43.0)
    assert all(e.probability < 0.5 for e in port_call(passing, [("port", 31.0, 43.3, 5.0)]))


@pytest.mark.parametrize("kind", ["speed", "course", "stop"])
def test_odd_conduct_is_found(fleet, fixes, samples, kind):
    how = getattr(vessel_conduct, kind)
    found = [e for e in how(fixes, ZONES, statics=fleet.statics, samples=samples) if e.probability > 0.5]
    true = list(fleet.events.where(kind=kind))
    got = [t for t in true if any(e.mmsi == t.mmsi and during(e, t) for e in found)]
    assert len(got) >= 0.6 * len(true)
    assert all(e.why and e.kind == kind for e in found)


def test_slow_and_sudden_stops_differ():
    cruise = np.full(60, 12.0)
    sudden = track(1, np.concatenate([cruise, np.full(30, 0.3)]))
    slowly = track(2, np.concatenate([cruise, np.linspace(12, 0.3, 15), np.full(30, 0.3)]))
    p = [max((e.probability for e in vessel_conduct.stop(f)), default=0.0) for f in (sudden, slowly)]
    assert p[0] > 0.5 > p[1]


def test_calls_for_help_and_tests(fleet):
    found = vessel_distress.distress(fleet.fixes, ZONES, texts=fleet.texts)
    true = {e.mmsi for e in fleet.events.where(kind="distress")}
    beacons = {e.mmsi for e in found if e.probability > 0.5 and e.mmsi // 1_000_000 == 970}
    heard = true & set(fleet.fixes.mmsi.tolist())
    assert heard <= beacons
    assert len(beacons - true) <= 1
    tested = {m for m, _, text in fleet.texts if text == "SART TEST"}
    assert not tested & {e.mmsi for e in found if e.probability > 0.5}


def test_a_text_alone_is_an_event_where_its_sender_was_heard_or_nowhere():
    f = track(272000001, np.full(30, 8.0))
    when = np.datetime64("2025-04-01T01:00", "ms")
    said = vessel_distress.distress(f, texts=[(272000001, when, "MAYDAY TAKING WATER"), (9, when, "NEED ASSISTANCE")])
    by_ship = {e.mmsi: e for e in said}
    assert by_ship[272000001].fixes > 0
    assert np.isnan(by_ship[9].lon)
    assert "MAYDAY" in by_ship[272000001].why


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("mayday mayday", True),
        ("PAN-PAN ENGINE FAILURE ADRIFT", True),
        ("REQUEST MEDICAL ASSISTANCE", True),
        ("HIT BY MINE TAKING ON WATER", True),
        ("MOB ACTIVE", True),
        ("MAYDAY EXERCISE", False),
        ("WEATHER REPORT", False),
        ("NO ASSISTANCE NEEDED", False),
        ("", False),
    ],
)
def test_words_that_call_for_help(text, calls):
    assert vessel_distress.calls_for_help(text) is calls


def test_nothing_gives_nothing():
    nothing = Fixes.of(mmsi=[], times=[], lon=[], lat=[])
    assert not len(rendezvous(nothing))
    assert not len(loitering(nothing))
    assert not len(port_call(nothing, [tuple(p) for p in PORTS]))
    assert not len(vessel_conduct.speed(nothing))
    assert not len(vessel_conduct.course(nothing))
    assert not len(vessel_conduct.stop(nothing))
    assert not len(vessel_distress.distress(nothing))
    unplaced = Fixes.of(mmsi=[1], times=["2025-04-01"], lon=[np.nan], lat=[np.nan])
    assert not len(vessel_conduct.stop(unplaced))


def test_reception_is_noted():
    pair = Fixes.join([track(1, np.full(60, 0.2)), track(2, np.full(60, 0.2), lon=31.0008)])
    reception = Reception.estimate(pair, start=pair.times.min(), end=pair.times.max())
    event = rendezvous(pair, reception=reception)[0]
    assert 0.0 <= event.heard <= 1.0


def test_equal_fixes_equal_events(fixes, fleet, samples):
    first, second = (rendezvous(fixes, ZONES, statics=fleet.statics) for _ in range(2))
    assert list(first.column("id")) == list(second.column("id"))
    assert list(first.column("probability")) == list(second.column("probability"))


def test_samples_do_not_cross_silences():
    f = Fixes.join([track(1, np.full(3, 10.0)), track(1, np.full(3, 10.0), lon=33.0)])
    late = Fixes.of(
        mmsi=[1, 1], times=np.array(["2025-04-01T00:00", "2025-04-01T06:00"], "M8[ms]"), lon=[31, 32], lat=[44, 44]
    )
    assert len(vessel_samples.sample(late)) == 2
    assert np.isfinite(vessel_samples.sample(f).lon).all()


def test_weights_and_numbers_must_agree():
    with pytest.raises(KeyError, match="one side only"):
        log_odds("stop", {"fall": np.zeros(1)})
    assert set(ODDS) == {"rendezvous", "loitering", "port_call", "speed", "course", "stop", "distress"}
