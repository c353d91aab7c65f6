"""Identity: shared numbers, hulls renumbered, names changed for good; noise is told apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceasefire.detectors.vessel_identity import imo_is_valid, invalid, mmsi_is_valid, renamed, renumbered, shared
from ceasefire.detectors.vessel_names import alike, edits
from ceasefire.geo.fixes import Fixes, Statics

T = np.arange(0.0, 600.0, 2.0)


def track(mmsi, minutes, lon, lat=44.0, speed=8.0, course=90.0):
    n = len(minutes)
    return Fixes.of(
        mmsi=np.full(n, mmsi), times=(np.asarray(minutes) * 60_000).astype(np.int64).astype("M8[ms]"),
        lon=np.broadcast_to(lon, n), lat=np.full(n, lat), speed_kn=np.full(n, speed), course_deg=np.full(n, course),
    )  # fmt: skip


def said(mmsi, names, *, imo=None, length=None):
    n = len(names)
    days = (np.datetime64("1970-01-01T00:00", "ms") + np.arange(n) * np.timedelta64(1, "h")).astype("M8[ms]")
    text, nan = np.full(n, "", dtype=object), np.full(n, np.nan)
    size = nan if length is None else np.array(length, dtype=float)
    return Statics(
        np.full(n, mmsi), days, days, np.array(imo or [0] * n), text, np.array(names, dtype=object), np.full(n, 70),
        size, nan, nan, nan, text, np.zeros(n, dtype=int),
    )  # fmt: skip


def test_two_ships_with_one_number_are_told_from_one_that_is_put_elsewhere_once():
    a, b = track(9, T, 30.0 + 0.003 * T), track(9, T + 1, 35.0 + 0.003 * T)
    (event,) = shared(Fixes.join([a, b]))
    assert event.probability > 0.9
    away = (T > 200) & (T < 400)
    assert len(shared(track(9, T, np.where(away, 38.0, 30.0 + 0.003 * T)), least=0.1)) == 0


def test_a_hull_that_goes_on_under_another_number_is_found_among_ships_that_moor_and_sail():
    one = track(9, T[T < 300], 30.0 + 0.0031 * T[T < 300])
    two = track(10, T[T > 310], 30.0 + 0.0031 * T[T > 310])
    rng = np.random.default_rng(1)
    rest = []
    for k in range(30):  # ships that begin and end at a port
        a, b = np.sort(rng.uniform(80, 520, 2))
        t = T[(a <= T) & (b >= T)]
        rest.append(track(100 + k, t, 28.7 + 0.0005 * (t - a), lat=44.15, speed=2.0, course=float(rng.uniform(0, 360))))
    (event,) = renumbered(Fixes.join([one, two, *rest]), Statics.empty())
    assert event.mmsi == 9
    assert event.others == (10,)


def test_a_ship_of_another_length_is_another_ship():
    one, two = track(9, T[T < 300], 30.0 + 0.0031 * T[T < 300]), track(10, T[T > 310], 30.0 + 0.0031 * T[T > 310])
    fixes = Fixes.join([one, two])
    sizes = [said(9, ["A"], length=[90.0]), said(10, ["B"], length=[200.0])]
    both = Statics(*(np.concatenate([getattr(s, n) for s in sizes]) for n in Statics.__dataclass_fields__))
    assert renumbered(fixes, both, least=0.0)[0].probability < renumbered(fixes, Statics.empty())[0].probability


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["SIM AMBER", "SIM CORAL", "SIM CORAL"], True),
        (["SIM AMBER", "SIM CORAL", "SIM AMBER"], False),  # came back: noise
        (["SIM AMBER", "SIM AMBRE"], False),
        (["SIM AMBER", ""], False),
    ],
)
def test_a_name_that_changes_for_good_is_told_from_spelling(names, found):
    fixes = track(9, T, 30.0 + 0.003 * T)
    events = renamed(
        fixes, said(9, names, length=[90.0] + [150.0] * (len(names) - 1) if found else [90.0] * len(names))
    )
    assert len(events) == found


def test_numbers_that_no_ship_has():
    fixes = Fixes.join([track(m, T[:9], 30.0) for m in (0, 123456789, 272000001)])
    events = invalid(fixes, said(272000001, ["A"], imo=[9074728]))
    assert sorted(e.mmsi for e in events) == [0, 123456789, 272000001]
    assert mmsi_is_valid(np.array([2345678, 22345678, 200999999])).tolist() == [True, True, False]


@given(st.integers(100_000, 999_999))
def test_exactly_one_last_digit_of_an_imo_number_is_right(six):
    assert imo_is_valid(six * 10 + np.arange(10)).sum() == 1


@given(st.text("AB7 ", max_size=8), st.text("AB7 ", max_size=8))
def test_edits_are_a_distance(a, b):
    assert edits(a, b) == edits(b, a)
    assert (edits(a, b) == 0) == (a == b)
    assert alike(a, b) == alike(b, a)
    assert alike(a, a)
